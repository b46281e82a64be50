//! Each check fires on what is wrong and is silent on what is well.

use std::path::Path;

use super::*;
use crate::cli::Globals;
use crate::sql::SqlError;
use crate::transport::TransportError;
use crate::uplink::{Probe, UplinkError};
use crate::web::Lang;

const STORE: Subject = ("store", words::DISK_TITLE);
const ADVICE: (Text, Text) = (words::CLOCK_FIX, words::DISK_FIX);

fn terminal() -> Terminal {
    Terminal::new(&Globals { lang: Some(Lang::En), json: true, ..Globals::default() })
}

fn fired(check: &Check) -> (&'static str, Verdict) {
    assert_eq!(check.fix.is_some(), check.verdict != Verdict::Well, "{check:?}");
    (check.name(), check.verdict)
}

/// Little room is a warning, almost none a problem; what cannot be told is not called well.
#[test]
fn the_disk_check_fires_on_little_room() {
    assert_eq!(fired(&disk(&Ok(2_048 * MIB))), ("disk", Verdict::Well));
    assert_eq!(fired(&disk(&Ok(900 * MIB))), ("disk", Verdict::Warning));
    assert_eq!(fired(&disk(&Ok(MIB))), ("disk", Verdict::Problem));
    let unknown = disk(&Err(std::io::ErrorKind::Unsupported.into()));
    assert_eq!(unknown.verdict(), Verdict::Unchecked);
    assert!(free_bytes(&std::env::temp_dir()).expect("free") > 0);
    assert!(free_bytes(Path::new("/no/such/folder")).is_err());
}

/// A damaged, locked or overgrown store is said; a whole one is well.
#[test]
fn the_store_check_fires_on_damage() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("hub.db");
    std::fs::write(&path, [0; 4_096]).expect("file");
    assert_eq!(fired(&store(STORE, &path, Ok(Vec::new()))), ("store", Verdict::Well));
    let damage = Ok(vec!["row 1 missing from index".to_owned()]);
    assert_eq!(store(STORE, &path, damage).verdict(), Verdict::Problem);
    let refused = store(STORE, &path, Err(SqlError::Type));
    assert_eq!(refused.verdict(), Verdict::Problem);
    assert!(refused.found.in_lang(Lang::En).contains("hub.db is damaged"), "{refused:?}");
    let locked = store(STORE, &path, Err(SqlError::Locked));
    assert!(!locked.found.in_lang(Lang::En).contains("damaged"), "{locked:?}");
    let log = std::fs::File::create(folder.path().join("hub.db-wal")).expect("log");
    log.set_len(300 * MIB).expect("sparse log");
    assert_eq!(fired(&store(STORE, &path, Ok(Vec::new()))), ("store", Verdict::Warning));
}

/// A certificate is well until its days are few; an ended one is a problem.
#[test]
fn the_certificate_check_fires_near_the_end() {
    let check = |days| certificate(CERTIFICATE, days, 30, ADVICE).verdict();
    assert_eq!(check(60), Verdict::Well);
    assert_eq!(check(29), Verdict::Warning);
    assert_eq!(check(-1), Verdict::Problem);
}

/// Half a minute is the limit, in either direction; without another clock nothing is claimed.
#[test]
fn the_clock_check_fires_on_a_difference() {
    assert_eq!(clock(Some(-2_000)).verdict(), Verdict::Well);
    let fast = clock(Some(41_000));
    assert_eq!(fast.verdict(), Verdict::Problem);
    assert!(fast.found.in_lang(Lang::En).contains("41 s ahead"), "{fast:?}");
    assert!(clock(Some(-41_000)).found.in_lang(Lang::En).contains("behind"));
    assert_eq!(clock(None).verdict(), Verdict::Unchecked);
}

/// A hub that answers is well; one that does not, or refuses us, is a problem with its own remedy.
#[test]
fn the_hub_check_fires_on_silence_and_refusal() {
    let probe = Probe { round_trip_ms: 12, skew_ms: 0 };
    assert_eq!(fired(&hub("hub.example:7443", Ok(probe))), ("hub", Verdict::Well));
    let silent = UplinkError::Transport(TransportError::Silent(15));
    assert_eq!(fired(&hub("hub.example:7443", Err(silent))), ("hub", Verdict::Problem));
    let revoked = TransportError::Refused(certs::tls::Refusal::Revoked);
    let revoked = hub("hub.example:7443", Err(UplinkError::Transport(revoked)));
    assert!(revoked.found.in_lang(Lang::Zh).contains("吊销"), "{revoked:?}");
}

/// A problem ends with exit code 9 and everything on standard output as one value; a warning and
/// an unchecked line do not.
#[test]
fn only_problems_fail() {
    let quiet = [clock(Some(0)), clock(None), disk(&Ok(900 * MIB))];
    assert!(report(&terminal(), &quiet).is_ok());
    let failed = report(&terminal(), &[clock(Some(0)), clock(Some(99_000))]).expect_err("problem");
    assert_eq!((failed.exit(), failed.code()), (Exit::Problems, "PROBLEMS"));
    let value = failed.to_json(Lang::En);
    assert_eq!(value["problems"], 1);
    assert_eq!(value["checks"][1]["check"], "clock");
    assert_eq!(value["checks"][1]["state"], "problem");
    assert_eq!(value["error"]["exit"], 9);
}

/// Lines stand in columns in either language, and the remedy is on a line of its own.
#[test]
fn lines_stand_in_columns() {
    let shown = lines(&terminal(), &[clock(Some(99_000)), hub("h:1", Ok(Probe::default()))]);
    let columns: Vec<usize> = [0, 2]
        .into_iter()
        .filter_map(|at| shown.lines().nth(at))
        .filter_map(|line| line.find(if line.contains("FAIL") { "99 s" } else { "h:1" }))
        .collect();
    assert_eq!(columns.len(), 2, "{shown}");
    assert_eq!(columns.first(), columns.last(), "{shown}");
    assert!(shown.lines().nth(1).is_some_and(|line| line.trim().starts_with("fix: ")), "{shown}");
}
