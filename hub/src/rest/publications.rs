//! What was published with noise: the list with its budgets, and each release with its figures.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query as UrlQuery, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::access::Caller;
use super::problem::{ProblemOut, Refusal};
use super::{Form, Rest, answer};
use crate::publication::{self, ReleaseOut, ReleasesOut};

/// In which form a release is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FormQuery {
    /// `json` or `csv`; `json` where it is left out.
    #[serde(default)]
    format: String,
    /// Language of error sentences, `zh` or `en`.
    #[serde(default, rename = "lang")]
    _lang: String,
}

/// What was published, and what each school year may still cost.
#[utoipa::path(
    get,
    path = "/api/v1/publications",
    responses(
        (status = 200, description = "The releases", body = ReleasesOut),
        (status = 304, description = "The caller has this state already"),
        (status = 401, description = "No session and no key", body = ProblemOut),
        (status = 503, description = "The store cannot be read", body = ProblemOut),
    ),
    security(("key" = []), ("session" = []))
)]
pub(super) async fn list_publications(State(rest): State<Rest>, caller: Caller) -> Response {
    let today = rest.statistics.clock().today();
    let read = rest
        .statistics
        .read_async(move |tx, packs, at| publication::releases(tx, at, (packs.calendar(), today)));
    let out = match read.await {
        Ok(out) => out,
        Err(error) => return Refusal::from(error).reply(caller.lang),
    };
    let state = |one: &publication::ReleaseLineOut| format!("{}{}", one.id, one.state);
    let states: Vec<String> = out.releases.iter().map(state).collect();
    let budgets = out.budgets.iter().map(|one| format!("{}-{}", one.school_year, one.cap));
    let states = states.into_iter().chain(budgets).collect::<Vec<_>>().join(" ");
    let tag = format!("n{}", certs::digest::sha256(states.as_bytes()).short());
    match serde_json::to_vec(&out) {
        Ok(body) => answer(&caller.headers, &tag, Form::Json, body),
        Err(_) => Refusal::Unavailable.reply(caller.lang),
    }
}

/// One release with its figures: noisy, so margins need not add up.
#[utoipa::path(
    get,
    path = "/api/v1/publications/{id}",
    params(("id" = String, Path, description = "Id, such as `2026S1-alerts`"), FormQuery),
    responses(
        (status = 200, description = "The release, as JSON or as tidy CSV", body = ReleaseOut),
        (status = 304, description = "The caller has this state already"),
        (status = 400, description = "A parameter cannot be understood", body = ProblemOut),
        (status = 401, description = "No session and no key", body = ProblemOut),
        (status = 404, description = "No such release", body = ProblemOut),
        (status = 503, description = "The store cannot be read", body = ProblemOut),
    ),
    security(("key" = []), ("session" = []))
)]
pub(super) async fn show_publication(
    State(rest): State<Rest>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    asked: Result<UrlQuery<FormQuery>, QueryRejection>,
) -> Response {
    let asked = (id, asked);
    match publication_of(&rest, asked).await {
        Ok((tag, form, body)) => answer(&caller.headers, &tag, form, body),
        Err(refusal) => refusal.reply(caller.lang),
    }
}

type Asked = (Result<Path<String>, PathRejection>, Result<UrlQuery<FormQuery>, QueryRejection>);

async fn publication_of(rest: &Rest, asked: Asked) -> Result<(String, Form, Vec<u8>), Refusal> {
    let (Path(id), UrlQuery(query)) = (asked.0.map_err(|_| Refusal::Publication)?, asked.1?);
    let form = Form::asked(&query.format)?;
    let read =
        rest.statistics.read_async(move |tx, packs, at| publication::release(tx, packs, at, &id));
    let out = read.await?.ok_or(Refusal::Publication)?;
    // Drawn once and never changed: its name, its identity and whether it is drawn are its state.
    let short = out.identity.get(..8).unwrap_or_default();
    let tag = format!("{}-{}-{short}", out.release.id, out.release.state);
    let body = match form {
        Form::Json => serde_json::to_vec(&out).map_err(|_| Refusal::Unavailable)?,
        Form::Csv => publication::csv(&out).map_err(|_| Refusal::Unavailable)?,
    };
    Ok((tag, form, body))
}
