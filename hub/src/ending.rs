//! Which certificates of members end soon: one answer for `doctor`, `status` and the start page.
//!
//! A member renews by itself. One that did not within the last month needs its school, and once its
//! certificate is over, its operator here.

use std::collections::BTreeMap;

use domain::unit::UnitId;
use runtime::clock::local_of;
use runtime::sql::{SqlError, Tx};

use crate::store::member_key;
use crate::store::unit::{self, Unit, UnitStatus};

/// Days before its end from which on a certificate is told of.
pub const ENDING_DAYS: i64 = 30;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A member whose certificate ends soon, or has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The member.
    pub unit: Unit,
    /// Whole days that are left; below zero where it has ended.
    pub days: i64,
}

/// Whole days from now to an end; below zero once it is over.
#[must_use]
pub const fn days_left(end_ms: i64, now_ms: i64) -> i64 {
    end_ms.saturating_sub(now_ms).div_euclid(DAY_MS)
}

/// The days that are left of each unit's current certificate, by id; of several keys the one that
/// holds longest counts.
///
/// # Errors
/// The store cannot be read.
pub fn left(tx: &Tx<'_>, now_ms: i64) -> Result<BTreeMap<String, i64>, SqlError> {
    let ends = member_key::ends(tx)?.into_iter();
    Ok(ends.map(|(unit, end_ms)| (unit, days_left(end_ms, now_ms))).collect())
}

/// Members of a hub that are served and whose certificates end within a month or have ended, the
/// first to end first.
///
/// # Errors
/// The store cannot be read.
pub fn soon(tx: &Tx<'_>, own: &UnitId, now_ms: i64) -> Result<Vec<Ending>, SqlError> {
    let today = local_of(now_ms).date();
    let mut found = Vec::new();
    for (id, days) in left(tx, now_ms)?.into_iter().filter(|(_, days)| *days < ENDING_DAYS) {
        let Ok(id) = id.parse::<UnitId>() else { continue };
        let served = unit::find(tx, &id)?.filter(|unit| unit.status == UnitStatus::Active);
        let Some(unit) = served else { continue };
        if unit::parent_on(tx, &id, today)?.as_deref() == Some(own.as_str()) {
            found.push(Ending { unit, days });
        }
    }
    found.sort_by(|one, other| (one.days, &one.unit.id).cmp(&(other.days, &other.unit.id)));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use certs::digest::sha256;
    use domain::unit::UnitKind;
    use jiff::civil::date;

    use super::*;
    use crate::statistics::fixture::{Fixture, NOW_MS};
    use crate::store::member_key::{KeyState, MemberKey};

    fn keep(city: &Fixture, id: &str, days: i64) {
        let of = format!("{id} {days}");
        let key = MemberKey {
            key_id: *sha256(of.as_bytes()).bytes(),
            unit: id.to_owned(),
            spki: of.clone().into_bytes(),
            certificate: Vec::new(),
            serial: of.into_bytes(),
            not_after_ms: NOW_MS + days * DAY_MS,
            state: KeyState::Current,
            expired_renewal: false,
        };
        let kept = move |tx: &Tx<'_>| member_key::insert(tx, &key, NOW_MS);
        city.database.write::<_, SqlError>("certificate", kept).expect("certificate");
    }

    /// Whose certificate ends within 30 days is told with the days that are left, at 29 as at 7 and
    /// 1 and after the end; not who has a later one, is served no more, or sits under another hub.
    #[test]
    fn who_ends_soon_is_one_answer() {
        let city = Fixture::new("370200", UnitKind::City);
        for id in ["370202", "370203", "370205", "370211", "370212", "370213"] {
            city.member(id, UnitKind::District, 9);
        }
        let kept = [("370202", 29), ("370203", 30), ("370205", -1), ("370211", 7), ("370212", 1)];
        for (id, days) in kept {
            keep(&city, id, days);
        }
        keep(&city, "370213", 1);
        keep(&city, "370213", 80);
        let told = || {
            let soon = |tx: &Tx<'_>| soon(tx, &"370200".parse().expect("id"), NOW_MS);
            let soon = city.database.read(soon).expect("read");
            soon.into_iter().map(|one| (one.unit.id.to_string(), one.days)).collect::<Vec<_>>()
        };
        let of = |id: &str, days| (id.to_owned(), days);
        let all = [of("370205", -1), of("370212", 1), of("370211", 7), of("370202", 29)];
        assert_eq!(told(), all);
        let left = city.database.read(|tx| left(tx, NOW_MS)).expect("read");
        assert_eq!((left.get("370213"), left.get("370203")), (Some(&80), Some(&30)));
        let change = |tx: &Tx<'_>| {
            unit::set_status(tx, &"370205".parse().expect("id"), UnitStatus::Closed)?;
            let [moved, other] = ["370212", "370299"].map(|id| id.parse().expect("id"));
            unit::place(tx, &moved, &other, date(2026, 1, 1), NOW_MS)
        };
        city.database.write::<_, SqlError>("change", change).expect("changed");
        assert_eq!(told(), [of("370211", 7), of("370202", 29)]);
    }
}
