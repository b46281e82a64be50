//! A legal hold for whoever may sign it and reads nothing about its student: the order alone.

use axum::response::{IntoResponse as _, Redirect, Response};
use domain::ledger::{Area, Kind, Word as _};
use runtime::sql::Tx;
use runtime::web::Lang;

use super::super::ledgers::WORK_HREF;
use super::super::office::chosen;
use crate::ledger::author::Author;
use crate::ledger::consent::LegalHold;
use crate::ledger::entry::RecordId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{access, read};

/// What an order that waits for a second person says without its student: number, day, and who
/// gave it.
pub(super) fn ordered(tx: &Tx<'_>, record: RecordId, lang: Lang) -> Result<String, LedgerRefusal> {
    let kept = read::one::<LegalHold>(tx, record)?.ok_or(LedgerRefusal::Unknown)?;
    if kept.entry.lift_asked_by.is_none() || kept.entry.until.is_some() {
        return Err(LedgerRefusal::NotAllowed);
    }
    let (label, order) = (chosen(Kind::LegalHold.label(), lang), kept.entry);
    Ok(format!("{label} #{} · {} · {}", record.0, order.from, order.ordered_by))
}

/// Whether the record to which an act leads opens to whoever did it.
pub(super) fn is_shown(
    tx: &Tx<'_>,
    author: &Author,
    (to, record): (Kind, RecordId),
) -> Result<bool, LedgerRefusal> {
    if to != Kind::LegalHold {
        return Ok(true);
    }
    let Some(kept) = read::one::<LegalHold>(tx, record)? else { return Ok(false) };
    Ok(access::may_read(tx, author, kept.entry.student, Area::Retention)?)
}

/// Back to the list on which the order stood.
pub(super) fn to_work() -> Response {
    Redirect::to(WORK_HREF).into_response()
}
