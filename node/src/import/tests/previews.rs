//! Rows, errors and previews of whole files.

use super::support::{
    HEADER, context, faults, number, open, preview, pupil, roster, roster_text, sheets,
};
use crate::import::Language;
use crate::import::answers::AnswerOutcome;
use crate::import::header::SavedMapping;
use crate::import::report::{self, Style};
use crate::import::staff::{self, StaffRole};
use crate::import::value::Consent;
use crate::import::{preview, roster};

fn rows(text: &str) -> Vec<roster::RosterRow> {
    roster(text).unwrap().rows.into_iter().map(|(_, row)| row).collect()
}

#[test]
fn an_imported_roster_imported_again_changes_nothing() {
    let text = roster_text(40);
    let roll = rows(&text);
    let again = preview(roster(text).unwrap(), &roll);
    let counts = again.counts();
    assert_eq!((counts.new, counts.changed, counts.unchanged, counts.left), (0, 0, 40, 0));
    assert!(again.accept().is_ok_and(|batch| batch.is_empty()));
}

#[test]
fn a_preview_tells_new_changed_unchanged_left_apart() {
    let roll = rows(&roster_text(4));
    let moved = pupil(1).replace("1班", "2班").replace("是,2025-09-17", "否,");
    let text = format!("{HEADER}\n{}\n{moved}\n{}\n", pupil(0), pupil(7));
    let preview = preview(roster(text).unwrap(), &roll);
    let counts = preview.counts();
    assert_eq!((counts.new, counts.changed, counts.unchanged, counts.left), (1, 1, 1, 2));
    let changes = &preview.changed.first().unwrap().changes;
    let told: Vec<_> = changes.iter().map(|c| (c.field, &*c.old, &*c.new)).collect();
    assert_eq!(
        told,
        [
            ("class", "1班", "2班"),
            ("consent", "同意", "不同意"),
            ("consent_date", "2025-09-17", "")
        ]
    );
}

/// One wrong row keeps the whole file out, and nobody is taken to have left.
#[test]
fn a_file_with_one_wrong_row_is_not_accepted() {
    let roll = rows(&roster_text(4));
    let text = format!("{HEADER}\n{}\n{}\n", pupil(0), pupil(1).replace("2013-04-01", "2012.13.4"));
    let preview = preview(roster(text).unwrap(), &roll);
    assert_eq!((preview.counts().errors, preview.counts().left), (1, 0));
    assert!(preview.accept().is_err());
}

#[test]
fn a_roster_without_a_consent_column_leaves_consent_as_it_was() {
    let roll = rows(&roster_text(2));
    let text = "学籍号,姓名,性别,班级\n".to_owned()
        + &format!("{},张三,男,七(1)班\n{},张三,男,七（1）班\n", number(0), number(1));
    let preview = preview(roster(text).unwrap(), &roll);
    assert_eq!(preview.counts().unchanged, 2);
}

#[test]
fn both_rows_of_a_doubled_student_are_errors() {
    let text = format!("{HEADER}\n{}\n{}\n{}\n", pupil(1), pupil(2), pupil(1).to_lowercase());
    let file = roster(text).unwrap();
    assert_eq!(faults(&file), [(2, "doubled"), (4, "doubled")]);
    assert_eq!((file.error_rows, file.rows.len()), (2, 1));
}

#[test]
fn a_row_of_another_school_is_refused() {
    let row = |n, code: &str| format!("{},{code}\n", pupil(n));
    let text =
        format!("{HEADER},学校标识码\n{}{}{}", row(1, "f370202004j01"), row(2, "F1"), row(3, ""));
    let file = roster(text).unwrap();
    assert_eq!(faults(&file), [(3, "other_school")]);
    assert_eq!(file.rows.len(), 2);
}

/// Every wrong cell of a row is told in one run, with column, value and reason.
#[test]
fn errors_name_row_column_value_and_reason() {
    let bad = "1.10101E+17,2025,张三,猫,2012.13.4,四年级,1班,是,2025-09-17";
    let file = roster(format!("{HEADER}\n{bad}\n")).unwrap();
    let told: Vec<_> = file.errors.iter().map(|e| (&*e.column, &*e.value, e.fault.code)).collect();
    assert_eq!(
        told,
        [
            ("学籍号", "1.10101E+17", "id_ruined"),
            ("性别", "猫", "sex"),
            ("出生日期", "2012.13.4", "date_month"),
            ("年级", "四年级", "grade_span"),
        ]
    );
    assert_eq!(file.error_rows, 1);
    let lines = report::lines(&preview(file, &[]), "名册.csv", Style::screen(Language::Zh));
    assert_eq!(lines[0], "名册.csv  1 行，编码 UTF-8，9 列中认出 9 列");
    assert_eq!(lines[1], "  新增 0   变更 0   不变 0   离校 0   错误 1");
    assert!(lines.iter().any(|line| {
        line.starts_with("  第 2 行  出生日期  \"2012.13.4\"    月份超过 12")
    }));
}

/// Consent needs plain words and a day that is not after today.
#[test]
fn doubtful_consent_is_unknown_and_said_so() {
    let row = |n, consent: &str| pupil(n).replace("是,2025-09-17", consent);
    let cells =
        ["1,2025-09-17", "是,", "是,2025-11-08", "√,2025-09-17", ",2025-09-17", "否,", "部分同意,"];
    let text: String = (1..).zip(cells).map(|(n, cell)| row(n, cell) + "\n").collect();
    let file = roster(format!("{HEADER}\n{text}")).unwrap();
    assert_eq!(faults(&file), []);
    let consents: Vec<Consent> = file.rows.iter().map(|(_, row)| row.consent).collect();
    let (unknown, refused) = (Consent::Unknown, Consent::Refused);
    assert_eq!(consents, [unknown, unknown, unknown, unknown, unknown, refused, unknown]);
    assert_eq!(file.warnings.len(), 5);
    let header = HEADER.replace("监护人同意", "监护人同意（1=是，2=否）");
    let coded = roster(format!("{header}\n{}\n", row(1, "1,2025-09-17"))).unwrap();
    assert_eq!(coded.rows.first().unwrap().1.consent, Consent::Given);
}

#[test]
fn unknown_columns_are_named_and_dropped() {
    let text =
        roster_text(2).replace("\n", ",13812345678\n").replacen("13812345678", "家长电话", 1);
    let preview = preview(roster(text).unwrap(), &[]);
    assert_eq!(preview.facts.columns.dropped(), ["家长电话"]);
    let lines = report::lines(&preview, "a.csv", Style::screen(Language::En));
    assert!(lines.iter().any(|line| line == "  columns not read: 家长电话"));
    assert!(!report::summary(&preview).to_string().contains("13812345678"));
}

#[test]
fn a_saved_mapping_finds_columns_by_name_and_names_its_own_mistakes() {
    let text = roster_text(2).replace("姓名", "列三").replace("学号,", "姓名,");
    let read = |mapping: &str| {
        let mapping = SavedMapping::parse(mapping).unwrap();
        roster::read(&mut open(text.clone()).unwrap(), Some(&mapping), &context())
    };
    let file = read("name = \"列三\"\nlocal_number = \"\"").unwrap();
    assert!(file.rows.iter().all(|(_, row)| &*row.name == "张三" && row.local_number.is_none()));
    let saved = report::mapping_to_save(&roster::fields(), &file.facts);
    assert!(saved.contains("name = \"列三\"") && saved.contains("sex = \"性别\""));
    assert_eq!(read("name = \"列四\"").err().unwrap().code(), "mapping_column");
    let error = read("nam = \"列三\"").err().unwrap();
    assert_eq!(error.fault().hint.en, "did you mean name?");
    assert!(SavedMapping::parse("name = 3").is_err());
}

#[test]
fn json_has_reasons_and_no_values() {
    let text = format!("{HEADER}\n{}\n", pupil(1).replace("男", "秘密"));
    let summary = report::summary(&preview(roster(text).unwrap(), &[]));
    assert_eq!(summary["counts"]["errors"], 1);
    assert_eq!(summary["errors"][0]["row"], 2);
    assert_eq!(summary["errors"][0]["column"], "性别");
    for hidden in ["秘密", "张三", &number(1)] {
        assert!(!summary.to_string().contains(hidden));
    }
}

/// The errors file holds the wrong rows only, and can be imported once they are mended.
#[test]
fn the_errors_file_can_be_mended_and_imported() {
    let wrong = pupil(2).replace("男", "=1+1");
    let text = format!("{HEADER}\n{}\n{wrong}\n{}\n", pupil(1), pupil(3));
    let mut source = open(text).unwrap();
    let file = roster::read(&mut source, None, &context()).unwrap();
    let mut out = Vec::new();
    let written =
        report::write_errors(&mut source, &file.facts, &file.errors, Language::Zh, &mut out);
    assert_eq!(written.unwrap(), 1);
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("\u{FEFF}行号,错误,学籍号"));
    assert!(text.contains("3,性别 无法识别的性别") && text.contains(",'=1+1,"));
    let mended = roster(text.replace("'=1+1", "男")).unwrap();
    assert_eq!((faults(&mended).len(), mended.rows.len()), (0, 1));
    assert_eq!(mended.facts.columns.dropped(), ["行号", "错误"]);
}

#[test]
fn answers_are_read_in_the_order_of_the_items() {
    let head = "学籍号,量表,测评日期,gad2,第1题,Q3,参测情况";
    let (a, b, c) = (number(1), number(2), number(3));
    let text = format!(
        "{head}\n{a},GAD3,2025-10-24 08:30:00,2,1,,\n{b},gad-3,2025/10/24,,,,拒测\n{c},,45954,,,,请假\n"
    );
    let file = sheets(text).unwrap();
    assert_eq!(faults(&file), []);
    let outcomes: Vec<_> = file.rows.iter().map(|(_, row)| row.outcome).collect();
    assert_eq!(outcomes, [AnswerOutcome::Answered, AnswerOutcome::Refused, AnswerOutcome::Absent]);
    let first = &file.rows.first().unwrap().1;
    assert_eq!(*first.answers, [Some(1), Some(2), None]);
    assert!(file.rows.iter().all(|(_, row)| row.test_date.to_string() == "2025-10-24"));
}

#[test]
fn wrong_answers_are_named_by_cell() {
    let head = "学籍号,量表,测评日期,gad1,gad2,gad3,参测情况";
    let row = |n, rest: &str| format!("{},{rest}\n", number(n));
    let text = [
        row(1, "gad-3,2025-10-24,4,x,1.5,"),
        row(2, "phq-9,2025-10-24,1,1,1,"),
        row(999, "gad-3,2025-10-24,1,1,1,"),
        row(3, "gad-3,2025-12-24,1,1,1,"),
        row(4, "gad-3,2025-10-24,1,1,1,拒测"),
        row(5, "gad-3,2025-10-24,1,1,1,"),
        row(5, "gad-3,2025-10-24,1,1,2,"),
        row(5, "gad-3,2025-10-25,１,1.0,2,"),
    ];
    let file = sheets(format!("{head}\n{}", text.concat())).unwrap();
    let expected = [
        (2, "answer_range"),
        (2, "answer_form"),
        (2, "answer_form"),
        (3, "other_scale"),
        (4, "not_on_roll"),
        (5, "date_range"),
        (6, "outcome_answers"),
        (7, "doubled"),
        (8, "doubled"),
    ];
    assert_eq!(faults(&file), expected);
    assert_eq!((file.error_rows, file.rows.len()), (7, 1));
}

#[test]
fn an_answer_file_without_an_item_is_refused_by_the_items_name() {
    let error = sheets(format!("学籍号,测评日期,gad1,gad2\n{},2025-10-24,1,1\n", number(1)));
    let error = error.err().unwrap();
    assert_eq!(error.code(), "columns_missing");
    assert!(error.fault().reason.zh.contains("gad3"));
}

#[test]
fn a_staff_roll_gives_each_role_once() {
    let text = "工号,姓名,岗位\n007,王芳,班主任、心理教师、班主任\n008,李雷,厨师\n009,赵丽,语文教师\n010,钱明,\n";
    let file = staff::read(&mut open(text).unwrap(), None).unwrap();
    let warned: Vec<_> = file.warnings.iter().map(|one| (one.row, one.fault.code)).collect();
    assert_eq!(warned, [(3, "staff_role")], "taken as other staff, with a word");
    assert_eq!(faults(&file), [(5, "blank")]);
    let (_, row) = file.rows.first().unwrap();
    assert_eq!(&*row.staff_number, "007");
    assert_eq!(*row.roles, [StaffRole::ClassTeacher, StaffRole::Counsellor]);
    let roles: Vec<_> = file.rows.iter().map(|(_, row)| row.roles.len()).collect();
    assert_eq!(roles, [2, 0, 1]);
    let preview: preview::Preview<_> =
        match preview::compare(file, preview::Scope::Part, |_| Ok::<_, ()>(None)) {
            Ok(preview) => preview,
            Err(()) => panic!("the lookup cannot fail"),
        };
    assert_eq!(preview.counts().new, 3);
}

/// Posts of an ordinary school never refuse its roll: who teaches a subject is a subject teacher,
/// whoever has none of the six posts is other staff, with a word.
#[test]
fn ordinary_posts_are_taken() {
    let posts =
        ["校医", "教务主任", "职员", "年级组长", "后勤", "信息管理员", "语文教师", "信息技术教师"];
    let mut text = "工号,姓名,岗位\n".to_owned();
    for (n, post) in posts.iter().enumerate() {
        text += &format!("T{n:03},李某,{post}\n");
    }
    let file = staff::read(&mut open(text).unwrap(), None).unwrap();
    assert_eq!((faults(&file).len(), file.rows.len(), file.warnings.len()), (0, 8, 6));
    let teachers = file.rows.iter().filter(|(_, row)| *row.roles == [StaffRole::SubjectTeacher]);
    assert_eq!(teachers.count(), 2);
}
