//! An anonymous survey as a student meets it: all questions on one page, handed in once.
//!
//! The browser keeps nothing and the page asks for no name: the slip's code travels in the form and
//! is used up by it. A page that is closed before it is handed in leaves nothing behind.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::screening::Code;
use runtime::web::{Frame, Html, Lang, Page, Problem, RenderError, checked_fields, cookie};

use super::super::filled::Filled;
use super::limit::Failed;
use super::pages::{self, Said};
use super::{Answering, address_of, frame_of, words};
use crate::ledger::survey::{self, Slip, Survey, SurveyError};

#[derive(Template)]
#[template(path = "answer/survey.html")]
struct SurveyTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    code: String,
    questions: Vec<(String, &'a [String])>,
}

impl Answering {
    /// What a code opens that is nobody's seat: the questions of a survey, or why there are none.
    pub(super) async fn survey_of(
        &self,
        frame: &Frame,
        (code, tie): (&Code, &str),
    ) -> Result<Option<Response>, Problem> {
        let (digest, today) = (survey::digest_of(code), self.shell.clock.today());
        let found = self.ledger.database().read_async(move |tx| survey::slip(tx, &digest, today));
        match found.await? {
            None => Ok(None),
            Some(Slip::Open(known)) => {
                let page = form(&known, (code, tie), frame.lang)?;
                self.reply(frame, &page).map(Some)
            }
            Some(slip) => self.no_survey(frame, &slip).map(Some),
        }
    }

    fn no_survey(&self, frame: &Frame, slip: &Slip) -> Result<Response, Problem> {
        let (what, next) = match slip {
            Slip::Used => (words::SURVEY_USED, words::SURVEY_USED_NEXT),
            Slip::Over | Slip::Open(_) => (words::SURVEY_OVER, words::SURVEY_OVER_NEXT),
        };
        let said = Said::Wrong(what, next.in_lang(frame.lang).to_owned());
        self.code_page(StatusCode::CONFLICT, frame, &said)
    }
}

/// Takes a survey that was filled in; counted when it is on the disk.
pub(super) async fn hand_in(
    State(pages): State<Answering>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let tie = cookie::value(&parts.headers, &pages.tie_cookie()).unwrap_or_default().to_owned();
    let fields: Filled = checked_fields(&parts, body, &tie).await?;
    let (address, now_ms) = (address_of(&parts), pages.now_ms());
    let frame = frame_of(&parts.headers, parts.uri);
    if let Err(minutes) = pages.attempts.allow(address, now_ms) {
        let next = words::TOO_MANY_NEXT.fill(frame.lang, &[&minutes]);
        let said = Said::Wrong(words::TOO_MANY, next);
        return pages.code_page(StatusCode::TOO_MANY_REQUESTS, &frame, &said);
    }
    let code = Code::parse(fields.text("code")).map_err(|_| Problem::BadRequest)?;
    let (digest, today) = (survey::digest_of(&code), pages.shell.clock.today());
    let ledger = pages.ledger.clone();
    let taken = ledger.database().write_async("survey_answer", move |tx| {
        let given = |known: &Survey| answers(&fields, known.questions.len());
        survey::answer(tx, &digest, given, today)
    });
    match taken.await {
        Ok(Some(Slip::Open(_))) => {
            let reply = pages.reply(&frame, &pages::survey_done(frame.lang)?)?;
            pages.with_cookie(reply, &pages.tie_cookie(), "")
        }
        Ok(Some(slip)) => pages.no_survey(&frame, &slip),
        Ok(None) => {
            pages.attempts.fail(address, Failed::Guessed, now_ms);
            let next = words::UNKNOWN_NEXT.in_lang(frame.lang).to_owned();
            let said = Said::Wrong(words::UNKNOWN, next);
            pages.code_page(StatusCode::NOT_FOUND, &frame, &said)
        }
        Err(SurveyError::Ledger(crate::ledger::refusal::LedgerRefusal::Store(error))) => {
            Err(error.into())
        }
        Err(_) => Err(Problem::BadRequest),
    }
}

/// What was ticked, question by question; nothing where a question was left out.
fn answers(fields: &Filled, count: usize) -> Result<Vec<Option<usize>>, SurveyError> {
    let one = |place: usize| match fields.text(&format!("q{place}")) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| SurveyError::Answers),
    };
    (0..count).map(one).collect()
}

/// The questions.
fn form(known: &Survey, (code, tie): (&Code, &str), lang: Lang) -> Result<Page, RenderError> {
    let numbered = (1_usize..).zip(&known.questions);
    let body = Html::render(&SurveyTemplate {
        lang,
        csrf: tie,
        code: code.to_string(),
        questions: numbered
            .map(|(number, asked)| (format!("{number}. {}", asked.text), &*asked.choices))
            .collect(),
    })?;
    let mut page = pages::page(words::SURVEY, body, lang)?;
    page.title.clone_from(&known.title);
    Ok(page)
}
