//! What the signed roster says beside opened sums: no more of a school's students of a grade and
//! sex are in some states than it has there. Every hub of the area holds the roster.
//!
//! It was signed before the school year, and the sums are of a census day: pupils came and went.
//! So the school's growth since then, by its own number of the census day, is added to each grade,
//! and those whose sex was not stated to either. The state in which most of a stratum are has no
//! limit: that nearly everybody is in it says of a school with three of them that they are too,
//! which is no more than the zeros of all other states say. What a roster says and sums contradict
//! is left aside by the attacker ([`ROSTER`]); what a school's own sheet contradicts is not said.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::Stage;
use domain::disclosure::attacker::{MARGIN, Printed, ROSTER, SeenCell, SeenTable};
use domain::disclosure::plan::School;
use domain::disclosure::sealed::is_sealed;
use domain::period::Period;

use super::tree::{GRADE, Tree};

const SEX: &str = "sex";

/// A figure's measure, period and school.
type Of<'t> = (&'t str, &'t str, &'t str);

/// A sum, as far as the roster says something beside it.
struct Sum<'t> {
    table: &'t SeenTable,
    grades: BTreeSet<&'t str>,
    /// What is open, by what a key names besides the state.
    open: BTreeMap<&'t [String], BTreeMap<&'t str, u64>>,
    /// All that is open, by state.
    all: BTreeMap<&'t str, u64>,
}

/// What the roster has of one school: at most so many in some states, by grade and sex.
#[derive(Default)]
struct Said {
    dims: Vec<String>,
    cells: BTreeMap<(String, &'static str), Most>,
}

/// At most so many in some states.
struct Most {
    states: String,
    persons: u64,
}

/// What the roster says beside the opened sums of some tables: one table for each school that
/// stands in them, with the period of its figure there.
pub(super) fn tables(tree: &Tree, seen: &[SeenTable]) -> Vec<SeenTable> {
    let sums = seen.iter().filter(|table| is_sealed(&table.id) && table.members.is_some());
    let mut sums: Vec<Sum<'_>> = sums.filter_map(Sum::of).collect();
    // Sums by cells first: what they tell apart is said of each stratum by itself.
    sums.sort_by_key(|sum| std::cmp::Reverse(sum.open.len()));
    let mut sheets: BTreeMap<Of<'_>, Vec<&SeenTable>> = BTreeMap::new();
    for table in seen.iter().filter(|table| table.members.is_none()) {
        let of = (table.measure.as_str(), table.period.as_str(), table.unit.as_str());
        sheets.entry(of).or_default().push(table);
    }
    let mut found: BTreeMap<Of<'_>, Said> = BTreeMap::new();
    for sum in &sums {
        for school in sum.table.members.iter().flatten() {
            let Some(listed) = tree.school(school) else { continue };
            let period = sum.table.carried.get(school).unwrap_or(&sum.table.period);
            let of = (sum.table.measure.as_str(), period.as_str(), school.as_str());
            let own = sheets.get(&of).map(Vec::as_slice).unwrap_or_default();
            sum.say(listed, own, found.entry(of).or_default());
        }
    }
    let is_told = |(of, said): &(Of<'_>, Said)| {
        let own = sheets.get(of).into_iter().flatten();
        !said.cells.is_empty() && !own.copied().any(|sheet| said.is_below(sheet))
    };
    found.into_iter().filter(is_told).map(|(of, said)| said.table(of)).collect()
}

impl<'t> Sum<'t> {
    /// Nothing of a flow, of one that tells no grades apart, or of which nothing is open.
    fn of(table: &'t SeenTable) -> Option<Self> {
        // A stock is of a term. Events are no persons: one can have several.
        if !matches!(table.period.parse(), Ok(Period::Term(_))) {
            return None;
        }
        let grade = table.dims.iter().position(|dim| dim == GRADE).filter(|at| *at > 0)?;
        let (grades, open, all) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        let mut sum = Self { table, grades, open, all };
        for cell in &table.cells {
            let Some((state, rest)) = cell.key.split_first() else { continue };
            let named = cell.key.get(grade).into_iter().flat_map(|entry| entry.split('|'));
            sum.grades.extend(named);
            if let Printed::Exact(value) = cell.printed {
                *sum.open.entry(rest).or_default().entry(state.as_str()).or_default() += value;
                *sum.all.entry(state.as_str()).or_default() += value;
            }
        }
        (sum.all.len() > 1).then_some(sum)
    }

    /// The states of a stratum but the one in which most are, as a key joins them.
    fn states(&self, rest: &[String]) -> Option<String> {
        let own = self.open.get(rest).filter(|of| of.values().any(|count| *count > 0));
        let of = own.unwrap_or(&self.all);
        let (common, _) = of.iter().max_by_key(|(_, count)| **count)?;
        let others = self.all.keys().filter(|state| *state != common);
        Some(others.copied().collect::<Vec<&str>>().join("|"))
    }

    /// Says of a school what the roster has of it, stratum by stratum; what another sum said of one
    /// stays.
    fn say(&self, school: &School, own: &[&SeenTable], said: &mut Said) {
        said.dims.clone_from(&self.table.dims);
        for (stage, grades) in &school.stages {
            let came = came(school, *stage, own);
            for (grade, sexes) in
                grades.iter().filter(|(one, _)| self.grades.contains(one.as_str()))
            {
                let [male, female, unstated] = sexes.map(u64::from);
                // Whose sex was not stated when the roster was signed is of either now.
                let of_sex = [("m", male + unstated), ("f", female + unstated), ("u", unstated)];
                let all = [(MARGIN, male + female + unstated)];
                let is_by_sex = self.table.dims.iter().any(|dim| dim == SEX);
                let strata: &[(&'static str, u64)] = if is_by_sex { &of_sex } else { &all };
                for (sex, persons) in strata {
                    let rest = said.key(String::new(), (grade.as_str(), *sex));
                    let Some(states) = self.states(rest.get(1..).unwrap_or_default()) else {
                        continue;
                    };
                    let most = Most { states, persons: persons.saturating_add(came) };
                    let of = (grade.as_str().to_owned(), *sex);
                    said.cells.entry(of).or_insert(most);
                }
            }
        }
    }
}

impl Said {
    fn key(&self, states: String, (grade, sex): (&str, &str)) -> Vec<String> {
        let entry = |dim: &String| match dim.as_str() {
            GRADE => grade,
            SEX => sex,
            _ => MARGIN,
        };
        let rest = self.dims.iter().skip(1).map(|dim| entry(dim).to_owned());
        std::iter::once(states).chain(rest).collect()
    }

    /// Whether a sheet of the school itself says that more of it are in these states than the
    /// roster has: then the roster is not true of it any more.
    fn is_below(&self, sheet: &SeenTable) -> bool {
        let at = sheet.dims.iter().position(|dim| dim == GRADE);
        sheet.cells.iter().any(|cell| {
            let least = match cell.printed {
                Printed::Exact(value) | Printed::Between(value, _) => value,
                Printed::Noised(_) => 0,
            };
            let (Some(states), Some(grades)) =
                (cell.key.first(), at.and_then(|at| cell.key.get(at)))
            else {
                return false;
            };
            let holds = |most: &Most| {
                states.split('|').all(|state| most.states.split('|').any(|one| one == state))
            };
            let is_said =
                |grade: &str| self.of(grade).next().is_some() && self.of(grade).all(holds);
            let most = grades.split('|').flat_map(|grade| self.of(grade)).map(|most| most.persons);
            grades.split('|').all(is_said) && least > most.sum()
        })
    }

    /// What is said of a grade, by sex.
    fn of<'s>(&'s self, grade: &'s str) -> impl Iterator<Item = &'s Most> {
        let own = self.cells.iter().filter(move |((one, _), _)| one == grade);
        own.map(|(_, most)| most)
    }

    fn table(self, (measure, period, school): Of<'_>) -> SeenTable {
        let cell = |((grade, sex), most): (&(String, &'static str), &Most)| SeenCell {
            key: self.key(most.states.clone(), (grade, sex)),
            printed: Printed::Between(0, Some(most.persons)),
        };
        SeenTable {
            id: format!("{measure}/{period}/{school}{ROSTER}"),
            unit: school.to_owned(),
            period: period.to_owned(),
            measure: measure.to_owned(),
            members: None,
            carried: BTreeMap::new(),
            cells: self.cells.iter().map(cell).collect(),
            dims: self.dims.clone(),
        }
    }
}

/// How many more than the roster has are in a stage of a school by its own number of the day.
fn came(school: &School, stage: Stage, own: &[&SeenTable]) -> u64 {
    let has: BTreeSet<&str> =
        school.stages.get(&stage).into_iter().flatten().map(|(grade, _)| grade.as_str()).collect();
    let is_whole = |table: &SeenTable, key: &[String]| {
        table.dims.iter().any(|dim| dim == GRADE)
            && table.dims.iter().zip(key).all(|(dim, entry)| match dim.as_str() {
                GRADE => entry.split('|').collect::<BTreeSet<&str>>() == has,
                _ => entry == MARGIN,
            })
    };
    let cells =
        own.iter().copied().flat_map(|table| table.cells.iter().map(move |cell| (table, cell)));
    let named = cells.filter_map(|(table, cell)| match cell.printed {
        Printed::Exact(value) if is_whole(table, &cell.key) => Some(value),
        _ => None,
    });
    named.max().unwrap_or(0).saturating_sub(school.persons(stage))
}
