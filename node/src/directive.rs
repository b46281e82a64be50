//! Directives as they arrive: judged by the pinned roots, read by this software, stored whole.
//!
//! What is not signed under every pinned root, and a district's own directory that its hub did not
//! sign, is never stored, so that it cannot take the place of
//! the pack that it pretends to be; the parent is told. What is signed and cannot be used here is
//! stored and reported as not in force: the pack before it goes on counting.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use certs::chain::{ChainError, Trust};
use certs::digest::sha256;
use certs::pack::PackError;
use certs::revocation::RevocationError;
use certs::root::RootCertificate;
use domain::disclosure::{may_run, may_seal};
use domain::span::school_year_of;
use domain::special::{OUTSIDE, SpecialPeriod};
use domain::unit::{UnitId, Zone};
use jiff::Timestamp;
use proto::pack::{Pack, PackKind};
use runtime::clock::Clock;
use runtime::revocation;
use runtime::sealing::{Pins, SealedYears, SignerError, verify_directory};
use runtime::sql::{SqlError, Tx};
use runtime::uplink::{Applied, Hooks, notes};
use tokio::sync::Notify;

use crate::sealed_years;
use crate::transfer::Transfer;
use crate::transfer::addressed;
use crate::transfer::directive::{self, OpenDirective, Stored, Verdict};

/// Refused packs that are remembered for the report; more push out the first.
const REFUSED_MAX: usize = 100;

/// What the node does with what comes down.
pub struct Inbox {
    transfer: Transfer,
    unit: UnitId,
    zone: Zone,
    roots: Vec<RootCertificate>,
    clock: Clock,
    refused: Mutex<BTreeMap<(String, String), Applied>>,
    answered: Arc<Notify>,
    /// The last directive of the store when it was last looked at for revocations.
    seen: Mutex<Option<i64>>,
}

/// Whose directives are taken.
pub struct Recipient {
    /// Our unit.
    pub unit: UnitId,
    /// The city's zone.
    pub zone: Zone,
    /// Roots that must all have signed.
    pub roots: Vec<RootCertificate>,
}

/// Why nothing of a directive is believed.
#[derive(Debug, thiserror::Error)]
enum Unsigned {
    /// Not under every pinned root.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// Not by the hub of its district.
    #[error(transparent)]
    District(#[from] SignerError),
    /// A list of what a root took back, not by that root, or an older one.
    #[error(transparent)]
    Revocations(#[from] RevocationError),
}

impl Inbox {
    /// An inbox that stores into `transfer`.
    #[must_use]
    pub fn new(transfer: Transfer, recipient: Recipient, clock: Clock) -> Self {
        let Recipient { unit, zone, roots } = recipient;
        let (refused, answered, seen) = (Mutex::default(), Arc::default(), Mutex::default());
        Self { transfer, unit, zone, roots, clock, refused, answered, seen }
    }

    /// Rings whenever the hub answered something, or something came down for us alone.
    #[must_use]
    pub fn answers(&self) -> Arc<Notify> {
        Arc::clone(&self.answered)
    }

    fn verify(&self, open: &OpenDirective, bytes: &[u8]) -> Result<(), Unsigned> {
        let (now, signatures) = (self.clock.now(), open.signatures.as_slice());
        if open.kind == revocation::KIND {
            // From here on everything that is judged under this root asks the list.
            let (list, root) = revocation::open(bytes, &self.roots)?;
            root.take_revocations(list)?;
            return Ok(());
        }
        let Some(district) = proto::pack::directory::district_of(&open.kind, &open.name) else {
            certs::pack::verify(&open.signed, signatures, &self.roots, &self.zone, now)?;
            return Ok(());
        };
        let (trust, from) = (Trust::new(self.roots.clone()), open.effective_from);
        Ok(verify_directory(&trust, (&district, from), (&open.signed, signatures), now)?)
    }

    /// A plan that was read whole can still be one under which nothing is sealed, and a special
    /// period that is followed one of which the counts about persons stay here.
    fn note_unsealed(&self, applied: &mut [Applied]) -> Result<(), SqlError> {
        let pins = Pins { roots: self.roots.clone(), zone: self.zone.clone() };
        let years = sealed_years::read(&self.transfer, &pins)?;
        for line in applied {
            if let Some(reason) = years.refusal(&line.kind, &line.name) {
                line.in_force = false;
                line.reason = reason.to_string();
            }
            if line.in_force && line.kind == PackKind::Special.as_str() {
                line.reason = self.kept_back(&line.name, &years)?;
            }
        }
        Ok(())
    }

    /// Why the counts about persons of a special period that is followed stay at this school; empty
    /// where there are none, or they are summed.
    fn kept_back(&self, name: &str, years: &SealedYears) -> Result<String, SqlError> {
        let (asked, today) = (name.to_owned(), self.clock.today());
        let kind = PackKind::Special.as_str();
        let stored = self.transfer.read(move |tx| directive::in_force(tx, kind, &asked, today))?;
        let content = stored.and_then(|stored| stored.content().ok());
        let special = content.and_then(|content| proto::pack::special::read(name, &content).ok());
        let Some(special) = special.filter(SpecialPeriod::has_sealed) else {
            return Ok(String::new());
        };
        let year = school_year_of(today.clamp(special.first(), special.last()));
        let plan = years.of_school(&self.unit, year).map(|year| &year.year().plan);
        let kept = may_seal(&special, plan, &self.unit).err();
        Ok(kept.as_ref().map(ToString::to_string).unwrap_or_default())
    }

    fn note_refused(&self, open: &OpenDirective, reason: String) {
        tracing::warn!(kind = %open.kind, name = %open.name, %reason, "directive refused");
        let Ok(mut refused) = self.refused.lock() else {
            return;
        };
        if refused.len() >= REFUSED_MAX {
            refused.pop_first();
        }
        let applied = Applied {
            unit: self.unit.to_string(),
            kind: open.kind.clone(),
            name: open.name.clone(),
            content: sha256(&open.content).to_tagged(),
            in_force: false,
            reason,
        };
        refused.insert((open.kind.clone(), open.name.clone()), applied);
    }
}

/// Takes the lists of revocations of a store into the roots that are pinned.
///
/// # Errors
/// The store cannot be read.
pub fn take_revocations(transfer: &Transfer, roots: &[RootCertificate]) -> Result<(), SqlError> {
    let stored = transfer.read(|tx| directive::of_kind(tx, revocation::KIND))?;
    revocation::take_stored(stored.iter().map(|one| one.directive.as_slice()), roots);
    Ok(())
}

/// Packs in use that bear the signature of a key which its root took back since they were stored,
/// each in its latest version. They stay, because the figures hang on them; they are named until
/// the commission signs them again.
///
/// # Errors
/// The store cannot be read.
pub fn signed_by_revoked(
    transfer: &Transfer,
    roots: &[RootCertificate],
    now: Timestamp,
) -> Result<Vec<Stored>, SqlError> {
    if roots.iter().all(|root| root.revocations().is_none()) {
        return Ok(Vec::new());
    }
    let mut latest: BTreeMap<(String, String), Stored> = BTreeMap::new();
    for stored in transfer.read(directive::all)? {
        let place = (stored.kind.clone(), stored.name.clone());
        if latest.get(&place).is_none_or(|known| known.serial < stored.serial) {
            latest.insert(place, stored);
        }
    }
    let is_named = |stored: &Stored| revocation::has_lost_signer(&stored.directive, roots, now);
    Ok(latest.into_values().filter(is_named).collect())
}

/// Note that a directive was refused whose signers' certificates were not valid yet by this clock.
const TOO_EARLY: &str = "directive_too_early";

/// Gives what was refused or not understood another chance: directives that came too early by this
/// machine's clock are asked for again with the next call, and packs that the program could not
/// read are read again, since it may be a newer program by now. What was decided of special periods
/// is decided again by its rules: one that it cannot protect is followed no longer, and one that an
/// older program refused without need is. Doing it again is harmless.
///
/// # Errors
/// The store cannot be read or written.
pub fn judge_again(transfer: &Transfer, unit: &UnitId) -> Result<(), SqlError> {
    let unit = unit.clone();
    transfer.write("judge_directives_again", move |tx| {
        if notes::get(tx, TOO_EARLY)?.is_some_and(|note| !note.is_empty()) {
            notes::pull_all_again(tx)?;
            notes::set(tx, TOO_EARLY, "")?;
        }
        let special = PackKind::Special.as_str();
        let judged = |one: &&Stored| one.verdict.is_beyond_us() || one.kind == special;
        for stored in directive::all(tx)?.iter().filter(judged) {
            let Ok(open) = directive::open(&stored.directive) else { continue };
            let verdict = verdict(&open, &unit);
            if !verdict.is_beyond_us() && verdict != stored.verdict {
                tracing::info!(kind = %open.kind, name = %open.name, "stored pack judged anew");
                directive::set_verdict(tx, stored, &verdict)?;
            }
        }
        Ok(())
    })
}

/// Whether this software can use the content: read by the same code that will use it.
fn verdict(open: &OpenDirective, unit: &UnitId) -> Verdict {
    if open.kind == revocation::KIND {
        return Verdict::Usable;
    }
    let Some(kind) = PackKind::from_word(&open.kind) else {
        return Verdict::Unusable("this version does not know the kind".to_owned());
    };
    match proto::pack::read(kind, &open.name, &open.content) {
        Ok(Pack::Special(special)) => may_follow(&special, unit),
        Ok(_) => Verdict::Usable,
        Err(error) => Verdict::Unusable(error.to_string()),
    }
}

/// Whether this school follows a special period: it is one of the area, and everything that is
/// asked for can be protected. A refusal is reported upward with its reason.
fn may_follow(special: &SpecialPeriod, unit: &UnitId) -> Verdict {
    if !special.area().holds(unit) {
        return Verdict::Unusable(OUTSIDE.to_owned());
    }
    match may_run(special) {
        Ok(()) => Verdict::Usable,
        Err(unprotected) => Verdict::refused(&unprotected),
    }
}

impl Hooks for Inbox {
    fn directive(&self, bytes: &[u8]) -> Result<(), SqlError> {
        let open = match directive::open(bytes) {
            Ok(open) => open,
            Err(error) => {
                tracing::warn!(%error, "directive not read");
                return Ok(());
            }
        };
        if let Err(error) = self.verify(&open, bytes) {
            // A machine whose clock is slow: what it refuses today it can take tomorrow, and nobody
            // sends it unasked.
            let is_early = matches!(
                error,
                Unsigned::Pack(PackError::Chain(ChainError::NotYetValid))
                    | Unsigned::District(SignerError::Chain(ChainError::NotYetValid))
            );
            if is_early {
                let note = |tx: &Tx<'_>| notes::set(tx, TOO_EARLY, "yes");
                self.transfer.write("directive_too_early", note)?;
            }
            self.note_refused(&open, error.to_string());
            return Ok(());
        }
        let verdict = verdict(&open, &self.unit);
        let (kind, name, version) = (open.kind.clone(), open.name.clone(), open.version.clone());
        let (bytes, now_ms) = (bytes.to_vec(), self.clock.now_ms());
        let usable = verdict == Verdict::Usable;
        let is_new = self.transfer.write("store_directive", move |tx| {
            directive::store(tx, &open, &bytes, &verdict, now_ms)
        })?;
        if let Ok(mut refused) = self.refused.lock() {
            refused.remove(&(kind.clone(), name.clone()));
        }
        if is_new {
            tracing::info!(%kind, %name, %version, usable, "directive stored");
        }
        Ok(())
    }

    fn addressed(&self, tx: &Tx<'_>, to: &UnitId, item: &[u8]) -> Result<(), SqlError> {
        if *to != self.unit {
            tracing::warn!(%to, "an item for another unit came down and was left");
            return Ok(());
        }
        addressed::store(tx, item, self.clock.now_ms()).map(drop)
    }

    fn arrived(&self) {
        self.answered.notify_waiters();
    }

    fn applied(&self) -> Result<Vec<Applied>, SqlError> {
        let (unit, today) = (self.unit.to_string(), self.clock.today());
        let mut applied = self.transfer.read(move |tx| directive::applied(tx, &unit, today))?;
        self.note_unsealed(&mut applied)?;
        if let Ok(refused) = self.refused.lock() {
            applied.extend(refused.values().cloned());
        }
        applied.truncate(proto::limits::APPLIED_MAX);
        Ok(applied)
    }

    /// A pack whose day has come since is told as well, without another connection.
    fn applied_mark(&self) -> Result<u64, SqlError> {
        let today = self.clock.today();
        let (year, day) = (today.year().unsigned_abs(), today.day_of_year().unsigned_abs());
        Ok(u64::from(year) * 400 + u64::from(day))
    }

    fn look_at_revocations(&self) {
        let last = self.transfer.read(directive::last);
        let Ok(mut seen) = self.seen.lock() else { return };
        match last {
            Ok(last) if *seen == last => {}
            Ok(last) => match take_revocations(&self.transfer, &self.roots) {
                Ok(()) => *seen = last,
                Err(error) => tracing::warn!(%error, "revocations not read"),
            },
            Err(error) => tracing::warn!(%error, "revocations not looked at"),
        }
    }

    fn schools_below(&self) -> u32 {
        0
    }

    fn answered(&self) {
        self.answered.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
