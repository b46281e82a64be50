//! What a plan lists as opened and could never be told, whoever reports.
//!
//! A plan counts schools; a sum is told only where enough operators have [`SMALL_BELOW`] persons of
//! it, since a small count of another school cannot be handed on to fewer. A signed plan stays
//! valid, so this is no flaw: it is said when a plan is made and when it is checked.
//!
//! [`SMALL_BELOW`]: crate::disclosure::SMALL_BELOW

use std::collections::BTreeSet;

use super::{Access, Crowd, Group, GroupId, PERSONS_MIN, Plan, Roster};
use crate::catalogue::{Grade, Stage};
use crate::unit::UnitId;

/// Something that a plan lists as opened, and that no sum could ever tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shut {
    /// No sum of a stage, not even over all its open groups.
    Stage {
        /// Which stage.
        stage: Stage,
        /// Its open groups.
        groups: Vec<GroupId>,
        /// Operators that hide a small count there.
        hiding: u32,
    },
    /// A group by itself, as it is opened when it is late; in a sum with others it is told.
    Alone {
        /// Which group.
        group: GroupId,
        /// Operators that hide a small count there.
        hiding: u32,
    },
    /// The cells of a grade, in any sum of its stage.
    Grade {
        /// Which stage.
        stage: Stage,
        /// Which grade.
        grade: Grade,
        /// Persons of the grade in all open groups.
        persons: u64,
        /// Operators that hide a small count there.
        hiding: u32,
    },
}

impl Plan {
    /// What is listed as opened and could never be told, by name: nothing for most plans.
    #[must_use]
    pub fn shut(&self, roster: &Roster) -> Vec<Shut> {
        Stage::ALL.into_iter().flat_map(|stage| self.shut_of(roster, stage)).collect()
    }

    fn shut_of(&self, roster: &Roster, stage: Stage) -> Vec<Shut> {
        let open: Vec<&Group> =
            self.of_stage(stage).filter(|group| group.access != Access::Closed).collect();
        if open.is_empty() {
            return Vec::new();
        }
        let all = self.district(stage);
        let hiding = hiding(roster, &all, stage);
        if hiding < self.floor {
            let groups = open.iter().map(|group| group.id.clone()).collect();
            return vec![Shut::Stage { stage, groups, hiding }];
        }
        let alone = open.iter().filter_map(|group| {
            let hiding = self::hiding(roster, &group.members, stage);
            (hiding < self.floor).then(|| Shut::Alone { group: group.id.clone(), hiding })
        });
        let grades = roster.grades(&all, stage).into_iter().filter_map(|grade| {
            let Crowd { persons, hiding, .. } =
                roster.crowd(&all, |_, school| school.persons_in(stage, grade));
            let is_shut = persons < PERSONS_MIN || hiding < self.floor;
            is_shut.then_some(Shut::Grade { stage, grade, persons, hiding })
        });
        alone.chain(grades).collect()
    }
}

/// How many operators hide a small count in a sum of a stage over some schools.
pub(super) fn hiding(roster: &Roster, members: &BTreeSet<UnitId>, stage: Stage) -> u32 {
    roster.crowd(members, |_, school| school.persons(stage)).hiding
}
