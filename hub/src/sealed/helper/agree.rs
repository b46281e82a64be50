//! Agreeing on a task and on its verify key: each hub commits to its half before it sees the
//! other's.
//!
//! No half is made once the period is over. What a hub shows of a report's check is one value under
//! one key; under a second key it shows another, and who has both computes the school's figures
//! (record 0069). A store that was put back does not know whether there was a key before. What is
//! kept of a half and of the other hub's commitment is never replaced; a half that was lost while
//! its period runs is drawn alike again (record 0070).

use certs::aggregate::{Commitment, KeyHalf, Role, agree};
use domain::catalogue::TableId;
use domain::disclosure::sealed::TaskId;
use domain::period::Period;
use domain::unit::{IdentityName, UnitId};

use super::{CallError, Helper, Known, OTHER_KEY};
use crate::sealed::row;
use crate::store::sealed::task::{self, NewTask};
use crate::store::sealed::year;

/// A task as the leader announces it.
#[derive(Clone, Debug)]
pub struct Announced {
    /// Area of the plan.
    pub area: UnitId,
    /// School year of the plan.
    pub school_year: i16,
    /// The sealed table.
    pub table: TableId,
    /// Its period.
    pub period: Period,
    /// The id that the leader makes of it.
    pub task: TaskId,
    /// What the leader commits to.
    pub commitment: Commitment,
}

impl Helper {
    /// Takes up a task that this hub makes of its own documents too, and commits to its half.
    ///
    /// # Errors
    /// Another task by this hub's documents, a caller who does not lead it, another commitment than
    /// before, or a period that is over and of which this hub has no half.
    pub async fn agree(
        &self,
        leader: IdentityName,
        announced: Announced,
    ) -> Result<Commitment, CallError> {
        let documents = self.hub.documents();
        let place = (&announced.area, announced.school_year);
        let known = documents.task(place, &announced.table, announced.period)?;
        self.leads(&leader, &known)?;
        if known.id != announced.task {
            return Err(CallError::OtherTask);
        }
        let now_ms = self.hub.parts().clock.now_ms();
        let is_over = known.is_over(self.hub.parts().clock.today());
        let new = task::Task {
            id: known.id,
            area: announced.area,
            school_year: announced.school_year,
            sheet: announced.table,
            period: announced.period,
            pack: known.terms.pack,
            half: row::half(&known),
            commitment: Some(announced.commitment),
            key: None,
            stopped: String::new(),
        };
        let write = move |tx: &runtime::sql::Tx<'_>| {
            if year::is_closed(tx, (&new.area, new.school_year))? {
                return Err(CallError::YearClosed);
            }
            // This store may have been put back to before a key under which reports were looked at.
            if is_over && task::find(tx, &known.id)?.is_none() {
                return Err(CallError::KeyLate);
            }
            task::insert(tx, &NewTask { task: &new, terms: &known.terms.encode() }, now_ms)?;
            let stored = task::find(tx, &known.id)?.ok_or(CallError::NotAgreed)?;
            if stored.commitment != Some(announced.commitment) {
                return Err(CallError::OtherCommitment);
            }
            Ok(stored.half.commit(&known.id, Role::Helper))
        };
        self.hub.parts().database.write_async("sealed_agree", write).await
    }

    /// Takes the leader's half and shows its own; from then on reports can be verified.
    ///
    /// # Errors
    /// Not the half that was committed.
    pub async fn reveal(
        &self,
        leader: IdentityName,
        (id, half): (TaskId, KeyHalf),
    ) -> Result<KeyHalf, CallError> {
        let helper = self.clone();
        let write = move |tx: &runtime::sql::Tx<'_>| {
            let Known { stored, .. } = helper.task(tx, &leader, &id)?;
            let commitment = stored.commitment.ok_or(CallError::NotAgreed)?;
            let own = stored.half.commit(&id, Role::Helper);
            let key = agree(&id, (&half, commitment), (&stored.half, own))?;
            task::agree(tx, &id, &key)?;
            if stored.stopped == OTHER_KEY && stored.key.is_none() {
                task::stop(tx, &id, "")?;
            }
            Ok::<_, CallError>(stored.half)
        };
        self.hub.parts().database.write_async("sealed_reveal", write).await
    }
}
