//! Consent: only what is unmistakably consent is consent.
//!
//! Blank, a tick, a bare `1` and every unusual remark are `Unknown`. A code counts when the
//! column's own header says what it means, as in `监护人同意(1=是,2=否)`.

use super::compact;

/// What a guardian has answered, as far as the file shows it without doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consent {
    /// Given, in words that leave no doubt.
    Given,
    /// Refused.
    Refused,
    /// Everything else; never counted as given.
    Unknown,
}

/// The digits that a header explains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConsentCoding {
    given: Option<char>,
    refused: Option<char>,
}

const GIVEN: [&str; 16] = [
    "是",
    "同意",
    "已同意",
    "已签",
    "已签署",
    "已签字",
    "已签名",
    "同意参加",
    "监护人同意",
    "家长同意",
    "知情同意",
    "y",
    "yes",
    "agree",
    "agreed",
    "consented",
];
const REFUSED: [&str; 14] = [
    "否",
    "不同意",
    "未同意",
    "拒绝",
    "拒签",
    "不参加",
    "家长不同意",
    "监护人不同意",
    "n",
    "no",
    "disagree",
    "refused",
    "declined",
    "拒绝参加",
];

impl Consent {
    /// Reads a cell of a consent column; anything unusual is `Unknown`.
    #[must_use]
    pub fn read(cell: &str, coding: ConsentCoding) -> Self {
        let text = compact(cell);
        // The common answers first: a roster has thousands of them.
        match &*text {
            "是" | "同意" => return Self::Given,
            "否" | "不同意" => return Self::Refused,
            "" => return Self::Unknown,
            _ => {}
        }
        let text = text.to_lowercase();
        let mut characters = text.chars();
        let single = characters.next().filter(|_| characters.next().is_none());
        if GIVEN.contains(&&*text) || (single.is_some() && single == coding.given) {
            Self::Given
        } else if REFUSED.contains(&&*text) || (single.is_some() && single == coding.refused) {
            Self::Refused
        } else {
            Self::Unknown
        }
    }

    /// The word that is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    /// The consent that a stored word means; what is not known is `Unknown`.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "given" => Self::Given,
            "refused" => Self::Refused,
            _ => Self::Unknown,
        }
    }

    /// The word on a Chinese page.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Given => "同意",
            Self::Refused => "不同意",
            Self::Unknown => "不明",
        }
    }
}

impl ConsentCoding {
    /// Reads the codes that a header explains; none when it explains only one of the two.
    #[must_use]
    pub fn of_header(header: &str) -> Self {
        let text = compact(header).to_lowercase();
        let mut coding = Self::default();
        for (at, code) in text.char_indices() {
            let digit = code.is_ascii_digit();
            let rest = text.get(at + code.len_utf8()..).unwrap_or_default();
            let meaning = rest.trim_start_matches(['=', ':', '-', '.', '、', '为', '代', '表']);
            let refused = ["不同意", "否", "拒绝", "no", "refused"];
            let given = ["同意", "是", "yes", "given"];
            if digit && refused.iter().any(|word| meaning.starts_with(word)) {
                coding.refused = Some(code);
            } else if digit && given.iter().any(|word| meaning.starts_with(word)) {
                coding.given = Some(code);
            }
        }
        let both = coding.given.is_some() && coding.refused.is_some();
        if both && coding.given != coding.refused { coding } else { Self::default() }
    }
}
