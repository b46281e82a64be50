//! The pages as functions of what was read.

use askama::Template;
use domain::ledger::terms::{ReadPurpose, Tier};
use domain::ledger::words::AlertSource;
use domain::ledger::{Kind, LedgerName, SchoolRole, Word};
use jiff::civil::Date;
use runtime::cli::Failure;
use runtime::web::{Html, Lang, Page, Part, RenderError, Session, Tag, Text, Tone, time};

use super::{ALERTS_HREF, LEDGERS_HREF, WORK_HREF, words};
use crate::desk::labels;
use crate::ledger::access::ReadLine;
use crate::ledger::board::{BoardRow, Duty};
use crate::ledger::browse::{self, Filter, LINES_MAX, Line, Lines};
use crate::ledger::entry::StudentId;
use crate::ledger::showing::Names;

/// A cell of a table; a link where there is an address.
struct CellView {
    text: String,
    student: Option<i64>,
    kind: Option<&'static str>,
    tag: Option<Part<Tag>>,
}

/// A table with its heading.
struct TableView {
    title: String,
    heads: Vec<String>,
    rows: Vec<Vec<CellView>>,
    empty: &'static str,
}

#[derive(Template)]
#[template(path = "console/tables.html")]
struct TablesTemplate {
    lang: Lang,
    notes: Vec<String>,
    filter: Option<(String, String, &'static str)>,
    tables: Vec<TableView>,
}

#[derive(Template)]
#[template(path = "console/alerts.html")]
struct AlertsTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    failure: Option<(String, String)>,
    cases: Vec<CaseView>,
    tiers: Vec<(&'static str, &'static str)>,
    sources: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "console/purpose.html")]
struct PurposeTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    id: i64,
    purposes: Vec<(&'static str, &'static str)>,
}

/// What the board shows of one case.
struct CaseView {
    case: i64,
    student: i64,
    name: String,
    tier: Part<Tag>,
    source: &'static str,
    owner: String,
    review: String,
    state: Part<Tag>,
    to_sign: Option<(i64, String)>,
}

/// The board and what was just refused.
pub(super) struct Board<'a> {
    pub(super) rows: &'a [BoardRow],
    pub(super) names: &'a Names,
    pub(super) today: Date,
    pub(super) failure: Option<Failure>,
}

pub(super) fn work(
    duties: &[Duty],
    names: &Names,
    now_ms: i64,
    lang: Lang,
) -> Result<Page, RenderError> {
    let rows = duties.iter().map(|duty| {
        let is_late = duty.due_ms.is_some_and(|due| due < now_ms);
        let due = duty.due_ms.map(time::minute);
        let tier = duty.tier.map_or_else(String::new, |tier| chosen(tier.label(), lang).to_owned());
        vec![
            plain(due.unwrap_or_else(|| words::NO_LIMIT.in_lang(lang).to_owned())),
            tagged(state(is_late, lang)),
            plain(chosen(duty.kind.label(), lang)),
            of_student(duty.student, names),
            plain(tier),
            plain(duty.staff.map_or("", |staff| names.staff(staff))),
        ]
    });
    let heads = [words::DUE, words::STATE, words::WHAT, words::STUDENT, words::TIER, words::WHO];
    let table = table(String::new(), &heads, rows.collect(), (words::WORK_NONE, lang));
    let head = (words::WORK, words::WORK_NOTE.in_lang(lang).to_owned(), WORK_HREF);
    tables(head, vec![words::LOGGED.in_lang(lang).to_owned()], vec![table], None, lang)
}

pub(super) fn alerts(
    board: &Board<'_>,
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let failure = board.failure.as_ref().map(|failure| {
        let next = failure.next_step(lang).unwrap_or_default().to_owned();
        (failure.message(lang).to_owned(), next)
    });
    let view = |row: &BoardRow| case(row, board.names, board.today, lang);
    let body = Html::render(&AlertsTemplate {
        lang,
        csrf: &session.csrf,
        failure,
        cases: board.rows.iter().map(view).collect(),
        tiers: choices::<Tier>(lang),
        sources: choices::<AlertSource>(lang),
    })?;
    Ok(page((words::ALERTS, words::ALERTS_NOTE.in_lang(lang).to_owned(), ALERTS_HREF), body, lang))
}

fn case(row: &BoardRow, names: &Names, today: Date, lang: Lang) -> CaseView {
    let student = row.now.case.entry.student;
    let tone = match row.now.tier {
        Tier::T3 => Tone::Bad,
        Tier::T2 => Tone::Notice,
        Tier::T1 => Tone::Info,
    };
    let due = row.review.as_ref().map(|review| review.entry.due);
    let to_sign = row.waiting.as_ref().or(row.unsigned.as_ref()).map(|moved| {
        let to = moved.entry.to_tier.map_or("", |tier| chosen(tier.label(), lang));
        let how = chosen(moved.entry.how.label(), lang);
        (moved.record.0, format!("{how} {to}").trim().to_owned())
    });
    CaseView {
        case: row.now.case.record.0,
        student: student.0,
        name: names.student_line(student),
        tier: Tag::new(tone, chosen(row.now.tier.label(), lang)),
        source: chosen(row.now.case.entry.source.label(), lang),
        owner: names.staff(row.now.owner).to_owned(),
        review: due.map_or_else(String::new, |due| due.to_string()),
        state: state(due.is_some_and(|due| due < today), lang),
        to_sign,
    }
}

pub(super) fn ledgers(role: SchoolRole, lang: Lang) -> Result<Page, RenderError> {
    let mut tables_of = Vec::new();
    for ledger in LedgerName::ALL {
        let kinds = Kind::ALL.iter().filter(|kind| kind.ledger() == *ledger);
        let open = kinds.filter(|kind| browse::is_open_to(role, **kind));
        let rows: Vec<_> = open
            .map(|kind| {
                let text = chosen(kind.label(), lang).to_owned();
                vec![CellView { kind: Some(kind.as_str()), ..plain(text) }]
            })
            .collect();
        if !rows.is_empty() {
            let title = chosen(ledger.label(), lang).to_owned();
            tables_of.push(table(title, &[words::KIND], rows, (words::NOTHING, lang)));
        }
    }
    let head = (words::LEDGERS, words::LEDGERS_NOTE.in_lang(lang).to_owned(), LEDGERS_HREF);
    tables(head, Vec::new(), tables_of, None, lang)
}

pub(super) fn kind(
    (kind, lines): (Kind, &Lines),
    filter: &Filter,
    names: &Names,
    lang: Lang,
) -> Result<Page, RenderError> {
    let rows = lines.lines.iter().map(|line| {
        let student = line.student.map_or_else(|| plain(""), |who| of_student(who, names));
        vec![plain(line.day.to_string()), student, plain(content(line, names, lang))]
    });
    let heads = [words::DAY, words::STUDENT, words::CONTENT];
    let table = table(String::new(), &heads, rows.collect(), (words::NOTHING, lang));
    let mut notes = Vec::new();
    if kind.area().is_about_students() {
        notes.push(words::LOGGED.in_lang(lang).to_owned());
    }
    if lines.is_cut {
        notes.push(words::CUT.fill(lang, &[&LINES_MAX]));
    }
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    let chosen_days = Some((day(filter.from), day(filter.to), kind.as_str()));
    let head = (words::LEDGERS, chosen(kind.label(), lang).to_owned(), LEDGERS_HREF);
    tables(head, notes, vec![table], chosen_days, lang)
}

pub(super) fn purpose(id: i64, session: &Session, lang: Lang) -> Result<Page, RenderError> {
    let (csrf, purposes) = (session.csrf.as_str(), choices::<ReadPurpose>(lang));
    let body = Html::render(&PurposeTemplate { lang, csrf, id, purposes })?;
    Ok(page((words::STUDENT, String::new(), ""), body, lang))
}

pub(super) fn student(
    (student, lines): (StudentId, &[Line]),
    reads: &[ReadLine],
    names: &Names,
    lang: Lang,
) -> Result<Page, RenderError> {
    let rows = lines.iter().map(|line| {
        let kind = plain(chosen(line.kind.label(), lang));
        vec![plain(line.day.to_string()), kind, plain(content(line, names, lang))]
    });
    let heads = [words::DAY, words::KIND, words::CONTENT];
    let title = words::TIMELINE.in_lang(lang).to_owned();
    let timeline = table(title, &heads, rows.collect(), (words::NOTHING, lang));
    let rows = reads.iter().map(|read| {
        vec![
            plain(time::minute(read.at.0)),
            plain(read.account.clone()),
            plain(chosen(read.role.label(), lang)),
            plain(chosen(read.purpose.label(), lang)),
            plain(read.reason.clone()),
        ]
    });
    let heads = [words::WHEN, words::ACCOUNT, words::ROLE, words::PURPOSE, words::REASON];
    let title = words::READS.in_lang(lang).to_owned();
    let reads = table(title, &heads, rows.collect(), (words::NOTHING, lang));
    let head = (words::STUDENT, names.student_line(student), "");
    let notes = vec![words::OPEN_NOTE.in_lang(lang).to_owned()];
    tables(head, notes, vec![timeline, reads], None, lang)
}

fn tables(
    head: (Text, String, &'static str),
    notes: Vec<String>,
    tables: Vec<TableView>,
    filter: Option<(String, String, &'static str)>,
    lang: Lang,
) -> Result<Page, RenderError> {
    let body = Html::render(&TablesTemplate { lang, notes, filter, tables })?;
    Ok(page(head, body, lang))
}

fn page((title, note, current): (Text, String, &'static str), body: Html, lang: Lang) -> Page {
    let crumbs = [words::RECORDS, title].map(|text| text.in_lang(lang).to_owned()).to_vec();
    let title = title.in_lang(lang).to_owned();
    Page { title, note, crumbs, current, exports: Vec::new(), body }
}

fn table(
    title: String,
    heads: &[Text],
    rows: Vec<Vec<CellView>>,
    (empty, lang): (Text, Lang),
) -> TableView {
    let heads = heads.iter().map(|head| head.in_lang(lang).to_owned()).collect();
    TableView { title, heads, rows, empty: empty.in_lang(lang) }
}

fn plain(text: impl Into<String>) -> CellView {
    CellView { text: text.into(), student: None, kind: None, tag: None }
}

fn tagged(tag: Part<Tag>) -> CellView {
    CellView { tag: Some(tag), ..plain("") }
}

fn of_student(student: StudentId, names: &Names) -> CellView {
    CellView { student: Some(student.0), ..plain(names.student_line(student)) }
}

fn state(is_late: bool, lang: Lang) -> Part<Tag> {
    match is_late {
        true => Tag::of(Tone::Bad, words::OVERDUE, lang),
        false => Tag::of(Tone::Info, words::OPEN, lang),
    }
}

/// The values of a line, each with its label.
fn content(line: &Line, names: &Names, lang: Lang) -> String {
    let Ok(known) = browse::kind_of(line.kind) else {
        return String::new();
    };
    let cells = known.columns.iter().zip(&line.cells);
    let shown = cells.filter(|(column, _)| !matches!(column.name, "day" | "student"));
    let shown = shown.map(|(column, cell)| {
        (labels::of(column.name, lang), names.shown(cell, column.shape, lang))
    });
    let shown = shown.filter(|(_, value)| !value.is_empty());
    shown.map(|(label, value)| format!("{label} {value}")).collect::<Vec<_>>().join(" · ")
}

fn choices<W: Word>(lang: Lang) -> Vec<(&'static str, &'static str)> {
    W::ALL.iter().map(|word| (word.as_str(), chosen(word.label(), lang))).collect()
}

fn chosen((zh, en): (&'static str, &'static str), lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
