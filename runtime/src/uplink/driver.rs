//! The driver: connects, opens the link, and, when it ends, waits and tries again.

use std::sync::Arc;
use std::time::Duration;

use certs::chain::Trust;
use certs::digest::sha256;
use certs::identity::PeerIdentity;
use certs::key::PublicKey;
use certs::signature::KeyId;
use certs::tls::Refusal;
use domain::unit::{IdentityName, UnitId};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::answer::AnswerError;
use super::keys::BarredKey;
use super::link::{Link, Stay};
use super::{
    CLOCK_SKEW, IdentityCell, LAST_CODE, LAST_CONTACT, LAST_ERROR, LAST_STOOD, notes, outbox,
    renewal,
};
use crate::clock::Clock;
use crate::sql::{Database, SqlError, Tx};
use crate::transport::{Dial, Dialler, TlsDialler, TransportError};

/// How often a link that stands is held against what the roots have taken back.
const REVOCATION_CHECK: Duration = Duration::from_secs(2);

/// First and longest wait between attempts.
const BACKOFF_MS: (u64, u64) = (500, 60_000);

/// Where the parent is and who it must be.
#[derive(Clone, Debug)]
pub struct Parent {
    /// Address that is dialled; proves nothing.
    pub address: String,
    /// Name that it must show.
    pub name: IdentityName,
}

/// A directive as this unit, or one below it, applied it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

    /// Keeps an item that came down for a unit, here or below. It is called within the transaction
    /// that notes its cursor, so that both are on the disk or neither is. What is kept already
    /// comes again after a backup was put back on either side, and changes nothing.
    ///
    /// # Errors
    /// The item could not be stored; it comes again on the next connection.
    fn addressed(&self, tx: &Tx<'_>, to: &UnitId, item: &[u8]) -> Result<(), SqlError>;

    /// An addressed item is on the disk: whoever waits for it may look.
    fn arrived(&self) {}

    /// What is in force here and below, for the parent.
    ///
    /// # Errors
    /// The store could not be read.
    fn applied(&self) -> Result<Vec<Applied>, SqlError>;

    /// A number that changes whenever [`Hooks::applied`] says something else; it is asked for every
    /// few seconds.
    ///
    /// # Errors
    /// The store could not be read.
    fn applied_mark(&self) -> Result<u64, SqlError> {
        Ok(0)
    }

    /// Active schools below this unit; zero for a school.
    fn schools_below(&self) -> u32;

    /// Something was answered: whoever waits for it may look.
    fn answered(&self) {}

    /// Looks whether another process stored a newer list of what a root took back. Asked before
    /// each attempt and every few seconds while a link stands.
    fn look_at_revocations(&self) {}

    /// Keys below this unit that may not speak any more; none for a school.
    ///
    /// # Errors
    /// The store could not be read.
    fn barred_keys(&self) -> Result<Vec<BarredKey>, SqlError> {
        Ok(Vec::new())
    }
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
    /// The hub has no space for what we send; it says so until somebody makes room there.
    #[error("the hub has no space left")]
    Full,
}

/// A member's side of its one connection.
#[derive(Clone)]
pub struct Uplink {
    database: Database,
    identity: IdentityCell,
    parent: Parent,
    trust: Trust,
    dialler: Arc<dyn Dialler>,
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
        let dialler = Arc::new(TlsDialler::new(trust.clone()));
        Self { database, identity, parent, trust, dialler, clock, hooks, bell: Arc::default() }
    }

    /// The same over another way to the parent than TLS on the machine's network.
    #[must_use]
    pub fn dialling(self, dialler: Arc<dyn Dialler>) -> Self {
        Self { dialler, ..self }
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

    pub(super) const fn parent(&self) -> &Parent {
        &self.parent
    }

    pub(super) const fn identity(&self) -> &IdentityCell {
        &self.identity
    }

    pub(super) const fn trust(&self) -> &Trust {
        &self.trust
    }

    pub(super) const fn hooks(&self) -> &Arc<dyn Hooks> {
        &self.hooks
    }

    /// Stays connected until the token is cancelled.
    pub async fn serve(&self, stop: CancellationToken) {
        let mut wait_ms = BACKOFF_MS.0;
        while !stop.is_cancelled() {
            let started = self.clock.now_ms();
            let attempt = tokio::select! {
                () = stop.cancelled() => return,
                attempt = self.attempt(Stay::Connected) => attempt,
            };
            if let Err(error) = attempt {
                tracing::warn!(%error, "uplink interrupted");
                self.note_error(&error).await;
            }
            // A connection that lasted shows that the hub is well: begin with short waits again.
            let lasted = self.clock.now_ms().saturating_sub(started) > 30_000;
            wait_ms = if lasted { BACKOFF_MS.0 } else { (wait_ms * 2).min(BACKOFF_MS.1) };
            let wait = self.spread(wait_ms);
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.clock.sleep(wait) => {}
            }
        }
    }

    /// Between half of a wait and all of it. Members whose hub comes back do not come at once:
    /// where in between each waits hangs on its name and the moment, which no two share.
    fn spread(&self, wait_ms: u64) -> Duration {
        let identity = self.identity.current();
        let moment = format!("{} {} {wait_ms}", identity.peer().name(), self.clock.now_ms());
        let [part, ..] = *sha256(moment.as_bytes()).bytes();
        Duration::from_millis(wait_ms / 2 + wait_ms * u64::from(part) / 512)
    }

    /// Connects, pulls what there is, pushes until everything queued is answered, disconnects.
    ///
    /// # Errors
    /// The hub cannot be reached or refuses, or does not answer within the time.
    pub async fn flush(&self, within: Duration) -> Result<(), UplinkError> {
        let done = tokio::time::timeout(within, self.attempt(Stay::UntilDone)).await;
        let outcome = done.unwrap_or(Err(UplinkError::Late));
        if let Err(error) = &outcome {
            self.note_error(error).await;
        }
        outcome
    }

    async fn attempt(&self, stay: Stay) -> Result<(), UplinkError> {
        let dial = self.dial().await?;
        let leaf = dial.shown.first().ok_or(UplinkError::Protocol("no certificate"))?;
        let parent = PeerIdentity::from_leaf(leaf, self.parent.name.zone())
            .map_err(|_| UplinkError::Protocol("no identity"))?;
        self.note_parent(&parent, leaf.clone()).await?;
        let (link, start) = Link::open(self, dial.channel.clone()).await?;
        let renewed = renewal::renew_if_due(dial.channel, &self.identity, &self.clock);
        if renewed.await? && stay == Stay::Connected {
            // The next connection shows the new certificate.
            return Ok(());
        }
        tokio::select! {
            biased;
            ended = link.run(parent.key().clone(), start, stay) => ended,
            // Whatever comes over it, by this link or by hand: a hub that a root took back is
            // left.
            () = self.until_revoked(&dial.shown) => {
                Err(UplinkError::Transport(TransportError::Refused(Refusal::HubRevoked)))
            }
        }
    }

    /// Ends once the parent, by what it showed, is one that a root has taken back.
    async fn until_revoked(&self, shown: &[Vec<u8>]) {
        while !self.trust.revokes_now(shown) {
            tokio::time::sleep(REVOCATION_CHECK).await;
            self.look_at_revocations().await;
        }
    }

    /// What another process stored, off the async threads.
    async fn look_at_revocations(&self) {
        let hooks = self.hooks.clone();
        if let Err(error) = crate::blocking::run(move || hooks.look_at_revocations()).await {
            tracing::warn!(%error, "revocations not looked at");
        }
    }

    async fn dial(&self) -> Result<Dial, UplinkError> {
        self.look_at_revocations().await;
        let hub = (self.parent.address.as_str(), &self.parent.name);
        Ok(self.dialler.dial(hub, self.identity.current()).await?)
    }

    /// Schools below us, off the async threads.
    pub(super) async fn schools_below(&self) -> Result<u32, UplinkError> {
        let hooks = self.hooks.clone();
        crate::blocking::run(move || hooks.schools_below()).await.map_err(|_| UplinkError::Ended)
    }

    pub(super) async fn note_parent(
        &self,
        parent: &PeerIdentity,
        leaf: Vec<u8>,
    ) -> Result<(), UplinkError> {
        let (key_id, now_ms) = (*PublicKey::id(parent.key()).bytes(), self.clock.now_ms());
        let note =
            move |tx: &crate::sql::Tx<'_>| outbox::note_parent_key(tx, &key_id, &leaf, now_ms);
        Ok(self.database.write_async("note_parent_key", note).await?)
    }

    /// A key that the parent showed on an earlier connection, under the name that it has now.
    pub(super) async fn former_parent(
        &self,
        key_id: KeyId,
    ) -> Result<Option<PublicKey>, UplinkError> {
        let id = *key_id.bytes();
        let read = self.database.read_async(move |tx| outbox::parent_certificate(tx, &id));
        let leaf = read.await?;
        let former = leaf.and_then(|leaf| {
            PeerIdentity::from_leaf(&leaf, self.parent.name.zone())
                .inspect_err(|error| tracing::error!(%error, "kept certificate unreadable"))
                .ok()
        });
        let former = former.filter(|former| *former.name() == self.parent.name);
        Ok(former.map(|former| former.key().clone()))
    }

    pub(super) async fn note_contact(
        &self,
        now_ms: i64,
        theirs_ms: i64,
    ) -> Result<(), UplinkError> {
        let skew = now_ms.saturating_sub(theirs_ms).to_string();
        let note = move |tx: &crate::sql::Tx<'_>| {
            notes::set(tx, LAST_CONTACT, &now_ms.to_string())?;
            notes::set(tx, LAST_STOOD, "")?;
            notes::set(tx, LAST_ERROR, "")?;
            notes::set(tx, LAST_CODE, "")?;
            notes::set(tx, CLOCK_SKEW, &skew)
        };
        Ok(self.database.write_async("note_contact", note).await?)
    }

    /// Notes until when the link is known to stand. It is for people to read: a store that is full
    /// ends no link by it.
    pub(super) async fn note_stood(&self, at_ms: i64) {
        let note = move |tx: &Tx<'_>| notes::set(tx, LAST_STOOD, &at_ms.to_string());
        if let Err(error) = self.database.write_async("note_stood", note).await {
            tracing::warn!(%error, "link that stands not noted");
        }
    }

    /// Notes trouble of a link that stays open, and that it is over.
    pub(super) async fn note_trouble(&self, error: Option<&UplinkError>) {
        match error {
            Some(error) => self.note_error(error).await,
            None => self.note_as(String::new(), String::new()).await,
        }
    }

    async fn note_error(&self, error: &UplinkError) {
        self.note_as(error.to_string(), error.code().to_owned()).await;
    }

    async fn note_as(&self, text: String, code: String) {
        let note = move |tx: &Tx<'_>| {
            notes::set(tx, LAST_ERROR, &text)?;
            notes::set(tx, LAST_CODE, &code)
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
