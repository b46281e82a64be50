//! What schools and hubs signed: a report under its school's certificate, a verdict or a record
//! under a hub's.
//!
//! Each hub checks the school's own signature and certificates itself, so that the helper believes
//! the school and not the leader.

use certs::chain::Trust;
use certs::digest::sha256;
use certs::identity::LeafIdentity;
use certs::key::KeyError;
use certs::root::Commission;
use certs::signature::Signature;
use domain::digest::Digest;
use domain::disclosure::plan::Roster;
use domain::disclosure::sealed::Arrival;
use domain::unit::{CITY_LABEL, UnitId, Zone};
use jiff::Timestamp;
use proto::frame::{OPENING_CONTEXT, OpenItem, SEALED_REPORT_CONTEXT, decode_item};
use proto::opening::decode_record;
use proto::sealed::{HubSignature, Report, decode_report};
use proto::wire::sync::ItemKind;
use runtime::sealing::{report_key, signed_at, verify_hub};

use super::refused::{NOT_LISTED, Refused, SIGNATURE, UNREADABLE};

/// A report that was read; nothing of it is verified.
pub struct Read {
    /// The signed item.
    pub item: OpenItem,
    /// What it says.
    pub report: Report,
    /// What decides about it.
    pub arrival: Arrival,
    /// Digest of the report key that it names.
    pub key: Digest,
}

/// Whom and when a signature is judged by.
#[derive(Clone)]
pub struct Judge {
    /// Pinned roots and revocation lists.
    pub trust: Trust,
    /// The city.
    pub zone: Zone,
    /// Now.
    pub now: Timestamp,
}

/// Reads a signed item that should be a report.
///
/// # Errors
/// Bytes that are none.
pub fn read(item: &[u8]) -> Result<Read, Refused> {
    let item = decode_item(item).map_err(|error| Refused::new(UNREADABLE, &error))?;
    if item.kind != ItemKind::SealedReport {
        return Err(Refused::new(UNREADABLE, "the item is no sealed report"));
    }
    let report = decode_report(&item.body).map_err(|error| Refused::new(UNREADABLE, &error))?;
    let arrival = Arrival {
        task: report.task,
        school: report.place.unit.clone(),
        number: report.place.number,
        nonce: report.nonce,
        digest: sha256(&item.body),
    };
    let key = sha256(&report.key);
    Ok(Read { item, report, arrival, key })
}

impl Judge {
    /// Checks that a report is its school's by education's word: signed under a certificate of the
    /// school, which is on the roster. And that the report key that it names signed it; whether
    /// that key is the school's is health's word, for which a report waits ([`Year::states`]).
    ///
    /// # Errors
    /// A school that is not listed, a certificate that does not hold or is another unit's, or a
    /// signature that does not fit.
    ///
    /// [`Year::states`]: super::documents::Year::states
    pub fn school(&self, read: &Read, roster: &Roster) -> Result<(), Refused> {
        let unit = &read.report.place.unit;
        let listed = roster.school(unit).ok_or_else(|| {
            Refused::new(NOT_LISTED, "the school is not on the roster of this plan")
        })?;
        // Health certifies clinics and its hub, and no school.
        let trust = self.trust.under(Commission::Education);
        let signer = trust.identify_signer(&read.item.chain, &self.zone, self.now);
        let signer = signer.map_err(|error| Refused::new(SIGNATURE, &error))?;
        let label = signer.name().district_label();
        let is_own = signer.name().unit() == unit && is_home(label, (&roster.area, &listed.town));
        if !is_own {
            return Err(Refused::new(SIGNATURE, "the certificate is another unit's"));
        }
        let signature = Signature::from_bytes(&read.item.signature);
        let holds = signature.and_then(|signature| {
            signer.key().verify(SEALED_REPORT_CONTEXT, &read.item.body, &signature)
        });
        holds.map_err(|error| Refused::new(SIGNATURE, &error))?;
        let signed = report_key(&read.report, &read.item.body);
        signed.map(drop).map_err(|error| Refused::new(SIGNATURE, &error))
    }

    /// Checks a hub's signature over a verdict or a record; the leader stands under education's
    /// root and the helper under health's.
    ///
    /// # Errors
    /// Another unit's certificate, or a signature that does not fit.
    pub fn hub(
        &self,
        (unit, commission): (&UnitId, Commission),
        signed_bytes: (&str, &[u8]),
        signed: &HubSignature,
    ) -> Result<(), Refused> {
        let verified =
            verify_hub(&self.trust, (unit, commission), signed_bytes, (signed, self.now));
        verified.map_err(|error| Refused::new(SIGNATURE, &error))
    }

    /// The same of what was signed on a day in the past: by the certificates that it carries.
    ///
    /// # Errors
    /// Another unit's certificate, one that did not hold then, or a signature that does not fit.
    pub fn dated(
        &self,
        (unit, commission): (&UnitId, Commission),
        signed_bytes: (&str, &[u8]),
        (signed, dated): (&HubSignature, Timestamp),
    ) -> Result<(), Refused> {
        let at = signed_at(&self.trust, commission, signed, (dated, self.now));
        let verified = verify_hub(&self.trust, (unit, commission), signed_bytes, (signed, at));
        verified.map_err(|error| Refused::new(SIGNATURE, &error))
    }
}

/// Whether a hub signed a record, by the certificates of the day that the record names: what one
/// hub signed may wait for the other longer than a certificate runs. Whether that can be the day
/// the helper asks of its own clock, before it signs.
#[must_use]
pub fn holds_record(
    judge: &Judge,
    by: (&UnitId, Commission),
    (bytes, signed): (&[u8], &HubSignature),
) -> bool {
    let Ok(record) = decode_record(bytes) else { return false };
    let dated = Timestamp::from_millisecond(record.opened_at_ms).unwrap_or(judge.now);
    judge.dated(by, (OPENING_CONTEXT, bytes), (signed, dated)).is_ok()
}

/// Where a school's certificate may come from: the district of the plan, the district that its
/// town lies in, or the city. A district can put any unit under its own label.
fn is_home(label: &str, (area, town): (&UnitId, &UnitId)) -> bool {
    let district = town.as_str().get(..6).filter(|_| town.division_digits().is_some());
    label == area.label() || label == CITY_LABEL || district.is_some_and(|own| own == label)
}

/// Signs a verdict or a record as this hub.
///
/// # Errors
/// The key refused.
pub fn sign(
    identity: &LeafIdentity,
    context: &str,
    bytes: &[u8],
) -> Result<HubSignature, KeyError> {
    let signature = identity.key().sign(context, bytes)?.to_bytes();
    let chain = identity.chain().iter().map(|der| der.to_vec()).collect();
    Ok(HubSignature { signature, chain })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A school's certificate comes from its own district or the city, and a district cannot pose
    /// as another.
    #[test]
    fn a_school_is_certified_where_it_belongs() {
        let unit = |id: &str| -> UnitId { id.parse().expect("unit") };
        let home = |label: &str, area: &str| is_home(label, (&unit(area), &unit("370203001")));
        assert!(home("370203", "370203"));
        assert!(home("city", "370203"));
        assert!(home("370203", "3702"), "an area that is the city");
        assert!(!home("370202", "370203"));
        assert!(!home("370202", "3702"));
        let named = is_home("370202", (&unit("3702"), &unit("T1")));
        assert!(!named, "a town whose code says nothing");
    }
}
