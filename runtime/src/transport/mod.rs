//! Connections between units: TLS server and channel, with the peer's identity on every call.
//!
//! Handshakes run off the accept loop and are bounded, so a silent peer delays nobody. A new
//! identity or trust swaps the whole TLS configuration: a resumed session would not run a
//! verifier again.

mod channel;
mod code;
mod primed;
mod server;

pub use channel::{Dial, Dialler, Dialling, TlsDialler, channel, connect};
pub use code::{CODE_KEY, code_of, coded};
pub use server::{Listener, Peer, PeerStream};

/// Why a connection could not be made or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// Nobody answered at the address.
    #[error("no connection to {address}")]
    Unreachable {
        /// The address that was dialled.
        address: String,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// The other side was not who it should be, or did not accept us.
    #[error("tls handshake refused ({0:?})")]
    Refused(certs::tls::Refusal),
    /// The handshake or the first answer took too long.
    #[error("no answer within {0} seconds")]
    Silent(u64),
    /// The TLS configuration is unusable.
    #[error(transparent)]
    Tls(#[from] certs::tls::TlsError),
    /// HTTP/2 could not be started.
    #[error("http/2 could not be started")]
    Http(#[from] tonic::transport::Error),
}
