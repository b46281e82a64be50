//! The calendar under a secret address, for a calendar program on this computer.
//!
//! Whoever has the address is nobody in particular: it gives sorts of work and numbers and no name,
//! and an address that is not one is answered like any page that is not there.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use certs::digest::sha256;
use runtime::web::{Lang, Problem, SignedForm, fresh_secret};

use super::super::office::{Nothing, Office, problem};
use super::{Asked, Readers, Shown, file_of, show_page, words};
use crate::ledger::calendar_address;
use crate::ledger::duty;
use crate::ledger::refusal::LedgerRefusal;

/// Digits of a secret.
const SECRET_CHARS: usize = 64;
/// Ends the name of the file.
const SUFFIX: &str = ".ics";

/// Makes an address and shows it, this once.
pub(super) async fn make(
    State(office): State<Office>,
    headers: HeaderMap,
    form: SignedForm<Readers, Nothing>,
) -> Result<Response, Problem> {
    let secret = fresh_secret();
    let digest = sha256(secret.as_bytes());
    let done = office.work(&form.visitor.session, move |tx, author| {
        Ok::<_, LedgerRefusal>(calendar_address::make(tx, &author, &digest)?)
    });
    done.await.map_err(problem)?;
    let (host, lang) = (host(&headers), form.visitor.frame.lang);
    let address = format!("http://{host}/calendar/feed/{secret}{SUFFIX}?lang={}", lang.code());
    let shown = Shown { address: Some(address), done: None };
    show_page(&office, &form.visitor, Asked::default(), shown).await
}

/// Where this console is, as the browser has it; only characters that an address has.
fn host(headers: &HeaderMap) -> &str {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '[' | ']');
    if host.is_empty() || !host.chars().all(is_plain) { "127.0.0.1" } else { host }
}

/// Ends the address.
pub(super) async fn withdraw(
    State(office): State<Office>,
    form: SignedForm<Readers, Nothing>,
) -> Result<Response, Problem> {
    let done = office.work(&form.visitor.session, |tx, author| {
        Ok::<_, LedgerRefusal>(calendar_address::withdraw(tx, &author)?)
    });
    done.await.map_err(problem)?;
    let said = words::FEED_WITHDRAWN.in_lang(form.visitor.frame.lang);
    let shown = Shown { address: None, done: Some(said) };
    show_page(&office, &form.visitor, Asked::default(), shown).await
}

/// What is due for whoever made the address.
pub(super) async fn give(
    State(office): State<Office>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let secret = name.strip_suffix(SUFFIX).filter(|secret| secret.len() == SECRET_CHARS);
    // Digests are compared, so the time taken tells nothing of a secret.
    let digest = sha256(secret.ok_or(Problem::NotFound)?.as_bytes());
    let now_ms = office.shell.clock.now_ms();
    let found = office.read(move |tx| {
        let owner = calendar_address::owner(tx, &digest, now_ms)?;
        owner.map(|owner| duty::unnamed(tx, &owner)).transpose()
    });
    let duties = found.await?.ok_or(Problem::NotFound)?;
    let lang = Lang::of_request(&uri, &headers);
    let text = file_of(&duties, (&office.unit_id(), now_ms), lang);
    let kind = HeaderValue::from_static("text/calendar; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
