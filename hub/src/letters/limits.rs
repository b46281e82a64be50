//! Clocks without states: which limits run, by envelope and class, and which of them are late.
//!
//! In memory alone. What is shown of a late one is its class and an hour.

use std::collections::BTreeMap;

use certs::letter::{Due, Routing};
use certs::referral::EnvelopeId;
use domain::referral::DeadlineClass;
use jiff::{SignedDuration, Timestamp};

use super::rules::{LATE_SECONDS, LIMITS_MAX, WITHDRAWAL_SECONDS};

/// The limits of envelopes that are open.
#[derive(Default)]
pub(super) struct Limits {
    open: BTreeMap<EnvelopeId, BTreeMap<DeadlineClass, Timestamp>>,
}

impl Limits {
    /// Notes what a letter says that passes: a limit that begins, or one that was met. A withdrawal
    /// ends all limits of its envelopes but the one of its own answer.
    pub(super) fn note(&mut self, routing: &Routing, now: Timestamp) {
        match routing {
            Routing::Referral { carried, .. } => self.begin(carried.envelope, carried.due),
            Routing::Answer { carried, to, met } => {
                if let Some(class) = met {
                    self.meet(*to, *class);
                }
                self.begin(*to, carried.due);
            }
            Routing::Revocation { envelopes, .. } => {
                let until = later(now, WITHDRAWAL_SECONDS);
                for envelope in envelopes {
                    self.open.remove(envelope);
                    self.begin(*envelope, Some(Due { class: DeadlineClass::Withdrawal, until }));
                }
            }
            Routing::Ack { .. } | Routing::Dummy => {}
        }
    }

    fn begin(&mut self, envelope: EnvelopeId, due: Option<Due>) {
        let Some(due) = due else { return };
        if self.open.len() < LIMITS_MAX || self.open.contains_key(&envelope) {
            self.open.entry(envelope).or_default().insert(due.class, due.until);
        }
    }

    fn meet(&mut self, envelope: EnvelopeId, class: DeadlineClass) {
        if let Some(limits) = self.open.get_mut(&envelope) {
            limits.remove(&class);
            if limits.is_empty() {
                self.open.remove(&envelope);
            }
        }
    }

    /// What is late: each class with the hour in which it passed, what is late longest first.
    pub(super) fn late(&self, now: Timestamp) -> Vec<(DeadlineClass, i64)> {
        let limits = self.open.values().flatten();
        let late = limits.filter(|(_, until)| **until < now);
        let mut late: Vec<_> = late.map(|(class, until)| (*class, hour_of(*until))).collect();
        late.sort_unstable_by_key(|(class, hour)| (*hour, *class));
        late
    }

    /// Forgets what was late for very long: nobody waits for it here any more.
    pub(super) fn forget(&mut self, now: Timestamp) {
        for limits in self.open.values_mut() {
            limits.retain(|_, until| later(*until, LATE_SECONDS) > now);
        }
        self.open.retain(|_, limits| !limits.is_empty());
    }
}

/// The hour in which an instant lies, counted from 1970.
fn hour_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(3_600)
}

fn later(from: Timestamp, seconds: i64) -> Timestamp {
    from.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}
