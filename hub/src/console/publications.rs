//! The page of publications: what was made public with noise, how far each figure may be off, and
//! what the school year may still cost.

use askama::Template;
use runtime::web::{Export, Html, Lang, Page, Part, RenderError, Tag, Tone, grouped};

use super::{PUBLICATIONS_HREF, words};
use crate::publication::words as said;
use crate::publication::{BudgetOut, OpenTableOut, ReleaseLineOut, ReleaseOut, ReleasesOut, text};
use crate::statistics::NameOut;

#[derive(Template)]
#[template(path = "console/publications.html")]
struct PublicationsTemplate<'a> {
    lang: Lang,
    all: &'a ReleasesOut,
    chosen: Option<&'a ReleaseOut>,
    grids: Vec<Grid>,
}

/// A table of a release: its last dimension as columns.
struct Grid {
    /// Names of the dimensions of the rows.
    heads: Vec<String>,
    /// Names of the columns.
    columns: Vec<String>,
    /// Names of a row and its figures; nothing where nobody can be.
    rows: Vec<(Vec<String>, Vec<Option<String>>)>,
    /// Rows and columns without any figure, by name.
    closed: String,
}

/// Makes the page; `chosen` is the release that is looked into.
///
/// # Errors
/// A template could not be rendered.
pub fn page(
    (all, chosen): (&ReleasesOut, Option<&ReleaseOut>),
    lang: Lang,
) -> Result<Page, RenderError> {
    let tables = chosen.map_or(&[][..], |one| one.tables.as_slice());
    let drawn = tables.iter().filter(|table| !table.cells.is_empty());
    let grids = drawn.map(|table| Grid::of(table, lang)).collect();
    let body = Html::render(&PublicationsTemplate { lang, all, chosen, grids })?;
    let crumbs = [words::STATISTICS, words::PUBLICATIONS].iter();
    let is_drawn = |one: &&ReleaseOut| one.release.state == "drawn";
    let exports = chosen.filter(is_drawn).map_or_else(Vec::new, |one| {
        let export = |label: &str, form: &str| Export {
            label: label.to_owned(),
            href: format!("/api/v1/publications/{}?format={form}", one.release.id),
        };
        vec![export("CSV", "csv"), export("JSON", "json")]
    });
    Ok(Page {
        title: words::PUBLICATIONS.in_lang(lang).to_owned(),
        note: words::PUBLICATIONS_NOTE.in_lang(lang).to_owned(),
        crumbs: crumbs.map(|word| word.in_lang(lang).to_owned()).collect(),
        current: PUBLICATIONS_HREF,
        exports,
        body,
    })
}

impl Grid {
    fn of(table: &OpenTableOut, lang: Lang) -> Self {
        let name = |one: &NameOut| one.in_lang(lang).to_owned();
        let across = table.by.last().filter(|_| table.by.len() > 1);
        let mut heads: Vec<String> = table.by_names.iter().map(name).collect();
        let mut grid = Self {
            heads: Vec::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            closed: String::new(),
        };
        if across.is_some() {
            heads.pop();
        } else {
            grid.columns.push(words::PUBLISHED_FIGURE.in_lang(lang).to_owned());
        }
        grid.heads = heads;
        for cell in &table.cells {
            let mut names: Vec<String> = cell.names.iter().map(name).collect();
            let column = across.and_then(|_| names.pop());
            let column = column.unwrap_or_else(|| grid.columns.concat());
            grid.put(&names, &column, text(cell, lang));
        }
        for (_, figures) in &mut grid.rows {
            figures.resize(grid.columns.len(), None);
        }
        grid.fold(lang);
        grid
    }

    /// Takes rows and columns without any figure out and names them.
    fn fold(&mut self, lang: Lang) {
        let closed = said::CLOSED.in_lang(lang);
        let is_told = |figure: &Option<String>| figure.as_ref().is_some_and(|text| text != closed);
        let told: Vec<bool> = (0..self.columns.len())
            .map(|at| self.rows.iter().any(|(_, row)| row.get(at).is_some_and(is_told)))
            .collect();
        if !told.contains(&true) {
            return;
        }
        let mut names: Vec<String> = Vec::new();
        let is_kept = |at: usize| told.get(at).copied().unwrap_or(true);
        let columns = std::mem::take(&mut self.columns).into_iter().enumerate();
        let (kept, gone): (Vec<_>, Vec<_>) = columns.partition(|(at, _)| is_kept(*at));
        self.columns = kept.into_iter().map(|(_, name)| name).collect();
        names.extend(gone.into_iter().map(|(_, name)| name));
        for (row, figures) in std::mem::take(&mut self.rows) {
            let figures: Vec<Option<String>> = figures
                .into_iter()
                .enumerate()
                .filter(|(at, _)| is_kept(*at))
                .map(|(_, figure)| figure)
                .collect();
            if figures.iter().any(is_told) {
                self.rows.push((row, figures));
            } else {
                names.push(row.join(" "));
            }
        }
        let between = if lang == Lang::Zh { "、" } else { ", " };
        self.closed = names.join(between);
    }

    fn put(&mut self, names: &[String], column: &str, text: String) {
        let at = self.columns.iter().position(|known| known == column).unwrap_or_else(|| {
            self.columns.push(column.to_owned());
            self.columns.len() - 1
        });
        if !self.rows.iter().any(|(known, _)| known == names) {
            self.rows.push((names.to_vec(), Vec::new()));
        }
        if let Some((_, figures)) = self.rows.iter_mut().find(|(known, _)| known == names) {
            figures.resize(figures.len().max(at + 1), None);
            if let Some(figure) = figures.get_mut(at) {
                *figure = Some(text);
            }
        }
    }
}

impl PublicationsTemplate<'_> {
    fn name<'n>(&self, name: &'n NameOut) -> &'n str {
        name.in_lang(self.lang)
    }

    fn none(&self) -> String {
        match &self.all.last_term {
            Some(term) => words::PUBLICATIONS_NONE.fill(self.lang, &[term]),
            None => words::PUBLICATIONS_NONE_ENDED.in_lang(self.lang).to_owned(),
        }
    }

    fn budget(&self, one: &BudgetOut) -> String {
        let values: [&dyn std::fmt::Display; 4] =
            [&one.school_year, &(one.school_year + 1), &one.left, &one.cap];
        words::PUBLICATIONS_BUDGET.fill(self.lang, &values)
    }

    fn student(&self) -> String {
        words::PUBLICATIONS_STUDENT.fill(self.lang, &[&self.all.student_year])
    }

    fn tag(&self, line: &ReleaseLineOut) -> Part<Tag> {
        match line.state {
            "drawn" => Tag::of(Tone::Good, words::PUBLISHED, self.lang),
            _ => Tag::of(Tone::Notice, words::PUBLISHED_HALF, self.lang),
        }
    }

    fn schools(&self, line: &ReleaseLineOut) -> String {
        format!("{} / {}", line.coverage.schools_reported, line.coverage.schools_due)
    }

    fn drawn<'l>(&self, line: &'l ReleaseLineOut) -> &'l str {
        line.drawn_at.as_deref().and_then(|at| at.get(..10)).unwrap_or_default()
    }

    fn by<'l>(&self, line: &'l ReleaseLineOut) -> &'l str {
        &line.drawn_by
    }

    fn meaning(&self, one: &ReleaseOut) -> String {
        said::MEANING.fill(self.lang, &[&one.release.margin95])
    }

    fn made_of(&self, one: &ReleaseOut) -> String {
        let coverage = one.release.coverage;
        let until = one.sums_opened_until.get(..10).unwrap_or_default();
        let values: [&dyn std::fmt::Display; 7] = [
            &coverage.schools_reported,
            &coverage.schools_due,
            &grouped(coverage.persons),
            &one.sums,
            &until,
            &one.release.scale,
            &one.line,
        ];
        words::PUBLISHED_FROM.fill(self.lang, &values)
    }

    fn carried(&self, one: &ReleaseOut) -> Option<String> {
        let carried = one.release.carried;
        (carried > 0).then(|| said::CARRIED.fill(self.lang, &[&carried]))
    }

    fn digest<'d>(&self, digest: &'d str) -> &'d str {
        digest.get(..12).unwrap_or(digest)
    }
}
