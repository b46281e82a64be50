//! Directives on their way down: verified once, stored as they travelled, passed on unchanged.
//!
//! A directive is accepted only with a valid signature under every root that this hub has pinned;
//! a directory that a district publishes itself, with the signature of that district's hub; a list
//! of what a root took back, with the signature of that root.
//! A serial that is not higher than the one that is stored is an old pack sent again: it changes
//! nothing, unless it brings the second commission's signature.

use certs::chain::Trust;
use certs::digest::sha256;
use certs::identity::LeafIdentity;
use certs::key::KeyError;
use certs::pack::{PackError, PackSignature};
use certs::revocation::RevocationError;
use certs::root::RootCertificate;
use certs::signature::Signature;
use domain::directory::Level;
use domain::unit::{UnitId, Zone};
use jiff::Timestamp;
use jiff::civil::Date;
use prost::Message;
use proto::limits::PACK_BYTES_MAX;
use proto::pack::PackKind;
use proto::pack::directory::{district_of, name};
use proto::wire::directive::{Directive, Pack, PackSignature as WireSignature};
use runtime::revocation;
use runtime::sealing::{DIRECTORY_CONTEXT, SignerError, verify_directory};
use runtime::sql::{SqlError, Tx};

use crate::store::directive::{self, Stored};

/// Why a directive was not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DirectiveError {
    /// Not a directive, or a field of it is malformed.
    #[error("the directive cannot be read: {0}")]
    Unreadable(&'static str),
    /// Not signed by a pack key under every root that is pinned here.
    #[error(transparent)]
    Signature(#[from] PackError),
    /// A list of what a root took back, not by that root, or an older one.
    #[error(transparent)]
    Revocations(#[from] RevocationError),
    /// A district's own directory that its hub did not sign.
    #[error("not signed by the hub of its district: {0}")]
    District(#[from] SignerError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// A version of a district's own directory.
pub struct OwnDirectory<'a> {
    /// The district.
    pub area: &'a UnitId,
    /// Higher than the one before.
    pub serial: u64,
    /// First day in force.
    pub from: Date,
    /// Its text.
    pub content: Vec<u8>,
}

/// Signs a district's own directory as its hub.
///
/// # Errors
/// The key refused.
pub fn sign_own(own: OwnDirectory<'_>, identity: &LeafIdentity) -> Result<Vec<u8>, KeyError> {
    let pack = Pack {
        kind: PackKind::Directory.as_str().to_owned(),
        name: name(own.area, Level::Own),
        version: own.serial.to_string(),
        serial: own.serial,
        effective_from: own.from.to_string(),
        content: own.content,
    };
    let pack = pack.encode_to_vec();
    let signature = identity.key().sign(DIRECTORY_CONTEXT, &pack)?.to_bytes();
    let chain = identity.chain().iter().map(|der| der.to_vec()).collect();
    let signatures = vec![WireSignature { signature, chain }];
    Ok(Directive { pack, signatures }.encode_to_vec())
}

/// Verifies a directive and takes its description out; its cursor is set when it is stored.
///
/// # Errors
/// Unreadable, or not signed under every pinned root; a district's own directory, not by its hub; a
/// list of revocations, not by its root, or an older one than is known.
pub fn verify(
    bytes: &[u8],
    roots: &[RootCertificate],
    zone: &Zone,
    now: Timestamp,
) -> Result<Stored, DirectiveError> {
    let unreadable = DirectiveError::Unreadable;
    let directive = Directive::decode(bytes).map_err(|_| unreadable("no directive"))?;
    let pack = Pack::decode(directive.pack.as_slice()).map_err(|_| unreadable("no pack"))?;
    if pack.kind == revocation::KIND {
        // Only looked at: it is taken with the packs, once it is stored.
        let (list, root) = revocation::open(bytes, roots)?;
        root.is_new(&list)?;
        return Ok(described(pack, bytes));
    }
    let mut signatures = Vec::with_capacity(directive.signatures.len());
    for signed in directive.signatures {
        let signature =
            Signature::from_bytes(&signed.signature).map_err(|_| unreadable("signature"))?;
        signatures.push(PackSignature { signature, chain: signed.chain });
    }
    if pack.kind.is_empty() || pack.name.is_empty() || pack.serial == 0 {
        return Err(unreadable("kind, name or serial is missing"));
    }
    if pack.content.len() > PACK_BYTES_MAX {
        return Err(unreadable("the content is too large"));
    }
    let from = pack.effective_from.parse::<Date>().map_err(|_| unreadable("effective_from"))?;
    match district_of(&pack.kind, &pack.name) {
        Some(district) => {
            let signed = (directive.pack.as_slice(), signatures.as_slice());
            verify_directory(&Trust::new(roots.to_vec()), (&district, from), signed, now)?;
        }
        None => {
            certs::pack::verify(&directive.pack, &signatures, roots, zone, now)?;
        }
    }
    Ok(described(pack, bytes))
}

fn described(pack: Pack, bytes: &[u8]) -> Stored {
    Stored {
        cursor: 0,
        kind: pack.kind,
        name: pack.name,
        serial: pack.serial,
        version: pack.version,
        effective_from: pack.effective_from,
        content_digest: sha256(&pack.content).to_tagged(),
        directive: bytes.to_vec(),
    }
}

/// Stores a verified directive; says whether it is new.
///
/// A pack that is stored already and comes with more signatures replaces what is stored and goes
/// down once more: the second commission countersigned it, and units that pinned both roots take
/// no other. Its content and serial stay, so nothing else changes.
///
/// # Errors
/// The store cannot be written.
pub fn keep(tx: &Tx<'_>, verified: &Stored, now_ms: i64) -> Result<bool, SqlError> {
    let last = directive::last_serial(tx, &verified.kind, &verified.name)?;
    if last < verified.serial {
        return directive::insert(tx, verified, now_ms);
    }
    let known = directive::find(tx, (&verified.kind, &verified.name), verified.serial)?;
    match known {
        Some(known) if is_countersigned(&known.directive, &verified.directive) => {
            directive::replace(tx, &known, &verified.directive, now_ms)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Whether the second holds the very pack of the first, under more signatures.
fn is_countersigned(known: &[u8], new: &[u8]) -> bool {
    match (Directive::decode(known), Directive::decode(new)) {
        (Ok(known), Ok(new)) => {
            known.pack == new.pack && new.signatures.len() > known.signatures.len()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use certs::chain::ChainError;
    use certs::issuer::{IssuingAuthority, LeafRecord, Subtree};
    use certs::key::SigningKey;
    use certs::revocation::{Reason, RevocationList, RevokedKey, Thing};
    use certs::root::{Commission, RootAuthority};
    use certs::signature::KeyId;
    use domain::unit::{IdentityName, UnitKind};
    use jiff::civil::date;
    use runtime::sealing::Pins;
    use runtime::sql::Database;

    use super::*;
    use crate::packs::Packs;

    fn now() -> Timestamp {
        "2026-11-30T01:00:00Z".parse().expect("instant")
    }

    fn zone() -> Zone {
        "qd.example".parse().expect("zone")
    }

    fn root(commission: Commission) -> RootAuthority {
        let key = SigningKey::generate().expect("key");
        RootAuthority::create(commission, &zone(), key, now()).expect("root")
    }

    /// A district's hub under a root.
    fn district(root: &RootAuthority, id: &str) -> LeafIdentity {
        let unit: UnitId = id.parse().expect("unit");
        let key = SigningKey::generate().expect("key");
        let subtree = Subtree::District(unit.clone(), zone());
        let certificate = root.sign_issuer(&subtree, key.public(), now()).expect("authority");
        let authority = IssuingAuthority::open(&certificate, key).expect("authority");
        let key = SigningKey::generate().expect("key");
        let name = IdentityName::in_district(unit.clone(), &unit, zone());
        let record = LeafRecord { name, kind: UnitKind::District, key: key.public().clone() };
        let issued = authority.issue(&record, now()).expect("issue");
        LeafIdentity::new(&issued.chain, key).expect("identity")
    }

    /// What a district's hub signs for itself every hub takes, although health's root is pinned; by
    /// another hub, or with more signatures than one, it takes nothing.
    #[test]
    fn a_district_s_own_directory_bears_its_hub_s_signature() {
        let (education, health) = (root(Commission::Education), root(Commission::Health));
        let roots = [&education, &health].map(|root| root.certificate().clone());
        let [own, other] = ["370202", "370203"].map(|id| district(&education, id));
        let area: UnitId = "370202".parse().expect("unit");
        let signed = |by: &LeafIdentity| {
            let from = date(2026, 11, 30);
            let version = OwnDirectory { area: &area, serial: 3, from, content: b"x".to_vec() };
            sign_own(version, by).expect("signed")
        };
        let stored = verify(&signed(&own), &roots, &zone(), now()).expect("its own");
        assert_eq!((stored.name.as_str(), stored.serial), ("own-370202", 3));
        let by_other = verify(&signed(&other), &roots, &zone(), now());
        assert!(matches!(by_other, Err(DirectiveError::District(SignerError::OtherUnit))));
        let mut twice = Directive::decode(signed(&own).as_slice()).expect("directive");
        twice.signatures.extend(twice.signatures.clone());
        let twice = verify(&twice.encode_to_vec(), &roots, &zone(), now());
        assert!(matches!(twice, Err(DirectiveError::District(_))));
        // Dated before the theft it is believed no more either.
        revoking(&education, own.peer().key().id());
        let stolen = verify(&signed(&own), &roots, &zone(), now());
        let is_revoked = |error: DirectiveError| {
            matches!(error, DirectiveError::District(SignerError::Chain(ChainError::Revoked)))
        };
        assert!(stolen.is_err_and(is_revoked));
    }

    /// A list of what a root took back is taken with that root's signature alone, stored under a
    /// number that only rises, and asked from then on: a pack under a key of it is refused, here
    /// and in a process that opens the store anew.
    #[test]
    fn a_root_takes_a_pack_key_back() {
        let (education, health) = (root(Commission::Education), root(Commission::Health));
        let copies = || {
            [&education, &health]
                .map(|root| RootCertificate::from_der(root.certificate().der()).expect("root"))
        };
        let (roots, stolen) = (copies(), SigningKey::generate().expect("key"));
        let signed = |serial| pack(serial, &[(&education, &stolen), (&health, &stolen)]);
        assert!(verify(&signed(1), &roots, &zone(), now()).is_ok());
        let [first, second] = [1, 2].map(|_| revoking(&education, stolen.id()));
        let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
        let publish = |roots: &[RootCertificate], bytes: &[u8]| {
            let verified = verify(bytes, roots, &zone(), now())?;
            let kept: Result<bool, SqlError> =
                database.write("keep", move |tx| keep(tx, &verified, 1));
            let pins = Pins { roots: roots.to_vec(), zone: zone() };
            let today = date(2026, 11, 30);
            database.read(move |tx| Packs::load(tx, today, &pins)).expect("packs");
            Ok::<bool, DirectiveError>(kept?)
        };
        assert!(publish(&roots, &second).expect("list"));
        let older = publish(&roots, &first);
        assert!(matches!(older, Err(DirectiveError::Revocations(RevocationError::Older(2)))));
        let anew = copies();
        assert!(!publish(&anew, &second).expect("again"), "known to the store");
        for roots in [&roots, &anew] {
            let refused = verify(&signed(2), roots, &zone(), now());
            let revoked = PackError::Chain(ChainError::Revoked);
            let why = refused.map(drop).map_err(|error| format!("{error:?}"));
            assert_eq!(why, Err(format!("{:?}", DirectiveError::Signature(revoked))));
        }
        let stranger = revoking(&root(Commission::Education), stolen.id());
        let refused = verify(&stranger, &roots, &zone(), now());
        assert!(matches!(refused, Err(DirectiveError::Revocations(RevocationError::OtherRoot))));
    }

    /// The root's next list; its own machine knows it afterwards.
    fn revoking(root: &RootAuthority, key: KeyId) -> Vec<u8> {
        let (known, name) = (root.certificate().revocations(), "packs".to_owned());
        let reason = Reason::Stolen;
        let one = RevokedKey { key, thing: Thing::Packs, name, since: now(), reason };
        let about = (root.certificate(), now());
        let list = RevocationList::following(known.as_deref(), vec![one], about).expect("list");
        let bytes =
            revocation::directive(&list, root.certificate(), list.sign(root).expect("signed"));
        root.certificate().take_revocations(list).expect("new");
        bytes
    }

    /// A pack under keys of these roots.
    fn pack(serial: u64, by: &[(&RootAuthority, &SigningKey)]) -> Vec<u8> {
        let pack = Pack {
            kind: "divisions".to_owned(),
            name: "divisions".to_owned(),
            version: serial.to_string(),
            serial,
            effective_from: "2026-11-30".to_owned(),
            content: b"x".to_vec(),
        };
        let pack = pack.encode_to_vec();
        let sign = |(root, key): &(&RootAuthority, &SigningKey)| {
            let leaf = root.sign_pack_key(key.public(), now()).expect("certificate");
            let signed = certs::pack::sign(&pack, key, &[leaf]).expect("signed");
            WireSignature { signature: signed.signature.to_bytes(), chain: signed.chain }
        };
        let signatures = by.iter().map(sign).collect();
        Directive { pack: pack.clone(), signatures }.encode_to_vec()
    }
}
