//! Whether a report fits its task: what the signed roster and the catalogue say about its form,
//! before anything of it is opened. The same at both hubs.

use std::collections::BTreeMap;

use certs::aggregate::{AGGREGATE_ALGORITHM, Instance, OutputShare, SealedHalves, SumShare, open};
use certs::seal::Sealed;
use domain::catalogue::Stage;
use domain::disclosure::plan::School;
use domain::disclosure::sealed::{CapClass, Kind, SealedTable, control};
use proto::sealed::Report;

use super::documents::Task;
use super::refused::{ALGORITHM, CAP, CONTROL, ENROLLED, OTHER_TASK, Refused, UNREADABLE};

/// Checks that a report is about what its task is about.
///
/// # Errors
/// Another table, period or leader than the task's: the id is right and the rest is not.
pub fn place(report: &Report, task: &Task) -> Result<(), Refused> {
    let claimed = (&report.place.table, report.place.period, &report.to, report.task);
    let own = (&task.terms.table, task.terms.period, &task.terms.leader, task.id);
    if claimed == own {
        Ok(())
    } else {
        Err(Refused::new(OTHER_TASK, "the report names one task and is about another"))
    }
}

/// Checks what a report says of itself against the roster.
///
/// # Errors
/// Another arithmetic, another cap than the enrolment gives, or enrolment where there is none to
/// be named.
pub fn form(report: &Report, task: &Task, school: &School) -> Result<(), Refused> {
    if report.algorithm != AGGREGATE_ALGORITHM {
        return Err(Refused::new(ALGORITHM, "the arithmetic of the report is not known here"));
    }
    let kind = task.table.kind();
    let class_of = |persons| CapClass::of(kind, persons, task.table.per_person_max());
    let listed: u64 = Stage::ALL.iter().map(|stage| school.persons(*stage)).sum();
    let named = report.enrolled.values().fold(0, |sum: u64, stage| sum.saturating_add(*stage));
    // Pupils came since the roster was read. What a stock names its cells must add up to, and a
    // number that is far from the roster keeps its sums closed.
    let has_more = kind == Kind::Stock && named > listed && class_of(named) == Ok(report.cap);
    if class_of(listed) != Ok(report.cap) && !has_more {
        return Err(Refused::new(CAP, "the report is made for another cap than the roster gives"));
    }
    let is_named = !report.enrolled.is_empty();
    if is_named != (kind == Kind::Stock) {
        return Err(Refused::new(ENROLLED, "a stock names who is enrolled, and nothing else does"));
    }
    Ok(())
}

/// The halves of a report, each still sealed.
///
/// # Errors
/// Bytes that are no sealed halves.
pub fn halves(report: &Report) -> Result<SealedHalves, Refused> {
    let sealed = |bytes: &Vec<u8>| {
        Sealed::from_bytes(bytes.clone()).map_err(|error| Refused::new(UNREADABLE, &error))
    };
    Ok(SealedHalves {
        nonce: report.nonce,
        public: report.public.clone(),
        leader: sealed(&report.leader_half)?,
        helper: sealed(&report.helper_half)?,
    })
}

/// The proof system of a report.
///
/// # Errors
/// None for a table of a catalogue.
pub fn instance(report: &Report, task: &Task) -> Result<Instance, Refused> {
    Ok(Instance::new(report.cap, task.table.cells())?)
}

/// This hub's share of the stage sums of a report, all stages in order.
///
/// # Errors
/// None for a report of this table.
pub fn stage_sums(
    share: &OutputShare,
    table: &SealedTable,
    school: &School,
) -> Result<SumShare, Refused> {
    let runs = Stage::ALL.map(|stage| table.places_of(school, stage));
    Ok(share.sums(&runs)?)
}

/// What comes of the stage sums of a report when both hubs' shares are there.
#[derive(Debug, PartialEq, Eq)]
pub enum Sums {
    /// They are what the report says is enrolled.
    Right,
    /// They are not: the school is told by name.
    Off(Refused),
    /// The two shares are not halves of one: a hub spoiled its own, and the school did nothing.
    Apart,
}

/// Opens the stage sums of a report and compares them with the enrolment that it names.
#[must_use]
pub fn compare((leader, helper): (&SumShare, &SumShare), enrolled: &BTreeMap<Stage, u64>) -> Sums {
    let Ok(found) = open(leader, helper) else { return Sums::Apart };
    let found: Option<Vec<u64>> = found.into_iter().collect();
    let Some(found) = found.filter(|found| found.len() == Stage::ALL.len()) else {
        return Sums::Apart;
    };
    match control(&Stage::ALL.into_iter().zip(found).collect(), enrolled) {
        Ok(()) => Sums::Right,
        Err(off) => {
            let stages = off.iter().map(|off| off.stage.as_str()).collect::<Vec<_>>().join(", ");
            let reason = format!("the cells do not add up to those enrolled in: {stages}");
            Sums::Off(Refused::new(CONTROL, &reason))
        }
    }
}
