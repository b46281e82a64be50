//! Letters of referrals that are not settled: sealed, and nobody has said by the limit that it
//! came, what is done about it, or that it was deleted.

use domain::referral::{Owner, State, due, hop_minutes};
use runtime::sql::Tx;

use super::super::author::Author;
use super::super::entry::{RecordId, StudentId};
use super::super::letters::{self, Envelope};
use super::super::refusal::LedgerRefusal;
use super::course::{Row, board, course};

const MINUTE_MS: i64 = 60_000;

/// For how long a withdrawal may wait for its answer before it is worth a call: a working day and
/// the night before it.
const DELETED_WITHIN_MS: i64 = 36 * 60 * MINUTE_MS;

/// What has not happened to a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsettled {
    /// No hub has said that it has it.
    NotTaken,
    /// A hub has it, and the recipient has not done what is its turn.
    NotAnswered,
    /// It was taken back, and the recipient has not said that it is deleted.
    NotDeleted,
}

/// An envelope that is not settled.
pub struct Open {
    /// Which referral.
    pub record: RecordId,
    /// Who is referred.
    pub student: StudentId,
    /// Recipient as told to the family.
    pub recipient: String,
    /// Its telephone.
    pub phone: String,
    /// What has not happened.
    pub why: Unsettled,
    /// Since when it waits for that.
    pub since_ms: i64,
}

/// Envelopes that are not settled, of referrals that the reader may see, the longest first; whom
/// they name is logged.
///
/// # Errors
/// The role reads nothing of referrals, or the store.
pub fn unsettled(tx: &Tx<'_>, reader: &Author) -> Result<Vec<Open>, LedgerRefusal> {
    let mut found = Vec::new();
    for row in board(tx, reader)? {
        let sealed = letters::envelopes(tx, row.referral.record)?;
        if sealed.is_empty() {
            continue;
        }
        let last = course(tx, row.referral.record)?.envelope;
        for one in sealed {
            let Some((why, since_ms)) = why((&row, last), &one, reader.now().0) else { continue };
            let entry = &row.referral.entry;
            let (recipient, phone) = match entry.recipient == one.recipient {
                true => (entry.recipient_name.clone(), entry.phone.clone()),
                // Another one was chosen since.
                false => (one.recipient.clone(), String::new()),
            };
            let (record, student) = (row.referral.record, entry.student);
            found.push(Open { record, student, recipient, phone, why, since_ms });
        }
    }
    found.sort_by_key(|one| one.since_ms);
    Ok(found)
}

/// What has not happened to an envelope, and since when; nothing where all is in time.
fn why((row, last): (&Row, u32), one: &Envelope, now_ms: i64) -> Option<(Unsettled, i64)> {
    if let Some(revoked_ms) = one.revoked_at_ms {
        let is_late = now_ms.saturating_sub(revoked_ms) > DELETED_WITHIN_MS;
        let is_open = one.done_at_ms.is_none() && is_late;
        return is_open.then_some((Unsettled::NotDeleted, revoked_ms));
    }
    if row.state.is_terminal() || one.number != last {
        return None;
    }
    if one.acked_at_ms.is_none() {
        let hop_ms = i64::from(hop_minutes(row.referral.entry.urgency)) * MINUTE_MS;
        let is_late = now_ms.saturating_sub(one.made_at_ms) > 2 * hop_ms;
        // Who has answered has it, whatever a hub says.
        let is_heard = due(row.state, row.referral.entry.urgency)
            .is_some_and(|turn| turn.owner == Owner::Recipient);
        return (is_late && !is_heard).then_some((Unsettled::NotTaken, one.made_at_ms));
    }
    let turn = due(row.state, row.referral.entry.urgency)?;
    // In an emergency it is the school that calls until somebody has taken the child over.
    let waits = turn.owner != Owner::School || row.state == State::EmergencyOut;
    let due_ms = row.due_ms.filter(|due_ms| waits && *due_ms < now_ms)?;
    Some((Unsettled::NotAnswered, due_ms))
}

#[cfg(test)]
mod tests {
    use certs::digest::sha256;
    use certs::referral::EnvelopeId;
    use domain::referral::{Event, Urgency};

    use super::super::tests::{CLINIC, approved, at, consent, opened, played, ready};
    use super::*;
    use crate::ledger::guard_tests::{counsellor, run};
    use crate::ledger::testing::{NOW_MS, School};

    const ENVELOPE: EnvelopeId = EnvelopeId::from_bytes([7; 16]);

    /// What is not settled so many minutes later.
    fn found(school: &School, minutes: i64) -> Vec<(Unsettled, i64)> {
        let later = at(&counsellor(), minutes * MINUTE_MS);
        let read = run(school, move |tx| unsettled(tx, &later)).expect("read");
        read.iter().map(|one| (one.why, (one.since_ms - NOW_MS) / MINUTE_MS)).collect()
    }

    /// What a relay or a recipient said of the letter.
    fn set(school: &School, what: &'static str) {
        let sql = format!("update letter_envelope set {what}");
        let set = run(school, move |tx| Ok(tx.execute(&sql, &[])?));
        assert_eq!(set.expect("set"), 1);
    }

    /// A letter is shown once nobody has it within twice its hop, once its recipient is late, and
    /// once its deletion is; in time nothing is.
    #[test]
    fn a_letter_is_shown_by_what_has_not_happened_to_it() {
        let school = ready();
        let record = opened(&school, Urgency::Urgent);
        consent(&school, CLINIC);
        played(&school, record, &[Event::AskConsent, Event::ConsentGiven]);
        approved(&school, record);
        played(&school, record, &[Event::Send]);
        run(&school, move |tx| {
            let signed = sha256(b"signed");
            let new = letters::NewEnvelope {
                id: ENVELOPE,
                of: (record, 1),
                to: (CLINIC, "370203"),
                parts: 1,
                content: b"x",
                signed,
            };
            Ok(letters::insert(tx, &new, NOW_MS)?)
        })
        .expect("sealed");
        assert!(found(&school, 29).is_empty());
        assert_eq!(found(&school, 31), [(Unsettled::NotTaken, 0)]);
        set(&school, "acked_at_ms = made_at_ms");
        let late = found(&school, 31);
        assert!(matches!(late[..], [(Unsettled::NotAnswered, 1..=15)]), "{late:?}");
        played(&school, record, &[Event::WithdrawConsent]);
        set(&school, "revoked_at_ms = made_at_ms");
        assert!(found(&school, 35 * 60).is_empty());
        assert_eq!(found(&school, 37 * 60), [(Unsettled::NotDeleted, 0)]);
        set(&school, "done_at_ms = made_at_ms");
        assert!(found(&school, 37 * 60).is_empty());
    }
}
