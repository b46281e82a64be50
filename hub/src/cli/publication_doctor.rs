//! What `doctor` looks at in publications: the ledger's lines, what the store says beside them, and
//! draws that were not finished.

use certs::key::PublicKey;
use runtime::cli::doctor::{Check, Subject};
use runtime::cli::{Failure, Sentence};
use runtime::sql::{Database, SqlError};

use super::words::publication as words;
use crate::publication::audit::{differs, forged, quieter};
use crate::publication::line::broken;
use crate::store::publication;

const CHAIN: Subject = ("publication_chain", words::CHAIN_TITLE);

/// Nothing at a hub that never paid for a release. `key` is the hub's own, where it can be read.
pub(super) fn checks(database: &Database, key: Option<&PublicKey>) -> Result<Vec<Check>, Failure> {
    let (lines, all, differs) = database.read(|tx| {
        Ok::<_, SqlError>((publication::lines(tx)?, publication::all(tx)?, differs(tx)?))
    })?;
    if lines.is_empty() && differs.is_none() {
        return Ok(Vec::new());
    }
    let forged = key.and_then(|key| forged(&lines, key));
    let quieter = database.read(quieter)?;
    let half = all.iter().find(|one| one.drawn_at_ms.is_none());
    let check = if let Some(number) = broken(&lines).or(forged) {
        let found = Sentence::new(words::CHAIN_BROKEN, &[&number]);
        Check::problem(CHAIN, found, words::CHAIN_FIX)
    } else if let Some(what) = differs {
        let found = Sentence::new(words::CHAIN_DIFFERS, &[&what]);
        Check::problem(CHAIN, found, words::CHAIN_FIX)
    } else if !quieter.is_empty() {
        let found = Sentence::new(words::QUIETER, &[&quieter.join(", ")]);
        Check::warning(CHAIN, found, words::QUIETER_FIX)
    } else if let Some(half) = half {
        Check::warning(CHAIN, Sentence::new(words::HALF, &[&half.id]), words::HALF_FIX)
    } else {
        Check::well(CHAIN, Sentence::new(words::CHAIN_WELL, &[&lines.len()]))
    };
    Ok(vec![check])
}
