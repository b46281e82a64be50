//! What a school writes into its ledgers about a referral before it can be sealed and after it came
//! back: by the ledgers' own doors, in the rights of the counsellor and the moral-education head.

use std::collections::BTreeSet;
use std::path::PathBuf;

use domain::ledger::consent::{Answer, DataClass, OutcomeBack, Purpose};
use domain::ledger::terms::{Relation, Tier};
use domain::ledger::words::{AlertSource, Move};
use domain::ledger::{SchoolRole, Word as _};
use domain::referral::{Actor, CallParty, Concern, EndReason, Event, RiskNow, Urgency};
use jiff::ToSpan as _;
use node::app::Node;
use node::import::staff::StaffRole;
use node::ledger::alert::AlertCase;
use node::ledger::author::Author;
use node::ledger::case::{self, MoveWish};
use node::ledger::consent::Consent;
use node::ledger::entry::{RecordId, StaffId, StudentId, Words};
use node::ledger::referral::{self, Call, Danger, Told, Wish};
use node::ledger::refusal::LedgerRefusal;
use node::ledger::roll::Guardian;
use node::ledger::{read, staff, student, write};
use node::unlock::Opener;
use runtime::clock::Clock;
use runtime::sql::Tx;

use super::clinic::CLINIC;
use crate::city::visitors;
use crate::life::school::Failure;

/// Digest of the scan of a consent that nobody signed.
pub(super) const SCAN: &str = "00000000000000000000000000000000000000000000000000000000000000cc";

/// What is said of a child in the sealed part; fictitious everywhere.
#[derive(Clone)]
pub struct Says {
    /// Name of the guardian.
    pub guardian: String,
    /// The guardian's telephone.
    pub phone: String,
    /// What is known, or in an emergency the danger, in free words.
    pub words: String,
}

impl Says {
    /// What a demonstration says of everybody.
    #[must_use]
    pub fn of_demonstration() -> Self {
        let [guardian, phone, words] =
            ["李建国", "0532-00000000", "近两周睡眠不足，拒绝上学"].map(str::to_owned);
        Self { guardian, phone, words }
    }
}

/// A school's folder, opened by this process beside the service that runs in it.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) folder: PathBuf,
    pub(super) key: PathBuf,
    pub(super) clock: Clock,
}

impl Desk {
    pub(super) fn open(&self) -> Result<Node, Failure> {
        let opener = Opener::danger_from_key_file(&self.key)?;
        Ok(node::app::open_folder(&self.folder, &opener, self.clock.clone())?)
    }

    /// Opens a referral of a student of whom nothing is known yet, with all that is asked before it
    /// may leave: approval and the family's consent, or the emergency with its call and its second
    /// person. Gives its number.
    pub(super) fn refer(&self, urgency: Urgency, says: &Says) -> Result<i64, Failure> {
        let (node, now_ms, says) = (self.open()?, self.clock.now_ms(), says.clone());
        let opened = node.ledger().write("referral_of_city", move |tx| {
            let people = People::of(tx, now_ms)?;
            let child = child(tx, &people)?;
            write::add(tx, &people.counsellor, &guardian(&people, child, &says))?;
            match urgency {
                Urgency::Emergency => emergency(tx, &people, child, &says),
                other => consented(tx, &people, child, (other, &says)),
            }
        });
        Ok(opened.map(|record| record.0)?)
    }

    /// What the school does at the end of a course: gives up with a plan of its own, takes the
    /// child back, or closes.
    pub(super) fn ends(&self, record: i64, event: Event) -> Result<(), Failure> {
        let (node, now_ms) = (self.open()?, self.clock.now_ms());
        let ended = node.ledger().write("referral_of_city", move |tx| {
            let counsellor = People::of(tx, now_ms)?.counsellor;
            let day = counsellor.today();
            let code = |reason: EndReason| reason.as_str().to_owned();
            let told = match event {
                Event::GiveUp => Told {
                    code: code(EndReason::Other),
                    detail: "校内心理教师每周辅导一次".to_owned(),
                    ..Told::on(day)
                },
                Event::Return => Told {
                    detail: "先复课半天，班主任每日关注".to_owned(),
                    agreed: Some(day + 6.days()),
                    ..Told::on(day)
                },
                _ => Told { code: code(EndReason::NoReturnNeeded), ..Told::on(day) },
            };
            let by = (event, Actor::School);
            referral::act(tx, &counsellor, RecordId(record), by, &told)
        });
        Ok(ended.map(drop)?)
    }
}

/// Who writes, now.
pub(super) struct People {
    pub(super) counsellor: Author,
    pub(super) owner: StaffId,
    head: Author,
}

impl People {
    pub(super) fn of(tx: &Tx<'_>, now_ms: i64) -> Result<Self, LedgerRefusal> {
        let today = runtime::clock::local_of(now_ms).date();
        let staff = staff::staff_at(tx, today)?.unwrap_or_default();
        let first = |role: StaffRole| {
            let found = staff.iter().find(|member| member.main_role == role);
            found.map(|member| StaffId(member.id)).ok_or(LedgerRefusal::Unknown)
        };
        let by = |account: &str, role, staff| {
            Author::new(account, role, Some(staff), now_ms).because("登记").once_more(true)
        };
        let (owner, head) = (first(StaffRole::Counsellor)?, first(StaffRole::MoralDirector)?);
        let [login, ..] = visitors::COUNSELLOR;
        let counsellor = by(login, SchoolRole::Counsellor, owner);
        Ok(Self { counsellor, owner, head: by("deyu", SchoolRole::MoralHead, head) })
    }
}

/// The first student on the roll of whom neither a case nor a guardian is known.
pub(super) fn child(tx: &Tx<'_>, people: &People) -> Result<StudentId, LedgerRefusal> {
    let cases = read::all::<AlertCase>(tx)?.into_iter();
    let guarded = read::all::<Guardian>(tx)?.into_iter();
    let known: BTreeSet<StudentId> = cases
        .map(|kept| kept.entry.student)
        .chain(guarded.map(|kept| kept.entry.student))
        .collect();
    let roll = student::roll_at(tx, people.counsellor.today())?.into_iter();
    let mut free = roll.map(|pupil| StudentId(pupil.id)).filter(|pupil| !known.contains(pupil));
    free.next().ok_or(LedgerRefusal::Unknown)
}

pub(super) fn guardian(people: &People, student: StudentId, says: &Says) -> Guardian {
    Guardian {
        from: people.counsellor.today(),
        student,
        name: says.guardian.clone(),
        relation: Relation::Mother,
        phone: says.phone.clone(),
        do_not_contact: false,
        objects: false,
        until: None,
    }
}

fn wish(student: StudentId, (urgency, says): (Urgency, &Says)) -> Wish {
    let [id, name, _, phone] = CLINIC.map(str::to_owned);
    Wish {
        student,
        urgency,
        concerns: vec![Concern::Mood, Concern::SchoolRefusal],
        recipient: (id, name, phone),
        risk: RiskNow::Unknown,
        known: (says.words.clone(), says.guardian.clone(), String::new()),
    }
}

/// A case of the highest tier, its referral, another person's approval and the family's yes.
fn consented(
    tx: &Tx<'_>,
    people: &People,
    student: StudentId,
    of: (Urgency, &Says),
) -> Result<RecordId, LedgerRefusal> {
    let (by, day) = (&people.counsellor, people.counsellor.today());
    let opened = MoveWish {
        how: Move::Opened,
        to: Some(Tier::T3),
        source: AlertSource::Counsellor,
        owner: people.owner,
        next_review: Some(day + 7.days()),
    };
    case::open(tx, by, student, day, &opened)?;
    let record = referral::open(tx, by, &wish(student, of))?;
    referral::approve(tx, &people.head, record)?;
    let act = |event| referral::act(tx, by, record, (event, Actor::School), &Told::on(day));
    act(Event::AskConsent)?;
    let paper = Consent {
        classes: Words::new([DataClass::Identity, DataClass::Reason, DataClass::Risk]),
        recipient: CLINIC[0].to_owned(),
        recipient_name: CLINIC[1].to_owned(),
        outcome_back: OutcomeBack::Summary,
        relation: Some(Relation::Mother),
        guardian_signed: Some(day),
        student_signed: Some(day),
        child_view: "愿意".to_owned(),
        valid_to: day + 60.days(),
        form_digest: SCAN.to_owned(),
        ..Consent::bare(student, (Purpose::Referral, Answer::Given), day)
    };
    write::add(tx, by, &paper)?;
    act(Event::ConsentGiven)?;
    Ok(record)
}

/// Telephoned first, written down, and signed by the head as the second person.
fn emergency(
    tx: &Tx<'_>,
    people: &People,
    student: StudentId,
    says: &Says,
) -> Result<RecordId, LedgerRefusal> {
    let by = &people.counsellor;
    let record = referral::open(tx, by, &wish(student, (Urgency::Emergency, says)))?;
    let danger = Danger {
        facts: says.words.clone(),
        place: "心理辅导室".to_owned(),
        escort: "班主任".to_owned(),
    };
    let call = Call {
        party: CallParty::Guardian,
        at: by.now(),
        who: says.guardian.clone(),
        reached: true,
        detail: "马上到校".to_owned(),
    };
    referral::emergency(tx, by, record, &danger, &call)?;
    referral::countersign(tx, &people.head, record)?;
    referral::review(tx, &people.head, record, ("处置得当", Some(by.today())))?;
    Ok(record)
}
