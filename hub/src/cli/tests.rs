//! What the command line of a hub promises.

use clap::CommandFactory;
use clap::error::ErrorKind;
use runtime::cli::quoted;

use super::*;

/// No help text is missing its Chinese.
#[test]
fn the_help_is_in_both_languages() {
    let missing = runtime::cli::untranslated(&Cli::command(), CHINESE);
    assert_eq!(missing, Vec::<String>::new());
}

/// The command tree is one that the parser accepts.
#[test]
fn the_commands_are_consistent() {
    Cli::command().debug_assert();
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
    let quoted: Vec<_> = guides.iter().flat_map(|guide| quoted(guide, "xinqiao-hub")).collect();
    assert!(quoted.len() > 30, "the walk found only {}", quoted.len());
    let broken: Vec<String> = quoted.iter().filter_map(|words| is_command(words).err()).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
