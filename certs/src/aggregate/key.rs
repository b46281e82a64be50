//! Verify keys: drawn by both hubs for a task, committed before either is shown.
//!
//! A hub that knew the key while a report is made could help a school to a false proof, and a hub
//! that chose it alone could choose one that it prepared. So each draws a half, sends a digest of
//! it, and shows it only when it holds the other's digest; the key is a digest of both halves.

use aws_lc_rs::hmac;
use domain::digest::Digest;
use domain::disclosure::sealed::{TaskId, lv};
use zeroize::Zeroizing;

use crate::digest::{random_bytes, sha256};
use crate::seal::ShareKey;

const HALF: &[u8] = b"xinqiao/verify-key/half/v1";
const COMMITMENT: &[u8] = b"xinqiao/verify-key/commitment/v1";
const KEY: &[u8] = b"xinqiao/verify-key/v1";
const DIGEST: &[u8] = b"xinqiao/verify-key/digest/v1";

/// Which of the two hubs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Education's.
    Leader,
    /// Health's.
    Helper,
}

/// A hub's half of a task's verify key.
pub struct KeyHalf(Zeroizing<[u8; 32]>);

/// The digest of a half that is not shown yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment(Digest);

/// The key under which both hubs verify the reports of a task.
pub struct VerifyKey(Zeroizing<[u8; 32]>);

/// Why there is no key. The task is not opened for reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The half that was shown is not the one that was committed.
    #[error("the half of the verify key is not the one that was committed")]
    Broken(Role),
    /// Both halves are the same: one hub repeated the other's.
    #[error("both halves of the verify key are the same")]
    Repeated,
}

impl Role {
    /// The word that stands in commitments.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Leader => "leader",
            Self::Helper => "helper",
        }
    }

    /// The number that the proof system knows the hub by.
    pub(super) const fn aggregator(self) -> usize {
        match self {
            Self::Leader => 0,
            Self::Helper => 1,
        }
    }
}

impl KeyHalf {
    /// Draws a half.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(random_bytes()))
    }

    /// The half of a task that follows from a hub's key for its shares, for a hub that draws it
    /// once more after it lost it. Whoever has that key opens the hub's half of each report anyway;
    /// the other hub, which is shown halves, learns nothing of the key and of halves of other
    /// tasks.
    #[must_use]
    pub fn of(key: &ShareKey, task: &TaskId) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose_seed());
        let tag = hmac::sign(&key, &lv(&[HALF, task.bytes()]));
        let mut half = Zeroizing::new([0_u8; 32]);
        for (byte, drawn) in half.iter_mut().zip(tag.as_ref()) {
            *byte = *drawn;
        }
        Self(half)
    }

    /// Takes a half that was stored or shown.
    #[must_use]
    pub const fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// Takes a half out of a store or a message; none of another length.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The half itself, for this hub's store and, once the other's commitment is held, for the
    /// other hub.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// What is sent before the half: bound to the task and to whose half it is, so that neither
    /// can pass the other's off as its own.
    #[must_use]
    pub fn commit(&self, task: &TaskId, role: Role) -> Commitment {
        let fields = [COMMITMENT, task.bytes(), role.as_str().as_bytes(), self.0.as_slice()];
        Commitment(sha256(&Zeroizing::new(lv(&fields))))
    }
}

impl Commitment {
    /// Takes a commitment that arrived.
    #[must_use]
    pub const fn from_digest(digest: Digest) -> Self {
        Self(digest)
    }

    /// The digest that is sent.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.0
    }
}

impl VerifyKey {
    /// Takes a key that was stored.
    #[must_use]
    pub const fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// Takes a key out of a store; none of another length.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The key itself, for the hub's store and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// By which the two hubs see whether they hold the same key of a task.
    #[must_use]
    pub fn digest(&self, task: &TaskId) -> Digest {
        sha256(&Zeroizing::new(lv(&[DIGEST, task.bytes(), self.0.as_slice()])))
    }
}

/// The key of a task from both halves, each with the commitment that was sent before it.
///
/// # Errors
/// A half that was not committed, or the same half twice.
pub fn agree(
    task: &TaskId,
    leader: (&KeyHalf, Commitment),
    helper: (&KeyHalf, Commitment),
) -> Result<VerifyKey, KeyError> {
    for (role, (half, commitment)) in [(Role::Leader, leader), (Role::Helper, helper)] {
        if half.commit(task, role) != commitment {
            return Err(KeyError::Broken(role));
        }
    }
    let (leader, helper) = (leader.0, helper.0);
    if leader.0 == helper.0 {
        return Err(KeyError::Repeated);
    }
    let fields = [KEY, task.bytes(), leader.0.as_slice(), helper.0.as_slice()];
    let key = sha256(&Zeroizing::new(lv(&fields)));
    Ok(VerifyKey(Zeroizing::new(*key.bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: TaskId = TaskId::from_bytes([1; 32]);

    fn half(byte: u8) -> KeyHalf {
        KeyHalf::from_bytes(Zeroizing::new([byte; 32]))
    }

    /// Both hubs get the same key, another one for each task, and neither alone decides it.
    #[test]
    fn both_hubs_get_the_same_key() {
        let key = |task: TaskId, leader: u8, helper: u8| {
            let (leader, helper) = (half(leader), half(helper));
            let committed =
                (leader.commit(&task, Role::Leader), helper.commit(&task, Role::Helper));
            agree(&task, (&leader, committed.0), (&helper, committed.1)).map(|key| *key.expose())
        };
        let known = key(TASK, 1, 2).expect("key");
        assert_eq!(key(TASK, 1, 2), Ok(known));
        let digest = |task: TaskId, bytes| VerifyKey(Zeroizing::new(bytes)).digest(&task);
        assert_eq!(digest(TASK, known), digest(TASK, known));
        assert_ne!(digest(TASK, known), digest(TaskId::from_bytes([2; 32]), known));
        assert_ne!(digest(TASK, known), digest(TASK, [9; 32]));
        assert_ne!(digest(TASK, known).bytes(), &known);
        for other in [key(TASK, 1, 3), key(TASK, 2, 1), key(TaskId::from_bytes([2; 32]), 1, 2)] {
            assert_ne!(other.expect("key"), known);
        }
        assert_eq!(key(TASK, 4, 4), Err(KeyError::Repeated));
        assert_ne!(KeyHalf::generate().expose(), KeyHalf::generate().expose());
    }

    /// A hub that lost its half has the very same one again from its key for shares; another task
    /// or another key has another one, and none of them is the key.
    #[test]
    fn a_half_that_was_lost_is_had_again() {
        let seed = |byte: u8| Zeroizing::new([byte; 32]);
        let key = |byte, role: Role| {
            let unit = "370202".parse().expect("unit");
            ShareKey::from_seed(unit, role.purpose(), seed(byte)).expect("key")
        };
        let half = |key: &ShareKey, task: TaskId| *KeyHalf::of(key, &task).expose();
        let own = half(&key(1, Role::Leader), TASK);
        assert_eq!(half(&key(1, Role::Leader), TASK), own);
        assert_ne!(half(&key(1, Role::Leader), TaskId::from_bytes([2; 32])), own);
        assert_ne!(half(&key(2, Role::Leader), TASK), own);
        assert_ne!(own, *seed(1));
    }

    /// A half that was chosen after the other was seen, or another's commitment, makes no key.
    #[test]
    fn a_half_that_was_not_committed_makes_no_key() {
        let (leader, helper) = (half(1), half(2));
        let (own, other) = (leader.commit(&TASK, Role::Leader), helper.commit(&TASK, Role::Helper));
        let with = |leader: (&KeyHalf, Commitment), helper: (&KeyHalf, Commitment)| {
            agree(&TASK, leader, helper).map(|_| ()).err()
        };
        assert_eq!(with((&leader, own), (&half(3), other)), Some(KeyError::Broken(Role::Helper)));
        assert_eq!(with((&half(3), own), (&helper, other)), Some(KeyError::Broken(Role::Leader)));
        let copied = leader.commit(&TASK, Role::Leader);
        let broken = with((&leader, own), (&half(1), copied));
        assert_eq!(broken, Some(KeyError::Broken(Role::Helper)));
        let elsewhere = helper.commit(&TaskId::from_bytes([2; 32]), Role::Helper);
        let broken = with((&leader, own), (&helper, elsewhere));
        assert_eq!(broken, Some(KeyError::Broken(Role::Helper)));
        assert_eq!(Commitment::from_digest(own.digest()), own);
    }
}
