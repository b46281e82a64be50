//! Random courses: letters come, the process is killed between any two commits, and comes back.

use std::collections::BTreeMap;

use certs::letter::Routing;
use domain::referral::Urgency;
use proptest::prelude::*;

use super::office::{OTHER, Office, id};
use super::{FAR, SCHOOL, unit};
use crate::letters::status;

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// A new letter comes, urgent or not.
    New(bool),
    /// The letter before comes again.
    Again,
    /// What came is opened, and nothing leaves.
    Look,
    /// What may leave for one unit leaves.
    Fill,
    /// A whole round.
    Round,
    /// The process is killed.
    Crash,
    /// Time passes.
    Hour,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => any::<bool>().prop_map(Act::New),
        1 => Just(Act::Again),
        2 => Just(Act::Look),
        2 => Just(Act::Fill),
        1 => Just(Act::Round),
        3 => Just(Act::Crash),
        1 => Just(Act::Hour),
    ]
}

/// Plays a course to its end; gives how often each envelope reached the other relay, how many
/// letters were sent to it, and how many acknowledgements left.
fn play(acts: &[Act]) -> (BTreeMap<u8, usize>, u8, u64) {
    let mut office = Office::new();
    let (mut sent, mut last) = (0_u8, None);
    let mut came = Vec::new();
    for act in acts {
        match act {
            Act::New(is_urgent) => {
                sent += 1;
                let urgency = if *is_urgent { Urgency::Urgent } else { Urgency::Routine };
                let letter = office.referral(sent, (FAR, OTHER), urgency);
                office.arrive(&letter, Some(SCHOOL));
                last = Some(letter);
            }
            Act::Again => last.iter().for_each(|letter| office.arrive(letter, Some(SCHOOL))),
            Act::Look => office.look(),
            Act::Fill => {
                office.look();
                let now = office.now();
                office.desk.fill(&unit(OTHER), now).expect("filled");
            }
            Act::Round => office.round(),
            Act::Crash => office.crash(),
            Act::Hour => office.hours(1),
        }
        came.extend(office.fetch_opened());
    }
    for _ in 0..=sent {
        office.hours(1);
        came.extend(office.fetch_opened());
    }
    let mut reached: BTreeMap<u8, usize> = BTreeMap::new();
    for (_, routing) in &came {
        let Routing::Referral { carried, .. } = routing else { continue };
        let [byte, ..] = *carried.envelope.bytes();
        assert!(carried.envelope == id(byte));
        *reached.entry(byte).or_default() += 1;
    }
    let counts = office.letters();
    assert_eq!((counts.waiting, counts.unopened, counts.acks), (0, 0, 0));
    (reached, sent, counts.count(status::ACKNOWLEDGED))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Whatever is killed between which commits: every part reaches the next relay once, and is
    /// acknowledged once.
    #[test]
    fn a_killed_relay_loses_and_doubles_nothing(acts in prop::collection::vec(act(), 1..14)) {
        let (reached, sent, acknowledged) = play(&acts);
        let wanted: BTreeMap<u8, usize> = (1..=sent).map(|envelope| (envelope, 1)).collect();
        prop_assert_eq!(reached, wanted);
        prop_assert_eq!(acknowledged, u64::from(sent));
    }
}
