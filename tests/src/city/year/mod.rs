//! A school year of a city in its own time: each week schools live, seal and send, both hubs check,
//! the days to object pass, and sums are opened.
//!
//! Hubs are processes, each started as its operator would start it; schools are joined by their own
//! commands and then live in this process, through the doors of the node's library by which their
//! services seal and send in their slot (record 0047). At the end districts and the city publish
//! with noise what may be published, every role's view is written as its program exports it, and
//! what was opened is compared with what schools sealed.

pub mod colluders;
mod desk;
mod recount;
mod releases;
mod views;

use std::path::Path;
use std::time::{Duration, Instant};

use domain::disclosure::sealed::Week;
use domain::period::Period;
use hub::app::open_store;
use hub::config::Config;
use hub::sealed::guard;
use hub::sealed::view::TaskView;
use hub::store::sealed::{report, verdict};
use jiff::ToSpan as _;
use jiff::civil::Date;
use proto::opening::Detail;
use runtime::sql::SqlError;
use serde::Serialize;

use super::build::{BuildError, COMMANDS_AT_ONCE, City, side_by_side};
use super::days::Course;
use super::generate::Seeded;
use super::opened::{OpenedError, Sums, until_told};
use super::progress::Progress;
use desk::{Desk, Lived};
pub use recount::Exactness;
pub use views::{Judged, Must};

/// Hour of the looks at what is due.
const HOUR: i8 = 8;
/// Days from a week's Monday to the Tuesday on which its reports leave, and to the Thursday on
/// which nobody waits any longer for whoever is late.
const LEAVES_AFTER: i64 = 8;
const OPENS_AFTER: i64 = 10;
/// How many of a thousand schools are away when a week is to be sent; they send it with the next.
const LATE_PER_MILLE: u64 = 50;
/// Weeks in which time goes on after the last one: schools can object to the term for seven days.
const WEEKS_AFTER: i64 = 2;
/// How long both hubs may take for what is there, and how often it is looked how far they are.
const WITHIN: Duration = Duration::from_secs(300);
const LOOK_EVERY: Duration = Duration::from_millis(150);
/// Most refusals that are counted.
const REFUSED_MAX: u32 = 100_000;

/// What a year was.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Schools.
    pub schools: usize,
    /// Weeks under seal.
    pub weeks: usize,
    /// Reports that schools sealed.
    pub reports: usize,
    /// Reports that were refused.
    pub refused: usize,
    /// Weeks of a school that were sent late.
    pub late: usize,
    /// Sums that both hubs recorded.
    pub opened: usize,
    /// Sums that the attacker before openings keeps closed.
    pub kept_closed: usize,
    /// Releases that were drawn with noise, each with its hub.
    pub published: Vec<String>,
    /// Those that were refused, with the code.
    pub unpublished: Vec<String>,
    /// What was opened against what schools sealed.
    pub exactness: Exactness,
    /// What the attacker says of each file.
    pub files: Vec<Judged>,
    /// Largest memory of a hub, in MiB.
    pub hub_memory_mib: Option<u64>,
    /// Seconds of the founding, of the weeks, and of the views with the attacker.
    pub seconds: [f64; 3],
}

impl Summary {
    /// Whether all of it holds: something was opened and something published, every opened cell is
    /// exact, and the attacker says of each file what it must.
    #[must_use]
    pub fn holds(&self) -> bool {
        let has_sums = self.opened > 0 && self.exactness.filled > 0;
        has_sums
            && !self.published.is_empty()
            && self.exactness.holds()
            && self.files.iter().all(Judged::holds)
    }
}

/// Plays a course and writes what every role has seen into an empty folder.
///
/// # Errors
/// A command failed, a school could not live, or hubs did not come so far in time.
pub async fn play(
    city: &mut City,
    course: Course,
    export: &Path,
    progress: &Progress,
) -> Result<Summary, BuildError> {
    let started = Instant::now();
    std::fs::create_dir_all(export)?;
    city.found(progress).await?;
    let offices = city.enrol_schools().await?;
    city.state_keys(progress).await?;
    let desks = offices.into_iter().map(|office| Desk::new(office, city.clock())).collect();
    let founded = started.elapsed();
    let (desks, late) = weeks(city, desks, course, progress).await?;
    for area in &city.areas {
        until_told(city, &area.unit).await?;
    }
    let played = started.elapsed();
    let own = desk::own_views(&desks)?;
    let releases = releases::draw_all(city, course).await?;
    let publishers: Vec<&str> = releases.drawn.keys().map(String::as_str).collect();
    let (files, exactness) = views::write_all(city, &own, (export, &publishers)).await?;
    progress.step("views");
    let (mut refused, mut opened, mut kept_closed) = (0, 0, 0);
    for area in &city.areas {
        let sums = Sums::read(city, &area.unit)?;
        refused += sums.refused;
        let all = sums.tasks.iter().flat_map(|task| &task.openings);
        opened += all.clone().filter(|(_, record)| record.is_some()).count();
        kept_closed += all.filter(|(one, _)| guard::is_final(&one.refused)).count();
    }
    Ok(Summary {
        schools: desks.len(),
        weeks: course.mondays().count(),
        reports: desks.iter().map(Desk::sealed).sum(),
        refused,
        late,
        opened,
        kept_closed,
        published: releases.named(),
        unpublished: releases.refused,
        exactness,
        files,
        hub_memory_mib: city.peak_hub_memory_kib().map(|kib| kib / 1024),
        seconds: [founded, played - founded, started.elapsed() - played].map(|t| t.as_secs_f64()),
    })
}

/// All weeks, and those after the last one; gives the schools back and how often one was late.
async fn weeks(
    city: &City,
    mut desks: Vec<Desk>,
    course: Course,
    progress: &Progress,
) -> Result<(Vec<Desk>, usize), BuildError> {
    let mut luck = Seeded::new(city.wishes.seed, "late");
    let mut late = 0;
    for monday in course.mondays() {
        city.time.move_to((monday + LEAVES_AFTER.days()).at(HOUR, 0, 0, 0))?;
        let steps = desks.into_iter().map(|desk| {
            let is_late = monday < course.last_monday && luck.below(1_000) < LATE_PER_MILLE;
            late += usize::from(is_late);
            desk.week(Lived { monday, is_late })
        });
        let steps: Vec<_> = steps.collect();
        desks = side_by_side(steps, COMMANDS_AT_ONCE).await?;
        until_answered(city, &desks).await?;
        city.time.move_to((monday + OPENS_AFTER.days()).at(HOUR, 0, 0, 0))?;
        until_opened(city, monday, Of::Weeks).await?;
        progress.advance("year");
    }
    for week in 1..=WEEKS_AFTER {
        let monday = course.last_monday + (7 * week).days();
        city.time.move_to((monday + OPENS_AFTER.days()).at(HOUR, 0, 0, 0))?;
        until_opened(city, monday, Of::All).await?;
    }
    Ok((desks, late))
}

/// Waits until both hubs answered every report that the schools of an area sealed.
async fn until_answered(city: &City, desks: &[Desk]) -> Result<(), BuildError> {
    for area in &city.areas {
        let own = desks.iter().filter(|desk| desk.district() == area.unit);
        let sent: usize = own.map(Desk::sealed).sum();
        until(&area.unit, || {
            let answered = answered(city, &area.unit)?;
            Ok((answered < sent).then(|| format!("{answered} of {sent} reports are answered")))
        })
        .await?;
    }
    Ok(())
}

/// Reports that a leader holds as accepted by both hubs, and those that were refused.
fn answered(city: &City, area: &str) -> Result<usize, OpenedError> {
    let config = Config::load(&city.folder(area))?;
    let read = open_store(&config)?.read(|tx| {
        let accepted = report::accepted_count(tx)?;
        let refused = verdict::refused(tx, REFUSED_MAX)?.len();
        Ok::<_, SqlError>(usize::try_from(accepted).unwrap_or(usize::MAX).saturating_add(refused))
    });
    Ok(read?)
}

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The weeks of the last month.
    Weeks,
    /// These, and the terms.
    All,
}

/// Waits until a leader opened what it can open of the last weeks, and of the terms.
async fn until_opened(city: &City, monday: Date, of: Of) -> Result<(), BuildError> {
    let from = monday - 28.days();
    let is_asked = move |period: Period| match period {
        Period::Week { .. } => sunday_of(period).is_some_and(|sunday| sunday >= from),
        Period::Term(_) => of == Of::All,
        _ => false,
    };
    for area in &city.areas {
        until(&area.unit, || {
            let tasks = Sums::read_of(city, &area.unit, is_asked)?.tasks;
            let open = tasks.iter().filter(|task| !is_settled(task, area.groups));
            let names: Vec<String> =
                open.map(|task| format!("{} {}", task.sheet, task.period)).collect();
            Ok((!names.is_empty()).then(|| names.join(", ")))
        })
        .await?;
    }
    Ok(())
}

fn sunday_of(period: Period) -> Option<Date> {
    match period {
        Period::Week { year, week } => Week::new(year, week).map(Week::sunday),
        _ => None,
    }
}

/// Whether each group of a task is opened with a record of both hubs, stays closed, or waits for a
/// school.
fn is_settled(task: &TaskView, groups: usize) -> bool {
    let cells = task.openings.iter().filter(|(one, _)| one.set.detail == Detail::Cells);
    let opened: usize = cells.map(|(one, _)| one.set.groups.len()).sum();
    let waits = task.waits.iter().filter(|wait| wait.reason.is_some()).count();
    let mut all = task.openings.iter();
    let is_done = all.all(|(one, record)| record.is_some() || guard::is_final(&one.refused));
    task.fresh == 0 || (opened + waits == groups && is_done)
}

/// Looks again and again until nothing is left to wait for.
async fn until(
    area: &str,
    look: impl Fn() -> Result<Option<String>, OpenedError>,
) -> Result<(), OpenedError> {
    let started = Instant::now();
    while let Some(waits) = look()? {
        if started.elapsed() > WITHIN {
            return Err(OpenedError::Late { area: area.to_owned(), waits });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(must: Must, leaks: usize, undecided: usize) -> Judged {
        let file = "city.json".to_owned();
        Judged { file, must, hidden: 9, leaks, undecided, seconds: 0.0, unjudged: None }
    }

    fn summary(exactness: Exactness, files: Vec<Judged>) -> Summary {
        Summary {
            schools: 5,
            weeks: 1,
            reports: 9,
            refused: 0,
            late: 0,
            opened: 1,
            kept_closed: 0,
            published: vec!["370202 2025S1-alerts".to_owned()],
            unpublished: Vec::new(),
            exactness,
            files,
            hub_memory_mib: None,
            seconds: [0.0; 3],
        }
    }

    /// A year holds only if something was opened, every cell is exact and compared, and each file
    /// says what it must: an attacker that misses a known leak fails it as a leak does.
    #[test]
    fn a_year_holds_only_if_all_of_it_does() {
        let right = || Exactness { cells: 4, filled: 2, ..Exactness::default() };
        let holds = |exactness, files| summary(exactness, files).holds();
        assert!(holds(right(), vec![judged(Must::Safe, 0, 0), judged(Must::Leak, 3, 0)]));
        for wrong in [
            judged(Must::Safe, 1, 0),
            judged(Must::Safe, 0, 1),
            judged(Must::Leak, 0, 0),
            judged(Must::Leak, 0, 7),
        ] {
            assert!(!holds(right(), vec![judged(Must::Safe, 0, 0), wrong]));
        }
        let unread = || Some("exit code 7".to_owned());
        for must in [Must::Safe, Must::Leak] {
            let unjudged = Judged { unjudged: unread(), ..judged(must, 3, 0) };
            assert!(!holds(right(), vec![unjudged]), "no verdict is none");
        }
        assert!(!holds(Exactness { differing: 1, ..right() }, Vec::new()));
        assert!(!holds(Exactness { skipped: 1, ..right() }, Vec::new()));
        assert!(!holds(Exactness::default(), Vec::new()), "nothing was opened");
        let silent = Summary { published: Vec::new(), ..summary(right(), Vec::new()) };
        assert!(!silent.holds(), "nothing was published");
    }
}
