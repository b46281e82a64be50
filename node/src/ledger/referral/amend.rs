//! A draft put right before anything has left: what it says of the child, as a new version each
//! time, with who and why.
//!
//! Whoever approved the words before did not approve these, and a family that agreed is asked again
//! where they change what its paper lets out.

use domain::ledger::consent::DataClass;
use domain::ledger::{Action, Area};
use domain::referral::{Concern, Event, Fact, Refused, RiskNow, State, Urgency};
use runtime::params;
use runtime::sql::Tx;

use super::super::author::Author;
use super::super::entry::{RecordId, Words};
use super::super::refusal::LedgerRefusal;
use super::super::{read, write};
use super::acts::put;
use super::course::{Course, course};
use super::facts::open_case;
use super::{LiveConsent, Referral};

/// What of a draft can be put right; whom it goes to is named by an act of its own.
#[derive(Clone)]
pub struct Amendment {
    /// The version that was looked at.
    pub seen: u32,
    /// How urgent it is.
    pub urgency: Urgency,
    /// Why, in coded words.
    pub concerns: Vec<Concern>,
    /// Whether there is a risk now.
    pub risk: RiskNow,
    /// Means at hand, who protects the child, medication that is known; each may be empty.
    pub known: (String, String, String),
    /// Why it is put right.
    pub why: String,
}

/// Whether a referral can be put right: until anything has left the school but an emergency that
/// was stood down.
#[must_use]
pub fn is_amendable(course: &Course) -> bool {
    let is_here = matches!(course.state, State::Draft | State::ConsentPending | State::Consented);
    is_here && course.trail.knows(Fact::NothingLeft) == Some(true)
}

/// Puts a draft right. It makes no emergency, which names its danger and whom it called.
///
/// # Errors
/// The role may not, something has left, somebody changed it since it was looked at, no reason is
/// written, it has no open case and is no emergency, or a rule; nothing was written.
pub fn amend(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    right: &Amendment,
) -> Result<(), LedgerRefusal> {
    let now = course(tx, record)?;
    let entry = &now.referral.entry;
    write::allow(tx, author, Action::Write(Area::Referral), Some(entry.student))?;
    if !is_amendable(&now) {
        return Err(Refused::State { from: now.state }.into());
    }
    if right.seen != now.referral.version {
        return Err(LedgerRefusal::Changed);
    }
    if right.why.trim().is_empty() {
        return Err(LedgerRefusal::Reason);
    }
    let is_emergency = right.urgency == Urgency::Emergency;
    if is_emergency && entry.urgency != Urgency::Emergency {
        return Err(Refused::Missing(vec![Fact::ImminentDanger]).into());
    }
    if !is_emergency && open_case(tx, entry.student)?.is_none() {
        return Err(Refused::Missing(vec![Fact::TierAllows]).into());
    }
    let [means, protection, medication] =
        [&right.known.0, &right.known.1, &right.known.2].map(|text| text.trim().to_owned());
    let (asked_staff, approved_by, approved_at) = (author.staff(), None, None);
    let amended = Referral {
        urgency: right.urgency,
        concerns: Words::new(right.concerns.iter().copied()),
        risk: right.risk,
        means,
        protection,
        medication,
        asked_staff,
        approved_by,
        approved_at,
        ..entry.clone()
    };
    if amended.urgency == entry.urgency && says(&amended) == says(entry) {
        return Ok(());
    }
    put(tx, &author.because(right.why.trim()), (record, now.referral.version), &amended, None)
}

/// What a referral says of the child, by the class of data that lets it out.
fn says(entry: &Referral) -> (&Words<Concern>, (RiskNow, [&str; 3])) {
    let known = [&entry.means, &entry.protection, &entry.medication].map(String::as_str);
    (&entry.concerns, (entry.risk, known))
}

/// Whether what would leave on a consent is what it was confirmed for: nothing of it was put right
/// since. By the order of the journal, which two writes of one instant have too.
pub(super) fn is_as_confirmed(
    tx: &Tx<'_>,
    now: &Course,
    consent: &LiveConsent,
) -> Result<bool, LedgerRefusal> {
    let Some(given) = now.last(Event::ConsentGiven) else { return Ok(false) };
    let record = now.referral.record;
    let known = tx.query_opt(
        "select max(r.version) from journal r, journal a
         where r.record = $1 and a.record = $2 and a.version = 1 and r.entry < a.entry",
        params![record.0, given.record.0],
        |row| row.u32(0),
    )?;
    let versions = read::versions::<Referral>(tx, record)?;
    let confirmed = versions.iter().find(|(kept, _)| Some(kept.version) == known);
    let Some((confirmed, _)) = confirmed else { return Ok(false) };
    let (before, after) = (says(&confirmed.entry), says(&now.referral.entry));
    Ok(before.0 == after.0 && (before.1 == after.1 || !consent.covers(DataClass::Risk)))
}
