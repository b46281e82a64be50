//! One lane over a link: frames up, answers down, many in flight.

use std::time::Duration;

use certs::key::PublicKey;
use proto::limits::FRAMES_IN_FLIGHT_MAX;
use proto::wire::sync::link_request::Part as Ask;
use proto::wire::sync::link_response::Part as Said;
use proto::wire::sync::{AnswerBatch, Lane, LinkRequest, Unavailable};
use tokio::sync::mpsc;

use super::driver::{Uplink, UplinkError};
use super::link::Stay;
use super::notes;
use super::outbox::{self, Ready, ReadyFrame};
use super::{CONFLICT, HUB_FULL, answer};
use crate::sql::{SqlError, Tx};

/// A lane that is being pushed.
pub(super) struct Push<'u> {
    uplink: &'u Uplink,
    parent: PublicKey,
    parts: mpsc::Sender<LinkRequest>,
    /// First sequence that was not sent on this connection.
    next: u64,
    /// First sequence that has no answer.
    open: u64,
    /// How long the link lasts: who sends once and goes does not wait for a hub without space.
    stay: Stay,
    /// Whether the hub said that it has no space, and has answered nothing since.
    is_full: bool,
}

impl<'u> Push<'u> {
    /// Begins at the first sequence that the hub has not answered.
    pub(super) const fn new(
        uplink: &'u Uplink,
        parent: PublicKey,
        parts: mpsc::Sender<LinkRequest>,
        (expected, stay): (u64, Stay),
    ) -> Self {
        Self { uplink, parent, parts, next: expected, open: expected, stay, is_full: false }
    }

    /// Whether everything that was sent is answered.
    pub(super) const fn is_answered(&self) -> bool {
        self.open >= self.next
    }

    /// Whether more may be sent before something is answered.
    pub(super) fn has_room(&self) -> bool {
        self.in_flight() < FRAMES_IN_FLIGHT_MAX
    }

    fn in_flight(&self) -> usize {
        usize::try_from(self.next.saturating_sub(self.open)).unwrap_or(FRAMES_IN_FLIGHT_MAX)
    }

    /// Sends what is ready and says whether that was anything.
    pub(super) async fn send_ready(&mut self) -> Result<bool, UplinkError> {
        let room = FRAMES_IN_FLIGHT_MAX.saturating_sub(self.in_flight());
        if room == 0 {
            return Ok(false);
        }
        let ready = self.frames(u32::try_from(room).unwrap_or(1)).await?;
        let any = !ready.is_empty();
        for frame in ready {
            self.next = frame.sequence + 1;
            let said = LinkRequest { part: Some(Ask::Frame(frame.bytes)) };
            self.parts.send(said).await.map_err(|_| UplinkError::Ended)?;
        }
        Ok(any)
    }

    /// The next frames, at most `limit`. Those that were built are read in place; only an item
    /// without a frame needs the writer.
    async fn frames(&self, limit: u32) -> Result<Vec<ReadyFrame>, UplinkError> {
        let (lane, from, database) = (Lane::Statistics, self.next, self.uplink.database());
        let built = database.read(move |tx| outbox::built_from(tx, lane, from, limit))?;
        if let Ready::All(frames) = built {
            return Ok(frames);
        }
        let now_ms = self.uplink.clock().now_ms();
        let frame = move |tx: &Tx<'_>| outbox::frames_from(tx, lane, from, limit, now_ms);
        Ok(database.write_async("frames_from", frame).await?)
    }

    /// Takes what the hub says about frames.
    pub(super) async fn take(&mut self, said: Said) -> Result<(), UplinkError> {
        match said {
            Said::Answers(batch) => self.record(&batch).await,
            Said::Gap(gap) => {
                tracing::info!(expected = gap.expected, "hub names a gap");
                self.next = gap.expected.max(1);
                self.open = self.next;
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
        self.next = self.open;
        Ok(())
    }

    async fn record(&mut self, batch: &AnswerBatch) -> Result<(), UplinkError> {
        let former = match answer::former_key(batch, &self.parent)? {
            Some(key_id) => self.uplink.former_parent(key_id).await?,
            None => None,
        };
        let proven = answer::prove(batch, former.as_ref().unwrap_or(&self.parent))?;
        let last = proven.iter().map(|answer| answer.sequence).max().unwrap_or(0);
        let strangers = self
            .uplink
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
        if std::mem::take(&mut self.is_full) {
            self.uplink.note_trouble(None).await;
        }
        self.open = self.open.max(last + 1);
        self.next = self.next.max(self.open);
        self.uplink.hooks().answered();
        Ok(())
    }
}
