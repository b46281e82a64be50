//! The Sync service: hello, link and barred keys. Identify, call, answer.

use std::sync::Arc;

use certs::digest::sha256;
use prost::Message as _;
use proto::limits::BARRED_KEYS_MAX;
use proto::wire::sync::sync_server::{Sync, SyncServer};
use proto::wire::sync::{
    BarredKey as WireKey, HelloRequest, HelloResponse, LinkRequest, ReportKeysRequest,
    ReportKeysResponse,
};
use runtime::sql::{SqlError, Tx};
use runtime::transport::{Peer, coded};
use runtime::uplink::{Bar, BarredKey};
use tonic::{Code, Request, Response, Status, Streaming};

use super::hello;
use super::link::{self, Down};
use super::peer::{Caller, peer_member, store_status};
use crate::app::Hub;
use crate::barred;
use crate::store::unit;

/// Serves members' lanes.
#[derive(Clone)]
pub struct SyncService {
    hub: Hub,
}

impl SyncService {
    /// Serves for a hub.
    #[must_use]
    pub const fn new(hub: Hub) -> Self {
        Self { hub }
    }
}

#[tonic::async_trait]
impl Sync for SyncService {
    async fn hello(
        &self,
        request: Request<HelloRequest>,
    ) -> Result<Response<HelloResponse>, Status> {
        let member = peer_member(&request, &self.hub).await?;
        Ok(Response::new(hello::answer(&self.hub, &member, request.into_inner()).await?))
    }

    type LinkStream = Down;

    async fn link(
        &self,
        request: Request<Streaming<LinkRequest>>,
    ) -> Result<Response<Self::LinkStream>, Status> {
        let member = peer_member(&request, &self.hub).await?;
        let caller = request.extensions().get::<Peer>().and_then(|peer| {
            Some(Caller { identity: peer.identity.clone()?, chain: peer.chain.clone() })
        });
        let caller = caller.ok_or_else(|| Status::internal("the connection has no peer"))?;
        let link = link::open(self.hub.clone(), (member, caller), request.into_inner());
        Ok(Response::new(link))
    }

    async fn report_keys(
        &self,
        request: Request<ReportKeysRequest>,
    ) -> Result<Response<ReportKeysResponse>, Status> {
        let member = peer_member(&request, &self.hub).await?;
        let request = request.into_inner();
        let digest = *sha256(&request.encode_to_vec()).bytes();
        let teller = member.clone();
        let known = move |tx: &Tx<'_>| {
            let hub = unit::find(tx, &teller)?.is_some_and(|unit| unit.kind.is_area());
            Ok::<_, SqlError>((hub, barred::last_list(tx, &teller)?))
        };
        let (is_hub, last) = self.hub.database().read_async(known).await.map_err(store_status)?;
        if !is_hub {
            return Err(coded(
                Code::PermissionDenied,
                "NOT_A_HUB",
                "only hubs have keys below them",
            ));
        }
        if last == digest {
            return Ok(Response::new(ReportKeysResponse {}));
        }
        let told = barred_keys(&request)?;
        let (config, now_ms) = (self.hub.config().clone(), self.hub.clock().now_ms());
        self.hub
            .database()
            .write_async("report_keys", move |tx| {
                barred::take(tx, &config, (&member, &digest), told, now_ms)
            })
            .await
            .map_err(store_status)?;
        Ok(Response::new(ReportKeysResponse {}))
    }
}

/// Keeps the service's type out of the application's signature.
#[must_use]
pub fn server(hub: Hub) -> SyncServer<SyncService> {
    SyncServer::from_arc(Arc::new(SyncService::new(hub)))
        .max_decoding_message_size(proto::limits::MESSAGE_BYTES_MAX)
        .max_encoding_message_size(proto::limits::MESSAGE_BYTES_MAX)
}

fn barred_keys(request: &ReportKeysRequest) -> Result<Vec<BarredKey>, Status> {
    let unreadable = || Status::invalid_argument("the list of barred keys cannot be read");
    if request.keys.len() > BARRED_KEYS_MAX {
        return Err(Status::invalid_argument("too many keys"));
    }
    let read = |line: &WireKey| {
        let key = line.key.as_slice().try_into().ok()?;
        Some(BarredKey { name: line.name.clone(), key, bar: Bar::from_wire(line.bar())? })
    };
    request.keys.iter().map(|line| read(line).ok_or_else(unreadable)).collect()
}
