//! Checking the parent's answers: each is proved by its path to a root that the parent signed.

use certs::key::PublicKey;
use certs::merkle::MerklePath;
use certs::signature::Signature;
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
    /// Not signed by the hub of this connection.
    #[error("the hub's answer is not signed by the hub")]
    Signature,
    /// An answer that is not in the batch that was signed.
    #[error("the hub's answer does not belong to what it signed")]
    Path,
}

/// Checks a batch and takes its answers out.
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
