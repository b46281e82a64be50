//! What every command that shows, seals and sends has in common: what would leave is shown whole
//! with the digest by which it is confirmed, and the process that serves the folder is told.

use runtime::cli::{Failure, Terminal};
use runtime::texts;
use serde_json::{Value, json};

use crate::app::{Node, ring_bell};

texts! {
    NOT_RUNG = "没有通知到正在运行的节点，它会在一分钟内看到。",
        "the running node could not be told; it looks within a minute.";
}

/// Shows all that would leave, line by line, and what to type to send it.
pub(super) fn shown(
    terminal: &Terminal,
    lines: &[(&'static str, String)],
    (digest, bytes): (&str, usize),
    next: String,
) -> Result<(), Failure> {
    let said: Vec<Value> = lines.iter().map(|(label, text)| json!([label, text])).collect();
    let value = json!({ "digest": digest, "bytes": bytes, "content": said });
    terminal.result(&value, |_| {
        let lines = lines.iter().map(|(label, text)| format!("{label}  {text}"));
        lines.chain([next]).collect::<Vec<_>>().join("\n")
    })
}

/// Tells whoever serves the folder that something waits to be sealed or sent.
pub(super) fn rung(terminal: &Terminal, node: &Node) {
    if let Err(error) = ring_bell(&node.config().data) {
        tracing::warn!(%error, "bell not rung; the next tick looks");
        terminal.talk(NOT_RUNG, &[]);
    }
}
