//! An independent recount: every count of generated school years, once by the product and once by
//! plain SQL, in weeks, months, terms, half years and the year.
//!
//! The two share the ledgers' tables and nothing else: the SQL runs on the encrypted file itself,
//! opened with its key. A difference names seed, count, period and cell.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

mod queries;
mod seats;

use std::collections::HashMap;
use std::path::Path;

use domain::catalogue::{Catalogue, Count, Fill, NativePeriod, Origin};
use domain::cell::Cell;
use domain::period::{Calendar, Period, TermId};
use domain::span::Span;
use jiff::civil::{Date, date};
use node::indicator::{Checked, Facts, IndicatorError, check};
use node::ledger::{Ledger, journal, profile};
use runtime::clock::instant_ms;
use runtime::sql::DataKey;
use rusqlite::Connection;
use tests::life::Life;
use tests::life::school::{FIRST, files_of, nine_year, set_up, take_answers, take_roster, without};

use self::queries::{ASSIGNED_BY_STAGE, Days, WORDS, queries as all_queries, written_out};

/// After the end of the last term.
const TODAY: Date = date(2026, 9, 15);
/// Students of the years that every run recounts: a small school and larger ones.
const STUDENTS: [u32; 5] = [90, 240, 450, 700, 1_200];
/// Key of the ledgers, which are thrown away.
const KEY: [u8; 32] = [7; 32];

type Sums = HashMap<Vec<String>, u64>;

/// A lived year: the product's ledger, and the same file as anybody with the key can open it.
struct Lived {
    seed: u64,
    ledger: Ledger,
    plain: Connection,
    _folder: tempfile::TempDir,
}

fn periods(native: NativePeriod) -> Vec<Period> {
    let texts: Vec<String> = match native {
        NativePeriod::Day => Vec::new(),
        NativePeriod::Week => (36..=52)
            .step_by(2)
            .map(|week| format!("2025-W{week:02}"))
            .chain((1..=26).step_by(4).map(|week| format!("2026-W{week:02}")))
            .collect(),
        NativePeriod::Month => ["2025-09", "2025-12", "2026-05"].map(str::to_owned).to_vec(),
        NativePeriod::Term => ["2025S1", "2025S2"].map(str::to_owned).to_vec(),
        NativePeriod::HalfYear => ["2025H2", "2026H1"].map(str::to_owned).to_vec(),
        NativePeriod::Year => vec!["2025Y".to_owned()],
    };
    texts.iter().map(|text| text.parse().expect("period")).collect()
}

fn days(span: &Span) -> Days {
    let term = span.term.as_ref();
    Days {
        from: span.from.to_string(),
        to: span.to.to_string(),
        end: span.end.to_string(),
        census: term.map_or_else(String::new, |term| term.census.to_string()),
        term: term.map_or_else(String::new, |term| term.id.to_string()),
        monday: term.map_or_else(String::new, |term| term.first_monday.to_string()),
    }
}

/// The ledger's file, opened with its key by the driver alone.
fn open_plainly(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("file");
    let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    connection.execute_batch(&format!("pragma key = \"x'{key}'\"")).expect("key");
    connection.execute_batch(WORDS).expect("words");
    connection
}

/// A school that lives the school year 2025 up to the middle of July.
fn live(seed: u64, students: u32) -> Lived {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("ledger.db");
    let ledger = Ledger::open(&path, DataKey::new(KEY)).expect("ledger");
    let school = nine_year(u32::try_from(seed % 90).expect("small"), students);
    let files = files_of(&school, seed);
    set_up(&ledger, &school, &files).expect("set up");
    // Some leave in October, and one of them comes back in March.
    let fewer = without(&files.roster, &[3, 50, 71]);
    take_roster(&ledger, &school, &fewer, date(2025, 10, 15)).expect("roster");
    let back = without(&files.roster, &[50, 71]);
    take_roster(&ledger, &school, &back, date(2026, 3, 2)).expect("roster");
    let calendar = calendar();
    let term = |number| *calendar.term(TermId { school_year: 2025, number }).expect("term");
    let terms = [term(1), term(2)];
    let life = Life::begin(&ledger, seed, FIRST, &terms).expect("founded");
    let life = life.until(&ledger, date(2025, 10, 31)).expect("autumn");
    take_answers(&ledger, &files, &terms[0]).expect("answers");
    let life = life.until(&ledger, date(2026, 4, 30)).expect("winter");
    take_answers(&ledger, &files, &terms[1]).expect("answers");
    let end = date(2026, 7, 17);
    let life = life.until(&ledger, end).expect("summer");
    life.people(&ledger, instant_ms(end.at(9, 0, 0, 0))).expect("people");
    Lived { seed, ledger, plain: open_plainly(&path), _folder: folder }
}

fn calendar() -> Calendar {
    proto::pack::embedded::calendar().expect("calendar")
}

fn catalogue() -> Catalogue {
    proto::pack::embedded::catalogue().expect("catalogue")
}

/// One figure by SQL: dimension values, then a number.
fn recount(plain: &Connection, query: &str, days: &Days, dims: usize) -> rusqlite::Result<Sums> {
    let mut statement = plain.prepare(&written_out(query, days))?;
    let rows = statement.query_map([], |row| {
        let key: Result<Vec<String>, _> = (0..dims).map(|at| row.get(at)).collect();
        Ok((key?, row.get::<_, i64>(dims)?.unsigned_abs()))
    })?;
    rows.collect()
}

fn is_kept(plain: &Connection, kind: &str, day: &str) -> bool {
    let statement = "select count(*) from record where kind = ?1 and day <= ?2";
    let any = |kind: &str| {
        let found = plain.query_row(statement, [kind, day], |row| row.get::<_, i64>(0));
        found.expect("record") > 0
    };
    kind.is_empty() || kind.split('|').any(any)
}

/// Compares one count of one period; gives how many of its cells were more than zero.
fn compare(
    lived: &Lived,
    (facts, days): (&Facts, &Days),
    (catalogue, count): (&Catalogue, &Count),
    place: &str,
) -> Result<u64, IndicatorError> {
    let known = all_queries().into_iter().find(|(id, ..)| *id == count.id.as_str());
    let (_, kind, query) = known.expect("every count has a query");
    // Students with a mentor are counted by the stage, or by the grade as well.
    let query = match (count.id.as_str(), count.dims.len()) {
        ("mtr.assigned", 1) => ASSIGNED_BY_STAGE,
        _ => query,
    };
    let figures = facts.figures(catalogue, count)?;
    let last = if days.census.is_empty() { &days.to } else { &days.end };
    if !is_kept(&lived.plain, kind, last) {
        assert!(figures.cells.iter().all(|cell| cell.value().is_none()), "{place}");
        return Ok(0);
    }
    let mut sums = recount(&lived.plain, query, days, count.dims.len())
        .unwrap_or_else(|error| panic!("{place}: {error:?}"));
    let mut filled = 0;
    for (at, cell) in figures.cells.iter().enumerate() {
        let values: Vec<String> =
            figures.block.values_at(at).expect("cell").into_iter().map(str::to_owned).collect();
        let expected = sums.remove(&values).unwrap_or(0);
        let found = match cell {
            Cell::NotApplicable => 0,
            cell => cell.value().unwrap_or_else(|| panic!("{place} {values:?}: {cell:?}")),
        };
        assert_eq!(found, expected, "{place} {values:?}: found, expected by SQL");
        filled += u64::from(expected > 0);
    }
    assert!(sums.values().all(|sum| *sum == 0), "{place}: no cell for {:?}", sums.keys());
    Ok(filled)
}

fn facts_of(lived: &Lived, span: Span) -> Facts {
    let loaded = lived.ledger.read(move |tx| {
        let profile = profile::load(tx)?.expect("profile");
        Facts::of_period(tx, &profile, span, TODAY)
    });
    loaded.unwrap_or_else(|error: IndicatorError| panic!("seed {}: {error}", lived.seed))
}

/// Recounts a school year; gives the cells more than zero by count.
fn recount_year(lived: &Lived) -> HashMap<String, u64> {
    let (catalogue, calendar, seed) = (catalogue(), calendar(), lived.seed);
    let own = |count: &&Count| count.origin == Origin::School;
    let mut filled: HashMap<String, u64> = HashMap::new();
    for native in NativePeriod::ALL {
        for period in periods(*native) {
            let span = Span::of(period, &calendar).expect("span");
            let facts = facts_of(lived, span);
            let counts = catalogue.counts().iter().filter(own);
            for count in counts.filter(|count| count.period == *native) {
                let place = format!("seed {seed} {} {period}", count.id);
                let more = compare(lived, (&facts, &days(&span)), (&catalogue, count), &place);
                *filled.entry(count.id.to_string()).or_default() += more.expect("figures");
            }
            if span.term.is_some() {
                let checked = Checked::of(&catalogue, &facts).expect("checked");
                check(&catalogue, &[], Some(&checked)).expect("identities");
            }
        }
    }
    filled
}

/// Entries of an ordinary week of a school of 1,200 students: what people and the ledgers write
/// themselves in the median week of teaching. The model of the norms has about 120 of a person's
/// hand; reviews, follow-ups and limits that the ledgers set add to it.
const WRITES: std::ops::RangeInclusive<u64> = 110..=190;

/// The median of the entries of each week of teaching, without the weeks of a screening.
fn writes_a_week(lived: &Lived) -> u64 {
    let statement = "select count(*) from journal where entered_at_ms >= ?1 and entered_at_ms < ?2";
    let mut weeks: Vec<u64> = (0..44)
        .map(|week| FIRST + jiff::Span::new().weeks(week))
        .filter(|monday| tests::life::rates::is_teaching(*monday))
        .map(|monday| {
            let at = |day: Date| {
                let start = day.to_zoned(jiff::tz::TimeZone::UTC).expect("day");
                start.timestamp().as_millisecond()
            };
            let span = [at(monday), at(monday + jiff::Span::new().weeks(1))];
            let found = lived.plain.query_row(statement, span, |row| row.get::<_, i64>(0));
            found.expect("journal").unsigned_abs()
        })
        .collect();
    weeks.sort_unstable();
    weeks[weeks.len() / 2]
}

/// Lives and recounts years; gives the cells more than zero by count, over all of them.
fn recount_years(years: &[(u64, u32)]) -> HashMap<String, u64> {
    let mut filled: HashMap<String, u64> = HashMap::new();
    for (seed, students) in years {
        let started = std::time::Instant::now();
        let lived = live(*seed, *students);
        let lived_in = started.elapsed();
        let head = lived.ledger.read(journal::verify).expect("chain");
        for (count, cells) in recount_year(&lived) {
            *filled.entry(count).or_default() += cells;
        }
        seats::check(&lived);
        let writes = writes_a_week(&lived);
        if *students == 1_200 {
            assert!(WRITES.contains(&writes), "seed {seed}: {writes} writes in an ordinary week");
        }
        let all_in = started.elapsed();
        let entries = head.entries;
        println!(
            "seed {seed}: {students} students, {entries} entries, {writes} an ordinary week, \
             {lived_in:.1?}, {all_in:.1?}"
        );
    }
    filled
}

/// A comparison of zeros proves nothing: over the years every count has to be more.
fn check_is_lived(filled: &HashMap<String, u64>) {
    let mut idle: Vec<_> = filled.iter().filter(|(_, cells)| **cells == 0).collect();
    idle.sort();
    assert!(idle.is_empty(), "never more than zero: {idle:?}");
    assert_eq!(filled.len(), all_queries().len());
}

/// A school types no figure: each of its 86 counts is computed from its ledgers by a definition
/// that is recounted here.
#[test]
fn no_count_of_a_school_is_typed() {
    let catalogue = catalogue();
    let own: Vec<&Count> =
        catalogue.counts().iter().filter(|count| count.origin == Origin::School).collect();
    assert_eq!(own.len(), 86);
    assert!(own.iter().all(|count| count.fill == Fill::Auto && count.definition.is_some()));
    assert_eq!(all_queries().len(), own.len());
}

/// What the product counts and what SQL counts agree in every cell of every count, for twenty
/// generated school years, and no count is zero in all of them.
///
/// Method: schools of 90 to 1,200 students, four seeds each, printed.
#[test]
fn every_count_of_twenty_school_years_is_recounted() {
    let years: Vec<(u64, u32)> =
        (1..=20).map(|seed| (seed, STUDENTS[usize::try_from(seed % 5).expect("small")])).collect();
    // Two at a time, as many as there are cores to count with.
    let (one, two) = years.split_at(years.len() / 2);
    let (one, two) = (one.to_vec(), two.to_vec());
    let other = std::thread::spawn(move || recount_years(&two));
    let mut filled = recount_years(&one);
    for (count, cells) in other.join().expect("the other half") {
        *filled.entry(count).or_default() += cells;
    }
    check_is_lived(&filled);
}

/// The same for schools of 3,000 students.
#[test]
#[ignore = "minutes without optimisation; run with --release before a release"]
fn large_school_years_are_recounted() {
    check_is_lived(&recount_years(&[(102, 3_000), (103, 3_000)]));
}
