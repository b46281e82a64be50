//! Notices that were written here: what will be sealed, what was, and what came back.

use certs::referral::EnvelopeId;
use domain::digest::Digest;
use domain::ledger::Word as _;
use domain::neighbour::NoticeKind;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::super::entry::{Moment, RecordId, StaffId};
use super::super::strange;
use super::{Answer, answer, columns};
use crate::content::Reply;

/// Who reads the same again within so long leaves no second line.
const READ_MS: i64 = 3_600_000;

/// A notice that is written.
pub struct NewOut<'a> {
    /// Which kind.
    pub kind: NoticeKind,
    /// Its random id.
    pub name: &'a [u8; 16],
    /// The report in the ledger.
    pub record: Option<RecordId>,
    /// Unit id and name of the recipient.
    pub to: (&'a str, &'a str),
    /// The hub that serves it.
    pub relay: &'a str,
    /// What will be sealed.
    pub content: &'a [u8],
    /// Account and member of staff who write it.
    pub by: (&'a str, Option<StaffId>),
    /// When.
    pub at: Moment,
}

/// A notice as it is kept. It has no `Debug`.
#[derive(Clone)]
pub struct Out {
    /// Its number here.
    pub id: i64,
    /// Which kind.
    pub kind: NoticeKind,
    /// Its random id.
    pub name: [u8; 16],
    /// The report in the ledger.
    pub record: Option<RecordId>,
    /// Unit id of the recipient.
    pub recipient: String,
    /// Its name.
    pub recipient_name: String,
    /// The hub that serves it.
    pub relay: String,
    /// What will be or was sealed; nothing once it is erased.
    pub content: Option<Vec<u8>>,
    /// Account and member of staff who wrote it.
    pub by: (String, Option<StaffId>),
    /// When it was written.
    pub written_at: Moment,
    /// When it was sealed.
    pub sent_at: Option<Moment>,
    /// Who sent it.
    pub sent_by: Option<String>,
    /// Its envelope, once there is one.
    pub envelope: Option<EnvelopeId>,
    /// When a relay had all of it.
    pub acked_at: Option<Moment>,
}

const OUT: &str = "select id, kind, name, record, recipient, recipient_name, relay, content,
    written_by, written_staff, written_at_ms, sent_at_ms, sent_by, envelope, acked_at_ms
    from neighbour_out";

fn read(row: &Row<'_, '_>) -> Result<Out, SqlError> {
    let envelope = row.opt_blob(13)?.map(|bytes| strange(<[u8; 16]>::try_from(bytes).ok()));
    Ok(Out {
        id: row.i64(0)?,
        kind: strange(NoticeKind::from_word(row.str(1)?))?,
        name: row.array(2)?,
        record: row.opt_i64(3)?.map(RecordId),
        recipient: row.text(4)?,
        recipient_name: row.text(5)?,
        relay: row.text(6)?,
        content: row.opt_blob(7)?,
        by: (row.text(8)?, row.opt_i64(9)?.map(StaffId)),
        written_at: Moment(row.i64(10)?),
        sent_at: row.opt_i64(11)?.map(Moment),
        sent_by: row.opt_text(12)?,
        envelope: envelope.transpose()?.map(EnvelopeId::from_bytes),
        acked_at: row.opt_i64(14)?.map(Moment),
    })
}

/// Writes what will be sealed, in the place of an earlier draft of that id; gives its number. What
/// was sealed is not written anew.
///
/// # Errors
/// It was sealed, or the store cannot be written.
pub fn put(tx: &Tx<'_>, new: &NewOut<'_>) -> Result<i64, SqlError> {
    let (account, staff) = new.by;
    let id = tx.query_opt(
        "insert into neighbour_out (kind, name, record, recipient, recipient_name, relay, content,
             written_by, written_staff, written_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (name) do update set recipient = excluded.recipient,
             recipient_name = excluded.recipient_name, relay = excluded.relay,
             content = excluded.content, written_by = excluded.written_by,
             written_staff = excluded.written_staff, written_at_ms = excluded.written_at_ms
         where sent_at_ms is null
         returning id",
        params![
            new.kind.as_str(),
            new.name,
            new.record.map(|record| record.0),
            new.to.0,
            new.to.1,
            new.relay,
            new.content,
            account,
            staff.map(|staff| staff.0),
            new.at.0,
        ],
        |row| row.i64(0),
    )?;
    strange(id)
}

/// One notice by its number.
///
/// # Errors
/// The store cannot be read.
pub fn one_out(tx: &Tx<'_>, id: i64) -> Result<Option<Out>, SqlError> {
    tx.query_opt(&format!("{OUT} where id = $1"), params![id], read)
}

/// The notice of a report.
///
/// # Errors
/// The store cannot be read.
pub fn of_record(tx: &Tx<'_>, record: RecordId) -> Result<Option<Out>, SqlError> {
    tx.query_opt(&format!("{OUT} where record = $1"), params![record.0], read)
}

/// The notice in an envelope.
///
/// # Errors
/// The store cannot be read.
pub fn of_envelope(tx: &Tx<'_>, id: EnvelopeId) -> Result<Option<Out>, SqlError> {
    tx.query_opt(&format!("{OUT} where envelope = $1"), params![id.bytes()], read)
}

/// Notices of a kind, the newest first.
///
/// # Errors
/// The store cannot be read.
pub fn all_out(tx: &Tx<'_>, kind: NoticeKind, limit: u32) -> Result<Vec<Out>, SqlError> {
    let of_kind = format!("{OUT} where kind = $1 order by id desc limit $2");
    tx.query(&of_kind, params![kind.as_str(), limit], read)
}

/// Reports that ask something of this side: those that were not sent, and those that nobody has
/// handled or refused. One whose record is gone asks for nothing.
///
/// # Errors
/// The store cannot be read.
pub fn due_out(tx: &Tx<'_>) -> Result<Vec<Out>, SqlError> {
    let open = format!(
        "{OUT} where kind = 'report' and content is not null and not exists (
             select 1 from neighbour_came c where c.notice = neighbour_out.id
                 and c.said in ('handled', 'not_ours')) order by id limit 1000"
    );
    tx.query(&open, &[], read)
}

/// Notes that a notice was sealed, by whom and in which envelope; once.
///
/// # Errors
/// The store cannot be written.
pub fn sealed(
    tx: &Tx<'_>,
    id: i64,
    (envelope, signed): (EnvelopeId, Digest),
    (account, now_ms): (&str, i64),
) -> Result<bool, SqlError> {
    let noted = tx.execute(
        "update neighbour_out set envelope = $2, signed = $3, sent_by = $4, sent_at_ms = $5
         where id = $1 and sent_at_ms is null",
        params![id, envelope.bytes(), &signed.to_tagged(), account, now_ms],
    )?;
    Ok(noted > 0)
}

/// A notice of an office or a hotline of which no relay has said a word.
#[derive(Clone, Copy)]
pub struct Unheard {
    /// Its number here.
    pub id: i64,
    /// When it was sealed.
    pub made_at_ms: i64,
    /// When its last letters were.
    pub last_at_ms: i64,
}

/// Notices of an office or a hotline that were sealed after an instant and that no relay has
/// acknowledged and nobody has answered. A school's reports are among its letters.
///
/// # Errors
/// The store cannot be read.
pub fn unheard(tx: &Tx<'_>, since_ms: i64) -> Result<Vec<Unheard>, SqlError> {
    tx.query(
        "select id, sent_at_ms, coalesce(renewed_at_ms, sent_at_ms) from neighbour_out
         where kind <> 'report' and acked_at_ms is null and content is not null
             and sent_at_ms > $1
             and not exists (select 1 from neighbour_came c where c.notice = neighbour_out.id)
         order by id limit 500",
        params![since_ms],
        |row| Ok(Unheard { id: row.i64(0)?, made_at_ms: row.i64(1)?, last_at_ms: row.i64(2)? }),
    )
}

/// Notes that a notice was sealed anew.
///
/// # Errors
/// The store cannot be written.
pub fn renewed(tx: &Tx<'_>, id: i64, now_ms: i64) -> Result<(), SqlError> {
    let note = "update neighbour_out set renewed_at_ms = $2 where id = $1";
    tx.execute(note, params![id, now_ms]).map(drop)
}

/// Notes that a relay has all of a notice.
///
/// # Errors
/// The store cannot be written.
pub fn acked(tx: &Tx<'_>, id: EnvelopeId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update neighbour_out set acked_at_ms = $2 where envelope = $1 and acked_at_ms is null",
        params![id.bytes(), now_ms],
    )?;
    Ok(())
}

/// Keeps an answer, once: neither its envelope nor its number is there twice. Says whether it is
/// new.
///
/// # Errors
/// The store cannot be written.
pub fn keep_came(
    tx: &Tx<'_>,
    (notice, envelope): (i64, EnvelopeId),
    (number, said, at): (u32, &Reply, Moment),
    now_ms: i64,
) -> Result<bool, SqlError> {
    let (word, code, day, note) = columns(said);
    let kept = tx.execute(
        "insert into neighbour_came (envelope, notice, number, said, code, day, note, at_ms,
             came_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
        params![envelope.bytes(), notice, number, word, code, day.as_deref(), note, at.0, now_ms],
    )?;
    Ok(kept > 0)
}

/// What was answered to a notice, in the order of numbers. None was answered after it came: limits
/// run from it, and a clock over there that is ahead does not stop them.
///
/// # Errors
/// The store cannot be read.
pub fn came(tx: &Tx<'_>, notice: i64) -> Result<Vec<Answer>, SqlError> {
    tx.query(
        "select number, said, code, day, note, min(at_ms, came_at_ms) from neighbour_came
         where notice = $1 order by number",
        params![notice],
        |row| answer(row, 0),
    )
}

/// Logs that somebody reads what was written here, in a role.
///
/// # Errors
/// The store cannot be written; then nothing may be shown.
pub fn log_out_read(
    tx: &Tx<'_>,
    id: i64,
    (account, role): (&str, &str),
    now_ms: i64,
) -> Result<(), SqlError> {
    let known = tx.query_opt(
        "select 1 from neighbour_out_read where notice = $1 and account = $2 and at_ms > $3
         limit 1",
        params![id, account, now_ms.saturating_sub(READ_MS)],
        |row| row.i64(0),
    )?;
    if known.is_none() {
        tx.execute(
            "insert into neighbour_out_read (notice, account, role, at_ms) values ($1, $2, $3, $4)",
            params![id, account, role, now_ms],
        )?;
    }
    Ok(())
}

/// Who read what was written here: when, and by which account.
///
/// # Errors
/// The store cannot be read.
pub fn out_reads(tx: &Tx<'_>, id: i64) -> Result<Vec<(Moment, String)>, SqlError> {
    tx.query(
        "select at_ms, account from neighbour_out_read where notice = $1
         order by id desc limit 500",
        params![id],
        |row| Ok((Moment(row.i64(0)?), row.text(1)?)),
    )
}
