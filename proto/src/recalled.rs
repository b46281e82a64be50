//! What the two hubs of sealed sums tell each other about openings and years that one of them lost
//! or closed.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::disclosure::plan::GroupId;
use domain::disclosure::sealed::TaskId;
use domain::unit::UnitId;
use jiff::civil::Date;
use prost::Message;

use crate::opened::{read_cells, write_cells};
use crate::opening::{Detail, Record, Standing, decode_record, groups, stage};
use crate::sealed::{HubSignature, SealedError, task};
use crate::wire::sealed as wire;

/// An opening as a hub keeps it, without its share.
#[derive(Clone, Debug, PartialEq)]
pub struct Recalled {
    /// The task.
    pub task: TaskId,
    /// The stage.
    pub stage: Stage,
    /// How fine it is.
    pub detail: Detail,
    /// The groups.
    pub groups: BTreeSet<GroupId>,
    /// Which report each school stands with.
    pub schools: Vec<Standing>,
    /// Schools of the groups that were away.
    pub absent: BTreeSet<UnitId>,
    /// Day on which it was let pass.
    pub asked_on: Date,
    /// What both hubs signed, where they did.
    pub recorded: Option<Recorded>,
}

/// A record with both signatures and the cells that it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The bytes that both signed.
    pub bytes: Vec<u8>,
    /// What they say.
    pub record: Record,
    /// The leader's signature.
    pub leader: HubSignature,
    /// The helper's signature.
    pub helper: HubSignature,
    /// The opened cells.
    pub cells: BTreeMap<usize, u64>,
}

/// What a hub leaves behind of a closed year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearClosed {
    /// The hub.
    pub unit: UnitId,
    /// Area of the plan.
    pub area: UnitId,
    /// School year of the plan.
    pub school_year: i16,
    /// Tasks of the year.
    pub tasks: u32,
    /// Reports whose shares were destroyed.
    pub reports: u32,
    /// Sums that were opened.
    pub opened: u32,
    /// Sums that stay closed for good.
    pub left_closed: u32,
    /// Share keys that were destroyed with it.
    pub keys: Vec<Digest>,
    /// By the hub's clock.
    pub closed_at_ms: i64,
    /// Its number in the hub's chain.
    pub number: u64,
}

impl Recalled {
    /// As it travels.
    #[must_use]
    pub fn to_wire(&self) -> wire::Recalled {
        let recorded = self.recorded.as_ref();
        wire::Recalled {
            task: self.task.bytes().to_vec(),
            stage: self.stage.as_str().to_owned(),
            detail: self.detail.to_wire().into(),
            groups: self.groups.iter().map(ToString::to_string).collect(),
            schools: self.schools.iter().map(Standing::to_wire).collect(),
            absent: self.absent.iter().map(ToString::to_string).collect(),
            asked_on: self.asked_on.to_string(),
            record: recorded.map(|recorded| recorded.bytes.clone()).unwrap_or_default(),
            leader: recorded.map(|recorded| recorded.leader.clone()),
            helper: recorded.map(|recorded| recorded.helper.clone()),
            cells: recorded.map(|recorded| write_cells(&recorded.cells)).unwrap_or_default(),
        }
    }

    /// Reads what travelled; no signature is checked.
    ///
    /// # Errors
    /// A field that is missing or malformed, or a record that is about another set.
    pub fn from_wire(message: wire::Recalled) -> Result<Self, SealedError> {
        let field = SealedError::Field;
        let detail = Detail::from_wire(message.detail())?;
        let schools: Result<Vec<_>, _> = message.schools.iter().map(Standing::from_wire).collect();
        let absent = message.absent.iter().map(|unit| unit.parse().map_err(|_| field("absent")));
        let mut read = Self {
            task: task(&message.task)?,
            stage: stage(&message.stage)?,
            detail,
            groups: groups(&message.groups)?,
            schools: schools?,
            absent: absent.collect::<Result<_, _>>()?,
            asked_on: message.asked_on.parse().map_err(|_| field("asked_on"))?,
            recorded: None,
        };
        if message.record.is_empty() {
            return Ok(read);
        }
        let record = decode_record(&message.record)?;
        let claimed = (&record.task, record.stage, record.detail, &record.groups);
        let stands = (&record.schools, &record.absent);
        if claimed != (&read.task, read.stage, read.detail, &read.groups)
            || stands != (&read.schools, &read.absent)
        {
            return Err(field("record"));
        }
        read.recorded = Some(Recorded {
            cells: read_cells(&message.cells)?,
            bytes: message.record,
            record,
            leader: message.leader.ok_or(field("leader"))?,
            helper: message.helper.ok_or(field("helper"))?,
        });
        Ok(read)
    }
}

/// The bytes of a closed year that a hub signs.
#[must_use]
pub fn encode_closed(closed: &YearClosed) -> Vec<u8> {
    wire::YearClosed {
        unit: closed.unit.to_string(),
        area: closed.area.to_string(),
        school_year: closed.school_year.into(),
        tasks: closed.tasks,
        reports: closed.reports,
        opened: closed.opened,
        left_closed: closed.left_closed,
        keys: closed.keys.iter().map(|key| key.to_tagged()).collect(),
        closed_at_ms: closed.closed_at_ms,
        number: closed.number,
    }
    .encode_to_vec()
}

/// Reads a closed year; nothing is verified.
///
/// # Errors
/// Bytes that are none, or a field that is missing or malformed.
pub fn decode_closed(bytes: &[u8]) -> Result<YearClosed, SealedError> {
    let message = wire::YearClosed::decode(bytes).map_err(|_| SealedError::Unreadable)?;
    let field = SealedError::Field;
    let keys = message.keys.iter().map(|key| Digest::from_tagged(key).map_err(|_| field("keys")));
    Ok(YearClosed {
        unit: message.unit.parse().map_err(|_| field("unit"))?,
        area: message.area.parse().map_err(|_| field("area"))?,
        school_year: i16::try_from(message.school_year).map_err(|_| field("school_year"))?,
        tasks: message.tasks,
        reports: message.reports,
        opened: message.opened,
        left_closed: message.left_closed,
        keys: keys.collect::<Result<_, _>>()?,
        closed_at_ms: message.closed_at_ms,
        number: Some(message.number).filter(|number| *number > 0).ok_or(field("number"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opening::encode_record;

    fn recalled() -> Recalled {
        let groups: BTreeSet<GroupId> = ["a-1".parse().expect("group")].into();
        let (task, stage) = (TaskId::from_bytes([1; 32]), Stage::Junior);
        let unit: UnitId = "S1".parse().expect("unit");
        let schools = vec![Standing { unit, task, report: Digest::sha256([2; 32]) }];
        let record = Record {
            task,
            table: "sealed.alt.census".parse().expect("table"),
            period: "2026S1".parse().expect("period"),
            stage,
            detail: Detail::Cells,
            groups: groups.clone(),
            schools: schools.clone(),
            roster: Digest::sha256([3; 32]),
            fresh: 1,
            due: 1,
            absent: ["S2".parse().expect("unit")].into(),
            result: Digest::sha256([4; 32]),
            opened_at_ms: 5,
            number: 6,
        };
        let signed = |byte| HubSignature { signature: vec![byte], chain: vec![vec![byte; 3]] };
        let recorded = Some(Recorded {
            bytes: encode_record(&record),
            record,
            leader: signed(1),
            helper: signed(2),
            cells: [(0, 12), (7, 0)].into(),
        });
        let absent = ["S2".parse().expect("unit")].into();
        let asked_on = jiff::civil::date(2026, 9, 1);
        Recalled { task, stage, detail: Detail::Cells, groups, schools, absent, asked_on, recorded }
    }

    /// What is recalled is read as it was told, with a record and without; a record about another
    /// set is refused.
    #[test]
    fn what_is_recalled_is_read_as_it_was_told() {
        let open = Recalled { recorded: None, ..recalled() };
        for told in [recalled(), open] {
            assert_eq!(Recalled::from_wire(told.to_wire()), Ok(told));
        }
        let away = ["S3".parse().expect("unit")].into();
        for other in [
            Recalled { stage: Stage::Senior, ..recalled() },
            Recalled { absent: away, ..recalled() },
            Recalled { absent: BTreeSet::new(), ..recalled() },
        ] {
            let refused = Recalled::from_wire(other.to_wire());
            assert_eq!(refused, Err(SealedError::Field("record")));
        }
    }

    /// A closed year is read as it was written.
    #[test]
    fn a_closed_year_is_read_as_it_was_written() {
        let closed = YearClosed {
            unit: "370202".parse().expect("unit"),
            area: "370202".parse().expect("unit"),
            school_year: 2026,
            tasks: 1,
            reports: 2,
            opened: 3,
            left_closed: 4,
            keys: vec![Digest::sha256([5; 32])],
            closed_at_ms: 6,
            number: 7,
        };
        assert_eq!(decode_closed(&encode_closed(&closed)), Ok(closed));
        assert!(decode_closed(b"none").is_err());
    }
}
