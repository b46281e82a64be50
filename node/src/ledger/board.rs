//! The early-warning board, for one reader.
//!
//! It names students, so it logs whom it shows.

use std::collections::{BTreeSet, HashMap};

use domain::ledger::Kind;
use domain::ledger::terms::Standing;
use runtime::sql::{SqlError, Tx};

use super::alert::{AlertMove, AlertReview, FirstContact};
use super::author::Author;
use super::browse::{Rights, is_open_to, purpose_of};
use super::case::{self, CaseNow};
use super::entry::{Kept, RecordId, StaffId};
use super::refusal::LedgerRefusal;
use super::{access, read};

/// A case with what waits on it.
pub struct BoardRow {
    /// The case and its tier.
    pub now: CaseNow,
    /// What waits for a second signature: a lowering or leaving before the raises in force.
    pub to_sign: Vec<Kept<AlertMove>>,
    /// Those of them that the reader may sign: nobody is the second person of their own move.
    pub signable: Vec<RecordId>,
    /// The review that is due.
    pub review: Option<Kept<AlertReview>>,
    /// The first contact, where nobody has made it.
    pub contact: Option<Kept<FirstContact>>,
}

/// Every open case that the reader may see, gravest first, then by the day of the next review.
///
/// # Errors
/// The role reads nothing of the ledger, or the store.
pub fn cases(tx: &Tx<'_>, reader: &Author) -> Result<Vec<BoardRow>, LedgerRefusal> {
    if !is_open_to(reader.role(), Kind::AlertCase) {
        return Err(LedgerRefusal::NotAllowed);
    }
    let mut rights = Rights::new(reader, Kind::AlertCase);
    let mut to_sign: HashMap<RecordId, Vec<Kept<AlertMove>>> = HashMap::new();
    let mut moves = read::waiting::<AlertMove>(tx)?;
    moves.retain(|moved| moved.entry.standing != Standing::Objected);
    moves.sort_by_key(|moved| (moved.entry.standing != Standing::Waiting, moved.record));
    for moved in moves {
        to_sign.entry(moved.entry.case).or_default().push(moved);
    }
    let reviews = read::waiting::<AlertReview>(tx)?.into_iter();
    let mut reviews: HashMap<_, _> = reviews.map(|kept| (kept.entry.case, kept)).collect();
    let contacts = read::waiting::<FirstContact>(tx)?.into_iter();
    let mut contacts: HashMap<_, _> = contacts.map(|kept| (kept.entry.case, kept)).collect();
    let mut rows = Vec::new();
    for now in case::open_now(tx)? {
        if rights.allow(tx, Some(now.case.entry.student))? {
            let of = now.case.record;
            let to_sign = to_sign.remove(&of).unwrap_or_default();
            let mut signable = Vec::new();
            for moved in &to_sign {
                if case::may_sign(tx, reader, moved.record)? {
                    signable.push(moved.record);
                }
            }
            rows.push(BoardRow {
                to_sign,
                signable,
                review: reviews.remove(&of),
                contact: contacts.remove(&of),
                now,
            });
        }
    }
    let due = |row: &BoardRow| row.review.as_ref().map(|review| review.entry.due);
    rows.sort_by_key(|row| (std::cmp::Reverse(row.now.tier), due(row), row.now.case.record));
    let students: BTreeSet<_> = rows.iter().map(|row| row.now.case.entry.student).collect();
    access::log_list(tx, reader, &students, purpose_of(reader.role()))?;
    Ok(rows)
}

/// Who is responsible for an open case now.
///
/// # Errors
/// The store cannot be read.
pub fn owner_of(tx: &Tx<'_>, case: RecordId) -> Result<Option<StaffId>, SqlError> {
    let open = case::open_now(tx)?;
    Ok(open.into_iter().find(|now| now.case.record == case).map(|now| now.owner))
}
