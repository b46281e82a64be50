//! Sealing at this node: what it seals with, what is due, and the verdicts that come back.

use std::collections::BTreeSet;

use certs::digest::sha256;
use domain::period::Period;
use proto::wire::sync::{ItemKind, Lane};
use runtime::sealing::SealingYear;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::outbox::{self, SentItem};

use super::{Node, ring_bell};
use crate::ledger::report_key;
use crate::ledger::sealed as register;
use crate::packs::PacksError;
use crate::sealing::{self, Context, Made, Pending, ReportKey, SealingError};
use crate::transfer::addressed;

/// Why the reports that are due could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealDueError {
    /// The packs cannot be read.
    #[error(transparent)]
    Packs(#[from] PacksError),
    /// A period cannot be sealed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
}

impl Node {
    /// School years of this school that are under seal.
    ///
    /// # Errors
    /// The packs cannot be read.
    pub fn years_under_seal(&self) -> Result<BTreeSet<i16>, SqlError> {
        let years = self.own_years()?;
        Ok(years.iter().map(|year| year.year().plan.year()).collect())
    }

    fn own_years(&self) -> Result<Vec<SealingYear>, SqlError> {
        let Some(member) = self.member() else { return Ok(Vec::new()) };
        let (unit, years) = (member.membership.name.unit(), self.sealed_years()?);
        Ok(years.sealing().filter(|year| year.holds(unit)).cloned().collect())
    }

    /// The school's report key and what health stated of it; nothing before joining. Made now where
    /// the ledger is older than such keys.
    ///
    /// # Errors
    /// The packs or the ledger cannot be read or written.
    pub fn report_key(&self) -> Result<Option<ReportKey>, SqlError> {
        let Some(member) = self.member() else { return Ok(None) };
        let key = match self.ledger().read(report_key::load)? {
            Some(key) => key,
            None => {
                let now_ms = self.clock().now_ms();
                self.ledger().write("report_key", move |tx| report_key::load_or_make(tx, now_ms))?
            }
        };
        let (digest, unit) = (sha256(key.public().spki()), member.membership.name.unit());
        Ok(Some(ReportKey::new(digest, unit, &self.own_years()?)))
    }

    /// Takes the verdicts that came down about this school's sealed reports.
    ///
    /// # Errors
    /// A store cannot be read or written.
    pub fn take_verdicts(&self) -> Result<(), SqlError> {
        let Some(member) = self.member() else { return Ok(()) };
        let is_waiting = |tx: &Tx<'_>| addressed::waiting(tx, ItemKind::SealedVerdict, 0, 1);
        if self.transfer().read(is_waiting)?.is_empty() {
            return Ok(());
        }
        let context = match self.sealing() {
            Ok(Some(context)) => context,
            Ok(None) => return Ok(()),
            Err(PacksError::Store(error)) => return Err(error),
            // A built-in pack that is wrong is a build that no test passed.
            Err(PacksError::Pack(_)) => return Err(SqlError::Type),
        };
        let stores = (self.ledger(), self.transfer());
        let news = sealing::take_waiting(stores, &member.trust, &context)?;
        if news > 0 {
            tracing::info!(news, "sealed reports answered by both hubs");
        }
        Ok(())
    }

    /// What this school seals with; nothing before joining, or where no year is under seal.
    ///
    /// # Errors
    /// The packs cannot be read.
    pub fn sealing(&self) -> Result<Option<Context>, PacksError> {
        let Some(member) = self.member() else { return Ok(None) };
        let unit = member.membership.name.unit().clone();
        let years = self.own_years()?;
        if years.is_empty() {
            return Ok(None);
        }
        let (today, now_ms) = (self.clock().today(), self.clock().now_ms());
        Ok(Some(Context { unit, years, packs: self.packs()?, today, now_ms }))
    }

    /// Sends the bytes of reports again that have no verdict of both hubs: what a hub on the way
    /// refused after a day, after two and so on up to a week, what it kept after a week. Gives how
    /// many.
    ///
    /// # Errors
    /// A store cannot be read or written.
    pub fn send_open_again(&self) -> Result<usize, SqlError> {
        let open = self.ledger().read(register::open)?;
        let now_ms = self.clock().now_ms();
        let again = move |tx: &Tx<'_>| {
            let mut sent = 0;
            for name in &open {
                let item = (Lane::Statistics, name.as_str());
                sent += usize::from(outbox::send_again(tx, item, wait_ms, now_ms)?);
            }
            Ok::<_, SqlError>(sent)
        };
        self.transfer().write("sealed_again", again)
    }

    /// Seals every report whose morning has come and whose period nobody holds; gives how many.
    ///
    /// A period or table that cannot be sealed keeps no other back; the log says which.
    ///
    /// # Errors
    /// Nobody answers for what leaves, a store cannot be read or written, or the key cannot sign;
    /// what was sealed before stays.
    pub fn seal_due(&self) -> Result<usize, SealDueError> {
        let (Some(member), Some(context)) = (self.member(), self.sealing()?) else { return Ok(0) };
        let identity = member.identity.current();
        let mut sealed = 0;
        for period in periods_due(self, &context)? {
            match sealing::make(self.ledger(), &context, period, identity.key()) {
                Ok(made) => sealed += made.iter().filter(|one| is_sealed(period, one)).count(),
                Err(SealingError::Store(error)) => return Err(SealingError::Store(error).into()),
                Err(SealingError::Held(_)) => {}
                // The slot stays open: once somebody is named, the next look seals.
                Err(error @ SealingError::NoResponsible) => return Err(error.into()),
                Err(error) => tracing::warn!(%period, %error, "period not sealed"),
            }
        }
        let again = self.send_open_again().map_err(SealingError::from)?;
        if again > 0 {
            tracing::info!(again, "sealed reports sent again");
        }
        if sealed + again > 0 {
            // Whoever serves the folder copies and sends; that is this process.
            if let Err(error) = ring_bell(&self.config().data) {
                tracing::warn!(%error, "bell not rung; the next start copies what was sealed");
            }
        }
        Ok(sealed)
    }
}

/// How long the latest sending of a report waits for both hubs before it is sent again.
fn wait_ms(sent: &SentItem, times: u32) -> i64 {
    const ACCEPTED: Option<u32> = Some(1);
    let days = if sent.outcome == ACCEPTED { 7 } else { 1_i64 << (times - 1).min(3) };
    days.min(7) * 24 * 3_600_000
}

/// Periods of which a report is to be sealed, in the order in which they are.
fn periods_due(node: &Node, context: &Context) -> Result<Vec<Period>, SealingError> {
    let asked = context.clone();
    let pending = node.ledger().read(move |tx| sealing::due(tx, &asked))?;
    let mut periods: Vec<Period> = Vec::new();
    for one in pending {
        match one {
            Pending::Seal(due) if periods.last() != Some(&due.period) => periods.push(due.period),
            Pending::Seal(_) | Pending::Refused(_) => {}
        }
    }
    Ok(periods)
}

fn is_sealed(period: Period, made: &Made) -> bool {
    match made {
        Made::Sealed { .. } => return true,
        Made::Absent { table, reason } => {
            tracing::debug!(%period, %table, ?reason, "no sealed report");
        }
        Made::Broken { table, reason } => {
            tracing::warn!(%period, %table, %reason, "figures cannot be sealed");
        }
    }
    false
}
