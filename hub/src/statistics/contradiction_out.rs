//! The mark of a figure that breaks a relation of the catalogue beside others that this hub shows.

use runtime::web::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use super::report::NameOut;
use crate::contradiction::why;
use crate::store::contradiction::Contradiction;

/// A relation of the catalogue that figures break: they are shown as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContradictionOut {
    /// Name of the rule.
    pub identity: String,
    /// The relation, between counts.
    pub relation: String,
    /// Values of dimensions at which it is broken; absent for the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stratum: Option<String>,
    /// Area of the plan; of rounded tables the hub itself.
    pub area: String,
    /// Stage of the opened sums; absent of rounded tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Groups of the plan that the opened sums are over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Tables that carry the counts.
    pub tables: Vec<String>,
    /// The term, or the first week of the sums.
    pub from: String,
    /// The same term, or the last week of the sums.
    pub to: String,
    /// The same in a sentence in both languages.
    pub why: NameOut,
}

impl From<&Contradiction> for ContradictionOut {
    fn from(one: &Contradiction) -> Self {
        let told = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Self {
            identity: one.identity.clone(),
            relation: one.relation.clone(),
            stratum: told(&one.stratum),
            area: one.place.to_string(),
            stage: told(&one.stage),
            groups: one.groups.iter().map(ToString::to_string).collect(),
            tables: one.tables.iter().cloned().collect(),
            from: one.from.to_string(),
            to: one.to.to_string(),
            why: NameOut { zh: why(one, Lang::Zh), en: why(one, Lang::En) },
        }
    }
}
