//! A district's year as it is seen by its hub: 131 schools in groups, term tables and weeks.
//!
//! What is opened follows the recommended scheme: the district by tier, grade and sex and each
//! group by tier, once a term; tiers of each group, every week; enrolment of every school by
//! grade and sex, and its merged band of ten, once a term.

use std::collections::BTreeMap;

use domain::disclosure::attacker::{Course, Printed, SeenCell, SeenPeriod, SeenTable, Unit, View};

const TIERS: [&str; 4] = ["t1", "t2", "t3", "none"];
const SEXES: [&str; 2] = ["m", "f"];

/// Schools of a group, as a plan makes them.
const GROUP: usize = 6;

struct School {
    id: String,
    group: usize,
    grades: Vec<String>,
    /// Students of each grade and sex.
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

/// The year of a district with as many schools: two terms and some weeks.
pub fn year(schools: usize, weeks: usize) -> View {
    let mut dice = Dice(20_251_127);
    let list: Vec<School> = (0..schools).map(|at| school(at, schools, &mut dice)).collect();
    let mut units = BTreeMap::from([("D".to_owned(), unit(None, "district", &[]))]);
    for school in &list {
        units.insert(school.id.clone(), unit(Some("D"), "school", &school.grades));
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
    for term in terms {
        add_term(&mut view, term, &list, &mut dice);
    }
    for week in names.iter().skip(terms.len()) {
        add_week(&mut view, week, &list, &mut dice);
    }
    view
}

/// Two thirds have grades 1 to 6, the others 7 to 9.
fn school(at: usize, schools: usize, dice: &mut Dice) -> School {
    let primary = schools * 2 / 3;
    let (from, to, group) =
        if at < primary { (1, 6, at / GROUP) } else { (7, 9, 1_000 + (at - primary) / GROUP) };
    let grades = (from..=to).map(|grade| format!("g{grade}")).collect();
    School { id: format!("S{at:03}"), group, grades, enrolled: 20 + dice.below(80) }
}

fn unit(parent: Option<&str>, level: &str, grades: &[String]) -> Unit {
    let mut has = BTreeMap::new();
    if !grades.is_empty() {
        has.insert("grade".to_owned(), grades.iter().cloned().collect());
    }
    Unit { parent: parent.map(str::to_owned), level: level.to_owned(), has }
}

fn add_term(view: &mut View, term: &str, list: &[School], dice: &mut Dice) {
    let mut district: BTreeMap<[&str; 3], u64> = BTreeMap::new();
    let mut groups: BTreeMap<usize, BTreeMap<&str, u64>> = BTreeMap::new();
    let mut add = |id: String, unit: &str, dims: &[&str], cells: Vec<SeenCell>| {
        let members = None;
        view.tables.push(table(id, (unit, term, "alt.census"), dims, (members, cells)));
    };
    for school in list {
        let mut enrolment = Vec::new();
        let mut attention = 0;
        for (grade, sex) in school.grades.iter().flat_map(|g| SEXES.map(|sex| (g, sex))) {
            let mut left = school.enrolled;
            for tier in TIERS {
                let count = match tier {
                    "none" => left,
                    "t1" => dice.below(3) * dice.below(2),
                    _ => dice.below(2) * dice.below(2) * dice.below(2),
                };
                left -= count;
                *district.entry([tier, grade, sex]).or_default() += count;
                if tier != "none" {
                    attention += count;
                    *groups.entry(school.group).or_default().entry(tier).or_default() += count;
                }
            }
            enrolment.push(cell(&[grade, sex], Printed::Exact(school.enrolled)));
        }
        add(format!("{term}/enrolled/{}", school.id), &school.id, &["grade", "sex"], enrolment);
        let low = attention / 10 * 10;
        let band = cell(&["t1|t2|t3"], Printed::Between(low, Some(low + 9)));
        add(format!("{term}/band/{}", school.id), &school.id, &["tier"], vec![band]);
    }
    let cells = district.iter().map(|(key, count)| cell(key, Printed::Exact(*count))).collect();
    add(format!("{term}/district"), "D", &["tier", "grade", "sex"], cells);
    for (group, tiers) in groups {
        let cells = tiers.iter().map(|(tier, count)| cell(&[tier], Printed::Exact(*count)));
        let names = ("D", term, "alt.census");
        let content = (Some(members(list, group)), cells.collect());
        view.tables.push(table(format!("{term}/group/{group}"), names, &["tier"], content));
    }
}

fn add_week(view: &mut View, week: &str, list: &[School], dice: &mut Dice) {
    let groups: std::collections::BTreeSet<usize> = list.iter().map(|one| one.group).collect();
    for group in groups {
        let cells = TIERS.iter().take(3).map(|tier| cell(&[tier], Printed::Exact(dice.below(4))));
        let names = ("D", week, "alt.raised");
        let content = (Some(members(list, group)), cells.collect());
        view.tables.push(table(format!("{week}/group/{group}"), names, &["tier"], content));
    }
}

fn members(list: &[School], group: usize) -> Vec<String> {
    list.iter().filter(|school| school.group == group).map(|school| school.id.clone()).collect()
}

fn cell(key: &[&str], printed: Printed) -> SeenCell {
    SeenCell { key: key.iter().map(|&word| word.to_owned()).collect(), printed }
}

fn table(
    id: String,
    (unit, period, measure): (&str, &str, &str),
    dims: &[&str],
    (members, cells): (Option<Vec<String>>, Vec<SeenCell>),
) -> SeenTable {
    SeenTable {
        id,
        unit: unit.to_owned(),
        period: period.to_owned(),
        measure: measure.to_owned(),
        dims: dims.iter().map(|&dim| dim.to_owned()).collect(),
        members,
        carried: BTreeMap::new(),
        cells,
    }
}
