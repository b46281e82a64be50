//! TLS for pages that browsers open: a certificate that the school was given, and no client's.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::TLS13;

use super::{Suite, TlsError, provider};

/// A configuration of pages, for whoever listens with it.
pub type PageConfig = Arc<ServerConfig>;

/// Protocols that browsers speak inside.
const HTTP: &[u8] = b"http/1.1";

/// What the answering pages listen with: chain and key as PEM.
///
/// # Errors
/// Chain or key cannot be read, or do not belong together.
pub fn page_config(chain: &[u8], key: &[u8]) -> Result<PageConfig, TlsError> {
    let unreadable = |_| rustls::Error::General("certificate or key cannot be read".to_owned());
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(unreadable)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(unreadable)?;
    let mut config = ServerConfig::builder_with_provider(provider(Suite::International))
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![HTTP.to_vec()];
    Ok(Arc::new(config))
}
