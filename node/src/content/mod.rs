//! What a referral and an answer say, in bytes: one form that both sides write and read.
//!
//! A content is what is sealed inside an envelope, for one recipient alone. It names a child, so
//! nothing here has `Debug`. The form is versioned and bounded, and has one reading: what is read
//! and written again is the same bytes, so that the page that shows what will be sealed shows those
//! bytes and nothing beside them. Words of closed lists travel as they are stored; one of a later
//! version is refused by the name of its list. Nothing of a talk, of a session or of an answer to
//! an item has a field here.

mod again;
mod answer;
mod bytes;
pub mod card;
pub(crate) mod neighbour;
mod referral;
#[cfg(test)]
pub(crate) mod tests;
mod transfer;

pub use again::{AgainContent, DIGESTS_MAX};
pub use answer::{AnswerContent, Answered, Kept, Outcome, Summary};
pub use bytes::TEXT_BYTES_MAX;
pub use neighbour::{
    HandOffContent, Notice, NoticeId, Reply, ReplyContent, ReportContent, TipContent,
};
pub use referral::{ConsentSaid, Contact, EmergencySaid, GroundSaid, ReferralContent, ReferralId};
#[cfg(test)]
pub(crate) use transfer::tests::offer as transfer_offer;
pub use transfer::{CARE, Care, FromNew, FromOld, TransferId, TransferOffer, TransferSaid};

/// Version of the form.
const VERSION: u8 = 1;

/// Why a content was not written, read, or is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// The bytes are no content of this version.
    #[error("not a content of this version")]
    Form,
    /// A version of this form that is not known here.
    #[error("version {0} of a content is not known here")]
    Version(u8),
    /// A word of a later version.
    #[error("a word of {0} is not known to this version")]
    Unknown(&'static str),
    /// A text or a list is longer than one content carries.
    #[error("a text or a list is too long to travel")]
    Long,
    /// The content says another thing than the header that was signed with it.
    #[error("the content does not fit the header")]
    Header,
    /// It holds a kind of data that its consent does not let out.
    #[error("the content holds what the consent does not let out")]
    Unconsented,
}

/// Reads version and kind, which stand in front of every content.
fn opened(content: &[u8], kind: u8) -> Result<bytes::Reader<'_>, ContentError> {
    let mut reader = bytes::Reader::new(content);
    match reader.byte()? {
        VERSION => {}
        other => return Err(ContentError::Version(other)),
    }
    if reader.byte()? == kind { Ok(reader) } else { Err(ContentError::Form) }
}
