//! The judgement of an addressed item that needs no store but the registry: whose it is, whether
//! its signature holds, and where it goes.
//!
//! An item without certificates comes from its signer, whose keys the registry has. One with
//! certificates was passed on: they are verified up to a pinned root, as of the time when they were
//! valid, because what waits over a summer must not be lost for it.

use certs::digest::sha256;
use certs::key::PublicKey;
use certs::signature::{KeyId, Signature};
use domain::digest::Digest;
use domain::unit::{IdentityName, UnitId, UnitKind};
use proto::frame::{OpenItem, SEALED_REPORT_CONTEXT};
use proto::limits::ADDRESSED_BYTES_MAX;
use proto::sealed::{Report, address, decode_report};

use super::{Refused, Relay};
use crate::intake::UNKNOWN_KEY;
use crate::registry::Registry;

/// An item whose signature holds.
pub struct Addressed {
    /// Body, signature and certificates as they came.
    pub item: OpenItem,
    /// Digest of the signed bytes: what makes it the same item, whoever carries it.
    pub digest: Digest,
    /// Who signed it.
    pub signer: Signer,
    /// Unit that it is for.
    pub to: UnitId,
    /// The report, where it is for this hub.
    pub report: Option<Report>,
}

/// Who signed an item, and how that is known.
pub struct Signer {
    /// The unit.
    pub unit: UnitId,
    /// Its key.
    pub key: KeyId,
    /// Its name, from the certificates beside the item; nothing where the sender itself signed.
    pub passed_on: Option<IdentityName>,
}

fn refused(code: &str, reason: &(impl std::fmt::Display + ?Sized)) -> Refused {
    (code.to_owned(), reason.to_string())
}

/// Judges a sealed report that a member sent.
///
/// # Errors
/// Why it is refused for good.
pub(crate) fn judge(
    relay: &Relay,
    (member, item): (&UnitId, OpenItem),
    registry: &Registry,
) -> Result<Addressed, Refused> {
    let bytes = item.chain.iter().map(Vec::len).sum::<usize>().saturating_add(item.body.len());
    if bytes > ADDRESSED_BYTES_MAX {
        return Err(refused("too_large", "the item is larger than hubs pass on"));
    }
    let signature =
        Signature::from_bytes(&item.signature).map_err(|error| refused("bad_signature", &error))?;
    let (signer, key) = signer(relay, (member, &item.chain), signature.key_id(), registry)?;
    key.verify(SEALED_REPORT_CONTEXT, &item.body, &signature)
        .map_err(|error| refused("bad_signature", &error))?;
    let address = address(&item.body).map_err(|error| refused("unreadable", &error))?;
    if address.unit != signer.unit {
        return Err(refused("foreign_unit", "the report is another unit's"));
    }
    let report = match address.to == relay.config.unit {
        true => Some(decode_report(&item.body).map_err(|error| refused("unreadable", &error))?),
        false => None,
    };
    Ok(Addressed { digest: sha256(&item.body), item, signer, to: address.to, report })
}

fn signer(
    relay: &Relay,
    (member, chain): (&UnitId, &[Vec<u8>]),
    key: KeyId,
    registry: &Registry,
) -> Result<(Signer, PublicKey), Refused> {
    let sender = registry.member(member);
    let kind = sender.ok_or_else(|| refused("unknown_unit", "the unit is not registered"))?.kind;
    if chain.is_empty() {
        if kind != UnitKind::School {
            return Err(refused("breaks_rule", "a unit of this kind has no reports of its own"));
        }
        let known = registry.signing_key(member, &key);
        let public = known
            .ok_or_else(|| refused(UNKNOWN_KEY, "signed by a key that is not the sender's"))?;
        let signer = Signer { unit: member.clone(), key, passed_on: None };
        return Ok((signer, (*public).clone()));
    }
    if !kind.is_area() {
        return Err(refused("foreign_unit", "a unit of this kind carries nothing of others"));
    }
    let (zone, now) = (relay.config.zone(), relay.clock.now());
    let peer = relay.trust.identify_signer(chain, zone, now);
    let peer = peer.map_err(|error| refused("bad_certificate", &error))?;
    let name = peer.name().clone();
    let signer = Signer { unit: name.unit().clone(), key, passed_on: Some(name) };
    Ok((signer, peer.key().clone()))
}
