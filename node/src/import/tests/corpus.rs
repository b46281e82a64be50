//! Properties over generated files.

use encoding_rs::GB18030;
use proptest::prelude::*;

use super::support::{HEADER, faults, number, open, pupil, roster};
use crate::import::source::{Flow, Source};

/// The cells of every row that a source hands out.
fn cells(mut source: Source) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    source
        .for_each_row(&mut |row| {
            rows.push(row.cells.iter().map(str::to_owned).collect());
            Flow::More
        })
        .unwrap();
    rows
}

fn write(rows: &[Vec<String>], separator: u8) -> String {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    let cell = "[\u{4E00}-\u{9FA5}a-zA-Z0-9,;\"' \n]{0,12}";
    (2..6_usize).prop_flat_map(move |width| {
        prop::collection::vec(prop::collection::vec(cell, width), 1..12)
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// What was written is what is handed out, in every encoding and with every line end.
    #[test]
    fn every_cell_survives(
        rows in table(),
        separator in prop::sample::select(vec![b',', b'\t', b';']),
    ) {
        let mut rows = rows;
        // A first row of plain words, as headers are, settles the separator.
        rows.insert(0, (0..rows[0].len()).map(|n| format!("列{n}")).collect());
        let text = write(&rows, separator);
        prop_assert_eq!(&cells(open(text.clone()).unwrap()), &rows);
        prop_assert_eq!(&cells(open(text.replace('\n', "\r\n")).unwrap()), &rows);
        let (bytes, _, lost) = GB18030.encode(&text);
        prop_assert!(!lost);
        prop_assert_eq!(&cells(open(bytes.into_owned()).unwrap()), &rows);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        prop_assert_eq!(&cells(open([vec![0xFF, 0xFE], wide].concat()).unwrap()), &rows);
    }

    /// No bytes make the import fall over, and a file with wrong rows gives them no typed row.
    #[test]
    fn no_bytes_bring_it_down(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = roster(bytes.clone());
        let _ = roster([format!("{HEADER}\n").into_bytes(), bytes].concat());
    }

    /// A workbook with any byte changed is read or refused, never a crash.
    #[test]
    fn no_damage_to_a_workbook_brings_it_down(at in 0..4_000_usize, value in any::<u8>()) {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (column, cell) in (0_u16..).zip(HEADER.split(',')) {
            sheet.write_string(0, column, cell).unwrap();
        }
        for (column, cell) in (0_u16..).zip(pupil(1).split(',')) {
            sheet.write_string(1, column, cell).unwrap();
        }
        let mut bytes = book.save_to_buffer().unwrap();
        let place = at % bytes.len();
        bytes[place] = value;
        let _ = roster(bytes);
    }

    /// Full-width letters and digits, and spaces around, are the same row.
    #[test]
    fn width_and_spaces_do_not_matter(
        n in 0..10_000_u32,
        space in "[ \u{3000}\u{A0}\u{200B}]{0,3}",
    ) {
        let wide = |text: &str| -> String {
            text.chars()
                .map(|c| if c.is_ascii_graphic() && c != ',' {
                    char::from_u32(c as u32 + 0xFEE0).unwrap()
                } else {
                    c
                })
                .collect()
        };
        let row = wide(&pupil(n)).replace(',', &format!("{space},{space}"));
        let file = roster(format!("{}\n{row}\n", wide(HEADER))).unwrap();
        prop_assert_eq!(faults(&file), vec![]);
        let plain = roster(format!("{HEADER}\n{}\n", pupil(n))).unwrap();
        prop_assert!(file.rows == plain.rows);
        prop_assert_eq!(file.rows[0].1.student_number.as_str(), number(n));
    }
}
