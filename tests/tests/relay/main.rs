//! Addressed items on their way: a school's sealed report up to the hub that it names, a verdict
//! down to the school, over real TLS and over whatever happens between.
#![allow(clippy::expect_used, reason = "a test that cannot go on says so by stopping")]

mod line;

use certs::chain::Trust;
use certs::signature::Signature;
use domain::unit::UnitKind;
use hub::relay::ALARM_FOREIGN;
use hub::store::unit::{UnitStatus, set_status};
use hub::store::{member_key, relay, sealed_inbox};
use line::{
    Line, decide, issued_before, passed_on, relayed_name, report, school, signed, until, verdicts,
};
use proto::frame::{OpenItem, SEALED_REPORT_CONTEXT, decode_item, encode_relayed};
use proto::wire::sync::ItemKind;
use runtime::sql::Tx;
use runtime::uplink::Bar;
use tests::federation::{Federation, Member, RunningHub, admit_school};
use tokio_util::sync::CancellationToken;

/// A report comes through a street to the district that it names, with the certificates that prove
/// whose it is; the street keeps nothing but its queue.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_reaches_the_hub_that_it_names() {
    let line = Line::new().await;
    let body = report("S1", "370202", 1);
    line.school.queue_item("first", signed(&line.school.identity, &body));
    line.school.flush().await.expect("sent");
    assert_eq!(line.school.outcome("first"), "accepted");
    let arrived = line.arrived(1).await.remove(0);
    assert_eq!((arrived.unit.as_str(), arrived.digest), ("S1", certs::digest::sha256(&body)));

    let item = decode_item(&arrived.item).expect("item");
    assert_eq!((item.kind, &item.body), (ItemKind::SealedReport, &body));
    let trust = Trust::new(vec![line.federation.authority().root().clone()]);
    let (zone, now) = (line.federation.authority().zone(), line.federation.clock().now());
    let signer = trust.identify_signer(&item.chain, zone, now).expect("chain");
    assert_eq!(signer.name(), line.school.identity.peer().name());
    let signature = Signature::from_bytes(&item.signature).expect("signature");
    signer.key().verify(SEALED_REPORT_CONTEXT, &body, &signature).expect("holds");

    line.district.write(move |tx| sealed_inbox::settle(tx, arrived.id, 5));
    assert!(line.arrived(0).await.is_empty(), "nothing is left to do");
    assert!(line.street.read(|tx| sealed_inbox::open_after(tx, 0, 9)).is_empty());
    assert_eq!(line.answer_to_street(&relayed_name(&body)).await, "accepted");
}

/// The same report again, whether the school signs it anew, lost its answers or begins a new epoch,
/// is accepted and changes nothing; another number is another report.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_report_changes_nothing() {
    let line = Line::new().await;
    let (body, next) = (report("S1", "370202", 1), report("S1", "370202", 2));
    line.school.queue_item("first", signed(&line.school.identity, &body));
    line.school.flush().await.expect("sent");
    line.school.queue_item("again", signed(&line.school.identity, &body));
    line.school.flush().await.expect("sent again");
    line.school.forget_answers();
    line.school.flush().await.expect("asked again");
    line.school.queue_item("next", signed(&line.school.identity, &next));
    line.school.flush().await.expect("next");
    for name in ["first", "again", "next"] {
        assert_eq!(line.school.outcome(name), "accepted", "{name}");
    }
    let arrived = line.arrived(2).await;
    let wanted = [certs::digest::sha256(&body), certs::digest::sha256(&next)];
    assert_eq!(arrived.iter().map(|one| one.digest).collect::<Vec<_>>(), wanted);
}

/// A verdict comes down the way that the reports came up, while links are open, over restarts of
/// either hub, and to a school that connects only now and then; each comes once and in order.
#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_comes_down_over_restarts() {
    let line = Line::new().await;
    let body = report("S1", "370202", 1);
    line.decide("before any way was known");
    line.school.queue_item("first", signed(&line.school.identity, &body));
    line.school.flush().await.expect("sent");
    line.arrived(1).await;
    let (stop, uplink) = (CancellationToken::new(), line.school.uplink.clone());
    let (token, serving) = (stop.clone(), uplink.clone());
    let task = tokio::spawn(async move { serving.serve(token).await });
    assert_eq!(line.verdicts(1).await, ["before any way was known"]);
    line.decide("live");
    assert_eq!(line.verdicts(2).await[1], "live");
    stop.cancel();
    task.await.expect("stopped");

    line.decide("the school is away");
    let line = line.restart_district().await;
    line.decide("the district came back");
    let line = line.restart_street().await;
    let below = |tx: &Tx<'_>| relay::after(tx, &"S1".parse().expect("unit"), 0, 9);
    until(|| Some(()).filter(|()| line.street.read(below).len() == 4), "the street's list").await;
    line.school.flush().await.expect("asked");
    let wanted =
        ["before any way was known", "live", "the school is away", "the district came back"];
    assert_eq!(verdicts(&line.transfer), wanted);
    line.school.flush().await.expect("asked again");
    assert_eq!(verdicts(&line.transfer), wanted, "each comes once");
}

/// A hub that lost its latest days to a backup is told again what it had taken: by the school what
/// went up, by the hub above what came down.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_street_is_told_again() {
    let line = Line::new().await;
    let body = report("S1", "370202", 1);
    line.school.queue_item("first", signed(&line.school.identity, &body));
    line.school.flush().await.expect("sent");
    line.arrived(1).await;
    line.decide("one");
    line.school.flush().await.expect("asked");
    let line = line.restart_street().await;
    line.street.write(|tx| {
        for table in ["answer_place", "answer", "lane_epoch", "relay_down", "relay_route"] {
            tx.execute(&format!("delete from {table}"), &[])?;
        }
        tx.execute("delete from outbox_item where name like 'sealed/%'", &[])?;
        tx.execute("delete from uplink_note where name like 'addressed_cursor:%'", &[])
    });
    let line = line.restart_street().await;
    line.school.flush().await.expect("told again");
    assert_eq!(line.answer_to_street(&relayed_name(&body)).await, "accepted");
    line.arrived(1).await;
    line.decide("two");
    let below = |tx: &Tx<'_>| relay::after(tx, &"S1".parse().expect("unit"), 0, 9);
    until(|| Some(()).filter(|()| line.street.read(below).len() == 2), "the street's list").await;
    line.school.flush().await.expect("asked");
    assert_eq!(verdicts(&line.transfer), ["one", "two"]);
}

/// A hub whose list is another one than its member pulled from sends all of it; the school keeps
/// each once.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_list_is_sent_whole() {
    let federation = Federation::new();
    let district = RunningHub::start(&federation, line::DISTRICT, "370202", None).await;
    let identity = admit_school(&federation, &district, "S1");
    let (member, transfer) = school(&federation, &district, identity);
    for text in ["a", "b", "c"] {
        decide(&district, text);
    }
    member.flush().await.expect("first");
    assert_eq!(verdicts(&transfer), ["a", "b", "c"]);
    district.write(|tx| tx.execute("delete from relay_down where cursor > 1", &[]));
    for text in ["b", "d", "e"] {
        decide(&district, text);
    }
    member.flush().await.expect("another list");
    assert_eq!(verdicts(&transfer), ["a", "b", "c", "d", "e"]);
}

/// A street can alter nothing that it carries, and carries only what lies below it; each refusal is
/// final, says why, and leaves the lane open.
#[tokio::test(flavor = "multi_thread")]
async fn a_street_carries_nothing_but_what_is_signed_below_it() {
    let line = Line::new().await;
    let authority = line.federation.authority();
    let issue =
        |unit, district| authority.identity(&authority.name(unit, district), UnitKind::School);
    let (s1, s2) = (&line.school.identity, issue("S2", "370202"));
    let body = report("S1", "370202", 1);
    let carried = decode_item(&passed_on(s1, &body)).expect("item");
    let altered = OpenItem { body: report("S1", "370202", 2), ..carried.clone() };
    let altered = encode_relayed(&altered, carried.chain);
    let elsewhere = issue("S3", "370203");
    let foreign = Federation::new();
    let unknown = foreign.authority().name("S1", "370202");
    let unknown = foreign.authority().identity(&unknown, UnitKind::School);
    let street = line.street.hub.identity().current();
    let cases = [
        ("altered", altered, "bad_signature"),
        ("forged", passed_on(&s2, &report("S1", "370202", 3)), "foreign_unit"),
        ("elsewhere", passed_on(&elsewhere, &report("S3", "370202", 1)), "foreign_unit"),
        ("itself", passed_on(&street, &report("370202004", "370202", 1)), "foreign_unit"),
        ("unsigned", signed(&street, &report("370202004", "370202", 1)), "breaks_rule"),
        ("another root", passed_on(&unknown, &body), "bad_certificate"),
        ("large", passed_on(s1, &vec![1; 300_000]), "too_large"),
        ("none", passed_on(s1, &[0xff; 9]), "unreadable"),
        ("later kind", vec![0x08, 99], "unknown_item"),
        ("sound", passed_on(s1, &body), "accepted"),
    ];
    for (name, item, wanted) in cases {
        assert_eq!(line.carry(name, item).await, wanted, "{name}");
    }
    line.arrived(1).await;
    assert!(line.district.alarms().iter().any(|kind| kind == ALARM_FOREIGN));
}

/// A school speaks for itself: it carries nobody else's report, and signs as itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_school_sends_only_its_own_reports() {
    let line = Line::new().await;
    let other = line.federation.authority().name("S2", "370202");
    let other = line.federation.authority().identity(&other, UnitKind::School);
    let own = &line.school.identity;
    let cases = [
        ("carried", passed_on(&other, &report("S2", "370202", 1)), "foreign_unit"),
        ("in another's name", signed(own, &report("S2", "370202", 1)), "foreign_unit"),
        ("by another's key", signed(&other, &report("S1", "370202", 1)), "unknown_key"),
    ];
    for (name, item, wanted) in cases {
        line.school.queue_item(name, item);
        line.school.flush().await.expect("sent");
        assert_eq!(line.school.outcome(name), wanted, "{name}");
    }
    assert!(line.arrived(0).await.is_empty());
}

/// A key that the street took back speaks no more at the district, whoever still carries what it
/// signed; what was taken of a unit before it was suspended arrives.
#[tokio::test(flavor = "multi_thread")]
async fn a_barred_key_speaks_no_more() {
    let line = Line::new().await;
    let item = |number| passed_on(&line.school.identity, &report("S1", "370202", number));
    line.street.write(|tx| set_status(tx, &"S1".parse().expect("id"), UnitStatus::Suspended));
    line.told(Bar::Suspended).await;
    assert_eq!(line.carry("suspended", item(1)).await, "accepted");
    line.street.write(|tx| member_key::revoke_all(tx, "S1"));
    line.told(Bar::Revoked).await;
    assert_eq!(line.carry("revoked", item(2)).await, "revoked_key");
    line.arrived(1).await;
}

/// A report to a hub that is not above its school climbs to the top and is refused there; the
/// school hears it when it sends the report again.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_to_nobody_is_refused_at_the_top() {
    let line = Line::new().await;
    let body = report("S1", "370299", 1);
    line.school.queue_item("first", signed(&line.school.identity, &body));
    line.school.flush().await.expect("sent");
    assert_eq!(line.school.outcome("first"), "accepted");
    assert_eq!(line.answer_to_street(&relayed_name(&body)).await, "no_such_hub");
    line.school.queue_item("again", signed(&line.school.identity, &body));
    line.school.flush().await.expect("sent again");
    assert_eq!(line.school.outcome("again"), "no_such_hub");
    // Half a day later it is passed on again: what a hub above said may not hold any more.
    line.street.write(|tx| tx.execute("update outbox_item set queued_at_ms = 1", &[]));
    line.school.queue_item("later", signed(&line.school.identity, &body));
    line.school.flush().await.expect("sent later");
    assert_eq!(line.school.outcome("later"), "accepted");
    let again = format!("{} again 2", relayed_name(&body));
    assert_eq!(line.answer_to_street(&again).await, "no_such_hub");

    let alone = Member::join(&line.federation, &line.district, "S5");
    alone.queue_item("top", signed(&alone.identity, &report("S5", "370299", 1)));
    alone.flush().await.expect("sent");
    assert_eq!(alone.outcome("top"), "no_such_hub");
}

/// A report that waited while its key's certificate ended, and was renewed, arrives under the old
/// key; one whose certificate ended more than 400 days ago does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_outlives_the_certificate_that_it_was_signed_under() {
    let line = Line::new().await;
    let name = line.federation.authority().name("S6", "370202");
    let (summer, old) =
        (issued_before(&line.federation, &name, 150), issued_before(&line.federation, &name, 495));
    for identity in [&old, &summer] {
        line.street.add(name.unit(), UnitKind::School, line.federation.clock());
        line.street.admit(identity, line.federation.clock());
    }
    let renewed = Member::join(&line.federation, &line.street, "S6");
    let body = report("S6", "370202", 1);
    renewed.queue_item("summer", signed(&summer, &body));
    renewed.queue_item("old", signed(&old, &report("S6", "370202", 2)));
    renewed.flush().await.expect("sent");
    assert_eq!(renewed.outcome("summer"), "accepted");
    assert_eq!(renewed.outcome("old"), "bad_certificate");
    assert_eq!(line.arrived(1).await[0].digest, certs::digest::sha256(&body));
}

/// A street that is cut off keeps what it took, and sends it when its parent is there again.
#[tokio::test(flavor = "multi_thread")]
async fn a_street_without_its_parent_keeps_what_it_took() {
    let line = Line::new().await;
    let Line { federation, district, street, school, transfer } = line;
    let port = district.address.port();
    district.stop().await;
    let body = report("S1", "370202", 1);
    school.queue_item("first", signed(&school.identity, &body));
    school.flush().await.expect("sent");
    assert_eq!(school.outcome("first"), "accepted");
    let district = RunningHub::start_at(&federation, line::DISTRICT, "370202", None, port).await;
    let line = Line { federation, district, street, school, transfer };
    let line = line.restart_street().await;
    line.arrived(1).await;
}
