//! One report between the two hubs: what the leader shows of it, what it makes of the helper's
//! answer, and the verdict that it proposes.

use certs::aggregate::{
    AggregateError, Begun, Instance, OutputShare, Parts, Role, SumShare, VerifyKey,
};
use domain::disclosure::sealed::{Kind, context};
use proto::sealed::{Verdict, encode_verdict};
use proto::wire::sealed::Refused as WireRefused;

use crate::sealed::documents::Task;
use crate::sealed::fit::{self, Sums};
use crate::sealed::refused::{CONTROL, PROOF, Refused, SEALED};
use crate::sealed::signed::Read;
use crate::store::sealed::report::Held;
use crate::store::sealed_inbox::Arrived;

/// A report that the helper is asked about.
pub(super) struct Case {
    /// As it lies in the inbox.
    pub(super) arrived: Arrived,
    /// What it says.
    pub(super) read: Read,
    /// Its task.
    pub(super) task: Task,
    /// The verify key.
    pub(super) key: VerifyKey,
}

/// A report that this hub refuses by itself.
pub(super) struct Ruling {
    /// As it lies in the inbox.
    pub(super) arrived: Arrived,
    /// What it says.
    pub(super) read: Read,
    /// Why.
    pub(super) refused: Refused,
}

/// A case that this hub began to check.
pub(super) struct Open {
    /// The case.
    pub(super) case: Case,
    /// What the helper is shown.
    pub(super) shown: Vec<u8>,
    instance: Instance,
    begun: Begun,
}

/// A verdict that the helper is asked to sign.
pub(super) struct Proposal {
    /// The case.
    pub(super) case: Case,
    /// What it says.
    pub(super) verdict: Verdict,
    /// The bytes that both sign.
    pub(super) bytes: Vec<u8>,
    /// This hub's share of the stage sums of a stock whose proof holds.
    pub(super) sums: Vec<u8>,
    /// This hub's share of a report that is accepted.
    pub(super) share: Option<Vec<u8>>,
}

/// What came of the helper's answer about a report.
pub(super) enum Checked {
    /// The helper is asked to sign this.
    Propose(Box<Proposal>),
    /// The helper waits: for health's word about the school's key, or until the period is over
    /// there.
    Wait,
    /// The helper holds another report of the school, and this hub does not.
    There(Box<Case>),
    /// The helper refused it, which it remembers: this hub says so too.
    Refuse(Box<Ruling>),
    /// The shares do not belong together: one of the hubs is wrong, and not the school.
    Apart(Box<Task>),
    /// The helper says otherwise than this hub comes to from what it showed: nobody is refused, and
    /// the helper is asked to sign this, so that it knows.
    Disagree(Box<Proposal>),
}

impl Case {
    /// Opens this hub's half and begins the check.
    ///
    /// # Errors
    /// The half does not open, or is none of this table; the report is refused.
    pub(super) fn begin(self) -> Result<Open, Box<(Self, Refused)>> {
        match self.try_begin() {
            Ok((instance, begun, shown)) => Ok(Open { case: self, shown, instance, begun }),
            Err(refused) => Err(Box::new((self, refused))),
        }
    }

    fn try_begin(&self) -> Result<(Instance, Begun, Vec<u8>), Refused> {
        let report = &self.read.report;
        let instance = fit::instance(report, &self.task)?;
        let context = context(&self.task.id, &report.place.unit, report.place.number);
        let halves = fit::halves(report)?;
        let own = self.task.year.key.as_ref();
        let own = own.ok_or_else(|| Refused::new(SEALED, "this hub has no key for its halves"))?;
        let half = halves.open(Role::Leader, own, &context);
        let half = half.map_err(|error| Refused::new(SEALED, &error))?;
        let parts = Parts { context: &context, nonce: &report.nonce, public: &report.public };
        // The helper is shown nothing of such a half, so it would sign no word about a proof.
        let begun = instance.begin(&self.key, parts, &half);
        let (begun, shown) = begun.map_err(|error| Refused::new(SEALED, &error))?;
        Ok((instance, begun, shown))
    }

    /// The ruling that refuses it.
    pub(super) fn refuse(self, refused: Refused) -> Ruling {
        Ruling { arrived: self.arrived, read: self.read, refused }
    }

    /// The verdict about it.
    pub(super) fn propose(
        self,
        refused: Option<Refused>,
        (sums, share): (Vec<u8>, Option<Vec<u8>>),
        now_ms: i64,
    ) -> Proposal {
        let verdict = verdict_on(&self.read, refused, now_ms);
        let bytes = encode_verdict(&verdict);
        Proposal { case: self, verdict, bytes, sums, share }
    }
}

impl Open {
    /// This hub's share of the stage sums, from the share that it kept; none for a flow.
    pub(super) fn stage_sums(&self, share: Option<&[u8]>) -> Option<Vec<u8>> {
        let task = &self.case.task;
        if task.table.kind() == Kind::Flow {
            return None;
        }
        let share = OutputShare::from_bytes(share?).ok()?;
        let school = task.year.sealed().roster.school(&self.case.read.arrival.school)?;
        fit::stage_sums(&share, &task.table, school).ok()?.to_bytes().ok()
    }

    /// Decides from what the helper showed: its share of the check, and of the stage sums.
    pub(super) fn finish(self, answer: &[u8], helper_sums: &[u8], now_ms: i64) -> Checked {
        let Self { case, instance, begun, .. } = self;
        let report = &case.read.report;
        let context = context(&case.task.id, &report.place.unit, report.place.number);
        let parts = Parts { context: &context, nonce: &report.nonce, public: &report.public };
        let share = match instance.finish(parts, begun, answer) {
            Ok(share) => share,
            // The helper says that it holds, and it decided from these very two shares.
            Err(error) => {
                let refused = Refused::new(PROOF, &error);
                return Checked::Disagree(Box::new(case.propose(Some(refused), nothing(), now_ms)));
            }
        };
        let (sums, compared) = match compare(&case, &share, helper_sums) {
            Some(compared) => compared,
            None => return Checked::Apart(Box::new(case.task)),
        };
        let Ok(bytes) = share.to_bytes() else { return Checked::Apart(Box::new(case.task)) };
        match compared {
            Sums::Right => {
                let accepted = (sums, Some(bytes));
                Checked::Propose(Box::new(case.propose(None, accepted, now_ms)))
            }
            Sums::Off(refused) => {
                Checked::Propose(Box::new(case.propose(Some(refused), (sums, None), now_ms)))
            }
            Sums::Apart => Checked::Apart(Box::new(case.task)),
        }
    }

    /// What is made of the helper's word that a proof does not hold or that control sums are off:
    /// it is proposed where this hub comes to the same from what the helper shows with it.
    pub(super) fn refuted(self, told: &WireRefused, now_ms: i64) -> Checked {
        let checked = match told.code.as_str() {
            CONTROL => self.finish(&told.shown, &told.sums, now_ms),
            _ => {
                let Self { case, instance, begun, .. } = self;
                let report = &case.read.report;
                let bound = context(&case.task.id, &report.place.unit, report.place.number);
                let parts = Parts { context: &bound, nonce: &report.nonce, public: &report.public };
                let same = instance.finish(parts, begun, &told.shown);
                let refused = Refused::new(PROOF, &told.reason);
                let proposal = Box::new(case.propose(Some(refused), nothing(), now_ms));
                match same {
                    Err(AggregateError::Proof) => Checked::Propose(proposal),
                    _ => Checked::Disagree(proposal),
                }
            }
        };
        match checked {
            Checked::Propose(proposal) if proposal.verdict.refused.is_none() => {
                Checked::Disagree(proposal)
            }
            other => other,
        }
    }
}

const fn nothing() -> (Vec<u8>, Option<Vec<u8>>) {
    (Vec::new(), None)
}

/// This hub's stage sums of a stock, and what both say; a flow has none.
fn compare(case: &Case, share: &OutputShare, helper: &[u8]) -> Option<(Vec<u8>, Sums)> {
    if case.task.table.kind() == Kind::Flow {
        return Some((Vec::new(), Sums::Right));
    }
    let school = case.task.year.sealed().roster.school(&case.read.arrival.school)?;
    let own = fit::stage_sums(share, &case.task.table, school).ok()?;
    let helper = SumShare::from_bytes(helper).ok()?;
    let compared = fit::compare((&own, &helper), &case.read.report.enrolled);
    Some((own.to_bytes().ok()?, compared))
}

/// The verdict about a report.
pub(super) fn verdict_on(read: &Read, refused: Option<Refused>, now_ms: i64) -> Verdict {
    Verdict {
        place: read.report.place.clone(),
        task: read.report.task,
        report: read.arrival.digest,
        refused: refused.map(|refused| (refused.code.to_owned(), refused.reason)),
        decided_at_ms: now_ms,
    }
}

/// What is kept of a report.
pub(super) fn held(read: &Read, share: Option<(Vec<u8>, Vec<u8>)>, code: &str) -> Held {
    let (share, item) = share.unzip();
    Held {
        cap: read.report.cap,
        enrolled: read.report.enrolled.clone(),
        share,
        item,
        code: code.to_owned(),
    }
}
