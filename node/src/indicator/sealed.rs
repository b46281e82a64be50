//! Figures for sealed tables: the cells of a stock, the events of a flow, the persons of a stratum.
//!
//! A school that works in its ledgers and has no entry in one of them has no such event: a report
//! that is missing would say, and one that appears would say more, so nothing of a ledger of
//! children in need decides whether there is a report.

use std::collections::HashMap;
use std::ptr;

use domain::catalogue::{At, Block, Catalogue, Definition, Field, Source, Stage};
use domain::cell::Cell;
use domain::disclosure::RawTable;
use domain::disclosure::sealed::{SealedTable, Stratum};

use super::facts::{Found, Record, Value};
use super::{Behind, Facts, IndicatorError, evaluate};

/// An event of a sealed flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Place of its cell; none where the table does not count it and its family does.
    pub place: Option<usize>,
    /// What it adds there.
    pub amount: u64,
    /// The record.
    pub behind: Behind,
}

/// Why a school has no report of a sealed table for a period. None of them is about a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unsealed {
    /// The school does not work in its ledgers yet.
    NotAtWork,
    /// The term has no screening.
    NotScreened,
    /// This software has no ledger that fills it.
    Unsupported,
    /// Records of students of the period are destroyed: what is left is no count.
    Destroyed,
    /// The days are those of a ledger that was lost: it told them, or nobody will.
    OfLostLedger,
    /// Another table of its family told the period, and the very same records cannot be told
    /// any more.
    ToldOtherwise,
    /// A special period names no place for one of the school's records.
    NoPlace,
}

impl Facts {
    /// The counted cells of a stock, before the complement.
    ///
    /// # Errors
    /// A record that the catalogue has no place for.
    pub fn sealed_stock(
        &self,
        catalogue: &Catalogue,
        table: &SealedTable,
    ) -> Result<Result<RawTable, Unsealed>, IndicatorError> {
        let Some((definition, block)) = table.counted_by(catalogue) else {
            return Ok(Err(Unsealed::Unsupported));
        };
        let hits = match self.sealed_hits(&definition, &block)? {
            Ok(hits) => hits,
            Err(absent) => return Ok(Err(absent)),
        };
        let sums = evaluate::sums(&hits, block.length);
        let cells = sums.into_iter().map(Cell::Value).collect();
        Ok(Ok(RawTable::new(table.id().clone(), cells)))
    }

    /// The events of a flow up to the end of the period, as they are known today, among all that
    /// its family counts: each of these, with its cell where the flow counts it as well.
    ///
    /// # Errors
    /// A record that the catalogue has no place for.
    pub fn sealed_events(
        &self,
        (catalogue, table): (&Catalogue, &SealedTable),
        family: Option<&Definition>,
    ) -> Result<Result<Vec<Event>, Unsealed>, IndicatorError> {
        let (Some((definition, block)), Some(family)) = (table.counted_by(catalogue), family)
        else {
            return Ok(Err(Unsealed::Unsupported));
        };
        let own = match self.sealed_hits(&definition, &block)? {
            Ok(hits) => hits,
            Err(absent) => return Ok(Err(absent)),
        };
        let event = |hit: &evaluate::Hit<'_>, place| Event {
            place,
            amount: hit.amount,
            behind: hit.record.behind,
        };
        if definition == *family {
            return Ok(Ok(own.iter().map(|hit| event(hit, Some(hit.place))).collect()));
        }
        // The very same rows of the very same facts, by where they stand.
        let places: HashMap<*const Record, usize> =
            own.iter().map(|hit| (ptr::from_ref(hit.record), hit.place)).collect();
        let one_cell = Block { axes: Vec::new(), offset: 0, length: 1, ..block };
        let all = self.sealed_hits(family, &one_cell)?;
        let placed =
            |hit: &evaluate::Hit<'_>| event(hit, places.get(&ptr::from_ref(hit.record)).copied());
        Ok(all.map(|hits| hits.iter().map(placed).collect()))
    }

    /// Students of a stratum on the roll of the census day, by which a stock is completed.
    #[must_use]
    pub fn persons_of(&self, stratum: &Stratum) -> u64 {
        let Found::Records(roll) = self.source(At::CensusDay, Source::Roll) else { return 0 };
        let place = |field: Field| roll.fields.iter().position(|known| *known == field);
        let asked = [
            (Field::Stage, stratum.stage.map(Stage::as_str)),
            (Field::Grade, stratum.grade.map(|grade| grade.as_str())),
            (Field::Sex, stratum.sex.as_deref()),
        ];
        let is_of = |values: &[Value]| {
            asked.iter().all(|(field, wanted)| match (wanted, place(*field)) {
                (None, _) => true,
                (Some(wanted), Some(at)) => {
                    matches!(values.get(at), Some(Value::Word(word)) if word == wanted)
                }
                (Some(_), None) => false,
            })
        };
        roll.rows.iter().filter(|record| is_of(&record.values)).count() as u64
    }

    fn sealed_hits(
        &self,
        definition: &Definition,
        block: &Block,
    ) -> Result<Result<Vec<evaluate::Hit<'_>>, Unsealed>, IndicatorError> {
        if definition.source != Source::Screening && !self.is_at_work() {
            return Ok(Err(Unsealed::NotAtWork));
        }
        // Asked before the ledger: that there is one with entries decides nothing.
        if self.is_destroyed(definition.source) {
            return Ok(Err(Unsealed::Destroyed));
        }
        Ok(match self.source(definition.at, definition.source) {
            Found::Records(records) => {
                let hits = evaluate::evaluate(definition, block, records)?;
                hits.ok_or(Unsealed::Unsupported)
            }
            Found::NotKept if definition.source == Source::Screening => Err(Unsealed::NotScreened),
            Found::NotKept => Ok(Vec::new()),
            Found::NoSuchTime | Found::Unsupported => Err(Unsealed::Unsupported),
            Found::Destroyed => Err(Unsealed::Destroyed),
        })
    }
}
