//! Plans of files: the same twice, another one once the ledger has moved.

use std::collections::HashMap;
use std::io::Cursor;

use domain::scale::Setting;

use super::*;
use crate::import::source::{Encoding, Form};
use crate::ledger::testing::{AS_OF, School, TODAY, TestPupil};

fn rules() -> FileRules {
    let grades = crate::config::grade_span("7-9");
    FileRules { grades, codes: Vec::new(), names: Vec::new(), setting: Setting::Service }
}

fn wish(kind: FileKind) -> Wish {
    let (scale, term, day) = (String::new(), None, None);
    Wish { kind, as_of: AS_OF, is_part: false, scale, term, day }
}

fn stamp_of(school: &School, text: &str) -> (Digest, Counts) {
    let mut source = Source::open(Cursor::new(text.as_bytes().to_vec())).expect("source");
    let planned = school.ledger.write("plan", move |tx| {
        let (rules, packs, ids) = (rules(), Packs::embedded().expect("packs"), HashMap::new());
        let against = Against { rules: &rules, packs: &packs, ids: &ids, today: TODAY };
        let wish = wish(FileKind::Roster);
        let parsed = parse(&mut source, None, &wish, &against)?;
        plan(tx, parsed, &wish, &against)
    });
    let plan = planned.expect("planned").plan;
    (plan.stamp, plan.counts)
}

/// The same file against the same ledger is the same plan, however many leave; another ledger or
/// another file is another plan.
#[test]
fn a_plan_is_the_same_until_something_changes() {
    let school = School::new();
    let pupils: Vec<TestPupil> = (0..40).map(TestPupil::new).collect();
    school.roster(&pupils, AS_OF);
    let text = format!("学籍号,姓名,性别,年级,班级\n{},甄别名,男,七年级,1班\n", pupils[0].number());
    let (first, counts) = stamp_of(&school, &text);
    assert_eq!((counts.left, counts.changed), (39, 1));
    assert_eq!(stamp_of(&school, &text).0, first);
    assert_ne!(stamp_of(&school, &text.replace("1班", "2班")).0, first);
    school.roster(&pupils[..39], AS_OF);
    assert_ne!(stamp_of(&school, &text).0, first, "one has left since");
}

/// A file that says of itself that it lists changes takes nobody off the roll who is not in it,
/// whether or not somebody said so.
#[test]
fn a_bundle_of_changes_lists_some() {
    let school = School::new();
    let pupils: Vec<TestPupil> = (0..40).map(TestPupil::new).collect();
    school.roster(&pupils, AS_OF);
    let text = format!("学籍号,姓名,性别,年级,班级\n{},甄别名,男,七年级,1班\n", pupils[0].number());
    let left = |is_delta: bool| {
        let mut source = Source::open(Cursor::new(text.as_bytes().to_vec())).expect("source");
        let context = roster::context(&rules(), TODAY, AS_OF).expect("context");
        let read = crate::import::roster::read(&mut source, None, &context);
        let mut file = read.expect("roster");
        file.facts.form = Form::OneRoster { version: "1.1", is_delta, encoding: Encoding::Utf8 };
        let wish = wish(FileKind::Roster);
        let compared =
            school.ledger.read(move |tx| roster::compared(tx, file, &wish)).expect("compared");
        compared.0.counts().left
    };
    assert_eq!((left(false), left(true)), (39, 0));
}

/// Who leaves must be confirmed by number where it is unusually many, for its share or in all.
#[test]
fn unusually_many_are_a_twentieth_or_more_than_thirty() {
    assert!(!is_unusual(0, 0) && !is_unusual(5, 95) && !is_unusual(30, 970));
    assert!(is_unusual(6, 94) && is_unusual(31, 5_000) && is_unusual(1, 2));
}

/// A role is shown rows of what it may write; school IT brings the office's lists
/// and sees no row of them.
#[test]
fn rows_are_shown_to_whoever_may_write_them() {
    use SchoolRole as Role;
    let shown = |kind: FileKind| {
        let all = [Role::Counsellor, Role::MoralHead, Role::Principal, Role::Operator];
        all.map(|role| (kind.is_taken_from(role), kind.is_shown_to(role)))
    };
    let (yes, no, bare) = ((true, true), (false, false), (true, false));
    assert_eq!(shown(FileKind::Roster), [yes, yes, no, bare]);
    assert_eq!(shown(FileKind::Staff), [no, yes, yes, bare]);
    assert_eq!(shown(FileKind::Answers), [yes, no, no, no]);
}
