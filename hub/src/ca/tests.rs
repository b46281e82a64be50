//! What a ceremony makes, and what it refuses to make.

use std::ffi::OsString;

use certs::key::SigningKey;
use certs::root::Commission;
use certs::statement::{KeyRequest, Purpose, SignedStatement, Standing, StatedKey, verify};
use clap::CommandFactory;
use domain::unit::{UnitId, UnitKind, Zone};
use jiff::Timestamp;
use prost::Message as _;
use proto::pack::{PackKind, embedded};
use proto::wire::directive::Directive;
use runtime::cli::broken_quotes;
use runtime::passphrase::Passphrase;

use super::pack::{Description, PackKey};
use super::request::IssuerRequest;
use super::vault::Lock;
use super::{CeremonyError, chinese::CHINESE, command::Cli, root};
use crate::directive;

fn zone(text: &str) -> Zone {
    text.parse().expect("zone")
}

fn word() -> Passphrase {
    Passphrase::typed("correct horse battery").expect("passphrase")
}

fn lock() -> Lock {
    Lock::Passphrase(word())
}

fn now() -> Timestamp {
    "2025-10-17T08:00:00Z".parse().expect("instant")
}

fn request(zone_name: &str) -> IssuerRequest {
    let unit: UnitId = "370202".parse().expect("unit");
    let key = SigningKey::generate().expect("key");
    IssuerRequest::new(&unit, UnitKind::District, &zone(zone_name), &key).expect("request")
}

/// A root is made once, is found again, and its key is private.
#[test]
fn a_root_is_made_once() {
    let folder = tempfile::tempdir().expect("folder");
    let made =
        root::create(folder.path(), Commission::Education, &zone("qd.example"), now(), &lock());
    let digest = made.expect("root").certificate().digest();
    assert_eq!(
        root::open(folder.path(), Some(&word())).expect("open").certificate().digest(),
        digest
    );
    for wrong in [None, Some(&Passphrase::typed("another").expect("word"))] {
        assert!(root::open(folder.path(), wrong).is_err());
    }
    let again =
        root::create(folder.path(), Commission::Education, &zone("qd.example"), now(), &lock());
    assert!(matches!(again, Err(CeremonyError::Exists)));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let metadata = std::fs::metadata(folder.path().join(root::KEY)).expect("metadata");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }
}

/// A request travels as a file, is signed for its own subtree, and only for its own city.
#[test]
fn a_request_is_signed_for_its_own_city() {
    let folder = tempfile::tempdir().expect("folder");
    let root =
        root::create(folder.path(), Commission::Education, &zone("qd.example"), now(), &lock())
            .expect("root");
    let asked = request("qd.example");
    let read = IssuerRequest::parse(&asked.to_text().expect("text")).expect("read");
    assert_eq!(read, asked);
    assert_eq!(read.subtree.dns_name(), "370202.qd.example");
    read.sign(&root, now()).expect("signed");
    assert!(matches!(request("other.example").sign(&root, now()), Err(CeremonyError::OtherZone)));
    let street: UnitId = "370202004".parse().expect("unit");
    let key = SigningKey::generate().expect("key");
    let zone = zone("qd.example");
    assert!(IssuerRequest::new(&street, UnitKind::Street, &zone, &key).is_err());
    assert!(IssuerRequest::parse("unit = \"370202\"").is_err());
}

/// A pack with one signature is refused under two roots and accepted after the second signed the
/// same bytes; what is no pack is not signed.
#[test]
fn both_commissions_sign_the_same_bytes() {
    let folder = tempfile::tempdir().expect("folder");
    let make = |name: &str, commission| {
        let root = root::create(
            &folder.path().join(name),
            commission,
            &zone("qd.example"),
            now(),
            &Lock::DangerPlain,
        )
        .expect("root");
        let file = folder.path().join(format!("{name}.key"));
        PackKey::create(&root, now()).expect("key").save(&file, &lock()).expect("save");
        assert!(PackKey::load(&file, None).is_err());
        (root.certificate().clone(), PackKey::load(&file, Some(&word())).expect("load"))
    };
    let (education, first) = make("education", Commission::Education);
    let (health, second) = make("health", Commission::Health);
    let about = Description {
        kind: "calendar".to_owned(),
        name: "calendar".to_owned(),
        serial: 1,
        version: "2025".to_owned(),
        effective_from: "2025-09-01".to_owned(),
    };
    let content = embedded::find(PackKind::Calendar, "calendar").expect("embedded").bytes;
    let signed = first.sign(&about, content).expect("sign");
    let roots = [education, health];
    let verify = |bytes: &[u8], roots| directive::verify(bytes, roots, &zone("qd.example"), now());
    assert!(verify(&signed, &roots[..1]).is_ok());
    assert!(verify(&signed, &roots).is_err());
    let both = second.add_signature(&signed).expect("add");
    assert_eq!(second.add_signature(&both).expect("again").len(), both.len());
    assert_eq!(verify(&both, &roots).expect("both").serial, 1);
    assert!(first.sign(&about, b"no calendar").is_err());
    assert!(second.add_signature(b"noise").is_err());
    assert!(matches!(first.add_signature(&signed), Err(CeremonyError::OwnPack)));
    // Nobody signs second what was changed after the first signature.
    let mut changed = Directive::decode(signed.as_slice()).expect("directive");
    *changed.pack.last_mut().expect("byte") ^= 1;
    let added = second.add_signature(&changed.encode_to_vec());
    assert!(matches!(added, Err(CeremonyError::Altered)), "{:?}", added.map(drop));
}

/// A department's request becomes a statement that each commission signs on its own machine, by
/// the commands themselves; words that differ sign nothing, and a pack key signs no statement.
#[test]
fn both_commissions_sign_a_statement() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let run = |line: &[&str]| {
        let line = ["xinqiao-ca"].iter().chain(line).map(OsString::from).collect();
        super::run(line)
    };
    let ok = std::process::ExitCode::SUCCESS;
    std::fs::write(at("word"), "correct horse battery").expect("write");
    for who in ["education", "health"] {
        let dir = at(who);
        let made = ["--commission", who, "--zone", "qd.example", "--danger-no-passphrase"];
        assert_eq!(run(&[["init", "--dir", &dir].as_slice(), &made].concat()), ok);
        let (key, word) = (at(&format!("{who}.key")), at("word"));
        let file = ["--out", key.as_str(), "--new-passphrase-file", word.as_str()];
        assert_eq!(run(&[["statement-key", "--dir", &dir].as_slice(), &file].concat()), ok);
    }
    let own = SigningKey::generate().expect("key");
    let request = KeyRequest {
        zone: zone("qd.example"),
        unit: "MZJ".parse().expect("unit"),
        name: "市民政局".to_owned(),
        purpose: Purpose::ListSender,
        key: StatedKey::Signer(own.public().clone()),
    };
    let asked = request.sign(&own, Vec::new()).expect("sign");
    std::fs::write(at("request"), asked.to_pem()).expect("write");
    let sign = |key: &str, how: &[&str], out: &str| {
        let (key, word, out) = (at(key), at("word"), at(out));
        let file = ["--key", key.as_str(), "--passphrase-file", word.as_str(), "--out", &out];
        run(&[["sign-statement"].as_slice(), &file, how].concat())
    };
    let (root, request) = (at("education/root.pem"), at("request"));
    let heard =
        ["--root", root.as_str(), request.as_str(), "--words", "none of these words at all"];
    assert_ne!(sign("education.key", &heard, "refused"), ok);
    assert!(!folder.path().join("refused").exists());
    assert_eq!(sign("education.key", &["--root", &root, &request, "--yes"], "one"), ok);
    assert_ne!(sign("education.key", &["--root", &root, &request, "--yes"], "one"), ok, "exists");
    let one = at("one");
    let other = at("health/root.pem");
    let add = ["--add", "--yes", "--root", root.as_str(), "--root", other.as_str()];
    let added =
        |key: &str, file: &str, out: &str| sign(key, &[&add, [file].as_slice()].concat(), out);
    // Signed twice by one commission, it would be refused by every school.
    assert_ne!(added("education.key", &one, "twice"), ok);
    assert!(!folder.path().join("twice").exists());
    assert_eq!(added("health.key", &one, "both"), ok);
    assert_ne!(added("health.key", &request, "none"), ok, "no statement");
    for file in ["request", "one", "both"] {
        assert_eq!(run(&["show", &at(file)]), ok);
    }
    let both = SignedStatement::from_pem(&std::fs::read(at("both")).expect("read")).expect("both");
    let pin =
        |who: &str| root::read(&folder.path().join(who).join(root::CERTIFICATE)).expect("pin");
    let pins = [pin("education"), pin("health")];
    let now = runtime::clock::Clock::system().now();
    let verified = verify(&both, &pins, &zone("qd.example"), now).expect("verified");
    assert_eq!(verified.standing(), Standing::Both);
    assert!(verified.statement().key == StatedKey::Signer(own.public().clone()));
}

/// No help text is missing its Chinese.
#[test]
fn the_help_is_in_both_languages() {
    let missing = runtime::cli::untranslated(&Cli::command(), CHINESE);
    assert_eq!(missing, Vec::<String>::new());
}

/// What the guides tell officers to type is what the program takes. A word for a value to be put
/// in, such as NUMBER, need not fit.
#[test]
fn commands_of_the_guides_parse() {
    let guides = [
        include_str!("../../../docs/guide-school.md"),
        include_str!("../../../docs/guide-hub.md"),
        include_str!("../../../docs/guide-city.md"),
    ];
    let (broken, count) = broken_quotes::<Cli>(&guides, "xinqiao-ca");
    assert!(count > 10, "the walk found only {count}");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
