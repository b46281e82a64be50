//! Accounts of a console: roles and passwords.
//!
//! A password is known for the length of one request. What is stored is an argon2id hash with its
//! own salt and parameters, so that both can change without anybody having to choose anew.

use std::fmt;
use std::str::FromStr;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use certs::onetime::draw_sheet_code;
use domain::ledger::{Action, Area, Authority, SchoolRole, Word as _, authority};
use domain::receiver::{self, Duty, ReceiverRole};
use zeroize::Zeroizing;

use super::lang::Text;
use super::{common, words};

/// Shortest password in characters.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Longest password in bytes; longer ones are refused before they cost any work.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Longest login in characters.
pub const LOGIN_CHARS_MAX: usize = 40;

/// What a person may do in a console. A closed list; each page names the roles that it is for.
///
/// A school's role is not a hub's: [`Role::school`] is what the table of authority knows the person
/// as, and a role that only a hub has is nobody there. The words are the same on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// School IT or a hub's operator: health, backup, counts; no student's data.
    Operator,
    /// Psychology teacher.
    Counsellor,
    /// Moral-education head, the second signer.
    MoralHead,
    /// Principal: counts, and the cases that he or she is on.
    Principal,
    /// Class teacher: the own class, no scores.
    ClassTeacher,
    /// Mentor: the own students, no scores.
    Mentor,
    /// Reads a hub's statistics for the task force.
    Analyst,
    /// Reads the audit log.
    Auditor,
    /// Registers who comes to a clinic or a centre, and answers referrals.
    Intake,
    /// Treats who was referred.
    Clinician,
    /// Head of a clinic, a centre or a desk.
    ReceiverHead,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 11] = [
        Self::Operator,
        Self::Counsellor,
        Self::MoralHead,
        Self::Principal,
        Self::ClassTeacher,
        Self::Mentor,
        Self::Analyst,
        Self::Auditor,
        Self::Intake,
        Self::Clinician,
        Self::ReceiverHead,
    ];

    /// The roles of a school.
    pub const SCHOOL: [Self; 7] = [
        Self::Operator,
        Self::Counsellor,
        Self::MoralHead,
        Self::Principal,
        Self::ClassTeacher,
        Self::Mentor,
        Self::Auditor,
    ];

    /// The roles of a hub.
    pub const HUB: [Self; 3] = [Self::Operator, Self::Analyst, Self::Auditor];

    /// The roles of a receiver of referrals.
    pub const RECEIVER: [Self; 4] =
        [Self::Operator, Self::Intake, Self::Clinician, Self::ReceiverHead];

    /// What the person is at a school; nothing where only a hub has the role.
    #[must_use]
    pub const fn school(self) -> Option<SchoolRole> {
        match self {
            Self::Operator => Some(SchoolRole::Operator),
            Self::Counsellor => Some(SchoolRole::Counsellor),
            Self::MoralHead => Some(SchoolRole::MoralHead),
            Self::Principal => Some(SchoolRole::Principal),
            Self::ClassTeacher => Some(SchoolRole::ClassTeacher),
            Self::Mentor => Some(SchoolRole::Mentor),
            Self::Auditor => Some(SchoolRole::Auditor),
            Self::Analyst | Self::Intake | Self::Clinician | Self::ReceiverHead => None,
        }
    }

    /// What the person is at a receiver; nothing where a receiver has no such role.
    #[must_use]
    pub const fn receiver(self) -> Option<ReceiverRole> {
        match self {
            Self::Operator => Some(ReceiverRole::Operator),
            Self::Intake => Some(ReceiverRole::Intake),
            Self::Clinician => Some(ReceiverRole::Clinician),
            Self::ReceiverHead => Some(ReceiverRole::Head),
            _ => None,
        }
    }

    /// Whether the role reads anything about a person: at a school by its table of authority, be it
    /// on a case only, at a receiver what was referred to it.
    #[must_use]
    pub fn reads_persons(self) -> bool {
        let mut areas = Area::ALL.iter().filter(|area| area.is_about_students());
        let at_school = self.school().is_some_and(|role| {
            areas.any(|area| authority(role, Action::Read(*area)) != Authority::Never)
        });
        at_school || self.receiver().is_some_and(|role| receiver::may(role, Duty::Read))
    }

    /// The word that is stored and typed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Counsellor => "counsellor",
            Self::MoralHead => "moral-head",
            Self::Principal => "principal",
            Self::ClassTeacher => "class-teacher",
            Self::Mentor => "mentor",
            Self::Analyst => "analyst",
            Self::Auditor => "auditor",
            Self::Intake => "intake",
            Self::Clinician => "clinician",
            Self::ReceiverHead => "receiver-head",
        }
    }

    /// The name on the screen.
    #[must_use]
    pub const fn title(self) -> Text {
        match self {
            Self::Operator => words::ROLE_OPERATOR,
            Self::Counsellor => words::ROLE_COUNSELLOR,
            Self::MoralHead => words::ROLE_MORAL_HEAD,
            Self::Principal => words::ROLE_PRINCIPAL,
            Self::ClassTeacher => words::ROLE_CLASS_TEACHER,
            Self::Mentor => words::ROLE_MENTOR,
            Self::Analyst => words::ROLE_ANALYST,
            Self::Auditor => words::ROLE_AUDITOR,
            Self::Intake => words::ROLE_INTAKE,
            Self::Clinician => words::ROLE_CLINICIAN,
            Self::ReceiverHead => words::ROLE_RECEIVER_HEAD,
        }
    }
}

impl FromStr for Role {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(AccountError::Role)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an account cannot be made or changed as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// Not a login of letters, digits, dots, hyphens or underscores.
    #[error("a login has 1 to 40 letters, digits, dots, hyphens or underscores")]
    Login,
    /// Too short or too long.
    #[error("a password has at least 10 characters and at most 256 bytes")]
    Password,
    /// One of those that are tried first.
    #[error("this password is one of those that are tried first; choose one of your own")]
    Common,
    /// The same password as before.
    #[error("the new password is the old one")]
    Same,
    /// Not a role of the closed list.
    #[error(
        "a role is one of operator, counsellor, moral-head, principal, class-teacher, mentor, \
         analyst, auditor, intake, clinician, receiver-head"
    )]
    Role,
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Hash,
}

/// The name that a person signs in with, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Login(String);

impl Login {
    /// The login as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Login {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let text = text.trim();
        let plain = |c: char| c.is_alphanumeric() || ".-_".contains(c);
        let chars = text.chars().count();
        if !(1..=LOGIN_CHARS_MAX).contains(&chars) || !text.chars().all(plain) {
            return Err(AccountError::Login);
        }
        Ok(Self(text.to_lowercase()))
    }
}

/// Draws a password for one sign-in: sixteen letters and digits in four groups, easily read out.
#[must_use]
pub fn one_time_password() -> Zeroizing<String> {
    joined(&half_password(), &half_password())
}

/// Draws half of a password for one sign-in, for two persons who hand over one half each.
#[must_use]
pub fn half_password() -> Zeroizing<String> {
    draw_sheet_code()
}

/// Both halves of a password as they are typed, one after the other.
#[must_use]
pub fn joined(first: &str, second: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("{first}-{second}"))
}

/// A password as typed. Wiped when dropped, never printed.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes a password that somebody chooses for an account.
    ///
    /// # Errors
    /// Too short, too long, or one of those that are tried first.
    pub fn chosen(text: String, login: &str) -> Result<Self, AccountError> {
        let typed = Self::typed(text)?;
        if typed.0.chars().count() < PASSWORD_CHARS_MIN {
            return Err(AccountError::Password);
        }
        if common::is_common(&typed.0, login) {
            return Err(AccountError::Common);
        }
        Ok(typed)
    }

    /// Takes a password that somebody tries.
    ///
    /// # Errors
    /// Longer than any password can be.
    pub fn typed(text: String) -> Result<Self, AccountError> {
        let text = Zeroizing::new(text);
        if text.len() > PASSWORD_BYTES_MAX {
            return Err(AccountError::Password);
        }
        Ok(Self(text))
    }

    /// Hashes the password with a salt of its own. Takes tens of milliseconds.
    ///
    /// # Errors
    /// No random salt could be drawn.
    pub fn hash(&self) -> Result<String, AccountError> {
        let hash = Argon2::default().hash_password(self.0.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|_| AccountError::Hash)
    }

    /// Whether the password is the one of a stored hash. Takes tens of milliseconds.
    #[must_use]
    pub fn matches(&self, stored: &str) -> bool {
        PasswordHash::new(stored)
            .is_ok_and(|hash| Argon2::default().verify_password(self.0.as_bytes(), &hash).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::typed(text.to_owned()).expect("password")
    }

    /// Hashes are argon2id with their own salt, and only the right password matches.
    #[test]
    fn passwords_are_kept_as_salted_argon2id() {
        let first = password("correct horse").hash().expect("hash");
        let second = password("correct horse").hash().expect("hash");
        assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{first}");
        assert_ne!(first, second);
        assert!(password("correct horse").matches(&first));
        assert!(!password("correct Horse").matches(&first));
        assert!(!password("x").matches("not a hash"));
    }

    /// Chinese passwords are counted in characters, and absurd lengths cost nothing.
    #[test]
    fn password_length_is_bounded_both_ways() {
        assert!(Password::chosen("海上生明月天涯共此时".to_owned(), "li").is_ok());
        assert!(Password::chosen("short".to_owned(), "li").is_err());
        assert!(Password::typed("x".repeat(257)).is_err());
    }

    /// One person has one login, however it is typed.
    #[test]
    fn logins_do_not_depend_on_case_or_spaces() {
        let login: Login = " Zhao.Chu ".parse().expect("login");
        assert_eq!(login.as_str(), "zhao.chu");
        for text in ["", "a b", "<script>", &"x".repeat(41)] {
            assert_eq!(text.parse::<Login>(), Err(AccountError::Login), "{text}");
        }
    }

    /// Roles are read back as they were written.
    #[test]
    fn roles_have_one_word_each() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
    }

    /// A school's roles are those of the table of authority, word for word and each once; whoever
    /// has none of them is of a hub.
    #[test]
    fn a_school_role_is_the_same_word_in_the_table_of_authority() {
        let found: Vec<_> = Role::SCHOOL.iter().filter_map(|role| role.school()).collect();
        assert_eq!(found.len(), SchoolRole::ALL.len());
        for role in SchoolRole::ALL {
            assert_eq!(found.iter().filter(|known| *known == role).count(), 1, "{role:?}");
        }
        for role in Role::ALL {
            assert_eq!(Role::SCHOOL.contains(&role), role.school().is_some());
            let of_a_receiver = Role::RECEIVER.contains(&role);
            assert!(Role::SCHOOL.contains(&role) || Role::HUB.contains(&role) || of_a_receiver);
            if let Some(school) = role.school() {
                assert_eq!(school.as_str(), role.as_str());
            }
        }
    }

    /// A receiver's roles are those of its own table, word for word, and none of them but the
    /// operator is anybody at a school: an account of a clinic opens no pupil's record.
    #[test]
    fn a_receivers_role_is_nobody_at_a_school() {
        let found: Vec<_> = Role::RECEIVER.iter().filter_map(|role| role.receiver()).collect();
        assert_eq!(found, ReceiverRole::ALL);
        for role in Role::ALL {
            assert_eq!(Role::RECEIVER.contains(&role), role.receiver().is_some());
            if let Some(receiver) = role.receiver() {
                assert_eq!(receiver.as_str(), role.as_str());
                assert!(role.school().is_none() || role == Role::Operator);
            }
        }
    }
}
