//! Frames and answers as bytes: encoded once, then stored, digested and sent as they are.

use prost::Message;

use crate::limits::FRAME_BYTES_MAX;
use crate::wire::sync::{AnswerBody, Frame, ItemKind, Lane, Outcome, SignedItem};

/// Length of an epoch's name in bytes.
pub const EPOCH_BYTES: usize = 16;

/// Name of a run of contiguous sequences.
pub type Epoch = [u8; EPOCH_BYTES];

/// Why bytes are not a frame or an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// Larger than a frame may be.
    #[error("a frame has at most {FRAME_BYTES_MAX} bytes")]
    TooLarge,
    /// Not a message of this kind.
    #[error("the message cannot be read")]
    Unreadable,
    /// A field that must be set is not, or has another length.
    #[error("field {0} is missing or malformed")]
    Field(&'static str),
}

/// A frame that was read, with its signed item still as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenFrame {
    /// Epoch.
    pub epoch: Epoch,
    /// Lane.
    pub lane: Lane,
    /// Sequence, from 1.
    pub sequence: u64,
    /// Tagged digest of the frame before; empty for the first.
    pub previous: Vec<u8>,
    /// What was signed, and by whom; or why that cannot be read, which is no reason to have the
    /// lane wait.
    pub item: Result<OpenItem, FrameError>,
}

/// A signed item that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItem {
    /// What the body is.
    pub kind: ItemKind,
    /// The signed bytes.
    pub body: Vec<u8>,
    /// Tagged signature; empty where the body carries its own.
    pub signature: Vec<u8>,
    /// Certificates of the signer, leaf first; empty while the sender of the frame is the signer.
    pub chain: Vec<Vec<u8>>,
    /// Unit that handed a letter in; empty while it is the sender of the frame, and of all else.
    pub from: String,
}

/// Encodes a signed item, as its signer sends it.
#[must_use]
pub fn encode_item(kind: ItemKind, body: Vec<u8>, signature: Vec<u8>) -> Vec<u8> {
    SignedItem { kind: kind.into(), body, signature, ..SignedItem::default() }.encode_to_vec()
}

/// Encodes an addressed item for its further way: the same body and signature, and by whom it is
/// signed.
#[must_use]
pub fn encode_relayed(item: &OpenItem, chain: Vec<Vec<u8>>) -> Vec<u8> {
    let (body, signature) = (item.body.clone(), item.signature.clone());
    let kind = item.kind.into();
    SignedItem { kind, body, signature, chain, ..SignedItem::default() }.encode_to_vec()
}

/// Encodes a letter for its further way up: its bytes, and which unit handed it in.
#[must_use]
pub fn encode_letter(letter: Vec<u8>, from: &str) -> Vec<u8> {
    let (kind, from) = (ItemKind::Letter.into(), from.to_owned());
    SignedItem { kind, body: letter, from, ..SignedItem::default() }.encode_to_vec()
}

/// Reads a signed item.
///
/// # Errors
/// Bytes that are not one, or an unspecified kind.
pub fn decode_item(bytes: &[u8]) -> Result<OpenItem, FrameError> {
    let item = SignedItem::decode(bytes).map_err(|_| FrameError::Unreadable)?;
    let kind = match item.kind() {
        ItemKind::Unspecified => return Err(FrameError::Field("kind")),
        kind => kind,
    };
    let SignedItem { body, signature, chain, from, .. } = item;
    Ok(OpenItem { kind, body, signature, chain, from })
}

/// The number of a signed item's kind, whether or not this version knows it; zero for bytes that
/// are no signed item.
#[must_use]
pub fn kind_number(bytes: &[u8]) -> u32 {
    let item = SignedItem::decode(bytes).unwrap_or_default();
    u32::try_from(item.kind).unwrap_or_default()
}

/// Puts an item into its place in a lane.
#[must_use]
pub fn encode_frame(
    epoch: &Epoch,
    lane: Lane,
    sequence: u64,
    previous: &[u8],
    item: &[u8],
) -> Vec<u8> {
    Frame {
        epoch: epoch.to_vec(),
        lane: lane.into(),
        sequence,
        previous: previous.to_vec(),
        item: item.to_vec(),
    }
    .encode_to_vec()
}

/// Reads a frame and the item in it.
///
/// # Errors
/// Too large, unreadable, or a field of the frame that is missing.
pub fn decode_frame(bytes: &[u8]) -> Result<OpenFrame, FrameError> {
    if bytes.len() > FRAME_BYTES_MAX {
        return Err(FrameError::TooLarge);
    }
    let frame = Frame::decode(bytes).map_err(|_| FrameError::Unreadable)?;
    let lane = match frame.lane() {
        Lane::Unspecified => return Err(FrameError::Field("lane")),
        lane => lane,
    };
    if frame.sequence == 0 || i64::try_from(frame.sequence).is_err() {
        return Err(FrameError::Field("sequence"));
    }
    if frame.sequence == 1 && !frame.previous.is_empty() {
        return Err(FrameError::Field("previous"));
    }
    Ok(OpenFrame {
        epoch: epoch(&frame.epoch)?,
        lane,
        sequence: frame.sequence,
        previous: frame.previous,
        item: decode_item(&frame.item),
    })
}

/// Reads an epoch's name.
///
/// # Errors
/// Another length than 16 bytes.
pub fn epoch(bytes: &[u8]) -> Result<Epoch, FrameError> {
    bytes.try_into().map_err(|_| FrameError::Field("epoch"))
}

/// Encodes an answer's body: the leaf of the Merkle tree that the hub signs.
#[must_use]
pub fn encode_answer(body: &AnswerBody) -> Vec<u8> {
    body.encode_to_vec()
}

/// Reads an answer's body.
///
/// # Errors
/// Bytes that are not one, or one without outcome or lane.
pub fn decode_answer(bytes: &[u8]) -> Result<AnswerBody, FrameError> {
    let body = AnswerBody::decode(bytes).map_err(|_| FrameError::Unreadable)?;
    if body.outcome() == Outcome::Unspecified {
        return Err(FrameError::Field("outcome"));
    }
    if body.lane() == Lane::Unspecified {
        return Err(FrameError::Field("lane"));
    }
    Ok(body)
}

/// Separates signatures over releases from all others.
pub const RELEASE_CONTEXT: &str = "xinqiao-release-v1";

/// Separates signatures over sealed reports from all others.
pub const SEALED_REPORT_CONTEXT: &str = "xinqiao-sealed-report-v1";

/// Separates signatures of schools' report keys from all others.
pub const REPORT_KEY_CONTEXT: &str = "xinqiao-report-key-v1";

/// Separates the two hubs' signatures over verdicts from all others.
pub const VERDICT_CONTEXT: &str = "xinqiao-sealed-verdict-v1";

/// Separates the two hubs' signatures over records of openings from all others.
pub const OPENING_CONTEXT: &str = "xinqiao-opening-v2";

/// Separates a hub's signatures over school years that it closed from all others.
pub const YEAR_CLOSED_CONTEXT: &str = "xinqiao-year-closed-v1";

/// Separates signatures over batches of answers from all others.
pub const ANSWERS_CONTEXT: &str = "xinqiao-answers-v1";

/// Separates signatures over packs from all others.
pub const PACK_CONTEXT: &str = "xinqiao-pack-v1";

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Vec<u8> {
        encode_item(ItemKind::Release, vec![1, 2], vec![3])
    }

    /// A frame is read as it was built.
    #[test]
    fn a_frame_is_read_as_it_was_built() {
        let bytes = encode_frame(&[7; 16], Lane::Statistics, 2, &[9; 33], &item());
        let frame = decode_frame(&bytes).expect("frame");
        assert_eq!((frame.epoch, frame.lane, frame.sequence), ([7; 16], Lane::Statistics, 2));
        assert_eq!(frame.item.expect("item").body, [1, 2]);
    }

    /// An item of a later version has its place in the lane all the same.
    #[test]
    fn a_frame_with_an_item_of_a_later_kind_is_read() {
        let later = SignedItem { kind: 99, body: vec![1], ..SignedItem::default() }.encode_to_vec();
        let bytes = encode_frame(&[7; 16], Lane::Statistics, 2, &[9; 33], &later);
        let frame = decode_frame(&bytes).expect("frame");
        assert_eq!((frame.sequence, frame.item), (2, Err(FrameError::Field("kind"))));
        assert_eq!((kind_number(&later), kind_number(&[0xff; 9])), (99, 0));
    }

    /// Zero and unspecified values are never taken for something.
    #[test]
    fn frames_with_unset_fields_are_refused() {
        let refused = |frame: Vec<u8>| decode_frame(&frame).expect_err("must be refused");
        let (lane, first) = (Lane::Statistics, &[][..]);
        assert_eq!(
            refused(encode_frame(&[7; 16], lane, 0, first, &item())),
            FrameError::Field("sequence")
        );
        assert_eq!(
            refused(encode_frame(&[7; 16], Lane::Unspecified, 1, first, &item())),
            FrameError::Field("lane")
        );
        assert_eq!(
            refused(encode_frame(&[7; 16], lane, 1, &[1; 33], &item())),
            FrameError::Field("previous")
        );
        assert_eq!(refused(vec![0xff; 40]), FrameError::Unreadable);
        assert_eq!(refused(vec![0; FRAME_BYTES_MAX + 1]), FrameError::TooLarge);
    }
}
