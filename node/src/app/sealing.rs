//! Sealing at this node: what it seals with, what is due, and the verdicts that come back.

use std::collections::BTreeSet;

use certs::digest::sha256;
use certs::key::SigningKey;
use domain::catalogue::TableId;
use domain::period::Period;
use domain::span::school_year_of;
use proto::wire::sync::{ItemKind, Lane};
use runtime::sealing::SealingYear;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::CLOCK_SKEW;
use runtime::uplink::notes;
use runtime::uplink::outbox::{self, SentItem};

use super::{Node, ring_bell};
use crate::ledger::sealed::{self as register, SealYears};
use crate::ledger::sealed_absent::{self, Absent};
use crate::ledger::{hold, report_key};
use crate::packs::PacksError;
use crate::sealing::{self, Context, Made, Pending, ReportKey, SealingError, queued};
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
    /// This machine's date is not the hub's.
    #[error("this machine's clock is {0} hours from the hub's; nothing is sealed by it")]
    Clock(i64),
}

impl SealDueError {
    /// Whether another process held a store for longer than a statement waits: the same look may
    /// work a moment later.
    #[must_use]
    pub const fn is_locked(&self) -> bool {
        matches!(
            self,
            Self::Packs(PacksError::Store(SqlError::Locked))
                | Self::Sealing(SealingError::Store(SqlError::Locked))
        )
    }
}

/// How far this machine's clock may be from the hub's while reports are sealed by its date.
pub const SKEW_MS_MAX: i64 = 24 * 3_600_000;

/// What a daily look found.
#[derive(Default)]
struct Look {
    absent: Vec<Absent>,
    /// Periods of which the figures were counted.
    counted: BTreeSet<Period>,
    sealed: usize,
}

/// What became of a refused report that a person wants sealed once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SealedAgain {
    /// It was sealed under the next number.
    Sealed,
    /// It may be sealed again and cannot be: why, in the words of the list of absences.
    Absent(Absent),
    /// There is no refused report of it that a person may have sealed again.
    NotRefused,
}

impl Node {
    /// School years of this school that are under seal, or were.
    ///
    /// # Errors
    /// The packs cannot be read.
    pub fn years_under_seal(&self) -> Result<SealYears, SqlError> {
        let Some(member) = self.member() else { return Ok(SealYears::default()) };
        let planned = self.own_years()?.iter().map(|year| year.year().plan.year()).collect();
        let mut ever = self.sealed_years()?.ever_of_school(member.membership.name.unit());
        ever.extend(queued::sealed_years(&self.transfer().names()?));
        Ok(SealYears { planned, ever })
    }

    fn own_years(&self) -> Result<Vec<SealingYear>, SqlError> {
        let Some(member) = self.member() else { return Ok(Vec::new()) };
        let (unit, years) = (member.membership.name.unit(), self.sealed_years()?);
        Ok(years.all_of_school(unit).into_iter().cloned().collect())
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
        let names = self.transfer().names().map_err(PacksError::Store)?;
        let (rounded, queued) = (queued::rounded(&names), queued::sealed_weeks(names));
        let packs = self.packs()?;
        Ok(Some(Context { unit, years, packs, today, now_ms, again: None, rounded, queued }))
    }

    /// Sends reports again that have no verdict of both hubs, under the certificate that holds now:
    /// what a hub on the way refused after a day, after two and so on up to a week, what it kept
    /// after a week; nothing of a period that the school holds. Gives how many.
    ///
    /// # Errors
    /// A store cannot be read or written.
    pub fn send_open_again(&self) -> Result<usize, SqlError> {
        // What the school holds now goes no further, also where it left once and was refused.
        let open = self.ledger().read(|tx| {
            let held = hold::in_force(tx)?;
            let is_held = |period: &str| held.iter().any(|hold| hold.period == period);
            let open = register::open(tx)?.into_iter();
            Ok::<_, SqlError>(open.filter(|(_, period)| !is_held(period)).collect::<Vec<_>>())
        })?;
        let now_ms = self.clock().now_ms();
        let identity = self.member().map(|member| member.identity.current());
        let again = move |tx: &Tx<'_>| {
            let mut sent = 0;
            for (name, _) in &open {
                let item = (Lane::Statistics, name.as_str());
                let wrap = |item: &[u8]| {
                    let key = identity.as_ref().map(|identity| identity.key());
                    let anew = key.and_then(|key| sealing::wrapped_anew(item, key));
                    anew.unwrap_or_else(|| item.to_vec())
                };
                let when = (wait_ms, now_ms);
                sent += usize::from(outbox::send_again_as(tx, item, wrap, when)?);
            }
            Ok::<_, SqlError>(sent)
        };
        self.transfer().write("sealed_again", again)
    }

    /// The running year, where its documents name this school and its plan is not here: a hub on
    /// the way that holds the plan back would have the year rounded, and nobody notice.
    fn without_plan(&self) -> Result<Vec<Absent>, SqlError> {
        let Some(member) = self.member() else { return Ok(Vec::new()) };
        let year = school_year_of(self.clock().today());
        let (years, unit) = (self.sealed_years()?, member.membership.name.unit());
        if years.of_school(unit, year).is_some() {
            return Ok(Vec::new());
        }
        let area = years.lacks_plan(unit, year);
        Ok(area.map(|area| sealing::plan_missing(area, year)).into_iter().collect())
    }

    fn note_absent(&self, absent: Vec<Absent>) -> Result<(), SealingError> {
        let now_ms = self.clock().now_ms();
        let note = move |tx: &Tx<'_>| sealed_absent::replace(tx, &absent, now_ms);
        Ok(self.ledger().write("sealed_absent", note)?)
    }

    /// Notes what could not be sealed of one period; what the last look found of others stands.
    fn note_absent_of(&self, period: Period, absent: Vec<Absent>) -> Result<(), SealingError> {
        let now_ms = self.clock().now_ms();
        let note = move |tx: &Tx<'_>| sealed_absent::replace_of(tx, (period, &absent), now_ms);
        Ok(self.ledger().write("sealed_absent", note)?)
    }

    /// Seals every report whose morning has come and whose period nobody holds; gives how many.
    ///
    /// A period or table that cannot be sealed keeps no other back; page and `doctor` say which,
    /// and whose figures contradict each other.
    ///
    /// # Errors
    /// This machine's clock was more than a day from the hub's when they last spoke, nobody answers
    /// for what leaves, a store cannot be read or written, or the key cannot sign; what was sealed
    /// before stays.
    pub fn seal_due(&self) -> Result<usize, SealDueError> {
        let (Some(member), Some(context)) = (self.member(), self.sealing()?) else {
            // Nobody waits for a report of this school any more, or not yet.
            self.note_absent(self.without_plan().map_err(SealingError::from)?)?;
            return Ok(0);
        };
        self.check_date()?;
        let identity = member.identity.current();
        let mut look =
            Look { absent: self.without_plan().map_err(SealingError::from)?, ..Look::default() };
        let due = periods_due(self, &context)?;
        if !due.is_empty() {
            // Once in a process, and before anything of a pupil is sealed by it.
            sealing::trial::passed(self.clock().now()).map_err(SealingError::from)?;
        }
        let made = self.make_due(&context, (due, identity.key()), &mut look);
        if let Err(error @ SealingError::Store(_)) = made {
            return Err(error.into());
        }
        let (counted, asked) = (std::mem::take(&mut look.counted), context.clone());
        let watch = move |tx: &Tx<'_>| sealing::watched(tx, &asked, &counted);
        look.absent.extend(self.ledger().read(watch)?);
        let Look { absent, sealed, .. } = look;
        self.note_absent(absent)?;
        made?;
        sealing::judge_again((self.ledger(), self.transfer())).map_err(SealingError::from)?;
        self.take_verdicts().map_err(SealingError::from)?;
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

    /// Seals the periods that are due, one after the other.
    fn make_due(
        &self,
        context: &Context,
        (due, key): (Vec<Period>, &SigningKey),
        look: &mut Look,
    ) -> Result<(), SealingError> {
        for period in due {
            let made = sealing::make(self.ledger(), context, period, key);
            look.absent.extend(sealing::absences(period, &made));
            match made {
                Ok(made) => {
                    look.counted.insert(period);
                    look.sealed += made.iter().filter(|one| is_sealed(period, one)).count();
                }
                Err(SealingError::Held(_)) => {}
                // Of no responsible person the slot stays open: once somebody is named, the next
                // look seals.
                Err(error @ (SealingError::Store(_) | SealingError::NoResponsible)) => {
                    return Err(error);
                }
                Err(error) => tracing::warn!(%period, %error, "period not sealed"),
            }
        }
        Ok(())
    }

    /// Seals a refused report once more under the next number, because a person here looked at it:
    /// what one hub got wrong, or what was mended here since. Says whether there was one, and if it
    /// was not sealed, why.
    ///
    /// # Errors
    /// As of [`Self::seal_due`], or the school holds the period; nothing was sealed.
    pub fn seal_again(&self, table: &TableId, period: Period) -> Result<SealedAgain, SealDueError> {
        let (Some(member), Some(context)) = (self.member(), self.sealing()?) else {
            return Ok(SealedAgain::NotRefused);
        };
        self.check_date()?;
        let context = Context { again: Some((table.clone(), period)), ..context };
        sealing::trial::passed(self.clock().now()).map_err(SealingError::from)?;
        let identity = member.identity.current();
        let made = sealing::make(self.ledger(), &context, period, identity.key());
        if !matches!(made, Err(SealingError::Store(_))) {
            self.note_absent_of(period, sealing::absences(period, &made))?;
        }
        let made = made?;
        let is_it = |one: &Made| matches!(one, Made::Sealed { table: of, .. } if of == table);
        if made.iter().any(is_it) {
            tracing::warn!(%table, %period, "a refused report was sealed again by hand");
            return Ok(SealedAgain::Sealed);
        }
        let absent = sealing::absence_of((period, table), &made);
        Ok(absent.map_or(SealedAgain::NotRefused, SealedAgain::Absent))
    }

    fn check_date(&self) -> Result<(), SealDueError> {
        let skew = self.transfer().read(|tx| notes::get(tx, CLOCK_SKEW));
        let skew = skew.map_err(SealingError::from)?;
        check_clock(skew.and_then(|text| text.parse().ok()).unwrap_or(0))
    }
}

/// What a wrong date seals is sealed for good: a week that is not over is told as nothing.
///
/// # Errors
/// The clock is more than a day from the hub's.
fn check_clock(skew_ms: i64) -> Result<(), SealDueError> {
    if skew_ms.saturating_abs() > SKEW_MS_MAX {
        return Err(SealDueError::Clock(skew_ms / 3_600_000));
    }
    Ok(())
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
        Made::Contradicted(found) => {
            let rule = &found.broken.identity;
            tracing::warn!(%period, %rule, "figures that contradict each other were sealed");
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock that is a day off seals nothing, in either direction; an hour is nothing.
    #[test]
    fn a_wrong_date_seals_nothing() {
        assert!(check_clock(0).is_ok() && check_clock(-3_600_000).is_ok());
        for skew_ms in [SKEW_MS_MAX + 1, -SKEW_MS_MAX - 1, i64::MIN] {
            assert!(matches!(check_clock(skew_ms), Err(SealDueError::Clock(_))), "{skew_ms}");
        }
    }
}
