//! The network between a school and its hub: it carries, refuses, or swallows everything and says
//! nothing.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the network does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It carries.
    Open,
    /// Connections end, and new ones are refused: a cable that is pulled at the hub's machine.
    Refused,
    /// Connections begin and nobody answers on them: a namespace or a firewall that drops.
    Dark,
}

/// A way that the test opens and shuts. It ends when it is dropped.
pub struct Network {
    pub address: SocketAddr,
    way: watch::Sender<Way>,
}

impl Network {
    /// Begins to carry what comes to a port of its own.
    pub async fn to(hub: SocketAddr) -> Self {
        let listener = listen_somewhere().await;
        let address = listener.local_addr().expect("address");
        let (way, seen) = watch::channel(Way::Open);
        tokio::spawn(listen(listener, (address, hub), seen));
        Self { address, way }
    }

    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

/// Takes connections for as long as the network is there; while it refuses, nobody listens.
async fn listen(
    first: TcpListener,
    (address, hub): (SocketAddr, SocketAddr),
    mut way: watch::Receiver<Way>,
) {
    let mut listener = Some(first);
    loop {
        if now(&mut way) == Way::Refused {
            listener = None;
            if way.changed().await.is_err() {
                return;
            }
            continue;
        }
        let open = match listener.take() {
            Some(open) => open,
            None => TcpListener::bind(address).await.expect("the port from before"),
        };
        tokio::select! {
            changed = way.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            taken = open.accept() => {
                if let Ok((near, _)) = taken {
                    tokio::spawn(carry(near, hub, way.clone()));
                }
            }
        }
        listener = Some(open);
    }
}

/// Carries both ways until the network changes: what was swallowed does not come again.
async fn carry(mut near: TcpStream, hub: SocketAddr, mut way: watch::Receiver<Way>) {
    if now(&mut way) == Way::Open
        && let Ok(mut far) = TcpStream::connect(hub).await
    {
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
            _ = way.changed() => {}
        }
    }
    if now(&mut way) == Way::Dark {
        // Nothing is read, and nothing said, until it is over.
        let _ = way.changed().await;
    }
}

fn now(way: &mut watch::Receiver<Way>) -> Way {
    *way.borrow_and_update()
}

/// A port below those that systems give to outgoing connections: one of those could meet itself
/// while nobody listens. Below those of cities too, which would find it free meanwhile.
async fn listen_somewhere() -> TcpListener {
    let first = 6_000 + std::process::id() % 3_000;
    for port in first..first + 900 {
        let port = u16::try_from(port).expect("port");
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await {
            return listener;
        }
    }
    panic!("no port is free");
}
