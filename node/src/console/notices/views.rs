//! Lists and single pages of notices, the same at a school and at an office.

use askama::Template;
use domain::ledger::Word;
use domain::neighbour::{Handling, NoticeState, ReplyKind, after};
use jiff::civil::Date;
use runtime::web::{Html, Lang, Page, RenderError, Session, Text};

use super::super::filled::Filled;
use super::super::office::{Told, choices, chosen};
use super::words as w;
use super::words;
use crate::content::Notice;
use crate::ledger::entry::Moment;
use crate::ledger::neighbour::{Answer, Out, stands};
use crate::neighbour::reading::Line as Came;
use crate::neighbour::{NeighbourError, Preview, said};

/// A line of a list.
pub(in crate::console) struct RowView {
    pub(in crate::console) id: i64,
    pub(in crate::console) href: String,
    pub(in crate::console) at: String,
    pub(in crate::console) unit: String,
    pub(in crate::console) state: &'static str,
    pub(in crate::console) note: String,
}

/// A field of a form, as the shared template of fields shows it.
pub(in crate::console) struct FieldView {
    pub(in crate::console) name: &'static str,
    pub(in crate::console) label: &'static str,
    pub(in crate::console) input: &'static str,
    pub(in crate::console) value: String,
    pub(in crate::console) options: Vec<(String, String)>,
    pub(in crate::console) is_needed: bool,
}

impl FieldView {
    /// Whether a box is ticked; these forms have none.
    pub(in crate::console) fn has(&self, word: &str) -> bool {
        self.value == word
    }
}

/// Something that can be done, with its form.
pub(in crate::console) struct FormView {
    pub(in crate::console) act: &'static str,
    pub(in crate::console) action: String,
    pub(in crate::console) label: &'static str,
    pub(in crate::console) note: &'static str,
    pub(in crate::console) is_open: bool,
    pub(in crate::console) fields: Vec<FieldView>,
}

/// What a field is: name, label, input, whether it must be filled in.
pub(in crate::console) type Line = (&'static str, Text, &'static str, bool);

/// A single notice, as its page shows it.
#[derive(Default)]
pub(in crate::console) struct OneView {
    /// What stands above all.
    pub(in crate::console) lead: String,
    /// What it says; empty where it is not shown.
    pub(in crate::console) rows: Vec<(&'static str, String)>,
    /// How many bytes that are, and their digest.
    pub(in crate::console) size: String,
    /// Where what it says is read; empty where it is shown or erased.
    pub(in crate::console) read_at: String,
    /// Purposes of reading; none at a school.
    pub(in crate::console) whys: Vec<(&'static str, &'static str)>,
    /// What was answered.
    pub(in crate::console) answers: Vec<(String, String)>,
    /// What may be done.
    pub(in crate::console) forms: Vec<FormView>,
    /// Who read it, for who may look.
    pub(in crate::console) reads: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "console/notice_list.html")]
struct ListTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    title: &'static str,
    rows: Vec<RowView>,
    forms: Vec<FormView>,
}

#[derive(Template)]
#[template(path = "console/notice_one.html")]
struct OneTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    lead: String,
    rows: Vec<(&'static str, String)>,
    size: String,
    read_at: String,
    whys: Vec<(&'static str, &'static str)>,
    answers: Vec<(String, String)>,
    forms: Vec<FormView>,
    reads: Vec<(String, String)>,
    back: &'static str,
}

/// Where a page stands: group and title of the menu, note, address.
pub(in crate::console) type Place = (Text, Text, Text, &'static str);

/// A list with its forms.
pub(in crate::console) fn list(
    (rows, forms): (Vec<RowView>, Vec<FormView>),
    place: &Place,
    told: &Told,
    (session, lang): (&Session, Lang),
) -> Result<Page, RenderError> {
    let (csrf, title) = (session.csrf.as_str(), place.1.in_lang(lang));
    let body = Html::render(&ListTemplate { lang, csrf, told, title, rows, forms })?;
    Ok(page(place, body, lang))
}

/// One notice.
pub(in crate::console) fn one(
    view: OneView,
    place: &Place,
    told: &Told,
    (session, lang): (&Session, Lang),
) -> Result<Page, RenderError> {
    let OneView { lead, rows, size, read_at, whys, answers, forms, reads } = view;
    let (csrf, back) = (session.csrf.as_str(), place.3);
    let body = Html::render(&OneTemplate {
        lang,
        csrf,
        told,
        lead,
        rows,
        size,
        read_at,
        whys,
        answers,
        forms,
        reads,
        back,
    })?;
    Ok(page(place, body, lang))
}

fn page((group, title, note, current): &Place, body: Html, lang: Lang) -> Page {
    let crumbs = [group, title].map(|text| text.in_lang(lang).to_owned()).to_vec();
    let (title, note) = (title.in_lang(lang).to_owned(), note.in_lang(lang).to_owned());
    Page { title, note, crumbs, current, exports: Vec::new(), body }
}

/// A notice that was written here.
pub(in crate::console) fn out_row(
    (id, href): (i64, String),
    out: &Out,
    came: &[Answer],
    lang: Lang,
) -> RowView {
    let state = match out.sent_at {
        None => NoticeState::Draft,
        Some(_) => stands(came.iter().map(|answer| answer.said.kind())),
    };
    let note = match (&out.content, out.acked_at) {
        (None, _) => w::ERASED.in_lang(lang),
        (Some(_), Some(_)) => w::RELAYED.in_lang(lang),
        (Some(_), None) => "",
    };
    RowView {
        id,
        href,
        at: runtime::web::time::minute(out.written_at.0),
        unit: out.recipient_name.clone(),
        state: chosen(state.label(), lang),
        note: note.to_owned(),
    }
}

/// A notice that came.
pub(in crate::console) fn in_row(line: &Came, place: &Place, lang: Lang) -> RowView {
    let notice = &line.notice;
    let note = match (&notice.erased, notice.student) {
        (Some((_, why)), _) => {
            format!("{}: {}", w::ERASED.in_lang(lang), chosen(why.label(), lang))
        }
        (None, Some(_)) => w::LINKED.in_lang(lang).to_owned(),
        (None, None) => String::new(),
    };
    RowView {
        id: notice.id,
        href: format!("{}/{}", place.3, notice.id),
        at: runtime::web::time::minute(notice.received_at.0),
        unit: format!("{} {}", notice.sender_name, notice.sender),
        state: chosen(line.state().label(), lang),
        note,
    }
}

/// From whom what came is. Where somebody is in danger the telephones come first: of who helps, and
/// of who handed over.
fn lead(from: Text, line: &Came, lang: Lang) -> String {
    let from = from.fill(lang, &[&line.notice.sender_name, &line.notice.sender]);
    match line.alarm() {
        Some(hotline) => {
            let danger = w::LEAD_DANGER.fill(lang, &[&said::contact(&hotline)]);
            format!("{danger} {from}")
        }
        None => from,
    }
}

/// What came, as its page shows it: what it says where that was opened, else the way there.
pub(in crate::console) fn came(
    line: &Came,
    (from, content, place): (Text, Option<Notice>, &Place),
    (forms, reads): (Vec<FormView>, Vec<(Moment, String)>),
    lang: Lang,
) -> OneView {
    let notice = &line.notice;
    let is_hidden = content.is_none() && notice.content.is_some();
    let read_at = is_hidden.then(|| format!("{}/{}/content", place.3, notice.id));
    OneView {
        lead: lead(from, line, lang),
        rows: content.map_or_else(Vec::new, |content| said::lines(&content, lang)),
        read_at: read_at.unwrap_or_default(),
        answers: answers(line.said.iter().map(|one| &one.answer), lang),
        forms,
        reads: readers(reads),
        ..OneView::default()
    }
}

/// What was written here, as its page shows it: from the bytes that leave, with the form that sends
/// them by their digest as long as they are here. The leads are of what was sent and of a draft.
pub(in crate::console) fn written(
    (preview, came): &(Preview, Vec<Answer>),
    (sent, draft): (Text, Text),
    href: &str,
    lang: Lang,
) -> OneView {
    let lead = match preview.out.sent_at {
        Some(at) => sent.fill(lang, &[&runtime::web::time::minute(at.0)]),
        None => draft.in_lang(lang).to_owned(),
    };
    let mut forms = Vec::new();
    if preview.out.sent_at.is_none() {
        let of = ("send", format!("{href}/send"));
        let digest = Filled::default().with("act", "send".to_owned());
        let digest = digest.with("digest", preview.digest.to_string());
        let lines: [Line; 1] = [("digest", w::CONTENT, "hidden", true)];
        forms.push(form(of, (w::SEND.in_lang(lang), ""), (&lines, &digest), lang));
    }
    OneView {
        lead,
        rows: said::lines(&preview.notice, lang),
        size: w::SIZE.fill(lang, &[&preview.length, &preview.digest.short()]),
        answers: answers(came.iter(), lang),
        forms,
        ..OneView::default()
    }
}

/// Answers as people read them.
pub(in crate::console) fn answers<'a>(
    given: impl Iterator<Item = &'a Answer>,
    lang: Lang,
) -> Vec<(String, String)> {
    given.map(|answer| said::answer(answer, lang)).collect()
}

/// Who read something, as a page shows it.
pub(in crate::console) fn readers(reads: Vec<(Moment, String)>) -> Vec<(String, String)> {
    let line = |(at, account): (Moment, String)| (runtime::web::time::minute(at.0), account);
    reads.into_iter().map(line).collect()
}

/// A form of lines, with what was typed before.
pub(in crate::console) fn form(
    (act, action): (&'static str, String),
    (label, note): (&'static str, &'static str),
    (lines, sent): (&[Line], &Filled),
    lang: Lang,
) -> FormView {
    let is_open = sent.text("act") == act;
    let field = |line: &Line| {
        let (name, label, input, is_needed) = *line;
        let value = if is_open { sent.text(name).to_owned() } else { String::new() };
        let label = label.in_lang(lang);
        FieldView { name, label, input, value, options: Vec::new(), is_needed }
    };
    FormView { act, action, label, note, is_open, fields: lines.iter().map(field).collect() }
}

/// Gives a field its list of words. None of them is chosen beforehand: what stood there by itself
/// would be sent by whoever is in a hurry.
pub(in crate::console) fn with_words<W: Word>(form: &mut FormView, name: &str, lang: Lang) {
    let words = choices::<W>(lang).into_iter();
    let words = words.map(|(word, label)| (word.to_owned(), label.to_owned()));
    with_options(form, name, std::iter::once(nothing_yet(lang)).chain(words));
}

/// The first line of a list from which something is to be chosen.
pub(in crate::console) fn nothing_yet(lang: Lang) -> (String, String) {
    (String::new(), words::CHOOSE.in_lang(lang).to_owned())
}

/// Gives a field its list.
pub(in crate::console) fn with_options(
    form: &mut FormView,
    name: &str,
    options: impl Iterator<Item = (String, String)>,
) {
    if let Some(field) = form.fields.iter_mut().find(|field| field.name == name) {
        field.options = options.collect();
    }
}

/// The forms by which a notice may be answered now.
pub(in crate::console) fn answer_forms(
    state: NoticeState,
    (action, sent): (&str, &Filled),
    is_let: impl Fn(ReplyKind) -> bool,
    lang: Lang,
) -> Vec<FormView> {
    let mut forms = Vec::new();
    for kind in ReplyKind::ALL {
        if after(state, *kind).is_none() || !is_let(*kind) {
            continue;
        }
        let lines: &[Line] = match kind {
            ReplyKind::Received => &[("note", w::RECEIPT, "text", false)],
            ReplyKind::Handled => &[("how", w::HOW, "list", true), ("day", w::DAY, "date", true)],
            ReplyKind::NotOurs => &[],
            ReplyKind::MoreNeeded => &[("note", w::ASKS, "area", true)],
            ReplyKind::Reached | ReplyKind::NotReached => &[("day", w::DAY_TRIED, "date", true)],
        };
        let note = match kind {
            ReplyKind::NotOurs => w::NOT_OURS_NOTE.in_lang(lang),
            _ => "",
        };
        let named = (kind.as_str(), action.to_owned());
        let mut form = form(named, (chosen(kind.label(), lang), note), (lines, sent), lang);
        with_words::<Handling>(&mut form, "how", lang);
        forms.push(form);
    }
    forms
}

/// Reads an answer that was typed; nothing where the form is another one.
pub(in crate::console) fn reply(
    sent: &Filled,
) -> Result<Option<crate::content::Reply>, NeighbourError> {
    use crate::content::Reply;
    let Some(kind) = ReplyKind::from_word(sent.text("act")) else { return Ok(None) };
    let note = sent.text("note").trim().to_owned();
    let day = || sent.text("day").trim().parse::<Date>().map_err(|_| NeighbourError::Field("day"));
    Ok(Some(match kind {
        ReplyKind::Received => Reply::Received(note),
        ReplyKind::Handled => Reply::Handled(word(sent, "how")?, day()?),
        ReplyKind::NotOurs => Reply::NotOurs,
        ReplyKind::MoreNeeded => Reply::MoreNeeded(note),
        ReplyKind::Reached => Reply::Reached(day()?),
        ReplyKind::NotReached => Reply::NotReached(day()?),
    }))
}

/// A word of a list that was chosen.
pub(in crate::console) fn word<W: Word>(
    sent: &Filled,
    name: &'static str,
) -> Result<W, NeighbourError> {
    W::from_word(sent.text(name)).ok_or(NeighbourError::Field(name))
}
