//! Courses of the specification through the ledger, consent taken back in between, the emergency
//! with and without a second person, the sheet, and who sees any of it.

use domain::ledger::SchoolRole;
use domain::ledger::consent::{Answer, DataClass, NoConsent, OutcomeBack, Purpose};
use domain::ledger::terms::{ReadPurpose, Relation, Tier};
use domain::ledger::words::Move;
use domain::referral::{Actor, CallParty, Concern, Event, Fact, Refused, RiskNow, State, Urgency};
use jiff::civil::date;

use super::super::author::Author;
use super::super::consent::Consent;
use super::super::duty::{self, DutyKind};
use super::super::entry::{Moment, RecordId, StaffId, StudentId, Words};
use super::super::guard_tests::{CHILD, counsellor, head, run, school};
use super::super::refusal::LedgerRefusal;
use super::super::roll::Guardian;
use super::super::roll_change::{self, Correction};
use super::super::special_group::Helper;
use super::super::testing::{self, AS_OF, NOW_MS, School, TODAY, TestPupil, sheet_cells, wish};
use super::super::{access, case, journal, read, write};
use super::*;

pub(crate) const CLINIC: &str = "CLINIC1";
pub(crate) const MINUTE: i64 = 60_000;

pub(crate) fn at(author: &Author, later_ms: i64) -> Author {
    let now = NOW_MS + later_ms;
    Author::new(author.account(), author.role(), author.staff(), now).because("登记")
}

/// A school whose first student stands at t3, with all that a referral needs but the consent.
pub(crate) fn ready() -> School {
    ready_in(school())
}

/// The same of a school whose ledger lies anywhere.
pub(crate) fn ready_in(school: School) -> School {
    let done = run(&school, |tx| {
        let right = Correction {
            name: None,
            sex: None,
            birth_date: Some(date(2013, 3, 4)),
            grade: None,
            class: None,
        };
        roll_change::correct(tx, &counsellor(), (CHILD, AS_OF), &right)?;
        write::add(tx, &counsellor(), &guardian(false))?;
        case::open(tx, &counsellor(), CHILD, TODAY, &wish(Move::Opened, Some(Tier::T3), 1))
    });
    done.expect("ready");
    school
}

pub(crate) fn guardian(do_not_contact: bool) -> Guardian {
    Guardian {
        from: AS_OF,
        student: CHILD,
        name: "王母".to_owned(),
        relation: Relation::Mother,
        phone: "13800000000".to_owned(),
        do_not_contact,
        objects: false,
        until: None,
    }
}

pub(crate) fn paper(recipient: &str) -> Consent {
    let slip = testing::slip(CHILD, Answer::Given, TODAY, date(2026, 3, 1));
    Consent {
        purpose: Purpose::Referral,
        classes: Words::new([DataClass::Identity, DataClass::Reason, DataClass::Scores]),
        recipient: recipient.to_owned(),
        recipient_name: if recipient == CLINIC { "示例医院" } else { "示例二院" }.to_owned(),
        outcome_back: OutcomeBack::Summary,
        ..slip
    }
}

pub(crate) fn consent(school: &School, recipient: &'static str) -> RecordId {
    run(school, move |tx| write::add(tx, &counsellor(), &paper(recipient))).expect("consent")
}

pub(crate) fn wanted(urgency: Urgency) -> Wish {
    Wish {
        student: CHILD,
        urgency,
        concerns: vec![Concern::Mood],
        recipient: (CLINIC.to_owned(), "示例医院".to_owned(), "0532-1".to_owned()),
        risk: RiskNow::Unknown,
        known: (String::new(), "奶奶".to_owned(), String::new()),
    }
}

pub(crate) fn opened(school: &School, urgency: Urgency) -> RecordId {
    run(school, move |tx| open(tx, &counsellor(), &wanted(urgency))).expect("opened")
}

/// Everything that any act could ask for.
pub(crate) fn told() -> Told {
    Told {
        who: "李医生".to_owned(),
        code: "other".to_owned(),
        detail: "已商定".to_owned(),
        agreed: Some(date(2025, 11, 25)),
        place: "门诊三楼".to_owned(),
        ..Told::on(TODAY)
    }
}

/// Takes one step as a page would.
pub(crate) fn step(
    school: &School,
    record: RecordId,
    event: Event,
) -> Result<State, LedgerRefusal> {
    let actor = match event {
        Event::Delivered
        | Event::Accept
        | Event::Decline
        | Event::Redirect
        | Event::Appoint
        | Event::Seen
        | Event::NotSeen
        | Event::Outcome
        | Event::TakenOver
        | Event::MoreCare => Actor::Recipient,
        _ => Actor::School,
    };
    run(school, move |tx| match event {
        Event::Send | Event::ResendInScope => {
            let of = course(tx, record)?.referral.entry;
            let live = live(tx, CHILD, (&of.recipient, &of.recipient_name), TODAY)?;
            send(tx, &counsellor(), record, &live, &told())
        }
        Event::WithdrawConsent => withdraw(tx, &counsellor(), record, Actor::Guardian, &told()),
        Event::Emergency => emergency(tx, &counsellor(), record, &danger(), &call()),
        // Without a consent nothing but the code comes back.
        Event::Outcome if course(tx, record)?.last(Event::Send).is_none() => {
            let bare = Told { detail: String::new(), ..told() };
            act(tx, &counsellor(), record, (event, actor), &bare)
        }
        _ => act(tx, &counsellor(), record, (event, actor), &told()),
    })
}

pub(crate) fn played(school: &School, record: RecordId, events: &[Event]) -> State {
    let mut state = State::Draft;
    for event in events {
        state = step(school, record, *event).unwrap_or_else(|why| panic!("{event:?}: {why}"));
    }
    state
}

pub(crate) fn danger() -> Danger {
    Danger {
        facts: "说要从楼上跳下".to_owned(),
        place: "心理辅导室".to_owned(),
        escort: "班主任".to_owned(),
    }
}

pub(crate) fn call() -> Call {
    Call {
        party: CallParty::Guardian,
        at: Moment(NOW_MS),
        who: "王母".to_owned(),
        reached: true,
        detail: "马上到校".to_owned(),
    }
}

pub(crate) fn approved(school: &School, record: RecordId) {
    run(school, move |tx| approve(tx, &head(), record)).expect("approved");
}

pub(crate) fn duties(school: &School, by: Author) -> Vec<(DutyKind, Option<i64>)> {
    let found = run(school, move |tx| Ok(duty::duties(tx, &by, |_| true)?)).expect("duties");
    let of = [
        DutyKind::ReferralTurn,
        DutyKind::ReferralLate,
        DutyKind::ReferralSign,
        DutyKind::ReferralReview,
        DutyKind::ReferralNotice,
        DutyKind::ReferralReply,
    ];
    let own = found.shown.iter().filter(|duty| of.contains(&duty.kind));
    own.map(|duty| (duty.kind, duty.due_ms)).collect()
}

/// The way there and back, each guard asked before its turn, to the end after ninety days.
#[test]
fn a_referral_goes_there_and_back() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    assert_eq!(played(&school, record, &[E::AskConsent]), State::ConsentPending);
    let unasked = step(&school, record, E::ConsentGiven);
    assert!(matches!(unasked, Err(LedgerRefusal::Unconsented(NoConsent::Unanswered))));
    let early = step(&school, record, E::Send);
    assert!(matches!(early, Err(LedgerRefusal::Unconsented(_))), "nothing to send on");
    let paper = consent(&school, CLINIC);
    let early = step(&school, record, E::Send);
    let wrong = Refused::State { from: State::ConsentPending };
    assert!(matches!(early, Err(LedgerRefusal::Referral(why)) if why == wrong));
    assert_eq!(played(&school, record, &[E::ConsentGiven]), State::Consented);
    let alone = step(&school, record, E::Send);
    let missing = Refused::Missing(vec![Fact::ApproverSigned]);
    assert!(matches!(alone, Err(LedgerRefusal::Referral(why)) if why == missing));
    let own = run(&school, move |tx| approve(tx, &counsellor(), record));
    assert!(matches!(own, Err(LedgerRefusal::SamePerson)));
    approved(&school, record);
    let way = [E::Send, E::Delivered, E::Accept, E::Appoint, E::Seen, E::Outcome, E::Return];
    assert_eq!(played(&school, record, &way), State::Returned);
    let early = step(&school, record, E::Close);
    let missing = Refused::Missing(vec![Fact::FollowupsDone, Fact::NinetyDays]);
    assert!(matches!(early, Err(LedgerRefusal::Referral(why)) if why == missing));
    let sent = run(&school, move |tx| {
        let course = course(tx, record)?;
        let sent = course.last(E::Send).cloned().ok_or(LedgerRefusal::Unknown)?.entry;
        Ok((sent, course.envelope))
    });
    let (sent, envelope) = sent.expect("sent");
    assert_eq!((sent.consent, sent.recipient.as_str(), envelope), (Some(paper), CLINIC, 1));
    assert_eq!(sent.consent_digest.len(), 64, "the digest is kept with the act");
    assert_eq!(school.rows("followup"), 1 + 4, "days 7, 14, 28 and 84 beside the case's own");
    assert!(run(&school, |tx| Ok(journal::verify(tx).is_ok())).expect("journal"));
}

/// Nothing has left where the family says no; what was refused cannot be sent afterwards.
#[test]
fn a_refusal_ends_it_before_anything_left() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    let state = played(&school, record, &[E::AskConsent, E::ConsentRefused]);
    assert_eq!(state, State::Refused);
    consent(&school, CLINIC);
    assert!(step(&school, record, E::Send).is_err());
    let danger = step(&school, record, E::Emergency);
    assert!(matches!(danger, Err(LedgerRefusal::Referral(Refused::State { .. }))));
    assert!(duties(&school, counsellor()).is_empty(), "nothing waits any more");
}

/// Another recipient needs a consent and an approval of its own; what the first one says afterwards
/// changes nothing.
#[test]
fn another_recipient_needs_its_own_consent() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Urgent);
    consent(&school, CLINIC);
    approved(&school, record);
    let way = [E::AskConsent, E::ConsentGiven, E::Send, E::Delivered, E::Redirect];
    assert_eq!(played(&school, record, &way), State::RedirectProposed);
    let same = step(&school, record, E::ChooseAgain);
    assert!(matches!(same, Err(LedgerRefusal::Referral(Refused::Missing(_)))), "the same one");
    let named = run(&school, move |tx| {
        name_recipient(tx, &counsellor(), record, ("CLINIC2", "示例二院", "0532-2"))
    });
    named.expect("named");
    assert!(matches!(step(&school, record, E::ResendInScope), Err(LedgerRefusal::Unconsented(_))));
    consent(&school, "CLINIC2");
    let unapproved = step(&school, record, E::ResendInScope);
    assert!(matches!(unapproved, Err(LedgerRefusal::Referral(Refused::Missing(_)))));
    approved(&school, record);
    assert_eq!(played(&school, record, &[E::ResendInScope]), State::Sent);
    let way = [E::Delivered, E::Accept, E::Appoint, E::NotSeen, E::Appoint, E::NotSeen, E::Close];
    assert_eq!(played(&school, record, &way), State::Closed);
    let envelope = run(&school, move |tx| Ok(course(tx, record)?.envelope));
    assert_eq!(envelope.expect("envelope"), 2, "one referral, two hand-overs");
}

/// A consent that is taken back in its own ledger withdraws the referral over it at once; what the
/// recipient says later is kept, and the reminder stands until its answer is written down.
#[test]
fn a_withdrawn_consent_withdraws_the_referral() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    let paper_of = consent(&school, CLINIC);
    approved(&school, record);
    played(&school, record, &[E::AskConsent, E::ConsentGiven, E::Send]);
    let back = Consent { answer: Answer::Withdrawn, withdrawn: Some(TODAY), ..paper(CLINIC) };
    run(&school, move |tx| write::update(tx, &counsellor(), (paper_of, 1), &back)).expect("back");
    let state = run(&school, move |tx| Ok(course(tx, record)?.state)).expect("state");
    assert_eq!(state, State::Withdrawn);
    assert_eq!(step(&school, record, E::Delivered).expect("kept"), State::Withdrawn);
    assert_eq!(step(&school, record, E::Accept).expect("kept"), State::Withdrawn);
    assert!(step(&school, record, E::Send).is_err());
    assert!(matches!(
        run(&school, move |tx| ground(tx, &counsellor(), record).map(drop)),
        Err(LedgerRefusal::NoGround)
    ));
    let due = NOW_MS + 24 * 60 * MINUTE;
    assert_eq!(duties(&school, counsellor()), [(DutyKind::ReferralReply, Some(due))]);
    run(&school, move |tx| reply(tx, &counsellor(), record, (TODAY, "李医生", "病历依法保存")))
        .expect("reply");
    assert!(duties(&school, counsellor()).is_empty());
}

/// A guardian who withdraws on the referral's page withdraws the consent with it.
#[test]
fn a_withdrawal_of_the_referral_ends_the_consent() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    let paper = consent(&school, CLINIC);
    played(&school, record, &[E::AskConsent, E::ConsentGiven]);
    assert_eq!(played(&school, record, &[E::WithdrawConsent]), State::Withdrawn);
    let answer = run(&school, move |tx| Ok(read::one::<Consent>(tx, paper)?));
    let answer = answer.expect("read").expect("consent").entry;
    assert_eq!((answer.answer, answer.withdrawn), (Answer::Withdrawn, Some(TODAY)));
    assert!(duties(&school, counsellor()).is_empty(), "nothing had left, nobody is to be told");
}

/// A guardian who may not be contacted gives no consent, and one who objects holds it up.
#[test]
fn a_suspected_guardian_gives_no_consent() {
    let school = ready();
    consent(&school, CLINIC);
    let objecting = Guardian {
        relation: Relation::Father,
        name: "王父".to_owned(),
        objects: true,
        ..guardian(false)
    };
    let objects = run(&school, move |tx| write::add(tx, &counsellor(), &objecting));
    let objects = objects.expect("added");
    let asked =
        |school: &School| run(school, |tx| live(tx, CHILD, (CLINIC, "示例医院"), TODAY).map(drop));
    assert!(matches!(asked(&school), Err(LedgerRefusal::Unconsented(NoConsent::OnHold))));
    let gone = Guardian {
        relation: Relation::Father,
        name: "王父".to_owned(),
        objects: false,
        ..guardian(false)
    };
    run(&school, move |tx| write::update(tx, &counsellor(), (objects, 1), &gone)).expect("gone");
    assert!(asked(&school).is_ok());
    let suspect = Guardian { name: "王母二".to_owned(), ..guardian(true) };
    run(&school, move |tx| write::add(tx, &counsellor(), &suspect)).expect("suspect");
    assert!(matches!(asked(&school), Err(LedgerRefusal::Unconsented(NoConsent::Suspected))));
}

/// An emergency acts at once and without a consent; within half an hour one person prints the sheet
/// alone, afterwards only once a second one has signed, and who let the time pass makes no other.
#[test]
fn an_emergency_takes_two_persons() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Emergency);
    let unnamed = Call { who: " ".to_owned(), ..call() };
    let refused = run(&school, move |tx| emergency(tx, &counsellor(), record, &danger(), &unnamed));
    assert!(matches!(refused, Err(LedgerRefusal::Field("who"))));
    let vague = Danger { facts: String::new(), ..danger() };
    let refused = run(&school, move |tx| emergency(tx, &counsellor(), record, &vague, &call()));
    let missing = Refused::Missing(vec![Fact::ImminentDanger]);
    assert!(matches!(refused, Err(LedgerRefusal::Referral(why)) if why == missing));
    assert_eq!(played(&school, record, &[E::Emergency]), State::EmergencyOut);
    let printed = |later: i64| {
        run(&school, move |tx| ground(tx, &at(&counsellor(), later), record).map(drop))
    };
    assert!(printed(30 * MINUTE).is_ok());
    assert!(matches!(printed(31 * MINUTE), Err(LedgerRefusal::Unsigned)));
    let due = |kind| {
        let all = duties(&school, head());
        all.into_iter().find(|(known, _)| *known == kind).map(|(_, due)| due)
    };
    assert_eq!(due(DutyKind::ReferralSign), Some(Some(NOW_MS + 30 * MINUTE)));
    assert_eq!(due(DutyKind::ReferralReview), Some(Some(NOW_MS + 24 * 60 * MINUTE)));
    let own = run(&school, move |tx| countersign(tx, &counsellor(), record));
    assert!(matches!(own, Err(LedgerRefusal::SamePerson)));
    // Meanwhile the same person makes no other one alone.
    let second = run(&school, |tx| {
        let other = Wish { student: StudentId(2), ..wanted(Urgency::Emergency) };
        let other = open(tx, &counsellor(), &other)?;
        let later = at(&counsellor(), 31 * MINUTE);
        emergency(tx, &later, other, &danger(), &call())
    });
    assert!(matches!(second, Err(LedgerRefusal::Unreviewed)));
    run(&school, move |tx| countersign(tx, &at(&head(), 40 * MINUTE), record)).expect("signed");
    assert!(printed(41 * MINUTE).is_ok());
    run(&school, move |tx| review(tx, &head(), record, ("处置得当", Some(TODAY)))).expect("review");
    assert!(due(DutyKind::ReferralReview).is_none());
    let way = [E::TakenOver, E::Outcome, E::Return];
    assert_eq!(played(&school, record, &way), State::Returned);
}

/// The sheet has what the family agreed to and nothing else: no item answer, no note of a talk, no
/// number of the roll; and each printing stands in the log of reads.
#[test]
fn the_sheet_holds_the_least() {
    use Event as E;
    let school = ready();
    school.answers(&[(TestPupil::new(0), "2025-10-20", sheet_cells(12, "1"))]).expect("answers");
    let record = opened(&school, Urgency::Routine);
    consent(&school, CLINIC);
    played(&school, record, &[E::AskConsent, E::ConsentGiven]);
    approved(&school, record);
    let early = run(&school, move |tx| ground(tx, &counsellor(), record).map(drop));
    assert!(matches!(early, Err(LedgerRefusal::NoGround)), "nothing says who took it");
    played(&school, record, &[E::Send]);
    let sheet = run(&school, move |tx| {
        let ground = ground(tx, &counsellor(), record)?;
        hand_over(tx, &counsellor(), record, &ground)
    });
    let sheet = sheet.expect("sheet");
    let kinds: Vec<&str> = sheet
        .parts
        .iter()
        .map(|part| match part {
            Part::Identity { .. } => "identity",
            Part::Reason { .. } => "reason",
            Part::Scores(_) => "scores",
            Part::Risk { .. } => "risk",
            Part::Emergency { .. } => "emergency",
        })
        .collect();
    assert_eq!(kinds, ["identity", "reason", "scores"], "the family did not agree to the risk");
    let scores = sheet.parts.iter().find_map(|part| match part {
        Part::Scores(scores) => Some(scores.clone()),
        _ => None,
    });
    let scores = scores.expect("scores");
    assert_eq!(scores.len(), 1);
    assert_eq!(scores.first().map(|score| score.scale.as_str()), Some(testing::SCALE));
    let by_head = run(&school, move |tx| {
        let ground = ground(tx, &head(), record)?;
        hand_over(tx, &head(), record, &ground)
    });
    assert!(matches!(by_head, Err(LedgerRefusal::NotAllowed)), "scores are not the head's");
    let reads = run(&school, |tx| {
        let pass = access::open(tx, &counsellor(), CHILD, ReadPurpose::Review)?;
        Ok(access::reads(tx, &pass, 10)?)
    });
    let logged = reads.expect("reads").into_iter().any(|line| {
        line.purpose == ReadPurpose::Referral && line.reason.as_deref() == Some("转介单：示例医院")
    });
    assert!(logged, "the disclosure is on the student's page");
}

/// Who is not on the case sees no referral and is told of none; nobody for the computer ever does.
#[test]
fn only_who_is_on_the_case_sees_it() {
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    let mentor = || Author::new("mentor", SchoolRole::Mentor, Some(StaffId(3)), NOW_MS);
    let seen = |by: Author| run(&school, move |tx| Ok(board(tx, &by)?.len()));
    assert_eq!(seen(mentor()).expect("board"), 0);
    assert!(duties(&school, mentor()).is_empty());
    for role in [SchoolRole::Operator, SchoolRole::Auditor] {
        let by = Author::new("it", role, Some(StaffId(4)), NOW_MS);
        assert!(matches!(seen(by.clone()), Err(LedgerRefusal::NotAllowed)));
        assert!(duties(&school, by).is_empty());
    }
    let helper = Helper { from: AS_OF, student: CHILD, staff: StaffId(3), until: None };
    run(&school, move |tx| write::add(tx, &head(), &helper)).expect("helper");
    assert_eq!(seen(mentor()).expect("board"), 1);
    let done = run(&school, move |tx| {
        act(tx, &mentor().because("试"), record, (Event::Cancel, Actor::School), &told())
    });
    assert!(matches!(done, Err(LedgerRefusal::NotAllowed)), "reading is not writing");
}

/// A limit that has passed ends a draft, and an answer that is late is telephoned for.
#[test]
fn limits_are_kept() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    let early = run(&school, move |tx| {
        act(tx, &counsellor(), record, (E::Timeout, Actor::Clock), &Told::on(TODAY))
    });
    let missing = Refused::Missing(vec![Fact::DeadlinePassed]);
    assert!(matches!(early, Err(LedgerRefusal::Referral(why)) if why == missing));
    let week = 7 * 24 * 60 * MINUTE;
    assert_eq!(duties(&school, counsellor()), [(DutyKind::ReferralTurn, Some(NOW_MS + week))]);
    consent(&school, CLINIC);
    approved(&school, record);
    played(&school, record, &[E::AskConsent, E::ConsentGiven, E::Send]);
    assert!(duties(&school, counsellor()).is_empty(), "it is the other side's turn");
    let late = duties(&school, at(&counsellor(), 5 * 60 * MINUTE));
    assert_eq!(late, [(DutyKind::ReferralLate, Some(NOW_MS + 4 * 60 * MINUTE))]);
}
