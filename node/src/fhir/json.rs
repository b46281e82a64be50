//! Pieces of FHIR in JSON: what is empty is left out, as the format asks, and what is not there
//! reads as empty.
//!
//! A text that says nothing and a text that is absent are one and the same here, as they are to
//! whoever reads a referral.

use domain::ledger::Word;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::FhirError;
use crate::ledger::entry::Moment;

/// In front of every name that is ours.
const OWN: &str = "urn:x-xinqiao:";

/// The address of a name that no standard has: a code system, an identifier, an extension.
pub(super) fn own(name: &str) -> String {
    format!("{OWN}{name}")
}

/// The name behind an address of ours.
pub(super) fn own_name(address: &str) -> Option<&str> {
    address.strip_prefix(OWN)
}

/// An object of the fields that say something.
pub(super) fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let filled = fields.into_iter().filter(|(_, value)| !is_empty(value));
    let named = filled.map(|(name, value)| (name.to_owned(), value));
    Value::Object(named.collect::<Map<String, Value>>())
}

/// A list of what says something.
pub(super) fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::Array(values.into_iter().filter(|value| !is_empty(value)).collect())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::Object(all) => all.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A day.
pub(super) fn day(day: Option<Date>) -> Value {
    day.map_or(Value::Null, |day| json!(day.to_string()))
}

/// An instant in UTC.
///
/// # Errors
/// No calendar has it.
pub(super) fn instant(moment: Moment) -> Result<Value, FhirError> {
    let instant = Timestamp::from_millisecond(moment.0);
    Ok(json!(instant.map_err(|_| FhirError::Field("instant"))?.to_string()))
}

/// A concept of one code, with what people read for it.
pub(super) fn concept((system, code): (&str, &str), label: &str) -> Value {
    let coding = object([("system", json!(system)), ("code", json!(code))]);
    object([("coding", list([coding])), ("text", json!(label))])
}

/// A concept of a closed list of ours, in Chinese.
pub(super) fn concept_of<W: Word>(list: &str, word: W) -> Value {
    concept((&own(list), word.as_str()), word.label().0)
}

/// A reference to another entry of the bundle.
pub(super) fn reference(address: &str) -> Value {
    json!({ "reference": address })
}

/// A telephone number.
pub(super) fn phone(number: &str) -> Value {
    match number {
        "" => Value::Null,
        number => json!([{ "system": "phone", "value": number }]),
    }
}

/// An extension of ours with a value of a type, such as `valueCode`; nothing without a value.
pub(super) fn extension(name: &str, (kind, value): (&str, Value)) -> Value {
    if is_empty(&value) {
        return Value::Null;
    }
    object([("url", json!(own(name))), (kind, value)])
}

/// An extension of ours that is made of others.
pub(super) fn nested(name: &str, parts: impl IntoIterator<Item = Value>) -> Value {
    object([("url", json!(own(name))), ("extension", list(parts))])
}

/// The code of a word.
pub(super) fn code<W: Word>(word: Option<W>) -> (&'static str, Value) {
    ("valueCode", word.map_or(Value::Null, |word| json!(word.as_str())))
}

/// What stands at a place, such as `/name/0/text`.
pub(super) fn at<'a>(of: &'a Value, place: &str) -> Option<&'a Value> {
    of.pointer(place)
}

/// The text at a place; empty where there is none.
pub(super) fn text<'a>(of: &'a Value, place: &str) -> &'a str {
    at(of, place).and_then(Value::as_str).unwrap_or_default()
}

/// The values of a list at a place.
pub(super) fn all<'a>(of: &'a Value, place: &str) -> &'a [Value] {
    at(of, place).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The extensions of ours of a name.
pub(super) fn extensions<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    let address = own(name);
    all(of, "/extension").iter().filter(move |one| text(one, "/url") == address)
}

/// What an extension of ours says.
pub(super) fn said<'a>(of: &'a Value, name: &str, kind: &str) -> Option<&'a Value> {
    extensions(of, name).next().and_then(|one| one.get(kind))
}

/// The text that an extension of ours says; empty without one.
pub(super) fn said_text(of: &Value, name: &str, kind: &str) -> String {
    said(of, name, kind).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The number that an extension of ours says.
pub(super) fn said_number(of: &Value, name: &'static str) -> Result<u32, FhirError> {
    let found = said(of, name, "valueUnsignedInt").and_then(Value::as_u64);
    found.and_then(|number| u32::try_from(number).ok()).ok_or(FhirError::Field(name))
}

/// A word of a closed list.
pub(super) fn word<W: Word>(text: &str, list: &'static str) -> Result<W, FhirError> {
    W::from_word(text).ok_or(FhirError::Unknown(list))
}

/// A word that may be missing.
pub(super) fn maybe<W: Word>(text: &str, list: &'static str) -> Result<Option<W>, FhirError> {
    if text.is_empty() { Ok(None) } else { word(text, list).map(Some) }
}

/// A day that may be missing.
pub(super) fn read_day(text: &str, field: &'static str) -> Result<Option<Date>, FhirError> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| FhirError::Field(field))
}

/// A day that must be there.
pub(super) fn the_day(text: &str, field: &'static str) -> Result<Date, FhirError> {
    read_day(text, field)?.ok_or(FhirError::Field(field))
}

/// An instant that must be there.
pub(super) fn read_instant(text: &str, field: &'static str) -> Result<Moment, FhirError> {
    let instant: Timestamp = text.parse().map_err(|_| FhirError::Field(field))?;
    Ok(Moment(instant.as_millisecond()))
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(*bytes))
}

/// The bytes of 32 hexadecimal digits.
pub(super) fn unhex(text: &str, field: &'static str) -> Result<[u8; 16], FhirError> {
    let is_plain = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u128::from_str_radix(text, 16).ok().filter(|_| is_plain);
    number.map(u128::to_be_bytes).ok_or(FhirError::Field(field))
}
