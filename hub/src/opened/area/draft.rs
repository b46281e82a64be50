//! Figures of an area while its stages are added up.

use std::collections::BTreeSet;

use super::super::cells::Cell;
use super::super::state::Closed;

/// Figures while stages are added up.
pub(super) struct Draft {
    pub(super) cells: Vec<Cell>,
    /// Why a stage is not in.
    pub(super) closed: Vec<Option<Closed>>,
}

impl Draft {
    /// Notes why a stage is not in, for figures that it would be in.
    pub(super) fn close(&mut self, reached: &BTreeSet<usize>, why: Closed) {
        for at in reached {
            if let Some(before) = self.closed.get_mut(*at) {
                *before = (*before).max(Some(why));
            }
        }
    }

    /// Gives up every figure: what is there would be a part of it.
    pub(super) fn close_all(&mut self, why: Closed) {
        self.cells.iter_mut().for_each(|cell| *cell = Cell { is_about: true, ..Cell::default() });
        self.closed.iter_mut().for_each(|closed| *closed = (*closed).max(Some(why)));
    }

    /// What is there goes before what is not: how complete it is, its coverage says.
    pub(super) fn finish(self) -> Vec<Result<Cell, Closed>> {
        let one = |(cell, closed): (Cell, Option<Closed>)| match closed {
            closed if cell.opened > 0 => {
                Ok(Cell { lacks_stage: closed == Some(Closed::FewSchools), ..cell })
            }
            Some(closed) if cell.is_about => Err(closed.max(Closed::FewPersons)),
            None if cell.is_about => Err(Closed::FewPersons),
            closed => Err(closed.unwrap_or(Closed::Nobody)),
        };
        self.cells.into_iter().zip(self.closed).map(one).collect()
    }
}
