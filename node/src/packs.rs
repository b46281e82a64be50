//! Packs in use: what is built in, and what came down as directives, as of a day.
//!
//! Figures are counted by the catalogue that is in force and carry its digest; older catalogues
//! and scales stay readable, because what was released or scored under them still is.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use certs::digest::sha256;
use domain::catalogue::Catalogue;
use domain::digest::Digest;
use domain::disclosure::sealed::special_of;
use domain::period::Calendar;
use domain::scale::Scale;
use domain::special::SpecialPeriod;
use jiff::civil::Date;
use proto::pack::{Pack, PackError, PackKind, embedded};
use runtime::sql::SqlError;

use crate::transfer::Transfer;
use crate::transfer::directive::{self, Stored, Verdict};

/// Why the packs could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PacksError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] SqlError),
    /// A built-in pack is wrong.
    #[error(transparent)]
    Pack(#[from] PackError),
}

/// A pack with the digest of its bytes.
#[derive(Clone, Debug)]
pub struct Known<T> {
    /// Digest of the bytes.
    pub digest: Digest,
    /// What it says.
    pub pack: Arc<T>,
}

/// Everything that the node knows on one day.
#[derive(Clone, Debug)]
pub struct Packs {
    catalogues: Vec<Known<Catalogue>>,
    /// First days of catalogues, with their digests; the highest serial last.
    dated: Vec<(Date, Digest)>,
    in_force: Known<Catalogue>,
    calendar: Arc<Calendar>,
    scales: Vec<Known<Scale>>,
    scales_ever: Vec<Known<Scale>>,
    specials: Vec<Known<SpecialPeriod>>,
    /// Every version of each, by its first day in force and id; nothing for one that may not be
    /// followed here. The highest serial last.
    specials_dated: Vec<(Date, String, Option<Known<SpecialPeriod>>)>,
}

/// Versions of special periods as this school has them, to tell from when on one names it.
#[derive(Clone, Debug, Default)]
pub struct SpecialVersions(Vec<SpecialVersion>);

/// First day in force, id, and whether this school follows the version.
type SpecialVersion = (Date, String, bool);

impl SpecialVersions {
    /// Whether this school was asked by a special period on a day: the version in force then is one
    /// that it follows, or the first of all where none was in force yet. Hubs count who is due by
    /// the same version.
    #[must_use]
    pub fn ask_on(&self, id: &str, day: Date) -> bool {
        let of_id = move || self.0.iter().filter(move |(_, known, _)| known == id);
        let then = of_id().rev().find(|(from, ..)| *from <= day);
        then.or_else(|| of_id().next()).is_none_or(|(.., is_followed)| *is_followed)
    }
}

impl Packs {
    /// Only the built-in packs.
    ///
    /// # Errors
    /// None in a build whose tests pass.
    pub fn embedded() -> Result<Self, PacksError> {
        let mut scales = Vec::new();
        for pack in embedded::PACKS.iter().filter(|pack| pack.kind == PackKind::Scale) {
            let scale = proto::pack::scale::read(pack.name, pack.bytes)?;
            scales.push(Known { digest: sha256(pack.bytes), pack: Arc::new(scale) });
        }
        let bytes = embedded::find(PackKind::Catalogue, "catalogue").map_or(&[][..], |p| p.bytes);
        let catalogue = Known { digest: sha256(bytes), pack: Arc::new(embedded::catalogue()?) };
        Ok(Self {
            catalogues: vec![catalogue.clone()],
            dated: vec![(Date::MIN, catalogue.digest)],
            in_force: catalogue,
            calendar: Arc::new(embedded::calendar()?),
            scales: scales.clone(),
            scales_ever: scales,
            specials: Vec::new(),
            specials_dated: Vec::new(),
        })
    }

    /// The built-in packs and what came down, as of a day.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn load(transfer: &Transfer, today: Date) -> Result<Self, PacksError> {
        let mut packs = Self::embedded()?;
        let mut stored = transfer.read(directive::all)?;
        // Of several that are in force the highest serial counts, and so is taken last.
        stored.sort_by_key(|stored| stored.serial);
        for stored in &stored {
            match stored.verdict {
                Verdict::Usable => packs.take(stored, today),
                Verdict::Unusable(_) => packs.drop_special(stored, today),
            }
        }
        Ok(packs)
    }

    /// A later version of a special period that this school may not follow, or that is not meant
    /// for it, ends the version before it: what the area no longer asks for does not leave.
    fn drop_special(&mut self, stored: &Stored, today: Date) {
        if stored.kind != PackKind::Special.as_str() {
            return;
        }
        self.specials_dated.push((stored.effective_from, stored.name.clone(), None));
        if stored.effective_from <= today {
            self.specials.retain(|known| known.pack.id().as_str() != stored.name);
        }
    }

    fn take(&mut self, stored: &Stored, today: Date) {
        let Some(kind) = PackKind::from_word(&stored.kind) else {
            return;
        };
        let content = stored.content().ok();
        let pack = content.and_then(|content| proto::pack::read(kind, &stored.name, &content).ok());
        let Some(pack) = pack else {
            tracing::warn!(kind = %stored.kind, name = %stored.name, "stored pack not readable");
            return;
        };
        let (digest, in_force) = (stored.content_digest, stored.effective_from <= today);
        match pack {
            Pack::Catalogue(catalogue) => {
                let known = Known { digest, pack: Arc::new(*catalogue) };
                self.dated.push((stored.effective_from, digest));
                self.catalogues.push(known.clone());
                if in_force {
                    self.in_force = known;
                }
            }
            Pack::Scale(scale) => {
                let known = Known { digest, pack: Arc::new(*scale) };
                self.scales_ever.push(known.clone());
                if in_force {
                    self.scales.retain(|old| old.pack.id() != known.pack.id());
                    self.scales.push(known);
                }
            }
            Pack::Calendar(calendar) if in_force => self.calendar = Arc::new(calendar),
            Pack::Special(special) => {
                let catalogue = Arc::new(special.catalogue().clone());
                self.catalogues.push(Known { digest, pack: catalogue });
                let known = Known { digest, pack: Arc::new(*special) };
                let id = known.pack.id().to_string();
                self.specials_dated.push((stored.effective_from, id, Some(known.clone())));
                if in_force {
                    self.specials.retain(|old| old.pack.id() != known.pack.id());
                    self.specials.push(known);
                }
            }
            // Years under seal and directories are read apart: the pinned roots judge what is in
            // them.
            Pack::Calendar(_)
            | Pack::Divisions(_)
            | Pack::Roster(_)
            | Pack::Plan(_)
            | Pack::Keys(_)
            | Pack::Directory(_) => {}
        }
    }

    /// The same where a special period is followed.
    #[cfg(test)]
    pub(crate) fn following(mut self, special: Known<SpecialPeriod>) -> Self {
        let catalogue = Arc::new(special.pack.catalogue().clone());
        self.catalogues.push(Known { digest: special.digest, pack: catalogue });
        let (from, id) = (special.pack.first(), special.pack.id().to_string());
        self.specials_dated.push((from, id, Some(special.clone())));
        self.specials.retain(|old| old.pack.id() != special.pack.id());
        self.specials.push(special);
        self
    }

    /// The same where a version of a special period is in force from a day on; nothing in place of
    /// one that does not ask this school.
    #[cfg(test)]
    pub(crate) fn dated(
        mut self,
        from: Date,
        id: &str,
        known: Option<Known<SpecialPeriod>>,
    ) -> Self {
        self.specials_dated.push((from, id.to_owned(), known));
        self
    }

    /// The catalogue in force.
    #[must_use]
    pub const fn in_force(&self) -> &Known<Catalogue> {
        &self.in_force
    }

    /// The catalogue that is in force on a day, by the digest of its pack.
    #[must_use]
    pub fn catalogue_on(&self, day: Date) -> Digest {
        let begun = self.dated.iter().rev().find(|(from, _)| *from <= day);
        begun.map_or(self.in_force.digest, |(_, digest)| *digest)
    }

    /// First days of catalogues up to a day, the latest first; the built-in one began before all.
    #[must_use]
    pub fn catalogue_days(&self, until: Date) -> Vec<Date> {
        let begun = self.dated.iter().map(|(from, _)| *from).filter(|from| *from <= until);
        let begun: BTreeSet<Date> = begun.collect();
        begun.into_iter().rev().collect()
    }

    /// The catalogue of a digest, however old.
    #[must_use]
    pub fn catalogue(&self, digest: &Digest) -> Option<&Arc<Catalogue>> {
        self.catalogues.iter().find(|known| known.digest == *digest).map(|known| &known.pack)
    }

    /// Every catalogue that was ever known, by the digest of its pack.
    #[must_use]
    pub fn catalogues_ever(&self) -> Vec<(Digest, Arc<Catalogue>)> {
        self.catalogues.iter().map(|known| (known.digest, Arc::clone(&known.pack))).collect()
    }

    /// The term calendar in force.
    #[must_use]
    pub const fn calendar(&self) -> &Arc<Calendar> {
        &self.calendar
    }

    /// Special periods that this school follows, followed or will follow; the latest version of
    /// each.
    #[must_use]
    pub fn specials(&self) -> &[Known<SpecialPeriod>] {
        &self.specials
    }

    /// The version of a special period that was in force on a day, where this school follows it
    /// still.
    #[must_use]
    pub fn special_on(&self, id: &str, day: Date) -> Option<&Known<SpecialPeriod>> {
        let of_id = |one: &&(Date, String, _)| one.0 <= day && one.1 == id;
        let (_, _, known) = self.specials_dated.iter().rev().find(of_id)?;
        let is_followed = self.specials.iter().any(|one| one.pack.id().as_str() == id);
        known.as_ref().filter(|_| is_followed)
    }

    /// Every version of every special period, for the days on which each asks this school.
    #[must_use]
    pub fn special_versions(&self) -> SpecialVersions {
        let versions = self.specials_dated.iter();
        let version = versions.map(|(from, id, known)| (*from, id.clone(), known.is_some()));
        SpecialVersions(version.collect())
    }

    /// The last day on which a special period asks this school, as of today: its own last one by
    /// the version in force, or the day before a version that asks this school no more. Nothing
    /// where it is not known here.
    #[must_use]
    pub fn special_until(&self, id: &str, today: Date) -> Option<Date> {
        let versions = self.specials_dated.iter().rev();
        let mut begun = versions.filter(|(from, known, _)| known == id && *from <= today);
        let (from, _, known) = begun.next()?;
        match known {
            Some(known) => Some(known.pack.last()),
            None => from.yesterday().ok(),
        }
    }

    /// The digest of the pack by which a sealed table is counted in a period that begins on a day:
    /// a special period's own, or the catalogue in force.
    #[must_use]
    pub fn catalogue_for(&self, table: &str, day: Date) -> Option<Digest> {
        match special_of(table) {
            Some(id) => self.special_on(id, day).map(|known| known.digest),
            None => Some(self.catalogue_on(day)),
        }
    }

    /// Scales in force.
    #[must_use]
    pub fn scales(&self) -> &[Known<Scale>] {
        &self.scales
    }

    /// The scale in force that an office calls by this name.
    #[must_use]
    pub fn scale(&self, name: &str) -> Option<&Known<Scale>> {
        let by_id = self.scales.iter().find(|known| known.pack.id().eq_ignore_ascii_case(name));
        by_id.or_else(|| self.scales.iter().find(|known| known.pack.is_called(name)))
    }

    /// Every scale that was ever known, by the digest of its pack, for what was scored with it.
    #[must_use]
    pub fn scales_ever(&self) -> Vec<(Digest, Arc<Scale>)> {
        self.scales_ever.iter().map(|known| (known.digest, Arc::clone(&known.pack))).collect()
    }
}

/// The packs as they were last read: reading every one costs more than a page that needs them.
#[derive(Debug, Default)]
pub struct LastRead(Mutex<Option<LastPacks>>);

/// Packs, and what they were read from: the day, and the directive that had come last.
#[derive(Debug)]
struct LastPacks {
    read_on: Date,
    last_directive: Option<i64>,
    packs: Packs,
}

impl LastRead {
    /// As [`Packs::load`], read again only on another day or once another directive came down.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn load(&self, transfer: &Transfer, today: Date) -> Result<Packs, PacksError> {
        let last_directive = transfer.read(directive::last)?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = &*kept
            && (last.read_on, last.last_directive) == (today, last_directive)
        {
            return Ok(last.packs.clone());
        }
        let packs = Packs::load(transfer, today)?;
        *kept = Some(LastPacks { read_on: today, last_directive, packs: packs.clone() });
        Ok(packs)
    }
}
