//! Building the city: the commands that officers, operators and school offices would type, in
//! their order, run by this binary as those programs.
//!
//! Authorities first, then hubs from the city down, each joining by the invite of its parent, then
//! the plans under which sums are sealed, then schools. What does not depend on each other runs
//! side by side, a few at a time.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use hub::app::open_store;
use hub::config::Config;
use hub::store::unit;
use jiff::civil::{Date, DateTime};
use proto::pack::PackKind;
use runtime::clock::Clock;
use runtime::sql::SqlError;
use runtime::web::Lang;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::clock::CityTime;
use super::commissions;
use super::days::REPORTED;
use super::directory;
use super::hubs::{self, Sums};
use super::office::{self, Office};
use super::opened;
use super::plan::{CITY, CityPlan, HEALTH, HELPER, HubPlan, SMALL_CITY_MAX, SchoolPlan, helper};
use super::ports;
use super::process::{Launcher, ProcessError, Program, Service};
use super::progress::Progress;
use super::site::{Site, path_text};
use super::sums::{self, Area};

/// Commands that run at once; more would only wait for the two cores that we plan for.
pub(super) const COMMANDS_AT_ONCE: usize = 4;

/// Runs steps side by side, so many at once, and gives what they made in their order.
pub(super) async fn side_by_side<T: Send + 'static>(
    steps: Vec<impl Future<Output = Result<T, BuildError>> + Send + 'static>,
    at_once: usize,
) -> Result<Vec<T>, BuildError> {
    let slots = Arc::new(Semaphore::new(at_once));
    let mut running = JoinSet::new();
    for (place, step) in steps.into_iter().enumerate() {
        let slots = slots.clone();
        running.spawn(async move {
            let _slot = slots.acquire_owned().await;
            Ok::<_, BuildError>((place, step.await?))
        });
    }
    let mut made = BTreeMap::new();
    while let Some(step) = running.join_next().await {
        let (place, one) = step??;
        made.insert(place, one);
    }
    Ok(made.into_values().collect())
}

/// Which hubs a city has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hubs {
    /// Education's and health's: what is about persons is summed under seal.
    Both,
    /// Education's alone: it goes rounded.
    Education,
}

/// What the person at the terminal asked for.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// The binary that can be every program of the city.
    pub program: PathBuf,
    /// Folder that keeps every unit's.
    pub dir: PathBuf,
    /// Folder with real rolls and answers.
    pub data: Option<PathBuf>,
    /// Seed of the generated ones.
    pub seed: u64,
    /// Schools whose ledgers are filled with a generated life.
    pub lives: usize,
    /// Whether the units stay up after the table was shown.
    pub stay: bool,
    /// Which hubs it has.
    pub hubs: Hubs,
    /// When the commissions meet and everything is set up.
    pub founded: DateTime,
    /// First day of the open plans; weeks are sealed from its Monday on.
    pub plan_from: Date,
}

/// A city that is being built or is up.
pub struct City {
    /// What was asked for.
    pub wishes: Wishes,
    /// Which units there are.
    pub plan: CityPlan,
    /// Districts under seal; none in a city of education's hubs alone.
    pub areas: Vec<Area>,
    /// Its time.
    pub time: CityTime,
    site: Site,
    services: Vec<Service>,
    school_consoles: BTreeMap<String, SocketAddr>,
}

/// Where a hub listens.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// For members.
    pub members: SocketAddr,
    /// For people.
    pub console: SocketAddr,
}

/// Why the city could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A command failed; its own words are in the error.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A file could not be written or read.
    #[error("a file of the city could not be written or read")]
    File(#[from] std::io::Error),
    /// A step panicked.
    #[error("a step of the city ended by itself")]
    Step(#[from] tokio::task::JoinError),
    /// A hub is not of this city.
    #[error("a hub has no address in this city")]
    Address,
    /// A hub's sums did not come so far in their time.
    #[error(transparent)]
    Opened(#[from] opened::OpenedError),
    /// A referral did not go on as it should.
    #[error("a referral did not go on: {0}")]
    Referral(String),
}

/// How often it is looked whether the city knows its schools, and how many times at most.
const DUE_LOOK: std::time::Duration = std::time::Duration::from_millis(100);
const DUE_LOOKS_MAX: u32 = 200;

/// Longer than a leader waits until it looks for keys to agree on.
const LEADERS_LOOK: std::time::Duration = std::time::Duration::from_secs(61);

impl City {
    /// Prepares a city in a folder that is empty or does not exist.
    ///
    /// # Errors
    /// The folder cannot be made, a roll not be read, or no ports are free.
    pub fn new(wishes: Wishes, plan: CityPlan) -> Result<Self, BuildError> {
        std::fs::create_dir_all(&wishes.dir)?;
        let areas = match wishes.hubs {
            Hubs::Both => sums::areas(&plan, |school| office::roll(&wishes, school))?,
            Hubs::Education => Vec::new(),
        };
        let time = CityTime::begin(&wishes.dir, wishes.founded)?;
        let launcher = Launcher::new(&wishes.program, &wishes.dir, time.file())?;
        let mut addresses = BTreeMap::new();
        // All are held until all are found, so that none is found twice.
        let mut held = Vec::new();
        for hub in plan.hubs.iter().chain([&helper()]) {
            let (members, console) = (ports::free()?, ports::free()?);
            let found =
                Addresses { members: members.local_addr()?, console: console.local_addr()? };
            addresses.insert(hub.unit.clone(), found);
            held.push((members, console));
        }
        let mut school_consoles = BTreeMap::new();
        for plan in plan.schools.iter().take(SMALL_CITY_MAX) {
            let (console, spare) = (ports::free()?, ports::free()?);
            school_consoles.insert(plan.school.school_code.clone(), console.local_addr()?);
            held.push((console, spare));
        }
        drop(held);
        let site = Site::new(&wishes.dir, launcher, addresses);
        Ok(Self { wishes, plan, areas, time, site, services: Vec::new(), school_consoles })
    }

    /// The same whose programs speak a language.
    #[must_use]
    pub fn speaking(self, lang: Lang) -> Self {
        Self { site: self.site.speaking(lang), ..self }
    }

    /// Where its units lie and how their programs are started.
    #[must_use]
    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.time.clock()
    }

    /// Starts commands of this city.
    #[must_use]
    pub const fn launcher(&self) -> &Launcher {
        self.site.launcher()
    }

    /// Where a school's console listens, if its node stays up.
    #[must_use]
    pub fn school_console(&self, unit: &str) -> Option<SocketAddr> {
        self.school_consoles.get(unit).copied()
    }

    /// A unit's data folder.
    #[must_use]
    pub fn folder(&self, unit: &str) -> PathBuf {
        self.site.folder(unit)
    }

    /// Where a hub listens.
    #[must_use]
    pub fn addresses(&self, unit: &str) -> Option<Addresses> {
        self.site.addresses(unit)
    }

    /// Whether health has a hub in it: some district is summed under seal.
    #[must_use]
    pub fn has_health(&self) -> bool {
        !self.areas.is_empty()
    }

    /// Builds everything; what fails stops it with the words of the command that failed.
    ///
    /// # Errors
    /// The first step that failed.
    pub async fn build(&mut self, progress: &Progress) -> Result<(), BuildError> {
        self.found(progress).await?;
        let offices = self.enrol_schools().await?;
        self.state_keys(progress).await?;
        self.time.move_to(REPORTED)?;
        self.report(&offices, progress).await?;
        if self.plan.schools.len() <= SMALL_CITY_MAX && (self.wishes.stay || !self.areas.is_empty())
        {
            self.serve_schools().await?;
        }
        if !self.areas.is_empty() {
            opened::open_all(self, progress).await?;
        }
        Ok(())
    }

    /// Commissions, hubs and plans.
    ///
    /// # Errors
    /// The first step that failed.
    pub async fn found(&mut self, progress: &Progress) -> Result<(), BuildError> {
        commissions::found(&self.site).await?;
        progress.step("commissions");
        // Parents before children; health's hub joins beside the districts.
        for level in ["city", "district", "street"] {
            let mut hubs: Vec<HubPlan> =
                self.plan.hubs.iter().filter(|hub| hub.kind == level).cloned().collect();
            if level == "district" && self.has_health() {
                hubs.push(helper());
            }
            self.start_hubs(hubs, progress).await?;
            if level == "city" {
                self.publish_packs().await?;
                directory::publish(&self.site, self.wishes.founded.date()).await?;
                progress.step("packs");
            }
        }
        if self.has_health() {
            let days = (self.wishes.founded.date(), self.wishes.plan_from);
            sums::begin(&self.site, &self.areas, days).await?;
            self.until_known(PackKind::Plan).await?;
            progress.step("plans");
        }
        Ok(())
    }

    /// Health states the schools' report keys, where a district is under seal.
    ///
    /// # Errors
    /// The first step that failed.
    pub async fn state_keys(&self, progress: &Progress) -> Result<(), BuildError> {
        if self.areas.is_empty() {
            return Ok(());
        }
        sums::state_keys(&self.site, &self.areas, self.wishes.plan_from).await?;
        self.until_known(PackKind::Keys).await?;
        self.time.pass(LEADERS_LOOK)?;
        for area in &self.areas {
            opened::until_agreed(self, &area.unit).await?;
        }
        progress.step("keys");
        Ok(())
    }

    /// Waits until every hub has the packs of a kind of each area.
    async fn until_known(&self, kind: PackKind) -> Result<(), BuildError> {
        let hubs = self.plan.hubs.iter().map(|hub| hub.unit.as_str());
        sums::until_known(&self.site, hubs.chain([HEALTH.0]), (kind, &self.areas)).await
    }

    async fn start_hubs(
        &mut self,
        hubs: Vec<HubPlan>,
        progress: &Progress,
    ) -> Result<(), BuildError> {
        let steps = hubs.into_iter().map(|hub| {
            let leads = self.areas.iter().any(|area| area.unit == hub.unit);
            let sums = if leads || hub.kind == HELPER { Sums::Part } else { Sums::None };
            let (site, progress) = (self.site.clone(), progress.clone());
            async move {
                let service = hubs::start(site, hub, sums).await?;
                progress.advance("hubs");
                Ok(service)
            }
        });
        let started = side_by_side(steps.collect(), COMMANDS_AT_ONCE).await?;
        self.services.extend(started);
        Ok(())
    }

    /// Signs the built-in packs under both roots and publishes them at the city hub.
    async fn publish_packs(&self) -> Result<(), BuildError> {
        let files = commissions::sign_packs(&self.site, commissions::built_in()).await?;
        let mut args = vec!["directive", "publish"];
        args.extend(files.iter().map(String::as_str));
        self.site.hub(CITY.0, &args).await?;
        Ok(())
    }

    /// Waits until the city's hub knows how many schools are due: hubs tell their parents every
    /// few seconds, and a school that reports before that could be taken for one of fewer.
    async fn until_all_are_due(&self) -> Result<(), BuildError> {
        let config = Config::load(&self.folder(CITY.0)).map_err(std::io::Error::other)?;
        let store = open_store(&config).map_err(std::io::Error::other)?;
        let all = u32::try_from(self.plan.schools.len()).unwrap_or(u32::MAX);
        for _ in 0..DUE_LOOKS_MAX {
            let members: Result<_, SqlError> = store.read_async(unit::all).await;
            let members = members.map_err(std::io::Error::other)?;
            if unit::schools(members.iter()) >= all {
                return Ok(());
            }
            tokio::time::sleep(DUE_LOOK).await;
        }
        tracing::warn!("the city does not know yet how many schools are due");
        Ok(())
    }

    /// Every school joins and brings its roll; nothing is reported yet.
    ///
    /// # Errors
    /// The first step that failed.
    pub async fn enrol_schools(&self) -> Result<Vec<Office>, BuildError> {
        // A district registers all its schools before the first one reports, so that its hub
        // knows how many are due.
        let steps = self.plan.schools.iter().cloned().enumerate().map(|(place, plan)| {
            let site = self.site.clone();
            let lives = place < self.wishes.lives;
            // The first school's pages are those that everybody is led to.
            let copies = place == 0 && self.wishes.stay;
            let (of, wishes) = (site.clone(), self.wishes.clone());
            let office = Office { site: of, wishes, plan, lives, copies };
            async move {
                let SchoolPlan { school, parent } = &office.plan;
                let names = (school.name_zh.as_str(), school.name_en.as_str());
                let unit = (school.school_code.as_str(), "school");
                let code = hubs::invite(&site, parent, unit, names).await?;
                Ok((office, code))
            }
        });
        let invited = side_by_side(steps.collect(), COMMANDS_AT_ONCE).await?;
        self.until_all_are_due().await?;
        let steps = invited.into_iter().map(|(office, code)| async move {
            office.join(&code).await?;
            Ok(office)
        });
        side_by_side(steps.collect(), COMMANDS_AT_ONCE).await
    }

    /// Every school brings its answers and sends its sheets.
    ///
    /// # Errors
    /// The first step that failed.
    pub async fn report(&self, offices: &[Office], progress: &Progress) -> Result<(), BuildError> {
        let clock = self.clock();
        let steps = offices.iter().cloned().map(|office| {
            let (progress, clock) = (progress.clone(), clock.clone());
            async move {
                office.report(clock).await?;
                progress.advance("schools");
                Ok(())
            }
        });
        side_by_side(steps.collect(), COMMANDS_AT_ONCE).await.map(drop)
    }

    /// Starts the service of every school.
    ///
    /// # Errors
    /// One did not become ready.
    pub async fn serve_schools(&mut self) -> Result<(), BuildError> {
        let consoles = self.school_consoles.clone().into_iter();
        let steps = consoles.map(|(unit, console)| serve_school(self.site.clone(), unit, console));
        let started = side_by_side(steps.collect(), COMMANDS_AT_ONCE).await?;
        self.services.extend(started);
        Ok(())
    }

    /// Ends the service of a hub at once, as `kill -9` does, and starts it again.
    ///
    /// # Errors
    /// It has none, or does not become ready again.
    pub async fn kill_hub(&mut self, unit: &str) -> Result<(), BuildError> {
        self.cut(unit).await?;
        self.mend(unit).await
    }

    /// Ends the service of a unit at once, as `kill -9` does; below a hub nobody gets further.
    ///
    /// # Errors
    /// It has none, or cannot be ended.
    pub async fn cut(&mut self, unit: &str) -> Result<(), BuildError> {
        let place = self.services.iter().position(|service| service.unit() == unit);
        let place = place.ok_or(BuildError::Address)?;
        Ok(self.services.remove(place).kill().await?)
    }

    /// Starts the service of a unit again, a hub's or a school's.
    ///
    /// # Errors
    /// It does not become ready.
    pub async fn mend(&mut self, unit: &str) -> Result<(), BuildError> {
        if let Some(console) = self.school_console(unit) {
            let school = serve_school(self.site.clone(), unit.to_owned(), console).await?;
            self.services.push(school);
            return Ok(());
        }
        // Hubs stop after their members.
        self.services.insert(0, hubs::serve(&self.site, unit).await?);
        Ok(())
    }

    /// Sends a signal to the service of a unit, such as `STOP`.
    ///
    /// # Errors
    /// It has none, or the signal was not taken.
    pub async fn signal(&self, unit: &str, signal: &str) -> Result<(), BuildError> {
        let service = self.services.iter().find(|service| service.unit() == unit);
        Ok(service.ok_or(BuildError::Address)?.signal(signal).await?)
    }

    /// Whether a unit's service runs.
    #[must_use]
    pub fn is_served(&self, unit: &str) -> bool {
        self.services.iter().any(|service| service.unit() == unit)
    }

    /// Takes a service over, which ends with the city.
    pub(super) fn keep(&mut self, service: Service) {
        self.services.push(service);
    }

    /// Largest memory of any hub so far, in KiB.
    #[must_use]
    pub fn peak_hub_memory_kib(&self) -> Option<u64> {
        let hubs = self.services.iter().filter(|service| service.command().contains("-hub "));
        hubs.filter_map(Service::peak_memory_kib).max()
    }

    /// Stops every process, members before their hubs.
    pub async fn stop(mut self) {
        while let Some(service) = self.services.pop() {
            service.stop().await;
        }
    }
}

/// Starts the service of a school.
async fn serve_school(
    site: Site,
    unit: String,
    console: SocketAddr,
) -> Result<Service, BuildError> {
    let (data, address) = (path_text(&site.folder(&unit)), console.to_string());
    let args = ["serve", "--data", &data, "--console", &address];
    let ready = move || std::net::TcpStream::connect(console).is_ok();
    Ok(site.launcher().serve(Program::Node, &unit, &args, ready).await?)
}
