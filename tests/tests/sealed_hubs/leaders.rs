//! A leader that asks for what the plan does not allow, and callers who lead nothing.

use std::collections::BTreeSet;

use domain::catalogue::Stage;
use domain::disclosure::plan::{GroupId, atoms};
use domain::disclosure::sealed::TaskId;
use domain::unit::{IdentityName, UnitId};
use hub::sealed::chain;
use hub::sealed::helper::{AskedSet, CallError, Helper};
use hub::store::sealed::{opening, record, report, say};
use proto::opening::{Detail, Standing};

use crate::city::{City, FLOW, WEEK};
use crate::crashes::{asked, leader_name};
use crate::restored::renoted;
use crate::school::{all_but, both_away, code, draft, task, unit};
use crate::{THE_FLOW, THE_STOCK};

pub fn groups(city: &City) -> Vec<GroupId> {
    let documents = city.leader.hub.sealed().documents();
    let plan = &documents.years()[0].sealed().plan;
    plan.of_stage(Stage::Junior).map(|group| group.id.clone()).collect()
}

/// The helper's answer to a leader that asks for a set.
pub async fn ask(
    city: &City,
    asked: ((&'static str, &'static str), Detail),
    groups: impl IntoIterator<Item = GroupId>,
) -> Result<(), &'static str> {
    ask_over(city, asked, (groups, &|_| ())).await
}

/// What a leader changes in the reports that it names.
type Change<'c> = &'c dyn Fn(&mut Vec<Standing>);

/// The same of a leader that names other reports than the helper holds.
async fn ask_over(
    city: &City,
    asked: ((&'static str, &'static str), Detail),
    named: (impl IntoIterator<Item = GroupId>, Change<'_>),
) -> Result<(), &'static str> {
    ask_without(city, asked, named, &[]).await
}

/// The same of a leader that holds back groups of a stock for some schools' clear sheets.
pub async fn ask_held(
    city: &City,
    asked: ((&'static str, &'static str), Detail),
    groups: impl IntoIterator<Item = GroupId>,
    held: &[u32],
) -> Result<(), &'static str> {
    ask_named(city, asked, (groups, &|_| ()), (&[], held)).await
}

/// The same of a leader that names some schools as away, whatever they told.
async fn ask_without(
    city: &City,
    asked: ((&'static str, &'static str), Detail),
    named: (impl IntoIterator<Item = GroupId>, Change<'_>),
    lied: &[u32],
) -> Result<(), &'static str> {
    ask_named(city, asked, named, (lied, &[])).await
}

fn held_back(held: &[u32]) -> BTreeSet<UnitId> {
    held.iter().map(|school| unit(*school)).collect()
}

async fn ask_named(
    city: &City,
    (place, detail): ((&'static str, &'static str), Detail),
    (groups, change): (impl IntoIterator<Item = GroupId>, Change<'_>),
    (lied, held): (&[u32], &[u32]),
) -> Result<(), &'static str> {
    let lied: BTreeSet<UnitId> = lied.iter().map(|school| unit(*school)).collect();
    let id = task(city, place);
    let documents = city.leader.hub.sealed().documents();
    let plan = &documents.years()[0].sealed().plan;
    let groups: BTreeSet<GroupId> = groups.into_iter().collect();
    let taken = city.helper.read(move |tx| report::accepted(tx, &id));
    let members = groups.iter().filter_map(|id| plan.group(id)).flat_map(|group| &group.members);
    let members: BTreeSet<_> = members.collect();
    let standings = members.iter().filter_map(|school| taken.get(*school)).map(|one| Standing {
        unit: one.school.clone(),
        task: one.task,
        report: one.digest,
    });
    let mut standings: Vec<Standing> = standings.collect();
    let told: BTreeSet<UnitId> = standings.iter().map(|one| one.unit.clone()).collect();
    change(&mut standings);
    standings.retain(|one| !lied.contains(&one.unit));
    let recorded = BTreeSet::new();
    let area = crate::city::LEADER.parse().expect("unit");
    let about = (place.0.parse().expect("table"), place.1.parse().expect("period"));
    let made = documents.task((&area, 2026), &about.0, about.1).expect("task");
    let absent = city.helper.read(move |tx| say::absent(tx, made.attended()));
    let is_away = |school: &&UnitId| {
        absent.contains(*school) || !told.contains(*school) || lied.contains(*school)
    };
    let absent = members.iter().copied().filter(is_away).cloned().collect();
    let (stage, held_back) = (Stage::Junior, held_back(held));
    let asked = AskedSet { stage, detail, groups, standings, absent, recorded, held_back };
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let answer = helper.open(leader_name(city), (id, asked)).await;
    answer.map(drop).map_err(|error| error.code())
}

/// The helper gives nothing of a group that waits, of what the plan does not have, of a group that
/// was opened, and nothing by town of a flow.
#[tokio::test(flavor = "multi_thread")]
async fn the_helper_keeps_to_the_plan() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[8]);
    city.step().await;
    city.step().await;
    city.days(4);
    let cells = (THE_FLOW, Detail::Cells);
    let [first, second] = groups(&city).try_into().expect("two groups");
    let unknown = "2020-junior-9".parse().expect("name");
    assert_eq!(ask(&city, cells, [first.clone(), second.clone()]).await, Err("NOT_ADMITTED"));
    assert_eq!(ask(&city, cells, [unknown]).await, Err("NOT_ADMITTED"));
    assert_eq!(ask(&city, cells, []).await, Err("NOT_ADMITTED"));
    let town = (THE_FLOW, Detail::Categories);
    let whole = [first.clone(), second.clone()].map(|one| ask(&city, town, [one]));
    for answer in whole {
        assert_eq!(answer.await, Err("NOT_ADMITTED"));
    }
    let sizes = [first.clone(), second.clone()].map(|one| ask(&city, cells, [one]));
    let mut passed = 0;
    for answer in sizes {
        passed += u32::from(answer.await.is_ok());
    }
    assert_eq!(passed, 1, "the group that is whole, and only it");
    draft(&city, THE_FLOW, 8, 1).send(&city);
    let id = task(&city, THE_FLOW);
    assert_eq!(city.helper.read(move |tx| opening::of_task(tx, &id)).len(), 1);
    city.step().await;
    city.days(1);
    assert_eq!(ask(&city, cells, [first, second]).await, Err("NOT_ADMITTED"), "opened before");
}

/// Categories are a town's own: not the union of two, and only of stocks.
#[tokio::test(flavor = "multi_thread")]
async fn categories_are_a_towns() {
    let city = City::start().await;
    all_but(&city, THE_STOCK, &[]);
    city.step().await;
    city.step().await;
    city.days(3);
    let town = (THE_STOCK, Detail::Categories);
    let all = groups(&city);
    let first = all.first().cloned();
    let cells = (THE_STOCK, Detail::Cells);
    assert_eq!(ask(&city, cells, all.clone()).await, Err("OBJECTABLE"));
    city.days(4);
    assert_eq!(ask(&city, town, all.clone()).await, Err("NOT_ADMITTED"));
    assert_eq!(ask(&city, town, first.clone()).await, Err("NOT_ADMITTED"), "the cells come first");
    assert_eq!(ask(&city, cells, all).await, Ok(()));
    assert_eq!(ask(&city, town, first.clone()).await, Err("SHARE_OUT"), "one share at a time");
    // The leader goes on with it and has it recorded.
    city.step().await;
    assert_eq!(ask(&city, town, first).await, Ok(()));
}

/// Marks the first sum of a task as recorded at the helper, as the leader's record does.
fn danger_recorded(city: &City, id: TaskId) {
    city.helper.write(move |tx| {
        let first = opening::of_task(tx, &id)?.remove(0).id;
        let number = record::last_number(tx)? + 1;
        let new = record::New {
            opening: Some(first),
            number,
            signed_number: number,
            bytes: b"a record",
            leader: b"education",
            helper: Some(b"health".as_slice()),
        };
        record::append(tx, &new, chain::link).map(drop)
    });
}

/// Whoever calls must be the leader of the plan by its certificate: not a school, not another
/// district, and not another district's certificate for the same unit.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_leader_of_the_plan_is_answered() {
    let city = City::start().await;
    city.step().await;
    let id = city.task(FLOW, "2026-W38");
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let name = |unit: &str, district: &str| -> IdentityName {
        city.federation.authority().name(unit, district)
    };
    for caller in [
        name("S01", "370202"),
        name("370203", "370203"),
        name("370202", "370203"),
        name("HC-QD", "HC-QD"),
    ] {
        let answer = helper.verify(caller.clone(), asked(&city, id, Vec::new())).await;
        assert!(matches!(answer, Err(CallError::NotLeader)), "{caller}");
    }
    for caller in [name("370202", "370202"), name("370202", "")] {
        assert!(helper.verify(caller, asked(&city, id, Vec::new())).await.is_ok());
    }
}

/// A helper that let a set pass gives its share of it for the reports of then and for no others:
/// a leader that asks for the same groups over one report less is refused and gets nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_set_is_given_for_one_standing() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    city.days(1);
    let (cells, all) = ((THE_FLOW, Detail::Cells), groups(&city));
    let one_less = |standings: &mut Vec<Standing>| drop(standings.pop());
    let another = |standings: &mut Vec<Standing>| {
        let digest = standings[1].report;
        standings[0].report = digest;
    };
    let id = task(&city, THE_FLOW);
    let given = || city.helper.read(move |tx| opening::of_task(tx, &id)).len();
    for changed in [&one_less as Change<'_>, &another] {
        let answer = ask_over(&city, cells, (all.clone(), changed)).await;
        assert_eq!((answer, given()), (Err("OTHER_STANDING"), 0), "before anything was given");
    }
    assert_eq!(ask(&city, cells, all.clone()).await, Ok(()));
    assert_eq!(ask(&city, cells, all.clone()).await, Ok(()), "the same again");
    for changed in [&one_less as Change<'_>, &another] {
        let answer = ask_over(&city, cells, (all.clone(), changed)).await;
        assert_eq!((answer, given()), (Err("OTHER_STANDING"), 1), "after it was given");
    }
}

/// A group of which only one school is in session is opened together with its partner, and the
/// partner's town is told nothing: what it leaves would be that one school.
#[tokio::test(flavor = "multi_thread")]
async fn a_town_is_not_told_beside_a_merged_group() {
    let city = City::start().await;
    (8..=11).for_each(|school| both_away(&city, school, ("2026-09-01", None)));
    all_but(&city, THE_STOCK, &[8, 9, 10, 11]);
    city.step().await;
    city.step().await;
    city.days(7);
    let (cells, town) = ((THE_STOCK, Detail::Cells), (THE_STOCK, Detail::Categories));
    let [first, second] = groups(&city).try_into().expect("two groups");
    assert_eq!(ask(&city, cells, [first.clone(), second]).await, Ok(()));
    assert_eq!(ask(&city, town, [first]).await, Err("NOT_ADMITTED"));
}

/// What a town is told stands on the very reports of the area's sum. A school that comes in between
/// would be told by the difference, all of it: its report is refused, also where the leader does
/// not know any more that the sum was opened.
#[tokio::test(flavor = "multi_thread")]
async fn a_town_is_told_of_no_school_that_came_in_between() {
    let city = City::start().await;
    both_away(&city, 7, ("2026-09-01", None));
    all_but(&city, THE_STOCK, &[7]);
    city.step().await;
    city.step().await;
    city.days(7);
    let (cells, town) = ((THE_STOCK, Detail::Cells), (THE_STOCK, Detail::Categories));
    let all = groups(&city);
    assert_eq!(ask(&city, cells, all.clone()).await, Ok(()), "without the seventh");
    danger_recorded(&city, task(&city, THE_STOCK));
    both_away(&city, 7, ("2026-09-01", Some("2026-09-01")));
    let late = draft(&city, THE_STOCK, 7, 1).send(&city);
    // The first step hears of what the helper let pass, and the town waits for no day.
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 7, late).as_deref(), Some("opened_without"));
    let id = task(&city, THE_STOCK);
    assert!(!city.helper.read(move |tx| report::accepted(tx, &id)).contains_key(&unit(7)));
    // The second share is given once the first sum is recorded as well.
    let [first, second] = all.try_into().expect("two groups");
    assert_eq!(ask(&city, town, [first]).await, Ok(()));
    assert_eq!(ask(&city, town, [second]).await, Err("SHARE_OUT"));
}

/// New alerts by source: the very events of the other flow.
const SOURCES: (&str, &str) = ("sealed.alt.sources", WEEK);

/// A leader that lies by one or two schools, whichever way: names them as away though both hubs
/// hold their reports, holds the reports back and names them as away, or does so in the second of
/// two tables of the same events. Nothing is given, and no two sums of the week, of whatever
/// tables, differ by fewer schools than the floor.
#[tokio::test(flavor = "multi_thread")]
async fn no_two_sums_differ_by_the_schools_that_a_leader_lies_about() {
    let lies: [&[u32]; 2] = [&[7], &[7, 8]];
    for lied in lies {
        let city = City::start().await;
        all_but(&city, THE_FLOW, lied);
        all_but(&city, SOURCES, &[]);
        city.step().await;
        city.step().await;
        // A group that is late is opened by itself from here on.
        city.days(4);
        let [first, second] = groups(&city).try_into().expect("two groups");
        let both = || [first.clone(), second.clone()];
        let keep: Change<'_> = &|_| ();
        let (flow, sources) = ((THE_FLOW, Detail::Cells), (SOURCES, Detail::Cells));
        // Both hubs hold their reports of the one table, and the leader holds back the other's.
        for asked in [sources, flow] {
            assert_eq!(ask_without(&city, asked, (both(), keep), lied).await, Err("NOT_ADMITTED"));
        }
        assert_eq!(ask(&city, sources, both()).await, Ok(()));
        let mut given = 0;
        for one in both() {
            given += u32::from(ask_without(&city, flow, ([one], keep), lied).await.is_ok());
        }
        assert_eq!(given, 1, "the group of which it lied about nobody, and only it");
        for school in lied {
            draft(&city, THE_FLOW, *school, 1).send(&city);
        }
        city.step().await;
        city.days(1);
        // The leader hears of the share that is out, as if it had been put back: once its notes
        // are entered again it goes on with it, and opens the late group.
        city.step().await;
        renoted(&city.leader);
        for _ in 0..3 {
            city.step().await;
        }
        let (flow, sources) = (task(&city, THE_FLOW), task(&city, SOURCES));
        let sums: Vec<BTreeSet<UnitId>> = city.helper.read(move |tx| {
            let mut sums = Vec::new();
            for one in [opening::of_task(tx, &flow)?, opening::of_task(tx, &sources)?].concat() {
                let stood = opening::standings(tx, one.id)?;
                sums.push(stood.into_iter().map(|one| one.unit).collect());
            }
            Ok(sums)
        });
        assert_eq!(sums.len(), 3);
        assert!(atoms(&sums).iter().all(|atom| atom.len() >= 5), "{sums:?}");
    }
}
