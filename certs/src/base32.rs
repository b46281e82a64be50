//! Crockford's base 32: digits and letters without i, l, o and u, for lines that people copy.
//!
//! Read without regard to case; o is read as 0, i and l as 1. Bytes are packed from the high bit.

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The character of a five-bit value; only the low five bits count.
pub(crate) fn symbol(value: u8) -> char {
    ALPHABET.get(usize::from(value & 31)).map_or('0', |byte| char::from(*byte))
}

/// The five-bit value of a character, if it is one.
pub(crate) fn value(symbol: char) -> Option<u8> {
    let plain = match symbol.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    };
    ALPHABET.iter().zip(0_u8..).find(|(byte, _)| char::from(**byte) == plain).map(|(_, at)| at)
}

/// Writes bytes; the last character is padded with zero bits.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u16, 0_u32);
    for byte in bytes {
        held = held << 8 | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(symbol(low_bits(held >> bits)));
        }
    }
    if bits > 0 {
        text.push(symbol(low_bits(held << (5 - bits))));
    }
    text
}

/// Reads exactly `N` bytes; another length, character or padding is `None`.
pub(crate) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.chars().count() != (N * 8).div_ceil(5) {
        return None;
    }
    let (mut held, mut bits) = (0_u16, 0_u32);
    let mut free = bytes.iter_mut();
    for symbol in text.chars() {
        held = held << 5 | u16::from(value(symbol)?);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            *free.next()? = u8::try_from(held >> bits & 0xff).ok()?;
        }
        held &= (1 << bits) - 1;
    }
    (held == 0).then_some(bytes)
}

fn low_bits(held: u16) -> u8 {
    u8::try_from(held & 31).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What is written is read back, in either case.
        #[test]
        fn bytes_survive(bytes in any::<[u8; 32]>(), short in any::<[u8; 10]>()) {
            prop_assert_eq!(decode::<32>(&encode(&bytes)), Some(bytes));
            prop_assert_eq!(decode::<10>(&encode(&short).to_uppercase()), Some(short));
        }
    }

    /// Letters that look like digits are read as those digits; nothing else is guessed.
    #[test]
    fn look_alikes_are_read_as_digits() {
        assert_eq!(value('O'), Some(0));
        assert_eq!(value('l'), Some(1));
        assert_eq!(value('u'), None);
        assert_eq!(decode::<5>("0000000"), None);
        assert_eq!(decode::<1>("01"), None, "padding bits must be zero");
    }
}
