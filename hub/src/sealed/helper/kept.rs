//! Sums that the leader computed and keeps closed for what they would tell: it shows its share, so
//! that this hub's attacker knows what the leader knows, and they are closed here as well.

use domain::disclosure::sealed::TaskId;
use domain::unit::IdentityName;
use proto::sealed::SealedError;
use runtime::sql::Tx;

use super::{CallError, Helper};
use crate::sealed::guard::{self, Blocked};
use crate::store::alarm;
use crate::store::sealed::{opening, record, task};

/// A sum that the leader keeps closed.
pub struct AskedClosed {
    /// Its share of the sum.
    pub share: Vec<u8>,
    /// Its share of the control sum; empty for a flow.
    pub control: Vec<u8>,
    /// An encoded record that names the set; nobody signs it.
    pub record: Vec<u8>,
    /// The code of the guard under which it stays closed.
    pub code: String,
}

impl Helper {
    /// Closes a sum for good that the leader computed and keeps closed; again is nothing.
    ///
    /// # Errors
    /// Not a set that was let pass, one that was recorded, a share that does not fit, or no code of
    /// a sum that was computed.
    pub async fn keep_closed(
        &self,
        leader: IdentityName,
        (id, asked): (TaskId, AskedClosed),
    ) -> Result<(), CallError> {
        let code = guard::final_code(&asked.code).filter(|code| guard::was_computed(code));
        let code = code.ok_or(SealedError::Field("closed"))?;
        // No other sum is judged between what is known before and after.
        let turn = self.hub.look().await;
        let helper = self.clone();
        let write = move |tx: &Tx<'_>| helper.close_for_good(tx, &leader, (&id, &asked), code);
        let closed = self.hub.parts().database.write_async("sealed_kept_closed", write).await;
        drop(turn);
        closed
    }

    fn close_for_good(
        &self,
        tx: &Tx<'_>,
        leader: &IdentityName,
        (id, asked): (&TaskId, &AskedClosed),
        code: &'static str,
    ) -> Result<(), CallError> {
        let known = self.task(tx, leader, id)?;
        let (opening, claimed) = known.claimed(tx, &asked.record)?;
        if record::of_opening(tx, opening.id)?.is_some() {
            return Err(CallError::RecordedBefore);
        }
        if guard::is_final(&opening.refused) {
            return Ok(());
        }
        let shares = (asked.share.as_slice(), asked.control.as_slice());
        let (_, cells) = known.own_record(tx, &opening, (shares, &claimed))?;
        opening::put_seen(tx, opening.id, &cells)?;
        opening::note(tx, opening.id, code)?;
        task::stop(tx, id, code)?;
        let blocked = Blocked { code, cell: "of the leader's view".to_owned() };
        let detail = guard::detail(&known.task, &opening, &blocked);
        let area = known.task.year.sealed().plan.area().as_str();
        let now_ms = self.hub.parts().clock.now_ms();
        Ok(alarm::raise(tx, guard::ALARM, area, &detail, now_ms)?)
    }
}
