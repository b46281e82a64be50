//! Refusals: this hub says why, and the helper says that it has not accepted the report and never
//! will. A school believes both together, because it tells the events of a refused week again: on
//! one hub's word it could be made to tell what is in the sums already.

use std::collections::BTreeMap;
use std::sync::Arc;

use certs::aggregate::Role;
use certs::root::Commission;
use domain::disclosure::sealed::{Kept, State, TaskId};
use domain::unit::UnitId;
use proto::frame::VERDICT_CONTEXT;
use proto::sealed::{Place, encode_verdict};
use proto::wire::sealed::{SettleRequest, ToSettle, settled};
use runtime::sql::Tx;

use super::agree::WHOLE;
use super::call::{Client, answer};
use super::proposal::{Ruling, held, verdict_on};
use super::settle::{Final, HELPER_SIGNATURE};
use super::{Away, Leader, LeaderError};
use crate::sealed::dispute::{self, HUBS_DISAGREE};
use crate::sealed::documents::Year;
use crate::sealed::helper::{ACCEPTED_BEFORE, NOT_YET, RECORDS_MISSING};
use crate::sealed::refused;
use crate::sealed::signed::Read;
use crate::store::sealed::task;

impl Leader {
    /// Has refusals signed by the helpers of their years.
    pub(super) async fn refuse_all(
        &self,
        rulings: Vec<Ruling>,
        (clients, away): (&mut BTreeMap<UnitId, Client>, &mut Away),
    ) -> Result<(), LeaderError> {
        for ruling in rulings {
            let Some(helper) = self.helper_of(&ruling.read.report.place) else {
                tracing::warn!(unit = %ruling.arrived.unit, "a refusal waits for documents");
                continue;
            };
            if away.has(&helper) {
                continue;
            }
            let asked = match self.client(clients, &helper).await {
                Ok(client) => self.refuse(client, &helper, ruling).await,
                Err(error) => Err(error),
            };
            away.note(&helper, asked)?;
        }
        Ok(())
    }

    /// Health's hub of the year that a report is about: of the school's, or of any that this hub
    /// leads then.
    pub(super) fn helper_of(&self, place: &Place) -> Option<UnitId> {
        let (documents, own) = (self.hub.documents(), &self.hub.parts().unit);
        let year = documents.year_of(&place.unit, place.period);
        let led = || {
            let leads = |year: &&Arc<Year>| {
                year.role_of(own) == Some(Role::Leader) && year.is_of(place.period)
            };
            documents.years().iter().find(leads)
        };
        year.or_else(led).map(|year| year.sealed().helper.clone())
    }

    /// Has the helper sign a refusal, keeps it and sends it down. What the helper holds as accepted
    /// is not refused: this hub lost that it accepted it too.
    pub(super) async fn refuse(
        &self,
        client: &mut Client,
        helper: &UnitId,
        ruling: Ruling,
    ) -> Result<(), LeaderError> {
        let Ruling { arrived, read, refused } = ruling;
        let (task, now_ms) = (read.report.task, self.hub.parts().clock.now_ms());
        let held = held(&read, None, refused.code);
        // What the arithmetic refused uses up its number; what came second leaves no trace.
        let kept = refused::uses_number(refused.code)
            .then(|| Kept { arrival: read.arrival.clone(), state: State::Refused });
        let code = refused.code;
        let verdict = verdict_on(&read, Some(refused), now_ms);
        let bytes = encode_verdict(&verdict);
        let item = arrived.item.clone();
        let asked = ToSettle { verdict: bytes.clone(), item, ..ToSettle::default() };
        let told = match self.ask_to_refuse(client, (task, code), asked).await {
            Ok(told) => told,
            Err(error) => {
                let code = error.refusal()?;
                match code.as_str() {
                    // It waits, and is asked about again.
                    NOT_YET => return Ok(()),
                    ACCEPTED_BEFORE => self.note_accepted_there([read.arrival.digest]),
                    // The helper knows the opposite, or too many of its task fail: nobody is
                    // refused.
                    HUBS_DISAGREE => return self.note_apart(task, helper, &read).await,
                    _ => {}
                }
                return self.stop_at(task, code).await;
            }
        };
        let Some(settled::Answer::Signed(signature)) = told else {
            return Err(LeaderError::Protocol("verdict"));
        };
        let says = (VERDICT_CONTEXT, bytes.as_slice());
        if self.hub.judge().hub((helper, Commission::Health), says, &signature).is_err() {
            return self.stop_at(task, HELPER_SIGNATURE.to_owned()).await;
        }
        let (leader, helper) = (Some(self.sign(&bytes)?), Some(signature));
        self.finish_all(vec![Final { arrived, kept, held, verdict, bytes, leader, helper }])
            .await?;
        self.clear(task).await
    }

    /// Asks the helper to sign one refusal. Where it says that a report came after its sum, it
    /// names the records of the period, which a helper that was put back is shown first.
    async fn ask_to_refuse(
        &self,
        client: &mut Client,
        (id, code): (TaskId, &str),
        asked: ToSettle,
    ) -> Result<Option<settled::Answer>, LeaderError> {
        let of = if code == refused::OPENED_WITHOUT { self.made(id).await? } else { None };
        let recorded = match &of {
            Some(of) => self.recorded_beside(of).await?,
            None => Vec::new(),
        };
        let reports = vec![ToSettle { recorded, ..asked }];
        let asked = SettleRequest { task: id.bytes().to_vec(), reports };
        let mut told = answer(client.settle(asked.clone())).await;
        if let Some(of) = &of
            && matches!(&told, Err(LeaderError::Refused { code, .. }) if code == RECORDS_MISSING)
        {
            self.remind(client, of).await?;
            told = answer(client.settle(asked)).await;
        }
        Ok(told?.reports.into_iter().next().and_then(|one| one.answer))
    }

    /// Calls a person about a report that this hub refuses and the helper does not: also where its
    /// task is none of this hub's.
    async fn note_apart(
        &self,
        id: TaskId,
        helper: &UnitId,
        read: &Read,
    ) -> Result<(), LeaderError> {
        let report = read.arrival.digest;
        if let Some(task) = self.made(id).await? {
            return self.note_dispute(&task, vec![report]).await;
        }
        let (place, helper) = (read.report.place.clone(), helper.clone());
        let now_ms = self.hub.parts().clock.now_ms();
        let write = move |tx: &Tx<'_>| {
            let about = (&place.table, place.period);
            dispute::raise_about(tx, about, (&helper, Some(&report)), now_ms)
        };
        Ok(self.hub.parts().database.write_async("sealed_dispute", write).await?)
    }

    /// Notes what a person must look at with the task that a report names, where it is one here.
    async fn stop_at(&self, id: TaskId, code: String) -> Result<(), LeaderError> {
        tracing::warn!(task = %id, code, "a refusal is not signed by the helper");
        let write = move |tx: &Tx<'_>| task::stop(tx, &id, &code);
        Ok(self.hub.parts().database.write_async("sealed_stop", write).await?)
    }

    /// Notes that the helper answers about a task again.
    async fn clear(&self, id: TaskId) -> Result<(), LeaderError> {
        if let Some(task) = self.made(id).await? {
            return self.go_on(&task).await;
        }
        let stored = self.hub.parts().database.read_async(move |tx| task::find(tx, &id)).await?;
        let is_over = |code: &str| WHOLE.contains(&code) && code != HUBS_DISAGREE;
        if stored.is_some_and(|stored| is_over(&stored.stopped)) {
            let write = move |tx: &Tx<'_>| task::stop(tx, &id, "");
            self.hub.parts().database.write_async("sealed_go_on", write).await?;
        }
        Ok(())
    }
}
