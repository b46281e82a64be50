//! What is due with people outside the school: contacts about a case, data that an agency holds,
//! students on their way between schools.

use std::collections::HashMap;

use domain::ledger::{Action, Area, Authority, Kind, authority};
use domain::transfer::In;
use runtime::sql::{SqlError, Tx};

use super::super::agency::{AgencyOrder, Holds};
use super::super::author::Author;
use super::super::browse::is_open_to;
use super::super::case;
use super::super::entry::RecordId;
use super::super::liaison::CaseContact;
use super::super::moving::{self, Stands};
use super::super::read;
use super::super::refusal::LedgerRefusal;
use super::{Duty, DutyKind, end_of, gather};

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
/// family's consent has ended since.
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
        holds.insert(kept.record, how);
    }
    gather::<AgencyOrder>(tx, reader, duties, |kept| {
        let (kind, due) = match holds.get(&kept.record)? {
            Holds::Nothing => (DutyKind::AgencyHand, kept.entry.from),
            Holds::Data => (DutyKind::AgencyReturn, kept.entry.return_by),
            Holds::Unfounded => (DutyKind::AgencyRecall, kept.entry.return_by.min(today)),
        };
        Some((kind, Some(end_of(due)), Some(kept.entry.staff)))
    })
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
