//! Whether a school may follow a special period: what its definition asks for must be protected by
//! the same rules as everything else, and by harder ones, since it is told every day.
//!
//! A figure of a day is about few events, and many figures in a row of one slowly moving number
//! tell each change. So only events of the school's own work leave, never a state, a band, or
//! persons by the day; a count about persons has no form in which it could be repeated. Everything
//! that this needs is in the pack, so a hub gives the same answer as a node.

use super::{GROUP_SCHOOLS_MIN, may_be_clear};
use crate::catalogue::{At, Channel, Count, Definition, Language, Measure, Source};
use crate::special::{Cadence, SpecialPeriod};

/// Longest special period that is told by day: two months.
pub const SPECIAL_DAYS_MAX: u32 = 62;
/// Longest special period that is told by week: half a year.
pub const SPECIAL_WEEK_DAYS_MAX: u32 = 182;
/// Most counts: a special period asks for what it needs, and no second catalogue.
pub const SPECIAL_COUNTS_MAX: usize = 30;
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
    /// A count about persons, which leaves in the term's rounded table or in sealed sums.
    #[error(
        "{count} is about persons: it leaves in the rounded table or the sealed sums of its own \
         period, and told besides it would give away what these protect"
    )]
    Sealed {
        /// Which count.
        count: String,
    },
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
    /// A band, which is given once a term.
    #[error("{count} is a band, and bands are given once a term")]
    Band {
        /// Which count.
        count: String,
    },
}

impl Unprotected {
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
            Self::Sealed { count } => format!(
                "{count} 涉及学生个人：只随它自己的周期以取整表或密封汇总报送，另外再报会泄露这些办法所保护的真实数"
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
    let cells = special.table().map_or(0, crate::catalogue::TableSpec::cells);
    if counts.len() > SPECIAL_COUNTS_MAX || cells > SPECIAL_CELLS_MAX {
        return Err(Unprotected::TooMuch { counts: counts.len(), cells });
    }
    counts.iter().try_for_each(|count| may_be_told(count, cadence))
}

fn may_be_told(count: &Count, cadence: Cadence) -> Result<(), Unprotected> {
    let name = || count.id.to_string();
    match count.channel {
        Channel::Clear => {}
        Channel::Sealed => return Err(Unprotected::Sealed { count: name() }),
        Channel::Local => return Err(Unprotected::Local { count: name() }),
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
