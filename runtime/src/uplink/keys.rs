//! The keys below a hub that may not speak any more, as it tells its parent.
//!
//! The list is told whole, and the parent says in its answer to hello which one it has: what was
//! lost on either side, by a backup or a broken line, heals at the next connection.

use std::collections::HashSet;

use certs::digest::sha256;
use prost::Message as _;
use proto::limits::BARRED_KEYS_MAX;
use proto::wire::sync::sync_client::SyncClient;
use proto::wire::sync::{Bar as WireBar, BarredKey as WireKey, ReportKeysRequest};
use tonic::Code;
use tonic::transport::Channel;

use super::UplinkError;
use super::driver::{Uplink, explain};

/// Why a key may not speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bar {
    /// The key was taken back, for good.
    Revoked,
    /// The unit is suspended and may speak again later.
    Suspended,
}

/// A key that may not speak any more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BarredKey {
    /// Identity name of its unit.
    pub name: String,
    /// SHA-256 of the public key.
    pub key: [u8; 32],
    /// Why.
    pub bar: Bar,
}

impl Bar {
    /// As it travels.
    #[must_use]
    pub const fn to_wire(self) -> WireBar {
        match self {
            Self::Revoked => WireBar::Revoked,
            Self::Suspended => WireBar::Suspended,
        }
    }

    /// As it travelled; nothing for what no version sends.
    #[must_use]
    pub const fn from_wire(bar: WireBar) -> Option<Self> {
        match bar {
            WireBar::Revoked => Some(Self::Revoked),
            WireBar::Suspended => Some(Self::Suspended),
            WireBar::Unspecified => None,
        }
    }
}

/// The list as it travels: in order, so that the same keys give the same bytes. Of a list that is
/// too long the front travels.
fn request(mut keys: Vec<BarredKey>) -> ReportKeysRequest {
    let mut seen = HashSet::new();
    keys.retain(|key| seen.insert(key.clone()));
    if keys.len() > BARRED_KEYS_MAX {
        tracing::error!(keys = keys.len(), most = BARRED_KEYS_MAX, "barred keys left out");
        keys.truncate(BARRED_KEYS_MAX);
    }
    keys.sort_unstable();
    let line = |key: BarredKey| WireKey {
        name: key.name,
        key: key.key.to_vec(),
        bar: key.bar.to_wire().into(),
    };
    ReportKeysRequest { keys: keys.into_iter().map(line).collect() }
}

/// The lists of barred keys, by their digests, that the parent answered on a connection.
#[derive(Debug, Default)]
pub(super) struct ToldKeys {
    /// The one that it has; empty if none.
    pub known: Vec<u8>,
    /// The last one that it refused, which is not sent again; empty if none.
    refused: Vec<u8>,
}

impl Uplink {
    /// Tells the parent which keys below may not speak, unless it says that it knows this very
    /// list, or refused it on this connection.
    pub(super) async fn tell_keys(
        &self,
        channel: Channel,
        told: &mut ToldKeys,
    ) -> Result<(), UplinkError> {
        let hooks = self.hooks().clone();
        let keys = crate::blocking::run(move || hooks.barred_keys())
            .await
            .map_err(|_| UplinkError::Ended)??;
        // A school has none below, and a parent that was told of none needs no empty list.
        if keys.is_empty() && told.known.is_empty() {
            return Ok(());
        }
        let request = request(keys);
        let digest = sha256(&request.encode_to_vec()).bytes().to_vec();
        if digest == told.known || digest == told.refused {
            return Ok(());
        }
        let answer = SyncClient::new(channel)
            .max_encoding_message_size(proto::limits::MESSAGE_BYTES_MAX)
            .report_keys(request)
            .await;
        match answer {
            Ok(_) => {
                told.known = digest;
                Ok(())
            }
            // Figures do not wait for a parent that cannot take the list.
            Err(status) if is_answered(status.code()) => {
                tracing::warn!(code = ?status.code(), "barred keys were not taken");
                told.refused = digest;
                Ok(())
            }
            Err(status) => Err(explain(status)),
        }
    }
}

/// Whether a parent said no, rather than that nothing was heard or that we are not served at all.
const fn is_answered(code: Code) -> bool {
    matches!(
        code,
        Code::Unimplemented
            | Code::InvalidArgument
            | Code::PermissionDenied
            | Code::FailedPrecondition
            | Code::OutOfRange
            | Code::ResourceExhausted
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same keys give the same bytes, in whatever order they were found.
    #[test]
    fn a_list_has_one_form() {
        let key = |name: &str, first: u8, bar| {
            let mut key = [0; 32];
            key[0] = first;
            BarredKey { name: name.to_owned(), key, bar }
        };
        let (a, b) = (key("a.x.y.z", 2, Bar::Revoked), key("b.x.y.z", 1, Bar::Suspended));
        let one = request(vec![a.clone(), b.clone()]);
        assert_eq!(one, request(vec![b.clone(), a.clone(), b.clone()]));
        assert_ne!(one, request(vec![a]));
        let read = one.keys.iter().filter_map(|line| Bar::from_wire(line.bar()));
        assert!(read.eq([Bar::Revoked, Bar::Suspended]));
    }
}
