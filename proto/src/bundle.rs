//! A link in a file, for a unit without a network: what a member would say, or what its hub said to
//! that, as bytes that the writer signed.

use prost::Message;

use crate::limits::BUNDLE_BYTES_MAX;
use crate::wire::sync::{Bundle, BundleBody};

/// Separates signatures over members' files from all others.
pub const MEMBER_BUNDLE_CONTEXT: &str = "xinqiao-member-bundle-v1";

/// Separates signatures over hubs' files from all others.
pub const HUB_BUNDLE_CONTEXT: &str = "xinqiao-hub-bundle-v1";

/// Why a file is no bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleFormatError {
    /// Larger than a file may be.
    #[error("a bundle has at most {BUNDLE_BYTES_MAX} bytes")]
    TooLarge,
    /// Not a message of this kind.
    #[error("the file is no bundle")]
    Unreadable,
}

/// Reads a file; whether its signature holds is not looked at.
///
/// # Errors
/// It is too large, or no bundle.
pub fn decode_bundle(bytes: &[u8]) -> Result<Bundle, BundleFormatError> {
    if bytes.len() > BUNDLE_BYTES_MAX {
        return Err(BundleFormatError::TooLarge);
    }
    Bundle::decode(bytes).map_err(|_| BundleFormatError::Unreadable)
}

/// Reads what was signed in a file.
///
/// # Errors
/// It is no body of a bundle.
pub fn decode_bundle_body(bytes: &[u8]) -> Result<BundleBody, BundleFormatError> {
    BundleBody::decode(bytes).map_err(|_| BundleFormatError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is no bundle, and what is too large for one, is told before anything is believed.
    #[test]
    fn what_is_no_bundle_is_told() {
        assert_eq!(decode_bundle(b"no bundle").err(), Some(BundleFormatError::Unreadable));
        let large = vec![0; BUNDLE_BYTES_MAX + 1];
        assert_eq!(decode_bundle(&large).err(), Some(BundleFormatError::TooLarge));
        let empty = decode_bundle(&[]).expect("a message without fields");
        assert!(empty.body.is_empty() && empty.chain.is_empty());
        assert_eq!(decode_bundle_body(b"no body").err(), Some(BundleFormatError::Unreadable));
    }
}
