//! `doctor`: looks at everything that a node hangs on and says what mends what is wrong.
//!
//! Nothing is changed and nothing is sent but one hello to the hub. What needs the passphrase is
//! looked at where the ledger opens without asking, and said to be unchecked elsewhere.

use runtime::cli::doctor::{self, CERTIFICATE, Check, Subject, Verdict as Found};
use runtime::cli::{Failure, Terminal, block_on};
use runtime::clock::Clock;

use super::{Place, context, words};
use crate::app::{self, AppError};
use crate::config::{Config, NodeRole};
use crate::desk::checks::{
    Roll, answered, aside, backup, call, certificate, foreign, held, letters, lost, on_roll, packs,
    restored, sending, unsealed,
};
use crate::egress::link;
use crate::ledger::Ledger;
use crate::sealing;
use crate::transfer::Transfer;
use crate::transfer::directive;
use crate::transfer::letters as queue;

const TRANSFER: Subject = ("transfer", words::TRANSFER_TITLE);
const LEDGER: Subject = ("ledger", words::LEDGER_TITLE);

pub(super) fn run(terminal: &Terminal, place: &Place) -> Result<(), Failure> {
    let config = context::config(place, &[])?;
    let is_school = config.role == NodeRole::School;
    let clock = Clock::system();
    let mut checks = vec![doctor::disk(&doctor::free_bytes(&config.data))];
    let (copies, now_ms) = (backup(&config, clock.now_ms()), clock.now_ms());
    let (check, transfer) = transfer(&config);
    let whole = check.verdict() == Found::Well;
    checks.push(check);
    let (check, opened) = ledger(terminal, place, &config);
    checks.push(check);
    let (opened, roll) = opened.unzip();
    let stores = opened.as_ref().zip(transfer.as_ref());
    let others = stores.and_then(|stores| sealing::foreign(stores).ok());
    if let Some(transfer) = transfer {
        match linked(&transfer, config, &clock) {
            Ok(more) => checks.extend(more),
            // A damaged store was said already; the others are looked at all the same.
            Err(_) if !whole => {}
            Err(failure) => checks.push(Check::failed(TRANSFER, &failure)),
        }
    }
    // A receiver has no pupils and reports nothing.
    if is_school {
        checks.push(on_roll(roll.as_ref()));
        checks.push(held(roll.as_ref()));
        checks.push(unsealed(roll.as_ref()));
        checks.push(foreign(others.as_deref()));
    }
    checks.push(copies);
    checks.push(restored(roll.as_ref(), now_ms));
    checks.extend(lost(roll.as_ref()));
    checks.extend(aside(roll.as_ref()));
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
fn ledger(terminal: &Terminal, place: &Place, config: &Config) -> (Check, Option<(Ledger, Roll)>) {
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
    let roll = open.read(Roll::load);
    let check = doctor::store(LEDGER, &path, open.database().damage());
    (check, roll.ok().map(|roll| (open, roll)))
}

/// Everything about the hub above and what travels to and from it.
fn linked(transfer: &Transfer, config: Config, clock: &Clock) -> Result<Vec<Check>, Failure> {
    let notes = transfer.read(link::notes)?;
    let stored = transfer.read(directive::all)?;
    let unusable = stored.iter().find(|stored| stored.verdict.is_beyond_us());
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
    let mut checks = vec![answered(&outward, probed)];
    checks.extend(certificate(&outward));
    checks.push(doctor::clock(skew_ms));
    checks.push(sending(&notes, clock.now_ms()));
    checks.push(packs(stored.len(), unusable.as_deref()));
    checks.push(letters(transfer.read(queue::waiting)?, clock.now_ms()));
    Ok(checks)
}
