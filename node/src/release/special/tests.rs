//! A special period at a school: its days leave in their own table, and it ends by itself.

use std::sync::Arc;

use certs::digest::sha256;
use certs::key::SigningKey;
use domain::catalogue::{Catalogue, Grade, Identity};
use domain::cell::Cell;
use domain::disclosure::{check_clear, may_run};
use domain::ledger::words::ActivityKind;
use domain::ledger::{Kind, SchoolRole};
use jiff::civil::date;

use super::*;
use crate::indicator::{Behind, IndicatorError};
use crate::ledger::author::Author;
use crate::ledger::entry::{StaffId, Words};
use crate::ledger::teaching::{Activity, Lesson};
use crate::ledger::testing::{AS_OF, NOW_MS, PERIOD, School, TestPupil, danger_name_responsible};
use crate::ledger::{profile, write};
use crate::release::{Depth, Standing, leaves_on, make, prepare, schedule};

const FIRST: Date = date(2025, 11, 17);
/// Six days after the tests' clock.
const LATER_MS: i64 = NOW_MS + 6 * 86_400_000;
const LAST: Date = date(2025, 11, 21);

/// A special period of five days that counts lessons by stage, with this school in its area.
fn followed(revision: u32, last: Date) -> Known<SpecialPeriod> {
    followed_as("flood", (revision, last))
}

/// The same under an id.
fn followed_as(id: &str, (revision, last): (u32, Date)) -> Known<SpecialPeriod> {
    let schools: String = ["F370202004J01", "S2", "S3", "S4", "S5"]
        .iter()
        .map(|unit| format!("[[school]]\nid = \"{unit}\"\nabove = [\"370202\"]\n"))
        .collect();
    let text = format!(
        "schema = \"special/1\"\nid = \"{id}\"\nrevision = {revision}\nzh = \"汛期\"\n\
         en = \"Flood\"\nfirst = \"{FIRST}\"\nlast = \"{last}\"\ncadence = \"day\"\n\
         [[dimension]]\nid = \"stage\"\nzh = \"学段\"\nen = \"Stage\"\nmulti = false\n\
         values = [{{ id = \"junior\", zh = \"初中\", en = \"Junior\" }}]\n\
         [[count]]\nid = \"edu.hours\"\nzh = \"课时\"\nen = \"Lessons\"\nchannel = \"clear\"\n\
         ledger = \"lesson\"\nunit = \"lesson\"\ndims = [\"stage\"]\n\
         define = {{ source = \"lesson\", count = \"records\", at = \"in_period\" }}\n{schools}"
    );
    let special = proto::pack::special::read(id, text.as_bytes()).expect("special");
    may_run(&special).expect("protected");
    Known { digest: sha256(text.as_bytes()), pack: Arc::new(special) }
}

fn school() -> School {
    let school = School::new();
    school.roster(&(0..6).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    school
}

fn context(school: &School, today: Date, now_ms: i64) -> Context {
    Context { specials: vec![followed(1, LAST)], today, now_ms, ..school.context() }
}

fn lesson(school: &School, day: Date, at_ms: i64) {
    let grade = Grade::school(7).expect("grade");
    let (class, topic) = ("1班".to_owned(), String::new());
    let lesson = Lesson { day, grade, class, teacher: StaffId(1), topic };
    let author = Author::new("counsellor", SchoolRole::Counsellor, None, at_ms).because("补录");
    let done = school.ledger.write("test", move |tx| write::add(tx, &author, &lesson));
    done.unwrap_or_else(|error| panic!("{error}"));
}

/// Days of the special period that are due, in order.
fn due_days(school: &School, context: &Context) -> Vec<Date> {
    let found = schedule(&school.ledger, context, Depth::Every).expect("schedule");
    let day = |due: &crate::release::Due| match due.period {
        Period::Day(day) => Some(day),
        _ => None,
    };
    found.due.iter().filter_map(day).collect()
}

fn send(school: &School, context: &Context, day: Date) -> usize {
    let key = SigningKey::generate().expect("key");
    danger_name_responsible(&school.ledger);
    make(&school.ledger, context, Period::Day(day), &key).expect("made").new_ones()
}

/// A day leaves alone, on the next morning, in the special period's table and under the digest of
/// its pack; a hub accepts it by the special period's own small catalogue.
#[test]
fn a_day_leaves_in_its_own_table_under_its_own_digest() {
    let school = school();
    lesson(&school, date(2025, 11, 17), NOW_MS);
    lesson(&school, date(2025, 11, 18), NOW_MS);
    let context = context(&school, date(2025, 11, 19), NOW_MS + 1);
    assert_eq!(due_days(&school, &context), [date(2025, 11, 17), date(2025, 11, 18)]);
    let day = Period::Day(date(2025, 11, 18));
    assert_eq!(leaves_on(day, &context), Some(date(2025, 11, 19)));
    let prepared = prepare(&school.ledger, &context, day).expect("prepared");
    let [draft] = prepared.drafts.as_slice() else { panic!("one table") };
    let (release, followed) = (&draft.release, &context.specials[0]);
    assert_eq!(release.id().table.as_str(), "clear.special.flood");
    assert_eq!((release.catalogue(), draft.standing), (followed.digest, Standing::New));
    assert_eq!(draft.cells.first().and_then(|cell| cell.value()), Some(1));
    let (catalogue, table) = (followed.pack.catalogue(), followed.pack.table().expect("table"));
    check_clear(catalogue, table, release.cells(), release.persons()).expect("rule");
    let ordinary = prepare(&school.ledger, &context, PERIOD).expect("term");
    let is_special = |draft: &crate::release::Draft| draft.release.catalogue() == followed.digest;
    assert!(!ordinary.drafts.iter().any(is_special), "a term is no day of it");
}

/// Outside its days, and at a school that follows none, nothing of it leaves.
#[test]
fn no_day_before_or_after_leaves() {
    let school = school();
    for day in [date(2025, 11, 14), date(2025, 11, 18), date(2025, 11, 24)] {
        lesson(&school, day, LATER_MS);
    }
    let context = context(&school, date(2025, 11, 26), LATER_MS + 1);
    for day in [date(2025, 11, 14), date(2025, 11, 24)] {
        let prepared = prepare(&school.ledger, &context, Period::Day(day)).expect("prepared");
        assert!(prepared.drafts.is_empty(), "{day}");
    }
    let none = Context { specials: Vec::new(), ..context };
    let day = Period::Day(date(2025, 11, 18));
    assert!(prepare(&school.ledger, &none, day).expect("prepared").drafts.is_empty());
}

/// While it runs a late entry is told; once its last sheet could leave, it is closed: what never
/// left is made up for within a week, and then there is nothing more, however much is entered.
#[test]
fn it_ends_by_itself() {
    let school = school();
    lesson(&school, FIRST, NOW_MS);
    let on = |today, now_ms| context(&school, today, now_ms);
    let running = on(date(2025, 11, 19), NOW_MS + 1);
    assert_eq!(send(&school, &running, FIRST), 1);
    assert_eq!(send(&school, &running, FIRST), 0, "once");
    assert_eq!(due_days(&school, &running), [date(2025, 11, 18)]);
    lesson(&school, FIRST, NOW_MS + 2);
    assert_eq!(due_days(&school, &running), [FIRST, date(2025, 11, 18)], "a late entry");
    assert_eq!(send(&school, &on(date(2025, 11, 20), NOW_MS + 3), FIRST), 1);
    lesson(&school, FIRST, NOW_MS + 4);
    let closed = on(date(2025, 11, 23), NOW_MS + 5);
    let missed: Vec<Date> = (18..=21).map(|day| date(2025, 11, day)).collect();
    assert_eq!(due_days(&school, &closed), missed, "only what never left");
    assert_eq!(send(&school, &closed, FIRST), 0, "no correction after the end");
    assert_eq!(due_days(&school, &on(date(2025, 11, 28), NOW_MS + 5)), missed);
    let over = on(date(2025, 11, 29), NOW_MS + 5);
    assert_eq!(due_days(&school, &over), []);
    assert_eq!(send(&school, &over, LAST), 0);
}

/// Two that run on one day leave in tables of their own, each under the digest of its own pack.
#[test]
fn two_that_overlap_leave_apart() {
    let school = school();
    let day = date(2025, 11, 18);
    lesson(&school, day, NOW_MS);
    let (flood, storm) = (followed(1, LAST), followed_as("storm", (1, LAST)));
    let packs = [flood.digest, storm.digest];
    let context = Context {
        specials: vec![flood, storm],
        ..context(&school, date(2025, 11, 19), NOW_MS + 1)
    };
    let prepared = prepare(&school.ledger, &context, Period::Day(day)).expect("prepared");
    let told = |table: &str| {
        let mut drafts = prepared.drafts.iter();
        let found = drafts.find(|draft| draft.release.id().table.as_str() == table);
        let found = found.expect("a table of its own");
        let first = found.cells.first().and_then(|cell| cell.value());
        (found.release.catalogue(), first)
    };
    assert_eq!(told("clear.special.flood"), (packs[0], Some(1)));
    assert_eq!(told("clear.special.storm"), (packs[1], Some(1)));
    assert_eq!(send(&school, &context, day), 2);
}

/// A version that ends it earlier closes it on the day after its own last one: the days behind it
/// do not leave, although lessons were given and the version before held them.
#[test]
fn an_earlier_end_closes_it() {
    let school = school();
    let later = date(2025, 11, 18);
    [FIRST, later].iter().for_each(|day| lesson(&school, *day, NOW_MS));
    let context = Context {
        specials: vec![followed(2, FIRST)],
        ..context(&school, date(2025, 11, 19), NOW_MS + 1)
    };
    assert_eq!(due_days(&school, &context), [FIRST]);
    assert_eq!(send(&school, &context, later), 0);
    assert_eq!(send(&school, &context, FIRST), 1);
}

/// A school that a later version adds begins with that version: of the days before nobody asked it,
/// and it makes up for none of them. Had it been asked before, it would.
#[test]
fn a_school_begins_with_the_version_that_names_it() {
    let school = school();
    (17..=20).for_each(|day| lesson(&school, date(2025, 11, day), NOW_MS));
    let from = date(2025, 11, 19);
    let known = |first| {
        let packs = crate::packs::Packs::embedded().expect("packs");
        let dated = packs.dated(FIRST, "flood", first);
        dated.dated(from, "flood", Some(followed(2, LAST))).special_versions()
    };
    let on = |special_versions| Context {
        special_versions,
        ..context(&school, date(2025, 11, 21), NOW_MS + 1)
    };
    let added = on(known(None));
    assert_eq!(due_days(&school, &added), [from, date(2025, 11, 20)]);
    let before = Period::Day(date(2025, 11, 18));
    assert!(prepare(&school.ledger, &added, before).expect("prepared").drafts.is_empty());
    assert_eq!(send(&school, &added, date(2025, 11, 18)), 0);
    assert_eq!(send(&school, &added, from), 1);
    let asked = on(known(Some(followed(1, LAST))));
    let whole = [17, 18, 20].map(|day| date(2025, 11, day));
    assert_eq!(due_days(&school, &asked), whole, "asked all along");
}

/// A school that keeps none of the ledgers says nothing, which is not a zero.
#[test]
fn silence_is_no_zero() {
    let school = school();
    let context = context(&school, date(2025, 11, 19), NOW_MS);
    let prepared = prepare(&school.ledger, &context, Period::Day(FIRST)).expect("prepared");
    assert!(prepared.drafts.is_empty());
    let absent = prepared.absent.iter().find(|one| one.table.as_str() == "clear.special.flood");
    assert_eq!(absent.map(|one| &one.reason), Some(&crate::release::AbsentReason::NotKept));
}

/// A special period of the same days that counts activities, and each of the two kinds of them.
fn of_activities() -> Known<SpecialPeriod> {
    let schools: String = ["F370202004J01", "S2", "S3", "S4", "S5"]
        .iter()
        .map(|unit| format!("[[school]]\nid = \"{unit}\"\nabove = [\"370202\"]\n"))
        .collect();
    let counts: String = [
        ("act.all", ""),
        ("act.meet", "where = [{ field = \"activity\", any = [\"class_meeting\"] }]\n"),
        ("act.life", "where = [{ field = \"activity\", any = [\"life_education\"] }]\n"),
    ]
    .iter()
    .map(|(id, filter)| {
        format!(
            "[[count]]\nid = \"{id}\"\nzh = \"活动\"\nen = \"Activities\"\nchannel = \"clear\"\n\
             ledger = \"activity\"\nunit = \"event\"\n[count.define]\nsource = \"activity\"\n\
             count = \"records\"\nat = \"in_period\"\n{filter}"
        )
    })
    .collect();
    let text = format!(
        "schema = \"special/1\"\nid = \"flood\"\nrevision = 1\nzh = \"汛期\"\nen = \"Flood\"\n\
         first = \"{FIRST}\"\nlast = \"{LAST}\"\ncadence = \"day\"\n{counts}{schools}"
    );
    let special = proto::pack::special::read("flood", text.as_bytes()).expect("special");
    may_run(&special).expect("protected");
    Known { digest: sha256(text.as_bytes()), pack: Arc::new(special) }
}

fn activity(school: &School, what: ActivityKind) {
    let entry = Activity {
        day: FIRST,
        what: Some(what),
        tags: Words::new([]),
        stage: None,
        grade: None,
        class: String::new(),
        title: "珍爱生命".to_owned(),
        leader: None,
    };
    let author = Author::new("counsellor", SchoolRole::Counsellor, None, NOW_MS).because("补录");
    let done = school.ledger.write("test", move |tx| write::add(tx, &author, &entry));
    done.unwrap_or_else(|error| panic!("{error}"));
}

/// The counts of a special period are held to each other before its sheet is signed, as those of
/// the catalogue: what a ledger says leaves, and what contradicts itself is named by its rule.
#[test]
fn its_own_counts_are_held_to_each_other() {
    let school = school();
    let (meeting, life) = (ActivityKind::ClassMeeting, ActivityKind::LifeEducation);
    [meeting, meeting, life].iter().for_each(|what| activity(&school, *what));
    let context = Context {
        specials: vec![of_activities()],
        ..context(&school, date(2025, 11, 19), NOW_MS + 1)
    };
    let prepared = prepare(&school.ledger, &context, Period::Day(FIRST)).expect("prepared");
    let [draft] = prepared.drafts.as_slice() else { panic!("one table") };
    let told: Vec<Option<u64>> = draft.cells.iter().map(|cell| cell.value()).collect();
    assert_eq!(told, [Some(3), Some(2), Some(1)]);
    let special = &context.specials[0].pack;
    let held = |figures: [u64; 3]| {
        let table = special.table().expect("table").id().clone();
        let raw = RawTable::new(table, figures.map(Cell::Value).to_vec());
        indicator::check(special.catalogue(), &[raw], None)
    };
    assert_eq!(held([3, 2, 1]), Ok(()));
    let broken = held([3, 2, 2]).expect_err("together they are more than all");
    assert_eq!(broken.relation, "act.meet + act.life <= act.all");
    assert_eq!(broken.stratum, "the school");
    assert!(held([1, 2, 0]).is_err() && held([1, 0, 2]).is_err());
}

/// A rule that the ledgers break names the records that one side counts and the other does not, by
/// kind, number and day.
#[test]
fn a_broken_rule_names_the_records_behind_it() {
    let school = school();
    let (meeting, life) = (ActivityKind::ClassMeeting, ActivityKind::LifeEducation);
    [meeting, life, meeting].iter().for_each(|what| activity(&school, *what));
    let context = context(&school, date(2025, 11, 19), NOW_MS + 1);
    let span = Span::of(Period::Day(FIRST), &context.calendar).expect("day");
    let facts = school.ledger.read(move |tx| {
        let profile = profile::load(tx)?.expect("profile");
        Facts::of_period(tx, &profile, span, context.today)
    });
    let facts: Facts = facts.unwrap_or_else(|error: IndicatorError| panic!("{error}"));
    let special = of_activities().pack;
    let named = |rule: &str| {
        let mut definition = special.catalogue().definition().clone();
        definition.identities = vec![Identity {
            name: "as the test has it".to_owned(),
            rule: rule.to_owned(),
            when: String::new(),
            by: Vec::new(),
            checks: vec![rule.parse().expect("relation")],
        }];
        let catalogue = Catalogue::of_special(definition, special.id(), special.label());
        let catalogue = catalogue.expect("catalogue");
        let checked = Checked::of(&catalogue, &facts).expect("counted");
        let broken = indicator::check(&catalogue, &[], Some(&checked)).expect_err("broken");
        let records = broken.records.into_iter().map(|behind| match behind {
            Behind::Entry { kind: Kind::Activity, record, day } if day == FIRST => record,
            other => panic!("{other:?}"),
        });
        records.collect::<Vec<i64>>()
    };
    let all = [named("act.all == act.meet"), named("act.all == act.life")];
    let [only_life, only_meetings] = all;
    assert_eq!((only_life.len(), only_meetings.len()), (1, 2));
    assert!(!only_meetings.contains(&only_life[0]));
    assert_eq!(named("act.meet <= act.life"), only_meetings);
}
