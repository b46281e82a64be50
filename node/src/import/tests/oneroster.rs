//! OneRoster bundles: both versions read to the same rows, changes that touch nobody else, and
//! every bundle that is refused.

use std::collections::HashMap;

use encoding_rs::GB18030;
use jiff::civil::date;

use super::support::{TODAY, archive, faults, number, refusal, roster};
use crate::import::roster::{RosterRow, settle};
use crate::import::source::Form;
use crate::import::table::ParsedFile;
use crate::import::value::{Consent, Sex, Status};

/// A file of a bundle by its name.
type Part = (&'static str, String);
type Parts = Vec<Part>;

const USERS: &str = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,\
    userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,\
    password";
const CLASSES: &str = "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,\
    classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods";

const ORGS: &str = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n\
    o1,,,某初中,school,F370202004J01,\n";
const SESSIONS: &str = "sourcedId,status,dateLastModified,title,type,startDate,endDate,\
    parentSourcedId,schoolYear\nt0,,,春,semester,2025-02-16,2025-07-05,,2025\n\
    t1,,,秋,semester,2025-09-01,2026-01-31,,2026\n";
const DEMOGRAPHICS: &str = "sourcedId,status,dateLastModified,birthDate,sex\n\
    u1,,,2013-04-01,male\nu2,,,2013-05-02,female\n";

fn manifest(version: &str, mode: &str) -> String {
    let files = ["orgs", "users", "classes", "enrollments", "academicSessions", "demographics"];
    let files: String = files.iter().map(|file| format!("file.{file},{mode}\n")).collect();
    format!(
        "propertyName,value\nmanifest.version,1.0\noneroster.version,{version}\n{files}\
         file.courses,absent\n"
    )
}

/// A bundle of everybody in version 1.1: two students, a teacher and a guardian.
fn version_1_1() -> Parts {
    let user = |id: &str, role: &str, given: &str, identifier: &str| {
        format!("{id},,,true,o1,{role},login{id},,{given},张,,{identifier},,,,,07,\n")
    };
    let users = [
        user("u1", "student", "三", &number(1)),
        user("u2", "student", "四", &number(2)),
        user("u3", "teacher", "老师", "T001"),
        user("u4", "guardian", "家长", ""),
    ];
    let class = |id: &str, title: &str, kind: &str, term: &str| {
        format!("{id},,,{title},07,co1,,{kind},,o1,{term},,,\n")
    };
    let classes = [
        class("c0", "六年级1班", "homeroom", "t0"),
        class("c1", "七年级1班", "homeroom", "t1"),
        class("c2", "数学", "scheduled", "t1"),
    ];
    let enrolled = |id: &str, class: &str, user: &str, role: &str| {
        format!("{id},,,{class},o1,{user},{role},,,\n")
    };
    let enrollments = [
        enrolled("e0", "c0", "u1", "student"),
        enrolled("e1", "c1", "u1", "student"),
        enrolled("e2", "c1", "u2", "student"),
        enrolled("e3", "c2", "u1", "student"),
        enrolled("e4", "c1", "u3", "teacher"),
    ];
    vec![
        ("manifest.csv", manifest("1.1", "bulk")),
        ("orgs.csv", ORGS.to_owned()),
        ("users.csv", format!("{USERS}\n{}", users.concat())),
        ("classes.csv", format!("{CLASSES}\n{}", classes.concat())),
        (
            "enrollments.csv",
            format!(
                "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,\
                 role,primary,beginDate,endDate\n{}",
                enrollments.concat()
            ),
        ),
        ("academicSessions.csv", SESSIONS.to_owned()),
        ("demographics.csv", DEMOGRAPHICS.to_owned()),
    ]
}

/// The same school in version 1.2, where roles stand in a table of their own.
fn version_1_2() -> Parts {
    let mut parts = version_1_1();
    let users = "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,\
        familyName,middleName,identifier,grades,userMasterIdentifier,primaryOrgSourcedId";
    let user = |id: &str, given: &str, ids: &str, identifier: &str| {
        format!("{id},,,true,login{id},{ids},{given},张,,{identifier},07,,o1\n")
    };
    let rows = [
        user("u1", "三", &format!("{{学籍号:{}}}", number(1)), "20250001"),
        user("u2", "四", "", &number(2)),
        user("u3", "老师", "", "T001"),
    ];
    set(&mut parts, "users.csv", format!("{users}\n{}", rows.concat()));
    set(&mut parts, "manifest.csv", manifest("1.2", "bulk") + "file.roles,bulk\n");
    let roles = "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,\
        orgSourcedId\nr1,,,u1,primary,student,,,o1\nr2,,,u2,primary,student,,,o1\n\
        r3,,,u3,primary,teacher,,,o1\n";
    parts.push(("roles.csv", roles.to_owned()));
    parts
}

fn set(parts: &mut [Part], file: &str, text: String) {
    parts.iter_mut().find(|part| part.0 == file).expect("part").1 = text;
}

fn change(parts: &mut [Part], file: &str, from: &str, to: &str) {
    let part = parts.iter_mut().find(|part| part.0 == file).expect("part");
    assert!(part.1.contains(from), "{file}: no {from}");
    part.1 = part.1.replace(from, to);
}

fn zip(parts: &[Part]) -> Vec<u8> {
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    archive(&parts, |size| size)
}

fn read(parts: &[Part]) -> ParsedFile<RosterRow> {
    roster(zip(parts)).unwrap_or_else(|error| panic!("{error}"))
}

fn known(file: ParsedFile<RosterRow>) -> HashMap<crate::import::value::StudentNumber, RosterRow> {
    file.rows.into_iter().map(|(_, row)| (row.student_number, row)).collect()
}

/// Both versions give the same two students, under their own numbers, in the class of the term
/// that ends last; nobody else becomes one, and nothing is said of consent.
#[test]
fn both_versions_give_the_same_students() {
    for (version, parts) in [("1.1", version_1_1()), ("1.2", version_1_2())] {
        let file = read(&parts);
        assert!(file.errors.is_empty(), "{version}: {:?}", faults(&file));
        let Form::OneRoster { version: found, is_delta, .. } = &file.facts.form else {
            panic!("{:?}", file.facts.form);
        };
        assert_eq!((*found, *is_delta), (version, false));
        let [(first, one), (second, two)] = file.rows.as_slice() else {
            panic!("{} rows", file.rows.len());
        };
        assert_eq!((*first, *second), (2, 3), "the rows of users.csv");
        assert_eq!(one.student_number.as_str(), number(1));
        assert_eq!((&*one.name, one.sex), ("张三", Sex::Male));
        assert_eq!((one.grade.code(), &*one.class), ("g7", "1班"));
        assert_eq!(one.birth_date, Some(date(2013, 4, 1)));
        assert_eq!((one.consent, one.consent_date), (Consent::Unknown, None));
        assert_eq!((one.status, two.sex), (Status::Enrolled, Sex::Female));
        assert_eq!(one.local_number, None);
        assert_eq!((file.facts.columns.matched(), file.facts.columns.total()), (9, 9));
        assert!(file.facts.columns.dropped().is_empty());
    }
}

/// A name that is written in letters is read as it is spoken, and one of a folder of its own and
/// with other names in capitals is the same bundle.
#[test]
fn a_bundle_is_known_by_its_manifest_wherever_it_lies() {
    let mut parts = version_1_1();
    change(&mut parts, "users.csv", "三,张,", "Anna,Smith,");
    let bytes: Vec<(String, Vec<u8>)> = parts
        .iter()
        .map(|(name, text)| (format!("export/{}", name.to_uppercase()), text.clone().into_bytes()))
        .collect();
    let named: Vec<(&str, &[u8])> =
        bytes.iter().map(|(name, text)| (name.as_str(), text.as_slice())).collect();
    let file = roster(archive(&named, |size| size)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(&*file.rows[0].1.name, "Anna Smith");
}

/// A bundle in GB18030 gives the same names.
#[test]
fn gb18030_is_understood() {
    let parts = version_1_1();
    let bytes: Vec<(&str, Vec<u8>)> =
        parts.iter().map(|(name, text)| (*name, GB18030.encode(text).0.into_owned())).collect();
    let named: Vec<(&str, &[u8])> =
        bytes.iter().map(|(name, text)| (*name, text.as_slice())).collect();
    let file = roster(archive(&named, |size| size)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(&*file.rows[0].1.name, "张三");
    assert_eq!(&*file.rows[1].1.class, "1班");
}

/// A bundle of changes, and one whose manifest does not say that it is whole, lists some. Who is
/// `tobedeleted` has left and stays in class and grade as the roll has them; one of whom the roll
/// knows nothing changes nothing, and is named.
#[test]
fn changes_take_nobody_off_the_roll_by_silence() {
    let roll = known(read(&version_1_1()));
    let whole = manifest("1.1", "bulk").replace("file.users,bulk\n", "");
    for manifest in [manifest("1.1", "delta"), whole] {
        let mut parts = version_1_1();
        set(&mut parts, "manifest.csv", manifest);
        let gone = |id: &str, n: u32| {
            format!(
                "{id},tobedeleted,2025-11-01T00:00:00Z,true,o1,student,x,,四,张,,{},,,,,07,\n",
                number(n)
            )
        };
        let users = format!("{USERS}\n{}{}", gone("u2", 2), gone("u9", 9));
        set(&mut parts, "users.csv", users);
        let mut file = read(&parts);
        assert!(file.facts.form.is_part() && file.errors.is_empty(), "{:?}", faults(&file));
        settle(&mut file, &roll, &HashMap::new(), TODAY);
        let [(2, left)] = file.rows.as_slice() else { panic!("{} rows", file.rows.len()) };
        assert_eq!((left.status, &*left.class), (Status::Withdrawn, "1班"));
        assert_eq!((left.sex, left.grade.code()), (Sex::Female, "g7"));
        let warned: Vec<&str> = file.warnings.iter().map(|one| one.fault.code).collect();
        assert_eq!(warned, ["unknown_leaver"]);
    }
}

/// What a bundle of changes does not say of somebody who stays is not made up: the row is wrong.
#[test]
fn a_change_that_lacks_half_of_a_student_is_an_error() {
    let mut parts = version_1_1();
    set(
        &mut parts,
        "manifest.csv",
        manifest("1.1", "delta").replace("file.demographics,delta", "file.demographics,absent"),
    );
    let file = read(&parts);
    assert_eq!(faults(&file), [(2, "sex"), (3, "sex")]);
}

/// A student of another school is refused, whether the bundle has that school or only its id.
#[test]
fn rows_of_another_school_are_refused() {
    let mut parts = version_1_1();
    change(&mut parts, "orgs.csv", "F370202004J01", "F370202004J99");
    assert_eq!(faults(&read(&parts)), [(2, "other_school"), (3, "other_school")]);
    let mut parts = version_1_1();
    change(&mut parts, "orgs.csv", "o1,,,", "o2,,,");
    assert_eq!(faults(&read(&parts)), [(2, "other_school"), (3, "other_school")]);
}

/// Two homerooms of one term are no class, and neither is none.
#[test]
fn a_class_is_never_chosen_by_chance() {
    let mut parts = version_1_1();
    change(&mut parts, "classes.csv", "六年级1班", "七年级2班");
    change(&mut parts, "classes.csv", "o1,t0", "o1,t1");
    let file = read(&parts);
    assert_eq!(file.errors.iter().map(|one| one.row).collect::<Vec<_>>(), [2]);
    let mut parts = version_1_1();
    change(&mut parts, "enrollments.csv", "e2,,,c1,", "e2,tobedeleted,,c1,");
    let file = read(&parts);
    assert_eq!(file.errors.iter().map(|one| one.row).collect::<Vec<_>>(), [3]);
}

/// Every bundle that cannot be a roster is refused with what it lacks.
#[test]
fn a_bundle_that_is_none_is_refused_by_name() {
    let check = |change: &dyn Fn(&mut Parts), code: &str| {
        let mut parts = version_1_1();
        change(&mut parts);
        assert_eq!(refusal(zip(&parts)).code(), code);
    };
    for file in ["orgs.csv", "users.csv", "classes.csv", "enrollments.csv", "demographics.csv"] {
        check(&|parts| parts.retain(|part| part.0 != file), "oneroster_file_missing");
        let absent = |parts: &mut Parts| {
            let name = file.strip_suffix(".csv").expect("name");
            let said = format!("file.{name},bulk");
            change(parts, "manifest.csv", &said, &format!("file.{name},absent"));
        };
        // Said to be absent it is lacking all the same.
        check(&absent, "oneroster_file_missing");
    }
    let named = |parts: &mut Parts| parts.retain(|part| part.0 != "academicSessions.csv");
    check(&named, "oneroster_file_missing");
    check(
        &|parts| change(parts, "manifest.csv", "version,1.1", "version,2.0"),
        "oneroster_version",
    );
    check(&|parts| change(parts, "manifest.csv", "users,bulk", "users,all"), "oneroster_manifest");
    let column = |parts: &mut Parts| change(parts, "users.csv", "familyName", "surname");
    check(&column, "oneroster_column_missing");
    let twice = |parts: &mut Parts| parts.push(("copy/users.csv", "sourcedId\n".to_owned()));
    check(&twice, "oneroster_file_twice");
    let mut parts = version_1_2();
    parts.retain(|part| part.0 != "roles.csv");
    assert_eq!(refusal(zip(&parts)).code(), "oneroster_file_missing");
}

/// A bundle that would unpack to far more than it tells, or tells of far more than belongs to a
/// school, is refused before a table of it is read; one that is cut off is damaged.
#[test]
fn a_bomb_is_refused() {
    let parts = version_1_1();
    let named: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let lies = archive(&named, |size| size - 1);
    assert_eq!(refusal(lies).code(), "workbook_bomb");
    let huge = archive(&named, |size| if size > 400 { 3 << 30 } else { size });
    assert_eq!(refusal(huge).code(), "workbook_bomb");
    let sound = zip(&parts);
    assert_eq!(refusal(sound[..sound.len() / 2].to_vec()).code(), "workbook_damaged");
    // A zip file that holds no roster is what it was before.
    let other = archive(&[("photos/1.txt", b"x".as_slice())], |size| size);
    assert_eq!(refusal(other).code(), "file_foreign");
}
