//! Closing a year as its operator does it at a hub: the store, the key files and the log, ended in
//! between and run again.

use std::path::{Path, PathBuf};
use std::process::Command;

use certs::aggregate::{Role, SealedHalves};
use certs::seal::{Sealed, ShareKey};
use domain::disclosure::sealed::context;
use domain::unit::UnitId;
use hub::config::Config;
use hub::sealed::close::CloseError;
use hub::sealed::closing::{Asked, Closed, ClosingError, close_year, commit, kept};
use hub::share_key;
use hub::store::sealed::{record, year};
use hub::store::share_key_record;
use prost::Message as _;
use proto::pack::PackKind;
use proto::wire::directive::{Directive, Pack};
use runtime::params;
use runtime::sql::Tx;
use serde_json::json;
use tests::federation::{PackName, RunningHub, signed_pack};

use crate::THE_FLOW;
use crate::city::{City, LEADER};
use crate::commands::hub_in;
use crate::school::{Draft, draft, opened_after};

const CLOSE: [&str; 6] = ["sealed", "close", "2026", "--confirm", "2026", "--json"];

/// A helper with a year that is over, its key in its folder, and bytes of a share that it holds.
async fn ended() -> (City, Vec<u8>) {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    city.days(395);
    city.renew();
    keep_key(config(&city.helper), &city.keys[1], 1);
    let share = city
        .helper
        .read(|tx| tx.query("select share from sealed_report limit 1", &[], |row| row.blob(0)));
    let share = share[0][..64].to_vec();
    assert!(is_in(&config(&city.helper).data, &share), "the check sees what is there");
    (city, share)
}

fn config(hub: &RunningHub) -> &Config {
    hub.hub.config()
}

/// Puts a key where a hub keeps its own.
fn keep_key(config: &Config, key: &ShareKey, made_at_ms: i64) -> PathBuf {
    let folder = config.path("share-keys");
    std::fs::create_dir_all(&folder).expect("folder");
    let path = folder.join(format!("{made_at_ms}-{}.key", key.public().digest().short()));
    key.danger_save_plain(&path).expect("saved");
    path
}

/// Whether bytes are in any file of the store. Another process reads them: whoever opens and closes
/// a file of SQLite beside it loses the locks of his own process, and the next process that closes
/// the store then believes to be the last one and takes its log away.
fn is_in(data: &Path, bytes: &[u8]) -> bool {
    let files = std::fs::read_dir(data).expect("folder").map(|entry| entry.expect("entry").path());
    let named = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("hub.db"))
    };
    files.filter(named).any(|path| {
        let read = Command::new("cat").arg(path).output().expect("read");
        assert!(read.status.success());
        let content = read.stdout;
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}

fn asked(city: &City) -> Asked {
    let clock = city.federation.clock();
    Asked { year: 2026, leaves_closed: false, today: clock.today(), now_ms: clock.now_ms() }
}

fn close(city: &City, leaves_closed: bool) -> Result<Closed, ClosingError> {
    let asked = Asked { leaves_closed, ..asked(city) };
    close_year(config(&city.helper), city.helper.hub.database(), asked)
}

fn key_files(city: &City) -> Vec<PathBuf> {
    let folder = config(&city.helper).path("share-keys");
    std::fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect()
}

/// Nothing that could open anything is left in the store, in its log or among the keys.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_in_store_log_or_folder() {
    let (city, share) = ended().await;
    let closed = close(&city, false).expect("closed");
    let done = closed[0].1.as_ref().expect("new");
    assert_eq!((closed.len(), done.keys.len()), (1, 1));
    assert!(key_files(&city).is_empty());
    assert!(!is_in(&config(&city.helper).data, &share));
    let log = std::fs::metadata(config(&city.helper).path("hub.db-wal")).map_or(0, |log| log.len());
    assert_eq!(log, 0);
    assert_eq!(city.helper.read(share_key_record::all).len(), 1);
}

/// An operator whose command was ended between its steps runs it again: the records stand as they
/// were, and key files and log go then, also one that was half blank.
#[tokio::test(flavor = "multi_thread")]
async fn a_closing_that_was_ended_goes_on() {
    let (city, share) = ended().await;
    let (config, database) = (config(&city.helper).clone(), city.helper.hub.database());
    let second = ShareKey::generate(config.unit.clone(), city.keys[1].purpose()).expect("key");
    let other = keep_key(&config, &second, 2);
    let (_, over) = commit(&config, database, asked(&city)).expect("committed");
    assert_eq!((over.len(), key_files(&city).len()), (1, 2));
    let before = city.helper.read(record::all);
    // Ended after the records; then, in the second turn, with a file half blank.
    let held = share_key::held(&config).expect("held");
    let half = held.iter().find(|one| one.digest() == over[0].digest()).expect("there");
    std::fs::rename(&half.path, half.path.with_extension("gone")).expect("renamed");
    std::fs::write(half.path.with_extension("gone"), [0; 16]).expect("written");
    assert_eq!(share_key::held(&config).expect("readable").len(), 1);
    let again = close(&city, false).expect("again");
    assert!(again[0].1.is_none(), "closed before");
    assert_eq!(key_files(&city), [other], "the key of no year stays");
    assert!(!is_in(&config.data, &share));
    assert_eq!(city.helper.read(record::all), before);
    assert_eq!(city.helper.read(share_key_record::all).len(), 1);
}

/// The same where the command was ended right after its records: the key's file is whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_record_stands_goes_with_the_next_closing() {
    let (city, share) = ended().await;
    commit(config(&city.helper), city.helper.hub.database(), asked(&city)).expect("committed");
    assert_eq!(key_files(&city).len(), 1);
    close(&city, false).expect("again");
    assert!(key_files(&city).is_empty() && !is_in(&config(&city.helper).data, &share));
    assert_eq!(city.helper.read(share_key_record::all).len(), 1, "one record of a key");
}

/// A plan of the next year that names the same key; its roster is not here, so that it does not
/// hold.
fn plan_of_next_year(city: &City, is_here: bool) {
    let roots = [city.federation.authority().root_authority(), city.health.root_authority()];
    let now = city.federation.clock().now();
    let text = city.helper.read(|tx| {
        let all = hub::store::directive::all(tx)?;
        Ok(all.into_iter().find(|one| one.kind == PackKind::Plan.as_str()).expect("plan").directive)
    });
    let signed = Directive::decode(text.as_slice()).expect("directive");
    let content = Pack::decode(signed.pack.as_slice()).expect("pack").content;
    let text = String::from_utf8(content).expect("text").replace("2026", "2027");
    let from = jiff::civil::date(2027, 8, 30);
    let about = PackName { kind: PackKind::Plan, name: "370202-2027", serial: 1, from };
    let pack = signed_pack(&roots, about, &text, now);
    city.helper.write(move |tx| {
        if is_here {
            return hub::store::directive::insert(tx, &pack, 1).map(drop);
        }
        tx.execute("delete from directive where name = $1", params!["370202-2027"]).map(drop)
    });
}

/// A key that plans of two years name goes once both are closed; a plan that does not hold at the
/// moment keeps its key too, since it may hold tomorrow.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_goes_with_the_last_year_that_names_it() {
    let (city, _) = ended().await;
    plan_of_next_year(&city, true);
    close(&city, false).expect("closed");
    assert_eq!(key_files(&city).len(), 1, "the next year's plan names it");
    let still = || kept(config(&city.helper), city.helper.hub.database(), asked(&city));
    let still = || still().expect("read").into_iter().map(|one| one.open).collect::<Vec<_>>();
    assert_eq!(still(), [[(LEADER.parse::<UnitId>().expect("unit"), 2027)]], "and it is said");
    let told = hub_in(&city, &city.helper, &CLOSE);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert_eq!(told.json()[0]["keys_kept"][0]["open"], json!(["370202-2027"]));
    city.helper.write(|tx: &Tx<'_>| {
        let area: UnitId = LEADER.parse().expect("unit");
        year::close(tx, (&area, 2027), (b"record", b"signature"), 1)
    });
    close(&city, false).expect("again");
    assert!(key_files(&city).is_empty(), "every year that names it is closed");
    assert!(still().is_empty());
}

/// Whether one of the keys that a helper holds opens its half of a report.
fn opens(config: &Config, draft: &Draft) -> bool {
    let report = &draft.report;
    let context = context(&report.task, &report.place.unit, report.place.number);
    let sealed = |bytes: &Vec<u8>| Sealed::from_bytes(bytes.clone()).expect("sealed");
    let halves = SealedHalves {
        nonce: report.nonce,
        public: report.public.clone(),
        leader: sealed(&report.leader_half),
        helper: sealed(&report.helper_half),
    };
    let held = share_key::held(config).expect("keys");
    held.iter().any(|one| halves.open(Role::Helper, &one.key, &context).is_ok())
}

/// An operator does what the guide says, each year: asks for a key, which is a new one once a plan
/// names the newest, and closes the year. Then its key is gone, and a half that was sealed to it is
/// opened by nothing that is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_year_takes_its_key_with_it() {
    let (city, _) = ended().await;
    let half = draft(&city, THE_FLOW, 1, 1);
    assert!(opens(config(&city.helper), &half));
    let out = city.federation.root().join("helper.request");
    let out = out.to_str().expect("utf-8");
    let args = ["key", "request", "--purpose", "aggregate-helper", "--out", out, "--json"];
    let request = hub_in(&city, &city.helper, &args);
    assert_eq!(request.code, Some(0), "{}", request.err);
    assert_eq!(request.json()["new"], true);
    let closed = hub_in(&city, &city.helper, &CLOSE);
    assert_eq!(closed.code, Some(0), "{}", closed.err);
    let told = closed.json();
    assert_eq!((&told[0]["keys"], &told[0]["keys_kept"]), (&json!(1), &json!([])));
    let held = share_key::held(config(&city.helper)).expect("keys");
    let held: Vec<String> = held.iter().map(|one| one.digest().to_string()).collect();
    assert_eq!(json!(held), json!([request.json()["key"]]), "the next year's is left");
    assert!(!opens(config(&city.helper), &half));
}

/// A year whose plan does not hold any more can be closed all the same, once its operator says that
/// what cannot be judged any more stays closed.
#[tokio::test(flavor = "multi_thread")]
async fn a_year_whose_plan_is_lost_can_be_closed() {
    let (city, share) = ended().await;
    city.helper.write(|tx| {
        tx.execute("delete from directive where kind = $1", params![PackKind::Roster.as_str()])
    });
    city.helper.hub.reload_packs().expect("packs");
    assert!(city.helper.hub.sealed().documents().years().is_empty());
    let left = close(&city, false);
    assert!(matches!(left, Err(ClosingError::Close(CloseError::Outstanding(_)))), "{left:?}");
    let closed = close(&city, true).expect("closed");
    assert_eq!((closed.len(), closed[0].0.as_str()), (1, LEADER));
    assert!(key_files(&city).is_empty() && !is_in(&config(&city.helper).data, &share));
    let none = close_year(
        config(&city.helper),
        city.helper.hub.database(),
        Asked { year: 2025, ..asked(&city) },
    );
    assert!(matches!(none, Err(ClosingError::NoPart(2025))));
}
