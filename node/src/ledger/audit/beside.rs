//! Acts that stand in tables of their own, beside the journal: turns of the year, screening runs,
//! notices to families, what was asked for accounts, rosters taken back, changes of the roll, and
//! statements of departments.

use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::super::strange;
use super::{ActLine, Deed, act};

/// An act without a student.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// A turn of the year was asked for.
    TurnAsked,
    /// It was signed and carried out.
    TurnDone,
    /// It was not agreed to.
    TurnRefused,
    /// It was undone.
    TurnUndone,
    /// A screening run was opened.
    RunOpened,
    /// It was closed.
    RunClosed,
    /// A screening run that nobody had answered in was voided.
    RunVoided,
    /// A notice to families was made.
    Notice,
    /// An act on an account was asked for.
    AccountAsked,
    /// It was refused or taken back.
    AccountRefused,
    /// A roster was taken back, the one of this day.
    ImportUndone,
    /// A change of the roll was entered by hand.
    RollEntered,
    /// A statement about the key of a department was taken down.
    SenderSeen,
}

/// Each source: who did what, when, and what it was about, newest first.
const SOURCES: [&str; 10] = [
    "select asked_at_ms, asked_by, 'turn', cast(school_year as text) from roll_turn
     where asked_at_ms < $1 order by asked_at_ms desc limit $2",
    "select a.at_ms, a.by, 'turn_' || a.act, cast(t.school_year as text) from roll_turn_act a
     join roll_turn t on t.id = a.turn where a.at_ms < $1 order by a.at_ms desc limit $2",
    "select opened_at_ms, opened_by, 'run', name from screening_run
     where opened_at_ms < $1 order by opened_at_ms desc limit $2",
    "select closed_at_ms, closed_by, iif(voided = 1, 'run_voided', 'run_closed'), name
     from screening_run
     where closed_at_ms < $1 order by closed_at_ms desc limit $2",
    "select made_at_ms, made_by, 'notice', version from family_notice
     where made_at_ms < $1 order by made_at_ms desc limit $2",
    "select asked_ms, asked_by, 'account', login from account_ask
     where asked_ms < $1 order by asked_ms desc limit $2",
    "select done_ms, done_by, 'account_refused', login from account_ask
     where done_ms < $1 and done_by <> '' and agreed = 0 order by done_ms desc limit $2",
    "select imported_at_ms, author, 'import_undone', as_of from import_batch
     where imported_at_ms < $1 and kind = 'undone' order by imported_at_ms desc limit $2",
    "select imported_at_ms, author, 'roll_entered', as_of from import_batch
     where imported_at_ms < $1 and kind = 'entered' order by imported_at_ms desc limit $2",
    "select seen_at_ms, seen_by, 'sender_seen', name from sender_statement
     where seen_at_ms < $1 order by seen_at_ms desc limit $2",
];

/// These acts before a moment, newest first, each sort by itself: what is cut off is cut off there.
pub(super) fn acts(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Vec<Vec<ActLine>>, SqlError> {
    SOURCES.iter().map(|source| tx.query(source, params![before_ms, limit], line)).collect()
}

fn line(row: &Row<'_, '_>) -> Result<ActLine, SqlError> {
    let what = match row.str(2)? {
        "turn" => Some(Beside::TurnAsked),
        "turn_done" => Some(Beside::TurnDone),
        "turn_refused" => Some(Beside::TurnRefused),
        "turn_undone" => Some(Beside::TurnUndone),
        "run" => Some(Beside::RunOpened),
        "run_closed" => Some(Beside::RunClosed),
        "run_voided" => Some(Beside::RunVoided),
        "notice" => Some(Beside::Notice),
        "account" => Some(Beside::AccountAsked),
        "account_refused" => Some(Beside::AccountRefused),
        "import_undone" => Some(Beside::ImportUndone),
        "roll_entered" => Some(Beside::RollEntered),
        "sender_seen" => Some(Beside::SenderSeen),
        _ => None,
    };
    act(row, None, Deed::Beside(strange(what)?, row.text(3)?))
}
