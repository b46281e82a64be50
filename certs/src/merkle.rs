//! A hash tree over a batch, so that one signature covers many receipts and each keeps its proof.
//!
//! As in RFC 9162: leaves and inner nodes are hashed with different first bytes, so that no inner
//! node can pose as a leaf; a tree of any size, the odd node moves up unchanged.

use domain::digest::Digest;

use crate::digest::{Hasher, sha256};

/// Longest path that is read: a tree of 2^32 leaves.
const PATH_HASHES_MAX: usize = 32;

/// The tree over the leaves of one batch, kept while their paths are handed out or while the batch
/// grows.
#[derive(Clone, Debug)]
pub struct MerkleTree {
    /// Level 0 holds the leaves; the last level holds the root alone.
    levels: Vec<Vec<[u8; 32]>>,
    count: u32,
}

/// Proof that one leaf is part of a tree: its place and the hashes beside its way to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerklePath {
    index: u32,
    count: u32,
    hashes: Vec<[u8; 32]>,
}

/// Why a tree cannot be built or a path does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MerkleError {
    /// No leaf, or more than can be numbered.
    #[error("a batch has between one and 4294967295 items")]
    Count,
    /// Bytes that are no path.
    #[error("not an inclusion path")]
    Encoding,
    /// The leaf is not at this place of the tree with this root.
    #[error("inclusion path does not lead to the root")]
    Mismatch,
}

impl MerkleTree {
    /// Builds the tree over a batch.
    ///
    /// # Errors
    /// The batch is empty or too large to be numbered.
    pub fn new<L: AsRef<[u8]>>(batch: impl IntoIterator<Item = L>) -> Result<Self, MerkleError> {
        let leaves: Vec<_> = batch.into_iter().map(|leaf| leaf_hash(leaf.as_ref())).collect();
        let count = u32::try_from(leaves.len()).map_err(|_| MerkleError::Count)?;
        if count == 0 {
            return Err(MerkleError::Count);
        }
        let mut levels = vec![leaves];
        while let Some(level) = levels.last().filter(|level| level.len() > 1) {
            let above = level.chunks(2).filter_map(join).collect();
            levels.push(above);
        }
        Ok(Self { levels, count })
    }

    /// Puts leaves in the place of others. Costs a way to the root for each, whatever the size.
    ///
    /// # Errors
    /// There is no leaf at one of the places; then the tree must not be used further.
    pub fn replace<L: AsRef<[u8]>>(
        &mut self,
        leaves: impl IntoIterator<Item = (usize, L)>,
    ) -> Result<(), MerkleError> {
        let level = self.levels.first_mut().ok_or(MerkleError::Count)?;
        let mut changed = Vec::new();
        for (place, leaf) in leaves {
            *level.get_mut(place).ok_or(MerkleError::Count)? = leaf_hash(leaf.as_ref());
            changed.push(place);
        }
        changed.sort_unstable();
        self.rise(changed);
        Ok(())
    }

    /// Puts new leaves between the others, each at the place that it has in the end, in ascending
    /// order. Nothing before the first of them is made anew, and no leaf that was there.
    ///
    /// # Errors
    /// The places do not ascend without gaps in the batch, or there would be more leaves than can
    /// be numbered; then the tree must not be used further.
    pub fn insert<L: AsRef<[u8]>>(
        &mut self,
        leaves: impl IntoIterator<Item = (usize, L)>,
    ) -> Result<(), MerkleError> {
        let level = self.levels.first_mut().ok_or(MerkleError::Count)?;
        let mut before = std::mem::take(level).into_iter();
        let mut first = None;
        for (place, leaf) in leaves {
            let room = place.checked_sub(level.len()).ok_or(MerkleError::Count)?;
            level.extend(before.by_ref().take(room));
            if level.len() != place {
                return Err(MerkleError::Count);
            }
            level.push(leaf_hash(leaf.as_ref()));
            first = first.or(Some(place));
        }
        level.extend(before);
        let length = level.len();
        self.count = u32::try_from(length).map_err(|_| MerkleError::Count)?;
        self.rise((first.unwrap_or(length)..length).collect());
        Ok(())
    }

    /// Makes anew what stands above changed leaves, whose places ascend.
    fn rise(&mut self, mut changed: Vec<usize>) {
        for at in 0_usize.. {
            let Some(level) = self.levels.get(at).filter(|level| level.len() > 1) else { return };
            changed.iter_mut().for_each(|place| *place /= 2);
            changed.dedup();
            let joined = |place: &usize| {
                let left = level.get(place * 2)?;
                let right = level.get(place * 2 + 1);
                Some((*place, right.map_or(*left, |right| node_hash(left, right))))
            };
            let fresh: Vec<(usize, [u8; 32])> = changed.iter().filter_map(joined).collect();
            let length = level.len().div_ceil(2);
            if self.levels.len() == at + 1 {
                self.levels.push(Vec::new());
            }
            let Some(above) = self.levels.get_mut(at + 1) else { return };
            above.resize(length, [0; 32]);
            for (place, hash) in fresh {
                if let Some(node) = above.get_mut(place) {
                    *node = hash;
                }
            }
        }
    }

    /// The digest that the batch's one signature covers.
    #[must_use]
    pub fn root(&self) -> Digest {
        let top = self.levels.last().and_then(|level| level.first());
        Digest::sha256(top.copied().unwrap_or_default())
    }

    /// Number of leaves.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// The proof for the leaf at `index`; `None` past the last leaf.
    #[must_use]
    pub fn path(&self, index: u32) -> Option<MerklePath> {
        if index >= self.count {
            return None;
        }
        let mut place = usize::try_from(index).ok()?;
        let mut hashes = Vec::with_capacity(self.levels.len());
        for level in &self.levels {
            if let Some(hash) = level.get(place ^ 1) {
                hashes.push(*hash);
            }
            place /= 2;
        }
        Some(MerklePath { index, count: self.count, hashes })
    }
}

impl MerklePath {
    /// Takes a path that was sent in parts.
    #[must_use]
    pub const fn new(index: u32, count: u32, hashes: Vec<[u8; 32]>) -> Self {
        Self { index, count, hashes }
    }

    /// The leaf's place in the batch, from zero.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// Number of leaves of the batch.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// The hashes beside the way from the leaf to the root.
    #[must_use]
    pub fn hashes(&self) -> &[[u8; 32]] {
        &self.hashes
    }

    /// Checks that `leaf` is at this place of the tree with this root.
    ///
    /// # Errors
    /// It is not.
    pub fn verify(&self, leaf: &[u8], root: &Digest) -> Result<(), MerkleError> {
        if self.index >= self.count || self.hashes.len() > PATH_HASHES_MAX {
            return Err(MerkleError::Mismatch);
        }
        // RFC 9162, 2.1.3.2: both numbers lose a bit per level; `last` is the right-most node.
        let (mut place, mut last) = (self.index, self.count - 1);
        let mut hash = leaf_hash(leaf);
        for beside in &self.hashes {
            if last == 0 {
                return Err(MerkleError::Mismatch);
            }
            if place & 1 == 1 || place == last {
                hash = node_hash(beside, &hash);
                while place & 1 == 0 && place != 0 {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                hash = node_hash(&hash, beside);
            }
            place >>= 1;
            last >>= 1;
        }
        let reached = last == 0 && hash == *root.bytes();
        reached.then_some(()).ok_or(MerkleError::Mismatch)
    }

    /// The form that is stored: index, count (big-endian) and the hashes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + 32 * self.hashes.len());
        bytes.extend_from_slice(&self.index.to_be_bytes());
        bytes.extend_from_slice(&self.count.to_be_bytes());
        self.hashes.iter().for_each(|hash| bytes.extend_from_slice(hash));
        bytes
    }

    /// Reads the form that [`MerklePath::to_bytes`] writes.
    ///
    /// # Errors
    /// A length that no path has.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MerkleError> {
        let (index, rest) = bytes.split_first_chunk::<4>().ok_or(MerkleError::Encoding)?;
        let (count, rest) = rest.split_first_chunk::<4>().ok_or(MerkleError::Encoding)?;
        let (hashes, left) = rest.as_chunks::<32>();
        if !left.is_empty() || hashes.len() > PATH_HASHES_MAX {
            return Err(MerkleError::Encoding);
        }
        let (index, count) = (u32::from_be_bytes(*index), u32::from_be_bytes(*count));
        Ok(Self { index, count, hashes: hashes.to_vec() })
    }
}

fn leaf_hash(leaf: &[u8]) -> [u8; 32] {
    let mut hasher = Hasher::new();
    hasher.update(&[0]);
    hasher.update(leaf);
    *hasher.finish().bytes()
}

fn node_hash(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut bytes = [1; 65];
    let halves = left.iter().chain(right);
    bytes.iter_mut().skip(1).zip(halves).for_each(|(byte, given)| *byte = *given);
    *sha256(&bytes).bytes()
}

fn join(pair: &[[u8; 32]]) -> Option<[u8; 32]> {
    match pair {
        [left, right] => Some(node_hash(left, right)),
        [odd] => Some(*odd),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn batch(count: usize) -> Vec<Vec<u8>> {
        (0..count).map(|at| format!("receipt {at}").into_bytes()).collect()
    }

    proptest! {
        /// Every leaf of a batch of any size is proved at its own place, and at no other.
        #[test]
        fn every_leaf_has_a_path(count in 1_usize..70, at in any::<prop::sample::Index>()) {
            let leaves = batch(count);
            let tree = MerkleTree::new(&leaves).expect("tree");
            let place = at.index(count);
            let path = tree.path(u32::try_from(place).expect("small")).expect("path");
            prop_assert_eq!(path.verify(&leaves[place], &tree.root()), Ok(()));
            let stored = MerklePath::from_bytes(&path.to_bytes());
            prop_assert_eq!(stored.as_ref(), Ok(&path));
            for (other, leaf) in leaves.iter().enumerate() {
                prop_assert_eq!(path.verify(leaf, &tree.root()).is_ok(), other == place);
            }
        }

        /// A path with any byte changed leads nowhere.
        #[test]
        fn a_changed_path_is_refused(
            count in 2_usize..40,
            at in any::<prop::sample::Index>(),
            byte in any::<prop::sample::Index>(),
        ) {
            let leaves = batch(count);
            let tree = MerkleTree::new(&leaves).expect("tree");
            let place = at.index(count);
            let path = tree.path(u32::try_from(place).expect("small")).expect("path");
            let mut bytes = path.to_bytes();
            let byte = 8 + byte.index(bytes.len() - 8);
            bytes[byte] ^= 1;
            let changed = MerklePath::from_bytes(&bytes).expect("shape");
            prop_assert!(changed.verify(&leaves[place], &tree.root()).is_err());
        }
    }

    proptest! {
        /// A tree that leaves are put into, or in the place of others, is the one that is built
        /// over the changed batch, with the same paths.
        ///
        /// Method: numbers say which places of the batch are new, and which are replaced after it.
        #[test]
        fn a_tree_follows_its_batch(
            fresh in prop::collection::vec(prop::bool::weighted(0.3), 1..70),
            replaced in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut leaves = batch(fresh.len());
            let old = leaves.iter().zip(&fresh).filter(|(_, is_new)| !**is_new);
            let old: Vec<&Vec<u8>> = old.map(|(leaf, _)| leaf).collect();
            prop_assume!(!old.is_empty());
            let mut tree = MerkleTree::new(&old).expect("tree");
            let new = leaves.iter().enumerate().zip(&fresh).filter(|(_, is_new)| **is_new);
            tree.insert(new.map(|(at, _)| at)).expect("inserted");
            let whole = MerkleTree::new(&leaves).expect("tree");
            prop_assert_eq!(&tree.levels, &whole.levels);
            let places: Vec<usize> = replaced.iter().map(|at| at.index(leaves.len())).collect();
            places.iter().for_each(|place| leaves[*place] = b"another".to_vec());
            let again = places.iter().map(|place| (*place, &leaves[*place]));
            tree.replace(again).expect("replaced");
            let whole = MerkleTree::new(&leaves).expect("tree");
            prop_assert_eq!(&tree.levels, &whole.levels);
            prop_assert_eq!(tree.count(), whole.count());
        }
    }

    /// Places that a batch does not have are refused.
    #[test]
    fn leaves_outside_of_the_batch_are_refused() {
        let tree = || MerkleTree::new(batch(3)).expect("tree");
        assert_eq!(tree().replace([(3, b"x")]), Err(MerkleError::Count));
        assert_eq!(tree().insert([(4, b"x")]), Err(MerkleError::Count));
        assert_eq!(tree().insert([(2, b"x"), (1, b"y")]), Err(MerkleError::Count));
    }

    /// The root is the one of RFC 6962 for a tree whose size is no power of two.
    ///
    /// Method: the known root of the reference implementation's first three test leaves.
    #[test]
    fn the_root_agrees_with_the_reference() {
        let leaves: [&[u8]; 3] = [&[], &[0], &[16]];
        let root = MerkleTree::new(leaves).expect("tree").root();
        let expected = "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77";
        assert_eq!(root.to_string(), expected);
    }

    /// An empty batch has no tree, and an inner node is no leaf.
    #[test]
    fn nodes_are_not_leaves() {
        assert_eq!(MerkleTree::new(batch(0)).err(), Some(MerkleError::Count));
        let tree = MerkleTree::new(batch(2)).expect("tree");
        let inner = [tree.levels[0][0], tree.levels[0][1]].concat();
        let path = MerklePath::new(0, 1, Vec::new());
        assert!(path.verify(&inner, &tree.root()).is_err());
        assert_eq!(tree.path(2), None);
        assert_eq!(MerklePath::from_bytes(&[0; 9]), Err(MerkleError::Encoding));
    }
}
