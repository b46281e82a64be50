//! Where a referral stands, and what may happen next.

use std::collections::{BTreeMap, BTreeSet};

use domain::ledger::Kind;
use domain::referral::history::{Act, Side, Standing, Trail, replay};
use domain::referral::{Actor, Event, State, TRANSITIONS};
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::super::author::Author;
use super::super::browse::{Rights, is_open_to, purpose_of};
use super::super::entry::{Entry as _, Kept, RecordId, StudentId};
use super::super::refusal::LedgerRefusal;
use super::super::{access, read};
use super::withdrawal::stands_on;
use super::{Referral, ReferralAct, ReferralCall};

/// Referrals that the board shows at most.
const BOARD_MAX: usize = 500;

/// A referral with its acts and where they lead.
pub struct Course {
    /// The referral as it stands.
    pub referral: Kept<Referral>,
    /// Its acts in the order in which they were entered, each with how it came out.
    pub acts: Vec<(Kept<ReferralAct>, Standing)>,
    /// Where it stands.
    pub state: State,
    /// How often it was handed over.
    pub envelope: u32,
    /// What it knows of itself beside its state.
    pub trail: Trail,
    /// Telephone calls about it, oldest first.
    pub calls: Vec<Kept<ReferralCall>>,
}

impl Course {
    /// The last act of an event that took effect.
    #[must_use]
    pub fn last(&self, event: Event) -> Option<&Kept<ReferralAct>> {
        self.last_of(|act| act.event == event)
    }

    /// The last act of a kind that took effect.
    #[must_use]
    pub fn last_of(&self, is: impl Fn(&ReferralAct) -> bool) -> Option<&Kept<ReferralAct>> {
        let acts = self.acts.iter().rev();
        let took = acts.filter(|(_, how)| matches!(how, Standing::Took(_)));
        took.map(|(act, _)| act).find(|act| is(&act.entry))
    }

    /// The first emergency of it for which something holds: one after the other is signed, reviewed
    /// and told, each by itself.
    #[must_use]
    pub fn emergency(&self, is: impl Fn(&ReferralAct) -> bool) -> Option<&Kept<ReferralAct>> {
        let took = self.acts.iter().filter(|(_, how)| matches!(how, Standing::Took(_)));
        let mut made = took.map(|(act, _)| act).filter(|act| act.entry.event == Event::Emergency);
        made.find(|act| is(&act.entry))
    }

    /// Since when it stands as it does, in milliseconds since 1970 UTC.
    #[must_use]
    pub fn since_ms(&self) -> i64 {
        let took = self.acts.iter().rev().find(|(_, how)| matches!(how, Standing::Took(_)));
        took.map_or(self.referral.entry.made_at.0, |(act, _)| act.entry.made_at.0)
    }
}

/// A line of the board.
pub struct Row {
    /// The referral.
    pub referral: Kept<Referral>,
    /// Where it stands.
    pub state: State,
    /// Instant at which the limit of its state ends.
    pub due_ms: Option<i64>,
}

/// The course of a referral; who may read it was asked.
///
/// # Errors
/// There is no such referral, or the store.
pub fn course(tx: &Tx<'_>, record: RecordId) -> Result<Course, LedgerRefusal> {
    let referral = read::one::<Referral>(tx, record)?.ok_or(LedgerRefusal::Unknown)?;
    Ok(course_of(tx, referral)?)
}

/// The course of a referral that was read already.
pub(super) fn course_of(tx: &Tx<'_>, referral: Kept<Referral>) -> Result<Course, SqlError> {
    let of_it = "from standing r join TABLE t on t.record = r.id and t.version = r.version
        where r.kind = $1 and t.referral = $2 order by r.id";
    let (kind, of) = (|kind: Kind| domain::ledger::Word::as_str(kind), referral.record.0);
    let acts: Vec<Kept<ReferralAct>> =
        read::select(tx, of_it, params![kind(ReferralAct::KIND), of])?;
    let calls = read::select(tx, of_it, params![kind(ReferralCall::KIND), of])?;
    Ok(told(referral, acts, calls))
}

/// The school is the only one that writes, so the order of writing is the order of the acts, and
/// each has seen all before it.
fn told(
    referral: Kept<Referral>,
    acts: Vec<Kept<ReferralAct>>,
    calls: Vec<Kept<ReferralCall>>,
) -> Course {
    let written = numbered(acts.iter().map(|kept| &kept.entry));
    let set: BTreeSet<Act> = written.iter().cloned().collect();
    let played = replay(&set);
    let how: BTreeMap<(Side, u32), Standing> =
        played.acts.iter().map(|(side, number, how)| ((*side, *number), *how)).collect();
    let of = |act: &Act| how.get(&(act.side, act.number)).copied();
    let acts = acts.into_iter().zip(written).map(|(kept, act)| {
        let how = of(&act).unwrap_or(Standing::Late(played.state));
        (kept, how)
    });
    let acts = acts.collect();
    let (state, envelope, trail) = (played.state, played.envelope, played.trail);
    Course { referral, acts, state, envelope, trail, calls }
}

/// Acts in the order in which the school wrote them, each with side, number and what it had seen.
/// By hand that is all that was written before; what came by letter says itself how much of the
/// school's was seen, and can have seen no more than there was.
fn numbered<'a>(acts: impl Iterator<Item = &'a ReferralAct>) -> Vec<Act> {
    let (mut counts, mut acked): (BTreeMap<Side, u32>, _) = (BTreeMap::new(), 0);
    let mut written = Vec::new();
    for entry in acts {
        let side = match entry.actor {
            Actor::Recipient => Side::Recipient(entry.envelope),
            _ => Side::School,
        };
        let mut seen = counts.clone();
        seen.remove(&side);
        if let Some(told) = entry.lane_seen {
            let most = counts.get(&Side::School).copied().unwrap_or(0);
            // Whoever has it had it from a relay, which said so to the school alone.
            let told = if told.saturating_add(1) == acked { acked } else { told };
            seen = BTreeMap::from([(Side::School, told.min(most))]);
        }
        let number = counts.get(&side).copied().unwrap_or(0) + 1;
        counts.insert(side, number);
        if entry.event == Event::HubAck {
            acked = number;
        }
        written.push(Act { side, number, event: entry.event, actor: entry.actor, seen });
    }
    written
}

/// The course as it travels: what was written, and what is about to be written by the school.
#[must_use]
pub fn history(course: &Course, next: Option<Event>) -> Vec<Act> {
    let mut written = numbered(course.acts.iter().map(|(kept, _)| &kept.entry));
    let Some(event) = next else { return written };
    let mut seen: BTreeMap<Side, u32> = BTreeMap::new();
    for act in &written {
        seen.insert(act.side, act.number);
    }
    let number = seen.remove(&Side::School).unwrap_or(0) + 1;
    written.push(Act { side: Side::School, number, event, actor: Actor::School, seen });
    written
}

/// An event and who does it.
pub type Step = (Event, Actor);

/// What may happen next by hand, in the order of the table. Of what has ended the second half is
/// what a recipient may still say: it is kept, and changes nothing.
#[must_use]
pub fn possible(course: &Course) -> (Vec<Step>, Vec<Step>) {
    let state = match course.state {
        // Nothing is between the school and who takes the paper.
        State::Sent => State::Routed,
        other => other,
    };
    let mut next = Vec::new();
    for line in &TRANSITIONS {
        let is_here = line.from.contains(&state) || line.from.contains(&course.state);
        let is_by_hand = match line.event {
            Event::HubAck => false,
            // There is nothing to take back of what stands on none.
            Event::WithdrawConsent => stands_on(course).is_some(),
            _ => true,
        };
        let Some(actor) = line.actors.first().filter(|_| is_here && is_by_hand) else { continue };
        if !next.iter().any(|(event, _)| *event == line.event) {
            next.push((line.event, *actor));
        }
    }
    let is_over = course.state.is_terminal() && course.envelope > 0;
    let late = [Event::Delivered, Event::Accept, Event::Decline, Event::Seen];
    let late = if is_over { late.to_vec() } else { Vec::new() };
    (next, late.into_iter().map(|event| (event, Actor::Recipient)).collect())
}

/// Referrals that the reader may see, those that wait first, the earliest limit first; whom it
/// names is logged.
///
/// # Errors
/// The role reads nothing of referrals, or the store.
pub fn board(tx: &Tx<'_>, reader: &Author) -> Result<Vec<Row>, LedgerRefusal> {
    if !is_open_to(reader.role(), Kind::Referral) {
        return Err(LedgerRefusal::NotAllowed);
    }
    let mut rights = Rights::new(reader, Kind::Referral);
    let mut rows = Vec::new();
    for kept in read::all::<Referral>(tx)?.into_iter().rev() {
        if rows.len() == BOARD_MAX {
            break;
        }
        if rights.allow(tx, Some(kept.entry.student))? {
            let course = course(tx, kept.record)?;
            let due_ms = super::expires_at(&course);
            rows.push(Row { referral: kept, state: course.state, due_ms });
        }
    }
    rows.sort_by_key(|row| (row.state.is_terminal(), row.due_ms.unwrap_or(i64::MAX)));
    let students: BTreeSet<StudentId> = rows.iter().map(|row| row.referral.entry.student).collect();
    access::log_list(tx, reader, &students, purpose_of(reader.role()))?;
    Ok(rows)
}

/// Referrals of one student, for rules.
pub(super) fn of_student(tx: &Tx<'_>, student: StudentId) -> Result<Vec<Course>, LedgerRefusal> {
    let records = read::about::<Referral>(tx, student.0)?;
    records.into_iter().map(|kept| course(tx, kept.record)).collect()
}

/// Marks in the list of what waits whether a referral has come to its end.
pub(super) fn mark(tx: &Tx<'_>, record: RecordId) -> Result<State, LedgerRefusal> {
    let state = course(tx, record)?.state;
    super::super::write::mark_waiting(tx, record, !state.is_terminal())
        .map_err(|error: SqlError| LedgerRefusal::from(error))?;
    Ok(state)
}
