//! Special periods: which there are, who follows them, and the totals of each day.

use askama::Template;
use runtime::web::{Figure, Html, Lang, Page, Part, RenderError, Tag, Tone};

use super::{SPECIAL_HREF, words};
use crate::statistics::{
    FigureOut, NameOut, SPECIAL_DIFFER, SPECIAL_FOLLOW, SpecialLineOut, SpecialOut,
    SpecialPeriodOut, SpecialState, StatusWord,
};

#[derive(Template)]
#[template(path = "console/special.html")]
struct SpecialTemplate<'a> {
    lang: Lang,
    lines: &'a [SpecialLineOut],
    chosen: Option<&'a SpecialOut>,
}

/// Makes the page; `chosen` is the special period that is looked into.
///
/// # Errors
/// A template could not be rendered.
pub fn page(
    (lines, chosen): (&[SpecialLineOut], Option<&SpecialOut>),
    lang: Lang,
) -> Result<Page, RenderError> {
    let body = Html::render(&SpecialTemplate { lang, lines, chosen })?;
    let crumbs = [words::STATISTICS, words::SPECIAL].iter();
    Ok(Page {
        title: words::SPECIAL.in_lang(lang).to_owned(),
        note: words::SPECIAL_NOTE.in_lang(lang).to_owned(),
        crumbs: crumbs.map(|word| word.in_lang(lang).to_owned()).collect(),
        current: SPECIAL_HREF,
        exports: Vec::new(),
        body,
    })
}

impl SpecialTemplate<'_> {
    fn name<'n>(&self, name: &'n NameOut) -> &'n str {
        name.in_lang(self.lang)
    }

    fn tag(&self, line: &SpecialLineOut) -> Part<Tag> {
        let tone = match line.state {
            SpecialState::Planned => Tone::Info,
            SpecialState::Running => Tone::Good,
            SpecialState::Ended => Tone::Muted,
            SpecialState::Refused => Tone::Notice,
        };
        Tag::of(tone, line.state.word(), self.lang)
    }

    fn followers(&self, report: &SpecialOut) -> String {
        let (all, said) = (report.special.schools, &report.followers);
        let refused = said.refused.len();
        let values: [&dyn std::fmt::Display; 4] = [&all, &said.following, &refused, &said.silent];
        SPECIAL_FOLLOW.fill(self.lang, &values)
    }

    fn differ(&self) -> &'static str {
        SPECIAL_DIFFER.in_lang(self.lang)
    }

    fn told(&self, period: &SpecialPeriodOut) -> String {
        let coverage = period.coverage;
        format!("{} / {}", coverage.schools_reported, coverage.schools_due)
    }

    /// A total; what is missing or hidden is never a zero.
    fn figure(&self, figure: &FigureOut) -> Figure {
        let value = figure.value.as_ref().and_then(serde_json::Number::as_u64);
        match (figure.status, value) {
            (StatusWord::Value, Some(value)) => Figure::Count(value),
            (StatusWord::Suppressed, _) => Figure::Suppressed,
            (StatusWord::NotApplicable, _) => Figure::NotApplicable,
            (StatusWord::Closed, _) => Figure::Closed,
            (StatusWord::Waiting, _) => Figure::Waiting,
            (StatusWord::Stopped, _) => Figure::Stopped,
            _ if figure.reason == Some("unsupported") => Figure::Unsupported,
            _ => Figure::NotReported,
        }
    }
}
