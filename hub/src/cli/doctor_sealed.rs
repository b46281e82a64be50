//! What `doctor` looks at in sealed sums: the chain of records, and schools of which nothing comes.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::span::Span;
use domain::unit::UnitId;
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::cli::doctor::{Check, Subject};
use runtime::cli::{Failure, Sentence};
use runtime::sql::Database;

use super::words::sealed as words;
use crate::app::{HubError, load_pins};
use crate::config::Config;
use crate::packs::Packs;
use crate::sealed::chain;
use crate::sealed::documents::{Documents, ShareKeys};
use crate::sealed::view::{self, TaskView};
use crate::store::sealed::record;

const CHAIN: Subject = ("sealed_chain", words::CHAIN_TITLE);
const SILENT: Subject = ("sealed_silent", words::SILENT_TITLE);

/// Days after a period's end from which a missing report is silence: two until it leaves, seven
/// more.
const SILENT_DAYS: i32 = 9;
/// Days after which a period is no longer looked at.
const LOOK_BACK_DAYS: i32 = 60;
/// Schools that are named in one line.
const NAMED_MAX: usize = 5;

/// Nothing at a hub that has no part in sealed sums.
pub(super) fn checks(
    config: &Config,
    database: &Database,
    today: Date,
) -> Result<Vec<Check>, Failure> {
    let pins = load_pins(config)?;
    let packs = database.read(move |tx| Packs::load(tx, today, &pins)).map_err(HubError::from)?;
    let documents = Documents::of(Arc::new(packs.clone()), &ShareKeys::default());
    let (records, tasks) = database.read(move |tx| {
        Ok::<_, runtime::sql::SqlError>((record::all(tx)?, view::tasks(tx, &documents, today)?))
    })?;
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let ends = |task: &TaskView| Span::of(task.period, packs.calendar()).ok().map(|span| span.to);
    Ok(vec![
        unbroken(&records),
        silent(tasks.iter().filter_map(|one| Some((ends(one)?, one))), today),
    ])
}

fn unbroken(records: &[record::Record]) -> Check {
    match chain::broken(records) {
        None => Check::well(CHAIN, Sentence::new(words::CHAIN_WELL, &[&records.len()])),
        Some(number) => {
            Check::problem(CHAIN, Sentence::new(words::CHAIN_BROKEN, &[&number]), words::CHAIN_FIX)
        }
    }
}

/// Schools whose report of a period that is long over did not come, or waits.
fn silent<'t>(tasks: impl Iterator<Item = (Date, &'t TaskView)>, today: Date) -> Check {
    let is_late = |ended: Date| {
        let (from, until) = (ended + SILENT_DAYS.days(), ended + LOOK_BACK_DAYS.days());
        from <= today && today <= until
    };
    let late = tasks.filter(|(ended, _)| is_late(*ended));
    let schools: BTreeSet<&UnitId> = late.flat_map(|(_, task)| &task.missing).collect();
    if schools.is_empty() {
        return Check::well(SILENT, words::NONE_SILENT);
    }
    let named: Vec<&str> = schools.iter().take(NAMED_MAX).map(|unit| unit.as_str()).collect();
    let found = Sentence::new(words::SILENT_FOUND, &[&schools.len(), &named.join(" ")]);
    Check::warning(SILENT, found, words::SILENT_FIX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use runtime::cli::doctor::Verdict;

    use super::*;

    fn task(missing: &[&str]) -> TaskView {
        TaskView {
            id: domain::disclosure::sealed::TaskId::from_bytes([1; 32]),
            area: "370202".parse().expect("unit"),
            school_year: 2026,
            sheet: "sealed.alt.opened".to_owned(),
            period: "2026-W37".parse().expect("week"),
            is_agreed: true,
            stopped: String::new(),
            fresh: 1,
            due: 2,
            missing: missing.iter().map(|unit| unit.parse().expect("unit")).collect(),
            unstated: Vec::new(),
            openings: Vec::new(),
            waits: Vec::new(),
            is_known: true,
        }
    }

    /// Seven days after a report should have come its school is silent, and a chain that was
    /// changed is a problem.
    #[test]
    fn silence_and_a_changed_chain_are_said() {
        let (task, sunday) = (task(&["S1"]), date(2026, 9, 13));
        let at = |day: i8| silent([(sunday, &task)].into_iter(), date(2026, 9, day)).verdict();
        assert_eq!((at(21), at(22)), (Verdict::Well, Verdict::Warning));
        let whole = self::task(&[]);
        let check = silent([(sunday, &whole)].into_iter(), date(2026, 9, 30));
        assert_eq!(check.verdict(), Verdict::Well);
        assert_eq!(unbroken(&[]).verdict(), Verdict::Well);
        let record = record::Record {
            number: 1,
            opening: 1,
            bytes: b"record".to_vec(),
            leader: Vec::new(),
            helper: None,
            previous: Vec::new(),
            link: b"other".to_vec(),
        };
        assert_eq!(unbroken(&[record]).verdict(), Verdict::Problem);
    }
}
