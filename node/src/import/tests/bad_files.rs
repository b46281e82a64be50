//! Files that are refused as a whole, each with its own sentence.

use encoding_rs::GB18030;
use rust_xlsxwriter::Workbook;

use super::support::{HEADER, archive, pupil, refusal, roster, roster_text};
use crate::import::header::HeaderError;
use crate::import::{ImportError, Language};

fn check(bytes: impl Into<Vec<u8>>, code: &str) {
    assert_eq!(refusal(bytes).code(), code);
}

#[test]
fn an_empty_file_is_named() {
    check("", "file_empty");
    check("\u{FEFF}", "file_empty");
    check(" \r\n\t\n", "file_empty");
    check(",,,\n,,,\n", "file_empty");
}

#[test]
fn what_is_not_a_table_is_named_whatever_its_name_says() {
    check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), "file_foreign");
    check(b"%PDF-1.7\n".as_slice(), "file_foreign");
    check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0".as_slice(), "workbook_old");
    check("\u{FEFF}\r\n<HTML><table><tr><td>学籍号", "file_markup");
    check("<?xml version=\"1.0\"?><Workbook>", "file_markup");
    check(b"abc\0\0\0def".as_slice(), "file_not_text");
    check(b"a,b\n\xff\xff\xff,1\n".as_slice(), "file_not_text");
}

/// A cut UTF-8 file is not read as GB18030, where its names would be other names.
#[test]
fn damaged_utf8_is_not_taken_for_gb18030() {
    let text = roster_text(30);
    let middle = text.char_indices().filter(|(_, c)| *c == '三').nth(20).unwrap().0;
    check(&text.as_bytes()[..middle + 1], "file_damaged_utf8");
    let mut bytes = text.into_bytes();
    bytes.remove(middle);
    check(bytes, "file_damaged_utf8");
}

#[test]
fn a_short_gb18030_file_is_still_understood() {
    let text = format!("{HEADER}\n{}\n", pupil(1));
    assert!(roster(GB18030.encode(&text).0.into_owned()).is_ok());
}

/// A zip file whose table of contents announces far more than a table needs.
#[test]
fn a_workbook_bomb_is_refused_before_it_is_opened() {
    let mut book = Workbook::new();
    book.add_worksheet().write_string(0, 0, "学籍号").unwrap();
    let sound = book.save_to_buffer().unwrap();
    let mut bomb = sound.clone();
    let entry = bomb.windows(4).position(|at| at == b"PK\x01\x02").unwrap();
    bomb[entry + 24..entry + 28].copy_from_slice(&u32::to_le_bytes(3 << 30));
    check(bomb, "workbook_bomb");
    let mut dense = sound.clone();
    dense[entry + 24..entry + 28].copy_from_slice(&u32::to_le_bytes(100 << 20));
    check(dense, "workbook_bomb");
    check(&sound[..sound.len() / 2], "workbook_damaged");
    check(b"PK\x03\x04".as_slice(), "workbook_damaged");
}

#[test]
fn an_empty_workbook_has_no_sheet() {
    let mut book = Workbook::new();
    book.add_worksheet();
    check(book.save_to_buffer().unwrap(), "workbook_no_sheet");
}

#[test]
fn an_unclosed_quotation_mark_is_named() {
    let text = roster_text(400).replacen("张三", "\"张三", 1);
    check(text, "cell_too_long");
}

#[test]
fn a_missing_column_names_the_accepted_spellings_and_the_mapping() {
    let error = refusal(roster_text(3).replace("学籍号", "编号"));
    let ImportError::Header(HeaderError::Missing { .. }) = &error else {
        panic!("another error: {error}");
    };
    let sentence = error.fault().sentence(Language::Zh);
    assert!(sentence.contains("学籍号 / 全国学籍号") && sentence.contains("--map"));
    assert!(sentence.contains("校内的“学号”不是它"), "{sentence}");
}

#[test]
fn two_columns_of_one_field_are_both_named() {
    let error = refusal(roster_text(3).replace("学号,", "全国学籍号,"));
    let ImportError::Header(HeaderError::Twice { first, second }) = error else {
        panic!("another error: {error}");
    };
    assert_eq!((first.as_str(), second.as_str()), ("学籍号", "全国学籍号"));
}

/// A part that is larger than the table of contents tells, and one that announces more texts
/// than it holds, would take memory before any row is counted.
#[test]
fn a_workbook_that_lies_about_its_size_is_refused() {
    let texts = "<sst uniqueCount=\"99999999999\"><si><t>x</t></si></sst>";
    let parts =
        [("xl/workbook.xml", "<workbook/>".as_bytes()), ("xl/sharedStrings.xml", texts.as_bytes())];
    check(archive(&parts[..1], |size| size - 1), "workbook_bomb");
    check(archive(&parts, |size| size), "workbook_bomb");
    check(archive(&parts[..1], |size| size), "workbook_damaged");
}
