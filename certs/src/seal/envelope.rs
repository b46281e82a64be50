//! A sealed content with its sender: who sealed it, to whom, and that nobody changed it.
//!
//! Sealing proves no sender, so what was sealed is signed outside, together with the header that
//! travels in the clear. The sender's own statement travels inside, so that a recipient needs no
//! directory. Whoever carries an envelope reads its header and nothing else.

use domain::digest::Digest;
use domain::unit::Zone;
use jiff::Timestamp;

use super::{CONTENT_BYTES_MAX, OVERHEAD_BYTES, SealError, Sealed, seal};
use crate::digest::sha256;
use crate::fields::{Malformed, Reader, Writer};
use crate::key::{KeyError, SigningKey};
use crate::root::RootCertificate;
use crate::signature::{SIGNATURE_BYTES, Signature, SignatureError};
use crate::statement::{
    self, Purpose, SignedStatement, StatedKey, StatementError, VerifiedStatement,
};

/// The PEM tag of an envelope.
pub const ENVELOPE_TAG: &str = "XINQIAO SEALED LIST";

/// Longest header in bytes.
pub const HEADER_BYTES_MAX: usize = 2_048;

/// What the signature is for; part of what is signed.
const CONTEXT: &str = "xinqiao-envelope-v1";
/// 2 since the signature covers the sender's statement.
const VERSION: u8 = 2;
const STATEMENT_BYTES_MAX: usize = 64 * 1024;

/// A sealed content, its clear header, its sender's statement and signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    header: Vec<u8>,
    sealed: Sealed,
    sender: SignedStatement,
    signature: Signature,
}

/// What is put into an envelope.
pub struct Contents<'a> {
    /// What everybody on the way may read; bound to the content.
    pub header: &'a [u8],
    /// What it is for; needed again to open it.
    pub info: &'a [u8],
    /// What only the recipient reads.
    pub content: &'a [u8],
}

/// Why an envelope was not made, read or believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// The bytes are no envelope of this version.
    #[error("not an envelope of this version")]
    Form,
    /// The header is too long.
    #[error("a header has at most {HEADER_BYTES_MAX} bytes")]
    Header,
    /// The content could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The sender's statement is not believed.
    #[error(transparent)]
    Sender(#[from] StatementError),
    /// The statement is for a key that may not send.
    #[error("the statement is not one of a sender")]
    Purpose,
    /// The header, the sealed content or the signature was altered.
    #[error("the sender's signature does not fit")]
    Signature(#[from] SignatureError),
    /// The key could not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<Malformed> for EnvelopeError {
    fn from(_: Malformed) -> Self {
        Self::Form
    }
}

impl Envelope {
    /// Seals and signs; the key must be the one of the sender's statement.
    ///
    /// # Errors
    /// A part is too long, the recipient's statement is for a key that signs, or the sender's is
    /// for another key.
    pub fn close(
        to: &VerifiedStatement,
        contents: &Contents<'_>,
        (key, sender): (&SigningKey, &SignedStatement),
    ) -> Result<Self, EnvelopeError> {
        if contents.header.len() > HEADER_BYTES_MAX {
            return Err(EnvelopeError::Header);
        }
        if sender.unverified()?.key != StatedKey::Signer(key.public().clone()) {
            return Err(EnvelopeError::Purpose);
        }
        let sealed = seal(to, contents.info, contents.header, contents.content)?;
        let signature = key.sign(CONTEXT, &signed_bytes(contents.header, &sealed, sender))?;
        let header = contents.header.to_vec();
        Ok(Self { header, sealed, sender: sender.clone(), signature })
    }

    /// What everybody on the way may read. Believe it only once [`Envelope::sender`] held.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// What the recipient opens, with the header as what travels beside it.
    #[must_use]
    pub const fn sealed(&self) -> &Sealed {
        &self.sealed
    }

    /// The digest of what was signed: a second copy has the same.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&signed_bytes(&self.header, &self.sealed, &self.sender))
    }

    /// Who sent it: the statement holds now and its key signed header and content.
    ///
    /// # Errors
    /// The statement is not believed, is none of a sender, or something was altered.
    pub fn sender(
        &self,
        roots: &[RootCertificate],
        zone: &Zone,
        now: Timestamp,
    ) -> Result<VerifiedStatement, EnvelopeError> {
        let verified = statement::verify(&self.sender, roots, zone, now)?;
        let stated = verified.statement();
        let StatedKey::Signer(key) = &stated.key else {
            return Err(EnvelopeError::Purpose);
        };
        if stated.purpose != Purpose::ListSender {
            return Err(EnvelopeError::Purpose);
        }
        let signed = signed_bytes(&self.header, &self.sealed, &self.sender);
        key.verify(CONTEXT, &signed, &self.signature)?;
        Ok(verified)
    }

    /// The envelope as text, for a file or a mail.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode(&pem::Pem::new(ENVELOPE_TAG, self.to_bytes()))
    }

    /// Reads the one envelope of a text. Nothing is verified.
    ///
    /// # Errors
    /// No envelope, several, or a damaged one.
    pub fn from_pem(text: &[u8]) -> Result<Self, EnvelopeError> {
        if text.len() > 2 * (CONTENT_BYTES_MAX + STATEMENT_BYTES_MAX) {
            return Err(EnvelopeError::Form);
        }
        let blocks = pem::parse_many(text).map_err(|_| EnvelopeError::Form)?;
        let mut ours = blocks.iter().filter(|block| block.tag() == ENVELOPE_TAG);
        match (ours.next(), ours.next()) {
            (Some(block), None) => Self::from_bytes(block.contents()),
            _ => Err(EnvelopeError::Form),
        }
    }

    /// The envelope as it is stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = Writer::default().byte(VERSION).field(&self.header).field(self.sealed.bytes());
        head.field(self.sender.to_pem().as_bytes()).field(&self.signature.to_bytes()).finish()
    }

    /// Reads the stored form. Nothing is verified.
    ///
    /// # Errors
    /// The bytes are no envelope of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != VERSION {
            return Err(EnvelopeError::Form);
        }
        let header = reader.field(HEADER_BYTES_MAX)?.to_vec();
        let sealed = reader.field(CONTENT_BYTES_MAX + OVERHEAD_BYTES)?.to_vec();
        let sender = SignedStatement::from_pem(reader.field(STATEMENT_BYTES_MAX)?)
            .map_err(|_| EnvelopeError::Form)?;
        let signature = Signature::from_bytes(reader.field(SIGNATURE_BYTES)?)
            .map_err(|_| EnvelopeError::Form)?;
        reader.finish()?;
        Ok(Self { header, sealed: Sealed::from_bytes(sealed)?, sender, signature })
    }
}

/// What the sender signs. The statement is part of it: who is stated for another's public key could
/// put the own name on what the other sent.
fn signed_bytes(header: &[u8], sealed: &Sealed, sender: &SignedStatement) -> Vec<u8> {
    let stated = sender.digest().to_tagged();
    Writer::default().byte(VERSION).field(header).field(sealed.bytes()).field(&stated).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::{Commission, RootAuthority};
    use crate::seal::EnvelopeKey;
    use crate::testing::{days, key, now, root, signed, statement_of, unit, zone};

    const CONTENTS: Contents<'static> =
        Contents { header: b"from MZJ", info: b"list", content: b"names" };

    fn sent() -> (Envelope, EnvelopeKey, RootCertificate) {
        let (envelope, school, [root]) = sent_in();
        (envelope, school, root.certificate().clone())
    }

    fn sent_in() -> (Envelope, EnvelopeKey, [RootAuthority; 1]) {
        let roots = [root(Commission::Education)];
        let school = EnvelopeKey::generate(unit("3702000042"), Purpose::List).expect("key");
        let to = crate::testing::stated(&roots, &school);
        let own = key();
        let stated = StatedKey::Signer(own.public().clone());
        let sender = signed(&roots, &statement_of(unit("MZJ"), Purpose::ListSender, stated));
        let envelope = Envelope::close(&to, &CONTENTS, (&own, &sender)).expect("close");
        (envelope, school, roots)
    }

    /// What was sent is read back from text, names its sender, and opens for its recipient.
    #[test]
    fn an_envelope_names_its_sender() {
        let (envelope, school, pin) = sent();
        let read = Envelope::from_pem(envelope.to_pem().as_bytes()).expect("read");
        assert_eq!(read, envelope);
        assert_eq!(read.digest(), envelope.digest());
        let sender = read.sender(std::slice::from_ref(&pin), &zone(), now()).expect("sender");
        assert_eq!(sender.statement().unit, unit("MZJ"));
        let opened = school.open(read.sealed(), b"list", read.header()).expect("opened");
        assert_eq!(opened.as_slice(), b"names");
        let late = read.sender(&[pin], &zone(), now() + days(365));
        assert!(matches!(late, Err(EnvelopeError::Sender(StatementError::Ended(_)))));
        let stranger = [root(Commission::Education).certificate().clone()];
        assert!(matches!(
            read.sender(&stranger, &zone(), now()),
            Err(EnvelopeError::Sender(StatementError::Signature(_)))
        ));
    }

    /// An altered header or content, another key than the statement's, and a picture are refused.
    #[test]
    fn an_altered_envelope_is_refused() {
        let (envelope, _, [root_of]) = sent_in();
        let pin = root_of.certificate().clone();
        let check = |envelope: &Envelope| {
            envelope.sender(std::slice::from_ref(&pin), &zone(), now()).map(drop)
        };
        let other = Envelope { header: b"from CLQ".to_vec(), ..envelope.clone() };
        assert!(matches!(check(&other), Err(EnvelopeError::Signature(_))));
        let (swapped, ..) = sent();
        let swapped = Envelope { sealed: swapped.sealed, ..envelope.clone() };
        assert!(matches!(check(&swapped), Err(EnvelopeError::Signature(_))));
        // Another unit that has itself stated for the same key is not the sender.
        let stated = envelope.sender.unverified().expect("statement").key;
        let posed = statement_of(unit("CLQ"), Purpose::ListSender, stated);
        let posed = signed(std::slice::from_ref(&root_of), &posed);
        let posed = Envelope { sender: posed, ..envelope.clone() };
        assert!(matches!(check(&posed), Err(EnvelopeError::Signature(_))));
        assert_ne!(posed.digest(), envelope.digest());
        let bytes = envelope.to_bytes();
        for cut in [0, 1, 20, 1_000, bytes.len() - 1] {
            assert!(Envelope::from_bytes(&bytes[..cut]).is_err(), "{cut}");
        }
        for wrong in [b"\x89PNG\r\n\x1a\n".as_slice(), b"", b"a,b\n1,2\n"] {
            assert!(matches!(Envelope::from_pem(wrong), Err(EnvelopeError::Form)));
        }
        let roots = [root(Commission::Education)];
        let school = EnvelopeKey::generate(unit("3702000042"), Purpose::List).expect("key");
        let to = crate::testing::stated(&roots, &school);
        let stated = StatedKey::Signer(key().public().clone());
        let sender = signed(&roots, &statement_of(unit("MZJ"), Purpose::ListSender, stated));
        let posed = Envelope::close(&to, &CONTENTS, (&key(), &sender));
        assert!(matches!(posed, Err(EnvelopeError::Purpose)));
    }
}
