//! Publication with noise at real hubs: planned, drawn once, shown, refused, and the very same
//! numbers from a hub that was put back to before the draw.

use std::path::Path;
use std::sync::Arc;

use domain::disclosure::attacker::Printed;
use domain::disclosure::noise::{Epsilon, Ledger, NoiseError, OpenTable, Order, ReleaseName};
use domain::unit::UnitKind;
use hub::app::open_store;
use hub::publication::line::broken;
use hub::publication::{By, Draft, Office, Refused, release};
use hub::sealed::guard::REACHABLE;
use hub::seen::Role as Eyes;
use hub::statistics::{Statistics, UnitName};
use hub::store::publication::{self, Drawn};
use hub::store::sealed::year;
use runtime::web::{Lang, Role};
use tests::federation::RunningHub;

use crate::THE_STOCK;
use crate::city::{City, LEADER, SCHOOLS, STOCK, TERM};
use crate::figures::recount;
use crate::guarded::opened_lopsided;
use crate::pages::{browser, has, page};
use crate::school::opened_after;
use crate::seen::{attacked, seen, send_sheet};

const ALERTS: &str = "2026S1-alerts";

fn name(id: &str) -> ReleaseName {
    id.parse().expect("a release")
}

pub fn by(role: Role) -> By {
    By { login: "operator".to_owned(), name: "运维一号".to_owned(), role }
}

/// The term's stock, opened whole.
pub async fn opened() -> City {
    let city = City::start().await;
    opened_after(&city, THE_STOCK, &[], 7).await;
    city
}

fn cells(office: &Office) -> Vec<Drawn> {
    office.database.read(|tx| publication::cells(tx, ALERTS)).expect("cells")
}

fn code_of(outcome: Result<impl std::fmt::Debug, Refused>) -> &'static str {
    outcome.expect_err("refused").code()
}

/// The numbers that a draft gives, drawn here from the hub's own secret.
fn expected(office: &Office, draft: &Draft) -> Vec<i64> {
    let key = office.database.read(publication::key).expect("read").expect("made");
    let queries: Vec<&str> = draft.inputs.parts.iter().map(|part| part.query.id).collect();
    let order = Order {
        release: ALERTS,
        queries: &queries,
        epsilon: draft.epsilon,
        scale: draft.scale,
        identity: draft.identity,
    };
    let permit = Ledger::new(Epsilon(3_000), Vec::new()).spend(order).expect("permit");
    let mut words = key.stream(draft.identity);
    let table = OpenTable::draw(permit, &draft.inputs.values(), &mut words).expect("drawn");
    table.queries().iter().flat_map(|(_, values)| values.clone()).collect()
}

/// A district publishes its term once: the plan names cost and error, the figures are the exact
/// ones with noise, nothing is drawn again, and everybody's view has them.
#[tokio::test(flavor = "multi_thread")]
async fn a_term_is_published_once() {
    let city = opened().await;
    let office = Office::of(&city.leader.hub);
    let draft = office.plan(name(ALERTS)).expect("a plan");
    assert_eq!((draft.epsilon, draft.left), (Epsilon(750), Epsilon(2_000)));
    assert_eq!((draft.scale.parts(), draft.scale.margin()), ((4, 1), 12));
    assert_eq!((draft.inputs.coverage.schools_reported, draft.inputs.areas.len()), (11, 1));
    // What is planned is exact, by each of the three queries.
    for part in &draft.inputs.parts {
        let exact = recount(&city, STOCK, part.query.by, 1..=SCHOOLS);
        assert!(!part.cells.is_empty());
        for cell in &part.cells {
            let value = exact.get(&cell.key).copied();
            assert_eq!(cell.value, value, "{} {:?}", part.query.id, cell.key);
        }
    }
    assert!(cells(&office).is_empty(), "a plan draws nothing");
    assert_eq!(code_of(office.draw(name(ALERTS), "00000000", &by(Role::Operator))), "PLAN_CODE");
    let analyst = office.draw(name(ALERTS), &draft.code(), &by(Role::Analyst));
    assert_eq!(code_of(analyst), "ROLE");
    let drawn = office.draw(name(ALERTS), &draft.code(), &by(Role::Operator)).expect("drawn");
    assert_eq!(drawn.left, Epsilon(1_250));
    let kept = cells(&office);
    let values: Vec<i64> = kept.iter().filter_map(|cell| cell.value).collect();
    assert_eq!(values, expected(&office, &draft));
    let exact: Vec<i64> = draft
        .inputs
        .values()
        .concat()
        .into_iter()
        .map(|value| i64::try_from(value).expect("small"))
        .collect();
    let off = values.iter().zip(&exact).filter(|(noisy, exact)| noisy != exact).count();
    assert!(off * 2 > exact.len(), "noise of scale 4 moves most figures");
    let again = office.draw(name(ALERTS), &draft.code(), &by(Role::Operator));
    assert_eq!(code_of(again), "DRAWN");
    assert_eq!(code_of(office.plan(name(ALERTS))), "DRAWN");
    assert_eq!(cells(&office), kept, "nothing was drawn again");
    let lines = office.database.read(publication::lines).expect("lines");
    let acts: Vec<&str> = lines.iter().map(|line| line.act.as_str()).collect();
    assert_eq!((acts, broken(&lines)), (vec!["paid", "drawn"], None));
    is_seen(&city.leader, &kept);
}

/// Everybody's view has the release, with nothing of a figure below twenty, and nothing follows.
fn is_seen(hub: &RunningHub, kept: &[Drawn]) {
    for eyes in [Eyes::District, Eyes::Leader, Eyes::Public] {
        let view = seen(hub, eyes);
        let tables = view.tables.iter().filter(|table| table.id.starts_with("published/"));
        let printed: Vec<Printed> =
            tables.flat_map(|table| &table.cells).map(|cell| cell.printed).collect();
        assert_eq!(printed.len(), kept.len(), "{eyes:?}");
        let told = |one: &Printed| matches!(one, Printed::Noised(Some(value)) if *value >= 20);
        let large = kept.iter().filter(|cell| cell.value.is_some_and(|value| value >= 20)).count();
        assert_eq!(printed.iter().filter(|one| told(one)).count(), large);
        let hidden = printed.iter().filter(|one| **one == Printed::Noised(None)).count();
        assert_eq!(hidden, kept.len() - large, "nothing else is printed");
        assert_eq!(attacked(&view).leaks().count(), 0, "{eyes:?}");
    }
}

/// Killed after paying, a hub finishes the very draw that was paid for, and pays nothing more; one
/// whose sums have become others meanwhile draws nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_hub_finishes_what_it_paid_for() {
    let city = opened().await;
    let office = Office::of(&city.leader.hub);
    let draft = office.plan(name(ALERTS)).expect("a plan");
    let numbers = expected(&office, &draft);
    let permit = office.pay(&draft, &by(Role::Operator)).expect("paid");
    assert!(!permit.is_paid());
    drop(permit);
    assert!(cells(&office).is_empty());
    let again = office.plan(name(ALERTS)).expect("the same plan");
    assert!(again.is_paid && again.code() == draft.code());
    assert_eq!(again.left, Epsilon(1_250), "it is spent");
    // Lines say what is stored; the whole store, changed with its links, does not pass for it.
    let differs = || city.leader.read(hub::publication::audit::differs);
    assert_eq!(differs(), None);
    for (sql, undo) in [
        ("update publication set epsilon = 1", "update publication set epsilon = 750"),
        ("update publication set carried = 1", "update publication set carried = 0"),
        ("insert into publication_cap values (2026, 1999)", "delete from publication_cap"),
    ] {
        let run = |sql: &'static str| city.leader.write(move |tx| tx.execute(sql, &[]));
        assert_eq!(run(sql), 1, "{sql}");
        assert!(differs().is_some(), "{sql}");
        run(undo);
        assert_eq!(differs(), None, "{undo}");
    }
    let lines = city.leader.read(publication::lines);
    let key = office.signer.public();
    assert_eq!(hub::publication::audit::forged(&lines, key), None);
    let mut forged = lines;
    *forged[0].body.last_mut().expect("body") ^= 1;
    assert_eq!(hub::publication::audit::forged(&forged, key), Some(1));
    // A sum that is another one now would be drawn with other noise beside what may be known.
    let changed = |by: &'static str| {
        let sql = format!("update sealed_cell set value = value {by} where value > 30");
        city.leader.write(move |tx| tx.execute(&sql, &[]))
    };
    assert!(changed("+ 1") > 0);
    assert_eq!(code_of(office.plan(name(ALERTS))), "OTHER_VALUES");
    let drawn = office.draw(name(ALERTS), &draft.code(), &by(Role::Operator));
    assert_eq!(code_of(drawn), "OTHER_VALUES");
    changed("- 1");
    office.draw(name(ALERTS), &draft.code(), &by(Role::Operator)).expect("finished");
    let values: Vec<i64> = cells(&office).iter().filter_map(|cell| cell.value).collect();
    assert_eq!(values, numbers);
    let lines = office.database.read(publication::lines).expect("lines");
    assert_eq!(lines.iter().filter(|line| line.act == "paid").count(), 1);
    // Both halves of a draw done by two operators at once: the second keeps nothing.
    let order = office.pay(&draft, &by(Role::Operator));
    assert_eq!(code_of(order), "DRAWN");
    assert_eq!(differs(), None);
    city.leader.write(|tx| tx.execute("update publication_cell set value = value + 1", &[]));
    assert_eq!(differs().as_deref(), Some(ALERTS), "a figure was changed");
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("folder");
    for entry in std::fs::read_dir(from).expect("folder") {
        let entry = entry.expect("entry");
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
        }
    }
}

/// A hub that is put back from a backup of before the draw knows nothing of it, and can only repeat
/// it: number for number, and no second draw is ever averaged with the first.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_hub_repeats_the_very_numbers() {
    let city = opened().await;
    let before = Office::of(&city.leader.hub);
    // The plan is looked at before the backup, or only after it: the secret is older than both.
    let planned = before.plan(name(ALERTS)).expect("a plan");
    let (data, backup) = (before.config.data.clone(), city.federation.path("backup"));
    let City { leader, federation, .. } = city;
    leader.stop().await;
    drop(before.database);
    copied(&data, &backup);
    let at = |folder: &Path| {
        let config = hub::config::Config { data: folder.to_owned(), ..before.config.clone() };
        let database = open_store(&config).expect("store");
        let (packs, signer) = (Arc::clone(&before.packs), before.signer.clone());
        Office { config, database, packs, signer, today: before.today, now_ms: before.now_ms + 1 }
    };
    let (first, restored) = (at(&data), at(&backup));
    first.draw(name(ALERTS), &planned.code(), &by(Role::Operator)).expect("drawn");
    let again = restored.plan(name(ALERTS)).expect("it knows of nothing");
    assert!(!again.is_paid);
    restored.draw(name(ALERTS), &again.code(), &by(Role::Operator)).expect("drawn");
    assert_eq!(cells(&first), cells(&restored));
    // A copy of before the hub had its secret: it would make another one, and draws nothing old.
    let forgotten = federation.path("older");
    copied(&backup, &forgotten);
    let oldest = at(&forgotten);
    let undone = [
        "delete from publication_cell",
        "delete from publication_area",
        "delete from publication",
        "delete from publication_line",
        "delete from publication_key",
    ];
    for sql in undone {
        let sql = sql.to_owned();
        oldest.database.write("undo", move |tx| tx.execute(&sql, &[])).expect("undone");
    }
    assert_eq!(code_of(oldest.plan(name(ALERTS))), "OLDER_THAN_SECRET");
}

/// Of a year that this hub closed it is said that nothing more is opened, and not that reports are
/// awaited.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_year_is_not_waited_for() {
    let city = City::start().await;
    city.leader.write(|tx| {
        let area = LEADER.parse().expect("unit");
        year::close(tx, (&area, 2026), (b"record", b"signature"), 1)
    });
    let refused = Office::of(&city.leader.hub).plan(name(ALERTS)).expect_err("closed");
    assert_eq!(refused.code(), "YEAR_CLOSED");
    assert!(refused.message(Lang::Zh).contains("2026–2027 学年已在本枢纽结清"));
    assert!(refused.message(Lang::En).contains("never opened"));
}

/// Every refusal has its code, and none writes a line.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_settled_or_not_paid_is_refused() {
    let city = City::start().await;
    let office = Office::of(&city.leader.hub);
    assert_eq!(code_of(office.plan(name(ALERTS))), "NOT_SETTLED");
    opened_after(&city, THE_STOCK, &[], 7).await;
    let office = Office::of(&city.leader.hub);
    assert_eq!(code_of(office.plan(name("2026S2-alerts"))), "NOT_SETTLED");
    assert_eq!(code_of(office.plan(name("2026S1-screening"))), "NOT_SETTLED", "not reported");
    assert_eq!(code_of(office.plan(name("2024S1-alerts"))), "NOT_OPENED_SUMS", "no such year");
    let week = "2026-W37-alerts".parse::<ReleaseName>().map_err(Refused::from);
    assert_eq!(code_of(week), "NOT_A_TERM");
    let helper = Office::of(&city.helper.hub);
    assert_eq!(code_of(helper.plan(name(ALERTS))), "NOT_A_PUBLISHER");
    // A budget that was lowered is spent sooner, and is never raised.
    let operator = by(Role::Operator);
    assert_eq!(code_of(office.lower(2026, Epsilon(2_000), &operator)), "NOT_LOWER");
    assert_eq!(code_of(office.lower(2026, Epsilon(1), &by(Role::Auditor))), "ROLE");
    for year in [2025, 2028, i16::MAX] {
        assert_eq!(code_of(office.lower(year, Epsilon(1), &operator)), "OTHER_YEAR", "{year}");
    }
    let draft = office.plan(name(ALERTS)).expect("a plan");
    office.lower(2026, Epsilon(749), &operator).expect("lowered");
    assert_eq!(code_of(office.lower(2026, Epsilon(3_000), &operator)), "NOT_LOWER");
    let spent = office.plan(name(ALERTS));
    let Err(Refused::Noise(NoiseError::Spent { asked, left, .. })) = spent else {
        panic!("the year is spent");
    };
    assert_eq!((asked, left), (Epsilon(750), Epsilon(749)));
    let next = office.plan(name(ALERTS)).expect_err("spent").next();
    assert!(next.in_lang(Lang::Zh).contains("等到下一学年也一样"), "no year helps: {next:?}");
    assert!(next.in_lang(Lang::En).contains("nor will it be next year"), "{next:?}");
    assert_eq!(code_of(office.pay(&draft, &operator)), "BUDGET_SPENT");
    let lines = office.database.read(publication::lines).expect("lines");
    let acts: Vec<&str> = lines.iter().map(|line| line.act.as_str()).collect();
    assert_eq!((acts, broken(&lines)), (vec!["lowered"], None));
}

/// Where a small count of a school follows from what was seen already, nothing more is published
/// beside it, and the refusal names the cell.
///
/// Method: nearly all cases of a group are one school's; its band is in the store although the sums
/// were opened before it, as a version that did not ask at intake left it.
#[tokio::test(flavor = "multi_thread")]
async fn the_attacker_stands_before_a_publication() {
    let city = City::start().await;
    opened_lopsided(&city).await;
    let office = Office::of(&city.leader.hub);
    let draft = office.plan(name(ALERTS)).expect("nothing follows yet");
    for school in 1..=SCHOOLS {
        send_sheet(&city, school, TERM, if school == 1 { 10 } else { 0 });
    }
    let refused = office.plan(name(ALERTS)).expect_err("a count follows");
    let Refused::Reachable { code, cell } = &refused else { panic!("{refused}") };
    assert_eq!((*code, cell.contains('/')), (REACHABLE, true), "{refused}");
    let drawn = office.draw(name(ALERTS), &draft.code(), &by(Role::Operator));
    assert_eq!(code_of(drawn), REACHABLE);
    assert!(office.database.read(publication::lines).expect("lines").is_empty());
}

/// The city's own page of the indicator has the exact figures, and in a card of their own what the
/// public reads, each marked as noisy and with how far it may be off.
async fn is_beside_the_exact(city: &City, top: &RunningHub, kept: &[Drawn]) {
    let exact = recount(city, STOCK, &["alert_state"], 1..=SCHOOLS);
    let none = exact.get(&vec!["none".to_owned()]).copied().expect("students without an alert");
    let is_none = |cell: &&Drawn| cell.query == "state" && cell.key == ["none"];
    let noisy = kept.iter().find(is_none).and_then(|cell| cell.value).expect("drawn");
    let mut reader = browser(Statistics::of(&top.hub), UnitKind::City, city).await;
    let path = format!("/indicators?indicator=alt.census&period={TERM}&breakdown=kind-stage");
    let seen = page(&mut reader, &path, "city-noisy").await;
    has(&seen, "95% 的数误差不超过 ±24", "95% are within ±24");
    has(&seen, "没有取整误差", "without rounding");
    let grouped = |value: u64| runtime::web::grouped(value);
    let noisy = u64::try_from(noisy).expect("many");
    let heads = ["已公开发布（加噪声）", "Published with noise"];
    for (text, head) in seen.iter().zip(heads) {
        let (before, card) = text.split_once(head).expect("the card");
        assert!(card.contains(&format!("~{}", grouped(noisy))), "{noisy}");
        assert!(before.contains(&grouped(none)), "{none}");
        assert!(!before.contains('~'), "no exact figure is marked as noisy");
    }
}

/// A city publishes what its districts' leaders told, with its own smaller share of the budget, and
/// not while a member's figures are rounded.
#[tokio::test(flavor = "multi_thread")]
async fn a_city_publishes_with_its_own_share() {
    let (city, top) = City::start_with_top().await;
    opened_after(&city, THE_STOCK, &[], 7).await;
    crate::roll_up::arrived(&city, &top, 1).await;
    let office = Office::of(&top.hub);
    let mut waited = 0;
    let draft = loop {
        match office.plan(name(ALERTS)) {
            Ok(draft) => break draft,
            Err(Refused::Unsettled { .. }) if waited < 100 => {
                waited += 1;
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!((draft.epsilon, draft.left), (Epsilon(375), Epsilon(1_000)));
    assert_eq!(draft.scale.margin(), 24);
    let district = Office::of(&city.leader.hub).plan(name(ALERTS)).expect("a plan");
    assert_eq!(draft.inputs.values(), district.inputs.values(), "one district is the city");
    assert_ne!(draft.identity, district.identity, "and its noise is its own");
    office.draw(name(ALERTS), &draft.code(), &by(Role::Operator)).expect("drawn");
    let at = UnitName::of(top.hub.config());
    let packs = top.hub.packs().last();
    let out = top.hub.database().read(move |tx| release(tx, &packs, &at, ALERTS));
    let out = out.expect("read").expect("drawn");
    assert_eq!((out.release.margin95, out.release.epsilon.as_str()), (24, "0.375"));
    is_beside_the_exact(&city, &top, &cells(&office)).await;
    let unsealed = "370203".parse().expect("unit");
    top.add(&unsealed, UnitKind::District, city.federation.clock());
    top.write(move |tx| tx.execute("update unit set schools_below = 3 where id = '370203'", &[]));
    assert_eq!(code_of(office.plan(name("2026S1-screening"))), "NOT_OPENED_SUMS");
}
