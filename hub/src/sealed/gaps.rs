//! Numbers of a leader's chain that its helper does not have.
//!
//! A leader counts its records, and the helper signs each with its number. A number that is missing
//! is a record that this hub lost with a backup, that the leader set aside, or that it hides; the
//! leader shows what both signed, and for what it does not show a person rings.

use std::collections::{BTreeMap, BTreeSet};

use certs::aggregate::Role;
use domain::unit::UnitId;
use proto::recalled::decode_closed;
use runtime::sql::{SqlError, Tx};

use super::documents::Documents;
use crate::store::sealed::{record, task, year};

/// Most numbers that are asked for at a time.
pub const ASKED_MAX: usize = 64;

/// The numbers that are missing of each leader beside which this hub helps. A leader that has
/// another helper as well counts records that this hub never sees, and is left out.
///
/// # Errors
/// The store cannot be read.
pub fn missing(
    tx: &Tx<'_>,
    documents: &Documents,
    own: &UnitId,
) -> Result<BTreeMap<UnitId, BTreeSet<u64>>, SqlError> {
    let mut areas: BTreeMap<&UnitId, BTreeSet<(&UnitId, i16)>> = BTreeMap::new();
    let mut with_others = BTreeSet::new();
    for of in documents.years() {
        let sealed = of.sealed();
        if of.role_of(own) == Some(Role::Helper) {
            let place = (sealed.plan.area(), sealed.plan.year());
            areas.entry(&sealed.leader).or_default().insert(place);
        } else {
            with_others.insert(&sealed.leader);
        }
    }
    // The leader counts on through years whose documents do not hold any more.
    let stored = task::places(tx)?;
    for places in areas.values_mut() {
        let own: BTreeSet<&UnitId> = places.iter().map(|(area, _)| *area).collect();
        let also = stored.iter().filter(|(area, _)| own.contains(area));
        places.extend(also.map(|(area, year)| (area, *year)));
    }
    let mut found = BTreeMap::new();
    for (leader, places) in areas.into_iter().filter(|(leader, _)| !with_others.contains(leader)) {
        let mut numbers = BTreeSet::new();
        for place in places {
            numbers.extend(record::numbers(tx, place)?);
            let told = year::find(tx, place)?.told;
            let closed = told.and_then(|(record, _)| decode_closed(&record).ok());
            numbers.extend(closed.map(|closed| closed.number));
        }
        let last = numbers.last().copied().unwrap_or(0);
        let missing: BTreeSet<u64> =
            (1..last).filter(|number| !numbers.contains(number)).take(ASKED_MAX).collect();
        if !missing.is_empty() {
            found.insert(leader.clone(), missing);
        }
    }
    Ok(found)
}
