//! What was done, by whom and when, without a word about a student.
//!
//! For whoever reads the audit: kinds of acts and accounts. A reason may name somebody, so none is
//! read here; a list that named thirty students is one line with the number thirty.

use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Kind, SchoolRole, Word as _};
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::entry::Moment;
use super::{account, strange};

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// An entry of a ledger: its kind, and whether it was the first version.
    Wrote(Kind, bool),
    /// Records of students were read: for what, and how many at once.
    Read(ReadPurpose, u64),
    /// An account was changed: which, how, and its role after that.
    Account(String, String, String),
    /// Releases of a period were held or let go.
    Hold(String, bool),
    /// Access to a record was asked for.
    AskedAccess,
    /// A request was answered: granted or not.
    AnsweredAccess(bool),
    /// Something was done with a department's list: which, and the word of the act.
    List(i64, String),
}

/// One act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActLine {
    /// When.
    pub at: Moment,
    /// Who.
    pub account: String,
    /// The second person, where there was one.
    pub second: Option<String>,
    /// In which role, where it is known.
    pub role: Option<SchoolRole>,
    /// What.
    pub deed: Deed,
}

/// Acts before a moment, newest first, no more than `limit`.
///
/// # Errors
/// The store cannot be read.
pub fn acts(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Vec<ActLine>, SqlError> {
    let mut acts = entries(tx, before_ms, limit)?;
    acts.extend(reads(tx, before_ms, limit)?);
    acts.extend(holds(tx, before_ms, limit)?);
    acts.extend(requests(tx, before_ms, limit)?);
    acts.extend(lists(tx, before_ms, limit)?);
    acts.extend(account::changes(tx, before_ms, limit)?.into_iter().map(|line| ActLine {
        at: line.at,
        account: line.by,
        second: None,
        role: None,
        deed: Deed::Account(line.login, line.what, line.role),
    }));
    acts.sort_by_key(|act| std::cmp::Reverse(act.at.0));
    acts.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(acts)
}

fn entries(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Vec<ActLine>, SqlError> {
    tx.query(
        "select entered_at_ms, author, second, kind, version from journal
         where entered_at_ms < $1 order by entry desc limit $2",
        params![before_ms, limit],
        |row| {
            let kind = strange(Kind::from_word(row.str(3)?))?;
            Ok(ActLine {
                at: Moment(row.i64(0)?),
                account: row.text(1)?,
                second: row.opt_text(2)?,
                role: None,
                deed: Deed::Wrote(kind, row.i64(4)? == 1),
            })
        },
    )
}

fn reads(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Vec<ActLine>, SqlError> {
    tx.query(
        "select at_ms, account, role, purpose, count(*) from access_log where at_ms < $1
         group by at_ms, account, role, purpose order by at_ms desc limit $2",
        params![before_ms, limit],
        |row| {
            let purpose = strange(ReadPurpose::from_word(row.str(3)?))?;
            Ok(ActLine {
                at: Moment(row.i64(0)?),
                account: row.text(1)?,
                second: None,
                role: SchoolRole::from_word(row.str(2)?),
                deed: Deed::Read(purpose, row.u64(4)?),
            })
        },
    )
}

fn holds(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Vec<ActLine>, SqlError> {
    tx.query(
        "select at_ms, author, period, act from release_hold where at_ms < $1
         order by id desc limit $2",
        params![before_ms, limit],
        |row| {
            Ok(ActLine {
                at: Moment(row.i64(0)?),
                account: row.text(1)?,
                second: None,
                role: None,
                deed: Deed::Hold(row.text(2)?, row.str(3)? == "hold"),
            })
        },
    )
}

fn lists(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Vec<ActLine>, SqlError> {
    tx.query(
        "select at_ms, account, list, act from department_list_act where at_ms < $1
         order by id desc limit $2",
        params![before_ms, limit],
        |row| {
            Ok(ActLine {
                at: Moment(row.i64(0)?),
                account: row.text(1)?,
                second: None,
                role: None,
                deed: Deed::List(row.i64(2)?, row.text(3)?),
            })
        },
    )
}

fn requests(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Vec<ActLine>, SqlError> {
    let mut acts = tx.query(
        "select asked_ms, account, role from access_request where asked_ms < $1
         order by id desc limit $2",
        params![before_ms, limit],
        |row| {
            Ok(ActLine {
                at: Moment(row.i64(0)?),
                account: row.text(1)?,
                second: None,
                role: SchoolRole::from_word(row.str(2)?),
                deed: Deed::AskedAccess,
            })
        },
    )?;
    acts.extend(tx.query(
        "select decided_ms, account, granted from access_decision where decided_ms < $1
         order by request desc limit $2",
        params![before_ms, limit],
        |row| {
            Ok(ActLine {
                at: Moment(row.i64(0)?),
                account: row.text(1)?,
                second: None,
                role: None,
                deed: Deed::AnsweredAccess(row.bool(2)?),
            })
        },
    )?);
    Ok(acts)
}
