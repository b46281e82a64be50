//! What was queued for the hub, as the names of its items tell it: a ledger that was put back alone
//! has lost its own registers, and the outbox beside it has not.
//!
//! A name is `unit/table/period/number`, of a sealed report as of a release.

use std::collections::BTreeSet;

use domain::catalogue::is_rounded;
use domain::disclosure::sealed::{Week, is_sealed, year_of};
use domain::period::Period;

/// School years of which a sealed report was queued.
#[must_use]
pub fn sealed_years(names: &[String]) -> BTreeSet<i16> {
    let sealed = names.iter().filter_map(|name| table_and_period(name));
    sealed.filter(|(table, _)| is_sealed(table)).filter_map(|(_, of)| year_of(of)).collect()
}

/// The sealed reports of weeks that were queued: name and week.
#[must_use]
pub fn sealed_weeks(names: Vec<String>) -> Vec<(String, Week)> {
    let week = |name: String| match table_and_period(&name) {
        Some((table, Period::Week { year, week })) if is_sealed(table) => {
            Week::new(year, week).map(|week| (name, week))
        }
        _ => None,
    };
    names.into_iter().filter_map(week).collect()
}

/// Periods of which a table about persons was queued rounded.
#[must_use]
pub fn rounded(names: &[String]) -> BTreeSet<Period> {
    let queued = names.iter().filter_map(|name| table_and_period(name));
    queued.filter(|(table, _)| is_rounded(table)).map(|(_, of)| of).collect()
}

fn table_and_period(name: &str) -> Option<(&str, Period)> {
    let mut parts = name.split('/').skip(1);
    Some((parts.next()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names tell the years of sealed reports and the terms of rounded tables, and clear sheets
    /// tell neither.
    #[test]
    fn names_tell_what_was_sealed_and_what_rounded() {
        let names = [
            "F370202004J01/sealed.alt.opened/2026-W09/3",
            "F370202004J01/rounded.scr.census/2024S2/1",
            "F370202004J01/clear.week/2023-W45/1",
            "torn",
        ];
        let names = names.map(str::to_owned);
        assert_eq!(sealed_years(&names), BTreeSet::from([2025]));
        let term: Period = "2024S2".parse().expect("period");
        assert_eq!(rounded(&names), BTreeSet::from([term]));
        let week = Week::new(2026, 9).expect("week");
        assert_eq!(sealed_weeks(names.to_vec()), [(names[0].clone(), week)]);
    }
}
