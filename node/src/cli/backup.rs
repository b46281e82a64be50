//! `backup`: a copy of the data folder now, as the node makes one each day, and the test that one
//! of them can be put back.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use runtime::cli::{Exit, Failure, Sentence, Terminal};
use runtime::clock::Clock;
use runtime::texts;
use runtime::web::time::minute;
use serde_json::json;

use super::{Place, context};
use crate::app::Node;
use crate::backup::{self, BackupError, Made, ProofError};
use crate::config::{BackupPlan, Config};
use crate::unlock::{LedgerKey, Opener};

texts! {
    MADE = "已备份到 {0}（{1} MB）。口令和恢复单请与备份分开保管。",
        "Copied to {0} ({1} MB). Keep passphrase and recovery sheet apart from it.";
    DRILLED = "演练完成：备份用时 {0} 秒，试恢复用时 {1} 秒（{2} 名学生、{3} 条台账记录）。",
        "Drilled: the copy took {0} s, putting it back {1} s ({2} students, {3} entries).";
    COPY = "{0}  {1} MB", "{0}  {1} MB";
    NO_COPIES = "{0} 中没有本单位的备份。", "There is no copy of this unit in {0}.";
    WHERE = "没有说明备份放到哪里，什么都没有复制", "no place for the backup is set; nothing was copied";
    WHERE_NEXT = "请加 --to 文件夹，或在 node.toml 中写 backup_to。",
        "Add --to FOLDER, or set backup_to in node.toml.";
    NO_PLACE = "文件夹 {0} 不在，什么都没有复制", "the folder {0} is not there; nothing was copied";
    NO_PLACE_NEXT = "请接上这块盘，或先建好这个文件夹。",
        "Plug the disk in, or make the folder first.";
    PROVEN = "恢复试验成功：{0}。在试验位置打开了 {1} 名学生、{2} 条台账记录，链完整；试验内容已删除，备份没有改动。",
        "Proven: {0} was put back for a test and opened: {1} students, {2} entries, chains whole. \
         The test is removed; the copy stands as it was.";
    NO_COPY = "没有可以试验的备份", "there is no copy to be tried";
    NO_COPY_NEXT = "先运行 xinqiao-node backup，或写明备份文件夹。",
        "Run xinqiao-node backup first, or name the folder of a copy.";
    NOT_A_COPY = "{0} 不是完整的备份，没有试验", "{0} is no whole copy; nothing was tried";
    OTHER_KEY = "口令或密钥文件打不开备份 {0}；备份和数据都没有变化",
        "the passphrase or key file does not open the copy {0}; copy and data stand as they were";
    OTHER_KEY_NEXT = "请用做这份备份时的口令；口令换过的，请用新口令重新备份一次。",
        "Use the passphrase of the day on which it was made; where it was changed, make a new \
         copy.";
    FOREIGN = "备份 {0} 不是本校台账的备份；没有改动",
        "the copy {0} is of another ledger; nothing was changed";
    FOREIGN_NEXT = "请核对备份文件夹；本机若是从旧备份恢复的，请重新备份一次。",
        "Look at the folder; where this machine was put back from an older copy, make a new one.";
    NO_ROOM = "备份 {0} 没能放到试验位置；备份和数据都没有变化",
        "the copy {0} could not be put back for the test; copy and data stand as they were";
    NO_ROOM_NEXT = "试验要在数据目录所在的盘上占用与备份同样大的空间；请清出空间再试。",
        "The test needs as much room on the disk of the data folder as the copy has; make room and \
         try again.";
    UNPROVEN = "备份 {0} 恢复不了：内容已损坏；数据没有变化",
        "the copy {0} cannot be put back: it is damaged; the data stand as they were";
    UNPROVEN_NEXT = "请立即重新备份一次，并检查那块盘。", "Make a new copy at once, and look at that disk.";
    FAILED = "没有备份成功；原有的备份和数据都没有变化",
        "no backup was made; earlier ones and the data stand as they were";
    FAILED_NEXT = "请看看那块盘的空间和是否可写，再试一次。",
        "Look at the space of that disk and whether it can be written, then try again.";
}

/// Copies that are kept where the settings say nothing.
const KEPT: usize = 14;

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct BackupArgs {
    /// Folder on another disk; the one of the settings if not given
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,

    #[command(subcommand)]
    command: Option<BackupCommand>,
}

#[derive(Debug, Subcommand)]
enum BackupCommand {
    /// Put a copy back for a test, look it through, and remove it again
    Verify {
        /// Folder of the copy; the newest of the settings' place if not given
        copy: Option<PathBuf>,
    },
    /// Show the copies that are there
    List {
        /// Folder on another disk; the one of the settings if not given
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
    /// Make a copy, put it back for a test, and say how long both took
    Drill {
        /// Folder on another disk; the one of the settings if not given
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &BackupArgs) -> Result<(), Failure> {
    match &args.command {
        Some(BackupCommand::Verify { copy }) => return verify(terminal, place, copy.as_deref()),
        Some(BackupCommand::List { to }) => return list(terminal, place, to.as_deref()),
        Some(BackupCommand::Drill { to }) => return drill(terminal, place, to.as_deref()),
        None => {}
    }
    let node = context::open(terminal, place)?;
    let plan = planned(node.config(), args.to.as_deref())?;
    let made = backup::make(&node, &plan).map_err(|error| failure(&plan, &error))?;
    let whole = plan.to.join(&made.name);
    let value = json!({"backup": whole, "bytes": made.bytes});
    terminal.result(&value, |terminal| {
        let megabytes = made.bytes.div_ceil(1 << 20);
        terminal.text(MADE, &[&whole.display(), &megabytes])
    })
}

/// Where copies lie: as the command says, else as the settings do.
fn planned(config: &Config, to: Option<&Path>) -> Result<BackupPlan, Failure> {
    match (to, &config.backup) {
        (Some(to), Some(plan)) => Ok(BackupPlan { to: to.to_owned(), ..plan.clone() }),
        (Some(to), None) => Ok(BackupPlan { to: to.to_owned(), hour: 0, keep: KEPT }),
        (None, Some(plan)) => Ok(plan.clone()),
        (None, None) => Err(Failure::new(Exit::Usage, "BACKUP_TO", WHERE).hint(WHERE_NEXT)),
    }
}

fn list(terminal: &Terminal, place: &Place, to: Option<&Path>) -> Result<(), Failure> {
    let config = context::config(place, &[])?;
    let plan = planned(&config, to)?;
    let copies = backup::found(&plan, &config);
    let shown = copies
        .iter()
        .map(|made| json!({"name": made.name, "made": minute(made.made_ms), "bytes": made.bytes}));
    let value = json!({"to": plan.to, "copies": shown.collect::<Vec<_>>()});
    terminal.result(&value, |terminal| {
        if copies.is_empty() {
            return terminal.text(NO_COPIES, &[&plan.to.display()]);
        }
        let line = |made: &Made| {
            let megabytes = made.bytes.div_ceil(1 << 20);
            terminal.text(COPY, &[&made.name, &megabytes])
        };
        copies.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

fn drill(terminal: &Terminal, place: &Place, to: Option<&Path>) -> Result<(), Failure> {
    let (node, opener) = opened(terminal, place)?;
    let plan = planned(node.config(), to)?;
    let begun = node.clock().now_ms();
    let made = backup::make(&node, &plan).map_err(|error| failure(&plan, &error))?;
    let (copied, copy) = (node.clock().now_ms(), plan.to.join(&made.name));
    let proof = backup::prove(&node, &copy, &opener).map_err(|error| unproven(&copy, error))?;
    let (copying, putting) = (copied - begun, node.clock().now_ms() - copied);
    let seconds = |ms: i64| format!("{}.{}", ms / 1_000, ms % 1_000 / 100);
    let value = json!({
        "copy": copy, "entries": proof.entries, "copy_ms": copying, "restore_ms": putting,
    });
    terminal.result(&value, |terminal| {
        let values: [&dyn std::fmt::Display; 4] =
            [&seconds(copying), &seconds(putting), &proof.students, &proof.entries];
        terminal.text(DRILLED, &values)
    })
}

/// The node, and what opens its copies: that is asked for as after a loss, and the same opens the
/// node.
fn opened(terminal: &Terminal, place: &Place) -> Result<(Node, Opener), Failure> {
    let config = context::config(place, &[])?;
    let opener = context::opener(terminal, place, &config)?;
    let key = LedgerKey::open(&config.data, &opener)?;
    Ok((crate::app::open(config, key.data_key(), Clock::system())?, opener))
}

fn verify(terminal: &Terminal, place: &Place, copy: Option<&Path>) -> Result<(), Failure> {
    let (node, opener) = opened(terminal, place)?;
    let newest = || {
        let plan = node.config().backup.as_ref()?;
        let made = backup::found(plan, node.config()).into_iter().next()?;
        Some(plan.to.join(made.name))
    };
    let copy = copy.map(Path::to_owned).or_else(newest);
    let copy = copy
        .ok_or_else(|| Failure::new(Exit::NotFound, "BACKUP_NONE", NO_COPY).hint(NO_COPY_NEXT))?;
    let proof = backup::prove(&node, &copy, &opener).map_err(|error| unproven(&copy, error))?;
    let value = json!({"copy": copy, "students": proof.students, "entries": proof.entries});
    terminal.result(&value, |terminal| {
        terminal.text(PROVEN, &[&copy.display(), &proof.students, &proof.entries])
    })
}

/// Why a copy proves nothing, and what to do.
pub(crate) fn unproven(copy: &Path, error: ProofError) -> Failure {
    let shown = copy.display();
    let of = |exit, code, text| Failure::new(exit, code, Sentence::new(text, &[&shown]));
    match error {
        ProofError::NoCopy => of(Exit::NotFound, "BACKUP_NONE", NOT_A_COPY).hint(NO_COPY_NEXT),
        ProofError::Key(cause) => {
            of(Exit::Authentication, "BACKUP_KEY", OTHER_KEY).hint(OTHER_KEY_NEXT).because(&cause)
        }
        // It says nothing about the copy, which may be whole.
        ProofError::Own(cause) => cause.into(),
        ProofError::Foreign => of(Exit::Invalid, "BACKUP_FOREIGN", FOREIGN).hint(FOREIGN_NEXT),
        ProofError::Copy(cause) => {
            of(Exit::Failed, "BACKUP_ROOM", NO_ROOM).hint(NO_ROOM_NEXT).because(&cause)
        }
        other => of(Exit::Problems, "BACKUP_BROKEN", UNPROVEN).hint(UNPROVEN_NEXT).because(&other),
    }
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
