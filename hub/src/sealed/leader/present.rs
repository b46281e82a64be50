//! Showing the helper who signs with which key while health has not stated it: the list from which
//! health telephones is made at its own hub, of what schools signed.

use std::collections::BTreeMap;

use domain::digest::Digest;
use domain::unit::UnitId;
use proto::limits::MESSAGE_BYTES_MAX;
use proto::wire::sealed::PresentRequest;

use super::call::answer;
use super::{Leader, LeaderError};
use crate::sealed::helper::REPORTS_MAX;

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

impl Leader {
    /// Shows one report for each school and key to the helper, once a day: a helper that was away
    /// or put back, or had no documents yet, passes over what it is shown.
    pub(super) async fn present(&self, unstated: Vec<Unstated>) -> Result<(), LeaderError> {
        self.forget_presented(self.hub.parts().clock.today());
        let mut wanted = BTreeMap::<UnitId, BTreeMap<(UnitId, Digest), Vec<u8>>>::new();
        for one in unstated {
            let key = (one.school, one.key);
            if !self.is_presented(&key) {
                wanted.entry(one.helper).or_default().entry(key).or_insert(one.item);
            }
        }
        for (helper, wanted) in wanted {
            let (keys, items): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
            let mut client = self.dial(&helper).await?;
            let mut is_shown = true;
            for chunk in chunks(items) {
                let presented = answer(client.present(PresentRequest { items: chunk })).await;
                if let Err(error) = presented {
                    // The helper may have other documents; reports wait for a key all the same.
                    let code = error.refusal()?;
                    tracing::warn!(code, "the helper was not shown the schools' keys");
                    is_shown = false;
                    break;
                }
            }
            if is_shown {
                self.note_presented(keys);
            }
        }
        Ok(())
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
