//! Packs that the hub knows: every catalogue it has ever stored, by digest, and what is in force.
//!
//! Figures travel with the digest of the catalogue that orders their cells, so an older catalogue
//! stays readable for as long as figures under it are. A special period brings a small catalogue
//! of its own, which is one more of them. The built-in packs are known from the
//! start; a city that publishes nothing else publishes these same bytes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use arc_swap::ArcSwap;
use certs::digest::sha256;
use domain::catalogue::{Catalogue, Partition, is_rounded};
use domain::digest::Digest;
use domain::directory::Directory;
use domain::disclosure::sealed::{SealedTables, special_of};
use domain::disclosure::suppression::Outline;
use domain::period::{Calendar, Period};
use domain::span::Span;
use domain::special::SpecialPeriod;
use domain::unit::UnitId;
use jiff::civil::Date;
use proto::pack::{Divisions, Pack, PackError, PackKind, embedded};
use proto::wire::directive::Pack as WirePack;
use runtime::revocation;
use runtime::sealing::{Pins, SealedYears, SealingYear};
use runtime::sql::{SqlError, Tx};

use crate::store::directive;

/// A catalogue and its digest.
#[derive(Clone, Debug)]
pub struct KnownCatalogue {
    /// Digest of the pack's bytes.
    pub digest: Digest,
    /// What it says.
    pub catalogue: Arc<Catalogue>,
    /// Every figure that its rounded partitions can be asked for.
    outlines: Arc<Vec<(String, Outline)>>,
}

impl KnownCatalogue {
    fn new(digest: Digest, catalogue: Arc<Catalogue>) -> Self {
        let outline =
            |partition: &Partition| (partition.id.to_string(), Outline::of(&catalogue, partition));
        let outlines = Arc::new(catalogue.partitions().iter().map(outline).collect());
        Self { digest, catalogue, outlines }
    }

    /// The figures that a partition can be asked for.
    #[must_use]
    pub fn outline(&self, partition: &str) -> Option<&Outline> {
        self.outlines.iter().find(|(known, _)| known == partition).map(|(_, outline)| outline)
    }
}

/// A special period and the digest of its pack.
#[derive(Clone, Debug)]
pub struct KnownSpecial {
    /// Digest of the pack's bytes.
    pub digest: Digest,
    /// Grows with every version.
    pub serial: u64,
    /// Its first day in force.
    pub from: Date,
    /// Whether its first day in force has come.
    pub in_force: bool,
    /// What it says.
    pub special: Arc<SpecialPeriod>,
}

/// A version of a directory.
#[derive(Clone, Debug)]
pub struct KnownDirectory {
    /// Name of its pack.
    pub name: String,
    /// Grows with every version.
    pub serial: u64,
    /// Its first day in force.
    pub from: Date,
    /// What it says.
    pub directory: Directory,
}

/// Everything that the hub knows at one time.
#[derive(Clone, Debug)]
pub struct Packs {
    catalogues: HashMap<Digest, Arc<Catalogue>>,
    specials: HashMap<Digest, KnownSpecial>,
    /// The latest version of each special period, by its table.
    latest: BTreeMap<String, KnownSpecial>,
    /// The special period whose figures are looked at, see [`Packs::under`].
    looked_at: Option<Arc<SpecialPeriod>>,
    in_force: KnownCatalogue,
    /// Catalogues that were published, by serial: first day in force, and digest.
    dated: BTreeMap<u64, (Date, Digest)>,
    calendar: Arc<Calendar>,
    divisions: Arc<Divisions>,
    sealed: Arc<SealedYears>,
    /// Every version of every directory, the highest serial last.
    directories: Arc<Vec<KnownDirectory>>,
    /// The last directive that was read for it, and the day that it was loaded for.
    as_of: (u64, Date),
    /// Sealed tables of the catalogues that were asked for.
    sealed_tables: Arc<RwLock<HashMap<Digest, Arc<SealedTables>>>>,
}

/// Why packs could not be loaded.
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

/// The packs in use.
pub struct PackCache(ArcSwap<Packs>);

impl Packs {
    /// Only the built-in packs.
    ///
    /// # Errors
    /// None in a build whose tests pass.
    pub fn embedded() -> Result<Self, PacksError> {
        let catalogue = Arc::new(embedded::catalogue()?);
        let bytes = embedded::find(PackKind::Catalogue, "catalogue").map_or(&[][..], |p| p.bytes);
        let digest = sha256(bytes);
        Ok(Self {
            catalogues: HashMap::from([(digest, catalogue.clone())]),
            specials: HashMap::new(),
            latest: BTreeMap::new(),
            looked_at: None,
            in_force: KnownCatalogue::new(digest, catalogue),
            // Serials of published packs begin at one: what is built in was always in force.
            dated: BTreeMap::from([(0, (Date::MIN, digest))]),
            calendar: Arc::new(embedded::calendar()?),
            divisions: Arc::new(embedded::divisions()?),
            sealed: Arc::default(),
            directories: Arc::default(),
            as_of: (0, Date::MIN),
            sealed_tables: Arc::default(),
        })
    }

    /// The built-in packs and what was stored, as of a day; years under seal by the pins. The roots
    /// that are pinned take the lists of revocations that are stored.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn load(tx: &Tx<'_>, today: Date, pins: &Pins) -> Result<Self, PacksError> {
        let mut packs = Self::embedded()?;
        let mut all = directive::all(tx)?;
        packs.as_of = (all.iter().map(|stored| stored.cursor).max().unwrap_or(0), today);
        // Of several that are in force the highest serial counts, and so is taken last: one that
        // was countersigned later stands at the end of the list.
        all.sort_by_key(|stored| stored.serial);
        // First of all: what a root took back signs nothing of what follows.
        let lists = all.iter().filter(|stored| stored.kind == revocation::KIND);
        revocation::take_stored(lists.map(|one| one.directive.as_slice()), &pins.roots);
        packs.sealed =
            Arc::new(SealedYears::read(all.iter().map(|one| one.directive.as_slice()), pins));
        packs.directories = Arc::new(all.iter().filter_map(directory_of).collect());
        for stored in all {
            let Some(kind) = PackKind::from_word(&stored.kind) else {
                continue;
            };
            if !is_read_here(kind) {
                continue;
            }
            let Ok(from) = stored.effective_from.parse::<Date>() else { continue };
            let in_force = from <= today;
            let Some(pack) = open(&stored.directive) else {
                tracing::warn!(%kind, name = %stored.name, "stored pack unreadable");
                continue;
            };
            match proto::pack::read(kind, &stored.name, &pack.content) {
                Ok(Pack::Special(special)) => {
                    let digest = sha256(&pack.content);
                    packs.take_special(*special, (digest, stored.serial, from), today);
                }
                Ok(read) => {
                    let digest = sha256(&pack.content);
                    if kind == PackKind::Catalogue {
                        packs.dated.insert(stored.serial, (from, digest));
                    }
                    packs.take(read, digest, in_force);
                }
                Err(error) => {
                    tracing::warn!(%kind, name = %stored.name, %error, "pack not usable here");
                }
            }
        }
        Ok(packs)
    }

    /// The cursor of the last directive that was read for it, and the day that it was loaded for:
    /// while both are what they were, loading again gives the same.
    #[must_use]
    pub const fn as_of(&self) -> (u64, Date) {
        self.as_of
    }

    /// Takes up a pack; one that is not in force yet is known by its digest.
    pub(crate) fn take(&mut self, pack: Pack, digest: Digest, in_force: bool) {
        match pack {
            Pack::Catalogue(catalogue) => {
                let catalogue = Arc::new(*catalogue);
                self.catalogues.insert(digest, catalogue.clone());
                if in_force {
                    self.in_force = KnownCatalogue::new(digest, catalogue);
                }
            }
            Pack::Calendar(calendar) if in_force => self.calendar = Arc::new(calendar),
            Pack::Divisions(divisions) if in_force => self.divisions = Arc::new(divisions),
            Pack::Calendar(_)
            | Pack::Divisions(_)
            | Pack::Scale(_)
            | Pack::Special(_)
            | Pack::Roster(_)
            | Pack::Plan(_)
            | Pack::Keys(_)
            | Pack::Directory(_) => {}
        }
    }

    /// The version in force with the highest serial says which area and days hold, whatever came
    /// before; as at schools, a version whose day has not come counts only where there is no other.
    fn take_special(
        &mut self,
        special: SpecialPeriod,
        (digest, serial, from): (Digest, u64, Date),
        today: Date,
    ) {
        let in_force = from <= today;
        let special = Arc::new(special);
        self.catalogues.insert(digest, Arc::new(special.catalogue().clone()));
        // The table's id was made when the pack was read, so there is one.
        let Ok(table) = domain::catalogue::special_table(special.id()) else { return };
        let known = KnownSpecial { digest, serial, from, in_force, special };
        self.specials.insert(digest, known.clone());
        let last = self.latest.get(table.as_str());
        let last = last.map_or((false, 0), |last| (last.in_force, last.serial));
        if last < (in_force, serial) {
            self.latest.insert(table.to_string(), known);
        }
    }

    /// The special period of a pack's digest, however old.
    #[must_use]
    pub fn special(&self, digest: &Digest) -> Option<&SpecialPeriod> {
        self.specials.get(digest).map(|known| &*known.special)
    }

    /// The serial of a special period's version, by its pack's digest.
    #[must_use]
    pub fn special_serial(&self, digest: &Digest) -> Option<u64> {
        self.specials.get(digest).map(|known| known.serial)
    }

    /// The version of a special period that was published last, in force or not: the next one
    /// follows it.
    #[must_use]
    pub fn newest_special(&self, id: &str) -> Option<&KnownSpecial> {
        let versions = self.specials.values();
        let of_id = versions.filter(|known| known.special.id().as_str() == id);
        of_id.max_by_key(|known| known.serial)
    }

    /// The version of a special period that is in force on a day.
    #[must_use]
    pub fn special_on(&self, id: &str, day: Date) -> Option<&KnownSpecial> {
        let versions = self.specials.values();
        let begun = versions.filter(|known| known.special.id().as_str() == id && known.from <= day);
        begun.max_by_key(|known| known.serial)
    }

    /// Every version of a special period, the last published first.
    #[must_use]
    pub fn special_versions(&self, id: &str) -> Vec<&KnownSpecial> {
        let versions = self.specials.values();
        let mut of_id: Vec<&KnownSpecial> =
            versions.filter(|known| known.special.id().as_str() == id).collect();
        of_id.sort_by_key(|known| std::cmp::Reverse(known.serial));
        of_id
    }

    /// The version by which what a special period tells of a day or week is read: the one in force
    /// on its first day, whatever replaced it since; the first of all where none was yet.
    #[must_use]
    pub fn special_for(&self, id: &str, day: Date) -> Option<&KnownSpecial> {
        self.special_on(id, day).or_else(|| self.special_versions(id).pop())
    }

    /// Every special period in the version that is in force on a day, in order of their ids.
    #[must_use]
    pub fn specials_on(&self, day: Date) -> Vec<&KnownSpecial> {
        let ids: BTreeSet<&str> =
            self.specials.values().map(|known| known.special.id().as_str()).collect();
        ids.into_iter().filter_map(|id| self.special_on(id, day)).collect()
    }

    /// The digest of the pack by which a sealed table is summed in a period that begins on a day: a
    /// special period's own, or the catalogue in force.
    #[must_use]
    pub fn pack_for(&self, table: &str, day: Date) -> Option<Digest> {
        match special_of(table) {
            Some(id) => self.special_on(id, day).map(|known| known.digest),
            None => Some(self.catalogue_on(day)),
        }
    }

    /// How many schools any version of a special period ever had below a hub.
    #[must_use]
    pub fn special_below(&self, id: &str, hub: &UnitId) -> u32 {
        let versions = self.specials.values().filter(|known| known.special.id().as_str() == id);
        let areas = versions.flat_map(|known| known.special.area().iter());
        let below = areas.filter(|(_, above)| above.contains(hub)).map(|(school, _)| school);
        u32::try_from(below.collect::<BTreeSet<_>>().len()).unwrap_or(u32::MAX)
    }

    /// The special period that a table is of, in its latest version.
    #[must_use]
    pub fn special_of(&self, table: &str) -> Option<&KnownSpecial> {
        self.latest.get(table)
    }

    /// Every special period in its latest version, in order of their ids.
    pub fn specials(&self) -> impl Iterator<Item = &KnownSpecial> {
        self.latest.values()
    }

    /// The same packs with the small catalogue of a special period in force: what reads figures by
    /// the catalogue reads that one's.
    #[must_use]
    pub fn under(&self, known: &KnownSpecial) -> Self {
        let catalogue = Arc::new(known.special.catalogue().clone());
        let in_force = KnownCatalogue::new(known.digest, catalogue);
        Self { in_force, looked_at: Some(known.special.clone()), ..self.clone() }
    }

    /// The special period whose figures are looked at; nothing for ordinary figures.
    #[must_use]
    pub fn looked_at(&self) -> Option<&SpecialPeriod> {
        self.looked_at.as_deref()
    }

    /// The catalogue of a digest.
    #[must_use]
    pub fn catalogue(&self, digest: &Digest) -> Option<&Arc<Catalogue>> {
        self.catalogues.get(digest)
    }

    /// Every rounded table that any catalogue knows, whenever it was in force.
    #[must_use]
    pub fn rounded_tables(&self) -> BTreeSet<&str> {
        let tables = self.catalogues.values().flat_map(|catalogue| catalogue.tables());
        tables.map(|spec| spec.id().as_str()).filter(|id| is_rounded(id)).collect()
    }

    /// The catalogue in force.
    #[must_use]
    pub const fn in_force(&self) -> &KnownCatalogue {
        &self.in_force
    }

    /// The catalogue that is in force on a day, by the digest of its pack.
    #[must_use]
    pub fn catalogue_on(&self, day: Date) -> Digest {
        let begun = self.dated.values().rev().find(|(from, _)| *from <= day);
        begun.map_or(self.in_force.digest, |(_, digest)| *digest)
    }

    /// School years of which counts about persons go under seal.
    #[must_use]
    pub fn sealed_years(&self) -> &Arc<SealedYears> {
        &self.sealed
    }

    /// Whether nothing about persons of a unit may go rounded in a period: a school of a roster, a
    /// town in which schools of it sit, or the area of the plan itself. A school that a later
    /// version of the plan leaves out may have sealed under the one before: its year stays so.
    #[must_use]
    pub fn is_under_seal(&self, unit: &UnitId, period: Period) -> bool {
        let Ok(span) = Span::of(period, &self.calendar) else { return false };
        self.sealed.sealing().map(SealingYear::year).any(|year| {
            let of_unit = || year.roster.school(unit).is_some() || year.roster.has_town(unit);
            year.plan.year() == span.school_year && (year.plan.area() == unit || of_unit())
        }) || self.sealed.ever_of_school(unit).contains(&span.school_year)
    }

    /// The sealed tables of a catalogue that is known here.
    #[must_use]
    pub fn sealed_tables(&self, catalogue: &Digest) -> Option<Arc<SealedTables>> {
        let known = self.sealed_tables.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(catalogue) {
            return Some(known.clone());
        }
        drop(known);
        let made = Arc::new(SealedTables::of(self.catalogue(catalogue)?));
        let mut tables = self.sealed_tables.write().unwrap_or_else(PoisonError::into_inner);
        Some(tables.entry(*catalogue).or_insert(made).clone())
    }

    /// Whether any directory was published.
    #[must_use]
    pub fn has_directories(&self) -> bool {
        !self.directories.is_empty()
    }

    /// The directories that are in force on a day, in order of their packs' names.
    #[must_use]
    pub fn directories_on(&self, day: Date) -> Vec<&KnownDirectory> {
        let begun = self.directories.iter().filter(|known| known.from <= day);
        let latest: BTreeMap<&str, _> = begun.map(|known| (known.name.as_str(), known)).collect();
        latest.into_values().collect()
    }

    /// The term calendar in force.
    #[must_use]
    pub const fn calendar(&self) -> &Arc<Calendar> {
        &self.calendar
    }

    /// The divisions in force.
    #[must_use]
    pub const fn divisions(&self) -> &Arc<Divisions> {
        &self.divisions
    }
}

/// A stored directory; nothing for packs of other kinds, and for one that cannot be read.
fn directory_of(stored: &directive::Stored) -> Option<KnownDirectory> {
    if stored.kind != PackKind::Directory.as_str() {
        return None;
    }
    let from = stored.effective_from.parse().ok()?;
    let content = content(&stored.directive)?;
    let Ok(Pack::Directory(directory)) =
        proto::pack::read(PackKind::Directory, &stored.name, &content)
    else {
        tracing::warn!(name = %stored.name, "stored directory not usable here");
        return None;
    };
    let (name, serial) = (stored.name.clone(), stored.serial);
    Some(KnownDirectory { name, serial, from, directory: *directory })
}

/// Scales are the schools'; directories, and what makes years under seal, are read together.
const fn is_read_here(kind: PackKind) -> bool {
    !matches!(
        kind,
        PackKind::Scale | PackKind::Roster | PackKind::Plan | PackKind::Keys | PackKind::Directory
    )
}

/// What a stored directive says, as it was signed.
pub(crate) fn content(directive: &[u8]) -> Option<Vec<u8>> {
    open(directive).map(|pack| pack.content)
}

fn open(directive: &[u8]) -> Option<WirePack> {
    use prost::Message as _;
    let directive = proto::wire::directive::Directive::decode(directive).ok()?;
    WirePack::decode(directive.pack.as_slice()).ok()
}

impl PackCache {
    /// Starts with packs that were loaded.
    #[must_use]
    pub fn new(packs: Packs) -> Self {
        Self(ArcSwap::from_pointee(packs))
    }

    /// The packs in use.
    #[must_use]
    pub fn last(&self) -> Arc<Packs> {
        self.0.load_full()
    }

    /// Uses other packs from now on.
    pub fn replace(&self, packs: Packs) {
        self.0.store(Arc::new(packs));
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use prost::Message as _;
    use proto::wire::directive::Directive;
    use runtime::sql::Database;

    use super::*;
    use crate::store::directive::{Stored, insert};

    fn stored(serial: u64, effective_from: &str, content: &[u8]) -> Stored {
        let (kind, name) = ("catalogue".to_owned(), "catalogue".to_owned());
        let pack = WirePack {
            kind: kind.clone(),
            name: name.clone(),
            version: serial.to_string(),
            serial,
            effective_from: effective_from.to_owned(),
            content: content.to_vec(),
        };
        let directive = Directive { pack: pack.encode_to_vec(), signatures: Vec::new() };
        Stored {
            cursor: 0,
            kind,
            name,
            serial,
            version: pack.version,
            effective_from: pack.effective_from,
            content_digest: sha256(content).to_tagged(),
            directive: directive.encode_to_vec(),
        }
    }

    /// Of several catalogues the highest serial that has begun counts on a day, whichever came
    /// last; what was in force on a day stays so.
    #[test]
    fn each_day_has_its_catalogue() {
        let built_in = embedded::find(PackKind::Catalogue, "catalogue").expect("catalogue").bytes;
        let changed = |text: &str| [built_in, text.as_bytes()].concat();
        let [first, second] = [changed("\n# 1\n"), changed("\n# 2\n")];
        let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
        for one in [stored(2, "2026-02-01", &second), stored(1, "2025-09-01", &first)] {
            database.write("insert", move |tx| insert(tx, &one, 1)).expect("insert");
        }
        let pins = Pins { roots: Vec::new(), zone: "qd.example".parse().expect("zone") };
        let today = date(2026, 3, 1);
        let packs = database.read(move |tx| Packs::load(tx, today, &pins)).expect("packs");
        assert_eq!(packs.as_of(), (2, today));
        assert_eq!(packs.catalogue_on(date(2025, 8, 31)), sha256(built_in));
        assert_eq!(packs.catalogue_on(date(2025, 9, 1)), sha256(&first));
        assert_eq!(packs.catalogue_on(date(2026, 2, 1)), sha256(&second));
        assert_eq!(packs.in_force().digest, sha256(&second), "not what came last");
        assert_eq!(packs.sealed_years().all().count(), 0);
    }
}
