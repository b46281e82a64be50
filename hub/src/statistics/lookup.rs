//! Looks up what was decided about figures of a rounded table; nothing is decided here.
//!
//! A figure that nobody decided about is not shown: a state that was sealed under another
//! catalogue, or a combination of outcomes and dimensions that the outline does not have.

use domain::catalogue::{Axis, DimensionId};
use domain::disclosure::suppression::{List, Verdict};

use super::plan::{Feed, PlannedTerm};
use super::sheet::{Decided, Sheet};
use super::value::Floor;
use crate::packs::KnownCatalogue;

/// What was decided about the figures of one term of an indicator.
pub struct Lookup<'a> {
    list: Option<&'a List>,
    decided: &'a Decided,
    axes: &'a [Axis],
    filters: &'a [(DimensionId, String)],
}

impl<'a> Lookup<'a> {
    /// For the figures of a term by some axes; `None` where it is not read from a rounded table.
    #[must_use]
    pub fn of(
        known: &'a KnownCatalogue,
        sheet: &'a Sheet,
        term: &'a PlannedTerm<'_>,
        axes: &'a [Axis],
    ) -> Option<Self> {
        let Feed::Rounded { partition, outcomes, .. } = &term.feed else { return None };
        let filters = term.filters;
        let mut dims: Vec<&DimensionId> = axes.iter().map(|axis| &axis.dimension).collect();
        for (dimension, _) in filters {
            if !dims.contains(&dimension) {
                dims.push(dimension);
            }
        }
        let list = known.outline(partition).and_then(|outline| outline.list(outcomes, &dims));
        Some(Self { list, decided: &sheet.decided, axes, filters })
    }

    /// Why a figure is not shown; `None` where it is.
    #[must_use]
    pub fn floor(&self, key: &[String]) -> Option<Floor> {
        let codes = match self.decided {
            Decided::School => return Some(Floor::FewSchools),
            Decided::Not => return Some(Floor::Waiting),
            Decided::Verdicts(codes) => codes,
        };
        let Some(list) = self.list else { return Some(Floor::Telling) };
        let value_of = |dimension: &DimensionId| {
            let at = self.axes.iter().position(|axis| axis.dimension == *dimension);
            let asked = at.and_then(|at| key.get(at)).map(String::as_str);
            let only = self.filters.iter().find(|(known, _)| known == dimension);
            asked.or_else(|| only.map(|(_, value)| value.as_str()))
        };
        let code = list.place(value_of).and_then(|place| codes.get(place));
        match code.and_then(|code| Verdict::from_code(*code)) {
            Some(Verdict::Shown) => None,
            Some(Verdict::Few) => Some(Floor::FewSchools),
            Some(Verdict::Small) => Some(Floor::Small { shown_from: list.floor() }),
            Some(Verdict::Level) => Some(Floor::Level),
            Some(Verdict::Incomplete) => Some(Floor::Incomplete),
            Some(Verdict::Telling | Verdict::Absent) | None => Some(Floor::Telling),
        }
    }
}
