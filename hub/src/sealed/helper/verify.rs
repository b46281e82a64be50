//! Verifying reports: the helper opens its half, decides, and shows its share of the check.
//!
//! What it refuses about a school's own report it remembers; what the leader alone could have got
//! wrong (an item that no school signed) leaves no trace.

use std::collections::BTreeSet;

use certs::aggregate::{AggregateError, Instance, Parts, Role};
use domain::digest::Digest;
use domain::disclosure::plan::School;
use domain::disclosure::sealed::{Decision, Kept, Kind, State, TaskId, context};
use domain::unit::{IdentityName, UnitId};
use jiff::civil::Date;
use proto::sealed::Report;
use runtime::sql::{SqlError, Tx};

use super::{CallError, Helper, Known, OTHER_KEY, REPORTS_MAX};
use crate::sealed::arrival::{decide_on, refused_before};
use crate::sealed::dispute::{self, HUBS_DISAGREE};
use crate::sealed::documents::Task;
use crate::sealed::fit;
use crate::sealed::refused::{self, Evidence, NOT_OVER, OTHER_TASK, Refused, SEALED, UNSTATED};
use crate::sealed::signed::{self, Read};
use crate::sealed::without::{Without, opened_without};
use crate::store::sealed::report::{self, Held};
use crate::store::sealed::task;

/// A report that the leader began to check.
pub struct AskedReport {
    /// The school's signed item.
    pub item: Vec<u8>,
    /// The leader's share of the check.
    pub shown: Vec<u8>,
}

/// What the helper shows of a report whose proof holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its share of the check.
    pub shown: Vec<u8>,
    /// Its share of the stage sums of a stock; empty for a flow.
    pub sums: Vec<u8>,
}

/// What the leader asks about: reports of a task, under the key that it holds of it.
pub struct AskedReports {
    /// The task.
    pub task: TaskId,
    /// Digest of the task's verify key at the leader.
    pub key: Digest,
    /// The reports.
    pub reports: Vec<AskedReport>,
}

/// A report on its way through a call.
struct Case {
    read: Read,
    /// The school's signed item.
    item: Vec<u8>,
    shown: Vec<u8>,
    decision: Decision,
    /// It was refused before for what is shown again, so that the leader comes to the same.
    is_shown_again: bool,
}

/// What the arithmetic says: what is shown, and this hub's share.
type Outcome = Result<(Shown, Vec<u8>), Refused>;

/// A report with what the arithmetic says of it, where it was asked.
type Worked = (Case, Result<Option<Outcome>, CallError>);

impl Helper {
    /// Verifies reports of a task, each for itself. Under another key than the leader's every proof
    /// would fail, and every school be refused for a fault of a hub's: then none is looked at, and
    /// this hub's page says so.
    ///
    /// # Errors
    /// The call as a whole is not answered; nothing was noted of any report.
    pub async fn verify(
        &self,
        leader: IdentityName,
        AskedReports { task: id, key, reports: asked }: AskedReports,
    ) -> Result<Vec<Result<Shown, Refused>>, CallError> {
        if asked.len() > REPORTS_MAX {
            return Err(CallError::TooMany);
        }
        let database = self.hub.parts().database.clone();
        let helper = self.clone();
        let judged = database.read_async(move |tx| {
            let known = helper.task(tx, &leader, &id)?;
            known.is_under(&key)?;
            let cases = helper.judge_all(tx, &known, asked)?;
            Ok::<_, CallError>((known, cases))
        });
        let judged = judged.await;
        if matches!(judged, Err(CallError::OtherKey | CallError::NotAgreed)) {
            let write = move |tx: &Tx<'_>| task::stop(tx, &id, OTHER_KEY);
            database.write_async("sealed_other_key", write).await?;
        }
        let (known, cases) = judged?;
        let worked = runtime::blocking::run(move || {
            let worked = cases.into_iter().map(|case| {
                case.map(|case| {
                    let outcome = known.work(&case);
                    (case, outcome)
                })
            });
            let worked: Vec<_> = worked.collect();
            (known, worked)
        });
        let (known, worked) = worked.await.map_err(|_| CallError::Store(SqlError::Closed))?;
        if worked.iter().any(|one| matches!(one, Ok((_, Err(CallError::Disagree))))) {
            self.disagree(&known).await?;
        }
        let now_ms = self.hub.parts().clock.now_ms();
        let write = move |tx: &Tx<'_>| {
            let is_disputed = dispute::is_disputed(tx, &known.task.id, &blamed(&worked))?;
            if is_disputed {
                known.stop(tx, now_ms)?;
            } else if [OTHER_KEY, HUBS_DISAGREE].contains(&known.stored.stopped.as_str()) {
                task::stop(tx, &known.task.id, "")?;
            }
            let noted = worked.into_iter().map(|worked| match worked {
                Err(refused) => Ok(Err(refused)),
                Ok((case, outcome)) => note(tx, &known, (case, outcome?), (is_disputed, now_ms)),
            });
            noted.collect::<Result<Vec<_>, CallError>>()
        };
        database.write_async("sealed_verify", write).await
    }

    /// Notes that what the leader showed or proposed cannot be where this hub is right.
    pub(super) async fn disagree(&self, known: &Known) -> Result<(), SqlError> {
        let (task, now_ms) = (known.task.clone(), self.hub.parts().clock.now_ms());
        let write = move |tx: &Tx<'_>| stop(tx, &task, now_ms);
        self.hub.parts().database.write_async("sealed_disagree", write).await
    }

    fn judge_all(
        &self,
        tx: &Tx<'_>,
        known: &Known,
        asked: Vec<AskedReport>,
    ) -> Result<Vec<Result<Case, Refused>>, CallError> {
        known.key()?;
        let (judge, today) = (self.hub.judge(), self.hub.parts().clock.today());
        let roster = &known.task.year.sealed().roster;
        let mut cases = Vec::with_capacity(asked.len());
        for AskedReport { item, shown } in asked {
            let read = signed::read(&item).and_then(|read| {
                judge.school(&read, roster)?;
                if read.report.task == known.task.id {
                    fit::place(&read.report, &known.task)?;
                    known.over(today)?;
                    Ok(read)
                } else {
                    Err(Refused::new(OTHER_TASK, "the report names another task than the call"))
                }
            });
            cases.push(match read {
                Ok(read) => {
                    let decision = decide_on(tx, Some(known.task.id), &read.arrival)?;
                    let admitted = known.stated(&read, decision);
                    let late = known.is_late(tx, (&read, decision))?;
                    let is_shown_again = is_shown_again(tx, (&read, decision))?;
                    let case = Case { read, item, shown, decision, is_shown_again };
                    admitted.and(late).map(|()| case)
                }
                Err(refused) => Err(refused),
            });
        }
        Ok(cases)
    }
}

impl Known {
    /// Whether this hub holds the key of the task that the leader holds.
    fn is_under(&self, key: &Digest) -> Result<(), CallError> {
        let own = self.stored.key.as_ref().ok_or(CallError::NotAgreed)?;
        if own.digest(&self.task.id) == *key { Ok(()) } else { Err(CallError::OtherKey) }
    }

    /// Whether the period is over by this hub's date, whatever the leader's is.
    fn over(&self, today: Date) -> Result<(), Refused> {
        if self.task.is_over(today) {
            return Ok(());
        }
        Err(Refused::new(NOT_OVER, "what the report is about is not over by this hub's date"))
    }

    /// Whether health stated the key of a report that is not decided on; what was decided stays.
    fn stated(&self, read: &Read, decision: Decision) -> Result<(), Refused> {
        let is_new = matches!(decision, Decision::Verify | Decision::Refuse(_));
        if is_new && !self.task.year.states(&read.arrival.school, &read.key) {
            let reason = "the health commission has not stated the key that signed the report";
            return Err(Refused::new(UNSTATED, reason));
        }
        Ok(())
    }

    /// Whether a report that is not decided on comes after this hub gave its share without it: a
    /// leader that was put back may not know of that.
    fn is_late(
        &self,
        tx: &Tx<'_>,
        (read, decision): (&Read, Decision),
    ) -> Result<Result<(), Refused>, SqlError> {
        if !matches!(decision, Decision::Verify | Decision::Again(State::Pending)) {
            return Ok(Ok(()));
        }
        let without = opened_without(tx, (&self.task, Role::Helper), &read.arrival.school)?;
        let is_late = without == Without::Opened;
        Ok(if is_late { Err(Refused::opened_without()) } else { Ok(()) })
    }

    /// What the arithmetic says about a report; what was refused before is not computed again.
    fn work(&self, case: &Case) -> Result<Option<Outcome>, CallError> {
        match case.decision {
            Decision::Verify | Decision::Again(State::Pending | State::Accepted) => {}
            Decision::Again(State::Refused) if case.is_shown_again => {}
            Decision::Again(State::Refused) | Decision::Refuse(_) => return Ok(None),
        }
        let report = &case.read.report;
        let school = self.task.year.sealed().roster.school(&report.place.unit);
        // The roster was asked for the school before.
        let school = school.ok_or(CallError::OtherTask)?;
        let form = fit::form(report, &self.task, school);
        let instance = form.and_then(|()| fit::instance(report, &self.task));
        match instance {
            Ok(instance) => Ok(Some(self.answer(&instance, (report, school), &case.shown)?)),
            Err(refused) => Ok(Some(Err(refused))),
        }
    }

    fn answer(
        &self,
        instance: &Instance,
        (report, school): (&Report, &School),
        shown: &[u8],
    ) -> Result<Outcome, CallError> {
        let verify_key = self.stored.key.as_ref().ok_or(CallError::NotAgreed)?;
        let context = context(&self.task.id, &report.place.unit, report.place.number);
        let halves = match fit::halves(report) {
            Ok(halves) => halves,
            Err(refused) => return Ok(Err(refused)),
        };
        let half = match halves.open(Role::Helper, self.key()?, &context) {
            Ok(half) => half,
            Err(error) => return Ok(Err(Refused::new(SEALED, &error))),
        };
        let parts = Parts { context: &context, nonce: &report.nonce, public: &report.public };
        let looked = match instance.look(verify_key, parts, &half, shown) {
            Ok(looked) => looked,
            // The leader's share has no form, which no report can do.
            Err(AggregateError::Shown) => return Err(CallError::Disagree),
            // No half of this table, so that nothing can be shown of it: as one that does not open.
            Err(error) => return Ok(Err(Refused::new(SEALED, &error))),
        };
        let shown = looked.shown;
        let made = looked.share.map_err(Refused::from).and_then(|share| {
            let sums = match self.task.table.kind() {
                Kind::Stock => fit::stage_sums(&share, &self.task.table, school)?.to_bytes()?,
                Kind::Flow => Vec::new(),
            };
            Ok((sums, share.to_bytes()?))
        });
        Ok(match made {
            Ok((sums, share)) => Ok((Shown { shown, sums }, share)),
            Err(refused) => {
                Err(Refused { evidence: Evidence { shown, sums: Vec::new() }, ..refused })
            }
        })
    }

    /// Marks the task as one about which the hubs do not agree, and calls a person.
    fn stop(&self, tx: &Tx<'_>, now_ms: i64) -> Result<(), SqlError> {
        stop(tx, &self.task, now_ms)
    }
}

fn stop(tx: &Tx<'_>, task: &Task, now_ms: i64) -> Result<(), SqlError> {
    task::stop(tx, &task.id, HUBS_DISAGREE)?;
    dispute::raise(tx, task, (&task.terms.leader, None), now_ms)
}

/// Whether a report was refused for what the leader can come to by itself.
fn is_shown_again(tx: &Tx<'_>, (read, decision): (&Read, Decision)) -> Result<bool, SqlError> {
    if decision != Decision::Again(State::Refused) {
        return Ok(false);
    }
    Ok(refused::is_shown(refused_before(tx, &read.arrival.digest)?.code))
}

/// Schools that would be refused for what can be a hub's fault.
fn blamed(worked: &[Result<Worked, Refused>]) -> BTreeSet<UnitId> {
    let found = worked.iter().flatten().filter_map(|(case, outcome)| match outcome {
        Ok(Some(Err(refused))) if dispute::is_between(refused.code) => {
            Some(case.read.arrival.school.clone())
        }
        _ => None,
    });
    found.collect()
}

/// Notes what came of a report, by what the store holds in this very moment.
fn note(
    tx: &Tx<'_>,
    known: &Known,
    (case, outcome): (Case, Option<Outcome>),
    (is_disputed, now_ms): (bool, i64),
) -> Result<Result<Shown, Refused>, CallError> {
    let arrival = case.read.arrival;
    match (decide_on(tx, Some(known.task.id), &arrival)?, outcome) {
        // It waits: nothing of it is kept, and it is looked at again once the hubs agree.
        (Decision::Verify, Some(Err(refused)))
            if is_disputed && dispute::is_between(refused.code) =>
        {
            Ok(Err(refused))
        }
        (Decision::Verify, Some(outcome)) => {
            let state = if outcome.is_ok() { State::Pending } else { State::Refused };
            let held = Held {
                cap: case.read.report.cap,
                enrolled: case.read.report.enrolled,
                share: outcome.as_ref().ok().map(|(_, share)| share.clone()),
                // For a leader that loses it: the school will not send it again.
                item: outcome.is_ok().then_some(case.item),
                code: outcome.as_ref().err().map_or_else(String::new, |e| e.code.to_owned()),
            };
            report::insert(tx, &Kept { arrival, state }, &held, now_ms)?;
            Ok(outcome.map(|(shown, _)| shown))
        }
        (Decision::Again(State::Pending | State::Accepted), Some(outcome)) => {
            Ok(outcome.map(|(shown, _)| shown))
        }
        (Decision::Again(_), outcome) => {
            let evidence = match outcome {
                Some(Ok((Shown { shown, sums }, _))) => Evidence { shown, sums },
                Some(Err(refused)) => refused.evidence,
                None => Evidence::default(),
            };
            Ok(Err(Refused { evidence, ..refused_before(tx, &arrival.digest)? }))
        }
        (Decision::Refuse(reason), _) => Ok(Err(reason.into())),
        // It was refused a moment ago and is not any more; the next call says what it is.
        (Decision::Verify, None) => Err(CallError::Store(SqlError::Locked)),
    }
}
