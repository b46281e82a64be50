//! Packs that both commissions signed, as hubs store and send them down.
#![expect(clippy::expect_used, reason = "a test without packs cannot go on")]

use certs::digest::sha256;
use certs::key::SigningKey;
use certs::root::RootAuthority;
use hub::store::directive::Stored;
use jiff::Timestamp;
use jiff::civil::Date;
use prost::Message as _;
use proto::pack::keys::SchoolKeys;
use proto::pack::{PackKind, keys};
use proto::wire::directive::{Directive, Pack, PackSignature};

/// Which version of which pack, and its first day.
#[derive(Clone, Copy, Debug)]
pub struct PackName<'n> {
    /// What it is about.
    pub kind: PackKind,
    /// Its name; area and year of what is sealed.
    pub name: &'n str,
    /// Its serial, which is its version too.
    pub serial: u64,
    /// The first day on which it is in force.
    pub from: Date,
}

/// A pack under some commissions' roots, signed at an instant by keys that are valid from then on.
///
/// # Panics
/// Keys cannot be made.
#[must_use]
pub fn signed_pack(
    roots: &[&RootAuthority],
    about: PackName<'_>,
    text: &str,
    now: Timestamp,
) -> Stored {
    let pack = Pack {
        kind: about.kind.as_str().to_owned(),
        name: about.name.to_owned(),
        version: about.serial.to_string(),
        serial: about.serial,
        effective_from: about.from.to_string(),
        content: text.as_bytes().to_vec(),
    };
    let bytes = pack.encode_to_vec();
    let signature = |root: &&RootAuthority| {
        let key = SigningKey::generate().expect("key");
        let chain = [root.sign_pack_key(key.public(), now).expect("certificate")];
        let signed = certs::pack::sign(&bytes, &key, &chain).expect("signature");
        PackSignature { signature: signed.signature.to_bytes(), chain: signed.chain }
    };
    let signatures = roots.iter().map(signature).collect();
    Stored {
        cursor: 0,
        kind: pack.kind,
        name: pack.name,
        serial: about.serial,
        version: pack.version,
        effective_from: pack.effective_from,
        content_digest: sha256(text.as_bytes()).to_tagged(),
        directive: Directive { signatures, pack: bytes }.encode_to_vec(),
    }
}

/// The list of schools' report keys of an area and year (`370202-2026`), as health states it and
/// education countersigns. Without one every report waits at both hubs.
///
/// # Panics
/// Keys cannot be made.
#[must_use]
pub fn stated_keys(
    roots: &[&RootAuthority],
    (name, serial, from): (&str, u64, Date),
    stated: &SchoolKeys,
    now: Timestamp,
) -> Stored {
    let about = PackName { kind: PackKind::Keys, name, serial, from };
    signed_pack(roots, about, &keys::write(stated), now)
}
