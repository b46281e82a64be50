//! Letters on their whole way: school, street, district's relay, city, the other district's relay,
//! clinic, and back, over the real uplink. Test code stands for the nodes of both ends.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

mod refused;
mod way;

use certs::chain::Trust;
use certs::letter::{Basis, Carried, Due, Routing, Way};
use certs::referral::{
    Collector, Draft, EnvelopeId, Ground, Judge, Part, PartNumber, ReferralEnvelope, Role, Taken,
    WithdrawalSecret,
};
use domain::referral::{DeadlineClass, Urgency};
use hub::letters::status::{self, Letters};
use runtime::sql::SqlError;
use tests::federation::eventually;
use way::{CLINIC, DISTRICT, End, OTHER, Road, SCHOOL, STREET, files, unit};

const CONTENT: &[u8] = "周二上午，心理教师：学生愿意就诊".as_bytes();

fn id(byte: u8) -> EnvelopeId {
    EnvelopeId::from_bytes([byte; 16])
}

fn secret() -> WithdrawalSecret {
    WithdrawalSecret::from_bytes([8; 16])
}

fn carried(envelope: u8, part: PartNumber, (to, relay): (&str, &str), urgency: Urgency) -> Carried {
    let way = Way { recipient: unit(to), relay: unit(relay) };
    Carried { way, envelope: id(envelope), number: part, urgency, due: None }
}

/// Closes an envelope of one part from one end to the other.
fn closed(from: &End, to: &End, (envelope, role): (u8, Role)) -> Part {
    let draft = Draft { role, envelope: id(envelope), ground: Ground::Emergency, content: CONTENT };
    let sealed = ReferralEnvelope::close(&to.own, &draft, &from.member.identity).expect("closed");
    let parts = sealed.parts(&to.own).expect("parts");
    assert_eq!(parts.len(), 1);
    parts[0].clone()
}

/// Sends a referral from the school to the clinic.
fn refer(road: &Road, envelope: u8, urgency: Urgency) {
    let (routing, part) = referral(road, envelope, urgency);
    road.school.send(&routing, Some(&part));
}

fn referral(road: &Road, envelope: u8, urgency: Urgency) -> (Routing, Part) {
    let withdrawal = secret().mark(id(envelope));
    let part = closed(&road.school, &road.clinic, (envelope, Role::Referral { withdrawal }));
    let carried = carried(envelope, part.number(), (CLINIC, OTHER.0), urgency);
    let until = road.federation.clock().now();
    let due = Some(Due { class: DeadlineClass::Answered, until });
    let carried = Carried { due, ..carried };
    (Routing::Referral { carried, basis: Basis::Emergency, withdrawal }, part)
}

fn answer(road: &Road, envelope: u8, to: u8) {
    let part = closed(&road.clinic, &road.school, (envelope, Role::Answer { to: id(to) }));
    let carried = carried(envelope, part.number(), (SCHOOL, DISTRICT.0), Urgency::Urgent);
    let met = Some(DeadlineClass::Answered);
    road.clinic.send(&Routing::Answer { carried, to: id(to), met }, Some(&part));
}

/// Opens what an end got, and gives the content and who sent it.
fn content(road: &Road, end: &End, part: &Part) -> (Vec<u8>, String) {
    let (authority, now) = (road.federation.authority(), road.federation.clock().now());
    let trust = Trust::new(vec![authority.root().clone()]);
    let taken = Collector::new().take(part, now).expect("taken");
    let whole = match taken {
        Taken::Whole(whole) => Some(whole),
        Taken::Waits | Taken::Known => None,
    };
    let judge = Judge { trust: &trust, zone: authority.zone(), now };
    let whole = whole.expect("whole");
    let opened = ReferralEnvelope::open_referral(&whole, &end.key, &judge).expect("opened");
    (opened.content().to_vec(), opened.sender().name().unit().to_string())
}

fn is_referral(routing: &Routing) -> bool {
    matches!(routing, Routing::Referral { .. })
}

fn letters(hub: &tests::federation::RunningHub) -> Letters {
    let read: Result<Letters, SqlError> = hub.hub.database().read(Letters::read);
    read.expect("read")
}

/// A referral goes from school to clinic through two relays that know nothing of each other's
/// members, its acknowledgement comes back to the school alone, and an answer comes back the same
/// way and meets the limit at both relays.
#[tokio::test(flavor = "multi_thread")]
async fn a_referral_goes_its_whole_way_and_is_answered() {
    let road = Road::new().await;
    road.run();
    refer(&road, 1, Urgency::Urgent);
    let (ack, _) = road.school.until(|one| matches!(one, Routing::Ack { .. })).await;
    let Routing::Ack { envelope, number } = ack.routing() else { return };
    assert_eq!((*envelope, number.number(), number.of()), (id(1), 1, 1));
    let (came, _) = road.clinic.until(is_referral).await;
    let part = came.part().expect("part");
    let told = content(&road, &road.clinic, part);
    assert_eq!(told, (CONTENT.to_vec(), SCHOOL.to_owned()));
    let late = |hub| letters(hub).late_of(DeadlineClass::Answered);
    eventually("late at both", || late(&road.district) == 1 && late(&road.other) == 1).await;
    answer(&road, 2, 1);
    let (came, _) = road.school.until(|one| matches!(one, Routing::Answer { .. })).await;
    let told = content(&road, &road.school, came.part().expect("part"));
    assert_eq!(told, (CONTENT.to_vec(), CLINIC.to_owned()));
    eventually("met at both", || late(&road.district) == 0 && late(&road.other) == 0).await;
    // Who is no relay opened nothing, and keeps nothing of what passed.
    for hub in [&road.street, &road.city] {
        assert_eq!(letters(hub).count(status::OPENED), 0);
    }
    road.halt();
}

/// A withdrawal stops what still waits at the relay, and reaches the clinic; what was withdrawn
/// does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_overtakes_what_waits() {
    let road = Road::new().await;
    refer(&road, 3, Urgency::Routine);
    eventually("it waits", || letters(&road.district).waiting == 1).await;
    let way = Way { recipient: unit(CLINIC), relay: unit(OTHER.0) };
    let said = secret().reveal();
    road.school.send(&Routing::Revocation { way, secret: said, envelopes: vec![id(3)] }, None);
    eventually("dropped", || letters(&road.district).count(status::WITHDRAWN) == 1).await;
    road.run();
    let is_revocation = |one: &Routing| matches!(one, Routing::Revocation { .. });
    let (came, _) = road.clinic.until(|one| is_revocation(one) || is_referral(one)).await;
    let Routing::Revocation { secret: told, envelopes, .. } = came.routing() else {
        assert!(is_revocation(came.routing()), "what was withdrawn came first");
        return;
    };
    assert!(*envelopes == [id(3)]);
    assert!(secret().mark(id(3)).is_opened_by(*told, id(3)));
    road.halt();
}

/// Where nothing is sent every end gets letters in every slot all the same, and hubs forget what
/// was fetched.
#[tokio::test(flavor = "multi_thread")]
async fn letters_flow_where_nothing_is_sent() {
    let road = Road::new().await;
    road.run();
    let (mut at_school, mut at_clinic) = (0, 0);
    for _ in 0..700 {
        let came = [road.school.take(), road.clinic.take()];
        let is_dummy = |one: &certs::letter::OpenedLetter| matches!(one.routing(), Routing::Dummy);
        assert!(came.iter().flatten().all(is_dummy));
        (at_school, at_clinic) = (at_school + came[0].len(), at_clinic + came[1].len());
        if at_school >= 2 && at_clinic >= 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert!(at_school >= 2 && at_clinic >= 2, "{at_school} and {at_clinic} came");
    // Seconds after one was fetched the hub is told so.
    eventually("forgotten", || letters(&road.other).listed == 0).await;
    road.halt();
}

/// The street carries a referral and its acknowledgement, and nothing in its files says to whom,
/// of what, or what a relay reads; nor do the relays' files say what is in it.
#[tokio::test(flavor = "multi_thread")]
async fn a_street_learns_nothing() {
    let road = Road::new().await;
    road.run();
    refer(&road, 0x5a, Urgency::Urgent);
    road.clinic.until(is_referral).await;
    road.school.until(|one| matches!(one, Routing::Ack { .. })).await;
    road.halt();
    let mark = secret().mark(id(0x5a)).digest();
    let planted: [&[u8]; 4] = [CLINIC.as_bytes(), &[0x5a; 16], mark.bytes(), CONTENT];
    let street = files(&road.federation.path(STREET.0));
    let holds = |files: &[u8], needle: &[u8]| files.windows(needle.len()).any(|run| run == needle);
    assert!(holds(&street, SCHOOL.as_bytes()), "the search finds what is there");
    for needle in planted {
        assert!(!holds(&street, needle), "{needle:x?} is in the street's files");
    }
    // At the relays the content and the routing are nowhere; the clinic is known to its own.
    for (hub, needles) in [(DISTRICT.0, &planted[1..]), (OTHER.0, &planted[1..])] {
        let files = files(&road.federation.path(hub));
        for needle in needles {
            assert!(!holds(&files, needle), "{needle:x?} is in the files of {hub}");
        }
    }
}

/// A referral that a stick carries to the street goes on like any other, and comes to the clinic
/// once, also where the network had it meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_stick_carries_a_referral() {
    let road = Road::new().await;
    let (routing, part) = referral(&road, 4, Urgency::Urgent);
    road.school.queue(&routing, Some(&part));
    let uplink = &road.school.member.uplink;
    let made = uplink.pack().await.expect("made");
    let street = &road.street.hub;
    let answer = hub::service::bundle::take(street, &made.bytes).await.expect("taken");
    uplink.unpack(&answer).await.expect("brought");
    road.run();
    let (came, _) = road.clinic.until(is_referral).await;
    let told = content(&road, &road.clinic, came.part().expect("part"));
    assert_eq!(told, (CONTENT.to_vec(), SCHOOL.to_owned()));
    road.school.until(|one| matches!(one, Routing::Ack { .. })).await;
    assert!(!road.clinic.take().iter().any(|one| is_referral(one.routing())), "once");
    road.halt();
}
