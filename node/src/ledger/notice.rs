//! The notice to families: its versions, what each asks for, and the slips that came back.
//!
//! Every purpose is a line of its own with an answer of its own. A slip becomes entries of the
//! consent ledger by that ledger's rules: what would be no consent is not written as one.

use domain::ledger::consent::{Answer, DataClass, LIFE_DAYS_MAX, Method, OutcomeBack, Purpose};
use domain::ledger::day::{check_span, plus_days};
use domain::ledger::terms::Relation;
use domain::ledger::{Action, Area, Word as _};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::author::Author;
use super::consent::{Consent, faults_of, is_digest, said_on};
use super::entry::{Kept, Moment, RecordId, StudentId, Words};
use super::refusal::{LedgerRefusal, LineFlaw};
use super::{consented, read, strange, write};
use crate::import::value::Consent as Said;

/// Most lines that a slip has.
pub const ITEMS_MAX: usize = 8;
/// Longest text of a contact in characters.
const CONTACT_CHARS_MAX: usize = 400;

/// One line of a slip.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// What for.
    pub purpose: Purpose,
    /// Kinds of data.
    pub classes: Vec<DataClass>,
    /// Unit id of the recipient; empty where nothing leaves the school.
    pub recipient: String,
    /// Recipient as told to the family.
    pub recipient_name: String,
}

/// What a new notice says.
#[derive(Clone)]
pub struct NewNotice {
    /// First day for which it asks.
    pub valid_from: Date,
    /// Last day for which it asks.
    pub valid_to: Date,
    /// Ids of the instruments.
    pub scales: Vec<String>,
    /// Whom a family calls.
    pub contact: String,
    /// The lines of its slip.
    pub items: Vec<Item>,
}

/// A version of the notice. Names an account, so without `Debug`.
#[derive(Clone)]
pub struct Notice {
    /// Its number.
    pub id: i64,
    /// As it is printed.
    pub version: String,
    /// When it was made.
    pub made_at: Moment,
    /// By which account.
    pub made_by: String,
    /// What it says.
    pub says: NewNotice,
}

/// What came back from one family on one line.
#[derive(Clone)]
pub struct Slip {
    /// Whose.
    pub student: StudentId,
    /// Which line of the notice, from 0.
    pub item: usize,
    /// Given or refused; nothing else is written on a slip.
    pub agrees: bool,
    /// Day of the signatures.
    pub signed: Date,
    /// What the guardian who signed is to the student.
    pub relation: Option<Relation>,
    /// Whether the student signed too.
    pub student_signed: bool,
    /// View of a child from 8 to 13.
    pub child_view: String,
}

/// What was done with slips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Written.
    pub written: u32,
    /// Said already the same; nothing was written.
    pub known: u32,
}

/// Makes a new version.
///
/// # Errors
/// The role may not, it asks for nothing or longer than a consent lives, a recipient is missing or
/// not needed, or there is nobody to call; nothing was written.
pub fn make(tx: &Tx<'_>, author: &Author, says: &NewNotice) -> Result<i64, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Consent), None)?;
    check_says(says)?;
    let year = super::turn::year_of(author.today());
    let known = "select count(*) from family_notice where version like $1";
    let known = tx.query_opt(known, params![&format!("{year}-%")], |row| row.u64(0))?;
    let version = format!("{year}-{}", known.unwrap_or(0) + 1);
    let id = tx.query_opt(
        "insert into family_notice (version, made_at_ms, made_by, valid_from, valid_to, scales,
                                    contact)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
        params![
            &version,
            author.now().0,
            author.account(),
            &says.valid_from.to_string(),
            &says.valid_to.to_string(),
            &says.scales.join(","),
            says.contact.trim(),
        ],
        |row| row.i64(0),
    )?;
    let id = strange(id)?;
    for (place, item) in says.items.iter().enumerate() {
        let classes: Vec<&str> = item.classes.iter().map(|class| class.as_str()).collect();
        tx.execute(
            "insert into family_notice_item
                 (notice, place, purpose, classes, recipient, recipient_name)
             values ($1, $2, $3, $4, $5, $6)",
            params![
                id,
                place as u64 + 1,
                item.purpose.as_str(),
                &classes.join(","),
                &item.recipient,
                &item.recipient_name,
            ],
        )?;
    }
    Ok(id)
}

fn check_says(says: &NewNotice) -> Result<(), LedgerRefusal> {
    check_span(says.valid_from, Some(says.valid_to))?;
    if says.valid_to > plus_days(says.valid_from, LIFE_DAYS_MAX) {
        return Err(LedgerRefusal::Field("valid_to"));
    }
    if says.items.is_empty() || says.items.len() > ITEMS_MAX {
        return Err(LedgerRefusal::Field("purpose"));
    }
    let mut seen = Vec::new();
    for item in &says.items {
        let leaves = item.purpose.passes_on();
        let named = !item.recipient.trim().is_empty() && !item.recipient_name.trim().is_empty();
        let nobody = item.recipient.is_empty() && item.recipient_name.is_empty();
        if leaves && !named {
            return Err(LedgerRefusal::Line(item.purpose, LineFlaw::Recipient));
        }
        if !leaves && !nobody {
            return Err(LedgerRefusal::Line(item.purpose, LineFlaw::NoRecipient));
        }
        let line = (item.purpose, &item.recipient);
        if item.classes.is_empty() || seen.contains(&line) {
            return Err(LedgerRefusal::Line(item.purpose, LineFlaw::Data));
        }
        seen.push(line);
    }
    let contact = says.contact.trim();
    if contact.is_empty() || contact.chars().count() > CONTACT_CHARS_MAX {
        return Err(LedgerRefusal::Field("contact"));
    }
    Ok(())
}

/// Every version, newest first.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Notice>, SqlError> {
    let statement = "select id, version, made_at_ms, made_by, valid_from, valid_to, scales, contact
        from family_notice order by id desc limit 100";
    let mut notices = tx.query(statement, &[], read_notice)?;
    for notice in &mut notices {
        notice.says.items = items(tx, notice.id)?;
    }
    Ok(notices)
}

/// One version.
///
/// # Errors
/// There is none of this number, or the store.
pub fn find(tx: &Tx<'_>, id: i64) -> Result<Notice, LedgerRefusal> {
    all(tx)?.into_iter().find(|notice| notice.id == id).ok_or(LedgerRefusal::Unknown)
}

fn read_notice(row: &Row<'_, '_>) -> Result<Notice, SqlError> {
    let day = |text: &str| text.parse().map_err(|_| SqlError::Type);
    let scales = row.text(6)?;
    Ok(Notice {
        id: row.i64(0)?,
        version: row.text(1)?,
        made_at: Moment(row.i64(2)?),
        made_by: row.text(3)?,
        says: NewNotice {
            valid_from: day(row.str(4)?)?,
            valid_to: day(row.str(5)?)?,
            scales: scales.split(',').filter(|s| !s.is_empty()).map(str::to_owned).collect(),
            contact: row.text(7)?,
            items: Vec::new(),
        },
    })
}

fn items(tx: &Tx<'_>, notice: i64) -> Result<Vec<Item>, SqlError> {
    let statement = "select purpose, classes, recipient, recipient_name from family_notice_item
        where notice = $1 order by place";
    tx.query(statement, params![notice], |row| {
        let classes = row.text(1)?;
        let classes: Option<Vec<DataClass>> =
            classes.split(',').map(DataClass::from_word).collect();
        Ok(Item {
            purpose: strange(Purpose::from_word(row.str(0)?))?,
            classes: strange(classes)?,
            recipient: row.text(2)?,
            recipient_name: row.text(3)?,
        })
    })
}

/// Enters slips that came back with a notice, all or none; `scan` is the SHA-256 of their scan in
/// hexadecimal digits.
///
/// # Errors
/// The student of the first slip that cannot be entered, and why: a yes that the consent ledger
/// would not take for a consent is refused, with its reason.
pub fn take(
    tx: &Tx<'_>,
    author: &Author,
    (notice, scan): (&Notice, &str),
    slips: &[Slip],
) -> Result<Taken, (Option<StudentId>, LedgerRefusal)> {
    let mut taken = Taken::default();
    let scan = scan.trim().to_ascii_lowercase();
    if !is_digest(&scan) {
        return Err((None, LedgerRefusal::Field("form_digest")));
    }
    for slip in slips {
        let of = |refusal: LedgerRefusal| (Some(slip.student), refusal);
        let paper = paper(notice, &scan, slip).map_err(of)?;
        if paper.answer == Answer::Given {
            check_given(tx, &paper, author.today()).map_err(of)?;
        }
        if is_known(tx, &paper).map_err(|error| of(error.into()))? {
            taken.known += 1;
            continue;
        }
        write::add(tx, author, &paper).map_err(of)?;
        taken.written += 1;
    }
    Ok(taken)
}

fn paper(notice: &Notice, scan: &str, slip: &Slip) -> Result<Consent, LedgerRefusal> {
    let item = notice.says.items.get(slip.item).ok_or(LedgerRefusal::Field("purpose"))?;
    // A slip that was signed before the notice asks from then on only.
    let from = slip.signed.max(notice.says.valid_from);
    let to = if slip.agrees { notice.says.valid_to } else { notice.says.valid_to.max(from) };
    Ok(Consent {
        day: slip.signed,
        student: slip.student,
        purpose: item.purpose,
        classes: Words::new(item.classes.iter().copied()),
        recipient: item.recipient.clone(),
        recipient_name: item.recipient_name.clone(),
        outcome_back: OutcomeBack::None,
        method: Method::Paper,
        answer: if slip.agrees { Answer::Given } else { Answer::Refused },
        relation: slip.relation,
        guardian_signed: slip.relation.map(|_| slip.signed),
        student_signed: slip.student_signed.then_some(slip.signed),
        child_view: slip.child_view.trim().to_owned(),
        valid_from: from,
        valid_to: to,
        notice_version: notice.version.clone(),
        form_digest: scan.to_owned(),
        witness: String::new(),
        withdrawn: None,
        recipient_contact: None,
    })
}

/// A yes must be a consent to what the notice asks for, by the rule of the consent ledger.
fn check_given(tx: &Tx<'_>, paper: &Consent, today: Date) -> Result<(), LedgerRefusal> {
    let faults = faults_of(tx, paper, today.max(paper.valid_from))?;
    faults.into_iter().next().map_or(Ok(()), |why| Err(why.into()))
}

fn is_known(tx: &Tx<'_>, paper: &Consent) -> Result<bool, SqlError> {
    let said = read::about::<Consent>(tx, paper.student.0)?;
    let same = |kept: &Kept<Consent>| {
        let old = &kept.entry;
        (old.purpose, &old.recipient, old.answer, old.day, &old.notice_version)
            == (paper.purpose, &paper.recipient, paper.answer, paper.day, &paper.notice_version)
    };
    Ok(said.iter().any(same))
}

/// What a family said last about a purpose and recipient, on paper that counts.
///
/// # Errors
/// The store cannot be read.
pub fn latest(
    tx: &Tx<'_>,
    student: StudentId,
    (purpose, recipient): (Purpose, &str),
) -> Result<Option<Kept<Consent>>, SqlError> {
    let mut said = read::about::<Consent>(tx, student.0)?;
    said.retain(|kept| {
        let paper = &kept.entry;
        paper.answers((purpose, recipient)) && paper.answer.is_said()
    });
    said.sort_by_key(|kept| (said_on(&kept.entry), kept.record));
    Ok(said.pop())
}

/// Withdraws what a family had agreed to, from today on; tells which entry says so. Where the yes
/// to screening is not on the last paper, because the roster has it, the withdrawal is an entry of
/// its own.
///
/// # Errors
/// The role may not, no reason, a refusal or withdrawal stands already, or the family said nothing
/// that it could take back; nothing was written.
pub fn withdraw(
    tx: &Tx<'_>,
    author: &Author,
    student: StudentId,
    (purpose, recipient): (Purpose, &str),
) -> Result<RecordId, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Consent), Some(student))?;
    if author.reason().is_empty() {
        return Err(LedgerRefusal::Reason);
    }
    let today = author.today();
    match latest(tx, student, (purpose, recipient))? {
        Some(kept) if kept.entry.answer == Answer::Given => {
            let entry = Consent { answer: Answer::Withdrawn, withdrawn: Some(today), ..kept.entry };
            write::update(tx, author, (kept.record, kept.version), &entry)?;
            Ok(kept.record)
        }
        last if purpose == Purpose::Screening && recipient.is_empty() => {
            match consented::of(tx, student)?.on(today) {
                Said::Given => {}
                Said::Unknown if last.is_none() => return Err(LedgerRefusal::Unknown),
                Said::Unknown | Said::Refused => return Err(LedgerRefusal::NotWaiting),
            }
            let what = (Purpose::Screening, Answer::Withdrawn);
            write::add(tx, author, &Consent::bare(student, what, today))
        }
        Some(_) => Err(LedgerRefusal::NotWaiting),
        None => Err(LedgerRefusal::Unknown),
    }
}
