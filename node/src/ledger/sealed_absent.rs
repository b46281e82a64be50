//! What could not be sealed at the last daily look, and why, for the page and for `doctor`; and
//! whose figures contradict each other, sealed or not.
//!
//! A group of schools stays closed for a week as long as one of them has no report of it. So a
//! school that has none must say so to its own people; nothing of it leaves.

use std::collections::BTreeSet;

use domain::period::Period;
use runtime::params;
use runtime::sql::{SqlError, Tx};

/// The word for figures that contradict each other: of these alone a report is made all the same.
pub const CONTRADICTION: &str = "contradiction";

/// Some tables of a period that were not sealed for one reason, or contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    /// Week or term in its written form.
    pub period: String,
    /// Stable word for the reason.
    pub code: String,
    /// How many tables; none means the period as a whole.
    pub tables: Option<u32>,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

impl Absent {
    /// Whether it is about figures that contradict each other, and no report is missing for it.
    #[must_use]
    pub fn is_contradiction(&self) -> bool {
        self.code == CONTRADICTION
    }
}

/// What is told first of what a look found: the periods without a report, and where there are none
/// those whose figures contradict each other. Says as well whether a report is missing.
#[must_use]
pub fn first_told(found: &[Absent]) -> (bool, BTreeSet<&str>) {
    let periods = |is_contradiction: bool| -> BTreeSet<&str> {
        let of = found.iter().filter(|one| one.is_contradiction() == is_contradiction);
        of.map(|one| one.period.as_str()).collect()
    };
    let missing = periods(false);
    match missing.is_empty() {
        false => (true, missing),
        true => (false, periods(true)),
    }
}

/// Keeps what a look found in place of what the look before it did.
///
/// # Errors
/// The store cannot be written.
pub(crate) fn replace(tx: &Tx<'_>, found: &[Absent], now_ms: i64) -> Result<(), SqlError> {
    tx.execute("delete from sealed_absent", &[])?;
    for one in found {
        tx.execute(
            "insert into sealed_absent (period, code, tables, zh, en, noted_at_ms)
             values ($1, $2, $3, $4, $5, $6)",
            params![&one.period, &one.code, one.tables.unwrap_or(0), &one.zh, &one.en, now_ms],
        )?;
    }
    Ok(())
}

/// Keeps what a look at one period found in place of what was known of that one.
///
/// # Errors
/// The store cannot be read or written.
pub(crate) fn replace_of(
    tx: &Tx<'_>,
    (period, found): (Period, &[Absent]),
    now_ms: i64,
) -> Result<(), SqlError> {
    let mut kept = all(tx)?;
    kept.retain(|one| one.period != period.to_string());
    kept.extend_from_slice(found);
    replace(tx, &kept, now_ms)
}

/// What the last look found, by period.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Absent>, SqlError> {
    let all = "select period, code, tables, zh, en from sealed_absent order by period, code";
    tx.query(all, &[], |row| {
        Ok(Absent {
            period: row.text(0)?,
            code: row.text(1)?,
            tables: Some(row.u32(2)?).filter(|tables| *tables > 0),
            zh: row.text(3)?,
            en: row.text(4)?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::guard_tests::{run, school};
    use super::*;

    /// A look at one period replaces what was known of it, and of no other.
    #[test]
    fn a_look_at_one_period_leaves_the_others() {
        let absent = |period: &str, code: &str| Absent {
            period: period.to_owned(),
            code: code.to_owned(),
            tables: None,
            zh: "原因".to_owned(),
            en: "why".to_owned(),
        };
        let found = run(&school(), move |tx| {
            let before = [absent("2025-W46", "broken"), absent("2025-W47", "broken")];
            replace(tx, &before, 1)?;
            let week = Period::Week { year: 2025, week: 47 };
            replace_of(tx, (week, &[absent("2025-W47", "not_at_work")]), 2)?;
            let after = all(tx)?;
            replace_of(tx, (week, &[]), 3)?;
            Ok((after, all(tx)?))
        });
        let (after, last) = found.expect("absent");
        let codes: Vec<&str> = after.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes, ["broken", "not_at_work"]);
        assert_eq!(last, [absent("2025-W46", "broken")]);
    }
}
