//! Which schools a term is about: how complete a figure is, and whether a numerator and a
//! denominator are about the same ones.

use std::collections::BTreeSet;

use domain::catalogue::{Block, DimensionId};
use domain::rollup::Coverage;

use super::evaluate::{Reader, block};
use super::plan::{Plan, PlannedTerm};
use super::sealed;
use super::sheet::Sheet;
use crate::opened::Member;

/// Which schools a term is about.
#[derive(PartialEq, Eq)]
pub(super) struct About {
    /// Groups of opened sums; nothing for a term that is read from sheets alone.
    groups: Option<BTreeSet<Member>>,
    /// Schools and persons of its sheet.
    sheet: (u32, u64),
    pub(super) coverage: Coverage,
    /// Whether persons of these schools are left out of it, in cells that stay closed.
    leaves_out: bool,
    /// Whether some schools are in it without one of their stages, or not at all.
    lacks_stage: bool,
}

impl Reader<'_> {
    /// How complete the first count of a plan is where a dimension has one value; nothing where it
    /// is not told by opened sums alone, whose roster says which schools have the value.
    #[must_use]
    pub fn coverage_where(
        &self,
        plan: &Plan<'_>,
        (dimension, value): (&DimensionId, &str),
    ) -> Option<Coverage> {
        let first = plan.numerator.first()?;
        first.sealed.as_ref().filter(|_| self.books.is_sealed() && !self.reads_beside(first))?;
        let mut filters = first.filters.to_vec();
        filters.push((dimension.clone(), value.to_owned()));
        let narrowed = PlannedTerm {
            coefficient: first.coefficient,
            count: first.count,
            filters: &filters,
            feed: first.feed.clone(),
            sealed: first.sealed.clone(),
        };
        Some(self.about(&narrowed).coverage)
    }

    pub(super) fn about(&self, term: &PlannedTerm<'_>) -> About {
        let sheet = self.reported(term.feed.table());
        let Some(opened) = sealed::opened(self.books, term, &[]) else {
            let counted = (sheet.schools_reported, sheet.persons);
            return About {
                groups: None,
                sheet: counted,
                coverage: sheet,
                leaves_out: false,
                lacks_stage: false,
            };
        };
        let total = opened.amounts.first().copied();
        let leaves_out = total.is_some_and(|sum| sum.is_ok_and(|sum| sum.left_out > 0));
        let groups = Some(opened.basis);
        // Who was away is in no sum, and on the sheets all the same.
        let lacks_stage = !opened.closed.is_empty() || opened.away > 0;
        // Schools that are due here and on no roster are due all the same; those whose stages stay
        // closed cannot report it.
        let due = self.due.saturating_sub(opened.outside).max(opened.coverage.schools_due);
        let own = Coverage { schools_due: due, ..opened.coverage };
        let is_beside = self.reads_beside(term)
            && self.of_sheets(term, &[]).first().is_some_and(|part| part.amount.is_ok());
        if !is_beside {
            // A part that is not shown is not in the sum either.
            return About { groups, sheet: (0, 0), coverage: own, leaves_out, lacks_stage };
        }
        let coverage = Coverage {
            schools_due: sheet.schools_due.saturating_sub(opened.outside).max(due),
            schools_reported: sheet.schools_reported + opened.coverage.schools_reported,
            persons: sheet.persons + opened.coverage.persons,
        };
        let sheet = (sheet.schools_reported, sheet.persons);
        About { groups, sheet, coverage, leaves_out, lacks_stage }
    }

    /// Whether rounded figures of areas that are not under seal stand beside opened ones.
    pub(super) fn reads_beside(&self, term: &PlannedTerm<'_>) -> bool {
        term.feed.is_rounded() && !self.books.are_whole_for(self.due)
    }

    /// The denominator's terms, read so that they are about the numerator's schools.
    pub(super) fn same_schools<'p, 'c>(
        &self,
        plan: &'p Plan<'c>,
        terms: &'p [PlannedTerm<'c>],
    ) -> Option<&'p [PlannedTerm<'c>]> {
        let expected = self.about(plan.numerator.first()?);
        let mut all = plan.numerator.iter().chain(terms).map(|term| self.about(term));
        let equal = all.all(|about| !about.leaves_out && about.is_about_the_same(&expected));
        if equal && !self.is_withheld_somewhere(plan, terms) {
            Some(terms)
        } else {
            plan.same_schools.as_deref()
        }
    }

    /// Whether some school gave nothing above the line of a stage that it gave below it: it
    /// withheld the stage, or does not keep the ledger. Its students would be in one part only.
    fn is_withheld_somewhere(&self, plan: &Plan<'_>, terms: &[PlannedTerm<'_>]) -> bool {
        let stages = |term: &PlannedTerm<'_>| {
            let sheet = self.sheet(term.feed.table())?;
            schools_by_stage(sheet, block(sheet, &term.feed)?)
        };
        let above: Vec<Vec<u32>> = plan.numerator.iter().filter_map(stages).collect();
        let below = terms.iter().filter_map(stages);
        below.into_iter().any(|below| above.iter().any(|above| *above != below))
    }
}

impl About {
    /// Whether two terms are about the same schools. A sum that was opened for all schools and a
    /// sheet of all schools are.
    fn is_about_the_same(&self, other: &Self) -> bool {
        match (&self.groups, &other.groups) {
            (None, None) => self.sheet == other.sheet,
            (Some(own), Some(others)) => own == others && self.sheet == other.sheet,
            _ => [self, other].into_iter().all(|about| {
                let Coverage { schools_due, schools_reported, .. } = about.coverage;
                !about.lacks_stage
                    && schools_reported > 0
                    && schools_reported == schools_due
                    && schools_due == self.coverage.schools_due
            }),
        }
    }
}

/// Most schools that filled a cell of each stage; `None` for a block without stages.
pub(super) fn schools_by_stage(sheet: &Sheet, block: &Block) -> Option<Vec<u32>> {
    let axis = block.axes.iter().position(|axis| axis.dimension.as_str() == "stage")?;
    let mut most = vec![0; block.axes.get(axis)?.values.len()];
    let inner: usize = block.axes.iter().skip(axis + 1).map(|axis| axis.values.len()).product();
    let contributors = sheet.sums.contributors().get(block.range())?;
    for (place, count) in contributors.iter().enumerate() {
        let stage = (place / inner.max(1)) % most.len().max(1);
        if let Some(known) = most.get_mut(stage) {
            *known = (*known).max(*count);
        }
    }
    Some(most)
}
