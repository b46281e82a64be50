//! The form about a child below grade 4: what a teacher saw, what a guardian said.

use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use runtime::web::{Problem, SignedForm, see_other};

use super::super::filled::{Filled, Sent};
use super::{Campaign, Leaders, people, said};
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::RunId;
use crate::screening::interview::{self, Observed};

/// Keeps an observation, or adds its other half; a refused form comes back as it was sent.
///
/// The form says what it showed, too (`was_`): a field that still says so was not touched, and what
/// somebody else has written into it meanwhile stays.
pub(super) async fn observe(
    State(campaign): State<Campaign>,
    Path((id, student)): Path<(i64, i64)>,
    form: SignedForm<Leaders, Filled>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let class = fields.text("back").parse::<i64>().map_err(|_| Problem::BadRequest)?;
    let sent = Sent::new(form_of(student), fields.clone());
    let done = campaign.work(&visitor.session, move |tx, author, _| {
        interview::observe(tx, author, RunId(id), &read(student, &fields)?)
    });
    match done.await {
        Ok(()) => Ok(see_other(&format!("/screening/{id}/classes/{class}"))),
        Err(refusal) => {
            let told = said(LedgerRefusal::into(refusal), visitor.frame.lang)?;
            people::class_page(&campaign, &visitor, (id, class), (sent, Some(told))).await
        }
    }
}

/// The name of a student's form on the page of the class.
pub(super) fn form_of(student: i64) -> String {
    format!("observe.{student}")
}

fn read(student: i64, fields: &Filled) -> Result<Observed, LedgerRefusal> {
    let day = |name: &'static str, was: &str| match fields.text(name).trim() {
        "" => Ok(None),
        text if text == fields.text(was) => Ok(None),
        text => text.parse::<Date>().map(Some).map_err(|_| LedgerRefusal::Field(name)),
    };
    let (concern, had) = (fields.is_sent("concern"), fields.is_sent("was_concern"));
    Ok(Observed {
        student: StudentId(student),
        observed: day("observed", "was_observed")?,
        guardian_heard: day("heard", "was_heard")?,
        concern: (concern != had).then_some(concern),
    })
}
