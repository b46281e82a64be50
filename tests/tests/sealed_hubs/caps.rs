//! A school that tells too much within its cap: it is in the opened sum, no proof shows it, and
//! beside the sum stands how much all of them together could have told at most.

use domain::catalogue::Stage;
use hub::statistics::{OpenedOut, Statistics};

use crate::THE_FLOW;
use crate::city::{City, FLOW, SCHOOLS, WEEK};
use crate::figures::figures;
use crate::pages::{browser, has, page};
use crate::school::{all_but, counted, draft, draft_of, recount, task, unit};

/// Two hundred where there are few: accepted, opened with all others, and bounded by the caps at
/// both hubs, on the page, in the figures that programs read and at the terminal.
#[tokio::test(flavor = "multi_thread")]
async fn a_lie_within_the_cap_is_in_the_sum_and_bounded() {
    let city = City::start().await;
    let mut cells = counted(&city, city.table(FLOW), 1);
    let place = city.table(FLOW).places_of(&city.roster.schools[&unit(1)], Stage::Junior)[0];
    let more = 200 - cells[place];
    cells[place] = 200;
    draft_of(&city, THE_FLOW, (1, 1), &cells).send(&city);
    all_but(&city, THE_FLOW, &[1]);
    city.step().await;
    city.step().await;
    city.days(1);
    city.step().await;
    let id = task(&city, THE_FLOW);
    let mut expected = recount(&city, FLOW, 1..=SCHOOLS);
    *expected.get_mut(&place).expect("open") += more;
    assert_eq!(city.opened(id), [("cells".to_owned(), expected.clone())]);
    let caps = (1..=SCHOOLS).map(|school| draft(&city, THE_FLOW, school, 1).report.cap.limit());
    let most: u64 = caps.sum();
    assert!(expected.values().sum::<u64>() <= most);
    for hub in [&city.leader, &city.helper] {
        let tasks = city.tasks(hub);
        let own = tasks.iter().find(|one| one.id == id).expect("task");
        let recorded = own.openings[0].1.expect("recorded");
        assert_eq!(recorded.cap_sum, Some(most));
    }
    let statistics = Statistics::of(&city.leader.hub);
    let told = figures(&statistics, "alt.opened", WEEK, &[]);
    let told: Vec<OpenedOut> = told.whole.opened.iter().map(OpenedOut::from).collect();
    assert_eq!(told.iter().map(|one| one.cap_sum).collect::<Vec<_>>(), [Some(most)]);
    let mut browser = browser(statistics, city.leader.hub.config().kind, &city).await;
    let sealed = page(&mut browser, "/sealed", "caps").await;
    has(&sealed, &format!("各校上限合计 {most}"), &format!("caps add up to {most}"));
    let week = format!("/indicators?indicator=alt.opened&period={WEEK}&breakdown=kind-stage");
    let week = page(&mut browser, &week, "caps-week").await;
    has(&week, "各校上限合计", "Caps of its schools");
    assert!(week[0].contains(&format!("<td class=\"num\">{most}</td>")));
}

/// A stock is held to who is enrolled, and its caps say nothing more.
#[tokio::test(flavor = "multi_thread")]
async fn a_stock_has_no_caps_beside_it() {
    let city = crate::published::opened().await;
    let openings = city.tasks(&city.leader).into_iter().flat_map(|task| task.openings);
    let caps: Vec<_> = openings.filter_map(|(_, record)| record).map(|one| one.cap_sum).collect();
    assert!(!caps.is_empty() && caps.iter().all(Option::is_none));
}
