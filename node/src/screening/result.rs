//! A student's results as the scale's own pack reads them: totals and parts with their bands, which
//! items were critical, and how each figure went since the sheet before.
//!
//! A sheet is read with the pack that scored it, never with a later one, and figures of two packs
//! are not compared: a change of the instrument would look like a change of the student.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::catalogue::Label;
use domain::digest::Digest;
use domain::scale::{Band, Critical, Item, Scale, Score, Scored};

use crate::ledger::result::KeptSheet;

/// How a figure went since the sheet before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// There is no earlier sheet with a figure.
    First,
    /// By so many hundredths.
    Changed(i64),
    /// Another version of the scale was used then.
    OtherVersion,
}

/// One figure of a sheet.
#[derive(Clone)]
pub struct Figure {
    /// Name of the part; nothing for the total.
    pub part: Option<Label>,
    /// The score; nothing where it is unscored.
    pub score: Option<Score>,
    /// The highest total there is.
    pub top: Option<Score>,
    /// Name of its band.
    pub band: Option<Label>,
    /// How it went since the sheet before; nothing where this sheet has no figure, or is void.
    pub since: Option<Since>,
}

/// A critical answer, in words.
#[derive(Clone)]
pub struct CriticalAnswer {
    /// Number of the item on the form.
    pub number: u16,
    /// The question, where the pack carries its text.
    pub question: Option<Label>,
    /// What was answered.
    pub answer: Option<u8>,
    /// The same in words, where the scale names its answers.
    pub said: Option<Label>,
    /// What the rule asks for.
    pub rule: Label,
}

/// A sheet and what it says. About one person, so without `Debug`.
#[derive(Clone)]
pub struct Told {
    /// The sheet.
    pub sheet: KeptSheet,
    /// Name of the scale; nothing where its pack is not at hand.
    pub scale: Option<Label>,
    /// Total and parts.
    pub figures: Vec<Figure>,
    /// Critical answers, in the order of the items, each with the gravest rule that it meets.
    pub criticals: Vec<CriticalAnswer>,
}

/// Reads sheets, the latest first, by the packs that scored them.
#[must_use]
pub fn told(sheets: Vec<KeptSheet>, scales: &[(Digest, Arc<Scale>)]) -> Vec<Told> {
    let by_digest: HashMap<Digest, &Scale> =
        scales.iter().map(|(digest, scale)| (*digest, scale.as_ref())).collect();
    let one = |sheet: KeptSheet| tell(by_digest.get(&sheet.pack).copied(), sheet);
    let mut told: Vec<Told> = sheets.into_iter().map(one).collect();
    compare(&mut told);
    told
}

fn tell(scale: Option<&Scale>, sheet: KeptSheet) -> Told {
    let named = scale.map(|scale| scale.definition().label.clone());
    let scored = scale.and_then(|scale| domain::scale::score(scale, &sheet.answers).ok());
    let (figures, criticals) = match (scale, scored) {
        (Some(scale), Some(scored)) => {
            let asked = gravest(&scored.criticals);
            let answers = asked.into_iter().map(|rule| answer(scale, rule, &sheet.answers));
            (figures(scale, &scored), answers.collect())
        }
        // Without its pack a sheet still says what was kept of it when it was scored.
        _ => (kept(&sheet).into_iter().collect(), Vec::new()),
    };
    Told { sheet, scale: named, figures, criticals }
}

fn kept(sheet: &KeptSheet) -> Option<Figure> {
    let code = |code: &String| Label { zh: code.clone(), en: code.clone() };
    let band = sheet.band.as_ref().map(code);
    sheet.total.map(|total| Figure { part: None, score: Some(total), top: None, band, since: None })
}

fn figures(scale: &Scale, scored: &Scored<'_>) -> Vec<Figure> {
    let named = |band: Option<&Band>| band.map(|band| band.label.clone());
    let total = scale.definition().total.as_ref().map(|total| Figure {
        part: None,
        score: scored.total,
        top: Some(total.max),
        band: named(scored.band),
        since: None,
    });
    let parts = scored.subscales.iter().map(|part| Figure {
        part: Some(part.subscale.label.clone()),
        score: part.score,
        top: None,
        band: named(part.band),
        since: None,
    });
    total.into_iter().chain(parts).collect()
}

/// Of the rules that fired the gravest of each item, in the order of items: one answer may meet
/// several, and is one answer.
fn gravest<'a>(fired: &[&'a Critical]) -> Vec<&'a Critical> {
    let mut by_item: BTreeMap<u16, &Critical> = BTreeMap::new();
    for rule in fired.iter().copied() {
        let held = by_item.entry(rule.item).or_insert(rule);
        if rule.flag > held.flag {
            *held = rule;
        }
    }
    by_item.into_values().collect()
}

fn answer(scale: &Scale, rule: &Critical, answers: &[Option<u8>]) -> CriticalAnswer {
    let given = usize::from(rule.item).checked_sub(1).and_then(|place| answers.get(place));
    let given = given.copied().flatten();
    let item = scale.items().iter().find(|item| item.number == rule.item);
    let text = |item: &Item| {
        let (zh, en) = (item.zh.clone()?, item.en.clone()?);
        Some(Label { zh, en })
    };
    let choices = &scale.definition().choices;
    CriticalAnswer {
        number: rule.item,
        question: item.and_then(text),
        answer: given,
        said: choices.iter().find(|one| Some(one.value) == given).map(|one| one.label.clone()),
        rule: rule.label.clone(),
    }
}

/// Sets each figure beside the same one of the sheet before; void sheets are passed over.
fn compare(told: &mut [Told]) {
    let mut before: HashMap<(String, Option<String>), (Digest, Score)> = HashMap::new();
    for one in told.iter_mut().rev().filter(|one| !one.sheet.is_void) {
        for figure in &mut one.figures {
            let Some(score) = figure.score else { continue };
            let part = figure.part.as_ref().map(|part| part.zh.clone());
            let held = before.insert((one.sheet.scale.clone(), part), (one.sheet.pack, score));
            figure.since = Some(match held {
                None => Since::First,
                Some((pack, _)) if pack != one.sheet.pack => Since::OtherVersion,
                Some((_, was)) => {
                    let hundredths = |score: Score| i64::from(score.hundredths());
                    Since::Changed(hundredths(score) - hundredths(was))
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use certs::digest::sha256;
    use jiff::civil::{Date, date};

    use super::*;
    use crate::import::answers::AnswerOutcome;

    fn sheet(day: Date, pack: &[u8], first: u8, ninth: Option<u8>) -> KeptSheet {
        let mut answers = vec![Some(0); 9];
        answers[0] = Some(first);
        answers[8] = ninth;
        KeptSheet {
            scale: "phq-9".to_owned(),
            pack: sha256(pack),
            day,
            handed_in: AnswerOutcome::Answered,
            answers: answers.into(),
            total: Some(Score::whole(7)),
            band: Some("mild".to_owned()),
            tier: None,
            flags: Vec::new(),
            is_void: false,
        }
    }

    fn check(sheets: Vec<KeptSheet>) -> Vec<(Option<String>, Option<Since>, usize)> {
        let scale = || Arc::new(proto::pack::embedded::scale("phq-9").expect("scale"));
        let scales = [(sha256(b"one"), scale()), (sha256(b"two"), scale())];
        let line = |one: &Told| {
            let total = one.figures.iter().find(|figure| figure.part.is_none());
            let score = total.and_then(|total| total.score).map(|score| score.to_string());
            (score, total.and_then(|total| total.since), one.criticals.len())
        };
        told(sheets, &scales).iter().map(line).collect()
    }

    /// Each sheet is set beside the one before it by the same version of the scale; a void one is
    /// passed over, and another version is not compared.
    #[test]
    fn figures_are_compared_by_one_version_of_the_scale() {
        let void = KeptSheet { is_void: true, ..sheet(date(2025, 3, 4), b"one", 3, Some(0)) };
        let seen = check(vec![
            sheet(date(2025, 11, 4), b"two", 1, Some(0)),
            sheet(date(2025, 10, 9), b"one", 2, Some(3)),
            void,
            sheet(date(2024, 10, 8), b"one", 1, Some(0)),
        ]);
        let total = |text: &str| Some(text.to_owned());
        assert_eq!(
            seen,
            [
                (total("1"), Some(Since::OtherVersion), 0),
                (total("5"), Some(Since::Changed(400)), 1),
                (total("3"), None, 0),
                (total("1"), Some(Since::First), 0),
            ]
        );
    }

    /// A critical answer is told with its question and what was answered, in both languages; a
    /// pack that is gone leaves what was kept of the sheet.
    #[test]
    fn a_critical_answer_is_told_in_words() {
        let scale = Arc::new(proto::pack::embedded::scale("phq-9").expect("scale"));
        let sheets = vec![
            sheet(date(2025, 10, 9), b"one", 0, Some(2)),
            sheet(date(2025, 10, 9), b"gone", 0, Some(2)),
        ];
        let told = told(sheets, &[(sha256(b"one"), scale)]);
        let critical = &told[0].criticals[0];
        assert_eq!((critical.number, critical.answer), (9, Some(2)));
        let question = critical.question.as_ref().expect("text");
        assert!(question.zh.contains("伤害") && question.en.contains("hurting"));
        assert!(critical.said.as_ref().is_some_and(|said| said.en.contains("half")));
        let gone = &told[1];
        assert!(gone.scale.is_none() && gone.criticals.is_empty());
        assert_eq!(gone.figures[0].score, Some(Score::whole(7)));
    }
}
