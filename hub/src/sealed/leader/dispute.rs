//! Reports about which the two hubs do not agree, at the leader: nobody is refused for them, the
//! helper is told, and a person is called while they wait.

use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;

use domain::digest::Digest;
use domain::disclosure::sealed::TaskId;
use domain::unit::UnitId;
use runtime::sql::Tx;

use super::call::Client;
use super::proposal::{Case, Checked, Proposal, Ruling};
use super::{Leader, LeaderError};
use crate::sealed::dispute::{self, HUBS_DISAGREE};
use crate::sealed::documents::Task;
use crate::sealed::refused::Refused;

impl Leader {
    /// Leaves out what the hubs do not agree about, and every refusal that can be a hub's fault
    /// where too many of the task fail.
    pub(super) async fn undisputed(
        &self,
        client: &mut Client,
        (task, checked): (&Task, Vec<Checked>),
    ) -> Result<Vec<Checked>, LeaderError> {
        let (apart, mut rest): (Vec<_>, Vec<_>) =
            checked.into_iter().partition(|one| matches!(one, Checked::Disagree(_)));
        let mut waiting: Vec<Digest> = Vec::new();
        for checked in apart {
            let Checked::Disagree(proposal) = checked else { continue };
            waiting.push(proposal.verdict.report);
            // One that this hub would accept is no news to a helper that refuses it.
            if proposal.verdict.refused.is_some() {
                self.tell(client, &proposal).await?;
            }
        }
        let blamed: BTreeSet<UnitId> =
            rest.iter().filter_map(|one| one.blamed().map(|(school, _)| school.clone())).collect();
        if self.is_disputed(task, blamed).await? {
            waiting.extend(rest.iter().filter_map(|one| one.blamed().map(|(_, report)| report)));
            rest.retain(|one| one.blamed().is_none());
        }
        if !waiting.is_empty() {
            self.note_dispute(task, waiting).await?;
        }
        Ok(rest)
    }

    /// Shows the helper what this hub comes to, so that its operator is called as well. Whatever it
    /// says, nobody is refused.
    async fn tell(&self, client: &mut Client, proposal: &Proposal) -> Result<(), LeaderError> {
        match self.propose(client, from_ref(proposal)).await {
            Ok(_) => Ok(()),
            Err(error) => error.refusal().map(drop),
        }
    }

    /// What refuses reports whose half does not open here or is not as told; nothing where so many
    /// of a task fail that it is rather this hub's key.
    pub(super) async fn not_disputed(
        &self,
        closed: Vec<(Case, Refused)>,
    ) -> Result<Vec<Ruling>, LeaderError> {
        let mut tasks: BTreeMap<TaskId, Vec<(Case, Refused)>> = BTreeMap::new();
        for (case, refused) in closed {
            tasks.entry(case.task.id).or_default().push((case, refused));
        }
        let mut rulings = Vec::new();
        for all in tasks.into_values() {
            let Some(task) = all.first().map(|(case, _)| case.task.clone()) else { continue };
            let between = all.iter().filter(|(_, refused)| dispute::is_between(refused.code));
            let between: Vec<&Case> = between.map(|(case, _)| case).collect();
            let schools = between.iter().map(|case| case.read.arrival.school.clone()).collect();
            let reports = between.iter().map(|case| case.read.arrival.digest).collect();
            let is_disputed = self.is_disputed(&task, schools).await?;
            if is_disputed {
                self.note_dispute(&task, reports).await?;
            }
            for (case, refused) in all {
                if !is_disputed || !dispute::is_between(refused.code) {
                    rulings.push(case.refuse(refused));
                }
            }
        }
        Ok(rulings)
    }

    async fn is_disputed(
        &self,
        task: &Task,
        schools: BTreeSet<UnitId>,
    ) -> Result<bool, LeaderError> {
        let id = task.id;
        let read = move |tx: &Tx<'_>| dispute::is_disputed(tx, &id, &schools);
        Ok(self.hub.parts().database.read_async(read).await?)
    }

    /// Marks the task and calls a person about each report, for as long as it waits.
    pub(super) async fn note_dispute(
        &self,
        task: &Task,
        reports: Vec<Digest>,
    ) -> Result<(), LeaderError> {
        self.note_stop(task, HUBS_DISAGREE.to_owned()).await?;
        let (task, now_ms) = (task.clone(), self.hub.parts().clock.now_ms());
        let write = move |tx: &Tx<'_>| {
            let other = &task.terms.helper;
            let mut reports = reports.iter();
            reports.try_for_each(|report| dispute::raise(tx, &task, (other, Some(report)), now_ms))
        };
        Ok(self.hub.parts().database.write_async("sealed_dispute", write).await?)
    }
}

impl Checked {
    /// The school and the report that would be refused for what can be a hub's fault as well.
    fn blamed(&self) -> Option<(&UnitId, Digest)> {
        let (arrival, code) = match self {
            Self::Propose(proposal) => {
                let (code, _) = proposal.verdict.refused.as_ref()?;
                (&proposal.case.read.arrival, code.as_str())
            }
            Self::Refuse(ruling) => (&ruling.read.arrival, ruling.refused.code),
            _ => return None,
        };
        dispute::is_between(code).then_some((&arrival.school, arrival.digest))
    }
}
