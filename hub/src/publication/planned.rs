//! What a release would be, in words: looked at before it is drawn.

use domain::catalogue::Catalogue;
use serde::Serialize;
use utoipa::ToSchema;

use super::out::{dimension, named, names_of, scale_text};
use super::{Draft, words};
use crate::statistics::{CoverageOut, NameOut};

/// What would be drawn.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanOut {
    /// Term and subject.
    pub id: String,
    /// What it is about.
    pub subject: NameOut,
    /// Give it to `publish draw`.
    pub code: String,
    /// What it costs.
    pub epsilon: String,
    /// What the year may still cost before it.
    pub left: String,
    /// Scale of the noise.
    pub scale: String,
    /// 95 of 100 figures would be within this.
    pub margin95: u64,
    /// Whether it was paid for, and only its numbers are missing.
    pub is_paid: bool,
    /// Schools in it.
    pub coverage: CoverageOut,
    /// Reports of an earlier term in its sums.
    pub carried: u32,
    /// Opened sums that it is made of.
    pub sums: usize,
    /// Its queries.
    pub queries: Vec<QueryOut>,
    /// What the attacker says of what the hub has seen of these measures: `no_leak_found`; anything
    /// else refuses the plan. Noise itself bounds nothing.
    pub attacker: &'static str,
}

/// A query of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueryOut {
    /// Its name.
    pub query: String,
    /// Its dimensions.
    pub by: Vec<String>,
    /// Names of the dimensions.
    #[serde(skip)]
    pub by_names: Vec<NameOut>,
    /// Figures that get noise.
    pub figures: usize,
    /// Figures that stay closed.
    pub closed: usize,
}

impl PlanOut {
    /// A draft in words.
    #[must_use]
    pub fn of(draft: &Draft, catalogue: &Catalogue) -> Self {
        let inputs = &draft.inputs;
        let query = |part: &super::Part| {
            let closed = part.cells.iter().filter(|cell| cell.value.is_none()).count();
            QueryOut {
                query: part.query.id.to_owned(),
                by: names_of(part.query),
                by_names: part.query.by.iter().map(|dim| dimension(catalogue, dim)).collect(),
                figures: part.cells.len() - closed,
                closed,
            }
        };
        Self {
            id: inputs.name.to_string(),
            subject: named(words::subject(inputs.name.subject)),
            code: draft.code(),
            epsilon: draft.epsilon.to_string(),
            left: draft.left.to_string(),
            scale: scale_text(draft.scale),
            margin95: draft.scale.margin(),
            is_paid: draft.is_paid,
            coverage: CoverageOut::from(inputs.coverage),
            carried: inputs.carried,
            sums: inputs.sums.len(),
            queries: inputs.parts.iter().map(query).collect(),
            attacker: "no_leak_found",
        }
    }
}
