//! Settling reports: the helper decides once more, on the control sums, and signs.
//!
//! A school believes what both hubs signed. Whatever the leader asks, a report that was accepted is
//! never refused later, and one of which this hub signed a refusal is never accepted, whether or
//! not it saw the report: else a school would tell again what is in the sums. A report of which
//! this hub found that it holds it refuses for nothing that is in the report, but for control sums
//! that are off by its own share too; and for a proof or a control sum none that it did not see.
//! Every other refusal is held against what this hub knows itself.

use std::collections::BTreeSet;

use certs::aggregate::{OutputShare, Role, SumShare};
use certs::identity::LeafIdentity;
use certs::root::Commission;
use domain::digest::Digest;
use domain::disclosure::sealed::{Kind, State, TaskId};
use domain::unit::{IdentityName, UnitId};
use jiff::Timestamp;
use proto::frame::VERDICT_CONTEXT;
use proto::sealed::{HubSignature, Verdict, decode_verdict, encode_verdict};
use runtime::sql::Tx;

use super::grounds::{item_of, use_up, was_signed};
use super::{CallError, Helper, Known, REPORTS_MAX};
use crate::sealed::dispute;
use crate::sealed::documents::NoTask;
use crate::sealed::fit::{self, Sums};
use crate::sealed::refused::{self, Refused};
use crate::sealed::signed::{self, Read};
use crate::sealed::without::{Without, opened_without};
use crate::store::alarm;
use crate::store::sealed::report::{self, Shared};
use crate::store::sealed::verdict;

/// A verdict that the leader proposes.
#[derive(Default)]
pub struct AskedVerdict {
    /// The bytes that it would sign.
    pub verdict: Vec<u8>,
    /// Its share of the stage sums of a stock; empty for a flow, or a refusal for anything else.
    pub sums: Vec<u8>,
    /// The school's signed item, with a refusal for which the other hub shows nothing.
    pub item: Vec<u8>,
    /// With a refusal of what came after its sum: digests of the records about the period that the
    /// leader holds.
    pub recorded: BTreeSet<Digest>,
    /// With an acceptance that is shown again: this hub's own signature over the verdict.
    pub signed: Option<HubSignature>,
}

/// What the helper says about a verdict.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// It signs.
    Signed(HubSignature),
    /// It refuses the report, in a verdict of its own.
    Refused(Vec<u8>, HubSignature),
}

/// A proposal with what the control sums say of it.
struct Proposal {
    verdict: Verdict,
    bytes: Vec<u8>,
    off: Option<Refused>,
    /// What a refusal is about, where the leader had to show it.
    read: Option<Read>,
    /// Whether this hub had accepted the report before it was put back.
    was_here: bool,
}

impl Helper {
    /// Decides on verdicts of a task and signs one for each.
    ///
    /// # Errors
    /// The call as a whole is not answered; nothing was noted.
    pub async fn settle(
        &self,
        leader: IdentityName,
        (id, asked): (TaskId, Vec<AskedVerdict>),
    ) -> Result<Vec<Settled>, CallError> {
        if asked.len() > REPORTS_MAX {
            return Err(CallError::TooMany);
        }
        let (helper, caller) = (self.clone(), leader.clone());
        let identity = self.hub.parts().identity.current();
        let today = self.hub.parts().clock.today().to_string();
        // What a verdict is held against is read in the commit that signs it: no sum of the period
        // goes out in between.
        let write = move |tx: &Tx<'_>| {
            let proposals = helper.proposed(tx, &leader, (&id, asked))?;
            let is_of_period = proposals.iter().any(Proposal::is_of_period);
            let settle = |proposal| decide(tx, proposal, (&identity, &today));
            let settled = proposals.into_iter().map(settle);
            let settled = settled.collect::<Result<Vec<_>, CallError>>()?;
            if is_of_period {
                dispute::answered(tx, &id)?;
            }
            Ok::<_, CallError>(settled)
        };
        let settled = self.hub.parts().database.write_async("sealed_settle", write).await;
        if matches!(settled, Err(CallError::Disagree)) {
            self.disagree_on(caller, id).await?;
        }
        settled
    }
}

impl Proposal {
    /// Whether it refuses a report for its period, whatever is in the report.
    fn is_of_period(&self) -> bool {
        let code = self.verdict.refused.as_ref().map(|(code, _)| code.as_str());
        code.is_some_and(refused::is_of_period)
    }
}

impl Helper {
    /// What this hub holds against each of the verdicts that a leader proposes.
    fn proposed(
        &self,
        tx: &Tx<'_>,
        leader: &IdentityName,
        (id, asked): (&TaskId, Vec<AskedVerdict>),
    ) -> Result<Vec<Proposal>, CallError> {
        let decoded = asked.into_iter().map(|asked| Ok((decode_verdict(&asked.verdict)?, asked)));
        let decoded = decoded.collect::<Result<Vec<_>, CallError>>()?;
        for (verdict, _) in decoded.iter().filter(|(verdict, _)| is_refusal(verdict)) {
            self.leads_period(leader, verdict)?;
        }
        // Any other refusal may be about a task that is none here.
        let is_any_here = decoded.iter().any(|(verdict, _)| is_of_task(verdict));
        let known = if is_any_here { Some(self.task(tx, leader, id)?) } else { None };
        let propose = |(verdict, asked): (Verdict, AskedVerdict)| -> Result<Proposal, CallError> {
            match &known {
                Some(known) if is_of_task(&verdict) => {
                    let was_here = self.was_here(tx, &verdict, &asked)?;
                    Ok(Proposal { was_here, ..known.propose(tx, verdict, asked)? })
                }
                _ => self.refusal(tx, (leader, id), (verdict, asked)),
            }
        };
        decoded.into_iter().map(propose).collect()
    }

    /// Whether a leader shows this hub's own signature of an acceptance. Where the store has no
    /// verdict about the report, it is of before the store was put back: whatever was signed since
    /// is here.
    fn was_here(
        &self,
        tx: &Tx<'_>,
        verdict: &Verdict,
        asked: &AskedVerdict,
    ) -> Result<bool, CallError> {
        let Some(signed) = asked.signed.as_ref().filter(|_| verdict.refused.is_none()) else {
            return Ok(false);
        };
        if verdict::find(tx, &verdict.report)?.is_some() {
            return Ok(false);
        }
        let judge = self.hub.judge();
        let dated = Timestamp::from_millisecond(verdict.decided_at_ms).unwrap_or(judge.now);
        let by = (&self.hub.parts().unit, Commission::Health);
        let says = (VERDICT_CONTEXT, asked.verdict.as_slice());
        Ok(judge.dated(by, says, (signed, dated)).is_ok())
    }

    /// Checks that the caller leads a year of the period that a verdict is about.
    fn leads_period(&self, leader: &IdentityName, verdict: &Verdict) -> Result<(), CallError> {
        let documents = self.hub.documents();
        let mut years = documents.years().iter().filter(|year| year.is_of(verdict.place.period));
        let is_led = years.any(|year| self.helps((year, leader)));
        if is_led { Ok(()) } else { Err(CallError::NoTask(NoTask::Year)) }
    }

    /// Notes that the leader proposed what cannot be where this hub is right, also about a task
    /// that is none of this hub's.
    async fn disagree_on(&self, leader: IdentityName, id: TaskId) -> Result<(), CallError> {
        let (helper, caller) = (self.clone(), leader.clone());
        let read = move |tx: &Tx<'_>| helper.task(tx, &caller, &id);
        match self.hub.parts().database.read_async(read).await {
            Ok(known) => Ok(self.disagree(&known).await?),
            Err(CallError::Store(error)) => Err(error.into()),
            Err(_) => {
                let (now_ms, other) = (self.hub.parts().clock.now_ms(), leader.unit().clone());
                // Without the task, of which a leader can name any.
                let write = move |tx: &Tx<'_>| {
                    alarm::raise(tx, dispute::ALARM, other.as_str(), "a refusal", now_ms)
                };
                Ok(self.hub.parts().database.write_async("sealed_disagree", write).await?)
            }
        }
    }

    /// A refusal of a report of whatever task, in a year that the caller leads; this hub need not
    /// have seen the report, and signs what its own documents and store say too.
    fn refusal(
        &self,
        tx: &Tx<'_>,
        (leader, id): (&IdentityName, &TaskId),
        (verdict, asked): (Verdict, AskedVerdict),
    ) -> Result<Proposal, CallError> {
        let AskedVerdict { verdict: bytes, item, recorded, .. } = asked;
        let code = verdict.refused.as_ref().map_or("", |(code, _)| code.as_str()).to_owned();
        let held = report::find(tx, &verdict.report)?;
        let is_same = held.as_ref().is_none_or(|held| {
            let arrival = &held.kept.arrival;
            let claimed = (&verdict.place.unit, verdict.place.number, verdict.task);
            claimed == (&arrival.school, arrival.number, arrival.task)
        });
        if !is_same || verdict.task != *id {
            return Err(CallError::NotVerified);
        }
        let is_said = match &held {
            // What it says of these stands, and is said when it is decided.
            Some(held) if held.kept.state == State::Accepted => true,
            Some(held) if held.kept.state == State::Pending && !refused::is_of_period(&code) => {
                true
            }
            Some(held) if held.kept.state == State::Refused && held.held.code == code => true,
            _ => was_signed(tx, &verdict.report, &code)?,
        };
        if is_said {
            return Ok(Proposal { verdict, bytes, off: None, read: None, was_here: false });
        }
        let own = held.and_then(|held| held.held.item).filter(|_| item.is_empty());
        let read = item_of(&verdict, &own.unwrap_or(item))?;
        self.speaks_for(tx, leader, (&code, &read), &recorded)?;
        Ok(Proposal { verdict, bytes, off: None, read: Some(read), was_here: false })
    }
}

impl Known {
    fn propose(
        &self,
        tx: &Tx<'_>,
        verdict: Verdict,
        asked: AskedVerdict,
    ) -> Result<Proposal, CallError> {
        if is_beside(&verdict) {
            return self.beside(verdict, asked.verdict);
        }
        let held = report::find(tx, &verdict.report)?.ok_or(CallError::NotVerified)?;
        let arrival = &held.kept.arrival;
        let claimed = (&verdict.place.unit, verdict.place.number, verdict.task);
        let place = (&verdict.place.table, verdict.place.period);
        let is_same = claimed == (&arrival.school, arrival.number, arrival.task)
            && place == (&self.task.terms.table, self.task.terms.period)
            && arrival.task == self.task.id;
        if !is_same {
            return Err(CallError::NotVerified);
        }
        let refused = verdict.refused.as_ref().map(|(code, _)| code.as_str());
        let is_open = held.kept.state == State::Pending
            && refused.is_none_or(|code| code == refused::CONTROL);
        let off = match is_open {
            // A sum of the period may have gone out between the check and this.
            true if refused.is_none() && self.is_too_late(tx, &arrival.school)? => {
                Some(Refused::opened_without())
            }
            true => self.control(&held, &asked.sums)?,
            false => None,
        };
        Ok(Proposal { verdict, bytes: asked.verdict, off, read: None, was_here: false })
    }

    /// Whether a sum of the period went out without a school.
    fn is_too_late(&self, tx: &Tx<'_>, school: &UnitId) -> Result<bool, CallError> {
        Ok(opened_without(tx, (&self.task, Role::Helper), school)? == Without::Opened)
    }

    /// A verdict beside another report: about this task, whether or not the report was seen here.
    fn beside(&self, verdict: Verdict, bytes: Vec<u8>) -> Result<Proposal, CallError> {
        let claimed = (&verdict.place.table, verdict.place.period, verdict.task);
        if claimed != (&self.task.terms.table, self.task.terms.period, self.task.id) {
            return Err(CallError::NotVerified);
        }
        Ok(Proposal { verdict, bytes, off: None, read: None, was_here: false })
    }

    /// The stage sums of a pending stock, against what its school names as enrolled.
    fn control(&self, held: &Shared, sums: &[u8]) -> Result<Option<Refused>, CallError> {
        if self.task.table.kind() == Kind::Flow {
            return Ok(None);
        }
        let share = held.held.share.as_deref().ok_or(CallError::NotVerified)?;
        let school = self.task.year.sealed().roster.school(&held.kept.arrival.school);
        let school = school.ok_or(CallError::OtherTask)?;
        let own = OutputShare::from_bytes(share).map_err(|_| CallError::Apart)?;
        let own = fit::stage_sums(&own, &self.task.table, school).map_err(|_| CallError::Apart)?;
        let leader = SumShare::from_bytes(sums).map_err(|_| CallError::Apart)?;
        match fit::compare((&leader, &own), &held.held.enrolled) {
            Sums::Right => Ok(None),
            Sums::Off(refused) => Ok(Some(refused)),
            Sums::Apart => Err(CallError::Apart),
        }
    }
}

fn decide(
    tx: &Tx<'_>,
    proposal: Proposal,
    (identity, today): (&LeafIdentity, &str),
) -> Result<Settled, CallError> {
    let Proposal { verdict, bytes, off, read, was_here } = proposal;
    if is_beside(&verdict) {
        return beside(tx, &verdict, &bytes, identity);
    }
    let digest = verdict.report;
    let held = match report::find(tx, &digest)? {
        Some(held) => held,
        // Never seen here: with the signature that is kept it never will be accepted.
        None if is_refusal(&verdict) => {
            if is_one_too_many(tx, &verdict)? {
                return Err(CallError::Disagree);
            }
            if let Some(read) = read {
                use_up(tx, &verdict, read)?;
            }
            return Ok(Settled::Signed(sign(tx, &verdict, bytes, identity)?));
        }
        None => return Err(CallError::NotVerified),
    };
    let refused = verdict.refused.as_ref().map(|(code, _)| code.clone());
    match (held.kept.state, refused, off) {
        (State::Pending, None, None) => {
            report::accept(tx, &digest, today)?;
            if was_here {
                report::was_here(tx, &digest)?;
            }
        }
        (State::Accepted, None, _) | (State::Refused, Some(_), _) => {}
        (State::Pending, Some(code), Some(off)) if code == off.code => {
            report::refuse(tx, &digest, &code)?;
        }
        // Of the period and not of the report: it comes after its sum, or its school was away.
        (State::Pending, Some(code), _) if refused::is_of_period(&code) => {
            report::refuse(tx, &digest, &code)?;
        }
        (State::Pending, None, Some(off)) if off.code == refused::OPENED_WITHOUT => {
            report::refuse(tx, &digest, off.code)?;
            return own_refusal(tx, (verdict, &digest), off, identity);
        }
        // This hub found the opposite, and what it decided from is what the leader decides from.
        (State::Pending, Some(_), _) | (State::Pending, None, Some(_)) => {
            return Err(CallError::Disagree);
        }
        (State::Accepted, Some(_), _) => return Err(CallError::Accepted),
        (State::Refused, None, _) => {
            let code = refused::known(&held.held.code);
            let before = Refused::new(code, "the report was refused before");
            return own_refusal(tx, (verdict, &digest), before, identity);
        }
    }
    Ok(Settled::Signed(sign(tx, &verdict, bytes, identity)?))
}

/// Whether a verdict refuses a report for itself, and not beside another one.
fn is_refusal(verdict: &Verdict) -> bool {
    verdict.refused.is_some() && !is_beside(verdict)
}

/// Whether a verdict is about what this hub holds of a task: all but a refusal for which the other
/// hub needs to show nothing.
fn is_of_task(verdict: &Verdict) -> bool {
    let code = verdict.refused.as_ref().map(|(code, _)| code.as_str());
    !is_refusal(verdict) || code.is_some_and(refused::is_shown)
}

/// Whether a report that this hub has not seen would be refused for what can be the leader's key,
/// with too many others of its task.
fn is_one_too_many(tx: &Tx<'_>, verdict: &Verdict) -> Result<bool, CallError> {
    let code = verdict.refused.as_ref().map(|(code, _)| code.as_str());
    let school = BTreeSet::from([verdict.place.unit.clone()]);
    Ok(code.is_some_and(dispute::is_between) && dispute::is_disputed(tx, &verdict.task, &school)?)
}

fn is_beside(verdict: &Verdict) -> bool {
    verdict.refused.as_ref().is_some_and(|(code, _)| code == refused::OTHER_REPORT)
}

/// Signs that another report of the school stands, where both hubs accepted one and this hub holds
/// it: a school that is told so gives the period up, and must not on the leader's word alone. Of
/// the report that came second nothing is kept.
fn beside(
    tx: &Tx<'_>,
    verdict: &Verdict,
    bytes: &[u8],
    identity: &LeafIdentity,
) -> Result<Settled, CallError> {
    let stands = report::of_school(tx, &verdict.task, &verdict.place.unit)?;
    let stands = stands.filter(|kept| kept.state == State::Accepted);
    let stands = stands.ok_or(CallError::NoOtherReport)?;
    if stands.arrival.digest == verdict.report {
        return Err(CallError::Accepted);
    }
    let signed = signed::sign(identity, VERDICT_CONTEXT, bytes);
    Ok(Settled::Signed(signed.map_err(|_| CallError::Signing)?))
}

/// The helper's own verdict over the same report; the same one again.
fn own_refusal(
    tx: &Tx<'_>,
    (proposed, digest): (Verdict, &Digest),
    refused: Refused,
    identity: &LeafIdentity,
) -> Result<Settled, CallError> {
    if let Some(stored) = verdict::find(tx, digest)? {
        let known = decode_verdict(&stored.bytes)?;
        let signature = stored.helper.as_deref().filter(|_| known.refused.is_some());
        if let Some(signature) = signature {
            return Ok(Settled::Refused(stored.bytes.clone(), with_chain(tx, signature)?));
        }
    }
    let refused = Some((refused.code.to_owned(), refused.reason));
    let own = Verdict { refused, ..proposed };
    let bytes = encode_verdict(&own);
    let signed = sign(tx, &own, bytes.clone(), identity)?;
    Ok(Settled::Refused(bytes, signed))
}

/// Signs a verdict, or gives the signature that was given over these very bytes.
fn sign(
    tx: &Tx<'_>,
    verdict: &Verdict,
    bytes: Vec<u8>,
    identity: &LeafIdentity,
) -> Result<HubSignature, CallError> {
    let stored = verdict::find(tx, &verdict.report)?.filter(|stored| stored.bytes == bytes);
    if let Some(signature) = stored.and_then(|stored| stored.helper) {
        return with_chain(tx, &signature);
    }
    let signed = signed::sign(identity, VERDICT_CONTEXT, &bytes);
    let signed = signed.map_err(|_| CallError::Signing)?;
    verdict::keep_signer(tx, &identity.key().id(), &signed.chain)?;
    let helper = Some(signed.signature.clone());
    verdict::put(tx, verdict, &verdict::Stored { bytes, leader: None, helper })?;
    Ok(signed)
}

/// A stored signature with the certificates of its key.
pub(super) fn with_chain(tx: &Tx<'_>, signature: &[u8]) -> Result<HubSignature, CallError> {
    let read = certs::signature::Signature::from_bytes(signature);
    let key = read.map_err(|_| CallError::Signing)?.key_id();
    let chain = verdict::signer(tx, &key)?;
    Ok(HubSignature { signature: signature.to_vec(), chain })
}
