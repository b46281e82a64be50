//! Accounts as the ledgers see them: role, member of staff, and every change of one.
//!
//! The role of a school is the one of the table of authority; an account whose role only a hub has
//! is nobody here. Whoever holds the passphrase of the ledger can make accounts, so each change
//! leaves a line that nothing removes.

use domain::ledger::{SchoolRole, needs_two_to_open, reads_students};
use runtime::params;
use runtime::sql::{SqlError, Tx};
use runtime::web::account::Login;
use runtime::web::session_store::{self, Chooser, LOCKED_MS, StoredAccount, factor};
use runtime::web::{Role, Witness};

use super::author::Author;
use super::calendar_address;
use super::entry::{Moment, StaffId};
use super::strange;

/// An account and whose it is.
#[derive(Clone)]
pub struct AccountLine {
    /// Name to sign in with.
    pub login: String,
    /// Name on the screen.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Number of the member of staff, where there is one.
    pub staff: Option<String>,
    /// Locked by somebody until it is unlocked.
    pub locked: bool,
    /// Paused by itself until then, after failed attempts, in milliseconds since 1970; 0 if not.
    pub paused_until_ms: i64,
    /// Whether it has a second factor.
    pub has_factor: bool,
    /// Whether its password was chosen by somebody else.
    pub must_change: bool,
    /// When it was last changed, and by whom.
    pub changed: Option<(Moment, String)>,
}

/// A change of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountChange {
    /// Another role, and another member of staff or none.
    Role(Role, Option<StaffId>),
    /// Locked until it is unlocked.
    Lock,
    /// Unlocked.
    Unlock,
    /// Without a second factor, until the next sign-in sets up another.
    DropFactor,
}

/// Why an account was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The member of staff has another account that is not locked.
    #[error("this member of staff has another account that is not locked")]
    SecondAccount,
    /// Somebody else has written with this login; what only its author opens would go over.
    #[error("another member of staff has written with this login")]
    OtherPerson,
    /// A password would be all that it takes to be that person: two persons give it.
    #[error("it takes two persons to open this account")]
    TakesTwo,
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// Who stands beside the terminal where nobody answered for two weeks. No login has a space.
pub const NOBODY: &str = "nobody answered";

/// Who changes an account, and when.
#[derive(Clone, Debug)]
pub struct Changer {
    /// As the system knows them.
    pub by: String,
    /// Milliseconds since 1970 UTC.
    pub at_ms: i64,
}

impl Changer {
    /// Two accounts, of which each knows of the other.
    pub(super) fn two(first: &str, second: &str, at_ms: i64) -> Self {
        Self { by: format!("{first} + {second}"), at_ms }
    }

    /// Whoever sits at the machine, by the name that it knows. No login has a space.
    #[must_use]
    pub fn terminal(name: &str, at_ms: i64) -> Self {
        // A plus stands between two persons, and nobody is two by the name of the machine.
        Self { by: format!("terminal {}", name.replace('+', "_")), at_ms }
    }

    /// The same, where somebody else was asked and nobody answered.
    pub(super) fn unanswered(&self) -> Self {
        Self { by: format!("{} + {NOBODY}", self.by), at_ms: self.at_ms }
    }
}

/// Writes down what people change about their own accounts.
pub struct ChangeLog;

impl Witness for ChangeLog {
    fn note(
        &self,
        tx: &Tx<'_>,
        login: &str,
        what: &'static str,
        now_ms: i64,
    ) -> Result<(), SqlError> {
        note(tx, login, what, &Changer { by: login.to_owned(), at_ms: now_ms })
    }
}

/// Sets an account, new or not, with password, role, name and member of staff; ends its sessions.
///
/// # Errors
/// The member of staff has another account, or the store; nothing was changed.
pub fn put(
    tx: &Tx<'_>,
    account: &StoredAccount,
    staff: Option<StaffId>,
    changer: &Changer,
) -> Result<(), AccountError> {
    check_person(tx, &account.login, (account.role, staff))?;
    session_store::put(tx, account, changer.at_ms)?;
    link(tx, &account.login, staff)?;
    check_only(tx, &account.login)?;
    Ok(note(tx, &account.login, "set", changer)?)
}

/// As [`put`], with a password that its person replaces at the first sign-in: whoever sits at the
/// terminal knows it.
///
/// # Errors
/// As [`put`].
pub fn put_given(
    tx: &Tx<'_>,
    account: &StoredAccount,
    staff: Option<StaffId>,
    changer: &Changer,
) -> Result<(), AccountError> {
    put(tx, account, staff, changer)?;
    let (login, hash) = (&account.login, &account.password_hash);
    Ok(session_store::set_password(tx, login, hash, Chooser::Another).map(drop)?)
}

/// Changes an account and ends its sessions; tells whether there is such an account.
///
/// # Errors
/// The member of staff has another account, or the store; nothing was changed.
pub fn change(
    tx: &Tx<'_>,
    login: &Login,
    change: AccountChange,
    changer: &Changer,
) -> Result<bool, AccountError> {
    let (found, what) = match change {
        AccountChange::Role(role, _) => (session_store::set_role(tx, login, role)?, "role"),
        AccountChange::Lock => (session_store::set_locked(tx, login, true)?, "locked"),
        AccountChange::Unlock => (session_store::set_locked(tx, login, false)?, "unlocked"),
        AccountChange::DropFactor => (factor::remove(tx, login)?, "factor_removed"),
    };
    if !found {
        return Ok(false);
    }
    if let AccountChange::Role(role, staff) = change {
        check_person(tx, login.as_str(), (role, staff))?;
        link(tx, login.as_str(), staff)?;
    }
    check_only(tx, login.as_str())?;
    note(tx, login.as_str(), what, changer)?;
    Ok(true)
}

/// Gives an account a password that its person replaces at the next sign-in; ends its sessions.
/// Tells whether there is such an account that is not locked.
///
/// One person does it alone only where the password is not enough to get in: the second factor
/// stands beside it, or the role neither reads about students nor signs.
///
/// # Errors
/// It takes two persons, or the store; nothing was changed.
pub fn give_password(
    tx: &Tx<'_>,
    login: &Login,
    password_hash: &str,
    changer: &Changer,
) -> Result<bool, AccountError> {
    let found = list(tx)?.into_iter().find(|line| line.login == login.as_str());
    let Some(line) = found else { return Ok(false) };
    let takes_two = takes_two(line.role);
    if takes_two && !line.has_factor {
        return Err(AccountError::TakesTwo);
    }
    let what = if takes_two { "password_beside_factor" } else { "one_time_password" };
    Ok(one_time_password(tx, login, (password_hash, what), changer)?)
}

/// As [`give_password`], by two persons.
pub(super) fn open_by_two(
    tx: &Tx<'_>,
    login: &Login,
    password_hash: &str,
    changer: &Changer,
) -> Result<bool, SqlError> {
    one_time_password(tx, login, (password_hash, "one_time_password"), changer)
}

fn one_time_password(
    tx: &Tx<'_>,
    login: &Login,
    (password_hash, what): (&str, &str),
    changer: &Changer,
) -> Result<bool, SqlError> {
    let set = session_store::set_password(tx, login.as_str(), password_hash, Chooser::Another)?;
    if set {
        note(tx, login.as_str(), what, changer)?;
    }
    Ok(set)
}

/// Whether one account alone, or the terminal alone once there was a head, made an account, said
/// whose it is or gave the way in, and nobody else has opened it anew since. Who signs with it may
/// be the person of that other account, or whoever holds the machine.
///
/// Only an account is named by a login alone: two persons are written with a plus between them, and
/// the terminal before its name. What the terminal did before the first head founded the school,
/// and accounts that neither read about students nor sign, by the role of now, are its own to make.
pub(super) fn is_in_one_hand(tx: &Tx<'_>, login: &str) -> Result<bool, SqlError> {
    let found = tx.query_opt(
        "with line as (select id, what, by in (select login from account)
                 or (by like 'terminal %' and instr(by, '+') = 0 and id > $2
                     and (select a.role from account a where a.login = $1) not in ($3, $4))
                     as alone
             from account_change where login = $1 and by <> login)
         select 1 from line c where c.alone and c.what in ('set', 'role', 'one_time_password')
             and c.id > (select ifnull(max(v.id), 0) from line v
                 where v.what in ('set', 'one_time_password') and not v.alone)
         limit 1",
        params![
            login,
            first_head(tx)?.unwrap_or(i64::MAX),
            Role::Operator.as_str(),
            Role::Auditor.as_str()
        ],
        |row| row.i64(0),
    )?;
    Ok(found.is_some())
}

/// The line of the change by which the school had its first head; nothing where it never had one.
pub(super) fn first_head(tx: &Tx<'_>) -> Result<Option<i64>, SqlError> {
    let first = "select min(id) from account_change where role in ($1, $2)";
    let heads = params![Role::MoralHead.as_str(), Role::Principal.as_str()];
    Ok(tx.query_opt(first, heads, |row| row.opt_i64(0))?.flatten())
}

/// One change of an account, for the log.
pub struct ChangeLine {
    /// When.
    pub at: Moment,
    /// Which account.
    pub login: String,
    /// What was changed.
    pub what: String,
    /// Role after the change.
    pub role: String,
    /// Who changed it.
    pub by: String,
}

/// Changes of accounts, newest first, before a moment.
///
/// # Errors
/// The store cannot be read.
pub fn changes(tx: &Tx<'_>, before_ms: i64, limit: u32) -> Result<Vec<ChangeLine>, SqlError> {
    tx.query(
        "select at_ms, login, what, role, by from account_change where at_ms < $1
         order by id desc limit $2",
        params![before_ms, limit],
        |row| {
            Ok(ChangeLine {
                at: Moment(row.i64(0)?),
                login: row.text(1)?,
                what: row.text(2)?,
                role: row.text(3)?,
                by: row.text(4)?,
            })
        },
    )
}

/// Every account, by name.
///
/// # Errors
/// The store cannot be read.
pub fn list(tx: &Tx<'_>) -> Result<Vec<AccountLine>, SqlError> {
    tx.query(
        "select a.login, a.name, a.role, s.staff_number, a.locked_until_ms, c.at_ms, c.by,
             a.must_change, (select count(*) from account_factor f
                 where f.login = a.login and f.confirmed_ms > 0)
         from account a left join account_staff l on l.login = a.login
         left join staff s on s.id = l.staff
         left join account_change c on c.id =
             (select max(id) from account_change where login = a.login)
         order by a.login limit 1000",
        &[],
        |row| {
            let at = row.opt_i64(5)?.map(Moment);
            let until_ms = row.i64(4)?;
            Ok(AccountLine {
                login: row.text(0)?,
                name: row.text(1)?,
                role: row.str(2)?.parse().map_err(|_| SqlError::Type)?,
                staff: row.opt_text(3)?,
                locked: until_ms == LOCKED_MS,
                paused_until_ms: if until_ms == LOCKED_MS { 0 } else { until_ms },
                must_change: row.bool(7)?,
                has_factor: row.i64(8)? > 0,
                changed: at.zip(row.opt_text(6)?),
            })
        },
    )
}

/// The account as an author of this school, in the role that it has now.
///
/// Nobody where there is no such account, where it is locked, or where a school has no such role.
///
/// # Errors
/// The store cannot be read.
pub fn author(tx: &Tx<'_>, login: &str, now_ms: i64) -> Result<Option<Author>, SqlError> {
    let found = tx.query_opt(
        "select a.role, a.locked_until_ms, l.staff from account a
         left join account_staff l on l.login = a.login where a.login = $1",
        params![login],
        |row| {
            let role: Role = row.str(0)?.parse().map_err(|_| SqlError::Type)?;
            Ok((role.school(), row.i64(1)?, row.opt_i64(2)?.map(StaffId)))
        },
    )?;
    let Some((Some(role), locked_until_ms, staff)) = found else {
        return Ok(None);
    };
    Ok((locked_until_ms != LOCKED_MS).then(|| Author::new(login, role, staff, now_ms)))
}

/// The member of staff of a number, if employed now.
///
/// # Errors
/// The store cannot be read.
pub fn staff_of(tx: &Tx<'_>, number: &str) -> Result<Option<StaffId>, SqlError> {
    tx.query_opt(
        "select s.id from staff s join staff_version v on v.staff = s.id and v.version = s.version
         where s.staff_number = $1 and v.employed = 1",
        params![number],
        |row| row.i64(0).map(StaffId),
    )
}

/// Whether a role takes two persons: it gives rights that two have to agree to.
#[must_use]
pub fn takes_two(role: Role) -> bool {
    role.school().is_some_and(needs_two_to_open)
}

/// Whether a role needs a member of staff: its rights are about the own students or a case.
#[must_use]
pub const fn needs_staff(role: SchoolRole) -> bool {
    matches!(role, SchoolRole::ClassTeacher | SchoolRole::Mentor)
}

/// Refuses to make a login another person's, or nobody's who reads about students, once somebody
/// of the roll of staff has written with it: notes open for the login that wrote them.
pub(super) fn check_person(
    tx: &Tx<'_>,
    login: &str,
    (role, staff): (Role, Option<StaffId>),
) -> Result<(), AccountError> {
    let last = "select staff from account_change where login = $1 and staff is not null
        order by id desc limit 1";
    let Some(last) = tx.query_opt(last, params![login], |row| row.i64(0).map(StaffId))? else {
        return Ok(());
    };
    let is_same = match staff {
        Some(staff) => staff == last,
        None => !role.school().is_some_and(reads_students),
    };
    if is_same {
        return Ok(());
    }
    let wrote = "select 1 from journal where author = $1 limit 1";
    match tx.query_opt(wrote, params![login], |row| row.i64(0))? {
        Some(_) => Err(AccountError::OtherPerson),
        None => Ok(()),
    }
}

fn link(tx: &Tx<'_>, login: &str, staff: Option<StaffId>) -> Result<(), SqlError> {
    tx.execute("delete from account_staff where login = $1", params![login])?;
    if let Some(staff) = staff {
        tx.execute(
            "insert into account_staff (login, staff) values ($1, $2)",
            params![login, staff.0],
        )?;
    }
    Ok(())
}

/// Whether a member of staff has an account that is not locked, other than `login`.
pub(super) fn has_other(tx: &Tx<'_>, staff: StaffId, login: &str) -> Result<bool, SqlError> {
    let other = tx.query_opt(
        "select 1 from account a join account_staff l on l.login = a.login
         where l.staff = $1 and a.login <> $2 and a.locked_until_ms <> $3 limit 1",
        params![staff.0, login, LOCKED_MS],
        |row| row.i64(0),
    )?;
    Ok(other.is_some())
}

/// One person, one account that can sign in: with two of them one person would be two.
fn check_only(tx: &Tx<'_>, login: &str) -> Result<(), AccountError> {
    let staff = tx.query_opt(
        "select l.staff from account a join account_staff l on l.login = a.login
         where a.login = $1 and a.locked_until_ms <> $2",
        params![login, LOCKED_MS],
        |row| row.i64(0),
    )?;
    match staff {
        Some(staff) if has_other(tx, StaffId(staff), login)? => Err(AccountError::SecondAccount),
        _ => Ok(()),
    }
}

/// Changes after which an account's person may be another one, or may no longer come in: the secret
/// address of the calendar, which asks for no password, ends with them.
const ENDS_ADDRESS: [&str; 8] = [
    "set",
    "role",
    "locked",
    "unlocked",
    "password",
    "one_time_password",
    "password_beside_factor",
    "factor_removed",
];

/// Writes down what was changed about an account, and ends the address of its calendar with what
/// ends its sessions.
pub(super) fn note(
    tx: &Tx<'_>,
    login: &str,
    what: &str,
    changer: &Changer,
) -> Result<(), SqlError> {
    let written = tx.execute(
        "insert into account_change (at_ms, login, what, role, staff, by)
         select $1, a.login, $2, a.role, l.staff, $3 from account a
         left join account_staff l on l.login = a.login where a.login = $4",
        params![changer.at_ms, what, &changer.by, login],
    )?;
    strange((written == 1).then_some(()))?;
    if ENDS_ADDRESS.contains(&what) {
        calendar_address::end(tx, login, changer)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
