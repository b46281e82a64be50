//! Scores: a questionnaire's total, band and flags on a day. An answer to an item has no place.

use serde_json::{Value, json};

use super::FhirError;
use super::json::{all, list, object, own, own_name, reference, text, the_day};
use super::record::Addresses;
use crate::ledger::referral::Score;

/// In front of the id of a scale.
const SCALE: &str = "scale:";

/// The total of a scale as a response of which only the sums are told.
pub(super) fn write(score: &Score, to: &Addresses) -> Result<Value, FhirError> {
    let total = score.total.map(decimal).transpose()?.unwrap_or(Value::Null);
    let items = [
        item(("total", "总分"), ("valueDecimal", total)),
        item(("band", "等级"), ("valueString", json!(score.band.as_deref().unwrap_or_default()))),
        item(("flags", "标记"), ("valueString", json!(score.flags))),
    ];
    Ok(object([
        ("resourceType", json!("QuestionnaireResponse")),
        ("questionnaire", json!(own(&format!("{SCALE}{}", score.scale)))),
        ("status", json!("completed")),
        ("subject", reference(&to.patient)),
        ("authored", json!(score.day.to_string())),
        ("item", list(items)),
    ]))
}

fn item((link, label): (&str, &str), (kind, value): (&str, Value)) -> Value {
    let answer = list([object([(kind, value)])]);
    match answer.as_array().is_some_and(Vec::is_empty) {
        true => Value::Null,
        false => json!({ "linkId": link, "text": label, "answer": answer }),
    }
}

/// Hundredths as a decimal number. It is read from its digits, so that no sum is bent.
fn decimal(hundredths: i64) -> Result<Value, FhirError> {
    let (whole, rest) = (hundredths / 100, (hundredths % 100).abs());
    if rest == 0 {
        return Ok(json!(whole));
    }
    let sign = if hundredths < 0 { "-" } else { "" };
    let digits = format!("{sign}{}.{rest:02}", whole.abs());
    serde_json::from_str(&digits).map_err(|_| FhirError::Field("total"))
}

/// Reads a score.
pub(super) fn read(response: &Value) -> Result<Score, FhirError> {
    let named = own_name(text(response, "/questionnaire")).and_then(|id| id.strip_prefix(SCALE));
    let answer = |link: &str, kind: &str| {
        let mut items = all(response, "/item").iter();
        let found = items.find(|one| text(one, "/linkId") == link);
        found.and_then(|one| one.pointer(&format!("/answer/0/{kind}")))
    };
    let said = |link: &str| answer(link, "valueString").and_then(Value::as_str).map(str::to_owned);
    let total = answer("total", "valueDecimal").map(hundredths).transpose()?;
    Ok(Score {
        scale: named.ok_or(FhirError::Field("questionnaire"))?.to_owned(),
        day: the_day(text(response, "/authored"), "authored")?,
        total,
        band: said("band"),
        flags: said("flags").unwrap_or_default(),
    })
}

fn hundredths(total: &Value) -> Result<i64, FhirError> {
    let wrong = FhirError::Field("total");
    let digits = total.as_number().ok_or(wrong)?.to_string();
    let (is_less, digits) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.as_str()),
    };
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
    let rest = match rest.len() {
        1 => format!("{rest}0"),
        _ => rest.to_owned(),
    };
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if rest.len() != 2 || !plain(whole) || !plain(&rest) {
        return Err(wrong);
    }
    let (whole, rest): (i64, i64) =
        (whole.parse().map_err(|_| wrong)?, rest.parse().map_err(|_| wrong)?);
    let sum = whole.checked_mul(100).and_then(|whole| whole.checked_add(rest)).ok_or(wrong)?;
    Ok(if is_less { -sum } else { sum })
}
