//! Facts about slots: the times say nothing, and the order is the one that is promised.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const RANKS: [Rank; 4] = [Rank::Withdrawal, Rank::Emergency, Rank::Urgent, Rank::Routine];

/// A draw that gives no dummy.
const QUIET: u64 = 1;

fn unit() -> UnitId {
    "3702000042".parse().expect("unit")
}

fn start() -> Timestamp {
    "2026-11-28T00:00:00Z".parse().expect("instant")
}

fn tick(number: i64) -> Timestamp {
    Timestamp::from_second(start().as_second() + number * TICK_SECONDS).expect("instant")
}

fn waiting(ranks: &[Rank]) -> Vec<Waiting<usize>> {
    let numbered = ranks.iter().enumerate();
    numbered.map(|(id, rank)| Waiting { rank: *rank, turn: 0, queued: id as u64, id }).collect()
}

/// Every queue of at most three letters.
fn queues() -> Vec<Vec<Waiting<usize>>> {
    let mut all = vec![Vec::new()];
    for one in RANKS {
        all.push(vec![one]);
        for two in RANKS {
            all.push(vec![one, two]);
            all.extend(RANKS.map(|three| vec![one, two, three]));
        }
    }
    all.iter().map(|ranks: &Vec<Rank>| waiting(ranks)).collect()
}

/// What left at which tick, in slots and beside them.
struct Course {
    slots: Vec<(i64, Leaves<usize>)>,
    beside: Vec<(i64, Leaves<usize>)>,
}

/// Lets ticks pass, with letters that come meanwhile.
fn course(
    ticks: i64,
    arrivals: &BTreeMap<i64, Vec<Waiting<usize>>>,
    draw: impl Fn(i64) -> u64,
) -> Course {
    let unit = unit();
    let (mut last, mut queue) = (None, Vec::new());
    let mut course = Course { slots: Vec::new(), beside: Vec::new() };
    for number in 0..ticks {
        queue.extend(arrivals.get(&number).into_iter().flatten().copied());
        let moment = Moment { unit: &unit, now: tick(number), last, draw: draw(number) };
        let leaving = leaving(&moment, &queue);
        let mut take = |leaves: Leaves<usize>| {
            if let Leaves::Letter(id) = leaves {
                queue.retain(|waiting: &Waiting<usize>| waiting.id != id);
            }
        };
        if let Some(leaves) = leaving.at_once {
            take(leaves);
            course.beside.push((number, leaves));
        }
        if let Some((slot, leaves)) = leaving.slot {
            take(leaves);
            last = Some(slot);
            course.slots.push((number, leaves));
        }
    }
    course
}

fn times(course: &Course) -> Vec<i64> {
    course.slots.iter().map(|(number, _)| *number).collect()
}

/// Whoever counts the letters of a day sees the same hours and minutes, whatever waits.
///
/// Method: every queue of at most three letters, a day and a half of ticks.
#[test]
fn silence_and_traffic_have_the_same_slots() {
    let ticks = 36 * 240;
    let silence = course(ticks, &BTreeMap::new(), |_| QUIET);
    assert_eq!(silence.slots.len(), 36);
    assert!(silence.slots.iter().all(|(_, leaves)| *leaves == Leaves::Dummy));
    for queue in queues() {
        let busy = course(ticks, &[(0, queue.clone())].into(), |_| QUIET);
        assert_eq!(times(&busy), times(&silence), "{queue:?}");
    }
}

/// Each hour has one slot, at the minute of its day, and minutes differ from day to day.
#[test]
fn an_hour_has_one_slot_at_its_minute() {
    let course = course(72 * 240, &BTreeMap::new(), |_| QUIET);
    assert_eq!(course.slots.len(), 72);
    let mut minutes = BTreeSet::new();
    for (hour, (number, _)) in course.slots.iter().enumerate() {
        let now = tick(*number);
        assert_eq!(number / 240, i64::try_from(hour).expect("small"));
        assert_eq!(number % 240, minute(&unit(), now) * 4, "at the first tick of its minute");
        minutes.insert(minute(&unit(), now));
    }
    assert_eq!(minutes.len(), 3);
}

/// What cannot wait leaves one a tick, of one rank in its order; what is routine waits. Nothing
/// leaves twice and nothing stays.
#[test]
fn what_cannot_wait_leaves_one_a_tick_and_routine_waits() {
    for queue in queues() {
        let course = course(5 * 240, &[(0, queue.clone())].into(), |_| QUIET);
        let mut wanted: Vec<&Waiting<usize>> = queue.iter().collect();
        wanted.sort_by_key(|waiting| (waiting.rank, waiting.queued));
        let urgent = wanted.iter().filter(|waiting| waiting.rank.leaves_at_once());
        let letters = |of: &[(i64, Leaves<usize>)]| -> Vec<usize> {
            let ids = of.iter().filter_map(|(_, leaves)| match leaves {
                Leaves::Letter(id) => Some(*id),
                Leaves::Dummy => None,
            });
            ids.collect()
        };
        // The first slot lies behind the third tick, so what is urgent has left before.
        assert!(times(&course).first().is_some_and(|first| *first > 3));
        let mut expected: Vec<usize> = urgent.map(|waiting| waiting.id).collect();
        let beside = letters(&course.beside);
        for rank in RANKS {
            let of_rank = |id: &&usize| queue[**id].rank == rank;
            assert!(beside.iter().filter(of_rank).is_sorted(), "{queue:?}");
        }
        let mut sorted = beside;
        sorted.sort_unstable();
        expected.sort_unstable();
        assert_eq!(sorted, expected, "{queue:?}");
        let at: Vec<i64> = course.beside.iter().map(|(number, _)| *number).collect();
        assert!(at.iter().zip(0..).all(|(number, next)| *number == next), "one a tick");
        let routine = wanted.iter().filter(|waiting| waiting.rank == Rank::Routine);
        assert_eq!(letters(&course.slots), routine.map(|waiting| waiting.id).collect::<Vec<_>>());
    }
}

/// A slot that is due while several urgent letters wait takes the second one, and no letter leaves
/// in both ways.
#[test]
fn a_slot_takes_what_is_next() {
    let unit = unit();
    let queue = waiting(&[Rank::Routine, Rank::Urgent, Rank::Withdrawal]);
    let now = tick(239);
    let moment = Moment { unit: &unit, now, last: None, draw: 0 };
    let both = leaving(&moment, &queue);
    assert_eq!(both.at_once, Some(Leaves::Letter(1)), "this tick is an urgent one's");
    assert_eq!(both.slot, Some((Slot::at(now), Leaves::Letter(2))));
    let alone = leaving(&moment, &queue[..1]);
    assert_eq!(alone.at_once, Some(Leaves::Dummy), "the draw asks for one");
    assert_eq!(alone.slot, Some((Slot::at(now), Leaves::Letter(0))));
    assert_eq!(Slot::from_number(Slot::at(now).number()), Slot::at(now));
}

/// However many letters of the other ranks wait, an emergency leaves within two ticks, and a
/// withdrawal and an urgent letter within four.
///
/// Method: a thousand letters of each other rank in front, and every tick of a minute.
#[test]
fn no_rank_holds_another_back() {
    for (rank, most) in [(Rank::Emergency, 2), (Rank::Withdrawal, 4), (Rank::Urgent, 4)] {
        for start in 0..4 {
            let before = RANKS.into_iter().filter(|other| *other != rank);
            let mut ranks: Vec<Rank> = before.flat_map(|other| vec![other; 1_000]).collect();
            ranks.push(rank);
            let (last, queue) = (ranks.len() - 1, waiting(&ranks));
            let course = course(start + 5, &[(start, queue)].into(), |_| QUIET);
            let mut all = course.beside.iter().chain(&course.slots);
            let left = all.find(|(_, leaves)| *leaves == Leaves::Letter(last));
            let waited = left.map_or(i64::MAX, |(number, _)| number - start + 1);
            assert!(waited <= most, "{rank:?} from {start}: {waited}");
        }
    }
}

/// Senders take turns: with a thousand letters of one of them in front, the first letter of each
/// other one leaves before the next of that one does.
#[test]
fn no_sender_holds_another_back() {
    const SENDERS: usize = 4;
    let unit = unit();
    let of = |id: usize| id.saturating_sub(999);
    let mut left: Vec<usize> = (0..1_000 + SENDERS - 1).collect();
    let (mut turns, mut order) = ([0_u64; SENDERS], Vec::new());
    // The first one has the list to itself, and then the others come.
    for turn in 1..=8_u64 {
        let known = left.iter().filter(|id| turn > 3 || **id < 1_000);
        let letter = |id: &usize| Waiting {
            rank: Rank::Emergency,
            turn: turns[of(*id)],
            queued: *id as u64,
            id: *id,
        };
        let queue: Vec<Waiting<usize>> = known.map(letter).collect();
        let now = tick(i64::try_from(turn).expect("small"));
        let moment = Moment { unit: &unit, now, last: Some(Slot::at(now)), draw: QUIET };
        let Some(Leaves::Letter(id)) = leaving(&moment, &queue).at_once else { panic!("waits") };
        left.retain(|known| *known != id);
        turns[of(id)] = turn;
        order.push(id);
    }
    assert_eq!(order, [0, 1, 2, 1_000, 1_001, 1_002, 3, 4]);
}

/// Hours in which the program stood still are not made up for, and a clock that ran ahead and was
/// put right silences nobody.
#[test]
fn a_missed_hour_stays_missed() {
    let unit = unit();
    let at = |number, last| {
        let moment = Moment { unit: &unit, now: tick(number), last, draw: QUIET };
        leaving::<usize>(&moment, &[]).slot.map(|(slot, _)| slot)
    };
    let first = Slot::at(tick(0));
    let late = at(9 * 240 + 239, Some(first)).expect("due");
    assert_eq!(late, Slot::at(tick(9 * 240)));
    assert_eq!(at(9 * 240 + 239, Some(late)), None);
    assert_eq!(at(8 * 240 + 239, Some(late)), None, "an hour back, as when a clock is set");
    let wrong = Slot::from_number(late.number() + 9_000);
    assert_eq!(at(9 * 240 + 239, Some(wrong)), Some(late));
}

/// Dummies beside the slots come four times a day in the mean, whatever the queue of routine
/// letters, and an urgent letter takes the place of one.
#[test]
fn dummies_of_the_urgent_kind_follow_the_draw() {
    let day = 24 * 240;
    let course = course(day, &BTreeMap::new(), |number| number.unsigned_abs());
    assert_eq!(course.beside.len(), 4);
    let unit = unit();
    let drawn = |draw, ranks: &[Rank]| {
        let moment = Moment { unit: &unit, now: tick(1), last: None, draw };
        leaving(&moment, &waiting(ranks)).at_once
    };
    assert_eq!(drawn(0, &[]), drawn(0, &[Rank::Routine]));
    assert_eq!(drawn(QUIET, &[]), drawn(QUIET, &[Rank::Routine]));
    assert_eq!(drawn(0, &[Rank::Urgent]), Some(Leaves::Letter(0)));
    assert_eq!(drawn(QUIET, &[Rank::Emergency]), Some(Leaves::Letter(0)));
}

/// The schools of a district do not all speak at once.
#[test]
fn minutes_are_spread() {
    for day in 0..30 {
        let now = tick(day * 24 * 240);
        let mut counts = BTreeMap::new();
        for number in 0..131 {
            let unit: UnitId = format!("3702000{number:03}").parse().expect("unit");
            *counts.entry(minute(&unit, now)).or_insert(0) += 1;
        }
        assert!(counts.keys().all(|minute| (0..60).contains(minute)));
        assert!(counts.len() >= 40, "{day}: {}", counts.len());
        assert!(counts.values().all(|count| *count <= 12), "{day}: {counts:?}");
    }
}

/// A tick is the next whole quarter of a minute, never now.
#[test]
fn ticks_lie_on_one_grid() {
    let next = |text: &str| next_tick(text.parse().expect("instant")).to_string();
    assert_eq!(next("2026-11-28T00:00:00Z"), "2026-11-28T00:00:15Z");
    assert_eq!(next("2026-11-28T00:00:14.9Z"), "2026-11-28T00:00:15Z");
    assert_eq!(next("2026-11-28T23:59:45Z"), "2026-11-29T00:00:00Z");
    assert_eq!(next_tick(Timestamp::MAX), Timestamp::MAX);
    assert_eq!(Rank::of(Urgency::Routine), Rank::Routine);
    assert_eq!(Rank::of(Urgency::Urgent), Rank::Urgent);
    assert_eq!(Rank::of(Urgency::Emergency), Rank::Emergency);
}

proptest! {
    /// Letters that come at any time, in any number and of any rank change no slot's time, and each
    /// leaves once, an urgent one never later than the ticks that those before it need.
    #[test]
    fn no_traffic_moves_a_slot(
        arrivals in prop::collection::vec((0_i64..2_000, 0_usize..4), 0..40),
        seed in any::<u64>(),
    ) {
        let mut queue: BTreeMap<i64, Vec<Waiting<usize>>> = BTreeMap::new();
        for (id, (at, rank)) in arrivals.iter().enumerate() {
            let letter = Waiting { rank: RANKS[*rank], turn: 0, queued: id as u64, id };
            queue.entry(*at).or_default().push(letter);
        }
        let draw = |number: i64| seed.wrapping_mul(number.unsigned_abs() | 1) >> 3;
        let ticks = 60 * 240;
        let busy = course(ticks, &queue, draw);
        prop_assert_eq!(times(&busy), times(&course(ticks, &BTreeMap::new(), draw)));
        let mut left = BTreeMap::new();
        for (number, leaves) in busy.slots.iter().chain(&busy.beside) {
            if let Leaves::Letter(id) = leaves {
                prop_assert!(left.insert(*id, *number).is_none(), "{} left twice", id);
            }
        }
        prop_assert_eq!(left.len(), arrivals.len());
        for (id, (at, rank)) in arrivals.iter().enumerate() {
            let waited = left.get(&id).map_or(i64::MAX, |number| number - at);
            prop_assert!(waited >= 0);
            prop_assert!(RANKS[*rank] == Rank::Routine || waited < 40, "{} waited", waited);
        }
    }
}
