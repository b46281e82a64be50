//! Packs that the hub knows: every catalogue it has ever stored, by digest, and what is in force.
//!
//! Figures travel with the digest of the catalogue that orders their cells, so an older catalogue
//! stays readable for as long as figures under it are. The built-in packs are known from the
//! start; a city that publishes nothing else publishes these same bytes.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arc_swap::ArcSwap;
use certs::digest::sha256;
use domain::catalogue::{Catalogue, Partition};
use domain::digest::Digest;
use domain::disclosure::suppression::Outline;
use domain::period::Calendar;
use jiff::civil::Date;
use proto::pack::{Divisions, Pack, PackError, PackKind, embedded};
use proto::wire::directive::Pack as WirePack;
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

/// Everything that the hub knows at one time.
#[derive(Clone, Debug)]
pub struct Packs {
    catalogues: HashMap<Digest, Arc<Catalogue>>,
    in_force: KnownCatalogue,
    calendar: Arc<Calendar>,
    divisions: Arc<Divisions>,
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
            in_force: KnownCatalogue::new(digest, catalogue),
            calendar: Arc::new(embedded::calendar()?),
            divisions: Arc::new(embedded::divisions()?),
        })
    }

    /// The built-in packs and what was stored, as of a day.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn load(tx: &Tx<'_>, today: Date) -> Result<Self, PacksError> {
        let mut packs = Self::embedded()?;
        for stored in directive::all(tx)? {
            let Some(kind) = PackKind::from_word(&stored.kind) else {
                continue;
            };
            if kind == PackKind::Scale {
                continue;
            }
            let in_force = stored.effective_from.parse::<Date>().is_ok_and(|from| from <= today);
            let Some(pack) = open(&stored.directive) else {
                tracing::warn!(%kind, name = %stored.name, "stored pack unreadable");
                continue;
            };
            match proto::pack::read(kind, &stored.name, &pack.content) {
                Ok(read) => packs.take(read, sha256(&pack.content), in_force),
                Err(error) => {
                    tracing::warn!(%kind, name = %stored.name, %error, "pack not usable here");
                }
            }
        }
        Ok(packs)
    }

    fn take(&mut self, pack: Pack, digest: Digest, in_force: bool) {
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
            Pack::Calendar(_) | Pack::Divisions(_) | Pack::Scale(_) => {}
        }
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
        tables.map(|spec| spec.id().as_str()).filter(|id| id.starts_with("rounded.")).collect()
    }

    /// The catalogue in force.
    #[must_use]
    pub const fn in_force(&self) -> &KnownCatalogue {
        &self.in_force
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
