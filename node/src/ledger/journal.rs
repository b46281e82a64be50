//! The journal: one chain of digests over every version of every ledger.
//!
//! Each entry holds the digest of its version's canonical bytes and the hash of the entry before.
//! Verifying reads the typed rows again, so a byte changed anywhere is found. The chain cannot know
//! of entries cut off at its end: keep the head that a check prints elsewhere.

use std::collections::BTreeMap;

use certs::digest::sha256;
use domain::digest::Digest;
use domain::ledger::{Kind, Word as _};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::entry::{self, Cell, Column, Head, Place, RecordId, put};
use super::kinds::{KINDS, KindColumns};
use super::strange;

/// What stands before the first entry.
const GENESIS: &[u8] = b"xinqiao ledger journal";

/// One entry before it is chained.
pub(super) struct NewEntry<'a> {
    pub(super) kind: Kind,
    pub(super) head: &'a Head,
    pub(super) second: Option<&'a str>,
    pub(super) day: Date,
    pub(super) columns: &'a [Column],
    pub(super) cells: &'a [Cell],
}

/// The journal's end: number of entries and hash of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalHead {
    /// Number of entries.
    pub entries: u64,
    /// Hash of the last entry, or of the beginning.
    pub hash: Digest,
}

/// What is wrong with the ledgers. Holds numbers only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalFault {
    /// An entry's own bytes or its place in the chain.
    #[error("journal entry {0} was changed, or one before it is missing")]
    Entry(u64),
    /// The version that an entry speaks of.
    #[error("the version that journal entry {0} speaks of was changed")]
    Version(u64),
    /// The version is gone although nothing ordered it.
    #[error("the version that journal entry {0} speaks of is missing")]
    Missing(u64),
    /// A version that no entry speaks of.
    #[error("a version of kind {0} stands in no journal entry")]
    Unknown(&'static str),
    /// What counts now is not what the versions say.
    #[error("record {0} does not point at its last version or its student")]
    Pointer(i64),
    /// The number of versions that wait beside what counts is another than was written.
    #[error("record {0} has another number of versions beside it than were written")]
    Parallels(i64),
    /// It is kept out of the counts, or in them, against its last version.
    #[error("record {0} counts, or does not, against what its last version says")]
    Annulled(i64),
    /// Something was destroyed without an order of two persons.
    #[error("record {0} was destroyed without an order")]
    Unordered(i64),
}

/// Why the ledgers could not be verified, or are not whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// They are not whole.
    #[error(transparent)]
    Fault(#[from] JournalFault),
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// Whether anything dated within some days was entered after an instant.
///
/// # Errors
/// The store cannot be read.
pub fn is_entered(tx: &Tx<'_>, (from, to): (Date, Date), after_ms: i64) -> Result<bool, SqlError> {
    let found = tx.query_opt(
        "select 1 from journal where entered_at_ms > $1 and event_day between $2 and $3 limit 1",
        params![after_ms, &from.to_string(), &to.to_string()],
        |row| row.i64(0),
    )?;
    Ok(found.is_some())
}

/// The end of the journal.
///
/// # Errors
/// The store cannot be read.
pub fn head(tx: &Tx<'_>) -> Result<JournalHead, SqlError> {
    let last =
        tx.query_opt("select entry, hash from journal order by entry desc limit 1", &[], |row| {
            Ok((row.u64(0)?, read_digest(row.bytes(1)?)?))
        })?;
    let (entries, hash) = last.unwrap_or((0, sha256(GENESIS)));
    Ok(JournalHead { entries, hash })
}

/// Chains one entry.
pub(super) fn append(tx: &Tx<'_>, author: &Author, new: &NewEntry<'_>) -> Result<(), SqlError> {
    let before = head(tx)?;
    let digest = sha256(&entry::canonical(new.kind, new.head, new.columns, new.cells));
    let row = Row {
        entry: before.entries + 1,
        kind: new.kind.as_str().to_owned(),
        record: new.head.record.0,
        version: new.head.version,
        author: author.account().to_owned(),
        second: new.second.map(str::to_owned),
        entered_at_ms: author.now().0,
        event_day: new.day.to_string(),
        digest,
        previous: before.hash,
        effect: Some(effect_of(new.head.place)),
    };
    tx.execute(
        "insert into journal (entry, kind, record, version, author, second, entered_at_ms,
                              event_day, digest, previous, hash, settles)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            row.entry,
            &row.kind,
            row.record,
            row.version,
            &row.author,
            row.second.as_deref(),
            row.entered_at_ms,
            &row.event_day,
            &row.digest.to_tagged(),
            &row.previous.to_tagged(),
            &row.hash().to_tagged(),
            row.effect.map(i64::from),
        ],
    )?;
    Ok(())
}

/// The number by which the journal keeps what a version did beside counting.
const fn effect_of(place: Place) -> u8 {
    match place {
        Place::Counts | Place::Beside => 0,
        Place::Settles => 1,
        Place::Annuls => 2,
    }
}

/// One entry as it is stored, without its hash.
struct Row {
    entry: u64,
    kind: String,
    record: i64,
    version: u32,
    author: String,
    second: Option<String>,
    entered_at_ms: i64,
    event_day: String,
    digest: Digest,
    previous: Digest,
    /// What the version did beside counting; nothing in entries from before it was written down.
    effect: Option<u8>,
}

impl Row {
    fn hash(&self) -> Digest {
        let mut bytes = b"xinqiao ledger entry 1".to_vec();
        put(&mut bytes, &self.entry.to_be_bytes());
        put(&mut bytes, self.kind.as_bytes());
        put(&mut bytes, &self.record.to_be_bytes());
        put(&mut bytes, &self.version.to_be_bytes());
        put(&mut bytes, self.author.as_bytes());
        bytes.push(u8::from(self.second.is_some()));
        put(&mut bytes, self.second.as_deref().unwrap_or_default().as_bytes());
        put(&mut bytes, &self.entered_at_ms.to_be_bytes());
        put(&mut bytes, self.event_day.as_bytes());
        put(&mut bytes, &self.digest.to_tagged());
        put(&mut bytes, &self.previous.to_tagged());
        if let Some(effect) = self.effect {
            put(&mut bytes, &[effect]);
        }
        sha256(&bytes)
    }
}

/// Reads every typed row again and follows the chain from its beginning.
///
/// # Errors
/// The first fault found, or that the store cannot be read.
pub fn verify(tx: &Tx<'_>) -> Result<JournalHead, VerifyError> {
    let mut before = JournalHead { entries: 0, hash: sha256(GENESIS) };
    for (row, hash) in rows(tx)? {
        let follows = row.entry == before.entries + 1 && row.previous == before.hash;
        if !follows || row.hash() != hash {
            return Err(JournalFault::Entry(before.entries + 1).into());
        }
        verify_version(tx, &row)?;
        before = JournalHead { entries: row.entry, hash };
    }
    verify_counts(tx)?;
    verify_records(tx)?;
    Ok(before)
}

/// The hash of an entry, by its number; nothing where there is none.
///
/// # Errors
/// The store cannot be read.
pub fn hash_of(tx: &Tx<'_>, entry: u64) -> Result<Option<Digest>, SqlError> {
    let hash = "select hash from journal where entry = $1";
    tx.query_opt(hash, params![entry], |row| read_digest(row.bytes(0)?))
}

fn rows(tx: &Tx<'_>) -> Result<Vec<(Row, Digest)>, SqlError> {
    tx.query(
        "select entry, kind, record, version, author, second, entered_at_ms, event_day, digest,
                previous, hash, settles from journal order by entry",
        &[],
        |row| {
            let read = Row {
                entry: row.u64(0)?,
                kind: row.text(1)?,
                record: row.i64(2)?,
                version: row.u32(3)?,
                author: row.text(4)?,
                second: row.opt_text(5)?,
                entered_at_ms: row.i64(6)?,
                event_day: row.text(7)?,
                digest: read_digest(row.bytes(8)?)?,
                previous: read_digest(row.bytes(9)?)?,
                effect: row
                    .opt_i64(11)?
                    .map(u8::try_from)
                    .transpose()
                    .map_err(|_| SqlError::Type)?,
            };
            Ok((read, read_digest(row.bytes(10)?)?))
        },
    )
}

fn verify_version(tx: &Tx<'_>, row: &Row) -> Result<(), VerifyError> {
    let kind = KINDS.iter().find(|known| known.kind.as_str() == row.kind);
    let kind = kind.ok_or(JournalFault::Entry(row.entry))?;
    let Some((head, day, cells)) = stored(tx, kind, row.record, row.version)? else {
        let gone = tx.query_opt(
            "select 1 from destroyed where record = $1",
            params![row.record],
            |found| found.i64(0),
        )?;
        return gone.map(|_| ()).ok_or_else(|| JournalFault::Missing(row.entry).into());
    };
    let digest = sha256(&entry::canonical(kind.kind, &head, kind.columns, &cells));
    if digest == row.digest && day == row.event_day {
        Ok(())
    } else {
        Err(JournalFault::Version(row.entry).into())
    }
}

type Stored = (Head, String, Vec<Cell>);

fn stored(
    tx: &Tx<'_>,
    kind: &KindColumns,
    record: i64,
    version: u32,
) -> Result<Option<Stored>, SqlError> {
    let names: Vec<&str> = kind.columns.iter().map(|column| column.name).collect();
    let statement = format!(
        "select parallel, nonce, reason, day, {} from {} where record = $1 and version = $2",
        names.join(", "),
        kind.kind.as_str()
    );
    tx.query_opt(&statement, params![record, version], |row| {
        let head = Head {
            record: RecordId(record),
            version,
            // Whether it settled or annulled stands in the journal and not in the version.
            place: if row.bool(0)? { Place::Beside } else { Place::Counts },
            nonce: row.blob(1)?,
            reason: row.text(2)?,
        };
        Ok((head, row.text(3)?, entry::read_cells(row, 4, kind.columns)?))
    })
}

/// Every typed row stands in the journal: there are as many as the journal names and has not lost.
fn verify_counts(tx: &Tx<'_>) -> Result<(), VerifyError> {
    for kind in KINDS {
        let word = kind.kind.as_str();
        let statement = format!(
            "select count(*) from {word} t where not exists
                 (select 1 from journal j where j.record = t.record and j.version = t.version
                  and j.kind = $1)"
        );
        let foreign = tx.query_opt(&statement, params![word], |row| row.u64(0))?;
        if foreign != Some(0) {
            return Err(JournalFault::Unknown(word).into());
        }
    }
    Ok(())
}

/// Each record points at its last version that counts and at the student of it, and what is gone
/// was ordered.
fn verify_records(tx: &Tx<'_>) -> Result<(), VerifyError> {
    for kind in KINDS {
        let word = kind.kind.as_str();
        let student = if is_about_students(kind) { "student" } else { "null" };
        let statement = format!(
            "select r.id from record r where r.kind = $1 and r.destroyed = 0
             and (r.version, r.day, r.student) is not
                 (select version, day, {student} from {word} t
                  where t.record = r.id and t.parallel = 0 order by t.version desc limit 1) limit 1"
        );
        if let Some(wrong) = tx.query_opt(&statement, params![word], |row| row.i64(0))? {
            return Err(JournalFault::Pointer(wrong).into());
        }
        if let Some(wrong) = tx.query_opt(&miscounted(word), params![word], |row| row.i64(0))? {
            return Err(JournalFault::Parallels(wrong).into());
        }
        if let Some(wrong) = tx.query_opt(MISTAKEN, params![word], |row| row.i64(0))? {
            return Err(JournalFault::Annulled(wrong).into());
        }
    }
    verify_destroyed(tx)
}

/// Records of a kind that stand although their last version annulled them, or the other way round.
const MISTAKEN: &str = "select r.id from record r where r.kind = $1 and r.destroyed = 0
    and r.annulled <> exists (select 1 from journal j
        where j.record = r.id and j.version = r.version and j.settles = 2) limit 1";

/// Records of a kind beside which another number of versions waits than were written since the
/// last one that settled. Of an entry from before that was written down it may have settled.
fn miscounted(word: &str) -> String {
    let beside = format!(
        "select count(*) from {word} t where t.record = r.id and t.parallel = 1 and t.version >"
    );
    let settled = "ifnull((select max(s.version) from journal s
        where s.record = r.id and s.settles = 1), 0)";
    format!(
        "select r.id from record r where r.kind = $1 and r.destroyed = 0
         and r.parallels <> ({beside} {settled})
         and not exists (select 1 from {word} o
             join journal j on j.record = o.record and j.version = o.version
             where o.record = r.id and o.parallel = 0 and j.settles is null
             and o.version > {settled} and r.parallels = ({beside} o.version)) limit 1"
    )
}

/// What is gone, and only that, was ordered by two persons, by an order for this very target.
fn verify_destroyed(tx: &Tx<'_>) -> Result<(), VerifyError> {
    let unsaid = "select r.id from record r
        where r.destroyed <> exists (select 1 from destroyed d where d.record = r.id) limit 1";
    if let Some(record) = tx.query_opt(unsaid, &[], |row| row.i64(0))? {
        return Err(JournalFault::Unordered(record).into());
    }
    let kinds = KINDS.iter().filter(|kind| is_about_students(kind));
    let kinds: Vec<String> = kinds.map(|kind| format!("'{}'", kind.kind.as_str())).collect();
    // The student's id may be gone with the student; then only the kind can be held against it.
    let unordered = format!(
        "select d.record from destroyed d join record r on r.id = d.record where not exists
             (select 1 from record p
              join destruction o on o.record = p.id and o.version = p.version
              join journal j on j.record = o.record and j.version = o.version
              where p.id = d.ordered and p.kind = 'destruction' and o.parallel = 0
              and o.standing = 'in_force' and j.second <> j.author
              and (o.target = r.id
                   or o.target is null and r.kind in ({})
                      and o.target_student = ifnull(r.student, o.target_student))) limit 1",
        kinds.join(", ")
    );
    let found = tx.query_opt(&unordered, &[], |row| row.i64(0))?;
    if let Some(record) = found {
        return Err(JournalFault::Unordered(record).into());
    }
    verify_taken(tx)
}

/// An order took the records that its version in force says, no more and no others. Of one from
/// before that was written down only its target is held against it.
fn verify_taken(tx: &Tx<'_>) -> Result<(), VerifyError> {
    let mut taken: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let records = "select ordered, record from destroyed order by ordered, record";
    for (order, record) in tx.query(records, &[], |row| Ok((row.i64(0)?, row.i64(1)?)))? {
        taken.entry(order).or_default().push(record);
    }
    let orders = "select p.id, o.taken, o.taken_digest from record p
        join destruction o on o.record = p.id and o.version = p.version
        where p.kind = 'destruction' and o.standing = 'in_force' and o.taken is not null";
    let orders = tx.query(orders, &[], |row| Ok((row.i64(0)?, row.i64(1)?, row.opt_text(2)?)))?;
    for (order, count, digest) in orders {
        let records = taken.remove(&order).unwrap_or_default();
        let is_said = i64::try_from(records.len()).is_ok_and(|taken| taken == count)
            && digest.is_some_and(|digest| digest == super::destroy::digest_of(&records));
        if !is_said {
            return Err(JournalFault::Unordered(records.first().copied().unwrap_or(order)).into());
        }
    }
    Ok(())
}

/// Orders in force from before they said what they took: of these only the target is checked.
///
/// # Errors
/// The store cannot be read.
pub fn checked_by_target_only(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let orders = "select count(*) from record p
        join destruction o on o.record = p.id and o.version = p.version
        where p.kind = 'destruction' and o.standing = 'in_force' and o.taken is null";
    Ok(tx.query_opt(orders, &[], |row| row.u64(0))?.unwrap_or(0))
}

fn is_about_students(kind: &KindColumns) -> bool {
    kind.columns.iter().any(|column| column.name == "student")
}

fn read_digest(tagged: &[u8]) -> Result<Digest, SqlError> {
    strange(Digest::from_tagged(tagged).ok())
}
