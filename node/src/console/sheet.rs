//! Plain tables of pages: texts, tags and links, nothing to press.

use askama::Template;
use runtime::web::{Html, Lang, Page, Part, RenderError, Tag, Text};

use super::ledgers::Pager;
use super::words;

/// A cell: a text, with a tag before it where there is one.
pub(super) struct Cell {
    tag: Option<Part<Tag>>,
    text: String,
    href: Option<String>,
}

/// A table with its heading.
pub(super) struct Sheet {
    title: String,
    heads: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
    empty: &'static str,
}

#[derive(Template)]
#[template(path = "console/sheets.html")]
struct SheetsTemplate {
    lang: Lang,
    notes: Vec<String>,
    sheets: Vec<Sheet>,
    older: Option<(String, &'static str)>,
    pages: Option<Pager>,
    links: Vec<(String, &'static str)>,
    signed: Option<&'static str>,
}

impl Cell {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { tag: None, text: text.into(), href: None }
    }

    pub(super) fn tagged(tag: Part<Tag>, text: impl Into<String>) -> Self {
        Self { tag: Some(tag), text: text.into(), href: None }
    }

    pub(super) fn link(text: impl Into<String>, href: String) -> Self {
        Self { tag: None, text: text.into(), href: Some(href) }
    }
}

impl Sheet {
    pub(super) fn new(title: Text, heads: &[Text], empty: Text, lang: Lang) -> Self {
        let heads = heads.iter().map(|head| head.in_lang(lang)).collect();
        let (title, empty) = (title.in_lang(lang).to_owned(), empty.in_lang(lang));
        Self { title, heads, rows: Vec::new(), empty }
    }

    pub(super) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }
}

/// Where a page stands, and what it is called.
pub(super) struct Head {
    pub(super) group: Text,
    pub(super) title: Text,
    pub(super) note: Text,
    pub(super) href: &'static str,
}

/// What stands around the tables of a page.
#[derive(Default)]
pub(super) struct Around {
    /// Before them.
    pub(super) notes: Vec<String>,
    /// Where else to go.
    pub(super) links: Vec<(String, Text)>,
    /// What comes next.
    pub(super) older: Option<(String, Text)>,
    /// Where in a list of several pages it stands.
    pub(super) pages: Option<Pager>,
    /// The line to be signed on paper.
    pub(super) signed: Option<Text>,
}

/// Makes a page of tables.
pub(super) fn page(
    head: &Head,
    around: Around,
    sheets: Vec<Sheet>,
    lang: Lang,
) -> Result<Page, RenderError> {
    let worded = |(href, label): (String, Text)| (href, label.in_lang(lang));
    let body = Html::render(&SheetsTemplate {
        lang,
        notes: around.notes,
        sheets,
        older: around.older.map(worded),
        pages: around.pages,
        links: around.links.into_iter().map(worded).collect(),
        signed: around.signed.map(|text| text.in_lang(lang)),
    })?;
    Ok(Page {
        title: head.title.in_lang(lang).to_owned(),
        note: head.note.in_lang(lang).to_owned(),
        crumbs: [head.group, head.title].map(|text| text.in_lang(lang).to_owned()).to_vec(),
        current: head.href,
        exports: Vec::new(),
        body,
    })
}

/// The way to a page of the office.
pub(super) fn crumbs(title: Text, lang: Lang) -> Vec<String> {
    [words::OFFICE, title].map(|text| text.in_lang(lang).to_owned()).to_vec()
}
