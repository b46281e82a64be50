//! The units of a view: this hub's area by the signed rosters and the registry, and what the
//! categories of each measure are.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::{Axis, Catalogue, Stage};
use domain::disclosure::attacker::Unit;
use domain::disclosure::plan::{Roster, School};
use domain::disclosure::sealed::{SealedTables, measure_of};
use domain::unit::{UnitId, UnitKind};
use runtime::sql::{SqlError, Tx};

use super::Place;
use crate::store::unit;

/// The units, and what is known of their structure.
#[derive(Clone, Debug)]
pub struct Tree {
    root: String,
    units: BTreeMap<String, Unit>,
    /// Schools of signed rosters.
    listed: BTreeMap<String, School>,
    /// Dimensions and categories of each measure.
    axes: BTreeMap<String, Vec<(String, Vec<String>)>>,
}

/// The dimension of a key that names stages, where no roster says which grades they are.
pub(super) const STAGE: &str = "stage";
pub(super) const GRADE: &str = "grade";

impl Tree {
    /// The tree of a hub in a school year.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn read(tx: &Tx<'_>, place: Place<'_>) -> Result<Self, SqlError> {
        let own = place.unit.as_str();
        let mut tree = Self::of(own, level(place.kind));
        for year in place.documents.years() {
            let sealed = year.sealed();
            let is_own = sealed.plan.area() == place.unit || year.role_of(place.unit).is_some();
            if sealed.plan.year() != place.year || !(is_own || place.kind.is_area()) {
                continue;
            }
            // A street has the area's roster too, and sees only its own schools.
            let sees = |id: &UnitId, school: &School| {
                place.kind != UnitKind::Street || school.town == *place.unit || *id == *place.unit
            };
            tree.add_roster(&sealed.roster, sees);
        }
        for stay in unit::stays(tx, place.unit)? {
            tree.add_member(&stay.unit, stay.kind, stay.schools_below);
        }
        tree.name_all(place);
        tree.settle();
        Ok(tree)
    }

    /// A tree of one unit.
    #[must_use]
    pub fn of(root: &str, level: &str) -> Self {
        let unit = Unit { parent: None, level: level.to_owned(), has: BTreeMap::new() };
        Self {
            root: root.to_owned(),
            units: BTreeMap::from([(root.to_owned(), unit)]),
            listed: BTreeMap::new(),
            axes: BTreeMap::new(),
        }
    }

    /// The tree of an area by its roster alone, as leader and helper both make it.
    #[must_use]
    pub fn of_area(roster: &Roster, axes: impl IntoIterator<Item = (String, Vec<Axis>)>) -> Self {
        let mut tree = Self::of(roster.area.as_str(), "district");
        tree.add_roster(roster, |_, _| true);
        for (measure, axes) in axes {
            tree.name(&measure, &axes);
        }
        tree
    }

    /// The unit at the top.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root
    }

    /// All units.
    #[must_use]
    pub const fn units(&self) -> &BTreeMap<String, Unit> {
        &self.units
    }

    /// Dimensions and categories of a measure.
    #[must_use]
    pub fn axes(&self, measure: &str) -> Option<&[(String, Vec<String>)]> {
        self.axes.get(measure).map(Vec::as_slice)
    }

    /// A school as a signed roster of the year has it.
    pub(super) fn school(&self, id: &str) -> Option<&School> {
        self.listed.get(id)
    }

    /// The listed schools below a unit, itself if it is one.
    pub(super) fn schools(&self, unit: &str) -> Vec<(&str, &School)> {
        let is_below = |id: &str| {
            let mut at = Some(id);
            while let Some(known) = at {
                if known == unit {
                    return true;
                }
                at = self.units.get(known).and_then(|unit| unit.parent.as_deref());
            }
            false
        };
        let listed = self.listed.iter().map(|(id, school)| (id.as_str(), school));
        listed.filter(|(id, _)| is_below(id)).collect()
    }

    fn add_roster(&mut self, roster: &Roster, sees: impl Fn(&UnitId, &School) -> bool) {
        let area = roster.area.as_str();
        let root = self.root.clone();
        if self.units.get(&root).is_some_and(|unit| unit.level != "town") {
            self.add(area, "district", &root);
        }
        for (id, school) in roster.schools.iter().filter(|(id, school)| sees(id, school)) {
            let above = if self.units.contains_key(area) { area.to_owned() } else { root.clone() };
            self.add(school.town.as_str(), "town", &above);
            self.add(id.as_str(), "school", school.town.as_str());
            if let Some(unit) = self.units.get_mut(id.as_str()) {
                unit.has = school.categories();
            }
            self.listed.insert(id.to_string(), school.clone());
        }
    }

    fn add(&mut self, id: &str, level: &str, above: &str) {
        if id != above && id != self.root && !self.units.contains_key(id) {
            let unit = Unit {
                parent: Some(above.to_owned()),
                level: level.to_owned(),
                has: BTreeMap::new(),
            };
            self.units.insert(id.to_owned(), unit);
        }
    }

    fn add_member(&mut self, id: &str, kind: UnitKind, schools: u32) {
        if !matches!(kind, UnitKind::School) && !kind.is_area() {
            return;
        }
        let root = self.root.clone();
        self.add(id, level(kind), &root);
        let has_children =
            self.units.values().any(|unit| unit.parent.as_deref().is_some_and(|up| up == id));
        if kind.is_area() && !has_children {
            // Schools that are known by their number only, until a file that lists them is joined.
            for number in 1..=schools.max(1) {
                self.add(&Unit::counted(id, number), "school", id);
            }
        }
    }

    /// Takes out towns and areas that hold nobody: without children they would count as schools.
    fn settle(&mut self) {
        loop {
            let parents: BTreeSet<String> =
                self.units.values().filter_map(|unit| unit.parent.clone()).collect();
            let before = self.units.len();
            let root = self.root.clone();
            self.units
                .retain(|id, unit| unit.level == "school" || *id == root || parents.contains(id));
            if before == self.units.len() {
                break;
            }
        }
        if self.units.len() == 1 {
            let root = self.root.clone();
            self.add(&Unit::counted(&root, 1), "school", &root);
        }
    }

    fn name_all(&mut self, place: Place<'_>) {
        let catalogue: &Catalogue = &place.packs.in_force().catalogue;
        let tables = SealedTables::of(catalogue);
        for table in tables.all() {
            self.name(measure_of(table.id().as_str()), &table.block().axes);
        }
        for partition in catalogue.partitions() {
            let id = partition.id.as_str();
            for block in catalogue.tables().iter().filter_map(|spec| spec.block(id)) {
                self.name(id, &block.axes);
            }
        }
        // Where no roster says which grades are a stage, bands name the stage itself.
        if let Some(stage) = catalogue.dimension(STAGE) {
            let values = stage.values.iter().map(|value| value.id.clone()).collect();
            let axis = Axis { dimension: stage.id.clone(), values };
            let known: Vec<String> = self.axes.keys().cloned().collect();
            known.iter().for_each(|measure| self.name(measure, std::slice::from_ref(&axis)));
        }
    }

    /// Names the categories of a measure; what is known already stays and grows.
    pub(super) fn name(&mut self, measure: &str, axes: &[Axis]) {
        let known = self.axes.entry(measure.to_owned()).or_default();
        for axis in axes {
            let dim = axis.dimension.as_str();
            match known.iter_mut().find(|(id, _)| id == dim) {
                Some((_, values)) => {
                    let new = axis.values.iter().filter(|value| !values.contains(value));
                    let new: Vec<String> = new.cloned().collect();
                    values.extend(new);
                }
                None => known.push((dim.to_owned(), axis.values.clone())),
            }
        }
    }

    /// The members of a unit that have a stage, and how a key names the stage: by the grades that
    /// they have in it. Nothing where the roster does not say it, or a grade is in two stages.
    pub(super) fn stage(&self, unit: &str, stage: Stage) -> Option<(Vec<String>, String)> {
        let schools = self.schools(unit);
        let with: Vec<&(&str, &School)> =
            schools.iter().filter(|(_, school)| school.has(stage)).collect();
        grades(with.iter().map(|(_, school)| *school), stage)
            .map(|key| (with.iter().map(|(id, _)| (*id).to_owned()).collect(), key))
    }

    /// How a key names a stage of some schools; see [`Tree::stage`].
    pub(super) fn stage_of(&self, schools: &[String], stage: Stage) -> Option<String> {
        grades(schools.iter().filter_map(|id| self.listed.get(id)), stage)
    }
}

/// The grades that schools have in a stage, joined as a key joins them.
fn grades<'s>(schools: impl Iterator<Item = &'s School>, stage: Stage) -> Option<String> {
    let mut own: BTreeSet<&str> = BTreeSet::new();
    let mut other: BTreeSet<&str> = BTreeSet::new();
    for school in schools {
        for (known, grades) in &school.stages {
            let names = grades.keys().map(|grade| grade.as_str());
            if *known == stage { own.extend(names) } else { other.extend(names) }
        }
    }
    let is_clear = !own.is_empty() && own.is_disjoint(&other);
    is_clear.then(|| own.into_iter().collect::<Vec<_>>().join("|"))
}

const fn level(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::City => "city",
        UnitKind::District | UnitKind::Helper => "district",
        UnitKind::Street => "town",
        UnitKind::School | UnitKind::Centre | UnitKind::Clinic => "school",
    }
}
