//! A proxy that counts what travels over a connection, in both directions.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Counts of bytes, up and down.
#[derive(Clone, Default)]
pub struct Count(Arc<(AtomicU64, AtomicU64)>);

impl Count {
    /// Bytes so far.
    pub fn total(&self) -> u64 {
        self.0.0.load(Ordering::SeqCst) + self.0.1.load(Ordering::SeqCst)
    }
}

/// Listens in front of a server; every connection adds to the same count.
pub async fn start(server: SocketAddr) -> (SocketAddr, Count) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("socket");
    let address = listener.local_addr().expect("address");
    let count = Count::default();
    let shared = count.clone();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(server).await.expect("server");
            near.set_nodelay(true).expect("option");
            far.set_nodelay(true).expect("option");
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            let (up, down) = (shared.clone(), shared.clone());
            tokio::spawn(async move { copy(near_in, far_out, &up.0.0).await });
            tokio::spawn(async move { copy(far_in, near_out, &down.0.1).await });
        }
    });
    (address, count)
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    count: &AtomicU64,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let Some(bytes) = buffer.get(..read) else {
            return;
        };
        if to.write_all(bytes).await.is_err() {
            return;
        }
        count.fetch_add(read as u64, Ordering::SeqCst);
    }
}
