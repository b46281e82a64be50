//! Acknowledging answers: whoever sent one seals it anew until it hears that it is here, since no
//! relay says so and one may lose what it has.
//!
//! An acknowledgement names what was signed, by digest, and says nothing else. It lies in a letter
//! like any other, behind what cannot wait, and is not acknowledged itself: where it was lost the
//! answer comes once more, and so does it.

use certs::referral::ReferralEnvelope;
use domain::referral::Urgency;
use jiff::Timestamp;
use runtime::sql::Tx;

use super::again::asking;
use super::restoring::unit_of;
use super::road::Desk;
use crate::content::{AgainContent, DIGESTS_MAX};
use crate::ledger::Ledger;
use crate::ledger::letters::{self as store, AckDue, KeptIn};
use crate::ledger::refusal::LedgerRefusal;

/// Acknowledges every answer that is here and whose sender has not heard so; says about how many
/// envelopes. All about one envelope are in one letter, and one is sealed in a quarter of an hour.
///
/// # Errors
/// A store cannot be read or written; what was not said is said at the next look.
pub fn acknowledge(ledger: &Ledger, desk: &Desk, now: Timestamp) -> Result<usize, LedgerRefusal> {
    let now_ms = now.as_millisecond();
    let due = ledger.read(move |tx| Ok::<_, LedgerRefusal>(store::to_acknowledge(tx, now_ms)?))?;
    let mut told = 0;
    for one in due {
        let desk = desk.clone();
        match ledger.write("acknowledge", move |tx| of_envelope(tx, &desk, &one, now)) {
            Ok(is_told) => told += usize::from(is_told),
            Err(LedgerRefusal::Store(error)) => return Err(LedgerRefusal::Store(error)),
            Err(error) => tracing::warn!(%error, "an answer was not acknowledged"),
        }
    }
    Ok(told)
}

/// Acknowledges the answers about one envelope; nothing where no road is known, and then they wait.
fn of_envelope(
    tx: &Tx<'_>,
    desk: &Desk,
    due: &AckDue,
    now: Timestamp,
) -> Result<bool, LedgerRefusal> {
    let to = match due.kept {
        KeptIn::Course => due.to.clone(),
        KeptIn::Strays => unit_of(&due.to),
    };
    let Some(road) = desk.road(tx, &to, now)? else { return Ok(false) };
    let limit = u32::try_from(DIGESTS_MAX).unwrap_or(u32::MAX);
    let kept = store::unacknowledged(tx, due, limit)?;
    // One that a damaged disk changed is not named, and keeps no other back.
    let signed = |bytes: &[u8]| ReferralEnvelope::from_bytes(bytes, desk.name.zone()).ok();
    let own = kept.iter().filter_map(|(_, bytes)| Some(signed(bytes)?.digest()));
    let said = AgainContent { own: own.collect(), ..AgainContent::default() };
    store::forget_acks(tx, due)?;
    let ack = match said.own.is_empty() {
        true => None,
        false => asking::say(tx, (desk, &road), (due.about, Urgency::Routine), &said, now)?,
    };
    for (id, _) in &kept {
        store::acknowledged(tx, (due.kept, *id), (ack, now.as_millisecond()))?;
    }
    Ok(ack.is_some())
}

#[cfg(test)]
mod tests {
    use certs::letter::{Letter, Routing};
    use certs::referral::{EnvelopeId, Role};
    use jiff::SignedDuration;

    use super::*;
    use crate::content::{AnswerContent, ReferralContent};
    use crate::ledger::letters::Envelope;
    use crate::ledger::referral::tests::ready;
    use crate::ledger::testing::{NOW_MS, School};
    use crate::letters::testing::{Town, answer, arrive};
    use crate::letters::tests::{answers_of, sent, waiting};
    use crate::letters::{answers, copying};
    use crate::list::testing::now;
    use crate::transfer::Transfer;

    /// A school to which a clinic answers.
    struct Asked {
        school: School,
        town: Town,
        transfer: Transfer,
        envelope: Envelope,
        /// The clinic's first answers, each in its letters.
        came: Vec<Vec<Letter>>,
    }

    fn asked() -> Asked {
        let (school, town) = (ready(), Town::new());
        let transfer = Transfer::in_memory().expect("transfer");
        let key = town.to_school(&school);
        let (_, envelope) = sent(&school, &town);
        let content = ReferralContent::read(&envelope.content).expect("content");
        let sealed = |said: &AnswerContent| answer(&town.clinic, &key, envelope.id, said);
        let came = answers_of(&content).iter().take(2).map(sealed).collect();
        let asked = Asked { school, town, transfer, envelope, came };
        asked.copied();
        asked
    }

    impl Asked {
        fn copied(&self) {
            copying::copy(&self.school.ledger, &self.transfer, NOW_MS).expect("copied");
        }

        /// Letters come, and the school looks, so many minutes later.
        fn looks(&self, letters: &[Letter], minutes: i64) -> usize {
            arrive(&self.transfer, letters);
            let (at, desk) = (now() + SignedDuration::from_mins(minutes), &self.town.desk);
            let (ledger, transfer) = (&self.school.ledger, &self.transfer);
            answers::take(ledger, transfer, desk, at).expect("taken");
            acknowledge(ledger, desk, at).expect("looked")
        }

        /// What the clinic reads of the letters that wait.
        fn said(&self) -> AgainContent {
            let opened = self.town.opened(&waiting(&self.school));
            assert!(opened.header().role == Role::Answer { to: self.envelope.id });
            AgainContent::read(opened.content()).expect("an acknowledgement")
        }
    }

    /// All that came about one envelope is acknowledged in one letter, once; what comes again is so
    /// once more, in a quarter of an hour at the soonest, and changes nothing. No letter of an
    /// acknowledgement stays for good.
    #[test]
    fn an_answer_is_acknowledged_and_once_more_where_it_comes_again() {
        let asked = asked();
        let letters = asked.school.rows("letter_out");
        assert_eq!(asked.looks(&asked.came.concat(), 0), 1);
        let said = asked.said();
        assert_eq!((said.own.len(), said.asked.len(), said.not_own.len()), (2, 0, 0));
        assert_eq!((asked.looks(&[], 1), asked.looks(&asked.came[0], 2)), (0, 0));
        asked.copied();
        assert_eq!(asked.looks(&asked.came[0], 31), 1, "its sender has not heard");
        let again = asked.said();
        assert_eq!(again.own.len(), 1);
        assert!(said.own.contains(&again.own[0]));
        assert_eq!(asked.school.rows("letter_answer"), 2);
        assert_eq!(asked.school.rows("letter_out"), letters + 1, "the first one is gone");
    }

    /// An acknowledgement is a letter like any other: to its relay it is an answer that meets no
    /// limit and sets none, and asks for none.
    #[test]
    fn an_acknowledgement_sets_no_limit() {
        let asked = asked();
        assert_eq!(asked.looks(&asked.came[0], 0), 1);
        for letter in waiting(&asked.school) {
            let opened = letter.open(&asked.town.relay).expect("opened");
            let Routing::Answer { carried, met, .. } = opened.routing() else { panic!("routing") };
            assert!(met.is_none() && carried.due.is_none());
            assert_eq!(carried.urgency, Urgency::Routine);
        }
    }

    /// What nobody believes, or is a stranger's, is not acknowledged.
    #[test]
    fn only_what_is_kept_is_acknowledged() {
        let asked = asked();
        let key = asked.town.to_school(&asked.school);
        let content = ReferralContent::read(&asked.envelope.content).expect("content");
        let first = answers_of(&content).remove(0);
        let posed = answer(&asked.town.posed, &key, asked.envelope.id, &first);
        let strange = answer(&asked.town.clinic, &key, EnvelopeId::generate(), &first);
        assert_eq!((asked.looks(&posed, 0), asked.looks(&strange, 0)), (0, 0));
        assert!(waiting(&asked.school).is_empty());
    }
}
