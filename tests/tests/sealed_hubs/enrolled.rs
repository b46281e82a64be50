//! A school that names more persons than it has, so that it can put the rest into any state: all
//! controls hold, since they compare the report with itself.

use certs::digest::sha256;
use domain::catalogue::Stage;
use domain::disclosure::sealed::CapClass;
use hub::sealed::claim::{By, Far};
use hub::sealed::watch::Notice;
use hub::store::sealed::say;
use runtime::sql::Tx;
use runtime::web::Lang;
use tests::federation::RunningHub;

use crate::THE_STOCK;
use crate::city::{City, LEADER, SCHOOLS, STOCK, TERM, Wished};
use crate::commands::hub_in;
use crate::school::{all_but, code, counted, draft, draft_of, recount, task, unit};
use crate::seen::{send_sheet_of, send_town};

/// A school of 300 by the roster, whose class of caps is 511.
const SIZES: [(u32, [u32; 3]); 1] = [(3, [50, 50, 0])];

/// Who is far off by the notices of a hub: what it named, what is known, and from where.
fn far(city: &City, hub: &RunningHub) -> Vec<(String, u64, u64, By)> {
    let all = city.notices(hub).into_iter().filter_map(|notice| match notice {
        Notice::Enrolled(far) => Some((far.unit.to_string(), far.named, far.known, far.by)),
        _ => None,
    });
    all.collect()
}

/// The school names its cap and puts what it does not have into one state. Nothing is refused; both
/// hubs name it, and its group stays closed, others open. Once both operators have called it and
/// confirm the number, the group opens.
#[tokio::test(flavor = "multi_thread")]
async fn a_school_that_names_its_cap_is_named() {
    let city = City::start_with(Wished { sizes: &SIZES, ..Default::default() }).await;
    all_but(&city, THE_STOCK, &[3]);
    let mut cells = counted(&city, city.table(STOCK), 3);
    let place = city.table(STOCK).block().place(&["t1", "g7", "m"]).expect("place");
    cells[place] += 211;
    let lie = draft_of(&city, THE_STOCK, (3, 1), &cells).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 3, lie).as_deref(), Some(""), "nothing is refused for it");
    city.days(7);
    city.step().await;
    let id = task(&city, THE_STOCK);
    for hub in [&city.leader, &city.helper] {
        assert_eq!(far(&city, hub), [("S03".to_owned(), 511, 300, By::Roster)]);
        let tasks = city.tasks(hub);
        let own = tasks.iter().find(|task| task.id == id).expect("task");
        assert!(own.missing.is_empty(), "its report came, so that it is not silent");
    }
    let said = city.notices(&city.helper)[0].say(Lang::En);
    assert!(said.contains("S03") && said.contains(&format!("confirm S03 {lie}")), "{said}");
    assert!(city.opened(id).is_empty(), "its group waits, and the term is not over");
    assert!(said.contains(&format!("{lie} junior")), "{said}");
    // What is confirmed of another stage says nothing of this one.
    for hub in [&city.leader, &city.helper] {
        hub.write(move |tx| say::confirm(tx, (&unit(3), &lie, Stage::Senior), "rang", 1));
        assert_eq!(far(&city, hub).len(), 1);
    }
    // One hub's operator confirms it, then the other's.
    city.leader.write(move |tx| say::confirm(tx, (&unit(3), &lie, Stage::Junior), "rang", 1));
    city.step().await;
    city.step().await;
    let is_told = |city: &City| city.opened(id).iter().any(|(_, cells)| !cells.is_empty());
    assert!(!is_told(&city), "the helper has not");
    city.helper.write(move |tx| say::confirm(tx, (&unit(3), &lie, Stage::Junior), "rang", 1));
    city.step().await;
    city.step().await;
    assert!(is_told(&city));
    assert!(far(&city, &city.leader).is_empty() && far(&city, &city.helper).is_empty());
    // Taken back after the sum, it still shows why the number passed.
    let back = move |tx: &Tx<'_>| {
        say::withdraw_confirmation(tx, (&lie, Stage::Junior), "not the school that rang", 2)
    };
    assert!(city.leader.write(back));
    assert!(!city.leader.write(back), "once");
    assert_eq!(far(&city, &city.leader).len(), 1);
    for (hub, withdrawn) in [(&city.leader, true), (&city.helper, false)] {
        let tasks = city.tasks(hub);
        let own = tasks.iter().find(|task| task.id == id).expect("task");
        let (opening, _) = own.openings.first().expect("opened");
        let kept = own.confirmed_in(opening);
        assert_eq!(kept.len(), 1, "of the stage that was opened, and of no other");
        assert_eq!((kept[0].school.as_str(), kept[0].note.as_str()), ("S03", "rang"));
        let taken = withdrawn.then(|| (2, "not the school that rang".to_owned()));
        assert_eq!(kept[0].withdrawn, taken);
    }
}

/// When the term is over the other group opens alone: one school keeps nobody else's figures back.
#[tokio::test(flavor = "multi_thread")]
async fn one_school_keeps_its_own_group_closed() {
    let city = City::start_with(Wished { sizes: &SIZES, ..Default::default() }).await;
    all_but(&city, THE_STOCK, &[3]);
    let mut cells = counted(&city, city.table(STOCK), 3);
    let place = city.table(STOCK).block().place(&["t1", "g7", "m"]).expect("place");
    cells[place] += 211;
    draft_of(&city, THE_STOCK, (3, 1), &cells).send(&city);
    city.step().await;
    city.step().await;
    city.days(200);
    city.renew();
    city.step().await;
    let opened = city.opened(task(&city, THE_STOCK));
    let district: Vec<_> = opened.iter().filter(|(detail, _)| detail == "cells").collect();
    assert_eq!(district.len(), 1);
    assert_eq!(district[0].1, recount(&city, STOCK, 6..=11));
}

/// A few pupils more or less, and a class that moved, keep nothing back.
#[tokio::test(flavor = "multi_thread")]
async fn pupils_come_and_go() {
    let city = City::start_with(Wished { sizes: &SIZES, ..Default::default() }).await;
    all_but(&city, THE_STOCK, &[3]);
    let mut cells = counted(&city, city.table(STOCK), 3);
    let place = city.table(STOCK).block().place(&["none", "g7", "m"]).expect("place");
    cells[place] -= 28;
    draft_of(&city, THE_STOCK, (3, 1), &cells).send(&city);
    city.step().await;
    city.step().await;
    city.days(7);
    city.step().await;
    assert!(far(&city, &city.leader).is_empty() && far(&city, &city.helper).is_empty());
    assert!(!city.opened(task(&city, THE_STOCK)).is_empty());
}

/// A school whose roster fills its class of caps, and that has a few pupils more on the census day,
/// is in the sum with all of them: before, nothing could be sealed there, and its group stayed
/// closed for the term.
#[tokio::test(flavor = "multi_thread")]
async fn a_few_more_than_a_full_class_of_caps_are_counted() {
    let sizes = [(3, [42, 42, 0])];
    let city = City::start_with(Wished { sizes: &sizes, ..Default::default() }).await;
    all_but(&city, THE_STOCK, &[3, 4]);
    // A larger class than the number that it names is refused.
    let mut over = draft(&city, THE_STOCK, 4, 1);
    over.report.cap = CapClass::all().last().expect("cap");
    let over = over.send(&city);
    let mut cells = counted(&city, city.table(STOCK), 3);
    let place = city.table(STOCK).block().place(&["none", "g7", "m"]).expect("place");
    cells[place] += 10;
    let more = draft_of(&city, THE_STOCK, (3, 1), &cells);
    assert_eq!((city.persons(3), more.report.cap.limit()), (252, 511));
    let more = more.send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 3, more).as_deref(), Some(""));
    assert_eq!(code(&city, 4, over).as_deref(), Some("other_cap"));
    draft(&city, THE_STOCK, 4, 2).send(&city);
    city.step().await;
    city.step().await;
    city.days(7);
    city.step().await;
    assert!(far(&city, &city.leader).is_empty() && far(&city, &city.helper).is_empty());
    let mut expected = recount(&city, STOCK, 1..=SCHOOLS);
    *expected.get_mut(&place).expect("open") += 10;
    let opened = city.opened(task(&city, THE_STOCK));
    let district = opened.iter().find(|(detail, _)| detail == "cells").expect("opened");
    assert_eq!(district.1, expected);
}

/// The school's own clear sheet of the same census day says more exactly how many it has, at the
/// hub that has it; corrected there, the sum goes on.
#[tokio::test(flavor = "multi_thread")]
async fn the_clear_sheet_is_held_beside_it() {
    let city = City::start_with(Wished { sizes: &SIZES, ..Default::default() }).await;
    send_sheet_of(&city, 3, TERM, (1, 250, 0));
    all_but(&city, THE_STOCK, &[3]);
    draft(&city, THE_STOCK, 3, 1).send(&city);
    city.step().await;
    city.step().await;
    city.days(7);
    city.step().await;
    let id = task(&city, THE_STOCK);
    assert_eq!(far(&city, &city.leader), [("S03".to_owned(), 300, 250, By::Sheet)]);
    assert!(far(&city, &city.helper).is_empty(), "no clear sheet comes there");
    assert!(city.opened(id).is_empty());
    send_sheet_of(&city, 3, TERM, (2, 298, 0));
    city.step().await;
    assert!(!city.opened(id).is_empty());
}

/// The students of the schools of town T1, as their clear sheets have them.
fn sheets(city: &City) -> Vec<(u32, u64)> {
    (1..=5).map(|school| (school, city.persons(school))).collect()
}

/// School 3 puts twenty more than it has into one state, which its roster of 300 allows; the others
/// have reported.
async fn twenty_more(city: &City) {
    let mut cells = counted(city, city.table(STOCK), 3);
    let place = city.table(STOCK).block().place(&["t1", "g7", "m"]).expect("place");
    cells[place] += 20;
    let lie = draft_of(city, THE_STOCK, (3, 1), &cells).send(city);
    city.step().await;
    city.step().await;
    assert_eq!(code(city, 3, lie).as_deref(), Some(""));
}

/// The first number that is far off at the leader, and what its operator is told of it.
fn named_at(city: &City) -> (Far, String) {
    let all = city.notices(&city.leader).into_iter();
    let mut off = all.filter_map(|notice| match &notice {
        Notice::Enrolled(far) => Some(((**far).clone(), notice.say(Lang::En))),
        _ => None,
    });
    off.next().expect("a number that is far off")
}

/// A school below a street sends its clear sheet there, and the leader has the street's sum. What
/// the town's schools name together is held against it, whichever came first, once every school of
/// the town is in both, and the town is named until the street's sum is mended.
#[tokio::test(flavor = "multi_thread")]
async fn schools_below_a_street_are_held_against_its_sum() {
    let city = City::start_with(Wished { sizes: &SIZES, ..Default::default() }).await;
    let sheets = sheets(&city);
    let known: u64 = sheets.iter().map(|(_, students)| students).sum();
    send_town(&city, 1, (&sheets, 5));
    all_but(&city, THE_STOCK, &[3]);
    city.step().await;
    city.step().await;
    assert!(far(&city, &city.leader).is_empty(), "one report is not in yet");
    twenty_more(&city).await;
    let named = [("T1".to_owned(), known + 20, known, By::Town)];
    assert_eq!(far(&city, &city.leader), named);
    assert!(far(&city, &city.helper).is_empty(), "no clear sheet comes there");
    let with_another = [sheets.clone(), vec![(77, 400)]].concat();
    let other = [
        (&sheets[..4], 5, "it lacks a school's sheet"),
        (&with_another[..], 6, "one is not on the roster"),
        (&sheets[..], 6, "one more is due there"),
    ];
    for ((sheets, due, why), revision) in other.into_iter().zip(2..) {
        send_town(&city, revision, (sheets, due));
        assert!(far(&city, &city.leader).is_empty(), "{why}");
    }
    send_town(&city, 5, (&sheets, 5));
    assert_eq!(far(&city, &city.leader), named);
    let (_, said) = named_at(&city);
    assert!(said.contains("S03=320") && said.contains("confirm T1 "), "{said}");
    city.days(7);
    city.step().await;
    let id = task(&city, THE_STOCK);
    assert!(city.opened(id).is_empty(), "its schools' groups wait");
    let mut mended = sheets;
    mended[2].1 += 18;
    send_town(&city, 6, (&mended, 5));
    assert!(far(&city, &city.leader).is_empty(), "two are near");
    city.step().await;
    assert!(!city.opened(id).is_empty());
}

/// A person who called the schools confirms their numbers together, once for every table, and the
/// sum says so; another number among them would be confirmed anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_towns_numbers_are_confirmed_together() {
    let city = City::start_with(Wished { sizes: &SIZES, ..Default::default() }).await;
    all_but(&city, THE_STOCK, &[3]);
    twenty_more(&city).await;
    assert!(far(&city, &city.leader).is_empty(), "nothing came from the street");
    send_town(&city, 1, (&sheets(&city), 5));
    let (off, _) = named_at(&city);
    let (mark, sum) = (off.report.to_string(), off.named);
    let confirm = |mark: &str, more: &[&str]| {
        let args = ["sealed", "confirm", "T1", mark, "junior", "--note", "all five rang", "--json"];
        hub_in(&city, &city.leader, &[args.as_slice(), more].concat())
    };
    let unknown = sha256(b"other").to_string();
    assert_eq!(confirm(&unknown, &[]).json()["error"]["code"], "REPORT_UNKNOWN");
    let noted = confirm(&mark, &[]);
    assert_eq!(noted.code, Some(0), "{}", noted.err);
    assert_eq!(noted.json()["named"], sum);
    assert!(far(&city, &city.leader).is_empty());
    city.days(7);
    city.step().await;
    city.step().await;
    let id = task(&city, THE_STOCK);
    assert!(!city.opened(id).is_empty());
    assert_eq!(confirm(&mark, &["--withdraw"]).code, Some(0));
    assert_eq!(far(&city, &city.leader).len(), 1);
    let tasks = city.tasks(&city.leader);
    let own = tasks.iter().find(|task| task.id == id).expect("task");
    let (opening, _) = own.openings.first().expect("opened");
    let kept = own.confirmed_in(opening);
    assert_eq!((kept[0].school.as_str(), kept[0].note.as_str()), ("T1", "all five rang"));
    assert!(kept[0].withdrawn.is_some(), "with who said what");
}

/// Once the term is over that hub goes on without the school's group, and says of which school: the
/// other hub, which has no clear sheet, gives its share of the rest and shows the name. When a
/// person has confirmed the number the group is opened as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_held_back_for_a_sheet_is_named() {
    let city = City::start_with(Wished { sizes: &SIZES, ..Default::default() }).await;
    send_sheet_of(&city, 3, TERM, (1, 250, 0));
    all_but(&city, THE_STOCK, &[3]);
    let third = draft(&city, THE_STOCK, 3, 1).send(&city);
    city.step().await;
    city.step().await;
    city.days(200);
    city.renew();
    city.step().await;
    let id = task(&city, THE_STOCK);
    let district = || {
        let opened = city.opened(id).into_iter().filter(|(detail, _)| detail == "cells");
        opened.map(|(_, cells)| cells).collect::<Vec<_>>()
    };
    assert_eq!(district(), [recount(&city, STOCK, 6..=SCHOOLS)]);
    let named = city.notices(&city.helper).into_iter().find_map(|notice| match notice {
        Notice::HeldBack(leader, what) => Some((leader.to_string(), what)),
        _ => None,
    });
    let what = format!("{LEADER} {STOCK} {TERM} S03");
    assert_eq!(named, Some((LEADER.to_owned(), what)));
    city.leader.write(move |tx| say::confirm(tx, (&unit(3), &third, Stage::Junior), "rang", 1));
    city.step().await;
    city.step().await;
    let first = recount(&city, STOCK, 1..=5);
    assert_eq!(district(), [recount(&city, STOCK, 6..=SCHOOLS), first]);
}
