//! Taking a file of the office back, whatever it listed, as long as nothing was built on it.

use std::collections::BTreeSet;

use domain::ledger::{Action, Area};
use runtime::sql::Tx;
use runtime::texts;
use runtime::web::Lang;

use crate::import::preview::Counts;
use crate::ledger::author::Author;
use crate::ledger::entry::{Moment, StudentId};
use crate::ledger::import_undo::{self, Undone};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::people::Stamp;
use crate::ledger::{critical, import_batch, run, sheet, write};
use crate::screening::settling;

texts! {
    UNDONE_ROSTER = "第 {0} 次导入已撤回：{1} 名学生恢复原状，{2} 名学生移出名册。",
        "Import {0} was taken back: {1} students stand as before, {2} are off the roll again.";
    UNDONE_STAFF = "第 {0} 次导入已撤回：{1} 名教职工恢复原状，{2} 名移出名单。",
        "Import {0} was taken back: {1} members of staff stand as before, {2} are off the \
         roll again.";
    UNDONE_ANSWERS = "第 {0} 次导入已撤回：{1} 份答卷不再计入，{2} 份原答卷恢复，{3} 条无人处理的危险条目作废。",
        "Import {0} was taken back: {1} sheets count no more, {2} from before count again, {3} \
         critical answers that nobody had spoken about are annulled.";
    UNDONE_TABLE = "第 {0} 次导入已撤回：{1} 条登记已作废。",
        "Import {0} was taken back: its {1} entries are annulled.";
}

/// Answers that were taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UndoneAnswers {
    /// Sheets that count no more.
    pub sheets: u64,
    /// Sheets from before that count again in their place.
    pub restored: u64,
    /// Critical answers that nobody had spoken about, annulled with them.
    pub annulled: u64,
}

/// An import that was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoneImport {
    /// A roster.
    Roster(Undone),
    /// A roll of staff.
    Staff(Undone),
    /// Answers.
    Answers(UndoneAnswers),
    /// A table: so many entries were annulled.
    Table(u64),
}

impl UndoneImport {
    /// What was done, in the words of page and terminal alike.
    #[must_use]
    pub fn said(&self, number: u64, lang: Lang) -> String {
        match self {
            Self::Roster(Undone { restored, removed }) => {
                UNDONE_ROSTER.fill(lang, &[&number, restored, removed])
            }
            Self::Staff(Undone { restored, removed }) => {
                UNDONE_STAFF.fill(lang, &[&number, restored, removed])
            }
            Self::Answers(UndoneAnswers { sheets, restored, annulled }) => {
                UNDONE_ANSWERS.fill(lang, &[&number, sheets, restored, annulled])
            }
            Self::Table(entries) => UNDONE_TABLE.fill(lang, &[&number, entries]),
        }
    }
}

/// Takes an import back. Needs a reason.
///
/// # Errors
/// Who may not, no such import, something was written on it since, or the store; nothing changed.
pub fn any(tx: &Tx<'_>, author: &Author, batch: i64) -> Result<UndoneImport, LedgerRefusal> {
    match import_batch::standing_kind(tx, batch)?.as_deref() {
        Some(import_batch::ROSTER) => {
            import_undo::roster(tx, author, batch).map(UndoneImport::Roster)
        }
        Some(import_batch::STAFF) => import_undo::staff(tx, author, batch).map(UndoneImport::Staff),
        Some(import_batch::ANSWERS) => answers(tx, author, batch).map(UndoneImport::Answers),
        Some(_) => import_undo::table(tx, author, batch).map(UndoneImport::Table),
        None => Err(LedgerRefusal::Unknown),
    }
}

/// Takes a file of answers back: its sheets are history, those that they replaced count again, what
/// they raised is annulled where nobody has answered it, and open runs ask anew whoever has no
/// sheet left. Needs a reason.
///
/// Not where another sheet took the place of one of them, or where a run was closed on them.
///
/// # Errors
/// Who may not, no such import, something was written on it since, or the store; nothing changed.
pub fn answers(tx: &Tx<'_>, author: &Author, batch: i64) -> Result<UndoneAnswers, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Screening), None)?;
    if author.reason().trim().is_empty() {
        return Err(LedgerRefusal::Reason);
    }
    let origin = import_batch::origin(tx, (batch, import_batch::ANSWERS))?;
    let origin = origin.ok_or(LedgerRefusal::Unknown)?;
    let imported_at = import_batch::imported_at_ms(tx, batch)?;
    let sheets = sheet::of_batch(tx, batch)?;
    let campaigns: BTreeSet<i64> = sheets.iter().map(|one| one.campaign).collect();
    for campaign in &campaigns {
        if run::is_closed_since(tx, *campaign, imported_at)? {
            return Err(LedgerRefusal::ImportBuiltOn);
        }
    }
    if sheets.iter().any(|one| !one.counts) {
        return Err(LedgerRefusal::ImportBuiltOn);
    }
    let mut undone = UndoneAnswers { sheets: sheets.len() as u64, restored: 0, annulled: 0 };
    let mut raised: BTreeSet<(StudentId, &str)> = BTreeSet::new();
    for one in &sheets {
        undone.restored += u64::from(sheet::take_back(tx, one)?);
        raised.insert((StudentId(one.student), &one.scale));
    }
    for of in raised {
        undone.annulled += critical::taken_back(tx, author, of, Moment(imported_at))?;
    }
    let counts = Counts { changed: undone.restored, left: undone.sheets, ..Counts::default() };
    import_batch::insert_undone(tx, author, (batch, origin), counts)?;
    let stamp = Stamp { by: author.account(), now_ms: author.now().0 };
    for campaign in campaigns {
        let own = sheets.iter().filter(|one| one.campaign == campaign);
        let students: BTreeSet<StudentId> = own.map(|one| StudentId(one.student)).collect();
        let students: Vec<StudentId> = students.into_iter().collect();
        settling::unsettle_all(tx, stamp, campaign, &students)?;
    }
    Ok(undone)
}
