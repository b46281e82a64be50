//! Scoring of one sheet of answers.
//!
//! A blank is never a 0: a rule with more blanks than it allows is unscored. Critical items are
//! looked at first and apart, so that no other outcome can silence them.

use super::score::Exact;
use super::{Band, Critical, Method, Rule, Scale, Score, Subscale, Tier, Trigger, Validity};

/// What one sheet gave. It is about one person, so it has no `Debug`.
pub struct Scored<'a> {
    /// Total; `None` where it is unscored or the scale has none.
    pub total: Option<Score>,
    /// Band of the total.
    pub band: Option<&'a Band>,
    /// Worst tier that any band suggests; `None` where none could be found or the sheet is void.
    pub tier: Option<Tier>,
    /// Critical rules that fired, in rule order, each as often as it is a rule.
    pub criticals: Vec<&'a Critical>,
    /// Subscales in the order of the pack.
    pub subscales: Vec<SubscaleScore<'a>>,
    /// Sum of the validity items; `None` without such items or with one of them blank.
    pub validity: Option<u16>,
    /// False where the validity items void the sheet, or cannot rule that out.
    pub valid: bool,
    /// Whether every figure that the scale is read by could be scored, on a valid sheet.
    pub complete: bool,
}

/// One subscale of one sheet.
pub struct SubscaleScore<'a> {
    /// Which subscale.
    pub subscale: &'a Subscale,
    /// Its score; `None` where it is unscored.
    pub score: Option<Score>,
    /// Its band.
    pub band: Option<&'a Band>,
    /// Whether the score reaches the cut-off; `None` without score or cut-off.
    pub high: Option<bool>,
}

/// Why a sheet cannot be scored at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// Not one answer an item.
    #[error("{found} answers given, the scale has {expected} items")]
    Count {
        /// Items of the scale.
        expected: usize,
        /// Answers given.
        found: usize,
    },
    /// An answer that the item does not offer.
    #[error("the answer to item {item} is outside {min} to {max}")]
    Range {
        /// Item number.
        item: u16,
        /// Lowest answer of the item.
        min: u8,
        /// Highest answer of the item.
        max: u8,
    },
}

/// Scores a sheet; answers in item order, `None` for a blank.
///
/// # Errors
/// Another number of answers than items, or an answer outside its item's range.
pub fn score<'a>(scale: &'a Scale, answers: &[Option<u8>]) -> Result<Scored<'a>, AnswerError> {
    let sheet = Sheet::new(scale, answers)?;
    let definition = scale.definition();
    let criticals = definition.criticals.iter().filter(|rule| sheet.fires(rule)).collect();
    let subscales: Vec<_> = definition.subscales.iter().map(|part| sheet.subscale(part)).collect();
    let total = definition.total.as_ref().map(|total| sheet.result(&total.rule));
    let (total_score, band) = total.unwrap_or((None, None));
    let (validity, valid) = match &definition.validity {
        Some(items) => sheet.validity(items),
        None => (None, true),
    };
    let tiers = band.into_iter().chain(subscales.iter().filter_map(|part| part.band));
    let tier = if valid { tiers.filter_map(|band| band.tier).max() } else { None };
    let banded = |part: &SubscaleScore<'_>| !part.subscale.rule.bands.is_empty();
    let read = match total {
        Some((found, _)) => found.is_some(),
        None => subscales.iter().filter(|part| banded(part)).all(|part| part.score.is_some()),
    };
    Ok(Scored {
        total: total_score,
        band,
        tier,
        criticals,
        subscales,
        validity,
        valid,
        complete: valid && read,
    })
}

/// Answers that were checked against the items they belong to.
struct Sheet<'s> {
    scale: &'s Scale,
    answers: &'s [Option<u8>],
}

impl<'s> Sheet<'s> {
    fn new(scale: &'s Scale, answers: &'s [Option<u8>]) -> Result<Self, AnswerError> {
        let items = scale.items();
        if answers.len() != items.len() {
            return Err(AnswerError::Count { expected: items.len(), found: answers.len() });
        }
        for (item, answer) in items.iter().zip(answers) {
            let (min, max) = (item.answer_min, item.answer_max);
            if answer.is_some_and(|given| given < min || given > max) {
                return Err(AnswerError::Range { item: item.number, min, max });
            }
        }
        Ok(Self { scale, answers })
    }

    /// The answer as it was given.
    fn raw(&self, number: u16) -> Option<u8> {
        let place = usize::from(number).checked_sub(1)?;
        self.answers.get(place).copied().flatten()
    }

    /// The answer as it counts, turned round for reversed items.
    fn counted(&self, number: u16) -> Option<u64> {
        let answer = self.raw(number)?;
        let item = self.scale.items().get(usize::from(number).checked_sub(1)?)?;
        let turned = (item.answer_min + item.answer_max).saturating_sub(answer);
        Some(u64::from(if item.reverse { turned } else { answer }))
    }

    fn fires(&self, rule: &Critical) -> bool {
        self.raw(rule.item).is_some_and(|answer| match rule.trigger {
            Trigger::AtLeast(bound) => answer >= bound,
            Trigger::Equals(value) => answer == value,
        })
    }

    /// Score of a rule before rounding; `None` where too much is blank.
    fn exact(&self, rule: &Rule) -> Option<Exact> {
        let items = rule.items.len() as u64;
        let given: Vec<u16> =
            rule.items.iter().copied().filter(|number| self.raw(*number).is_some()).collect();
        let answered = given.len() as u64;
        if answered == 0 || items - answered > u64::from(rule.missing_max) {
            return None;
        }
        let sum: u64 = given.iter().filter_map(|number| self.counted(*number)).sum();
        let factor = u64::from(rule.multiply);
        Some(match rule.method {
            Method::Sum => Exact::whole(prorated(sum, items, answered) * factor),
            Method::Mean => Exact { numerator: sum * factor, denominator: answered },
            Method::Equals(value) => {
                let equal = given.iter().filter(|number| self.raw(**number) == Some(value));
                Exact::whole(equal.count() as u64 * factor)
            }
        })
    }

    fn result<'r>(&self, rule: &'r Rule) -> (Option<Score>, Option<&'r Band>) {
        match self.exact(rule) {
            Some(exact) => {
                let band = rule.bands.iter().rfind(|band| exact.reaches(band.min));
                (Some(exact.rounded()), band)
            }
            None => (None, None),
        }
    }

    fn subscale<'r>(&self, subscale: &'r Subscale) -> SubscaleScore<'r> {
        let (score, band) = self.result(&subscale.rule);
        let high = self
            .exact(&subscale.rule)
            .zip(subscale.rule.cut_off)
            .map(|(exact, cut_off)| exact.reaches(cut_off));
        SubscaleScore { subscale, score, band, high }
    }

    /// Sum of the validity items and whether the sheet counts.
    ///
    /// A blank leaves the sum unknown; the sheet still counts where no answer to the blanks
    /// could have reached the limit.
    fn validity(&self, rule: &Validity) -> (Option<u16>, bool) {
        let highest = |number: u16| {
            let place = usize::from(number).checked_sub(1);
            let item = place.and_then(|place| self.scale.items().get(place));
            item.map_or(0, |item| u16::from(item.answer_max))
        };
        let given = rule.items.iter().filter_map(|number| self.raw(*number));
        let known: u16 = given.map(u16::from).sum();
        let blank: Vec<u16> =
            rule.items.iter().copied().filter(|number| self.raw(*number).is_none()).collect();
        let possible = known + blank.iter().map(|number| highest(*number)).sum::<u16>();
        let sum = blank.is_empty().then_some(known);
        (sum, possible < rule.invalid_at_least)
    }
}

/// A sum over the answered items, brought up to all items and rounded half up.
fn prorated(sum: u64, items: u64, answered: u64) -> u64 {
    (2 * sum * items + answered) / (2 * answered)
}
