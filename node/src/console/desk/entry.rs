//! Entries of any kind: the form for a new one, for a change, for settling two versions, and the
//! page with every version of one.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ledger::consent::NoConsent;
use domain::ledger::{Kind, Word as _};
use runtime::sql::Tx;
use runtime::web::{
    Html, Lang, Part, Problem, RenderError, SignedForm, Tag, Text, Tone, Visitor, time,
};

use super::super::Staff;
use super::super::ledgers::{LEDGERS_HREF, whole};
use super::super::office::{Office, chosen, problem};
use super::form::{self, FormTemplate, Refused, Subject, Typed};
use super::{about, crisis, protocol, steps, teaching_case, words};
use crate::desk::no_consent;
use crate::ledger::author::{Author, Signature};
use crate::ledger::browse::{self, Line};
use crate::ledger::consent::{self, Consent};
use crate::ledger::entry::{RecordId, Shape};
use crate::ledger::kinds::KindColumns;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::roll::Mentor;
use crate::ledger::showing::Names;
use crate::ledger::write::{Seen, Written};
use crate::ledger::{access, read};

/// Fields of a form in the order in which they came.
pub(super) type Pairs = Vec<(String, String)>;

/// What is done with an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    New,
    Change(RecordId),
    Settle(RecordId),
}

/// One form on its way: what it is for, what was typed, what was refused.
struct Draft {
    known: &'static KindColumns,
    what: What,
    typed: Typed,
    refused: Option<Refused>,
}

/// What the page with a form is made of.
struct Drawn {
    fields: Vec<form::FieldView>,
    staff: Vec<String>,
    versions: Vec<VersionView>,
    seen: Option<(u32, u32)>,
    /// Mentor of the pair that stands in the way.
    mentor: Option<String>,
}

/// A version as a page shows it.
pub(super) struct VersionView {
    number: u32,
    tag: Part<Tag>,
    who: String,
    when: String,
    why: String,
    content: String,
    parallel: bool,
    /// Whether a change since can be taken back to it.
    can_restore: bool,
}

#[derive(Template)]
#[template(path = "console/record.html")]
struct RecordTemplate<'a> {
    lang: Lang,
    kind: &'static str,
    record: i64,
    done: Option<&'a str>,
    /// Why what stands is not what it looks like.
    warning: Option<String>,
    versions: Vec<VersionView>,
    may_write: bool,
    may_edit: bool,
    may_annul: bool,
    is_disputed: bool,
    own_acts: Vec<(String, &'static str)>,
    /// Steps and contact protocol of a case; empty on every other page.
    of_case: Html,
}

pub(super) fn known(word: &str) -> Result<&'static KindColumns, Problem> {
    let kind = Kind::from_word(word).ok_or(Problem::NotFound)?;
    browse::kind_of(kind).map_err(Problem::from)
}

/// The kind, where it is written by a form.
fn written_by_form(word: &str) -> Result<&'static KindColumns, Problem> {
    known(word).and_then(|known| if known.direct { Ok(known) } else { Err(Problem::NotFound) })
}

pub(super) async fn ask_new(
    State(office): State<Office>,
    visitor: Visitor<Staff>,
    Path(kind): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Problem> {
    let known = written_by_form(&kind)?;
    let draft = Draft { known, what: What::New, typed: Typed::new(pairs), refused: None };
    show(&office, &visitor, draft).await
}

pub(super) async fn add(
    State(office): State<Office>,
    Path(kind): Path<String>,
    form: SignedForm<Staff, Pairs>,
) -> Result<Response, Problem> {
    let (visitor, typed, known) = (form.visitor, Typed::new(form.fields), written_by_form(&kind)?);
    let sent = typed.clone();
    let done = office.work(&visitor.session, move |tx, author| {
        let author = author.because(sent.one("reason")).once_more(sent.one("again") == "yes");
        let cells = form::read(tx, &author, known.columns, &sent)?;
        Ok::<_, Refused>((known.add)(tx, &author, cells)?)
    });
    match done.await {
        Ok(record) => Ok(to_record(known.kind, record, "added")),
        Err(refused) => {
            show(&office, &visitor, Draft { known, what: What::New, typed, refused: Some(refused) })
                .await
        }
    }
}

pub(super) async fn ask_change(
    State(office): State<Office>,
    visitor: Visitor<Staff>,
    Path((kind, record)): Path<(String, i64)>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Problem> {
    let known = written_by_form(&kind)?;
    let what = What::Change(RecordId(record));
    show(&office, &visitor, Draft { known, what, typed: Typed::new(pairs), refused: None }).await
}

pub(super) async fn change(
    State(office): State<Office>,
    Path((kind, record)): Path<(String, i64)>,
    form: SignedForm<Staff, Pairs>,
) -> Result<Response, Problem> {
    let (visitor, typed, known) = (form.visitor, Typed::new(form.fields), written_by_form(&kind)?);
    let (sent, record) = (typed.clone(), RecordId(record));
    let done = office.work(&visitor.session, move |tx, author| {
        let author = author.because(sent.one("reason"));
        let cells = form::read(tx, &author, known.columns, &sent)?;
        let seen = sent.one("seen").parse().map_err(|_| LedgerRefusal::Unknown)?;
        Ok::<_, Refused>((known.change)(tx, &author, (record, seen), cells)?)
    });
    match done.await {
        Ok(Written::Counts(_)) => Ok(to_record(known.kind, record, "changed")),
        Ok(Written::Beside { .. }) => Ok(to_record(known.kind, record, "beside")),
        Err(refused) => {
            let what = What::Change(record);
            show(&office, &visitor, Draft { known, what, typed, refused: Some(refused) }).await
        }
    }
}

pub(super) async fn ask_settle(
    State(office): State<Office>,
    visitor: Visitor<Staff>,
    Path((kind, record)): Path<(String, i64)>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Problem> {
    let known = written_by_form(&kind)?;
    let what = What::Settle(RecordId(record));
    show(&office, &visitor, Draft { known, what, typed: Typed::new(pairs), refused: None }).await
}

pub(super) async fn settle(
    State(office): State<Office>,
    Path((kind, record)): Path<(String, i64)>,
    form: SignedForm<Staff, Pairs>,
) -> Result<Response, Problem> {
    let (visitor, typed, known) = (form.visitor, Typed::new(form.fields), written_by_form(&kind)?);
    let (sent, record) = (typed.clone(), RecordId(record));
    let done = office.work(&visitor.session, move |tx, author| {
        let author = author.because(sent.one("reason"));
        let cells = form::read(tx, &author, known.columns, &sent)?;
        let number = |name| sent.one(name).parse().map_err(|_| LedgerRefusal::Changed);
        let (version, parallels) = (number("seen")?, number("parallels")?);
        let seen = Seen { version, parallels, annulled: false };
        Ok::<_, Refused>((known.settle)(tx, &author, (record, seen), cells)?)
    });
    match done.await {
        Ok(_) => Ok(to_record(known.kind, record, "changed")),
        Err(refused) => {
            let what = What::Settle(record);
            show(&office, &visitor, Draft { known, what, typed, refused: Some(refused) }).await
        }
    }
}

/// To the page of a record, which says what was done.
pub(super) fn to_record(kind: Kind, record: RecordId, done: &str) -> Response {
    let href = format!("/ledgers/{}/{}?done={done}", kind.as_str(), record.0);
    Redirect::to(&href).into_response()
}

async fn show(
    office: &Office,
    visitor: &Visitor<Staff>,
    mut draft: Draft,
) -> Result<Response, Problem> {
    let (lang, known, what) = (visitor.frame.lang, draft.known, draft.what);
    let wrong = draft.refused.as_ref().map(Refused::wrong).unwrap_or_default();
    let status = match draft.refused {
        Some(_) => StatusCode::CONFLICT,
        None => StatusCode::OK,
    };
    let sent = (std::mem::take(&mut draft.typed), draft.refused.is_some());
    let pair = draft.refused.as_ref().and_then(Refused::pair);
    let drawn = office.work(&visitor.session, move |tx, reader| {
        let (mut typed, is_sent) = sent;
        let (versions, seen) = begin(tx, &reader, (known, what), (&mut typed, is_sent), lang)?;
        let subject =
            Subject { kind: Some(known.kind), columns: known.columns, is_fixed: what != What::New };
        if !is_sent && what == What::New {
            if known.kind == Kind::Analysis {
                typed.preset_talk(tx, &reader)?;
            }
            typed.preset_all(tx, &reader, subject)?;
        }
        let mut fields = form::views(tx, &reader, subject, (&typed, &wrong), lang)?;
        fields.push(super::reason_view(&typed, &wrong, what != What::New, lang));
        let staff = super::staff_list(tx, known.columns)?;
        let mentor = pair.map(|pair| mentor_of(tx, &reader, pair)).transpose()?.flatten();
        Ok::<_, LedgerRefusal>(Drawn { fields, staff, versions, seen, mentor })
    });
    let drawn = drawn.await.map_err(problem)?;
    let body = body(visitor, draft, drawn)?;
    let title = title(known, what, lang);
    office.reply_with(
        status,
        visitor,
        &super::page((title, String::new(), LEDGERS_HREF), body, lang),
    )
}

/// Versions that a form shows beside it, and what its writer saw.
type Begun = (Vec<VersionView>, Option<(u32, u32)>);

/// Checks that the reader may see the record, fills in what counts now, and gives its versions.
fn begin(
    tx: &Tx<'_>,
    reader: &Author,
    (known, what): (&'static KindColumns, What),
    (typed, is_sent): (&mut Typed, bool),
    lang: Lang,
) -> Result<Begun, LedgerRefusal> {
    let record = match what {
        What::New if browse::is_writable_by(reader.role(), known.kind) => {
            return Ok((Vec::new(), None));
        }
        What::New => return Err(LedgerRefusal::NotAllowed),
        What::Change(record) | What::Settle(record) => record,
    };
    if !browse::is_writable_by(reader.role(), known.kind) {
        return Err(LedgerRefusal::NotAllowed);
    }
    let history = browse::history(tx, reader, known.kind, record)?;
    let seen = (known.seen)(tx, record)?;
    // A form that was sent carries what its writer saw, not what is there meanwhile.
    let number = |name: &str, now: u32| typed.one(name).parse().unwrap_or(now);
    let was = (number("seen", seen.version), number("parallels", seen.parallels));
    let from = number("from", seen.version);
    let names = names_of(tx, known, &history)?;
    if !is_sent {
        let start = history.iter().find(|(line, _)| line.version == from);
        if let Some((line, _)) = start {
            *typed = Typed::of_cells(known.columns, &line.cells, &names);
        }
    }
    let settles = matches!(what, What::Settle(_));
    // Who takes a change back sees what counts now and what would count again.
    let restores = !settles && from != seen.version;
    let versions = versions(&history, (&names, seen), lang);
    let shown = versions.into_iter().filter(|view| match settles {
        true => view.parallel || view.number == seen.version,
        false => restores && (view.number == from || view.number == seen.version),
    });
    Ok((shown.collect(), Some(was)))
}

fn body(visitor: &Visitor<Staff>, draft: Draft, drawn: Drawn) -> Result<Html, Problem> {
    let (lang, kind) = (visitor.frame.lang, draft.known.kind.as_str());
    let (action, back, submit) = match draft.what {
        What::New => (format!("/ledgers/{kind}/new"), format!("/ledgers/{kind}"), words::SAVE),
        What::Change(record) => {
            let at = format!("/ledgers/{kind}/{}", record.0);
            (format!("{at}/edit"), at, words::CHANGE)
        }
        What::Settle(record) => {
            let at = format!("/ledgers/{kind}/{}", record.0);
            (format!("{at}/settle"), at, words::SETTLE)
        }
    };
    let note: Option<Text> = match draft.what {
        What::New => None,
        What::Change(_) if !drawn.versions.is_empty() => Some(words::RESTORE_NOTE),
        What::Change(_) => Some(words::EDIT_NOTE),
        What::Settle(_) => Some(words::SETTLE_NOTE),
    };
    let mut notes: Vec<String> = note.iter().map(|text| text.in_lang(lang).to_owned()).collect();
    notes.extend(drawn.versions.iter().map(|one| {
        format!(
            "{}.{} {} {}: {}",
            words::VERSION.in_lang(lang),
            one.number,
            one.who,
            one.when,
            one.content
        )
    }));
    let seen = drawn.seen.into_iter();
    let hidden = seen.flat_map(|(version, parallels)| {
        [("seen", version.to_string()), ("parallels", parallels.to_string())]
    });
    Ok(FormTemplate {
        lang,
        csrf: &visitor.session.csrf,
        action,
        stands: draft.refused.as_ref().and_then(|refused| {
            let (href, said) = refused.stands(lang)?;
            let (mentor, pair) = (drawn.mentor.as_ref(), refused.pair());
            let named = mentor.zip(pair).map(|(mentor, pair)| {
                let kind = chosen(Kind::Mentor.label(), lang);
                words::OPEN_PAIR.fill(lang, &[mentor, &kind, &pair.0])
            });
            Some((href, named.unwrap_or(said)))
        }),
        asks_again: draft.refused.as_ref().is_some_and(Refused::asks_again),
        failure: draft.refused.map(|refused| refused.sentences(lang)),
        done: None,
        notes,
        fields: drawn.fields,
        hidden: hidden.collect(),
        staff: drawn.staff,
        submit: submit.in_lang(lang),
        back: (back, words::CANCEL.in_lang(lang)),
    }
    .html()?)
}

/// The mentor of a pair, for whoever may read whose pairs these are; that is a read of the student.
fn mentor_of(
    tx: &Tx<'_>,
    reader: &Author,
    pair: RecordId,
) -> Result<Option<String>, LedgerRefusal> {
    let Some(kept) = read::one::<Mentor>(tx, pair)? else { return Ok(None) };
    let of = BTreeSet::from([kept.entry.student]);
    access::log_list(tx, reader, &of, browse::purpose_of(reader.role()))?;
    Ok(Some(Names::of(tx, [])?.staff(kept.entry.staff).to_owned()))
}

fn title(known: &KindColumns, what: What, lang: Lang) -> String {
    let label = chosen(known.kind.label(), lang);
    match what {
        What::New => words::NEW_TITLE.fill(lang, &[&label]),
        What::Change(record) => words::EDIT_TITLE.fill(lang, &[&label, &record.0]),
        What::Settle(record) => words::SETTLE_TITLE.fill(lang, &[&label, &record.0]),
    }
}

/// What the reader may do with a record.
struct May {
    write: bool,
    edit: bool,
    annul: bool,
    acts: Vec<(String, &'static str)>,
}

/// Every version of a record, with what may be done with it.
pub(super) async fn record(
    State(office): State<Office>,
    visitor: Visitor<Staff>,
    Path((kind, record)): Path<(String, i64)>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Problem> {
    let (known, lang, done) = (known(&kind)?, visitor.frame.lang, Typed::new(pairs));
    let found = office.work(&visitor.session, move |tx, reader| {
        let history = browse::history(tx, &reader, known.kind, RecordId(record))?;
        let seen = (known.seen)(tx, RecordId(record))?;
        let names = names_of(tx, known, &history)?;
        let student = history.first().and_then(|(line, _)| line.student);
        let views = versions(&history, (&names, seen), lang);
        let faults = consent_faults(tx, &reader, (known.kind, record), seen)?;
        let may_write = browse::is_writable_by(reader.role(), known.kind);
        let mut may = May {
            write: may_write,
            edit: may_write && !seen.annulled,
            annul: may_write && (known.may_annul)(tx, &reader, RecordId(record))?,
            acts: super::acts::of_record(tx, &reader, (known.kind, RecordId(record)), lang)?,
        };
        let of = (known.kind, RecordId(record));
        may.acts.extend(teaching_case::links(tx, &reader, of, lang)?);
        may.acts.extend(crisis::next(tx, &reader, of, &names, lang)?);
        let steps = steps::of(tx, &reader, of, student)?;
        let parts = (steps, protocol::of(tx, &reader, of, &names)?);
        Ok::<_, LedgerRefusal>((views, (seen, may, faults), (student, names), parts))
    });
    let (versions, (seen, may, faults), (student, names), parts) = found.await.map_err(problem)?;
    let done = said(done.one("done"), record, lang);
    let mut own_acts = may.acts;
    own_acts.extend(super::slip::link(known.kind, record, lang));
    let body = Html::render(&RecordTemplate {
        lang,
        kind: known.kind.as_str(),
        record,
        done: done.as_deref(),
        warning: no_consent_said(&faults, lang),
        versions,
        may_write: may.write,
        may_edit: may.edit,
        may_annul: may.annul,
        is_disputed: seen.parallels > 0 && may.write,
        own_acts,
        of_case: of_case(parts, lang)?,
    })?;
    let title = words::RECORD_TITLE.fill(lang, &[&chosen(known.kind.label(), lang), &record]);
    let note = student.map_or_else(String::new, |student| names.student_line(student));
    office.reply(&visitor, &super::page((title, note, LEDGERS_HREF), body, lang))
}

/// What the page of a case has below its versions.
fn of_case(
    (steps, protocol): (Option<steps::Found>, Option<protocol::Found>),
    lang: Lang,
) -> Result<Html, RenderError> {
    let steps = steps.map_or_else(|| Ok(Html::default()), |found| found.part(lang))?;
    let protocol = protocol.map_or_else(|| Ok(Html::default()), |found| found.part(lang))?;
    Ok(Html::joined([steps, protocol]))
}

/// Why a yes that is written down is no consent.
fn consent_faults(
    tx: &Tx<'_>,
    reader: &Author,
    (kind, record): (Kind, i64),
    seen: Seen,
) -> Result<Vec<NoConsent>, LedgerRefusal> {
    if kind != Kind::Consent || seen.annulled {
        return Ok(Vec::new());
    }
    let kept = read::one::<Consent>(tx, RecordId(record))?.ok_or(LedgerRefusal::Unknown)?;
    // A yes that is still to begin is one.
    let day = reader.today().max(kept.entry.valid_from);
    consent::faults_of(tx, &kept.entry, day)
}

fn no_consent_said(faults: &[NoConsent], lang: Lang) -> Option<String> {
    let reasons: Vec<&str> = faults.iter().map(|fault| no_consent(*fault).in_lang(lang)).collect();
    let listed = reasons.join(chosen(("；", "; "), lang));
    (!faults.is_empty()).then(|| words::NOT_CONSENT.fill(lang, &[&listed]))
}

fn said(done: &str, record: i64, lang: Lang) -> Option<String> {
    Some(match done {
        "added" => words::ADDED.fill(lang, &[&record]),
        "changed" => words::CHANGED.in_lang(lang).to_owned(),
        "beside" => words::BESIDE.in_lang(lang).to_owned(),
        "annulled" => words::ANNULLED.in_lang(lang).to_owned(),
        "acted" => words::ACTED.in_lang(lang).to_owned(),
        "crisis" => words::AFTER_CRISIS.in_lang(lang).to_owned(),
        "done_before" => words::DONE_BEFORE.in_lang(lang).to_owned(),
        "asked" => words::ASKED.in_lang(lang).to_owned(),
        "lift_asked" => words::LIFT_ASKED.in_lang(lang).to_owned(),
        "objected" => words::OBJECTED.in_lang(lang).to_owned(),
        "declined" => words::DECLINED.in_lang(lang).to_owned(),
        _ => return None,
    })
}

/// Names of everybody whom the versions name.
pub(super) fn names_of(
    tx: &Tx<'_>,
    known: &KindColumns,
    history: &[(Line, Signature)],
) -> Result<Names, LedgerRefusal> {
    let mut students = Vec::new();
    for (line, _) in history {
        students.extend(line.student);
        for (column, cell) in known.columns.iter().zip(&line.cells) {
            if let (Shape::Student, crate::ledger::entry::Cell::Integer(id)) = (column.shape, cell)
            {
                students.push(crate::ledger::entry::StudentId(*id));
            }
        }
    }
    Ok(Names::of(tx, students)?)
}

fn versions(
    history: &[(Line, Signature)],
    (names, seen): (&Names, Seen),
    lang: Lang,
) -> Vec<VersionView> {
    // Settling takes all that wait at once, so the latest ones are those that still wait.
    let beside =
        history.iter().rev().filter(|(line, _)| line.parallel).map(|(line, _)| line.version);
    let waiting: Vec<u32> = beside.take(seen.parallels as usize).collect();
    let view = |(line, by): &(Line, Signature)| {
        let tag = match (line.version == seen.version, waiting.contains(&line.version)) {
            (true, _) if seen.annulled => Tag::of(Tone::Muted, words::ANNULLED_TAG, lang),
            (true, _) => Tag::of(Tone::Good, words::COUNTS, lang),
            (false, true) => Tag::of(Tone::Notice, words::BESIDE_TAG, lang),
            (false, false) => Tag::of(Tone::Muted, words::EARLIER, lang),
        };
        VersionView {
            number: line.version,
            tag,
            who: by.second.iter().fold(by.author.clone(), |all, one| format!("{all}, {one}")),
            when: time::minute(by.entered_at.0),
            why: about::reason(line.kind, &by.reason, lang),
            content: whole(line, names, lang),
            parallel: waiting.contains(&line.version),
            can_restore: line.version < seen.version,
        }
    };
    history.iter().map(view).collect()
}
