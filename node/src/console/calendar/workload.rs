//! The statement of each counsellor's workload in a term, to be printed; no student is named.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::ledger::Word as _;
use domain::period::Term;
use runtime::web::{Html, Lang, Page, Problem, Visitor};
use serde::Deserialize;

use super::super::ledgers::Readers;
use super::super::office::{Office, chosen, problem, term_name};
use super::words;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::workload::{self, Workload};

const HREF: &str = "/workload";

/// Which term is wanted.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    term: String,
}

#[derive(Template)]
#[template(path = "console/workload.html")]
struct WorkloadTemplate {
    lang: Lang,
    terms: Vec<(String, String, bool)>,
    span: String,
    heads: Vec<String>,
    rows: Vec<(&'static str, Vec<u64>)>,
}

pub(super) async fn show(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let calendar = Arc::clone(office.packs().await?.calendar());
    let found = office.work(&visitor.session, move |tx, reader| {
        let today = reader.today();
        let begun: Vec<Term> =
            calendar.terms().iter().filter(|term| term.start <= today).copied().collect();
        let named = begun.iter().find(|term| term.id.to_string() == asked.term);
        let term = named.or(begun.last()).copied().ok_or(LedgerRefusal::Unknown)?;
        let load = workload::of(tx, &reader, (term.start, term.end.min(today)))?;
        Ok::<_, LedgerRefusal>((begun, term, load, Names::of(tx, [])?, today))
    });
    let (begun, term, load, names, today) = found.await.map_err(problem)?;
    let lang = visitor.frame.lang;
    let named = |one: &Term| (one.id.to_string(), term_name(one.id, lang), one.id == term.id);
    let mut terms: Vec<_> = begun.iter().map(named).collect();
    terms.reverse();
    let body = Html::render(&WorkloadTemplate {
        lang,
        terms,
        span: words::SPAN.fill(lang, &[&term.start, &term.end.min(today)]),
        heads: heads(&load, &names, lang),
        rows: load.lines.into_iter().map(|line| (chosen(line.label, lang), line.counts)).collect(),
    })?;
    let title = words::WORKLOAD.in_lang(lang).to_owned();
    let crumbs = vec![words::RECORDS.in_lang(lang).to_owned(), title.clone()];
    let note = words::WORKLOAD_NOTE.in_lang(lang).to_owned();
    office.reply(&visitor, &Page { title, note, crumbs, current: HREF, exports: Vec::new(), body })
}

fn heads(load: &Workload, names: &Names, lang: Lang) -> Vec<String> {
    let head = |(staff, post): &(_, domain::ledger::words::CounsellorPost)| {
        format!("{}（{}）", names.staff(*staff), chosen(post.label(), lang))
    };
    match lang {
        Lang::Zh => load.counsellors.iter().map(head).collect(),
        Lang::En => load
            .counsellors
            .iter()
            .map(|one| head(one).replace('（', " (").replace('）', ")"))
            .collect(),
    }
}
