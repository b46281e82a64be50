//! The pages of a receiver as functions of what was read.

use askama::Template;
use domain::ledger::Word as _;
use domain::ledger::consent::{DataClass, Purpose};
use domain::receiver::{ReadWhy, RefusedWhy};
use domain::referral::DeadlineClass;
use runtime::web::{Html, Lang, Page, Part, RenderError, Session, Tag, Text, Tone, time};

use super::super::office::{Told, choices, chosen};
use super::super::referrals::{ground_lines, part_lines};
use super::forms::FormView;
use super::{HOME_HREF, INTAKE_HREF, LOG_HREF, words};
use crate::content::{GroundSaid, ReferralContent};
use crate::intake::acting::{Line, Shown};
use crate::intake::answering::SendersCalled;
use crate::intake::course::Course;
use crate::ledger::entry::Moment;
use crate::ledger::intake::cards::CardCounts;
use crate::ledger::intake::{Counts, Done, Entry, ReadLine};
use crate::neighbour::reading::CallerLine;
use crate::packs::Packs;

#[derive(Template)]
#[template(path = "console/intake_home.html")]
struct HomeTemplate {
    lang: Lang,
    has_joined: bool,
    rows: Vec<(&'static str, u64)>,
}

/// A line of the worklist.
struct LineView {
    id: i64,
    urgency: Part<Tag>,
    school: String,
    state: &'static str,
    asked: &'static str,
    due: String,
    is_late: bool,
    received: String,
}

#[derive(Template)]
#[template(path = "console/intake.html")]
struct ListTemplate {
    lang: Lang,
    lines: Vec<LineView>,
    callers: String,
}

/// A line of the course.
struct ActView {
    at: String,
    step: &'static str,
    by: String,
    told: String,
}

#[derive(Template)]
#[template(path = "console/intake_one.html")]
struct OneTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    id: i64,
    facts: Vec<(&'static str, String)>,
    whys: Vec<(&'static str, &'static str)>,
    is_here: bool,
    forms: Vec<FormView>,
    acts: Vec<ActView>,
}

#[derive(Template)]
#[template(path = "console/intake_content.html")]
struct ContentTemplate {
    lang: Lang,
    id: i64,
    rows: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "console/intake_log.html")]
struct LogTemplate {
    lang: Lang,
    reads: Vec<(String, i64, String, &'static str)>,
    cards: Vec<(String, i64, String)>,
    refused: Vec<(String, &'static str)>,
}

pub(super) fn home(
    (counts, of_cards): (&Counts, &CardCounts),
    has_joined: bool,
    lang: Lang,
) -> Result<Page, RenderError> {
    let rows = [
        (words::OPEN_COUNT, counts.open),
        (words::CARDS_COUNT, of_cards.open),
        (words::UNSEALED_COUNT, counts.unsealed + of_cards.unsealed),
        (words::LETTERS_COUNT, counts.letters),
        (words::REFUSED_COUNT, counts.refused),
    ];
    let rows = rows.map(|(label, count)| (label.in_lang(lang), count)).to_vec();
    let body = Html::render(&HomeTemplate { lang, has_joined, rows })?;
    Ok(page((words::HOME, words::HOME_NOTE), HOME_HREF, body, lang))
}

pub(super) fn worklist(
    (lines, called, callers): (&[Line], &SendersCalled, &[CallerLine]),
    now_ms: i64,
    lang: Lang,
) -> Result<Page, RenderError> {
    let open = callers.iter().filter(|caller| caller.is_open()).count();
    let pressing = callers.iter().filter(|caller| caller.is_pressing()).count();
    let callers = match open {
        0 => String::new(),
        _ => words::CALLERS_WAIT.fill(lang, &[&open, &pressing]),
    };
    let view = |line: &Line| {
        let (arrival, course) = (&line.entry.arrival, &line.course);
        LineView {
            id: line.entry.id,
            urgency: urgency(&line.entry, lang),
            school: called.of(&arrival.sender).to_owned(),
            state: state(&line.entry, course, lang),
            asked: course.class.map_or("", |class| asked(class).in_lang(lang)),
            due: course.due_ms.map_or_else(String::new, time::minute),
            is_late: course.due_ms.is_some_and(|due_ms| due_ms < now_ms),
            received: time::minute(arrival.received_at.0),
        }
    };
    let lines = lines.iter().map(view).collect();
    let body = Html::render(&ListTemplate { lang, lines, callers })?;
    Ok(page((words::WORKLIST, words::LIST_NOTE), INTAKE_HREF, body, lang))
}

pub(super) fn one(
    (shown, called, forms): (&Shown, &SendersCalled, Vec<FormView>),
    told: &Told,
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let body = Html::render(&OneTemplate {
        lang,
        csrf: &session.csrf,
        told,
        id: shown.entry.id,
        facts: facts((shown, called), lang),
        whys: choices::<ReadWhy>(lang),
        is_here: shown.entry.erased.is_none(),
        forms,
        acts: shown.done.iter().map(|act| act_view(act, lang)).collect(),
    })?;
    let mut page = page((words::WORKLIST, words::LIST_NOTE), INTAKE_HREF, body, lang);
    page.title = format!("{} {}", words::REFERRAL.in_lang(lang), shown.entry.id);
    Ok(page)
}

/// The state as people read it; of what is locked nobody knows.
fn state(entry: &Entry, course: &Course, lang: Lang) -> &'static str {
    match entry.locked_at.filter(|_| entry.erased.is_none()) {
        Some(_) => words::LOCKED.in_lang(lang),
        None => chosen(course.label(), lang),
    }
}

/// What is known of a referral beside what it says.
fn facts((shown, called): (&Shown, &SendersCalled), lang: Lang) -> Vec<(&'static str, String)> {
    let (arrival, course) = (&shown.entry.arrival, &shown.course);
    let ground = arrival.consent.as_ref().map_or_else(
        || words::EMERGENCY.in_lang(lang).to_owned(),
        |consent| words::CONSENT_UNTIL.fill(lang, &[&consent.valid_to]),
    );
    let back = arrival.consent.as_ref().map_or("", |kept| chosen(kept.outcome_back.label(), lang));
    let classes =
        arrival.consent.as_ref().map_or_else(String::new, |kept| classes_in(&kept.classes, lang));
    let asked = course.class.map_or("", |class| asked(class).in_lang(lang));
    let erased = shown.entry.erased.map_or_else(String::new, |(at, why)| {
        format!("{} {}", time::minute(at.0), chosen(why.label(), lang))
    });
    let mut facts = vec![
        (words::URGENCY, chosen(arrival.urgency.label(), lang).to_owned()),
        (words::SCHOOL, called.of(&arrival.sender).to_owned()),
        (words::STATE, state(&shown.entry, course, lang).to_owned()),
        (words::ASKED, asked.to_owned()),
        (words::DUE, course.due_ms.map_or_else(String::new, time::minute)),
        (words::RECEIVED, time::minute(arrival.received_at.0)),
        (words::GROUND, ground),
        (words::CLASSES, classes),
        (words::OUTCOME_BACK, back.to_owned()),
        (words::ERASED, erased),
    ];
    facts.retain(|(_, text)| !text.is_empty());
    facts.into_iter().map(|(label, text)| (label.in_lang(lang), text)).collect()
}

fn act_view(act: &Done, lang: Lang) -> ActView {
    let step = act.event.map_or_else(
        || words::WITHDRAWAL_ANSWERED.in_lang(lang),
        |event| chosen(event.label(), lang),
    );
    let by = match act.account.as_str() {
        "" => words::PROGRAM.in_lang(lang).to_owned(),
        account => account.to_owned(),
    };
    let told = act.sealed_at.map_or_else(
        || words::NOT_SEALED.in_lang(lang).to_owned(),
        |at| words::SEALED_AT.fill(lang, &[&time::minute(at.0)]),
    );
    ActView { at: time::minute(act.at.0), step, by, told }
}

pub(super) fn content(
    content: &ReferralContent,
    shown: &Shown,
    packs: &Packs,
    lang: Lang,
) -> Result<Page, RenderError> {
    let rows = referral_lines(content, packs, lang);
    let body = Html::render(&ContentTemplate { lang, id: shown.entry.id, rows })?;
    Ok(page((words::CONTENT, words::CONTENT_NOTE), INTAKE_HREF, body, lang))
}

/// What a referral says, line by line, out of the very content that was opened.
pub(crate) fn referral_lines(
    content: &ReferralContent,
    packs: &Packs,
    lang: Lang,
) -> Vec<(&'static str, String)> {
    let contact = &content.sender;
    let sender = [&*contact.unit, &*contact.person, &*contact.phone].join(" ");
    let mut rows = vec![
        (words::FROM, sender.trim().to_owned()),
        (words::URGENCY, chosen(content.urgency.label(), lang).to_owned()),
    ];
    if matches!(content.ground, GroundSaid::Consent(_)) {
        let purpose = chosen(Purpose::Referral.label(), lang);
        let said = words::PURPOSE_TO.fill(lang, &[&purpose, &content.recipient.unit]);
        rows.push((words::PURPOSE, said));
    }
    rows.extend(ground_lines(&content.ground, lang));
    for part in &content.parts {
        rows.extend(part_lines(part, packs, lang));
    }
    rows.retain(|(_, text)| !text.trim().is_empty());
    rows.into_iter().map(|(label, text)| (label.in_lang(lang), text)).collect()
}

/// Kinds of data in one line.
fn classes_in(classes: &[DataClass], lang: Lang) -> String {
    let names: Vec<&str> = classes.iter().map(|class| chosen(class.label(), lang)).collect();
    names.join(chosen(("、", ", "), lang))
}

pub(super) fn log(
    (reads, of_cards): (&[ReadLine], &[(Moment, i64, String)]),
    refused: &[(Moment, String)],
    lang: Lang,
) -> Result<Page, RenderError> {
    let read = |line: &ReadLine| {
        let why = chosen(line.why.label(), lang);
        (time::minute(line.at.0), line.intake, line.account.clone(), why)
    };
    let refusal = |(at, why): &(Moment, String)| {
        let why = RefusedWhy::from_word(why).map_or("", |why| chosen(why.label(), lang));
        (time::minute(at.0), why)
    };
    let body = Html::render(&LogTemplate {
        lang,
        reads: reads.iter().map(read).collect(),
        cards: of_cards
            .iter()
            .map(|(at, card, account)| (time::minute(at.0), *card, account.clone()))
            .collect(),
        refused: refused.iter().map(refusal).collect(),
    })?;
    Ok(page((words::LOG, words::REFUSED_NOTE), LOG_HREF, body, lang))
}

fn urgency(entry: &Entry, lang: Lang) -> Part<Tag> {
    use domain::referral::Urgency;
    let urgency = entry.arrival.urgency;
    let tone = match urgency {
        Urgency::Routine => Tone::Info,
        Urgency::Urgent => Tone::Notice,
        Urgency::Emergency => Tone::Bad,
    };
    Tag::new(tone, chosen(urgency.label(), lang))
}

/// What this side is asked for next.
const fn asked(class: DeadlineClass) -> Text {
    match class {
        DeadlineClass::Answered => words::ASK_ANSWER,
        DeadlineClass::FirstDate => words::ASK_DATE,
        DeadlineClass::Outcome => words::ASK_OUTCOME,
        DeadlineClass::Withdrawal => words::ASK_KEPT,
    }
}

fn page((title, note): (Text, Text), current: &'static str, body: Html, lang: Lang) -> Page {
    let crumbs = [words::GROUP, title].map(|text| text.in_lang(lang).to_owned()).to_vec();
    let (title, note) = (title.in_lang(lang).to_owned(), note.in_lang(lang).to_owned());
    Page { title, note, crumbs, current, exports: Vec::new(), body }
}
