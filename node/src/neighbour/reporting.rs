//! A school's duty report: written, looked at, and sealed by a second person or the head.
//!
//! What is sealed is made anew from the ledger and the directory at the instant of sending, and is
//! sealed only where it is what was shown, to the byte. No consent is asked, nobody in the family
//! is told by the program, and no referral comes of it.

use certs::digest::random_bytes;
use certs::referral::{EnvelopeId, Role, WithdrawalSecret};
use domain::neighbour::{Harm, NoticeKind, RECEIVED_MS, Suspicion};
use domain::referral::DeadlineClass;
use domain::unit::UnitId;
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::sealing::{self, Parcel, Queue};
use super::{NeighbourError, Preview, filled, offices};
use crate::content::{Contact, Notice, NoticeId, ReportContent};
use crate::directory::Directories;
use crate::ledger::author::Author;
use crate::ledger::consent::DutyReport;
use crate::ledger::entry::{RecordId, StudentId};
use crate::ledger::neighbour::{self, Answer, NewOut, Out, report};
use crate::letters::road::{Desk, Road};

/// Why the entries of a report are written.
const WRITTEN: &str = "强制报告：起草";
const SEALED: &str = "强制报告：加密发出";
const SHOWN: &str = "强制报告";

/// Lines that a list shows at most.
const LISTED: u32 = 500;

/// What a school's form says.
#[derive(Clone)]
pub struct Wish {
    /// About whom, where it is about one student.
    pub student: Option<StudentId>,
    /// Unit id of the office.
    pub office: String,
    /// What is reported.
    pub harm: Harm,
    /// Whether a guardian is suspected.
    pub suspicion: Suspicion,
    /// Who found it.
    pub found_by: String,
    /// When.
    pub found_on: Date,
    /// What was seen or heard.
    pub seen: String,
    /// What was done at once.
    pub done: String,
    /// Whom the office may call at the school, and where.
    pub contact: (String, String),
}

/// A report as a list shows it; what it says is not in it.
pub struct Line {
    /// How it is kept.
    pub out: Out,
    /// About whom, where it is about one student.
    pub student: Option<StudentId>,
    /// What was answered.
    pub came: Vec<Answer>,
}

/// Writes what would be sealed, to be looked at; of a report that was not sent in the place of what
/// was written before. Gives its record.
///
/// # Errors
/// The role may not, the office is none, there is no road, a field is empty or too long, or the
/// store; nothing was written.
pub fn prepare(
    tx: &Tx<'_>,
    author: &Author,
    (desk, directories): (&Desk, &Directories),
    record: Option<RecordId>,
    wish: &Wish,
) -> Result<RecordId, NeighbourError> {
    let author = author.because(WRITTEN);
    report::allow(tx, &author, wish.student)?;
    let before = match record {
        None => None,
        Some(record) => {
            let out = neighbour::of_record(tx, record)?.ok_or(NeighbourError::Unknown)?;
            if out.sent_at.is_some() {
                return Err(NeighbourError::Sent);
            }
            Some(out)
        }
    };
    let unit: UnitId = wish.office.trim().parse().map_err(|_| NeighbourError::WrongOffice)?;
    let office = offices::for_report(directories, &unit, author.today())?;
    let road = desk.road(tx, unit.as_str(), instant(&author))?.ok_or(NeighbourError::NoRoad)?;
    if wish.found_on > author.today() {
        return Err(NeighbourError::Field("found_on"));
    }
    let name = before.map_or_else(random_bytes::<16>, |out| out.name);
    let (child, birth) = child(tx, &author, wish.student)?;
    let (person, phone) = &wish.contact;
    let content = ReportContent {
        id: NoticeId(name),
        sender: contact(&desk.school, person, phone),
        recipient: contact(&office.label.zh, "", &office.reach.phone),
        at: author.now(),
        child,
        birth,
        harm: wish.harm,
        suspicion: wish.suspicion,
        found_by: filled("found_by", &wish.found_by)?,
        found_on: wish.found_on,
        seen: filled("seen", &wish.seen)?,
        done: filled("done", &wish.done)?,
    };
    let bytes = content.write()?;
    let told = (wish.student, content.recipient.unit.as_str(), content.seen.as_str());
    let record = report::enter(tx, &author, record, told)?;
    let new = NewOut {
        kind: NoticeKind::Report,
        name: &name,
        record: Some(record),
        to: (unit.as_str(), &content.recipient.unit),
        relay: road.relay.as_str(),
        content: &bytes,
        by: (author.account(), author.staff()),
        at: author.now(),
    };
    neighbour::put(tx, &new)?;
    Ok(record)
}

/// What will be sealed, or was, read from its bytes; the reading is logged.
///
/// # Errors
/// The role may not, there is none, it was erased, or the store.
pub fn preview(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
) -> Result<(Preview, Vec<Answer>), NeighbourError> {
    let out = neighbour::of_record(tx, record)?.ok_or(NeighbourError::Unknown)?;
    let entry = report::entry(tx, record)?.ok_or(NeighbourError::Erased)?;
    report::allow(tx, author, entry.student)?;
    child(tx, &author.because(SHOWN), entry.student)?;
    let came = neighbour::came(tx, out.id)?;
    Ok((Preview::of(out)?, came))
}

/// Reports, the newest first, without what they say; for who writes them.
///
/// # Errors
/// The role may not, or the store.
pub fn list(tx: &Tx<'_>, author: &Author) -> Result<Vec<Line>, NeighbourError> {
    report::allow(tx, author, None)?;
    let mut lines = Vec::new();
    for out in neighbour::all_out(tx, NoticeKind::Report, LISTED)? {
        let Some(record) = out.record else { continue };
        let Some(entry) = report::entry(tx, record)? else { continue };
        let came = neighbour::came(tx, out.id)?;
        lines.push(Line { out, student: entry.student, came });
    }
    Ok(lines)
}

/// Seals what was shown, with the letters that carry it: all or nothing.
///
/// # Errors
/// It is not what was shown, whoever wrote it alone sends it, it was sent, the office or the road
/// is gone, the role may not, or the store; nothing was written.
pub fn send(
    tx: &Tx<'_>,
    author: &Author,
    (desk, directories): (&Desk, &Directories),
    record: RecordId,
    digest: &str,
) -> Result<(), NeighbourError> {
    let out = neighbour::of_record(tx, record)?.ok_or(NeighbourError::Unknown)?;
    let road = desk.road(tx, &out.recipient, instant(author))?;
    send_on(tx, author, (desk, directories), (record, road.as_ref()), digest)
}

/// As [`send`], on a road that is known; who may not is told so before that there is none.
pub(super) fn send_on(
    tx: &Tx<'_>,
    author: &Author,
    (desk, directories): (&Desk, &Directories),
    (record, road): (RecordId, Option<&Road>),
    digest: &str,
) -> Result<(), NeighbourError> {
    let author = author.because(SEALED);
    let out = neighbour::of_record(tx, record)?.ok_or(NeighbourError::Unknown)?;
    let entry = report::entry(tx, record)?.ok_or(NeighbourError::Changed)?;
    report::allow(tx, &author, entry.student)?;
    if out.sent_at.is_some() {
        return Err(NeighbourError::Sent);
    }
    if !report::may_send(tx, &author, &out)? {
        return Err(NeighbourError::Second);
    }
    let bytes = out.content.as_deref().ok_or(NeighbourError::Erased)?;
    let again = anew(tx, &author, (desk, directories), (&out, &entry))?.write()?;
    if !sealing::is_shown(bytes, digest) || again.as_slice() != bytes {
        return Err(NeighbourError::Changed);
    }
    let road = road.ok_or(NeighbourError::NoRoad)?;
    let (now, envelope) = (instant(&author), EnvelopeId::generate());
    // Nothing takes a report back: nobody keeps the secret that could.
    let withdrawal = WithdrawalSecret::generate().mark(envelope);
    let due = sealing::due(DeadlineClass::Answered, now, RECEIVED_MS);
    let role = Role::Referral { withdrawal };
    let rank = sealing::rank(NoticeKind::Report, bytes);
    let parcel = Parcel { role, envelope, content: bytes, due, met: None, rank };
    let signed = sealing::seal(tx, (&desk.identity, road), &parcel, (Queue::School, now))?;
    let by = (author.account(), author.now().0);
    if !neighbour::sealed(tx, out.id, (envelope, signed), by)? {
        return Err(NeighbourError::Sent);
    }
    Ok(report::made(tx, &author, record)?)
}

/// What ledger and directory say now, with what the form alone knows as it was shown.
fn anew(
    tx: &Tx<'_>,
    author: &Author,
    (desk, directories): (&Desk, &Directories),
    (out, entry): (&Out, &DutyReport),
) -> Result<ReportContent, NeighbourError> {
    let bytes = out.content.as_deref().ok_or(NeighbourError::Erased)?;
    let Notice::Report(shown) = Notice::read(NoticeKind::Report, bytes)? else {
        return Err(NeighbourError::Changed);
    };
    let unit: UnitId = out.recipient.parse().map_err(|_| NeighbourError::WrongOffice)?;
    let office = offices::for_report(directories, &unit, author.today())?;
    if entry.receiver != office.label.zh {
        return Err(NeighbourError::Changed);
    }
    let (child, birth) = child(tx, author, entry.student)?;
    Ok(ReportContent {
        id: NoticeId(out.name),
        sender: contact(&desk.school, &shown.sender.person, &shown.sender.phone),
        recipient: contact(&office.label.zh, "", &office.reach.phone),
        child,
        birth,
        seen: entry.facts.clone(),
        ..shown
    })
}

/// Name and day of birth; of a report about nobody in particular neither.
fn child(
    tx: &Tx<'_>,
    author: &Author,
    student: Option<StudentId>,
) -> Result<(String, Option<Date>), NeighbourError> {
    match student {
        Some(student) => Ok(report::child(tx, author, student)?),
        None => Ok((String::new(), None)),
    }
}

fn contact(unit: &str, person: &str, phone: &str) -> Contact {
    let [unit, person, phone] = [unit, person, phone].map(|text| text.trim().to_owned());
    Contact { unit, person, phone }
}

pub(super) fn instant(author: &Author) -> Timestamp {
    Timestamp::from_millisecond(author.now().0).unwrap_or(Timestamp::UNIX_EPOCH)
}
