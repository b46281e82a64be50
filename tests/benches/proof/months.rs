//! Months and terms of flows: sums of opened weeks over groups of which every week is opened, as
//! the district's hub shows them, against the same recount.

use std::collections::BTreeMap;

use domain::disclosure::sealed::{Kind, weeks_of};
use domain::period::{Period, TermId};
use domain::span::Span;
use domain::unit::UnitId;
use hub::opened::{AreaBook, Asked, Extent, TableOf, Take, books};

use super::area::Area;
use super::truth::{self, Shape, YEAR};

/// What was shown.
#[derive(Default)]
pub struct Months {
    pub cells: usize,
    /// Figures that leave persons out and say so.
    pub in_part: usize,
    pub closed: usize,
    pub differing: usize,
}

impl Months {
    pub fn add(&mut self, other: &Self) {
        self.cells += other.cells;
        self.in_part += other.in_part;
        self.closed += other.closed;
        self.differing += other.differing;
    }

    pub fn print(&self) {
        let Self { cells, in_part, closed, differing } = self;
        println!(
            "{cells} figures of months and terms shown whole and {in_part} as a range, {differing} \
             differ from the recount; {closed} closed"
        );
    }
}

/// Recounts every month and term of which all weeks were played.
pub fn of(area: &Area, weeks: usize) -> Months {
    let played = super::opening::weeks(weeks);
    let mut months = Months::default();
    let of_year = [(2025, 9..=12), (2026, 1..=7)];
    let of_year = of_year
        .into_iter()
        .flat_map(|(year, months)| months.map(move |month| Period::Month { year, month }));
    let terms = [1, 2].map(|number| Period::Term(TermId { school_year: YEAR, number }));
    for period in of_year.chain(terms) {
        let Ok(span) = Span::of(period, area.packs.calendar()) else { continue };
        let own: Vec<Period> = weeks_of(&span).into_iter().map(|week| week.period()).collect();
        if span.school_year != YEAR || !own.iter().all(|week| played.contains(week)) {
            continue;
        }
        let (packs, unit) = (area.packs.clone(), area.unit.clone());
        let read = move |tx: &runtime::sql::Tx<'_>| books(tx, &packs, &unit, period);
        let found = area.leader.read(read).expect("books");
        let book = found.areas.iter().find(|book| *book.area() == area.unit).expect("book");
        for (at, table) in area.tables.all().iter().enumerate() {
            if table.kind() == Kind::Flow {
                month_of(area, (at, &own), book, &mut months);
            }
        }
    }
    months
}

/// One table of a month.
fn month_of(area: &Area, (at, weeks): (usize, &[Period]), book: &AreaBook, months: &mut Months) {
    let table = &area.tables.all()[at];
    let of = TableOf { table: table.id().to_string(), only: table.only().cloned() };
    let (tables, by) = ([of], table.block().axes.as_slice());
    let asked = Asked { tables: &tables, take: Take::Counted, by, filters: &[] };
    let sum = book.sum(&Extent::Area, asked);
    let mut expected = vec![0_u64; table.cells()];
    let mut shapes: BTreeMap<&UnitId, Shape> = BTreeMap::new();
    let year = area.documents.year(&area.unit, YEAR).expect("year");
    let plan = &year.sealed().plan;
    let groups = sum.basis.iter().map(|(_, stage, group)| (stage, plan.group(group)));
    let members = groups.flat_map(|(stage, group)| {
        group.expect("group").members.iter().map(move |unit| (unit, stage))
    });
    for (unit, stage) in members {
        let school = &area.roster.schools[unit];
        let shape = shapes.entry(unit).or_insert_with(|| Shape::of(table, school));
        for week in weeks {
            let report = truth::report((unit, school), table, shape, &week.to_string());
            let cells = report.danger_exact_cells().iter().enumerate();
            let own = cells.filter(|(place, _)| shape.stages[*place] == Some(*stage));
            own.for_each(|(place, count)| expected[place] += count);
        }
    }
    for (cell, expected) in sum.cells.iter().zip(expected) {
        match cell {
            // Of a late group alone fewer cells are about enough persons; the figure says so.
            Ok(cell) if cell.left_out > 0 => {
                months.in_part += 1;
                let is_within = (cell.value..=cell.value + cell.above).contains(&expected);
                months.differing += usize::from(!is_within);
            }
            Ok(cell) => {
                months.cells += 1;
                months.differing += usize::from(cell.value != expected);
            }
            Err(_) => months.closed += 1,
        }
    }
}
