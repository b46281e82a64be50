//! `release hold`: the principal stops what would leave for a period, and lifts the stop again.
//!
//! Both are acts of the principal's account: the passphrase, which whoever runs the machine has,
//! neither stops nor lifts anything. Only where a node has no account at all may whoever sits at
//! it stop releases, because stopping must not wait; lifting always waits for the principal.

use clap::Args;
use domain::ledger::SchoolRole;
use domain::period::Period;
use runtime::cli::{Exit, Failure, Paint, Sentence, Terminal};
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::acting::{self, ActingArgs};
use super::import::author;
use super::words;
use crate::app::{Node, ring_bell};
use crate::console::HeldPeriod;
use crate::ledger::account;
use crate::ledger::hold::{Act, REASON_CHARS_MAX};
use crate::release;

/// Before the name of whoever was signed in to the computer; no account can have such a name.
const SYSTEM_USER: &str = "os:";

#[derive(Args, Debug)]
pub(super) struct HoldArgs {
    /// Period whose releases are meant, such as 2025S1 or 2026-W48
    #[arg(value_name = "PERIOD")]
    period: Period,

    /// Why; kept with author and time
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// Lift the hold; what was held may leave again
    #[arg(long)]
    lift: bool,

    #[command(flatten)]
    acting: ActingArgs,
}

pub(super) fn run(terminal: &Terminal, node: &Node, args: &HoldArgs) -> Result<(), Failure> {
    let reason = args.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        let message = Sentence::new(words::HOLD_REASON, &[&REASON_CHARS_MAX]);
        return Err(Failure::new(Exit::Usage, "REASON", message));
    }
    let account = principal(terminal, node, args)?;
    let act = Act {
        period: args.period.to_string(),
        reason: reason.to_owned(),
        author: account.clone().unwrap_or_else(|| format!("{SYSTEM_USER}{}", author())),
        at_ms: node.clock().now_ms(),
    };
    if args.lift {
        return lift(terminal, node, act);
    }
    hold(terminal, node, act, account.is_some())
}

/// The principal's account; nobody only where a term is to be held and no account exists yet.
fn principal(terminal: &Terminal, node: &Node, args: &HoldArgs) -> Result<Option<String>, Failure> {
    let Some(acting) = acting::named(terminal, node, &args.acting)? else {
        if !args.lift && node.ledger().read(account::list)?.is_empty() {
            return Ok(None);
        }
        return Err(Failure::new(Exit::Refused, "ACCOUNT_NEEDED", words::HOLD_ACCOUNT)
            .hint(words::HOLD_ACCOUNT_NEXT));
    };
    if acting.role() != SchoolRole::Principal {
        return Err(Failure::new(Exit::Refused, "ROLE_REFUSED", acting::role_refused(&acting))
            .hint(words::HOLD_ACCOUNT_NEXT));
    }
    Ok(Some(acting.account().to_owned()))
}

fn hold(terminal: &Terminal, node: &Node, act: Act, by_account: bool) -> Result<(), Failure> {
    let (period, by) = (act.period.clone(), act.author.clone());
    let held = release::hold(node.ledger(), node.transfer(), act)?;
    let value = json!({"period": period, "held": true, "new": held.is_new, "waiting": held.kept,
                       "sent_before": held.gone, "by": by, "by_account": by_account});
    terminal.result(&value, |terminal| {
        let head = if held.is_new { words::HELD_NOW } else { words::HELD_BEFORE };
        let mut lines = vec![terminal.text(head, &[&period, &held.kept])];
        if held.gone > 0 {
            let gone = terminal.text(words::HELD_TOO_LATE, &[&held.gone]);
            lines.push(terminal.paint(Paint::Warn, &gone));
        }
        if !by_account {
            let noted = terminal.text(words::HELD_WITHOUT_ACCOUNT, &[&by]);
            lines.push(terminal.paint(Paint::Warn, &noted));
        }
        lines.push(terminal.text(words::HELD_NEXT, &[&period]));
        lines.join("\n")
    })
}

fn lift(terminal: &Terminal, node: &Node, act: Act) -> Result<(), Failure> {
    let period = act.period.clone();
    if !release::lift(node.ledger(), act)? {
        let message = Sentence::new(words::NOT_HELD, &[&period]);
        return Err(Failure::new(Exit::NotFound, "NOT_HELD", message));
    }
    // What was signed before the hold is queued again; nothing is signed by lifting.
    node.hand_over()?;
    ring_bell(&node.config().data).map_err(|cause| super::reason::system(&cause))?;
    terminal.result(&json!({"period": period, "held": false}), |terminal| {
        terminal.text(words::LIFTED, &[&period])
    })
}

/// Refuses to sign or send a period that is held.
pub(super) fn refuse(holds: &[HeldPeriod], period: Period) -> Result<(), Failure> {
    match of_period(holds, period) {
        None => Ok(()),
        Some(hold) => Err(held(&hold.name, (&hold.author, hold.since_ms), &hold.reason)),
    }
}

/// The hold of a period.
pub(super) fn of_period(holds: &[HeldPeriod], period: Period) -> Option<&HeldPeriod> {
    let name = period.to_string();
    holds.iter().find(|hold| hold.name == name)
}

/// A period is held: since when, by whom, why.
pub(super) fn held(period: &str, (author, since_ms): (&str, i64), reason: &str) -> Failure {
    let message = Sentence::new(words::IS_HELD, &[&period, &minute(since_ms), &author, &reason]);
    Failure::new(Exit::Refused, "RELEASE_HELD", message)
        .hint(Sentence::new(words::IS_HELD_NEXT, &[&period]))
}

/// What is held, as lines before a preview, a list or the end of a status.
pub(super) fn lines(terminal: &Terminal, holds: &[HeldPeriod]) -> Vec<String> {
    let line = |hold: &HeldPeriod| {
        let since = minute(hold.since_ms);
        let values: [&dyn std::fmt::Display; 5] =
            [&hold.name, &since, &hold.author, &hold.reason, &hold.waiting];
        terminal.paint(Paint::Warn, &terminal.text(words::HOLD_LINE, &values))
    };
    holds.iter().map(line).collect()
}

/// What is held, for programs.
pub(super) fn as_json(holds: &[HeldPeriod]) -> Vec<Value> {
    let one = |hold: &HeldPeriod| {
        json!({"period": hold.name, "since_ms": hold.since_ms, "by": hold.author,
               "reason": hold.reason, "waiting": hold.waiting})
    };
    holds.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::Parser;
    use runtime::cli::{Globals, block_on};
    use runtime::clock::Clock;
    use runtime::web::{NewAccount, Role};

    use super::*;
    use crate::ledger::account::Changer;
    use crate::ledger::hold as register;
    use crate::unlock::Opener;

    const PASSWORD: &str = "a long password";

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        hold: HoldArgs,
    }

    fn new_node(folder: &Path) -> Node {
        let data = folder.join("data");
        let opener = Opener::danger_new_key_file(&folder.join("machine.key")).expect("key file");
        let (clock, settings) = (Clock::system(), [("school_type", "junior".to_owned())]);
        crate::app::create(&data, &settings, &opener, &clock).expect("created");
        std::fs::write(folder.join("right"), PASSWORD).expect("file");
        std::fs::write(folder.join("wrong"), "another password").expect("file");
        crate::app::open_folder(&data, &opener, clock).expect("node")
    }

    fn add(node: &Node, login: &str, role: Role) {
        let password = PASSWORD.to_owned();
        let account = NewAccount { login: login.into(), name: login.into(), role, password };
        let stored = block_on(account.hashed()).expect("threads").expect("account");
        let changer = Changer { by: "office".to_owned(), at_ms: 1 };
        let put = move |tx: &runtime::sql::Tx<'_>| account::put(tx, &stored, None, &changer);
        node.ledger().write("put", put).expect("put");
    }

    /// Runs the command as an account, with a file in the folder; gives the code of a refusal.
    fn act(node: &Node, folder: &Path, (login, file): (&str, &str), lifts: bool) -> &'static str {
        let path = folder.join(file).display().to_string();
        let mut line = vec!["hold", "2025S1", "--reason", "class 4"];
        line.extend(lifts.then_some("--lift"));
        if !login.is_empty() {
            line.extend(["--as", login, "--password-file", &path]);
        }
        let args = Line::try_parse_from(line).expect("arguments").hold;
        let terminal = Terminal::new(&Globals { no_input: true, ..Globals::default() });
        run(&terminal, node, &args).map_or_else(|failure| failure.code(), |()| "")
    }

    fn author_of_hold(node: &Node) -> Option<String> {
        let holds = node.ledger().read(register::in_force).expect("holds");
        holds.into_iter().next().map(|hold| hold.author)
    }

    /// A node without accounts can be stopped by whoever sits at it, marked as such; lifting is
    /// the principal's alone, and nobody else's account, password or name does it.
    #[test]
    fn only_the_principal_lifts_a_hold() {
        let folder = tempfile::tempdir().expect("folder");
        let (node, folder) = (new_node(folder.path()), folder.path());
        assert_eq!(act(&node, folder, ("", ""), true), "ACCOUNT_NEEDED");
        assert_eq!(act(&node, folder, ("", ""), false), "");
        assert_eq!(author_of_hold(&node), Some(format!("os:{}", author())));
        add(&node, "it", Role::Operator);
        add(&node, "moral", Role::MoralHead);
        add(&node, "li", Role::Principal);
        for (who, code) in [
            (("", ""), "ACCOUNT_NEEDED"),
            (("it", "right"), "ROLE_REFUSED"),
            (("moral", "right"), "ROLE_REFUSED"),
            (("li", "wrong"), "SIGN_IN"),
            (("principal", "right"), "SIGN_IN"),
        ] {
            assert_eq!(act(&node, folder, who, true), code, "{who:?}");
            assert!(author_of_hold(&node).is_some(), "{who:?}");
        }
        assert_eq!(act(&node, folder, ("li", "right"), true), "");
        assert_eq!(author_of_hold(&node), None);
        assert_eq!(act(&node, folder, ("", ""), false), "ACCOUNT_NEEDED");
        assert_eq!(act(&node, folder, ("it", "right"), false), "ROLE_REFUSED");
        assert_eq!(author_of_hold(&node), None);
        assert_eq!(act(&node, folder, ("li", "right"), false), "");
        assert_eq!(author_of_hold(&node), Some("li".to_owned()));
    }

    /// Nothing is held or lifted without a reason, and nobody can be named as its author.
    #[test]
    fn a_reason_is_needed_and_no_author_can_be_claimed() {
        for line in [
            &["hold", "2025S1", "--lift"][..],
            &["hold", "2025S1"],
            &["hold", "2025S1", "--lift", "--reason", "x", "--by", "principal"],
        ] {
            assert!(Line::try_parse_from(line).is_err(), "{line:?}");
        }
    }
}
