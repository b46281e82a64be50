//! Tests of what the command line says before it does anything.

use clap::CommandFactory;
use runtime::cli::{broken_quotes, localised, untranslated};
use runtime::web::Lang;

use super::*;

/// Every help text has its Chinese, and no translation is left over from a text that is gone.
#[test]
fn every_help_text_is_in_both_languages() {
    let missing = untranslated(&Cli::command(), chinese::texts());
    assert!(missing.is_empty(), "add to chinese.rs: {missing:#?}");
    let used = untranslated(&Cli::command(), &[]);
    let unused: Vec<_> =
        chinese::texts().iter().filter(|(text, _)| !used.iter().any(|one| one == text)).collect();
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
        let mut command = localised(Cli::command(), lang, chinese::texts());
        command.build();
        let mut waiting = vec![command];
        while let Some(mut next) = waiting.pop() {
            let help = next.render_long_help().to_string();
            assert!(help.contains(usage), "{help}");
            waiting.extend(next.get_subcommands().cloned());
        }
    }
}

/// What the guides tell people to type is what the program takes.
#[test]
fn commands_of_the_guides_parse() {
    let guides = [
        include_str!("../../../docs/guide-school.md"),
        include_str!("../../../docs/guide-hub.md"),
        include_str!("../../../docs/guide-city.md"),
        include_str!("../../../docs/guide-receiver.md"),
    ];
    let (broken, count) = broken_quotes::<Cli>(&guides, "xinqiao-node");
    assert!(count > 40, "the walk found only {count}");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
