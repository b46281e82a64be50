//! Made-up trees before a reader who subtracts; and the rule that was held before, which fails.

mod histories;
mod old_rule;

use std::collections::BTreeMap;

use domain::catalogue::{Catalogue, SchoolType};
use domain::cell::Cell;
use domain::disclosure::suppression::Verdict;
use domain::unit::UnitKind;

use super::attacker::{Attacker, Echelon, Known};
use super::fixture::{CLEAR, Fixture, NOW_MS, ROUNDED, School, UNSTATED, school, term};
use super::plan::{Feed, Indicator};
use super::sheet::Decided;
use super::table::everything;
use super::value::{Blank, Figures, Floor, Reading};
use super::{StatisticsError, UnitHoldings};

/// Numbers that look random and come from a printed seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % limit
    }
}

const KINDS: [SchoolType; 8] = [
    SchoolType::Primary,
    SchoolType::Primary,
    SchoolType::Junior,
    SchoolType::Junior,
    SchoolType::NineYear,
    SchoolType::Senior,
    SchoolType::CompleteSecondary,
    SchoolType::Special,
];

/// A hub with schools and member hubs, and who is where.
struct Tree {
    hub: Fixture,
    schools: Vec<School>,
    /// Schools of each unit that has a row or may have one.
    units: BTreeMap<String, Vec<usize>>,
}

fn schools(dice: &mut Dice, count: u64, unit: &str) -> Vec<School> {
    let one = |number| {
        let kind = KINDS[usize::try_from(dice.below(KINDS.len() as u64)).expect("few")];
        let seed = 1 + dice.below(UNSTATED + 40);
        school(Box::leak(format!("F{unit}S{number:02}").into_boxed_str()), kind, seed)
    };
    (0..count).map(one).collect()
}

/// A hub over some streets or districts and some schools of its own.
fn tree(dice: &mut Dice, kind: UnitKind) -> Tree {
    let (id, below) = match kind {
        UnitKind::City => ("370200", UnitKind::District),
        _ => ("370202", UnitKind::Street),
    };
    let hub = Fixture::new(id, kind);
    let mut all = Vec::new();
    let mut units = BTreeMap::new();
    for number in 0..1 + dice.below(4) {
        let unit = format!("37020{}", 210 + number);
        let count = 2 + dice.below(8);
        let own = schools(dice, count, &unit);
        hub.hub(&unit, below, &own, u32::try_from(own.len()).expect("few"));
        units.insert(unit, (all.len()..all.len() + own.len()).collect());
        all.extend(own);
    }
    let count = dice.below(7);
    let own = schools(dice, count, id);
    hub.schools(&own);
    for (at, school) in own.iter().enumerate() {
        units.insert(school.id.to_owned(), vec![all.len() + at]);
    }
    all.extend(own);
    units.insert(id.to_owned(), (0..all.len()).collect());
    Tree { hub, schools: all, units }
}

fn known(catalogue: &Catalogue, schools: &[School]) -> Vec<Known> {
    let one = |school: &School| {
        let table = school.rounded(catalogue);
        let cells = table.cells().iter().enumerate();
        let values = cells.filter_map(|(at, cell)| match cell {
            Cell::Value(value) => Some((at, *value)),
            _ => None,
        });
        Known { cells: values.collect() }
    };
    schools.iter().map(one).collect()
}

/// Every indicator that is read from the rounded table, by all of its dimensions.
fn lists(catalogue: &Catalogue) -> Vec<(String, Vec<String>)> {
    let mut lists = Vec::new();
    for indicator in Indicator::all(catalogue) {
        let rounded = indicator.plan(catalogue).is_ok_and(|plan| plan.tables().contains(&ROUNDED));
        let dims: Vec<String> = indicator.dims().iter().map(ToString::to_string).collect();
        for choice in (0_u32..1 << dims.len()).filter(|_| rounded) {
            let by = dims.iter().enumerate().filter(|(at, _)| choice >> at & 1 == 1);
            lists.push((indicator.id().to_owned(), by.map(|(_, id)| id.clone()).collect()));
        }
    }
    lists
}

/// What a hub shows in one state, every list with all members, and whose schools are in it.
type State = (Vec<Figures>, Vec<usize>);

/// What a hub shows; `show_all` where nothing that was decided is heeded.
fn shown(tree: &Tree, show_all: bool) -> State {
    let catalogue = tree.hub.packs.last().in_force().catalogue.clone();
    let read = tree.hub.statistics().read(move |tx, packs, at| {
        let mut holdings = everything(tx, packs, at, term())?;
        if show_all {
            let all = Decided::Verdicts(vec![Verdict::Shown.code(); 10_000]);
            let units = std::iter::once(&mut holdings.whole).chain(&mut holdings.members);
            for sheet in units.flat_map(|unit| &mut unit.sheets) {
                sheet.decided = all.clone();
            }
        }
        let is_in = |unit: &&UnitHoldings| unit.sources.iter().any(|s| s.table == ROUNDED);
        let reported = holdings.members.iter().filter(is_in);
        let reported: Vec<String> = reported.map(|unit| unit.unit.id.to_string()).collect();
        let read = |(id, by): &(String, Vec<String>)| holdings.figures(packs, id, by);
        let figures: Result<Vec<Figures>, _> = lists(&catalogue).iter().map(read).collect();
        Ok::<_, StatisticsError>((figures?, reported))
    });
    let (figures, reported) = read.expect("figures");
    (figures, reported.iter().flat_map(|unit| tree.units[unit].clone()).collect())
}

/// The schools of each member hub, and those straight below.
fn groups(tree: &Tree) -> Vec<Vec<usize>> {
    let own = tree.hub.at.id.to_string();
    let hubs = tree.units.iter().filter(|(unit, schools)| **unit != own && schools.len() > 1);
    let mut groups: Vec<Vec<usize>> = hubs.map(|(_, schools)| schools.clone()).collect();
    let is_left = |school: &usize| !groups.iter().any(|group| group.contains(school));
    let left = (0..tree.schools.len()).filter(is_left).collect();
    groups.push(left);
    groups
}

/// Schools of a unit that are in a state.
fn counted(tree: &Tree, unit: &str, reported: &[usize]) -> Vec<usize> {
    let own = tree.units.get(unit).cloned().unwrap_or_default();
    own.into_iter().filter(|school| reported.contains(school)).collect()
}

/// What follows from states that were seen.
fn seen(tree: &Tree, states: &[State]) -> (Attacker, Echelon) {
    let catalogue = tree.hub.packs.last().in_force().catalogue.clone();
    let mut attacker = Attacker::new(&catalogue, known(&catalogue, &tree.schools), &groups(tree));
    for (figures, reported) in states {
        let schools_of = |unit: &str| counted(tree, unit, reported);
        figures.iter().for_each(|figures| attacker.see(&catalogue, figures, schools_of));
    }
    let known = attacker.known();
    (attacker, known)
}

/// Hidden figures that follow from what is shown; only ones with anybody behind them.
fn told(
    tree: &Tree,
    (attacker, known): (&Attacker, &Echelon),
    (figures, reported): &State,
) -> Vec<String> {
    let catalogue = tree.hub.packs.last().in_force().catalogue.clone();
    let mut told = Vec::new();
    for figures in figures {
        let Some(Indicator::Count(count)) = Indicator::find(&catalogue, &figures.indicator) else {
            continue;
        };
        let Ok(Feed::Rounded { outcomes, .. }) = super::plan::feed(&catalogue, count) else {
            continue;
        };
        for unit in std::iter::once(&figures.whole).chain(&figures.members) {
            let schools = counted(tree, unit.unit.id.as_str(), reported);
            for figure in &unit.figures {
                // One that is hidden for the sake of another, or for now, is no secret itself.
                let hidden = matches!(
                    figure.reading,
                    Reading::Blank(Blank::Suppressed(
                        Floor::FewSchools | Floor::Small { .. } | Floor::Level
                    ))
                );
                let key = |id: &str| {
                    let at = figures.by.iter().position(|known| known == id)?;
                    Some(figure.key[at].as_str())
                };
                let cells = attacker.places(&outcomes, &key);
                let sum = attacker.cleaned(attacker.vector(&schools, &cells));
                let is_somebody = attacker.has_anybody(&schools, &cells);
                if hidden && is_somebody && known.tells(sum) {
                    let unit = &unit.unit.id;
                    told.push(format!("{unit} {} {:?}", figures.indicator, figure.key));
                }
            }
        }
    }
    told
}

/// Groups of four schools, some by chance and all that stand alone in a stage.
fn few(tree: &Tree, dice: &mut Dice) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for kind in KINDS {
        let own = tree.schools.iter().enumerate().filter(|(_, school)| school.kind == kind);
        let own: Vec<usize> = own.map(|(at, _)| at).collect();
        groups.extend(own.chunks(4).map(<[usize]>::to_vec));
    }
    for schools in tree.units.values().filter(|own| own.len() > 1) {
        groups.extend(schools.chunks(4).map(<[usize]>::to_vec));
    }
    let count = tree.schools.len() as u64;
    for _ in 0..24 {
        let mut group: Vec<usize> =
            (0..4).map(|_| usize::try_from(dice.below(count)).expect("few")).collect();
        group.sort_unstable();
        group.dedup();
        groups.push(group);
    }
    groups
}

/// Whatever lists a reader asks for, with rows of all members, no hidden figure follows by adding
/// and subtracting.
#[test]
fn nothing_hidden_follows_from_all_lists_together() {
    let (mut seen_sums, mut hidden, mut groups_seen, mut isolated) = (0, 0, 0, 0);
    for seed in 0..6 {
        let mut dice = Dice(seed);
        let kind = if seed % 3 == 0 { UnitKind::City } else { UnitKind::District };
        let tree = tree(&mut dice, kind);
        let state = shown(&tree, false);
        let (attacker, known) = seen(&tree, std::slice::from_ref(&state));
        println!("seed {seed}: {} schools, {} sums", tree.schools.len(), attacker.seen);
        let told = told(&tree, (&attacker, &known), &state);
        assert!(told.is_empty(), "seed {seed}: {told:?}");
        let groups = few(&tree, &mut dice);
        groups_seen += groups.len();
        isolated += groups.iter().filter(|group| attacker.isolates(&known, group)).count();
        seen_sums += attacker.seen;
        let figures = state.0.iter().flat_map(|figures| &figures.whole.figures);
        hidden += figures.filter(|figure| figure.reading.status() == "suppressed").count();
    }
    println!("{seen_sums} sums seen, {hidden} figures of hubs hidden");
    println!("{isolated} of {groups_seen} groups of few schools below members are isolated");
    assert!(seen_sums > 300 && hidden > 100, "the trees are not trivial");
}

/// States that are shown as schools report one by one tell nothing either, stage by stage.
#[test]
fn nothing_hidden_follows_from_successive_states() {
    let mut states_seen = 0;
    for seed in 100..103 {
        let mut dice = Dice(seed);
        let hub = Fixture::new("370202", UnitKind::District);
        let own = schools(&mut dice, 12 + seed % 9, "370202");
        own.iter().for_each(|school| hub.member(school.id, UnitKind::School, 0));
        let mut units: BTreeMap<String, Vec<usize>> =
            own.iter().enumerate().map(|(at, school)| (school.id.to_owned(), vec![at])).collect();
        units.insert("370202".to_owned(), (0..own.len()).collect());
        let tree = Tree { hub, schools: own, units };
        let (mut states, mut reported) = (Vec::<State>::new(), 0);
        for school in &tree.schools {
            for table in [CLEAR, ROUNDED] {
                tree.hub.take(&school.release(&tree.hub.packs.last(), table), 1, NOW_MS);
            }
            let figures = tree.hub.figures("scr.completed", &[]).expect("figures");
            let now = figures.whole.coverage.schools_reported as usize;
            if now != reported {
                reported = now;
                states.push(shown(&tree, false));
            }
        }
        println!("seed {seed}: {} schools, {} states", tree.schools.len(), states.len());
        states_seen += states.len();
        let (attacker, known) = seen(&tree, &states);
        let last = states.last().expect("a state");
        let told = told(&tree, (&attacker, &known), last);
        assert!(told.is_empty(), "seed {seed}: {told:?}");
        for group in few(&tree, &mut dice) {
            let kinds: Vec<_> = group.iter().map(|at| tree.schools[*at]).collect();
            let kept: Vec<usize> = states.iter().map(|(_, reported)| reported.len()).collect();
            let is_told = attacker.isolates(&known, &group);
            assert!(!is_told, "seed {seed}: {group:?} {kinds:?} are isolated by {kept:?}");
        }
    }
    assert!(states_seen > 5, "{states_seen} states");
}
