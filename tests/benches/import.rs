//! Import (P10): 3,000 pupils and 60 items, parsed, validated, compared, scored and durably stored;
//! and the roster of a school of 4,000, from the bytes of its file to the commit.
//!
//! Processor time of this process for P10, which does nothing else, and time on the clock for the
//! roster, which somebody waits for; both from the bytes of the file to the commit in an encrypted
//! ledger on the disk. The pupils are generated. The roster is measured into an empty ledger, as on
//! the first morning, and once more as the school's next one, in which every tenth pupil changed.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot go on says so and ends"
)]

mod support;

use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

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
use support::report::{self, Goal, median, ms};

const PUPILS: u32 = 3_000;
const ITEMS: usize = 60;
/// Pupils of the large school whose roster is brought.
const LARGE: u32 = 4_000;
const SCALE: &str = "mssmhs";
const TERM: TermId = TermId { school_year: 2025, number: 1 };
const TODAY: Date = date(2025, 11, 20);
const REPEATS: usize = 5;
/// Days on which every pupil is tested in the large file of answers.
const DAYS: u32 = 45;
/// Rows of another school in the large roster.
const FOREIGN: u32 = 280_000;
/// The school whose large roster is brought.
const UNIT: &str = "F370202004J01";

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--large").skip(1);
    if let (Some(kind), Some(file)) = (arguments.next(), arguments.next()) {
        return take_large(&kind, Path::new(&file));
    }
    report::title("import");
    let (csv, xlsx) = (text(), workbook());
    println!("\nCSV {} B, xlsx {} B.", csv.len(), xlsx.len());
    let (mut plain, mut book) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        plain.push(import(csv.clone().into_bytes()));
        book.push(import(xlsx.clone()));
    }
    let rosters: Vec<_> = [csv_of as fn(&[Vec<String>]) -> Vec<u8>, xlsx_of].map(fill).into();
    report::goals();
    let goal = |what, cpu: &[f64], (must, aim)| {
        Goal { id: "P10", what, value: median(cpu), unit: "ms CPU", must, aim, more: false }
            .print();
    };
    goal("CSV, 3,000 pupils, 60 items", &plain, (100.0, 20.0));
    goal("xlsx, 3,000 pupils, 60 items", &book, (300.0, 150.0));
    let goal = |what: String, taken: &[f64]| {
        let (value, must, aim) = (median(taken), 3_000.0, 1_000.0);
        Goal { id: "-", what: &what, value, unit: "ms", must, aim, more: false }.print();
    };
    for (kind, (first, next)) in ["CSV", "xlsx"].iter().zip(&rosters) {
        goal(format!("roster of 4,000 into an empty ledger, {kind}"), first);
        goal(format!("the next roster, a tenth changed, {kind}"), next);
    }
    let goal = |what, kind, file: String, (must, aim)| {
        let value = held(kind, &file);
        Goal { id: "-", what, value, unit: "x the file", must, aim, more: false }.print();
    };
    let sheets = "memory of 135,000 sheets of 60 items, taken and brought again";
    goal(sheets, "answers", large_answers(), (6.0, 3.0));
    let foreign = "memory of 280,000 rows of another school, refused";
    goal(foreign, "roster", large_roster(), (1.0, 0.5));
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
    let source = Source::open(Cursor::new(bytes)).expect("source");
    let new = take_answers(&ledger, screening, source);
    assert_eq!(new, u64::from(PUPILS), "sheets are missing");
    cpu_ms() - before
}

/// Takes a file of answers; gives how many sheets were new.
fn take_answers(ledger: &Ledger, screening: Screening, mut source: Source) -> u64 {
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
    let parsed = answers::read(&mut source, None, &context).expect("answers");
    let known = ledger.read(|tx| sheet::known(tx, TERM, SCALE, ITEMS)).expect("known");
    let batch = accept(parsed, Scope::Part, |key| known.get(key).cloned());
    let written = ledger.write("answers", move |tx| screening.apply(tx, &batch, &origin()));
    written.expect("written").import.counts.new
}

/// How many times the size of a file a process of its own needs for it at the highest, beside what
/// it held before it opened the file.
fn held(kind: &str, text: &str) -> f64 {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("large.csv");
    std::fs::write(&file, text).expect("file");
    let mut child = Command::new(std::env::current_exe().expect("own path"));
    let ran = child.args(["--large", kind]).arg(&file).output().expect("child");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let bytes = String::from_utf8_lossy(&ran.stdout).trim().parse::<f64>().expect("bytes");
    println!("{kind}: {} B in the file, {bytes} B held", text.len());
    bytes / text.len() as f64
}

/// What the child does; it prints by how many bytes its highest memory grew.
fn take_large(kind: &str, file: &Path) {
    let folder = tempfile::tempdir().expect("folder");
    let ledger = Ledger::open(&folder.path().join("ledger.db"), DataKey::new([7; 32]));
    let ledger = ledger.expect("ledger");
    enrol(&ledger);
    let open = || {
        let file = File::open(file).expect("file");
        Source::open(BufReader::new(file)).expect("source")
    };
    let before = highest_bytes();
    if kind == "answers" {
        assert_eq!(take_answers(&ledger, screening(), open()), u64::from(PUPILS * DAYS));
        assert_eq!(take_answers(&ledger, screening(), open()), 0);
    } else {
        let span = |code| Grade::from_code(code).expect("grade");
        let context = RosterContext {
            today: TODAY,
            school_year: 2025,
            grades: GradeSpan { from: span("g7"), to: span("g9") },
            school_codes: vec![UNIT.to_owned()],
            school_names: Vec::new(),
        };
        let rows = roster::read(&mut open(), None, &context).expect("roster");
        let known = ledger.read(student::current).expect("known");
        let scope = Scope::Whole(known.keys().copied().collect());
        let preview = compare(rows, scope, |number| Ok::<_, SqlError>(known.get(number).cloned()));
        assert_eq!(preview.expect("compared").error_rows, FOREIGN);
    }
    println!("{}", highest_bytes() - before);
}

/// The most bytes that this process held up to now.
fn highest_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("peak");
    line.trim().trim_end_matches("kB").trim().parse::<u64>().expect("number") * 1_024
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

/// Milliseconds of the first roster of a large school, and of its next one, in each repeat.
fn fill(file: fn(&[Vec<String>]) -> Vec<u8>) -> (Vec<f64>, Vec<f64>) {
    let (first, next) = (file(&roster_rows(false)), file(&roster_rows(true)));
    println!("roster {} B and {} B", first.len(), next.len());
    let (mut filled, mut followed) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("ledger.db");
        let ledger = Ledger::open(&path, DataKey::new([7; 32])).expect("ledger");
        filled.push(take_roster(&ledger, first.clone(), (LARGE, 0)));
        followed.push(take_roster(&ledger, next.clone(), (0, LARGE / 10)));
    }
    (filled, followed)
}

/// Milliseconds from the bytes of a roster to its commit; it must bring so many new and changed
/// pupils.
fn take_roster(ledger: &Ledger, bytes: Vec<u8>, (new, changed): (u32, u32)) -> f64 {
    let span = |code| Grade::from_code(code).expect("grade");
    let context = RosterContext {
        today: TODAY,
        school_year: 2025,
        grades: GradeSpan { from: span("g1"), to: span("g9") },
        school_codes: Vec::new(),
        school_names: Vec::new(),
    };
    let start = Instant::now();
    let mut source = Source::open(Cursor::new(bytes)).expect("source");
    let mut rows = roster::read(&mut source, None, &context).expect("roster");
    let known = ledger.read(student::current).expect("known");
    let by_hand = ledger.read(student::by_hand).expect("by hand");
    let source = ImportSource { as_of: TODAY, ..origin() };
    let scope = Scope::Whole(roster::settle(&mut rows, &known, &by_hand, source.as_of));
    let batch = accept(rows, scope, |key| known.get(key).cloned());
    let written = ledger.write("roster", move |tx| student::apply(tx, &batch, &source));
    let taken = ms(start.elapsed());
    let counts = written.expect("written").counts;
    assert_eq!((counts.new, counts.changed), (u64::from(new), u64::from(changed)));
    assert_eq!(ledger.read(student::ids).expect("ids").len(), LARGE as usize);
    taken
}

/// The rows of a roster as an office exports it, the head first; in the next one every tenth pupil
/// has moved to another class.
fn roster_rows(is_next: bool) -> Vec<Vec<String>> {
    let head =
        ["学籍号", "学号", "姓名", "性别", "出生日期", "年级", "班级", "监护人同意", "同意日期"];
    let grades =
        ["一年级", "二年级", "三年级", "四年级", "五年级", "六年级", "七年级", "八年级", "九年级"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for n in 0..LARGE {
        let place = n % 9;
        let grade = grades.get(place as usize).copied().unwrap_or_default();
        let moved = u32::from(is_next && n % 10 == 0);
        let class = n / 9 % 12 + 1 + 12 * moved;
        rows.push(vec![
            number(n),
            format!("{:04}{:03}", 2025 - place, n / 9 + 1),
            "欧阳某某".to_owned(),
            if n % 2 == 0 { "男" } else { "女" }.to_owned(),
            format!("{}-{:02}-{:02}", 2019 - place, n % 8 + 1, n % 28 + 1),
            grade.to_owned(),
            format!("{class}班"),
            "是".to_owned(),
            "2025-09-17".to_owned(),
        ]);
    }
    rows
}

fn csv_of(rows: &[Vec<String>]) -> Vec<u8> {
    let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    (lines.join("\n") + "\n").into_bytes()
}

fn xlsx_of(rows: &[Vec<String>]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (line, row) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            sheet.write_string(line, column, cell).expect("cell");
        }
    }
    book.save_to_buffer().expect("workbook")
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
    push_sheets(&mut text, date(2025, 10, 20));
    text
}

/// A sheet of every pupil on each of many days.
fn large_answers() -> String {
    let mut text = header().join(",") + "\n";
    let mut day = date(2025, 9, 8);
    for _ in 0..DAYS {
        push_sheets(&mut text, day);
        day = day.tomorrow().expect("day");
    }
    text
}

fn push_sheets(text: &mut String, day: Date) {
    for n in 0..PUPILS {
        *text += &format!("{},{day},已测", number(n));
        for item in 0..ITEMS {
            *text += &format!(",{}", answer(n, item));
        }
        text.push('\n');
    }
}

/// A roster of the pupils, in an export of many schools.
fn large_roster() -> String {
    let mut text = "学籍号,姓名,性别,年级,班级,学校代码\n".to_owned();
    for n in 0..PUPILS + FOREIGN {
        let school = if n < PUPILS { UNIT } else { "F370203009J01" };
        text += &format!("{},张某某,男,七年级,{}班,{school}\n", number(n), n % 12 + 1);
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
