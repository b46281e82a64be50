//! What may be published openly, and what it costs: a fixed list, the same in every city.
//!
//! Nobody chooses queries or a budget: a release is one subject of one term, so whoever draws it a
//! second time, after a backup was put back as well, can only draw the very same one. Each query is
//! a partition of those enrolled, so a student is in at most one cell of it. Weeks and flows are
//! not on the list: fresh noise each week averages out, and one student can be several events.

use std::fmt;
use std::str::FromStr;

use crate::disclosure::sealed::{Kind, SealedTable};
use crate::period::{Period, TermId};
use crate::unit::UnitKind;

use super::{EPSILON_YEAR_MAX, Epsilon, NoiseError, Scale};

/// Name of this list. It stands in the identity of every release: under another list a release
/// would get other noise, so the list changes between school years and never within one.
pub const LIST: &str = "open-list/v1";

/// The dimension that every opened sum has, whatever its table.
const STAGE: &str = "stage";

/// A table of a release: which sealed table it is read from, and by which of its dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// Its name within the release.
    pub id: &'static str,
    /// The sealed table.
    pub table: &'static str,
    /// Dimensions, in the order of every key.
    pub by: &'static [&'static str],
}

/// What a release is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Students by alert tier on the census day.
    Alerts,
    /// Outcomes of the term's screening.
    Screening,
}

/// Who publishes. A student is in the releases of one district and of one city.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publisher {
    /// A district's hub.
    District,
    /// A city's hub.
    City,
}

/// The name of a release: term and subject, such as `2026S1-alerts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReleaseName {
    /// The term.
    pub term: TermId,
    /// The subject.
    pub subject: Subject,
}

const ALERTS: [Query; 3] = [
    Query {
        id: "state.grade.sex",
        table: "sealed.alt.census",
        by: &["alert_state", "grade", "sex"],
    },
    Query { id: "state.stage", table: "sealed.alt.census", by: &["alert_state", STAGE] },
    Query { id: "state", table: "sealed.alt.census", by: &["alert_state"] },
];

const SCREENING: [Query; 1] =
    [Query { id: "outcome.stage", table: "sealed.scr.census", by: &["outcome", STAGE] }];

impl Subject {
    /// All subjects.
    pub const ALL: [Self; 2] = [Self::Alerts, Self::Screening];

    /// The word in a release's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alerts => "alerts",
            Self::Screening => "screening",
        }
    }

    /// The subject of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.as_str() == word)
    }

    /// Its queries, the finest first.
    #[must_use]
    pub const fn queries(self) -> &'static [Query] {
        match self {
            Self::Alerts => &ALERTS,
            Self::Screening => &SCREENING,
        }
    }
}

impl Publisher {
    /// Who a hub of a kind publishes as; nothing for one that does not.
    #[must_use]
    pub const fn of(kind: UnitKind) -> Option<Self> {
        match kind {
            UnitKind::District => Some(Self::District),
            UnitKind::City => Some(Self::City),
            _ => None,
        }
    }

    /// The most that it may spend in a school year. Both together are what is spent of a student.
    #[must_use]
    pub const fn year_max(self) -> Epsilon {
        match self {
            Self::District => Epsilon(EPSILON_YEAR_MAX.0 * 2 / 3),
            Self::City => Epsilon(EPSILON_YEAR_MAX.0 / 3),
        }
    }

    /// What a release costs: three quarters of a term's half for alerts, a quarter for screening.
    #[must_use]
    pub const fn epsilon(self, subject: Subject) -> Epsilon {
        let term = self.year_max().0 / 2;
        match subject {
            Subject::Alerts => Epsilon(term * 3 / 4),
            Subject::Screening => Epsilon(term / 4),
        }
    }
}

/// By which rule noise reaches as far as it does. A line of a hub's ledger names the rule of its
/// day, and what was paid under one is judged by that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleRule {
    /// Twice as far where a report of the first term is carried.
    Carried,
    /// Twice as far in the second term as well, whether or not one is carried.
    SecondTerm,
}

impl ScaleRule {
    /// The rule of this program.
    pub const NOW: Self = Self::SecondTerm;

    /// Its number in a line.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Carried => 1,
            Self::SecondTerm => 2,
        }
    }

    /// The rule of a number.
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Carried),
            2 => Some(Self::SecondTerm),
            _ => None,
        }
    }
}

impl ReleaseName {
    /// In how many cells of a query a student can be, over all releases of the term that hubs of
    /// one level draw: with the report of the term, and with one of the first term that stands for
    /// a school which the student has left since, for one of this district or of another.
    ///
    /// No hub sees whether a school elsewhere was carried, so that in the second term it is two
    /// wherever nothing is carried as well.
    const fn cells_max(self, rule: ScaleRule, carried: u32) -> u64 {
        let is_second = matches!(rule, ScaleRule::SecondTerm) && self.term.number > 1;
        if is_second || carried > 0 { 2 } else { 1 }
    }

    /// How far the noise of a release reaches that costs `epsilon` of a student, whoever else
    /// publishes at this level; `carried` are the reports of an earlier term in it.
    ///
    /// # Errors
    /// No query, or an epsilon of zero.
    pub fn scale(self, queries: usize, cost: (Epsilon, u32)) -> Result<Scale, NoiseError> {
        self.scale_by(ScaleRule::NOW, queries, cost)
    }

    /// The same by a rule of another day.
    ///
    /// # Errors
    /// As [`ReleaseName::scale`].
    pub fn scale_by(
        self,
        rule: ScaleRule,
        queries: usize,
        (epsilon, carried): (Epsilon, u32),
    ) -> Result<Scale, NoiseError> {
        let queries = u64::try_from(queries).unwrap_or(u64::MAX);
        Scale::of(queries.saturating_mul(self.cells_max(rule, carried)), epsilon)
    }
}

impl Query {
    /// Whether a student is in at most one cell of the query, read from a table of a catalogue.
    ///
    /// # Errors
    /// Why a student could be in several, or that the table has no such dimension.
    pub fn check(&self, table: &SealedTable) -> Result<(), NoiseError> {
        if table.kind() == Kind::Flow {
            return Err(NoiseError::Events(self.id));
        }
        if table.only().is_some() {
            return Err(NoiseError::Several(self.id));
        }
        let has =
            |dim: &&str| *dim == STAGE || table.block().dims().any(|own| own.as_str() == *dim);
        let is_once = |(at, dim): (usize, &&str)| !self.by.iter().skip(at + 1).any(|d| d == dim);
        let fits = self.by.iter().all(has) && self.by.iter().enumerate().all(is_once);
        if fits { Ok(()) } else { Err(NoiseError::Dimensions(self.id)) }
    }
}

impl fmt::Display for ReleaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.term, self.subject.as_str())
    }
}

impl FromStr for ReleaseName {
    type Err = NoiseError;

    fn from_str(text: &str) -> Result<Self, NoiseError> {
        let (period, subject) = text.rsplit_once('-').ok_or(NoiseError::Name)?;
        let subject = Subject::from_word(subject).ok_or(NoiseError::Name)?;
        match period.parse().map_err(|_| NoiseError::Name)? {
            Period::Term(term) => Ok(Self { term, subject }),
            _ => Err(NoiseError::Term),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISTRICTS: usize = 3;
    /// Two schools of each district.
    const SCHOOLS: usize = 2 * DISTRICTS;

    /// Where a student is enrolled on the census day of each term, if anywhere, and which schools
    /// stand in the second term with their report of the first: a bit of each.
    struct History {
        autumn: Option<usize>,
        spring: Option<usize>,
        carried: u32,
    }

    impl History {
        fn all() -> Vec<Self> {
            let places = || (0..SCHOOLS).map(Some).chain([None]);
            let mut all = Vec::new();
            for carried in 0..1_u32 << SCHOOLS {
                for autumn in places() {
                    all.extend(places().map(|spring| Self { autumn, spring, carried }));
                }
            }
            all
        }

        fn is_carried(&self, school: usize) -> bool {
            (self.carried >> school) & 1 == 1
        }

        /// What a release of some districts costs the student, in millionths of epsilon.
        fn cost(&self, (publisher, name): (Publisher, ReleaseName), districts: &[usize]) -> u64 {
            let is_here = |school: &usize| districts.contains(&(school / 2));
            let (cells, carried) = if name.term.number == 1 {
                (self.autumn.iter().filter(|one| is_here(one)).count(), 0)
            } else {
                let fresh = self.spring.iter().filter(|one| !self.is_carried(**one));
                let left_over = self.autumn.iter().filter(|one| self.is_carried(**one));
                let all = (0..SCHOOLS).filter(|one| self.is_carried(*one) && is_here(one));
                (fresh.chain(left_over).filter(|one| is_here(one)).count(), all.count())
            };
            let carried = u32::try_from(carried).expect("few");
            let queries = name.subject.queries().len();
            let scale = name.scale(queries, (publisher.epsilon(name.subject), carried));
            let (above, below) = scale.expect("scale").parts();
            let count = |number: usize| u64::try_from(number).expect("few");
            let loss = 1_000_000 * count(cells) * count(queries) * below;
            assert_eq!(loss % above, 0, "nothing is rounded");
            loss / above
        }

        /// What a year costs the student, by all districts together and by the city.
        fn year(&self) -> [u64; 2] {
            let mut spent = [0, 0];
            for number in [1, 2] {
                for subject in Subject::ALL {
                    let name = ReleaseName { term: TermId { school_year: 2026, number }, subject };
                    let each = (0..DISTRICTS).map(|one| [one]);
                    let by =
                        |district: [usize; 1]| self.cost((Publisher::District, name), &district);
                    spent[0] += each.map(by).sum::<u64>();
                    let all: Vec<usize> = (0..DISTRICTS).collect();
                    spent[1] += self.cost((Publisher::City, name), &all);
                }
            }
            spent
        }
    }

    /// Whatever school a student goes to, and whichever schools are silent in the second term: the
    /// year costs no more than it may, by the districts together, by the city and by both. The
    /// bound is reached.
    #[test]
    fn a_year_costs_no_student_more_than_it_may() {
        let [mut districts, mut whole] = [0, 0];
        for history in History::all() {
            let History { autumn, spring, carried } = history;
            let [by_districts, by_city] = history.year();
            let what = format!("{autumn:?} {spring:?} {carried:b}");
            let most = |publisher: Publisher| 1_000 * u64::from(publisher.year_max().0);
            assert!(by_districts <= most(Publisher::District), "{what}");
            assert!(by_city <= most(Publisher::City), "{what}");
            districts = districts.max(by_districts);
            whole = whole.max(by_districts + by_city);
        }
        assert_eq!((districts, whole), (2_000_000, 1_000 * u64::from(EPSILON_YEAR_MAX.0)));
    }

    /// All that can be drawn in a year fits the budget to the last thousandth, and both levels
    /// together are what is said of a student.
    #[test]
    fn two_terms_spend_the_year() {
        let both = [Publisher::District, Publisher::City];
        for publisher in both {
            let term: u32 = Subject::ALL.map(|subject| publisher.epsilon(subject).0).iter().sum();
            assert_eq!(Epsilon(term * 2), publisher.year_max());
        }
        let student: u32 = both.iter().map(|publisher| publisher.year_max().0).sum();
        assert_eq!(Epsilon(student), EPSILON_YEAR_MAX);
        for subject in Subject::ALL {
            for (number, scales) in [(1, [(4, 1), (8, 1)]), (2, [(8, 1), (16, 1)])] {
                let name = ReleaseName { term: TermId { school_year: 2026, number }, subject };
                let drawn = both.map(|publisher| {
                    let cost = (publisher.epsilon(subject), 0);
                    name.scale(subject.queries().len(), cost).expect("scale").parts()
                });
                assert_eq!(drawn, scales, "{name}");
            }
        }
        assert_eq!(Publisher::of(UnitKind::Street), None);
        assert_eq!(Publisher::of(UnitKind::Helper), None);
    }

    /// A name is read back, and a week, a month or a year is no term.
    #[test]
    fn a_release_is_of_a_term() {
        let name: ReleaseName = "2026S1-alerts".parse().expect("name");
        assert_eq!(name.to_string(), "2026S1-alerts");
        for period in ["2026-W36", "2026-09", "2026Y", "2026H2", "2026-09-20"] {
            let read = format!("{period}-alerts").parse::<ReleaseName>();
            assert_eq!(read, Err(NoiseError::Term), "{period}");
        }
        for name in ["2026S1", "2026S1-", "2026S1-other", "alerts", ""] {
            assert_eq!(name.parse::<ReleaseName>(), Err(NoiseError::Name), "{name}");
        }
    }
}
