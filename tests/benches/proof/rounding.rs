//! The same terms with the rounding fallback: each school's screening outcomes rounded by its own
//! key, summed by district and city, beside the true sums.

use std::collections::BTreeMap;

use certs::digest::{RoundingKey, random_bytes};
use domain::cell::Cell;
use domain::disclosure::{RawTable, RoundedTable, RoundingPrf};
use domain::period::{Period, TermId};

use super::area::Area;
use super::truth::{self, Shape, YEAR};

struct Keyed(RoundingKey);

impl RoundingPrf for Keyed {
    fn draw(&self, message: &[u8]) -> u64 {
        self.0.draw(message)
    }
}

/// True and shown sums, by outcome; of a district, and of the city.
#[derive(Default)]
pub struct Rounded {
    districts: Vec<BTreeMap<String, [u64; 2]>>,
    withheld: u64,
}

impl Rounded {
    pub fn add(&mut self, other: Self) {
        self.districts.extend(other.districts);
        self.withheld += other.withheld;
    }

    pub fn print(&self) {
        println!("\nrounded instead (one hub), screening outcomes of the autumn term:\n");
        super::report::head(&["outcome", "city, true", "city, off by", "a district, off by"]);
        let mut city: BTreeMap<&String, [u64; 2]> = BTreeMap::new();
        let mut worst: BTreeMap<&String, f64> = BTreeMap::new();
        for (outcome, [of_all, shown]) in self.districts.iter().flatten() {
            let sums = city.entry(outcome).or_default();
            sums[0] += of_all;
            sums[1] += shown;
            *worst.entry(outcome).or_default() += off(*of_all, *shown);
        }
        for (outcome, [of_all, shown]) in city {
            let mean = worst[outcome] / self.districts.len() as f64;
            super::report::line(&[
                outcome,
                &of_all.to_string(),
                &format!("{:.2} %", off(of_all, shown)),
                &format!("{mean:.2} % on average"),
            ]);
        }
        println!("\n{} persons are in stages that stay at their schools", self.withheld);
    }
}

/// Distance in hundredths of the truth.
fn off(of_all: u64, shown: u64) -> f64 {
    if of_all == 0 { 0.0 } else { of_all.abs_diff(shown) as f64 * 100.0 / of_all as f64 }
}

/// Rounds every school of a district.
pub fn of(area: &Area) -> Rounded {
    let catalogue = &area.packs.in_force().catalogue;
    let spec = catalogue.tables().iter().find(|spec| spec.id().as_str().starts_with("rounded."));
    let spec = spec.expect("a rounded table");
    let block = spec.block("scr.census").expect("screening");
    let mut tables = area.tables.all().iter().enumerate();
    let (at, sealed) =
        tables.find(|(_, one)| one.id().as_str() == "sealed.scr.census").expect("table");
    let period = Period::Term(TermId { school_year: YEAR, number: 1 });
    let (mut sums, mut withheld) = (BTreeMap::<String, [u64; 2]>::new(), 0);
    for (id, school) in &area.roster.schools {
        let shape = Shape::of(sealed, school);
        let report = truth::report((id, school), (sealed, at), &shape, "2025S1");
        let own: BTreeMap<Vec<&str>, (u64, Option<&str>)> = report
            .danger_exact_cells()
            .iter()
            .enumerate()
            .map(|(place, count)| {
                let stage = shape.stages[place].map(|stage| stage.as_str());
                (sealed.block().values_at(place).unwrap_or_default(), (*count, stage))
            })
            .collect();
        let mut cells = vec![Cell::NotApplicable; spec.cells()];
        let mut truth: Vec<(usize, u64)> = Vec::new();
        for place in 0..block.length {
            let named: BTreeMap<&str, &str> = block
                .dims()
                .map(|dim| dim.as_str())
                .zip(block.values_at(place).unwrap_or_default())
                .collect();
            let key = sealed.block().dims().map(|dim| named[dim.as_str()]).collect::<Vec<_>>();
            let Some((count, stage)) = own.get(&key) else { continue };
            if stage.is_some() && *stage == named.get("stage").copied() {
                cells[block.offset + place] = Cell::Value(*count);
                truth.push((place, *count));
            }
        }
        let prf = Keyed(RoundingKey::from_bytes(random_bytes::<32>().into()));
        let raw = RawTable::new(spec.id().clone(), cells);
        let shown = RoundedTable::protect(raw, catalogue, period, &prf).expect("rounded");
        for (place, count) in truth {
            let outcome = block.values_at(place).unwrap_or_default()[0].to_owned();
            match shown.cells()[block.offset + place].value() {
                Some(value) => {
                    let sum = sums.entry(outcome).or_default();
                    sum[0] += count;
                    sum[1] += value;
                }
                None => withheld += count,
            }
        }
    }
    Rounded { districts: vec![sums], withheld }
}
