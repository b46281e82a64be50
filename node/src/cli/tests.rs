//! Tests of what the command line says before it does anything.

use clap::CommandFactory;
use clap::error::ErrorKind;
use runtime::cli::{localised, quoted, untranslated};
use runtime::web::Lang;

use super::*;

/// Every help text has its Chinese, and no translation is left over from a text that is gone.
#[test]
fn every_help_text_is_in_both_languages() {
    let missing = untranslated(&Cli::command(), chinese::TEXTS);
    assert!(missing.is_empty(), "add to chinese.rs: {missing:#?}");
    let used = untranslated(&Cli::command(), &[]);
    let unused: Vec<_> =
        chinese::TEXTS.iter().filter(|(text, _)| !used.iter().any(|one| one == text)).collect();
    assert!(unused.is_empty(), "remove from chinese.rs: {unused:#?}");
}

/// Names of all commands with their flags: what scripts and the guide rely on.
#[test]
fn commands_and_flags_only_grow() {
    let mut found = Vec::new();
    list(&Cli::command(), "", &mut found);
    for released in include_str!("tests/commands.txt").lines() {
        assert!(found.iter().any(|line| line == released), "gone: {released}");
    }
    let released: Vec<&str> = include_str!("tests/commands.txt").lines().collect();
    let new: Vec<&String> = found.iter().filter(|line| !released.contains(&&***line)).collect();
    assert!(new.is_empty(), "add to tests/commands.txt: {new:#?}");
}

fn list(command: &clap::Command, above: &str, found: &mut Vec<String>) {
    let name = format!("{above} {}", command.get_name()).trim().to_owned();
    let flags = command.get_arguments().filter_map(|arg| arg.get_long());
    let mut flags: Vec<&str> = flags.collect();
    flags.sort_unstable();
    let flags: Vec<String> = flags.iter().map(|flag| format!("--{flag}")).collect();
    found.push(format!("{name}: {}", flags.join(" ")).trim().to_owned());
    for sub in command.get_subcommands() {
        list(sub, &name, found);
    }
}

/// Help is whole in either language, for every command.
#[test]
fn help_renders_in_both_languages() {
    for (lang, usage) in [(Lang::Zh, "用法："), (Lang::En, "Usage:")] {
        let mut command = localised(Cli::command(), lang, chinese::TEXTS);
        command.build();
        let mut waiting = vec![command];
        while let Some(mut next) = waiting.pop() {
            let help = next.render_long_help().to_string();
            assert!(help.contains(usage), "{help}");
            waiting.extend(next.get_subcommands().cloned());
        }
    }
}

/// Whether a command that a guide quotes is one of the command line. Where it has a word for a
/// value to be put in, such as NUMBER or `...`, the value need not fit.
fn is_command(words: &[String]) -> Result<(), String> {
    let is_open = |word: &String| {
        word == "..." || word.chars().all(|mark| mark.is_ascii_uppercase()) || word.contains("DIR")
    };
    match Cli::try_parse_from(words) {
        Ok(_) => Ok(()),
        Err(error) => match error.kind() {
            ErrorKind::ValueValidation | ErrorKind::InvalidValue if words.iter().any(is_open) => {
                Ok(())
            }
            _ => Err(format!("{}\n{error}", words.join(" "))),
        },
    }
}

/// What the guides tell people to type is what the program takes.
#[test]
fn commands_of_the_guides_parse() {
    let guides = [
        include_str!("../../../docs/guide-school.md"),
        include_str!("../../../docs/guide-hub.md"),
        include_str!("../../../docs/guide-city.md"),
    ];
    let quoted: Vec<_> = guides.iter().flat_map(|guide| quoted(guide, "xinqiao-node")).collect();
    assert!(quoted.len() > 40, "the walk found only {}", quoted.len());
    let broken: Vec<String> = quoted.iter().filter_map(|words| is_command(words).err()).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
