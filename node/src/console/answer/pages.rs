//! The answering pages as functions of what was read. No page holds a score or a word about one.

use askama::Template;
use domain::scale::{Choice, Item, Scale};
use runtime::web::{Html, Lang, Page, RenderError, Text, time};

use super::super::office::chosen;
use super::words;
use crate::screening::answering::{Barred, Sitting, find};
use crate::screening::shelf;

/// What stands above the form for a code.
pub(super) enum Said {
    /// Nothing.
    Nothing,
    /// What went wrong, and what to do next.
    Wrong(Text, String),
}

#[derive(Template)]
#[template(path = "answer/code.html")]
struct CodeTemplate {
    lang: Lang,
    csrf: String,
    said: Option<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "answer/start.html")]
struct StartTemplate {
    lang: Lang,
    csrf: String,
    who: String,
    about: String,
    is_begun: bool,
    first: usize,
    help: Vec<String>,
}

#[derive(Template)]
#[template(path = "answer/item.html")]
struct ItemTemplate {
    lang: Lang,
    csrf: String,
    place: usize,
    count: usize,
    number: String,
    stem: String,
    text: String,
    choices: Vec<ChoiceView>,
    is_answered: bool,
    care: Option<Vec<String>>,
}

struct ChoiceView {
    value: u8,
    label: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "answer/review.html")]
struct ReviewTemplate {
    lang: Lang,
    csrf: String,
    told: String,
    open: Vec<usize>,
    last: usize,
    care: Option<Vec<String>>,
}

#[derive(Template)]
#[template(path = "answer/decline.html")]
struct DeclineTemplate {
    lang: Lang,
    csrf: String,
}

#[derive(Template)]
#[template(path = "answer/end.html")]
struct EndTemplate {
    text: String,
    help: Vec<String>,
}

/// The form for a code.
pub(super) fn code(said: &Said, csrf: String, lang: Lang) -> Result<Page, RenderError> {
    let said = match said {
        Said::Nothing => None,
        Said::Wrong(text, next) => Some((text.in_lang(lang), next.clone())),
    };
    page(words::CODE_TITLE, Html::render(&CodeTemplate { lang, csrf, said })?, lang)
}

/// Who it is, what is asked, and that it is free.
pub(super) fn start(sitting: &Sitting, csrf: String, lang: Lang) -> Result<Page, RenderError> {
    let seat = &sitting.seat;
    // The family name is left out: a slip that was swapped is noticed, a passer-by learns little.
    let given: String = seat.name.chars().skip(1).collect();
    let who = format!("＊{given}");
    let (grade, class) = (seat.grade.zh(), &*seat.class);
    let body = StartTemplate {
        lang,
        csrf,
        who: words::IS_IT_YOU.fill(lang, &[&grade, &class, &who]),
        about: words::ABOUT.fill(lang, &[&count(sitting)]),
        is_begun: sitting.answers.iter().any(|part| part.iter().any(Option::is_some)),
        first: open(sitting).first().copied().unwrap_or(1),
        help: help(&seat.contact, lang),
    };
    page(words::HELLO, Html::render(&body)?, lang)
}

/// One question; `place` counts from 1 over all instruments.
pub(super) fn item(
    sitting: &Sitting,
    (place, care): (usize, bool),
    csrf: String,
    lang: Lang,
) -> Result<Option<Page>, RenderError> {
    let own = shelf::of_seat(&sitting.parts, &sitting.seat);
    let Some(index) = place.checked_sub(1) else {
        return Ok(None);
    };
    let Some((part, within)) = find(&own, index) else {
        return Ok(None);
    };
    let Some(item) = part.scale.items().get(within) else {
        return Ok(None);
    };
    let given = sitting.answers.iter().flat_map(|part| part.iter()).nth(index).copied().flatten();
    let count = count(sitting);
    let stem = part.scale.definition().stem.as_ref();
    let body = ItemTemplate {
        lang,
        csrf,
        place,
        count,
        number: words::QUESTION.fill(lang, &[&place, &count]),
        stem: stem.map_or_else(String::new, |stem| chosen((&stem.zh, &stem.en), lang).to_owned()),
        text: text_of(item, lang),
        choices: choices(&part.scale, item, given, lang),
        is_answered: given.is_some(),
        care: care.then(|| help(&sitting.seat.contact, lang)),
    };
    page(words::PRODUCT, Html::render(&body)?, lang).map(Some)
}

/// What is answered and what is not.
pub(super) fn review(
    sitting: &Sitting,
    care: bool,
    csrf: String,
    lang: Lang,
) -> Result<Page, RenderError> {
    let (open, count) = (open(sitting), count(sitting));
    let told = match open.len() {
        0 => words::REVIEW_ALL.fill(lang, &[&count]),
        left => words::REVIEW_OPEN.fill(lang, &[&left]),
    };
    let care = care.then(|| help(&sitting.seat.contact, lang));
    let body = ReviewTemplate { lang, csrf, told, open, last: count, care };
    page(words::REVIEW, Html::render(&body)?, lang)
}

/// The question whether somebody does not want to take part.
pub(super) fn decline(csrf: String, lang: Lang) -> Result<Page, RenderError> {
    page(words::DECLINE_TITLE, Html::render(&DeclineTemplate { lang, csrf })?, lang)
}

/// After handing in.
pub(super) fn done(contact: &str, lang: Lang) -> Result<Page, RenderError> {
    let text = words::DONE_TEXT.in_lang(lang).to_owned();
    page(words::DONE, Html::render(&EndTemplate { text, help: help(contact, lang) })?, lang)
}

/// After declining.
pub(super) fn declined(lang: Lang) -> Result<Page, RenderError> {
    let text = words::DECLINED_TEXT.in_lang(lang).to_owned();
    page(words::DECLINED, Html::render(&EndTemplate { text, help: help("", lang) })?, lang)
}

/// After a survey was handed in.
pub(super) fn survey_done(lang: Lang) -> Result<Page, RenderError> {
    let text = words::SURVEY_DONE_TEXT.in_lang(lang).to_owned();
    page(words::SURVEY_DONE, Html::render(&EndTemplate { text, help: help("", lang) })?, lang)
}

/// Why a code opens no questions now.
pub(super) fn barred(why: Barred, lang: Lang) -> Result<Page, RenderError> {
    let plain = |text: Text| text.in_lang(lang).to_owned();
    let text = match why {
        Barred::Closed => plain(words::B_CLOSED),
        Barred::NotYet(opens) => words::B_NOT_YET.fill(lang, &[&time::minute(opens)]),
        Barred::Over => plain(words::B_OVER),
        Barred::Done => plain(words::B_DONE),
        Barred::Refused => plain(words::B_REFUSED),
        Barred::NoConsent => plain(words::B_CONSENT),
        Barred::NothingAsked => plain(words::B_NOTHING),
    };
    let title = match why {
        Barred::Closed => words::T_OVER,
        Barred::Over => words::T_CLASS_OVER,
        Barred::NotYet(_) => words::T_NOT_YET,
        Barred::Done => words::T_DONE,
        Barred::Refused => words::T_REFUSED,
        Barred::NoConsent | Barred::NothingAsked => words::NOT_NOW,
    };
    page(title, Html::render(&EndTemplate { text, help: help("", lang) })?, lang)
}

/// Places of the questions without an answer, from 1.
pub(super) fn open(sitting: &Sitting) -> Vec<usize> {
    let all = sitting.answers.iter().flat_map(|part| part.iter());
    let blank = (1..).zip(all).filter(|(_, answer)| answer.is_none());
    blank.map(|(place, _)| place).collect()
}

fn count(sitting: &Sitting) -> usize {
    sitting.answers.iter().map(|part| part.len()).sum()
}

fn help(contact: &str, lang: Lang) -> Vec<String> {
    let school = (!contact.is_empty()).then(|| words::HELP_SCHOOL.fill(lang, &[&contact]));
    school.into_iter().chain([words::HELP_LINE.in_lang(lang).to_owned()]).collect()
}

fn text_of(item: &Item, lang: Lang) -> String {
    let (zh, en) = (item.zh.as_deref(), item.en.as_deref());
    let found = match lang {
        Lang::Zh => zh,
        Lang::En => en.or(zh),
    };
    let absent = || words::ON_PAPER.fill(lang, &[&item.number]);
    found.map_or_else(absent, str::to_owned)
}

/// The answers that an item offers: those of the scale where they are all of them, else numbers.
fn choices(scale: &Scale, item: &Item, given: Option<u8>, lang: Lang) -> Vec<ChoiceView> {
    let named = |value: u8| scale.definition().choices.iter().find(|c: &&Choice| c.value == value);
    let range = item.answer_min..=item.answer_max;
    let is_named = range.clone().all(|value| named(value).is_some());
    let label = |value: u8| match named(value).filter(|_| is_named) {
        Some(choice) => chosen((&choice.label.zh, &choice.label.en), lang).to_owned(),
        None => value.to_string(),
    };
    range
        .map(|value| ChoiceView { value, label: label(value), is_chosen: given == Some(value) })
        .collect()
}

pub(super) fn page(title: Text, body: Html, lang: Lang) -> Result<Page, RenderError> {
    Ok(Page {
        title: title.in_lang(lang).to_owned(),
        note: String::new(),
        crumbs: Vec::new(),
        current: "",
        exports: Vec::new(),
        body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Why there is nothing to answer stands under a title that says the same of the same class.
    #[test]
    fn a_title_and_its_text_agree() {
        let titled = |why, lang| barred(why, lang).expect("page").title;
        for (lang, over, not_now) in [
            (Lang::Zh, "你们班的答题时间已过", "现在还不能答题"),
            (Lang::En, "Your class's time is over", "You cannot answer now"),
        ] {
            assert_eq!(titled(Barred::Over, lang), over);
            assert_eq!(titled(Barred::NoConsent, lang), not_now);
            assert_ne!(titled(Barred::Closed, lang), over, "the run is over, not a window of it");
        }
    }
}
