//! The town of a run: a city, a district, its streets and schools, their folders and their offices'
//! intentions.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use certs::identity::LeafIdentity;
use certs::root::RootCertificate;
use domain::unit::{IdentityName, UnitKind, Zone};
use hub::config::{Config, ParentConfig};
use hub::service::peer;
use hub::store::unit::{self, Unit as StoredUnit, UnitStatus};
use hub::{app, store};
use jiff::civil::date;
use proto::frame::{RELEASE_CONTEXT, encode_item};
use proto::wire::sync::ItemKind;
use runtime::clock::Clock;
use runtime::passphrase::Passphrase;
use runtime::sql::SqlError;
use tests::city::generate::Seeded;
use tests::federation::{Authority, Figures};

use crate::machine::Machines;
use crate::wire::PORT;

/// When every run begins, by all clocks.
pub const BEGIN_MS: i64 = 1_772_500_000_000;

/// The passphrase of every hub's backups.
pub const PASSPHRASE: &str = "a passphrase of the simulator";

const DISTRICT: &str = "370202";

/// Hubs from the top down, each with its parent.
const HUBS: [(&str, UnitKind, &str); 5] = [
    ("370200", UnitKind::City, ""),
    (DISTRICT, UnitKind::District, "370200"),
    ("370202001", UnitKind::Street, DISTRICT),
    ("370202002", UnitKind::Street, DISTRICT),
    ("370202003", UnitKind::Street, DISTRICT),
];

/// Schools and their hubs; the last one sits right under the district.
const SCHOOLS: [(&str, &str); 10] = [
    ("S01", "370202001"),
    ("S02", "370202001"),
    ("S03", "370202001"),
    ("S04", "370202002"),
    ("S05", "370202002"),
    ("S06", "370202002"),
    ("S07", "370202003"),
    ("S08", "370202003"),
    ("S09", "370202003"),
    ("S10", DISTRICT),
];

/// One unit of the town.
#[derive(Clone)]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: UnitKind,
    /// Its parent; nothing for the city.
    pub parent: Option<String>,
    /// Its data.
    pub folder: PathBuf,
    /// Its identity.
    pub identity: LeafIdentity,
}

impl Unit {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &IdentityName {
        self.identity.peer().name()
    }

    /// Its place on the network.
    #[must_use]
    pub fn host(&self) -> String {
        host(&self.id)
    }

    /// Whether it has members.
    #[must_use]
    pub fn is_hub(&self) -> bool {
        self.kind != UnitKind::School
    }

    /// Its store.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.folder.join(if self.is_hub() { "hub.db" } else { "transfer.db" })
    }
}

/// The place of a unit on the network.
#[must_use]
pub fn host(id: &str) -> String {
    format!("h{}", id.to_lowercase())
}

/// What an office means to send, signed once.
#[derive(Clone)]
pub struct Intention {
    /// When, by the simulator's time since the beginning.
    pub at_ms: i64,
    /// What identifies it.
    pub name: String,
    /// The signed item.
    pub item: Vec<u8>,
    /// Pupils that it tells.
    pub pupils: u64,
}

/// What offices were told is queued, by school, in order.
pub type Told = Arc<Mutex<BTreeMap<String, Vec<String>>>>;

/// Everything that a run is made of, before it begins.
pub struct Town {
    /// The machines.
    pub machines: Machines,
    /// Hubs from the top down, then schools.
    pub units: Vec<Unit>,
    /// What each school's office means to send.
    pub intentions: BTreeMap<String, Arc<Vec<Intention>>>,
    /// What they were told.
    pub told: Told,
    /// The pinned root.
    pub root: RootCertificate,
    /// The zone.
    pub zone: Zone,
    /// Where copies of hubs lie.
    pub copies: PathBuf,
    /// Gone with the run.
    _folder: tempfile::TempDir,
}

impl Town {
    /// Founds the town of a seed: its offices send within so many milliseconds.
    #[must_use]
    pub fn found(machines: &Machines, seed: u64, within_ms: i64) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        machines.set_now(BEGIN_MS);
        let now = Clock::simulated(jiff::Timestamp::from_millisecond(BEGIN_MS).expect("instant")).0;
        let authority = Authority::new(now.now());
        let copies = folder.path().join("copies");
        std::fs::create_dir_all(&copies).expect("folder");
        let mut units: Vec<Unit> = Vec::new();
        let hubs = HUBS.iter().map(|(id, kind, parent)| (*id, *kind, *parent));
        let schools = SCHOOLS.iter().map(|(id, parent)| (*id, UnitKind::School, *parent));
        for (id, kind, parent) in hubs.chain(schools) {
            let district = if kind == UnitKind::City { "" } else { DISTRICT };
            let identity = authority.identity(&authority.name(id, district), kind);
            let parent = (!parent.is_empty()).then(|| parent.to_owned());
            let folder = folder.path().join(id);
            std::fs::create_dir_all(&folder).expect("folder");
            identity.save(&folder.join("identity.pem")).expect("identity");
            machines.add(&folder, id);
            units.push(Unit { id: id.to_owned(), kind, parent, folder, identity });
        }
        let town = Self {
            machines: machines.clone(),
            intentions: intentions(seed, &units, within_ms),
            units,
            told: Told::default(),
            root: authority.root().clone(),
            zone: authority.zone().clone(),
            copies,
            _folder: folder,
        };
        let hubs = town.units.iter().filter(|unit| unit.is_hub());
        hubs.for_each(|hub| town.found_hub(&authority, hub));
        town
    }

    /// A unit by its id.
    #[must_use]
    pub fn unit(&self, id: &str) -> &Unit {
        self.units.iter().find(|unit| unit.id == id).expect("a unit of the town")
    }

    /// The configuration of a hub.
    #[must_use]
    pub fn config(&self, hub: &Unit) -> Config {
        let parent = hub.parent.as_deref().map(|parent| ParentConfig {
            address: format!("{}:{PORT}", host(parent)),
            name: self.unit(parent).name().clone(),
        });
        Config {
            data: hub.folder.clone(),
            unit: hub.name().unit().clone(),
            kind: hub.kind,
            name: hub.name().clone(),
            name_zh: format!("测试{}", hub.id),
            name_en: format!("Test {}", hub.id),
            listen: ([127, 0, 0, 1], PORT).into(),
            advertise: format!("{}:{PORT}", hub.host()),
            console: ([127, 0, 0, 1], 0).into(),
            parent,
            helper_address: None,
        }
    }

    /// All hubs have one passphrase: to choose one takes long.
    fn found_copies(&self, hub: &Unit, config: &Config) {
        let first = self.units.first().expect("a city");
        if hub.id == first.id {
            let phrase = Passphrase::chosen(PASSPHRASE).expect("passphrase");
            hub::backup::choose(config, &phrase).expect("key of backups");
            return;
        }
        for file in ["backup.key", "backup.lock"] {
            std::fs::copy(first.folder.join(file), hub.folder.join(file)).expect("key of backups");
        }
    }

    /// Registers the members of a hub, as enrolment does.
    fn found_hub(&self, authority: &Authority, hub: &Unit) {
        let config = self.config(hub);
        config.save().expect("configuration");
        authority.save_root(&hub.folder);
        self.found_copies(hub, &config);
        let database = app::open_store(&config).expect("store");
        for member in self.units.iter().filter(|unit| unit.parent.as_ref() == Some(&hub.id)) {
            let (member, own) = (member.clone(), hub.name().unit().clone());
            let added: Result<(), SqlError> = database.write("add", move |tx| {
                let id = member.name().unit();
                let new = StoredUnit {
                    id: id.clone(),
                    kind: member.kind,
                    name_zh: format!("测试{id}"),
                    name_en: format!("Test {id}"),
                    division: String::new(),
                    status: UnitStatus::Active,
                    schools_below: 0,
                };
                unit::insert(tx, &new, BEGIN_MS)?;
                unit::place(tx, id, &own, date(2025, 9, 1), BEGIN_MS)?;
                let chain: Vec<Vec<u8>> =
                    member.identity.chain().iter().map(|der| der.to_vec()).collect();
                let (leaf, issuers) = chain.split_first().expect("a chain");
                store::issuer::keep(tx, issuers)?;
                peer::register(tx, member.identity.peer(), leaf.clone(), BEGIN_MS)
            });
            added.expect("member added");
        }
    }
}

/// One to five revisions of each school's sheet, at any time.
fn intentions(seed: u64, units: &[Unit], within_ms: i64) -> BTreeMap<String, Arc<Vec<Intention>>> {
    let figures = Figures::new();
    let schools = units.iter().filter(|unit| !unit.is_hub());
    let of = |school: &Unit| {
        let mut dice = Seeded::new(seed, &school.id);
        let mut at_ms = 0;
        let revisions = 1..=1 + u32::try_from(dice.below(5)).expect("small");
        let mean = |revision| {
            at_ms += i64::try_from(dice.below(within_ms.unsigned_abs() / 4)).expect("small");
            let pupils = 20 + dice.below(400);
            let release = figures.clear(&school.id, revision, pupils);
            let body = proto::release::encode(&release);
            let signature = school.identity.key().sign(RELEASE_CONTEXT, &body).expect("signed");
            let item = encode_item(ItemKind::Release, body, signature.to_bytes());
            Intention { at_ms, name: release.id().to_string(), item, pupils }
        };
        (school.id.clone(), Arc::new(revisions.map(mean).collect()))
    };
    schools.map(of).collect()
}
