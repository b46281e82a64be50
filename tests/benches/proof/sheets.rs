//! Schools' clear sheets of both terms, with their bands, as the district's and the streets' hubs
//! keep them.

use std::num::NonZeroU32;

use certs::digest::sha256;
use domain::catalogue::Stage;
use domain::cell::Cell;
use domain::disclosure::plan::School;
use domain::disclosure::sealed::SealedTable;
use domain::disclosure::{ClearSheet, RawTable};
use domain::release::{Header, Release, ReleaseId};
use domain::unit::UnitId;
use hub::store::contribution::{self, Contribution};
use runtime::sql::SqlError;

use super::area::Area;
use super::truth::{self, Shape};

pub const TERMS: [&str; 2] = ["2025S1", "2025S2"];
const SHEET: &str = "clear.term";

/// Every school's sheets arrive at the district.
pub fn send(area: &Area) {
    let all: Vec<Contribution> = TERMS.iter().flat_map(|term| of(area, term)).collect();
    let written: Result<(), SqlError> = area.leader.write("sheets", move |tx| {
        all.iter().try_for_each(|one| contribution::insert(tx, one).map(drop))
    });
    written.expect("sheets");
}

/// The sheets of a term.
pub fn of(area: &Area, term: &str) -> Vec<Contribution> {
    let schools = area.roster.schools.iter();
    schools.map(|(id, school)| sheet(area, (id, school), term)).collect()
}

fn sheet(area: &Area, (id, school): (&UnitId, &School), term: &str) -> Contribution {
    let known = area.packs.in_force();
    let spec = known.catalogue.table(SHEET).expect("table");
    let mut cells = vec![Cell::Unsupported; spec.cells()];
    let attention = about(area, (id, school), term, ("sealed.alt.census", &["t1", "t2", "t3"]));
    let screened = ["negative", "positive", "due", "critical"];
    let screened = about(area, (id, school), term, ("sealed.scr.census", &screened));
    let mut set = |indicator: &str, values: &[&str], value: u64| {
        let index = spec.index(indicator, values).expect("cell");
        cells[index] = Cell::Value(value);
    };
    for stage in school.stages.keys() {
        set("base.students", &[stage.as_str()], school.persons(*stage));
        set("scr.eligible", &[stage.as_str()], school.persons(*stage));
        set("alt.attention_band", &[stage.as_str()], attention(*stage));
    }
    set("scr.completed_band", &[], school.stages.keys().map(|stage| screened(*stage)).sum());
    let raw = RawTable::new(spec.id().clone(), cells);
    let sheet = ClearSheet::again(raw, &known.catalogue).expect("sheet");
    let header = Header {
        id: ReleaseId {
            unit: id.clone(),
            table: spec.id().clone(),
            period: term.parse().expect("period"),
            revision: NonZeroU32::MIN,
        },
        catalogue: known.digest,
        census_day: None,
        persons: truth::enrolled(school),
        made_at_ms: 1,
    };
    let body = proto::release::encode(&Release::of_clear(header, &sheet));
    let place = contribution::Place {
        unit: id.to_string(),
        table: SHEET.to_owned(),
        period: term.to_owned(),
    };
    Contribution {
        place,
        revision: 1,
        catalogue: known.digest.to_tagged(),
        digest: sha256(&body).to_tagged(),
        body,
        signature: Vec::new(),
        arrived_at_ms: 1,
    }
}

/// How many persons of a stage are in some categories of a stock.
fn about<'a>(
    area: &'a Area,
    (id, school): (&UnitId, &School),
    term: &str,
    (table, categories): (&str, &'a [&'a str]),
) -> impl Fn(Stage) -> u64 + 'a {
    let mut tables = area.tables.all().iter();
    let table: &'a SealedTable = tables.find(|one| one.id().as_str() == table).expect("table");
    let shape = Shape::of(table, school);
    let report = truth::report((id, school), table, &shape, term);
    let cells = report.danger_exact_cells().to_vec();
    move |stage| {
        let is_asked = |place: usize| {
            let values = table.block().values_at(place).unwrap_or_default();
            let category = values.first().is_some_and(|value| categories.contains(value));
            category && shape.stages[place] == Some(stage)
        };
        let asked = cells.iter().enumerate().filter(|(place, _)| is_asked(*place));
        asked.map(|(_, count)| count).sum()
    }
}
