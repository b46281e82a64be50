//! Three ways in which the same sheets come into a ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::scale::Setting;
use jiff::Timestamp;
use jiff::civil::Date;
use node::console::answer;
use node::import::answers::{self, AnswerOutcome, AnswersContext};
use node::import::preview::{Scope, compare};
use node::import::source::Source;
use node::ledger::Ledger;
use node::ledger::entry::StudentId;
use node::ledger::import_batch::ImportSource;
use node::ledger::refusal::LedgerRefusal;
use node::ledger::run::paper::Pass;
use node::ledger::run::{InstrumentId, RunId, people};
use node::packs::Packs;
use node::screening::answering::AnsweringError;
use node::screening::attendance;
use node::screening::shelf::Shelf;
use node::screening::{Screening, ScreeningError, paper};
use runtime::clock::{Clock, date_of};
use runtime::sql::SqlError;
use runtime::web::factor::FactorPolicy;
use runtime::web::trial::Browser;
use runtime::web::{Label, SessionStore, Sessions, Shell, Transport};
use tests::answering::{SCALE, counsellor, draw_codes, import_roster, open_run, shelf};

/// One sheet of the file: student number and answers.
pub struct Row {
    /// National student number.
    pub number: String,
    /// Answers in the order of the items.
    pub answers: Vec<Option<u8>>,
}

/// What a sheet holds and scored, whatever its day.
#[derive(PartialEq, Eq)]
pub struct Sheet {
    answers: Vec<u8>,
    total: Option<i64>,
    band: Option<String>,
    tier: Option<String>,
    /// Critical flags.
    pub flags: String,
    outcome: String,
}

/// The sheets of an answers file whose items are those of the scale, in its order.
pub fn rows_of(text: &str) -> Vec<Row> {
    let packs = Packs::embedded().expect("packs");
    let scale = packs.scale(SCALE).expect("scale").pack.clone();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("header").clone();
    let place = |name: &str| header.iter().position(|known| known == name);
    let number = place("学籍号").expect("numbers");
    let columns: Vec<usize> =
        scale.items().iter().map(|item| place(&item.code).expect("item")).collect();
    let row = |record: csv::StringRecord| Row {
        number: record.get(number).unwrap_or_default().to_owned(),
        answers: columns
            .iter()
            .map(|column| record.get(*column).and_then(|cell| cell.parse().ok()))
            .collect(),
    };
    reader.records().map(|record| row(record.expect("row"))).collect()
}

/// A ledger with the roster and a run.
pub struct Way {
    ledger: Ledger,
    shelf: Arc<Shelf>,
    run: RunId,
    now_ms: i64,
}

impl Way {
    /// A ledger in memory, in the middle of its term.
    pub fn new(roster: &str) -> Self {
        let ledger = Ledger::in_memory().expect("ledger");
        import_roster(&ledger, roster).expect("roster");
        let packs = Packs::embedded().expect("packs");
        let census = packs.calendar().terms().first().expect("term").census;
        let noon = census.at(12, 0, 0, 0);
        let now_ms = runtime::clock::instant_ms(noon);
        let shelf = shelf();
        let run = open_run(&ledger, &shelf, now_ms).expect("run");
        Self { ledger, shelf, run, now_ms }
    }

    fn today(&self) -> Date {
        date_of(Timestamp::from_millisecond(self.now_ms).expect("instant"))
    }

    /// The sheets of those whose guardians did not refuse: nobody else may answer.
    pub fn able(&self, rows: Vec<Row>) -> Vec<Row> {
        let (run, today) = (self.run, self.today());
        let able = self.ledger.read(move |tx| {
            let known = node::ledger::run::get(tx, run)?;
            let mut all = people::all(tx, run)?;
            all.retain(|who| attendance::is_given_a_code(&known, who, today));
            Ok::<_, LedgerRefusal>(all.iter().map(|who| who.number.as_str().to_owned()).collect())
        });
        let able: BTreeSet<String> = able.expect("able");
        rows.into_iter().filter(|row| able.contains(&row.number)).collect()
    }

    fn students(&self) -> BTreeMap<String, StudentId> {
        let run = self.run;
        let all = self.ledger.read(move |tx| people::all(tx, run)).expect("people");
        all.iter().map(|who| (who.number.as_str().to_owned(), who.student)).collect()
    }

    /// Every sheet pressed answer by answer in a browser.
    pub async fn answer_all(&self, rows: &[Row]) {
        let codes = draw_codes(&self.ledger, self.run, self.now_ms).expect("codes");
        let codes: BTreeMap<StudentId, String> = codes.into_iter().collect();
        let students = self.students();
        let start = Timestamp::from_millisecond(self.now_ms).expect("instant");
        let (clock, _) = Clock::simulated(start);
        let site = answer::site(Label::same("示例"), "F1".to_owned(), Transport::Loopback);
        let store = SessionStore::new(self.ledger.database().clone());
        let shell = Shell {
            site,
            sessions: Sessions::new(store, FactorPolicy::DangerNobody).expect("sessions"),
            clock,
        };
        let pages = answer::alone(Arc::new(shell), self.ledger.clone(), Arc::clone(&self.shelf));
        for row in rows {
            let code = students.get(&row.number).and_then(|student| codes.get(student));
            let mut browser = Browser::new(pages.clone());
            answer_one(&mut browser, code.expect("a code"), row).await;
        }
    }

    /// Every sheet typed twice and handed in.
    pub fn type_all(&self, rows: &[Row]) {
        let students = self.students();
        let of = |number: &String| *students.get(number).expect("a student");
        let lines: Vec<(StudentId, String)> =
            rows.iter().map(|row| (of(&row.number), paper::line_of(&row.answers))).collect();
        let (run, now_ms, shelf, today) =
            (self.run, self.now_ms, Arc::clone(&self.shelf), self.today());
        let done = self.ledger.write("paper", move |tx| {
            let author = counsellor(now_ms);
            let parts = shelf.parts(tx, run)?;
            let part = parts.first().expect("an instrument");
            let known = node::ledger::run::get(tx, run)?;
            for pass in [Pass::First, Pass::Second] {
                for (student, line) in &lines {
                    let who = people::of(tx, run, *student)?;
                    let answers = paper::parse_line(part, line).expect("a line");
                    paper::enter(tx, &author, (&known, part, &who), (pass, &answers))?;
                }
            }
            let all: Vec<StudentId> = lines.iter().map(|(student, _)| *student).collect();
            let id: InstrumentId = part.instrument.id;
            paper::hand_in(tx, &author, &shelf, (run, id), (&all, today))
        });
        let done: Result<usize, AnsweringError> = done;
        assert_eq!(done.expect("handed in"), rows.len());
    }

    /// Every sheet as a file of the office.
    pub fn import_all(&self, rows: &[Row]) {
        let packs = Packs::embedded().expect("packs");
        let known = packs.scale(SCALE).expect("scale").clone();
        let term = *packs.calendar().terms().first().expect("term");
        let setting = Setting::Demonstration;
        let screening = Screening::new(known.pack, known.digest, term, setting).expect("allowed");
        let items = screening.item_columns();
        let codes: Vec<&str> = items.iter().map(|item| item.code.as_str()).collect();
        let mut text = format!("学籍号,测评日期,{}\n", codes.join(","));
        for row in rows {
            let cell = |answer: &Option<u8>| answer.map_or_else(String::new, |a| a.to_string());
            let cells: Vec<String> = row.answers.iter().map(cell).collect();
            text += &format!("{},{},{}\n", row.number, self.today(), cells.join(","));
        }
        let context = AnswersContext {
            scale: SCALE,
            scale_names: &[],
            items: &items,
            today: self.today(),
            default_date: None,
            on_roll: &|_| true,
        };
        let mut source = Source::open(std::io::Cursor::new(text.into_bytes())).expect("source");
        let file = answers::read(&mut source, None, &context).expect("answers");
        let fresh = |_: &_| Ok::<_, std::convert::Infallible>(None);
        let preview = compare(file, Scope::Part, fresh).expect("preview");
        let batch = preview.accept().ok().expect("the file has no errors");
        let from = ImportSource {
            file_name: "answers.csv".to_owned(),
            digest: certs::digest::sha256(b"file"),
            author: "test".to_owned(),
            as_of: self.today(),
            now_ms: self.now_ms,
        };
        let taken = self.ledger.write("import", move |tx| screening.apply(tx, &batch, &from));
        let taken: Result<_, ScreeningError> = taken;
        assert_eq!(taken.expect("taken").import.counts.new, rows.len() as u64);
    }

    /// What the ledger holds, by student number; and the run knows each as handed in.
    pub fn sheets(&self) -> BTreeMap<String, Sheet> {
        let run = self.run;
        let found = self.ledger.read(move |tx| {
            let waiting = people::all(tx, run)?;
            let done = waiting.iter().filter(|who| who.state.is_done() || is_void(who)).count();
            let sheets = tx.query(
                "select s.student_number, h.answers, h.total, h.band, h.tier, h.flags, h.outcome,
                     h.handed_in
                 from sheet h join student s on s.id = h.student where h.current = 1",
                &[],
                |row| {
                    let answered = row.text(7)? == AnswerOutcome::Answered.code();
                    assert!(answered, "only answered sheets were given");
                    let sheet = Sheet {
                        answers: row.blob(1)?,
                        total: row.opt_i64(2)?,
                        band: row.opt_text(3)?,
                        tier: row.opt_text(4)?,
                        flags: row.text(5)?,
                        outcome: row.text(6)?,
                    };
                    Ok((row.text(0)?, sheet))
                },
            )?;
            Ok::<_, SqlError>((done, sheets))
        });
        let (done, sheets) = found.expect("sheets");
        assert_eq!(done, sheets.len(), "who handed in stands as such in the run");
        sheets.into_iter().collect()
    }
}

fn is_void(who: &people::Participant) -> bool {
    who.state == domain::screening::State::Void
}

async fn answer_one(browser: &mut Browser, code: &str, row: &Row) {
    let page = browser.get("/answer").await.expect("page");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let entered = browser.post("/answer", &[("csrf", &csrf), ("code", code)]).await;
    assert_eq!(entered.expect("entered").status.as_u16(), 303);
    let page = browser.get("/answer/start").await.expect("start");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    for (place, answer) in (1..).zip(&row.answers) {
        let Some(value) = answer else { continue };
        let (path, value) = (format!("/answer/items/{place}"), value.to_string());
        let fields = [("csrf", csrf.as_str()), ("value", value.as_str())];
        let saved = browser.post(&path, &fields).await.expect("saved");
        assert_eq!(saved.status.as_u16(), 303);
    }
    let done = browser.post("/answer/submit", &[("csrf", &csrf)]).await.expect("handed in");
    assert_eq!(done.status.as_u16(), 200);
}
