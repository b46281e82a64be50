//! Accounts of the console.

use std::path::PathBuf;

use clap::Subcommand;
use runtime::cli::{Exit, Failure, Sentence, block_on};
use runtime::sql::Database;
use runtime::web::account::Login;
use runtime::web::factor::FactorPolicy;
use runtime::web::session_store::factor;
use runtime::web::{NewAccount, Role, SessionError, SessionStore, Sessions};
use serde_json::json;

use super::context::Context;
use super::words;

/// Roles that a hub's console has.
const ROLES: [Role; 3] = [Role::Operator, Role::Analyst, Role::Auditor];

/// Accounts of the console
#[derive(Subcommand)]
pub(super) enum Command {
    /// Make an account, or give one a new password, name and role
    Add {
        /// Name to sign in with
        #[arg(long)]
        login: String,
        /// Name on the screen
        #[arg(long)]
        name: String,
        /// Role: operator, analyst or auditor
        #[arg(long)]
        role: Role,
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
    /// Show the names to sign in with
    List,
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
        Command::Add { login, name, role, password_file } => {
            if !ROLES.contains(&role) {
                let message = Sentence::new(words::ROLE_NOT_HERE, &[&role]);
                return Err(Failure::new(Exit::Usage, "ROLE", message));
            }
            let from = password_file.as_deref();
            let password = context.terminal.new_secret(from, words::PASSWORD, "--password-file")?;
            let person =
                NewAccount { login: login.clone(), name, role, password: password.to_string() };
            block_on(sessions.give_account(person, context.now_ms()))??;
            let value = json!({"login": login, "role": role.as_str()});
            context.terminal.result(&value, |t| t.text(words::ACCOUNT, &[&login, &role]))
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
            let logins = block_on(sessions.logins())??;
            context.terminal.result(&logins, |_| logins.join("\n"))
        }
        Command::DropFactor { login } => drop_factor(context, &database, &login),
    }
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
