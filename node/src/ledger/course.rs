//! A student's course over the years: what each school year held, how the tier went, and the four
//! dated steps of each case from prevention to intervention.
//!
//! Read with a [`Pass`]: an area that it does not open leaves its column empty.

use std::collections::BTreeSet;

use domain::ledger::Area;
use domain::ledger::terms::{ContactWay, Tier};
use domain::ledger::words::AlertSource;
use domain::span::school_year_of;
use jiff::civil::Date;
use runtime::clock::date_of;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::access::Pass;
use super::alert::{AlertCase, AlertMove, FirstContact};
use super::case;
use super::critical::Interview;
use super::entry::{Entry, Kept, RecordId};
use super::followup::Followup;
use super::read;
use super::session::{GroupMember, Session};
use super::talk::Talk;

/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;

/// What a school year held. What the pass does not open is nothing, which is not none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YearLine {
    /// Answered sheets.
    pub sheets: Option<usize>,
    /// Interviews after screening.
    pub interviews: Option<usize>,
    /// Talks, and those with concern.
    pub talks: Option<(usize, usize)>,
    /// Individual and group sessions.
    pub sessions: Option<usize>,
    /// Follow-ups made.
    pub followups: Option<usize>,
    /// Changes of the tier in force.
    pub moves: Option<usize>,
    /// The gravest tier of the year.
    pub gravest: Option<Tier>,
    /// The tier at its end, or now.
    pub last: Option<Tier>,
}

/// The four dated steps of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseSteps {
    /// The case.
    pub case: RecordId,
    /// Where the warning came from.
    pub source: AlertSource,
    /// Prevention: the last talk before it.
    pub prevention: Option<Date>,
    /// Monitoring: the last sheet or interview before it.
    pub monitoring: Option<Date>,
    /// Warning: the day on which it was entered.
    pub warning: Date,
    /// Intervention: the first contact, with its way.
    pub intervention: Option<(Date, Option<ContactWay>)>,
    /// Hours from the entering to the first contact, where both were noted at their instants.
    pub lead_hours: Option<i64>,
}

/// The course of a student.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// By the year in which a school year begins, the latest first.
    pub years: Vec<(i16, YearLine)>,
    /// How the tier went: first day, and the tier from then on.
    pub tiers: Vec<(Date, Option<Tier>)>,
    /// The cases, the latest first.
    pub steps: Vec<CaseSteps>,
}

/// Reads the course of the student of a pass, up to a day.
///
/// # Errors
/// The store cannot be read.
pub fn of(tx: &Tx<'_>, pass: &Pass, today: Date) -> Result<Course, SqlError> {
    let found = Found::read(tx, pass)?;
    let tiers = found.tiers();
    let mut days: Vec<Date> = tiers.iter().map(|(day, _)| *day).collect();
    days.extend(found.days());
    days.push(today);
    let years: BTreeSet<i16> =
        days.into_iter().filter(|day| *day <= today).map(school_year_of).collect();
    let years = years.into_iter().rev().map(|year| (year, found.year(year, &tiers)));
    let mut steps = found.steps();
    steps.reverse();
    Ok(Course { years: years.collect(), tiers, steps })
}

/// What the pass opens, each ledger where it does.
struct Found {
    sheets: Option<Vec<Date>>,
    interviews: Option<Vec<Kept<Interview>>>,
    talks: Option<Vec<Kept<Talk>>>,
    sessions: Option<Vec<Date>>,
    followups: Option<Vec<Kept<Followup>>>,
    cases: Option<Cases>,
}

/// The early-warning ledger of one student.
struct Cases {
    cases: Vec<Kept<AlertCase>>,
    moves: Vec<Kept<AlertMove>>,
    contacts: Vec<Kept<FirstContact>>,
}

impl Found {
    fn read(tx: &Tx<'_>, pass: &Pass) -> Result<Self, SqlError> {
        let student = pass.student().0;
        let opens = |area| pass.allow(area).is_ok();
        let sheets = match opens(Area::Screening) {
            true => Some(sheet_days(tx, student)?),
            false => None,
        };
        let sessions = match opens(Area::Session) {
            true => {
                let own = read::about::<Session>(tx, student)?;
                let group = read::about::<GroupMember>(tx, student)?;
                let days = own.iter().map(|kept| kept.entry.day);
                Some(days.chain(group.iter().map(|kept| kept.entry.day)).collect())
            }
            false => None,
        };
        let cases = match opens(Area::Alert) {
            true => {
                let moves = case::order::of_student(tx, pass.student())?;
                let cases = read::about::<AlertCase>(tx, student)?;
                Some(Cases { cases, moves, contacts: read::about::<FirstContact>(tx, student)? })
            }
            false => None,
        };
        Ok(Self {
            sheets,
            interviews: opened::<Interview>(tx, pass)?,
            talks: opened::<Talk>(tx, pass)?,
            sessions,
            followups: opened::<Followup>(tx, pass)?,
            cases,
        })
    }

    fn days(&self) -> Vec<Date> {
        let mut days: Vec<Date> = Vec::new();
        days.extend(self.sheets.iter().flatten());
        days.extend(self.sessions.iter().flatten());
        days.extend(self.interviews.iter().flatten().map(|kept| kept.entry.day));
        days.extend(self.talks.iter().flatten().map(|kept| kept.entry.day));
        days.extend(self.followups.iter().flatten().filter_map(|kept| kept.entry.done));
        days
    }

    /// How the tier went, move by move: a crisis of a few hours is one.
    fn tiers(&self) -> Vec<(Date, Option<Tier>)> {
        let moves = self.cases.iter().flat_map(|cases| &cases.moves);
        let mut tiers: Vec<_> = moves.map(|kept| (kept.entry.day, kept.entry.to_tier)).collect();
        tiers.dedup();
        tiers
    }

    fn year(&self, year: i16, tiers: &[(Date, Option<Tier>)]) -> YearLine {
        let is_in = |day: Date| school_year_of(day) == year;
        let count = |days: &Vec<Date>| days.iter().filter(|day| is_in(**day)).count();
        let before = tiers.iter().rfind(|(day, _)| school_year_of(*day) < year);
        let own = tiers.iter().filter(|(day, _)| is_in(*day));
        let held: Vec<Option<Tier>> = before.into_iter().chain(own).map(|(_, t)| *t).collect();
        let of_year = |kept: &&Kept<Talk>| is_in(kept.entry.day);
        YearLine {
            sheets: self.sheets.as_ref().map(count),
            interviews: self
                .interviews
                .as_ref()
                .map(|all| all.iter().filter(|kept| is_in(kept.entry.day)).count()),
            talks: self.talks.as_ref().map(|all| {
                let concerns = all.iter().filter(of_year).filter(|kept| kept.entry.concern);
                (all.iter().filter(of_year).count(), concerns.count())
            }),
            sessions: self.sessions.as_ref().map(count),
            followups: self.followups.as_ref().map(|all| {
                all.iter().filter_map(|kept| kept.entry.done).filter(|day| is_in(*day)).count()
            }),
            moves: self
                .cases
                .as_ref()
                .map(|cases| cases.moves.iter().filter(|kept| is_in(kept.entry.day)).count()),
            gravest: held.iter().copied().flatten().max(),
            last: held.last().copied().flatten(),
        }
    }

    fn steps(&self) -> Vec<CaseSteps> {
        let Some(cases) = &self.cases else { return Vec::new() };
        let steps = cases.cases.iter().map(|kept| {
            let (case, warning) = (kept.record, kept.entry.day);
            let talks = self.talks.iter().flatten().map(|talk| talk.entry.day);
            let sheets = self.sheets.iter().flatten().copied();
            let seen = self.interviews.iter().flatten().map(|seen| seen.entry.day).chain(sheets);
            let contact = cases.contacts.iter().find(|contact| contact.entry.case == case);
            let done = contact.and_then(|contact| contact.entry.done_at);
            let entered = cases.moves.iter().find(|moved| moved.entry.case == case);
            let lead = done.zip(entered).filter(|(_, moved)| moved.entry.day == day_of(moved));
            CaseSteps {
                case,
                source: kept.entry.source,
                prevention: talks.filter(|day| *day <= warning).max(),
                monitoring: seen.filter(|day| *day <= warning).max(),
                warning,
                intervention: done
                    .map(|at| (instant_day(at.0), contact.and_then(|contact| contact.entry.way))),
                lead_hours: lead.map(|(at, moved)| (at.0 - moved.entry.made_at.0) / HOUR_MS),
            }
        });
        steps.collect()
    }
}

/// Entries of a kind, where the pass opens its area.
fn opened<T: Entry>(tx: &Tx<'_>, pass: &Pass) -> Result<Option<Vec<Kept<T>>>, SqlError> {
    match pass.allow(T::KIND.area()) {
        Ok(()) => read::about::<T>(tx, pass.student().0).map(Some),
        Err(_) => Ok(None),
    }
}

fn sheet_days(tx: &Tx<'_>, student: i64) -> Result<Vec<Date>, SqlError> {
    let statement = "select test_date from sheet where student = $1 and current = 1
        and handed_in = 'answered' order by test_date";
    tx.query(statement, params![student], |row| row.str(0)?.parse().map_err(|_| SqlError::Type))
}

/// The day on which a move was entered: one entered late has no lead time of its own.
fn day_of(moved: &Kept<AlertMove>) -> Date {
    instant_day(moved.entry.made_at.0)
}

fn instant_day(at_ms: i64) -> Date {
    date_of(jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
}

#[cfg(test)]
mod tests {
    use domain::ledger::SchoolRole;
    use domain::ledger::terms::ReadPurpose;
    use domain::ledger::words::{Move, TalkTopic};
    use jiff::civil::date;

    use super::super::access;
    use super::super::author::Author;
    use super::super::case::MoveWish;
    use super::super::entry::{AuthorNote, StaffId, Words};
    use super::super::guard_tests::{CHILD, author, counsellor, head, run, school};
    use super::super::testing::{NOW_MS, School, TODAY, wish};
    use super::super::write;
    use super::*;

    fn course(school: &School, by: Author, today: Date) -> Course {
        run(school, move |tx| {
            let pass = access::open(tx, &by, CHILD, ReadPurpose::Counselling)?;
            Ok(of(tx, &pass, today)?)
        })
        .expect("course")
    }

    fn later(by: &Author, days: i64) -> Author {
        let now = NOW_MS + days * 24 * HOUR_MS;
        Author::new(by.account(), by.role(), by.staff(), now).because("登记")
    }

    /// A talk of last year, a case of this one, raised, and a first contact after five hours.
    fn lived() -> School {
        let school = school();
        run(&school, |tx| {
            let talk = |day| Talk {
                day,
                student: CHILD,
                staff: StaffId(1),
                topics: Words::new([TalkTopic::Mind]),
                concern: true,
                raised: false,
                home_visit: false,
                note: AuthorNote::new(String::new()),
            };
            write::add(tx, &counsellor(), &talk(date(2025, 3, 4)))?;
            write::add(tx, &counsellor(), &talk(date(2025, 11, 3)))?;
            let opened = wish(Move::Opened, Some(Tier::T1), 1);
            let case = case::open(tx, &counsellor(), CHILD, TODAY, &opened)?;
            let contact = read::waiting::<FirstContact>(tx)?.remove(0).record;
            let at = super::super::entry::Moment(NOW_MS + 5 * HOUR_MS);
            let made = (at, StaffId(1), ContactWay::InPerson);
            let by = Author::new("counsellor", SchoolRole::Counsellor, Some(StaffId(1)), at.0);
            case::note_contact(tx, &by.because("首次约谈"), contact, made)?;
            let next_review = Some(date(2025, 11, 27));
            let raised = MoveWish { next_review, ..wish(Move::TierUp, Some(Tier::T2), 1) };
            case::ask_move(tx, &later(&counsellor(), 1), case, &raised)
        })
        .expect("life");
        school
    }

    /// Each year says what it held and how grave it was; the course of the tier is whole; the four
    /// steps of the case have their days, and the lead time its hours.
    #[test]
    fn years_tiers_and_steps_are_told() {
        let school = lived();
        let course = course(&school, counsellor(), date(2025, 11, 30));
        let years: Vec<i16> = course.years.iter().map(|(year, _)| *year).collect();
        assert_eq!(years, [2025, 2024]);
        let (now, before) = (&course.years[0].1, &course.years[1].1);
        assert_eq!((now.talks, before.talks), (Some((1, 1)), Some((1, 1))));
        assert_eq!((now.gravest, now.last, now.moves), (Some(Tier::T2), Some(Tier::T2), Some(2)));
        assert_eq!((before.gravest, before.moves), (None, Some(0)));
        assert_eq!(course.tiers, [(TODAY, Some(Tier::T1)), (date(2025, 11, 21), Some(Tier::T2))]);
        let steps = &course.steps[0];
        assert_eq!((steps.prevention, steps.warning), (Some(date(2025, 11, 3)), TODAY));
        assert_eq!((steps.monitoring, steps.lead_hours), (None, Some(5)));
        assert_eq!(steps.intervention, Some((TODAY, Some(ContactWay::InPerson))));
    }

    /// What a pass does not open is not told as none.
    #[test]
    fn what_is_not_open_stays_out() {
        let school = lived();
        run(&school, |tx| {
            let pair = super::super::roll::Mentor {
                from: TODAY,
                student: CHILD,
                staff: StaffId(3),
                until: None,
            };
            write::add(tx, &head(), &pair)
        })
        .expect("pair");
        let course = course(&school, author("mentor", SchoolRole::Mentor, 3), TODAY);
        assert!(course.tiers.is_empty() && course.steps.is_empty());
        let now = &course.years[0].1;
        assert_eq!((now.sheets, now.sessions, now.moves), (None, None, None));
        assert_eq!(now.talks, Some((1, 1)));
    }
}
