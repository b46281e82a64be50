//! The start page: where the identifiable data is, how the link stands, what left lately.

use askama::Template;
use runtime::web::{Html, Label, Lang, Page, Part, RenderError, Role, Tag, grouped, time};

use super::egress::{crumbs, due, hop_tag, kind, refusal, tally};
use super::sync::{SyncLines, lines};
use super::view::{HomePage, Hop, ReleaseLine, SpecialNotice, SyncState};
use super::words;

#[derive(Template)]
#[template(path = "console/home.html")]
struct HomeTemplate<'a> {
    lang: Lang,
    page: &'a HomePage,
    sync: SyncLines,
    specials: Vec<Html>,
}

/// A special period, as both first pages announce it.
#[derive(Template)]
#[template(path = "console/special.html")]
struct SpecialTemplate<'a> {
    lang: Lang,
    special: &'a SpecialNotice,
    may_screen: bool,
}

/// What is said about special periods.
///
/// # Errors
/// A template could not be rendered.
pub fn specials(
    notices: &[SpecialNotice],
    role: Role,
    lang: Lang,
) -> Result<Vec<Html>, RenderError> {
    let may_screen = role == Role::Counsellor;
    let one = |special| Html::render(&SpecialTemplate { lang, special, may_screen });
    notices.iter().map(one).collect()
}

/// When something leaves next, as it is true: before joining nothing does.
pub(super) fn leaving(view: &HomePage, lang: Lang) -> String {
    match view.sync.state {
        SyncState::NotJoined => words::NEXT_NOT_JOINED.in_lang(lang).to_owned(),
        _ => due((view.next_due_ms, view.leaves_itself), lang),
    }
}

/// How much has left so far: sealed reports too, where there are any.
pub(super) fn left((released, sealed): (u64, u64), lang: Lang) -> String {
    match sealed {
        0 => words::LEFT_SO_FAR.with(lang, grouped(released)),
        _ => words::LEFT_WITH_SEALED.fill(lang, &[&grouped(released), &grouped(sealed)]),
    }
}

/// Makes the page.
///
/// # Errors
/// A template could not be rendered.
pub fn page(view: &HomePage, role: Role, lang: Lang) -> Result<Page, RenderError> {
    let sync = lines(&view.sync, lang);
    let specials = specials(&view.specials, role, lang)?;
    let body = Html::render(&HomeTemplate { lang, page: view, sync, specials })?;
    Ok(Page {
        title: words::HOME.in_lang(lang).to_owned(),
        note: String::new(),
        crumbs: crumbs(&[words::DAILY, words::HOME], lang),
        current: "/",
        exports: Vec::new(),
        body,
    })
}

impl HomeTemplate<'_> {
    fn students(&self) -> String {
        words::STAYS.fill(self.lang, &[&grouped(self.page.students)])
    }

    fn left(&self) -> String {
        left((self.page.released, self.page.sealed), self.lang)
    }

    fn next(&self) -> String {
        leaving(self.page, self.lang)
    }

    fn all(&self) -> String {
        words::ALL_OF.fill(self.lang, &[&grouped(self.page.released)])
    }

    fn kind(&self, line: &ReleaseLine) -> &'static str {
        kind(line.kind, self.lang)
    }

    fn tally(&self, line: &ReleaseLine) -> String {
        tally(&line.tally, self.lang)
    }

    fn tag(&self, hop: &Hop) -> Part<Tag> {
        hop_tag(hop, self.lang)
    }

    fn refusal(&self, hop: &Hop) -> String {
        refusal(hop, self.lang)
    }

    fn minute(&self, unix_ms: &i64) -> String {
        time::minute(*unix_ms)
    }
}

impl SpecialTemplate<'_> {
    fn title(&self) -> String {
        let special = self.special;
        let name = special.name.in_lang(self.lang);
        words::SPECIAL.fill(self.lang, &[&name, &special.first, &special.last])
    }

    /// What leaves because of it, and how often.
    fn leaves(&self) -> String {
        let special = self.special;
        let text = if special.is_daily { words::SPECIAL_DAILY } else { words::SPECIAL_WEEKLY };
        text.fill(self.lang, &[&self.listed(&special.counts)])
    }

    /// What leaves under seal, or why it stays.
    fn sealed(&self) -> String {
        let sealed = self.listed(&self.special.sealed);
        match &self.special.kept {
            Some(why) => words::SPECIAL_KEPT.fill(self.lang, &[&sealed, &why.in_lang(self.lang)]),
            None => words::SPECIAL_SEALED.fill(self.lang, &[&sealed]),
        }
    }

    fn pulse(&self, (scale, grades): &(Label, Vec<Label>)) -> String {
        let scale = scale.in_lang(self.lang);
        words::SPECIAL_PULSE.fill(self.lang, &[&scale, &self.listed(grades)])
    }

    fn listed(&self, labels: &[Label]) -> String {
        let names: Vec<&str> = labels.iter().map(|label| label.in_lang(self.lang)).collect();
        names.join(words::COMMA.in_lang(self.lang))
    }
}
