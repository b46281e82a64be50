//! Tests of the inbox: who may change what is counted.

use certs::identity::LeafIdentity;
use certs::issuer::{IssuingAuthority, LeafRecord, Subtree};
use certs::key::SigningKey;
use certs::pack;
use certs::revocation::{Reason, RevocationList, RevokedKey, Thing};
use certs::root::{Commission, RootAuthority};
use domain::unit::{IdentityName, UnitKind};
use jiff::Timestamp;
use prost::Message;
use proto::wire::directive::{Directive, Pack, PackSignature};

use super::*;
use crate::packs::Packs;

const SCALE: &[u8] = include_bytes!("../../../proto/packs/scales/phq-4.toml");

fn now() -> Timestamp {
    "2025-10-17T08:00:00Z".parse().expect("instant")
}

fn zone() -> Zone {
    "qingdao.example".parse().expect("zone")
}

fn root(commission: Commission) -> RootAuthority {
    let key = SigningKey::generate().expect("key");
    RootAuthority::create(commission, &zone(), key, now()).expect("root")
}

/// A scale pack, signed under these roots.
fn signed(roots: &[&RootAuthority], serial: u64, content: &[u8]) -> Vec<u8> {
    signed_as(roots, ("scale", "phq-4"), serial, content)
}

fn signed_as(
    roots: &[&RootAuthority],
    (kind, name): (&str, &str),
    serial: u64,
    content: &[u8],
) -> Vec<u8> {
    let pack = Pack {
        kind: kind.to_owned(),
        name: name.to_owned(),
        version: serial.to_string(),
        serial,
        effective_from: "2025-09-01".to_owned(),
        content: content.to_vec(),
    }
    .encode_to_vec();
    let sign = |root: &&RootAuthority| {
        let key = SigningKey::generate().expect("key");
        let certificate = root.sign_pack_key(key.public(), now()).expect("certificate");
        let signed = pack::sign(&pack, &key, &[certificate]).expect("signed");
        PackSignature { signature: signed.signature.to_bytes(), chain: signed.chain }
    };
    let signatures = roots.iter().map(sign).collect();
    Directive { pack: pack.clone(), signatures }.encode_to_vec()
}

/// Gives what the inbox reports after these directives, and the scales in force.
fn check(pinned: &[&RootAuthority], directives: &[Vec<u8>]) -> (Vec<Applied>, Packs) {
    let transfer = Transfer::in_memory().expect("transfer");
    let recipient = Recipient {
        unit: "F370202004J01".parse().expect("unit"),
        zone: zone(),
        roots: pinned.iter().map(|root| root.certificate().clone()).collect(),
    };
    let (clock, _) = Clock::simulated(now());
    let today = clock.today();
    let inbox = Inbox::new(transfer.clone(), recipient, clock);
    for bytes in directives {
        inbox.directive(bytes).expect("stored or refused");
    }
    (inbox.applied().expect("applied"), Packs::load(&transfer, today).expect("packs"))
}

/// A district's hub under a root.
fn hub(root: &RootAuthority, id: &str) -> LeafIdentity {
    let unit: UnitId = id.parse().expect("unit");
    let key = SigningKey::generate().expect("key");
    let subtree = Subtree::District(unit.clone(), zone());
    let certificate = root.sign_issuer(&subtree, key.public(), now()).expect("authority");
    let authority = IssuingAuthority::open(&certificate, key).expect("authority");
    let key = SigningKey::generate().expect("key");
    let name = IdentityName::in_district(unit.clone(), &unit, zone());
    let record = LeafRecord { name, kind: UnitKind::District, key: key.public().clone() };
    let issued = authority.issue(&record, now()).expect("issue");
    LeafIdentity::new(&issued.chain, key).expect("identity")
}

/// A directory's pack with the signature of a hub.
fn own_directory(by: &LeafIdentity, (name, level): (&str, &str), kind: &str) -> Vec<u8> {
    let text = format!(
        "schema = \"directory/1\"\narea = \"370202\"\nlevel = \"{level}\"\n[[entry]]\n\
         id = \"DESK1\"\nkind = \"{kind}\"\nzh = \"示例\"\nen = \"Example\"\n\
         services = [\"counselling\"]\nphone = \"0532-1\"\nvalid_from = \"2025-09-01\"\n\
         valid_to = \"2026-08-31\"\nverified = \"2025-10-01\"\n"
    );
    let pack = Pack {
        kind: "directory".to_owned(),
        name: name.to_owned(),
        version: "1".to_owned(),
        serial: 1,
        effective_from: "2025-10-17".to_owned(),
        content: text.into_bytes(),
    }
    .encode_to_vec();
    let signature = by.key().sign(runtime::sealing::DIRECTORY_CONTEXT, &pack).expect("signed");
    let chain = by.chain().iter().map(|der| der.to_vec()).collect();
    let signatures = vec![PackSignature { signature: signature.to_bytes(), chain }];
    Directive { pack, signatures }.encode_to_vec()
}

/// What a district publishes itself is taken with the signature of its hub, although health's root
/// is pinned; not with another district's, nor with the commissions' or as what they publish. A
/// clinic in it keeps it out of use.
#[test]
fn a_district_signs_its_own_directory_and_no_other() {
    let (education, health) = (root(Commission::Education), root(Commission::Health));
    let (own, other) = (hub(&education, "370202"), hub(&education, "370203"));
    let both = [&education, &health];
    let said = |bytes: Vec<u8>| {
        let (applied, _) = check(&both, &[bytes]);
        let line = applied.into_iter().next().expect("a line");
        (line.in_force, line.reason)
    };
    let name = ("own-370202", "own");
    assert_eq!(said(own_directory(&own, name, "centre")), (true, String::new()));
    assert!(!said(own_directory(&other, name, "centre")).0, "another hub");
    assert!(!said(own_directory(&own, ("370202", "own"), "centre")).0, "the commissions' own name");
    assert!(!said(own_directory(&own, ("370202", "district"), "centre")).0, "theirs");
    assert!(!said(own_directory(&own, ("own-370202", "district"), "centre")).0, "no level own");
    assert!(!said(own_directory(&own, ("own-370203", "own"), "centre")).0, "another district's");
    let (in_force, why) = said(own_directory(&own, name, "clinic"));
    assert!(!in_force && !why.is_empty(), "a clinic needs health's signature");
    let content = Directive::decode(own_directory(&own, name, "centre").as_slice()).expect("pack");
    let content = Pack::decode(content.pack.as_slice()).expect("pack").content;
    let by_both = signed_as(&both, ("directory", "own-370202"), 1, &content);
    assert!(!said(by_both).0, "the commissions sign under their own name");
}

fn altered() -> Vec<u8> {
    let text = std::str::from_utf8(SCALE).expect("text").replace("revision = 1", "revision = 2");
    text.into_bytes()
}

/// A pack counts only with a signature under every pinned root; without one it is not stored.
#[test]
fn a_pack_needs_every_pinned_root() {
    let (education, health) = (root(Commission::Education), root(Commission::Health));
    let both = [&education, &health];
    let half = signed(&[&education], 1, &altered());
    let (applied, packs) = check(&both, std::slice::from_ref(&half));
    assert_eq!((applied.len(), applied[0].in_force), (1, false));
    assert!(applied[0].reason.contains("every pinned root"), "{}", applied[0].reason);
    assert_eq!(packs.scale("phq-4").expect("scale").digest, sha256(SCALE));
    // The genuine pack of the same serial still finds its place free.
    let (applied, packs) = check(&both, &[half, signed(&both, 1, &altered())]);
    assert_eq!((applied.len(), applied[0].in_force), (1, true));
    assert_eq!(packs.scale("phq-4").expect("scale").digest, sha256(&altered()));
}

/// A machine whose clock is slow refuses what was signed today, and has it pulled again later:
/// the cursor of what was pulled has moved on, and nobody sends it unasked.
#[test]
fn what_came_too_early_is_asked_for_again() {
    let education = root(Commission::Education);
    let transfer = Transfer::in_memory().expect("transfer");
    let recipient = || Recipient {
        unit: "F370202004J01".parse().expect("unit"),
        zone: zone(),
        roots: vec![education.certificate().clone()],
    };
    let (slow, _) = Clock::simulated(now() - jiff::SignedDuration::from_hours(24 * 30));
    let pack = signed(&[&education], 1, &altered());
    let cursor = format!("{}:370202004", runtime::uplink::PULL_CURSOR);
    let note = |name: &str| {
        let name = name.to_owned();
        transfer.read(move |tx| notes::get(tx, &name)).expect("note").unwrap_or_default()
    };
    let inbox = Inbox::new(transfer.clone(), recipient(), slow);
    inbox.directive(&pack).expect("refused");
    let name = cursor.clone();
    transfer.write("pulled", move |tx| notes::set(tx, &name, "7 ab")).expect("noted");
    assert!(transfer.read(directive::all).expect("read").is_empty());
    judge_again(&transfer, &recipient().unit).expect("again");
    assert_eq!(note(&cursor), "", "all is pulled again");
    let (clock, _) = Clock::simulated(now());
    Inbox::new(transfer.clone(), recipient(), clock).directive(&pack).expect("stored");
    assert_eq!(transfer.read(directive::all).expect("read").len(), 1);
    let name = cursor.clone();
    transfer.write("pulled", move |tx| notes::set(tx, &name, "7 ab")).expect("noted");
    judge_again(&transfer, &recipient().unit).expect("again");
    assert_eq!(note(&cursor), "7 ab", "and not for ever");
}

/// A pack that an older program could not read is read again by a newer one, and counts from then
/// on; one that asks for what cannot be protected stays refused.
#[test]
fn a_newer_program_reads_what_an_older_one_could_not() {
    let education = root(Commission::Education);
    let transfer = Transfer::in_memory().expect("transfer");
    let bytes = signed(&[&education], 1, &altered());
    let open = directive::open(&bytes).expect("directive");
    for (serial, reason) in [(1, "field pulse is unknown"), (2, "refused: too few schools")] {
        let (open, bytes) = (OpenDirective { serial, ..open.clone() }, bytes.clone());
        let verdict = Verdict::Unusable(reason.to_owned());
        let put = move |tx: &Tx<'_>| directive::store(tx, &open, &bytes, &verdict, 0);
        assert!(transfer.write("put", put).expect("stored"));
    }
    judge_again(&transfer, &"F370202004J01".parse().expect("unit")).expect("again");
    let stored = transfer.read(directive::all).expect("read");
    let usable = |serial| {
        let found = stored.iter().find(|one| one.serial == serial).expect("stored");
        found.verdict == Verdict::Usable
    };
    assert!(usable(1) && !usable(2));
    let today = Clock::simulated(now()).0.today();
    let packs = Packs::load(&transfer, today).expect("packs");
    assert_eq!(packs.scale("phq-4").expect("scale").digest, sha256(&altered()));
}

/// What an older program decided of a special period is decided again by the rules of this one:
/// what it refused without need is followed, what cannot be protected is followed no longer.
#[test]
fn special_periods_are_judged_anew() {
    let education = root(Commission::Education);
    let transfer = Transfer::in_memory().expect("transfer");
    let five = ["F370202004J01", "S2", "S3", "S4", "S5"];
    let refused = Verdict::refused(&"an older rule");
    for (serial, schools, verdict) in [(1, &five[..], refused), (2, &five[..4], Verdict::Usable)] {
        let text = special(schools, "lesson");
        let bytes = signed_as(&[&education], ("special", "flood"), serial, &text);
        let open = directive::open(&bytes).expect("directive");
        let put = move |tx: &Tx<'_>| directive::store(tx, &open, &bytes, &verdict, 0);
        assert!(transfer.write("put", put).expect("stored"));
    }
    judge_again(&transfer, &"F370202004J01".parse().expect("unit")).expect("again");
    let stored = transfer.read(directive::all).expect("read");
    let verdict = |serial| {
        let found = stored.iter().find(|one| one.serial == serial).expect("stored");
        found.verdict.clone()
    };
    assert_eq!(verdict(1), Verdict::Usable);
    let refusal = verdict(2);
    assert!(refusal.refusal().is_some_and(|why| why.contains("4 schools")), "{refusal:?}");
}

/// A root that nobody pinned says nothing.
#[test]
fn a_stranger_changes_nothing() {
    let (ours, stranger) = (root(Commission::Education), root(Commission::Education));
    let (applied, packs) = check(&[&ours], &[signed(&[&stranger], 9, &altered())]);
    assert!(!applied[0].in_force);
    assert_eq!(packs.scale("phq-4").expect("scale").digest, sha256(SCALE));
}

/// What is signed and cannot be read here is reported, and the pack before it goes on counting.
#[test]
fn an_unusable_pack_leaves_the_one_before_in_force() {
    let ours = root(Commission::Education);
    let good = signed(&[&ours], 1, &altered());
    let later = signed(&[&ours], 2, b"schema = \"scale/9\"\n");
    let (applied, packs) = check(&[&ours], &[good, later, b"noise".to_vec()]);
    assert_eq!((applied.len(), applied[0].in_force), (1, false));
    assert_eq!(packs.scale("phq-4").expect("scale").digest, sha256(&altered()));
}

/// A special period for these schools, with one count of a source.
fn special(schools: &[&str], source: &str) -> Vec<u8> {
    let schools: String =
        schools.iter().map(|unit| format!("[[school]]\nid = \"{unit}\"\n")).collect();
    format!(
        "schema = \"special/1\"\nid = \"flood\"\nrevision = 1\nzh = \"汛期\"\nen = \"Flood\"\n\
         first = \"2025-10-17\"\nlast = \"2025-10-31\"\ncadence = \"day\"\n\
         [[count]]\nid = \"sp.x\"\nzh = \"数\"\nen = \"Count\"\nchannel = \"clear\"\n\
         ledger = \"lesson\"\nunit = \"lesson\"\n\
         define = {{ source = \"{source}\", count = \"records\", at = \"in_period\" }}\n{schools}"
    )
    .into_bytes()
}

/// A special period is followed where this school is meant and everything can be protected; what
/// is refused, and why, is reported upward.
#[test]
fn a_special_period_is_followed_or_refused_with_its_reason() {
    let ours = root(Commission::Education);
    let sent = |serial, content: &[u8]| signed_as(&[&ours], ("special", "flood"), serial, content);
    let five = ["F370202004J01", "S2", "S3", "S4", "S5"];
    let good = special(&five, "lesson");
    let (applied, packs) = check(&[&ours], &[sent(1, &good)]);
    assert_eq!((applied.len(), applied[0].in_force, applied[0].reason.as_str()), (1, true, ""));
    assert_eq!(packs.specials().len(), 1);
    assert!(packs.catalogue(&sha256(&good)).is_some(), "its sheets can be read");
    for (content, reason) in [
        (special(&five[..4], "lesson"), "refused: the area has 4 schools"),
        (special(&five, "session"), "refused: sp.x may not stand on a clear sheet"),
        (special(&["S1", "S2", "S3", "S4", "S5"], "lesson"), OUTSIDE),
        (special(&five, "telepathy"), "telepathy"),
    ] {
        let (applied, packs) = check(&[&ours], &[sent(1, &content)]);
        assert!(!applied[0].in_force && applied[0].reason.contains(reason), "{applied:?}");
        assert!(packs.specials().is_empty());
        // A later version that is refused ends the one before it.
        let (_, packs) = check(&[&ours], &[sent(1, &good), sent(2, &content)]);
        assert!(packs.specials().is_empty(), "{reason}");
    }
}

/// A special period whose counts about persons nobody here could sum is followed in all else, and
/// the hub reads why these stay.
#[test]
fn what_cannot_be_summed_is_reported_with_its_reason() {
    let ours = root(Commission::Education);
    let five = ["F370202004J01", "S2", "S3", "S4", "S5"];
    let value = |one: &domain::catalogue::Stage| {
        format!("{{ id = \"{}\", zh = \"学段\", en = \"Stage\" }}", one.as_str())
    };
    let stages: Vec<String> = domain::catalogue::Stage::ALL.iter().map(value).collect();
    let dimension = format!(
        "[[dimension]]\nid = \"stage\"\nzh = \"学段\"\nen = \"Stage\"\nmulti = false\n\
         values = [{}]\n[[count]]",
        stages.join(", ")
    );
    let text = String::from_utf8(special(&five, "alert_event")).expect("text");
    let weekly = text
        .replace("2025-10-17", "2025-10-13")
        .replace("2025-10-31", "2025-10-26")
        .replace("cadence = \"day\"", "cadence = \"week\"")
        .replace("channel = \"clear\"", "channel = \"sealed\"")
        .replacen("[[count]]", &dimension, 1);
    let sent = |text: &str| signed_as(&[&ours], ("special", "flood"), 1, text.as_bytes());
    let (applied, packs) = check(&[&ours], &[sent(&weekly)]);
    assert!(applied[0].in_force, "{applied:?}");
    assert!(applied[0].reason.contains("no plan of both commissions"), "{applied:?}");
    assert_eq!(packs.specials().len(), 1);
    let daily = text.replace("channel = \"clear\"", "channel = \"sealed\"");
    let (applied, packs) = check(&[&ours], &[sent(&daily)]);
    assert!(!applied[0].in_force && applied[0].reason.contains("never by the day"), "{applied:?}");
    assert!(packs.specials().is_empty());
}

/// The catalogue of a day is the one in force then, whatever is in force now.
#[test]
fn each_day_has_its_catalogue() {
    let ours = root(Commission::Education);
    let built_in =
        proto::pack::embedded::find(PackKind::Catalogue, "catalogue").expect("catalogue");
    let changed = [built_in.bytes, b"\n# changed\n"].concat();
    let sent = signed_as(&[&ours], ("catalogue", "catalogue"), 1, &changed);
    let (_, packs) = check(&[&ours], &[sent]);
    let on = |day: &str| packs.catalogue_on(day.parse().expect("day"));
    assert_eq!(on("2025-08-31"), sha256(built_in.bytes));
    assert_eq!(on("2025-09-01"), sha256(&changed));
    assert_eq!(packs.in_force().digest, sha256(&changed));
}

/// A plan that was read whole and under which nothing is sealed says why.
#[test]
fn a_plan_under_one_root_is_reported_with_its_reason() {
    let ours = root(Commission::Education);
    let plan = "schema = \"plan/1\"\nfloor = 5\nroster = \"00\"\n";
    let sent = signed_as(&[&ours], ("plan", "370203-2025"), 1, plan.as_bytes());
    let (applied, _) = check(&[&ours], &[sent]);
    assert_eq!((applied.len(), applied[0].in_force), (1, false));
    assert!(applied[0].reason.contains("cannot be read"), "{}", applied[0].reason);
    let zeros = "00".repeat(32);
    let plan = format!(
        "schema = \"plan/1\"\nfloor = 5\nroster = \"{zeros}\"\ncensus_day = \"2025-09-20\"\n\
         leader_statement = \"one\"\nhelper_statement = \"two\"\n"
    );
    let sent = signed_as(&[&ours], ("plan", "370203-2025"), 1, plan.as_bytes());
    let (applied, _) = check(&[&ours], &[sent]);
    assert!(!applied[0].in_force);
    assert!(applied[0].reason.contains("roster that the plan names"), "{}", applied[0].reason);
}

/// The text of a directory with one clinic, of which a version says whether it is on the list.
fn directory(version: u8) -> Vec<u8> {
    let text = format!(
        "schema = \"directory/1\"\narea = \"370202\"\nlevel = \"district\"\n[[entry]]\n\
         id = \"CLINIC1\"\nkind = \"clinic\"\nzh = \"示例医院\"\nen = \"Hospital {version}\"\n\
         services = [\"outpatient\"]\nphone = \"0532-1001\"\nvalid_from = \"2025-09-01\"\n\
         valid_to = \"2026-08-31\"\nverified = \"2025-10-01\"\n"
    );
    text.into_bytes()
}

/// A directory is adopted under both roots and no fewer, and one that is sent again with an older
/// serial does not take the place of the newer one; one that cannot be read is told upward.
#[test]
fn a_directory_needs_every_pinned_root_and_never_goes_back() {
    let (education, health) = (root(Commission::Education), root(Commission::Health));
    let (both, name) = ([&education, &health], ("directory", "370202"));
    let (applied, _) = check(&both, &[signed_as(&[&education], name, 1, &directory(1))]);
    assert!(!applied[0].in_force && applied[0].reason.contains("every pinned root"));
    let newer = signed_as(&both, name, 2, &directory(2));
    let older = signed_as(&both, name, 1, &directory(1));
    let (applied, _) = check(&both, &[newer, older]);
    assert_eq!((applied.len(), applied[0].in_force), (1, true));
    assert_eq!(applied[0].content, sha256(&directory(2)).to_tagged());
    let (applied, _) = check(&both, &[signed_as(&both, name, 3, b"schema = 1")]);
    assert!(!applied[0].in_force && !applied[0].reason.is_empty());
    let elsewhere = signed_as(&both, ("directory", "310117"), 1, &directory(1));
    let (applied, _) = check(&both, &[elsewhere]);
    assert!(applied[0].reason.contains("the pack's name"), "{}", applied[0].reason);
}

/// The certificate as another unit has it: the same bytes, and a list of its own.
fn copy(root: &RootAuthority) -> RootCertificate {
    RootCertificate::from_der(root.certificate().der()).expect("root")
}

/// The root's next list, with one key more.
fn revoking(root: &RootAuthority, key: &SigningKey) -> Vec<u8> {
    let one = RevokedKey {
        key: key.id(),
        thing: Thing::Packs,
        name: "packs".to_owned(),
        since: now(),
        reason: Reason::Stolen,
    };
    let (known, about) = (root.certificate().revocations(), (root.certificate(), now()));
    let list = RevocationList::following(known.as_deref(), vec![one], about).expect("list");
    let signed = list.sign(root).expect("signed");
    let bytes = revocation::directive(&list, root.certificate(), signed);
    root.certificate().take_revocations(list).expect("new");
    bytes
}

/// A scale pack by one key of a root.
fn by(root: &RootAuthority, key: &SigningKey, serial: u64) -> Vec<u8> {
    let certificate = root.sign_pack_key(key.public(), now()).expect("certificate");
    let mut made = Directive::decode(signed(&[], serial, &altered()).as_slice()).expect("pack");
    let signed = pack::sign(&made.pack, key, &[certificate]).expect("signed");
    let (signature, chain) = (signed.signature.to_bytes(), signed.chain);
    made.signatures.push(PackSignature { signature, chain });
    made.encode_to_vec()
}

/// Once the root took a pack key back, no pack under it is stored; what was in force before stays
/// and is named, until a pack under another key replaces it. A process that starts anew, and one
/// that runs beside who took the list, know the same.
#[test]
fn what_a_root_took_back_signs_nothing_more() {
    let education = root(Commission::Education);
    let (stolen, fresh) =
        (SigningKey::generate().expect("key"), SigningKey::generate().expect("key"));
    let transfer = Transfer::in_memory().expect("transfer");
    let start = || {
        let roots = vec![copy(&education)];
        let unit = "F370202004J01".parse().expect("unit");
        let recipient = Recipient { unit, zone: zone(), roots: roots.clone() };
        let (clock, _) = Clock::simulated(now());
        (Inbox::new(transfer.clone(), recipient, clock), roots)
    };
    let serials = || {
        let all = transfer.read(directive::all).expect("read");
        all.iter().filter(|one| one.kind == "scale").map(|one| one.serial).collect::<Vec<_>>()
    };
    let named = |roots: &[RootCertificate]| {
        let found = signed_by_revoked(&transfer, roots, now()).expect("read");
        found.iter().map(|one| one.serial).collect::<Vec<_>>()
    };
    let ((inbox, roots), (beside, theirs)) = (start(), start());
    inbox.directive(&by(&education, &stolen, 1)).expect("stored");
    inbox.directive(&revoking(&education, &stolen)).expect("stored");
    inbox.directive(&by(&education, &stolen, 2)).expect("refused");
    assert_eq!((serials(), named(&roots)), (vec![1], vec![1]));
    let told = inbox.applied().expect("applied");
    assert!(told.iter().any(|one| one.kind == revocation::KIND && one.in_force), "{told:?}");
    assert!(told.iter().any(|one| one.kind == "scale" && !one.in_force), "{told:?}");

    assert!(theirs[0].revocations().is_none());
    beside.look_at_revocations();
    beside.directive(&by(&education, &stolen, 2)).expect("refused");
    let (anew, known) = start();
    take_revocations(&transfer, &known).expect("read");
    anew.directive(&by(&education, &stolen, 2)).expect("refused");
    assert_eq!(serials(), [1]);
    inbox.directive(&by(&education, &fresh, 2)).expect("stored");
    assert_eq!((serials(), named(&roots)), (vec![1, 2], vec![]));
}

/// A list of another root, one that was altered, and an older one change nothing; the parent is
/// told.
#[test]
fn a_list_that_is_not_its_roots_changes_nothing() {
    let (education, health) = (root(Commission::Education), root(Commission::Health));
    let transfer = Transfer::in_memory().expect("transfer");
    let roots = vec![copy(&education)];
    let unit = "F370202004J01".parse().expect("unit");
    let recipient = Recipient { unit, zone: zone(), roots: roots.clone() };
    let (clock, _) = Clock::simulated(now());
    let inbox = Inbox::new(transfer.clone(), recipient, clock);
    let keys = [SigningKey::generate().expect("key"), SigningKey::generate().expect("key")];
    let (first, second) = (revoking(&education, &keys[0]), revoking(&education, &keys[1]));
    let stored = || transfer.read(directive::all).expect("read").len();
    inbox.directive(&revoking(&health, &keys[0])).expect("refused");
    let mut altered = second.clone();
    let place = altered.len() - 20;
    altered[place] ^= 1;
    inbox.directive(&altered).expect("refused");
    assert!(roots[0].revocations().is_none());
    assert_eq!(stored(), 0);
    let told = inbox.applied().expect("applied");
    assert!(told.iter().any(|one| one.kind == revocation::KIND && !one.in_force), "{told:?}");
    inbox.directive(&second).expect("stored");
    inbox.directive(&first).expect("refused");
    assert_eq!((roots[0].revocations().expect("list").number(), stored()), (2, 1));
}
