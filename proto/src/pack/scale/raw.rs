//! The schema of scale packs: what may stand in the text, key by key. Unknown keys are refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A scale pack as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::pack) struct RawScale {
    pub(super) schema: String,
    pub(super) id: String,
    pub(super) revision: u32,
    pub(super) zh: String,
    pub(super) en: String,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    #[serde(default)]
    pub(super) demonstration: bool,
    pub(super) citation: String,
    pub(super) respondent: RawRespondent,
    pub(super) age_min: u8,
    pub(super) age_max: u8,
    #[serde(default)]
    pub(super) age_note: String,
    pub(super) recall_days: u16,
    pub(super) item_count: u16,
    pub(super) answer_min: u8,
    pub(super) answer_max: u8,
    #[serde(default)]
    pub(super) reverse_items: Vec<u16>,
    #[serde(default)]
    pub(super) scored_items: Vec<u16>,
    pub(super) licence: RawLicence,
    pub(super) text: RawText,
    pub(super) stem: Option<RawLabel>,
    #[serde(rename = "option", default)]
    pub(super) options: Vec<RawOption>,
    #[serde(rename = "item", default)]
    pub(super) items: Vec<RawItem>,
    pub(super) total: Option<RawTotal>,
    #[serde(rename = "band", default)]
    pub(super) bands: Vec<RawBand>,
    #[serde(rename = "subscale", default)]
    pub(super) subscales: Vec<RawSubscale>,
    #[serde(rename = "critical", default)]
    pub(super) criticals: Vec<RawCritical>,
    pub(super) validity: Option<RawValidity>,
    #[serde(rename = "vector", default)]
    pub(super) vectors: Vec<RawVector>,
    pub(super) open: Option<RawOpen>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawRespondent {
    #[serde(rename = "self")]
    SelfReport,
    Interviewer,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawStatus {
    Free,
    FreeNoncommercial,
    Restricted,
    Unclear,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLicence {
    pub(super) status: RawStatus,
    pub(super) holder: String,
    pub(super) terms: String,
    pub(super) evidence: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawEnglish {
    Full,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawChinese {
    PublishedTranslation,
    Licensed,
    WorkingUnvalidated,
    None,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawText {
    pub(super) en: RawEnglish,
    pub(super) zh: RawChinese,
    pub(super) screening_use_zh: bool,
    #[serde(default)]
    pub(super) note: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLabel {
    pub(super) zh: String,
    pub(super) en: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOption {
    pub(super) value: u8,
    pub(super) zh: String,
    pub(super) en: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawItem {
    pub(super) n: u16,
    pub(super) code: Option<String>,
    pub(super) zh: Option<String>,
    pub(super) en: Option<String>,
    pub(super) answer_min: Option<u8>,
    pub(super) answer_max: Option<u8>,
}

/// A whole number or one with decimals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum RawNumber {
    Whole(u32),
    Decimal(f64),
}

/// A score, or the word `unscored`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum RawScore {
    Number(RawNumber),
    Word(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawMethod {
    Sum,
    Mean,
    Equals,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawDirection {
    HigherIsWorse,
    HigherIsBetter,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTotal {
    pub(super) method: RawMethod,
    pub(super) value: Option<u8>,
    pub(super) multiply: u16,
    pub(super) min: RawNumber,
    pub(super) max: RawNumber,
    pub(super) max_missing: u16,
    pub(super) cut_off: Option<RawNumber>,
    pub(super) direction: RawDirection,
    #[serde(default)]
    pub(super) note: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBand {
    pub(super) min: RawNumber,
    pub(super) max: RawNumber,
    pub(super) code: String,
    pub(super) zh: String,
    pub(super) en: String,
    pub(super) suggested_tier: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSubscale {
    pub(super) id: String,
    pub(super) zh: String,
    pub(super) en: String,
    pub(super) items: Vec<u16>,
    pub(super) method: RawMethod,
    pub(super) value: Option<u8>,
    pub(super) multiply: u16,
    pub(super) max_missing: u16,
    pub(super) cut_off: Option<RawNumber>,
    #[serde(rename = "band", default)]
    pub(super) bands: Vec<RawBand>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCritical {
    pub(super) item: u16,
    pub(super) answer_at_least: Option<u8>,
    pub(super) answer_equals: Option<u8>,
    pub(super) flag: String,
    pub(super) deadline_minutes: u32,
    pub(super) regardless_of_total: bool,
    pub(super) zh: String,
    pub(super) en: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawValidity {
    pub(super) items: Vec<u16>,
    pub(super) method: RawMethod,
    pub(super) invalid_at_least: u16,
    pub(super) zh: String,
    pub(super) en: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawVector {
    pub(super) name: String,
    pub(super) answers: Vec<i16>,
    pub(super) total: Option<RawScore>,
    pub(super) band: String,
    pub(super) flags: Vec<String>,
    pub(super) validity: Option<u16>,
    pub(super) valid: Option<bool>,
    #[serde(default)]
    pub(super) subscales: BTreeMap<String, RawScore>,
    #[serde(default)]
    pub(super) subscale_bands: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOpen {
    pub(super) questions: Vec<String>,
}
