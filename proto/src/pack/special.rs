//! Special-period packs: what is asked for, of which schools, from when to when.
//!
//! A count is written as in the catalogue, less what a special period settles for all of its
//! counts: they arise at schools by computing, and enter no assessment. [`write`] makes such a
//! text, so that a city starts from counts that it knows.

use domain::catalogue::{
    At, Channel, Count, Expected, Field, Fill, Flaw, FlawKind, Grade, Kind, NativePeriod, Origin,
    Profile, Sensitivity,
};
use domain::special::{AreaSchool, Cadence, Pulse, SpecialDefinition, SpecialPeriod};
use domain::unit::UnitId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::catalogue::{RawDefinition, RawDimension, all, define, dimension, entry, ids, label};
use super::{PackError, check_schema, parse};

/// Form of special-period packs that this version reads.
pub const SCHEMA: &str = "special/1";

/// A special-period pack as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSpecial {
    schema: String,
    id: String,
    revision: u32,
    zh: String,
    en: String,
    first: String,
    last: String,
    cadence: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pulse: Option<RawPulse>,
    #[serde(rename = "dimension", default, skip_serializing_if = "Vec::is_empty")]
    dimensions: Vec<RawDimension>,
    #[serde(rename = "count", default, skip_serializing_if = "Vec::is_empty")]
    counts: Vec<RawCount>,
    #[serde(rename = "school")]
    schools: Vec<RawSchool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPulse {
    scale: String,
    grades: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSchool {
    id: String,
    #[serde(default)]
    above: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCount {
    id: String,
    zh: String,
    en: String,
    #[serde(default)]
    note: String,
    channel: String,
    ledger: String,
    unit: String,
    #[serde(default)]
    dims: Vec<String>,
    define: RawDefinition,
}

/// Reads a special period.
///
/// # Errors
/// A form that is not [`SCHEMA`]'s, or the first mistake that [`SpecialPeriod::new`] finds.
pub fn read(pack: &str, bytes: &[u8]) -> Result<SpecialPeriod, PackError> {
    let raw: RawSpecial = parse(pack, bytes)?;
    check_schema(pack, &raw.schema, SCHEMA)?;
    if raw.id != pack {
        let flaw =
            Flaw::new(FlawKind::Conflict, "id", &*raw.id, format!("the pack's name, {pack}"));
        return Err(PackError::content(pack, flaw));
    }
    definition(raw).and_then(SpecialPeriod::new).map_err(|flaw| PackError::content(pack, flaw))
}

/// Reads a special period under the id that its text gives itself; signed, the pack's name must be
/// the same.
///
/// # Errors
/// As [`read`].
pub fn read_unnamed(bytes: &[u8]) -> Result<SpecialPeriod, PackError> {
    let raw: RawSpecial = parse("special", bytes)?;
    read(&raw.id, bytes)
}

/// Writes a special period as the text of its pack; reading it gives the same again.
///
/// # Errors
/// None for texts that this version can read.
pub fn write(special: &SpecialDefinition) -> Result<String, PackError> {
    toml::to_string(&RawSpecial::from(special)).map_err(|error| PackError::Form {
        pack: special.id.to_string(),
        line: 0,
        key: String::new(),
        message: error.to_string(),
    })
}

fn definition(raw: RawSpecial) -> Result<SpecialDefinition, Flaw> {
    let cadence = entry!(Cadence, "cadence", raw.cadence);
    let pulse = raw.pulse.map(pulse).transpose().map_err(|flaw| flaw.within("pulse"))?;
    Ok(SpecialDefinition {
        id: raw.id.parse()?,
        revision: raw.revision,
        label: label(raw.zh, raw.en)?,
        first: day("first", &raw.first)?,
        last: day("last", &raw.last)?,
        cadence,
        schools: all(raw.schools, |raw| format!("school {}", raw.id), |raw| school(&raw))?,
        pulse,
        dimensions: all(raw.dimensions, |raw| format!("dimension {}", raw.id()), dimension)?,
        counts: all(raw.counts, |raw| format!("count {}", raw.id), |raw| count(raw, cadence))?,
    })
}

fn day(key: &str, text: &str) -> Result<Date, Flaw> {
    text.parse().map_err(|_| Flaw::new(FlawKind::Form, key, text, "a day such as 2026-11-30"))
}

fn school(raw: &RawSchool) -> Result<AreaSchool, Flaw> {
    let unit = |key: &'static str, text: &str| {
        text.parse::<UnitId>().map_err(|_| Flaw::named(FlawKind::Form, key, text, Expected::UnitId))
    };
    let above = raw.above.iter().map(|hub| unit("above", hub)).collect::<Result<_, _>>()?;
    Ok(AreaSchool { unit: unit("id", &raw.id)?, above })
}

fn pulse(raw: RawPulse) -> Result<Pulse, Flaw> {
    let grades = raw.grades.iter().map(|word| {
        let known = Grade::from_word(word);
        known.ok_or_else(|| Flaw::new(FlawKind::Unknown, "grades", &**word, "g4 to g12"))
    });
    Ok(Pulse { grades: grades.collect::<Result<_, _>>()?, scale: raw.scale })
}

/// Most events of one person in a week that a sealed count makes room for.
const EVENTS_MAX: u32 = 4;

fn count(raw: RawCount, cadence: Cadence) -> Result<Count, Flaw> {
    let definition = define(raw.define).map_err(|flaw| flaw.within("define"))?;
    let is_flow = matches!(definition.at, At::InPeriod | At::DueInPeriod | At::After90Days);
    let channel = entry!(Channel, "channel", raw.channel);
    // As the ordinary catalogue has it: where a case came from is shown from twenty on.
    let is_source = raw.dims.iter().any(|dim| dim == Field::AlertSource.as_str())
        || definition.filters.iter().any(|filter| filter.field == Field::AlertSource);
    let sensitivity = match channel {
        Channel::Sealed if is_source => Sensitivity::Extreme,
        Channel::Sealed => Sensitivity::High,
        Channel::Clear | Channel::Local => Sensitivity::Normal,
    };
    Ok(Count {
        id: raw.id.parse()?,
        label: label(raw.zh, raw.en)?,
        note: raw.note,
        kind: if is_flow { Kind::Flow } else { Kind::Stock },
        profile: Profile::Core,
        channel,
        sensitivity,
        origin: Origin::School,
        ledger: raw.ledger,
        fill: Fill::Auto,
        unit: raw.unit,
        dims: ids("dims", &raw.dims)?,
        period: NativePeriod::from(cadence),
        assess: false,
        per_person_max: if channel == Channel::Sealed { EVENTS_MAX } else { 1 },
        basis: Vec::new(),
        definition: Some(definition),
    })
}

impl From<&SpecialDefinition> for RawSpecial {
    fn from(special: &SpecialDefinition) -> Self {
        let word = |grade: &Grade| grade.as_str().to_owned();
        let pulse = special.pulse.as_ref().map(|pulse| RawPulse {
            scale: pulse.scale.clone(),
            grades: pulse.grades.iter().map(word).collect(),
        });
        Self {
            schema: SCHEMA.to_owned(),
            id: special.id.to_string(),
            revision: special.revision,
            zh: special.label.zh.clone(),
            en: special.label.en.clone(),
            first: special.first.to_string(),
            last: special.last.to_string(),
            cadence: special.cadence.as_str().to_owned(),
            pulse,
            dimensions: special.dimensions.iter().map(RawDimension::from).collect(),
            counts: special.counts.iter().filter_map(RawCount::of).collect(),
            schools: special.schools.iter().map(RawSchool::from).collect(),
        }
    }
}

impl From<&AreaSchool> for RawSchool {
    fn from(school: &AreaSchool) -> Self {
        let above = school.above.iter().map(ToString::to_string).collect();
        Self { id: school.unit.to_string(), above }
    }
}

impl RawCount {
    /// A count that is computed; one that is typed has no place in a special period.
    fn of(count: &Count) -> Option<Self> {
        Some(Self {
            id: count.id.to_string(),
            zh: count.label.zh.clone(),
            en: count.label.en.clone(),
            note: count.note.clone(),
            channel: count.channel.as_str().to_owned(),
            ledger: count.ledger.clone(),
            unit: count.unit.clone(),
            dims: count.dims.iter().map(ToString::to_string).collect(),
            define: RawDefinition::from(count.definition.as_ref()?),
        })
    }
}
