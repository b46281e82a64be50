//! The dialling side: any address, but only the hub whose identity name is expected.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use certs::chain::Trust;
use certs::identity::LeafIdentity;
use certs::tls::{
    Exporter, Refusal, TlsError, client_config, exporter, find_refusal, is_outlived, refusal,
    server_name,
};
use domain::unit::IdentityName;
use hyper_util::rt::TokioIo;
use proto::limits::{CONNECTION_WINDOW_BYTES, STREAM_WINDOW_BYTES};
use rustls::{ClientConfig, HandshakeKind};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint, Uri};

use super::TransportError;
use super::primed::PrimedStream;

/// How long dialling and the handshake may take together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// An open connection and what it proves.
pub struct Dial {
    /// For calls; it does not reconnect by itself.
    pub channel: Channel,
    /// Value that only the two ends of this connection can derive.
    pub exporter: Exporter,
    /// Certificates that the hub showed, DER, leaf first.
    pub shown: Vec<Vec<u8>>,
    /// Whether an earlier session goes on, in which neither side was judged anew.
    pub is_resumed: bool,
}

/// A connection that is being made.
pub type Dialling<'a> = Pin<Box<dyn Future<Output = Result<Dial, TransportError>> + Send + 'a>>;

/// How a unit comes to a connection with its hub.
pub trait Dialler: Send + Sync + 'static {
    /// Connects to the hub of a name at an address, as the unit of an identity.
    fn dial<'a>(
        &'a self,
        hub: (&'a str, &'a IdentityName),
        identity: Arc<LeafIdentity>,
    ) -> Dialling<'a>;
}

/// Dials over TCP and TLS.
pub struct TlsDialler {
    trust: Trust,
    /// What was last dialled with. It keeps the session with the hub, so that a connection after
    /// this one costs both sides a part of what the first did.
    dialled: Mutex<Option<Dialled>>,
}

/// A configuration and the identity that it shows.
struct Dialled {
    identity: Arc<LeafIdentity>,
    config: Arc<ClientConfig>,
}

impl TlsDialler {
    /// Believes hubs under a trust, which has a clock.
    #[must_use]
    pub fn new(trust: Trust) -> Self {
        Self { trust, dialled: Mutex::default() }
    }

    /// Connects with the session of the last connection, where there is one. A failure ends it:
    /// the next attempt shows the certificate again and learns what is wrong with it.
    async fn connect(
        &self,
        (address, hub): (&str, &IdentityName),
        identity: Arc<LeafIdentity>,
    ) -> Result<Dial, TransportError> {
        let known = self.dialled.lock().ok().and_then(|mut known| known.take());
        let known = known.filter(|known| Arc::ptr_eq(&known.identity, &identity));
        let dialled = match known {
            Some(known) => known,
            None => {
                let config = client_config(Some(&identity), hub, &self.trust)
                    .map_err(|error: TlsError| TransportError::Tls(error))?;
                Dialled { identity, config }
            }
        };
        let dial = connect(address, hub, dialled.config.clone()).await?;
        // A session that goes on is judged by nobody else.
        if self.trust.revokes_now(&dial.shown) {
            return Err(TransportError::Refused(Refusal::HubRevoked));
        }
        if let Ok(mut known) = self.dialled.lock() {
            *known = Some(dialled);
        }
        Ok(dial)
    }
}

impl Dialler for TlsDialler {
    fn dial<'a>(
        &'a self,
        hub: (&'a str, &'a IdentityName),
        identity: Arc<LeafIdentity>,
    ) -> Dialling<'a> {
        Box::pin(self.connect(hub, identity))
    }
}

/// Opens one connection to a hub.
///
/// # Errors
/// Nobody answers, the other side is not the hub, or it does not accept us.
pub async fn connect(
    address: &str,
    hub: &IdentityName,
    config: Arc<ClientConfig>,
) -> Result<Dial, TransportError> {
    let clock = config.time_provider.clone();
    let shaking = shake(address, hub, config);
    let stream = tokio::time::timeout(CONNECT_TIMEOUT, shaking)
        .await
        .map_err(|_| TransportError::Silent(CONNECT_TIMEOUT.as_secs()))??;
    let (_, connection) = stream.get_ref();
    if is_outlived(connection, clock.as_ref()) {
        return Err(TransportError::Refused(Refusal::Expired));
    }
    let is_resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
    let exporter = exporter(connection)?;
    let shown = connection.peer_certificates().unwrap_or_default();
    let shown = shown.iter().map(|certificate| certificate.to_vec()).collect();
    // The refusal of our certificate arrives now or never.
    let primed = tokio::time::timeout(CONNECT_TIMEOUT, PrimedStream::open(stream))
        .await
        .map_err(|_| TransportError::Silent(CONNECT_TIMEOUT.as_secs()))?;
    let stream = primed.map_err(|cause| match find_refusal(&cause) {
        Some(refusal) => TransportError::Refused(refusal),
        None => TransportError::Unreachable { address: address.to_owned(), cause },
    })?;
    let channel = channel(stream).await?;
    Ok(Dial { channel, exporter, shown, is_resumed })
}

/// Begins HTTP/2 on a stream that is open.
///
/// # Errors
/// The other side does not speak it, or does not accept us.
pub async fn channel<S>(stream: S) -> Result<Channel, TransportError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let connected = endpoint().connect_with_connector(once(stream)).await;
    connected.map_err(|error| match find_refusal(&error) {
        Some(refusal) => TransportError::Refused(refusal),
        None => TransportError::Http(error),
    })
}

async fn shake(
    address: &str,
    hub: &IdentityName,
    config: Arc<ClientConfig>,
) -> Result<TlsStream<TcpStream>, TransportError> {
    let unreachable = |cause| TransportError::Unreachable { address: address.to_owned(), cause };
    let socket = TcpStream::connect(address).await.map_err(unreachable)?;
    socket.set_nodelay(true).map_err(unreachable)?;
    let connector = TlsConnector::from(config);
    connector.connect(server_name(hub)?, socket).await.map_err(|cause| {
        match cause.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(error) => TransportError::Refused(refusal(error)),
            None => unreachable(cause),
        }
    })
}

/// The address in the URI is for HTTP only: who answers was settled by TLS.
fn endpoint() -> Endpoint {
    Endpoint::from(Uri::from_static("http://hub.invalid"))
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20))
        .keep_alive_while_idle(true)
        .connect_timeout(CONNECT_TIMEOUT)
}

/// A connector that hands out the one stream that is open and fails when asked again.
fn once<S: Send + 'static>(
    stream: S,
) -> impl tower::Service<
    Uri,
    Response = TokioIo<S>,
    Error = std::io::Error,
    Future = std::future::Ready<std::io::Result<TokioIo<S>>>,
> + Send
+ 'static {
    let slot = Mutex::new(Some(stream));
    tower::service_fn(move |_: Uri| {
        let stream = slot.lock().ok().and_then(|mut slot| slot.take());
        std::future::ready(match stream {
            Some(stream) => Ok(TokioIo::new(stream)),
            None => Err(std::io::ErrorKind::NotConnected.into()),
        })
    })
}
