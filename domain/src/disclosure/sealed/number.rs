//! Report numbers: a school's own count of its reports of a table, and what a report is bound to.
//!
//! A report is sealed once and its bytes are sent until both hubs gave their final answer. Only a
//! refusal makes room for another one, under the next number: two reports of one week, both
//! accepted somewhere, would tell an event twice. The number is the table's own and no sequence of
//! a frame, which begins again with every epoch.

use std::fmt;
use std::num::NonZeroU32;

use super::TaskId;
use crate::unit::UnitId;

const CONTEXT: &[u8] = b"xinqiao/v1";

/// The number of a school's report of a table, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportNumber(NonZeroU32);

/// What a node does about a table and period that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing was sealed, or what was sealed was refused: seal under this number.
    Seal(ReportNumber),
    /// It is sealed and not finally answered: send the same bytes.
    Resend(ReportNumber),
    /// Both hubs accepted it.
    Done(ReportNumber),
}

impl ReportNumber {
    /// The first report of a table.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// The number that stands in a message or a store; none for zero.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number itself.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0.get()
    }

    /// The number of the report after this one; none when all are used.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }
}

impl fmt::Display for ReportNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What to do about a table and period, from what the node has persisted: the last report of the
/// table about any period, and the last one about this period with both hubs' final answer to it.
///
/// None when all numbers of the table are used.
#[must_use]
pub fn next_step(
    last: Option<ReportNumber>,
    own: Option<(ReportNumber, Option<Answer>)>,
) -> Option<Step> {
    match own {
        Some((number, None)) => Some(Step::Resend(number)),
        Some((number, Some(Answer::Accepted))) => Some(Step::Done(number)),
        Some((_, Some(Answer::Refused))) | None => match last {
            Some(last) => last.next().map(Step::Seal),
            None => Some(Step::Seal(ReportNumber::FIRST)),
        },
    }
}

/// The final answer to a report, under the signatures of both hubs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is in the sums of both.
    Accepted,
    /// It is in neither, and never will be.
    Refused,
}

/// The bytes that a report's shares and proof are bound to: used under another task, school or
/// number they prove nothing.
#[must_use]
pub fn context(task: &TaskId, school: &UnitId, number: ReportNumber) -> Vec<u8> {
    let school = school.as_str().as_bytes();
    let mut bytes = Vec::with_capacity(CONTEXT.len() + 36 + school.len());
    bytes.extend_from_slice(CONTEXT);
    bytes.extend_from_slice(task.bytes());
    bytes.extend_from_slice(school);
    bytes.extend_from_slice(&number.value().to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: u32) -> ReportNumber {
        ReportNumber::new(value).expect("number")
    }

    /// Sealed once, sent until it is answered, replaced only after a refusal and under a new
    /// number.
    #[test]
    fn only_a_refusal_makes_room_for_another_report() {
        let first = number(1);
        assert_eq!(next_step(None, None), Some(Step::Seal(first)));
        let sealed = |answer| next_step(Some(number(4)), Some((number(3), answer)));
        assert_eq!(sealed(None), Some(Step::Resend(number(3))));
        assert_eq!(sealed(Some(Answer::Accepted)), Some(Step::Done(number(3))));
        assert_eq!(sealed(Some(Answer::Refused)), Some(Step::Seal(number(5))));
        assert_eq!(next_step(Some(number(4)), None), Some(Step::Seal(number(5))));
        assert_eq!(next_step(Some(number(u32::MAX)), None), None);
        assert_eq!(ReportNumber::new(0), None);
    }

    /// The bytes are the ones of the rule, and any other task, school or number has others.
    #[test]
    fn a_context_names_task_school_and_number() {
        let school: UnitId = "3702".parse().expect("unit");
        let bytes = context(&TaskId::from_bytes([7; 32]), &school, number(258));
        let mut expected = b"xinqiao/v1".to_vec();
        expected.extend_from_slice(&[7; 32]);
        expected.extend_from_slice(b"3702\x00\x00\x01\x02");
        assert_eq!(bytes, expected);
        let other: UnitId = "3703".parse().expect("unit");
        assert_ne!(bytes, context(&TaskId::from_bytes([7; 32]), &other, number(258)));
        assert_ne!(bytes, context(&TaskId::from_bytes([8; 32]), &school, number(258)));
        assert_ne!(bytes, context(&TaskId::from_bytes([7; 32]), &school, number(259)));
    }
}
