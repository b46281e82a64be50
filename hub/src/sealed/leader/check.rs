//! Arrived reports: which are answered here and now, which wait for a key or a person, and which
//! the helper is asked about.

use std::collections::HashSet;
use std::sync::Arc;

use certs::aggregate::{Role, VerifyKey};
use domain::digest::Digest;
use domain::disclosure::sealed::{Decision, Kept, State};
use runtime::clock::local_of;
use runtime::sql::{SqlError, Tx};

use super::beside::{self, Beside};
use super::present::Unstated;
use super::proposal::{Case, Ruling};
use super::{Away, Leader, LeaderError};
use crate::sealed::arrival::{decide_on, refused_before};
use crate::sealed::dispute;
use crate::sealed::documents::{Documents, Task, Year};
use crate::sealed::fit;
use crate::sealed::helper::KEY_LATE;
use crate::sealed::one_catalogue;
use crate::sealed::refused::{AWAY, NOT_LISTED, OTHER_REPORT, OTHER_TASK, Refused, YEAR_CLOSED};
use crate::sealed::row::keep_row;
use crate::sealed::signed::{self, Judge, Read};
use crate::sealed::watch;
use crate::sealed::without::{Without, is_away, opened_without};
use crate::store::alarm;
use crate::store::sealed::{report, school_key, task, verdict, year};
use crate::store::sealed_inbox::{self, Arrived};

/// Reports that are looked at together: with 17 KB each they fit into a call.
const PAGE: u32 = 128;

/// How long a report waits for its school's key before it has to come again.
const UNSTATED_MS: i64 = 60 * 24 * 3_600_000;

/// What is done with an arrived report.
pub(super) enum Next {
    /// It was answered before: the verdict is sent down once more.
    Answered(Arrived, verdict::Stored),
    /// This hub refuses it, and the helper is asked to say so too.
    Refuse(Box<Ruling>),
    /// The helper is asked.
    Ask(Box<Case>),
    /// Another report of its school stands: the helper is asked to say so too.
    Beside(Box<Beside>),
    /// It waits until health has stated the school's key; the helper is shown the key.
    Unstated(Box<Unstated>),
    /// Nothing now: no key yet, no documents, the period is not over, or another report of the
    /// school goes first.
    Wait,
    /// It waited too long for its school's key.
    Forget(Arrived),
    /// Nothing at all: not a report.
    Drop(Arrived),
}

/// Whether there is a verify key of a task.
enum Key {
    /// Here it is.
    Agreed(VerifyKey),
    /// The helper has committed to its half, and shows it once it is reached.
    Waits,
    /// The period ended before one was agreed on, or this hub lost it.
    Never,
}

/// Why a task is none of this hub's, and the year whose documents say so.
type Unknown<'d> = (Refused, Option<&'d Arc<Year>>);

/// What reports are judged by while a page is looked at.
struct Desk {
    documents: Arc<Documents>,
    judge: Judge,
    leader: domain::unit::UnitId,
    /// Reports that the helper holds as accepted and this hub lost.
    accepted_there: HashSet<Digest>,
    now_ms: i64,
}

impl Leader {
    /// Looks at every report for which something is left to do.
    pub(super) async fn check_all(&self, away: &mut Away) -> Result<(), LeaderError> {
        let (mut after, mut is_second) = (0, false);
        loop {
            let parts = self.hub.parts();
            let desk = Desk {
                documents: self.hub.documents(),
                judge: self.hub.judge(),
                leader: parts.unit.clone(),
                accepted_there: self.accepted_there(),
                now_ms: parts.clock.now_ms(),
            };
            let page =
                parts.database.read_async(move |tx| sealed_inbox::open_after(tx, after, PAGE));
            let mut page = page.await?;
            let Some(last) = page.last().map(|arrived| arrived.id) else { return Ok(()) };
            let is_full = page.len() >= PAGE as usize;
            self.put_second_last(&mut page);
            let sort = move |tx: &Tx<'_>| desk.sort(tx, page);
            let sorted = parts.database.write_async("sealed_sort", sort).await?;
            let is_crowded = sorted.1;
            self.answer_all(sorted.0, away).await?;
            // Once more for those that waited for another of their school; not for ever, where the
            // other could not be answered.
            is_second = is_crowded && !is_second;
            if !is_second {
                after = last;
                if !is_full {
                    return Ok(());
                }
            }
        }
    }
}

impl Desk {
    /// Decides what is next for each report; says whether one waits only for another of the same
    /// school or nonce that goes first.
    fn sort(&self, tx: &Tx<'_>, page: Vec<Arrived>) -> Result<(Vec<Next>, bool), LeaderError> {
        let (mut next, mut is_crowded) = (Vec::with_capacity(page.len()), false);
        let (mut schools, mut nonces) = (HashSet::new(), HashSet::new());
        for arrived in page {
            let sorted = self.next(tx, arrived)?;
            if let Next::Ask(case) = &sorted {
                let arrival = &case.read.arrival;
                let is_first = schools.insert((arrival.task, arrival.school.clone()))
                    & nonces.insert(arrival.nonce);
                if !is_first {
                    is_crowded = true;
                    continue;
                }
            }
            next.push(sorted);
        }
        Ok((next, is_crowded))
    }

    fn next(&self, tx: &Tx<'_>, arrived: Arrived) -> Result<Next, LeaderError> {
        if let Some(stored) = verdict::find(tx, &arrived.digest)?
            && !beside::is_half_said(&stored)
        {
            return Ok(Next::Answered(arrived, stored));
        }
        let Ok(read) = signed::read(&arrived.item) else { return Ok(Next::Drop(arrived)) };
        let task = match self.task(tx, &read)? {
            Ok(Some(task)) => task,
            Ok(None) => return Ok(Next::Wait),
            Err((refused, year)) => return self.unknown(tx, (arrived, read), refused, year),
        };
        let without = opened_without(tx, (&task, Role::Leader), &read.arrival.school)?;
        if !task.is_over(local_of(self.now_ms).date()) || without == Without::Begun {
            return Ok(Next::Wait);
        }
        if let Err(refused) = self.admit(&read, &task) {
            return Ok(Next::Refuse(Box::new(Ruling { arrived, read, refused })));
        }
        self.note_other_key(tx, &task, &read, arrived.arrived_at_ms)?;
        let decision = decide_on(tx, Some(task.id), &read.arrival)?;
        // Before anything is noted or said of it: a report in the name of a school uses up nothing
        // of the school's, and is no fault of the school's. What was decided stays.
        let is_new = matches!(decision, Decision::Verify | Decision::Refuse(_));
        // Both hubs took it before this one was put back, under the key, absences and sums of then.
        let is_ours = self.accepted_there.contains(&arrived.digest);
        if is_new && !is_ours && !task.year.states(&read.arrival.school, &read.key) {
            return Ok(self.keyless(tx, (&*task.year, &read), arrived)?);
        }
        if is_new && !is_ours && is_away(tx, &task, &read.arrival.school)? {
            let refused = Refused::new(AWAY, "the school was closed or out of session then");
            return Ok(Next::Refuse(Box::new(Ruling { arrived, read, refused })));
        }
        let is_open = is_new || matches!(decision, Decision::Again(State::Pending));
        if is_open && without == Without::Opened {
            return Ok(self.too_late(tx, (arrived, read), &task, is_ours)?);
        }
        match decision {
            Decision::Verify => self.first(tx, (arrived, read), task, is_ours),
            Decision::Refuse(reason) => match Refused::from(reason) {
                Refused { code: OTHER_REPORT, .. } => self.beside(tx, (arrived, read), task),
                refused => Ok(Next::Refuse(Box::new(Ruling { arrived, read, refused }))),
            },
            // It has no verdict, so it is not answered yet.
            Decision::Again(State::Pending) => self.first(tx, (arrived, read), task, is_ours),
            // This hub was ended between the refusal and the verdict about it.
            Decision::Again(State::Refused) => {
                let refused = refused_before(tx, &arrived.digest)?;
                Ok(Next::Refuse(Box::new(Ruling { arrived, read, refused })))
            }
            Decision::Again(State::Accepted) => Ok(Next::Wait),
        }
    }

    /// What is next for a report that can be in no sum any more. One of which the helper says that
    /// both accepted it waits, and a person is called: were it accepted on that word, its school
    /// would hold both signatures over events that nobody counts.
    fn too_late(
        &self,
        tx: &Tx<'_>,
        (arrived, read): (Arrived, Read),
        task: &Task,
        is_ours: bool,
    ) -> Result<Next, SqlError> {
        if is_ours {
            let what = (&task.terms.helper, Some(&arrived.digest));
            dispute::raise(tx, task, what, self.now_ms)?;
            return Ok(Next::Wait);
        }
        let refused = Refused::opened_without();
        Ok(Next::Refuse(Box::new(Ruling { arrived, read, refused })))
    }

    /// What is next for a report beside which nothing stands.
    fn first(
        &self,
        tx: &Tx<'_>,
        (arrived, read): (Arrived, Read),
        task: Task,
        is_ours: bool,
    ) -> Result<Next, LeaderError> {
        if task::find(tx, &task.id)?.is_none() {
            // Of a period that is over no key is made any more: people are told so, and do not
            // wait for reports.
            keep_row(tx, &task, self.now_ms)?;
            task::stop(tx, &task.id, KEY_LATE)?;
        }
        // Asked first: what is kept of a report stands on the row of its task.
        let key = match key(tx, &task)? {
            Key::Agreed(key) => Some(key),
            Key::Waits => None,
            Key::Never if is_ours => return Ok(Next::Wait),
            Key::Never => {
                let refused = Refused::key_late();
                return Ok(Next::Refuse(Box::new(Ruling { arrived, read, refused })));
            }
        };
        let school = task.year.sealed().roster.school(&read.arrival.school);
        let form = school
            .map_or_else(|| Err(not_listed()), |school| fit::form(&read.report, &task, school));
        if let Err(refused) = form {
            // The number and the nonce are used up, here as at the helper.
            let held = super::proposal::held(&read, None, refused.code);
            let kept = Kept { arrival: read.arrival.clone(), state: State::Refused };
            report::insert(tx, &kept, &held, self.now_ms)?;
            return Ok(Next::Refuse(Box::new(Ruling { arrived, read, refused })));
        }
        if task.year.key.is_none() {
            // A key that is missing here is no fault of the school's: its report waits.
            tracing::warn!(task = %task.id, "no key for this hub's halves; reports wait");
            return Ok(Next::Wait);
        }
        match key {
            Some(key) => Ok(Next::Ask(Box::new(Case { arrived, read, task, key }))),
            None => Ok(Next::Wait),
        }
    }

    /// A report that waits for its school's key; a school sends it again each week, so that it
    /// waits for a key of tomorrow too.
    fn keyless(
        &self,
        tx: &Tx<'_>,
        (year, read): (&Year, &Read),
        arrived: Arrived,
    ) -> Result<Next, SqlError> {
        if self.now_ms.saturating_sub(arrived.arrived_at_ms) > UNSTATED_MS {
            return Ok(Next::Forget(arrived));
        }
        let school = read.arrival.school.clone();
        let stated = year.key_of(&school);
        school_key::note(tx, (&school, &read.key), stated, arrived.arrived_at_ms)?;
        let helper = year.sealed().helper.clone();
        let (key, item) = (read.key, arrived.item);
        Ok(Next::Unstated(Box::new(Unstated { helper, school, key, item })))
    }

    /// A report under another key than the stated one: a school that was installed anew or put back
    /// from an old backup, or somebody who forges it. A person must ring the school.
    fn note_other_key(
        &self,
        tx: &Tx<'_>,
        task: &Task,
        read: &Read,
        arrived_at_ms: i64,
    ) -> Result<(), SqlError> {
        let school = &read.arrival.school;
        let stated = task.year.key_of(school);
        if stated.is_none_or(|stated| *stated == read.key) {
            return Ok(());
        }
        school_key::note(tx, (school, &read.key), stated, arrived_at_ms)?;
        let detail = format!("{} {}", task.terms.table, task.terms.period);
        alarm::raise(tx, watch::ALARM_OTHER_KEY, school.as_str(), &detail, self.now_ms)
    }

    /// What is next for a report of a task that this hub does not have: under a key that is not
    /// stated it waits like any other.
    fn unknown(
        &self,
        tx: &Tx<'_>,
        (arrived, read): (Arrived, Read),
        refused: Refused,
        year: Option<&Arc<Year>>,
    ) -> Result<Next, LeaderError> {
        let Some(year) = year else {
            return Ok(Next::Refuse(Box::new(Ruling { arrived, read, refused })));
        };
        if let Err(refused) = self.judge.school(&read, &year.sealed().roster) {
            return Ok(Next::Refuse(Box::new(Ruling { arrived, read, refused })));
        }
        if !year.states(&read.arrival.school, &read.key) {
            return Ok(self.keyless(tx, (&**year, &read), arrived)?);
        }
        Ok(Next::Refuse(Box::new(Ruling { arrived, read, refused })))
    }

    /// What is next for a report beside another one of its school that both hubs accepted.
    fn beside(
        &self,
        tx: &Tx<'_>,
        (arrived, read): (Arrived, Read),
        task: Task,
    ) -> Result<Next, LeaderError> {
        let stands = report::of_school(tx, &task.id, &read.arrival.school)?;
        let stands = stands.filter(|kept| kept.state == State::Accepted);
        let key = task::find(tx, &task.id)?.and_then(|stored| stored.key);
        let (Some(stands), Some(key)) = (stands, key) else { return Ok(Next::Wait) };
        let case = Case { arrived, read, task, key };
        Ok(Next::Beside(Box::new(Beside { case, stands: stands.arrival.digest })))
    }

    /// The task that a report names; nothing where this hub cannot say yet. What it refuses hangs
    /// on documents, of the year that is given with it.
    fn task(
        &self,
        tx: &Tx<'_>,
        read: &Read,
    ) -> Result<Result<Option<Task>, Unknown<'_>>, SqlError> {
        let place = &read.report.place;
        let Some(year) = self.documents.year_of(&place.unit, place.period) else {
            let leads =
                |year: &&Arc<Year>| year.sealed().leader == self.leader && year.is_of(place.period);
            // Without any plan of that year nothing can be said about a school.
            let is_known = self.documents.years().iter().any(|year| leads(&year));
            return Ok(if is_known { Err((not_listed(), None)) } else { Ok(None) });
        };
        let plan = &year.sealed().plan;
        let at = (plan.area(), plan.year());
        if year::is_closed(tx, at)? {
            let reason = "the school year was closed: nothing of it is opened any more";
            // Under whatever key: nothing is waited for any more.
            return Ok(Err((Refused::new(YEAR_CLOSED, reason), None)));
        }
        let stored = task::find(tx, &read.report.task)?;
        let made = match &stored {
            Some(stored) => {
                self.documents.task_under(at, (&place.table, place.period), &stored.pack)
            }
            None => self.documents.task(at, &place.table, place.period),
        };
        let own = made
            .ok()
            .filter(|made| made.id == read.report.task && made.terms.leader == self.leader);
        let unknown = |reason| Err((Refused::new(OTHER_TASK, reason), Some(year)));
        let Some(own) = own else {
            return Ok(unknown("the report names a task that this hub does not have"));
        };
        if !one_catalogue::counts(tx, &self.documents, &own)? {
            return Ok(unknown("another version of the catalogue counts for the period"));
        }
        Ok(Ok(Some(own)))
    }

    /// Whether a report is signed in its school's name and about what its task is about.
    fn admit(&self, read: &Read, task: &Task) -> Result<(), Refused> {
        self.judge.school(read, &task.year.sealed().roster)?;
        fit::place(&read.report, task)
    }
}

/// The verify key of a task whose period is over. None is made any more: a half that the helper has
/// not committed to could be a second one.
fn key(tx: &Tx<'_>, task: &Task) -> Result<Key, SqlError> {
    let stored = task::find(tx, &task.id)?;
    Ok(match stored.map(|stored| (stored.key, stored.commitment)) {
        Some((Some(key), _)) => Key::Agreed(key),
        Some((None, Some(_))) => Key::Waits,
        Some((None, None)) | None => Key::Never,
    })
}

fn not_listed() -> Refused {
    Refused::new(NOT_LISTED, "the school is not on the roster of this plan")
}
