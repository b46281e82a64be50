//! A ledger as a table: filtered by days, student, person and closed lists, page by page.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::ledger::{Kind, Word as _};
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Html, Lang, Page, Problem, RenderError, Text, Visitor, in_address};

use super::super::Staff;
use super::super::desk::is_offered;
use super::super::office::chosen;
use super::pages::page;
use super::said::content;
use super::{LEDGERS_HREF, Office, problem, words};
use crate::desk::labels;
use crate::ledger::author::Author;
use crate::ledger::browse::{self, Filter, Line, Lines};
use crate::ledger::entry::{Shape, StudentId};
use crate::ledger::kinds::KindColumns;
use crate::ledger::profile::Profile;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::{people, profile};

/// Rows of a page.
const SIZE: usize = 50;
/// Highest number of a page.
const PAGE_MAX: usize = 100_000;

/// A closed list by which the table is narrowed.
struct NarrowView {
    name: &'static str,
    label: &'static str,
    options: Vec<(&'static str, &'static str, bool)>,
}

/// A row of the table.
struct RowView {
    record: i64,
    day: String,
    student: Option<(i64, String)>,
    content: String,
}

#[derive(Template)]
#[template(path = "console/ledger.html")]
struct LedgerTemplate {
    lang: Lang,
    kind: &'static str,
    from: String,
    to: String,
    student: String,
    staff: String,
    has_student: bool,
    has_staff: bool,
    /// Whether annulled entries are shown; nothing where none are ever annulled.
    annulled: Option<bool>,
    narrows: Vec<NarrowView>,
    rows: Vec<RowView>,
    counted: String,
    pages: Pager,
    may_add: bool,
    done: Option<String>,
    own_act: Option<(&'static str, &'static str)>,
    logged: bool,
    /// What of the filter could not be gone by.
    doubt: Option<&'static str>,
}

/// Links to the page before and after.
pub(in crate::console) struct Pager {
    pub(in crate::console) newer: Option<String>,
    pub(in crate::console) older: Option<String>,
    pub(in crate::console) place: String,
}

impl Pager {
    /// The links of a list; `query` is the rest of the address.
    pub(in crate::console) fn new(
        href: &str,
        query: &str,
        (page, size, total): (usize, usize, usize),
        lang: Lang,
    ) -> Self {
        let pages = total.div_ceil(size).max(1);
        let link = |page: usize| format!("{href}?{query}page={}", page + 1);
        Self {
            newer: page.checked_sub(1).map(link),
            older: (page + 1 < pages).then(|| link(page + 1)),
            place: words::PAGE_OF.fill(lang, &[&(page + 1), &pages]),
        }
    }
}

/// What the address asks for.
struct Wanted {
    pairs: Vec<(String, String)>,
}

impl Wanted {
    fn one(&self, name: &str) -> &str {
        let found = self.pairs.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.trim())
    }

    fn day(&self, name: &str) -> Result<Option<Date>, jiff::Error> {
        match self.one(name) {
            "" => Ok(None),
            text => text.parse().map(Some),
        }
    }

    /// From which day to which, and what of that cannot be: then the table is narrowed by neither.
    fn days(&self) -> (Option<Date>, Option<Date>, Option<Text>) {
        match (self.day("from"), self.day("to")) {
            (Ok(Some(from)), Ok(Some(to))) if from > to => (None, None, Some(words::FILTER_ORDER)),
            (Ok(from), Ok(to)) => (from, to, None),
            _ => (None, None, Some(words::FILTER_DAY)),
        }
    }

    /// The address again, without its page and language.
    fn query(&self) -> String {
        let mut query = String::new();
        let kept = self
            .pairs
            .iter()
            .filter(|(name, value)| !matches!(name.as_str(), "page" | "lang") && !value.is_empty());
        for (name, value) in kept {
            let _ = write!(query, "{}={}&", in_address(name), in_address(value));
        }
        query
    }
}

/// What the table shows.
struct Found {
    lines: Lines,
    names: Names,
    reader: Author,
    /// What of the filter could not be gone by.
    doubt: Option<Text>,
    /// The school, so that its own grades alone are offered.
    profile: Option<Profile>,
}

pub(super) async fn show(
    State(office): State<Office>,
    visitor: Visitor<Staff>,
    Path(kind): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let kind = Kind::from_word(&kind).ok_or(Problem::NotFound)?;
    let (known, wanted) = (browse::kind_of(kind)?, Wanted { pairs });
    let number = wanted.one("page").parse::<usize>().unwrap_or(1).clamp(1, PAGE_MAX) - 1;
    let (from, to, doubt) = wanted.days();
    let filter = Filter {
        from,
        to,
        words: narrowed(known, &wanted),
        size: SIZE,
        page: number,
        annulled: !wanted.one("annulled").is_empty(),
        ..Filter::default()
    };
    let (student, staff) = (wanted.one("student").to_owned(), wanted.one("staff").to_owned());
    let found = office.work(&visitor.session, move |tx, reader| {
        read(tx, reader, (known, filter), (&student, &staff))
    });
    let mut found = found.await.map_err(problem)?;
    found.doubt = doubt.or(found.doubt);
    let lang = visitor.frame.lang;
    office.reply(&visitor, &draw((known, &wanted), &found, lang)?)
}

fn read(
    tx: &Tx<'_>,
    reader: Author,
    (known, mut filter): (&'static KindColumns, Filter),
    (student, staff): (&str, &str),
) -> Result<Found, LedgerRefusal> {
    let mut nobody = false;
    if !student.is_empty() {
        // Of several namesakes the filter needs the number.
        let meant = people::meant(tx, &reader, student)?;
        filter.student = meant.first().filter(|_| meant.len() == 1).map(|line| line.student);
        nobody = filter.student.is_none();
    }
    let column = known.columns.iter().find(|column| matches!(column.shape, Shape::Staff));
    if let (Some(column), false) = (column, staff.is_empty()) {
        let meant = people::staff_meant(tx, staff)?;
        filter.staff = meant.first().filter(|_| meant.len() == 1).map(|one| (column.name, *one));
        nobody = nobody || filter.staff.is_none();
    }
    if nobody {
        filter.student = Some(StudentId(-1));
    }
    let lines = browse::page(tx, &reader, known.kind, &filter)?;
    let names = Names::of(tx, lines.lines.iter().filter_map(|line| line.student))?;
    let doubt = nobody.then_some(words::FILTER_NOBODY);
    Ok(Found { lines, names, reader, doubt, profile: profile::load(tx)? })
}

/// The closed lists of the address that the kind has.
fn narrowed(known: &KindColumns, wanted: &Wanted) -> Vec<(&'static str, &'static str)> {
    let columns = known.columns.iter().filter_map(|column| match column.shape {
        Shape::Word(list) | Shape::Words(list) => Some((column.name, list())),
        _ => None,
    });
    columns
        .filter_map(|(name, list)| {
            let asked = wanted.one(name);
            list.iter().find(|entry| entry.word == asked).map(|entry| (name, entry.word))
        })
        .collect()
}

fn draw(
    (known, wanted): (&KindColumns, &Wanted),
    found: &Found,
    lang: Lang,
) -> Result<Page, RenderError> {
    let (kind, total) = (known.kind, found.lines.total);
    let has = |is: fn(&Shape) -> bool| known.columns.iter().any(|column| is(&column.shape));
    let own_act = match kind {
        Kind::AlertCase => Some(("open", "/acts/open", words::OPEN_CASE)),
        Kind::LegalHold => Some(("hold", "/acts/hold", words::HOLD)),
        _ => None,
    };
    let own_act = own_act.filter(|(word, ..)| is_offered(word, found.reader.role()));
    let own_act = own_act.map(|(_, href, text)| (href, text.in_lang(lang)));
    let href = format!("{LEDGERS_HREF}/{}", kind.as_str());
    let body = Html::render(&LedgerTemplate {
        lang,
        kind: kind.as_str(),
        from: wanted.one("from").to_owned(),
        to: wanted.one("to").to_owned(),
        student: wanted.one("student").to_owned(),
        staff: wanted.one("staff").to_owned(),
        has_student: has(|shape| matches!(shape, Shape::Student)),
        has_staff: has(|shape| matches!(shape, Shape::Staff)),
        annulled: known.annuls.then(|| !wanted.one("annulled").is_empty()),
        narrows: narrows(known, (wanted, found.profile.as_ref()), lang),
        rows: found.lines.lines.iter().map(|line| row(line, &found.names, lang)).collect(),
        counted: words::COUNTED.fill(lang, &[&total]),
        pages: Pager::new(&href, &wanted.query(), (found.lines.page, SIZE, total), lang),
        may_add: browse::is_writable_by(found.reader.role(), kind),
        done: wanted.one("imported").parse::<u32>().ok().map(|n| words::IMPORTED.fill(lang, &[&n])),
        own_act,
        logged: kind.area().is_about_students(),
        doubt: found.doubt.map(|text| text.in_lang(lang)),
    })?;
    let head = (words::LEDGERS, chosen(kind.label(), lang).to_owned(), LEDGERS_HREF);
    Ok(page(head, body, lang))
}

fn narrows(
    known: &KindColumns,
    (wanted, profile): (&Wanted, Option<&Profile>),
    lang: Lang,
) -> Vec<NarrowView> {
    let columns = known.columns.iter().filter_map(|column| match column.shape {
        Shape::Word(list) | Shape::Words(list) => Some((column.name, list())),
        _ => None,
    });
    columns
        .map(|(name, list)| {
            let asked = wanted.one(name);
            let option = |entry: &crate::ledger::entry::WordText| {
                (entry.word, chosen(entry.label, lang), entry.word == asked)
            };
            let is_own = |word: &str| profile.is_none_or(|profile| profile.has_word(name, word));
            let own = list.iter().filter(|entry| is_own(entry.word) || entry.word == asked);
            let options = own.map(option).collect();
            NarrowView { name, label: labels::of(name, lang), options }
        })
        .collect()
}

fn row(line: &Line, names: &Names, lang: Lang) -> RowView {
    RowView {
        record: line.record.0,
        day: line.day.to_string(),
        student: line.student.map(|student| (student.0, names.student_line(student))),
        content: content(line, names, lang),
    }
}
