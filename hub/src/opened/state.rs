//! Why there is no opened figure: closed by the plan, waiting, or stopped. Different things, never
//! shown as the same.

/// Why a sealed figure has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closed {
    /// Nobody of the kind is on the roster.
    Nobody,
    /// The plan opens it at another detail: weeks by stage, towns by grade.
    Detail,
    /// Persons can have several values: one of them must be chosen.
    Several,
    /// The plan, or a key statement, does not cover the whole period.
    NotCovered,
    /// The period, or some weeks of it, lies before the plan.
    BeforePlan,
    /// No group of enough schools: the town or area has no figure of its own.
    FewSchools,
    /// It was opened under a catalogue that is not known here, or whose words are others.
    Catalogue,
    /// Too few persons of the roster, or schools that reported, stand behind it to be opened.
    FewPersons,
    /// A town's figure, less what is opened for the area, would tell of too few.
    Rest,
    /// Beside what was seen before it would tell a small count or single out a few schools.
    Tells,
    /// The hubs had agreed on no key before the period ended.
    KeyLate,
    /// No task of the period was begun.
    NotBegun,
    /// The leader below has not sent the sum up.
    NotSent,
    /// Reports are missing.
    Reports,
    /// Reports are in, and schools can still object.
    Objections,
    /// Not every week of the period is opened.
    Weeks {
        /// Weeks that are opened for all groups.
        open: u32,
        /// Weeks of the period.
        of: u32,
    },
    /// A control sum is off, or something else that a person must look at.
    Stopped,
}

/// What kind of blank it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// There can be no figure.
    Never,
    /// By rule it is not opened.
    Closed,
    /// It will be opened.
    Waits,
    /// A person must look.
    Stopped,
}

impl Closed {
    /// What kind of blank it is.
    #[must_use]
    pub const fn sort(self) -> Sort {
        match self {
            Self::Nobody => Sort::Never,
            Self::Detail
            | Self::Several
            | Self::NotCovered
            | Self::BeforePlan
            | Self::FewSchools
            | Self::Catalogue
            | Self::FewPersons
            | Self::Rest
            | Self::Tells
            | Self::KeyLate => Sort::Closed,
            Self::NotBegun
            | Self::NotSent
            | Self::Reports
            | Self::Objections
            | Self::Weeks { .. } => Sort::Waits,
            Self::Stopped => Sort::Stopped,
        }
    }

    /// Stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Detail => "not_at_this_detail",
            Self::Several => "several_values",
            Self::NotCovered => "plan_covers_less",
            Self::BeforePlan => "before_the_plan",
            Self::FewSchools => "too_few_schools",
            Self::Catalogue => "other_catalogue",
            Self::FewPersons => "too_few_persons",
            Self::Rest => "rest_would_tell",
            Self::Tells => "sum_would_tell",
            Self::KeyLate => "key_late",
            Self::NotBegun => "not_begun",
            Self::NotSent => "not_received_from_leader",
            Self::Reports => "reports_missing",
            Self::Objections => "schools_can_object",
            Self::Weeks { .. } => "weeks_missing",
            Self::Stopped => "stopped",
        }
    }
}
