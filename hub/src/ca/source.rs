//! A pack as the text that people edit: what a city starts from when it changes what is counted.
//!
//! A pack's content is its source, so nothing is converted: what is exported, changed, signed and
//! published is read by the same strict reader everywhere.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use proto::pack::{PackKind, embedded};
use runtime::cli::{Exit, Failure, Sentence, Terminal};
use serde_json::json;

use super::words;

/// Which pack is written where.
#[derive(Args)]
pub(crate) struct Export {
    /// Kind: catalogue, scale, calendar or divisions
    #[arg(value_parser = ["catalogue", "scale", "calendar", "divisions"])]
    kind: String,
    /// Name within the kind; needed for a scale
    #[arg(long)]
    name: Option<String>,
    /// New file for the text
    #[arg(long)]
    out: PathBuf,
}

/// A pack to be edited.
pub(crate) struct Source {
    /// Its kind.
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: String,
    /// Serial of the version that was published last; zero for what is built in.
    pub(crate) serial: u64,
    /// Its text.
    pub(crate) content: Vec<u8>,
}

impl Export {
    /// Kind and name, where the kind says the name.
    pub(crate) fn asked(&self) -> Result<(&str, &str), Failure> {
        match (&self.name, self.kind.as_str()) {
            (Some(name), kind) => Ok((kind, name)),
            (None, "scale") => {
                Err(Failure::new(Exit::Usage, "SCALE_NAME", words::WHICH_SCALE)
                    .hint(known("scale")))
            }
            (None, kind) => Ok((kind, kind)),
        }
    }

    /// The pack that is built into this program.
    pub(crate) fn built_in(&self) -> Result<Source, Failure> {
        let (kind, name) = self.asked()?;
        let pack = PackKind::from_word(kind).and_then(|kind| embedded::find(kind, name));
        let pack = pack.ok_or_else(|| {
            let message = Sentence::new(words::NO_PACK, &[&kind, &name]);
            Failure::new(Exit::NotFound, "NO_PACK", message).hint(known(kind))
        })?;
        let (kind, name) = (kind.to_owned(), name.to_owned());
        Ok(Source { kind, name, serial: 0, content: pack.bytes.to_vec() })
    }

    /// Writes the text into its new file and says how it comes back.
    pub(crate) fn write(&self, terminal: &Terminal, source: &Source) -> Result<(), Failure> {
        let out = self.out.as_path();
        create(out, &source.content)?;
        let Source { kind, name, serial, .. } = source;
        let next = serial + 1;
        let value = json!({
            "kind": kind, "name": name, "published_serial": serial, "next_serial": next,
            "file": out,
        });
        terminal.result(&value, |t| {
            let head = if *serial == 0 { words::EXPORTED_BUILT_IN } else { words::EXPORTED };
            let head = t.text(head, &[kind, name, &out.display(), serial]);
            format!(
                "{head}\n{}",
                t.text(words::EXPORTED_NEXT, &[kind, name, &next, &out.display()])
            )
        })
    }
}

/// Nothing is written over: the file may hold somebody's changes.
pub(crate) fn create(out: &Path, content: &[u8]) -> Result<(), Failure> {
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(out);
    let written = made.and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()));
    written.map_err(|cause| {
        let message = if cause.kind() == std::io::ErrorKind::AlreadyExists {
            words::SOURCE_EXISTS
        } else {
            words::SOURCE_UNWRITABLE
        };
        let message = Sentence::new(message, &[&out.display()]);
        Failure::new(Exit::Refused, "SOURCE_FILE", message).because(&cause)
    })
}

fn known(kind: &str) -> Sentence {
    let named = embedded::PACKS.iter().filter(|pack| pack.kind.as_str() == kind);
    let names: Vec<&str> = named.map(|pack| pack.name).collect();
    Sentence::new(words::PACK_NAMES, &[&names.join(", ")])
}
