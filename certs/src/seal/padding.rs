//! Padding: a ciphertext tells how long its content is, and with a list that is how many.
//!
//! The content's length stands in front, zeros follow up to the next whole step.

use zeroize::Zeroizing;

use super::SealError;

/// Bytes of the length in front of the content.
const LENGTH_BYTES: usize = 4;

/// Fills a content up to a whole number of steps; what is padded is sealed, never sent.
///
/// # Errors
/// The step is zero, or the content longer than a length can say.
pub fn pad(content: &[u8], step_bytes: usize) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let too_long = SealError::Length(content.len());
    let length = u32::try_from(content.len()).map_err(|_| too_long)?;
    let used = content.len().checked_add(LENGTH_BYTES).ok_or(too_long)?;
    if step_bytes == 0 {
        return Err(too_long);
    }
    let whole = used.checked_next_multiple_of(step_bytes).ok_or(too_long)?;
    let mut padded = Zeroizing::new(Vec::with_capacity(whole));
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(content);
    padded.resize(whole, 0);
    Ok(padded)
}

/// Takes the content out of what [`pad`] made.
///
/// # Errors
/// The length does not fit, or something else than zeros follows.
pub fn unpad(padded: &[u8]) -> Result<&[u8], SealError> {
    let wrong = SealError::Padding;
    let (length, rest) = padded.split_first_chunk::<LENGTH_BYTES>().ok_or(wrong)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| wrong)?;
    let (content, zeros) = rest.split_at_checked(length).ok_or(wrong)?;
    if zeros.iter().any(|byte| *byte != 0) {
        return Err(wrong);
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every content comes back; two contents of the same step have one length.
    #[test]
    fn a_padded_content_has_whole_steps() {
        for (length, whole) in [(0, 64), (1, 64), (60, 64), (61, 128), (124, 128), (125, 192)] {
            let content = vec![7; length];
            let padded = pad(&content, 64).expect("pad");
            assert_eq!(padded.len(), whole, "{length}");
            assert_eq!(unpad(&padded), Ok(content.as_slice()));
        }
        assert!(pad(b"x", 0).is_err());
    }

    /// Anything but zeros behind the content, and a length beyond the end, is refused.
    #[test]
    fn an_altered_padding_is_refused() {
        let mut padded = pad(b"content", 32).expect("pad").to_vec();
        let last = padded.len() - 1;
        padded[last] = 1;
        assert_eq!(unpad(&padded), Err(SealError::Padding));
        for wrong in [b"".as_slice(), &[0, 0, 0], &[0, 0, 0, 9, 1]] {
            assert_eq!(unpad(wrong), Err(SealError::Padding));
        }
    }
}
