//! The page of changes: the school's own counts, this term against earlier ones, each with an
//! interval and what it says.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::catalogue::NativePeriod;
use domain::period::{Period, TermId};
use runtime::web::{Html, Lang, Page, Problem, RenderError, Visitor};

use super::pages::named;
use super::{Asked, Counters, Failed, InForce, change_words as words, off_thread};
use crate::console::office::Office;
use crate::desk::change::{figure, said};
use crate::indicator::{ChangeLine, Changes, Parts, Sort, changes};
use crate::ledger::profile;

pub(super) const CHANGES_HREF: &str = "/counts/changes";

#[derive(Template)]
#[template(path = "console/changes.html")]
struct ChangesTemplate<'a> {
    lang: Lang,
    href: &'a str,
    asked: &'a str,
    /// Terms to choose from, as they are typed and as they are read.
    offered: Vec<(String, String)>,
    now: String,
    is_over: bool,
    against: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    id: String,
    name: String,
    /// A count has a page of its own.
    is_count: bool,
    now: Shown,
    /// Each earlier term: its figure, what the interval says, and the interval or why none is.
    earlier: Vec<(Shown, Option<&'static str>, String)>,
}

/// A figure, and the coverage of the screening that it stands on.
struct Shown {
    figure: String,
    coverage: Option<String>,
}

pub(super) async fn show(
    State(office): State<Office>,
    visitor: Visitor<Counters>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let (ours, period) = (office.clone(), asked.period.clone());
    let found = off_thread(move || {
        let in_force = InForce::of(&ours)?;
        let offered = terms(&in_force);
        let term = match in_force.period(&period, NativePeriod::Term) {
            Ok(Period::Term(term)) => term,
            _ => return Err(Failed::Period { asked: period, offered }),
        };
        let today = in_force.today;
        let (catalogue, calendar) = (in_force.catalogue, in_force.calendar);
        let found = ours.ledger.read(move |tx| {
            let Some(profile) = profile::load(tx)? else { return Ok(None) };
            changes(tx, &profile, (&catalogue, &calendar), term, today).map(Some)
        });
        let found = found?.ok_or(Failed::NotJoined)?.ok_or(Problem::NotFound)?;
        Ok((found, offered))
    });
    let page = match found.await {
        Ok((found, offered)) => page(&found, &offered, &asked.period, lang)?,
        Err(error) => return super::failed(&office, &visitor, (error, CHANGES_HREF)),
    };
    office.reply(&visitor, &page)
}

/// The terms that have begun, the latest first.
fn terms(in_force: &InForce) -> Vec<Period> {
    let offered = in_force.offered().into_iter();
    offered.filter(|period| matches!(period, Period::Term(_))).collect()
}

fn page(found: &Changes, offered: &[Period], asked: &str, lang: Lang) -> Result<Page, RenderError> {
    let rows = found.lines.iter().map(|line| row(found, line, lang)).collect();
    let body = Html::render(&ChangesTemplate {
        lang,
        href: CHANGES_HREF,
        asked,
        offered: named(offered, lang),
        now: found.now.to_string(),
        is_over: found.is_over,
        against: found.against.iter().map(TermId::to_string).collect(),
        rows,
    })?;
    let title = words::CHANGES.in_lang(lang);
    Ok(super::pages::page(title, words::CHANGES_NOTE.in_lang(lang), body, lang))
}

fn row(found: &Changes, line: &ChangeLine, lang: Lang) -> Row {
    let coverage = |place: usize| {
        let parts = found.coverage.get(place).filter(|_| line.is_screened)?;
        Some(words::COVERAGE.with(lang, figure(Sort::Share, *parts, lang)))
    };
    let shown = |parts: Parts, place: usize| Shown {
        figure: figure(line.sort, parts, lang),
        coverage: coverage(place),
    };
    let earlier = line.against.iter().enumerate();
    let earlier = earlier.map(|(place, one)| {
        let (verdict, text) = said(line.sort, one, lang);
        (shown(one.parts, place + 1), verdict, text)
    });
    Row {
        id: line.id.clone(),
        name: match lang {
            Lang::Zh => line.label.zh.clone(),
            Lang::En => line.label.en.clone(),
        },
        is_count: !line.id.starts_with("r."),
        now: shown(line.now, 0),
        earlier: earlier.collect(),
    }
}

/// The link from the page of counts.
pub(super) fn link(lang: Lang) -> (&'static str, &'static str) {
    (CHANGES_HREF, words::CHANGES.in_lang(lang))
}
