//! Forms: everything that a counsellor, mentor or moral-education head writes at school.
//!
//! A refused form comes back filled in, with its mistakes beside the fields; nothing was written.

mod about;
mod acts;
mod annul;
mod crisis;
mod entry;
mod form;
mod hold;
mod import;
mod protocol;
mod slip;
mod steps;
mod talks;
mod teaching_case;
mod words;

use axum::Router;
use axum::routing::get;
use runtime::sql::{SqlError, Tx};
use runtime::web::{Html, Lang, Page, Text};

pub(super) use self::acts::is_offered;
use self::form::{FieldView, Input, Typed};
pub(super) use self::form::{class_line, person_line};
use super::office::Office;
use crate::ledger::entry::{Column, Shape};
use crate::ledger::people;

/// The forms over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route("/ledgers/{kind}/new", get(entry::ask_new).post(entry::add))
        .route("/ledgers/{kind}/import", get(import::ask).post(import::take))
        .route("/ledgers/{kind}/{record}", get(entry::record))
        .route("/ledgers/{kind}/{record}/edit", get(entry::ask_change).post(entry::change))
        .route("/ledgers/{kind}/{record}/settle", get(entry::ask_settle).post(entry::settle))
        .route("/ledgers/{kind}/{record}/annul", get(annul::ask).post(annul::submit))
        .route("/acts/{act}", get(acts::ask).post(acts::submit))
        .route("/acts/{act}/{record}", get(acts::ask_of).post(acts::submit_of))
        .route("/appointments/{record}", get(slip::show))
        .route("/teaching-cases/{record}", get(teaching_case::show))
        .route("/talks/new", get(talks::ask).post(talks::add))
        .route("/talks/batch", get(talks::ask_batch).post(talks::add_batch))
}

fn page((title, note, current): (String, String, &'static str), body: Html, lang: Lang) -> Page {
    let crumbs = vec![words::RECORDS.in_lang(lang).to_owned(), title.clone()];
    Page { title, note, crumbs, current, exports: Vec::new(), body }
}

/// The field for the reason, which every version keeps.
fn reason_view(
    typed: &Typed,
    wrong: &[(&'static str, Text)],
    is_needed: bool,
    lang: Lang,
) -> FieldView {
    let error = wrong.iter().find(|(name, _)| *name == "reason");
    FieldView {
        name: "reason",
        label: words::REASON.in_lang(lang),
        help: Some(words::REASON_HELP.in_lang(lang)),
        error: error.map(|(_, text)| text.in_lang(lang)),
        is_needed,
        is_first: false,
        input: Input::Line("text", typed.one("reason").to_owned()),
    }
}

/// Everybody on the staff roll, where a form asks for one of them.
fn staff_list(tx: &Tx<'_>, columns: &[Column]) -> Result<Vec<String>, SqlError> {
    if !columns.iter().any(|column| matches!(column.shape, Shape::Staff)) {
        return Ok(Vec::new());
    }
    let staff = people::staff(tx)?;
    Ok(staff.into_iter().map(|(_, number, name)| format!("{number} {name}")).collect())
}

#[cfg(test)]
mod offer_tests;
#[cfg(test)]
mod script_tests;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod tests;
