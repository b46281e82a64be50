//! Records of openings as bytes: what both hubs of a sealed sum sign and chain.

use std::collections::BTreeSet;

use domain::catalogue::{Stage, TableId};
use domain::digest::Digest;
use domain::disclosure::plan::GroupId;
use domain::disclosure::sealed::TaskId;
use domain::period::Period;
use domain::unit::UnitId;
use prost::Message;

use crate::sealed::{SealedError, task};
use crate::wire::sealed as wire;

/// How fine an opened sum is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Detail {
    /// Each cell of the stage that is about enough persons.
    Cells,
    /// One sum for each category of the table's first axis.
    Categories,
}

/// The report that a school stands with in a sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The school.
    pub unit: UnitId,
    /// Task of the report: the sum's own, or an earlier one of a stock that is carried.
    pub task: TaskId,
    /// Digest of the report.
    pub report: Digest,
}

/// Highest number of a record: nobody can use up all numbers of a chain by signing the last one.
pub const NUMBER_MAX: u64 = 1 << 53;

/// What an opening leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The task.
    pub task: TaskId,
    /// Its sealed table.
    pub table: TableId,
    /// Its period.
    pub period: Period,
    /// The stage.
    pub stage: Stage,
    /// How fine it is.
    pub detail: Detail,
    /// The groups.
    pub groups: BTreeSet<GroupId>,
    /// Which report each school stood with, in order of unit.
    pub schools: Vec<Standing>,
    /// Digest of the plan's roster.
    pub roster: Digest,
    /// Schools whose report is of this task.
    pub fresh: u32,
    /// Schools of the groups that were due: those that stand.
    pub due: u32,
    /// Schools of the groups that were noted as closed or out of session: they hide nobody, and
    /// those of them that do not stand are not in it.
    pub absent: BTreeSet<UnitId>,
    /// Digest of the opened cells.
    pub result: Digest,
    /// By the leader's clock.
    pub opened_at_ms: i64,
    /// Its number in the leader's chain, from 1.
    pub number: u64,
}

impl Detail {
    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cells => "cells",
            Self::Categories => "categories",
        }
    }

    /// The detail of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Cells, Self::Categories].into_iter().find(|detail| detail.as_str() == word)
    }

    /// As it travels.
    #[must_use]
    pub const fn to_wire(self) -> wire::Detail {
        match self {
            Self::Cells => wire::Detail::Cells,
            Self::Categories => wire::Detail::Categories,
        }
    }

    /// Reads what travelled.
    ///
    /// # Errors
    /// Unspecified.
    pub const fn from_wire(detail: wire::Detail) -> Result<Self, SealedError> {
        match detail {
            wire::Detail::Unspecified => Err(SealedError::Field("detail")),
            wire::Detail::Cells => Ok(Self::Cells),
            wire::Detail::Categories => Ok(Self::Categories),
        }
    }
}

impl Standing {
    /// As it travels.
    #[must_use]
    pub fn to_wire(&self) -> wire::Standing {
        wire::Standing {
            unit: self.unit.to_string(),
            task: self.task.bytes().to_vec(),
            report: self.report.to_tagged(),
        }
    }

    /// Reads what travelled.
    ///
    /// # Errors
    /// A field that is missing or malformed.
    pub fn from_wire(standing: &wire::Standing) -> Result<Self, SealedError> {
        Ok(Self {
            unit: standing.unit.parse().map_err(|_| SealedError::Field("unit"))?,
            task: task(&standing.task)?,
            report: Digest::from_tagged(&standing.report)
                .map_err(|_| SealedError::Field("report"))?,
        })
    }
}

/// Reads the names of groups, which must stand in order and once each.
///
/// # Errors
/// A text that is no name, or another order.
pub fn groups(names: &[String]) -> Result<BTreeSet<GroupId>, SealedError> {
    let read: Result<Vec<GroupId>, _> = names.iter().map(|name| name.parse()).collect();
    let read = read.map_err(|_| SealedError::Field("groups"))?;
    if !read.is_sorted_by(|one, next| one < next) {
        return Err(SealedError::Field("groups"));
    }
    Ok(read.into_iter().collect())
}

/// Reads units that are away, which must stand in order and once each.
///
/// # Errors
/// A text that is no unit, or another order.
pub fn units(names: &[String]) -> Result<BTreeSet<UnitId>, SealedError> {
    let read: Result<Vec<UnitId>, _> = names.iter().map(|name| name.parse()).collect();
    let read = read.map_err(|_| SealedError::Field("absent"))?;
    if !read.is_sorted_by(|one, next| one < next) {
        return Err(SealedError::Field("absent"));
    }
    Ok(read.into_iter().collect())
}

/// Reads a stage.
///
/// # Errors
/// No stage of the catalogue.
pub fn stage(word: &str) -> Result<Stage, SealedError> {
    Stage::from_word(word).ok_or(SealedError::Field("stage"))
}

/// The bytes of a record that both hubs sign.
#[must_use]
pub fn encode_record(record: &Record) -> Vec<u8> {
    wire::OpeningRecord {
        task: record.task.bytes().to_vec(),
        table: record.table.to_string(),
        period: record.period.to_string(),
        stage: record.stage.as_str().to_owned(),
        groups: record.groups.iter().map(ToString::to_string).collect(),
        schools: record.schools.iter().map(Standing::to_wire).collect(),
        roster: record.roster.to_tagged(),
        fresh: record.fresh,
        due: record.due,
        result: record.result.to_tagged(),
        opened_at_ms: record.opened_at_ms,
        detail: record.detail.to_wire().into(),
        number: record.number,
        absent: record.absent.iter().map(ToString::to_string).collect(),
    }
    .encode_to_vec()
}

/// Reads a record; nothing is verified.
///
/// # Errors
/// Bytes that are none, or a field that is missing or malformed.
pub fn decode_record(bytes: &[u8]) -> Result<Record, SealedError> {
    let message = wire::OpeningRecord::decode(bytes).map_err(|_| SealedError::Unreadable)?;
    let digest =
        |field, bytes: &[u8]| Digest::from_tagged(bytes).map_err(|_| SealedError::Field(field));
    let schools = message.schools.iter().map(Standing::from_wire);
    Ok(Record {
        task: task(&message.task)?,
        table: message.table.parse().map_err(|_| SealedError::Field("table"))?,
        period: message.period.parse().map_err(|_| SealedError::Field("period"))?,
        stage: stage(&message.stage)?,
        detail: Detail::from_wire(message.detail())?,
        groups: groups(&message.groups)?,
        schools: schools.collect::<Result<_, _>>()?,
        roster: digest("roster", &message.roster)?,
        fresh: message.fresh,
        due: message.due,
        absent: units(&message.absent)?,
        result: digest("result", &message.result)?,
        opened_at_ms: message.opened_at_ms,
        number: Some(message.number)
            .filter(|number| (1..=NUMBER_MAX).contains(number))
            .ok_or(SealedError::Field("number"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let standing = |unit: &str| Standing {
            unit: unit.parse().expect("unit"),
            task: TaskId::from_bytes([1; 32]),
            report: Digest::sha256([2; 32]),
        };
        Record {
            task: TaskId::from_bytes([1; 32]),
            table: "sealed.alt.census".parse().expect("table"),
            period: "2026S1".parse().expect("period"),
            stage: Stage::Junior,
            detail: Detail::Cells,
            groups: ["a-1", "b-2"].map(|id| id.parse().expect("group")).into(),
            schools: vec![standing("S1"), standing("S2")],
            roster: Digest::sha256([3; 32]),
            fresh: 1,
            due: 2,
            absent: ["S3", "S4"].map(|unit| unit.parse().expect("unit")).into(),
            result: Digest::sha256([4; 32]),
            opened_at_ms: 5,
            number: 6,
        }
    }

    /// A record is read as it was made.
    #[test]
    fn a_record_is_read_as_it_was_made() {
        for detail in [Detail::Cells, Detail::Categories] {
            let record = Record { detail, ..record() };
            assert_eq!(decode_record(&encode_record(&record)), Ok(record));
            assert_eq!(Detail::from_word(detail.as_str()), Some(detail));
        }
    }

    /// What is not set is never taken for something, and one set has one list of groups.
    #[test]
    fn malformed_records_are_refused() {
        let whole = encode_record(&record());
        let whole = wire::OpeningRecord::decode(whole.as_slice()).expect("wire");
        let turned = whole.groups.iter().rev().cloned().collect();
        let away = whole.absent.iter().rev().cloned().collect();
        let twice = vec!["a-1".to_owned(), "a-1".to_owned()];
        for (message, field) in [
            (wire::OpeningRecord { detail: 0, ..whole.clone() }, "detail"),
            (wire::OpeningRecord { task: vec![1; 31], ..whole.clone() }, "task"),
            (wire::OpeningRecord { stage: "middle".into(), ..whole.clone() }, "stage"),
            (wire::OpeningRecord { groups: turned, ..whole.clone() }, "groups"),
            (wire::OpeningRecord { groups: twice, ..whole.clone() }, "groups"),
            (wire::OpeningRecord { result: Vec::new(), ..whole.clone() }, "result"),
            (wire::OpeningRecord { absent: away, ..whole.clone() }, "absent"),
            (wire::OpeningRecord { number: 0, ..whole.clone() }, "number"),
        ] {
            let read = decode_record(&message.encode_to_vec());
            assert_eq!(read, Err(SealedError::Field(field)));
        }
    }
}
