//! Whether a scale may be used to screen: rights, validated text, and demonstrations.
//!
//! The refusal says why. Nothing here can be switched off by a school.

use super::{ChineseText, LicenceStatus, Scale};
use crate::catalogue::Language;

/// What sort of city asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Real students.
    Service,
    /// A demonstration city with made-up persons.
    Demonstration,
}

/// What bars a scale from screening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScreeningBar {
    /// The pack is for demonstration cities only.
    Demonstration,
    /// The holder's licence is needed and no licensed text was loaded.
    LicenceRestricted,
    /// Nobody could say who allows what, and no licensed text was loaded.
    LicenceUnclear,
    /// The pack has no text in that language.
    NoText,
    /// The Chinese text is a working translation that nobody validated.
    TextUnvalidated,
    /// The pack says that its Chinese text must not be used to screen.
    MarkedUnfit,
}

/// A scale was asked for that must not be used to screen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("scale {scale} is not for screening use: {}", reason.sentence(Language::En))]
pub struct NotForScreening {
    /// Which scale.
    pub scale: String,
    /// What bars it.
    pub reason: ScreeningBar,
}

impl ScreeningBar {
    /// The reason as a sentence for the screen.
    #[must_use]
    pub const fn sentence(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::Demonstration => (
                "该量表包仅供演示城市使用，不得用于真实学生的测评",
                "the pack is for demonstration cities only",
            ),
            Self::LicenceRestricted => (
                "该量表需取得版权方授权；请先加载已获授权的量表文本包",
                "the holder's licence is needed; load a licensed text pack first",
            ),
            Self::LicenceUnclear => (
                "该量表的版权状况不明；请先确认授权并加载量表文本包",
                "the rights are unclear; settle them and load a licensed text pack first",
            ),
            Self::NoText => (
                "量表包中没有该语言的条目文本；请先加载文本包",
                "the pack has no item text in that language; load a text pack first",
            ),
            Self::TextUnvalidated => (
                "中文条目为未经验证的工作译文；请先加载经授权或验证的中文文本包",
                "the Chinese text is a working translation; load a validated text pack first",
            ),
            Self::MarkedUnfit => (
                "量表包注明其中文文本不得用于筛查",
                "the pack marks its Chinese text as not for screening",
            ),
        };
        match language {
            Language::Zh => zh,
            Language::En => en,
        }
    }
}

impl Scale {
    /// Allows the scale to be used to screen in a language, or says why not.
    ///
    /// A demonstration scale passes in a demonstration city and nowhere else; every other scale
    /// needs its rights and its text in both.
    ///
    /// # Errors
    /// The first of: demonstration scale in service, rights, text.
    pub fn use_for_screening(
        &self,
        language: Language,
        setting: Setting,
    ) -> Result<(), NotForScreening> {
        match self.screening_bar(language, setting) {
            Some(reason) => Err(NotForScreening { scale: self.id().to_owned(), reason }),
            None => Ok(()),
        }
    }

    fn screening_bar(&self, language: Language, setting: Setting) -> Option<ScreeningBar> {
        let definition = self.definition();
        let licensed = definition.text.chinese == ChineseText::Licensed;
        match (definition.demonstration, setting) {
            (true, Setting::Demonstration) => return None,
            (true, Setting::Service) => return Some(ScreeningBar::Demonstration),
            (false, _) => {}
        }
        match definition.licence.status {
            LicenceStatus::Restricted if !licensed => return Some(ScreeningBar::LicenceRestricted),
            LicenceStatus::Unclear if !licensed => return Some(ScreeningBar::LicenceUnclear),
            _ => {}
        }
        match (language, definition.text.chinese) {
            (Language::En, _) if definition.text.english => None,
            (Language::En, _) | (Language::Zh, ChineseText::None) => Some(ScreeningBar::NoText),
            (Language::Zh, ChineseText::Unvalidated) => Some(ScreeningBar::TextUnvalidated),
            (Language::Zh, _) if definition.text.screening_use_zh => None,
            (Language::Zh, _) => Some(ScreeningBar::MarkedUnfit),
        }
    }
}
