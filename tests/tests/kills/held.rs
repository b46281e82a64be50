//! What units hold, read from their stores beside their services, in the form that the invariants
//! are asked in.

use std::collections::BTreeMap;

use certs::digest::sha256;
use domain::catalogue::Catalogue;
use domain::digest::Digest;
use hub::app::open_store;
use hub::config::Config;
use hub::store::contribution::{self, Place as Stored};
use hub::store::{alarm, lane, total};
use proto::frame::decode_item;
use proto::pack::embedded;
use proto::wire::sync::{ItemKind, Lane};
use runtime::sql::{Database, SqlError, Tx};
use runtime::uplink::outbox::{self, Backlog, SentItem};
use tests::city::build::City;
use tests::invariants::{Place, Sheet, Sum, Told};

use crate::rounds;

/// More items than any unit has.
const ALL: u32 = 100_000;

/// What a school has signed and what became of it.
pub struct School {
    pub unit: &'static str,
    /// Its register of what it signed.
    pub signed: Vec<String>,
    pub sent: Vec<SentItem>,
    pub backlog: Backlog,
}

impl School {
    pub fn read(city: &City, unit: &'static str) -> Self {
        let opened = rounds::open((&city.wishes.dir, unit), city.clock());
        let own = opened.unwrap_or_else(|error| panic!("{unit}: {error}"));
        let signed = own.ledger().read(|tx| node::ledger::release::all(tx, ALL)).expect("ledger");
        Self {
            unit,
            signed: signed.into_iter().map(|one| one.name).collect(),
            sent: own.transfer().releases(ALL).expect("queue"),
            backlog: own.transfer().backlog().expect("queue"),
        }
    }

    /// The bodies of its accepted releases, by their names.
    fn released(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        let accepted = self.sent.iter().filter(|one| one.outcome == Some(1));
        accepted.filter_map(|one| {
            let item = decode_item(&one.item).expect("item");
            (item.kind == ItemKind::Release).then(|| (one.name.clone(), item.body))
        })
    }

    /// What was accepted of it.
    pub fn accepted(&self) -> Told {
        self.released().map(|(name, body)| (name, sha256(&body))).collect()
    }

    /// Its own tables that leave exactly.
    pub fn sheets(&self) -> Vec<Sheet> {
        let catalogue = embedded::catalogue().expect("catalogue");
        let claimed = self.released().map(|(_, body)| proto::release::decode(&body));
        let claimed = claimed.map(|claimed| claimed.expect("release"));
        let clear = claimed.filter(|one| is_clear(&one.header.id.table.to_string()));
        clear
            .map(|one| {
                let cells = cells(&catalogue, &one.header.id.table.to_string()).expect("table");
                Sheet::of(&one, cells).expect("cells")
            })
            .collect()
    }
}

pub fn is_clear(table: &str) -> bool {
    table.starts_with("clear.")
}

/// What a hub adds up.
pub struct Totals {
    pub sums: BTreeMap<Place, Sum>,
    /// What counts in them, as members signed it.
    pub parts: Vec<Sheet>,
}

impl Totals {
    pub fn read(city: &City, unit: &str) -> Self {
        store(city, unit).read(Self::all).unwrap_or_else(|error| panic!("{unit}: {error}"))
    }

    fn all(tx: &Tx<'_>) -> Result<Self, SqlError> {
        let catalogue = embedded::catalogue().map_err(|_| SqlError::Type)?;
        let (mut sums, mut parts) = (BTreeMap::new(), Vec::new());
        for key in total::keys(tx)? {
            let cells = cells(&catalogue, &key.table).ok_or(SqlError::Type)?;
            for one in contribution::all_current(tx, &key.table, &key.period)? {
                let claimed = proto::release::decode(&one.body).map_err(|_| SqlError::Type)?;
                parts.push(Sheet::of(&claimed, cells).map_err(|_| SqlError::Type)?);
            }
            let Some(total) = total::find(tx, &key, cells)? else { continue };
            let sum = Sum {
                schools: total.schools_reported,
                persons: total.persons,
                values: total.sums.values().to_vec(),
                contributors: total.sums.contributors().to_vec(),
            };
            sums.insert((key.table, key.period), sum);
        }
        Ok(Self { sums, parts })
    }

    /// The totals of what leaves exactly: those are sums of what schools signed at every level.
    pub fn clear(&self) -> BTreeMap<Place, Sum> {
        let clear = self.sums.iter().filter(|((table, _), _)| is_clear(table));
        clear.map(|(place, sum)| (place.clone(), sum.clone())).collect()
    }
}

fn cells(catalogue: &Catalogue, table: &str) -> Option<usize> {
    Some(catalogue.table(table)?.cells())
}

/// What a hub keeps of releases of its members, by the names that these sent.
pub fn kept(city: &City, unit: &str, sent: &Told) -> Told {
    let names: Vec<String> = sent.keys().cloned().collect();
    let found: Result<Told, SqlError> = store(city, unit).read(move |tx| {
        let mut kept = Told::new();
        for name in names {
            let parts: Vec<&str> = name.split('/').collect();
            let [unit, table, period, revision] = parts[..] else { return Err(SqlError::Type) };
            let [unit, table, period] = [unit, table, period].map(str::to_owned);
            let revision = revision.parse().map_err(|_| SqlError::Type)?;
            let place = Stored { unit, table, period };
            let Some(digest) = contribution::digest_of(tx, &place, revision)? else { continue };
            kept.insert(name.clone(), Digest::from_tagged(&digest).map_err(|_| SqlError::Type)?);
        }
        Ok(kept)
    });
    found.unwrap_or_else(|error| panic!("{unit}: {error}"))
}

/// The sequence that a hub awaits next of a member.
pub fn awaited(city: &City, hub: &str, member: &str) -> u64 {
    let member = member.to_owned();
    let lane = Lane::Statistics as i32;
    let latest: Result<_, SqlError> =
        store(city, hub).read(move |tx| lane::latest(tx, &member, lane));
    latest.expect("lane").map_or(1, |(_, next)| next)
}

/// How much a hub has sent, and what waits.
pub fn backlog(city: &City, hub: &str) -> Backlog {
    let waiting: Result<_, SqlError> =
        store(city, hub).read(|tx| outbox::backlog(tx, Lane::Statistics));
    waiting.expect("outbox")
}

/// Frames that a hub set aside because they contradict what it answered.
pub fn quarantined(city: &City, hub: &str) -> Vec<String> {
    let alarms: Result<_, SqlError> = store(city, hub).read(|tx| alarm::of_kind(tx, "quarantine"));
    alarms.expect("alarms").into_iter().map(|one| format!("{hub}: {}", one.detail)).collect()
}

/// The store of a hub.
pub fn store(city: &City, unit: &str) -> Database {
    let config = Config::load(&city.folder(unit)).expect("configuration");
    open_store(&config).unwrap_or_else(|error| panic!("{unit}: {error}"))
}
