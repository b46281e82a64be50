//! Figures of one indicator and period: `/api/v1/data`.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Response;
use certs::digest::sha256;
use domain::period::Period;
use domain::unit::UnitId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::access::Caller;
use super::problem::{ProblemOut, Refusal};
use super::{Form, Rest, answer, separated};
use crate::statistics::{DataOut, Figures, Members, Query, StatisticsError, UnitFigures, figures};
use crate::store::setting::registry_version;

/// Most dimensions of a breakdown.
const DIMENSIONS_MAX: usize = 4;

/// What is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DataQuery {
    /// Indicator id, such as `scr.positive`.
    #[param(example = "base.students")]
    indicator: String,
    /// Period, such as `2025S1`.
    #[param(example = "2025S1")]
    period: String,
    /// Unit id of the hub or of one of its members; empty for all of them.
    #[serde(default)]
    unit: String,
    /// Dimensions to break down by, with commas between; empty for totals.
    #[serde(default)]
    #[param(example = "stage,sex")]
    by: String,
    /// `json` or `csv`; `json` where it is left out.
    #[serde(default)]
    format: String,
    /// Language of error sentences, `zh` or `en`.
    #[serde(default, rename = "lang")]
    _lang: String,
}

struct Asked {
    query: Query,
    unit: Option<UnitId>,
    form: Form,
}

impl DataQuery {
    fn parsed(self) -> Result<Asked, Refusal> {
        let wrong = |name: &str| Refusal::Parameter(name.to_owned());
        let period: Period = self.period.parse().map_err(|_| wrong("period"))?;
        let unit = match self.unit.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| wrong("unit"))?),
        };
        let form = Form::asked(&self.format)?;
        let by: Vec<String> =
            self.by.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
        if by.len() > DIMENSIONS_MAX {
            return Err(wrong("by"));
        }
        let query = Query { indicator: self.indicator, period, by, members: Members::Listed };
        Ok(Asked { query, unit, form })
    }
}

/// Figures of an indicator and period.
#[utoipa::path(
    get,
    path = "/api/v1/data",
    params(DataQuery),
    responses(
        (status = 200, description = "The figures, as JSON or as tidy CSV", body = DataOut),
        (status = 304, description = "The caller has this state already"),
        (status = 400, description = "A parameter cannot be understood", body = ProblemOut),
        (status = 401, description = "No session and no key", body = ProblemOut),
        (status = 404, description = "No such indicator or unit", body = ProblemOut),
        (status = 503, description = "The store cannot be read", body = ProblemOut),
    ),
    security(("key" = []), ("session" = []))
)]
pub(super) async fn read_data(
    State(rest): State<Rest>,
    caller: Caller,
    asked: Result<UrlQuery<DataQuery>, QueryRejection>,
) -> Response {
    match data(&rest, asked).await {
        Ok((tag, form, body)) => answer(&caller.headers, &tag, form, body),
        Err(refusal) => refusal.reply(caller.lang),
    }
}

async fn data(
    rest: &Rest,
    asked: Result<UrlQuery<DataQuery>, QueryRejection>,
) -> Result<(String, Form, Vec<u8>), Refusal> {
    let UrlQuery(query) = asked?;
    let Asked { query, unit, form } = query.parsed()?;
    let read = rest.statistics.read_async(move |tx, packs, at| {
        let version = registry_version(tx)?;
        // The hub alone needs no contribution; only lists of members do.
        let members = match &unit {
            Some(unit) if *unit == at.id => Members::Left,
            _ => Members::Listed,
        };
        let found = figures(tx, packs, at, &Query { members, ..query })?;
        let catalogue = packs.in_force().catalogue.clone();
        let chosen = chosen(&found, unit.as_ref())?;
        let out = DataOut::new(&catalogue, &found, &chosen);
        Ok::<_, StatisticsError>((tag(&found, version), out))
    });
    let (tag, out) = read.await?;
    let body = match form {
        Form::Json => serde_json::to_vec(&out).map_err(|_| Refusal::Unavailable)?,
        Form::Csv => separated::data(&out).map_err(|_| Refusal::Unavailable)?,
    };
    Ok((tag, form, body))
}

fn chosen<'f>(
    figures: &'f Figures,
    unit: Option<&UnitId>,
) -> Result<Vec<&'f UnitFigures>, StatisticsError> {
    match unit {
        None => Ok(std::iter::once(&figures.whole).chain(&figures.members).collect()),
        Some(unit) => figures.of(unit).map(|found| vec![found]).ok_or(StatisticsError::UnknownUnit),
    }
}

/// Changes whenever a snapshot, an opened sum, the definitions or the tree do.
pub(super) fn tag(figures: &Figures, registry: u64) -> String {
    let numbers: Vec<String> = figures.states.iter().map(|s| s.number.to_string()).collect();
    let numbers = if numbers.is_empty() { "none".to_owned() } else { numbers.join("-") };
    let sealed = sealed_state(figures);
    format!("s{numbers}-w{}-c{}-r{registry}{sealed}", figures.waiting, figures.catalogue.short())
}

/// What sealed sums add to the tag: they change without a snapshot, and so does what they wait for.
fn sealed_state(figures: &Figures) -> String {
    let units = || std::iter::once(&figures.whole).chain(&figures.members);
    if units().all(|unit| unit.opened.is_empty() && unit.missing.is_empty()) {
        return String::new();
    }
    let of_unit = |unit: &UnitFigures| {
        let records = unit.opened.iter().map(|from| from.sum.record.to_string());
        let reasons = unit.figures.iter().map(|figure| format!("{:?}", figure.reading.blank()));
        records.chain(reasons).collect::<Vec<_>>().join(" ")
    };
    let state: Vec<String> = units().map(of_unit).collect();
    format!("-o{}", sha256(state.join("\n").as_bytes()).short())
}
