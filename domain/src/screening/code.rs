//! The code with which one student opens the answering pages.
//!
//! Nine symbols in groups of three: eight are drawn, the ninth checks them, so that a slip of the
//! finger is told from a guess. The alphabet leaves out what looks alike on paper. Whoever has the
//! code answers for the student, so it implements neither `Debug` nor any comparison.

use std::fmt;

/// What a code is written with: no 0, 1, I, L, O, S, U. Prime in number, so that the check finds
/// every wrong symbol and every two that changed places.
const ALPHABET: &[u8; 29] = b"23456789ABCDEFGHJKMNPQRTVWXYZ";
/// The size of the alphabet.
const BASE: u32 = 29;
/// Symbols that are drawn.
const DRAWN: usize = 8;
/// Symbols in all.
const SYMBOLS: usize = DRAWN + 1;
/// Longest text that is looked at.
const TEXT_CHARS_MAX: usize = 40;

/// A code that is well formed; whether it opens anything is another matter.
#[derive(Clone, Copy)]
pub struct Code([u8; SYMBOLS]);

/// Why a text is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not nine symbols.
    #[error("a code has nine symbols")]
    Length,
    /// A symbol that no code has.
    #[error("a code has no such symbol")]
    Symbol,
    /// The last symbol does not fit the others: one of them is mistyped.
    #[error("a symbol of the code is mistyped")]
    Check,
}

impl Code {
    /// Makes a code of random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        let mut rest = u128::from_le_bytes(bytes);
        let mut values = [0; DRAWN];
        for value in &mut values {
            // Below 29, so nothing is cut off.
            *value = u32::try_from(rest % u128::from(BASE)).unwrap_or_default();
            rest /= u128::from(BASE);
        }
        let mut symbols = [0; SYMBOLS];
        let all = values.into_iter().chain([check(&values)]);
        for (symbol, value) in symbols.iter_mut().zip(all) {
            *symbol = symbol_of(value);
        }
        Self(symbols)
    }

    /// Reads what somebody typed: any case, with or without gaps, full width too.
    ///
    /// # Errors
    /// It is no code; which codes there are is not told.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut symbols = [0; SYMBOLS];
        let mut values = [0; SYMBOLS];
        let mut count = 0;
        let typed = text.chars().take(TEXT_CHARS_MAX).map(folded);
        for c in typed.filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '_')) {
            let value = value_of(c).ok_or(CodeError::Symbol)?;
            let places = symbols.get_mut(count).zip(values.get_mut(count));
            let (symbol, place) = places.ok_or(CodeError::Length)?;
            (*symbol, *place) = (symbol_of(value), value);
            count += 1;
        }
        if count != SYMBOLS {
            return Err(CodeError::Length);
        }
        let (drawn, last) = values.split_at(DRAWN);
        if last.first() == Some(&check(drawn)) { Ok(Self(symbols)) } else { Err(CodeError::Check) }
    }

    /// The nine symbols without gaps, as they are digested.
    #[must_use]
    pub const fn symbols(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Code {
    /// In groups of three, as it is printed on a slip.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, symbol) in self.0.iter().enumerate() {
            if place > 0 && place % 3 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*symbol))?;
        }
        Ok(())
    }
}

/// The check of the drawn symbols: each counts by its place.
fn check(values: &[u32]) -> u32 {
    (1_u32..).zip(values).map(|(weight, value)| weight * value).sum::<u32>() % BASE
}

fn symbol_of(value: u32) -> u8 {
    let place = usize::try_from(value % BASE).unwrap_or_default();
    ALPHABET.get(place).copied().unwrap_or_default()
}

fn value_of(c: char) -> Option<u32> {
    let place = ALPHABET.iter().position(|symbol| char::from(*symbol) == c)?;
    u32::try_from(place).ok()
}

/// Upper case, half width, and two letters that no code has as the symbols they resemble.
fn folded(c: char) -> char {
    let narrow = match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        0x2010..=0x2015 | 0x2212 => '-',
        _ => c,
    };
    match narrow.to_ascii_uppercase() {
        'S' => '5',
        'U' => 'V',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(code: Code) -> String {
        code.to_string()
    }

    proptest! {
        /// What is printed is read again, however it is typed.
        #[test]
        fn a_printed_code_is_read_again(bytes in any::<[u8; 16]>()) {
            let printed = text(Code::from_random(bytes));
            prop_assert_eq!(printed.len(), 11);
            for typed in [printed.clone(), printed.to_lowercase(), printed.replace('-', " "),
                          printed.replace('-', "")] {
                prop_assert_eq!(Code::parse(&typed).map(text), Ok(printed.clone()));
            }
            let wide: String = printed.chars()
                .map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c)).collect();
            prop_assert_eq!(Code::parse(&wide).map(text), Ok(printed));
        }

        /// One wrong symbol is always found, and so are two neighbours that changed places.
        #[test]
        fn a_slip_is_told_from_a_guess(bytes in any::<[u8; 16]>(), place in 0_usize..9,
                                       other in 0_usize..29) {
            let code = Code::from_random(bytes).0;
            let mut wrong = code;
            wrong[place] = ALPHABET[other];
            if wrong != code {
                let typed = String::from_utf8(wrong.to_vec()).expect("text");
                prop_assert_eq!(Code::parse(&typed).err(), Some(CodeError::Check));
            }
            let mut swapped = code;
            swapped.swap(place.min(7), place.min(7) + 1);
            if swapped != code {
                let typed = String::from_utf8(swapped.to_vec()).expect("text");
                prop_assert_eq!(Code::parse(&typed).err(), Some(CodeError::Check));
            }
        }
    }

    /// What is no code is told as such, whatever is typed.
    #[test]
    fn other_texts_are_no_codes() {
        for (typed, why) in [
            ("", CodeError::Length),
            ("234", CodeError::Length),
            ("2345678922", CodeError::Length),
            ("234-567-89O", CodeError::Symbol),
            ("<script>", CodeError::Symbol),
            ("七年级一班张某某同学", CodeError::Symbol),
        ] {
            assert_eq!(Code::parse(typed).err(), Some(why), "{typed}");
        }
    }
}
