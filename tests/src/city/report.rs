//! What the city shows at the end: its table, where each number came from, and how long it took.
//!
//! Read from the hubs' own stores while they run, through the stage that serves their pages.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::period::Period;
use hub::app::{HubError, load_pins, open_store};
use hub::config::{Config, ConfigError};
use hub::packs::{PackCache, Packs, PacksError};
use hub::statistics::{
    CityTable, LEGEND, Statistics, StatisticsError, UnitName, city_table, opened_lines, tree_lines,
};
use runtime::cli::{Align, Table};
use runtime::clock::Clock;
use runtime::sql::{Database, SqlError};
use runtime::web::Lang;
use serde::Serialize;

use super::build::City;
use super::days::TERM;
use super::plan::{CITY, HubPlan};

/// How long the figures may take to climb after the last school sent them.
const CLIMB_TIMEOUT: Duration = Duration::from_secs(60);

/// Why a hub's figures could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The hub's configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The hub's store.
    #[error(transparent)]
    Store(#[from] SqlError),
    /// The hub's roots.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// The hub's packs.
    #[error(transparent)]
    Packs(#[from] PacksError),
    /// The statistics stage.
    #[error(transparent)]
    Statistics(#[from] StatisticsError),
    /// Not all schools arrived in time.
    #[error("the city has figures of {reported} schools, {expected} were sent")]
    Incomplete {
        /// Schools in the city's sums.
        reported: u32,
        /// Schools that sent.
        expected: usize,
    },
}

/// Seconds that each part took.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Timings {
    /// Authorities, hubs, enrolment, import and pushing.
    pub build_seconds: f64,
    /// From the last push until the city's figures were complete.
    pub climb_seconds: f64,
    /// Largest memory of a hub in MiB, where the system tells.
    pub hub_memory_mib: Option<u64>,
}

/// A hub's store, opened for reading.
pub struct Reader {
    database: Database,
    packs: Arc<PackCache>,
    at: UnitName,
    clock: Clock,
}

impl Reader {
    /// Opens the store of a hub that runs.
    ///
    /// # Errors
    /// The folder holds no hub.
    pub fn open(data: &Path, clock: Clock) -> Result<Self, ReportError> {
        let config = Config::load(data)?;
        let database = open_store(&config)?;
        let today = clock.today();
        let pins = load_pins(&config)?;
        let packs = database.read(move |tx| Packs::load(tx, today, &pins))?;
        let (packs, at) = (Arc::new(PackCache::new(packs)), UnitName::of(&config));
        Ok(Self { database, packs, at, clock })
    }

    /// The hub's whole table of the demonstration's term.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn table(&self) -> Result<CityTable, ReportError> {
        let packs = self.packs.clone();
        let (database, clock) = (self.database.clone(), self.clock.clone());
        let statistics = Statistics::new(database, packs.clone(), clock, self.at.clone());
        let at = statistics.unit().clone();
        let period = TERM.parse::<Period>().map_err(|_| SqlError::Type)?;
        Ok(self.database.read(move |tx| city_table(tx, &packs.last(), &at, period))?)
    }
}

/// Waits until every school's figures of every table are in the city's sums.
///
/// # Errors
/// They do not arrive in time.
pub async fn wait_until_complete(city: &City) -> Result<(CityTable, Duration), ReportError> {
    let started = Instant::now();
    let reader = Reader::open(&city.folder(CITY.0), city.clock())?;
    let expected = city.plan.schools.len();
    loop {
        let table = reader.table()?;
        let whole = |reported: u32| usize::try_from(reported).is_ok_and(|n| n >= expected);
        let tables = table.sources.iter();
        if table.sources.iter().any(|source| source.table == "clear.term")
            && tables.clone().all(|source| source.late == 0)
            && tables.clone().any(|source| whole(source.coverage.schools_reported))
            && climbed(city, &table)?
        {
            return Ok((table, started.elapsed()));
        }
        if started.elapsed() > CLIMB_TIMEOUT {
            let reported = table.coverage.schools_reported;
            return Err(ReportError::Incomplete { reported, expected });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whether the city has as many schools in every table as its districts have together.
fn climbed(city: &City, table: &CityTable) -> Result<bool, ReportError> {
    for source in &table.sources {
        let mut below = 0;
        for hub in city.plan.hubs.iter().filter(|hub| hub.kind == "district") {
            let district = Reader::open(&city.folder(&hub.unit), city.clock())?.table()?;
            let same = district.sources.iter().find(|known| known.table == source.table);
            below += same.map_or(0, |known| known.coverage.schools_reported);
        }
        if below != source.coverage.schools_reported {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The city's table as a terminal shows it.
#[must_use]
pub fn table_text(table: &CityTable, lang: Lang) -> String {
    let mut lines = table.lines(lang).into_iter();
    let head = lines.next().unwrap_or_default();
    let mut shown = Table::new();
    for (place, title) in head.iter().enumerate() {
        shown = shown.column(title, if place == 0 { Align::Left } else { Align::Right });
    }
    lines.for_each(|line| shown.row(line));
    [table.title(lang), shown.render(), LEGEND.in_lang(lang).to_owned()].join("\n")
}

/// Where each number came from: the contributions of every hub, from the city down.
///
/// # Errors
/// A hub's store cannot be read.
pub fn provenance_text(city: &City, lang: Lang) -> Result<String, ReportError> {
    provenance_of(&city.plan.hubs, &city.wishes.dir, (&city.clock(), lang))
}

/// The same for hubs whose data folders lie in one folder.
///
/// # Errors
/// A hub's store cannot be read.
pub fn provenance_of(
    hubs: &[HubPlan],
    dir: &Path,
    (clock, lang): (&Clock, Lang),
) -> Result<String, ReportError> {
    let mut lines = Vec::new();
    for hub in hubs {
        let reader = Reader::open(&dir.join(&hub.unit), clock.clone())?;
        let (table, packs) = (reader.table()?, reader.packs.last());
        let catalogue = packs.in_force().catalogue.as_ref();
        let name = match lang {
            Lang::Zh => &hub.name_zh,
            Lang::En => &hub.name_en,
        };
        lines.push(format!("{name} ({})", hub.unit));
        let opened = opened_lines(catalogue, &table.opened, lang);
        let made_of = tree_lines(&table.sources, lang).into_iter().chain(opened);
        lines.extend(made_of.map(|line| format!("  {line}")));
    }
    Ok(lines.join("\n"))
}
