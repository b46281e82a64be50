//! All counts of a week at a school of 3,000 students, with up to five years of history: what the
//! counsellor's page and `indicator list` wait for.
//!
//! A generated life in an encrypted ledger on the disk; a reading is everything that the ledgers
//! say about the last whole week, and the figures of every count of a school. The same ledger is
//! measured after a quarter, a half and the whole of its years, so growth is growth of history.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot go on says so and ends"
)]

mod support;

use std::time::Instant;

use domain::catalogue::{Catalogue, NativePeriod, Origin};
use domain::period::{Calendar, Period, Term, TermId};
use domain::span::Span;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use node::indicator::{Facts, IndicatorError};
use node::ledger::{Ledger, profile};
use runtime::sql::DataKey;
use support::report::{self, Goal, median};
use tests::city::plan::School;
use tests::life::Life;
use tests::life::school::{FIRST, files_of, set_up, take_answers};

const STUDENTS: u32 = 3_000;
const YEARS: i64 = 5;
const REPEATS: usize = 15;
const SEED: u64 = 7;

fn main() {
    report::title("week");
    let folder = tempfile::tempdir().expect("folder");
    let ledger = Ledger::open(&folder.path().join("ledger.db"), DataKey::new([7; 32]));
    let ledger = ledger.expect("ledger");
    let school = junior();
    let files = files_of(&school, SEED);
    set_up(&ledger, &school, &files).expect("set up");
    let terms: Vec<Term> = (0..YEARS).map(autumn).collect();
    let mut life = Life::begin(&ledger, SEED, FIRST, &terms).expect("founded");
    println!("\n| history | load ms | figures ms | together ms |\n|---|---|---|---|");
    let mut whole = Vec::new();
    let mut answered = 0;
    for quarters in [1, 2, 4] {
        let until = FIRST + (YEARS * 52 * quarters / 4).weeks();
        while let Some(term) = terms.get(answered).filter(|term| term.census < until) {
            life = life.until(&ledger, term.census - 7.days()).expect("autumn");
            take_answers(&ledger, &files, term).expect("answers");
            answered += 1;
        }
        life = life.until(&ledger, until).expect("lived");
        let (load, figures) = measure(&ledger, until);
        whole = load.iter().zip(&figures).map(|(load, figures)| load + figures).collect();
        println!(
            "| {:.2} years | {:.1} | {:.1} | {:.1} |",
            f64::from(i32::try_from(quarters).expect("small")) * 1.25,
            median(&load),
            median(&figures),
            median(&whole)
        );
    }
    report::goals();
    let what = "all counts of a week, 3,000 students, five years";
    let (value, must, aim) = (median(&whole), 300.0, 100.0);
    Goal { id: "-", what, value, unit: "ms", must, aim, more: false }.print();
    println!("\nload {} after", report::load());
}

/// Milliseconds of loading a week's facts, and of every figure.
fn measure(ledger: &Ledger, until: Date) -> (Vec<f64>, Vec<f64>) {
    let catalogue: Catalogue = proto::pack::embedded::catalogue().expect("catalogue");
    let calendar: Calendar = proto::pack::embedded::calendar().expect("calendar");
    let week = (until - 7.days()).iso_week_date();
    let period = Period::Week { year: week.year(), week: week.week() };
    let span = Span::of(period, &calendar).expect("span");
    let (mut load, mut figures) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        let started = Instant::now();
        let facts = ledger.read(move |tx| {
            let profile = profile::load(tx)?.expect("profile");
            Facts::of_period(tx, &profile, span, until)
        });
        let facts = facts.unwrap_or_else(|error: IndicatorError| panic!("{error}"));
        load.push(started.elapsed().as_secs_f64() * 1_000.0);
        let started = Instant::now();
        let own = catalogue.counts().iter().filter(|count| count.origin == Origin::School);
        let mut more_than_zero = 0;
        for count in own {
            let found = facts.figures(&catalogue, count).expect("figures");
            let any = found.cells.iter().any(|cell| cell.value().is_some_and(|value| value > 0));
            more_than_zero += usize::from(any && count.period == NativePeriod::Week);
        }
        figures.push(started.elapsed().as_secs_f64() * 1_000.0);
        assert!(more_than_zero > 5, "a week without life measures nothing");
    }
    (load, figures)
}

fn junior() -> School {
    School {
        school_code: "F370202004J01".to_owned(),
        name_zh: "示例初级中学".to_owned(),
        name_en: "Example Junior Middle School".to_owned(),
        stage: "junior".to_owned(),
        street_code: "370202004".to_owned(),
        district_code: "370202".to_owned(),
        grade_from: 7,
        grade_to: 9,
        classes: 75,
        students: STUDENTS,
    }
}

/// The autumn term of a later year, as that of 2025.
fn autumn(later: i64) -> Term {
    let on = |day: Date| day + later.years();
    Term {
        id: TermId { school_year: 2025 + i16::try_from(later).expect("small"), number: 1 },
        start: on(date(2025, 9, 1)),
        end: on(date(2026, 1, 30)),
        first_monday: on(date(2025, 9, 1)),
        census: on(date(2025, 11, 7)),
        due: on(date(2026, 2, 13)),
        closed: on(date(2026, 3, 13)),
    }
}
