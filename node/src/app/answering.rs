//! The answering pages on the school's network: an address of their own, with TLS, and nothing
//! else behind it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use certs::tls::{PageConfig, page_config};
use runtime::web::{Caller, Label, SessionStore, Sessions, Shell, TlsListener, Transport};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::Node;
use super::serving::ServeError;
use crate::console::answer;
use crate::screening::shelf::Shelf;

/// A socket on which students may answer, and how.
pub(super) struct AnswerSocket {
    socket: TcpListener,
    tls: Option<PageConfig>,
}

impl AnswerSocket {
    /// The address, with the port that the system chose.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        self.socket.local_addr().ok()
    }

    const fn transport(&self) -> Transport {
        match self.tls {
            Some(_) => Transport::Tls,
            None => Transport::Loopback,
        }
    }
}

impl Node {
    /// Binds the address that the settings name; nothing where they name none.
    pub(super) async fn bind_answers(&self) -> Result<Option<AnswerSocket>, ServeError> {
        let Some(pages) = &self.config().answer else {
            return Ok(None);
        };
        let unusable = |cause| ServeError::Console { address: pages.listen, cause };
        let tls = match &pages.tls {
            None => None,
            Some((chain, key)) => {
                let (chain, key) = (std::fs::read(chain), std::fs::read(key));
                let config = page_config(&chain.map_err(unusable)?, &key.map_err(unusable)?);
                Some(config.map_err(|error| unusable(std::io::Error::other(error)))?)
            }
        };
        let socket = TcpListener::bind(pages.listen).await.map_err(unusable)?;
        Ok(Some(AnswerSocket { socket, tls }))
    }

    /// The pages for that address.
    pub(super) fn answer_router(
        &self,
        unit: (Label, String),
        shelf: Arc<Shelf>,
        socket: &AnswerSocket,
    ) -> Result<Router, ServeError> {
        let store = SessionStore::new(self.ledger.database().clone());
        let sessions =
            Sessions::new(store, self.config().second_factor).map_err(|_| ServeError::Accounts)?;
        let mut site = answer::site(unit.0, unit.1, socket.transport());
        site.demonstration = self.config().danger_demo_scales;
        let shell = Shell { site, sessions, clock: self.clock().clone() };
        Ok(answer::alone(Arc::new(shell), self.ledger.clone(), shelf))
    }
}

/// Shows the pages until told to stop.
pub(super) async fn show(socket: AnswerSocket, router: Router, stop: CancellationToken) {
    let service = router.into_make_service_with_connect_info::<Caller>();
    let ended = stop.cancelled_owned();
    let served = match socket.tls {
        None => axum::serve(socket.socket, service).with_graceful_shutdown(ended).await,
        Some(config) => match TlsListener::new(socket.socket, config) {
            Ok(listener) => axum::serve(listener, service).with_graceful_shutdown(ended).await,
            Err(error) => Err(error),
        },
    };
    if let Err(error) = served {
        tracing::error!(%error, "answering pages ended");
    }
}
