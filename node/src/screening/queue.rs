//! The second stage: who is to be interviewed, in which order, and on which day.
//!
//! The order is by critical answers first, each by its own limit, then by what the scales suggest.
//! Nothing here decides a tier. Reading the queue names students, so it is logged.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::ledger::critical::CriticalLevel;
use domain::ledger::{Action, Area};
use domain::scale::{Flag, Tier};
use domain::screening::order::{self, Call, Signs, call_of};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::level_of;
use crate::import::answers::AnswerOutcome;
use crate::ledger::author::Author;
use crate::ledger::browse::purpose_of;
use crate::ledger::critical::{CriticalItem, Interview, Observation};
use crate::ledger::entry::{Kept, RecordId, StudentId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::{self, Run, RunId, people, tally};
use crate::ledger::{access, read, write};

/// Somebody to be interviewed. About one person, so without `Debug`.
#[derive(Clone)]
pub struct Queued {
    /// Who.
    pub student: StudentId,
    /// Why, and how pressing it is.
    pub call: Call,
    /// A critical answer about which somebody has spoken with the student already.
    pub is_contacted: bool,
    /// Until when somebody must have spoken with the student; of critical answers only.
    pub due_ms: Option<i64>,
    /// Critical answers about which nobody has spoken yet.
    pub open_items: Vec<(RecordId, u32)>,
    /// Since when: day of the sheet, observation or answer that calls.
    pub since: Date,
    /// The day on which the interview is planned.
    pub planned: Date,
}

/// What is known of one student before the order is made.
#[derive(Default)]
pub(super) struct Known {
    /// What all of it says, whether it was spoken about or not.
    pub(super) signs: Signs,
    /// What came after the last interview, which calls anew; what led to it does not.
    calling: Signs,
    is_contacted: bool,
    due_ms: Option<i64>,
    open_items: Vec<(RecordId, u32)>,
    since: Option<Date>,
    pub(super) has_positive: bool,
    interviewed_on: Option<Date>,
}

/// Everybody who waits for an interview, most pressing first; whoever is named is logged.
///
/// # Errors
/// The role may not read screenings, there is no such run, or the store.
pub fn queue(tx: &Tx<'_>, reader: &Author, id: RunId) -> Result<Vec<Queued>, LedgerRefusal> {
    let waiting = unlogged(tx, reader, id)?;
    let named: BTreeSet<StudentId> = waiting.iter().map(|one| one.student).collect();
    access::log_list(tx, reader, &named, purpose_of(reader.role()))?;
    Ok(waiting)
}

/// As [`queue`], for whoever shows one of them and logs that one: the words of an interview with
/// one student stand in no other's log.
pub(super) fn unlogged(
    tx: &Tx<'_>,
    reader: &Author,
    id: RunId,
) -> Result<Vec<Queued>, LedgerRefusal> {
    write::allow(tx, reader, Action::Read(Area::Screening), None)?;
    let open = run::get(tx, id)?;
    if open.is_voided {
        return Err(LedgerRefusal::NotWaiting);
    }
    let mut waiting: Vec<Queued> = known(tx, &open)?
        .into_iter()
        .filter_map(|(student, known)| waits(student, known, &open))
        .collect();
    waiting.sort_by_key(|one| (one.call, one.due_ms, one.since, one.student));
    let calls: Vec<Call> = waiting.iter().map(|one| one.call).collect();
    let days = order::days(&calls, reader.today(), open.per_day);
    for (one, day) in waiting.iter_mut().zip(days) {
        one.planned = day;
    }
    Ok(waiting)
}

fn waits(student: StudentId, known: Known, run: &Run) -> Option<Queued> {
    let call = call_of(known.calling, run.lowest)?;
    Some(Queued {
        student,
        call,
        is_contacted: known.is_contacted,
        due_ms: known.due_ms,
        open_items: known.open_items,
        since: known.since.unwrap_or(run.first_day),
        planned: run.first_day,
    })
}

/// What sheets, critical answers, observations and interviews of a run say of each student on the
/// roll.
pub(super) fn known(tx: &Tx<'_>, run: &Run) -> Result<BTreeMap<StudentId, Known>, SqlError> {
    let on_roll = people::on_roll(tx)?;
    let mut known: BTreeMap<StudentId, Known> =
        on_roll.iter().map(|who| (who.student, Known::default())).collect();
    // The interviews first: what came by their day led to them and calls no more.
    let term = run.term.to_string();
    let held = read::in_period::<Interview>(tx, run.first_day, Date::MAX)?.into_iter();
    for kept in held.filter(|kept| kept.entry.term == term && kept.entry.day >= run.first_day) {
        if let Some(one) = known.get_mut(&kept.entry.student) {
            one.interviewed_on = one.interviewed_on.max(Some(kept.entry.day));
        }
    }
    for sheet in tally::sheets(tx, run)? {
        let answered = sheet.handed_in == AnswerOutcome::Answered;
        if let Some(one) = known.get_mut(&sheet.student).filter(|_| answered) {
            one.take_sheet(&sheet);
        }
    }
    for kept in read::in_period::<Observation>(tx, run.first_day, Date::MAX)? {
        let entry = &kept.entry;
        let of_run = entry.term == term && entry.concern && entry.day >= run.first_day;
        if let Some(one) = known.get_mut(&entry.student).filter(|_| of_run) {
            one.has_positive = true;
            one.take(Signs { review: true, ..Signs::default() }, entry.day);
        }
    }
    take_items(tx, run, &mut known)?;
    Ok(known)
}

fn take_items(
    tx: &Tx<'_>,
    run: &Run,
    known: &mut BTreeMap<StudentId, Known>,
) -> Result<(), SqlError> {
    let scales: BTreeSet<String> =
        run::instruments(tx, run.id)?.into_iter().map(|known| known.scale).collect();
    let items = read::in_period::<CriticalItem>(tx, run.first_day, Date::MAX)?.into_iter();
    let mut by_student: HashMap<StudentId, Vec<Kept<CriticalItem>>> = HashMap::new();
    for kept in items {
        if kept.entry.day >= run.first_day && scales.contains(&kept.entry.scale) {
            by_student.entry(kept.entry.student).or_default().push(kept);
        }
    }
    for (student, items) in by_student {
        if let Some(one) = known.get_mut(&student) {
            one.take_items(&items);
        }
    }
    Ok(())
}

impl Known {
    /// Whether something of a day is later than the last interview.
    fn is_new(&self, day: Date) -> bool {
        self.interviewed_on.is_none_or(|held| day > held)
    }

    fn begin(&mut self, day: Date) {
        self.since = Some(self.since.map_or(day, |known| known.min(day)));
    }

    fn take(&mut self, signs: Signs, day: Date) {
        self.signs = worse(self.signs, signs);
        if self.is_new(day) {
            self.calling = worse(self.calling, signs);
            self.begin(day);
        }
    }

    fn take_sheet(&mut self, sheet: &tally::RunSheet) {
        let has_tier = sheet.tier.is_some_and(|tier| tier > Tier::None);
        if !has_tier && sheet.flags.is_empty() {
            return;
        }
        self.has_positive = true;
        let critical = sheet.flags.iter().filter_map(|flag| level_of(*flag)).max();
        let review = sheet.flags.contains(&Flag::Review);
        self.take(Signs { critical, review, tier: sheet.tier }, sheet.test_date);
    }

    /// Critical answers that nobody has spoken about call by their limit, an interview or not; once
    /// somebody has, the interview stays due like one for the gravest suggestion.
    fn take_items(&mut self, items: &[Kept<CriticalItem>]) {
        let mut level: Option<CriticalLevel> = None;
        for kept in items {
            self.has_positive = true;
            let is_open = kept.entry.contacted_at.is_none();
            if is_open {
                let due = kept.entry.level.due_ms(kept.entry.raised_at.0);
                self.due_ms = Some(self.due_ms.map_or(due, |known| known.min(due)));
                self.open_items.push((kept.record, kept.version));
                level = level.max(Some(kept.entry.level));
            }
            if is_open || self.interviewed_on.is_none() {
                self.begin(kept.entry.day);
            }
        }
        self.is_contacted = level.is_none();
        // An interview is also the talk about what was given by then; a later sheet has its own.
        let calls = self.interviewed_on.is_none() || self.calling.critical.is_some();
        if level.is_none() {
            self.signs.tier = Some(Tier::T3);
            self.calling.tier = if calls { Some(Tier::T3) } else { self.calling.tier };
        }
        (self.signs.critical, self.calling.critical) = (level, level);
    }
}

fn worse(one: Signs, other: Signs) -> Signs {
    Signs {
        critical: one.critical.max(other.critical),
        review: one.review || other.review,
        tier: one.tier.max(other.tier),
    }
}
