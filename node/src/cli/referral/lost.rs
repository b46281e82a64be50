//! `referral lost`: what recipients answered about referrals that a restored ledger does not know,
//! and what is done about one by the word of the family's slip.

use certs::referral::EnvelopeId;
use domain::ledger::Word as _;
use runtime::cli::{Exit, Failure, Terminal};
use runtime::texts;
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::super::context;
use super::super::leaving::rung;
use super::named;
use crate::app::Node;
use crate::desk::envelope;
use crate::ledger::author::Author;
use crate::ledger::entry::RecordId;
use crate::ledger::referral;
use crate::ledger::refusal::LedgerRefusal;
use crate::letters::restoring::{self, Lost};

texts! {
    NONE = "没有账本不知道的转介。", "no answer came about a referral that this ledger does not know.";
    FOUND = "信件 {0}  接收方 {1}  首次答复 {2}", "envelope {0}  recipient {1}  first heard {2}";
    SAID = "    {0}  {1}  {2}", "    {0}  {1}  {2}";
    DELETED = "已按撤回删除", "deleted after a withdrawal";
    NEXT = "请凭家庭的回执单重新登记：先登记转介并按当面交接写下“发出”，再绑定\n  \
            xinqiao-node referral bind 编号 --envelope 信件 --word 撤回码\n\
            家庭已撤回的，请撤回\n  xinqiao-node referral take-back --envelope 信件 --word 撤回码",
        "By the family's slip: enter the referral again, write it down as handed over, and bind \
         it\n  \
         xinqiao-node referral bind ID --envelope HEX --word WORD\n\
         Where the family has withdrawn, take it back\n  \
         xinqiao-node referral take-back --envelope HEX --word WORD";
    BOUND = "已绑定转介 #{0}：{1}", "bound to referral #{0}: {1}";
    TAKEN_BACK = "已通知接收方撤回；它的答复会再次出现在这份列表里。",
        "the recipient is told; what it answers to it appears in this list.";
    DISMISSED = "不再显示。", "it is listed no more.";
    NO_ENVELOPE = "信件编号应为 32 位十六进制。", "an envelope has an id of 32 hexadecimal digits.";
}

pub(super) fn list(terminal: &Terminal, node: &Node, reader: Author) -> Result<(), Failure> {
    let found = node.ledger().read(move |tx| Ok::<_, Failure>(restoring::lost(tx, &reader)?))?;
    let values: Vec<Value> = found.iter().map(value_of).collect();
    terminal.result(&json!({ "lost": values }), |terminal| {
        if found.is_empty() {
            return terminal.text(NONE, &[]);
        }
        let mut lines: Vec<String> = found.iter().flat_map(|one| lines_of(terminal, one)).collect();
        lines.push(terminal.text(NEXT, &[]));
        lines.join("\n")
    })
}

fn value_of(lost: &Lost) -> Value {
    let said: Vec<Value> = lost
        .answers
        .iter()
        .map(|answer| {
            let event = answer.said.event().map_or("revocation_done", |event| event.as_str());
            json!({ "act": answer.act, "event": event, "at_ms": answer.at.0 })
        })
        .collect();
    json!({
        "envelope": envelope::shown(lost.about),
        "recipient": lost.recipient,
        "since_ms": lost.since_ms,
        "said": said,
    })
}

fn lines_of(terminal: &Terminal, lost: &Lost) -> Vec<String> {
    let (id, since) = (envelope::shown(lost.about), minute(lost.since_ms));
    let mut lines = vec![terminal.text(FOUND, &[&id, &lost.recipient, &since])];
    for answer in &lost.answers {
        let event = match answer.said.event() {
            Some(event) => named(terminal, event.label()).to_owned(),
            None => terminal.text(DELETED, &[]),
        };
        let at = minute(answer.at.0);
        lines.push(terminal.text(SAID, &[&at, &event, &answer.by.person]));
    }
    lines
}

pub(super) fn bind(
    terminal: &Terminal,
    node: &Node,
    (author, record): (Author, RecordId),
    (id, word): (&str, &str),
) -> Result<(), Failure> {
    let desk = node.letter_desk().ok_or_else(context::not_joined)?;
    let (about, word) = (envelope_of(id)?, word.to_owned());
    let state = node.ledger().write("bind", move |tx| {
        restoring::bind(tx, (&author, &desk), (record, about), &word)?;
        Ok::<_, Failure>(referral::course(tx, record)?.state)
    })?;
    let value = json!({ "id": record.0, "state": state.as_str() });
    terminal.result(&value, |terminal| {
        terminal.text(BOUND, &[&record.0, &named(terminal, state.label())])
    })
}

pub(super) fn take_back(
    terminal: &Terminal,
    node: &Node,
    author: Author,
    (envelope, word): (&str, &str),
) -> Result<(), Failure> {
    let desk = node.letter_desk().ok_or_else(context::not_joined)?;
    let (about, word) = (envelope_of(envelope)?, word.to_owned());
    let told: Result<(), LedgerRefusal> = node.ledger().write("take_back_lost", move |tx| {
        restoring::take_back(tx, (&author, &desk), about, &word)
    });
    told?;
    rung(terminal, node);
    terminal.result(&json!({ "told": envelope }), |terminal| terminal.text(TAKEN_BACK, &[]))
}

pub(super) fn dismiss(
    terminal: &Terminal,
    node: &Node,
    author: Author,
    envelope: &str,
) -> Result<(), Failure> {
    let about = envelope_of(envelope)?;
    let done: Result<(), LedgerRefusal> =
        node.ledger().write("dismiss_lost", move |tx| restoring::dismiss(tx, &author, about));
    done?;
    terminal.result(&json!({ "dismissed": envelope }), |terminal| terminal.text(DISMISSED, &[]))
}

pub(super) fn envelope_of(text: &str) -> Result<EnvelopeId, Failure> {
    envelope::typed(text).ok_or_else(|| Failure::new(Exit::Usage, "ENVELOPE", NO_ENVELOPE))
}
