//! Folders of hubs and identities of schools for a benchmark, put into the registry directly.

use std::net::SocketAddr;
use std::path::PathBuf;

use certs::chain::Trust;
use certs::csr;
use certs::identity::LeafIdentity;
use certs::issuer::{IssuingAuthority, LeafRecord};
use certs::key::SigningKey;
use domain::unit::{IdentityName, UnitId, UnitKind};
use hub::config::{Config, ParentConfig};
use hub::service::peer;
use hub::store::unit::{self, Unit, UnitStatus};
use jiff::civil::date;
use runtime::clock::Clock;
use runtime::sql::{Database, SqlError};
use tests::federation::Federation;

use super::catalogue;
use super::child::Server;

/// The city hub.
pub const CITY: &str = "370200";
/// The district hub.
pub const DISTRICT: &str = "370202";

/// A federation whose hubs are children of this process.
pub struct City {
    federation: Federation,
    issuer: IssuingAuthority,
}

/// A hub that runs.
pub struct BenchHub {
    /// Its process.
    pub server: Server,
    /// Its configuration.
    pub config: Config,
}

impl BenchHub {
    /// Opens its store from this process, to look at what it holds.
    pub fn store(&self) -> Database {
        hub::app::open_store(&self.config).expect("store")
    }
}

impl City {
    /// Makes the folder and the authorities.
    pub fn new() -> Self {
        let federation = Federation::new();
        let issuer = federation.authority().issuer(DISTRICT);
        Self { federation, issuer }
    }

    /// Where everything lies.
    pub fn folder(&self) -> PathBuf {
        self.federation.root()
    }

    /// Whom everybody trusts.
    pub fn trust(&self) -> Trust {
        Trust::new(vec![self.federation.authority().root().clone()])
    }

    /// Identities of schools of the district.
    pub fn schools(&self, count: usize) -> Vec<LeafIdentity> {
        (0..count).map(|n| self.school(&format!("F370202J{n:04}"))).collect()
    }

    fn school(&self, unit: &str) -> LeafIdentity {
        let name = self.federation.authority().name(unit, DISTRICT);
        let key = SigningKey::generate().expect("key");
        let request = csr::request(&key).expect("request");
        let public = csr::public_key(&request).expect("public key");
        let record = LeafRecord { name, kind: UnitKind::School, key: public };
        let issued = self.issuer.issue(&record, self.federation.clock().now()).expect("leaf");
        LeafIdentity::new(&issued.chain, key).expect("identity")
    }

    /// Prepares a hub's folder with its members; the hub does not run yet.
    pub fn prepare(
        &self,
        (unit, kind): (&str, UnitKind),
        parent: Option<&BenchHub>,
        members: &[LeafIdentity],
    ) -> Config {
        let district = if kind == UnitKind::City { "" } else { DISTRICT };
        let name = self.federation.authority().name(unit, district);
        let data = self.federation.path(unit);
        std::fs::create_dir_all(&data).expect("folder");
        let identity = self.federation.authority().identity(&name, kind);
        identity.save(&data.join("identity.pem")).expect("identity");
        self.federation.authority().save_root(&data);
        let config = config(&name, kind, data, parent);
        config.save().expect("configuration");
        let (at, now_ms) = (name.unit().clone(), self.federation.clock().now_ms());
        let members = members.to_vec();
        let store = hub::app::open_store(&config).expect("store");
        let filled: Result<(), SqlError> = store.write("fill", move |tx| {
            catalogue::store(tx, now_ms)?;
            for member in &members {
                register(tx, member, UnitKind::School, &at, now_ms)?;
            }
            Ok(())
        });
        filled.expect("members registered");
        if let Some(parent) = parent {
            let (above, id) = (parent.config.unit.clone(), name.unit().clone());
            let known: Result<(), SqlError> =
                parent.store().write("district", move |tx| place(tx, &id, kind, &above, now_ms));
            known.expect("known above");
        }
        config
    }

    /// Starts a hub whose folder was prepared.
    pub fn start(&self, config: Config) -> BenchHub {
        BenchHub { server: Server::start("--hub", &config.data), config }
    }
}

fn config(name: &IdentityName, kind: UnitKind, data: PathBuf, parent: Option<&BenchHub>) -> Config {
    Config {
        data,
        unit: name.unit().clone(),
        kind,
        name: name.clone(),
        name_zh: format!("测试{}", name.unit()),
        name_en: format!("Test {}", name.unit()),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        advertise: "127.0.0.1:1".to_owned(),
        console: SocketAddr::from(([127, 0, 0, 1], 0)),
        parent: parent.map(|parent| ParentConfig {
            address: parent.server.address.to_string(),
            name: parent.config.name.clone(),
        }),
        helper_address: None,
    }
}

fn register(
    tx: &runtime::sql::Tx<'_>,
    member: &LeafIdentity,
    kind: UnitKind,
    parent: &UnitId,
    now_ms: i64,
) -> Result<(), SqlError> {
    place(tx, member.peer().name().unit(), kind, parent, now_ms)?;
    let leaf = member.chain().first().map(|der| der.to_vec()).unwrap_or_default();
    peer::register(tx, member.peer(), leaf, now_ms)
}

fn place(
    tx: &runtime::sql::Tx<'_>,
    id: &UnitId,
    kind: UnitKind,
    parent: &UnitId,
    now_ms: i64,
) -> Result<(), SqlError> {
    let new = Unit {
        id: id.clone(),
        kind,
        name_zh: format!("测试{id}"),
        name_en: format!("Test {id}"),
        division: String::new(),
        status: UnitStatus::Active,
        schools_below: 0,
    };
    unit::insert(tx, &new, now_ms)?;
    unit::place(tx, id, parent, date(2010, 1, 1), now_ms)
}

/// The clock of all units.
pub fn clock() -> Clock {
    Clock::system()
}
