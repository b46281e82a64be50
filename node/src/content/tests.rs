//! Contents have the bytes that another program computed, and one reading.

use std::collections::BTreeMap;

use certs::referral::{Ground, Scopes};
use domain::digest::Digest;
use domain::ledger::Kind;
use domain::ledger::consent::{DataClass, Method, OutcomeBack};
use domain::ledger::terms::{Relation, Tier};
use domain::referral::history::{Act, Side};
use domain::referral::{
    Actor, Concern, DeclineReason, Event, FitForSchool, KeptWhy, RiskNow, Urgency,
};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::import::value::Sex;
use crate::ledger::entry::Moment;
use crate::ledger::referral::{Part, Score};

/// 2026-11-02 12:00 UTC.
const NOON: Moment = Moment(1_793_620_800_000);
const NEXT_NOON: Moment = Moment(1_793_707_200_000);

/// A value of the vector file, in hexadecimal digits.
fn known(name: &str) -> &'static str {
    let lines = include_str!("vectors/content.txt").lines();
    let mut named = lines.filter_map(|line| line.split_once(' '));
    named.find(|(found, _)| *found == name).expect("a vector").1
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn contact(unit: &str, person: &str, phone: &str) -> Contact {
    Contact { unit: unit.to_owned(), person: person.to_owned(), phone: phone.to_owned() }
}

fn act((side, number): (Side, u32), event: Event, seen: &[(Side, u32)]) -> Act {
    let actor = match side {
        Side::School => Actor::School,
        Side::Recipient(_) => Actor::Recipient,
    };
    let seen: BTreeMap<Side, u32> = seen.iter().copied().collect();
    Act { side, number, event, actor, seen }
}

fn mother() -> Vec<(String, Relation, String)> {
    vec![("李梅".to_owned(), Relation::Mother, "13800000000".to_owned())]
}

fn score(scale: &str, total: Option<i64>, band: Option<&str>, flags: &str) -> Score {
    let (scale, flags) = (scale.to_owned(), flags.to_owned());
    Score { scale, day: date(2026, 10, 10), total, band: band.map(str::to_owned), flags }
}

fn parts() -> Vec<Part> {
    let work = (Kind::Talk, 4, date(2026, 10, 12), date(2026, 11, 1));
    vec![
        Part::Identity {
            name: "林小雨".to_owned(),
            sex: Sex::Female,
            birth: Some(date(2014, 3, 5)),
            guardians: mother(),
            has_suspect: true,
        },
        Part::Reason {
            concerns: vec![Concern::Mood, Concern::SelfHarm],
            tier: Some(Tier::T3),
            since: Some(date(2026, 10, 12)),
            work: vec![work],
        },
        Part::Scores(vec![
            score("phq9", Some(1_400), Some("moderate"), "item9"),
            score("gad7", None, None, ""),
        ]),
        Part::Risk {
            risk: RiskNow::Unknown, known: ["无", "母亲、班主任", ""].map(str::to_owned)
        },
    ]
}

/// A referral on a consent.
pub(crate) fn referral() -> ReferralContent {
    let school = |number, event| act((Side::School, number), event, &[]);
    ReferralContent {
        referral: ReferralId([0x31; 16]),
        number: 1,
        sender: contact("第一中学", "王老师", "0532-1234567"),
        recipient: contact("市精神卫生中心", "", "0532-7654321"),
        urgency: Urgency::Urgent,
        at: NOON,
        ground: GroundSaid::Consent(ConsentSaid {
            digest: Digest::sha256([7; 32]),
            classes: vec![
                DataClass::Identity,
                DataClass::Reason,
                DataClass::Scores,
                DataClass::Risk,
            ],
            outcome_back: OutcomeBack::Summary,
            method: Method::Paper,
            relation: Some(Relation::Mother),
            guardian_signed: Some(date(2026, 11, 2)),
            student_signed: None,
            child_asked: true,
            valid_from: date(2026, 11, 2),
            valid_to: date(2027, 3, 31),
            notice: "v1".to_owned(),
        }),
        parts: parts(),
        acts: vec![
            school(1, Event::AskConsent),
            school(2, Event::ConsentGiven),
            school(3, Event::Send),
        ],
    }
}

/// An emergency.
pub(crate) fn emergency() -> ReferralContent {
    ReferralContent {
        number: 2,
        sender: contact("第一中学", "", ""),
        recipient: contact("市精神卫生中心", "", ""),
        urgency: Urgency::Emergency,
        ground: GroundSaid::Emergency(EmergencySaid { at: NOON, is_signed: false }),
        parts: vec![Part::Emergency {
            name: "林小雨".to_owned(),
            age: Some(12),
            guardians: mother(),
            has_suspect: false,
            told: ["站在楼顶", "教学楼", "王老师"].map(str::to_owned),
            physique: vec!["青霉素过敏".to_owned()],
        }],
        acts: vec![
            act((Side::Recipient(1), 1), Event::Decline, &[(Side::School, 3)]),
            act((Side::School, 4), Event::Emergency, &[(Side::Recipient(1), 1)]),
        ],
        ..referral()
    }
}

/// An answer.
pub(crate) fn answer(act: u32, said: Answered) -> AnswerContent {
    AnswerContent {
        referral: ReferralId([0x31; 16]),
        number: 1,
        act,
        seen: 3,
        by: contact("市精神卫生中心", "", ""),
        at: NEXT_NOON,
        said,
    }
}

fn outcome() -> AnswerContent {
    let summary = Summary {
        adjustments: "免体育课".to_owned(),
        watch: "睡眠".to_owned(),
        next_visit: Some(date(2026, 12, 20)),
    };
    let said = Outcome { fit: Some(FitForSchool::Part), summary: Some(summary) };
    let by = contact("市精神卫生中心", "陈医生", "0532-7654321");
    AnswerContent { by, ..answer(5, Answered::Outcome(said)) }
}

fn revoked() -> AnswerContent {
    let detail = "精神卫生法第47条".to_owned();
    answer(0, Answered::RevocationDone(Kept { why: KeptWhy::MedicalRecord, detail }))
}

fn declined() -> AnswerContent {
    let reason = DeclineReason::NoCapacity;
    answer(2, Answered::Declined { reason, note: String::new() })
}

/// Every kind of answer.
fn answers() -> Vec<AnswerContent> {
    let day = date(2026, 11, 9);
    let text = |text: &str| text.to_owned();
    let appointed = Answered::Appointed { day, time: text("9:30"), place: text("三号楼") };
    let taken = Answered::TakenOver { by: text("急诊科"), place: text("急诊楼") };
    let to = contact("区医院", "", "0532-1111111");
    let said = vec![
        Answered::Delivered,
        Answered::Accepted { note: text("请家长来电") },
        Answered::Redirected { unit: text("CLINIC2"), to },
        appointed,
        Answered::NotSeen(day),
        Answered::Seen(day),
        Answered::Outcome(Outcome { fit: None, summary: None }),
        Answered::MoreCare,
        taken,
        Answered::TimedOut,
    ];
    let acts = said.into_iter().map(|said| answer(2, said));
    acts.chain([declined(), outcome(), revoked()]).collect()
}

/// A content has the bytes that another program wrote.
#[test]
fn contents_have_their_known_bytes() {
    for (name, content) in [("referral", referral()), ("emergency", emergency())] {
        assert_eq!(hex(&content.write().expect("written")), known(name), "{name}");
    }
    let answers = [("outcome", outcome()), ("revoked", revoked()), ("declined", declined())];
    for (name, content) in answers {
        assert_eq!(hex(&content.write().expect("written")), known(name), "{name}");
    }
}

/// What is written is read back, and nothing that is cut, longer, of another kind or version.
#[test]
fn a_content_has_one_reading() {
    let bytes = referral().write().expect("written");
    let again = ReferralContent::read(&bytes).expect("read").write().expect("written");
    assert_eq!(again, bytes);
    for cut in 0..bytes.len() {
        let refused = ReferralContent::read(&bytes[..cut]).err();
        assert_eq!(refused, Some(ContentError::Form), "{cut}");
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    assert_eq!(ReferralContent::read(&longer).err(), Some(ContentError::Form));
    assert_eq!(AnswerContent::read(&bytes).err(), Some(ContentError::Form));
    let mut later = bytes.to_vec();
    later[0] = 2;
    assert_eq!(ReferralContent::read(&later).err(), Some(ContentError::Version(2)));
    for content in answers() {
        let bytes = content.write().expect("written");
        let read = AnswerContent::read(&bytes).expect("read");
        assert_eq!(read.said.event(), content.said.event());
        assert_eq!(read.write().expect("written"), bytes);
        for cut in 0..bytes.len() {
            assert!(AnswerContent::read(&bytes[..cut]).is_err(), "{cut}");
        }
    }
}

/// An act has a number and the answer to a withdrawal none.
#[test]
fn an_answer_is_numbered_as_what_it_is() {
    for wrong in [answer(0, Answered::Delivered), AnswerContent { act: 1, ..revoked() }] {
        let bytes = wrong.write().expect("written");
        assert_eq!(AnswerContent::read(&bytes).err(), Some(ContentError::Form));
    }
}

/// A word of a later version is refused by its list, and a text that is too long is not cut.
#[test]
fn what_is_not_known_or_too_long_is_refused() {
    let bytes = declined().write().expect("written");
    let at = bytes.windows(11).position(|window| window == b"no_capacity").expect("reason");
    let mut other = bytes.to_vec();
    other[at] = b'N';
    assert_eq!(AnswerContent::read(&other).err(), Some(ContentError::Unknown("reasons")));
    let note = "x".repeat(TEXT_BYTES_MAX + 1);
    let long = answer(2, Answered::Accepted { note });
    assert_eq!(long.write().err(), Some(ContentError::Long));
    let line = "x".repeat(TEXT_BYTES_MAX);
    let scores = (0..60).map(|_| score(&line, None, None, "")).collect();
    let heavy = ReferralContent { parts: vec![Part::Scores(scores)], ..referral() };
    assert_eq!(heavy.write().err(), Some(ContentError::Long));
}

/// A content stands on the ground that its header names, and on no other; it holds no kind of data
/// that its consent does not let out.
#[test]
fn a_content_stands_on_its_ground() {
    let ground = |digest: u8, classes: &[DataClass]| Ground::Consent {
        digest: Digest::sha256([digest; 32]),
        valid_to: date(2027, 3, 31),
        scopes: Scopes::of(classes),
    };
    let all = [DataClass::Identity, DataClass::Reason, DataClass::Scores, DataClass::Risk];
    assert_eq!(referral().stands_on(&ground(7, &all)), Ok(()));
    assert_eq!(referral().stands_on(&ground(8, &all)), Err(ContentError::Header));
    assert_eq!(referral().stands_on(&ground(7, &all[..3])), Err(ContentError::Header));
    assert_eq!(referral().stands_on(&Ground::Emergency), Err(ContentError::Header));
    let mut narrow = referral();
    if let GroundSaid::Consent(said) = &mut narrow.ground {
        said.classes.pop();
    }
    let few = ground(7, &all[..3]);
    assert_eq!(narrow.stands_on(&few), Err(ContentError::Unconsented));
    narrow.parts.pop();
    assert_eq!(narrow.stands_on(&few), Ok(()));
    assert_eq!(emergency().stands_on(&Ground::Emergency), Ok(()));
    let wide = ReferralContent { parts: parts(), ..emergency() };
    assert_eq!(wide.stands_on(&Ground::Emergency), Err(ContentError::Unconsented));
}

proptest! {
    /// No bytes make the readers fail otherwise than by refusing, and what they read they write.
    #[test]
    fn any_bytes_are_a_content_or_refused(
        noise in prop::collection::vec(any::<u8>(), 0..300),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let bent = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes
        };
        let written = [referral(), emergency()].map(|content| content.write().expect("written"));
        for bytes in written.iter().map(|bytes| bent(bytes)).chain([noise.clone()]) {
            if let Ok(content) = ReferralContent::read(&bytes) {
                prop_assert_eq!(content.write().expect("written").to_vec(), bytes);
            }
        }
        let written = answers().into_iter().map(|content| content.write().expect("written"));
        for bytes in written.map(|bytes| bent(&bytes)).chain([noise]) {
            if let Ok(content) = AnswerContent::read(&bytes) {
                prop_assert_eq!(content.write().expect("written").to_vec(), bytes);
            }
        }
    }

    /// Whatever people write into its texts comes out as it went in.
    #[test]
    fn texts_come_out_as_they_went_in(
        texts in prop::collection::vec(".{0,40}", 6),
        count in 0_u32..1_000,
        total in any::<i64>(),
    ) {
        let mut content = referral();
        content.sender = contact(&texts[0], &texts[1], &texts[2]);
        content.number = count;
        content.parts = vec![
            Part::Scores(vec![score(&texts[3], Some(total), Some(&texts[4]), &texts[5])]),
        ];
        let bytes = content.write().expect("written");
        let read = ReferralContent::read(&bytes).expect("read");
        prop_assert_eq!(&read.sender.unit, &texts[0]);
        prop_assert_eq!(&read.sender.phone, &texts[2]);
        prop_assert_eq!(read.number, count);
        let Some(Part::Scores(scores)) = read.parts.first() else {
            return Err(TestCaseError::fail("no scores"));
        };
        prop_assert_eq!(scores.first().and_then(|one| one.total), Some(total));
        prop_assert_eq!(scores.first().map(|one| one.flags.as_str()), Some(texts[5].as_str()));
    }
}
