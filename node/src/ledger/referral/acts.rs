//! Opening a referral and every act of its course but the emergency.

use domain::ledger::consent::{Answer, NoConsent, OutcomeBack};
use domain::ledger::day::plus_days;
use domain::ledger::due::RETURN_FOLLOWUP_DAYS;
use domain::ledger::terms::{ContactWay, FollowupKind};
use domain::ledger::{Act as Right, Action, Area};
use domain::referral::{Actor, Concern, Event, Fact, Refused, RiskNow, State, Urgency, step};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::super::author::Author;
use super::super::consent::Consent;
use super::super::entry::{RecordId, StudentId, Words};
use super::super::followup::{self, Followup};
use super::super::refusal::LedgerRefusal;
use super::super::{read, second, write};
use super::amend::is_as_confirmed;
use super::course::{Course, course, mark, of_student};
use super::facts::{Asked, is_same, known, open_case};
use super::{LiveConsent, Referral, ReferralAct};

/// What a referral is opened with.
#[derive(Clone)]
pub struct Wish {
    /// Who is referred.
    pub student: StudentId,
    /// How urgent it is.
    pub urgency: Urgency,
    /// Why, in coded words.
    pub concerns: Vec<Concern>,
    /// Id, name and telephone of the recipient; empty while none is chosen.
    pub recipient: (String, String, String),
    /// Whether there is a risk now.
    pub risk: RiskNow,
    /// Means at hand, who protects the child, medication that is known; each may be empty.
    pub known: (String, String, String),
}

/// How something was told, or handed over.
pub type Way = Option<ContactWay>;

/// What an act is written with; what its event has no use for stays empty.
#[derive(Clone)]
pub struct Told {
    /// Day on which it happened.
    pub day: Date,
    /// Who said or took it, by name.
    pub who: String,
    /// How it was told.
    pub way: Way,
    /// Word of a coded reason.
    pub code: String,
    /// Facts, plan or another recipient.
    pub detail: String,
    /// Day that was agreed.
    pub agreed: Option<Date>,
    /// Place.
    pub place: String,
}

impl Told {
    /// Nothing but a day.
    #[must_use]
    pub fn on(day: Date) -> Self {
        let (who, code, detail, place) =
            (String::new(), String::new(), String::new(), String::new());
        Self { day, who, way: None, code, detail, agreed: None, place }
    }
}

/// Opens a referral as a draft: of a student with an open case, or for an emergency, which one that
/// is on its way already does not bar.
///
/// # Errors
/// The role may not, no case of the student is open, another referral is under way, or a rule;
/// nothing was written.
pub fn open(tx: &Tx<'_>, author: &Author, wish: &Wish) -> Result<RecordId, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Referral), Some(wish.student))?;
    let bars = |state: State| match wish.urgency {
        // Of what has not left the emergency is made itself.
        Urgency::Emergency => matches!(
            state,
            State::Draft | State::ConsentPending | State::Consented | State::EmergencyOut
        ),
        _ => !state.is_terminal(),
    };
    if of_student(tx, wish.student)?.iter().any(|course| bars(course.state)) {
        return Err(LedgerRefusal::Double);
    }
    let open = open_case(tx, wish.student)?;
    if open.is_none() && wish.urgency != Urgency::Emergency {
        return Err(Refused::Missing(vec![Fact::TierAllows]).into());
    }
    let [recipient, recipient_name, phone] =
        [&wish.recipient.0, &wish.recipient.1, &wish.recipient.2].map(|text| trimmed(text));
    let [means, protection, medication] =
        [&wish.known.0, &wish.known.1, &wish.known.2].map(|text| trimmed(text));
    let referral = Referral {
        day: author.today(),
        student: wish.student,
        case: open,
        urgency: wish.urgency,
        concerns: Words::new(wish.concerns.iter().copied()),
        recipient,
        recipient_name,
        phone,
        risk: wish.risk,
        means,
        protection,
        medication,
        replaces: None,
        made_at: author.now(),
        asked_staff: author.staff(),
        approved_by: None,
        approved_at: None,
    };
    write::put_new(tx, author, &referral, None)
}

fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}

/// Names another recipient; whoever approved the one before did not approve this one.
///
/// # Errors
/// The role may not, something was handed to the recipient that is named and not declined, or the
/// store; nothing was written.
pub fn name_recipient(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    (recipient, name, phone): (&str, &str, &str),
) -> Result<(), LedgerRefusal> {
    let now = course(tx, record)?;
    write::allow(tx, author, Action::Write(Area::Referral), Some(now.referral.entry.student))?;
    let is_free = matches!(
        now.state,
        State::Draft | State::Declined | State::RedirectProposed | State::EmergencyOut
    );
    if !is_free {
        return Err(Refused::State { from: now.state }.into());
    }
    let [recipient, recipient_name, phone] = [recipient, name, phone].map(trimmed);
    if recipient.is_empty() {
        return Err(LedgerRefusal::Field("recipient"));
    }
    let (asked_staff, approved_by, approved_at) = (author.staff(), None, None);
    let named = Referral {
        recipient,
        recipient_name,
        phone,
        asked_staff,
        approved_by,
        approved_at,
        ..now.referral.entry
    };
    put(tx, author, (record, now.referral.version), &named, None)
}

/// Approves as somebody else than who opened it that it goes to the recipient that is named.
///
/// # Errors
/// It is the same person, it was approved before, no recipient is named, the role may not, or the
/// store; nothing was written.
pub fn approve(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<(), LedgerRefusal> {
    let now = course(tx, record)?;
    let entry = now.referral.entry;
    write::allow(tx, author, Action::Do(Right::Countersign), Some(entry.student))?;
    if entry.approved_by.is_some() || now.state.is_terminal() {
        return Err(LedgerRefusal::NotWaiting);
    }
    if entry.recipient.is_empty() {
        return Err(LedgerRefusal::Field("recipient"));
    }
    let asked_by = asked_by(tx, record)?;
    second::check(tx, author, (&asked_by, entry.asked_staff))?;
    let (approved_by, approved_at) = (author.staff(), Some(author.now()));
    let approved = Referral { approved_by, approved_at, ..entry };
    put(tx, author, (record, now.referral.version), &approved, Some(&asked_by))
}

/// Account of who named the recipient that a referral has, or opened it with that one.
fn asked_by(tx: &Tx<'_>, record: RecordId) -> Result<String, LedgerRefusal> {
    let versions = read::versions::<Referral>(tx, record)?;
    let last = versions.last().map(|(kept, _)| kept.entry.recipient.clone()).unwrap_or_default();
    let with = versions.iter().rev().take_while(|(kept, _)| kept.entry.recipient == last);
    with.last().map(|(_, by)| by.author.clone()).ok_or(LedgerRefusal::Unknown)
}

/// A version of a referral.
pub(super) fn put(
    tx: &Tx<'_>,
    author: &Author,
    seen: (RecordId, u32),
    entry: &Referral,
    second: Option<&str>,
) -> Result<(), LedgerRefusal> {
    write::put_change(tx, author, seen, entry, second)?;
    Ok(())
}

/// Does or notes an act that hands nothing over and is no emergency. What a recipient says too late
/// is kept and changes nothing.
///
/// # Errors
/// The role may not, it does not happen from this state, something is missing, or a rule; nothing
/// was written.
pub fn act(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    (event, actor): (Event, Actor),
    told: &Told,
) -> Result<State, LedgerRefusal> {
    let of_their_own =
        [Event::Send, Event::ResendInScope, Event::Emergency, Event::WithdrawConsent];
    if of_their_own.contains(&event) {
        return Err(LedgerRefusal::OwnAct);
    }
    let now = course(tx, record)?;
    let student = now.referral.entry.student;
    write::allow(tx, author, Action::Write(Area::Referral), Some(student))?;
    if actor == Actor::Recipient && told.who.trim().is_empty() {
        return Err(LedgerRefusal::Field("who"));
    }
    if event == Event::Outcome && !told.detail.trim().is_empty() {
        check_outcome(tx, &now)?;
    }
    let is_late = match check(tx, author, (&now, event, actor), told, None) {
        Ok(()) => false,
        Err(LedgerRefusal::Referral(Refused::State { .. }))
            if actor == Actor::Recipient && now.envelope > 0 && event != Event::Timeout =>
        {
            true
        }
        Err(refusal) => return Err(refusal),
    };
    let consent = match event {
        Event::ConsentGiven => {
            let entry = &now.referral.entry;
            let of = (entry.recipient.as_str(), entry.recipient_name.as_str());
            Some(super::live(tx, student, of, author.today())?)
        }
        _ => None,
    };
    put_act(tx, author, (&now, event, actor), told, consent.as_ref())?;
    if is_late {
        return Ok(now.state);
    }
    match event {
        Event::Return => plan_return(tx, author, &now, told)?,
        Event::Relapse => follow(tx, author, &now)?,
        Event::StoodDown => calm(tx, author, &now, told)?,
        _ => {}
    }
    mark(tx, record)
}

/// A summary comes back only where the family agreed to one; without it the code is all that does.
fn check_outcome(tx: &Tx<'_>, now: &Course) -> Result<(), LedgerRefusal> {
    let last = now.acts.iter().rev().find_map(|(act, _)| act.entry.consent);
    let paper = match last {
        Some(record) => read::one::<Consent>(tx, record)?.map(|kept| kept.entry),
        None => None,
    };
    let lets =
        |one: Consent| one.answer == Answer::Given && one.outcome_back == OutcomeBack::Summary;
    if paper.is_some_and(lets) {
        return Ok(());
    }
    Err(LedgerRefusal::Unconsented(NoConsent::OtherData))
}

/// Hands a referral over on the strength of a consent: the first time, or to another recipient.
///
/// # Errors
/// The consent is about somebody else or another recipient, it or what the referral says was
/// changed since it was written down as given here, it was not approved, nobody is named who took
/// it, the state does not allow it, the role may not, or the store; nothing was written.
pub fn send(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    consent: &LiveConsent,
    told: &Told,
) -> Result<State, LedgerRefusal> {
    let now = course(tx, record)?;
    let entry = &now.referral.entry;
    write::allow(tx, author, Action::Write(Area::Referral), Some(entry.student))?;
    if consent.student() != entry.student || consent.recipient() != entry.recipient {
        return Err(NoConsent::OtherRecipient.into());
    }
    let event = match now.state {
        State::Declined | State::RedirectProposed => Event::ResendInScope,
        _ => Event::Send,
    };
    if event == Event::ResendInScope && is_same(&now) {
        return Err(LedgerRefusal::Field("recipient"));
    }
    check(tx, author, (&now, event, Actor::School), told, Some(consent))?;
    // What changed on the paper meanwhile is read and confirmed again before anything leaves.
    let given = now.last(Event::ConsentGiven);
    let is_other = given.is_none_or(|act| act.entry.consent_digest != consent.digest());
    if event == Event::Send && is_other {
        return Err(LedgerRefusal::Unconsented(NoConsent::OtherData));
    }
    if event == Event::Send && !is_as_confirmed(tx, &now, consent)? {
        return Err(LedgerRefusal::Unconfirmed);
    }
    put_act(tx, author, (&now, event, Actor::School), told, Some(consent))?;
    mark(tx, record)
}

/// Asks the table.
pub(super) fn check(
    tx: &Tx<'_>,
    author: &Author,
    (now, event, actor): (&Course, Event, Actor),
    told: &Told,
    consent: Option<&LiveConsent>,
) -> Result<(), LedgerRefusal> {
    // Else what is missing would be told where the state alone forbids it.
    if let Err(refused @ (Refused::State { .. } | Refused::Actor)) =
        step(now.state, event, actor, |_| true)
    {
        return Err(refused.into());
    }
    if told.day < now.referral.entry.day {
        return Err(LedgerRefusal::Field("day"));
    }
    let known = known(&Asked { tx, author, course: now, told, consent }, event)?;
    step(now.state, event, actor, |fact| known.contains(&fact))?;
    Ok(())
}

pub(super) fn put_act(
    tx: &Tx<'_>,
    author: &Author,
    (now, event, actor): (&Course, Event, Actor),
    told: &Told,
    consent: Option<&LiveConsent>,
) -> Result<RecordId, LedgerRefusal> {
    write::put_new(tx, author, &act_of(author, (now, event, actor), told, consent), None)
}

/// An act as it is written now.
pub(super) fn act_of(
    author: &Author,
    (now, event, actor): (&Course, Event, Actor),
    told: &Told,
    consent: Option<&LiveConsent>,
) -> ReferralAct {
    let hands_over = matches!(event, Event::Send | Event::ResendInScope | Event::Emergency);
    let entry = &now.referral.entry;
    ReferralAct {
        day: told.day,
        student: entry.student,
        referral: now.referral.record,
        event,
        actor,
        envelope: now.envelope + u32::from(hands_over),
        made_at: author.now(),
        who: trimmed(&told.who),
        way: told.way,
        code: trimmed(&told.code),
        detail: trimmed(&told.detail),
        agreed: told.agreed,
        place: trimmed(&told.place),
        recipient: if hands_over { entry.recipient.clone() } else { String::new() },
        consent: consent.map(LiveConsent::record),
        consent_digest: consent.map(|one| one.digest().to_owned()).unwrap_or_default(),
        asked_staff: (event == Event::Emergency).then(|| author.staff()).flatten(),
        signed_by: None,
        signed_at: None,
        reviewed: None,
        findings: String::new(),
        noticed: None,
        acknowledged: None,
        reply: String::new(),
        lane_number: None,
        lane_seen: None,
    }
}

/// The follow-ups of days 7, 14, 28 and 84, unless some are set that reach as far.
fn plan_return(
    tx: &Tx<'_>,
    author: &Author,
    now: &Course,
    told: &Told,
) -> Result<(), LedgerRefusal> {
    let student = now.referral.entry.student;
    let planned = read::about::<Followup>(tx, student.0)?;
    let last = RETURN_FOLLOWUP_DAYS.into_iter().max().unwrap_or_default();
    let last = plus_days(told.day, last);
    let of_return =
        |one: &Followup| one.why == FollowupKind::Return && one.is_open() && one.due >= last;
    if planned.iter().any(|kept| of_return(&kept.entry)) {
        return Ok(());
    }
    let staff = author.staff().ok_or(LedgerRefusal::Unlinked)?;
    followup::plan_return(tx, author, (student, told.day), staff)
}

/// What turned out to be no danger is at most urgent from here on.
fn calm(tx: &Tx<'_>, author: &Author, now: &Course, told: &Told) -> Result<(), LedgerRefusal> {
    if now.referral.entry.urgency != Urgency::Emergency {
        return Ok(());
    }
    let calmed = Referral { urgency: Urgency::Urgent, ..now.referral.entry.clone() };
    let by = reasoned(author, &told.detail);
    put(tx, &by, (now.referral.record, now.referral.version), &calmed, None)
}

/// A relapse closes the old referral and opens the one that follows it, as a draft: how urgent it
/// is and what the risk is now is asked anew.
fn follow(tx: &Tx<'_>, author: &Author, now: &Course) -> Result<(), LedgerRefusal> {
    let (replaces, approved_by, approved_at) = (Some(now.referral.record), None, None);
    let (day, made_at, asked_staff) = (author.today(), author.now(), author.staff());
    let case = open_case(tx, now.referral.entry.student)?;
    let unasked = String::new;
    let next = Referral {
        day,
        case,
        urgency: Urgency::Routine,
        risk: RiskNow::Unknown,
        means: unasked(),
        protection: unasked(),
        medication: unasked(),
        replaces,
        made_at,
        asked_staff,
        approved_by,
        approved_at,
        ..now.referral.entry.clone()
    };
    write::put_new(tx, author, &next, None).map(drop)
}

/// The author with a reason, which a change has to have.
pub(super) fn reasoned(author: &Author, reason: &str) -> Author {
    if author.reason().is_empty() { author.because(reason) } else { author.clone() }
}
