//! Orders to third-party agencies: the least data, under a contract on processing, with the
//! family's consent, for a time.
//!
//! Nothing is handed over without a contract that runs and a consent that names this agency and
//! these data on that day. What an agency holds is due back by the day of the order, and at once
//! where the consent has ended since. That day lies within the contract. An order with data out
//! never simply ends: it asks until they were returned or deleted. A handing over that was entered
//! by slip is taken out by a version with its reason, after which the order asks for it again.
//! Where directories list agencies for this school, an order goes to one that may be chosen on its
//! day; an agency that is barred since keeps no return from being entered.

use domain::ledger::consent::{DataClass, Purpose};
use domain::ledger::day::check_span;
use domain::ledger::terms::DataEnd;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::agency_listed::{self, AgencyBar};
use super::author::Author;
use super::consent;
use super::entry::{RecordId, Rules, StaffId, StudentId, Words, entry};
use super::refusal::{Flaw, LedgerRefusal};

entry! {
    /// An order to an agency.
    pub struct AgencyOrder = AgencyOrder, day from {
        /// First day of the service.
        from: Date = "day",
        /// For whom.
        student: StudentId = "student",
        /// Id of the agency.
        recipient: String = "recipient",
        /// Its name as told to the family.
        recipient_name: String = "recipient_name",
        /// Number of the contract on processing.
        contract: String = "contract",
        /// Last day of that contract.
        contract_to: Date = "contract_to",
        /// What is ordered.
        service: String = "service",
        /// Kinds of data that it is given, and no others.
        classes: Words<DataClass> = "classes",
        /// Who answers for the order.
        staff: StaffId = "staff",
        /// Day on which the data were handed over.
        handed: Option<Date> = "handed",
        /// Day by which they are returned or deleted.
        return_by: Date = "return_by",
        /// Day on which they were.
        returned: Option<Date> = "returned",
        /// Which of the two.
        how: Option<DataEnd> = "how",
        /// What the agency answered, may be empty.
        reply: String = "reply",
        /// Nothing was handed over and nothing will be.
        cancelled: bool = "cancelled",
    }
}

/// What an agency holds of an order that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Nothing was handed over yet.
    Nothing,
    /// Data, with the family's consent.
    Data,
    /// Data for which the consent has ended.
    Unfounded,
}

impl Rules for AgencyOrder {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        self.returned.is_none() && !self.cancelled
    }

    /// An order may be for later; what was done lies behind.
    fn happened(&self) -> Vec<Date> {
        [self.handed, self.returned].into_iter().flatten().collect()
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        let texts = [
            ("recipient", &self.recipient),
            ("recipient_name", &self.recipient_name),
            ("contract", &self.contract),
            ("service", &self.service),
        ];
        if let Some((name, _)) = texts.iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(LedgerRefusal::Flawed(name, Flaw::Empty));
        }
        if self.classes.as_slice().is_empty() {
            return Err(LedgerRefusal::Flawed("classes", Flaw::Empty));
        }
        check_span(self.from, Some(self.return_by))?;
        if self.contract_to < self.from {
            return Err(LedgerRefusal::Flawed("contract_to", Flaw::Before("day")));
        }
        let before = own.map(|own| super::read::one::<Self>(tx, own)).transpose()?.flatten();
        let before = before.map(|kept| kept.entry);
        self.check_kept(before.as_ref())?;
        self.check_end(author)?;
        self.check_listed(tx, before.as_ref())?;
        self.check_handed(tx, before.as_ref())
    }
}

impl AgencyOrder {
    /// What was handed over is not unsaid and called off in one step, which would take it off the
    /// work list, and is due back while the contract runs. An older order whose days stand as they
    /// stood is not asked: its return is still to be entered.
    fn check_kept(&self, before: Option<&Self>) -> Result<(), LedgerRefusal> {
        if self.cancelled && before.is_some_and(|before| before.handed.is_some()) {
            return Err(LedgerRefusal::Field("cancelled"));
        }
        let days = (self.return_by, self.contract_to);
        let is_as_before =
            before.is_some_and(|before| (before.return_by, before.contract_to) == days);
        if self.return_by > self.contract_to && !is_as_before {
            return Err(LedgerRefusal::Flawed("return_by", Flaw::Limit));
        }
        Ok(())
    }

    /// How it ends: what was handed over is returned or deleted, and is never called off.
    fn check_end(&self, author: &Author) -> Result<(), LedgerRefusal> {
        if self.returned.is_some() != self.how.is_some() {
            return Err(LedgerRefusal::Field("how"));
        }
        match (self.handed, self.returned) {
            (None, Some(_)) => return Err(LedgerRefusal::Field("returned")),
            (Some(handed), Some(returned)) if returned < handed => {
                return Err(LedgerRefusal::Flawed("returned", Flaw::Before("handed")));
            }
            _ => {}
        }
        author.check_cancelled(self.cancelled, self.handed.is_some())
    }

    /// That a directory lets the agency be chosen on the day of the order, or of its handing over.
    /// What stands as it stood is not asked again, nor what ends an order.
    fn check_listed(&self, tx: &Tx<'_>, before: Option<&Self>) -> Result<(), LedgerRefusal> {
        let is_as_before = before.is_some_and(|before| {
            (&before.recipient, before.handed) == (&self.recipient, self.handed)
        });
        // Taking a handing over out, or calling off, is no new order.
        let ends = self.cancelled
            || before
                .is_some_and(|before| before.recipient == self.recipient && self.handed.is_none());
        if is_as_before || ends {
            return Ok(());
        }
        let day = self.handed.unwrap_or(self.from);
        match agency_listed::bar(tx, &self.recipient, day)? {
            None => Ok(()),
            Some(bar) => Err(LedgerRefusal::Agency(bar)),
        }
    }

    /// Why nothing more may go to the agency on a day.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn agency_bar(&self, tx: &Tx<'_>, day: Date) -> Result<Option<AgencyBar>, SqlError> {
        agency_listed::bar(tx, &self.recipient, day)
    }

    /// What allows the handing over on its day. An order whose handing over stands as it stood is
    /// not asked again: that the family has withdrawn since must not keep the return from being
    /// entered.
    fn check_handed(&self, tx: &Tx<'_>, before: Option<&Self>) -> Result<(), LedgerRefusal> {
        let Some(handed) = self.handed else { return Ok(()) };
        if handed > self.contract_to {
            return Err(LedgerRefusal::Flawed("handed", Flaw::Limit));
        }
        if handed > self.return_by {
            return Err(LedgerRefusal::Flawed("return_by", Flaw::Before("handed")));
        }
        let same = |before: &Self| {
            let wanted = (&self.recipient, self.classes.as_slice(), self.handed);
            wanted == (&before.recipient, before.classes.as_slice(), before.handed)
        };
        if before.is_some_and(same) {
            return Ok(());
        }
        self.consented(tx, handed)
    }

    fn consented(&self, tx: &Tx<'_>, day: Date) -> Result<(), LedgerRefusal> {
        let wanted = (Purpose::Agency, self.recipient.trim());
        consent::standing(tx, self.student, wanted, self.classes.as_slice(), day).map(drop)
    }

    /// What the agency holds on a day.
    ///
    /// # Errors
    /// There is no such student, or the store cannot be read.
    pub fn holds(&self, tx: &Tx<'_>, day: Date) -> Result<Holds, LedgerRefusal> {
        if self.handed.is_none() {
            return Ok(Holds::Nothing);
        }
        match self.consented(tx, day) {
            Ok(()) => Ok(Holds::Data),
            Err(LedgerRefusal::Consent(_)) => Ok(Holds::Unfounded),
            Err(other) => Err(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::directory::{Bar, Validity};
    use domain::ledger::SchoolRole;
    use domain::ledger::consent::Answer;
    use domain::ledger::terms::Relation;
    use jiff::ToSpan as _;

    use super::super::agency_listed::ListedAgency;
    use super::super::consent::Consent;
    use super::super::destroy::has_data_out;
    use super::super::duty::{DutyKind, duties};
    use super::super::guard_tests::{CHILD, author, counsellor, head, run, school};
    use super::super::testing::{School, TODAY};
    use super::super::write;
    use super::*;

    const AGENCY: &str = "A370202001";

    fn order() -> AgencyOrder {
        AgencyOrder {
            from: TODAY,
            student: CHILD,
            recipient: AGENCY.to_owned(),
            recipient_name: "晨光社工服务中心".to_owned(),
            contract: "2025-委-07".to_owned(),
            contract_to: TODAY + 300.days(),
            service: "家庭教育指导八次".to_owned(),
            classes: Words::new([DataClass::Identity, DataClass::Reason]),
            staff: StaffId(2),
            handed: None,
            return_by: TODAY + 60.days(),
            returned: None,
            how: None,
            reply: String::new(),
            cancelled: false,
        }
    }

    fn paper(answer: Answer) -> Consent {
        Consent {
            recipient: AGENCY.to_owned(),
            recipient_name: "晨光社工服务中心".to_owned(),
            classes: Words::new([DataClass::Identity, DataClass::Reason]),
            relation: Some(Relation::Mother),
            guardian_signed: Some(TODAY),
            student_signed: Some(TODAY),
            child_view: "愿意".to_owned(),
            valid_to: TODAY + 90.days(),
            form_digest: "ab".repeat(32),
            notice_version: "v1".to_owned(),
            ..Consent::bare(CHILD, (Purpose::Agency, answer), TODAY)
        }
    }

    fn enter<T: Rules>(school: &School, entry: T) -> Result<RecordId, LedgerRefusal> {
        run(school, move |tx| write::add(tx, &head(), &entry))
    }

    fn due(school: &School, by: Author) -> Vec<DutyKind> {
        let found = run(school, move |tx| Ok(duties(tx, &by, |_| true)?.shown)).expect("duties");
        let kinds = found.iter().map(|duty| duty.kind);
        let own = [
            DutyKind::AgencyHand,
            DutyKind::AgencyReturn,
            DutyKind::AgencyRecall,
            DutyKind::AgencyBarred,
        ];
        kinds.filter(|kind| own.contains(kind)).collect()
    }

    /// Data are handed over on the family's consent to this agency and these data only; until they
    /// are back the order asks for them, at once where the family withdrew.
    #[test]
    fn data_go_out_on_a_consent_and_are_asked_for_until_they_are_back() {
        let school = school();
        let record = enter(&school, order()).expect("order");
        assert_eq!(due(&school, head()), [DutyKind::AgencyHand]);
        let mentor = author("mentor", SchoolRole::Mentor, 3);
        assert!(due(&school, mentor).is_empty());
        let out = || AgencyOrder { handed: Some(TODAY), ..order() };
        let change = |seen: u32, entry: AgencyOrder| {
            run(&school, move |tx| write::update(tx, &head(), (record, seen), &entry))
        };
        assert!(matches!(change(1, out()), Err(LedgerRefusal::Consent(_))), "nobody was asked");
        enter(&school, paper(Answer::Given)).expect("consent");
        let more = Words::new([DataClass::Identity, DataClass::Scores]);
        let wider = AgencyOrder { classes: more, ..out() };
        assert!(matches!(change(1, wider), Err(LedgerRefusal::Consent(_))), "scores were not");
        let other = AgencyOrder { recipient: "A2".to_owned(), ..out() };
        assert!(matches!(change(1, other), Err(LedgerRefusal::Consent(_))), "another agency");
        let is_out = || run(&school, |tx| Ok(has_data_out(tx, CHILD)?)).expect("read");
        assert!(!is_out(), "an order alone keeps nobody's record");
        change(1, out()).expect("handed over");
        assert!(is_out(), "nobody could ask for them without the order");
        assert_eq!(due(&school, counsellor()), [DutyKind::AgencyReturn]);
        let no = Consent { withdrawn: Some(TODAY), ..paper(Answer::Withdrawn) };
        enter(&school, no).expect("withdrawn");
        assert_eq!(due(&school, head()), [DutyKind::AgencyRecall]);
        // The withdrawal does not keep the return from being entered.
        let back = || AgencyOrder {
            returned: Some(TODAY),
            how: Some(DataEnd::Deleted),
            reply: "已删除，出具书面确认".to_owned(),
            ..out()
        };
        for handed in [None, Some(TODAY)] {
            let off = AgencyOrder { cancelled: true, handed, ..order() };
            assert!(matches!(change(2, off), Err(LedgerRefusal::Field("cancelled"))));
        }
        change(2, back()).expect("back");
        assert!(!is_out());
        assert!(due(&school, head()).is_empty());
    }

    /// A handing over that was entered by slip is taken out with a reason: the order asks for it
    /// again, the version that said so stays, and it is called off in a step of its own.
    #[test]
    fn a_handing_over_entered_by_slip_is_put_right() {
        let school = school();
        enter(&school, paper(Answer::Given)).expect("consent");
        let out = || AgencyOrder { handed: Some(TODAY), ..order() };
        let record = enter(&school, out()).expect("handed over");
        assert_eq!(due(&school, head()), [DutyKind::AgencyReturn]);
        let change = |seen: u32, by: Author, entry: AgencyOrder| {
            run(&school, move |tx| write::update(tx, &by, (record, seen), &entry)).map(drop)
        };
        let silent = change(1, head().because(""), order());
        assert!(matches!(silent, Err(LedgerRefusal::Reason)), "no reason was given");
        change(1, head(), order()).expect("taken out");
        assert_eq!(due(&school, head()), [DutyKind::AgencyHand]);
        assert!(!run(&school, |tx| Ok(has_data_out(tx, CHILD)?)).expect("read"));
        let said = run(&school, move |tx| {
            let all = super::super::read::versions::<AgencyOrder>(tx, record)?;
            Ok(all.into_iter().map(|(kept, _)| kept.entry.handed).collect::<Vec<_>>())
        });
        assert_eq!(said.expect("versions"), [Some(TODAY), None]);
        // Handed over in truth after all, it is asked for as before.
        change(2, head(), out()).expect("handed over");
        assert_eq!(due(&school, head()), [DutyKind::AgencyReturn]);
        change(3, head(), order()).expect("taken out");
        change(4, head(), AgencyOrder { cancelled: true, ..order() }).expect("called off");
        assert!(due(&school, head()).is_empty());
    }

    /// What the directories list for the school: one agency in these days, withdrawn or not.
    fn list(school: &School, (from, until): (Date, Date), withdrawn: Option<Date>) {
        let validity = Validity { valid: (from, until), papers_until: Some(until), withdrawn };
        let listed = ListedAgency { unit: AGENCY.parse().expect("unit"), validity };
        run(school, move |tx| Ok(agency_listed::keep(tx, &[listed])?)).expect("listed");
    }

    /// Where agencies are listed for the school, nothing is ordered from another one, from one that
    /// is withdrawn, whose papers have ended or that begins later; what was under way when it was
    /// withdrawn asks for its end, and nothing keeps that from being entered.
    #[test]
    fn an_order_goes_to_an_agency_that_is_listed() {
        let school = school();
        enter(&school, paper(Answer::Given)).expect("consent");
        let (before, after) = (TODAY - 30.days(), TODAY + 30.days());
        let out = || AgencyOrder { handed: Some(TODAY), ..order() };
        let said = |wanted: AgencyBar, entry: AgencyOrder| {
            let found = enter(&school, entry);
            assert!(matches!(found, Err(LedgerRefusal::Agency(bar)) if bar == wanted), "{wanted}");
        };
        list(&school, (before, after), None);
        let other = || AgencyOrder { recipient: "A2".to_owned(), ..order() };
        said(AgencyBar::Unlisted, other());
        said(AgencyBar::Barred(Bar::Over), AgencyOrder { from: TODAY + 31.days(), ..order() });
        list(&school, (TODAY + 1.days(), after), None);
        said(AgencyBar::Barred(Bar::Early), order());
        list(&school, (before, after), None);
        let [handed, waits] = [out(), order()].map(|entry| enter(&school, entry).expect("order"));
        assert_eq!(due(&school, head()), [DutyKind::AgencyHand, DutyKind::AgencyReturn]);

        list(&school, (before, after), Some(TODAY));
        said(AgencyBar::Barred(Bar::Withdrawn), order());
        assert_eq!(due(&school, head()), [DutyKind::AgencyBarred, DutyKind::AgencyBarred]);
        let change = |record: RecordId, entry: AgencyOrder| {
            run(&school, move |tx| write::update(tx, &head(), (record, 1), &entry)).map(drop)
        };
        let still = change(waits, out());
        let wanted = AgencyBar::Barred(Bar::Withdrawn);
        assert!(matches!(still, Err(LedgerRefusal::Agency(bar)) if bar == wanted));
        let how = Some(DataEnd::Returned);
        change(handed, AgencyOrder { returned: Some(TODAY), how, ..out() }).expect("returned");
        change(waits, AgencyOrder { cancelled: true, ..order() }).expect("called off");
        assert!(due(&school, head()).is_empty());
        // What was handed over before the day of the withdrawal is entered as it was.
        let yesterday = TODAY - 1.days();
        let late = AgencyOrder { from: yesterday, handed: Some(yesterday), ..order() };
        let kept = enter(&school, late);
        assert!(!matches!(kept, Err(LedgerRefusal::Agency(_))), "it was so");
        run(&school, |tx| Ok(agency_listed::keep(tx, &[])?)).expect("nobody is listed");
        enter(&school, other()).expect("the school answers for it alone");
    }

    /// An order names agency, contract, service and data, ends after it begins, and is handed over
    /// within its contract; nothing comes back that was not handed over.
    #[test]
    fn what_an_order_cannot_be() {
        let school = school();
        enter(&school, paper(Answer::Given)).expect("consent");
        let blank = |name: &str| {
            let mut entry = order();
            match name {
                "recipient" => entry.recipient = " ".to_owned(),
                "contract" => entry.contract = String::new(),
                "service" => entry.service = String::new(),
                _ => entry.classes = Words::new([]),
            }
            entry
        };
        for name in ["recipient", "contract", "service", "classes"] {
            let said = enter(&school, blank(name));
            let is_it =
                matches!(said, Err(LedgerRefusal::Flawed(field, Flaw::Empty)) if field == name);
            assert!(is_it, "{name}");
        }
        let over = AgencyOrder { contract_to: TODAY - 1.days(), ..order() };
        let said = enter(&school, over);
        assert!(matches!(said, Err(LedgerRefusal::Flawed("contract_to", _))));
        let beyond = AgencyOrder { return_by: TODAY + 301.days(), ..order() };
        let said = enter(&school, beyond);
        assert!(matches!(said, Err(LedgerRefusal::Flawed("return_by", Flaw::Limit))));
        let early = AgencyOrder { return_by: TODAY - 1.days(), ..order() };
        assert!(matches!(enter(&school, early), Err(LedgerRefusal::Day(_))));
        let unsent = AgencyOrder { returned: Some(TODAY), how: Some(DataEnd::Returned), ..order() };
        assert!(matches!(enter(&school, unsent), Err(LedgerRefusal::Field("returned"))));
        let half = AgencyOrder { how: Some(DataEnd::Returned), ..order() };
        assert!(matches!(enter(&school, half), Err(LedgerRefusal::Field("how"))));
        let later = AgencyOrder { handed: Some(TODAY + 1.days()), ..order() };
        assert!(enter(&school, later).is_err());
        assert_eq!(school.rows("agency_order"), 0);
    }
}
