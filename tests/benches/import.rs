//! Import (P10): 3,000 pupils and 60 items, parsed, validated, compared, scored and durably stored.
//!
//! Processor time of this process, which does nothing else; from the bytes of the file to the
//! commit in an encrypted ledger. The pupils are generated and their roster is imported before.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot go on says so and ends"
)]

mod support;

use std::io::Cursor;
use std::sync::Arc;

use certs::digest::sha256;
use domain::period::TermId;
use domain::scale::Setting;
use jiff::civil::{Date, date};
use node::import::answers::{self, AnswersContext};
use node::import::preview::{Accepted, Comparable, Scope, compare};
use node::import::roster::{self, RosterContext};
use node::import::source::Source;
use node::import::table::ParsedFile;
use node::import::value::{Grade, GradeSpan};
use node::ledger::import_batch::ImportSource;
use node::ledger::{Ledger, sheet, student};
use node::screening::Screening;
use runtime::sql::{DataKey, SqlError};
use support::report::{self, Goal, median};

const PUPILS: u32 = 3_000;
const ITEMS: usize = 60;
const SCALE: &str = "mssmhs";
const TERM: TermId = TermId { school_year: 2025, number: 1 };
const TODAY: Date = date(2025, 11, 20);
const REPEATS: usize = 5;

fn main() {
    report::title("import");
    let (csv, xlsx) = (text(), workbook());
    println!("\nCSV {} B, xlsx {} B.", csv.len(), xlsx.len());
    let (mut plain, mut book) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        plain.push(import(csv.clone().into_bytes()));
        book.push(import(xlsx.clone()));
    }
    report::goals();
    let goal = |what, cpu: &[f64], (must, aim)| {
        Goal { id: "P10", what, value: median(cpu), unit: "ms CPU", must, aim, more: false }
            .print();
    };
    goal("CSV, 3,000 pupils, 60 items", &plain, (100.0, 20.0));
    goal("xlsx, 3,000 pupils, 60 items", &book, (300.0, 150.0));
    println!("\nload {} after", report::load());
}

/// Processor milliseconds of one import of answers into a ledger that knows the pupils.
fn import(bytes: Vec<u8>) -> f64 {
    let folder = tempfile::tempdir().expect("folder");
    let ledger = Ledger::open(&folder.path().join("ledger.db"), DataKey::new([7; 32]));
    let ledger = ledger.expect("ledger");
    enrol(&ledger);
    let screening = screening();
    let before = cpu_ms();
    let ids = ledger.read(student::ids).expect("ids");
    let items = screening.item_columns();
    let on_roll = |number: &_| ids.contains_key(number);
    let context = AnswersContext {
        scale: SCALE,
        scale_names: &[],
        items: &items,
        today: TODAY,
        default_date: None,
        on_roll: &on_roll,
    };
    let mut source = Source::open(Cursor::new(bytes)).expect("source");
    let parsed = answers::read(&mut source, None, &context).expect("answers");
    let known = ledger.read(|tx| sheet::known(tx, TERM, SCALE, ITEMS)).expect("known");
    let batch = accept(parsed, Scope::Part, |key| known.get(key).cloned());
    let written = ledger.write("answers", move |tx| screening.apply(tx, &batch, &origin()));
    let receipt = written.expect("written");
    assert_eq!(receipt.import.counts.new, u64::from(PUPILS), "sheets are missing");
    cpu_ms() - before
}

fn enrol(ledger: &Ledger) {
    let span = |code| Grade::from_code(code).expect("grade");
    let context = RosterContext {
        today: TODAY,
        school_year: 2025,
        grades: GradeSpan { from: span("g7"), to: span("g9") },
        school_codes: Vec::new(),
        school_names: Vec::new(),
    };
    let mut text = "学籍号,姓名,性别,年级,班级,监护人同意,同意日期\n".to_owned();
    for n in 0..PUPILS {
        let sex = if n % 2 == 0 { "男" } else { "女" };
        text += &format!("{},张某某,{sex},七年级,{}班,是,2025-09-17\n", number(n), n / 50 + 1);
    }
    let mut source = Source::open(Cursor::new(text.into_bytes())).expect("source");
    let parsed = roster::read(&mut source, None, &context).expect("roster");
    let batch = accept(parsed, Scope::Whole(Vec::new()), |_| None);
    ledger.write("roster", move |tx| student::apply(tx, &batch, &origin())).expect("roster");
}

fn accept<R: Comparable>(
    parsed: ParsedFile<R>,
    scope: Scope<R::Key>,
    mut lookup: impl FnMut(&R::Key) -> Option<R>,
) -> Accepted<R> {
    let preview = compare(parsed, scope, |key| Ok::<_, SqlError>(lookup(key))).expect("compared");
    preview.accept().map_err(|refused| refused.error_rows).expect("rows are right")
}

/// The scale of 60 items, as a demonstration would load it.
fn screening() -> Screening {
    use proto::pack::{Pack, PackKind, embedded, read};
    let bytes = embedded::find(PackKind::Scale, SCALE).expect("pack").bytes;
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    let text = text.replacen("revision = 1\n", "revision = 1\ndemonstration = true\n", 1);
    let Ok(Pack::Scale(scale)) = read(PackKind::Scale, SCALE, text.as_bytes()) else {
        panic!("the scale cannot be read");
    };
    let calendar = embedded::calendar().expect("calendar");
    let term = *calendar.term(TERM).expect("term");
    let pack = sha256(text.as_bytes());
    Screening::new(Arc::new(*scale), pack, term, Setting::Demonstration).expect("allowed")
}

fn origin() -> ImportSource {
    ImportSource {
        file_name: "answers.csv".to_owned(),
        digest: sha256(b"file"),
        author: "bench".to_owned(),
        as_of: date(2025, 10, 10),
        now_ms: 1_763_600_000_000,
    }
}

fn number(n: u32) -> String {
    format!("G999999201301{n:05}A")
}

fn answer(n: u32, item: usize) -> u32 {
    // Mostly low answers, as in a school.
    let draw = (n * 31 + u32::try_from(item).unwrap_or(0) * 17) % 23;
    [1, 1, 1, 2, 2, 3, 4, 5].get((draw % 8) as usize).copied().unwrap_or(1)
}

fn header() -> Vec<String> {
    let mut header: Vec<String> = ["学籍号", "测评日期", "参测情况"].map(str::to_owned).into();
    header.extend((1..=ITEMS).map(|item| format!("第{item}题")));
    header
}

fn text() -> String {
    let mut text = header().join(",") + "\n";
    for n in 0..PUPILS {
        text += &format!("{},2025-10-20,已测", number(n));
        for item in 0..ITEMS {
            text += &format!(",{}", answer(n, item));
        }
        text.push('\n');
    }
    text
}

fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(header()) {
        sheet.write_string(0, column, name).expect("cell");
    }
    for n in 0..PUPILS {
        sheet.write_string(n + 1, 0, number(n)).expect("cell");
        sheet.write_string(n + 1, 1, "2025-10-20").expect("cell");
        sheet.write_string(n + 1, 2, "已测").expect("cell");
        for (column, item) in (3..).zip(0..ITEMS) {
            sheet.write_number(n + 1, column, f64::from(answer(n, item))).expect("cell");
        }
    }
    book.save_to_buffer().expect("workbook")
}

/// Processor time of this process and its threads, in milliseconds.
fn cpu_ms() -> f64 {
    let mut total = 0.0;
    for task in std::fs::read_dir("/proc/self/task").expect("tasks").flatten() {
        let text = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        let first = text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok());
        total += first.unwrap_or(0.0) / 1e6;
    }
    total
}
