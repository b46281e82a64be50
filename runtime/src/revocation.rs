//! A root's list of revocations on its way: a directive of a kind of its own.
//!
//! It bears the root's own signature and no other, because a list that needed both commissions
//! would not come on the day of a theft, and a list takes back only what stands under its own root.
//! Everything beside the list follows from the list, so that one list is one directive.

use certs::revocation::{RevocationError, RevocationList};
use certs::root::{Commission, RootCertificate};
use jiff::Timestamp;
use prost::Message as _;
use proto::wire::directive::{Directive, Pack};

use crate::clock::date_of;

/// The kind of such a directive; no pack that both commissions sign has it.
pub const KIND: &str = "revocations";

/// Digits of the root's digest in a name: a city's next root of a commission counts from one again.
const DIGEST_DIGITS: usize = 16;

/// The name under which a root's lists follow each other.
#[must_use]
pub fn name_of(root: &RootCertificate) -> String {
    let digits = domain::digest::hex(root.digest().bytes());
    let digits: String = digits.chars().take(DIGEST_DIGITS).collect();
    format!("{}-{digits}", root.commission().map_or("root", Commission::as_str))
}

/// The directive of a list and its signed form.
#[must_use]
pub fn directive(list: &RevocationList, root: &RootCertificate, signed: Vec<u8>) -> Vec<u8> {
    let pack = pack(list, root, signed).encode_to_vec();
    Directive { pack, signatures: Vec::new() }.encode_to_vec()
}

fn pack(list: &RevocationList, root: &RootCertificate, signed: Vec<u8>) -> Pack {
    Pack {
        kind: KIND.to_owned(),
        name: name_of(root),
        version: list.number().to_string(),
        serial: list.number(),
        effective_from: date_of(list.signed_at()).to_string(),
        content: signed,
    }
}

/// Reads a directive of this kind and the root of these that signed its list; nothing is taken.
///
/// # Errors
/// No such directive, or not signed by one of these roots.
pub fn open<'r>(
    bytes: &[u8],
    roots: &'r [RootCertificate],
) -> Result<(RevocationList, &'r RootCertificate), RevocationError> {
    let read = Directive::decode(bytes).map_err(|_| RevocationError::Form)?;
    let sent = Pack::decode(read.pack.as_slice()).map_err(|_| RevocationError::Form)?;
    let (list, root) = RevocationList::verify(&sent.content, roots)?;
    let expected = pack(&list, root, sent.content).encode_to_vec();
    if !read.signatures.is_empty() || read.pack != expected {
        return Err(RevocationError::Form);
    }
    Ok((list, root))
}

/// Takes the lists of a store into the roots that are pinned, in the order in which they were
/// stored. What cannot be taken is named in the log and changes nothing: it was taken once, so the
/// list that counts is among the others.
pub fn take_stored<'b>(directives: impl IntoIterator<Item = &'b [u8]>, roots: &[RootCertificate]) {
    for bytes in directives {
        let taken = open(bytes, roots).and_then(|(list, root)| root.take_revocations(list));
        match taken {
            // A store keeps the lists before the latest; a copy of a root may know more already.
            Ok(_) | Err(RevocationError::Older(_)) => {}
            Err(error) => tracing::error!(%error, "stored list of revocations not used"),
        }
    }
}

/// Whether a directive that was stored stands under some root no more, because that root took back
/// every key under it that signed. What is in force stays all the same; it is named, until the
/// commission signs it again.
#[must_use]
pub fn has_lost_signer(directive: &[u8], roots: &[RootCertificate], now: Timestamp) -> bool {
    let Ok(read) = Directive::decode(directive) else { return false };
    roots.iter().any(|root| {
        let below = read.signatures.iter().filter(|one| root.certified(&one.chain).is_some());
        let (gone, good): (Vec<_>, Vec<_>) = below.partition(|one| root.revokes(&one.chain, now));
        !gone.is_empty() && good.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use certs::key::SigningKey;
    use certs::revocation::{Reason, RevokedKey, Thing};
    use certs::root::RootAuthority;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-30T01:00:00Z".parse().expect("instant")
    }

    fn root(commission: Commission) -> RootAuthority {
        let zone = "qd.example".parse().expect("zone");
        RootAuthority::create(commission, &zone, SigningKey::generate().expect("key"), now())
            .expect("root")
    }

    fn copy(root: &RootAuthority) -> RootCertificate {
        RootCertificate::from_der(root.certificate().der()).expect("root")
    }

    /// The root's next list, as its ceremony would write it.
    fn next(root: &RootAuthority) -> Vec<u8> {
        let known = root.certificate().revocations();
        let one = RevokedKey {
            key: SigningKey::generate().expect("key").id(),
            thing: Thing::Packs,
            name: "packs".to_owned(),
            since: now(),
            reason: Reason::Lost,
        };
        let about = (root.certificate(), now());
        let list = RevocationList::following(known.as_deref(), vec![one], about).expect("list");
        let signed = list.sign(root).expect("signed");
        let directive = directive(&list, root.certificate(), signed);
        assert!(root.certificate().take_revocations(list).expect("new"));
        directive
    }

    /// A list comes as one directive and no other: with another name, date, version or signature
    /// beside it nothing is read.
    #[test]
    fn a_list_is_one_directive() {
        let education = root(Commission::Education);
        let bytes = next(&education);
        let roots = [copy(&education)];
        let (list, of) = open(&bytes, &roots).expect("list");
        assert_eq!((list.number(), of), (1, education.certificate()));
        assert!(name_of(of).starts_with("education-"));
        let sent = Directive::decode(bytes.as_slice()).expect("directive");
        let pack = Pack::decode(sent.pack.as_slice()).expect("pack");
        let others = [
            Pack { kind: "calendar".to_owned(), ..pack.clone() },
            Pack { name: "education".to_owned(), ..pack.clone() },
            Pack { serial: 7, ..pack.clone() },
            Pack { version: "7".to_owned(), ..pack.clone() },
            Pack { effective_from: "2030-01-01".to_owned(), ..pack },
        ];
        for other in others {
            let changed = Directive { pack: other.encode_to_vec(), signatures: Vec::new() };
            assert!(open(&changed.encode_to_vec(), &roots).is_err(), "{other:?}");
        }
        let mut beside = sent;
        beside.signatures.push(proto::wire::directive::PackSignature::default());
        assert!(open(&beside.encode_to_vec(), &roots).is_err());
        assert!(open(&bytes, &[copy(&root(Commission::Education))]).is_err(), "another city");
    }

    /// What a store holds is taken in any order and again; another root's list and bytes that are
    /// none change nothing.
    #[test]
    fn a_store_is_taken_as_it_is() {
        let (education, health) = (root(Commission::Education), root(Commission::Health));
        let (first, second) = (next(&education), next(&education));
        let roots = [copy(&education)];
        take_stored([b"noise".as_slice(), next(&health).as_slice()], &roots);
        assert!(roots[0].revocations().is_none());
        for order in [[&first, &second], [&second, &first]] {
            take_stored(order.map(Vec::as_slice), &roots);
            assert_eq!(roots[0].revocations().expect("list").number(), 2);
        }
    }
}
