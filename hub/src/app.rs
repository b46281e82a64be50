//! The hub as a whole: its state, and the one place that starts everything.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use certs::chain::Trust;
use certs::issuer::IssuingAuthority;
use certs::root::RootCertificate;
use certs::tls::server_config;
use proto::limits::{CONNECTION_WINDOW_BYTES, STREAM_WINDOW_BYTES};
use runtime::clock::{Clock, Witness};
use runtime::sealing::Pins;
use runtime::sql::{Database, Options, SqlError};
use runtime::transport::{Dialler, Listener, Peer};
use runtime::uplink::{IdentityCell, Parent, Uplink};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, watch};
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::server::Connected;

use crate::config::Config;
use crate::hooks::HubHooks;
use crate::intake::{Intake, Own, Parts};
use crate::letters::{self, Post};
use crate::packs::{PackCache, Packs, PacksError};
use crate::publish::{Publisher, Sealer, SealerParts};
use crate::registry::RegistryCache;
use crate::relay::Relay;
use crate::sealed;
use crate::share_key::{self, ShareKeyError};
use crate::web::Console;
use crate::{service, store};

/// How long calls may go on after the hub was told to stop.
const DRAIN: Duration = Duration::from_secs(3);

/// Why a hub could not be opened or served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HubError {
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
    /// The packs.
    #[error(transparent)]
    Packs(#[from] PacksError),
    /// The keys of sealed sums.
    #[error(transparent)]
    ShareKey(#[from] ShareKeyError),
    /// The hub's own identity is missing or unusable: `init` or `join` was not finished.
    #[error("this hub has no usable identity yet: finish init or join first")]
    Identity(#[source] certs::identity::IdentityError),
    /// A root certificate or the issuing authority cannot be read.
    #[error("roots or issuing authority cannot be read")]
    Trust(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An address could not be bound, or a file not be read.
    #[error("the address cannot be listened on, or a file cannot be read")]
    System(#[from] std::io::Error),
    /// The server ended by itself.
    #[error("the server ended")]
    Server(#[from] tonic::transport::Error),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] certs::tls::TlsError),
    /// A console that others could reach would be signed in to in the clear.
    #[error("the console can only be served on this machine's loopback, not on {0}")]
    OpenConsole(SocketAddr),
}

/// A hub's shared state. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    config: Config,
    database: Database,
    clock: Clock,
    identity: IdentityCell,
    roots: Vec<RootCertificate>,
    authority: Option<Arc<IssuingAuthority>>,
    tls: Arc<ArcSwap<rustls::ServerConfig>>,
    registry: Arc<RegistryCache>,
    packs: Arc<PackCache>,
    intake: Intake,
    sealer: Arc<Sealer>,
    uplink: Option<Uplink>,
    folded: Arc<Notify>,
    answered: Arc<Notify>,
    news: Arc<watch::Sender<u64>>,
    relay: Arc<Relay>,
    sealed: sealed::Hub,
}

/// Opens the store of a hub; all its commands use this.
///
/// # Errors
/// The store cannot be opened.
pub fn open_store(config: &Config) -> Result<Database, SqlError> {
    std::fs::create_dir_all(&config.data)?;
    // Members' tables, keys and password digests are nobody else's on this machine.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&config.data, std::fs::Permissions::from_mode(0o700))?;
    }
    Database::open(&config.path("hub.db"), Options::plain(store::MIGRATIONS))
}

/// The store of a hub that begins to serve. The secret of publications is made at the first start,
/// so that every backup has it.
fn begin_store(config: &Config, clock: &Clock) -> Result<Database, SqlError> {
    let (database, now_ms) = (open_store(config)?, clock.now_ms());
    database.write("publication_key", move |tx| {
        store::publication::key_or_make(tx, now_ms).map(drop)
    })?;
    Ok(database)
}

/// The roots that are pinned in a data folder, education's first.
///
/// # Errors
/// None is there, or one cannot be read.
pub fn load_roots(config: &Config) -> Result<Vec<RootCertificate>, HubError> {
    let mut roots = Vec::new();
    for name in ["roots/education.pem", "roots/health.pem"] {
        let path = config.path(name);
        if !path.exists() {
            continue;
        }
        let text = std::fs::read(&path)?;
        let block = pem::parse(&text).map_err(|error| HubError::Trust(Box::new(error)))?;
        let root = RootCertificate::from_der(block.contents())
            .map_err(|error| HubError::Trust(Box::new(error)))?;
        roots.push(root);
    }
    if roots.is_empty() {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(HubError::Trust(Box::new(missing)));
    }
    Ok(roots)
}

/// What signed packs are judged by.
///
/// # Errors
/// As [`load_roots`].
pub fn load_pins(config: &Config) -> Result<Pins, HubError> {
    Ok(Pins { roots: load_roots(config)?, zone: config.zone().clone() })
}

impl Hub {
    /// Opens a hub that was set up and enrolled. Needs an executor; starts intake's worker.
    ///
    /// # Errors
    /// A file or the store cannot be used; nothing was changed.
    pub fn open(config: Config, clock: Clock) -> Result<Self, HubError> {
        Self::open_dialling(config, clock, None)
    }

    /// The same over another way to its parent than TLS on the machine's network.
    ///
    /// # Errors
    /// As [`Hub::open`].
    pub fn open_dialling(
        config: Config,
        clock: Clock,
        dialler: Option<Arc<dyn Dialler>>,
    ) -> Result<Self, HubError> {
        let database = begin_store(&config, &clock)?;
        let identity =
            IdentityCell::load(&config.path("identity.pem")).map_err(HubError::Identity)?;
        let roots = load_roots(&config)?;
        let authority = load_authority(&config)?;
        let packs = load_packs(&database, &config, &roots, &clock)?;
        let trust = trust(&config, &roots, authority.as_deref(), &clock)?;
        let tls = server_config(&identity.current(), first_of(&roots)?, &trust)?;
        let tls = Arc::new(ArcSwap::new(tls));
        let registry = Arc::new(RegistryCache::default());
        let (folded, answered) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let news = Arc::new(watch::Sender::new(0));
        let bells = (Arc::new(Notify::new()), Arc::new(Post::of(&config)));
        let hooks = HubHooks {
            config: config.clone(),
            database: database.clone(),
            clock: clock.clone(),
            roots: roots.clone(),
            trust: Trust::new(roots.clone()),
            packs: packs.clone(),
            answered: answered.clone(),
            news: news.clone(),
            sent_down: bells.0.clone(),
            letters: bells.1.clone(),
            barred: Mutex::default(),
        };
        let uplink = uplink(&identity, hooks, dialler);
        let sealed = sums(&config, (&database, &clock), (&identity, trust), &packs)?;
        let sealing = sealing((&config, &clock, &identity), (&packs, &registry), uplink.as_ref());
        let relay = relay((&config, &clock), (&identity, &roots), uplink.as_ref(), bells);
        let (sealer, intake) = take_in((&database, &relay), sealing, &folded);
        Ok(Self(Arc::new(Inner {
            config,
            database,
            clock,
            identity,
            roots,
            authority,
            tls,
            registry,
            packs,
            intake,
            sealer,
            uplink,
            folded,
            answered,
            news,
            relay,
            sealed,
        })))
    }

    /// The hub's configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The hub's store.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.0.database
    }

    /// The hub's clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The hub's own identity.
    #[must_use]
    pub fn identity(&self) -> &IdentityCell {
        &self.0.identity
    }

    /// Roots that are pinned.
    #[must_use]
    pub fn roots(&self) -> &[RootCertificate] {
        &self.0.roots
    }

    /// The issuing authority of a city or district.
    #[must_use]
    pub fn authority(&self) -> Option<Arc<IssuingAuthority>> {
        self.0.authority.clone()
    }

    /// The TLS configuration that new connections get; swapped as a whole.
    #[must_use]
    pub fn tls(&self) -> &Arc<ArcSwap<rustls::ServerConfig>> {
        &self.0.tls
    }

    /// Who is a member.
    #[must_use]
    pub fn registry(&self) -> Arc<RegistryCache> {
        self.0.registry.clone()
    }

    /// Packs that the hub knows.
    #[must_use]
    pub fn packs(&self) -> Arc<PackCache> {
        self.0.packs.clone()
    }

    /// Where streams bring their frames.
    #[must_use]
    pub fn intake(&self) -> &Intake {
        &self.0.intake
    }

    /// The way up; nothing for the city hub.
    #[must_use]
    pub fn uplink(&self) -> Option<&Uplink> {
        self.0.uplink.as_ref()
    }

    /// Rung when sums or the number of schools below changed.
    #[must_use]
    pub fn folded(&self) -> &Notify {
        &self.0.folded
    }

    /// Changes whenever there may be something new for members: a directive, or an item for them
    /// or a unit below them.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<u64> {
        self.0.news.subscribe()
    }

    /// The relay of addressed items.
    #[must_use]
    pub fn relay(&self) -> &Arc<Relay> {
        &self.0.relay
    }

    /// What sealed sums need of the hub.
    #[must_use]
    pub fn sealed(&self) -> &sealed::Hub {
        &self.0.sealed
    }

    /// Whether all pupils are made up, so that pages say so.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn is_demonstration(&self) -> Result<bool, SqlError> {
        let value =
            self.0.database.read(|tx| store::setting::value(tx, crate::web::DEMONSTRATION))?;
        Ok(value.is_some_and(|value| value == "true"))
    }

    /// Binds the members' address.
    ///
    /// # Errors
    /// The address is taken.
    pub async fn bind(&self) -> Result<(Listener, SocketAddr), HubError> {
        let config = self.config();
        let listener =
            Listener::bind(config.listen, self.0.tls.clone(), config.zone().clone()).await?;
        let address = listener.address()?;
        Ok((listener, address))
    }

    /// Serves members until the token is cancelled.
    ///
    /// # Errors
    /// The server ended by itself.
    pub async fn serve(&self, listener: Listener, stop: CancellationToken) -> Result<(), HubError> {
        let console = Console::bind(self).await?;
        tracing::info!(address = %console.address()?, "console ready");
        tokio::spawn(console.serve(stop.clone()));
        let incoming = listener.incoming(stop.clone());
        self.serve_members(incoming, stop).await
    }

    /// Serves members that come over streams which know their peer, without a console.
    ///
    /// # Errors
    /// The server ended by itself.
    pub async fn serve_members<S>(
        &self,
        incoming: impl Stream<Item = std::io::Result<S>>,
        stop: CancellationToken,
    ) -> Result<(), HubError>
    where
        S: AsyncRead + AsyncWrite + Connected<ConnectInfo = Peer> + Send + Unpin + 'static,
    {
        self.begin(&stop);
        let drained = stop.clone();
        let sums = service::sums::server(sealed::helper::Helper::new(self.0.sealed.clone()));
        let sums = InterceptedService::new(sums, service::peer::leaders(self.clone()));
        let served = tonic::transport::Server::builder()
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .http2_keepalive_interval(Some(Duration::from_secs(60)))
            .add_service(service::sync::server(self.clone()))
            .add_service(service::enrol::server(self.clone()))
            .add_service(service::stats::server(self.clone()))
            .add_service(sums)
            .serve_with_incoming_shutdown(incoming, stop.cancelled_owned());
        tokio::select! {
            served = served => served?,
            // Members hold streams open for days. What was acknowledged is on the disk, and what
            // was not they send again, so nobody loses anything by not being waited for.
            () = async {
                drained.cancelled().await;
                tokio::time::sleep(DRAIN).await;
            } => tracing::info!("open streams were ended"),
        }
        Ok(())
    }

    /// Begins what a hub does besides answering its members.
    fn begin(&self, stop: &CancellationToken) {
        let publisher = Publisher {
            database: self.0.database.clone(),
            sealer: self.0.sealer.clone(),
            folded: self.0.folded.clone(),
            answered: self.0.answered.clone(),
        };
        tokio::spawn(publisher.run(stop.clone()));
        if let Some(uplink) = self.0.uplink.clone() {
            let stop = stop.clone();
            tokio::spawn(async move { uplink.serve(stop).await });
        }
        tokio::spawn(crate::authority::keep_fresh(self.clone(), stop.clone()));
        tokio::spawn(watch_directives(self.clone(), stop.clone()));
        tokio::spawn(crate::relay::serve(self.clone(), self.0.news.clone(), stop.clone()));
        tokio::spawn(letters::serve(self.clone(), stop.clone()));
        tokio::spawn(crate::opened::lane::serve(self.clone(), stop.clone()));
        tokio::spawn(crate::contradiction::serve(self.clone(), stop.clone()));
        tokio::spawn(sealed::silent::serve(self.0.sealed.clone(), stop.clone()));
        if let Some(address) = self.config().helper_address.clone() {
            let bells = (self.0.relay.arrived.clone(), self.0.relay.sent_down.clone());
            let leader = sealed::leader::Leader::new(self.0.sealed.clone(), address, bells);
            tokio::spawn(leader.serve(stop.clone()));
        }
    }

    /// Loads the packs again and tells members that there are new directives.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn reload_packs(&self) -> Result<(), HubError> {
        let today = self.0.clock.today();
        let pins = Pins { roots: self.0.roots.clone(), zone: self.0.config.zone().clone() };
        let packs = self.0.database.read(move |tx| Packs::load(tx, today, &pins))?;
        self.0.packs.replace(packs);
        self.0.news.send_modify(|version| *version += 1);
        Ok(())
    }
}

fn first_of(roots: &[RootCertificate]) -> Result<&RootCertificate, HubError> {
    let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
    roots.first().ok_or_else(|| HubError::Trust(Box::new(missing())))
}

/// What sealed sums need of the hub.
fn sums(
    config: &Config,
    (database, clock): (&Database, &Clock),
    (identity, trust): (&IdentityCell, Trust),
    packs: &Arc<PackCache>,
) -> Result<sealed::Hub, ShareKeyError> {
    let keys = sealed::documents::ShareKeys::default();
    share_key::held(config)?.into_iter().for_each(|held| keys.add(held.key));
    let parts = sealed::Parts {
        unit: config.unit.clone(),
        database: database.clone(),
        clock: clock.clone(),
        identity: identity.clone(),
        zone: config.zone().clone(),
        packs: packs.clone(),
        keys,
    };
    Ok(sealed::Hub::new(parts, trust))
}

fn load_authority(config: &Config) -> Result<Option<Arc<IssuingAuthority>>, HubError> {
    let loaded = crate::authority::load(config);
    Ok(loaded.map_err(|error| HubError::Trust(Box::new(error)))?.map(Arc::new))
}

fn load_packs(
    database: &Database,
    config: &Config,
    roots: &[RootCertificate],
    clock: &Clock,
) -> Result<Arc<PackCache>, HubError> {
    let (today, zone) = (clock.today(), config.zone().clone());
    let pins = Pins { roots: roots.to_vec(), zone };
    let packs = database.read(move |tx| Packs::load(tx, today, &pins))?;
    Ok(Arc::new(PackCache::new(packs)))
}

/// What certificates are judged by.
fn trust(
    config: &Config,
    roots: &[RootCertificate],
    authority: Option<&IssuingAuthority>,
    clock: &Clock,
) -> Result<Trust, HubError> {
    crate::authority::trust(config, roots, authority, clock)
        .map_err(|error| HubError::Trust(Box::new(error)))
}

/// What keeps and passes on what is addressed.
fn relay(
    (config, clock): (&Config, &Clock),
    (identity, roots): (&IdentityCell, &[RootCertificate]),
    uplink: Option<&Uplink>,
    (sent_down, letters): (Arc<Notify>, Arc<Post>),
) -> Arc<Relay> {
    Arc::new(Relay {
        config: config.clone(),
        clock: clock.clone(),
        witness: Witness::of(clock.clone()),
        identity: identity.clone(),
        trust: Trust::new(roots.to_vec()),
        uplink: uplink.cloned(),
        arrived: Arc::default(),
        sent_down,
        letters,
    })
}

/// What a sealing needs besides the store.
fn sealing(
    (config, clock, identity): (&Config, &Clock, &IdentityCell),
    (packs, registry): (&Arc<PackCache>, &Arc<RegistryCache>),
    uplink: Option<&Uplink>,
) -> SealerParts {
    SealerParts {
        clock: clock.clone(),
        packs: packs.clone(),
        registry: registry.clone(),
        identity: identity.clone(),
        unit: config.unit.clone(),
        kind: config.kind,
        uplink: uplink.cloned(),
    }
}

/// What seals sums, and what takes frames in and has them sealed.
fn take_in(
    (database, relay): (&Database, &Arc<Relay>),
    sealing: SealerParts,
    folded: &Arc<Notify>,
) -> (Arc<Sealer>, Intake) {
    let sealer = Sealer::new(sealing);
    let shared = sealer.parts();
    let intake = Intake::start(Parts {
        own: Own { unit: shared.unit.clone(), kind: shared.kind },
        database: database.clone(),
        clock: shared.clock.clone(),
        registry: shared.registry.clone(),
        packs: shared.packs.clone(),
        identity: shared.identity.clone(),
        sealer: sealer.clone(),
        relay: relay.clone(),
        folded: folded.clone(),
    });
    (sealer, intake)
}

/// The way up, for a hub that has a parent.
fn uplink(
    identity: &IdentityCell,
    hooks: HubHooks,
    dialler: Option<Arc<dyn Dialler>>,
) -> Option<Uplink> {
    let parent = hooks.config.parent.as_ref()?;
    let parent = Parent { address: parent.address.clone(), name: parent.name.clone() };
    let parts = (Trust::new(hooks.roots.clone()), hooks.clock.clone());
    let database = hooks.database.clone();
    let uplink = Uplink::new(database, identity.clone(), parent, parts, Arc::new(hooks));
    Some(match dialler {
        Some(dialler) => uplink.dialling(dialler),
        None => uplink,
    })
}

/// Notices directives that another process published, and days on which one comes into force.
async fn watch_directives(hub: Hub, stop: CancellationToken) {
    // What was loaded when the hub was opened is not loaded again: the parser's memory would stay.
    let mut seen = hub.0.packs.last().as_of();
    loop {
        let last = hub.database().read_async(store::directive::last_cursor).await;
        let now = (last.unwrap_or(seen.0), hub.clock().today());
        let is_news = std::mem::replace(&mut seen, now) != now;
        // What came from above was loaded when it came.
        if is_news && hub.0.packs.last().as_of() != now {
            let reloaded = hub.clone();
            let outcome = runtime::blocking::run(move || reloaded.reload_packs()).await;
            if let Ok(Err(error)) = outcome {
                tracing::error!(%error, "packs could not be loaded");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = hub.clock().sleep(Duration::from_secs(1)) => {}
        }
    }
}
