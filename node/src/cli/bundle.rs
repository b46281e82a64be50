//! `bundle`: what waits for the hub, into a file for a stick, and the hub's file back.
//!
//! A file holds what a connection would carry and nothing else. What goes by it may go over the
//! network as well, and a file may be taken twice.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use runtime::cli::{Failure, Terminal, block_on, read_carried, write_carried};
use runtime::texts;
use serde_json::json;

use super::{Place, context};
use crate::app::ring_bell;

texts! {
    MADE = "已写入 {0}：{1} 件待答复。请带到枢纽，由运维运行 xinqiao-hub bundle take，再把答复文件带回来。",
        "Written to {0}: {1} items without an answer. Carry it to the hub, where its operator runs \
         xinqiao-hub bundle take, and bring the answer back.";
    MADE_PART = "已写入 {0}：{1} 件待答复；还有放不下的，请在收到答复后再做一次。",
        "Written to {0}: {1} items without an answer. More waits: make another once the answer is \
         here.";
    TAKEN = "已收下枢纽的文件：答复 {0} 条，下发内容 {1} 件，给本单位的信件等 {2} 件。",
        "Taken from the hub: {0} answers, {1} directives, {2} items for this unit.";
    ANEW = "枢纽的序列已重新开始：请再做一次离线包（bundle make）。",
        "The hub begins a new run of sequences: make another bundle (bundle make).";
}

#[derive(Debug, Subcommand)]
pub(super) enum BundleCommand {
    /// Write what waits for the hub into a file
    Make {
        /// File on the stick; one of that name is replaced
        file: PathBuf,
    },
    /// Take the file that the hub wrote as an answer
    Take {
        /// File of the hub
        file: PathBuf,
    },
}

pub(super) fn run(
    terminal: &Terminal,
    place: &Place,
    command: &BundleCommand,
) -> Result<(), Failure> {
    match command {
        BundleCommand::Make { file } => block_on(make(terminal, place, file))?,
        BundleCommand::Take { file } => block_on(take(terminal, place, file))?,
    }
}

async fn make(terminal: &Terminal, place: &Place, file: &Path) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let (uplink, _) = node.uplink().ok_or_else(context::not_joined)?;
    // What was signed and not queued yet goes along.
    node.hand_over()?;
    let made = uplink.pack().await?;
    write_carried(file, &made.bytes)?;
    let value = json!({"file": file, "items": made.frames, "all": made.is_all});
    let text = if made.is_all { MADE } else { MADE_PART };
    terminal.result(&value, |terminal| terminal.text(text, &[&file.display(), &made.frames]))
}

async fn take(terminal: &Terminal, place: &Place, file: &Path) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let (uplink, _) = node.uplink().ok_or_else(context::not_joined)?;
    let bytes = read_carried(file)?;
    let brought = uplink.unpack(&bytes).await?;
    // What came is acted on as after a connection, here and by whoever serves.
    node.hand_over()?;
    ring_bell(&node.config().data).map_err(|cause| super::reason::system(&cause))?;
    let value = json!({
        "answers": brought.answers, "directives": brought.directives,
        "addressed": brought.addressed, "starts_anew": brought.starts_anew,
    });
    terminal.result(&value, |terminal| {
        let values: [&dyn std::fmt::Display; 3] =
            [&brought.answers, &brought.directives, &brought.addressed];
        let taken = terminal.text(TAKEN, &values);
        match brought.starts_anew {
            true => format!("{taken}\n{}", terminal.text(ANEW, &[])),
            false => taken,
        }
    })
}
