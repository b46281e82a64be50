//! `passphrase`: a new one for an old one, or for the recovery sheet.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use runtime::cli::{Exit, Failure, Sentence, Terminal, read_secret};
use runtime::passphrase::Passphrase;
use serde_json::json;

use super::{Place, context, words};
use crate::unlock::{LedgerKey, Opener, UnlockError};

#[derive(Debug, Subcommand)]
pub(super) enum PassphraseCommand {
    /// Choose a new passphrase; the records themselves are not touched
    Change(ChangeArgs),
}

#[derive(Args, Debug)]
pub(super) struct ChangeArgs {
    /// File with the new passphrase; - for standard input
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,

    /// File with the groups of the recovery sheet, where the old passphrase is lost
    #[arg(long, value_name = "FILE")]
    recovery_sheet: Option<PathBuf>,
}

pub(super) fn run(
    terminal: &Terminal,
    place: &Place,
    command: &PassphraseCommand,
) -> Result<(), Failure> {
    let PassphraseCommand::Change(args) = command;
    let config = context::config(place, &[])?;
    let key = match &args.recovery_sheet {
        Some(path) => from_sheet(path)?,
        None => context::ledger_key(terminal, place, &config)?,
    };
    // A sheet of another node would make a folder that never opens again.
    crate::app::open(config.clone(), key.data_key(), runtime::clock::Clock::system())?;
    let text = terminal.new_secret(
        args.new_passphrase_file.as_deref(),
        words::NEW_PASSPHRASE,
        "--new-passphrase-file",
    )?;
    let passphrase = Passphrase::chosen(&text).map_err(UnlockError::from)?;
    key.lock(&config.data, &Opener::Passphrase(passphrase))?;
    terminal
        .result(&json!({"changed": true}), |terminal| terminal.text(words::PASSPHRASE_CHANGED, &[]))
}

/// The sheet's groups: lines of nothing but five letters and digits at a time, so that what is
/// printed around them may stay; where they are set out otherwise, the whole text.
fn from_sheet(path: &std::path::Path) -> Result<LedgerKey, Failure> {
    let text = read_secret(path)?;
    let group = |word: &str| word.len() == 5 && word.bytes().all(is_sheet_letter);
    let of_groups = |line: &&str| line.split_whitespace().all(group);
    let groups: Vec<&str> =
        text.lines().filter(of_groups).flat_map(str::split_whitespace).collect();
    let found = groups.len() == certs::recovery::GROUPS;
    let typed = if found { groups.join(" ") } else { text.to_string() };
    let typed = zeroize::Zeroizing::new(typed);
    LedgerKey::from_sheet(&typed).map_err(|error| {
        let message = match error {
            certs::recovery::RecoveryError::Group(group) => {
                Sentence::new(words::SHEET_GROUP, &[&group])
            }
            _ => Sentence::from(words::SHEET_WRONG),
        };
        Failure::new(Exit::Authentication, "RECOVERY_SHEET", message).hint(words::SHEET_WRONG_NEXT)
    })
}

/// The sheet is printed in upper case, the sentences around it are not.
const fn is_sheet_letter(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}
