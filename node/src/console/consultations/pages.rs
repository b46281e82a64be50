//! The pages of remote consultations as functions of what was read.

use askama::Template;
use domain::ledger::Word as _;
use domain::referral::Urgency;
use runtime::web::{Html, Lang, Page, RenderError, Session, time};

use super::super::ledgers::RECORDS;
use super::super::office::{Told, chosen};
use super::{CONSULTATIONS_HREF, Case, words};
use crate::content::Contact;
use crate::content::card::{CardAnswer, CardContent, CardGround, CardSaid};
use crate::ledger::letters::cards::CardEnvelope;
use crate::ledger::showing::Names;
use crate::letters::cards::sending::Preview;

/// A line of the list.
struct RowView {
    id: i64,
    student: String,
    meeting: String,
    unit: String,
    stands: String,
}

#[derive(Template)]
#[template(path = "console/consultations.html")]
struct ListTemplate {
    lang: Lang,
    rows: Vec<RowView>,
}

/// A card that was sent, or what was answered about it.
struct SentView {
    at: String,
    who: String,
    said: String,
}

#[derive(Template)]
#[template(path = "console/consultation.html")]
struct OneTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    id: i64,
    facts: Vec<(&'static str, String)>,
    text: &'a str,
    sent: Vec<SentView>,
    urgencies: Vec<(&'static str, &'static str)>,
    can_send: bool,
    can_recall: bool,
}

#[derive(Template)]
#[template(path = "console/consultation_card.html")]
struct CardTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    id: i64,
    rows: Vec<(&'static str, String)>,
    digest: String,
    size: String,
}

pub(super) fn list(
    cases: &[Case],
    names: &Names,
    now_ms: i64,
    lang: Lang,
) -> Result<Page, RenderError> {
    let row = |case: &Case| RowView {
        id: case.of.case.record.0,
        student: names.student_line(case.of.case.entry.student),
        meeting: case.of.meeting.day.to_string(),
        unit: case.of.meeting.outside_unit.clone().unwrap_or_default(),
        stands: case.sent.last().map_or_else(
            || words::NO_CARD.in_lang(lang).to_owned(),
            |(one, answers)| standing(one, answers, now_ms, lang),
        ),
    };
    let body = Html::render(&ListTemplate { lang, rows: cases.iter().map(row).collect() })?;
    Ok(page(words::CONSULTATIONS.in_lang(lang).to_owned(), body, lang))
}

/// How a card stands, in words; of one that is late with the telephone.
fn standing(one: &CardEnvelope, answers: &[CardAnswer], now_ms: i64, lang: Lang) -> String {
    if one.done_at_ms.is_some() {
        return words::DONE.fill(lang, &[&one.kept.as_deref().unwrap_or_default()]);
    }
    let text = match (one.revoked_at_ms, one.ended_at_ms) {
        (Some(_), _) => words::REVOKED,
        _ if answers.iter().any(|answer| answer.said.what().answers()) => words::ANSWERED,
        (None, Some(_)) => words::ENDED,
        (None, None) if one.due_ms < now_ms => return words::LATE.fill(lang, &[&one.phone]),
        (None, None) => return words::WAITS.fill(lang, &[&time::minute(one.due_ms)]),
    };
    text.in_lang(lang).to_owned()
}

pub(super) fn one(
    case: &Case,
    (names, told): (&Names, &Told),
    (session, now_ms): (&Session, i64),
    lang: Lang,
) -> Result<Page, RenderError> {
    let (entry, meeting) = (&case.of.case.entry, &case.of.meeting);
    let facts = vec![
        (words::STUDENT, names.student_line(entry.student)),
        (words::MEETING, meeting.day.to_string()),
        (words::UNIT, meeting.outside_unit.clone().unwrap_or_default()),
    ];
    let facts = facts.into_iter().map(|(label, text)| (label.in_lang(lang), text)).collect();
    let mut sent = Vec::new();
    for (one, answers) in &case.sent {
        let (at, who) = (time::minute(one.made_at_ms), one.called.clone());
        sent.push(SentView { at, who, said: standing(one, answers, now_ms, lang) });
        sent.extend(answers.iter().map(|answer| SentView {
            at: time::minute(answer.at.0),
            who: contact(&answer.by),
            said: said(&answer.said, lang),
        }));
    }
    let word = |urgency: Urgency| urgency.as_str();
    let urgencies = vec![
        (word(Urgency::Routine), words::ROUTINE.in_lang(lang)),
        (word(Urgency::Urgent), words::URGENT.in_lang(lang)),
    ];
    let is_out = |one: &CardEnvelope| one.revoked_at_ms.is_none() && one.ended_at_ms.is_none();
    let body = Html::render(&OneTemplate {
        lang,
        csrf: &session.csrf,
        told,
        id: case.of.case.record.0,
        facts,
        text: entry.card.trim(),
        sent,
        urgencies,
        can_send: case.may_write && !case.waits && !entry.card.trim().is_empty(),
        can_recall: case.may_write && case.sent.iter().any(|(one, _)| is_out(one)),
    })?;
    let title = format!("{} {}", words::CONSULTATIONS.in_lang(lang), case.of.case.record.0);
    Ok(page(title, body, lang))
}

pub(super) fn card(
    preview: &Preview,
    (id, told): (i64, &Told),
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let body = Html::render(&CardTemplate {
        lang,
        csrf: &session.csrf,
        told,
        id,
        rows: card_lines(&preview.content, lang),
        digest: preview.digest.to_string(),
        size: words::SIZE.fill(lang, &[&preview.length, &preview.digest.short()]),
    })?;
    Ok(page(words::PREVIEW.in_lang(lang).to_owned(), body, lang))
}

/// Everything that a card's content says, line by line, out of the very bytes.
pub(crate) fn card_lines(content: &CardContent, lang: Lang) -> Vec<(&'static str, String)> {
    let ground = match &content.ground {
        CardGround::Consent { digest, valid_to } => {
            words::BY_CONSENT.fill(lang, &[valid_to, &digest.short()])
        }
        CardGround::Emergency => words::BY_EMERGENCY.in_lang(lang).to_owned(),
    };
    let mut rows = vec![
        (words::FROM, contact(&content.sender)),
        (words::TO, contact(&content.expert)),
        (words::URGENCY, chosen(content.urgency.label(), lang).to_owned()),
        (words::MADE, time::minute(content.at.0)),
        (words::UNTIL, time::minute(content.until.0)),
        (words::MEETING, content.meeting.to_string()),
        (words::GROUND, ground),
        (words::TEXT, content.text.clone()),
    ];
    rows.retain(|(_, text)| !text.trim().is_empty());
    rows.into_iter().map(|(label, text)| (label.in_lang(lang), text)).collect()
}

/// An expert's answer in one line: when, who, and what was said.
pub(crate) fn answer_line(answer: &CardAnswer, lang: Lang) -> String {
    let at = time::minute(answer.at.0);
    format!("{at} {} {}", contact(&answer.by), said(&answer.said, lang))
}

/// What an answer says.
pub(crate) fn said(said: &CardSaid, lang: Lang) -> String {
    let what = chosen(said.what().label(), lang).to_owned();
    match said {
        CardSaid::Received | CardSaid::TimedOut => what,
        CardSaid::Opinion(opinion) => {
            let advice = chosen(opinion.advice.label(), lang);
            let mut parts = vec![words::ADVICE.fill(lang, &[&advice]), opinion.text.clone()];
            parts.extend(opinion.time.as_ref().map(|proposed| {
                let at = format!("{} {}", proposed.day, proposed.time);
                words::PROPOSES.fill(lang, &[&at.trim()])
            }));
            parts.join(chosen(("；", "; "), lang))
        }
        CardSaid::Declined { note } if note.trim().is_empty() => what,
        CardSaid::Declined { note } => format!("{what} · {}", note.trim()),
        CardSaid::Erased { opinions, .. } => words::ERASED_CARD.fill(lang, &[opinions]),
    }
}

fn contact(one: &Contact) -> String {
    let texts = [one.unit.as_str(), one.person.as_str(), one.phone.as_str()];
    let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    texts.join(" ")
}

fn page(title: String, body: Html, lang: Lang) -> Page {
    let crumbs = [RECORDS, words::CONSULTATIONS].map(|text| text.in_lang(lang).to_owned());
    let note = words::NOTE.in_lang(lang).to_owned();
    let (crumbs, exports) = (crumbs.to_vec(), Vec::new());
    Page { title, note, crumbs, current: CONSULTATIONS_HREF, exports, body }
}
