//! The contact protocol of a case: guardian, police, hospital and community, each with who it is
//! with, by when, and what came of it.
//!
//! A contact is of a case. A telephone call about a referral is of that referral and is written
//! there, once: the protocol shows it beside its own lines and never copies it. Both obey one rule
//! about guardians whom nobody may contact.

use domain::ledger::Area;
use domain::ledger::terms::{ContactWay, LiaisonParty};
use domain::referral::CallParty;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::Tx;

use super::alert::AlertCase;
use super::author::Author;
use super::entry::{Entry as _, Kept, RecordId, Rules, StaffId, StudentId, entry};
use super::referral::{ReferralCall, kin};
use super::refusal::{Flaw, LedgerRefusal};
use super::{access, case, read};

entry! {
    /// A contact about a case that is due, or was made.
    pub struct CaseContact = CaseContact, day due {
        /// Day by which it is made.
        due: Date = "day",
        /// Whose case.
        student: StudentId = "student",
        /// Case of the early-warning ledger.
        case: RecordId = "of_case",
        /// With whom.
        party: LiaisonParty = "party",
        /// Name or post of that one.
        who: String = "who",
        /// Telephone, may be empty.
        phone: String = "phone",
        /// Who makes it.
        staff: StaffId = "staff",
        /// Day on which it was made.
        done: Option<Date> = "done",
        /// How.
        way: Option<ContactWay> = "way",
        /// What was told and agreed.
        detail: String = "detail",
        /// No longer due.
        cancelled: bool = "cancelled",
    }
}

impl Rules for CaseContact {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        self.done.is_none() && !self.cancelled
    }

    fn happened(&self) -> Vec<Date> {
        self.done.into_iter().collect()
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        let case = read::one::<AlertCase>(tx, self.case)?;
        if case.ok_or(LedgerRefusal::Field("of_case"))?.entry.student != self.student {
            return Err(LedgerRefusal::OtherStudent("of_case", self.case));
        }
        if self.who.trim().is_empty() {
            return Err(LedgerRefusal::Flawed("who", Flaw::Empty));
        }
        // What was made before the case is no part of it.
        let entered = case::opened_on(tx, self.case)?;
        if self.done.is_some_and(|done| done < entered) {
            return Err(LedgerRefusal::Flawed("done", Flaw::BeforeCase(entered)));
        }
        if self.done.is_some() != self.way.is_some() {
            return Err(LedgerRefusal::Field("way"));
        }
        author.check_cancelled(self.cancelled, self.done.is_some())?;
        self.check_guardian(tx, author, own)
    }
}

impl CaseContact {
    /// Nobody contacts a guardian whom nobody may contact. What was made before the guardian was
    /// marked is put right like any other entry: it sends nobody to that guardian.
    fn check_guardian(
        &self,
        tx: &Tx<'_>,
        author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        if self.party != LiaisonParty::Guardian || self.cancelled {
            return Ok(());
        }
        let before = own.map(|own| read::one::<Self>(tx, own)).transpose()?.flatten();
        let is_made = |before: &Self| {
            let same = (self.party, self.who.as_str()) == (before.party, before.who.as_str());
            same && self.done.is_some() && before.done.is_some()
        };
        if before.is_some_and(|kept| is_made(&kept.entry)) {
            return Ok(());
        }
        match kin(tx, self.student, author.today())?.may_call(&self.who, &self.phone) {
            true => Ok(()),
            false => Err(LedgerRefusal::Uncontacted),
        }
    }
}

/// The contact protocol of a case.
pub struct Protocol {
    /// Its contacts, those that are due first, then the latest.
    pub contacts: Vec<Kept<CaseContact>>,
    /// Calls about referrals of the case, the latest first; none for who may not read referrals.
    pub calls: Vec<Kept<ReferralCall>>,
}

/// The contact protocol of a case; whoever asks was let see the case, and calls about its referrals
/// are for who may read those.
///
/// # Errors
/// There is no such case, or the store cannot be read.
pub fn protocol(
    tx: &Tx<'_>,
    reader: &Author,
    case: RecordId,
) -> Result<(StudentId, Protocol), LedgerRefusal> {
    let student = read::one::<AlertCase>(tx, case)?.ok_or(LedgerRefusal::Unknown)?.entry.student;
    let of_case = "from standing r join TABLE t on t.record = r.id and t.version = r.version
        where r.kind = $1 and t.of_case = $2 order by r.waiting desc, r.day desc, r.id desc";
    let kind = domain::ledger::Word::as_str(CaseContact::KIND);
    let contacts = read::select(tx, of_case, params![kind, case.0])?;
    let calls = match access::may_read(tx, reader, student, Area::Referral)? {
        false => Vec::new(),
        true => {
            let kind = domain::ledger::Word::as_str(ReferralCall::KIND);
            let calls = "from standing r join TABLE t on t.record = r.id and t.version = r.version
                join standing f on f.id = t.referral
                join referral g on g.record = f.id and g.version = f.version
                where r.kind = $1 and g.of_case = $2 order by t.contacted_at desc, r.id desc";
            read::select(tx, calls, params![kind, case.0])?
        }
    };
    Ok((student, Protocol { contacts, calls }))
}

impl Protocol {
    /// The contacts with somebody.
    pub fn with(&self, party: LiaisonParty) -> impl Iterator<Item = &Kept<CaseContact>> {
        self.contacts.iter().filter(move |kept| kept.entry.party == party)
    }

    /// The calls about referrals that were with somebody; one to the district's desk, to police or
    /// to civil affairs is told as what it is, among the police's.
    pub fn calls_with(&self, party: LiaisonParty) -> impl Iterator<Item = &Kept<ReferralCall>> {
        let wanted = match party {
            LiaisonParty::Guardian => Some(CallParty::Guardian),
            LiaisonParty::Hospital => Some(CallParty::Recipient),
            LiaisonParty::Police => Some(CallParty::Desk),
            LiaisonParty::Community => None,
        };
        self.calls.iter().filter(move |kept| Some(kept.entry.party) == wanted)
    }
}

#[cfg(test)]
mod tests;
