//! Tests of the table: read as people fill it in, and every mistake named at once.

use super::*;

const CLINIC: &str = "CLINIC1,医院或诊所,示例医院,Example Hospital,门诊、急诊,6,18,370202,,\
    0532-1,示例路 1 号,周一至周五,是,是,0532-120,3,2026/11/27,2026-9-1,2027年8月31日,\
    2026-11-01,,,,,,,,,,,";
const EXPERT: &str = "EXPERT1,专家,示例专家,Example Expert,专业督导;师资培训,,,,F370202004J01,\
    0532-2,,,,,,,,2026-09-01,2027-08-31,2026-11-01,,,精神医学,X-1,2028-01-01,4,,,,,";
const AGENCY: &str = "AGENCY1,社会服务机构,示例机构,Example Agency,心理咨询,,,,,0532-3,,,,,,,,\
    2026-09-01,2027-08-31,2026-11-01,2026-11-20,合同终止,,,,,L-1,2027-05-01,2026-10-01,C-1,\
    2027-03-01";

fn table(lines: &[&str]) -> Vec<u8> {
    let head = columns().map(|field| field.label().0).collect::<Vec<_>>().join(",");
    let lines: Vec<&str> = std::iter::once(head.as_str()).chain(lines.iter().copied()).collect();
    ["\u{feff}", &lines.join("\r\n"), "\r\n"].concat().into_bytes()
}

fn mistakes(line: &str) -> Vec<(usize, Field, Wrong, String)> {
    let Err(TableError::Cells(found)) = read(&table(&[EXPERT, line])) else {
        panic!("mistakes in {line}");
    };
    let said = |one: Mistake| (one.line, one.fault.field, one.fault.wrong, one.value);
    found.into_iter().map(said).collect()
}

/// A table that was filled in by people is read, and what is written is read as the same, in
/// either language.
#[test]
fn a_table_is_read_as_people_fill_it_in() {
    let entries = read(&table(&[CLINIC, EXPERT, "", AGENCY])).expect("entries");
    assert_eq!(entries.len(), 3);
    let clinic = &entries[0];
    assert_eq!(clinic.care, [Care::Outpatient, Care::Emergency]);
    assert_eq!(clinic.valid, (Date::constant(2026, 9, 1), Date::constant(2027, 8, 31)));
    assert_eq!(clinic.room.map(|room| room.places), Some(3));
    assert_eq!(entries[1].expertise, [Service::Supervision, Service::TeacherTraining]);
    for lang in [Lang::Zh, Lang::En] {
        let written = write(&entries, lang).expect("table");
        assert_eq!(read(&written).as_deref(), Ok(&entries[..]), "{lang:?}");
    }
}

/// Every mistake is named by line, column, value and reason, all of a table at once.
#[test]
fn every_mistake_is_named_at_once() {
    let line = CLINIC.replace("2026-9-1,", "1.9.2026,").replace("门诊、急诊", "门诊、按摩");
    let found = mistakes(&line.replace(",是,是,", ",是,对,"));
    let wanted = [
        (3, Field::Services, Wrong::ServiceWord, "门诊、按摩".to_owned()),
        (3, Field::ValidFrom, Wrong::DayForm, "1.9.2026".to_owned()),
        (3, Field::Emergency, Wrong::YesNo, "对".to_owned()),
    ];
    assert_eq!(found, wanted);
    let one = |line: &str| mistakes(line).remove(0);
    let none = one(&CLINIC.replace("0532-120", ""));
    assert_eq!((none.1, none.2), (Field::EmergencyPhone, Wrong::Missing));
    let undated = one(&CLINIC.replace("2026/11/27", ""));
    assert_eq!((undated.1, undated.2), (Field::PlacesOn, Wrong::NoDate));
    let load = one(&EXPERT.replace("EXPERT1", "E2").replace(",4,", ",,"));
    assert_eq!((load.1, load.2), (Field::CaseLoad, Wrong::Missing));
    let kind = one(&AGENCY.replace("社会服务机构", "公司"));
    assert_eq!((kind.1, kind.2, kind.3.as_str()), (Field::Kind, Wrong::KindWord, "公司"));
    let shifted = one(&[CLINIC, "x"].concat().replace(",x", ",,,x"));
    assert_eq!(shifted.2, Wrong::Shifted);
    let twice = one(&EXPERT.replace("示例专家", "另一位专家"));
    assert_eq!((twice.0, twice.1, twice.2), (3, Field::Id, Wrong::Twice));
    let day = one(&AGENCY.replace("2026-11-20,", "2026-13-20,"));
    assert_eq!((day.1, day.2), (Field::WithdrawnOn, Wrong::DayForm));
}

/// What a whole line shows is told beside what a cell shows: a table comes back once.
#[test]
fn what_a_line_shows_is_told_with_what_its_cells_show() {
    let fields = |line: &str| {
        let found = mistakes(line).into_iter();
        found.map(|(_, field, wrong, _)| (field, wrong)).collect::<Vec<_>>()
    };
    let line = CLINIC.replace("Example Hospital", "").replace("2026-11-01", "soon");
    let line = line.replace("0532-1,", "1,").replace("6,18,", "18,6,").replace("0532-120", "");
    let wanted = [
        (Field::Verified, Wrong::DayForm),
        (Field::NameEn, Wrong::Missing),
        (Field::AgeTo, Wrong::AgeRange),
        (Field::Phone, Wrong::PhoneForm),
        (Field::EmergencyPhone, Wrong::Missing),
    ];
    assert_eq!(fields(&line), wanted);
    // A word that is no kind makes none of the other columns wrong.
    let line = EXPERT.replace("EXPERT1", "E2").replace(",专家,", ",医生,");
    let found = fields(&line.replace("专业督导;师资培训", "门诊"));
    assert_eq!(found, [(Field::Kind, Wrong::KindWord)]);
    let line = AGENCY.replace("C-1", "").replace("L-1", "").replace("2027-05-01", "");
    let wanted = [
        (Field::LicensedTo, Wrong::Missing),
        (Field::Licence, Wrong::Missing),
        (Field::Contract, Wrong::Missing),
    ];
    assert_eq!(fields(&line), wanted);
}

/// A word that is in no list is answered with the list.
#[test]
fn a_list_is_named_where_a_word_is_not_in_it() {
    let kinds = choices(Wrong::KindWord, Lang::Zh);
    assert!(kinds.starts_with("，可选：医院或诊所、区县心理中心、公安机关"), "{kinds}");
    let services = choices(Wrong::ServiceWord, Lang::En);
    assert!(services.contains("Outpatient care, "), "{services}");
    assert!(services.contains("; experts from: "), "{services}");
    assert_eq!(choices(Wrong::Missing, Lang::Zh), "");
}

/// A column that is not known, or lacks, is named by its head; what is no text is no table.
#[test]
fn columns_are_named() {
    let text = String::from_utf8(table(&[CLINIC])).expect("text");
    let other = read(text.replace("服务项目", "服务").as_bytes());
    assert_eq!(other, Err(TableError::Column("服务".to_owned())));
    assert_eq!(
        read("编号,类别\n".as_bytes()).map(drop).map_err(|error| match error {
            TableError::Lacks(lacks) => lacks.len(),
            _ => 0,
        }),
        Err(columns().count() - 2)
    );
    assert_eq!(read(&[0xb1, 0xe0, 0xba, 0xc5]), Err(TableError::Form));
}
