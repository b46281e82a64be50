//! The simulated network: streams without TLS on which each side first shows its certificates.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use certs::identity::{LeafIdentity, PeerIdentity};
use certs::tls::Exporter;
use domain::unit::{IdentityName, Zone};
use runtime::transport::{Dial, Dialler, Dialling, Peer, TransportError, channel};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;
use turmoil::net::{TcpListener, TcpStream};

use crate::machine::Machines;

/// Where every hub listens.
pub const PORT: u16 = 7_443;

/// How long dialling and showing certificates may take.
const SHAKE_TIMEOUT: Duration = Duration::from_secs(15);

/// One end of a connection, which falls silent with its process.
pub struct Line {
    stream: Option<TcpStream>,
    number: u64,
    machines: Machines,
    folder: PathBuf,
    peer: Option<Peer>,
}

impl Line {
    fn new(stream: TcpStream, machines: Machines, folder: PathBuf) -> Self {
        let number = machines.next_line();
        Self { stream: Some(stream), number, machines, folder, peer: None }
    }

    fn stream(&mut self) -> Pin<&mut TcpStream> {
        Pin::new(self.stream.as_mut().expect("a stream until it is dropped"))
    }
}

/// The executor lets go of a dead process's tasks in an order of its own. Its lines are kept, and
/// closed in theirs once its machine is back: until then nobody hears anything.
impl Drop for Line {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take()
            && self.machines.is_dead(&self.folder)
        {
            self.machines.keep_line(&self.folder, self.number, stream);
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.machines.is_dead(&self.folder) {
            return Poll::Pending;
        }
        self.stream().poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !self.machines.writes(&self.folder) {
            return Poll::Pending;
        }
        self.stream().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(context)
    }
}

impl Connected for Line {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer.clone().expect("only hubs are asked, after the peer showed itself")
    }
}

async fn show(line: &mut Line, identity: &LeafIdentity) -> io::Result<()> {
    let chain = identity.chain();
    let mut shown = vec![u8::try_from(chain.len()).expect("a short chain")];
    for certificate in chain {
        let length = u32::try_from(certificate.len()).expect("a small certificate");
        shown.extend(length.to_be_bytes());
        shown.extend(certificate.iter());
    }
    line.write_all(&shown).await
}

async fn see(line: &mut Line) -> io::Result<Vec<Vec<u8>>> {
    let mut chain = Vec::new();
    for _ in 0..line.read_u8().await? {
        let length = line.read_u32().await?;
        let mut certificate = vec![0; usize::try_from(length).expect("small")];
        line.read_exact(&mut certificate).await?;
        chain.push(certificate);
    }
    Ok(chain)
}

/// Dials over the simulated network.
pub struct PlainDialler {
    /// The machines.
    pub machines: Machines,
    /// Whose process dials.
    pub folder: PathBuf,
}

impl PlainDialler {
    async fn connect(
        &self,
        (address, hub): (&str, &IdentityName),
        identity: &LeafIdentity,
    ) -> Result<Dial, TransportError> {
        let unreachable =
            |cause| TransportError::Unreachable { address: address.to_owned(), cause };
        let shaken = tokio::time::timeout(SHAKE_TIMEOUT, async {
            let (host, _) = address.split_once(':').expect("host and port");
            let stream = TcpStream::connect((host, PORT)).await?;
            let (machines, folder) = (self.machines.clone(), self.folder.clone());
            let mut line = Line::new(stream, machines, folder);
            show(&mut line, identity).await?;
            let shown = see(&mut line).await?;
            Ok::<_, io::Error>((line, shown))
        });
        let (line, shown) = shaken
            .await
            .map_err(|_| TransportError::Silent(SHAKE_TIMEOUT.as_secs()))?
            .map_err(unreachable)?;
        let leaf = shown.first().expect("a hub shows a certificate");
        let peer = PeerIdentity::from_leaf(leaf, hub.zone()).expect("a hub's certificate");
        assert_eq!(peer.name(), hub, "TLS would have refused another hub");
        let exporter = Exporter::from_bytes([0; 32]);
        Ok(Dial { channel: channel(line).await?, exporter, shown, is_resumed: false })
    }
}

impl Dialler for PlainDialler {
    fn dial<'a>(
        &'a self,
        hub: (&'a str, &'a IdentityName),
        identity: Arc<LeafIdentity>,
    ) -> Dialling<'a> {
        Box::pin(async move { self.connect(hub, &identity).await })
    }
}

/// Listens as a hub; gives connections whose peers have shown themselves.
pub async fn incoming(
    machines: &Machines,
    folder: &Path,
    (identity, zone): (LeafIdentity, Zone),
) -> io::Result<ReceiverStream<io::Result<Line>>> {
    let listener = TcpListener::bind(("0.0.0.0", PORT)).await?;
    let (sender, receiver) = mpsc::channel(64);
    let (machines, folder) = (machines.clone(), folder.to_owned());
    tokio::spawn(async move {
        loop {
            let Ok((stream, address)) = listener.accept().await else { return };
            let (machines, folder) = (machines.clone(), folder.clone());
            let mut line = Line::new(stream, machines, folder);
            let (sender, identity, zone) = (sender.clone(), identity.clone(), zone.clone());
            tokio::spawn(async move {
                let shaken = tokio::time::timeout(SHAKE_TIMEOUT, async {
                    let chain = see(&mut line).await?;
                    show(&mut line, &identity).await?;
                    Ok::<_, io::Error>(chain)
                });
                let Ok(Ok(chain)) = shaken.await else { return };
                let leaf = chain.first().expect("a member shows a certificate");
                let peer = PeerIdentity::from_leaf(leaf, &zone).expect("a member's certificate");
                line.peer = Some(Peer {
                    identity: Some(Arc::new(peer)),
                    chain: Arc::new(chain),
                    exporter: Exporter::from_bytes([0; 32]),
                    address,
                });
                // A hub that has ended takes nobody in.
                let _ = sender.send(Ok(line)).await;
            });
        }
    });
    Ok(ReceiverStream::new(receiver))
}
