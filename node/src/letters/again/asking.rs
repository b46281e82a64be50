//! Asking, at either side, whether a letter that was put aside is its sender's own, and answering
//! what others ask: by digests of what was signed here, or by saying once more where it stands.

use certs::identity::LeafIdentity;
use certs::letter::{Carried, Letter, Routing, Way};
use certs::referral::{Draft, EnvelopeId, Ground, Part, ReferralEnvelope, Role};
use domain::ledger::Word as _;
use domain::receiver::RefusedWhy;
use domain::referral::Urgency;
use domain::referral::slot::Rank;
use domain::unit::IdentityName;
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use crate::content::{AgainContent, DIGESTS_MAX};
use crate::intake::{IntakeError, Receiver};
use crate::ledger::Ledger;
use crate::ledger::aside::{self, Asked};
use crate::ledger::letters::{self as store, NewLetter};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{intake, moving, neighbour};
use crate::letters::road::{Desk, Road};
use crate::transfer::letters::number;

/// How what is asked and answered travels, whatever it is about.
const URGENCY: Urgency = Urgency::Urgent;

/// Its rank in a queue.
const RANK: Rank = Rank::of(URGENCY);

/// Who asks and answers here.
#[derive(Clone, Copy)]
pub(crate) enum Side<'a> {
    /// A school.
    School(&'a Desk),
    /// A receiver, with its certificate.
    Receiver(&'a Receiver, &'a LeafIdentity),
}

impl Side<'_> {
    const fn is_school(&self) -> bool {
        matches!(self, Self::School(_))
    }

    fn identity(&self) -> &LeafIdentity {
        match self {
            Self::School(desk) => &desk.identity,
            Self::Receiver(_, identity) => identity,
        }
    }

    /// The road to a unit by the name of its certificate; none where a statement is missing.
    fn road(&self, ledger: &Ledger, name: &str, now: Timestamp) -> Result<Option<Road>, SqlError> {
        match *self {
            Self::School(desk) => {
                let Ok(name) = IdentityName::parse(name, desk.name.zone()) else {
                    return Ok(None);
                };
                let of = desk.clone();
                ledger.read(move |tx| of.road(tx, name.unit().as_str(), now))
            }
            Self::Receiver(receiver, _) => {
                let Some(name) = receiver.name_of(name) else { return Ok(None) };
                let of = receiver.clone();
                let way = move |tx: &Tx<'_>| of.road(tx, (name.unit(), of.relay_for(&name)), now);
                match ledger.read(way) {
                    Ok(road) => Ok(road),
                    Err(IntakeError::Store(error)) => Err(error),
                    Err(_) => Ok(None),
                }
            }
        }
    }
}

/// Asks whoever is to be asked now about what was put aside, answers what others ask, and forgets
/// what was waited for too long; says how many were asked. What cannot be sealed now is so at the
/// next look.
///
/// # Errors
/// The store cannot be read or written; whom nobody asked is asked at the next look.
pub(crate) fn work(ledger: &Ledger, side: Side<'_>, now: Timestamp) -> Result<usize, SqlError> {
    let now_ms = now.as_millisecond();
    let waiting = move |tx: &Tx<'_>| {
        let (asked, due) = (aside::all_asked(tx)?, aside::to_ask(tx, now_ms)?);
        Ok::<_, SqlError>((asked, due, aside::is_over(tx, now_ms)?))
    };
    let (questions, due, is_over) = ledger.read(waiting)?;
    for one in questions {
        answer_one(ledger, side, one, now)?;
    }
    let mut asked = 0;
    for about in due {
        asked += usize::from(ask_one(ledger, side, about, now)?);
    }
    if is_over {
        let is_receiver = !side.is_school();
        let forget = move |tx: &Tx<'_>| {
            tracing::warn!("what was put aside was not said again for too long");
            if is_receiver {
                intake::note_refused(tx, RefusedWhy::Sender.as_str(), now_ms)?;
            }
            aside::forget_over(tx, now_ms)
        };
        ledger.write::<_, SqlError>("asides_over", forget)?;
    }
    Ok(asked)
}

/// Asks about one envelope; nothing where no road is known, and then it waits.
fn ask_one(
    ledger: &Ledger,
    side: Side<'_>,
    about: EnvelopeId,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let now_ms = now.as_millisecond();
    let all = ledger.read::<_, SqlError>(move |tx| aside::all(tx, Some(about)))?;
    let Some(sender) = all.first().map(|one| one.sender.clone()) else { return Ok(false) };
    let asked = all.iter().map(|one| one.digest).take(DIGESTS_MAX).collect();
    let said = AgainContent { asked, ..AgainContent::default() };
    let Some(sealed) = letters_to(ledger, side, (about, &sender, &said), now)? else {
        return Ok(false);
    };
    let is_school = side.is_school();
    let ask = move |tx: &Tx<'_>| {
        queue(tx, (is_school, &sealed), now_ms)?;
        aside::asked_again(tx, about, now_ms)
    };
    ledger.write::<_, SqlError>("ask_aside", ask)?;
    Ok(true)
}

/// What is answered to a question.
enum Answer {
    /// Which of it was signed here, and whether all of it was.
    Says(AgainContent, bool),
    /// Where a transfer stands is said once more.
    Transfer,
    /// What was sent is sealed anew, with all that is.
    Anew,
    /// Nothing of it stands here any more.
    Nothing,
}

/// Answers one question.
fn answer_one(
    ledger: &Ledger,
    side: Side<'_>,
    asked: Asked,
    now: Timestamp,
) -> Result<(), SqlError> {
    let (about, sender, now_ms) = (asked.about, asked.sender.clone(), now.as_millisecond());
    let (said, is_all) = match ledger.read::<_, SqlError>(move |tx| answer(tx, &asked))? {
        Answer::Says(said, is_all) => (said, is_all),
        Answer::Anew => return Ok(()),
        Answer::Nothing => {
            let done = move |tx: &Tx<'_>| aside::answered(tx, about).map(drop);
            return ledger.write::<_, SqlError>("nothing_to_say", done);
        }
        Answer::Transfer => {
            let say = move |tx: &Tx<'_>| say_again(tx, about);
            return ledger.write::<_, SqlError>("say_transfer_again", say);
        }
    };
    let Some(sealed) = letters_to(ledger, side, (about, &sender, &said), now)? else {
        return Ok(());
    };
    let is_school = side.is_school();
    let answered = move |tx: &Tx<'_>| {
        if !aside::answered(tx, about)? {
            return Ok(());
        }
        // What else was said is said again: a house that was put back knows no digests.
        if !is_all && let Some(entry) = intake::by_envelope(tx, about.bytes())? {
            intake::say_again(tx, entry.id, now_ms)?;
        }
        queue(tx, (is_school, &sealed), now_ms)
    };
    ledger.write::<_, SqlError>("answer_question", answered)
}

/// What is answered. Whoever was put back from a backup does not know what was signed since, and
/// disowns nothing; nor does who signed something before digests were kept.
fn answer(tx: &Tx<'_>, asked: &Asked) -> Result<Answer, SqlError> {
    let about = asked.about;
    if super::Sent::find(tx, about)?.is_some() {
        return Ok(Answer::Anew);
    }
    for side in ["out", "in"] {
        if moving::named(tx, (side, about.bytes()))?.is_some() {
            return Ok(Answer::Transfer);
        }
    }
    let Some(sealed) = sealed_count(tx, about)? else { return Ok(Answer::Nothing) };
    let is_sure = store::times(tx)? == 0 && sealed <= aside::signed_count(tx, about)?;
    let mut said = AgainContent::default();
    for digest in &asked.digests {
        if aside::is_signed(tx, (about, *digest))? {
            said.own.push(*digest);
        } else if is_sure {
            said.not_own.push(*digest);
        }
    }
    let is_all = said.own.len() == asked.digests.len();
    Ok(Answer::Says(said, is_all))
}

/// How many answers about what came in an envelope were sealed here; nothing where none came. What
/// is said again of a referral has new digests, and all of them are kept since they are asked for.
fn sealed_count(tx: &Tx<'_>, about: EnvelopeId) -> Result<Option<u64>, SqlError> {
    let count = |sealed: usize| u64::try_from(sealed).unwrap_or(u64::MAX);
    if intake::by_envelope(tx, about.bytes())?.is_some() {
        return Ok(Some(0));
    }
    if let Some(card) = intake::cards::by_envelope(tx, about.bytes())? {
        let done = intake::cards::done(tx, card.id)?;
        return Ok(Some(count(done.iter().filter(|act| act.sealed_at.is_some()).count())));
    }
    let Some(notice) = neighbour::in_envelope(tx, about)? else { return Ok(None) };
    let said = neighbour::said(tx, notice.id)?;
    Ok(Some(count(said.iter().filter(|one| one.sealed_at.is_some()).count())))
}

/// Where a transfer stands is said at the next tick, though it was said long enough.
fn say_again(tx: &Tx<'_>, about: EnvelopeId) -> Result<(), SqlError> {
    for side in ["out", "in"] {
        if let Some(mut row) = moving::named(tx, (side, about.bytes()))? {
            row.told.owes = true;
            moving::save(tx, &row)?;
        }
    }
    aside::answered(tx, about).map(drop)
}

fn queue(
    tx: &Tx<'_>,
    (is_school, letters): (bool, &[(Letter, Part)]),
    now_ms: i64,
) -> Result<(), SqlError> {
    for (letter, part) in letters {
        match is_school {
            true => insert(tx, (letter, part), RANK, now_ms)?,
            false => intake::queue(tx, RANK, &letter.to_bytes(), now_ms)?,
        }
    }
    Ok(())
}

/// Puts a school's letter where it is copied from.
fn insert(
    tx: &Tx<'_>,
    (letter, part): (&Letter, &Part),
    rank: Rank,
    now_ms: i64,
) -> Result<(), SqlError> {
    let new = NewLetter {
        name: letter.digest(),
        letter: &letter.to_bytes(),
        rank: number(rank),
        envelope: part.envelope(),
        part: part.number().number(),
    };
    store::insert_letter(tx, &new, now_ms)
}

/// Seals what a school says about an envelope into letters for the copy; gives the envelope in
/// which it is.
///
/// # Errors
/// It cannot be sealed, or the store; nothing was written.
pub(crate) fn say(
    tx: &Tx<'_>,
    (desk, road): (&Desk, &Road),
    (about, urgency): (EnvelopeId, Urgency),
    said: &AgainContent,
    now: Timestamp,
) -> Result<Option<EnvelopeId>, LedgerRefusal> {
    let mut sealed = None;
    for (letter, part) in seal((&desk.identity, road), (about, urgency), said)? {
        insert(tx, (&letter, &part), Rank::answering(urgency), now.as_millisecond())?;
        sealed = Some(part.envelope());
    }
    Ok(sealed)
}

/// The letters of a question or its answer; nothing where no road is known.
fn letters_to(
    ledger: &Ledger,
    side: Side<'_>,
    (about, to, said): (EnvelopeId, &str, &AgainContent),
    now: Timestamp,
) -> Result<Option<Vec<(Letter, Part)>>, SqlError> {
    let Some(road) = side.road(ledger, to, now)? else { return Ok(None) };
    match seal((side.identity(), &road), (about, URGENCY), said) {
        Ok(sealed) => Ok(Some(sealed)),
        Err(error) => {
            tracing::warn!(%error, "what is asked again was not sealed; it waits");
            Ok(None)
        }
    }
}

/// Seals a question, its answer or an acknowledgement about an envelope, which travels with an
/// urgency; gives its letters with what each carries.
fn seal(
    (identity, road): (&LeafIdentity, &Road),
    (to, urgency): (EnvelopeId, Urgency),
    said: &AgainContent,
) -> Result<Vec<(Letter, Part)>, LedgerRefusal> {
    let not_sealed = |_| LedgerRefusal::NotSealed;
    let content = said.write().map_err(|_| LedgerRefusal::NotSealed)?;
    let (role, envelope) = (Role::Answer { to }, EnvelopeId::generate());
    // Nothing of a child is in it.
    let draft = Draft { role, envelope, ground: Ground::Duty, content: &content };
    let closed = ReferralEnvelope::close(&road.recipient, &draft, identity).map_err(not_sealed)?;
    let way = Way { recipient: road.recipient.statement().unit.clone(), relay: road.relay.clone() };
    let parts = closed.parts(&road.recipient).map_err(not_sealed)?;
    let mut sealed = Vec::new();
    for part in parts {
        let (way, number) = (way.clone(), part.number());
        let carried = Carried { way, envelope, number, urgency, due: None };
        let routing = Routing::Answer { carried, to, met: None };
        let letter = Letter::seal(&road.first, &routing, Some(&part));
        sealed.push((letter.map_err(|_| LedgerRefusal::NotSealed)?, part));
    }
    Ok(sealed)
}

/// How many of what is asked about would be owned here, and disowned.
#[cfg(test)]
pub(crate) fn owned(ledger: &Ledger, asked: Asked) -> Option<(usize, usize)> {
    match ledger.read::<_, SqlError>(move |tx| answer(tx, &asked)).expect("answer") {
        Answer::Says(said, _) => Some((said.own.len(), said.not_own.len())),
        Answer::Transfer | Answer::Anew | Answer::Nothing => None,
    }
}
