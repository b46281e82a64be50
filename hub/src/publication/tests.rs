//! A release under a fixed key, number for number, and the rules of its list against the catalogue
//! in use.

use certs::key::SigningKey;
use certs::noise::NoiseKey;
use domain::digest::Digest;
use domain::disclosure::noise::{
    Epsilon, Ledger, OpenTable, Order, Publisher, Query, Scale, ScaleRule, Subject,
};
use domain::disclosure::sealed::{SealedTables, TaskId};
use domain::rollup::Coverage;
use proto::pack::embedded;
use runtime::sql::Database;

use super::inputs::Exact;
use super::*;
use crate::store::opened::OpenedSum;
use crate::store::publication::{Area, Line};

fn exact(key: &[&str], value: Option<u64>) -> Exact {
    let key = key.iter().map(|one| (*one).to_owned()).collect();
    Exact { key, value, left_out: value.is_none() }
}

/// A small release of screening: seven figures and a closed one.
fn inputs() -> Inputs {
    let query = &Subject::Screening.queries()[0];
    let cells = vec![
        exact(&["negative", "primary"], Some(41_237)),
        exact(&["negative", "junior"], Some(18_904)),
        exact(&["positive", "primary"], Some(1_311)),
        exact(&["positive", "junior"], Some(2_020)),
        exact(&["critical", "primary"], Some(3)),
        exact(&["critical", "junior"], Some(57)),
        exact(&["critical", "special"], None),
        exact(&["rest", "junior"], Some(0)),
    ];
    let sum = |task: u8| OpenedSum {
        task: TaskId::from_bytes([task; 32]),
        area: "370202".parse().expect("unit"),
        school_year: 2026,
        table: query.table.parse().expect("table"),
        period: "2026S1".parse().expect("period"),
        pack: Digest::sha256([9; 32]),
        stage: domain::catalogue::Stage::Junior,
        detail: proto::opening::Detail::Cells,
        groups: ["2026-junior-1".parse().expect("group")].into(),
        fresh: 5,
        due: 5,
        carried: 0,
        away: std::collections::BTreeSet::new(),
        cells: std::collections::BTreeMap::new(),
        number: u64::from(task),
        record: Digest::sha256([task; 32]),
        opened_at_ms: i64::from(task),
        cap_sum: None,
    };
    Inputs {
        name: "2026S1-screening".parse().expect("name"),
        publisher: Publisher::District,
        parts: vec![Part { query, cells }],
        coverage: Coverage { schools_due: 5, schools_reported: 5, persons: 63_000 },
        areas: vec![Area {
            area: "370202".to_owned(),
            plan: Digest::sha256([3; 32]),
            roster: Digest::sha256([4; 32]),
            schools_reported: 5,
            schools_due: 5,
        }],
        carried: 0,
        catalogue: Digest::sha256([9; 32]),
        sums: vec![sum(2), sum(1)],
    }
}

/// In the second term a student can be in two cells of a query, here or in another district, so the
/// noise reaches twice as far whether or not a report is carried here; the cost stays.
#[test]
fn the_second_term_doubles_the_noise() {
    let first = inputs();
    let name = "2026S2-screening".parse().expect("name");
    let second = Inputs { name, ..first.clone() };
    let carried = Inputs { carried: 1, ..second.clone() };
    let (one, two) = (first.scale().expect("scale"), second.scale().expect("scale"));
    let ((above, below), (twice, same)) = (one.parts(), two.parts());
    assert_eq!(twice * below, 2 * above * same);
    assert_eq!(carried.scale().expect("scale"), two);
    assert_ne!(identity(&first), identity(&second), "and is drawn by itself");
}

/// What is ordered of a ledger is the noise that was planned, and that is drawn: in the second term
/// twice as far as its queries and its cost alone would ask.
#[test]
fn the_noise_that_was_planned_is_ordered() {
    let inputs = Inputs { name: "2026S2-screening".parse().expect("name"), ..inputs() };
    let draft = Draft {
        identity: identity(&inputs),
        epsilon: inputs.publisher.epsilon(Subject::Screening),
        scale: inputs.scale().expect("scale"),
        left: Epsilon(2_000),
        is_paid: false,
        inputs,
    };
    let order = draft.order("2026S2-screening", &["outcome.stage"]);
    assert_eq!(order.scale, Scale::new(8, 1).expect("scale"));
    assert_eq!(Scale::of(1, order.epsilon), Scale::new(4, 1), "which is the least");
}

fn key() -> NoiseKey {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(0..).for_each(|(byte, number)| *byte = number);
    NoiseKey::from_bytes(bytes)
}

fn identity(inputs: &Inputs) -> Digest {
    let (zone, unit) = ("qingdao.example".parse().expect("zone"), "370202".parse().expect("unit"));
    key().identity(&inputs.content(&zone, &unit).expect("content"))
}

fn drawn(inputs: &Inputs) -> Vec<i64> {
    let identity = identity(inputs);
    let order = Order {
        release: "2026S1-screening",
        queries: &["outcome.stage"],
        epsilon: inputs.publisher.epsilon(Subject::Screening),
        scale: inputs.scale().expect("scale"),
        identity,
    };
    let permit = Ledger::new(Epsilon(3_000), Vec::new()).spend(order).expect("permit");
    let table = OpenTable::draw(permit, &inputs.values(), &mut key().stream(identity));
    table.expect("drawn").queries()[0].1.clone()
}

/// A release under a fixed key has the numbers of another implementation: what was published once
/// is drawn again to the last digit by every later version of this program.
#[test]
fn a_release_has_its_known_numbers() {
    assert_eq!(
        identity(&inputs()).to_string(),
        "09d4abefaa7b44baaa8cba867ebc18bd69dc3bc3113a29fc6d3090db694218e3"
    );
    assert_eq!(drawn(&inputs()), [41_241, 18_909, 1_294, 2_020, 0, 56, -6]);
}

/// What can differ after a restore without any value being another one changes no number: the
/// record, when it was opened, in which order and with which groups together. A value does.
#[test]
fn only_values_and_tasks_make_the_numbers() {
    let mut restored = inputs();
    restored.sums.reverse();
    for sum in &mut restored.sums {
        sum.record = Digest::sha256([77; 32]);
        sum.opened_at_ms += 1;
        sum.groups =
            ["2026-junior-1", "2026-junior-2"].map(|one| one.parse().expect("group")).into();
    }
    assert_eq!(drawn(&restored), drawn(&inputs()));
    let mut other = inputs();
    other.parts[0].cells[7].value = Some(1);
    assert_ne!(identity(&other), identity(&inputs()));
    let noise = |inputs: &Inputs| -> Vec<i64> {
        let exact = inputs.values().concat();
        let exact = exact.into_iter().map(|value| i64::try_from(value).expect("small"));
        drawn(inputs).into_iter().zip(exact).map(|(noisy, exact)| noisy - exact).collect()
    };
    assert_ne!(noise(&other), noise(&inputs()), "the same noise would tell the difference");
    let mut city = inputs();
    city.publisher = Publisher::City;
    assert_ne!(identity(&city), identity(&inputs()));
}

/// Each query of the list is a partition of students by the catalogue in use; a week's flow, a
/// count with several values a student, and a dimension that a table does not have are refused.
#[test]
fn a_student_is_in_one_cell_of_each_query() {
    let tables = SealedTables::of(&embedded::catalogue().expect("catalogue"));
    let table = |id: &str| tables.table(id).expect("table");
    for subject in Subject::ALL {
        for query in subject.queries() {
            assert_eq!(query.check(table(query.table)), Ok(()), "{}", query.id);
        }
    }
    let asked = |table: &'static str, by: &'static [&'static str]| Query { id: "q", table, by };
    let check = |query: Query| Refused::from(query.check(table(query.table)).expect_err("refused"));
    let flow = asked("sealed.alt.opened", &["tier"]);
    let several = tables.all().iter().find(|table| table.only().is_some()).expect("table");
    let several = Query { id: "q", table: "", by: &["stage"] }.check(several).expect_err("refused");
    let grown = asked("sealed.alt.census", &["alert_state", "outcome"]);
    let twice = asked("sealed.alt.census", &["stage", "stage"]);
    for refused in [check(flow), several.into(), check(grown), check(twice)] {
        assert_eq!(refused.code(), "NOT_A_PARTITION", "{refused}");
    }
}

/// A line that was changed, taken out or put elsewhere breaks the chain at its place.
#[test]
fn a_changed_line_is_seen() {
    let signer = certs::key::SigningKey::generate().expect("key");
    let database = runtime::sql::Database::in_memory(crate::store::MIGRATIONS).expect("store");
    let lines: Vec<Line> = database
        .write("lines", move |tx| {
            let (zone, unit) =
                ("qingdao.example".parse().expect("zone"), "370202".parse().expect("unit"));
            let chain = line::Chain { zone: &zone, unit: &unit, signer: &signer, now_ms: 5 };
            for school_year in 2026..2029 {
                let (epsilon, login) = (Epsilon(1_000), "operator");
                chain.append(tx, line::Act::Lowered { school_year, epsilon, login })?;
            }
            Ok::<_, Refused>(publication::lines(tx)?)
        })
        .expect("lines");
    assert_eq!((lines.len(), line::broken(&lines)), (3, None));
    let mut changed = lines.clone();
    changed[1].body[60] ^= 1;
    assert_eq!(line::broken(&changed), Some(2));
    let mut taken = lines.clone();
    taken.remove(0);
    assert_eq!(line::broken(&taken), Some(1));
    let mut turned = lines;
    turned.swap(1, 2);
    assert_eq!(line::broken(&turned), Some(2));
}

/// A release of a spring that was paid for under some rule, drawn, in a store of its own.
fn spring(rule: Option<ScaleRule>, scale: Scale) -> Database {
    let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
    let (zone, unit) = ("qd.example".parse().expect("zone"), "370202".parse().expect("unit"));
    let signer = SigningKey::generate().expect("key");
    let new = publication::Publication {
        id: "2026S2-screening".to_owned(),
        school_year: 2026,
        epsilon: Epsilon(250),
        identity: Digest::sha256([5; 32]),
        catalogue: Digest::sha256([9; 32]),
        schools_reported: 5,
        schools_due: 5,
        persons: 63_000,
        sums: 1,
        carried: 0,
        opened_at_ms: 1,
        login: "operator".to_owned(),
        name: "运维一号".to_owned(),
        paid_at_ms: 2,
        number: 1,
        drawn_at_ms: None,
    };
    let pay = move |tx: &Tx<'_>| {
        let chain = line::Chain { zone: &zone, unit: &unit, signer: &signer, now_ms: 2 };
        let (release, epsilon, login) = (new.id.as_str(), new.epsilon, new.login.as_str());
        let identity = new.identity;
        chain.append(tx, line::Act::Paid { release, epsilon, scale, identity, login, rule })?;
        publication::insert(tx, &new, &[])?;
        publication::keep(tx, release, &[], 3)?;
        let numbers = office::digest(&[]);
        chain.append(tx, line::Act::Drawn { release, identity, numbers })
    };
    database.write("pay", pay).expect("paid");
    database
}

/// What was paid under the rule of its day is no forgery after an upgrade, and is shown with the
/// scale that was paid; what no rule of its line asked is one. What an earlier program drew with
/// half the noise is named.
#[test]
fn a_release_is_judged_by_the_rule_of_its_line() {
    use ScaleRule::{Carried, SecondTerm};
    let forged = Some("2026S2-screening".to_owned());
    for (rule, reaches, said, is_quieter) in [
        (None, 4, None, true),
        (None, 8, None, true),
        (Some(Carried), 4, None, false),
        (Some(SecondTerm), 8, None, false),
        (Some(SecondTerm), 4, forged.clone(), false),
        (Some(Carried), 8, forged.clone(), false),
        (None, 6, forged.clone(), true),
    ] {
        let scale = Scale::new(reaches, 1).expect("scale");
        let database = spring(rule, scale);
        let what = format!("{rule:?} {reaches}");
        assert_eq!(database.read(audit::differs).expect("read"), said, "{what}");
        let scales = database.read(audit::scales).expect("read");
        assert_eq!(scales.get(&1), Some(&scale), "{what}");
        let quieter = database.read(audit::quieter).expect("read");
        assert_eq!(quieter.len(), usize::from(is_quieter), "{what}");
    }
}
