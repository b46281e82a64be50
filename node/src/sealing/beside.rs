//! Beside: what the tables of a special period and the ordinary ones that count the same records
//! are held to, so that both tell of a week what was known at one moment.
//!
//! Who sees the sums of both over the same schools sees their difference. Were one table sealed at
//! another moment at one school alone, because its report was refused or the special period came
//! late there, the difference would be what was entered there in between. So in such a week a table
//! tells its own days alone, is sealed together with the others or not at all, and what is sealed
//! once more is what was told the first time.

use std::collections::BTreeSet;

use domain::catalogue::{Catalogue, Source};
use domain::disclosure::is_sealed_beside;
use domain::disclosure::sealed::{SealedTable, SealedTables, special_of};
use domain::period::Period;
use domain::span::Span;
use runtime::sealing::SealingYear;
use runtime::sql::{SqlError, Tx};

use super::{Context, Due, Named};
use crate::ledger::sealed as register;

/// The special periods of a week, and what was reported of it.
pub(super) struct Beside<'c> {
    context: &'c Context,
    own: Span,
    specials: Vec<Named>,
    reported: BTreeSet<String>,
}

/// What a table is held to by those beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// Nothing: it is counted now.
    Free,
    /// What its own last report of the period told.
    Before {
        /// Every catalogue here that has the table counts it as it is counted now: what it told
        /// under other documents was counted so.
        is_alike: bool,
    },
    /// The others were counted without it: it tells nothing.
    Past,
}

impl<'c> Beside<'c> {
    pub(super) fn of(
        tx: &Tx<'_>,
        context: &'c Context,
        (year, period, own): (&SealingYear, Period, Span),
    ) -> Result<Self, SqlError> {
        let specials = context.sealed_specials(year, period, own.from);
        let reported = register::tables_of(tx, &period.to_string())?;
        Ok(Self { context, own, specials, reported })
    }

    /// Whether a table tells the events of its own week alone: one of a special period, and each
    /// that counts records of which a special period of the week seals some, or sealed some before
    /// it ended. What is late of these is told in the first week after it.
    pub(super) fn tells_its_week(&self, due: &Due) -> bool {
        let (_, catalogue) = &due.catalogue;
        catalogue.special().is_some()
            || self.specials.iter().any(|(_, of)| is_sealed_beside(catalogue, &due.table, of))
            || self.is_reported_beside(due)
    }

    /// What a table is held to.
    pub(super) fn moment(&self, due: &Due) -> Moment {
        if !self.tells_its_week(due) {
            Moment::Free
        } else if self.reported.contains(due.table.id().as_str()) {
            Moment::Before { is_alike: self.is_alike(due) }
        } else if self.is_reported_beside(due) {
            Moment::Past
        } else {
            Moment::Free
        }
    }

    fn is_alike(&self, due: &Due) -> bool {
        let counted = |catalogue: &Catalogue| {
            let tables = SealedTables::of(catalogue);
            let table = tables.table(due.table.id().as_str())?;
            Some(table.counted_by(catalogue))
        };
        let now = counted(&due.catalogue.1);
        let all = self.context.packs.catalogues_ever();
        let mut others = all.iter().map(|(_, catalogue)| counted(catalogue));
        others.all(|other| other.is_none() || other == now)
    }

    /// Whether a table of another pack that counts records of the same source was reported.
    fn is_reported_beside(&self, due: &Due) -> bool {
        let own = special_of(due.table.id().as_str());
        let own_source = source_of(&due.table, &due.catalogue.1);
        let mut others = self.reported.iter().filter(|other| special_of(other) != own);
        others.any(|other| {
            let named = self.context.catalogue_for(other, self.own.from);
            let source = named.and_then(|(_, catalogue)| {
                let tables = SealedTables::of(&catalogue);
                source_of(tables.table(other)?, &catalogue)
            });
            // Of a special period that ended since it is not known what it counted.
            source.is_none() || source == own_source
        })
    }
}

fn source_of(table: &SealedTable, catalogue: &Catalogue) -> Option<Source> {
    table.counted_by(catalogue).map(|(definition, _)| definition.source)
}
