//! The accepting side: TCP, then TLS in a task of its own, then a stream that knows its peer.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use arc_swap::ArcSwap;
use certs::identity::PeerIdentity;
use certs::tls::{Exporter, exporter, is_outlived};
use domain::unit::Zone;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Connected;

/// Handshakes that may run at once; more wait in the kernel's queue.
const HANDSHAKES_MAX: usize = 1_024;

/// How long a handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a peer may take after its handshake to say what HTTP/2 begins with. Nobody is asked
/// for signs of life before that.
const PREFACE_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes that HTTP/2 begins with.
const PREFACE_BYTES: usize = 24;

/// Who is at the other end of a connection.
#[derive(Clone)]
pub struct Peer {
    /// From its certificate; nothing if it showed none.
    pub identity: Option<Arc<PeerIdentity>>,
    /// The chain that was shown, DER, leaf first; empty if it showed none.
    pub chain: Arc<Vec<Vec<u8>>>,
    /// Value that only the two ends of this connection can derive.
    pub exporter: Exporter,
    /// Where it dialled from.
    pub address: SocketAddr,
}

/// A TLS stream that can say who its peer is.
pub struct PeerStream {
    stream: TlsStream<TcpStream>,
    peer: Peer,
    /// Waits for what HTTP/2 begins with; nothing once it came.
    preface: Option<Preface>,
}

/// The wait for a peer's first bytes.
struct Preface {
    read: usize,
    end: Pin<Box<Sleep>>,
}

impl Preface {
    fn new() -> Self {
        Self { read: 0, end: Box::pin(tokio::time::sleep(PREFACE_TIMEOUT)) }
    }
}

/// A listening socket whose connections arrive after their handshake.
pub struct Listener {
    socket: TcpListener,
    config: Arc<ArcSwap<ServerConfig>>,
    zone: Zone,
}

impl Listener {
    /// Binds an address.
    ///
    /// # Errors
    /// The address is taken or not ours.
    pub async fn bind(
        address: SocketAddr,
        config: Arc<ArcSwap<ServerConfig>>,
        zone: Zone,
    ) -> std::io::Result<Self> {
        Ok(Self { socket: TcpListener::bind(address).await?, config, zone })
    }

    /// The address that was bound, with the port that the system chose.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Accepts until the token is cancelled.
    pub fn incoming(self, stop: CancellationToken) -> ReceiverStream<std::io::Result<PeerStream>> {
        let (sender, receiver) = mpsc::channel(HANDSHAKES_MAX);
        tokio::spawn(accept(self, sender, stop));
        ReceiverStream::new(receiver)
    }
}

async fn accept(
    listener: Listener,
    sender: mpsc::Sender<std::io::Result<PeerStream>>,
    stop: CancellationToken,
) {
    let slots = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.socket.accept() => accepted,
        };
        let (socket, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most likely: wait instead of spinning.
                tracing::warn!(%error, "connection not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Ok(slot) = slots.clone().acquire_owned().await else {
            return;
        };
        let (sender, zone) = (sender.clone(), listener.zone.clone());
        // The configuration of this moment; a swap concerns connections that come after it.
        let acceptor = TlsAcceptor::from(listener.config.load_full());
        tokio::spawn(async move {
            let shaken = shake(acceptor, socket, address, &zone).await;
            drop(slot);
            if let Some(stream) = shaken {
                // A closed channel means that the server is stopping.
                let _ = sender.send(Ok(stream)).await;
            }
        });
    }
}

async fn shake(
    acceptor: TlsAcceptor,
    socket: TcpStream,
    address: SocketAddr,
    zone: &Zone,
) -> Option<PeerStream> {
    let nodelay = socket.set_nodelay(true);
    let clock = acceptor.config().time_provider.clone();
    let shaken = tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(socket)).await;
    let stream = match shaken {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            tracing::info!(%address, %error, "handshake refused");
            return None;
        }
        Err(_) => {
            tracing::info!(%address, "handshake timed out");
            return None;
        }
    };
    if let Err(error) = nodelay {
        tracing::debug!(%error, "socket option not set");
    }
    let (_, connection) = stream.get_ref();
    if is_outlived(connection, clock.as_ref()) {
        tracing::info!(%address, "session resumed on a certificate that has ended");
        return None;
    }
    let exporter = exporter(connection).ok()?;
    let shown = connection.peer_certificates().unwrap_or_default();
    let chain: Vec<Vec<u8>> = shown.iter().map(|certificate| certificate.to_vec()).collect();
    let identity = match chain.first() {
        None => None,
        Some(leaf) => match PeerIdentity::from_leaf(leaf, zone) {
            Ok(identity) => Some(Arc::new(identity)),
            Err(error) => {
                tracing::warn!(%address, %error, "certificate names nobody");
                return None;
            }
        },
    };
    let peer = Peer { identity, chain: Arc::new(chain), exporter, address };
    Some(PeerStream { stream, peer, preface: Some(Preface::new()) })
}

impl Connected for PeerStream {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer.clone()
    }
}

impl AsyncRead for PeerStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        let Some(preface) = &mut self.preface else {
            return polled;
        };
        if polled.is_ready() {
            preface.read += buf.filled().len() - before;
            if preface.read >= PREFACE_BYTES {
                self.preface = None;
            }
            return polled;
        }
        ready!(preface.end.as_mut().poll(cx));
        tracing::info!(address = %self.peer.address, "nothing came after the handshake");
        Poll::Ready(Err(std::io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for PeerStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
