//! Releases without a hub: previewed, signed once, queued, never lost.

use node::app::Node;
use node::console::{EgressSource, HopState, SourceError, SyncState};
use node::egress::Egress;
use node::release::Depth;
use proto::frame::encode_item;
use proto::wire::sync::{ItemKind, Lane};
use runtime::cli::{Exit, Failure};
use runtime::sql::{SqlError, Tx};
use runtime::uplink::outbox;

use crate::support::{Folder, number, roster, text};

pub fn school() -> Folder {
    let folder = Folder::joined(&[]);
    let file = folder.file("roster.csv", roster(30));
    let ran = folder.run(&["import", "roster", text(&file), "--as-of", "2025-10-10"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let file = folder.file("staff.csv", "工号,姓名,岗位\nT001,甲,心理教师\n");
    assert_eq!(folder.run(&["import", "staff", text(&file), "--as-of", "2025-10-10"]).code, 0);
    name_responsible(&folder);
    folder
}

/// Names who answers for what leaves, as the counsellor does it at the terminal.
fn name_responsible(folder: &Folder) {
    folder.account("li", "counsellor", &["--staff", "T001"]);
    let entry = "day = 2025-09-01\npost = \"responsible\"\nstaff = \"T001\"\n";
    let file = folder.file("post.toml", entry);
    let password = folder.path("password");
    let acting = ["ledger", "--as", "li", "--password-file", text(&password)];
    let ran = folder.run(&[&acting[..], &["add", "post_holder", "--file", text(&file)]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
}

/// Nothing is signed before somebody is named who answers for it: not by hand and not by itself,
/// and the sentence says what to do.
#[test]
fn nothing_leaves_without_a_responsible_person() {
    let folder = Folder::joined(&[]);
    let file = folder.file("roster.csv", roster(30));
    let ran = folder.run(&["import", "roster", text(&file), "--as-of", "2025-10-10"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(folder.run(&["release", "preview", "2025S1"]).code, 0);
    let ran = folder.run(&["release", "send", "--yes", "2025S1", "--wait", "5"]);
    assert_eq!((ran.code, ran.error().as_str()), (4, "NOT_RELEASED"), "{}", ran.err);
    assert!(ran.err.contains("nobody is named") && ran.err.contains("post_holder"), "{}", ran.err);
    assert_eq!(folder.open().release_due().expect("slot"), 0);
    let list = folder.run(&["release", "list"]).json();
    assert_eq!(list["releases"].as_array().map(Vec::len), Some(0));
}

/// Nothing leaves a school that has not joined.
#[test]
fn a_school_that_has_not_joined_sends_nothing() {
    let folder = Folder::new(&[]);
    let ran = folder.run(&["release", "send", "--yes", "2025S1"]);
    assert_eq!((ran.code, ran.error().as_str()), (5, "NOT_JOINED"));
    let ran = folder.run(&["release", "send", "--yes", "2025"]);
    assert_eq!(ran.code, 2);
}

/// A term without a roster, and one that the calendar does not hold, are told apart.
#[test]
fn a_term_that_cannot_be_released_is_refused() {
    let folder = school();
    let ran = folder.run(&["release", "preview", "2024S1"]);
    assert_eq!((ran.code, ran.error().as_str()), (7, "NOT_RELEASED"), "{}", ran.err);
    let ran = folder.run(&["release", "preview", "2099S1"]);
    assert_eq!((ran.code, ran.error().as_str()), (3, "NOT_RELEASED"));
}

/// What was previewed is signed once and queued while the hub is away; sending again signs
/// nothing new.
#[test]
fn an_unreachable_hub_loses_nothing() {
    let folder = school();
    let preview = folder.run(&["release", "preview", "2025S1"]).json();
    assert_eq!(preview["tables"][0]["standing"], "new");
    let cells = preview["tables"][0]["cells"].as_array().expect("cells");
    let exact: Vec<u64> = cells.iter().filter_map(serde_json::Value::as_u64).collect();
    assert_eq!(exact.iter().filter(|count| **count == 30).count(), 1, "one stage");
    assert!(cells.iter().all(|cell| cell.is_number() || cell.is_string()));
    assert_eq!(
        folder.run(&["release", "list"]).json()["releases"].as_array().map(Vec::len),
        Some(0)
    );
    for _ in 0..2 {
        let ran = folder.run(&["release", "send", "--yes", "2025S1", "--wait", "5"]);
        assert_eq!((ran.code, ran.error().as_str()), (6, "QUEUED"), "{}", ran.err);
        assert!(ran.err.contains("nothing is lost"), "{}", ran.err);
        assert_eq!(ran.json()["error"]["details"]["waiting"], 1);
    }
    let list = folder.run(&["release", "list"]).json();
    assert_eq!(list["releases"].as_array().map(Vec::len), Some(1));
    assert_eq!(list["releases"][0]["hops"][0]["state"], "waiting");
    let id = list["releases"][0]["id"].as_str().expect("id").to_owned();
    let shown = folder.run(&["release", "show", &id]).json();
    assert_eq!((&shown["signature_valid"], &shown["table"]), (&true.into(), &"clear.term".into()));
    assert_eq!(folder.run(&["release", "show", "nothing"]).code, 3);
    let status = folder.run(&["status"]).json();
    assert_eq!(status["statistics"]["waiting"], 1);
    assert!(
        status["problems"].as_array().expect("list").iter().any(|p| p["code"] == "UNREACHABLE")
    );
}

/// The web page says the same as the command line, from the same signed bytes.
#[test]
fn the_console_shows_what_was_signed() {
    let folder = school();
    assert_eq!(folder.run(&["release", "send", "--yes", "2025S1", "--wait", "5"]).code, 6);
    let egress = Egress::new(folder.open());
    let home = egress.home().expect("home");
    assert_eq!((home.students, home.released, home.latest.len()), (30, 1, 1));
    assert!(matches!(home.sync.state, SyncState::Unreachable { .. }));
    let list = egress.releases(1).expect("list");
    assert_eq!((list.total, list.pages), (1, 1));
    let line = list.lines.first().expect("line");
    assert_eq!(line.hops.first().map(|hop| &hop.state), Some(&HopState::Waiting));
    let page = egress.release(&line.id).expect("page");
    assert!(page.is_verified && page.digest == certs::digest::sha256(&page.bytes));
    assert!(page.blocks.iter().any(|block| block.title.zh.contains("学生")));
    assert!(matches!(egress.release("0000000000000000"), Err(SourceError::Unknown)));
}

/// An item of another kind in the lane waits like a release and is shown as none.
#[test]
fn an_item_that_is_no_release_disturbs_no_list() {
    let folder = school();
    assert_eq!(folder.run(&["release", "send", "--yes", "2025S1", "--wait", "5"]).code, 6);
    let item = encode_item(ItemKind::SealedReport, vec![9; 40], vec![1; 97]);
    let queued = folder.open().transfer().write("queue", move |tx| {
        outbox::enqueue(tx, Lane::Statistics, "S1/sealed.alt.census/2025S1/1", &item, 1)
    });
    assert!(queued.expect("queued"));
    let list = folder.run(&["release", "list"]).json();
    assert_eq!(list["releases"].as_array().map(Vec::len), Some(1));
    assert_eq!(folder.run(&["release", "show", "S1/sealed.alt.census/2025S1/1"]).code, 3);
    assert_eq!(folder.run(&["status"]).json()["statistics"]["waiting"], 2);
    let egress = Egress::new(folder.open());
    assert_eq!(egress.home().expect("home").released, 1);
    assert_eq!(egress.releases(1).expect("list").total, 1);
    let past = egress.releases(9).expect("list");
    assert_eq!((past.page, past.lines.len()), (1, 1), "a page past the end is the last one");
}

/// A held term is neither signed nor sent, says since when, by whom and why everywhere, and goes
/// on after the hold is lifted.
#[test]
fn a_held_term_does_not_leave() {
    let folder = school();
    folder.account("zhao", "principal", &[]);
    folder.account("it", "operator", &[]);
    let unexplained = folder.run_as("zhao", &["release", "hold", "2025S1", "--reason", "  "]);
    assert_eq!((unexplained.code, unexplained.error().as_str()), (2, "REASON"));
    let hold = ["release", "hold", "2025S1", "--reason", "class 4 looks wrong"];
    let others = folder.run_as("it", &hold);
    assert_eq!((others.code, others.error().as_str()), (4, "ROLE_REFUSED"), "{}", others.err);
    let ran = folder.run_as("zhao", &hold);
    assert_eq!((ran.code, &ran.json()["new"]), (0, &true.into()), "{}", ran.err);
    assert_eq!(folder.run_as("zhao", &hold).json()["new"], false);
    let sent = folder.run(&["release", "send", "--yes", "2025S1", "--wait", "5"]);
    assert_eq!((sent.code, sent.error().as_str()), (4, "RELEASE_HELD"));
    assert!(sent.err.contains("zhao") && sent.err.contains("class 4 looks wrong"), "{}", sent.err);
    for command in [["release", "list"].as_slice(), &["release", "preview"], &["status"]] {
        let holds = folder.run(command).json()["holds"].clone();
        assert_eq!((&holds[0]["by"], &holds[0]["period"]), (&"zhao".into(), &"2025S1".into()));
    }
    let page = Egress::new(folder.open()).releases(1).expect("page");
    assert_eq!((page.total, page.holds.len()), (0, 1));
    let lift = ["release", "hold", "2025S1", "--lift", "--reason", "looked at"];
    assert_eq!(folder.run_as("it", &lift).code, 4, "only the principal lifts");
    assert_eq!(folder.run_as("zhao", &lift).code, 0);
    let again = folder.run_as("zhao", &lift);
    assert_eq!((again.code, again.error().as_str()), (3, "NOT_HELD"));
    assert_eq!(folder.run(&["release", "send", "--yes", "2025S1", "--wait", "5"]).code, 6);
}

/// What is signed and has not left is kept here by a hold, not by the outbox, and is queued again,
/// byte for byte, when it is lifted.
#[test]
fn a_hold_takes_back_what_has_not_left() {
    let folder = school();
    assert_eq!(folder.run(&["release", "send", "--yes", "2025S1", "--wait", "5"]).code, 6);
    let transfer = || folder.open().transfer().releases(10).expect("outbox");
    let before: Vec<Vec<u8>> = transfer().into_iter().map(|sent| sent.item).collect();
    assert_eq!(before.len(), 1);
    folder.account("zhao", "principal", &[]);
    let ran = folder.run_as("zhao", &["release", "hold", "2025S1", "--reason", "wait"]);
    assert_eq!((&ran.json()["waiting"], &ran.json()["sent_before"]), (&1.into(), &0.into()));
    assert!(transfer().is_empty());
    folder.open().hand_over().expect("copied");
    assert!(transfer().is_empty(), "no path copies what is held");
    assert_eq!(folder.run(&["release", "list"]).json()["holds"][0]["waiting"], 1);
    let lift = ["release", "hold", "2025S1", "--lift", "--reason", "looked at"];
    assert_eq!(folder.run_as("zhao", &lift).code, 0);
    let after: Vec<Vec<u8>> = transfer().into_iter().map(|sent| sent.item).collect();
    assert_eq!(after, before);
}

/// The school's own figures are listed, with the ratios over them, and shown; school IT that asks
/// why gets a number alone.
#[test]
fn figures_are_listed_shown_and_explained() {
    let folder = school();
    let pair = format!("day = 2025-10-13\nstudent = \"{}\"\nstaff = \"T001\"\n", number(0));
    let file = folder.file("mentor.toml", pair);
    let password = folder.path("password");
    let acting = ["ledger", "--as", "li", "--password-file", text(&password)];
    let add = [&acting[..], &["add", "mentor", "--file", text(&file)]].concat();
    let paired = folder.run(&add);
    assert_eq!(paired.code, 0, "{}", paired.err);
    let listed = ["indicator", "list", "--period", "2025S1"];
    let nobody = folder.run(&listed);
    assert_eq!((nobody.code, nobody.error().as_str()), (4, "ACCOUNT_NEEDED"), "{}", nobody.out);
    let listed = folder.run_as("li", &listed).json();
    let counts = listed["counts"].as_array().expect("counts");
    let total =
        |id: &str| counts.iter().find(|count| count["id"] == id).expect("count")["total"].clone();
    assert_eq!(total("base.students"), 30);
    assert_eq!(total("mtr.talks"), "not_reported");
    assert_eq!(total("ref.events"), "not_reported");
    let ratios = listed["ratios"].as_array().expect("ratios");
    let ratio = ratios.iter().find(|ratio| ratio["id"] == "r.mtr.coverage").expect("a ratio");
    let sides = (&ratio["numerator"], &ratio["denominator"], &ratio["ratio"]);
    assert_eq!(sides, (&1.into(), &30.into(), &"3.3%".into()), "{ratio}");
    let shown = ["indicator", "show", "base.students", "--period", "2025S1"];
    assert_eq!(folder.run(&shown).error(), "ACCOUNT_NEEDED");
    let shown = folder.run_as("li", &shown);
    assert_eq!(shown.code, 0, "{}", shown.err);
    let missing = folder.run_as("li", &["indicator", "show", "no.such"]);
    assert_eq!((missing.code, missing.error().as_str()), (3, "COUNT"));
    folder.account("it", "operator", &[]);
    let ask = ["indicator", "explain", "base.students", "--period", "2025S1", "--cell", "junior"];
    let who = ["--as", "it", "--reason", "why", "--password-file", text(&password)];
    let why = folder.run(&[&ask[..], &who[..]].concat());
    assert_eq!(why.code, 0, "{}", why.err);
    let why = why.json();
    assert_eq!((&why["figure"], &why["hidden"]), (&30.into(), &30.into()));
    assert_eq!(why["records"].as_array().map(Vec::len), Some(0));
}

/// The daily slot signs the weeks that are over, once; a late entry follows as a correction, what
/// the principal holds does not, and the term waits for a person.
#[test]
fn weeks_leave_in_the_daily_slot() {
    use jiff::ToSpan as _;
    let folder = school();
    folder.account("head", "principal", &[]);
    let china = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let day = jiff::Timestamp::now().to_zoned(china).date() - 20.days();
    let lesson = || {
        let entry = format!("day = {day}\ngrade = \"g7\"\nclass = \"1班\"\nteacher = \"T001\"\n");
        let file = folder.file("lesson.toml", entry);
        let password = folder.path("password");
        let acting = ["ledger", "--as", "li", "--password-file", text(&password)];
        let ran = folder.run(&[&acting[..], &["add", "lesson", "--file", text(&file)]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
    };
    lesson();
    let due = folder.run(&["release", "preview"]).json()["periods"].clone();
    let signed = folder.open().release_due().expect("slot");
    assert!(signed >= 2, "{signed} signed of {due}");
    assert_eq!(folder.open().release_due().expect("slot"), 0, "once");
    let registered = folder.open().ledger().read(|tx| node::ledger::release::all(tx, 100));
    let names: Vec<String> = registered.expect("read").into_iter().map(|one| one.name).collect();
    assert!(names.iter().all(|name| name.contains("/clear.") && !name.contains("/clear.term/")));
    lesson();
    let week = day.iso_week_date();
    let week = format!("{:04}-W{:02}", week.year(), week.week());
    let hold = ["release", "hold", week.as_str(), "--reason", "核对课时"];
    assert_eq!(folder.run_as("head", &hold).code, 0);
    assert_eq!(folder.open().release_due().expect("slot"), 0, "held");
    let lift = ["release", "hold", week.as_str(), "--lift", "--reason", "已核对"];
    assert_eq!(folder.run_as("head", &lift).code, 0);
    assert_eq!(folder.open().release_due().expect("slot"), 1, "the correction");
}

/// Has the hub refuse what waits, with a code.
fn refuse(node: &Node, code: &'static str) {
    let refused = node.transfer().write("refuse", move |tx| {
        let (lane, now_ms) = (Lane::Statistics, 1_763_600_000_000);
        let head = outbox::lane_head(tx, lane, now_ms)?;
        for frame in outbox::frames_from(tx, lane, head.head + 1, 10, now_ms)? {
            let answer = outbox::ProvenAnswer {
                epoch: head.epoch,
                lane,
                sequence: frame.sequence,
                frame: certs::digest::sha256(&frame.bytes).to_tagged(),
                outcome: 2,
                code: code.to_owned(),
                reason: "as the hub says it".to_owned(),
                answered_at_ms: now_ms,
                body: Vec::new(),
                path: Vec::new(),
                root: Vec::new(),
                signature: Vec::new(),
            };
            assert!(outbox::record_answer(tx, &answer)?);
        }
        Ok::<_, SqlError>(())
    });
    refused.expect("refused");
}

/// A release that the hub refused says in the list, decoded, and on the page what happened, what
/// was left untouched and what to do next; status and doctor point there.
#[test]
fn a_refused_release_says_what_to_do() {
    let folder = school();
    assert_eq!(folder.run(&["release", "send", "--yes", "2025S1", "--wait", "1"]).code, 6);
    refuse(&folder.open(), "unknown_catalogue");
    let list = folder.run(&["release", "list"]).json();
    let hop = &list["releases"][0]["hops"][0];
    assert_eq!(hop["state"], "refused");
    assert!(hop["next"].as_str().is_some_and(|next| next.contains("unchanged")), "{hop}");
    let id = list["releases"][0]["id"].as_str().expect("id");
    for command in [["release", "list"].as_slice(), &["release", "show", id]] {
        let said = folder.run_in("zh", command).out;
        assert!(said.contains("没有本校所用的指标目录"), "{said}");
        assert!(said.contains("台账都没有改动") && said.contains("请枢纽运维人员"), "{said}");
        assert!(!said.contains("as the hub says it"), "{said}");
    }
    let page = Egress::new(folder.open()).release(id).expect("page");
    let state = page.line.hops.first().map(|hop| &hop.state);
    let Some(HopState::Refused { next, .. }) = state else { panic!("{state:?}") };
    assert!(next.in_lang(runtime::web::Lang::Zh).contains("没有改动"));
    let problems = folder.run(&["status"]).json()["problems"].clone();
    let is_said = |code: &str| {
        problems.as_array().expect("list").iter().any(|problem| problem["code"] == code)
    };
    assert!(is_said("REFUSED"), "{problems}");
}

/// A queue without room keeps nothing of what was signed from leaving later: the ledger holds it,
/// the sentence says so, and with room it is queued, byte for byte.
#[test]
fn a_full_queue_loses_nothing() {
    let folder = school();
    let node = folder.open();
    let (period, key) = ("2025S1".parse().expect("period"), node.member().expect("member"));
    let (_, context) = Egress::new(node.clone()).prepared(Some(period), Depth::Every).expect("due");
    let key = key.identity.current();
    node::release::make(node.ledger(), &context, period, key.key()).expect("signed");
    let limit = |pages: &'static str| {
        let limited = move |tx: &Tx<'_>| tx.query(pages, &[], |_| Ok(())).map(drop);
        node.transfer().write::<_, SqlError>("limit", limited).expect("limit");
    };
    // Forbids the file to grow, then fills what is free in it.
    limit("pragma max_page_count = 1");
    let other = encode_item(ItemKind::SealedReport, vec![9; 40], vec![1; 97]);
    let filled = (0..2_000).find_map(|n| {
        let (name, item) = (format!("fill {n}"), other.clone());
        let fill = move |tx: &Tx<'_>| outbox::enqueue(tx, Lane::Statistics, &name, &item, 1);
        node.transfer().write::<_, SqlError>("fill", fill).err()
    });
    assert!(matches!(filled, Some(SqlError::Full)), "{filled:?}");
    let failure = Failure::from(node.hand_over().expect_err("no room"));
    assert_eq!((failure.code(), failure.exit()), ("DISK_FULL", Exit::Failed));
    let queued = || -> Vec<Vec<u8>> {
        let all = node.transfer().releases(5_000).expect("queue").into_iter();
        all.filter(|sent| !sent.name.starts_with("fill")).map(|sent| sent.item).collect()
    };
    assert!(queued().is_empty());
    limit("pragma max_page_count = 1000000");
    node.hand_over().expect("room again");
    let signed = node.ledger().read(|tx| node::ledger::release::all(tx, 10)).expect("signed");
    let signed: Vec<Vec<u8>> = signed.into_iter().map(|one| one.item).collect();
    assert!(!signed.is_empty() && queued() == signed, "as it was signed");
}

/// A hub that takes the connection and says nothing is told from one that is away: exit 6, the
/// queue is kept, and status says SILENT and who looks at it.
#[test]
fn a_silent_hub_is_told_and_nothing_is_lost() {
    let folder = school();
    // The system takes connections for it; nobody ever answers one.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("socket");
    let address = silent.local_addr().expect("address").to_string();
    let file = folder.data().join("node.toml");
    node::config::update(&file, &[("parent_address", address)]).expect("config");
    let ran = folder.run(&["release", "send", "--yes", "2025S1", "--wait", "1"]);
    assert_eq!((ran.code, ran.error().as_str()), (6, "QUEUED"), "{}", ran.err);
    assert_eq!(ran.json()["error"]["details"]["cause_code"], "LATE");
    assert!(ran.err.contains("nothing is lost") && ran.err.contains("cause: "), "{}", ran.err);
    let node = folder.open();
    let (uplink, _) = node.uplink().expect("joined");
    let flushed = runtime::cli::block_on(uplink.flush(std::time::Duration::from_secs(30)));
    let failure = Failure::from(flushed.expect("runtime").expect_err("nobody answers"));
    assert_eq!((failure.code(), failure.exit()), ("SILENT", Exit::Network));
    let status = folder.run(&["status"]).json();
    assert_eq!(status["statistics"]["waiting"], 1);
    let problems = status["problems"].as_array().expect("list").clone();
    let said = problems.iter().find(|problem| problem["code"] == "SILENT").expect("said");
    assert!(said["what"].as_str().is_some_and(|what| what.contains("queued here")), "{said}");
    assert!(said["who"].as_str().is_some_and(|who| who.contains("network")), "{said}");
}
