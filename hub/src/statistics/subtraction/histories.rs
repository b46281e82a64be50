//! Histories: states that one hub shows over time, before a reader who keeps all of them.
//!
//! Every state is a final one, as after the close: whoever is registered has reported. Then schools
//! come late, leave for another hub, or come to a member hub.

use std::collections::BTreeMap;

use certs::digest::sha256;
use domain::catalogue::SchoolType;
use domain::unit::UnitKind;
use jiff::civil::date;
use proto::pack::{PackKind, embedded};

use super::{
    CLEAR, Dice, Fixture, KINDS, NOW_MS, ROUNDED, School, State, Tree, few, school, seen, shown,
    told,
};
use crate::packs::Packs;
use crate::store::unit;

/// Streets of the district.
const STREETS: [&str; 3] = ["37020210", "37020211", "37020212"];

/// A district and what it showed so far.
struct History {
    tree: Tree,
    states: Vec<State>,
    revisions: BTreeMap<String, u32>,
}

impl History {
    fn new() -> Self {
        let hub = Fixture::new("370202", UnitKind::District);
        let units = BTreeMap::from([("370202".to_owned(), Vec::new())]);
        let tree = Tree { hub, schools: Vec::new(), units };
        Self { tree, states: Vec::new(), revisions: BTreeMap::new() }
    }

    /// So many schools of each kind, new to the tree.
    fn make(&mut self, kinds: &[(SchoolType, usize)], seed: u64) -> Vec<School> {
        let mut made = Vec::new();
        for kind in kinds.iter().flat_map(|(kind, times)| std::iter::repeat_n(*kind, *times)) {
            let number = self.tree.schools.len() + made.len();
            let id = Box::leak(format!("S{number:03}").into_boxed_str());
            made.push(school(id, kind, 1 + (seed + number as u64 * 7) % 230));
        }
        made
    }

    fn enter(&mut self, unit: Option<&str>, schools: &[School]) {
        for school in schools {
            let at = self.tree.schools.len();
            self.tree.schools.push(*school);
            let unit = unit.map_or_else(|| school.id.to_owned(), str::to_owned);
            self.tree.units.entry(unit).or_default().push(at);
            self.tree.units.get_mut("370202").expect("the district").push(at);
        }
    }

    /// Schools straight below the district come and report.
    fn come(&mut self, schools: &[School]) {
        self.enter(None, schools);
        self.tree.hub.schools(schools);
        self.look();
    }

    /// Schools come to a street, which releases its sums once more.
    fn come_to(&mut self, street: &str, schools: &[School]) {
        self.enter(Some(street), schools);
        let own = &self.tree.units[street];
        let own: Vec<School> = own.iter().map(|at| self.tree.schools[*at]).collect();
        let due = u32::try_from(own.len()).expect("few");
        let revision = self.revisions.entry(street.to_owned()).or_default();
        if *revision == 0 {
            self.tree.hub.member(street, UnitKind::Street, due);
        }
        *revision += 1;
        for table in [CLEAR, ROUNDED] {
            let sums = self.tree.hub.sums(street, table, &own, due);
            self.tree.hub.fold(&sums, *revision, NOW_MS);
        }
        self.tree.hub.seal(NOW_MS);
        self.look();
    }

    /// Schools turn out to have sat elsewhere on the census day; others come at the same time.
    fn swap(&mut self, leaving: &[School], coming: &[School]) {
        for school in leaving {
            let id = school.id.parse().expect("id");
            let moved = self.tree.hub.database.write("move", move |tx| {
                let other = "370203".parse().expect("id");
                unit::place(tx, &id, &other, date(2025, 10, 1), NOW_MS)
            });
            moved.expect("moved");
        }
        self.come(coming);
    }

    /// Keeps what is shown now. Schools of a street that wait are in none of it.
    fn look(&mut self) {
        let (figures, mut reported) = shown(&self.tree, false);
        let list = figures.iter().find(|list| list.indicator == "scr.completed").expect("list");
        for member in &list.members {
            let own = &self.tree.units[member.unit.id.as_str()];
            let waiting = own.get(member.coverage.schools_reported as usize..).unwrap_or_default();
            reported.retain(|school| !waiting.contains(school));
        }
        self.states.push((figures, reported));
    }

    /// A catalogue with another floor comes into force, and all is decided once more.
    fn floor(&mut self, floor: u32) {
        let bytes = embedded::find(PackKind::Catalogue, "catalogue").expect("pack").bytes;
        let text = std::str::from_utf8(bytes).expect("text");
        let changed = "default_min_cell = 10";
        assert!(text.contains(changed), "the catalogue says its floor");
        let text = text.replace(changed, &format!("default_min_cell = {floor}"));
        let pack = proto::pack::read(PackKind::Catalogue, "catalogue", text.as_bytes());
        let mut packs = Packs::clone(&self.tree.hub.packs.last());
        packs.take(pack.expect("pack"), sha256(text.as_bytes()), true);
        self.tree.hub.packs.replace(packs);
        self.tree.hub.seal(NOW_MS);
    }

    /// How many schools are in each state.
    fn sizes(&self) -> Vec<usize> {
        self.states.iter().map(|(_, reported)| reported.len()).collect()
    }

    /// Hidden figures of any state that follow from all of them.
    fn told(&self) -> Vec<String> {
        let (attacker, known) = seen(&self.tree, &self.states);
        let told = |state| told(&self.tree, (&attacker, &known), state);
        self.states.iter().flat_map(told).collect()
    }

    /// Groups of few schools about which something follows, and how many were looked at.
    fn isolated(&self, dice: &mut Dice) -> (Vec<Vec<usize>>, usize) {
        let (attacker, known) = seen(&self.tree, &self.states);
        let groups = few(&self.tree, dice);
        let all = groups.len();
        let isolated = groups.into_iter().filter(|group| attacker.isolates(&known, group));
        (isolated.collect(), all)
    }

    /// Figures that a state shows.
    fn figures(&self, state: usize, indicator: &str, by: &[&str]) -> Vec<(Vec<String>, String)> {
        let figures = self.states[state].0.iter();
        let mut figures = figures.filter(|f| f.indicator == indicator && f.by == by);
        let whole = &figures.next().expect("list").whole.figures;
        let status = |figure: &super::super::value::Figure| figure.reading.status().to_owned();
        whole.iter().map(|figure| (figure.key.clone(), status(figure))).collect()
    }
}

/// Five late schools make another stage the largest one; the three schools that were hidden behind
/// the order of the first state do not follow from both together.
#[test]
fn late_schools_do_not_undo_what_an_earlier_state_hid() {
    use SchoolType::{Junior, Primary, Senior};
    let mut history = History::new();
    let first = history.make(&[(Junior, 8), (Primary, 7), (Senior, 3)], 3);
    history.come(&first);
    let late = history.make(&[(Primary, 5)], 90);
    history.come(&late);
    assert_eq!(history.sizes(), [18, 23]);
    let shown = |state| history.figures(state, "scr.completed", &["stage"]);
    println!("{:?}\n{:?}", shown(0), shown(1));
    assert!(shown(0).iter().any(|(_, status)| status == "value"), "stages are shown at first");
    assert_eq!(history.told(), Vec::<String>::new());
    assert_eq!(history.isolated(&mut Dice(1)).0, Vec::<Vec<usize>>::new());
}

/// Three schools of a stage that are hidden do not follow when so many more come that their stage
/// is shown.
#[test]
fn a_stage_that_is_shown_later_does_not_tell_the_few_of_before() {
    use SchoolType::{Junior, Primary, Senior};
    let mut history = History::new();
    let first = history.make(&[(Junior, 8), (Primary, 7), (Senior, 3)], 3);
    history.come(&first);
    let late = history.make(&[(Senior, 5)], 40);
    history.come(&late);
    assert_eq!(history.sizes(), [18, 23]);
    assert_eq!(history.told(), Vec::<String>::new());
    assert_eq!(history.isolated(&mut Dice(1)).0, Vec::<Vec<usize>>::new());
}

/// What was shown by a catalogue with a lower floor is not forgotten when another one is in force:
/// a figure that grows beyond the new floor by one school is not shown beside it.
#[test]
fn another_catalogue_forgets_nothing_that_was_shown() {
    use SchoolType::{Junior, Primary};
    for seed in [3, 60] {
        let mut history = History::new();
        let first = history.make(&[(Junior, 8), (Primary, 7)], seed);
        history.come(&first);
        history.floor(20);
        history.look();
        let late = history.make(&[(Primary, 4), (Junior, 1)], seed + 50);
        history.come(&late);
        assert_eq!(history.sizes(), [15, 15, 20]);
        let (isolated, _) = history.isolated(&mut Dice(seed));
        assert_eq!(isolated, Vec::<Vec<usize>>::new(), "seed {seed}");
        let late: Vec<usize> = vec![19];
        let (attacker, known) = seen(&history.tree, &history.states);
        assert!(!attacker.isolates(&known, &late), "seed {seed}: the late junior school");
    }
}

/// The same numbers, decided about by several catalogues: what the last one hides does not follow
/// from what all of them showed, save what one of them showed itself.
#[test]
fn several_catalogues_tell_nothing_that_all_of_them_hide() {
    use SchoolType::{Junior, NineYear, Primary, Senior};
    for seed in [5, 40] {
        let mut history = History::new();
        history.floor(40);
        let all = history.make(&[(Junior, 6), (Primary, 6), (NineYear, 3), (Senior, 5)], seed);
        history.come(&all);
        history.floor(10);
        history.look();
        history.floor(30);
        history.look();
        // What is below 10 is hidden by each of them.
        let (attacker, known) = seen(&history.tree, &history.states);
        let told = told(&history.tree, (&attacker, &known), &history.states[1]);
        assert_eq!(told, Vec::<String>::new(), "seed {seed}");
        let (isolated, _) = history.isolated(&mut Dice(seed));
        assert_eq!(isolated, Vec::<Vec<usize>>::new(), "seed {seed}");
    }
}

/// Clear sums that lack a school prove too few schools of several stages: they are not used to
/// count, and four schools beside five vocational ones are not told as the rest.
#[test]
fn clear_sums_that_lack_a_school_prove_nothing() {
    use SchoolType::{CompleteSecondary, NineYear, Other, Vocational};
    let mut history = History::new();
    let kinds = [(Vocational, 5), (Other, 1), (CompleteSecondary, 1), (NineYear, 2)];
    let own = history.make(&kinds, 11);
    history.tree.hub.member("37020210", UnitKind::Street, 9);
    history.enter(Some("37020210"), &own);
    for (table, known) in [(CLEAR, &own[..8]), (ROUNDED, &own[..])] {
        let sums = history.tree.hub.sums("37020210", table, known, 9);
        history.tree.hub.fold(&sums, 1, NOW_MS);
    }
    history.tree.hub.seal(NOW_MS);
    let more = history.make(&[(SchoolType::Senior, 6), (NineYear, 6)], 70);
    history.come(&more);
    let (attacker, known) = seen(&history.tree, &history.states);
    assert!(!attacker.isolates(&known, &[5, 6, 7, 8]), "the four beside the vocational ones");
    let row = history.states[0].0.iter().flat_map(|figures| &figures.members);
    let row = row.filter(|unit| unit.unit.id.as_str() == "37020210");
    assert!(row.flat_map(|unit| &unit.figures).count() > 0, "the street has a row");
}

/// Where all schools are in the clear sums, kinds that no school has count as none, and the stages
/// of a street of schools with one stage each are shown.
#[test]
fn a_kind_that_no_school_has_is_known_to_be_none() {
    use SchoolType::{Junior, Senior};
    let mut history = History::new();
    // Eight schools of one stage each: without their kinds they might be four.
    let own = history.make(&[(Junior, 4), (Senior, 4)], 9);
    history.come_to("37020210", &own);
    let more = history.make(&[(Junior, 6), (Senior, 6)], 70);
    history.come(&more);
    let (figures, _) = history.states.last().expect("state");
    let list = figures.iter().find(|f| f.indicator == "scr.completed" && f.by.is_empty());
    let row = list.expect("list").members.iter().find(|m| m.unit.id.as_str() == "37020210");
    let reading = &row.expect("row").figures[0].reading;
    assert_eq!(reading.status(), "value", "eight schools stand behind it");
    assert_eq!(history.told(), Vec::<String>::new());
}

fn some(dice: &mut Dice, most: u64) -> Vec<(SchoolType, usize)> {
    let one = |_| {
        let kind = KINDS[usize::try_from(dice.below(KINDS.len() as u64)).expect("few")];
        (kind, usize::try_from(1 + dice.below(most)).expect("few"))
    };
    (0..3).map(one).collect()
}

/// Whatever final states follow each other, with late schools and moves, nothing that one of them
/// hid follows from all of them.
#[test]
fn nothing_hidden_follows_from_final_states() {
    let (mut states, mut hidden, mut shown) = (0, 0, 0);
    for seed in 0..4 {
        let mut dice = Dice(700 + seed);
        let mut history = History::new();
        let mut first = history.make(&some(&mut dice, 5), seed * 31);
        first.extend(history.make(&[(SchoolType::Junior, 4)], seed * 31 + 100));
        first.iter_mut().enumerate().for_each(|(at, school)| {
            school.id = Box::leak(format!("A{at:03}").into_boxed_str());
        });
        history.come(&first);
        for _ in 0..3 {
            let coming = some(&mut dice, 3);
            let coming = history.make(&coming, dice.below(200));
            if dice.below(3) == 0 {
                let from = usize::try_from(dice.below(first.len() as u64)).expect("few");
                let leaving: Vec<School> = first.drain(from..).take(6).collect();
                history.swap(&leaving, &coming);
            } else {
                history.come(&coming);
            }
        }
        println!("seed {seed}: {:?}", history.sizes());
        let told = history.told();
        assert!(told.is_empty(), "seed {seed}: {told:?}");
        let (isolated, _) = history.isolated(&mut dice);
        assert!(isolated.is_empty(), "seed {seed}: {isolated:?}");
        let sizes: std::collections::BTreeSet<usize> = history.sizes().into_iter().collect();
        states += sizes.len();
        let figures = history.states.iter().flat_map(|(figures, _)| figures);
        for figure in figures.flat_map(|figures| &figures.whole.figures) {
            hidden += usize::from(figure.reading.status() == "suppressed");
            shown += usize::from(figure.reading.blank().is_none());
        }
    }
    println!("{states} states, {shown} figures shown, {hidden} hidden");
    assert!(states > 10 && shown > 300, "{states} states, {shown} figures");
}

/// The same with member hubs that have rows: no few schools are singled out. What all rows tell of
/// several states together is not examined, and in one of these histories a hidden zero follows.
#[test]
fn few_schools_do_not_follow_from_final_states_with_rows() {
    let mut all_told = Vec::new();
    for seed in [1, 3] {
        let mut dice = Dice(800 + seed);
        let mut history = History::new();
        for street in STREETS {
            let own = history.make(&some(&mut dice, 3), dice.below(200));
            history.come_to(street, &own);
        }
        let own = history.make(&some(&mut dice, 2), dice.below(200));
        history.come(&own);
        history.states.clear();
        history.look();
        for _ in 0..3 {
            let street = STREETS[usize::try_from(dice.below(3)).expect("few")];
            let late = history.make(&some(&mut dice, 3), dice.below(200));
            history.come_to(street, &late);
        }
        println!("seed {seed}: {:?}", history.sizes());
        all_told.extend(history.told());
        let (isolated, all) = history.isolated(&mut dice);
        assert!(isolated.is_empty(), "seed {seed}: {isolated:?}");
        assert!(all > 30, "{all} groups were looked at");
    }
    all_told.sort_unstable();
    all_told.dedup();
    let known = ["370202 scr.positive [\"u\"]", "37020212 scr.positive [\"u\"]"];
    assert_eq!(all_told, known);
}
