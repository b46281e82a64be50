//! `doctor`: checks that say what is well, what is not, and what mends it.
//!
//! A check never changes anything. What could not be looked at is said to be unchecked, never
//! well, and a check that itself fails is a problem, not the end of the others.

use serde_json::{Value, json};

use super::{Exit, Failure, Paint, Sentence, Terminal, display_width};
use crate::web::{Lang, Text};

mod checks;
mod words;

pub use checks::{
    AUTHORITY, CERTIFICATE, CLOCK, DISK, HUB, MIB, certificate, clock, disk, free_bytes, hub, store,
};

/// What a check is about: a stable name for programs, and a title.
pub type Subject = (&'static str, Text);

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Looked at, and as it should be.
    Well,
    /// Not looked at; the finding says why.
    Unchecked,
    /// Works, but somebody should look soon.
    Warning,
    /// Does not work, or will not for long.
    Problem,
}

/// One line of the report.
#[derive(Clone, Debug)]
pub struct Check {
    subject: Subject,
    verdict: Verdict,
    found: Sentence,
    fix: Option<Sentence>,
}

impl Verdict {
    const fn code(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Unchecked => "unchecked",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }

    const fn title(self) -> Text {
        match self {
            Self::Well => words::WELL,
            Self::Unchecked => words::UNCHECKED,
            Self::Warning => words::WARNING,
            Self::Problem => words::PROBLEM,
        }
    }

    const fn paint(self) -> Paint {
        match self {
            Self::Well => Paint::Good,
            Self::Unchecked => Paint::Faint,
            Self::Warning => Paint::Warn,
            Self::Problem => Paint::Bad,
        }
    }
}

impl Check {
    /// As it should be.
    #[must_use]
    pub fn well(subject: Subject, found: impl Into<Sentence>) -> Self {
        Self { subject, verdict: Verdict::Well, found: found.into(), fix: None }
    }

    /// Not looked at, and why.
    #[must_use]
    pub fn unchecked(subject: Subject, why: impl Into<Sentence>) -> Self {
        Self { subject, verdict: Verdict::Unchecked, found: why.into(), fix: None }
    }

    /// Somebody should look soon; `fix` is what to do.
    #[must_use]
    pub fn warning(subject: Subject, found: impl Into<Sentence>, fix: impl Into<Sentence>) -> Self {
        let fix = Some(fix.into());
        Self { subject, verdict: Verdict::Warning, found: found.into(), fix }
    }

    /// Something does not work; `fix` is what to do.
    #[must_use]
    pub fn problem(subject: Subject, found: impl Into<Sentence>, fix: impl Into<Sentence>) -> Self {
        let fix = Some(fix.into());
        Self { subject, verdict: Verdict::Problem, found: found.into(), fix }
    }

    /// A problem that a command would have failed with.
    #[must_use]
    pub fn failed(subject: Subject, failure: &Failure) -> Self {
        let (found, fix) = failure.sentences();
        Self::problem(subject, found, fix.unwrap_or_else(|| words::CALL_SUPPORT.into()))
    }

    /// The stable name of what was checked.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.subject.0
    }

    /// What it is about, for a page.
    #[must_use]
    pub fn title(&self, lang: Lang) -> &'static str {
        self.subject.1.in_lang(lang)
    }

    /// What was found.
    #[must_use]
    pub fn found(&self, lang: Lang) -> &str {
        self.found.in_lang(lang)
    }

    /// What mends it, where something does.
    #[must_use]
    pub fn fix(&self, lang: Lang) -> Option<&str> {
        self.fix.as_ref().map(|fix| fix.in_lang(lang))
    }

    /// What the check came to.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    fn to_json(&self, terminal: &Terminal) -> Value {
        let lang = terminal.lang();
        json!({
            "check": self.name(),
            "state": self.verdict.code(),
            "found": self.found.in_lang(lang),
            "fix": self.fix.as_ref().map(|fix| fix.in_lang(lang)),
        })
    }

    fn line(&self, terminal: &Terminal, title_width: usize) -> String {
        let lang = terminal.lang();
        let pad = |text: &str, width: usize| {
            format!("{text}{}", " ".repeat(width.saturating_sub(display_width(text))))
        };
        let verdict = pad(self.verdict.title().in_lang(lang), VERDICT_WIDTH);
        let title = pad(self.subject.1.in_lang(lang), title_width);
        let verdict = terminal.paint(self.verdict.paint(), &verdict);
        let head = format!(" {verdict}  {title}  {}", self.found.in_lang(lang));
        let Some(fix) = &self.fix else {
            return head;
        };
        let gap = " ".repeat(VERDICT_WIDTH + title_width + 5);
        let fix = terminal.text(words::FIX, &[&fix.in_lang(lang).replace('\n', " ")]);
        format!("{head}\n{gap}{fix}")
    }
}

/// Columns of the longest verdict.
const VERDICT_WIDTH: usize = 7;

/// Prints every check. A problem is a failure with the exit code of `doctor`; warnings are not.
///
/// # Errors
/// At least one check is a problem.
pub fn report(terminal: &Terminal, checks: &[Check]) -> Result<(), Failure> {
    let count = |verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    let (problems, warnings) = (count(Verdict::Problem), count(Verdict::Warning));
    let value = json!({
        "problems": problems,
        "warnings": warnings,
        "checks": checks.iter().map(|check| check.to_json(terminal)).collect::<Vec<_>>(),
    });
    if problems == 0 {
        terminal.result(&value, |terminal| {
            let sum = match warnings {
                0 => terminal.text(words::ALL_WELL, &[]),
                _ => terminal.text(words::ONLY_WARNINGS, &[&warnings]),
            };
            format!("{}\n{sum}", lines(terminal, checks))
        })?;
        return Ok(());
    }
    if !terminal.json() {
        terminal.print(&lines(terminal, checks));
    }
    let message = Sentence::new(words::FOUND, &[&problems, &warnings]);
    Err(Failure::new(Exit::Problems, "PROBLEMS", message).beside(value))
}

fn lines(terminal: &Terminal, checks: &[Check]) -> String {
    let lang = terminal.lang();
    let widths = checks.iter().map(|check| display_width(check.subject.1.in_lang(lang)));
    let width = widths.max().unwrap_or(0);
    checks.iter().map(|check| check.line(terminal, width)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
