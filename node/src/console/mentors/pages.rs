//! The pages as functions of what was read.

use askama::Template;
use jiff::civil::Date;
use runtime::web::{Html, Lang, Page, RenderError, Session, Tag, Text, Tone, percent};

use super::super::desk::class_line;
use super::super::filled::Filled;
use super::super::ledgers::{Pager, RECORDS};
use super::super::office::Told;
use super::super::sheet::{self, Around, Cell, Head, Sheet as Table};
use super::{MENTORS_HREF, words};
use crate::ledger::entry::StaffId;
use crate::ledger::mentoring::{LISTED, Mentee, Mentoring, Named};
use crate::ledger::showing::Names;

/// Load and gaps.
pub(super) struct Overview {
    pub(super) read: Mentoring,
    pub(super) names: Names,
    pub(super) since: Date,
    pub(super) today: Date,
}

/// One mentor's students, and the form that hands them over.
pub(super) struct Sheet {
    pub(super) mentor: StaffId,
    pub(super) own: Vec<Mentee>,
    pub(super) names: Names,
    pub(super) staff: Vec<String>,
    pub(super) handed: Option<usize>,
    pub(super) filled: Filled,
    pub(super) today: Date,
}

/// A student of the sheet.
struct RowView {
    id: i64,
    name: String,
    since: String,
    talks: usize,
    last: String,
    concerns: usize,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "console/mentor.html")]
struct MentorTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    done: Option<String>,
    title: String,
    mentor: i64,
    rows: Vec<RowView>,
    staff: &'a [String],
    filled: &'a Filled,
    today: String,
}

pub(super) fn overview(view: &Overview, lang: Lang) -> Result<Page, RenderError> {
    let Overview { read, .. } = view;
    let head =
        Head { group: RECORDS, title: words::MENTORS, note: words::NOTE, href: MENTORS_HREF };
    let students: usize = read.classes.iter().map(|class| class.students).sum();
    let paired: usize = read.classes.iter().map(|class| class.paired).sum();
    let mut notes = vec![words::SINCE.fill(lang, &[&view.since, &view.today, &students, &paired])];
    if !read.mentors.is_empty() {
        let all: usize = read.mentors.iter().map(|one| one.students).sum();
        let tenths = all * 10 / read.mentors.len();
        let average = format!("{}.{}", tenths / 10, tenths % 10);
        notes.push(words::AVERAGE.fill(lang, &[&read.mentors.len(), &average]));
    }
    notes.push(super::super::words::LOGGED.in_lang(lang).to_owned());
    let links = vec![("/ledgers/mentor/new".to_owned(), words::ADD)];
    let most = read.without.total.max(read.several.total);
    let pages =
        (most > LISTED).then(|| Pager::new(MENTORS_HREF, "", (read.page, LISTED, most), lang));
    let around = Around { notes, links, pages, ..Around::default() };
    let sheets = vec![
        students_of(view, (words::WITHOUT, words::WITHOUT_NONE), &read.without, lang),
        students_of(view, (words::SEVERAL, words::SEVERAL_NONE), &read.several, lang),
        loads(view, lang),
        classes(view, lang),
    ];
    sheet::page(&head, around, sheets, lang)
}

fn loads(view: &Overview, lang: Lang) -> Table {
    let heads = [words::NAME, words::STATE, words::STUDENTS, words::TALKED];
    let mut table = Table::new(words::LOADS, &heads, words::NO_MENTOR, lang);
    for one in &view.read.mentors {
        let href = format!("{MENTORS_HREF}/{}", one.mentor.0);
        let state = match one.employed {
            true => Cell::plain(words::IN_POST.in_lang(lang)),
            false => Cell::tagged(Tag::of(Tone::Bad, words::GONE, lang), ""),
        };
        table.row(vec![
            Cell::link(view.names.staff_line(one.mentor), href),
            state,
            Cell::plain(one.students.to_string()),
            Cell::plain(format!("{}（{}）", one.talked, share(one.talked, one.students))),
        ]);
    }
    table
}

fn classes(view: &Overview, lang: Lang) -> Table {
    let heads = [words::CLASS, words::ON_ROLL, words::PAIRED];
    let mut table = Table::new(words::CLASSES, &heads, words::SEVERAL_NONE, lang);
    for one in &view.read.classes {
        let paired = format!("{}（{}）", one.paired, share(one.paired, one.students));
        table.row(vec![
            Cell::plain(class_line(one.grade, &one.class)),
            Cell::plain(one.students.to_string()),
            Cell::plain(paired),
        ]);
    }
    table
}

fn students_of(
    view: &Overview,
    (title, empty): (Text, Text),
    students: &Named,
    lang: Lang,
) -> Table {
    // On a later page the shorter list has come to its end.
    let empty = if students.total > 0 { words::ALL_BEFORE } else { empty };
    let mut table = Table::new(title, &[words::STUDENT, words::ACT], empty, lang);
    for student in &students.shown {
        let number = view.names.student(*student).map_or("", |known| &known.number);
        let href = format!("/ledgers/mentor/new?student={}", runtime::web::in_address(number));
        table.row(vec![
            Cell::link(view.names.student_line(*student), format!("/students/{}", student.0)),
            Cell::link(words::GIVE.in_lang(lang), href),
        ]);
    }
    table
}

pub(super) fn sheet(
    view: &Sheet,
    told: &Told,
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let is_sent = view.filled.is_sent("to");
    let row = |one: &Mentee| RowView {
        id: one.student.0,
        name: view.names.student_line(one.student),
        since: one.since.to_string(),
        talks: one.talks,
        last: one.last.map_or_else(|| "—".to_owned(), |day| day.to_string()),
        concerns: one.concerns,
        is_chosen: !is_sent || view.filled.has("student", &one.student.0.to_string()),
    };
    let title = words::SHEET.fill(lang, &[&view.names.staff_line(view.mentor)]);
    let body = Html::render(&MentorTemplate {
        lang,
        csrf: &session.csrf,
        told,
        done: view.handed.map(|count| words::HANDED.fill(lang, &[&count])),
        title: title.clone(),
        mentor: view.mentor.0,
        rows: view.own.iter().map(row).collect(),
        staff: &view.staff,
        filled: &view.filled,
        today: view.today.to_string(),
    })?;
    let crumbs = [RECORDS, words::MENTORS].map(|text| text.in_lang(lang).to_owned()).to_vec();
    let note = words::SHEET_NOTE.in_lang(lang).to_owned();
    Ok(Page { title, note, crumbs, current: MENTORS_HREF, exports: Vec::new(), body })
}

fn share(part: usize, whole: usize) -> String {
    let share = (part * 10_000).checked_div(whole).unwrap_or(0);
    percent(u32::try_from(share).unwrap_or(0))
}
