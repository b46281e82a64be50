//! The pages of imports, drawn from what was found.

use std::collections::BTreeSet;

use askama::Template;
use domain::ledger::{Action, Area, Footing, Kind, SchoolRole, Word as _, permits};
use jiff::civil::Date;
use runtime::web::{
    Html, Lang, Page, Part, RenderError, Session, Tag, Text, Tone, UPLOAD_BYTES_MAX, time,
};

use super::super::filled::Filled;
use super::super::ledgers::Pager;
use super::super::office::{Told, chosen, page, term_name};
use super::super::words::DAILY_RECORDS;
use super::held::{ROWS_SHOWN, Seen};
use super::tray::{Columns, Held};
use super::{IMPORTS_HREF, words};
use crate::desk::scan;
use crate::import::Language;
use crate::import::header::Field;
use crate::import::source::Form;
use crate::ledger::import_batch::{ImportLine, TakenBack};
use crate::ledger::import_undo;
use crate::packs::Packs;
use crate::taking::{self, Detail, Fate, FileKind, FileRules, Line};

/// Fields whose column can be chosen; items of a scale are found by their names.
const CHOSEN_MAX: usize = 16;
/// Names of columns in one line.
const NAMES_SHOWN: usize = 20;

/// What the page of forms shows.
pub(super) struct Overview<'a> {
    pub(super) role: SchoolRole,
    pub(super) rules: &'a FileRules,
    pub(super) packs: &'a Packs,
    pub(super) lines: &'a [ImportLine],
    /// Imports on which something was built since.
    pub(super) built_on: &'a BTreeSet<i64>,
    pub(super) filled: &'a Filled,
    pub(super) today: Date,
    pub(super) done: Vec<String>,
}

/// What the page of a file shows.
pub(super) struct Preview<'a> {
    pub(super) held: &'a Held,
    pub(super) seen: Option<&'a Seen>,
    pub(super) headings: &'a Headings,
}

/// The fields that a kind of file has, and the headings of this one.
#[derive(Default)]
pub(super) struct Headings {
    pub(super) fields: Vec<Field>,
    pub(super) columns: Vec<String>,
    /// The sheets of a workbook that has several, and whether it is the one that is read.
    pub(super) sheets: Vec<(String, bool)>,
}

struct ImportView {
    number: u64,
    batch: i64,
    kind: &'static str,
    name: String,
    day: String,
    by: String,
    when: String,
    rows: u64,
    state: Part<Tag>,
    /// Who took it back and when, and why for whoever keeps the roll.
    undone: Vec<String>,
    can_undo: bool,
    /// What taking it back would do, said before it is done.
    asks: String,
}

/// What a table that was pasted on a page is kept under.
pub(super) const PASTED: &str = "console";

/// Word, label, whether it is chosen.
type Choice = (String, String, bool);

#[derive(Template)]
#[template(path = "console/imports.html")]
struct OverviewTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    done: Vec<String>,
    kinds: Vec<(&'static str, &'static str, bool)>,
    kind: &'static str,
    needs: &'static str,
    file: String,
    as_of: String,
    today: String,
    is_part: bool,
    is_answers: bool,
    scales: Vec<Choice>,
    terms: Vec<Choice>,
    tested: String,
    lines: Vec<ImportView>,
    reason: String,
}

struct DetailView {
    column: String,
    value: String,
    said: String,
}

struct RowView {
    row: String,
    fate: Part<Tag>,
    is_wrong: bool,
    who: String,
    details: Vec<DetailView>,
}

struct ColumnView {
    key: String,
    label: String,
    is_needed: bool,
    options: Vec<(String, bool)>,
}

#[derive(Template)]
#[template(path = "console/import_held.html")]
struct PreviewTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    id: &'a str,
    head: String,
    notes: Vec<String>,
    counts: Vec<(String, String, bool)>,
    unseen: bool,
    rows: Vec<RowView>,
    pages: Option<Pager>,
    stamp: String,
    may_write: bool,
    left: Option<String>,
    replaces: Option<String>,
    wrong: Option<String>,
    has_errors_file: bool,
    is_planned: bool,
    columns: Vec<ColumnView>,
    sheets: &'a [(String, bool)],
    sheet: &'a str,
}

pub(super) const fn kind_label(kind: FileKind) -> Text {
    match kind {
        FileKind::Roster => words::ROSTER,
        FileKind::Staff => words::STAFF,
        FileKind::Answers => words::ANSWERS,
    }
}

pub(super) fn overview(
    view: &Overview<'_>,
    told: &Told,
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let may = FileKind::ALL.into_iter().filter(|kind| kind.is_taken_from(view.role));
    let may: Vec<FileKind> = may.collect();
    let asked = FileKind::of(view.filled.text("kind")).filter(|kind| may.contains(kind));
    let kind = asked.or(may.first().copied()).unwrap_or(FileKind::Roster);
    let name = |kind: FileKind| kind_label(kind).in_lang(lang);
    let needs = match kind {
        FileKind::Roster => words::BRING_NEEDS_ROSTER,
        FileKind::Staff => words::BRING_NEEDS_STAFF,
        FileKind::Answers => words::BRING_NEEDS_ANSWERS,
    };
    let typed = |name: &str, or: &str| match view.filled.text(name) {
        "" => or.to_owned(),
        text => text.to_owned(),
    };
    let today = view.today.to_string();
    let body = Html::render(&OverviewTemplate {
        lang,
        csrf: &session.csrf,
        told,
        done: view.done.clone(),
        kinds: may.iter().map(|one| (one.word(), name(*one), *one == kind)).collect(),
        kind: kind.word(),
        needs: needs.in_lang(lang),
        file: words::FILE.with(lang, UPLOAD_BYTES_MAX >> 20),
        as_of: typed("as_of", &today),
        is_part: view.filled.is_sent("part"),
        is_answers: kind == FileKind::Answers,
        scales: scales(view, lang),
        terms: terms(view, lang),
        tested: view.filled.text("day").to_owned(),
        lines: imports(view, lang),
        reason: view.filled.text("reason").to_owned(),
        today,
    })?;
    let note = words::IMPORTS_NOTE.in_lang(lang).to_owned();
    Ok(page((DAILY_RECORDS, words::IMPORTS, note), IMPORTS_HREF, body, lang))
}

fn scales(view: &Overview<'_>, lang: Lang) -> Vec<Choice> {
    let usable = taking::answers::usable(view.packs, view.rules.setting);
    let named = usable.into_iter().filter_map(|id| {
        let label = &view.packs.scale(&id)?.pack.definition().label;
        let label = match lang {
            Lang::Zh => &label.zh,
            Lang::En => &label.en,
        };
        let is_chosen = view.filled.text("scale") == id;
        Some((id.clone(), format!("{id} · {label}"), is_chosen))
    });
    named.collect()
}

fn terms(view: &Overview<'_>, lang: Lang) -> Vec<Choice> {
    let known = view.packs.calendar().terms().iter().rev();
    let begun = known.filter(|term| term.start <= view.today);
    begun
        .map(|term| {
            let id = term.id.to_string();
            let is_chosen = view.filled.text("term") == id;
            (id, term_name(term.id, lang), is_chosen)
        })
        .collect()
}

/// Imports as they are listed; the last roster that stands can be taken back by who keeps the roll.
fn imports(view: &Overview<'_>, lang: Lang) -> Vec<ImportView> {
    let keeps = permits(view.role, Action::Write(Area::Roll), Footing::default());
    let last = |kind: FileKind| {
        let is_of = |line: &&ImportLine| line.kind == kind.word() && line.undone.is_none();
        let found = view.lines.iter().find(is_of).filter(|_| kind.is_shown_to(view.role));
        let found = found.filter(|line| !view.built_on.contains(&line.batch));
        found.map(|line| line.batch)
    };
    let lasts = [last(FileKind::Roster), last(FileKind::Staff)];
    let sees_answers = FileKind::Answers.is_taken_from(view.role);
    let is_answers = |line: &ImportLine| {
        sees_answers && line.kind == FileKind::Answers.word() && line.undone.is_none()
    };
    let is_table = |line: &ImportLine| {
        line.undone.is_none() && line.has_entries && import_undo::takes_back(view.role, &line.kind)
    };
    let drawn = view.lines.iter().map(|line| ImportView {
        number: line.number,
        batch: line.batch,
        kind: kind_of(&line.kind, lang),
        name: match line.file_name.as_str() {
            PASTED => words::PASTED.in_lang(lang).to_owned(),
            name => name.to_owned(),
        },
        day: line.as_of.clone(),
        by: line.author.clone(),
        when: time::minute(line.imported_at_ms),
        rows: line.rows,
        state: match line.undone {
            Some(_) => Tag::of(Tone::Muted, words::TAKEN_BACK, lang),
            None => Tag::of(Tone::Good, words::STANDS, lang),
        },
        undone: line.undone.as_ref().map_or_else(Vec::new, |taken| taken_back(taken, keeps, lang)),
        can_undo: lasts.contains(&Some(line.batch))
            || keeps && (is_table(line) || is_answers(line)),
        asks: match line.kind.as_str() {
            _ if is_table(line) => words::UNDO_TABLE,
            kind if kind == FileKind::Answers.word() => words::UNDO_ANSWERS,
            kind if kind == FileKind::Staff.word() => words::UNDO_STAFF,
            _ => words::UNDO_ROSTER,
        }
        .with(lang, line.rows),
    });
    drawn.collect()
}

/// By whom and when an import was taken back. The reason may name a student, so it is told to
/// whoever keeps the roll.
fn taken_back(taken: &TakenBack, keeps: bool, lang: Lang) -> Vec<String> {
    let when = time::minute(taken.at_ms);
    let mut said = vec![words::TAKEN_BACK_BY.fill(lang, &[&taken.by, &when])];
    if keeps {
        said.push(words::TAKEN_BACK_WHY.with(lang, &taken.reason));
    }
    said
}

/// What an import brought: a list of the office, or a table of entries.
pub(in crate::console) fn kind_of(word: &str, lang: Lang) -> &'static str {
    let of_file = FileKind::of(word).map(|kind| kind_label(kind).in_lang(lang));
    let of_entries = || Kind::from_word(word).map(|kind| chosen(kind.label(), lang));
    of_file.or_else(of_entries).unwrap_or_default()
}

pub(super) fn preview(
    view: &Preview<'_>,
    told: &Told,
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let held = view.held;
    let seen = view.seen;
    let counts = seen.map(|seen| seen.plan.counts).unwrap_or_default();
    let has_changes = counts.new + counts.changed + counts.left > 0;
    let is_unusual = seen.is_some_and(|seen| seen.plan.is_unusual);
    let replaced = seen.map_or(0, |seen| seen.plan.replaced.students);
    let body = Html::render(&PreviewTemplate {
        lang,
        csrf: &session.csrf,
        told,
        id: &held.id,
        head: seen.map_or_else(|| held.name.clone(), |seen| head(held, seen, lang)),
        notes: seen.map(|seen| notes(held, seen, lang)).unwrap_or_default(),
        counts: seen.map(|seen| fates(held, seen, lang)).unwrap_or_default(),
        unseen: seen.is_some_and(|seen| !seen.sees),
        rows: seen.map(|seen| rows(held, &seen.lines, lang)).unwrap_or_default(),
        pages: seen.and_then(|seen| pager(held, seen, lang)),
        stamp: seen.map(|seen| scan::hex(&seen.plan.stamp)).unwrap_or_default(),
        may_write: counts.errors == 0 && has_changes,
        left: is_unusual.then(|| words::LEFT_MANY.fill(lang, &[&counts.left])),
        replaces: (replaced > 0).then(|| words::REPLACES.fill(lang, &[&replaced])),
        wrong: (counts.errors > 0).then(|| words::SOME_WRONG.fill(lang, &[&counts.errors])),
        has_errors_file: counts.errors > 0 && seen.is_some_and(|seen| seen.sees),
        is_planned: seen.is_some(),
        columns: columns(view, lang),
        sheets: &view.headings.sheets,
        sheet: view.headings.sheets.first().map_or("", |(name, _)| name),
    })?;
    let title = words::PREVIEW.in_lang(lang);
    let kind = kind_label(held.wish.kind).in_lang(lang).to_owned();
    let page = page((DAILY_RECORDS, words::IMPORTS, kind), IMPORTS_HREF, body, lang);
    Ok(Page { title: title.to_owned(), ..page })
}

fn head(held: &Held, seen: &Seen, lang: Lang) -> String {
    let facts = &seen.plan.facts;
    let (total, matched) = (facts.columns.total(), facts.columns.matched());
    match &facts.form {
        Form::Text { encoding, .. } => {
            let encoding = encoding.as_str();
            words::HEAD_TEXT.fill(lang, &[&held.name, &facts.rows, &encoding, &total, &matched])
        }
        Form::Workbook { sheet, .. } => {
            words::HEAD_BOOK.fill(lang, &[&held.name, &facts.rows, sheet, &total, &matched])
        }
        Form::OneRoster { version, is_delta, .. } => {
            let text = if *is_delta { words::HEAD_ONEROSTER_DELTA } else { words::HEAD_ONEROSTER };
            text.fill(lang, &[&held.name, &facts.rows, version])
        }
    }
}

fn notes(held: &Held, seen: &Seen, lang: Lang) -> Vec<String> {
    let language = language(lang);
    let said = seen.plan.notes.iter().map(|note| note.to(language).to_owned());
    let mut notes: Vec<String> = said.collect();
    if let Columns::Saved(_, day) = &held.columns {
        notes.push(words::SAVED.with(lang, day));
    }
    let facts = &seen.plan.facts;
    let names = |names: &[String]| {
        let shown: Vec<&str> = names.iter().take(NAMES_SHOWN).map(String::as_str).collect();
        let tail = if names.len() > NAMES_SHOWN { " …" } else { "" };
        format!("{}{tail}", shown.join("、"))
    };
    if !facts.columns.dropped().is_empty() {
        notes.push(words::DROPPED.with(lang, names(facts.columns.dropped())));
    }
    if let Form::Workbook { unread, .. } = &facts.form
        && !unread.is_empty()
    {
        notes.push(words::UNREAD.with(lang, names(unread)));
    }
    notes
}

const fn language(lang: Lang) -> Language {
    match lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    }
}

fn label(fate: Fate, kind: FileKind, lang: Lang) -> &'static str {
    let text = match fate {
        Fate::Wrong => words::WRONG,
        Fate::Told => words::TOLD,
        Fate::Left if kind == FileKind::Staff => words::LEFT_STAFF,
        Fate::Left => words::LEFT,
        Fate::Changed => words::CHANGED,
        Fate::New => words::NEW,
        Fate::Unchanged => words::UNCHANGED,
    };
    text.in_lang(lang)
}

/// Each sort of rows with how many there are, and the address of its list; none where the reader
/// sees no row of the sort.
fn fates(held: &Held, seen: &Seen, lang: Lang) -> Vec<(String, String, bool)> {
    let href = format!("{IMPORTS_HREF}/held/{}", held.id);
    let counts = &seen.plan.counts;
    let of_all = format!("{} {}", words::ALL.in_lang(lang), counts.rows);
    let mut all = vec![(href.clone(), of_all, seen.show.is_none())];
    all.extend(Fate::ALL.into_iter().map(|fate| {
        let text = format!("{} {}", label(fate, held.wish.kind, lang), fate.of(counts));
        let is_listed = seen.sees || matches!(fate, Fate::Wrong | Fate::Told);
        let href = is_listed.then(|| format!("{href}?show={}", fate.word()));
        (href.unwrap_or_default(), text, seen.show == Some(fate))
    }));
    all
}

fn pager(held: &Held, seen: &Seen, lang: Lang) -> Option<Pager> {
    let href = format!("{IMPORTS_HREF}/held/{}", held.id);
    let query = seen.show.map_or_else(String::new, |fate| format!("show={}&", fate.word()));
    let has_more = seen.total > ROWS_SHOWN;
    has_more.then(|| Pager::new(&href, &query, (seen.page, ROWS_SHOWN, seen.total), lang))
}

fn rows(held: &Held, lines: &[Line], lang: Lang) -> Vec<RowView> {
    let drawn = lines.iter().map(|line| {
        let tone = match line.fate {
            Fate::Wrong => Tone::Bad,
            Fate::Told | Fate::Left => Tone::Notice,
            Fate::Changed => Tone::Info,
            Fate::New => Tone::Good,
            Fate::Unchanged => Tone::Muted,
        };
        RowView {
            row: line.row.map_or_else(String::new, |row| row.to_string()),
            fate: Tag::new(tone, label(line.fate, held.wish.kind, lang)),
            is_wrong: line.fate == Fate::Wrong,
            who: line.who.clone(),
            details: line.details.iter().map(|one| detail(one, lang)).collect(),
        }
    });
    drawn.collect()
}

fn detail(detail: &Detail, lang: Lang) -> DetailView {
    let blank = |text: &str| match text {
        "" => words::BLANK.in_lang(lang).to_owned(),
        text => text.to_owned(),
    };
    let said = detail.fault.as_ref().map(|fault| fault.sentence(language(lang)));
    let value = match &said {
        Some(_) => detail.value.clone(),
        // How many differ, not which: a preview is no place to read a child's answers.
        None if detail.field == "answers" => words::ANSWERS_DIFFER.with(lang, &detail.value),
        None => format!("{} → {}", blank(&detail.old), blank(&detail.value)),
    };
    let column = match lang {
        Lang::En if !detail.field.is_empty() => detail.field.replace('_', " "),
        _ => detail.column.clone(),
    };
    DetailView { column, value, said: said.unwrap_or_default() }
}

/// What a field is called: the first of its names in the reader's language.
fn called(field: &Field, lang: Lang) -> String {
    let is_ours = |name: &&String| name.is_ascii() == (lang == Lang::En);
    let found = field.names.iter().find(is_ours).or(field.names.first());
    found.cloned().unwrap_or_default()
}

/// The fields and which column each is in.
fn columns(view: &Preview<'_>, lang: Lang) -> Vec<ColumnView> {
    let mapping = view.held.columns.mapping();
    let Headings { fields, columns, .. } = view.headings;
    let found = view.seen.map(|seen| &seen.plan.facts.columns);
    let drawn = fields.iter().take(CHOSEN_MAX).enumerate().map(|(at, field)| {
        let chosen = match (found, mapping.and_then(|mapping| mapping.column(&field.key))) {
            (Some(found), _) => found.name(at),
            (None, Some(said)) => said,
            (None, None) => "",
        };
        let named = columns.iter().filter(|name| !name.is_empty());
        ColumnView {
            label: called(field, lang),
            is_needed: field.required,
            options: named.map(|name| (name.clone(), name == chosen)).collect(),
            key: field.key.clone(),
        }
    });
    drawn.collect()
}
