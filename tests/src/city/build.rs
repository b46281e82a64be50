//! Building the city: the commands that officers, operators and school offices would type, in
//! their order, run by this binary as those programs.
//!
//! Authorities first, then hubs from the city down, each joining by the invite of its parent,
//! then schools. What does not depend on each other runs side by side, a few at a time.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hub::app::open_store;
use hub::config::Config;
use hub::store::{setting, unit};
use proto::pack::embedded;
use runtime::sql::SqlError;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::office::Office;
use super::plan::{CITY, CityPlan, HubPlan, SMALL_CITY_MAX, ZONE};
use super::ports;
use super::process::{Launcher, ProcessError, Program, Service};
use super::progress::Progress;

/// First day on which units of the demonstration sit where they sit.
pub const TREE_FROM: &str = "2025-09-01";

/// The term that the demonstration is about.
pub const TERM: &str = "2025S1";

/// Commands that run at once; more would only wait for the two cores that we plan for.
const COMMANDS_AT_ONCE: usize = 4;

/// Has every page of a hub say that its pupils are made up.
fn mark_demonstration(data: &Path) -> Result<(), BuildError> {
    let config = Config::load(data).map_err(std::io::Error::other)?;
    let store = open_store(&config).map_err(std::io::Error::other)?;
    let marked: Result<(), SqlError> =
        store.write("demonstration", |tx| setting::set(tx, hub::web::DEMONSTRATION, "true"));
    Ok(marked.map_err(std::io::Error::other)?)
}

/// A path as an argument of a command.
pub(super) fn path_text(path: &Path) -> String {
    path.display().to_string()
}

/// What the person at the terminal asked for.
#[derive(Clone, Debug)]
pub struct Wishes {
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
}

/// A city that is being built or is up.
pub struct City {
    /// What was asked for.
    pub wishes: Wishes,
    /// Which units there are.
    pub plan: CityPlan,
    launcher: Launcher,
    services: Vec<Service>,
    addresses: BTreeMap<String, Addresses>,
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
}

/// How often it is looked whether the city knows its schools, and how many times at most.
const DUE_LOOK: std::time::Duration = std::time::Duration::from_millis(100);
const DUE_LOOKS_MAX: u32 = 200;

/// The two commissions and the words for them.
const COMMISSIONS: [&str; 2] = ["education", "health"];

impl City {
    /// Prepares a city in a folder that is empty or does not exist.
    ///
    /// # Errors
    /// The folder cannot be made, or no ports are free.
    pub fn new(wishes: Wishes, plan: CityPlan) -> Result<Self, BuildError> {
        std::fs::create_dir_all(&wishes.dir)?;
        let launcher = Launcher::new(&wishes.dir)?;
        let mut addresses = BTreeMap::new();
        // All are held until all are found, so that none is found twice.
        let mut held = Vec::new();
        for hub in &plan.hubs {
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
        Ok(Self { wishes, plan, launcher, services: Vec::new(), addresses, school_consoles })
    }

    /// Starts commands of this city.
    #[must_use]
    pub const fn launcher(&self) -> &Launcher {
        &self.launcher
    }

    /// Where a school's console listens, if its node stays up.
    #[must_use]
    pub fn school_console(&self, unit: &str) -> Option<SocketAddr> {
        self.school_consoles.get(unit).copied()
    }

    /// A unit's data folder.
    #[must_use]
    pub fn folder(&self, unit: &str) -> PathBuf {
        self.wishes.dir.join(unit)
    }

    /// Where a hub listens.
    #[must_use]
    pub fn addresses(&self, unit: &str) -> Option<Addresses> {
        self.addresses.get(unit).copied()
    }

    /// Builds everything; what fails stops it with the words of the command that failed.
    ///
    /// # Errors
    /// The first step that failed.
    pub async fn build(&mut self, progress: &Progress) -> Result<(), BuildError> {
        self.found_commissions().await?;
        progress.step("commissions");
        for hub in self.plan.hubs.clone() {
            self.start_hub(&hub).await?;
            progress.advance("hubs");
            if hub.kind == "city" {
                self.publish_packs().await?;
                progress.step("packs");
            }
        }
        self.enrol_schools(progress).await
    }

    async fn found_commissions(&self) -> Result<(), BuildError> {
        for commission in COMMISSIONS {
            let dir = path_text(&self.folder(&format!("ca-{commission}")));
            let args = [
                "init",
                "--commission",
                commission,
                "--zone",
                ZONE,
                "--city",
                CITY.1,
                "--dir",
                &dir,
                // Nobody could type it; every key of a demonstration is thrown away.
                "--danger-no-passphrase",
            ];
            self.launcher.run(Program::Authority, commission, &args).await?;
            let key = format!("{dir}/pack-key.pem");
            let args = ["pack-key", "--dir", &dir, "--out", &key, "--danger-no-passphrase"];
            self.launcher.run(Program::Authority, commission, &args).await?;
        }
        Ok(())
    }

    fn root_file(&self, commission: &str) -> String {
        path_text(&self.folder(&format!("ca-{commission}")).join("root.pem"))
    }

    /// Signs the built-in packs under both roots and publishes them at the city hub.
    async fn publish_packs(&self) -> Result<(), BuildError> {
        let folder = self.wishes.dir.join("packs");
        std::fs::create_dir_all(&folder)?;
        let mut files = Vec::new();
        for pack in embedded::PACKS {
            files.push(self.sign_pack(&folder, pack).await?);
        }
        let data = path_text(&self.folder(CITY.0));
        let mut args = vec!["directive", "publish", "--data", &data];
        args.extend(files.iter().map(String::as_str));
        self.launcher.run(Program::Hub, CITY.0, &args).await?;
        Ok(())
    }

    /// Education's signature first, then health's beside it; returns the signed file.
    async fn sign_pack(
        &self,
        folder: &Path,
        pack: &embedded::EmbeddedPack,
    ) -> Result<String, BuildError> {
        let key = |holder| path_text(&self.folder(&format!("ca-{holder}")).join("pack-key.pem"));
        let file = |end| path_text(&folder.join(format!("{}-{}.{end}", pack.kind, pack.name)));
        let (plain, once, twice) = (file("txt"), file("once"), file("pack"));
        std::fs::write(&plain, pack.bytes)?;
        let (kind, version) = (pack.kind.to_string(), pack.version.to_string());
        let (education, health) = (key("education"), key("health"));
        let mut args = vec!["sign-pack", "--key", &education, "--kind", &kind];
        args.extend(["--name", pack.name, "--serial", "1", "--version-name", &version]);
        args.extend(["--effective-from", TREE_FROM, &plain, "--out", &once]);
        self.launcher.run(Program::Authority, "education", &args).await?;
        let args = ["sign-pack", "--add", "--key", &health, &once, "--out", &twice];
        self.launcher.run(Program::Authority, "health", &args).await?;
        Ok(twice)
    }

    async fn start_hub(&mut self, hub: &HubPlan) -> Result<(), BuildError> {
        let data = path_text(&self.folder(&hub.unit));
        self.init_hub(hub, &data).await?;
        if !hub.parent.is_empty() {
            self.join_hub(hub, &data).await?;
        }
        mark_demonstration(&self.folder(&hub.unit))?;
        let Some(addresses) = self.addresses(&hub.unit) else {
            return Ok(());
        };
        let ready = move || std::net::TcpStream::connect(addresses.members).is_ok();
        let service = self
            .launcher
            .serve(Program::Hub, &hub.unit, &["serve", "--data", &data], ready)
            .await?;
        self.services.push(service);
        Ok(())
    }

    async fn init_hub(&self, hub: &HubPlan, data: &str) -> Result<(), BuildError> {
        let Some(addresses) = self.addresses(&hub.unit) else {
            return Ok(());
        };
        let (members, console) = (addresses.members.to_string(), addresses.console.to_string());
        let mut args = vec![
            "init",
            "--data",
            data,
            "--kind",
            hub.kind,
            "--unit",
            &hub.unit,
            "--zone",
            ZONE,
            "--name",
            &hub.name_zh,
            "--name-en",
            &hub.name_en,
            "--listen",
            &members,
            "--advertise",
            &members,
            "--console",
            &console,
        ];
        if hub.kind == "street" {
            args.extend(["--district", hub.district.as_str()]);
        }
        self.launcher.run(Program::Hub, &hub.unit, &args).await?;
        if hub.kind == "street" {
            return Ok(());
        }
        let (request, signed) =
            (format!("{data}/issuer-request.toml"), format!("{data}/issuer-signed.pem"));
        let ca = path_text(&self.folder("ca-education"));
        let args = ["sign-issuer", "--dir", &ca, "--request", &request, "--out", &signed, "--yes"];
        self.launcher.run(Program::Authority, "education", &args).await?;
        let (education, health) = (self.root_file("education"), self.root_file("health"));
        let args = [
            "init", "--data", data, "--issuer", &signed, "--root", &education, "--root", &health,
            "--yes",
        ];
        self.launcher.run(Program::Hub, &hub.unit, &args).await?;
        Ok(())
    }

    /// The parent's operator registers and invites, the new hub's operator redeems; the parent
    /// approves after the telephone call that this demonstration skips.
    async fn join_hub(&self, hub: &HubPlan, data: &str) -> Result<(), BuildError> {
        let names = (hub.name_zh.as_str(), hub.name_en.as_str());
        let code = self.invite(&hub.parent, &hub.unit, hub.kind, names).await?;
        let parent = path_text(&self.folder(&hub.parent));
        let args = ["join", "--data", data, "--code-file", &code, "--yes", "--no-wait"];
        // The first attempt ends with the six words; the second one finds the approval.
        let words = self.launcher.run(Program::Hub, &hub.unit, &args).await;
        tracing::debug!(waiting = words.is_err(), unit = %hub.unit, "hub joins");
        let approve = ["invite", "approve", "--data", &parent, "--unit", &hub.unit, "--yes"];
        self.launcher.run(Program::Hub, &hub.parent, &approve).await?;
        self.launcher.run(Program::Hub, &hub.unit, &args).await?;
        Ok(())
    }

    /// Registers a unit at its parent and returns the file with its invite.
    async fn invite(
        &self,
        parent: &str,
        unit: &str,
        kind: &str,
        (name_zh, name_en): (&str, &str),
    ) -> Result<String, BuildError> {
        let data = path_text(&self.folder(parent));
        let args = [
            "unit",
            "add",
            "--data",
            &data,
            "--id",
            unit,
            "--kind",
            kind,
            "--name",
            name_zh,
            "--name-en",
            name_en,
            "--from",
            TREE_FROM,
        ];
        self.launcher.run(Program::Hub, parent, &args).await?;
        let folder = self.wishes.dir.join("invites");
        std::fs::create_dir_all(&folder)?;
        let code = path_text(&folder.join(format!("{unit}.txt")));
        let args = ["invite", "new", "--data", &data, "--unit", unit, "--out", &code];
        self.launcher.run(Program::Hub, parent, &args).await?;
        Ok(code)
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

    async fn enrol_schools(&mut self, progress: &Progress) -> Result<(), BuildError> {
        // A district registers all its schools before the first one reports, so that its hub
        // knows how many are due.
        let mut invited = Vec::new();
        for plan in self.plan.schools.clone() {
            let names = (plan.school.name_zh.as_str(), plan.school.name_en.as_str());
            let code = self.invite(&plan.parent, &plan.school.school_code, "school", names).await?;
            invited.push((plan, code));
        }
        self.until_all_are_due().await?;
        let slots = Arc::new(Semaphore::new(COMMANDS_AT_ONCE));
        let mut steps = JoinSet::new();
        for (place, (plan, code)) in invited.into_iter().enumerate() {
            let office = Office {
                lives: place < self.wishes.lives,
                launcher: self.launcher.clone(),
                wishes: self.wishes.clone(),
                folder: self.folder(&plan.school.school_code),
            };
            let (slots, progress) = (slots.clone(), progress.clone());
            steps.spawn(async move {
                let _slot = slots.acquire_owned().await;
                office.work(&plan, &code).await?;
                progress.advance("schools");
                Ok::<_, BuildError>(())
            });
        }
        while let Some(step) = steps.join_next().await {
            step??;
        }
        if self.wishes.stay && self.plan.schools.len() <= SMALL_CITY_MAX {
            self.serve_schools().await?;
        }
        Ok(())
    }

    async fn serve_schools(&mut self) -> Result<(), BuildError> {
        for plan in self.plan.schools.clone() {
            let unit = &plan.school.school_code;
            let Some(console) = self.school_console(unit) else {
                continue;
            };
            let (data, address) = (path_text(&self.folder(unit)), console.to_string());
            let args = ["serve", "--data", &data, "--console", &address];
            let ready = move || std::net::TcpStream::connect(console).is_ok();
            let service = self.launcher.serve(Program::Node, unit, &args, ready).await?;
            self.services.push(service);
        }
        Ok(())
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
