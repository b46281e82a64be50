//! `doctor`: looks at everything that a node hangs on and says what mends what is wrong.
//!
//! Nothing is changed and nothing is sent but one hello to the hub. What needs the passphrase is
//! looked at where the ledger opens without asking, and said to be unchecked elsewhere.

use runtime::cli::doctor::{self, CERTIFICATE, Check, HUB, Subject, Verdict as Found};
use runtime::cli::{Failure, Sentence, Terminal, block_on};
use runtime::clock::Clock;
use runtime::sql::SqlError;
use runtime::uplink::{Parent, Probe, UplinkError, probe};
use runtime::web::time::minute;

use super::{Place, context, words};
use crate::app::{self, AppError, Outward};
use crate::config::Config;
use crate::egress::link::{self, EXPIRY_DAYS, Notes};
use crate::ledger::hold::Hold;
use crate::ledger::{Ledger, hold, student};
use crate::transfer::Transfer;
use crate::transfer::directive::{self, Verdict};

const TRANSFER: Subject = ("transfer", words::TRANSFER_TITLE);
const LEDGER: Subject = ("ledger", words::LEDGER_TITLE);
const SENDING: Subject = ("sending", words::SENDING_TITLE);
const PACKS: Subject = ("packs", words::PACKS_TITLE);
const ROLL: Subject = ("roll", words::ROLL_TITLE);
const HOLDS: Subject = ("holds", words::HOLDS_TITLE);

/// Milliseconds after which a release that waits is worth a word.
const WAITING_MS_MAX: i64 = 24 * 3_600_000;

/// What the ledger says, where it opens.
struct Roll {
    students: u64,
    holds: Vec<Hold>,
}

pub(super) fn run(terminal: &Terminal, place: &Place) -> Result<(), Failure> {
    let config = context::config(place, &[])?;
    let clock = Clock::system();
    let mut checks = vec![doctor::disk(&doctor::free_bytes(&config.data))];
    let (check, transfer) = transfer(&config);
    let whole = check.verdict() == Found::Well;
    checks.push(check);
    let (check, roll) = ledger(terminal, place, &config);
    checks.push(check);
    if let Some(transfer) = transfer {
        match linked(&transfer, config, &clock) {
            Ok(more) => checks.extend(more),
            // A damaged store was said already; the others are looked at all the same.
            Err(_) if !whole => {}
            Err(failure) => checks.push(Check::failed(TRANSFER, &failure)),
        }
    }
    checks.push(on_roll(roll.as_ref()));
    checks.push(held(roll.as_ref()));
    doctor::report(terminal, &checks)
}

fn transfer(config: &Config) -> (Check, Option<Transfer>) {
    let path = config.path("transfer.db");
    if !path.exists() {
        return (Check::failed(TRANSFER, &AppError::Missing("transfer.db").into()), None);
    }
    match Transfer::open(&path) {
        Ok(open) => (doctor::store(TRANSFER, &path, open.database().damage()), Some(open)),
        Err(error) => (doctor::store(TRANSFER, &path, Err(error)), None),
    }
}

/// The ledger, where it opens without asking; a wrong key is a finding, not the end.
fn ledger(terminal: &Terminal, place: &Place, config: &Config) -> (Check, Option<Roll>) {
    let path = config.path("ledger.db");
    if !path.exists() {
        return (Check::failed(LEDGER, &AppError::Missing("ledger.db").into()), None);
    }
    if !context::opens_unasked(place, config) {
        return (Check::unchecked(LEDGER, words::LEDGER_UNCHECKED), None);
    }
    let key = match context::ledger_key(terminal, place, config) {
        Ok(key) => key,
        Err(failure) => return (Check::failed(LEDGER, &failure), None),
    };
    let open = match Ledger::open(&path, key.data_key()) {
        Ok(open) => open,
        Err(error) => return (doctor::store(LEDGER, &path, Err(error)), None),
    };
    let roll = open.read(|tx| {
        let (students, holds) = (student::count_on_roll(tx)?, hold::in_force(tx)?);
        Ok::<_, SqlError>(Roll { students, holds })
    });
    (doctor::store(LEDGER, &path, open.database().damage()), roll.ok())
}

/// Everything about the hub above and what travels to and from it.
fn linked(transfer: &Transfer, config: Config, clock: &Clock) -> Result<Vec<Check>, Failure> {
    let notes = transfer.read(link::notes)?;
    let stored = transfer.read(directive::all)?;
    let unusable = stored.iter().find(|stored| stored.verdict != Verdict::Usable);
    let unusable = unusable.map(|stored| format!("{}/{}", stored.kind, stored.name));
    let outward = match app::open_outward(config, clock.clone()) {
        Ok(outward) => outward,
        Err(error) => return Ok(vec![Check::failed(CERTIFICATE, &error.into())]),
    };
    let probed = block_on(call(&outward))?;
    let skew_ms = match &probed {
        Some(Ok(probe)) => Some(probe.skew_ms),
        _ => notes.skew_ms,
    };
    let mut checks = Vec::new();
    checks.push(match (probed, outward.member()) {
        (Some(probed), Some(member)) => {
            let address = &member.membership.parent_address;
            doctor::hub(address, probed)
        }
        _ => Check::warning(HUB, words::NOT_JOINED, words::JOIN_FIX),
    });
    if let Some(days) = link::certificate_days(&outward) {
        let advice = (words::CERTIFICATE_ENDS_FIX, words::CERTIFICATE_OVER_FIX);
        checks.push(doctor::certificate(CERTIFICATE, days, EXPIRY_DAYS, advice));
    }
    checks.push(doctor::clock(skew_ms));
    checks.push(sending(&notes, clock.now_ms()));
    checks.push(packs(stored.len(), unusable.as_deref()));
    Ok(checks)
}

/// One call to the hub; nothing before joining.
pub(super) async fn call(outward: &Outward) -> Option<Result<Probe, UplinkError>> {
    let member = outward.member()?;
    let parent = Parent {
        address: member.membership.parent_address.clone(),
        name: member.membership.parent_name.clone(),
    };
    let identity = member.identity.current();
    Some(probe(&parent, &identity, (&member.trust, outward.clock()), 0).await)
}

/// What was sent, what waits, and whether the lane has stopped.
fn sending(notes: &Notes, now_ms: i64) -> Check {
    let backlog = notes.backlog;
    if !notes.conflict.is_empty() {
        return Check::failed(SENDING, &Failure::of_link("CONFLICT", ""));
    }
    if notes.refused_last {
        return Check::warning(SENDING, words::REFUSED_LAST, words::REFUSED_FIX);
    }
    if notes.waiting_since_ms.is_some_and(|since| now_ms.saturating_sub(since) > WAITING_MS_MAX) {
        let since = notes.waiting_since_ms.map_or_else(String::new, minute);
        let found = Sentence::new(words::WAITS_LONG, &[&backlog.waiting, &since]);
        return Check::warning(SENDING, found, words::WAITS_FIX);
    }
    let heard = notes.heard_at_ms.map_or_else(|| "—".to_owned(), minute);
    let values: [&dyn std::fmt::Display; 4] =
        [&backlog.answered, &backlog.head, &backlog.waiting, &heard];
    Check::well(SENDING, Sentence::new(words::SENDING_WELL, &values))
}

/// Whether every pack that came down can be used.
fn packs(received: usize, unusable: Option<&str>) -> Check {
    match (unusable, received) {
        (Some(name), _) => {
            let found = Sentence::new(words::PACK_UNUSABLE_ONE, &[&name]);
            Check::warning(PACKS, found, words::PACK_FIX)
        }
        (None, 0) => Check::well(PACKS, words::PACKS_BUILT_IN),
        (None, count) => Check::well(PACKS, Sentence::new(words::PACKS_WELL, &[&count])),
    }
}

fn on_roll(roll: Option<&Roll>) -> Check {
    match roll.map(|roll| roll.students) {
        None => Check::unchecked(ROLL, words::LEDGER_UNCHECKED),
        Some(0) => Check::warning(ROLL, words::NO_ROLL, words::NO_ROLL_FIX),
        Some(students) => Check::well(ROLL, Sentence::new(words::ROLL_WELL, &[&students])),
    }
}

fn held(roll: Option<&Roll>) -> Check {
    let Some(roll) = roll else {
        return Check::unchecked(HOLDS, words::LEDGER_UNCHECKED);
    };
    let Some(hold) = roll.holds.first() else {
        return Check::well(HOLDS, words::NO_HOLDS);
    };
    let values: [&dyn std::fmt::Display; 3] = [&hold.period, &minute(hold.since_ms), &hold.author];
    let found = Sentence::new(words::HELD_FOUND, &values);
    Check::warning(HOLDS, found, Sentence::new(words::IS_HELD_NEXT, &[&hold.period]))
}

#[cfg(test)]
mod tests {
    use runtime::uplink::outbox::Backlog;

    use super::*;

    fn notes() -> Notes {
        Notes {
            backlog: Backlog::default(),
            waiting_since_ms: None,
            refused_last: false,
            heard_at_ms: None,
            skew_ms: None,
            last_error: String::new(),
            last_code: String::new(),
            conflict: String::new(),
        }
    }

    /// A stopped lane is a problem; a refusal and a day of waiting are worth a word.
    #[test]
    fn the_sending_check_fires_on_a_stopped_lane() {
        let now_ms = 2 * WAITING_MS_MAX;
        assert_eq!(sending(&notes(), now_ms).verdict(), Found::Well);
        let fresh = Notes { waiting_since_ms: Some(now_ms - 1_000), ..notes() };
        assert_eq!(sending(&fresh, now_ms).verdict(), Found::Well);
        let stopped = Notes { conflict: "sequence 3".to_owned(), ..notes() };
        assert_eq!(sending(&stopped, now_ms).verdict(), Found::Problem);
        let refused = Notes { refused_last: true, ..notes() };
        assert_eq!(sending(&refused, now_ms).verdict(), Found::Warning);
        let stuck = Notes { waiting_since_ms: Some(1), ..notes() };
        assert_eq!(sending(&stuck, now_ms).verdict(), Found::Warning);
    }

    /// A pack that this version cannot use is named.
    #[test]
    fn the_packs_check_fires_on_an_unusable_pack() {
        assert_eq!(packs(0, None).verdict(), Found::Well);
        assert_eq!(packs(19, None).verdict(), Found::Well);
        assert_eq!(packs(19, Some("scale/phq-9")).verdict(), Found::Warning);
    }

    /// An empty roll and a held release are worth a word; a locked ledger is not called well.
    #[test]
    fn the_roll_and_hold_checks_fire() {
        let hold = Hold {
            period: "2025S1".to_owned(),
            since_ms: 0,
            author: "校长".to_owned(),
            reason: "核对".to_owned(),
        };
        let well = Roll { students: 40, holds: Vec::new() };
        let odd = Roll { students: 0, holds: vec![hold] };
        let check = |roll| (on_roll(roll).verdict(), held(roll).verdict());
        assert_eq!(check(Some(&well)), (Found::Well, Found::Well));
        assert_eq!(check(Some(&odd)), (Found::Warning, Found::Warning));
        assert_eq!(check(None), (Found::Unchecked, Found::Unchecked));
    }
}
