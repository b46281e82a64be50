//! Tests of directories at a school: which one counts, whom it proposes, to whom one may seal.

use certs::seal::EnvelopeKey;
use certs::statement::StatedKey;
use domain::catalogue::Label;
use domain::directory::{Reach, Room, Withdrawal};
use jiff::civil::date;
use prost::Message as _;
use proto::wire::directive::{Directive, Pack as WirePack};

use super::*;
use crate::ledger::testing::{NOW_MS, TODAY};
use crate::list::testing::{City, UNIT, about, now, zone};
use crate::transfer::directive::Verdict;

fn unit(id: &str) -> UnitId {
    id.parse().expect("unit")
}

/// A hospital that takes children of school age as out-patients.
pub(crate) fn hospital(id: &str, name: &str) -> Entry {
    Entry {
        id: unit(id),
        kind: EntryKind::Clinic,
        label: Label { zh: name.to_owned(), en: format!("Hospital {id}") },
        care: vec![Care::Outpatient],
        expertise: Vec::new(),
        ages: Some((6, 18)),
        areas: BTreeSet::new(),
        schools: BTreeSet::new(),
        reach: Reach {
            phone: "0532-1001".to_owned(),
            address: "示例路 1 号".to_owned(),
            hours: String::new(),
            is_round_the_clock: false,
            emergency_phone: String::new(),
        },
        is_emergency: false,
        room: None,
        valid: (date(2025, 9, 1), date(2026, 8, 31)),
        verified: date(2025, 11, 1),
        withdrawn: None,
        expert: None,
        agency: None,
        relay: None,
        statement: String::new(),
    }
}

/// With free places, told three days ago.
pub(crate) fn with_room(entry: Entry, places: u32) -> Entry {
    Entry { room: Some(Room { places, told: date(2025, 11, 17) }), ..entry }
}

/// Withdrawn since yesterday.
pub(crate) fn gone(entry: Entry) -> Entry {
    let withdrawn = Withdrawal { day: date(2025, 11, 19), reason: "搬迁".to_owned() };
    Entry { withdrawn: Some(withdrawn), ..entry }
}

/// On the emergency list.
pub(crate) fn at_night(mut entry: Entry) -> Entry {
    entry.care.push(Care::Emergency);
    entry.is_emergency = true;
    entry.reach.is_round_the_clock = true;
    entry.reach.emergency_phone = "0532-1120".to_owned();
    entry
}

/// With a key that a city's commissions stated.
pub(crate) fn keyed(city: &City, entry: Entry) -> Entry {
    let key = EnvelopeKey::generate(entry.id.clone(), Purpose::Referral).expect("key");
    let stated = StatedKey::Recipient(key.public().clone());
    let says = about(entry.id.as_str(), &entry.label.zh, (Purpose::Referral, stated), now());
    Entry { statement: city.sign(&says).to_pem(), ..entry }
}

/// Keeps a directory of the school's district, as one that was verified.
pub(crate) fn keep(transfer: &Transfer, version: (u64, &str), entries: Vec<Entry>) {
    keep_of(transfer, ("370202", Level::District), version, entries);
}

fn keep_of(
    transfer: &Transfer,
    (area, level): (&str, Level),
    version: (u64, &str),
    entries: Vec<Entry>,
) {
    let made = Directory::new(unit(area), level, entries).expect("directory");
    keep_made(transfer, &made, version);
}

/// Keeps a directory of the school's district with one entry and statements beside it.
pub(crate) fn keep_beside(transfer: &Transfer, entry: Entry, keys: Vec<KeyBeside>) {
    let made = Directory::new(unit("370202"), Level::District, vec![entry]).expect("directory");
    keep_made(transfer, &made.with_keys(keys).expect("keys"), (1, "2025-11-01"));
}

fn keep_made(transfer: &Transfer, made: &Directory, (serial, from): (u64, &str)) {
    let content = proto::pack::directory::write(made).expect("text").into_bytes();
    let pack = WirePack {
        kind: PackKind::Directory.as_str().to_owned(),
        name: proto::pack::directory::name(made.area(), made.level()),
        version: serial.to_string(),
        serial,
        effective_from: from.to_owned(),
        content,
    };
    let bytes = Directive { pack: pack.encode_to_vec(), signatures: Vec::new() }.encode_to_vec();
    let open = directive::open(&bytes).expect("directive");
    let keep = move |tx: &Tx<'_>| directive::store(tx, &open, &bytes, &Verdict::Usable, NOW_MS);
    transfer.write("keep", keep).expect("kept");
}

/// By what the statements of a city's directories are judged.
pub(crate) fn judge(city: &City) -> Judge {
    let areas = vec![unit("370202004"), unit("370202")];
    Judge { pins: Pins { roots: city.pins(), zone: zone() }, now: now(), areas }
}

/// What a school of the district has in force.
pub(crate) fn in_force(transfer: &Transfer, city: &City) -> Directories {
    let judge = judge(city);
    let place = Place { school: unit(UNIT), areas: vec![unit("370202004"), unit("370202")] };
    transfer.read(move |tx| Directories::load(tx, &judge, place)).expect("directories")
}

fn transfer() -> Transfer {
    Transfer::in_memory().expect("transfer")
}

/// The highest serial whose day has come counts, in whichever order they came: an older directory
/// that is sent again takes nobody back in.
#[test]
fn an_older_directory_never_comes_back() {
    let (transfer, city) = (transfer(), City::both());
    assert!(in_force(&transfer, &city).all().is_empty());
    keep(&transfer, (2, "2025-11-10"), vec![gone(hospital("CLINIC1", "示例医院"))]);
    keep(&transfer, (1, "2025-11-01"), vec![hospital("CLINIC1", "示例医院")]);
    keep(&transfer, (3, "2025-12-01"), vec![hospital("CLINIC1", "示例医院")]);
    let known = in_force(&transfer, &city);
    let serials: Vec<u64> = known.all().iter().map(|one| one.serial).collect();
    assert_eq!(serials, [2]);
    let clinic = known.find(&unit("CLINIC1")).expect("entry");
    assert_eq!(clinic.bar(TODAY), Some(Bar::Withdrawn));
    assert!(known.propose(&[Care::Outpatient], Some(12), TODAY).is_empty());
}

/// Something can be sealed to who has a statement of its own under both roots, and to nobody else;
/// of an entry that is withdrawn the caller is told.
#[test]
fn one_seals_to_who_is_stated_under_both_roots() {
    let (transfer, city) = (transfer(), City::both());
    let half = City::new(&[Commission::Education]);
    let foreign = keyed(&city, hospital("OTHER", "另一医院")).statement;
    let entries = vec![
        keyed(&city, hospital("CLINIC1", "示例医院")),
        keyed(&half, hospital("CLINIC2", "第二医院")),
        Entry { statement: foreign, ..hospital("CLINIC3", "第三医院") },
        hospital("CLINIC4", "第四医院"),
        gone(keyed(&city, hospital("CLINIC5", "第五医院"))),
    ];
    keep(&transfer, (1, "2025-11-01"), entries);
    let known = in_force(&transfer, &city);
    let sealable =
        ["CLINIC1", "CLINIC2", "CLINIC3", "CLINIC4", "CLINIC5"].map(|id| known.seals_to(&unit(id)));
    assert_eq!(sealable, [true, false, false, false, true]);
    let of = |id: &str| {
        let (judge, id) = (judge(&city), unit(id));
        transfer.read(move |tx| recipient(tx, &judge, &id)).expect("read")
    };
    let first = of("CLINIC1").expect("recipient");
    assert_eq!(first.statement.statement().unit, unit("CLINIC1"));
    assert_eq!((first.entry.reach.phone.as_str(), first.bar), ("0532-1001", None));
    let signed = SignedStatement::from_pem(first.entry.statement.as_bytes()).expect("statement");
    assert_eq!((first.signed, first.relay.as_str()), (signed, "370202"));
    assert_eq!(of("CLINIC5").expect("recipient").bar, Some(Bar::Withdrawn));
    let judge = judge(&city);
    let all = transfer.read(move |tx| recipients(tx, &judge)).expect("read");
    assert!(all.iter().map(|one| one.entry.id.as_str()).eq(["CLINIC1", "CLINIC5"]));
    assert!(["CLINIC2", "CLINIC3", "CLINIC4", "NOBODY"].iter().all(|id| of(id).is_none()));
}

/// A statement beside the entries, under a relay or nothing.
pub(crate) fn beside_of(
    city: &City,
    (id, purpose): (&str, Purpose),
    relay: Option<&str>,
) -> KeyBeside {
    let key = EnvelopeKey::generate(unit(id), Purpose::Referral).expect("key");
    let stated = StatedKey::Recipient(key.public().clone());
    let statement = city.sign(&about(id, "示例学校", (purpose, stated), now())).to_pem();
    KeyBeside { unit: unit(id), relay: relay.map(unit), statement }
}

/// Keys of relays and of schools come with a directory and are believed as a file's are: under both
/// roots. Who has an entry is stated there, a district takes nobody from another hub, and what is
/// kept is not looked at again.
#[test]
fn keys_of_relays_and_schools_come_with_a_directory() {
    let (transfer, city) = (transfer(), City::both());
    let half = City::new(&[Commission::Education]);
    let of = |id, relay| beside_of(&city, (id, Purpose::Referral), relay);
    let version = (1, "2025-11-01");
    let keep_with = |(area, level), entry: Entry, keys| {
        let made = Directory::new(unit(area), level, vec![entry]).expect("directory");
        keep_made(&transfer, &made.with_keys(keys).expect("keys"), version);
    };
    let signed_by_one = beside_of(&half, ("S2", Purpose::Referral), None);
    let other = KeyBeside { statement: of("S9", None).statement, ..of("S3", None) };
    let relay = beside_of(&city, ("370203", Purpose::Relay), None);
    let list = beside_of(&city, ("S7", Purpose::List), None);
    let both = vec![of("S1", Some("370203")), signed_by_one, other, relay, list];
    keep_with(("370202", Level::District), hospital("CLINIC1", "示例医院"), both);
    let own = vec![of("S1", None), of("S4", None), of("CLINIC1", None)];
    keep_with(("370202", Level::Own), agency("A-OURS"), own);
    keep_with(("370203", Level::Own), agency("A-FAR"), vec![of("S5", None)]);
    let found = |kept: BTreeSet<(String, String)>| {
        let judge = judge(&city);
        transfer.read(move |tx| beside(tx, &judge, &kept)).expect("read")
    };
    let all = found(BTreeSet::new());
    let mut said: Vec<_> = all
        .iter()
        .map(|one| (one.statement.statement().unit.as_str(), one.relay.as_str()))
        .collect();
    said.sort_unstable();
    assert_eq!(said, [("370203", "370203"), ("S1", "370203"), ("S4", "370202")]);
    let kept = all.iter().map(|one| (one.signed.digest().to_string(), one.relay.to_string()));
    assert!(found(kept.collect()).is_empty(), "nothing is verified twice");
}

/// Nothing new goes to who was withdrawn, whether or not a key is still stated.
#[test]
fn who_is_withdrawn_is_barred() {
    let (transfer, city) = (transfer(), City::both());
    let entries = vec![
        keyed(&city, hospital("CLINIC1", "示例医院")),
        gone(keyed(&city, hospital("CLINIC2", "第二医院"))),
        gone(hospital("CLINIC3", "第三医院")),
    ];
    keep(&transfer, (1, "2025-11-01"), entries);
    let judge = judge(&city);
    let found = transfer.read(move |tx| barred(tx, &judge)).expect("read");
    assert_eq!(found, [unit("CLINIC2"), unit("CLINIC3")]);
}

/// A district adds to what both commissions signed and withdraws for its own schools; it overrides
/// neither them nor the city's withdrawal, and another district's word is not heard here at all.
#[test]
fn a_district_adds_and_withdraws_and_overrides_nobody() {
    let (transfer, city) = (transfer(), City::both());
    let named = |id: &str, name: &str| {
        let mut entry = agency(id);
        entry.label.zh = name.to_owned();
        entry
    };
    let newer = |entry: Entry| Entry { verified: date(2025, 11, 15), ..entry };
    let listed = vec![
        named("A-BOTH", "两部门"),
        gone(named("B-GONE", "市级停用")),
        named("C-OWN-GONE", "区级停用"),
    ];
    let version = (1, "2025-11-01");
    keep_of(&transfer, ("370200", Level::City), version, listed);
    let own = vec![
        newer(named("A-BOTH", "区级改写")),
        newer(named("B-GONE", "区级恢复")),
        gone(named("C-OWN-GONE", "区级停用")),
        newer(named("D-NEW", "区级新增")),
    ];
    keep_of(&transfer, ("370202", Level::Own), version, own);
    let mut far = newer(named("D-NEW", "外区改写"));
    far.schools.insert(unit(UNIT));
    keep_of(&transfer, ("370203", Level::Own), version, vec![far, named("E-FAR", "外区")]);
    let known = in_force(&transfer, &city);
    let mut said: Vec<_> = known
        .entries()
        .into_iter()
        .map(|entry| (entry.id.to_string(), entry.label.zh.clone(), entry.bar(TODAY)))
        .collect();
    let wanted = [
        ("A-BOTH", "两部门", None),
        ("B-GONE", "市级停用", Some(Bar::Withdrawn)),
        ("C-OWN-GONE", "区级停用", Some(Bar::Withdrawn)),
        ("D-NEW", "区级新增", None),
    ];
    let wanted = wanted.map(|(id, name, bar)| (id.to_owned(), name.to_owned(), bar));
    said.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(said, wanted);
    let judge = judge(&city);
    let ids = transfer.read(move |tx| barred(tx, &judge)).expect("read");
    assert_eq!(ids, [unit("B-GONE"), unit("C-OWN-GONE")]);
}

/// An agency that is for the city, the district or the school.
fn agency(id: &str) -> Entry {
    let papers = domain::directory::Agency {
        licence: "L-1".to_owned(),
        licensed_until: date(2026, 5, 1),
        checked: date(2025, 10, 1),
        contract: "C-1".to_owned(),
        contract_until: date(2026, 3, 1),
    };
    let care = vec![Care::Counselling];
    Entry { kind: EntryKind::Agency, agency: Some(papers), care, ..hospital(id, "示例机构") }
}

/// The agencies of a school are those that the directories list for it, with the day on which
/// their papers end; another district's are none, nor is a clinic.
#[test]
fn the_agencies_of_a_school() {
    let transfer = transfer();
    let mut far = agency("A-FAR");
    far.areas.insert(unit("310117"));
    let entries = vec![agency("A-OURS"), far, gone(agency("B-GONE")), hospital("C", "示例医院")];
    keep(&transfer, (1, "2025-11-01"), entries);
    let place = Place { school: unit(UNIT), areas: vec![unit("370202004"), unit("370202")] };
    let found = transfer.read(move |tx| agencies(tx, TODAY, &place)).expect("read");
    let said: Vec<_> =
        found.iter().map(|one| (one.unit.as_str(), one.validity.bar(TODAY))).collect();
    assert_eq!(said, [("A-OURS", None), ("B-GONE", Some(Bar::Withdrawn))]);
    assert_eq!(found[0].validity.bar(date(2026, 3, 2)), Some(Bar::Papers));
}

/// Free places come first, and the emergency list holds hospitals of this school alone.
#[test]
fn free_places_and_the_emergency_list_of_this_school() {
    let (transfer, city) = (transfer(), City::both());
    let mut far = at_night(hospital("FAR", "外区医院"));
    far.areas.insert(unit("310117"));
    let entries = vec![
        with_room(hospital("A-FULL", "满员医院"), 0),
        hospital("B-UNTOLD", "未填报医院"),
        with_room(hospital("C-FREE", "有名额医院"), 3),
        at_night(hospital("D-NIGHT", "急诊医院")),
        far,
    ];
    keep(&transfer, (1, "2025-11-01"), entries);
    let known = in_force(&transfer, &city);
    let proposed = known.propose(&[Care::Outpatient], Some(12), TODAY);
    let ids: Vec<&str> = proposed.iter().map(|one| one.entry.id.as_str()).collect();
    assert_eq!(ids, ["C-FREE", "B-UNTOLD", "D-NIGHT", "A-FULL"]);
    let listed = known.emergency(TODAY);
    let phones: Vec<_> = listed.iter().map(|entry| entry.emergency_phone()).collect();
    assert_eq!(phones, [Some("0532-1120")]);
    assert!(known.is_signed_by_health());
    assert!(!in_force(&transfer, &City::new(&[Commission::Education])).is_signed_by_health());
}
