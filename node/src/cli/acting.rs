//! Who acts: a command that shows or changes what is known about students names an account.
//!
//! The passphrase opens the file; it says nothing about what a person may see. Whoever runs the
//! machine has it and is nobody to the ledgers, so author and role come from an account that gives
//! its own password.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use domain::ledger::{Action, Authority, authority, reads_students};
use runtime::cli::{Exit, Failure, Sentence, Terminal, block_on};
use runtime::web::{SessionError, SessionStore, Sessions};

use super::words;
use crate::app::Node;
use crate::ledger::account::{self, ChangeLog};
use crate::ledger::author::Author;
use crate::ledger::intake::{self, Worker};
use crate::ledger::refusal::LedgerRefusal;

/// The account that a command acts as; told before or after the word that says what it does.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct ActingArgs {
    /// Account that acts, with a password of its own
    #[arg(long = "as", global = true, value_name = "LOGIN", env = "XINQIAO_NODE_ACCOUNT")]
    login: Option<String>,

    /// File with the password; - for standard input
    #[arg(long, global = true, value_name = "FILE", env = "XINQIAO_NODE_PASSWORD_FILE")]
    password_file: Option<PathBuf>,

    /// Code of the account's second step, where it has one
    #[arg(long, global = true, value_name = "CODE")]
    code: Option<String>,
}

/// The account, where one was named.
///
/// # Errors
/// Account or password is wrong, the account is locked, or no role of a school.
pub(super) fn named(
    terminal: &Terminal,
    node: &Node,
    args: &ActingArgs,
) -> Result<Option<Author>, Failure> {
    block_on(named_now(terminal, node, args))?
}

/// As [`named`], where something runs already.
///
/// # Errors
/// As [`named`].
pub(super) async fn named_now(
    terminal: &Terminal,
    node: &Node,
    args: &ActingArgs,
) -> Result<Option<Author>, Failure> {
    let Some(login) = &args.login else {
        return Ok(None);
    };
    let given = (args.password_file.as_deref(), args.code.as_deref());
    author_of(terminal, node, login, given).await.map(Some)
}

/// The author whom an account stands for, once its password and its code were given.
///
/// # Errors
/// As [`named`].
pub(super) async fn author_of(
    terminal: &Terminal,
    node: &Node,
    login: &str,
    given: (Option<&Path>, Option<&str>),
) -> Result<Author, Failure> {
    let (known, now_ms) = (signed_in(terminal, node, login, given).await?, node.clock().now_ms());
    let author = node.ledger().read(move |tx| account::author(tx, &known, now_ms))?;
    author.ok_or_else(|| wrong(login))
}

/// Who works at a receiver, once the account's password and its code were given.
///
/// # Errors
/// Nobody was named, account or password is wrong, the account is locked, or a receiver has no such
/// role.
pub(super) fn worker(
    terminal: &Terminal,
    node: &Node,
    args: &ActingArgs,
) -> Result<Worker, Failure> {
    let login = args.login.as_deref().ok_or_else(unnamed)?;
    let given = (args.password_file.as_deref(), args.code.as_deref());
    let (known, now_ms) =
        (block_on(signed_in(terminal, node, login, given))??, node.clock().now_ms());
    let worker = node.ledger().read(move |tx| intake::worker(tx, &known, now_ms))?;
    worker.ok_or_else(|| wrong(login))
}

/// The login of an account whose password and code were given.
async fn signed_in(
    terminal: &Terminal,
    node: &Node,
    login: &str,
    (password_file, code): (Option<&Path>, Option<&str>),
) -> Result<String, Failure> {
    let password = terminal.secret(password_file, words::ACCOUNT_PASSWORD, "--password-file")?;
    let sessions = sessions(node)?;
    let now_ms = node.clock().now_ms();
    let verify = |code: Option<String>| {
        let (sessions, password) = (&sessions, password.to_string());
        async move { sessions.verify(login, password, code.as_deref(), now_ms).await }
    };
    let mut verified = verify(code.map(str::to_owned)).await;
    if matches!(verified, Err(SessionError::CodeNeeded)) {
        let typed = terminal.secret(None, words::ACCOUNT_CODE, "--code")?;
        verified = verify(Some(typed.to_string())).await;
    }
    let known = verified.map_err(|error| match error {
        SessionError::Store(error) => error.into(),
        SessionError::Busy => Failure::new(Exit::Busy, "SIGN_IN_BUSY", words::SIGN_IN_BUSY),
        SessionError::Replace => {
            let message = Sentence::new(words::PASSWORD_FIRST, &[&login]);
            let next = Sentence::new(words::PASSWORD_FIRST_NEXT, &[&login]);
            Failure::new(Exit::Refused, "PASSWORD_REPLACE", message).hint(next)
        }
        SessionError::Code => Failure::new(Exit::Authentication, "CODE", words::CODE_WRONG)
            .hint(words::CODE_WRONG_NEXT),
        _ => wrong(login),
    })?;
    Ok(known.login)
}

/// The accounts of a node, whose changes by their own persons leave a line.
///
/// # Errors
/// No password can be hashed here.
pub(super) fn sessions(node: &Node) -> Result<Sessions, Failure> {
    let store = SessionStore::new(node.ledger().database().clone());
    let sessions = Sessions::new(store, node.config().second_factor).map_err(SessionError::from)?;
    Ok(sessions.witnessed(Arc::new(ChangeLog)))
}

/// The account; refused where none was named.
///
/// # Errors
/// As [`named`], or nobody was named.
pub(super) fn needed(
    terminal: &Terminal,
    node: &Node,
    args: &ActingArgs,
) -> Result<Author, Failure> {
    named(terminal, node, args)?.ok_or_else(unnamed)
}

/// Why nobody may do something who is nobody.
pub(super) fn unnamed() -> Failure {
    Failure::new(Exit::Refused, "ACCOUNT_NEEDED", words::ACCOUNT_NEEDED)
        .hint(words::ACCOUNT_NEEDED_NEXT)
}

/// Refuses what the role may never do, whoever the student is.
///
/// # Errors
/// The table of authority has no such right for the role.
pub(super) fn allow(author: &Author, action: Action) -> Result<(), Failure> {
    if authority(author.role(), action) == Authority::Allowed {
        return Ok(());
    }
    Err(Failure::new(Exit::Refused, "ROLE_REFUSED", role_refused(author))
        .hint(words::ROLE_REFUSED_NEXT))
}

/// Refuses who reads nothing about any student, before anything is looked up: that a number is a
/// student's, or an entry's, is told by how it is refused.
///
/// # Errors
/// The role sees no student.
pub(super) fn of_students(author: &Author) -> Result<(), Failure> {
    match reads_students(author.role()) {
        true => Ok(()),
        false => Err(LedgerRefusal::NotAllowed.into()),
    }
}

/// The sentence about a role that may not.
pub(super) fn role_refused(author: &Author) -> Sentence {
    use domain::ledger::Word as _;
    let (zh, en) = author.role().label();
    let text = |lang, label: &str| words::ROLE_REFUSED.fill(lang, &[&author.account(), &label]);
    Sentence::pair(text(runtime::web::Lang::Zh, zh), text(runtime::web::Lang::En, en))
}

fn wrong(login: &str) -> Failure {
    Failure::new(Exit::Authentication, "SIGN_IN", Sentence::new(words::SIGN_IN_WRONG, &[&login]))
        .hint(words::SIGN_IN_WRONG_NEXT)
}

#[cfg(test)]
mod tests {
    use clap::{Parser as _, Subcommand};

    use super::*;
    use crate::cli::Cli;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        acting: ActingArgs,
        #[command(subcommand)]
        below: Below,
    }

    #[derive(Debug, PartialEq, Eq, Subcommand)]
    enum Below {
        List,
    }

    /// Who acts may stand behind what is done, as the data folder may.
    #[test]
    fn the_account_stands_before_or_after_the_command() {
        let account = ["--as", "li", "--password-file", "key", "--code", "123456"];
        for at in [0, 2, account.len()] {
            let (before, after) = account.split_at(at);
            let line = [["intake"].as_slice(), before, &["list"], after].concat();
            let read = Line::try_parse_from(&line).expect("line");
            assert_eq!(read.below, Below::List);
            let told = (read.acting.login.as_deref(), read.acting.code.as_deref());
            assert_eq!(told, (Some("li"), Some("123456")), "{line:?}");
            assert_eq!(read.acting.password_file.as_deref(), Some(Path::new("key")), "{line:?}");
            assert!(Cli::try_parse_from([["xinqiao-node"].as_slice(), &line].concat()).is_ok());
        }
    }
}
