//! What most commands begin with: the data folder, its settings, its key, the open node.

use std::path::{Path, PathBuf};

use runtime::cli::{Exit, Failure, Sentence, Terminal};
use runtime::clock::Clock;
use runtime::passphrase::Passphrase;

use super::{Place, words};
use crate::app::Node;
use crate::config::{Config, FILE_NAME, Settings, Sources};
use crate::unlock::{self, CREDENTIAL, LedgerKey, Opener};

/// The data folder: the flag or variable, else the folder we are in if a node was set up there.
pub(super) fn data_folder(place: &Place) -> Result<PathBuf, Failure> {
    if let Some(data) = &place.data {
        return Ok(data.clone());
    }
    let here = PathBuf::from(".");
    if here.join(FILE_NAME).exists() {
        return Ok(here);
    }
    Err(Failure::new(Exit::Usage, "DATA_FOLDER", words::WHICH_FOLDER)
        .hint(words::WHICH_FOLDER_NEXT))
}

/// The settings of the data folder, with values of the command line before all others.
pub(super) fn settings(
    place: &Place,
    flags: &[(&'static str, String)],
) -> Result<(PathBuf, Settings), Failure> {
    let data = data_folder(place)?;
    let sources = Sources {
        flags: flags.to_vec(),
        environment: std::env::vars().collect(),
        file: place.config.clone().unwrap_or_else(|| data.join(FILE_NAME)),
    };
    let settings = Settings::resolve(&sources)?;
    Ok((data, settings))
}

/// The checked configuration.
pub(super) fn config(place: &Place, flags: &[(&'static str, String)]) -> Result<Config, Failure> {
    let (data, settings) = settings(place, flags)?;
    Ok(Config::check(&data, &settings)?)
}

/// The file into which `join` writes.
pub(super) fn config_file(place: &Place, data: &Path) -> PathBuf {
    place.config.clone().unwrap_or_else(|| data.join(FILE_NAME))
}

/// What opens the ledger: key file, passphrase file, system credential, or a person's passphrase.
pub(super) fn opener(
    terminal: &Terminal,
    place: &Place,
    config: &Config,
) -> Result<Opener, Failure> {
    Ok(match (unlock::kind_of(&config.data)?, &config.danger_key_file) {
        ("key file", Some(path)) => Opener::danger_from_key_file(path)?,
        ("key file", None) => {
            return Err(Failure::new(Exit::Authentication, "KEY_FILE", words::WHICH_KEY_FILE)
                .hint(words::WHICH_KEY_FILE_NEXT));
        }
        _ => Opener::Passphrase(passphrase(terminal, place)?),
    })
}

/// Unlocks the ledger by its [`opener`].
pub(super) fn ledger_key(
    terminal: &Terminal,
    place: &Place,
    config: &Config,
) -> Result<LedgerKey, Failure> {
    Ok(LedgerKey::open(&config.data, &opener(terminal, place, config)?)?)
}

fn passphrase(terminal: &Terminal, place: &Place) -> Result<Passphrase, Failure> {
    let file = place.passphrase_file.clone().or_else(credential);
    let text = terminal.secret(file.as_deref(), words::PASSPHRASE, "--passphrase-file")?;
    Passphrase::typed(&text).map_err(|error| crate::unlock::UnlockError::from(error).into())
}

/// Whether the ledger can be unlocked without asking anybody.
pub(super) fn opens_unasked(place: &Place, config: &Config) -> bool {
    place.passphrase_file.is_some() || config.danger_key_file.is_some() || credential().is_some()
}

/// The credential that the system hands to the service, if there is one.
pub(super) fn credential() -> Option<PathBuf> {
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY")?;
    let path = PathBuf::from(folder).join(CREDENTIAL);
    path.exists().then_some(path)
}

/// Opens the node of the data folder.
pub(super) fn open(terminal: &Terminal, place: &Place) -> Result<Node, Failure> {
    open_with(terminal, place, &[])
}

/// Opens the node, with values of the command line before all others.
pub(super) fn open_with(
    terminal: &Terminal,
    place: &Place,
    flags: &[(&'static str, String)],
) -> Result<Node, Failure> {
    let config = config(place, flags)?;
    let key = ledger_key(terminal, place, &config)?;
    Ok(crate::app::open(config, key.data_key(), Clock::system())?)
}

/// A command that needs a hub before the node has joined one.
pub(super) fn not_joined() -> Failure {
    Failure::new(Exit::Authentication, "NOT_JOINED", words::NOT_JOINED)
        .hint(Sentence::from(words::NOT_JOINED_NEXT))
}
