//! The hub's web side: console and read-only REST interface on one address of this machine.
//!
//! On the loopback it is plain HTTP; an address that others can reach is refused until it is
//! served over TLS, because sign-in would otherwise cross a network in the clear.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::routing::get;
use runtime::sql::Tx;
use runtime::web::factor::FactorPolicy;
use runtime::web::{Label, SessionStore, Sessions, Shell, Transport};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::{Hub, HubError};
use crate::metrics::{self, Scrape};
use crate::statistics::Statistics;
use crate::store::setting::registry_version;
use crate::{console, rest};

/// Setting that marks a city whose pupils are made up; pages say so.
pub const DEMONSTRATION: &str = "danger_demonstration";

/// A console that is bound and not yet served.
pub struct Console {
    listener: TcpListener,
    router: Router,
}

impl Console {
    /// Binds the configured address.
    ///
    /// # Errors
    /// The address is taken, or is not one of this machine's loopback.
    pub async fn bind(hub: &Hub) -> Result<Self, HubError> {
        let address = hub.config().console;
        if !address.ip().is_loopback() {
            return Err(HubError::OpenConsole(address));
        }
        let listener = TcpListener::bind(address).await?;
        Ok(Self { listener, router: router(hub)? })
    }

    /// The address that was bound, with the port that the system chose.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until the token is cancelled.
    pub async fn serve(self, stop: CancellationToken) {
        // The address of a browser is counted with its failed attempts.
        let router = self.router.into_make_service_with_connect_info::<SocketAddr>();
        let served =
            axum::serve(self.listener, router).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(error) = served.await {
            tracing::error!(%error, "console ended");
        }
    }
}

/// Pages, interface, and three addresses for whoever watches the process.
fn router(hub: &Hub) -> Result<Router, HubError> {
    let config = hub.config();
    let store = SessionStore::new(hub.database().clone());
    let sessions = Sessions::new(store, FactorPolicy::Persons);
    let sessions = sessions.map_err(|error| HubError::Trust(Box::new(error)))?;
    let unit = Label::new(&config.name_zh, &config.name_en);
    let mut site = console::site(config.kind, unit, config.unit.to_string(), Transport::Loopback);
    site.demonstration = hub.is_demonstration()?;
    let shell = Arc::new(Shell { site, sessions, clock: hub.clock().clone() });
    let statistics = Statistics::of(hub);
    let pages = console::router(config.kind, Arc::clone(&shell), Arc::new(statistics.clone()));
    let watched = hub.clone();
    let ready = get(move || readiness(watched.clone()));
    let measured = hub.clone();
    let health = Router::new()
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", ready)
        .route("/metrics", get(move || metrics(measured.clone())));
    Ok(health.merge(rest::router(shell, statistics)).merge(pages))
}

/// Ready is a hub whose store answers; the parent may be away.
async fn readiness(hub: Hub) -> (StatusCode, &'static str) {
    match hub.database().read_async(registry_version).await {
        Ok(_) => (StatusCode::OK, "ready"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer"),
    }
}

/// What a monitor on this machine reads, without a session: no figure of a school is in it.
async fn metrics(hub: Hub) -> Result<([(HeaderName, &'static str); 1], String), StatusCode> {
    let (clock, identity) = (hub.clock().clone(), hub.identity().current());
    let config = hub.config().clone();
    let scrape = move |tx: &Tx<'_>| {
        let now = (clock.now(), clock.today());
        Scrape { config: &config, identity: Some(&identity), now }.text(tx)
    };
    match hub.database().read_async(scrape).await {
        Ok(text) => Ok(([(CONTENT_TYPE, metrics::MEDIA_TYPE)], text)),
        Err(error) => {
            tracing::warn!(%error, "metrics could not be read");
            Err(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}
