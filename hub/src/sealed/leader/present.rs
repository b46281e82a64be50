//! Showing the helper who signs with which key while health has not stated it: the list from which
//! health telephones is made at its own hub, of what schools signed.

use std::collections::BTreeMap;

use domain::digest::Digest;
use domain::unit::UnitId;
use proto::limits::MESSAGE_BYTES_MAX;
use proto::wire::sealed::PresentRequest;
use runtime::sql::Tx;

use super::call::answer;
use super::{Away, Leader, LeaderError};
use crate::sealed::helper::REPORTS_MAX;
use crate::sealed::signed;
use crate::store::sealed::school_key;

/// A report that waits until its school's key is stated.
pub(super) struct Unstated {
    /// Health's hub of its year.
    pub(super) helper: UnitId,
    /// The school.
    pub(super) school: UnitId,
    /// Digest of the key that signed it.
    pub(super) key: Digest,
    /// The signed item.
    pub(super) item: Vec<u8>,
}

/// How long a key for whose reports there is no room is shown after it was last seen.
const SHOWN_MS: i64 = 60 * 24 * 3_600_000;

impl Leader {
    /// Shows the helper also the keys whose reports found no room, since others in the name of the
    /// same school wait.
    pub(super) async fn present_kept(&self, away: &mut Away) -> Result<(), LeaderError> {
        let (documents, parts) = (self.hub.documents(), self.hub.parts());
        let (today, since_ms) = (parts.clock.today(), parts.clock.now_ms() - SHOWN_MS);
        if self.is_another_day(today) {
            let write = move |tx: &Tx<'_>| school_key::forget_items_before(tx, since_ms);
            parts.database.write_async("school_key_old", write).await?;
        }
        let read = move |tx: &Tx<'_>| school_key::items_since(tx, since_ms);
        let (mut unstated, mut stated) = (Vec::new(), Vec::new());
        for item in parts.database.read_async(read).await? {
            let Ok(read) = signed::read(&item) else { continue };
            let (school, key) = (read.report.place.unit, read.key);
            match documents.year_of(&school, read.report.place.period) {
                Some(year) if year.states(&school, &key) => stated.push((school, key)),
                Some(year) => {
                    let helper = year.sealed().helper.clone();
                    unstated.push(Unstated { helper, school, key, item });
                }
                None => {}
            }
        }
        if !stated.is_empty() {
            let write = move |tx: &Tx<'_>| {
                stated.iter().try_for_each(|(unit, key)| school_key::forget_item(tx, unit, key))
            };
            parts.database.write_async("school_key_stated", write).await?;
        }
        self.present(unstated, away).await
    }

    /// Shows one report for each school and key to the helper, once a day: a helper that was away
    /// or put back, or had no documents yet, passes over what it is shown.
    pub(super) async fn present(
        &self,
        unstated: Vec<Unstated>,
        away: &mut Away,
    ) -> Result<(), LeaderError> {
        self.forget_presented(self.hub.parts().clock.today());
        let mut wanted = BTreeMap::<UnitId, BTreeMap<(UnitId, Digest), Vec<u8>>>::new();
        for one in unstated {
            let key = (one.school, one.key);
            if !self.is_presented(&key) {
                wanted.entry(one.helper).or_default().entry(key).or_insert(one.item);
            }
        }
        for (helper, wanted) in wanted {
            if away.has(&helper) {
                continue;
            }
            let (keys, items): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
            if away.note(&helper, self.present_to(&helper, items).await)? == Some(true) {
                self.note_presented(keys);
            }
        }
        Ok(())
    }

    /// Shows items to a helper; says whether it was shown all of them.
    async fn present_to(&self, helper: &UnitId, items: Vec<Vec<u8>>) -> Result<bool, LeaderError> {
        let mut client = self.dial(helper).await?;
        for chunk in chunks(items) {
            let presented = answer(client.present(PresentRequest { items: chunk })).await;
            if let Err(error) = presented {
                // The helper may have other documents; reports wait for a key all the same.
                let code = error.refusal()?;
                tracing::warn!(code, "the helper was not shown the schools' keys");
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The items in calls that fit into a message.
fn chunks(items: Vec<Vec<u8>>) -> Vec<Vec<Vec<u8>>> {
    let (mut chunks, mut bytes) = (vec![Vec::new()], 0);
    for item in items {
        bytes += item.len();
        let is_full = chunks.last().is_some_and(|chunk| chunk.len() >= REPORTS_MAX);
        if is_full || bytes > MESSAGE_BYTES_MAX / 2 {
            chunks.push(Vec::new());
            bytes = item.len();
        }
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(item);
        }
    }
    chunks
}
