//! Plain tables of the office's pages: texts and tags, nothing to press.

use askama::Template;
use runtime::web::{Html, Lang, Page, Part, RenderError, Tag, Text};

use super::words;

/// A cell: a text, with a tag before it where there is one.
pub(super) struct Cell {
    tag: Option<Part<Tag>>,
    text: String,
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
    notes: Vec<String>,
    sheets: Vec<Sheet>,
    older: Option<(String, &'static str)>,
}

impl Cell {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { tag: None, text: text.into() }
    }

    pub(super) fn tagged(tag: Part<Tag>, text: impl Into<String>) -> Self {
        Self { tag: Some(tag), text: text.into() }
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
    pub(super) title: Text,
    pub(super) note: Text,
    pub(super) href: &'static str,
}

/// Makes a page of tables; `older` leads to what comes next.
pub(super) fn page(
    head: &Head,
    notes: Vec<String>,
    sheets: Vec<Sheet>,
    older: Option<(String, Text)>,
    lang: Lang,
) -> Result<Page, RenderError> {
    let older = older.map(|(href, label)| (href, label.in_lang(lang)));
    let body = Html::render(&SheetsTemplate { notes, sheets, older })?;
    Ok(Page {
        title: head.title.in_lang(lang).to_owned(),
        note: head.note.in_lang(lang).to_owned(),
        crumbs: crumbs(head.title, lang),
        current: head.href,
        exports: Vec::new(),
        body,
    })
}

/// The way to a page of the office.
pub(super) fn crumbs(title: Text, lang: Lang) -> Vec<String> {
    [words::OFFICE, title].map(|text| text.in_lang(lang).to_owned()).to_vec()
}
