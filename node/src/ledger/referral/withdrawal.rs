//! What is taken back: by the family in either place, and what the recipient answers to it.

use std::collections::BTreeSet;

use domain::ledger::consent::{Answer, NoConsent, Purpose};
use domain::ledger::{Action, Area, Word as _};
use domain::referral::history::Standing;
use domain::referral::{Actor, Event, Refused, State, step};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::super::author::Author;
use super::super::consent::{self, Consent};
use super::super::entry::{Kept, RecordId, StudentId};
use super::super::refusal::LedgerRefusal;
use super::super::{read, write};
use super::acts::{check, put_act, reasoned};
use super::course::{Course, course, mark, of_student};
use super::{Referral, ReferralAct, Told};

/// The consent on which a referral stands: that of its last act which took effect and had one. None
/// from an emergency on, which no withdrawal undoes.
pub(super) fn stands_on(course: &Course) -> Option<RecordId> {
    let decides = |act: &ReferralAct| act.consent.is_some() || act.event == Event::Emergency;
    course.last_of(decides).and_then(|act| act.entry.consent)
}

/// Every unit that a referral was handed to, by name.
///
/// # Errors
/// The store.
pub fn handed_to(tx: &Tx<'_>, course: &Course) -> Result<BTreeSet<String>, LedgerRefusal> {
    let acts = course.acts.iter().map(|(act, _)| act.entry.recipient.as_str());
    let handed: BTreeSet<&str> = acts.filter(|recipient| !recipient.is_empty()).collect();
    let versions = read::versions::<Referral>(tx, course.referral.record)?.into_iter();
    let named = versions.map(|(kept, _)| kept.entry);
    let to = named.filter(|entry| handed.contains(entry.recipient.as_str()));
    Ok(to.map(|entry| entry.recipient_name).collect())
}

/// A guardian, the student, or the school for them withdraws the consent on which a referral
/// stands, and with it every referral over it.
///
/// # Errors
/// The role may not, it stands on none, or the store; nothing was written.
pub fn withdraw(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    actor: Actor,
    told: &Told,
) -> Result<State, LedgerRefusal> {
    let now = course(tx, record)?;
    let entry = &now.referral.entry;
    write::allow(tx, author, Action::Write(Area::Referral), Some(entry.student))?;
    check(tx, author, (&now, Event::WithdrawConsent, actor), told, None)?;
    if told.who.trim().is_empty() {
        return Err(LedgerRefusal::Field("who"));
    }
    let paper = stands_on(&now).ok_or(Refused::State { from: now.state })?;
    put_act(tx, author, (&now, Event::WithdrawConsent, actor), told, None)?;
    let state = mark(tx, record)?;
    let given = read::one::<Consent>(tx, paper)?;
    if let Some(kept) = given.filter(|kept| kept.entry.answer == Answer::Given) {
        write::allow(tx, author, Action::Write(Area::Consent), Some(entry.student))?;
        let withdrawn = Some(told.day);
        let ended = Consent { answer: Answer::Withdrawn, withdrawn, ..kept.entry };
        let by = reasoned(author, &told.who);
        write::put_change(tx, &by, (kept.record, kept.version), &ended, None)?;
    }
    Ok(state)
}

/// Withdraws every referral of a student that stands on a consent which the family has taken back,
/// in the transaction that writes the paper.
///
/// # Errors
/// The store.
pub fn heed(tx: &Tx<'_>, author: &Author, student: StudentId) -> Result<(), LedgerRefusal> {
    for now in of_student(tx, student)? {
        let can = step(now.state, Event::WithdrawConsent, Actor::Guardian, |_| true).is_ok();
        let Some(record) = stands_on(&now).filter(|_| can) else { continue };
        let recipient = match read::one::<Consent>(tx, record)? {
            Some(kept) => kept.entry.recipient,
            None => now.referral.entry.recipient.clone(),
        };
        let wanted = (Purpose::Referral, recipient.as_str());
        let said = consent::standing(tx, student, wanted, super::LEAST, author.today());
        match said {
            Err(LedgerRefusal::Consent(NoConsent::Withdrawn | NoConsent::Refused)) => {}
            Err(LedgerRefusal::Consent(_)) | Ok(_) => continue,
            Err(other) => return Err(other),
        }
        let heard = consent::heard(tx, Some(student))?.into_iter().rev().map(|kept| kept.entry);
        let mut noes = heard.filter(|one| one.answer.is_no() && one.answers(wanted));
        let (actor, who) = noes.next().map_or((Actor::Guardian, String::new()), |paper| by(&paper));
        let told = Told { who, ..Told::on(author.today()) };
        put_act(tx, author, (&now, Event::WithdrawConsent, actor), &told, None)?;
        mark(tx, now.referral.record)?;
    }
    Ok(())
}

/// Who says no on a paper, as far as it tells.
fn by(paper: &Consent) -> (Actor, String) {
    match paper.relation {
        Some(relation) => (Actor::Guardian, relation.label().0.to_owned()),
        None if paper.student_signed.is_some() => {
            (Actor::Student, Actor::Student.label().0.to_owned())
        }
        None => (Actor::Guardian, String::new()),
    }
}

/// Notes what a recipient answered after something was taken back: that it deleted, and what it
/// keeps under which duty.
///
/// # Errors
/// The role may not, nothing waits for such an answer, or the store; nothing was written.
pub fn reply(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    (day, who, keeps): (Date, &str, &str),
) -> Result<(), LedgerRefusal> {
    let now = course(tx, record)?;
    let student = now.referral.entry.student;
    write::allow(tx, author, Action::Write(Area::Referral), Some(student))?;
    if who.trim().is_empty() {
        return Err(LedgerRefusal::Field("who"));
    }
    let takes_back = |(act, how): &&(Kept<ReferralAct>, Standing)| {
        matches!(how, Standing::Took(_)) && act.entry.is_unanswered()
    };
    let waiting = now.acts.iter().find(takes_back).ok_or(LedgerRefusal::NotWaiting)?;
    let (kept, author) = (&waiting.0, reasoned(author, who));
    let said = [who.trim(), keeps.trim()].into_iter().filter(|text| !text.is_empty());
    let answered = ReferralAct {
        acknowledged: Some(day),
        reply: said.collect::<Vec<_>>().join("："),
        ..kept.entry.clone()
    };
    write::put_change(tx, &author, (kept.record, kept.version), &answered, None)?;
    Ok(())
}
