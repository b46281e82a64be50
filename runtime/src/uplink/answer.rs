//! Checking the parent's answers: each is proved by its path to a root that the parent signed.
//!
//! An answer that was lost is given again as it was signed then, be it under a key that the parent
//! has renewed since: certificates that the parent showed on earlier connections are kept for it.

use certs::key::PublicKey;
use certs::merkle::MerklePath;
use certs::signature::{KeyId, Signature};
use domain::digest::Digest;
use proto::frame::{ANSWERS_CONTEXT, decode_answer, epoch};
use proto::limits::BATCH_ANSWERS_MAX;
use proto::wire::sync::AnswerBatch;

use super::outbox::ProvenAnswer;

/// Why a batch of answers was not believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// Unreadable, or more answers than a batch may have.
    #[error("the hub's answer cannot be read")]
    Unreadable,
    /// Signed neither by the hub of this connection nor under a key that it showed before.
    #[error("the hub's answer is not signed by the hub")]
    Signature,
    /// An answer that is not in the batch that was signed.
    #[error("the hub's answer does not belong to what it signed")]
    Path,
}

/// The key under which a batch was signed, if it is not the one of this connection.
///
/// # Errors
/// The signature cannot be read.
pub(super) fn former_key(
    batch: &AnswerBatch,
    parent: &PublicKey,
) -> Result<Option<KeyId>, AnswerError> {
    let signature = Signature::from_bytes(&batch.signature).map_err(|_| AnswerError::Unreadable)?;
    Ok(Some(signature.key_id()).filter(|key_id| *key_id != parent.id()))
}

/// Checks a batch against a key of the parent and takes its answers out.
pub(super) fn prove(
    batch: &AnswerBatch,
    parent: &PublicKey,
) -> Result<Vec<ProvenAnswer>, AnswerError> {
    if batch.answers.len() > BATCH_ANSWERS_MAX {
        return Err(AnswerError::Unreadable);
    }
    let root = Digest::from_tagged(&batch.root).map_err(|_| AnswerError::Unreadable)?;
    let signature = Signature::from_bytes(&batch.signature).map_err(|_| AnswerError::Unreadable)?;
    parent.verify(ANSWERS_CONTEXT, &batch.root, &signature).map_err(|_| AnswerError::Signature)?;
    let mut proven = Vec::with_capacity(batch.answers.len());
    for answer in &batch.answers {
        let path = MerklePath::from_bytes(&answer.path).map_err(|_| AnswerError::Unreadable)?;
        path.verify(&answer.body, &root).map_err(|_| AnswerError::Path)?;
        let body = decode_answer(&answer.body).map_err(|_| AnswerError::Unreadable)?;
        proven.push(ProvenAnswer {
            epoch: epoch(&body.epoch).map_err(|_| AnswerError::Unreadable)?,
            lane: body.lane(),
            sequence: body.sequence,
            outcome: u32::try_from(body.outcome).map_err(|_| AnswerError::Unreadable)?,
            frame: body.frame,
            code: body.code,
            reason: body.reason,
            answered_at_ms: body.answered_at_ms,
            body: answer.body.clone(),
            path: answer.path.clone(),
            root: batch.root.clone(),
            signature: batch.signature.clone(),
        });
    }
    Ok(proven)
}
