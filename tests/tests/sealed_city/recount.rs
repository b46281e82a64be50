//! The recount: plain SQL on the schools' encrypted ledgers, summed over the schools.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use domain::catalogue::{Catalogue, Count};
use domain::disclosure::sealed::{SealedTable, SealedTables};
use domain::period::Period;
use domain::span::Span;
use hub::store::opened::OpenedSum;
use node::unlock::{LedgerKey, Opener};
use rusqlite::Connection;
use tests::city::build::City;

use crate::queries::{Days, WORDS, queries, written_out};

type Sums = HashMap<Vec<String>, u64>;

/// A period and its opened sums by table.
pub type Opened<'o> = (&'o str, &'o BTreeMap<String, OpenedSum>);

/// Compares every opened cell of every table that a query counts; a table of which nothing was
/// recounted, or nothing but zeros, would prove nothing.
///
/// What was entered after its own week was sealed is told with a later one. So a week is compared
/// with those before it: together they told what is in the ledgers of all of them by now.
pub fn compare(city: &City, schools: &[&str], (period, opened): Opened<'_>, before: &[Opened<'_>]) {
    let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
    let tables = SealedTables::of(&catalogue);
    let earlier = before.iter().map(|(period, _)| *period);
    let periods: Vec<Days> = std::iter::once(period).chain(earlier).map(days).collect();
    let ledgers: Vec<Connection> =
        schools.iter().map(|school| open_plainly(city, school)).collect();
    let (mut cells, mut filled) = (0, 0);
    for (id, sum) in opened {
        let table = tables.table(id).expect("table");
        let Some((count, query)) = counted(&catalogue, table) else { continue };
        let in_all = |ledger: &Connection| -> Vec<Sums> {
            let of = |days: &Days| recount(ledger, query, days, count.dims.len());
            periods.iter().map(of).collect()
        };
        let expected: Vec<Sums> = ledgers.iter().flat_map(in_all).collect();
        for (place, value) in &sum.cells {
            let Some(key) = key(count, table, *place) else { continue };
            let Some(told) = told(before, id, *place) else { continue };
            let of = |sums: &Sums| sums.get(&key).copied().unwrap_or(0);
            let expected: u64 = expected.iter().map(of).sum();
            assert_eq!(told + *value, expected, "{id} {period} {key:?}: opened, expected by SQL");
            cells += 1;
            filled += u32::from(*value > 0);
        }
    }
    println!(
        "{period}: {} tables, {cells} cells recounted, {filled} of them not zero",
        opened.len()
    );
    assert!(cells > 20 && filled > 3, "{cells} cells of {period}, {filled} not zero");
}

/// What earlier weeks told of a cell; nothing where one of them was not opened there.
fn told(before: &[Opened<'_>], table: &str, place: usize) -> Option<u64> {
    before.iter().map(|(_, opened)| opened.get(table)?.cells.get(&place).copied()).sum()
}

/// The count of a table with its query; nothing for a partition, which no query counts as a whole.
fn counted<'c>(catalogue: &'c Catalogue, table: &SealedTable) -> Option<(&'c Count, &'static str)> {
    let count = catalogue.counts().iter().find(|one| one.id.as_str() == table.indicator())?;
    let (_, _, query) = queries().into_iter().find(|(id, ..)| *id == table.indicator())?;
    Some((count, query))
}

/// What a query names a cell; nothing for the complement, which no query counts.
fn key(count: &Count, table: &SealedTable, place: usize) -> Option<Vec<String>> {
    if place >= table.counted() {
        return None;
    }
    let values = table.block().values_at(place)?;
    let named: Vec<(&str, &str)> =
        table.block().dims().map(|dim| dim.as_str()).zip(values).collect();
    let value = |dim: &str| {
        let only = table.only().filter(|(known, _)| known.as_str() == dim);
        let own = || named.iter().find(|(known, _)| *known == dim).map(|(_, value)| *value);
        only.map(|(_, value)| value.as_str()).or_else(own).map(str::to_owned)
    };
    count.dims.iter().map(|dim| value(dim.as_str())).collect()
}

fn days(period: &str) -> Days {
    let period: Period = period.parse().expect("period");
    let calendar = proto::pack::embedded::calendar().expect("calendar");
    let span = Span::of(period, &calendar).expect("span");
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
fn open_plainly(city: &City, school: &str) -> Connection {
    let key = key_of(&city.folder(school), &city.folder("keys").join(format!("{school}.key")));
    let connection = Connection::open(city.folder(school).join("ledger.db")).expect("file");
    connection.execute_batch(&format!("pragma key = \"x'{key}'\"")).expect("key");
    connection.execute_batch(WORDS).expect("words");
    connection
}

/// The key in hexadecimal digits, as its recovery sheet has it.
fn key_of(folder: &Path, key_file: &Path) -> String {
    let opener = Opener::danger_from_key_file(key_file).expect("key file");
    let groups = LedgerKey::open(folder, &opener).expect("key").expose_groups();
    let sheet: Vec<&str> = groups.iter().map(|group| group.as_str()).collect();
    let key = certs::recovery::parse(&sheet.join(" ")).expect("sheet");
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One figure by SQL: dimension values, then a number.
fn recount(plain: &Connection, query: &str, days: &Days, dims: usize) -> Sums {
    let read = || -> rusqlite::Result<Sums> {
        let mut statement = plain.prepare(&written_out(query, days))?;
        let rows = statement.query_map([], |row| {
            let key: Result<Vec<String>, _> = (0..dims).map(|at| row.get(at)).collect();
            Ok((key?, row.get::<_, i64>(dims)?.unsigned_abs()))
        })?;
        rows.collect()
    };
    read().expect("recounted")
}
