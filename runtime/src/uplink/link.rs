//! An open link: one call on which we say where we stand, push our lanes and take directives.
//!
//! Answers, directives and the parent's own word arrive on one stream and are taken one after the
//! other, so what is noted of each is in the order in which the parent said it.

use std::collections::HashSet;
use std::time::Duration;

use certs::digest::sha256;
use certs::key::PublicKey;
use domain::digest::Digest;
use domain::unit::UnitId;
use proto::limits::FRAMES_IN_FLIGHT_MAX;
use proto::wire::sync::link_request::Part as Ask;
use proto::wire::sync::link_response::Part as Said;
use proto::wire::sync::sync_client::SyncClient;
use proto::wire::sync::{
    Addressed, Applied as WireApplied, HelloRequest, HelloResponse, Lane, LaneExpectation,
    LaneState, LinkRequest, LinkResponse, PullRequest, PullResponse, ReportApplied, Stored,
};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, sleep_until};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::transport::Channel;

use super::driver::{Applied, Uplink, UplinkError, explain};
use super::keys::ToldKeys;
use super::push::Push;
use super::{ADDRESSED_CURSOR, CONFLICT, LANE_PARENT, PULL_CURSOR, notes, outbox};
use crate::sql::{SqlError, Tx};

/// How often an open connection looks whether its certificate is due.
const RENEWAL_CHECK: Duration = Duration::from_secs(3_600);

/// How long directives must be quiet before the parent is told what was applied.
const REPORT_AFTER: Duration = Duration::from_millis(200);

/// How often a hub looks whether anything below it has changed that its parent should know.
const CHANGES_CHECK: Duration = Duration::from_secs(2);

/// How often it is noted that the link stands.
const STOOD_NOTED: Duration = Duration::from_secs(60);

/// How long a link may seem to stand whose other end is gone: the pings of the transport and the
/// wait for their answer.
const SEEMS_TO_STAND_MS: i64 = 50_000;

/// Lines of one report.
const APPLIED_PAGE: usize = 1_000;

/// Lanes that a member has, used or not.
const LANES: [Lane; 2] = [Lane::Statistics, Lane::Referral];

/// First sequence that the parent wants in each lane.
pub(super) type Starts = Vec<(Lane, u64)>;

/// Where each lane stands here.
pub(super) type Heads = Vec<(Lane, outbox::LaneHead)>;

/// How long a link lasts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stay {
    /// Until it breaks or the certificate is due.
    Connected,
    /// Until all directives are here and everything queued is answered.
    UntilDone,
}

/// The two ends of a link's streams.
pub(super) struct Link<'u> {
    uplink: &'u Uplink,
    parts: mpsc::Sender<LinkRequest>,
    replies: Streaming<LinkResponse>,
    /// When the parent is told what is applied; nothing if it knows.
    report_at: Option<Instant>,
    /// Whether all directives have come.
    is_caught_up: bool,
    /// Schools below us, as the parent was told.
    schools_told: u32,
    /// For calls beside this one.
    channel: Channel,
    /// Which list of barred keys the parent has, by its digest.
    keys_told: ToldKeys,
    /// What the parent was told is applied, and the mark of it; nothing before the first report.
    applied_told: Option<(u64, HashSet<Applied>)>,
    /// Whether the parent wants to hear what was stored, and what it was not told yet.
    stored: (bool, Option<Stored>),
    /// When it was noted last that the link stands.
    stood_at: Instant,
}

impl<'u> Link<'u> {
    /// Opens the call and says hello; gives the first sequences that the parent wants.
    pub(super) async fn open(
        uplink: &'u Uplink,
        channel: Channel,
    ) -> Result<(Self, Starts), UplinkError> {
        let (parts, queue) = mpsc::channel(FRAMES_IN_FLIGHT_MAX);
        let schools_told = uplink.schools_below().await?;
        let (heads, request) = hello(uplink, schools_told).await?;
        // Said before the call is made, so that both travel together.
        let said = LinkRequest { part: Some(Ask::Hello(request)) };
        parts.send(said).await.map_err(|_| UplinkError::Ended)?;
        let mut client = SyncClient::new(channel.clone())
            .max_decoding_message_size(proto::limits::MESSAGE_BYTES_MAX);
        let replies = client.link(ReceiverStream::new(queue)).await.map_err(explain)?.into_inner();
        let mut link = Self {
            uplink,
            parts,
            replies,
            report_at: None,
            is_caught_up: false,
            schools_told,
            channel,
            keys_told: ToldKeys::default(),
            applied_told: None,
            stored: (false, None),
            stood_at: Instant::now(),
        };
        let starts = link.agree(heads).await?;
        link.tell_keys().await?;
        Ok((link, starts))
    }

    /// Waits for the parent's word and settles where to start; a new epoch is said hello for once
    /// more.
    async fn agree(&mut self, mut heads: Heads) -> Result<Starts, UplinkError> {
        loop {
            let now_ms = self.uplink.clock().now_ms();
            let reply = self.replies.message().await.map_err(explain)?;
            let Some(Said::Hello(answer)) = reply.ok_or(UplinkError::Ended)?.part else {
                return Err(UplinkError::Protocol("no hello"));
            };
            let theirs = expectations(&answer, &heads)?;
            self.keys_told.known = answer.barred_keys;
            self.stored.0 = answer.takes_stored;
            let parent = self.uplink.parent().name.to_string();
            self.uplink.note_contact(now_ms, answer.clock_ms).await?;
            let starts = self
                .uplink
                .database()
                .write_async("agree", move |tx| settle(tx, &heads, &parent, &theirs, now_ms))
                .await?;
            if let Some(starts) = starts {
                return Ok(starts);
            }
            let (began, request) = hello(self.uplink, self.schools_told).await?;
            heads = began;
            self.say(Ask::Hello(request)).await?;
        }
    }

    /// Sends, takes and records until the link ends or, as `stay` says, until nothing is left.
    pub(super) async fn run(
        mut self,
        parent: PublicKey,
        starts: Starts,
        stay: Stay,
    ) -> Result<(), UplinkError> {
        self.pull().await?;
        let mut push = Push::new(self.uplink, parent, self.parts.clone(), (starts, stay));
        let mut changes_check = interval(CHANGES_CHECK);
        changes_check.reset();
        let clock = self.uplink.clock().clone();
        let renewal_check = clock.sleep(RENEWAL_CHECK);
        tokio::pin!(renewal_check);
        loop {
            // Registered before looking, so that an item queued meanwhile still wakes us.
            let bell = self.uplink.queued();
            // Who goes again at once takes what comes down first.
            if stay == Stay::Connected || self.is_caught_up {
                let sent = push.send_ready().await?;
                if stay == Stay::UntilDone && !sent && push.is_answered() {
                    drop(push);
                    return self.close().await;
                }
            }
            let report_at = self.report_at;
            // In this order: what is due by the time is seldom, and waits for no stream of answers.
            tokio::select! {
                biased;
                () = &mut renewal_check => return Ok(()),
                _ = changes_check.tick() => {
                    self.note_stood().await;
                    self.tell_changes().await?;
                }
                () = wait_until(report_at), if report_at.is_some() => self.report_applied().await?,
                reply = self.replies.message() => match reply?.ok_or(UplinkError::Ended)?.part {
                    Some(Said::Hello(_)) => {}
                    Some(Said::Directive(next)) => self.take_directive(next).await?,
                    Some(Said::Addressed(next)) => self.take_addressed(next).await?,
                    Some(Said::CaughtUp(_)) => self.catch_up(stay).await?,
                    Some(answer) => push.take(answer).await?,
                    None => return Err(UplinkError::Protocol("an empty answer")),
                },
                () = bell, if push.has_room() => {}
            }
        }
    }

    /// Ends our side and waits until the parent has taken everything and ends its own.
    async fn close(self) -> Result<(), UplinkError> {
        let Self { parts, mut replies, .. } = self;
        drop(parts);
        while replies.message().await?.is_some() {}
        Ok(())
    }

    /// Notes now and then that the link stands, as far as that can be known.
    async fn note_stood(&mut self) {
        if self.stood_at.elapsed() < STOOD_NOTED {
            return;
        }
        self.stood_at = Instant::now();
        let known_ms = self.uplink.clock().now_ms().saturating_sub(SEEMS_TO_STAND_MS);
        self.uplink.note_stood(known_ms).await;
    }

    async fn say(&self, part: Ask) -> Result<(), UplinkError> {
        let said = LinkRequest { part: Some(part) };
        self.parts.send(said).await.map_err(|_| UplinkError::Ended)
    }

    /// Says which keys below may not speak, where the parent has another list.
    async fn tell_keys(&mut self) -> Result<(), UplinkError> {
        self.uplink.tell_keys(self.channel.clone(), &mut self.keys_told).await
    }

    /// Says again how many schools are below, and which keys there may not speak, whenever that
    /// has changed: the parent knows of a school before it reports, and of a revocation within
    /// seconds.
    async fn tell_changes(&mut self) -> Result<(), UplinkError> {
        self.tell_keys().await?;
        self.tell_stored().await?;
        self.look_at_applied().await?;
        let schools_below = self.uplink.schools_below().await?;
        if schools_below == self.schools_told {
            return Ok(());
        }
        self.schools_told = schools_below;
        let (version, clock_ms) = (version(), self.uplink.clock().now_ms());
        let request = HelloRequest { version, clock_ms, lanes: Vec::new(), schools_below };
        self.say(Ask::Hello(request)).await
    }

    /// Says up to where addressed items were stored, so that the parent forgets what it may.
    async fn tell_stored(&mut self) -> Result<(), UplinkError> {
        match (self.stored.0, self.stored.1.take()) {
            (true, Some(stored)) => self.say(Ask::Stored(stored)).await,
            _ => Ok(()),
        }
    }

    async fn pull(&self) -> Result<(), UplinkError> {
        self.say(Ask::Pull(pull_request(self.uplink).await?)).await
    }

    async fn take_directive(&mut self, next: PullResponse) -> Result<(), UplinkError> {
        self.report_at = None;
        keep_directive(self.uplink, next).await
    }

    async fn take_addressed(&mut self, next: Addressed) -> Result<(), UplinkError> {
        self.stored.1 = Some(keep_addressed(self.uplink, next).await?);
        Ok(())
    }

    /// All directives are here: the parent is told once things are quiet, not after each of many.
    async fn catch_up(&mut self, stay: Stay) -> Result<(), UplinkError> {
        self.is_caught_up = true;
        if stay == Stay::UntilDone {
            return self.report_applied().await;
        }
        self.report_at = Some(Instant::now() + REPORT_AFTER);
        Ok(())
    }

    /// Has the parent told again where what is applied has changed since it was told: a unit below
    /// may have said what it follows, or refuses, long after we pulled.
    async fn look_at_applied(&mut self) -> Result<(), UplinkError> {
        let Some((told, _)) = &self.applied_told else { return Ok(()) };
        let hooks = self.uplink.hooks().clone();
        let mark = crate::blocking::run(move || hooks.applied_mark()).await;
        match mark.map_err(|_| UplinkError::Ended)? {
            Ok(mark) if mark != *told => self.report_applied().await,
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::warn!(%error, "applied directives not looked at");
                Ok(())
            }
        }
    }

    /// Says what is in force here and below, a page at a time; on one connection only what is new.
    /// What cannot be read now the parent is told on the next connection; figures do not wait for
    /// it.
    async fn report_applied(&mut self) -> Result<(), UplinkError> {
        self.report_at = None;
        let hooks = self.uplink.hooks().clone();
        // The mark first: what changes in between is told once more.
        let read = move || Ok::<_, SqlError>((hooks.applied_mark()?, hooks.applied()?));
        let (mark, applied) = match crate::blocking::run(read).await {
            Ok(Ok(read)) => read,
            Ok(Err(error)) => {
                tracing::warn!(%error, "applied directives not read");
                return Ok(());
            }
            Err(_) => return Ok(()),
        };
        let known = self.applied_told.take().map(|(_, told)| told).unwrap_or_default();
        let new: Vec<&Applied> = applied.iter().filter(|line| !known.contains(*line)).collect();
        for page in new.chunks(APPLIED_PAGE) {
            let lines = page.iter().copied().cloned().map(|applied| WireApplied {
                kind: applied.kind,
                name: applied.name,
                content: applied.content,
                in_force: applied.in_force,
                reason: applied.reason,
                unit: applied.unit,
            });
            self.say(Ask::Applied(ReportApplied { applied: lines.collect() })).await?;
        }
        self.applied_told = Some((mark, applied.into_iter().collect()));
        Ok(())
    }
}

async fn wait_until(at: Option<Instant>) {
    if let Some(at) = at {
        sleep_until(at).await;
    }
}

/// From where on directives and addressed items are asked for.
pub(super) async fn pull_request(uplink: &Uplink) -> Result<PullRequest, UplinkError> {
    let (directives, addressed) = (note_of(uplink, PULL_CURSOR), note_of(uplink, ADDRESSED_CURSOR));
    let read = move |tx: &Tx<'_>| {
        Ok::<_, SqlError>((notes::get(tx, &directives)?, notes::get(tx, &addressed)?))
    };
    let (directives, addressed) = uplink.database().read_async(read).await?;
    let (after, last) = directives.as_deref().map(read_cursor).unwrap_or_default();
    let (addressed_after, addressed_last) =
        addressed.as_deref().map(read_cursor).unwrap_or_default();
    Ok(PullRequest { after, last, addressed_after, addressed_last })
}

/// Cursors are the parent's own: another parent counts from its own start.
fn note_of(uplink: &Uplink, cursor: &str) -> String {
    format!("{cursor}:{}", uplink.parent().name)
}

/// Stores a directive, then notes how far we are.
pub(super) async fn keep_directive(uplink: &Uplink, next: PullResponse) -> Result<(), UplinkError> {
    let hooks = uplink.hooks().clone();
    let name = note_of(uplink, PULL_CURSOR);
    let reached = written_cursor(next.cursor, &next.directive);
    crate::blocking::run(move || hooks.directive(&next.directive))
        .await
        .map_err(|_| UplinkError::Ended)??;
    let note = move |tx: &Tx<'_>| notes::set(tx, &name, &reached);
    Ok(uplink.database().write_async("pull_cursor", note).await?)
}

/// Keeps an addressed item and its cursor in one commit; gives what the parent may forget.
pub(super) async fn keep_addressed(
    uplink: &Uplink,
    next: Addressed,
) -> Result<Stored, UplinkError> {
    let hooks = uplink.hooks().clone();
    let name = note_of(uplink, ADDRESSED_CURSOR);
    let reached = written_cursor(next.cursor, &next.item);
    let stored = Stored { cursor: next.cursor, last: sha256(&next.item).bytes().to_vec() };
    let Ok(to) = next.to.parse::<UnitId>() else {
        return Err(UplinkError::Protocol("an addressed item for no unit"));
    };
    let keep = move |tx: &Tx<'_>| {
        hooks.addressed(tx, &to, &next.item)?;
        notes::set(tx, &name, &reached)
    };
    uplink.database().write_async("addressed", keep).await?;
    uplink.hooks().arrived();
    Ok(stored)
}

fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Where our lanes stand, and how we say it.
pub(super) async fn hello(
    uplink: &Uplink,
    schools_below: u32,
) -> Result<(Heads, HelloRequest), UplinkError> {
    let clock_ms = uplink.clock().now_ms();
    let read = move |tx: &Tx<'_>| {
        let head = |lane| Ok::<_, SqlError>((lane, outbox::lane_head(tx, lane, clock_ms)?));
        LANES.into_iter().map(head).collect::<Result<Heads, SqlError>>()
    };
    let heads = uplink.database().write_async("lane_head", read).await?;
    let lanes = heads.iter().map(|(lane, head)| LaneState {
        lane: (*lane).into(),
        epoch: head.epoch.to_vec(),
        head: head.head,
        previous_epoch: head.previous_epoch.clone(),
        previous_answered: head.previous_answered,
    });
    let lanes = lanes.collect();
    let request = HelloRequest { version: version(), clock_ms, lanes, schools_below };
    Ok((heads, request))
}

/// A cursor as it is noted: with the digest of what is there, by which a parent that was restored
/// from a backup sees that its list is another one now.
fn written_cursor(cursor: u64, there: &[u8]) -> String {
    format!("{cursor} {}", sha256(there))
}

/// Cursor and digest of a note; earlier versions noted no digest.
fn read_cursor(text: &str) -> (u64, Vec<u8>) {
    let (cursor, digest) = text.split_once(' ').unwrap_or((text, ""));
    let digest = Digest::from_hex(digest).map(|digest| digest.bytes().to_vec());
    (cursor.parse().unwrap_or(0), digest.unwrap_or_default())
}

/// What the parent expects in each of our lanes, in their order.
pub(super) fn expectations(
    answer: &HelloResponse,
    heads: &[(Lane, outbox::LaneHead)],
) -> Result<Vec<LaneExpectation>, UplinkError> {
    let of = |(lane, _): &(Lane, outbox::LaneHead)| {
        let known = answer.lanes.iter().find(|known| known.lane() == *lane && known.expected > 0);
        known.cloned().ok_or(UplinkError::Protocol("no expectation for a lane"))
    };
    heads.iter().map(of).collect()
}

/// Where to start pushing in each lane, or nothing after a new epoch was begun in one.
pub(super) fn settle(
    tx: &Tx<'_>,
    heads: &[(Lane, outbox::LaneHead)],
    parent: &str,
    theirs: &[LaneExpectation],
    now_ms: i64,
) -> Result<Option<Starts>, SqlError> {
    let known_parent = notes::get(tx, LANE_PARENT)?.unwrap_or_default();
    notes::set(tx, LANE_PARENT, parent)?;
    let moved = !known_parent.is_empty() && known_parent != parent;
    let mut starts = Some(Starts::new());
    for ((lane, head), theirs) in heads.iter().zip(theirs) {
        let start = settle_lane(tx, (*lane, head), (theirs, moved), now_ms)?;
        starts = starts.zip(start).map(|(mut starts, start)| {
            starts.push((*lane, start));
            starts
        });
    }
    Ok(starts)
}

/// Where to start pushing in a lane, or nothing after a new epoch was begun.
///
/// A hub that has answered frames which we never built, or other ones under our sequences, shows
/// that we were restored from a backup or copied; a new parent starts afresh. What the hub has
/// answered and we have no answer for is sent again, so that its answer is fetched. A hub that was
/// put back to before frames that we have forgotten since cannot have them again.
fn settle_lane(
    tx: &Tx<'_>,
    (lane, head): (Lane, &outbox::LaneHead),
    (theirs, moved): (&LaneExpectation, bool),
    now_ms: i64,
) -> Result<Option<u64>, SqlError> {
    let last = match theirs.expected {
        1 => None,
        expected => outbox::frame_digest(tx, lane, &head.epoch, expected - 1)?,
    };
    let same = theirs.expected == 1 || last.is_some_and(|digest| digest == theirs.last_frame);
    let is_there = theirs.expected > head.head
        || outbox::frame_digest(tx, lane, &head.epoch, theirs.expected)?.is_some();
    if (moved && head.head > 0) || theirs.ended || !same || !is_there {
        tracing::warn!(expected = theirs.expected, head = head.head, "a new epoch begins");
        outbox::begin_epoch(tx, lane, now_ms)?;
        // What had stopped goes on under the new epoch.
        notes::set(tx, CONFLICT, "")?;
        return Ok(None);
    }
    let open = outbox::first_open(tx, lane, &head.epoch)?;
    Ok(Some(open.unwrap_or(theirs.expected).min(theirs.expected)))
}
