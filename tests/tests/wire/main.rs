//! What a school's machine says to its hub, call by call, and that it names nobody.
//!
//! A tap at the hub sees every byte of enrolment, hello, push, acknowledgements, directives and
//! renewal in plain. That it would find somebody is shown by planting what it must find.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

mod needle;
mod tap;

use std::time::Duration;

use certs::chain::Trust;
use certs::tls::client_config;
use domain::ledger::SchoolRole;
use domain::ledger::terms::Relation;
use domain::ledger::words::TalkTopic;
use domain::period::{Period, TermId};
use jiff::civil::{Date, date};
use node::app::Node;
use node::join::Progress;
use node::ledger::author::Author;
use node::ledger::entry::{AuthorNote, StaffId, StudentId, Words};
use node::ledger::refusal::LedgerRefusal;
use node::ledger::roll::Guardian;
use node::ledger::talk::Talk;
use node::ledger::write;
use node::release;
use node::unlock::Opener;
use proto::pack::{PackKind, embedded};
use proto::wire::sync::HelloRequest;
use proto::wire::sync::sync_client::SyncClient;
use runtime::clock::Clock;
use runtime::sql::{SqlError, Tx};
use runtime::transport::connect;
use tests::federation::{Federation, PackName, signed_pack};
use tests::life::Life;
use tests::life::school::{FIRST, files_of, nine_year, set_up, take_answers};

use needle::{Needles, Place, forms};
use tap::{Tap, TappedHub, bodies_of};

const SCHOOL: &str = "F370202007N01";
/// After the census day of the term.
const NOW: &str = "2025-12-08T02:00:00Z";
const TERM: TermId = TermId { school_year: 2025, number: 1 };
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Day of the talk that is noted by hand: a Sunday, on which nobody else talks.
const TALKED: Date = date(2025, 12, 7);
/// What a counsellor wrote about a student.
const NOTE: &str = "夜里常醒，不愿去食堂";
/// A guardian and the telephone.
const GUARDIAN: (&str, &str) = ("植护甲乙", "13812340987");
/// A name of two characters that the product says nowhere.
const SHORT: &str = "阙喆";

/// The roster with names that nobody has, the first of two characters; and these names.
fn marked(roster: &str) -> (String, Vec<String>) {
    let mut lines = roster.lines();
    let head = lines.next().expect("heading");
    let place = head.split(',').position(|name| name == "姓名").expect("names");
    let digit = |n: usize| ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"][n % 10];
    let (mut text, mut names) = (format!("{head}\n"), Vec::new());
    for (n, line) in lines.enumerate() {
        let name = match n {
            0 => SHORT.to_owned(),
            _ => format!("植标{}{}", digit(n / 10), digit(n)),
        };
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells[place].clone_from(&name);
        text += &format!("{}\n", cells.join(","));
        names.push(name);
    }
    (text, names)
}

/// Lets a school live from September to December, with a note about a student; gives everything
/// about persons that may stand nowhere outside it.
fn live(node: &Node) -> Vec<String> {
    let school = nine_year(7, 90);
    let mut files = files_of(&school, 7);
    let (roster, mut planted) = marked(&files.roster);
    files.roster = roster;
    set_up(node.ledger(), &school, &files).expect("set up");
    let calendar = embedded::calendar().expect("calendar");
    let term = *calendar.term(TERM).expect("term");
    let life = Life::begin(node.ledger(), 7, FIRST, &[term]).expect("founded");
    let life = life.until(node.ledger(), date(2025, 10, 31)).expect("autumn");
    take_answers(node.ledger(), &files, &term).expect("answers");
    life.until(node.ledger(), date(2025, 12, 5)).expect("winter");
    plant(node);
    let read: Result<Vec<String>, SqlError> = node
        .ledger()
        .read(|tx: &Tx<'_>| tx.query("select student_number from student", &[], |row| row.text(0)));
    planted.extend(read.expect("planted"));
    planted.extend([NOTE, GUARDIAN.0, GUARDIAN.1].map(str::to_owned));
    planted
}

/// Notes a talk with a student, and a guardian.
fn plant(node: &Node) {
    let by = Author::new("li", SchoolRole::Counsellor, None, node.clock().now_ms());
    let noted = node.ledger().write("plant", move |tx| {
        let student = tx.query_opt("select min(id) from student", &[], |row| row.i64(0))?;
        let staff = tx.query_opt("select min(id) from staff", &[], |row| row.i64(0))?;
        let (student, staff) = student.zip(staff).expect("somebody");
        let talk = Talk {
            day: TALKED,
            student: StudentId(student),
            staff: StaffId(staff),
            topics: Words::new([TalkTopic::Mind]),
            concern: true,
            raised: false,
            home_visit: false,
            note: AuthorNote::new(NOTE.to_owned()),
        };
        write::add(tx, &by, &talk)?;
        let guardian = Guardian {
            from: TALKED,
            student: StudentId(student),
            name: GUARDIAN.0.to_owned(),
            relation: Relation::Mother,
            phone: GUARDIAN.1.to_owned(),
            do_not_contact: false,
            objects: false,
            until: None,
        };
        write::add(tx, &by, &guardian).map(drop)
    });
    noted.unwrap_or_else(|error: LedgerRefusal| panic!("{error}"));
}

/// Sends what waits, over one connection.
async fn flush(node: &Node) {
    let (uplink, _inbox) = node.uplink().expect("a member");
    uplink.flush(Duration::from_secs(60)).await.expect("sent");
}

/// Puts a pack into the hub that goes down to every member, which says what became of it.
fn publish(hub: &TappedHub, federation: &Federation) {
    let scale = embedded::find(PackKind::Scale, "phq-9").expect("scale").bytes.to_vec();
    let text = String::from_utf8(scale).expect("text");
    let about = PackName { kind: PackKind::Scale, name: "phq-9", serial: 9, from: FIRST };
    let root = federation.authority().root_authority();
    let pack = signed_pack(&[root], about, &text, federation.clock().now());
    let kept: Result<bool, SqlError> =
        hub.hub.database().write("publish", move |tx| hub::store::directive::insert(tx, &pack, 1));
    assert!(kept.expect("published"));
}

/// Every place that was heard, searched.
fn search(tap: &Tap, needles: &Needles) -> Vec<String> {
    let searched = [
        ("a connection", Place::Raw, tap.connections()),
        ("a head", Place::Said, tap.heads()),
        ("a call", Place::Said, tap.bodies()),
    ];
    let hits = searched.iter().flat_map(|(what, place, heard)| {
        let found = heard.iter().filter_map(move |bytes| needles.find(bytes, *place));
        found.map(move |form| format!("{form} in {what}"))
    });
    hits.collect()
}

fn holds(heard: &[Vec<u8>], wanted: &[u8]) -> bool {
    heard.iter().any(|bytes| bytes.windows(wanted.len()).any(|at| at == wanted))
}

/// No call of a school names anybody: no student's or guardian's name, no student number, no
/// telephone number and nothing that somebody wrote, in no encoding, from its enrolment on.
///
/// Method: a school that joins, lives a quarter of a year, sends its sheets, takes a pack, and
/// renews its certificate. The tap heard each of these calls and the very bytes that were signed.
#[tokio::test(flavor = "multi_thread")]
async fn no_call_of_a_school_names_anybody() {
    let (clock, hand) = Clock::simulated(NOW.parse().expect("instant"));
    let federation = Federation::with_clock(clock.clone());
    let hub = TappedHub::start(&federation).await;
    let data = federation.path("school");
    let opener = Opener::danger_new_key_file(&federation.path("machine.key")).expect("key file");
    let settings = [("school_type", "nine_year".to_owned()), ("name_zh", "示例".to_owned())];
    node::app::create(&data, &settings, &opener, &clock).expect("created");
    let (file, invite) = (data.join("node.toml"), hub.invite(SCHOOL));
    let at = (file.as_path(), node::config::NodeRole::School);
    let joined = node::join::redeem(&data, at, &invite, &clock).await;
    assert!(matches!(joined, Ok(Progress::Joined(_))), "{:?}", joined.err());
    let node = node::app::open_folder(&data, &opener, clock).expect("node");
    let planted = live(&node);
    assert!(planted.len() > 150, "{}", planted.len());
    publish(&hub, &federation);
    let identity = &node.member().expect("a member").identity;
    let (context, signing) = (node::egress::context(&node).expect("context"), identity.current());
    release::make(node.ledger(), &context, Period::Term(TERM), signing.key()).expect("term");
    node.release_due().expect("weeks and months");
    node.hand_over().expect("handed over");
    flush(&node).await;
    let first = signing.peer().not_after();
    hand.advance_ms(61 * DAY_MS);
    flush(&node).await;
    assert!(identity.current().peer().not_after() > first, "renewed");

    let (heads, bodies) = (hub.tap.heads(), hub.tap.bodies());
    for call in [".Enrolment/Enrol", ".Enrolment/Renew", ".Sync/Link"] {
        assert!(holds(&heads, call.as_bytes()), "{call} was heard");
    }
    assert!(holds(&bodies, b"phq-9"), "what became of the pack was told");
    let sent = node.transfer().releases(100).expect("outbox");
    assert!(sent.iter().any(|item| item.outcome == Some(1)), "accepted through the tap");
    for item in &sent {
        let body = proto::frame::decode_item(&item.item).expect("item").body;
        assert!(holds(&bodies, &body), "the very bytes were heard");
    }
    let needles = Needles::of(&planted);
    assert_eq!(search(&hub.tap, &needles), Vec::<String>::new());
}

/// The tap finds what somebody would have let slip: in a head, in a message, and in a message that
/// frames cut in two.
///
/// Method: a caller without a certificate; what it says is heard before it is refused.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_planted_in_a_call_is_found() {
    let federation = Federation::new();
    let hub = TappedHub::start(&federation).await;
    let (in_head, in_body) = ("G370202201301001A".to_owned(), SHORT.to_owned());
    let trust = Trust::new(vec![federation.authority().root().clone()]);
    let trust = trust.with_clock(federation.clock().for_tls());
    let name = &hub.hub.config().name;
    let config = client_config(None, name, &trust).expect("client");
    let dial = connect(&hub.address.to_string(), name, config).await.expect("connected");
    let mut request = tonic::Request::new(HelloRequest {
        version: format!("名册{in_body}"),
        ..HelloRequest::default()
    });
    request.metadata_mut().insert("x-note", in_head.parse().expect("value"));
    let refused = SyncClient::new(dial.channel).hello(request).await;
    assert!(refused.is_err(), "nobody's call is not served");
    for (text, place) in [(&in_head, "UTF-8 in a head"), (&in_body, "UTF-8 in a call")] {
        let hits = search(&hub.tap, &Needles::of([text]));
        assert!(hits.iter().any(|hit| hit == place), "{place}: {hits:?}");
    }
    assert!(search(&hub.tap, &Needles::of([&NOTE.to_owned()])).is_empty(), "nothing else is");
    let [start, end] = ["植标", "甲乙"].map(str::as_bytes);
    let frame = |body: &[u8]| {
        let length = u32::try_from(body.len()).expect("short").to_be_bytes();
        [&length[1..], &[0, 0, 0, 0, 0, 1], body].concat()
    };
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    let cut = [preface, frame(start), frame(end)].concat();
    let needles = Needles::of([&"植标甲乙".to_owned()]);
    assert_eq!(needles.find(&cut, Place::Raw), None, "a frame's head stands between");
    assert!(needles.find(&bodies_of(&cut)[0], Place::Said).is_some());
}

/// A text is found in every form, wherever it begins in what is encoded, and in none of another.
#[test]
fn every_form_of_a_text_is_found() {
    for text in ["植标甲乙", SHORT, NOTE, "G370202201301001A", "13800138000"] {
        let (needles, text) = (Needles::of([&text.to_owned()]), text.to_owned());
        let all = forms(&text);
        assert!(all.len() > 10, "{}", all.len());
        for (form, bytes) in &all {
            let said = [&b"\x00said: "[..], bytes, b" and more"].concat();
            assert!(needles.find(&said, Place::Said).is_some(), "{form}");
        }
        assert_eq!(needles.find("植标甲丙 13800138001 夜里常醒".as_bytes(), Place::Said), None);
    }
    // Told by another encoder: the same text with no, one and two bytes before it.
    let needles = Needles::of([&"植标甲乙".to_owned()]);
    for told in ["5qSN5qCH55Sy5LmZ", "eOakjeagh+eUsuS5mQ==", "eHjmpI3moIfnlLLkuZk="] {
        assert_eq!(needles.find(told.as_bytes(), Place::Raw), Some("base64"), "{told}");
    }
    let told = b"\xd6\xb2\xb1\xea\xbc\xd7\xd2\xd2";
    assert_eq!(needles.find(told, Place::Raw), Some("GB18030"));
}
