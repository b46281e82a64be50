//! What is due of notices: a duty report that was not sent or that its office has not answered, and
//! a tip or a hotline's caller that was not acknowledged or not answered. What came is on the list
//! without any name.

use domain::ledger::{Kind, SchoolRole};
use domain::neighbour::{Danger, HAND_OFF_DAYS, HANDLED_MS, NoticeKind, NoticeState, RECEIVED_MS};
use domain::referral::working;
use runtime::sql::{SqlError, Tx};

use super::super::author::Author;
use super::super::browse::Rights;
use super::super::entry::{Moment, RecordId};
use super::super::neighbour::{self, Answer, Out, report};
use super::super::refusal::LedgerRefusal;
use super::{Duty, DutyKind, end_of};

/// Tips and callers that are looked at.
const LOOKED_AT: u32 = 1_000;

/// Reports, for whoever writes them about that student.
pub(super) fn of_reports(
    tx: &Tx<'_>,
    reader: &Author,
    duties: &mut Vec<Duty>,
) -> Result<(), SqlError> {
    if report::allow(tx, reader, None).is_err() {
        return Ok(());
    }
    let mut rights = Rights::new(reader, Kind::DutyReport);
    for out in neighbour::due_out(tx)? {
        let Some(record) = out.record else { continue };
        let entry = match report::entry(tx, record) {
            Ok(Some(entry)) => entry,
            Ok(None) => continue,
            Err(LedgerRefusal::Store(error)) => return Err(error),
            Err(_) => return Err(SqlError::Type),
        };
        if !rights.allow(tx, entry.student)? {
            continue;
        }
        let came = neighbour::came(tx, out.id)?;
        let Some((kind, since, within)) = of_report(&out, &came) else { continue };
        let by_other = kind == DutyKind::ReportSend && !report::may_send(tx, reader, &out)?;
        let (of, student, due_ms) =
            (Kind::DutyReport, entry.student, Some(since.0.saturating_add(within)));
        let (staff, tier) = (None, None);
        duties.push(Duty { kind, of, due_ms, student, record, staff, tier, by_other });
    }
    Ok(())
}

/// What a report asks for, since when and within how long.
fn of_report(out: &Out, came: &[Answer]) -> Option<(DutyKind, Moment, i64)> {
    let Some(sent_at) = out.sent_at else {
        return Some((DutyKind::ReportSend, out.written_at, RECEIVED_MS));
    };
    let last = came.last().map_or(sent_at, |answer| answer.at);
    match neighbour::stands(came.iter().map(|answer| answer.said.kind())) {
        NoticeState::Draft | NoticeState::Sent => {
            Some((DutyKind::ReportReceipt, sent_at, RECEIVED_MS))
        }
        NoticeState::Received => Some((DutyKind::ReportAnswer, last, HANDLED_MS)),
        NoticeState::MoreNeeded => Some((DutyKind::ReportMore, last, RECEIVED_MS)),
        // Nobody answers a report by having reached somebody.
        NoticeState::Handled
        | NoticeState::NotOurs
        | NoticeState::Reached
        | NoticeState::NotReached => None,
    }
}

/// Tips, for the head and for whom the head named.
pub(super) fn of_tips(
    tx: &Tx<'_>,
    reader: &Author,
    duties: &mut Vec<Duty>,
) -> Result<(), SqlError> {
    let is_head = reader.role() == SchoolRole::MoralHead;
    if !is_head && reader.role() != SchoolRole::Counsellor {
        return Ok(());
    }
    for notice in neighbour::all_in(tx, LOOKED_AT)? {
        let is_read = is_head || neighbour::is_read_by(&notice, reader.staff());
        if notice.kind != NoticeKind::Tip || notice.erased.is_some() || !is_read {
            continue;
        }
        let said = neighbour::said(tx, notice.id)?;
        let last = said.last().map_or(notice.received_at, |one| one.answer.at);
        let (kind, within) = match neighbour::stands(said.iter().map(|one| one.answer.said.kind()))
        {
            NoticeState::Sent => (DutyKind::TipReceipt, RECEIVED_MS),
            NoticeState::Received => (DutyKind::TipAnswer, HANDLED_MS),
            _ => continue,
        };
        let (of, record) = (Kind::DutyReport, RecordId(notice.id));
        let (due_ms, student) = (Some(last.0.saturating_add(within)), None);
        let (staff, tier, by_other) = (None, None, false);
        duties.push(Duty { kind, of, due_ms, student, record, staff, tier, by_other });
    }
    Ok(())
}

/// Callers whom hotlines handed over, for every counsellor. One in danger is due at once and until
/// it is said whether the caller was reached.
pub(super) fn of_callers(
    tx: &Tx<'_>,
    reader: &Author,
    duties: &mut Vec<Duty>,
) -> Result<(), SqlError> {
    if reader.role() != SchoolRole::Counsellor {
        return Ok(());
    }
    for notice in neighbour::all_in(tx, LOOKED_AT)? {
        let Some(caller) = neighbour::caller(&notice) else { continue };
        let (is_danger, came) = (caller.danger == Danger::Yes, notice.received_at);
        let said = neighbour::said(tx, notice.id)?;
        let state = neighbour::stands(said.iter().map(|one| one.answer.said.kind()));
        let (kind, due_ms) = match (state, is_danger) {
            (NoticeState::Sent | NoticeState::Received, true) => (DutyKind::HandOffDanger, came.0),
            (NoticeState::Sent, false) => {
                (DutyKind::HandOffReceipt, end_of(working(came.day(), HAND_OFF_DAYS)))
            }
            (NoticeState::Received, false) => {
                let last = said.last().map_or(came, |one| one.answer.at);
                (DutyKind::HandOffAnswer, last.0.saturating_add(HANDLED_MS))
            }
            _ => continue,
        };
        let (of, record) = (Kind::DutyReport, RecordId(notice.id));
        let (due_ms, student) = (Some(due_ms), None);
        let (staff, tier, by_other) = (None, None, false);
        duties.push(Duty { kind, of, due_ms, student, record, staff, tier, by_other });
    }
    Ok(())
}
