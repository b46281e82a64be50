//! `backup`: a copy of the data folder now, as the node makes one each day.

use std::path::PathBuf;

use clap::Args;
use runtime::cli::{Exit, Failure, Sentence, Terminal};
use runtime::texts;
use serde_json::json;

use super::{Place, context};
use crate::backup::{self, BackupError};
use crate::config::BackupPlan;

texts! {
    MADE = "已备份到 {0}（{1} MB）。口令和恢复单请与备份分开保管。",
        "Copied to {0} ({1} MB). Keep passphrase and recovery sheet apart from it.";
    WHERE = "没有说明备份放到哪里，什么都没有复制", "no place for the backup is set; nothing was copied";
    WHERE_NEXT = "请加 --to 文件夹，或在 node.toml 中写 backup_to。",
        "Add --to FOLDER, or set backup_to in node.toml.";
    NO_PLACE = "文件夹 {0} 不在，什么都没有复制", "the folder {0} is not there; nothing was copied";
    NO_PLACE_NEXT = "请接上这块盘，或先建好这个文件夹。",
        "Plug the disk in, or make the folder first.";
    FAILED = "没有备份成功；原有的备份和数据都没有变化",
        "no backup was made; earlier ones and the data stand as they were";
    FAILED_NEXT = "请看看那块盘的空间和是否可写，再试一次。",
        "Look at the space of that disk and whether it can be written, then try again.";
}

/// Copies that are kept where the settings say nothing.
const KEPT: usize = 14;

#[derive(Args, Debug)]
pub(super) struct BackupArgs {
    /// Folder on another disk; the one of the settings if not given
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &BackupArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let plan = match (&args.to, &node.config().backup) {
        (Some(to), Some(plan)) => BackupPlan { to: to.clone(), ..plan.clone() },
        (Some(to), None) => BackupPlan { to: to.clone(), hour: 0, keep: KEPT },
        (None, Some(plan)) => plan.clone(),
        (None, None) => {
            return Err(Failure::new(Exit::Usage, "BACKUP_TO", WHERE).hint(WHERE_NEXT));
        }
    };
    let made = backup::make(&node, &plan).map_err(|error| failure(&plan, &error))?;
    let whole = plan.to.join(&made.name);
    let value = json!({"backup": whole, "bytes": made.bytes});
    terminal.result(&value, |terminal| {
        let megabytes = made.bytes.div_ceil(1 << 20);
        terminal.text(MADE, &[&whole.display(), &megabytes])
    })
}

fn failure(plan: &BackupPlan, error: &BackupError) -> Failure {
    match error {
        BackupError::Away => {
            let message = Sentence::new(NO_PLACE, &[&plan.to.display()]);
            Failure::new(Exit::NotFound, "BACKUP_AWAY", message).hint(NO_PLACE_NEXT)
        }
        _ => Failure::new(Exit::Failed, "BACKUP", FAILED).hint(FAILED_NEXT).because(error),
    }
}
