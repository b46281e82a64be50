//! Taking a second factor away: one person asks, another carries it out, at least one of them
//! somebody who looks after accounts of that role.
//!
//! Alone, nobody can open another person's account: a new password does not help against the
//! factor, and the factor does not go without a second person.

use domain::ledger::{SchoolRole, administers};
use runtime::params;
use runtime::sql::{SqlError, Tx};
use runtime::web::account::Login;

use super::account::{self, AccountChange, AccountError, Changer};
use super::author::Author;
use super::entry::{Moment, StaffId};
use super::refusal::LedgerRefusal;

/// A request that nobody carries out is over after so long.
const ENDS_MS: i64 = 24 * 3_600_000;
/// Longest reason.
const REASON_CHARS_MAX: usize = 400;

/// A request that waits for the second person.
#[derive(Clone)]
pub struct Waiting {
    /// Its number.
    pub id: i64,
    /// Whose second factor.
    pub login: String,
    /// Account that asked.
    pub asked_by: String,
    /// Why.
    pub reason: String,
    /// Until when it can be carried out.
    pub ends: Moment,
    asked_staff: Option<StaffId>,
}

/// Requests that wait at a moment.
///
/// # Errors
/// The store cannot be read.
pub fn waiting(tx: &Tx<'_>, now: Moment) -> Result<Vec<Waiting>, SqlError> {
    tx.query(
        "select id, login, asked_by, reason, ends_ms, asked_staff from factor_reset
         where done_by = '' and ends_ms > $1 order by id",
        params![now.0],
        |row| {
            Ok(Waiting {
                id: row.i64(0)?,
                login: row.text(1)?,
                asked_by: row.text(2)?,
                reason: row.text(3)?,
                ends: Moment(row.i64(4)?),
                asked_staff: row.opt_i64(5)?.map(StaffId),
            })
        },
    )
}

/// Asks that the second factor of an account be taken away.
///
/// # Errors
/// Nobody of the office, the own account, no reason, it waits already, or the store.
pub fn ask(tx: &Tx<'_>, author: &Author, login: &Login) -> Result<(), LedgerRefusal> {
    check_office(author)?;
    check_reason(author)?;
    if login.as_str() == author.account() {
        return Err(LedgerRefusal::SamePerson);
    }
    if role_of(tx, login)?.is_none() {
        return Err(LedgerRefusal::Unknown);
    }
    if waiting(tx, author.now())?.iter().any(|request| request.login == login.as_str()) {
        return Err(LedgerRefusal::Double);
    }
    tx.execute(
        "insert into factor_reset (login, asked_by, asked_staff, reason, asked_ms, ends_ms)
         values ($1, $2, $3, $4, $5, $6)",
        params![
            login.as_str(),
            author.account(),
            author.staff().map(|staff| staff.0),
            author.reason(),
            author.now().0,
            author.now().0.saturating_add(ENDS_MS),
        ],
    )?;
    Ok(())
}

/// Carries a request out as the second person.
///
/// # Errors
/// The first person, neither of the two looks after accounts of that role, it does not wait, or
/// the store; nothing was changed.
pub fn carry_out(tx: &Tx<'_>, author: &Author, id: i64) -> Result<(), LedgerRefusal> {
    check_office(author)?;
    let waiting = waiting(tx, author.now())?.into_iter().find(|request| request.id == id);
    let request = waiting.ok_or(LedgerRefusal::NotWaiting)?;
    let same_person = author.staff().is_some() && author.staff() == request.asked_staff;
    let own = request.login == author.account();
    if request.asked_by == author.account() || same_person || own {
        return Err(LedgerRefusal::SamePerson);
    }
    let login: Login = request.login.parse().map_err(|_| SqlError::Type)?;
    let of = role_of(tx, &login)?.ok_or(LedgerRefusal::Unknown)?;
    let first = account::author(tx, &request.asked_by, author.now().0)?;
    let mut persons = [first.map(|first| first.role()), Some(author.role())].into_iter().flatten();
    if !persons.any(|role| administers(role, of)) {
        return Err(LedgerRefusal::NotAllowed);
    }
    tx.execute(
        "update factor_reset set done_by = $2, done_ms = $3 where id = $1",
        params![id, author.account(), author.now().0],
    )?;
    let by = format!("{} + {}", request.asked_by, author.account());
    let changer = Changer { by, at_ms: author.now().0 };
    match account::change(tx, &login, AccountChange::DropFactor, &changer) {
        // An account without a factor has nothing to lose.
        Ok(_) => Ok(()),
        Err(AccountError::Store(error)) => Err(error.into()),
        Err(AccountError::SecondAccount) => Err(LedgerRefusal::Double),
    }
}

/// School IT and the heads.
fn check_office(author: &Author) -> Result<(), LedgerRefusal> {
    if administers(author.role(), SchoolRole::Operator) {
        Ok(())
    } else {
        Err(LedgerRefusal::NotAllowed)
    }
}

fn check_reason(author: &Author) -> Result<(), LedgerRefusal> {
    match author.reason().chars().count() {
        0 => Err(LedgerRefusal::Reason),
        long if long > REASON_CHARS_MAX => Err(LedgerRefusal::TooLong("reason")),
        _ => Ok(()),
    }
}

fn role_of(tx: &Tx<'_>, login: &Login) -> Result<Option<SchoolRole>, SqlError> {
    let line = account::list(tx)?.into_iter().find(|line| line.login == login.as_str());
    Ok(line.and_then(|line| line.role.school()))
}

#[cfg(test)]
mod tests {
    use runtime::web::Role;
    use runtime::web::factor::{FactorKind, StoredSheet};
    use runtime::web::session_store::StoredAccount;
    use runtime::web::session_store::factor::{self, StoredFactor};

    use super::*;
    use crate::ledger::testing::{NOW_MS, School};

    const PEOPLE: [(&str, Role, Option<i64>); 5] = [
        ("li", Role::Counsellor, Some(1)),
        ("head", Role::MoralHead, Some(2)),
        ("zhao", Role::Principal, Some(3)),
        ("it", Role::Operator, None),
        ("it2", Role::Operator, None),
    ];

    /// A school whose counsellor has a second factor.
    fn school() -> School {
        let school = School::new();
        school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "校长")]);
        let put = |tx: &Tx<'_>| -> Result<(), AccountError> {
            for (login, role, staff) in PEOPLE {
                let account = StoredAccount {
                    login: login.to_owned(),
                    password_hash: "none".to_owned(),
                    role,
                    name: login.to_owned(),
                    locked_until_ms: 0,
                    failures: 0,
                };
                let changer = Changer { by: "test".to_owned(), at_ms: NOW_MS };
                account::put(tx, &account, staff.map(StaffId), &changer)?;
            }
            let factor = StoredFactor {
                kind: FactorKind::App,
                secret: vec![0; 20],
                is_confirmed: true,
                last_step: 1,
                codes_left: 0,
                salt: Vec::new(),
            };
            let sheet = StoredSheet { salt: Vec::new(), digests: Vec::new() };
            Ok(factor::put(tx, "li", &factor, &sheet, NOW_MS)?)
        };
        school.ledger.write("people", put).expect("people");
        school
    }

    fn author(tx: &Tx<'_>, login: &str, later_ms: i64) -> Result<Author, LedgerRefusal> {
        let author = account::author(tx, login, NOW_MS + later_ms)?;
        Ok(author.ok_or(LedgerRefusal::NotAllowed)?.because("手机丢失"))
    }

    fn ask_as(school: &School, by: &'static str) -> Result<(), LedgerRefusal> {
        school.ledger.write("ask", move |tx| {
            let login = "li".parse().map_err(|_| SqlError::Type)?;
            ask(tx, &author(tx, by, 0)?, &login)
        })
    }

    fn done_by(school: &School, by: &'static str, later_ms: i64) -> Result<(), LedgerRefusal> {
        school.ledger.write("done", move |tx| carry_out(tx, &author(tx, by, later_ms)?, 1))
    }

    fn has_factor(school: &School) -> bool {
        let lines = school.ledger.read(account::list).expect("accounts");
        lines.iter().any(|line| line.login == "li" && line.has_factor)
    }

    /// Two persons take a factor away, one of them a head; the line names both.
    #[test]
    fn a_factor_goes_by_two_persons() {
        let school = school();
        ask_as(&school, "it").expect("asked");
        assert!(matches!(ask_as(&school, "head"), Err(LedgerRefusal::Double)));
        assert!(matches!(done_by(&school, "it", 0), Err(LedgerRefusal::SamePerson)));
        assert!(matches!(done_by(&school, "it2", 0), Err(LedgerRefusal::NotAllowed)));
        assert!(matches!(done_by(&school, "li", 0), Err(LedgerRefusal::NotAllowed)));
        assert!(has_factor(&school));
        done_by(&school, "head", 0).expect("done");
        assert!(!has_factor(&school));
        assert!(matches!(done_by(&school, "zhao", 0), Err(LedgerRefusal::NotWaiting)));
        let lines = school.ledger.read(|tx| account::changes(tx, i64::MAX, 1)).expect("changes");
        assert_eq!((lines[0].what.as_str(), lines[0].by.as_str()), ("factor_removed", "it + head"));
    }

    /// A request is over after a day, and a counsellor asks for nobody.
    #[test]
    fn a_request_ends_after_a_day() {
        let school = school();
        assert!(matches!(ask_as(&school, "li"), Err(LedgerRefusal::NotAllowed)));
        ask_as(&school, "zhao").expect("asked");
        let late = done_by(&school, "head", ENDS_MS);
        assert!(matches!(late, Err(LedgerRefusal::NotWaiting)));
        assert!(has_factor(&school));
    }
}
