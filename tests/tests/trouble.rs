//! Trouble at the hub and on the way to it: silent peers, floods, a full disk, a locked store, gaps
//! and conflicts. The process goes on, and what was not stored is not acknowledged.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use certs::chain::Trust;
use certs::invite::{Invite, InviteTerms};
use certs::tls::{client_config, server_name};
use domain::release::Release;
use domain::unit::UnitKind;
use hub::intake::{IntakeError, Reply};
use hub::store::{contribution, lane};
use proto::frame::encode_frame;
use proto::limits::{FRAME_BYTES_MAX, MESSAGE_BYTES_MAX};
use proto::wire::sync::Lane;
use runtime::cli::{Exit, Failure};
use runtime::sql::{SqlError, Tx};
use runtime::uplink::{CONFLICT, LAST_CODE, LAST_CONTACT, UplinkError, notes, outbox};
use runtime::web::Lang;
use tests::federation::{Federation, Figures, Member, RunningHub, TERM, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);

async fn district(federation: &Federation) -> RunningHub {
    RunningHub::start(federation, DISTRICT, "370202", None).await
}

fn stored(hub: &RunningHub) -> usize {
    hub.read(|tx| contribution::all_current(tx, "clear.term", TERM)).len()
}

/// A note of a member's uplink.
fn noted(member: &Member, name: &'static str) -> String {
    let note: Result<_, SqlError> = member.database.read(move |tx| notes::get(tx, name));
    note.expect("notes").unwrap_or_default()
}

/// A member whose connection stays open.
struct Connected {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Connected {
    async fn new(member: &Member) -> Self {
        let (uplink, stop) = (member.uplink.clone(), CancellationToken::new());
        let token = stop.clone();
        let task = tokio::spawn(async move { uplink.serve(token).await });
        eventually("connected", || !noted(member, LAST_CONTACT).is_empty()).await;
        Self { stop, task }
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.expect("uplink ends");
    }
}

/// The epoch in which a member's lane is.
fn epoch(member: &Member) -> [u8; 16] {
    let head = member.database.write("head", |tx| outbox::lane_head(tx, Lane::Statistics, 1));
    head.map_err(|error: SqlError| error.to_string()).expect("lane").epoch
}

/// Reads until the other side ends the connection.
async fn until_ended(stream: &mut (impl AsyncReadExt + Unpin)) {
    let mut bytes = [0; 256];
    while !matches!(stream.read(&mut bytes).await, Ok(0) | Err(_)) {}
}

/// Peers that connect and say nothing delay nobody, and the hub ends them.
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
    let all = async {
        for socket in &mut silent {
            until_ended(socket).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all).await.expect("the hub let them go");
}

/// Who shakes hands and then says nothing, or less than HTTP/2 begins with, is let go as well;
/// members are served meanwhile and stay connected.
#[tokio::test(flavor = "multi_thread")]
async fn silence_after_the_handshake_ends() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    let name = hub.hub.config().name.clone();
    let trust = Trust::new(vec![federation.authority().root().clone()]);
    let config = client_config(Some(&member.identity), &name, &trust).expect("client");
    let mut quiet = Vec::new();
    for said in [&b""[..], b"PRI * HT"] {
        let socket = TcpStream::connect(hub.address).await.expect("connection");
        let connector = TlsConnector::from(config.clone());
        let stream = connector.connect(server_name(&name).expect("name"), socket).await;
        let mut stream = stream.expect("handshake");
        stream.write_all(said).await.expect("said");
        stream.flush().await.expect("said");
        quiet.push(stream);
    }
    let connected = Connected::new(&member).await;
    let heard = noted(&member, LAST_CONTACT);
    let all = async {
        for stream in &mut quiet {
            until_ended(stream).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all).await.expect("the hub let them go");
    let release = figures.clear("S1", 1, 40);
    member.queue(&release);
    eventually("served", || member.outcome(&release.id().to_string()) == "accepted").await;
    assert_eq!(noted(&member, LAST_CONTACT), heard, "on the connection from before");
    connected.end().await;
}

/// Answers never wait for a member that does not read them: all it sent is kept, and others are
/// served.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_reads_no_answers_delays_nobody() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let (deaf, other) =
        (Member::join(&federation, &hub, "S1"), Member::join(&federation, &hub, "S2"));
    let (sender, _unread) = tokio::sync::mpsc::channel::<Reply>(1);
    // The hub's register has its key from here on.
    deaf.flush().await.expect("hello");
    let (unit, mut last) = ("S1".parse().expect("unit"), Vec::new());
    let lane = Lane::Statistics;
    hub.write(move |tx| lane::begin(tx, "S1", lane as i32, &[3; 16], 1));
    for sequence in 1..=20_u32 {
        let item = deaf.signed(&figures.clear("S1", sequence, 40));
        let frame = encode_frame(&[3; 16], lane, sequence.into(), &last, &item);
        last = certs::digest::sha256(&frame).to_tagged();
        let taken = hub.hub.intake().accept(&unit, &frame, &sender);
        let taken = tokio::time::timeout(Duration::from_secs(5), taken).await;
        taken.expect("nobody waits").expect("readable");
    }
    other.queue(&figures.clear("S2", 1, 40));
    other.flush().await.expect("push");
    eventually("all is kept", || {
        let known = hub.read(|tx| lane::find(tx, "S1", Lane::Statistics as i32, &[3; 16]));
        known.is_some_and(|known| known.next_sequence == 21)
    })
    .await;
}

/// A frame and a message over the limit end the links that they came on with a sentence, stay
/// queued where they were made, and harm nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_the_limit_ends_its_own_link_only() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = |unit| Member::join(&federation, &hub, unit);
    let (large, huge, other) = (member("S1"), member("S2"), member("S3"));
    let connected = Connected::new(&other).await;
    large.queue_item("frame", vec![7; FRAME_BYTES_MAX + 1]);
    huge.queue_item("message", vec![7; MESSAGE_BYTES_MAX + 1]);
    for (member, name) in [(&large, "frame"), (&huge, "message")] {
        let failure = Failure::from(member.flush().await.expect_err("over the limit"));
        let said = failure.message(Lang::Zh);
        assert_eq!((failure.code(), failure.exit()), ("MESSAGE_TOO_LARGE", Exit::Authentication));
        assert!(said.contains("没有收下") && said.contains("没有改动"), "{said}");
        assert!(failure.next_step(Lang::Zh).is_some_and(|next| next.contains("升级")));
        assert_eq!(noted(member, LAST_CODE), "MESSAGE_TOO_LARGE");
        assert_eq!(member.outcome(name), "waiting");
    }
    other.queue(&figures.clear("S3", 1, 40));
    eventually("the other one is served", || stored(&hub) == 1).await;
    connected.end().await;
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

/// A full disk at the hub acknowledges nothing and loses nothing, is said at the school and at the
/// hub, and with room all goes on.
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
    let stuck = member.flush().await;
    assert!(matches!(stuck, Err(UplinkError::Full)), "{stuck:?}");
    let code = noted(&member, LAST_CODE);
    let failure = Failure::of_link(&code, "");
    assert_eq!((failure.code(), failure.exit()), ("HUB_FULL", Exit::Network));
    let said = failure.message(Lang::Zh);
    assert!(said.contains("磁盘已满") && said.contains("没有丢失"), "{said}");
    assert!(failure.next_step(Lang::Zh).is_some_and(|next| next.contains("清理磁盘")));
    let acknowledged = releases.iter().filter(|name| member.outcome(name) == "accepted").count();
    let kept =
        hub.read(|tx| tx.query_opt("select count(*) from contribution", &[], |row| row.u64(0)));
    assert_eq!(kept, Some(acknowledged as u64), "what was acknowledged is what was kept");
    // Who stays connected says it while it lasts, and no longer.
    let forget = |tx: &Tx<'_>| notes::set(tx, LAST_CODE, "");
    let forgotten: Result<(), SqlError> = member.database.write("forget", forget);
    forgotten.expect("note");
    let connected = Connected::new(&member).await;
    eventually("noted", || noted(&member, LAST_CODE) == "HUB_FULL").await;
    hub.write(pages("pragma max_page_count = 1000000"));
    let accepted = || releases.iter().all(|name| member.outcome(name) == "accepted");
    eventually("with room again", accepted).await;
    eventually("the note is gone", || noted(&member, LAST_CODE).is_empty()).await;
    eventually("the alarm", || hub.alarms() == ["disk_full"]).await;
    connected.end().await;
}

/// A hub that lacks frames names the first one; a member that is connected goes back to it and
/// sends it and all that follows, and nothing counts twice.
///
/// Method: the hub's lane goes back to its start under an open link.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_goes_back_to_the_gap() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    let connected = Connected::new(&member).await;
    let (first, second) = (figures.clear("S1", 1, 40), figures.clear("S1", 2, 41));
    let arrived = |release: &Release| member.outcome(&release.id().to_string()) == "accepted";
    member.queue(&first);
    eventually("the first", || arrived(&first)).await;
    hub.write(|tx| {
        let back = "update lane_epoch set next_sequence = 1, last_frame = x'', recent_answers = ''";
        tx.execute(back, &[]).map(drop)
    });
    member.queue(&second);
    eventually("the second", || arrived(&second)).await;
    assert!(arrived(&first) && noted(&member, LAST_CODE).is_empty());
    let epoch = epoch(&member);
    let lane = hub.read(move |tx| lane::find(tx, "S1", Lane::Statistics as i32, &epoch));
    assert_eq!(lane.map(|lane| lane.next_sequence), Some(3), "both were sent");
    assert_eq!(stored(&hub), 1, "one school counts once");
    connected.end().await;
}

/// A hub that keeps other bytes under a sequence stops the lane: the member says so with what is
/// to be done, loses nothing, and goes on under an epoch of its own.
///
/// Method: another frame takes the member's first sequence while its link is open, as a copy of
/// the machine would.
#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_said_and_the_lane_goes_on() {
    let (federation, figures) = (Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    let connected = Connected::new(&member).await;
    let (sender, mut replies) = tokio::sync::mpsc::channel::<Reply>(1);
    let other = member.signed(&figures.clear("S1", 1, 99));
    let frame = encode_frame(&epoch(&member), Lane::Statistics, 1, &[], &other);
    let unit = "S1".parse().expect("unit");
    hub.hub.intake().accept(&unit, &frame, &sender).await.expect("readable");
    replies.recv().await.expect("answered");
    let release = figures.clear("S1", 2, 40);
    member.queue(&release);
    eventually("noted", || !noted(&member, CONFLICT).is_empty()).await;
    assert!(hub.alarms().contains(&"quarantine".to_owned()), "{:?}", hub.alarms());
    let failure = Failure::of_link("CONFLICT", "");
    assert!(failure.message(Lang::Zh).contains("没有改动"));
    assert!(failure.next_step(Lang::Zh).is_some_and(|next| next.contains("运维人员")));
    let name = release.id().to_string();
    eventually("under a new epoch", || member.outcome(&name) == "accepted").await;
    assert_eq!(noted(&member, CONFLICT), "", "the lane runs");
    connected.end().await;
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

/// A school's program, run as its operator runs it: its exit code, the JSON that it prints and
/// what it says to a person.
fn node(args: &[&str]) -> (Option<i32>, serde_json::Value, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_xinqiao-city"));
    command.args(["__run", "node"]).args(args).args(["--lang", "en", "--json"]);
    let ran = command.stdin(std::process::Stdio::null()).output().expect("program");
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    (ran.status.code(), serde_json::from_slice(&ran.stdout).unwrap_or_default(), said)
}

/// Whoever answers but stands under another root than the invite says, or has another name, is
/// sent nothing: `join` says so with what to do, no identity is written, and the hub goes on
/// serving others. The same invite is good at the right hub afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn joining_the_wrong_hub_leaves_no_trace() {
    let (federation, other) = (Federation::new(), Federation::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    let connected = Connected::new(&member).await;
    let at = |name: &str| federation.root().join(name).to_str().expect("path").to_owned();
    let (data, key, sheet) = (at("school"), at("machine.key"), at("sheet.txt"));
    let init = ["init", "--data", &data, "--danger-key-file", &key, "--recovery-sheet", &sheet];
    let (code, _, said) = node(&[&init[..], &["--school-type", "junior"]].concat());
    assert_eq!(code, Some(0), "{said}");
    let own = hub.hub.config().name.clone();
    let elsewhere = federation.authority().name("370203", "370203");
    let roots = [&federation, &other].map(|known| known.authority().root().digest());
    for (hub_name, root, wanted) in
        [(&own, roots[1], "OTHER_ROOT"), (&elsewhere, roots[0], "HUB_NAME")]
    {
        let terms = InviteTerms {
            address: hub.address.to_string().parse().expect("address"),
            hub: hub_name.clone(),
            unit: "F370202004J01".parse().expect("unit"),
            kind: None,
            expires: federation.clock().now() + jiff::SignedDuration::from_hours(24),
            roots: vec![root],
        };
        let line = Invite::new(terms).expect("invite").expose_line().to_string();
        std::fs::write(at("invite.txt"), line).expect("invite");
        let invite = at("invite.txt");
        let join = ["join", "--data", &data, "--code-file", &invite, "--roots-compared"];
        let (code, printed, said) = node(&join);
        assert_eq!(code, Some(5), "{said}");
        assert_eq!(printed["error"]["code"], wanted, "{said}");
        assert!(said.contains("nothing was sent") && said.contains("Do not go on"), "{said}");
        assert!(!Path::new(&data).join("identity.pem").exists());
        assert!(!Path::new(&data).join("roots").join("education.pem").exists());
    }
    let release = Figures::new().clear("S1", 1, 40);
    member.queue(&release);
    eventually("others are served", || member.outcome(&release.id().to_string()) == "accepted")
        .await;
    connected.end().await;
}

/// A certificate of another city is refused with a sentence, what it would have sent stays queued,
/// and members of this city are served on.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_city_gets_nowhere() {
    let (federation, other, figures) = (Federation::new(), Federation::new(), Figures::new());
    let hub = district(&federation).await;
    let member = Member::join(&federation, &hub, "S1");
    let name = other.authority().name("S2", "370202");
    hub.add(name.unit(), UnitKind::School, federation.clock());
    let foreign = other.authority().identity(&name, UnitKind::School);
    let stranger = Member::open(&federation, &hub, foreign);
    let release = figures.clear("S2", 1, 40);
    stranger.queue(&release);
    let failure = Failure::from(stranger.flush().await.expect_err("another city's"));
    assert_eq!((failure.code(), failure.exit()), ("OTHER_ROOT", Exit::Authentication));
    assert!(failure.message(Lang::Zh).contains("没有发送任何内容"));
    assert!(failure.next_step(Lang::Zh).is_some());
    assert_eq!(stranger.outcome(&release.id().to_string()), "waiting");
    member.queue(&figures.clear("S1", 1, 40));
    member.flush().await.expect("push");
    assert_eq!(stored(&hub), 1);
}
