//! What the page of accounts does, each act in one transaction, and why one was refused.

use domain::ledger::{administers, reads_students};
use runtime::cli::Failure;
use runtime::sql::{SqlError, Tx};
use runtime::web::account::{Login, half_password, joined};
use runtime::web::{NewAccount, Role, SessionError, Visitor, hash_chosen};

use super::super::office::Office;
use super::{AccountKeepers, Adding, pages};
use crate::ledger::account::{self, AccountChange, AccountError, Changer};
use crate::ledger::account_ask::{self, AskError, Wish};
use crate::ledger::author::Author;
use crate::ledger::entry::StaffId;
use crate::ledger::refusal::LedgerRefusal;

type Keeper = Visitor<AccountKeepers>;

/// Why an act on an account was refused, before it is put into words.
pub(super) enum Refused {
    Ledger(LedgerRefusal),
    Account(AccountError),
    PasswordWaits,
    Staff(String),
    StaffNeeded,
}

impl From<LedgerRefusal> for Refused {
    fn from(refusal: LedgerRefusal) -> Self {
        Self::Ledger(refusal)
    }
}

impl From<AccountError> for Refused {
    fn from(error: AccountError) -> Self {
        Self::Account(error)
    }
}

impl From<AskError> for Refused {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Refused(refusal) => Self::Ledger(refusal),
            AskError::Account(error) => Self::Account(error),
            AskError::PasswordWaits => Self::PasswordWaits,
        }
    }
}

impl From<SqlError> for Refused {
    fn from(error: SqlError) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Ledger(LedgerRefusal::NotAllowed) => pages::not_allowed(),
            Refused::Ledger(LedgerRefusal::Double) => pages::double(),
            Refused::Ledger(LedgerRefusal::NotWaiting) => pages::not_waiting(),
            Refused::Ledger(refusal) => refusal.into(),
            Refused::Account(error) => error.into(),
            Refused::PasswordWaits => pages::password_waits(),
            Refused::Staff(number) => pages::staff_unknown(&number),
            Refused::StaffNeeded => pages::staff_needed(),
        }
    }
}

/// Works on accounts as the account of the session, where blocking does no harm.
pub(super) async fn act<T: Send + 'static>(
    office: &Office,
    visitor: &Keeper,
    work: impl FnOnce(&Tx<'_>, &Author, &Changer) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Failure> {
    let done = office.work(&visitor.session, move |tx, author| {
        let changer = Changer { by: author.account().to_owned(), at_ms: author.now().0 };
        work(tx, &author, &changer)
    });
    done.await.map_err(Failure::from)
}

/// Makes an account of a role that one person alone lets in.
pub(super) async fn make(
    office: &Office,
    visitor: &Keeper,
    (fields, role): (Adding, Role),
    password: String,
) -> Result<(), Failure> {
    let Adding { login, name, staff, .. } = fields;
    let person = NewAccount { name: named(&name, &login), login, role, password };
    let stored = person.hashed().await.map_err(SessionError::Account)?;
    let login: Login = stored.login.parse().map_err(SessionError::Account)?;
    act(office, visitor, move |tx, author, changer| {
        check(author, role)?;
        if account::list(tx)?.iter().any(|line| line.login == login.as_str()) {
            return Err(LedgerRefusal::Double.into());
        }
        let staff = staff_of(tx, role, staff.trim())?;
        account::put(tx, &stored, staff, changer)?;
        account::give_password(tx, &login, &stored.password_hash, changer)?;
        Ok(())
    })
    .await
}

/// Asks for an account that takes two persons.
pub(super) async fn ask_new(
    office: &Office,
    visitor: &Keeper,
    (fields, role): (Adding, Role),
    half: String,
) -> Result<(), Failure> {
    let Adding { login, name, staff, .. } = fields;
    let parsed: Login = login.parse().map_err(SessionError::Account)?;
    act(office, visitor, move |tx, author, _| {
        check(author, role)?;
        let staff = staff_of(tx, role, staff.trim())?;
        let wish = Wish::New { name: named(&name, &login), role, staff };
        Ok(account_ask::ask(tx, author, &parsed, (&wish, &half))?)
    })
    .await
}

/// Gives an account a password for one sign-in, where that alone lets nobody in.
pub(super) async fn give_password(
    office: &Office,
    visitor: &Keeper,
    login: &str,
    password: &str,
) -> Result<(), Failure> {
    let named: Login = login.parse().map_err(SessionError::Account)?;
    let hash = hashed(login, password).await?;
    act(office, visitor, move |tx, author, changer| {
        check_other(tx, author, &named)?;
        match account::give_password(tx, &named, &hash, changer)? {
            true => Ok(()),
            false => Err(LedgerRefusal::NotWaiting.into()),
        }
    })
    .await
}

/// Locks an account or unlocks it.
pub(super) async fn change(
    office: &Office,
    visitor: &Keeper,
    login: String,
    change: AccountChange,
) -> Result<(), Failure> {
    act(office, visitor, move |tx, author, changer| {
        let named: Login = login.parse().map_err(|_| LedgerRefusal::Unknown)?;
        check_other(tx, author, &named)?;
        account::change(tx, &named, change, changer)?;
        Ok(())
    })
    .await
}

/// Gives an account another role or person, or asks for it where that takes two persons.
pub(super) async fn change_role(
    office: &Office,
    visitor: &Keeper,
    login: String,
    (role, staff): (Role, String),
) -> Result<(), Failure> {
    act(office, visitor, move |tx, author, changer| {
        let named: Login = login.parse().map_err(|_| LedgerRefusal::Unknown)?;
        check(author, role)?;
        let staff = staff_of(tx, role, staff.trim())?;
        if account::takes_two(role) {
            return Ok(account_ask::ask(tx, author, &named, (&Wish::Role { role, staff }, ""))?);
        }
        check_other(tx, author, &named)?;
        account::change(tx, &named, AccountChange::Role(role, staff), changer)?;
        Ok(())
    })
    .await
}

/// Asks for an act on an account that takes two persons.
pub(super) async fn ask(
    office: &Office,
    visitor: &Keeper,
    login: String,
    (wish, reason): (Wish, String),
    half: &str,
) -> Result<(), Failure> {
    let half = half.to_owned();
    act(office, visitor, move |tx, author, _| {
        let named: Login = login.parse().map_err(|_| LedgerRefusal::Unknown)?;
        Ok(account_ask::ask(tx, &author.because(&reason), &named, (&wish, &half))?)
    })
    .await
}

/// Agrees to a request; gives login and second half of the password where there is one.
pub(super) async fn agree(
    office: &Office,
    visitor: &Keeper,
    id: i64,
) -> Result<Option<(String, String)>, Failure> {
    let found = act(office, visitor, move |tx, author, _| {
        let waiting = account_ask::waiting(tx, author.now())?;
        let found = waiting.into_iter().find(|request| request.id == id);
        Ok(found.ok_or(LedgerRefusal::NotWaiting)?)
    });
    let request = found.await?;
    let (login, second) = (request.login, half_password().to_string());
    let hash = match &request.half {
        Some(first) => Some(hashed(&login, &joined(first, &second)).await?),
        None => None,
    };
    let has_half = hash.is_some();
    act(office, visitor, move |tx, author, _| {
        Ok(account_ask::agree(tx, author, id, hash.as_deref())?)
    })
    .await?;
    Ok(has_half.then_some((login, second)))
}

/// Refuses a request, or takes the own one back.
pub(super) async fn refuse(office: &Office, visitor: &Keeper, id: i64) -> Result<(), Failure> {
    act(office, visitor, move |tx, author, _| Ok(account_ask::refuse(tx, author, id)?)).await
}

/// The hash of a password for one sign-in.
async fn hashed(login: &str, password: &str) -> Result<String, Failure> {
    Ok(hash_chosen(login, password).await.map_err(SessionError::Account)?)
}

/// Refuses whoever does not look after accounts of a role.
fn check(author: &Author, of: Role) -> Result<(), LedgerRefusal> {
    match of.school() {
        Some(of) if administers(author.role(), of) => Ok(()),
        _ => Err(LedgerRefusal::NotAllowed),
    }
}

/// As [`check`], for an account that there is; nobody looks after the own one.
fn check_other(tx: &Tx<'_>, author: &Author, login: &Login) -> Result<(), LedgerRefusal> {
    if login.as_str() == author.account() {
        return Err(LedgerRefusal::SamePerson);
    }
    let lines = account::list(tx)?;
    let found = lines.iter().find(|line| line.login == login.as_str());
    check(author, found.ok_or(LedgerRefusal::Unknown)?.role)
}

/// The member of staff of a number; nobody where none was given and none is needed.
///
/// Who reads about students is somebody of the roll of staff, so that the second person sees who.
fn staff_of(tx: &Tx<'_>, role: Role, number: &str) -> Result<Option<StaffId>, Refused> {
    if number.is_empty() {
        let needed = role.school().is_some_and(reads_students);
        return if needed { Err(Refused::StaffNeeded) } else { Ok(None) };
    }
    let found = account::staff_of(tx, number)?;
    found.map(Some).ok_or_else(|| Refused::Staff(number.to_owned()))
}

/// The name on the screen, or the login where none was given.
fn named(name: &str, login: &str) -> String {
    let name = if name.trim().is_empty() { login } else { name.trim() };
    name.chars().take(80).collect()
}
