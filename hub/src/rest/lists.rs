//! What can be asked for: indicators with their dimensions, and the hub with its members.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::catalogue::Catalogue;
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Caller;
use super::problem::{ProblemOut, Refusal};
use super::{Form, Rest, answer};
use crate::statistics::{Blank, Indicator, NameOut, name};
use crate::store::setting::registry_version;
use crate::store::unit;

/// All indicators of the catalogue in force.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IndicatorListOut {
    /// Digest of the catalogue, in hexadecimal.
    catalogue: String,
    /// Its revision.
    catalogue_revision: u32,
    /// Counts, then ratios, in the order of the catalogue.
    indicators: Vec<IndicatorOut>,
}

/// One indicator.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IndicatorOut {
    /// Id.
    id: String,
    /// Name.
    name: NameOut,
    /// `stock`, `flow`, `distinct` or `ratio`.
    kind: &'static str,
    /// Native period: `week`, `month`, `term`, `half_year` or `year`.
    period: &'static str,
    /// Dimensions by which it can be broken down.
    dimensions: Vec<DimensionOut>,
    /// What to know; may be empty.
    note: String,
    /// The sum above the line of a ratio.
    #[serde(skip_serializing_if = "Option::is_none")]
    numerator: Option<String>,
    /// The sum below the line of a ratio.
    #[serde(skip_serializing_if = "Option::is_none")]
    denominator: Option<String>,
    /// Why no school sends it to this hub; absent where they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<&'static str>,
}

/// One dimension with its values.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DimensionOut {
    /// Id.
    id: String,
    /// Name.
    name: NameOut,
    /// Values in canonical order.
    values: Vec<ValueOut>,
}

/// One value of a dimension.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ValueOut {
    /// Code.
    id: String,
    /// Name.
    name: NameOut,
}

/// The hub and its members.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitListOut {
    /// The hub first, then its members as of today.
    units: Vec<UnitLineOut>,
}

/// One unit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitLineOut {
    /// Unit id.
    unit: String,
    /// `city`, `district`, `street`, `school`, `centre` or `clinic`.
    kind: &'static str,
    /// Name.
    name: NameOut,
    /// Unit id of the hub that it sits under; absent for the hub itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    /// `invited`, `active`, `suspended` or `closed`; absent for the hub itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    /// Active schools below it, where it is a hub.
    #[serde(skip_serializing_if = "Option::is_none")]
    schools_below: Option<u32>,
}

fn indicator_out(catalogue: &Catalogue, indicator: Indicator<'_>) -> IndicatorOut {
    let dimension = |id: &domain::catalogue::DimensionId| {
        let known = catalogue.dimension(id.as_str())?;
        let values = known
            .values
            .iter()
            .map(|value| ValueOut { id: value.id.clone(), name: (&value.label).into() });
        let (id, name) = (id.to_string(), (&known.label).into());
        Some(DimensionOut { id, name, values: values.collect() })
    };
    let (numerator, denominator) = match indicator {
        Indicator::Ratio(ratio) => {
            (Some(ratio.numerator.to_string()), Some(ratio.denominator.to_string()))
        }
        Indicator::Count(_) => (None, None),
    };
    IndicatorOut {
        id: indicator.id().to_owned(),
        name: indicator.label().into(),
        kind: indicator.kind(),
        period: indicator.period().as_str(),
        dimensions: indicator.dims().iter().filter_map(dimension).collect(),
        note: indicator.note().to_owned(),
        numerator,
        denominator,
        closed: indicator.plan(catalogue).err().and_then(|none| Blank::NoFeed(none).reason()),
    }
}

fn json(caller: &Caller, tag: &str, out: &impl Serialize) -> Response {
    match serde_json::to_vec(out) {
        Ok(body) => answer(&caller.headers, tag, Form::Json, body),
        Err(_) => Refusal::Unavailable.reply(caller.lang),
    }
}

/// All indicators of the catalogue in force.
#[utoipa::path(
    get,
    path = "/api/v1/indicators",
    responses(
        (status = 200, description = "The indicators", body = IndicatorListOut),
        (status = 304, description = "The caller has this state already"),
        (status = 401, description = "No session and no key", body = ProblemOut),
    ),
    security(("key" = []), ("session" = []))
)]
pub(super) async fn list_indicators(State(rest): State<Rest>, caller: Caller) -> Response {
    let packs = rest.statistics.packs();
    let known = packs.in_force();
    let all = Indicator::all(&known.catalogue);
    let out = IndicatorListOut {
        catalogue: known.digest.to_string(),
        catalogue_revision: known.catalogue.revision(),
        indicators: all.map(|indicator| indicator_out(&known.catalogue, indicator)).collect(),
    };
    json(&caller, &format!("c{}", known.digest.short()), &out)
}

/// One indicator.
#[utoipa::path(
    get,
    path = "/api/v1/indicators/{id}",
    params(("id" = String, Path, description = "Indicator id, such as `scr.positive`")),
    responses(
        (status = 200, description = "The indicator", body = IndicatorOut),
        (status = 304, description = "The caller has this state already"),
        (status = 401, description = "No session and no key", body = ProblemOut),
        (status = 404, description = "No such indicator", body = ProblemOut),
    ),
    security(("key" = []), ("session" = []))
)]
pub(super) async fn show_indicator(
    State(rest): State<Rest>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Response {
    let packs = rest.statistics.packs();
    let known = packs.in_force();
    let found = id.ok().and_then(|Path(id)| {
        let indicator = Indicator::find(&known.catalogue, &id)?;
        Some(indicator_out(&known.catalogue, indicator))
    });
    match found {
        Some(out) => json(&caller, &format!("c{}", known.digest.short()), &out),
        None => Refusal::Indicator.reply(caller.lang),
    }
}

/// The hub and its members as of today.
#[utoipa::path(
    get,
    path = "/api/v1/units",
    responses(
        (status = 200, description = "The units", body = UnitListOut),
        (status = 304, description = "The caller has this state already"),
        (status = 401, description = "No session and no key", body = ProblemOut),
        (status = 503, description = "The store cannot be read", body = ProblemOut),
    ),
    security(("key" = []), ("session" = []))
)]
pub(super) async fn list_units(State(rest): State<Rest>, caller: Caller) -> Response {
    let today = rest.statistics.clock().today();
    let read = rest.statistics.read_async(move |tx, packs, at| {
        let mut units = vec![UnitLineOut {
            unit: at.id.to_string(),
            kind: at.kind.as_str(),
            name: (&at.label).into(),
            parent: None,
            status: None,
            schools_below: None,
        }];
        let members = unit::members_on(tx, &at.id, today)?;
        units.extend(members.iter().map(|member| UnitLineOut {
            unit: member.id.to_string(),
            kind: member.kind.as_str(),
            name: (&name(packs, member)).into(),
            parent: Some(at.id.to_string()),
            status: Some(member.status.as_str()),
            schools_below: member.kind.is_area().then_some(member.schools_below),
        }));
        let schools: u32 = members.iter().map(|member| member.schools_below).sum();
        let tag = format!("u{}-{schools}-{today}", registry_version(tx)?);
        Ok::<_, runtime::sql::SqlError>((tag, UnitListOut { units }))
    });
    match read.await {
        Ok((tag, out)) => json(&caller, &tag, &out),
        Err(error) => Refusal::from(error).reply(caller.lang),
    }
}
