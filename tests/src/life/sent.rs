//! Referrals for whoever looks at a demonstration: one that the hospital has, one that was called
//! off, and an emergency from the first call to the hand-over; and a call about each.

use std::collections::HashSet;

use domain::ledger::consent::{Answer, DataClass, Purpose};
use domain::ledger::terms::{ContactWay, Relation, Tier};
use domain::referral::{Actor, CallParty, Concern, Event as E, RiskNow, Urgency};
use jiff::ToSpan as _;
use jiff::civil::Date;
use node::ledger::author::Author;
use node::ledger::consent::Consent;
use node::ledger::entry::{StudentId, Words};
use node::ledger::referral::{self, Call, Danger, Told, Wish};
use node::ledger::{case, read, write};
use runtime::sql::{SqlError, Tx};

use super::beside::guardian;
use super::referrals::{CLINICS, SCAN};
use super::{Done, Life};

/// Students about whom a referral is under way.
pub(super) fn referred(tx: &Tx<'_>) -> Result<HashSet<StudentId>, SqlError> {
    let under_way = read::waiting::<referral::Referral>(tx)?;
    Ok(under_way.iter().map(|kept| kept.entry.student).collect())
}

impl Life {
    /// One referral that the hospital has, and one that was called off.
    pub(super) fn send_away(&self, tx: &Tx<'_>, by: &Author, head: &Author) -> Done {
        let (open, sent) = (case::open_now(tx)?, referred(tx)?);
        let mut free = open.iter().filter(|now| !sent.contains(&now.case.entry.student));
        let gravest = free.clone().find(|now| now.tier == Tier::T3);
        if let Some(now) = gravest {
            let student = now.case.entry.student;
            let record = referral::open(tx, by, &wish(student, Urgency::Routine))?;
            referral::approve(tx, head, record)?;
            let (own, told) = (Told::on(by.today()), told(by.today()));
            referral::act(tx, by, record, (E::AskConsent, Actor::School), &own)?;
            write::add(tx, by, &agreed(student, by.today()))?;
            referral::act(tx, by, record, (E::ConsentGiven, Actor::School), &own)?;
            let (id, name, _) = CLINICS[0];
            let live = referral::live(tx, student, (id, name), by.today())?;
            referral::send(tx, by, record, &live, &told)?;
            referral::act(tx, by, record, (E::Delivered, Actor::Recipient), &told)?;
        }
        if let Some(now) = free.find(|now| now.tier < Tier::T3) {
            let student = now.case.entry.student;
            let record = referral::open(tx, by, &wish(student, Urgency::Routine))?;
            let off = (E::Cancel, Actor::School);
            referral::act(tx, by, record, off, &Told::on(by.today()))?;
        }
        Ok(())
    }

    /// A child in danger: the guardian is called, a second person signs, the head reviews and tells
    /// the guardian in writing, and the hospital takes over.
    pub(super) fn endangered(&self, tx: &Tx<'_>, by: &Author, head: &Author) -> Done {
        let open = case::open_now(tx)?;
        let mut known = referred(tx)?;
        known.extend(open.iter().map(|now| now.case.entry.student));
        let Some(student) = self.unlisted(&known) else { return Ok(()) };
        let parent = guardian(student, by.today());
        write::add(tx, by, &parent)?;
        let record = referral::open(tx, by, &wish(student, Urgency::Emergency))?;
        let danger = Danger {
            facts: "说要从楼上跳下".to_owned(),
            place: "心理辅导室".to_owned(),
            escort: "班主任".to_owned(),
        };
        let call = Call { who: parent.name, detail: "马上到校".to_owned(), ..call(by) };
        let call = Call { party: CallParty::Guardian, ..call };
        referral::emergency(tx, by, record, &danger, &call)?;
        referral::countersign(tx, head, record)?;
        referral::review(tx, head, record, ("处置得当", Some(head.today())))?;
        let over = (E::TakenOver, Actor::Recipient);
        referral::act(tx, by, record, over, &told(by.today())).map(drop)
    }
}

/// A call about every referral that is under way without one.
pub(super) fn telephone(tx: &Tx<'_>, by: &Author) -> Done {
    for kept in read::waiting::<referral::Referral>(tx)? {
        let course = referral::course(tx, kept.record)?;
        if course.calls.is_empty() {
            // Before anything has left the family is the only one to be telephoned.
            let with = if course.trail.has_left { call(by) } else { call_home(by) };
            referral::note_call(tx, by, kept.record, &with)?;
        }
    }
    Ok(())
}

/// A call to the hospital, now.
fn call(by: &Author) -> Call {
    Call {
        party: CallParty::Recipient,
        at: by.now(),
        who: "李医生".to_owned(),
        reached: true,
        detail: "已说明情况，等候安排".to_owned(),
    }
}

/// A call to the family, now.
fn call_home(by: &Author) -> Call {
    Call {
        party: CallParty::Guardian,
        who: "李女士".to_owned(),
        detail: "已约到校面谈知情同意".to_owned(),
        ..call(by)
    }
}

fn wish(student: StudentId, urgency: Urgency) -> Wish {
    let (id, name, phone) = CLINICS[0];
    Wish {
        student,
        urgency,
        concerns: vec![Concern::Mood],
        recipient: (id.to_owned(), name.to_owned(), phone.to_owned()),
        risk: RiskNow::Unknown,
        known: (String::new(), "母亲".to_owned(), String::new()),
    }
}

/// What the hospital told.
fn told(day: Date) -> Told {
    Told { who: "李医生".to_owned(), way: Some(ContactWay::Phone), ..Told::on(day) }
}

/// What the family signed for the hospital.
fn agreed(student: StudentId, day: Date) -> Consent {
    let (id, name, _) = CLINICS[0];
    Consent {
        classes: Words::new([DataClass::Identity, DataClass::Reason, DataClass::Risk]),
        recipient: id.to_owned(),
        recipient_name: name.to_owned(),
        relation: Some(Relation::Mother),
        guardian_signed: Some(day),
        student_signed: Some(day),
        child_view: "愿意".to_owned(),
        valid_to: day + 150.days(),
        form_digest: SCAN.to_owned(),
        ..Consent::bare(student, (Purpose::Referral, Answer::Given), day)
    }
}
