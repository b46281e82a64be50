//! Special periods under seal: which schools tell them, what of, and what the ordinary tables tell
//! beside them.

use std::sync::Arc;

use certs::digest::sha256;
use domain::catalogue::Stage;
use domain::disclosure::may_run;
use jiff::civil::date;

use super::testing::Hubs;
use super::tests::{
    OPENED, SOURCES, open_case, registered, report, school, seal, sealed, told, verdict_on, week,
};
use super::verdict::{Taken, take};
use super::{Context, Made, absence_of};
use crate::indicator::Unsealed;
use crate::ledger::testing::School;
use crate::packs::Known;

/// The special period's own table.
const TABLE: &str = "sealed.special.flood.sp.opened";

/// A special period of two weeks in November that has new cases told, for some schools.
fn flood(schools: &[&str]) -> Known<domain::special::SpecialPeriod> {
    flood_of(schools, "opened")
}

/// The same that has other moves told.
fn flood_of(schools: &[&str], moves: &str) -> Known<domain::special::SpecialPeriod> {
    let stage =
        |stage: &Stage| format!("{{ id = \"{}\", zh = \"学段\", en = \"Stage\" }}", stage.as_str());
    let stages: Vec<String> = Stage::ALL.iter().map(stage).collect();
    let area: String =
        schools.iter().map(|unit| format!("[[school]]\nid = \"{unit}\"\n")).collect();
    let text = format!(
        "schema = \"special/1\"\nid = \"flood\"\nrevision = 1\nzh = \"汛期\"\nen = \"Flood\"\n\
         first = \"2025-11-10\"\nlast = \"2025-11-23\"\ncadence = \"week\"\n\
         [[dimension]]\nid = \"stage\"\nzh = \"学段\"\nen = \"Stage\"\nmulti = false\n\
         values = [{}]\n\
         [[count]]\nid = \"sp.opened\"\nzh = \"新增\"\nen = \"New cases\"\n\
         channel = \"sealed\"\nledger = \"alert\"\nunit = \"case\"\ndims = [\"stage\"]\n\
         [count.define]\nsource = \"alert_event\"\ncount = \"records\"\nat = \"in_period\"\n\
         where = [{{ field = \"move\", any = [\"{moves}\"] }}]\n{area}",
        stages.join(", ")
    );
    let special = proto::pack::special::read("flood", text.as_bytes()).expect("special");
    assert_eq!(may_run(&special), Ok(()));
    Known { digest: sha256(text.as_bytes()), pack: Arc::new(special) }
}

const ALL: [&str; 6] = ["S1", "S2", "S3", "S4", "S5", "F370202004J01"];

/// What a school seals with on a day while the special period is followed.
fn during(hubs: &Hubs, today: jiff::civil::Date, schools: &[&str]) -> Context {
    let mut context = hubs.context(today);
    context.packs = context.packs.following(flood(schools));
    context
}

fn is_special(made: &Made) -> bool {
    matches!(made, Made::Sealed { table, .. } if table.as_str() == TABLE)
}

/// Cases that the special period's report of a week holds.
fn told_special(hubs: &Hubs, school: &School, week: &str) -> u64 {
    hubs.read_cells(Stage::ALL.len(), &report(school, TABLE, week)).iter().sum()
}

/// A week of a special period is sealed beside the ordinary tables, as long as another week of it,
/// and tells its own events; weeks before and after it have no such table.
#[test]
fn a_special_period_is_told_under_seal() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 12));
    let context = during(&hubs, date(2025, 12, 2), &ALL);
    for (name, is_told) in
        [("2025-W45", false), ("2025-W46", true), ("2025-W47", true), ("2025-W48", false)]
    {
        let made = seal(&school, &context, week(name));
        assert!(made.iter().any(|one| matches!(one, Made::Sealed { .. })), "{name}");
        assert_eq!(made.iter().any(is_special), is_told, "{name}");
    }
    let cases = ["2025-W46", "2025-W47"].map(|name| told_special(&hubs, &school, name));
    assert_eq!(cases, [1, 0]);
    assert_eq!(told(&hubs, &school, "2025-W46"), 1);
    let bytes = |name| proto::sealed::encode_report(&report(&school, TABLE, name)).len();
    assert_eq!(bytes("2025-W46"), bytes("2025-W47"), "the length says nothing");
    let again = seal(&school, &context, week("2025-W46"));
    assert!(!again.iter().any(is_special), "nothing is told twice");
}

/// Where the group of the school is not of the area whole nothing of the special period goes, under
/// seal or otherwise, and the ordinary tables are told as ever.
#[test]
fn a_group_that_is_not_whole_tells_nothing() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 12));
    // Five schools, so that the special period may run; the sixth of the group is not meant.
    let context = during(&hubs, date(2025, 11, 18), &["S1", "S2", "S3", "S4", ALL[5]]);
    let made = seal(&school, &context, week("2025-W46"));
    assert!(!made.iter().any(is_special), "{made:?}");
    assert!(registered(&school, TABLE, "2025-W46").is_none());
    assert_eq!(told(&hubs, &school, "2025-W46"), 1);
    // And in a year without a plan there is no year to seal in at all.
    let none = Context { years: Vec::new(), ..during(&hubs, date(2025, 11, 18), &ALL) };
    let other = super::tests::school();
    assert_eq!(seal(&other, &none, week("2025-W46")), []);
}

/// While it runs the tables that count the same records tell the week itself and nothing late: were
/// one to tell another week again, the two sums would differ by this school's count. What is late
/// is told in the first week after it.
#[test]
fn nothing_late_is_told_beside_a_special_period() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    seal(&school, &during(&hubs, date(2025, 11, 11), &ALL), week("2025-W45"));
    open_case(&school, 2, date(2025, 11, 6));
    open_case(&school, 3, date(2025, 11, 12));
    let context = during(&hubs, date(2025, 12, 2), &ALL);
    for (name, ordinary, special) in [("2025-W46", 1, 1), ("2025-W47", 0, 0)] {
        seal(&school, &context, week(name));
        assert_eq!(told(&hubs, &school, name), ordinary, "{name}");
        assert_eq!(told_special(&hubs, &school, name), special, "{name}");
    }
    seal(&school, &context, week("2025-W48"));
    assert_eq!(told(&hubs, &school, "2025-W48"), 1, "the late one");
}

/// Has both hubs refuse a report of the first week for what a person may have sealed again.
fn refuse(school: &School, hubs: &Hubs, context: &Context, table: &str) {
    let last = registered(school, table, "2025-W46").expect("sealed");
    let refusal = hubs.verdict(&verdict_on(&last, ALL[5], Some("proof")), &[0, 1]);
    assert_eq!(take(&school.ledger, &hubs.trust, context, &refusal).expect("taken"), Taken::News);
}

/// Seals what a person asks to have sealed again of the first week.
fn by_hand(school: &School, context: &Context, table: &str) -> Vec<Made> {
    let again = Some((table.parse().expect("table"), week("2025-W46")));
    seal(school, &Context { again, ..context.clone() }, week("2025-W46"))
}

/// Whether a table is not told because another one was, of which it would differ.
fn told_otherwise(made: &[Made], table: &str) -> bool {
    let table = table.parse().expect("table");
    made.contains(&Made::Absent { table, reason: Unsealed::ToldOtherwise })
}

/// Where the special period comes down after the week's tables were sealed, it is not told of that
/// week: held back on its way to one school, it would be told there of another moment, and the two
/// sums would differ by what that school entered late.
#[test]
fn a_special_period_that_came_late_is_not_told() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 12));
    seal(&school, &hubs.context(date(2025, 11, 18)), week("2025-W46"));
    open_case(&school, 2, date(2025, 11, 13));
    let made = seal(&school, &during(&hubs, date(2025, 11, 19), &ALL), week("2025-W46"));
    assert!(!made.iter().any(is_special) && told_otherwise(&made, TABLE), "{made:?}");
    let next = seal(&school, &during(&hubs, date(2025, 11, 25), &ALL), week("2025-W47"));
    assert!(next.iter().any(is_special), "the next week is told by all");
}

/// A table of the special period that was refused at this school alone holds what it held when it
/// is sealed once more, and so does an ordinary one beside it, also after the special period ended.
#[test]
fn what_is_sealed_again_is_of_the_first_moment() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 12));
    let context = during(&hubs, date(2025, 11, 18), &ALL);
    seal(&school, &context, week("2025-W46"));
    open_case(&school, 2, date(2025, 11, 13));
    open_case(&school, 3, date(2025, 11, 5));
    refuse(&school, &hubs, &context, TABLE);
    assert_eq!(sealed(&by_hand(&school, &context, TABLE)), 1);
    assert_eq!(told_special(&hubs, &school, "2025-W46"), 1);
    for context in [context, hubs.context(date(2025, 11, 18))] {
        [OPENED, SOURCES].iter().for_each(|table| refuse(&school, &hubs, &context, table));
        assert_eq!(sealed(&by_hand(&school, &context, OPENED)), 2, "with the same cases by source");
        assert_eq!(told(&hubs, &school, "2025-W46"), 1);
    }
}

/// What a later week told in the place of a refused one is not told again by that.
#[test]
fn what_was_told_after_a_special_period_is_told_once() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 12));
    let context = during(&hubs, date(2025, 12, 2), &ALL);
    seal(&school, &context, week("2025-W46"));
    [OPENED, SOURCES].iter().for_each(|table| refuse(&school, &hubs, &context, table));
    seal(&school, &context, week("2025-W48"));
    assert_eq!(told(&hubs, &school, "2025-W48"), 1);
    let made = by_hand(&school, &context, OPENED);
    assert!(sealed(&made) == 0 && told_otherwise(&made, OPENED), "{made:?}");
    // Who asked by hand is told why, and not that nothing was refused.
    let of = |table: &str| absence_of((week("2025-W46"), &table.parse().expect("table")), &made);
    let absent = of(OPENED).expect("a reason");
    assert_eq!((absent.code.as_str(), absent.tables), ("told_otherwise", Some(1)));
    assert!(absent.en.contains("another table told") && absent.zh.contains("另一张统计表"));
    assert_eq!(of("sealed.cns.individual"), None, "it was not due");
}

/// What an earlier version counted otherwise is not told under a later one: of the cases that the
/// earlier one did not ask for, the sum would lack this school's alone.
#[test]
fn what_was_counted_otherwise_is_not_told_again() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 12));
    let mut early = hubs.context(date(2025, 11, 18));
    let base = early.packs.clone();
    early.packs = base.following(flood_of(&ALL, "closed"));
    seal(&school, &early, week("2025-W46"));
    assert_eq!(told_special(&hubs, &school, "2025-W46"), 0);
    let last = registered(&school, TABLE, "2025-W46").expect("sealed");
    let refusal = hubs.verdict(&verdict_on(&last, ALL[5], Some("other_task")), &[0, 1]);
    let taken = take(&school.ledger, &hubs.trust, &early, &refusal);
    assert_eq!(taken.expect("taken"), Taken::News);
    let packs = early.packs.clone().following(flood(&ALL));
    let made = seal(&school, &Context { packs, ..early }, week("2025-W46"));
    assert!(!made.iter().any(is_special) && told_otherwise(&made, TABLE), "{made:?}");
}
