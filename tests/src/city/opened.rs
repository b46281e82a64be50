//! What a city opens of its sealed sums: schools seal and send, both hubs check, the days pass in
//! which schools can object, each leader opens its district's sums, and they go up to the city.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::catalogue::Stage;
use domain::disclosure::plan::Refusal;
use domain::period::Period;
use hub::app::{HubError, load_pins, open_store};
use hub::config::{Config, ConfigError};
use hub::packs::{Packs, PacksError};
use hub::sealed::documents::{Documents, ShareKeys};
use hub::sealed::view::{self, TaskView};
use hub::store::opened::{self, OpenedSum};
use hub::store::sealed::verdict;
use proto::opening::Detail;
use runtime::sql::{Database, SqlError};
use serde_json::Value;

use super::build::{BuildError, COMMANDS_AT_ONCE, City, side_by_side};
use super::days::{TERM_OPENS, WEEKS_OPEN};
use super::plan::CITY;
use super::progress::Progress;
use super::site::Site;

/// How long both hubs may take for what is there.
const WITHIN: Duration = Duration::from_secs(120);
/// How often it is looked how far they are.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Most refusals that are counted.
const REFUSED_MAX: u32 = 10_000;

/// Why it is not known how far a hub's sums are, or that they are not far enough.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenedError {
    /// The hub's configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The hub's roots.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// The hub's store.
    #[error(transparent)]
    Store(#[from] SqlError),
    /// The hub's packs.
    #[error(transparent)]
    Packs(#[from] PacksError),
    /// A command said something else than it should.
    #[error("a school's command said nothing of its sealed reports")]
    Said,
    /// They did not come so far in their time.
    #[error("sealed sums of {area} did not come so far in time: {waits}")]
    Late {
        /// The area.
        area: String,
        /// What is still open.
        waits: String,
    },
}

/// The sealed sums of a leader or of the helper, as its operators see them.
pub struct Sums {
    /// Every task.
    pub tasks: Vec<TaskView>,
    /// Reports that it refused.
    pub refused: usize,
}

impl Sums {
    /// Reads the store of a hub, also while it runs.
    ///
    /// # Errors
    /// The folder holds no hub, or its store cannot be read.
    pub fn read(city: &City, unit: &str) -> Result<Self, OpenedError> {
        Self::read_of(city, unit, |_| true)
    }

    /// The same about some periods.
    ///
    /// # Errors
    /// The folder holds no hub, or its store cannot be read.
    pub fn read_of(
        city: &City,
        unit: &str,
        is_asked: impl Fn(Period) -> bool + Send + 'static,
    ) -> Result<Self, OpenedError> {
        let config = Config::load(&city.folder(unit))?;
        let (database, pins) = (open_store(&config)?, load_pins(&config)?);
        let today = city.clock().today();
        let packs = database.read(move |tx| Packs::load(tx, today, &pins))?;
        let documents = Documents::of(Arc::new(packs), &ShareKeys::default());
        let read = database.read(move |tx| {
            let refused = verdict::refused(tx, REFUSED_MAX)?.len();
            let tasks = view::tasks_of(tx, (&documents, &config.unit), today, is_asked)?;
            Ok::<_, SqlError>(Self { tasks, refused })
        });
        Ok(read?)
    }

    /// Reports that both hubs answered.
    #[must_use]
    pub fn answered(&self) -> usize {
        self.tasks.iter().map(|task| task.fresh).sum::<usize>() + self.refused
    }

    /// What keeps the complete tasks of a kind of period from being opened; empty when all are.
    #[must_use]
    pub fn waiting(&self, of: Of, stages: &BTreeSet<Stage>) -> Vec<String> {
        let all = self.tasks.iter().filter(|task| of.holds(task.period) && is_complete(task));
        all.filter(|task| !is_opened(task, stages))
            .map(|task| format!("{} {}", task.sheet, task.period))
            .collect()
    }
}

/// Weeks, or terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Flows.
    Weeks,
    /// Stocks.
    Terms,
}

impl Of {
    const fn holds(self, period: Period) -> bool {
        matches!(
            (self, period),
            (Self::Weeks, Period::Week { .. }) | (Self::Terms, Period::Term(_))
        )
    }
}

/// Whether all schools of a task reported.
const fn is_complete(task: &TaskView) -> bool {
    task.due > 0 && task.fresh == task.due
}

/// Whether every stage that the plan opens is opened, and both hubs signed it.
fn is_opened(task: &TaskView, stages: &BTreeSet<Stage>) -> bool {
    let closed = |reason: &Option<Refusal>| matches!(reason, Some(Refusal::Closed(_)));
    let cells = task.openings.iter().filter(|(one, _)| one.set.detail == Detail::Cells);
    let opened: BTreeSet<Stage> = cells.map(|(one, _)| one.set.stage).collect();
    opened == *stages
        && task.openings.iter().all(|(_, record)| record.is_some())
        && task.waits.iter().all(|wait| closed(&wait.reason))
}

/// From sealing at every school to the sums of its term, open in every area.
///
/// # Errors
/// A command failed, or the hubs did not come so far in time.
pub async fn open_all(city: &City, progress: &Progress) -> Result<(), BuildError> {
    let sealed = seal(city).await?;
    for (area, reports) in city.areas.iter().zip(&sealed) {
        until(city, &area.unit, |sums| {
            let answered = sums.answered();
            if answered >= *reports {
                return Vec::new();
            }
            vec![format!("{answered} of {reports} reports are answered")]
        })
        .await?;
    }
    progress.step("checked");
    for (at, of, step) in [(WEEKS_OPEN, Of::Weeks, "weeks"), (TERM_OPENS, Of::Terms, "term")] {
        city.time.move_to(at)?;
        for area in &city.areas {
            until(city, &area.unit, |sums| sums.waiting(of, &area.stages)).await?;
        }
        progress.step(step);
    }
    for area in &city.areas {
        until_told(city, &area.unit).await?;
    }
    Ok(())
}

/// Waits until the hubs of an area have agreed on the keys of what lies ahead: of a period that is
/// over none is made, so time moves on only then.
///
/// # Errors
/// They have not in time, or the leader's store cannot be read.
pub async fn until_agreed(city: &City, area: &str) -> Result<(), OpenedError> {
    let started = Instant::now();
    loop {
        let tasks = Sums::read(city, area)?.tasks;
        let open = tasks.iter().filter(|task| !task.is_agreed).count();
        if !tasks.is_empty() && open == 0 {
            return Ok(());
        }
        if started.elapsed() > WITHIN {
            let waits = format!("{open} of {} keys are not agreed on", tasks.len());
            return Err(OpenedError::Late { area: area.to_owned(), waits });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Waits until the city's hub has every sum that the leader of an area has.
///
/// # Errors
/// They are not there in time, or a store cannot be read.
pub async fn until_told(city: &City, area: &str) -> Result<(), OpenedError> {
    let (leader, above) = (store(city, area)?, store(city, CITY.0)?);
    let tasks = Sums::read(city, area)?.tasks;
    let periods: BTreeSet<Period> = tasks.iter().map(|task| task.period).collect();
    let sets = |database: &Database| -> Result<BTreeSet<_>, SqlError> {
        let periods = periods.clone();
        database.read(move |tx| {
            let mut sets = BTreeSet::new();
            for period in periods {
                sets.extend(opened::of_period(tx, period)?.iter().map(OpenedSum::key));
            }
            Ok(sets)
        })
    };
    let (told, started) = (sets(&leader)?, Instant::now());
    loop {
        let missing = told.difference(&sets(&above)?).count();
        if missing == 0 {
            return Ok(());
        }
        if started.elapsed() > WITHIN {
            let waits = format!("{missing} sums are not at the city's hub");
            return Err(OpenedError::Late { area: area.to_owned(), waits });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn store(city: &City, unit: &str) -> Result<Database, OpenedError> {
    Ok(open_store(&Config::load(&city.folder(unit))?)?)
}

/// Seals what is due at every school of an area and sends it; what a service sealed in its slot is
/// due no more. Gives the reports of each area.
///
/// # Errors
/// A command failed.
pub async fn seal(city: &City) -> Result<Vec<usize>, BuildError> {
    let mut sealed = Vec::new();
    for area in &city.areas {
        let schools = city.plan.schools.iter().map(|plan| &plan.school);
        let own = schools.filter(|school| school.district_code == area.unit);
        let steps = own.map(|school| {
            let (site, unit) = (city.site().clone(), school.school_code.clone());
            async move { seal_at(&site, &unit).await }
        });
        let reports = side_by_side(steps.collect(), COMMANDS_AT_ONCE).await?;
        sealed.push(reports.into_iter().sum());
    }
    Ok(sealed)
}

async fn seal_at(site: &Site, unit: &str) -> Result<usize, BuildError> {
    site.node(unit, &["sealed", "send"]).await?;
    let said = site.node(unit, &["sealed", "list", "--json"]).await?;
    let said: Option<Value> = serde_json::from_str(&said).ok();
    let total = said.and_then(|said| said.get("total")?.as_u64());
    let total = total.and_then(|total| usize::try_from(total).ok());
    Ok(total.ok_or(OpenedError::Said)?)
}

/// Waits until nothing keeps a leader's sums from where they should be.
///
/// # Errors
/// They are not there in time, or its store cannot be read.
pub async fn until(
    city: &City,
    area: &str,
    waits: impl Fn(&Sums) -> Vec<String>,
) -> Result<(), OpenedError> {
    let started = Instant::now();
    loop {
        let waits = waits(&Sums::read(city, area)?);
        if waits.is_empty() {
            return Ok(());
        }
        if started.elapsed() > WITHIN {
            return Err(OpenedError::Late { area: area.to_owned(), waits: waits.join(", ") });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
