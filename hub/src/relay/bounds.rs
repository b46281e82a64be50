//! How much one unit may have a hub carry or keep: what is over it is refused for now, and a school
//! sends it again by itself, days apart.
//!
//! A certificate alone may not use up what is a school's: where health has stated a school's report
//! key, reports that this key signed have room of their own, whatever comes in the school's name
//! beside them. A hub on the way knows no keys and counts each unit by the member that brings it.

use domain::digest::Digest;
use domain::disclosure::sealed::{Kind, sealed_year_of};
use domain::period::Period;
use domain::unit::UnitId;
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::sealing::report_key;
use runtime::sql::{SqlError, Tx};

use super::{Addressed, Refused};
use crate::packs::Packs;
use crate::store::relay_load::{self, Class, Load};
use crate::store::sealed::school_key;
use crate::store::{alarm, sealed_inbox};

/// Kind of the alarm about a unit that sends more than a hub takes.
pub const ALARM: &str = "relay_bound";
/// Code of what is over a unit's room of a week.
pub const TOO_MUCH: &str = "too_much";
/// Code of reports under more keys than wait at a time.
pub const CROWDED: &str = "keys_crowded";

/// Days over which is counted.
const DAYS: i32 = 7;
/// What a school that comes back after a year sends in a day: forty weeks of thirty tables of 17
/// KB.
const ROOM: Load = Load { items: 4_000, bytes: 64 << 20 };
/// What comes in a school's name under keys that health has not stated.
const ROOM_UNSTATED: Load = Load { items: 256, bytes: 4 << 20 };
/// Keys of a school that are not stated and under which reports wait.
pub const KEYS_MAX: usize = 8;
/// Reports of one task that wait under one of them.
const OF_KEY_MAX: u64 = 2;

/// What bounds are looked up by.
pub struct Asked<'a> {
    /// Packs in use, which say the stated keys.
    pub packs: &'a Packs,
    /// Member that brought the item.
    pub sender: &'a UnitId,
    /// The item.
    pub addressed: &'a Addressed,
    /// The same with the certificates of its signer, as it is kept.
    pub item: &'a [u8],
    /// Today, by this hub's calendar.
    pub today: Date,
    /// Now.
    pub now_ms: i64,
}

/// Whether there is room for a new item; what there is room for is counted.
///
/// # Errors
/// The store cannot be read or written.
pub fn admit(tx: &Tx<'_>, asked: &Asked<'_>) -> Result<Result<(), Refused>, SqlError> {
    let Asked { sender, addressed, today, now_ms, .. } = asked;
    let unit = &addressed.signer.unit;
    let class = class(asked);
    if class == Class::Other
        && let Err(refused) = crowd(tx, asked)?
    {
        return Ok(Err(refused));
    }
    let item = &addressed.item;
    let bytes = item.body.len() + item.chain.iter().map(Vec::len).sum::<usize>();
    let new = Load { items: 1, bytes: bytes as u64 };
    let since = today.saturating_sub(DAYS.days());
    // The addressee counts a school whoever brings it; a hub on the way by who brings it.
    let by = (class == Class::Carried).then_some(*sender);
    let before = relay_load::since(tx, (by, unit), class, since)?;
    let room = if class == Class::Other { ROOM_UNSTATED } else { ROOM };
    if before.items + new.items > room.items || before.bytes + new.bytes > room.bytes {
        let detail = format!("{TOO_MUCH} {} {today}", class.as_str());
        alarm::raise(tx, ALARM, unit.as_str(), &detail, *now_ms)?;
        let reason = "the unit sent more than a hub takes within seven days; send it again later";
        return Ok(Err((TOO_MUCH.to_owned(), reason.to_owned())));
    }
    relay_load::add(tx, (sender, unit), (class, *today), new)?;
    Ok(Ok(()))
}

/// Whose room an item takes.
fn class(asked: &Asked<'_>) -> Class {
    let Some(report) = &asked.addressed.report else { return Class::Carried };
    let signed = report_key(report, &asked.addressed.item.body);
    let stated = stated(asked.packs, (&asked.addressed.signer.unit, report.place.period));
    match (signed, stated) {
        (Ok(key), Some(stated)) if key == *stated => Class::Stated,
        _ => Class::Other,
    }
}

/// The key that health stated for a school's reports about a period.
fn stated<'p>(packs: &'p Packs, (unit, period): (&UnitId, Period)) -> Option<&'p Digest> {
    let kind = if matches!(period, Period::Term(_)) { Kind::Stock } else { Kind::Flow };
    let year = sealed_year_of(kind, period)?;
    packs.sealed_years().of_school(unit, year)?.key_of(unit)
}

/// Whether another report under a key that is not stated may wait. Its key is noted all the same
/// with one report that it signed, so that health is shown the latest keys: whoever fills the room
/// that waits keeps no school from being rung.
fn crowd(tx: &Tx<'_>, asked: &Asked<'_>) -> Result<Result<(), Refused>, SqlError> {
    let Some(report) = &asked.addressed.report else { return Ok(Ok(())) };
    let unit = &asked.addressed.signer.unit;
    let stated = stated(asked.packs, (unit, report.place.period));
    // A key that did not sign it takes no place and is not noted: the report is refused when it is
    // looked at, within the unit's room.
    let Ok(key) = report_key(report, &asked.addressed.item.body) else { return Ok(Ok(())) };
    let waiting = sealed_inbox::keys_waiting(tx, unit)?;
    let others = waiting.iter().filter(|one| Some(*one) != stated && **one != key).count();
    let of_key = sealed_inbox::count_waiting(tx, unit, (&report.task, &key))?;
    if others < KEYS_MAX && of_key < OF_KEY_MAX {
        return Ok(Ok(()));
    }
    school_key::note(tx, (unit, &key), stated, asked.now_ms)?;
    school_key::keep_item(tx, unit, &key, asked.item)?;
    let detail = format!("{CROWDED} {}", asked.today);
    alarm::raise(tx, ALARM, unit.as_str(), &detail, asked.now_ms)?;
    let reason = "reports of the unit wait under other keys that health has not stated; send it \
                  again later";
    Ok(Err((CROWDED.to_owned(), reason.to_owned())))
}
