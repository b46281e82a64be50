//! The machine explored whole, the sequences of the specification, and both sides under every
//! interleaving of a bounded world.

use std::collections::{BTreeMap, BTreeSet};

use super::history::{Act, Course, Side, Standing, Trail, replay};
use super::state::{Actor, Event as E, Fact, State as S, Urgency};
use super::{Refused, TRANSITIONS, due, step};
use crate::ledger::Word as _;

/// States that can be reached from one by any line of the table.
fn reached(from: S) -> BTreeSet<S> {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(state) = open.pop() {
        for found in TRANSITIONS.iter().filter(|found| found.from.contains(&state)) {
            if seen.insert(found.to) {
                open.push(found.to);
            }
        }
    }
    seen
}

#[test]
fn the_table_is_whole() {
    let ids: BTreeSet<&str> = TRANSITIONS.iter().map(|found| found.id).collect();
    let expected: Vec<String> = (1..=31).map(|number| format!("T{number:02}")).collect();
    assert!(ids.into_iter().eq(expected.iter().map(String::as_str)));
    assert_eq!(reached(S::Draft).len(), S::ALL.len(), "every state can be reached");
    for state in S::ALL {
        let ends = reached(*state).into_iter().any(S::is_terminal);
        assert!(ends, "an end can be reached from {state:?}");
        let is_left = TRANSITIONS.iter().any(|found| found.from.contains(state));
        assert_eq!(!is_left, state.is_terminal() && *state != S::Closed, "{state:?}");
        for urgency in Urgency::ALL {
            let owned = due(*state, *urgency).is_some();
            assert_eq!(owned, !state.is_terminal(), "{state:?} has an owner and a deadline");
        }
    }
    // One actor never has two ways to do the same thing.
    for state in S::ALL {
        for event in E::ALL {
            for actor in Actor::ALL {
                let ways = TRANSITIONS.iter().filter(|found| {
                    found.from.contains(state)
                        && found.event == *event
                        && found.actors.contains(actor)
                });
                assert!(ways.count() <= 1, "{state:?} {event:?} {actor:?}");
            }
        }
    }
}

/// Consent can be withdrawn from every open state that is reached by consent and by no emergency
/// before it.
#[test]
fn consent_can_be_withdrawn_from_every_state_after_it() {
    for state in reached(S::Consented) {
        let before_consent = matches!(state, S::Draft | S::ConsentPending | S::EmergencyOut);
        let is_open = !state.is_terminal() || state == S::Closed;
        let withdrawn = step(state, E::WithdrawConsent, Actor::Guardian, |_| true);
        assert_eq!(withdrawn.is_ok(), is_open && !before_consent, "{state:?}");
    }
}

/// Walks a sequence with every fact known; the state where it ends, or the place that was refused.
fn walk(from: S, events: &[(E, Actor)]) -> Result<S, usize> {
    let mut state = from;
    for (place, (event, actor)) in events.iter().enumerate() {
        state = step(state, *event, *actor, |_| true).map_err(|_| place)?.to;
    }
    Ok(state)
}

const SC: Actor = Actor::School;
const RX: Actor = Actor::Recipient;
const HUB: Actor = Actor::Hub;

const TO_RECEIVED: [(E, Actor); 5] = [
    (E::AskConsent, SC),
    (E::ConsentGiven, SC),
    (E::Send, SC),
    (E::HubAck, HUB),
    (E::Delivered, RX),
];

fn after_received(rest: &[(E, Actor)]) -> Vec<(E, Actor)> {
    TO_RECEIVED.iter().chain(rest).copied().collect()
}

#[test]
fn the_known_sequences() {
    let whole = after_received(&[
        (E::Accept, RX),
        (E::Appoint, RX),
        (E::Seen, RX),
        (E::Outcome, RX),
        (E::Return, SC),
        (E::Close, SC),
    ]);
    assert_eq!(walk(S::Draft, &whole), Ok(S::Closed));
    let refused = [(E::AskConsent, SC), (E::ConsentRefused, SC)];
    assert_eq!(walk(S::Draft, &refused), Ok(S::Refused));
    let redirected = after_received(&[
        (E::Redirect, RX),
        (E::ResendInScope, SC),
        (E::HubAck, HUB),
        (E::Delivered, RX),
        (E::Accept, RX),
    ]);
    assert_eq!(walk(S::Draft, &redirected), Ok(S::Accepted));
    let mut withdrawn = TO_RECEIVED[..4].to_vec();
    withdrawn.push((E::WithdrawConsent, Actor::Guardian));
    assert_eq!(walk(S::Draft, &withdrawn), Ok(S::Withdrawn));
    let missed = after_received(&[
        (E::Accept, RX),
        (E::Appoint, RX),
        (E::NotSeen, RX),
        (E::Appoint, RX),
        (E::NotSeen, RX),
        (E::Close, SC),
    ]);
    assert_eq!(walk(S::Draft, &missed), Ok(S::Closed));
    let emergency =
        [(E::Emergency, SC), (E::TakenOver, RX), (E::Outcome, RX), (E::Return, SC), (E::Close, SC)];
    assert_eq!(walk(S::Draft, &emergency), Ok(S::Closed));
    for (from, event, actor) in [
        (S::ConsentPending, E::Send, SC),
        (S::InCare, E::Return, SC),
        (S::Draft, E::WithdrawConsent, SC),
        (S::Withdrawn, E::Delivered, RX),
    ] {
        let refused = step(from, event, actor, |_| true).expect_err("refused");
        assert!(matches!(refused, Refused::State { .. }), "{from:?} {event:?}");
    }
    // Delivery before any acknowledgement stands for one.
    assert_eq!(walk(S::Sent, &[(E::Delivered, RX)]), Ok(S::Received));
}

/// Every state with what its course knows of itself, from the draft on.
fn standings() -> BTreeMap<(S, Trail), BTreeSet<(S, Trail)>> {
    let mut found = BTreeMap::new();
    let mut open = vec![(S::Draft, Trail::default())];
    while let Some((state, trail)) = open.pop() {
        if found.contains_key(&(state, trail)) {
            continue;
        }
        let mut next = BTreeSet::new();
        for event in E::ALL {
            // What the school and its clock do by themselves; the rest only leads further.
            for actor in Actor::ALL {
                let known = |fact| trail.knows(fact).unwrap_or(true);
                if let Ok(line) = step(state, *event, *actor, known) {
                    let after = (line.to, trail.after(*event));
                    open.push(after);
                    if matches!(*actor, Actor::School | Actor::Clock) {
                        next.insert(after);
                    }
                }
            }
        }
        found.insert((state, trail), next);
    }
    found
}

/// Wherever a course stands, whatever was before, the school or its clock can bring it to an end. A
/// draft runs out of time alike before and after an emergency that was stood down, and is called
/// off unless something else had left before; while the emergency lasts neither ends it.
///
/// Method: every state is explored together with what the course knows of itself, with the facts
/// that this decides as they are and every other one known.
#[test]
fn a_course_is_never_left_without_an_end() {
    let standings = standings();
    for start in standings.keys() {
        let mut seen = BTreeSet::from([*start]);
        let mut open = vec![*start];
        while let Some(one) = open.pop() {
            open.extend(standings[&one].iter().copied().filter(|next| seen.insert(*next)));
        }
        assert!(seen.iter().any(|(state, _)| state.is_terminal()), "{start:?}");
    }
    for (state, trail) in standings.keys() {
        let can = |event, actor| {
            step(*state, event, actor, |fact| trail.knows(fact).unwrap_or(true)).is_ok()
        };
        match state {
            S::Draft => {
                assert!(!trail.is_emergency && can(E::Timeout, Actor::Clock));
                // Chosen again after a no and made an emergency then: something had left before.
                assert_eq!(can(E::Cancel, SC), !trail.has_left);
            }
            S::EmergencyOut => {
                assert!(!can(E::Cancel, SC) && !can(E::Timeout, Actor::Clock));
            }
            // Chosen again after a no: something had left, and it is refused or runs out of time.
            S::ConsentPending | S::Consented if trail.has_left => assert!(!can(E::Cancel, SC)),
            _ => {}
        }
    }
    let stood_down = [(E::Emergency, SC), (E::StoodDown, SC)];
    let ended = |last| walk(S::Draft, &[stood_down[0], stood_down[1], last]);
    assert_eq!(ended((E::Cancel, SC)), Ok(S::Cancelled));
    assert_eq!(ended((E::Timeout, Actor::Clock)), Ok(S::Expired));
}

#[test]
fn what_is_missing_is_named() {
    let known = |fact| fact != Fact::ApproverSigned && fact != Fact::ConsentStands;
    let refused = step(S::Consented, E::Send, SC, known).expect_err("refused");
    assert_eq!(refused, Refused::Missing(vec![Fact::ConsentStands, Fact::ApproverSigned]));
    let other = step(S::Received, E::Accept, SC, |_| true).expect_err("refused");
    assert_eq!(other, Refused::Actor);
    // A refused guardian makes no emergency: danger and facts must be there.
    let routine = |fact| fact != Fact::ImminentDanger;
    let refused = step(S::ConsentPending, E::Emergency, SC, routine).expect_err("refused");
    assert_eq!(refused, Refused::Missing(vec![Fact::ImminentDanger]));
}

/// A school and a recipient, each with the acts that it knows.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct World {
    all: BTreeSet<Act>,
    school: BTreeSet<Act>,
    recipient: BTreeSet<Act>,
}

fn last(acts: &BTreeSet<Act>, side: Side) -> u32 {
    acts.iter().filter(|act| act.side == side).map(|act| act.number).max().unwrap_or(0)
}

/// Acts of every other side that a side has taken in without a gap.
fn seen(course: &Course, own: Side) -> BTreeMap<Side, u32> {
    let mut seen = BTreeMap::new();
    for (side, number, _) in course.acts.iter().filter(|(side, _, _)| *side != own) {
        seen.insert(*side, *number);
    }
    seen
}

impl World {
    /// Both sides just after the referral was sent.
    fn sent() -> Self {
        Self::after(&[E::AskConsent, E::ConsentGiven, E::Send])
    }

    /// Both sides just after an emergency was made.
    fn emergency() -> Self {
        Self::after(&[E::Emergency])
    }

    fn after(events: &[E]) -> Self {
        let act = |(number, event)| Act {
            side: Side::School,
            number,
            event,
            actor: SC,
            seen: BTreeMap::new(),
        };
        let all: BTreeSet<Act> = (1..).zip(events.iter().copied()).map(act).collect();
        Self { school: all.clone(), recipient: all.clone(), all }
    }

    fn known(&mut self, side: Side) -> &mut BTreeSet<Act> {
        match side {
            Side::School => &mut self.school,
            Side::Recipient(_) => &mut self.recipient,
        }
    }

    /// Every world that one more act of a side makes, as that side sees the referral.
    fn acted(&self, side: Side, actors: &[Actor]) -> Vec<Self> {
        let own = self.clone().known(side).clone();
        let course = replay(&own);
        let mut worlds = Vec::new();
        for event in E::ALL {
            for actor in actors {
                if step(course.state, *event, *actor, |_| true).is_err() {
                    continue;
                }
                let mut next = self.clone();
                let number = last(&own, side) + 1;
                let act =
                    Act { side, number, event: *event, actor: *actor, seen: seen(&course, side) };
                next.known(side).insert(act.clone());
                next.all.insert(act);
                worlds.push(next);
            }
        }
        worlds
    }

    /// Every world in which one more act has come to the other side, in any order.
    fn delivered(&self) -> Vec<Self> {
        let mut worlds = Vec::new();
        for act in &self.all {
            for side in [Side::School, Side::Recipient(1)] {
                let mut next = self.clone();
                if next.known(side).insert(act.clone()) {
                    worlds.push(next);
                }
            }
        }
        worlds
    }
}

/// Every interleaving of up to five acts of both sides, delivered late, in any order or not yet:
/// once both have everything they agree, and a withdrawal has always won.
#[test]
fn both_sides_converge_and_withdrawal_wins() {
    const ACTS: usize = 3 + 5;
    let mut seen_worlds = BTreeSet::from([World::sent()]);
    let mut open = vec![World::sent()];
    let mut withdrawals = 0;
    while let Some(world) = open.pop() {
        let (school, recipient) = (replay(&world.school), replay(&world.recipient));
        if world.school == world.recipient {
            assert_eq!(school, recipient);
        }
        let whole = replay(&world.all);
        assert_eq!(whole.waiting, 0, "nothing waits once everything is there");
        assert_eq!(whole.acts.len(), world.all.len(), "each act counts once");
        if world.all.iter().any(|act| act.event == E::WithdrawConsent) {
            withdrawals += 1;
            assert_eq!(whole.state, S::Withdrawn, "withdrawal wins every race");
        }
        let mut next = world.delivered();
        if world.all.len() < ACTS {
            next.extend(world.acted(Side::School, &[SC, HUB]));
            next.extend(world.acted(Side::Recipient(1), &[RX]));
        }
        open.extend(next.into_iter().filter(|world| seen_worlds.insert(world.clone())));
    }
    assert!(seen_worlds.len() > 5_000 && withdrawals > 500, "{}", seen_worlds.len());
}

/// Every interleaving of up to four acts of both sides after an emergency: once both have
/// everything they agree, and an emergency that was stood down stands nowhere, also where its
/// recipient took the child over before it heard so. That is kept as late.
#[test]
fn both_sides_converge_after_an_emergency_that_was_stood_down() {
    const ACTS: usize = 1 + 4;
    let mut seen_worlds = BTreeSet::from([World::emergency()]);
    let mut open = vec![World::emergency()];
    let mut crossed = 0;
    while let Some(world) = open.pop() {
        if world.school == world.recipient {
            assert_eq!(replay(&world.school), replay(&world.recipient));
        }
        let whole = replay(&world.all);
        assert_eq!((whole.waiting, whole.acts.len()), (0, world.all.len()));
        let stood_down = world.all.iter().find(|act| act.event == E::StoodDown);
        let taken_over = world.all.iter().find(|act| act.event == E::TakenOver);
        if let Some(act) = stood_down {
            let how = |of: &Act| {
                let found = whole.acts.iter().find(|one| (one.0, one.1) == (of.side, of.number));
                found.map(|one| one.2)
            };
            assert_eq!(how(act), Some(Standing::Took(S::Draft)));
            if let Some(late) = taken_over {
                crossed += 1;
                assert!(matches!(how(late), Some(Standing::Late(_))), "{late:?}");
            }
        }
        let mut next = world.delivered();
        if world.all.len() < ACTS {
            next.extend(world.acted(Side::School, &[SC]));
            next.extend(world.acted(Side::Recipient(1), &[RX]));
        }
        open.extend(next.into_iter().filter(|world| seen_worlds.insert(world.clone())));
    }
    assert!(crossed > 20, "{crossed}");
}

/// Whoever was told to delete has deleted: what ended a referral at the school stands, and what the
/// recipient did meanwhile is late.
#[test]
fn what_deletes_stands_whatever_crossed_it() {
    let first = Side::Recipient(1);
    for (event, to) in [(E::Recall, S::Cancelled), (E::WrongPerson, S::Error)] {
        let school = |number, event, seen| Act {
            side: Side::School,
            number,
            event,
            actor: SC,
            seen: if seen == 0 { BTreeMap::new() } else { BTreeMap::from([(first, seen)]) },
        };
        let seen = || BTreeMap::from([(Side::School, 3)]);
        let recipient = |number, event| Act { side: first, number, event, actor: RX, seen: seen() };
        let acts = BTreeSet::from([
            school(1, E::AskConsent, 0),
            school(2, E::ConsentGiven, 0),
            school(3, E::Send, 0),
            recipient(1, E::Delivered),
            recipient(2, E::Accept),
            school(4, event, 1),
        ]);
        let course = replay(&acts);
        assert_eq!((course.state, course.waiting), (to, 0), "{event:?}");
        let late = course.acts.iter().filter(|(_, _, how)| matches!(how, Standing::Late(_)));
        let late: Vec<_> = late.map(|(side, number, _)| (*side, *number)).collect();
        assert_eq!(late, [(first, 2)], "{event:?}");
    }
}

/// What the recipient of an earlier envelope still does is late and changes nothing.
#[test]
fn an_earlier_recipient_changes_nothing_any_more() {
    let school = |number, event, seen: &[(Side, u32)]| Act {
        side: Side::School,
        number,
        event,
        actor: if event == E::HubAck { HUB } else { SC },
        seen: seen.iter().copied().collect(),
    };
    let recipient = |envelope, number, event, school| Act {
        side: Side::Recipient(envelope),
        number,
        event,
        actor: RX,
        seen: BTreeMap::from([(Side::School, school)]),
    };
    let first = Side::Recipient(1);
    let acts = BTreeSet::from([
        school(1, E::AskConsent, &[]),
        school(2, E::ConsentGiven, &[]),
        school(3, E::Send, &[]),
        recipient(1, 1, E::Delivered, 3),
        recipient(1, 2, E::Redirect, 3),
        school(4, E::ResendInScope, &[(first, 2)]),
        recipient(1, 3, E::Accept, 4),
        recipient(2, 1, E::Delivered, 4),
        recipient(2, 2, E::Accept, 4),
    ]);
    let course = replay(&acts);
    assert_eq!((course.state, course.envelope, course.waiting), (S::Accepted, 2, 0));
    let late: Vec<_> =
        course.acts.iter().filter(|(_, _, how)| matches!(how, Standing::Late(_))).collect();
    assert_eq!(late.len(), 1);
    assert_eq!((late[0].0, late[0].1), (first, 3));
    // Without the delivery of the second envelope its acceptance waits.
    let mut gap = acts;
    gap.retain(|act| !(act.side == Side::Recipient(2) && act.number == 1));
    assert_eq!((replay(&gap).state, replay(&gap).waiting), (S::Sent, 1));
}
