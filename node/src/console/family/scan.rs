//! The scan of a paper that a family signed: its digest is kept, and the file is not.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use runtime::web::{
    Given, Html, Lang, Problem, Session, UPLOAD_BYTES_MAX, Upload, Visitor, see_other,
};

use super::super::office::{Office, Told, page};
use super::super::words::DAILY_RECORDS;
use super::{Callers, FAMILIES_HREF, words};
use crate::desk::scan::{self, ScanError};

#[derive(Template)]
#[template(path = "console/scan.html")]
struct ScanTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    most: usize,
}

/// The digest of a file that came with a form; nothing where none was chosen.
///
/// # Errors
/// What is wrong with the file, and what to do next.
pub(super) fn digested(file: Given, lang: Lang) -> Result<Option<String>, (String, String)> {
    let wrong = |text: runtime::web::Text| {
        let next = words::SCAN_NEXT.with(lang, UPLOAD_BYTES_MAX >> 20);
        (text.in_lang(lang).to_owned(), next)
    };
    match file {
        Given::Nothing => Ok(None),
        Given::TooLong => Err(wrong(words::SCAN_LONG)),
        Given::File(file) => match scan::digest(&file.bytes) {
            Ok(digest) => Ok(Some(digest)),
            Err(ScanError::Empty) => Err(wrong(words::SCAN_EMPTY)),
            Err(ScanError::Foreign) => Err(wrong(words::SCAN_FOREIGN)),
        },
    }
}

/// Asks for the scan of one paper.
pub(super) async fn ask(
    State(office): State<Office>,
    visitor: Visitor<Callers>,
) -> Result<Response, Problem> {
    form(&office, &visitor, &None)
}

/// Computes its digest and leads to the form of a consent with it.
pub(super) async fn take(
    State(office): State<Office>,
    sent: Upload<Callers>,
) -> Result<Response, Problem> {
    let visitor = sent.visitor;
    let lang = visitor.frame.lang;
    match digested(sent.file, lang) {
        Ok(Some(digest)) => Ok(see_other(&format!("/ledgers/consent/new?form_digest={digest}"))),
        Ok(None) => {
            let next = words::SCAN_NEXT.with(lang, UPLOAD_BYTES_MAX >> 20);
            form(&office, &visitor, &Some((words::SCAN_NONE.in_lang(lang).to_owned(), next)))
        }
        Err(told) => form(&office, &visitor, &Some(told)),
    }
}

fn form(office: &Office, visitor: &Visitor<Callers>, told: &Told) -> Result<Response, Problem> {
    let (lang, session): (Lang, &Session) = (visitor.frame.lang, &visitor.session);
    let most = UPLOAD_BYTES_MAX >> 20;
    let body = Html::render(&ScanTemplate { lang, csrf: &session.csrf, told, most })?;
    let note = words::SCAN_KEPT.in_lang(lang).to_owned();
    let page = page((DAILY_RECORDS, words::SCAN_TITLE, note), FAMILIES_HREF, body, lang);
    office.tell(visitor, &page, told)
}
