//! How a pack says that answers become scores and bands: its total and its subscales.

use domain::catalogue::{Flaw, FlawKind};
use domain::scale::{Band, Direction, Method, Rule, Score, Subscale, Total, UnknownWord};

use super::label;
use super::raw::{RawBand, RawDirection, RawMethod, RawNumber, RawSubscale, RawTotal};

pub(super) fn score(key: &str, raw: RawNumber) -> Result<Score, Flaw> {
    match raw {
        RawNumber::Whole(value) if value <= 100_000 => Ok(Score::whole(value)),
        RawNumber::Decimal(value) => decimal(value).ok_or(value.to_string()),
        RawNumber::Whole(value) => Err(value.to_string()),
    }
    .map_err(|wrong| {
        let expected = "a number from 0 to 100000 with two decimals at most";
        Flaw::new(FlawKind::Form, key, wrong, expected)
    })
}

/// Hundredths of a number that has two decimals at most.
fn decimal(value: f64) -> Option<Score> {
    let text = format!("{value:.2}");
    let exact = text.parse::<f64>().is_ok_and(|back| (back - value).abs() < 1e-9);
    let (whole, part) = text.split_once('.')?;
    let whole: u32 = whole.parse().ok().filter(|whole| *whole <= 100_000)?;
    exact.then_some(Score::from_hundredths(whole * 100 + part.parse::<u32>().ok()?))
}

fn method(key: &str, raw: RawMethod, value: Option<u8>) -> Result<Method, Flaw> {
    match (raw, value) {
        (RawMethod::Sum, None) => Ok(Method::Sum),
        (RawMethod::Mean, None) => Ok(Method::Mean),
        (RawMethod::Equals, Some(value)) => Ok(Method::Equals(value)),
        _ => {
            let key = format!("{key}, value");
            let expected = "a value with method equals, and none with another";
            Err(Flaw::new(FlawKind::Conflict, key, "method and value do not fit", expected))
        }
    }
}

fn bands(place: &str, raw: Vec<RawBand>) -> Result<Vec<Band>, Flaw> {
    let band = |raw: RawBand| {
        let key = format!("{place} band {}", raw.code);
        let tier = raw.suggested_tier.map(|word| {
            word.parse().map_err(|error: UnknownWord| {
                let key = format!("{key}, suggested_tier");
                Flaw::new(FlawKind::Unknown, key, word, error.0)
            })
        });
        Ok(Band {
            min: score(&format!("{key}, min"), raw.min)?,
            max: score(&format!("{key}, max"), raw.max)?,
            label: label(&key, raw.zh, raw.en)?,
            tier: tier.transpose()?,
            code: raw.code,
        })
    };
    raw.into_iter().map(band).collect()
}

pub(super) fn total(
    raw: Option<RawTotal>,
    items: Vec<u16>,
    raw_bands: Vec<RawBand>,
) -> Result<Option<Total>, Flaw> {
    let Some(raw) = raw else {
        if items.is_empty() && raw_bands.is_empty() {
            return Ok(None);
        }
        let wrong = "scored_items or bands without a total";
        return Err(Flaw::new(FlawKind::Missing, "total", wrong, "a [total]"));
    };
    Ok(Some(Total {
        min: score("total, min", raw.min)?,
        max: score("total, max", raw.max)?,
        direction: match raw.direction {
            RawDirection::HigherIsWorse => Direction::HigherIsWorse,
            RawDirection::HigherIsBetter => Direction::HigherIsBetter,
        },
        note: raw.note,
        rule: Rule {
            items,
            method: method("total", raw.method, raw.value)?,
            multiply: raw.multiply,
            missing_max: raw.max_missing,
            cut_off: raw.cut_off.map(|raw| score("total, cut_off", raw)).transpose()?,
            bands: bands("total", raw_bands)?,
        },
    }))
}

pub(super) fn subscale(raw: RawSubscale) -> Result<Subscale, Flaw> {
    let place = format!("subscale {}", raw.id);
    Ok(Subscale {
        label: label(&place, raw.zh, raw.en)?,
        rule: Rule {
            items: raw.items,
            method: method(&place, raw.method, raw.value)?,
            multiply: raw.multiply,
            missing_max: raw.max_missing,
            cut_off: raw.cut_off.map(|raw| score(&place, raw)).transpose()?,
            bands: bands(&place, raw.bands)?,
        },
        id: raw.id,
    })
}
