//! What one member can make a hub keep, and what it can put in a school's way: twins of reports,
//! reports under keys of its own, and as many of them as it likes.

use certs::key::SigningKey;
use certs::signature::Signature;
use hub::relay::bounds::{self, Asked, CROWDED, KEYS_MAX, TOO_MUCH};
use hub::relay::{Addressed, Signer};
use hub::sealed::watch::{ALARM_OTHER_KEY, Notice};
use hub::store::sealed::school_key;
use hub::store::sealed_inbox;
use proto::frame::decode_item;
use runtime::web::Lang;
use tests::federation::RunningHub;

use crate::city::{City, FLOW, LEADER, stated_by};
use crate::school::{Draft, code, draft, unit};
use crate::{THE_FLOW, THE_STOCK};

/// A report of which somebody wrote down the other signature that holds: it is refused, and the
/// school's own, which comes after it, is taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_twin_does_not_take_the_place_of_a_report() {
    let city = City::start().await;
    let own = draft(&city, THE_FLOW, 1, 1);
    let twin = own.twin().send(&city);
    city.step().await;
    city.step().await;
    let own = own.send(&city);
    city.step().await;
    city.step().await;
    assert_ne!(twin, own);
    assert_eq!(code(&city, 1, twin).as_deref(), Some("bad_signature"));
    assert_eq!(code(&city, 1, own).as_deref(), Some(""));
}

/// A report in a school's name under a key of somebody else.
fn forged(city: &City, school: u32, number: u32) -> Draft {
    let key = SigningKey::generate().expect("key");
    Draft { key, ..draft(city, THE_FLOW, school, number) }
}

/// What the hub at which it arrives makes of a report: as intake does, and kept where it is taken.
fn arrives(city: &City, draft: &Draft) -> Result<(), String> {
    let (kept, digest) = draft.item();
    let item = decode_item(&kept).expect("item");
    let key = Signature::from_bytes(&item.signature).expect("signature").key_id();
    let unit = draft.report.place.unit.clone();
    let signer = Signer { unit, key, passed_on: None };
    let report = Some(proto::sealed::decode_report(&item.body).expect("report"));
    let to = LEADER.parse().expect("unit");
    let addressed = Addressed { item, digest, signer, to, report };
    let (packs, clock) = (city.leader.hub.packs().last(), city.federation.clock());
    let (today, now_ms) = (clock.today(), clock.now_ms());
    let sender = "370202001".parse().expect("unit");
    let admitted = city.leader.write(move |tx| {
        let (packs, sender, addressed) = (&*packs, &sender, &addressed);
        let asked = Asked { packs, sender, addressed, item: &kept, today, now_ms };
        bounds::admit(tx, &asked)
    });
    admitted.map_err(|(code, _)| code)?;
    draft.send(city);
    Ok(())
}

fn waiting(hub: &RunningHub) -> usize {
    hub.read(|tx| sealed_inbox::open_after(tx, 0, 10_000)).len()
}

/// Somebody with a certificate of a school fills the leader: what waits is bounded, by key and in
/// bytes, the school's own report has its room all the same, and its operator is told of whom.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_under_other_keys_leaves_room_for_the_school() {
    let city = City::start().await;
    let refused: Vec<String> =
        (1..=30).filter_map(|number| arrives(&city, &forged(&city, 1, number)).err()).collect();
    assert_eq!(refused.len(), 30 - KEYS_MAX);
    assert!(refused.iter().all(|code| code == CROWDED), "{refused:?}");
    assert_eq!(waiting(&city.leader), KEYS_MAX);
    // The same key again and again: two of a task wait.
    let key = SigningKey::generate().expect("key");
    let of_key = |number| Draft { key: key.clone(), ..draft(&city, THE_FLOW, 2, number) };
    let taken: Vec<bool> = (1..=4).map(|number| arrives(&city, &of_key(number)).is_ok()).collect();
    assert_eq!(taken, [true, true, false, false]);
    let own = draft(&city, THE_FLOW, 1, 1);
    assert_eq!(arrives(&city, &own), Ok(()), "the stated key has room of its own");
    let own = own.send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, own).as_deref(), Some(""));
    let said = city.notices(&city.leader);
    assert!(said.contains(&Notice::Crowded(unit(1))), "{said:?}");
    assert!(said.contains(&Notice::OtherKey(unit(1))), "{said:?}");
    // Another school is not disturbed.
    let other = draft(&city, THE_FLOW, 3, 1);
    assert_eq!(arrives(&city, &other), Ok(()));
}

/// Somebody with a certificate of a school whose key is not stated yet fills the room that waits
/// before the school's own report comes: health is shown the school's key all the same, again the
/// next day to a hub that was put back, and rings it.
#[tokio::test(flavor = "multi_thread")]
async fn a_forger_does_not_keep_a_school_from_being_rung() {
    let city = City::start().await;
    let mut rest = city.report_keys.clone();
    let own = rest.remove(&unit(1)).expect("key");
    let own = certs::digest::sha256(own.public().spki());
    city.state(2, &stated_by(&rest));
    for number in 1..=u32::try_from(KEYS_MAX).expect("few") {
        assert_eq!(arrives(&city, &forged(&city, 1, number)), Ok(()));
    }
    assert_eq!(arrives(&city, &draft(&city, THE_FLOW, 1, 99)), Err(CROWDED.to_owned()));
    let shown = || city.helper.read(school_key::all).iter().any(|one| one.key == own);
    city.step().await;
    assert!(shown(), "health's list has the school's own key");
    city.helper.write(|tx| tx.execute("delete from school_key", &[]));
    city.step().await;
    assert!(!shown(), "once a day");
    city.days(1);
    city.step().await;
    assert!(shown());
    // Once the key is stated nothing is kept of it, and the school's next report is taken.
    city.state(3, &stated_by(&city.report_keys));
    city.days(1);
    city.step().await;
    let since = city.leader.read(|tx| school_key::items_since(tx, 0));
    assert!(since.is_empty());
    let again = draft(&city, THE_FLOW, 1, 100);
    assert_eq!(arrives(&city, &again), Ok(()));
    let again = again.send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, again).as_deref(), Some(""));
}

/// What comes in a school's name under keys that are not stated is bounded in a week, whatever
/// became of it; a week later there is room again.
#[tokio::test(flavor = "multi_thread")]
async fn a_week_of_unstated_reports_is_bounded() {
    let city = City::start().await;
    let key = SigningKey::generate().expect("key");
    let mut refused = None;
    for number in 1..=400 {
        let draft = Draft { key: key.clone(), ..draft(&city, THE_STOCK, 5, number) };
        if let Err(code) = arrives(&city, &draft) {
            refused = Some((number, code));
            break;
        }
        // Nothing of them waits: each was settled at once.
        city.leader.write(|tx| tx.execute("update sealed_inbox set settled_at_ms = 1", &[]));
    }
    let (number, code) = refused.expect("refused");
    assert_eq!(code, TOO_MUCH);
    assert!((100..=257).contains(&number), "{number}");
    assert!(city.notices(&city.leader).contains(&Notice::TooMuch(unit(5))));
    assert_eq!(arrives(&city, &draft(&city, THE_STOCK, 5, 1)), Ok(()));
    city.days(8);
    let again = Draft { key, ..draft(&city, THE_STOCK, 5, 900) };
    assert_eq!(arrives(&city, &again), Ok(()));
}

/// A forged report of a school whose key is stated is called what it is at both hubs, before and
/// after the school's own, and nothing is said of it in the school's name; a school whose key is
/// not stated yet is not accused of anything.
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_report_is_called_what_it_is() {
    let city = City::start().await;
    let mut rest = city.report_keys.clone();
    rest.remove(&unit(2));
    city.state(2, &stated_by(&rest));
    let first = forged(&city, 1, 1).send(&city);
    draft(&city, THE_FLOW, 2, 1).send(&city);
    city.step().await;
    city.step().await;
    for hub in [&city.leader, &city.helper] {
        assert_eq!(city.notices(hub), [Notice::OtherKey(unit(1))]);
        assert_eq!(hub.alarms(), [ALARM_OTHER_KEY]);
    }
    let tasks = city.tasks(&city.leader);
    let flow = tasks.iter().find(|one| one.sheet == FLOW && !one.unstated.is_empty());
    let flow = flow.expect("the week");
    assert_eq!((&flow.unstated[..], &flow.other_key[..]), (&[unit(2)][..], &[unit(1)][..]));
    let english = Notice::OtherKey(unit(1)).say(Lang::En);
    assert!(english.contains("S01") && english.contains("Ring the school"), "{english}");
    let own = draft(&city, THE_FLOW, 1, 1).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, own).as_deref(), Some(""));
    let after = forged(&city, 1, 7).send(&city);
    city.step().await;
    assert_eq!((code(&city, 1, first), code(&city, 1, after)), (None, None));
    assert_eq!(city.notices(&city.leader), [Notice::OtherKey(unit(1))]);
    // A month later nobody is called about it any more.
    city.days(31);
    assert!(city.notices(&city.leader).is_empty());
}

/// A list of keys that somebody fills hides no school's own key: the latest stay, and the stated
/// one.
#[tokio::test(flavor = "multi_thread")]
async fn a_jammed_list_shows_the_schools_own_key() {
    let city = City::start().await;
    let own = certs::digest::sha256(b"own");
    let stated = certs::digest::sha256(b"stated");
    let (unit, most) = (unit(9), i64::from(school_key::KEYS_MAX));
    city.helper.write({
        let unit = unit.clone();
        move |tx| {
            school_key::note(tx, (&unit, &stated), Some(&stated), 1)?;
            school_key::note(tx, (&unit, &own), Some(&stated), 2)?;
            for at in 3..3 + most * 4 {
                let key = certs::digest::sha256(&at.to_be_bytes());
                school_key::note(tx, (&unit, &key), Some(&stated), at)?;
                // The school signs each day.
                if at % most == 0 {
                    school_key::note(tx, (&unit, &own), Some(&stated), at)?;
                }
            }
            Ok(())
        }
    });
    let seen = city.helper.read(school_key::all);
    let keys: Vec<_> = seen.into_iter().filter(|one| one.unit == unit).map(|one| one.key).collect();
    assert!(keys.contains(&own) && keys.contains(&stated));
    assert_eq!(keys.len(), school_key::KEYS_MAX as usize + 1);
}

/// A report that waits too long for its key has to come again: nothing is kept for ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_too_long_is_forgotten() {
    let city = City::start().await;
    forged(&city, 1, 1).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(waiting(&city.leader), 1);
    city.days(59);
    city.renew();
    city.step().await;
    assert_eq!(waiting(&city.leader), 1);
    city.days(2);
    city.step().await;
    assert_eq!(waiting(&city.leader), 0);
    let known =
        city.leader.read(|tx| tx.query("select count(*) from sealed_inbox", &[], |row| row.u64(0)));
    assert_eq!(known, [0], "sent again it is new");
}
