//! Cards of consultations at an expert's unit: what came, what was done about each, and who read
//! it.
//!
//! What a card says stands in one column and what was answered in another; both are erased with it.

use domain::consult::CardAct;
use domain::digest::Digest;
use domain::ledger::Word as _;
use domain::receiver::ErasedWhy;
use domain::referral::Urgency;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::super::entry::Moment;
use super::super::strange;
use super::Worker;

/// Who reads the same card again within so long leaves no second line.
const READ_MS: i64 = 3_600_000;

/// What is known of a card beside what it says.
#[derive(Clone)]
pub struct CardArrival {
    /// Id of its envelope.
    pub envelope: [u8; 16],
    /// Digest of what was signed.
    pub digest: Digest,
    /// Who sealed and signed it, with the district.
    pub sender: String,
    /// Random id of the card.
    pub name: [u8; 16],
    /// How urgent it is.
    pub urgency: Urgency,
    /// Digest and last day of the consent; nothing in an emergency.
    pub consent: Option<(Digest, Date)>,
    /// By when it is to be answered.
    pub due_ms: i64,
    /// Which secret takes it back.
    pub withdrawal: Digest,
    /// When it arrived.
    pub received_at: Moment,
}

/// A card as it is kept.
#[derive(Clone)]
pub struct CardIn {
    /// Its number here.
    pub id: i64,
    /// What is known of it.
    pub arrival: CardArrival,
    /// When it was taken back.
    pub revoked_at: Option<Moment>,
    /// When and why it was erased.
    pub erased: Option<(Moment, ErasedWhy)>,
}

/// An act as it is written.
pub struct NewCardAct<'a> {
    /// About which card.
    pub card: i64,
    /// Its number; 0 for the receipt after a withdrawal.
    pub number: u32,
    /// What was done.
    pub what: CardAct,
    /// Who; empty where the programme did it.
    pub account: &'a str,
    /// When.
    pub at: Moment,
    /// The answer.
    pub said: &'a [u8],
}

/// An act as it is kept.
#[derive(Clone)]
pub struct CardDone {
    /// Its place among all acts.
    pub id: i64,
    /// About which card.
    pub card: i64,
    /// Its number; 0 for the receipt after a withdrawal.
    pub number: u32,
    /// What was done.
    pub what: CardAct,
    /// Who; empty where the programme did it.
    pub account: String,
    /// When.
    pub at: Moment,
    /// The answer, until it is erased.
    pub said: Option<Vec<u8>>,
    /// When it was sealed for the school.
    pub sealed_at: Option<Moment>,
}

/// How many cards and answers there are; names nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CardCounts {
    /// Cards that are here.
    pub open: u64,
    /// Answers that wait to be sealed.
    pub unsealed: u64,
}

const COLUMNS: &str = "select id, envelope, digest, sender, name, urgency, consent, valid_to,
     due_ms, withdrawal, received_at_ms, revoked_at_ms, erased_at_ms, erased_why from card_in";

const ACTS: &str = "select id, card, number, what, account, at_ms, said, sealed_at_ms
     from card_act";

/// Keeps a card that was opened; without what it says where it was taken back before it came. Gives
/// its number; nothing where that envelope was taken before.
///
/// # Errors
/// The store cannot be written.
pub fn receive(
    tx: &Tx<'_>,
    new: &CardArrival,
    content: Option<&[u8]>,
) -> Result<Option<i64>, SqlError> {
    let at_ms = new.received_at.0;
    let erased = content.is_none().then_some(at_ms);
    let consent = new.consent.map(|(digest, _)| digest.to_tagged());
    let valid_to = new.consent.map(|(_, valid_to)| valid_to.to_string());
    tx.query_opt(
        "insert into card_in (envelope, digest, sender, name, urgency, consent, valid_to, due_ms,
             withdrawal, received_at_ms, content, revoked_at_ms, erased_at_ms, erased_why)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13)
         on conflict (envelope) do nothing returning id",
        params![
            &new.envelope,
            &new.digest.to_tagged(),
            &new.sender,
            &new.name,
            new.urgency.as_str(),
            consent.as_deref(),
            valid_to.as_deref(),
            new.due_ms,
            &new.withdrawal.to_tagged(),
            at_ms,
            content,
            erased,
            erased.map(|_| ErasedWhy::Revoked.as_str()),
        ],
        |row| row.i64(0),
    )
}

/// One card by its number.
///
/// # Errors
/// The store cannot be read.
pub fn one(tx: &Tx<'_>, id: i64) -> Result<Option<CardIn>, SqlError> {
    tx.query_opt(&format!("{COLUMNS} where id = $1"), params![id], read)
}

/// One card by the id of its envelope.
///
/// # Errors
/// The store cannot be read.
pub fn by_envelope(tx: &Tx<'_>, envelope: &[u8; 16]) -> Result<Option<CardIn>, SqlError> {
    tx.query_opt(&format!("{COLUMNS} where envelope = $1"), params![envelope], read)
}

/// The latest cards, those that are here before the others.
///
/// # Errors
/// The store cannot be read.
pub fn latest(tx: &Tx<'_>, limit: u32) -> Result<Vec<CardIn>, SqlError> {
    let sql = format!("{COLUMNS} order by (erased_at_ms is not null), id desc limit $1");
    tx.query(&sql, params![limit], read)
}

/// What a card says; nothing once it is erased. Whoever shows it has logged it before.
///
/// # Errors
/// The store cannot be read.
pub fn content(tx: &Tx<'_>, id: i64) -> Result<Option<Vec<u8>>, SqlError> {
    let of = "select content from card_in where id = $1";
    Ok(tx.query_opt(of, params![id], |row| row.opt_blob(0))?.flatten())
}

/// Logs that somebody reads a card.
///
/// # Errors
/// The store cannot be written; then nothing may be shown.
pub fn log_read(tx: &Tx<'_>, reader: &Worker, id: i64) -> Result<(), SqlError> {
    let now_ms = reader.now().0;
    let known = tx.query_opt(
        "select 1 from card_read where card = $1 and account = $2 and at_ms > $3 limit 1",
        params![id, reader.account(), now_ms.saturating_sub(READ_MS)],
        |row| row.i64(0),
    )?;
    if known.is_none() {
        tx.execute(
            "insert into card_read (card, account, role, at_ms) values ($1, $2, $3, $4)",
            params![id, reader.account(), reader.role().as_str(), now_ms],
        )?;
    }
    Ok(())
}

/// Who read which card and when, the newest first.
///
/// # Errors
/// The store cannot be read.
pub fn reads(tx: &Tx<'_>, limit: u32) -> Result<Vec<(Moment, i64, String)>, SqlError> {
    tx.query(
        "select at_ms, card, account from card_read order by id desc limit $1",
        params![limit],
        |row| Ok((Moment(row.i64(0)?), row.i64(1)?, row.text(2)?)),
    )
}

/// Writes an act.
///
/// # Errors
/// The store cannot be written, or the number is taken.
pub fn add(tx: &Tx<'_>, new: &NewCardAct<'_>) -> Result<(), SqlError> {
    tx.execute(
        "insert into card_act (card, number, what, account, at_ms, said)
         values ($1, $2, $3, $4, $5, $6)",
        params![new.card, new.number, new.what.as_str(), new.account, new.at.0, new.said],
    )?;
    Ok(())
}

/// The acts about a card, in their order.
///
/// # Errors
/// The store cannot be read.
pub fn done(tx: &Tx<'_>, card: i64) -> Result<Vec<CardDone>, SqlError> {
    tx.query(&format!("{ACTS} where card = $1 order by id"), params![card], read_act)
}

/// The first act after a place that waits to be sealed for the school and still says something.
///
/// # Errors
/// The store cannot be read.
pub fn first_unsealed(tx: &Tx<'_>, after: i64) -> Result<Option<CardDone>, SqlError> {
    let sql = format!(
        "{ACTS} where sealed_at_ms is null and said is not null and id > $1 order by id limit 1"
    );
    tx.query_opt(&sql, params![after], read_act)
}

/// Notes that an act was sealed for the school; what it said goes with a card that is erased. Says
/// whether it was not sealed before.
///
/// # Errors
/// The store cannot be written.
pub fn sealed(tx: &Tx<'_>, act: i64, now_ms: i64) -> Result<bool, SqlError> {
    let noted = tx.execute(
        "update card_act set sealed_at_ms = $2, said = case when exists
             (select 1 from card_in i where i.id = card_act.card and i.content is null)
             then null else said end
         where id = $1 and sealed_at_ms is null and said is not null",
        params![act, now_ms],
    )?;
    Ok(noted > 0)
}

/// Erases a card and what was said about it, as far as that was sealed already; the rest goes when
/// it is. Says whether the card was here.
///
/// # Errors
/// The store cannot be written.
pub fn erase(tx: &Tx<'_>, id: i64, (why, now_ms): (ErasedWhy, i64)) -> Result<bool, SqlError> {
    let erased = tx.execute(
        "update card_in set content = null, erased_at_ms = $2, erased_why = $3
         where id = $1 and content is not null",
        params![id, now_ms, why.as_str()],
    )?;
    tx.execute(
        "update card_act set said = null where card = $1 and sealed_at_ms is not null",
        params![id],
    )?;
    Ok(erased > 0)
}

/// What was said about a card and is not sealed yet is not said any more.
///
/// # Errors
/// The store cannot be written.
pub fn unsay(tx: &Tx<'_>, id: i64) -> Result<(), SqlError> {
    tx.execute(
        "update card_act set said = null
         where card = $1 and number > 0 and sealed_at_ms is null",
        params![id],
    )?;
    Ok(())
}

/// Notes that a card was taken back; says whether it was not before.
///
/// # Errors
/// The store cannot be written.
pub fn mark_revoked(tx: &Tx<'_>, id: i64, now_ms: i64) -> Result<bool, SqlError> {
    let marked = tx.execute(
        "update card_in set revoked_at_ms = $2 where id = $1 and revoked_at_ms is null",
        params![id, now_ms],
    )?;
    Ok(marked > 0)
}

/// How much is here.
///
/// # Errors
/// The store cannot be read.
pub fn counts(tx: &Tx<'_>) -> Result<CardCounts, SqlError> {
    let found = tx.query_opt(
        "select (select count(*) from card_in where content is not null),
             (select count(*) from card_act where sealed_at_ms is null and said is not null)",
        &[],
        |row| Ok(CardCounts { open: row.u64(0)?, unsealed: row.u64(1)? }),
    )?;
    Ok(found.unwrap_or_default())
}

fn read(row: &Row<'_, '_>) -> Result<CardIn, SqlError> {
    let tagged = |bytes: &[u8]| Digest::from_tagged(bytes).map_err(|_| SqlError::Type);
    let consent = match (row.opt_blob(6)?, row.opt_text(7)?) {
        (Some(digest), Some(day)) => Some((tagged(&digest)?, strange(day.parse().ok())?)),
        _ => None,
    };
    let erased = match (row.opt_i64(12)?, row.opt_text(13)?) {
        (Some(at_ms), Some(why)) => Some((Moment(at_ms), strange(ErasedWhy::from_word(&why))?)),
        _ => None,
    };
    Ok(CardIn {
        id: row.i64(0)?,
        arrival: CardArrival {
            envelope: row.array(1)?,
            digest: tagged(row.bytes(2)?)?,
            sender: row.text(3)?,
            name: row.array(4)?,
            urgency: strange(Urgency::from_word(row.str(5)?))?,
            consent,
            due_ms: row.i64(8)?,
            withdrawal: tagged(row.bytes(9)?)?,
            received_at: Moment(row.i64(10)?),
        },
        revoked_at: row.opt_i64(11)?.map(Moment),
        erased,
    })
}

fn read_act(row: &Row<'_, '_>) -> Result<CardDone, SqlError> {
    Ok(CardDone {
        id: row.i64(0)?,
        card: row.i64(1)?,
        number: row.u32(2)?,
        what: strange(CardAct::from_word(row.str(3)?))?,
        account: row.text(4)?,
        at: Moment(row.i64(5)?),
        said: row.opt_blob(6)?,
        sealed_at: row.opt_i64(7)?.map(Moment),
    })
}
