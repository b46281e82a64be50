//! From sorted reports to verdicts on their way down: the helper is asked in calls that fit into a
//! message, and each answer is one commit of share, verdict and item downward.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use certs::aggregate::VerifyKey;
use certs::root::Commission;
use certs::signature::Signature;
use domain::disclosure::sealed::{Decision, Kept, State, TaskId};
use domain::unit::UnitId;
use proto::frame::{VERDICT_CONTEXT, encode_item};
use proto::limits::MESSAGE_BYTES_MAX;
use proto::sealed::{HubSignature, SignedVerdict, Verdict, decode_verdict, encode_signed_verdict};
use proto::wire::sealed::{SettleRequest, ToSettle, ToVerify, VerifyRequest, settled, verified};
use proto::wire::sync::ItemKind;
use runtime::sql::{SqlError, Tx};

use super::call::{Client, answer};
use super::check::Next;
use super::proposal::{Case, Checked, Open, Proposal, held};
use super::{Away, Leader, LeaderError};
use crate::relay::send_down;
use crate::sealed::arrival::decide_on;
use crate::sealed::dispute;
use crate::sealed::documents::Task;
use crate::sealed::helper::NOT_AGREED;
use crate::sealed::refused::{self, Refused};
use crate::sealed::signed;
use crate::store::sealed::{report, verdict};
use crate::store::sealed_inbox::{self, Arrived};

/// Bytes of a call's reports: half of what a message may have.
const CALL_BYTES_MAX: usize = MESSAGE_BYTES_MAX / 2;

/// Code of a task in which the two hubs' shares do not belong together.
pub(super) const APART: &str = "SHARES_APART";
/// Code of a task whose helper signs with something else than its key.
pub(super) const HELPER_SIGNATURE: &str = "HELPER_SIGNATURE";

/// A verdict that is final, to be kept and sent down.
pub(super) struct Final {
    pub(super) arrived: Arrived,
    pub(super) kept: Option<Kept>,
    pub(super) held: crate::store::sealed::report::Held,
    pub(super) verdict: Verdict,
    pub(super) bytes: Vec<u8>,
    pub(super) leader: Option<HubSignature>,
    pub(super) helper: Option<HubSignature>,
}

impl Leader {
    /// Answers what was answered before, and asks the helper about the rest.
    pub(super) async fn answer_all(
        &self,
        sorted: Vec<Next>,
        away: &mut Away,
    ) -> Result<(), LeaderError> {
        let (mut rulings, mut tasks) = (Vec::new(), BTreeMap::<TaskId, Vec<Open>>::new());
        let (mut unstated, mut second, mut closed) = (Vec::new(), Vec::new(), Vec::new());
        for next in sorted {
            match next {
                Next::Wait => {}
                Next::Unstated(one) => unstated.push(*one),
                Next::Beside(one) => second.push(*one),
                Next::Drop(arrived) => self.drop_item(arrived).await?,
                Next::Forget(arrived) => self.forget(arrived).await?,
                Next::Answered(arrived, stored) => self.send_again(arrived, stored).await?,
                Next::Refuse(ruling) => rulings.push(*ruling),
                Next::Ask(case) => match case.begin() {
                    Ok(open) => tasks.entry(open.case.task.id).or_default().push(open),
                    Err(failed) => closed.push(*failed),
                },
            }
        }
        rulings.extend(self.not_disputed(closed).await?);
        // The plans of two years may name two helpers; each is dialled once.
        let mut clients: BTreeMap<UnitId, Client> = BTreeMap::new();
        self.refuse_all(rulings, (&mut clients, away)).await?;
        for open in tasks.into_values() {
            let Some(first) = open.first() else { continue };
            let helper = first.case.task.terms.helper.clone();
            if away.has(&helper) {
                continue;
            }
            let asked = match self.client(&mut clients, &helper).await {
                Ok(client) => self.ask(client, open).await,
                Err(error) => Err(error),
            };
            away.note(&helper, asked)?;
        }
        for beside in second {
            let helper = beside.case.task.terms.helper.clone();
            if away.has(&helper) {
                continue;
            }
            let asked = match self.client(&mut clients, &helper).await {
                Ok(client) => self.answer_beside(client, beside).await,
                Err(error) => Err(error),
            };
            away.note(&helper, asked)?;
        }
        self.present(unstated, away).await
    }

    pub(super) async fn client<'c>(
        &self,
        clients: &'c mut BTreeMap<UnitId, Client>,
        helper: &UnitId,
    ) -> Result<&'c mut Client, LeaderError> {
        match clients.entry(helper.clone()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(free) => {
                let client = self.dial(free.key()).await?;
                Ok(free.insert(client))
            }
        }
    }

    /// Asks the helper about the reports of one task, as many at once as fit.
    async fn ask(&self, client: &mut Client, mut open: Vec<Open>) -> Result<(), LeaderError> {
        while !open.is_empty() {
            let mut bytes = 0;
            let size = |one: &Open| one.case.arrived.item.len() + one.shown.len();
            let fits = open.iter().take_while(|one| {
                bytes += size(one);
                bytes <= CALL_BYTES_MAX
            });
            let rest = open.split_off(fits.count().max(1));
            let chunk = std::mem::replace(&mut open, rest);
            let task = chunk.first().map(|one| one.case.task.clone());
            let Some(task) = task else { return Ok(()) };
            let checked = self.verify(client, chunk).await;
            let settled = match checked {
                Ok(checked) => self.settle(client, (&task, checked)).await,
                Err(error) => Err(error),
            };
            if let Err(error) = settled {
                // Refused as a whole: the task waits for a person, others go on.
                let mut code = error.refusal()?;
                if code == NOT_AGREED {
                    code = self.agree_again(client, &task).await?;
                }
                self.note_stop(&task, code).await?;
                return Ok(());
            }
            self.go_on(&task).await?;
        }
        Ok(())
    }

    async fn verify(
        &self,
        client: &mut Client,
        open: Vec<Open>,
    ) -> Result<Vec<Checked>, LeaderError> {
        let Some(first) = open.first() else { return Ok(Vec::new()) };
        let to_verify =
            |one: &Open| ToVerify { item: one.case.arrived.item.clone(), shown: one.shown.clone() };
        let asked = under(&first.case.task, &first.case.key, open.iter().map(to_verify).collect());
        let answers = answer(client.verify(asked)).await?.reports;
        if answers.len() != open.len() {
            return Err(LeaderError::Protocol("number of answers"));
        }
        let now_ms = self.hub.parts().clock.now_ms();
        let worked = runtime::blocking::run(move || {
            let all = open.into_iter().zip(answers).map(|(open, verified)| match verified.answer {
                Some(verified::Answer::Shown(shown)) => {
                    Ok(open.finish(&shown.shown, &shown.sums, now_ms))
                }
                // The helper has another list of keys, or another date: the report waits, and is
                // asked about again.
                Some(verified::Answer::Refused(told)) if refused::waits(&told.code) => {
                    Ok(Checked::Wait)
                }
                Some(verified::Answer::Refused(told)) if told.code == refused::OTHER_REPORT => {
                    Ok(Checked::There(Box::new(open.case)))
                }
                Some(verified::Answer::Refused(told)) if refused::is_shown(&told.code) => {
                    Ok(open.refuted(&told, now_ms))
                }
                Some(verified::Answer::Refused(told)) => {
                    let refused = Refused::new(refused::known(&told.code), &told.reason);
                    Ok(Checked::Refuse(Box::new(open.case.refuse(refused))))
                }
                None => Err(LeaderError::Protocol("no answer about a report")),
            });
            all.collect::<Result<Vec<Checked>, LeaderError>>()
        });
        worked.await.map_err(|_| LeaderError::Store(SqlError::Closed))?
    }

    /// Has the helper sign, keeps what came of it and sends it down.
    async fn settle(
        &self,
        client: &mut Client,
        (task, checked): (&Task, Vec<Checked>),
    ) -> Result<(), LeaderError> {
        let mut proposals = Vec::new();
        for checked in self.undisputed(client, (task, checked)).await? {
            match checked {
                Checked::Wait | Checked::Disagree(_) => {}
                Checked::There(case) => self.note_there(&case).await?,
                Checked::Refuse(ruling) => {
                    self.refuse(client, &task.terms.helper, *ruling).await?;
                }
                Checked::Propose(proposal) => proposals.push(*proposal),
                Checked::Apart(task) => self.note_stop(&task, APART.to_owned()).await?,
            }
        }
        // A call is answered as a whole: what the helper may not agree to goes by itself.
        let (refusals, accepted): (Vec<_>, Vec<_>) =
            proposals.into_iter().partition(|one| one.verdict.refused.is_some());
        for proposals in [accepted, refusals] {
            if proposals.is_empty() {
                continue;
            }
            match self.propose(client, &proposals).await {
                Ok(settled) => {
                    let settled = proposals.into_iter().zip(settled).collect();
                    self.take_all(task, settled).await?;
                }
                Err(LeaderError::Refused { code, .. }) if code == dispute::HUBS_DISAGREE => {
                    let reports = proposals.iter().map(|one| one.verdict.report).collect();
                    self.note_dispute(task, reports).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Makes what the helper signed of a task final.
    pub(super) async fn take_all(
        &self,
        task: &Task,
        settled: Vec<(Proposal, settled::Answer)>,
    ) -> Result<(), LeaderError> {
        let mut finals = Vec::new();
        for (proposal, settled) in settled {
            // The helper has just shown that it holds, and now refuses it for that.
            if proposal.verdict.refused.is_none() && is_taken_back(&settled) {
                self.note_dispute(task, vec![proposal.verdict.report]).await?;
                continue;
            }
            match self.take(proposal, settled)? {
                Some(done) => finals.push(done),
                None => self.note_stop(task, HELPER_SIGNATURE.to_owned()).await?,
            }
        }
        self.finish_all(finals).await
    }

    pub(super) async fn propose(
        &self,
        client: &mut Client,
        proposals: &[Proposal],
    ) -> Result<Vec<settled::Answer>, LeaderError> {
        let task = proposals.first().map(|one| one.case.task.id.bytes().to_vec());
        let reports = proposals
            .iter()
            .map(|one| (one.bytes.clone(), one.sums.clone()))
            .map(|(verdict, sums)| ToSettle { verdict, sums, ..ToSettle::default() });
        let asked = SettleRequest { task: task.unwrap_or_default(), reports: reports.collect() };
        let answers = answer(client.settle(asked)).await?.reports;
        if answers.len() != proposals.len() {
            return Err(LeaderError::Protocol("number of answers"));
        }
        let answers = answers.into_iter().map(|settled| settled.answer);
        answers.collect::<Option<Vec<_>>>().ok_or(LeaderError::Protocol("no answer"))
    }

    /// Makes a verdict final with the helper's signature; nothing where that does not hold.
    fn take(
        &self,
        proposal: Proposal,
        settled: settled::Answer,
    ) -> Result<Option<Final>, LeaderError> {
        let judge = self.hub.judge();
        let helper = &proposal.case.task.terms.helper;
        let (verdict, bytes, signature) = match settled {
            settled::Answer::Signed(signature) => (proposal.verdict, proposal.bytes, signature),
            settled::Answer::Refused(told) => {
                let own = decode_verdict(&told.verdict);
                let own = own.map_err(|_| LeaderError::Protocol("verdict"))?;
                let same = own.refused.is_some()
                    && (&own.place, own.task, own.report)
                        == (
                            &proposal.verdict.place,
                            proposal.verdict.task,
                            proposal.verdict.report,
                        );
                let signature = told.signature.filter(|_| same);
                let signature = signature.ok_or(LeaderError::Protocol("verdict"))?;
                (own, told.verdict, signature)
            }
        };
        if judge.hub((helper, Commission::Health), (VERDICT_CONTEXT, &bytes), &signature).is_err() {
            return Ok(None);
        }
        let leader = self.sign(&bytes)?;
        let Case { arrived, read, .. } = proposal.case;
        let is_accepted = verdict.refused.is_none();
        let state = if is_accepted { State::Accepted } else { State::Refused };
        let share = proposal.share.filter(|_| is_accepted);
        let share = share.map(|share| (share, arrived.item.clone()));
        let code = verdict.refused.as_ref().map_or("", |(code, _)| code.as_str());
        let held = held(&read, share, code);
        // What came second leaves no trace.
        let is_kept = is_accepted || refused::uses_number(code);
        let kept = is_kept.then_some(Kept { arrival: read.arrival, state });
        let (leader, helper) = (Some(leader), Some(signature));
        Ok(Some(Final { arrived, kept, held, verdict, bytes, leader, helper }))
    }

    pub(super) fn sign(&self, bytes: &[u8]) -> Result<HubSignature, LeaderError> {
        let identity = self.hub.parts().identity.current();
        signed::sign(&identity, VERDICT_CONTEXT, bytes).map_err(|_| LeaderError::Signing)
    }

    pub(super) async fn finish_all(&self, finals: Vec<Final>) -> Result<(), LeaderError> {
        if finals.is_empty() {
            return Ok(());
        }
        let (now_ms, today) = (self.hub.parts().clock.now_ms(), self.hub.parts().clock.today());
        let write = move |tx: &Tx<'_>| {
            finals.into_iter().try_for_each(|one| finish(tx, one, (now_ms, &today.to_string())))
        };
        self.hub.parts().database.write_async("sealed_finish", write).await?;
        self.sent_down.notify_one();
        Ok(())
    }

    /// Sends the verdict of the first time down once more.
    async fn send_again(
        &self,
        arrived: Arrived,
        stored: verdict::Stored,
    ) -> Result<(), LeaderError> {
        let now_ms = self.hub.parts().clock.now_ms();
        let write = move |tx: &Tx<'_>| {
            let leader = with_chain(tx, stored.leader.as_deref())?;
            let helper = with_chain(tx, stored.helper.as_deref())?;
            let verdict = decode_verdict(&stored.bytes).map_err(|_| SqlError::Type)?;
            let signed = SignedVerdict { bytes: stored.bytes, verdict, leader, helper };
            send(tx, &signed, now_ms)?;
            Ok::<_, LeaderError>(sealed_inbox::settle(tx, arrived.id, now_ms)?)
        };
        self.hub.parts().database.write_async("sealed_again", write).await?;
        self.sent_down.notify_one();
        Ok(())
    }

    async fn forget(&self, arrived: Arrived) -> Result<(), LeaderError> {
        tracing::warn!(unit = %arrived.unit, "a report waited too long for its school's key");
        let write = move |tx: &Tx<'_>| sealed_inbox::forget(tx, arrived.id);
        Ok(self.hub.parts().database.write_async("sealed_forget", write).await?)
    }

    async fn drop_item(&self, arrived: Arrived) -> Result<(), LeaderError> {
        tracing::warn!(unit = %arrived.unit, "an item that is no report was left out");
        let now_ms = self.hub.parts().clock.now_ms();
        let write = move |tx: &Tx<'_>| sealed_inbox::settle(tx, arrived.id, now_ms);
        Ok(self.hub.parts().database.write_async("sealed_drop", write).await?)
    }
}

/// Whether the helper refuses what it found right for what both decide from.
fn is_taken_back(settled: &settled::Answer) -> bool {
    let settled::Answer::Refused(told) = settled else { return false };
    let verdict = decode_verdict(&told.verdict).ok();
    let code = verdict.and_then(|verdict| verdict.refused).map(|(code, _)| code);
    code.is_some_and(|code| dispute::is_between(&code))
}

/// What the helper is asked about reports of a task, under the key that this hub holds of it.
pub(super) fn under(task: &Task, key: &VerifyKey, reports: Vec<ToVerify>) -> VerifyRequest {
    let digest = key.digest(&task.id);
    VerifyRequest { task: task.id.bytes().to_vec(), reports, key: digest.bytes().to_vec() }
}

/// Keeps a final verdict with what it is about and sends it down, all in one commit.
fn finish(tx: &Tx<'_>, done: Final, (now_ms, today): (i64, &str)) -> Result<(), LeaderError> {
    let Final { arrived, kept, held, verdict, bytes, leader, helper } = done;
    if let Some(kept) = kept
        && decide_on(tx, Some(kept.arrival.task), &kept.arrival)? == Decision::Verify
    {
        let is_accepted = kept.state == State::Accepted;
        let state = if is_accepted { State::Pending } else { State::Refused };
        let digest = kept.arrival.digest;
        report::insert(tx, &Kept { state, ..kept }, &held, now_ms)?;
        if is_accepted {
            report::accept(tx, &digest, today)?;
        }
    }
    for signed in [&leader, &helper].into_iter().flatten() {
        let signature = Signature::from_bytes(&signed.signature).map_err(|_| SqlError::Type)?;
        verdict::keep_signer(tx, &signature.key_id(), &signed.chain)?;
    }
    let signature = |signed: &Option<HubSignature>| signed.as_ref().map(|s| s.signature.clone());
    let stored = verdict::Stored {
        bytes: bytes.clone(),
        leader: signature(&leader),
        helper: signature(&helper),
    };
    verdict::put(tx, &verdict, &stored)?;
    send(tx, &SignedVerdict { bytes, verdict, leader, helper }, now_ms)?;
    Ok(sealed_inbox::settle(tx, arrived.id, now_ms)?)
}

fn send(tx: &Tx<'_>, signed: &SignedVerdict, now_ms: i64) -> Result<(), LeaderError> {
    let body = encode_signed_verdict(signed);
    let item = encode_item(ItemKind::SealedVerdict, body, Vec::new());
    send_down(tx, &signed.verdict.place.unit, &item, now_ms)?;
    Ok(())
}

fn with_chain(tx: &Tx<'_>, signature: Option<&[u8]>) -> Result<Option<HubSignature>, SqlError> {
    let Some(bytes) = signature else { return Ok(None) };
    let key = Signature::from_bytes(bytes).map_err(|_| SqlError::Type)?.key_id();
    let chain = verdict::signer(tx, &key)?;
    Ok(Some(HubSignature { signature: bytes.to_vec(), chain }))
}
