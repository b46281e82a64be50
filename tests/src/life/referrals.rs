//! Referrals: from the draft to the child's return, with families that say no or take it back,
//! recipients that decline, propose others or never answer, and emergencies.
//!
//! What becomes of one is a property of its record, settled once, so that it takes no dice from
//! the rest of a life.

use domain::ledger::consent::{Answer, DataClass, Purpose};
use domain::ledger::terms::{ContactWay, Relation, Tier};
use domain::referral::{
    Actor, CallParty, Concern, Event as E, Refused, RiskNow, State as S, Urgency,
};
use jiff::ToSpan as _;
use jiff::civil::Date;
use node::ledger::consent::Consent;
use node::ledger::entry::{RecordId, StudentId, Words};
use node::ledger::referral::{self, Call, Course, Danger, Told, Wish};
use node::ledger::refusal::LedgerRefusal;
use node::ledger::{read, write};
use runtime::sql::Tx;

use super::consents::row_on_roll;
use super::dice::fate;
use super::rates::*;
use super::{Done, Life, LifeError, at};

/// Where a family is sent first, and where it is sent afterwards.
pub(super) const CLINICS: [(&str, &str, &str); 2] =
    [("H370202", "区妇幼保健院", "0532-00000001"), ("H370200", "市精神卫生中心", "0532-00000002")];
/// Digest of the scan of a consent that nobody signed.
pub(super) const SCAN: &str = "00000000000000000000000000000000000000000000000000000000000000bb";

/// A referral as the simulator remembers it.
#[derive(Clone, Copy)]
pub(super) struct Going {
    record: RecordId,
    student: StudentId,
    /// Day of its next step.
    next: Date,
}

/// When something happens next; nothing at the end.
type Next = Result<Option<Date>, LedgerRefusal>;

impl Life {
    /// Opens referrals of those who stand at t3, or at t2 with a decision, and goes on with others.
    pub(super) fn referrals(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        for open in self.waiting.cases.clone() {
            let is_for = open.tier == Tier::T3
                || (open.tier == Tier::T2 && self.waiting.decided.contains(&open.record));
            if is_for && self.waiting.referred.insert((open.record, open.tier)) {
                self.refer(tx, (open.student, open.record), day).map_err(at(day, "a referral"))?;
            }
        }
        let (due, later): (Vec<Going>, Vec<Going>) =
            std::mem::take(&mut self.waiting.going).into_iter().partition(|one| one.next <= day);
        self.waiting.going = later;
        for one in due {
            // Whoever has left is another school's to send.
            if row_on_roll(tx, one.student).map_err(LifeError::Store)?.is_none() {
                continue;
            }
            let next = self.step(tx, one, day).map_err(at(day, "a step of a referral"))?;
            match next {
                Some(next) => self.waiting.going.push(Going { next, ..one }),
                // A relapse has opened another one of the same student.
                None if self.waiting.going.iter().any(|other| other.student == one.student) => {}
                None => {
                    self.waiting.referring.remove(&one.student);
                }
            }
        }
        Ok(())
    }

    fn refer(&mut self, tx: &Tx<'_>, of: (StudentId, RecordId), day: Date) -> Done {
        let (student, case) = of;
        let drawn = fate(case.0);
        let is_here = row_on_roll(tx, student)?.is_some();
        if drawn >= REFER || !is_here || !self.waiting.referring.insert(student) {
            return Ok(());
        }
        let urgency = match drawn {
            drawn if drawn < REFER_EMERGENCY => Urgency::Emergency,
            drawn if drawn < REFER_URGENT => Urgency::Urgent,
            _ => Urgency::Routine,
        };
        let (id, name, phone) = CLINICS[0];
        let wish = Wish {
            student,
            urgency,
            concerns: vec![Concern::Mood, Concern::SchoolRefusal],
            recipient: (id.to_owned(), name.to_owned(), phone.to_owned()),
            risk: RiskNow::Unknown,
            known: (String::new(), "母亲".to_owned(), String::new()),
        };
        let record = referral::open(tx, &self.cast.counsellor(day), &wish)?;
        let mut next = day + 1.days();
        if urgency == Urgency::Emergency {
            self.emergency(tx, record, day)?;
            next = day;
        }
        self.waiting.going.push(Going { record, student, next });
        Ok(())
    }

    /// Telephoned first, written down, signed and reviewed by the head on the same day; most
    /// families are told in writing in time.
    fn emergency(&self, tx: &Tx<'_>, record: RecordId, day: Date) -> Done {
        let by = self.cast.counsellor(day);
        let danger = Danger {
            facts: "说要从楼上跳下".to_owned(),
            place: "心理辅导室".to_owned(),
            escort: "班主任".to_owned(),
        };
        let call = Call {
            party: CallParty::Guardian,
            at: by.now(),
            who: "李建国".to_owned(),
            reached: true,
            detail: "马上到校".to_owned(),
        };
        referral::emergency(tx, &by, record, &danger, &call)?;
        let head = self.cast.head(day);
        referral::countersign(tx, &head, record)?;
        let noticed = (drawn(record, 1) < TOLD_IN_TIME).then_some(day);
        referral::review(tx, &head, record, ("处置得当", noticed))
    }

    fn step(&mut self, tx: &Tx<'_>, one: Going, day: Date) -> Next {
        let course = referral::course(tx, one.record)?;
        let going = At { life: self, tx, one, day, course: &course };
        match course.state {
            S::Draft => going.drafted(),
            S::ConsentPending => going.asked(),
            S::Consented => going.consented(),
            S::Sent | S::Routed => going.sent(),
            S::Received => going.received(),
            S::Declined | S::RedirectProposed => going.turned_away(),
            S::Accepted | S::NoShow => going.accepted(),
            S::Appointed => going.appointed(),
            S::InCare => going.act(E::Outcome, 2),
            S::OutcomeIn => going.outcome_in(),
            S::EmergencyOut => going.out(),
            S::Returned => {
                let next = going.returned();
                self.followed(tx, one, day)?;
                next
            }
            // Recalled while it was on its way: what the recipient says now is kept, and no more.
            S::Cancelled if going.has(E::Recall) => going.act(E::Delivered, 0).map(|_| None),
            _ => Ok(None),
        }
    }

    /// The draft that a relapse opened goes on like any other.
    fn followed(&mut self, tx: &Tx<'_>, before: Going, day: Date) -> Done {
        let opened = read::waiting::<referral::Referral>(tx)?;
        let next = opened.iter().find(|kept| kept.entry.replaces == Some(before.record));
        let is_new = |record| !self.waiting.going.iter().any(|one| one.record == record);
        if let Some(kept) = next.filter(|kept| is_new(kept.record)) {
            let next = day + 1.days();
            let (record, student) = (kept.record, before.student);
            self.waiting.going.push(Going { record, student, next });
        }
        Ok(())
    }
}

/// One referral on the day of its next step.
struct At<'l> {
    life: &'l Life,
    tx: &'l Tx<'l>,
    one: Going,
    day: Date,
    course: &'l Course,
}

/// A number below 100 that belongs to a record and a question about it.
fn drawn(record: RecordId, question: i64) -> u64 {
    fate(record.0 + question * 1_000_003)
}

impl At<'_> {
    fn drawn(&self, question: i64) -> u64 {
        // Of a second recipient it is asked anew.
        drawn(self.one.record, question + 10 * i64::from(self.course.envelope))
    }

    fn in_days(&self, days: i64) -> Next {
        Ok(Some(self.day + days.days()))
    }

    fn has(&self, event: E) -> bool {
        self.course.last(event).is_some()
    }

    /// What is written down with an act: what its form asks for and nothing else.
    fn told(&self, event: E) -> Told {
        let by_phone = || Told {
            who: "李医生".to_owned(),
            way: Some(ContactWay::Phone),
            ..Told::on(self.day)
        };
        match event {
            E::Send | E::ResendInScope | E::Delivered | E::Accept | E::TakenOver => by_phone(),
            E::Seen | E::NotSeen | E::MoreCare | E::Outcome => by_phone(),
            E::Timeout if self.course.state == S::Received => by_phone(),
            E::Appoint => {
                let agreed = Some(self.day + 6.days());
                Told { agreed, place: "门诊三楼".to_owned(), ..by_phone() }
            }
            E::Decline => Told { code: "no_capacity".to_owned(), ..by_phone() },
            E::Redirect => Told { detail: CLINICS[1].1.to_owned(), ..by_phone() },
            E::GiveUp => Told {
                code: "other".to_owned(),
                detail: "校内心理教师每周辅导一次".to_owned(),
                ..Told::on(self.day)
            },
            E::Return => Told {
                detail: "先复课半天，班主任每日关注".to_owned(),
                agreed: Some(self.day + 6.days()),
                ..Told::on(self.day)
            },
            E::Close => Told { code: "no_return_needed".to_owned(), ..Told::on(self.day) },
            E::HandedOverByPhone => Told { place: "急诊室".to_owned(), ..by_phone() },
            E::StoodDown => {
                let detail = "当面谈过，没有伤害自己的打算".to_owned();
                Told { who: "李建国".to_owned(), detail, ..Told::on(self.day) }
            }
            _ => Told::on(self.day),
        }
    }

    /// An act with its day, and when the next one follows.
    fn act(&self, event: E, days: i64) -> Next {
        let actor = match event {
            E::Delivered
            | E::Accept
            | E::Decline
            | E::Redirect
            | E::Appoint
            | E::NotSeen
            | E::Seen
            | E::Outcome
            | E::MoreCare
            | E::TakenOver => Actor::Recipient,
            E::Timeout if self.course.state == S::Received => Actor::Recipient,
            E::Timeout => Actor::Clock,
            _ => Actor::School,
        };
        let told = self.told(event);
        let by = self.life.cast.counsellor_later(self.day);
        let state = referral::act(self.tx, &by, self.one.record, (event, actor), &told)?;
        if state.is_terminal() { Ok(None) } else { self.in_days(days) }
    }

    fn drafted(&self) -> Next {
        let opened = self.course.referral.entry.day;
        let case = self.life.waiting.case_of(self.one.student);
        let own = self.course.referral.entry.case;
        let is_for = case.filter(|case| own == Some(case.record)).is_some_and(|case| {
            case.tier == Tier::T3
                || (case.tier == Tier::T2 && self.life.waiting.decided.contains(&case.record))
        });
        match self.drawn(2) {
            _ if !is_for => self.act(E::Cancel, 0),
            // Nobody comes to it until its time is over.
            ..FORGOTTEN => {
                let over = self.course.last(E::StoodDown).map_or(opened, |act| act.entry.day);
                let over = over + 8.days();
                if self.day < over { Ok(Some(over)) } else { self.act(E::Timeout, 0) }
            }
            _ => {
                if self.course.referral.entry.approved_by.is_none() {
                    let head = self.life.cast.head(self.day);
                    referral::approve(self.tx, &head, self.one.record)?;
                }
                self.act(E::AskConsent, 2)
            }
        }
    }

    fn asked(&self) -> Next {
        if self.drawn(3) < FAMILY_REFUSES {
            return self.act(E::ConsentRefused, 0);
        }
        self.paper()?;
        self.act(E::ConsentGiven, 1)
    }

    /// What the family signs for the recipient that is named.
    fn paper(&self) -> Done {
        let entry = &self.course.referral.entry;
        let day = self.day;
        let paper = Consent {
            classes: Words::new([DataClass::Identity, DataClass::Reason, DataClass::Risk]),
            recipient: entry.recipient.clone(),
            recipient_name: entry.recipient_name.clone(),
            relation: Some(Relation::Mother),
            guardian_signed: Some(day),
            student_signed: Some(day),
            child_view: "愿意".to_owned(),
            valid_to: day + 150.days(),
            form_digest: SCAN.to_owned(),
            ..Consent::bare(self.one.student, (Purpose::Referral, Answer::Given), day)
        };
        write::add(self.tx, &self.life.cast.counsellor(day), &paper).map(drop)
    }

    fn consented(&self) -> Next {
        match self.drawn(4) {
            ..CALLED_OFF if !self.course.trail.has_left => return self.act(E::Cancel, 0),
            ..TAKEN_BACK => return self.withdraw(),
            _ => {}
        }
        let (entry, by) = (&self.course.referral.entry, self.life.cast.counsellor_later(self.day));
        let of = (entry.recipient.as_str(), entry.recipient_name.as_str());
        let live = match referral::live(self.tx, self.one.student, of, self.day) {
            // Left and came back meanwhile: the family is asked again.
            Err(LedgerRefusal::Unconsented(_)) => {
                self.paper()?;
                self.act(E::ConsentGiven, 0)?;
                referral::live(self.tx, self.one.student, of, self.day)?
            }
            other => other?,
        };
        referral::send(self.tx, &by, self.one.record, &live, &self.told(E::Send))?;
        self.in_days(1)
    }

    fn withdraw(&self) -> Next {
        let by = self.life.cast.counsellor_later(self.day);
        let told = Told { who: "李建国".to_owned(), ..Told::on(self.day) };
        referral::withdraw(self.tx, &by, self.one.record, Actor::Guardian, &told)?;
        Ok(None)
    }

    fn sent(&self) -> Next {
        if self.drawn(5) < RECALLED {
            self.act(E::Recall, 0)?;
            return self.in_days(1);
        }
        let days = i64::try_from(1 + self.drawn(6) % 5).unwrap_or(1);
        self.act(E::Delivered, days)
    }

    fn received(&self) -> Next {
        match self.drawn(7) {
            drawn if drawn < DECLINES => self.act(E::Decline, 2),
            drawn if drawn < PROPOSES => self.act(E::Redirect, 2),
            drawn if drawn < SILENT => {
                let came = self.course.last(E::Delivered).map_or(self.day, |act| act.entry.day);
                let over = came + 9.days();
                if self.day < over { Ok(Some(over)) } else { self.act(E::Timeout, 0) }
            }
            _ => self.act(E::Accept, 2),
        }
    }

    fn turned_away(&self) -> Next {
        if self.course.envelope > 1 || self.drawn(8) < GIVES_UP {
            return self.act(E::GiveUp, 0);
        }
        let by = self.life.cast.counsellor_later(self.day);
        let record = self.one.record;
        referral::name_recipient(self.tx, &by, record, CLINICS[1])?;
        referral::approve(self.tx, &self.life.cast.head(self.day), record)?;
        self.act(E::ChooseAgain, 2)
    }

    fn accepted(&self) -> Next {
        let is_first = self.course.state == S::Accepted;
        if is_first && self.drawn(9) < TAKEN_BACK {
            return self.withdraw();
        }
        self.act(E::Appoint, 6)
    }

    fn appointed(&self) -> Next {
        let misses = self.drawn(10) < MISSES && !self.has(E::NotSeen);
        if misses { self.act(E::NotSeen, 1) } else { self.act(E::Seen, 14) }
    }

    fn outcome_in(&self) -> Next {
        match self.drawn(11) {
            ..MORE_CARE if !self.has(E::MoreCare) => self.act(E::MoreCare, 14),
            ..COMES_BACK_TO_SCHOOL => self.act(E::Return, 30),
            _ => self.act(E::Close, 0),
        }
    }

    fn out(&self) -> Next {
        match self.drawn(12) {
            drawn if drawn < STOOD_DOWN => self.act(E::StoodDown, 1),
            drawn if drawn < TAKEN_OVER => self.act(E::TakenOver, 10),
            _ => self.act(E::HandedOverByPhone, 10),
        }
    }

    fn returned(&self) -> Next {
        if self.drawn(13) < RELAPSES {
            return self.act(E::Relapse, 0);
        }
        match self.act(E::Close, 0) {
            // Ninety days, or a follow-up that was not made yet.
            Err(LedgerRefusal::Referral(Refused::Missing(_))) => self.in_days(7),
            other => other,
        }
    }
}
