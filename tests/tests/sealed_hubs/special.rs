//! Special periods under seal: a table of its own is summed over the groups that lie in its area
//! whole, and over no other schools.

use domain::catalogue::Stage;
use domain::disclosure::sealed::SealedTables;
use hub::sealed::documents::NoTask;
use hub::statistics::{StatusWord, UnitName, special_report};
use hub::store::directive;
use jiff::civil::date;
use proto::pack::PackKind;
use tests::federation::{PackName, signed_pack};

use crate::city::{City, LEADER};
use crate::school::{draft, recount};

const TABLE: &str = "sealed.special.flood.sp.opened";
/// The week that begins on the Monday on which tests begin.
const NEXT: &str = "2026-W38";

/// A special period of two weeks for some schools, which asks for new cases.
fn text(schools: &[u32], cadence: &str) -> String {
    let stage =
        |stage: &Stage| format!("{{ id = \"{}\", zh = \"学段\", en = \"Stage\" }}", stage.as_str());
    let stages: Vec<String> = Stage::ALL.iter().map(stage).collect();
    let school = |n: &u32| format!("[[school]]\nid = \"S{n:02}\"\nabove = [\"{LEADER}\"]\n");
    let area: String = schools.iter().map(school).collect();
    format!(
        "schema = \"special/1\"\nid = \"flood\"\nrevision = 1\nzh = \"汛期\"\nen = \"Flood\"\n\
         first = \"2026-09-14\"\nlast = \"2026-09-27\"\ncadence = \"{cadence}\"\n\
         [[dimension]]\nid = \"stage\"\nzh = \"学段\"\nen = \"Stage\"\nmulti = false\n\
         values = [{}]\n\
         [[count]]\nid = \"sp.opened\"\nzh = \"新增\"\nen = \"New cases\"\n\
         channel = \"sealed\"\nledger = \"alert\"\nunit = \"case\"\ndims = [\"stage\"]\n\
         [count.define]\nsource = \"alert_event\"\ncount = \"records\"\nat = \"in_period\"\n\
         where = [{{ field = \"move\", any = [\"opened\"] }}]\n{area}",
        stages.join(", ")
    )
}

/// Both hubs have the special period from the Monday on which it begins.
fn publish(city: &mut City, text: &str) {
    let roots = [city.federation.authority().root_authority(), city.health.root_authority()];
    let from = date(2026, 9, 14);
    let about = PackName { kind: PackKind::Special, name: "flood", serial: 1, from };
    let pack = signed_pack(&roots, about, text, city.federation.clock().now());
    for hub in [&city.leader, &city.helper] {
        let pack = pack.clone();
        hub.write(move |tx| directive::insert(tx, &pack, 1).map(drop));
        hub.hub.reload_packs().expect("packs");
    }
    let special = proto::pack::special::read("flood", text.as_bytes()).expect("special");
    city.tables = SealedTables::of(special.catalogue());
}

/// The task of the special period's table in a week, or why there is none at the leader.
fn task(city: &City, week: &str) -> Result<domain::disclosure::sealed::TaskId, NoTask> {
    let documents = city.leader.hub.sealed().documents();
    let (area, table) = (LEADER.parse().expect("unit"), TABLE.parse().expect("table"));
    let made = documents.task((&area, 2026), &table, week.parse().expect("period"))?;
    assert_eq!(made.year.sealed().plan.groups().len(), 1, "one group lies in the area whole");
    Ok(made.id)
}

/// The five schools of one group and one of the next are asked. What the five tell is opened,
/// exactly, once all of them are in; the sixth, whose group is not whole in the area, is in no sum
/// whatever it sends, and nothing is opened in place of a school that is missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_special_period_is_summed_over_whole_groups() {
    let mut city = City::start().await;
    publish(&mut city, &text(&[1, 2, 3, 4, 5, 6], "week"));
    let id = task(&city, NEXT).expect("task");
    assert_eq!(task(&city, "2026-W37"), Err(NoTask::Table), "before its first day");
    assert_eq!(task(&city, "2026-W40"), Err(NoTask::Period));
    // The key is agreed on while the week runs.
    city.step().await;
    city.step().await;
    city.days(7);
    let place = (TABLE, NEXT);
    for school in [1, 2, 3, 4, 6] {
        draft(&city, place, school, 1).send(&city);
    }
    city.step().await;
    city.step().await;
    city.days(4);
    city.step().await;
    assert!(city.opened(id).is_empty(), "one of the five is missing");
    draft(&city, place, 5, 1).send(&city);
    city.step().await;
    city.days(1);
    city.step().await;
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, TABLE, 1..=5))]);
    // It stands on the special period's own page, under the floor of what is shown of any sum.
    let (packs, today) = (city.leader.hub.packs().last(), city.federation.clock().today());
    let at = UnitName::of(city.leader.hub.config());
    let told = city
        .leader
        .read(move |tx| Ok(special_report(tx, &packs, &at, ("flood", today)).expect("report")));
    let told = told.expect("special period");
    let week = told.periods.iter().find(|one| one.period == NEXT).expect("week");
    assert_eq!((week.coverage.schools_reported, week.coverage.schools_due), (5, 5));
    assert_eq!(week.figures[0].status, StatusWord::Suppressed, "four cases in five schools");
    let shown = city.tasks(&city.leader);
    let shown = shown.iter().find(|one| one.id == id).expect("shown");
    assert!(shown.missing.is_empty(), "nobody outside of its groups is awaited");
}

/// An area without a whole group, and one that asks by the day, have no task: nothing is asked for,
/// nothing is taken.
#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_no_group_has_no_task() {
    for (schools, cadence) in [(&[1, 2, 3, 4, 6][..], "week"), (&[1, 2, 3, 4, 5], "day")] {
        let mut city = City::start().await;
        let asked = text(schools, cadence);
        publish(&mut city, &asked);
        assert_eq!(task(&city, NEXT), Err(NoTask::Period), "{schools:?} {cadence}");
        city.step().await;
        let tasks = city.tasks(&city.helper);
        assert!(tasks.iter().all(|one| one.sheet != TABLE), "{schools:?} {cadence}");
    }
}
