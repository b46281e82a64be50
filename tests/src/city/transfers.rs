//! Two schools of a street that know each other's keys, and a student who moves from one to the
//! other by the commands that people type at both.
//!
//! What is said waits for the schools' and the relay's slots, one every three minutes: the city's
//! time runs while something is waited for.

use std::time::Duration;

use jiff::civil::Date;
use node::app::Node;
use node::ledger::moving::{self, Move};
use node::ledger::student;
use node::unlock::Opener;
use runtime::clock::local_of;
use runtime::sql::SqlError;
use serde_json::Value;

use super::build::{BuildError, COMMANDS_AT_ONCE, City, side_by_side};
use super::clock::CityTime;
use super::commissions;
use super::site::{Site, path_text};
use super::visitors;

/// By how much time is moved at each look, and how long a look waits.
const STEP_MS: i64 = 60_000;
const LOOK: Duration = Duration::from_millis(150);

/// How often it is looked whether something came, at most: more than a day of the city's time.
const LOOKS_MAX: u32 = 1_800;

/// More than the minute in which a hub looks at its keys and statements.
const REFRESHED_MS: i64 = 130_000;

/// The old and the new school.
pub struct Street {
    site: Site,
    time: CityTime,
    schools: [String; 2],
    passwords: [String; 2],
    nodes: [Node; 2],
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// From which the student goes.
    Old,
    /// To which the student comes.
    New,
}

impl Street {
    /// Gives the district's hub a relay's key and both schools one for letters, has both
    /// commissions state them, and tells everybody whom they concern.
    ///
    /// # Errors
    /// The first step that failed.
    pub async fn open(
        city: &City,
        (schools, district): ([&str; 2], &str),
    ) -> Result<Self, BuildError> {
        let (site, time) = (city.site().clone(), city.time.clone());
        let keys = site.made("keys")?;
        let [login, ..] = visitors::COUNSELLOR;
        let password = |school: &str| path_text(&visitors::password_file(&keys, school, login));
        let [old, new] = schools;
        let open = |school: &str| {
            let opener = Opener::danger_from_key_file(&keys.join(format!("{school}.key")));
            let opener = opener.map_err(|error| failed(&error))?;
            let opened = node::app::open_folder(&site.folder(school), &opener, time.clock());
            opened.map_err(|error| failed(&error))
        };
        let street = Self {
            passwords: [password(old), password(new)],
            nodes: [open(old)?, open(new)?],
            schools: [old.to_owned(), new.to_owned()],
            site: site.clone(),
            time: time.clone(),
        };
        street.state_keys(district).await?;
        Ok(street)
    }

    async fn state_keys(&self, district: &str) -> Result<(), BuildError> {
        let folder = self.site.made("statements")?;
        let [old, new] = &self.schools;
        let names = [format!("{district}-relay"), old.clone(), new.clone()];
        let asked = names.each_ref().map(|name| path_text(&folder.join(format!("{name}.request"))));
        let [relay, ours, theirs] = &asked;
        let args = ["key", "request", "--purpose", "relay", "--out", relay];
        self.site.hub(district, &args).await?;
        for (school, out) in [(old, ours), (new, theirs)] {
            self.site.node(school, &["key", "request", "--referrals", "--out", out]).await?;
        }
        let steps = names.into_iter().zip(asked).map(|(name, request)| {
            commissions::sign_statement(self.site.clone(), name, (request, "education"))
        });
        let signed = side_by_side(steps.collect(), COMMANDS_AT_ONCE).await?;
        let [relay, ours, theirs] = signed.as_slice() else { return Err(late("statements")) };
        self.site.hub(district, &["key", "state", relay, ours, theirs]).await?;
        for (school, own, other) in [(old, ours, theirs), (new, theirs, ours)] {
            self.site.node(school, &["key", "take", own]).await?;
            self.site.node(school, &["referral", "keys", relay]).await?;
            self.site.node(school, &["referral", "keys", other, "--relay", district]).await?;
        }
        self.pass(REFRESHED_MS)?;
        tokio::time::sleep(LOOK).await;
        Ok(())
    }

    /// The city's day.
    #[must_use]
    pub fn today(&self) -> Date {
        self.time.clock().today()
    }

    /// The node of a school, opened beside the service that runs in its folder.
    #[must_use]
    pub const fn node(&self, end: End) -> &Node {
        let [old, new] = &self.nodes;
        match end {
            End::Old => old,
            End::New => new,
        }
    }

    /// A command of `transfer` at a school, as its counsellor.
    ///
    /// # Errors
    /// It failed.
    pub async fn transfer(&self, end: End, args: &[&str]) -> Result<Value, BuildError> {
        let [login, ..] = visitors::COUNSELLOR;
        let ([old, new], [first, second]) = (&self.schools, &self.passwords);
        let (school, password) = match end {
            End::Old => (old, first),
            End::New => (new, second),
        };
        let mut all = vec!["transfer", "--as", login, "--password-file", password];
        all.extend(args);
        all.push("--json");
        let said = self.site.node(school, &all).await?;
        serde_json::from_str(&said).map_err(|_| late("JSON"))
    }

    /// How many students a school has on a day: what its count of students is on a census day.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn students(&self, end: End, day: Date) -> Result<usize, BuildError> {
        let read = self.node(end).ledger().read(move |tx| student::roll_at(tx, day));
        let roll = read.map_err(|error: SqlError| failed(&error))?;
        Ok(roll.len())
    }

    /// Waits until the transfer of a school stands so; gives it.
    ///
    /// # Errors
    /// It did not in time.
    pub async fn until(&self, end: End, state: &str) -> Result<Move, BuildError> {
        for _ in 0..LOOKS_MAX {
            let read = self.node(end).ledger().read(moving::all);
            let rows = read.map_err(|error: SqlError| failed(&error))?;
            if let Some(row) = rows.into_iter().find(|row| row.stands.word() == state) {
                return Ok(row);
            }
            self.pass(STEP_MS)?;
            tokio::time::sleep(LOOK).await;
        }
        Err(late(state))
    }

    fn pass(&self, ms: i64) -> Result<(), BuildError> {
        let then = self.time.clock().now_ms().saturating_add(ms);
        Ok(self.time.move_to(local_of(then))?)
    }
}

fn failed(error: &dyn std::fmt::Display) -> BuildError {
    BuildError::Referral(error.to_string())
}

fn late(what: &str) -> BuildError {
    BuildError::Referral(format!("a transfer: {what} did not come in time"))
}
