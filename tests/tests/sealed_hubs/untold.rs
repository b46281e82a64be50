//! Towns whose figure, less what is opened for the area, would tell of too few.

use domain::catalogue::Stage;
use domain::unit::{UnitId, UnitKind};
use hub::opened::{Asked, Closed, TableOf, Take, books};
use hub::statistics::Statistics;
use proto::opening::Detail;

use crate::THE_STOCK;
use crate::city::{City, LEADER, SCHOOLS, STOCK, TERM, Wished};
use crate::leaders::{ask, groups};
use crate::pages::{browser, has, page};
use crate::school::{opened_after, recount, task};

/// Categories over the very reports of the cells tell, less the open cells, of the closed ones: of
/// the students of one school whose sex nobody wrote down. The first town is told; with the second
/// one what is left would be that school's, so that it is not, at either hub, and every page that
/// would show it says why.
#[tokio::test(flavor = "multi_thread")]
async fn closed_cells_are_not_told_as_the_rest() {
    let wished = Wished { sizes: &[(3, [39, 39, 20])], ..Default::default() };
    let city = City::start_with(wished).await;
    opened_after(&city, THE_STOCK, &[], 7).await;
    let id = task(&city, THE_STOCK);
    let opened = city.opened(id);
    let details: Vec<&str> = opened.iter().map(|(detail, _)| detail.as_str()).collect();
    assert_eq!(details, ["cells", "categories"], "one town and not the other");
    assert_eq!(opened[0].1, recount(&city, STOCK, 1..=SCHOOLS));
    let second = groups(&city).pop();
    let town = (THE_STOCK, Detail::Categories);
    assert_eq!(ask(&city, town, second).await, Err("NOT_ADMITTED"));
    let own = city.tasks(&city.leader).into_iter().find(|one| one.id == id).expect("task");
    let untold: Vec<_> = own.untold.iter().map(|one| (one.town.as_str(), one.stage)).collect();
    assert_eq!(untold, [("T2", Stage::Junior)]);
    assert!(own.untold.iter().all(|one| !one.may_come), "nothing more can change it");
    let leader = Statistics::of(&city.leader.hub);
    let mut leader = browser(leader, UnitKind::District, &city).await;
    let seen = page(&mut leader, &format!("/sealed?period={TERM}"), "untold").await;
    has(&seen, "街道（镇）T2 的合计不开启", "the figure of town T2 stays closed");
    assert_eq!(figure_of(&city, "T1"), Ok(()));
    assert_eq!(figure_of(&city, "T2"), Err(Closed::Rest));
}

/// Whether the leader shows a town's figure of the stock, or why not.
fn figure_of(city: &City, town: &str) -> Result<(), Closed> {
    let (own, town): (UnitId, UnitId) = (LEADER.parse().expect("unit"), town.parse().expect("id"));
    let packs = city.leader.hub.packs().last();
    let period = TERM.parse().expect("period");
    let books = city.leader.read(move |tx| books(tx, &packs, &own, period)).of_member(&town);
    let tables = [TableOf { table: STOCK.to_owned(), only: None }];
    let asked = Asked { tables: &tables, take: Take::Counted, by: &[], filters: &[] };
    books.areas[0].sum(books.extent(), asked).cells[0].map(drop)
}
