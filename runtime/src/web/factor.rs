//! The second factor: who needs one, and the codes of printed sheets.
//!
//! An account has an authenticator app with a sheet of recovery codes beside it, or, where nobody
//! has a telephone, a longer sheet alone. Each code counts once. A sheet is shown once; what is
//! stored of it is an argon2id hash, so who reads the database has no code.

use argon2::Argon2;
use certs::digest::random_bytes;
use certs::onetime::{draw_sheet_code, narrow_sheet_code};
use zeroize::Zeroizing;

use super::account::{AccountError, Role};

/// Codes on the sheet beside an app: for the day on which the telephone is at home.
pub const RECOVERY_CODES: usize = 10;
/// Codes on a sheet that is the only factor: two months of working days.
pub const SHEET_CODES: usize = 40;
/// As few codes as are left when the pages begin to remind of a new sheet.
pub const CODES_LOW: u32 = 3;
/// Bytes of a sheet's salt, and of what is stored of a code.
const HASH_BYTES: usize = 16;

/// What the second factor of an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorKind {
    /// An authenticator app, with recovery codes on paper.
    App,
    /// A printed sheet of codes alone.
    Sheet,
}

impl FactorKind {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Sheet => "sheet",
        }
    }

    /// Reads the word that is stored.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::App, Self::Sheet].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Which accounts need a second factor. Any account may have one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FactorPolicy {
    /// Roles that can read what is known about persons.
    #[default]
    Persons,
    /// Everybody.
    Everyone,
    /// Nobody: for demonstrations with made-up pupils and for tests.
    DangerNobody,
}

impl FactorPolicy {
    /// Reads the word of the setting.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "persons" => Some(Self::Persons),
            "everyone" => Some(Self::Everyone),
            _ => None,
        }
    }

    /// Whether an account of the role has to have one.
    #[must_use]
    pub fn needs(self, role: Role) -> bool {
        match self {
            Self::Persons => role.reads_persons(),
            Self::Everyone => true,
            Self::DangerNobody => false,
        }
    }
}

/// A sheet as it is stored.
#[derive(Clone)]
pub struct StoredSheet {
    /// Salt of its codes.
    pub salt: Vec<u8>,
    /// Digest of each code, in the order of the sheet.
    pub digests: Vec<Vec<u8>>,
}

/// A sheet as it is shown, once.
pub struct Sheet {
    /// Its codes in their order. Wiped when dropped.
    pub codes: Vec<Zeroizing<String>>,
    /// What is stored of it.
    pub stored: StoredSheet,
}

impl Sheet {
    /// Draws a sheet. Takes tens of milliseconds a code: not for async threads.
    ///
    /// # Errors
    /// A code could not be hashed.
    pub fn draw(count: usize) -> Result<Self, AccountError> {
        let salt = random_bytes::<HASH_BYTES>().to_vec();
        let codes: Vec<_> = (0..count).map(|_| draw_sheet_code()).collect();
        let digests = codes.iter().map(|code| code_digest(code, &salt).ok_or(AccountError::Hash));
        let digests = digests.collect::<Result<_, _>>()?;
        Ok(Self { codes, stored: StoredSheet { salt, digests } })
    }
}

/// What is stored of a code; nothing where the text cannot be one. Takes tens of milliseconds.
#[must_use]
pub fn code_digest(typed: &str, salt: &[u8]) -> Option<Vec<u8>> {
    let code = narrow_sheet_code(typed)?;
    let mut digest = vec![0; HASH_BYTES];
    Argon2::default().hash_password_into(code.as_bytes(), salt, &mut digest).ok()?;
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever can read persons needs a second factor; others only where everybody does.
    #[test]
    fn who_reads_persons_needs_a_second_factor() {
        let needing = |policy: FactorPolicy| -> Vec<Role> {
            Role::ALL.into_iter().filter(|role| policy.needs(*role)).collect()
        };
        assert_eq!(
            needing(FactorPolicy::Persons),
            [
                Role::Counsellor,
                Role::MoralHead,
                Role::Principal,
                Role::ClassTeacher,
                Role::Mentor,
                Role::Intake,
                Role::Clinician,
                Role::ReceiverHead,
            ]
        );
        assert_eq!(needing(FactorPolicy::Everyone), Role::ALL);
        assert_eq!(needing(FactorPolicy::DangerNobody), []);
        assert_eq!(FactorPolicy::from_word("nobody"), None);
    }

    /// Codes differ, are stored as hashes under a salt of the sheet, and are found as typed.
    #[test]
    fn codes_of_a_sheet_are_kept_as_hashes() {
        let sheet = Sheet::draw(2).expect("sheet");
        let typed = sheet.codes[1].to_uppercase();
        let digest = code_digest(&typed, &sheet.stored.salt).expect("code");
        assert_eq!(digest, sheet.stored.digests[1]);
        assert_ne!(digest, sheet.stored.digests[0]);
        assert_ne!(code_digest(&typed, &[0; HASH_BYTES]).expect("code"), digest);
        assert_eq!(code_digest("123456", &sheet.stored.salt), None);
    }
}
