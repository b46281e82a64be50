//! A 32-byte key on paper: fourteen groups that a person can copy and type back.
//!
//! Each group is four characters of Crockford's base 32 and a check character, which finds every
//! single wrong character, every swap within the group and every group in another's place, and
//! says which group it is. The last group checks the whole.

use zeroize::Zeroizing;

use crate::base32;
use crate::digest::sha256;

/// Groups on a sheet: thirteen with the key, one that checks the whole.
pub const GROUPS: usize = 14;

const GROUP_CHARS: usize = 5;
const KEY_CHARS: usize = 52;

/// Why a typed sheet is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecoveryError {
    /// Too few or too many characters.
    #[error("a recovery sheet has {GROUPS} groups of five characters, {found} characters given")]
    Length {
        /// Letters and digits that were typed.
        found: usize,
    },
    /// A group was mistyped; counted from one.
    #[error("group {0} of the recovery sheet is mistyped")]
    Group(usize),
    /// Every group fits, but not together.
    #[error("recovery sheet does not fit together")]
    Whole,
}

/// Writes a key as groups, to be printed in upper case and in rows.
#[must_use]
pub fn expose_groups(key: &[u8; 32]) -> Vec<Zeroizing<String>> {
    let values = all_values(key);
    let groups = values.chunks(GROUP_CHARS - 1).zip(0_u8..);
    let write = |(values, place): (&[u8], u8)| {
        let check = check(values, place);
        let symbols = values.iter().copied().chain([check]).map(base32::symbol);
        Zeroizing::new(symbols.map(|symbol| symbol.to_ascii_uppercase()).collect())
    };
    groups.map(write).collect()
}

/// Reads what was typed; case, spaces, hyphens and line breaks do not matter.
///
/// # Errors
/// Another number of characters, a mistyped group, or groups that do not belong together.
pub fn parse(typed: &str) -> Result<Zeroizing<[u8; 32]>, RecoveryError> {
    let symbols: Zeroizing<Vec<char>> =
        Zeroizing::new(typed.chars().filter(|c| c.is_alphanumeric()).map(narrow).collect());
    if symbols.len() != GROUPS * GROUP_CHARS {
        return Err(RecoveryError::Length { found: symbols.len() });
    }
    let mut text = Zeroizing::new(String::with_capacity(GROUPS * GROUP_CHARS));
    for (group, place) in symbols.chunks(GROUP_CHARS).zip(0_u8..) {
        let wrong = RecoveryError::Group(usize::from(place) + 1);
        let values: Option<Vec<u8>> = group.iter().copied().map(base32::value).collect();
        let values = Zeroizing::new(values.ok_or(wrong)?);
        match values.split_last() {
            Some((given, values)) if *given == check(values, place) => {
                text.extend(values.iter().copied().map(base32::symbol));
            }
            _ => return Err(wrong),
        }
    }
    let key = text.get(..KEY_CHARS).and_then(base32::decode).map(Zeroizing::new);
    let key = key.ok_or(RecoveryError::Whole)?;
    let fits = expose_groups(&key).last().is_some_and(|group| {
        group.chars().zip(text.chars().skip(KEY_CHARS)).all(|(a, b)| a.eq_ignore_ascii_case(&b))
    });
    fits.then_some(key).ok_or(RecoveryError::Whole)
}

/// The key's fifty-two values and four that check the whole.
fn all_values(key: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    let text = Zeroizing::new(base32::encode(key));
    let whole = base32::encode(sha256(key).bytes());
    let symbols = text.chars().chain(whole.chars().take(GROUP_CHARS - 1));
    Zeroizing::new(symbols.filter_map(base32::value).collect())
}

/// A weighted sum in the field of 32 elements; the weights are powers of its generator, so every
/// single error and every swap changes the sum. The place of the group is part of it.
fn check(values: &[u8], place: u8) -> u8 {
    values.iter().fold(double(place), |sum, value| double(sum ^ value))
}

/// Multiplies by the generator of GF(32), modulo x^5 + x^2 + 1.
fn double(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 32 == 0 { shifted } else { shifted ^ 0b10_0101 }
}

/// Full-width letters and digits, as input methods write them.
fn narrow(symbol: char) -> char {
    match symbol {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(symbol) - 0xfee0).unwrap_or(symbol),
        _ => symbol,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sheet(key: &[u8; 32]) -> String {
        let groups: Vec<String> =
            expose_groups(key).iter().map(|group| group.to_string()).collect();
        groups.join(" ")
    }

    proptest! {
        /// A sheet is read back however it was set out.
        #[test]
        fn a_sheet_is_read_back(key in any::<[u8; 32]>()) {
            let text = sheet(&key);
            prop_assert_eq!(parse(&text).map(|key| *key), Ok(key));
            let loose = text.to_lowercase().replace(' ', "-\n ").replace('0', "o");
            prop_assert_eq!(parse(&loose).map(|key| *key), Ok(key));
        }

        /// A wrong character names its group.
        #[test]
        fn a_wrong_character_names_its_group(
            key in any::<[u8; 32]>(),
            at in 0_usize..70,
            typed in "[0-9A-HJKMNP-TV-Z]",
        ) {
            let text: String = sheet(&key).replace(' ', "");
            let mut changed = text.clone();
            changed.replace_range(at..=at, &typed);
            let expected = Err(RecoveryError::Group(at / 5 + 1));
            prop_assert!(changed == text || parse(&changed).map(|key| *key) == expected);
        }

        /// Two characters or two groups that changed places are noticed.
        #[test]
        fn swaps_are_noticed(key in any::<[u8; 32]>(), a in 0_usize..70, b in 0_usize..70) {
            let text: String = sheet(&key).replace(' ', "");
            let mut symbols: Vec<char> = text.chars().collect();
            symbols.swap(a, b);
            let changed: String = symbols.iter().collect();
            prop_assert!(changed == text || parse(&changed).is_err());
            let mut groups: Vec<&[char]> = symbols.chunks(5).collect();
            groups.swap(a / 5, b / 5);
            let moved: String = groups.concat().iter().collect();
            prop_assert!(moved == text || parse(&moved).is_err());
        }
    }

    /// A sheet that is short, or made of two sheets, is refused.
    #[test]
    fn parts_of_sheets_are_refused() {
        let (one, two) = (sheet(&[1; 32]), sheet(&[2; 32]));
        assert_eq!(parse("").err(), Some(RecoveryError::Length { found: 0 }));
        assert_eq!(parse(&one[..12]).err(), Some(RecoveryError::Length { found: 10 }));
        let mixed = format!("{}{}", &one[..36], &two[36..]);
        assert_eq!(parse(&mixed).err(), Some(RecoveryError::Whole));
    }
}
