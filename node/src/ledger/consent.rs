//! Consents, reports under a legal duty, and legal holds.

use domain::ledger::consent::{Answer, DataClass, Method, OutcomeBack, Purpose};
use domain::ledger::terms::Relation;
use domain::ledger::words::ReportKind;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::author::Author;
use super::consented::ended_by_leaving;
use super::entry::{Kept, Moment, RecordId, Rules, StaffId, StudentId, Words, entry};
use super::read;
use super::refusal::LedgerRefusal;
use super::second;
use super::stay;
use domain::ledger::consent::{NoConsent, Paper, Wish, check as check_consent, faults};
use domain::ledger::day::{DayError, age_on, check_span};
use domain::ledger::{Act, Action};

entry! {
    /// What a family was asked and what came back.
    pub struct Consent = Consent, day day {
        /// Day of the answer, or of the asking while there is none.
        day: Date = "day",
        /// Whose data.
        student: StudentId = "student",
        /// What for.
        purpose: Purpose = "purpose",
        /// Kinds of data.
        classes: Words<DataClass> = "classes",
        /// Unit id of the recipient; empty where nothing leaves.
        recipient: String = "recipient",
        /// Recipient as told to the family.
        recipient_name: String = "recipient_name",
        /// How much of an outcome may come back.
        outcome_back: OutcomeBack = "outcome_back",
        /// How it was given.
        method: Method = "method",
        /// What came back.
        answer: Answer = "answer",
        /// What the guardian who signed is to the student.
        relation: Option<Relation> = "relation",
        /// Day of the guardian's signature.
        guardian_signed: Option<Date> = "guardian_signed",
        /// Day of the student's signature.
        student_signed: Option<Date> = "student_signed",
        /// View of a child from 8 to 13; empty where not asked.
        child_view: String = "child_view",
        /// First day.
        valid_from: Date = "valid_from",
        /// Last day.
        valid_to: Date = "valid_to",
        /// Version of the notice that the family read.
        notice_version: String = "notice_version",
        /// Hexadecimal SHA-256 of the form or recording; empty without one.
        form_digest: String = "form_digest",
        /// Who was present, may be empty.
        witness: String = "witness",
        /// Day of the withdrawal.
        withdrawn: Option<Date> = "withdrawn",
        /// How to reach the recipient, as told to whoever signed; none in papers from before.
        recipient_contact: Option<String> = "recipient_contact",
    }
}

entry! {
    /// A report under a legal duty.
    pub struct DutyReport = DutyReport, day day {
        /// Day of the report.
        day: Date = "day",
        /// About whom, where it is about one student.
        student: Option<StudentId> = "student",
        /// Which duty.
        what: ReportKind = "what",
        /// Office that received it.
        receiver: String = "receiver",
        /// What was reported.
        facts: String = "facts",
        /// Instant of the report.
        made_at: Moment = "made_at",
        /// Day on which the receiver acknowledged it.
        acknowledged: Option<Date> = "acknowledged",
    }
}

entry! {
    /// A hold: nothing of this student is destroyed while it stands.
    pub struct LegalHold = LegalHold, day from {
        /// First day.
        from: Date = "day",
        /// Whose records.
        student: StudentId = "student",
        /// Office or person that ordered it.
        ordered_by: String = "ordered_by",
        /// Account that asked to lift it.
        lift_asked_by: Option<String> = "lift_asked_by",
        /// Member of staff who asked to lift it.
        lift_asked_staff: Option<StaffId> = "lift_asked_staff",
        /// Day on which it was lifted.
        until: Option<Date> = "valid_until",
        /// A record about nobody that it keeps too: a meeting, a report under a duty.
        target: Option<RecordId> = "target",
    }
}

impl Rules for Consent {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        self.answer == Answer::Asked
    }

    fn check(
        &self,
        _tx: &Tx<'_>,
        author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_span(self.valid_from, Some(self.valid_to))?;
        for signed in [self.guardian_signed, self.student_signed, self.withdrawn] {
            if signed.is_some_and(|day| day > author.today()) {
                return Err(DayError::Future.into());
            }
        }
        if (self.answer == Answer::Withdrawn) != self.withdrawn.is_some() {
            return Err(LedgerRefusal::Field("withdrawn"));
        }
        if self.recipient.trim().is_empty() != self.recipient_name.trim().is_empty() {
            return Err(LedgerRefusal::Field("recipient"));
        }
        // A contact is the recipient's; where nothing is passed on there is nobody to reach.
        let contact = self.recipient_contact.as_deref().unwrap_or_default();
        if !contact.trim().is_empty() && self.recipient.trim().is_empty() {
            return Err(LedgerRefusal::Field("recipient_contact"));
        }
        if self.answer == Answer::Given { self.check_given() } else { Ok(()) }
    }

    /// A consent that is taken back withdraws every referral over it.
    fn brings(&self, tx: &Tx<'_>, author: &Author, _own: RecordId) -> Result<(), LedgerRefusal> {
        if self.purpose == Purpose::Referral && self.answer.is_no() {
            super::referral::heed(tx, author, self.student)?;
        }
        Ok(())
    }

    /// A no that waits beside another change ends what was said before all the same.
    fn brings_beside(
        &self,
        tx: &Tx<'_>,
        author: &Author,
        own: RecordId,
    ) -> Result<(), LedgerRefusal> {
        self.brings(tx, author, own)
    }
}

impl Rules for DutyReport {
    fn subject(&self) -> Option<StudentId> {
        self.student
    }
}

impl Rules for LegalHold {
    /// [`place_hold`] and [`lift_hold`] only: a change would end a hold by one person.
    const DIRECT: bool = false;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        self.lift_asked_by.is_some() && self.until.is_none()
    }

    fn action(&self) -> Action {
        Action::Do(Act::PlaceHold)
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        if self.ordered_by.trim().is_empty() {
            return Err(LedgerRefusal::Field("ordered_by"));
        }
        let Some(target) = self.target else { return Ok(()) };
        // What is about a student is kept by a hold over that one.
        let nobody = "select 1 from record where id = $1 and student is null and destroyed = 0";
        match tx.query_opt(nobody, params![target.0], |row| row.i64(0))? {
            Some(_) => Ok(()),
            None => Err(LedgerRefusal::Field("target")),
        }
    }
}

impl Consent {
    /// What a yes must have to be one at all. A no is taken as the family wrote it: an older paper
    /// without these is still withdrawn.
    fn check_given(&self) -> Result<(), LedgerRefusal> {
        // A spoken yes has no paper; it is written down as what it is and allows nothing.
        if self.method != Method::Oral && !is_digest(&self.form_digest) {
            return Err(LedgerRefusal::Field("form_digest"));
        }
        if self.guardian_signed.is_some() && self.relation.is_none() {
            return Err(LedgerRefusal::Field("relation"));
        }
        // Nothing leaves the school for a screening, so a recipient would be another purpose.
        if self.purpose.passes_on() == self.recipient.trim().is_empty() {
            return Err(LedgerRefusal::Field("recipient"));
        }
        if self.recipient != self.recipient.trim() {
            return Err(LedgerRefusal::Field("recipient"));
        }
        if !self.child_view.is_empty() && self.child_view.trim().is_empty() {
            return Err(LedgerRefusal::Field("child_view"));
        }
        Ok(())
    }

    /// Whether it is an answer to a purpose and recipient. A no to nobody in particular is meant
    /// for all, and so is every no to screening, which has no recipient whatever was typed there.
    pub(super) fn answers(&self, (purpose, recipient): (Purpose, &str)) -> bool {
        let to_all = self.answer.is_no()
            && (self.recipient.is_empty() || self.purpose == Purpose::Screening);
        self.purpose == purpose && (to_all || self.recipient == recipient)
    }

    /// An answer of a family to a purpose with nothing on it but that it was given, on paper.
    #[must_use]
    pub fn bare(student: StudentId, (purpose, answer): (Purpose, Answer), day: Date) -> Self {
        Self {
            day,
            student,
            purpose,
            classes: Words::new([DataClass::Answers]),
            recipient: String::new(),
            recipient_name: String::new(),
            outcome_back: OutcomeBack::None,
            method: Method::Paper,
            answer,
            relation: None,
            guardian_signed: None,
            student_signed: None,
            child_view: String::new(),
            valid_from: day,
            valid_to: day,
            notice_version: String::new(),
            form_digest: String::new(),
            witness: String::new(),
            withdrawn: (answer == Answer::Withdrawn).then_some(day),
            recipient_contact: None,
        }
    }

    /// What is written on it, as the rule reads it.
    #[must_use]
    pub fn paper(&self) -> Paper<'_> {
        Paper {
            answer: self.answer,
            method: self.method,
            purpose: self.purpose,
            classes: self.classes.as_slice(),
            recipient: &self.recipient,
            guardian_signed: self.guardian_signed,
            student_signed: self.student_signed,
            child_view: !self.child_view.trim().is_empty(),
            has_evidence: is_digest(&self.form_digest),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        }
    }
}

/// Whether somebody may be the second person who lifts a hold: they are not who asked for it.
///
/// # Errors
/// The store cannot be read.
pub fn may_lift(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<bool, SqlError> {
    let Some(kept) = read::one::<LegalHold>(tx, record)? else { return Ok(false) };
    match &kept.entry.lift_asked_by {
        Some(asked) => second::may(tx, author, (asked, kept.entry.lift_asked_staff)),
        None => Ok(true),
    }
}

/// Whether a text is a SHA-256 in hexadecimal digits, as a scan leaves it.
pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Finds the consent that allows something about a student on a day.
///
/// The latest answer for the purpose and recipient decides, on whatever paper it came; a no that
/// names no recipient is meant for all of them. A yes that waits beside another change allows
/// nothing, a no that waits there ends what was said before, and no yes comes back with a student
/// who had left.
///
/// # Errors
/// The reason why the latest answer does not allow it, or that nobody was asked.
pub fn standing(
    tx: &Tx<'_>,
    student: StudentId,
    (purpose, recipient): (Purpose, &str),
    classes: &[DataClass],
    day: Date,
) -> Result<Kept<Consent>, LedgerRefusal> {
    let birth = super::write::birth(tx, student)?;
    // Nobody knows who must sign for a student of unknown age; so the strictest age holds.
    let age = birth.map_or(14, |birth| age_on(birth, day));
    let wish = Wish { purpose, classes, recipient, day, age };
    let stays = stay::columns(tx, Some(student))?.remove(&student.0).unwrap_or_default().stays;
    let mut why = NoConsent::Unanswered;
    for kept in heard(tx, Some(student))?.into_iter().rev() {
        let paper = &kept.entry;
        if !paper.answers((purpose, recipient)) {
            continue;
        }
        if paper.answer == Answer::Given && ended_by_leaving(&stays, said_on(paper), day) {
            why = NoConsent::Left;
            continue;
        }
        match check_consent(&paper.paper(), &wish) {
            Ok(()) => return Ok(kept),
            // One for later does not end the one for now.
            Err(reason @ NoConsent::TooEarly) => why = reason,
            Err(reason) if paper.answer.is_said() => return Err(reason.into()),
            Err(reason) => why = reason,
        }
    }
    Err(why.into())
}

/// Every reason why a yes, as it is written, allows nothing on a day; nothing where it does, or is
/// no yes.
///
/// # Errors
/// There is no such student, or the store.
pub fn faults_of(tx: &Tx<'_>, paper: &Consent, day: Date) -> Result<Vec<NoConsent>, LedgerRefusal> {
    if paper.answer != Answer::Given {
        return Ok(Vec::new());
    }
    let birth = super::write::birth(tx, paper.student)?;
    let wish = Wish {
        purpose: paper.purpose,
        classes: paper.classes.as_slice(),
        recipient: &paper.recipient,
        day,
        // Nobody knows who must sign for a student of unknown age; so the strictest age holds.
        age: birth.map_or(14, |birth| age_on(birth, day)),
    };
    Ok(faults(&paper.paper(), &wish))
}

/// The day on which a family said what a paper says: of a withdrawal that of withdrawing.
pub(super) fn said_on(paper: &Consent) -> Date {
    paper.withdrawn.map_or(paper.day, |day| day.max(paper.day))
}

/// Papers of one student, or of all, in the order in which the family spoke; what counts, and every
/// no that waits beside it.
pub(super) fn heard(
    tx: &Tx<'_>,
    student: Option<StudentId>,
) -> Result<Vec<Kept<Consent>>, SqlError> {
    let mut heard = match student {
        Some(student) => read::about::<Consent>(tx, student.0)?,
        None => read::all::<Consent>(tx)?,
    };
    let disputed = "select id from record where kind = 'consent' and parallels > 0";
    let record = |row: &Row<'_, '_>| row.i64(0).map(RecordId);
    let disputed = match student {
        Some(student) => {
            let of_one = format!("{disputed} and student = $1");
            tx.query(&of_one, params![student.0], record)?
        }
        None => tx.query(disputed, &[], record)?,
    };
    for record in disputed {
        let versions = read::versions::<Consent>(tx, record)?.into_iter().map(|(kept, _)| kept);
        heard.extend(versions.filter(|kept| kept.parallel && kept.entry.answer.is_no()));
    }
    heard.sort_by_key(|kept| (said_on(&kept.entry), kept.record, kept.version));
    Ok(heard)
}

/// Places a hold from today on, over a student's records and one about nobody where one is named.
///
/// # Errors
/// Who may not, that nobody ordered it, a record that is about a student, or the store; nothing was
/// written.
pub fn place_hold(
    tx: &Tx<'_>,
    author: &Author,
    student: StudentId,
    ordered_by: &str,
    target: Option<RecordId>,
) -> Result<RecordId, LedgerRefusal> {
    super::write::allow(tx, author, Action::Do(Act::PlaceHold), Some(student))?;
    let (from, ordered_by) = (author.today(), ordered_by.to_owned());
    let hold = LegalHold {
        from,
        student,
        ordered_by,
        lift_asked_by: None,
        lift_asked_staff: None,
        until: None,
        target,
    };
    super::write::put_new(tx, author, &hold, None)
}

/// Asks to lift a hold, or lifts it where somebody else has asked.
///
/// # Errors
/// Who may not, who asked it alone, that it was lifted before, or the store; nothing was written.
pub fn lift_hold(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<(), LedgerRefusal> {
    let kept = read::one::<LegalHold>(tx, record)?.ok_or(LedgerRefusal::Unknown)?;
    super::write::allow(tx, author, Action::Do(Act::PlaceHold), Some(kept.entry.student))?;
    let (mut hold, seen) = (kept.entry, (record, kept.version));
    if hold.until.is_some() {
        return Err(LedgerRefusal::NotWaiting);
    }
    let asked = hold.lift_asked_by.clone();
    match &asked {
        None => {
            hold.lift_asked_staff = Some(second::first(author)?);
            hold.lift_asked_by = Some(author.account().to_owned());
        }
        Some(asked) => {
            second::check(tx, author, (asked, hold.lift_asked_staff))?;
            hold.until = Some(author.today());
        }
    }
    super::write::put_change(tx, author, seen, &hold, asked.as_deref()).map(|_| ())
}
