//! A school and a scripted expert: what is shown is what is sealed and tells no student, only an
//! expert with the family's consent gets it, and what comes back stands once with its author.

use certs::identity::LeafIdentity;
use certs::letter::Letter;
use certs::referral::{EnvelopeId, Ground, Role};
use domain::consult::{Advice, CARD_CHARS_MAX};
use domain::directory::Expert;
use domain::ledger::consent::{Answer as Said, DataClass, NoConsent, Purpose};
use domain::ledger::words::Service;
use domain::referral::Urgency;
use jiff::SignedDuration;
use jiff::civil::date;

use super::sending::{self, Post, Preview};
use super::*;
use crate::content::card::{CardAnswer, CardContent, CardGround, CardSaid, Opinion};
use crate::content::{AgainContent, Contact};
use crate::directory::tests::{gone, hospital, in_force, keep};
use crate::ledger::aside;
use crate::ledger::author::Author;
use crate::ledger::conference::{Conference, ConferenceCase};
use crate::ledger::consent::Consent;
use crate::ledger::duty::{self, DutyKind};
use crate::ledger::entry::{Moment, RecordId, StaffId, Words};
use crate::ledger::guard_tests::{CHILD, author, counsellor, run};
use crate::ledger::letters::cards as store;
use crate::ledger::letters::cards::CardEnvelope;
use crate::ledger::referral::tests::{at, guardian, ready};
use crate::ledger::showing::Names;
use crate::ledger::testing::{self, NOW_MS, School, TODAY};
use crate::ledger::{consult, notice, write};
use crate::letters::testing::{CLINIC, Town, answer_of, arrive};
use crate::letters::tests::{leave, waiting};
use crate::letters::{answers as inbox, copying, renewing, restoring};
use crate::list::testing::{City, UNIT, now};
use crate::transfer::Transfer;

/// What stands in the ledger beside the card.
const AGENDA: &str = "研判议程暗语八一三";
pub(crate) const CARD: &str = "该生近两周情绪低落，睡眠不足，已与家庭沟通。";

fn expert_entry(id: &str) -> Entry {
    Entry {
        kind: EntryKind::Expert,
        care: Vec::new(),
        expertise: vec![Service::Supervision],
        expert: Some(Expert {
            speciality: "儿童青少年精神医学".to_owned(),
            registration: "X-1".to_owned(),
            until: date(2026, 8, 31),
            load: 3,
        }),
        ..hospital(id, "演示专家")
    }
}

fn listing(entries: Vec<Entry>) -> Directories {
    let transfer = Transfer::in_memory().expect("transfer");
    keep(&transfer, (1, "2025-11-01"), entries);
    in_force(&transfer, &City::both())
}

/// A consultation of one case, with whoever may be asked.
pub(crate) struct Held {
    pub(crate) school: School,
    pub(crate) town: Town,
    transfer: Transfer,
    pub(crate) directories: Directories,
    pub(crate) record: RecordId,
}

fn consent(unit: &str, answer: Said) -> Consent {
    Consent {
        purpose: Purpose::Conference,
        classes: Words::new([DataClass::Reason]),
        recipient: unit.to_owned(),
        recipient_name: "演示专家".to_owned(),
        ..testing::slip(CHILD, answer, TODAY, date(2026, 3, 1))
    }
}

/// A case that was written with the family's consent, or on an emergency.
pub(crate) fn held(card: &'static str, emergency: Option<&'static str>) -> Held {
    let (school, town) = (ready(), Town::new());
    let record = run(&school, move |tx| {
        if emergency.is_none() {
            write::add(tx, &counsellor(), &consent(CLINIC, Said::Given))?;
        }
        let meeting = Conference {
            day: TODAY,
            agenda: AGENDA.to_owned(),
            chair: StaffId(1),
            attendees: "心理教师、区专家".to_owned(),
            has_outsiders: true,
            outside_unit: Some(CLINIC.to_owned()),
        };
        let conference = write::add(tx, &counsellor(), &meeting)?;
        let case = ConferenceCase {
            day: TODAY,
            student: CHILD,
            conference,
            case: None,
            tier: None,
            card: card.to_owned(),
            decision: String::new(),
            review: None,
            emergency: emergency.map(str::to_owned),
        };
        write::add(tx, &counsellor(), &case)
    });
    let record = record.expect("case");
    town.known(&school);
    let directories = listing(vec![expert_entry(CLINIC)]);
    let transfer = Transfer::in_memory().expect("transfer");
    Held { school, town, transfer, directories, record }
}

impl Held {
    fn shown_by(&self, who: Author) -> Result<Preview, LedgerRefusal> {
        self.shown_with(who, "王老师")
    }

    fn shown_with(&self, who: Author, person: &'static str) -> Result<Preview, LedgerRefusal> {
        let (desk, listed, record) =
            (self.town.desk.clone(), self.directories.clone(), self.record);
        run(&self.school, move |tx| {
            let post = Post { desk: &desk, directories: &listed };
            let asked = (Urgency::Urgent, person, "0532-1234567");
            sending::prepare(tx, &who, record, post, asked)?;
            Ok(sending::preview(tx, &who, record)?.expect("preview"))
        })
    }

    fn shown(&self) -> Result<Preview, LedgerRefusal> {
        self.shown_by(counsellor())
    }

    /// Seals what was shown on the road without a relay.
    fn sealed(&self, digest: &str) -> Result<(), LedgerRefusal> {
        let (desk, listed, record) =
            (self.town.desk.clone(), self.directories.clone(), self.record);
        let (road, digest) = (self.town.road(), digest.to_owned());
        run(&self.school, move |tx| {
            let post = Post { desk: &desk, directories: &listed };
            sending::send_on(tx, &counsellor(), (record, post), &road, &digest)
        })
    }

    fn sent(&self) -> CardEnvelope {
        let digest = self.shown().expect("shown").digest.to_string();
        self.sealed(&digest).expect("sealed");
        self.card()
    }

    fn card(&self) -> CardEnvelope {
        let record = self.record;
        let found = run(&self.school, move |tx| Ok(store::of_record(tx, record)?));
        found.expect("cards").pop().expect("a card")
    }

    fn told(&self) -> Vec<CardAnswer> {
        let record = self.record;
        let told = run(&self.school, move |tx| Ok(sending::told(tx, record)?));
        told.expect("told").pop().expect("a card").1
    }

    fn leave(&self) {
        copying::copy(&self.school.ledger, &self.transfer, NOW_MS).expect("copied");
        leave(&self.school, &self.town, &self.transfer);
    }

    /// Letters come and are looked at.
    fn come(&self, letters: &[Letter]) {
        arrive(&self.transfer, letters);
        inbox::take(&self.school.ledger, &self.transfer, &self.town.desk, now()).expect("taken");
    }

    fn revoke(&self) -> usize {
        let desk = &self.town.desk;
        let at = (now(), now());
        revoking::revoke(&self.school.ledger, &self.transfer, desk, at).expect("looked")
    }

    fn withdraw(&self) {
        run(&self.school, |tx| {
            let who = counsellor().because("母亲来电");
            notice::withdraw(tx, &who, CHILD, (Purpose::Conference, CLINIC)).map(drop)
        })
        .expect("withdrawn");
    }

    fn duties(&self) -> Vec<DutyKind> {
        let due = run(&self.school, |tx| Ok(duty::duties(tx, &counsellor(), |_| true)?));
        let expert = [DutyKind::ExpertWaits, DutyKind::ExpertSaid, DutyKind::ExpertReply];
        let kinds = due.expect("due").shown.into_iter().map(|duty| duty.kind);
        kinds.filter(|kind| expert.contains(kind)).collect()
    }
}

fn said(card: &CardEnvelope, act: u32, said: CardSaid) -> Vec<u8> {
    let by =
        Contact {
            unit: "演示专家".to_owned(), person: "陈专家".to_owned(), phone: String::new()
        };
    let name = crate::content::card::CardId(card.name);
    let answer = CardAnswer { card: name, act, by, at: Moment(NOW_MS), said };
    answer.write().expect("written").to_vec()
}

fn opinion() -> CardSaid {
    let text = "先稳定作息，每周辅导两次。".to_owned();
    CardSaid::Opinion(Opinion { advice: Advice::MoreHelp, text, time: None })
}

fn rows(held: &Held, count: &'static str) -> u64 {
    let read = held.school.ledger.read(move |tx| tx.query_opt(count, &[], |row| row.u64(0)));
    let found: Result<Option<u64>, runtime::sql::SqlError> = read;
    found.expect("read").unwrap_or(0)
}

/// Whom the expert may call is written by hand too, and tells no child either.
#[test]
fn whom_to_call_tells_no_student() {
    let held = held(CARD, None);
    let said = held.shown_with(counsellor(), "张某某的班主任").err();
    let tells = matches!(said, Some(LedgerRefusal::CardTells { field: "student_name", .. }));
    assert!(tells, "the child's name stood in the field of a teacher");
    assert_eq!(rows(&held, "select count(*) from card_draft"), 0);
    held.shown().expect("a teacher's own name");
}

/// What was shown is what the expert reads, on the same consent; nothing of the student, the
/// family, the agenda or the case is in its bytes, and nothing at all can be read from its letters.
#[test]
fn what_is_sealed_is_what_was_shown_and_tells_no_student() {
    let held = held(CARD, None);
    let preview = held.shown().expect("shown");
    assert_eq!(preview.content.text, CARD);
    let digest = preview.digest.to_string();
    assert!(matches!(held.sealed("00"), Err(LedgerRefusal::Changed)));
    held.sealed(&digest).expect("sealed");
    let letters = waiting(&held.school);
    let opened = held.town.opened(&letters);
    assert_eq!(certs::digest::sha256(opened.content()).to_string(), digest);
    let content = CardContent::read(opened.content()).expect("card");
    assert_eq!(content.fits(opened.header()), Ok(()));
    assert!(matches!(opened.header().role, Role::Referral { .. }));
    assert!(matches!(opened.header().ground, Ground::Consent { .. }));
    let names = run(&held.school, |tx| Ok(Names::of(tx, [CHILD])?)).expect("names");
    let child = names.student(CHILD).expect("child");
    let canaries = [&*child.name, &*child.number, "王母", "13800000000", AGENDA, "愿意"];
    let holds =
        |bytes: &[u8], word: &str| bytes.windows(word.len()).any(|run| run == word.as_bytes());
    for canary in canaries {
        assert!(!holds(opened.content(), canary), "{canary} is on the card");
    }
    for letter in &letters {
        let bytes = letter.to_bytes();
        for canary in canaries.into_iter().chain([CARD, "王老师", "示例初级中学"]) {
            assert!(!holds(&bytes, canary), "{canary}");
        }
    }
    assert!(holds(opened.content(), CARD), "the search finds what is there");
    assert!(held.shown().is_err(), "one card is out at a time");
    assert_eq!(held.duties(), [DutyKind::ExpertWaits]);
}

/// Nothing is sealed to somebody who is no expert of a directory in force, for this school and
/// today, nor where no key of that unit is stated.
#[test]
fn only_an_expert_in_force_gets_a_card() {
    let mut held = held(CARD, None);
    let digest = held.shown().expect("shown").digest.to_string();
    let mut far = expert_entry(CLINIC);
    far.areas.insert("310117".parse().expect("unit"));
    let old = Entry { valid: (date(2025, 9, 1), date(2025, 11, 19)), ..expert_entry(CLINIC) };
    let mut unregistered = expert_entry(CLINIC);
    if let Some(papers) = &mut unregistered.expert {
        papers.until = date(2025, 11, 19);
    }
    for (entry, why) in [
        (expert_entry("OTHER"), NoExpert::Unlisted),
        (hospital(CLINIC, "示例医院"), NoExpert::Other),
        (gone(expert_entry(CLINIC)), NoExpert::Barred(domain::directory::Bar::Withdrawn)),
        (old, NoExpert::Barred(domain::directory::Bar::Over)),
        (unregistered, NoExpert::Barred(domain::directory::Bar::Papers)),
        (far, NoExpert::Unpaired),
    ] {
        held.directories = listing(vec![entry]);
        for refused in [held.shown().map(drop), held.sealed(&digest)] {
            assert!(matches!(refused, Err(LedgerRefusal::NoExpert(found)) if found == why));
        }
    }
    held.directories = listing(vec![expert_entry(CLINIC)]);
    let clinic = CLINIC.parse().expect("unit");
    run(&held.school, move |tx| Ok(crate::ledger::letters::forget(tx, &clinic)?)).expect("gone");
    assert!(matches!(held.shown(), Err(LedgerRefusal::NoRoad)));
    assert!(waiting(&held.school).is_empty());
}

/// Without the consent of the family to that unit nothing leaves, an emergency lets a card out for
/// days only and never past a no; nobody without the right sends.
#[test]
fn a_card_leaves_on_consent_or_in_an_emergency_in_time() {
    let held = held(CARD, Some("当晚有自伤行为，监护人电话未接通"));
    assert_eq!(held.shown().expect("shown").content.ground, CardGround::Emergency);
    let later = at(&counsellor(), 4 * 24 * 3_600_000);
    let late = held.shown_by(later).map(drop);
    assert!(matches!(late, Err(LedgerRefusal::Outsiders(NoConsent::Unanswered))));
    run(&held.school, |tx| write::add(tx, &counsellor(), &consent("OTHER", Said::Given)))
        .expect("another unit");
    assert_eq!(held.shown().expect("shown").content.ground, CardGround::Emergency);
    let digest = held.shown().expect("shown").digest.to_string();
    run(&held.school, |tx| write::add(tx, &counsellor(), &consent(CLINIC, Said::Refused)))
        .expect("refused");
    for refused in [held.shown().map(drop), held.sealed(&digest)] {
        assert!(matches!(refused, Err(LedgerRefusal::Outsiders(NoConsent::Refused))));
    }
    let mentor = author("mentor", domain::ledger::SchoolRole::Mentor, 3);
    assert!(matches!(held.shown_by(mentor), Err(LedgerRefusal::NotAllowed)));
    assert!(waiting(&held.school).is_empty());
}

/// A card that tells its student since somebody was entered, or that is too long, does not leave;
/// what was shown before the ledger changed is not sealed.
#[test]
fn a_card_is_looked_at_again() {
    let held = held("该生由王祖母照料，近两周情绪低落。", None);
    let digest = held.shown().expect("shown").digest.to_string();
    run(&held.school, |tx| {
        let second = crate::ledger::roll::Guardian {
            name: "王祖母".to_owned(),
            relation: domain::ledger::terms::Relation::Grandparent,
            ..guardian(false)
        };
        write::add(tx, &counsellor(), &second)
    })
    .expect("another guardian");
    for refused in [held.shown().map(drop), held.sealed(&digest)] {
        assert!(matches!(refused, Err(LedgerRefusal::CardTells { field: "guardian", .. })));
    }
    let long: &'static str = Box::leak("心".repeat(CARD_CHARS_MAX + 1).into_boxed_str());
    let long = self::held(long, None);
    assert!(matches!(long.shown(), Err(LedgerRefusal::TooLong("card"))));
}

/// Only the expert's unit is believed, about its own card; what it says stands once, with author
/// and time, however often and in whichever order it comes.
#[test]
fn an_opinion_stands_once_with_its_author() {
    let held = held(CARD, None);
    let key = held.town.to_school(&held.school);
    let card = held.sent();
    let bytes = said(&card, 2, opinion());
    let other = CardEnvelope { name: [9; 16], ..card.clone() };
    let strange = EnvelopeId::generate();
    for letters in [
        answer_of(&held.town.posed, &key, card.id, &bytes),
        answer_of(&held.town.desk.identity, &key, card.id, &bytes),
        answer_of(&held.town.clinic, &key, strange, &bytes),
        answer_of(&held.town.clinic, &key, card.id, &said(&other, 2, opinion())),
        answer_of(&held.town.clinic, &key, card.id, &said(&card, 0, erased())),
    ] {
        held.come(&letters);
        assert!(held.told().is_empty());
    }
    let own = answer_of(&held.town.clinic, &key, card.id, &bytes);
    held.come(&own);
    held.come(&own);
    held.come(&answer_of(&held.town.clinic, &key, card.id, &bytes));
    held.come(&answer_of(&held.town.clinic, &key, card.id, &said(&card, 1, CardSaid::Received)));
    let told = held.told();
    let acts: Vec<u32> = told.iter().map(|answer| answer.act).collect();
    assert_eq!(acts, [1, 2]);
    let last = told.last().expect("an opinion");
    assert_eq!((last.by.person.as_str(), last.at), ("陈专家", Moment(NOW_MS)));
    assert!(matches!(&last.said, CardSaid::Opinion(opinion) if opinion.advice == Advice::MoreHelp));
    assert_eq!(held.duties(), [DutyKind::ExpertSaid]);
    assert_eq!(rows(&held, "select count(*) from letter_part"), 0);
}

fn erased() -> CardSaid {
    CardSaid::Erased { card: true, opinions: 1 }
}

/// A family that withdraws takes its card back: what has not left stays, whoever holds it is told
/// once and reminded after a day, and the receipt of what was erased is kept.
#[test]
fn a_withdrawal_reaches_the_expert() {
    let inside = held(CARD, None);
    inside.sent();
    assert_eq!(inside.revoke(), 0, "the consent stands");
    inside.withdraw();
    assert_eq!(inside.revoke(), 1);
    let card = inside.card();
    assert!(card.done_at_ms.is_some() && card.kept.is_some_and(|kept| kept.contains("尚未离校")));
    assert!(waiting(&inside.school).is_empty());

    let held = held(CARD, None);
    let key = held.town.to_school(&held.school);
    let card = held.sent();
    held.leave();
    held.withdraw();
    assert_eq!((held.revoke(), held.revoke()), (1, 0));
    assert_eq!(waiting(&held.school).len(), 1, "one letter takes it back");
    assert_eq!(held.duties(), [DutyKind::ExpertReply]);
    let desk = &held.town.desk;
    let later = now() + SignedDuration::from_hours(25);
    for letters in [2, 2] {
        let at = (later, later);
        revoking::revoke(&held.school.ledger, &held.transfer, desk, at).expect("reminded");
        assert_eq!(waiting(&held.school).len(), letters);
    }
    held.come(&answer_of(&held.town.clinic, &key, card.id, &said(&card, 0, erased())));
    let kept = held.card().kept.expect("a receipt");
    assert!(kept.contains("会诊卡已删除") && kept.contains("1 份"), "{kept}");
    assert!(held.duties().is_empty());
    assert!(matches!(held.shown(), Err(LedgerRefusal::Outsiders(NoConsent::Withdrawn))));
}

/// Somebody at the school takes a card back, an annulled case does, and one whose consent is over
/// is left to the other side's clock.
#[test]
fn a_card_is_recalled_or_ends() {
    let recalled = held(CARD, None);
    recalled.sent();
    recalled.leave();
    let record = recalled.record;
    let back = run(&recalled.school, move |tx| consult::recall(tx, &counsellor(), record));
    assert_eq!(back.expect("recalled"), 1);
    assert_eq!(recalled.revoke(), 1);
    let again = run(&recalled.school, move |tx| consult::recall(tx, &counsellor(), record));
    assert!(matches!(again, Err(LedgerRefusal::NotWaiting)));

    let over = held(CARD, None);
    over.sent();
    over.leave();
    let spring = now() + SignedDuration::from_hours(24 * 120);
    let desk = &over.town.desk;
    let looked = |past| {
        let at = (spring, past);
        revoking::revoke(&over.school.ledger, &over.transfer, desk, at).expect("looked")
    };
    assert_eq!(looked(now()), 0, "a clock that is ahead ends nothing");
    assert_eq!((looked(spring), looked(spring)), (1, 0));
    let card = over.card();
    assert!(card.ended_at_ms.is_some() && card.revoked_at_ms.is_none());
    assert!(waiting(&over.school).is_empty());
}

/// A card of which no relay says anything is sealed anew, and opens as the same; not once its
/// expert answered, nor once it was taken back.
#[test]
fn a_card_that_no_relay_acknowledged_is_sealed_anew() {
    for is_answered in [true, false] {
        let held = held(CARD, None);
        let key = held.town.to_school(&held.school);
        let card = held.sent();
        let first = waiting(&held.school);
        held.leave();
        let renewed = |minutes: i64| {
            let (at, desk) = (now() + SignedDuration::from_mins(minutes), &held.town.desk);
            renewing::renew(&held.school.ledger, &held.transfer, desk, at).expect("looked")
        };
        assert_eq!((renewed(29), renewed(31), renewed(32)), (0, 1, 0));
        let second = waiting(&held.school);
        assert!(second.len() == 1 && first != second);
        let (before, after) = (held.town.opened(&first), held.town.opened(&second));
        assert_eq!(before.content(), after.content());
        assert!(after.header().envelope == card.id);
        held.leave();
        if is_answered {
            let said = said(&card, 1, opinion());
            held.come(&answer_of(&held.town.clinic, &key, card.id, &said));
        } else {
            held.withdraw();
        }
        assert_eq!(renewed(10_000), 0);
    }
}

/// An opinion that came under a certificate which has ended stands nowhere until the expert's unit
/// says by today's that it signed it; what it never signed is forgotten. The old key itself vouches
/// for nothing.
#[test]
fn an_opinion_under_an_ended_certificate_is_asked_about() {
    let later = now() + SignedDuration::from_hours(24 * 95);
    for is_own in [true, false] {
        let held = held(CARD, None);
        let (key, desk) = (held.town.to_school(&held.school), &held.town.desk);
        let (card, renewed) = (held.sent(), held.town.renewed(CLINIC, later));
        let comes = |by: &LeafIdentity, bytes: &[u8]| {
            arrive(&held.transfer, &answer_of(by, &key, card.id, bytes));
            inbox::take(&held.school.ledger, &held.transfer, desk, later).expect("taken");
            held.told().len()
        };
        assert_eq!(comes(&held.town.clinic, &said(&card, 2, opinion())), 0);
        let asides = || run(&held.school, |tx| Ok(aside::all(tx, None)?)).expect("read");
        let found = asides();
        assert_eq!((found.len(), found[0].kind), (1, aside::Kind::CardAnswer));
        let ask = || restoring::ask(&held.school.ledger, desk, later).expect("asked");
        assert_eq!((ask(), ask()), (1, 0), "once, until some hours have passed");
        let digests = vec![found[0].digest];
        let again = match is_own {
            true => AgainContent { own: digests, ..AgainContent::default() },
            false => AgainContent { not_own: digests, ..AgainContent::default() },
        };
        let again = again.write().expect("written");
        assert_eq!((comes(&held.town.clinic, &again), asides().len()), (0, 1));
        assert_eq!((comes(&renewed, &again), asides().len()), (usize::from(is_own), 0));
    }
}

/// An expert's unit that could not believe a card asks for it, and it is sealed anew as long as its
/// consent stands; to nobody else, and not once it was taken back.
#[test]
fn a_card_is_sealed_anew_for_who_asks() {
    let later = now() + SignedDuration::from_hours(24 * 95);
    for is_withdrawn in [false, true] {
        let held = held(CARD, None);
        let key = held.town.to_school(&held.school);
        let card = held.sent();
        let first = waiting(&held.school);
        held.leave();
        let id = card.id;
        run(&held.school, move |tx| Ok(store::acked(tx, id, NOW_MS)?)).expect("acknowledged");
        let identity = std::sync::Arc::new(held.town.renewed(UNIT, later));
        let desk = crate::letters::road::Desk { identity, ..held.town.desk.clone() };
        let asks = |by: &LeafIdentity| {
            let asked = vec![certs::digest::sha256(b"what was signed")];
            let said = AgainContent { asked, ..AgainContent::default() };
            let letters = answer_of(by, &key, card.id, &said.write().expect("written"));
            arrive(&held.transfer, &letters);
            inbox::take(&held.school.ledger, &held.transfer, &desk, later).expect("taken");
            renewing::renew(&held.school.ledger, &held.transfer, &desk, later).expect("looked")
        };
        let posed = held.town.renewed(UNIT, later);
        assert_eq!(asks(&posed), 0, "another unit asks");
        if is_withdrawn {
            held.withdraw();
        }
        assert_eq!(asks(&held.town.renewed(CLINIC, later)), usize::from(!is_withdrawn));
        let second = waiting(&held.school);
        assert_eq!(second.len(), usize::from(!is_withdrawn));
        assert!(first != second);
        let left = run(&held.school, |tx| Ok(aside::all_asked(tx)?)).expect("read");
        assert!(left.is_empty(), "the question is done with");
    }
}
