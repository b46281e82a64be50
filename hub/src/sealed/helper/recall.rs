//! After a backup was put back: the helper tells a leader what it let pass and signed, and takes up
//! again what a leader shows it under both signatures.

use domain::unit::{IdentityName, UnitId};
use proto::limits::MESSAGE_BYTES_MAX;
use proto::opening::decode_record;
use proto::recalled::{Recalled, Recorded};
use runtime::sql::{SqlError, Tx};

use super::settle::with_chain;
use super::{CallError, Helper, REPORTS_MAX};
use crate::sealed::adopt::{self, Adopted, OTHER_HISTORY, Room};
use crate::sealed::documents::Task;
use crate::sealed::row::keep_row;
use crate::store::alarm;
use crate::store::sealed::opening::Opening;
use crate::store::sealed::{opening, record, task};

/// Records that are looked at for one answer, and openings without one.
const PAGE: u32 = 64;

/// After what a leader asks: the last number that it holds, and a place among openings without a
/// record.
#[derive(Clone, Copy, Debug, Default)]
pub struct After {
    /// The number.
    pub number: u64,
    /// The place.
    pub open: u64,
}

/// What a hub let pass, as much as fits into a message.
pub struct LetPass {
    /// The openings.
    pub openings: Vec<Recalled>,
    /// Where to go on among those without a record; zero when all of them were told.
    pub next_open: u64,
}

impl Helper {
    /// What this hub let pass of a year after a number of the leader's: records in the order of
    /// these numbers, and once there are no more what has none, after a place of this hub's.
    ///
    /// # Errors
    /// The caller does not lead the year, or the store.
    pub async fn recall(
        &self,
        leader: IdentityName,
        (area, school_year): (UnitId, i16),
        after: After,
    ) -> Result<LetPass, CallError> {
        self.of_year(&leader, (&area, school_year))?;
        let read = move |tx: &Tx<'_>| recalled(tx, (&area, school_year), after);
        self.hub.parts().database.read_async(read).await
    }

    /// Takes up records that both hubs signed and this one lost; what does not hold is passed over.
    ///
    /// # Errors
    /// More than a call may have, another record of a set stands here, or the store.
    pub async fn remind(&self, leader: IdentityName, told: Vec<Recalled>) -> Result<(), CallError> {
        if told.len() > REPORTS_MAX {
            return Err(CallError::TooMany);
        }
        let helper = self.clone();
        let write = move |tx: &Tx<'_>| {
            let mut taken = 0_usize;
            for one in &told {
                taken += usize::from(helper.take_up(tx, &leader, one)?);
            }
            if taken > 0 {
                let area = helper.hub.parts().unit.as_str();
                let now_ms = helper.hub.parts().clock.now_ms();
                adopt::note_older(tx, area, &alarm_text(taken), now_ms)?;
            }
            Ok(())
        };
        self.hub.parts().database.write_async("sealed_remind", write).await
    }

    fn take_up(
        &self,
        tx: &Tx<'_>,
        leader: &IdentityName,
        one: &Recalled,
    ) -> Result<bool, CallError> {
        let Some(recorded) = &one.recorded else { return Ok(false) };
        let task = self.made(tx, recorded)?;
        self.leads(leader, &task)?;
        if !adopt::holds(&self.hub.judge(), &task, recorded) {
            return Err(CallError::Signature);
        }
        if task::find(tx, &task.id)?.is_none() {
            // Its key is lost with it: what was opened is known, and nothing more is verified.
            keep_row(tx, &task, self.hub.parts().clock.now_ms())?;
        }
        match adopt::adopt(tx, &task, (one, recorded), (Room::Given, |next, _| next))? {
            Adopted::New => Ok(true),
            Adopted::Known => Ok(false),
            Adopted::Other => {
                // What this hub gave or signed stays, and a person looks.
                task::stop(tx, &task.id, OTHER_HISTORY)?;
                let (area, now_ms) =
                    (self.hub.parts().unit.as_str(), self.hub.parts().clock.now_ms());
                let detail = format!("{OTHER_HISTORY}: {}", recorded.record.table);
                alarm::raise(tx, adopt::ALARM, area, &detail, now_ms)?;
                Ok(false)
            }
        }
    }

    /// The task of a record by this hub's own documents.
    fn made(&self, tx: &Tx<'_>, recorded: &Recorded) -> Result<Task, CallError> {
        let record = &recorded.record;
        let documents = self.hub.documents();
        let made = match task::find(tx, &record.task)? {
            Some(stored) => {
                let place = (&stored.area, stored.school_year);
                documents.task_under(place, (&stored.sheet, stored.period), &stored.pack)?
            }
            None => documents.task_of(&record.table, record.period, &record.task)?,
        };
        if made.id == record.task { Ok(made) } else { Err(CallError::OtherTask) }
    }
}

/// What is said of openings that were taken up again.
pub(crate) fn alarm_text(taken: usize) -> String {
    format!("{taken} opened sums were taken up again from the other hub: this store is older")
}

fn recalled(tx: &Tx<'_>, place: (&UnitId, i16), after: After) -> Result<LetPass, CallError> {
    let (mut openings, mut bytes) = (Vec::new(), 0);
    let records = record::of_year_after(tx, place, after.number, PAGE)?;
    let is_last = records.len() < PAGE as usize;
    for one in records {
        let Some(opening) = opening::by_id(tx, one.opening.ok_or(SqlError::Type)?)? else {
            return Err(SqlError::Type.into());
        };
        let recalled = with_record(tx, opening, one)?;
        bytes += size(&recalled);
        if bytes > MESSAGE_BYTES_MAX / 2 && !openings.is_empty() {
            return Ok(LetPass { openings, next_open: 0 });
        }
        openings.push(recalled);
    }
    let mut last = after.open;
    let unrecorded = if is_last { opening::unrecorded(tx, place, last, PAGE)? } else { Vec::new() };
    let is_whole = unrecorded.len() < PAGE as usize;
    for opening in unrecorded {
        let id = opening.id.unsigned_abs();
        let recalled = without_record(tx, opening)?;
        bytes += size(&recalled);
        if bytes > MESSAGE_BYTES_MAX / 2 && !openings.is_empty() {
            // Where the records filled it, the leader asks for the rest with the last number.
            return Ok(LetPass { openings, next_open: last });
        }
        last = id;
        openings.push(recalled);
    }
    Ok(LetPass { openings, next_open: if is_whole { 0 } else { last } })
}

/// A recorded opening as it is told.
pub(crate) fn with_record(
    tx: &Tx<'_>,
    opening: Opening,
    one: record::Record,
) -> Result<Recalled, CallError> {
    let cells = opening::cells(tx, opening.id)?.into_iter().collect();
    let recorded = Recorded {
        record: decode_record(&one.bytes)?,
        leader: with_chain(tx, &one.leader)?,
        helper: with_chain(tx, &one.helper.unwrap_or_default())?,
        bytes: one.bytes,
        cells,
    };
    Ok(Recalled { recorded: Some(recorded), ..without_record(tx, opening)? })
}

fn without_record(tx: &Tx<'_>, opening: Opening) -> Result<Recalled, CallError> {
    let schools = opening::standings(tx, opening.id)?;
    Ok(Recalled {
        task: opening.set.task,
        stage: opening.set.stage,
        detail: opening.set.detail,
        groups: opening.set.groups,
        schools,
        absent: opening.absent,
        asked_on: opening.asked_on.parse().map_err(|_| SqlError::Type)?,
        recorded: None,
    })
}

/// About how many bytes a record takes in a message, its cells and standings among them.
pub(crate) fn size(one: &Recalled) -> usize {
    let recorded = one.recorded.as_ref();
    let chains = recorded.map_or(0, |one| {
        let chain =
            |signed: &proto::sealed::HubSignature| signed.chain.iter().map(Vec::len).sum::<usize>();
        one.bytes.len() + one.cells.len() * 14 + chain(&one.leader) + chain(&one.helper)
    });
    one.schools.len() * 120 + chains + 512
}
