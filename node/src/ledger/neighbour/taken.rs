//! Notices that came here: who may read one, who did, what was answered, and when it is erased.

use certs::referral::EnvelopeId;
use domain::digest::Digest;
use domain::ledger::Word as _;
use domain::neighbour::{KEPT_MS, NoticeErased, NoticeKind};
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::super::entry::{Moment, StaffId, StudentId};
use super::super::strange;
use super::{Answer, answer, columns};
use crate::content::{HandOffContent, Notice, Reply};

/// Who reads the same again within so long leaves no second line.
const READ_MS: i64 = 3_600_000;

/// A notice that was opened.
pub struct Arrived<'a> {
    /// Which kind.
    pub kind: NoticeKind,
    /// The sender's id of it.
    pub name: &'a [u8; 16],
    /// Its envelope.
    pub envelope: &'a [u8; 16],
    /// Digest of what was signed.
    pub signed: Digest,
    /// Who signed it, with the district, and what it is called.
    pub sender: (&'a str, &'a str),
    /// What it says.
    pub content: &'a [u8],
    /// When it came.
    pub at: Moment,
}

/// A notice as it is kept. It has no `Debug`.
#[derive(Clone)]
pub struct In {
    /// Its number here.
    pub id: i64,
    /// Which kind.
    pub kind: NoticeKind,
    /// The sender's id of it.
    pub name: [u8; 16],
    /// Its envelope.
    pub envelope: [u8; 16],
    /// Who signed it, with the district.
    pub sender: String,
    /// What the sender is called.
    pub sender_name: String,
    /// When it came.
    pub received_at: Moment,
    /// What it says; nothing once it is erased.
    pub content: Option<Vec<u8>>,
    /// Whom a school's head lets read it.
    pub reader: Option<StaffId>,
    /// With whom a school's head linked it.
    pub student: Option<StudentId>,
    /// When and why it was erased.
    pub erased: Option<(Moment, NoticeErased)>,
}

/// An answer that somebody gives.
pub struct NewSaid<'a> {
    /// To which notice.
    pub notice: i64,
    /// Which one, from 1.
    pub number: u32,
    /// What.
    pub said: &'a Reply,
    /// Account.
    pub account: &'a str,
    /// When.
    pub at: Moment,
}

/// An answer as it is kept.
#[derive(Clone)]
pub struct Said {
    /// Its number in the store.
    pub id: i64,
    /// To which notice.
    pub notice: i64,
    /// What it says.
    pub answer: Answer,
    /// Account.
    pub account: String,
    /// When it was sealed.
    pub sealed_at: Option<Moment>,
}

const IN: &str = "select id, kind, name, envelope, sender, sender_name, received_at_ms, content,
    reader, student, erased_at_ms, erased_why from neighbour_in";

fn read(row: &Row<'_, '_>) -> Result<In, SqlError> {
    let erased = match (row.opt_i64(10)?, row.opt_text(11)?) {
        (Some(at), Some(why)) => Some((Moment(at), strange(NoticeErased::from_word(&why))?)),
        _ => None,
    };
    Ok(In {
        id: row.i64(0)?,
        kind: strange(NoticeKind::from_word(row.str(1)?))?,
        name: row.array(2)?,
        envelope: row.array(3)?,
        sender: row.text(4)?,
        sender_name: row.text(5)?,
        received_at: Moment(row.i64(6)?),
        content: row.opt_blob(7)?,
        reader: row.opt_i64(8)?.map(StaffId),
        student: row.opt_i64(9)?.map(StudentId),
        erased,
    })
}

/// Keeps a notice, once; says whether it is new.
///
/// # Errors
/// The store cannot be written.
pub fn receive(tx: &Tx<'_>, new: &Arrived<'_>) -> Result<bool, SqlError> {
    let kept = tx.execute(
        "insert into neighbour_in (kind, name, envelope, signed, sender, sender_name,
             received_at_ms, content)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (envelope) do nothing",
        params![
            new.kind.as_str(),
            new.name,
            new.envelope,
            &new.signed.to_tagged(),
            new.sender.0,
            new.sender.1,
            new.at.0,
            new.content
        ],
    )?;
    Ok(kept > 0)
}

/// One notice by its number.
///
/// # Errors
/// The store cannot be read.
pub fn one_in(tx: &Tx<'_>, id: i64) -> Result<Option<In>, SqlError> {
    tx.query_opt(&format!("{IN} where id = $1"), params![id], read)
}

/// The notice that came in an envelope.
///
/// # Errors
/// The store cannot be read.
pub fn in_envelope(tx: &Tx<'_>, id: EnvelopeId) -> Result<Option<In>, SqlError> {
    tx.query_opt(&format!("{IN} where envelope = $1"), params![id.bytes()], read)
}

/// What came: what nobody has answered for good first, then what was, then what is erased; each the
/// newest first. So no list that is cut leaves out what waits for what is done.
///
/// # Errors
/// The store cannot be read.
pub fn all_in(tx: &Tx<'_>, limit: u32) -> Result<Vec<In>, SqlError> {
    let all = format!(
        "{IN} order by (erased_at_ms is not null), exists (
             select 1 from neighbour_said s where s.notice = neighbour_in.id
                 and s.said in ('handled', 'not_ours')), id desc limit $1"
    );
    tx.query(&all, params![limit], read)
}

/// Names who may read a notice beside the head.
///
/// # Errors
/// The store cannot be written.
pub fn name_reader(tx: &Tx<'_>, id: i64, reader: Option<StaffId>) -> Result<(), SqlError> {
    let of = reader.map(|staff| staff.0);
    tx.execute("update neighbour_in set reader = $2 where id = $1", params![id, of])?;
    Ok(())
}

/// Whether a member of staff was named as reader.
#[must_use]
pub fn is_read_by(notice: &In, staff: Option<StaffId>) -> bool {
    staff.is_some() && notice.reader == staff
}

/// What a hotline says of a caller, for who decides what is due; nothing of other kinds and of what
/// was erased.
#[must_use]
pub fn caller(notice: &In) -> Option<HandOffContent> {
    let bytes = notice.content.as_deref().filter(|_| notice.kind == NoticeKind::HandOff)?;
    match Notice::read(NoticeKind::HandOff, bytes) {
        Ok(Notice::HandOff(caller)) => Some(caller),
        Ok(Notice::Report(_) | Notice::Tip(_)) | Err(_) => None,
    }
}

/// Links a notice with a student who is on the roll.
///
/// # Errors
/// The store cannot be written.
pub fn link(tx: &Tx<'_>, id: i64, (student, account): (StudentId, &str)) -> Result<(), SqlError> {
    tx.execute(
        "update neighbour_in set student = $2, linked_by = $3
         where id = $1 and content is not null",
        params![id, student.0, account],
    )?;
    Ok(())
}

/// Erases what a notice says, what was written about it in words, and with whom it was linked.
/// Again changes nothing.
///
/// # Errors
/// The store cannot be written.
pub fn erase(tx: &Tx<'_>, id: i64, (why, now_ms): (NoticeErased, i64)) -> Result<(), SqlError> {
    tx.execute(
        "update neighbour_in set content = null, erased_at_ms = $2, erased_why = $3,
             student = null, linked_by = null
         where id = $1 and content is not null",
        params![id, now_ms, why.as_str()],
    )?;
    tx.execute(
        "update neighbour_said set note = ''
         where notice = $1 and said = 'more_needed' and sealed_at_ms is not null",
        params![id],
    )?;
    Ok(())
}

/// Whether anything's time is over, without writing.
///
/// # Errors
/// The store cannot be read.
pub fn is_over(tx: &Tx<'_>, now_ms: i64) -> Result<bool, SqlError> {
    let old = "select 1 from neighbour_in where content is not null and received_at_ms < $1
        union all select 1 from neighbour_out
        where kind <> 'report' and content is not null and written_at_ms < $1 limit 1";
    let before = now_ms.saturating_sub(KEPT_MS);
    Ok(tx.query_opt(old, params![before], |row| row.i64(0))?.is_some())
}

/// Erases all whose time is over, what came and what was sent but reports; says how many.
///
/// # Errors
/// The store cannot be written.
pub fn over(tx: &Tx<'_>, now_ms: i64) -> Result<usize, SqlError> {
    let before = now_ms.saturating_sub(KEPT_MS);
    let old = "select id from neighbour_in where content is not null and received_at_ms < $1";
    let old = tx.query(old, params![before], |row| row.i64(0))?;
    for id in &old {
        erase(tx, *id, (NoticeErased::Ended, now_ms))?;
    }
    let sent = tx.execute(
        "update neighbour_out set content = null, erased_at_ms = $2
         where kind <> 'report' and content is not null and written_at_ms < $1",
        params![before, now_ms],
    )?;
    Ok(old.len() + sent)
}

/// Logs that somebody reads what a notice says, in a role and for a purpose.
///
/// # Errors
/// The store cannot be written; then nothing may be shown.
pub fn log_read(
    tx: &Tx<'_>,
    id: i64,
    (account, role, purpose): (&str, &str, &str),
    now_ms: i64,
) -> Result<(), SqlError> {
    let known = tx.query_opt(
        "select 1 from neighbour_read where notice = $1 and account = $2 and purpose = $3
             and at_ms > $4 limit 1",
        params![id, account, purpose, now_ms.saturating_sub(READ_MS)],
        |row| row.i64(0),
    )?;
    if known.is_none() {
        tx.execute(
            "insert into neighbour_read (notice, account, role, purpose, at_ms)
             values ($1, $2, $3, $4, $5)",
            params![id, account, role, purpose, now_ms],
        )?;
    }
    Ok(())
}

/// Who read a notice: when, and by which account.
///
/// # Errors
/// The store cannot be read.
pub fn reads(tx: &Tx<'_>, id: i64) -> Result<Vec<(Moment, String)>, SqlError> {
    tx.query(
        "select at_ms, account from neighbour_read where notice = $1 order by id desc limit 500",
        params![id],
        |row| Ok((Moment(row.i64(0)?), row.text(1)?)),
    )
}

const SAID: &str = "select number, said, code, day, note, at_ms, id, notice, account, sealed_at_ms
    from neighbour_said";

fn read_said(row: &Row<'_, '_>) -> Result<Said, SqlError> {
    Ok(Said {
        answer: answer(row, 0)?,
        id: row.i64(6)?,
        notice: row.i64(7)?,
        account: row.text(8)?,
        sealed_at: row.opt_i64(9)?.map(Moment),
    })
}

/// What was answered to a notice, in the order of numbers.
///
/// # Errors
/// The store cannot be read.
pub fn said(tx: &Tx<'_>, notice: i64) -> Result<Vec<Said>, SqlError> {
    tx.query(&format!("{SAID} where notice = $1 order by number"), params![notice], read_said)
}

/// Writes an answer.
///
/// # Errors
/// There is one of that number, or the store cannot be written.
pub fn say(tx: &Tx<'_>, new: &NewSaid<'_>) -> Result<(), SqlError> {
    let (word, code, day, note) = columns(new.said);
    tx.execute(
        "insert into neighbour_said (notice, number, said, code, day, note, account, at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![new.notice, new.number, word, code, day.as_deref(), note, new.account, new.at.0],
    )?;
    Ok(())
}

/// Answers that wait to be sealed, the oldest first.
///
/// # Errors
/// The store cannot be read.
pub fn unsealed(tx: &Tx<'_>) -> Result<Vec<Said>, SqlError> {
    tx.query(&format!("{SAID} where sealed_at_ms is null order by id limit 500"), &[], read_said)
}

/// Notes that an answer was sealed; says whether nobody had before.
///
/// # Errors
/// The store cannot be written.
pub fn was_sealed(tx: &Tx<'_>, id: i64, now_ms: i64) -> Result<bool, SqlError> {
    let noted = tx.execute(
        "update neighbour_said set sealed_at_ms = $2 where id = $1 and sealed_at_ms is null",
        params![id, now_ms],
    )?;
    Ok(noted > 0)
}
