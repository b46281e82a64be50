//! Releases as bytes: encoded once for signing, decoded into claims that intake must verify.

use std::num::NonZeroU32;

use domain::digest::Digest;
use domain::release::{Claimed, Header, Provenance, Release, ReleaseId, Rule};
use prost::Message;

use crate::wire::release as wire;

/// Why bytes are not a release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// Not a message of this kind.
    #[error("the release cannot be read")]
    Unreadable,
    /// A field that must be set is not, or is malformed.
    #[error("field {0} of the release is missing or malformed")]
    Field(&'static str),
}

/// The bytes of a release that are signed and sent.
#[must_use]
pub fn encode(release: &Release) -> Vec<u8> {
    let id = release.id();
    wire::Release {
        unit: id.unit.to_string(),
        table: id.table.to_string(),
        period: id.period.to_string(),
        revision: id.revision.get(),
        catalogue: release.catalogue().to_tagged(),
        rule: rule_to_wire(release.rule()).into(),
        cells: release.cells().to_vec(),
        census_day: release.census_day().map_or_else(String::new, |day| day.to_string()),
        persons: release.persons(),
        rollup: release.provenance().map(|sums| wire::Rollup {
            schools_due: sums.schools_due,
            schools_reported: sums.schools_reported,
            contributors: sums.contributors.clone(),
            snapshot: sums.snapshot,
            contributions_root: sums.root.to_tagged(),
        }),
        made_at_ms: release.made_at_ms(),
    }
    .encode_to_vec()
}

/// Reads what a sender claims. Nothing of it is believed before intake has verified it.
///
/// # Errors
/// Bytes that are not a release, or a field that is missing or malformed.
pub fn decode(bytes: &[u8]) -> Result<Claimed, ReleaseError> {
    let message = wire::Release::decode(bytes).map_err(|_| ReleaseError::Unreadable)?;
    let rule = rule_from_wire(message.rule())?;
    let census_day = match message.census_day.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| ReleaseError::Field("census_day"))?),
    };
    let id = ReleaseId {
        unit: message.unit.parse().map_err(|_| ReleaseError::Field("unit"))?,
        table: message.table.parse().map_err(|_| ReleaseError::Field("table"))?,
        period: message.period.parse().map_err(|_| ReleaseError::Field("period"))?,
        revision: NonZeroU32::new(message.revision).ok_or(ReleaseError::Field("revision"))?,
    };
    let catalogue =
        Digest::from_tagged(&message.catalogue).map_err(|_| ReleaseError::Field("catalogue"))?;
    let header = Header {
        id,
        catalogue,
        census_day,
        persons: i64::try_from(message.persons)
            .map(i64::unsigned_abs)
            .map_err(|_| ReleaseError::Field("persons"))?,
        made_at_ms: message.made_at_ms,
    };
    let provenance = message.rollup.map(provenance).transpose()?;
    let summed = matches!(rule, Rule::SumOfClear | Rule::SumOfRounded5);
    if summed != provenance.is_some() {
        return Err(ReleaseError::Field("rollup"));
    }
    Ok(Claimed { header, rule, cells: message.cells, provenance })
}

fn provenance(rollup: wire::Rollup) -> Result<Provenance, ReleaseError> {
    if rollup.schools_reported > rollup.schools_due {
        return Err(ReleaseError::Field("schools_reported"));
    }
    Ok(Provenance {
        schools_due: rollup.schools_due,
        schools_reported: rollup.schools_reported,
        contributors: rollup.contributors,
        snapshot: rollup.snapshot,
        root: Digest::from_tagged(&rollup.contributions_root)
            .map_err(|_| ReleaseError::Field("contributions_root"))?,
    })
}

const fn rule_to_wire(rule: Rule) -> wire::Rule {
    match rule {
        Rule::Clear => wire::Rule::Clear,
        Rule::Rounded5 => wire::Rule::Rounded5,
        Rule::SumOfClear => wire::Rule::SumOfClear,
        Rule::SumOfRounded5 => wire::Rule::SumOfRounded5,
    }
}

const fn rule_from_wire(rule: wire::Rule) -> Result<Rule, ReleaseError> {
    match rule {
        wire::Rule::Unspecified => Err(ReleaseError::Field("rule")),
        wire::Rule::Clear => Ok(Rule::Clear),
        wire::Rule::Rounded5 => Ok(Rule::Rounded5),
        wire::Rule::SumOfClear => Ok(Rule::SumOfClear),
        wire::Rule::SumOfRounded5 => Ok(Rule::SumOfRounded5),
    }
}
