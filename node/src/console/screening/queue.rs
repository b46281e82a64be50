//! The counsellor's queue of interviews, and the form of one.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ledger::Word as _;
use domain::ledger::terms::InterviewResult;
use domain::screening::order::{self, Call};
use jiff::civil::{Date, Time};
use runtime::cli::Failure;
use runtime::web::{
    Html, Lang, Part, Problem, SignedForm, Tag, Text, Tone, Visitor, see_other, time,
};
use serde::Deserialize;

use super::super::office::chosen;
use super::super::results;
use super::{Campaign, Counsellors, page, words};
use crate::ledger::browse::purpose_of;
use crate::ledger::entry::{Moment, StudentId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::{self, RunId};
use crate::ledger::showing::Names;
use crate::ledger::{access, result};
use crate::screening::interview::{self, Conclusion, Held, Talk};
use crate::screening::queue::{self, Queued};

#[derive(Template)]
#[template(path = "screening/queue.html")]
struct QueueTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    run: i64,
    seen_ms: i64,
    load: Option<String>,
    is_long: bool,
    rows: Vec<QueueRow>,
}

struct QueueRow {
    student: i64,
    name: String,
    why: Part<Tag>,
    limit: String,
    late: Option<Part<Tag>>,
    is_open: bool,
    since: String,
    planned: String,
}

#[derive(Template)]
#[template(path = "screening/interview.html")]
struct InterviewTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    run: i64,
    student: i64,
    told: Option<(String, String)>,
    name: String,
    why: Part<Tag>,
    results: Vec<(&'static str, &'static str)>,
    scored: Html,
    form: HeldForm,
}

/// An interview as the form sends it.
#[derive(Clone, Default, Deserialize)]
pub(super) struct HeldForm {
    #[serde(default)]
    day: String,
    #[serde(default)]
    time: String,
    #[serde(default)]
    result: String,
    #[serde(default)]
    next_review: String,
    #[serde(default)]
    return_visit: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    note: String,
}

/// The queue.
pub(super) async fn show(
    State(campaign): State<Campaign>,
    Path(id): Path<i64>,
    visitor: Visitor<Counsellors>,
) -> Result<Response, Problem> {
    let found = campaign.work(&visitor.session, move |tx, author, _| {
        let waiting = queue::queue(tx, author, RunId(id))?;
        let known = run::get(tx, RunId(id))?;
        let (today, now_ms) = (author.today(), author.now().0);
        Ok::<_, LedgerRefusal>((waiting, known.per_day, Names::load(tx)?, (today, now_ms)))
    });
    let (waiting, per_day, names, (today, now_ms)) = match found.await {
        Ok(found) => found,
        Err(refusal) => return campaign.refused(&visitor, refusal, &format!("/screening/{id}")),
    };
    let lang = visitor.frame.lang;
    let days: Vec<Date> = waiting.iter().map(|one| one.planned).collect();
    let last = days.iter().max();
    let load = last.map(|last| words::QUEUE_LOAD.fill(lang, &[&waiting.len(), &per_day, last]));
    let row = |one: &Queued| QueueRow {
        student: one.student.0,
        name: names.student_line(one.student),
        why: why(one, lang),
        limit: one.due_ms.map_or_else(String::new, time::minute),
        late: one
            .due_ms
            .filter(|due| *due < now_ms)
            .map(|_| Tag::of(Tone::Bad, words::OVERDUE, lang)),
        is_open: !one.open_items.is_empty(),
        since: one.since.to_string(),
        planned: one.planned.to_string(),
    };
    let body = Html::render(&QueueTemplate {
        lang,
        csrf: &visitor.session.csrf,
        run: id,
        seen_ms: now_ms,
        load,
        is_long: order::is_too_long(&days, today),
        rows: waiting.iter().map(row).collect(),
    })?;
    let note = words::QUEUE_NOTE.in_lang(lang).to_owned();
    campaign.reply(&visitor, &page(words::QUEUE, note, body, lang))
}

fn why(one: &Queued, lang: Lang) -> Part<Tag> {
    let (tone, text): (Tone, Text) = match one.call {
        _ if one.is_contacted => (Tone::Notice, words::C_CONTACTED),
        Call::WithinHour => (Tone::Bad, words::C_HOUR),
        Call::WithinDay => (Tone::Bad, words::C_DAY),
        Call::T3 => (Tone::Bad, words::C_T3),
        Call::T2 => (Tone::Notice, words::C_T2),
        Call::Review => (Tone::Info, words::C_REVIEW),
        Call::T1 => (Tone::Info, words::C_T1),
    };
    Tag::of(tone, text, lang)
}

/// The form of an interview.
pub(super) async fn ask(
    State(campaign): State<Campaign>,
    Path((id, student)): Path<(i64, i64)>,
    visitor: Visitor<Counsellors>,
) -> Result<Response, Problem> {
    let form =
        HeldForm { day: campaign.office.shell.clock.today().to_string(), ..HeldForm::default() };
    show_form(&campaign, &visitor, (id, student), (form, None)).await
}

async fn show_form(
    campaign: &Campaign,
    visitor: &Visitor<Counsellors>,
    (id, student): (i64, i64),
    (form, failure): (HeldForm, Option<Failure>),
) -> Result<Response, Problem> {
    let found = campaign.work(&visitor.session, move |tx, author, _| {
        let one = interview::queued(tx, author, RunId(id), StudentId(student))?;
        let pass = access::open(tx, author, one.student, purpose_of(author.role()))?;
        Ok::<_, LedgerRefusal>((one, Names::load(tx)?, result::of(tx, &pass)?))
    });
    let back = format!("/screening/{id}/queue");
    let (one, names, sheets) = match found.await {
        Ok(found) => found,
        Err(refusal) => return campaign.refused(visitor, refusal, &back),
    };
    let lang = visitor.frame.lang;
    let status = if failure.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let told = failure.map(|failure| {
        let next = failure.next_step(lang).unwrap_or_default().to_owned();
        (failure.message(lang).to_owned(), next)
    });
    let scored = results::part(sheets, &campaign.office.packs().await?, lang)?;
    let body = Html::render(&InterviewTemplate {
        lang,
        csrf: &visitor.session.csrf,
        run: id,
        student,
        told,
        name: names.student_line(one.student),
        why: why(&one, lang),
        results: InterviewResult::ALL
            .iter()
            .map(|word| (word.as_str(), chosen(word.label(), lang)))
            .collect(),
        scored,
        form,
    })?;
    let note = words::INTERVIEW_NOTE.in_lang(lang).to_owned();
    let page = page(words::INTERVIEW, note, body, lang);
    campaign.office.shell.reply_with(status, &visitor.frame, &page)
}

/// Keeps an interview and what follows from it.
pub(super) async fn hold(
    State(campaign): State<Campaign>,
    Path((id, student)): Path<(i64, i64)>,
    form: SignedForm<Counsellors, HeldForm>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let back = format!("/screening/{id}/queue");
    let sent = fields.clone();
    let is_crisis = fields.result == InterviewResult::T3.as_str();
    let done = campaign.work(&visitor.session, move |tx, author, _| {
        let held = read(&sent, StudentId(student))?;
        if sent.reason.trim().is_empty() && interview::lists(tx, &held)? {
            return Err(LedgerRefusal::Reason);
        }
        let author = author.because(&sent.reason);
        interview::hold(tx, &author, RunId(id), &held)
    });
    match done.await {
        // The tier of an open case is not moved by an interview alone; the form that asks for it
        // is the next thing that the counsellor sees.
        Ok(Conclusion { to_move: Some((case, how, tier)), .. }) => {
            let (how, tier) = (how.as_str(), tier.as_str());
            let asks = format!("how={how}&to_tier={tier}&source=screening&after=interview");
            Ok(see_other(&format!("/acts/move/{}?{asks}", case.0)))
        }
        // A crisis does not go back into a list: the page of its case has the contacts to be made.
        Ok(Conclusion { case: Some(case), .. }) if is_crisis => {
            Ok(see_other(&format!("/ledgers/alert_case/{}?done=crisis", case.0)))
        }
        Ok(_) => Ok(see_other(&back)),
        Err(LedgerRefusal::Store(error)) => Err(error.into()),
        Err(LedgerRefusal::NotAllowed) => Err(Problem::Forbidden),
        Err(LedgerRefusal::Unknown) => Err(Problem::NotFound),
        Err(refusal) => {
            let again = (fields, Some(refusal.into()));
            show_form(&campaign, &visitor, (id, student), again).await
        }
    }
}

fn read(form: &HeldForm, student: StudentId) -> Result<Held, LedgerRefusal> {
    let day = |text: &str, field| match text.trim() {
        "" => Ok(None),
        text => text.parse::<Date>().map(Some).map_err(|_| LedgerRefusal::Field(field)),
    };
    let result = InterviewResult::from_word(&form.result);
    Ok(Held {
        student,
        day: day(&form.day, "day")?.ok_or(LedgerRefusal::Field("day"))?,
        time: match form.time.trim() {
            "" => None,
            text => Some(Time::strptime("%H:%M", text).map_err(|_| LedgerRefusal::Field("time"))?),
        },
        result: result.ok_or(LedgerRefusal::Field("result"))?,
        next_review: day(&form.next_review, "next_review")?,
        return_visit: day(&form.return_visit, "due")?,
        note: form.note.trim().to_owned(),
    })
}

/// The queue as it was seen when the button was pressed.
#[derive(Deserialize)]
pub(super) struct SpokenForm {
    /// Instant of the page: what was raised since did not stand on it.
    seen_ms: i64,
}

/// Notes that the counsellor has just spoken with a student about a critical answer.
pub(super) async fn spoken(
    State(campaign): State<Campaign>,
    Path((id, student)): Path<(i64, i64)>,
    form: SignedForm<Counsellors, SpokenForm>,
) -> Result<Response, Problem> {
    let (visitor, SpokenForm { seen_ms }) = (form.visitor, form.fields);
    let back = format!("/screening/{id}/queue");
    let done = campaign.work(&visitor.session, move |tx, author, _| {
        let staff = author.staff().ok_or(LedgerRefusal::Unlinked)?;
        let talk = Talk { staff, at: author.now(), about_until: Moment(seen_ms) };
        interview::note_contact(tx, author, (RunId(id), StudentId(student)), talk)
    });
    match done.await {
        Ok(_) => Ok(see_other(&back)),
        Err(refusal) => campaign.refused(&visitor, refusal, &back),
    }
}
