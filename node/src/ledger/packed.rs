//! Answers of one sheet as bytes: half a byte an item, or a byte where a scale has wide answers.
//!
//! A blank has a code of its own that no answer can have, so that it never reads as zero.

/// Two answers a byte.
const NARROW: u8 = 1;
/// One answer a byte.
const WIDE: u8 = 2;
/// Blank in the narrow form; answers there go up to 14.
const NARROW_BLANK: u8 = 15;
/// Blank in the wide form; answers go up to 100.
const WIDE_BLANK: u8 = 255;

/// Packs answers: form, number of items modulo two, then the answers.
pub(super) fn pack(answers: &[Option<u8>]) -> Vec<u8> {
    if answers.iter().flatten().any(|answer| *answer >= NARROW_BLANK) {
        let wide = answers.iter().map(|answer| answer.unwrap_or(WIDE_BLANK));
        return std::iter::once(WIDE).chain(wide).collect();
    }
    let mut packed = Vec::with_capacity(2 + answers.len() / 2);
    // Odd sheets end with a half byte that is no answer.
    let odd = u8::from(answers.len() % 2 == 1);
    packed.push(NARROW | odd << 4);
    for pair in answers.chunks(2) {
        let half = |place: usize| pair.get(place).copied().flatten().unwrap_or(NARROW_BLANK);
        packed.push(half(0) << 4 | half(1));
    }
    packed
}

/// Reads packed answers; nothing for bytes that this version did not write.
pub(super) fn unpack(packed: &[u8]) -> Option<Box<[Option<u8>]>> {
    let (form, rest) = packed.split_first()?;
    match form & 0x0f {
        WIDE => Some(rest.iter().map(|byte| (*byte != WIDE_BLANK).then_some(*byte)).collect()),
        NARROW => {
            let halves = rest.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
            let count = (rest.len() * 2).checked_sub(usize::from(form >> 4))?;
            let answer = |half: u8| (half != NARROW_BLANK).then_some(half);
            Some(halves.take(count).map(answer).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Blanks and answers of any scale come back as they were.
        #[test]
        fn packed_answers_are_read_back(
            answers in prop::collection::vec(prop::option::of(0_u8..=100), 0..90),
        ) {
            prop_assert_eq!(unpack(&pack(&answers)), Some(answers.into_boxed_slice()));
        }

        /// As above for answers that fit half a byte.
        #[test]
        fn narrow_answers_are_read_back(
            answers in prop::collection::vec(prop::option::of(0_u8..=14), 0..90),
        ) {
            prop_assert_eq!(pack(&answers).len(), 1 + answers.len().div_ceil(2));
            prop_assert_eq!(unpack(&pack(&answers)), Some(answers.into_boxed_slice()));
        }

        /// Foreign bytes are refused or read, never a panic.
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = unpack(&bytes);
        }
    }
}
