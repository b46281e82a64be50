//! An item on its way up, in the commit that answers it: kept where it is addressed to this hub,
//! queued for the parent otherwise.

use domain::unit::UnitId;
use proto::frame::encode_relayed;
use proto::wire::sync::Lane;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::outbox;

use super::bounds::{self, Asked};
use super::{Addressed, News, RELAYED, Refused, Relay, chain, down};
use crate::below::{self, Standing};
use crate::packs::Packs;
use crate::store::member_key::{self, KeyState};
use crate::store::{alarm, barred_key, sealed_inbox, unit};

/// Kind of the alarm that a hub carried an item of a unit that does not lie below it.
pub const ALARM_FOREIGN: &str = "relayed_for_another";

/// Outcome of an item that the parent refused.
const REFUSED: u32 = 2;

/// How long after it was passed on an item that comes again is passed on again: whoever sends it
/// has no answer of the addressee, and what a hub above said then may not hold any more.
const AGAIN_AFTER_MS: i64 = 12 * 3_600_000;

/// Takes an item over, or says why not. The same item soon again changes nothing but the way to its
/// signer, and where the parent refused it the sender is told what the parent said; later it is
/// passed on again.
///
/// # Errors
/// The store cannot be read or written.
pub(crate) fn take(
    tx: &Tx<'_>,
    relay: &Relay,
    packs: &Packs,
    (sender, addressed): (&UnitId, &Addressed),
    now_ms: i64,
) -> Result<Result<News, Refused>, SqlError> {
    let is_way = match way(tx, relay, sender, addressed, now_ms)? {
        Ok(is_way) => is_way,
        Err(refused) => return Ok(Err(refused)),
    };
    let Some(chain) = chain(tx, relay, addressed)? else {
        let reason = "the certificate of the signer cannot be shown to the hubs above";
        return Ok(Err(("bad_certificate".to_owned(), reason.to_owned())));
    };
    let item = encode_relayed(&addressed.item, chain);
    let mut news = News::default();
    let today = relay.clock.today();
    let asked = Asked { packs, sender, addressed, item: &item, today, now_ms };
    if let Some(report) = &addressed.report {
        if !sealed_inbox::is_known(tx, &addressed.digest)?
            && let Err(refused) = bounds::admit(tx, &asked)?
        {
            return Ok(Err(refused));
        }
        let about = (report, &addressed.digest);
        news.arrived = sealed_inbox::insert(tx, about, &item, now_ms)?;
    } else if relay.uplink.is_some() {
        let name = format!("{RELAYED}{}", addressed.digest);
        let lane = Lane::Statistics;
        match outbox::latest(tx, &name)? {
            Some((sent, _)) => {
                let wait_ms = |_: &_, _| AGAIN_AFTER_MS;
                // The latest wrapping: the certificate of the first may have ended.
                let wrap = |_: &[u8]| item.clone();
                let about = (lane, name.as_str());
                news.queued = outbox::send_again_as(tx, about, wrap, (wait_ms, now_ms))?;
                if sent.outcome == Some(REFUSED) && !news.queued {
                    return Ok(Err((sent.code, sent.reason)));
                }
            }
            None => {
                if let Err(refused) = bounds::admit(tx, &asked)? {
                    return Ok(Err(refused));
                }
                news.queued = outbox::enqueue(tx, lane, &name, &item, now_ms)?;
            }
        }
    } else {
        let reason = "no hub of this name lies above the unit";
        return Ok(Err(("no_such_hub".to_owned(), reason.to_owned())));
    }
    if is_way {
        news.sent_down = down::learn(tx, &addressed.signer.unit, sender, now_ms)?;
    }
    Ok(Ok(news))
}

/// Whether the sender is the way to the signer from now on; or why it may not carry the item. What
/// a hub took of a unit before that moved away is taken all the same.
fn way(
    tx: &Tx<'_>,
    relay: &Relay,
    sender: &UnitId,
    addressed: &Addressed,
    now_ms: i64,
) -> Result<Result<bool, Refused>, SqlError> {
    let signer = &addressed.signer;
    let Some(name) = &signer.passed_on else { return Ok(Ok(true)) };
    let refused = |code: &str, reason: &str| Ok(Err((code.to_owned(), reason.to_owned())));
    let key = signer.key.bytes();
    let revoked = |key: member_key::MemberKey| key.state == KeyState::Revoked;
    // A suspension is no reason: it ends, a refusal is final, and the hub that suspended the unit
    // takes nothing of it meanwhile.
    if barred_key::is_revoked(tx, key)? || member_key::find(tx, key)?.is_some_and(revoked) {
        return refused("revoked_key", "the signer's key was taken back");
    }
    let Some(hub) = unit::find(tx, sender)? else {
        return refused("unknown_unit", "the unit is not registered");
    };
    match below::standing(tx, &relay.config, &hub, (name, key))? {
        Standing::Below => Ok(Ok(true)),
        Standing::Gone => Ok(Ok(false)),
        Standing::Foreign => {
            let detail = "the hub carried an item of a unit that does not lie below it";
            alarm::raise(tx, ALARM_FOREIGN, sender.as_str(), detail, now_ms)?;
            refused("foreign_unit", "the signer does not lie below the sender")
        }
    }
}

/// The certificates beside the item from here on.
fn chain(
    tx: &Tx<'_>,
    relay: &Relay,
    addressed: &Addressed,
) -> Result<Option<Vec<Vec<u8>>>, SqlError> {
    match addressed.signer.passed_on {
        Some(_) => Ok(Some(addressed.item.chain.clone())),
        None => chain::of(tx, relay, &addressed.signer.key),
    }
}
