//! `intake letters`: what needs somebody, as the page of these letters has it. No child is named.

use domain::ledger::Word as _;
use runtime::cli::{Failure, Terminal};
use runtime::texts;
use runtime::web::{Text, time};
use serde_json::{Value, json};

use super::super::ledger::chosen;
use crate::app::Node;
use crate::intake::stuck::{self, Waits};
use crate::ledger::intake::Worker;

texts! {
    NOTHING = "没有打不开、没发出、没有回执或锁定的信件。",
        "no letter is unopened, unsealed, unacknowledged or locked.";
    REFUSED = "{0} 收到但打不开：{1}", "{0} came, and cannot be opened: {1}";
    UNSEALED = "第 {0} 份（{1}）：自 {2} 起办理结果还没有密封，缺学校或枢纽的有效公钥声明；请先电话告知学校。",
        "referral {0} ({1}): what was done is not sealed since {2}, for want of a statement of the \
         school's key or the relay's; telephone the school first.";
    UNHEARD = "第 {0} 份（{1}）：{2} 发出的答复学校还没有回执，两周内自动补发；请致电学校核对。",
        "referral {0} ({1}): the school has not said that it has the answer of {2}, which goes \
         anew by itself for two weeks; telephone the school and ask.";
    ON_WAY = "已发出、等学校回执的答复：{0} 份。", "answers that left and are not acknowledged yet: {0}.";
    LOCKED = "第 {0} 份（{1}）：自 {2} 恢复备份起锁定，等学校确认仍然有效。",
        "referral {0} ({1}): locked since the backup of {2} was put back, until its school says \
         that it stands.";
}

/// Prints what needs somebody.
pub(super) fn letters(terminal: &Terminal, node: &Node, worker: Worker) -> Result<(), Failure> {
    let found = node.ledger().read(move |tx| stuck::stuck(tx, &worker))?;
    let refused = found.refused.iter().map(|(at, why)| json!({"at_ms": at.0, "why": why.as_str()}));
    let value = json!({
        "refused": refused.collect::<Vec<Value>>(), "unsealed": values(&found.unsealed),
        "unheard": values(&found.unheard), "locked": values(&found.locked),
        "on_way": found.on_way,
    });
    terminal.result(&value, |terminal| {
        let lang = terminal.lang();
        let refused = found.refused.iter().map(|(at, why)| {
            terminal.text(REFUSED, &[&time::minute(at.0), &chosen(why.label(), lang)])
        });
        let mut lines: Vec<String> = refused.collect();
        let waiting =
            [(UNSEALED, &found.unsealed), (UNHEARD, &found.unheard), (LOCKED, &found.locked)];
        for (said, all) in waiting {
            lines.extend(all.iter().map(|one| line(terminal, said, one)));
        }
        if found.on_way > 0 {
            lines.push(terminal.text(ON_WAY, &[&found.on_way]));
        }
        if lines.is_empty() { terminal.text(NOTHING, &[]) } else { lines.join("\n") }
    })
}

fn line(terminal: &Terminal, said: Text, one: &Waits) -> String {
    terminal.text(said, &[&one.intake, &one.school, &time::minute(one.since.0)])
}

fn values(all: &[Waits]) -> Vec<Value> {
    let value = |one: &Waits| {
        let since_ms = one.since.0;
        json!({"referral": one.intake, "school": one.school, "since_ms": since_ms})
    };
    all.iter().map(value).collect()
}
