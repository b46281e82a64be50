//! Special periods as the hub sees them: which run, which schools follow, what they tell.
//!
//! Figures are read as all others are, with the special period's small catalogue in the place of
//! the ordinary one, those about persons from opened sums. A school is named where it is about
//! whether it follows, never beside a figure.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};

use domain::catalogue::{Count, Language};
use domain::digest::Digest;
use domain::disclosure::{Unprotected, may_run};
use domain::period::Period;
use domain::span::Span;
use domain::special::{OUTSIDE, REFUSED, SpecialPeriod};
use domain::unit::{UnitId, UnitKind};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};
use runtime::texts;
use runtime::web::{Lang, Text};
use serde::Serialize;
use utoipa::ToSchema;

use super::report::{CoverageOut, FigureOut, NameOut, StatusWord};
use super::value::{Blank, Figure, Reading, UnitName};
use super::{Holdings, Members, StatisticsError};
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
    NOT_FOLLOWED = "无法保护，各校不执行", "Not followed: cannot be protected";
    NOT_NAMED = "本校不在该特殊时期的学校名单里", "the special period does not name this school";
    NO_REASON = "学校节点没有说明原因", "the school's node gave no reason";
    OWN_WORDS = "学校节点不能使用这个定义，原话是：{0}",
        "the school's node cannot use the definition; in its own words: {0}";
}

/// Who of an area follows.
pub const SPECIAL_FOLLOW: Text = Text::new(
    "范围内 {0} 所学校：执行 {1} 所，拒绝 {2} 所，尚未答复 {3} 所。",
    "Of {0} schools of the area {1} follow, {2} refuse and {3} have not answered.",
);

/// Why two figures of the same events differ.
pub const SPECIAL_DIFFER: Text = Text::new(
    "同一类事项在这里的数可能与普通统计表不同：约数在每个时段各有各的随机误差，各日、各周相加不等于总数；密封数只含密封时已登记的当周事项，\
     事后补录的计入普通统计表以后的周次。",
    "The same events can have another number here than in the ordinary figures: a rough count has \
     an error of its own in each period, so that days or weeks do not add up to the whole, and a \
     sealed one holds what was entered when its week was sealed, while what came later stands in \
     a later week of the ordinary figures.",
);

impl SpecialState {
    /// The word that people read.
    #[must_use]
    pub const fn word(self) -> Text {
        match self {
            Self::Planned => PLANNED,
            Self::Running => RUNNING,
            Self::Ended => ENDED,
            Self::Refused => NOT_FOLLOWED,
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
    /// The same for people, in a sentence.
    pub why: NameOut,
}

impl RefusedOut {
    /// What a school said to a special period.
    #[must_use]
    pub fn new(special: &SpecialPeriod, unit: String, reason: String) -> Self {
        let why = why(special, reason.strip_prefix(REFUSED).unwrap_or(&reason));
        Self { unit, reason, why }
    }

    /// Why, in the reader's language.
    #[must_use]
    pub fn said(&self, lang: impl Borrow<Lang>) -> &str {
        self.why.in_lang(*lang.borrow())
    }
}

/// A reason of a school's node in both languages: nodes say it in English, and of whatever the
/// definition can be refused for the sentence is known here as well.
fn why(special: &SpecialPeriod, said: &str) -> NameOut {
    let both = |text: Text| NameOut {
        zh: text.fill(Lang::Zh, &[&said]),
        en: text.fill(Lang::En, &[&said]),
    };
    match Unprotected::of_sentence(special, said) {
        Some(known) => sentence(&known, special),
        None if said.is_empty() => both(NO_REASON),
        None if said == OUTSIDE => both(NOT_NAMED),
        None => both(OWN_WORDS),
    }
}

fn sentence(why: &Unprotected, special: &SpecialPeriod) -> NameOut {
    let said = |language| why.sentence_of(special, language);
    NameOut { zh: said(Language::Zh), en: said(Language::En) }
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
    /// Its counts, in the order of its pack, and those that earlier versions of it asked for.
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
    let counts = counts(packs, known);
    let periods = periods(tx, packs, (known, at), (&counts, today))?;
    let counts = counts.into_iter();
    let counts = counts
        .map(|count| SpecialCountOut { id: count.id.to_string(), name: (&count.label).into() });
    Ok(Some(SpecialOut {
        special: line(known, at, today),
        followers: followers(tx, known, at)?,
        counts: counts.collect(),
        periods,
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
    SpecialLineOut {
        id: special.id().to_string(),
        name: special.label().into(),
        first: special.first().to_string(),
        last: special.last().to_string(),
        cadence: special.cadence().as_str(),
        state,
        schools: schools(special, at).count().try_into().unwrap_or(u32::MAX),
        unprotected: unprotected.map(|why| sentence(&why, special)),
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
                let said = RefusedOut::new(&known.special, unit, reason);
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

/// The counts of the latest version, and behind them those that versions before it asked for.
fn counts<'p>(packs: &'p Packs, latest: &'p KnownSpecial) -> Vec<&'p Count> {
    let mut counts: Vec<&Count> = latest.special.catalogue().counts().iter().collect();
    let versions = packs.special_versions(latest.special.id().as_str());
    for version in versions.into_iter().filter(|version| version.in_force) {
        for count in version.special.catalogue().counts() {
            if !counts.iter().any(|known| known.id == count.id) {
                counts.push(count);
            }
        }
    }
    counts
}

/// Its days or weeks that have begun, each with the version that was in force on the first day: who
/// is due and what is asked is that one's, whatever came since.
fn begun<'p>(
    packs: &'p Packs,
    latest: &'p KnownSpecial,
    today: Date,
) -> BTreeMap<Date, (Period, &'p KnownSpecial)> {
    let id = latest.special.id().as_str();
    let mut found = BTreeMap::new();
    for version in packs.special_versions(id) {
        for period in version.special.periods() {
            let Ok(span) = Span::of(period, packs.calendar()) else { continue };
            let known = packs.special_for(id, span.from).unwrap_or(latest);
            if span.from <= today && known.special.holds(period) {
                found.insert(span.from, (period, known));
            }
        }
    }
    found
}

fn periods(
    tx: &Tx<'_>,
    packs: &Packs,
    (known, at): (&KnownSpecial, &UnitName),
    (counts, today): (&[&Count], Date),
) -> Result<Vec<SpecialPeriodOut>, StatisticsError> {
    let mut views: HashMap<Digest, Packs> = HashMap::new();
    let mut told = Vec::new();
    for (period, version) in begun(packs, known, today).into_values() {
        let view = views.entry(version.digest).or_insert_with(|| packs.under(version));
        told.extend(told_of(tx, (&*view, at), (period, &*version.special), counts)?);
    }
    told.reverse();
    Ok(told)
}

/// What is told of one day or week, by its version; nothing where that one asks for no count.
fn told_of(
    tx: &Tx<'_>,
    (view, at): (&Packs, &UnitName),
    (period, special): (Period, &SpecialPeriod),
    counts: &[&Count],
) -> Result<Option<SpecialPeriodOut>, StatisticsError> {
    // What leaves under seal stands in no sheet.
    let tables: Vec<&str> = special.table().into_iter().map(|table| table.id().as_str()).collect();
    if tables.is_empty() && !special.has_sealed() {
        return Ok(None);
    }
    let holdings = Holdings::open(tx, view, at, (period, Members::Left), &tables)?;
    let (mut first, mut figures) = (None, Vec::new());
    for count in counts {
        if special.catalogue().count(count.id.as_str()).is_none() {
            // Another version asks for it.
            let reading = Reading::Blank(Blank::NotApplicable);
            figures.push(FigureOut::new(&Figure { key: Vec::new(), reading }, &[]));
            continue;
        }
        let found = holdings.figures(view, count.id.as_str(), &[])?.whole;
        first = first.or(Some((found.snapshot, found.coverage)));
        figures.extend(found.figures.first().map(|figure| FigureOut::new(figure, &[])));
    }
    let Some((snapshot, coverage)) = first else { return Ok(None) };
    let period = period.to_string();
    let mut out = SpecialPeriodOut { period, snapshot, coverage: coverage.into(), figures };
    // A hub that has heard of no school yet knows all the same whom the pack names.
    if out.coverage.schools_due == 0 && !tables.is_empty() {
        out.coverage.schools_due = schools(special, at).count().try_into().unwrap_or(u32::MAX);
        for (count, figure) in counts.iter().zip(&mut out.figures) {
            // What is sealed waits, or stays closed, whether or not a school has reported, and what
            // nobody was asked for is not missing.
            use StatusWord::{Closed, Stopped, Waiting};
            let is_asked = special.catalogue().count(count.id.as_str()).is_some();
            if is_asked && !matches!(figure.status, Closed | Waiting | Stopped) {
                figure.status = StatusWord::NotReported;
            }
        }
    }
    Ok(Some(out))
}

#[cfg(test)]
mod tests;
