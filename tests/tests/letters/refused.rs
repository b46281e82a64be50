//! What hubs take in the referral lane, and what they refuse with which code.

use certs::letter::{LETTER_BYTES, Letter};
use domain::unit::UnitKind;
use proto::frame::{encode_item, encode_letter};
use proto::wire::sync::{ItemKind, Lane};
use runtime::params;
use runtime::sql::SqlError;
use runtime::uplink::outbox;
use tests::federation::{Federation, Member, RunningHub};

const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);
const STREET: &str = "370202004";

/// A letter that nobody opens.
fn letter(to: &str, id: u8) -> Letter {
    let mut bytes = [&[1_u8, 0, 0, 0, 16][..], &[id; 16], &[0, 0, 0, 40], to.as_bytes()].concat();
    bytes.resize(65, 0);
    bytes.resize(LETTER_BYTES, 1);
    Letter::from_bytes(&bytes).expect("letter")
}

/// A hub below: to a unit of that kind letters of schools may go.
fn street(federation: &Federation, hub: &RunningHub) -> Member {
    let name = federation.authority().name(STREET, DISTRICT.0);
    let identity = federation.authority().identity(&name, UnitKind::Street);
    hub.add(name.unit(), UnitKind::Street, federation.clock());
    hub.admit(&identity, federation.clock());
    Member::open(federation, hub, identity)
}

fn queue(member: &Member, lane: Lane, name: &'static str, item: Vec<u8>) {
    let queued: Result<bool, SqlError> =
        member.database.write("queue", move |tx| outbox::enqueue(tx, lane, name, &item, 1));
    assert!(queued.expect("queued"));
}

/// Every refusal has its code and consumes its place, so that the letter behind them arrives; and
/// each lane has its own.
#[tokio::test(flavor = "multi_thread")]
async fn what_no_hub_can_carry_is_refused() {
    let federation = Federation::new();
    let hub = RunningHub::start(&federation, DISTRICT, "370202", None).await;
    let member = Member::join(&federation, &hub, "S1");
    let _other = Member::join(&federation, &hub, "S2");
    let beside = street(&federation, &hub);
    let to = |unit, id| letter(unit, id).to_bytes();
    let of = |kind, body, signature| encode_item(kind, body, signature);
    let cases = [
        ("a release", of(ItemKind::Release, vec![1; 9], vec![1; 97]), "not_a_letter"),
        ("cut", of(ItemKind::Letter, vec![1; 9], Vec::new()), "not_a_letter"),
        ("signed", of(ItemKind::Letter, to("S2", 1), vec![1; 97]), "not_a_letter"),
        ("to nobody", of(ItemKind::Letter, to("CLINIC9", 2), Vec::new()), "unreachable"),
        ("to itself", of(ItemKind::Letter, to("S1", 3), Vec::new()), "unreachable"),
        ("to no relay", of(ItemKind::Letter, to("370202", 4), Vec::new()), "no_relay"),
        ("of another", encode_letter(to("S2", 5), "S3"), "foreign_unit"),
        ("past the relay", of(ItemKind::Letter, to("S2", 8), Vec::new()), "no_relay"),
        ("good", outbox::letters::item(&letter(STREET, 6)), "accepted"),
        ("again", outbox::letters::item(&letter(STREET, 6)), "accepted"),
    ];
    for (name, item, _) in &cases {
        queue(&member, Lane::Referral, name, item.clone());
    }
    queue(&member, Lane::Statistics, "stray", outbox::letters::item(&letter(STREET, 7)));
    member.flush().await.expect("sent");
    for (name, _, wanted) in &cases {
        assert_eq!(member.outcome(name), *wanted, "{name}");
    }
    assert_eq!(member.outcome("stray"), "wrong_lane");
    let listed = || hub.read(hub::store::letters::all_listed);
    assert_eq!(listed(), 1, "the same letter lies there once");
    // Who fetched it says so when it connects again, and it is forgotten.
    beside.flush().await.expect("fetched");
    beside.flush().await.expect("asked again");
    assert_eq!(listed(), 0);
}

/// A member that somebody took over hands in no more letters than a hundred at once: those behind
/// them are refused by name, and another member's goes on all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_refused_by_name() {
    let federation = Federation::new();
    let hub = RunningHub::start(&federation, DISTRICT, "370202", None).await;
    let member = Member::join(&federation, &hub, "S1");
    let other = Member::join(&federation, &hub, "S2");
    let _beside = street(&federation, &hub);
    let flood: Result<(), SqlError> = member.database.write("queue", |tx| {
        (0..=100).try_for_each(|id| {
            let item = outbox::letters::item(&letter(STREET, id));
            outbox::enqueue(tx, Lane::Referral, &format!("n{id}"), &item, 1).map(drop)
        })
    });
    flood.expect("queued");
    queue(&other, Lane::Referral, "letter", outbox::letters::item(&letter(STREET, 200)));
    member.flush().await.expect("sent");
    other.flush().await.expect("sent");
    let outcomes = ["n0", "n99", "n100"].map(|name| member.outcome(name));
    assert_eq!(outcomes, ["accepted", "accepted", "too_many_letters"]);
    assert_eq!(other.outcome("letter"), "accepted");
    assert_eq!(hub.read(hub::store::letters::all_listed), 101);
}

/// What a school queued of letters goes although a backlog of figures lies before it: letters are
/// sent first.
#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_of_figures_delays_no_letter() {
    let federation = Federation::new();
    let hub = RunningHub::start(&federation, DISTRICT, "370202", None).await;
    let member = Member::join(&federation, &hub, "S1");
    let _beside = street(&federation, &hub);
    for number in 0..300 {
        let body = format!("figures {number}").into_bytes();
        let item = encode_item(ItemKind::Release, body, vec![1; 97]);
        let queued: Result<bool, SqlError> = member.database.write("queue", move |tx| {
            outbox::enqueue(tx, Lane::Statistics, &format!("r{number}"), &item, 1)
        });
        assert!(queued.expect("queued"));
    }
    queue(&member, Lane::Referral, "letter", outbox::letters::item(&letter(STREET, 1)));
    member.flush().await.expect("sent");
    let answered = |name: &'static str| {
        let found: Result<_, SqlError> = member.database.read(move |tx| outbox::find(tx, name));
        found.expect("outbox").expect("item").answered_at_ms.expect("answered")
    };
    assert_eq!(member.outcome("letter"), "accepted");
    assert!(answered("letter") <= answered("r0"));
    let later = hub.read(|tx| {
        let first = "select a.id from answer a join lane_epoch e on e.id = a.lane_epoch
                     where e.lane = $1 and a.sequence = 1";
        let of = |lane: Lane| {
            let number = i64::from(i32::from(lane));
            tx.query_opt(first, params![number], |row| row.i64(0))
        };
        Ok(of(Lane::Referral)? < of(Lane::Statistics)?)
    });
    assert!(later, "the letter was decided first");
}
