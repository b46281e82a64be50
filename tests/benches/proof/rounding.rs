//! The same terms with the rounding fallback: each school's screening outcomes rounded by its own
//! key, summed by district and city, beside the true sums.
//!
//! A count is rounded down or up to a multiple of five with odds that leave its mean where it was,
//! so that its variance is `r * (5 - r)` for a rest of `r`. Cells are rounded by themselves: no sum
//! may be further off than four times the root of the sum of these.

use std::collections::BTreeMap;

use certs::digest::{RoundingKey, sha256};
use domain::cell::Cell;
use domain::disclosure::{ROUNDING_BASE, RawTable, RoundedTable, RoundingPrf};
use domain::period::{Period, TermId};

use super::area::Area;
use super::truth::{self, Shape, YEAR};

struct Keyed(RoundingKey);

impl RoundingPrf for Keyed {
    fn draw(&self, message: &[u8]) -> u64 {
        self.0.draw(message)
    }
}

/// Standard deviations that a sum may be off.
const DEVIATIONS_MAX: f64 = 4.0;

/// A sum as it is, as it is shown, and how far the rule may move it.
#[derive(Clone, Copy, Default)]
struct Sum {
    truth: u64,
    shown: u64,
    variance: u64,
}

/// Sums by outcome; of a district, and of the city.
#[derive(Default)]
pub struct Rounded {
    districts: Vec<BTreeMap<String, Sum>>,
    withheld: u64,
}

impl Rounded {
    pub fn add(&mut self, other: Self) {
        self.districts.extend(other.districts);
        self.withheld += other.withheld;
    }

    /// The city's sums.
    fn city(&self) -> BTreeMap<&str, Sum> {
        let mut city: BTreeMap<&str, Sum> = BTreeMap::new();
        for (outcome, sum) in self.districts.iter().flatten() {
            city.entry(outcome).or_default().add(*sum);
        }
        city
    }

    /// The sum that lies furthest from the truth for what the rule allows, in standard deviations.
    fn furthest(&self) -> f64 {
        let districts = self.districts.iter().flat_map(BTreeMap::values).copied();
        let all = districts.chain(self.city().into_values());
        all.map(Sum::deviations).fold(0.0, f64::max)
    }

    /// Whether something was rounded, and every sum is as near to the truth as the rule promises.
    pub fn holds(&self) -> bool {
        let moved = self.city().into_values().any(|sum| sum.variance > 0);
        moved && self.furthest() <= DEVIATIONS_MAX
    }

    pub fn print(&self) {
        println!("\nrounded instead (one hub), screening outcomes of the autumn term:\n");
        super::report::head(&["outcome", "city, true", "city, off by", "a district, off by"]);
        for (outcome, sum) in self.city() {
            let districts = self.districts.iter().filter_map(|own| own.get(outcome));
            let mean = districts.map(|own| own.off()).sum::<f64>() / self.districts.len() as f64;
            super::report::line(&[
                outcome,
                &sum.truth.to_string(),
                &format!("{:.2} %", sum.off()),
                &format!("{mean:.2} % on average"),
            ]);
        }
        println!("\n{} persons are in stages that stay at their schools", self.withheld);
        println!(
            "the sum furthest off: {:.1} standard deviations, {DEVIATIONS_MAX} allowed",
            self.furthest()
        );
    }
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.truth += other.truth;
        self.shown += other.shown;
        self.variance += other.variance;
    }

    /// Distance in hundredths of the truth.
    fn off(self) -> f64 {
        if self.truth == 0 { 0.0 } else { self.distance() * 100.0 / self.truth as f64 }
    }

    /// Distance in standard deviations; one that nothing may move is not moved.
    fn deviations(self) -> f64 {
        match (self.variance, self.truth == self.shown) {
            (0, true) => 0.0,
            (0, false) => f64::INFINITY,
            (variance, _) => self.distance() / (variance as f64).sqrt(),
        }
    }

    fn distance(self) -> f64 {
        self.truth.abs_diff(self.shown) as f64
    }
}

/// What rounding to the base does to the variance of a count.
const fn variance(count: u64) -> u64 {
    let rest = count % ROUNDING_BASE;
    rest * (ROUNDING_BASE - rest)
}

/// Rounds every school of a district.
pub fn of(area: &Area) -> Rounded {
    let catalogue = &area.packs.in_force().catalogue;
    let spec = catalogue.tables().iter().find(|spec| spec.id().as_str().starts_with("rounded."));
    let spec = spec.expect("a rounded table");
    let block = spec.block("scr.census").expect("screening");
    let mut tables = area.tables.all().iter();
    let sealed = tables.find(|one| one.id().as_str() == "sealed.scr.census").expect("table");
    let period = Period::Term(TermId { school_year: YEAR, number: 1 });
    let (mut sums, mut withheld) = (BTreeMap::<String, Sum>::new(), 0);
    for (id, school) in &area.roster.schools {
        let shape = Shape::of(sealed, school);
        let report = truth::report((id, school), sealed, &shape, "2025S1");
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
        // A key of its own for each school, the same in every run, as the counts are.
        let prf = Keyed(RoundingKey::from_bytes((*sha256(id.as_str().as_bytes()).bytes()).into()));
        let raw = RawTable::new(spec.id().clone(), cells);
        let shown = RoundedTable::protect(raw, catalogue, period, &prf).expect("rounded");
        for (place, count) in truth {
            let outcome = block.values_at(place).unwrap_or_default()[0].to_owned();
            match shown.cells()[block.offset + place].value() {
                Some(value) => {
                    let own = Sum { truth: count, shown: value, variance: variance(count) };
                    sums.entry(outcome).or_default().add(own);
                }
                None => withheld += count,
            }
        }
    }
    Rounded { districts: vec![sums], withheld }
}
