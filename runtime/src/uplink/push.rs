//! Both lanes over a link: frames up, answers down, many in flight.
//!
//! Letters go first, and figures never take the whole room of a link: a letter waits behind the
//! few frames that are on their way and behind no backlog.

use std::time::Duration;

use certs::key::PublicKey;
use proto::limits::{FRAMES_IN_FLIGHT_MAX, LETTERS_IN_FLIGHT_MAX};
use proto::wire::sync::link_request::Part as Ask;
use proto::wire::sync::link_response::Part as Said;
use proto::wire::sync::{AnswerBatch, Lane, LinkRequest, Unavailable};
use tokio::sync::mpsc;

use super::driver::{Uplink, UplinkError};
use super::link::{Starts, Stay};
use super::notes;
use super::outbox::{self, Ready, ReadyFrame};
use super::{CONFLICT, HUB_FULL, answer};
use crate::sql::{SqlError, Tx};

/// The lanes that are being pushed.
pub(super) struct Push<'u> {
    uplink: &'u Uplink,
    parent: PublicKey,
    parts: mpsc::Sender<LinkRequest>,
    /// In the order in which they are served.
    lanes: Vec<Going>,
    /// How long the link lasts: who sends once and goes does not wait for a hub without space.
    stay: Stay,
    /// Whether the hub said that it has no space, and has answered nothing since.
    is_full: bool,
}

/// How far a lane is.
struct Going {
    lane: Lane,
    /// First sequence that was not sent on this connection.
    next: u64,
    /// First sequence that has no answer.
    open: u64,
}

impl Going {
    /// How many more frames may be sent before something is answered.
    fn room(&self) -> usize {
        let most = match self.lane {
            Lane::Referral => LETTERS_IN_FLIGHT_MAX,
            _ => FRAMES_IN_FLIGHT_MAX - LETTERS_IN_FLIGHT_MAX,
        };
        let in_flight = self.next.saturating_sub(self.open);
        most.saturating_sub(usize::try_from(in_flight).unwrap_or(most))
    }

    /// Frames were answered up to a sequence.
    fn answered(&mut self, sequence: u64) {
        self.open = self.open.max(sequence + 1);
        self.next = self.next.max(self.open);
    }

    /// The next frames, as many as there is room for. Those that were built are read in place; only
    /// an item without a frame needs the writer.
    async fn frames(&self, uplink: &Uplink) -> Result<Vec<ReadyFrame>, UplinkError> {
        let limit = u32::try_from(self.room()).unwrap_or(1);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let (lane, from, database) = (self.lane, self.next, uplink.database());
        let built = database.read(move |tx| outbox::built_from(tx, lane, from, limit))?;
        if let Ready::All(frames) = built {
            return Ok(frames);
        }
        let now_ms = uplink.clock().now_ms();
        let frame = move |tx: &Tx<'_>| outbox::frames_from(tx, lane, from, limit, now_ms);
        Ok(database.write_async("frames_from", frame).await?)
    }
}

impl<'u> Push<'u> {
    /// Begins in each lane at the first sequence that the hub has not answered.
    pub(super) fn new(
        uplink: &'u Uplink,
        parent: PublicKey,
        parts: mpsc::Sender<LinkRequest>,
        (starts, stay): (Starts, Stay),
    ) -> Self {
        let going = |(lane, start)| Going { lane, next: start, open: start };
        let mut lanes: Vec<Going> = starts.into_iter().map(going).collect();
        lanes.sort_by_key(|going| going.lane != Lane::Referral);
        Self { uplink, parent, parts, lanes, stay, is_full: false }
    }

    /// Whether everything that was sent is answered.
    pub(super) fn is_answered(&self) -> bool {
        self.lanes.iter().all(|going| going.open >= going.next)
    }

    /// Whether more may be sent before something is answered.
    pub(super) fn has_room(&self) -> bool {
        self.lanes.iter().any(|going| going.room() > 0)
    }

    fn lane(&mut self, lane: Lane) -> Option<&mut Going> {
        self.lanes.iter_mut().find(|going| going.lane == lane)
    }

    /// Sends what is ready and says whether that was anything.
    pub(super) async fn send_ready(&mut self) -> Result<bool, UplinkError> {
        let mut any = false;
        for going in &mut self.lanes {
            let ready = going.frames(self.uplink).await?;
            any |= !ready.is_empty();
            for frame in ready {
                going.next = frame.sequence + 1;
                let said = LinkRequest { part: Some(Ask::Frame(frame.bytes)) };
                self.parts.send(said).await.map_err(|_| UplinkError::Ended)?;
            }
        }
        Ok(any)
    }

    /// Takes what the hub says about frames.
    pub(super) async fn take(&mut self, said: Said) -> Result<(), UplinkError> {
        match said {
            Said::Answers(batch) => self.record(&batch).await,
            Said::Gap(gap) => {
                tracing::info!(expected = gap.expected, "hub names a gap");
                let expected = gap.expected.max(1);
                if let Some(going) = self.lane(gap.lane()) {
                    (going.next, going.open) = (expected, expected);
                }
                Ok(())
            }
            Said::Conflict(conflict) => {
                tracing::error!(sequence = conflict.sequence, "hub quarantined a frame");
                let reason = conflict.reason;
                let database = self.uplink.database();
                let kept = reason.clone();
                database.write_async("conflict", move |tx| notes::set(tx, CONFLICT, &kept)).await?;
                Err(UplinkError::Conflict(reason))
            }
            Said::Unavailable(busy) => self.wait_for(&busy).await,
            Said::Hello(_) | Said::Directive(_) | Said::CaughtUp(_) | Said::Addressed(_) => Ok(()),
        }
    }

    /// Waits for as long as the hub asks and sends again. A full disk passes only when somebody
    /// makes room there, so it is noted for the status page.
    async fn wait_for(&mut self, busy: &Unavailable) -> Result<(), UplinkError> {
        let wait = Duration::from_millis(busy.retry_after_ms.min(60_000).into());
        tracing::warn!(reason = %busy.reason, code = %busy.code, "hub cannot store now");
        if busy.code == HUB_FULL {
            if self.stay == Stay::UntilDone {
                return Err(UplinkError::Full);
            }
            self.is_full = true;
            self.uplink.note_trouble(Some(&UplinkError::Full)).await;
        }
        tokio::time::sleep(wait).await;
        self.lanes.iter_mut().for_each(|going| going.next = going.open);
        Ok(())
    }

    async fn record(&mut self, batch: &AnswerBatch) -> Result<(), UplinkError> {
        let answered = record(self.uplink, &self.parent, batch).await?;
        if std::mem::take(&mut self.is_full) {
            self.uplink.note_trouble(None).await;
        }
        for (lane, sequence) in answered {
            if let Some(going) = self.lane(lane) {
                going.answered(sequence);
            }
        }
        self.uplink.hooks().answered();
        Ok(())
    }
}

/// Keeps the parent's answers, once they are proved; gives which frames they are about.
pub(super) async fn record(
    uplink: &Uplink,
    parent: &PublicKey,
    batch: &AnswerBatch,
) -> Result<Vec<(Lane, u64)>, UplinkError> {
    let former = match answer::former_key(batch, parent)? {
        Some(key_id) => uplink.former_parent(key_id).await?,
        None => None,
    };
    let proven = answer::prove(batch, former.as_ref().unwrap_or(parent))?;
    let answered: Vec<(Lane, u64)> =
        proven.iter().map(|answer| (answer.lane, answer.sequence)).collect();
    let strangers = uplink
        .database()
        .write_async("record_answers", move |tx| {
            let mut strangers = 0_u32;
            for answer in &proven {
                strangers += u32::from(!outbox::record_answer(tx, answer)?);
            }
            Ok::<_, SqlError>(strangers)
        })
        .await?;
    if strangers > 0 {
        tracing::warn!(strangers, "hub answered frames that are not ours");
    }
    Ok(answered)
}
