//! Accounts of the console.

use std::path::PathBuf;

use clap::Subcommand;
use runtime::cli::{Align, Answer, Exit, Failure, Sentence, Table, block_on};
use runtime::sql::Database;
use runtime::web::account::Login;
use runtime::web::factor::FactorPolicy;
use runtime::web::session_store::{self, AccountLine, factor};
use runtime::web::time::minute;
use runtime::web::{NewAccount, Role, SessionError, SessionStore, Sessions};
use serde_json::json;

use super::context::Context;
use super::words;
use super::words::user as said;

/// Roles that a hub's console has.
const ROLES: [Role; 3] = [Role::Operator, Role::Analyst, Role::Auditor];

/// Accounts of the console
#[derive(Subcommand)]
pub(super) enum Command {
    /// Make an account
    Add {
        /// Name to sign in with
        #[arg(long)]
        login: String,
        /// Name on the screen
        #[arg(long)]
        name: String,
        /// Role: operator, analyst or auditor
        #[arg(long)]
        role: String,
        /// Give an account that is there this name, role and password; do not ask
        #[arg(long)]
        replace: bool,
        /// File with the password, or - for standard input; asked for if it is left out
        #[arg(long)]
        password_file: Option<PathBuf>,
    },
    /// Replace your own password, the first one too
    Password {
        /// Name to sign in with
        #[arg(long)]
        login: String,
        /// File with the password until now; - for standard input
        #[arg(long)]
        password_file: Option<PathBuf>,
        /// File with the new password
        #[arg(long)]
        new_password_file: Option<PathBuf>,
        /// Code of the second step, where the account has one
        #[arg(long)]
        code: Option<String>,
    },
    /// Show the accounts: role, second step, whether they are locked
    List,
    /// Lock an account, as of somebody who left, and end its sessions; or unlock it
    Lock {
        /// Name to sign in with
        #[arg(long)]
        login: String,
        /// Let it sign in again
        #[arg(long)]
        unlock: bool,
    },
    /// Take an account's second step away and end its sessions
    DropFactor {
        /// Name to sign in with
        #[arg(long)]
        login: String,
    },
}

pub(super) fn run(context: &Context, command: Command) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let store = SessionStore::new(database.clone());
    let sessions = Sessions::new(store, FactorPolicy::Persons).map_err(SessionError::from)?;
    match command {
        Command::Add { login, name, role, replace, password_file } => {
            let Some(role) = ROLES.into_iter().find(|known| known.as_str() == role) else {
                let message = Sentence::new(words::ROLE_NOT_HERE, &[&role]);
                return Err(Failure::new(Exit::Usage, "ROLE", message));
            };
            let before = taken_over(context, &database, (&login, role), replace)?;
            let from = password_file.as_deref();
            let password = context.terminal.new_secret(from, words::PASSWORD, "--password-file")?;
            let person =
                NewAccount { login: login.clone(), name, role, password: password.to_string() };
            block_on(sessions.give_account(person, context.now_ms()))??;
            let value = json!({"login": login, "role": role.as_str()});
            context.terminal.result(&value, |t| match before {
                Some(before) => t.text(said::REPLACED, &[&login, &before, &role]),
                None => t.text(words::ACCOUNT, &[&login, &role]),
            })
        }
        Command::Password { login, password_file, new_password_file, code } => {
            let old = password_file.as_deref();
            let old = context.terminal.secret(old, words::OLD_PASSWORD, "--password-file")?;
            let (new, flag) = (new_password_file.as_deref(), "--new-password-file");
            let new = context.terminal.new_secret(new, words::PASSWORD, flag)?;
            let (both, now_ms) = ((old.to_string(), new.to_string()), context.now_ms());
            block_on(sessions.replace_password(&login, both, code.as_deref(), now_ms))??;
            let value = json!({"login": login, "password": "replaced"});
            context.terminal.result(&value, |t| t.text(words::PASSWORD_REPLACED, &[&login]))
        }
        Command::List => {
            let all = database.read(session_store::accounts)?;
            list(context, &all)
        }
        Command::Lock { login, unlock } => lock(context, &database, (&login, !unlock)),
        Command::DropFactor { login } => drop_factor(context, &database, &login),
    }
}

/// The role of an account that `add` would take over; nothing where there is none. It is somebody's
/// who works here, so that nobody takes it over without meaning to.
fn taken_over(
    context: &Context,
    database: &Database,
    (login, role): (&str, Role),
    replace: bool,
) -> Result<Option<Role>, Failure> {
    let named: Login = login.parse().map_err(SessionError::Account)?;
    let all = database.read(session_store::accounts)?;
    let Some(found) = all.into_iter().find(|one| one.login == named.as_str()) else {
        return Ok(None);
    };
    if replace {
        return Ok(Some(found.role));
    }
    if context.terminal.asks() {
        let question = Sentence::new(said::REPLACE, &[&login, &found.name, &found.role, &role]);
        if context.terminal.confirm(&question, "--replace")? == Answer::Yes {
            return Ok(Some(found.role));
        }
    }
    let message = Sentence::new(said::EXISTS, &[&login, &found.name, &found.role]);
    Err(Failure::new(Exit::Refused, "ACCOUNT_EXISTS", message).hint(said::EXISTS_NEXT))
}

fn list(context: &Context, all: &[AccountLine]) -> Result<(), Failure> {
    let value: Vec<_> = all
        .iter()
        .map(|one| {
            json!({"login": one.login, "name": one.name, "role": one.role.as_str(),
                   "locked": one.is_locked, "second_factor": one.has_factor,
                   "last_use": one.seen_ms.map(minute)})
        })
        .collect();
    context.terminal.result(&value, |t| {
        if all.is_empty() {
            return t.text(said::NONE, &[]);
        }
        let lang = t.lang();
        let heads = [said::LOGIN, words::NAME, said::ROLE, words::STATE, said::FACTOR];
        let heads = heads.iter().chain([&said::LAST_USE]).map(|head| head.in_lang(lang));
        let mut table = heads.fold(Table::new(), |table, head| table.column(head, Align::Left));
        for one in all {
            let state = if one.is_locked { said::LOCKED_STATE } else { said::IN_USE };
            let factor = if one.has_factor { said::HAS } else { said::HAS_NOT };
            table.row(vec![
                one.login.clone(),
                one.name.clone(),
                one.role.to_string(),
                state.in_lang(lang).to_owned(),
                factor.in_lang(lang).to_owned(),
                one.seen_ms.map_or_else(|| "-".to_owned(), minute),
            ]);
        }
        table.render()
    })
}

fn lock(
    context: &Context,
    database: &Database,
    (login, locked): (&str, bool),
) -> Result<(), Failure> {
    let named: Login = login.parse().map_err(SessionError::Account)?;
    let known =
        database.write("lock_account", move |tx| session_store::set_locked(tx, &named, locked))?;
    if !known {
        let message = Sentence::new(said::NO_ACCOUNT, &[&login]);
        let failure = Failure::new(Exit::NotFound, "NO_ACCOUNT", message);
        return Err(failure.hint(said::NO_ACCOUNT_NEXT));
    }
    let text = if locked { said::LOCKED } else { said::UNLOCKED };
    let value = json!({"login": login, "locked": locked});
    context.terminal.result(&value, |t| t.text(text, &[&login]))
}

fn drop_factor(context: &Context, database: &Database, login: &str) -> Result<(), Failure> {
    let named: Login = login.parse().map_err(SessionError::Account)?;
    let had = database.write("drop_factor", move |tx| factor::remove(tx, &named))?;
    if !had {
        let message = Sentence::new(words::NO_FACTOR, &[&login]);
        return Err(Failure::new(Exit::NotFound, "NO_FACTOR", message));
    }
    let value = json!({"login": login, "second_factor": false});
    context.terminal.result(&value, |t| t.text(words::FACTOR_DROPPED, &[&login]))
}
