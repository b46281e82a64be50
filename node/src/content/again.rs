//! What two sides say to each other about a letter that nobody could believe when it was opened,
//! since the certificate of who signed it had ended: whoever opened it asks, and who is named as
//! its sender says whether it is its own. A school says in the same form which answers it has:
//! older receivers read that and do nothing. Only digests travel, nothing of what a letter says.

use domain::digest::Digest;
use zeroize::Zeroizing;

use super::bytes::{Reader, Writer};
use super::{ContentError, VERSION, opened};

/// What stands behind the version.
const KIND: u8 = 50;

/// Digests of one kind that one content names at most.
pub const DIGESTS_MAX: usize = 32;

/// Envelopes by the digest of what was signed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AgainContent {
    /// Put aside by who sends this: are they yours?
    pub asked: Vec<Digest>,
    /// Of a receiver, which was asked: it signed them. Of a school: it has these answers of whoever
    /// gets this.
    pub own: Vec<Digest>,
    /// Asked of who sends this: it never signed them.
    pub not_own: Vec<Digest>,
}

impl AgainContent {
    /// The bytes that are sealed.
    ///
    /// # Errors
    /// More digests than a content carries.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, ContentError> {
        let mut to = Writer::new();
        to.byte(VERSION)?;
        to.byte(KIND)?;
        for some in [&self.asked, &self.own, &self.not_own] {
            to.list((some, DIGESTS_MAX), |to, digest| to.digest(*digest))?;
        }
        Ok(to.finish())
    }

    /// Reads what was opened.
    ///
    /// # Errors
    /// The bytes are no such content of this version.
    pub fn read(bytes: &[u8]) -> Result<Self, ContentError> {
        let mut from = opened(bytes, KIND)?;
        let asked = from.list(DIGESTS_MAX, Reader::digest)?;
        let own = from.list(DIGESTS_MAX, Reader::digest)?;
        let not_own = from.list(DIGESTS_MAX, Reader::digest)?;
        from.finish()?;
        Ok(Self { asked, own, not_own })
    }
}

#[cfg(test)]
mod tests {
    use certs::digest::sha256;

    use super::*;

    /// What is written is read, and nothing that is cut, longer or of another kind is.
    #[test]
    fn what_is_asked_again_has_one_form() {
        let digest = |text: &str| sha256(text.as_bytes());
        let said = AgainContent {
            asked: vec![digest("a")],
            own: vec![digest("b"), digest("c")],
            not_own: Vec::new(),
        };
        let bytes = said.write().expect("written");
        assert!(AgainContent::read(&bytes).expect("read") == said);
        for cut in 0..bytes.len() {
            assert!(AgainContent::read(&bytes[..cut]).is_err(), "{cut}");
        }
        assert!(AgainContent::read(&[bytes.as_slice(), b"x"].concat()).is_err());
        assert!(super::super::AnswerContent::read(&bytes).is_err());
        let many = AgainContent { asked: vec![digest("a"); DIGESTS_MAX + 1], ..said };
        assert!(matches!(many.write(), Err(ContentError::Long)));
    }
}
