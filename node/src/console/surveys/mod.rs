//! Anonymous surveys at the console: making one, drawing slips, closing it, and what it says.
//!
//! Students answer on the pages of `answer`. Nothing here can tell who answered what, and while a
//! survey is open nobody sees a tally: whoever watches it grow would see single answers.

mod pages;
mod words;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::survey::{GROUP_MIN, GROUP_MIN_MAX, QuestionsError};
use runtime::cli::{Exit, Failure, Sentence};
use runtime::web::{Lang, NavLink, Problem, SignedForm, Text, Visitor, posts, see_other};

use super::filled::Filled;
use super::office::{Nothing, Office, RollKeepers, problem, sentences};
use crate::import::value::Grade;
use crate::ledger::people;
use crate::ledger::survey::{self, Draft, SurveyError};

pub(super) const SURVEYS_HREF: &str = "/surveys";

pub(super) const fn link() -> NavLink {
    NavLink { label: words::SURVEYS, href: SURVEYS_HREF }
}

pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(SURVEYS_HREF, get(show_list).post(make))
        .route("/surveys/{id}", get(show_one))
        .route("/surveys/{id}/slips", posts(draw, SURVEYS_HREF))
        .route("/surveys/{id}/close", posts(close, SURVEYS_HREF))
}

async fn show_list(
    State(office): State<Office>,
    visitor: Visitor<RollKeepers>,
) -> Result<Response, Problem> {
    list_with(&office, &visitor, Filled::default(), None).await
}

async fn make(
    State(office): State<Office>,
    form: SignedForm<RollKeepers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let typed = filled.clone();
    let made = office.work(&visitor.session, move |tx, author| {
        let draft = Draft {
            title: typed.text("title"),
            questions: typed.text("questions"),
            least: typed.text("least").parse().map_err(|_| SurveyError::Least)?,
            until: typed.text("until").parse().map_err(|_| SurveyError::Until)?,
        };
        survey::make(tx, &author, &draft)
    });
    match made.await {
        Ok(id) => Ok(see_other(&format!("{SURVEYS_HREF}/{id}"))),
        Err(error) => list_with(&office, &visitor, filled, Some(failure(error)?)).await,
    }
}

async fn list_with(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    filled: Filled,
    failed: Option<Failure>,
) -> Result<Response, Problem> {
    let seen = office.work(&visitor.session, |tx, author| {
        let mut lines = Vec::new();
        for known in survey::list(tx, &author)? {
            let answered = survey::grades(tx, known.id)?.iter().map(|line| line.answered).sum();
            lines.push((known, answered));
        }
        Ok::<_, SurveyError>((lines, author.today()))
    });
    let (lines, today) = seen.await.map_err(not_shown)?;
    let lang = visitor.frame.lang;
    let told = failed.map(|failed| sentences(&failed, lang));
    let page = pages::list(&lines, (&filled, &told), &visitor.session.csrf, today, lang)?;
    office.tell(visitor, &page, &told)
}

async fn show_one(
    State(office): State<Office>,
    Path(id): Path<i64>,
    visitor: Visitor<RollKeepers>,
) -> Result<Response, Problem> {
    one_with(&office, &visitor, id, None).await
}

async fn one_with(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    id: i64,
    failed: Option<Failure>,
) -> Result<Response, Problem> {
    let seen = office.work(&visitor.session, move |tx, author| {
        let known = survey::find(tx, &author, id)?;
        let grades = survey::grades(tx, id)?;
        let of_school = people::classes(tx)?.into_iter().map(|(grade, _)| grade);
        let mut of_school: Vec<Grade> =
            of_school.filter_map(|grade| Grade::from_code(&grade)).collect();
        of_school.dedup();
        let shown = match known.closed {
            Some(_) => Some(survey::shown(tx, &known)?),
            None => None,
        };
        Ok::<_, SurveyError>(pages::One { known, grades, of_school, shown, today: author.today() })
    });
    let seen = seen.await.map_err(not_shown)?;
    let lang = visitor.frame.lang;
    let told = failed.map(|failed| sentences(&failed, lang));
    let page = pages::one(&seen, &told, &visitor.session.csrf, lang)?;
    office.tell(visitor, &page, &told)
}

async fn draw(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<RollKeepers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let drawn = office.work(&visitor.session, move |tx, author| {
        let grade = Grade::from_code(filled.text("grade")).ok_or(SurveyError::Count)?;
        let count = filled.text("count").parse().map_err(|_| SurveyError::Count)?;
        let codes = survey::draw(tx, &author, id, (grade, count))?;
        let known = survey::find(tx, &author, id)?;
        Ok::<_, SurveyError>((known, grade, codes))
    });
    match drawn.await {
        Ok((known, grade, codes)) => {
            let address = office.rules.answered_at();
            let page = pages::slips(&known, (grade, &codes), &address, visitor.frame.lang)?;
            office.reply_with(StatusCode::OK, &visitor, &page)
        }
        Err(error) => one_with(&office, &visitor, id, Some(failure(error)?)).await,
    }
}

async fn close(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<RollKeepers, Nothing>,
) -> Result<Response, Problem> {
    let closed =
        office.work(&form.visitor.session, move |tx, author| survey::close(tx, &author, id));
    match closed.await {
        Ok(()) => Ok(see_other(&format!("{SURVEYS_HREF}/{id}"))),
        Err(error) => one_with(&office, &form.visitor, id, Some(failure(error)?)).await,
    }
}

/// The problem of a page that could not be read.
fn not_shown(error: SurveyError) -> Problem {
    match error {
        SurveyError::Ledger(refusal) => problem(refusal),
        _ => Problem::BadRequest,
    }
}

/// What a refusal says, or the problem where the page itself cannot be shown.
fn failure(error: SurveyError) -> Result<Failure, Problem> {
    let invalid = |code, what: Text, values: &[&dyn std::fmt::Display]| {
        let told = Failure::new(Exit::Invalid, code, Sentence::new(what, values));
        told.hint(words::R_CORRECT)
    };
    let over = || Failure::new(Exit::Refused, "OVER", words::R_OVER).hint(words::R_OVER_NEXT);
    Ok(match error {
        SurveyError::Title => invalid("TITLE", words::R_TITLE, &[]),
        SurveyError::Questions(why) => match why {
            QuestionsError::Empty => invalid("QUESTIONS", words::R_EMPTY, &[]),
            QuestionsError::TooMany => invalid("QUESTIONS", words::R_TOO_MANY, &[]),
            QuestionsError::NoQuestion(at) => invalid("QUESTIONS", words::R_NO_QUESTION, &[&at]),
            QuestionsError::Choices(at) => invalid("QUESTIONS", words::R_CHOICES, &[&at]),
            QuestionsError::Twice(at) => invalid("QUESTIONS", words::R_TWICE, &[&at]),
            QuestionsError::Text(at) => invalid("QUESTIONS", words::R_TEXT, &[&at]),
        },
        SurveyError::Least => invalid("LEAST", words::R_LEAST, &[&GROUP_MIN, &GROUP_MIN_MAX]),
        SurveyError::Until => invalid("UNTIL", words::R_UNTIL, &[]),
        SurveyError::Count => invalid("COUNT", words::R_COUNT, &[]),
        SurveyError::Over => over(),
        SurveyError::Ledger(refusal) => return Err(problem(refusal)),
        SurveyError::Open | SurveyError::Answers => return Err(Problem::BadRequest),
    })
}

/// A grade as people call it.
fn grade_name(grade: Grade, lang: Lang) -> &'static str {
    super::office::chosen(grade.label(), lang)
}

#[cfg(test)]
mod tests;
