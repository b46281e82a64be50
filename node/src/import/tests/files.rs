//! Forms of files that are read: encodings, separators, line ends, workbooks.

use encoding_rs::GB18030;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::support::{HEADER, faults, number, open, pupil, roster, roster_text};
use crate::import::source::{Encoding, Form};

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let mark: Vec<u8> = if big { vec![0xFE, 0xFF] } else { vec![0xFF, 0xFE] };
    let units = text
        .encode_utf16()
        .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
    mark.into_iter().chain(units).collect()
}

/// Checks that a file gives `rows` sound rows in the expected form.
fn check_text(bytes: Vec<u8>, encoding: Encoding, separator: char, rows: usize) {
    let file = roster(bytes).unwrap();
    assert_eq!(faults(&file), []);
    assert_eq!(file.rows.len(), rows);
    assert!(file.rows.iter().all(|(_, row)| &*row.name == "张三" && &*row.class == "1班"));
    assert_eq!(file.facts.form, Form::Text { encoding, separator });
}

/// The same table is read from every encoding that offices save.
#[test]
fn every_encoding_gives_the_same_rows() {
    let text = roster_text(50);
    let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    check_text(text.clone().into_bytes(), Encoding::Utf8, ',', 50);
    check_text(marked, Encoding::Utf8Mark, ',', 50);
    check_text(GB18030.encode(&text).0.into_owned(), Encoding::Gb18030, ',', 50);
    check_text(utf16(&text, false), Encoding::Utf16Le, ',', 50);
    check_text(utf16(&text, true), Encoding::Utf16Be, ',', 50);
}

#[test]
fn tabs_semicolons_and_a_separator_line_are_understood() {
    let text = roster_text(20);
    check_text(text.replace(',', "\t").into_bytes(), Encoding::Utf8, '\t', 20);
    check_text(utf16(&text.replace(',', "\t"), false), Encoding::Utf16Le, '\t', 20);
    check_text(text.replace(',', ";").into_bytes(), Encoding::Utf8, ';', 20);
    check_text(format!("sep=;\r\n{}", text.replace(',', ";")).into(), Encoding::Utf8, ';', 20);
}

/// Row numbers are those of the spreadsheet, whatever the line ends, blank lines and line breaks
/// inside quotation marks.
#[test]
fn rows_are_numbered_as_a_spreadsheet_shows_them() {
    let bad = pupil(2).replace("男", "猫");
    let text =
        format!("{HEADER}\n{}\n\n\n{}\n{bad}", pupil(0).replace("张三", "\"张\n三\""), pupil(1));
    for text in [text.clone(), text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
        let file = roster(text).unwrap();
        assert_eq!(faults(&file), [(6, "sex")]);
        assert_eq!(file.rows.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [2, 5]);
        assert!(file.rows.iter().all(|(_, row)| &*row.name == "张三"));
    }
    let separated = format!("sep=,\n{HEADER}\n{bad}\n");
    assert_eq!(faults(&roster(separated).unwrap()), [(2, "sex")]);
}

#[test]
fn a_title_above_the_header_and_blank_rows_below_are_passed_over() {
    let text =
        format!("示例中学学生名册,,,,,,,,\n\n{HEADER}\n{}\n,,,,,,,,\n  ,,,,,,,,\n", pupil(1));
    let file = roster(text).unwrap();
    assert_eq!(faults(&file), []);
    assert_eq!((file.facts.header_row, file.facts.rows, file.rows.len()), (3, 1, 1));
}

#[test]
fn a_short_row_lacks_its_last_cells_and_a_long_row_is_an_error() {
    let short = pupil(1).replace(",是,2025-09-17", "");
    let long = format!("{},多出来的", pupil(2));
    let trailing = format!("{},,,", pupil(3));
    let file = roster(format!("{HEADER}\n{short}\n{long}\n{trailing}\n")).unwrap();
    assert_eq!(faults(&file), [(3, "row_too_long")]);
    assert_eq!(file.rows.len(), 2);
}

/// Cells of a workbook are read as what a person sees: real dates, numbers, texts, blanks.
#[test]
fn a_workbook_is_read_with_its_dates_and_numbers() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("说明").unwrap();
    let sheet = book.add_worksheet();
    sheet.set_name("名册").unwrap();
    let day = Format::new().set_num_format("yyyy/m/d");
    let center = Format::new();
    sheet.merge_range(0, 0, 0, 8, "示例中学学生名册", &center).unwrap();
    for (column, name) in (0_u16..).zip(HEADER.split(',')) {
        sheet.write_string(1, column, name).unwrap();
    }
    for n in 0..30_u32 {
        let row = n + 2;
        sheet.write_string(row, 0, number(n)).unwrap();
        sheet.write_number(row, 1, 20_250_100.0 + f64::from(n)).unwrap();
        sheet.write_string(row, 2, "张三").unwrap();
        sheet.write_number(row, 3, 1.0 + f64::from(n % 2)).unwrap();
        let birth = ExcelDateTime::from_ymd(2013, 4, 1).unwrap();
        sheet.write_datetime_with_format(row, 4, &birth, &day).unwrap();
        sheet.write_number(row, 5, 7.0).unwrap();
        sheet.write_number(row, 6, 1.0).unwrap();
        sheet.write_string(row, 7, "同意").unwrap();
        sheet.write_number(row, 8, 45_917.0).unwrap();
    }
    sheet.write_blank(40, 3, &day).unwrap();
    let other = book.add_worksheet();
    other.set_name("八年级").unwrap().write_string(0, 0, "x").unwrap();
    let file = roster(book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(faults(&file), []);
    assert_eq!((file.facts.header_row, file.rows.len()), (2, 30));
    let unread = vec!["八年级".to_owned()];
    assert_eq!(file.facts.form, Form::Workbook { sheet: "名册".to_owned(), unread });
    let (row, first) = file.rows.first().unwrap();
    assert_eq!(*row, 3);
    assert_eq!(first.local_number.as_deref(), Some("20250100"));
    assert_eq!(first.birth_date.unwrap().to_string(), "2013-04-01");
    assert_eq!(first.consent_date.unwrap().to_string(), "2025-09-17");
}

/// A long number in a numeric cell has lost its last digits; it is refused, not rounded.
#[test]
fn a_numeric_id_of_a_workbook_is_refused_as_ruined() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0_u16..).zip(HEADER.split(',')) {
        sheet.write_string(0, column, name).unwrap();
    }
    sheet.write_number(1, 0, 110_101_201_304_011_234.0).unwrap();
    for (column, cell) in (1_u16..).zip(pupil(1).split(',').skip(1)) {
        sheet.write_string(1, column, cell).unwrap();
    }
    let file = roster(book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(faults(&file), [(2, "id_ruined")]);
    assert_eq!(file.errors.first().unwrap().value, "1.10101E+17");
}

/// A file of 20 MB is handed out row by row.
///
/// Method: an input that makes its text as it is read and counts the largest request; what is
/// held at a time stays a small part of the file.
#[test]
fn twenty_megabytes_stream_in_small_pieces() {
    use std::io::{Read, Seek, SeekFrom};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    const BYTES: u64 = 20 << 20;
    struct Endless(u64, Vec<u8>, Arc<AtomicU64>);
    impl Read for Endless {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            self.2.fetch_max(out.len() as u64, Ordering::Relaxed);
            let line = self.1.len() as u64;
            let left = usize::try_from(BYTES - self.0).unwrap().min(out.len());
            let start = usize::try_from(self.0 % line).unwrap();
            let end = self.1.len().min(start + left);
            out[..end - start].copy_from_slice(&self.1[start..end]);
            self.0 += (end - start) as u64;
            Ok(end - start)
        }
    }
    impl Seek for Endless {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            self.0 = match to {
                SeekFrom::Start(at) => at,
                SeekFrom::End(_) => BYTES,
                SeekFrom::Current(by) => self.0.checked_add_signed(by).unwrap(),
            };
            Ok(self.0)
        }
    }
    let largest = Arc::new(AtomicU64::new(0));
    let line = GB18030.encode(&format!("{}\r\n", pupil(1))).0.into_owned();
    let whole = BYTES / line.len() as u64;
    let mut source =
        crate::import::source::Source::open(Endless(0, line, largest.clone())).unwrap();
    let mut rows = 0_u64;
    source
        .for_each_row(&mut |row| {
            rows += 1;
            assert!(row.cells.as_slice().len() < 200);
            crate::import::source::Flow::More
        })
        .unwrap();
    assert!(rows == whole || rows == whole + 1);
    assert!(largest.load(Ordering::Relaxed) <= 64 << 10);
}

#[test]
fn rows_can_be_read_again() {
    let mut source = open(roster_text(5)).unwrap();
    for _ in 0..2 {
        let mut rows = 0;
        source
            .for_each_row(&mut |_| {
                rows += 1;
                crate::import::source::Flow::More
            })
            .unwrap();
        assert_eq!(rows, 6);
    }
}
