//! The form that opens a run, and what is wrong with what it says.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ledger::Word as _;
use domain::period::Term;
use domain::scale::Respondent;
use domain::screening::Unasked;
use domain::screening::order::{LowestTier, PER_DAY};
use jiff::civil::Date;
use runtime::web::{Html, Lang, Problem, SignedForm, Text, Visitor, see_other};
use serde::Deserialize;

use super::super::filled::Filled;
use super::super::office::{chosen, term_name};
use super::{Campaign, Counsellors, RUNS_HREF, page, words};
use crate::import::value::Grade;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::people;
use crate::packs::Packs;
use crate::screening::attendance::school_day_from;
use crate::screening::opening::{self, OpeningError, Plan, may_self_report};

/// Hours that the form proposes.
const HOURS: (&str, &str) = ("07:30", "18:00");

#[derive(Template)]
#[template(path = "screening/new.html")]
struct NewTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    wrong: Option<String>,
    term: String,
    fields: Filled,
    grades: Vec<(&'static str, &'static str)>,
    scales: Vec<ScaleRow>,
    barred: Vec<(String, &'static str)>,
    unasked: Vec<(&'static str, &'static str)>,
}

struct ScaleRow {
    name: String,
    ages: String,
    boxes: Vec<(String, bool)>,
}

/// What the form is opened for: the pulse screen of a special period, or nothing in particular.
#[derive(Deserialize)]
pub(super) struct AskedFor {
    #[serde(default)]
    special: String,
}

/// The form that opens a run.
pub(super) async fn ask(
    State(campaign): State<Campaign>,
    visitor: Visitor<Counsellors>,
    Query(asked): Query<AskedFor>,
) -> Result<Response, Problem> {
    let today = school_day_from(campaign.office.shell.clock.today());
    let day = |n: u32| domain::ledger::day::plus_days(today, n).to_string();
    let pulse = pulse(&campaign, &asked.special, visitor.frame.lang)?;
    let fields = Filled::from(pulse)
        .or("first", &day(0))
        .or("last", &day(11))
        .or("from", &HOURS.0)
        .or("to", &HOURS.1)
        .or("classes_per_day", &0)
        .or("per_day", &PER_DAY)
        .or("unasked", &Unasked::Wait.as_str());
    show_form(&campaign, &visitor, fields, None).await
}

/// What the pulse screen of a special period asks for; nothing where none is named.
fn pulse(campaign: &Campaign, special: &str, lang: Lang) -> Result<Vec<(String, String)>, Problem> {
    if special.is_empty() {
        return Ok(Vec::new());
    }
    let packs = packs(campaign)?;
    let known = packs.specials().iter().find(|known| known.pack.id().as_str() == special);
    let special = known.map(|known| &*known.pack).ok_or(Problem::NotFound)?;
    let today = campaign.office.shell.clock.today();
    let pulse = special.pulse().filter(|_| today <= special.last()).ok_or(Problem::NotFound)?;
    let label = special.label();
    let first = special.first().max(today);
    // A run lies within one term; a special period may go on through the holidays after it.
    let end = packs.calendar().current(today).map(|term| term.end).filter(|end| first <= *end);
    let last = end.map_or(special.last(), |end| special.last().min(end));
    let named = |name: &str, value: String| (name.to_owned(), value);
    let mut fields = vec![
        named("special", special.id().to_string()),
        named("name", chosen((&label.zh, &label.en), lang).to_owned()),
        named("first", first.to_string()),
        named("last", last.to_string()),
    ];
    let boxes = pulse.grades.iter().map(|grade| format!("{}:{}", pulse.scale, grade.as_str()));
    fields.extend(boxes.map(|value| named("use", value)));
    Ok(fields)
}

async fn show_form(
    campaign: &Campaign,
    visitor: &Visitor<Counsellors>,
    fields: Filled,
    wrong: Option<String>,
) -> Result<Response, Problem> {
    let found = campaign.work(&visitor.session, |tx, _, _| {
        let mut grades: Vec<Grade> = people::on_roll(tx)?.iter().map(|who| who.grade).collect();
        grades.sort_unstable();
        grades.dedup();
        Ok::<_, LedgerRefusal>(grades)
    });
    let grades = match found.await {
        Ok(grades) => grades,
        Err(refusal) => return campaign.refused(visitor, refusal, RUNS_HREF),
    };
    let packs = packs(campaign)?;
    let lang = visitor.frame.lang;
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let term = packs
        .calendar()
        .current(campaign.office.shell.clock.today())
        .map(|term| term_name(term.id, lang));
    let own: Vec<Grade> = grades.into_iter().filter(|grade| may_self_report(*grade)).collect();
    let (scales, barred) = scale_rows(campaign, &packs, (&own, &fields), lang);
    let body = Html::render(&NewTemplate {
        lang,
        csrf: &visitor.session.csrf,
        wrong: wrong.map(|why| words::WRONG.fill(lang, &[&why])),
        term: term.unwrap_or_else(|| "—".to_owned()),
        grades: own.iter().map(|grade| (grade.code(), chosen(grade.label(), lang))).collect(),
        fields,
        scales,
        barred,
        unasked: Unasked::ALL.iter().map(|w| (w.as_str(), chosen(w.label(), lang))).collect(),
    })?;
    let page = page(words::NEW, String::new(), body, lang);
    campaign.office.shell.reply_with(status, &visitor.frame, &page)
}

/// Scales that may be used with a box for each grade, and those that may not, each with its reason.
fn scale_rows(
    campaign: &Campaign,
    packs: &Packs,
    (grades, fields): (&[Grade], &Filled),
    lang: Lang,
) -> (Vec<ScaleRow>, Vec<(String, &'static str)>) {
    let language = match lang {
        Lang::Zh => domain::catalogue::Language::Zh,
        Lang::En => domain::catalogue::Language::En,
    };
    let (mut rows, mut barred) = (Vec::new(), Vec::new());
    for known in packs.scales() {
        let scale = &known.pack;
        let definition = scale.definition();
        let name = match lang {
            Lang::Zh => definition.label.zh.clone(),
            Lang::En => definition.label.en.clone(),
        };
        let zh = domain::catalogue::Language::Zh;
        if let Err(why) = scale.use_for_screening(zh, campaign.shelf.setting()) {
            barred.push((name, why.reason.sentence(language)));
            continue;
        }
        if definition.respondent != Respondent::SelfReport {
            continue;
        }
        let box_of = |grade: &Grade| {
            let value = format!("{}:{}", scale.id(), grade.code());
            let is_on = fields.has("use", &value);
            (value, is_on)
        };
        let ages = words::AGES.fill(lang, &[&definition.age_min, &definition.age_max]);
        rows.push(ScaleRow { name, ages, boxes: grades.iter().map(box_of).collect() });
    }
    (rows, barred)
}

fn packs(campaign: &Campaign) -> Result<Packs, Problem> {
    campaign.shelf.packs().map_err(|error| {
        tracing::error!(%error, "packs not read");
        Problem::Unavailable
    })
}

/// Opens a run as the form asks.
pub(super) async fn open(
    State(campaign): State<Campaign>,
    form: SignedForm<Counsellors, Filled>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let packs = packs(&campaign)?;
    let lang = visitor.frame.lang;
    let Some(term) = packs.calendar().current(campaign.office.shell.clock.today()).copied() else {
        let why = words::W_TERM.in_lang(lang).to_owned();
        return show_form(&campaign, &visitor, fields, Some(why)).await;
    };
    let Some(plan) = plan_of(&fields, &packs, term) else {
        let why = words::W_UNREAD.in_lang(lang).to_owned();
        return show_form(&campaign, &visitor, fields, Some(why)).await;
    };
    let done = campaign
        .work(&visitor.session, move |tx, author, shelf| opening::open(tx, author, &plan, shelf));
    match done.await {
        Ok(id) => Ok(see_other(&format!("/screening/{}", id.0))),
        Err(OpeningError::Refused(refusal)) => {
            campaign.refused(&visitor, refusal, "/screening/new")
        }
        Err(error) => show_form(&campaign, &visitor, fields, Some(told(&error, lang))).await,
    }
}

/// What is wrong with a plan, for people.
fn told(error: &OpeningError, lang: Lang) -> String {
    let plain = |text: Text| text.in_lang(lang).to_owned();
    match error {
        OpeningError::Text(_) => plain(words::W_TEXT),
        OpeningError::Hours => plain(words::W_HOURS),
        OpeningError::Number(_) => plain(words::W_NUMBER),
        OpeningError::Days => plain(words::W_ORDER),
        OpeningError::OutsideTerm(term) => words::W_IN_TERM.fill(lang, &[&term.start, &term.end]),
        OpeningError::PastSpecial(last) => words::W_PAST_SPECIAL.fill(lang, &[last]),
        OpeningError::TooFewDays(until) => words::W_TOO_FEW.fill(lang, &[until]),
        OpeningError::Stands { name, grades } => {
            let grades: Vec<&str> = grades.iter().map(|g| chosen(g.label(), lang)).collect();
            words::W_STANDS.fill(lang, &[name, &grades.join(chosen(("、", ", "), lang))])
        }
        OpeningError::NobodyAsked => plain(words::W_NOBODY),
        OpeningError::BelowSelfReport => plain(words::W_BELOW),
        OpeningError::Scale(barred) => {
            let language = match lang {
                Lang::Zh => domain::catalogue::Language::Zh,
                Lang::En => domain::catalogue::Language::En,
            };
            barred.reason.sentence(language).to_owned()
        }
        _ => plain(words::W_UNREAD),
    }
}

fn plan_of(fields: &Filled, packs: &Packs, term: Term) -> Option<Plan> {
    let mut grades: HashMap<&str, Vec<Grade>> = HashMap::new();
    for (scale, grade) in fields.all("use").filter_map(|value| value.split_once(':')) {
        grades.entry(scale).or_default().push(Grade::from_code(grade)?);
    }
    let known = packs.scales().iter();
    let scales = known.filter_map(|known| {
        let own = grades.remove(known.pack.id())?;
        Some((known.clone(), own))
    });
    let scales: Vec<_> = scales.collect();
    let number = |name: &str| fields.text(name).trim().parse::<u32>().ok();
    let day = |name: &str| fields.text(name).trim().parse::<Date>().ok();
    let special = match fields.text("special") {
        "" => None,
        id => Some(special_of(packs, id)?),
    };
    let is_interviewed = !fields.text("lowest").is_empty();
    Some(Plan {
        name: fields.text("name").to_owned(),
        contact: fields.text("contact").to_owned(),
        term,
        scales,
        first: day("first")?,
        last: day("last")?,
        hours: (fields.text("from").parse().ok()?, fields.text("to").parse().ok()?),
        classes_per_day: number("classes_per_day")?,
        lowest: if is_interviewed { LowestTier::Interviewed } else { LowestTier::Left },
        unasked: Unasked::from_word(fields.text("unasked"))?,
        per_day: number("per_day")?,
        special,
    })
}

/// The special period that a pulse screen is opened for, and its last day; nothing where this
/// school follows none of that id, or it asks for no screen.
fn special_of(packs: &Packs, id: &str) -> Option<(String, Date)> {
    let known = packs.specials().iter().find(|known| known.pack.id().as_str() == id)?;
    known.pack.pulse().map(|_| (id.to_owned(), known.pack.last()))
}
