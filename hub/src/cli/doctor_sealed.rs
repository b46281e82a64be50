//! What `doctor` looks at in sealed sums, the same at leader and helper: keys and their statements,
//! tasks of which the hubs have not agreed, schools and a leader of which nothing comes, years to
//! close, keys that are not the stated ones, and the chain of records. At every hub, whether
//! rounded tables keep the rules of the catalogue.

use std::collections::BTreeSet;
use std::sync::Arc;

use certs::aggregate::Role;
use domain::span::Span;
use domain::unit::UnitId;
use jiff::ToSpan as _;
use jiff::civil::Date;
use proto::pack::plan::name as plan_name;
use runtime::cli::doctor::{Check, Subject};
use runtime::cli::{Failure, Sentence};
use runtime::sql::Database;
use runtime::web::time::minute;
use runtime::web::{Lang, Text};

use super::words::sealed as words;
use crate::app::{HubError, load_pins};
use crate::config::Config;
use crate::contradiction::about;
use crate::packs::Packs;
use crate::sealed::documents::{Documents, ShareKeys, Year};
use crate::sealed::helper::KEY_LATE;
use crate::sealed::silent::{NAMED_MAX, hubs as silent_hubs, is_late, leave_closed};
use crate::sealed::view::{self, TaskView};
use crate::sealed::watch::{self, Notice};
use crate::sealed::{chain, close};
use crate::share_key::{self, Held};
use crate::store::alarm::NEWS_MS;
use crate::store::contradiction::{self, Contradiction};
use crate::store::sealed::heard::{self, Heard};
use crate::store::sealed::{record, task};

const CHAIN: Subject = ("sealed_chain", words::CHAIN_TITLE);
const SILENT: Subject = ("sealed_silent", words::SILENT_TITLE);
const KEYS: Subject = ("sealed_keys", words::KEYS_TITLE);
const AGREED: Subject = ("sealed_agreed", words::AGREED_TITLE);
const LEADER: Subject = ("sealed_leader", words::LEADER_TITLE);
const HELPER: Subject = ("sealed_helper", words::HELPER_TITLE);
const NOTICES: Subject = ("sealed_notices", words::TO_LOOK_AT);
const ROUNDED: Subject = ("rounded_contradict", words::ROUNDED_TITLE);

/// Days before a key statement ends from which it is said: a new one takes two ceremonies.
const ENDING_DAYS: i32 = 45;

/// Of sealed sums nothing at a hub that has no part in them.
pub(super) fn checks(
    config: &Config,
    database: &Database,
    (today, now_ms): (Date, i64),
) -> Result<Vec<Check>, Failure> {
    let pins = load_pins(config)?;
    let packs = database.read(move |tx| Packs::load(tx, today, &pins)).map_err(HubError::from)?;
    let keys = ShareKeys::default();
    let held = share_key::held(config).unwrap_or_default();
    let shared = shared_key(&held, &packs);
    held.into_iter().for_each(|one| keys.add(one.key));
    let documents = Arc::new(Documents::of(Arc::new(packs.clone()), &keys));
    let own = documents.years().iter().filter_map(|year| Some((year, year.role_of(&config.unit)?)));
    let own: Vec<(Arc<Year>, Role)> = own.map(|(year, role)| (year.clone(), role)).collect();
    let from_ms = now_ms.saturating_sub(NEWS_MS);
    let rounded = rounded(&database.read(move |tx| contradiction::since(tx, from_ms))?);
    if own.is_empty() {
        return Ok(rounded.into_iter().chain(without_plan(config)).collect());
    }
    let (unit, all) = (config.unit.clone(), documents.clone());
    let ended = |year: &Year| close::is_ended(year.sealed().plan.year(), today);
    let led = own.iter().filter(|(year, role)| *role == Role::Leader && !ended(year));
    let helpers: BTreeSet<UnitId> = led.map(|(year, _)| year.sealed().helper.clone()).collect();
    let (records, tasks, notices, heard, quiet, helpers) = database.read(move |tx| {
        let helpers = helpers.into_iter().map(|helper| {
            let (heard, is_other) = (heard::read(tx, &helper)?, heard::is_other(tx, &helper)?);
            Ok(((helper, heard), is_other))
        });
        let helpers = helpers.collect::<Result<Vec<_>, runtime::sql::SqlError>>()?;
        let notices = watch::notices(tx, &all, &unit, (today, now_ms))?;
        let heard = task::last_made(tx, None)?;
        let quiet = silent_hubs(tx, (&all, &unit), (today, now_ms))?;
        let mut tasks = view::tasks(tx, (&all, &unit), today)?;
        leave_closed(&all, &mut tasks);
        let records = record::all(tx)?;
        Ok::<_, runtime::sql::SqlError>((records, tasks, notices, heard, quiet, helpers))
    })?;
    let ends = |task: &TaskView| Span::of(task.period, packs.calendar()).ok().map(|span| span.to);
    let now: Vec<&(Arc<Year>, Role)> = own.iter().filter(|(year, _)| !ended(year)).collect();
    let mut checks = vec![keys_held(&now, today), agreed(&tasks)];
    checks.extend(shared);
    if now.iter().any(|(_, role)| *role == Role::Helper) {
        let is_silent = quiet.iter().any(|one| matches!(one, Notice::LeaderSilent(..)));
        checks.push(leader_heard(heard, is_silent, now_ms));
    }
    if helpers.is_empty() {
        checks.extend(without_plan(config));
    }
    let address = config.helper_address.as_deref();
    checks.extend(helpers.iter().map(|one| helper_check(address, one, &quiet, now_ms)));
    checks.push(unbroken(&records));
    checks.push(silent(tasks.iter().filter_map(|one| Some((ends(one)?, one))), today));
    checks.extend(noticed(&notices));
    checks.extend(rounded);
    Ok(checks)
}

/// A key that plans of several school years name: it outlives the years that are closed.
fn shared_key(held: &[Held], packs: &Packs) -> Option<Check> {
    held.iter().find_map(|one| {
        let named = one.years(packs.sealed_years());
        let years: BTreeSet<i16> = named.iter().map(|(_, year)| *year).collect();
        let plans: Vec<String> = named.iter().map(|(area, year)| plan_name(area, *year)).collect();
        (years.len() > 1).then(|| {
            let found = Sentence::new(words::KEY_SHARED, &[&one.digest(), &plans.join(" ")]);
            Check::warning(KEYS, found, words::KEY_SHARED_FIX)
        })
    })
}

/// Whether this hub has its key of each year, and both statements of it hold for a while.
fn keys_held(years: &[&(Arc<Year>, Role)], today: Date) -> Check {
    for (year, _) in years {
        let plan = &year.sealed().plan;
        let name = plan_name(plan.area(), plan.year());
        if year.key.is_none() {
            return Check::problem(
                KEYS,
                Sentence::new(words::KEY_LOST, &[&name]),
                words::KEY_LOST_FIX,
            );
        }
        // A plan is made until the end of August; what ends earlier ends its tasks.
        let until = year.until();
        let year_end = Date::new(plan.year().saturating_add(1), 8, 31).unwrap_or(Date::MAX);
        if until < year_end && today >= until.saturating_sub(ENDING_DAYS.days()) {
            let found = Sentence::new(words::STATEMENT_ENDS, &[&name, &until]);
            return Check::warning(KEYS, found, words::STATEMENT_ENDS_FIX);
        }
    }
    if years.is_empty() {
        return Check::well(KEYS, words::KEYS_NONE);
    }
    Check::well(KEYS, Sentence::new(words::KEYS_WELL, &[&years.len()]))
}

/// Tasks of which the hubs have no common key, or that wait for a person.
fn agreed(tasks: &[TaskView]) -> Check {
    // For a period whose key came too late nobody can do anything; its page says so.
    let tasks: Vec<&TaskView> = tasks.iter().filter(|one| one.stopped != KEY_LATE).collect();
    let stopped: Vec<&TaskView> =
        tasks.iter().copied().filter(|one| !one.stopped.is_empty() && !one.is_closed).collect();
    if let Some(first) = stopped.first() {
        let name = format!("{} {} ({})", first.sheet, first.period, first.stopped);
        let found = Sentence::new(words::TASKS_STOPPED, &[&stopped.len(), &name]);
        return Check::problem(AGREED, found, words::TASKS_FIX);
    }
    let open = tasks.iter().filter(|one| !one.is_agreed && !one.is_closed).count();
    if open > 0 {
        let found = Sentence::new(words::TASKS_OPEN, &[&open]);
        return Check::warning(AGREED, found, words::TASKS_OPEN_FIX);
    }
    Check::well(AGREED, Sentence::new(words::TASKS_WELL, &[&tasks.len()]))
}

/// When the leader last agreed on a key here, and whether that is long ago.
fn leader_heard(last_ms: Option<i64>, is_silent: bool, now_ms: i64) -> Check {
    let days = last_ms.map(|last_ms| now_ms.saturating_sub(last_ms) / 86_400_000);
    match days {
        Some(days) if !is_silent => {
            Check::well(LEADER, Sentence::new(words::LEADER_WELL, &[&days]))
        }
        Some(days) => {
            let found = Sentence::new(words::LEADER_SILENT, &[&days]);
            Check::warning(LEADER, found, words::LEADER_FIX)
        }
        None => Check::warning(LEADER, words::LEADER_NEVER, words::LEADER_FIX),
    }
}

/// A hub that is told where a helper is, and that no plan in force has lead anything.
fn without_plan(config: &Config) -> Option<Check> {
    let address = config.helper_address.as_ref()?;
    let found = Sentence::new(words::HELPER_NO_PLAN, &[address]);
    Some(Check::warning(HELPER, found, words::HELPER_NO_PLAN_FIX))
}

/// How it stands with a helper.
fn helper_check(
    address: Option<&str>,
    (helper, is_other): &((UnitId, Heard), bool),
    quiet: &[Notice],
    now_ms: i64,
) -> Check {
    if let (true, Some(address)) = (*is_other, address) {
        return other_answers(address, &helper.0);
    }
    let is_quiet = |one: &Notice| matches!(one, Notice::HelperSilent(unit, _) if *unit == helper.0);
    helper_heard(address, helper, quiet.iter().any(is_quiet), now_ms)
}

/// The address leads to another hub: a slip in it, which the helper's operator cannot see.
fn other_answers(address: &str, helper: &UnitId) -> Check {
    let found = Sentence::new(words::HELPER_OTHER, &[helper, &address]);
    Check::problem(HELPER, found, words::HELPER_OTHER_FIX)
}

/// When the helper of a plan answered last, and what to do where it does not.
fn helper_heard(
    address: Option<&str>,
    (helper, heard): &(UnitId, Heard),
    is_quiet: bool,
    now_ms: i64,
) -> Check {
    let Some(address) = address else {
        let found = Sentence::new(words::HELPER_NO_ADDRESS, &[helper]);
        return Check::problem(HELPER, found, words::HELPER_NO_ADDRESS_FIX);
    };
    let never = || words::HELPER_NEVER_SINCE.fill(Lang::Zh, &[]);
    let last = heard.answered_at_ms.map(minute);
    let told = Sentence::pair(
        last.clone().unwrap_or_else(never),
        last.unwrap_or_else(|| words::HELPER_NEVER_SINCE.fill(Lang::En, &[])),
    );
    let say = |text: Text, more: &[&dyn std::fmt::Display]| {
        let fill = |lang: Lang| {
            let last = told.in_lang(lang);
            let mut values: Vec<&dyn std::fmt::Display> = vec![helper, &address, &last];
            values.extend(more);
            text.fill(lang, &values)
        };
        Sentence::pair(fill(Lang::Zh), fill(Lang::En))
    };
    let days = |at_ms: i64| now_ms.saturating_sub(at_ms) / 86_400_000;
    match (heard.silent_since_ms, heard.answered_at_ms) {
        (Some(since), _) => {
            let found = say(words::HELPER_SILENT, &[&minute(since)]);
            // A helper that is started again is away for minutes.
            match days(since) {
                0 => Check::warning(HELPER, found, words::HELPER_FIX),
                _ => Check::problem(HELPER, found, words::HELPER_FIX),
            }
        }
        (None, Some(_)) if !is_quiet => Check::well(HELPER, say(words::HELPER_WELL, &[])),
        (None, _) => Check::warning(HELPER, say(words::HELPER_QUIET, &[]), words::HELPER_FIX),
    }
}

/// One line for each thing that a person has to look at.
fn noticed(notices: &[Notice]) -> Vec<Check> {
    if notices.is_empty() {
        return vec![Check::well(NOTICES, words::NOTHING_TO_LOOK_AT)];
    }
    let check = |notice: &Notice| {
        let (text, values) = notice.parts();
        let values: Vec<&dyn std::fmt::Display> =
            values.iter().map(|value| value as &dyn std::fmt::Display).collect();
        Check::warning(NOTICES, Sentence::new(text, &values), words::LOOK_AT_FIX)
    };
    notices.iter().map(check).collect()
}

/// One line for each relation that rounded tables break; of opened sums the notices say it.
fn rounded(all: &[Contradiction]) -> Vec<Check> {
    let check = |one: &Contradiction| {
        let about = about(one);
        let values: [&dyn std::fmt::Display; 3] = [&one.place, &one.identity, &about];
        Check::warning(ROUNDED, Sentence::new(words::ROUNDED_BREAKS, &values), words::ROUNDED_FIX)
    };
    all.iter().filter(|one| !one.is_opened()).map(check).collect()
}

fn unbroken(records: &[record::Record]) -> Check {
    match chain::broken(records) {
        None => {
            let aside = records.iter().filter(|one| one.is_aside()).map(|one| one.signed_number);
            let aside: Vec<String> = aside.map(|number| number.to_string()).collect();
            let found = match aside.is_empty() {
                true => Sentence::new(words::CHAIN_WELL, &[&records.len()]),
                false => Sentence::new(words::CHAIN_ASIDE, &[&records.len(), &aside.join(", ")]),
            };
            Check::well(CHAIN, found)
        }
        Some(number) => {
            Check::problem(CHAIN, Sentence::new(words::CHAIN_BROKEN, &[&number]), words::CHAIN_FIX)
        }
    }
}

/// Schools whose report of a period that is long over did not come, or waits.
fn silent<'t>(tasks: impl Iterator<Item = (Date, &'t TaskView)>, today: Date) -> Check {
    let late = tasks.filter(|(ended, task)| is_late(*ended, today) && task.stopped != KEY_LATE);
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

    use super::super::sealed_value::tests::task as sample;
    use super::*;

    fn task(missing: &[&str]) -> TaskView {
        let missing = missing.iter().map(|unit| unit.parse().expect("unit")).collect();
        TaskView { missing, ..sample("370202") }
    }

    /// A helper that does not answer is named with its last answer, for a day as a warning and then
    /// as a problem; so is one to which no address leads, and one that is quiet for more than a
    /// week although keys of a new week are agreed on in each.
    #[test]
    fn a_helper_that_does_not_answer_is_said() {
        const DAY: i64 = 86_400_000;
        let told = |address, answered: Option<i64>, silent: Option<i64>, is_quiet| {
            let heard = Heard { answered_at_ms: answered, silent_since_ms: silent };
            let helper = "HC-QD".parse().expect("unit");
            helper_heard(address, &(helper, heard), is_quiet, 100 * DAY)
        };
        let check = |address, answered, silent| told(address, answered, silent, false);
        let at = Some("10.0.0.2:7443");
        assert_eq!(check(at, Some(99 * DAY), None).verdict(), Verdict::Well);
        assert_eq!(told(at, Some(90 * DAY), None, true).verdict(), Verdict::Warning);
        // In the last month of a year there is no key to agree on.
        assert_eq!(check(at, Some(90 * DAY), None).verdict(), Verdict::Well);
        assert_eq!(check(at, None, None).verdict(), Verdict::Warning);
        let hour = 100 * DAY - 3_600_000;
        assert_eq!(check(at, Some(90 * DAY), Some(hour)).verdict(), Verdict::Warning);
        let away = check(at, Some(90 * DAY), Some(98 * DAY));
        assert_eq!(away.verdict(), Verdict::Problem);
        for lang in [Lang::Zh, Lang::En] {
            let said = away.found(lang);
            assert!(said.contains(&minute(90 * DAY)) && said.contains("HC-QD"), "{said}");
        }
        assert!(check(at, None, Some(98 * DAY)).found(Lang::Zh).contains("从未"));
        assert_eq!(check(None, None, None).verdict(), Verdict::Problem);
        // Another hub at the address is told from one that is away: its operator cannot mend it.
        let other = other_answers("10.0.0.2:7443", &"HC-QD".parse().expect("unit"));
        assert_eq!(other.verdict(), Verdict::Problem);
        assert!(other.found(Lang::Zh).contains("应答的是另一个枢纽，不是 HC-QD"));
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
            opening: Some(1),
            signed_number: 1,
            bytes: b"record".to_vec(),
            leader: Vec::new(),
            helper: None,
            previous: Vec::new(),
            link: b"other".to_vec(),
        };
        assert_eq!(unbroken(std::slice::from_ref(&record)).verdict(), Verdict::Problem);
        // One that was set aside is named: the other hub misses its number.
        let link = chain::link(&[], &record.bytes).to_tagged();
        let aside = record::Record { opening: None, signed_number: 7, link, ..record };
        assert!(aside.is_aside());
        let check = unbroken(&[aside]);
        assert_eq!(check.verdict(), Verdict::Well);
        assert!(check.found(runtime::web::Lang::En).contains("set aside"));
        assert!(check.found(runtime::web::Lang::Zh).ends_with('7'));
    }
}
