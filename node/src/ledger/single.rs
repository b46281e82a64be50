//! One at a time: a student has one mentor, one plan, one helper, one line in a family ledger.

use domain::ledger::Kind;
use domain::ledger::day::overlap;
use jiff::civil::Date;

use super::entry::RecordId;
use super::refusal::LedgerRefusal;

/// Refuses a span that shares a day with another record's, naming that one.
pub(super) fn only_one(
    kind: Kind,
    others: impl Iterator<Item = (RecordId, Date, Option<Date>)>,
    (own, from, until): (Option<RecordId>, Date, Option<Date>),
) -> Result<(), LedgerRefusal> {
    for (record, other_from, other_until) in others {
        if Some(record) != own && overlap((from, until), (other_from, other_until)) {
            return Err(LedgerRefusal::Stands(kind, record, other_from));
        }
    }
    Ok(())
}
