//! The only crate that touches key material.
//!
//! Identities, invites, issuing, revocation, TLS configurations, signatures, packs and wrapped
//! keys. Everything that is stored or sent carries an algorithm byte, so that SM2, SM3 and SM4
//! can be added here and nowhere else. Secrets have no `Debug`, are wiped when dropped, and leave
//! this crate only in the few functions whose name says so. Nothing here reads a clock or stores
//! anything but a key file: the time is an argument, in a TLS configuration a [`tls::TlsClock`].
//!
//! | module | what it is |
//! |---|---|
//! | [`digest`] | SHA-256, the keyed function behind rounding, random bytes |
//! | [`key`], [`signature`] | a unit's P-256 key, its public half, domain-separated signatures |
//! | [`merkle`] | one signature for a batch: root and inclusion paths |
//! | [`root`], [`issuer`], [`crl`] | the authorities: roots, issuing authorities, revocation |
//! | [`revocation`] | what a root takes back: authorities, pack and statement keys, units' keys |
//! | [`csr`] | a request, of which only the public key is ever used |
//! | [`chain`], [`identity`] | judging a chain; who a certificate speaks for |
//! | [`tls`] | configurations for both sides, the exporter, why a handshake failed |
//! | [`invite`], [`renewal`] | the one line that lets a unit join; renewal after expiry |
//! | [`words`], [`recovery`] | fingerprints to read out; a key on paper |
//! | [`pack`], [`keywrap`] | packs signed under every root; a data key under another key |
//! | [`countersign`] | what packs and key statements have in common: a signature under each root |
//! | [`document`] | what the certificate of such a key says that it signs |
//! | [`sealed_file`] | files of any length under one key, as in a backup |
//! | [`seal`], [`statement`] | sealing to one recipient; who vouches that a key is whose |
//! | [`referral`] | a referral or an answer in its envelope, whose it is, and its parts |
//! | [`letter`] | one hop's wrapping of a part: all alike, opened and wrapped anew by a relay |
//! | [`onetime`] | codes of an authenticator app and of a printed sheet |
//! | [`aggregate`] | sealed sums: halves of a report, their verification, sums that open |
//! | [`noise`] | the words from which a publication draws its noise, always the same |
//! | [`keyfile`] | the file of an offline authority's key, under a passphrase |

pub mod aggregate;
pub mod chain;
pub mod countersign;
pub mod crl;
pub mod csr;
pub mod digest;
pub mod document;
mod file;
pub mod identity;
pub mod invite;
pub mod issuer;
pub mod key;
pub mod keyfile;
pub mod keywrap;
pub mod letter;
pub mod merkle;
pub mod noise;
pub mod onetime;
pub mod pack;
pub mod recovery;
pub mod referral;
pub mod renewal;
pub mod revocation;
pub mod root;
pub mod seal;
pub mod sealed_file;
pub mod serial;
pub mod signature;
pub mod statement;
pub mod tls;
pub mod words;

mod base32;
mod codes;
mod fields;
mod low_s;
mod template;
#[cfg(test)]
mod testing;
