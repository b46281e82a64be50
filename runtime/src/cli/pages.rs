//! Completions for shells and manual pages, made from the same command tree as the help.

use std::path::{Path, PathBuf};

use clap::{Args, Command, ValueEnum};
use clap_mangen::Man;
use serde_json::json;

use super::{Exit, Failure, Sentence, Terminal, Translation, localised, words};
use crate::web::Lang;

/// Arguments of `completions`.
#[derive(Args, Debug)]
pub struct Completions {
    /// Shell: bash, zsh, fish or powershell
    #[arg(value_enum, hide_possible_values = true)]
    shell: Shell,
}

/// Arguments of `man`.
#[derive(Args, Debug)]
pub struct ManPages {
    /// Folder for the manual pages; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

impl From<Shell> for clap_complete::Shell {
    fn from(shell: Shell) -> Self {
        match shell {
            Shell::Bash => Self::Bash,
            Shell::Zsh => Self::Zsh,
            Shell::Fish => Self::Fish,
            Shell::Powershell => Self::PowerShell,
        }
    }
}

/// Headings of manual pages and their Chinese.
const HEADINGS: [(&str, &str); 6] = [
    (".SH NAME", ".SH 名称"),
    (".SH SYNOPSIS", ".SH 用法"),
    (".SH DESCRIPTION", ".SH 说明"),
    (".SH SUBCOMMANDS", ".SH 命令"),
    (".SH VERSION", ".SH 版本"),
    (".SH EXTRA", ".SH 附注"),
];

/// Prints the completions of a command tree for one shell.
///
/// # Errors
/// The result cannot be written as JSON.
pub fn completions(
    terminal: &Terminal,
    (command, chinese): (Command, Translation),
    asked: &Completions,
) -> Result<(), Failure> {
    let mut command = localised(command, terminal.lang(), chinese);
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    let shell = clap_complete::Shell::from(asked.shell);
    clap_complete::generate(shell, &mut command, &name, &mut script);
    let script = String::from_utf8_lossy(&script).trim_end().to_owned();
    let value = json!({"shell": shell.to_string(), "script": script});
    terminal.result(&value, |_| script.clone())
}

/// Writes a manual page for the program and for each of its commands.
///
/// # Errors
/// The folder or a page cannot be written.
pub fn man(
    terminal: &Terminal,
    (command, chinese): (Command, Translation),
    asked: &ManPages,
) -> Result<(), Failure> {
    let mut command = localised(command, terminal.lang(), chinese);
    command.build();
    let failed = |path: &Path, cause: &std::io::Error| {
        let message = Sentence::new(words::MAN_UNWRITABLE, &[&path.display()]);
        Failure::new(Exit::Failed, "FILE_UNWRITABLE", message).because(cause)
    };
    std::fs::create_dir_all(&asked.out).map_err(|cause| failed(&asked.out, &cause))?;
    let mut pages = Vec::new();
    let mut waiting = vec![(command.get_name().to_owned(), command)];
    while let Some((name, command)) = waiting.pop() {
        let below = command
            .get_subcommands()
            .map(|sub| (format!("{name}-{}", sub.get_name()), sub.clone()));
        waiting.extend(below);
        let path = asked.out.join(format!("{name}.1"));
        let written =
            page(command, &name, terminal.lang()).and_then(|text| std::fs::write(&path, text));
        written.map_err(|cause| failed(&path, &cause))?;
        pages.push(path);
    }
    pages.sort();
    let value = json!({"folder": asked.out, "pages": pages});
    terminal.result(&value, |terminal| {
        terminal.text(words::MAN_WRITTEN, &[&pages.len(), &asked.out.display()])
    })
}

fn page(command: Command, name: &str, lang: Lang) -> std::io::Result<String> {
    let mut text = Vec::new();
    Man::new(command).title(name.to_owned()).render(&mut text)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    if lang == Lang::En {
        return Ok(text);
    }
    let heading = |line: &str| {
        let known = HEADINGS.iter().find(|(english, _)| *english == line);
        known.map_or(line, |(_, chinese)| chinese).to_owned()
    };
    Ok(text.lines().map(heading).collect::<Vec<_>>().join("\n") + "\n")
}
