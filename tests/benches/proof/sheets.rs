//! Schools' clear sheets of both terms as the district's and the streets' hubs keep them: of a year
//! under seal, so without bands.

use std::num::NonZeroU32;

use certs::digest::sha256;
use domain::cell::Cell;
use domain::disclosure::plan::School;
use domain::disclosure::{ClearSheet, RawTable};
use domain::release::{Header, Release, ReleaseId};
use domain::unit::UnitId;
use hub::store::contribution::{self, Contribution};
use runtime::sql::SqlError;

use super::area::Area;
use super::truth;

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
    let mut set = |indicator: &str, values: &[&str], value: u64| {
        let index = spec.index(indicator, values).expect("cell");
        cells[index] = Cell::Value(value);
    };
    for stage in school.stages.keys() {
        set("base.students", &[stage.as_str()], school.persons(*stage));
        set("scr.eligible", &[stage.as_str()], school.persons(*stage));
    }
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
