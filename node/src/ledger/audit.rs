//! What was done, by whom and when, without a word about a student.
//!
//! For whoever reads the audit: kinds of acts and accounts. A reason may name somebody, so none is
//! read here; a list that named thirty students is one line with the number thirty, and so is an
//! import of thirty entries. No instant is told in part, or its rest would be on no page.

mod beside;

use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Kind, SchoolRole, Word as _};
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

pub use beside::Beside;

use super::entry::Moment;
use super::import_batch::NO_FILE;
use super::{account, strange};

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Entries of a ledger: their kind, whether they were first versions, and how many at once.
    Wrote(Kind, bool, u64),
    /// Records of students were read: for what, and how many at once.
    Read(ReadPurpose, u64),
    /// An account was changed: which, how, and its role after that.
    Account(String, String, String),
    /// Releases of a period were held or let go.
    Hold(String, bool),
    /// What stands beside the journal, and which year, run, notice or account it was about.
    Beside(Beside, String),
    /// Access to a record was asked for.
    AskedAccess,
    /// A request was answered: granted or not.
    AnsweredAccess(bool),
    /// Something was done with a department's list: which, and the word of the act.
    List(i64, String),
    /// A file of the office was taken in: the word of its kind, and how many rows.
    Import(String, u64),
}

/// One act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActLine {
    /// When.
    pub at: Moment,
    /// Who.
    pub account: String,
    /// Who had asked for it, where the account acted as the second person.
    pub asked_by: Option<String>,
    /// In which role, where it is known.
    pub role: Option<SchoolRole>,
    /// What.
    pub deed: Deed,
}

/// A page of acts.
pub struct Acts {
    /// Whole instants, newest first.
    pub lines: Vec<ActLine>,
    /// Whether there is something older than the last of them.
    pub has_older: bool,
}

/// Acts before a moment: about `limit`, as many as whole instants make.
///
/// # Errors
/// The store cannot be read.
pub fn acts(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Acts, SqlError> {
    let changes = account::changes(tx, before_ms, limit)?.into_iter().map(|line| ActLine {
        at: line.at,
        account: line.by,
        asked_by: None,
        role: None,
        deed: Deed::Account(line.login, line.what, line.role),
    });
    let (asked, answered) = requests(tx, before_ms, limit)?;
    let mut sources = vec![
        entries(tx, before_ms, limit)?,
        reads(tx, before_ms, limit)?,
        holds(tx, before_ms, limit)?,
        lists(tx, before_ms, limit)?,
        imports(tx, before_ms, limit)?,
        asked,
        answered,
        changes.collect(),
    ];
    sources.extend(beside::acts(tx, before_ms, limit)?);
    Ok(page(sources, usize::try_from(limit).unwrap_or(usize::MAX)))
}

/// Puts what was read in order and ends it between two instants.
fn page(sources: Vec<Vec<ActLine>>, limit: usize) -> Acts {
    // A source that gave all that was asked for may hold more of its oldest instant.
    let full = sources.iter().filter(|source| source.len() >= limit);
    let cut = full.filter_map(|source| source.iter().map(|act| act.at.0).min()).max();
    let mut lines: Vec<ActLine> = sources.into_iter().flatten().collect();
    lines.sort_by_key(|act| std::cmp::Reverse(act.at.0));
    let newest = lines.first().map(|act| act.at.0);
    // One instant that fills a page alone is told as far as it was read.
    let end = lines.get(limit).map(|act| act.at.0).max(cut).filter(|end| Some(*end) != newest);
    match end {
        Some(end) => lines.retain(|act| act.at.0 > end),
        None if cut.is_some() => lines.retain(|act| Some(act.at.0) == newest),
        None => {}
    }
    Acts { lines, has_older: end.is_some() || cut.is_some() }
}

/// An act of one person; the row begins with when and who.
fn act(row: &Row<'_, '_>, role: Option<SchoolRole>, deed: Deed) -> Result<ActLine, SqlError> {
    let (at, account) = (Moment(row.i64(0)?), row.text(1)?);
    Ok(ActLine { at, account, asked_by: None, role, deed })
}

/// Entries that are read at once, to be counted.
const BATCH: u32 = 1_000;

/// Entries of one kind in one transaction are one act.
fn entries(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Vec<ActLine>, SqlError> {
    let mut acts: Vec<ActLine> = Vec::new();
    let mut last = i64::MAX;
    loop {
        let read = tx.query(
            "select entered_at_ms, author, second, kind, version, entry from journal
             where entered_at_ms < $1 and entry < $2 order by entry desc limit $3",
            params![before_ms, last, BATCH],
            |row| {
                let kind = strange(Kind::from_word(row.str(3)?))?;
                let act = ActLine {
                    at: Moment(row.i64(0)?),
                    account: row.text(1)?,
                    asked_by: row.opt_text(2)?,
                    role: None,
                    deed: Deed::Wrote(kind, row.i64(4)? == 1, 1),
                };
                Ok((act, row.i64(5)?))
            },
        )?;
        let is_last = read.len() < BATCH as usize;
        last = read.last().map_or(0, |(_, entry)| *entry);
        read.into_iter().for_each(|(act, _)| count(&mut acts, act));
        if is_last || acts.len() > limit as usize {
            return Ok(acts);
        }
    }
}

/// Adds an entry to the act of its instant that it is a part of.
fn count(acts: &mut Vec<ActLine>, act: ActLine) {
    let of_instant = acts.iter_mut().rev().take_while(|other| other.at == act.at);
    for other in of_instant {
        let same = (&other.account, &other.asked_by) == (&act.account, &act.asked_by);
        if let (Deed::Wrote(kind, first, times), Deed::Wrote(of, is, _)) =
            (&mut other.deed, &act.deed)
            && same
            && (*kind, *first) == (*of, *is)
        {
            *times += 1;
            return;
        }
    }
    acts.push(act);
}

fn reads(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Vec<ActLine>, SqlError> {
    tx.query(
        "select at_ms, account, role, purpose, count(*) from access_log where at_ms < $1
         group by at_ms, account, role, purpose order by at_ms desc limit $2",
        params![before_ms, limit],
        |row| {
            let purpose = strange(ReadPurpose::from_word(row.str(3)?))?;
            act(row, SchoolRole::from_word(row.str(2)?), Deed::Read(purpose, row.u64(4)?))
        },
    )
}

fn holds(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Vec<ActLine>, SqlError> {
    tx.query(
        "select at_ms, author, period, act from release_hold where at_ms < $1
         order by at_ms desc limit $2",
        params![before_ms, limit],
        |row| act(row, None, Deed::Hold(row.text(2)?, row.str(3)? == "hold")),
    )
}

fn lists(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Vec<ActLine>, SqlError> {
    tx.query(
        "select at_ms, account, list, act from department_list_act where at_ms < $1
         order by at_ms desc limit $2",
        params![before_ms, limit],
        |row| act(row, None, Deed::List(row.i64(2)?, row.text(3)?)),
    )
}

/// Files of the office; what took one back stands beside.
fn imports(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Vec<ActLine>, SqlError> {
    let [entered, turned, undone, run] = NO_FILE;
    tx.query(
        "select imported_at_ms, author, kind, row_count from import_batch
         where imported_at_ms < $1 and kind not in ($3, $4, $5, $6)
         order by imported_at_ms desc, id desc limit $2",
        params![before_ms, limit, entered, turned, undone, run],
        |row| act(row, None, Deed::Import(row.text(2)?, row.u64(3)?)),
    )
}

/// What was asked for, and what was answered.
fn requests(
    tx: &Tx<'_>,
    before_ms: i64,
    limit: u32,
) -> Result<(Vec<ActLine>, Vec<ActLine>), SqlError> {
    let asked = tx.query(
        "select asked_ms, account, role from access_request where asked_ms < $1
         order by asked_ms desc limit $2",
        params![before_ms, limit],
        |row| act(row, SchoolRole::from_word(row.str(2)?), Deed::AskedAccess),
    )?;
    let answered = tx.query(
        "select decided_ms, account, granted from access_decision where decided_ms < $1
         order by decided_ms desc limit $2",
        params![before_ms, limit],
        |row| act(row, None, Deed::AnsweredAccess(row.bool(2)?)),
    )?;
    Ok((asked, answered))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::testing::School;

    /// Every act is on some page, also where one sort of acts fills a page while another one, which
    /// is beside the journal too, goes further back.
    #[test]
    fn every_act_is_on_a_page() {
        let school = School::new();
        let written: Result<(), SqlError> = school.ledger.write("acts", |tx| {
            for n in 0_i64..12 {
                let (at, text) = (if n < 9 { 1_000 + n } else { n }, n.to_string());
                let notice = "insert into family_notice (version, made_at_ms, made_by, valid_from,
                    valid_to, scales, contact) values ($1, $2, 'li', '', '', '', '')";
                tx.execute(notice, params![&text, at])?;
            }
            for n in 0_i64..3 {
                let turn = "insert into roll_turn (school_year, day, decisions, outcome, asked_by,
                    asked_staff, asked_at_ms, reason) values ($1, '', '', x'', 'li', 1, $2, '')";
                tx.execute(turn, params![2020 + n, n])?;
            }
            Ok(())
        });
        written.expect("acts");
        let (mut before, mut told) = (i64::MAX, Vec::new());
        loop {
            let acts = school.ledger.read(move |tx| super::acts(tx, before, 4)).expect("acts");
            let Some(last) = acts.lines.last() else { break };
            before = last.at.0;
            told.extend(acts.lines.into_iter().map(|act| act.at.0));
            if !acts.has_older {
                break;
            }
        }
        let mut all: Vec<i64> = (1_000..1_009).chain(9..12).chain(0..3).collect();
        all.sort_by_key(|at| std::cmp::Reverse(*at));
        assert_eq!(told, all);
    }
}
