//! Trouble at the hub: silent peers, floods, a full disk, a locked store. The process goes on, and
//! what was not stored is not acknowledged.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::time::{Duration, Instant};

use domain::unit::UnitKind;
use hub::intake::{IntakeError, Reply};
use hub::store::contribution;
use proto::limits::FRAME_BYTES_MAX;
use runtime::sql::{SqlError, Tx};
use tests::federation::{Federation, Figures, Member, RunningHub, TERM};
use tokio::net::TcpStream;

const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);

async fn district(federation: &Federation) -> RunningHub {
    RunningHub::start(federation, DISTRICT, "370202", None).await
}

fn stored(hub: &RunningHub) -> usize {
    hub.read(|tx| contribution::all_current(tx, "clear.term", TERM)).len()
}

/// Peers that connect and say nothing delay nobody.
#[tokio::test(flavor = "multi_thread")]
async fn silent_peers_delay_nobody() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(TcpStream::connect(hub.address).await.expect("connection"));
    }
    let member = Member::join(&federation, &hub, "S1");
    member.queue(&figures.clear("S1", 1, 40));
    let started = Instant::now();
    member.flush().await.expect("push");
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    assert_eq!(stored(&hub), 1);
}

/// A frame beyond the limit ends its stream with a sentence and harms nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_frame_ends_its_stream_only() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let (sender, _replies) = tokio::sync::mpsc::channel::<Reply>(1);
    let unit = "S1".parse().expect("unit");
    let huge = vec![0; FRAME_BYTES_MAX + 1];
    let refused = hub.hub.intake().accept(&unit, &huge, &sender).await;
    assert!(matches!(&refused, Err(IntakeError::Frame(_))));
    assert_eq!(refused.expect_err("refused").to_string(), "a frame has at most 1048576 bytes");
    let member = Member::join(&federation, &hub, "S1");
    member.queue(&figures.clear("S1", 1, 40));
    member.flush().await.expect("push");
    assert_eq!(stored(&hub), 1);
}

/// A full disk at the hub acknowledges nothing and loses nothing; with room, all goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_acknowledges_nothing() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    member.flush().await.expect("hello");
    let pages = |limit: &'static str| {
        move |tx: &Tx<'_>| -> Result<(), SqlError> { tx.query(limit, &[], |_| Ok(())).map(drop) }
    };
    // Fills what is free in the file, then forbids it to grow.
    hub.write(pages("pragma max_page_count = 1"));
    let mut releases = Vec::new();
    for revision in 1..=400 {
        let release = figures.clear("S1", revision, u64::from(revision));
        member.queue(&release);
        releases.push(release.id().to_string());
    }
    let stuck = member.uplink.flush(Duration::from_secs(2)).await;
    assert!(stuck.is_err(), "the hub had no room for them all");
    let acknowledged = releases.iter().filter(|name| member.outcome(name) == "accepted").count();
    let kept =
        hub.read(|tx| tx.query_opt("select count(*) from contribution", &[], |row| row.u64(0)));
    assert_eq!(kept, Some(acknowledged as u64), "what was acknowledged is what was kept");
    hub.write(pages("pragma max_page_count = 1000000"));
    member.flush().await.expect("with room again");
    assert!(releases.iter().all(|name| member.outcome(name) == "accepted"));
}

/// A store that another program holds makes the hub wait and say so, not fail.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_store_is_waited_for() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    member.flush().await.expect("hello");
    let release = figures.clear("S1", 1, 40);
    member.queue(&release);
    let holder = rusqlite::Connection::open(federation.path("370202").join("hub.db"));
    let holder = holder.expect("second connection");
    holder.execute_batch("begin immediate").expect("lock");
    assert!(member.uplink.flush(Duration::from_secs(3)).await.is_err());
    assert_eq!(member.outcome(&release.id().to_string()), "waiting");
    holder.execute_batch("rollback").expect("unlock");
    member.flush().await.expect("after");
    assert_eq!(member.outcome(&release.id().to_string()), "accepted");
}

/// A store that stays locked for longer than anybody waits is told as such, and what came
/// meanwhile neither blocks what comes later nor is lost.
///
/// Method: hold the lock beyond the writer's patience, so that not even a transaction begins.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_locked_for_long_does_not_stop_the_lanes() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    member.flush().await.expect("hello");
    let (sender, mut replies) = tokio::sync::mpsc::channel::<Reply>(4);
    let unit = "S1".parse().expect("unit");
    let body = proto::release::encode(&figures.clear("S1", 1, 40));
    let signature = member.identity.key().sign(proto::frame::RELEASE_CONTEXT, &body);
    let item = proto::frame::encode_item(
        proto::wire::sync::ItemKind::Release,
        body,
        signature.expect("signature").to_bytes(),
    );
    let lane = proto::wire::sync::Lane::Statistics;
    let frame = proto::frame::encode_frame(&[3; 16], lane, 1, &[], &item);
    let holder = rusqlite::Connection::open(federation.path("370202").join("hub.db"));
    let holder = holder.expect("second connection");
    holder.execute_batch("begin immediate").expect("lock");
    hub.hub.intake().accept(&unit, &frame, &sender).await.expect("readable");
    let told = tokio::time::timeout(Duration::from_secs(20), replies.recv()).await.expect("told");
    let Some(Reply::Response(told)) = told else { panic!("the stream was ended") };
    use proto::wire::sync::link_response::Part;
    assert!(matches!(told.part, Some(Part::Unavailable(_))), "{told:?}");
    holder.execute_batch("rollback").expect("unlock");
    let release = figures.clear("S1", 1, 40);
    member.queue(&release);
    member.flush().await.expect("after");
    assert_eq!(member.outcome(&release.id().to_string()), "accepted");
}
