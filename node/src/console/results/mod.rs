//! What a student's sheets scored, as part of a page: the student's own and the form of an
//! interview.
//!
//! Rendered from what a pass opened and from nothing else; a page whose reader may not read
//! screenings has no sheets to give and shows no such part, not even an empty one.

mod words;

use std::collections::BTreeMap;

use askama::Template;
use domain::catalogue::Label;
use domain::ledger::Word as _;
use domain::ledger::terms::Tier;
use domain::scale::{self, Flag};
use runtime::web::{Html, Lang, Part, RenderError, Tag, Text, Tone};

use super::office::chosen;
use crate::import::answers::AnswerOutcome;
use crate::ledger::result::KeptSheet;
use crate::packs::Packs;
use crate::screening::result::{self, CriticalAnswer, Figure, Since, Told};

#[derive(Template)]
#[template(path = "console/results.html")]
struct ResultsTemplate {
    lang: Lang,
    rows: Vec<Row>,
    trends: Vec<String>,
    is_broken: bool,
}

/// One sheet as it is shown.
struct Row {
    day: String,
    scale: String,
    stands: Part<Tag>,
    figures: Vec<String>,
    suggests: Vec<String>,
    criticals: Vec<String>,
}

/// The part of a page with a student's results.
pub(super) fn part(sheets: Vec<KeptSheet>, packs: &Packs, lang: Lang) -> Result<Html, RenderError> {
    let told = result::told(sheets, &packs.scales_ever());
    let (trends, is_broken) = trends(&told, lang);
    let rows = told.iter().map(|one| row(one, lang)).collect();
    Html::render(&ResultsTemplate { lang, rows, trends, is_broken })
}

/// The critical answers of sheets in words: what was asked, what was answered, and the rule.
pub(super) fn critical_answers(sheets: Vec<KeptSheet>, packs: &Packs, lang: Lang) -> Vec<String> {
    let told = result::told(sheets, &packs.scales_ever());
    let answers = told.iter().flat_map(|one| &one.criticals);
    answers.map(|answer| of_critical(answer, lang)).collect()
}

/// A flag in words.
pub(super) const fn flag(flag: Flag) -> Text {
    match flag {
        Flag::Review => words::FLAG_REVIEW,
        Flag::Urgent => words::FLAG_URGENT,
        Flag::UrgentNow => words::FLAG_NOW,
        Flag::Imminent => words::FLAG_IMMINENT,
    }
}

fn named(label: &Label, lang: Lang) -> String {
    chosen((&label.zh, &label.en), lang).to_owned()
}

fn row(one: &Told, lang: Lang) -> Row {
    let sheet = &one.sheet;
    let (tone, stands) = match (sheet.handed_in, sheet.is_void) {
        (AnswerOutcome::Refused, _) => (Tone::Muted, words::REFUSED),
        (AnswerOutcome::Absent, _) => (Tone::Muted, words::ABSENT),
        (AnswerOutcome::Answered, true) => (Tone::Notice, words::VOID),
        (AnswerOutcome::Answered, false) => (Tone::Info, words::VALID),
    };
    Row {
        day: sheet.day.to_string(),
        scale: one.scale.as_ref().map_or_else(|| sheet.scale.clone(), |name| named(name, lang)),
        stands: Tag::of(tone, stands, lang),
        figures: one.figures.iter().map(|figure| of_figure(figure, lang)).collect(),
        suggests: suggests(sheet, lang),
        criticals: criticals(one, lang),
    }
}

fn of_figure(figure: &Figure, lang: Lang) -> String {
    let name = part_name(figure, lang);
    let score = match (figure.score, figure.top) {
        (None, _) => words::UNSCORED.in_lang(lang).to_owned(),
        (Some(score), None) => score.to_string(),
        (Some(score), Some(top)) => words::OUT_OF.fill(lang, &[&score, &top]),
    };
    let band = figure.band.as_ref().map(|band| words::BAND.with(lang, named(band, lang)));
    let since = figure.since.map(|since| of_since(since, lang)).unwrap_or_default();
    let line = words::FIGURE.fill(lang, &[&name, &score]);
    format!("{line}{}{since}", band.unwrap_or_default())
}

fn part_name(figure: &Figure, lang: Lang) -> String {
    let total = || words::TOTAL.in_lang(lang).to_owned();
    figure.part.as_ref().map_or_else(total, |part| named(part, lang))
}

fn of_since(since: Since, lang: Lang) -> String {
    let by = |hundredths: i64| {
        let size = u32::try_from(hundredths.unsigned_abs()).unwrap_or(u32::MAX);
        scale::Score::from_hundredths(size)
    };
    match since {
        Since::First => String::new(),
        Since::Changed(0) => words::SAME.in_lang(lang).to_owned(),
        Since::Changed(more @ 1..) => words::UP.with(lang, by(more)),
        Since::Changed(less) => words::DOWN.with(lang, by(less)),
        Since::OtherVersion => words::OTHER_VERSION.in_lang(lang).to_owned(),
    }
}

/// What the sheet suggests: its tier, then its flags, the gravest first and each once.
fn suggests(sheet: &KeptSheet, lang: Lang) -> Vec<String> {
    let tier = sheet.tier.filter(|_| !sheet.is_void).map(|tier| match tier {
        scale::Tier::None => words::NO_TIER.in_lang(lang),
        scale::Tier::T1 => chosen(Tier::T1.label(), lang),
        scale::Tier::T2 => chosen(Tier::T2.label(), lang),
        scale::Tier::T3 => chosen(Tier::T3.label(), lang),
    });
    let mut flags = sheet.flags.clone();
    flags.sort_unstable_by(|one, other| other.cmp(one));
    flags.dedup();
    let flags = flags.into_iter().map(|known| flag(known).in_lang(lang));
    let lines: Vec<String> = tier.into_iter().chain(flags).map(str::to_owned).collect();
    if lines.is_empty() { vec![words::DASH.in_lang(lang).to_owned()] } else { lines }
}

fn criticals(one: &Told, lang: Lang) -> Vec<String> {
    let mut lines: Vec<String> =
        one.criticals.iter().map(|answer| of_critical(answer, lang)).collect();
    let is_answered = one.sheet.handed_in == AnswerOutcome::Answered;
    if lines.is_empty() {
        let line = match is_answered && one.scale.is_none() {
            true => words::NO_PACK,
            false => words::DASH,
        };
        lines.push(line.in_lang(lang).to_owned());
    }
    lines
}

fn of_critical(answer: &CriticalAnswer, lang: Lang) -> String {
    let item = match &answer.question {
        Some(question) => words::ASKED.fill(lang, &[&answer.number, &named(question, lang)]),
        None => words::ITEM.with(lang, answer.number),
    };
    let given = || answer.answer.map_or_else(String::new, |value| value.to_string());
    let said = answer.said.as_ref().map_or_else(given, |said| named(said, lang));
    words::ANSWERED.fill(lang, &[&item, &said, &named(&answer.rule, lang)])
}

/// A part of a scale, and how it scored over the runs.
#[derive(Default)]
struct Line {
    place: usize,
    name: String,
    points: Vec<String>,
}

/// The figures of each scale over its runs, the earliest first; whether any version changed. A part
/// is known by its name, as it is where figures are compared: another version may have its parts in
/// another order, or one more.
fn trends(told: &[Told], lang: Lang) -> (Vec<String>, bool) {
    let mut lines: BTreeMap<(String, Option<String>), Line> = BTreeMap::new();
    let mut is_broken = false;
    for one in told.iter().rev().filter(|one| !one.sheet.is_void) {
        for (place, figure) in one.figures.iter().enumerate() {
            let Some(score) = figure.score else { continue };
            let part = figure.part.as_ref().map(|part| part.zh.clone());
            let line = lines.entry((one.sheet.scale.clone(), part)).or_default();
            (line.place, line.name) = (place, part_name(figure, lang));
            let broken = figure.since == Some(Since::OtherVersion);
            is_broken |= broken;
            if !line.points.is_empty() {
                let by = if broken { words::TREND_BREAK } else { words::TREND_TO };
                line.points.push(by.in_lang(lang).to_owned());
            }
            line.points.push(words::TREND_POINT.fill(lang, &[&one.sheet.day, &score]));
        }
    }
    let scale = |id: &str| {
        let known = told.iter().filter(|one| one.sheet.scale == id);
        let mut names = known.filter_map(|one| one.scale.as_ref());
        names.next().map_or_else(|| id.to_owned(), |label| named(label, lang))
    };
    let several = lines.into_iter().filter(|(_, line)| line.points.len() > 1);
    let mut several: Vec<(String, Line)> = several.map(|((id, _), line)| (id, line)).collect();
    several.sort_by(|(id, one), (of, other)| (id, one.place).cmp(&(of, other.place)));
    let told = several.into_iter().map(|(id, line)| {
        words::TREND_LINE.fill(lang, &[&scale(&id), &line.name, &line.points.concat()])
    });
    (told.collect(), is_broken)
}

#[cfg(test)]
mod tests {
    use certs::digest::sha256;
    use domain::scale::Score;
    use jiff::civil::{Date, date};

    use super::*;

    fn told(day: Date, pack: &[u8], parts: &[(&str, u32)]) -> Told {
        let figure = |(part, score): &(&str, u32)| Figure {
            part: Some(Label { zh: (*part).to_owned(), en: (*part).to_owned() }),
            score: Some(Score::from_hundredths(score * 100)),
            top: None,
            band: None,
            since: Some(Since::OtherVersion),
        };
        let sheet = KeptSheet {
            scale: "made-up".to_owned(),
            pack: sha256(pack),
            day,
            handed_in: AnswerOutcome::Answered,
            answers: Vec::new().into(),
            total: None,
            band: None,
            tier: None,
            flags: Vec::new(),
            is_void: false,
        };
        let figures = parts.iter().map(figure).collect();
        Told { sheet, scale: None, figures, criticals: Vec::new() }
    }

    /// A version with one part more, in front, moves no part's figures into another's line.
    #[test]
    fn a_part_is_followed_by_its_name() {
        let sheets = [
            told(date(2025, 10, 9), b"two", &[("睡眠", 7), ("焦虑", 4)]),
            told(date(2024, 10, 8), b"one", &[("焦虑", 2)]),
        ];
        let (lines, is_broken) = trends(&sheets, Lang::Zh);
        assert_eq!(lines, ["made-up · 焦虑：2024-10-08 2 ∥ 2025-10-09 4"]);
        assert!(is_broken);
    }
}
