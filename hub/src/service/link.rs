//! A member's link: one call that carries all that the member and the hub tell each other.
//!
//! What comes in is worked at by the task that sends what goes out, so that a member costs one
//! stream and one task. Answers to frames come from the store's writer and never wait for the
//! member; everything else waits until the member has taken what was said before.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use certs::digest::sha256;
use domain::unit::UnitId;
use proto::frame::FrameError;
use proto::limits::{APPLIED_MAX, FRAMES_IN_FLIGHT_MAX, MESSAGE_BYTES_MAX};
use proto::wire::sync::link_request::Part as Asked;
use proto::wire::sync::link_response::Part as Said;
use proto::wire::sync::{
    Addressed, Applied, CaughtUp, LinkRequest, LinkResponse, PullRequest, PullResponse,
    ReportApplied, Stored,
};
use runtime::sql::{SqlError, Tx};
use runtime::transport::coded;
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval};
use tokio_stream::{Stream, StreamExt as _};
use tonic::{Code, Status};

use super::hello;
use super::peer::{Caller, is_revoked, still_served, store_status};
use crate::app::Hub;
use crate::intake::{IntakeError, Reply};
use crate::relay::{claim, passed, resume};
use crate::store::{contact, directive, relay, unit};

/// How often the member of an open link is looked up in the register, which is two reads by key.
const STANDING_EVERY: Duration = Duration::from_secs(5);

/// Code of a message or frame over the limit.
const TOO_LARGE: &str = "MESSAGE_TOO_LARGE";

/// Directives read from the store at a time.
const PULL_PAGE: u32 = 32;

/// Addressed items read from the store at a time; each may be large.
const ADDRESSED_PAGE: u32 = 8;

/// A member's work, until its link ends.
type Work = Pin<Box<dyn Future<Output = Result<(), Status>> + Send>>;

/// What a member is sent; polling it is what does the member's work.
pub struct Down {
    work: Option<Work>,
    answers: mpsc::Receiver<Reply>,
    said: Slot,
}

/// What the work says, until it is sent: one message at a time. Both sides of it are polled by
/// one task, so nobody has to be woken; a channel would cost every open link a kilobyte.
#[derive(Clone, Default)]
struct Slot(Arc<Mutex<Option<Box<LinkResponse>>>>);

impl Slot {
    /// Waits until the slot is free and fills it.
    async fn fill(&self, response: Box<LinkResponse>) {
        let mut response = Some(response);
        poll_fn(|_| {
            let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if slot.is_some() {
                // Who takes it polls the work again.
                return Poll::Pending;
            }
            *slot = response.take();
            Poll::Ready(())
        })
        .await;
    }

    fn take(&self) -> Option<Box<LinkResponse>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Opens a member's link; what the member says comes over a connection, or out of a file.
pub(super) fn open(
    hub: Hub,
    (member, caller): (UnitId, Caller),
    parts: impl Stream<Item = Result<LinkRequest, Status>> + Send + Unpin + 'static,
) -> Down {
    let (reply, answers) = mpsc::channel(FRAMES_IN_FLIGHT_MAX);
    let (said, news) = (Slot::default(), hub.news());
    let link =
        Link { hub, member, caller, reply, said: said.clone(), news, cursor: None, addressed: 0 };
    Down { work: Some(Box::pin(link.serve(parts))), answers, said }
}

impl Stream for Down {
    type Item = Result<LinkResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(work) = &mut self.work
            && let Poll::Ready(ended) = work.as_mut().poll(context)
        {
            // Answers to what it sent before it ended still go out: their senders live on.
            self.work = None;
            if let Err(status) = ended {
                self.answers.close();
                return Poll::Ready(Some(Err(status)));
            }
        }
        if let Some(said) = self.said.take() {
            return Poll::Ready(Some(Ok(*said)));
        }
        self.answers.poll_recv(context).map(|reply| match reply? {
            Reply::Response(response) => Some(Ok(*response)),
            Reply::End(error) => Some(Err(intake_status(&error))),
        })
    }
}

/// The hub's side of one link.
struct Link {
    hub: Hub,
    member: UnitId,
    caller: Caller,
    reply: mpsc::Sender<Reply>,
    said: Slot,
    news: watch::Receiver<u64>,
    /// The last directive that was sent; nothing before the member asked.
    cursor: Option<u64>,
    /// The last addressed item that was sent.
    addressed: u64,
}

impl Link {
    /// Works until the member ends its side, or is no longer served.
    async fn serve(
        mut self,
        mut parts: impl Stream<Item = Result<LinkRequest, Status>> + Send + Unpin,
    ) -> Result<(), Status> {
        let mut standing = interval(STANDING_EVERY);
        standing.set_missed_tick_behavior(MissedTickBehavior::Delay);
        standing.reset();
        loop {
            // In this order: whether the member is served still is seldom looked at, and no frames
            // put it off.
            tokio::select! {
                biased;
                _ = standing.tick() => self.stands().await?,
                changed = self.news.changed(), if self.cursor.is_some() => {
                    if changed.is_err() {
                        tracing::debug!(member = %self.member, "hub is stopping");
                        return Ok(());
                    }
                    self.stands().await?;
                    self.send_news(false).await?;
                }
                part = parts.next() => match part {
                    Some(Ok(request)) => self.take(request).await?,
                    None => return Ok(()),
                    Some(Err(status)) if status.code() == Code::OutOfRange => {
                        tracing::warn!(member = %self.member, "a message over the limit");
                        let most = format!("a message has at most {MESSAGE_BYTES_MAX} bytes");
                        return Err(coded(Code::OutOfRange, TOO_LARGE, most));
                    }
                    Some(Err(status)) => {
                        tracing::debug!(member = %self.member, code = ?status.code(), "link ended");
                        return Ok(());
                    }
                },
            }
        }
    }

    /// Whether the member is served still. One that a root took back gets the directives that wait
    /// before its link ends, the list among them: from whom else would those below it learn it?
    async fn stands(&mut self) -> Result<(), Status> {
        let standing = still_served(&self.hub, &self.caller);
        if self.cursor.is_some() && is_revoked(&self.hub, &self.caller.chain) {
            self.send_directives().await?;
            // Said once there is room, and so once the last directive was taken out.
            self.say(Said::CaughtUp(CaughtUp {})).await;
        }
        standing
    }

    async fn take(&mut self, request: LinkRequest) -> Result<(), Status> {
        match request.part {
            Some(Asked::Frame(frame)) => {
                let accepted = self.hub.intake().accept(&self.member, &frame, &self.reply).await;
                accepted.map_err(|error| intake_status(&error))
            }
            Some(Asked::Hello(hello)) => {
                let answer = hello::answer(&self.hub, &self.member, hello).await?;
                self.say(Said::Hello(answer)).await;
                Ok(())
            }
            Some(Asked::Pull(asked)) => {
                self.cursor =
                    Some(resume_directives(&self.hub, &asked).await.map_err(store_status)?);
                self.addressed = resume_addressed(&self.hub, &self.member, &asked)
                    .await
                    .map_err(store_status)?;
                self.send_news(true).await
            }
            Some(Asked::Applied(report)) => self.keep_report(report).await,
            Some(Asked::Stored(stored)) => self.forget_stored(stored).await,
            None => Err(Status::invalid_argument("a message without a part")),
        }
    }

    /// Forgets letters that the member has; what cannot be forgotten now is forgotten later.
    async fn forget_stored(&self, stored: Stored) -> Result<(), Status> {
        let member = self.member.clone();
        let forget = move |tx: &Tx<'_>| passed(tx, &member, (stored.cursor, &stored.last));
        if let Err(error) = self.hub.database().write_async("passed", forget).await {
            tracing::warn!(%error, "letters that a member has are not forgotten yet");
        }
        Ok(())
    }

    async fn say(&self, part: Said) {
        self.said.fill(Box::new(LinkResponse { part: Some(part) })).await;
    }

    /// Sends what is after the cursors, and then, if there were directives or it is asked for, that
    /// it was all.
    async fn send_news(&mut self, is_asked: bool) -> Result<(), Status> {
        self.news.borrow_and_update();
        let came = self.send_directives().await?;
        self.send_addressed().await?;
        if came || is_asked {
            self.say(Said::CaughtUp(CaughtUp {})).await;
        }
        Ok(())
    }

    /// Sends directives after the cursor; says whether there were any.
    async fn send_directives(&mut self) -> Result<bool, Status> {
        let start = self.cursor.unwrap_or(0);
        let mut cursor = start;
        loop {
            let page = page_after(&self.hub, cursor).await.map_err(store_status)?;
            let is_full = page.len() == PULL_PAGE as usize;
            for stored in page {
                cursor = stored.cursor;
                self.say(Said::Directive(PullResponse { cursor, directive: stored.directive }))
                    .await;
            }
            if !is_full {
                break;
            }
        }
        self.cursor = Some(cursor);
        Ok(cursor != start)
    }

    /// Sends addressed items after their cursor.
    async fn send_addressed(&mut self) -> Result<(), Status> {
        loop {
            let page = addressed_after(&self.hub, &self.member, self.addressed);
            let page = page.await.map_err(store_status)?;
            let is_full = page.len() == ADDRESSED_PAGE as usize;
            for relay::Stored { cursor, to, item } in page {
                self.addressed = cursor;
                self.say(Said::Addressed(Addressed { cursor, to, item })).await;
            }
            if !is_full {
                return Ok(());
            }
        }
    }

    /// Keeps what a member says that it applied. A store that cannot take it now is told again on
    /// the next connection; figures do not wait for it.
    async fn keep_report(&self, report: ReportApplied) -> Result<(), Status> {
        let applied = report.applied;
        if applied.len() > APPLIED_MAX {
            return Err(Status::invalid_argument("too many lines"));
        }
        if applied.is_empty() {
            return Ok(());
        }
        let (member, now_ms) = (self.member.clone(), self.hub.clock().now_ms());
        let kept = self
            .hub
            .database()
            .write_async("report_applied", move |tx| {
                let speaker = unit::find(tx, &member)?;
                let is_hub = speaker.is_some_and(|unit| unit.kind.is_area());
                for line in &applied {
                    // Lines about what was never sent down would only fill the store.
                    if directive::last_serial(tx, &line.kind, &line.name)? == 0 {
                        continue;
                    }
                    contact::note_applied(tx, &applied_line(&member, is_hub, line), now_ms)?;
                }
                Ok::<_, SqlError>(())
            })
            .await;
        if let Err(error) = kept {
            tracing::warn!(%error, "applied directives not kept");
        }
        Ok(())
    }
}

/// Where a member goes on. One that has another directive at its cursor than we have now pulled
/// before we were restored from a backup; it gets all, and keeps what it has.
async fn resume_directives(hub: &Hub, asked: &PullRequest) -> Result<u64, SqlError> {
    let (after, last) = (asked.after, asked.last.clone());
    if after == 0 || last.is_empty() {
        return Ok(after);
    }
    let at = hub.database().read_async(move |tx| directive::at(tx, after)).await?;
    let same = at.is_some_and(|bytes| sha256(&bytes).bytes().as_slice() == last);
    Ok(if same { after } else { 0 })
}

/// Directives after a cursor. Most members have all of them, and to see that takes no thread.
async fn page_after(hub: &Hub, cursor: u64) -> Result<Vec<directive::Stored>, SqlError> {
    if hub.database().read(directive::last_cursor)? <= cursor {
        return Ok(Vec::new());
    }
    hub.database().read_async(move |tx| directive::after(tx, cursor, PULL_PAGE)).await
}

/// Where a member goes on with addressed items. One that came here since its last item came up has
/// what is kept for it elsewhere put into its own list.
async fn resume_addressed(
    hub: &Hub,
    member: &UnitId,
    asked: &PullRequest,
) -> Result<u64, SqlError> {
    let (own, after, last) = (member.clone(), asked.addressed_after, asked.addressed_last.clone());
    let resumed = hub.database().read(move |tx| resume(tx, &own, (after, &last)))?;
    if resumed.has_letters {
        let (own, last) = (member.clone(), asked.addressed_last.clone());
        let forget = move |tx: &Tx<'_>| passed(tx, &own, (after, &last));
        hub.database().write_async("passed", forget).await?;
    }
    if resumed.is_led_elsewhere {
        let (own, now_ms) = (member.clone(), hub.clock().now_ms());
        hub.database().write_async("claim_addressed", move |tx| claim(tx, &own, now_ms)).await?;
    }
    Ok(resumed.after)
}

/// Addressed items after a cursor. Most members have all of them, and to see that takes no thread.
async fn addressed_after(
    hub: &Hub,
    member: &UnitId,
    cursor: u64,
) -> Result<Vec<relay::Stored>, SqlError> {
    let own = member.clone();
    if hub.database().read(move |tx| relay::last_cursor(tx, &own))? <= cursor {
        return Ok(Vec::new());
    }
    let own = member.clone();
    hub.database().read_async(move |tx| relay::after(tx, &own, cursor, ADDRESSED_PAGE)).await
}

fn applied_line(member: &UnitId, is_hub: bool, line: &Applied) -> contact::Applied {
    let short = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    // A school speaks for itself; a hub also for what is below it.
    let unit =
        if line.unit.is_empty() || !is_hub { member.to_string() } else { short(&line.unit, 40) };
    contact::Applied {
        unit,
        kind: short(&line.kind, 40),
        name: short(&line.name, 60),
        content: line.content.iter().copied().take(33).collect(),
        in_force: line.in_force,
        reason: short(&line.reason, 200),
    }
}

fn intake_status(error: &IntakeError) -> Status {
    let text = error.to_string();
    match error {
        IntakeError::Frame(FrameError::TooLarge) => coded(Code::OutOfRange, TOO_LARGE, text),
        IntakeError::Frame(_) => Status::invalid_argument(text),
        IntakeError::NotServed => Status::permission_denied(text),
        IntakeError::UnknownEpoch => Status::failed_precondition(text),
        IntakeError::Outdated | IntakeError::Replays | IntakeError::Stopping => {
            Status::unavailable(text)
        }
    }
}
