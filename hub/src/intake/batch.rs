//! One batch: decisions in order, one fold, one signature; then the responses of each stream.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use certs::key::SigningKey;
use certs::merkle::MerkleTree;
use proto::frame::{ANSWERS_CONTEXT, encode_answer};
use proto::wire::sync::link_response::Part as Body;
use proto::wire::sync::{
    Answer, AnswerBatch, AnswerBody, Conflict, Gap, Lane, LinkResponse, Unavailable,
};
use runtime::sql::{SqlError, Tx};
use runtime::uplink::HUB_FULL;
use tokio::sync::mpsc::Sender;

use super::decide::{Context, Decision, Effects, decide};
use super::replays::{Built, Replays};
use super::{IntakeError, Reply, VerifiedFrame};
use crate::relay::News;
use crate::rollup;
use crate::store::lane::{self, LaneEpoch, StoredAnswer, StoredBatch};

/// How long a member waits before it sends again to a hub that cannot store.
const RETRY_AFTER_MS: u32 = 5_000;

/// What became of a batch, in the order of its frames.
pub(super) struct Answered {
    outcomes: Vec<Outcome>,
    /// Whether the sums changed.
    pub(super) folded: bool,
    /// What the relay did, to be told once the commit stands.
    pub(super) news: News,
    /// Batches that were built again, to be kept once the commit stands.
    pub(super) built: Built,
}

/// What is sent about one frame.
enum Outcome {
    Proven { batch: StoredBatch, answer: Answer },
    Gap(Gap),
    Conflict(Conflict),
    End(IntakeError),
}

/// Decides a batch of frames and keeps the answers.
///
/// # Errors
/// The store failed; then nothing of the batch is kept and nothing was answered.
pub(super) fn answer(
    tx: &Tx<'_>,
    context: &Context<'_>,
    key: &SigningKey,
    frames: &[VerifiedFrame],
    replays: &mut Replays,
) -> Result<Answered, SqlError> {
    let mut lanes: HashMap<(&str, Lane, [u8; 16]), Option<LaneEpoch>> = HashMap::new();
    let mut effects = Effects::default();
    let mut decisions = Vec::with_capacity(frames.len());
    for frame in frames {
        let place = (frame.member.as_str(), frame.lane, frame.epoch);
        let lane = match lanes.entry(place) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                free.insert(lane::find(tx, place.0, frame.lane as i32, &frame.epoch)?)
            }
        };
        decisions.push(decide(tx, context, frame, lane, &mut effects)?);
    }
    let Effects { changes, news } = effects;
    let folded = !changes.is_empty();
    rollup::fold(tx, context.packs, &changes)?;
    let signed = keep_new(tx, key, &mut decisions, &mut lanes, frames)?;
    for lane in lanes.values_mut().flatten() {
        lane::advance(tx, lane)?;
    }
    let mut outcomes = Vec::with_capacity(frames.len());
    let mut built = Built::default();
    for (decision, frame) in decisions.into_iter().zip(frames) {
        let again = (tx, &mut *replays, &mut built);
        outcomes.push(outcome(decision, frame, signed.as_ref(), again)?);
    }
    Ok(Answered { outcomes, folded, news, built })
}

/// Numbers the new answers, signs their root and keeps both.
fn keep_new<'f>(
    tx: &Tx<'_>,
    key: &SigningKey,
    decisions: &mut [Decision],
    lanes: &mut HashMap<(&'f str, Lane, [u8; 16]), Option<LaneEpoch>>,
    frames: &'f [VerifiedFrame],
) -> Result<Option<(StoredBatch, MerkleTree)>, SqlError> {
    let bodies: Vec<Vec<u8>> = decisions
        .iter()
        .filter_map(|decision| match decision {
            Decision::New(answer) => Some(body(answer)),
            _ => None,
        })
        .collect();
    if bodies.is_empty() {
        return Ok(None);
    }
    let tree = MerkleTree::new(&bodies).map_err(|_| SqlError::Type)?;
    let root = tree.root().to_tagged();
    let signature = key.sign(ANSWERS_CONTEXT, &root).map_err(|_| SqlError::Type)?.to_bytes();
    let batch = StoredBatch { first: lane::next_answer(tx)?, root, signature };
    let mut id = batch.first;
    for (decision, frame) in decisions.iter_mut().zip(frames) {
        let Decision::New(answer) = decision else {
            continue;
        };
        answer.id = id;
        id += 1;
        let place = (frame.member.as_str(), frame.lane, frame.epoch);
        let lane = lanes.get_mut(&place).and_then(Option::as_mut).ok_or(SqlError::Type)?;
        lane::insert_answer(tx, lane, answer, &batch)?;
    }
    Ok(Some((batch, tree)))
}

fn outcome(
    decision: Decision,
    frame: &VerifiedFrame,
    signed: Option<&(StoredBatch, MerkleTree)>,
    (tx, replays, built): (&Tx<'_>, &mut Replays, &mut Built),
) -> Result<Outcome, SqlError> {
    let (lane, sequence) = (frame.lane.into(), frame.sequence);
    Ok(match decision {
        Decision::New(answer) => {
            let (batch, tree) = signed.ok_or(SqlError::Type)?;
            Outcome::Proven { batch: batch.clone(), answer: proven(&answer, batch, tree)? }
        }
        Decision::Replay(answer) => match replays.find(tx, answer.id, (&frame.member, built))? {
            Some(found) => Outcome::Proven {
                batch: found.batch.clone(),
                answer: proven(&answer, &found.batch, &found.tree)?,
            },
            None => Outcome::End(IntakeError::Replays),
        },
        Decision::Gap { expected } => Outcome::Gap(Gap { lane, expected, received: sequence }),
        Decision::Conflict { reason } => {
            Outcome::Conflict(Conflict { lane, sequence, reason: reason.to_owned() })
        }
        Decision::NotServed => Outcome::End(IntakeError::NotServed),
        Decision::UnknownEpoch => Outcome::End(IntakeError::UnknownEpoch),
        Decision::Outdated => Outcome::End(IntakeError::Outdated),
    })
}

fn proven(
    answer: &StoredAnswer,
    batch: &StoredBatch,
    tree: &MerkleTree,
) -> Result<Answer, SqlError> {
    let place = u32::try_from(answer.id - batch.first).map_err(|_| SqlError::Type)?;
    let path = tree.path(place).ok_or(SqlError::Type)?.to_bytes();
    Ok(Answer { body: body(answer), path })
}

/// The bytes of an answer: the same whenever they are built, because all of it is stored.
pub(super) fn body(answer: &StoredAnswer) -> Vec<u8> {
    encode_answer(&AnswerBody {
        member: answer.member.clone(),
        epoch: answer.epoch.clone(),
        lane: i32::try_from(answer.lane).unwrap_or_default(),
        sequence: answer.sequence,
        frame: answer.frame.clone(),
        outcome: i32::try_from(answer.outcome).unwrap_or_default(),
        code: answer.code.clone(),
        reason: answer.reason.clone(),
        answered_at_ms: answer.answered_at_ms,
    })
}

/// Sorts what became of the frames into one response a stream and batch.
pub(super) fn respond(
    answered: Answered,
    replies: &[Sender<Reply>],
) -> Vec<(Sender<Reply>, Reply)> {
    let mut responses: Vec<(Sender<Reply>, Reply)> = Vec::new();
    for (outcome, reply) in answered.outcomes.into_iter().zip(replies) {
        let last = responses.iter_mut().rev().find(|(known, _)| known.same_channel(reply));
        match (outcome, last) {
            (Outcome::Proven { batch, answer }, Some((_, Reply::Response(last))))
                if joins(last, &batch) =>
            {
                if let Some(Body::Answers(open)) = &mut last.part {
                    open.answers.push(answer);
                }
            }
            // One gap is enough: the member goes back to the first missing frame.
            (Outcome::Gap(gap), Some((_, Reply::Response(last)))) if repeats(last, &gap) => {}
            (outcome, _) => responses.push((reply.clone(), reply_of(outcome))),
        }
    }
    responses
}

fn repeats(last: &LinkResponse, gap: &Gap) -> bool {
    let same = |open: &Gap| (open.lane, open.expected) == (gap.lane, gap.expected);
    matches!(&last.part, Some(Body::Gap(open)) if same(open))
}

fn joins(last: &LinkResponse, batch: &StoredBatch) -> bool {
    matches!(&last.part, Some(Body::Answers(open)) if open.root == batch.root)
}

fn reply_of(outcome: Outcome) -> Reply {
    let body = match outcome {
        Outcome::Proven { batch, answer } => Body::Answers(AnswerBatch {
            signature: batch.signature,
            root: batch.root,
            answers: vec![answer],
        }),
        Outcome::Gap(gap) => Body::Gap(gap),
        Outcome::Conflict(conflict) => Body::Conflict(conflict),
        Outcome::End(error) => return Reply::End(Box::new(error)),
    };
    Reply::Response(Box::new(LinkResponse { part: Some(body) }))
}

/// Tells every stream once that nothing could be stored.
pub(super) fn unavailable(
    error: &SqlError,
    replies: &[Sender<Reply>],
) -> Vec<(Sender<Reply>, Reply)> {
    let mut responses: Vec<(Sender<Reply>, Reply)> = Vec::new();
    for reply in replies {
        if !responses.iter().any(|(known, _)| known.same_channel(reply)) {
            let code = if matches!(error, SqlError::Full) { HUB_FULL } else { "" };
            let (reason, code) = (error.to_string(), code.to_owned());
            let busy = Unavailable { reason, retry_after_ms: RETRY_AFTER_MS, code };
            let response = Box::new(LinkResponse { part: Some(Body::Unavailable(busy)) });
            responses.push((reply.clone(), Reply::Response(response)));
        }
    }
    responses
}
