//! A unit's own identity while it runs: swapped as a whole when it is renewed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use certs::identity::{IdentityError, LeafIdentity};
use certs::key::{KeyError, SigningKey};
use tokio::sync::watch;

/// The identity in use, where its file lies, and a bell for whoever builds configurations of it.
#[derive(Clone)]
pub struct IdentityCell {
    current: Arc<ArcSwap<LeafIdentity>>,
    path: Arc<PathBuf>,
    renewed: Arc<watch::Sender<u64>>,
}

impl IdentityCell {
    /// Reads the identity from its file.
    ///
    /// # Errors
    /// The file cannot be read or holds no identity.
    pub fn load(path: &Path) -> Result<Self, IdentityError> {
        let identity = LeafIdentity::load(path)?;
        Ok(Self {
            current: Arc::new(ArcSwap::from_pointee(identity)),
            path: Arc::new(path.to_owned()),
            renewed: Arc::new(watch::Sender::new(0)),
        })
    }

    /// The identity in use.
    #[must_use]
    pub fn current(&self) -> Arc<LeafIdentity> {
        self.current.load_full()
    }

    /// Writes a new identity to the file, then uses it.
    ///
    /// # Errors
    /// The file cannot be written; the old identity stays in use.
    pub fn replace(&self, identity: LeafIdentity) -> Result<(), IdentityError> {
        identity.save(&self.path)?;
        self.current.store(Arc::new(identity));
        self.renewed.send_modify(|count| *count += 1);
        Ok(())
    }

    /// The key of a renewal: one that an interrupted attempt left, or a new one, on the disk
    /// before it is used.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn renewal_key(&self) -> Result<SigningKey, KeyError> {
        let path = self.renewal_path();
        if path.exists() {
            return SigningKey::load(&path);
        }
        let key = SigningKey::generate()?;
        key.save(&path)?;
        Ok(key)
    }

    /// Removes the key of a renewal that is finished: it lies with the identity now.
    pub fn forget_renewal_key(&self) {
        // A file that stays is found by the next renewal, which then uses the same key again.
        let _ = std::fs::remove_file(self.renewal_path());
    }

    fn renewal_path(&self) -> PathBuf {
        self.path.with_extension("renewing.key")
    }

    /// Rings whenever the identity was replaced; at once where that was before anybody listened,
    /// because what was built meanwhile may show the old one.
    #[must_use]
    pub fn renewals(&self) -> watch::Receiver<u64> {
        let mut renewals = self.renewed.subscribe();
        if *renewals.borrow() > 0 {
            renewals.mark_changed();
        }
        renewals
    }
}
