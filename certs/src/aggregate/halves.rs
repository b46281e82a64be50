//! A report's halves, each sealed to its hub: what leaves a school, and what a hub opens of it.
//!
//! A half is sealed only to a hub's key statement for this very purpose that both commissions
//! signed, and the two statements name different hubs: whoever could put one key in both places
//! would read the school. A street hub relays the whole blind. What a half is sealed with is bound
//! to the report's context, its nonce and the public share, so that halves of two reports cannot
//! be mixed.

use zeroize::Zeroizing;

use super::{Role, Shares};
use crate::seal::{SealError, Sealed, ShareKey, seal};
use crate::statement::{Purpose, Standing, VerifiedStatement};

/// The two hubs that reports are sealed to.
pub struct Hubs<'s> {
    leader: &'s VerifiedStatement,
    helper: &'s VerifiedStatement,
}

/// A report as it travels, without its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedHalves {
    /// Makes the report the only one of its kind.
    pub nonce: [u8; 16],
    /// What both hubs see.
    pub public: Vec<u8>,
    /// The leader's half.
    pub leader: Sealed,
    /// The helper's half.
    pub helper: Sealed,
}

/// Why nothing is sealed. Counts about persons go rounded then, or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HubsError {
    /// A statement for another purpose.
    #[error("the key statement is not for this hub's half of sealed sums")]
    Purpose(Role),
    /// Only one commission signed.
    #[error("the key statement is not signed by both commissions")]
    OneCommission(Role),
    /// Both statements are the same unit's, or name the same key.
    #[error("both halves would go to the same hub")]
    Same,
}

impl<'s> Hubs<'s> {
    /// Takes the statements of both hubs.
    ///
    /// # Errors
    /// A statement for another purpose or under one commission only, or one hub twice.
    pub fn new(
        leader: &'s VerifiedStatement,
        helper: &'s VerifiedStatement,
    ) -> Result<Self, HubsError> {
        for (role, stated) in [(Role::Leader, leader), (Role::Helper, helper)] {
            if stated.statement().purpose != role.purpose() {
                return Err(HubsError::Purpose(role));
            }
            if stated.standing() != Standing::Both {
                return Err(HubsError::OneCommission(role));
            }
        }
        let (one, two) = (leader.statement(), helper.statement());
        if one.unit == two.unit || one.key == two.key {
            return Err(HubsError::Same);
        }
        Ok(Self { leader, helper })
    }
}

impl Role {
    /// The purpose of the key that the hub opens its halves with.
    #[must_use]
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::Leader => Purpose::AggregateLeader,
            Self::Helper => Purpose::AggregateHelper,
        }
    }
}

impl Shares {
    /// Seals each half to its hub; the halves are wiped.
    ///
    /// # Errors
    /// A half longer than what can be sealed.
    pub fn seal(self, to: &Hubs<'_>, context: &[u8]) -> Result<SealedHalves, SealError> {
        let beside = beside(&self.nonce, &self.public);
        let leader = seal(to.leader, context, &beside, &self.leader)?;
        let helper = seal(to.helper, context, &beside, &self.helper)?;
        Ok(SealedHalves { nonce: self.nonce, public: self.public, leader, helper })
    }
}

impl SealedHalves {
    /// Opens the half of one hub, with its key and the context that the hub made for itself.
    ///
    /// # Errors
    /// Sealed to another key, under another context, or altered.
    pub fn open(
        &self,
        role: Role,
        key: &ShareKey,
        context: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let half = match role {
            Role::Leader => &self.leader,
            Role::Helper => &self.helper,
        };
        key.open(half, context, &beside(&self.nonce, &self.public))
    }
}

/// What travels beside a half in the clear: the nonce has a fixed length, so nothing can be moved.
fn beside(nonce: &[u8; 16], public: &[u8]) -> Vec<u8> {
    [nonce.as_slice(), public].concat()
}

#[cfg(test)]
mod tests {
    use domain::disclosure::sealed::CapClass;

    use super::super::Instance;
    use super::*;
    use crate::root::{Commission, RootAuthority};
    use crate::seal::OVERHEAD_BYTES;
    use crate::testing::{root, stated, unit};

    const CONTEXT: &[u8] = b"xinqiao/v1 of a test";

    fn roots() -> [RootAuthority; 2] {
        [root(Commission::Education), root(Commission::Health)]
    }

    fn share_key(id: &str, role: Role) -> ShareKey {
        ShareKey::generate(unit(id), role.purpose()).expect("key")
    }

    fn instance() -> Instance {
        Instance::new(CapClass::from_max(255).expect("cap"), 10).expect("instance")
    }

    fn sealed(roots: &[RootAuthority], keys: [&ShareKey; 2], cells: [u64; 10]) -> SealedHalves {
        let [leader, helper] = keys.map(|key| stated(roots, key));
        let hubs = Hubs::new(&leader, &helper).expect("hubs");
        let shares = instance().split_cells(&cells, CONTEXT, [9; 16]).expect("shares");
        shares.seal(&hubs, CONTEXT).expect("sealed")
    }

    /// Each hub opens its own half under the context of the report and nothing else.
    #[test]
    fn each_hub_opens_its_own_half() {
        let roots = roots();
        let leader = share_key("370202", Role::Leader);
        let helper = share_key("hc-qd", Role::Helper);
        let report = sealed(&roots, [&leader, &helper], [1; 10]);
        let open = |report: &SealedHalves, role, key: &ShareKey, context: &[u8]| {
            report.open(role, key, context).map(|half| half.len()).ok()
        };
        let lengths = (Some(instance().leader_share_bytes()), Some(64));
        let own = open(&report, Role::Leader, &leader, CONTEXT);
        assert_eq!((own, open(&report, Role::Helper, &helper, CONTEXT)), lengths);
        assert_eq!(open(&report, Role::Helper, &leader, CONTEXT), None);
        assert_eq!(open(&report, Role::Leader, &helper, CONTEXT), None);
        assert_eq!(open(&report, Role::Leader, &leader, b"another school"), None);
        let other = share_key("370202", Role::Leader);
        assert_eq!(open(&report, Role::Leader, &other, CONTEXT), None);
        // A half of another report, and another public share beside it.
        let mixed = sealed(&roots, [&leader, &helper], [1; 10]);
        let mixed = SealedHalves { leader: mixed.leader, ..report.clone() };
        assert_eq!(open(&mixed, Role::Leader, &leader, CONTEXT), None);
        let mixed = SealedHalves { nonce: [8; 16], ..report };
        assert_eq!(open(&mixed, Role::Helper, &helper, CONTEXT), None);
    }

    /// The length is the same whatever was counted.
    #[test]
    fn the_length_says_nothing() {
        let roots = roots();
        let leader = share_key("370202", Role::Leader);
        let helper = share_key("hc-qd", Role::Helper);
        let known = (instance().leader_share_bytes() + OVERHEAD_BYTES, 64 + OVERHEAD_BYTES);
        for cells in [[0; 10], [25; 10], [255, 0, 0, 0, 0, 0, 0, 0, 0, 0]] {
            let report = sealed(&roots, [&leader, &helper], cells);
            let lengths = (report.leader.bytes().len(), report.helper.bytes().len());
            assert_eq!((lengths, report.public.len()), (known, 64));
        }
    }

    /// Nothing is sealed to one hub twice, for another purpose, or under one commission.
    #[test]
    fn both_commissions_name_two_hubs() {
        let both = roots();
        let leader = stated(&both, &share_key("370202", Role::Leader));
        let helper = stated(&both, &share_key("hc-qd", Role::Helper));
        let error = |leader: &VerifiedStatement, helper: &VerifiedStatement| {
            Hubs::new(leader, helper).map(drop).err()
        };
        assert_eq!(error(&leader, &helper), None);
        assert_eq!(error(&helper, &leader), Some(HubsError::Purpose(Role::Leader)));
        assert_eq!(error(&leader, &leader), Some(HubsError::Purpose(Role::Helper)));
        let same = stated(&both, &share_key("370202", Role::Helper));
        assert_eq!(error(&leader, &same), Some(HubsError::Same));
        let one = [root(Commission::Education)];
        let alone = stated(&one, &share_key("hc-qd", Role::Helper));
        assert_eq!(error(&leader, &alone), Some(HubsError::OneCommission(Role::Helper)));
        let alone = stated(&one, &share_key("370202", Role::Leader));
        assert_eq!(error(&alone, &helper), Some(HubsError::OneCommission(Role::Leader)));
    }
}
