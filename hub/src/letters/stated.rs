//! Key statements by which letters are sealed: of relays, and of who receives letters.
//!
//! They come from signed files that an operator keeps here, and from the directories that were
//! published. Each stands under every root that is pinned here. Of several about one unit and
//! purpose the one counts that begins last, as for every sender.

use std::collections::{BTreeMap, BTreeSet};

use certs::statement::{Purpose, SignedStatement, StatementError, VerifiedStatement, verify};
use domain::digest::Digest;
use domain::unit::UnitId;
use jiff::Timestamp;
use runtime::sealing::Pins;
use runtime::sql::{SqlError, Tx};

use crate::packs;
use crate::store::{directive, letters};

/// Kind of the packs that may carry statements.
const DIRECTORY: &str = "directory";

/// The statements that hold.
#[derive(Default)]
pub struct Stated {
    by: BTreeMap<(UnitId, Purpose), VerifiedStatement>,
}

/// Why statements were not kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// One does not hold.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// One is for another purpose.
    #[error("letters are sealed to relays and recipients only")]
    Purpose,
    /// There is none.
    #[error("the text holds no statement")]
    None,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] SqlError),
}

impl Stated {
    /// Reads what is kept and holds now.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn load(tx: &Tx<'_>, pins: &Pins, now: Timestamp) -> Result<Self, SqlError> {
        let mut stated = Self::default();
        for text in letters::statements(tx)?.into_iter().chain(of_directories(tx)?) {
            let signed = SignedStatement::from_pem(text.as_bytes());
            let verified = signed.and_then(|signed| verify(&signed, &pins.roots, &pins.zone, now));
            match verified {
                Ok(verified) if opens_letters(verified.statement().purpose) => {
                    stated.take(verified);
                }
                Ok(_) => {}
                // It has ended, has not begun, or another root was pinned since.
                Err(error) => tracing::debug!(%error, "a key statement does not hold"),
            }
        }
        Ok(stated)
    }

    fn take(&mut self, new: VerifiedStatement) {
        let about = (new.statement().unit.clone(), new.statement().purpose);
        let begins = |known: &VerifiedStatement| known.statement().valid_from;
        if self.by.get(&about).is_none_or(|known| begins(known) <= begins(&new)) {
            self.by.insert(about, new);
        }
    }

    /// The statement about a unit's key for a purpose.
    #[must_use]
    pub fn of(&self, unit: &UnitId, purpose: Purpose) -> Option<&VerifiedStatement> {
        self.by.get(&(unit.clone(), purpose))
    }

    /// About whom there are statements, and for what.
    pub fn units(&self) -> impl Iterator<Item = (&UnitId, Purpose)> {
        self.by.keys().map(|(unit, purpose)| (unit, *purpose))
    }
}

/// Whether letters are sealed to keys of a purpose.
const fn opens_letters(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Relay | Purpose::Referral)
}

/// By what it is seen that there are other statements: how many are kept, and the last directive.
///
/// # Errors
/// The store cannot be read.
pub(super) fn mark(tx: &Tx<'_>) -> Result<(u64, u64), SqlError> {
    Ok((letters::statement_count(tx)?, directive::last_cursor(tx)?))
}

/// Statements of directories, in their entries and beside them, each once. Nothing else of a
/// directory is read here, and nothing of a statement is believed before it is verified.
fn of_directories(tx: &Tx<'_>) -> Result<BTreeSet<String>, SqlError> {
    let mut texts = BTreeSet::new();
    for stored in directive::all(tx)?.into_iter().filter(|one| one.kind == DIRECTORY) {
        let content = packs::content(&stored.directive).unwrap_or_default();
        let read = std::str::from_utf8(&content).ok();
        let table = read.and_then(|text| toml::from_str::<toml::Table>(text).ok());
        let parts = ["entry", "key"].into_iter();
        let parts = parts.filter_map(|part| table.as_ref()?.get(part)?.as_array());
        let stated = parts.flatten().filter_map(|part| {
            let text = part.get("statement")?.as_str()?;
            (!text.is_empty()).then(|| text.to_owned())
        });
        texts.extend(stated);
    }
    Ok(texts)
}

/// Keeps statements of a text, all or none of them; gives units, purposes and keys.
///
/// # Errors
/// One does not hold now, is for another purpose, or there is none.
pub fn keep(
    tx: &Tx<'_>,
    pins: &Pins,
    text: &[u8],
    now: Timestamp,
) -> Result<Vec<(UnitId, Purpose, Digest)>, StateError> {
    let mut kept = Vec::new();
    for signed in SignedStatement::all_from_pem(text)? {
        let verified = verify(&signed, &pins.roots, &pins.zone, now)?;
        let said = verified.statement();
        if !opens_letters(said.purpose) {
            return Err(StateError::Purpose);
        }
        let about = (&said.unit, said.purpose.as_str());
        let now_ms = now.as_millisecond();
        letters::keep_statement(tx, &verified.digest(), about, &signed.to_pem(), now_ms)?;
        kept.push((said.unit.clone(), said.purpose, said.key.digest()));
    }
    if kept.is_empty() {
        return Err(StateError::None);
    }
    Ok(kept)
}

/// Keys of this hub of which every statement that is kept has ended: what they opened need not be
/// remembered any more. A key without a statement is none of them.
///
/// # Errors
/// The store cannot be read.
pub(super) fn ended(tx: &Tx<'_>, own: &UnitId, now: Timestamp) -> Result<Vec<Digest>, SqlError> {
    let over = own_keys(tx, own)?.into_iter().filter(|(_, until)| *until <= now);
    Ok(over.map(|(key, _)| key).collect())
}

/// Keys of this hub as a relay that a statement here names, each with the end of the last one.
///
/// # Errors
/// The store cannot be read.
pub fn own_keys(tx: &Tx<'_>, own: &UnitId) -> Result<Vec<(Digest, Timestamp)>, SqlError> {
    let mut last: BTreeMap<[u8; 32], (Digest, Timestamp)> = BTreeMap::new();
    for text in letters::statements(tx)? {
        let Ok(signed) = SignedStatement::from_pem(text.as_bytes()) else { continue };
        let Ok(said) = signed.unverified() else { continue };
        if said.unit != *own || said.purpose != Purpose::Relay {
            continue;
        }
        let key = said.key.digest();
        let known = last.entry(*key.bytes()).or_insert((key, said.valid_to));
        known.1 = known.1.max(said.valid_to);
    }
    Ok(last.into_values().collect())
}
