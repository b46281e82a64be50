//! Sealing anew what no relay has said a word about: a letter may have been refused by a relay that
//! was full or had lost its key, or been lost with a disk on the way.
//!
//! Referrals, cards and duty reports alike: the same bytes of the same envelope are put into new
//! letters, sealed to the keys that are stated now, and leave in a slot as any other letter. A
//! letter that were sent a second time as it is would be known by whoever kept the first, and for
//! one that holds something. An envelope of several parts goes anew as a whole, in the parts that
//! it had: those of another sealing would fit none that came before. Who has the envelope keeps it
//! once. Where its recipient asks for a card or a report, since the certificate under which it came
//! had ended, it is signed and sealed anew whatever a relay said. Nothing is sealed anew that was
//! taken back or whose consent is over, nor once its recipient has said a word: who declined has
//! erased it, and gets it no second time.

use certs::letter::{Basis, Carried, Due, Letter, Routing, Way};
use certs::referral::{
    Draft, EnvelopeId, Ground, Part, ReferralEnvelope, Role, Scopes, WithdrawalMark,
    WithdrawalSecret,
};
use domain::neighbour::RECEIVED_MS;
use domain::referral::slot::Rank;
use domain::referral::{DeadlineClass, Urgency, hop_minutes};
use jiff::Timestamp;
use runtime::clock::date_of;
use runtime::sql::{SqlError, Tx};

use super::road::{Desk, Road};
use super::sending::{answer_due, mark};
use crate::content::card::CardContent;
use crate::content::{GroundSaid, ReferralContent};
use crate::ledger::consult::{self, Footing};
use crate::ledger::entry::Moment;
use crate::ledger::letters::cards::CardEnvelope;
use crate::ledger::letters::{self as store, Kind, NewLetter, Unheard, cards};
use crate::ledger::neighbour::{self, Out};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{Ledger, aside, referral};
use crate::transfer::Transfer;
use crate::transfer::letters::{self as queue, number};

const MINUTE_MS: i64 = 60_000;

/// For how long after it was sealed.
pub(crate) const RENEWED_MS: i64 = 14 * 24 * 60 * MINUTE_MS;

/// Why something is sealed anew.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// No relay has said a word of it.
    Unheard,
    /// Its recipient asks.
    Asked,
}

/// What is sealed anew, whatever it is.
struct Anew {
    /// Unit id of the recipient, and of the hub that served it.
    to: (String, String),
    withdrawal: WithdrawalMark,
    ground: Ground,
    content: Vec<u8>,
    urgency: Urgency,
    due: Option<Due>,
}

/// Seals every envelope anew that is due for it; says how many. Each waits twice the limit of its
/// hop, and then as long again as it has waited.
///
/// # Errors
/// A store cannot be read or written; what was not sealed is so at the next look.
pub fn renew(
    ledger: &Ledger,
    transfer: &Transfer,
    desk: &Desk,
    now: Timestamp,
) -> Result<usize, LedgerRefusal> {
    let now_ms = now.as_millisecond();
    let since_ms = now_ms.saturating_sub(RENEWED_MS);
    let found = ledger.read(move |tx| {
        let is_any_over = store::has_sealed_parts(tx, since_ms)?;
        Ok::<_, LedgerRefusal>((store::unheard(tx, since_ms)?, is_any_over))
    });
    let (open, is_any_over) = found?;
    let mut renewed = anew_where_asked(ledger, (transfer, desk), now)?;
    if is_any_over {
        let forget = move |tx: &Tx<'_>| store::forget_sealed_parts(tx, since_ms);
        ledger.write::<_, SqlError>("forget_sealed_parts", forget)?;
    }
    let due = |one: &Unheard| {
        // A report waits here behind what is urgent, and is as soon missed as an emergency.
        let hop = match one.kind {
            Kind::Report => number(Rank::Emergency),
            Kind::Referral | Kind::Card => one.rank,
        };
        is_due(hop, (one.made_at_ms, one.last_at_ms), now_ms)
    };
    for one in open.into_iter().filter(due) {
        let (transfer, desk) = (transfer.clone(), desk.clone());
        let seal = move |tx: &Tx<'_>| of_envelope(tx, (&transfer, &desk), &one, now);
        match ledger.write("renew", seal) {
            Ok(was_sealed) => renewed += usize::from(was_sealed),
            Err(LedgerRefusal::Store(error)) => return Err(LedgerRefusal::Store(error)),
            Err(error) => tracing::warn!(%error, "a letter was not sealed anew"),
        }
    }
    Ok(renewed)
}

/// Whether what was sealed and no relay has is due to be sealed anew.
pub(crate) fn is_due(rank: u32, (made_at_ms, last_at_ms): (i64, i64), now_ms: i64) -> bool {
    let urgency = match rank {
        rank if rank == number(Rank::Emergency) => Urgency::Emergency,
        rank if rank == number(Rank::Urgent) => Urgency::Urgent,
        _ => Urgency::Routine,
    };
    let hop_ms = i64::from(hop_minutes(urgency)) * MINUTE_MS;
    let waited_ms = last_at_ms.saturating_sub(made_at_ms);
    now_ms.saturating_sub(last_at_ms) > waited_ms.max(2 * hop_ms)
}

fn of_envelope(
    tx: &Tx<'_>,
    (transfer, desk): (&Transfer, &Desk),
    one: &Unheard,
    now: Timestamp,
) -> Result<bool, LedgerRefusal> {
    let anew = match one.kind {
        Kind::Referral => of_referral(tx, one.id, now)?,
        Kind::Card => of_card(tx, (one.id, Why::Unheard), now)?,
        Kind::Report => of_report(tx, (one.id, Why::Unheard))?,
    };
    let Some(anew) = anew else { return Ok(false) };
    carry(tx, (transfer, desk), (one.id, &anew), now)
}

/// Puts an envelope into new letters, unless its last ones still wait for a slot. Where there is no
/// road any more it waits.
fn carry(
    tx: &Tx<'_>,
    (transfer, desk): (&Transfer, &Desk),
    (id, anew): (EnvelopeId, &Anew),
    now: Timestamp,
) -> Result<bool, LedgerRefusal> {
    let names = store::carrying(tx, id)?;
    if transfer.read::<_, SqlError>(move |tx| queue::is_waiting(tx, &names))? {
        return Ok(false);
    }
    let Some(road) = desk.road(tx, &anew.to.0, now)? else { return Ok(false) };
    if road.relay.as_str() != anew.to.1 {
        return Ok(false);
    }
    seal(tx, (desk, &road), (id, anew), now)?;
    Ok(true)
}

/// Seals the cards and reports anew for which their recipients ask; says how many.
fn anew_where_asked(
    ledger: &Ledger,
    (transfer, desk): (&Transfer, &Desk),
    now: Timestamp,
) -> Result<usize, LedgerRefusal> {
    let asked = ledger.read::<_, SqlError>(aside::all_asked)?;
    let mut renewed = 0;
    for one in asked {
        let (transfer, desk, id) = (transfer.clone(), desk.clone(), one.about);
        let seal = move |tx: &Tx<'_>| of_asked(tx, (&transfer, &desk), id, now);
        match ledger.write("renew_asked", seal) {
            Ok(was_sealed) => renewed += usize::from(was_sealed),
            Err(LedgerRefusal::Store(error)) => return Err(LedgerRefusal::Store(error)),
            Err(error) => tracing::warn!(%error, "a letter was not sealed anew"),
        }
    }
    Ok(renewed)
}

/// One for which its recipient asks; what does not stand any more is not sealed, and the question
/// is done with. It is signed by the certificate of now: parts that it had are signed by another.
fn of_asked(
    tx: &Tx<'_>,
    (transfer, desk): (&Transfer, &Desk),
    id: EnvelopeId,
    now: Timestamp,
) -> Result<bool, LedgerRefusal> {
    let anew = match (cards::one(tx, id)?, neighbour::of_envelope(tx, id)?) {
        (Some(_), _) => of_card(tx, (id, Why::Asked), now)?,
        (None, Some(_)) => of_report(tx, (id, Why::Asked))?,
        // Other questions are answered elsewhere.
        (None, None) => return Ok(false),
    };
    let Some(anew) = anew else {
        aside::answered(tx, id)?;
        return Ok(false);
    };
    store::drop_sealed_parts(tx, id)?;
    let was_sealed = carry(tx, (transfer, desk), (id, &anew), now)?;
    if was_sealed {
        aside::answered(tx, id)?;
    }
    Ok(was_sealed)
}

/// A referral, as long as it stands: one that is over, that was stood down or that was handed over
/// anew sends nothing to whom it was before.
fn of_referral(tx: &Tx<'_>, id: EnvelopeId, now: Timestamp) -> Result<Option<Anew>, LedgerRefusal> {
    let Some(one) = store::envelope(tx, id)?.filter(|one| one.acked_at_ms.is_none()) else {
        return Ok(None);
    };
    let course = referral::course(tx, one.referral)?;
    let is_calmed = referral::stood_down(&course).is_some_and(|last| one.number <= last);
    if is_calmed || referral::is_taken_back(&course) || one.revoked_at_ms.is_some() {
        return Ok(None);
    }
    if course.state.is_terminal() || course.envelope != one.number {
        return Ok(None);
    }
    let content = ReferralContent::read(&one.content).map_err(|_| LedgerRefusal::NotSealed)?;
    let Some(ground) = standing(&content.ground, now) else { return Ok(None) };
    let (_, secret) = store::secret(tx, one.referral, now.as_millisecond())?;
    let withdrawal = mark(&secret, one.id, &content);
    let due = answer_due(content.urgency, Moment(one.made_at_ms));
    let (urgency, to) = (content.urgency, (one.recipient, one.relay));
    Ok(Some(Anew { to, withdrawal, ground, content: one.content, urgency, due }))
}

/// A card of a consultation, as long as what let it out stands.
fn of_card(
    tx: &Tx<'_>,
    (id, why): (EnvelopeId, Why),
    now: Timestamp,
) -> Result<Option<Anew>, LedgerRefusal> {
    let is_due = |one: &CardEnvelope| why == Why::Asked || one.acked_at_ms.is_none();
    let Some(one) = cards::one(tx, id)?.filter(is_due) else { return Ok(None) };
    let is_over = one.revoked_at_ms.is_some() || one.ended_at_ms.is_some();
    let at = (date_of(now), now.as_millisecond());
    if is_over || !matches!(consult::footing_of(tx, &one, at)?, Footing::Holds) {
        return Ok(None);
    }
    if !cards::answers(tx, id)?.is_empty() {
        return Ok(None);
    }
    let content = cards::content(tx, id)?;
    let said = CardContent::read(&content).map_err(|_| LedgerRefusal::NotSealed)?;
    let (withdrawal, ground) = (cards::secret(tx, id)?.mark(id), said.ground.signed());
    let (due, urgency) = (answered(said.until.0), said.urgency);
    let to = (one.recipient, one.relay);
    Ok(Some(Anew { to, withdrawal, ground, content: content.to_vec(), urgency, due }))
}

/// A duty report, as long as its office has said nothing.
fn of_report(tx: &Tx<'_>, (id, why): (EnvelopeId, Why)) -> Result<Option<Anew>, LedgerRefusal> {
    let is_due = |one: &Out| why == Why::Asked || one.acked_at.is_none();
    let Some(one) = neighbour::of_envelope(tx, id)?.filter(is_due) else { return Ok(None) };
    let (Some(content), Some(sent)) = (one.content, one.sent_at) else { return Ok(None) };
    if !neighbour::came(tx, one.id)?.is_empty() {
        return Ok(None);
    }
    // Nothing takes a report back: nobody keeps the secret that could.
    let withdrawal = WithdrawalSecret::generate().mark(id);
    let due = answered(sent.0.saturating_add(RECEIVED_MS));
    let (ground, urgency) = (Ground::Duty, Urgency::Emergency);
    Ok(Some(Anew { to: (one.recipient, one.relay), withdrawal, ground, content, urgency, due }))
}

/// The limit within which a recipient answers, as a relay counts it.
fn answered(until_ms: i64) -> Option<Due> {
    let until = Timestamp::from_millisecond(until_ms).ok()?;
    Some(Due { class: DeadlineClass::Answered, until })
}

/// The parts of an envelope for its recipient's key of now: those that it had, where it has several
/// and they are sealed to that key; else it is closed once more.
pub(crate) fn parts<E: From<SqlError>>(
    tx: &Tx<'_>,
    road: &Road,
    closed: impl FnOnce() -> Result<Vec<Part>, E>,
    (id, now_ms): (EnvelopeId, i64),
) -> Result<Vec<Part>, E> {
    let key = road.recipient.statement().key.digest();
    let kept = store::sealed_parts(tx, id, &key)?;
    let parts = if kept.is_empty() { closed()? } else { kept };
    store::keep_sealed_parts(tx, &key, &parts, now_ms)?;
    Ok(parts)
}

/// Puts an envelope into new letters for the copy.
fn seal(
    tx: &Tx<'_>,
    (desk, road): (&Desk, &Road),
    (envelope, anew): (EnvelopeId, &Anew),
    now: Timestamp,
) -> Result<(), LedgerRefusal> {
    let Anew { withdrawal, ground, urgency, due, .. } = *anew;
    let (role, content) = (Role::Referral { withdrawal }, anew.content.as_slice());
    let close = || {
        let draft = Draft { role, envelope, ground, content };
        let closed = ReferralEnvelope::close(&road.recipient, &draft, &desk.identity);
        let parts = closed.and_then(|closed| closed.parts(&road.recipient));
        parts.map_err(|_| LedgerRefusal::NotSealed)
    };
    let is_notice = matches!(ground, Ground::Duty);
    let rank = if is_notice { Rank::REPORTED } else { Rank::of(urgency) };
    let now_ms = now.as_millisecond();
    let recipient = &road.recipient.statement().unit;
    for part in &parts(tx, road, close, (envelope, now_ms))? {
        let way = Way { recipient: recipient.clone(), relay: road.relay.clone() };
        let carried = Carried { way, envelope, number: part.number(), urgency, due };
        let basis = Basis::of(&ground, envelope);
        let routing = Routing::Referral { carried, basis, withdrawal };
        let letter = Letter::seal(&road.first, &routing, Some(part));
        let letter = letter.map_err(|_| LedgerRefusal::NotSealed)?;
        let new = NewLetter {
            name: letter.digest(),
            letter: &letter.to_bytes(),
            rank: number(rank),
            envelope,
            part: part.number().number(),
        };
        store::insert_letter(tx, &new, now_ms)?;
    }
    Ok(())
}

/// The ground that stands on the envelope, as it was checked when it was sealed first, as long as
/// it is not over.
fn standing(said: &GroundSaid, now: Timestamp) -> Option<Ground> {
    match said {
        GroundSaid::Consent(said) if said.valid_to < date_of(now) => None,
        GroundSaid::Consent(said) => Some(Ground::Consent {
            digest: said.digest,
            valid_to: said.valid_to,
            scopes: Scopes::of(&said.classes),
        }),
        GroundSaid::Emergency(_) => Some(Ground::Emergency),
    }
}

#[cfg(test)]
mod tests {
    use domain::ledger::consent::DataClass;
    use domain::referral::Event;
    use jiff::SignedDuration;

    use super::*;
    use crate::ledger::consent::Consent;
    use crate::ledger::entry::{RecordId, Words};
    use crate::ledger::guard_tests::{counsellor, run};
    use crate::ledger::referral::Wish;
    use crate::ledger::referral::tests::{approved, paper, played, ready, step, wanted};
    use crate::ledger::testing::{NOW_MS, School};
    use crate::ledger::write;
    use crate::letters::testing::{CLINIC, Town, answer, arrive};
    use crate::letters::tests::{answers_of, envelopes, leave, sealed, sent, shown, waiting};
    use crate::letters::{answers, copying};
    use crate::list::testing::now;

    /// An urgent envelope of which no relay says anything is sealed anew after half an hour, and
    /// then more and more rarely; not while its letter has not left, not once a relay has it, and
    /// not once it was taken back.
    #[test]
    fn what_no_relay_acknowledged_is_sealed_anew() {
        for is_taken_back in [false, true] {
            let (school, town) = (ready(), Town::new());
            let transfer = Transfer::in_memory().expect("transfer");
            let (record, envelope) = sent(&school, &town);
            let first: Vec<Letter> = waiting(&school);
            copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
            let renewed = |minutes: i64| {
                let at = now() + SignedDuration::from_mins(minutes);
                renew(&school.ledger, &transfer, &town.desk, at).expect("looked")
            };
            assert_eq!(renewed(31), 0, "it has not left");
            leave(&school, &town, &transfer);
            assert_eq!((renewed(29), renewed(31), renewed(32)), (0, 1, 0));
            let second = waiting(&school);
            assert_eq!((first.len(), second.len()), (1, 1));
            assert!(first != second, "whoever kept the first does not know the second");
            copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
            assert_eq!(renewed(90), 0, "it has not left");
            leave(&school, &town, &transfer);
            if is_taken_back {
                step(&school, record, Event::WithdrawConsent).expect("withdrawn");
            } else {
                assert_eq!((renewed(60), renewed(64)), (0, 1));
                let id = envelope.id;
                let acked = run(&school, move |tx| Ok(store::acked(tx, id, NOW_MS)?));
                acked.expect("acknowledged");
            }
            assert_eq!(renewed(10_000), 0);
        }
    }

    /// Where the relay's word was lost, its recipient's is heard: nothing is sealed anew to who has
    /// answered, least of all to who declined and has erased it.
    #[test]
    fn what_its_recipient_answered_is_not_sealed_anew() {
        let (school, town) = (ready(), Town::new());
        let transfer = Transfer::in_memory().expect("transfer");
        let key = town.to_school(&school);
        let (_, envelope) = sent(&school, &town);
        copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
        leave(&school, &town, &transfer);
        let content = ReferralContent::read(&envelope.content).expect("content");
        let first = answers_of(&content).remove(0);
        arrive(&transfer, &answer(&town.clinic, &key, envelope.id, &first));
        answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
        for minutes in [31, 90, 10_000] {
            let at = now() + SignedDuration::from_mins(minutes);
            assert_eq!(renew(&school.ledger, &transfer, &town.desk, at).expect("looked"), 0);
        }
        assert!(waiting(&school).is_empty(), "nothing leaves again");
    }

    /// A referral of several parts that could be handed over now.
    fn long(school: &School) -> RecordId {
        let [means, protection, medication] = ["长", "文", "字"].map(|one| one.repeat(1_300));
        let known = (means, protection, medication);
        let wish = Wish { known, ..wanted(Urgency::Urgent) };
        let all = [DataClass::Identity, DataClass::Reason, DataClass::Scores, DataClass::Risk];
        let paper = Consent { classes: Words::new(all), ..paper(CLINIC) };
        let record = run(school, move |tx| {
            let record = referral::open(tx, &counsellor(), &wish)?;
            write::add(tx, &counsellor(), &paper)?;
            Ok(record)
        });
        let record = record.expect("opened");
        played(school, record, &[Event::AskConsent, Event::ConsentGiven]);
        approved(school, record);
        record
    }

    /// An envelope of several parts of which a relay has some, and lost the others, goes anew as a
    /// whole, in the parts that it had: each fits those that came before. Once a relay has all of
    /// them nothing is kept to be sealed anew.
    #[test]
    fn an_envelope_of_several_parts_goes_anew_as_a_whole() {
        let (school, town) = (ready(), Town::new());
        let transfer = Transfer::in_memory().expect("transfer");
        town.known(&school);
        let record = long(&school);
        let digest = shown(&school, &town, record).expect("shown").digest.to_string();
        sealed(&school, &town, record, &digest).expect("sent");
        let envelope = envelopes(&school, record).pop().expect("envelope");
        let first = waiting(&school);
        assert!(first.len() > 1);
        let of = u8::try_from(first.len()).expect("few");
        let id = envelope.id;
        let out = || {
            copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
            leave(&school, &town, &transfer);
        };
        let acked = |part: u8| {
            let noted = run(&school, move |tx| Ok(store::note_acked(tx, id, part, NOW_MS)?));
            noted.expect("noted")
        };
        out();
        assert!(!acked(1));
        let at = now() + SignedDuration::from_mins(31);
        assert_eq!(renew(&school.ledger, &transfer, &town.desk, at).expect("looked"), 1);
        let second = waiting(&school);
        assert_eq!(second.len(), first.len());
        for came in 0..=first.len() {
            let letters: Vec<Letter> =
                first.iter().take(came).chain(second.iter().skip(came)).cloned().collect();
            assert_eq!(town.opened(&letters).content(), envelope.content, "{came} of the first");
        }
        out();
        assert_eq!(school.rows("letter_sealed_part"), u64::from(of));
        let heard: Vec<bool> = (1..=of).map(acked).collect();
        assert_eq!(heard.iter().filter(|all| **all).count(), 1);
        assert_eq!(school.rows("letter_sealed_part"), 0);
    }

    /// A consent that is withdrawn takes the kept parts with the letters.
    #[test]
    fn what_is_taken_back_keeps_no_parts() {
        let (school, town) = (ready(), Town::new());
        town.known(&school);
        let record = long(&school);
        let digest = shown(&school, &town, record).expect("shown").digest.to_string();
        sealed(&school, &town, record, &digest).expect("sent");
        let id = envelopes(&school, record).pop().expect("envelope").id;
        assert!(school.rows("letter_sealed_part") > 1);
        run(&school, move |tx| Ok(store::drop_letters(tx, id, NOW_MS)?)).expect("dropped");
        assert_eq!(school.rows("letter_sealed_part"), 0);
    }
}
