//! A school on disk with a screening run, and students who answer in it over HTTP.

pub mod browser;

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use domain::ledger::SchoolRole;
use domain::scale::Setting;
use domain::screening::Unasked;
use domain::screening::order::{LowestTier, PER_DAY};
use jiff::Timestamp;
use jiff::civil::time;
use node::import::preview::{Scope, compare};
use node::import::roster::{self, RosterContext};
use node::import::source::Source;
use node::import::value::{Grade, GradeSpan, StudentNumber};
use node::ledger::author::Author;
use node::ledger::entry::{StaffId, StudentId};
use node::ledger::import_batch::ImportSource;
use node::ledger::refusal::LedgerRefusal;
use node::ledger::run::{self, RunId, people};
use node::ledger::{Ledger, student};
use node::packs::Packs;
use node::screening::attendance;
use node::screening::opening::{self, OpeningError, Plan};
use node::screening::shelf::Shelf;
use node::unlock::Opener;
use runtime::clock::{Clock, date_of};

/// The scale of these runs: 26 questions, of which the ninth is critical.
pub const SCALE: &str = "demo-phq9-gad7";
/// Questions of the scale.
pub const QUESTIONS: usize = 26;
/// An hour in milliseconds.
const HOUR_MS: i64 = 3_600_000;

/// Anything that went wrong while a school was made.
pub type FairError = Box<dyn std::error::Error + Send + Sync>;

/// The counsellor of these schools.
#[must_use]
pub fn counsellor(now_ms: i64) -> Author {
    Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), now_ms)
}

/// The scales as a demonstration city has them.
#[must_use]
pub fn shelf() -> Arc<Shelf> {
    Arc::new(Shelf::new(Setting::Demonstration, Packs::embedded))
}

/// A roster of so many made-up pupils in classes of fifty, all with consent.
#[must_use]
pub fn roster_of(students: usize) -> String {
    let mut text = String::from("学籍号,姓名,性别,年级,班级,监护人同意,同意日期\n");
    for n in 0..students {
        let sex = if n % 2 == 0 { "男" } else { "女" };
        let class = n / 50 + 1;
        text += &format!("G999999201301{n:05}A,张某某,{sex},七年级,{class}班,是,2025-09-17\n");
    }
    text
}

/// Imports a whole roster.
///
/// # Errors
/// The roster is wrong, or the ledger cannot be written.
pub fn import_roster(ledger: &Ledger, text: &str) -> Result<(), FairError> {
    let span = |code| Grade::from_code(code).ok_or("grade");
    let as_of = jiff::civil::date(2025, 10, 10);
    let context = RosterContext {
        today: jiff::civil::date(2025, 11, 20),
        school_year: 2025,
        grades: GradeSpan { from: span("g7")?, to: span("g12")? },
        school_codes: Vec::new(),
        school_names: Vec::new(),
    };
    let mut source = Source::open(Cursor::new(text.as_bytes().to_vec()))?;
    let file = roster::read(&mut source, None, &context)?;
    let preview =
        compare(file, Scope::Whole(Vec::new()), |_: &StudentNumber| Ok::<_, Infallible>(None))?;
    let batch = preview.accept().map_err(|_| "the roster has errors")?;
    let source = ImportSource {
        file_name: "roster.csv".to_owned(),
        digest: certs::digest::sha256(text.as_bytes()),
        author: "test".to_owned(),
        as_of,
        now_ms: 0,
    };
    ledger.write("roster", move |tx| student::apply(tx, &batch, &source))?;
    Ok(())
}

/// Opens a run over the whole roll, whose classes answer from an hour ago until tomorrow.
///
/// # Errors
/// The run cannot be opened.
pub fn open_run(ledger: &Ledger, shelf: &Arc<Shelf>, now_ms: i64) -> Result<RunId, FairError> {
    let packs = Packs::embedded()?;
    let terms = packs.calendar().terms();
    let term = *terms.first().ok_or("no term")?;
    let grades = (7..=12).map(|n| Grade::from_code(&format!("g{n}")).ok_or("grade"));
    let plan = Plan {
        name: "秋季普测".to_owned(),
        contact: "心理辅导室 204".to_owned(),
        term,
        scales: vec![(
            packs.scale(SCALE).ok_or("scale")?.clone(),
            grades.collect::<Result<Vec<_>, _>>()?,
        )],
        first: term.start,
        last: term.end,
        hours: (time(0, 0, 0, 0), time(23, 0, 0, 0)),
        classes_per_day: 0,
        lowest: LowestTier::Left,
        unasked: Unasked::Answer,
        per_day: PER_DAY,
        special: None,
    };
    let shelf = Arc::clone(shelf);
    let opened = ledger.write("open_run", move |tx| {
        let id = opening::open(tx, &counsellor(now_ms), &plan, &shelf)?;
        for class in run::classes(tx, id)? {
            let window = (now_ms - HOUR_MS, now_ms + 24 * HOUR_MS);
            run::set_window(tx, (id, class.id), window)?;
        }
        Ok::<_, OpeningError>(id)
    })?;
    Ok(opened)
}

/// A code for each student of a run who is given one.
///
/// # Errors
/// The ledger cannot be written.
pub fn draw_codes(
    ledger: &Ledger,
    id: RunId,
    now_ms: i64,
) -> Result<Vec<(StudentId, String)>, FairError> {
    let today = date_of(Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::MAX));
    let drawn = ledger.write("codes", move |tx| {
        let known = run::get_open(tx, id)?;
        let mut codes = Vec::new();
        let all = people::all(tx, id)?;
        for who in all.into_iter().filter(|who| attendance::is_given_a_code(&known, who, today)) {
            let code = attendance::issue(tx, &counsellor(now_ms), &known, &who)?;
            codes.push((who.student, code.to_string()));
        }
        Ok::<_, LedgerRefusal>(codes)
    })?;
    Ok(drawn)
}

/// A data folder with so many students in a run, which a node can serve without a person; gives
/// their codes.
///
/// # Errors
/// The folder cannot be made.
pub fn school_on_disk(folder: &Path, students: usize) -> Result<Vec<String>, FairError> {
    let key = folder.join("machine.key");
    let opener = Opener::danger_new_key_file(&key)?;
    let settings = [
        ("school_type", "complete_secondary".to_owned()),
        ("danger_key_file", key.display().to_string()),
        ("danger_demo_scales", "true".to_owned()),
    ];
    let (data, clock) = (folder.join("node"), Clock::system());
    node::app::create(&data, &settings, &opener, &clock)?;
    let node = node::app::open_folder(&data, &opener, clock.clone())?;
    import_roster(node.ledger(), &roster_of(students))?;
    let id = open_run(node.ledger(), &shelf(), clock.now_ms())?;
    let codes = draw_codes(node.ledger(), id, clock.now_ms())?;
    Ok(codes.into_iter().map(|(_, code)| code).collect())
}

/// The answers that a data folder holds, by student: of drafts and of sheets that were handed in.
///
/// # Errors
/// The folder cannot be opened.
pub fn answers_on_disk(folder: &Path) -> Result<HashMap<StudentId, usize>, FairError> {
    let opener = Opener::danger_from_key_file(&folder.join("machine.key"))?;
    let node = node::app::open_folder(&folder.join("node"), &opener, Clock::system())?;
    let counted = node.ledger().read(|tx| {
        let mut counts = HashMap::new();
        for known in run::list(tx)? {
            let instruments = run::instruments(tx, known.id)?;
            for who in people::all(tx, known.id)? {
                for instrument in &instruments {
                    let draft = run::seat::draft(tx, who.id, instrument.id)?;
                    let given = draft.map_or(0, |kept| kept.iter().flatten().count());
                    *counts.entry(who.student).or_default() += given;
                }
            }
        }
        Ok::<_, runtime::sql::SqlError>(counts)
    })?;
    Ok(counted)
}
