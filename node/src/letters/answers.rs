//! What comes back: letters are opened with the school's own keys, parts are put together, who
//! answers is compared with whom the referral was sealed to, and each act stands in the course once
//! and in its turn.
//!
//! A letter is forgotten in the inbox once what was in it is in the ledger. What nobody believes is
//! logged without a name and forgotten.

use std::collections::BTreeSet;
use std::sync::Arc;

use certs::letter::{Letter, OpenedLetter, Routing};
use certs::referral::{
    Collector, EnvelopeId, Ground, Judge, OpenedReferral, Part, PartNumber, ReferralEnvelope, Role,
    Taken, Whole,
};
use certs::statement::Purpose;
use domain::ledger::Word as _;
use domain::referral::{Event, KeptWhy};
use domain::unit::UnitKind;
use jiff::Timestamp;
use proto::frame::decode_item;
use proto::wire::sync::ItemKind;
use runtime::clock::date_of;
use runtime::sql::{SqlError, Tx};

use super::moving::hearing;
use super::road::Desk;
use super::{again, cards, revoking};
use crate::content::{AnswerContent, Answered, Contact, Outcome};
use crate::directory::{self, Listed};
use crate::ledger::Ledger;
use crate::ledger::letters::{self as store, Answer, Envelope, Stray};
use crate::ledger::neighbour;
use crate::ledger::referral::{self, Came, Told};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::sealing_key::{self, KeptKey};
use crate::neighbour::taking;
use crate::transfer::{Transfer, addressed};

/// Numbers of acts between two times at which a recipient was put back from a backup.
pub(crate) const ACTS_OF_A_RUN: u32 = 1_000;

/// Letters that are looked at in one go.
const BATCH: u32 = 32;

/// Answers about one envelope that are kept: more than the longest course has acts.
const ANSWERS_MAX: u64 = 64;

/// Longest text of an act in bytes; the whole of it stays with the answer.
const TEXT_BYTES_MAX: usize = 8_000;

/// Takes every letter that waits in the inbox; says how many there were.
///
/// # Errors
/// One of the stores cannot be read or written; taking again goes on where it stopped.
pub fn take(
    ledger: &Ledger,
    transfer: &Transfer,
    desk: &Desk,
    now: Timestamp,
) -> Result<usize, SqlError> {
    let mut taken = 0;
    loop {
        let some = transfer.read(|tx| addressed::waiting(tx, ItemKind::Letter, 0, BATCH))?;
        if some.is_empty() {
            return Ok(taken);
        }
        let (areas, today) = (desk.areas(), date_of(now));
        let listed = transfer.read(move |tx| directory::all_listed(tx, today, &areas))?;
        let offices = Arc::new(listed);
        for one in some {
            let (desk, offices, item) = (desk.clone(), Arc::clone(&offices), one.item);
            let kept = ledger.write("letter", move |tx| read(tx, (&desk, &offices), &item, now))?;
            if let Some(about) = kept {
                // What does not fit now stays with the answer; its letter is done with.
                let settled = ledger.write("answer", move |tx| settle(tx, about, now));
                match settled {
                    Ok(()) => {}
                    Err(LedgerRefusal::Store(error)) => return Err(error),
                    Err(error) => tracing::warn!(%error, "an answer was not entered"),
                }
            }
            let id = one.id;
            transfer.write("letter_taken", move |tx| addressed::forget(tx, id))?;
            taken += 1;
        }
    }
}

/// Reads one letter; gives the envelope that an answer is about which is whole now.
fn read(
    tx: &Tx<'_>,
    (desk, offices): (&Desk, &[Listed]),
    item: &[u8],
    now: Timestamp,
) -> Result<Option<EnvelopeId>, SqlError> {
    let keys = sealing_key::all_for(tx, (desk.name.unit(), Purpose::Referral))?;
    let letter = decode_item(item).ok().and_then(|item| Letter::from_bytes(&item.body).ok());
    let Some(opened) = letter.and_then(|letter| open(&letter, &keys)) else {
        tracing::warn!("a letter came that no key of this school opens");
        return Ok(None);
    };
    match (opened.routing(), opened.part()) {
        (Routing::Ack { envelope, number }, _) => {
            acked(tx, (*envelope, *number), now)?;
            Ok(None)
        }
        (Routing::Answer { to, .. }, Some(part)) if !taking::is_awaited(tx, *to)? => {
            part_of(tx, (desk, &keys), (part, *to), now)
        }
        (Routing::Answer { .. } | Routing::Referral { .. }, Some(part)) => {
            notice(tx, (desk, offices, &keys), part, now)?;
            Ok(None)
        }
        (Routing::Dummy, _) => Ok(None),
        (Routing::Referral { .. } | Routing::Revocation { .. } | Routing::Answer { .. }, _) => {
            tracing::warn!("a letter came that is not for a school");
            Ok(None)
        }
    }
}

/// With the newest key first: an older one opens what was on its way when it was replaced.
fn open(letter: &Letter, keys: &[KeptKey]) -> Option<OpenedLetter> {
    keys.iter().find_map(|kept| letter.open(&kept.key).ok())
}

/// A relay has a part; with the last one it has the envelope, which the course says.
fn acked(
    tx: &Tx<'_>,
    (id, number): (EnvelopeId, PartNumber),
    now: Timestamp,
) -> Result<(), SqlError> {
    let now_ms = now.as_millisecond();
    let Some(envelope) = store::envelope(tx, id)? else {
        // A report has no course; that it is on its way is noted with it.
        if !taking::is_awaited(tx, id)? {
            return cards::answers::acked(tx, (id, number), now);
        }
        if store::note_acked(tx, id, number.number(), now_ms)? {
            neighbour::acked(tx, id, now_ms)?;
        }
        return Ok(());
    };
    if !store::note_acked(tx, id, number.number(), now_ms)? {
        return Ok(());
    }
    store::acked(tx, id, now_ms)?;
    let author = super::author(now);
    match referral::hub_ack(tx, &author, envelope.referral, envelope.number) {
        Ok(_) => Ok(()),
        Err(LedgerRefusal::Store(error)) => Err(error),
        Err(error) => {
            tracing::warn!(%error, "a relay's word was not entered");
            Ok(())
        }
    }
}

/// Keeps a part of an answer and, once it is whole, what it says.
fn part_of(
    tx: &Tx<'_>,
    (desk, keys): (&Desk, &[KeptKey]),
    (part, about): (&Part, EnvelopeId),
    now: Timestamp,
) -> Result<Option<EnvelopeId>, SqlError> {
    let (id, now_ms) = (part.envelope(), now.as_millisecond());
    let Some(of) = store::envelope(tx, about)? else {
        let is_taken = cards::answers::part_of(tx, (desk, keys), (part, about), now)?
            // What schools say to each other about a transfer names no envelope that is known.
            || hearing::take(tx, (desk, keys), part, now)?
            || again::take_one(tx, (desk, keys), part, now)?;
        if !is_taken {
            stray(tx, (desk, keys), (part, about), now)?;
        }
        return Ok(None);
    };
    if store::is_known(tx, id)? {
        // It came again, or its turn was not asked when it came; its sender is told once more.
        store::came_again(tx, id)?;
        return Ok(Some(about));
    }
    if store::answer_count(tx, about)? >= ANSWERS_MAX {
        tracing::warn!("an answer was passed over: there are too many about one envelope");
        return Ok(None);
    }
    store::keep_part(tx, (part, about), now_ms)?;
    let Some(whole) = joined(&store::parts(tx, id)?, now) else { return Ok(None) };
    let Some((opened, content)) = believed(tx, (desk, keys), (&whole, &of), now)? else {
        let is_heard = again::take(tx, (desk, keys), &whole, now)?;
        if !is_heard {
            tracing::warn!("an answer came that is not believed");
        }
        store::forget_parts(tx, id)?;
        return Ok(is_heard.then_some(about));
    };
    let answer = Answer { id, about, act: content.act, content: opened.content().to_vec().into() };
    store::keep_answer(tx, &answer, &opened.envelope().to_bytes(), now_ms)?;
    // Whoever answers has it, whatever became of the relay's word: it is not sealed anew.
    store::acked(tx, about, now_ms)?;
    Ok(Some(about))
}

/// Keeps an answer to what this school does not know that it sent, where its ledger was put back
/// from a backup not long ago: a recipient of the city signed it, and it is about that envelope.
fn stray(
    tx: &Tx<'_>,
    (desk, keys): (&Desk, &[KeptKey]),
    (part, about): (&Part, EnvelopeId),
    now: Timestamp,
) -> Result<(), SqlError> {
    let (id, now_ms) = (part.envelope(), now.as_millisecond());
    if !store::is_unsure(tx, now_ms)? {
        tracing::warn!("an answer came to what this school did not send");
        return Ok(());
    }
    store::keep_part(tx, (part, about), now_ms)?;
    let Some(whole) = joined(&store::parts(tx, id)?, now) else { return Ok(()) };
    store::forget_parts(tx, id)?;
    let judge = Judge { trust: &desk.trust, zone: desk.name.zone(), now };
    let opening = |kept: &KeptKey| ReferralEnvelope::open_referral(&whole, &kept.key, &judge).ok();
    let opened = keys.iter().find_map(opening);
    // Whoever runs a hub has a certificate of this city too, and was sent nothing.
    let is_believed = |opened: &OpenedReferral| {
        opened.header().role == Role::Answer { to: about }
            && UnitKind::Clinic.fits(opened.sender().name().unit())
            && AnswerContent::read(opened.content()).is_ok()
    };
    let Some(opened) = opened.filter(is_believed) else {
        tracing::warn!("an answer came that is not believed");
        return Ok(());
    };
    let stray = Stray {
        id,
        about,
        sender: opened.sender().name().to_string(),
        content: opened.content().to_vec().into(),
        signed: opened.envelope().to_bytes(),
        came_at_ms: now_ms,
    };
    if !store::keep_stray(tx, &stray)? {
        tracing::warn!("an answer was passed over: there are too many about one envelope");
    }
    Ok(())
}

/// Keeps a part of a tip, or of an answer to a report, and once it is whole what it says. One that
/// comes alone, as they do, waits for no room.
fn notice(
    tx: &Tx<'_>,
    (desk, offices, keys): (&Desk, &[Listed], &[KeptKey]),
    part: &Part,
    now: Timestamp,
) -> Result<(), SqlError> {
    let (id, now_ms) = (part.envelope(), now.as_millisecond());
    let whole = if part.number().of() == 1 {
        joined(std::slice::from_ref(part), now)
    } else {
        store::keep_part(tx, (part, id), now_ms)?;
        joined(&store::parts(tx, id)?, now)
    };
    let Some(whole) = whole else { return Ok(()) };
    let judge = Judge { trust: &desk.trust, zone: desk.name.zone(), now };
    let opening = |kept: &KeptKey| ReferralEnvelope::open_referral(&whole, &kept.key, &judge).ok();
    let is_taken = match keys.iter().find_map(opening) {
        Some(opened) if opened.header().ground == Ground::Duty => {
            again::hear(tx, &opened, now)? || taking::at_school(tx, (desk, offices), &opened, now)?
        }
        Some(_) => false,
        None => match again::ended((desk, keys), &whole, now) {
            Some(ended) => taking::aside_at_school(tx, (desk, offices), &ended, now)?,
            None => false,
        },
    };
    if !is_taken {
        tracing::warn!("a letter came that is no notice for this school");
    }
    store::forget_parts(tx, id)
}

pub(super) fn joined(parts: &[Part], now: Timestamp) -> Option<Whole> {
    let mut collector = Collector::new();
    parts.iter().find_map(|part| match collector.take(part, now) {
        Ok(Taken::Whole(whole)) => Some(whole),
        Ok(Taken::Waits | Taken::Known) | Err(_) => None,
    })
}

/// An answer that opens, of the recipient to whom that envelope was sealed, about it and nothing
/// else.
fn believed(
    tx: &Tx<'_>,
    (desk, keys): (&Desk, &[KeptKey]),
    (whole, of): (&Whole, &Envelope),
    now: Timestamp,
) -> Result<Option<(OpenedReferral, AnswerContent)>, SqlError> {
    let judge = Judge { trust: &desk.trust, zone: desk.name.zone(), now };
    let opening = |kept: &KeptKey| ReferralEnvelope::open_referral(whole, &kept.key, &judge).ok();
    let Some(opened) = keys.iter().find_map(opening) else { return Ok(None) };
    let is_about = opened.header().role == Role::Answer { to: of.id };
    let is_of = desk.is_of(opened.sender().name(), (&of.recipient, &of.relay));
    let Ok(content) = AnswerContent::read(opened.content()) else { return Ok(None) };
    let (name, _) = store::secret(tx, of.referral, now.as_millisecond())?;
    let is_same = content.referral.0 == name && content.number == of.number;
    Ok((is_about && is_of && is_same).then_some((opened, content)))
}

/// Enters the answers about an envelope whose turn has come.
///
/// # Errors
/// A rule of the ledger, or the store; nothing was written.
pub(super) fn settle(tx: &Tx<'_>, about: EnvelopeId, now: Timestamp) -> Result<(), LedgerRefusal> {
    let Some(of) = store::envelope(tx, about)? else { return Ok(()) };
    let now_ms = now.as_millisecond();
    let course = referral::course(tx, of.referral)?;
    let own = course.acts.iter().filter(|(act, _)| act.entry.envelope == of.number);
    let mut known: BTreeSet<u32> = own.filter_map(|(act, _)| act.entry.lane_number).collect();
    // Of what was bound to a lost envelope, what was said before the backup's loss never comes.
    let is_bound = of.content.is_empty();
    for answer in store::waiting(tx, about)? {
        let Ok(content) = AnswerContent::read(&answer.content) else { continue };
        match (&content.said, content.said.event()) {
            // Before anything was taken back nobody has deleted it for that.
            (Answered::RevocationDone(_), _) if of.revoked_at_ms.is_none() => {
                tracing::warn!("an answer to a withdrawal that nobody made was left aside");
            }
            (Answered::RevocationDone(kept), _) => {
                let said = kept_text(kept.why, &kept.detail);
                revoking::answered(tx, &of, &said, now)?;
            }
            // It stands there: a recipient counts each act once. Who says one again was put back
            // from a backup, or answers because this school was.
            (_, Some(_)) if known.contains(&content.act) => {
                tracing::info!(act = content.act, "an act was said again");
                store::ask(tx, about, now_ms)?;
            }
            (_, Some(event)) if is_next(&known, content.act) || (is_bound && known.is_empty()) => {
                enter(tx, &of, (&content, event), now)?;
                known.insert(content.act);
            }
            // The one before it has not come.
            _ => continue,
        }
        store::take_answer(tx, answer.id, now_ms)?;
    }
    Ok(())
}

/// Whether the turn of an act has come: the one before it stands in the course, or it is the first
/// of a recipient, which begins a thousand anew when it was put back from a backup.
fn is_next(known: &BTreeSet<u32>, act: u32) -> bool {
    act % ACTS_OF_A_RUN == 1 || act.checked_sub(1).is_some_and(|before| known.contains(&before))
}

fn enter(
    tx: &Tx<'_>,
    of: &Envelope,
    (content, event): (&AnswerContent, Event),
    now: Timestamp,
) -> Result<(), LedgerRefusal> {
    let came = Came {
        event,
        envelope: of.number,
        number: content.act,
        seen: content.seen,
        told: told(content, of),
    };
    referral::came(tx, &super::author(now), of.referral, &came).map(drop)
}

fn kept_text(why: KeptWhy, detail: &str) -> String {
    let label = why.label().0;
    clipped(&if detail.trim().is_empty() {
        label.to_owned()
    } else {
        format!("{label}（{detail}）")
    })
}

/// What an answer says, as the course has it.
fn told(content: &AnswerContent, of: &Envelope) -> Told {
    let base = Told { who: who(&content.by, of), ..Told::on(content.at.day()) };
    let text = |text: &str| clipped(text.trim());
    match &content.said {
        Answered::Delivered
        | Answered::MoreCare
        | Answered::TimedOut
        | Answered::RevocationDone(_) => base,
        Answered::Accepted { note } => Told { detail: text(note), ..base },
        Answered::Declined { reason, note } => {
            Told { code: reason.as_str().to_owned(), detail: text(note), ..base }
        }
        Answered::Redirected { unit, to } => {
            Told { detail: text(&joined_text([unit, &to.unit, &to.phone])), ..base }
        }
        Answered::Appointed { day, time, place } => {
            let place = text(&joined_text([time, place, ""]));
            Told { agreed: Some(*day), place, ..base }
        }
        Answered::NotSeen(day) | Answered::Seen(day) => Told { day: *day, ..base },
        Answered::Outcome(outcome) => outcome_told(outcome, base),
        Answered::TakenOver { by, place } => Told { detail: text(by), place: text(place), ..base },
    }
}

fn outcome_told(outcome: &Outcome, base: Told) -> Told {
    let code = outcome.fit.map(|fit| fit.as_str().to_owned()).unwrap_or_default();
    let Some(summary) = &outcome.summary else { return Told { code, ..base } };
    let said = [summary.adjustments.trim(), summary.watch.trim()];
    let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
    Told { code, detail: clipped(&said.join("；")), agreed: summary.next_visit, ..base }
}

/// Who answers, by name; the unit where nobody is named.
fn who(by: &Contact, of: &Envelope) -> String {
    let named = joined_text([&by.unit, &by.person, &by.phone]);
    if named.is_empty() { of.recipient.clone() } else { clipped(&named) }
}

fn joined_text(texts: [&str; 3]) -> String {
    let texts = texts.into_iter().map(str::trim).filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join(" ")
}

/// As much of a text as an act holds.
pub(super) fn clipped(text: &str) -> String {
    let fits = |(at, letter): &(usize, char)| at + letter.len_utf8() <= TEXT_BYTES_MAX;
    text.char_indices().take_while(fits).map(|(_, letter)| letter).collect()
}
