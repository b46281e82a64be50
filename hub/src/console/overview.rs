//! The start page: how complete the reports are, and every indicator with its support.

use askama::Template;
use domain::ledger::Word as _;
use domain::referral::DeadlineClass;
use runtime::web::chart::{Bar, BarDrawing, Bars};
use runtime::web::{
    Html, Lang, Legend, Page, Part, RenderError, Tag, Text, Tone, grouped, legend, legend_sealed,
    time,
};

use super::indicator::{completeness, reported};
use super::view::{AreaCoverage, Coverage, IndicatorLine, OverviewPage, Support};
use super::words;
use crate::letters::alarm_in;
use crate::letters::status::{self, Letters};

#[derive(Template)]
#[template(path = "console/overview.html")]
struct OverviewTemplate<'a> {
    lang: Lang,
    page: &'a OverviewPage,
    href: &'static str,
    areas: Part<BarDrawing>,
    available: usize,
    total: usize,
    legend: Part<Legend>,
}

/// Makes the page.
///
/// # Errors
/// A template could not be rendered.
pub fn page(view: &OverviewPage, href: &'static str, lang: Lang) -> Result<Page, RenderError> {
    let lines = || view.groups.iter().flat_map(|group| &group.lines);
    let shown = |line: &&IndicatorLine| {
        use Support::{Banded, ByKind, Partial, Reported};
        matches!(line.support, Reported | Partial { .. } | Banded { given: 1.., .. } | ByKind(_))
    };
    let bars = Bars {
        title: words::AREA_PROGRESS.in_lang(lang).to_owned(),
        bars: view.areas.iter().map(|area| bar(area, lang)).collect(),
    };
    let body = Html::render(&OverviewTemplate {
        lang,
        page: view,
        href,
        areas: bars.draw(lang),
        available: lines().filter(shown).count(),
        total: lines().count(),
        legend: if view.is_sealed { legend_sealed(lang) } else { legend(lang) },
    })?;
    Ok(Page {
        title: words::OVERVIEW.in_lang(lang).to_owned(),
        note: view.whole.in_lang(lang).to_owned(),
        crumbs: [words::STATISTICS, words::OVERVIEW]
            .iter()
            .map(|word| word.in_lang(lang).to_owned())
            .collect(),
        current: href,
        exports: Vec::new(),
        body,
    })
}

fn bar(area: &AreaCoverage, lang: Lang) -> Bar {
    let latest = area.received_at_ms.map_or_else(
        || words::NEVER.in_lang(lang).to_owned(),
        |at| words::LATEST.fill(lang, &[&time::minute(at)]),
    );
    Bar {
        label: area.label.in_lang(lang).to_owned(),
        value: Some(area.coverage.reported.into()),
        whole: Some(area.coverage.due.into()),
        text: format!("{} · {latest}", reported(&area.coverage)),
    }
}

impl OverviewTemplate<'_> {
    fn tag(&self, support: &Support) -> Part<Tag> {
        let (tone, word) = match support {
            Support::Reported => (Tone::Good, words::SUPPORT_REPORTED),
            Support::Partial { .. } => (Tone::Notice, words::SUPPORT_PARTIAL),
            Support::Banded { given: 0, .. } => (Tone::Muted, words::SUPPORT_NOT_GIVEN),
            Support::Banded { .. } => (Tone::Notice, words::SUPPORT_PARTIAL),
            Support::Unsupported => (Tone::Muted, words::SUPPORT_NONE),
            Support::OtherPeriod(_) => (Tone::Muted, words::SUPPORT_OTHER_PERIOD),
            Support::Elsewhere(_) => (Tone::Muted, words::SUPPORT_ELSEWHERE),
            Support::ByKind(_) => (Tone::Good, words::SUPPORT_BY_KIND),
            Support::Closed(_) => (Tone::Info, words::SUPPORT_CLOSED),
            Support::Waiting(_) => (Tone::Info, words::SUPPORT_WAITING),
            Support::Stopped(_) => (Tone::Bad, words::SUPPORT_STOPPED),
            Support::Local => (Tone::Muted, words::SUPPORT_LOCAL),
        };
        Tag::of(tone, word, self.lang)
    }

    /// The reason beside the tag, empty where there is nothing to explain.
    fn why(&self, support: &Support) -> String {
        match support {
            Support::Reported => String::new(),
            Support::Partial { able, of } => {
                words::SUPPORT_PARTIAL_WHY.fill(self.lang, &[able, of])
            }
            Support::Banded { given, of, why } => {
                words::SUPPORT_BANDED_WHY.fill(self.lang, &[given, of, &why.in_lang(self.lang)])
            }
            Support::Unsupported => words::SUPPORT_NONE_WHY.in_lang(self.lang).to_owned(),
            Support::OtherPeriod(why)
            | Support::Elsewhere(why)
            | Support::ByKind(why)
            | Support::Closed(why)
            | Support::Waiting(why)
            | Support::Stopped(why) => why.in_lang(self.lang).to_owned(),
            Support::Local => words::SUPPORT_LOCAL_WHY.in_lang(self.lang).to_owned(),
        }
    }

    /// What a share is made of, beside it: two counts of the table that look alike need not be.
    fn parts(&self, line: &IndicatorLine) -> Option<String> {
        let parts: Vec<String> = line.parts.iter().map(|part| part.text(self.lang)).collect();
        (!parts.is_empty()).then(|| parts.join(" / "))
    }

    /// Schools that are neither in it nor due.
    fn outside(&self, line: &IndicatorLine) -> Option<String> {
        let outside = line.outside.as_ref()?;
        Some(words::OUTSIDE.fill(self.lang, &[&outside.in_lang(self.lang)]))
    }

    fn is_shown(&self, support: &Support) -> bool {
        use Support::{Banded, ByKind, Partial, Reported, Stopped, Waiting};
        let has_figure = matches!(support, Reported | Partial { .. } | Banded { .. } | ByKind(_));
        has_figure || matches!(support, Waiting(_) | Stopped(_))
    }

    /// Schools that reported of those due; a dash where nobody's report is missing, since none is
    /// sent or none can be opened.
    fn in_and_due(&self, line: &IndicatorLine) -> String {
        use Support::{Closed, Elsewhere, Local, OtherPeriod};
        let is_of_none = matches!(line.support, Closed(_) | Elsewhere(_) | OtherPeriod(_));
        let Coverage { reported: seen, due, .. } = line.coverage;
        if due == 0 || matches!(line.support, Local) || (is_of_none && seen == 0) {
            return "—".to_owned();
        }
        reported(&line.coverage)
    }

    /// Letters by where they are, empty ones among them.
    fn letters_now(&self, letters: &Letters) -> String {
        let shown = letters.shown().into_iter().find(|(name, _)| *name == status::CAME);
        let came = shown.map_or(0, |(_, value)| value);
        words::LETTERS_NOW.fill(self.lang, &[&letters.listed, &letters.queued, &came])
    }

    /// Letters that go nowhere for now.
    fn letters_stuck(&self, letters: &Letters) -> Option<String> {
        let stuck = letters.count(status::STUCK);
        (stuck > 0).then(|| words::LETTERS_STUCK.fill(self.lang, &[&stuck]))
    }

    /// How much is late of each class of deadlines, and what waits here for too long.
    fn late(&self, letters: &Letters) -> Vec<(String, Part<Tag>)> {
        let classes = DeadlineClass::ALL.iter().map(|class| (class, letters.late_of(*class)));
        let late = classes.filter(|(_, number)| *number > 0);
        let late = late.map(|(class, number)| {
            let (zh, en) = class.label();
            let name = Text::new(zh, en).in_lang(self.lang).to_owned();
            (name, Tag::new(Tone::Bad, words::LETTERS_LATE.fill(self.lang, &[&number])))
        });
        let held = letters.held.iter().map(|held| {
            let said = alarm_in(held, self.lang);
            (said, Tag::new(Tone::Bad, words::LETTERS_HELD.in_lang(self.lang).to_owned()))
        });
        late.chain(held).collect()
    }

    /// Since when limits are counted.
    fn letters_since(&self, letters: &Letters) -> String {
        let since = letters.counted_since_ms.map(time::minute).unwrap_or_default();
        words::LETTERS_SINCE.fill(self.lang, &[&since])
    }

    /// When a member's certificate ends: within a month it heals by itself as a rule, within a week
    /// it needs to be watched, and on its last day a person.
    fn ends(&self, days: &i64) -> Part<Tag> {
        let said = |text: &Text| text.in_lang(self.lang).to_owned();
        let (tone, text) = match *days {
            ..0 => (Tone::Bad, said(&words::HAS_ENDED)),
            0 => (Tone::Bad, said(&words::ENDS_TODAY)),
            1 => (Tone::Bad, said(&words::ENDS_TOMORROW)),
            2..=7 => (Tone::Notice, words::ENDS_IN.fill(self.lang, &[days])),
            _ => (Tone::Info, words::ENDS_IN.fill(self.lang, &[days])),
        };
        Tag::new(tone, text)
    }

    fn completeness(&self) -> String {
        completeness(&self.page.coverage, self.lang)
    }

    fn persons(&self) -> String {
        let persons = self.page.coverage.persons;
        persons.map_or_else(String::new, |n| words::PERSONS.fill(self.lang, &[&grouped(n)]))
    }

    fn minute(&self, unix_ms: &i64) -> String {
        time::minute(*unix_ms)
    }

    fn due(&self) -> String {
        words::SCHOOLS_DUE.fill(self.lang, &[&grouped(self.page.coverage.due.into())])
    }

    fn in_time(&self) -> String {
        grouped(self.page.coverage.reported.into())
    }

    fn count_line(&self) -> String {
        words::INDICATORS_COUNT.fill(self.lang, &[&self.available, &self.total])
    }
}
