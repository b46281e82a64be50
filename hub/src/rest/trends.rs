//! Figures of one indicator of the hub over a run of periods: `/api/v1/trends`.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query as UrlQuery, State};
use axum::response::Response;
use certs::digest::sha256;
use domain::period::Period;
use serde::Deserialize;
use utoipa::IntoParams;

use super::access::Caller;
use super::data::tag;
use super::problem::{ProblemOut, Refusal};
use super::{Form, Rest, answer, separated};
use crate::statistics::{StatisticsError, TrendOut, run, trend};
use crate::store::setting::registry_version;

/// What is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TrendQuery {
    /// Indicator id, such as `scr.positive`.
    #[param(example = "base.students")]
    indicator: String,
    /// First period, such as `2025S1`.
    #[param(example = "2025S1")]
    from: String,
    /// Last period, of the same length; at most 522 periods with the first.
    #[param(example = "2025S2")]
    to: String,
    /// `json` or `csv`; `json` where it is left out.
    #[serde(default)]
    format: String,
    /// Language of error sentences, `zh` or `en`.
    #[serde(default, rename = "lang")]
    _lang: String,
}

/// Figures of an indicator of this hub over a run of periods.
#[utoipa::path(
    get,
    path = "/api/v1/trends",
    params(TrendQuery),
    responses(
        (status = 200, description = "The figures, as JSON or as tidy CSV", body = TrendOut),
        (status = 304, description = "The caller has this state already"),
        (status = 400, description = "A parameter cannot be understood", body = ProblemOut),
        (status = 401, description = "No session and no key", body = ProblemOut),
        (status = 404, description = "No such indicator", body = ProblemOut),
        (status = 503, description = "The store cannot be read", body = ProblemOut),
    ),
    security(("key" = []), ("session" = []))
)]
pub(super) async fn read_trend(
    State(rest): State<Rest>,
    caller: Caller,
    asked: Result<UrlQuery<TrendQuery>, QueryRejection>,
) -> Response {
    match read(&rest, asked).await {
        Ok((tag, form, body)) => answer(&caller.headers, &tag, form, body),
        Err(refusal) => refusal.reply(caller.lang),
    }
}

async fn read(
    rest: &Rest,
    asked: Result<UrlQuery<TrendQuery>, QueryRejection>,
) -> Result<(String, Form, Vec<u8>), Refusal> {
    let UrlQuery(query) = asked?;
    let period = |text: &str, name: &str| {
        text.parse::<Period>().map_err(|_| Refusal::Parameter(name.to_owned()))
    };
    let ends = (period(&query.from, "from")?, period(&query.to, "to")?);
    let form = Form::asked(&query.format)?;
    let packs = rest.statistics.packs();
    let periods = run(ends, packs.calendar()).map_err(Refusal::Run)?;
    let read = rest.statistics.read_async(move |tx, packs, at| {
        let version = registry_version(tx)?;
        let found = trend(tx, packs, at, (&query.indicator, &periods))?;
        let tags = found.points.iter().map(|point| tag(&point.figures, version));
        let tags = tags.collect::<Vec<_>>().join("\n");
        let tag = format!("t{}", sha256(tags.as_bytes()));
        Ok::<_, StatisticsError>((tag, TrendOut::new(&packs.in_force().catalogue, &found)))
    });
    let (tag, out) = read.await?;
    let body = match form {
        Form::Json => serde_json::to_vec(&out).map_err(|_| Refusal::Unavailable)?,
        Form::Csv => separated::trend(&out).map_err(|_| Refusal::Unavailable)?,
    };
    Ok((tag, form, body))
}
