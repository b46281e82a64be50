//! Bundles of every state, read by a library that knows nothing of this project.
//!
//! `validate.py` has them read by `fhir.resources` (models of R4B, which has the resources of R4
//! that are used here). It needs Python with that library, which a clone does not bring, so the
//! test runs where it is asked for: `.ci/run` makes a Python of its own, and says so where it
//! cannot.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::digest::Digest;
use domain::ledger::consent::{DataClass, Method, OutcomeBack};
use domain::ledger::terms::{Relation, Tier};
use domain::ledger::{Kind, Word as _};
use domain::referral::history::{Act, Side};
use domain::referral::{
    Actor, Concern, DeclineReason, Event, FitForSchool, KeptWhy, RiskNow, State, Urgency,
};
use jiff::civil::date;
use node::content::{
    AnswerContent, Answered, ConsentSaid, Contact, EmergencySaid, GroundSaid, Kept, Outcome,
    ReferralContent, ReferralId, Summary,
};
use node::fhir::{Ended, Record, Said, bundle, file, read};
use node::import::value::Sex;
use node::ledger::entry::Moment;
use node::ledger::intake::ConsentKept;
use node::ledger::referral::{Part, Score};

/// 2026-11-02 12:00 UTC.
const NOON: Moment = Moment(1_793_620_800_000);
/// The same, with thousandths.
const LATER: Moment = Moment(1_793_620_860_123);

fn text(text: &str) -> String {
    text.to_owned()
}

fn contact(unit: &str) -> Contact {
    Contact { unit: text(unit), person: text("王老师"), phone: text("0532-1234567") }
}

fn guardians() -> Vec<(String, Relation, String)> {
    vec![(text("李梅"), Relation::Mother, text("13800000000"))]
}

fn consent() -> ConsentSaid {
    ConsentSaid {
        digest: Digest::sha256([7; 32]),
        classes: vec![DataClass::Identity, DataClass::Reason, DataClass::Scores, DataClass::Risk],
        outcome_back: OutcomeBack::Summary,
        method: Method::Paper,
        relation: Some(Relation::Mother),
        guardian_signed: Some(date(2026, 11, 2)),
        student_signed: Some(date(2026, 11, 1)),
        child_asked: true,
        valid_from: date(2026, 11, 2),
        valid_to: date(2027, 3, 31),
        notice: text("v1"),
    }
}

fn parts() -> Vec<Part> {
    let score = |total| Score {
        scale: text("phq9"),
        day: date(2026, 10, 10),
        total,
        band: Some(text("moderate")),
        flags: text("item9"),
    };
    vec![
        Part::Identity {
            name: text("林小雨"),
            sex: Sex::Female,
            birth: Some(date(2014, 3, 5)),
            guardians: guardians(),
            has_suspect: true,
        },
        Part::Reason {
            concerns: vec![Concern::Mood, Concern::SelfHarm],
            tier: Some(Tier::T3),
            since: Some(date(2026, 10, 12)),
            work: vec![(Kind::Talk, 4, date(2026, 10, 12), date(2026, 11, 1))],
        },
        Part::Scores(vec![score(Some(1_400)), score(Some(1_450)), score(None)]),
        Part::Risk { risk: RiskNow::Unknown, known: [text("无"), text("母亲"), String::new()] },
    ]
}

fn referral() -> ReferralContent {
    let (side, actor, seen) = (Side::School, Actor::School, BTreeMap::new());
    ReferralContent {
        referral: ReferralId([0x31; 16]),
        number: 1,
        sender: contact("第一中学"),
        recipient: contact("市精神卫生中心"),
        urgency: Urgency::Urgent,
        at: NOON,
        ground: GroundSaid::Consent(consent()),
        parts: parts(),
        acts: vec![Act { side, number: 1, event: Event::AskConsent, actor, seen }],
    }
}

fn emergency() -> ReferralContent {
    let part = Part::Emergency {
        name: text("林小雨"),
        age: Some(12),
        guardians: guardians(),
        has_suspect: false,
        told: [text("站在楼顶"), text("教学楼"), text("王老师")],
        physique: vec![text("青霉素过敏")],
    };
    let ground = GroundSaid::Emergency(EmergencySaid { at: LATER, is_signed: true });
    ReferralContent { urgency: Urgency::Emergency, ground, parts: vec![part], ..referral() }
}

/// Every kind of answer.
fn answers() -> Vec<AnswerContent> {
    let day = date(2026, 11, 9);
    let summary = Summary {
        adjustments: text("免体育课"),
        watch: text("睡眠"),
        next_visit: Some(date(2026, 12, 20)),
    };
    let outcome = Outcome { fit: Some(FitForSchool::Part), summary: Some(summary) };
    let said = [
        Answered::Delivered,
        Answered::Accepted { note: text("请来电") },
        Answered::Declined { reason: DeclineReason::Age, note: text("满 18 岁") },
        Answered::Redirected { unit: text("CLINIC2"), to: contact("区医院") },
        Answered::Appointed { day, time: text("9:30"), place: text("三号楼") },
        Answered::NotSeen(day),
        Answered::Seen(day),
        Answered::MoreCare,
        Answered::TakenOver { by: text("急诊科"), place: text("急诊楼") },
        Answered::TimedOut,
        Answered::RevocationDone(Kept { why: KeptWhy::MedicalRecord, detail: text("病历") }),
        Answered::Outcome(outcome),
    ];
    let answers = (1..).zip(said).map(|(act, said)| AnswerContent {
        referral: ReferralId([0x31; 16]),
        number: 1,
        act,
        seen: 3,
        by: contact("市精神卫生中心"),
        at: LATER,
        said,
    });
    answers.collect()
}

/// Records of a state: on a consent and in an emergency, with what was answered, and over.
fn records(state: State) -> Vec<(&'static str, Record)> {
    let record = |said, answers| Record {
        envelope: [7; 16],
        state,
        revoked_at: None,
        is_settled: false,
        said,
        answers,
    };
    let whole = |content, answers| record(Said::Whole(Box::new(content)), answers);
    let kept = ConsentKept {
        digest: Digest::sha256([7; 32]),
        valid_to: date(2027, 3, 31),
        classes: vec![DataClass::Identity],
        outcome_back: OutcomeBack::Code,
    };
    let over = |consent| {
        let ended = Ended {
            referral: ReferralId([0x31; 16]),
            number: 1,
            urgency: Urgency::Routine,
            at: NOON,
            sender: text("第一中学"),
            recipient: text("市精神卫生中心"),
            consent,
        };
        let record = record(Said::Ended(ended), Vec::new());
        Record { revoked_at: Some(LATER), is_settled: true, ..record }
    };
    vec![
        ("consent", whole(referral(), Vec::new())),
        ("answered", whole(referral(), answers())),
        ("emergency", whole(emergency(), answers())),
        ("over", over(Some(kept))),
        ("over-emergency", over(None)),
    ]
}

/// Writes bundles of every state into a folder; says how many.
fn write_all(folder: &Path) -> usize {
    let mut count = 0;
    for state in State::ALL {
        for (name, record) in records(*state) {
            let told = bundle(&record).unwrap_or_else(|error| panic!("{state:?} {name}: {error}"));
            assert!(read(&told).is_ok(), "{state:?} {name}");
            let path = folder.join(format!("{}-{name}.json", state.as_str()));
            std::fs::write(path, file(&told)).expect("written");
            count += 1;
        }
    }
    count
}

/// Every state on every ground has a bundle that is read back.
#[test]
fn every_state_has_a_bundle() {
    let folder = tempfile::tempdir().expect("folder");
    assert_eq!(write_all(folder.path()), State::ALL.len() * 5);
}

/// An independent implementation of R4 reads every bundle whole, and writes it again as it was.
#[test]
#[ignore = "needs Python with fhir.resources 8; .ci/run makes one, XINQIAO_PYTHON names another"]
fn an_independent_library_reads_every_bundle() {
    let folder = tempfile::tempdir().expect("folder");
    let count = write_all(folder.path());
    let python = std::env::var("XINQIAO_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fhir/validate.py");
    let run = Command::new(&python).arg(script).arg(folder.path()).output();
    let run = run.unwrap_or_else(|error| panic!("{python} does not run: {error}"));
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{python} ended with {:?}\n{said}", run.status.code());
    let told: serde_json::Value = serde_json::from_slice(&run.stdout).expect("a result");
    assert_eq!(
        (told["files"].as_u64(), told["wrong"].as_u64()),
        (u64::try_from(count).ok(), Some(0))
    );
}
