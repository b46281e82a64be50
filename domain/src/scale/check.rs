//! Checks that make a scale definition a [`Scale`].
//!
//! Every mistake is a [`Flaw`] that names the key. The last check scores the pack's own known
//! answers, so that a pack and a build that disagree are found before anybody is screened.

use super::{
    Band, ChineseText, Item, LicenceStatus, Method, Rule, Scale, ScaleDefinition, Score, Total,
    Trigger, Validity, Vector, score,
};
use crate::catalogue::flaw::refuse_duplicates;
use crate::catalogue::{Flaw, FlawKind};

/// Most items of a scale.
pub const ITEMS_MAX: usize = 300;

impl Scale {
    /// Checks a definition and runs its known answers.
    ///
    /// # Errors
    /// The first mistake found, with its key.
    pub fn new(definition: ScaleDefinition) -> Result<Self, Flaw> {
        check_id(&definition)?;
        check_items(&definition.items)?;
        check_rights(&definition)?;
        if let Some(total) = &definition.total {
            check_total(total, &definition.items)?;
        }
        let ids = definition.subscales.iter().map(|part| part.id.as_str());
        refuse_duplicates("subscale id", ids)?;
        for part in &definition.subscales {
            let key = format!("subscale {}", part.id);
            check_rule(&part.rule, &definition.items).map_err(|flaw| flaw.within(&key))?;
        }
        check_criticals(&definition)?;
        if let Some(validity) = &definition.validity {
            check_validity(validity, &definition.items)?;
        }
        let scale = Self(definition);
        for vector in &scale.0.vectors {
            check_vector(&scale, vector)
                .map_err(|flaw| flaw.within(&format!("vector {:?}", vector.name)))?;
        }
        Ok(scale)
    }
}

fn check_id(definition: &ScaleDefinition) -> Result<(), Flaw> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let id = &definition.id;
    if id.is_empty() || id.len() > 40 || !id.chars().all(plain) {
        let expected = "1 to 40 lower-case letters, digits or hyphens";
        return Err(Flaw::new(FlawKind::Form, "id", format!("{id:?}"), expected));
    }
    if definition.age_min > definition.age_max {
        let wrong = format!("{} is above age_max", definition.age_min);
        return Err(Flaw::new(FlawKind::Range, "age_min", wrong, "age_min up to age_max"));
    }
    let choices = definition.choices.iter().map(|choice| choice.value.to_string());
    let choices: Vec<String> = choices.collect();
    refuse_duplicates("option value", choices.iter().map(String::as_str))
}

fn check_items(items: &[Item]) -> Result<(), Flaw> {
    if items.is_empty() || items.len() > ITEMS_MAX {
        let wrong = format!("{} items", items.len());
        let expected = format!("1 to {ITEMS_MAX}");
        return Err(Flaw::new(FlawKind::Range, "item_count", wrong, expected));
    }
    for (place, item) in items.iter().enumerate() {
        if usize::from(item.number) != place + 1 {
            let wrong = format!("item {} stands at place {}", item.number, place + 1);
            return Err(Flaw::new(FlawKind::Range, "item n", wrong, "numbers 1, 2, 3 in order"));
        }
        if item.answer_min >= item.answer_max || item.answer_max > 100 {
            let key = format!("item {}, answer_min", item.number);
            let wrong = format!("{} to {}", item.answer_min, item.answer_max);
            return Err(Flaw::new(FlawKind::Range, key, wrong, "a lower and a higher answer"));
        }
    }
    refuse_duplicates("item code", items.iter().map(|item| item.code.as_str()))
}

fn check_rights(definition: &ScaleDefinition) -> Result<(), Flaw> {
    let text = &definition.text;
    let usable = matches!(text.chinese, ChineseText::Published | ChineseText::Licensed);
    let conflict = |wrong: &str, expected: &str| {
        Err(Flaw::new(FlawKind::Conflict, "text screening_use_zh", wrong, expected))
    };
    if !text.screening_use_zh {
        return Ok(());
    }
    if definition.demonstration {
        return conflict("true in a demonstration pack", "false");
    }
    if !usable {
        return conflict("true without such a text", "zh = published-translation or licensed");
    }
    let open =
        matches!(definition.licence.status, LicenceStatus::Free | LicenceStatus::FreeNoncommercial);
    if !open && text.chinese != ChineseText::Licensed {
        return conflict("true although the licence is not free", "zh = licensed");
    }
    Ok(())
}

fn find(items: &[Item], number: u16) -> Result<&Item, Flaw> {
    usize::from(number).checked_sub(1).and_then(|place| items.get(place)).ok_or_else(|| {
        let expected = format!("an item number from 1 to {}", items.len());
        Flaw::new(FlawKind::Range, "items", format!("item {number}"), expected)
    })
}

fn check_rule(rule: &Rule, items: &[Item]) -> Result<(), Flaw> {
    if rule.items.is_empty() {
        return Err(Flaw::new(FlawKind::Missing, "items", "no item", "one item at least"));
    }
    let numbers: Vec<String> = rule.items.iter().map(u16::to_string).collect();
    refuse_duplicates("items", numbers.iter().map(String::as_str))?;
    if rule.multiply == 0 {
        return Err(Flaw::new(FlawKind::Range, "multiply", "0", "1 or more"));
    }
    if usize::from(rule.missing_max) >= rule.items.len() {
        let wrong = format!("{} of {} items", rule.missing_max, rule.items.len());
        return Err(Flaw::new(FlawKind::Range, "max_missing", wrong, "fewer blanks than items"));
    }
    let range = range(rule, items)?;
    if let Some(cut_off) = rule.cut_off
        && (cut_off < range.0 || cut_off > range.1)
    {
        let expected = format!("a score from {} to {}", range.0, range.1);
        return Err(Flaw::new(FlawKind::Range, "cut_off", cut_off.to_string(), expected));
    }
    check_bands(&rule.bands, rule.method, range)
}

/// The lowest and the highest score that a rule can give.
fn range(rule: &Rule, items: &[Item]) -> Result<(Score, Score), Flaw> {
    let (mut low, mut high) = (0_u32, 0_u32);
    for number in &rule.items {
        let item = find(items, *number)?;
        low += u32::from(item.answer_min);
        high += u32::from(item.answer_max);
    }
    let count = u32::try_from(rule.items.len()).unwrap_or(u32::MAX);
    let factor = u32::from(rule.multiply);
    Ok(match rule.method {
        Method::Sum => (Score::whole(low * factor), Score::whole(high * factor)),
        Method::Mean => {
            let mean = |sum: u32| Score::from_hundredths(sum * factor * 100 / count.max(1));
            (mean(low), mean(high))
        }
        Method::Equals(_) => (Score::whole(0), Score::whole(count * factor)),
    })
}

fn check_bands(bands: &[Band], method: Method, range: (Score, Score)) -> Result<(), Flaw> {
    let (Some(first), Some(last)) = (bands.first(), bands.last()) else {
        return Ok(());
    };
    refuse_duplicates("band code", bands.iter().map(|band| band.code.as_str()))?;
    let step = if method == Method::Mean { 1 } else { 100 };
    for band in bands {
        if band.min > band.max {
            let key = format!("band {}", band.code);
            let wrong = format!("{} to {}", band.min, band.max);
            return Err(Flaw::new(FlawKind::Range, key, wrong, "min up to max"));
        }
    }
    for (band, next) in bands.iter().zip(bands.iter().skip(1)) {
        let expected = Score::from_hundredths(band.max.hundredths() + step);
        let kind = match next.min.cmp(&expected) {
            std::cmp::Ordering::Equal => continue,
            std::cmp::Ordering::Less => FlawKind::Overlap,
            std::cmp::Ordering::Greater => FlawKind::Gap,
        };
        let key = format!("band {}, min", next.code);
        let wrong = format!("{} after a band that ends at {}", next.min, band.max);
        return Err(Flaw::new(kind, key, wrong, expected.to_string()));
    }
    if (first.min, last.max) != range {
        let wrong = format!("bands from {} to {}", first.min, last.max);
        let expected = format!("the whole range from {} to {}", range.0, range.1);
        return Err(Flaw::new(FlawKind::Gap, "band", wrong, expected));
    }
    Ok(())
}

fn check_total(total: &Total, items: &[Item]) -> Result<(), Flaw> {
    check_rule(&total.rule, items).map_err(|flaw| flaw.within("total"))?;
    let range = range(&total.rule, items)?;
    if (total.min, total.max) == range {
        return Ok(());
    }
    let wrong = format!("{} to {}", total.min, total.max);
    let expected = format!("{} to {}, as the items give", range.0, range.1);
    Err(Flaw::new(FlawKind::Range, "total min", wrong, expected))
}

fn check_criticals(definition: &ScaleDefinition) -> Result<(), Flaw> {
    for rule in &definition.criticals {
        let key = format!("critical item {}", rule.item);
        let item = find(&definition.items, rule.item).map_err(|flaw| flaw.within(&key))?;
        let (Trigger::AtLeast(value) | Trigger::Equals(value)) = rule.trigger;
        if value < item.answer_min || value > item.answer_max {
            let expected = format!("an answer from {} to {}", item.answer_min, item.answer_max);
            return Err(Flaw::new(FlawKind::Range, key, format!("answer {value}"), expected));
        }
        if rule.trigger == Trigger::AtLeast(item.answer_min) {
            let expected = "an answer above the lowest, or the rule fires for everybody";
            return Err(Flaw::new(FlawKind::Range, key, format!("answer {value}"), expected));
        }
    }
    Ok(())
}

fn check_validity(validity: &Validity, items: &[Item]) -> Result<(), Flaw> {
    let mut highest = 0_u16;
    for number in &validity.items {
        let item = find(items, *number).map_err(|flaw| flaw.within("validity"))?;
        highest += u16::from(item.answer_max);
    }
    if validity.invalid_at_least == 0 || validity.invalid_at_least > highest {
        let wrong = validity.invalid_at_least.to_string();
        let expected = format!("1 to {highest}");
        let key = "validity, invalid_at_least";
        return Err(Flaw::new(FlawKind::Range, key, wrong, expected));
    }
    Ok(())
}

/// Compares one figure of a known answer with what the rules give.
fn agree<T>(key: &str, found: &T, known: &T) -> Result<(), Flaw>
where
    T: PartialEq + std::fmt::Debug,
{
    if found == known {
        return Ok(());
    }
    let (wrong, expected) = (format!("the rules give {found:?}"), format!("{known:?}"));
    Err(Flaw::new(FlawKind::Vector, key, wrong, expected))
}

fn check_vector(scale: &Scale, vector: &Vector) -> Result<(), Flaw> {
    let scored = score(scale, &vector.answers).map_err(|error| {
        Flaw::new(FlawKind::Vector, "answers", error.to_string(), "one possible answer an item")
    })?;
    agree("total", &scored.total, &vector.total)?;
    let band = scored.band.map(|band| band.code.as_str());
    agree("band", &band, &vector.band.as_deref())?;
    let flags: Vec<_> = scored.criticals.iter().map(|rule| rule.flag).collect();
    agree("flags", &flags, &vector.flags)?;
    if vector.validity.is_some() {
        agree("validity", &scored.validity, &vector.validity)?;
    }
    if let Some(valid) = vector.valid {
        agree("valid", &scored.valid, &valid)?;
    }
    let part = |id: &str| {
        scored.subscales.iter().find(|part| part.subscale.id == id).ok_or_else(|| {
            let wrong = format!("subscale {id}");
            Flaw::new(FlawKind::Unknown, "subscales", wrong, "a subscale of the scale")
        })
    };
    for (id, known) in &vector.subscales {
        agree(&format!("subscales {id}"), &part(id)?.score, known)?;
    }
    for (id, known) in &vector.subscale_bands {
        let found = part(id)?.band.map(|band| band.code.as_str());
        agree(&format!("subscale_bands {id}"), &found, &Some(known.as_str()))?;
    }
    Ok(())
}
