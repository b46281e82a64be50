//! Where consent, emergency and hand-over cross: what undoes what, and what does not.

use domain::ledger::consent::{Answer, NoConsent};
use domain::ledger::day::DayError;
use domain::ledger::terms::Relation;
use domain::referral::{Actor, CallParty, Event, Refused, State, Urgency};
use jiff::civil::date;

use super::super::consent::Consent;
use super::super::destroy::has_open_referral;
use super::super::duty::{self, DutyKind};
use super::super::guard_tests::{CHILD, counsellor, head, run};
use super::super::refusal::LedgerRefusal;
use super::super::roll::Guardian;
use super::super::testing::{School, TODAY};
use super::super::write::{self, Written};
use super::super::{entry::RecordId, read};
use super::tests::{
    CLINIC, MINUTE, approved, at, call, consent, danger, duties, guardian, opened, paper, played,
    ready, step, told, wanted,
};
use super::*;

fn taken_back() -> Consent {
    Consent { answer: Answer::Withdrawn, withdrawn: Some(TODAY), ..paper(CLINIC) }
}

fn put(school: &School, (record, seen): (RecordId, u32), paper: Consent) -> Written {
    run(school, move |tx| write::update(tx, &counsellor(), (record, seen), &paper)).expect("paper")
}

fn state(school: &School, record: RecordId) -> State {
    run(school, move |tx| Ok(course(tx, record)?.state)).expect("state")
}

fn printed(school: &School, record: RecordId) -> Result<(), LedgerRefusal> {
    run(school, move |tx| ground(tx, &counsellor(), record).map(drop))
}

/// What went out to save a life is not taken back by a paper; where the family has said no, the
/// sheet waits for the second person.
#[test]
fn a_withdrawal_undoes_no_emergency() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    let consent = consent(&school, CLINIC);
    let way = [E::AskConsent, E::ConsentGiven, E::Emergency];
    assert_eq!(played(&school, record, &way), State::EmergencyOut);
    assert!(printed(&school, record).is_ok());
    put(&school, (consent, 1), taken_back());
    assert_eq!(state(&school, record), State::EmergencyOut);
    assert!(matches!(printed(&school, record), Err(LedgerRefusal::Unsigned)));
    run(&school, move |tx| countersign(tx, &head(), record)).expect("signed");
    assert!(printed(&school, record).is_ok());
    assert_eq!(played(&school, record, &[E::TakenOver]), State::InCare);
    let undone = step(&school, record, E::WithdrawConsent);
    let from = State::InCare;
    assert!(
        matches!(undone, Err(LedgerRefusal::Referral(Refused::State { from: f })) if f == from)
    );
    let offered = run(&school, move |tx| Ok(possible(&course(tx, record)?).0)).expect("next");
    assert!(offered.iter().all(|(event, _)| *event != E::WithdrawConsent));
}

/// One that is on its way bars no emergency; one that has not left is made one itself.
#[test]
fn an_open_referral_bars_no_emergency() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    let open = |urgency| run(&school, move |tx| open(tx, &counsellor(), &wanted(urgency)));
    assert!(matches!(open(Urgency::Emergency), Err(LedgerRefusal::Double)));
    consent(&school, CLINIC);
    approved(&school, record);
    played(&school, record, &[E::AskConsent, E::ConsentGiven, E::Send]);
    assert!(matches!(open(Urgency::Urgent), Err(LedgerRefusal::Double)));
    let other = open(Urgency::Emergency).expect("an emergency");
    assert_eq!(played(&school, other, &[E::Emergency, E::StoodDown]), State::Draft);
    let entry = run(&school, move |tx| Ok(course(tx, other)?.referral.entry)).expect("entry");
    assert_eq!(entry.urgency, Urgency::Urgent, "what was no danger is none any more");
}

/// A no that waits beside another change of the paper withdraws the referral at once.
#[test]
fn a_no_beside_another_change_is_heard() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    let consent = consent(&school, CLINIC);
    played(&school, record, &[E::AskConsent, E::ConsentGiven]);
    put(&school, (consent, 1), Consent { witness: "张老师".to_owned(), ..paper(CLINIC) });
    assert_eq!(state(&school, record), State::Consented);
    assert!(matches!(put(&school, (consent, 1), taken_back()), Written::Beside { .. }));
    assert_eq!(state(&school, record), State::Withdrawn);
    let last = run(&school, move |tx| {
        Ok(course(tx, record)?.last(E::WithdrawConsent).map(|act| act.entry.who.clone()))
    });
    assert_eq!(last.expect("act").as_deref(), Some("母亲"), "as the paper names them");
}

/// What leaves is what was confirmed: a paper that changed meanwhile is confirmed again, and after
/// the hand-over nothing is printed on another one.
#[test]
fn a_changed_consent_is_confirmed_again() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    let consent = consent(&school, CLINIC);
    approved(&school, record);
    played(&school, record, &[E::AskConsent, E::ConsentGiven]);
    let witnessed = |by: &str| Consent { witness: by.to_owned(), ..paper(CLINIC) };
    put(&school, (consent, 1), witnessed("张老师"));
    let other = |done: Result<(), LedgerRefusal>| {
        matches!(done, Err(LedgerRefusal::Unconsented(NoConsent::OtherData)))
    };
    assert!(other(step(&school, record, E::Send).map(drop)));
    assert_eq!(played(&school, record, &[E::ConsentGiven, E::Send]), State::Sent);
    assert!(printed(&school, record).is_ok());
    put(&school, (consent, 2), witnessed("李老师"));
    assert!(other(printed(&school, record)));
    let renamed = run(&school, |tx| live(tx, CHILD, (CLINIC, "别的医院"), TODAY).map(drop));
    let wrong = NoConsent::OtherRecipient;
    assert!(matches!(renamed, Err(LedgerRefusal::Unconsented(why)) if why == wrong));
}

/// Nobody calls a guardian who may not be contacted, nor hears the objection of one; where there is
/// no other, the desk stands for them.
#[test]
fn a_suspected_guardian_is_neither_called_nor_heard() {
    use Event as E;
    let school = ready();
    let suspect = Guardian {
        relation: Relation::Father,
        name: "王父".to_owned(),
        objects: true,
        ..guardian(true)
    };
    run(&school, move |tx| write::add(tx, &counsellor(), &suspect)).expect("suspect");
    consent(&school, CLINIC);
    assert!(run(&school, |tx| live(tx, CHILD, (CLINIC, "示例医院"), TODAY).map(drop)).is_ok());
    let record = opened(&school, Urgency::Emergency);
    let of = |party, who: &str| Call { party, who: who.to_owned(), ..call() };
    let made =
        |call: Call| run(&school, move |tx| emergency(tx, &counsellor(), record, &danger(), &call));
    let called = made(of(CallParty::Guardian, "王父"));
    assert!(matches!(called, Err(LedgerRefusal::Uncontacted)));
    made(of(CallParty::Desk, "值班员")).expect("emergency");
    let uncalled = printed(&school, record);
    assert!(matches!(uncalled, Err(LedgerRefusal::Uncalled)), "the mother may be called");
    let mother = run(&school, |tx| {
        let all = read::about::<Guardian>(tx, CHILD.0)?;
        Ok(all.into_iter().find(|kept| kept.entry.name == "王母"))
    });
    let mother = mother.expect("read").expect("mother").record;
    let both = guardian(true);
    run(&school, move |tx| write::update(tx, &counsellor(), (mother, 1), &both)).expect("both");
    assert!(printed(&school, record).is_ok(), "now the desk is enough");
    let sheet = run(&school, move |tx| {
        let ground = ground(tx, &counsellor(), record)?;
        hand_over(tx, &counsellor(), record, &ground)
    });
    let warns = |part: &Part| {
        matches!(part, Part::Emergency { has_suspect: true, guardians, .. }
        if guardians.is_empty())
    };
    assert!(sheet.expect("sheet").parts.iter().any(warns));
    assert!(duties(&school, head()).iter().all(|(kind, _)| *kind != DutyKind::ReferralNotice));
    let step = step(&school, record, E::StoodDown);
    assert_eq!(step.expect("stood down"), State::Draft);
}

/// The guardian is told of an emergency in writing, which is due by itself until it is noted.
#[test]
fn a_written_notice_is_a_duty_of_its_own() {
    let school = ready();
    let record = opened(&school, Urgency::Emergency);
    played(&school, record, &[Event::Emergency]);
    run(&school, move |tx| countersign(tx, &head(), record)).expect("signed");
    run(&school, move |tx| review(tx, &head(), record, ("处置得当", None))).expect("review");
    let due = |school: &School| {
        let all = duties(school, counsellor());
        all.iter().any(|(kind, _)| *kind == DutyKind::ReferralNotice)
    };
    assert!(due(&school));
    let note = |day| run(&school, move |tx| note_notice(tx, &counsellor(), record, day));
    assert!(matches!(note(date(2030, 1, 1)), Err(LedgerRefusal::Day(DayError::Future))));
    note(TODAY).expect("noted");
    assert!(!due(&school));
    assert!(matches!(note(TODAY), Err(LedgerRefusal::NotWaiting)));
}

/// What is over is destroyed with the rest, even if there was nobody to send the notice to; what
/// waits for a signature or a review is not.
#[test]
fn a_notice_to_nobody_keeps_nothing() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Emergency);
    played(&school, record, &[E::Emergency, E::TakenOver, E::Close]);
    let keeps =
        |school: &School| run(school, |tx| Ok(has_open_referral(tx, CHILD)?)).expect("read");
    assert!(state(&school, record).is_terminal() && keeps(&school));
    run(&school, move |tx| countersign(tx, &head(), record)).expect("signed");
    assert!(keeps(&school));
    run(&school, move |tx| review(tx, &head(), record, ("处置得当", None))).expect("review");
    assert!(!keeps(&school));
}

/// A recipient whose time is over holds the sheet all the same: it is asked to destroy it.
#[test]
fn a_recipient_whose_time_is_over_is_asked_to_delete() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    consent(&school, CLINIC);
    approved(&school, record);
    played(&school, record, &[E::AskConsent, E::ConsentGiven, E::Send, E::Delivered]);
    let ended = run(&school, move |tx| {
        let later = at(&counsellor(), 10 * 24 * 60 * MINUTE);
        act(tx, &later, record, (E::Timeout, Actor::Recipient), &told())
    });
    assert_eq!(ended.expect("ended"), State::Expired);
    let waiting = duties(&school, counsellor());
    assert!(waiting.iter().any(|(kind, _)| *kind == DutyKind::ReferralReply));
    let to = run(&school, move |tx| handed_to(tx, &course(tx, record)?));
    assert!(to.expect("units").contains("示例医院"));
    run(&school, move |tx| reply(tx, &counsellor(), record, (TODAY, "李医生", ""))).expect("reply");
    assert!(duties(&school, counsellor()).is_empty());
}

/// Whoever made an emergency is told that signature and review wait for somebody else.
#[test]
fn an_emergency_waits_for_somebody_else_than_who_made_it() {
    let school = ready();
    let record = opened(&school, Urgency::Emergency);
    played(&school, record, &[Event::Emergency]);
    let by_other = |by: Author| {
        let due = run(&school, move |tx| Ok(duty::duties(tx, &by, |_| true)?.shown)).expect("due");
        let seconds = [DutyKind::ReferralSign, DutyKind::ReferralReview];
        let own = due.iter().filter(|duty| seconds.contains(&duty.kind));
        own.map(|duty| duty.by_other).collect::<Vec<_>>()
    };
    assert_eq!((by_other(counsellor()), by_other(head())), (vec![true; 2], vec![false; 2]));
}

/// After an emergency that was stood down the draft is called off or runs out of time like any
/// other. The record stays, the guardian is told all the same, and whoever may hold the sheet is
/// asked to destroy it.
#[test]
fn what_was_stood_down_comes_to_an_end_and_is_told() {
    use Event as E;
    for ends_by_time in [false, true] {
        let school = ready();
        let record = opened(&school, Urgency::Emergency);
        let clock = |days: i64| {
            run(&school, move |tx| {
                let later = at(&counsellor(), days * 24 * 60 * MINUTE);
                act(tx, &later, record, (E::Timeout, Actor::Clock), &Told::on(TODAY))
            })
        };
        played(&school, record, &[E::Emergency]);
        assert!(clock(9).is_err() && step(&school, record, E::Cancel).is_err(), "not meanwhile");
        assert_eq!(played(&school, record, &[E::StoodDown]), State::Draft);
        assert!(clock(0).is_err(), "its time has begun anew");
        let ended = if ends_by_time { clock(2) } else { step(&school, record, E::Cancel) };
        assert!(ended.expect("ended").is_terminal());
        let kinds = |by| duties(&school, by).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
        let waiting = kinds(counsellor());
        assert!(waiting.contains(&DutyKind::ReferralNotice), "{ends_by_time}: the guardian");
        assert!(waiting.contains(&DutyKind::ReferralReply), "{ends_by_time}: the sheet");
        let keeps = run(&school, |tx| Ok(has_open_referral(tx, CHILD)?)).expect("read");
        assert!(keeps, "{ends_by_time}: the record stays");
        run(&school, move |tx| {
            note_notice(tx, &counsellor(), record, TODAY)?;
            reply(tx, &counsellor(), record, (TODAY, "李医生", ""))?;
            countersign(tx, &head(), record)?;
            review(tx, &head(), record, ("处置得当", None))
        })
        .expect("told");
        assert!(kinds(counsellor()).is_empty() && kinds(head()).is_empty(), "{ends_by_time}");
    }
}
