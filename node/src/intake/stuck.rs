//! Letters at a receiver that need somebody: what could not be opened, what is answered and cannot
//! be sealed, what left and no school has acknowledged, and what is locked. It names schools and no
//! child.

use domain::ledger::Word as _;
use domain::receiver::{Duty, RefusedWhy};
use runtime::sql::Tx;

use super::IntakeError;
use crate::ledger::entry::Moment;
use crate::ledger::intake::{self, Worker};

/// Lines of each sort that are shown at most.
const LISTED: u32 = 500;
/// For how long something that was refused is shown: by then its school has sent it again, or
/// called.
const REFUSED_MS: i64 = 30 * 24 * 3_600_000;
/// Age of an answer that is not sealed which is worth a word: the next look seals what can be.
const UNSEALED_MS: i64 = 30 * 60_000;
/// Age of an answer that no school has acknowledged which is worth a word: by then a school that is
/// open on a working day has it, and has said so.
const UNHEARD_MS: i64 = 24 * 3_600_000;

/// A referral that waits for something.
pub struct Waits {
    /// Its number here.
    pub intake: i64,
    /// Who sent it.
    pub school: String,
    /// Since when.
    pub since: Moment,
}

/// What needs somebody.
pub struct Stuck {
    /// What came and could not be opened, the latest first; nothing of it is kept.
    pub refused: Vec<(Moment, RefusedWhy)>,
    /// Referrals with an answer that is not sealed, the longest first.
    pub unsealed: Vec<Waits>,
    /// Referrals with an answer that left and that their school has not acknowledged, the longest
    /// first.
    pub unheard: Vec<Waits>,
    /// How many answers left and are not acknowledged, however lately.
    pub on_way: u64,
    /// Referrals that are locked since this house was put back, the latest first.
    pub locked: Vec<Waits>,
}

/// What needs somebody, for who works with what came.
///
/// # Errors
/// The role sees no list, or the store.
pub fn stuck(tx: &Tx<'_>, worker: &Worker) -> Result<Stuck, IntakeError> {
    if !worker.may(Duty::List) {
        return Err(IntakeError::NotAllowed);
    }
    let now_ms = worker.now().0;
    let refused = intake::refused(tx, LISTED)?.into_iter();
    let lately = refused.filter(|(at, _)| now_ms.saturating_sub(at.0) <= REFUSED_MS);
    let refused = lately.filter_map(|(at, why)| Some((at, RefusedWhy::from_word(&why)?)));
    let locked = intake::latest(tx, LISTED)?.into_iter().filter_map(|entry| {
        let since = entry.locked_at.filter(|_| entry.erased.is_none())?;
        Some(Waits { intake: entry.id, school: entry.arrival.sender, since })
    });
    Ok(Stuck {
        refused: refused.collect(),
        unsealed: unsealed(tx, now_ms)?,
        unheard: unheard(tx, now_ms)?,
        on_way: intake::unheard::on_way(tx)?,
        locked: locked.collect(),
    })
}

/// The first unsealed answer of each referral, where it has waited too long.
fn unsealed(tx: &Tx<'_>, now_ms: i64) -> Result<Vec<Waits>, IntakeError> {
    let (mut found, mut after): (Vec<Waits>, i64) = (Vec::new(), 0);
    for _ in 0..LISTED {
        let Some(act) = intake::first_unsealed(tx, after)? else { break };
        after = act.id;
        let is_known = found.iter().any(|one| one.intake == act.intake);
        if is_known || now_ms.saturating_sub(act.at.0) <= UNSEALED_MS {
            continue;
        }
        if let Some(entry) = intake::one(tx, act.intake)? {
            let (intake, school) = (act.intake, entry.arrival.sender);
            found.push(Waits { intake, school, since: act.at });
        }
    }
    Ok(found)
}

/// Referrals with an answer that was sealed too long ago and not acknowledged.
fn unheard(tx: &Tx<'_>, now_ms: i64) -> Result<Vec<Waits>, IntakeError> {
    let before = (now_ms.saturating_sub(UNHEARD_MS), LISTED);
    let mut found = Vec::new();
    for (intake, since) in intake::unheard::waiting(tx, before)? {
        if let Some(entry) = intake::one(tx, intake)? {
            found.push(Waits { intake, school: entry.arrival.sender, since });
        }
    }
    Ok(found)
}
