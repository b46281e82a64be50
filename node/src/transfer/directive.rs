//! The inbox of directives: bytes as they were received, and which of them are in force.
//!
//! Whether a directive's signatures hold is decided before it is stored; what this software cannot
//! use is stored all the same and reported as not in force.

use certs::digest::sha256;
use certs::pack::PackSignature;
use certs::signature::Signature;
use domain::digest::Digest;
use domain::special::{OUTSIDE, REFUSED};
use jiff::civil::Date;
use prost::Message;
use proto::wire::directive::{Directive, Pack};
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};
use runtime::uplink::Applied;

/// Why bytes are not a directive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectiveError {
    /// Not a message of this kind.
    #[error("the directive cannot be read")]
    Unreadable,
    /// A field that must be set is not, or is malformed.
    #[error("field {0} of the directive is missing or malformed")]
    Field(&'static str),
}

/// A directive that was read, before anybody believed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDirective {
    /// Kind of the pack.
    pub kind: String,
    /// Name of the pack.
    pub name: String,
    /// Version for people.
    pub version: String,
    /// Grows with every version.
    pub serial: u64,
    /// First day in force.
    pub effective_from: Date,
    /// The content: TOML or CSV text.
    pub content: Vec<u8>,
    /// The bytes that are signed.
    pub signed: Vec<u8>,
    /// Signatures over them, for `certs::pack::verify`.
    pub signatures: Vec<PackSignature>,
}

/// Whether this software can use a directive's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was read whole.
    Usable,
    /// It was not; the sentence goes to the parent.
    Unusable(String),
}

impl Verdict {
    /// What this school says to a special period that asks for what could not be protected.
    #[must_use]
    pub fn refused(reason: &dyn std::fmt::Display) -> Self {
        Self::Unusable(format!("{REFUSED}{reason}"))
    }

    /// As the columns of the store have it.
    const fn columns(&self) -> (bool, &str) {
        match self {
            Self::Usable => (true, ""),
            Self::Unusable(reason) => (false, reason.as_str()),
        }
    }

    /// Why a special period was refused; nothing where it was not.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        match self {
            Self::Unusable(reason) => reason.strip_prefix(REFUSED),
            Self::Usable => None,
        }
    }

    /// Whether a special period is not meant for this school.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        matches!(self, Self::Unusable(reason) if reason == OUTSIDE)
    }

    /// Whether this software cannot use the content, and another version might.
    #[must_use]
    pub fn is_beyond_us(&self) -> bool {
        *self != Self::Usable && self.refusal().is_none() && !self.is_outside()
    }
}

/// A directive as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Kind of the pack.
    pub kind: String,
    /// Name of the pack.
    pub name: String,
    /// Grows with every version.
    pub serial: u64,
    /// Version for people.
    pub version: String,
    /// First day in force.
    pub effective_from: Date,
    /// Digest of the content.
    pub content_digest: Digest,
    /// The bytes as they were received.
    pub directive: Vec<u8>,
    /// Whether this software can use it.
    pub verdict: Verdict,
}

impl Stored {
    /// The content of the pack.
    ///
    /// # Errors
    /// The stored bytes are damaged.
    pub fn content(&self) -> Result<Vec<u8>, DirectiveError> {
        open(&self.directive).map(|open| open.content)
    }
}

/// Reads a directive's bytes; nothing of it is believed before its signatures were checked.
///
/// # Errors
/// Bytes that are not one, or a field that is missing or malformed.
pub fn open(bytes: &[u8]) -> Result<OpenDirective, DirectiveError> {
    let directive = Directive::decode(bytes).map_err(|_| DirectiveError::Unreadable)?;
    let pack = Pack::decode(directive.pack.as_slice()).map_err(|_| DirectiveError::Unreadable)?;
    let malformed = DirectiveError::Field;
    let effective_from = pack.effective_from.parse().map_err(|_| malformed("effective_from"))?;
    if pack.kind.is_empty() || pack.kind.len() > 40 {
        return Err(malformed("kind"));
    }
    if pack.name.is_empty() || pack.name.len() > 80 {
        return Err(malformed("name"));
    }
    if pack.serial == 0 || i64::try_from(pack.serial).is_err() {
        return Err(malformed("serial"));
    }
    let signatures = directive.signatures.into_iter().map(|wire| {
        let signature = Signature::from_bytes(&wire.signature);
        let signature = signature.map_err(|_| malformed("signature"))?;
        Ok(PackSignature { signature, chain: wire.chain })
    });
    Ok(OpenDirective {
        kind: pack.kind,
        name: pack.name,
        version: pack.version,
        serial: pack.serial,
        effective_from,
        content: pack.content,
        signatures: signatures.collect::<Result<_, _>>()?,
        signed: directive.pack,
    })
}

/// Stores a directive whose signatures hold; storing the same kind, name and serial again changes
/// nothing and says so, unless the very same pack comes under more signatures: the second
/// commission countersigned it, and what must stand under both roots does so from now on.
///
/// # Errors
/// The store cannot be written.
pub fn store(
    tx: &Tx<'_>,
    open: &OpenDirective,
    bytes: &[u8],
    verdict: &Verdict,
    now_ms: i64,
) -> Result<bool, SqlError> {
    let (usable, reason) = verdict.columns();
    let stored = tx.execute(
        "insert into directive (kind, name, serial, version, effective_from, content_digest,
                                directive, received_at_ms, usable, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
        params![
            &open.kind,
            &open.name,
            open.serial,
            &open.version,
            &open.effective_from.to_string(),
            &sha256(&open.content).to_tagged(),
            bytes,
            now_ms,
            usable,
            reason,
        ],
    )?;
    if stored > 0 {
        return Ok(true);
    }
    let known = tx.query_opt(
        "select directive from directive where kind = $1 and name = $2 and serial = $3",
        params![&open.kind, &open.name, open.serial],
        |row| row.blob(0),
    )?;
    let known = known.and_then(|bytes| self::open(&bytes).ok());
    let is_countersigned = known.is_some_and(|known| {
        known.signed == open.signed && known.signatures.len() < open.signatures.len()
    });
    if is_countersigned {
        // Moved to the end, so that whoever reads again by the last number sees it.
        tx.execute(
            "update directive set directive = $1, id = (select max(id) + 1 from directive)
             where kind = $2 and name = $3 and serial = $4",
            params![bytes, &open.kind, &open.name, open.serial],
        )?;
    }
    Ok(is_countersigned)
}

/// Puts another judgement in the place of the one that a directive was stored with, and moves it to
/// the end, so that whoever reads again by the last number sees it.
///
/// # Errors
/// The store cannot be written.
pub fn set_verdict(tx: &Tx<'_>, stored: &Stored, verdict: &Verdict) -> Result<(), SqlError> {
    let (usable, reason) = verdict.columns();
    tx.execute(
        "update directive set usable = $4, reason = $5, id = (select max(id) + 1 from directive)
         where kind = $1 and name = $2 and serial = $3",
        params![&stored.kind, &stored.name, stored.serial, usable, reason],
    )?;
    Ok(())
}

const COLUMNS: &str = "kind, name, serial, version, effective_from, content_digest, directive,
    usable, reason";

/// Every directive that came down, oldest first.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Stored>, SqlError> {
    tx.query(&format!("select {COLUMNS} from directive order by id"), &[], read)
}

/// All directives of a kind in the order in which they came.
///
/// # Errors
/// The store cannot be read.
pub fn of_kind(tx: &Tx<'_>, kind: &str) -> Result<Vec<Stored>, SqlError> {
    let sql = format!("select {COLUMNS} from directive where kind = $1 order by id");
    tx.query(&sql, params![kind], read)
}

/// The one that came last, or was countersigned last; directives are changed in no other way.
///
/// # Errors
/// The store cannot be read.
pub fn last(tx: &Tx<'_>) -> Result<Option<i64>, SqlError> {
    let found = tx.query_opt("select max(id) from directive", &[], |row| row.opt_i64(0))?;
    Ok(found.flatten())
}

/// A directive as people are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Kind of the pack.
    pub kind: String,
    /// Name of the pack.
    pub name: String,
    /// Grows with every version.
    pub serial: u64,
    /// Version for people.
    pub version: String,
    /// The version that came before it, where there was one.
    pub before: Option<String>,
    /// First day in force.
    pub effective_from: Date,
    /// When it came, in milliseconds since 1970.
    pub received_ms: i64,
    /// Whether this software can use it.
    pub verdict: Verdict,
}

/// What came down, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn received(tx: &Tx<'_>, limit: u32) -> Result<Vec<Received>, SqlError> {
    tx.query(
        "select kind, name, serial, version, effective_from, received_at_ms, usable, reason,
             (select o.version from directive o where o.kind = d.kind and o.name = d.name
                 and o.serial < d.serial order by o.serial desc limit 1)
         from directive as d order by id desc limit $1",
        params![limit],
        |row| {
            let usable = row.bool(6)?;
            Ok(Received {
                kind: row.text(0)?,
                name: row.text(1)?,
                serial: row.u64(2)?,
                version: row.text(3)?,
                effective_from: row.str(4)?.parse().map_err(|_| SqlError::Type)?,
                received_ms: row.i64(5)?,
                verdict: if usable { Verdict::Usable } else { Verdict::Unusable(row.text(7)?) },
                before: row.opt_text(8)?,
            })
        },
    )
}

/// The pack of a kind and name that is in force on a day: the highest serial that this software
/// can use and whose day has come.
///
/// # Errors
/// The store cannot be read.
pub fn in_force(
    tx: &Tx<'_>,
    kind: &str,
    name: &str,
    day: Date,
) -> Result<Option<Stored>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from directive
         where kind = $1 and name = $2 and usable = 1 and effective_from <= $3
         order by serial desc limit 1"
    );
    tx.query_opt(&sql, params![kind, name, &day.to_string()], read)
}

/// All packs of a kind that are in force on a day, one a name.
///
/// # Errors
/// The store cannot be read.
pub fn all_in_force(tx: &Tx<'_>, kind: &str, day: Date) -> Result<Vec<Stored>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from directive as d
         where kind = $1 and usable = 1 and effective_from <= $2 and serial =
             (select max(serial) from directive as o where o.kind = d.kind and o.name = d.name
                 and o.usable = 1 and o.effective_from <= $2)
         order by name"
    );
    tx.query(&sql, params![kind, &day.to_string()], read)
}

/// The pack with a content digest: an older release is read with the catalogue that it names.
///
/// # Errors
/// The store cannot be read.
pub fn by_content(tx: &Tx<'_>, content: &Digest) -> Result<Option<Stored>, SqlError> {
    let sql = format!("select {COLUMNS} from directive where content_digest = $1 limit 1");
    tx.query_opt(&sql, params![&content.to_tagged()], read)
}

/// What this unit reports to its parent, one line a pack: the latest whose day has come, and, if
/// this software cannot use it, why; an older one may then still be in force here.
///
/// Of a pack that has no such version the latest is told as not yet in force: a plan goes down days
/// before it begins so that somebody sees who lacks it. A special period is followed or refused,
/// and is told of once it begins.
///
/// # Errors
/// The store cannot be read.
pub fn applied(tx: &Tx<'_>, unit: &str, day: Date) -> Result<Vec<Applied>, SqlError> {
    let day = day.to_string();
    let rows = tx.query(
        "select kind, name, content_digest, usable, reason, effective_from from directive as d
         where serial = coalesce(
             (select max(serial) from directive as o where o.kind = d.kind and o.name = d.name
                 and o.effective_from <= $1),
             (select max(serial) from directive as o where o.kind = d.kind and o.name = d.name
                 and o.kind <> 'special'))
         order by kind, name",
        params![&day],
        |row| {
            let (usable, reason, begun) = (row.bool(3)?, row.text(4)?, row.str(5)? <= day.as_str());
            let reason = if usable && !begun { NOT_YET.to_owned() } else { reason };
            Ok(Applied {
                unit: unit.to_owned(),
                kind: row.text(0)?,
                name: row.text(1)?,
                content: row.blob(2)?,
                in_force: usable && begun,
                reason,
            })
        },
    )?;
    Ok(rows)
}

/// Why a pack is not in force that can be used later; hubs say it in the same words.
const NOT_YET: &str = "not yet effective";

fn read(row: &Row<'_, '_>) -> Result<Stored, SqlError> {
    let verdict = if row.bool(7)? { Verdict::Usable } else { Verdict::Unusable(row.text(8)?) };
    Ok(Stored {
        kind: row.text(0)?,
        name: row.text(1)?,
        serial: row.u64(2)?,
        version: row.text(3)?,
        effective_from: row.str(4)?.parse().map_err(|_| SqlError::Type)?,
        content_digest: Digest::from_tagged(row.bytes(5)?).map_err(|_| SqlError::Type)?,
        directive: row.blob(6)?,
        verdict,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proto::wire::directive::Pack;

    use super::*;
    use crate::transfer::Transfer;

    fn bytes(name: &str, serial: u64, effective_from: &str) -> Vec<u8> {
        let pack = Pack {
            kind: "scale".to_owned(),
            name: name.to_owned(),
            version: serial.to_string(),
            serial,
            effective_from: effective_from.to_owned(),
            content: format!("{name} {serial}").into_bytes(),
        };
        Directive { pack: pack.encode_to_vec(), signatures: Vec::new() }.encode_to_vec()
    }

    fn put(transfer: &Transfer, name: &str, serial: u64, from: &str, verdict: Verdict) -> bool {
        let bytes = bytes(name, serial, from);
        let open = open(&bytes).expect("directive");
        transfer.write("store", move |tx| store(tx, &open, &bytes, &verdict, 1)).expect("stored")
    }

    /// The highest serial whose day has come and which can be used is in force; all are reported.
    #[test]
    fn the_latest_usable_pack_whose_day_has_come_is_in_force() {
        let transfer = Transfer::in_memory().expect("transfer");
        assert!(put(&transfer, "phq-9", 1, "2025-09-01", Verdict::Usable));
        assert!(put(&transfer, "phq-9", 2, "2026-09-01", Verdict::Usable));
        let reason = "unknown key".to_owned();
        assert!(put(&transfer, "phq-9", 3, "2026-10-01", Verdict::Unusable(reason)));
        assert!(!put(&transfer, "phq-9", 1, "2025-09-01", Verdict::Usable), "stored before");
        let serial_on = |day| {
            let found = transfer.read(move |tx| in_force(tx, "scale", "phq-9", day));
            found.expect("read").map(|stored| stored.serial)
        };
        assert_eq!(serial_on(date(2025, 8, 31)), None);
        assert_eq!(serial_on(date(2025, 9, 1)), Some(1));
        assert_eq!(serial_on(date(2026, 11, 1)), Some(2));
        let day = date(2026, 11, 1);
        let list = transfer.read(move |tx| all_in_force(tx, "scale", day)).expect("list");
        assert_eq!(list.iter().map(|stored| stored.serial).collect::<Vec<_>>(), [2]);
        assert_eq!(list[0].content().expect("content"), b"phq-9 2");
        let told = transfer.read(move |tx| applied(tx, "S1", day)).expect("applied");
        assert_eq!((told.len(), told[0].in_force), (1, false));
        assert_eq!(told[0].reason, "unknown key");
        // A pack whose first version is still to begin was received all the same.
        assert!(put(&transfer, "gad-7", 1, "2026-12-01", Verdict::Usable));
        let told_on = |day| transfer.read(move |tx| applied(tx, "S1", day)).expect("applied");
        let told = told_on(day);
        assert_eq!((told.len(), told[0].name.as_str(), told[0].in_force), (2, "gad-7", false));
        assert_eq!(told[0].reason, NOT_YET);
        let told = told_on(date(2026, 12, 1));
        assert_eq!((told[0].in_force, told[0].reason.as_str()), (true, ""));
    }

    /// The same pack under more signatures takes the place of what was stored and is seen as new;
    /// under fewer it changes nothing.
    #[test]
    fn a_countersigned_pack_replaces_the_stored_one() {
        let transfer = Transfer::in_memory().expect("transfer");
        let plain = bytes("phq-9", 1, "2025-09-01");
        let key = certs::key::SigningKey::generate().expect("key");
        let mut more = Directive::decode(plain.as_slice()).expect("directive");
        let signature = key.sign("test", &more.pack).expect("signature").to_bytes();
        let chain = vec![vec![1]];
        more.signatures.push(proto::wire::directive::PackSignature { signature, chain });
        let more = more.encode_to_vec();
        let put = |bytes: &Vec<u8>| {
            let (open, bytes) = (open(bytes).expect("directive"), bytes.clone());
            let stored =
                transfer.write("store", move |tx| store(tx, &open, &bytes, &Verdict::Usable, 1));
            (stored.expect("stored"), transfer.read(last).expect("last"))
        };
        assert_eq!(put(&plain), (true, Some(1)));
        assert_eq!(put(&more), (true, Some(2)));
        assert_eq!(put(&plain), (false, Some(2)));
        assert_eq!(put(&more), (false, Some(2)));
        let kept = transfer.read(all).expect("read");
        assert_eq!((kept.len(), &kept[0].directive), (1, &more));
    }

    /// Bytes that are no directive are refused with the field.
    #[test]
    fn malformed_directives_are_refused() {
        assert_eq!(open(&[0xff; 9]), Err(DirectiveError::Unreadable));
        let unset = bytes("phq-9", 0, "2025-09-01");
        assert_eq!(open(&unset), Err(DirectiveError::Field("serial")));
        let undated = bytes("phq-9", 1, "soon");
        assert_eq!(open(&undated), Err(DirectiveError::Field("effective_from")));
    }
}
