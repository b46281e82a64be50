//! Special periods: which there are, who follows, and the totals of each day.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Caller;
use super::problem::{ProblemOut, Refusal};
use super::{Form, Rest, answer};
use crate::statistics::{
    SpecialLineOut, SpecialOut, StatisticsError, special_lines, special_report,
};
use crate::store::contact;

/// All special periods that were ever published.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpecialListOut {
    /// The one that begins last comes first.
    specials: Vec<SpecialLineOut>,
}

/// All special periods.
#[utoipa::path(
    get,
    path = "/api/v1/special-periods",
    responses(
        (status = 200, description = "The special periods", body = SpecialListOut),
        (status = 304, description = "The caller has this state already"),
        (status = 401, description = "No session and no key", body = ProblemOut),
    ),
    security(("key" = []), ("session" = []))
)]
pub(super) async fn list_specials(State(rest): State<Rest>, caller: Caller) -> Response {
    let (packs, today) = (rest.statistics.packs(), rest.statistics.clock().today());
    let specials = special_lines(&packs, rest.statistics.unit(), today);
    let versions: Vec<&str> =
        specials.iter().map(|line| line.catalogue.get(..8).unwrap_or_default()).collect();
    let tag = format!("p{}-{today}", versions.join("-"));
    reply(&caller, &tag, &SpecialListOut { specials })
}

/// One special period with what its schools said to it and the totals of its days.
#[utoipa::path(
    get,
    path = "/api/v1/special-periods/{id}",
    params(("id" = String, Path, description = "Id, such as `flood-2026`")),
    responses(
        (status = 200, description = "The special period", body = SpecialOut),
        (status = 304, description = "The caller has this state already"),
        (status = 401, description = "No session and no key", body = ProblemOut),
        (status = 404, description = "No such special period", body = ProblemOut),
        (status = 503, description = "The store cannot be read", body = ProblemOut),
    ),
    security(("key" = []), ("session" = []))
)]
pub(super) async fn show_special(
    State(rest): State<Rest>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Response {
    let Ok(Path(id)) = id else { return Refusal::Special.reply(caller.lang) };
    let today = rest.statistics.clock().today();
    let read = rest.statistics.read_async(move |tx, packs, at| {
        let found = special_report(tx, packs, at, (&id, today))?;
        Ok::<_, StatisticsError>((contact::applied_version(tx)?, found))
    });
    match read.await {
        Ok((version, Some(out))) => {
            let told: u64 =
                out.periods.iter().map(|one| u64::from(one.coverage.schools_reported)).sum();
            let sum: u64 = out.periods.iter().map(|one| one.snapshot).sum();
            let digest = out.special.catalogue.get(..8).unwrap_or_default();
            let tag = format!("p{digest}-{today}-a{version}-n{told}-s{sum}");
            reply(&caller, &tag, &out)
        }
        Ok((_, None)) => Refusal::Special.reply(caller.lang),
        Err(error) => Refusal::from(error).reply(caller.lang),
    }
}

fn reply(caller: &Caller, tag: &str, out: &impl Serialize) -> Response {
    match serde_json::to_vec(out) {
        Ok(body) => answer(&caller.headers, tag, Form::Json, body),
        Err(_) => Refusal::Unavailable.reply(caller.lang),
    }
}
