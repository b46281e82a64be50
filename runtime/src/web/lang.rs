//! Languages of the screen and the sentences in them.
//!
//! Chinese comes first and is the default. Every sentence is a [`Text`] constant with both
//! languages; a missing language, Chinese left in the English half, or a placeholder that only
//! one half has is a compile error, so no page can show a gap in one language only.

use std::borrow::Borrow;

use axum::http::{HeaderMap, Uri, header};

use super::cookie;

/// Name of the cookie that remembers the language. Holds nothing else, so consoles share it.
pub const LANG_COOKIE: &str = "xinqiao-lang";

/// A language of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The code that `?lang=` and the cookie carry.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The language tag for the `lang` attribute (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language that the switch in the top bar leads to.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// Reads a code or tag; anything that is neither Chinese nor English is `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let primary = code.trim().split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") {
            Some(Self::Zh)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// The language of a request: `?lang=`, then the cookie, then `Accept-Language`, then Chinese.
    #[must_use]
    pub fn of_request(uri: &Uri, headers: &HeaderMap) -> Self {
        Self::asked_for(uri)
            .or_else(|| cookie::value(headers, LANG_COOKIE).and_then(Self::from_code))
            .or_else(|| accepted(headers))
            .unwrap_or_default()
    }

    /// The language that the address itself asks for.
    #[must_use]
    pub fn asked_for(uri: &Uri) -> Option<Self> {
        let query = uri.query()?;
        query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Self::from_code)
    }
}

/// First language of `Accept-Language` that the console has, by weight and then by order.
fn accepted(headers: &HeaderMap) -> Option<Lang> {
    let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(u32, Lang)> = None;
    for part in text.split(',').take(16) {
        let mut pieces = part.split(';');
        let Some(lang) = pieces.next().and_then(Lang::from_code) else {
            continue;
        };
        let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=")).map_or(1000, milli);
        if best.is_none_or(|(held, _)| weight > held) {
            best = Some((weight, lang));
        }
    }
    best.map(|(_, lang)| lang)
}

/// A weight such as `0.8` in thousandths; what cannot be read weighs nothing.
fn milli(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let padded = format!("{fraction:0<3}");
    let thousandths = padded.get(..3).and_then(|digits| digits.parse::<u32>().ok());
    match (whole.parse::<u32>(), thousandths) {
        (Ok(units), Some(rest)) => units.min(1) * 1000 + rest,
        _ => 0,
    }
}

/// The same address in the other language, keeping every other part of the query.
#[must_use]
pub fn switch_href(uri: &Uri, to: Lang) -> String {
    let mut parts: Vec<&str> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("lang="))
        .collect();
    let lang = format!("lang={}", to.code());
    parts.push(&lang);
    format!("{}?{}", uri.path(), parts.join("&"))
}

/// A sentence in both languages, fixed at compile time.
///
/// `{0}` to `{9}` stand for values that [`Text::fill`] puts in; `{0:school|schools}` stands for the
/// first form where that value is 1, else for the second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    zh: &'static str,
    en: &'static str,
}

impl Text {
    /// Pairs the two languages.
    ///
    /// # Panics
    /// At compile time, where an empty half, Chinese in the English half or unequal placeholders
    /// make the constant impossible to build.
    #[must_use]
    pub const fn new(zh: &'static str, en: &'static str) -> Self {
        assert!(!zh.is_empty() && !en.is_empty(), "a text needs both languages");
        assert!(!has_cjk(en), "the English half of a text has Chinese in it");
        assert!(placeholders(zh) == placeholders(en), "placeholders differ between languages");
        Self { zh, en }
    }

    /// The sentence in one language.
    #[must_use]
    pub fn in_lang(&self, lang: impl Borrow<Lang>) -> &'static str {
        match lang.borrow() {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }

    /// The sentence with one value in it, for templates.
    #[must_use]
    pub fn with(&self, lang: impl Borrow<Lang>, value: impl std::fmt::Display) -> String {
        self.fill(lang, &[&value])
    }

    /// The sentence with its placeholders filled in, in order.
    #[must_use]
    pub fn fill(&self, lang: impl Borrow<Lang>, values: &[&dyn std::fmt::Display]) -> String {
        let mut filled = String::with_capacity(96);
        let mut rest = self.in_lang(lang);
        while let Some((front, back)) = rest.split_once('{') {
            filled.push_str(front);
            let (slot, tail) = back.split_once('}').unwrap_or(("", back));
            let (index, forms) = slot.split_once(':').unwrap_or((slot, ""));
            if let Some(value) = index.parse::<usize>().ok().and_then(|at| values.get(at)) {
                let value = value.to_string();
                filled.push_str(match forms.split_once('|') {
                    Some((one, _)) if value == "1" => one,
                    Some((_, several)) => several,
                    None => value.as_str(),
                });
            }
            rest = tail;
        }
        filled.push_str(rest);
        filled
    }
}

/// Whether a text has Chinese characters or full-width marks, by the lead bytes of UTF-8.
#[expect(clippy::indexing_slicing, reason = "the index is below the length; runs in constants")]
const fn has_cjk(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if (bytes[at] >= 0xE3 && bytes[at] <= 0xE9) || bytes[at] == 0xEF {
            return true;
        }
        at += 1;
    }
    false
}

/// The placeholders of a text as a set of bits, those that choose a form by a value too.
#[expect(clippy::indexing_slicing, reason = "the index is below the length; runs in constants")]
const fn placeholders(text: &str) -> u16 {
    let bytes = text.as_bytes();
    let mut set = 0;
    let mut at = 0;
    while at + 2 < bytes.len() {
        let ends = bytes[at + 2] == b'}' || bytes[at + 2] == b':';
        if bytes[at] == b'{' && bytes[at + 1].is_ascii_digit() && ends {
            set |= 1 << (bytes[at + 1] - b'0');
        }
        at += 1;
    }
    set
}

/// Declares the sentences of a module: `texts! { NAME = "中文", "English"; }`.
///
/// Each becomes a [`Text`] constant, visible in the crate, checked when the crate is compiled.
#[macro_export]
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $zh:literal, $en:literal;)+) => {
        $(
            $(#[$doc])*
            pub(crate) const $name: $crate::web::Text = $crate::web::Text::new($zh, $en);
        )+
    };
}

/// A name that comes from data, such as a unit's or an indicator's, in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// The name in Chinese.
    pub zh: String,
    /// The name in English; the Chinese one is shown where this is empty.
    pub en: String,
}

impl Label {
    /// Pairs two names.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// A name that is the same in both languages, such as a code.
    pub fn same(text: impl Into<String>) -> Self {
        Self { zh: text.into(), en: String::new() }
    }

    /// The name in one language, or in the language that there is.
    #[must_use]
    pub fn in_lang(&self, lang: impl Borrow<Lang>) -> &str {
        let (first, second) = match lang.borrow() {
            Lang::Zh => (&self.zh, &self.en),
            Lang::En => (&self.en, &self.zh),
        };
        if first.is_empty() { second } else { first }
    }
}

impl From<&domain::catalogue::Label> for Label {
    fn from(label: &domain::catalogue::Label) -> Self {
        Self::new(label.zh.clone(), label.en.clone())
    }
}

impl From<Text> for Label {
    fn from(text: Text) -> Self {
        Self::new(text.zh, text.en)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn check(uri: &str, cookie: &str, accept: &str) -> Lang {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(cookie).expect("cookie"));
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(accept).expect("accept"));
        Lang::of_request(&uri.parse().expect("uri"), &headers)
    }

    /// The address wins over the cookie, the cookie over the browser, and Chinese is the rest.
    #[test]
    fn language_is_chosen_by_address_then_cookie_then_browser() {
        assert_eq!(check("/?lang=en", "xinqiao-lang=zh", "zh-CN"), Lang::En);
        assert_eq!(check("/", "a=b; xinqiao-lang=en", "zh-CN"), Lang::En);
        assert_eq!(check("/", "", "de, en-GB;q=0.8, zh;q=0.7"), Lang::En);
        assert_eq!(check("/", "", "en;q=0.3, zh-CN;q=0.9"), Lang::Zh);
        assert_eq!(check("/", "", "fr, de;q=0.5"), Lang::Zh);
        assert_eq!(check("/?lang=xx", "xinqiao-lang=klingon", ""), Lang::Zh);
    }

    /// Switching the language keeps what the reader had filtered for.
    #[test]
    fn language_switch_keeps_the_filter() {
        let uri: Uri = "/indicators?term=2025S1&lang=zh&unit=370200".parse().expect("uri");
        assert_eq!(switch_href(&uri, Lang::En), "/indicators?term=2025S1&unit=370200&lang=en");
    }

    /// Placeholders are filled by number, whatever their order in the sentence.
    #[test]
    fn placeholders_are_filled_by_number() {
        const PAIR: Text = Text::new("{1} 校中的 {0} 校", "{0} of {1} schools");
        assert_eq!(PAIR.fill(Lang::Zh, &[&3, &12]), "12 校中的 3 校");
        assert_eq!(PAIR.fill(Lang::En, &[&3, &12]), "3 of 12 schools");
    }

    /// One school is no "1 schools": a form is chosen by the value, and by no other number.
    #[test]
    fn a_form_is_chosen_by_its_value() {
        const PAIR: Text =
            Text::new("{1} 校中 {0} 校已报", "{0} of {1} {1:school|schools} {0:has|have} reported");
        assert_eq!(PAIR.fill(Lang::En, &[&1, &1]), "1 of 1 school has reported");
        assert_eq!(PAIR.fill(Lang::En, &[&1, &12]), "1 of 12 schools has reported");
        assert_eq!(PAIR.fill(Lang::En, &[&0, &11]), "0 of 11 schools have reported");
        assert_eq!(PAIR.fill(Lang::Zh, &[&1, &1]), "1 校中 1 校已报");
    }

    /// A name that exists in one language only is shown rather than left blank.
    #[test]
    fn a_name_in_one_language_is_shown_in_both() {
        assert_eq!(Label::same("市南区").in_lang(Lang::En), "市南区");
        assert_eq!(Label::new("", "Shinan").in_lang(Lang::Zh), "Shinan");
    }
}
