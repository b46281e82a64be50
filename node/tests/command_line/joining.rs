//! Invites that cannot be used, each with its sentence and without a trace.

use runtime::sql::{SqlError, Tx};

use crate::support::{City, Folder, Ran, text};

fn join(folder: &Folder, line: &str, extra: &[&str]) -> Ran {
    let file = folder.file("invite.txt", line);
    folder.run(&[["join", "--code-file", text(&file)].as_slice(), extra].concat())
}

fn made_a_key(folder: &Folder) -> bool {
    folder.data().join("joining.key").exists()
}

/// An invite is judged on this machine before a key is made or anything is sent.
#[test]
fn a_useless_invite_is_refused_before_anything_is_sent() {
    let (folder, city) = (Folder::new(&[]), City::new());
    let good = city.invite(24);
    let cut: String = good.chars().take(good.len() / 2).collect();
    let middle = good.len() / 2;
    let other = if good.as_bytes()[middle] == b'a' { "b" } else { "a" };
    let mut damaged = good.clone();
    damaged.replace_range(middle..=middle, other);
    for (line, code) in [
        (city.invite(-1).as_str(), "INVITE_EXPIRED"),
        (&cut, "INVITE_CUT_OFF"),
        (&damaged, "INVITE_DAMAGED"),
        ("see you on monday", "INVITE_MISSING"),
    ] {
        let ran = join(&folder, line, &["--roots-compared"]);
        assert_eq!((ran.code, ran.error().as_str()), (5, code), "{}", ran.err);
        assert!(ran.err.contains("nothing was sent"), "{}", ran.err);
        assert!(!ran.err.contains(&good) && !made_a_key(&folder));
    }
    let street = city.invite_for(24, Some(domain::unit::UnitKind::Street));
    let ran = join(&folder, &street, &["--roots-compared"]);
    assert_eq!((ran.code, ran.error().as_str()), (5, "INVITE_FOR_STREET"), "{}", ran.err);
    assert!(ran.err.contains("street hub") && !made_a_key(&folder), "{}", ran.err);
    let ran = folder.run(&["join", "--code-file", "nowhere.txt"]);
    assert_eq!((ran.code, ran.error().as_str()), (3, "FILE_NOT_FOUND"));
}

/// Nobody compared the roots: no key, nothing sent. Compared and no hub: the key waits.
#[test]
fn joining_needs_the_comparison_and_then_the_hub() {
    let (folder, city) = (Folder::new(&[]), City::new());
    let line = city.invite(24);
    let ran = join(&folder, &line, &[]);
    assert_eq!((ran.code, ran.error().as_str()), (2, "INPUT_NEEDED"));
    assert!(ran.err.contains("--roots-compared") && !made_a_key(&folder), "{}", ran.err);
    let digest = city.root.certificate().digest();
    let words = certs::words::english(&digest, certs::words::Length::Full);
    assert!(ran.err.contains(&words) && ran.err.contains("F370202004J01"), "{}", ran.err);
    let before = std::fs::read(folder.data().join("node.toml")).expect("config");
    let ran = join(&folder, &line, &["--roots-compared"]);
    assert_eq!((ran.code, ran.error().as_str()), (6, "UNREACHABLE"), "{}", ran.err);
    assert_eq!(ran.json()["error"]["retryable"], true);
    assert!(made_a_key(&folder) && !folder.data().join("identity.pem").exists());
    let key = std::fs::read(folder.data().join("joining.key")).expect("key");
    join(&folder, &line, &["--roots-compared"]);
    assert_eq!(std::fs::read(folder.data().join("joining.key")).expect("key"), key, "resumed");
    assert_eq!(std::fs::read(folder.data().join("node.toml")).expect("config"), before);
}

/// A member is not made a member of another unit, and joining twice is no error.
#[test]
fn a_member_stays_the_unit_that_it_is() {
    let folder = Folder::joined(&[]);
    let ran = join(&folder, &City::new().invite(24), &["--roots-compared"]);
    assert_eq!((ran.code, ran.json()["unit"].as_str()), (0, Some("F370202004J01")));
    let path = folder.data().join("node.toml");
    let text = std::fs::read_to_string(&path).expect("config");
    let other = text.replace("F370202004J01", "F370202004J02");
    std::fs::write(&path, other.replace("f370202004j01", "f370202004j02")).expect("config");
    let ran = join(&folder, &City::new().invite(24), &["--roots-compared"]);
    assert_eq!((ran.code, ran.error().as_str()), (4, "OTHER_UNIT"));
}

/// A node that nobody runs is not well, however sound everything else is.
#[test]
fn a_node_that_does_not_run_says_so() {
    let folder = Folder::joined(&[]);
    let problems = folder.run(&["status"]).json()["problems"].clone();
    let codes: Vec<_> = problems.as_array().expect("list").iter().map(|p| &p["code"]).collect();
    assert!(codes.contains(&&"NOT_SERVING".into()), "{codes:?}");
    assert!(codes.contains(&&"NO_ROSTER".into()), "nothing was imported: {codes:?}");
    let said = folder.run_in("zh", &["status"]);
    assert!(said.out.contains("节点没有运行") && !said.out.contains("无需处理"), "{}", said.out);
}

/// A node that nobody can sign in to, without a roster, a responsible person or a daily copy is not
/// well; nor is one that could not make a sealed report, and who has to do what is said.
#[test]
fn a_node_that_lacks_something_says_so() {
    let folder = Folder::joined(&[]);
    let codes = || {
        let problems = folder.run(&["status"]).json()["problems"].clone();
        let codes = problems.as_array().expect("list").iter().map(|one| one["code"].clone());
        codes.map(|code| code.as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let before = codes();
    for code in ["NO_ACCOUNT", "NO_ROSTER", "NO_RESPONSIBLE", "NO_BACKUP"] {
        assert!(before.iter().any(|one| one == code), "{code} in {before:?}");
    }
    assert!(!before.iter().any(|one| one == "UNSEALED"), "{before:?}");
    folder.account("it", "operator", &[]);
    let note = |tx: &Tx<'_>| {
        tx.execute(
            "insert into sealed_absent (period, code, tables, zh, en, noted_at_ms)
             values ('2026S1', 'not_at_work', 3, '原因', 'why', 1)",
            &[],
        )
    };
    folder.open().ledger().write::<_, SqlError>("note", note).expect("note");
    let after = codes();
    assert!(!after.iter().any(|one| one == "NO_ACCOUNT"), "{after:?}");
    assert!(after.iter().any(|one| one == "UNSEALED"), "{after:?}");
    let said = folder.run_in("zh", &["status"]).out;
    assert!(said.contains("2026S1") && said.contains("sealed list"), "{said}");
}

/// A certificate that was not renewed is announced from 30 days on, with its days, to the end, on
/// the page, by status and by doctor, and with who must act; before that nothing is said.
#[test]
fn a_certificate_that_ends_is_announced() {
    for (ago, left, is_said) in [(59, 31, false), (61, 29, true), (83, 7, true), (89, 1, true)] {
        let city = City::of_days_ago(ago);
        let folder = Folder::joined_in(&city, &[]);
        let status = folder.run(&["status"]).json();
        let days = status["certificate"]["days"].as_i64().expect("days");
        assert!((left - 1..=left).contains(&days), "{days} of {left}");
        let problems = status["problems"].as_array().expect("list").clone();
        let found = problems.iter().find(|problem| problem["code"] == "CERTIFICATE_ENDS");
        assert_eq!(found.is_some(), is_said, "{days}: {problems:?}");
        let state = node::egress::link::link(&folder.open()).expect("link").state;
        let shown = node::console::SyncState::Expiring { days: u32::try_from(days).expect("days") };
        assert_eq!(state == shown, is_said, "{state:?}");
        let Some(found) = found else { continue };
        assert!(found["what"].as_str().is_some_and(|what| what.contains(&days.to_string())));
        assert!(found["who"].as_str().is_some_and(|who| who.contains("operator")), "{found}");
        let doctor = folder.run_in("zh", &["doctor"]);
        assert!(doctor.out.contains(&format!("{days} 天")), "{}", doctor.out);
    }
    let over = Folder::joined_in(&City::of_days_ago(95), &[]);
    let problems = over.run(&["status"]).json()["problems"].clone();
    let said =
        |code: &str| problems.as_array().expect("list").iter().any(|one| one["code"] == code);
    assert!(said("CERTIFICATE_EXPIRED"), "{problems}");
}
