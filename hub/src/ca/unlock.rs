//! Passphrases of the ceremony: asked for twice where one is chosen, once where a key is opened,
//! and only where the file needs one. Where nobody can be asked, a file gives them or the command
//! is refused.

use std::path::{Path, PathBuf};

use certs::keyfile::Around;
use clap::Args;
use runtime::cli::{Exit, Failure, Terminal};
use runtime::passphrase::{Passphrase, PassphraseError};
use serde_json::json;

use super::command::{at, at_key};
use super::document::{self, Role};
use super::vault::{self, Lock};
use super::words;
use crate::cli::causes::Caused as _;

/// What opens a key that is there.
#[derive(Args)]
pub(super) struct Opening {
    /// File with the key's passphrase, or - for standard input; asked for if it is left out
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// What locks a root's new key.
#[derive(Args)]
pub(super) struct Locking {
    /// File with the new key's passphrase, or - for standard input; asked for if it is left out
    #[arg(long, value_name = "FILE", conflicts_with = "danger_no_passphrase")]
    passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    danger: Danger,
}

/// What locks a new key beside one that is opened.
#[derive(Args)]
pub(super) struct Relocking {
    /// File with the new passphrase, or - for standard input; asked for if it is left out
    #[arg(long, value_name = "FILE", conflicts_with = "danger_no_passphrase")]
    new_passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    danger: Danger,
}

#[derive(Args)]
struct Danger {
    /// DANGER: no passphrase; whoever copies the file signs for the commission
    #[arg(long)]
    danger_no_passphrase: bool,
}

impl Opening {
    /// The passphrase of a key file; nothing where the file needs none.
    pub(super) fn passphrase(
        &self,
        terminal: &Terminal,
        path: &Path,
    ) -> Result<Option<Passphrase>, Failure> {
        if !vault::needs_passphrase(path).map_err(|error| at(path, &error))? {
            terminal.talk(words::UNPROTECTED, &[&path.display()]);
            return Ok(None);
        }
        terminal.talk(words::OPENING, &[&path.display()]);
        let from = self.passphrase_file.as_deref();
        let text = terminal.secret(from, words::PASSPHRASE, "--passphrase-file")?;
        Passphrase::typed(&text).map(Some).map_err(|error| unusable(&error))
    }

    /// The same for a key of a role; one of the other role is refused before anybody is asked.
    pub(super) fn for_role(
        &self,
        terminal: &Terminal,
        (path, role): (&Path, Role),
    ) -> Result<Option<Passphrase>, Failure> {
        document::check_role(path, role).map_err(|error| at(path, &error))?;
        self.passphrase(terminal, path)
    }

    /// Standard input holds one secret, not two.
    pub(super) fn beside(&self, new: &Relocking) -> Result<(), Failure> {
        let input = |path: &Option<PathBuf>| path.as_deref() == Some(Path::new("-"));
        if input(&self.passphrase_file) && input(&new.new_passphrase_file) {
            return Err(Failure::new(Exit::Usage, "STDIN_TWICE", words::STDIN_TWICE));
        }
        Ok(())
    }
}

impl Locking {
    pub(super) fn lock(&self, terminal: &Terminal) -> Result<Lock, Failure> {
        chosen(terminal, (self.passphrase_file.as_deref(), "--passphrase-file"), &self.danger)
    }
}

impl Relocking {
    pub(super) fn lock(&self, terminal: &Terminal) -> Result<Lock, Failure> {
        let from = (self.new_passphrase_file.as_deref(), "--new-passphrase-file");
        chosen(terminal, from, &self.danger)
    }
}

fn chosen(
    terminal: &Terminal,
    (from, flag): (Option<&Path>, &str),
    danger: &Danger,
) -> Result<Lock, Failure> {
    if danger.danger_no_passphrase {
        terminal.talk(words::PLAIN_KEY, &[]);
        return Ok(Lock::DangerPlain);
    }
    let text = terminal.new_secret(from, words::NEW_PASSPHRASE, flag)?;
    Passphrase::chosen(&text).map(Lock::Passphrase).map_err(|error| unusable(&error))
}

fn unusable(error: &PassphraseError) -> Failure {
    Failure::new(Exit::Authentication, "PASSPHRASE_LENGTH", words::PASSPHRASE_LENGTH).caused(error)
}

/// Gives a key file another passphrase, or a first one; the key and all else in the file stay.
/// What the key is for is said by who asks: a file cannot tell it from a certificate beside it.
pub(super) fn change(
    terminal: &Terminal,
    (file, role): (&Path, Option<Role>),
    (old, new): (&Opening, &Relocking),
) -> Result<(), Failure> {
    old.beside(new)?;
    let passphrase = match role {
        Some(role) => old.for_role(terminal, (file, role))?,
        None => old.passphrase(terminal, file)?,
    };
    let place = role.map_or(vault::ROOT, Role::place);
    let fail = |error: &super::CeremonyError| match role {
        Some(_) => at_key(file, error),
        None => at(file, error),
    };
    let key = vault::open(file, passphrase.as_ref(), place).map_err(|error| fail(&error))?;
    let around = Around::of(file).map_err(|error| fail(&error.into()))?;
    let lock = new.lock(terminal)?;
    vault::save(file, &key, &lock, place, &around).map_err(|error| fail(&error))?;
    let protected = matches!(lock, Lock::Passphrase(_));
    let text = if protected { words::PASSPHRASE_CHANGED } else { words::PASSPHRASE_GONE };
    terminal.result(&json!({"file": file, "passphrase": protected}), |t| {
        t.text(text, &[&file.display()])
    })
}
