//! Opened sums as a hub shows them: what the two hubs of a plan opened and recorded becomes
//! figures of the area, of its towns, and of whoever is above it.
//!
//! Figures are sums of recorded openings and of nothing else: whole groups, one detail, each set
//! once. A longer period of a flow is the sum of its weeks over groups of which every week was
//! opened; a part of it is never shown as the whole.

mod area;
mod cells;
pub mod down;
pub mod lane;
mod state;
pub mod verify;
mod weeks;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use certs::aggregate::task_id;
use domain::catalogue::{Axis, DimensionId, Grade, Stage};
use domain::digest::Digest;
use domain::disclosure::plan::School;
use domain::disclosure::sealed::{SealedTable, TaskId};
use domain::period::Period;
use domain::span::Span;
use domain::unit::{UnitId, UnitKind};
use runtime::sealing::SealingYear;
use runtime::sql::{SqlError, Tx};

use crate::packs::Packs;
use crate::rollup;
use crate::store;
use crate::store::opened::OpenedSum;
use crate::store::unit::UnitStatus;

pub use area::{AreaBook, AreaSum, Member};
pub use cells::Cell;
pub use state::{Closed, Sort};
pub use words::why;

/// Which part of an area a figure is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All groups of its plan.
    Area,
    /// The groups that one town holds whole.
    Town(UnitId),
}

impl Extent {
    /// Whether a school of the roster belongs to it.
    fn holds(&self, school: &School) -> bool {
        match self {
            Self::Area => true,
            Self::Town(town) => school.town == *town,
        }
    }
}

/// Which cells of a table are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take<'a> {
    /// Those before the complement.
    Counted,
    /// Some outcomes of a partition.
    Outcomes(&'a [String]),
    /// Everybody, the complement as well.
    Everybody,
}

/// A sealed table, and the value that it counts where a person can have several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableOf {
    /// The table.
    pub table: String,
    /// Dimension and value.
    pub only: Option<(DimensionId, String)>,
}

/// What is asked of opened sums.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Tables that carry the count.
    pub tables: &'a [TableOf],
    /// Which cells of them.
    pub take: Take<'a>,
    /// Axes of the result.
    pub by: &'a [Axis],
    /// Values to which dimensions are narrowed.
    pub filters: &'a [(DimensionId, String)],
}

impl Asked<'_> {
    /// Whether tables of several values would be added up although a person can have several.
    fn is_of_several(&self) -> bool {
        let Some((dimension, _)) = self.tables.first().and_then(|table| table.only.as_ref()) else {
            return false;
        };
        let is_chosen = self.by.iter().any(|axis| axis.dimension == *dimension)
            || self.filters.iter().any(|(known, _)| known == dimension);
        self.tables.len() > 1 && !is_chosen
    }
}

/// The opened sums that a unit's figures of a period are made of.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// One for each area under seal.
    pub areas: Vec<Arc<AreaBook>>,
    /// Which part of them.
    pub extent: Option<Extent>,
    /// Whether every member of the unit is under seal.
    pub is_all: bool,
}

impl Books {
    /// Whether anything of the unit is under seal.
    #[must_use]
    pub const fn is_sealed(&self) -> bool {
        !self.areas.is_empty()
    }

    /// Schools on the rosters of these areas, or of the town.
    #[must_use]
    pub fn schools(&self) -> u32 {
        self.areas.iter().map(|book| book.schools(self.extent())).sum()
    }

    /// Whether nothing else is counted beside them: every member of the unit is under seal, and of
    /// the schools that are due there each is on a roster.
    #[must_use]
    pub fn are_whole_for(&self, due: u32) -> bool {
        self.is_all && due <= self.schools()
    }

    /// Whether any school on the rosters has students of a stage and of a grade.
    #[must_use]
    pub fn has(&self, stage: Option<Stage>, grade: Option<Grade>) -> bool {
        self.areas.iter().any(|book| book.has(self.extent(), stage, grade))
    }

    /// The opened sums that are a member's own: an area's, or those of a town in one.
    #[must_use]
    pub fn of_member(&self, member: &UnitId) -> Self {
        let is_town = |book: &AreaBook| {
            let year = book.sealing().map(SealingYear::year);
            book.area() != member && year.is_some_and(|year| year.roster.has_town(member))
        };
        for book in &self.areas {
            let extent = is_town(book).then(|| Extent::Town(member.clone()));
            if book.area() == member || extent.is_some() {
                return Self { areas: vec![book.clone()], extent, is_all: true };
            }
        }
        Self::default()
    }

    /// The part of the areas that is meant.
    #[must_use]
    pub fn extent(&self) -> &Extent {
        self.extent.as_ref().unwrap_or(&Extent::Area)
    }
}

/// Whether a task is the one that this hub's own documents make of a table and a period.
pub(crate) fn is_task(
    packs: &Packs,
    (sealing, table): (&SealingYear, &SealedTable),
    (period, pack, task): (Period, Digest, &TaskId),
) -> bool {
    let Ok(span) = Span::of(period, packs.calendar()) else { return false };
    let terms = sealing.terms(table, (period, &span), pack);
    terms.is_some_and(|terms| task_id(&terms) == *task)
}

/// The sums of a school year that figures of a period are read from, by area; read once for all.
fn sums(
    tx: &Tx<'_>,
    (period, span): (Period, &Span),
    only: Option<&BTreeSet<String>>,
) -> Result<BTreeMap<UnitId, Vec<OpenedSum>>, SqlError> {
    let mut found: BTreeMap<UnitId, Vec<OpenedSum>> = BTreeMap::new();
    for one in area::periods(period, span) {
        for sum in store::opened::of_tables(tx, one, only)? {
            if sum.school_year == span.school_year {
                found.entry(sum.area.clone()).or_default().push(sum);
            }
        }
    }
    Ok(found)
}

/// The books of every area under seal that a hub shows in a period: those below it, those that it
/// helps, or the one in which it is a town.
///
/// # Errors
/// The store cannot be read.
pub fn books(tx: &Tx<'_>, packs: &Packs, hub: &UnitId, period: Period) -> Result<Books, SqlError> {
    books_of(tx, packs, hub, period, None)
}

/// The same with the sums of some tables only: figures of these tables are the same, and of others
/// there are none.
///
/// # Errors
/// The store cannot be read.
pub fn books_of(
    tx: &Tx<'_>,
    packs: &Packs,
    hub: &UnitId,
    period: Period,
    only: Option<&BTreeSet<String>>,
) -> Result<Books, SqlError> {
    let mut found = Books::default();
    let Ok(span) = Span::of(period, packs.calendar()) else { return Ok(found) };
    // Most special periods have nothing about persons.
    if packs.looked_at().is_some_and(|special| !special.has_sealed()) {
        return Ok(found);
    }
    let of_year = packs.sealed_years().sealing().map(SealingYear::year);
    let of_year: Vec<_> = of_year.filter(|year| year.plan.year() == span.school_year).collect();
    if of_year.is_empty() {
        return Ok(found);
    }
    let mut sums = sums(tx, (period, &span), only)?;
    for year in of_year {
        let area = year.plan.area();
        let is_own = area == hub || year.helper == *hub || year.leader == *hub;
        if !is_own && year.roster.has_town(hub) {
            let of_area = sums.remove(area).unwrap_or_default();
            let book = AreaBook::read(tx, packs, (hub, area, span), (period, of_area), only)?;
            let areas = vec![Arc::new(book)];
            return Ok(Books { areas, extent: Some(Extent::Town(hub.clone())), is_all: true });
        }
        if is_own || store::unit::find(tx, area)?.is_some() {
            let of_area = sums.remove(area).unwrap_or_default();
            let book = AreaBook::read(tx, packs, (hub, area, span), (period, of_area), only)?;
            found.is_all |= area == hub || year.helper == *hub;
            found.areas.push(Arc::new(book));
        }
    }
    if !found.is_all && found.is_sealed() {
        found.is_all = is_whole(tx, packs, (hub, period), &found)?;
    }
    Ok(found)
}

/// Whether every member of a hub that has schools is under seal.
fn is_whole(
    tx: &Tx<'_>,
    packs: &Packs,
    (hub, period): (&UnitId, Period),
    books: &Books,
) -> Result<bool, SqlError> {
    let day = rollup::tree_day(packs, &period.to_string());
    let members = store::unit::members_on(tx, hub, day)?;
    let is_beside = |unit: &store::unit::Unit| match unit.kind {
        _ if unit.status == UnitStatus::Closed => false,
        UnitKind::School => !books.areas.iter().any(|book| book.holds(&unit.id)),
        kind => kind.is_area() && unit.schools_below > 0 && !books.of_member(&unit.id).is_sealed(),
    };
    Ok(!members.iter().any(is_beside))
}
