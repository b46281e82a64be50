//! `referral aside`: letters whose signer's certificate had ended when they came, and what a person
//! decides about them who has telephoned.

use runtime::cli::{Failure, Terminal};
use runtime::texts;
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::lost::envelope_of;
use super::rung;
use crate::app::Node;
use crate::desk::{aside as said, envelope};
use crate::ledger::author::Author;
use crate::ledger::refusal::LedgerRefusal;
use crate::letters::again::deciding::{self, Waiting};

texts! {
    WAITS = "{0}{1}  信件 {2}  询问对象 {3}  {4} 封，自 {5} 起；{6}",
        "{0}{1}  envelope {2}  sender {3}  {4} letters since {5}; asked: {6}";
    NEXT = "节点会自动请对方确认或重新发来。急的请致电对方，是其本人答复的，登记确认人\n  \
            xinqiao-node referral aside --envelope 信件 --who 姓名\n\
            不是其所发、或对方已不存在的，不再等待\n  \
            xinqiao-node referral aside --envelope 信件 --drop",
        "The node asks the sender by itself. In a hurry telephone, and enter who said that answers \
         are theirs\n  \
         xinqiao-node referral aside --envelope HEX --who NAME\n\
         Where they are not, or the sender is gone for good, wait no more\n  \
         xinqiao-node referral aside --envelope HEX --drop";
    COUNTED = "已按电话所说登记，答复已采信。", "entered: the answers count from now on.";
    DROPPED = "不再等待，内容已删除。", "nothing is waited for; what was put aside is erased.";
}

pub(super) fn list(terminal: &Terminal, node: &Node, reader: Author) -> Result<(), Failure> {
    let read = move |tx: &runtime::sql::Tx<'_>| Ok::<_, Failure>(deciding::waiting(tx, &reader)?);
    let found = node.ledger().read(read)?;
    let values = found.iter().map(|one| {
        json!({
            "kind": one.kind.as_str(),
            "referral": one.referral.map(|record| record.0),
            "envelope": envelope::shown(one.about),
            "sender": one.sender,
            "letters": one.letters,
            "since_ms": one.since_ms,
            "asked": one.question.asked,
            "asked_at_ms": one.question.asked_at_ms,
        })
    });
    let values: Vec<Value> = values.collect();
    terminal.result(&json!({ "aside": values }), |terminal| {
        if found.is_empty() {
            return terminal.text(said::NONE, &[]);
        }
        let mut lines: Vec<String> = found.iter().map(|one| line(terminal, one)).collect();
        lines.push(terminal.text(NEXT, &[]));
        lines.join("\n")
    })
}

fn line(terminal: &Terminal, one: &Waiting) -> String {
    let what = terminal.text(said::label(one.kind), &[]);
    let number = one.referral.map(|record| format!(" #{}", record.0)).unwrap_or_default();
    let (id, since) = (envelope::shown(one.about), minute(one.since_ms));
    let asked = match one.question.asked_at_ms {
        Some(at) => terminal.text(said::ASKED, &[&one.question.asked, &minute(at)]),
        None => terminal.text(said::NOT_ASKED, &[]),
    };
    terminal.text(WAITS, &[&what, &number, &id, &one.sender, &one.letters, &since, &asked])
}

/// Counts what is put aside on what somebody said by telephone, or lets go of it where nobody is
/// named.
pub(super) fn decide(
    terminal: &Terminal,
    node: &Node,
    author: Author,
    (envelope, who): (&str, Option<&str>),
) -> Result<(), Failure> {
    let (about, said) = (envelope_of(envelope)?, who.map(str::to_owned));
    let decided: Result<(), LedgerRefusal> =
        node.ledger().write("decide_aside", move |tx| match said {
            Some(who) => deciding::told(tx, &author, (about, &who)),
            None => deciding::let_go(tx, &author, about),
        });
    decided?;
    rung(terminal, node);
    let (word, text) = if who.is_some() { ("counted", COUNTED) } else { ("dropped", DROPPED) };
    terminal.result(&json!({ word: envelope }), |terminal| terminal.text(text, &[]))
}
