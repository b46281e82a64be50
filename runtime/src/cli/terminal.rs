//! The two streams of a command and the person who may sit in front of them.

use std::fmt::Display;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;
use zeroize::Zeroizing;

use super::{Exit, Failure, Globals, Sentence, read_secret, words};
use crate::web::{Lang, Text};

/// Longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 4096;

/// How often a new secret is asked for until it was typed twice alike.
const SECRET_ATTEMPTS: usize = 3;

/// What a person answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Yes,
    /// Leave everything as it is.
    No,
}

/// How a piece of text is set off from the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// A heading or the value that matters.
    Strong,
    /// Something is well.
    Good,
    /// Something needs attention.
    Warn,
    /// Something is wrong.
    Bad,
    /// Less important.
    Faint,
}

/// Where a command's result and talk go, in which language, and whether it may ask.
#[derive(Clone, Debug)]
pub struct Terminal {
    lang: Lang,
    json: bool,
    asks: bool,
    colour: bool,
}

impl Terminal {
    /// Looks at the flags, the environment and what the streams are connected to.
    #[must_use]
    pub fn new(globals: &Globals) -> Self {
        let plain = is_plain(globals, |name| std::env::var(name).ok());
        Self {
            lang: globals.lang(),
            json: globals.json,
            asks: !globals.no_input
                && std::io::stdin().is_terminal()
                && std::io::stderr().is_terminal(),
            colour: !plain && std::io::stdout().is_terminal() && std::io::stderr().is_terminal(),
        }
    }

    /// The language of the output.
    #[must_use]
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// Whether the result is to be one JSON value.
    #[must_use]
    pub const fn json(&self) -> bool {
        self.json
    }

    /// Whether a person can be asked.
    #[must_use]
    pub const fn asks(&self) -> bool {
        self.asks
    }

    /// A text in the language of the output.
    #[must_use]
    pub fn text(&self, text: Text, values: &[&dyn Display]) -> String {
        text.fill(self.lang, values)
    }

    /// A text set off by colour, where there is colour.
    #[must_use]
    pub fn paint(&self, paint: Paint, text: &str) -> String {
        let code = match paint {
            Paint::Strong => "1",
            Paint::Good => "32",
            Paint::Warn => "33",
            Paint::Bad => "31",
            Paint::Faint => "2",
        };
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Writes a line of the result to standard output.
    ///
    /// A reader that has gone away, such as `head`, is no failure of ours.
    pub fn print(&self, line: &str) {
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }

    /// Writes a sentence to standard error.
    pub fn talk(&self, text: Text, values: &[&dyn Display]) {
        self.talk_plain(&self.text(text, values));
    }

    /// Writes a line that needs no translation to standard error.
    pub fn talk_plain(&self, line: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }

    /// The result of a command: with `--json` the value, else the text.
    ///
    /// # Errors
    /// The value cannot be written as JSON.
    pub fn result<T: Serialize + ?Sized>(
        &self,
        value: &T,
        text: impl FnOnce(&Self) -> String,
    ) -> Result<(), Failure> {
        if !self.json {
            self.print(&text(self));
            return Ok(());
        }
        let written = serde_json::to_string_pretty(value).map_err(|cause| {
            Failure::new(Exit::Failed, "JSON", words::JSON_FAILED).because(&cause)
        })?;
        self.print(&written);
        Ok(())
    }

    /// Says how a command ended, and gives the code for the process.
    #[must_use]
    pub fn finish(&self, outcome: Result<(), Failure>) -> ExitCode {
        let Err(failure) = outcome else {
            return Exit::Done.into();
        };
        if self.json {
            self.print(&format!("{:#}", failure.to_json(self.lang)));
        }
        let head = self.paint(Paint::Bad, words::ERROR.in_lang(self.lang));
        self.talk_plain(&format!("{head}{}", failure.message(self.lang)));
        if let Some(cause) = failure.cause_in(self.lang) {
            let line = self.text(words::CAUSE, &[&cause]);
            self.talk_plain(&self.paint(Paint::Faint, &line));
        }
        if let Some(next) = failure.next_step(self.lang) {
            for line in next.lines() {
                self.talk_plain(&format!("  {line}"));
            }
        }
        failure.exit().into()
    }

    /// Asks for a yes; `flag` is what says yes where nobody can be asked, such as `--yes`.
    ///
    /// # Errors
    /// Nobody can be asked, or the answer cannot be read.
    pub fn confirm(&self, question: &Sentence, flag: &str) -> Result<Answer, Failure> {
        let answer = self.ask(question, words::YES_NO, flag)?;
        let yes = ["y", "yes", "是", "好", "确认"];
        Ok(if yes.contains(&answer.trim().to_lowercase().as_str()) {
            Answer::Yes
        } else {
            Answer::No
        })
    }

    /// Asks for a line; `flag` is what gives it where nobody can be asked.
    ///
    /// # Errors
    /// Nobody can be asked, or the answer cannot be read.
    pub fn ask(&self, question: &Sentence, after: Text, flag: &str) -> Result<String, Failure> {
        if !self.asks {
            return Err(nobody(flag));
        }
        let shown = format!("{}{}", question.in_lang(self.lang), after.in_lang(self.lang));
        let _ = write!(std::io::stderr().lock(), "{shown}");
        let mut line = String::new();
        let read = std::io::Read::take(std::io::stdin().lock(), ANSWER_BYTES_MAX)
            .read_line(&mut line)
            .map_err(|cause| interrupted(&cause))?;
        // End of input is a person who went away, not an empty answer.
        if read == 0 { Err(stopped()) } else { Ok(line.trim().to_owned()) }
    }

    /// A secret from a file, from standard input (`-`), or typed by a person without an echo.
    ///
    /// # Errors
    /// The file cannot be read, or nobody can be asked.
    pub fn secret(
        &self,
        from: Option<&Path>,
        prompt: Text,
        flag: &str,
    ) -> Result<Zeroizing<String>, Failure> {
        match from {
            Some(path) => {
                let text = read_secret(path)?;
                Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
            }
            None if self.asks => self.typed(prompt),
            None => Err(nobody(flag)),
        }
    }

    /// As [`Terminal::secret`], for a new one: typed twice.
    ///
    /// # Errors
    /// As [`Terminal::secret`], or the two differ.
    pub fn new_secret(
        &self,
        from: Option<&Path>,
        prompt: Text,
        flag: &str,
    ) -> Result<Zeroizing<String>, Failure> {
        for _ in 0..SECRET_ATTEMPTS {
            let first = self.secret(from, prompt, flag)?;
            if from.is_some() || *self.typed(words::AGAIN)? == *first {
                return Ok(first);
            }
            self.talk(words::SECRETS_DIFFER_AGAIN, &[]);
        }
        Err(Failure::new(Exit::Usage, "SECRETS_DIFFER", words::SECRETS_DIFFER))
    }

    fn typed(&self, prompt: Text) -> Result<Zeroizing<String>, Failure> {
        let _ = write!(std::io::stderr().lock(), "{}", prompt.in_lang(self.lang));
        let typed = rpassword::read_password().map_err(|cause| interrupted(&cause))?;
        Ok(Zeroizing::new(typed))
    }
}

/// Whether colours are unwanted wherever the streams lead: by a flag or by the environment.
fn is_plain(globals: &Globals, variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
    let is_dumb = variable("TERM").is_some_and(|term| term == "dumb");
    globals.no_color || globals.json || is_set("NO_COLOR") || is_dumb
}

fn nobody(flag: &str) -> Failure {
    let message = Sentence::new(words::NOBODY, &[&flag]);
    Failure::new(Exit::Usage, "INPUT_NEEDED", message)
}

fn interrupted(cause: &std::io::Error) -> Failure {
    match cause.kind() {
        std::io::ErrorKind::Interrupted | std::io::ErrorKind::UnexpectedEof => stopped(),
        _ => Failure::new(Exit::Failed, "INPUT", words::INPUT_FAILED).because(cause),
    }
}

fn stopped() -> Failure {
    Failure::new(Exit::Interrupted, "INTERRUPTED", words::INTERRUPTED)
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    /// Colours go where a flag, `NO_COLOR` or a terminal that has none says so; a `NO_COLOR` that
    /// is empty says nothing.
    #[test]
    fn colours_are_off_where_they_are_unwanted() {
        let plain = |globals: &Globals, name: &'static str, value: &'static str| {
            is_plain(globals, |asked| (asked == name).then(|| value.to_owned()))
        };
        let usual = Globals::default();
        for (name, value, wanted) in [
            ("TERM", "xterm-256color", false),
            ("TERM", "dumb", true),
            ("NO_COLOR", "1", true),
            ("NO_COLOR", "", false),
        ] {
            assert_eq!(plain(&usual, name, value), wanted, "{name}={value}");
        }
        for globals in [
            Globals { no_color: true, ..Globals::default() },
            Globals { json: true, ..Globals::default() },
        ] {
            assert!(plain(&globals, "TERM", "xterm-256color"), "{globals:?}");
        }
        let painted = |colour| {
            let terminal = Terminal { lang: Lang::En, json: false, asks: false, colour };
            terminal.paint(Paint::Bad, "error")
        };
        assert_eq!(painted(true), "\u{1b}[31merror\u{1b}[0m");
        assert_eq!(painted(false), "error");
    }

    /// Who presses Ctrl-C or ends the input at a question interrupts the command, with the code
    /// that scripts know for it; an input that fails is no person who goes.
    #[test]
    fn a_person_who_goes_interrupts_the_command() {
        for kind in [ErrorKind::Interrupted, ErrorKind::UnexpectedEof] {
            let failure = interrupted(&Error::from(kind));
            assert_eq!((failure.code(), failure.exit()), ("INTERRUPTED", Exit::Interrupted));
            assert_eq!((failure.exit().number(), failure.exit().is_retryable()), (130, false));
        }
        let failed = interrupted(&Error::from(ErrorKind::PermissionDenied));
        assert_eq!((failed.code(), failed.exit()), ("INPUT", Exit::Failed));
    }
}
