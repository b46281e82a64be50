//! Facts about collecting: any order, any repetition, any loss, bounded room.

use proptest::prelude::*;

use super::super::parts::{PART_BYTES, PARTS_MAX, PartNumber};
use super::*;
use crate::testing::{days, now};

fn id(number: u8) -> EnvelopeId {
    EnvelopeId::from_bytes([number; 16])
}

/// A part whose bytes say which it is.
fn part(envelope: u8, number: u8, of: u8) -> Part {
    let bytes = vec![envelope.wrapping_mul(16) ^ number; PART_BYTES];
    Part::new(id(envelope), PartNumber::new(number, of).expect("number"), bytes).expect("part")
}

fn whole(taken: Taken) -> Option<Whole> {
    match taken {
        Taken::Whole(whole) => Some(whole),
        Taken::Waits | Taken::Known => None,
    }
}

/// A part of another count, and other bytes under a number that is here, are refused; what came
/// first stays and becomes whole.
#[test]
fn what_contradicts_is_refused() {
    let mut collector = Collector::new();
    assert!(matches!(collector.take(&part(1, 1, 3), now()), Ok(Taken::Waits)));
    assert!(matches!(collector.take(&part(1, 1, 3), now()), Ok(Taken::Known)));
    let fewer = collector.take(&part(1, 2, 2), now()).err();
    assert_eq!(fewer, Some(CollectError::Contradicts));
    let alone = collector.take(&part(1, 1, 1), now()).err();
    assert_eq!(alone, Some(CollectError::Contradicts));
    let number = PartNumber::new(1, 3).expect("number");
    let forged = Part::new(id(1), number, vec![0xee; PART_BYTES]).expect("part");
    let other = collector.take(&forged, now()).err();
    assert_eq!(other, Some(CollectError::Contradicts));
    assert!(matches!(collector.take(&part(1, 3, 3), now()), Ok(Taken::Waits)));
    let whole = whole(collector.take(&part(1, 2, 3), now()).expect("taken")).expect("whole");
    let expected = [1, 2, 3].map(|number| part(1, number, 3).bytes().to_vec()).concat();
    assert!(whole.bytes() == expected && whole.envelope() == id(1));
    assert!(matches!(collector.take(&part(1, 2, 3), now()), Ok(Taken::Known)));
    assert_eq!(collector.waiting(), 0);
}

/// Whoever sends beginnings of envelopes fills the room and stops no envelope of one part; what is
/// old is forgotten and makes room.
#[test]
fn a_full_room_stops_no_single_part() {
    let mut collector = Collector::new();
    for envelope in 0..16 {
        let later = now() + days(i64::from(envelope));
        assert!(matches!(collector.take(&part(envelope, 1, 2), later), Ok(Taken::Waits)));
    }
    assert_eq!(collector.waiting(), ENVELOPES_MAX);
    let refused = collector.take(&part(100, 1, 2), now()).err();
    assert_eq!(refused, Some(CollectError::Full));
    assert!(whole(collector.take(&part(101, 1, 1), now()).expect("taken")).is_some());
    assert!(whole(collector.take(&part(3, 2, 2), now()).expect("taken")).is_some());
    assert!(matches!(collector.take(&part(100, 1, 2), now() + days(50)), Ok(Taken::Waits)));
    assert_eq!(collector.forget(now() + days(2)), [id(0), id(1)]);
    assert_eq!(collector.waiting(), ENVELOPES_MAX - 2);
    assert!(matches!(collector.take(&part(0, 2, 2), now()), Ok(Taken::Waits)));
}

/// Only so many ids are remembered, whatever comes.
#[test]
fn memory_of_what_was_given_is_bounded() {
    let mut collector = Collector::new();
    let number = PartNumber::new(1, 1).expect("number");
    for count in 0..=GIVEN_MAX {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&count.to_be_bytes());
        let envelope = EnvelopeId::from_bytes(bytes);
        let one = Part::new(envelope, number, vec![0; PART_BYTES]).expect("part");
        assert!(whole(collector.take(&one, now()).expect("taken")).is_some());
        assert!(matches!(collector.take(&one, now()), Ok(Taken::Known)));
    }
    assert_eq!(collector.given.len(), GIVEN_MAX);
}

/// There is no part nought, no part beyond the last, and no eighth.
#[test]
fn parts_are_counted_from_one() {
    for (number, of) in [(0, 1), (2, 1), (1, 0), (1, PARTS_MAX + 1), (0, 0), (255, 255)] {
        assert!(PartNumber::new(number, of).is_err(), "{number} of {of}");
    }
    let last = PartNumber::new(PARTS_MAX, PARTS_MAX).expect("number");
    assert_eq!((last.number(), last.of()), (PARTS_MAX, PARTS_MAX));
    for length in [0, PART_BYTES - 1, PART_BYTES + 1] {
        assert!(Part::new(id(1), last, vec![0; length]).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is lost, comes twice or comes late: an envelope is given exactly when its last part
    /// is here, once, with its own bytes, and no other is.
    #[test]
    fn parts_come_in_any_order(
        counts in prop::collection::vec(1..=PARTS_MAX, 1..8),
        order in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()),
            0..120),
    ) {
        let mut collector = Collector::new();
        let mut seen: BTreeMap<usize, std::collections::BTreeSet<u8>> = BTreeMap::new();
        let mut given = Vec::new();
        for (which, number) in &order {
            let which = which.index(counts.len());
            let of = counts[which];
            let number = u8::try_from(number.index(usize::from(of))).expect("small") + 1;
            let envelope = u8::try_from(which).expect("small");
            let was_whole = seen.get(&which).is_some_and(|seen| seen.len() == usize::from(of));
            let is_new = seen.entry(which).or_default().insert(number);
            let is_whole = seen.get(&which).is_some_and(|seen| seen.len() == usize::from(of));
            let taken = collector.take(&part(envelope, number, of), now()).expect("taken");
            match taken {
                Taken::Known => prop_assert!(!is_new),
                Taken::Waits => prop_assert!(is_new && !is_whole),
                Taken::Whole(whole) => {
                    prop_assert!(is_new && is_whole && !was_whole);
                    let parts = (1..=of).map(|number| part(envelope, number, of).bytes().to_vec());
                    prop_assert!(whole.bytes() == parts.collect::<Vec<_>>().concat());
                    prop_assert!(whole.envelope() == id(envelope));
                    given.push(which);
                }
            }
        }
        let wholes = seen.iter().filter(|(which, seen)| seen.len() == usize::from(counts[**which]));
        let mut wholes: Vec<usize> = wholes.map(|(which, _)| *which).collect();
        given.sort_unstable();
        wholes.sort_unstable();
        prop_assert_eq!(given, wholes);
    }
}
