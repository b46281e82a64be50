//! A generated school in a ledger: its files go in as an office would import them, each on its
//! own day.

use std::collections::HashSet;
use std::io::Cursor;
use std::sync::Arc;

use certs::digest::sha256;
use domain::catalogue::{Grade as CatalogueGrade, SchoolType};
use domain::period::Term;
use domain::scale::Setting;
use jiff::civil::{Date, date};
use node::import::answers::{self, AnswersContext};
use node::import::preview::{Accepted, Comparable, Scope, compare};
use node::import::roster::{self, RosterContext};
use node::import::source::Source;
use node::import::staff as staff_file;
use node::import::table::ParsedFile;
use node::import::value::{Grade, GradeSpan};
use node::ledger::import_batch::ImportSource;
use node::ledger::profile::{self, Profile};
use node::ledger::{Ledger, sheet, staff, student};
use node::screening::Screening;
use proto::pack::embedded;

use crate::city::generate::{Generated, generate};
use crate::city::plan::School;

/// Day of the first roster and of the first entries.
pub const FIRST: Date = date(2025, 9, 1);

/// What goes wrong when a school is made up.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A nine-year school of so many students, with a class for every forty of a grade.
#[must_use]
pub fn nine_year(number: u32, students: u32) -> School {
    let text = |text: &str| text.to_owned();
    School {
        school_code: format!("F3702020{:02}N01", number % 100),
        name_zh: text("示例九年一贯制学校"),
        name_en: text("Example Nine-Year School"),
        stage: text(SchoolType::NineYear.as_str()),
        street_code: text("370202004"),
        district_code: text("370202"),
        grade_from: 1,
        grade_to: 9,
        classes: 9 * (students / 9).div_ceil(40),
        students,
    }
}

/// Sets a school up in an empty ledger: what it is, its staff and its roll.
///
/// # Errors
/// A file was refused, or the ledger cannot be written.
pub fn set_up(ledger: &Ledger, school: &School, files: &Generated) -> Result<(), Failure> {
    let profile = profile_of(school)?;
    ledger.write("profile", move |tx| profile::set(tx, &profile))?;
    let rows = staff_file::read(&mut open(&files.staff)?, None)?;
    let batch = accept(rows, Scope::Part, |_| None)?;
    let source = source(FIRST, FIRST);
    ledger.write("staff", move |tx| staff::apply(tx, &batch, &source))?;
    take_roster(ledger, school, &files.roster, FIRST)
}

/// Files of a school by its seed.
#[must_use]
pub fn files_of(school: &School, seed: u64) -> Generated {
    generate(school, seed)
}

/// Imports a roll that is right on a day: who is not on it has left.
///
/// # Errors
/// The file was refused, or the ledger cannot be written.
pub fn take_roster(
    ledger: &Ledger,
    school: &School,
    text: &str,
    as_of: Date,
) -> Result<(), Failure> {
    let grade = |number: u8| Grade::from_code(&format!("g{number}")).ok_or("grade");
    let grades = GradeSpan { from: grade(school.grade_from)?, to: grade(school.grade_to)? };
    let (school_codes, school_names) = (Vec::new(), Vec::new());
    let today = as_of.max(date(2025, 9, 30));
    let context = RosterContext { today, school_year: 2025, grades, school_codes, school_names };
    let mut rows = roster::read(&mut open(text)?, None, &context)?;
    let (known, by_hand) = (ledger.read(student::current)?, ledger.read(student::by_hand)?);
    let scope = Scope::Whole(roster::settle(&mut rows, &known, &by_hand, as_of));
    let batch = accept(rows, scope, |number| known.get(number).cloned())?;
    let source = source(as_of, today);
    ledger.write("roster", move |tx| student::apply(tx, &batch, &source))?;
    Ok(())
}

/// The same roll without some of its students, counted from the first line.
#[must_use]
pub fn without(roster: &str, left: &[usize]) -> String {
    let left: HashSet<usize> = left.iter().copied().collect();
    let kept = roster.lines().enumerate();
    let kept = kept.filter(|(line, _)| *line == 0 || !left.contains(line));
    kept.map(|(_, line)| format!("{line}\n")).collect()
}

/// Imports the answers of a term on its 31st of October or 30th of April.
///
/// # Errors
/// A file was refused, or the ledger cannot be written.
pub fn take_answers(ledger: &Ledger, files: &Generated, term: &Term) -> Result<(), Failure> {
    // Generated sheets are of October; in a spring term they are of April.
    let (month, day) = if term.id.number == 1 { ("10", 31) } else { ("04", 30) };
    let year = term.census.year();
    let today = Date::new(year, if term.id.number == 1 { 10 } else { 4 }, day)?;
    for (scale, text) in &files.answers {
        // A day that April does not have was the last one.
        let text = text.replace(",2025-10-", &format!(",{year}-{month}-"));
        let text = text.replace("-04-31,", "-04-30,");
        let pack = Arc::new(embedded::scale(scale)?);
        let digest = sha256(scale.as_bytes());
        let screening = Screening::new(pack, digest, *term, Setting::Demonstration)?;
        let items = screening.item_columns();
        let context = AnswersContext {
            scale,
            scale_names: &screening.scale().definition().aliases,
            items: &items,
            today,
            default_date: None,
            on_roll: &|_| true,
        };
        let rows = answers::read(&mut open(&text)?, None, &context)?;
        let (id, count, name) = (term.id, items.len(), (*scale).to_owned());
        let known = ledger.read(move |tx| sheet::known(tx, id, &name, count))?;
        let batch = accept(rows, Scope::Part, |key| known.get(key).cloned())?;
        let source = source(today, today);
        let written =
            ledger.write("answers", move |tx| screening.apply(tx, &batch, &source).map(drop));
        written?;
    }
    Ok(())
}

fn profile_of(school: &School) -> Result<Profile, Failure> {
    let grade = |number| CatalogueGrade::school(number).ok_or("grade");
    Ok(Profile {
        unit: school.school_code.parse()?,
        name_zh: school.name_zh.clone(),
        name_en: school.name_en.clone(),
        school_type: school.school_type(),
        grade_from: grade(school.grade_from)?,
        grade_to: grade(school.grade_to)?,
    })
}

fn open(text: &str) -> Result<Source, Failure> {
    Ok(Source::open(Cursor::new(text.as_bytes().to_vec()))?)
}

/// An import at noon of a day.
fn source(as_of: Date, today: Date) -> ImportSource {
    let noon = today.at(4, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
    ImportSource {
        file_name: "导出.csv".to_owned(),
        digest: sha256(b"generated"),
        author: "school-it".to_owned(),
        as_of,
        now_ms: noon.map_or(0, |at| at.timestamp().as_millisecond()),
    }
}

fn accept<R: Comparable>(
    file: ParsedFile<R>,
    scope: Scope<R::Key>,
    known: impl Fn(&R::Key) -> Option<R>,
) -> Result<Accepted<R>, Failure> {
    let preview = compare(file, scope, |key| Ok::<_, std::convert::Infallible>(known(key)))?;
    preview.accept().map_err(|refused| {
        let codes: Vec<_> = refused.errors.iter().map(|error| error.fault.code).take(3).collect();
        format!("a generated file was refused: {codes:?}").into()
    })
}
