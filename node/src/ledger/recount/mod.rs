//! An independent recount: every count of generated school years, once by the product and once by
//! plain SQL, in every week, month, term, half year and year.
//!
//! The two share the ledgers' tables and nothing else. A difference names seed, count, period and
//! cell.

mod dice;
mod queries;
mod year;

use std::collections::HashMap;

use domain::catalogue::{Count, NativePeriod, Origin};
use domain::cell::Cell;
use domain::period::{Calendar, Period};
use domain::span::Span;
use jiff::civil::{Date, date};
use runtime::params;
use runtime::sql::{SqlError, Tx};

use self::queries::{ASSIGNED_BY_STAGE, Days, queries as all_queries, written_out};
use super::refusal::LedgerRefusal;
use super::{Ledger, journal, profile};
use crate::indicator::{Checked, Facts, IndicatorError, check};

/// Seeds of the school years that every run recounts.
const SEEDS: [u64; 5] = [1, 2, 3, 20_250_901, 20_251_107];
/// After the end of the last term.
const TODAY: Date = date(2026, 9, 15);

type Sums = HashMap<Vec<String>, u64>;

/// Counts whose source a school has none of: referrals come with their own ledger.
fn is_referral(count: &Count) -> bool {
    count.id.as_str().starts_with("ref.")
}

fn periods(native: NativePeriod) -> Vec<Period> {
    let texts: Vec<String> = match native {
        NativePeriod::Week => (36..=52)
            .map(|week| format!("2025-W{week:02}"))
            .chain((1..=26).step_by(3).map(|week| format!("2026-W{week:02}")))
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

/// One figure by SQL: dimension values, then a number.
fn recount(tx: &Tx<'_>, query: &str, days: &Days, dims: usize) -> Result<Sums, SqlError> {
    let text = written_out(query, days);
    let rows = tx.query(&text, &[], |row| {
        let key = (0..dims).map(|at| row.text(at)).collect::<Result<Vec<_>, _>>()?;
        Ok((key, row.u64(dims)?))
    })?;
    Ok(rows.into_iter().collect())
}

fn is_kept(tx: &Tx<'_>, kind: &str, day: &str) -> Result<bool, SqlError> {
    let statement = "select 1 from record where kind = $1 and day <= $2 limit 1";
    Ok(kind.is_empty() || tx.query_opt(statement, params![kind, day], |row| row.i64(0))?.is_some())
}

/// Compares one count of one period; gives how many of its cells were more than zero.
fn compare(
    tx: &Tx<'_>,
    (facts, days): (&Facts, &Days),
    count: &Count,
    place: &str,
) -> Result<u64, IndicatorError> {
    let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
    let known = all_queries().into_iter().find(|(id, ..)| *id == count.id.as_str());
    let (_, kind, query) = known.expect("every count has a query");
    // Students with a mentor are counted by the stage, or by the grade as well.
    let query = match (count.id.as_str(), count.dims.len()) {
        ("mtr.assigned", 1) => ASSIGNED_BY_STAGE,
        _ => query,
    };
    let figures = facts.figures(&catalogue, count)?;
    let last = if days.census.is_empty() { &days.to } else { &days.end };
    if !is_kept(tx, kind, last)? {
        assert!(figures.cells.iter().all(|cell| cell.value().is_none()), "{place}");
        return Ok(0);
    }
    let mut sums = recount(tx, query, days, count.dims.len())
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

/// Recounts a school year; gives the cells more than zero by count.
fn recount_year(seed: u64) -> HashMap<String, u64> {
    println!("seed {seed}");
    let ledger = Ledger::in_memory().expect("ledger");
    let lived: Result<(), LedgerRefusal> = ledger.write("live", move |tx| year::live(tx, seed));
    lived.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    let compared: Result<_, IndicatorError> = ledger.read(move |tx| {
        let entries = journal::verify(tx).map(|head| head.entries).expect("chain");
        assert!(entries > 3_000, "seed {seed}: only {entries} entries");
        let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
        let calendar: Calendar = proto::pack::embedded::calendar().expect("calendar");
        let profile = profile::load(tx)?.expect("profile");
        let own = |count: &&Count| count.origin == Origin::School && !is_referral(count);
        let mut filled: HashMap<String, u64> = HashMap::new();
        for native in NativePeriod::ALL {
            for period in periods(*native) {
                let span = Span::of(period, &calendar).expect("span");
                let facts = Facts::of_period(tx, &profile, span, TODAY)?;
                let counts = catalogue.counts().iter().filter(own);
                for count in counts.filter(|count| count.period == *native) {
                    let place = format!("seed {seed} {} {period}", count.id);
                    let more = compare(tx, (&facts, &days(&span)), count, &place)?;
                    *filled.entry(count.id.to_string()).or_default() += more;
                }
                if span.term.is_some() {
                    let checked = Checked::of(&catalogue, &facts)?;
                    check(&catalogue, &[], Some(&checked)).expect("identities");
                }
            }
        }
        Ok(filled)
    });
    compared.unwrap_or_else(|error| panic!("seed {seed}: {error}"))
}

/// What the product counts and what SQL counts agree in every cell of every count.
#[test]
fn every_count_of_five_school_years_is_recounted() {
    let mut filled: HashMap<String, u64> = HashMap::new();
    for seed in SEEDS {
        for (count, cells) in recount_year(seed) {
            *filled.entry(count).or_default() += cells;
        }
    }
    // A comparison of zeros proves nothing: over the seeds every count has to be more.
    let idle: Vec<_> = filled.iter().filter(|(_, cells)| **cells == 0).collect();
    assert!(idle.is_empty(), "never more than zero: {idle:?}");
    assert_eq!(filled.len(), all_queries().len());
}
