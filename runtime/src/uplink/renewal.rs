//! Renewal of our own certificate over the connection that it opened: a new key each time.

use certs::csr;
use certs::identity::LeafIdentity;
use certs::key::SigningKey;
use proto::wire::enrol::RenewRequest;
use proto::wire::enrol::enrolment_client::EnrolmentClient;
use tonic::transport::Channel;

use super::{IdentityCell, UplinkError};
use crate::clock::Clock;

/// Renews if two thirds of the certificate's life are over; says whether it did.
pub(super) async fn renew_if_due(
    channel: Channel,
    identity: &IdentityCell,
    clock: &Clock,
) -> Result<bool, UplinkError> {
    let current = identity.current();
    if clock.now() < current.renew_from() {
        return Ok(false);
    }
    // Kept on the disk until the answer is: a lost reply is asked for again with the same key.
    let key = identity.renewal_key().map_err(|_| UplinkError::Renewal)?;
    let csr = csr::request(&key).map_err(|_| UplinkError::Renewal)?;
    let answer = EnrolmentClient::new(channel).renew(RenewRequest { csr }).await?;
    let renewed = taken(&current, &answer.into_inner().chain, key)?;
    identity.replace(renewed).map_err(|_| UplinkError::Renewal)?;
    identity.forget_renewal_key();
    tracing::info!("certificate renewed");
    Ok(true)
}

/// What the hub answered as our next identity. The hub decides what the certificate says; another
/// key than the one that we asked with, or another name than ours, would be a mistake.
fn taken(
    current: &LeafIdentity,
    chain: &[Vec<u8>],
    key: SigningKey,
) -> Result<LeafIdentity, UplinkError> {
    let renewed = LeafIdentity::new(chain, key).map_err(|_| UplinkError::Renewal)?;
    let is_ours = renewed.peer().name() == current.peer().name();
    is_ours.then_some(renewed).ok_or(UplinkError::Renewal)
}

#[cfg(test)]
mod tests {
    use certs::issuer::{IssuingAuthority, LeafRecord, Subtree};
    use certs::root::{Commission, RootAuthority};
    use domain::unit::{IdentityName, UnitKind, Zone};

    use super::*;

    fn key() -> SigningKey {
        SigningKey::generate().expect("key")
    }

    fn zone() -> Zone {
        "qingdao.example".parse().expect("zone")
    }

    /// A district that issues certificates.
    fn district() -> IssuingAuthority {
        let (now, issuing) = (Clock::system().now(), key());
        let root = RootAuthority::create(Commission::Education, &zone(), key(), now);
        let subtree = Subtree::District("370202".parse().expect("unit"), zone());
        let signed = root.expect("root").sign_issuer(&subtree, issuing.public(), now);
        IssuingAuthority::open(&signed.expect("issuer"), issuing).expect("issuer")
    }

    /// The chain of a school's certificate for a key.
    fn chain(district: &IssuingAuthority, unit: &str, key: &SigningKey) -> Vec<Vec<u8>> {
        let own = "370202".parse().expect("unit");
        let name = IdentityName::in_district(unit.parse().expect("unit"), &own, zone());
        let record = LeafRecord { name, kind: UnitKind::School, key: key.public().clone() };
        district.issue(&record, Clock::system().now()).expect("issued").chain
    }

    /// A renewed certificate is taken for the key that was asked with and under the name that we
    /// have; another one, or none, is refused, and the old identity stays.
    #[test]
    fn a_renewal_keeps_the_name_and_has_the_new_key() {
        let (district, old, new) = (district(), key(), key());
        let own = chain(&district, "S1", &old);
        let current = LeafIdentity::new(&own, old).expect("identity");
        let renewed = taken(&current, &chain(&district, "S1", &new), new.clone());
        assert_eq!(renewed.expect("renewed").peer().key(), new.public());
        for (answer, why) in [
            (chain(&district, "S2", &new), "another name"),
            (chain(&district, "S1", &key()), "another key"),
            (own, "the old key"),
            (Vec::new(), "nothing"),
        ] {
            let refused = taken(&current, &answer, new.clone());
            assert!(matches!(refused, Err(UplinkError::Renewal)), "{why}");
        }
    }

    /// The key of a renewal waits on the disk: who asks again after a lost answer, or after a
    /// restart, asks with the same one, and the next renewal has another.
    #[test]
    fn a_lost_answer_is_asked_for_with_the_same_key() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("identity.pem");
        let (district, own) = (district(), key());
        let chain = chain(&district, "S1", &own);
        LeafIdentity::new(&chain, own).expect("identity").save(&file).expect("saved");
        let asked = || {
            let cell = IdentityCell::load(&file).expect("identity");
            (cell.renewal_key().expect("key").public().clone(), cell)
        };
        let ((first, _), (again, cell)) = (asked(), asked());
        assert_eq!(first, again);
        cell.forget_renewal_key();
        assert_ne!(asked().0, first);
    }

    /// Who begins to listen after a replacement hears of it; where there was none, nothing rings.
    #[test]
    fn a_replacement_before_anybody_listened_rings() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("identity.pem");
        let (district, own) = (district(), key());
        let chain = chain(&district, "S1", &own);
        LeafIdentity::new(&chain, own).expect("identity").save(&file).expect("saved");
        let cell = IdentityCell::load(&file).expect("identity");
        assert_eq!(cell.renewals().has_changed().ok(), Some(false));
        cell.replace(LeafIdentity::load(&file).expect("identity")).expect("replaced");
        let mut late = cell.renewals();
        assert_eq!(late.has_changed().ok(), Some(true));
        late.mark_unchanged();
        assert_eq!(late.has_changed().ok(), Some(false));
    }
}
