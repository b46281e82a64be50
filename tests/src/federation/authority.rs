//! The authorities of a test city: one root, issuing authorities made when they are needed.
#![expect(clippy::expect_used, reason = "a test without keys cannot go on")]

use std::path::Path;

use certs::csr;
use certs::identity::LeafIdentity;
use certs::issuer::{IssuingAuthority, LeafRecord, Subtree};
use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority, RootCertificate};
use domain::unit::{IdentityName, UnitId, UnitKind, Zone};
use jiff::Timestamp;

use super::ZONE;

/// Issues whatever a test asks for.
pub struct Authority {
    root: RootAuthority,
    zone: Zone,
    now: Timestamp,
}

impl Authority {
    /// Makes education's root.
    ///
    /// # Panics
    /// Keys cannot be made.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self::under(Commission::Education, now)
    }

    /// Makes the root of a commission.
    ///
    /// # Panics
    /// Keys cannot be made.
    #[must_use]
    pub fn under(commission: Commission, now: Timestamp) -> Self {
        let zone: Zone = ZONE.parse().expect("zone");
        let key = SigningKey::generate().expect("key");
        let root = RootAuthority::create(commission, &zone, key, now).expect("root");
        Self { root, zone, now }
    }

    /// The city's zone.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The root's certificate.
    #[must_use]
    pub fn root(&self) -> &RootCertificate {
        self.root.certificate()
    }

    /// The root itself, for signing packs and authorities.
    #[must_use]
    pub const fn root_authority(&self) -> &RootAuthority {
        &self.root
    }

    /// The name of a unit in a district, or of one that the city runs if the district is empty.
    ///
    /// # Panics
    /// The texts are no unit ids.
    #[must_use]
    pub fn name(&self, unit: &str, district: &str) -> IdentityName {
        let unit: UnitId = unit.parse().expect("unit");
        if district.is_empty() {
            IdentityName::in_city(unit, self.zone.clone())
        } else {
            IdentityName::in_district(unit, &district.parse().expect("id"), self.zone.clone())
        }
    }

    /// An issuing authority for a district, or for the city if the district is empty.
    ///
    /// # Panics
    /// Keys cannot be made.
    #[must_use]
    pub fn issuer(&self, district: &str) -> IssuingAuthority {
        self.issuer_at(district, self.now)
    }

    fn issuer_at(&self, district: &str, now: Timestamp) -> IssuingAuthority {
        let subtree = if district.is_empty() {
            Subtree::City(self.zone.clone())
        } else {
            Subtree::District(district.parse().expect("district"), self.zone.clone())
        };
        let key = SigningKey::generate().expect("key");
        let der = self.root.sign_issuer(&subtree, key.public(), now).expect("issuer");
        IssuingAuthority::open(&der, key).expect("issuer")
    }

    /// A unit's identity, issued under a fresh authority of its district.
    ///
    /// # Panics
    /// Keys cannot be made.
    #[must_use]
    pub fn identity(&self, name: &IdentityName, kind: UnitKind) -> LeafIdentity {
        self.identity_at(name, kind, self.now)
    }

    /// The same, issued at an instant.
    ///
    /// # Panics
    /// Keys cannot be made.
    #[must_use]
    pub fn identity_at(&self, name: &IdentityName, kind: UnitKind, now: Timestamp) -> LeafIdentity {
        let district = match name.district_label() {
            "city" => String::new(),
            label => label.to_owned(),
        };
        let key = SigningKey::generate().expect("key");
        let request = csr::request(&key).expect("request");
        let public = csr::public_key(&request).expect("public key");
        let record = LeafRecord { name: name.clone(), kind, key: public };
        let issued = self.issuer_at(&district, now).issue(&record, now).expect("leaf");
        LeafIdentity::new(&issued.chain, key).expect("identity")
    }

    /// Writes the root where a hub looks for it.
    ///
    /// # Panics
    /// The file cannot be written.
    pub fn save_root(&self, data: &Path) {
        let folder = data.join("roots");
        std::fs::create_dir_all(&folder).expect("folder");
        let text = pem::encode(&pem::Pem::new("CERTIFICATE", self.root().der().to_vec()));
        std::fs::write(folder.join("education.pem"), text).expect("root file");
    }
}
