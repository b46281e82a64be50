//! Special periods as the hub sees them: which run, which schools follow, what they tell.
//!
//! Figures are read as all others are, with the special period's small catalogue in the place of
//! the ordinary one, those about persons from opened sums. A school is named where it is about
//! whether it follows, never beside a figure.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use domain::catalogue::Language;
use domain::disclosure::{Unprotected, may_run};
use domain::period::Period;
use domain::span::Span;
use domain::special::SpecialPeriod;
use domain::unit::{UnitId, UnitKind};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};
use runtime::texts;
use runtime::web::{Lang, Text};
use serde::Serialize;
use utoipa::ToSchema;

use super::report::{CoverageOut, FigureOut, NameOut, StatusWord};
use super::value::UnitName;
use super::{Figures, Holdings, Members, StatisticsError};
use crate::packs::{KnownSpecial, Packs};
use crate::store::contact;

/// Word of the packs' kind.
const KIND: &str = "special";

/// Where a special period stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpecialState {
    /// Its first day has not come.
    Planned,
    /// It runs.
    Running,
    /// Its last day has passed; it ended by itself.
    Ended,
    /// Nobody follows it: it asks for what could not be protected.
    Refused,
}

texts! {
    PLANNED = "未开始", "Planned";
    RUNNING = "进行中", "Running";
    ENDED = "已结束", "Ended";
    REFUSED = "无法保护，各校不执行", "Not followed: cannot be protected";
}

/// Who of an area follows.
pub const SPECIAL_FOLLOW: Text = Text::new(
    "范围内 {0} 所学校：执行 {1} 所，拒绝 {2} 所，尚未答复 {3} 所。",
    "Of {0} schools of the area {1} follow, {2} refuse and {3} have not answered.",
);

impl SpecialState {
    /// The word that people read.
    #[must_use]
    pub const fn word(self) -> Text {
        match self {
            Self::Planned => PLANNED,
            Self::Running => RUNNING,
            Self::Ended => ENDED,
            Self::Refused => REFUSED,
        }
    }
}

/// One special period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SpecialLineOut {
    /// Id.
    pub id: String,
    /// Its name.
    pub name: NameOut,
    /// First day.
    pub first: String,
    /// Last day; on the next one it ends by itself.
    pub last: String,
    /// How often schools tell their figures: `day` or `week`.
    pub cadence: &'static str,
    /// Where it stands.
    pub state: SpecialState,
    /// Schools of its area that are below this hub.
    pub schools: u32,
    /// Why no school follows it; absent where all of it can be protected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unprotected: Option<NameOut>,
    /// Revision of its pack.
    pub revision: u32,
    /// Digest of its pack, in hexadecimal.
    pub catalogue: String,
}

/// A school that does not follow, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefusedOut {
    /// Unit id.
    pub unit: String,
    /// Why, as the school's node said it.
    pub reason: String,
}

impl RefusedOut {
    /// Why, in the reader's language where nodes say it in a sentence that is known here; they say
    /// it in English.
    #[must_use]
    pub fn said(&self, lang: impl Borrow<Lang>) -> String {
        let lang: Lang = *lang.borrow();
        let known = [Unprotected::NoPlan, Unprotected::NoGroup];
        match (lang, known.iter().find(|why| why.to_string() == self.reason)) {
            (Lang::Zh, Some(why)) => why.sentence(Language::Zh),
            _ => self.reason.clone(),
        }
    }
}

/// What the schools of the area said to a special period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct FollowersOut {
    /// Schools that follow it.
    pub following: u32,
    /// Schools that refuse it.
    pub refused: Vec<RefusedOut>,
    /// Schools that have not said that they have it.
    pub silent: u32,
    /// Schools that follow it and whose counts about persons stay there, and why.
    pub unsealed: Vec<RefusedOut>,
}

/// One of its counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SpecialCountOut {
    /// Id.
    pub id: String,
    /// Its name.
    pub name: NameOut,
}

/// One day or week of it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SpecialPeriodOut {
    /// The day or week.
    pub period: String,
    /// Number of the snapshot that the totals were read from; zero before the first.
    pub snapshot: u64,
    /// Schools of the area that told it, of those that were due.
    pub coverage: CoverageOut,
    /// The totals, in the order of the counts.
    pub figures: Vec<FigureOut>,
}

/// A special period with what its schools say.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SpecialOut {
    /// What it is.
    pub special: SpecialLineOut,
    /// What the schools said to it.
    pub followers: FollowersOut,
    /// Its counts, in the order of its pack.
    pub counts: Vec<SpecialCountOut>,
    /// Its days or weeks that have begun, the latest first.
    pub periods: Vec<SpecialPeriodOut>,
}

/// Every special period that was ever published, the latest first day first.
#[must_use]
pub fn special_lines(packs: &Packs, at: &UnitName, today: Date) -> Vec<SpecialLineOut> {
    let mut all: Vec<&KnownSpecial> = packs.specials().collect();
    all.sort_by_key(|known| std::cmp::Reverse(known.special.first()));
    all.into_iter().map(|known| line(known, at, today)).collect()
}

/// One special period; nothing where none of that id was published.
///
/// # Errors
/// The store cannot be read.
pub fn special_report(
    tx: &Tx<'_>,
    packs: &Packs,
    at: &UnitName,
    (id, today): (&str, Date),
) -> Result<Option<SpecialOut>, StatisticsError> {
    let Some(known) = find(packs, id) else { return Ok(None) };
    let special = &*known.special;
    let counts = special.catalogue().counts().iter();
    let counts = counts
        .map(|count| SpecialCountOut { id: count.id.to_string(), name: (&count.label).into() });
    Ok(Some(SpecialOut {
        special: line(known, at, today),
        followers: followers(tx, known, at)?,
        counts: counts.collect(),
        periods: periods(tx, packs, (known, at), today)?,
    }))
}

fn find<'p>(packs: &'p Packs, id: &str) -> Option<&'p KnownSpecial> {
    packs.specials().find(|known| known.special.id().as_str() == id)
}

fn line(known: &KnownSpecial, at: &UnitName, today: Date) -> SpecialLineOut {
    let special = &*known.special;
    let unprotected = may_run(special).err();
    let state = match &unprotected {
        Some(_) => SpecialState::Refused,
        None if today < special.first() => SpecialState::Planned,
        None if today <= special.last() => SpecialState::Running,
        None => SpecialState::Ended,
    };
    let said = |language| unprotected.as_ref().map(|why| why.sentence(language));
    let unprotected = said(Language::Zh).zip(said(Language::En));
    SpecialLineOut {
        id: special.id().to_string(),
        name: special.label().into(),
        first: special.first().to_string(),
        last: special.last().to_string(),
        cadence: special.cadence().as_str(),
        state,
        schools: schools(special, at).count().try_into().unwrap_or(u32::MAX),
        unprotected: unprotected.map(|(zh, en)| NameOut { zh, en }),
        revision: special.catalogue().revision(),
        catalogue: known.digest.to_string(),
    }
}

/// Schools of the area that are below a hub.
fn schools<'s>(special: &'s SpecialPeriod, at: &'s UnitName) -> impl Iterator<Item = &'s UnitId> {
    let is_below = move |above: &[UnitId]| at.kind == UnitKind::City || above.contains(&at.id);
    special.area().iter().filter(move |(_, above)| is_below(above)).map(|(unit, _)| unit)
}

/// What the schools below said to the latest version; what they said to an older one is silence.
fn followers(tx: &Tx<'_>, known: &KnownSpecial, at: &UnitName) -> Result<FollowersOut, SqlError> {
    let (id, content) = (known.special.id().as_str(), known.digest.to_tagged());
    let told: BTreeMap<String, contact::Applied> = contact::all_applied(tx)?
        .into_iter()
        .filter(|line| line.kind == KIND && line.name == id && line.content == content)
        .map(|line| (line.unit.clone(), line))
        .collect();
    let mut followers = FollowersOut::default();
    for school in schools(&known.special, at) {
        match told.get(school.as_str()) {
            None => followers.silent += 1,
            Some(line) => {
                let (unit, reason) = (line.unit.clone(), line.reason.clone());
                let said = RefusedOut { unit, reason };
                followers.following += u32::from(line.in_force);
                match line.in_force {
                    true if said.reason.is_empty() => {}
                    true => followers.unsealed.push(said),
                    false => followers.refused.push(said),
                }
            }
        }
    }
    Ok(followers)
}

fn periods(
    tx: &Tx<'_>,
    packs: &Packs,
    (known, at): (&KnownSpecial, &UnitName),
    today: Date,
) -> Result<Vec<SpecialPeriodOut>, StatisticsError> {
    let special = &*known.special;
    // What leaves under seal stands in no sheet.
    let tables: Vec<&str> = special.table().into_iter().map(|table| table.id().as_str()).collect();
    if tables.is_empty() && !special.has_sealed() {
        return Ok(Vec::new());
    }
    let view = packs.under(known);
    let has_begun =
        |period: &Period| Span::of(*period, packs.calendar()).is_ok_and(|span| span.from <= today);
    let mut told = Vec::new();
    for period in special.periods().filter(has_begun) {
        let holdings = Holdings::open(tx, &view, at, (period, Members::Left), &tables)?;
        let figures = special.catalogue().counts().iter();
        let figures: Vec<Figures> = figures
            .map(|count| holdings.figures(&view, count.id.as_str(), &[]))
            .collect::<Result<_, _>>()?;
        let Some(first) = figures.first() else { continue };
        let whole = figures.iter().filter_map(|one| one.whole.figures.first());
        let mut out = SpecialPeriodOut {
            period: period.to_string(),
            snapshot: first.whole.snapshot,
            coverage: first.whole.coverage.into(),
            figures: whole.map(|figure| FigureOut::new(figure, &[])).collect(),
        };
        // A hub that has heard of no school yet knows all the same whom the pack names.
        if out.coverage.schools_due == 0 && !tables.is_empty() {
            out.coverage.schools_due = schools(special, at).count().try_into().unwrap_or(u32::MAX);
            for figure in &mut out.figures {
                // What is sealed waits, or stays closed, whether or not a school has reported.
                use StatusWord::{Closed, Stopped, Waiting};
                if !matches!(figure.status, Closed | Waiting | Stopped) {
                    figure.status = StatusWord::NotReported;
                }
            }
        }
        told.push(out);
    }
    told.reverse();
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Why a school's counts stay there is told in the reader's language; what is not known is told
    /// as the node said it.
    #[test]
    fn a_known_reason_is_told_in_chinese() {
        let said =
            |reason: String, lang: Lang| RefusedOut { unit: "S1".to_owned(), reason }.said(lang);
        for why in [Unprotected::NoPlan, Unprotected::NoGroup] {
            assert_eq!(said(why.to_string(), Lang::Zh), why.sentence(Language::Zh));
            assert_eq!(said(why.to_string(), Lang::En), why.to_string());
        }
        assert_eq!(said("another".to_owned(), Lang::Zh), "another");
    }
}
