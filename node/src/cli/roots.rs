//! `root`: the commissions' roots that this school trusts, pinned by two persons with a letter.
//!
//! No message from above adds or replaces one: whoever could, could sign packs for every school.

use std::path::{Path, PathBuf};

use certs::root::{Commission, RootCertificate};
use certs::words::{self as spoken, Length};
use clap::{Args, Subcommand};
use runtime::cli::{Answer, Exit, Failure, Sentence, Terminal};
use serde_json::json;

use super::{Place, context, words};
use crate::app::AppError;
use crate::join;

#[derive(Debug, Subcommand)]
pub(super) enum RootCommand {
    /// Show the roots' fingerprints, to compare with the letters
    List,
    /// Trust the second commission's root; takes effect when serve is started again
    Add(AddArgs),
}

#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// Root certificate of the second commission
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Two persons compared the roots' fingerprints with the commissions' letters
    #[arg(long)]
    roots_compared: bool,
}

pub(super) fn run(
    terminal: &Terminal,
    place: &Place,
    command: &RootCommand,
) -> Result<(), Failure> {
    let config = context::config(place, &[])?;
    let membership = config.membership.clone().ok_or_else(context::not_joined)?;
    let folder = config.roots_folder();
    let mut roots = join::read_roots(&folder).map_err(AppError::Roots)?;
    if let RootCommand::Add(args) = command {
        let (new, commission) = read(&args.file)?;
        if new.zone() != membership.name.zone() {
            let message = Sentence::new(words::ROOT_OTHER_CITY, &[&args.file.display()]);
            return Err(Failure::new(Exit::Authentication, "OTHER_ZONE", message)
                .hint(words::ROOT_UNFIT_NEXT));
        }
        if !roots.iter().any(|root| root.digest() == new.digest()) {
            if roots.iter().any(|root| root.commission() == Some(commission)) {
                return Err(Failure::new(Exit::Refused, "ONE_COMMISSION", words::ONE_COMMISSION)
                    .hint(words::ROOT_UNFIT_NEXT));
            }
            compare(terminal, &new, args.roots_compared)?;
            let kept = join::keep_root(&folder, commission, &new);
            kept.map_err(|cause| super::reason::system(&cause))?;
            terminal.talk(words::ROOT_ADDED, &[]);
            roots.push(new);
        }
    }
    shown(terminal, &roots)
}

fn read(file: &Path) -> Result<(RootCertificate, Commission), Failure> {
    let text = std::fs::read(file).map_err(|cause| Failure::unreadable_file(file, &cause))?;
    let root = RootCertificate::from_pem(&text).ok();
    let known = root.and_then(|root| Some((root.commission()?, root)));
    let (commission, root) = known.ok_or_else(|| {
        let message = Sentence::new(words::NO_ROOT, &[&file.display()]);
        Failure::new(Exit::Invalid, "FILE_INVALID", message).hint(words::ROOT_UNFIT_NEXT)
    })?;
    Ok((root, commission))
}

/// Screen against paper, by two persons: the same act as when the school joined.
fn compare(terminal: &Terminal, root: &RootCertificate, compared: bool) -> Result<(), Failure> {
    for line in fingerprint(terminal, root) {
        terminal.talk_plain(&line);
    }
    if compared {
        return Ok(());
    }
    let question = Sentence::from(words::ROOTS_COMPARED);
    match terminal.confirm(&question, "--roots-compared")? {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::new(Exit::Interrupted, "DECLINED", words::ROOT_DECLINED)
            .hint(words::ROOT_UNFIT_NEXT)),
    }
}

fn fingerprint(terminal: &Terminal, root: &RootCertificate) -> [String; 3] {
    let commission = match root.commission() {
        Some(Commission::Health) => words::HEALTH,
        _ => words::EDUCATION,
    };
    let digest = root.digest();
    [
        terminal.text(words::ROOT, &[&commission.in_lang(terminal.lang())]),
        format!("  {}", spoken::english(&digest, Length::Full)),
        format!("  {}", spoken::chinese(&digest, Length::Full)),
    ]
}

fn shown(terminal: &Terminal, roots: &[RootCertificate]) -> Result<(), Failure> {
    let value: Vec<_> = roots
        .iter()
        .map(|root| {
            json!({
                "commission": root.commission().map(Commission::as_str),
                "sha256": root.digest().to_string(),
                "not_after": root.not_after().to_string(),
            })
        })
        .collect();
    terminal.result(&value, |terminal| {
        let mut lines: Vec<String> =
            roots.iter().flat_map(|root| fingerprint(terminal, root)).collect();
        if roots.len() == 1 {
            lines.push(terminal.text(words::ONE_ROOT, &[]));
        }
        lines.join("\n")
    })
}
