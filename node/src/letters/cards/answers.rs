//! What comes back about a card: believed from the unit to which it was sealed, about that card,
//! and kept once with the envelope that proves it.

use certs::referral::{
    EnvelopeId, Judge, OpenedReferral, Part, PartNumber, ReferralEnvelope, Role, Whole,
};
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use crate::content::card::{CardAnswer, CardSaid};
use crate::ledger::letters::cards::{self as store, CardEnvelope};
use crate::ledger::letters::{self, Answer};
use crate::ledger::sealing_key::KeptKey;
use crate::letters::again;
use crate::letters::answers::joined;
use crate::letters::road::Desk;

/// A relay has a part of a card; with the last one it has the card. Nothing where the envelope is
/// no card's.
///
/// # Errors
/// The store cannot be read or written.
pub(in crate::letters) fn acked(
    tx: &Tx<'_>,
    (id, number): (EnvelopeId, PartNumber),
    now: Timestamp,
) -> Result<(), SqlError> {
    let now_ms = now.as_millisecond();
    let is_all =
        store::one(tx, id)?.is_some() && letters::note_acked(tx, id, number.number(), now_ms)?;
    if is_all { store::acked(tx, id, now_ms) } else { Ok(()) }
}

/// Keeps a part of an answer about a card and, once it is whole, what it says. Says whether the
/// envelope that it answers is a card's.
///
/// # Errors
/// The store cannot be read or written.
pub(in crate::letters) fn part_of(
    tx: &Tx<'_>,
    (desk, keys): (&Desk, &[KeptKey]),
    (part, about): (&Part, EnvelopeId),
    now: Timestamp,
) -> Result<bool, SqlError> {
    let Some(of) = store::one(tx, about)? else { return Ok(false) };
    let (id, now_ms) = (part.envelope(), now.as_millisecond());
    if store::is_known(tx, (id, about))? {
        return Ok(true);
    }
    letters::keep_part(tx, (part, about), now_ms)?;
    let Some(whole) = joined(&letters::parts(tx, id)?, now) else { return Ok(true) };
    letters::forget_parts(tx, id)?;
    let Some((opened, content)) = believed((desk, keys), (&whole, &of), now) else {
        if !again::take(tx, (desk, keys), &whole, now)? {
            tracing::warn!("an answer about a card came that is not believed");
        }
        return Ok(true);
    };
    let bytes = opened.content().to_vec().into();
    let answer = Answer { id, about, act: content.act, content: bytes };
    keep(tx, &of, (&answer, &opened.envelope().to_bytes()), now)?;
    Ok(true)
}

/// Keeps an answer that is believed, the first of its number. A receipt of what nobody took back is
/// none.
///
/// # Errors
/// The store cannot be written.
pub(in crate::letters) fn keep(
    tx: &Tx<'_>,
    of: &CardEnvelope,
    (answer, signed): (&Answer, &[u8]),
    now: Timestamp,
) -> Result<(), SqlError> {
    let now_ms = now.as_millisecond();
    let Ok(content) = CardAnswer::read(&answer.content) else { return Ok(()) };
    let is_receipt = matches!(content.said, CardSaid::Erased { .. });
    if is_receipt && of.revoked_at_ms.is_none() {
        tracing::warn!("a receipt for a card that nobody took back was left aside");
        return Ok(());
    }
    if !store::keep_answer(tx, answer, signed, now_ms)? {
        tracing::warn!(act = content.act, "a second answer of one number was left aside");
    }
    if let CardSaid::Erased { card, opinions } = content.said {
        store::done(tx, of.id, &receipt(card, opinions), now_ms)?;
    }
    Ok(())
}

/// What a receipt says, as the school keeps it.
fn receipt(card: bool, opinions: u32) -> String {
    let card = if card { "会诊卡已删除" } else { "没有会诊卡留存" };
    format!("{card}，随同删除意见 {opinions} 份，没有保留内容")
}

/// An answer that opens, of the unit to which that card was sealed, about it and nothing else.
fn believed(
    (desk, keys): (&Desk, &[KeptKey]),
    (whole, of): (&Whole, &CardEnvelope),
    now: Timestamp,
) -> Option<(OpenedReferral, CardAnswer)> {
    let judge = Judge { trust: &desk.trust, zone: desk.name.zone(), now };
    let opening = |kept: &KeptKey| ReferralEnvelope::open_referral(whole, &kept.key, &judge).ok();
    let opened = keys.iter().find_map(opening)?;
    let is_about = opened.header().role == Role::Answer { to: of.id };
    let is_of = desk.is_of(opened.sender().name(), (&of.recipient, &of.relay));
    let content = CardAnswer::read(opened.content()).ok()?;
    (is_about && is_of && content.card.0 == of.name).then_some((opened, content))
}
