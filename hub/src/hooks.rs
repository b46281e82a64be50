//! The hub as a member: what it does with directives from above, and what it says of itself.

use std::sync::{Arc, Mutex};

use certs::chain::Trust;
use certs::revocation::RevocationError;
use certs::root::RootCertificate;
use domain::unit::UnitId;
use runtime::clock::Clock;
use runtime::sealing::Pins;
use runtime::sql::{Database, SqlError, Tx};
use runtime::uplink::{Applied, BarredKey, Hooks};
use tokio::sync::{Notify, watch};

use crate::config::Config;
use crate::directive::DirectiveError;
use crate::letters::{self, Post};
use crate::opened::down;
use crate::opened::verify::Judge;
use crate::packs::{PackCache, Packs};
use crate::relay::{DownError, send_down};
use crate::{barred, directive, store};

/// What the hub does with what comes down from its parent.
pub(crate) struct HubHooks {
    /// The hub.
    pub(crate) config: Config,
    /// Its store.
    pub(crate) database: Database,
    /// Its clock.
    pub(crate) clock: Clock,
    /// Roots that a directive must be signed under.
    pub(crate) roots: Vec<RootCertificate>,
    /// The same, for who signed what came down for this hub.
    pub(crate) trust: Trust,
    /// Packs in use.
    pub(crate) packs: Arc<PackCache>,
    /// Rung after an answer from above.
    pub(crate) answered: Arc<Notify>,
    /// Changes when there may be something new for members.
    pub(crate) news: Arc<watch::Sender<u64>>,
    /// Rung after an item from above was put into a list.
    pub(crate) sent_down: Arc<Notify>,
    /// Rung after a letter from above came for this hub.
    pub(crate) letters: Arc<Post>,
    /// Barred keys of a version of the register.
    pub(crate) barred: Mutex<Option<(u64, Vec<BarredKey>)>>,
}

impl Hooks for HubHooks {
    fn directive(&self, bytes: &[u8]) -> Result<(), SqlError> {
        let verified =
            match directive::verify(bytes, &self.roots, self.config.zone(), self.clock.now()) {
                Ok(verified) => verified,
                Err(DirectiveError::Store(error)) => return Err(error),
                // All is pulled again, the lists before the latest among it.
                Err(DirectiveError::Revocations(RevocationError::Older(_))) => return Ok(()),
                Err(error) => {
                    // Not passed on: nobody below could verify it either.
                    tracing::error!(%error, "directive from above refused");
                    return Ok(());
                }
            };
        let now_ms = self.clock.now_ms();
        let new =
            self.database.write("directive", move |tx| directive::keep(tx, &verified, now_ms))?;
        if new {
            let today = self.clock.today();
            let pins = Pins { roots: self.roots.clone(), zone: self.config.zone().clone() };
            match self.database.read(move |tx| Packs::load(tx, today, &pins)) {
                Ok(packs) => self.packs.replace(packs),
                Err(error) => tracing::error!(%error, "packs could not be loaded"),
            }
            self.news.send_modify(|version| *version += 1);
        }
        Ok(())
    }

    fn applied(&self) -> Result<Vec<Applied>, SqlError> {
        let (unit, today) = (self.config.unit.to_string(), self.clock.today().to_string());
        let packs = self.packs.last();
        self.database.read(move |tx| {
            let mut lines = Vec::new();
            for stored in store::directive::all(tx)? {
                let begun = stored.effective_from <= today;
                let unsealed = packs.sealed_years().refusal(&stored.kind, &stored.name);
                let reason = match unsealed {
                    Some(unsealed) => unsealed.to_string(),
                    None if begun => String::new(),
                    None => "not yet effective".to_owned(),
                };
                lines.push(Applied {
                    unit: unit.clone(),
                    kind: stored.kind,
                    name: stored.name,
                    content: stored.content_digest,
                    in_force: reason.is_empty(),
                    reason,
                });
            }
            for below in store::contact::all_applied(tx)? {
                lines.push(Applied {
                    unit: below.unit,
                    kind: below.kind,
                    name: below.name,
                    content: below.content,
                    in_force: below.in_force,
                    reason: below.reason,
                });
            }
            Ok(lines)
        })
    }

    fn applied_mark(&self) -> Result<u64, SqlError> {
        self.database.read(store::contact::applied_version)
    }

    fn schools_below(&self) -> u32 {
        let (unit, today) = (self.config.unit.clone(), self.clock.today());
        let counted: Result<u32, SqlError> = self.database.read(move |tx| {
            let members = store::unit::members_on(tx, &unit, today)?;
            Ok(store::unit::schools(members.iter()))
        });
        counted.unwrap_or(0)
    }

    fn barred_keys(&self) -> Result<Vec<BarredKey>, SqlError> {
        let version = self.database.read(store::setting::registry_version)?;
        let mut known = self.barred.lock().map_err(|_| SqlError::Closed)?;
        // Asked every few seconds; what may not speak changes with the register alone.
        if known.as_ref().is_none_or(|(seen, _)| *seen != version) {
            let config = self.config.clone();
            let keys = self.database.read(move |tx| barred::all(tx, &config))?;
            *known = Some((version, keys));
        }
        Ok(known.as_ref().map(|(_, keys)| keys.clone()).unwrap_or_default())
    }

    fn addressed(&self, tx: &Tx<'_>, to: &UnitId, item: &[u8]) -> Result<(), SqlError> {
        if letters::is_letter(item) {
            let own = (&self.config.unit, &*self.letters);
            return letters::arrive(tx, own, (to, item), self.clock.now_ms());
        }
        if let Some(parent) = self.config.parent.as_ref().filter(|_| *to == self.config.unit) {
            let (packs, now) = (self.packs.last(), self.clock.now());
            let judge = Judge { packs: &packs, trust: &self.trust, now };
            return down::arrive(tx, &judge, (to, parent.name.unit()), item);
        }
        match send_down(tx, to, item, self.clock.now_ms()) {
            Ok(_) => Ok(()),
            Err(DownError::Store(error)) => Err(error),
            Err(error) => {
                tracing::error!(%to, %error, "addressed item from above not passed on");
                Ok(())
            }
        }
    }

    fn arrived(&self) {
        self.sent_down.notify_one();
        self.letters.ring();
    }

    fn answered(&self) {
        self.answered.notify_one();
    }
}
