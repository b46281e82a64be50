//! What one role has seen at this hub in a school year, as the shipped attacker takes it.
//!
//! Everything that bounds a figure about persons is in it: bands and wholes of clear sheets,
//! rounded tables, sums of lower hubs, opened sums with exactly the schools that they sum, what
//! the signed roster has of these schools, and what was published with noise. Figures of a
//! school's own work are exact by rule, are about nobody, and are left out. Shares and who
//! reported when are seen too and bound nothing: shares are uniformly random without the other
//! hub's.

mod links;
mod openings;
mod published;
mod roster;
mod same;
mod sheets;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use certs::aggregate::Role as Part;
use domain::disclosure::SMALL_BELOW;
use domain::disclosure::attacker::{
    Course, MARGIN, Printed, SeenCell, SeenPeriod, SeenTable, Unit, View,
};
use domain::period::Period;
use domain::span::Span;
use domain::unit::{UnitId, UnitKind};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use crate::packs::Packs;
use crate::sealed::documents::Documents;

pub(crate) use openings::{Kept, Known, Summed, known_of_task, linked, of_task, opened, periods};
pub(crate) use sheets::of_period;
pub use tree::Tree;

/// Either part in sealed sums.
const BOTH: [Part; 2] = [Part::Leader, Part::Helper];

/// Whose eyes a view is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The operator of a street's hub.
    Street,
    /// The operator of a district's hub.
    District,
    /// The operator of a city's hub.
    City,
    /// Education's half of sealed sums alone.
    Leader,
    /// The health commission's half of sealed sums.
    Helper,
    /// Whoever reads what is published.
    Public,
}

/// From where one looks.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    /// Packs in use.
    pub packs: &'p Packs,
    /// Signed documents in use.
    pub documents: &'p Documents,
    /// This hub.
    pub unit: &'p UnitId,
    /// What it is.
    pub kind: UnitKind,
    /// The school year, by the year in which it begins.
    pub year: i16,
    /// Today.
    pub today: Date,
}

/// Why there is no view.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeenError {
    /// The hub has no such role.
    #[error("this hub does not see with these eyes")]
    Role,
    /// Figures are stored under a catalogue that is not known here.
    #[error("figures are stored under a catalogue that is not known here")]
    Catalogue,
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] =
        [Self::Street, Self::District, Self::City, Self::Leader, Self::Helper, Self::Public];

    /// The word of the command line, and of the file's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Street => "street",
            Self::District => "district",
            Self::City => "city",
            Self::Leader => "leader",
            Self::Helper => "helper",
            Self::Public => "public",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Whether a hub of a kind can see with these eyes.
    #[must_use]
    pub const fn is_at(self, kind: UnitKind) -> bool {
        match self {
            Self::Street => matches!(kind, UnitKind::Street),
            Self::District => matches!(kind, UnitKind::District),
            Self::City => matches!(kind, UnitKind::City),
            Self::Leader => matches!(kind, UnitKind::District | UnitKind::City),
            Self::Helper => matches!(kind, UnitKind::Helper | UnitKind::District),
            Self::Public => kind.is_area(),
        }
    }
}

impl Place<'_> {
    /// Whether a period belongs to the school year.
    fn is_of_year(&self, period: Period) -> bool {
        Span::of(period, self.packs.calendar()).is_ok_and(|span| span.school_year == self.year)
    }
}

/// Everything that a role has seen of a school year at this hub.
///
/// # Errors
/// The hub has no such role, or the store cannot be read.
pub fn view(tx: &Tx<'_>, place: Place<'_>, role: Role) -> Result<View, SeenError> {
    let tree = Tree::read(tx, place)?;
    let tables = tables(tx, (place, &tree), role)?;
    Ok(put_together(&tree, tables))
}

/// What [`view`] puts together: what a role has seen, table by table. What was published everybody
/// has seen.
///
/// # Errors
/// As [`view`].
pub(crate) fn tables(
    tx: &Tx<'_>,
    (place, tree): (Place<'_>, &Tree),
    role: Role,
) -> Result<Vec<SeenTable>, SeenError> {
    if !role.is_at(place.kind) {
        return Err(SeenError::Role);
    }
    let mut tables = published::tables(tx, place, tree)?;
    match role {
        Role::Street | Role::District | Role::City => {
            tables.extend(sheets::tables(tx, place, tree)?);
            // A sum that was computed and stays closed is shown to nobody who reads here.
            tables.extend(openings::tables(tx, place, tree, (&BOTH, Known::Told))?);
            tables.extend(openings::told(tx, place, tree)?);
        }
        Role::Leader => {
            tables.extend(openings::tables(tx, place, tree, (&[Part::Leader], Known::Here))?);
        }
        Role::Helper => {
            tables.extend(openings::tables(tx, place, tree, (&[Part::Helper], Known::Here))?);
        }
        Role::Public => {}
    }
    Ok(tables)
}

/// Tables over a tree as a view, with what its roster says beside them and every category of their
/// measures named.
#[must_use]
pub fn put_together(tree: &Tree, mut tables: Vec<SeenTable>) -> View {
    let listed = roster::tables(tree, &tables);
    tables.extend(listed);
    let mut periods: BTreeSet<String> = BTreeSet::new();
    for table in &tables {
        periods.insert(table.period.clone());
        periods.extend(table.carried.values().cloned());
    }
    let root = tree.root().to_owned();
    let mut named: BTreeMap<&str, (&str, BTreeSet<&str>)> = BTreeMap::new();
    for table in &tables {
        let (_, dims) = named.entry(&table.measure).or_insert((&table.period, BTreeSet::new()));
        dims.extend(table.dims.iter().map(String::as_str));
    }
    let named = named
        .into_iter()
        .filter_map(|(measure, (period, dims))| names(tree, (&root, measure, period), &dims));
    let named: Vec<SeenTable> = named.collect();
    tables.extend(named);
    // A school of a plan that was replaced stands in no roster of now.
    let mut units = tree.units().clone();
    for member in tables.iter().flat_map(|table| table.members.iter().flatten()) {
        units.entry(member.clone()).or_insert_with(|| Unit {
            parent: Some(root.clone()),
            level: "school".to_owned(),
            has: BTreeMap::new(),
        });
    }
    let known = |period: String| SeenPeriod { id: period, parts: Vec::new() };
    View {
        k: SMALL_BELOW,
        units,
        periods: periods.into_iter().map(known).collect(),
        course: Course::Series,
        tables,
    }
}

/// A table that prints nothing and names every category of a measure's dimensions: a dimension is a
/// partition, and who reads the file must know all of it.
fn names(
    tree: &Tree,
    (unit, measure, period): (&str, &str, &str),
    used: &BTreeSet<&str>,
) -> Option<SeenTable> {
    let axes = tree.axes(measure)?.iter().filter(|(dim, _)| used.contains(dim.as_str()));
    let axes: Vec<&(String, Vec<String>)> = axes.collect();
    let dims: Vec<String> = axes.iter().map(|(dim, _)| dim.clone()).collect();
    let mut cells = Vec::new();
    for (at, (_, values)) in axes.into_iter().enumerate() {
        for value in values {
            let mut key = vec![MARGIN.to_owned(); dims.len()];
            if let Some(entry) = key.get_mut(at) {
                entry.clone_from(value);
            }
            cells.push(SeenCell { key, printed: Printed::Noised(None) });
        }
    }
    Some(SeenTable {
        id: format!("names/{measure}"),
        unit: unit.to_owned(),
        period: period.to_owned(),
        measure: measure.to_owned(),
        dims,
        members: None,
        carried: BTreeMap::new(),
        cells,
    })
}
