//! Opening: the helper lets a set pass by its own documents and lists, gives its share of exactly
//! these coordinates once, and signs what was opened.

use std::collections::BTreeSet;
use std::sync::Arc;

use certs::aggregate::Role;
use certs::digest::sha256;
use certs::identity::LeafIdentity;
use certs::root::Commission;
use certs::signature::Signature;
use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::disclosure::plan::{Access, GroupId};
use domain::disclosure::sealed::TaskId;
use domain::unit::{IdentityName, UnitId};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use proto::frame::OPENING_CONTEXT;
use proto::opening::{Detail, Record, Standing, decode_record, encode_record};
use proto::sealed::HubSignature;
use runtime::clock::instant_ms;
use runtime::sql::{SqlError, Tx};

use super::settle::with_chain;
use super::{CallError, Helper, Known};
use crate::sealed::documents::Task;
use crate::sealed::gaps;
use crate::sealed::guard;
use crate::sealed::holding::{self, Holding, NotOpened};
use crate::sealed::past::Past;
use crate::sealed::signed;
use crate::sealed::sums::{self, NotShown, Shares};
use crate::sealed::watch;
use crate::sealed::whole::{self, Extent};
use crate::sealed::{Hub, chain};
use crate::store::alarm;
use crate::store::sealed::opening::{self, Opening, Set};
use crate::store::sealed::{notes, record, task, verdict};

/// How far apart the clocks of the two hubs may be.
const CLOCKS_APART: SignedDuration = SignedDuration::from_hours(24);

/// A set that the leader asks for.
pub struct AskedSet {
    /// The stage.
    pub stage: Stage,
    /// How fine.
    pub detail: Detail,
    /// The groups.
    pub groups: BTreeSet<GroupId>,
    /// Which report each school stands with at the leader.
    pub standings: Vec<Standing>,
    /// Schools of the groups that the leader notes as away.
    pub absent: BTreeSet<UnitId>,
    /// Digests of the records about the period that the leader holds.
    pub recorded: BTreeSet<Digest>,
    /// Schools whose groups it holds back for what their own clear sheets say.
    pub held_back: BTreeSet<UnitId>,
}

/// What the leader says of the schools of a set.
struct Named {
    standings: Vec<Standing>,
    absent: BTreeSet<UnitId>,
    held_back: BTreeSet<UnitId>,
}

/// What the leader opened.
pub struct AskedRecord {
    /// Its share of the sum.
    pub share: Vec<u8>,
    /// Its share of the control sum; empty for a flow.
    pub control: Vec<u8>,
    /// The bytes of the record.
    pub record: Vec<u8>,
    /// Its signature over them.
    pub signature: HubSignature,
}

impl AskedRecord {
    /// The leader's share of the sum and of the control sum.
    fn shares(&self) -> (&[u8], &[u8]) {
        (&self.share, &self.control)
    }
}

/// A sum that a leader asks to be signed, with all that this hub would have seen then.
struct Looked {
    views: guard::Views,
    task: Task,
    opening: Opening,
    cells: Vec<Option<u64>>,
}

impl Helper {
    /// Gives this hub's share of a set and of its control sum, once; asked again, the same.
    ///
    /// # Errors
    /// The plan does not let it pass, schools can object or did, or the leader's reports are not
    /// this hub's.
    pub async fn open(
        &self,
        leader: IdentityName,
        (id, asked): (TaskId, AskedSet),
    ) -> Result<(Vec<u8>, Vec<u8>), CallError> {
        let helper = self.clone();
        let what = (asked.stage, asked.detail, asked.groups.clone());
        let write = move |tx: &Tx<'_>| {
            let known = helper.task(tx, &leader, &id)?;
            let AskedSet { stage, detail, groups, standings, absent, recorded, held_back } = asked;
            let set = Set { task: id, stage, detail, groups };
            if let Some(before) = opening::find(tx, &set)? {
                if opening::standings(tx, before.id)? != standings {
                    return Err(CallError::OtherSet);
                }
                // Taken up again from its record, it has no share any more.
                if before.share.is_empty() {
                    return Err(CallError::RecordedBefore);
                }
                // The cells of its share are those that schools hide who were not away then.
                let is_same = before.absent == absent;
                let answer = is_same.then_some((before.share, before.control));
                return answer.ok_or(CallError::OtherAbsent);
            }
            holds_all(tx, &known.task, &recorded)?;
            // An objection, or who is away, may be among what a backup lacks.
            if notes::lost(tx)?.is_some() {
                return Err(CallError::NotesLost);
            }
            known.let_pass(tx, &helper.hub, set, &Named { standings, absent, held_back })
        };
        let given = self.hub.parts().database.write_async("sealed_open", write).await;
        if let Err(error) = &given {
            self.note_outside(id, what, error).await?;
        }
        given
    }

    /// Calls a person about a leader that asked for what no honest one asks for: the opening itself
    /// was refused, and left nothing.
    async fn note_outside(
        &self,
        id: TaskId,
        (stage, detail, groups): (Stage, Detail, BTreeSet<GroupId>),
        error: &CallError,
    ) -> Result<(), SqlError> {
        let (code, is_outside) = (error.code(), error.is_outside_plan());
        // Absences that the leader does not know of close a group as well.
        let closed = error.closed_group().cloned();
        if !is_outside && closed.is_none() {
            return Ok(());
        }
        let now_ms = self.hub.parts().clock.now_ms();
        let documents = self.hub.documents();
        let write = move |tx: &Tx<'_>| {
            let Some(stored) = task::find(tx, &id)? else { return Ok(()) };
            let Some(year) = documents.year(&stored.area, stored.school_year) else {
                return Ok(());
            };
            let group = closed.as_ref().and_then(|id| year.sealed().plan.group(id));
            if !is_outside && group.is_none_or(|group| group.access != Access::Closed) {
                return Ok(());
            }
            let leader = year.sealed().leader.as_str();
            let (stage, detail) = (stage.as_str(), detail.as_str());
            let groups: Vec<&str> = groups.iter().map(GroupId::as_str).collect();
            tracing::error!(leader, code, groups = groups.join(" "), "asked outside the plan");
            // Without the groups, of which a leader can name any: an alarm for each kind of sum.
            let what = format!("{} {} {stage} {detail}, {code}", stored.sheet, stored.period);
            alarm::raise(tx, watch::ALARM_OUTSIDE, leader, &what, now_ms)
        };
        self.hub.parts().database.write_async("sealed_outside", write).await
    }

    /// Opens a set with the leader's share, checks what the leader says it opened, and signs. Says
    /// also which numbers of the leader's chain are missing here.
    ///
    /// With many schools that may take longer than a leader waits for an answer. Once its turn came
    /// the work goes on without the call, so that the next one finds what was signed; those that
    /// wait for a turn go with their calls, so that there is one such work at a time.
    ///
    /// # Errors
    /// Not a set that was let pass, a control sum that is off, or other figures than these.
    pub async fn record(
        &self,
        leader: IdentityName,
        (id, asked): (TaskId, AskedRecord),
    ) -> Result<(HubSignature, BTreeSet<u64>), CallError> {
        // Until it is signed or refused no other sum, and no sheet, is judged without it.
        let turn = self.hub.look().await;
        let helper = self.clone();
        let work = tokio::spawn(async move {
            let signed = helper.judge_and_sign(leader, id, asked).await;
            drop(turn);
            signed
        });
        work.await.map_err(|_| CallError::Store(SqlError::Closed))?
    }

    async fn judge_and_sign(
        &self,
        leader: IdentityName,
        id: TaskId,
        asked: AskedRecord,
    ) -> Result<(HubSignature, BTreeSet<u64>), CallError> {
        let asked = Arc::new(asked);
        self.guard(&leader, id, &asked).await?;
        let helper = self.clone();
        let write = move |tx: &Tx<'_>| {
            let known = helper.task(tx, &leader, &id)?;
            let unit = &known.task.terms.leader;
            // Signed before this hub was away for a season, it is of the certificate of then.
            let (judge, by) = (helper.hub.judge(), (unit, Commission::Education));
            if !signed::holds_record(&judge, by, (&asked.record, &asked.signature)) {
                return Err(CallError::Signature);
            }
            let identity = helper.hub.parts().identity.current();
            let now = helper.hub.parts().clock.now();
            let signed = known.sign_record(tx, &asked, (&identity, now))?;
            let documents = helper.hub.documents();
            let missing = gaps::missing(tx, &documents, &helper.hub.parts().unit)?.remove(unit);
            Ok((signed, missing.unwrap_or_default()))
        };
        self.hub.parts().database.write_async("sealed_record", write).await
    }

    /// Looks for what would follow from a sum beside everything that this hub has seen, before it
    /// signs; what it refused once stays refused.
    async fn guard(
        &self,
        leader: &IdentityName,
        id: TaskId,
        asked: &Arc<AskedRecord>,
    ) -> Result<(), CallError> {
        let (helper, leader, asked) = (self.clone(), leader.clone(), asked.clone());
        let read = move |tx: &Tx<'_>| helper.look(tx, &leader, (&id, &asked));
        let Some(looked) = self.hub.parts().database.read_async(read).await? else {
            return Ok(());
        };
        let Looked { views, task, opening, cells } = looked;
        // Whatever becomes of the record: this hub knows the sum from here on.
        let id = opening.id;
        let write = move |tx: &Tx<'_>| opening::put_seen(tx, id, &cells);
        self.hub.parts().database.write_async("sealed_seen", write).await?;
        let judged = runtime::blocking::run(move || guard::judge_added(&views)).await;
        let guard::Judged { blocked, aside } = judged.map_err(|_| CallError::Signing)?;
        let (period, now_ms) = (task.terms.period, self.hub.parts().clock.now_ms());
        if !aside.is_empty() {
            let write = move |tx: &Tx<'_>| watch::contradicts(tx, &aside, (period, now_ms));
            self.hub.parts().database.write_async("sealed_contradicts", write).await?;
        }
        let Some(blocked) = blocked else { return Ok(()) };
        let code = blocked.code;
        let write = move |tx: &Tx<'_>| {
            opening::note(tx, opening.id, blocked.code)?;
            task::stop(tx, &task.id, blocked.code)?;
            let area = task.year.sealed().plan.area().as_str();
            let detail = guard::detail(&task, &opening, &blocked);
            alarm::raise(tx, guard::ALARM, area, &detail, now_ms)
        };
        self.hub.parts().database.write_async("sealed_blocked", write).await?;
        Err(CallError::Blocked(code))
    }

    /// What this hub would have seen with the sum; nothing where it signed it before.
    fn look(
        &self,
        tx: &Tx<'_>,
        leader: &IdentityName,
        (id, asked): (&TaskId, &AskedRecord),
    ) -> Result<Option<Looked>, CallError> {
        let known = self.task(tx, leader, id)?;
        let (opening, claimed) = known.claimed(tx, &asked.record)?;
        if let Some(code) = guard::final_code(&opening.refused) {
            return Err(CallError::Blocked(code));
        }
        if record::of_opening(tx, opening.id)?.is_some() {
            return Ok(None);
        }
        let (_, cells) = known.own_record(tx, &opening, (asked.shares(), &claimed))?;
        let standings = opening::standings(tx, opening.id)?;
        let documents = self.hub.documents();
        let views = guard::views(tx, &documents, &known.task, (&opening, &standings), &cells)?;
        Ok(Some(Looked { views, task: known.task, opening, cells }))
    }
}

/// Whether every record about a period that the leader has is here: an older store would let pass
/// what with a forgotten sum singles out a few schools.
pub(super) fn holds_all(
    tx: &Tx<'_>,
    task: &Task,
    recorded: &BTreeSet<Digest>,
) -> Result<(), CallError> {
    let plan = &task.year.sealed().plan;
    let held = record::of_period(tx, (plan.area(), plan.year()), task.terms.period)?;
    let held: BTreeSet<Digest> = held.iter().map(|one| sha256(&one.bytes)).collect();
    if recorded.is_subset(&held) { Ok(()) } else { Err(CallError::RecordsMissing) }
}

impl Known {
    fn let_pass(
        &self,
        tx: &Tx<'_>,
        hub: &Hub,
        set: Set,
        Named { standings, absent, held_back }: &Named,
    ) -> Result<(Vec<u8>, Vec<u8>), CallError> {
        let today = hub.parts().clock.today();
        let documents = hub.documents();
        let mut holding = Holding::read(tx, (&documents, Role::Helper), &self.task, today)?;
        let past = Past::read(tx, &self.task)?;
        self.is_sure(tx, &holding, (&set, standings.as_slice(), absent))?;
        let late = self.hold_back(tx, (&mut holding, &past), (&set, held_back))?;
        let admitted = holding.admit_now(&self.task, &set, &past)?;
        self.is_whole((&holding, &past), &set, today)?;
        holding.unobjected(tx, &self.task, &admitted.standings, today)?;
        // Before a share is out: the records would differ, and no later word could mend it.
        if admitted.absent != *absent {
            return Err(CallError::OtherAbsent);
        }
        if admitted.standings != *standings {
            return Err(CallError::OtherStanding);
        }
        if let Some(blocked) = guard::isolates(tx, &self.task, (&set, standings))? {
            return Err(CallError::Blocked(blocked.code));
        }
        // The leader has the figures once it has the share: one at a time, and each is recorded.
        if opening::is_any_out(tx, &self.task.id)? {
            return Err(CallError::ShareOut);
        }
        let new = holding::opening(tx, &self.task, (set, &admitted), today)?;
        opening::insert(tx, &new, standings)?;
        self.note_held_back(tx, &late, hub.parts().clock.now_ms())?;
        Ok((new.share, new.control))
    }

    /// Whether cells are asked for as this hub itself would open their stage: not group by group,
    /// by whoever leads.
    fn is_whole(&self, held: (&Holding, &Past), set: &Set, today: Date) -> Result<(), CallError> {
        if set.detail != Detail::Cells {
            return Ok(());
        }
        match whole::extent(&self.task, held, set, today) {
            Extent::Whole => Ok(()),
            Extent::Other => Err(CallError::NotWhole { is_early: false }),
            Extent::Early => Err(CallError::NotWhole { is_early: true }),
        }
    }

    fn sign_record(
        &self,
        tx: &Tx<'_>,
        asked: &AskedRecord,
        (identity, now): (&LeafIdentity, Timestamp),
    ) -> Result<HubSignature, CallError> {
        let (opening, claimed) = self.claimed(tx, &asked.record)?;
        let (own, cells) = self.own_record(tx, &opening, (asked.shares(), &claimed))?;
        if encode_record(&own) != asked.record {
            return Err(CallError::OtherRecord);
        }
        if let Some(before) = record::of_opening(tx, opening.id)? {
            // A leader that was put back opens the same figures at another time: there is one
            // record of a set, and it takes that one up.
            let same = before.helper.filter(|_| before.bytes == asked.record);
            return with_chain(tx, &same.ok_or(CallError::RecordedBefore)?);
        }
        self.is_in_place(tx, (&opening, &claimed), now)?;
        let signed = signed::sign(identity, OPENING_CONTEXT, &asked.record);
        let signed = signed.map_err(|_| CallError::Signing)?;
        verdict::keep_signer(tx, &identity.key().id(), &signed.chain)?;
        // A leader that is put back is shown its own signature.
        let leader = Signature::from_bytes(&asked.signature.signature);
        let leader = leader.map_err(|_| CallError::Signature)?.key_id();
        verdict::keep_signer(tx, &leader, &asked.signature.chain)?;
        let new = record::New {
            opening: Some(opening.id),
            number: record::last_number(tx)? + 1,
            signed_number: claimed.number,
            bytes: &asked.record,
            leader: &asked.signature.signature,
            helper: Some(&signed.signature),
        };
        record::append(tx, &new, chain::link)?;
        // What this hub has seen is what its own attacker starts from.
        opening::put_cells(tx, opening.id, &cells)?;
        Ok(signed)
    }

    /// Whether a record is dated within a day of the time in which it can have been opened, by this
    /// hub's own clock, and has a number that no other record of the area has.
    fn is_in_place(
        &self,
        tx: &Tx<'_>,
        (opening, claimed): (&Opening, &Record),
        now: Timestamp,
    ) -> Result<(), CallError> {
        let dated = Timestamp::from_millisecond(claimed.opened_at_ms).unwrap_or_default();
        let passed: Date = opening.asked_on.parse().map_err(|_| SqlError::Type)?;
        let passed = instant_ms(passed.to_datetime(Time::midnight()));
        let from = Timestamp::from_millisecond(passed).unwrap_or_default();
        let within = from.saturating_sub(CLOCKS_APART).is_ok_and(|from| from <= dated)
            && now.saturating_add(CLOCKS_APART).is_ok_and(|until| dated <= until);
        if !within {
            return Err(CallError::OtherTime(dated));
        }
        let area = self.task.year.sealed().plan.area();
        if record::is_taken(tx, area, (claimed.number, opening.id))? {
            return Err(CallError::NumberTaken);
        }
        Ok(())
    }

    /// The opening that a record is about, and what the record says.
    pub(super) fn claimed(
        &self,
        tx: &Tx<'_>,
        record: &[u8],
    ) -> Result<(Opening, Record), CallError> {
        let claimed = decode_record(record)?;
        let set = Set {
            task: claimed.task,
            stage: claimed.stage,
            detail: claimed.detail,
            groups: claimed.groups.clone(),
        };
        let opening = opening::find(tx, &set)?.filter(|opening| opening.set.task == self.task.id);
        Ok((opening.ok_or(CallError::OtherRecord)?, claimed))
    }

    /// The record as this hub would write it, and the figures that the two shares give.
    pub(super) fn own_record(
        &self,
        tx: &Tx<'_>,
        opening: &Opening,
        ((share, control), claimed): ((&[u8], &[u8]), &Record),
    ) -> Result<(Record, Vec<Option<u64>>), CallError> {
        let leader = Shares::from_bytes(share, control);
        let leader = leader.map_err(|_| CallError::Apart)?;
        let own = Shares::from_bytes(&opening.share, &opening.control);
        let own = own.map_err(|_| NotOpened::Share)?;
        let schools = opening::standings(tx, opening.id)?;
        let enrolled = holding::enrolled(tx, opening.set.stage, &schools)?;
        let cells = sums::show(&leader, &own, enrolled).map_err(|error| match error {
            NotShown::Apart => CallError::Apart,
            NotShown::Off { .. } => CallError::Control,
        })?;
        let figures = (cells.as_slice(), claimed.opened_at_ms, claimed.number);
        Ok((holding::record(&self.task, opening, schools, figures), cells))
    }
}
