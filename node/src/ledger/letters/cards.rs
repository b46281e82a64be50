//! Cards of remote consultations that were sealed for an expert, and what came back about them.
//!
//! Their letters lie with all others in the hand-over table. A card is sealed once, and each number
//! of the expert's acts stands once.

use certs::referral::{EnvelopeId, WithdrawalSecret};
use domain::digest::Digest;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};
use zeroize::Zeroizing;

use super::super::entry::RecordId;
use super::super::strange;
use super::{Answer, Draft};
use crate::content::card::CardAnswer;

/// Answers about one card that are kept: more than an expert's unit ever gives.
const ANSWERS_MAX: u64 = 64;

/// A card that was sealed. It has no `Debug`.
#[derive(Clone)]
pub struct CardEnvelope {
    /// Id of its envelope.
    pub id: EnvelopeId,
    /// Case of a consultation.
    pub record: RecordId,
    /// Random id of the card in all that is sealed about it.
    pub name: [u8; 16],
    /// Unit id of the expert.
    pub recipient: String,
    /// The expert, as the directory named it.
    pub called: String,
    /// Telephone of the expert.
    pub phone: String,
    /// Hub that serves the expert's unit.
    pub relay: String,
    /// Last day of the consent; nothing in an emergency.
    pub valid_to: Option<Date>,
    /// By when the expert answers.
    pub due_ms: i64,
    /// When it was sealed.
    pub made_at_ms: i64,
    /// When a relay had all of it.
    pub acked_at_ms: Option<i64>,
    /// When somebody at the school took it back.
    pub recalled_at_ms: Option<i64>,
    /// When its withdrawal was written.
    pub revoked_at_ms: Option<i64>,
    /// When the expert's unit had erased it.
    pub done_at_ms: Option<i64>,
    /// What the expert's unit answered to the withdrawal.
    pub kept: Option<String>,
    /// When its time was over.
    pub ended_at_ms: Option<i64>,
}

/// What is stored of a new card.
pub struct NewCard<'a> {
    /// Id of its envelope.
    pub id: EnvelopeId,
    /// Case of a consultation, and random id of the card.
    pub of: (RecordId, [u8; 16]),
    /// What takes it back.
    pub secret: &'a WithdrawalSecret,
    /// Unit id of the expert, and of the hub that serves it.
    pub to: (&'a str, &'a str),
    /// Name and telephone of the expert.
    pub called: (&'a str, &'a str),
    /// Last day of the consent; nothing in an emergency.
    pub valid_to: Option<Date>,
    /// By when the expert answers.
    pub due_ms: i64,
    /// The bytes that were sealed.
    pub content: &'a [u8],
    /// Digest of what was signed.
    pub signed: Digest,
}

/// Keeps what will be sealed, in place of an earlier draft.
///
/// # Errors
/// The store cannot be written.
pub fn keep_draft(
    tx: &Tx<'_>,
    record: RecordId,
    content: &[u8],
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into card_draft (record, content, made_at_ms) values ($1, $2, $3)
         on conflict (record) do update set content = excluded.content,
             made_at_ms = excluded.made_at_ms",
        params![record.0, content, now_ms],
    )?;
    Ok(())
}

/// What will be sealed, where something was prepared.
///
/// # Errors
/// The store cannot be read.
pub fn draft(tx: &Tx<'_>, record: RecordId) -> Result<Option<Draft>, SqlError> {
    tx.query_opt(
        "select content, made_at_ms from card_draft where record = $1",
        params![record.0],
        |row| Ok(Draft { content: Zeroizing::new(row.blob(0)?), made_at_ms: row.i64(1)? }),
    )
}

/// Stores a card that was sealed; its draft is none any more.
///
/// # Errors
/// The store cannot be written; nothing was.
pub fn insert(tx: &Tx<'_>, new: &NewCard<'_>, now_ms: i64) -> Result<(), SqlError> {
    let (record, name) = new.of;
    let valid_to = new.valid_to.map(|day| day.to_string());
    tx.execute(
        "insert into card_envelope (envelope, record, name, secret, recipient, called, phone,
             relay, valid_to, due_ms, content, signed, made_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            new.id.bytes(),
            record.0,
            &name,
            new.secret.expose(),
            new.to.0,
            new.called.0,
            new.called.1,
            new.to.1,
            valid_to.as_deref(),
            new.due_ms,
            new.content,
            &new.signed.to_tagged(),
            now_ms
        ],
    )?;
    tx.execute("delete from card_draft where record = $1", params![record.0])?;
    Ok(())
}

const COLUMNS: &str = "select envelope, record, name, recipient, called, phone, relay, valid_to,
     due_ms, made_at_ms, acked_at_ms, recalled_at_ms, revoked_at_ms, done_at_ms, kept, ended_at_ms
     from card_envelope";

fn read(row: &Row<'_, '_>) -> Result<CardEnvelope, SqlError> {
    let valid_to = match row.opt_text(7)? {
        Some(day) => Some(strange(day.parse().ok())?),
        None => None,
    };
    Ok(CardEnvelope {
        id: EnvelopeId::from_bytes(row.array(0)?),
        record: RecordId(row.i64(1)?),
        name: row.array(2)?,
        recipient: row.text(3)?,
        called: row.text(4)?,
        phone: row.text(5)?,
        relay: row.text(6)?,
        valid_to,
        due_ms: row.i64(8)?,
        made_at_ms: row.i64(9)?,
        acked_at_ms: row.opt_i64(10)?,
        recalled_at_ms: row.opt_i64(11)?,
        revoked_at_ms: row.opt_i64(12)?,
        done_at_ms: row.opt_i64(13)?,
        kept: row.opt_text(14)?,
        ended_at_ms: row.opt_i64(15)?,
    })
}

/// A card of this school by its envelope.
///
/// # Errors
/// The store cannot be read.
pub fn one(tx: &Tx<'_>, id: EnvelopeId) -> Result<Option<CardEnvelope>, SqlError> {
    tx.query_opt(&format!("{COLUMNS} where envelope = $1"), params![id.bytes()], read)
}

/// The cards of a case that were sealed, oldest first.
///
/// # Errors
/// The store cannot be read.
pub fn of_record(tx: &Tx<'_>, record: RecordId) -> Result<Vec<CardEnvelope>, SqlError> {
    let of_it = format!("{COLUMNS} where record = $1 order by made_at_ms, envelope");
    tx.query(&of_it, params![record.0], read)
}

/// Cards that nobody has taken back and whose time is not over, oldest first.
///
/// # Errors
/// The store cannot be read.
pub fn open(tx: &Tx<'_>) -> Result<Vec<CardEnvelope>, SqlError> {
    let open = format!(
        "{COLUMNS} where revoked_at_ms is null and ended_at_ms is null
         order by made_at_ms, envelope"
    );
    tx.query(&open, &[], read)
}

/// Cards that were taken back after an instant and whose expert's unit has not answered.
///
/// # Errors
/// The store cannot be read.
pub fn unanswered(tx: &Tx<'_>, since_ms: i64) -> Result<Vec<CardEnvelope>, SqlError> {
    let of_them = format!(
        "{COLUMNS} where revoked_at_ms > $1 and done_at_ms is null
         order by revoked_at_ms, envelope"
    );
    tx.query(&of_them, params![since_ms], read)
}

/// Whether a letter that takes a card back was written after an instant.
///
/// # Errors
/// The store cannot be read.
pub fn was_told_since(tx: &Tx<'_>, id: EnvelopeId, since_ms: i64) -> Result<bool, SqlError> {
    let told = "select 1 from letter_out
        where envelope = $1 and part = 0 and made_at_ms > $2 limit 1";
    Ok(tx.query_opt(told, params![id.bytes(), since_ms], |row| row.i64(0))?.is_some())
}

/// What takes a card back.
///
/// # Errors
/// There is none, or the store cannot be read.
pub fn secret(tx: &Tx<'_>, id: EnvelopeId) -> Result<WithdrawalSecret, SqlError> {
    let of = "select secret from card_envelope where envelope = $1";
    let found = tx.query_opt(of, params![id.bytes()], |row| {
        Ok(WithdrawalSecret::from_bytes(row.array(0)?))
    })?;
    strange(found)
}

/// The bytes that were sealed.
///
/// # Errors
/// There is none, or the store cannot be read.
pub fn content(tx: &Tx<'_>, id: EnvelopeId) -> Result<Zeroizing<Vec<u8>>, SqlError> {
    let of = "select content from card_envelope where envelope = $1";
    strange(tx.query_opt(of, params![id.bytes()], |row| row.blob(0).map(Zeroizing::new))?)
}

/// Notes that a relay has all of a card; again is nothing.
///
/// # Errors
/// The store cannot be written.
pub fn acked(tx: &Tx<'_>, id: EnvelopeId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update card_envelope set acked_at_ms = $2 where envelope = $1 and acked_at_ms is null",
        params![id.bytes(), now_ms],
    )?;
    Ok(())
}

/// Notes that somebody at the school takes the cards of a case back; says of how many.
///
/// # Errors
/// The store cannot be written.
pub fn recall(tx: &Tx<'_>, record: RecordId, now_ms: i64) -> Result<usize, SqlError> {
    tx.execute(
        "update card_envelope set recalled_at_ms = $2
         where record = $1 and recalled_at_ms is null and revoked_at_ms is null
             and ended_at_ms is null",
        params![record.0, now_ms],
    )
}

/// Notes that the withdrawal of a card was written.
///
/// # Errors
/// The store cannot be written.
pub fn revoked(tx: &Tx<'_>, id: EnvelopeId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update card_envelope set revoked_at_ms = $2
         where envelope = $1 and revoked_at_ms is null",
        params![id.bytes(), now_ms],
    )?;
    Ok(())
}

/// Notes what was answered to the withdrawal of a card; the first word stays.
///
/// # Errors
/// The store cannot be written.
pub fn done(tx: &Tx<'_>, id: EnvelopeId, kept: &str, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update card_envelope set done_at_ms = $2, kept = $3
         where envelope = $1 and done_at_ms is null",
        params![id.bytes(), now_ms, kept],
    )?;
    Ok(())
}

/// Notes that the time of a card is over: its expert's unit erases it by its own clock.
///
/// # Errors
/// The store cannot be written.
pub fn ended(tx: &Tx<'_>, id: EnvelopeId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update card_envelope set ended_at_ms = $2 where envelope = $1 and ended_at_ms is null",
        params![id.bytes(), now_ms],
    )?;
    Ok(())
}

/// Whether an answer of that envelope was opened before, or there are too many about its card.
///
/// # Errors
/// The store cannot be read.
pub fn is_known(tx: &Tx<'_>, (id, about): (EnvelopeId, EnvelopeId)) -> Result<bool, SqlError> {
    let known = "select 1 from card_answer where envelope = $1";
    if tx.query_opt(known, params![id.bytes()], |row| row.i64(0))?.is_some() {
        return Ok(true);
    }
    let count = "select count(*) from card_answer where about = $1";
    let count = tx.query_opt(count, params![about.bytes()], |row| row.u64(0))?;
    Ok(count.unwrap_or(0) >= ANSWERS_MAX)
}

/// Keeps an answer with the envelope that proves it; says whether it is the first of its number.
///
/// # Errors
/// The store cannot be written.
pub fn keep_answer(
    tx: &Tx<'_>,
    answer: &Answer,
    signed: &[u8],
    now_ms: i64,
) -> Result<bool, SqlError> {
    let kept = tx.execute(
        "insert into card_answer (envelope, about, act, content, signed, came_at_ms)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        params![
            answer.id.bytes(),
            answer.about.bytes(),
            answer.act,
            answer.content.as_slice(),
            signed,
            now_ms
        ],
    )?;
    Ok(kept > 0)
}

/// Whether a card is out and its expert has not answered.
///
/// # Errors
/// The store cannot be read.
pub fn waits(tx: &Tx<'_>, one: &CardEnvelope) -> Result<bool, SqlError> {
    if one.revoked_at_ms.is_some() || one.ended_at_ms.is_some() {
        return Ok(false);
    }
    let answers = answers(tx, one.id)?;
    let is_answer =
        |content: &[u8]| CardAnswer::read(content).is_ok_and(|answer| answer.said.what().answers());
    Ok(!answers.iter().any(|answer| is_answer(answer.content.as_slice())))
}

/// What was answered about a card, in the order of the expert's acts; a receipt last.
///
/// # Errors
/// The store cannot be read.
pub fn answers(tx: &Tx<'_>, about: EnvelopeId) -> Result<Vec<Answer>, SqlError> {
    tx.query(
        "select envelope, act, content from card_answer where about = $1
         order by (act = 0), act",
        params![about.bytes()],
        |row| {
            Ok(Answer {
                id: EnvelopeId::from_bytes(row.array(0)?),
                about,
                act: row.u32(1)?,
                content: Zeroizing::new(row.blob(2)?),
            })
        },
    )
}

/// Cases of which a card was ever prepared or sealed.
///
/// # Errors
/// The store cannot be read.
pub fn records(tx: &Tx<'_>) -> Result<Vec<RecordId>, SqlError> {
    let of = "select distinct record from card_envelope order by record";
    tx.query(of, &[], |row| row.i64(0).map(RecordId))
}
