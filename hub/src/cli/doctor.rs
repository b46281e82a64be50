//! `doctor`: looks at everything that a hub hangs on and says what mends what is wrong.
//!
//! Nothing is changed and nothing is sent but one hello to the hub above.

use certs::chain::Trust;
use certs::crl::CrlContent;
use certs::identity::LeafIdentity;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::cli::doctor::{self, AUTHORITY, CERTIFICATE, CLOCK, Check, HUB, Subject, Verdict};
use runtime::cli::{Failure, Sentence, block_on};
use runtime::sql::{Database, SqlError, Tx};
use runtime::uplink::{Parent, Probe, UplinkError, probe};
use runtime::web::time::minute;

use super::context::Context;
use super::words;
use super::words::settings as said;
use crate::app::{HubError, load_roots, open_store};
use crate::authority;
use crate::config::{Config, is_address, is_open};
use crate::ending::{self, ENDING_DAYS, Ending, days_left};
use crate::store::alarm::{self, Alarm};
use crate::store::contact::{self, Contact};
use crate::store::unit::{self, Unit, UnitStatus};

const STORE: Subject = ("store", words::STORE_TITLE);
const CRL: Subject = ("crl", words::CRL_TITLE);
const MEMBERS: Subject = ("members", words::MEMBERS_TITLE);
const ALARMS: Subject = ("alarms", words::ALARMS_TITLE);
const MEMBER_CERTIFICATES: Subject = ("member_certificates", words::ENDINGS_TITLE);

const ADDRESSES: Subject = ("addresses", said::ADDRESSES);

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Days of a certificate below which its renewal is late; an authority takes a ceremony.
const DAYS_LOW: (i64, i64) = (ENDING_DAYS, 180);
/// A list is signed every hour while the hub runs.
const CRL_LATE_MS: i64 = 3 * HOUR_MS;
/// A member that runs is seen all the time.
const SILENT_MS: i64 = DAY_MS;
/// So many members that agree with each other are a clock to compare with.
const CLOCKS_MIN: usize = 3;
/// Units that are named in one line.
const NAMED_MAX: usize = 5;

/// A member with what was seen of it.
type Seen = (Unit, Option<Contact>);

pub(super) fn run(context: &Context) -> Result<(), Failure> {
    let config = context.config()?;
    let now_ms = context.now_ms();
    let mut checks = vec![doctor::disk(&doctor::free_bytes(&config.data))];
    let path = config.path("hub.db");
    let store = match open_store(&config) {
        Ok(database) => {
            checks.push(doctor::store(STORE, &path, database.damage()));
            Some(database)
        }
        Err(error) => {
            checks.push(doctor::store(STORE, &path, Err(error)));
            None
        }
    };
    checks.push(addresses(&config.advertise, config.helper_address.as_deref()));
    checks.extend(certificates(&config, now_ms));
    checks.extend(super::doctor_backup::checks(&config, now_ms));
    if let Some(database) = store {
        let whole =
            checks.iter().all(|check| check.name() != STORE.0 || check.verdict() == Verdict::Well);
        let more = federation(context, &config, &database).and_then(|mut more| {
            let now = (context.clock.today(), now_ms);
            more.extend(super::doctor_sealed::checks(&config, &database, now)?);
            more.extend(super::doctor_letters::checks(&config, &database, context.clock.now())?);
            let own = LeafIdentity::load(&config.path("identity.pem")).ok();
            let own = own.as_ref().map(|own| own.key().public());
            more.extend(super::publication_doctor::checks(&database, own)?);
            Ok(more)
        });
        match more {
            Ok(more) => checks.extend(more),
            // A damaged store was said already.
            Err(_) if !whole => {}
            Err(failure) => checks.push(Check::failed(STORE, &failure)),
        }
    }
    doctor::report(&context.terminal, &checks)
}

/// The addresses that others dial, and the one of the helper: a slip in them is seen nowhere else
/// until somebody cannot connect.
fn addresses(advertise: &str, helper: Option<&str>) -> Check {
    let all = [("advertise", Some(advertise)), ("helper_address", helper)];
    for (key, address) in all.into_iter().filter_map(|(key, text)| Some((key, text?))) {
        if !is_address(address) {
            let found = Sentence::new(said::NO_PORT, &[&key, &address]);
            return Check::problem(ADDRESSES, found, said::ADDRESSES_FIX);
        }
    }
    if is_open(advertise) {
        let found = Sentence::new(said::OPEN_ADDRESS, &[&advertise]);
        return Check::warning(ADDRESSES, found, said::ADDRESSES_FIX);
    }
    Check::well(ADDRESSES, Sentence::new(said::ADDRESSES_WELL, &[&advertise]))
}

/// The hub's own certificate, and of a city or district its authority and revocation list.
fn certificates(config: &Config, now_ms: i64) -> Vec<Check> {
    let mut checks = Vec::new();
    match LeafIdentity::load(&config.path("identity.pem")) {
        Ok(own) => {
            let days = days_left(own.peer().not_after().as_millisecond(), now_ms);
            let advice = (words::RENEW_FIX, words::RENEW_OVER_FIX);
            checks.push(doctor::certificate(CERTIFICATE, days, DAYS_LOW.0, advice));
        }
        Err(cause) => {
            checks.push(Check::failed(CERTIFICATE, &HubError::Identity(cause).into()));
        }
    }
    match authority::load(config) {
        Ok(None) => {}
        Ok(Some(open)) => {
            let days = days_left(open.not_after().as_millisecond(), now_ms);
            let advice = (words::CEREMONY_FIX, words::CEREMONY_FIX);
            checks.push(doctor::certificate(AUTHORITY, days, DAYS_LOW.1, advice));
            let (_, _, name) = authority::FILES;
            let list = std::fs::read(config.path(name)).ok();
            let list = list.and_then(|list| CrlContent::from_der(&list).ok());
            let dates = list
                .map(|list| (list.this_update.as_millisecond(), list.next_update.as_millisecond()));
            checks.push(crl(dates, now_ms));
        }
        Err(error) => checks.push(Check::failed(AUTHORITY, &error.into())),
    }
    checks
}

/// When the list was signed and until when it is current.
fn crl(dates: Option<(i64, i64)>, now_ms: i64) -> Check {
    let Some((signed_ms, until_ms)) = dates else {
        return Check::warning(CRL, words::NO_CRL, words::CRL_FIX);
    };
    let hours = now_ms.saturating_sub(signed_ms).max(0) / HOUR_MS;
    let age = Sentence::new(words::CRL_AGE, &[&hours]);
    if until_ms <= now_ms {
        return Check::problem(CRL, Sentence::new(words::CRL_OVER, &[&hours]), words::CRL_FIX);
    }
    if now_ms.saturating_sub(signed_ms) > CRL_LATE_MS {
        return Check::warning(CRL, age, words::CRL_FIX);
    }
    Check::well(CRL, age)
}

/// The hub above, the clock, the members and what waits for a person.
fn federation(
    context: &Context,
    config: &Config,
    database: &Database,
) -> Result<Vec<Check>, Failure> {
    let (now_ms, today, own) = (context.now_ms(), context.clock.today(), config.unit.clone());
    let seen = database.read(move |tx| members(tx, &own, today))?;
    let alarms_raised = database.read(alarm::all)?;
    let probed = block_on(call(context, config, &seen))?;
    let skew_ms = match &probed {
        Some(Ok(probe)) => Some(probe.skew_ms),
        _ => members_say(&seen, now_ms),
    };
    let mut checks = Vec::new();
    if let Some((probed, parent)) = probed.zip(config.parent.as_ref()) {
        checks.push(doctor::hub(&parent.address, probed));
    } else if config.kind == domain::unit::UnitKind::City {
        checks.push(Check::well(HUB, words::TOP));
    } else {
        checks.push(Check::warning(HUB, words::NOT_JOINED, words::JOIN_NEXT));
    }
    checks.push(match skew_ms {
        None => Check::unchecked(CLOCK, words::NO_CLOCK),
        known => doctor::clock(known),
    });
    checks.push(silent(&seen, now_ms));
    let own = config.unit.clone();
    let soon = database.read(move |tx| ending::soon(tx, &own, now_ms))?;
    checks.push(endings(&soon));
    checks.push(alarms(&alarms_raised, now_ms));
    Ok(checks)
}

fn members(tx: &Tx<'_>, own: &UnitId, today: Date) -> Result<Vec<Seen>, SqlError> {
    let contacts = contact::all(tx)?;
    let below = unit::members_on(tx, own, today)?.into_iter();
    let seen = |unit: Unit| {
        let contact = contacts.iter().find(|contact| contact.unit == unit.id.as_str());
        (unit, contact.cloned())
    };
    Ok(below.map(seen).collect())
}

/// One call to the hub above; nothing for the city, or before joining.
async fn call(
    context: &Context,
    config: &Config,
    seen: &[Seen],
) -> Option<Result<Probe, UplinkError>> {
    let parent = config.parent.as_ref()?;
    let parent = Parent { address: parent.address.clone(), name: parent.name.clone() };
    let identity = LeafIdentity::load(&config.path("identity.pem")).ok()?;
    let trust = Trust::new(load_roots(config).ok()?);
    let schools = unit::schools(seen.iter().map(|(unit, _)| unit));
    Some(probe(&parent, &identity, (&trust, &context.clock), schools).await)
}

/// Our clock against the middle one of the members that were just seen; they cannot all be wrong
/// in the same way.
fn members_say(seen: &[Seen], now_ms: i64) -> Option<i64> {
    let fresh = |contact: &&Contact| now_ms.saturating_sub(contact.seen_at_ms) < DAY_MS;
    let mut skews: Vec<i64> = seen
        .iter()
        .filter_map(|(_, contact)| contact.as_ref())
        .filter(fresh)
        .map(|contact| contact.skew_ms.saturating_neg())
        .collect();
    if skews.len() < CLOCKS_MIN {
        return None;
    }
    skews.sort_unstable();
    skews.get(skews.len() / 2).copied()
}

/// Active members that were not seen for a day.
fn silent(seen: &[Seen], now_ms: i64) -> Check {
    let active = seen.iter().filter(|(unit, _)| unit.status == UnitStatus::Active);
    let (mut count, mut missing) = (0_usize, Vec::new());
    for (unit, contact) in active {
        count += 1;
        let last = contact.as_ref().map(|contact| contact.seen_at_ms);
        if last.is_none_or(|at| now_ms.saturating_sub(at) > SILENT_MS) {
            let last = last.map_or_else(|| "—".to_owned(), minute);
            missing.push(format!("{} ({last})", unit.id));
        }
    }
    if count == 0 {
        return Check::well(MEMBERS, words::MEMBERS_NONE);
    }
    if missing.is_empty() {
        return Check::well(MEMBERS, Sentence::new(words::MEMBERS_WELL, &[&count]));
    }
    let named: Vec<String> = missing.iter().take(NAMED_MAX).cloned().collect();
    let values: [&dyn std::fmt::Display; 3] = [&missing.len(), &count, &named.join(", ")];
    Check::warning(MEMBERS, Sentence::new(words::MEMBERS_SILENT, &values), words::MEMBERS_FIX)
}

/// Certificates of members that end within a month or have ended, the first to end first.
fn endings(soon: &[Ending]) -> Check {
    let Some(first) = soon.first() else {
        return Check::well(MEMBER_CERTIFICATES, words::ENDINGS_WELL);
    };
    let named = soon.iter().take(NAMED_MAX).map(|one| format!("{} ({})", one.unit.id, one.days));
    let named = named.collect::<Vec<_>>().join(", ");
    let found = Sentence::new(words::ENDINGS_FOUND, &[&soon.len(), &ENDING_DAYS, &named]);
    if first.days < 0 {
        return Check::problem(MEMBER_CERTIFICATES, found, words::ENDINGS_FIX);
    }
    Check::warning(MEMBER_CERTIFICATES, found, words::ENDINGS_FIX)
}

/// What was set aside or raised lately; other bytes under one number need two persons.
fn alarms(raised: &[Alarm], now_ms: i64) -> Check {
    let recent = |one: &&Alarm| now_ms.saturating_sub(one.raised_at_ms) < alarm::NEWS_MS;
    let recent: Vec<&Alarm> = raised.iter().filter(recent).collect();
    let quarantined = recent.iter().filter(|alarm| alarm.kind == "quarantine").count();
    let values: [&dyn std::fmt::Display; 2] = [&recent.len(), &quarantined];
    let found = Sentence::new(words::ALARMS_FOUND, &values);
    match (recent.len(), quarantined) {
        (0, _) => Check::well(ALARMS, words::NO_NEW_ALARMS),
        (_, 0) => Check::warning(ALARMS, found, words::ALARMS_FIX),
        _ => Check::problem(ALARMS, found, words::QUARANTINE_FIX),
    }
}

#[cfg(test)]
mod tests {
    use domain::unit::UnitKind;
    use runtime::web::Lang;

    use super::*;

    const NOW: i64 = 100 * DAY_MS;

    fn member(id: &str, status: UnitStatus, seen: Option<(i64, i64)>) -> Seen {
        let unit = Unit {
            id: id.parse().expect("unit"),
            kind: UnitKind::School,
            name_zh: String::new(),
            name_en: String::new(),
            division: String::new(),
            status,
            schools_below: 0,
        };
        let contact = seen.map(|(seen_at_ms, skew_ms)| Contact {
            unit: id.to_owned(),
            version: String::new(),
            skew_ms,
            seen_at_ms,
        });
        (unit, contact)
    }

    /// An address that nobody can dial is named, and so is the helper's without a port.
    #[test]
    fn addresses_that_nobody_can_dial_are_named() {
        let at = |advertise, helper| addresses(advertise, helper).verdict();
        assert_eq!(at("10.0.0.5:7443", None), Verdict::Well);
        assert_eq!(at("10.0.0.5:7443", Some("10.0.0.6:7443")), Verdict::Well);
        assert_eq!(at("0.0.0.0:7443", None), Verdict::Warning);
        assert_eq!(at("10.0.0.5", None), Verdict::Problem);
        assert_eq!(at("10.0.0.5:7443", Some("127.0.0.1")), Verdict::Problem);
    }

    /// An old list is worth a word, one that is out of date is a problem.
    #[test]
    fn the_crl_check_fires_on_an_old_list() {
        let signed = |hours: i64| Some((NOW - hours * HOUR_MS, NOW + (24 - hours) * HOUR_MS));
        assert_eq!(crl(signed(1), NOW).verdict(), Verdict::Well);
        assert_eq!(crl(signed(5), NOW).verdict(), Verdict::Warning);
        assert_eq!(crl(signed(25), NOW).verdict(), Verdict::Problem);
        assert_eq!(crl(None, NOW).verdict(), Verdict::Warning);
    }

    /// An active member that was silent for a day is named; one that waits for its invite is not.
    #[test]
    fn the_members_check_fires_on_silence() {
        let well = [
            member("S1", UnitStatus::Active, Some((NOW - HOUR_MS, 0))),
            member("S2", UnitStatus::Invited, None),
            member("S3", UnitStatus::Closed, Some((1, 0))),
        ];
        assert_eq!(silent(&well, NOW).verdict(), Verdict::Well);
        let late = [member("S1", UnitStatus::Active, Some((NOW - 2 * DAY_MS, 0)))];
        assert_eq!(silent(&late, NOW).verdict(), Verdict::Warning);
        let never = [member("S1", UnitStatus::Active, None)];
        assert_eq!(silent(&never, NOW).verdict(), Verdict::Warning);
    }

    /// A member whose certificate ends soon is named with its days; one that has ended is a
    /// problem.
    #[test]
    fn the_check_of_members_certificates_fires_near_the_end() {
        assert_eq!(endings(&[]).verdict(), Verdict::Well);
        let of = |days| {
            let (unit, _) = member("S1", UnitStatus::Active, None);
            endings(&[Ending { unit, days }])
        };
        for days in [29, 7, 1, 0] {
            let check = of(days);
            assert_eq!(check.verdict(), Verdict::Warning, "{days}");
            let said = check.found(Lang::Zh);
            assert!(said.contains(&format!("S1 ({days})")), "{said}");
        }
        assert_eq!(of(-1).verdict(), Verdict::Problem);
    }

    /// A city has no clock above: several members that agree against it say that it is wrong.
    #[test]
    fn the_clock_of_a_city_is_compared_with_its_members() {
        let with = |skews: [i64; 3]| {
            skews.map(|skew| member("S1", UnitStatus::Active, Some((NOW - HOUR_MS, skew))))
        };
        let slow = members_say(&with([90_000, 91_000, 0]), NOW);
        assert_eq!(slow, Some(-90_000));
        assert_eq!(doctor::clock(slow).verdict(), Verdict::Problem);
        let well = members_say(&with([0, 99_000, 10]), NOW);
        assert_eq!(doctor::clock(well).verdict(), Verdict::Well);
        assert_eq!(members_say(&with([0, 0, 0])[..2], NOW), None);
    }

    /// Quarantine is a problem, another alarm is worth a word, and old ones are neither.
    #[test]
    fn the_alarm_check_fires_on_quarantine() {
        let raised = |kind: &str, at: i64| Alarm {
            kind: kind.to_owned(),
            unit: "S1".to_owned(),
            detail: String::new(),
            raised_at_ms: at,
        };
        assert_eq!(alarms(&[raised("quarantine", 1)], NOW).verdict(), Verdict::Well);
        assert_eq!(alarms(&[raised("new_epoch", NOW)], NOW).verdict(), Verdict::Warning);
        assert_eq!(alarms(&[raised("quarantine", NOW)], NOW).verdict(), Verdict::Problem);
    }
}
