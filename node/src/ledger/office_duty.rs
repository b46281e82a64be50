//! What waits for somebody of the office beside the ledgers' own duties: requests about accounts,
//! requests to be let onto a record, lists of departments.
//!
//! Names no student: a request is its login or its number, a list its sender.

use domain::ledger::{Action, Area, Footing, SchoolRole, administers, permits};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::account_ask;
use super::approval;
use super::author::Author;
use super::department_list;
use super::entry::Moment;

/// Lists that are looked at.
const LISTS_MAX: u32 = 200;

/// Something of the office that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfficeDuty {
    /// A request about an account, to be agreed to or refused by another person.
    Account {
        /// Whose account.
        login: String,
        /// Account that asked.
        asked_by: String,
        /// Until when somebody can agree.
        ends: Moment,
    },
    /// A request to be let onto a record.
    Access {
        /// When it was asked.
        asked: Moment,
        /// Last day that is asked for.
        until: Date,
    },
    /// A department's list that nobody has decided about.
    List {
        /// Its number.
        id: i64,
        /// Who sent it.
        sender: String,
        /// Last day on which it can be taken, as it says.
        valid_to: String,
    },
}

/// What waits for a reader, the own requests left out: nobody is the own second person.
///
/// # Errors
/// The store cannot be read.
pub fn waiting(tx: &Tx<'_>, reader: &Author) -> Result<Vec<OfficeDuty>, SqlError> {
    let mut duties = Vec::new();
    if administers(reader.role(), SchoolRole::Operator) {
        let asked = account_ask::waiting(tx, reader.now())?.into_iter();
        let of_others =
            asked.filter(|one| one.asked_by != reader.account() && one.login != reader.account());
        duties.extend(of_others.map(|one| OfficeDuty::Account {
            login: one.login,
            asked_by: one.asked_by,
            ends: one.ends,
        }));
    }
    if approval::decides(reader.role()) {
        let requests = approval::list(tx, None)?.into_iter();
        let open = requests.filter(|request| {
            approval::waits(request, reader.today()) && Some(request.staff) != reader.staff()
        });
        duties.extend(open.map(|one| OfficeDuty::Access { asked: one.asked, until: one.until }));
    }
    if takes_lists(reader.role()) {
        let lists = department_list::latest(tx, LISTS_MAX)?.into_iter();
        let open = lists.filter(|list| list.decision.is_none());
        duties.extend(open.map(|list| OfficeDuty::List {
            id: list.id,
            sender: list.sender_name,
            valid_to: list.valid_to,
        }));
    }
    Ok(duties)
}

/// Whether a role decides about lists: who writes both ledgers that they meet, for every student.
fn takes_lists(role: SchoolRole) -> bool {
    [Area::Roll, Area::Family]
        .into_iter()
        .all(|area| permits(role, Action::Write(area), Footing::default()))
}

#[cfg(test)]
mod tests {
    use runtime::web::Role;

    use super::super::account_ask::Wish;
    use super::super::testing::{NOW_MS, School, stored_account};
    use super::super::{account, author};
    use super::*;
    use crate::ledger::entry::StaffId;

    fn of(school: &School, login: &str, role: SchoolRole, staff: Option<i64>) -> Vec<OfficeDuty> {
        let reader = author::Author::new(login, role, staff.map(StaffId), NOW_MS);
        school.ledger.read(move |tx| waiting(tx, &reader)).expect("read")
    }

    /// A request about an account waits for whoever may be the second person, and not for who
    /// asked, nor for whoever looks after no accounts.
    #[test]
    fn a_request_waits_for_the_other_person() {
        let school = School::new();
        school.staff(&[(1, "德育主任"), (2, "心理教师")]);
        for (login, role) in [("head", Role::MoralHead), ("it", Role::Operator)] {
            let stored = stored_account(login, role);
            let changer = account::Changer::terminal("office", NOW_MS);
            let put = move |tx: &Tx<'_>| account::put(tx, &stored, None, &changer);
            school.ledger.write("put", put).expect("account");
        }
        let head = author::Author::new("head", SchoolRole::MoralHead, Some(StaffId(1)), NOW_MS);
        let asked = school.ledger.write("ask", move |tx| {
            let login = "li".parse().map_err(|_| SqlError::Type)?;
            let staff = Some(StaffId(2));
            let wish = Wish::New { name: "李某".to_owned(), role: Role::Counsellor, staff };
            account_ask::ask(tx, &head, &login, (&wish, "half"))
        });
        asked.expect("asked");
        let waits = of(&school, "it", SchoolRole::Operator, None);
        assert!(
            matches!(&waits[..], [OfficeDuty::Account { login, asked_by, .. }]
                if login == "li" && asked_by == "head"),
            "{waits:?}"
        );
        assert_eq!(of(&school, "zhao", SchoolRole::Principal, None).len(), 1);
        assert_eq!(of(&school, "head", SchoolRole::MoralHead, Some(1)), []);
        assert_eq!(of(&school, "li", SchoolRole::Counsellor, Some(2)), []);
    }

    /// Lists are for the two roles who write both ledgers.
    #[test]
    fn lists_are_for_those_who_take_them() {
        let may = |role| takes_lists(role);
        assert!(may(SchoolRole::Counsellor) && may(SchoolRole::MoralHead));
        assert!(!may(SchoolRole::Principal) && !may(SchoolRole::Operator));
        assert!(!may(SchoolRole::ClassTeacher) && !may(SchoolRole::Mentor));
    }
}
