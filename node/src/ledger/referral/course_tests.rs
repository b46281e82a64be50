//! The way back and the limits on it: a second return, a visit without a day, and a student of age.

use domain::ledger::consent::NoConsent;
use domain::ledger::day::plus_days;
use domain::ledger::terms::{ContactWay, FollowupKind, Relation};
use domain::referral::{Actor, CallParty, Event as E, Fact, Refused, State, Urgency};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::super::author::Author;
use super::super::consent::Consent;
use super::super::duty::{self, DutyKind};
use super::super::entry::RecordId;
use super::super::followup::Followup;
use super::super::guard_tests::{CHILD, counsellor, head, run};
use super::super::refusal::LedgerRefusal;
use super::super::roll::Guardian;
use super::super::roll_change::{self, Correction};
use super::super::testing::{AS_OF, NOW_MS, School, TODAY};
use super::super::{read, write};
use super::tests::{
    CLINIC, MINUTE, approved, at, call, consent, danger, duties, guardian, opened, paper, played,
    ready, step, told,
};
use super::*;

const DAY: i64 = 24 * 60 * MINUTE;

fn later(days: i64) -> Author {
    at(&counsellor(), days * DAY)
}

/// One act of the school or the recipient, so many days after [`TODAY`].
fn on(school: &School, record: RecordId, (event, days): (E, i64)) -> Result<State, LedgerRefusal> {
    let actor = match event {
        E::Delivered | E::Accept | E::Appoint | E::Seen | E::Outcome => Actor::Recipient,
        _ => Actor::School,
    };
    run(school, move |tx| {
        let day = TODAY + days.days();
        let told = Told { day, agreed: Some(day + 1.days()), ..told() };
        if event == E::Send {
            let live = live(tx, CHILD, (CLINIC, "示例医院"), day)?;
            return send(tx, &later(days), record, &live, &told);
        }
        act(tx, &later(days), record, (event, actor), &told)
    })
}

fn back_at_school(school: &School, record: RecordId, from: i64) {
    run(school, move |tx| approve(tx, &at(&head(), from * DAY), record)).expect("approved");
    let way =
        [E::AskConsent, E::ConsentGiven, E::Send, E::Delivered, E::Accept, E::Appoint, E::Seen];
    for event in way.into_iter().chain([E::Outcome, E::Return]) {
        on(school, record, (event, from)).unwrap_or_else(|why| panic!("{event:?}: {why}"));
    }
}

/// Days after [`TODAY`] on which follow-ups after a return are due and open.
fn open_followups(school: &School) -> Vec<i64> {
    let all = run(school, |tx| Ok(read::about::<Followup>(tx, CHILD.0)?)).expect("follow-ups");
    let open = all.iter().map(|kept| &kept.entry);
    let open = open.filter(|one| one.why == FollowupKind::Return && one.is_open());
    let mut days: Vec<i64> = open.map(|one| i64::from((one.due - TODAY).get_days())).collect();
    days.sort_unstable();
    days
}

fn follow(school: &School, until: Date) {
    run(school, move |tx| {
        for kept in read::about::<Followup>(tx, CHILD.0)? {
            if kept.entry.why == FollowupKind::Return && kept.entry.is_open() {
                let (done, way) = (Some(until), Some(ContactWay::InPerson));
                let made = Followup { done, way, ..kept.entry.clone() };
                let days = i64::from((until - TODAY).get_days());
                write::update(tx, &later(days), (kept.record, kept.version), &made)?;
            }
        }
        Ok(())
    })
    .expect("made");
}

/// A relapse brings a second referral, and its return four follow-ups of its own: it is closed only
/// when those and what is left of the first are done, and ninety days after the second return.
#[test]
fn a_second_return_has_follow_ups_of_its_own() {
    let school = ready();
    let first = opened(&school, Urgency::Routine);
    consent(&school, CLINIC);
    back_at_school(&school, first, 0);
    assert_eq!(open_followups(&school), [7, 14, 28, 84]);
    assert_eq!(on(&school, first, (E::Relapse, 20)).expect("relapse"), State::Closed);
    let next = run(&school, |tx| Ok(read::waiting::<Referral>(tx)?)).expect("waiting");
    let [next] = &next[..] else { panic!("one referral waits") };
    assert_eq!((next.entry.replaces, next.entry.urgency), (Some(first), Urgency::Routine));
    back_at_school(&school, next.record, 22);
    let due = [7, 14, 22 + 7, 28, 22 + 14, 22 + 28, 84, 22 + 84];
    assert_eq!(open_followups(&school), {
        let mut due = due;
        due.sort_unstable();
        due
    });
    let second = next.record;
    let closing = |days: i64| on(&school, second, (E::Close, days));
    let early = closing(22 + 89).expect_err("too early");
    let missing = Refused::Missing(vec![Fact::FollowupsDone, Fact::NinetyDays]);
    assert!(matches!(early, LedgerRefusal::Referral(why) if why == missing));
    let open = closing(22 + 90).expect_err("not followed");
    let missing = Refused::Missing(vec![Fact::FollowupsDone]);
    assert!(matches!(open, LedgerRefusal::Referral(why) if why == missing));
    follow(&school, plus_days(TODAY, 22 + 90));
    assert_eq!(closing(22 + 90).expect("closed"), State::Closed);
}

/// Where no day was agreed for the next visit one asks after four weeks; where one was, five
/// working days after it.
#[test]
fn a_visit_without_a_day_is_asked_for_after_four_weeks() {
    for (agreed, due) in [(None, NOW_MS + 28 * DAY), (Some(date(2025, 11, 24)), 0)] {
        let school = ready();
        let record = opened(&school, Urgency::Routine);
        consent(&school, CLINIC);
        approved(&school, record);
        let way = [E::AskConsent, E::ConsentGiven, E::Send, E::Delivered, E::Accept, E::Appoint];
        played(&school, record, &way);
        let seen = run(&school, move |tx| {
            let told = Told { agreed, ..told() };
            act(tx, &counsellor(), record, (E::Seen, Actor::Recipient), &told)
        });
        assert_eq!(seen.expect("seen"), State::InCare);
        // Monday the 24th and five working days: the end of Monday the 1st.
        let due = if agreed.is_some() { duty::end_of(date(2025, 12, 1)) } else { due };
        let late = [(DutyKind::ReferralLate, Some(due))];
        let on = |instant: i64| {
            let all = duties(&school, at(&counsellor(), instant - NOW_MS));
            all.into_iter().filter(|(kind, _)| *kind == DutyKind::ReferralLate).collect::<Vec<_>>()
        };
        assert_eq!(on(due), [], "{agreed:?}");
        assert_eq!(on(due + MINUTE), late, "{agreed:?}");
    }
}

/// A school whose first student has turned eighteen today, or does so tomorrow.
fn of_age(birth: Date) -> School {
    let school = ready();
    run(&school, move |tx| {
        let right =
            Correction { name: None, sex: None, birth_date: Some(birth), grade: None, class: None };
        roll_change::correct(tx, &counsellor(), (CHILD, AS_OF), &right)
    })
    .expect("born");
    school
}

fn stands(school: &School, paper: Consent) -> Result<(), LedgerRefusal> {
    run(school, move |tx| {
        write::add(tx, &counsellor().once_more(true), &paper)?;
        live(tx, CHILD, (CLINIC, "示例医院"), TODAY).map(drop)
    })
}

/// From eighteen on the student signs alone, and no guardian's objection or suspicion counts; a day
/// before, both do. A guardian alone never refers an adult.
#[test]
fn an_adult_signs_alone() {
    let alone = || Consent { relation: None, guardian_signed: None, ..paper(CLINIC) };
    let parents = || Consent { student_signed: None, ..paper(CLINIC) };
    let father = |objects, do_not_contact| Guardian {
        relation: Relation::Father,
        name: "王父".to_owned(),
        objects,
        ..guardian(do_not_contact)
    };
    for (birth, is_adult) in [(date(2007, 11, 20), true), (date(2007, 11, 21), false)] {
        let school = of_age(birth);
        assert_eq!(stands(&school, alone()).is_ok(), is_adult, "{birth}");
        let unsigned = stands(&school, parents());
        assert!(matches!(unsigned, Err(LedgerRefusal::Unconsented(NoConsent::Signature))));
        let father = father(true, false);
        run(&school, move |tx| write::add(tx, &counsellor(), &father)).expect("father");
        let objected = stands(&school, paper(CLINIC));
        assert_eq!(objected.is_ok(), is_adult, "{birth}");
    }
    let school = of_age(date(2007, 11, 20));
    let suspect = Guardian { name: "王母二".to_owned(), ..guardian(true) };
    run(&school, move |tx| write::add(tx, &counsellor(), &suspect)).expect("suspect");
    assert!(
        stands(&school, paper(CLINIC)).is_ok(),
        "who signed beside the student is theirs to say"
    );
}

/// Of an adult no guardian stands on the sheet but one who signed the consent, and nobody has to be
/// called or told of an emergency, whose sheet names no guardian.
#[test]
fn an_adult_s_guardians_are_told_as_the_adult_wishes() {
    for is_signed in [false, true] {
        let school = of_age(date(2007, 11, 20));
        let record = opened(&school, Urgency::Routine);
        let own = if is_signed {
            paper(CLINIC)
        } else {
            Consent { relation: None, guardian_signed: None, ..paper(CLINIC) }
        };
        stands(&school, own).expect("consent");
        approved(&school, record);
        played(&school, record, &[E::AskConsent, E::ConsentGiven, E::Send]);
        let sheet = run(&school, move |tx| {
            hand_over(tx, &counsellor(), record, &ground(tx, &counsellor(), record)?)
        });
        let named = sheet.expect("sheet").parts.into_iter().find_map(|part| match part {
            Part::Identity { guardians, .. } => Some(guardians.len()),
            _ => None,
        });
        assert_eq!(named, Some(usize::from(is_signed)));
    }
    let school = of_age(date(2007, 11, 20));
    let record = opened(&school, Urgency::Emergency);
    let desk = Call { party: CallParty::Desk, who: "值班员".to_owned(), ..call() };
    run(&school, move |tx| emergency(tx, &counsellor(), record, &danger(), &desk)).expect("made");
    let sheet = run(&school, move |tx| {
        hand_over(tx, &counsellor(), record, &ground(tx, &counsellor(), record)?)
    });
    let parts = sheet.expect("sheet: any call will do").parts;
    assert!(parts.iter().all(|part| matches!(
        part,
        Part::Emergency { guardians, age: Some(18), .. } if guardians.is_empty()
    )));
    run(&school, move |tx| countersign(tx, &head(), record)).expect("signed");
    run(&school, move |tx| review(tx, &head(), record, ("处置得当", None))).expect("reviewed");
    assert!(step(&school, record, E::TakenOver).is_ok());
    let told = duties(&school, counsellor());
    assert!(told.iter().all(|(kind, _)| *kind != DutyKind::ReferralNotice), "{}", told.len());
}
