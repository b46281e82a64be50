//! Fingerprints as words, to be read out over the telephone or compared with a paper letter.
//!
//! One word for each byte, from one list of 256 English words or one of 256 Chinese characters.
//! The full form, sixteen words, is 128 bits and is what two persons compare before anything is
//! imported. The short form, six words, is 48 bits: enough for a request that is on a live
//! connection and is compared within minutes, never for a root.

use domain::digest::Digest;

mod list;

/// How many words are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Six words: a request that waits for approval.
    Short,
    /// Sixteen words: a root.
    Full,
}

/// One word of a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The English word.
    pub english: &'static str,
    /// The Chinese character.
    pub chinese: &'static str,
    /// How the character is pronounced, without its tone; `lv` stands for lü.
    pub syllable: &'static str,
}

impl Length {
    const fn words(self) -> usize {
        match self {
            Self::Short => 6,
            Self::Full => 16,
        }
    }
}

/// The words of a fingerprint, in both languages.
#[must_use]
pub fn words(digest: &Digest, length: Length) -> Vec<Word> {
    digest.bytes().iter().take(length.words()).filter_map(|byte| word(*byte)).collect()
}

/// The words as one line of English.
#[must_use]
pub fn english(digest: &Digest, length: Length) -> String {
    let words: Vec<&str> = words(digest, length).iter().map(|word| word.english).collect();
    words.join(" ")
}

/// The words as one line of Chinese.
#[must_use]
pub fn chinese(digest: &Digest, length: Length) -> String {
    let words: Vec<&str> = words(digest, length).iter().map(|word| word.chinese).collect();
    words.join(" ")
}

/// Whether what was heard and typed is this fingerprint, in either language.
///
/// Case, spaces and punctuation do not matter; every word does.
#[must_use]
pub fn agrees(digest: &Digest, length: Length, typed: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let typed = letters(typed);
    typed == letters(&english(digest, length)) || typed == letters(&chinese(digest, length))
}

fn word(value: u8) -> Option<Word> {
    let place = usize::from(value);
    let english = list::ENGLISH.split(' ').nth(place)?;
    let entry = list::CHINESE.split(' ').nth(place)?;
    let (chinese, syllable) = entry.split_at_checked(entry.chars().next()?.len_utf8())?;
    Some(Word { english, chinese, syllable })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::digest::sha256;

    fn all() -> Vec<Word> {
        (0..=u8::MAX).filter_map(word).collect()
    }

    /// Every value has its own word, character and syllable.
    #[test]
    fn every_value_has_its_own_word() {
        let words = all();
        assert_eq!(list::ENGLISH.split(' ').count(), 256);
        assert_eq!(list::CHINESE.split(' ').count(), 256);
        let distinct =
            |part: fn(&Word) -> &'static str| words.iter().map(part).collect::<HashSet<_>>().len();
        assert_eq!(distinct(|word| word.english), 256);
        assert_eq!(distinct(|word| word.chinese), 256);
        assert_eq!(distinct(|word| word.syllable), 256);
        assert!(words.iter().all(|word| word.chinese.chars().count() == 1));
        assert!(words.iter().all(|word| word.syllable.chars().all(|c| c.is_ascii_lowercase())));
    }

    /// Words are told apart on a bad line: by their first letters, and in southern and northern
    /// pronunciation.
    #[test]
    fn words_are_told_apart_by_ear() {
        let words = all();
        let heads: HashSet<&str> =
            words.iter().map(|word| &word.english[..word.english.len().min(4)]).collect();
        assert_eq!(heads.len(), 256);
        let flat = |syllable: &str| {
            let mut plain = syllable.replacen("zh", "z", 1).replacen("ch", "c", 1);
            plain = plain.replacen("sh", "s", 1);
            for (long, short) in [("ing", "in"), ("eng", "en")] {
                if let Some(head) = plain.strip_suffix(long) {
                    plain = format!("{head}{short}");
                }
            }
            if let Some(rest) = plain.strip_prefix('n') {
                plain = format!("l{rest}");
            }
            plain
        };
        let heard: HashSet<String> = words.iter().map(|word| flat(word.syllable)).collect();
        assert_eq!(heard.len(), 256);
    }

    /// What was heard is compared as a whole, in either language.
    #[test]
    fn a_fingerprint_is_compared_as_a_whole() {
        let digest = sha256(b"root");
        let (english, chinese) = (english(&digest, Length::Short), chinese(&digest, Length::Short));
        assert!(agrees(&digest, Length::Short, &english.to_uppercase().replace(' ', ", ")));
        assert!(agrees(&digest, Length::Short, &chinese.replace(' ', "，")));
        assert!(!agrees(&digest, Length::Full, &english), "six words are not sixteen");
        assert!(!agrees(&digest, Length::Short, english.rsplit_once(' ').expect("words").0));
        assert!(!agrees(&digest, Length::Short, ""));
        assert_eq!(words(&digest, Length::Full).len(), 16);
    }

    /// The lists are part of the format: a change would change every fingerprint.
    #[test]
    fn the_lists_never_change() {
        let digest = sha256(format!("{}\n{}", list::ENGLISH, list::CHINESE).as_bytes());
        assert_eq!(digest.short(), "ad1e6e0b");
    }
}
