//! The page of sealed sums: how far each is, who is missing, what is opened under which record, and
//! what an operator has to do.

use askama::Template;
use runtime::web::{Html, Label, Lang, Page, Part, RenderError, Tag, Tone, time};

use super::view_sealed::{SealedPage, SealedTask};
use super::words;

/// Schools that are named in a cell.
const NAMED_MAX: usize = 12;

#[derive(Template)]
#[template(path = "console/sealed.html")]
struct SealedTemplate<'a> {
    lang: Lang,
    page: &'a SealedPage,
    href: &'static str,
}

/// Makes the page at its address.
///
/// # Errors
/// A template could not be rendered.
pub fn page(view: &SealedPage, href: &'static str, lang: Lang) -> Result<Page, RenderError> {
    let body = Html::render(&SealedTemplate { lang, page: view, href })?;
    let crumbs = [words::STATISTICS, words::SEALED].iter();
    Ok(Page {
        title: words::SEALED.in_lang(lang).to_owned(),
        note: words::SEALED_NOTE.in_lang(lang).to_owned(),
        crumbs: crumbs.map(|word| word.in_lang(lang).to_owned()).collect(),
        current: href,
        exports: Vec::new(),
        body,
    })
}

impl SealedTemplate<'_> {
    fn tag(&self, task: &SealedTask) -> Part<Tag> {
        Tag::new(task.tone, task.state.in_lang(self.lang))
    }

    fn missing(&self, task: &SealedTask) -> String {
        let named = task.missing.iter().take(NAMED_MAX).map(|school| school.in_lang(self.lang));
        let named: Vec<&str> = named.collect();
        let more = task.missing.len().saturating_sub(named.len());
        let named = match self.lang {
            Lang::Zh => named.join("、"),
            Lang::En => named.join(", "),
        };
        if more == 0 { named } else { words::SEALED_MORE.fill(self.lang, &[&named, &more]) }
    }

    fn done(&self, area: &super::view_sealed::SealedArea) -> String {
        words::SEALED_DONE.fill(self.lang, &[&area.done.len()])
    }

    fn told(&self, area: &super::view_sealed::ToldArea) -> String {
        words::SEALED_TOLD_AREA.fill(self.lang, &[&area.area.in_lang(self.lang), &area.lines.len()])
    }

    fn count(&self, line: &(Tone, Label, usize)) -> Part<Tag> {
        let (tone, word, count) = line;
        Tag::new(*tone, format!("{} {count}", word.in_lang(self.lang)))
    }

    fn minute(&self, unix_ms: &i64) -> String {
        time::minute(*unix_ms)
    }

    fn groups(&self, area: &super::view_sealed::SealedArea) -> String {
        let values: [&dyn std::fmt::Display; 5] =
            [&area.schools, &area.open_groups, &area.closed_groups, &area.hubs.0, &area.hubs.1];
        words::SEALED_AREA.fill(self.lang, &values)
    }
}
