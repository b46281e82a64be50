//! What was sealed, with its answers, as a file for another system: a reading like any other.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::referral::State as Standing;
use runtime::cli::Failure;
use runtime::web::{Problem, Visitor};

use super::super::fhir::download;
use super::super::filled::Filled;
use super::super::ledgers::Readers;
use super::super::office::{Office, sentences, told};
use super::{View, page_of};
use crate::fhir::{ExportError, school};
use crate::ledger::entry::RecordId;

/// Whether the hand-over as it stands was sealed, so that there is something to export.
pub(super) fn is_offered(view: &View) -> bool {
    let course = &view.course;
    let is_out = !matches!(
        course.state,
        Standing::Draft | Standing::ConsentPending | Standing::Consented | Standing::Refused
    );
    let is_sealed = view.post.sealed.iter().any(|one| one.number == course.envelope);
    view.may.write && is_out && is_sealed
}

/// Gives the bundle; where there is none the page of the referral says why.
pub(super) async fn show(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let record = RecordId(id);
    let export =
        office.work(&visitor.session, move |tx, author| school::export(tx, &author, record));
    let lang = visitor.frame.lang;
    let told = match export.await {
        Ok(bundle) => return Ok(download(&bundle)),
        Err(ExportError::Ledger(refusal)) => told(refusal, lang)?,
        Err(ExportError::Fhir(error)) => Some(sentences(&Failure::from(error), lang)),
        Err(ExportError::Store(error)) => return Err(error.into()),
    };
    page_of(&office, &visitor, record, (told, Filled::default())).await
}
