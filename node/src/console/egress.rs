//! What leaves this school: the list, one release from its signed bytes, and the next one.
//!
//! Each page says that nothing identifiable is in it and where the identifiable data is.

use askama::Template;
use domain::digest::Digest;
use domain::ledger::Kind;
use runtime::web::{
    Html, Lang, Legend, Page, Part, RenderError, Role, Tag, Text, Tone, grouped, legend, time,
};

use super::home::left;
use super::view::{
    EgressPage, HeldPeriod, Hop, HopState, NextRelease, PreviewPage, ReleaseKind, ReleaseLine,
    ReleasePage, Tally,
};
use super::words;
use crate::ledger::browse;

/// Bytes that the folded hexadecimal view shows.
const HEX_BYTES_MAX: usize = 16 * 1024;
/// Bytes in one line of it.
const HEX_LINE: usize = 32;

#[derive(Template)]
#[template(path = "console/egress.html")]
struct EgressTemplate<'a> {
    lang: Lang,
    page: &'a EgressPage,
}

#[derive(Template)]
#[template(path = "console/release.html")]
struct ReleaseTemplate<'a> {
    lang: Lang,
    page: &'a ReleasePage,
    hex: String,
    cut: bool,
    legend: Part<Legend>,
}

#[derive(Template)]
#[template(path = "console/preview.html")]
struct PreviewTemplate<'a> {
    lang: Lang,
    page: &'a PreviewPage,
    /// Whether the reader may name the responsible person.
    may_name: bool,
    legend: Part<Legend>,
}

/// The list of everything that left.
///
/// # Errors
/// A template could not be rendered.
pub fn list(view: &EgressPage, lang: Lang) -> Result<Page, RenderError> {
    let body = Html::render(&EgressTemplate { lang, page: view })?;
    Ok(Page {
        title: words::EGRESS.in_lang(lang).to_owned(),
        note: left((view.total, view.sealed), lang),
        crumbs: crumbs(&[words::OUTWARD, words::EGRESS], lang),
        current: super::EGRESS_HREF,
        exports: Vec::new(),
        body,
    })
}

/// One release, decoded from its signed bytes.
///
/// # Errors
/// A template could not be rendered.
pub fn release(view: &ReleasePage, lang: Lang) -> Result<Page, RenderError> {
    let body = Html::render(&ReleaseTemplate {
        lang,
        page: view,
        hex: hexadecimal(&view.bytes),
        cut: view.bytes.len() > HEX_BYTES_MAX,
        legend: legend(lang),
    })?;
    let line = &view.line;
    Ok(Page {
        title: line.table.in_lang(lang).to_owned(),
        note: format!(
            "{} · {} · {}",
            line.period.in_lang(lang),
            words::REVISION.fill(lang, &[&line.revision]),
            time::minute(line.signed_at_ms)
        ),
        crumbs: crumbs(&[words::OUTWARD, words::EGRESS, words::RELEASE], lang),
        current: super::EGRESS_HREF,
        exports: Vec::new(),
        body,
    })
}

/// What would leave next.
///
/// # Errors
/// A template could not be rendered.
pub fn preview(view: &PreviewPage, role: Role, lang: Lang) -> Result<Page, RenderError> {
    let writes = |role| browse::is_writable_by(role, Kind::PostHolder);
    let may_name = role.school().is_some_and(writes);
    let body = Html::render(&PreviewTemplate { lang, page: view, may_name, legend: legend(lang) })?;
    Ok(Page {
        title: words::NEXT.in_lang(lang).to_owned(),
        note: words::PREVIEW_NOTE.in_lang(lang).to_owned(),
        crumbs: crumbs(&[words::OUTWARD, words::EGRESS, words::NEXT], lang),
        current: super::NEXT_HREF,
        exports: Vec::new(),
        body,
    })
}

pub(super) fn crumbs(words: &[Text], lang: Lang) -> Vec<String> {
    words.iter().map(|word| word.in_lang(lang).to_owned()).collect()
}

/// The kind of a release in words.
pub(super) fn kind(kind: ReleaseKind, lang: Lang) -> &'static str {
    match kind {
        ReleaseKind::ClearSheet => words::CLEAR_SHEET.in_lang(lang),
        ReleaseKind::RoundedTable => words::ROUNDED_TABLE.in_lang(lang),
    }
}

/// What is in a release, as a sentence of numbers.
pub(super) fn tally(tally: &Tally, lang: Lang) -> String {
    let mut sentence = words::TALLY.fill(lang, &[&grouped(tally.counts.into())]);
    let rounded =
        if tally.rounded == tally.counts { words::TALLY_ALL_ROUNDED } else { words::TALLY_ROUNDED };
    let parts = [
        (tally.rounded, rounded),
        (tally.banded, words::TALLY_BANDED),
        (tally.blank, words::TALLY_BLANK),
    ];
    for (count, text) in parts.into_iter().filter(|(count, _)| *count > 0) {
        sentence.push_str(&text.fill(lang, &[&grouped(count.into())]));
    }
    sentence
}

/// The tag of a hub's answer.
pub(super) fn hop_tag(hop: &Hop, lang: Lang) -> Part<Tag> {
    let (tone, word) = match hop.state {
        HopState::Received { .. } => (Tone::Good, words::RECEIVED),
        HopState::Refused { .. } => (Tone::Bad, words::REFUSED),
        HopState::Waiting => (Tone::Notice, words::WAITING),
        HopState::Sent => (Tone::Info, words::SENT),
    };
    Tag::new(tone, format!("{} · {}", hop.hub.in_lang(lang), word.in_lang(lang)))
}

/// A hub's answer as a sentence.
fn hop_line(hop: &Hop, lang: Lang) -> String {
    match &hop.state {
        HopState::Received { at_ms } => words::HOP_RECEIVED.fill(lang, &[&time::minute(*at_ms)]),
        HopState::Refused { at_ms, reason, next } => {
            let reason = reason.in_lang(lang);
            words::HOP_REFUSED.fill(lang, &[&time::minute(*at_ms), &reason, &next.in_lang(lang)])
        }
        HopState::Waiting => words::HOP_WAITING.in_lang(lang).to_owned(),
        HopState::Sent => words::HOP_SENT.in_lang(lang).to_owned(),
    }
}

/// Why a hub refused, empty where it did not.
pub(super) fn refusal(hop: &Hop, lang: Lang) -> String {
    match hop.state {
        HopState::Refused { .. } => hop_line(hop, lang),
        HopState::Received { .. } | HopState::Waiting | HopState::Sent => String::new(),
    }
}

/// Bytes as lines of offset and hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let shown = bytes.iter().take(HEX_BYTES_MAX).collect::<Vec<_>>();
    for (at, line) in shown.chunks(HEX_LINE).enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{:06x} ", at * HEX_LINE);
        for (column, byte) in line.iter().enumerate() {
            let gap = if column % 8 == 0 { " " } else { "" };
            let _ = write!(text, "{gap}{byte:02x}");
        }
        text.push('\n');
    }
    text
}

/// What the school holds, as sentences.
fn held(holds: &[HeldPeriod], lang: Lang) -> Vec<String> {
    let line = |hold: &HeldPeriod| {
        let period = hold.period.in_lang(lang);
        let since = time::minute(hold.since_ms);
        words::HELD.fill(lang, &[&period, &since, &hold.author, &hold.reason, &hold.waiting])
    };
    holds.iter().map(line).collect()
}

impl EgressTemplate<'_> {
    fn held(&self) -> Vec<String> {
        held(&self.page.holds, self.lang)
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

    fn students(&self) -> String {
        words::STAYS.fill(self.lang, &[&grouped(self.page.students)])
    }

    fn next(&self) -> String {
        due((self.page.next_due_ms, self.page.leaves_itself), self.lang)
    }

    fn pages(&self) -> String {
        words::PAGE_OF.fill(self.lang, &[&self.page.page, &self.page.pages])
    }
}

/// When the next release leaves.
pub(super) fn due((due_ms, leaves_itself): (Option<i64>, bool), lang: Lang) -> String {
    let otherwise = if leaves_itself { words::NEXT_ITSELF } else { words::NEXT_BY_HAND };
    due_ms.map_or_else(
        || otherwise.in_lang(lang).to_owned(),
        |at| words::NEXT_DUE.fill(lang, &[&time::minute(at)]),
    )
}

impl ReleaseTemplate<'_> {
    fn kind(&self) -> &'static str {
        kind(self.page.line.kind, self.lang)
    }

    fn tally(&self) -> String {
        tally(&self.page.line.tally, self.lang)
    }

    fn tag(&self, hop: &Hop) -> Part<Tag> {
        hop_tag(hop, self.lang)
    }

    fn hop(&self, hop: &Hop) -> String {
        hop_line(hop, self.lang)
    }

    fn receipt(&self, digest: &Digest) -> String {
        words::RECEIPT_DIGEST.fill(self.lang, &[&digest.short()])
    }

    fn size(&self) -> String {
        let bytes = u64::try_from(self.page.bytes.len()).unwrap_or(u64::MAX);
        words::BYTES.fill(self.lang, &[&grouped(bytes)])
    }

    fn cut_note(&self) -> String {
        words::RAW_CUT.fill(self.lang, &[&HEX_BYTES_MAX])
    }

    fn verified(&self) -> Part<Tag> {
        if self.page.is_verified {
            Tag::of(Tone::Good, words::VERIFIED, self.lang)
        } else {
            Tag::of(Tone::Bad, words::NOT_VERIFIED, self.lang)
        }
    }
}

impl PreviewTemplate<'_> {
    fn held(&self) -> Vec<String> {
        held(&self.page.holds, self.lang)
    }

    fn kind(&self, kind_of: &ReleaseKind) -> &'static str {
        kind(*kind_of, self.lang)
    }

    fn tally(&self, counts: &Tally) -> String {
        tally(counts, self.lang)
    }

    fn when(&self) -> String {
        due((self.page.due_ms, false), self.lang)
    }

    /// How one table leaves.
    fn leaves(&self, release: &NextRelease) -> String {
        match release.leaves_ms {
            Some(at) => words::LEAVES_AT.with(self.lang, time::minute(at)),
            None => words::LEAVES_BY_HAND.with(self.lang, &release.name),
        }
    }

    fn size(&self, bytes: &u64) -> String {
        words::BYTES.fill(self.lang, &[&grouped(*bytes)])
    }
}
