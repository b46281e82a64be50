//! What a receiver of referrals keeps: each envelope that was opened, what was done about it, and
//! who read it.
//!
//! No state is stored: it follows from the acts by the one table of transitions. What a referral
//! says of a child is in two columns, and both are erased with it.

mod acts;
pub mod cards;
mod keeping;
mod queue;
pub mod unheard;
mod worker;

pub use acts::{
    Done, NewAct, REVOCATION_DONE, add, done, first_unsealed, next_number, say_again, sealed,
    wants_kept,
};
pub use keeping::{
    Counts, Withdrawn, counts, erase, is_withdrawn, mark_revoked, note_refused, note_withdrawn,
    over, refused, unlock, unsay,
};
pub use queue::{QueuedLetter, letter, queue, queued, take_out};
pub use worker::{Worker, worker};

use domain::digest::Digest;
use domain::ledger::Word;
use domain::ledger::consent::{DataClass, OutcomeBack};
use domain::receiver::{ErasedWhy, ReadWhy};
use domain::referral::Urgency;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::entry::Moment;
use super::strange;

/// Who reads the same for the same again within so long leaves no second line.
const READ_MS: i64 = 3_600_000;

/// A consent as far as it is needed after what it let out was erased.
#[derive(Clone)]
pub struct ConsentKept {
    /// Digest of the canonical record.
    pub digest: Digest,
    /// Its last day.
    pub valid_to: Date,
    /// Kinds of data that it lets out.
    pub classes: Vec<DataClass>,
    /// How much of an outcome may come back.
    pub outcome_back: OutcomeBack,
}

/// What is known of an envelope beside what it says.
#[derive(Clone)]
pub struct Arrival {
    /// Id of the envelope.
    pub envelope: [u8; 16],
    /// Digest of what was signed.
    pub digest: Digest,
    /// Who sealed and signed it, with the district.
    pub sender: String,
    /// Random id of the referral.
    pub referral: [u8; 16],
    /// Which hand-over of it.
    pub number: u32,
    /// How urgent it is.
    pub urgency: Urgency,
    /// Acts of the school that came with it.
    pub seen: u32,
    /// The consent; nothing in an emergency.
    pub consent: Option<ConsentKept>,
    /// Which secret takes it back.
    pub withdrawal: Digest,
    /// When it arrived.
    pub received_at: Moment,
}

/// An envelope as it is kept.
#[derive(Clone)]
pub struct Entry {
    /// Its number here.
    pub id: i64,
    /// What is known of it.
    pub arrival: Arrival,
    /// When it was taken back.
    pub revoked_at: Option<Moment>,
    /// When and why its content was erased.
    pub erased: Option<(Moment, ErasedWhy)>,
    /// Since when it is locked: this house was put back from a backup, and its school has not said
    /// since that it stands.
    pub locked_at: Option<Moment>,
}

/// Who read what it says.
pub struct ReadLine {
    /// When.
    pub at: Moment,
    /// Which one.
    pub intake: i64,
    /// Account.
    pub account: String,
    /// What for.
    pub why: ReadWhy,
}

const COLUMNS: &str = "select id, envelope, digest, sender, referral, number, urgency, seen,
     consent, valid_to, classes, outcome_back, withdrawal, received_at_ms, revoked_at_ms,
     erased_at_ms, erased_why, locked_at_ms from intake";

/// Keeps an envelope that was opened, with what it says; without it where it was taken back before
/// it came. Gives its number; nothing where that envelope was taken before.
///
/// # Errors
/// The store cannot be written.
pub fn receive(
    tx: &Tx<'_>,
    new: &Arrival,
    content: Option<&[u8]>,
) -> Result<Option<i64>, SqlError> {
    let consent = new.consent.as_ref();
    let classes: Vec<&str> = consent
        .map(|consent| consent.classes.iter().map(|class| class.as_str()).collect())
        .unwrap_or_default();
    let at_ms = new.received_at.0;
    let erased = content.is_none().then_some(at_ms);
    let digest = consent.map(|consent| consent.digest.to_tagged());
    let valid_to = consent.map(|consent| consent.valid_to.to_string());
    let back = consent.map_or(OutcomeBack::None, |consent| consent.outcome_back);
    tx.query_opt(
        "insert into intake (envelope, digest, sender, referral, number, urgency, seen, consent,
             valid_to, classes, outcome_back, withdrawal, received_at_ms, content, revoked_at_ms,
             erased_at_ms, erased_why)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16)
         on conflict (envelope) do nothing returning id",
        params![
            &new.envelope,
            &new.digest.to_tagged(),
            &new.sender,
            &new.referral,
            new.number,
            new.urgency.as_str(),
            new.seen,
            digest.as_deref(),
            valid_to.as_deref(),
            &classes.join(","),
            back.as_str(),
            &new.withdrawal.to_tagged(),
            at_ms,
            content,
            erased,
            erased.map(|_| ErasedWhy::Revoked.as_str()),
        ],
        |row| row.i64(0),
    )
}

/// One envelope by its number.
///
/// # Errors
/// The store cannot be read.
pub fn one(tx: &Tx<'_>, id: i64) -> Result<Option<Entry>, SqlError> {
    tx.query_opt(&format!("{COLUMNS} where id = $1"), params![id], read)
}

/// One envelope by its id.
///
/// # Errors
/// The store cannot be read.
pub fn by_envelope(tx: &Tx<'_>, envelope: &[u8; 16]) -> Result<Option<Entry>, SqlError> {
    tx.query_opt(&format!("{COLUMNS} where envelope = $1"), params![envelope], read)
}

/// The latest envelopes, those whose content is here before the others.
///
/// # Errors
/// The store cannot be read.
pub fn latest(tx: &Tx<'_>, limit: u32) -> Result<Vec<Entry>, SqlError> {
    let sql = format!("{COLUMNS} order by (erased_at_ms is not null), id desc limit $1");
    tx.query(&sql, params![limit], read)
}

/// What an envelope says; nothing once it is erased. Whoever shows it has logged it before.
///
/// # Errors
/// The store cannot be read.
pub fn content(tx: &Tx<'_>, id: i64) -> Result<Option<Vec<u8>>, SqlError> {
    let found = tx.query_opt("select content from intake where id = $1", params![id], |row| {
        row.opt_blob(0)
    })?;
    Ok(found.flatten())
}

/// Logs that somebody reads what an envelope says.
///
/// # Errors
/// The store cannot be written; then nothing may be shown.
pub fn log_read(tx: &Tx<'_>, reader: &Worker, (id, why): (i64, ReadWhy)) -> Result<(), SqlError> {
    let now_ms = reader.now().0;
    let known = tx.query_opt(
        "select 1 from intake_read where intake = $1 and account = $2 and purpose = $3
             and at_ms > $4 limit 1",
        params![id, reader.account(), why.as_str(), now_ms.saturating_sub(READ_MS)],
        |row| row.i64(0),
    )?;
    if known.is_some() {
        return Ok(());
    }
    tx.execute(
        "insert into intake_read (intake, account, role, purpose, at_ms)
         values ($1, $2, $3, $4, $5)",
        params![id, reader.account(), reader.role().as_str(), why.as_str(), now_ms],
    )?;
    Ok(())
}

/// Who read what, the newest first: of one envelope, or of all.
///
/// # Errors
/// The store cannot be read.
pub fn reads(tx: &Tx<'_>, of: Option<i64>, limit: u32) -> Result<Vec<ReadLine>, SqlError> {
    tx.query(
        "select at_ms, intake, account, purpose from intake_read
         where $1 is null or intake = $1 order by id desc limit $2",
        params![of, limit],
        |row| {
            Ok(ReadLine {
                at: Moment(row.i64(0)?),
                intake: row.i64(1)?,
                account: row.text(2)?,
                why: strange(ReadWhy::from_word(row.str(3)?))?,
            })
        },
    )
}

fn read(row: &Row<'_, '_>) -> Result<Entry, SqlError> {
    let tagged = |bytes: &[u8]| Digest::from_tagged(bytes).map_err(|_| SqlError::Type);
    let consent = match row.opt_blob(8)? {
        None => None,
        Some(digest) => Some(ConsentKept {
            digest: tagged(&digest)?,
            valid_to: strange(row.opt_text(9)?.and_then(|day| day.parse().ok()))?,
            classes: words(row.str(10)?)?,
            outcome_back: strange(OutcomeBack::from_word(row.str(11)?))?,
        }),
    };
    let erased = match (row.opt_i64(15)?, row.opt_text(16)?) {
        (Some(at_ms), Some(why)) => Some((Moment(at_ms), strange(ErasedWhy::from_word(&why))?)),
        _ => None,
    };
    Ok(Entry {
        id: row.i64(0)?,
        arrival: Arrival {
            envelope: row.array(1)?,
            digest: tagged(row.bytes(2)?)?,
            sender: row.text(3)?,
            referral: row.array(4)?,
            number: row.u32(5)?,
            urgency: strange(Urgency::from_word(row.str(6)?))?,
            seen: row.u32(7)?,
            consent,
            withdrawal: tagged(row.bytes(12)?)?,
            received_at: Moment(row.i64(13)?),
        },
        revoked_at: row.opt_i64(14)?.map(Moment),
        erased,
        locked_at: row.opt_i64(17)?.map(Moment),
    })
}

/// Words of a closed list with commas between them.
fn words<W: Word>(text: &str) -> Result<Vec<W>, SqlError> {
    let named = text.split(',').filter(|word| !word.is_empty());
    named.map(|word| strange(W::from_word(word))).collect()
}
