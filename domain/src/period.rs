//! Periods that figures belong to, and the term calendar that gives some of them their days.
//!
//! Dates are civil dates of Asia/Shanghai. An ISO week belongs to the month, term and half year
//! that hold its Thursday. Terms are written `2025S1` (autumn term of school year 2025) and
//! `2025S2` (spring term); which days they cover is data, sent down by the city.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

/// A span of time that a table can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// One day; only special periods are reported by day.
    Day(Date),
    /// An ISO week, `2026-W48`.
    Week {
        /// ISO year.
        year: i16,
        /// ISO week, 1 to 53.
        week: i8,
    },
    /// A calendar month, `2026-11`.
    Month {
        /// Calendar year.
        year: i16,
        /// Month, 1 to 12.
        month: i8,
    },
    /// A term, `2025S1`.
    Term(TermId),
    /// A half year, `2026H1` (spring term) or `2026H2` (autumn term).
    Half {
        /// Calendar year.
        year: i16,
        /// 1 or 2.
        half: i8,
    },
    /// A school year by the year in which it begins, `2025Y`.
    SchoolYear(i16),
}

/// A term by school year and number: 1 is autumn, 2 is spring of the year after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermId {
    /// Year in which the school year begins.
    pub school_year: i16,
    /// 1 or 2.
    pub number: i8,
}

/// Why a text is not a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PeriodError {
    /// None of the six forms.
    #[error("a period looks like 2026-11-23, 2026-W48, 2026-11, 2025S1, 2026H1 or 2025Y")]
    Form,
    /// The calendar does not hold this term.
    #[error("the term calendar has no term {0}")]
    UnknownTerm(TermId),
    /// Two terms of the calendar overlap, or one ends before it begins.
    #[error("term {0} does not lie after the term before it")]
    Order(TermId),
    /// A census day outside its term.
    #[error("the census day of term {0} is not a day of the term")]
    Census(TermId),
}

impl fmt::Display for TermId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}S{}", self.school_year, self.number)
    }
}

impl FromStr for TermId {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let (year, number) = text.split_once('S').ok_or(PeriodError::Form)?;
        let number = match number {
            "1" => 1,
            "2" => 2,
            _ => return Err(PeriodError::Form),
        };
        Ok(Self { school_year: four_digits(year)?, number })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(date) => write!(f, "{date}"),
            Self::Week { year, week } => write!(f, "{year:04}-W{week:02}"),
            Self::Month { year, month } => write!(f, "{year:04}-{month:02}"),
            Self::Term(term) => write!(f, "{term}"),
            Self::Half { year, half } => write!(f, "{year:04}H{half}"),
            Self::SchoolYear(year) => write!(f, "{year:04}Y"),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        if !text.is_ascii() || text.len() > 10 {
            return Err(PeriodError::Form);
        }
        if let Some((year, week)) = text.split_once("-W") {
            return week_period(four_digits(year)?, two_digits(week)?);
        }
        if let Ok(term) = text.parse() {
            return Ok(Self::Term(term));
        }
        if let Some((year, half)) = text.split_once('H') {
            let half = match half {
                "1" => 1,
                "2" => 2,
                _ => return Err(PeriodError::Form),
            };
            return Ok(Self::Half { year: four_digits(year)?, half });
        }
        if let Some(year) = text.strip_suffix('Y') {
            return Ok(Self::SchoolYear(four_digits(year)?));
        }
        match text.split('-').collect::<Vec<_>>().as_slice() {
            [year, month] => month_period(four_digits(year)?, two_digits(month)?),
            [year, month, day] => {
                Date::new(four_digits(year)?, two_digits(month)?, two_digits(day)?)
                    .map(Self::Day)
                    .map_err(|_| PeriodError::Form)
            }
            _ => Err(PeriodError::Form),
        }
    }
}

fn week_period(year: i16, week: i8) -> Result<Period, PeriodError> {
    jiff::civil::ISOWeekDate::new(year, week, jiff::civil::Weekday::Thursday)
        .map(|_| Period::Week { year, week })
        .map_err(|_| PeriodError::Form)
}

fn month_period(year: i16, month: i8) -> Result<Period, PeriodError> {
    if (1..=12).contains(&month) {
        Ok(Period::Month { year, month })
    } else {
        Err(PeriodError::Form)
    }
}

fn four_digits(text: &str) -> Result<i16, PeriodError> {
    digits(text, 4)
}

fn two_digits(text: &str) -> Result<i8, PeriodError> {
    digits(text, 2).and_then(|number| i8::try_from(number).map_err(|_| PeriodError::Form))
}

fn digits(text: &str, length: usize) -> Result<i16, PeriodError> {
    if text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_err(|_| PeriodError::Form)
    } else {
        Err(PeriodError::Form)
    }
}

/// The days of one term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Which term.
    pub id: TermId,
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
    /// Monday of teaching week 1.
    pub first_monday: Date,
    /// Day on which stocks are read: Friday of teaching week 10 unless the city says otherwise.
    pub census: Date,
    /// Day by which the term's releases are due.
    pub due: Date,
    /// Day after which later releases wait for the next snapshot.
    pub closed: Date,
}

/// The terms of a city in order, without overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    terms: Vec<Term>,
}

impl Calendar {
    /// Takes terms in order of time.
    ///
    /// # Errors
    /// Terms that overlap or stand out of order, or a census day outside its term.
    pub fn new(terms: Vec<Term>) -> Result<Self, PeriodError> {
        let mut last: Option<Date> = None;
        for term in &terms {
            if term.end < term.start || last.is_some_and(|end| term.start <= end) {
                return Err(PeriodError::Order(term.id));
            }
            if term.census < term.start || term.census > term.end {
                return Err(PeriodError::Census(term.id));
            }
            last = Some(term.end);
        }
        Ok(Self { terms })
    }

    /// All terms, oldest first.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The days of a term.
    ///
    /// # Errors
    /// The calendar does not hold the term.
    pub fn term(&self, id: TermId) -> Result<&Term, PeriodError> {
        self.terms.iter().find(|term| term.id == id).ok_or(PeriodError::UnknownTerm(id))
    }

    /// The last term that is over on a day.
    #[must_use]
    pub fn ended(&self, day: Date) -> Option<&Term> {
        self.terms.iter().rev().find(|term| term.end < day)
    }

    /// Terms of which the census day or the last day lies before a day by this calendar and is
    /// another one by a later calendar; each with the day that passed and the later one.
    #[must_use]
    pub fn moved(&self, later: &Self, day: Date) -> Vec<(TermId, Date, Date)> {
        let days = |term: &Term| [term.census, term.end];
        let mut moved = Vec::new();
        for term in &self.terms {
            let Ok(other) = later.term(term.id) else { continue };
            let passed = days(term).into_iter().zip(days(other));
            let passed = passed.filter(|(own, new)| *own < day && own != new);
            moved.extend(passed.map(|(own, new)| (term.id, own, new)));
        }
        moved
    }

    /// The term that holds a day; between terms, the one that ended last.
    #[must_use]
    pub fn current(&self, day: Date) -> Option<&Term> {
        self.terms.iter().rev().find(|term| term.start <= day)
    }
}

/// The month, and so the term and half year, that an ISO week belongs to: that of its Thursday.
#[must_use]
pub fn week_thursday(year: i16, week: i8) -> Option<Date> {
    jiff::civil::ISOWeekDate::new(year, week, jiff::civil::Weekday::Thursday)
        .map(jiff::civil::ISOWeekDate::date)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn term(number: i8, start: Date, end: Date) -> Term {
        let id = TermId { school_year: 2025, number };
        Term { id, start, end, first_monday: start, census: start, due: end, closed: end }
    }

    /// A census day and a last day that passed are told apart from those that lie ahead.
    #[test]
    fn a_day_that_passed_is_seen_to_move() {
        let term = term(1, date(2025, 9, 1), date(2026, 1, 30));
        let with =
            |census, end| Calendar::new(vec![Term { census, end, ..term }]).expect("calendar");
        let (first, second) = (date(2025, 11, 7), date(2025, 11, 14));
        let (end, longer) = (term.end, date(2026, 2, 6));
        let own = with(first, end);
        assert_eq!(own.moved(&with(second, longer), first), [], "the day itself is not over");
        let after = date(2025, 11, 8);
        assert_eq!(own.moved(&with(second, longer), after), [(term.id, first, second)]);
        assert_eq!(own.moved(&with(first, longer), after), [], "the end lies ahead");
        assert_eq!(own.moved(&with(first, longer), date(2026, 2, 1)), [(term.id, end, longer)]);
        assert_eq!(own.moved(&own, date(2027, 1, 1)), []);
    }

    /// Each form is read as it is written.
    #[test]
    fn periods_are_read_as_they_are_written() {
        for text in ["2026-11-23", "2026-W48", "2026-11", "2025S1", "2026H2", "2025Y"] {
            let period: Period = text.parse().expect(text);
            assert_eq!(period.to_string(), text);
        }
    }

    /// Days, weeks and months that do not exist are no periods.
    #[test]
    fn impossible_periods_are_refused() {
        for text in
            ["2026-13", "2026-02-30", "2025-W53", "2025S3", "2026H0", "26-11", "", "２０２６Y"]
        {
            assert_eq!(text.parse::<Period>(), Err(PeriodError::Form), "{text}");
        }
    }

    /// A week at the turn of the year belongs to the year of its Thursday.
    #[test]
    fn a_week_belongs_to_the_month_of_its_thursday() {
        assert_eq!(week_thursday(2026, 1), Some(date(2026, 1, 1)));
        assert_eq!(week_thursday(2026, 53), Some(date(2026, 12, 31)));
    }

    /// Between terms the last one counts, and overlapping terms are refused.
    #[test]
    fn the_calendar_is_ordered() {
        let autumn = term(1, date(2025, 9, 1), date(2026, 1, 23));
        let spring = term(2, date(2026, 2, 24), date(2026, 7, 3));
        let calendar = Calendar::new(vec![autumn, spring]).expect("calendar");
        assert_eq!(calendar.current(date(2026, 2, 1)).map(|t| t.id.number), Some(1));
        assert_eq!(calendar.current(date(2025, 8, 31)), None);
        assert_eq!(Calendar::new(vec![spring, autumn]), Err(PeriodError::Order(autumn.id)));
    }
}
