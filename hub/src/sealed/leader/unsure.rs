//! What one hub knows and the other does not: groups that this hub holds back for clear sheets, and
//! schools of which a helper that was put back is not sure.

use std::collections::BTreeSet;

use domain::disclosure::sealed::Kind;
use domain::unit::UnitId;
use proto::opening::Detail;
use runtime::sql::Tx;

use super::call::Client;
use super::open::Job;
use super::{Leader, LeaderError};
use crate::sealed::holding;
use crate::sealed::unsure::{self, PUT_BACK};

/// What is done once about a set: its reports are shown to a helper that is not sure of them.
const SHOWN: &str = "unsure";

impl Leader {
    /// Goes on without the groups of schools of which the helper is not sure. It is shown their
    /// reports first, with its own signatures: what it had accepted before it knows by these.
    pub(super) async fn leave_out(
        &self,
        client: &mut Client,
        job: &Job,
        named: &[String],
    ) -> Result<(), LeaderError> {
        let set = &job.opening.set;
        if self.was_done(SHOWN, set) {
            let named = named.iter().map(|unit| unit.parse::<UnitId>());
            let named = named.collect::<Result<BTreeSet<UnitId>, _>>();
            let named = named.map_err(|_| LeaderError::Protocol("unsure"))?;
            let id = set.task;
            let write = move |tx: &Tx<'_>| unsure::note(tx, &id, &named);
            self.hub.parts().database.write_async("sealed_unsure", write).await?;
        } else {
            self.show_again(client, job).await?;
            self.note_done(SHOWN, set);
        }
        self.note_opening(&job.opening, PUT_BACK).await
    }

    /// Schools whose groups this hub holds back from a set for their clear sheets.
    pub(super) async fn held_back(&self, job: &Job) -> Result<Vec<String>, LeaderError> {
        let is_about = job.opening.set.detail == Detail::Cells;
        if !is_about || job.task.table.kind() != Kind::Stock {
            return Ok(Vec::new());
        }
        let (documents, task) = (self.hub.documents(), job.task.clone());
        let read = move |tx: &Tx<'_>| holding::held_back(tx, &documents, &task);
        let held = self.hub.parts().database.read_async(read).await?;
        Ok(held.iter().map(ToString::to_string).collect())
    }
}
