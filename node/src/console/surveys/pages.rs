//! The pages of anonymous surveys as functions of what was read.

use askama::Template;
use domain::screening::Code;
use domain::survey::{GROUP_MIN, GROUP_MIN_MAX};
use jiff::civil::Date;
use runtime::web::{Figure, Html, Lang, Page, Part, RenderError, Tag, Tone, time};

use super::super::filled::Filled;
use super::super::office::{Told, page};
use super::super::words::SCHOOL_WORK;
use super::{SURVEYS_HREF, grade_name, words};
use crate::import::value::Grade;
use crate::ledger::survey::{self, GradeLine, Shown, Survey};

#[derive(Template)]
#[template(path = "console/surveys.html")]
struct ListTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: Option<&'a (String, String)>,
    filled: Filled,
    least_hint: String,
    bounds: (u32, u32),
    rows: Vec<ListRow>,
}

struct ListRow {
    href: String,
    title: String,
    until: String,
    state: Part<Tag>,
    answered: u32,
}

/// Everything that the page of one survey shows.
pub(super) struct One {
    pub(super) known: Survey,
    pub(super) grades: Vec<GradeLine>,
    pub(super) of_school: Vec<Grade>,
    pub(super) shown: Option<Vec<Shown>>,
    pub(super) today: Date,
}

#[derive(Template)]
#[template(path = "console/survey.html")]
struct OneTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: Option<&'a (String, String)>,
    id: i64,
    facts: String,
    questions: Vec<(String, Vec<String>)>,
    grades: Vec<(&'static str, u32, u32)>,
    choices: Vec<(&'static str, &'static str)>,
    can_answer: bool,
    can_close: bool,
    few: Option<String>,
    results: Vec<Results>,
}

/// Answers of one set of grades.
struct Results {
    title: String,
    joined: bool,
    questions: Vec<QuestionRow>,
}

struct QuestionRow {
    text: String,
    choices: Vec<(String, u32, String)>,
}

#[derive(Template)]
#[template(path = "console/survey_slips.html")]
struct SlipsTemplate {
    lang: Lang,
    back: String,
    title: String,
    grade: &'static str,
    place: Option<String>,
    codes: Vec<String>,
}

/// All surveys, and the form for a new one.
pub(super) fn list(
    lines: &[(Survey, u32)],
    (filled, told): (&Filled, &Told),
    csrf: &str,
    today: Date,
    lang: Lang,
) -> Result<Page, RenderError> {
    let row = |(known, answered): &(Survey, u32)| ListRow {
        href: format!("{SURVEYS_HREF}/{}", known.id),
        title: known.title.clone(),
        until: known.until.to_string(),
        state: state(known, today, lang),
        answered: *answered,
    };
    let filled = filled
        .clone()
        .or("least", &GROUP_MIN)
        .or("until", &domain::ledger::day::plus_days(today, 14))
        .or("questions", &words::EXAMPLE.in_lang(lang));
    let body = Html::render(&ListTemplate {
        lang,
        csrf,
        told: told.as_ref(),
        filled,
        least_hint: words::LEAST_HINT.fill(lang, &[&GROUP_MIN]),
        bounds: (GROUP_MIN, GROUP_MIN_MAX),
        rows: lines.iter().map(row).collect(),
    })?;
    let note = words::SURVEYS_NOTE.in_lang(lang).to_owned();
    Ok(page((SCHOOL_WORK, words::SURVEYS, note), SURVEYS_HREF, body, lang))
}

fn state(known: &Survey, today: Date, lang: Lang) -> Part<Tag> {
    match (known.closed, survey::is_over(known, today)) {
        (Some(_), _) => Tag::of(Tone::Muted, words::CLOSED, lang),
        (None, true) => Tag::of(Tone::Notice, words::OVER, lang),
        (None, false) => Tag::of(Tone::Good, words::OPEN, lang),
    }
}

/// One survey: its slips while it is open, its answers once it is closed.
pub(super) fn one(seen: &One, told: &Told, csrf: &str, lang: Lang) -> Result<Page, RenderError> {
    let known = &seen.known;
    let made = time::minute(known.made.0);
    let grade = |line: &GradeLine| (grade_name(line.grade, lang), line.drawn, line.answered);
    let too_few = seen.shown.as_ref().is_some_and(Vec::is_empty);
    let results = seen.shown.iter().flatten();
    let body = Html::render(&OneTemplate {
        lang,
        csrf,
        told: told.as_ref(),
        id: known.id,
        facts: words::FACTS.fill(lang, &[&known.until, &known.least, &known.made_by, &made]),
        questions: known.questions.iter().map(|q| (q.text.clone(), q.choices.clone())).collect(),
        grades: seen.grades.iter().map(grade).collect(),
        choices: seen.of_school.iter().map(|of| (of.code(), grade_name(*of, lang))).collect(),
        can_answer: !survey::is_over(known, seen.today),
        can_close: known.closed.is_none(),
        few: too_few.then(|| words::FEW.fill(lang, &[&known.least])),
        results: results.map(|shown| result(known, shown, lang)).collect(),
    })?;
    let mut page = page((words::SURVEYS, words::SURVEYS, String::new()), SURVEYS_HREF, body, lang);
    page.title.clone_from(&known.title);
    page.crumbs = vec![words::SURVEYS.in_lang(lang).to_owned(), known.title.clone()];
    Ok(page)
}

fn result(known: &Survey, shown: &Shown, lang: Lang) -> Results {
    let names: Vec<&str> = shown.grades.iter().map(|grade| grade_name(*grade, lang)).collect();
    let names = names.join(words::BETWEEN.in_lang(lang));
    let of_question = |(question, tally): (&domain::survey::Question, &Vec<u32>)| {
        let blank = words::BLANK.in_lang(lang).to_owned();
        let texts = question.choices.iter().cloned().chain([blank]);
        let line = |(text, people): (String, &u32)| {
            (text, *people, Figure::share(u64::from(*people), u64::from(shown.answered)).text(lang))
        };
        QuestionRow { text: question.text.clone(), choices: texts.zip(tally).map(line).collect() }
    };
    Results {
        title: words::RESULT.fill(lang, &[&names, &shown.answered]),
        joined: shown.grades.len() > 1,
        questions: known.questions.iter().zip(&shown.tallies).map(of_question).collect(),
    }
}

/// Slips to be printed and cut.
pub(super) fn slips(
    known: &Survey,
    (grade, codes): (Grade, &[Code]),
    address: &str,
    lang: Lang,
) -> Result<Page, RenderError> {
    let body = Html::render(&SlipsTemplate {
        lang,
        back: format!("{SURVEYS_HREF}/{}", known.id),
        title: known.title.clone(),
        grade: grade_name(grade, lang),
        place: (!address.is_empty()).then(|| words::SLIP_WHERE.fill(lang, &[&address])),
        codes: codes.iter().map(Code::to_string).collect(),
    })?;
    let mut page = page((words::SURVEYS, words::SURVEYS, String::new()), SURVEYS_HREF, body, lang);
    page.title = words::SLIPS_OF.fill(lang, &[&grade_name(grade, lang)]);
    Ok(page)
}
