//! Opened sums on their way up as bytes: the record of both hubs, and the figures that it is the
//! digest of. Nothing is verified here.

use std::collections::BTreeMap;

use domain::cell::TABLE_CELLS_MAX;
use domain::digest::Digest;
use domain::unit::UnitId;
use prost::Message;

use crate::opening::{Record, decode_record};
use crate::sealed::{HubSignature, SealedError};
use crate::wire::sealed as wire;

/// An opened sum as its bytes say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldSum {
    /// Area of the plan.
    pub area: UnitId,
    /// School year of the plan.
    pub school_year: i16,
    /// Catalogue that orders the cells.
    pub pack: Digest,
    /// The bytes that both hubs signed.
    pub bytes: Vec<u8>,
    /// What they say.
    pub record: Record,
    /// The leader's signature.
    pub leader: HubSignature,
    /// The helper's signature.
    pub helper: HubSignature,
    /// Opened cells by place.
    pub cells: BTreeMap<usize, u64>,
}

/// The bytes of an opened sum.
#[must_use]
pub fn encode_told(told: &ToldSum) -> Vec<u8> {
    wire::SealedOpening {
        area: told.area.to_string(),
        school_year: u32::from(told.school_year.unsigned_abs()),
        pack: told.pack.to_tagged(),
        record: told.bytes.clone(),
        leader: Some(told.leader.clone()),
        helper: Some(told.helper.clone()),
        cells: write_cells(&told.cells),
        number: told.record.number,
    }
    .encode_to_vec()
}

/// Reads an opened sum.
///
/// # Errors
/// Bytes that are none, or a field that is missing or malformed.
pub fn decode_told(bytes: &[u8]) -> Result<ToldSum, SealedError> {
    let message = wire::SealedOpening::decode(bytes).map_err(|_| SealedError::Unreadable)?;
    let field = SealedError::Field;
    let year = i16::try_from(message.school_year).ok().filter(|year| *year > 0);
    let record = decode_record(&message.record)?;
    if record.number != message.number {
        return Err(field("number"));
    }
    Ok(ToldSum {
        area: message.area.parse().map_err(|_| field("area"))?,
        school_year: year.ok_or(field("school_year"))?,
        pack: Digest::from_tagged(&message.pack).map_err(|_| field("pack"))?,
        record,
        cells: read_cells(&message.cells)?,
        bytes: message.record,
        leader: message.leader.ok_or(field("leader"))?,
        helper: message.helper.ok_or(field("helper"))?,
    })
}

/// Opened cells as they travel.
#[must_use]
pub fn write_cells(cells: &BTreeMap<usize, u64>) -> Vec<wire::OpenedCell> {
    let cell = |(place, value): (&usize, &u64)| wire::OpenedCell {
        place: u32::try_from(*place).unwrap_or(u32::MAX),
        value: *value,
    };
    cells.iter().map(cell).collect()
}

/// Reads opened cells, which must stand in order and lie within a table.
///
/// # Errors
/// They do not.
pub fn read_cells(cells: &[wire::OpenedCell]) -> Result<BTreeMap<usize, u64>, SealedError> {
    let read = cells.iter();
    let read = read.map(|one| (usize::try_from(one.place).unwrap_or(usize::MAX), one.value));
    let cells: Vec<(usize, u64)> = read.collect();
    let in_order = cells.is_sorted_by(|one, next| one.0 < next.0);
    let in_bounds = cells.iter().all(|(place, _)| *place < TABLE_CELLS_MAX);
    if in_order && in_bounds {
        Ok(cells.into_iter().collect())
    } else {
        Err(SealedError::Field("cells"))
    }
}

#[cfg(test)]
mod tests {
    use domain::catalogue::Stage;
    use domain::disclosure::sealed::TaskId;

    use super::*;
    use crate::opening::{Detail, encode_record};

    fn told() -> ToldSum {
        let record = Record {
            task: TaskId::from_bytes([1; 32]),
            table: "sealed.alt.census".parse().expect("table"),
            period: "2026S1".parse().expect("period"),
            stage: Stage::Junior,
            detail: Detail::Cells,
            groups: ["a-1".parse().expect("group")].into(),
            schools: Vec::new(),
            roster: Digest::sha256([3; 32]),
            fresh: 1,
            due: 2,
            absent: [].into(),
            result: Digest::sha256([4; 32]),
            opened_at_ms: 5,
            number: 4,
        };
        let signed = |byte| HubSignature { signature: vec![byte], chain: vec![vec![byte; 3]] };
        ToldSum {
            area: "370202".parse().expect("unit"),
            school_year: 2026,
            pack: Digest::sha256([5; 32]),
            bytes: encode_record(&record),
            record,
            leader: signed(1),
            helper: signed(2),
            cells: [(0, 12), (7, 0), (9, 30)].into(),
        }
    }

    /// A sum is read as it was told.
    #[test]
    fn a_told_sum_is_read_as_it_was_made() {
        assert_eq!(decode_told(&encode_told(&told())), Ok(told()));
    }

    /// Places that repeat, go back or lie outside any table, and fields that are missing, are
    /// refused.
    #[test]
    fn a_told_sum_that_is_malformed_is_refused() {
        let check = |spoil: fn(&mut wire::SealedOpening)| {
            let mut wire = wire::SealedOpening::decode(&*encode_told(&told())).expect("message");
            spoil(&mut wire);
            decode_told(&wire.encode_to_vec()).err()
        };
        assert_eq!(check(|wire| wire.cells.swap(0, 1)), Some(SealedError::Field("cells")));
        let outside = check(|wire| wire.cells[2].place = u32::MAX);
        assert_eq!(outside, Some(SealedError::Field("cells")));
        assert_eq!(check(|wire| wire.helper = None), Some(SealedError::Field("helper")));
        // What both hubs signed says the number, and nothing beside it does.
        assert_eq!(check(|wire| wire.number = 5), Some(SealedError::Field("number")));
        assert_eq!(check(|wire| wire.school_year = 0), Some(SealedError::Field("school_year")));
        assert!(check(|wire| wire.record.truncate(9)).is_some());
    }
}
