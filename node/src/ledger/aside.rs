//! Letters that were put aside, since the certificate of who signed them had ended when they were
//! opened: they count for nothing until their sender has said that they are its own.
//!
//! The same on either side and of whatever kind. What answers something that was sent from here is
//! kept with its words, since its sender may have erased them; of all else nothing is kept but
//! whose it is, and its sender is asked to seal it anew.

use certs::referral::EnvelopeId;
use domain::digest::Digest;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};
use zeroize::Zeroizing;

use super::strange;

/// Answers about one envelope, and other letters of one sender, that are put aside; of more the
/// first ones stay.
const ASIDE_MAX: u64 = 16;
/// How long after somebody was asked it is asked once more; each time twice as long.
const ASKED_MS: i64 = 6 * 3_600_000;
/// How often; after that a person decides.
const ASKED_TIMES: u32 = 8;
/// How long what is to be sealed anew is waited for.
const ANEW_MS: i64 = 30 * 24 * 3_600_000;
/// How long it is remembered what was signed here, and an answer waited for: as long as an ended
/// certificate is looked at.
const SIGNED_MS: i64 = 400 * 24 * 3_600_000;
/// Bytes of a digest with its algorithm.
const TAGGED_BYTES: usize = 33;

/// What was put aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An answer about a referral.
    Answer,
    /// An answer about a card of a consultation.
    CardAnswer,
    /// An answer to a report, a tip or a hand-off.
    Reply,
    /// A referral.
    Referral,
    /// A card of a consultation.
    Card,
    /// A duty report.
    Report,
    /// An office's tip.
    Tip,
    /// A hotline's caller.
    HandOff,
    /// What a school says about a transfer.
    Transfer,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Answer,
        Self::CardAnswer,
        Self::Reply,
        Self::Referral,
        Self::Card,
        Self::Report,
        Self::Tip,
        Self::HandOff,
        Self::Transfer,
    ];

    /// Its word in the store and for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::CardAnswer => "card_answer",
            Self::Reply => "reply",
            Self::Referral => "referral",
            Self::Card => "card",
            Self::Report => "report",
            Self::Tip => "tip",
            Self::HandOff => "hand_off",
            Self::Transfer => "transfer",
        }
    }

    /// Whether it answers something that was sent from here: its sender says by its digest that it
    /// is its own. All else is sealed anew.
    #[must_use]
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::Answer | Self::CardAnswer | Self::Reply)
    }
}

/// A letter that was put aside. It has no `Debug`.
#[derive(Clone)]
pub struct Aside {
    /// Its envelope; of a transfer its name, since the same is said again in many envelopes.
    pub id: EnvelopeId,
    /// The envelope that it answers; its own where it answers none.
    pub about: EnvelopeId,
    /// What it is.
    pub kind: Kind,
    /// Digest of what was signed.
    pub digest: Digest,
    /// Whose certificate it was, with district and city.
    pub sender: String,
    /// Number of the sender's act; 0 for none.
    pub act: u32,
    /// Which secret takes it back.
    pub withdrawal: Option<Digest>,
    /// What was sealed; nothing of what is sealed anew.
    pub content: Zeroizing<Vec<u8>>,
    /// The envelope with its signature; nothing as above.
    pub signed: Vec<u8>,
    /// When it came.
    pub came_at_ms: i64,
}

/// How often, and when last, somebody was asked about an envelope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// How often since it answered last.
    pub asked: u32,
    /// When last.
    pub asked_at_ms: Option<i64>,
}

/// A question about what was sent from here, or answered.
#[derive(Clone)]
pub struct Asked {
    /// The envelope, or the name of a transfer.
    pub about: EnvelopeId,
    /// Who asks.
    pub sender: String,
    /// Which of what was signed.
    pub digests: Vec<Digest>,
}

/// Puts a letter aside, once; says whether there was room for it.
///
/// # Errors
/// The store cannot be read or written.
pub fn keep(tx: &Tx<'_>, aside: &Aside) -> Result<bool, SqlError> {
    let about = (aside.about.bytes(), aside.id.bytes());
    let count = match aside.kind.is_answer() {
        true => tx.query_opt(
            "select count(*) from set_aside where about = $1 and envelope <> $2",
            params![about.0, about.1],
            |row| row.u64(0),
        )?,
        false => tx.query_opt(
            "select count(*) from set_aside
             where sender = $1 and about = envelope and envelope <> $2",
            params![&aside.sender, about.1],
            |row| row.u64(0),
        )?,
    };
    if count.unwrap_or(0) >= ASIDE_MAX {
        return Ok(false);
    }
    let withdrawal = aside.withdrawal.map(Digest::to_tagged);
    tx.execute(
        "insert into set_aside (envelope, about, kind, digest, sender, act, withdrawal, content,
             signed, came_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (envelope) do nothing",
        params![
            about.1,
            about.0,
            aside.kind.as_str(),
            &aside.digest.to_tagged(),
            &aside.sender,
            aside.act,
            withdrawal.as_deref(),
            aside.content.as_slice(),
            aside.signed.as_slice(),
            aside.came_at_ms
        ],
    )?;
    Ok(true)
}

/// What was put aside, in the order in which it came; about one envelope, or all.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>, about: Option<EnvelopeId>) -> Result<Vec<Aside>, SqlError> {
    let sql = "select envelope, about, kind, digest, sender, act, withdrawal, content, signed,
         came_at_ms from set_aside";
    match about {
        None => tx.query(&format!("{sql} order by came_at_ms, envelope"), &[], read),
        Some(about) => {
            let of_it = format!("{sql} where about = $1 order by came_at_ms, envelope");
            tx.query(&of_it, params![about.bytes()], read)
        }
    }
}

fn read(row: &Row<'_, '_>) -> Result<Aside, SqlError> {
    let word = row.text(2)?;
    let withdrawal = row.opt_blob(6)?.map(|bytes| tagged(&bytes)).transpose()?;
    Ok(Aside {
        id: EnvelopeId::from_bytes(row.array(0)?),
        about: EnvelopeId::from_bytes(row.array(1)?),
        kind: strange(Kind::ALL.into_iter().find(|kind| kind.as_str() == word))?,
        digest: tagged(row.bytes(3)?)?,
        sender: row.text(4)?,
        act: row.u32(5)?,
        withdrawal,
        content: Zeroizing::new(row.blob(7)?),
        signed: row.blob(8)?,
        came_at_ms: row.i64(9)?,
    })
}

fn tagged(bytes: &[u8]) -> Result<Digest, SqlError> {
    Digest::from_tagged(bytes).map_err(|_| SqlError::Type)
}

/// About how many envelopes something is put aside.
///
/// # Errors
/// The store cannot be read.
pub fn count(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let count = "select count(distinct about) from set_aside";
    Ok(tx.query_opt(count, &[], |row| row.u64(0))?.unwrap_or(0))
}

/// Forgets one letter that was put aside: it was said again, or is nobody's.
///
/// # Errors
/// The store cannot be written.
pub fn forget(tx: &Tx<'_>, id: EnvelopeId) -> Result<(), SqlError> {
    tx.execute("delete from set_aside where envelope = $1", params![id.bytes()])?;
    Ok(())
}

/// Notes who said by telephone that an answer is its sender's own.
///
/// # Errors
/// The store cannot be written.
pub fn vouched(tx: &Tx<'_>, (id, kind): (EnvelopeId, Kind), by: &str) -> Result<(), SqlError> {
    let note = match kind {
        Kind::CardAnswer => "update card_answer set vouched_by = $2 where envelope = $1",
        Kind::Reply => "update neighbour_came set vouched_by = $2 where envelope = $1",
        _ => "update letter_answer set vouched_by = $2 where envelope = $1",
    };
    tx.execute(note, params![id.bytes(), by])?;
    Ok(())
}

/// Whether something has waited too long, by the clock that is witnessed.
///
/// # Errors
/// The store cannot be read.
pub fn is_over(tx: &Tx<'_>, now_ms: i64) -> Result<bool, SqlError> {
    let over = "select 1 from set_aside
        where came_at_ms < $2 or (about = envelope and came_at_ms < $1) limit 1";
    let (anew, signed) = (now_ms.saturating_sub(ANEW_MS), now_ms.saturating_sub(SIGNED_MS));
    Ok(tx.query_opt(over, params![anew, signed], |row| row.i64(0))?.is_some())
}

/// Forgets what has waited too long, and who was asked about it.
///
/// # Errors
/// The store cannot be written.
pub fn forget_over(tx: &Tx<'_>, now_ms: i64) -> Result<(), SqlError> {
    let (anew, signed) = (now_ms.saturating_sub(ANEW_MS), now_ms.saturating_sub(SIGNED_MS));
    tx.execute(
        "delete from set_aside
         where came_at_ms < $2 or (about = envelope and came_at_ms < $1)",
        params![anew, signed],
    )?;
    tx.execute(
        "delete from aside_question where asked_at_ms < $1
             and not exists (select 1 from set_aside s where s.about = aside_question.about)",
        params![anew],
    )?;
    Ok(())
}

/// Envelopes about which somebody is to be asked now.
///
/// # Errors
/// The store cannot be read.
pub fn to_ask(tx: &Tx<'_>, now_ms: i64) -> Result<Vec<EnvelopeId>, SqlError> {
    tx.query(
        "select s.about from set_aside s left join aside_question q on q.about = s.about
         where coalesce(q.asked, 0) < $2
             and (q.asked_at_ms is null
                  or q.asked_at_ms + $3 * (1 << max(q.asked - 1, 0)) <= $1)
         group by s.about order by min(s.came_at_ms), s.about",
        params![now_ms, ASKED_TIMES, ASKED_MS],
        |row| row.array(0).map(EnvelopeId::from_bytes),
    )
}

/// How often somebody was asked about an envelope.
///
/// # Errors
/// The store cannot be read.
pub fn question(tx: &Tx<'_>, about: EnvelopeId) -> Result<Question, SqlError> {
    let of = "select asked, asked_at_ms from aside_question where about = $1";
    let found = tx.query_opt(of, params![about.bytes()], |row| {
        Ok(Question { asked: row.u32(0)?, asked_at_ms: row.opt_i64(1)? })
    })?;
    Ok(found.unwrap_or_default())
}

/// Notes that somebody was asked about an envelope.
///
/// # Errors
/// The store cannot be written.
pub fn asked_again(tx: &Tx<'_>, about: EnvelopeId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "insert into aside_question (about, asked, asked_at_ms) values ($1, 1, $2)
         on conflict (about) do update set asked = asked + 1, asked_at_ms = excluded.asked_at_ms",
        params![about.bytes(), now_ms],
    )?;
    Ok(())
}

/// Notes that who was asked has answered: what is put aside from now on is asked for anew, no
/// sooner than it would have been.
///
/// # Errors
/// The store cannot be written.
pub fn answered_again(tx: &Tx<'_>, about: EnvelopeId) -> Result<(), SqlError> {
    tx.execute("update aside_question set asked = 0 where about = $1", params![about.bytes()])?;
    Ok(())
}

/// Remembers what was signed here about an envelope that came.
///
/// # Errors
/// The store cannot be written.
pub fn note_signed(
    tx: &Tx<'_>,
    (about, digest): (EnvelopeId, Digest),
    now_ms: i64,
) -> Result<(), SqlError> {
    let over = "delete from signed_here where at_ms < $1";
    tx.execute(over, params![now_ms.saturating_sub(SIGNED_MS)])?;
    tx.execute(
        "insert into signed_here (digest, about, at_ms) values ($1, $2, $3)
         on conflict (digest) do nothing",
        params![&digest.to_tagged(), about.bytes(), now_ms],
    )?;
    Ok(())
}

/// Whether something was signed here about an envelope.
///
/// # Errors
/// The store cannot be read.
pub fn is_signed(tx: &Tx<'_>, (about, digest): (EnvelopeId, Digest)) -> Result<bool, SqlError> {
    let known = "select 1 from signed_here where digest = $1 and about = $2";
    let found =
        tx.query_opt(known, params![&digest.to_tagged(), about.bytes()], |row| row.i64(0))?;
    Ok(found.is_some())
}

/// How much of what was signed here about an envelope is remembered.
///
/// # Errors
/// The store cannot be read.
pub fn signed_count(tx: &Tx<'_>, about: EnvelopeId) -> Result<u64, SqlError> {
    let count = "select count(*) from signed_here where about = $1";
    Ok(tx.query_opt(count, params![about.bytes()], |row| row.u64(0))?.unwrap_or(0))
}

/// Keeps a question until it is answered; the last one about an envelope counts.
///
/// # Errors
/// The store cannot be written.
pub fn keep_asked(tx: &Tx<'_>, asked: &Asked, now_ms: i64) -> Result<(), SqlError> {
    let digests: Vec<u8> = asked.digests.iter().flat_map(|one| one.to_tagged()).collect();
    tx.execute(
        "insert into asked_here (about, sender, digests, at_ms) values ($1, $2, $3, $4)
         on conflict (about) do update set sender = excluded.sender, digests = excluded.digests,
             at_ms = excluded.at_ms",
        params![asked.about.bytes(), &asked.sender, digests.as_slice(), now_ms],
    )?;
    Ok(())
}

/// Questions that wait for their answer.
///
/// # Errors
/// The store cannot be read.
pub fn all_asked(tx: &Tx<'_>) -> Result<Vec<Asked>, SqlError> {
    tx.query("select about, sender, digests from asked_here order by at_ms, about", &[], |row| {
        let digests = row.bytes(2)?.chunks(TAGGED_BYTES).map(tagged);
        Ok(Asked {
            about: EnvelopeId::from_bytes(row.array(0)?),
            sender: row.text(1)?,
            digests: digests.collect::<Result<_, _>>()?,
        })
    })
}

/// Notes that a question was answered; says whether it waited.
///
/// # Errors
/// The store cannot be written.
pub fn answered(tx: &Tx<'_>, about: EnvelopeId) -> Result<bool, SqlError> {
    Ok(tx.execute("delete from asked_here where about = $1", params![about.bytes()])? > 0)
}

/// Forgets that something was signed here, as of what was signed before that was kept.
#[cfg(test)]
pub(crate) fn forget_signed(tx: &Tx<'_>, digest: Digest) -> Result<(), SqlError> {
    tx.execute("delete from signed_here where digest = $1", params![&digest.to_tagged()]).map(drop)
}
