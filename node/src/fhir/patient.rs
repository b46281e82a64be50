//! The patient: who it is and whom to call, as far as that was sealed.
//!
//! The only identifier is the random one of the referral: no number of a roll or of a card has a
//! place here, nor is one taken in.

use domain::ledger::terms::Relation;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::json::{
    all, concept_of, day, extension, hex, list, object, own, phone, read_day, said, text, word,
};
use super::{FhirError, Record};
use crate::import::value::Sex;
use crate::ledger::referral::Part;

/// A guardian who may be called: name, relation, telephone.
pub(super) type Called = (String, Relation, String);

/// Who it is, as a part of a referral says.
struct Person<'a> {
    name: &'a str,
    sex: Option<Sex>,
    birth: Option<Date>,
    age: Option<u8>,
    guardians: &'a [Called],
}

/// What a patient says.
pub(super) struct Known {
    pub(super) name: String,
    /// Said, and be it as not known, wherever identity was let out.
    pub(super) sex: Option<Sex>,
    pub(super) birth: Option<Date>,
    pub(super) age: Option<u8>,
    pub(super) guardians: Vec<Called>,
}

fn person(part: &Part) -> Option<Person<'_>> {
    match part {
        Part::Identity { name, sex, birth, guardians, .. } => {
            Some(Person { name, sex: Some(*sex), birth: *birth, age: None, guardians })
        }
        Part::Emergency { name, age, guardians, .. } => {
            Some(Person { name, sex: None, birth: None, age: *age, guardians })
        }
        Part::Reason { .. } | Part::Scores(_) | Part::Risk { .. } => None,
    }
}

/// The patient of a record; of one that is over the random identifier alone.
pub(super) fn write(record: &Record) -> Value {
    let number = json!({ "system": own("referral"), "value": hex(&record.referral().0) });
    let nobody = Person { name: "", sex: None, birth: None, age: None, guardians: &[] };
    let one = record.parts().iter().find_map(person).unwrap_or(nobody);
    let age = one.age.map_or(Value::Null, |age| json!(age));
    object([
        ("resourceType", json!("Patient")),
        ("extension", list([extension("age", ("valueUnsignedInt", age))])),
        ("identifier", list([number])),
        ("name", list([object([("text", json!(one.name))])])),
        ("gender", one.sex.map_or(Value::Null, |sex| json!(gender(sex)))),
        ("birthDate", day(one.birth)),
        ("contact", list(one.guardians.iter().map(contact))),
    ])
}

fn contact((name, relation, number): &Called) -> Value {
    object([
        ("relationship", list([concept_of("relation", *relation)])),
        ("name", object([("text", json!(name))])),
        ("telecom", phone(number)),
    ])
}

const fn gender(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "male",
        Sex::Female => "female",
        Sex::Unknown => "unknown",
    }
}

/// Reads a patient.
pub(super) fn read(patient: &Value) -> Result<Known, FhirError> {
    let sex = match text(patient, "/gender") {
        "" => None,
        "male" => Some(Sex::Male),
        "female" => Some(Sex::Female),
        "unknown" => Some(Sex::Unknown),
        _ => return Err(FhirError::Unknown("genders")),
    };
    let age = match said(patient, "age", "valueUnsignedInt").map(Value::as_u64) {
        None => None,
        Some(age) => {
            let age = age.and_then(|age| u8::try_from(age).ok());
            Some(age.ok_or(FhirError::Field("age"))?)
        }
    };
    let called = |one: &Value| {
        let relation = word(text(one, "/relationship/0/coding/0/code"), "relations")?;
        let number = text(one, "/telecom/0/value").to_owned();
        Ok((text(one, "/name/text").to_owned(), relation, number))
    };
    let guardians = all(patient, "/contact").iter().map(called);
    Ok(Known {
        name: text(patient, "/name/0/text").to_owned(),
        sex,
        birth: read_day(text(patient, "/birthDate"), "birthDate")?,
        age,
        guardians: guardians.collect::<Result<_, _>>()?,
    })
}
