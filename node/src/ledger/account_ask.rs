//! Acts on accounts that take two persons: one of the office asks, another one agrees.
//!
//! Alone, nobody gets in as somebody who reads about students or signs. Such an account is made,
//! given another role or person and opened anew by two; its first password comes in two halves, so
//! that neither of them can use it; and a second factor goes by two. At least one of the two looks
//! after accounts of that role. The terminal asks too, once there has been a head ([`terminal`]).

pub mod terminal;

use domain::ledger::{SchoolRole, administers};
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};
use runtime::web::Role;
use runtime::web::account::Login;
use runtime::web::session_store::StoredAccount;

use super::account::{self, AccountChange, AccountError, AccountLine, Changer};
use super::author::Author;
use super::entry::{Moment, StaffId};
use super::refusal::LedgerRefusal;
use super::second;

/// A request for a way in that nobody agrees to is over after so long.
const OPENING_ENDS_MS: i64 = 24 * 3_600_000;
/// The same for a new account or another role, which may wait over a holiday's weekend.
const ACCOUNT_ENDS_MS: i64 = 7 * OPENING_ENDS_MS;
/// Longest reason.
const REASON_CHARS_MAX: usize = 400;

/// What is asked for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// A new one.
    New {
        /// Name on the screen.
        name: String,
        /// Its role.
        role: Role,
        /// Whose it is, where it is somebody's of the roll of staff.
        staff: Option<StaffId>,
    },
    /// Another role, another person, or both.
    Role {
        /// The role that it is to have.
        role: Role,
        /// Whose it is to be.
        staff: Option<StaffId>,
    },
    /// A new password, and the second factor set up anew.
    Opening,
    /// The second factor set up anew; the password stays.
    Factor,
}

/// A request that waits for the second person. Holds half a password, so without `Debug`.
#[derive(Clone)]
pub struct Waiting {
    /// Its number.
    pub id: i64,
    /// Which account.
    pub login: String,
    /// What is asked.
    pub wish: Wish,
    /// Number and name of the person whom it is to belong to.
    pub person: Option<(String, String)>,
    /// Account that asked.
    pub asked_by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub asked: Moment,
    /// Until when somebody can agree.
    pub ends: Moment,
    /// First half of the password, where there will be one.
    pub half: Option<String>,
    asked_staff: Option<StaffId>,
}

/// Why nothing was done with an account.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// The rules of two persons, roles and requests.
    #[error(transparent)]
    Refused(#[from] LedgerRefusal),
    /// The account itself.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Somebody knows a password for one sign-in that was not used yet.
    #[error("a password that somebody else gave waits for its first sign-in")]
    PasswordWaits,
}

impl From<SqlError> for AskError {
    fn from(error: SqlError) -> Self {
        Self::Refused(error.into())
    }
}

/// Requests that wait at a moment.
///
/// # Errors
/// The store cannot be read.
pub fn waiting(tx: &Tx<'_>, now: Moment) -> Result<Vec<Waiting>, SqlError> {
    tx.query(
        "select q.id, q.login, q.asked_by, q.reason, q.ends_ms, q.asked_staff, q.half, q.what,
             q.name, q.role, q.staff, s.staff_number, v.name, q.asked_ms
         from account_ask q left join staff s on s.id = q.staff
         left join staff_version v on v.staff = s.id and v.version = s.version
         where q.done_by = '' and q.ends_ms > $1 order by q.id",
        params![now.0],
        |row| {
            let half = row.text(6)?;
            Ok(Waiting {
                id: row.i64(0)?,
                login: row.text(1)?,
                asked_by: row.text(2)?,
                reason: row.text(3)?,
                asked: Moment(row.i64(13)?),
                ends: Moment(row.i64(4)?),
                asked_staff: row.opt_i64(5)?.map(StaffId),
                half: (!half.is_empty()).then_some(half),
                wish: wish(row)?,
                person: row.opt_text(11)?.zip(row.opt_text(12)?),
            })
        },
    )
}

fn wish(row: &Row<'_, '_>) -> Result<Wish, SqlError> {
    let role = || row.str(9)?.parse::<Role>().map_err(|_| SqlError::Type);
    let staff = row.opt_i64(10)?.map(StaffId);
    match row.str(7)? {
        "new" => Ok(Wish::New { name: row.text(8)?, role: role()?, staff }),
        "role" => Ok(Wish::Role { role: role()?, staff }),
        "opening" => Ok(Wish::Opening),
        "factor" => Ok(Wish::Factor),
        _ => Err(SqlError::Type),
    }
}

/// Asks for an act on an account; `half` is the first half of a password, for what needs one.
///
/// # Errors
/// Nobody of the office, the own account, no reason, it waits already, the person has another
/// account, or the store; nothing was written.
pub fn ask(
    tx: &Tx<'_>,
    author: &Author,
    login: &Login,
    (wish, half): (&Wish, &str),
) -> Result<(), AskError> {
    check_office(author)?;
    let line = line_of(tx, login)?;
    if login.as_str() == author.account() && !only_links(line.as_ref(), wish) {
        return Err(LedgerRefusal::SamePerson.into());
    }
    check_target(author.role(), line.as_ref(), wish)?;
    check_reason(author, wish)?;
    if waiting(tx, author.now())?.iter().any(|request| request.login == login.as_str()) {
        return Err(LedgerRefusal::Double.into());
    }
    let is_account = matches!(wish, Wish::New { .. } | Wish::Role { .. });
    let lasts = if is_account { ACCOUNT_ENDS_MS } else { OPENING_ENDS_MS };
    let ends = Moment(author.now().0.saturating_add(lasts));
    let asker = (author.account(), author.staff());
    insert(tx, login, (wish, half), (asker, author.reason(), author.now(), ends))
}

/// Who asks, as the line says it.
type Asker<'a> = (&'a str, Option<StaffId>);

/// Writes a request, unless the account could not be as it has it.
fn insert(
    tx: &Tx<'_>,
    login: &Login,
    (wish, half): (&Wish, &str),
    ((asked_by, asked_staff), reason, now, ends): (Asker<'_>, &str, Moment, Moment),
) -> Result<(), AskError> {
    let Columns { what, name, role, staff } = columns(wish);
    if let Some(staff) = staff
        && account::has_other(tx, staff, login.as_str())?
    {
        return Err(AccountError::SecondAccount.into());
    }
    if let Some(role) = role {
        account::check_person(tx, login.as_str(), (role, staff))?;
    }
    let needs_half = matches!(wish, Wish::New { .. } | Wish::Opening);
    tx.execute(
        "insert into account_ask (what, login, name, role, staff, half, asked_by, asked_staff,
             reason, asked_ms, ends_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            what,
            login.as_str(),
            name.unwrap_or_default(),
            role.map_or("", Role::as_str),
            staff.map(|staff| staff.0),
            if needs_half { half } else { "" },
            asked_by,
            asked_staff.map(|staff| staff.0),
            reason,
            now.0,
            ends.0,
        ],
    )?;
    Ok(())
}

/// Agrees to a request as the second person, and carries it out. A new account and an opening need
/// the hash of the password whose first half waits.
///
/// # Errors
/// The first person, an account that one person alone opened, none of the two looks after accounts
/// of that role, it does not wait, or the store; nothing was changed.
pub fn agree(
    tx: &Tx<'_>,
    author: &Author,
    id: i64,
    password_hash: Option<&str>,
) -> Result<(), AskError> {
    check_office(author)?;
    let waiting = waiting(tx, author.now())?.into_iter().find(|request| request.id == id);
    let request = waiting.ok_or(LedgerRefusal::NotWaiting)?;
    if request.login == author.account() {
        return Err(LedgerRefusal::SamePerson.into());
    }
    second::check_office(tx, author, (&request.asked_by, request.asked_staff))?;
    let login: Login = request.login.parse().map_err(|_| SqlError::Type)?;
    let line = line_of(tx, &login)?;
    check_two(tx, author, &request, line.as_ref())?;
    close(tx, (author.account(), author.now()), id, true)?;
    let changer = Changer::two(&request.asked_by, author.account(), author.now().0);
    carry_out(tx, (&login, line), &request.wish, password_hash, &changer)
}

/// Refuses a request, or takes the own one back.
///
/// # Errors
/// Nobody of the office, it does not wait, or the store.
pub fn refuse(tx: &Tx<'_>, author: &Author, id: i64) -> Result<(), AskError> {
    check_office(author)?;
    if !waiting(tx, author.now())?.iter().any(|request| request.id == id) {
        return Err(LedgerRefusal::NotWaiting.into());
    }
    Ok(close(tx, (author.account(), author.now()), id, false)?)
}

fn carry_out(
    tx: &Tx<'_>,
    (login, line): (&Login, Option<AccountLine>),
    wish: &Wish,
    password_hash: Option<&str>,
    changer: &Changer,
) -> Result<(), AskError> {
    match wish {
        Wish::New { name, role, staff } => {
            let password_hash = password_hash.ok_or(LedgerRefusal::NotWaiting)?;
            let stored = StoredAccount {
                login: login.as_str().to_owned(),
                password_hash: password_hash.to_owned(),
                role: *role,
                name: name.clone(),
                locked_until_ms: 0,
                failures: 0,
            };
            account::put(tx, &stored, *staff, changer)?;
            account::open_by_two(tx, login, password_hash, changer)?;
        }
        Wish::Role { role, staff } => {
            if account::is_in_one_hand(tx, login.as_str())? {
                return Err(LedgerRefusal::OneHand.into());
            }
            account::change(tx, login, AccountChange::Role(*role, *staff), changer)?;
        }
        Wish::Opening => {
            let password_hash = password_hash.ok_or(LedgerRefusal::NotWaiting)?;
            // An account without a factor has nothing to lose.
            account::change(tx, login, AccountChange::DropFactor, changer)?;
            if !account::open_by_two(tx, login, password_hash, changer)? {
                return Err(LedgerRefusal::NotWaiting.into());
            }
        }
        Wish::Factor => {
            // Who gave that password alone would be in with it.
            if line.is_some_and(|line| line.must_change) {
                return Err(AskError::PasswordWaits);
            }
            account::change(tx, login, AccountChange::DropFactor, changer)?;
        }
    }
    Ok(())
}

/// What a wish is in the columns of its row.
struct Columns<'a> {
    what: &'static str,
    name: Option<&'a str>,
    role: Option<Role>,
    staff: Option<StaffId>,
}

fn columns(wish: &Wish) -> Columns<'_> {
    let (what, name, role, staff) = match wish {
        Wish::New { name, role, staff } => ("new", Some(name.as_str()), Some(*role), *staff),
        Wish::Role { role, staff } => ("role", None, Some(*role), *staff),
        Wish::Opening => ("opening", None, None, None),
        Wish::Factor => ("factor", None, None, None),
    };
    Columns { what, name, role, staff }
}

fn close(tx: &Tx<'_>, (by, now): (&str, Moment), id: i64, agreed: bool) -> Result<(), SqlError> {
    tx.execute(
        "update account_ask set done_by = $2, done_ms = $3, agreed = $4, half = '' where id = $1",
        params![id, by, now.0, agreed],
    )?;
    Ok(())
}

/// School IT and the heads.
fn check_office(author: &Author) -> Result<(), LedgerRefusal> {
    if administers(author.role(), SchoolRole::Operator) {
        Ok(())
    } else {
        Err(LedgerRefusal::NotAllowed)
    }
}

/// Whether a wish says for the first time whose an account is, and changes nothing else: the one
/// thing that somebody asks for the own account. The first head has one before a roll of staff.
fn only_links(line: Option<&AccountLine>, wish: &Wish) -> bool {
    let Wish::Role { role, staff: Some(_) } = wish else { return false };
    line.is_some_and(|line| line.role == *role && line.staff.is_none())
}

/// Whether an account is there or not as the wish has it, and whether a role may ask it.
///
/// School IT may ask that a factor goes, whose ever it is: with a head as the second person.
fn check_target(
    by: SchoolRole,
    line: Option<&AccountLine>,
    wish: &Wish,
) -> Result<(), LedgerRefusal> {
    check_there(line, wish)?;
    let is_looked_after = roles(line, wish)?.iter().all(|of| administers(by, *of));
    if is_looked_after || *wish == Wish::Factor { Ok(()) } else { Err(LedgerRefusal::NotAllowed) }
}

fn check_there(line: Option<&AccountLine>, wish: &Wish) -> Result<(), LedgerRefusal> {
    match (wish, line) {
        (Wish::New { .. }, Some(_)) => Err(LedgerRefusal::Double),
        (Wish::New { .. }, None) | (_, Some(_)) => Ok(()),
        (_, None) => Err(LedgerRefusal::Unknown),
    }
}

/// Refuses what neither of the two looks after, as both are now.
fn check_two(
    tx: &Tx<'_>,
    author: &Author,
    request: &Waiting,
    line: Option<&AccountLine>,
) -> Result<(), LedgerRefusal> {
    let first = if terminal::is_terminal(&request.asked_by) {
        check_there(line, &request.wish)?;
        // Whoever sits there looks after the machine.
        SchoolRole::Operator
    } else {
        // A locked account asks for nothing any more.
        let first = account::author(tx, &request.asked_by, author.now().0)?;
        let first = first.ok_or(LedgerRefusal::NotAllowed)?;
        check_office(&first)?;
        check_target(first.role(), line, &request.wish)?;
        first.role()
    };
    let of = roles(line, &request.wish)?;
    let mut persons = [first, author.role()].into_iter();
    if persons.any(|by| of.iter().all(|of| administers(by, *of))) {
        Ok(())
    } else {
        Err(LedgerRefusal::NotAllowed)
    }
}

/// The roles that a wish is about: the one that the account has, and the one that it is to have.
fn roles(line: Option<&AccountLine>, wish: &Wish) -> Result<Vec<SchoolRole>, LedgerRefusal> {
    let has = line.map(|line| line.role);
    let wanted = columns(wish).role;
    let of = [has, wanted].into_iter().flatten().map(Role::school);
    of.collect::<Option<Vec<_>>>().ok_or(LedgerRefusal::NotAllowed)
}

/// Who says who somebody is says it by the account; who takes a way in from somebody says why.
fn check_reason(author: &Author, wish: &Wish) -> Result<(), LedgerRefusal> {
    let is_needed = matches!(wish, Wish::Opening | Wish::Factor);
    match author.reason().chars().count() {
        0 if is_needed => Err(LedgerRefusal::Reason),
        long if long > REASON_CHARS_MAX => Err(LedgerRefusal::TooLong("reason")),
        _ => Ok(()),
    }
}

fn line_of(tx: &Tx<'_>, login: &Login) -> Result<Option<AccountLine>, SqlError> {
    Ok(account::list(tx)?.into_iter().find(|line| line.login == login.as_str()))
}

#[cfg(test)]
mod tests;
