//! What an operator of a hub with a part in sealed sums has to look at, in one place for the page,
//! the terminal and `doctor`: which unit, what it can be, and what to do.

use std::collections::{BTreeMap, BTreeSet};

use domain::digest::Digest;
use domain::disclosure::sealed::Kind;
use domain::period::Period;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};
use runtime::web::time::minute;
use runtime::web::{Lang, Text};

use super::claim::{self, By, Far};
use super::documents::Documents;
use super::{close, dispute, gaps, given, unsure, words};
use crate::contradiction::about;
use crate::relay::bounds;
use crate::store::contradiction::{self, Contradiction};
use crate::store::sealed::{notes, school_key, task, year};
use crate::store::{alarm, sealed_inbox};

/// Kind of the alarm about a report under another key than the stated one.
pub const ALARM_OTHER_KEY: &str = "sealed_other_key";

/// Kind of the alarm about a report beside which the helper alone holds another one.
pub const ALARM_HELD_THERE: &str = "sealed_held_there";

/// Kind of the alarm about a clear sheet that does not fit together with what was opened.
pub const ALARM_CONTRADICTS: &str = "sealed_contradicts";

/// Kind of the alarm about a leader that asked for what the plan does not have.
pub const ALARM_OUTSIDE: &str = "sealed_outside_plan";

/// Kind of the alarm about a leader that held back the group of a school for its clear sheet.
pub const ALARM_HELD_BACK: &str = "sealed_held_back";

/// Kind of the alarm about a helper that claims an opening which does not hold.
pub const ALARM_CLAIM: &str = "sealed_claim";

/// Kinds of alarms that are shown for a while.
const SHOWN_LATELY: [&str; 6] = [
    bounds::ALARM,
    super::adopt::ALARM,
    ALARM_OUTSIDE,
    ALARM_CONTRADICTS,
    ALARM_CLAIM,
    ALARM_HELD_BACK,
];

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
    /// This store was put back, as it found then, and what its operators noted since is not entered
    /// again: nothing is opened.
    NotesLost(UnitId, i64),
    /// Records of a leader are not here: the first of their numbers, and how many.
    Gap(UnitId, u64, usize),
    /// The other hub and this one do not agree about reports.
    Disagree(UnitId),
    /// A leader asked for a sum that the plan does not have.
    AskedOutside(UnitId, String),
    /// A leader held back the group of a school from a sum, of which it alone can know why.
    HeldBack(UnitId, String),
    /// Groups of an area stay closed since the helper was put back: of which task, and for which
    /// schools.
    Unsure(UnitId, String, String),
    /// The helper claims that it let a sum pass, over reports that do not hold here.
    Claimed(UnitId, String),
    /// A share of this hub's has been out since a day, of a sum that the leader does not record.
    ShareOut(UnitId, String, String),
    /// The helper has not answered since then.
    HelperSilent(UnitId, i64),
    /// The leader has not agreed on any key since then.
    LeaderSilent(UnitId, i64),
    /// The clear sheet of a unit does not fit together with what was opened, of a period.
    Contradicts(UnitId, String),
    /// Opened sums of an area break a relation of the catalogue.
    Breaks(Box<Contradiction>),
    /// Of schools of an area nothing is final for seven days: how many, and the first of them.
    SchoolsSilent(UnitId, usize, String),
    /// A report names far more or fewer persons than are known of its school, or those of a town's
    /// schools do together.
    Enrolled(Box<Far>),
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
            Self::NotesLost(..) => "notes_lost",
            Self::Gap(..) => "records_missing",
            Self::Disagree(_) => "hubs_disagree",
            Self::AskedOutside(..) => "asked_outside_plan",
            Self::HeldBack(..) => "group_held_back",
            Self::Unsure(..) => "closed_since_restore",
            Self::Claimed(..) => "claim_does_not_hold",
            Self::ShareOut(..) => "share_not_recorded",
            Self::HelperSilent(..) => "helper_silent",
            Self::LeaderSilent(..) => "leader_silent",
            Self::SchoolsSilent(..) => "schools_silent",
            Self::Contradicts(..) => "sheet_contradicts",
            Self::Breaks(_) => "sums_contradict",
            Self::Enrolled(_) => "enrolment_far",
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
            Self::NotesLost(own, since) => {
                (words::NOTES_LOST, vec![own.to_string(), minute(*since)])
            }
            Self::Gap(leader, first, count) => {
                let values = vec![leader.to_string(), first.to_string(), count.to_string()];
                (words::GAP, values)
            }
            Self::Disagree(unit) => (words::DISAGREE, vec![unit.to_string()]),
            Self::AskedOutside(unit, what) => {
                (words::ASKED_OUTSIDE, vec![unit.to_string(), what.clone()])
            }
            Self::ShareOut(unit, what, on) => {
                (words::SHARE_OUT, vec![unit.to_string(), what.clone(), on.clone()])
            }
            Self::HeldBack(unit, what) => (words::HELD_BACK, vec![unit.to_string(), what.clone()]),
            Self::Unsure(area, what, schools) => {
                (words::UNSURE, vec![area.to_string(), what.clone(), schools.clone()])
            }
            Self::Claimed(unit, what) => (words::CLAIMED, vec![unit.to_string(), what.clone()]),
            Self::Contradicts(unit, period) => {
                (words::CONTRADICTS, vec![unit.to_string(), period.clone()])
            }
            Self::Breaks(one) => {
                let values = vec![one.place.to_string(), one.identity.clone(), about(one)];
                (words::BREAKS, values)
            }
            Self::HelperSilent(unit, since) => {
                (words::HELPER_AWAY, vec![unit.to_string(), minute(*since)])
            }
            Self::LeaderSilent(unit, since) => {
                (words::LEADER_AWAY, vec![unit.to_string(), minute(*since)])
            }
            Self::SchoolsSilent(area, count, named) => {
                (words::SCHOOLS_SILENT, vec![area.to_string(), count.to_string(), named.clone()])
            }
            Self::Enrolled(far) => far_parts(far),
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
        if let (Self::SchoolsSilent(..), Some(schools)) = (self, values.get_mut(2)) {
            let named: Vec<String> = schools.split_whitespace().map(&name).collect();
            *schools = named.join(" ");
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
    let mut asked = BTreeSet::new();
    for raised in SHOWN_LATELY.map(of_kind).into_iter().collect::<Result<Vec<_>, _>>()?.concat() {
        if now_ms.saturating_sub(raised.raised_at_ms) > LATELY_MS {
            continue;
        }
        let Ok(unit) = raised.unit.parse::<UnitId>() else { continue };
        let notice = match raised.kind.as_str() {
            bounds::ALARM if raised.detail.starts_with(bounds::CROWDED) => Notice::Crowded(unit),
            bounds::ALARM => Notice::TooMuch(unit),
            super::adopt::ALARM => Notice::Recalled(raised.unit),
            ALARM_CONTRADICTS => Notice::Contradicts(unit, raised.detail),
            ALARM_CLAIM => Notice::Claimed(unit, raised.detail),
            ALARM_HELD_BACK => Notice::HeldBack(unit, raised.detail),
            // The latest of a leader stands for the others.
            ALARM_OUTSIDE if asked.insert(unit.clone()) => {
                Notice::AskedOutside(unit, raised.detail)
            }
            _ => continue,
        };
        if !found.contains(&notice) {
            found.push(notice);
        }
    }
    found.extend(waiting(tx, ALARM_HELD_THERE, now_ms)?.into_iter().map(Notice::HeldThere));
    found.extend(waiting(tx, dispute::ALARM, now_ms)?.into_iter().map(Notice::Disagree));
    for (leader, numbers) in gaps::missing(tx, documents, own)? {
        let first = numbers.first().copied().unwrap_or(0);
        found.push(Notice::Gap(leader, first, numbers.len()));
    }
    found.extend(figures_off(tx, documents, (own, now_ms))?);
    let given = given::unrecorded(tx, (documents, own), today)?.into_iter();
    found.extend(given.map(|one| Notice::ShareOut(one.leader, one.what, one.on)));
    let closed = unsure::listed(tx, (documents, own), today)?.into_iter();
    found.extend(closed.map(|one| Notice::Unsure(one.area, one.what, one.schools)));
    found.extend(to_close(tx, documents, (own, today))?);
    Ok(found)
}

/// School years that are over and not closed at both hubs.
fn to_close(
    tx: &Tx<'_>,
    documents: &Documents,
    (own, today): (&UnitId, Date),
) -> Result<Vec<Notice>, SqlError> {
    let mut found = Vec::new();
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

/// What a stock says of a school's stages that is far from what is known of them.
fn far_parts(far: &Far) -> (Text, Vec<String>) {
    let text = match far.by {
        By::Roster => words::FAR_FROM_ROSTER,
        By::Sheet => words::FAR_FROM_SHEET,
        By::Town => words::FAR_FROM_SHEETS,
    };
    let (unit, period) = (far.unit.to_string(), far.period.to_string());
    let (stage, report) = (far.stage.as_str().to_owned(), far.report.to_string());
    let [named, known] = [far.named.to_string(), far.known.to_string()];
    let mut values = vec![unit.clone(), period, stage, named, known, unit, report];
    if far.by == By::Town {
        let each = far.each.iter().map(|(school, named)| format!("{school}={named}"));
        values.push(each.collect::<Vec<_>>().join(" "));
    }
    (text, values)
}

/// Numbers that do not fit together: sums with each other, and reports with what is known of their
/// schools.
fn figures_off(
    tx: &Tx<'_>,
    documents: &Documents,
    (own, now_ms): (&UnitId, i64),
) -> Result<Vec<Notice>, SqlError> {
    let mut found = to_be_noted(tx, documents, own)?;
    let lately = contradiction::since(tx, now_ms.saturating_sub(LATELY_MS))?;
    let breaks = lately.into_iter().filter(Contradiction::is_opened);
    found.extend(breaks.map(|one| Notice::Breaks(Box::new(one))));
    Ok(found)
}

/// What an operator has to enter or confirm: notes that a backup lacks, and of years that are not
/// closed accepted stocks which name far more or fewer persons than are known of their schools.
fn to_be_noted(tx: &Tx<'_>, documents: &Documents, own: &UnitId) -> Result<Vec<Notice>, SqlError> {
    let lost = notes::lost(tx)?.map(|since| Notice::NotesLost(own.clone(), since));
    let mut found: Vec<Notice> = lost.into_iter().collect();
    for stored in task::all(tx)? {
        let place = (&stored.area, stored.school_year);
        let made = documents.task_under(place, (&stored.sheet, stored.period), &stored.pack);
        let made = made.ok().filter(|made| made.id == stored.id);
        let made = made.filter(|made| made.table.kind() == Kind::Stock);
        let Some(made) = made.filter(|made| made.year.role_of(own).is_some()) else { continue };
        if year::is_closed(tx, place)? {
            continue;
        }
        for far in claim::far_of(tx, documents.packs(), &made)?.far {
            // A town's numbers are the same in each table of the term, and confirmed at once.
            let notice = Notice::Enrolled(Box::new(far));
            if !found.contains(&notice) {
                found.push(notice);
            }
        }
    }
    Ok(found)
}

/// Calls a person about units whose sheets of a period do not fit together with what was opened.
///
/// # Errors
/// The store cannot be written.
pub fn contradicts(
    tx: &Tx<'_>,
    units: &BTreeSet<String>,
    (period, now_ms): (Period, i64),
) -> Result<(), SqlError> {
    let period = period.to_string();
    units.iter().try_for_each(|unit| alarm::raise(tx, ALARM_CONTRADICTS, unit, &period, now_ms))
}

/// Units of alarms about a report that waits: as long as it waits. An alarm that does not name the
/// report is shown for a while.
fn waiting(tx: &Tx<'_>, kind: &str, now_ms: i64) -> Result<BTreeSet<UnitId>, SqlError> {
    let mut found = BTreeSet::new();
    for raised in alarm::of_kind(tx, kind)? {
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
