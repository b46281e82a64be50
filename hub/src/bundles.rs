//! Members' files on their way to the process that serves: frames are judged beside what that
//! process has in hand, so no other one takes them while it runs.
//!
//! A command leaves a file in a folder of the data folder and waits for what becomes of it. What a
//! command that was killed left there goes after a day.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use certs::digest::random_bytes;
use domain::digest::hex;
use proto::limits::BUNDLE_BYTES_MAX;
use runtime::private;
use tokio_util::sync::CancellationToken;

use crate::app::Hub;
use crate::config::Config;
use crate::service::bundle;

/// Where files lie until they are taken; it goes with no backup.
const FOLDER: &str = "serve.bundles";
/// Endings of a file that came, of the one that goes back, and of why there is none.
const CAME: &str = "came";
const ANSWER: &str = "answer";
const REFUSED: &str = "refused";
/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Files that are taken at one look.
const LOOK_FILES_MAX: usize = 8;
/// After how long a file that nobody waits for goes.
const LEFT_MAX: Duration = Duration::from_hours(24);

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken; this file goes back to the member.
    Answer(Vec<u8>),
    /// It was not taken: stable code and the English of the log.
    Refused(String, String),
}

/// A file that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket(PathBuf);

impl Ticket {
    /// What became of it; nothing while it waits. Once it is known, nothing is left in the folder.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn outcome(&self) -> io::Result<Option<Outcome>> {
        for (ending, is_taken) in [(ANSWER, true), (REFUSED, false)] {
            let path = self.0.with_extension(ending);
            let bytes = match std::fs::read(&path) {
                Ok(bytes) => bytes,
                Err(cause) if cause.kind() == ErrorKind::NotFound => continue,
                Err(cause) => return Err(cause),
            };
            std::fs::remove_file(&path)?;
            if is_taken {
                return Ok(Some(Outcome::Answer(bytes)));
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let (code, said) = text.split_once('\n').unwrap_or((text.as_str(), ""));
            return Ok(Some(Outcome::Refused(code.to_owned(), said.to_owned())));
        }
        Ok(None)
    }

    /// Takes the file back, where nobody took it yet.
    pub fn give_up(&self) {
        // Whoever takes it in this moment has it, and the member's next file is answered alike.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Leaves a member's file for the process that serves.
///
/// # Errors
/// The file is too large, or the folder cannot be written.
pub fn hand_in(config: &Config, bytes: &[u8]) -> io::Result<Ticket> {
    if bytes.len() > BUNDLE_BYTES_MAX {
        return Err(ErrorKind::FileTooLarge.into());
    }
    let folder = config.path(FOLDER);
    if !folder.is_dir() {
        private::make_folder(&folder)?;
    }
    let came = folder.join(format!("{}.{CAME}", hex(&random_bytes::<8>())));
    private::replace_file(&came, bytes)?;
    Ok(Ticket(came))
}

/// Takes what was handed in for as long as the hub serves.
pub async fn serve(hub: Hub, stop: CancellationToken) {
    loop {
        if let Err(error) = turn(&hub).await {
            tracing::warn!(%error, "files of members not looked at");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = hub.clock().sleep(LOOK_EVERY) => {}
        }
    }
}

/// Takes what lies there now.
///
/// # Errors
/// The folder cannot be read or written.
pub async fn turn(hub: &Hub) -> io::Result<()> {
    let folder = hub.config().path(FOLDER);
    if !folder.is_dir() {
        return Ok(());
    }
    let waiting = runtime::blocking::run(move || waiting(&folder)).await;
    for came in waiting.map_err(io::Error::other)?? {
        let bytes = std::fs::read(&came)?;
        let (ending, said) = match bundle::take(hub, &bytes).await {
            Ok(answer) => (ANSWER, answer),
            Err(error) => {
                tracing::warn!(%error, code = error.code(), "a member's file was not taken");
                (REFUSED, format!("{}\n{error}", error.code()).into_bytes())
            }
        };
        // Before it goes: a process that ends in between takes it again, with the same answers.
        private::replace_file(&came.with_extension(ending), &said)?;
        remove(&came)?;
    }
    Ok(())
}

/// Files that came, and not too many; what nobody waited for goes.
fn waiting(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut waiting = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let age = path.metadata().and_then(|about| about.modified());
        if age.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFT_MAX)) {
            remove(&path)?;
        } else if path.extension().is_some_and(|ending| ending == CAME) {
            waiting.push(path);
        }
    }
    waiting.sort();
    waiting.truncate(LOOK_FILES_MAX);
    Ok(waiting)
}

/// One that went meanwhile is as good as removed.
fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(cause),
        _ => Ok(()),
    }
}
