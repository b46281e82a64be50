//! What may be opened now: the rule by which the helper lets openings of one task pass, one after
//! another.
//!
//! A set is opened only if it is a union of whole groups, every school of them is in, enough of
//! the schools are fresh and in session, no group of it was opened at that detail before, and with
//! everything opened so far nobody is singled out.

use std::collections::{BTreeMap, BTreeSet};

use super::isolation::refine;
use super::{Access, Atom, Group, GroupId, Plan, Roster};
use crate::catalogue::Stage;
use crate::unit::UnitId;

/// How a group stands in the course of its year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may be opened by itself.
    Alone,
    /// Too few of its schools are in session: for the rest of the year it is opened only together
    /// with its partner.
    Merged(GroupId),
    /// Too few schools, and no partner helps.
    Closed,
}

/// The reports of one task, by school.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reports {
    /// Accepted for this very period.
    pub fresh: BTreeSet<UnitId>,
    /// Stocks whose last accepted report is carried; always empty for flows.
    pub carried: BTreeSet<UnitId>,
    /// Schools that are neither closed nor out of session.
    pub in_session: BTreeSet<UnitId>,
}

/// Why a set is not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No group at all, or one that the plan does not have.
    #[error("the plan has no such group")]
    Unknown,
    /// Groups of several stages in one set.
    #[error("the groups of one opening are of one stage")]
    Stages,
    /// A group that is closed.
    #[error("group {0} has too few schools and stays closed")]
    Closed(GroupId),
    /// A group that is merged for the year, without its partner.
    #[error("group {group} is opened only together with {partner} this year")]
    Merged {
        /// Which group.
        group: GroupId,
        /// Its partner.
        partner: GroupId,
    },
    /// A school whose report is not in.
    #[error("group {group} waits for {school}")]
    Waits {
        /// Which group.
        group: GroupId,
        /// For which school.
        school: UnitId,
    },
    /// Too few fresh reports to carry the others.
    #[error("only {fresh} schools of group {group} are fresh")]
    Stale {
        /// Which group.
        group: GroupId,
        /// How many that count are fresh.
        fresh: u32,
    },
    /// Those that reported do not hide one another: one operator has nearly all of their students,
    /// or they are too few.
    #[error("who reported in group {0} does not hide one another")]
    Lopsided(GroupId),
    /// Opened before.
    #[error("group {0} was opened before and is never opened again")]
    Again(GroupId),
    /// With the openings so far, a few schools would be singled out.
    #[error("with earlier openings this would single out {0} schools")]
    Isolates(u32),
}

/// The openings of one task so far.
///
/// Restored from the stored records by admitting their sets again in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Openings {
    done: BTreeMap<String, BTreeSet<GroupId>>,
    /// A school with two stages stands in sets of each, which have no cell in common.
    atoms: BTreeMap<Stage, Vec<Atom>>,
}

impl Plan {
    /// How a group stands with the schools that are in session.
    #[must_use]
    pub fn standing(
        &self,
        group: &Group,
        roster: &Roster,
        in_session: &BTreeSet<UnitId>,
    ) -> Standing {
        if group.access == Access::Closed {
            return Standing::Closed;
        }
        let support = |members: BTreeSet<&UnitId>| {
            roster.support(members.into_iter().filter(|id| in_session.contains(*id)), group.stage)
        };
        if support(group.members.iter().collect()) >= self.floor() {
            return Standing::Alone;
        }
        let partner = group.partner.as_ref().and_then(|id| self.group(id));
        let both = |partner: &&Group| {
            partner.access != Access::Closed
                && support(group.members.iter().chain(&partner.members).collect()) >= self.floor()
        };
        partner.filter(both).map_or(Standing::Closed, |known| Standing::Merged(known.id.clone()))
    }
}

impl Plan {
    /// A group that is merged with this one for the rest of the year, and not one of those that
    /// were opened by themselves before.
    fn merged_into(
        &self,
        group: &Group,
        roster: &Roster,
        in_session: &BTreeSet<UnitId>,
        done: Option<&BTreeSet<GroupId>>,
    ) -> Option<GroupId> {
        let merged = |other: &&Group| {
            let is_left = done.is_none_or(|done| !done.contains(&other.id));
            let merged = Standing::Merged(group.id.clone());
            is_left && self.standing(other, roster, in_session) == merged
        };
        self.of_stage(group.stage).find(merged).map(|other| other.id.clone())
    }
}

impl Openings {
    /// Lets a set pass and remembers it, or refuses it and remembers nothing.
    ///
    /// `detail` names the coordinates that are opened, such as tier by stage: a group is opened
    /// once at each detail, and isolation is counted over all of them.
    ///
    /// # Errors
    /// Why it is not opened.
    pub fn admit(
        &mut self,
        (plan, roster): (&Plan, &Roster),
        groups: &BTreeSet<GroupId>,
        detail: &str,
        reports: &Reports,
    ) -> Result<BTreeSet<UnitId>, Refusal> {
        let known: Option<Vec<&Group>> = groups.iter().map(|id| plan.group(id)).collect();
        let known = known.filter(|known| !known.is_empty()).ok_or(Refusal::Unknown)?;
        let stage = one_stage(&known)?;
        for group in &known {
            self.admits(plan, roster, (group, groups), (detail, reports))?;
        }
        let set: BTreeSet<UnitId> =
            known.iter().flat_map(|group| group.members.iter().cloned()).collect();
        let before = self.atoms.get(&stage).cloned().unwrap_or_default();
        let mut atoms = before.clone();
        refine(&mut atoms, &set);
        // A school that is closed or out of session hides nobody.
        let live = |atom: &Atom| roster.support(atom.intersection(&reports.in_session), stage);
        // What other groups told is told, whoever of them was noted as away since (record 0067).
        let is_of_it = |atom: &&Atom| !atom.is_disjoint(&set) || !before.contains(*atom);
        let smallest = atoms.iter().filter(is_of_it).map(live).min().unwrap_or(0);
        if smallest < plan.floor() {
            return Err(Refusal::Isolates(smallest));
        }
        self.atoms.insert(stage, atoms);
        self.done.entry(detail.to_owned()).or_default().extend(groups.iter().cloned());
        Ok(set)
    }

    fn admits(
        &self,
        plan: &Plan,
        roster: &Roster,
        (group, all): (&Group, &BTreeSet<GroupId>),
        (detail, reports): (&str, &Reports),
    ) -> Result<(), Refusal> {
        let id = || group.id.clone();
        let done = self.done.get(detail);
        if done.is_some_and(|done| done.contains(&group.id)) {
            return Err(Refusal::Again(id()));
        }
        match plan.standing(group, roster, &reports.in_session) {
            Standing::Alone => {}
            Standing::Merged(partner) if all.contains(&partner) => {}
            Standing::Merged(partner) => return Err(Refusal::Merged { group: id(), partner }),
            Standing::Closed => return Err(Refusal::Closed(id())),
        }
        // Opened without the group that was merged into it, it would leave that one alone.
        if let Some(merged) = plan.merged_into(group, roster, &reports.in_session, done)
            && !all.contains(&merged)
        {
            return Err(Refusal::Merged { group: id(), partner: merged });
        }
        // A school that is closed or out of session adds nothing and is not waited for.
        let is_in = |school: &&UnitId| {
            let is_reported = reports.fresh.contains(*school) || reports.carried.contains(*school);
            is_reported || !reports.in_session.contains(*school)
        };
        if let Some(school) = group.members.iter().find(|school| !is_in(school)) {
            return Err(Refusal::Waits { group: id(), school: school.clone() });
        }
        let partner = match plan.standing(group, roster, &reports.in_session) {
            Standing::Merged(partner) => plan.group(&partner),
            Standing::Alone | Standing::Closed => None,
        };
        let members = partner.into_iter().chain([group]).flat_map(|one| &one.members);
        let fresh = members.filter(|school| {
            reports.fresh.contains(*school) && reports.in_session.contains(*school)
        });
        let fresh = roster.support(fresh, group.stage);
        if fresh < plan.floor() {
            return Err(Refusal::Stale { group: id(), fresh });
        }
        Ok(())
    }
}

fn one_stage(groups: &[&Group]) -> Result<Stage, Refusal> {
    let stages: BTreeSet<Stage> = groups.iter().map(|group| group.stage).collect();
    match stages.into_iter().collect::<Vec<_>>().as_slice() {
        [stage] => Ok(*stage),
        _ => Err(Refusal::Stages),
    }
}
