//! `user`: who may sign in to the web page.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use runtime::cli::{Failure, Terminal};
use runtime::web::{NewAccount, Role, SessionError, SessionStore, Sessions};
use serde_json::json;

use super::{Place, context, words};

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Add an account, or give one a new password, role and name
    Add(AddArgs),
    /// List the accounts
    List,
}

#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// Name to sign in with
    login: String,

    /// operator, counsellor, moral-head, principal, class-teacher or auditor
    #[arg(long, value_name = "ROLE", default_value = "operator")]
    role: String,

    /// Name on the screen
    #[arg(long, value_name = "NAME", default_value = "")]
    name: String,

    /// File with the password; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

pub(super) async fn run(
    terminal: &Terminal,
    place: &Place,
    command: &UserCommand,
) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let store = SessionStore::new(node.ledger().database().clone());
    let args = match command {
        UserCommand::Add(args) => args,
        UserCommand::List => {
            let logins = store.logins().await?;
            return terminal.result(&json!({ "accounts": logins }), |terminal| {
                if logins.is_empty() {
                    return terminal.text(words::NO_USERS, &[]);
                }
                logins.join("\n")
            });
        }
    };
    let role: Role = args.role.parse().map_err(SessionError::Account)?;
    let password = terminal.new_secret(
        args.password_file.as_deref(),
        words::NEW_PASSWORD,
        "--password-file",
    )?;
    let name = if args.name.is_empty() { &args.login } else { &args.name };
    let account = NewAccount {
        login: args.login.clone(),
        name: name.clone(),
        role,
        password: password.to_string(),
    };
    let sessions = Sessions::new(store).map_err(SessionError::from)?;
    let put = sessions.put_account(account, node.clock().now_ms()).await;
    put?;
    let value = json!({"login": args.login, "role": role.as_str()});
    terminal.result(&value, |terminal| terminal.text(words::USER_ADDED, &[&args.login]))
}
