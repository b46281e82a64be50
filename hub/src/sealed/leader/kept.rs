//! Sums that this hub computed and keeps closed: the helper gave its share of them and is told,
//! with this hub's share, that no record comes. Once since this process began; again is nothing.

use domain::disclosure::sealed::TaskId;
use proto::opening::encode_record;
use proto::wire::sealed::RecordRequest;
use runtime::sql::{SqlError, Tx};

use super::call::{Client, answer};
use super::{Leader, LeaderError};
use crate::sealed::documents::Task;
use crate::sealed::{guard, holding};
use crate::store::sealed::opening::{self, Opening};
use crate::store::sealed::record;

/// What is done once about a set.
const CLOSED: &str = "closed";

impl Leader {
    /// Sums of a task that stay closed here and of which the helper was not told.
    pub(super) fn untold_closed(&self, tx: &Tx<'_>, id: &TaskId) -> Result<Vec<Opening>, SqlError> {
        let mut found = Vec::new();
        for one in opening::of_task(tx, id)? {
            let is_closed = guard::was_computed(&one.refused) && !one.share.is_empty();
            if is_closed
                && !self.was_done(CLOSED, &one.set)
                && record::of_opening(tx, one.id)?.is_none()
            {
                found.push(one);
            }
        }
        Ok(found)
    }

    /// Tells the helper that a sum of which it gave its share stays closed.
    pub(super) async fn tell_closed(
        &self,
        client: &mut Client,
        task: &Task,
        closed: Opening,
    ) -> Result<(), LeaderError> {
        let id = closed.id;
        let read = move |tx: &Tx<'_>| opening::standings(tx, id);
        let standings = self.hub.parts().database.read_async(read).await?;
        // It only names the set: nobody signs it, and it has no number of its own.
        let now_ms = self.hub.parts().clock.now_ms();
        let cells: &[Option<u64>] = &[];
        let named = holding::record(task, &closed, standings, (cells, now_ms, 1));
        let asked = RecordRequest {
            task: task.id.bytes().to_vec(),
            share: closed.share,
            control: closed.control,
            record: encode_record(&named),
            signature: None,
            closed: closed.refused,
        };
        if let Err(error) = answer(client.record(asked)).await {
            let code = error.refusal()?;
            tracing::warn!(task = %task.id, code, "the helper did not hear of a closed sum");
        }
        self.note_done(CLOSED, &closed.set);
        Ok(())
    }
}
