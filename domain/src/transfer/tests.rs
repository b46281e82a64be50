//! Every order of messages, with any of them lost, repeated or late, looked through to the end.

use std::collections::{BTreeSet, VecDeque};

use jiff::civil::date;

use super::*;

const FIRST: Date = date(2025, 11, 17);
const UNTIL: Date = date(2025, 11, 19);
const LAST: u32 = 4;
/// A tick is a day: what was not answered is said again at each.
const TICK_MS: i64 = AGAIN_MS;

fn day(number: u32) -> Date {
    plus_days(FIRST, number)
}

/// Both schools, everything that was ever said, and the day. What was said may be heard at any time
/// and as often as one likes, or never: that is loss, repetition and every order at once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct World {
    today: u32,
    old: (Out, Told, Option<Date>),
    new: (Option<In>, Told, Option<Date>),
    to_new: BTreeSet<(u32, u32, bool, u8, u32)>,
    to_old: BTreeSet<(u32, u32, bool, u8, u32)>,
}

fn number_of(day: Date) -> u32 {
    (0..20).find(|number| self::day(*number) == day).expect("a day of the test")
}

fn old_code(said: OldSays) -> (u8, u32) {
    match said {
        OldSays::Offered => (0, 0),
        OldSays::Confirmed(day) => (1, number_of(day)),
        OldSays::Declined => (2, 0),
        OldSays::Recalled => (3, 0),
        OldSays::Expired => (4, 0),
    }
}

fn old_said((code, number): (u8, u32)) -> OldSays {
    match code {
        0 => OldSays::Offered,
        1 => OldSays::Confirmed(day(number)),
        2 => OldSays::Declined,
        3 => OldSays::Recalled,
        _ => OldSays::Expired,
    }
}

fn new_code(said: NewSays) -> (u8, u32) {
    match said {
        NewSays::Received => (0, 0),
        NewSays::Accepted(day) => (1, number_of(day)),
        NewSays::Declined(_) => (2, 0),
        NewSays::Closed(day) => (3, number_of(day)),
        NewSays::Ended => (4, 0),
    }
}

fn new_said((code, number): (u8, u32)) -> NewSays {
    match code {
        0 => NewSays::Received,
        1 => NewSays::Accepted(day(number)),
        2 => NewSays::Declined(DeclinedWhy::Other),
        3 => NewSays::Closed(day(number)),
        _ => NewSays::Ended,
    }
}

impl World {
    fn begin() -> Self {
        let mut told = Told::default();
        told.says();
        Self {
            today: 0,
            old: (Out::Offered, told, None),
            new: (None, Told::default(), None),
            to_new: BTreeSet::new(),
            to_old: BTreeSet::new(),
        }
    }

    fn now_ms(&self) -> i64 {
        i64::from(self.today) * TICK_MS
    }

    fn becomes_old(&mut self, next: Out) {
        if next != self.old.0 {
            let said = self.old.0.says();
            self.old.0 = next;
            if next.says() != said {
                self.old.1.says();
            }
        }
    }

    fn becomes_new(&mut self, next: In) {
        let said = self.new.0.map(|was| was.says(DeclinedWhy::Other));
        self.new.0 = Some(next);
        if said != Some(next.says(DeclinedWhy::Other)) {
            self.new.1.says();
        }
    }

    /// What both do by themselves: the clock, the rolls, and what is due to be said.
    fn settle(&mut self) {
        let (today, now_ms) = (day(self.today), self.now_ms());
        let (next, left) = self.old.0.settled(today, UNTIL, Stay::On(date(2025, 9, 1)));
        if left.is_some() {
            assert_eq!(self.old.2, None, "a stay ends once");
            self.old.2 = left;
        }
        self.becomes_old(next);
        if let Some(new) = self.new.0 {
            if let Some(came) = new.arrives(today) {
                assert_eq!(self.new.2, None, "a student is entered once");
                self.new.2 = Some(came);
            }
            self.becomes_new(new.settled(today, UNTIL));
        }
        if self.old.1.is_due(now_ms) {
            let line = self.old.1.line(now_ms);
            let (code, about) = old_code(self.old.0.says());
            self.to_new.insert((line.number, line.seen, line.asks, code, about));
        }
        if let Some(new) = self.new.0
            && self.new.1.is_due(now_ms)
        {
            let line = self.new.1.line(now_ms);
            let said = new.says(DeclinedWhy::Other);
            let (code, about) = new_code(said);
            self.to_old.insert((line.number, line.seen, line.asks, code, about));
        }
    }

    fn hear_new(&mut self, (number, seen, asks, code, about): (u32, u32, bool, u8, u32)) {
        if self.new.1.hears(Line { number, seen, asks }) {
            let said = old_said((code, about));
            let was = self.new.0.unwrap_or(In::Offered);
            self.becomes_new(was.hears(said));
        }
    }

    fn hear_old(&mut self, (number, seen, asks, code, about): (u32, u32, bool, u8, u32)) {
        if self.old.1.hears(Line { number, seen, asks }) {
            self.becomes_old(self.old.0.hears(new_said((code, about))));
        }
    }

    /// Owners of a day.
    fn owners(&self, on: Date) -> (bool, bool) {
        let old = self.old.2.is_none_or(|left| on < left);
        (old, self.new.2.is_some_and(|came| on >= came))
    }

    /// Everything that may happen next.
    fn steps(&self) -> Vec<Self> {
        let mut steps = Vec::new();
        let mut step = |act: &dyn Fn(&mut Self)| {
            let mut next = self.clone();
            act(&mut next);
            next.settle();
            steps.push(next);
        };
        for said in &self.to_new {
            step(&|world| world.hear_new(*said));
        }
        for said in &self.to_old {
            step(&|world| world.hear_old(*said));
        }
        if self.today < LAST {
            step(&|world| world.today += 1);
        }
        if let Some(next) = self.old.0.recalled() {
            step(&|world| world.becomes_old(next));
        }
        for later in [0, 1] {
            let from = day(self.today + later);
            let limits = (day(self.today), UNTIL);
            if let Some(next) = self.new.0.and_then(|new| new.accepted(from, limits)) {
                step(&|world| world.becomes_new(next));
            }
        }
        if let Some(next) = self.new.0.and_then(In::declined) {
            step(&|world| world.becomes_new(next));
        }
        steps
    }

    /// Lets both hear everything that is said from now on, for as long as something is said.
    fn comes_to_rest(&self) -> Self {
        let mut world = self.clone();
        for _ in 0..40 {
            world.today += 1;
            world.settle();
            for said in world.to_new.clone() {
                world.hear_new(said);
            }
            world.settle();
            for said in world.to_old.clone() {
                world.hear_old(said);
            }
            world.settle();
            let is_quiet = !world.old.1.asks() && !world.new.1.asks();
            if is_quiet && world.today > LAST + 3 {
                break;
            }
        }
        world
    }
}

/// Goal: on no day two owners, at no instant; once everything was heard, on every day exactly one,
/// and both sides say the same. Method: every state that any order of messages, loss, repetition,
/// recall, acceptance, refusal and passing of days leads to is visited.
#[test]
fn a_day_has_one_owner_in_every_order() {
    let mut begin = World::begin();
    begin.settle();
    let (mut seen, mut queue) = (BTreeSet::new(), VecDeque::from([begin]));
    let mut ends = BTreeSet::new();
    while let Some(world) = queue.pop_front() {
        if !seen.insert(world.clone()) {
            continue;
        }
        for number in 0..=LAST + 2 {
            assert_ne!(world.owners(day(number)), (true, true), "two owners on day {number}");
        }
        let rest = world.comes_to_rest();
        for number in 0..20 {
            let (old, new) = rest.owners(day(number));
            assert!(old != new, "day {number}: {:?} {:?}", rest.old.0, rest.new.0);
        }
        ends.insert((rest.old.0.stored().0, rest.new.0.map(|new| new.stored().0)));
        assert!(!rest.old.0.is_open(), "{:?} {:?}", rest.old.0, rest.new.0);
        assert!(rest.new.0.is_none_or(|new| !new.is_open()), "{:?}", rest.new.0);
        queue.extend(world.steps());
    }
    let moved = (OutState::Closed, Some(InState::Closed));
    assert!(ends.contains(&moved) && ends.contains(&(OutState::Declined, Some(InState::Declined))));
    assert!(ends.contains(&(OutState::Recalled, Some(InState::Recalled))), "{ends:?}");
    assert!(ends.iter().all(|(old, new)| {
        let is_moved = (*old == OutState::Closed) == (*new == Some(InState::Closed));
        is_moved && *old != OutState::Owed
    }));
}

/// What one side lost, a copy put back, it hears again from the other.
#[test]
fn a_side_that_was_put_back_hears_the_rest() {
    let moved = day(1);
    assert_eq!(Out::Offered.hears(NewSays::Closed(moved)), Out::Owed(moved));
    let stay = Stay::On(date(2025, 9, 1));
    let settled = Out::Owed(moved).settled(day(3), UNTIL, stay);
    assert_eq!(settled, (Out::Closed(moved), Some(moved)), "the day that both hold");
    let given = In::Offered.hears(OldSays::Confirmed(moved));
    assert_eq!(given, In::Given(moved));
    assert_eq!(given.accepted(day(3), (day(3), UNTIL)), Some(In::Moved(moved)));
    for lost in [In::Declined, In::Recalled, In::Expired] {
        let heard = lost.hears(OldSays::Confirmed(moved));
        assert_eq!(heard, In::Given(moved), "{lost:?}: confirmed, so it had been accepted");
    }
    let again = In::Moved(moved).accepted(day(3), (day(3), UNTIL));
    assert_eq!(again, Some(In::Moved(moved)), "entered with another number");
    assert_eq!(Out::Accepted(day(4)).hears(NewSays::Ended), Out::Recalled, "the recall was lost");
    let mut told = Told { own: 1, ..Told::default() };
    assert!(told.hears(Line { number: 4, seen: 3, asks: true }));
    assert!(told.own > 3 && told.asks() && told.is_due(0), "numbers go on behind what was heard");
}

/// A student whose stay somebody ended by hand is the new school's from the agreed day on.
#[test]
fn a_stay_that_ended_by_hand_is_not_ended_twice() {
    let settled = |stay| Out::Accepted(day(1)).settled(day(2), UNTIL, stay);
    assert_eq!(settled(Stay::Off(day(0))), (Out::Confirmed(day(1)), None));
    assert_eq!(settled(Stay::Off(day(2))), (Out::Confirmed(day(2)), None));
    assert_eq!(settled(Stay::On(day(2))), (Out::Accepted(day(1)), None), "who came today stays");
    assert_eq!(settled(Stay::On(day(0))), (Out::Confirmed(day(2)), Some(day(2))));
}

/// Every state is stored and read again.
#[test]
fn states_are_stored() {
    let on = day(1);
    let all = [Out::Offered, Out::Accepted(on), Out::Confirmed(on), Out::Owed(on), Out::Closed(on)];
    for state in all.into_iter().chain([Out::Declined, Out::Recalled, Out::Expired]) {
        let (word, about) = state.stored();
        assert_eq!(Out::of_stored(word.as_str(), about), Some(state));
    }
    let all = [In::Offered, In::Accepted(on), In::Moved(on), In::Given(on), In::Closed(on)];
    for state in all.into_iter().chain([In::Declined, In::Recalled, In::Expired]) {
        let (word, about) = state.stored();
        assert_eq!(In::of_stored(word.as_str(), about), Some(state));
    }
}

/// That a student is here is said again daily for a month, weekly for a year, and then no more;
/// and by a school that has the student alone.
#[test]
fn who_has_a_student_says_so_again() {
    let day = date(2025, 11, 20);
    let hours = |hours: i64| hours * 3_600_000;
    let is_said = |new: In, said_at_ms: Option<i64>, now_ms: i64| {
        new.is_said_again(&Told { said_at_ms, ..Told::default() }, (0, now_ms))
    };
    let here = In::Closed(day);
    assert!(!is_said(here, Some(0), hours(23)) && is_said(here, Some(0), hours(24)));
    let month = hours(24 * 30);
    assert!(!is_said(here, Some(month), month + hours(24)));
    assert!(is_said(here, Some(month), month + hours(7 * 24)));
    assert!(!is_said(here, Some(month), hours(24 * 400)));
    for other in [In::Offered, In::Accepted(day), In::Moved(day), In::Given(day), In::Declined] {
        assert!(!is_said(other, Some(0), hours(48)));
    }
    assert!(!is_said(here, None, hours(48)), "it was never said");
}
