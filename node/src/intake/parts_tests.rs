//! Parts of envelopes that come in any order, again, of another sealing, or never.

use certs::letter::Letter;
use certs::referral::{EnvelopeId, WithdrawalSecret};
use jiff::SignedDuration;
use proptest::prelude::*;
use runtime::sql::Tx;

use super::Swept;
use super::testing::{City, now};
use crate::content::ReferralContent;
use crate::content::tests::referral;

const ENVELOPE: EnvelopeId = EnvelopeId::from_bytes([1; 16]);

fn secret() -> WithdrawalSecret {
    WithdrawalSecret::from_bytes([5; 16])
}

/// A long content in several letters, some of which come again.
fn long() -> ReferralContent {
    let mut content = referral();
    let known = ["长".repeat(1_300), "文".repeat(1_300), "字".repeat(1_300)];
    for part in &mut content.parts {
        if let crate::ledger::referral::Part::Risk { known: said, .. } = part {
            said.clone_from(&known);
        }
    }
    content
}

/// Parts of envelopes that never become whole keep nobody else's out, however many wait, and go
/// after some days.
#[test]
fn parts_that_never_become_whole_keep_nobody_out() {
    let city = City::new();
    for byte in 100..120 {
        let envelope = EnvelopeId::from_bytes([byte; 16]);
        let letters = city.letters(&long(), (envelope, &secret()));
        city.arrive(letters.first().expect("a letter"));
    }
    city.letters(&long(), (ENVELOPE, &secret())).iter().for_each(|one| city.arrive(one));
    assert_eq!(city.sweep(now()), Swept { taken: 1, ..Swept::default() });
    let later = now() + SignedDuration::from_hours(73);
    assert_eq!(city.sweep(later), Swept { refused: 1, ..Swept::default() });
    assert_eq!(city.sweep(later), Swept::default());
}

/// A clock that is far ahead has no part forgotten before its others come.
#[test]
fn a_clock_that_is_far_ahead_forgets_no_part() {
    let city = City::new();
    let mut letters = city.letters(&long(), (ENVELOPE, &secret()));
    let last = letters.pop().expect("the last one");
    letters.iter().for_each(|letter| city.arrive(letter));
    let ahead = now() + SignedDuration::from_hours(24 * 400);
    let stores = (&city.ledger, &city.transfer);
    let swept = super::taking::sweep(stores, &city.receiver(), (ahead, now()));
    assert_eq!(swept.expect("swept"), Swept::default());
    city.arrive(&last);
    assert_eq!(city.sweep(now()).taken, 1);
}

/// Parts of two sealings of one envelope do not spoil each other: whichever is whole opens, and a
/// part of one keeps those of the other from nothing.
#[test]
fn parts_of_two_sealings_do_not_spoil_each_other() {
    for is_older_whole in [true, false] {
        let city = City::new();
        let [mut whole, mut torn] = [(); 2].map(|()| city.letters(&long(), (ENVELOPE, &secret())));
        assert!(whole.len() > 1);
        let last = whole.pop().expect("the last one");
        torn.remove(0);
        let mut order = [torn, whole];
        if is_older_whole {
            order.reverse();
        }
        for letter in order.iter().flatten() {
            city.arrive(letter);
            assert_eq!(city.sweep(now()), Swept::default(), "the other ones may still come");
        }
        city.arrive(&last);
        assert_eq!(city.sweep(now()), Swept { taken: 1, ..Swept::default() });
        assert_eq!(city.sweep(now()), Swept::default());
    }
}

/// A part that comes again of an envelope that is here is forgotten in time, and is no refusal.
#[test]
fn a_part_that_comes_again_is_not_refused() {
    let city = City::new();
    let [first, again] = [(); 2].map(|()| city.letters(&long(), (ENVELOPE, &secret())));
    first.iter().for_each(|letter| city.arrive(letter));
    assert_eq!(city.sweep(now()).taken, 1);
    city.arrive(again.first().expect("a part"));
    assert_eq!(city.sweep(now()), Swept::default());
    let later = now() + SignedDuration::from_hours(73);
    assert_eq!(city.sweep(later), Swept::default());
    let waiting = city.transfer.read(|tx| {
        let all = "select count(*) from addressed_item";
        tx.query_opt(all, &[], |row| row.u64(0))
    });
    assert_eq!(waiting.expect("read"), Some(0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever order the parts and the withdrawal of a referral come in, and however often, the
    /// referral is kept once; and once it was taken back nothing of it is here.
    #[test]
    fn any_order_ends_alike(
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..12),
        is_revoked in any::<bool>(),
    ) {
        let city = City::new();
        let mut letters: Vec<Letter> = city.letters(&long(), (ENVELOPE, &secret()));
        prop_assert!(letters.len() > 1);
        if is_revoked {
            letters.push(city.revocation(secret().reveal(), vec![ENVELOPE]));
        }
        for at in &order {
            // The same bytes again, while they wait, are the same item.
            let (item, at) = (runtime::uplink::outbox::letters::item(at.get(&letters)), now());
            let stored = city.transfer.write("arrive", move |tx| {
                crate::transfer::addressed::store(tx, &item, at.as_millisecond())
            });
            prop_assert!(stored.is_ok());
            city.sweep(now());
        }
        letters.iter().for_each(|letter| {
            let item = runtime::uplink::outbox::letters::item(letter);
            let store = move |tx: &Tx<'_>| {
                crate::transfer::addressed::store(tx, &item, now().as_millisecond())
            };
            city.transfer.write("arrive", store).map(drop).expect("stored");
        });
        city.sweep(now());
        prop_assert_eq!(city.count("select count(*) from intake"), 1);
        let here = city.count("select count(content) from intake");
        prop_assert_eq!(here, u64::from(!is_revoked));
        let answers = city.count("select count(*) - count(nullif(number, 0)) from intake_act");
        prop_assert_eq!(answers, u64::from(is_revoked));
    }
}
