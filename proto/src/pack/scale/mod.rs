//! Scale packs: TOML into a checked [`Scale`].
//!
//! The raw forms below are the pack's schema. Items that the pack does not list are made from
//! `item_count`, so that a scale whose text may not be carried can still be scored; a column of
//! an answers file is called `q1`, `q2` ... unless the item says otherwise.

pub(super) mod raw;
mod rules;

use std::collections::BTreeMap;

use domain::catalogue::{Flaw, FlawKind, Label};
use domain::scale::{
    ChineseText, Choice, Critical, Flag, Item, Licence, LicenceStatus, Respondent, Scale,
    ScaleDefinition, Score, TextStatus, Trigger, UnknownWord, Validity, Vector,
};

use self::raw::{
    RawChinese, RawCritical, RawEnglish, RawLicence, RawMethod, RawOption, RawRespondent, RawScale,
    RawScore, RawStatus, RawText, RawValidity, RawVector,
};
use self::rules::{score, subscale, total};
use super::{PackError, check_schema, parse};

/// Form of scale packs that this version reads.
pub const SCHEMA: &str = "scale/1";
/// How a vector writes a score that cannot be found.
const UNSCORED: &str = "unscored";

/// Reads a scale.
///
/// # Errors
/// A form that is not [`SCHEMA`]'s, or the first mistake that [`Scale::new`] finds, a known
/// answer that does not come out among them.
pub fn read(pack: &str, bytes: &[u8]) -> Result<Scale, PackError> {
    let raw: RawScale = parse(pack, bytes)?;
    check_schema(pack, &raw.schema, SCHEMA)?;
    definition(raw).and_then(Scale::new).map_err(|flaw| PackError::content(pack, flaw))
}

fn definition(raw: RawScale) -> Result<ScaleDefinition, Flaw> {
    let items = items(&raw)?;
    let vectors = raw.vectors.into_iter().map(|raw| {
        let place = format!("vector {:?}", raw.name);
        vector(raw).map_err(|flaw| flaw.within(&place))
    });
    let vectors = vectors.collect::<Result<_, _>>()?;
    let choice =
        |raw: RawOption| Ok(Choice { value: raw.value, label: label("option", raw.zh, raw.en)? });
    Ok(ScaleDefinition {
        id: raw.id,
        revision: raw.revision,
        label: label("scale", raw.zh, raw.en)?,
        aliases: raw.aliases,
        demonstration: raw.demonstration,
        citation: raw.citation,
        respondent: match raw.respondent {
            RawRespondent::SelfReport => Respondent::SelfReport,
            RawRespondent::Interviewer => Respondent::Interviewer,
        },
        age_min: raw.age_min,
        age_max: raw.age_max,
        age_note: raw.age_note,
        recall_days: raw.recall_days,
        licence: licence(raw.licence),
        text: text_status(raw.text),
        stem: raw.stem.map(|stem| label("stem", stem.zh, stem.en)).transpose()?,
        choices: raw.options.into_iter().map(choice).collect::<Result<_, Flaw>>()?,
        items,
        total: total(raw.total, raw.scored_items, raw.bands)?,
        subscales: raw.subscales.into_iter().map(subscale).collect::<Result<_, _>>()?,
        criticals: raw.criticals.into_iter().map(critical).collect::<Result<_, _>>()?,
        validity: raw.validity.map(validity).transpose()?,
        vectors,
        open_questions: raw.open.map(|open| open.questions).unwrap_or_default(),
    })
}

fn label(place: &str, zh: String, en: String) -> Result<Label, Flaw> {
    for (key, text) in [("zh", &zh), ("en", &en)] {
        if text.trim().is_empty() {
            let key = format!("{place}, {key}");
            return Err(Flaw::new(FlawKind::Missing, key, "no text", "a text in zh and en"));
        }
    }
    Ok(Label { zh, en })
}

fn licence(raw: RawLicence) -> Licence {
    let status = match raw.status {
        RawStatus::Free => LicenceStatus::Free,
        RawStatus::FreeNoncommercial => LicenceStatus::FreeNoncommercial,
        RawStatus::Restricted => LicenceStatus::Restricted,
        RawStatus::Unclear => LicenceStatus::Unclear,
    };
    Licence { status, holder: raw.holder, terms: raw.terms, evidence: raw.evidence }
}

fn text_status(raw: RawText) -> TextStatus {
    TextStatus {
        english: raw.en == RawEnglish::Full,
        chinese: match raw.zh {
            RawChinese::PublishedTranslation => ChineseText::Published,
            RawChinese::Licensed => ChineseText::Licensed,
            RawChinese::WorkingUnvalidated => ChineseText::Unvalidated,
            RawChinese::None => ChineseText::None,
        },
        screening_use_zh: raw.screening_use_zh,
        note: raw.note,
    }
}

/// Items 1 to `item_count`, with what the pack says about some of them.
fn items(raw: &RawScale) -> Result<Vec<Item>, Flaw> {
    let known = 1..=raw.item_count;
    let range = |key: &str, number: u16| {
        let expected = format!("an item number from 1 to {}", raw.item_count);
        Err(Flaw::new(FlawKind::Range, key, format!("item {number}"), expected))
    };
    if let Some(number) = raw.reverse_items.iter().find(|number| !known.contains(number)) {
        return range("reverse_items", *number);
    }
    let mut listed = BTreeMap::new();
    for item in &raw.items {
        if !known.contains(&item.n) {
            return range("item n", item.n);
        }
        if listed.insert(item.n, item).is_some() {
            let wrong = format!("{} is given twice", item.n);
            return Err(Flaw::new(FlawKind::Duplicate, "item n", wrong, "each once"));
        }
    }
    let item = |number: u16| {
        let said = listed.get(&number);
        Item {
            number,
            code: said.and_then(|raw| raw.code.clone()).unwrap_or_else(|| format!("q{number}")),
            reverse: raw.reverse_items.contains(&number),
            answer_min: said.and_then(|raw| raw.answer_min).unwrap_or(raw.answer_min),
            answer_max: said.and_then(|raw| raw.answer_max).unwrap_or(raw.answer_max),
            zh: said.and_then(|raw| raw.zh.clone()),
            en: said.and_then(|raw| raw.en.clone()),
        }
    };
    Ok(known.map(item).collect())
}

fn critical(raw: RawCritical) -> Result<Critical, Flaw> {
    let place = format!("critical item {}", raw.item);
    let trigger = match (raw.answer_at_least, raw.answer_equals) {
        (Some(bound), None) => Trigger::AtLeast(bound),
        (None, Some(value)) => Trigger::Equals(value),
        _ => {
            let expected = "either answer_at_least or answer_equals";
            return Err(Flaw::new(FlawKind::Conflict, place, "both or neither", expected));
        }
    };
    if !raw.regardless_of_total {
        let key = format!("{place}, regardless_of_total");
        let expected = "true: a critical item fires whatever the total is";
        return Err(Flaw::new(FlawKind::Conflict, key, "false", expected));
    }
    Ok(Critical {
        item: raw.item,
        trigger,
        flag: flag(&place, &raw.flag)?,
        deadline_minutes: raw.deadline_minutes,
        label: label(&place, raw.zh, raw.en)?,
    })
}

fn flag(place: &str, word: &str) -> Result<Flag, Flaw> {
    word.parse().map_err(|error: UnknownWord| {
        Flaw::new(FlawKind::Unknown, format!("{place}, flag"), word, error.0)
    })
}

fn validity(raw: RawValidity) -> Result<Validity, Flaw> {
    if raw.method != RawMethod::Sum {
        let wrong = "another method";
        return Err(Flaw::new(FlawKind::Unknown, "validity, method", wrong, "sum"));
    }
    Ok(Validity {
        items: raw.items,
        invalid_at_least: raw.invalid_at_least,
        label: label("validity", raw.zh, raw.en)?,
    })
}

fn known_score(key: &str, raw: RawScore) -> Result<Option<Score>, Flaw> {
    match raw {
        RawScore::Number(number) => score(key, number).map(Some),
        RawScore::Word(word) if word == UNSCORED => Ok(None),
        RawScore::Word(word) => {
            Err(Flaw::new(FlawKind::Form, key, word, "a score or \"unscored\""))
        }
    }
}

fn vector(raw: RawVector) -> Result<Vector, Flaw> {
    let answer = |value: i16| match u8::try_from(value) {
        Ok(answer) => Ok(Some(answer)),
        Err(_) if value == -1 => Ok(None),
        Err(_) => {
            let expected = "an answer, or -1 for a blank";
            Err(Flaw::new(FlawKind::Range, "answers", value.to_string(), expected))
        }
    };
    let subscales = raw.subscales.into_iter().map(|(id, raw)| {
        let known = known_score(&format!("subscales {id}"), raw)?;
        Ok((id, known))
    });
    Ok(Vector {
        name: raw.name,
        answers: raw.answers.into_iter().map(answer).collect::<Result<_, _>>()?,
        total: raw.total.map_or(Ok(None), |raw| known_score("total", raw))?,
        band: Some(raw.band).filter(|band| !band.is_empty() && band != UNSCORED),
        flags: raw.flags.iter().map(|word| flag("vector", word)).collect::<Result<_, _>>()?,
        subscales: subscales.collect::<Result<_, Flaw>>()?,
        subscale_bands: raw.subscale_bands.into_iter().collect(),
        validity: raw.validity,
        valid: raw.valid,
    })
}
