//! How the school's own counts changed from term to term, each with an interval; for eyes on this
//! node alone, as every exact figure.
//!
//! Every figure is [`Facts::figures`] or [`Facts::ratio`], and the statistics are
//! [`domain::change`]'s: here is only what is set against what. Counts of students are shares of
//! the roll, or of those eligible where they are a screening's; events are rates, since terms
//! differ in length and schools grow. What was screened with another instrument, or reached another
//! part of the school, is not set side by side.

use domain::catalogue::{Catalogue, Count, Kind, Label, Origin, Ratio, Source};
use domain::cell::Cell;
use domain::change::{Change, Events, Share, TooFew, of_events, of_shares};
use domain::digest::Digest;
use domain::period::{Calendar, Term, TermId};
use domain::span::Span;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::ratio::counts_of;
use super::{Facts, IndicatorError, Reading};
use crate::ledger::campaign;
use crate::ledger::profile::Profile;

/// Coverages that differ by more than this, in hundredths, are not set side by side.
const COVERAGE_APART_MAX: f64 = 0.10;

/// What a line is a figure of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A share: a part of the persons below the line.
    Share,
    /// Events over students and days.
    Rate,
    /// Events over persons, told for each of so many.
    Per(u32),
}

/// Above and below the line of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Persons, or events.
    pub above: Cell,
    /// Persons; of a rate, students times days.
    pub below: Cell,
}

/// Why two terms are not set side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// One of the figures is a blank.
    Blank,
    /// Too few persons or events.
    Few(TooFew),
    /// More stand above the line than below it.
    NoShare,
    /// Screened with other instruments.
    Instrument,
    /// Screenings that reached other parts of the school.
    Coverage,
}

/// An earlier term of a line.
#[derive(Clone, Copy, Debug)]
pub struct Earlier {
    /// Its figure.
    pub parts: Parts,
    /// What came of it up to now, or why that is not said.
    pub change: Result<Change, Apart>,
}

/// One count or ratio over the terms.
#[derive(Clone, Debug)]
pub struct ChangeLine {
    /// Its id.
    pub id: String,
    /// What people read.
    pub label: Label,
    /// What it is a figure of.
    pub sort: Sort,
    /// Whether it stands on a screening, so that its coverage is to be read beside it.
    pub is_screened: bool,
    /// The term that is looked at.
    pub now: Parts,
    /// The earlier terms, as [`Changes::against`] names them.
    pub against: Vec<Earlier>,
}

/// How a term differs from earlier ones.
#[derive(Clone, Debug)]
pub struct Changes {
    /// The term.
    pub now: TermId,
    /// Whether it is over; the figures of one that runs will change.
    pub is_over: bool,
    /// The terms that it is set against: the one before, and the same a year before.
    pub against: Vec<TermId>,
    /// Screened of those eligible in the term and in each that it is set against.
    pub coverage: Vec<Parts>,
    /// Counts and ratios in the catalogue's order.
    pub lines: Vec<ChangeLine>,
}

/// A term as it was counted.
struct Told {
    facts: Facts,
    /// Students and days, where the roll is known.
    exposure: Cell,
    students: Cell,
    eligible: Cell,
    completed: Cell,
    instruments: Vec<(String, Digest)>,
}

/// A count or a ratio.
enum Figure<'c> {
    Count(&'c Count),
    Ratio(&'c Ratio),
}

/// How a term differs from the one before and from the same a year before; nothing where the
/// calendar does not hold it.
///
/// # Errors
/// A record that the catalogue has no place for, or the ledger cannot be read.
pub fn changes(
    tx: &Tx<'_>,
    profile: &Profile,
    (catalogue, calendar): (&Catalogue, &Calendar),
    term: TermId,
    today: Date,
) -> Result<Option<Changes>, IndicatorError> {
    let Ok(term) = calendar.term(term) else { return Ok(None) };
    let earlier = earlier(calendar, term);
    let against = earlier.iter().map(|term| term.id).collect();
    let terms: Vec<&Term> = std::iter::once(term).chain(earlier).collect();
    let spans: Vec<Span> = terms.iter().map(|term| Span::of_term(term)).collect();
    let facts = Facts::of_periods(tx, profile, &spans, today)?;
    let mut told_of = terms.into_iter().zip(facts).map(|of| told(tx, catalogue, of, today));
    let Some(now) = told_of.next().transpose()? else { return Ok(None) };
    let before = told_of.collect::<Result<Vec<Told>, IndicatorError>>()?;
    let mut lines = Vec::new();
    let counts = catalogue.counts().iter().filter(|count| count.origin == Origin::School);
    let ratios = catalogue.ratios().iter().filter(|ratio| is_about_students(catalogue, ratio));
    let figures = counts.map(Figure::Count).chain(ratios.map(Figure::Ratio));
    for figure in figures {
        let Some((sort, parts)) = now.parts(catalogue, &figure)? else { continue };
        let is_screened = figure.is_screened(catalogue);
        let mut line = figure.line((sort, parts), is_screened);
        for told in &before {
            let Some((_, earlier)) = told.parts(catalogue, &figure)? else { continue };
            // What is not there is said first: no other instrument is to blame for it.
            let change = match compare(sort, parts, earlier) {
                Err(Apart::Blank) => Err(Apart::Blank),
                found => is_screened.then(|| now.apart(told)).flatten().map_or(found, Err),
            };
            line.against.push(Earlier { parts: earlier, change });
        }
        lines.push(line);
    }
    let coverage = std::iter::once(&now).chain(&before).map(Told::coverage).collect();
    let is_over = now.facts.is_over();
    Ok(Some(Changes { now: term.id, is_over, against, coverage, lines }))
}

/// The term before, and the same term a year before.
fn earlier<'c>(calendar: &'c Calendar, term: &Term) -> Vec<&'c Term> {
    let year = TermId { school_year: term.id.school_year.saturating_sub(1), ..term.id };
    let before = calendar.terms().iter().rev().find(|other| other.end < term.start);
    let year = calendar.term(year).ok().filter(|year| before.is_none_or(|one| one.id != year.id));
    before.into_iter().chain(year).collect()
}

fn told(
    tx: &Tx<'_>,
    catalogue: &Catalogue,
    (term, facts): (&Term, Facts),
    today: Date,
) -> Result<Told, IndicatorError> {
    let span = *facts.span();
    let total = |id: &str| match catalogue.count(id) {
        Some(count) => facts.figures(catalogue, count).map(|figures| figures.total()),
        None => Ok(Cell::Unsupported),
    };
    let (students, eligible) = (total("base.students")?, total("scr.eligible")?);
    let completed = total("scr.completed")?;
    let days = span.from.until(span.to.min(today)).map_or(0, |days| days.get_days());
    let days = u64::try_from(days.saturating_add(1)).unwrap_or(0);
    let exposure = match students {
        Cell::Value(students) => Cell::Value(students.saturating_mul(days)),
        blank => blank,
    };
    let instruments = campaign::of_term(tx, term.id)?;
    let mut instruments: Vec<_> =
        instruments.into_iter().map(|one| (one.scale, one.pack)).collect();
    instruments.sort_by(|one, two| one.0.cmp(&two.0));
    Ok(Told { facts, exposure, students, eligible, completed, instruments })
}

impl Told {
    /// What stands above and below the line; nothing where it is not set side by side.
    fn parts(
        &self,
        catalogue: &Catalogue,
        figure: &Figure<'_>,
    ) -> Result<Option<(Sort, Parts)>, IndicatorError> {
        match figure {
            Figure::Count(count) => {
                let Some(sort) = sort_of(catalogue, count) else { return Ok(None) };
                let below = match (sort, is_of_screening(count)) {
                    (Sort::Share, true) => self.eligible,
                    (Sort::Share, false) => self.students,
                    _ => self.exposure,
                };
                let above = self.facts.figures(catalogue, count)?.total();
                Ok(Some((sort, Parts { above, below })))
            }
            Figure::Ratio(ratio) => {
                let Some(found) = self.facts.ratio(catalogue, ratio)? else { return Ok(None) };
                let sort = match found.reading {
                    Reading::Share => Sort::Share,
                    Reading::Per(of) => Sort::Per(of),
                };
                let parts = Parts { above: found.numerator, below: found.denominator };
                Ok(Some((sort, parts)))
            }
        }
    }

    const fn coverage(&self) -> Parts {
        Parts { above: self.completed, below: self.eligible }
    }

    /// Why screenings of two terms are not set side by side.
    fn apart(&self, earlier: &Self) -> Option<Apart> {
        if self.instruments != earlier.instruments {
            return Some(Apart::Instrument);
        }
        let reached = |told: &Self| share(told.coverage()).map(Share::value);
        let (now, before) = (reached(self)?, reached(earlier)?);
        ((now - before).abs() > COVERAGE_APART_MAX).then_some(Apart::Coverage)
    }
}

impl Figure<'_> {
    fn line(&self, (sort, now): (Sort, Parts), is_screened: bool) -> ChangeLine {
        let (id, label) = match self {
            Self::Count(count) => (count.id.to_string(), count.label.clone()),
            Self::Ratio(ratio) => (ratio.id.to_string(), ratio.label.clone()),
        };
        ChangeLine { id, label, sort, is_screened, now, against: Vec::new() }
    }

    fn is_screened(&self, catalogue: &Catalogue) -> bool {
        match self {
            Self::Count(count) => is_of_screening(count),
            Self::Ratio(ratio) => counts_of(catalogue, ratio).any(is_of_screening),
        }
    }
}

/// Whether every count of a ratio is about students; of staff and lessons, chance says nothing.
fn is_about_students(catalogue: &Catalogue, ratio: &Ratio) -> bool {
    counts_of(catalogue, ratio).all(|count| {
        let source = count.definition.as_ref().map(|known| known.source);
        count.unit != "staff" && source.is_some_and(is_source_of_students)
    })
}

const fn is_source_of_students(source: Source) -> bool {
    matches!(
        source,
        Source::Roll
            | Source::Screening
            | Source::Sheet
            | Source::Mentor
            | Source::Talk
            | Source::Alert
            | Source::AlertEvent
            | Source::AlertReview
            | Source::AlertContact
            | Source::Session
            | Source::ConferenceCase
            | Source::Followup
            | Source::Referral
            | Source::ReferralEvent
            | Source::DutyReport
            | Source::SpecialGroup
            | Source::Support
            | Source::Physique
    )
}

fn is_of_screening(count: &Count) -> bool {
    let source = count.definition.as_ref().map(|known| known.source);
    matches!(source, Some(Source::Screening | Source::Sheet))
}

/// What a count is a figure of; nothing for what is no count of persons or of their events, and for
/// a sum over values of which one record has several.
fn sort_of(catalogue: &Catalogue, count: &Count) -> Option<Sort> {
    let known = count.definition.as_ref()?;
    let is_several = |id: &domain::catalogue::DimensionId| {
        let is_multi = catalogue.dimension(id.as_str()).is_some_and(|known| known.multi);
        // A referral stands in every stage that it came to, a student in every scale.
        is_multi || ["ref_stage", "scale"].contains(&id.as_str())
    };
    let wholes = ["base.students", "scr.eligible", "alt.census"];
    let is_whole = wholes.contains(&count.id.as_str());
    let is_person = ["student", "case"].contains(&count.unit.as_str());
    if is_whole || known.band.is_some() || count.dims.iter().any(is_several) {
        return None;
    }
    match count.kind {
        _ if !is_source_of_students(known.source) || count.unit == "staff" => None,
        Kind::Flow => Some(Sort::Rate),
        Kind::Stock | Kind::Distinct => is_person.then_some(Sort::Share),
    }
}

fn share(parts: Parts) -> Option<Share> {
    Share::new(parts.above.value()?, parts.below.value()?)
}

fn compare(sort: Sort, now: Parts, before: Parts) -> Result<Change, Apart> {
    let values = |parts: Parts| parts.above.value().zip(parts.below.value());
    let (Some(new), Some(old)) = (values(now), values(before)) else {
        return Err(Apart::Blank);
    };
    let found = match sort {
        Sort::Share => match (share(now), share(before)) {
            (Some(new), Some(old)) => of_shares(new, old),
            _ if new.1 == 0 || old.1 == 0 => Err(TooFew::Persons),
            _ => return Err(Apart::NoShare),
        },
        Sort::Rate | Sort::Per(_) => {
            let events = |(count, exposure): (u64, u64)| Events { count, exposure };
            of_events(events(new), events(old))
        }
    };
    found.map_err(Apart::Few)
}

#[cfg(test)]
mod tests {
    use domain::change::Verdict;
    use domain::ledger::words::TalkTopic;
    use jiff::ToSpan as _;

    use super::*;
    use crate::ledger::entry::{AuthorNote, StaffId, StudentId, Words};
    use crate::ledger::guard_tests::{head, run, school};
    use crate::ledger::talk::Talk;
    use crate::ledger::testing::{School, TODAY};
    use crate::ledger::{profile, write};

    fn talk(day: Date, student: i64) -> Talk {
        Talk {
            day,
            student: StudentId(student),
            staff: StaffId(2),
            topics: Words::new([TalkTopic::Mind]),
            concern: false,
            raised: false,
            home_visit: false,
            note: AuthorNote::new(String::new()),
        }
    }

    fn found(school: &School, term: TermId) -> Option<Changes> {
        let (catalogue, calendar) = (school.catalogue.clone(), school.calendar.clone());
        let found = school.ledger.read(move |tx| {
            let profile = profile::load(tx)?.expect("profile");
            changes(tx, &profile, (&catalogue, &calendar), term, TODAY)
        });
        found.expect("changes")
    }

    const NOW: TermId = TermId { school_year: 2025, number: 1 };

    /// Figures are those of the page of counts; a term before there was a ledger is a blank and no
    /// change, and four students are too few for an interval.
    #[test]
    fn a_blank_term_and_a_small_school_have_no_interval() {
        let school = school();
        run(&school, |tx| {
            for back in 0..12_i64 {
                write::add(tx, &head(), &talk(TODAY - back.days(), 1 + back % 2))?;
            }
            Ok(())
        })
        .expect("talks");
        let changes = found(&school, NOW).expect("term");
        assert_eq!(changes.now, NOW);
        let line = |id: &str| changes.lines.iter().find(|line| line.id == id).expect("line");
        let talks = line("mtr.talks");
        assert_eq!((talks.sort, talks.now.above), (Sort::Rate, Cell::Value(12)));
        let talked = line("mtr.talked");
        let parts = Parts { above: Cell::Value(2), below: Cell::Value(4) };
        assert_eq!((talked.sort, talked.now), (Sort::Share, parts));
        for earlier in talks.against.iter().chain(&talked.against) {
            assert_eq!(earlier.change.err(), Some(Apart::Blank));
        }
        for id in ["base.students", "mtr.topics", "ref.events", "edu.hours", "r.mtr.load"] {
            assert!(changes.lines.iter().all(|line| line.id != id), "{id}");
        }
        assert!(found(&school, TermId { school_year: 1999, number: 1 }).is_none());
    }

    /// What the interval says is said, and what cannot be a share is none.
    #[test]
    fn figures_are_set_side_by_side_by_their_sort() {
        let parts = |above, below| Parts { above: Cell::Value(above), below: Cell::Value(below) };
        let share = compare(Sort::Share, parts(56, 70), parts(48, 80)).expect("change");
        assert_eq!(share.verdict, Verdict::Higher);
        let rate = compare(Sort::Rate, parts(40, 90_000), parts(80, 90_000)).expect("change");
        assert_eq!(rate.verdict, Verdict::Lower);
        let few = compare(Sort::Share, parts(3, 4), parts(1, 400));
        assert_eq!(few.err(), Some(Apart::Few(TooFew::Persons)));
        let none = compare(Sort::Share, parts(5, 4), parts(1, 400));
        assert_eq!(none.err(), Some(Apart::NoShare));
        let blank = Parts { above: Cell::NotReported, below: Cell::Value(4) };
        assert_eq!(compare(Sort::Share, blank, parts(1, 400)).err(), Some(Apart::Blank));
    }
}
