//! Flags that every command of every binary takes, before and after the subcommand.

use std::ffi::OsString;

use clap::Args;

use crate::web::Lang;

/// Flags that every command takes.
#[derive(Args, Clone, Debug, Default)]
pub struct Globals {
    /// Language of the output: zh or en
    #[arg(long, global = true, value_name = "zh|en", value_parser = lang_of, env = "XINQIAO_LANG")]
    pub lang: Option<Lang>,

    /// Print the result as one JSON value on standard output
    #[arg(long, global = true)]
    pub json: bool,

    /// Never ask a question; fail where an answer is needed
    #[arg(long, global = true)]
    pub no_input: bool,

    /// No colours
    #[arg(long, global = true)]
    pub no_color: bool,
}

impl Globals {
    /// The language of the output: the flag, else the locale.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.lang.unwrap_or_else(|| locale(|name| std::env::var(name).ok()))
    }

    /// Finds what is needed before arguments are parsed, for errors of the parser itself.
    pub(super) fn guess(args: &[OsString]) -> Self {
        let words: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
        let named = words.iter().zip(words.iter().skip(1)).find_map(|(flag, value)| {
            (*flag == "--lang").then(|| Lang::from_code(value)).flatten()
        });
        let joined = words.iter().find_map(|word| word.strip_prefix("--lang="));
        let env = std::env::var("XINQIAO_LANG").ok();
        let fallback = || env.as_deref().and_then(Lang::from_code);
        Self {
            lang: named.or_else(|| joined.and_then(Lang::from_code)).or_else(fallback),
            json: words.contains(&"--json"),
            no_input: words.contains(&"--no-input"),
            no_color: words.contains(&"--no-color"),
        }
    }
}

/// The language of a locale. Chinese where nothing is set, as on Windows; English for `C` and for
/// every language that the program does not have.
#[must_use]
pub fn locale(variable: impl Fn(&str) -> Option<String>) -> Lang {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    match ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set) {
        Some(value) => Lang::from_code(&value).unwrap_or(Lang::En),
        None => Lang::default(),
    }
}

fn lang_of(text: &str) -> Result<Lang, String> {
    Lang::from_code(text).ok_or_else(|| "zh | en".to_owned())
}
