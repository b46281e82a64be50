//! Items on their way down: into the list of the member through which their unit is reached.

use certs::digest::sha256;
use domain::unit::UnitId;
use proto::limits::ADDRESSED_BYTES_MAX;
use runtime::sql::{SqlError, Tx};

use crate::enrolment::street_of;
use crate::store::unit::{self, UnitStatus};
use crate::store::{letters, relay};

/// Why an item was not sent down.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownError {
    /// Larger than hubs pass on.
    #[error("an addressed item has at most {ADDRESSED_BYTES_MAX} bytes")]
    TooLarge,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// Puts an item for a unit here or further down into the list of the member that leads there; says
/// whether it is new. Where no way is known it waits for one. The same bytes again change nothing.
///
/// Whoever calls this rings [`super::Relay::tell`] once the commit stands.
///
/// # Errors
/// The item is too large, or the store cannot be written.
pub fn send_down(tx: &Tx<'_>, to: &UnitId, item: &[u8], now_ms: i64) -> Result<bool, DownError> {
    if item.len() > ADDRESSED_BYTES_MAX {
        return Err(DownError::TooLarge);
    }
    let member = way_to(tx, to)?;
    Ok(relay::insert(tx, member.as_ref(), to, (item, &sha256(item)), now_ms)?)
}

/// The way that its items came up last; a member that never sent one is reached itself, and a
/// street's unit by the street for which it was certified.
pub(crate) fn way_to(tx: &Tx<'_>, to: &UnitId) -> Result<Option<UnitId>, SqlError> {
    if let Some(member) = relay::route(tx, to)? {
        return Ok(Some(member));
    }
    if let Some(known) = unit::find(tx, to)? {
        return Ok(Some(known.id).filter(|_| known.status != UnitStatus::Closed));
    }
    street_of(tx, to)
}

/// Notes the way that a unit's item came; what is kept for the unit elsewhere, or waits for a way,
/// goes there too. Says whether that was anything.
///
/// # Errors
/// The store cannot be written.
pub(super) fn learn(
    tx: &Tx<'_>,
    unit: &UnitId,
    member: &UnitId,
    now_ms: i64,
) -> Result<bool, SqlError> {
    if relay::route(tx, unit)?.as_ref() == Some(member) {
        return Ok(false);
    }
    relay::set_route(tx, unit, member, now_ms)?;
    Ok(relay::reroute(tx, unit, member)? > 0)
}

/// Where a member that asks goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resumed {
    /// Cursor after which it goes on.
    pub after: u64,
    /// Whether its own items go to another list: it came here since its last item came up.
    pub is_led_elsewhere: bool,
    /// Whether letters lie in its list that it has.
    pub has_letters: bool,
}

/// Where a member goes on. One that has another item at its cursor than we have now pulled before
/// we were restored from a backup, or what it had was moved to another list: it gets all, and what
/// it has it keeps once.
///
/// # Errors
/// The store cannot be read.
pub fn resume(
    tx: &Tx<'_>,
    member: &UnitId,
    (after, last): (u64, &[u8]),
) -> Result<Resumed, SqlError> {
    let is_led_elsewhere = relay::is_led_elsewhere(tx, member)?;
    if after == 0 || last.is_empty() {
        return Ok(Resumed { after, is_led_elsewhere, has_letters: false });
    }
    if !is_at(tx, member, (after, last))? {
        return Ok(Resumed { after: 0, is_led_elsewhere, has_letters: false });
    }
    let has_letters = letters::has_until(tx, member, after)?;
    Ok(Resumed { after, is_led_elsewhere, has_letters })
}

/// Whether a member has what is, or was, at a cursor of its list.
fn is_at(tx: &Tx<'_>, member: &UnitId, (cursor, last): (u64, &[u8])) -> Result<bool, SqlError> {
    let at = relay::at(tx, member, cursor)?;
    Ok(at.iter().any(|digest| digest.bytes().as_slice() == last))
}

/// Forgets the letters that a member says it has stored; says how many.
///
/// # Errors
/// The store cannot be written.
pub fn passed(
    tx: &Tx<'_>,
    member: &UnitId,
    (cursor, last): (u64, &[u8]),
) -> Result<usize, SqlError> {
    match is_at(tx, member, (cursor, last))? {
        true => letters::forget_until(tx, member, cursor),
        false => Ok(0),
    }
}

/// Has a member's own items come to it straight, from wherever they were kept for it.
///
/// # Errors
/// The store cannot be written.
pub fn claim(tx: &Tx<'_>, member: &UnitId, now_ms: i64) -> Result<(), SqlError> {
    learn(tx, member, member, now_ms).map(drop)
}
