//! Showing the helper what it saw before: a helper that was put back from a backup takes accepted
//! reports in again, and signs the same verdicts.

use std::collections::BTreeMap;
use std::sync::Arc;

use certs::aggregate::VerifyKey;
use certs::signature::Signature;
use domain::disclosure::sealed::{State, TaskId};
use proto::opening::Standing;
use proto::sealed::HubSignature;
use proto::wire::sealed::{SettleRequest, ToSettle, ToVerify};
use runtime::sql::{SqlError, Tx};

use super::call::{Client, answer};
use super::open::Job;
use super::proposal::Case;
use super::settle::under;
use super::{Leader, LeaderError};
use crate::sealed::documents::Task;
use crate::sealed::helper::NOT_AGREED;
use crate::sealed::holding::NotOpened;
use crate::sealed::signed;
use crate::store::sealed::{report, task, verdict};
use crate::store::sealed_inbox::Arrived;

/// Most reports that are shown to the helper again in one call.
const AGAIN_REPORTS: usize = 64;

/// The key of a task, and reports with the verdicts that both signed of them.
type Again = (VerifyKey, Vec<(ToVerify, ToSettle)>);

impl Leader {
    /// Shows the helper the accepted reports of a set once more, those of an earlier term that are
    /// carried among them: a helper that was put back from a backup takes them in again, and signs
    /// the same verdicts.
    pub(super) async fn show_again(
        &self,
        client: &mut Client,
        job: &Job,
    ) -> Result<(), LeaderError> {
        let mut of_tasks: BTreeMap<TaskId, Vec<Standing>> = BTreeMap::new();
        for standing in &job.standings {
            of_tasks.entry(standing.task).or_default().push(standing.clone());
        }
        for (id, standings) in of_tasks {
            if let Some(of) = self.made(id).await? {
                self.show_reports(client, &of, &standings).await?;
            }
        }
        Ok(())
    }

    /// A task that has a row here, by the documents of now.
    pub(super) async fn made(&self, id: TaskId) -> Result<Option<Task>, LeaderError> {
        let stored = self.hub.parts().database.read_async(move |tx| task::find(tx, &id)).await?;
        let Some(stored) = stored else { return Ok(None) };
        let place = (&stored.area, stored.school_year);
        let documents = self.hub.documents();
        let made = documents.task_under(place, (&stored.sheet, stored.period), &stored.pack);
        Ok(made.ok().filter(|made| made.id == id))
    }

    /// The same of some reports of a task.
    pub(super) async fn show_reports(
        &self,
        client: &mut Client,
        of: &Task,
        standings: &[Standing],
    ) -> Result<(), LeaderError> {
        for chunk in standings.chunks(AGAIN_REPORTS) {
            let (task, chunk) = (Arc::new(of.clone()), chunk.to_vec());
            let read = move |tx: &Tx<'_>| again(tx, &task, &chunk);
            let Some((key, cases)) = self.hub.parts().database.read_async(read).await? else {
                return Ok(());
            };
            let (reports, verdicts) = cases.into_iter().unzip();
            let asked = under(of, &key, reports);
            let mut shown = answer(client.verify(asked.clone())).await;
            if matches!(&shown, Err(LeaderError::Refused { code, .. }) if code == NOT_AGREED) {
                // It lost the key of that task as well, and has its half.
                self.agree_again(client, of).await?;
                shown = answer(client.verify(asked)).await;
            }
            let settled = match shown {
                Ok(_) => {
                    let task = of.id.bytes().to_vec();
                    let asked = SettleRequest { task, reports: verdicts };
                    answer(client.settle(asked)).await.map(drop)
                }
                Err(error) => Err(error),
            };
            if let Err(error) = settled {
                error.refusal()?;
            }
        }
        Ok(())
    }
}

/// Accepted reports as the helper was shown them: the key, what is verified, and the verdict that
/// both signed. Nothing where this hub has no key of the task.
fn again(tx: &Tx<'_>, task: &Task, standings: &[Standing]) -> Result<Option<Again>, LeaderError> {
    let stored = task::find(tx, &task.id)?.and_then(|stored| stored.key);
    let Some(own) = stored else { return Ok(None) };
    let mut cases = Vec::new();
    for standing in standings {
        let held = report::find(tx, &standing.report)?.ok_or(NotOpened::Share)?;
        let verdict = verdict::find(tx, &standing.report)?;
        let (Some(item), Some(verdict), State::Accepted) =
            (held.held.item, verdict, held.kept.state)
        else {
            continue;
        };
        let Ok(read) = signed::read(&item) else { continue };
        let arrived = Arrived {
            id: 0,
            digest: standing.report,
            item: item.clone(),
            unit: standing.unit.clone(),
            arrived_at_ms: 0,
        };
        let key = VerifyKey::from_slice(own.expose()).ok_or(SqlError::Type)?;
        let case = Case { arrived, read, task: task.clone(), key };
        let Ok(open) = case.begin() else { continue };
        let sums = open.stage_sums(held.held.share.as_deref()).unwrap_or_default();
        let verify = ToVerify { item, shown: open.shown };
        let signed = of_helper(tx, verdict.helper)?;
        let settle = ToSettle { verdict: verdict.bytes, sums, signed, ..ToSettle::default() };
        cases.push((verify, settle));
    }
    Ok(Some((own, cases)))
}

/// What the helper signed of a verdict, with the certificates of then: it knows by its own
/// signature what it had accepted before it was put back.
fn of_helper(tx: &Tx<'_>, signature: Option<Vec<u8>>) -> Result<Option<HubSignature>, SqlError> {
    let Some(signature) = signature else { return Ok(None) };
    let Ok(read) = Signature::from_bytes(&signature) else { return Ok(None) };
    let chain = verdict::signer(tx, &read.key_id())?;
    Ok(Some(HubSignature { signature, chain }))
}
