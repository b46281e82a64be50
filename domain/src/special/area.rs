//! The area of a special period: schools by name, each with the hubs above it.

use std::collections::BTreeMap;

use crate::catalogue::{Expected, Flaw, FlawKind};
use crate::unit::UnitId;

/// Most schools of one area; a province has about twenty thousand.
pub const SCHOOLS_MAX: usize = 20_000;
/// Most hubs between a school and the city.
const ABOVE_MAX: usize = 4;

/// A school of an area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaSchool {
    /// Its id.
    pub unit: UnitId,
    /// Hubs above it and below the city, the highest first; empty where it is straight under the
    /// city.
    pub above: Vec<UnitId>,
}

/// The schools that a special period is for; fixed by its pack, never by figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    schools: BTreeMap<UnitId, Vec<UnitId>>,
    below: BTreeMap<UnitId, u32>,
}

impl Area {
    /// Takes schools, each once.
    ///
    /// # Errors
    /// No school, too many, or one that is named twice or is above itself.
    pub fn new(schools: Vec<AreaSchool>) -> Result<Self, Flaw> {
        if schools.is_empty() {
            let expected = "the schools of the area";
            return Err(Flaw::new(FlawKind::Missing, "schools", "no school", expected));
        }
        if schools.len() > SCHOOLS_MAX {
            let wrong = format!("{} schools", schools.len());
            return Err(Flaw::new(FlawKind::Range, "schools", wrong, format!("{SCHOOLS_MAX}")));
        }
        let mut area = Self { schools: BTreeMap::new(), below: BTreeMap::new() };
        for school in schools {
            area.add(school)?;
        }
        let both = area.below.keys().find(|hub| area.schools.contains_key(*hub));
        if let Some(unit) = both {
            let wrong = format!("{unit} is above a school");
            return Err(Flaw::new(FlawKind::Conflict, "schools", wrong, "schools alone"));
        }
        Ok(area)
    }

    fn add(&mut self, school: AreaSchool) -> Result<(), Flaw> {
        let AreaSchool { unit, above } = school;
        let key = format!("schools, {unit}");
        let repeats =
            above.iter().enumerate().any(|(at, hub)| above.iter().skip(at + 1).any(|o| o == hub));
        if above.len() > ABOVE_MAX || repeats {
            let expected = format!("at most {ABOVE_MAX} hubs, each once");
            return Err(Flaw::new(FlawKind::Range, key, "above", expected));
        }
        for hub in &above {
            let sum = self.below.entry(hub.clone()).or_default();
            *sum = sum.saturating_add(1);
        }
        match self.schools.insert(unit, above) {
            Some(_) => {
                let expected = Expected::SchoolOnce;
                Err(Flaw::named(FlawKind::Duplicate, key, "given twice", expected))
            }
            None => Ok(()),
        }
    }

    /// How many schools it has.
    #[must_use]
    pub fn schools(&self) -> u32 {
        u32::try_from(self.schools.len()).unwrap_or(u32::MAX)
    }

    /// Whether a school is one of them.
    #[must_use]
    pub fn holds(&self, school: &UnitId) -> bool {
        self.schools.contains_key(school)
    }

    /// How many of them are below a hub; zero for a hub that the area does not name.
    #[must_use]
    pub fn below(&self, hub: &UnitId) -> u32 {
        self.below.get(hub).copied().unwrap_or(0)
    }

    /// Its schools, each with the hubs above it, in order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&UnitId, &[UnitId])> {
        self.schools.iter().map(|(unit, above)| (unit, above.as_slice()))
    }
}
