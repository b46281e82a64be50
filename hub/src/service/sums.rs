//! The `SealedSums` service of a helper: identify the leader, parse, call, answer.
//!
//! A caller is a hub under education's root that some plan names as leader beside this helper; that
//! it leads the very task is decided for each call, in the helper's part.

use certs::aggregate::{Commitment, KeyHalf};
use domain::digest::Digest;
use domain::unit::{IdentityName, UnitId};
use proto::limits::MESSAGE_BYTES_MAX;
use proto::opening::{Detail, Standing, groups, stage, units};
use proto::recalled::Recalled;
use proto::sealed::{SealedError, task};
use proto::wire::sealed::sealed_sums_server::{SealedSums, SealedSumsServer};
use proto::wire::sealed::{
    AgreeRequest, AgreeResponse, CloseRequest, CloseResponse, OpenRequest, OpenResponse,
    PresentRequest, PresentResponse, RecallRequest, RecallResponse, RecordRequest, RecordResponse,
    Refused as WireRefused, RefusedVerdict, RemindRequest, RemindResponse, ReportsRequest,
    ReportsResponse, RevealRequest, RevealResponse, SettleRequest, SettleResponse,
    Settled as WireSettled, Shown as WireShown, ToSettle, Verified, VerifyRequest, VerifyResponse,
    settled, verified,
};
use runtime::transport::{Peer, coded};
use tonic::{Code, Request, Response, Status};

use super::peer::store_status;
use crate::sealed::close::Told;
use crate::sealed::helper::{
    After, Announced, AskedClosed, AskedItems, AskedRecord, AskedReport, AskedReports, AskedSet,
    AskedVerdict, CallError, Helper, Settled, Shown,
};
use crate::sealed::refused::{Evidence, Refused};

/// Serves the leaders of the plans in which this hub helps.
pub struct SumsService {
    helper: Helper,
}

impl SumsService {
    /// The service of a helper.
    #[must_use]
    pub const fn new(helper: Helper) -> Self {
        Self { helper }
    }
}

/// The service of a hub, with its limits.
#[must_use]
pub fn server(helper: Helper) -> SealedSumsServer<SumsService> {
    SealedSumsServer::new(SumsService::new(helper))
        .max_decoding_message_size(MESSAGE_BYTES_MAX)
        .max_encoding_message_size(MESSAGE_BYTES_MAX)
}

#[tonic::async_trait]
impl SealedSums for SumsService {
    async fn agree(
        &self,
        request: Request<AgreeRequest>,
    ) -> Result<Response<AgreeResponse>, Status> {
        let leader = caller(&request)?;
        let announced = announced(&request.into_inner()).map_err(malformed)?;
        let own = self.helper.agree(leader, announced).await.map_err(refusal)?;
        Ok(Response::new(AgreeResponse { commitment: own.digest().bytes().to_vec() }))
    }

    async fn reveal(
        &self,
        request: Request<RevealRequest>,
    ) -> Result<Response<RevealResponse>, Status> {
        let leader = caller(&request)?;
        let request = request.into_inner();
        let half = KeyHalf::from_slice(&request.half).ok_or(SealedError::Field("half"));
        let asked = (task(&request.task).map_err(malformed)?, half.map_err(malformed)?);
        let own = self.helper.reveal(leader, asked).await.map_err(refusal)?;
        Ok(Response::new(RevealResponse { half: own.expose().to_vec() }))
    }

    async fn present(
        &self,
        request: Request<PresentRequest>,
    ) -> Result<Response<PresentResponse>, Status> {
        let leader = caller(&request)?;
        let items = request.into_inner().items;
        self.helper.present(leader, items).await.map_err(refusal)?;
        Ok(Response::new(PresentResponse {}))
    }

    async fn verify(
        &self,
        request: Request<VerifyRequest>,
    ) -> Result<Response<VerifyResponse>, Status> {
        let leader = caller(&request)?;
        let request = request.into_inner();
        let id = task(&request.task).map_err(malformed)?;
        let key = <[u8; 32]>::try_from(request.key).map_err(|_| SealedError::Field("key"));
        let key = Digest::sha256(key.map_err(malformed)?);
        let reports = request.reports.into_iter();
        let reports = reports.map(|one| AskedReport { item: one.item, shown: one.shown }).collect();
        let asked = AskedReports { task: id, key, reports };
        let verified = self.helper.verify(leader, asked).await.map_err(refusal)?;
        let reports = verified.into_iter().map(verified_to_wire).collect();
        Ok(Response::new(VerifyResponse { reports }))
    }

    async fn settle(
        &self,
        request: Request<SettleRequest>,
    ) -> Result<Response<SettleResponse>, Status> {
        let leader = caller(&request)?;
        let request = request.into_inner();
        let id = task(&request.task).map_err(malformed)?;
        let asked = request.reports.into_iter().map(asked_verdict).collect::<Result<Vec<_>, _>>();
        let asked = asked.map_err(malformed)?;
        let settled = self.helper.settle(leader, (id, asked)).await.map_err(refusal)?;
        let reports = settled.into_iter().map(settled_to_wire).collect();
        Ok(Response::new(SettleResponse { reports }))
    }

    async fn open(&self, request: Request<OpenRequest>) -> Result<Response<OpenResponse>, Status> {
        let leader = caller(&request)?;
        let request = request.into_inner();
        let id = task(&request.task).map_err(malformed)?;
        let asked = asked_set(&request).map_err(malformed)?;
        match self.helper.open(leader, (id, asked)).await {
            Ok((share, control)) => {
                Ok(Response::new(OpenResponse { share, control, unsure: Vec::new() }))
            }
            Err(CallError::Unsure(schools)) => {
                let unsure = schools.iter().map(ToString::to_string).collect();
                Ok(Response::new(OpenResponse { unsure, ..OpenResponse::default() }))
            }
            Err(error) => Err(refusal(error)),
        }
    }

    async fn record(
        &self,
        request: Request<RecordRequest>,
    ) -> Result<Response<RecordResponse>, Status> {
        let leader = caller(&request)?;
        let RecordRequest { task: id, share, record, signature, control, closed } =
            request.into_inner();
        let id = task(&id).map_err(malformed)?;
        if !closed.is_empty() {
            let asked = AskedClosed { share, control, record, code: closed };
            self.helper.keep_closed(leader, (id, asked)).await.map_err(refusal)?;
            return Ok(Response::new(RecordResponse { signature: None, missing: Vec::new() }));
        }
        let signature = signature.ok_or(SealedError::Field("signature")).map_err(malformed)?;
        let asked = AskedRecord { share, control, record, signature };
        let (signature, missing) =
            self.helper.record(leader, (id, asked)).await.map_err(refusal)?;
        let missing = missing.into_iter().collect();
        Ok(Response::new(RecordResponse { signature: Some(signature), missing }))
    }

    async fn recall(
        &self,
        request: Request<RecallRequest>,
    ) -> Result<Response<RecallResponse>, Status> {
        let leader = caller(&request)?;
        let RecallRequest { area, school_year, after, open_after } = request.into_inner();
        let place = place(&area, school_year).map_err(malformed)?;
        let after = After { number: after, open: open_after };
        let found = self.helper.recall(leader, place, after).await.map_err(refusal)?;
        let openings = found.openings.iter().map(Recalled::to_wire).collect();
        Ok(Response::new(RecallResponse { openings, next_open: found.next_open }))
    }

    async fn reports(
        &self,
        request: Request<ReportsRequest>,
    ) -> Result<Response<ReportsResponse>, Status> {
        let leader = caller(&request)?;
        let request = request.into_inner();
        let place = place(&request.area, request.school_year).map_err(malformed)?;
        let asked = asked_items(&request).map_err(malformed)?;
        let held = self.helper.reports(leader, place, asked).await.map_err(refusal)?;
        let reports = held.reports.iter().map(|one| one.to_tagged()).collect();
        Ok(Response::new(ReportsResponse { reports, items: held.items }))
    }

    async fn remind(
        &self,
        request: Request<RemindRequest>,
    ) -> Result<Response<RemindResponse>, Status> {
        let leader = caller(&request)?;
        let told = request.into_inner().openings.into_iter().map(Recalled::from_wire);
        let told = told.collect::<Result<Vec<_>, _>>().map_err(malformed)?;
        self.helper.remind(leader, told).await.map_err(refusal)?;
        Ok(Response::new(RemindResponse {}))
    }

    async fn close(
        &self,
        request: Request<CloseRequest>,
    ) -> Result<Response<CloseResponse>, Status> {
        let leader = caller(&request)?;
        let CloseRequest { area, school_year, record, signature } = request.into_inner();
        let place = place(&area, school_year).map_err(malformed)?;
        let signature = signature.filter(|_| !record.is_empty());
        let told = signature.map(|signature| Told { record, signature });
        let own = self.helper.close(leader, place, told).await.map_err(refusal)?;
        let (record, signature) = own.unzip();
        Ok(Response::new(CloseResponse { record: record.unwrap_or_default(), signature }))
    }
}

/// The name in the caller's certificate, whose chain TLS has judged.
fn caller<T>(request: &Request<T>) -> Result<IdentityName, Status> {
    let peer = request.extensions().get::<Peer>();
    let peer = peer.ok_or_else(|| Status::internal("the connection has no peer"))?;
    let identity = peer.identity.as_ref().ok_or_else(|| {
        coded(Code::Unauthenticated, "NO_CERTIFICATE", "a unit's certificate is needed")
    })?;
    Ok(identity.name().clone())
}

fn place(area: &str, school_year: i32) -> Result<(UnitId, i16), SealedError> {
    let area = area.parse().map_err(|_| SealedError::Field("area"))?;
    let year = i16::try_from(school_year).map_err(|_| SealedError::Field("school_year"))?;
    Ok((area, year))
}

fn announced(request: &AgreeRequest) -> Result<Announced, SealedError> {
    let commitment = <[u8; 32]>::try_from(request.commitment.as_slice());
    let commitment = commitment.map_err(|_| SealedError::Field("commitment"))?;
    let (area, school_year) = place(&request.area, request.school_year)?;
    Ok(Announced {
        area,
        school_year,
        table: request.table.parse().map_err(|_| SealedError::Field("table"))?,
        period: request.period.parse().map_err(|_| SealedError::Field("period"))?,
        task: task(&request.task)?,
        commitment: Commitment::from_digest(Digest::sha256(commitment)),
    })
}

fn asked_set(request: &OpenRequest) -> Result<AskedSet, SealedError> {
    let standings = request.schools.iter().map(Standing::from_wire);
    let recorded = request.recorded.iter().map(|digest| Digest::from_tagged(digest));
    let recorded = recorded.collect::<Result<_, _>>();
    Ok(AskedSet {
        stage: stage(&request.stage)?,
        detail: Detail::from_wire(request.detail())?,
        groups: groups(&request.groups)?,
        standings: standings.collect::<Result<_, _>>()?,
        absent: units(&request.absent)?,
        recorded: recorded.map_err(|_| SealedError::Field("recorded"))?,
        held_back: units(&request.held_back)?,
    })
}

fn asked_verdict(one: ToSettle) -> Result<AskedVerdict, SealedError> {
    let ToSettle { verdict, sums, item, recorded, signed } = one;
    let recorded = recorded.iter().map(|digest| Digest::from_tagged(digest));
    let recorded = recorded.collect::<Result<_, _>>();
    let recorded = recorded.map_err(|_| SealedError::Field("recorded"))?;
    Ok(AskedVerdict { verdict, sums, item, recorded, signed })
}

fn asked_items(request: &ReportsRequest) -> Result<AskedItems, SealedError> {
    let digest = |bytes: &[u8]| Digest::from_tagged(bytes);
    if !request.wanted.is_empty() {
        let wanted = request.wanted.iter().map(|bytes| digest(bytes)).collect::<Result<_, _>>();
        return Ok(AskedItems::Of(wanted.map_err(|_| SealedError::Field("wanted"))?));
    }
    let after = Some(request.after.as_slice()).filter(|after| !after.is_empty());
    let after = after.map(digest).transpose().map_err(|_| SealedError::Field("after"))?;
    Ok(AskedItems::After(after))
}

fn verified_to_wire(answer: Result<Shown, Refused>) -> Verified {
    let answer = match answer {
        Ok(Shown { shown, sums }) => verified::Answer::Shown(WireShown { shown, sums }),
        Err(Refused { code, reason, evidence: Evidence { shown, sums } }) => {
            let code = code.to_owned();
            verified::Answer::Refused(WireRefused { code, reason, shown, sums })
        }
    };
    Verified { answer: Some(answer) }
}

fn settled_to_wire(settled: Settled) -> WireSettled {
    let answer = match settled {
        Settled::Signed(signature) => settled::Answer::Signed(signature),
        Settled::Refused(verdict, signature) => {
            let signature = Some(signature);
            settled::Answer::Refused(RefusedVerdict { verdict, signature })
        }
    };
    WireSettled { answer: Some(answer) }
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
fn malformed(error: SealedError) -> Status {
    coded(Code::InvalidArgument, "MALFORMED", error.to_string())
}

fn refusal(error: CallError) -> Status {
    let text = error.to_string();
    let (kind, code) = match error {
        CallError::Store(error) => return store_status(error),
        CallError::NotOpened(crate::sealed::NotOpened::Store(error)) => {
            return store_status(error);
        }
        CallError::NotLeader => (Code::PermissionDenied, error.code()),
        CallError::Malformed(_) | CallError::TooMany => (Code::InvalidArgument, error.code()),
        _ => (Code::FailedPrecondition, error.code()),
    };
    tracing::info!(code, reason = %text, "leader refused");
    coded(kind, code, text)
}
