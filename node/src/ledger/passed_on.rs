//! What named a student to somebody outside the school, as the family may read it: hand-overs of
//! referrals, what an agency was given, and what went to another school with a transfer. All else
//! that leaves is a number.
//!
//! Reports by duty, calls in an emergency and what an authority was given are not in it: a guardian
//! may be whom they are about. Whoever shows the list says that it leaves these out.

use domain::ledger::Kind;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::access::Pass;
use super::agency::AgencyOrder;
use super::moving::{self, Stands};
use super::read;
use super::referral::{Referral, ReferralAct};
use super::refusal::LedgerRefusal;

/// One hand-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOn {
    /// A referral, an order to an agency, or a transfer.
    pub kind: Kind,
    /// Day of it.
    pub day: Date,
    /// To whom, by the name that the family was told.
    pub to: String,
}

/// Every hand-over about the student of a pass, the earliest first.
///
/// # Errors
/// The role reads no referral of this student, or the store.
pub fn of(tx: &Tx<'_>, pass: &Pass) -> Result<Vec<PassedOn>, LedgerRefusal> {
    let mut found = Vec::new();
    for act in read::of_student::<ReferralAct>(tx, pass)?.into_iter().map(|kept| kept.entry) {
        // An act that hands nothing over names no recipient.
        if !act.recipient.is_empty() {
            let to = name_of(tx, &act)?;
            found.push(PassedOn { kind: Kind::Referral, day: act.day, to });
        }
    }
    for order in read::of_student::<AgencyOrder>(tx, pass)?.into_iter().map(|kept| kept.entry) {
        if let Some(day) = order.handed {
            found.push(PassedOn { kind: Kind::AgencyOrder, day, to: order.recipient_name });
        }
    }
    for row in moving::all(tx)?.into_iter().filter(|row| row.student == Some(pass.student())) {
        // Before it was sealed nothing went.
        if matches!(row.stands, Stands::Out(_)) && row.envelope.is_some() {
            let day = row.made_at.day();
            found.push(PassedOn { kind: Kind::Transfer, day, to: row.called });
        }
    }
    found.sort_by_key(|one| one.day);
    Ok(found)
}

/// What the referral called the recipient of an act when it named that one.
fn name_of(tx: &Tx<'_>, act: &ReferralAct) -> Result<String, SqlError> {
    let versions = read::versions::<Referral>(tx, act.referral)?.into_iter();
    let mut named = versions.map(|(kept, _)| kept.entry).rev();
    let found = named.find(|referral| referral.recipient == act.recipient);
    Ok(found.map_or_else(|| act.recipient.clone(), |referral| referral.recipient_name))
}

#[cfg(test)]
mod tests {
    use domain::ledger::SchoolRole;
    use domain::ledger::consent::DataClass;
    use domain::ledger::terms::ReadPurpose;
    use domain::referral::{Event, Urgency};
    use jiff::ToSpan as _;

    use super::super::author::Author;
    use super::super::entry::{StaffId, Words};
    use super::super::guard_tests::{CHILD, author, counsellor, head, run};
    use super::super::referral::tests::{CLINIC, approved, consent, opened, played, ready};
    use super::super::testing::{School, TODAY};
    use super::super::{access, write};
    use super::*;

    fn order(handed: Option<Date>) -> AgencyOrder {
        AgencyOrder {
            from: TODAY - 3.days(),
            student: CHILD,
            recipient: "A370202001".to_owned(),
            recipient_name: "晨光社工服务中心".to_owned(),
            contract: "2025-委-07".to_owned(),
            contract_to: TODAY + 300.days(),
            service: "家庭教育指导八次".to_owned(),
            classes: Words::new([DataClass::Identity, DataClass::Reason]),
            staff: StaffId(2),
            handed,
            return_by: TODAY + 60.days(),
            returned: None,
            how: None,
            reply: String::new(),
            cancelled: false,
        }
    }

    fn told(school: &School, by: Author) -> Result<Vec<(Kind, Date, String)>, LedgerRefusal> {
        let found = run(school, move |tx| {
            let pass = access::open(tx, &by, CHILD, ReadPurpose::FamilyRequest)?;
            of(tx, &pass)
        });
        Ok(found?.into_iter().map(|one| (one.kind, one.day, one.to)).collect())
    }

    /// What went to a clinic and to an agency is told with day and name once it went, and not when
    /// it was only opened or ordered; a mentor of nobody is told nothing.
    #[test]
    fn what_went_out_is_told_once_it_went() {
        let school = ready();
        let record = opened(&school, Urgency::Routine);
        consent(&school, CLINIC);
        approved(&school, record);
        // Past the rules: the family's paper to an agency is not what this is about.
        let put = |handed| {
            let entry = order(handed);
            run(&school, move |tx| write::insert(tx, &head(), &entry, None)).expect("order")
        };
        put(None);
        assert!(told(&school, counsellor()).expect("read").is_empty());
        played(&school, record, &[Event::AskConsent, Event::ConsentGiven, Event::Send]);
        put(Some(TODAY - 2.days()));
        let wanted = [
            (Kind::AgencyOrder, TODAY - 2.days(), "晨光社工服务中心".to_owned()),
            (Kind::Referral, TODAY, "示例医院".to_owned()),
        ];
        assert_eq!(told(&school, head()).expect("read"), wanted);
        let mentor = author("mentor", SchoolRole::Mentor, 3);
        assert!(matches!(told(&school, mentor), Err(LedgerRefusal::NotAllowed)));
    }
}
