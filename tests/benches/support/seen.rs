//! A district's year as its hub sees it: every sealed table of the catalogue, two terms and weeks.
//!
//! What is opened follows the plan: each week one sum of every flow for each stage, over all of its
//! schools; each term all cells of every stock for each stage, and its categories for each group.
//! Beside these stands who is enrolled at every school, by grade and sex as the roster has it, and
//! exactly on the day. A year under seal has no bands.

use std::collections::{BTreeMap, BTreeSet};

use domain::disclosure::attacker::{
    Course, MARGIN, Printed, SeenCell, SeenPeriod, SeenTable, Unit, View,
};
use domain::disclosure::sealed::{Kind, SealedTable, SealedTables, measure_of};

/// A stage and its grades.
type Stage = (&'static str, [&'static str; 3]);

static PRIMARY: [Stage; 2] =
    [("primary_low", ["g1", "g2", "g3"]), ("primary_high", ["g4", "g5", "g6"])];
static JUNIOR: [Stage; 1] = [("junior", ["g7", "g8", "g9"])];

/// Schools of a group at least, as a plan makes them: what is left over joins the last one.
const GROUP: usize = 6;

struct School {
    id: String,
    group: usize,
    stages: &'static [Stage],
    /// Students of each grade, girls and boys alike.
    enrolled: u64,
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// The year of a district with as many schools: two terms and some weeks, of all sealed tables.
pub fn year(schools: usize, weeks: usize) -> View {
    let mut dice = Dice(20_251_127);
    let list: Vec<School> = (0..schools).map(|at| school(at, schools, &mut dice)).collect();
    let mut units = BTreeMap::from([("D".to_owned(), unit(None, "district", &[]))]);
    for school in &list {
        units.insert(school.id.clone(), unit(Some("D"), "school", school.stages));
    }
    let terms = ["2025S1", "2025S2"];
    let names: Vec<String> = terms
        .iter()
        .map(|&term| term.to_owned())
        .chain((1..=weeks).map(|week| format!("2026-W{week:02}")))
        .collect();
    let periods = names.iter().map(|id| SeenPeriod { id: id.clone(), parts: Vec::new() });
    let periods = periods.collect();
    let mut view = View { k: 5, units, periods, course: Course::Series, tables: Vec::new() };
    let (of_terms, of_weeks) = names.split_at(terms.len());
    let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
    for table in SealedTables::of(&catalogue).all() {
        let periods = match table.kind() {
            Kind::Stock => of_terms,
            Kind::Flow => of_weeks,
        };
        for (period, stage) in periods.iter().flat_map(|one| stages().map(move |of| (one, of))) {
            let members: Vec<&School> =
                list.iter().filter(|school| school.stages.contains(stage)).collect();
            let of: Of<'_> = (table, period.as_str(), stage);
            match table.kind() {
                Kind::Stock => add_stock(&mut view, of, &members, &mut dice),
                Kind::Flow => add_flow(&mut view, of, &members, &mut dice),
            }
        }
    }
    view
}

fn stages() -> impl Iterator<Item = &'static Stage> {
    PRIMARY.iter().chain(&JUNIOR)
}

/// Two thirds have grades 1 to 6, the others 7 to 9.
fn school(at: usize, schools: usize, dice: &mut Dice) -> School {
    let primary = schools * 2 / 3;
    let is_primary = at < primary;
    let stages: &'static [Stage] = if is_primary { &PRIMARY } else { &JUNIOR };
    let of = |at: usize, count: usize| (at / GROUP).min((count / GROUP).saturating_sub(1));
    let group =
        if is_primary { of(at, primary) } else { 1_000 + of(at - primary, schools - primary) };
    School { id: format!("S{at:03}"), group, stages, enrolled: 20 + dice.below(80) }
}

fn unit(parent: Option<&str>, level: &str, stages: &[Stage]) -> Unit {
    let mut has: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (stage, grades) in stages {
        has.entry("stage".to_owned()).or_default().insert((*stage).to_owned());
        has.entry("grade".to_owned()).or_default().extend(grades.map(str::to_owned));
    }
    Unit { parent: parent.map(str::to_owned), level: level.to_owned(), has }
}

/// Cells of a table that somebody of a stage can be in.
fn keys_of(table: &SealedTable, stage: &Stage) -> Vec<Vec<String>> {
    let is_of = |key: &Vec<&str>| {
        table.block().dims().zip(key).all(|(dim, value)| match dim.as_str() {
            "grade" => stage.1.contains(value),
            "stage" => stage.0 == *value,
            _ => true,
        })
    };
    let keys = (0..table.cells()).filter_map(|place| table.block().values_at(place));
    let keys = keys.filter(is_of);
    keys.map(|key| key.into_iter().map(str::to_owned).collect()).collect()
}

type Of<'t> = (&'t SealedTable, &'t str, &'t Stage);

fn add_flow(view: &mut View, of: Of<'_>, members: &[&School], dice: &mut Dice) {
    let cell = |key: Vec<String>| SeenCell { key, printed: Printed::Exact(dice.below(4)) };
    let cells = keys_of(of.0, of.2).into_iter().map(cell).collect();
    view.tables.push(sum(of, "all", members, cells));
}

/// Draws what every school has, and prints its sums.
fn add_stock(view: &mut View, of: Of<'_>, members: &[&School], dice: &mut Dice) {
    let mut strata: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for key in keys_of(of.0, of.2) {
        let Some((first, rest)) = key.split_first() else { continue };
        strata.entry(rest.to_vec()).or_default().push(first.clone());
    }
    let dims: Vec<&str> = of.0.block().dims().map(|dim| dim.as_str()).collect();
    let mut whole: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    let mut groups: BTreeMap<usize, BTreeMap<String, u64>> = BTreeMap::new();
    for school in members {
        let mut enrolled = Vec::new();
        for (rest, values) in &strata {
            let persons = school.enrolled * share(dims.get(1..).unwrap_or_default(), rest);
            let mut left = persons;
            for (at, value) in values.iter().enumerate() {
                let some = dice.below(2) * dice.below(2) * dice.below(2);
                let count = if at + 1 == values.len() { left } else { some.min(left) };
                left -= count;
                let key = [std::slice::from_ref(value), rest.as_slice()].concat();
                *whole.entry(key).or_default() += count;
                *groups.entry(school.group).or_default().entry(value.clone()).or_default() += count;
            }
            let key = [std::slice::from_ref(&MARGIN.to_owned()), rest.as_slice()].concat();
            enrolled.push(SeenCell { key, printed: Printed::Exact(persons) });
        }
        view.tables.push(sheet(of, "enrolled", school, enrolled));
    }
    let cell = |(key, count)| SeenCell { key, printed: Printed::Exact(count) };
    view.tables.push(sum(of, "all", members, whole.into_iter().map(cell).collect()));
    for (group, categories) in groups {
        let of_group: Vec<&School> =
            members.iter().filter(|school| school.group == group).copied().collect();
        let cells = categories.into_iter();
        let cells = cells.map(|(value, count)| (entries(&dims, of.2, &value), count)).map(cell);
        view.tables.push(sum(of, &group.to_string(), &of_group, cells.collect()));
    }
}

/// How often a stratum holds the students of one grade and sex; of nobody the sex is not stated.
fn share(dims: &[&str], rest: &[String]) -> u64 {
    let of = |name: &str| dims.iter().zip(rest).find(|(dim, _)| **dim == name).map(|(_, v)| v);
    let grades = if of("grade").is_some() { 1 } else { 3 };
    let sexes = match of("sex").map(String::as_str) {
        Some("u") => 0,
        Some(_) => 1,
        None => 2,
    };
    grades * sexes
}

/// The key of a category of the first axis over a whole stage.
fn entries(dims: &[&str], stage: &Stage, first: &str) -> Vec<String> {
    let rest = dims.iter().skip(1).map(|dim| match *dim {
        "stage" => stage.0.to_owned(),
        "grade" => stage.1.join("|"),
        _ => MARGIN.to_owned(),
    });
    std::iter::once(first.to_owned()).chain(rest).collect()
}

fn sum(of: Of<'_>, name: &str, members: &[&School], cells: Vec<SeenCell>) -> SeenTable {
    let members = members.iter().map(|school| school.id.clone()).collect();
    table(of, ("D", name), (Some(members), cells))
}

fn sheet(of: Of<'_>, name: &str, school: &School, cells: Vec<SeenCell>) -> SeenTable {
    table(of, (&school.id, name), (None, cells))
}

fn table(
    (table, period, stage): Of<'_>,
    (unit, name): (&str, &str),
    (members, cells): (Option<Vec<String>>, Vec<SeenCell>),
) -> SeenTable {
    SeenTable {
        id: format!("{}/{period}/{}/{unit}/{name}", table.id().as_str(), stage.0),
        unit: unit.to_owned(),
        period: period.to_owned(),
        measure: measure_of(table.id().as_str()).to_owned(),
        dims: table.block().dims().map(|dim| dim.as_str().to_owned()).collect(),
        members,
        carried: BTreeMap::new(),
        cells,
    }
}
