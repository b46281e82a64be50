//! The contact protocol of a case.

use domain::ledger::SchoolRole;
use domain::ledger::terms::{Relation, Tier};
use domain::ledger::words::Move;
use domain::referral::{Concern, RiskNow, Urgency};
use jiff::ToSpan as _;

use super::super::duty::{DutyKind, duties};
use super::super::guard_tests::{CHILD, author, counsellor, head, run, school};
use super::super::referral::{self, Call, Danger, Wish};
use super::super::roll::Guardian;
use super::super::testing::{NOW_MS, School, TODAY, wish};
use super::super::write;
use super::*;
use crate::ledger::entry::Moment;

/// A school with an open case of the child.
fn with_case() -> (School, RecordId) {
    let school = school();
    let case = run(&school, |tx| {
        case::open(tx, &counsellor(), CHILD, TODAY, &wish(Move::Opened, Some(Tier::T3), 1))
    });
    (school, case.expect("case"))
}

fn contact(case: RecordId, party: LiaisonParty) -> CaseContact {
    CaseContact {
        due: TODAY,
        student: CHILD,
        case,
        party,
        who: "王所长".to_owned(),
        phone: "010-12345678".to_owned(),
        staff: StaffId(2),
        done: None,
        way: None,
        detail: String::new(),
        cancelled: false,
    }
}

fn due(school: &School, by: Author) -> Vec<RecordId> {
    let found = run(school, move |tx| Ok(duties(tx, &by, |_| true)?.shown)).expect("duties");
    let of = |duty: &&super::super::duty::Duty| duty.kind == DutyKind::CaseContact;
    found.iter().filter(of).map(|duty| duty.record).collect()
}

/// A contact is due on the work list, with its case's tier, until it was made; of a case that has
/// left none is due, and mentors and school IT see none of it.
#[test]
fn a_contact_is_due_until_it_was_made() {
    let (school, case) = with_case();
    let added =
        run(&school, move |tx| write::add(tx, &head(), &contact(case, LiaisonParty::Police)));
    let record = added.expect("contact");
    assert_eq!(due(&school, head()), [record]);
    assert_eq!(due(&school, counsellor()), [record]);
    let mentor = author("mentor", SchoolRole::Mentor, 3);
    assert!(due(&school, mentor).is_empty());
    let found = run(&school, |tx| Ok(duties(tx, &head(), |_| true)?.shown)).expect("duties");
    let own = found.iter().find(|duty| duty.record == record).expect("duty");
    assert_eq!((own.tier, own.staff), (Some(Tier::T3), Some(StaffId(2))));
    let made = CaseContact {
        done: Some(TODAY),
        way: Some(ContactWay::Phone),
        detail: "已告知辖区民警，约定夜间巡查".to_owned(),
        ..contact(case, LiaisonParty::Police)
    };
    run(&school, move |tx| write::update(tx, &head(), (record, 1), &made)).expect("made");
    assert!(due(&school, head()).is_empty());
}

/// What cannot be is refused: no such case, another student's, nobody named, made without a way,
/// before the case or in the future, called off without a reason.
#[test]
fn what_a_contact_cannot_be() {
    let (school, case) = with_case();
    let base = || contact(case, LiaisonParty::Community);
    let made = |day| CaseContact { done: Some(day), way: Some(ContactWay::Phone), ..base() };
    let no_case = CaseContact { case: RecordId(9999), ..base() };
    let other = CaseContact { student: StudentId(2), ..base() };
    let nobody = CaseContact { who: "  ".to_owned(), ..base() };
    let wayless = CaseContact { done: Some(TODAY), ..base() };
    let both = CaseContact { cancelled: true, ..made(TODAY) };
    let add = |entry: CaseContact| run(&school, move |tx| write::add(tx, &counsellor(), &entry));
    assert!(matches!(add(no_case), Err(LedgerRefusal::Field("of_case"))));
    assert!(matches!(add(other), Err(LedgerRefusal::OtherStudent("of_case", _))));
    assert!(matches!(add(nobody), Err(LedgerRefusal::Flawed("who", Flaw::Empty))));
    assert!(matches!(add(wayless), Err(LedgerRefusal::Field("way"))));
    assert!(matches!(add(both), Err(LedgerRefusal::Field("cancelled"))));
    let early = add(made(TODAY - 1.days()));
    let flaw = Flaw::BeforeCase(TODAY);
    assert!(matches!(early, Err(LedgerRefusal::Flawed("done", said)) if said == flaw));
    assert!(matches!(add(made(TODAY + 1.days())), Err(LedgerRefusal::Day(_))));
    let unsaid = Author::new("counsellor", SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS);
    let off = CaseContact { cancelled: true, ..base() };
    let said = run(&school, move |tx| write::add(tx, &unsaid, &off));
    assert!(matches!(said, Err(LedgerRefusal::Reason)));
    assert_eq!(school.rows("case_contact"), 0);
}

/// A guardian who is suspected is not to be contacted, here as by telephone about a referral;
/// everybody else is.
#[test]
fn a_suspected_guardian_is_not_contacted() {
    let (school, case) = with_case();
    let guardian = |name: &str, do_not_contact| Guardian {
        from: TODAY,
        student: CHILD,
        name: name.to_owned(),
        relation: Relation::Father,
        phone: "13800000000".to_owned(),
        do_not_contact,
        objects: false,
        until: None,
    };
    let (bad, good) = (guardian("张父", true), guardian("张母", false));
    run(&school, move |tx| write::add(tx, &counsellor(), &bad)).expect("guardian");
    let to = |who: &str| {
        let who = who.to_owned();
        let entry = CaseContact { who, ..contact(case, LiaisonParty::Guardian) };
        run(&school, move |tx| write::add(tx, &head(), &entry))
    };
    assert!(matches!(to("外婆"), Err(LedgerRefusal::Uncontacted)), "there is nobody else");
    run(&school, move |tx| write::add(tx, &counsellor(), &good)).expect("guardian");
    assert!(matches!(to("张父"), Err(LedgerRefusal::Uncontacted)));
    assert!(matches!(to("张 父（父亲）"), Err(LedgerRefusal::Uncontacted)));
    assert!(to("张母").is_ok());
}

/// Nor is the number of a suspected guardian called under another name.
#[test]
fn the_number_of_a_suspected_guardian_is_not_called() {
    let (school, case) = with_case();
    let guardian = |name: &str, relation, phone: &str, do_not_contact| Guardian {
        from: TODAY,
        student: CHILD,
        name: name.to_owned(),
        relation,
        phone: phone.to_owned(),
        do_not_contact,
        objects: false,
        until: None,
    };
    let all = [
        guardian("张强", Relation::Father, "139 1111 2222", true),
        guardian("李梅", Relation::Mother, "13800000000", false),
    ];
    run(&school, move |tx| {
        all.iter().try_for_each(|one| write::add(tx, &counsellor(), one).map(drop))
    })
    .expect("guardians");
    let to = |phone: &str| {
        let (who, phone) = ("家长".to_owned(), phone.to_owned());
        let entry = CaseContact { who, phone, ..contact(case, LiaisonParty::Guardian) };
        run(&school, move |tx| write::add(tx, &head(), &entry))
    };
    assert!(matches!(to("13911112222"), Err(LedgerRefusal::Uncontacted)));
    assert!(to("13800000000").is_ok());
}

/// What was made before a guardian was marked is still put right; it is neither moved to another
/// one who is marked nor made due again.
#[test]
fn a_contact_that_was_made_is_put_right_after_the_guardian_is_marked() {
    let (school, case) = with_case();
    let made = |who: &str, detail: &str| CaseContact {
        who: who.to_owned(),
        done: Some(TODAY),
        way: Some(ContactWay::Phone),
        detail: detail.to_owned(),
        ..contact(case, LiaisonParty::Guardian)
    };
    let first = made("张父", "告知");
    let record = run(&school, move |tx| write::add(tx, &head(), &first)).expect("contact");
    let marked = Guardian {
        from: TODAY,
        student: CHILD,
        name: "张父".to_owned(),
        relation: Relation::Father,
        phone: "13800000000".to_owned(),
        do_not_contact: true,
        objects: false,
        until: None,
    };
    run(&school, move |tx| write::add(tx, &counsellor(), &marked)).expect("guardian");
    let change = |entry: CaseContact| {
        run(&school, move |tx| write::update(tx, &head(), (record, 1), &entry))
    };
    let again = CaseContact { done: None, way: None, ..made("张父", "告知") };
    assert!(matches!(change(again), Err(LedgerRefusal::Uncontacted)));
    assert!(matches!(change(made("外公", "告知")), Err(LedgerRefusal::Uncontacted)));
    assert!(change(made("张父", "告知并约定家访")).is_ok());
}

/// A call about a referral of the case stands beside the contacts and is written once; who may not
/// read referrals is not shown it.
#[test]
fn a_call_of_a_referral_is_shown_and_not_copied() {
    let (school, case) = with_case();
    let called = run(&school, |tx| {
        let wish = Wish {
            student: CHILD,
            urgency: Urgency::Emergency,
            concerns: vec![Concern::Mood],
            recipient: ("H1".to_owned(), "区精神卫生中心".to_owned(), "62001234".to_owned()),
            risk: RiskNow::Unknown,
            known: (String::new(), String::new(), String::new()),
        };
        let record = referral::open(tx, &counsellor(), &wish)?;
        let danger = Danger {
            facts: "扬言自伤".to_owned(),
            place: "心理辅导室".to_owned(),
            escort: "李老师".to_owned(),
        };
        let call = Call {
            party: CallParty::Guardian,
            at: Moment(NOW_MS),
            who: "张母".to_owned(),
            reached: true,
            detail: "正在赶来".to_owned(),
        };
        referral::emergency(tx, &counsellor(), record, &danger, &call)
    });
    called.expect("called");
    let seen = |by: Author| {
        run(&school, move |tx| {
            let (student, protocol) = protocol(tx, &by, case)?;
            assert!(student == CHILD);
            let calls: Vec<_> = protocol.calls_with(LiaisonParty::Guardian).cloned().collect();
            Ok((calls.len(), protocol.with(LiaisonParty::Guardian).count()))
        })
    };
    assert_eq!(seen(counsellor()).expect("protocol"), (1, 0));
    assert_eq!(school.rows("case_contact"), 0);
    let mentor = author("mentor", SchoolRole::Mentor, 3);
    assert_eq!(seen(mentor).expect("protocol"), (0, 0));
}
