//! Dimensions, counts and ratios: what the catalogue says about each figure.
//!
//! `channel` decides what may leave a school and is never loosened by anything below it.

use super::definition::Definition;
use super::sum::{Relation, Sum};
use super::words::closed_list;
use super::{DimensionId, IndicatorId, Label};
use crate::period::Period;

closed_list!(
    /// How a count behaves over time.
    Kind {
        /// Events in the period; additive over units and over periods.
        Flow = "flow",
        /// The state at one moment; additive over units only.
        Stock = "stock",
        /// Different persons in the period; additive over units only.
        Distinct = "distinct",
    }
);
closed_list!(
    /// Who must compute a count.
    Profile {
        /// Every node and hub.
        Core = "core",
        /// Where a district switched it on.
        Extended = "extended",
    }
);
closed_list!(
    /// How a count may leave the unit where it arises.
    Channel {
        /// Operational: as it is, on the clear sheet.
        Clear = "clear",
        /// About persons: sealed, or rounded where there is one hub.
        Sealed = "sealed",
        /// Never released.
        Local = "local",
    }
);
closed_list!(
    /// How sensitive a figure is when it is shown.
    Sensitivity {
        /// Shown as it is.
        Normal = "normal",
        /// Shown from the catalogue's `default_min_cell`.
        High = "high",
        /// Shown from 20, at district level and above.
        Extreme = "extreme",
    }
);
closed_list!(
    /// Where a count arises.
    Origin {
        /// A school's node.
        School = "school",
        /// A counselling centre.
        Centre = "centre",
        /// A member department.
        Department = "department",
        /// The task force.
        Taskforce = "taskforce",
        /// The hub itself.
        Hub = "hub",
    }
);
closed_list!(
    /// How a count is filled.
    Fill {
        /// Computed from ledgers.
        Auto = "auto",
        /// Kept by an organisation in its own register.
        Org = "org",
        /// Typed.
        Typed = "typed",
    }
);
closed_list!(
    /// The period at which a count arises.
    NativePeriod {
        /// One day; in the catalogues of special periods only.
        Day = "day",
        /// ISO week.
        Week = "week",
        /// Calendar month.
        Month = "month",
        /// Term.
        Term = "term",
        /// Half year.
        HalfYear = "half_year",
        /// School year.
        Year = "year",
    }
);
closed_list!(
    /// Which way a ratio should move; `None` bars it from every assessment.
    Better {
        /// Higher is better.
        Higher = "higher",
        /// Lower is better.
        Lower = "lower",
        /// Descriptive only.
        None = "none",
    }
);

/// From this figure on `extreme` counts are shown.
pub const EXTREME_MIN_CELL: u64 = 20;

impl NativePeriod {
    /// The length of a period.
    #[must_use]
    pub const fn of(period: Period) -> Self {
        match period {
            Period::Day(_) => Self::Day,
            Period::Week { .. } => Self::Week,
            Period::Month { .. } => Self::Month,
            Period::Term(_) => Self::Term,
            Period::Half { .. } => Self::HalfYear,
            Period::SchoolYear(_) => Self::Year,
        }
    }
}

/// One value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DimensionValue {
    /// Code, as it stands in tables.
    pub id: String,
    /// What people read.
    pub label: Label,
}

/// A way to break figures down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// Id.
    pub id: DimensionId,
    /// What people read.
    pub label: Label,
    /// Whether one person may carry several values, so that sums over values exceed the whole.
    pub multi: bool,
    /// Values in canonical order.
    pub values: Vec<DimensionValue>,
}

impl Dimension {
    /// Place of a value in canonical order.
    #[must_use]
    pub fn place(&self, value: &str) -> Option<usize> {
        self.values.iter().position(|known| known.id == value)
    }

    /// The value itself, or `other` where the dimension has it and not the value.
    #[must_use]
    pub fn value_or_other(&self, value: &str) -> Option<&str> {
        let place = self.place(value).or_else(|| self.place("other"))?;
        self.values.get(place).map(|known| known.id.as_str())
    }

    /// What people read for a value.
    #[must_use]
    pub fn label_of(&self, value: &str) -> Option<&Label> {
        self.values.iter().find(|known| known.id == value).map(|known| &known.label)
    }
}

/// One count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Id.
    pub id: IndicatorId,
    /// What people read.
    pub label: Label,
    /// What is counted, in prose.
    pub note: String,
    /// Behaviour over time.
    pub kind: Kind,
    /// Who must compute it.
    pub profile: Profile,
    /// How it may leave.
    pub channel: Channel,
    /// How it is shown.
    pub sensitivity: Sensitivity,
    /// Where it arises.
    pub origin: Origin,
    /// The ledger that carries it.
    pub ledger: String,
    /// How it is filled.
    pub fill: Fill,
    /// What one is, such as `student`.
    pub unit: String,
    /// Dimensions in canonical order.
    pub dims: Vec<DimensionId>,
    /// Native period.
    pub period: NativePeriod,
    /// Whether it may enter an assessment or a score card.
    pub assess: bool,
    /// Most events of one person in a week, for sealed flows.
    pub per_person_max: u32,
    /// Clauses of the requirements that it serves.
    pub basis: Vec<String>,
    /// How a node computes it; `None` where it is typed.
    pub definition: Option<Definition>,
}

/// Over what a count may be added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Additive {
    /// Nothing: a band.
    No,
    /// Units, at one time.
    Units,
    /// Units and periods.
    UnitsAndTime,
}

impl Count {
    /// Over what the count may be added up.
    #[must_use]
    pub fn additive(&self) -> Additive {
        let banded = self.definition.as_ref().is_some_and(|known| known.band.is_some());
        match self.kind {
            _ if banded => Additive::No,
            Kind::Flow => Additive::UnitsAndTime,
            Kind::Stock | Kind::Distinct => Additive::Units,
        }
    }
}

/// A figure derived from sums of counts; never sent, never averaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Id.
    pub id: IndicatorId,
    /// What people read.
    pub label: Label,
    /// What to know, in prose.
    pub note: String,
    /// Who must compute it.
    pub profile: Profile,
    /// Numerator.
    pub numerator: Sum,
    /// Denominator.
    pub denominator: Sum,
    /// Which way is better; `None` bars it from assessments.
    pub better: Better,
    /// Target in hundredths, where there is one.
    pub target_percent: Option<u32>,
    /// Dimensions by which it may be shown.
    pub dims: Vec<DimensionId>,
    /// Period at which it is shown.
    pub period: NativePeriod,
    /// Clauses of the requirements that it serves.
    pub basis: Vec<String>,
}

/// A rule that right figures obey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Name.
    pub name: String,
    /// The rule in prose.
    pub rule: String,
    /// When and where it is checked.
    pub when: String,
    /// Dimensions by whose values the checks hold one by one; empty for the whole.
    pub by: Vec<DimensionId>,
    /// The part that a machine checks; empty where only the node can, with its ledgers.
    pub checks: Vec<Relation>,
}
