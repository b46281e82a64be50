//! What every role has seen of the year, by the hubs' own code over their stores, and what the
//! shipped attacker says of it.
//!
//! Relations between measures are no part of a view, so each measure is attacked alone; and the
//! same tables have the same verdict whoever sees them, so they are attacked once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use certs::digest::sha256;
use domain::digest::Digest;
use domain::disclosure::attacker::{
    Course, Printed, SeenCell, SeenPeriod, SeenTable, Unit, View, attack,
};
use domain::disclosure::sealed::Kind;
use domain::unit::{UnitId, UnitKind};
use hub::seen::Role;
use hub::store::{MIGRATIONS, contribution, opened_lane};
use proto::opened::{ToldSum, encode_told};
use proto::opening::Detail;
use runtime::seen::write;
use runtime::sql::{Database, SqlError};
use tests::city::year::{Must, colluders};

use super::area::{Area, CITY, HELPER};
use super::pace::Clocked;
use super::sheets;
use super::truth::{self, Shape};

/// Figures that are named.
const NAMED_MAX: usize = 20;

/// What the attack on one measure may take.
const BUDGET: Duration = Duration::from_secs(240);

/// What the attacker said.
#[derive(Clone, Copy, Default)]
struct Said {
    hidden: usize,
    leaks: usize,
    undecided: usize,
}

/// What came of a role over all its views.
#[derive(Clone, Default)]
struct Line {
    views: usize,
    said: Said,
    /// Views of which it was not said what must be said.
    wrong: usize,
    seconds: f64,
}

/// What came of every role.
#[derive(Default)]
pub struct Verdicts {
    lines: BTreeMap<String, Line>,
    /// Views of which a leak must be found: without one the attacker was not tried.
    tried: usize,
    /// Hubs whose sums are not those of the leader.
    unlike: usize,
    /// Figures that follow or are open where nothing may be, the first by name.
    named: Vec<String>,
}

impl Verdicts {
    pub fn add(&mut self, other: Self) {
        self.unlike += other.unlike;
        self.tried += other.tried;
        self.named.extend(other.named);
        self.named.truncate(NAMED_MAX);
        for (role, line) in other.lines {
            let own = self.lines.entry(role).or_default();
            own.views += line.views;
            own.wrong += line.wrong;
            own.seconds += line.seconds;
            own.said.hidden += line.said.hidden;
            own.said.leaks += line.said.leaks;
            own.said.undecided += line.said.undecided;
        }
    }

    /// Prints a table; gives whether everything was said that must be.
    pub fn print(&self) -> bool {
        super::report::head(&["role", "views", "hidden figures", "small", "undecided", "s", ""]);
        for (role, line) in &self.lines {
            let Line { views, said, wrong, seconds } = line;
            super::report::line(&[
                role,
                &views.to_string(),
                &said.hidden.to_string(),
                &said.leaks.to_string(),
                &said.undecided.to_string(),
                &format!("{seconds:.1}"),
                if *wrong == 0 { "as it must be" } else { "WRONG" },
            ]);
        }
        self.named.iter().for_each(|name| println!("{name}"));
        println!("\n{} hubs have other sums than the leader", self.unlike);
        println!("{} views with all but one of a group, whose leak must be found", self.tried);
        self.unlike == 0 && self.tried > 0 && self.lines.values().all(|line| line.wrong == 0)
    }
}

/// Attacks views, each part of them once.
struct Attacker {
    known: BTreeMap<Digest, Said>,
    verdicts: Verdicts,
}

/// Every role of a district.
pub fn all(area: &Area, weeks: usize) -> Verdicts {
    let mut attacker = Attacker { known: BTreeMap::new(), verdicts: Verdicts::default() };
    let (helper, city) = (HELPER.parse().expect("unit"), CITY.parse().expect("unit"));
    let seen = |store: &Database, (unit, kind): (&UnitId, UnitKind), role| {
        view(area, store, (unit, kind), role)
    };
    let leader = seen(&area.leader, (&area.unit, UnitKind::District), Role::Leader);
    let helper = seen(&area.helper, (&helper, UnitKind::Helper), Role::Helper);
    let city = seen(&area.city, (&city, UnitKind::City), Role::City);
    let sums = sums_of(&leader);
    attacker.verdicts.unlike += [&helper, &city].iter().filter(|one| sums_of(one) != sums).count();
    attacker.judge("leader alone", &leader, Must::Safe);
    attacker.judge("helper alone", &helper, Must::Safe);
    attacker.judge("city", &city, Must::Safe);
    drop((leader, helper, city));
    let district = seen(&area.leader, (&area.unit, UnitKind::District), Role::District);
    attacker.judge("district", &district, Must::Safe);
    let own = |id: &UnitId| own_view(area, id, weeks);
    for with in colluders::of(&district, |_| true) {
        let mut together = district.clone();
        for school in &with.schools {
            let own = own(&school.parse().expect("unit"));
            together.join(own).expect("views of one district");
        }
        let name = match with.must {
            Must::Safe => format!("district + {} colluding schools", with.schools.len()),
            Must::Leak => format!("district + {}, all but one", with.schools.len()),
        };
        attacker.judge(&name, &together, with.must);
    }
    let towns: BTreeSet<&UnitId> = area.roster.schools.values().map(|one| &one.town).collect();
    for town in towns {
        let street = street(area, town);
        attacker.judge("street", &street, Must::Safe);
        let in_town =
            |(_, school): &(&UnitId, &domain::disclosure::plan::School)| school.town == *town;
        let Some((first, _)) = area.roster.schools.iter().find(in_town) else { continue };
        let mut together = street;
        together.join(own(first)).expect("views of one town");
        attacker.judge("street + a colluding school", &together, Must::Safe);
    }
    attacker.verdicts
}

impl Attacker {
    fn judge(&mut self, role: &str, view: &View, must: Must) {
        let start = Instant::now();
        let measures: BTreeSet<&String> = view.tables.iter().map(|table| &table.measure).collect();
        let mut said = Said::default();
        for measure in measures {
            let tables = view.tables.iter().filter(|table| table.measure == *measure).cloned();
            let part = View { tables: tables.collect(), ..rest_of(view) };
            let found = self.attack(role, &part, must);
            said.hidden += found.hidden;
            said.leaks += found.leaks;
            said.undecided += found.undecided;
        }
        let is_right = match must {
            Must::Safe => said.leaks == 0 && said.undecided == 0,
            Must::Leak => said.leaks > 0,
        };
        self.verdicts.tried += usize::from(must == Must::Leak);
        let line = self.verdicts.lines.entry(role.to_owned()).or_default();
        line.views += 1;
        line.wrong += usize::from(!is_right);
        line.seconds += start.elapsed().as_secs_f64();
        line.said.hidden += said.hidden;
        line.said.leaks += said.leaks;
        line.said.undecided += said.undecided;
    }

    fn attack(&mut self, role: &str, part: &View, must: Must) -> Said {
        let digest = sha256(&write(part).expect("written"));
        if let Some(said) = self.known.get(&digest) {
            return *said;
        }
        let measure = part.tables.first().map(|table| table.measure.as_str());
        let report = attack(part, &mut Clocked::new(BUDGET));
        let report = report.map_err(|error| format!("{role}, {measure:?}: {error}"));
        let report = report.expect("a view of truths fits together");
        if must == Must::Safe {
            let wrong = report.leaks().chain(report.undecided()).map(|found| {
                let (unit, key, hi) = (&found.unit, found.key.join("/"), found.hi);
                let (measure, period, lo) = (&found.measure, &found.period, found.lo);
                format!("{role}: {unit} {measure} {period} {key}: {lo} to {hi:?}")
            });
            self.verdicts.named.extend(wrong.take(NAMED_MAX));
        }
        let said = Said {
            hidden: report.findings.iter().filter(|found| found.is_school).count(),
            leaks: report.leaks().count(),
            undecided: report.undecided().count(),
        };
        self.known.insert(digest, said);
        said
    }
}

/// A view without its tables.
fn rest_of(view: &View) -> View {
    let View { k, units, periods, course, .. } = view;
    let (units, periods) = (units.clone(), periods.clone());
    View { k: *k, units, periods, course: *course, tables: Vec::new() }
}

fn view(area: &Area, store: &Database, (unit, kind): (&UnitId, UnitKind), role: Role) -> View {
    let (packs, documents) = (area.packs.clone(), area.documents.clone());
    let unit = unit.clone();
    let place = area.place(&unit, kind);
    let (year, today) = (place.year, place.today);
    let read = store.read({
        let unit = unit.clone();
        move |tx| {
            let (packs, documents, unit) = (&*packs, &*documents, &unit);
            hub::seen::view(
                tx,
                hub::seen::Place { packs, documents, unit, kind, year, today },
                role,
            )
        }
    });
    read.expect("view")
}

/// What a street's hub has seen: the sheets of its own schools, and the town's figures that the
/// leader sends down.
fn street(area: &Area, town: &UnitId) -> View {
    let store = Database::in_memory(MIGRATIONS).expect("store");
    let is_own = |unit: &str| {
        let school = area.roster.school(&unit.parse().expect("unit"));
        school.is_some_and(|school| school.town == *town)
    };
    let all = sheets::TERMS.iter().flat_map(|term| sheets::of(area, term));
    let own: Vec<_> = all.filter(|one| is_own(&one.place.unit)).collect();
    let year = area.documents.year(&area.unit, truth::YEAR).expect("year");
    let (plan, roster) = (&year.sealed().plan, &year.sealed().roster);
    let told: Result<Vec<ToldSum>, SqlError> = area.city.read(opened_lane::kept);
    let mut told = told.expect("told");
    told.retain(|sum| {
        let of_town = plan.town_of(roster, sum.record.stage, &sum.record.groups);
        sum.record.detail == Detail::Categories && of_town.is_some_and(|one| one == *town)
    });
    let written: Result<(), SqlError> = store.write("sheets", move |tx| {
        own.iter().try_for_each(|one| contribution::insert(tx, one).map(drop))?;
        let insert = |one| opened_lane::insert(tx, one, ("leader", &encode_told(one)), 1);
        told.iter().try_for_each(insert)
    });
    written.expect("sheets");
    view(area, &store, (town, UnitKind::Street), Role::Street)
}

/// Opened sums as a set: what is summed over whom, and what was opened.
fn sums_of(view: &View) -> BTreeSet<(String, String, Vec<String>, String)> {
    let opened = view.tables.iter().filter(|table| table.members.is_some());
    let of = |table: &SeenTable| {
        let cells = format!("{:?} {:?}", table.carried, table.cells);
        let members = table.members.clone().unwrap_or_default();
        (table.measure.clone(), table.period.clone(), members, cells)
    };
    opened.map(of).collect()
}

/// What a school knows of itself, as its own export has it.
fn own_view(area: &Area, id: &UnitId, weeks: usize) -> View {
    let school = &area.roster.schools[id];
    let mut tables = Vec::new();
    let mut periods = BTreeSet::new();
    for table in area.tables.all() {
        let shape = Shape::of(table, school);
        let all = match table.kind() {
            Kind::Flow => super::opening::weeks(weeks).iter().map(ToString::to_string).collect(),
            Kind::Stock => sheets::TERMS.map(str::to_owned).to_vec(),
        };
        let silent = |period: &String| table.kind() == Kind::Stock && truth::is_silent(id, period);
        for period in all.into_iter().filter(|period| !silent(period)) {
            let report = truth::report((id, school), table, &shape, &period);
            let cell = |(place, count): (usize, &u64)| {
                let key = table.block().values_at(place).unwrap_or_default();
                let key = key.into_iter().map(str::to_owned).collect();
                SeenCell { key, printed: Printed::Exact(*count) }
            };
            let sealed = table.id().as_str();
            tables.push(SeenTable {
                id: format!("{id}/{sealed}/{period}"),
                unit: id.to_string(),
                period: period.clone(),
                measure: sealed.strip_prefix("sealed.").unwrap_or(sealed).to_owned(),
                dims: table.block().dims().map(|dim| dim.as_str().to_owned()).collect(),
                members: None,
                carried: BTreeMap::new(),
                cells: report.danger_exact_cells().iter().enumerate().map(cell).collect(),
            });
            periods.insert(period);
        }
    }
    let words = |all: Vec<&str>| all.into_iter().map(str::to_owned).collect();
    let stages = school.stages.keys().map(|stage| stage.as_str()).collect();
    let grades = school.stages.values().flat_map(|grades| grades.keys());
    let grades = grades.map(|grade| grade.as_str()).collect();
    let has = [("stage".to_owned(), words(stages)), ("grade".to_owned(), words(grades))];
    let unit = Unit { parent: None, level: "school".to_owned(), has: BTreeMap::from(has) };
    let units = BTreeMap::from([(id.to_string(), unit)]);
    let periods = periods.into_iter().map(|id| SeenPeriod { id, parts: Vec::new() }).collect();
    View { k: 5, units, periods, course: Course::Series, tables }
}
