//! Every mistake in a pack has its named error: the sort of mistake, the pack and the key.
//!
//! A case is one line: kind of flaw | part of the key | text of the pack => what it is changed to.

use super::super::*;
use super::body;

/// Reads a built-in pack with one place of its text changed.
fn altered(kind: PackKind, name: &str, from: &str, to: &str) -> Result<Pack, PackError> {
    let text = body(kind, name);
    assert!(text.contains(from), "{name} has no {from}");
    read(kind, name, text.replacen(from, to, 1).as_bytes())
}

/// Refuses a pack for each case; `\n` in a case is a line's end.
fn check(kind: PackKind, name: &str, cases: &str) {
    for case in cases.lines().filter(|case| !case.is_empty()) {
        let mut parts = case.splitn(3, " | ");
        let mut part = || parts.next().expect(case);
        let (wanted, key, change) = (part(), part(), part());
        let (from, to) = change.split_once(" => ").expect(case);
        match altered(kind, name, &from.replace("\\n", "\n"), &to.replace("\\n", "\n")) {
            Err(PackError::Content { pack, flaw }) => {
                let found = format!("{:?}", flaw.kind);
                assert_eq!((pack.as_str(), found.as_str()), (name, wanted), "{case}: {flaw}");
                assert!(flaw.key.contains(key), "{case}: {}", flaw.key);
            }
            other => panic!("{case}: {other:?}"),
        }
    }
}

/// Refuses a pack for its form, before its content is looked at, and names line and key.
fn check_form(kind: PackKind, name: &str, change: (&str, &str), words: &str) {
    match altered(kind, name, change.0, change.1) {
        Err(error @ (PackError::Form { .. } | PackError::Columns { .. })) => {
            assert!(error.to_string().contains(words), "{error} does not say {words}");
        }
        other => panic!("{change:?}: {other:?}"),
    }
}

/// What can be wrong with a catalogue.
const CATALOGUE: &str = r#"
Unknown | base.students, dims | dims = ["stage"] => dims = ["stage", "colour"]
Duplicate | base.students, dims | dims = ["stage"] => dims = ["sex", "sex"]
Duplicate | count or ratio id | id = "base.classes" => id = "base.students"
Duplicate | dimension id | id = "sex" => id = "grade"
Duplicate | dimension sex, values | { id = "f", => { id = "m",
Form | count Base, id | id = "base.classes" => id = "Base"
Form | count -x, id | id = "base.classes" => id = "-x"
Unknown | base.students, channel | channel = "clear" => channel = "open"
Conflict | base.students, assess | channel = "clear" => channel = "sealed"
Unknown | base.students, ledger | ledger = "roll" => ledger = "list"
Unknown | base.students, kind | kind = "stock" => kind = "level"
Conflict | base.students, define | fill = "auto" => fill = "typed"
Missing | exp.pool, define | fill = "org" => fill = "auto"
Unknown | r.scr.coverage, numerator | numerator = "scr.completed" => numerator = "scr.seen"
Form | r.scr.coverage, numerator | numerator = "scr.completed" => numerator = "scr.completed +"
Unknown | r.ref.seen, numerator | ref.cohort[ref_stage=first_seen]" => ref.cohort[ref_stage=cured]"
Unknown | r.ref.seen, numerator | ref.cohort[ref_stage=first_seen]" => ref.cohort[sex=m]"
Unknown | r.fup.ok, numerator | ["alert_state"]\nperiod = "month" => ["tier"]\nperiod = "month"
Unknown | identity "scr roster", checks | <= scr.eligible" => <= scr.all"
Form | identity "scr roster", check | not_reached <= scr.eligible", => not_reached < scr.eligible",
Missing | dimension sex, value m | zh = "男" => zh = " "
Unknown | define, source | source = "roll" => source = "sql"
Unknown | define, source | source = "roll", => source = "school",
Unknown | define, count | count = "students" => count = "people"
Unknown | define, where | field = "void" => field = "sex"
Unknown | define, where outcome | any = ["refused"] }] => any = ["away"] }]
Missing | define, where outcome | any = ["refused"] }] => any = [] }]
Conflict | define, where outcome | any = ["refused"] }] => at_least = 1 }]
Conflict | define, where outcome | any = ["refused"] }] => any = ["refused"], at_least = 1 }]
Unknown | define, sum_of | sum_of = "hours" => sum_of = "course"
Conflict | define, sum_of | count = "sum", sum_of = "hours" => count = "records", sum_of = "hours"
Range | define, band | band = 10 => band = 1
Unknown | scr.census, whole | whole = "scr.eligible" => whole = "scr.all"
Conflict | scr.census, whole | whole = "scr.eligible" => whole = "scr.refused"
Conflict | scr.census, whole | whole = "scr.eligible" => whole = "edu.hours"
Missing | scr.census, dims | eligible"\ndims = ["stage", => eligible"\ndims = [
Unknown | scr.census, derive scr.refused | outcomes = ["refused"] => outcomes = ["absent"]
Missing | scr.census, derive scr.refused | outcomes = ["refused"] => outcomes = []
Conflict | derive base.students | count = "scr.refused", => count = "base.students",
Unknown | derive scr.banded | count = "scr.refused", => count = "scr.banded",
Duplicate | partition derive | count = "scr.refused", => count = "scr.not_reached",
Unknown | schema | catalogue/1 => catalogue/9
Form | effective_from | 2025-09-01 => 2025-09-31
"#;

/// What can be wrong with a scale, shown on PHQ-9.
const PHQ: &str = r#"
Gap | total, band mild | min = 5\nmax = 9 => min = 6\nmax = 9
Overlap | total, band mild | min = 5\nmax = 9 => min = 4\nmax = 9
Range | total, band mild | min = 5\nmax = 9 => min = 9\nmax = 5
Gap | total, band | min = 20\nmax = 27 => min = 20\nmax = 26
Range | total min | min = 0\nmax = 27 => min = 0\nmax = 30
Form | total band mild, min | min = 5\nmax = 9 => min = 5.005\nmax = 9
Duplicate | total, band code | code = "mild" => code = "minimal"
Range | total, items | scored_items = [1, => scored_items = [10,
Duplicate | total, items | scored_items = [1, => scored_items = [2,
Range | item n | [[item]]\nn = 9 => [[item]]\nn = 10
Duplicate | item n | [[item]]\nn = 9 => [[item]]\nn = 8
Range | critical item 10 | [[critical]]\nitem = 9 => [[critical]]\nitem = 10
Range | critical item 9 | answer_at_least = 1 => answer_at_least = 0
Range | critical item 9 | answer_at_least = 1 => answer_at_least = 4
Conflict | critical item 9 | answer_at_least = 1 => answer_at_least = 1\nanswer_equals = 1
Conflict | regardless_of_total | regardless_of_total = true => regardless_of_total = false
Unknown | critical item 9, flag | flag = "urgent" => flag = "soon"
Unknown | band mild, suggested_tier | suggested_tier = "t1" => suggested_tier = "t4"
Range | total, max_missing | max_missing = 2 => max_missing = 9
Range | total, multiply | multiply = 1 => multiply = 0
Vector | vector "all three", total | total = 27 => total = 26
Vector | vector "all three", band | band = "severe" => band = "mild"
Vector | vector "all three", flags | flags = ["urgent", "urgent_now"] => flags = ["urgent"]
Vector | vector "all zero", answers | answers = [0, => answers = [9,
Form | id | id = "phq-9" => id = "PHQ 9"
Missing | band mild, zh | zh = "轻度" => zh = ""
Range | age_min | age_max = 99 => age_max = 9
Duplicate | option value | value = 1 => value = 0
Unknown | schema | scale/1 => scale/2
"#;

/// Mistakes in a catalogue are named with their key.
#[test]
fn mistakes_in_a_catalogue_are_named() {
    check(PackKind::Catalogue, "catalogue", CATALOGUE);
}

/// Mistakes in a scale are named with their key, a known answer that does not come out too.
#[test]
fn mistakes_in_a_scale_are_named() {
    check(PackKind::Scale, "phq-9", PHQ);
    let mht = r#"
Conflict | text screening_use_zh | screening_use_zh = false => screening_use_zh = true
Range | validity, invalid_at_least | invalid_at_least = 7 => invalid_at_least = 11
Range | validity, items | [validity]\nitems = [82, => [validity]\nitems = [101,
Duplicate | subscale id | id = "social" => id = "study"
Vector | validity | validity = 10 => validity = 9
"#;
    check(PackKind::Scale, "mht", mht);
    let yrbs = "Conflict | q25, value | value = 1\\n => \\n";
    check(PackKind::Scale, "demo-yrbs-2019", yrbs);
    let dass = r#"
Range | subscale depression, cut_off | cut_off = 14 => cut_off = 99
Duplicate | item code | code = "dass2" => code = "dass1"
Conflict | text screening_use_zh | screening_use_zh = false => screening_use_zh = true
"#;
    check(PackKind::Scale, "demo-dass-42", dass);
    let ces = "Range | reverse_items | reverse_items = [4, => reverse_items = [44,";
    check(PackKind::Scale, "ces-d", ces);
}

/// Mistakes in calendar and divisions are named with their key.
#[test]
fn mistakes_in_calendar_and_divisions_are_named() {
    let calendar = r#"
Range | 2025S1, first_monday | first_monday = "2025-09-01" => first_monday = "2025-09-02"
Range | 2025S1, first_monday | first_monday = "2025-09-01" => first_monday = "2025-09-15"
Form | 2025S1, start | start = "2025-09-01" => start = "2025-9"
Conflict | term | census = "2025-11-07" => census = "2026-02-01"
Conflict | term | end = "2025-01-17" => end = "2025-02-20"
Range | 2025S1, due | due = "2026-02-13" => due = "2026-09-13"
Form | term 2025S3, id | id = "2025S1" => id = "2025S3"
Unknown | time_zone | Asia/Shanghai => Europe/Berlin
Unknown | schema | calendar/1 => calendar/2
"#;
    check(PackKind::Calendar, "calendar", calendar);
    let divisions = r#"
Duplicate | code | 310117002, => 310117001,
Form | code | 310117002, => 31011700X,
Unknown | parent | subdistrict,310117 => subdistrict,310118
Unknown | level | ,district,district, => ,ward,district,
Missing | name_en | Yueyang Subdistrict => 
Range | valid_to | 2023-06-30,,\n => 2023-06-30,2022-01-01,\n
Unknown | successors | 2023-06-30,,\n => 2023-06-30,,999999\n
Form | valid_from | 2023-06-30,,\n => soon,,\n
"#;
    check(PackKind::Divisions, "divisions", divisions);
}

/// A key that this version does not know, or one that is missing, is named with its line.
#[test]
fn unknown_and_missing_keys_are_named_with_their_line() {
    let catalogue = |from, to, words| {
        check_form(PackKind::Catalogue, "catalogue", (from, to), words);
    };
    catalogue("unit = ", "units = ", "units");
    catalogue("zh = \"男\", ", "", "zh");
    catalogue("revision = 3", "revision = \"one\"", "line 21, revision");
    let scale = |from, to, words| check_form(PackKind::Scale, "phq-9", (from, to), words);
    scale("recall_days", "recall_weeks", "recall_weeks");
    scale("status = \"free\"", "status = \"gratis\"", "restricted");
    scale("[total]", "[total", "[total");
    check_form(PackKind::Calendar, "calendar", ("census = ", "count_day = "), "count_day");
    check_form(PackKind::Divisions, "divisions", ("valid_to,", "until,"), "valid_to");
}

/// Bytes that are no text, and a text beyond the limit, are refused before they are parsed.
#[test]
fn what_is_no_text_or_too_large_is_refused() {
    let encoding = PackError::Encoding { pack: "x".to_owned() };
    assert_eq!(read(PackKind::Scale, "x", &[0xff, 0xfe]), Err(encoding));
    let large = vec![b' '; PACK_BYTES_MAX + 1];
    let error = read(PackKind::Scale, "x", &large).expect_err("large");
    assert!(matches!(error, PackError::Size { bytes, .. } if bytes == PACK_BYTES_MAX + 1));
}
