//! Status tags: an icon and an adjective, never a colour alone and never a link.

use askama::Template;

use super::html::Part;
use super::lang::{Lang, Text};

/// How urgent a status is. Each tone has its own icon, so that colour is not needed to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Under way, or known and on time.
    Info,
    /// Needs to be watched, or heals by itself.
    Notice,
    /// Needs a person.
    Bad,
    /// Neither good nor bad: not started, not offered.
    Muted,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Info => "info",
            Self::Notice => "warn",
            Self::Bad => "bad",
            Self::Muted => "mute",
        }
    }
}

/// A tag with its icon.
#[derive(Clone, Debug, Template)]
#[template(path = "tag.html")]
pub struct Tag {
    class: &'static str,
    label: String,
}

impl Tag {
    /// A tag with a fixed word.
    #[must_use]
    pub fn of(tone: Tone, text: Text, lang: Lang) -> Part<Self> {
        Self::new(tone, text.in_lang(lang))
    }

    /// A tag with a word that was put together.
    #[must_use]
    pub fn new(tone: Tone, label: impl Into<String>) -> Part<Self> {
        Part(Self { class: tone.class(), label: label.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two tones never share an icon, so a black and white print still tells them apart.
    #[test]
    fn every_tone_has_its_own_icon() {
        let tones = [Tone::Good, Tone::Info, Tone::Notice, Tone::Bad, Tone::Muted];
        let icons: Vec<String> = tones
            .into_iter()
            .map(|tone| Tag::new(tone, "x").to_string().replace(tone.class(), ""))
            .collect();
        for (at, icon) in icons.iter().enumerate() {
            assert!(icon.contains("<svg"), "{icon}");
            assert!(!icons[..at].contains(icon), "two tones share an icon");
        }
    }
}
