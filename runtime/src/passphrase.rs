//! How a passphrase becomes a key: argon2id with a salt and costs that are stored beside the
//! wrapped key, so that both can grow without anybody having to choose anew.

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

/// Shortest passphrase in characters.
pub const PASSPHRASE_CHARS_MIN: usize = 12;
/// Longest passphrase in bytes; longer ones are refused before they cost any work.
pub const PASSPHRASE_BYTES_MAX: usize = 1_024;
/// Most memory that a stored cost may ask for: a damaged file must not take the machine.
const MEMORY_KIB_MAX: u32 = 1 << 20;
/// Most passes that a stored cost may ask for.
const PASSES_MAX: u32 = 64;

/// What one attempt costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for Cost {
    /// The second recommendation of RFC 9106: 64 MiB, three passes.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3 }
    }
}

/// Why no key came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassphraseError {
    /// Shorter or longer than a passphrase may be.
    #[error("a passphrase has at least {PASSPHRASE_CHARS_MIN} characters and at most 1024 bytes")]
    Length,
    /// The stored costs are outside what this version accepts.
    #[error("the stored cost of the passphrase is not usable")]
    Cost,
}

/// A passphrase as it was typed or read. Wiped when dropped, never printed.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes a passphrase that somebody tries; line breaks at its end do not belong to it.
    ///
    /// # Errors
    /// Empty or longer than any passphrase can be.
    pub fn typed(text: &str) -> Result<Self, PassphraseError> {
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() || text.len() > PASSPHRASE_BYTES_MAX {
            return Err(PassphraseError::Length);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// Takes a passphrase that somebody chooses.
    ///
    /// # Errors
    /// Too short or too long.
    pub fn chosen(text: &str) -> Result<Self, PassphraseError> {
        let typed = Self::typed(text)?;
        if typed.0.chars().count() < PASSPHRASE_CHARS_MIN {
            return Err(PassphraseError::Length);
        }
        Ok(typed)
    }

    /// Whether both are the same; for typing a new one twice.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// Derives a key. Takes some hundred milliseconds and the memory of the cost.
    ///
    /// # Errors
    /// The cost is outside what this version accepts.
    pub fn derive(
        &self,
        salt: &[u8; 16],
        cost: Cost,
    ) -> Result<Zeroizing<[u8; 32]>, PassphraseError> {
        if cost.memory_kib > MEMORY_KIB_MAX || cost.passes > PASSES_MAX {
            return Err(PassphraseError::Cost);
        }
        let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32));
        let params = params.map_err(|_| PassphraseError::Cost)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.0.as_bytes(), salt, key.as_mut_slice())
            .map_err(|_| PassphraseError::Cost)?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 64, passes: 1 };

    fn derive(text: &str, salt: u8, cost: Cost) -> [u8; 32] {
        let passphrase = Passphrase::typed(text).expect("passphrase");
        *passphrase.derive(&[salt; 16], cost).expect("key")
    }

    /// The key follows from passphrase, salt and cost, and from nothing else.
    #[test]
    fn a_key_follows_from_passphrase_salt_and_cost() {
        let key = derive("correct horse battery", 1, CHEAP);
        assert_eq!(key, derive("correct horse battery\r\n", 1, CHEAP));
        assert_ne!(key, derive("correct horse batterY", 1, CHEAP));
        assert_ne!(key, derive("correct horse battery", 2, CHEAP));
        assert_ne!(key, derive("correct horse battery", 1, Cost { passes: 2, ..CHEAP }));
    }

    /// Short passphrases are not accepted for something new, and absurd costs cost nothing.
    #[test]
    fn weak_passphrases_and_absurd_costs_are_refused() {
        assert!(Passphrase::chosen("short").is_err());
        assert!(Passphrase::chosen("心桥心桥心桥心桥心桥心桥").is_ok());
        assert!(Passphrase::typed("\n").is_err());
        let passphrase = Passphrase::typed("correct horse battery").expect("passphrase");
        let absurd = Cost { memory_kib: u32::MAX, passes: 1 };
        assert_eq!(passphrase.derive(&[0; 16], absurd).err(), Some(PassphraseError::Cost));
    }
}
