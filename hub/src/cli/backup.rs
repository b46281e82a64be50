//! `xinqiao-hub backup`: copies of the data folder while the hub serves, and the test that one of
//! them can be put back.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use runtime::cli::{Exit, Failure};
use runtime::passphrase::Passphrase;
use runtime::web::time::minute;
use serde_json::json;

use super::context::Context;
use super::words::backup as words;
use crate::app::open_store;
use crate::backup::{self, BackupError, Made, Plan, Proof};
use crate::config::Config;

/// Copies that are kept where nothing else is said.
const KEPT: usize = 14;

/// Copies of the data folder, sealed under a passphrase
#[derive(Subcommand)]
pub(super) enum Command {
    /// Choose the passphrase that opens copies
    Passphrase {
        /// File with the passphrase of backups, or - for standard input; asked for if left out
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Make a copy each day while serve runs
    Plan {
        /// Folder on another disk for copies
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// Hour of the day from which on the copy is made
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(i8).range(0..24))]
        hour: i8,
        /// How many copies are kept
        #[arg(long, default_value_t = KEPT)]
        keep: usize,
    },
    /// Make a copy now, and put it back for a test
    Create {
        /// Folder on another disk; the planned one if not given
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
    /// Show the copies that are there
    List {
        /// Folder of the copies; the planned one if not given
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
    /// Put a copy back for a test with its passphrase, look it through, and remove it again
    Verify {
        /// Folder of the copy; the newest of the planned place if not given
        copy: Option<PathBuf>,
        /// File with the passphrase of backups, or - for standard input; asked for if left out
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Make a copy, put it back for a test, and say how long both took
    Drill {
        /// Folder on another disk; the planned one if not given
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
        /// File with the passphrase of backups, or - for standard input; asked for if left out
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
}

pub(super) fn run(context: &Context, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Passphrase { passphrase_file } => choose(context, passphrase_file.as_deref()),
        Command::Plan { to, hour, keep } => plan(context, to, (*hour, *keep)),
        Command::Create { to } => create(context, to.as_deref()),
        Command::List { to } => list(context, to.as_deref()),
        Command::Verify { copy, passphrase_file } => {
            verify(context, copy.as_deref(), passphrase_file.as_deref())
        }
        Command::Drill { to, passphrase_file } => {
            drill(context, to.as_deref(), passphrase_file.as_deref())
        }
    }
}

fn choose(context: &Context, from: Option<&Path>) -> Result<(), Failure> {
    let config = context.config()?;
    let flag = "--passphrase-file";
    let text = context.terminal.new_secret(from, words::NEW_PASSPHRASE, flag)?;
    let passphrase = Passphrase::chosen(&text).map_err(|cause| length(&cause))?;
    backup::choose(&config, &passphrase)?;
    context.terminal.result(&json!({"passphrase": true}), |t| t.text(words::CHOSEN, &[]))
}

fn plan(context: &Context, to: &Path, (hour, keep): (i8, usize)) -> Result<(), Failure> {
    let config = context.config()?;
    // The service may have another folder of its own.
    let to = std::path::absolute(to).map_err(BackupError::from)?;
    if !to.is_dir() {
        return Err(BackupError::Away.into());
    }
    if !backup::is_set(&config) {
        return Err(BackupError::NoKey.into());
    }
    let plan = Plan { to, hour, keep: keep.max(1) };
    plan.save(&config)?;
    let value = json!({"to": plan.to, "hour": plan.hour, "keep": plan.keep});
    context
        .terminal
        .result(&value, |t| t.text(words::PLANNED, &[&plan.to.display(), &plan.hour, &plan.keep]))
}

fn create(context: &Context, to: Option<&Path>) -> Result<(), Failure> {
    let (config, plan) = planned(context, to)?;
    let made = made(context, (&config, &plan))?;
    let whole = plan.to.join(&made.name);
    let value = json!({"backup": whole, "bytes": made.bytes});
    context.terminal.result(&value, |t| t.text(words::MADE, &[&whole.display(), &megabytes(&made)]))
}

fn list(context: &Context, to: Option<&Path>) -> Result<(), Failure> {
    let (config, plan) = planned(context, to)?;
    let copies = backup::found(&plan.to, &config);
    let shown = copies
        .iter()
        .map(|made| json!({"name": made.name, "made": minute(made.made_ms), "bytes": made.bytes}));
    let value = json!({"to": plan.to, "copies": shown.collect::<Vec<_>>()});
    context.terminal.result(&value, |t| {
        if copies.is_empty() {
            return t.text(words::NO_COPIES, &[&plan.to.display()]);
        }
        let line = |made: &Made| t.text(words::COPY, &[&made.name, &megabytes(made)]);
        copies.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

fn verify(context: &Context, copy: Option<&Path>, from: Option<&Path>) -> Result<(), Failure> {
    let config = context.config()?;
    let copy = match copy {
        Some(copy) => copy.to_owned(),
        None => {
            let (_, plan) = planned(context, None)?;
            let newest = backup::found(&plan.to, &config).into_iter().next();
            plan.to.join(newest.ok_or(BackupError::NoCopy)?.name)
        }
    };
    let proof = proven(context, &config, (&copy, from))?;
    let value = json!({
        "copy": copy, "tables": proof.tables, "rows": proof.rows, "records": proof.records,
    });
    context.terminal.result(&value, |t| {
        t.text(words::PROVEN, &[&copy.display(), &proof.tables, &proof.rows, &proof.records])
    })
}

fn drill(context: &Context, to: Option<&Path>, from: Option<&Path>) -> Result<(), Failure> {
    let (config, plan) = planned(context, to)?;
    let begun = context.now_ms();
    let made = made(context, (&config, &plan))?;
    let copied = context.now_ms();
    let copy = plan.to.join(&made.name);
    let passphrase = opening(context, from)?;
    let asked = context.now_ms();
    let proof = backup::verify(&config, &copy, &passphrase, asked)?;
    let seconds = |ms: i64| format!("{}.{}", ms / 1_000, ms % 1_000 / 100);
    let (copying, putting) = (copied - begun, context.now_ms() - asked);
    let value = json!({
        "copy": copy, "rows": proof.rows, "copy_ms": copying, "restore_ms": putting,
    });
    context
        .terminal
        .result(&value, |t| t.text(words::DRILLED, &[&seconds(copying), &seconds(putting)]))
}

/// Where a copy goes: as the command says, else as planned.
fn planned(context: &Context, to: Option<&Path>) -> Result<(Config, Plan), Failure> {
    let config = context.config()?;
    let plan = match (to, Plan::load(&config)?) {
        (Some(to), Some(plan)) => Plan { to: to.to_owned(), ..plan },
        (Some(to), None) => Plan { to: to.to_owned(), hour: 0, keep: KEPT },
        (None, Some(plan)) => plan,
        (None, None) => {
            return Err(
                Failure::new(Exit::Usage, "BACKUP_TO", words::WHERE).hint(words::WHERE_NEXT)
            );
        }
    };
    Ok((config, plan))
}

fn made(context: &Context, (config, plan): (&Config, &Plan)) -> Result<Made, Failure> {
    let database = open_store(config)?;
    Ok(backup::make(config, &database, plan, context.now_ms())?)
}

/// What opens a copy is asked for as after a loss.
fn proven(
    context: &Context,
    config: &Config,
    (copy, from): (&Path, Option<&Path>),
) -> Result<Proof, Failure> {
    let passphrase = opening(context, from)?;
    Ok(backup::verify(config, copy, &passphrase, context.now_ms())?)
}

/// The passphrase of a copy that is there.
pub(super) fn opening(context: &Context, from: Option<&Path>) -> Result<Passphrase, Failure> {
    let text = context.terminal.secret(from, words::PASSPHRASE, "--passphrase-file")?;
    Passphrase::typed(&text).map_err(|cause| length(&cause))
}

fn length(cause: &dyn std::error::Error) -> Failure {
    Failure::new(Exit::Authentication, "PASSPHRASE_LENGTH", words::PASSPHRASE_LENGTH).because(cause)
}

fn megabytes(made: &Made) -> u64 {
    made.bytes.div_ceil(1 << 20)
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let (exit, code, text, next) = match &error {
            BackupError::Away => (Exit::NotFound, "BACKUP_AWAY", words::AWAY, words::AWAY_NEXT),
            BackupError::NoKey => {
                (Exit::Refused, "BACKUP_NO_PASSPHRASE", words::NO_KEY, words::NO_KEY_NEXT)
            }
            BackupError::NoCopy => {
                (Exit::NotFound, "BACKUP_NONE", words::NO_COPY, words::NO_COPY_NEXT)
            }
            BackupError::Passphrase => {
                (Exit::Authentication, "BACKUP_KEY", words::OTHER_KEY, words::OTHER_KEY_NEXT)
            }
            BackupError::Damaged | BackupError::Content | BackupError::Chain => {
                (Exit::Problems, "BACKUP_BROKEN", words::BROKEN, words::BROKEN_NEXT)
            }
            BackupError::Foreign => {
                (Exit::Invalid, "BACKUP_FOREIGN", words::FOREIGN, words::FOREIGN_NEXT)
            }
            BackupError::Busy => (Exit::Busy, "BACKUP_BUSY", words::BUSY, words::BUSY_NEXT),
            _ => (Exit::Failed, "BACKUP", words::FAILED, words::FAILED_NEXT),
        };
        Self::new(exit, code, text).hint(next).because(&error)
    }
}
