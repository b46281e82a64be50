//! Catalogue packs: TOML into a checked [`Catalogue`].
//!
//! The raw forms below are the pack's schema; words of closed lists are looked up here, so that
//! a word that this version does not know is refused with the list it does know.

use domain::catalogue::{
    At, Better, Catalogue, CatalogueDefinition, Channel, Condition, Count, Definition, Derive,
    Dimension, DimensionId, DimensionValue, Field, Fill, Filter, Flaw, FlawKind, Identity, Kind,
    Label, Measure, NativePeriod, Origin, Partition, Profile, Ratio, Sensitivity, Source,
};
use serde::{Deserialize, Serialize};

use super::{PackError, check_schema, parse};

/// Form of catalogue packs that this version reads.
pub const SCHEMA: &str = "catalogue/1";

/// A catalogue pack as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCatalogue {
    schema: String,
    pub(super) revision: u32,
    effective_from: String,
    default_min_cell: u64,
    default_per_person_max: u32,
    #[serde(rename = "dimension")]
    dimensions: Vec<RawDimension>,
    #[serde(rename = "count")]
    counts: Vec<RawCount>,
    #[serde(rename = "ratio", default)]
    ratios: Vec<RawRatio>,
    #[serde(rename = "identity", default)]
    identities: Vec<RawIdentity>,
    #[serde(rename = "partition", default)]
    partitions: Vec<RawPartition>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDimension {
    id: String,
    zh: String,
    en: String,
    multi: bool,
    values: Vec<RawValue>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawValue {
    id: String,
    zh: String,
    en: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCount {
    id: String,
    zh: String,
    en: String,
    note: String,
    kind: String,
    profile: String,
    channel: String,
    sens: String,
    origin: String,
    ledger: String,
    fill: String,
    unit: String,
    dims: Vec<String>,
    period: String,
    #[serde(default = "yes")]
    assess: bool,
    per_person_max: Option<u32>,
    basis: Vec<String>,
    define: Option<RawDefinition>,
}

const fn yes() -> bool {
    true
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDefinition {
    source: String,
    count: String,
    sum_of: Option<String>,
    at: String,
    #[serde(rename = "where", default)]
    filters: Vec<RawFilter>,
    band: Option<u32>,
    rough: Option<u32>,
    stratum_min: Option<u32>,
}

impl RawDimension {
    /// Its id, as it is written.
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

impl From<&Dimension> for RawDimension {
    fn from(known: &Dimension) -> Self {
        let value = |value: &DimensionValue| RawValue {
            id: value.id.clone(),
            zh: value.label.zh.clone(),
            en: value.label.en.clone(),
        };
        Self {
            id: known.id.to_string(),
            zh: known.label.zh.clone(),
            en: known.label.en.clone(),
            multi: known.multi,
            values: known.values.iter().map(value).collect(),
        }
    }
}

impl From<&Definition> for RawDefinition {
    fn from(known: &Definition) -> Self {
        let filter = |filter: &Filter| {
            let (any, at_least) = match &filter.condition {
                Condition::Any(values) => (Some(values.clone()), None),
                Condition::AtLeast(bound) => (None, Some(*bound)),
            };
            RawFilter { field: filter.field.as_str().to_owned(), any, at_least }
        };
        Self {
            source: known.source.as_str().to_owned(),
            count: known.measure.as_str().to_owned(),
            sum_of: known.sum_of.map(|field| field.as_str().to_owned()),
            at: known.at.as_str().to_owned(),
            filters: known.filters.iter().map(filter).collect(),
            band: known.band,
            rough: known.rough,
            stratum_min: known.stratum_min,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFilter {
    field: String,
    any: Option<Vec<String>>,
    at_least: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRatio {
    id: String,
    zh: String,
    en: String,
    #[serde(default)]
    note: String,
    profile: String,
    numerator: String,
    denominator: String,
    better: String,
    target_percent: Option<u32>,
    dims: Vec<String>,
    period: String,
    basis: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIdentity {
    name: String,
    rule: String,
    when: String,
    #[serde(default)]
    by: Vec<String>,
    #[serde(default)]
    checks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPartition {
    id: String,
    zh: String,
    en: String,
    whole: String,
    dims: Vec<String>,
    outcomes: Vec<RawValue>,
    #[serde(default)]
    derive: Vec<RawDerive>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDerive {
    count: String,
    outcomes: Vec<String>,
}

/// Reads a catalogue.
///
/// # Errors
/// A form that is not [`SCHEMA`]'s, or the first mistake that [`Catalogue::new`] finds.
pub fn read(pack: &str, bytes: &[u8]) -> Result<Catalogue, PackError> {
    let raw: RawCatalogue = parse(pack, bytes)?;
    check_schema(pack, &raw.schema, SCHEMA)?;
    definition(raw).and_then(Catalogue::new).map_err(|flaw| PackError::content(pack, flaw))
}

/// Converts each entry and puts its place in front of what is wrong with it.
pub(super) fn all<T, U>(
    raw: Vec<T>,
    place: impl Fn(&T) -> String,
    convert: impl Fn(T) -> Result<U, Flaw>,
) -> Result<Vec<U>, Flaw> {
    raw.into_iter()
        .map(|entry| {
            let place = place(&entry);
            convert(entry).map_err(|flaw| flaw.within(&place))
        })
        .collect()
}

fn definition(raw: RawCatalogue) -> Result<CatalogueDefinition, Flaw> {
    let effective_from = raw.effective_from.parse().map_err(|_| {
        let expected = "a day such as 2025-09-01";
        Flaw::new(FlawKind::Form, "effective_from", &*raw.effective_from, expected)
    })?;
    let per_person_max = raw.default_per_person_max;
    Ok(CatalogueDefinition {
        revision: raw.revision,
        effective_from,
        default_min_cell: raw.default_min_cell,
        dimensions: all(raw.dimensions, |raw| format!("dimension {}", raw.id), dimension)?,
        counts: all(
            raw.counts,
            |raw| format!("count {}", raw.id),
            |raw| count(raw, per_person_max),
        )?,
        ratios: all(raw.ratios, |raw| format!("ratio {}", raw.id), ratio)?,
        identities: all(raw.identities, |raw| format!("identity {:?}", raw.name), identity)?,
        partitions: all(raw.partitions, |raw| format!("partition {}", raw.id), partition)?,
    })
}

/// Looks a word up in its closed list.
pub(super) fn word<T>(
    key: &str,
    text: &str,
    find: impl Fn(&str) -> Option<T>,
    words: impl Fn() -> String,
) -> Result<T, Flaw> {
    find(text).ok_or_else(|| Flaw::new(FlawKind::Unknown, key, text, words()))
}

macro_rules! entry {
    ($list:ident, $key:literal, $text:expr) => {
        $crate::pack::catalogue::word($key, &$text, $list::from_word, $list::words)?
    };
}
pub(super) use entry;

pub(super) fn label(zh: String, en: String) -> Result<Label, Flaw> {
    for (key, text) in [("zh", &zh), ("en", &en)] {
        if text.trim().is_empty() {
            return Err(Flaw::new(FlawKind::Missing, key, "no name", "a name in zh and en"));
        }
    }
    Ok(Label { zh, en })
}

pub(super) fn ids(key: &str, raw: &[String]) -> Result<Vec<DimensionId>, Flaw> {
    raw.iter().map(|id| id.parse::<DimensionId>().map_err(|flaw| flaw.within(key))).collect()
}

fn value(raw: RawValue) -> Result<DimensionValue, Flaw> {
    let id = raw.id.parse::<DimensionId>()?.as_str().to_owned();
    Ok(DimensionValue { id, label: label(raw.zh, raw.en)? })
}

pub(super) fn dimension(raw: RawDimension) -> Result<Dimension, Flaw> {
    Ok(Dimension {
        id: raw.id.parse()?,
        label: label(raw.zh, raw.en)?,
        multi: raw.multi,
        values: all(raw.values, |raw| format!("value {}", raw.id), value)?,
    })
}

fn count(raw: RawCount, per_person_max: u32) -> Result<Count, Flaw> {
    Ok(Count {
        id: raw.id.parse()?,
        label: label(raw.zh, raw.en)?,
        note: raw.note,
        kind: entry!(Kind, "kind", raw.kind),
        profile: entry!(Profile, "profile", raw.profile),
        channel: entry!(Channel, "channel", raw.channel),
        sensitivity: entry!(Sensitivity, "sens", raw.sens),
        origin: entry!(Origin, "origin", raw.origin),
        ledger: raw.ledger,
        fill: entry!(Fill, "fill", raw.fill),
        unit: raw.unit,
        dims: ids("dims", &raw.dims)?,
        period: entry!(NativePeriod, "period", raw.period),
        assess: raw.assess,
        per_person_max: raw.per_person_max.unwrap_or(per_person_max),
        basis: raw.basis,
        definition: match raw.define {
            Some(raw) => Some(define(raw).map_err(|flaw| flaw.within("define"))?),
            None => None,
        },
    })
}

pub(super) fn define(raw: RawDefinition) -> Result<Definition, Flaw> {
    let sum_of = match &raw.sum_of {
        Some(text) => Some(entry!(Field, "sum_of", text)),
        None => None,
    };
    Ok(Definition {
        source: entry!(Source, "source", raw.source),
        measure: entry!(Measure, "count", raw.count),
        sum_of,
        filters: all(raw.filters, |raw| format!("where {}", raw.field), filter)?,
        at: entry!(At, "at", raw.at),
        band: raw.band,
        rough: raw.rough,
        stratum_min: raw.stratum_min,
    })
}

fn filter(raw: RawFilter) -> Result<Filter, Flaw> {
    let field = entry!(Field, "field", raw.field);
    let condition = match (raw.any, raw.at_least) {
        (Some(values), None) => Condition::Any(values),
        (None, Some(bound)) => Condition::AtLeast(bound),
        _ => {
            let expected = "either any or at_least";
            return Err(Flaw::new(FlawKind::Conflict, "any", "both or neither", expected));
        }
    };
    Ok(Filter { field, condition })
}

fn ratio(raw: RawRatio) -> Result<Ratio, Flaw> {
    let within = |key: &'static str| move |flaw: Flaw| flaw.within(key);
    Ok(Ratio {
        id: raw.id.parse()?,
        label: label(raw.zh, raw.en)?,
        note: raw.note,
        profile: entry!(Profile, "profile", raw.profile),
        numerator: raw.numerator.parse().map_err(within("numerator"))?,
        denominator: raw.denominator.parse().map_err(within("denominator"))?,
        better: entry!(Better, "better", raw.better),
        target_percent: raw.target_percent,
        dims: ids("dims", &raw.dims)?,
        period: entry!(NativePeriod, "period", raw.period),
        basis: raw.basis,
    })
}

fn identity(raw: RawIdentity) -> Result<Identity, Flaw> {
    let checks = raw.checks.iter().map(|text| text.parse());
    Ok(Identity {
        by: ids("by", &raw.by)?,
        checks: checks.collect::<Result<_, Flaw>>()?,
        name: raw.name,
        rule: raw.rule,
        when: raw.when,
    })
}

fn partition(raw: RawPartition) -> Result<Partition, Flaw> {
    let derive = |raw: RawDerive| Ok(Derive { count: raw.count.parse()?, outcomes: raw.outcomes });
    Ok(Partition {
        id: raw.id.parse()?,
        label: label(raw.zh, raw.en)?,
        whole: raw.whole.parse()?,
        outcomes: all(raw.outcomes, |raw| format!("outcome {}", raw.id), value)?,
        dims: ids("dims", &raw.dims)?,
        derives: all(raw.derive, |raw| format!("derive {}", raw.count), derive)?,
    })
}
