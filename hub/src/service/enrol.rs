//! The Enrolment service: identify, parse, call, answer.
//!
//! Every refusal carries its stable code in the metadata (`runtime::transport::CODE_KEY`).

use std::sync::Arc;

use domain::unit::UnitId;
use proto::wire::enrol::enrolment_server::{Enrolment as Served, EnrolmentServer};
use proto::wire::enrol::{
    EnrolRequest, EnrolResponse, IssueForMemberRequest, IssueForMemberResponse,
    RenewExpiredRequest, RenewRequest, RenewResponse, State,
};
use runtime::transport::{Peer, coded};
use tonic::{Code, Request, Response, Status};

use super::peer::{commission_of, peer_member};
use crate::app::Hub;
use crate::enrolment::{Asked, EnrolError, Enrolment, Expired, ForMember, Proof, Shown, Standing};

/// Largest message of this service: two requests and a certificate.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;

/// Serves machines that join and members that renew.
#[derive(Clone)]
pub struct EnrolmentService {
    hub: Hub,
    stage: Enrolment,
    roots: Arc<Vec<Vec<u8>>>,
}

/// The service of a hub, with its limits.
#[must_use]
pub fn server(hub: Hub) -> EnrolmentServer<EnrolmentService> {
    EnrolmentServer::new(EnrolmentService::new(hub)).max_decoding_message_size(MESSAGE_BYTES_MAX)
}

impl EnrolmentService {
    /// Serves for a hub.
    #[must_use]
    pub fn new(hub: Hub) -> Self {
        let roots = hub.roots().iter().map(|root| root.der().to_vec()).collect();
        Self { stage: Enrolment::of(&hub), roots: Arc::new(roots), hub }
    }

    async fn redeemed(
        &self,
        request: Request<EnrolRequest>,
        asked: Asked,
    ) -> Result<Response<EnrolResponse>, Status> {
        let peer = peer_of(&request)?;
        let commission = commission_of(&self.hub, &peer.chain);
        let shown = peer.identity.zip(peer.chain.first().cloned());
        let shown = shown.map(|(identity, leaf)| Shown { identity, leaf, commission });
        let request = request.into_inner();
        // A kind that this version does not know is nobody's whom it could have invited.
        let kind = (!request.kind.is_empty()).then(|| request.kind.parse());
        let kind = kind.transpose().map_err(|_| invalid("kind"))?;
        let proof = Proof {
            invite: request.invite,
            csr: request.csr,
            proof: request.proof,
            kind,
            exporter: peer.exporter,
            shown,
        };
        let standing = self.stage.enrol(proof, asked).await.map_err(|error| refusal(&error))?;
        Ok(Response::new(match standing {
            Standing::Pending => {
                EnrolResponse { state: State::Pending.into(), ..EnrolResponse::default() }
            }
            Standing::Issued { chain, name, kind } => EnrolResponse {
                state: State::Issued.into(),
                chain,
                roots: self.roots.to_vec(),
                name: name.to_string(),
                kind: kind.to_string(),
            },
        }))
    }

    fn renewed(&self, chain: Vec<Vec<u8>>) -> Response<RenewResponse> {
        Response::new(RenewResponse { chain, roots: self.roots.to_vec() })
    }
}

#[tonic::async_trait]
impl Served for EnrolmentService {
    async fn enrol(
        &self,
        request: Request<EnrolRequest>,
    ) -> Result<Response<EnrolResponse>, Status> {
        self.redeemed(request, Asked::Enrol).await
    }

    async fn poll(
        &self,
        request: Request<EnrolRequest>,
    ) -> Result<Response<EnrolResponse>, Status> {
        self.redeemed(request, Asked::Poll).await
    }

    async fn renew_expired(
        &self,
        request: Request<RenewExpiredRequest>,
    ) -> Result<Response<RenewResponse>, Status> {
        let exporter = peer_of(&request)?.exporter;
        let RenewExpiredRequest { csr, expired, proof } = request.into_inner();
        let expired = Expired { csr, certificate: expired, proof, exporter };
        let chain = self.stage.renew_expired(expired).await.map_err(|error| refusal(&error))?;
        Ok(self.renewed(chain))
    }

    async fn renew(
        &self,
        request: Request<RenewRequest>,
    ) -> Result<Response<RenewResponse>, Status> {
        let member = peer_member(&request, &self.hub).await?;
        let csr = request.into_inner().csr;
        let chain = self.stage.renew(member, csr).await.map_err(|error| refusal(&error))?;
        Ok(self.renewed(chain))
    }

    async fn issue_for_member(
        &self,
        request: Request<IssueForMemberRequest>,
    ) -> Result<Response<IssueForMemberResponse>, Status> {
        let street = peer_member(&request, &self.hub).await?;
        let request = request.into_inner();
        let unit: UnitId = request.unit.parse().map_err(|_| invalid("unit"))?;
        let kind = request.kind.parse().map_err(|_| invalid("kind"))?;
        let asked = ForMember { unit, kind, csr: request.csr };
        let issued = self.stage.issue_for_member(street, asked).await;
        let chain = issued.map_err(|error| refusal(&error))?;
        Ok(Response::new(IssueForMemberResponse { chain }))
    }
}

fn peer_of<T>(request: &Request<T>) -> Result<Peer, Status> {
    let peer = request.extensions().get::<Peer>().cloned();
    peer.ok_or_else(|| Status::internal("the connection has no peer"))
}

fn invalid(field: &str) -> Status {
    coded(Code::InvalidArgument, "REQUEST_INVALID", format!("{field} is not usable"))
}

fn refusal(error: &EnrolError) -> Status {
    match error {
        EnrolError::Store(cause) => tracing::error!(error = %cause, "store failed"),
        EnrolError::Issue(cause) => tracing::error!(error = %cause, "authority refused"),
        other => tracing::info!(reason = other.code(), "enrolment refused"),
    }
    coded(error.kind(), error.code(), error.to_string())
}
