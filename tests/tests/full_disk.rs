//! A school whose disk is full: it serves on, says why nothing more is kept, loses nothing, and
//! goes on by itself once there is room.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use domain::period::{Period, TermId};
use domain::unit::UnitKind;
use hub::store::contribution;
use jiff::civil::date;
use node::app::{ConsoleMode, Node, ring_bell};
use node::release::{self, ReleaseError};
use node::unlock::Opener;
use proto::pack::embedded;
use runtime::cli::{Exit, Failure};
use runtime::clock::Clock;
use runtime::params;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::{LAST_CONTACT, notes};
use runtime::web::Lang;
use tests::federation::{Federation, RunningHub, admit_school, eventually};
use tests::life::Life;
use tests::life::school::{FIRST, files_of, nine_year, set_up};

const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);
const SCHOOL: &str = "F370202007N01";
const TERM: TermId = TermId { school_year: 2025, number: 1 };
/// After the census day of the term.
const NOW: &str = "2025-12-08T02:00:00Z";
/// No page more than there are, and as many as anybody needs.
const FULL: &str = "pragma max_page_count = 1";
const ROOM: &str = "pragma max_page_count = 1000000";

/// A school's node that is a member of a hub, with a roll and a month of work in its ledger.
fn school(federation: &Federation, hub: &RunningHub) -> Node {
    let data = federation.path("node");
    let opener = Opener::danger_new_key_file(&federation.path("machine.key")).expect("key file");
    let settings = [("school_type", "nine_year".to_owned()), ("name_zh", "示例".to_owned())];
    node::app::create(&data, &settings, &opener, federation.clock()).expect("created");
    let identity = admit_school(federation, hub, SCHOOL);
    identity.save(&data.join("identity.pem")).expect("identity");
    federation.authority().save_root(&data);
    let name = identity.peer().name();
    let joined = [
        ("unit", name.unit().to_string()),
        ("zone", name.zone().to_string()),
        ("name", name.to_string()),
        ("parent_address", hub.address.to_string()),
        ("parent_name", hub.hub.config().name.to_string()),
        // What is signed, and when, is the test's to say.
        ("automatic_release", "false".to_owned()),
    ];
    node::config::update(&data.join("node.toml"), &joined).expect("configuration");
    let node = node::app::open_folder(&data, &opener, federation.clock().clone()).expect("node");
    let plan = nine_year(7, 90);
    set_up(node.ledger(), &plan, &files_of(&plan, 7)).expect("set up");
    let calendar = embedded::calendar().expect("calendar");
    let term = *calendar.term(TERM).expect("term");
    let life = Life::begin(node.ledger(), 7, FIRST, &[term]).expect("founded");
    life.until(node.ledger(), date(2025, 9, 30)).expect("lived");
    node
}

fn limit(tx: &Tx<'_>, pages: &str) -> Result<(), SqlError> {
    tx.query(pages, &[], |_| Ok(())).map(drop)
}

/// Leaves no room in the queue: its file must not grow, and what is free in it is filled.
fn fill(node: &Node) {
    let queue = node.transfer();
    queue.write::<_, SqlError>("full", |tx| limit(tx, FULL)).expect("limit");
    let full = (0..20_000).find_map(|n| {
        // In the queue's own pages, and of the other lane, of which nothing is sent.
        let other = move |tx: &Tx<'_>| {
            tx.execute(
                "insert into outbox_item (lane, name, item, queued_at_ms, outcome)
                 values (2, $1, zeroblob(60), 1, 1)",
                params![&format!("fill {n}")],
            )
        };
        queue.write::<_, SqlError>("fill", other).err()
    });
    assert!(matches!(full, Some(SqlError::Full)), "{full:?}");
}

/// Signs the sheets of the term, as `release send` does, and rings for whoever serves.
fn sign(node: &Node) -> Result<usize, ReleaseError> {
    let (context, member) = (node::egress::context(node)?, node.member().expect("a member"));
    let signing = member.identity.current();
    let made = release::make(node.ledger(), &context, Period::Term(TERM), signing.key())?;
    ring_bell(&node.config().data).expect("bell");
    Ok(made.new_ones())
}

/// What is said where there is no room: what happened, that what was stored is whole, what to do.
fn assert_said(error: ReleaseError) {
    let failure = Failure::from(error);
    assert_eq!((failure.code(), failure.exit()), ("DISK_FULL", Exit::Failed));
    let said = failure.message(Lang::Zh);
    assert!(said.contains("磁盘空间不足") && said.contains("已有数据完好"), "{said}");
    assert!(failure.next_step(Lang::Zh).is_some_and(|next| next.contains("清理磁盘")));
}

fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("connect");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("timeout");
    let asked = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(asked.as_bytes()).expect("write");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("read");
    reply
}

/// The node goes on: its pages answer and its stores can be read.
fn assert_serves(page: SocketAddr) {
    for path in ["/livez", "/readyz"] {
        let reply = get(page, path);
        assert!(reply.starts_with("HTTP/1.1 200"), "{path}: {reply}");
    }
    let reply = get(page, "/login");
    assert!(!reply.starts_with("HTTP/1.1 5"), "{reply}");
}

/// What the hub keeps of the school.
fn kept(hub: &RunningHub) -> usize {
    hub.read(|tx| contribution::all_current(tx, "clear.term", "2025S1")).len()
}

/// A node whose disk fills up while it serves goes on serving. What cannot be kept is said with
/// what to do, nothing of it is half there, and with room all leaves without anybody's doing.
///
/// Method: the queue's file may not grow, so that what was signed waits in the ledger; then it may.
#[tokio::test(flavor = "multi_thread")]
async fn a_school_on_a_full_disk_serves_on() {
    let (clock, hand) = Clock::simulated(NOW.parse().expect("instant"));
    let federation = Federation::with_clock(clock);
    let hub = RunningHub::start(&federation, DISTRICT, "370202", None).await;
    let node = school(&federation, &hub);
    let serving = node.serve(ConsoleMode::On(SocketAddr::from(([127, 0, 0, 1], 0)))).await;
    let serving = serving.expect("serves");
    let page = serving.console().expect("address");
    eventually("the hub was heard", || {
        let heard = node.transfer().read(|tx| notes::get(tx, LAST_CONTACT)).expect("notes");
        heard.is_some()
    })
    .await;
    fill(&node);
    assert_serves(page);
    assert!(sign(&node).expect("signed") > 0);
    let signed = || node.ledger().read(|tx| node::ledger::release::all(tx, 100)).expect("ledger");
    // Whoever serves looks at the bell every second, and tries again for as long as it must.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_said(node.hand_over().expect_err("no room in the queue"));
    assert!(node.transfer().releases(100).expect("queue").is_empty() && kept(&hub) == 0);
    assert_serves(page);

    node.transfer().write::<_, SqlError>("room", |tx| limit(tx, ROOM)).expect("room");
    eventually("everything was answered", || {
        // A connection that was given up is tried again when the clock says so.
        hand.advance_ms(1_000);
        let sent = node.transfer().releases(100).expect("queue");
        !sent.is_empty() && sent.iter().all(|item| item.outcome.is_some())
    })
    .await;
    assert_eq!(kept(&hub), 1);
    let sent: Vec<Vec<u8>> =
        node.transfer().releases(100).expect("queue").into_iter().map(|one| one.item).collect();
    assert!(signed().iter().all(|one| sent.contains(&one.item)), "as it was signed");
    serving.finish().await;
}
