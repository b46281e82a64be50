//! A leader that asks outside the plan: it gets nothing, and health's operator is told by its name.

use domain::disclosure::plan::GroupId;
use domain::unit::UnitId;
use hub::sealed::watch::{ALARM_OUTSIDE, Notice};
use hub::store::alarm;
use proto::opening::Detail;
use runtime::web::Lang;

use crate::city::{City, FLOW, LEADER};
use crate::leaders::{ask, ask_held, groups};
use crate::school::{all_but, away, recount, task, unit};
use crate::{THE_FLOW, THE_STOCK};

/// Why the helper's operator is called, and what it reads on its page and in `doctor`.
fn called(city: &City) -> (Vec<String>, Vec<[String; 2]>) {
    let raised = city.helper.read(|tx| alarm::of_kind(tx, ALARM_OUTSIDE));
    assert!(raised.iter().all(|one| one.unit == LEADER), "{raised:?}");
    let notices = city.notices(&city.helper).into_iter();
    let outside = notices.filter(|one| matches!(one, Notice::AskedOutside(..)));
    let said = outside.map(|one| [Lang::Zh, Lang::En].map(|lang| one.say(lang))).collect();
    (raised.into_iter().map(|one| one.detail).collect(), said)
}

/// Unknown groups, a town's categories of a flow, and groups that were opened
/// before are asked by no leader that keeps to the plan. Each is refused, somebody is called once
/// for each kind, and one sentence names the leader and says what to do. A group that waits is
/// asked for by a leader that holds other reports, and nobody is called about it.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_asks_outside_the_plan_is_named() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[8]);
    all_but(&city, THE_STOCK, &[]);
    city.step().await;
    city.step().await;
    // Late groups are opened by themselves from here on.
    city.days(4);
    let [first, second] = groups(&city).try_into().expect("two groups");
    let cells = (THE_FLOW, Detail::Cells);
    let both = || [first.clone(), second.clone()];
    assert_eq!(ask(&city, cells, both()).await, Err("NOT_ADMITTED"), "one report is missing");
    assert_eq!(ask(&city, (THE_STOCK, Detail::Cells), both()).await, Err("OBJECTABLE"));
    assert_eq!(called(&city), (Vec::new(), Vec::new()));
    let unknown: GroupId = "2020-junior-9".parse().expect("name");
    assert_eq!(ask(&city, cells, [unknown.clone()]).await, Err("NOT_ADMITTED"));
    assert_eq!(ask(&city, cells, [unknown]).await, Err("NOT_ADMITTED"));
    assert_eq!(called(&city).0.len(), 1, "the same once");
    let town = (THE_FLOW, Detail::Categories);
    assert_eq!(ask(&city, town, [first.clone()]).await, Err("NOT_ADMITTED"));
    let (raised, said) = called(&city);
    assert_eq!((raised.len(), said.len()), (2, 1));
    assert!(raised.iter().all(|detail| detail.starts_with("sealed.alt.opened 2026-W37 junior")));
    for text in said.iter().flatten() {
        assert!(text.contains(LEADER) && text.contains("sealed.alt.opened 2026-W37"), "{text}");
    }
    let opened = match ask(&city, cells, [first.clone()]).await {
        Ok(()) => first,
        Err(_) => {
            assert_eq!(ask(&city, cells, [second.clone()]).await, Ok(()));
            second
        }
    };
    // Asked once more alone it is the same set, of which the same share is given.
    assert_eq!(ask(&city, cells, [opened.clone()]).await, Ok(()));
    assert_eq!(called(&city).0.len(), 2);
    // An alarm of the same kind of sum would stand for this one.
    city.helper.write(|tx| tx.execute("delete from alarm", &[]).map(drop));
    let all = groups(&city);
    assert_eq!(ask(&city, cells, all).await, Err("NOT_ADMITTED"), "one of them was opened");
    assert_eq!(called(&city).0.len(), 1, "it says so by itself");
}

/// A leader asks for one group of a week by itself although all are whole. Before the days of grace
/// are over no leader that keeps to the plan does, and health's operator is told; on their last day
/// the clocks of the two may differ. After them the helper gives its share of what it would open
/// itself, which is both groups at once, and calls nobody: the leader may not know of a report yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_stage_is_not_opened_group_by_group() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    let cells = (THE_FLOW, Detail::Cells);
    let all = groups(&city);
    for (days, calls) in [(1, 1), (1, 0), (1, 0), (1, 0)] {
        city.days(days);
        for one in &all {
            assert_eq!(ask(&city, cells, [one.clone()]).await, Err("NOT_ADMITTED"));
        }
        assert_eq!(called(&city).0.len(), calls, "{}", city.federation.clock().today());
        city.helper.write(|tx| tx.execute("delete from alarm", &[]).map(drop));
    }
    assert_eq!(ask(&city, cells, all).await, Ok(()), "as one sum");
}

/// A term is opened as one sum too, after its close as before it: a leader that waits for that day
/// gets no group by itself. Where it says that a school's number is far from its clear sheet, which
/// it alone has, it holds that group back; for two schools of a sum at most, and by name.
#[tokio::test(flavor = "multi_thread")]
async fn a_term_is_not_opened_group_by_group() {
    let city = City::start().await;
    all_but(&city, THE_STOCK, &[]);
    city.step().await;
    city.step().await;
    city.days(200);
    let (cells, all) = ((THE_STOCK, Detail::Cells), groups(&city));
    for one in &all {
        assert_eq!(ask(&city, cells, [one.clone()]).await, Err("NOT_ADMITTED"));
    }
    let documents = city.leader.hub.sealed().documents();
    let plan = &documents.years()[0].sealed().plan;
    let has = |id: &&GroupId, school: UnitId| {
        plan.group(id).is_some_and(|own| own.members.contains(&school))
    };
    let rest = all.iter().find(|id| !has(id, unit(1))).cloned().expect("the other group");
    for held in [&[1, 2, 4][..], &[8], &[]] {
        let answer = ask_held(&city, cells, [rest.clone()], held).await;
        assert_eq!(answer, Err("NOT_ADMITTED"), "{held:?}");
    }
    let named = || {
        let all = city.notices(&city.helper).into_iter();
        all.filter(|one| matches!(one, Notice::HeldBack(..))).collect::<Vec<_>>()
    };
    assert_eq!(named(), [], "nothing was given for it");
    assert_eq!(ask_held(&city, cells, [rest], &[1]).await, Ok(()));
    let said = named();
    assert_eq!(said.len(), 1);
    for text in [Lang::Zh, Lang::En].map(|lang| said[0].say(lang)) {
        assert!(text.contains(LEADER) && text.contains("S01"), "{text}");
    }
}

/// Health alone notes a school as away for which the leader waits: after the days of grace the
/// leader asks for the other group, and health would open both. The sum waits, nobody is called,
/// and it is opened once the lists are alike.
#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_one_hub_has_calls_nobody() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[8]);
    city.step().await;
    city.step().await;
    away(&city.helper, 8, ("2026-09-07", Some("2026-09-13")));
    city.days(4);
    city.step().await;
    let id = task(&city, THE_FLOW);
    assert!(city.opened(id).iter().all(|(_, cells)| cells.is_empty()), "health would open more");
    assert_eq!(called(&city), (Vec::new(), Vec::new()));
    away(&city.helper, 8, ("2026-09-07", Some("2026-09-07")));
    city.step().await;
    let first = [("cells".to_owned(), recount(&city, FLOW, 1..=5))];
    assert_eq!(city.opened(id), first, "the lists are alike");
    assert_eq!(called(&city), (Vec::new(), Vec::new()));
}
