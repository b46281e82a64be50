//! The one form of an ECDSA signature that is made and taken here: the lower of the two values of
//! s.
//!
//! Whoever sees a signature can write down its twin `(r, n - s)`, which holds as well. Where bytes
//! with a signature in them are told apart by their digest, a twin would be another thing than what
//! was signed, and could come before it.

/// The order n of P-256's group.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// Half of it, rounded down: the largest s that is taken.
const HALF: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
];

/// Whether a signature, r and s of 32 bytes each, is the lower one of its two.
pub(crate) fn is_low(signature: &[u8; 64]) -> bool {
    signature.last_chunk::<32>().is_some_and(|s| *s <= HALF)
}

/// The lower one of a signature's two forms.
pub(crate) fn lowered(signature: [u8; 64]) -> [u8; 64] {
    if is_low(&signature) { signature } else { twin(signature) }
}

/// The other signature that holds wherever this one does; s is at least 1 and less than n.
pub(crate) fn twin(mut signature: [u8; 64]) -> [u8; 64] {
    if let Some(s) = signature.last_chunk_mut::<32>() {
        let mut borrow = false;
        for (digit, whole) in s.iter_mut().zip(ORDER).rev() {
            let (rest, lent) = whole.overflowing_sub(*digit);
            let (rest, again) = rest.overflowing_sub(u8::from(borrow));
            (*digit, borrow) = (rest, lent | again);
        }
    }
    signature
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half of the order is the last value that is low, and a twin's twin is the signature.
    #[test]
    fn the_lower_half_is_taken() {
        let with = |s: [u8; 32]| {
            let mut signature = [7; 64];
            signature[32..].copy_from_slice(&s);
            signature
        };
        let mut next = HALF;
        next[31] += 1;
        assert!(is_low(&with(HALF)) && !is_low(&with(next)));
        assert_eq!(twin(with(HALF)), with(next), "n = 2 * half + 1");
        let mut one = [0; 32];
        one[31] = 1;
        for s in [HALF, next, one, [0x5a; 32]] {
            assert_eq!(twin(twin(with(s))), with(s));
            assert!(is_low(&lowered(with(s))));
        }
    }
}
