//! What is due with people outside the school: contacts about a case, data that an agency holds,
//! cards that an expert has, students on their way between schools. That a directory has withdrawn
//! an agency shows here, at each school that ordered from it.

use std::collections::HashMap;

use domain::ledger::{Action, Area, Authority, Kind, authority};
use domain::transfer::In;
use runtime::sql::{SqlError, Tx};

use super::super::agency::{AgencyOrder, Holds};
use super::super::author::Author;
use super::super::browse::{Rights, is_open_to};
use super::super::case;
use super::super::conference::{Conference, ConferenceCase};
use super::super::entry::RecordId;
use super::super::letters::cards::{self, CardEnvelope};
use super::super::liaison::CaseContact;
use super::super::moving::{self, Stands};
use super::super::read;
use super::super::refusal::LedgerRefusal;
use super::{DAY_MS, Duty, DutyKind, end_of, gather};

/// Contacts about cases that are open: of a case that has left none is due any more.
pub(super) fn of_cases(
    tx: &Tx<'_>,
    reader: &Author,
    duties: &mut Vec<Duty>,
) -> Result<(), SqlError> {
    if !is_open_to(reader.role(), Kind::CaseContact) {
        return Ok(());
    }
    let open = case::open_now(tx)?;
    let tiers: HashMap<_, _> = open.into_iter().map(|now| (now.case.record, now.tier)).collect();
    let waiting = read::waiting::<CaseContact>(tx)?;
    let of: HashMap<_, _> = waiting.iter().map(|kept| (kept.record, kept.entry.case)).collect();
    let before = duties.len();
    gather::<CaseContact>(tx, reader, duties, |kept| {
        let (due, staff) = (Some(end_of(kept.entry.due)), Some(kept.entry.staff));
        tiers.contains_key(&kept.entry.case).then_some((DutyKind::CaseContact, due, staff))
    })?;
    for duty in duties.iter_mut().skip(before) {
        duty.tier = of.get(&duty.record).and_then(|case| tiers.get(case)).copied();
    }
    Ok(())
}

/// Orders to agencies: data to be handed over, to be given back by a day, or at once where the
/// family's consent has ended since or no directory lets the agency be chosen any more.
pub(super) fn of_agencies(
    tx: &Tx<'_>,
    reader: &Author,
    duties: &mut Vec<Duty>,
) -> Result<(), SqlError> {
    if !is_open_to(reader.role(), Kind::AgencyOrder) {
        return Ok(());
    }
    let today = reader.today();
    let mut holds = HashMap::new();
    for kept in read::waiting::<AgencyOrder>(tx)? {
        let how = kept.entry.holds(tx, today).map_err(|refusal| match refusal {
            LedgerRefusal::Store(error) => error,
            _ => SqlError::Type,
        })?;
        // An order for later is judged by its day: the agency may begin then.
        let bar = kept.entry.agency_bar(tx, today.max(kept.entry.from))?;
        holds.insert(kept.record, (how, bar.is_some()));
    }
    gather::<AgencyOrder>(tx, reader, duties, |kept| {
        let (kind, due) = match holds.get(&kept.record)? {
            (Holds::Unfounded, _) => (DutyKind::AgencyRecall, kept.entry.return_by.min(today)),
            (Holds::Nothing, true) => (DutyKind::AgencyBarred, today),
            (Holds::Data, true) => (DutyKind::AgencyBarred, kept.entry.return_by.min(today)),
            (Holds::Nothing, false) => (DutyKind::AgencyHand, kept.entry.from),
            (Holds::Data, false) => (DutyKind::AgencyReturn, kept.entry.return_by),
        };
        Some((kind, Some(end_of(due)), Some(kept.entry.staff)))
    })
}

/// Cards that experts have: an opinion that is waited for, a decision that the meeting owes after
/// one, and a receipt for what was taken back.
pub(super) fn of_cards(
    tx: &Tx<'_>,
    reader: &Author,
    duties: &mut Vec<Duty>,
) -> Result<(), SqlError> {
    if !is_open_to(reader.role(), Kind::ConferenceCase) {
        return Ok(());
    }
    let mut rights = Rights::new(reader, Kind::ConferenceCase);
    for record in cards::records(tx)? {
        let Some(case) = read::one::<ConferenceCase>(tx, record)? else { continue };
        let student = Some(case.entry.student);
        if !rights.allow(tx, student)? {
            continue;
        }
        let meeting = read::one::<Conference>(tx, case.entry.conference)?;
        let meets_ms = meeting.map(|kept| end_of(kept.entry.day));
        let is_decided = !case.entry.decision.trim().is_empty();
        for one in cards::of_record(tx, record)? {
            let Some((kind, due_ms)) = due_of(tx, &one, (is_decided, meets_ms))? else { continue };
            let (of, staff, tier, by_other) = (Kind::ConferenceCase, None, None, false);
            duties.push(Duty { kind, of, due_ms, student, record, staff, tier, by_other });
        }
    }
    Ok(())
}

/// What is due of one card, and by when.
fn due_of(
    tx: &Tx<'_>,
    one: &CardEnvelope,
    (is_decided, meets_ms): (bool, Option<i64>),
) -> Result<Option<(DutyKind, Option<i64>)>, SqlError> {
    if let Some(revoked_at_ms) = one.revoked_at_ms {
        let due_ms = Some(revoked_at_ms.saturating_add(DAY_MS));
        return Ok(one.done_at_ms.is_none().then_some((DutyKind::ExpertReply, due_ms)));
    }
    if cards::waits(tx, one)? {
        return Ok(Some((DutyKind::ExpertWaits, Some(one.due_ms))));
    }
    let is_answered = one.ended_at_ms.is_none();
    Ok((is_answered && !is_decided).then_some((DutyKind::ExpertSaid, meets_ms)))
}

/// Transfers that this school answers, and those of which the other one has said nothing in time:
/// then somebody telephones.
pub(super) fn of_transfers(
    tx: &Tx<'_>,
    reader: &Author,
    duties: &mut Vec<Duty>,
) -> Result<(), SqlError> {
    if authority(reader.role(), Action::Write(Area::Roll)) != Authority::Allowed {
        return Ok(());
    }
    for row in moving::all(tx)? {
        let Some(due) = moving::due(&row) else { continue };
        let is_own = matches!(row.stands, Stands::In(In::Offered | In::Given(_)));
        if is_own || due < reader.today() {
            let (kind, of, record) = (DutyKind::Transfer, Kind::Transfer, RecordId(row.id));
            let (due_ms, student) = (Some(end_of(due)), row.student);
            let (staff, tier, by_other) = (None, None, false);
            duties.push(Duty { kind, of, due_ms, student, record, staff, tier, by_other });
        }
    }
    Ok(())
}
