//! A unit asks for a statement about its key.
//!
//! Who has joined signs the request with its certificate's key, so that the ceremony knows whose
//! it is before anybody telephones. A department that runs no node has no certificate: it signs
//! with the very key that it asks for, which proves that it holds it and nothing else. Either way
//! the words of the key are compared by telephone before a commission signs.

use domain::unit::{UnitId, Zone};
use jiff::Timestamp;

use super::{About, KeyStatement, Purpose, StatedKey, StatementError, check_name};
use crate::chain::{ChainError, Trust};
use crate::fields::{Reader, Writer};
use crate::identity::PeerIdentity;
use crate::key::{KeyError, SigningKey};
use crate::root::RootCertificate;
use crate::seal::SealError;
use crate::signature::{Signature, SignatureError};

/// What the signature is for; part of what is signed.
const CONTEXT: &str = "xinqiao-key-request-v1";
const VERSION: u8 = 1;

/// What a unit asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRequest {
    /// The city.
    pub zone: Zone,
    /// Whose key it is.
    pub unit: UnitId,
    /// The unit's name, for people.
    pub name: String,
    /// What the key is for.
    pub purpose: Purpose,
    /// The key.
    pub key: StatedKey,
}

/// A request as it travels to the ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRequest {
    pub(super) bytes: Vec<u8>,
    pub(super) signature: Signature,
    /// The certificate that vouches for the unit, leaf first; empty where it has none.
    pub(super) chain: Vec<Vec<u8>>,
}

/// What a request proves of who asks.
#[derive(Clone, Debug)]
pub enum Proof {
    /// The unit's own certificate, issued under one of the roots.
    Certificate(Box<PeerIdentity>),
    /// Only that the sender holds the key: who that is, a telephone call has to tell.
    OwnKey,
}

/// Why a request is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The bytes are no request of this version.
    #[error("not a key request of this version")]
    Form(#[from] StatementError),
    /// The certificate was not issued under one of the roots, or not for now.
    #[error("the certificate of who asks is not valid")]
    Chain(#[from] ChainError),
    /// The certificate is another unit's.
    #[error("the certificate is another unit's than the request's")]
    OtherUnit,
    /// Keys that open something are asked for by units with a certificate only.
    #[error("a key that opens something is asked for with a certificate")]
    NoCertificate,
    /// Altered, or signed by another key.
    #[error("the request is not signed by who asks")]
    Signature(#[from] SignatureError),
    /// The key could not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl KeyRequest {
    fn to_bytes(&self) -> Result<Vec<u8>, StatementError> {
        check_name(&self.name)?;
        if !self.key.fits(self.purpose) {
            return Err(StatementError::Key(SealError::Purpose));
        }
        let head = Writer::default().byte(VERSION).field(self.zone.as_str().as_bytes());
        let named = head.field(self.unit.as_str().as_bytes()).field(self.name.as_bytes());
        Ok(named.field(self.purpose.as_str().as_bytes()).field(&self.key.tagged()).finish())
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != VERSION {
            return Err(StatementError::Form);
        }
        let About { zone, unit, name, purpose, key } = About::read(&mut reader)?;
        reader.finish()?;
        let request = Self { zone, unit, name, purpose, key };
        if request.to_bytes()? != bytes {
            return Err(StatementError::Form);
        }
        Ok(request)
    }

    /// Signs the request: with the certificate's key and its chain, or with the key that it is
    /// about and no chain.
    ///
    /// # Errors
    /// The request has no form, or the key could not sign.
    pub fn sign(
        &self,
        key: &SigningKey,
        chain: Vec<Vec<u8>>,
    ) -> Result<SignedRequest, RequestError> {
        let bytes = self.to_bytes()?;
        let signature = key.sign(CONTEXT, &bytes)?;
        Ok(SignedRequest { bytes, signature, chain })
    }

    /// The statement that answers it, for these dates.
    #[must_use]
    pub fn statement(&self, valid_from: Timestamp, valid_to: Timestamp) -> KeyStatement {
        let Self { zone, unit, name, purpose, key } = self.clone();
        KeyStatement { zone, unit, name, purpose, key, valid_from, valid_to }
    }
}

impl SignedRequest {
    /// What is asked for; nothing is verified.
    ///
    /// # Errors
    /// The bytes are no request of this version.
    pub fn unverified(&self) -> Result<KeyRequest, StatementError> {
        KeyRequest::from_bytes(&self.bytes)
    }

    /// What is asked for, and what proves who asks.
    ///
    /// # Errors
    /// No request, not signed, or with a certificate that does not hold or is another unit's.
    pub fn prove(
        &self,
        roots: &[RootCertificate],
        now: Timestamp,
    ) -> Result<(KeyRequest, Proof), RequestError> {
        let request = self.unverified()?;
        if self.chain.is_empty() {
            let StatedKey::Signer(own) = &request.key else {
                return Err(RequestError::NoCertificate);
            };
            own.verify(CONTEXT, &self.bytes, &self.signature)?;
            return Ok((request, Proof::OwnKey));
        }
        let trust = Trust::new(roots.to_vec());
        let peer = trust.identify(&self.chain, &request.zone, now)?;
        if *peer.name().unit() != request.unit {
            return Err(RequestError::OtherUnit);
        }
        peer.key().verify(CONTEXT, &self.bytes, &self.signature)?;
        Ok((request, Proof::Certificate(Box::new(peer))))
    }
}
