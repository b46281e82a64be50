//! What a release is read from: the opened sums of every group that the plan opens, and nothing
//! else.
//!
//! A release is read whole or not at all. Sums that are settled exist once in the world, signed by
//! two hubs, so whoever reads them again, after a restored backup as well, reads the same. Times,
//! records and coverage do not enter the identity: a record can be signed anew, a value cannot
//! change.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::catalogue::{Axis, Stage};
use domain::digest::Digest;
use domain::disclosure::noise::{LIST, Publisher, Query, ReleaseName, Scale};
use domain::disclosure::plan::Access;
use domain::disclosure::sealed::{SealedTable, lv};
use domain::period::Period;
use domain::rollup::Coverage;
use domain::span::Span;
use domain::unit::{UnitId, UnitKind, Zone};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::Refused;
use crate::opened::{self, AreaBook, AreaSum, Asked, Books, Closed, Extent, Sort, TableOf, Take};
use crate::rollup;
use crate::seen::Place;
use crate::statistics::key_at;
use crate::store::opened::OpenedSum;
use crate::store::publication::Area;
use crate::store::sealed::year;
use crate::store::unit::{self, UnitStatus};

/// What stands before everything that an identity is made of.
const FORM: &[u8] = b"xinqiao/publication/v1";

/// Everything that a release's numbers follow from, and what is said beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// Which release.
    pub name: ReleaseName,
    /// Who publishes.
    pub publisher: Publisher,
    /// Its queries with their exact cells.
    pub parts: Vec<Part>,
    /// Schools of all areas.
    pub coverage: Coverage,
    /// Reports of an earlier term in its sums: their students may be counted elsewhere as well.
    pub carried: u32,
    /// The areas.
    pub areas: Vec<Area>,
    /// Catalogue whose words are those of the sums: the one in force.
    pub catalogue: Digest,
    /// The sums that it is made of, each once.
    pub sums: Vec<OpenedSum>,
}

/// A query with its exact cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The query.
    pub query: &'static Query,
    /// Its cells in order; what nobody can be in is not among them.
    pub cells: Vec<Exact>,
}

/// A cell before noise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exact {
    /// One category for each dimension of the query.
    pub key: Vec<String>,
    /// The sum; nothing where every cell of it stays closed.
    pub value: Option<u64>,
    /// Whether some of its persons are in cells that stay closed.
    pub left_out: bool,
}

/// Reads what a release is made of.
///
/// # Errors
/// The hub does not publish, a sum is not settled or none at all, or the store cannot be read.
pub fn read(tx: &Tx<'_>, place: Place<'_>, name: ReleaseName) -> Result<Inputs, Refused> {
    let publisher = Publisher::of(place.kind).ok_or(Refused::NotHere)?;
    let period = Period::Term(name.term);
    let books = opened::books(tx, place.packs, place.unit, period)?;
    // What a district leads or helps elsewhere is not its own to publish.
    let is_own =
        place.kind == UnitKind::City || books.areas.iter().all(|book| book.area() == place.unit);
    if !books.is_sealed() || books.extent.is_some() || !is_own {
        return Err(Refused::NotOpened(place.unit.clone()));
    }
    let span = Span::of(period, place.packs.calendar()).map_err(|_| Refused::NoGroup)?;
    if let Some(unit) = beside(tx, place, (&books, span.to))? {
        return Err(Refused::NotOpened(unit));
    }
    let mut found = Inputs {
        name,
        publisher,
        parts: Vec::new(),
        coverage: Coverage::default(),
        carried: 0,
        areas: Vec::new(),
        catalogue: place.packs.in_force().digest,
        sums: Vec::new(),
    };
    for query in name.subject.queries() {
        let axes = axes(place, query)?;
        let table = [TableOf { table: query.table.to_owned(), only: None }];
        let asked = Asked { tables: &table, take: Take::Everybody, by: &axes, filters: &[] };
        let mut part = Vec::new();
        for book in &books.areas {
            let sum = book.sum(&Extent::Area, asked);
            settled(book, &sum).map_err(|refused| closed(tx, book, refused))?;
            same_words(place, query, &sum)?;
            part.push(sum.cells.clone());
            found.take(book, &sum);
        }
        let cells = cells(&axes, &part).map_err(|refused| {
            let waits = |refused, book: &Arc<AreaBook>| closed(tx, book, refused);
            books.areas.iter().fold(refused, waits)
        })?;
        found.parts.push(Part { query, cells });
    }
    if found.sums.is_empty() {
        return Err(Refused::NoGroup);
    }
    // Schools that no roster has are due as well; those of too few to be opened are not.
    let due = rollup::schools_due(tx, place.packs, place.unit, ("", &period.to_string()))?;
    let closed = books.schools().saturating_sub(found.coverage.schools_due);
    found.coverage.schools_due = found.coverage.schools_due.max(due.saturating_sub(closed));
    Ok(found)
}

/// An area below a city on the term's last day whose figures are not opened sums: in a release they
/// would be missing, and rounded ones have another protection. A single school that no roster has
/// is named by the coverage.
fn beside(
    tx: &Tx<'_>,
    place: Place<'_>,
    (books, day): (&Books, Date),
) -> Result<Option<UnitId>, Refused> {
    if place.kind != UnitKind::City {
        return Ok(None);
    }
    let day = day.to_string();
    for stay in unit::stays(tx, place.unit)? {
        let is_there = stay.status != UnitStatus::Closed && stay.covers(&day);
        if !is_there || !stay.kind.is_area() || stay.schools_below == 0 {
            continue;
        }
        let Ok(id) = stay.unit.parse::<UnitId>() else { continue };
        if !books.of_member(&id).is_sealed() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The axes of a query in the words of the catalogue in force.
fn axes(place: Place<'_>, query: &Query) -> Result<Vec<Axis>, Refused> {
    let tables = place.packs.sealed_tables(&place.packs.in_force().digest);
    let table = tables.as_ref().and_then(|all| all.table(query.table)).ok_or(Refused::Catalogue)?;
    query.check(table)?;
    let axis = |dim: &&str| {
        let own = table.block().axes.iter().find(|axis| axis.dimension.as_str() == *dim);
        own.cloned().or_else(|| {
            let values = Stage::ALL.iter().map(|stage| stage.as_str().to_owned()).collect();
            Some(Axis { dimension: dim.parse().ok()?, values })
        })
    };
    query.by.iter().map(axis).collect::<Option<_>>().ok_or(Refused::Catalogue)
}

/// Whether the sums have the words of the catalogue in force: with others the same figures would
/// stand under other keys.
fn same_words(place: Place<'_>, query: &Query, sum: &AreaSum<'_>) -> Result<(), Refused> {
    let own = place.packs.sealed_tables(&place.packs.in_force().digest);
    let own = own.as_ref().and_then(|all| all.table(query.table));
    let has_same = |sum: &&OpenedSum| {
        let other = place.packs.sealed_tables(&sum.pack);
        let other = other.as_ref().and_then(|all| all.table(query.table));
        let axes = |table: Option<&SealedTable>| table.map(|table| table.block().axes.clone());
        axes(other) == axes(own)
    };
    if sum.sums.iter().all(has_same) { Ok(()) } else { Err(Refused::Catalogue) }
}

/// Whether every group that the plan opens is in.
fn settled(book: &AreaBook, sum: &AreaSum<'_>) -> Result<(), Refused> {
    let Some(sealing) = book.sealing() else {
        return Err(Refused::NotOpened(book.area().clone()));
    };
    let plan = &sealing.year().plan;
    let due = plan.groups().iter().filter(|group| group.access != Access::Closed);
    let (open, closed): (Vec<_>, Vec<_>) = due.partition(|group| {
        sum.basis.contains(&(book.area().clone(), group.stage, group.id.clone()))
    });
    if closed.is_empty() {
        return Ok(());
    }
    let waits = sum.cells.iter().filter_map(|cell| cell.err());
    let why = waits.filter(|why| matches!(why.sort(), Sort::Waits | Sort::Stopped)).max();
    let (area, of) = (book.area().clone(), open.len() + closed.len());
    Err(Refused::Unsettled { area, open: open.len(), of, why })
}

/// Of what waits in a year that this hub closed, that nothing of it comes any more.
fn closed(tx: &Tx<'_>, book: &AreaBook, refused: Refused) -> Refused {
    let waits = match &refused {
        Refused::Unsettled { .. } => true,
        Refused::Closed(why) => why.sort() == Sort::Waits,
        _ => false,
    };
    if !waits {
        return refused;
    }
    let (area, year) = (book.area(), book.school_year());
    match year::is_closed(tx, (area, year)) {
        Ok(false) => refused,
        Ok(true) => Refused::YearClosed { area: area.clone(), year },
        Err(error) => error.into(),
    }
}

/// The cells of a query over all areas.
fn cells(
    axes: &[Axis],
    areas: &[Vec<Result<opened::Cell, Closed>>],
) -> Result<Vec<Exact>, Refused> {
    let size = axes.iter().map(|axis| axis.values.len()).product();
    let mut found = Vec::new();
    for place in 0..size {
        let mut cell = Exact { key: key_at(axes, place), value: None, left_out: false };
        let mut is_about = false;
        for area in areas {
            match area.get(place) {
                Some(Ok(one)) => {
                    is_about = true;
                    cell.value = Some(cell.value.unwrap_or(0).saturating_add(one.value));
                    cell.left_out |= one.left_out > 0 || one.lacks_stage;
                }
                Some(Err(Closed::Nobody)) | None => {}
                // Few persons, or no group of enough schools: closed by structure.
                Some(Err(Closed::FewPersons | Closed::FewSchools)) => {
                    is_about = true;
                    cell.left_out = true;
                }
                Some(Err(Closed::Catalogue)) => return Err(Refused::Catalogue),
                Some(Err(why)) => return Err(Refused::Closed(*why)),
            }
        }
        if is_about {
            found.push(cell);
        }
    }
    Ok(found)
}

impl Inputs {
    /// Takes up who and what an area's sum of a query is made of.
    fn take(&mut self, book: &AreaBook, sum: &AreaSum<'_>) {
        for one in &sum.sums {
            if !self.sums.iter().any(|known| known.key() == one.key()) {
                self.sums.push((*one).clone());
                self.carried = self.carried.saturating_add(one.carried);
            }
        }
        let Some(sealing) = book.sealing() else { return };
        if self.areas.iter().any(|known| *known.area == *book.area().as_str()) {
            return;
        }
        let Coverage { schools_due, schools_reported, persons } = sum.coverage;
        self.coverage.schools_due += schools_due;
        self.coverage.schools_reported += schools_reported;
        self.coverage.persons += persons;
        self.areas.push(Area {
            area: book.area().to_string(),
            plan: sealing.year().plan_digest,
            roster: sealing.year().roster_digest,
            schools_reported,
            schools_due,
        });
    }

    /// When the last sum was opened.
    #[must_use]
    pub fn opened_at_ms(&self) -> i64 {
        self.sums.iter().map(|sum| sum.opened_at_ms).max().unwrap_or_default()
    }

    /// What it costs and how far the noise reaches.
    ///
    /// # Errors
    /// None for the queries of the list.
    pub fn scale(&self) -> Result<Scale, Refused> {
        let cost = (self.publisher.epsilon(self.name.subject), self.carried);
        Ok(self.name.scale(self.parts.len(), cost)?)
    }

    /// The exact values of every query that get noise, in order.
    #[must_use]
    pub fn values(&self) -> Vec<Vec<u64>> {
        let known = |part: &Part| part.cells.iter().filter_map(|cell| cell.value).collect();
        self.parts.iter().map(known).collect()
    }

    /// Everything that the numbers follow from, in bytes that are the same at every reading.
    ///
    /// # Errors
    /// None for the queries of the list.
    pub fn content(&self, zone: &Zone, unit: &UnitId) -> Result<Vec<u8>, Refused> {
        let (numerator, denominator) = self.scale()?.parts();
        let parts: Vec<Vec<u8>> = self.parts.iter().map(of_part).collect();
        // Which groups were opened together can differ after a restore; all of them are in.
        let tasks: BTreeSet<[u8; 32]> = self.sums.iter().map(|sum| *sum.task.bytes()).collect();
        let tasks: Vec<&[u8]> = tasks.iter().map(<[u8; 32]>::as_slice).collect();
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        Ok(lv(&[
            FORM,
            LIST.as_bytes(),
            zone.as_str().as_bytes(),
            unit.as_str().as_bytes(),
            self.name.to_string().as_bytes(),
            &self.publisher.epsilon(self.name.subject).0.to_be_bytes(),
            &numerator.to_be_bytes(),
            &denominator.to_be_bytes(),
            &lv(&parts),
            &lv(&tasks),
        ]))
    }
}

fn of_part(part: &Part) -> Vec<u8> {
    let mut fields: Vec<Vec<u8>> = vec![part.query.id.into(), part.query.table.into()];
    fields.push(part.query.by.join("/").into_bytes());
    for cell in &part.cells {
        fields.push(cell.key.join("/").into_bytes());
        fields.push(cell.value.map_or_else(Vec::new, |value| value.to_be_bytes().to_vec()));
    }
    lv(&fields.iter().map(Vec::as_slice).collect::<Vec<_>>())
}
