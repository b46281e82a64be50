//! Plans over made-up districts: what is built is sound, and what would leak is refused by name.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::catalogue::Grade;

mod versions;

/// A junior school of three grades.
fn school(town: u32, size: u32) -> School {
    let grades = (7..=9).filter_map(Grade::school).map(|grade| (grade, [size, size, 0])).collect();
    School {
        town: unit('T', town),
        operator: String::new(),
        listed: Listed { education: 2020, health: 2020 },
        is_signed: true,
        stages: BTreeMap::from([(Stage::Junior, grades)]),
    }
}

fn unit(letter: char, number: u32) -> UnitId {
    format!("{letter}{number:03}").parse().expect("id")
}

/// Towns with a number of schools each; every school has its own operator.
fn roster(year: i16, towns: &[u32]) -> Roster {
    let mut schools = BTreeMap::new();
    for (town, count) in (1..).zip(towns) {
        for at in 0..*count {
            let id = unit('S', town * 100 + at);
            let operator = id.as_str().to_owned();
            schools.insert(id, School { operator, ..school(town, 40) });
        }
    }
    Roster { area: "370203".parse().expect("id"), year, schools }
}

/// Builds the plans of successive years and checks each beside those before it.
fn plans(rosters: &[Roster]) -> Vec<(Plan, Roster)> {
    let mut past: Vec<(Plan, Roster)> = Vec::new();
    for roster in rosters {
        let plan = Plan::build(GROUP_MIN, roster, &past);
        assert_eq!(plan.check(roster, &past), Ok(()), "{plan:?}");
        past.push((plan, roster.clone()));
    }
    past
}

/// The group in which a school stands.
fn group_of(plan: &Plan, school: u32) -> GroupId {
    let school = unit('S', school);
    let mut groups = plan.groups().iter().filter(|group| group.members.contains(&school));
    groups.next().expect("its group").id.clone()
}

fn sizes(plan: &Plan) -> Vec<usize> {
    plan.groups().iter().map(|group| group.members.len()).collect()
}

fn towns_of(past: &(Plan, Roster)) -> Vec<String> {
    let towns = past.0.towns(&past.1, Stage::Junior);
    towns.into_keys().map(|town| town.to_string()).collect()
}

/// Large towns are parted into groups of at least five, small ones share a group.
#[test]
fn towns_are_parted_and_small_ones_pooled() {
    let past = plans(&[roster(2026, &[12, 3, 2, 7])]);
    assert_eq!(sizes(&past[0].0), [6, 6, 7, 5]);
    assert_eq!(towns_of(&past[0]), ["T001", "T004"], "shared groups are in no town's figure");
    assert_eq!(past[0].0.district(Stage::Junior).len(), 24);
}

/// Too few schools for any group: they stand in closed ones, and nothing is opened.
#[test]
fn four_schools_stay_closed() {
    let past = plans(&[roster(2026, &[4])]);
    let plan = &past[0].0;
    assert!(plan.groups().iter().all(|group| group.access == Access::Closed));
    assert!(plan.district(Stage::Junior).is_empty());
}

/// A school that is new, unsigned or of an operator that is there already does not count.
#[test]
fn only_settled_schools_of_different_operators_count() {
    for change in [
        |school: &mut School| school.listed.health = 2026,
        |school: &mut School| school.listed.education = 2026,
        |school: &mut School| school.is_signed = false,
        |school: &mut School| school.operator = unit('S', 101).to_string(),
    ] {
        let mut five = roster(2026, &[5]);
        five.schools.values_mut().take(1).for_each(change);
        assert!(plans(&[five])[0].0.district(Stage::Junior).is_empty());
        let mut six = roster(2026, &[6]);
        six.schools.values_mut().take(1).for_each(change);
        assert_eq!(plans(&[six])[0].0.district(Stage::Junior).len(), 6);
    }
}

/// A roster of which the first school of the first town has three pupils: it counts, and hides
/// nobody.
fn with_tiny(year: i16, towns: &[u32]) -> Roster {
    let mut roster = roster(year, towns);
    let tiny = roster.schools.get_mut(&unit('S', 100)).expect("school");
    let grades = tiny.stages.get_mut(&Stage::Junior).expect("stage");
    grades.values_mut().for_each(|sexes| *sexes = [1, 0, 0]);
    roster
}

/// A group that by itself would never be told is not made where schools can stand otherwise: its
/// town is parted into fewer groups, or it goes together with a neighbour.
#[test]
fn groups_that_would_never_be_told_are_avoided() {
    let past = plans(&[with_tiny(2026, &[10])]);
    assert_eq!((sizes(&past[0].0), towns_of(&past[0])), (vec![10], vec!["T001".to_owned()]));
    let past = plans(&[with_tiny(2026, &[11])]);
    assert_eq!(sizes(&past[0].0), [6, 5], "it stands with five others");
    let past = plans(&[with_tiny(2026, &[5, 6, 7])]);
    assert_eq!(sizes(&past[0].0), [7, 11]);
    assert_eq!(towns_of(&past[0]), ["T003"]);
    assert!(past[0].0.shut(&past[0].1).is_empty());
}

/// A plan of before that has such groups stays valid, they are named, and the next year's plan
/// merges them.
#[test]
fn a_signed_plan_that_is_never_told_in_part_stays_and_is_named() {
    let roster = with_tiny(2026, &[5, 6]);
    let plain = self::roster(2026, &[5, 6]);
    let before = Plan::build(GROUP_MIN, &plain, &[]);
    assert_eq!((sizes(&before), before.shut(&plain)), (vec![5, 6], vec![]));
    assert_eq!(before.check(&roster, &[]), Ok(()));
    let group = group_of(&before, 100);
    assert_eq!(before.shut(&roster), [Shut::Alone { group, hiding: 4 }]);
    let past = [(before, roster)];
    let next = with_tiny(2027, &[5, 6]);
    let plan = Plan::build(GROUP_MIN, &next, &past);
    assert_eq!(plan.check(&next, &past), Ok(()));
    assert_eq!((sizes(&plan), plan.shut(&next)), (vec![11], vec![]));
}

/// Where there is no neighbour the plan is what it was, and names the stage or the grade of which
/// nothing will be told.
#[test]
fn what_could_never_be_told_is_named() {
    let past = plans(&[with_tiny(2026, &[5])]);
    let (plan, roster) = &past[0];
    let groups = vec![group_of(plan, 100)];
    assert_eq!(plan.shut(roster), [Shut::Stage { stage: Stage::Junior, groups, hiding: 4 }]);
    let mut odd = self::roster(2026, &[6]);
    let grade = Grade::school(9).expect("grade");
    for school in odd.schools.values_mut().take(2) {
        let grades = school.stages.get_mut(&Stage::Junior).expect("stage");
        grades.insert(grade, [2, 2, 0]);
    }
    let past = plans(&[odd]);
    let (stage, persons) = (Stage::Junior, 4 * 80 + 2 * 4);
    let named = [Shut::Grade { stage, grade, persons, hiding: 4 }];
    assert_eq!(past[0].0.shut(&past[0].1), named);
}

/// A giant among dwarfs and a grade that few have are no group.
#[test]
fn dominance_and_the_support_of_each_grade_are_structural() {
    let mut giant = roster(2026, &[5]);
    giant.schools.insert(unit('S', 199), School { operator: "g".into(), ..school(1, 400) });
    let plan = Plan::build(GROUP_MIN, &giant, &[]);
    assert!(
        plan.groups()
            .iter()
            .all(|group| group.members.len() != 6 || group.access == Access::Closed)
    );
    assert_eq!(plan.check(&giant, &[]), Ok(()));
    let mut odd = roster(2026, &[5]);
    let grade = Grade::school(6).expect("grade");
    let stages = |school: &mut School| {
        school.stages.entry(Stage::Junior).or_default().insert(grade, [30, 30, 0]);
    };
    odd.schools.values_mut().take(1).for_each(stages);
    assert!(Plan::build(GROUP_MIN, &odd, &[]).district(Stage::Junior).is_empty());
}

/// A closed school's group leaves its town's figures for two years and comes back in the third.
#[test]
fn a_group_that_lost_a_school_rests_for_two_years() {
    let (before, mut after) = (roster(2026, &[7, 6]), roster(2027, &[7, 6]));
    after.schools.remove(&unit('S', 101));
    let year = |year| Roster { year, ..after.clone() };
    let past = plans(&[before, year(2027), year(2028), year(2029)]);
    let towns: Vec<Vec<String>> = past.iter().map(towns_of).collect();
    assert_eq!(towns, [vec!["T001", "T002"], vec!["T002"], vec!["T002"], vec!["T001", "T002"]]);
    assert_eq!(past[1].0.district(Stage::Junior).len(), 12, "the district keeps it");
    let mut leaky = past[1].0.clone();
    leaky.groups.iter_mut().for_each(|group| group.access = Access::Town);
    let found = leaky.check(&past[1].1, &past[..1]);
    assert_eq!(found, Err(Flaw::Rest(group_of(&leaky, 100))), "the one that lost a school");
}

/// A school that moved keeps its group, which no town shows; a new one rests with its group.
#[test]
fn movers_and_newcomers_take_their_group_out_of_the_towns() {
    let before = roster(2026, &[6, 6]);
    let mut moved = roster(2027, &[6, 6]);
    moved.schools.get_mut(&unit('S', 101)).expect("school").town = unit('T', 2);
    let past = plans(&[before.clone(), moved]);
    assert_eq!(sizes(&past[1].0), [6, 6]);
    assert_eq!(towns_of(&past[1]), ["T002"]);
    let past =
        plans(&[before, roster(2027, &[6, 7]), roster(2028, &[6, 7]), roster(2029, &[6, 7])]);
    let towns: Vec<usize> = past.iter().map(|year| towns_of(year).len()).collect();
    assert_eq!(towns, [2, 1, 1, 2]);
}

/// A group that became too small is merged with another, never opened alone.
#[test]
fn a_group_below_the_floor_is_merged() {
    let (before, mut after) = (roster(2026, &[5, 6]), roster(2027, &[5, 6]));
    after.schools.remove(&unit('S', 100));
    let past = plans(&[before, after]);
    assert_eq!(sizes(&past[1].0), [10]);
    assert!(towns_of(&past[1]).is_empty());
}

/// Parting a group within three years is refused, with its name; later it may be done.
#[test]
fn groups_hold_for_three_years() {
    let rosters: Vec<Roster> = (2026..2029).map(|year| roster(year, &[10])).collect();
    let past = plans(&rosters[..1]);
    let mut parted = past[0].0.clone();
    parted.year = 2027;
    let [first, second] = parted.groups.as_mut_slice() else { panic!("two groups") };
    let (a, b) = (unit('S', 100), unit('S', 101));
    assert!(first.members.remove(&a) && second.members.remove(&b));
    first.members.insert(b);
    second.members.insert(a);
    parted.groups.iter_mut().for_each(|group| group.access = Access::District);
    let found = parted.check(&rosters[1], &past);
    assert_eq!(found, Err(Flaw::Parted(group_of(&past[0].0, 100))), "the one of the year before");
    parted.groups.iter_mut().for_each(|group| group.access = Access::Town);
    let found = parted.check(&rosters[1], &past);
    // With the year before, those who stayed in each group are told apart from who came.
    let group = group_of(&parted, 101);
    assert_eq!(found, Err(Flaw::Isolates { group, schools: 4 }));
    parted.groups.iter_mut().for_each(|group| group.access = Access::District);
    parted.year = 2029;
    assert_eq!(parted.check(&roster(2029, &[10]), &past), Ok(()));
}

/// What a hand could spoil in a plan is found, each by its own name.
#[test]
fn spoiled_plans_are_refused() {
    let roster = roster(2026, &[6, 6]);
    let plan = Plan::build(GROUP_MIN, &roster, &[]);
    let check = |spoil: &dyn Fn(&mut Plan)| {
        let mut spoiled = plan.clone();
        spoil(&mut spoiled);
        spoiled.check(&roster, &[]).expect_err("spoiled")
    };
    let s = |number| unit('S', number);
    let [first, second] = [100, 200].map(|number| group_of(&plan, number));
    assert_eq!(plan.groups()[0].id, first);
    // Whoever reads of a floor reads which group is the smallest.
    let alone = |p: &mut Plan| {
        p.floor = 1;
        p.groups[1].members = BTreeSet::from([s(200)]);
    };
    assert_eq!(check(&alone), Flaw::Floor { floor: 1, smallest: Some((second.clone(), 1)) });
    let none = |p: &mut Plan| {
        p.floor = 4;
        p.groups.iter_mut().for_each(|group| group.access = Access::Closed);
    };
    assert_eq!(check(&none), Flaw::Floor { floor: 4, smallest: None });
    assert_eq!(check(&|p| p.year = 2027), Flaw::Mismatch);
    assert_eq!(check(&|p| p.groups[0].since = 2027), Flaw::Group(first.clone()));
    assert_eq!(check(&|p| p.groups[1].id = p.groups[0].id.clone()), Flaw::Group(first.clone()));
    let twice = check(&|p| assert!(p.groups[0].members.insert(s(200))));
    let both = (first.clone(), second.clone());
    assert_eq!(twice, Flaw::Twice { school: s(200), first: both.0, second: both.1 });
    let stranger = check(&|p| assert!(p.groups[0].members.insert(s(999))));
    assert_eq!(stranger, Flaw::Stranger { group: first.clone(), school: s(999) });
    let missing = check(&|p| assert!(p.groups[0].members.remove(&s(100))));
    assert_eq!(missing, Flaw::Missing(s(100)));
    let own = |p: &mut Plan| p.groups[0].partner = Some(p.groups[0].id.clone());
    assert_eq!(check(&own), Flaw::Partner(first.clone()));
    let move_one = |p: &mut Plan| {
        assert!(p.groups[0].members.remove(&s(100)) && p.groups[0].members.remove(&s(101)));
        p.groups[1].members.extend([s(100), s(101)]);
    };
    assert_eq!(check(&move_one), Flaw::Few { group: first, schools: 4 });
}

fn reports(roster: &Roster) -> Reports {
    let all: BTreeSet<UnitId> = roster.schools.keys().cloned().collect();
    Reports { fresh: all.clone(), carried: BTreeSet::new(), in_session: all }
}

/// A set opens when all its schools are in, once, and never without one of them.
#[test]
fn openings_are_unions_of_whole_groups_and_happen_once() {
    let roster = roster(2026, &[6, 6]);
    let plan = Plan::build(GROUP_MIN, &roster, &[]);
    let ids: Vec<GroupId> = plan.groups().iter().map(|group| group.id.clone()).collect();
    let [first, second] = ids.as_slice() else { panic!("two groups") };
    let one = |id: &GroupId| BTreeSet::from([id.clone()]);
    let both: BTreeSet<GroupId> = ids.iter().cloned().collect();
    let mut openings = Openings::default();
    let mut late = reports(&roster);
    late.fresh.remove(&unit('S', 205));
    let place = (&plan, &roster);
    let waits = Refusal::Waits { group: second.clone(), school: unit('S', 205) };
    assert_eq!(openings.admit(place, &both, "tier", &late), Err(waits));
    assert_eq!(openings.admit(place, &one(first), "tier", &late).map(|set| set.len()), Ok(6));
    let again = Err(Refusal::Again(first.clone()));
    assert_eq!(openings.admit(place, &both, "tier", &reports(&roster)), again);
    assert!(openings.admit(place, &one(second), "tier", &reports(&roster)).is_ok());
    assert!(openings.admit(place, &both, "tier.grade.sex", &reports(&roster)).is_ok());
    assert_eq!(openings.admit(place, &BTreeSet::new(), "x", &late), Err(Refusal::Unknown));
}

/// A school that is noted as away after its group was opened closes no other group, and holds none
/// to be opened together with its own; a set that takes its group in once more is refused.
#[test]
fn who_is_away_after_a_sum_closes_no_other_group() {
    let roster = roster(2026, &[5, 6]);
    let plan = Plan::build(GROUP_MIN, &roster, &[]);
    let place = (&plan, &roster);
    let one = |school| BTreeSet::from([group_of(&plan, school)]);
    let mut openings = Openings::default();
    assert!(openings.admit(place, &one(100), "tier", &reports(&roster)).is_ok());
    let mut noted = reports(&roster);
    noted.in_session.remove(&unit('S', 100));
    let both = &one(100) | &one(200);
    assert_eq!(openings.clone().admit(place, &both, "town", &noted), Err(Refusal::Isolates(4)));
    assert_eq!(openings.admit(place, &one(200), "tier", &noted).map(|set| set.len()), Ok(6));
}

/// With closed schools a group waits for its partner, or stays closed; carrying needs five fresh.
#[test]
fn closed_schools_and_carried_reports_do_not_count() {
    let roster = roster(2026, &[5, 6]);
    let plan = Plan::build(GROUP_MIN, &roster, &[]);
    let ids: Vec<GroupId> = plan.groups().iter().map(|group| group.id.clone()).collect();
    let one = BTreeSet::from([ids[0].clone()]);
    let both: BTreeSet<GroupId> = ids.iter().cloned().collect();
    let mut closed = reports(&roster);
    closed.fresh.remove(&unit('S', 100));
    closed.in_session.remove(&unit('S', 100));
    let place = (&plan, &roster);
    let merged = Refusal::Merged { group: ids[0].clone(), partner: ids[1].clone() };
    assert_eq!(Openings::default().admit(place, &one, "tier", &closed), Err(merged));
    assert_eq!(
        Openings::default().admit(place, &both, "tier", &closed).map(|set| set.len()),
        Ok(11)
    );
    // Nor is the partner opened alone: beside the whole it would leave four schools.
    let other = BTreeSet::from([ids[1].clone()]);
    let merged = Refusal::Merged { group: ids[1].clone(), partner: ids[0].clone() };
    assert_eq!(Openings::default().admit(place, &other, "town", &closed), Err(merged));
    let mut stale = reports(&roster);
    assert!(stale.fresh.remove(&unit('S', 100)));
    stale.carried.insert(unit('S', 100));
    let refused = Err(Refusal::Stale { group: ids[0].clone(), fresh: 4 });
    assert_eq!(Openings::default().admit(place, &one, "tier", &stale), refused);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Over four years of schools that come, go and move, every plan that is built is sound beside
    /// those before it, the same when it is built again, and opens no atom of fewer than five.
    #[test]
    fn plans_over_the_years_are_sound(
        towns in prop::collection::vec(1_u32..14, 1..6),
        changes in prop::collection::vec((0_u8..3, 0_u32..5, 0_u32..13, 1_u32..6), 0..8),
    ) {
        let mut rosters = vec![roster(2026, &towns)];
        for (at, (kind, town, place, to)) in (0..).zip(&changes) {
            let year = 2027 + at / 2;
            if rosters.last().is_some_and(|last| last.year < year) {
                let next = Roster { year, ..rosters[rosters.len() - 1].clone() };
                rosters.push(next);
            }
            let last = rosters.len() - 1;
            let schools = &mut rosters[last].schools;
            let id = unit('S', (town + 1) * 100 + place);
            match kind {
                0 => drop(schools.remove(&id)),
                1 => {
                    let moved = schools.values_mut().skip(*place as usize).take(1);
                    moved.for_each(|school| school.town = unit('T', *to));
                }
                _ => {
                    let operator = id.to_string();
                    let listed = Listed { education: year, health: year };
                    let new = School { operator, listed, ..school(*to, 40) };
                    schools.entry(id).or_insert(new);
                }
            }
        }
        let past = plans(&rosters);
        for (at, (plan, roster)) in past.iter().enumerate() {
            prop_assert_eq!(plan, &Plan::build(GROUP_MIN, roster, &past[..at]));
            let open = plan.groups().iter().filter(|group| group.access != Access::Closed);
            for group in open {
                prop_assert!(roster.support(&group.members, group.stage) >= GROUP_MIN);
            }
        }
    }
}
