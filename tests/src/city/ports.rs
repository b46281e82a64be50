//! Ports for a city: looked for below those that systems give to outgoing connections.
//!
//! An address must be known before its process exists, so a port is found, let go and bound again
//! by that process. One that the system chose could be given to a connection in between; these are
//! given to nobody. Cities of other processes begin elsewhere, and each looks whether it is free.

use std::io::{Error, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// First port that is tried.
const FIRST: u32 = 10_000;

/// How many follow it: Linux gives connections 32,768 and more, others 49,152 and more.
const COUNT: u32 = 22_000;

/// How far the beginnings of two processes lie apart, more than a city needs.
const APART: u32 = 211;

/// Ports that were tried by this process.
static TRIED: AtomicU32 = AtomicU32::new(0);

/// A port of this machine's loopback that nobody listens on.
///
/// # Errors
/// All are taken, or the machine has no loopback.
pub(super) fn free() -> Result<TcpListener, Error> {
    for _ in 0..COUNT {
        let tried = TRIED.fetch_add(1, Ordering::Relaxed);
        let place = std::process::id().wrapping_mul(APART).wrapping_add(tried) % COUNT;
        let port = u16::try_from(FIRST + place).unwrap_or(u16::MAX);
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AddrInUse.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A port is found once while it is held, and lies below those of outgoing connections.
    #[test]
    fn ports_are_found_once() {
        let held: Vec<TcpListener> = (0..50).map(|_| free().expect("port")).collect();
        let mut ports: Vec<u16> =
            held.iter().map(|port| port.local_addr().expect("address").port()).collect();
        assert!(ports.iter().all(|port| (10_000..32_000).contains(port)), "{ports:?}");
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 50);
    }
}
