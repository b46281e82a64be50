//! `referral aside`: answers whose signer's certificate had ended when they came, and what a person
//! decides about them who has telephoned.

use runtime::cli::{Failure, Terminal};
use runtime::texts;
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::lost::envelope_of;
use super::rung;
use crate::app::Node;
use crate::desk::envelope;
use crate::ledger::author::Author;
use crate::ledger::refusal::LedgerRefusal;
use crate::letters::again;

texts! {
    NONE = "没有等待确认的答复。", "no answer waits to be said again.";
    WAITS = "转介 #{0}  信件 {1}  接收方 {2}  {3} 份答复，自 {4} 起",
        "referral #{0}  envelope {1}  recipient {2}  {3} answers since {4}";
    NEXT = "节点会自动请接收方确认。急需时请致电接收方，确认是其本人答复后登记\n  \
            xinqiao-node referral aside --envelope 信件 --who 姓名\n\
            不是其答复、或对方已不存在的，不再等待\n  \
            xinqiao-node referral aside --envelope 信件 --drop",
        "The node asks the recipient by itself. In a hurry telephone, and enter who said that the \
         answers are its own\n  \
         xinqiao-node referral aside --envelope HEX --who NAME\n\
         Where they are not, or the recipient is gone for good, wait no more\n  \
         xinqiao-node referral aside --envelope HEX --drop";
    COUNTED = "已按电话所说登记，答复已采信。", "entered: the answers count from now on.";
    DROPPED = "不再等待，内容已删除。", "nothing is waited for; what was put aside is erased.";
}

pub(super) fn list(terminal: &Terminal, node: &Node, reader: Author) -> Result<(), Failure> {
    let read = move |tx: &runtime::sql::Tx<'_>| Ok::<_, Failure>(again::waiting(tx, &reader)?);
    let found = node.ledger().read(read)?;
    let values = found.iter().map(|one| {
        json!({
            "referral": one.referral.0,
            "envelope": envelope::shown(one.about),
            "recipient": one.recipient,
            "answers": one.answers,
            "since_ms": one.since_ms,
        })
    });
    let values: Vec<Value> = values.collect();
    terminal.result(&json!({ "aside": values }), |terminal| {
        if found.is_empty() {
            return terminal.text(NONE, &[]);
        }
        let line = |one: &again::Waiting| {
            let (id, since) = (envelope::shown(one.about), minute(one.since_ms));
            terminal.text(WAITS, &[&one.referral.0, &id, &one.recipient, &one.answers, &since])
        };
        let mut lines: Vec<String> = found.iter().map(line).collect();
        lines.push(terminal.text(NEXT, &[]));
        lines.join("\n")
    })
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
            Some(who) => again::told(tx, &author, (about, &who)),
            None => again::let_go(tx, &author, about),
        });
    decided?;
    rung(terminal, node);
    let (word, text) = if who.is_some() { ("counted", COUNTED) } else { ("dropped", DROPPED) };
    terminal.result(&json!({ word: envelope }), |terminal| terminal.text(text, &[]))
}
