//! Tables that count the same cases tell one thing: whatever is refused, no two of their sums
//! differ by what this school has.

use std::collections::{BTreeMap, BTreeSet};

use domain::disclosure::sealed::{Answer, Kind, SealedTables};
use domain::period::Period;
use jiff::civil::{Date, date};

use super::family::Family;
use super::testing::Hubs;
use super::tests::{
    OPENED, SOURCES, open_case, registered, report, school, seal, sealed, verdict_on, week,
};
use super::verdict::{Taken, take};
use super::{Context, Made, told_with};
use crate::indicator::Unsealed;
use crate::ledger::sealed::{self as register, StoredReport};
use crate::ledger::testing::School;

const UNIT: &str = "F370202004J01";
const BOTH: [&str; 2] = [OPENED, SOURCES];

/// The latest report of a table of a week, answered by both hubs.
fn answer(
    (school, hubs, context): (&School, &Hubs, &Context),
    (table, name): (&str, &str),
    refused: Option<&str>,
) {
    let last = registered(school, table, name).expect("sealed");
    let verdict = hubs.verdict(&verdict_on(&last, UNIT, refused), &[0, 1]);
    let taken = take(&school.ledger, &hubs.trust, context, &verdict).expect("taken");
    assert_eq!(taken, Taken::News);
}

/// What both tables' latest reports of a week add up to, as both hubs open them.
fn totals(school: &School, hubs: &Hubs, name: &str) -> [u64; 2] {
    BOTH.map(|table| hubs.read(school, &report(school, table, name)).iter().sum())
}

fn other(school: &School, context: &Context, (table, name): (&str, &str)) -> Option<String> {
    let (packs, asked) = (context.packs.clone(), registered(school, table, name).expect("sealed"));
    school.ledger.read(move |tx| told_with(tx, &packs, &asked)).expect("read")
}

/// One table of a week is refused and its sibling accepted. In the next week both tell the same:
/// the difference of the two sums is not what the school had in the week before, which would be its
/// own exact count, since all others stand in both alike.
#[test]
fn one_refused_table_tells_nothing_of_the_school() {
    for refused in BOTH {
        let (school, hubs) = (school(), Hubs::new());
        (1..4).for_each(|student| {
            open_case(&school, student, date(2025, 11, 5));
        });
        let context = hubs.context(date(2025, 11, 18));
        seal(&school, &context, week("2025-W45"));
        let by = (&school, &hubs, &context);
        for table in BOTH {
            answer(by, (table, "2025-W45"), (table == refused).then_some("proof"));
        }
        open_case(&school, 4, date(2025, 11, 12));
        open_case(&school, 5, date(2025, 11, 6));
        seal(&school, &context, week("2025-W46"));
        assert_eq!(totals(&school, &hubs, "2025-W46"), [2, 2], "{refused}");
        let told = BOTH.into_iter().find(|table| *table != refused).map(str::to_owned);
        assert_eq!(other(&school, &context, (refused, "2025-W45")), told, "the page says so");
        assert_eq!(other(&school, &context, (refused, "2025-W46")), told, "open, and bound too");
    }
}

/// A week that is sealed anew holds what the accepted sibling told of it, though cases were entered
/// since and one that it told has another source by now.
#[test]
fn a_week_that_is_sealed_anew_is_the_one_that_its_sibling_told() {
    let (school, hubs) = (school(), Hubs::new());
    (1..3).for_each(|student| {
        open_case(&school, student, date(2025, 11, 5));
    });
    let context = hubs.context(date(2025, 11, 11));
    seal(&school, &context, week("2025-W45"));
    let by = (&school, &hubs, &context);
    answer(by, (SOURCES, "2025-W45"), None);
    let first = hubs.read(&school, &report(&school, OPENED, "2025-W45"));
    open_case(&school, 3, date(2025, 11, 6));
    answer(by, (OPENED, "2025-W45"), Some("nonce_used"));
    assert_eq!(sealed(&seal(&school, &context, week("2025-W45"))), 1);
    assert_eq!(hubs.read(&school, &report(&school, OPENED, "2025-W45")), first);
    // By hand too, and under another task, where the cells are counted once more.
    answer(by, (OPENED, "2025-W45"), Some("control_sum"));
    let again = Some((OPENED.parse().expect("table"), week("2025-W45")));
    let by_hand = Context { again, ..context.clone() };
    assert_eq!(sealed(&seal(&school, &by_hand, week("2025-W45"))), 1);
    assert_eq!(totals(&school, &hubs, "2025-W45"), [2, 2]);
    answer(by, (OPENED, "2025-W45"), Some("other_task"));
    let other_task = Context { years: vec![hubs.year(210)], ..context.clone() };
    assert_eq!(sealed(&seal(&school, &other_task, week("2025-W45"))), 1);
    assert_eq!(totals(&school, &hubs, "2025-W45"), [2, 2]);
    // What was entered late is told by both in the week after.
    seal(&school, &hubs.context(date(2025, 11, 18)), week("2025-W46"));
    assert_eq!(totals(&school, &hubs, "2025-W46"), [1, 1]);
}

/// While the sibling has no answer what was refused waits with it: it may have been counted. Once
/// both are refused, both tell it again, and in the same week.
#[test]
fn what_waits_for_a_sibling_is_told_by_both_or_by_none() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    let context = hubs.context(date(2025, 11, 25));
    seal(&school, &context, week("2025-W45"));
    let by = (&school, &hubs, &context);
    answer(by, (OPENED, "2025-W45"), Some("proof"));
    seal(&school, &context, week("2025-W46"));
    assert_eq!(totals(&school, &hubs, "2025-W46"), [0, 0]);
    answer(by, (SOURCES, "2025-W45"), Some("opened_without"));
    seal(&school, &context, week("2025-W47"));
    assert_eq!(totals(&school, &hubs, "2025-W47"), [1, 1]);
    assert_eq!(other(&school, &context, (OPENED, "2025-W45")), None);
}

/// Where a ledger that is lost told one of the tables, nobody here knows what: the other one is not
/// sealed anew.
#[test]
fn what_a_lost_ledger_told_is_not_guessed() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    let context = hubs.context(date(2025, 11, 11));
    seal(&school, &context, week("2025-W45"));
    let by = (&school, &hubs, &context);
    answer(by, (SOURCES, "2025-W45"), Some("other_report"));
    answer(by, (OPENED, "2025-W45"), Some("nonce_used"));
    let made = seal(&school, &context, week("2025-W45"));
    let expected =
        Made::Absent { table: OPENED.parse().expect("table"), reason: Unsealed::ToldOtherwise };
    assert_eq!(made, [expected]);
}

/// The two tables of new cases count the same records, and of answers and emergencies what was done
/// in time is a part of what was due. No two stocks count the same, so that what a stock holds that
/// is sealed once more for its census day says nothing beside another one.
#[test]
fn the_catalogue_s_families_are_known() {
    let school = school();
    let tables = SealedTables::of(&school.catalogue);
    let mut families: BTreeSet<Vec<&str>> = BTreeSet::new();
    for table in tables.all() {
        families.insert(Family::of((&tables, &school.catalogue), table).ids());
    }
    families.retain(|family| family.len() > 1);
    let answers = vec!["sealed.ref.sla_due", "sealed.ref.sla_ok"];
    let emergencies = vec!["sealed.ref.emergency", "sealed.ref.emergency_told"];
    assert_eq!(families, BTreeSet::from([BOTH.to_vec(), answers, emergencies]));
    // What a part tells is told of its whole, whichever of them is asked.
    for (one, whole) in [
        (OPENED, OPENED),
        (SOURCES, OPENED),
        ("sealed.ref.sla_ok", "sealed.ref.sla_due"),
        ("sealed.ref.sla_due", "sealed.ref.sla_due"),
        ("sealed.ref.emergency_told", "sealed.ref.emergency"),
    ] {
        let table = |id| tables.table(id).expect("table");
        let family = Family::of((&tables, &school.catalogue), table(one));
        let (counted, _) = table(whole).counted_by(&school.catalogue).expect("counted");
        assert_eq!(family.counted(), Some(&counted), "{one}");
    }
    let stocks = tables.all().iter().filter(|table| table.kind() == Kind::Stock);
    let counted: Vec<_> = stocks.map(|table| table.counted_by(&school.catalogue)).collect();
    assert!(counted.iter().flatten().count() > 1);
    for (at, (one, _)) in counted.iter().flatten().enumerate() {
        let mut others = counted.iter().flatten().skip(at + 1);
        assert!(others.all(|(other, _)| other != one), "{one:?}");
    }
}

pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

const WEEKS: [(&str, Date, Date); 4] = [
    ("2025-W43", date(2025, 10, 22), date(2025, 10, 28)),
    ("2025-W44", date(2025, 10, 29), date(2025, 11, 4)),
    ("2025-W45", date(2025, 11, 5), date(2025, 11, 11)),
    ("2025-W46", date(2025, 11, 12), date(2025, 11, 18)),
];

/// Answers some of what is open of both tables, by chance, and seals some of it anew.
fn chance(school: &School, hubs: &Hubs, context: &Context, dice: &mut Dice) {
    const CODES: [&str; 5] = ["proof", "nonce_used", "school_away", "opened_without", "key_late"];
    for (name, ..) in WEEKS {
        for table in BOTH {
            let is_open =
                registered(school, table, name).is_some_and(|last| last.verdict.is_none());
            if !is_open || dice.below(3) == 0 {
                continue;
            }
            let code = CODES[usize::try_from(dice.below(5)).expect("few")];
            let refused = (dice.below(3) > 0).then_some(code);
            answer((school, hubs, context), (table, name), refused);
        }
        let again = Some((OPENED.parse().expect("table"), week(name)));
        let again = Context { again: again.filter(|_| dice.below(2) == 0), ..context.clone() };
        if registered(school, OPENED, name).is_some() {
            seal(school, &again, week(name));
        }
    }
}

/// What a report that counts, or may yet, holds: the sum of its cells, and the records.
pub(super) fn standing(
    school: &School,
    table: &str,
    name: &str,
) -> Option<(u64, BTreeMap<i64, i64>)> {
    let last: StoredReport = registered(school, table, name)?;
    if last.verdict.as_ref().is_some_and(|verdict| verdict.answer == Answer::Refused) {
        return None;
    }
    let tables = SealedTables::of(&school.catalogue);
    let length = tables.table(table).expect("table").cells();
    let read = school.ledger.read(move |tx| {
        let cells = register::figures(tx, &last.name, length)?.expect("kept");
        let told = register::told_in(tx, &last.table, &last.period)?;
        Ok::<_, runtime::sql::SqlError>((cells, told))
    });
    let (cells, told) = read.expect("read");
    let records = told.into_iter().map(|one| (one.record, one.amount)).collect();
    Some((cells.iter().sum(), records))
}

/// Whatever is refused, accepted, left open and sealed anew: where both tables stand in a week they
/// tell the same, and no case is told in one week by the one table and in another by the other,
/// or twice.
#[test]
fn whatever_is_refused_both_tables_tell_one_thing() {
    let hubs = Hubs::new();
    let mut told_once = 0;
    for seed in 1..=6 {
        let (school, mut dice, mut student) = (school(), Dice(seed), 0);
        for (at, (name, _, morning)) in WEEKS.into_iter().enumerate() {
            for _ in 0..dice.below(4) {
                // Of this week, or late of one before.
                let of = usize::try_from(dice.below(2)).expect("few").min(at);
                student += 1;
                open_case(&school, student, WEEKS[at - of].1);
            }
            let context = hubs.context(morning);
            seal(&school, &context, week(name));
            chance(&school, &hubs, &context, &mut dice);
        }
        chance(&school, &hubs, &hubs.context(WEEKS[3].2), &mut dice);
        let mut week_of: BTreeMap<i64, &str> = BTreeMap::new();
        for (name, ..) in WEEKS {
            let own = BOTH.map(|table| standing(&school, table, name));
            if let [Some(one), Some(two)] = &own {
                assert_eq!(one, two, "seed {seed}, {name}");
            }
            let both: BTreeMap<i64, i64> =
                own.iter().flatten().flat_map(|(_, records)| records.clone()).collect();
            for (total, records) in own.iter().flatten() {
                assert_eq!(i64::try_from(*total).expect("few"), records.values().sum::<i64>());
            }
            for (record, amount) in both {
                assert_eq!(amount, 1, "seed {seed}, {name}");
                assert_eq!(week_of.insert(record, name), None, "seed {seed}: told twice");
                told_once += 1;
            }
        }
    }
    assert!(told_once > 6, "{told_once}");
}

/// A stock is of its day: nothing of it is told in another period, and nothing binds it.
#[test]
fn a_stock_is_bound_to_nothing() {
    let (school, hubs) = (school(), Hubs::new());
    let context = hubs.context(date(2025, 11, 25));
    let term: Period = "2025S1".parse().expect("term");
    assert!(sealed(&seal(&school, &context, term)) > 0);
    answer((&school, &hubs, &context), ("sealed.alt.census", "2025S1"), Some("enrolment"));
    assert_eq!(other(&school, &context, ("sealed.alt.census", "2025S1")), None);
}
