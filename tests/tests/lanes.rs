//! Lanes over real TLS: receipts, refusals, gaps, repeats, conflicts, restarts and revocation.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::time::Duration;

use certs::chain::Trust;
use certs::identity::LeafIdentity;
use certs::tls::client_config;
use domain::unit::UnitKind;
use hub::intake::Reply;
use hub::store::unit::{UnitStatus, set_status};
use hub::store::{contribution, lane, snapshot};
use node::console::HopState;
use proto::frame::{decode_item, encode_frame, encode_item};
use proto::wire::stats::statistics_client::StatisticsClient;
use proto::wire::stats::{ListIndicatorsRequest, QueryRequest, Status};
use proto::wire::sync::link_response::Part;
use proto::wire::sync::{ItemKind, Lane};
use runtime::sql::SqlError;
use runtime::transport::connect;
use runtime::uplink::{CLOCK_SKEW, UplinkError, notes, outbox};
use runtime::web::Lang;
use tests::federation::{Federation, Figures, Member, RunningHub, TERM, eventually};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);

async fn district(federation: &Federation) -> RunningHub {
    RunningHub::start(federation, DISTRICT, "370202", None).await
}

/// The sum of one cell at a hub's latest snapshot, and the schools that are in it.
fn students(hub: &RunningHub, figures: &Figures) -> Option<(u64, u32)> {
    let spec = figures.catalogue.table("clear.term").expect("table");
    let place = spec.index("base.students", &["junior"]).expect("cell");
    let cells = spec.cells();
    let sealed = hub.read(move |tx| {
        let Some((number, _)) = snapshot::latest_key(tx, "clear.term", TERM)? else {
            return Ok(None);
        };
        snapshot::find(tx, number, cells)
    })?;
    let value = sealed.snapshot.sums.values()[place];
    Some((value, sealed.snapshot.coverage.schools_reported))
}

/// A release is accepted once, whatever is sent again.
///
/// Method: push, then make the outbox forget the answer and push again.
#[tokio::test(flavor = "multi_thread")]
async fn a_resent_release_is_counted_once() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    let release = figures.clear("S1", 1, 40);
    member.queue(&release);
    member.flush().await.expect("first push");
    assert_eq!(member.outcome(&release.id().to_string()), "accepted");
    member.forget_answers();
    // The hub says that it has answered this sequence; a stubborn member sends it all the same.
    member.queue(&figures.clear("S1", 2, 41));
    member.flush().await.expect("second push");
    eventually("both revisions folded", || students(&hub, &figures) == Some((41, 1))).await;
    let first = member.outcome(&release.id().to_string());
    assert_eq!(first, "accepted", "the lost answer was fetched again");
}

/// An answer that was lost is taken under the key that the hub had then, after it was renewed, and
/// the lane goes on.
///
/// Method: push, make the outbox forget the answer, give the hub a new key and push again.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_outlives_the_hubs_key() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    let release = figures.clear("S1", 1, 40);
    member.queue(&release);
    member.flush().await.expect("first push");
    member.forget_answers();
    let name = federation.authority().name("370202", "370202");
    let renewed = federation.authority().identity(&name, UnitKind::District);
    hub.hub.identity().replace(renewed).expect("renewed");
    member.queue(&figures.clear("S1", 2, 41));
    let mut flushed = member.flush().await;
    for _ in 0..10 {
        // A connection that is open when the hub renews ends; the next one shows the new key.
        if flushed.is_ok() {
            break;
        }
        flushed = member.flush().await;
    }
    flushed.expect("second push");
    assert_eq!(member.outcome(&release.id().to_string()), "accepted");
    eventually("both revisions folded", || students(&hub, &figures) == Some((41, 1))).await;
    let keys = member.database.read(|tx| {
        tx.query_opt(
            "select count(distinct substr(signature, 2, 32)) from outbox_item",
            &[],
            |row| row.u64(0),
        )
    });
    let keys: Result<Option<u64>, SqlError> = keys;
    assert_eq!(keys.expect("keys"), Some(2), "one answer under each key");
}

/// Refusals consume their sequence: the item behind a bad one arrives.
///
/// Method: another unit's release, one whose body was changed after it was signed, bytes that are
/// nothing, one under another key, and a good one behind them all.
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_item_never_blocks_its_lane() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    let stranger = Member::join(&federation, &hub, "S2");
    let good = figures.clear("S1", 7, 40);
    member.queue(&figures.clear("S2", 1, 5));
    let mut spoiled = decode_item(&member.signed(&figures.clear("S1", 6, 39))).expect("item");
    *spoiled.body.last_mut().expect("body") ^= 1;
    let spoiled = encode_item(ItemKind::Release, spoiled.body, spoiled.signature);
    member.queue_item("spoiled", spoiled);
    member.queue_item("garbage", encode_item(ItemKind::Release, vec![9; 9], vec![1; 97]));
    stranger.queue(&figures.clear("S2", 2, 5));
    let signed_by_other: Result<Vec<_>, SqlError> =
        stranger.database.read(|tx| outbox::sent(tx, Lane::Statistics, 1));
    member.queue_item("foreign key", signed_by_other.expect("sent")[0].item.clone());
    member.queue(&good);
    member.flush().await.expect("push");
    assert_eq!(member.outcome("S2/clear.term/2025S1/1"), "foreign_unit");
    assert_eq!(member.outcome("spoiled"), "bad_signature");
    assert_eq!(member.outcome("garbage"), "unknown_key");
    assert_eq!(member.outcome("foreign key"), "unknown_key");
    assert_eq!(member.outcome(&good.id().to_string()), "accepted");
    eventually("only the good one counts", || students(&hub, &figures) == Some((40, 1))).await;
}

/// The hub checks what a node should have checked: catalogue, cells, bands, rounding.
///
/// Method: a node that signs what no disclosure rule made, by changing bytes before signing.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_breaks_its_rule_is_refused() {
    use prost::Message;
    use proto::wire::release::Release as Wire;
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    let spoil = |name: &str, body: Vec<u8>, change: &dyn Fn(&mut Wire)| {
        let mut wire = Wire::decode(body.as_slice()).expect("release");
        change(&mut wire);
        let body = wire.encode_to_vec();
        let key = member.identity.key();
        let signature = key.sign(proto::frame::RELEASE_CONTEXT, &body).expect("signature");
        member.queue_item(name, encode_item(ItemKind::Release, body, signature.to_bytes()));
    };
    let clear = proto::release::encode(&figures.clear("S1", 1, 40));
    let rounded = proto::release::encode(&figures.rounded("S1", 10, 204));
    spoil("catalogue", clear.clone(), &|wire| wire.catalogue[5] ^= 1);
    spoil("cells", clear.clone(), &|wire| wire.cells = vec![0x09]);
    spoil("count", clear.clone(), &|wire| {
        let cells = tests::federation::clear_cells(&figures.catalogue, 40);
        wire.cells = domain::cell::pack(&cells[1..]);
    });
    spoil("revision", clear.clone(), &|wire| wire.revision = 0);
    spoil("period", clear.clone(), &|wire| wire.period = "2025-W44".to_owned());
    spoil("unrounded", rounded.clone(), &|wire| {
        let cells = tests::federation::rounded_cells(&figures.catalogue, 3, 204);
        wire.cells = domain::cell::pack(&cells);
    });
    spoil("persons", rounded, &|wire| wire.persons = 2);
    spoil("rule", clear, &|wire| wire.rule = 2);
    member.flush().await.expect("push");
    assert_eq!(member.outcome("catalogue"), "unknown_catalogue");
    assert_eq!(member.outcome("count"), "cell_count");
    assert_eq!(member.outcome("cells"), "cell_count");
    assert_eq!(member.outcome("revision"), "unreadable");
    assert_eq!(member.outcome("period"), "wrong_period");
    assert_eq!(member.outcome("unrounded"), "breaks_rule");
    assert_eq!(member.outcome("persons"), "breaks_rule");
    assert_eq!(member.outcome("rule"), "breaks_rule");
    assert_eq!(students(&hub, &figures), None, "nothing of it counts");
    for (name, what) in [
        ("catalogue", "没有本校所用的指标目录"),
        ("count", "格数与指标目录不符"),
        ("unrounded", "违反出校规则"),
    ] {
        let sent: Result<_, SqlError> = member.database.read(move |tx| outbox::find(tx, name));
        let told = node::egress::hop(&sent.expect("outbox").expect("item"));
        let HopState::Refused { reason, next, .. } = told else { panic!("{name}: {told:?}") };
        assert!(reason.in_lang(Lang::Zh).contains(what), "{name}: {reason:?}");
        assert!(next.in_lang(Lang::Zh).contains("没有改动"), "{name}: {next:?}");
        assert!(next.in_lang(Lang::Zh).contains('请'), "{name}: {next:?}");
    }
}

/// Counts about persons leave once a term; a second, different table is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_rounded_table_is_taken_once_a_term() {
    use prost::Message;
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    let first = figures.rounded("S1", 10, 204);
    member.queue(&first);
    let mut again = proto::wire::release::Release::decode(
        proto::release::encode(&figures.rounded("S1", 20, 204)).as_slice(),
    )
    .expect("release");
    again.revision = 2;
    let body = again.encode_to_vec();
    let signature =
        member.identity.key().sign(proto::frame::RELEASE_CONTEXT, &body).expect("signature");
    member.queue_item("again", encode_item(ItemKind::Release, body, signature.to_bytes()));
    member.flush().await.expect("push");
    assert_eq!(member.outcome(&first.id().to_string()), "accepted");
    assert_eq!(member.outcome("again"), "once_a_term");
}

/// A catalogue that renames the rounded partition in mid-term does not open a second place for it.
///
/// Method: a second catalogue in which the partition has another name, stored at the hub.
#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_partition_is_not_taken_in_mid_term() {
    use prost::Message;
    use proto::pack::{PackKind, embedded};
    use proto::wire::directive::{Directive, Pack};
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let pack = embedded::find(PackKind::Catalogue, "catalogue").expect("pack");
    let content = String::from_utf8_lossy(pack.bytes).replace("scr.census", "scr.tally");
    let digest = certs::digest::sha256(content.as_bytes()).to_tagged();
    let pack = Pack {
        kind: "catalogue".to_owned(),
        name: "catalogue".to_owned(),
        serial: 1,
        version: "3".to_owned(),
        effective_from: "2025-09-01".to_owned(),
        content: content.into_bytes(),
    };
    let stored = hub::store::directive::Stored {
        cursor: 0,
        kind: pack.kind.clone(),
        name: pack.name.clone(),
        serial: 1,
        version: pack.version.clone(),
        effective_from: pack.effective_from.clone(),
        content_digest: digest.clone(),
        directive: Directive { pack: pack.encode_to_vec(), ..Directive::default() }.encode_to_vec(),
    };
    assert!(hub.write(move |tx| hub::store::directive::insert(tx, &stored, 1)));
    let port = hub.address.port();
    hub.stop().await;
    let hub = RunningHub::start_at(&federation, DISTRICT, "370202", None, port).await;
    let renamed = |member: &Member| {
        let first = proto::release::encode(&figures.rounded(&member.unit, 10, 204));
        let mut second = proto::wire::release::Release::decode(first.as_slice()).expect("release");
        "rounded.scr.tally".clone_into(&mut second.table);
        second.catalogue.clone_from(&digest);
        let body = second.encode_to_vec();
        let signature =
            member.identity.key().sign(proto::frame::RELEASE_CONTEXT, &body).expect("signature");
        member.queue_item("renamed", encode_item(ItemKind::Release, body, signature.to_bytes()));
    };
    let (old, new) = (Member::join(&federation, &hub, "S1"), Member::join(&federation, &hub, "S2"));
    old.queue(&figures.rounded("S1", 10, 204));
    for member in [&old, &new] {
        renamed(member);
        member.flush().await.expect("push");
    }
    assert_eq!(old.outcome("renamed"), "once_a_term");
    assert_eq!(new.outcome("renamed"), "accepted");
}

/// A copy of a machine, or a backup that was put back, begins an epoch of its own and is noticed.
///
/// Method: a copy of the member's folder, taken before its first release, lives on.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_member_begins_a_new_epoch() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    // The epoch begins before the copy is made, so that both use it.
    member.flush().await.expect("hello");
    let copied = federation.path("copy");
    std::fs::create_dir_all(&copied).expect("folder");
    let copy_to = copied.join("transfer.db").to_str().expect("path").to_owned();
    let vacuumed: Result<(), SqlError> = member.database.read(move |tx| {
        tx.query("select epoch from outbox_epoch", &[], |row| row.blob(0))?;
        Ok(())
    });
    vacuumed.expect("epoch");
    let source = rusqlite::Connection::open(federation.path("S1").join("transfer.db"));
    source.expect("source").execute("vacuum into ?1", [copy_to]).expect("copy");
    member.queue(&figures.clear("S1", 1, 40));
    member.flush().await.expect("the original");
    std::fs::remove_dir_all(federation.path("S1")).expect("original gone");
    std::fs::rename(&copied, federation.path("S1")).expect("the copy takes its place");
    let copy = Member::open(&federation, &hub, member.identity.clone());
    copy.queue(&figures.clear("S1", 2, 41));
    // The hub expects sequence 2 and the copy has no frame: it begins a new epoch by itself.
    copy.flush().await.expect("the copy");
    assert!(hub.alarms().contains(&"new_epoch".to_owned()), "{:?}", hub.alarms());
    eventually("nothing counted twice", || students(&hub, &figures) == Some((41, 1))).await;
    let ended: Option<bool> = hub.read(|tx| {
        let first =
            tx.query_opt("select epoch from lane_epoch order by id limit 1", &[], |row| {
                row.array::<16>(0)
            })?;
        let Some(epoch) = first else { return Ok(None) };
        Ok(lane::find(tx, "S1", Lane::Statistics as i32, &epoch)?.map(|lane| lane.ended))
    });
    assert_eq!(ended, Some(true), "the first epoch has ended");
}

/// Sends one frame into a hub's intake and returns its only response.
async fn answer(hub: &RunningHub, member: &str, frame: &[u8]) -> Part {
    let (sender, mut replies) = tokio::sync::mpsc::channel(1);
    let member = member.parse().expect("unit");
    hub.hub.intake().accept(&member, frame, &sender).await.expect("readable frame");
    match replies.recv().await.expect("reply") {
        Reply::Response(response) => response.part.expect("answer"),
        Reply::End(error) => panic!("stream ended: {error}"),
    }
}

/// Gaps are named, repeats get the same bytes back, other bytes go to quarantine.
///
/// Method: frames built by hand, outside any outbox.
#[tokio::test(flavor = "multi_thread")]
async fn sequences_are_contiguous_and_final() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    let item = |revision| {
        let body = proto::release::encode(&figures.clear("S1", revision, 40));
        let key = member.identity.key();
        let signature = key.sign(proto::frame::RELEASE_CONTEXT, &body).expect("signature");
        encode_item(ItemKind::Release, body, signature.to_bytes())
    };
    let epoch = [3; 16];
    hub.write(move |tx| lane::begin(tx, "S1", Lane::Statistics as i32, &epoch, 1));
    let first = encode_frame(&epoch, Lane::Statistics, 1, &[], &item(1));
    let digest = certs::digest::sha256(&first).to_tagged();
    let second = encode_frame(&epoch, Lane::Statistics, 2, &digest, &item(2));
    let other = encode_frame(&epoch, Lane::Statistics, 1, &[], &item(3));
    let unchained = encode_frame(&epoch, Lane::Statistics, 2, &[1; 33], &item(2));
    let gap = answer(&hub, "S1", &second).await;
    assert!(matches!(gap, Part::Gap(gap) if gap.expected == 1 && gap.received == 2));
    let receipt = answer(&hub, "S1", &first).await;
    assert!(matches!(&receipt, Part::Answers(batch) if batch.answers.len() == 1));
    assert_eq!(answer(&hub, "S1", &first).await, receipt, "a repeat gets the same bytes");
    assert!(matches!(answer(&hub, "S1", &other).await, Part::Conflict(_)));
    assert!(matches!(answer(&hub, "S1", &unchained).await, Part::Conflict(_)));
    assert!(matches!(answer(&hub, "S1", &second).await, Part::Answers(_)));
    assert_eq!(hub.alarms(), ["quarantine", "quarantine"]);
    eventually("one school counts", || students(&hub, &figures) == Some((40, 1))).await;
}

/// What was acknowledged survives the hub's end, and the member goes on where it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_hub_has_lost_nothing() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let first = district(&federation).await;
    let port = first.address.port();
    let member = Member::join(&federation, &first, "S1");
    member.queue(&figures.clear("S1", 1, 40));
    member.flush().await.expect("before");
    first.stop().await;
    member.queue(&figures.clear("S1", 2, 50));
    assert!(matches!(member.flush().await, Err(UplinkError::Transport(_))));
    let hub = RunningHub::start_at(&federation, DISTRICT, "370202", None, port).await;
    member.flush().await.expect("after");
    eventually("the later revision counts", || students(&hub, &figures) == Some((50, 1))).await;
    let kept = hub.read(|tx| contribution::all_current(tx, "clear.term", TERM));
    let body = decode_item(&encode_item(ItemKind::Release, kept[0].body.clone(), vec![1]));
    assert_eq!(body.expect("item").body, kept[0].body, "the signed bytes are kept as they were");
}

/// Suspension and revocation bite a connection that is open, at its next frame.
#[tokio::test(flavor = "multi_thread")]
async fn revocation_bites_an_open_connection() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    let stop = tokio_util::sync::CancellationToken::new();
    let (uplink, token) = (member.uplink.clone(), stop.clone());
    let serving = tokio::spawn(async move { uplink.serve(token).await });
    let first = figures.clear("S1", 1, 40);
    member.queue(&first);
    eventually("open and answered", || member.outcome(&first.id().to_string()) == "accepted").await;
    hub.write(|tx| set_status(tx, &"S1".parse().expect("id"), UnitStatus::Suspended));
    let second = figures.clear("S1", 2, 41);
    member.queue(&second);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(member.outcome(&second.id().to_string()), "waiting");
    hub.write(|tx| set_status(tx, &"S1".parse().expect("id"), UnitStatus::Active));
    eventually("served again", || member.outcome(&second.id().to_string()) == "accepted").await;
    stop.cancel();
    serving.await.expect("uplink ends");
}

/// A clock that is hours off is shown and changes nothing: order is by sequence.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_is_an_alarm_and_no_refusal() {
    let federation = Federation::new();
    let figures = Figures::new();
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    let wrong = Federation::with_clock(runtime::clock::Clock::skewed(2 * 3_600 * 1_000));
    let late = runtime::uplink::Uplink::new(
        member.database.clone(),
        runtime::uplink::IdentityCell::load(&federation.path("S1").join("identity.pem"))
            .expect("identity"),
        runtime::uplink::Parent {
            address: hub.address.to_string(),
            name: hub.hub.config().name.clone(),
        },
        (Trust::new(vec![federation.authority().root().clone()]), wrong.clock().clone()),
        std::sync::Arc::new(tests::federation::NoHooks),
    );
    let release = figures.clear("S1", 1, 40);
    member.queue(&release);
    late.flush(Duration::from_secs(10)).await.expect("push");
    assert_eq!(member.outcome(&release.id().to_string()), "accepted");
    assert!(hub.alarms().contains(&"clock_skew".to_owned()));
    // The member's side: what its status page and doctor read.
    let note = |name| member.database.read(move |tx| notes::get(tx, name));
    let skew: Result<_, SqlError> = note(CLOCK_SKEW);
    let skew: i64 = skew.expect("note").expect("noted").parse().expect("milliseconds");
    assert!((7_195_000..7_300_000).contains(&skew), "two hours ahead: {skew}");
}

/// Sums climb the tree: a city knows what schools sent, through two hubs that it trusts to add.
#[tokio::test(flavor = "multi_thread")]
async fn figures_climb_from_school_to_city() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let city = RunningHub::start(&federation, ("370200", UnitKind::City), "", None).await;
    let district = RunningHub::start(&federation, DISTRICT, "370202", Some(&city)).await;
    let street = ("370202004", UnitKind::Street);
    let street = RunningHub::start(&federation, street, "370202", Some(&district)).await;
    // A street's certificate comes from its district, so its key is in the district's register.
    district.admit(&street.hub.identity().current(), federation.clock());
    let direct = Member::join(&federation, &district, "S0");
    let schools: Vec<Member> =
        ["S1", "S2", "S3"].map(|unit| Member::join(&federation, &street, unit)).into();
    for (member, number) in schools.iter().chain([&direct]).zip(10..) {
        member.queue(&figures.clear(&member.unit, 1, number));
        member.flush().await.expect("push");
    }
    eventually("all four schools", || students(&city, &figures) == Some((46, 4))).await;
    schools[0].queue(&figures.clear("S1", 2, 100));
    schools[0].flush().await.expect("correction");
    eventually("a correction climbs", || students(&city, &figures) == Some((136, 4))).await;
    told_over_the_wire(&federation, (&city, &district), &schools[0], &street).await;
}

/// Asks a hub for figures as one of its members.
async fn asker(
    federation: &Federation,
    hub: &RunningHub,
    identity: &LeafIdentity,
) -> StatisticsClient<Channel> {
    let name = &hub.hub.config().name;
    let trust = Trust::new(vec![federation.authority().root().clone()]);
    let config = client_config(Some(identity), name, &trust).expect("client");
    let dial = connect(&hub.address.to_string(), name, config).await.expect("dial");
    StatisticsClient::new(dial.channel)
}

/// Members ask for figures over the same connection: a hub is given the sums and its fellows', a
/// school the sums of its hub alone.
async fn told_over_the_wire(
    federation: &Federation,
    (city, district): (&RunningHub, &RunningHub),
    school: &Member,
    street: &RunningHub,
) {
    let query = |members| QueryRequest {
        indicator: "base.students".to_owned(),
        period: TERM.to_owned(),
        by: Vec::new(),
        members,
    };
    let mut above = asker(federation, city, &district.hub.identity().current()).await;
    let listed = above.list_indicators(ListIndicatorsRequest {}).await.expect("list").into_inner();
    assert!(listed.indicators.iter().any(|known| known.id == "base.students"));
    let told = above.query(query(true)).await.expect("figures").into_inner();
    let units: Vec<&str> = told.units.iter().map(|unit| unit.unit.as_str()).collect();
    assert_eq!(units, ["370200", "370202"]);
    for unit in &told.units {
        let figure = unit.figures.first().expect("figure");
        assert_eq!((figure.status(), figure.value), (Status::Value, 136), "{}", unit.unit);
        let coverage = unit.coverage.as_ref().expect("coverage");
        assert_eq!(coverage.schools_reported, 4, "{}", unit.unit);
    }
    assert!(!told.catalogue.is_empty(), "the definition's version");
    let mut own = asker(federation, street, &school.identity).await;
    let sums = own.query(query(false)).await.expect("sums").into_inner();
    assert_eq!(sums.units.len(), 1);
    let others = own.query(query(true)).await.expect_err("a school");
    assert_eq!(runtime::transport::code_of(&others), "MEMBERS_NOT_LISTED");
}

/// A hub that was put back from a backup outruns the snapshots that its parent knows.
///
/// Method: copy the district's store, let it report more, put the copy back, report again.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_hub_outruns_its_own_past() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let city = RunningHub::start(&federation, ("370200", UnitKind::City), "", None).await;
    let district = RunningHub::start(&federation, DISTRICT, "370202", Some(&city)).await;
    let port = district.address.port();
    let member = Member::join(&federation, &district, "S1");
    member.queue(&figures.clear("S1", 1, 10));
    member.flush().await.expect("first");
    eventually("the first climbs", || students(&city, &figures) == Some((10, 1))).await;
    let (store, copy) = (federation.path("370202").join("hub.db"), federation.path("backup.db"));
    let source = rusqlite::Connection::open(&store).expect("store");
    let target = copy.to_str().expect("path").to_owned();
    source.execute("vacuum into ?1", [target]).expect("backup");
    drop(source);
    for revision in 2..6 {
        member.queue(&figures.clear("S1", revision, 10 + u64::from(revision)));
        member.flush().await.expect("more");
    }
    eventually("later ones climb", || students(&city, &figures) == Some((15, 1))).await;
    district.stop().await;
    for end in ["", "-wal", "-shm"] {
        let mut file = store.as_os_str().to_owned();
        file.push(end);
        // A store that was closed well has no files beside it.
        let _ = std::fs::remove_file(file);
    }
    std::fs::copy(&copy, &store).expect("put back");
    let district = RunningHub::start_at(&federation, DISTRICT, "370202", Some(&city), port).await;
    member.queue(&figures.clear("S1", 6, 99));
    member.flush().await.expect("after");
    eventually("the restored hub is heard", || students(&city, &figures) == Some((99, 1))).await;
    assert!(district.hub.uplink().is_some());
    assert!(city.alarms().contains(&"new_epoch".to_owned()));
}

/// A hub that is asked to stop ends although members hold streams open for days.
#[tokio::test(flavor = "multi_thread")]
async fn a_hub_stops_while_members_are_connected() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    member.queue(&figures.clear("S1", 1, 40));
    let (uplink, stop) = (member.uplink.clone(), CancellationToken::new());
    let serving = stop.clone();
    let task = tokio::spawn(async move { uplink.serve(serving).await });
    eventually("the school counts", || students(&hub, &figures) == Some((40, 1))).await;
    hub.ask_to_stop(Duration::from_secs(8)).await.expect("stopped");
    stop.cancel();
    task.await.expect("uplink");
}
