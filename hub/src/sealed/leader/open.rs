//! Opening sums: the intent is on the disk before the helper is asked, the control sum is looked
//! at before the figures, and figures are kept when both hubs have signed what they are.

use certs::aggregate::Role;
use certs::root::Commission;
use jiff::civil::Date;
use proto::frame::OPENING_CONTEXT;
use proto::opening::{Detail, Standing, encode_record};
use proto::sealed::HubSignature;
use proto::wire::sealed::{OpenRequest, RecordRequest};
use runtime::sql::{SqlError, Tx};

use super::call::{Client, answer};
use super::claimed::claim_is_over;
use super::outlook::outlook;
use super::{Away, Leader, LeaderError};
use crate::sealed::Look;
use crate::sealed::chain;
use crate::sealed::documents::Task;
use crate::sealed::guard::{self, Blocked};
use crate::sealed::helper::RECORDS_MISSING;
use crate::sealed::holding::{self, HELD_BACK_MAX, Holding, NotOpened};
use crate::sealed::past::Past;
use crate::sealed::signed;
use crate::sealed::sums::{self, NotShown, Shares};
use crate::sealed::watch;
use crate::store::alarm;
use crate::store::sealed::opening::{self, Opening, Set};
use crate::store::sealed::{notes, record, task, verdict};

/// Code of an opening whose control sum is off.
const CONTROL: &str = "CONTROL_SUM";
/// Code of an opening whose shares do not belong together.
const APART: &str = "SHARES_APART";
/// Code of an opening whose record the helper signed with something else than its key.
const HELPER_SIGNATURE: &str = "HELPER_SIGNATURE";

/// Code of a task of which this hub's own shares or openings are damaged.
const OWN_STORE: &str = "OWN_STORE";
/// Code of a record whose date the helper does not believe.
const OTHER_TIME: &str = "OTHER_TIME";
/// Code of a record whose number another one has at the helper.
const NUMBER_TAKEN: &str = "NUMBER_TAKEN";
/// Codes by which the helper says that it holds other reports than this hub.
const BEHIND: [&str; 3] = ["NOT_ADMITTED", "OTHER_STANDING", "SHARE_MISSING"];
/// Codes by which it says that it let the set, or a part of it, pass before, or may have before it
/// closed the year.
const BEFORE: [&str; 7] = [
    "NOT_ADMITTED",
    "OTHER_STANDING",
    "SHARE_OUT",
    "RECORDED_BEFORE",
    "OTHER_RECORD",
    NUMBER_TAKEN,
    "YEAR_CLOSED",
];
/// What is done once about a set: its reports are shown to the helper, and it is asked for
/// openings.
const SHOWN: &str = "shown";
const ASKED: &str = "before";
/// An opening that is not recorded by both hubs yet.
pub(super) struct Job {
    pub(super) task: Task,
    pub(super) opening: Opening,
    pub(super) standings: Vec<Standing>,
    /// Persons enrolled in the stage by the reports that stand.
    enrolled: u64,
    /// The record that this hub signed already.
    record: Option<record::Record>,
}

impl Leader {
    /// Opens what can be opened now, and goes on with what was begun.
    pub(super) async fn open_all(&self, away: &mut Away) -> Result<(), LeaderError> {
        if self.lacks_notes().await? {
            return Ok(());
        }
        let read = self.hub.parts().database.read_async(task::all).await?;
        for stored in read.into_iter().filter(|stored| stored.key.is_some()) {
            let is_marked = stored.stopped == OWN_STORE;
            let documents = self.hub.documents();
            let place = (&stored.area, stored.school_year);
            let made = documents.task_under(place, (&stored.sheet, stored.period), &stored.pack);
            let own = &self.hub.parts().unit;
            let made = made.ok().filter(|made| made.id == stored.id && made.terms.leader == *own);
            // This store may be older than what was signed, and the helper has not said so yet.
            let made = made.filter(|_| self.heard(&(stored.area, stored.school_year)).is_some());
            // A helper that is away keeps its own tasks waiting, and no others.
            let made = made.filter(|made| !away.has(&made.terms.helper));
            if let Some(task) = made {
                match self.open_task(&task).await {
                    // What this hub holds of one task does not fit: the others go on.
                    Err(LeaderError::Held(error @ (NotOpened::History | NotOpened::Share))) => {
                        tracing::error!(task = %task.id, %error, "a task is not opened");
                        self.note_stop(&task, OWN_STORE.to_owned()).await?;
                    }
                    // What was missing is here again.
                    Ok(()) if is_marked => self.note_stop(&task, String::new()).await?,
                    other => {
                        away.note(&task.terms.helper, other)?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn open_task(&self, task: &Task) -> Result<(), LeaderError> {
        let leader = self.clone();
        let begun = task.clone();
        let read = {
            let (leader, task) = (self.clone(), task.clone());
            move |tx: &Tx<'_>| leader.has_work(tx, &task)
        };
        // Most tasks wait or are done: they take no turn of the writer.
        if !self.hub.parts().database.read_async(read).await? {
            return Ok(());
        }
        let write = move |tx: &Tx<'_>| leader.begin(tx, &begun);
        let jobs = self.hub.parts().database.write_async("sealed_begin", write).await?;
        let read = {
            let (leader, id) = (self.clone(), task.id);
            move |tx: &Tx<'_>| leader.untold_closed(tx, &id)
        };
        let closed = self.hub.parts().database.read_async(read).await?;
        if jobs.is_empty() && closed.is_empty() {
            return Ok(());
        }
        let mut client = self.dial(&task.terms.helper).await?;
        // Until it heard of these the helper gives no further share of the task.
        for opening in closed {
            self.tell_closed(&mut client, task, opening).await?;
        }
        for job in jobs {
            // What the helper said of one set can show that this store is older.
            if self.lacks_notes().await? {
                return Ok(());
            }
            self.finish(&mut client, job).await?;
        }
        Ok(())
    }

    /// Whether this store was put back, and what its operators noted since is not entered again: an
    /// objection, or who is away, may be among it.
    async fn lacks_notes(&self) -> Result<bool, LeaderError> {
        Ok(self.hub.parts().database.read_async(notes::lost).await?.is_some())
    }

    /// Whether something can be opened, or was begun and is not recorded by both.
    fn has_work(&self, tx: &Tx<'_>, task: &Task) -> Result<bool, LeaderError> {
        for opening in opening::of_task(tx, &task.id)? {
            let record = record::of_opening(tx, opening.id)?;
            let is_open = record.is_none_or(|record| record.helper.is_none());
            if is_open && !guard::is_final(&opening.refused) {
                return Ok(true);
            }
        }
        if !self.untold_closed(tx, &task.id)?.is_empty() {
            return Ok(true);
        }
        let today = self.hub.parts().clock.today();
        let holding = Holding::read(tx, (&self.hub.documents(), Role::Leader), task, today)?;
        let past = Past::read(tx, task)?;
        Ok(!outlook(task, &holding, &past, today).ready.is_empty())
    }

    /// Keeps the intent to open what can be opened; gives all that is not recorded yet.
    fn begin(&self, tx: &Tx<'_>, task: &Task) -> Result<Vec<Job>, LeaderError> {
        opening::forget_refused(tx, &task.id)?;
        for id in Past::read(tx, task)?.adrift(task) {
            // What was computed is not forgotten: it was seen.
            if record::of_opening(tx, id)?.is_none() && opening::seen(tx, id)?.is_empty() {
                opening::forget(tx, id)?;
            }
        }
        let today = self.hub.parts().clock.today();
        let holding = Holding::read(tx, (&self.hub.documents(), Role::Leader), task, today)?;
        // What towns are told stands on what was opened for the area.
        let mut past = Past::read(tx, task)?;
        for detail in [Detail::Cells, Detail::Categories] {
            let mut ready = outlook(task, &holding, &past, today).ready;
            ready.retain(|set| set.detail == detail);
            self.begin_sets(tx, (task, &holding), (ready, &mut past), today)?;
        }
        let mut jobs = Vec::new();
        for opening in opening::of_task(tx, &task.id)? {
            let record = record::of_opening(tx, opening.id)?;
            let is_done = record.as_ref().is_some_and(|record| record.helper.is_some());
            if is_done || guard::is_final(&opening.refused) {
                continue;
            }
            let standings = opening::standings(tx, opening.id)?;
            // It was begun, or taken up, before the objection was entered: nobody has its figures.
            let is_open = record.is_none() && opening::seen(tx, opening.id)?.is_empty();
            if is_open && !holding::objections(tx, &standings)?.is_empty() {
                continue;
            }
            let enrolled = holding::enrolled(tx, opening.set.stage, &standings)?;
            jobs.push(Job { task: task.clone(), opening, standings, enrolled, record });
        }
        Ok(jobs)
    }

    /// Keeps the intent to open some sets, one beside the other.
    fn begin_sets(
        &self,
        tx: &Tx<'_>,
        (task, holding): (&Task, &Holding),
        (sets, past): (Vec<Set>, &mut Past),
        today: Date,
    ) -> Result<(), LeaderError> {
        for set in sets {
            let admitted = match holding.admit(tx, task, (&set, past), today) {
                Ok(admitted) => admitted,
                Err(NotOpened::Objectable(_) | NotOpened::Rest) => continue,
                Err(error) => return Err(error.into()),
            };
            let blocked = guard::isolates(tx, task, (&set, &admitted.standings))?;
            let new = holding::opening(tx, task, (set, &admitted), today)?;
            let id = opening::insert(tx, &new, &admitted.standings)?;
            if let Some(blocked) = blocked {
                self.block(tx, task, (id, &new), &blocked)?;
            }
            past.add(task, Opening { id, ..new }, admitted.standings)?;
        }
        Ok(())
    }

    /// Asks for the helper's share, opens, and has the record signed.
    async fn finish(&self, client: &mut Client, job: Job) -> Result<(), LeaderError> {
        let set = &job.opening.set;
        let recorded = self.recorded_beside(&job.task).await?;
        let held_back = self.held_back(&job).await?;
        if held_back.len() > HELD_BACK_MAX {
            // A whole town is far off: the stage waits for a person, who is called already.
            return Ok(());
        }
        let asked = OpenRequest {
            task: set.task.bytes().to_vec(),
            stage: set.stage.as_str().to_owned(),
            groups: set.groups.iter().map(ToString::to_string).collect(),
            schools: job.standings.iter().map(Standing::to_wire).collect(),
            detail: set.detail.to_wire().into(),
            recorded,
            absent: job.opening.absent.iter().map(ToString::to_string).collect(),
            held_back,
        };
        let mut told = answer(client.open(asked.clone())).await;
        if matches!(&told, Err(LeaderError::Refused { code, .. }) if code == RECORDS_MISSING) {
            self.remind(client, &job.task).await?;
            told = answer(client.open(asked)).await;
        }
        let told = match told {
            Ok(told) => told,
            Err(error) => {
                let code = error.refusal()?;
                if BEHIND.contains(&code.as_str()) && !self.was_done(SHOWN, set) {
                    self.show_again(client, &job).await?;
                    self.note_done(SHOWN, set);
                }
                self.note_opening(&job.opening, &code).await?;
                return self.take_up_if_before(&job, &code).await;
            }
        };
        if !told.unsure.is_empty() {
            return self.leave_out(client, &job, &told.unsure).await;
        }
        let helper = Shares::from_bytes(&told.share, &told.control);
        let own = Shares::from_bytes(&job.opening.share, &job.opening.control);
        let shown = match (own, helper) {
            (Ok(own), Ok(helper)) => sums::show(&own, &helper, job.enrolled),
            _ => Err(NotShown::Apart),
        };
        match shown {
            Ok(cells) => {
                // Until the sum is kept no sheet is taken that was judged without it.
                let look = self.hub.look().await;
                match self.guard(&job, &cells).await? {
                    None => self.record(client, job, cells, look).await,
                    Some(blocked) => {
                        self.keep_closed(&job, cells, &blocked).await?;
                        drop(look);
                        let refused = blocked.code.to_owned();
                        let opening = Opening { refused, ..job.opening };
                        self.tell_closed(client, &job.task, opening).await
                    }
                }
            }
            Err(NotShown::Off { found, enrolled }) => {
                tracing::error!(task = %set.task, found, enrolled, "a control sum is off");
                self.note_opening(&job.opening, CONTROL).await
            }
            Err(_) => self.note_opening(&job.opening, APART).await,
        }
    }

    /// Looks for what would follow from a sum beside everything that this hub has seen.
    async fn guard(
        &self,
        job: &Job,
        cells: &[Option<u64>],
    ) -> Result<Option<Blocked>, LeaderError> {
        // What was signed once passed then.
        if job.record.is_some() {
            return Ok(None);
        }
        let (documents, task) = (self.hub.documents(), job.task.clone());
        let (opening, standings) = (job.opening.clone(), job.standings.clone());
        let cells = cells.to_vec();
        let read =
            move |tx: &Tx<'_>| guard::views(tx, &documents, &task, (&opening, &standings), &cells);
        let views = self.hub.parts().database.read_async(read).await?;
        let judged = runtime::blocking::run(move || guard::judge_added(&views)).await;
        let judged = judged.map_err(|_| LeaderError::Protocol("attack"))?;
        let (period, now_ms) = (job.task.terms.period, self.hub.parts().clock.now_ms());
        if !judged.aside.is_empty() {
            let write = move |tx: &Tx<'_>| watch::contradicts(tx, &judged.aside, (period, now_ms));
            self.hub.parts().database.write_async("sealed_contradicts", write).await?;
        }
        Ok(judged.blocked)
    }

    async fn keep_closed(
        &self,
        job: &Job,
        cells: Vec<Option<u64>>,
        blocked: &Blocked,
    ) -> Result<(), LeaderError> {
        let (leader, task, opening) = (self.clone(), job.task.clone(), job.opening.clone());
        let blocked = blocked.clone();
        let write = move |tx: &Tx<'_>| {
            opening::put_seen(tx, opening.id, &cells)?;
            leader.block(tx, &task, (opening.id, &opening), &blocked)
        };
        Ok(self.hub.parts().database.write_async("sealed_blocked", write).await?)
    }

    /// Keeps a sum closed for good, and calls a person.
    fn block(
        &self,
        tx: &Tx<'_>,
        task: &Task,
        (id, opening): (i64, &Opening),
        blocked: &Blocked,
    ) -> Result<(), SqlError> {
        tracing::error!(task = %task.id, code = blocked.code, "a sum would tell a small count");
        opening::note(tx, id, blocked.code)?;
        task::stop(tx, &task.id, blocked.code)?;
        let now_ms = self.hub.parts().clock.now_ms();
        let area = task.year.sealed().plan.area().as_str();
        alarm::raise(tx, guard::ALARM, area, &guard::detail(task, opening, blocked), now_ms)
    }

    /// Signs what was opened, has the helper sign it, and keeps the figures.
    async fn record(
        &self,
        client: &mut Client,
        job: Job,
        cells: Vec<Option<u64>>,
        look: Look,
    ) -> Result<(), LeaderError> {
        let (bytes, signature) = self.own_record(&job, &cells).await?;
        // From here on the sum is seen; the helper may take its time.
        drop(look);
        let asked = RecordRequest {
            task: job.task.id.bytes().to_vec(),
            share: job.opening.share.clone(),
            control: job.opening.control.clone(),
            record: bytes.clone(),
            signature: Some(signature),
            ..RecordRequest::default()
        };
        let (signed, missing) = match answer(client.record(asked)).await {
            Ok(told) => (told.signature.ok_or(LeaderError::Protocol("signature"))?, told.missing),
            Err(error) => {
                let code = error.refusal()?;
                self.note_unsigned(&job.opening, &code).await?;
                return self.take_up_if_before(&job, &code).await;
            }
        };
        // One that the helper gave before this hub lost it is of the certificate of then.
        let by = (&job.task.terms.helper, Commission::Health);
        if !signed::holds_record(&self.hub.judge(), by, (&bytes, &signed)) {
            return self.note_opening(&job.opening, HELPER_SIGNATURE).await;
        }
        let (id, task, detail) = (job.opening.id, job.task.clone(), job.opening.set.detail);
        let write = move |tx: &Tx<'_>| {
            let key = certs::signature::Signature::from_bytes(&signed.signature);
            let key = key.map_err(|_| SqlError::Type)?.key_id();
            verdict::keep_signer(tx, &key, &signed.chain)?;
            record::countersign(tx, id, &signed.signature)?;
            opening::note(tx, id, "")?;
            if detail == Detail::Cells {
                claim_is_over(tx, &task)?;
            }
            opening::put_cells(tx, id, &cells)
        };
        self.hub.parts().database.write_async("sealed_opened", write).await?;
        tracing::info!(task = %job.task.id, opening = id, "a sum was opened");
        self.fill(client, &job.task, missing).await
    }

    /// The record as this hub signed it, the same again after a restart.
    async fn own_record(
        &self,
        job: &Job,
        cells: &[Option<u64>],
    ) -> Result<(Vec<u8>, HubSignature), LeaderError> {
        let identity = self.hub.parts().identity.current();
        if let Some(before) = &job.record {
            let signed = before.leader.clone();
            let key = certs::signature::Signature::from_bytes(&signed);
            let key = key.map_err(|_| SqlError::Type)?.key_id();
            let read = move |tx: &Tx<'_>| verdict::signer(tx, &key);
            let chain = self.hub.parts().database.read_async(read).await?;
            return Ok((before.bytes.clone(), HubSignature { signature: signed, chain }));
        }
        let now_ms = self.hub.parts().clock.now_ms();
        let (task, opening) = (job.task.clone(), job.opening.clone());
        let (standings, cells) = (job.standings.clone(), cells.to_vec());
        let write = move |tx: &Tx<'_>| {
            opening::put_seen(tx, opening.id, &cells)?;
            let number = record::next_number(tx)?;
            let dated = (cells.as_slice(), now_ms, number);
            let bytes = encode_record(&holding::record(&task, &opening, standings, dated));
            let signed = signed::sign(&identity, OPENING_CONTEXT, &bytes);
            let signed = signed.map_err(|_| LeaderError::Signing)?;
            verdict::keep_signer(tx, &identity.key().id(), &signed.chain)?;
            let new = record::New {
                opening: Some(opening.id),
                number,
                signed_number: number,
                bytes: &bytes,
                leader: &signed.signature,
                helper: None,
            };
            record::append(tx, &new, chain::link)?;
            Ok::<_, LeaderError>((bytes, signed))
        };
        self.hub.parts().database.write_async("sealed_record", write).await
    }

    pub(super) async fn note_opening(
        &self,
        opening: &Opening,
        code: &str,
    ) -> Result<(), LeaderError> {
        tracing::warn!(task = %opening.set.task, code, "a sum is not opened");
        let (id, code) = (opening.id, code.to_owned());
        let write = move |tx: &Tx<'_>| opening::note(tx, id, &code);
        Ok(self.hub.parts().database.write_async("sealed_note", write).await?)
    }

    /// Notes why the helper did not sign a record. Where it signs none of these bytes the record is
    /// taken back at once, before another one comes after it: a set that stays closed for good
    /// leaves no gap in the numbers, and another is dated or numbered anew.
    async fn note_unsigned(&self, opening: &Opening, code: &str) -> Result<(), LeaderError> {
        self.note_opening(opening, code).await?;
        let (id, is_taken) = (opening.id, code == NUMBER_TAKEN);
        if code != OTHER_TIME && !is_taken && !guard::is_final(code) {
            return Ok(());
        }
        let write = move |tx: &Tx<'_>| match record::of_opening(tx, id)? {
            Some(own) if is_taken => record::set_aside(tx, own.number),
            Some(own) => record::take_back(tx, own.number),
            None => Ok(false),
        };
        self.hub.parts().database.write_async("sealed_take_back", write).await?;
        Ok(())
    }

    /// Where the helper let the set pass before, takes up what it has, once a set and who is away.
    async fn take_up_if_before(&self, job: &Job, code: &str) -> Result<(), LeaderError> {
        let what = format!("{ASKED} {:?}", job.opening.absent);
        if BEFORE.contains(&code) && !self.was_done(&what, &job.opening.set) {
            self.recall(&job.task.year, 0).await?;
            self.note_done(&what, &job.opening.set);
        }
        Ok(())
    }
}
