//! Serving: the connection to the parent, the hand-over, and the console, until told to stop.
//!
//! Another process on the same folder (an import, `release send`) rings by touching a file; looking
//! at its time once a second costs next to nothing, so many nodes can do it in one process.

mod backups;
mod post;
mod slots;

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use domain::scale::Setting;
use runtime::sql::SqlError;
use runtime::uplink::Uplink;
use runtime::web::account::one_time_password;
use runtime::web::{Label, SessionStore, Sessions, Shell, Transport};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Node;
use super::answering::{self, AnswerSocket};
use crate::console;
use crate::directive::Inbox;
use crate::egress::{self, Egress};
use crate::intake;
use crate::ledger::account;
use crate::release;
use crate::screening::shelf::Shelf;

/// Locked for as long as a node serves the folder.
const LOCK_FILE: &str = "serve.lock";

/// Touched by whoever queued something.
const BELL_FILE: &str = "serve.bell";

/// How often the bell is looked at.
const BELL_EVERY: Duration = Duration::from_secs(1);

/// How long tasks may take to end.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// Whether the node has a web page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsoleMode {
    /// None, as for hundreds of nodes in one process.
    Off,
    /// On this address; port 0 takes a free one.
    On(SocketAddr),
}

/// Why a node cannot serve. Nothing was started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Another process serves the folder.
    #[error("another process serves this folder")]
    Busy,
    /// The lock file cannot be used.
    #[error("the lock file cannot be used")]
    Lock(#[source] std::io::Error),
    /// The console's address cannot be used.
    #[error("the address {address} of the web page cannot be used")]
    Console {
        /// Which address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// The console's accounts cannot be used.
    #[error("the accounts of the web page cannot be used")]
    Accounts,
    /// The signed items could not be handed over.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// A node that serves. Dropping it stops everything without waiting.
pub struct Serving {
    console: Option<SocketAddr>,
    welcome: Option<String>,
    answers: Option<SocketAddr>,
    uplink: Option<(Uplink, Arc<Inbox>)>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
    _lock: File,
}

/// Whether a node serves the folder in some process.
#[must_use]
pub fn is_served(data: &Path) -> bool {
    let Ok(file) = File::open(data.join(LOCK_FILE)) else {
        return false;
    };
    matches!(file.try_lock_shared(), Err(std::fs::TryLockError::WouldBlock))
}

/// Tells the process that serves the folder that something was queued.
///
/// # Errors
/// The file cannot be written.
pub fn ring_bell(data: &Path) -> std::io::Result<()> {
    std::fs::write(data.join(BELL_FILE), b"")
}

impl Node {
    /// Starts everything that a node does while it runs.
    ///
    /// # Errors
    /// Another process serves the folder, or the console's address cannot be used.
    pub async fn serve(&self, console: ConsoleMode) -> Result<Serving, ServeError> {
        let lock = lock(&self.config.data)?;
        let listener = match console {
            ConsoleMode::Off => None,
            ConsoleMode::On(address) => Some(bind(address).await?),
        };
        let console = listener.as_ref().and_then(|socket| socket.local_addr().ok());
        let answering = self.bind_answers().await?;
        let answers = answering.as_ref().and_then(AnswerSocket::address);
        self.keep_back().await?;
        let (stop, mut tasks) = (CancellationToken::new(), JoinSet::new());
        let uplink = self.uplink();
        if let Some((uplink, inbox)) = &uplink {
            let follow = follow_answers(self.clone(), Arc::clone(inbox), uplink.clone());
            tasks.spawn(stopped_by(stop.clone(), follow));
            let (uplink, token) = (uplink.clone(), stop.clone());
            tasks.spawn(async move { uplink.serve(token).await });
            tasks.spawn(stopped_by(stop.clone(), keep_renewals(self.clone())));
        }
        self.keep_slots(uplink.as_ref().map(|(uplink, _)| uplink), &stop, &mut tasks);
        let mut key = None;
        if let Some(listener) = listener {
            // The first accounts of a receiver are made at its terminal.
            if !self.is_receiver() && console::is_unfinished(self)? {
                key = Some(one_time_password().to_string());
            }
            let router = self.console_router_with(key.as_deref())?;
            tasks.spawn(show(listener, router, stop.clone()));
        }
        if let Some(socket) = answering {
            let router = self.answer_router(self.unit_label(), self.shelf(), &socket)?;
            tasks.spawn(answering::show(socket, router, stop.clone()));
        }
        tasks.spawn(stopped_by(stop.clone(), backups::keep(self.clone())));
        let bell = watch_bell(self.clone(), uplink.as_ref().map(|(uplink, _)| uplink.clone()));
        tasks.spawn(stopped_by(stop.clone(), bell));
        let welcome = key.map(|key| format!("/welcome/{key}"));
        Ok(Serving { console, welcome, answers, uplink, stop, tasks, _lock: lock })
    }

    /// What leaves by the clock: letters in their slots, and a school's sheets once a day.
    fn keep_slots(
        &self,
        uplink: Option<&Uplink>,
        stop: &CancellationToken,
        tasks: &mut JoinSet<()>,
    ) {
        let Some(uplink) = uplink else { return };
        let (node, stop) = (self.clone(), stop.clone());
        match self.is_receiver() {
            true => tasks.spawn(stopped_by(stop, intake::keep(node, uplink.clone()))),
            false => {
                let post = post::keep(node.clone(), uplink.clone());
                tasks.spawn(stopped_by(stop.clone(), post));
                tasks.spawn(stopped_by(stop, slots::keep(node)))
            }
        };
    }

    /// Takes back what is held before anything can be sent.
    async fn keep_back(&self) -> Result<(), ServeError> {
        let node = self.clone();
        let work = move || release::take_back_held(&node.ledger, &node.transfer);
        let done = runtime::blocking::run(work).await;
        done.unwrap_or(Err(SqlError::Closed)).map_err(ServeError::from)
    }

    /// The web page, with two addresses for whoever watches the process.
    ///
    /// # Errors
    /// The accounts cannot be used.
    pub fn console_router(&self) -> Result<Router, ServeError> {
        self.console_router_with(None)
    }

    /// As [`Node::console_router`], with the first set-up under the address of a key.
    ///
    /// # Errors
    /// The accounts cannot be used.
    pub fn console_router_with(&self, key: Option<&str>) -> Result<Router, ServeError> {
        let store = SessionStore::new(self.ledger.database().clone());
        let sessions =
            Sessions::new(store, self.config.second_factor).map_err(|_| ServeError::Accounts)?;
        let sessions = sessions.witnessed(Arc::new(account::ChangeLog));
        let (name, id) = self.unit_label();
        let mut site = match self.is_receiver() {
            true => console::receiver_site(name, id, Transport::Loopback),
            false => console::site(name, id, Transport::Loopback),
        };
        site.demonstration = self.config.danger_demo_scales;
        let shell = Arc::new(Shell { site, sessions, clock: self.clock.clone() });
        let pages = match self.is_receiver() {
            true => console::receiver_router(shell, self.clone()),
            false => {
                let source = Arc::new(Egress::new(self.clone()));
                console::router_of(shell, source, self.clone(), key)
            }
        };
        let node = self.clone();
        let ready = get(move || readiness(node.clone()));
        let watched = Router::new().route("/livez", get(|| async { "ok" })).route("/readyz", ready);
        Ok(watched.merge(pages))
    }

    /// Name and id of the school, as its pages show them.
    fn unit_label(&self) -> (Label, String) {
        let school = &self.config.school;
        let id = self.config.unit().map_or_else(|| "node".to_owned(), ToString::to_string);
        let name = match (school.name_zh.as_str(), school.name_en.as_str()) {
            ("", "") => Label::same(id.clone()),
            (zh, en) => Label::new(zh, en),
        };
        (name, id)
    }

    /// The scales of the school's runs.
    #[must_use]
    pub fn shelf(&self) -> Arc<Shelf> {
        let setting = match self.config.danger_demo_scales {
            true => Setting::Demonstration,
            false => Setting::Service,
        };
        let outward = self.outward.clone();
        Arc::new(Shelf::new(setting, move || outward.packs()))
    }

    /// The address that slips name; blank where there is none, or where it is every address of the
    /// machine.
    #[must_use]
    pub fn answered_at(&self) -> String {
        let pages = self.config.answer.as_ref();
        let named = pages.filter(|pages| !pages.listen.ip().is_unspecified());
        named.map_or_else(String::new, |pages| {
            let scheme = if pages.tls.is_some() { "https" } else { "http" };
            format!("{scheme}://{}", pages.listen)
        })
    }

    /// Copies what was signed into the outbox, after signing again what the hub refused because it
    /// knows the revision with other figures, and takes the verdicts that came back; says whether
    /// anything was new in the outbox.
    ///
    /// # Errors
    /// One of the stores cannot be read or written.
    pub fn hand_over(&self) -> Result<bool, release::ReleaseError> {
        if self.is_receiver() {
            // It has nothing to release. What came is taken in; answers leave in their slots.
            self.work_intake();
            return Ok(false);
        }
        // First, whatever may fail below.
        release::take_back_held(&self.ledger, &self.transfer)?;
        if let Some(member) = self.member() {
            let context = egress::context(self)?;
            let identity = member.identity.current();
            release::outrun(&self.ledger, &self.transfer, &context, identity.key())?;
        }
        let copied = release::copy_handover(&self.ledger, &self.transfer, self.clock.now_ms())?;
        self.take_verdicts()?;
        Ok(copied > 0)
    }
}

impl Serving {
    /// Address of the web page, with the port that the system chose.
    #[must_use]
    pub const fn console(&self) -> Option<SocketAddr> {
        self.console
    }

    /// Where the first set-up is, as long as something of it is missing; only for whoever has the
    /// terminal.
    #[must_use]
    pub fn welcome(&self) -> Option<&str> {
        self.welcome.as_deref()
    }

    /// Address of the answering pages on the school's network, where they have one.
    #[must_use]
    pub const fn answers(&self) -> Option<SocketAddr> {
        self.answers
    }

    /// The connection to the parent; nothing before joining.
    #[must_use]
    pub fn uplink(&self) -> Option<&Uplink> {
        self.uplink.as_ref().map(|(uplink, _)| uplink)
    }

    /// The inbox of directives and answers; nothing before joining.
    #[must_use]
    pub fn inbox(&self) -> Option<&Arc<Inbox>> {
        self.uplink.as_ref().map(|(_, inbox)| inbox)
    }

    /// Stops everything and waits for it to end; what does not end in time is dropped.
    pub async fn finish(mut self) {
        self.stop.cancel();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_WITHIN, ended).await.is_err() {
            tracing::warn!("some tasks did not end in time");
        }
    }
}

fn lock(data: &Path) -> Result<File, ServeError> {
    let mut options = std::fs::OpenOptions::new();
    let options = options.create(true).truncate(false).write(true).read(true);
    let file = options.open(data.join(LOCK_FILE)).map_err(ServeError::Lock)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(ServeError::Busy),
        Err(std::fs::TryLockError::Error(error)) => Err(ServeError::Lock(error)),
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|cause| ServeError::Console { address, cause })
}

async fn show(listener: TcpListener, router: Router, stop: CancellationToken) {
    // The address of a browser is counted with its failed attempts.
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = served.await {
        tracing::error!(%error, "web page ended");
    }
}

async fn stopped_by(stop: CancellationToken, task: impl Future<Output = ()>) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = task => {}
    }
}

/// Ready is a node whose stores answer; the hub may be away, that is no fault of the node.
async fn readiness(node: Node) -> (StatusCode, &'static str) {
    let read = runtime::blocking::run(move || {
        node.transfer.backlog()?;
        node.ledger.read(crate::ledger::rounding_key::load).map(drop)
    });
    match read.await {
        Ok(Ok(())) => (StatusCode::OK, "ready"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the stores do not answer"),
    }
}

async fn keep_renewals(node: Node) {
    let Some(member) = node.member() else { return };
    let mut renewals = member.identity.renewals();
    while renewals.changed().await.is_ok() {
        if let Err(error) = node.keep_certificate() {
            tracing::warn!(%error, "own certificate not kept");
        }
    }
}

/// What the hub refuses because it knows the revision is signed again above it, without a person.
async fn follow_answers(node: Node, inbox: Arc<Inbox>, uplink: Uplink) {
    let answers = inbox.answers();
    loop {
        answers.notified().await;
        let copying = node.clone();
        match runtime::blocking::run(move || copying.hand_over()).await {
            Ok(Ok(true)) => uplink.ring(),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "signed items not handed over yet"),
            Err(_) => return,
        }
    }
}

async fn watch_bell(node: Node, uplink: Option<Uplink>) {
    let path = node.config.path(BELL_FILE);
    let mut last = None;
    let mut first = true;
    loop {
        let now = rung_at(&path);
        if first || now != last {
            (first, last) = (false, now);
            let copying = node.clone();
            match runtime::blocking::run(move || copying.hand_over()).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "signed items not handed over yet");
                    // Looked at again, as if it had rung.
                    first = true;
                }
                Err(_) => return,
            }
            if let Some(uplink) = &uplink {
                uplink.ring();
            }
        }
        tokio::time::sleep(BELL_EVERY).await;
    }
}

fn rung_at(path: &PathBuf) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
mod tests {
    use domain::period::{Period, TermId};
    use domain::release::ReleaseId;
    use proto::wire::sync::Lane;
    use runtime::clock::Clock;
    use runtime::uplink::outbox;

    use super::*;
    use crate::ledger::hold::{self, Act};
    use crate::ledger::release::{Registered, insert};
    use crate::transfer::witness;
    use crate::unlock::Opener;

    /// A node that begins on a clock that is a year ahead of what it had witnessed before goes by
    /// that.
    #[test]
    fn a_clock_that_is_ahead_at_the_start_is_not_believed() {
        let folder = tempfile::tempdir().expect("folder");
        let data = folder.path().join("data");
        let opener = Opener::danger_new_key_file(&folder.path().join("key")).expect("key file");
        let settings = [("school_type", "junior".to_owned())];
        crate::app::create(&data, &settings, &opener, &Clock::system()).expect("created");
        let open = || crate::app::open_folder(&data, &opener, Clock::system()).expect("node");
        let node = open();
        let first = node.past().expect("past");
        assert!(first <= node.clock().now(), "a node that never ran believes its clock");
        let before_ms = first.as_millisecond() - 400 * 24 * 3_600_000;
        let kept = move |tx: &runtime::sql::Tx<'_>| witness::keep(tx, before_ms);
        node.transfer().write("kept", kept).expect("kept");
        drop(node);
        let past = open().past().expect("past").as_millisecond();
        assert!((before_ms..before_ms + 24 * 3_600_000).contains(&past), "{past}");
    }

    /// What a crash left in the outbox under a hold is out of it before anything is started.
    #[tokio::test]
    async fn what_is_held_is_taken_back_before_serving() {
        let folder = tempfile::tempdir().expect("folder");
        let data = folder.path().join("data");
        let opener = Opener::danger_new_key_file(&folder.path().join("key")).expect("key file");
        let clock = Clock::system();
        let settings = [("school_type", "junior".to_owned())];
        crate::app::create(&data, &settings, &opener, &clock).expect("created");
        let node = crate::app::open_folder(&data, &opener, clock).expect("node");
        let period = Period::Term(TermId { school_year: 2025, number: 1 });
        let id = ReleaseId {
            unit: "F370202004J01".parse().expect("unit"),
            table: "clear.term".parse().expect("table"),
            period,
            revision: std::num::NonZeroU32::MIN,
        };
        let (name, held) = (id.to_string(), period.to_string());
        let registered = Registered {
            revision: 1,
            figures: certs::digest::sha256(b"figures"),
            body: certs::digest::sha256(b"item"),
            made_at_ms: 1,
        };
        let written = node.ledger.write("held", move |tx| {
            insert(tx, &id, &registered, b"item")?;
            let act = Act { period: held, reason: "why".into(), author: "li".into(), at_ms: 1 };
            hold::hold(tx, &act)
        });
        assert!(written.expect("held"));
        let queued = node
            .transfer
            .write("queue", move |tx| outbox::enqueue(tx, Lane::Statistics, &name, b"item", 1));
        assert!(queued.expect("queued"));
        let serving = node.serve(ConsoleMode::Off).await.expect("serves");
        assert_eq!(node.transfer.releases(10).expect("outbox"), []);
        serving.finish().await;
    }
}
