//! `service install`: has the system start a program when the machine starts, and again after a
//! failure.
//!
//! On Linux it writes a unit of systemd and names the two commands that turn it on; on Windows it
//! names the one that makes a task. It starts nothing and replaces nothing, so that an operator
//! reads what will run before it does; `--dry-run` writes nothing either.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{Exit, Failure, Sentence, Terminal, words};

/// Who runs a task of Windows where nobody is named: an account with few rights and no password.
const WINDOWS_ACCOUNT: &str = "NT AUTHORITY\\LOCAL SERVICE";

/// Longest name of an account.
const ACCOUNT_CHARS_MAX: usize = 64;

/// Arguments of `service install`.
#[derive(Args, Clone, Debug)]
pub struct ServiceInstall {
    /// Show what would be written and run, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Account that runs it; the owner of the data folder if not given
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,

    /// Folder of the system's units
    #[arg(long, value_name = "DIR", default_value = "/etc/systemd/system")]
    units: PathBuf,
}

/// A program that the system is to start.
#[derive(Clone, Debug)]
pub struct Service {
    /// Name of the service: the program's, and behind it the unit's if that is known.
    pub name: String,
    /// What it is, for the system's list.
    pub about: String,
    /// The data folder; its owner runs the program.
    pub data: PathBuf,
    /// Arguments of the program.
    pub arguments: Vec<String>,
    /// A credential that only systemd can decrypt: its name and its file.
    pub credential: Option<(&'static str, PathBuf)>,
}

/// Who starts programs on this system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    Systemd,
    WindowsTasks,
}

impl System {
    const fn here() -> Option<Self> {
        if cfg!(windows) {
            Some(Self::WindowsTasks)
        } else if cfg!(target_os = "linux") {
            Some(Self::Systemd)
        } else {
            None
        }
    }
}

/// What is written, and what an administrator runs then.
#[derive(Debug)]
struct Plan {
    file: Option<(PathBuf, String)>,
    commands: Vec<String>,
}

/// The name of a service: several units may live on one machine.
#[must_use]
pub fn service_name(program: &str, unit: Option<&str>) -> String {
    unit.map_or_else(|| program.to_owned(), |unit| format!("{program}-{}", unit.to_lowercase()))
}

/// A path as a service needs it, which starts in a folder of the system.
///
/// # Errors
/// The folder that we are in is not known.
pub fn from_anywhere(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|cause| {
        Failure::new(Exit::Failed, "FOLDER", words::SERVICE_FOLDER).because(&cause)
    })
}

/// Writes what has the system start a program, or shows it.
///
/// # Errors
/// The system starts programs in no way that we know, the account is none, or the file cannot be
/// written; one with other content is never replaced.
pub fn install_service(
    terminal: &Terminal,
    service: &Service,
    asked: &ServiceInstall,
) -> Result<(), Failure> {
    let Some(system) = System::here() else {
        return Err(Failure::new(Exit::Failed, "SERVICE_SYSTEM", words::SERVICE_SYSTEM));
    };
    let program = std::env::current_exe().map_err(|cause| {
        Failure::new(Exit::Failed, "FOLDER", words::SERVICE_FOLDER).because(&cause)
    })?;
    let account = account(service, asked)?;
    let plan = plan(system, (&program, &account), service, &asked.units);
    let is_written = match &plan.file {
        Some((path, text)) if !asked.dry_run => {
            write(path, text)?;
            true
        }
        _ => false,
    };
    let value = json!({
        "name": service.name,
        "file": plan.file.as_ref().map(|(path, _)| path),
        "text": plan.file.as_ref().map(|(_, text)| text),
        "commands": plan.commands,
        "written": is_written,
    });
    terminal.result(&value, |terminal| shown(terminal, &plan, is_written))
}

/// What a person reads: where it is, what stands in it, and what to run next.
fn shown(terminal: &Terminal, plan: &Plan, is_written: bool) -> String {
    let mut lines = Vec::new();
    if let Some((path, text)) = &plan.file {
        let head = if is_written { words::SERVICE_WRITTEN } else { words::SERVICE_DRY_RUN };
        lines.push(terminal.text(head, &[&path.display()]));
        lines.push(String::new());
        lines.push(text.clone());
    }
    lines.push(terminal.text(words::SERVICE_NEXT, &[]));
    lines.extend(plan.commands.iter().map(|command| format!("  {command}")));
    lines.join("\n")
}

/// Who runs it: the account that was asked for, else whoever owns the data folder.
fn account(service: &Service, asked: &ServiceInstall) -> Result<String, Failure> {
    if let Some(account) = &asked.account {
        let is_part = |c: char| c.is_alphanumeric() || ['_', '-', '.', ' ', '\\', '$'].contains(&c);
        let chars = account.chars().count();
        if (1..=ACCOUNT_CHARS_MAX).contains(&chars) && account.chars().all(is_part) {
            return Ok(account.clone());
        }
        return Err(Failure::new(Exit::Usage, "SERVICE_ACCOUNT", words::SERVICE_ACCOUNT));
    }
    owner(&service.data)
}

#[cfg(unix)]
fn owner(data: &Path) -> Result<String, Failure> {
    use std::os::unix::fs::MetadataExt as _;
    let known = std::fs::metadata(data).map_err(|cause| Failure::unreadable_file(data, &cause))?;
    Ok(known.uid().to_string())
}

/// Nobody by name: the plan has an account for it.
#[cfg(not(unix))]
fn owner(_: &Path) -> Result<String, Failure> {
    Ok(String::new())
}

fn plan(
    system: System,
    (program, account): (&Path, &str),
    service: &Service,
    units: &Path,
) -> Plan {
    let name = &service.name;
    match system {
        System::Systemd => Plan {
            file: Some((
                units.join(format!("{name}.service")),
                systemd_unit(program, account, service),
            )),
            commands: vec![
                "systemctl daemon-reload".to_owned(),
                format!("systemctl enable --now {name}"),
            ],
        },
        System::WindowsTasks => {
            let words = std::iter::once(program.display().to_string())
                .chain(service.arguments.iter().cloned());
            // The quotes of the program's own arguments stand within those of the task's.
            let run: Vec<String> = words.map(|word| format!("\\\"{word}\\\"")).collect();
            let run = run.join(" ");
            let account = if account.is_empty() { WINDOWS_ACCOUNT } else { account };
            let task =
                format!("schtasks /Create /TN {name} /SC ONSTART /RU \"{account}\" /TR \"{run}\"");
            Plan { file: None, commands: vec![task] }
        }
    }
}

/// A unit: restarted after a failure, but not where only a person can mend what is wrong.
fn systemd_unit(program: &Path, account: &str, service: &Service) -> String {
    let mut command = vec![quoted(&program.display().to_string())];
    command.extend(service.arguments.iter().map(|argument| quoted(argument)));
    let (about, command) = (service.about.replace('%', "%%"), command.join(" "));
    let never_again = [Exit::Usage, Exit::NotFound, Exit::Authentication];
    let never_again = never_again.map(|exit| exit.number().to_string()).join(" ");
    let credential = service.credential.as_ref().map_or_else(String::new, |(name, file)| {
        let file = file.display().to_string().replace('%', "%%");
        format!("LoadCredentialEncrypted={name}:{file}\n")
    });
    format!(
        "[Unit]\nDescription={about}\nWants=network-online.target\n\
         After=network-online.target time-sync.target\n\n\
         [Service]\nType=exec\nUser={account}\nExecStart={command}\n{credential}\
         Restart=on-failure\nRestartSec=10\nRestartPreventExitStatus={never_again}\nUMask=0077\n\
         NoNewPrivileges=yes\nProtectSystem=full\n\n\
         [Install]\nWantedBy=multi-user.target\n"
    )
}

/// One word of a command in a unit, whatever is in it.
fn quoted(word: &str) -> String {
    let mut text = String::from("\"");
    for c in word.chars() {
        match c {
            '\\' | '"' => text.extend(['\\', c]),
            '%' | '$' => text.extend([c, c]),
            '\n' => text.push_str("\\n"),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

/// Writes a new file. The same content again is nothing; another one stays as it is.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let message = |text| Sentence::new(text, &[&path.display()]);
    match std::fs::read_to_string(path) {
        Ok(known) if known == text => return Ok(()),
        Ok(_) => {
            let failure = Failure::new(Exit::Refused, "FILE_EXISTS", message(words::SERVICE_OTHER));
            return Err(failure.hint(words::SERVICE_OTHER_NEXT));
        }
        // What cannot be read cannot be written either, and is said there.
        Err(_) => {}
    }
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    made.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|cause| {
        let failure = Failure::new(Exit::Failed, "FILE_UNWRITABLE", message(words::SERVICE_FILE));
        failure.hint(words::SERVICE_FILE_NEXT).because(&cause)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> Service {
        Service {
            name: service_name("xinqiao-node", Some("F370202004J01")),
            about: "Xinqiao school node F370202004J01".to_owned(),
            data: PathBuf::from("/srv/x"),
            arguments: ["serve", "--data", "/srv/心桥 100%/$a\"b\\c"].map(str::to_owned).to_vec(),
            credential: Some(("xinqiao-ledger", PathBuf::from("/etc/ledger.cred"))),
        }
    }

    /// A unit names the account, the program with its words as they are, and the credential, and
    /// is not restarted where a person must act.
    #[test]
    fn a_unit_runs_the_program_as_its_account() {
        let program = Path::new("/usr/local/bin/xinqiao-node");
        let with = (program, "xinqiao");
        let plan = plan(System::Systemd, with, &service(), Path::new("/etc/systemd/system"));
        let (path, text) = plan.file.expect("a file");
        let name = "xinqiao-node-f370202004j01";
        assert_eq!(path, Path::new("/etc/systemd/system").join(format!("{name}.service")));
        for line in [
            "User=xinqiao",
            "ExecStart=\"/usr/local/bin/xinqiao-node\" \"serve\" \"--data\" \
             \"/srv/心桥 100%%/$$a\\\"b\\\\c\"",
            "LoadCredentialEncrypted=xinqiao-ledger:/etc/ledger.cred",
            "Restart=on-failure",
            "RestartPreventExitStatus=2 3 5",
            "WantedBy=multi-user.target",
        ] {
            assert!(text.lines().any(|known| known == line), "{line} in {text}");
        }
        assert_eq!(plan.commands[1], format!("systemctl enable --now {name}"));
    }

    /// Windows has a task at the start of the system, without a file.
    #[test]
    fn a_task_runs_the_program_at_the_start() {
        let mut service = service();
        service.arguments = ["serve", "--data", "C:\\x y"].map(str::to_owned).to_vec();
        let program = Path::new("C:\\xq\\xinqiao-node.exe");
        let plan = plan(System::WindowsTasks, (program, ""), &service, Path::new("unused"));
        assert!(plan.file.is_none());
        assert_eq!(
            plan.commands,
            ["schtasks /Create /TN xinqiao-node-f370202004j01 /SC ONSTART \
              /RU \"NT AUTHORITY\\LOCAL SERVICE\" \
              /TR \"\\\"C:\\xq\\xinqiao-node.exe\\\" \\\"serve\\\" \
              \\\"--data\\\" \\\"C:\\x y\\\"\""]
        );
    }

    /// A file is written once; the same again is nothing, and another one is never replaced.
    #[test]
    fn a_file_of_somebody_else_stays() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("x.service");
        for _ in 0..2 {
            write(&path, "ours").expect("written");
        }
        std::fs::write(&path, "changed by hand").expect("write");
        let refused = write(&path, "ours").expect_err("another one");
        assert_eq!((refused.code(), refused.exit()), ("FILE_EXISTS", Exit::Refused));
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "changed by hand");
        let nowhere = write(&folder.path().join("none/x"), "ours").expect_err("no folder");
        assert_eq!(nowhere.code(), "FILE_UNWRITABLE");
    }

    /// An account is a name and nothing that would go on in the next line of a unit.
    #[test]
    fn an_account_is_one_name() {
        let asked = |account: &str| ServiceInstall {
            dry_run: true,
            account: Some(account.to_owned()),
            units: PathBuf::new(),
        };
        assert_eq!(account(&service(), &asked("xinqiao")).ok().as_deref(), Some("xinqiao"));
        for wrong in ["", "x\nExecStartPre=/bin/true", "a%b"] {
            let refused = account(&service(), &asked(wrong)).expect_err(wrong);
            assert_eq!((refused.code(), refused.exit()), ("SERVICE_ACCOUNT", Exit::Usage));
        }
    }
}
