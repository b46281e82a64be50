//! Roster packs: the schools of an area as both departments list them, for one school year.
//!
//! A table in CSV, because offices keep their lists in tables; what both commissions sign are the
//! bytes of that table. One row for each grade of each school; the pack's name says area and year.

use std::collections::BTreeMap;

use domain::catalogue::{Expected, Flaw, FlawKind, Grade, Stage, has_grade};
use domain::disclosure::plan::{ENROLLED_MAX, Listed, OPERATOR_CHARS_MAX, Roster, School, Sexes};
use domain::unit::UnitId;
use serde::Deserialize;

use super::{PackError, rows};

/// Columns of a roster, in order.
pub const COLUMNS: [&str; 11] = [
    "unit",
    "town",
    "operator",
    "education_since",
    "health_since",
    "signed",
    "stage",
    "grade",
    "male",
    "female",
    "unstated",
];

/// Most rows of a roster.
const ROWS_MAX: usize = 30_000;

/// School years that a pack may name: beyond them a year plus a few would mean nothing.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2999;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    unit: String,
    town: String,
    operator: String,
    education_since: i16,
    health_since: i16,
    signed: String,
    stage: String,
    grade: String,
    male: u32,
    female: u32,
    unstated: u32,
}

/// Reads a roster: CSV in UTF-8 with the columns [`COLUMNS`].
///
/// # Errors
/// A name that is no area and year, other columns, a grade of a school twice, rows of one school
/// that contradict each other, a grade that its stage does not have, or with nobody in it.
pub fn read(pack: &str, bytes: &[u8]) -> Result<Roster, PackError> {
    let (area, year) = area_year(pack)?;
    let mut schools = BTreeMap::new();
    for (line, raw) in rows::<RawRow>(pack, bytes, (&COLUMNS, ROWS_MAX))? {
        let key = format!("line {line}, {}", raw.unit);
        take(&mut schools, &raw).map_err(|flaw| PackError::content(pack, flaw.within(&key)))?;
    }
    if schools.is_empty() {
        let flaw = Flaw::named(FlawKind::Missing, "rows", "no row", Expected::GradeRows);
        return Err(PackError::content(pack, flaw));
    }
    Ok(Roster { area, year, schools })
}

/// The area and the school year that the name of a roster or of a plan says: `370203-2026`.
///
/// # Errors
/// Another name.
pub fn area_year(pack: &str) -> Result<(UnitId, i16), PackError> {
    let parts = pack.rsplit_once('-');
    let read = parts.and_then(|(area, year)| Some((area.parse().ok()?, year.parse().ok()?)));
    read.filter(|(_, year)| YEARS.contains(year)).ok_or_else(|| {
        PackError::content(pack, Flaw::named(FlawKind::Form, "name", pack, Expected::AreaYear))
    })
}

fn take(schools: &mut BTreeMap<UnitId, School>, raw: &RawRow) -> Result<(), Flaw> {
    let (unit, head) = head(raw)?;
    let stage = Stage::from_word(&raw.stage);
    let stage = stage.ok_or_else(|| unknown("stage", &raw.stage, Expected::Stage))?;
    let grade = Grade::from_word(&raw.grade);
    let grade = grade.ok_or_else(|| unknown("grade", &raw.grade, Expected::Grade))?;
    if !has_grade(stage, grade) {
        // A slip here would part the school from its group.
        let expected = format!("a grade of stage {}", stage.as_str());
        return Err(Flaw::new(FlawKind::Conflict, "grade", &*raw.grade, expected));
    }
    let sexes = sexes(raw)?;
    let known = schools.entry(unit).or_insert_with(|| head.clone());
    let said = School { stages: BTreeMap::new(), ..known.clone() };
    if said != head {
        let expected = Expected::SameSchool;
        return Err(Flaw::named(FlawKind::Conflict, "unit", &*raw.unit, expected));
    }
    if known.stages.values().any(|grades| grades.contains_key(&grade)) {
        let expected = Expected::GradeOnce;
        return Err(Flaw::named(FlawKind::Duplicate, "grade", &*raw.grade, expected));
    }
    known.stages.entry(stage).or_default().insert(grade, sexes);
    Ok(())
}

/// What every row of a school repeats.
fn head(raw: &RawRow) -> Result<(UnitId, School), Flaw> {
    let unit = |key: &'static str, text: &str| {
        let read = text.parse::<UnitId>();
        read.map_err(|_| Flaw::named(FlawKind::Form, key, text, Expected::UnitId))
    };
    let operator = raw.operator.trim();
    if operator.is_empty() || operator.chars().count() > OPERATOR_CHARS_MAX {
        let expected = format!("who operates the school, in 1 to {OPERATOR_CHARS_MAX} characters");
        return Err(Flaw::new(FlawKind::Missing, "operator", &*raw.operator, expected));
    }
    for (key, year) in
        [("education_since", raw.education_since), ("health_since", raw.health_since)]
    {
        if !(1900..=*YEARS.end()).contains(&year) {
            let expected = Expected::SchoolYear;
            return Err(Flaw::named(FlawKind::Range, key, year.to_string(), expected));
        }
    }
    let is_signed = match raw.signed.as_str() {
        "yes" => true,
        "no" => false,
        other => return Err(unknown("signed", other, Expected::YesOrNo)),
    };
    let listed = Listed { education: raw.education_since, health: raw.health_since };
    let (town, operator) = (unit("town", &raw.town)?, operator.to_owned());
    Ok((
        unit("unit", &raw.unit)?,
        School { town, operator, listed, is_signed, stages: BTreeMap::new() },
    ))
}

fn sexes(raw: &RawRow) -> Result<Sexes, Flaw> {
    let sexes = [raw.male, raw.female, raw.unstated];
    if sexes == [0; 3] {
        return Err(Flaw::named(FlawKind::Range, "male", "nobody", Expected::NoEmptyGrade));
    }
    match sexes.iter().find(|count| **count > ENROLLED_MAX) {
        None => Ok(sexes),
        Some(count) => {
            let expected = format!("at most {ENROLLED_MAX}");
            Err(Flaw::new(FlawKind::Range, "male, female, unstated", count.to_string(), expected))
        }
    }
}

fn unknown(key: &'static str, wrong: &str, expected: Expected) -> Flaw {
    Flaw::named(FlawKind::Unknown, key, wrong, expected)
}
