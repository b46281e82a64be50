//! Who signed what two hubs tell a school and each other, and the directory that a district
//! publishes itself: one check for whoever reads it.

use certs::chain::{ChainError, Purpose, Trust};
use certs::identity::{IdentityError, PeerIdentity};
use certs::pack::PackSignature;
use certs::root::{Commission, RootCertificate};
use certs::signature::{Signature, SignatureError};
use domain::unit::UnitId;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use proto::sealed::HubSignature;

/// Why a verdict or a record is not believed to be a hub's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// The certificates do not hold under that commission's root, or not for a hub.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The certificate names no unit of the city.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The certificate is another unit's, or no root of that commission is pinned.
    #[error("the certificate is another unit's")]
    OtherUnit,
    /// Not over these bytes, or not by this key.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// Checks that a hub signed these bytes with a key that was its own at an instant; the leader
/// stands under education's root and the helper under health's.
///
/// # Errors
/// It did not; the reason is the first one that was found.
pub fn verify_hub(
    trust: &Trust,
    (hub, commission): (&UnitId, Commission),
    (context, bytes): (&str, &[u8]),
    (signed, at): (&HubSignature, Timestamp),
) -> Result<(), SignerError> {
    let trust = trust.under(commission);
    let zone = trust.roots().first().map(RootCertificate::zone);
    let (zone, leaf) = zone.zip(signed.chain.first()).ok_or(SignerError::OtherUnit)?;
    trust.verify(&signed.chain, Purpose::Hub, at)?;
    let peer = PeerIdentity::from_leaf(leaf, zone)?;
    if !peer.name().names_hub(hub) {
        return Err(SignerError::OtherUnit);
    }
    let signature = Signature::from_bytes(&signed.signature)?;
    Ok(peer.key().verify(context, bytes, &signature)?)
}

/// What a district's hub signs its own directory for.
pub const DIRECTORY_CONTEXT: &str = "xinqiao-own-directory-v1";

/// Checks that a directory's pack was signed by the hub of its district, under education's root;
/// `from` is its first day in force. As of that day the key must have been the hub's own, or as of
/// the beginning of its certificate: a school that was away for a term still takes it.
///
/// # Errors
/// It was not, or bears other signatures beside.
pub fn verify_directory(
    trust: &Trust,
    (district, from): (&UnitId, Date),
    (pack, signatures): (&[u8], &[PackSignature]),
    now: Timestamp,
) -> Result<(), SignerError> {
    let begins = from.to_zoned(TimeZone::UTC).map_or(now, |zoned| zoned.timestamp());
    // More signatures would make another directive of the same pack.
    let [one] = signatures else { return Err(SignerError::OtherUnit) };
    // It is dated by who signed it: what comes after a theft is not believed, whatever its date.
    trust.check_not_revoked(&one.chain, now)?;
    let (signature, chain) = (one.signature.to_bytes(), one.chain.clone());
    let signed = HubSignature { signature, chain };
    let at = signed_at(trust, Commission::Education, &signed, (begins, now));
    let hub = (district, Commission::Education);
    verify_hub(trust, hub, (DIRECTORY_CONTEXT, pack), (&signed, at))
}

/// The instant as of which a record is judged: its date, or where a hub's certificate began later,
/// that. The leader dates a record and the helper signs it up to days after, under a certificate
/// that may be a day old; that it was not dated in the future the helper saw by its own clock.
#[must_use]
pub fn signed_at(
    trust: &Trust,
    commission: Commission,
    signed: &HubSignature,
    (dated, now): (Timestamp, Timestamp),
) -> Timestamp {
    let under = trust.under(commission);
    let zone = under.roots().first().map(RootCertificate::zone);
    let leaf = zone.zip(signed.chain.first());
    let leaf = leaf.and_then(|(zone, leaf)| PeerIdentity::from_leaf(leaf, zone).ok());
    let began = leaf.map_or(dated, |leaf| leaf.not_before());
    dated.max(began).min(now)
}
