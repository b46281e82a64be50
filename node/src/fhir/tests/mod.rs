//! What is told comes back the same, says nothing that was not sealed, and what a receiver's own
//! system answers does what its form does or nothing.

mod clinic;
mod draw;
mod office;
mod replies;

use domain::ledger::Word as _;
use domain::referral::{DeclineReason, FitForSchool, KeptWhy, State};
use jiff::civil::date;
use proptest::prelude::*;

use self::draw::Draw;
use super::*;
use crate::content::tests::{answer, emergency, referral};
use crate::content::{
    AnswerContent, Answered, Contact, GroundSaid, Kept, Outcome, ReferralContent, Summary,
};
use crate::ledger::entry::Moment;
use crate::ledger::intake::ConsentKept;
use crate::ledger::referral::{Part, Score};

/// What the tests' referral says of the child, its family and its risk.
const SAID: [&str; 6] = ["林小雨", "李梅", "13800000000", "2014-03-05", "母亲、班主任", "phq9"];

pub(super) fn whole(content: ReferralContent, state: State) -> Record {
    let (said, answers) = (Said::Whole(Box::new(content)), Vec::new());
    Record { envelope: [7; 16], state, revoked_at: None, is_settled: false, said, answers }
}

fn ended(content: &ReferralContent, state: State) -> Record {
    let consent = match &content.ground {
        GroundSaid::Consent(said) => Some(ConsentKept {
            digest: said.digest,
            valid_to: said.valid_to,
            classes: said.classes.clone(),
            outcome_back: said.outcome_back,
        }),
        GroundSaid::Emergency(_) => None,
    };
    let said = Said::Ended(Ended {
        referral: content.referral,
        number: content.number,
        urgency: content.urgency,
        at: content.at,
        sender: content.sender.unit.clone(),
        recipient: content.recipient.unit.clone(),
        consent,
    });
    let revoked_at = Some(Moment(content.at.0 + 5_000));
    let answers = Vec::new();
    Record { envelope: [7; 16], state, revoked_at, is_settled: false, said, answers }
}

/// Every kind of answer, in an order in which it may come.
fn answers() -> Vec<AnswerContent> {
    let (day, text) = (date(2026, 11, 9), |text: &str| text.to_owned());
    let to = Contact { unit: text("区医院"), person: text("刘医生"), phone: text("0532-1") };
    let summary = Summary {
        adjustments: text("免体育课"),
        watch: String::new(),
        next_visit: Some(date(2026, 12, 20)),
    };
    let empty = Summary { adjustments: String::new(), watch: String::new(), next_visit: None };
    let outcome = |fit, summary| Answered::Outcome(Outcome { fit, summary });
    let kept = Kept { why: KeptWhy::MedicalRecord, detail: text("第47条") };
    let reason = DeclineReason::Other;
    let said = [
        Answered::Delivered,
        Answered::Accepted { note: text("请来电") },
        Answered::Declined { reason, note: text("无儿童门诊") },
        Answered::Redirected { unit: text("CLINIC2"), to },
        Answered::Appointed { day, time: text("9:30"), place: text("三号楼") },
        Answered::NotSeen(day),
        Answered::Seen(day),
        outcome(Some(FitForSchool::Part), Some(summary)),
        outcome(None, Some(empty)),
        outcome(None, None),
        Answered::MoreCare,
        Answered::TakenOver { by: text("急诊科"), place: text("急诊楼") },
        Answered::TimedOut,
        Answered::RevocationDone(kept),
    ];
    let number = |said: &Answered, at: u32| if said.event().is_some() { at } else { 0 };
    (1..).zip(said).map(|(at, said)| answer(number(&said, at), said)).collect()
}

/// A bundle as it comes back from a file.
pub(super) fn filed(record: &Record) -> Value {
    let told = bundle(record).unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_str(&file(&told)).expect("a file")
}

/// In every state, on every ground, with every answer, a record comes back from its file as it was.
#[test]
fn every_state_comes_back() {
    for state in State::ALL {
        for content in [referral(), emergency()] {
            let over = ended(&content, *state);
            let mut record = whole(content, *state);
            for answers in [Vec::new(), answers()] {
                record.answers = answers;
                for one in [&record, &over] {
                    let back = read(&filed(one)).unwrap_or_else(|error| panic!("{error}"));
                    assert!(back.is_same(one), "{state:?}");
                }
            }
        }
    }
}

/// What differs is not taken for the same: the comparison on which the export relies sees it.
#[test]
fn a_difference_is_seen() {
    let base = || whole(referral(), State::Received);
    let mut others = vec![whole(emergency(), State::Received), whole(referral(), State::Accepted)];
    let mut named = referral();
    named.sender.phone.push('1');
    others.push(whole(named, State::Received));
    others.push(Record { is_settled: true, ..base() });
    others.push(Record { revoked_at: Some(Moment(1)), ..base() });
    others.push(Record { envelope: [8; 16], ..base() });
    others.push(Record { answers: vec![answer(1, Answered::Delivered)], ..base() });
    others.push(ended(&referral(), State::Received));
    for other in &others {
        assert!(!base().is_same(other) && !other.is_same(&base()));
    }
    assert!(base().is_same(&base()));
}

/// What the mapping has no place for is not told at all.
#[test]
fn what_would_be_lost_is_not_told() {
    let mut twice = referral();
    twice.parts.extend(twice.parts.clone());
    assert_eq!(bundle(&whole(twice, State::Sent)).err(), Some(FhirError::Lossy));
    let mut blank = referral();
    let day = date(2026, 10, 10);
    let (scale, flags) = ("phq9".to_owned(), String::new());
    let score = Score { scale, day, total: None, band: Some(String::new()), flags };
    blank.parts = vec![Part::Scores(vec![score])];
    assert_eq!(bundle(&whole(blank, State::Sent)).err(), Some(FhirError::Lossy));
}

/// What was sealed is told; of what is over nothing of it is.
#[test]
fn an_end_says_nothing_of_the_child() {
    let whole = filed(&whole(referral(), State::InCare));
    assert!(!is_end(&whole), "it names a child");
    let told = file(&whole);
    for said in SAID {
        assert!(told.contains(said), "{said}");
    }
    for state in [State::Withdrawn, State::Expired, State::Error, State::Closed] {
        let end = filed(&ended(&referral(), state));
        assert!(is_end(&end), "{state:?}");
        let told = file(&end);
        for said in SAID {
            assert!(!told.contains(said), "{state:?}: {said}");
        }
    }
}

/// What an answer says is told; no field of a bundle is there for what was never sealed.
#[test]
fn the_only_identifiers_are_random_ones() {
    let told = filed(&whole(referral(), State::Sent));
    let patients = Found::of(&told).expect("bundle");
    let patient = patients.first("Patient").expect("patient");
    let systems: Vec<&str> =
        json::all(patient, "/identifier").iter().map(|one| json::text(one, "/system")).collect();
    assert_eq!(systems, [json::own("referral")]);
    let items = patients.every("QuestionnaireResponse").flat_map(|one| json::all(one, "/item"));
    let mut links: Vec<&str> = items.map(|one| json::text(one, "/linkId")).collect();
    links.sort_unstable();
    links.dedup();
    assert_eq!(links, ["band", "flags", "total"]);
}

/// Status, business status, request and consent of each state are those of the mapping.
#[test]
fn states_are_told_as_the_mapping_has_them() {
    let expected = [
        (State::Sent, "requested", "2.0", "active", "active"),
        (State::Received, "received", "2.0", "active", "active"),
        (State::Accepted, "accepted", "3.0", "active", "active"),
        (State::Declined, "rejected", "4.0", "active", "active"),
        (State::Appointed, "in-progress", "5.1.1", "active", "active"),
        (State::NoShow, "in-progress", "5.1.2", "active", "active"),
        (State::InCare, "in-progress", "5.1.4", "active", "active"),
        (State::OutcomeIn, "completed", "7.0", "active", "active"),
        (State::Closed, "completed", "7.0", "completed", "inactive"),
        (State::Withdrawn, "cancelled", "5.2", "revoked", "inactive"),
        (State::Expired, "failed", "5.2", "revoked", "inactive"),
        (State::Error, "entered-in-error", "", "entered-in-error", "entered-in-error"),
    ];
    for (state, task, business, request, consent) in expected {
        let told = filed(&ended(&referral(), state));
        let found = Found::of(&told).expect("bundle");
        let of = |kind, place: &str| json::text(found.first(kind).expect("there"), place);
        assert_eq!(of("Task", "/status"), task, "{state:?}");
        let code = of("Task", "/businessStatus/coding/0/code");
        // One that was taken back and not answered is being cancelled.
        assert_eq!(code, business, "{state:?}");
        assert_eq!(of("ServiceRequest", "/status"), request, "{state:?}");
        assert_eq!(of("Consent", "/status"), consent, "{state:?}");
        let revoked =
            json::said_text(found.first("Consent").expect("there"), "revokedAt", "valueDateTime");
        assert!(!revoked.is_empty());
    }
    let settled = Record { is_settled: true, ..ended(&referral(), State::Withdrawn) };
    let told = filed(&settled);
    let found = Found::of(&told).expect("bundle");
    let task = found.first("Task").expect("task");
    assert_eq!(json::text(task, "/businessStatus/coding/0/code"), "6.0");
    let told = filed(&whole(emergency(), State::EmergencyOut));
    let found = Found::of(&told).expect("bundle");
    assert!(found.first("Consent").is_err(), "nobody consented to an emergency");
    let basis = found.first("Provenance").expect("provenance");
    assert_eq!(json::text(basis, "/reason/0/coding/0/code"), "ETREAT");
}

proptest! {
    /// Whatever people write and however a referral went, it comes back as it was.
    #[test]
    fn generated_records_come_back(
        numbers in prop::collection::vec(any::<u64>(), 200),
        texts in prop::collection::vec(".{0,20}", 60),
    ) {
        let record = Draw::new(numbers, texts).record();
        let told = bundle(&record);
        prop_assert!(told.is_ok(), "{:?}", told.err());
        let text = file(&told.expect("told"));
        let value: Value = serde_json::from_str(&text).expect("a file");
        let back = read(&value);
        prop_assert!(back.is_ok(), "{:?}", back.err());
        prop_assert!(back.ok().is_some_and(|back| back.is_same(&record)));
    }

    /// Any change of a file is refused or read as something else, and nothing stops the programme.
    #[test]
    fn any_file_is_read_or_refused(
        noise in prop::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut text = file(&filed(&whole(referral(), State::Received))).into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        for bytes in [text, noise] {
            let today = date(2026, 11, 3);
            let _ = reply::Reply::read(&bytes).map(|one| one.answered(State::Received, today));
            if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
                let _ = read(&value).map(|record| record.whole().is_some());
            }
        }
    }
}
