//! A town's figures on their way down: the leader sends each town what was opened over exactly the
//! groups that it holds whole, as the bytes that hubs above get too.
//!
//! The town's hub verifies them itself, by its own documents and both signatures, keeps nothing but
//! its own figures, and sends them no further: neither up, where the leader tells them, nor to
//! schools.

use domain::unit::UnitId;
use proto::frame::{decode_item, encode_item};
use proto::opened::{ToldSum, encode_told};
use proto::opening::Detail;
use proto::wire::sync::ItemKind;
use runtime::sealing::SealedYears;
use runtime::sql::{SqlError, Tx};

use super::lane::{self, Arrived, PAGE};
use super::verify::{Judge, Judged};
use crate::app::Hub;
use crate::relay::{DownError, News, send_down};
use crate::store::{alarm, opened_lane};

/// Kind of the alarm that a sum came down which is not this town's, or not what both hubs signed.
pub const ALARM_FOREIGN_SUM: &str = "opened_foreign";

/// A record that somebody is told of, or nobody.
struct Meant {
    number: u64,
    town: Option<(UnitId, Vec<u8>)>,
}

/// Sends down what was recorded as a town's figure and was not sent yet.
///
/// # Errors
/// The store cannot be read or written.
pub(super) async fn tell(hub: &Hub) -> Result<(), SqlError> {
    let mut after = 0;
    loop {
        let (own, packs) = (hub.config().unit.clone(), hub.packs().last());
        let read = move |tx: &Tx<'_>| meant(tx, (&own, packs.sealed_years()), after);
        let (meant, last) = hub.database().read_async(read).await?;
        let Some(last) = last else { return Ok(()) };
        after = last;
        if meant.is_empty() {
            continue;
        }
        let now_ms = hub.clock().now_ms();
        let write = move |tx: &Tx<'_>| send(tx, meant, now_ms);
        let sent_down = hub.database().write_async("opened_down", write).await?;
        hub.relay().tell(News { sent_down, ..News::default() });
    }
}

/// Whose figures the next records are, and the number of the last one that was looked at. One whose
/// year does not hold at the moment is left for another time; each stands alone, so it keeps none
/// back.
fn meant(
    tx: &Tx<'_>,
    (own, years): (&UnitId, &SealedYears),
    after: u64,
) -> Result<(Vec<Meant>, Option<u64>), SqlError> {
    let (mut found, mut last) = (Vec::new(), None);
    for record in opened_lane::untold_down(tx, after, PAGE)? {
        let number = record.number;
        last = Some(number);
        let told = lane::told(tx, record)?;
        let town = match told.as_ref().map(|told| (lane::leads(own, years, told), told)) {
            Some((None, _)) => continue,
            Some((Some(true), told)) => town_of(years, told).map(|town| {
                let body = encode_told(told);
                (town, encode_item(ItemKind::SealedOpening, body, Vec::new()))
            }),
            Some((Some(false), _)) | None => None,
        };
        found.push(Meant { number, town });
    }
    Ok((found, last))
}

fn send(tx: &Tx<'_>, meant: Vec<Meant>, now_ms: i64) -> Result<bool, SqlError> {
    let mut sent = false;
    for Meant { number, town } in meant {
        if let Some((town, item)) = town {
            match send_down(tx, &town, &item, now_ms) {
                Ok(new) => sent |= new,
                Err(DownError::Store(error)) => return Err(error),
                Err(error @ DownError::TooLarge) => {
                    tracing::error!(number, %town, %error, "a town's figure was not sent down");
                }
            }
        }
        opened_lane::note_told_down(tx, number)?;
    }
    Ok(sent)
}

/// The town whose figure a sum is.
fn town_of(years: &SealedYears, told: &ToldSum) -> Option<UnitId> {
    let year = years.of_area(&told.area, told.school_year)?.ok()?.year();
    let record = &told.record;
    let is_towns = record.detail == Detail::Categories;
    is_towns.then(|| year.plan.town_of(&year.roster, record.stage, &record.groups)).flatten()
}

/// Takes in an item that the parent sent down for this hub: a figure of its town, and nothing else.
///
/// # Errors
/// The store cannot be read or written.
pub fn arrive(
    tx: &Tx<'_>,
    judge: &Judge<'_>,
    (own, parent): (&UnitId, &UnitId),
    item: &[u8],
) -> Result<(), SqlError> {
    let known = decode_item(item).ok().filter(|item| item.kind == ItemKind::SealedOpening);
    let Some(item) = known else {
        tracing::warn!("an item for this hub that it has no use for came down");
        return Ok(());
    };
    let judged = judge.judge(&item.body);
    settle(tx, judge, (own, parent), &Arrived { body: item.body, judged })
}

/// Keeps a sum that came down if it is this town's, has it wait for documents, or tells people.
pub(super) fn settle(
    tx: &Tx<'_>,
    judge: &Judge<'_>,
    (own, parent): (&UnitId, &UnitId),
    arrived: &Arrived,
) -> Result<(), SqlError> {
    let now_ms = judge.now.as_millisecond();
    let foreign = match &arrived.judged {
        Judged::Holds(told) => {
            let town = town_of(judge.packs.sealed_years(), told);
            (town.as_ref() != Some(own)).then(|| {
                let record = &told.record;
                let (table, period, detail) =
                    (&record.table, record.period, record.detail.as_str());
                format!("not this town's: {table} {period} {} {detail}", record.stage.as_str())
            })
        }
        Judged::Refused(code, reason) => Some(format!("{code}: {reason}")),
        Judged::Waits(..) => None,
    };
    if let Some(detail) = foreign {
        return alarm::raise(tx, ALARM_FOREIGN_SUM, parent.as_str(), &detail, now_ms);
    }
    // What contradicts a sum that is known was alarmed by who found it.
    lane::take(tx, parent, arrived, (false, now_ms)).map(drop)
}
