//! What is waited for and what is judged: while processes are killed, after each week, and once
//! everything is quiet.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use domain::catalogue::Stage;
use domain::disclosure::plan::Refusal;
use domain::period::Period;
use hub::sealed::guard;
use hub::sealed::view::TaskView;
use hub::store::sealed::{report, task, verdict};
use jiff::ToSpan as _;
use jiff::civil::Date;
use proto::opening::Detail;
use runtime::sql::SqlError;
use tests::city::build::City;
use tests::city::opened;
use tests::city::plan::{CITY, HEALTH};
use tests::invariants::{Sheet, breaks, counting, differing, lost, recounted, twice};

use crate::held::{self, School, Totals};
use crate::told::{Opened, opened_at, records};
use crate::{DISTRICT, SCHOOLS, STREET, recount};

/// How long everything may take to be where it should be, and how often it is looked.
const WITHIN: Duration = Duration::from_secs(180);
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Most refusals that are counted.
const REFUSED_MAX: u32 = 10_000;
/// Sums that are opened of a week at least.
const OPENED_MIN: usize = 10;

/// Schools below a hub that adds up.
fn below(city: &City, hub: &str) -> Vec<&'static str> {
    let is_below = |school: &&'static str| {
        let plans = city.plan.schools.iter();
        let mut own = plans.filter(|plan| plan.school.school_code == **school);
        hub != STREET || own.any(|plan| plan.parent == STREET)
    };
    SCHOOLS.into_iter().filter(is_below).collect()
}

/// The hub that a unit sends to.
fn parent<'c>(city: &'c City, unit: &str) -> &'c str {
    let schools = city.plan.schools.iter();
    let school = schools.filter(|plan| plan.school.school_code == unit).map(|plan| &plan.parent);
    let hubs = city.plan.hubs.iter().filter(|hub| hub.unit == unit).map(|hub| &hub.parent);
    school.chain(hubs).next().expect("a unit of the city")
}

/// No school is in a sum twice, while anything may still be on its way.
pub fn nothing_stands_twice(city: &City) {
    for hub in [DISTRICT, CITY.0] {
        let schools = u32::try_from(below(city, hub).len()).expect("schools");
        let found = twice(&Totals::read(city, hub).sums, schools);
        assert!(found.is_empty(), "{hub} has schools twice: {found:#?}");
    }
}

/// Waits until both hubs answered every report that schools sealed.
pub async fn all_answered(city: &City) {
    let sealed = opened::seal(city).await.unwrap_or_else(|error| panic!("{error}"));
    let sealed: usize = sealed.into_iter().sum();
    assert!(sealed > 0, "nothing was sealed");
    until(|| {
        let read = held::store(city, DISTRICT).read(|tx| {
            let refused = verdict::refused(tx, REFUSED_MAX)?.len();
            let stopped = task::all(tx)?.into_iter().map(|one| one.stopped);
            let stopped: BTreeSet<String> = stopped.filter(|code| !code.is_empty()).collect();
            Ok::<_, SqlError>((report::accepted_count(tx)?, refused, stopped))
        });
        let (accepted, refused, stopped) = read.expect("reports");
        assert_eq!(refused, 0, "reports were refused");
        let accepted = usize::try_from(accepted).expect("reports");
        let left = || format!("{accepted} of {sealed} answered; tasks say {stopped:?}");
        Vec::from_iter((accepted < sealed).then(left))
    })
    .await;
}

fn week_of(monday: Date) -> Period {
    let week = monday.iso_week_date();
    Period::Week { year: week.year(), week: week.week() }
}

/// Waits until a week is open, and compares it, with those since the first one, with what SQL
/// counts in the ledgers.
pub async fn opened_exactly(city: &City, (first, monday): (Date, Date)) {
    let period = week_of(monday);
    until(|| waiting(city, period)).await;
    opened::until_told(city, DISTRICT).await.unwrap_or_else(|error| panic!("{error}"));
    let own = opened_at(city, DISTRICT, period);
    assert!(own.len() >= OPENED_MIN, "{} tables of {period}", own.len());
    for unit in [HEALTH.0, CITY.0] {
        let same = opened_at(city, unit, period);
        assert_eq!(cells(&own), cells(&same), "{unit} and the leader, {period}");
    }
    let mondays = std::iter::successors(Some(first), |day| Some(*day + 7.days()));
    let earlier = mondays.take_while(|day| *day < monday).map(week_of);
    let earlier: Vec<(String, Opened)> =
        earlier.map(|week| (week.to_string(), opened_at(city, DISTRICT, week))).collect();
    let before: Vec<recount::Opened<'_>> =
        earlier.iter().map(|(week, opened)| (week.as_str(), opened)).collect();
    let name = period.to_string();
    recount::compare(city, &SCHOOLS, (name.as_str(), &own), &before);
}

/// Tasks of a period that are complete and not settled.
fn waiting(city: &City, period: Period) -> Vec<String> {
    let read = opened::Sums::read_of(city, DISTRICT, move |one| one == period);
    let tasks = read.unwrap_or_else(|error| panic!("{error}")).tasks;
    let stages = &city.areas[0].stages;
    let complete = tasks.iter().filter(|task| task.due > 0 && task.fresh == task.due);
    let open = complete.filter(|task| !is_settled(task, stages));
    open.map(|task| format!("{} {}", task.sheet, task.period)).collect()
}

/// Whether every stage that the plan opens is opened with a record of both hubs, or stays closed
/// for what was seen.
fn is_settled(task: &TaskView, stages: &BTreeSet<Stage>) -> bool {
    let closed = |reason: &Option<Refusal>| matches!(reason, Some(Refusal::Closed(_)));
    let cells = task.openings.iter().filter(|(one, _)| one.set.detail == Detail::Cells);
    let opened: BTreeSet<Stage> = cells.map(|(one, _)| one.set.stage).collect();
    let mut all = task.openings.iter();
    opened == *stages
        && all.all(|(one, record)| record.is_some() || guard::is_final(&one.refused))
        && task.waits.iter().all(|wait| closed(&wait.reason))
}

fn cells(opened: &Opened) -> BTreeMap<String, BTreeMap<usize, u64>> {
    opened.iter().map(|(table, sum)| (table.clone(), sum.cells.clone())).collect()
}

/// Waits until everything is where it belongs, and says what is not if it never is.
pub async fn nothing_lost_or_double(city: &City) {
    until(|| {
        let schools: Vec<School> =
            SCHOOLS.into_iter().map(|school| School::read(city, school)).collect();
        let mut wrong: Vec<String> =
            schools.iter().flat_map(|school| of_school(city, school)).collect();
        wrong.extend(of_lanes(city));
        wrong.extend(of_totals(city, &schools));
        wrong
    })
    .await;
    for hub in [STREET, DISTRICT, CITY.0, HEALTH.0] {
        let aside = held::quarantined(city, hub);
        assert!(aside.is_empty(), "{aside:?}");
    }
    assert_eq!(records(city, DISTRICT), records(city, HEALTH.0));
}

/// What a school signed and is not accepted, and what was accepted and is not kept as it was sent.
fn of_school(city: &City, school: &School) -> Vec<String> {
    let unit = school.unit;
    let accepted = school.accepted();
    assert!(!accepted.is_empty(), "{unit} released nothing");
    // Sealed reports too, which hubs keep in a form of their own.
    let taken = school.sent.iter().filter(|one| one.outcome == Some(1));
    let taken: BTreeSet<&str> = taken.map(|one| one.name.as_str()).collect();
    let signed = school.signed.iter().filter(|name| !taken.contains(name.as_str()));
    let mut wrong: Vec<String> = signed.map(|name| format!("{name} is not accepted")).collect();
    let refused = school.sent.iter().filter(|one| one.outcome == Some(2));
    wrong.extend(refused.map(|one| format!("{unit} {}: {}", one.name, one.code)));
    let hub = parent(city, unit);
    let away = lost(&accepted, &held::kept(city, hub, &accepted));
    wrong.extend(away.into_iter().map(|name| format!("{name} is lost at {hub}")));
    let gaps = breaks(school.sent.iter().filter_map(|one| one.sequence));
    wrong.extend(gaps.into_iter().map(|sequence| format!("{unit}: gap at {sequence}")));
    let (backlog, next) = (school.backlog, held::awaited(city, hub, unit));
    if backlog.waiting > 0 || backlog.answered != backlog.head || next != backlog.head + 1 {
        wrong.push(format!("{unit} is at {backlog:?}, {hub} awaits {next}"));
    }
    wrong
}

/// Lanes between hubs that are not at the same place on both sides.
fn of_lanes(city: &City) -> Vec<String> {
    let mut wrong = Vec::new();
    for hub in [STREET, DISTRICT] {
        let (backlog, above) = (held::backlog(city, hub), parent(city, hub));
        let next = held::awaited(city, above, hub);
        if backlog.waiting > 0 || backlog.refused > 0 || next != backlog.head + 1 {
            wrong.push(format!("{hub} is at {backlog:?}, {above} awaits {next}"));
        }
    }
    wrong
}

/// Totals that are not the recount of what members signed, nor of what the schools below did.
fn of_totals(city: &City, schools: &[School]) -> Vec<String> {
    let mut wrong = Vec::new();
    for hub in [STREET, DISTRICT, CITY.0] {
        let (totals, below) = (Totals::read(city, hub), below(city, hub));
        let own = schools.iter().filter(|school| below.contains(&school.unit));
        let sheets: Vec<Sheet> = counting(own.flat_map(School::sheets));
        let by_schools = differing(&totals.clear(), &recounted(&sheets));
        let by_members = differing(&totals.sums, &recounted(&totals.parts));
        wrong.extend(by_schools.into_iter().map(|what| format!("{hub} by its schools: {what}")));
        wrong.extend(by_members.into_iter().map(|what| format!("{hub} by its members: {what}")));
    }
    wrong
}

/// Looks again and again until nothing is left to wait for.
async fn until(look: impl Fn() -> Vec<String>) {
    let started = Instant::now();
    loop {
        let left = look();
        if left.is_empty() {
            return;
        }
        assert!(started.elapsed() < WITHIN, "after {WITHIN:?}: {left:#?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
