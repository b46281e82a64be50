//! Who may sit down in a run, once by the product and once by the recount's reading of the
//! families' words: a page that asks elsewhere lets in whom figures leave out, or the other way.

use std::collections::BTreeMap;

use domain::ledger::SchoolRole;
use domain::scale::Setting;
use domain::screening::Unasked;
use domain::screening::order::{LowestTier, PER_DAY};
use jiff::ToSpan as _;
use jiff::civil::{Date, date, time};
use node::import::value::Grade;
use node::ledger::author::Author;
use node::ledger::entry::StaffId;
use node::ledger::refusal::LedgerRefusal;
use node::ledger::run::{self, people, seat};
use node::packs::Packs;
use node::screening::answering::{Barred, admit};
use node::screening::attendance::is_without_consent;
use node::screening::opening::{self, Plan};
use node::screening::shelf::Shelf;
use runtime::clock::instant_ms;

use super::Lived;
use super::queries::families_on;

/// A day on which autumn's slips have run out and others are for the next school year.
const DAY: Date = date(2026, 6, 10);

/// Opens a run that waits for families, and compares seats and lists of it with the families' words
/// in SQL, student by student.
pub(super) fn check(lived: &Lived) {
    let told = told(lived);
    let packs = Packs::embedded().expect("packs");
    let term = packs.calendar().terms().iter().find(|term| term.start <= DAY && DAY <= term.end);
    let grades = (4..=9).map(|n| Grade::from_code(&format!("g{n}")).expect("grade"));
    let plan = Plan {
        name: "核对".to_owned(),
        contact: "心理辅导室".to_owned(),
        term: *term.expect("term"),
        scales: vec![(packs.scale("demo-phq9-gad7").expect("scale").clone(), grades.collect())],
        first: DAY,
        last: DAY + 1.day(),
        hours: (time(0, 0, 0, 0), time(23, 0, 0, 0)),
        classes_per_day: 0,
        lowest: LowestTier::Left,
        unasked: Unasked::Wait,
        per_day: PER_DAY,
        special: None,
    };
    let noon = instant_ms(DAY.at(12, 0, 0, 0));
    let seats = lived.ledger.write("seats", move |tx| {
        let shelf = Shelf::new(Setting::Demonstration, Packs::embedded);
        let li = Author::new("xinli", SchoolRole::Counsellor, Some(StaffId(1)), noon);
        let id = opening::open(tx, &li, &plan, &shelf).map_err(|_| LedgerRefusal::Unknown)?;
        let known = run::get(tx, id)?;
        let mut found = BTreeMap::new();
        for who in people::all(tx, id)? {
            let seat = seat::of_participant(tx, who.id)?.ok_or(LedgerRefusal::Unknown)?;
            let is_barred = admit(&seat, noon) == Err(Barred::NoConsent);
            let is_listed = is_without_consent(&known, &who, DAY);
            assert_eq!(is_barred, is_listed, "seat and list");
            found.insert(who.student.0, is_barred);
        }
        Ok::<_, LedgerRefusal>(found)
    });
    let seats = seats.expect("seats");
    for (student, is_barred) in &seats {
        let said = told.get(student).expect("a student");
        let seed = lived.seed;
        assert_eq!(*is_barred, said != "given", "seed {seed}, student {student}: {said}");
    }
    assert!(!seats.is_empty() && told.values().any(|said| said == "given"));
}

fn told(lived: &Lived) -> BTreeMap<i64, String> {
    let query = families_on(&format!("'{DAY}'"));
    let mut statement = lived.plain.prepare(&query).expect("query");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    rows.collect::<Result<_, _>>().expect("row")
}
