//! A command's failure: what happened and what was left untouched, then what to do next.

use std::error::Error;
use std::fmt::Display;

use serde_json::{Value, json};

use super::Exit;
use crate::web::{Lang, Text};

/// A sentence with its values, in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    zh: String,
    en: String,
}

/// Why a command did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(Box<Content>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Content {
    exit: Exit,
    code: &'static str,
    message: Sentence,
    hint: Option<Sentence>,
    cause: Option<Sentence>,
    retryable: bool,
    details: Option<Value>,
    beside: Option<Value>,
}

impl Sentence {
    /// Fills the placeholders of a text.
    #[must_use]
    pub fn new(text: Text, values: &[&dyn Display]) -> Self {
        Self { zh: text.fill(Lang::Zh, values), en: text.fill(Lang::En, values) }
    }

    /// A sentence that was put together elsewhere in both languages.
    #[must_use]
    pub const fn pair(zh: String, en: String) -> Self {
        Self { zh, en }
    }

    /// The sentence in one language.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

impl From<Text> for Sentence {
    fn from(text: Text) -> Self {
        Self::new(text, &[])
    }
}

impl Failure {
    /// A failure with a stable upper-case code such as `INVITE_EXPIRED`.
    #[must_use]
    pub fn new(exit: Exit, code: &'static str, message: impl Into<Sentence>) -> Self {
        Self(Box::new(Content {
            exit,
            code,
            message: message.into(),
            hint: None,
            cause: None,
            retryable: exit.is_retryable(),
            details: None,
            beside: None,
        }))
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Sentence>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Says that the same command may succeed later without anybody's help.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.0.retryable = true;
        self
    }

    /// Adds what a program needs beside the sentence, such as the rows of a file; JSON only.
    #[must_use]
    pub fn details(mut self, details: Value) -> Self {
        self.0.details = Some(details);
        self
    }

    /// Adds a result that holds although the command failed, such as the lines of `doctor`: the
    /// keys of the object stand beside `error`. JSON only.
    #[must_use]
    pub fn beside(mut self, result: Value) -> Self {
        self.0.beside = Some(result);
        self
    }

    /// What happened and what to do next, in both languages.
    #[must_use]
    pub fn sentences(&self) -> (Sentence, Option<Sentence>) {
        (self.0.message.clone(), self.0.hint.clone())
    }

    /// Adds the technical cause, shown on a line of its own and not in the JSON.
    #[must_use]
    pub fn because(mut self, cause: &dyn Error) -> Self {
        let mut text = cause.to_string();
        let mut next = cause.source();
        // Bounded, because an error could name itself as its source.
        for _ in 0..4 {
            let Some(inner) = next else { break };
            let said = inner.to_string();
            if !text.ends_with(&said) {
                text = format!("{text}: {said}");
            }
            next = inner.source();
        }
        self.0.cause = Some(Sentence::pair(text.clone(), text));
        self
    }

    /// The same where the cause is said in both languages.
    #[must_use]
    pub fn because_said(mut self, cause: impl Into<Sentence>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// As [`Failure::because`], for a cause that came as text.
    #[must_use]
    pub fn because_of(mut self, cause: &str) -> Self {
        let said = || Sentence::pair(cause.to_owned(), cause.to_owned());
        self.0.cause = (!cause.is_empty()).then(said);
        self
    }

    /// The code that the process ends with.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.0.exit
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What happened, in one language.
    #[must_use]
    pub fn message(&self, lang: Lang) -> &str {
        self.0.message.in_lang(lang)
    }

    /// What to do next, in one language.
    #[must_use]
    pub fn next_step(&self, lang: Lang) -> Option<&str> {
        self.0.hint.as_ref().map(|hint| hint.in_lang(lang))
    }

    /// The technical cause, as logs have it.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.cause_in(Lang::En)
    }

    /// The technical cause in one language, as far as it is said in it.
    #[must_use]
    pub fn cause_in(&self, lang: Lang) -> Option<&str> {
        self.0.cause.as_ref().map(|cause| cause.in_lang(lang))
    }

    /// The object that `--json` prints.
    #[must_use]
    pub fn to_json(&self, lang: Lang) -> Value {
        let mut object = json!({"error": {
            "code": self.0.code,
            "exit": self.0.exit.number(),
            "message": self.message(lang),
            "hint": self.next_step(lang),
            "retryable": self.0.retryable,
        }});
        if let (Some(details), Some(error)) =
            (&self.0.details, object.get_mut("error").and_then(Value::as_object_mut))
        {
            error.insert("details".to_owned(), details.clone());
        }
        let beside = self.0.beside.as_ref().and_then(Value::as_object);
        if let (Some(beside), Some(whole)) = (beside, object.as_object_mut()) {
            whole.extend(beside.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        object
    }
}
