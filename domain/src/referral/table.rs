//! The table of transitions, and the one function that asks it.

use super::state::{Actor, Event, Fact, State};

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    /// Its name in the specification.
    pub id: &'static str,
    /// States in which it can happen.
    pub from: &'static [State],
    /// What happens.
    pub event: Event,
    /// The state afterwards.
    pub to: State,
    /// Who may do it.
    pub actors: &'static [Actor],
    /// What must be known.
    pub guard: &'static [Fact],
}

/// Why an event changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// It does not happen from this state. One that came from outside is kept as late and answered.
    #[error("this does not happen from {from:?}")]
    State {
        /// The state as it is.
        from: State,
    },
    /// Somebody else does it.
    #[error("this is for somebody else to do")]
    Actor,
    /// Something must be known first.
    #[error("something is missing: {0:?}")]
    Missing(Vec<Fact>),
}

const fn line(
    id: &'static str,
    (from, event, to): (&'static [State], Event, State),
    actors: &'static [Actor],
    guard: &'static [Fact],
) -> Transition {
    Transition { id, from, event, to, actors, guard }
}

use Actor as A;
use Event as E;
use Fact as F;
use State as S;

/// Before anything has left the school.
const AT_SCHOOL: &[State] = &[S::Draft, S::ConsentPending, S::Consented];
/// After a recipient said no.
const TURNED_AWAY: &[State] = &[S::Declined, S::RedirectProposed];
/// From where consent can be withdrawn: every state after it was given, a closed one too.
const AFTER_CONSENT: &[State] = &[
    S::Consented,
    S::Sent,
    S::Routed,
    S::Received,
    S::Declined,
    S::RedirectProposed,
    S::Accepted,
    S::Appointed,
    S::NoShow,
    S::InCare,
    S::OutcomeIn,
    S::Returned,
    S::Closed,
];
const SCHOOL: &[Actor] = &[A::School];
const RECIPIENT: &[Actor] = &[A::Recipient];

/// All 31 transitions.
#[rustfmt::skip]
pub const TRANSITIONS: [Transition; 31] = [
    line("T01", (&[S::Draft], E::AskConsent, S::ConsentPending), SCHOOL,
        &[F::TierAllows, F::RecipientChosen, F::DataComplete]),
    line("T02", (&[S::ConsentPending, S::Consented], E::ConsentGiven, S::Consented), SCHOOL,
        &[F::ConsentComplete]),
    line("T03", (&[S::ConsentPending], E::ConsentRefused, S::Refused), SCHOOL, &[]),
    line("T04", (AT_SCHOOL, E::Cancel, S::Cancelled), SCHOOL, &[F::NothingLeft]),
    line("T05", (&[S::Consented], E::Send, S::Sent), SCHOOL,
        &[F::ConsentStands, F::SealedToRecipient, F::ApproverSigned]),
    line("T06", (&[S::Sent, S::Routed], E::HubAck, S::Routed), &[A::Hub], &[]),
    line("T07", (&[S::Routed], E::Delivered, S::Received), RECIPIENT, &[F::SealVerified]),
    line("T08", (&[S::Received], E::Accept, S::Accepted), RECIPIENT, &[]),
    line("T09", (&[S::Received], E::Decline, S::Declined), RECIPIENT, &[F::ReasonCoded]),
    line("T10", (&[S::Received], E::Redirect, S::RedirectProposed), RECIPIENT, &[F::OtherNamed]),
    line("T11", (TURNED_AWAY, E::ChooseAgain, S::ConsentPending), SCHOOL, &[F::RecipientChosen]),
    line("T12", (TURNED_AWAY, E::ResendInScope, S::Sent), SCHOOL,
        &[F::ConsentStands, F::SealedToRecipient, F::ApproverSigned]),
    line("T13", (TURNED_AWAY, E::GiveUp, S::Closed), SCHOOL, &[F::ReasonCoded, F::SchoolPlan]),
    line("T14", (&[S::Accepted, S::NoShow], E::Appoint, S::Appointed), RECIPIENT,
        &[F::DateAndPlace]),
    line("T15", (&[S::Appointed], E::NotSeen, S::NoShow), RECIPIENT, &[]),
    line("T16", (&[S::Appointed], E::Seen, S::InCare), RECIPIENT, &[]),
    line("T17", (&[S::InCare], E::Outcome, S::OutcomeIn), RECIPIENT, &[]),
    line("T18", (&[S::OutcomeIn], E::MoreCare, S::InCare), RECIPIENT, &[]),
    line("T19", (&[S::OutcomeIn], E::Return, S::Returned), SCHOOL, &[F::ReturnPlan]),
    line("T20", (&[S::Returned], E::Relapse, S::Closed), SCHOOL, &[]),
    line("T21", (&[S::Returned], E::Close, S::Closed), SCHOOL,
        &[F::FollowupsDone, F::NinetyDays]),
    line("T22", (&[S::OutcomeIn, S::NoShow, S::Accepted, S::Appointed, S::InCare], E::Close,
        S::Closed), SCHOOL, &[F::ReasonCoded]),
    line("T23", (AFTER_CONSENT, E::WithdrawConsent, S::Withdrawn),
        &[A::Guardian, A::Student, A::School], &[]),
    line("T24", (AT_SCHOOL, E::Timeout, S::Expired), &[A::Clock],
        &[F::DeadlinePassed, F::NoEmergency]),
    line("T25", (AT_SCHOOL, E::Emergency, S::EmergencyOut), SCHOOL,
        &[F::ImminentDanger, F::TwoNamed]),
    line("T26", (&[S::EmergencyOut], E::TakenOver, S::InCare), RECIPIENT, &[]),
    line("T27", (&[S::EmergencyOut], E::StoodDown, S::Draft), SCHOOL, &[F::DangerAbsent]),
    line("T28", (&[S::Draft, S::ConsentPending, S::Consented, S::Sent, S::Routed, S::Received,
        S::Accepted], E::WrongPerson, S::Error), SCHOOL, &[]),
    line("T29", (&[S::Received], E::Timeout, S::Expired), RECIPIENT, &[F::DeadlinePassed]),
    line("T30", (&[S::Sent, S::Routed, S::Received], E::Recall, S::Cancelled), SCHOOL, &[]),
    line("T31", (&[S::EmergencyOut], E::HandedOverByPhone, S::InCare), SCHOOL,
        &[F::ReceiverNoted]),
];

/// What an event makes of a state; the line of the table that says so.
///
/// A recipient that opens what no hub has acknowledged yet was reached all the same: delivery from
/// [`State::Sent`] stands for the acknowledgement too.
///
/// # Errors
/// The table has no such line, somebody else does it, or something must be known first; then
/// nothing changes.
pub fn step(
    from: State,
    event: Event,
    actor: Actor,
    known: impl Fn(Fact) -> bool,
) -> Result<&'static Transition, Refused> {
    let from = match (from, event) {
        (State::Sent, Event::Delivered) => State::Routed,
        (other, _) => other,
    };
    let here = |found: &&Transition| found.event == event && found.from.contains(&from);
    let mut lines = TRANSITIONS.iter().filter(here).peekable();
    if lines.peek().is_none() {
        return Err(Refused::State { from });
    }
    let found = lines.find(|found| found.actors.contains(&actor)).ok_or(Refused::Actor)?;
    let missing: Vec<Fact> = found.guard.iter().copied().filter(|fact| !known(*fact)).collect();
    if missing.is_empty() { Ok(found) } else { Err(Refused::Missing(missing)) }
}
