//! Versions of one year's plan: each is held against those that stood before it, since sums of
//! them may be out.

use super::*;

/// The same schools with one in the place of another.
fn exchanged(mut roster: Roster, (out, into): (u32, u32)) -> Roster {
    let school = roster.schools.remove(&unit('S', out)).expect("school");
    let into = unit('S', into);
    let operator = into.to_string();
    roster.schools.insert(into, School { operator, ..school });
    roster
}

/// A version of the spring that puts a school in another's place is sound by itself: beside the
/// autumn's, of which the town's figures are out, it is refused with its group. Made beside it, the
/// group rests, and both versions count in the years after.
#[test]
fn a_version_that_exchanges_a_school_is_refused_with_its_group() {
    let autumn = plans(&[roster(2026, &[6, 6])]);
    let schools = exchanged(roster(2026, &[6, 6]), (105, 150));
    let alone = Plan::build(GROUP_MIN, &schools, &[]);
    assert_eq!(alone.check(&schools, &[]), Ok(()));
    let refused = Err(Flaw::Rest(group_of(&alone, 150)));
    assert_eq!(alone.check(&schools, &autumn), refused);
    let spring = Plan::build(GROUP_MIN, &schools, &autumn);
    assert_eq!(spring.check(&schools, &autumn), Ok(()));
    let both = [autumn, vec![(spring, schools.clone())]].concat();
    assert_eq!(towns_of(&both[1]), ["T002"], "its town has no figure");
    assert_eq!(both[1].0.district(Stage::Junior).len(), 12, "the district keeps it");
    let next = Roster { year: 2027, ..schools };
    let blind = Plan::build(GROUP_MIN, &next, &both[1..]);
    assert_eq!(blind.check(&next, &both[1..]), Ok(()));
    assert_eq!(blind.check(&next, &both), Err(Flaw::Rest(group_of(&blind, 150))));
    let plan = Plan::build(GROUP_MIN, &next, &both);
    assert_eq!(plan.check(&next, &both), Ok(()));
    assert_eq!(towns_of(&(plan, next)), ["T002"]);
}

/// What cannot leak is taken: numbers that were mended, and a town that was forgotten. Its group
/// takes no name that another one had.
#[test]
fn a_version_that_mends_the_roster_is_taken() {
    let before = plans(&[roster(2026, &[6, 6])]);
    let mut mended = roster(2026, &[6, 6, 5]);
    mended.schools.get_mut(&unit('S', 100)).expect("school").stages = school(1, 44).stages;
    let plan = Plan::build(GROUP_MIN, &mended, &before);
    assert_eq!(plan.check(&mended, &before), Ok(()));
    let names: Vec<&str> = plan.groups().iter().map(|group| group.id.as_str()).collect();
    assert_eq!(names, ["2026-junior-1", "2026-junior-2", "2026-junior-3"]);
    assert_eq!(towns_of(&(plan.clone(), mended)), ["T001", "T002", "T003"]);
    let members = |plan: &Plan| -> Vec<BTreeSet<UnitId>> {
        plan.groups().iter().take(2).map(|group| group.members.clone()).collect()
    };
    assert_eq!(members(&plan), members(&before[0].0));
}

/// Two schools that changed places would be told apart from those who stayed; a plan of a later
/// year is none that stood before.
#[test]
fn versions_are_held_to_the_isolation_check_in_their_order() {
    let before = plans(&[roster(2026, &[10]), roster(2027, &[10])]);
    let mut swapped = before[0].0.clone();
    let [first, second] = swapped.groups.as_mut_slice() else { panic!("two groups") };
    let (a, b) = (unit('S', 100), unit('S', 101));
    assert!(first.members.remove(&a) && second.members.remove(&b));
    first.members.insert(b);
    second.members.insert(a);
    let schools = &before[0].1;
    assert_eq!(swapped.check(schools, &[]), Ok(()));
    let found = swapped.check(schools, &before[..1]);
    assert_eq!(found, Err(Flaw::Isolates { group: group_of(&swapped, 101), schools: 4 }));
    assert_eq!(before[0].0.check(schools, &before[..1]), Ok(()), "the same once more");
    assert_eq!(before[0].0.check(schools, &before[1..]), Err(Flaw::Mismatch));
}
