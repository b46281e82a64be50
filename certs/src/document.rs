//! What a certificate says that its key signs: packs, or key statements.
//!
//! For people who hold two files that look alike. Nothing is verified here; what is signed is
//! believed by [`crate::countersign`] alone.

use domain::unit::Zone;
use jiff::Timestamp;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use crate::root::{Commission, PACK_LABEL, STATEMENT_LABEL, commission_in};

/// What such a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentUse {
    /// Packs.
    Packs,
    /// Key statements.
    Statements,
}

/// What the certificate of such a key says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentCertificate {
    /// What the key signs.
    pub signs: DocumentUse,
    /// Whose root issued it.
    pub commission: Option<Commission>,
    /// Whose city it is.
    pub zone: Zone,
    /// Until when the key signs.
    pub not_after: Timestamp,
}

impl DocumentUse {
    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Packs => "packs",
            Self::Statements => "statements",
        }
    }
}

impl DocumentCertificate {
    /// Reads a certificate; nothing where it is for something else.
    #[must_use]
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(der).ok()?;
        let names = parsed.subject_alternative_name().ok()??;
        let [GeneralName::DNSName(name)] = names.value.general_names.as_slice() else {
            return None;
        };
        let all = [(PACK_LABEL, DocumentUse::Packs), (STATEMENT_LABEL, DocumentUse::Statements)];
        let (signs, zone) = all.into_iter().find_map(|(label, signs)| {
            let zone = name.strip_prefix(label)?.strip_prefix('.')?;
            Some((signs, zone.strip_prefix(domain::unit::CITY_LABEL)?.strip_prefix('.')?))
        })?;
        let not_after = Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()?;
        let commission = commission_in(parsed.issuer());
        Some(Self { signs, commission, zone: zone.parse().ok()?, not_after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::RootAuthority;
    use crate::testing::{key, now, root, zone};

    /// A certificate tells which of the two keys it belongs to, and whose it is; a root's is none.
    #[test]
    fn a_certificate_says_what_its_key_signs() {
        let health: RootAuthority = root(Commission::Health);
        let packs = health.sign_pack_key(key().public(), now()).expect("packs");
        let statements = health.sign_statement_key(key().public(), now()).expect("statements");
        for (der, signs) in [(packs, DocumentUse::Packs), (statements, DocumentUse::Statements)] {
            let found = DocumentCertificate::from_der(&der).expect("document key");
            assert_eq!((found.signs, found.commission), (signs, Some(Commission::Health)));
            assert_eq!(found.zone, zone());
            assert!(found.not_after > now());
        }
        assert_eq!(DocumentCertificate::from_der(health.certificate().der()), None);
    }
}
