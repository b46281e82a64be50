//! The certificates that the first hub on the way puts beside an item: its signer's, as they were
//! registered, and the authority's that issued them.

use certs::signature::KeyId;
use runtime::sql::{SqlError, Tx};

use super::Relay;
use crate::store::{issuer, member_key};

/// The chain of a member's key, leaf first and without the root; nothing where none of the
/// authorities that we know issued it, or it ended too long ago to be believed further up.
///
/// # Errors
/// The store cannot be read.
pub(super) fn of(
    tx: &Tx<'_>,
    relay: &Relay,
    key: &KeyId,
) -> Result<Option<Vec<Vec<u8>>>, SqlError> {
    let Some(known) = member_key::find(tx, key.bytes())? else { return Ok(None) };
    let own = relay.identity.current();
    let own: Vec<Vec<u8>> = own.chain().iter().skip(1).map(|issuer| issuer.to_vec()).collect();
    let (zone, now) = (relay.config.zone(), relay.clock.now());
    let holds = |chain: &Vec<Vec<u8>>| relay.trust.identify_signer(chain, zone, now).is_ok();
    let beside = |issuer| vec![known.certificate.clone(), issuer];
    if let Some(chain) = own.into_iter().map(beside).find(holds) {
        return Ok(Some(chain));
    }
    Ok(issuer::all(tx)?.into_iter().map(beside).find(holds))
}
