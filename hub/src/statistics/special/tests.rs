//! Special periods at a hub: reasons of schools in both languages, names, and the version that each
//! week is read by.

use certs::digest::sha256;
use domain::catalogue::Stage;
use jiff::civil::date;
use prost::Message as _;
use proto::pack::special::read_unnamed;
use proto::wire::directive::{Directive, Pack};
use runtime::sealing::Pins;
use runtime::sql::Database;

use super::*;
use crate::statistics::sealed_name;
use crate::store::directive::{Stored, insert};

/// A special period of two weeks for some schools, which asks for one sealed count.
fn text(schools: u32, (revision, count): (u32, &str)) -> String {
    let stage =
        |stage: &Stage| format!("{{ id = \"{}\", zh = \"学段\", en = \"Stage\" }}", stage.as_str());
    let stages: Vec<String> = Stage::ALL.iter().map(stage).collect();
    let school = |n: u32| format!("[[school]]\nid = \"S{n:02}\"\nabove = [\"370202\"]\n");
    let area: String = (1..=schools).map(school).collect();
    format!(
        "schema = \"special/1\"\nid = \"flood\"\nrevision = {revision}\nzh = \"汛期\"\n\
         en = \"Flood\"\nfirst = \"2026-09-14\"\nlast = \"2026-09-27\"\ncadence = \"week\"\n\
         [[dimension]]\nid = \"stage\"\nzh = \"学段\"\nen = \"Stage\"\nmulti = false\n\
         values = [{}]\n\
         [[count]]\nid = \"{count}\"\nzh = \"新增\"\nen = \"New cases\"\n\
         channel = \"sealed\"\nledger = \"alert\"\nunit = \"case\"\ndims = [\"stage\"]\n\
         [count.define]\nsource = \"alert_event\"\ncount = \"records\"\nat = \"in_period\"\n\
         where = [{{ field = \"move\", any = [\"opened\"] }}]\n{area}",
        stages.join(", ")
    )
}

fn stored(serial: u64, from: &str, content: &[u8]) -> Stored {
    let (kind, name) = (KIND.to_owned(), "flood".to_owned());
    let pack = Pack {
        kind: kind.clone(),
        name: name.clone(),
        version: serial.to_string(),
        serial,
        effective_from: from.to_owned(),
        content: content.to_vec(),
    };
    let directive = Directive { pack: pack.encode_to_vec(), signatures: Vec::new() };
    Stored {
        cursor: 0,
        kind,
        name,
        serial,
        version: pack.version,
        effective_from: pack.effective_from,
        content_digest: sha256(content).to_tagged(),
        directive: directive.encode_to_vec(),
    }
}

/// The packs of a hub to which these versions came, each with its first day in force.
fn packs(versions: [(u64, &str, String); 2], today: Date) -> Packs {
    let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
    for (serial, from, text) in versions {
        let one = stored(serial, from, text.as_bytes());
        database.write("insert", move |tx| insert(tx, &one, 1)).expect("insert");
    }
    let pins = Pins { roots: Vec::new(), zone: "qd.example".parse().expect("zone") };
    database.read(move |tx| Packs::load(tx, today, &pins)).expect("packs")
}

/// Whatever a school's node can refuse a definition for is told in the reader's language and with
/// the name of the count; what is not known here is quoted.
#[test]
fn a_reason_is_told_in_both_languages() {
    let special = read_unnamed(text(6, (1, "sp.opened")).as_bytes()).expect("special");
    let said = |reason: &str| RefusedOut::new(&special, "S01".to_owned(), reason.to_owned());
    for why in [Unprotected::NoPlan, Unprotected::NoGroup] {
        let told = said(&why.to_string());
        assert_eq!(told.said(Lang::Zh), why.sentence(Language::Zh));
        assert_eq!(told.said(Lang::En), why.to_string());
    }
    let state = Unprotected::State { count: "sp.opened".to_owned() };
    let told = said(&format!("{REFUSED}{state}"));
    assert!(told.said(Lang::Zh).starts_with("“新增”（sp.opened）是现状数"), "{told:?}");
    assert!(told.said(Lang::En).starts_with("“New cases” (sp.opened) is a state"), "{told:?}");
    let other = said("field pump is unknown");
    assert!(other.said(Lang::Zh).contains("原话是：field pump is unknown"), "{other:?}");
    assert!(other.said(Lang::En).contains("in its own words: field pump"), "{other:?}");
    assert_eq!(said("").said(Lang::Zh), "学校节点没有说明原因");
    assert!(said(OUTSIDE).said(Lang::Zh).contains("不在该特殊时期"));
}

/// Each week is read by the version that was in force on its Monday: a later one, which leaves a
/// school out and asks for something else, changes nothing of the week before it. Counts that it
/// dropped keep their column, and sealed tables their names.
#[test]
fn an_earlier_week_is_of_its_own_version() {
    let today = date(2026, 9, 23);
    let versions =
        [(1, "2026-09-14", text(6, (1, "sp.opened"))), (2, "2026-09-21", text(5, (2, "sp.later")))];
    let packs = packs(versions, today);
    let latest = packs.specials().next().expect("special");
    let weeks = begun(&packs, latest, today);
    let of: Vec<(Date, u64, u32)> = weeks
        .iter()
        .map(|(day, (_, version))| (*day, version.serial, version.special.area().schools()))
        .collect();
    assert_eq!(of, [(date(2026, 9, 14), 1, 6), (date(2026, 9, 21), 2, 5)]);
    let asked: Vec<&str> =
        counts(&packs, latest).into_iter().map(|count| count.id.as_str()).collect();
    assert_eq!(asked, ["sp.later", "sp.opened"]);
    let name = sealed_name(&packs, "sealed.special.flood.sp.opened");
    assert_eq!(
        (name.in_lang(Lang::Zh), name.in_lang(Lang::En)),
        ("汛期：新增", "Flood: New cases")
    );
    let unknown = sealed_name(&packs, "sealed.special.storm.sp.opened");
    assert_eq!(unknown.in_lang(Lang::Zh), "sealed.special.storm.sp.opened");
}

/// A version that came down after the first week had begun is the one by which that week is read.
#[test]
fn the_first_version_is_of_the_days_before_it() {
    let versions = [
        (1, "2026-09-16", text(6, (1, "sp.opened"))),
        (2, "2026-09-21", text(5, (2, "sp.opened"))),
    ];
    let packs = packs(versions, date(2026, 9, 23));
    let serial = |day| packs.special_for("flood", day).map(|known| known.serial);
    assert_eq!(serial(date(2026, 9, 14)), Some(1), "and not the latest");
    assert_eq!(serial(date(2026, 9, 21)), Some(2));
}
