//! `user`: who may sign in to the web page and act on the ledgers, in which role.

mod asking;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use runtime::cli::{Align, Exit, Failure, Sentence, Table, Terminal};
use runtime::web::account::Login;
use runtime::web::time::minute;
use runtime::web::{NewAccount, Role, SessionError};
use serde_json::{Value, json};

use super::import::author;
use super::{Place, context, words};
use crate::app::Node;
use crate::ledger::account::{self, AccountChange, AccountError, AccountLine, Changer};
use crate::ledger::account_ask::Wish;
use crate::ledger::entry::StaffId;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Add an account, or give one a new password, role and name
    Add(AddArgs),
    /// List the accounts
    List,
    /// Lock an account and end its sessions, or unlock it
    Lock(LockArgs),
    /// Give an account another role
    Role(RoleArgs),
    /// Take an account's second factor away; the next sign-in sets up another
    DropFactor(FactorArgs),
    /// Replace your own password, the first one too
    Password(PasswordArgs),
    /// Carry out what waited two weeks for a head while no head worked
    Unanswered(UnansweredArgs),
}

#[derive(Args, Debug)]
pub(super) struct PasswordArgs {
    /// Name to sign in with
    login: String,

    /// File with the password until now; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// File with the new password
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,

    /// Code of the account's second step, where it has one
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct FactorArgs {
    /// Name to sign in with
    login: String,

    /// Why; needed where a head has to agree
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

#[derive(Args, Debug)]
pub(super) struct UnansweredArgs {
    /// Name to sign in with
    login: String,
}

#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// Name to sign in with
    login: String,

    /// operator, counsellor, moral-head, principal, class-teacher, mentor or auditor; at a receiver
    /// operator, receiver-head, clinician or intake
    #[arg(long, value_name = "ROLE", default_value = "operator")]
    role: String,

    /// Name on the screen
    #[arg(long, value_name = "NAME", default_value = "")]
    name: String,

    /// Staff number of the person; class teachers and mentors need it
    #[arg(long, value_name = "NUMBER")]
    staff: Option<String>,

    /// File with the password; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// Why; needed where a head has to agree to a new way in
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

#[derive(Args, Debug)]
pub(super) struct LockArgs {
    /// Name to sign in with
    login: String,

    /// Unlock it
    #[arg(long)]
    unlock: bool,
}

#[derive(Args, Debug)]
pub(super) struct RoleArgs {
    /// Name to sign in with
    login: String,

    /// operator, counsellor, moral-head, principal, class-teacher, mentor or auditor; at a receiver
    /// operator, receiver-head, clinician or intake
    role: String,

    /// Staff number of the person; class teachers and mentors need it
    #[arg(long, value_name = "NUMBER")]
    staff: Option<String>,
}

pub(super) async fn run(
    terminal: &Terminal,
    place: &Place,
    command: &UserCommand,
) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    match command {
        UserCommand::Add(args) => add(terminal, &node, args).await,
        UserCommand::List => list(terminal, &node),
        UserCommand::Password(args) => replace(terminal, &node, args).await,
        UserCommand::Lock(args) => {
            let how = if args.unlock { AccountChange::Unlock } else { AccountChange::Lock };
            let said = if args.unlock { words::USER_UNLOCKED } else { words::USER_LOCKED };
            change(&node, &args.login, how)?;
            let value = json!({"login": args.login, "locked": !args.unlock});
            terminal.result(&value, |terminal| terminal.text(said, &[&args.login]))
        }
        UserCommand::Unanswered(args) => asking::carry_out(terminal, &node, &args.login).await,
        UserCommand::DropFactor(args) => {
            let asked = (args.login.as_str(), &Wish::Factor, args.reason.as_str());
            if asking::is_asked(terminal, &node, asked)? {
                return Ok(());
            }
            change(&node, &args.login, AccountChange::DropFactor)?;
            let value = json!({"login": args.login, "second_factor": false});
            terminal.result(&value, |t| t.text(words::FACTOR_DROPPED, &[&args.login]))
        }
        UserCommand::Role(args) => {
            let role = role_here(&node, &args.role)?;
            let staff = staff_of(&node, role, args.staff.as_deref())?;
            if asking::is_asked(terminal, &node, (&args.login, &Wish::Role { role, staff }, ""))? {
                return Ok(());
            }
            change(&node, &args.login, AccountChange::Role(role, staff))?;
            let value = json!({"login": args.login, "role": role.as_str(), "staff": args.staff});
            let title = crate::console::title(role).in_lang(terminal.lang());
            terminal.result(&value, |t| t.text(words::USER_ROLE, &[&args.login, &title]))
        }
    }
}

/// Replaces the own password at the terminal: whoever made the account knows the first one.
async fn replace(terminal: &Terminal, node: &Node, args: &PasswordArgs) -> Result<(), Failure> {
    let old = args.password_file.as_deref();
    let old = terminal.secret(old, words::OLD_PASSWORD, "--password-file")?;
    let (new, flag) = (args.new_password_file.as_deref(), "--new-password-file");
    let new = terminal.new_secret(new, words::NEW_PASSWORD, flag)?;
    let sessions = super::acting::sessions(node)?;
    let (both, now_ms) = ((old.to_string(), new.to_string()), node.clock().now_ms());
    sessions.replace_password(&args.login, both, args.code.as_deref(), now_ms).await?;
    let value = json!({"login": args.login, "password": "replaced"});
    terminal.result(&value, |t| t.text(words::PASSWORD_REPLACED, &[&args.login]))
}

async fn add(terminal: &Terminal, node: &Node, args: &AddArgs) -> Result<(), Failure> {
    let role = role_here(node, &args.role)?;
    let staff = staff_of(node, role, args.staff.as_deref())?;
    let name = if args.name.is_empty() { &args.login } else { &args.name };
    let wish = asking::wish_of(node, &args.login, (name, role), (staff, args.staff.as_deref()))?;
    if asking::is_asked(terminal, node, (&args.login, &wish, &args.reason))? {
        return Ok(());
    }
    let password = terminal.new_secret(
        args.password_file.as_deref(),
        words::NEW_PASSWORD,
        "--password-file",
    )?;
    let account = NewAccount {
        login: args.login.clone(),
        name: name.clone(),
        role,
        password: password.to_string(),
    };
    let (stored, changer) = (account.hashed().await.map_err(SessionError::Account)?, changer(node));
    let put = move |tx: &runtime::sql::Tx<'_>| account::put_given(tx, &stored, staff, &changer);
    node.ledger().write("put_account", put)?;
    let value = json!({"login": args.login, "role": role.as_str(), "staff": args.staff});
    terminal.result(&value, |terminal| terminal.text(words::USER_ADDED, &[&args.login]))
}

fn list(terminal: &Terminal, node: &Node) -> Result<(), Failure> {
    let accounts = node.ledger().read(account::list)?;
    let lines: Vec<Value> = accounts.iter().map(as_json).collect();
    terminal.result(&json!({ "accounts": lines }), |terminal| {
        if accounts.is_empty() {
            return terminal.text(words::NO_USERS, &[]);
        }
        let heads = [
            words::USER_LOGIN,
            words::USER_NAME,
            words::USER_ROLE_HEAD,
            words::USER_STAFF,
            words::USER_STATE,
            words::USER_CHANGED,
        ];
        let mut table = Table::new();
        for head in heads {
            table = table.column(&terminal.text(head, &[]), Align::Left);
        }
        for line in &accounts {
            let state = if line.locked { words::USER_IS_LOCKED } else { words::USER_IS_OPEN };
            let changed = line.changed.as_ref();
            table.row(vec![
                line.login.clone(),
                line.name.clone(),
                crate::console::title(line.role).in_lang(terminal.lang()).to_owned(),
                line.staff.clone().unwrap_or_default(),
                terminal.text(state, &[]),
                changed.map_or_else(String::new, |(at, by)| format!("{} {by}", minute(at.0))),
            ]);
        }
        table.render()
    })
}

fn as_json(line: &AccountLine) -> Value {
    json!({"login": line.login, "name": line.name, "role": line.role.as_str(),
           "staff": line.staff, "locked": line.locked, "second_factor": line.has_factor,
           "changed_at_ms": line.changed.as_ref().map(|(at, _)| at.0),
           "changed_by": line.changed.as_ref().map(|(_, by)| by)})
}

fn change(node: &Node, login: &str, how: AccountChange) -> Result<(), Failure> {
    let (named, changer): (Login, _) =
        (login.parse().map_err(SessionError::Account)?, changer(node));
    let work = move |tx: &runtime::sql::Tx<'_>| account::change(tx, &named, how, &changer);
    let found: Result<bool, AccountError> = node.ledger().write("change_account", work);
    if found? {
        return Ok(());
    }
    let message = Sentence::new(words::NO_SUCH_USER, &[&login]);
    Err(Failure::new(Exit::NotFound, "ACCOUNT_UNKNOWN", message).hint(words::NO_SUCH_USER_NEXT))
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::SecondAccount => {
                Self::new(Exit::Refused, "SECOND_ACCOUNT", words::SECOND_ACCOUNT)
                    .hint(words::SECOND_ACCOUNT_NEXT)
            }
            AccountError::OtherPerson => {
                Self::new(Exit::Refused, "OTHER_PERSON", words::OTHER_PERSON)
                    .hint(words::OTHER_PERSON_NEXT)
            }
            AccountError::TakesTwo => {
                Self::new(Exit::Refused, "TAKES_TWO", words::TAKES_TWO).hint(words::TAKES_TWO_NEXT)
            }
            AccountError::Store(error) => error.into(),
        }
    }
}

fn changer(node: &Node) -> Changer {
    Changer::terminal(&author(), node.clock().now_ms())
}

/// A role that a school has, or a receiver; a hub's analyst is nobody here.
fn role_here(node: &Node, word: &str) -> Result<Role, Failure> {
    let role: Role = word.parse().map_err(SessionError::Account)?;
    let known: &[Role] = match node.is_receiver() {
        true => &Role::RECEIVER,
        false => &Role::SCHOOL,
    };
    if known.contains(&role) {
        return Ok(role);
    }
    if node.is_receiver() {
        let message = Sentence::new(words::ROLE_NOT_HERE, &[&role]);
        return Err(Failure::new(Exit::Usage, "ROLE", message).hint(words::ROLE_NOT_HERE_NEXT));
    }
    let message = Sentence::new(words::ROLE_OF_A_HUB, &[&role]);
    Err(Failure::new(Exit::Usage, "ROLE", message).hint(words::ROLE_OF_A_HUB_NEXT))
}

fn staff_of(node: &Node, role: Role, number: Option<&str>) -> Result<Option<StaffId>, Failure> {
    let Some(number) = number else {
        if role.school().is_some_and(account::needs_staff) {
            let message = Sentence::new(words::STAFF_NEEDED, &[]);
            return Err(
                Failure::new(Exit::Usage, "STAFF_NEEDED", message).hint(words::STAFF_NEEDED_NEXT)
            );
        }
        return Ok(None);
    };
    let asked = number.to_owned();
    let found = node.ledger().read(move |tx| account::staff_of(tx, &asked))?;
    found.map(Some).ok_or_else(|| {
        let message = Sentence::new(words::STAFF_UNKNOWN, &[&number]);
        Failure::new(Exit::NotFound, "STAFF_UNKNOWN", message).hint(words::STAFF_UNKNOWN_NEXT)
    })
}
