//! What the command line of a hub promises.

use clap::CommandFactory;

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
