//! Processes of the city: this binary runs itself again as a node, a hub or the authority.
//!
//! Every command is the one that an operator would type. Its talk goes to a log file of its own;
//! when it fails, the log is what the person at the terminal is shown. Processes end with the
//! city: they are told to stop, and whoever does not is ended by its id.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use runtime::web::Lang;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// How long a one-time command may take; a large roll takes seconds.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(300);

/// How long a service has to be ready, and later to stop.
const SERVICE_TIMEOUT: Duration = Duration::from_secs(60);

/// Which program this binary is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `xinqiao-ca`.
    Authority,
    /// `xinqiao-hub`.
    Hub,
    /// `xinqiao-node`.
    Node,
}

/// Word by which the binary knows that it is to be another program.
const ROLE: &str = "__run";
/// Word before the file by which such a program knows the time; without it the machine's counts.
const CLOCK: &str = "--clock";
/// The command of a service.
const SERVE: &str = "serve";

impl Program {
    const fn word(self) -> &'static str {
        match self {
            Self::Authority => "ca",
            Self::Hub => "hub",
            Self::Node => "node",
        }
    }

    /// The program that a command line of ours asks for.
    #[must_use]
    pub fn asked(args: &[OsString]) -> Option<Asked> {
        let [_, role, rest @ ..] = args else {
            return None;
        };
        if role != ROLE {
            return None;
        }
        let (clock, rest) = match rest {
            [word, file, rest @ ..] if word == CLOCK => (Some(PathBuf::from(file)), rest),
            rest => (None, rest),
        };
        let (program, rest) = rest.split_first()?;
        let program = [Self::Authority, Self::Hub, Self::Node]
            .into_iter()
            .find(|known| program == known.word())?;
        let mut own = vec![OsString::from(format!("xinqiao-{}", program.word()))];
        own.extend(rest.iter().cloned());
        Some(Asked { program, own, clock })
    }
}

/// What this process is to be.
pub struct Asked {
    /// Which program.
    pub program: Program,
    /// The program's own arguments.
    pub own: Vec<OsString>,
    /// The file that tells it the time of its city.
    pub clock: Option<PathBuf>,
}

/// Ends this process when its parent has ended, however that ended: a service of the city is given
/// the reading end of a pipe as its standard input, and the system closes the other end with the
/// parent. Nothing is lost by ending at once; the stores are made for a killed process.
pub fn end_with_parent(own: &[OsString]) {
    if own.get(1).is_none_or(|command| command != SERVE) {
        return;
    }
    std::thread::spawn(|| {
        // Without a word: standard error may have gone away with the parent, and writing to it
        // would end this thread instead of the process.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        std::process::exit(0);
    });
}

/// Why a step of the city failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessError {
    /// A command ended with another code than zero.
    #[error("{command}\nended with code {code}:\n{said}")]
    Failed {
        /// What was run.
        command: String,
        /// Its exit code.
        code: i32,
        /// The end of what it said.
        said: String,
    },
    /// A command or service took too long.
    #[error("{command}\ndid not finish in {seconds} s:\n{said}")]
    Late {
        /// What was run.
        command: String,
        /// How long was waited.
        seconds: u64,
        /// The end of what it said.
        said: String,
    },
    /// The system could not start it or write its files.
    #[error("a process could not be started")]
    System(#[from] std::io::Error),
}

/// Starts processes of one city.
#[derive(Clone)]
pub struct Launcher {
    program: PathBuf,
    logs: PathBuf,
    clock: PathBuf,
    lang: Lang,
}

/// How a command ended.
pub struct Ended {
    /// Its exit code; -1 where a signal ended it.
    pub code: i32,
    /// What it printed.
    pub printed: String,
}

/// A service that runs until the city ends.
pub struct Service {
    unit: String,
    child: Child,
    command: String,
}

impl Launcher {
    /// Prepares a folder for logs; the binary runs as other programs in the time that a file
    /// tells.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new(program: &Path, folder: &Path, clock: &Path) -> std::io::Result<Self> {
        let logs = folder.join("logs");
        std::fs::create_dir_all(&logs)?;
        let (program, clock) = (program.to_owned(), clock.to_owned());
        Ok(Self { program, logs, clock, lang: Lang::En })
    }

    /// The same whose programs speak a language: what one of them says when it fails is what the
    /// person at the terminal reads.
    #[must_use]
    pub fn speaking(self, lang: Lang) -> Self {
        Self { lang, ..self }
    }

    fn command(&self, program: Program, args: &[String], log: &Path) -> std::io::Result<Command> {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(log)?;
        let mut command = Command::new(&self.program);
        command
            .arg(ROLE)
            .arg(CLOCK)
            .arg(&self.clock)
            .arg(program.word())
            .args(args)
            .env_clear()
            .env("LANG", "C.UTF-8")
            .env("XINQIAO_LANG", self.lang.code())
            .stderr(Stdio::from(file))
            .kill_on_drop(true);
        for kept in ["PATH", "HOME", "TMPDIR", "RUST_LOG", "RUST_BACKTRACE"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        Ok(command)
    }

    /// Runs a command to its end and returns what it printed.
    ///
    /// # Errors
    /// It failed or took too long; its own words are in the error.
    pub async fn run(
        &self,
        program: Program,
        unit: &str,
        args: &[&str],
    ) -> Result<String, ProcessError> {
        let ended = self.ended(program, unit, args).await?;
        if ended.code == 0 {
            return Ok(ended.printed);
        }
        let said = tail(&self.logs.join(format!("{unit}.log")));
        Err(ProcessError::Failed { command: shown(program, args), code: ended.code, said })
    }

    /// Runs a command to its end, whatever that is: an exit code can be an answer.
    ///
    /// # Errors
    /// It could not be started or took too long.
    pub async fn ended(
        &self,
        program: Program,
        unit: &str,
        args: &[&str],
    ) -> Result<Ended, ProcessError> {
        let command_line = shown(program, args);
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let log = self.logs.join(format!("{unit}.log"));
        let mut command = self.command(program, &args, &log)?;
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let child = command.spawn()?;
        let ended = tokio::time::timeout(COMMAND_TIMEOUT, child.wait_with_output()).await;
        let Ok(output) = ended else {
            let (command, said) = (command_line, tail(&log));
            return Err(ProcessError::Late { command, seconds: COMMAND_TIMEOUT.as_secs(), said });
        };
        let output = output?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(Ended { code: output.status.code().unwrap_or(-1), printed })
    }

    /// Starts a service and waits until its log says that it is ready.
    ///
    /// # Errors
    /// It ended or was not ready in time.
    pub async fn serve(
        &self,
        program: Program,
        unit: &str,
        args: &[&str],
        ready: impl Fn() -> bool,
    ) -> Result<Service, ProcessError> {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let log = self.logs.join(format!("{unit}-serve.log"));
        let mut command = self.command(program, &args, &log)?;
        // Never written to: it tells the service that we still run.
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let shown = format!("xinqiao-{} {}", program.word(), args.join(" "));
        let mut child = command.spawn()?;
        let deadline = tokio::time::Instant::now() + SERVICE_TIMEOUT;
        while !ready() {
            if let Some(status) = child.try_wait()? {
                let code = status.code().unwrap_or(-1);
                return Err(ProcessError::Failed { command: shown, code, said: tail(&log) });
            }
            if tokio::time::Instant::now() > deadline {
                let (command, said) = (shown, tail(&log));
                let seconds = SERVICE_TIMEOUT.as_secs();
                return Err(ProcessError::Late { command, seconds, said });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Service { unit: unit.to_owned(), child, command: shown })
    }
}

impl Service {
    /// Whether the service still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The unit whose service it is.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// Ends the process at once, as `kill -9` does.
    ///
    /// # Errors
    /// It cannot be ended.
    pub async fn kill(mut self) -> std::io::Result<()> {
        self.child.kill().await
    }

    /// Sends the process a signal by its id.
    ///
    /// # Errors
    /// It has ended, or there is no way to send one on this system.
    pub async fn signal(&self, signal: &str) -> std::io::Result<()> {
        let id = self.child.id().ok_or(std::io::ErrorKind::NotFound)?.to_string();
        let told = Command::new("kill").arg(format!("-{signal}")).arg(id).status().await?;
        if told.success() { Ok(()) } else { Err(std::io::Error::other("the signal was not taken")) }
    }

    /// What was run.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }

    /// Largest memory that the process has had, in KiB, where the system tells.
    #[must_use]
    pub fn peak_memory_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    /// Asks the process to stop, and ends it if it does not.
    pub async fn stop(mut self) {
        // The signal that a service manager sends; the process closes its stores on it.
        if self.signal("TERM").await.is_ok() {
            let ended = tokio::time::timeout(Duration::from_secs(5), self.child.wait()).await;
            if ended.is_ok() {
                return;
            }
        }
        // It ignored the request, or there is no way to ask on this system.
        let _ = self.child.kill().await;
    }
}

/// A command as a person would type it.
fn shown(program: Program, args: &[&str]) -> String {
    format!("xinqiao-{} {}", program.word(), args.join(" "))
}

/// The end of a log, for a person to read.
fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(12)..).unwrap_or_default().join("\n")
}

/// Writes to a file that only this user can read.
///
/// # Errors
/// The file cannot be written.
pub async fn write_private(path: &Path, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
    let mut options = tokio::fs::OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(path).await?;
    file.write_all(bytes.as_ref()).await?;
    file.flush().await
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// What is private is read by the owner of the file only, and written over whole.
    #[tokio::test]
    async fn private_files_are_the_owners() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("school-S1.json");
        write_private(&path, b"longer than the next").await.expect("written");
        write_private(&path, b"{}").await.expect("written");
        let mode = std::fs::metadata(&path).expect("file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read(&path).expect("file"), b"{}");
    }
}
