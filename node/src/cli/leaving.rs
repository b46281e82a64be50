//! What every command that shows, seals and sends has in common: what would leave is shown whole
//! with the digest by which it is confirmed, and the process that serves the folder is told.

use std::path::Path;

use runtime::cli::{Failure, Terminal};
use runtime::texts;
use runtime::web::Text;
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
    if let Some(said) = unheard(&node.config().data) {
        terminal.talk(said, &[]);
    }
}

/// Rings for a folder; gives what to say where nobody can hear it.
fn unheard(data: &Path) -> Option<Text> {
    let error = ring_bell(data).err()?;
    tracing::warn!(%error, "bell not rung; the next tick looks");
    Some(NOT_RUNG)
}

#[cfg(test)]
mod tests {
    use runtime::web::Lang;

    use super::*;

    /// A bell that rings says nothing; one that cannot be rung is told to whoever acted, with when
    /// it is looked at all the same.
    #[test]
    fn a_bell_that_cannot_be_rung_is_told() {
        let folder = tempfile::tempdir().expect("folder");
        assert!(unheard(folder.path()).is_none());
        let said = unheard(&folder.path().join("gone")).expect("told");
        assert!(said.in_lang(Lang::Zh).contains("没有通知到正在运行的节点"));
        assert!(said.in_lang(Lang::En).contains("looks within a minute"));
    }
}
