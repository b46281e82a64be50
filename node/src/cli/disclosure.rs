//! `disclosure export`: the school's own exact sealed tables, in a file for its principal.
//!
//! A school that colludes with others puts this file beside a hub's (`xinqiao-hub disclosure audit
//! FILE --with SCHOOL.json`), and so does a principal who wants to know what could be worked out.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::ledger::{Act, Action};
use domain::span::school_year_of;
use runtime::cli::{Exit, Failure, Paint, Sentence, Terminal};
use runtime::private;
use runtime::seen::write;
use runtime::texts;
use serde_json::json;

use super::acting::{self, ActingArgs};
use super::import::unwritable;
use super::{Place, context};
use crate::sealing::{FiguresError, danger_own_view};

texts! {
    WRITTEN = "已写入 {0}（{1} 张表）。这是本校准确的小数字，可能指向具体学生：仅供校长核对，不得外传，用后请删除。",
        "Wrote {0} ({1} tables). It holds this school's exact small counts, which can point at \
         children: for the principal only, never to be passed on; delete it after use.";
    NO_YEAR = "{0} 学年在本校没有启用密封汇总，没有写入任何文件。",
        "school year {0} is not under seal at this school; nothing was written.";
    UNREAD = "台账读取失败，没有写入任何文件。请稍后再试；若再次出现，请运行 doctor。",
        "The ledger could not be read; nothing was written. Try again; run doctor if it stays.";
    EXISTS = "文件 {0} 已存在，没有覆盖。", "the file {0} is there already and was not replaced.";
}

/// What this school knows of its own sealed sums, for the attack on a hub's file
#[derive(Debug, Subcommand)]
pub(super) enum DisclosureCommand {
    /// DANGER: write the school's own exact sealed tables of a school year, as the principal
    Export(ExportArgs),
}

#[derive(Args, Debug)]
pub(super) struct ExportArgs {
    /// School year, by the year in which it begins; the present one if not given
    #[arg(long, value_name = "YEAR")]
    year: Option<i16>,

    /// New file, readable by its owner only
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    acting: ActingArgs,
}

pub(super) fn run(
    terminal: &Terminal,
    place: &Place,
    command: &DisclosureCommand,
) -> Result<(), Failure> {
    let DisclosureCommand::Export(args) = command;
    let node = context::open(terminal, place)?;
    let author = acting::needed(terminal, &node, &args.acting)?;
    acting::allow(&author, Action::Do(Act::ExportFigures))?;
    let year = args.year.unwrap_or_else(|| school_year_of(node.clock().today()));
    let no_year =
        || Failure::new(Exit::NotFound, "YEAR_NOT_SEALED", Sentence::new(NO_YEAR, &[&year]));
    let unread = || Failure::new(Exit::Failed, "STORE", UNREAD);
    let sealing = node.sealing().map_err(|error| unread().because(&error))?;
    let sealing = sealing.ok_or_else(no_year)?;
    let view = node.ledger().read(move |tx| danger_own_view(tx, &sealing, year));
    let view = view.map_err(|error| match error {
        FiguresError::Year(_) => no_year(),
        FiguresError::Store(error) => unread().because(&error),
    })?;
    let bytes = write(&view).map_err(|error| unread().because(&error))?;
    keep(&args.out, &bytes)?;
    let value = json!({"file": args.out, "year": year, "tables": view.tables.len()});
    terminal.result(&value, |terminal| {
        let text = terminal.text(WRITTEN, &[&args.out.display(), &view.tables.len()]);
        terminal.paint(Paint::Warn, &text)
    })
}

/// Writes a new file that only its owner reads.
fn keep(path: &std::path::Path, bytes: &[u8]) -> Result<(), Failure> {
    let file = private::create_file(path);
    if file.as_ref().is_err_and(|cause| cause.kind() == std::io::ErrorKind::AlreadyExists) {
        let message = Sentence::new(EXISTS, &[&path.display()]);
        return Err(Failure::new(Exit::Refused, "FILE_EXISTS", message));
    }
    let written = file.and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|cause| unwritable(path, &cause))
}
