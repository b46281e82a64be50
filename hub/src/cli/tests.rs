//! What the command line of a hub promises.

use clap::CommandFactory;
use runtime::cli::broken_quotes;

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

/// What the guides tell people to type is what the program takes.
#[test]
fn commands_of_the_guides_parse() {
    let guides = [
        include_str!("../../../docs/guide-school.md"),
        include_str!("../../../docs/guide-hub.md"),
        include_str!("../../../docs/guide-city.md"),
    ];
    let (broken, count) = broken_quotes::<Cli>(&guides, "xinqiao-hub");
    assert!(count > 30, "the walk found only {count}");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
