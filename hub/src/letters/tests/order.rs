//! What a relay's desk puts into a list first, whatever waits and whoever floods it.

use domain::referral::Urgency;
use domain::referral::slot::Rank;
use proptest::prelude::*;

use super::office::{self, OTHER, Office};
use super::{CLINIC, FAR, SCHOOL, alarms};
use crate::letters::rules::EMERGENCIES_A_DAY;

/// How many letters of a rank wait for a unit, of whoever sent them.
fn waits(office: &Office, to: &str, rank: Rank) -> usize {
    let waiting = office.desk.waiting.values();
    waiting.filter(|one| one.to.as_str() == to && one.rank == rank).count()
}

/// How many letters of somebody wait.
fn waits_of(office: &Office, by: &str) -> usize {
    let by = |sender: &domain::unit::UnitId| sender.as_str() == by;
    office.desk.waiting.values().filter(|one| one.by.as_ref().is_some_and(by)).count()
}

/// A few letters on their way to a school: answers, acknowledgements for what it sent, a tip and a
/// caller in danger, as they came within a minute. The caller and the tip are there in the next
/// slot, and all of it is in those that it takes.
#[test]
fn a_caller_in_danger_waits_for_no_answer() {
    let mut office = Office::new();
    let to_school = (SCHOOL, office::OWN);
    for envelope in 1..=4 {
        office.arrive(&office.answer(envelope, 0x60, to_school), Some(CLINIC));
        let sent = office.referral(0x10 + envelope, (FAR, OTHER), Urgency::Emergency);
        office.arrive(&sent, Some(SCHOOL));
    }
    office.arrive(&office.referral(0x20, to_school, Urgency::Emergency), Some("POLICE"));
    office.arrive(&office.referral(0x21, to_school, Urgency::Emergency), Some("HOTLINE"));
    office.look();
    assert_eq!((waits(&office, SCHOOL, Rank::Emergency), office.letters().acks), (2, 4));
    office.round();
    assert_eq!(waits(&office, SCHOOL, Rank::Emergency), 0);
    (0..4).for_each(|_| office.round());
    let counts = office.letters();
    assert_eq!((counts.waiting, counts.acks), (0, 0));
}

/// What takes a referral back passes everything but emergencies.
#[test]
fn a_withdrawal_passes_what_is_urgent() {
    let mut office = Office::new();
    for envelope in 1..=60 {
        let letter = office.referral(envelope, (FAR, OTHER), Urgency::Urgent);
        office.arrive(&letter, Some(SCHOOL));
    }
    office.revoke(&[0x70], (FAR, OTHER));
    office.round();
    assert_eq!(waits(&office, OTHER, Rank::Withdrawal), 0);
    assert_eq!(waits(&office, OTHER, Rank::Urgent), 57);
}

/// One school floods a list with emergencies: those of another one are there in the next slot, and
/// so are withdrawals and what is urgent within two slots. Beyond a day's its own are urgent.
#[test]
fn a_flood_of_emergencies_stops_nobody() {
    let mut office = Office::new();
    for envelope in 0..80 {
        let letter = office.referral(envelope, (FAR, OTHER), Urgency::Emergency);
        office.arrive(&letter, Some("S2"));
    }
    office.look();
    assert_eq!(waits(&office, OTHER, Rank::Emergency), EMERGENCIES_A_DAY);
    assert_eq!(waits(&office, OTHER, Rank::Urgent), 80 - EMERGENCIES_A_DAY);
    office.round();
    office.arrive(&office.referral(0x90, (FAR, OTHER), Urgency::Emergency), Some("S3"));
    office.round();
    assert_eq!(waits_of(&office, "S3"), 0);
    office.revoke(&[0x91], (FAR, OTHER));
    office.arrive(&office.referral(0x92, (FAR, OTHER), Urgency::Urgent), Some("S3"));
    (0..2).for_each(|_| office.round());
    assert_eq!((waits_of(&office, SCHOOL), waits_of(&office, "S3")), (0, 0));
    assert!(waits(&office, OTHER, Rank::Emergency) > 40, "the flood is not over");
}

/// What waits since others are before it is not said to have no key.
#[test]
fn an_alarm_says_why_something_waits() {
    let mut office = Office::new();
    for envelope in 0..60 {
        let letter = office.referral(envelope, (SCHOOL, office::OWN), Urgency::Emergency);
        office.arrive(&letter, Some("S2"));
    }
    (0..4).for_each(|_| office.round());
    let said = office.alarms(alarms::WAITING);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("before it") && !said[0].contains("statement"), "{said:?}");
    (0..30).for_each(|_| office.round());
    assert!(office.alarms(alarms::WAITING).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// Whatever else waits for a school, of whomever: emergencies leave two in a slot, and all of
    /// it is gone after the slots that it takes.
    #[test]
    fn emergencies_leave_in_as_many_slots_as_they_need(
        emergencies in 1_u8..8,
        answers in 0_u8..12,
        urgent in 0_u8..12,
    ) {
        let mut office = Office::new();
        let to_school = (SCHOOL, office::OWN);
        for envelope in 0..answers {
            office.arrive(&office.answer(envelope, 0x60, to_school), Some(CLINIC));
        }
        for envelope in 0..urgent {
            let letter = office.referral(0x20 + envelope, to_school, Urgency::Urgent);
            office.arrive(&letter, Some(CLINIC));
        }
        for envelope in 0..emergencies {
            let letter = office.referral(0x40 + envelope, to_school, Urgency::Emergency);
            office.arrive(&letter, Some(["S2", "S3"][usize::from(envelope % 2)]));
        }
        office.look();
        for slot in 1..=usize::from(emergencies.div_ceil(2)) {
            office.round();
            let left = usize::from(emergencies).saturating_sub(2 * slot);
            prop_assert_eq!(waits(&office, SCHOOL, Rank::Emergency), left);
        }
        let all = u32::from(emergencies) + u32::from(answers) + u32::from(urgent);
        (u32::from(emergencies.div_ceil(2))..all.div_ceil(2)).for_each(|_| office.round());
        prop_assert_eq!(office.letters().waiting, 0);
    }
}
