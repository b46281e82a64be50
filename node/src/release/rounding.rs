//! The school's rounding key as disclosure control draws from it.

use certs::digest::RoundingKey;
use domain::disclosure::RoundingPrf;

/// Draws from the school's rounding key.
pub struct KeyedRounding<'k>(pub &'k RoundingKey);

impl RoundingPrf for KeyedRounding<'_> {
    fn draw(&self, message: &[u8]) -> u64 {
        self.0.draw(message)
    }
}

#[cfg(test)]
mod tests {
    use domain::disclosure::round;
    use zeroize::Zeroizing;

    use super::*;

    /// The known answers of the disclosure rule, under the key 00, 01, ... 1f.
    #[test]
    fn rounding_gives_the_known_answers() {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        bytes.iter_mut().zip(0..).for_each(|(byte, place)| *byte = place);
        let key = RoundingKey::from_bytes(bytes);
        let task = "2026S1/stock/tier-grade-sex";
        for (cell, expected) in [
            ("crisis|7|f", [0, 0, 0, 5, 5, 5, 5, 10, 10]),
            ("crisis|7|m", [0, 0, 0, 5, 5, 5, 10, 10, 15]),
            ("high|8|f", [0, 0, 5, 0, 5, 5, 5, 10, 15]),
        ] {
            let rounded = [0, 1, 2, 3, 4, 5, 6, 9, 12]
                .map(|value| round(&KeyedRounding(&key), task, cell, value));
            assert_eq!(rounded, expected, "{cell}");
        }
    }
}
