//! The daily slot: sheets of periods that are over leave by themselves, after the days in which
//! the principal could hold them.
//!
//! Nothing here decides what leaves: it signs what `release send` would sign, for periods whose
//! day has come. A slot that was missed, because the machine was off, is made up for at the next
//! look. Signing again what says the same makes nothing, so a restart costs one look.

use std::time::Duration;

use domain::period::Period;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::{CLOCK_SKEW, notes};

use super::ring_bell;
use crate::app::Node;
use crate::desk::checks;
use crate::egress;
use crate::ledger::run;
use crate::packs::PacksError;
use crate::release::{self, Depth, LEAVES_AT_HOUR, ReleaseError};
use crate::screening::pulse;

/// How often the clock is looked at.
const LOOK_EVERY: Duration = Duration::from_mins(5);

/// Signs what is due once a day for as long as the node serves.
pub(super) async fn keep(node: Node) {
    // One that fails keeps the other back by nothing.
    let (mut looked, mut released, mut sealed): (Option<Date>, Option<Date>, Option<Date>) =
        (None, None, None);
    loop {
        let (today, hour) = (node.clock().today(), node.clock().hour());
        if looked != Some(today) {
            look_at_directives(&node).await;
            looked = Some(today);
        }
        end_pulse_runs(&node).await;
        if hour >= LEAVES_AT_HOUR && node.config().automatic_release {
            if released != Some(today) && release(&node).await {
                released = Some(today);
            }
            if sealed != Some(today) && is_date_asked(&node).await && seal(&node).await {
                sealed = Some(today);
            }
        }
        node.clock().sleep(LOOK_EVERY).await;
    }
}

async fn look_at_directives(node: &Node) {
    let working = node.clone();
    // One that ended is made up for tomorrow.
    let _ = runtime::blocking::run(move || working.judge_directives_again()).await;
}

/// Ends runs whose special period was ended since the last look.
async fn end_pulse_runs(node: &Node) {
    let working = node.clone();
    match runtime::blocking::run(move || working.end_pulse_runs()).await {
        Ok(Ok(0)) | Err(_) => {}
        Ok(Ok(ended)) => tracing::info!(ended, "runs end with their special period"),
        Ok(Err(error)) => tracing::warn!(%error, "runs of special periods not looked at"),
    }
}

/// Signs the sheets that are due; says whether the slot is done.
async fn release(node: &Node) -> bool {
    let working = node.clone();
    match runtime::blocking::run(move || working.release_due()).await {
        Ok(Ok(signed)) => {
            if signed > 0 {
                tracing::info!(signed, "sheets signed in the daily slot");
            }
            true
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "sheets not signed yet");
            false
        }
        Err(_) => false,
    }
}

/// Whether the hub above could be asked now for the date, which is noted; also where this school
/// has not joined. Five minutes of a wrong date would seal weeks that are not over, for good.
/// Whoever cannot ask cannot send either, and seals once he can.
async fn is_date_asked(node: &Node) -> bool {
    match checks::call(node).await {
        None => true,
        Some(Ok(probe)) => {
            let (working, skew) = (node.clone(), probe.skew_ms.to_string());
            let note = move |tx: &Tx<'_>| notes::set(tx, CLOCK_SKEW, &skew);
            let noted = move || working.transfer().write::<_, SqlError>("clock_skew", note);
            matches!(runtime::blocking::run(noted).await, Ok(Ok(())))
        }
        Some(Err(error)) => {
            tracing::debug!(%error, "reports not sealed: the hub could not be asked for the date");
            false
        }
    }
}

/// Seals what is due; says whether the slot is done.
async fn seal(node: &Node) -> bool {
    let working = node.clone();
    match runtime::blocking::run(move || working.seal_due()).await {
        Ok(Ok(sealed)) => {
            if sealed > 0 {
                tracing::info!(sealed, "reports sealed in the daily slot");
            }
            true
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "reports not sealed yet");
            false
        }
        Err(_) => false,
    }
}

impl Node {
    /// Ends runs with the special period that they were opened for; gives how many were changed.
    ///
    /// # Errors
    /// A store cannot be read or written.
    pub fn end_pulse_runs(&self) -> Result<usize, PacksError> {
        if self.ledger.read(run::open_of_specials)?.is_empty() {
            return Ok(0);
        }
        let (packs, today) = (self.packs()?, self.clock.today());
        let end = move |tx: &Tx<'_>| pulse::end_with_specials(tx, &packs, today);
        Ok(self.ledger.write("end_pulse_runs", end)?)
    }

    /// Signs the sheets of every period whose day has come and that nobody holds; gives how many.
    ///
    /// A period that cannot be told keeps no other back; `release preview` and the page of what
    /// leaves next say why.
    ///
    /// # Errors
    /// Nobody answers for what leaves, so that the slot stays open until somebody does; a store
    /// cannot be read or written, or the key cannot sign. What was signed before stays.
    pub fn release_due(&self) -> Result<usize, ReleaseError> {
        let Some(member) = self.member() else { return Ok(0) };
        let context = egress::context(self)?;
        let schedule = match release::schedule(&self.ledger, &context, Depth::Every) {
            // A node without a profile has nothing to tell yet.
            Err(ReleaseError::NoProfile) => return Ok(0),
            other => other?,
        };
        for (period, error) in schedule.blocked.iter().filter(|(one, _)| !is_term(*one)) {
            tracing::warn!(%period, %error, "period not released");
        }
        let has_come = |period: Period| {
            release::leaves_on(period, &context).is_some_and(|day| day <= context.today)
        };
        let identity = member.identity.current();
        let mut signed = 0;
        for due in schedule.due.iter().filter(|due| has_come(due.period)) {
            match release::make(&self.ledger, &context, due.period, identity.key()) {
                Ok(made) => signed += made.new_ones(),
                Err(ReleaseError::Held(_)) => {}
                Err(error) => return Err(error),
            }
        }
        if signed > 0 {
            // Whoever serves the folder copies and sends; that is this process.
            if let Err(error) = ring_bell(&self.config.data) {
                tracing::warn!(%error, "bell not rung; the next start copies what was signed");
            }
        }
        Ok(signed)
    }
}

const fn is_term(period: Period) -> bool {
    matches!(period, Period::Term(_))
}
