//! Serial numbers of certificates in one normal form.
//!
//! DER puts a zero byte before a number whose high bit is set, and tools differ in keeping it.
//! A serial is compared only in this form, else a revoked certificate could look like another.

use std::fmt;
use std::str::FromStr;

use crate::digest::random_bytes;

/// Longest serial that RFC 5280 allows.
const SERIAL_BYTES_MAX: usize = 20;

/// A certificate's serial number, without leading zero bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(Vec<u8>);

/// The text or the bytes are no serial number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a serial number is 1 to 20 bytes in hexadecimal digits")]
pub struct SerialError;

impl Serial {
    /// Draws sixteen random bytes, of which the first is neither zero nor negative in DER.
    #[must_use]
    pub fn generate() -> Self {
        let mut bytes: [u8; 16] = random_bytes();
        bytes.iter_mut().take(1).for_each(|first| *first = *first & 0x7f | 0x40);
        Self(bytes.to_vec())
    }

    /// Takes the bytes of a certificate or a revocation list.
    ///
    /// # Errors
    /// No byte but zeros, or more than twenty.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SerialError> {
        let plain: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
        if plain.is_empty() || plain.len() > SERIAL_BYTES_MAX {
            return Err(SerialError);
        }
        Ok(Self(plain))
    }

    /// The number's bytes, big-endian.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}

impl FromStr for Serial {
    type Err = SerialError;

    fn from_str(text: &str) -> Result<Self, SerialError> {
        let digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !digits || !text.len().is_multiple_of(2) || text.len() > 2 * SERIAL_BYTES_MAX + 2 {
            return Err(SerialError);
        }
        let pairs = text.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok());
        let bytes: Result<Vec<u8>, _> = pairs.map(|pair| u8::from_str_radix(pair, 16)).collect();
        Self::from_bytes(&bytes.map_err(|_| SerialError)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With or without DER's leading zero, in either case, a serial is the same.
    #[test]
    fn a_serial_has_one_form() {
        let plain = Serial::from_bytes(&[0x9a, 0x01]).expect("serial");
        assert_eq!(Serial::from_bytes(&[0, 0x9a, 0x01]), Ok(plain.clone()));
        assert_eq!("009A01".parse(), Ok(plain.clone()));
        assert_eq!(plain.to_string(), "9a01");
        for wrong in ["", "0", "xx", "0000", &"ab".repeat(22)] {
            assert_eq!(wrong.parse::<Serial>(), Err(SerialError), "{wrong}");
        }
    }

    /// New serials are sixteen bytes and positive in DER.
    #[test]
    fn new_serials_are_sixteen_positive_bytes() {
        for _ in 0..50 {
            let serial = Serial::generate();
            assert_eq!(serial.bytes().len(), 16);
            assert!((0x40..0x80).contains(&serial.bytes()[0]));
        }
    }
}
