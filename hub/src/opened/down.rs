//! A town's figures on their way down: the leader sends each town what was opened over exactly the
//! groups that it holds whole, as the bytes that hubs above get too.
//!
//! The town's hub verifies them itself, by its own documents and both signatures, and sends them no
//! further: neither up, where the leader tells them, nor to schools.

use domain::unit::UnitId;
use proto::frame::{decode_item, encode_item};
use proto::opened::{ToldSum, encode_told};
use proto::wire::sync::ItemKind;
use runtime::sealing::SealedYears;
use runtime::sql::{SqlError, Tx};

use super::lane::{self, ALARM_OTHER_SUM, Arrived, PAGE};
use super::verify::Judge;
use crate::app::Hub;
use crate::relay::{DownError, News, send_down};
use crate::store::{alarm, opened_lane};

/// Sends down what was recorded as a town's figure and was not sent yet.
///
/// # Errors
/// The store cannot be read or written.
pub(super) async fn tell(hub: &Hub) -> Result<(), SqlError> {
    let untold = |tx: &Tx<'_>| opened_lane::untold_down(tx, 1);
    if hub.database().read_async(untold).await?.is_empty() {
        return Ok(());
    }
    let (own, packs, now_ms) =
        (hub.config().unit.clone(), hub.packs().last(), hub.clock().now_ms());
    let write = move |tx: &Tx<'_>| tell_page(tx, (&own, packs.sealed_years()), now_ms);
    let sent_down = hub.database().write_async("opened_down", write).await?;
    hub.relay().tell(News { sent_down, ..News::default() });
    Ok(())
}

fn tell_page(
    tx: &Tx<'_>,
    (own, years): (&UnitId, &SealedYears),
    now_ms: i64,
) -> Result<bool, SqlError> {
    let mut sent = false;
    for record in opened_lane::untold_down(tx, PAGE)? {
        let number = record.number;
        if let Some(told) = lane::told(tx, record)? {
            match town(own, years, &told) {
                Meant::Town(town) => {
                    let item = encode_item(ItemKind::SealedOpening, encode_told(&told), Vec::new());
                    sent |= match send_down(tx, &town, &item, now_ms) {
                        Err(DownError::Store(error)) => return Err(error),
                        sent => sent.is_ok_and(|new| new),
                    };
                }
                Meant::Nobody => {}
                // The year does not hold at the moment: looked at again, in the chain's order.
                Meant::Unknown => break,
            }
        }
        opened_lane::note_told_down(tx, number)?;
    }
    Ok(sent)
}

/// Whose figure a recorded sum is.
enum Meant {
    Town(UnitId),
    Nobody,
    Unknown,
}

fn town(own: &UnitId, years: &SealedYears, told: &ToldSum) -> Meant {
    let Some(Ok(sealing)) = years.of_area(&told.area, told.school_year) else {
        return Meant::Unknown;
    };
    let year = sealing.year();
    if year.leader != *own {
        return Meant::Nobody;
    }
    let town = year.plan.town_of(&year.roster, told.record.stage, &told.record.groups);
    town.map_or(Meant::Nobody, Meant::Town)
}

/// Takes in an item that came down for this hub: a figure of its town, and nothing else.
///
/// # Errors
/// The store cannot be read or written.
pub fn arrive(tx: &Tx<'_>, judge: &Judge<'_>, item: &[u8]) -> Result<(), SqlError> {
    let known = decode_item(item).ok().filter(|item| item.kind == ItemKind::SealedOpening);
    let Some(item) = known else {
        tracing::warn!("an item for this hub that it has no use for came down");
        return Ok(());
    };
    let judged = judge.judge(&item.body);
    // Who sent it is the area that leads it; by its own word where it does not decode.
    let sender = proto::opened::decode_told(&item.body).map(|told| told.area);
    let Ok(sender) = sender else { return Ok(()) };
    let arrived = Arrived { body: item.body, judged };
    let now_ms = judge.now.as_millisecond();
    if let Err((code, reason)) = lane::take(tx, &sender, &arrived, (false, now_ms))? {
        let detail = format!("{code}: {reason}");
        alarm::raise(tx, ALARM_OTHER_SUM, sender.as_str(), &detail, now_ms)?;
    }
    Ok(())
}
