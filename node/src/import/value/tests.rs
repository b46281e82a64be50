//! Facts about single values.

use jiff::civil::date;
use proptest::prelude::*;

use super::{
    Consent, ConsentCoding, DateSpan, Grade, GradeSpan, Sex, StudentNumber, fold, parse_class,
    parse_date, parse_grade, parse_local_number, parse_name, parse_sex,
};

const SPAN: DateSpan = DateSpan { from: date(1995, 1, 1), to: date(2025, 11, 7) };

fn span(from: &str, to: &str) -> GradeSpan {
    GradeSpan { from: Grade::from_code(from).unwrap(), to: Grade::from_code(to).unwrap() }
}

fn day(text: &str) -> Result<String, &'static str> {
    parse_date(text, SPAN).map(|day| day.to_string()).map_err(|fault| fault.code)
}

#[test]
fn dates_are_read_in_the_forms_that_offices_use() {
    for text in [
        "2013-04-01",
        "2013/4/1",
        "2013.4.1",
        "2013.04.01",
        "20130401",
        "2013年4月1日",
        "2013年04月01号",
        "2013 年 4 月 1 日",
        "二〇一三年四月一日",
        "二零一三年四月一日",
        "41365",
        "41365.5",
        "2013-04-01 00:00:00",
        "2013/4/1 0:00",
        "2013-04-01T08:30:00.000Z",
        "２０１３．４．１",
        "　2013-4-1\u{A0}",
        "2013 - 4 - 1",
        "2013年4月1",
        "2013-04-01 ",
        "'20130401",
    ] {
        assert_eq!(day(text), Ok("2013-04-01".to_owned()), "{text}");
    }
    assert_eq!(day("二〇一二年十二月三十一日"), Ok("2012-12-31".to_owned()));
    assert_eq!(day("二〇一二年二月廿九日"), Ok("2012-02-29".to_owned()));
}

#[test]
fn what_is_no_date_is_refused_with_its_reason() {
    for (text, code) in [
        ("2012.13.4", "date_month"),
        ("20121304", "date_month"),
        ("2012-0-4", "date_month"),
        ("2013-02-29", "date_day"),
        ("2013年2月30日", "date_day"),
        ("2013-04-00", "date_day"),
        ("4/1/2013", "date_order"),
        ("01-04-2013", "date_order"),
        ("13-4-1", "date_year"),
        ("一三年四月一日", "date_year"),
        ("2013-04", "date_partial"),
        ("201304", "date_partial"),
        ("2013年4月", "date_partial"),
        ("1913-04-01", "date_range"),
        ("2113-04-01", "date_range"),
        ("99999", "date_form"),
        ("12345", "date_form"),
        ("2013-04/01", "date_form"),
        ("2013-04-01 abc", "date_form"),
        ("2013-04-01-05", "date_form"),
        ("########", "date_form"),
        ("不详", "date_form"),
        ("", "date_form"),
        ("2013", "date_form"),
        ("1.10101E+17", "date_form"),
        ("二月", "date_form"),
    ] {
        assert_eq!(day(text), Err(code), "{text}");
    }
}

#[test]
fn student_numbers_are_kept_as_text() {
    let parsed = |text: &str| {
        StudentNumber::parse(text).map(|n| n.as_str().to_owned()).map_err(|fault| fault.code)
    };
    let number = "G99999920130401000A".to_owned();
    for text in [
        "G99999920130401000A",
        " g99999920130401000a ",
        "Ｇ99999920130401000Ａ",
        "=\"G99999920130401000A\"",
        "'G99999920130401000A",
        "G9999992013 0401000A",
    ] {
        assert_eq!(parsed(text), Ok(number.clone()), "{text}");
    }
    assert!(parsed("L11010120130401123X").is_ok());
    for (text, code) in [
        ("", "blank"),
        ("1.10101E+17", "id_ruined"),
        ("1.10101e17", "id_ruined"),
        ("G1.10101E+17", "id_ruined"),
        ("110101201304010000", "id_ruined"),
        ("110101201304010000.0", "id_ruined"),
        ("110101201304011234", "identity_number"),
        ("11010120130401123X", "identity_number"),
        ("G9999992013040100", "student_number"),
        ("G99999920130401000AB", "student_number"),
        ("H99999920130401000A", "student_number"),
        ("G999999-0130401000A", "student_number"),
        ("#N/A", "sheet_error"),
        ("张三", "student_number"),
    ] {
        assert_eq!(parsed(text), Err(code), "{text}");
    }
}

#[test]
fn sexes_are_read_in_words_and_codes() {
    for text in ["男", "男性", "男生", "M", "m", "Male", "1", "１", " 男 ", "boy"] {
        assert_eq!(parse_sex(text), Ok(Sex::Male), "{text}");
    }
    for text in ["女", "女性", "F", "2", "girl", "female"] {
        assert_eq!(parse_sex(text), Ok(Sex::Female), "{text}");
    }
    for text in ["", "0", "9", "未知", "未说明的性别"] {
        assert_eq!(parse_sex(text), Ok(Sex::Unknown), "{text}");
    }
    assert!(parse_sex("3").is_err() && parse_sex("男女").is_err());
}

#[test]
fn grades_are_read_within_the_schools_own() {
    let read = |text: &str, from: &str, to: &str| {
        let class = parse_class("1班").unwrap();
        class.settle(Some(parse_grade(text)?), span(from, to), 2025).map(Grade::code)
    };
    for text in
        ["七年级", "初一", "7", "07", "grade 7", "Grade7", "g7", "初中一年级", "7年级", "2025级"]
    {
        assert_eq!(read(text, "g7", "g9"), Ok("g7"), "{text}");
    }
    for text in ["高一", "高中一年级", "10", "g10", "2025级", "一年级", "高一年级", "职高一"]
    {
        assert_eq!(read(text, "g10", "g12"), Ok("g10"), "{text}");
    }
    for (text, code) in [("三年级", "g3"), ("小三", "g3"), ("预备", "g6"), ("初四", "g9")]
    {
        assert_eq!(read(text, "g1", "g9"), Ok(code), "{text}");
    }
    assert_eq!(read("大班", "k1", "k3"), Ok("k3"));
    let code = |text, from, to| read(text, from, to).unwrap_err().code;
    assert_eq!(code("高一", "g7", "g9"), "grade_span");
    assert_eq!(code("2025级", "g1", "g9"), "grade_unclear");
    assert_eq!(code("一年级", "g7", "g12"), "grade_unclear");
    assert_eq!(code("十三年级", "g1", "g9"), "grade");
    assert_eq!(code("毕业班", "g1", "g9"), "grade");
}

#[test]
fn class_names_take_one_form() {
    let label = |text: &str| parse_class(text).map(|class| class.label.to_string());
    for text in [
        "1班",
        "一班",
        "01班",
        "(1)班",
        "（１）班",
        "第1班",
        "1",
        "七(1)班",
        "七年级1班",
        "初一（1）班",
        "七1班",
        "7.1班",
        "2025级1班",
        "25级1班",
        "高一1班",
        "三年级一班",
        "2025级（1）班",
        "大1班",
    ] {
        assert_eq!(label(text).unwrap(), "1班", "{text}");
    }
    assert_eq!(label("十二班").unwrap(), "12班");
    assert_eq!(label("七年级启明班").unwrap(), "启明班");
    assert_eq!(label("初二a班").unwrap(), "A班");
    assert_eq!(label("大班").unwrap(), "1班");
    for text in ["", "七年级", "初一", "0班", "班", "????", "#REF!"] {
        assert!(parse_class(text).is_err(), "{text}");
    }
}

#[test]
fn class_and_grade_must_agree() {
    let settle = |class: &str, grade: Option<&str>| {
        let grade = grade.map(|grade| parse_grade(grade).unwrap());
        let settled = parse_class(class).unwrap().settle(grade, span("g7", "g9"), 2025);
        settled.map(Grade::code).map_err(|fault| fault.code)
    };
    assert_eq!(settle("七(1)班", None), Ok("g7"));
    assert_eq!(settle("2024级1班", None), Ok("g8"));
    assert_eq!(settle("初三1班", None), Ok("g9"));
    assert_eq!(settle("三(1)班", None), Ok("g9"));
    assert_eq!(settle("八(1)班", Some("八年级")), Ok("g8"));
    assert_eq!(settle("二(1)班", Some("八年级")), Ok("g8"));
    assert_eq!(settle("七(1)班", Some("八年级")), Err("grade_class"));
    assert_eq!(settle("1班", None), Err("grade_unclear"));
    assert_eq!(settle("高一1班", None), Err("grade_span"));
}

#[test]
fn only_plain_words_are_consent() {
    let coding = ConsentCoding::default();
    for text in ["是", "同意", "已同意", "已签", "Y", "yes", "YES", " 同意 ", "Ｙ"] {
        assert_eq!(Consent::read(text, coding), Consent::Given, "{text}");
    }
    for text in ["否", "不同意", "no", "N", "拒绝"] {
        assert_eq!(Consent::read(text, coding), Consent::Refused, "{text}");
    }
    for text in ["", "1", "√", "TRUE", "部分同意", "同意?", "口头同意", "待定", "是否", "#N/A", "0"]
    {
        assert_eq!(Consent::read(text, coding), Consent::Unknown, "{text}");
    }
    let coded = ConsentCoding::of_header("监护人同意(1：同意；0：不同意)");
    assert_eq!(Consent::read("1", coded), Consent::Given);
    assert_eq!(Consent::read("0", coded), Consent::Refused);
    let half = ConsentCoding::of_header("监护人同意(1=是)");
    assert_eq!(Consent::read("1", half), Consent::Unknown);
}

#[test]
fn names_lose_spaces_only_between_chinese_characters() {
    let name = |text: &str| parse_name(text).map(|name| name.to_string());
    assert_eq!(name("张　三").unwrap(), "张三");
    assert_eq!(name("阿卜杜拉·买买提").unwrap(), "阿卜杜拉·买买提");
    assert_eq!(name(" Anna  Maria ").unwrap(), "Anna Maria");
    for text in ["", "123", "张3", "#N/A", "--", "\u{200B}"] {
        assert!(name(text).is_err(), "{text}");
    }
    assert!(parse_local_number("2025\u{3000}0101").is_ok_and(|n| n.as_deref() == Some("20250101")));
    assert!(parse_local_number("1.1E+12").is_err());
}

proptest! {
    /// Any text is a value or a fault with both sentences.
    #[test]
    fn no_text_brings_a_parser_down(text in "\\PC{0,30}") {
        let _ = (fold(&text), parse_sex(&text), parse_name(&text), parse_local_number(&text));
        let _ = (parse_class(&text), parse_grade(&text));
        let _ = Consent::read(&text, ConsentCoding::of_header(&text));
        let (date, number) = (parse_date(&text, SPAN).err(), StudentNumber::parse(&text).err());
        for fault in date.into_iter().chain(number) {
            prop_assert!(!fault.reason.zh.is_empty() && !fault.hint.en.is_empty());
        }
    }

    /// A day is read back from every form in which it can be written.
    #[test]
    fn every_form_of_a_day_is_that_day(days in 0..10_000_i32) {
        let written = date(1996, 1, 1).saturating_add(jiff::Span::new().days(days));
        let (year, month, day) = (written.year(), written.month(), written.day());
        for text in [
            format!("{year}-{month}-{day}"),
            format!("{year}/{month:02}/{day:02}"),
            format!("{year}.{month}.{day}"),
            format!("{year}年{month}月{day}日"),
            format!("{year}{month:02}{day:02}"),
            format!("{}", (written - date(1899, 12, 30)).get_days()),
        ] {
            prop_assert_eq!(parse_date(&text, SPAN), Ok(written), "{}", text);
        }
    }

    /// Folding twice is folding once.
    #[test]
    fn folding_is_final(text in "\\PC{0,30}") {
        let once = fold(&text).into_owned();
        let plain = once.trim_start_matches(['\'', '=', '"']);
        prop_assume!(plain == once);
        prop_assert_eq!(fold(&once).into_owned(), once);
    }
}
