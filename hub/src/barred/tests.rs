//! What a hub believes another one about keys: what lies below it, and nothing else.

use jiff::civil::date;
use runtime::sql::Database;

use super::*;
use crate::config::File;
use crate::enrolment::release_to_street;
use crate::store::member_key::MemberKey;
use crate::store::unit::Unit;

const NOW_MS: i64 = 1_700_000_000_000;
const ZONE: &str = "qingdao.example";

fn id(text: &str) -> UnitId {
    text.parse().expect("unit")
}

fn config(kind: UnitKind, unit: &str, district: &str) -> Config {
    let file = File {
        unit: unit.to_owned(),
        kind: kind.to_string(),
        district: district.to_owned(),
        zone: ZONE.to_owned(),
        name_zh: "枢纽".to_owned(),
        name_en: String::new(),
        listen: "127.0.0.1:0".to_owned(),
        advertise: "127.0.0.1:1".to_owned(),
        console: "127.0.0.1:0".to_owned(),
        parent_address: String::new(),
        parent_name: String::new(),
        helper_address: String::new(),
    };
    Config::check(std::path::Path::new("nowhere"), &file).expect("config")
}

/// A hub's store, with members of these kinds.
fn store(hub: &Config, members: &[(&str, UnitKind)]) -> Database {
    let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
    let (hub, members) = (hub.unit.clone(), members.to_vec());
    let members: Vec<(UnitId, UnitKind)> =
        members.into_iter().map(|(unit, kind)| (id(unit), kind)).collect();
    let added: Result<(), SqlError> = database.write("members", move |tx| {
        for (unit, kind) in members {
            let new = Unit {
                id: unit.clone(),
                kind,
                name_zh: "单位".to_owned(),
                name_en: String::new(),
                division: String::new(),
                status: UnitStatus::Active,
                schools_below: 0,
            };
            unit::insert(tx, &new, NOW_MS)?;
            unit::place(tx, &unit, &hub, date(2025, 9, 1), NOW_MS)?;
        }
        Ok(())
    });
    added.expect("members");
    database
}

fn key(first: u8) -> [u8; 32] {
    let mut key = [0; 32];
    key[0] = first;
    key
}

fn barred(name: &str, first: u8, bar: Bar) -> BarredKey {
    BarredKey { name: format!("{name}.{ZONE}"), key: key(first), bar }
}

/// Certifies a key for a unit of a street, as a district does.
fn certify(database: &Database, unit: &'static str, street: &'static str, first: u8) {
    let certified: Result<(), SqlError> = database.write("certify", move |tx| {
        let stored = MemberKey {
            key_id: key(first),
            unit: unit.to_owned(),
            spki: Vec::new(),
            certificate: Vec::new(),
            serial: vec![first],
            not_after_ms: NOW_MS,
            state: KeyState::Current,
            expired_renewal: false,
        };
        member_key::insert(tx, &stored, NOW_MS)?;
        release_to_street(tx, &id(unit), &id(street))
    });
    certified.expect("certified");
}

/// What a hub keeps of a list, and which alarms it raised.
fn told(
    database: &Database,
    hub: &Config,
    teller: &str,
    list: Vec<BarredKey>,
) -> (Vec<(u8, Bar)>, usize) {
    let (hub, teller) = (hub.clone(), id(teller));
    let kept: Result<_, SqlError> = database.write("take", move |tx| {
        take(tx, &hub, (&teller, &[7; 32]), list, NOW_MS)?;
        // A list that was not taken whole is told again.
        let is_full = alarm::all(tx)?.iter().any(|alarm| alarm.kind == ALARM_TOO_MANY);
        assert_eq!(last_list(tx, &teller)?.is_empty(), is_full);
        let kept = barred_key::all(tx)?.iter().map(|key| (key.key_id[0], key.bar)).collect();
        let alarms = alarm::all(tx)?;
        Ok((kept, alarms.iter().filter(|alarm| alarm.kind == ALARM_FOREIGN).count()))
    });
    kept.expect("taken")
}

fn state(database: &Database, first: u8) -> KeyState {
    let found: Result<_, SqlError> = database.read(move |tx| member_key::find(tx, &key(first)));
    found.expect("read").expect("key").state
}

/// A street's revocation reaches the certificate that the district issued for it; a street says
/// nothing about the district, another street, or a unit that has moved away.
#[test]
fn a_street_tells_of_its_own_units_only() {
    let hub = config(UnitKind::District, "370202", "370202");
    let (street, other) = (("370202004", UnitKind::Street), ("370202005", UnitKind::Street));
    let database = store(&hub, &[street, other, ("F9", UnitKind::School)]);
    certify(&database, "F1", "370202004", 1);
    certify(&database, "F2", "370202005", 2);
    certify(&database, "F9", "370202004", 9);
    let list = vec![
        barred("f1.370202", 1, Bar::Revoked),
        barred("f2.370202", 2, Bar::Revoked),
        barred("f9.370202", 9, Bar::Revoked),
        barred("f3.370202", 3, Bar::Suspended),
    ];
    let (kept, alarms) = told(&database, &hub, "370202004", list);
    assert_eq!((kept, alarms), (vec![(1, Bar::Revoked), (3, Bar::Suspended)], 0));
    assert_eq!(state(&database, 1), KeyState::Revoked);
    assert_eq!(state(&database, 2), KeyState::Current, "another street's");
    assert_eq!(state(&database, 9), KeyState::Current, "it moved to the district");
    for foreign in [
        barred("370202.370202", 4, Bar::Revoked),
        barred("370202004.370202", 4, Bar::Revoked),
        barred("f1.370203", 4, Bar::Revoked),
        barred("370200.city", 4, Bar::Revoked),
        barred("f5.370202", 2, Bar::Revoked),
    ] {
        let database = store(&hub, &[street, other]);
        certify(&database, "F2", "370202005", 2);
        let (kept, alarms) = told(&database, &hub, "370202004", vec![foreign.clone()]);
        assert_eq!((kept, alarms), (Vec::new(), 1), "{}", foreign.name);
        assert_eq!(state(&database, 2), KeyState::Current, "{}", foreign.name);
    }
}

/// A district tells the city of its own district; a revocation is for good, a suspension lasts
/// while it is told, and two districts cannot speak over each other.
#[test]
fn a_district_tells_of_its_own_district_only() {
    let hub = config(UnitKind::City, "370200", "");
    let members = [("370202", UnitKind::District), ("370203", UnitKind::District)];
    let database = store(&hub, &members);
    let street = || barred("370202004.370202", 1, Bar::Revoked);
    let school = |bar| barred("f1.370202", 2, bar);
    let both = vec![street(), school(Bar::Suspended)];
    let (kept, alarms) = told(&database, &hub, "370202", both);
    assert_eq!((kept, alarms), (vec![(1, Bar::Revoked), (2, Bar::Suspended)], 0));
    let (kept, _) = told(&database, &hub, "370202", vec![school(Bar::Revoked)]);
    assert_eq!(kept, [(1, Bar::Revoked), (2, Bar::Revoked)], "what was revoked stays");
    let (kept, _) = told(&database, &hub, "370202", Vec::new());
    assert_eq!(kept, [(1, Bar::Revoked), (2, Bar::Revoked)]);
    let foreign =
        vec![barred("f1.370202", 5, Bar::Revoked), barred("f7.370203", 6, Bar::Suspended)];
    let (kept, alarms) = told(&database, &hub, "370203", foreign);
    assert_eq!(alarms, 1);
    assert_eq!(kept.last(), Some(&(6, Bar::Suspended)));
    assert!(!kept.contains(&(5, Bar::Revoked)), "{kept:?}");
    let (kept, _) = told(&database, &hub, "370203", Vec::new());
    assert_eq!(kept, [(1, Bar::Revoked), (2, Bar::Revoked)], "a suspension is lifted");
}

/// Made-up keys neither fill the store nor go up in place of real ones, and telling the same again
/// costs nobody a look at the registry.
#[test]
fn keys_that_nobody_certified_are_kept_up_to_a_number() {
    let hub = config(UnitKind::District, "370202", "370202");
    let database = store(&hub, &[("370202004", UnitKind::Street)]);
    certify(&database, "F370202004P01", "370202004", 9);
    let made_up = |from: u16| {
        (from..from + 300).map(|number| {
            let mut key = [7; 32];
            key[1..3].copy_from_slice(&number.to_be_bytes());
            let name = format!("a{number:05}.370202.{ZONE}");
            BarredKey { name, key, bar: Bar::Revoked }
        })
    };
    let real = || barred("f370202004p01.370202", 9, Bar::Revoked);
    for from in [0, 1_000] {
        let list = made_up(from).chain([real()]).collect();
        let (kept, alarms) = told(&database, &hub, "370202004", list);
        assert_eq!((kept.len(), alarms), (OF_STREET_MAX + 1, 0));
        assert!(kept.contains(&(9, Bar::Revoked)), "the one that there is");
    }
    let (alarm, before) = database
        .read(|tx| {
            let of = alarm::all(tx)?.iter().any(|alarm| alarm.kind == ALARM_TOO_MANY);
            Ok::<_, SqlError>((of, setting::registry_version(tx)?))
        })
        .expect("store");
    assert!(alarm);
    told(&database, &hub, "370202004", made_up(0).chain([real()]).collect());
    let after = database.read(setting::registry_version).expect("store");
    assert_eq!(before, after);
}

/// What a list lifts makes room for what the same list brings.
#[test]
fn a_suspension_that_ends_makes_room() {
    let hub = config(UnitKind::District, "370202", "370202");
    let database = store(&hub, &[("370202004", UnitKind::Street)]);
    let keys = |from: usize, bar| {
        (from..from + OF_STREET_MAX).map(move |number| {
            let mut key = [7; 32];
            key[1..9].copy_from_slice(&number.to_be_bytes());
            BarredKey { name: format!("a{number:05}.370202.{ZONE}"), key, bar }
        })
    };
    told(&database, &hub, "370202004", keys(0, Bar::Suspended).collect());
    let (kept, _) = told(&database, &hub, "370202004", keys(1_000, Bar::Revoked).collect());
    assert_eq!(kept.len(), OF_STREET_MAX);
    assert!(kept.iter().all(|(_, bar)| *bar == Bar::Revoked));
    let full = database.read(alarm::all).expect("alarms");
    assert!(full.iter().all(|alarm| alarm.kind != ALARM_TOO_MANY));
}
