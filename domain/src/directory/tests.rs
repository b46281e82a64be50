//! Tests of directories: what may be signed, who may be chosen, and in which order.

use jiff::civil::date;

use super::*;
use crate::ledger::Word;

const TODAY: Date = date(2026, 11, 30);

fn unit(id: &str) -> UnitId {
    id.parse().expect("unit")
}

fn clinic(id: &str) -> Entry {
    Entry {
        id: unit(id),
        kind: EntryKind::Clinic,
        label: Label { zh: "示例医院".to_owned(), en: "Example Hospital".to_owned() },
        care: vec![Care::Outpatient],
        expertise: Vec::new(),
        ages: Some((6, 18)),
        areas: BTreeSet::new(),
        schools: BTreeSet::new(),
        reach: Reach {
            phone: "0532-1234".to_owned(),
            address: String::new(),
            hours: "周一至周五 8:00-17:00".to_owned(),
            is_round_the_clock: false,
            emergency_phone: String::new(),
        },
        is_emergency: false,
        room: None,
        valid: (date(2026, 9, 1), date(2027, 8, 31)),
        verified: date(2026, 11, 1),
        withdrawn: None,
        expert: None,
        agency: None,
        relay: None,
        statement: String::new(),
    }
}

fn at_night(id: &str) -> Entry {
    let mut entry = clinic(id);
    entry.care.push(Care::Emergency);
    entry.is_emergency = true;
    entry.reach.is_round_the_clock = true;
    entry.reach.emergency_phone = "0532-120".to_owned();
    entry
}

fn expert(id: &str) -> Entry {
    Entry {
        kind: EntryKind::Expert,
        care: Vec::new(),
        expertise: vec![Service::Supervision],
        expert: Some(Expert {
            speciality: "儿童青少年精神医学".to_owned(),
            registration: "X-1".to_owned(),
            until: date(2027, 1, 31),
            load: 3,
        }),
        ..clinic(id)
    }
}

fn agency(id: &str) -> Entry {
    let agency = Agency {
        licence: "L-1".to_owned(),
        licensed_until: date(2027, 5, 1),
        checked: date(2026, 10, 1),
        contract: "C-1".to_owned(),
        contract_until: date(2027, 3, 1),
    };
    Entry { kind: EntryKind::Agency, agency: Some(agency), ..clinic(id) }
}

fn directory(entries: Vec<Entry>) -> Directory {
    Directory::new(unit("370202"), Level::District, entries).expect("directory")
}

fn place() -> Place {
    Place { school: unit("S1"), areas: vec![unit("370202004"), unit("370202")] }
}

fn fault(entry: Entry) -> (Field, Wrong) {
    let refused = Directory::new(unit("370202"), Level::District, vec![entry]);
    let (_, fault) = refused.expect_err("a fault");
    (fault.field, fault.wrong)
}

/// Every word of every list reads in both languages, and no two of a list read alike.
#[test]
fn every_word_reads_in_both_languages() {
    fn check<W: Word + std::fmt::Debug>() {
        let is_han = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
        let mut seen = BTreeSet::new();
        for word in W::ALL {
            let (zh, en) = word.label();
            assert!(zh.chars().any(is_han), "{word:?} has no Chinese");
            assert!(!en.chars().any(is_han), "{word:?}: {en}");
            assert_eq!(W::from_word(word.as_str()), Some(*word));
            assert!(seen.insert(zh) && seen.insert(en), "{word:?} reads like another");
        }
    }
    check::<EntryKind>();
    check::<Care>();
    check::<Level>();
    check::<Field>();
    check::<Wrong>();
    check::<Bar>();
}

/// Each mistake is named by its column and its reason.
#[test]
fn a_mistake_is_named_by_its_column() {
    assert!(clinic("A").check().is_ok() && at_night("A").check().is_ok());
    assert!(expert("A").check().is_ok() && agency("A").check().is_ok());
    let twice = Directory::new(unit("370202"), Level::City, vec![clinic("A"), clinic("a")]);
    assert_eq!(twice.expect_err("twice").1, Fault::new(Field::Id, Wrong::Twice));
    let none = Directory::new(unit("370202"), Level::City, Vec::new());
    assert_eq!(none.expect_err("empty").1.wrong, Wrong::Missing);
    let with = |change: &dyn Fn(&mut Entry), mut entry: Entry| {
        change(&mut entry);
        fault(entry)
    };
    let night = |change: &dyn Fn(&mut Entry)| with(change, at_night("A"));
    let day = |change: &dyn Fn(&mut Entry)| with(change, clinic("A"));
    let none = (Field::EmergencyPhone, Wrong::Missing);
    assert_eq!(night(&|one| one.reach.emergency_phone.clear()), none);
    let always = (Field::RoundTheClock, Wrong::NotAlways);
    assert_eq!(night(&|one| one.reach.is_round_the_clock = false), always);
    let clinics = (Field::Emergency, Wrong::ClinicOnly);
    assert_eq!(night(&|one| one.kind = EntryKind::Centre), clinics);
    assert_eq!(night(&|one| one.care.truncate(1)), clinics);
    assert_eq!(night(&|one| one.is_emergency = false), (Field::EmergencyPhone, Wrong::Unfit));
    assert_eq!(day(&|one| one.label.en.clear()), (Field::NameEn, Wrong::Missing));
    assert_eq!(day(&|one| one.label.zh = "行\n".to_owned()), (Field::NameZh, Wrong::Long));
    assert_eq!(day(&|one| one.reach.phone = "无".to_owned()), (Field::Phone, Wrong::PhoneForm));
    assert_eq!(day(&|one| one.ages = Some((18, 6))), (Field::AgeTo, Wrong::AgeRange));
    assert_eq!(day(&|one| one.care.clear()), (Field::Services, Wrong::Missing));
    assert_eq!(day(&|one| one.care.push(Care::Outpatient)), (Field::Services, Wrong::Twice));
    let expertise = (Field::Services, Wrong::ServiceWord);
    assert_eq!(day(&|one| one.expertise.push(Service::Lecture)), expertise);
    assert_eq!(day(&|one| one.valid.1 = date(2020, 1, 1)), (Field::ValidTo, Wrong::DayOrder));
    assert_eq!(day(&|one| one.kind = EntryKind::Agency), (Field::Licence, Wrong::Missing));
    assert_eq!(with(&|one| one.expert = None, expert("A")).0, Field::Registration);
    let unfit = (Field::Licence, Wrong::Unfit);
    assert_eq!(with(&|one| one.kind = EntryKind::Centre, agency("A")), unfit);
    let why = |one: &mut Entry| {
        one.withdrawn = Some(Withdrawal { day: TODAY, reason: " ".to_owned() });
    };
    assert_eq!(day(&why), (Field::WithdrawnWhy, Wrong::Missing));
}

/// From which day on an entry may not be chosen, and why.
#[test]
fn a_day_bars_what_has_ended() {
    let bar = |change: &dyn Fn(&mut Entry), mut entry: Entry| {
        change(&mut entry);
        entry.bar(TODAY)
    };
    assert_eq!(clinic("A").bar(TODAY), None);
    assert_eq!(bar(&|one| one.valid.0 = date(2026, 12, 1), clinic("A")), Some(Bar::Early));
    assert_eq!(bar(&|one| one.valid.1 = date(2026, 11, 29), clinic("A")), Some(Bar::Over));
    assert_eq!(bar(&|one| one.valid.1 = TODAY, clinic("A")), None, "its last day counts");
    // 2026-06-03 lies 180 days before the day of the test.
    assert_eq!(bar(&|one| one.verified = date(2026, 6, 3), clinic("A")), None);
    assert_eq!(bar(&|one| one.verified = date(2026, 6, 2), clinic("A")), Some(Bar::Stale));
    let withdrawn = |day| Some(Withdrawal { day, reason: "搬迁".to_owned() });
    assert_eq!(bar(&|one| one.withdrawn = withdrawn(TODAY), clinic("A")), Some(Bar::Withdrawn));
    assert_eq!(bar(&|one| one.withdrawn = withdrawn(date(2026, 12, 1)), clinic("A")), None);
    let mut expert = expert("A");
    assert_eq!(expert.bar(TODAY), None);
    expert.valid.1 = date(2027, 12, 31);
    assert_eq!(expert.bar(date(2027, 2, 1)), Some(Bar::Papers));
    assert_eq!(agency("A").papers_until(), Some(date(2027, 3, 1)), "the paper that ends first");
}

/// What keeps a directory from being published on a day is named, entry by entry; what is
/// withdrawn keeps nothing.
#[test]
fn ended_papers_keep_a_directory_from_being_published() {
    let (mut ended, mut ahead, mut gone) = (agency("A"), clinic("B"), agency("C"));
    for entry in [&mut ended, &mut gone] {
        entry.agency.as_mut().expect("agency").licensed_until = date(2026, 11, 1);
    }
    gone.withdrawn =
        Some(Withdrawal { day: date(2026, 11, 2), reason: "许可证到期".to_owned() });
    ahead.verified = date(2026, 12, 24);
    let problems = directory(vec![ended, ahead, gone]).problems(TODAY);
    let said: Vec<_> = problems.iter().map(|one| (one.id.as_str(), one.fault.field)).collect();
    assert_eq!(said, [("A", Field::LicensedTo), ("B", Field::Verified)]);
    assert!(directory(vec![clinic("A"), expert("B")]).problems(TODAY).is_empty());
}

/// Free places come first, then who is paired most closely; who is full comes last, who cannot be
/// chosen, is of another area, another age or another service does not come at all.
#[test]
fn free_places_are_proposed_first() {
    let room = |places, told| Some(Room { places, told });
    let yesterday = date(2026, 11, 29);
    let entries = [
        ("FREE", room(3, yesterday)),
        ("FULL", room(0, yesterday)),
        ("OLD", room(9, date(2026, 10, 1))),
        ("UNTOLD", None),
        ("LATER", room(1, TODAY)),
    ];
    let mut entries: Vec<Entry> =
        entries.into_iter().map(|(id, room)| Entry { room, ..clinic(id) }).collect();
    let mut paired = clinic("PAIRED");
    paired.schools.insert(unit("S1"));
    let mut elsewhere = clinic("ELSEWHERE");
    elsewhere.areas.insert(unit("310117"));
    let (mut young, mut gone, mut other) = (clinic("YOUNG"), clinic("GONE"), clinic("OTHER"));
    young.ages = Some((0, 6));
    gone.withdrawn = Some(Withdrawal { day: TODAY, reason: "停业".to_owned() });
    other.care = vec![Care::Inpatient];
    entries.extend([paired, elsewhere, young, gone, other, expert("EXPERT")]);
    let (directory, place) = (directory(entries), place());
    let asked = Asked { place: &place, today: TODAY, care: &[Care::Outpatient], age: Some(13) };
    let found: Vec<_> = directory
        .propose(asked)
        .into_iter()
        .map(|one| (one.entry.id.to_string(), one.rank))
        .collect();
    let found: Vec<(&str, RoomRank)> =
        found.iter().map(|(id, rank)| (id.as_str(), *rank)).collect();
    let wanted = [
        ("LATER", RoomRank::Free),
        ("FREE", RoomRank::Free),
        ("PAIRED", RoomRank::Unknown),
        ("OLD", RoomRank::Unknown),
        ("UNTOLD", RoomRank::Unknown),
        ("FULL", RoomRank::Full),
    ];
    assert_eq!(found, wanted);
    let of = |id: &str| directory.find(&unit(id)).expect("entry");
    assert_eq!(of("FREE").room_days(TODAY), Some(1));
    assert_eq!(of("OLD").room_days(TODAY), Some(60));
    // A child of unknown age is refused by nobody.
    assert_eq!(directory.propose(Asked { age: None, ..asked }).len(), 7);
}

/// What a district publishes itself is of few kinds and bound to its area, schools of another
/// district never see it, and its word weighs less than the commissions', but for a withdrawal;
/// the city's withdrawal weighs most.
#[test]
fn a_district_speaks_for_itself_alone() {
    let own = |entry: Entry| Directory::new(unit("370202"), Level::Own, vec![entry]);
    let fault = |entry: Entry| own(entry).expect_err("a fault").1;
    assert_eq!(fault(clinic("A")), Fault::new(Field::Kind, Wrong::OwnKind));
    let mut far = expert("A");
    far.areas.insert(unit("370203"));
    assert_eq!(fault(far), Fault::new(Field::Areas, Wrong::OwnArea));
    let far = Entry { relay: Some(unit("370203")), ..expert("A") };
    assert_eq!(fault(far), Fault::new(Field::Relay, Wrong::OwnArea));
    let mut near = expert("A");
    near.areas.extend([unit("370202"), unit("370202004")]);
    near.schools.insert(unit("S1"));
    let made = own(near).expect("directory");
    assert_eq!(made.pairing(&made.entries()[0], &place()), Some(Pairing::School));
    let elsewhere = Place { school: unit("S1"), areas: vec![unit("370203")] };
    assert_eq!(made.pairing(&made.entries()[0], &elsewhere), None, "although it names the school");

    let weight = |level: Level, withdrawn: bool, verified: Date| {
        let why = Withdrawal { day: TODAY, reason: "停用".to_owned() };
        let entry = Entry { withdrawn: withdrawn.then_some(why), verified, ..agency("A") };
        let area = if level == Level::City { "370200" } else { "370202" };
        let made = Directory::new(unit(area), level, vec![entry]).expect("directory");
        made.weight(&made.entries()[0])
    };
    let (one, other) = (directory(vec![expert("A"), expert("B")]), directory(vec![expert("A")]));
    let counted = counting([&one, &other]);
    let ids = counted.iter().map(|(of, entry)| (std::ptr::eq(*of, &one), entry.id.as_str()));
    assert!(ids.eq([(true, "A"), (true, "B")]), "each once, of equal words the first");
    let (old, new) = (date(2026, 10, 1), date(2026, 11, 29));
    let gone = weight(Level::City, true, old);
    assert!(gone > weight(Level::Own, false, new) && gone > weight(Level::Own, true, new));
    assert!(gone > weight(Level::District, false, new));
    assert!(weight(Level::Own, true, old) > weight(Level::City, false, new));
    assert!(weight(Level::District, false, old) > weight(Level::Own, false, new));
    assert!(weight(Level::District, false, new) > weight(Level::City, false, old));
}

/// Statements beside the entries are each unit's once, of nobody who has an entry, and what a
/// district says by itself is of whom its own hubs serve.
#[test]
fn statements_beside_the_entries_are_of_others() {
    let key = |id: &str, relay: Option<&str>| KeyBeside {
        unit: unit(id),
        relay: relay.map(unit),
        statement: "a statement".to_owned(),
    };
    let with = |level, keys| {
        let made = Directory::new(unit("370202"), level, vec![expert("A")]).expect("directory");
        made.with_keys(keys)
    };
    let both = vec![key("S2", None), key("370203", None), key("S1", Some("370203"))];
    let made = with(Level::District, both).expect("directory");
    let said: Vec<_> =
        made.keys().iter().map(|one| (one.unit.as_str(), made.key_relay(one).as_str())).collect();
    assert_eq!(said, [("370203", "370202"), ("S1", "370203"), ("S2", "370202")]);
    let fault = |level, keys| with(level, keys).expect_err("a fault").1;
    let twice = Fault::new(Field::Statement, Wrong::Twice);
    assert_eq!(fault(Level::City, vec![key("S1", None), key("S1", None)]), twice);
    assert_eq!(fault(Level::City, vec![key("A", None)]), twice);
    let empty = KeyBeside { statement: String::new(), ..key("S1", None) };
    assert_eq!(fault(Level::City, vec![empty]), Fault::new(Field::Statement, Wrong::Missing));
    let far = fault(Level::Own, vec![key("S1", Some("370203"))]);
    assert_eq!(far, Fault::new(Field::Relay, Wrong::OwnArea));
    assert!(with(Level::Own, vec![key("S1", Some("370202004"))]).is_ok());
}

/// A directory of another district is not for this school, one of the city is.
#[test]
fn a_directory_is_for_its_area() {
    let place = place();
    let pairing = |area: &str, level| {
        let directory = Directory::new(unit(area), level, vec![clinic("A")]).expect("directory");
        directory.pairing(&directory.entries()[0], &place)
    };
    assert_eq!(pairing("370202", Level::District), Some(Pairing::Whole));
    assert_eq!(pairing("310117", Level::District), None);
    assert_eq!(pairing("370200", Level::City), Some(Pairing::Whole));
    let mut served = clinic("B");
    served.relay = Some(unit("370203"));
    let directory = directory(vec![clinic("A"), served]);
    let relays = directory.entries().iter().map(|entry| directory.relay(entry).as_str());
    assert!(relays.eq(["370202", "370203"]), "the area's hub where none is named");
}
