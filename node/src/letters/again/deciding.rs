//! What a person sees of letters that were put aside, without what they say, and decides.

use certs::referral::EnvelopeId;
use domain::ledger::{Action, Area, SchoolRole};
use domain::receiver::Duty;
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::count;
use crate::intake::IntakeError;
use crate::ledger::aside::{self, Aside, Kind};
use crate::ledger::author::Author;
use crate::ledger::entry::RecordId;
use crate::ledger::intake::Worker;
use crate::ledger::letters as store;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{referral, write};
use crate::letters::answers;

/// What is put aside about one envelope, without what it says.
pub(crate) struct Waiting {
    /// The envelope that it is about, or the name of a transfer.
    pub(crate) about: EnvelopeId,
    /// What it is.
    pub(crate) kind: Kind,
    /// Which referral, where it answers one.
    pub(crate) referral: Option<RecordId>,
    /// Unit id of who is asked.
    pub(crate) sender: String,
    /// When the first of it came.
    pub(crate) since_ms: i64,
    /// How many letters.
    pub(crate) letters: usize,
    /// How often its sender was asked, and when last.
    pub(crate) question: aside::Question,
}

/// What is put aside of what a role may see, for whoever may write referrals: that there is a tip
/// the head alone is told, and that there is a caller the counsellor.
///
/// # Errors
/// The role may not, or the store.
pub(crate) fn waiting(tx: &Tx<'_>, author: &Author) -> Result<Vec<Waiting>, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Referral), None)?;
    let mut seen = Vec::new();
    for one in aside::all(tx, None)? {
        if may_see(tx, author, &one)? {
            seen.push(one);
        }
    }
    Ok(grouped(tx, seen)?)
}

/// The same at a receiver, for whoever sees its lists.
///
/// # Errors
/// The role sees no list, or the store.
pub(crate) fn at_receiver(tx: &Tx<'_>, worker: &Worker) -> Result<Vec<Waiting>, IntakeError> {
    if !worker.may(Duty::List) {
        return Err(IntakeError::NotAllowed);
    }
    let all = aside::all(tx, None)?;
    Ok(grouped(tx, all)?)
}

fn grouped(tx: &Tx<'_>, all: Vec<Aside>) -> Result<Vec<Waiting>, SqlError> {
    let mut found: Vec<Waiting> = Vec::new();
    for one in all {
        if let Some(known) = found.iter_mut().find(|known| known.about == one.about) {
            known.letters += 1;
            continue;
        }
        let of = store::envelope(tx, one.about)?;
        found.push(Waiting {
            about: one.about,
            kind: one.kind,
            referral: of.map(|of| of.referral),
            sender: unit_of(&one.sender),
            since_ms: one.came_at_ms,
            letters: 1,
            question: aside::question(tx, one.about)?,
        });
    }
    Ok(found)
}

/// The unit of a certificate's name.
fn unit_of(name: &str) -> String {
    name.split('.').next().unwrap_or_default().to_ascii_uppercase()
}

/// Whether somebody may see that such a letter came, and decide about it.
fn may_see(tx: &Tx<'_>, author: &Author, one: &Aside) -> Result<bool, LedgerRefusal> {
    let area = match one.kind {
        Kind::Tip => return Ok(author.role() == SchoolRole::MoralHead),
        Kind::HandOff => return Ok(author.role() == SchoolRole::Counsellor),
        Kind::CardAnswer | Kind::Card => Area::Conference,
        Kind::Transfer => Area::Roll,
        Kind::Reply => Area::DutyReport,
        Kind::Answer | Kind::Referral | Kind::Report => Area::Referral,
    };
    // Where it is about one student, who decides is looked at once more.
    let student = match store::envelope(tx, one.about)? {
        Some(of) => Some(referral::course(tx, of.referral)?.referral.entry.student),
        None => None,
    };
    is_allowed(write::allow(tx, author, Action::Write(area), student))
}

fn is_allowed(allowed: Result<(), LedgerRefusal>) -> Result<bool, LedgerRefusal> {
    match allowed {
        Ok(()) => Ok(true),
        Err(LedgerRefusal::NotAllowed) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Counts the answers that are put aside about an envelope, since somebody at their sender said by
/// telephone that they are its own, who is named. What is to be sealed anew counts in no such way:
/// nothing of it is here.
///
/// # Errors
/// The role may not, nobody is named, no answer is put aside, or the store; nothing was written.
pub(crate) fn told(
    tx: &Tx<'_>,
    author: &Author,
    (about, who): (EnvelopeId, &str),
) -> Result<(), LedgerRefusal> {
    let (mut all, who) = (put_aside_about(tx, author, about)?, who.trim());
    if who.is_empty() {
        return Err(LedgerRefusal::Field("who"));
    }
    all.retain(|one| one.kind.is_answer());
    if all.is_empty() {
        return Err(LedgerRefusal::NotWaiting);
    }
    let now = Timestamp::from_millisecond(author.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
    let by = format!("{who}（{}）", author.account());
    for one in all {
        count(tx, &one, now)?;
        aside::vouched(tx, (one.id, one.kind), &by)?;
    }
    answers::settle(tx, about, now)
}

/// Lets go of what is put aside about an envelope: it is nobody's, or its sender is gone for good.
///
/// # Errors
/// The role may not, nothing is put aside, or the store; nothing was written.
pub(crate) fn let_go(tx: &Tx<'_>, author: &Author, about: EnvelopeId) -> Result<(), LedgerRefusal> {
    let all = put_aside_about(tx, author, about)?;
    Ok(all.iter().try_for_each(|one| aside::forget(tx, one.id))?)
}

fn put_aside_about(
    tx: &Tx<'_>,
    author: &Author,
    about: EnvelopeId,
) -> Result<Vec<Aside>, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Referral), None)?;
    let all = aside::all(tx, Some(about))?;
    if all.is_empty() {
        return Err(LedgerRefusal::NotWaiting);
    }
    for one in &all {
        // That there is one is told to nobody else.
        if !may_see(tx, author, one)? {
            return Err(LedgerRefusal::NotWaiting);
        }
    }
    Ok(all)
}
