//! Facts about slots: the times say nothing, and the order is the one that is promised.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const RANKS: [Rank; 4] = [Rank::Emergency, Rank::Withdrawal, Rank::Urgent, Rank::Routine];
const HOPS: [Hop; 3] = [Hop::ToRelay, Hop::BetweenRelays, Hop::FromRelay];
const TICKS_A_SLOT: i64 = SLOT_SECONDS / TICK_SECONDS;

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

/// Lets ticks pass, with letters that come meanwhile; what left at which tick.
fn course(
    hop: Hop,
    ticks: i64,
    arrivals: &BTreeMap<i64, Vec<Waiting<usize>>>,
) -> Vec<(i64, Leaves<usize>)> {
    let (mut last, mut queue, mut left) = (None, Vec::new(), Vec::new());
    for number in 0..ticks {
        queue.extend(arrivals.get(&number).into_iter().flatten().copied());
        let moment = Moment { hop, now: tick(number), last };
        let Some((slot, leaves)) = leaving(&moment, &queue) else { continue };
        if let Leaves::Letter(id) = leaves {
            queue.retain(|waiting: &Waiting<usize>| waiting.id != id);
        }
        last = Some(slot);
        left.push((number, leaves));
    }
    left
}

fn times(course: &[(i64, Leaves<usize>)]) -> Vec<i64> {
    course.iter().map(|(number, _)| *number).collect()
}

/// Whoever counts the letters of a day sees the same seconds, whatever waits and however urgent it
/// is.
///
/// Method: every queue of at most three letters at every tick of a slot, on every hop, for hours.
#[test]
fn silence_and_traffic_have_the_same_times() {
    for hop in HOPS {
        let ticks = 20 * TICKS_A_SLOT;
        let silence = course(hop, ticks, &BTreeMap::new());
        assert_eq!(silence.len(), 20);
        assert!(silence.iter().all(|(_, leaves)| *leaves == Leaves::Dummy));
        for queue in queues() {
            for at in 0..TICKS_A_SLOT {
                let busy = course(hop, ticks, &[(at, queue.clone())].into());
                assert_eq!(times(&busy), times(&silence), "{queue:?} at {at}");
            }
        }
    }
}

/// A slot comes every three minutes, at the second of its hop.
#[test]
fn a_slot_comes_every_three_minutes() {
    for hop in HOPS {
        let day = course(hop, 24 * 240, &BTreeMap::new());
        assert_eq!(i64::try_from(day.len()).expect("small"), SLOTS_A_DAY);
        let seconds = day.iter().map(|(number, _)| number * TICK_SECONDS);
        let wanted = (0..SLOTS_A_DAY).map(|slot| slot * SLOT_SECONDS + hop.after_seconds());
        assert!(seconds.eq(wanted), "{hop:?}");
    }
    let now = tick(7);
    assert_eq!(Slot::from_number(Slot::at(now).number()), Slot::at(now));
    assert_eq!((Slot::from_number(5).place(0, 1), Slot::from_number(5).place(3, 4)), (5, 23));
}

/// Written at any tick, a letter is at its recipient within four minutes, over one relay or two,
/// and the first relay's acknowledgement is back as soon: before the hop of an emergency is late.
///
/// Method: at each hop the first slot that is filled a tick after the letter came.
#[test]
fn a_way_takes_no_longer_than_a_hop_of_an_emergency() {
    let leaves = |hop: Hop, from: i64| {
        let all = course(hop, from + 2 * TICKS_A_SLOT, &BTreeMap::new());
        times(&all).into_iter().find(|number| *number >= from).expect("a slot")
    };
    for written in 1..=TICKS_A_SLOT {
        let opened = leaves(Hop::ToRelay, written) + 1;
        let near = leaves(Hop::FromRelay, opened);
        let far = leaves(Hop::FromRelay, leaves(Hop::BetweenRelays, opened) + 1);
        for came in [near, far] {
            assert!((came + 1 - written) * TICK_SECONDS <= 240, "{written}: {came}");
        }
    }
}

/// Each letter leaves once, of one rank in its order, and nothing stays.
#[test]
fn each_letter_leaves_once_and_ranks_keep_their_order() {
    for queue in queues() {
        let course = course(Hop::ToRelay, 4 * TICKS_A_SLOT, &[(0, queue.clone())].into());
        let mut left: Vec<usize> = Vec::new();
        for (_, leaves) in &course {
            if let Leaves::Letter(id) = leaves {
                left.push(*id);
            }
        }
        for rank in RANKS {
            let of_rank = |id: &&usize| queue[**id].rank == rank;
            assert!(left.iter().filter(of_rank).is_sorted(), "{queue:?}");
        }
        left.sort_unstable();
        assert_eq!(left, (0..queue.len()).collect::<Vec<_>>(), "{queue:?}");
        let mut full = course.iter().take(queue.len());
        assert!(full.all(|(_, leaves)| *leaves != Leaves::Dummy), "no place is wasted");
    }
}

/// In how many places, from one on, a letter leaves; nothing leaves another one meanwhile.
fn leaves_in(start: i64, queue: &[Waiting<usize>], id: usize) -> Option<usize> {
    let mut queue = queue.to_vec();
    let mut places = start..start + 10_000;
    let found = places.position(|place| {
        let left = next(place, &queue);
        if let Leaves::Letter(left) = left {
            queue.retain(|one| one.id != left);
        }
        left == Leaves::Letter(id)
    });
    found.map(|found| found + 1)
}

/// Nothing goes before what an emergency says but other emergencies: with any number of letters of
/// each other rank in front, the emergencies of a crowd leave in the places that come next, and the
/// withdrawals of a crowd in those behind them.
#[test]
fn an_emergency_goes_before_everything_and_a_withdrawal_before_the_rest() {
    let crowd = CROWD as usize;
    for start in 0..PLACES {
        for (emergencies, withdrawals) in [(1, 0), (1, 1), (1, crowd), (crowd, crowd), (0, 1)] {
            let mut ranks = vec![Rank::Routine; 1_000];
            ranks.extend(vec![Rank::Urgent; 1_000]);
            ranks.extend(vec![Rank::Withdrawal; withdrawals]);
            ranks.extend(vec![Rank::Emergency; emergencies]);
            let queue = waiting(&ranks);
            let of = |rank: Rank| queue.iter().filter(move |one| one.rank == rank);
            let first = of(Rank::Emergency).chain(of(Rank::Withdrawal));
            for (before, letter) in first.enumerate() {
                assert_eq!(leaves_in(start, &queue, letter.id), Some(before + 1), "{start}");
            }
        }
        // A thousand withdrawals before it are none before an emergency.
        let mut ranks = vec![Rank::Withdrawal; 1_000];
        ranks.push(Rank::Emergency);
        assert_eq!(leaves_in(start, &waiting(&ranks), 1_000), Some(1), "{start}");
    }
}

/// With no crowd before it, what is urgent or an answer waits for what goes first, for its own
/// rank, and for one routine letter with every two of these.
#[test]
fn an_answer_waits_for_few() {
    for start in 0..PLACES {
        for first in [0, 3, CROWD as usize] {
            let mut ranks = vec![Rank::Emergency; first];
            ranks.extend(vec![Rank::Withdrawal; first]);
            ranks.extend(vec![Rank::Routine; 1_000]);
            ranks.extend(vec![Rank::Urgent; 20]);
            let queue = waiting(&ranks);
            let urgent = queue.iter().filter(|one| one.rank == Rank::Urgent);
            for (number, letter) in (1_usize..).zip(urgent) {
                let most = 2 * first + number + number.div_ceil(2);
                let found = leaves_in(start, &queue, letter.id);
                assert!(found.is_some_and(|found| found <= most), "{number} from {start}");
            }
        }
    }
}

/// However many letters of all other ranks wait, the first emergency leaves within two places, the
/// first withdrawal within four, and the first urgent and the first routine letter within eight.
#[test]
fn no_rank_is_held_back_for_ever() {
    let most = [(Rank::Emergency, 2), (Rank::Withdrawal, 4), (Rank::Urgent, 8), (Rank::Routine, 8)];
    for (rank, most) in most {
        for start in 0..PLACES {
            let ranks: Vec<Rank> = RANKS.into_iter().flat_map(|rank| vec![rank; 1_000]).collect();
            let queue = waiting(&ranks);
            let first = queue.iter().find(|one| one.rank == rank).expect("waits");
            let found = leaves_in(start, &queue, first.id);
            assert!(found.is_some_and(|found| found <= most), "{rank:?} from {start}: {found:?}");
        }
    }
}

/// One sender's flood of everything keeps another one's emergency back by no slot, in every list
/// that has several places in one.
#[test]
fn a_flood_keeps_no_emergency_back_by_a_slot() {
    for of in [2, 4] {
        for slot in 0..PLACES {
            let ranks: Vec<Rank> = RANKS.into_iter().flat_map(|rank| vec![rank; 1_000]).collect();
            let mut queue = waiting(&ranks);
            queue.iter_mut().for_each(|one| one.turn = 9);
            let id = queue.len();
            queue.push(Waiting { rank: Rank::Emergency, turn: 8, queued: id as u64, id });
            let first = Slot::from_number(slot).place(0, of);
            assert_eq!(leaves_in(first, &queue, id), Some(1), "{of} in {slot}");
        }
    }
}

/// Senders take turns: with a thousand letters of one of them in front, the first letter of each
/// other one leaves before the next of that one does.
#[test]
fn no_sender_holds_another_back() {
    const SENDERS: usize = 4;
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
        let place = i64::try_from(turn).expect("small");
        let Leaves::Letter(id) = next(place, &queue) else { panic!("waits") };
        left.retain(|known| *known != id);
        turns[of(id)] = turn;
        order.push(id);
    }
    assert_eq!(order, [0, 1, 2, 1_000, 1_001, 1_002, 3, 4]);
}

/// Slots in which the program stood still are not made up for, one is filled however late in it,
/// and a clock that ran ahead and was put right silences nobody.
#[test]
fn a_missed_slot_stays_missed() {
    let at = |number, last| due(&Moment { hop: Hop::FromRelay, now: tick(number), last });
    let first = Slot::at(tick(0));
    assert_eq!(at(3, None), None, "its second has not come");
    let late = at(9 * TICKS_A_SLOT + 11, Some(first)).expect("due");
    assert_eq!(late, Slot::at(tick(9 * TICKS_A_SLOT)));
    assert_eq!(at(9 * TICKS_A_SLOT + 11, Some(late)), None);
    assert_eq!(at(8 * TICKS_A_SLOT + 11, Some(late)), None, "as when a clock is set");
    let wrong = Slot::from_number(late.number() + 9_000);
    assert_eq!(at(9 * TICKS_A_SLOT + 11, Some(wrong)), Some(late));
    // What was stored when slots were hours.
    let hours = Slot::from_number(tick(0).as_second() / 3_600);
    assert_eq!(at(4, Some(hours)), Some(first));
}

/// A tick is the next whole quarter of a minute, never now; slots begin at ticks.
#[test]
fn ticks_lie_on_one_grid() {
    let next = |text: &str| next_tick(text.parse().expect("instant")).to_string();
    assert_eq!(next("2026-11-28T00:00:00Z"), "2026-11-28T00:00:15Z");
    assert_eq!(next("2026-11-28T00:00:14.9Z"), "2026-11-28T00:00:15Z");
    assert_eq!(next("2026-11-28T23:59:45Z"), "2026-11-29T00:00:00Z");
    assert_eq!(next_tick(Timestamp::MAX), Timestamp::MAX);
    assert_eq!(SLOT_SECONDS % TICK_SECONDS, 0);
    assert!(HOPS.iter().all(|hop| hop.after_seconds() % TICK_SECONDS == 0));
    assert_eq!(Rank::of(Urgency::Routine), Rank::Routine);
    assert_eq!(Rank::of(Urgency::Urgent), Rank::Urgent);
    assert_eq!(Rank::of(Urgency::Emergency), Rank::Emergency);
    let answers = [Urgency::Emergency, Urgency::Urgent, Urgency::Routine].map(Rank::answering);
    assert_eq!(answers, [Rank::Urgent, Rank::Urgent, Rank::Routine]);
}

proptest! {
    /// Letters that come at any time, in any number and of any rank change no slot's time, and each
    /// leaves once, none later than the slots that those before it need.
    #[test]
    fn no_traffic_moves_a_slot(
        arrivals in prop::collection::vec((0_i64..2_000, 0_usize..4), 0..40),
        hop in 0_usize..3,
    ) {
        let mut queue: BTreeMap<i64, Vec<Waiting<usize>>> = BTreeMap::new();
        for (id, (at, rank)) in arrivals.iter().enumerate() {
            let letter = Waiting { rank: RANKS[*rank], turn: 0, queued: id as u64, id };
            queue.entry(*at).or_default().push(letter);
        }
        let ticks = 2_000 + 42 * TICKS_A_SLOT;
        let busy = course(HOPS[hop], ticks, &queue);
        prop_assert_eq!(times(&busy), times(&course(HOPS[hop], ticks, &BTreeMap::new())));
        let mut left = BTreeMap::new();
        for (number, leaves) in &busy {
            if let Leaves::Letter(id) = leaves {
                prop_assert!(left.insert(*id, *number).is_none(), "{} left twice", id);
            }
        }
        prop_assert_eq!(left.len(), arrivals.len());
        for (id, (at, _)) in arrivals.iter().enumerate() {
            let waited = left.get(&id).map_or(i64::MAX, |number| number - at);
            prop_assert!((0..=41 * TICKS_A_SLOT).contains(&waited), "{} waited", waited);
        }
    }
    /// Whatever comes when: an emergency leaves in as many slots as emergencies wait with it, and a
    /// withdrawal in as many as there are of both, those among them that come while it waits.
    #[test]
    fn what_goes_first_waits_for_nothing_else(
        arrivals in prop::collection::vec((0_i64..600, 0_usize..4), 0..40),
        hop in 0_usize..3,
    ) {
        // As many of each as are no crowd.
        let mut of_each = [0_u32; 4];
        let kept = arrivals.into_iter().filter(|(_, rank)| {
            of_each[*rank] += 1;
            *rank > 1 || of_each[*rank] <= CROWD
        });
        let kept: Vec<(i64, Rank)> = kept.map(|(at, rank)| (at, RANKS[rank])).collect();
        let mut queue: BTreeMap<i64, Vec<Waiting<usize>>> = BTreeMap::new();
        for (id, (at, rank)) in kept.iter().enumerate() {
            let letter = Waiting { rank: *rank, turn: 0, queued: id as u64, id };
            queue.entry(*at).or_default().push(letter);
        }
        let left = course(HOPS[hop], 600 + 45 * TICKS_A_SLOT, &queue);
        let tick_of = |id: usize| {
            let found = left.iter().find(|(_, leaves)| *leaves == Leaves::Letter(id));
            found.map_or(i64::MAX, |(number, _)| *number)
        };
        for (id, (at, rank)) in kept.iter().enumerate() {
            if !matches!(rank, Rank::Emergency | Rank::Withdrawal) {
                continue;
            }
            let gone = tick_of(id);
            let with = kept.iter().enumerate().filter(|(other, (came, of))| {
                *of <= *rank && *came <= gone && tick_of(*other) >= *at
            });
            let most = i64::try_from(with.count()).expect("small") * TICKS_A_SLOT;
            prop_assert!(gone - at <= most, "{:?} {} waited {}", rank, id, gone - at);
        }
    }
}
