//! Tasks: the one name under which reports may be added up, and the bytes that it is a digest of.
//!
//! A task id covers everything that two reports must share before their sum means anything, among
//! it the packs and documents that were in force. A school that was sent another catalogue, plan
//! or roster than its peers makes another task and is refused, instead of being summed with
//! strangers.

use std::fmt;

use jiff::civil::Date;

use super::Kind;
use crate::catalogue::TableId;
use crate::digest::Digest;
use crate::period::Period;
use crate::unit::{UnitId, Zone};

const FORM: &[u8] = b"task/v2";

/// Everything that a task fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskTerms {
    /// Name space of the city.
    pub city: Zone,
    /// Period that the reports are about: a week for flows, a term for stocks.
    pub period: Period,
    /// The sealed table.
    pub table: TableId,
    /// Stock or flow.
    pub kind: Kind,
    /// Number of cells.
    pub cells: u32,
    /// Catalogue pack.
    pub pack: Digest,
    /// Signed open plan of the school year.
    pub plan: Digest,
    /// Signed roster of the school year.
    pub roster: Digest,
    /// Day on which the roster's enrolment was read.
    pub census_day: Date,
    /// Education's hub.
    pub leader: UnitId,
    /// Health's hub.
    pub helper: UnitId,
    /// Key statements of both, one digest over them.
    pub key_statements: Digest,
}

/// The digest of a task's terms.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId([u8; 32]);

impl TaskTerms {
    /// The bytes whose SHA-256 is the task's id.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let census_day = self.census_day.to_string();
        let (period, cells) = (self.period.to_string(), self.cells.to_be_bytes());
        let fields: [&[u8]; 13] = [
            FORM,
            self.city.as_str().as_bytes(),
            period.as_bytes(),
            self.table.as_str().as_bytes(),
            self.kind.as_str().as_bytes(),
            &cells,
            self.pack.bytes(),
            self.plan.bytes(),
            self.roster.bytes(),
            census_day.as_bytes(),
            self.leader.as_str().as_bytes(),
            self.helper.as_str().as_bytes(),
            self.key_statements.bytes(),
        ];
        lv(&fields)
    }

    /// The task's id; `sha256` is the function that only `certs` has.
    #[must_use]
    pub fn id(&self, sha256: impl FnOnce(&[u8]) -> Digest) -> TaskId {
        TaskId(*sha256(&self.encode()).bytes())
    }
}

impl TaskId {
    /// Takes the 32 bytes of an id that travelled or was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.to_string();
        write!(f, "TaskId({})", name.get(..8).unwrap_or(&name))
    }
}

/// Fields one after the other, each behind its length in four bytes, big-endian: no two lists of
/// fields have the same bytes.
#[must_use]
pub fn lv(fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(fields.iter().map(|field| field.len() + 4).sum());
    for field in fields {
        // Fields are names and digests; one of four gigabytes would be cut, never misread.
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::*;

    pub(in super::super) fn terms() -> TaskTerms {
        let digest = |byte| Digest::sha256([byte; 32]);
        TaskTerms {
            city: "qd.example".parse().expect("zone"),
            period: "2026S1".parse().expect("period"),
            table: "sealed.alt.census".parse().expect("table"),
            kind: Kind::Stock,
            cells: 180,
            pack: digest(1),
            plan: digest(2),
            roster: digest(3),
            census_day: date(2026, 11, 6),
            leader: "370202".parse().expect("unit"),
            helper: "hc-qd".parse().expect("unit"),
            key_statements: digest(4),
        }
    }

    /// A function that keeps apart what differs is enough here; SHA-256 is checked in `certs`.
    fn id(terms: &TaskTerms) -> TaskId {
        terms.id(|bytes| {
            let mut folded = [0_u8; 32];
            for (place, byte) in bytes.iter().enumerate() {
                let slot = &mut folded[place % 32];
                *slot = slot.wrapping_mul(31).wrapping_add(*byte).wrapping_add(1);
            }
            Digest::sha256(folded)
        })
    }

    /// A field cannot be moved into its neighbour.
    #[test]
    fn lengths_keep_fields_apart() {
        assert_eq!(lv(&[b"ab", b""]), [0, 0, 0, 2, b'a', b'b', 0, 0, 0, 0]);
        assert_ne!(lv(&[b"ab", b"c"]), lv(&[b"a", b"bc"]));
        assert_ne!(lv(&[b"ab"]), lv(&[b"ab", b""]));
    }

    /// Every field is part of the id: a school with another pack, plan or roster has another task.
    #[test]
    fn every_field_makes_another_task() {
        let all = terms();
        let other = Digest::sha256([9; 32]);
        let changed = [
            TaskTerms { city: "jn.example".parse().expect("zone"), ..all.clone() },
            TaskTerms { period: "2026S2".parse().expect("period"), ..all.clone() },
            TaskTerms { table: "sealed.x".parse().expect("table"), ..all.clone() },
            TaskTerms { kind: Kind::Flow, ..all.clone() },
            TaskTerms { cells: 181, ..all.clone() },
            TaskTerms { pack: other, ..all.clone() },
            TaskTerms { plan: other, ..all.clone() },
            TaskTerms { roster: other, ..all.clone() },
            TaskTerms { census_day: date(2026, 11, 7), ..all.clone() },
            TaskTerms { leader: "370203".parse().expect("unit"), ..all.clone() },
            TaskTerms { helper: "hc-jn".parse().expect("unit"), ..all.clone() },
            TaskTerms { key_statements: other, ..all.clone() },
        ];
        for terms in &changed {
            assert_ne!(terms.encode(), all.encode(), "{terms:?}");
            assert_ne!(id(terms), id(&all), "{terms:?}");
        }
        assert_eq!(TaskId::from_bytes(*id(&all).bytes()), id(&all));
    }
}
