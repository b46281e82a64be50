//! What is taken back: by the family in either place, and what the recipient answers to it.

use domain::ledger::consent::{Answer, NoConsent, Purpose};
use domain::ledger::{Action, Area};
use domain::referral::history::Standing;
use domain::referral::{Actor, Event, State, step};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::super::author::Author;
use super::super::consent::{self, Consent};
use super::super::entry::{Kept, RecordId, StudentId};
use super::super::refusal::LedgerRefusal;
use super::super::write;
use super::acts::{check, put_act, reasoned};
use super::course::{course, mark, of_student};
use super::{ReferralAct, Told};

/// A guardian, the student, or the school for them withdraws: the consent where one is named by the
/// referral, and with it every referral over it; else the referral alone.
///
/// # Errors
/// The role may not, there is nothing to withdraw, or the store; nothing was written.
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
    put_act(tx, author, (&now, Event::WithdrawConsent, actor), told, None)?;
    let state = mark(tx, record)?;
    let wanted = (Purpose::Referral, entry.recipient.as_str());
    let standing = consent::standing(tx, entry.student, wanted, super::LEAST, author.today());
    if let Ok(kept) = standing {
        write::allow(tx, author, Action::Write(Area::Consent), Some(entry.student))?;
        let withdrawn = Some(told.day);
        let ended = Consent { answer: Answer::Withdrawn, withdrawn, ..kept.entry };
        let by = reasoned(author, &told.who);
        write::put_change(tx, &by, (kept.record, kept.version), &ended, None)?;
    }
    Ok(state)
}

/// Withdraws every referral of a student whose consent a family has taken back, in the transaction
/// that writes the paper.
///
/// # Errors
/// The store.
pub fn heed(tx: &Tx<'_>, author: &Author, student: StudentId) -> Result<(), LedgerRefusal> {
    for now in of_student(tx, student)? {
        let entry = &now.referral.entry;
        let stands_on_one = now.acts.iter().any(|(act, _)| act.entry.consent.is_some());
        let can = step(now.state, Event::WithdrawConsent, Actor::Guardian, |_| true).is_ok();
        if !stands_on_one || !can {
            continue;
        }
        let wanted = (Purpose::Referral, entry.recipient.as_str());
        let said = consent::standing(tx, student, wanted, super::LEAST, author.today());
        let is_taken_back =
            matches!(said, Err(LedgerRefusal::Consent(NoConsent::Withdrawn | NoConsent::Refused)));
        if is_taken_back {
            let told = Told::on(author.today());
            put_act(tx, author, (&now, Event::WithdrawConsent, Actor::Guardian), &told, None)?;
            mark(tx, now.referral.record)?;
        }
    }
    Ok(())
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
