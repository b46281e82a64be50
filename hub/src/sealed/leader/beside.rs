//! A report beside another one of its school that both hubs accepted: both must say so.
//!
//! A school that is told that another report of it stands gives the period up as told. One hub
//! alone could make it give up a true report, so this refusal counts with both signatures only, and
//! each hub signs it where it holds the other report itself.

use std::slice::from_ref;
use std::sync::PoisonError;

use domain::digest::Digest;
use domain::disclosure::sealed::Refusal;
use proto::opening::Standing;
use runtime::sql::Tx;

use super::call::Client;
use super::proposal::Case;
use super::{Leader, LeaderError};
use crate::sealed::helper::NO_OTHER_REPORT;
use crate::sealed::watch;
use crate::store::alarm;
use crate::store::sealed::verdict;
use crate::store::sealed_inbox::Arrived;

/// A report that came second.
pub(super) struct Beside {
    /// The report.
    pub(super) case: Case,
    /// Digest of the one that stands.
    pub(super) stands: Digest,
}

/// Whether a verdict lacks a signature, without which no school believes it: it was made before
/// that was the rule.
pub(super) const fn is_half_said(stored: &verdict::Stored) -> bool {
    stored.leader.is_none() || stored.helper.is_none()
}

impl Leader {
    /// Has the helper sign that another report stands. A helper that does not hold that one is
    /// shown it once more: it was put back from a backup.
    pub(super) async fn answer_beside(
        &self,
        client: &mut Client,
        Beside { case, stands }: Beside,
    ) -> Result<(), LeaderError> {
        let now_ms = self.hub.parts().clock.now_ms();
        let task = case.task.clone();
        let standing =
            Standing { unit: case.read.arrival.school.clone(), task: task.id, report: stands };
        let refused = Some(Refusal::OtherReport.into());
        let proposal = case.propose(refused, (Vec::new(), None), now_ms);
        let mut asked = self.propose(client, from_ref(&proposal)).await;
        if matches!(&asked, Err(LeaderError::Refused { code, .. }) if code == NO_OTHER_REPORT) {
            self.show_reports(client, &task, &[standing]).await?;
            asked = self.propose(client, from_ref(&proposal)).await;
        }
        let settled = match asked {
            Ok(mut settled) => settled.pop().ok_or(LeaderError::Protocol("no answer"))?,
            // The report stays open here and at its school, where it is told again.
            Err(error) => return self.note_stop(&task, error.refusal()?).await,
        };
        self.take_all(&task, vec![(proposal, settled)]).await?;
        self.go_on(&task).await
    }

    /// Puts those reports last beside which the helper holds another one: that one may be here too.
    pub(super) fn put_second_last(&self, page: &mut [Arrived]) {
        let second = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        page.sort_by_key(|arrived| second.contains(&arrived.digest));
    }

    /// Notes that the helper holds another report of a school, of which this hub knows nothing. On
    /// the helper's word alone the school is told nothing: its report waits, and others of it go
    /// first from now on.
    pub(super) async fn note_there(&self, case: &Case) -> Result<(), LeaderError> {
        let arrival = &case.read.arrival;
        tracing::warn!(school = %arrival.school, "the helper holds another report of a school");
        self.second.lock().unwrap_or_else(PoisonError::into_inner).insert(arrival.digest);
        let now_ms = self.hub.parts().clock.now_ms();
        let (school, terms) = (arrival.school.clone(), &case.task.terms);
        // The last word says until when a person is told: as long as that report waits.
        let detail = format!("{} {} {}", terms.table, terms.period, arrival.digest);
        let write = move |tx: &Tx<'_>| {
            alarm::raise(tx, watch::ALARM_HELD_THERE, school.as_str(), &detail, now_ms)
        };
        Ok(self.hub.parts().database.write_async("sealed_there", write).await?)
    }
}
