//! A link in a file: what a unit without a network would say to its parent, and what the parent
//! said to that, carried by hand.
//!
//! A file holds the very frames that a connection would carry, so both ways can be mixed and a file
//! can be taken twice: what came already is answered as it was then, and what is answered already
//! is left alone. The parent's word on where to start counts only for the file that was made last;
//! all else in an old file is known, or comes again.

use certs::chain::Trust;
use certs::digest::sha256;
use certs::identity::{LeafIdentity, PeerIdentity};
use certs::key::KeyError;
use certs::signature::Signature;
use domain::digest::{Digest, hex};
use domain::unit::Zone;
use jiff::Timestamp;
use prost::Message as _;
use proto::bundle::{
    BundleFormatError, HUB_BUNDLE_CONTEXT, MEMBER_BUNDLE_CONTEXT, decode_bundle, decode_bundle_body,
};
use proto::frame::Epoch;
use proto::wire::sync::link_request::Part as Ask;
use proto::wire::sync::link_response::Part as Said;
use proto::wire::sync::{Bundle, BundleBody, HelloRequest, HelloResponse, Lane, LinkRequest};

use super::driver::{Uplink, UplinkError};
use super::{BUNDLE_FROM, BUNDLE_MADE, CONFLICT, LAST_CONTACT, link, notes, outbox, push};
use crate::sql::{SqlError, Tx};

/// Frames of one lane that a file takes; what is left goes with the next one.
const FRAMES_MAX: u32 = 1_000;
/// Bytes of frames that a file takes.
const FRAMES_BYTES_MAX: usize = 48 * 1024 * 1024;

/// Why a file was not made or not taken. What was there before stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Not a bundle.
    #[error(transparent)]
    Format(#[from] BundleFormatError),
    /// Not signed by whom it would have to be.
    #[error("the file is not signed by a unit that may write it")]
    Signer,
    /// Written for another unit.
    #[error("the file is for another unit")]
    Addressee,
    /// It could not be signed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Our own store.
    #[error(transparent)]
    Store(#[from] SqlError),
    /// What it says could not be kept or believed.
    #[error(transparent)]
    Link(#[from] UplinkError),
}

impl BundleError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Format(_) => "BUNDLE_UNREADABLE",
            Self::Signer => "BUNDLE_SIGNER",
            Self::Addressee => "BUNDLE_ADDRESSEE",
            Self::Key(_) | Self::Store(_) | Self::Link(_) => "BUNDLE_FAILED",
        }
    }
}

/// A file that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Frames in it.
    pub frames: usize,
    /// Whether all that waits is in it.
    pub is_all: bool,
}

/// What a parent's file brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// Answers to frames.
    pub answers: usize,
    /// Directives.
    pub directives: usize,
    /// Items for this unit or one below it.
    pub addressed: usize,
    /// Whether a new run of sequences began, so that another file is to be made.
    pub starts_anew: bool,
}

/// A file whose signature holds.
#[derive(Debug)]
pub struct Opened {
    /// Who wrote it.
    pub writer: PeerIdentity,
    /// The writer's certificates, leaf first.
    pub chain: Vec<Vec<u8>>,
    /// What it says.
    pub body: BundleBody,
    /// Digest of what was signed.
    pub digest: Digest,
}

/// Reads a file and finds out who signed it. Certificates are judged as of their last valid
/// instant, as of all that others pass on: a file may lie in a drawer over a summer.
///
/// # Errors
/// It is no bundle, or its signature does not hold.
pub fn open(
    bytes: &[u8],
    context: &str,
    (trust, zone, now): (&Trust, &Zone, Timestamp),
) -> Result<Opened, BundleError> {
    let Bundle { body: signed, signature, chain } = decode_bundle(bytes)?;
    let writer = trust.identify_signer(&chain, zone, now).map_err(|_| BundleError::Signer)?;
    let signature = Signature::from_bytes(&signature).map_err(|_| BundleError::Signer)?;
    writer.key().verify(context, &signed, &signature).map_err(|_| BundleError::Signer)?;
    let body = decode_bundle_body(&signed)?;
    if body.from != writer.name().to_string() {
        return Err(BundleError::Signer);
    }
    Ok(Opened { writer, chain, digest: sha256(&signed), body })
}

/// Signs what a file says; gives its bytes and the digest of what was signed.
///
/// # Errors
/// It cannot be signed.
pub fn seal(
    body: &BundleBody,
    context: &str,
    identity: &LeafIdentity,
) -> Result<(Vec<u8>, Digest), BundleError> {
    let body = body.encode_to_vec();
    let digest = sha256(&body);
    let signature = identity.key().sign(context, &body)?.to_bytes();
    let chain = identity.chain().iter().map(|der| der.to_vec()).collect();
    Ok((Bundle { body, signature, chain }.encode_to_vec(), digest))
}

impl Uplink {
    /// Makes a file of all that has no answer, letters first, as far as a file holds it.
    ///
    /// # Errors
    /// The store cannot be read or written, or the file not signed.
    pub async fn pack(&self) -> Result<Made, BundleError> {
        let now_ms = self.clock().now_ms();
        let frame = move |tx: &Tx<'_>| waiting(tx, now_ms);
        let (frames, is_all) = self.database().write_async("bundle_frames", frame).await?;
        // After the frames, so that it says how far they go.
        let (_, hello) = link::hello(self, self.schools_below().await?).await?;
        let pull = link::pull_request(self).await?;
        let (count, epochs) = (frames.len(), epochs_of(&hello));
        let parts = std::iter::once(Ask::Hello(hello))
            .chain(frames.into_iter().map(Ask::Frame))
            .chain(std::iter::once(Ask::Pull(pull)));
        let identity = self.identity().current();
        let body = BundleBody {
            from: identity.peer().name().to_string(),
            to: self.parent().name.to_string(),
            made_ms: now_ms,
            asked: parts.map(|part| LinkRequest { part: Some(part) }).collect(),
            said: Vec::new(),
            answers: Vec::new(),
        };
        let (bytes, digest) = seal(&body, MEMBER_BUNDLE_CONTEXT, &identity)?;
        let mark = mark(&digest, &epochs);
        let note = move |tx: &Tx<'_>| notes::set(tx, BUNDLE_MADE, &mark);
        self.database().write_async("bundle_made", note).await?;
        Ok(Made { bytes, frames: count, is_all })
    }

    /// Takes a file of the parent's: answers, directives and what is addressed here or below.
    ///
    /// # Errors
    /// It is not the parent's or for another unit, or something of it cannot be kept; what was kept
    /// until then stays, and the file can be taken again.
    pub async fn unpack(&self, bytes: &[u8]) -> Result<Brought, BundleError> {
        let (zone, now) = (self.parent().name.zone().clone(), self.clock().now());
        let opened = open(bytes, HUB_BUNDLE_CONTEXT, (self.trust(), &zone, now))?;
        if *opened.writer.name() != self.parent().name {
            return Err(BundleError::Signer);
        }
        let identity = self.identity().current();
        if opened.body.to != identity.peer().name().to_string() {
            return Err(BundleError::Addressee);
        }
        let leaf = opened.chain.first().cloned().ok_or(BundleError::Signer)?;
        self.note_parent(&opened.writer, leaf).await?;
        let mut brought = Brought::default();
        for part in opened.body.said.into_iter().filter_map(|said| said.part) {
            match part {
                Said::Hello(answer) => {
                    brought.starts_anew = self.start_from(&opened.body.answers, &answer).await?;
                }
                Said::Answers(batch) => {
                    let key = opened.writer.key();
                    brought.answers += push::record(self, key, &batch).await?.len();
                }
                Said::Conflict(conflict) => {
                    let reason = conflict.reason.clone();
                    let note = move |tx: &Tx<'_>| notes::set(tx, CONFLICT, &reason);
                    self.database().write_async("conflict", note).await?;
                    return Err(UplinkError::Conflict(conflict.reason).into());
                }
                Said::Directive(next) => {
                    link::keep_directive(self, next).await?;
                    brought.directives += 1;
                }
                Said::Addressed(next) => {
                    link::keep_addressed(self, next).await?;
                    brought.addressed += 1;
                }
                Said::Gap(_) | Said::Unavailable(_) | Said::CaughtUp(_) => {}
            }
        }
        let heard_ms = opened.body.made_ms.min(self.clock().now_ms());
        let note = move |tx: &Tx<'_>| note_heard(tx, heard_ms);
        self.database().write_async("bundle_heard", note).await?;
        self.hooks().answered();
        Ok(brought)
    }

    /// Settles where the next file starts in each lane, by what the parent said to the file that
    /// was made last; says whether a new epoch began. An older file says nothing of now.
    async fn start_from(
        &self,
        answers: &[u8],
        answer: &HelloResponse,
    ) -> Result<bool, BundleError> {
        let (heads, request) = link::hello(self, self.schools_below().await?).await?;
        let digest = Digest::from_tagged(answers).map_err(|_| BundleFormatError::Unreadable)?;
        let expected = mark(&digest, &epochs_of(&request));
        let theirs = link::expectations(answer, &heads)?;
        let (parent, now_ms) = (self.parent().name.to_string(), self.clock().now_ms());
        let settle = move |tx: &Tx<'_>| {
            if notes::get(tx, BUNDLE_MADE)?.as_deref() != Some(expected.as_str()) {
                return Ok(false);
            }
            let Some(starts) = link::settle(tx, &heads, &parent, &theirs, now_ms)? else {
                return Ok::<_, SqlError>(true);
            };
            for ((lane, start), (_, head)) in starts.into_iter().zip(&heads) {
                let open = outbox::first_open(tx, lane, &head.epoch)?;
                let is_earlier = start < open.unwrap_or(head.head + 1);
                let value = if is_earlier { asked_note(&head.epoch, start) } else { String::new() };
                notes::set(tx, &asked_name(lane), &value)?;
            }
            Ok(false)
        };
        Ok(self.database().write_async("bundle_start", settle).await?)
    }
}

/// Frames without an answer and whether these are all, letters first. What the parent asked for
/// again is among them.
fn waiting(tx: &Tx<'_>, now_ms: i64) -> Result<(Vec<Vec<u8>>, bool), SqlError> {
    let (mut frames, mut bytes, mut is_all) = (Vec::new(), 0_usize, true);
    for lane in [Lane::Referral, Lane::Statistics] {
        let head = outbox::lane_head(tx, lane, now_ms)?;
        let open = outbox::first_open(tx, lane, &head.epoch)?.unwrap_or(head.head + 1);
        let asked = asked_from(tx, lane, &head.epoch)?;
        let from = asked.map_or(open, |asked| asked.min(open));
        let found = outbox::frames_from(tx, lane, from, FRAMES_MAX, now_ms)?;
        is_all &= found.len() < FRAMES_MAX as usize;
        for frame in found {
            bytes = bytes.saturating_add(frame.bytes.len());
            if bytes > FRAMES_BYTES_MAX {
                is_all = false;
                break;
            }
            frames.push(frame.bytes);
        }
    }
    Ok((frames, is_all))
}

fn asked_name(lane: Lane) -> String {
    format!("{BUNDLE_FROM}:{}", lane.as_str_name())
}

fn asked_note(epoch: &Epoch, start: u64) -> String {
    format!("{} {start}", hex(epoch))
}

/// From where on the parent asked for a lane's frames again, if it did in this epoch.
fn asked_from(tx: &Tx<'_>, lane: Lane, epoch: &Epoch) -> Result<Option<u64>, SqlError> {
    let noted = notes::get(tx, &asked_name(lane))?.unwrap_or_default();
    let (of, start) = noted.split_once(' ').unwrap_or_default();
    Ok(start.parse().ok().filter(|_| of == hex(epoch)))
}

/// Which file was made, and in which epochs of its lanes.
fn mark(digest: &Digest, epochs: &str) -> String {
    format!("{digest} {epochs}")
}

fn epochs_of(hello: &HelloRequest) -> String {
    hello.lanes.iter().map(|lane| hex(&lane.epoch)).collect::<Vec<_>>().join(" ")
}

/// Notes when the parent was last heard; an older file changes nothing.
fn note_heard(tx: &Tx<'_>, heard_ms: i64) -> Result<(), SqlError> {
    let known = notes::get(tx, LAST_CONTACT)?.and_then(|known| known.parse::<i64>().ok());
    match known.is_none_or(|known| known < heard_ms) {
        true => notes::set(tx, LAST_CONTACT, &heard_ms.to_string()),
        false => Ok(()),
    }
}
