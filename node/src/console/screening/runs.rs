//! The list of runs, how far one has come, the windows of its classes, and its end.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ledger::{Action, Area, Authority, authority};
use runtime::cli::{Exit, Failure};
use runtime::clock::instant_ms;
use runtime::sql::Tx;
use runtime::web::{
    Audience, Html, Lang, Part, Problem, SignedForm, Tag, Text, Tone, Visitor, see_other, time,
};
use serde::Deserialize;

use super::super::filled::{Filled, Sent};
use super::super::office::{Told, term_name};
use super::{
    Campaign, Counsellors, Leaders, RUNS_HREF, field_of, page, read_field, said, titled, words,
};
use crate::ledger::author::Author;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::{self, ClassId, ClassWindow, Run, RunId, people};
use crate::ledger::scope::Scope;
use crate::ledger::write;
use crate::screening::funnel::{self, Progress, Standing};
use crate::screening::opening::{self, OpeningError};

#[derive(Template)]
#[template(path = "screening/list.html")]
struct ListTemplate {
    lang: Lang,
    may_open: bool,
    runs: Vec<RunLine>,
}

struct RunLine {
    id: i64,
    name: String,
    term: String,
    state: Part<Tag>,
    reached: String,
}

#[derive(Template)]
#[template(path = "screening/run.html")]
struct RunTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    id: i64,
    is_open: bool,
    is_voided: bool,
    may_work: bool,
    may_see_roll: bool,
    may_count: bool,
    is_early: bool,
    may_void: bool,
    heads: Vec<&'static str>,
    rows: Vec<ClassRow>,
    whole: Vec<u64>,
    told: &'a Told,
}

struct ClassRow {
    id: i64,
    name: String,
    is_linked: bool,
    counts: Vec<u64>,
    window: String,
    opens: String,
    closes: String,
    error: Option<String>,
}

/// The list of runs.
pub(super) async fn list(
    State(campaign): State<Campaign>,
    visitor: Visitor<Leaders>,
) -> Result<Response, Problem> {
    let found = campaign.work(&visitor.session, |tx, author, _| {
        let mut lines = Vec::new();
        for known in run::list(tx)? {
            let seen = visible(tx, author, &known)?;
            lines.push((known, funnel::progress(&seen).0));
        }
        Ok::<_, LedgerRefusal>((lines, may_work(author)))
    });
    let (runs, may_open) = match found.await {
        Ok(found) => found,
        Err(refusal) => return campaign.refused(&visitor, refusal, RUNS_HREF),
    };
    let lang = visitor.frame.lang;
    let line = |(known, progress): (Run, Progress)| RunLine {
        id: known.id.0,
        name: known.name,
        term: term_name(known.term, lang),
        state: match known.closed_at_ms {
            None => Tag::of(Tone::Info, words::OPEN, lang),
            Some(_) if known.is_voided => Tag::of(Tone::Muted, words::VOIDED, lang),
            Some(_) => Tag::of(Tone::Muted, words::CLOSED, lang),
        },
        reached: if known.is_voided {
            "—".to_owned()
        } else {
            words::OF_ROLL.fill(lang, &[&progress.reached(), &progress.roll()])
        },
    };
    let runs = runs.into_iter().map(line).collect();
    let body = Html::render(&ListTemplate { lang, may_open, runs })?;
    campaign
        .reply(&visitor, &page(words::RUNS, words::RUNS_NOTE.in_lang(lang).to_owned(), body, lang))
}

/// Whom of a run the reader may see: everybody for those who lead, the own class for a teacher.
pub(super) fn visible(
    tx: &Tx<'_>,
    author: &Author,
    known: &Run,
) -> Result<Vec<(people::Participant, Standing)>, LedgerRefusal> {
    let mut standings = funnel::standings(tx, known, author.today())?;
    if !may_count(author) {
        let own = Scope::of(tx, author, Action::Read(Area::Roll))?;
        standings.retain(|(who, _)| own.has(who.student));
    }
    Ok(standings)
}

fn may_count(author: &Author) -> bool {
    let counts = Action::Do(domain::ledger::Act::ReadCounts);
    authority(author.role(), counts) == Authority::Allowed
}

pub(super) fn may_work(author: &Author) -> bool {
    authority(author.role(), Action::Write(Area::Screening)) == Authority::Allowed
}

fn may_see_roll(author: &Author) -> bool {
    use Authority as A;
    !matches!(
        authority(author.role(), Action::Read(Area::Roll)),
        A::Never | A::NeedsSecond | A::OnCase
    )
}

/// How far a run has come.
pub(super) async fn show(
    State(campaign): State<Campaign>,
    Path(id): Path<i64>,
    visitor: Visitor<Leaders>,
) -> Result<Response, Problem> {
    show_page(&campaign, &visitor, id, (Sent::default(), None)).await
}

/// As [`show`], with a window that was refused as it was sent.
async fn show_page<A: Audience>(
    campaign: &Campaign,
    visitor: &Visitor<A>,
    id: i64,
    (sent, told): (Sent, Told),
) -> Result<Response, Problem> {
    let found = campaign.work(&visitor.session, move |tx, author, shelf| {
        let known = run::get(tx, RunId(id))?;
        opening::follow_roll(tx, shelf, &known)?;
        let seen = visible(tx, author, &known)?;
        let classes = run::classes(tx, known.id)?;
        let ends = (
            opening::ends_early(tx, known.id, author.now().0)?,
            may_work(author) && !opening::is_begun(tx, &known)?,
        );
        let may = (may_work(author), may_see_roll(author), may_count(author));
        Ok::<_, LedgerRefusal>((known, seen, (classes, ends), may))
    });
    let (known, seen, (classes, ends), (may_work, may_see_roll, may_count)) = match found.await {
        Ok(found) => found,
        Err(refusal) => return campaign.refused(visitor, refusal, RUNS_HREF),
    };
    let lang = visitor.frame.lang;
    let (whole, by_class) = funnel::progress(&seen);
    let progress: HashMap<_, _> = by_class.into_iter().collect();
    let columns = columns(may_work);
    let rows = classes.iter().filter_map(|class| {
        let of_class = progress.get(&(class.grade, class.class.as_str().into()))?;
        let mut row = class_row(class, counted(of_class, &columns), may_see_roll);
        row.fill(&sent.of(&window_of(class.id.0)), told.as_ref());
        Some(row)
    });
    let note = ended(&known, may_work, lang).unwrap_or_else(|| term_name(known.term, lang));
    let body = Html::render(&RunTemplate {
        lang,
        csrf: &visitor.session.csrf,
        id,
        is_open: known.closed_at_ms.is_none(),
        is_voided: known.is_voided,
        may_work,
        may_see_roll,
        may_count,
        is_early: ends.0,
        may_void: ends.1,
        heads: columns.iter().map(|(text, _)| text.in_lang(lang)).collect(),
        rows: rows.collect(),
        whole: counted(&whole, &columns),
        told: &told,
    })?;
    campaign.office.tell(visitor, &titled(known.name, note, body, lang), &told)
}

/// When and by whom a run was ended. Why is for whoever works with it.
fn ended(known: &Run, may_work: bool, lang: Lang) -> Option<String> {
    let at = time::minute(known.closed_at_ms?);
    let by = known.closed_by.as_deref().unwrap_or_default();
    let why = if may_work { known.ended_why.as_str() } else { "—" };
    Some(match (known.is_voided, known.ended_why.is_empty()) {
        (true, _) => words::VOIDED_AT.fill(lang, &[&at, &by, &why]),
        (false, false) => words::ENDED_AT.fill(lang, &[&at, &by, &why]),
        (false, true) => words::CLOSED_AT.fill(lang, &[&at]),
    })
}

fn class_row(class: &ClassWindow, counts: Vec<u64>, is_linked: bool) -> ClassRow {
    let (opens, closes) = (class.opens_at_ms, class.closes_at_ms);
    ClassRow {
        id: class.id.0,
        name: format!("{} {}", class.grade.zh(), class.class),
        is_linked,
        counts,
        window: format!("{} – {}", time::minute(opens), time::minute(closes)),
        opens: field_of(opens),
        closes: field_of(closes),
        error: None,
    }
}

/// The name of a class's form on the page of a run.
fn window_of(class: i64) -> String {
    format!("window.{class}")
}

impl ClassRow {
    /// What was typed and refused, in place of what holds.
    fn fill(&mut self, sent: &Filled, told: Option<&(String, String)>) {
        if sent.is_sent("opens") {
            sent.text("opens").clone_into(&mut self.opens);
            sent.text("closes").clone_into(&mut self.closes);
            self.error = told.map(|(message, _)| message.clone());
        }
    }
}

/// The columns of a table of classes, and which standings each counts. Whoever does not work with
/// answers is told no more than that something is missing: in a class of one's own, why it is
/// would be told of a child.
pub(super) fn columns(may_work: bool) -> Vec<(Text, Vec<Standing>)> {
    let mut columns: Vec<(Text, Vec<Standing>)> = Vec::new();
    for standing in Standing::ALL {
        let shown = if may_work { label(standing) } else { short(standing) };
        match columns.iter_mut().find(|(text, _)| *text == shown) {
            Some((_, counted)) => counted.push(standing),
            None => columns.push((shown, vec![standing])),
        }
    }
    columns
}

/// The roll, then what each column counts.
pub(super) fn counted(progress: &Progress, columns: &[(Text, Vec<Standing>)]) -> Vec<u64> {
    let sum = |of: &[Standing]| of.iter().map(|how| progress.count(*how)).sum();
    let each = columns.iter().map(|(_, counted)| sum(counted));
    [progress.roll()].into_iter().chain(each).collect()
}

/// As [`label`], without what a sheet or an absence says about one child.
pub(super) const fn short(standing: Standing) -> Text {
    match standing {
        Standing::Done | Standing::MadeUp => words::S_DONE,
        Standing::Void | Standing::Absent | Standing::Started | Standing::Waiting => {
            words::SHORT_OPEN
        }
        other => label(other),
    }
}

/// What a standing is called.
pub(super) const fn label(standing: Standing) -> Text {
    match standing {
        Standing::Done => words::S_DONE,
        Standing::MadeUp => words::S_MADE_UP,
        Standing::Observed => words::S_OBSERVED,
        Standing::Started => words::S_STARTED,
        Standing::Waiting => words::S_WAITING,
        Standing::Absent => words::S_ABSENT,
        Standing::Void => words::S_VOID,
        Standing::Refused => words::S_REFUSED,
        Standing::Unasked => words::S_UNASKED,
        Standing::ToObserve => words::S_TO_OBSERVE,
        Standing::NothingAsked => words::S_NOTHING,
    }
}

/// Moves the window of a class.
pub(super) async fn window(
    State(campaign): State<Campaign>,
    Path((id, class)): Path<(i64, i64)>,
    form: SignedForm<Counsellors, Filled>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let sent = Sent::new(window_of(class), fields.clone());
    let done = campaign.work(&visitor.session, move |tx, author, _| {
        write::allow(tx, author, Action::Write(Area::Screening), None)?;
        let known = run::get_open(tx, RunId(id))?;
        let instant = |text: &str| read_field(text).map(instant_ms);
        let opens = instant(fields.text("opens")).ok_or(LedgerRefusal::Field("opens"))?;
        let closes = instant(fields.text("closes")).ok_or(LedgerRefusal::Field("closes"))?;
        if opens >= closes {
            return Err(LedgerRefusal::Field("closes"));
        }
        run::set_window(tx, (known.id, ClassId(class)), (opens, closes))
    });
    match done.await {
        Ok(()) => Ok(see_other(&format!("/screening/{id}"))),
        Err(refusal) => {
            let told = said(refusal.into(), visitor.frame.lang)?;
            show_page(&campaign, &visitor, id, (sent, Some(told))).await
        }
    }
}

#[derive(Deserialize)]
pub(super) struct CloseForm {
    #[serde(default)]
    sure: String,
    #[serde(default)]
    reason: String,
}

/// Voids a run that was opened by mistake.
pub(super) async fn void(
    State(campaign): State<Campaign>,
    Path(id): Path<i64>,
    form: SignedForm<Counsellors, CloseForm>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let back = format!("/screening/{id}");
    let done = campaign.work(&visitor.session, move |tx, author, _| {
        opening::void(tx, &author.because(&fields.reason), RunId(id))
    });
    match done.await {
        Ok(()) => Ok(see_other(&back)),
        Err(OpeningError::Refused(refusal)) => campaign.refused(&visitor, refusal, &back),
        Err(OpeningError::Answered) => {
            let failure = Failure::new(Exit::Refused, "ANSWERED", words::ANSWERED);
            campaign.refused(&visitor, failure.hint(words::ANSWERED_NEXT), &back)
        }
        Err(_) => Err(Problem::Internal),
    }
}

/// Closes a run.
pub(super) async fn close(
    State(campaign): State<Campaign>,
    Path(id): Path<i64>,
    form: SignedForm<Counsellors, CloseForm>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let back = format!("/screening/{id}");
    if fields.sure.is_empty() {
        return campaign.refused(&visitor, LedgerRefusal::Field("sure"), &back);
    }
    let done = campaign.work(&visitor.session, move |tx, author, shelf| {
        opening::close(tx, &author.because(&fields.reason), shelf, RunId(id))
    });
    match done.await {
        Ok(()) => Ok(see_other(&format!("/screening/{id}/report"))),
        Err(OpeningError::Refused(refusal)) => campaign.refused(&visitor, refusal, &back),
        Err(OpeningError::Papers(error)) => campaign.refused(&visitor, error, &back),
        Err(_) => Err(Problem::Internal),
    }
}
