//! One lane over one connection: frames up, answers down, many in flight.

use certs::key::PublicKey;
use proto::limits::FRAMES_IN_FLIGHT_MAX;
use proto::wire::sync::push_response::Answer as Reply;
use proto::wire::sync::sync_client::SyncClient;
use proto::wire::sync::{Lane, PushRequest, PushResponse};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::transport::Channel;

use super::driver::{Uplink, UplinkError};
use super::{CONFLICT, answer, outbox};

/// A lane that is being pushed.
pub(super) struct Push<'u> {
    uplink: &'u Uplink,
    parent: PublicKey,
    frames: mpsc::Sender<PushRequest>,
    replies: Streaming<PushResponse>,
    /// First sequence that was not sent on this connection.
    next: u64,
    /// First sequence that has no answer.
    open: u64,
}

impl<'u> Push<'u> {
    /// Opens the stream; `expected` is the first sequence that the hub has not answered.
    pub(super) async fn open(
        uplink: &'u Uplink,
        channel: Channel,
        parent: PublicKey,
        expected: u64,
    ) -> Result<Self, UplinkError> {
        let (frames, queue) = mpsc::channel(FRAMES_IN_FLIGHT_MAX);
        let mut client =
            SyncClient::new(channel).max_decoding_message_size(proto::limits::MESSAGE_BYTES_MAX);
        let replies = client.push(ReceiverStream::new(queue)).await?.into_inner();
        Ok(Self { uplink, parent, frames, replies, next: expected, open: expected })
    }

    /// Sends and records until the connection ends, or, if `once`, until nothing is left.
    pub(super) async fn run(mut self, once: bool) -> Result<(), UplinkError> {
        loop {
            // Registered before looking, so that an item queued meanwhile still wakes us.
            let bell = self.uplink.queued();
            let sent = self.send_ready().await?;
            if once && !sent && self.open >= self.next {
                return Ok(());
            }
            tokio::select! {
                reply = self.replies.message() => match reply? {
                    Some(reply) => self.take(reply).await?,
                    None => return Err(UplinkError::Ended),
                },
                () = bell, if self.in_flight() < FRAMES_IN_FLIGHT_MAX => {}
            }
        }
    }

    fn in_flight(&self) -> usize {
        usize::try_from(self.next.saturating_sub(self.open)).unwrap_or(FRAMES_IN_FLIGHT_MAX)
    }

    async fn send_ready(&mut self) -> Result<bool, UplinkError> {
        let room = FRAMES_IN_FLIGHT_MAX.saturating_sub(self.in_flight());
        if room == 0 {
            return Ok(false);
        }
        let (from, now_ms) = (self.next, self.uplink.clock().now_ms());
        let limit = u32::try_from(room).unwrap_or(1);
        let ready = self
            .uplink
            .database()
            .write_async("frames_from", move |tx| {
                outbox::frames_from(tx, Lane::Statistics, from, limit, now_ms)
            })
            .await?;
        let any = !ready.is_empty();
        for frame in ready {
            self.next = frame.sequence + 1;
            let request = PushRequest { frame: frame.bytes };
            self.frames.send(request).await.map_err(|_| UplinkError::Ended)?;
        }
        Ok(any)
    }

    async fn take(&mut self, response: PushResponse) -> Result<(), UplinkError> {
        match response.answer {
            Some(Reply::Answers(batch)) => self.record(&batch).await,
            Some(Reply::Gap(gap)) => {
                tracing::info!(expected = gap.expected, "hub names a gap");
                self.next = gap.expected.max(1);
                self.open = self.next;
                Ok(())
            }
            Some(Reply::Conflict(conflict)) => {
                tracing::error!(sequence = conflict.sequence, "hub quarantined a frame");
                let reason = conflict.reason;
                let database = self.uplink.database();
                let kept = reason.clone();
                database
                    .write_async("conflict", move |tx| outbox::set_note(tx, CONFLICT, &kept))
                    .await?;
                Err(UplinkError::Conflict(reason))
            }
            Some(Reply::Unavailable(busy)) => {
                let wait = std::time::Duration::from_millis(busy.retry_after_ms.min(60_000).into());
                tracing::warn!(reason = %busy.reason, "hub cannot store now");
                tokio::time::sleep(wait).await;
                self.next = self.open;
                Ok(())
            }
            None => Err(UplinkError::Protocol("an empty answer")),
        }
    }

    async fn record(&mut self, batch: &proto::wire::sync::AnswerBatch) -> Result<(), UplinkError> {
        let proven = answer::prove(batch, &self.parent)?;
        let last = proven.iter().map(|answer| answer.sequence).max().unwrap_or(0);
        let strangers = self
            .uplink
            .database()
            .write_async("record_answers", move |tx| {
                let mut strangers = 0_u32;
                for answer in &proven {
                    strangers += u32::from(!outbox::record_answer(tx, answer)?);
                }
                Ok::<_, crate::sql::SqlError>(strangers)
            })
            .await?;
        if strangers > 0 {
            tracing::warn!(strangers, "hub answered frames that are not ours");
        }
        self.open = self.open.max(last + 1);
        self.next = self.next.max(self.open);
        self.uplink.hooks().answered();
        Ok(())
    }
}
