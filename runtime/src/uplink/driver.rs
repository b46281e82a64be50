//! The driver: connects, says hello, keeps the lanes and the directives flowing, waits and tries
//! again.

use std::sync::Arc;
use std::time::Duration;

use certs::chain::Trust;
use certs::digest::sha256;
use certs::identity::PeerIdentity;
use certs::key::PublicKey;
use certs::tls::{TlsError, client_config};
use domain::digest::Digest;
use domain::unit::IdentityName;
use proto::wire::sync::sync_client::SyncClient;
use proto::wire::sync::{
    Applied as WireApplied, HelloRequest, HelloResponse, Lane, LaneExpectation, LaneState,
    PullRequest, PullResponse, ReportAppliedRequest,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use super::answer::AnswerError;
use super::push::Push;
use super::{
    CLOCK_SKEW, IdentityCell, LANE_PARENT, LAST_CODE, LAST_CONTACT, LAST_ERROR, PULL_CURSOR,
    outbox, renewal,
};
use crate::clock::Clock;
use crate::sql::{Database, SqlError, Tx};
use crate::transport::{self, TransportError};

/// First and longest wait between attempts.
const BACKOFF_MS: (u64, u64) = (500, 60_000);

/// How often an open connection looks whether its certificate is due.
const RENEWAL_CHECK: Duration = Duration::from_secs(3_600);

/// Where the parent is and who it must be.
#[derive(Clone, Debug)]
pub struct Parent {
    /// Address that is dialled; proves nothing.
    pub address: String,
    /// Name that it must show.
    pub name: IdentityName,
}

/// How long directives must be quiet before the parent is told what was applied.
const REPORT_AFTER: Duration = Duration::from_millis(200);

/// How often a hub looks whether the number of schools below it has changed.
const SCHOOLS_CHECK: Duration = Duration::from_secs(2);

/// Lines of one report.
const APPLIED_PAGE: usize = 1_000;

/// A directive as this unit, or one below it, applied it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Unit that applied it.
    pub unit: String,
    /// Kind of the pack.
    pub kind: String,
    /// Name of the pack.
    pub name: String,
    /// Tagged digest of its content.
    pub content: Vec<u8>,
    /// Whether it is in force.
    pub in_force: bool,
    /// Why it is not.
    pub reason: String,
}

/// What the process does with what comes down. Called off the async threads.
pub trait Hooks: Send + Sync + 'static {
    /// Stores a directive and applies it where it can. An error stops the pull until the next
    /// connection; a directive that is stored but not applicable here is no error.
    ///
    /// # Errors
    /// The directive could not be stored.
    fn directive(&self, directive: &[u8]) -> Result<(), SqlError>;

    /// What is in force here and below, for the parent.
    ///
    /// # Errors
    /// The store could not be read.
    fn applied(&self) -> Result<Vec<Applied>, SqlError>;

    /// Active schools below this unit; zero for a school.
    fn schools_below(&self) -> u32;

    /// Something was answered: whoever waits for it may look.
    fn answered(&self) {}
}

/// Why an attempt ended. The driver tries again unless it says that a person must act.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UplinkError {
    /// No connection, or the other side refused us.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The hub refused a call.
    #[error("{}", .0.message())]
    Call(#[from] tonic::Status),
    /// Our own store.
    #[error(transparent)]
    Store(#[from] SqlError),
    /// An answer that cannot be believed.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The hub keeps other bytes under one of our sequences; people must look.
    #[error("{0}")]
    Conflict(String),
    /// The hub closed the stream.
    #[error("the hub closed the connection")]
    Ended,
    /// The hub does not speak as agreed.
    #[error("the hub's answer is not understood: {0}")]
    Protocol(&'static str),
    /// Our certificate could not be renewed.
    #[error("the certificate could not be renewed")]
    Renewal,
    /// Nothing more was answered in time.
    #[error("the hub did not answer in time")]
    Late,
}

/// A member's side of its one connection.
#[derive(Clone)]
pub struct Uplink {
    database: Database,
    identity: IdentityCell,
    parent: Parent,
    trust: Trust,
    clock: Clock,
    hooks: Arc<dyn Hooks>,
    bell: Arc<Notify>,
}

impl Uplink {
    /// Puts a member's side together; nothing is dialled yet.
    #[must_use]
    pub fn new(
        database: Database,
        identity: IdentityCell,
        parent: Parent,
        (trust, clock): (Trust, Clock),
        hooks: Arc<dyn Hooks>,
    ) -> Self {
        let trust = trust.with_clock(clock.for_tls());
        Self { database, identity, parent, trust, clock, hooks, bell: Arc::default() }
    }

    /// Tells the driver that something was queued.
    pub fn ring(&self) {
        self.bell.notify_one();
    }

    pub(super) async fn queued(&self) {
        self.bell.notified().await;
    }

    pub(super) const fn database(&self) -> &Database {
        &self.database
    }

    pub(super) const fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(super) fn hooks(&self) -> &dyn Hooks {
        self.hooks.as_ref()
    }

    /// Stays connected until the token is cancelled.
    pub async fn serve(&self, stop: CancellationToken) {
        let mut wait_ms = BACKOFF_MS.0;
        while !stop.is_cancelled() {
            let started = self.clock.now_ms();
            let attempt = tokio::select! {
                () = stop.cancelled() => return,
                attempt = self.attempt(false) => attempt,
            };
            if let Err(error) = attempt {
                tracing::warn!(%error, "uplink interrupted");
                self.note_error(&error).await;
            }
            // A connection that lasted shows that the hub is well: begin with short waits again.
            let lasted = self.clock.now_ms().saturating_sub(started) > 30_000;
            wait_ms = if lasted { BACKOFF_MS.0 } else { (wait_ms * 2).min(BACKOFF_MS.1) };
            let [jitter] = certs::digest::random_bytes::<1>();
            let wait = Duration::from_millis(wait_ms / 2 + wait_ms * u64::from(jitter) / 512);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Connects, pulls what there is, pushes until everything queued is answered, disconnects.
    ///
    /// # Errors
    /// The hub cannot be reached or refuses, or does not answer within the time.
    pub async fn flush(&self, within: Duration) -> Result<(), UplinkError> {
        let done = tokio::time::timeout(within, self.attempt(true)).await;
        let outcome = done.unwrap_or(Err(UplinkError::Late));
        if let Err(error) = &outcome {
            self.note_error(error).await;
        }
        outcome
    }

    async fn attempt(&self, once: bool) -> Result<(), UplinkError> {
        let identity = self.identity.current();
        let config = client_config(Some(&identity), &self.parent.name, &self.trust)
            .map_err(|error: TlsError| TransportError::Tls(error))?;
        let dial = transport::connect(&self.parent.address, &self.parent.name, config).await?;
        let leaf = dial.shown.first().ok_or(UplinkError::Protocol("no certificate"))?;
        let parent = PeerIdentity::from_leaf(leaf, self.parent.name.zone())
            .map_err(|_| UplinkError::Protocol("no identity"))?;
        self.note_parent(&parent, leaf.clone()).await?;
        let expected = self.hello(dial.channel.clone()).await?;
        let renewed = renewal::renew_if_due(dial.channel.clone(), &self.identity, &self.clock);
        if renewed.await? && !once {
            // The next connection shows the new certificate.
            return Ok(());
        }
        let key = parent.key().clone();
        let push = Push::open(self, dial.channel.clone(), key, expected).await?;
        if once {
            self.pull(dial.channel.clone(), false).await?;
            return push.run(true).await;
        }
        tokio::select! {
            ended = push.run(false) => ended,
            ended = self.pull(dial.channel.clone(), true) => ended,
            ended = self.tell_schools(dial.channel.clone()) => ended,
            () = tokio::time::sleep(RENEWAL_CHECK) => Ok(()),
        }
    }

    async fn hello(&self, channel: Channel) -> Result<u64, UplinkError> {
        let now_ms = self.clock.now_ms();
        let lane = Lane::Statistics;
        let head = self
            .database
            .write_async("lane_head", move |tx| outbox::lane_head(tx, lane, now_ms))
            .await?;
        let request = HelloRequest {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            clock_ms: now_ms,
            lanes: vec![LaneState {
                lane: lane.into(),
                epoch: head.epoch.to_vec(),
                head: head.head,
                previous_epoch: head.previous_epoch.clone(),
                previous_answered: head.previous_answered,
            }],
            schools_below: self.hooks.schools_below(),
        };
        let answer = SyncClient::new(channel.clone()).hello(request).await;
        let answer = answer.map_err(explain)?.into_inner();
        self.note_contact(now_ms, answer.clock_ms).await?;
        let expected = expectation(&answer, lane)?;
        let (parent, theirs) = (self.parent.name.to_string(), expected.clone());
        let start = self
            .database
            .write_async("agree", move |tx| agree(tx, &head, &parent, &theirs, now_ms))
            .await?;
        match start {
            Some(start) => Ok(start),
            None => Box::pin(self.hello(channel)).await,
        }
    }

    /// Says again how many schools are below whenever that has changed, so that the parent knows
    /// of a school before it reports.
    async fn tell_schools(&self, channel: Channel) -> Result<(), UplinkError> {
        let mut told = self.schools_below().await?;
        loop {
            tokio::time::sleep(SCHOOLS_CHECK).await;
            let schools_below = self.schools_below().await?;
            if schools_below != told {
                let request = HelloRequest {
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                    clock_ms: self.clock.now_ms(),
                    lanes: Vec::new(),
                    schools_below,
                };
                SyncClient::new(channel.clone()).hello(request).await.map_err(explain)?;
                told = schools_below;
            }
        }
    }

    async fn schools_below(&self) -> Result<u32, UplinkError> {
        let hooks = self.hooks.clone();
        tokio::task::spawn_blocking(move || hooks.schools_below())
            .await
            .map_err(|_| UplinkError::Ended)
    }

    async fn pull(&self, channel: Channel, follow: bool) -> Result<(), UplinkError> {
        // Cursors are the parent's own: another parent counts from its own start.
        let name = format!("{PULL_CURSOR}:{}", self.parent.name);
        let known = name.clone();
        let after = self.database.read_async(move |tx| outbox::note(tx, &known)).await?;
        let (after, last) = after.as_deref().map(read_cursor).unwrap_or_default();
        let mut client =
            SyncClient::new(channel).max_decoding_message_size(proto::limits::MESSAGE_BYTES_MAX);
        let mut stream = client.pull(PullRequest { after, follow, last }).await?.into_inner();
        let mut told = false;
        loop {
            // Told once things are quiet, not after each of many directives.
            let next = match tokio::time::timeout(REPORT_AFTER, stream.message()).await {
                Ok(next) => next?,
                Err(_) if told => stream.message().await?,
                Err(_) => {
                    self.report_applied(&mut client).await;
                    told = true;
                    continue;
                }
            };
            let Some(next) = next else { break };
            self.take_directive(&name, next).await?;
            told = false;
        }
        if !told {
            self.report_applied(&mut client).await;
        }
        if follow { Err(UplinkError::Ended) } else { Ok(()) }
    }

    async fn take_directive(&self, cursor: &str, next: PullResponse) -> Result<(), UplinkError> {
        let hooks = self.hooks.clone();
        let (name, reached) = (cursor.to_owned(), written_cursor(&next));
        tokio::task::spawn_blocking(move || hooks.directive(&next.directive))
            .await
            .map_err(|_| UplinkError::Ended)??;
        let note = move |tx: &Tx<'_>| outbox::set_note(tx, &name, &reached);
        Ok(self.database.write_async("pull_cursor", note).await?)
    }

    /// Says what is in force here and below, a page at a time. What the hub does not take now it
    /// is told on the next connection; figures do not wait for it.
    async fn report_applied(&self, client: &mut SyncClient<Channel>) {
        let hooks = self.hooks.clone();
        let applied = match tokio::task::spawn_blocking(move || hooks.applied()).await {
            Ok(Ok(applied)) => applied,
            Ok(Err(error)) => return tracing::warn!(%error, "applied directives not read"),
            Err(_) => return,
        };
        for page in applied.chunks(APPLIED_PAGE) {
            let lines = page.iter().cloned().map(|applied| WireApplied {
                kind: applied.kind,
                name: applied.name,
                content: applied.content,
                in_force: applied.in_force,
                reason: applied.reason,
                unit: applied.unit,
            });
            let request = ReportAppliedRequest { applied: lines.collect() };
            if let Err(status) = client.report_applied(request).await {
                return tracing::warn!(code = ?status.code(), "applied directives not taken");
            }
        }
    }

    async fn note_parent(&self, parent: &PeerIdentity, leaf: Vec<u8>) -> Result<(), UplinkError> {
        let (key_id, now_ms) = (*PublicKey::id(parent.key()).bytes(), self.clock.now_ms());
        let note =
            move |tx: &crate::sql::Tx<'_>| outbox::note_parent_key(tx, &key_id, &leaf, now_ms);
        Ok(self.database.write_async("note_parent_key", note).await?)
    }

    async fn note_contact(&self, now_ms: i64, theirs_ms: i64) -> Result<(), UplinkError> {
        let skew = now_ms.saturating_sub(theirs_ms).to_string();
        let note = move |tx: &crate::sql::Tx<'_>| {
            outbox::set_note(tx, LAST_CONTACT, &now_ms.to_string())?;
            outbox::set_note(tx, LAST_ERROR, "")?;
            outbox::set_note(tx, LAST_CODE, "")?;
            outbox::set_note(tx, CLOCK_SKEW, &skew)
        };
        Ok(self.database.write_async("note_contact", note).await?)
    }

    async fn note_error(&self, error: &UplinkError) {
        let (text, code) = (error.to_string(), error.code().to_owned());
        let note = move |tx: &Tx<'_>| {
            outbox::set_note(tx, LAST_ERROR, &text)?;
            outbox::set_note(tx, LAST_CODE, &code)
        };
        if let Err(error) = self.database.write_async("note_error", note).await {
            tracing::warn!(%error, "uplink state not noted");
        }
    }
}

/// The first call of a connection is where a client learns that its certificate was refused.
pub(super) fn explain(status: tonic::Status) -> UplinkError {
    match certs::tls::find_refusal(&status) {
        Some(refusal) => UplinkError::Transport(TransportError::Refused(refusal)),
        None => UplinkError::Call(status),
    }
}

/// A cursor as it is noted: with the digest of the directive there, by which a parent that was
/// restored from a backup sees that its list is another one now.
fn written_cursor(response: &PullResponse) -> String {
    format!("{} {}", response.cursor, sha256(&response.directive))
}

/// Cursor and digest of a note; earlier versions noted no digest.
fn read_cursor(text: &str) -> (u64, Vec<u8>) {
    let (cursor, digest) = text.split_once(' ').unwrap_or((text, ""));
    let digest = Digest::from_hex(digest).map(|digest| digest.bytes().to_vec());
    (cursor.parse().unwrap_or(0), digest.unwrap_or_default())
}

fn expectation(answer: &HelloResponse, lane: Lane) -> Result<LaneExpectation, UplinkError> {
    let known = answer.lanes.iter().find(|known| known.lane() == lane && known.expected > 0);
    known.cloned().ok_or(UplinkError::Protocol("no expectation for a lane"))
}

/// Where to start pushing, or nothing after a new epoch was begun.
///
/// A hub that has answered frames which we never built, or other ones under our sequences, shows
/// that we were restored from a backup or copied; a new parent starts afresh. What the hub has
/// answered and we have no answer for is sent again, so that its answer is fetched.
fn agree(
    tx: &Tx<'_>,
    head: &outbox::LaneHead,
    parent: &str,
    theirs: &LaneExpectation,
    now_ms: i64,
) -> Result<Option<u64>, SqlError> {
    let lane = theirs.lane();
    let known_parent = outbox::note(tx, LANE_PARENT)?.unwrap_or_default();
    outbox::set_note(tx, LANE_PARENT, parent)?;
    let moved = !known_parent.is_empty() && known_parent != parent;
    let last = match theirs.expected {
        1 => None,
        expected => outbox::frame_digest(tx, lane, &head.epoch, expected - 1)?,
    };
    let same = theirs.expected == 1 || last.is_some_and(|digest| digest == theirs.last_frame);
    if (moved && head.head > 0) || theirs.ended || !same {
        tracing::warn!(expected = theirs.expected, head = head.head, "a new epoch begins");
        outbox::begin_epoch(tx, lane, now_ms)?;
        return Ok(None);
    }
    let open = outbox::first_open(tx, lane, &head.epoch)?;
    Ok(Some(open.unwrap_or(theirs.expected).min(theirs.expected)))
}
