//! `family`: the notice of a class as text, the digest of a scan, the withdrawal of a consent.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use domain::ledger::consent::Purpose;
use runtime::cli::{Exit, Failure, Terminal};
use runtime::sql::Tx;
use runtime::texts;
use serde_json::json;

use super::acting::{self, ActingArgs};
use super::ledger::{student, word};
use super::{Place, context};
use crate::app::Node;
use crate::console::Letter;
use crate::ledger::author::Author;
use crate::ledger::notice;

texts! {
    NO_NOTICE = "还没有告知书，没有打印任何内容。", "there is no notice yet; nothing was printed.";
    NO_NOTICE_NEXT = "请心理教师或德育主任在网页“家长告知与同意”中生成一版。",
        "Have the counsellor make one on the page for families.";
    WITHDRAWN = "已撤回，立即生效（同意编号 {0}）。今后不再据此办理；此前依法已做的保留。",
        "withdrawn, at once (consent {0}). Nothing more is done on the strength of it; what was \
         done lawfully before stays.";
}

#[derive(Args, Debug)]
pub(super) struct FamilyArgs {
    #[command(flatten)]
    acting: ActingArgs,
    #[command(subcommand)]
    command: FamilyCommand,
}

#[derive(Debug, Subcommand)]
enum FamilyCommand {
    /// Print the notice and the slips of a class
    Notice {
        /// Class, such as g7/1班
        #[arg(long, value_name = "CLASS")]
        class: String,
        /// Number of the notice; the latest if not given
        #[arg(long, value_name = "N")]
        number: Option<i64>,
    },
    /// SHA-256 of the scan of returned slips, for the page where they are entered
    Digest {
        /// File with the scan
        file: PathBuf,
    },
    /// Withdraw a consent of a family; it counts at once
    Withdraw {
        /// Student number
        student: String,
        /// What the consent is for, such as screening
        #[arg(long, value_name = "WORD")]
        purpose: String,
        /// Unit id of the recipient, where something leaves the school
        #[arg(long, value_name = "UNIT", default_value = "")]
        recipient: String,
        /// Who asked for it and when; kept with it
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &FamilyArgs) -> Result<(), Failure> {
    if let FamilyCommand::Digest { file } = &args.command {
        return digest(terminal, file);
    }
    let node = context::open(terminal, place)?;
    let author = acting::needed(terminal, &node, &args.acting)?;
    match &args.command {
        FamilyCommand::Notice { class, number } => {
            print(terminal, &node, author, (class.clone(), *number))
        }
        FamilyCommand::Withdraw { student: number, purpose, recipient, reason } => {
            let (author, purpose) = (author.because(reason), word::<Purpose>(purpose)?);
            let (number, recipient) = (number.clone(), recipient.trim().to_owned());
            let record = node.ledger().write("withdraw", move |tx| {
                let student = student(tx, &author, &number)?;
                Ok::<_, Failure>(notice::withdraw(tx, &author, student, (purpose, &recipient))?)
            })?;
            let value = json!({"consent": record.0, "withdrawn": true});
            terminal.result(&value, |terminal| terminal.text(WITHDRAWN, &[&record.0]))
        }
        FamilyCommand::Digest { .. } => Ok(()),
    }
}

/// Needs neither ledger nor account: it reads one file that the caller has anyway.
fn digest(terminal: &Terminal, path: &Path) -> Result<(), Failure> {
    let unreadable = |cause| Failure::unreadable_file(path, &cause);
    let mut hasher = certs::digest::Hasher::new();
    let mut file = File::open(path).map_err(unreadable)?;
    std::io::copy(&mut file, &mut hasher).map_err(unreadable)?;
    let hex = crate::desk::scan::hex(&hasher.finish());
    terminal.result(&json!({ "sha256": hex }), |_| hex.clone())
}

fn print(
    terminal: &Terminal,
    node: &Node,
    reader: Author,
    (class, number): (String, Option<i64>),
) -> Result<(), Failure> {
    // Printing names students, so it writes the log of reads.
    let letter = node.ledger().write("notice", move |tx: &Tx<'_>| {
        let latest = notice::all(tx)?.first().map(|notice| notice.id);
        let missing = || Failure::new(Exit::NotFound, "NO_NOTICE", NO_NOTICE).hint(NO_NOTICE_NEXT);
        let number = number.or(latest).ok_or_else(missing)?;
        Ok::<_, Failure>(Letter::load(tx, &reader, (&class, number))?)
    })?;
    let text = letter.text(&node.packs()?, terminal.lang());
    terminal.result(&json!({ "text": text }), |_| text.clone())
}
