//! What an operator of a hub with a part in sealed sums has to look at, in one place for the page,
//! the terminal and `doctor`: which unit, what it can be, and what to do.

use std::collections::{BTreeMap, BTreeSet};

use domain::digest::Digest;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};
use runtime::web::{Lang, Text};

use super::documents::Documents;
use super::{close, gaps, words};
use crate::relay::bounds;
use crate::store::sealed::{school_key, task, year};
use crate::store::{alarm, sealed_inbox};

/// Kind of the alarm about a report under another key than the stated one.
pub const ALARM_OTHER_KEY: &str = "sealed_other_key";

/// Kind of the alarm about a report beside which the helper alone holds another one.
pub const ALARM_HELD_THERE: &str = "sealed_held_there";

const DAY_MS: i64 = 24 * 3_600_000;
/// How long what came lately is shown.
const LATELY_MS: i64 = 30 * DAY_MS;

/// Something that a person must look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Reports of a school came under another key than health stated.
    OtherKey(UnitId),
    /// The helper holds another report of a school, and this hub does not.
    HeldThere(UnitId),
    /// More keys sign in a school's name than wait at a time.
    Crowded(UnitId),
    /// A unit sent more than a hub takes in a week.
    TooMuch(UnitId),
    /// A year is over and can be closed from a day on.
    Close(UnitId, i16, Date),
    /// The other hub closed a year that this one has not.
    ClosedThere(UnitId, i16),
    /// This hub closed a year that the other one has not.
    OpenThere(UnitId, i16),
    /// Openings were taken up again from the other hub: this store was put back.
    Recalled(String),
    /// Records of a leader are not here: the first of their numbers, and how many.
    Gap(UnitId, u64, usize),
}

impl Notice {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherKey(_) => "other_key",
            Self::HeldThere(_) => "held_there",
            Self::Crowded(_) => "keys_crowded",
            Self::TooMuch(_) => "too_much",
            Self::Close(..) => "year_to_close",
            Self::ClosedThere(..) => "year_closed_there",
            Self::OpenThere(..) => "year_open_there",
            Self::Recalled(_) => "recalled",
            Self::Gap(..) => "records_missing",
        }
    }

    /// Which unit, what it is and what to do: the sentence and its values.
    #[must_use]
    pub fn parts(&self) -> (Text, Vec<String>) {
        let year = |area: &UnitId, year: &i16| vec![area.to_string(), year.to_string()];
        match self {
            Self::OtherKey(unit) => (words::OTHER_KEY, vec![unit.to_string()]),
            Self::HeldThere(unit) => (words::HELD_THERE, vec![unit.to_string()]),
            Self::Crowded(unit) => {
                (words::KEYS_CROWDED, vec![unit.to_string(), bounds::KEYS_MAX.to_string()])
            }
            Self::TooMuch(unit) => (words::TOO_MUCH, vec![unit.to_string()]),
            Self::Close(area, school_year, from) => {
                let mut values = year(area, school_year);
                values.extend([from.to_string(), school_year.to_string()]);
                (words::TO_CLOSE, values)
            }
            Self::ClosedThere(area, school_year) => {
                let mut values = year(area, school_year);
                values.push(school_year.to_string());
                (words::CLOSED_THERE, values)
            }
            Self::OpenThere(area, school_year) => (words::OPEN_THERE, year(area, school_year)),
            Self::Recalled(area) => (words::RECALLED, vec![area.clone()]),
            Self::Gap(leader, first, count) => {
                let values = vec![leader.to_string(), first.to_string(), count.to_string()];
                (words::GAP, values)
            }
        }
    }

    /// The same in a language.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        self.say_named(lang, str::to_owned)
    }

    /// The same with the unit as `name` gives it for its id.
    #[must_use]
    pub fn say_named(&self, lang: Lang, name: impl Fn(&str) -> String) -> String {
        let (text, mut values) = self.parts();
        // The first value of every notice is the unit that it is about.
        if let Some(unit) = values.first_mut() {
            *unit = name(unit);
        }
        let values: Vec<&dyn std::fmt::Display> =
            values.iter().map(|value| value as &dyn std::fmt::Display).collect();
        text.fill(lang, &values)
    }
}

/// Everything that an operator of a hub has to look at now.
///
/// # Errors
/// The store cannot be read.
pub fn notices(
    tx: &Tx<'_>,
    documents: &Documents,
    own: &UnitId,
    (today, now_ms): (Date, i64),
) -> Result<Vec<Notice>, SqlError> {
    let mut found: Vec<Notice> =
        other_keys(tx, documents, now_ms)?.into_keys().map(Notice::OtherKey).collect();
    let of_kind = |kind| alarm::of_kind(tx, kind);
    for raised in [of_kind(bounds::ALARM)?, of_kind(super::adopt::ALARM)?].concat() {
        if now_ms.saturating_sub(raised.raised_at_ms) > LATELY_MS {
            continue;
        }
        let Ok(unit) = raised.unit.parse::<UnitId>() else { continue };
        let notice = match raised.kind.as_str() {
            bounds::ALARM if raised.detail.starts_with(bounds::CROWDED) => Notice::Crowded(unit),
            bounds::ALARM => Notice::TooMuch(unit),
            super::adopt::ALARM => Notice::Recalled(raised.unit),
            _ => continue,
        };
        if !found.contains(&notice) {
            found.push(notice);
        }
    }
    for unit in held_there(tx, now_ms)? {
        found.push(Notice::HeldThere(unit));
    }
    for (leader, numbers) in gaps::missing(tx, documents, own)? {
        let first = numbers.first().copied().unwrap_or(0);
        found.push(Notice::Gap(leader, first, numbers.len()));
    }
    for place in task::places(tx)? {
        if !close::is_ended(place.1, today) {
            continue;
        }
        // Of a year whose plan does not hold any more nothing is heard from the other hub.
        let holding = documents.year(&place.0, place.1);
        if holding.is_some_and(|of| of.role_of(own).is_none()) {
            continue;
        }
        let holds = holding.is_some();
        let known = year::find(tx, (&place.0, place.1))?;
        let (area, school_year) = place;
        match (known.closed_at_ms, known.told) {
            (None, None) => {
                let from = close::from(school_year);
                found.push(Notice::Close(area, school_year, from));
            }
            (None, Some(_)) => found.push(Notice::ClosedThere(area, school_year)),
            (Some(_), None) if holds => found.push(Notice::OpenThere(area, school_year)),
            (Some(_), _) => {}
        }
    }
    Ok(found)
}

/// Schools of which a report waits because the other hub holds another one: as long as it waits. An
/// alarm of before does not name the report and is shown for a while.
fn held_there(tx: &Tx<'_>, now_ms: i64) -> Result<BTreeSet<UnitId>, SqlError> {
    let mut found = BTreeSet::new();
    for raised in alarm::of_kind(tx, ALARM_HELD_THERE)? {
        let report = raised.detail.rsplit(' ').next().and_then(|word| Digest::from_hex(word).ok());
        let stands = match report {
            Some(report) => sealed_inbox::is_open(tx, &report)?,
            None => now_ms.saturating_sub(raised.raised_at_ms) <= LATELY_MS,
        };
        if let Some(unit) = raised.unit.parse().ok().filter(|_| stands) {
            found.insert(unit);
        }
    }
    Ok(found)
}

/// Schools in whose name reports came lately under another key than the stated one, and when last.
///
/// # Errors
/// The store cannot be read.
pub fn other_keys(
    tx: &Tx<'_>,
    documents: &Documents,
    now_ms: i64,
) -> Result<BTreeMap<UnitId, i64>, SqlError> {
    let mut found = BTreeMap::new();
    for seen in school_key::all(tx)? {
        // The latest year counts: a list of before has the key of before.
        let of_school = documents.years().iter();
        let of_school = of_school.filter(|year| year.sealed().roster.school(&seen.unit).is_some());
        let latest = of_school.max_by_key(|year| year.sealed().plan.year());
        let stated = latest.and_then(|year| year.key_of(&seen.unit));
        let is_other = stated.is_some_and(|stated| *stated != seen.key);
        if is_other && now_ms.saturating_sub(seen.last_seen_at_ms) <= LATELY_MS {
            found.insert(seen.unit, seen.last_seen_at_ms);
        }
    }
    Ok(found)
}
