//! The form by which an entry made in error is annulled: it shows what stands, and asks why.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ledger::Word as _;
use runtime::web::{Problem, SignedForm, Visitor};

use super::super::Staff;
use super::super::ledgers::{LEDGERS_HREF, content};
use super::super::office::{Office, chosen, problem};
use super::entry::{Pairs, known, names_of, to_record};
use super::form::{FormTemplate, Refused, Typed};
use super::{page, reason_view, words};
use crate::ledger::browse;
use crate::ledger::entry::RecordId;
use crate::ledger::kinds::KindColumns;
use crate::ledger::refusal::LedgerRefusal;

/// A form that came back: what was typed, and why it was refused.
type Again = Option<(Typed, Refused)>;

/// The kind, where entries of it are annulled.
fn annulled(word: &str) -> Result<&'static KindColumns, Problem> {
    known(word).and_then(|known| if known.annuls { Ok(known) } else { Err(Problem::NotFound) })
}

pub(super) async fn ask(
    State(office): State<Office>,
    visitor: Visitor<Staff>,
    Path((kind, record)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    show(&office, &visitor, (annulled(&kind)?, RecordId(record)), None).await
}

pub(super) async fn submit(
    State(office): State<Office>,
    Path((kind, record)): Path<(String, i64)>,
    form: SignedForm<Staff, Pairs>,
) -> Result<Response, Problem> {
    let (visitor, typed, known) = (form.visitor, Typed::new(form.fields), annulled(&kind)?);
    let (sent, record) = (typed.clone(), RecordId(record));
    let done = office.work(&visitor.session, move |tx, author| {
        let seen = sent.one("seen").parse().map_err(|_| LedgerRefusal::Changed)?;
        (known.annul)(tx, &author.because(sent.one("reason")), (record, seen))
    });
    match done.await {
        Ok(_) => Ok(to_record(known.kind, record, "annulled")),
        Err(refusal) => {
            let again = Some((typed, Refused::from(refusal)));
            show(&office, &visitor, (known, record), again).await
        }
    }
}

async fn show(
    office: &Office,
    visitor: &Visitor<Staff>,
    (known, record): (&'static KindColumns, RecordId),
    again: Again,
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let found = office.work(&visitor.session, move |tx, reader| {
        if !browse::is_writable_by(reader.role(), known.kind) {
            return Err(LedgerRefusal::NotAllowed);
        }
        let history = browse::history(tx, &reader, known.kind, record)?;
        let seen = (known.seen)(tx, record)?;
        let names = names_of(tx, known, &history)?;
        let line = history.iter().find(|(line, _)| line.version == seen.version);
        let student = history.first().and_then(|(line, _)| line.student);
        let said = line.map(|(line, by)| (content(line, &names, lang), by.author.clone()));
        let student = student.map_or_else(String::new, |one| names.student_line(one));
        Ok((seen, said, student))
    });
    let (seen, said, student) = found.await.map_err(problem)?;
    let status = if again.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let (typed, refused) = match again {
        Some((typed, refused)) => (typed, Some(refused)),
        None => (Typed::new(Vec::new()), None),
    };
    let mut notes = vec![words::ANNUL_NOTE.in_lang(lang).to_owned()];
    notes.extend(said.map(|(content, by)| words::ANNUL_WHAT.fill(lang, &[&content, &by])));
    let wrong = refused.as_ref().map(Refused::wrong).unwrap_or_default();
    // What its sender saw is not what stands there meanwhile.
    let was = typed.one("seen").parse().unwrap_or(seen.version);
    let at = format!("{LEDGERS_HREF}/{}/{}", known.kind.as_str(), record.0);
    let body = FormTemplate {
        lang,
        csrf: &visitor.session.csrf,
        action: format!("{at}/annul"),
        stands: refused.as_ref().and_then(|refused| refused.stands(lang)),
        asks_again: refused.as_ref().is_some_and(Refused::asks_again),
        failure: refused.map(|refused| refused.sentences(lang)),
        done: None,
        notes,
        fields: vec![reason_view(&typed, &wrong, true, lang)],
        hidden: vec![("seen", was.to_string())],
        staff: Vec::new(),
        submit: words::ANNUL.in_lang(lang),
        back: (at, words::CANCEL.in_lang(lang)),
    };
    let label = chosen(known.kind.label(), lang);
    let title = words::ANNUL_TITLE.fill(lang, &[&label, &record.0]);
    office.reply_with(status, visitor, &page((title, student, LEDGERS_HREF), body.html()?, lang))
}
