//! What is wrong with a plan, with the group or school that it is about.

use super::{DOMINANCE_MAX, GROUP_MIN, GroupId, HOLD_YEARS, PERSONS_MIN, REST_YEARS};
use crate::catalogue::Grade;
use crate::unit::UnitId;

/// Why a plan may not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// The roster is of another area or year, or a plan of the past is of another area or a later
    /// year.
    #[error("plan, roster and earlier plans are not of one area in the order of their years")]
    Mismatch,
    /// The floor is below the compiled one.
    #[error("the plan's floor is {floor}, below {GROUP_MIN}")]
    Floor {
        /// Fewest schools of a group, by the plan.
        floor: u32,
        /// Of the groups that it opens the one in which the fewest schools count, and how many do.
        smallest: Option<(GroupId, u32)>,
    },
    /// Two groups of one name, a group formed later than the plan, or one without schools.
    #[error("group {0} is named twice, comes from a later year or has no schools")]
    Group(GroupId),
    /// A school without that stage on the roster.
    #[error("group {group} holds {school}, which the roster does not have with that stage")]
    Stranger {
        /// Which group.
        group: GroupId,
        /// Which school.
        school: UnitId,
    },
    /// A school in two groups of one stage.
    #[error("{school} stands in {first} and in {second}")]
    Twice {
        /// Which school.
        school: UnitId,
        /// One group.
        first: GroupId,
        /// The other.
        second: GroupId,
    },
    /// A school of the roster in no group of its stage.
    #[error("{0} stands in no group of one of its stages")]
    Missing(UnitId),
    /// Too few schools that count.
    #[error("{schools} schools of group {group} count, fewer than the floor")]
    Few {
        /// Which group.
        group: GroupId,
        /// How many count.
        schools: u32,
    },
    /// Too few schools that have a grade.
    #[error(
        "{schools} schools of group {group} have grade {}, fewer than the floor",
        grade.as_str()
    )]
    Grade {
        /// Which group.
        group: GroupId,
        /// Which grade.
        grade: Grade,
        /// How many have it.
        schools: u32,
    },
    /// A grade that belongs to the stage in some schools of the group and to another in others.
    #[error("grade {} of group {group} is of another stage in some of its schools", grade.as_str())]
    Mixed {
        /// Which group.
        group: GroupId,
        /// Which grade.
        grade: Grade,
    },
    /// One operator has too large a share.
    #[error("one operator has more than {DOMINANCE_MAX} % of the students of group {0}")]
    Dominant(GroupId),
    /// Too few students.
    #[error("group {group} has {persons} students, fewer than {PERSONS_MIN}")]
    Persons {
        /// Which group.
        group: GroupId,
        /// How many it has.
        persons: u64,
    },
    /// A group that spans towns or changed counts in a town's figures all the same.
    #[error(
        "group {0} spans towns, or changed within {REST_YEARS} years or since a version before: it \
         may count in the district's sum only"
    )]
    Rest(GroupId),
    /// A group's schools were parted within three years.
    #[error("schools of group {0} were parted before {HOLD_YEARS} years were over")]
    Parted(GroupId),
    /// A partner that is no open group of the same stage.
    #[error("the partner of group {0} is no open group of its stage")]
    Partner(GroupId),
    /// Openings of this year and of the years before leave a few schools alone.
    #[error("what is opened of group {group}, with earlier years, singles out {schools} schools")]
    Isolates {
        /// A group that holds them.
        group: GroupId,
        /// How many count among them.
        schools: u32,
    },
}
