//! Sealed referrals in a city: a clinic with its node, the keys to which letters are sealed, and a
//! week of referrals at both ends, by the commands that a counsellor and a clinic's staff type.
//!
//! While something is waited for the city's time runs, since letters leave in slots of its clock,
//! one every three minutes.

mod clinic;
mod consult;
mod duty;
mod school;
mod week;

use std::time::Duration;

use domain::ledger::Word as _;
use domain::referral::{Event, State, Urgency};
use jiff::civil::Date;
use runtime::clock::local_of;
use runtime::web::Label;
use serde_json::Value;

pub use clinic::{CENTRE, CLINIC, EXPERT, House, POLICE};
pub use duty::{Handed, Told, hand_off, report_and_tip};
pub use school::Says;
pub use week::{Ended, Played, Plot, play, week_of};

use super::build::{BuildError, COMMANDS_AT_ONCE, City, side_by_side};
use super::clock::CityTime;
use super::commissions;
use super::site::{Site, path_text};
use super::visitors::{self, Visitor};
use crate::life::school::Failure;
use clinic::{Clinic, RECEIVES};
use school::Desk;

/// By how much time is moved at each look, a third of a slot, and how long a look waits.
const STEP_MS: i64 = 60_000;
const LOOK: Duration = Duration::from_millis(250);

/// How often it is looked whether something came, at most.
const LOOKS_MAX: u32 = 240;

/// More than the minute in which a hub looks at its keys and statements.
const REFRESHED_MS: i64 = 130_000;

/// A school and a clinic that know each other's keys.
pub struct Lane {
    site: Site,
    time: CityTime,
    school: String,
    /// The file with the counsellor's password.
    counsellor: String,
    desk: Desk,
    house: House,
    clinic: Clinic,
}

impl Lane {
    /// Makes the clinic, gives its district's hub a relay's key, has both commissions state the
    /// keys, tells everybody whom they concern, and starts the clinic's service.
    ///
    /// # Errors
    /// The first step that failed.
    pub async fn open(city: &mut City, at: (&str, &str)) -> Result<Self, BuildError> {
        Self::open_to(city, at, (CLINIC, "clinic")).await
    }

    /// As [`Lane::open`], to another receiver than the clinic.
    ///
    /// # Errors
    /// The first step that failed.
    pub async fn open_to(
        city: &mut City,
        (school, district): (&str, &str),
        house: House,
    ) -> Result<Self, BuildError> {
        let (site, time) = (city.site().clone(), city.time.clone());
        let keys = site.made("keys")?;
        let [login, ..] = visitors::COUNSELLOR;
        let desk = Desk {
            folder: site.folder(school),
            key: keys.join(format!("{school}.key")),
            clock: time.clock(),
        };
        let lane = Self {
            counsellor: path_text(&visitors::password_file(&keys, school, login)),
            clinic: clinic::join(&site, district, house).await?,
            house,
            school: school.to_owned(),
            site,
            time,
            desk,
        };
        lane.state_keys(district).await?;
        city.keep(clinic::serve(&lane.site, house.0[0], lane.clinic.console).await?);
        Ok(lane)
    }

    /// Requests, signatures of both commissions, and whoever needs a statement keeps it.
    async fn state_keys(&self, district: &str) -> Result<(), BuildError> {
        let ([clinic, ..], school) = (self.house.0, self.school.as_str());
        let folder = self.site.made("statements")?;
        let names = [format!("{district}-relay"), format!("{school}-referral"), clinic.to_owned()];
        let asked = names.each_ref().map(|name| {
            let file = folder.join(format!("{name}.request"));
            path_text(&file)
        });
        let [relay, own, theirs] = &asked;
        let args = ["key", "request", "--purpose", "relay", "--out", relay];
        self.site.hub(district, &args).await?;
        self.site.node(school, &["key", "request", "--referrals", "--out", own]).await?;
        self.site.node(clinic, &["key", "request", "--out", theirs]).await?;
        let steps = names.into_iter().zip(asked).map(|(name, request)| {
            commissions::sign_statement(self.site.clone(), name, (request, "education"))
        });
        let signed = side_by_side(steps.collect(), COMMANDS_AT_ONCE).await?;
        let [relay, own, theirs] = signed.as_slice() else { return Err(strange("statements")) };
        self.site.hub(district, &["key", "state", relay, own, theirs]).await?;
        self.site.node(school, &["key", "take", own]).await?;
        self.site.node(clinic, &["key", "take", theirs]).await?;
        self.site.node(school, &["referral", "keys", relay]).await?;
        let args = ["referral", "keys", theirs, "--relay", district];
        self.site.node(school, &args).await?;
        for statement in [relay, own] {
            self.intake(&["know", statement]).await?;
        }
        self.pass(REFRESHED_MS)?;
        tokio::time::sleep(LOOK).await;
        Ok(())
    }

    /// Who can sign in to the clinic's web page.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        let ([_, name_zh, name_en, _], [login, _]) = (self.house.0, RECEIVES);
        Visitor {
            name: Label::new(name_zh, name_en),
            address: self.clinic.console,
            login: login.to_owned(),
            password: self.clinic.password.clone(),
        }
    }

    /// The city's day.
    #[must_use]
    pub fn today(&self) -> Date {
        self.time.clock().today()
    }

    /// Opens a referral with all that is asked before it may leave; gives its number.
    ///
    /// # Errors
    /// The ledgers refused something.
    pub async fn refer(&self, urgency: Urgency, says: &Says) -> Result<i64, BuildError> {
        let (desk, says) = (self.desk.clone(), says.clone());
        of_school(tokio::task::spawn_blocking(move || desk.refer(urgency, &says)).await?)
    }

    /// Shows what will leave, and seals and sends exactly that.
    ///
    /// # Errors
    /// A command failed.
    pub async fn send(&self, record: i64) -> Result<(), BuildError> {
        let record = record.to_string();
        let shown = self.referral(&["send", &record, "--person", "心理教师"]).await?;
        let digest = shown.get("digest").and_then(Value::as_str);
        let digest = digest.ok_or_else(|| strange("referral send"))?;
        self.referral(&["send", &record, "--digest", digest]).await.map(drop)
    }

    /// The school's own act at the end of a course.
    ///
    /// # Errors
    /// The ledgers refused it.
    pub async fn ends(&self, record: i64, event: Event) -> Result<(), BuildError> {
        let desk = self.desk.clone();
        of_school(tokio::task::spawn_blocking(move || desk.ends(record, event)).await?)
    }

    /// A command of `referral` at the school, as the counsellor.
    ///
    /// # Errors
    /// It failed.
    pub async fn referral(&self, args: &[&str]) -> Result<Value, BuildError> {
        self.of_counsellor("referral", args).await
    }

    /// A command at the school, as the counsellor.
    async fn of_counsellor(&self, command: &str, args: &[&str]) -> Result<Value, BuildError> {
        let [login, ..] = visitors::COUNSELLOR;
        let mut all = vec![command, "--as", login, "--password-file", &self.counsellor];
        all.extend(args);
        all.push("--json");
        parsed(&self.site.node(&self.school, &all).await?)
    }

    /// A command of `intake` at the clinic.
    ///
    /// # Errors
    /// It failed.
    pub async fn intake(&self, args: &[&str]) -> Result<Value, BuildError> {
        self.at_house("intake", args).await
    }

    /// A command of the receiver, as whoever does everything there.
    async fn at_house(&self, command: &str, args: &[&str]) -> Result<Value, BuildError> {
        let ([unit, ..], [login, _]) = (self.house.0, RECEIVES);
        let mut all = vec![command, "--as", login];
        all.extend(["--password-file", &self.clinic.password_file]);
        all.extend(args);
        all.push("--json");
        parsed(&self.site.node(unit, &all).await?)
    }

    /// Numbers of what came to the clinic.
    ///
    /// # Errors
    /// The command failed.
    pub async fn come(&self) -> Result<Vec<i64>, BuildError> {
        let listed = self.intake(&["list"]).await?;
        let lines = listed.get("referrals").and_then(Value::as_array).cloned();
        let lines = lines.unwrap_or_default();
        Ok(lines.iter().filter_map(|line| line.get("referral")?.as_i64()).collect())
    }

    /// Waits until something comes to the clinic beside what is there; gives its number.
    ///
    /// # Errors
    /// Nothing came in time, or a command failed.
    pub async fn until_come(&self, before: &[i64]) -> Result<i64, BuildError> {
        for _ in 0..LOOKS_MAX {
            let mut come = self.come().await?.into_iter();
            if let Some(new) = come.find(|number| !before.contains(number)) {
                return Ok(new);
            }
            self.look().await?;
        }
        Err(late("a referral to the clinic"))
    }

    /// Waits until a referral stands so at the school; gives what the school then sees of it.
    ///
    /// # Errors
    /// It did not in time, or a command failed.
    pub async fn until_state(&self, record: i64, state: State) -> Result<Value, BuildError> {
        let wanted = |shown: &Value| text(shown, "state") == state.as_str();
        self.until(record, state.as_str(), wanted).await
    }

    /// Waits until the clinic has said what it keeps of a referral that was taken back.
    ///
    /// # Errors
    /// It did not in time, or a command failed.
    pub async fn until_forgotten(&self, record: i64) -> Result<Value, BuildError> {
        let is_done = |shown: &Value| {
            let sealed = shown.get("sealed").and_then(Value::as_array);
            let done = |one: &Value| one.get("done_at_ms").is_some_and(Value::is_i64);
            sealed.is_some_and(|sealed| !sealed.is_empty() && sealed.iter().all(done))
        };
        self.until(record, "the answer to a withdrawal", is_done).await
    }

    /// Waits until the school has said of every answer of the clinic that it has it.
    ///
    /// # Errors
    /// It did not in time, or a command failed.
    pub async fn until_acknowledged(&self) -> Result<(), BuildError> {
        for _ in 0..LOOKS_MAX {
            let letters = self.intake(&["letters"]).await?;
            if letters.get("on_way").and_then(Value::as_u64) == Some(0) {
                return Ok(());
            }
            self.look().await?;
        }
        Err(late("the school's word that it has the answers"))
    }

    async fn until(
        &self,
        record: i64,
        what: &str,
        is_so: impl Fn(&Value) -> bool,
    ) -> Result<Value, BuildError> {
        let number = record.to_string();
        for _ in 0..LOOKS_MAX {
            let shown = self.referral(&["show", &number]).await?;
            if is_so(&shown) {
                return Ok(shown);
            }
            self.look().await?;
        }
        Err(late(what))
    }

    /// Lets some of the city's time pass.
    pub(super) async fn look(&self) -> Result<(), BuildError> {
        self.pass(STEP_MS)?;
        tokio::time::sleep(LOOK).await;
        Ok(())
    }

    fn pass(&self, ms: i64) -> Result<(), BuildError> {
        let then = self.time.clock().now_ms().saturating_add(ms);
        Ok(self.time.move_to(local_of(then))?)
    }
}

/// A text of an object; empty where there is none.
fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn parsed(said: &str) -> Result<Value, BuildError> {
    serde_json::from_str(said).map_err(|_| strange("JSON"))
}

/// What a school's ledgers refused.
fn of_school<T>(done: Result<T, Failure>) -> Result<T, BuildError> {
    done.map_err(|error| BuildError::Referral(error.to_string()))
}

fn late(what: &str) -> BuildError {
    BuildError::Referral(format!("{what} did not come in time"))
}

fn strange(what: &str) -> BuildError {
    BuildError::Referral(format!("{what}: a program printed something else"))
}
