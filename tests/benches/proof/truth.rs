//! What schools hold, drawn: always the same for a school, table and period.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use domain::catalogue::{Grade, SchoolType, Stage, TableId, stage_of};
use domain::cell::Cell;
use domain::disclosure::RawTable;
use domain::disclosure::plan::School;
use domain::disclosure::sealed::{Kind, SealedReport, SealedTable, SealedTables, Stratum};
use domain::unit::UnitId;
use proto::pack::embedded;
use proto::pack::roster::COLUMNS;
use tests::city::generate::Seeded;

pub const YEAR: i16 = 2025;
const SEED: u64 = 20_251_127;
const SEXES: [&str; 3] = ["m", "f", "u"];
/// Of twenty schools: their type and grades.
const TYPES: [(SchoolType, u8, u8, u64); 4] = [
    (SchoolType::Primary, 1, 6, 11),
    (SchoolType::Junior, 7, 9, 5),
    (SchoolType::NineYear, 1, 9, 2),
    (SchoolType::Senior, 10, 12, 2),
];
/// Schools of a town.
const TOWN: usize = 14;
/// Events of a week in ten thousand students, by table: most tables are nearly empty.
const RATES: [u64; 4] = [2, 8, 30, 120];
/// Of a thousand persons of a stratum at most in a category, by category.
const SHARES: [u64; 4] = [16, 9, 5, 40];

/// The roster of a district in CSV: schools of all types in towns, some of one operator, a few new.
pub fn roster_text(area: &UnitId, schools: usize) -> String {
    let mut dice = Seeded::new(SEED, area.as_str());
    let mut text = COLUMNS.join(",");
    for place in 0..schools {
        let mut left = dice.below(20);
        let is_next = |(.., share): &&(SchoolType, u8, u8, u64)| match left.checked_sub(*share) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        };
        let (kind, from, to, _) = TYPES.iter().find(is_next).expect("type");
        let operator = match dice.below(30) {
            0 => "one operator of several".to_owned(),
            _ => format!("office {place}"),
        };
        let since = if dice.below(40) == 0 { YEAR } else { 2020 };
        let size = 18 + dice.below(90);
        for grade in (*from..=*to).filter_map(Grade::school) {
            let stage = stage_of(*kind, grade).expect("stage").as_str();
            let (male, unstated) = (size + dice.below(9), u64::from(dice.below(9) == 0));
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\nF{area}{place:03},{area}{:03},{operator},{since},2021,yes,{stage},{},{male},\
                 {size},{unstated}",
                place / TOWN + 1,
                grade.as_str()
            );
        }
    }
    text.push('\n');
    text
}

/// Persons of a stratum at a school by the roster.
pub fn persons(school: &School, stratum: &Stratum) -> u64 {
    let sex = stratum.sex.as_ref().map(|sex| SEXES.iter().position(|one| one == sex));
    let stages = school.stages.iter();
    let stages = stages.filter(|(stage, _)| stratum.stage.is_none_or(|asked| asked == **stage));
    let grades = stages.flat_map(|(_, grades)| grades);
    let grades = grades.filter(|(grade, _)| stratum.grade.is_none_or(|asked| asked == **grade));
    let count = |sexes: &[u32; 3]| -> u64 {
        let counts = sexes.iter().enumerate();
        let asked = counts.filter(|(at, _)| sex.is_none_or(|sex| sex == Some(*at)));
        asked.map(|(_, count)| u64::from(*count)).sum()
    };
    grades.map(|(_, sexes)| count(sexes)).sum()
}

/// Everybody at a school.
pub fn enrolled(school: &School) -> u64 {
    school.stages.keys().map(|stage| school.persons(*stage)).sum()
}

/// Whose records a flow counts.
struct Counted {
    /// The widest table that counts them, and where it stands.
    whole: TableId,
    at: usize,
    /// It counts some of them.
    is_part: bool,
}

/// The table whose records a flow counts, by its id: tables that count the same records in other
/// ways draw them alike, and a part draws from those of its whole.
static COUNTED: LazyLock<BTreeMap<TableId, Counted>> = LazyLock::new(|| {
    let catalogue = embedded::catalogue().expect("catalogue");
    let tables = SealedTables::of(&catalogue);
    let flows = tables.all().iter().enumerate().filter(|(_, table)| table.kind() == Kind::Flow);
    let filters = |table: &SealedTable| {
        table.counted_by(&catalogue).map_or(0, |(counted, _)| counted.filters.len())
    };
    let counted = |table: &SealedTable| {
        let wholes = flows.clone().filter(|(_, other)| table.counted_within(other, &catalogue));
        // The first of the widest; itself is one of them.
        let (at, whole) = wholes.min_by_key(|(_, other)| filters(other)).expect("itself");
        let is_part = !whole.counted_within(table, &catalogue);
        Counted { whole: whole.id().clone(), at, is_part }
    };
    flows.clone().map(|(_, table)| (table.id().clone(), counted(table))).collect()
});

/// A table as far as its cells belong to a school: places by stage.
pub struct Shape {
    /// The stage of each cell at the school, if it has one there.
    pub stages: Vec<Option<Stage>>,
    places: BTreeMap<Stage, Vec<usize>>,
}

impl Shape {
    pub fn of(table: &SealedTable, school: &School) -> Self {
        let stage = |place| table.stratum(place).and_then(|stratum| stratum.stage_at(school));
        let stages: Vec<Option<Stage>> = (0..table.cells()).map(stage).collect();
        let mut places: BTreeMap<Stage, Vec<usize>> = BTreeMap::new();
        for (place, stage) in stages.iter().enumerate().take(table.counted()) {
            stage.iter().for_each(|stage| places.entry(*stage).or_default().push(place));
        }
        Self { stages, places }
    }
}

/// A school's figures of a table and period, measured as its node measures them.
pub fn report(
    (id, school): (&UnitId, &School),
    table: &SealedTable,
    shape: &Shape,
    period: &str,
) -> SealedReport {
    let mut dice = Seeded::new(SEED, &format!("{id} {} {period}", table.id()));
    let everybody = enrolled(school);
    let mut cells = vec![0_u64; table.counted()];
    match table.kind() {
        Kind::Flow => {
            let Counted { whole, at, is_part } = &COUNTED[table.id()];
            let mut events = Seeded::new(SEED, &format!("{id} {whole} {period} events"));
            let often = everybody * RATES[at % RATES.len()];
            let number = often / 10_000 + u64::from(events.below(10_000) < often % 10_000);
            let stages: Vec<&Stage> = school.stages.keys().collect();
            for _ in 0..number {
                // One of each event, whichever table counts it; a part leaves out one of ten.
                let stage = *one_of(&stages, &mut events);
                if *is_part && dice.below(10) == 0 {
                    continue;
                }
                let places = shape.places.get(stage);
                places.iter().for_each(|places| cells[*one_of(places, &mut dice)] += 1);
            }
        }
        Kind::Stock => {
            let strata = table.strata().len();
            let categories = table.cells() / strata;
            let is_whole = table.counted() == table.cells();
            for (column, stratum) in table.strata().iter().enumerate() {
                let is_there = stratum.stage_at(school).is_some();
                let mut left = if is_there { persons(school, stratum) } else { 0 };
                let common = common_of(table);
                for category in (0..cells.len() / strata).filter(|one| Some(*one) != common) {
                    let most = left * SHARES[category % SHARES.len()] * 2;
                    let drawn = dice.below(most + 1_000) / 1_000;
                    let count = drawn.min(left);
                    cells[category * strata + column] = count;
                    left -= count;
                }
                let rest = common.or_else(|| is_whole.then_some(categories - 1));
                if let Some(rest) = rest {
                    cells[rest * strata + column] = left;
                }
            }
        }
    }
    let raw = RawTable::new(table.id().clone(), cells.into_iter().map(Cell::Value).collect());
    let on_roll = |stratum: &Stratum| match stratum.stage_at(school) {
        Some(_) => persons(school, stratum),
        None => 0,
    };
    SealedReport::measure(raw, table, everybody, on_roll).expect("a report")
}

fn one_of<'l, T>(all: &'l [T], dice: &mut Seeded) -> &'l T {
    &all[usize::try_from(dice.below(all.len() as u64)).expect("small")]
}

/// The category of nearly everybody, where a table names it.
fn common_of(table: &SealedTable) -> Option<usize> {
    let first = table.block().axes.first()?;
    first.values.iter().position(|value| ["none", "negative"].contains(&value.as_str()))
}

/// Whether a school's machine is off when a week is to be sent: it sends it later.
pub fn is_late(school: &UnitId, period: &str) -> bool {
    Seeded::new(SEED ^ 1, &format!("{school} {period}")).below(1_000) < 50
}

/// Whether a school has no report of a term: its autumn's is carried.
pub fn is_silent(school: &UnitId, period: &str) -> bool {
    period == "2025S2" && Seeded::new(SEED ^ 2, school.as_str()).below(1_000) < 15
}
