//! A referral whose signer's certificate had ended when it was opened, and a school's question
//! about an answer of which the same is true.
//!
//! Such a referral is put aside by its id, without what it says: its school is asked, and seals it
//! anew where it stands. What a school asks is answered by digests of what was signed here. By the
//! same digests a school says which answers it has.

use certs::identity::LeafIdentity;
use certs::letter::Letter;
use certs::referral::{EndedReferral, EnvelopeId, Ground, OpenedReferral, Role};
use domain::digest::Digest;
use domain::ledger::Word as _;
use domain::receiver::RefusedWhy;
use domain::unit::{IdentityName, UnitKind};
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::{IntakeError, Receiver};
use crate::content::card::is_card;
use crate::content::{AgainContent, ReferralContent};
use crate::ledger::Ledger;
use crate::ledger::intake;
use crate::ledger::intake::aside::{self as store, Aside, Asked};
use crate::ledger::letters;
use crate::letters::again;

/// What is put aside of an envelope: a school's referral to this receiver that would be taken in,
/// had its certificate not ended.
pub(super) fn aside(ended: &EndedReferral, now: Timestamp) -> Option<Aside> {
    let header = ended.header();
    let Role::Referral { withdrawal } = header.role else { return None };
    let is_schools = UnitKind::School.fits(header.sender.unit());
    let is_referral = header.ground != Ground::Duty && !is_card(ended.unbelieved());
    let content = ReferralContent::read(ended.unbelieved()).ok();
    content.filter(|said| is_schools && is_referral && said.fits(header).is_ok())?;
    tracing::warn!("a referral is put aside until its school seals it anew: a certificate ended");
    Some(Aside {
        envelope: *header.envelope.bytes(),
        digest: ended.envelope().digest(),
        sender: header.sender.to_string(),
        withdrawal: withdrawal.digest(),
        came_at_ms: now.as_millisecond(),
    })
}

/// What was put aside was taken back: only the secret of its mark ends the waiting.
pub(super) fn withdrawn(tx: &Tx<'_>, envelope: EnvelopeId, mark: Digest) -> Result<(), SqlError> {
    let known = store::aside(tx, envelope.bytes())?;
    match known.is_some_and(|one| one.withdrawal == mark) {
        true => store::forget_aside(tx, envelope.bytes()),
        false => Ok(()),
    }
}

/// Whether there is a referral here in that envelope.
pub(super) fn is_about(tx: &Tx<'_>, about: EnvelopeId) -> Result<bool, SqlError> {
    Ok(intake::by_envelope(tx, about.bytes())?.is_some())
}

/// A school's question, with the envelope that it is about.
pub(super) fn question(opened: &OpenedReferral) -> Option<(EnvelopeId, AgainContent)> {
    let Role::Answer { to } = opened.header().role else { return None };
    AgainContent::read(opened.content()).ok().map(|said| (to, said))
}

/// Hears which answers a school has, and keeps a question until it is answered; says whether it is
/// of the school that sent that referral.
pub(super) fn hear(
    tx: &Tx<'_>,
    (about, sender): (EnvelopeId, &str),
    said: AgainContent,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let entry = intake::by_envelope(tx, about.bytes())?;
    let Some(entry) = entry.filter(|entry| entry.arrival.sender == sender) else {
        return Ok(false);
    };
    for digest in &said.own {
        intake::unheard::heard(tx, (entry.id, *digest))?;
    }
    if !said.asked.is_empty() {
        let asked = Asked { intake: entry.id, digests: said.asked };
        store::keep_asked(tx, &asked, now.as_millisecond())?;
    }
    Ok(true)
}

/// Answers what schools ask, and asks schools for what is put aside. What cannot be sealed now is
/// so at the next look.
pub(super) fn seal_waiting(
    ledger: &Ledger,
    receiver: &Receiver,
    by: (&LeafIdentity, Timestamp),
) -> Result<(), IntakeError> {
    let now_ms = by.1.as_millisecond();
    let waiting = move |tx: &Tx<'_>| {
        let is_over = store::is_over(tx, now_ms)?;
        Ok::<_, SqlError>((store::all_asked(tx)?, store::asides_to_ask(tx, now_ms)?, is_over))
    };
    let (questions, asides, is_over) = ledger.read(waiting)?;
    for asked in questions {
        answer_one(ledger, receiver, by, asked)?;
    }
    for one in asides {
        let said = AgainContent { asked: vec![one.digest], ..AgainContent::default() };
        let to = (EnvelopeId::from_bytes(one.envelope), one.sender.as_str());
        let Some(sealed) = letters_to(ledger, receiver, by, (to, &said))? else { continue };
        let ask = move |tx: &Tx<'_>| {
            store::asked_for(tx, &one.envelope, now_ms)?;
            queue(tx, &sealed, now_ms)
        };
        ledger.write::<_, SqlError>("ask_school", ask)?;
    }
    if is_over {
        let forget = move |tx: &Tx<'_>| {
            tracing::warn!("a referral that was put aside was not sealed anew for too long");
            intake::note_refused(tx, RefusedWhy::Sender.as_str(), now_ms)?;
            store::forget_over(tx, now_ms)
        };
        ledger.write::<_, SqlError>("asides_over", forget)?;
    }
    Ok(())
}

/// Answers one question of a school.
fn answer_one(
    ledger: &Ledger,
    receiver: &Receiver,
    by: (&LeafIdentity, Timestamp),
    asked: Asked,
) -> Result<(), IntakeError> {
    let (id, count, now_ms) = (asked.intake, asked.digests.len(), by.1.as_millisecond());
    let Some(entry) = ledger.read(move |tx| intake::one(tx, id))? else { return Ok(()) };
    let said = ledger.read(move |tx| answer(tx, &asked))?;
    let is_all = said.own.len() == count;
    let to = (EnvelopeId::from_bytes(entry.arrival.envelope), entry.arrival.sender.as_str());
    let Some(sealed) = letters_to(ledger, receiver, by, (to, &said))? else { return Ok(()) };
    let answered = move |tx: &Tx<'_>| {
        if !store::answered(tx, id)? {
            return Ok(());
        }
        // What else was said is said again: a house that was put back knows no digests.
        if !is_all {
            intake::say_again(tx, id, now_ms)?;
        }
        queue(tx, &sealed, now_ms)
    };
    Ok(ledger.write::<_, SqlError>("answer_question", answered)?)
}

fn queue(tx: &Tx<'_>, letters: &[Letter], now_ms: i64) -> Result<(), SqlError> {
    letters.iter().try_for_each(|one| intake::queue(tx, again::RANK, &one.to_bytes(), now_ms))
}

/// Which of what a school asks about was signed here. A house that was put back from a backup does
/// not know what it signed since, and disowns nothing.
fn answer(tx: &Tx<'_>, asked: &Asked) -> Result<AgainContent, SqlError> {
    let mut said = AgainContent::default();
    let was_put_back = letters::times(tx)? > 0;
    for digest in &asked.digests {
        if store::is_signed(tx, (asked.intake, *digest))? {
            said.own.push(*digest);
        } else if !was_put_back {
            said.not_own.push(*digest);
        }
    }
    Ok(said)
}

/// The letters of a question or its answer to a school; nothing where no road is known.
fn letters_to(
    ledger: &Ledger,
    receiver: &Receiver,
    (identity, now): (&LeafIdentity, Timestamp),
    ((about, sender), said): ((EnvelopeId, &str), &AgainContent),
) -> Result<Option<Vec<Letter>>, IntakeError> {
    let Some(name): Option<IdentityName> = receiver.name_of(sender) else { return Ok(None) };
    let of = receiver.clone();
    let road = ledger.read(move |tx| of.road(tx, (name.unit(), of.relay_for(&name)), now))?;
    let Some(road) = road else { return Ok(None) };
    match again::seal((identity, &road), (about, again::URGENCY), said) {
        Ok(sealed) => Ok(Some(sealed.into_iter().map(|(letter, _)| letter).collect())),
        Err(error) => {
            tracing::warn!(%error, "what is asked again was not sealed; it waits");
            Ok(None)
        }
    }
}
