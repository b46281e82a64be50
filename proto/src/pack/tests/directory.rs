//! Tests of directory packs: read as written, and every mistake named with its entry and its key.

use super::super::directory::{read, write};
use super::*;

/// A directory with an entry of every sort.
const TEXT: &str = r#"
schema = "directory/1"
area = "370202"
level = "district"

[[entry]]
id = "CLINIC1"
kind = "clinic"
zh = "示例医院"
en = "Example Hospital"
services = ["outpatient", "emergency"]
ages = [6, 18]
phone = "0532-1234"
hours = "周一至周五 8:00-17:00"
round_the_clock = true
emergency = true
emergency_phone = "0532-1120"
valid_from = "2026-09-01"
valid_to = "2027-08-31"
verified = "2026-11-01"
relay = "370203"
statement = "a text"
room = { places = 3, told = "2026-11-27" }

[[entry]]
id = "EXPERT1"
kind = "expert"
zh = "示例专家"
en = "Example Expert"
services = ["supervision", "teacher_training"]
areas = ["370202"]
schools = ["F370202004J01"]
phone = "0532-1235"
valid_from = "2026-09-01"
valid_to = "2027-08-31"
verified = "2026-11-01"
expert = { speciality = "精神医学", registration = "X-1", until = "2028-01-01", load = 4 }

[[entry]]
id = "AGENCY1"
kind = "agency"
zh = "示例机构"
en = "Example Agency"
services = ["counselling"]
phone = "0532-1236"
valid_from = "2026-09-01"
valid_to = "2027-08-31"
verified = "2026-11-01"
withdrawn = { day = "2026-11-20", reason = "合同终止" }

[entry.agency]
licence = "L-1"
licensed_until = "2027-05-01"
checked = "2026-10-01"
contract = "C-1"
contract_until = "2027-03-01"
"#;

fn refused(text: &str) -> String {
    read("370202", text.as_bytes()).expect_err("refused").to_string()
}

/// What is written is read as it was.
#[test]
fn a_directory_is_read_as_it_was_written() {
    let directory = read("370202", TEXT.as_bytes()).expect("directory");
    assert_eq!(directory.entries().len(), 3);
    let text = write(&directory).expect("text");
    assert_eq!(read("370202", text.as_bytes()), Ok(directory.clone()));
    let Ok(Pack::Directory(same)) =
        super::super::read(PackKind::Directory, "370202", text.as_bytes())
    else {
        panic!("a directory");
    };
    assert_eq!(*same, directory);
}

/// Statements beside the entries are read as they were written, and a mistake in one is named.
#[test]
fn statements_beside_the_entries_are_read() {
    let beside = "[[key]]\nunit = \"S1\"\nrelay = \"370205\"\nstatement = \"its key\"\n";
    let text = [TEXT, beside].concat();
    let directory = read("370202", text.as_bytes()).expect("directory");
    let [key] = directory.keys() else { panic!("one statement") };
    assert_eq!((key.unit.as_str(), key.statement.as_str()), ("S1", "its key"));
    assert_eq!(directory.key_relay(key).as_str(), "370205");
    let written = write(&directory).expect("text");
    assert_eq!(read("370202", written.as_bytes()), Ok(directory));
    for (right, wrong, said) in [
        ("unit = \"S1\"", "unit = \"CLINIC1\"", "key CLINIC1, statement"),
        ("statement = \"its key\"", "statement = \"\"", "key S1, statement"),
        ("relay = \"370205\"\nstatement", "relay = \"37 02\"\nstatement", "relay: 37 02"),
    ] {
        let found = refused(&text.replacen(right, wrong, 1));
        assert!(found.contains(said), "{wrong}: {found}");
    }
}

/// Each mistake refuses the whole pack and is named by entry, key and what was expected.
#[test]
fn each_mistake_of_a_directory_is_named() {
    let cases = [
        ("directory/1", "directory/2", "schema"),
        ("\"district\"", "\"county\"", "level"),
        ("\"clinic\"", "\"spa\"", "entry CLINIC1, kind: spa"),
        ("\"outpatient\"", "\"supervision\"", "entry CLINIC1, services: supervision"),
        ("\"supervision\"", "\"outpatient\"", "entry EXPERT1, services: outpatient"),
        ("id = \"CLINIC1\"", "id = \"CLINIC 1\"", "entry CLINIC 1, id: CLINIC 1"),
        ("emergency_phone = \"0532-1120\"", "", "entry CLINIC1, emergency_phone"),
        ("round_the_clock = true", "", "entry CLINIC1, round_the_clock"),
        ("ages = [6, 18]", "ages = [18, 6]", "entry CLINIC1, age_to"),
        ("verified = \"2026-11-01\"", "verified = \"1.11.2026\"", "verified: 1.11.2026"),
        ("id = \"EXPERT1\"", "id = \"CLINIC1\"", "entry CLINIC1, id"),
        ("reason = \"合同终止\"", "reason = \"\"", "entry AGENCY1, withdrawn_why"),
        ("licence = \"L-1\"", "licence = \"\"", "entry AGENCY1, licence"),
        ("phone = \"0532-1234\"", "fax = \"0532-1234\"", "unknown field"),
        ("phone = \"0532-1234\"", "", "missing field"),
        ("relay = \"370203\"", "relay = \"37 02\"", "entry CLINIC1, relay: 37 02"),
        ("places = 3", "places = -3", "room"),
    ];
    for (right, wrong, said) in cases {
        let text = TEXT.replacen(right, wrong, 1);
        assert_ne!(text, TEXT, "{right}");
        let found = refused(&text);
        assert!(found.contains(said), "{wrong}: {found}");
    }
    let other = read("310117", TEXT.as_bytes()).expect_err("another area").to_string();
    assert!(other.contains("area: 370202"), "{other}");
}
