//! What was seen and fits together: sheets that contradict opened sums are left aside, and the rest
//! is judged.
//!
//! From a contradiction anything follows, so that one sheet that does not fit, by a lie or by a
//! count of another day, would switch the attacker off for all others. Which of several sheets that
//! do not fit together is wrong cannot be told: whoever made the wrong one knows. So each of them
//! is left aside in turn, and nothing may follow from any choice. Sums that both hubs signed stay.

use std::collections::{BTreeMap, BTreeSet};

use domain::disclosure::attacker::{Pace, Printed, ROSTER, SeenTable, View, ViewError, fits};
use domain::disclosure::sealed::is_sealed;

/// Most choices that are judged; beyond them all sheets that do not fit together are left aside.
const CHOICES_MAX: usize = 16;

/// Units whose sheets are left aside.
type Aside<'v> = BTreeSet<&'v str>;

/// What was seen, parted into what stays and what may be left aside.
struct Parted<'v> {
    view: &'v View,
    /// Places of sums that stay, and of what bounds nothing.
    stay: BTreeSet<usize>,
    /// Places of sheets by the unit that sent them.
    sheets: BTreeMap<&'v str, Vec<usize>>,
}

/// The views without contradiction that a view which has one is judged by.
///
/// Names also the units whose sheets any of them leaves aside.
///
/// # Errors
/// The view does not fit together in another way.
pub(super) fn choices<'v>(
    view: &'v View,
    pace: &mut dyn Pace,
) -> Result<(Vec<View>, BTreeSet<String>), ViewError> {
    let parted = Parted::of(view, pace)?;
    let mut found: Vec<Aside<'v>> = Vec::new();
    let mut open: Vec<Aside<'v>> = vec![Aside::new()];
    let mut known: BTreeSet<Aside<'v>> = BTreeSet::new();
    while let Some(aside) = open.pop() {
        if !known.insert(aside.clone()) {
            continue;
        }
        let Some(clash) = parted.clash(&aside, pace)? else {
            found.push(aside);
            continue;
        };
        let with =
            |units: &[&'v str]| -> Aside<'v> { aside.iter().chain(units).copied().collect() };
        if found.len() + open.len() + clash.len() > CHOICES_MAX {
            open.push(with(&clash));
        } else {
            open.extend(clash.iter().map(|unit| with(&[*unit])));
        }
    }
    if found.is_empty() {
        return Err(ViewError::Contradiction);
    }
    let units: BTreeSet<String> = found.iter().flatten().map(|&unit| unit.to_owned()).collect();
    let named: Vec<&str> = units.iter().map(String::as_str).collect();
    tracing::warn!(units = named.join(" "), "sheets contradict opened sums and are left aside");
    Ok((found.iter().map(|aside| parted.without(aside)).collect(), units))
}

impl<'v> Parted<'v> {
    fn of(view: &'v View, pace: &mut dyn Pace) -> Result<Self, ViewError> {
        let mut parted = Self { view, stay: BTreeSet::new(), sheets: BTreeMap::new() };
        let mut sums = Vec::new();
        for (place, table) in view.tables.iter().enumerate() {
            // The attacker itself leaves a roster aside that is not true, and it is no sheet: who
            // lies about a band must not take it away with it.
            if bounds_nothing(table) || table.id.ends_with(ROSTER) {
                parted.stay.insert(place);
            } else if is_sealed(&table.id) {
                sums.push(place);
            } else {
                parted.sheets.entry(&table.unit).or_default().push(place);
            }
        }
        let silent = parted.stay.clone();
        parted.stay.extend(&sums);
        if !fits(&parted.with(&[]), pace)? {
            // Reports of two plans can differ where a school corrected one: the newest sum stays.
            tracing::warn!("opened sums contradict each other: older ones are left aside");
            parted.stay = silent;
            for place in sums.into_iter().rev() {
                parted.stay.insert(place);
                if !fits(&parted.with(&[]), pace)? {
                    parted.stay.remove(&place);
                }
            }
        }
        Ok(parted)
    }

    /// What stays, with the sheets of some units.
    fn with(&self, units: &[&str]) -> View {
        let sheets = units.iter().filter_map(|unit| self.sheets.get(unit)).flatten();
        let places: BTreeSet<usize> = self.stay.iter().chain(sheets).copied().collect();
        let tables = self.view.tables.iter().enumerate();
        let tables = tables.filter(|(place, _)| places.contains(place));
        View {
            k: self.view.k,
            units: self.view.units.clone(),
            periods: self.view.periods.clone(),
            course: self.view.course,
            tables: tables.map(|(_, table)| table.clone()).collect(),
        }
    }

    fn without(&self, aside: &Aside<'_>) -> View {
        self.with(&self.left(aside))
    }

    fn left(&self, aside: &Aside<'_>) -> Vec<&'v str> {
        self.sheets.keys().copied().filter(|unit| !aside.contains(unit)).collect()
    }

    /// Units whose sheets do not fit together with the sums, and would without any one of them;
    /// nothing where all that are left fit.
    fn clash(
        &self,
        aside: &Aside<'_>,
        pace: &mut dyn Pace,
    ) -> Result<Option<Vec<&'v str>>, ViewError> {
        let mut left = self.left(aside);
        if fits(&self.with(&left), pace)? {
            return Ok(None);
        }
        let mut core: Vec<&str> = Vec::new();
        while fits(&self.with(&core), pace)? {
            // The shortest beginning of what is left that does not fit beside the core ends with
            // one more of it.
            let (mut low, mut high) = (0, left.len());
            while high - low > 1 {
                let middle = low.midpoint(high);
                let some = left.iter().take(middle).chain(&core).copied();
                if fits(&self.with(&some.collect::<Vec<_>>()), pace)? {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            left.truncate(high);
            let Some(last) = left.pop() else { break };
            core.push(last);
        }
        Ok(Some(core))
    }
}

fn bounds_nothing(table: &SeenTable) -> bool {
    table
        .cells
        .iter()
        .all(|cell| matches!(cell.printed, Printed::Noised(_) | Printed::Between(0, None)))
}
