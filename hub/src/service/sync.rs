//! The Sync service: hello and link. Identify, call, answer.

use std::sync::Arc;

use proto::wire::sync::sync_server::{Sync, SyncServer};
use proto::wire::sync::{HelloRequest, HelloResponse, LinkRequest};
use runtime::transport::Peer;
use tonic::{Request, Response, Status, Streaming};

use super::hello;
use super::link::{self, Down};
use super::peer::peer_member;
use crate::app::Hub;

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
        let caller = request.extensions().get::<Peer>().and_then(|peer| peer.identity.clone());
        let caller = caller.ok_or_else(|| Status::internal("the connection has no peer"))?;
        let link = link::open(self.hub.clone(), (member, caller), request.into_inner());
        Ok(Response::new(link))
    }
}

/// Keeps the service's type out of the application's signature.
#[must_use]
pub fn server(hub: Hub) -> SyncServer<SyncService> {
    SyncServer::from_arc(Arc::new(SyncService::new(hub)))
        .max_decoding_message_size(proto::limits::MESSAGE_BYTES_MAX)
        .max_encoding_message_size(proto::limits::MESSAGE_BYTES_MAX)
}
