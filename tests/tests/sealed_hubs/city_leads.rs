//! The city's hub leads the sums of a district, as a plan may say: reports pass the district's hub,
//! and the week is exact.

use domain::unit::UnitKind;
use hub::seen::Role;
use hub::statistics::Statistics;
use hub::store::directive;
use tests::federation::RunningHub;

use crate::THE_FLOW;
use crate::ahead::{Below, arrived};
use crate::city::{City, FLOW, LEADER, SCHOOLS, TOP, WEEK, Wished};
use crate::figures::{figures, read, seen_by, shown};
use crate::school::{draft, recount, task, unit, verdicts};
use crate::seen::{exact_sums, seen};

/// The district's own hub between schools and city, with the documents that the city has.
async fn district_of(city: &City) -> RunningHub {
    let of = (LEADER, UnitKind::District);
    let district = RunningHub::start(&city.federation, of, LEADER, Some(&city.leader)).await;
    city.leader.admit(&district.hub.identity().current(), city.federation.clock());
    let packs = city.leader.read(directive::all);
    district.write(move |tx| {
        packs.iter().try_for_each(|pack| directive::insert(tx, pack, 1).map(drop))
    });
    district.hub.reload_packs().expect("packs");
    district
}

/// The helper answers the city's hub where the plan names it; what schools hand to their district's
/// hub reaches it, every school has both hubs' answer, and the sum is the schools' own. The
/// district's hub, to which their clear sheets go, has no sum to put beside those.
#[tokio::test(flavor = "multi_thread")]
async fn the_citys_hub_can_lead() {
    let wished = Wished { leader: (TOP, UnitKind::City), ..Wished::default() };
    let city = City::start_with(wished).await;
    assert_eq!(city.leader.hub.config().unit.as_str(), TOP);
    let district = district_of(&city).await;
    let below: Vec<Below> =
        (6..=SCHOOLS).map(|school| Below::new(&city, &district, school)).collect();
    for school in &below {
        school.send().await;
    }
    // Whoever dials again waits on the clock.
    city.hand.advance_ms(3_600_000);
    arrived(&city, below.len()).await;
    for school in 1..=5 {
        draft(&city, THE_FLOW, school, 1).send(&city);
    }
    city.step().await;
    city.step().await;
    city.days(1);
    city.step().await;
    let opened = city.opened(task(&city, THE_FLOW));
    assert_eq!(opened, [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
    for school in 1..=SCHOOLS {
        let signed = verdicts(&city, &unit(school));
        assert_eq!(signed.len(), 1, "school {school}");
        assert!(signed[0].leader.is_some() && signed[0].helper.is_some());
    }
    let week = figures(&Statistics::of(&city.leader.hub), "alt.opened", WEEK, &[]);
    let total = crate::figures::recount(&city, FLOW, &[], 1..=SCHOOLS).values().sum::<u64>();
    assert_eq!(read(week.whole.figures[0].reading), shown(total));
    let there = seen_by(&district, LEADER, UnitKind::District);
    let there = figures(&there, "alt.opened", WEEK, &[]);
    assert!(read(there.whole.figures[0].reading).is_err());
    assert_eq!(exact_sums(&seen(&district, Role::District)), 0);
}
