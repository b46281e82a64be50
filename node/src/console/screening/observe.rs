//! The form about a child below grade 4: what a teacher saw, what a guardian said.

use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use runtime::web::{Problem, SignedForm, see_other};
use serde::Deserialize;

use super::{Campaign, Leaders};
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::RunId;
use crate::screening::interview::{self, Observed};

/// The form says what it showed, too: a field that still says so was not touched, and what
/// somebody else has written into it meanwhile stays.
#[derive(Deserialize)]
pub(super) struct ObservedForm {
    #[serde(default)]
    observed: String,
    #[serde(default)]
    heard: String,
    #[serde(default)]
    concern: String,
    #[serde(default)]
    was_observed: String,
    #[serde(default)]
    was_heard: String,
    #[serde(default)]
    was_concern: String,
    back: i64,
}

/// Keeps an observation, or adds its other half.
pub(super) async fn observe(
    State(campaign): State<Campaign>,
    Path((id, student)): Path<(i64, i64)>,
    form: SignedForm<Leaders, ObservedForm>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let back = format!("/screening/{id}/classes/{}", fields.back);
    let done = campaign.work(&visitor.session, move |tx, author, _| {
        let day = |text: &str, was: &str| match text.trim() {
            "" => Ok(None),
            text if text == was => Ok(None),
            text => text.parse::<Date>().map(Some).map_err(|_| LedgerRefusal::Field("observed")),
        };
        let (concern, had) = (!fields.concern.is_empty(), !fields.was_concern.is_empty());
        let seen = Observed {
            student: StudentId(student),
            observed: day(&fields.observed, &fields.was_observed)?,
            guardian_heard: day(&fields.heard, &fields.was_heard)?,
            concern: (concern != had).then_some(concern),
        };
        interview::observe(tx, author, RunId(id), &seen)
    });
    match done.await {
        Ok(()) => Ok(see_other(&back)),
        Err(refusal) => campaign.refused(&visitor, refusal, &back),
    }
}
