//! What `doctor` looks at in publications: the chain of the ledger's lines, and draws that were not
//! finished.

use runtime::cli::doctor::{Check, Subject};
use runtime::cli::{Failure, Sentence};
use runtime::sql::{Database, SqlError};

use super::words::publication as words;
use crate::publication::line::broken;
use crate::store::publication::{self, Line, Publication};

const CHAIN: Subject = ("publication_chain", words::CHAIN_TITLE);

/// Nothing at a hub that never paid for a release.
pub(super) fn checks(database: &Database) -> Result<Vec<Check>, Failure> {
    let (lines, all) =
        database.read(|tx| Ok::<_, SqlError>((publication::lines(tx)?, publication::all(tx)?)))?;
    Ok(if lines.is_empty() { Vec::new() } else { vec![check(&lines, &all)] })
}

fn check(lines: &[Line], all: &[Publication]) -> Check {
    if let Some(number) = broken(lines) {
        let found = Sentence::new(words::CHAIN_BROKEN, &[&number]);
        return Check::problem(CHAIN, found, words::CHAIN_FIX);
    }
    match all.iter().find(|one| one.drawn_at_ms.is_none()) {
        Some(half) => {
            Check::warning(CHAIN, Sentence::new(words::HALF, &[&half.id]), words::HALF_FIX)
        }
        None => Check::well(CHAIN, Sentence::new(words::CHAIN_WELL, &[&lines.len()])),
    }
}
