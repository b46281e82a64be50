//! Sentences in both languages, and the faults that are told with them.
//!
//! A sentence names columns, limits and rows but never holds a person's value: values travel
//! beside it, so that a sentence can be logged and a value cannot.

use std::borrow::Cow;

/// A language of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Chinese, the first language of every screen.
    Zh,
    /// English.
    En,
}

/// One sentence in Chinese and English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The Chinese sentence.
    pub zh: Cow<'static, str>,
    /// The English sentence.
    pub en: Cow<'static, str>,
}

/// Why a value, a row or a file is not taken, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable key for programs, such as `date_month`.
    pub code: &'static str,
    /// What is wrong.
    pub reason: Said,
    /// What to do next.
    pub hint: Said,
}

impl Said {
    /// A sentence without parts.
    #[must_use]
    pub const fn fixed(zh: &'static str, en: &'static str) -> Self {
        Self { zh: Cow::Borrowed(zh), en: Cow::Borrowed(en) }
    }

    /// A sentence that was put together.
    #[must_use]
    pub const fn made(zh: String, en: String) -> Self {
        Self { zh: Cow::Owned(zh), en: Cow::Owned(en) }
    }

    /// The sentence in one language.
    #[must_use]
    pub fn to(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

impl Fault {
    /// A fault whose sentences have no parts: `(zh, en)` of the reason, `(zh, en)` of the hint.
    #[must_use]
    pub const fn fixed(
        code: &'static str,
        reason: (&'static str, &'static str),
        hint: (&'static str, &'static str),
    ) -> Self {
        Self { code, reason: Said::fixed(reason.0, reason.1), hint: Said::fixed(hint.0, hint.1) }
    }

    /// The same fault with another reason.
    #[must_use]
    pub fn because(self, zh: String, en: String) -> Self {
        Self { reason: Said::made(zh, en), ..self }
    }

    /// The same fault with another hint.
    #[must_use]
    pub fn mend(self, zh: String, en: String) -> Self {
        Self { hint: Said::made(zh, en), ..self }
    }

    /// Reason and hint as one line.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        let join = if language == Language::Zh { "；" } else { "; " };
        format!("{}{join}{}", self.reason.to(language), self.hint.to(language))
    }
}
