//! Whether a school may follow a special period: what its definition asks for must be protected by
//! the same rules as everything else, and by harder ones, since it is told every day.
//!
//! A figure of a day is about few events, and many figures in a row of one slowly moving number
//! tell each change. So in the clear only events of the school's own work leave, never a state, a
//! band, or persons by the day. Events about persons leave by ISO week and under seal alone, over
//! whole groups of the year's open plan of which every school is of the area. Everything that the
//! first answer needs is in the pack, so a hub gives the same one as a node; for what is sealed the
//! plan of the year is asked besides.

use super::plan::{GROUP_MIN, Plan};
use super::sealed::{Kind, SealedTable, SealedTables};
use super::{GROUP_SCHOOLS_MIN, may_be_clear};
use crate::catalogue::{
    At, Catalogue, Channel, Count, Definition, Language, Measure, Source, Stage,
};
use crate::special::{Cadence, SpecialPeriod};
use crate::unit::UnitId;

/// Longest special period that is told by day: two months.
pub const SPECIAL_DAYS_MAX: u32 = 62;
/// Longest special period that is told by week: half a year.
pub const SPECIAL_WEEK_DAYS_MAX: u32 = 182;
/// Most counts: a special period asks for what it needs, and no second catalogue.
pub const SPECIAL_COUNTS_MAX: usize = 30;
/// Most counts of one source that leave roughly: each has noise of its own, and of many the mean is
/// the figure that the noise hides.
pub const SPECIAL_ROUGH_MAX: usize = 3;
/// Most cells of its table.
pub const SPECIAL_CELLS_MAX: usize = 600;

/// What a special period asks for that could not be protected. It is refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unprotected {
    /// So few schools that a sum points at one of them.
    #[error(
        "the area has {found} schools, and {GROUP_SCHOOLS_MIN} at least must be able to report"
    )]
    FewSchools {
        /// Schools of the area.
        found: u32,
    },
    /// It runs for so long that it is no special period.
    #[error("it runs for {days} days, and at most {max} are told at this cadence")]
    TooLong {
        /// Days from the first to the last.
        days: u32,
        /// Most days at its cadence.
        max: u32,
    },
    /// More counts or cells than a special period needs.
    #[error(
        "it has {counts} counts with {cells} cells; at most {SPECIAL_COUNTS_MAX} counts and \
         {SPECIAL_CELLS_MAX} cells are told"
    )]
    TooMuch {
        /// Counts.
        counts: usize,
        /// Cells.
        cells: usize,
    },
    /// A count about persons by the day: under seal a week is the shortest that is summed.
    #[error(
        "{count} is about persons: it is told under seal and by the week, never by the day, of \
         which most sums of five schools would be about one child"
    )]
    SealedByDay {
        /// Which count.
        count: String,
    },
    /// A count about persons that no sealed sum of a week carries.
    #[error(
        "{count} has no sealed sum of a week: under seal special periods tell single events by \
         stage from the ledgers of alerts, talks and referrals, no state, no different persons \
         and nothing of a screening, which the term's own sealed sums tell"
    )]
    Unsealable {
        /// Which count.
        count: String,
    },
    /// No year under seal has this school: nothing about persons leaves, and never rounded instead.
    #[error(
        "its counts about persons stay at the school: no plan of both commissions is in force \
         here under which they could be summed, and nothing goes rounded in their place"
    )]
    NoPlan,
    /// Not one group of the school lies in the area.
    #[error(
        "its counts about persons stay at the school: the area holds no whole group of this \
         school in the year's plan, and only whole groups of at least {GROUP_MIN} schools are \
         summed; nothing goes rounded in their place"
    )]
    NoGroup,
    /// A count that never leaves a school.
    #[error("{count} stays at the school, whoever asks for it")]
    Local {
        /// Which count.
        count: String,
    },
    /// A count that may not stand on a clear sheet at all.
    #[error("{count} may not stand on a clear sheet: {reason}")]
    Clear {
        /// Which count.
        count: String,
        /// Which floor it breaks.
        reason: &'static str,
    },
    /// A source that is no piece of the school's own work.
    #[error("{count} counts {source_word}, which is not told in special periods")]
    Source {
        /// Which count.
        count: String,
        /// The source's word.
        source_word: &'static str,
    },
    /// A state, of which a row of days tells every change.
    #[error(
        "{count} is a state or falls due: told again and again it gives away who came and who left"
    )]
    State {
        /// Which count.
        count: String,
    },
    /// Persons by the day.
    #[error("{count} counts persons by the day, and a day has so few that it points at one")]
    Persons {
        /// Which count.
        count: String,
    },
    /// One more count of records that others tell roughly.
    #[error(
        "{count} tells records roughly that {SPECIAL_ROUGH_MAX} others tell: the noise of so many \
         would cancel out"
    )]
    Rough {
        /// Which count.
        count: String,
    },
    /// A band, which is given once a term.
    #[error("{count} is a band, and bands are given once a term")]
    Band {
        /// Which count.
        count: String,
    },
}

impl Unprotected {
    /// The reason that a school gives of a special period, read back from its English sentence;
    /// nothing for a sentence that this version has no reason for.
    #[must_use]
    pub fn of_sentence(special: &SpecialPeriod, said: &str) -> Option<Self> {
        possible(special).into_iter().find(|why| why.to_string() == said)
    }

    /// Why it is refused, for people, with the name of the count beside its id.
    #[must_use]
    pub fn sentence_of(&self, special: &SpecialPeriod, language: Language) -> String {
        let mut named = self.clone();
        if let Some(id) = named.count_mut()
            && let Some(count) = special.catalogue().count(id.as_str())
        {
            *id = match language {
                Language::Zh => format!("“{}”（{id}）", count.label.zh),
                Language::En => format!("“{}” ({id})", count.label.en),
            };
        }
        // No space stands after a full-width bracket.
        named.sentence(language).replace("） ", "）")
    }

    const fn count_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::SealedByDay { count }
            | Self::Unsealable { count }
            | Self::Local { count }
            | Self::Clear { count, .. }
            | Self::Source { count, .. }
            | Self::State { count }
            | Self::Persons { count }
            | Self::Rough { count }
            | Self::Band { count } => Some(count),
            Self::FewSchools { .. }
            | Self::TooLong { .. }
            | Self::TooMuch { .. }
            | Self::NoPlan
            | Self::NoGroup => None,
        }
    }

    /// Why it is refused, for people.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::En => self.to_string(),
            Language::Zh => self.zh(),
        }
    }

    fn zh(&self) -> String {
        match self {
            Self::FewSchools { found } => {
                format!("范围内只有 {found} 所学校，至少要有 {GROUP_SCHOOLS_MIN} 所学校能够报送")
            }
            Self::TooLong { days, max } => {
                format!("持续 {days} 天，按此频次最多 {max} 天")
            }
            Self::TooMuch { counts, cells } => format!(
                "共 {counts} 项指标、{cells} 格，最多 {SPECIAL_COUNTS_MAX} 项、{SPECIAL_CELLS_MAX} 格"
            ),
            Self::SealedByDay { count } => format!(
                "{count} 涉及学生个人：只能按周密封汇总，不能按日上报；五所学校一天的合计往往只对应一名学生"
            ),
            Self::Unsealable { count } => format!(
                "{count} 没有可以按周密封汇总的统计表：特殊时期只密封汇总预警、谈心谈话、转介台账中分学段的事件数，不含现状数、\
                 去重人数和测评结果，测评结果随学期密封汇总"
            ),
            Self::NoPlan => {
                "涉及学生个人的数留在学校：本校所在区县没有两部门共同签发且在用的汇总方案，\
                 也不会改报取整后的数"
                    .to_owned()
            }
            Self::NoGroup => format!(
                "涉及学生个人的数留在学校：本校在本学年汇总方案中所在的组没有整组落在范围内，只有至少 {GROUP_MIN} 所\
                 学校的整组才能汇总，也不会改报取整后的数"
            ),
            Self::Local { count } => format!("{count} 只留在学校，不论谁要求都不报送"),
            Self::Clear { count, .. } => format!("{count} 不属于可以如实上报的工作数据"),
            Self::Source { count, source_word } => {
                format!("{count} 统计的是 {source_word}，特殊时期不上报此类数据")
            }
            Self::State { count } => {
                format!("{count} 是现状数或到期数，逐日上报会让人看出谁来了、谁走了")
            }
            Self::Persons { count } => {
                format!("{count} 按日统计人数，一天只有寥寥数人，容易对应到个人")
            }
            Self::Rough { count } => format!(
                "已有 {SPECIAL_ROUGH_MAX} 项指标近似上报同一类记录，再加上 {count}，取平均就能消去各自的随机误差"
            ),
            Self::Band { count } => format!("{count} 是区间数，区间每学期只上报一次"),
        }
    }
}

/// Whether everything that a special period asks for can be protected.
///
/// # Errors
/// The first thing that cannot.
pub fn may_run(special: &SpecialPeriod) -> Result<(), Unprotected> {
    let found = special.area().schools();
    if found < GROUP_SCHOOLS_MIN {
        return Err(Unprotected::FewSchools { found });
    }
    let (days, cadence) = (special.days(), special.cadence());
    let max = match cadence {
        Cadence::Day => SPECIAL_DAYS_MAX,
        Cadence::Week => SPECIAL_WEEK_DAYS_MAX,
    };
    if days > max {
        return Err(Unprotected::TooLong { days, max });
    }
    let counts = special.catalogue().counts();
    let sealed = SealedTables::of(special.catalogue());
    let cells = all_cells(special, &sealed);
    if counts.len() > SPECIAL_COUNTS_MAX || cells > SPECIAL_CELLS_MAX {
        return Err(Unprotected::TooMuch { counts: counts.len(), cells });
    }
    counts.iter().try_for_each(|count| match count.channel {
        Channel::Sealed => may_be_sealed(count, &sealed, cadence),
        Channel::Clear | Channel::Local => may_be_told(count, cadence),
    })?;
    match often_told(counts) {
        Some(count) => Err(Unprotected::Rough { count: count.id.to_string() }),
        None => Ok(()),
    }
}

/// Cells of its clear table and of its sealed ones.
fn all_cells(special: &SpecialPeriod, sealed: &SealedTables) -> usize {
    let clear = special.table().map_or(0, crate::catalogue::TableSpec::cells);
    sealed.all().iter().map(SealedTable::cells).fold(clear, usize::saturating_add)
}

/// Every reason that a school can give of a special period.
fn possible(special: &SpecialPeriod) -> Vec<Unprotected> {
    let (days, counts) = (special.days(), special.catalogue().counts());
    let cells = all_cells(special, &SealedTables::of(special.catalogue()));
    let too_long =
        [SPECIAL_DAYS_MAX, SPECIAL_WEEK_DAYS_MAX].map(|max| Unprotected::TooLong { days, max });
    let whole = [
        Unprotected::NoPlan,
        Unprotected::NoGroup,
        Unprotected::FewSchools { found: special.area().schools() },
        Unprotected::TooMuch { counts: counts.len(), cells },
    ];
    whole.into_iter().chain(too_long).chain(counts.iter().flat_map(possible_of)).collect()
}

/// Every reason that a school can give of one count.
fn possible_of(count: &Count) -> Vec<Unprotected> {
    let name = || count.id.to_string();
    let clear = may_be_clear(count).err();
    let clear = clear.map(|reason| Unprotected::Clear { count: name(), reason });
    let source = count.definition.as_ref().map(|definition| Unprotected::Source {
        count: name(),
        source_word: definition.source.as_str(),
    });
    let others = [
        Unprotected::SealedByDay { count: name() },
        Unprotected::Unsealable { count: name() },
        Unprotected::Local { count: name() },
        Unprotected::State { count: name() },
        Unprotected::Persons { count: name() },
        Unprotected::Rough { count: name() },
        Unprotected::Band { count: name() },
    ];
    others.into_iter().chain(clear).chain(source).collect()
}

/// A count that leaves roughly and is one too many of its source.
fn often_told(counts: &[Count]) -> Option<&Count> {
    let source = |count: &Count| {
        let definition = count.definition.as_ref().filter(|one| one.rough.is_some());
        definition.map(|one| one.source)
    };
    let is_often = |(at, count): &(usize, &Count)| {
        let own = source(count);
        let before = counts.iter().take(*at).filter(|other| source(other) == own);
        own.is_some() && before.count() >= SPECIAL_ROUGH_MAX
    };
    counts.iter().enumerate().find(is_often).map(|(_, count)| count)
}

/// Whether a school may tell the sealed counts of a special period that may run: a plan is in force
/// in which a group of the school that is opened lies in the area whole.
///
/// A group of the plan has been judged by its own rules, of number and of dominance, and every sum
/// of the week is over the same whole groups: a special period adds tables, and no set of schools.
///
/// # Errors
/// Why nothing about persons is told.
pub fn may_seal(
    special: &SpecialPeriod,
    plan: Option<&Plan>,
    school: &UnitId,
) -> Result<(), Unprotected> {
    let plan = plan.ok_or(Unprotected::NoPlan)?;
    let opens = plan.opens_within(school, |unit| special.area().holds(unit));
    if opens { Ok(()) } else { Err(Unprotected::NoGroup) }
}

/// Whether a sealed table of a catalogue counts records of which a special period seals some.
///
/// Beside it such a table tells the events of its own week alone: were it to tell an earlier
/// week again, what the two sums differ by would be the count of the one school that does.
#[must_use]
pub fn is_sealed_beside(catalogue: &Catalogue, table: &SealedTable, special: &Catalogue) -> bool {
    let own = table.counted_by(catalogue).map(|(definition, _)| definition.source);
    let sealed = special.counts().iter().filter(|count| count.channel == Channel::Sealed);
    let mut sources = sealed.filter_map(|count| count.definition.as_ref().map(|one| one.source));
    table.kind() == Kind::Flow && own.is_some_and(|own| sources.any(|source| source == own))
}

/// Events about persons by ISO week, each cell of one stage; of records of which no clear sheet
/// tells a number exactly, so that no bound of one school stands beside the sum.
fn may_be_sealed(
    count: &Count,
    tables: &SealedTables,
    cadence: Cadence,
) -> Result<(), Unprotected> {
    let name = || count.id.to_string();
    if cadence == Cadence::Day {
        return Err(Unprotected::SealedByDay { count: name() });
    }
    let own = tables.all().iter().filter(|table| table.indicator() == count.id.as_str());
    let own: Vec<&SealedTable> = own.collect();
    // Every stage has its place: a school has records of its own stages, whatever a pack names.
    let by_stage = |table: &&SealedTable| {
        let has = |stage: &Stage| table.strata().iter().any(|one| one.stage == Some(*stage));
        table.kind() == Kind::Flow && Stage::ALL.iter().all(has)
    };
    let is_event = count.definition.as_ref().is_some_and(|definition| {
        let is_one = definition.measure == Measure::Records && definition.at == At::InPeriod;
        is_one && definition.band.is_none() && tells_of_persons(definition.source)
    });
    if is_event && !own.is_empty() && own.iter().all(by_stage) {
        Ok(())
    } else {
        Err(Unprotected::Unsealable { count: name() })
    }
}

/// Sources of single events about persons. Of talks a clear sheet tells numbers only roughly, of
/// the others none.
const fn tells_of_persons(source: Source) -> bool {
    matches!(source, Source::AlertEvent | Source::Talk | Source::ReferralEvent)
}

fn may_be_told(count: &Count, cadence: Cadence) -> Result<(), Unprotected> {
    let name = || count.id.to_string();
    if count.channel == Channel::Local {
        return Err(Unprotected::Local { count: name() });
    }
    may_be_clear(count).map_err(|reason| Unprotected::Clear { count: name(), reason })?;
    // Without a definition there is never a figure.
    let Some(definition) = &count.definition else { return Ok(()) };
    if definition.band.is_some() {
        return Err(Unprotected::Band { count: name() });
    }
    if !is_of_the_work(definition.source) {
        let source_word = definition.source.as_str();
        return Err(Unprotected::Source { count: name(), source_word });
    }
    if !is_event(definition) {
        return Err(Unprotected::State { count: name() });
    }
    let of_persons = matches!(definition.measure, Measure::Students | Measure::Staff);
    if of_persons && cadence == Cadence::Day {
        return Err(Unprotected::Persons { count: name() });
    }
    Ok(())
}

/// Dated in the period, or a yes or no of the school as a whole.
const fn is_event(definition: &Definition) -> bool {
    match definition.at {
        At::InPeriod => true,
        At::PeriodEnd => matches!(definition.measure, Measure::Units),
        At::CensusDay | At::DueInPeriod | At::After90Days => false,
    }
}

/// Sources of single pieces of a school's work. A conference is about a case, and the roll, the
/// mentors and the classes are states of persons.
const fn is_of_the_work(source: Source) -> bool {
    matches!(
        source,
        Source::School
            | Source::SchoolStage
            | Source::Talk
            | Source::Session
            | Source::Drill
            | Source::Training
            | Source::Supervision
            | Source::Lesson
            | Source::Activity
            | Source::ParentEvent
            | Source::ExpertService
            | Source::Volunteer
    )
}
