//! The id of an envelope as people read and type it: 32 hexadecimal digits.

use certs::referral::EnvelopeId;

/// The id as it is shown.
#[must_use]
pub fn shown(id: EnvelopeId) -> String {
    id.bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The id that was typed; nothing where it is none.
#[must_use]
pub fn typed(text: &str) -> Option<EnvelopeId> {
    let text = text.trim();
    if text.len() != 32 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0_u8; 16];
    for (byte, at) in bytes.iter_mut().zip((0..32).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(EnvelopeId::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown is read as the same id, and what is none is none.
    #[test]
    fn an_id_is_read_as_it_is_shown() {
        let id = EnvelopeId::from_bytes([0xa0; 16]);
        assert_eq!(typed(&format!(" {} ", shown(id))), Some(id));
        for wrong in ["", "a0", &"g".repeat(32), &"a".repeat(33)] {
            assert_eq!(typed(wrong), None, "{wrong}");
        }
    }
}
