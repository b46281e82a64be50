//! The Statistics service: identify, parse, call, answer.
//!
//! Figures come from the same stage as those of the pages, with the same floors. Members of a hub
//! are listed to hubs only, and only those that are hubs themselves: a school sees the sums of its
//! street or district and never a sheet of another school.

use domain::unit::UnitKind;
use proto::wire::stats::statistics_server::{Statistics as Served, StatisticsServer};
use proto::wire::stats::{
    Coverage, Figure as WireFigure, Indicator as WireIndicator, ListIndicatorsRequest,
    ListIndicatorsResponse, OpenedSum as WireOpenedSum, QueryRequest, QueryResponse,
    Status as WireStatus, UnitFigures as WireUnitFigures,
};
use runtime::transport::coded;
use tonic::{Code, Request, Response, Status};

use super::peer::peer_member;
use crate::app::Hub;
use crate::statistics::{
    Blank, Figure, Figures, Indicator, Members, OpenedFrom, Query, Reading, Statistics,
    StatisticsError, UnitFigures, WaitingOut,
};

/// Largest message of this service: a query.
const MESSAGE_BYTES_MAX: usize = 16 * 1024;

/// Answers members' questions about figures.
#[derive(Clone)]
pub struct StatisticsService {
    hub: Hub,
    statistics: Statistics,
}

/// The service of a hub, with its limits.
#[must_use]
pub fn server(hub: Hub) -> StatisticsServer<StatisticsService> {
    let statistics = Statistics::of(&hub);
    let service = StatisticsService { hub, statistics };
    StatisticsServer::new(service).max_decoding_message_size(MESSAGE_BYTES_MAX)
}

#[tonic::async_trait]
impl Served for StatisticsService {
    async fn list_indicators(
        &self,
        request: Request<ListIndicatorsRequest>,
    ) -> Result<Response<ListIndicatorsResponse>, Status> {
        peer_member(&request, &self.hub).await?;
        let packs = self.statistics.packs();
        let indicators = Indicator::all(&packs.in_force().catalogue).map(indicator_to_wire);
        Ok(Response::new(ListIndicatorsResponse { indicators: indicators.collect() }))
    }

    async fn query(
        &self,
        request: Request<QueryRequest>,
    ) -> Result<Response<QueryResponse>, Status> {
        let caller = peer_member(&request, &self.hub).await?;
        let kind = self.hub.registry().last().member(&caller).map(|member| member.kind);
        let query = read_query(request.into_inner(), kind)?;
        let figures = self.statistics.figures(query).await.map_err(|error| refusal(&error))?;
        Ok(Response::new(figures_to_wire(&figures)))
    }
}

fn read_query(request: QueryRequest, caller: Option<UnitKind>) -> Result<Query, Status> {
    let period = request.period.parse();
    let period = period.map_err(|_| invalid("period is not of a known form".to_owned()))?;
    let members = match (request.members, caller) {
        (false, _) => Members::Left,
        (true, Some(kind)) if kind.is_area() => Members::Listed,
        (true, _) => {
            let text = "a school is given the sums of its hub, not the figures of other members";
            return Err(coded(Code::PermissionDenied, "MEMBERS_NOT_LISTED", text.to_owned()));
        }
    };
    Ok(Query { indicator: request.indicator, period, by: request.by, members })
}

fn invalid(text: String) -> Status {
    coded(Code::InvalidArgument, "QUERY_INVALID", text)
}

fn refusal(error: &StatisticsError) -> Status {
    match error {
        StatisticsError::UnknownIndicator | StatisticsError::UnknownUnit => {
            coded(Code::NotFound, "NOT_FOUND", error.to_string())
        }
        StatisticsError::Dimension => invalid(error.to_string()),
        StatisticsError::Catalogue | StatisticsError::Store(_) => {
            tracing::error!(%error, "statistics not read");
            coded(Code::Unavailable, "STORE_UNAVAILABLE", error.to_string())
        }
    }
}

fn indicator_to_wire(indicator: Indicator<'_>) -> WireIndicator {
    WireIndicator {
        id: indicator.id().to_owned(),
        name_zh: indicator.label().zh.clone(),
        name_en: indicator.label().en.clone(),
        kind: indicator.kind().to_owned(),
        dimensions: indicator.dims().iter().map(ToString::to_string).collect(),
    }
}

fn figures_to_wire(figures: &Figures) -> QueryResponse {
    let hubs = figures.members.iter().filter(|member| member.unit.kind.is_area());
    QueryResponse {
        units: std::iter::once(&figures.whole).chain(hubs).map(unit_to_wire).collect(),
        catalogue: figures.catalogue.to_string(),
        waiting_schools: figures.waiting,
        waiting_reason: WaitingOut::new(figures.waiting).map_or_else(String::new, |w| w.reason.en),
    }
}

fn unit_to_wire(unit: &UnitFigures) -> WireUnitFigures {
    WireUnitFigures {
        unit: unit.unit.id.to_string(),
        figures: unit.figures.iter().map(figure_to_wire).collect(),
        coverage: Some(Coverage {
            schools_due: unit.coverage.schools_due,
            schools_reported: unit.coverage.schools_reported,
            persons: unit.coverage.persons,
        }),
        snapshot: unit.snapshot,
        root: unit.root.map(|root| root.to_string()).unwrap_or_default(),
        opened: unit.opened.iter().map(opened_to_wire).collect(),
    }
}

fn opened_to_wire(from: &OpenedFrom) -> WireOpenedSum {
    let sum = &from.sum;
    WireOpenedSum {
        area: sum.area.to_string(),
        leader: from.leader.to_string(),
        helper: from.helper.to_string(),
        table: sum.table.to_string(),
        period: sum.period.to_string(),
        stage: sum.stage.as_str().to_owned(),
        groups: sum.groups.iter().map(ToString::to_string).collect(),
        fresh: sum.fresh,
        due: sum.due,
        number: sum.number,
        record: sum.record.to_string(),
        opened_at_ms: sum.opened_at_ms,
        plan: from.plan.to_string(),
        roster: from.roster.to_string(),
    }
}

fn figure_to_wire(figure: &Figure) -> WireFigure {
    let status = match figure.reading.status() {
        "value" => WireStatus::Value,
        "suppressed" => WireStatus::Suppressed,
        "not_applicable" => WireStatus::NotApplicable,
        "closed" => WireStatus::Closed,
        "waiting" => WireStatus::Waiting,
        "stopped" => WireStatus::Stopped,
        _ => WireStatus::NotReported,
    };
    let (value, denominator, error) = match figure.reading {
        Reading::Count(amount) => {
            (amount.value, 0, amount.error_max().saturating_add(amount.above))
        }
        Reading::Ratio { numerator, denominator } => {
            (numerator.value, denominator.value, numerator.error_max())
        }
        Reading::Blank(_) => (0, 0, 0),
    };
    let amounts = figure.reading.amounts();
    let reason = figure.reading.blank().and_then(Blank::reason);
    WireFigure {
        key: figure.key.clone(),
        status: status.into(),
        value,
        denominator,
        rounding_error_max: error,
        reason: reason.unwrap_or_default().to_owned(),
        opened_cells: amounts.iter().map(|amount| amount.opened_cells).sum(),
        left_out_persons: amounts.iter().map(|amount| amount.left_out).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::fixture::{Fixture, SCHOOLS, TERM};

    fn asked(members: bool) -> QueryRequest {
        let (indicator, period) = ("base.students".to_owned(), TERM.to_owned());
        QueryRequest { indicator, period, by: Vec::new(), members }
    }

    /// A school asks for its hub's sums; other members' figures are for hubs.
    #[test]
    fn a_school_is_not_given_the_figures_of_others() {
        let check = |members, caller| read_query(asked(members), caller).map_err(|e| e.code());
        let denied = Err(Code::PermissionDenied);
        assert_eq!(check(true, Some(UnitKind::School)).map(drop), denied);
        assert_eq!(check(true, None).map(drop), denied);
        assert!(check(false, Some(UnitKind::School)).is_ok());
        assert!(check(true, Some(UnitKind::Street)).is_ok());
        let vague = QueryRequest { period: "soon".to_owned(), ..asked(false) };
        let refused = read_query(vague, Some(UnitKind::Street)).map(drop);
        assert_eq!(refused.map_err(|e| e.code()), Err(Code::InvalidArgument));
    }

    /// On the wire a blank has no value, a rounded count its bound, and schools are left out.
    #[test]
    fn figures_travel_with_status_and_bound() {
        let hub = Fixture::new("370202", UnitKind::District);
        hub.schools(&SCHOOLS);
        let sent = |indicator: &str, by: &[&str]| {
            figures_to_wire(&hub.figures(indicator, by).expect("figures"))
        };
        let students = sent("base.students", &[]);
        assert_eq!(students.units.len(), 1, "the hub alone, no school");
        let whole = students.units.first().expect("unit");
        assert_eq!(whole.coverage.map(|coverage| coverage.schools_reported), Some(14));
        assert_eq!((whole.root.len(), whole.snapshot > 0), (64, true));
        let screened = sent("scr.completed", &["stage"]);
        for figure in &screened.units.first().expect("unit").figures {
            let is_value = figure.status() == WireStatus::Value;
            assert_eq!(figure.value > 0, is_value, "{figure:?}");
            assert_eq!(figure.rounding_error_max > 0, is_value, "{figure:?}");
        }
    }
}
