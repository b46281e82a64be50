//! What lies on the disks of a town, read from outside while its processes run or not.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rusqlite::{Connection, OpenFlags, Row};
use tests::federation::Figures;
use tests::invariants::{Place, Sum};

use crate::town::{Town, Unit};

/// The table that offices send.
pub const TABLE: &str = "clear.term";

/// All that can be seen of a town.
pub struct Observed {
    /// What each member sent or means to send, and what it was answered.
    pub outboxes: BTreeMap<String, Outbox>,
    /// What each hub holds.
    pub hubs: BTreeMap<String, Holdings>,
    /// What each office was told is queued.
    pub told: BTreeMap<String, Vec<String>>,
    /// Parent of each member.
    pub parents: BTreeMap<String, String>,
    /// Pupils that each item of a school tells.
    pub pupils: BTreeMap<String, u64>,
}

/// A member's lane upward.
pub struct Outbox {
    /// Its items, in the order in which they were queued.
    pub items: Vec<Item>,
    /// The parent's certificates, by key.
    pub parent_keys: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// One item of an outbox.
pub struct Item {
    /// What identifies it.
    pub name: String,
    /// The signed item.
    pub bytes: Vec<u8>,
    /// Epoch, sequence and digest of its frame, once it has one.
    pub frame: Option<(Vec<u8>, u64, Vec<u8>)>,
    /// 1 accepted, 2 refused; nothing while it waits.
    pub outcome: Option<u32>,
    /// Code of a refusal.
    pub code: String,
    /// Answer, path, root and signature.
    pub receipt: Option<[Vec<u8>; 4]>,
}

/// What a hub holds.
#[derive(Default)]
pub struct Holdings {
    /// Every contribution that was taken over.
    pub contributions: Vec<Contribution>,
    /// Sums as they are kept.
    pub totals: BTreeMap<Place, Sum>,
    /// Sums as they were sealed last.
    pub sealed: BTreeMap<Place, Sum>,
    /// Lanes of members.
    pub lanes: Vec<Lane>,
    /// Frames in quarantine.
    pub quarantined: u64,
}

/// A contribution.
pub struct Contribution {
    /// Member, table and period.
    pub place: (String, String, String),
    /// The signed bytes.
    pub body: Vec<u8>,
}

/// One epoch of a member's lane at its hub.
pub struct Lane {
    /// Member and epoch.
    pub of: (String, Vec<u8>),
    /// First sequence without an answer.
    pub next: u64,
    /// Sequences that have an answer.
    pub answered: Vec<u64>,
}

fn open(unit: &Unit) -> Option<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    unit.store().exists().then(|| Connection::open_with_flags(unit.store(), flags).expect("store"))
}

fn rows<T>(
    connection: &Connection,
    sql: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    let mut statement = connection.prepare(sql).expect("statement");
    let rows = statement.query_map([], read).expect("query");
    rows.map(|row| row.expect("row")).collect()
}

/// Reads all disks of a town.
#[must_use]
pub fn observe(town: &Town) -> Observed {
    let mut seen = Observed {
        outboxes: BTreeMap::new(),
        hubs: BTreeMap::new(),
        told: town.told.lock().expect("told").clone(),
        parents: BTreeMap::new(),
        pupils: BTreeMap::new(),
    };
    for intention in town.intentions.values().flat_map(|all| all.iter()) {
        seen.pupils.insert(intention.name.clone(), intention.pupils);
    }
    for unit in &town.units {
        let Some(connection) = open(unit) else { continue };
        connection.execute_batch("begin").expect("one view");
        if unit.is_hub() {
            seen.hubs.insert(unit.id.clone(), holdings(&connection));
        }
        if let Some(parent) = &unit.parent {
            seen.parents.insert(unit.id.clone(), parent.clone());
            seen.outboxes.insert(unit.id.clone(), outbox(&connection));
        }
    }
    seen
}

/// What one hub holds now; nothing of a store that is not there.
#[must_use]
pub fn holdings_of(unit: &Unit) -> Option<Holdings> {
    open(unit).map(|connection| {
        connection.execute_batch("begin").expect("one view");
        holdings(&connection)
    })
}

fn outbox(connection: &Connection) -> Outbox {
    // A store that has just begun has no tables yet.
    let made =
        rows(connection, "select 1 from sqlite_schema where name = 'outbox_item'", |_| Ok(()));
    if made.is_empty() {
        return Outbox { items: Vec::new(), parent_keys: BTreeMap::new() };
    }
    let sql = "select name, item, epoch, sequence, frame, outcome, code, answer, path, root,
                      signature from outbox_item where lane = 1 order by id";
    let items = rows(connection, sql, |row| {
        let frame = match row.get::<_, Option<Vec<u8>>>(2)? {
            Some(epoch) => Some((epoch, row.get::<_, i64>(3)?.unsigned_abs(), row.get(4)?)),
            None => None,
        };
        let receipt = match row.get::<_, Option<Vec<u8>>>(7)? {
            Some(answer) => Some([answer, row.get(8)?, row.get(9)?, row.get(10)?]),
            None => None,
        };
        Ok(Item {
            name: row.get(0)?,
            bytes: row.get(1)?,
            frame,
            outcome: row.get(5)?,
            code: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
            receipt,
        })
    });
    let keys = rows(connection, "select key_id, certificate from parent_key", |row| {
        Ok((row.get(0)?, row.get(1)?))
    });
    Outbox { items, parent_keys: keys.into_iter().collect() }
}

/// How many cells the table has.
#[must_use]
pub fn cells() -> usize {
    static CELLS: OnceLock<usize> = OnceLock::new();
    let known = || Figures::new().catalogue.table(TABLE).expect("table").cells();
    *CELLS.get_or_init(known)
}

fn holdings(connection: &Connection) -> Holdings {
    let sql = "select unit, table_id, period, body from contribution order by id";
    let contributions = rows(connection, sql, |row| {
        Ok(Contribution { place: (row.get(0)?, row.get(1)?, row.get(2)?), body: row.get(3)? })
    });
    let total = |row: &Row<'_>| {
        let (values, contributors): (Vec<u8>, Vec<u8>) = (row.get(2)?, row.get(3)?);
        let sums = hub::store::total::unpack_sums(&values, &contributors, cells()).expect("sums");
        let place: Place = (row.get(0)?, row.get(1)?);
        let sum = Sum {
            schools: row.get(4)?,
            persons: row.get::<_, i64>(5)?.unsigned_abs(),
            values: sums.values().to_vec(),
            contributors: sums.contributors().to_vec(),
        };
        Ok((place, sum))
    };
    let kept = "select table_id, period, cell_values, contributors, schools_reported, persons
                from total where table_id = 'clear.term' order by table_id, period";
    let sealed = "select table_id, period, cell_values, contributors, schools_reported, persons
                  from snapshot where number in
                      (select max(number) from snapshot where table_id = 'clear.term'
                       group by table_id, period)
                  order by table_id, period";
    let lanes = rows(
        connection,
        "select id, member, epoch, next_sequence from lane_epoch where lane = 1 order by id",
        |row| Ok((row.get::<_, i64>(0)?, (row.get(1)?, row.get(2)?), row.get::<_, i64>(3)?)),
    );
    let answers = rows(connection, "select lane_epoch, sequence from answer order by id", |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
    });
    let lane = |(id, of, next): (i64, (String, Vec<u8>), i64)| Lane {
        of,
        next: next.unsigned_abs(),
        answered: answers.iter().filter(|(lane, _)| *lane == id).map(|(_, at)| *at).collect(),
    };
    let quarantined = rows(connection, "select count(*) from quarantine", |row| row.get(0));
    Holdings {
        contributions,
        totals: rows(connection, kept, total).into_iter().collect(),
        sealed: rows(connection, sealed, total).into_iter().collect(),
        lanes: lanes.into_iter().map(lane).collect(),
        quarantined: quarantined.first().map_or(0, |count: &i64| count.unsigned_abs()),
    }
}
