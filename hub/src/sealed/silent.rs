//! Silence: a helper that is away, a leader that does not come, schools of whose reports nothing is
//! final for seven days. What the page and the list of sums say, and once a day what somebody is
//! called about who opened neither.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use certs::aggregate::Role;
use domain::disclosure::plan::Access;
use domain::disclosure::sealed::Kind;
use domain::span::Span;
use domain::unit::UnitId;
use jiff::ToSpan as _;
use jiff::civil::{Date, Time};
use proto::pack::PackKind;
use proto::pack::plan::name as plan_name;
use runtime::clock::instant_ms;
use runtime::sql::{SqlError, Tx};
use runtime::web::time::minute;
use tokio_util::sync::CancellationToken;

use super::documents::{Documents, Year};
use super::helper::KEY_LATE;
use super::leader::AHEAD_DAYS;
use super::view::{self, TaskView};
use super::watch::Notice;
use super::{Hub, close, given};
use crate::store::sealed::{heard, task};
use crate::store::{alarm, directive};

/// Kind of the alarm about a helper that does not answer.
pub const ALARM_HELPER: &str = "sealed_helper_silent";
/// Kind of the alarm about a leader that does not come.
pub const ALARM_LEADER: &str = "sealed_leader_silent";
/// Kind of the alarm about a school of which nothing comes.
pub const ALARM_SCHOOL: &str = "sealed_school_silent";

/// Days without any word from which a hub is silent: keys of a new week are agreed on in each, as
/// long as the year has one so far ahead.
pub const HUB_DAYS: i64 = 8;
/// Days after a period's end from which a missing report is silence: two until it leaves, seven
/// more.
const SCHOOL_DAYS: i32 = 9;
/// Days after which a period is no longer looked at.
const LOOK_BACK_DAYS: i32 = 60;
/// Schools that are named in one sentence.
pub const NAMED_MAX: usize = 5;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How often it is looked whether a day is over.
const LOOK_EVERY: Duration = Duration::from_secs(3_600);

/// Whether a report of a period that ended on a day should long be here.
#[must_use]
pub fn is_late(ended: Date, today: Date) -> bool {
    let (from, until) = (ended + SCHOOL_DAYS.days(), ended + LOOK_BACK_DAYS.days());
    from <= today && today <= until
}

/// Tasks about periods of which every report should long be here, and is missing somewhere.
fn late_tasks(
    tx: &Tx<'_>,
    (documents, own): (&Documents, &UnitId),
    today: Date,
) -> Result<Vec<TaskView>, SqlError> {
    let calendar = documents.packs().calendar();
    let late = |period| Span::of(period, calendar).is_ok_and(|span| is_late(span.to, today));
    let mut tasks = view::tasks_of(tx, (documents, own), today, late)?;
    leave_closed(documents, &mut tasks);
    // Of a period that stays closed for want of a key every school was answered.
    tasks.retain(|task| !task.is_closed && task.stopped != KEY_LATE && !task.missing.is_empty());
    Ok(tasks)
}

/// Takes those out of the missing who are in no group that the plan opens: they are in no sum, and
/// nothing waits for their reports.
pub(crate) fn leave_closed(documents: &Documents, tasks: &mut [TaskView]) {
    for task in tasks {
        let place = (&task.area, task.school_year);
        if let Some(year) = documents.year_for(place, &task.sheet, task.period) {
            task.missing.retain(|school| is_opened(&year, school));
        }
    }
}

/// Whether the plan opens a group that a school is in.
fn is_opened(year: &Year, school: &UnitId) -> bool {
    let mut open =
        year.sealed().plan.groups().iter().filter(|group| group.access != Access::Closed);
    open.any(|group| group.members.contains(school))
}

/// Hubs and schools that are silent now.
///
/// # Errors
/// The store cannot be read.
pub fn silences(
    tx: &Tx<'_>,
    (documents, own): (&Documents, &UnitId),
    (today, now_ms): (Date, i64),
) -> Result<Vec<Notice>, SqlError> {
    let mut found = hubs(tx, (documents, own), (today, now_ms))?;
    let mut schools: BTreeMap<UnitId, BTreeSet<UnitId>> = BTreeMap::new();
    for task in late_tasks(tx, (documents, own), today)? {
        schools.entry(task.area).or_default().extend(task.missing);
    }
    found.extend(schools.into_iter().map(|(area, schools)| {
        let named = schools.iter().take(NAMED_MAX).map(UnitId::as_str).collect::<Vec<_>>();
        Notice::SchoolsSilent(area, schools.len(), named.join(" "))
    }));
    Ok(found)
}

/// The other hub of each year that goes on, where it is silent.
///
/// # Errors
/// The store cannot be read.
pub(crate) fn hubs(
    tx: &Tx<'_>,
    (documents, own): (&Documents, &UnitId),
    (today, now_ms): (Date, i64),
) -> Result<Vec<Notice>, SqlError> {
    let mut found = Vec::new();
    let goes_on = |year: &Year| {
        let first = year.from();
        today >= first && !close::is_ended(year.sealed().plan.year(), today)
    };
    for year in documents.years().iter().filter(|year| goes_on(year)) {
        let has_keys = has_keys_ahead(documents, year, today);
        let is_quiet = |at_ms: i64| has_keys && now_ms.saturating_sub(at_ms) > HUB_DAYS * DAY_MS;
        let notice = match year.role_of(own) {
            Some(Role::Leader) => {
                let helper = year.sealed().helper.clone();
                let heard = heard::read(tx, &helper)?;
                let last = heard.answered_at_ms.map_or_else(|| could_begin(tx, year), Ok)?;
                match heard.silent_since_ms {
                    // One that is started again is away for minutes.
                    Some(since) => (now_ms.saturating_sub(since) >= HOUR_MS)
                        .then_some(Notice::HelperSilent(helper, since)),
                    None => is_quiet(last).then_some(Notice::HelperSilent(helper, last)),
                }
            }
            Some(Role::Helper) => {
                let sealed = year.sealed();
                let last = task::last_made(tx, Some(sealed.plan.area()))?;
                let last = last.map_or_else(|| could_begin(tx, year), Ok)?;
                is_quiet(last).then(|| Notice::LeaderSilent(sealed.leader.clone(), last))
            }
            None => None,
        };
        found.extend(notice.filter(|one| !found.contains(one)));
    }
    Ok(found)
}

/// Whether keys of weeks of a year are still agreed on. After that, in its last month, two hubs may
/// have nothing to say to each other.
fn has_keys_ahead(documents: &Documents, year: &Year, today: Date) -> bool {
    let ahead = documents.tasks_on(year, today.saturating_add(AHEAD_DAYS.days()));
    ahead.iter().any(|task| task.table.kind() == Kind::Flow)
}

/// Since when the hubs of a year could have spoken: its first day, or the day on which this hub had
/// its plan, where that came later. A hub that is set up in November is not silent since August.
fn could_begin(tx: &Tx<'_>, year: &Year) -> Result<i64, SqlError> {
    let plan = &year.sealed().plan;
    let name = plan_name(plan.area(), plan.year());
    let known = directive::first_received_ms(tx, PackKind::Plan.as_str(), &name)?;
    let first_day = instant_ms(year.from().to_datetime(Time::midnight()));
    Ok(first_day.max(known.unwrap_or(first_day)))
}

/// What somebody is called about: kind and unit of an alarm, and what it says.
type Call = (&'static str, UnitId, String);

/// Everything that somebody is called about now, as an alarm that is raised once.
fn calls(
    tx: &Tx<'_>,
    (documents, own): (&Documents, &UnitId),
    (today, now_ms): (Date, i64),
) -> Result<Vec<Call>, SqlError> {
    let mut found = Vec::new();
    for notice in hubs(tx, (documents, own), (today, now_ms))? {
        let (kind, unit, since) = match notice {
            // For a day it may be at work on itself.
            Notice::HelperSilent(_, since) if now_ms.saturating_sub(since) < DAY_MS => continue,
            Notice::HelperSilent(unit, since) => (ALARM_HELPER, unit, since),
            Notice::LeaderSilent(unit, since) => (ALARM_LEADER, unit, since),
            _ => continue,
        };
        found.push((kind, unit, format!("since {}", minute(since))));
    }
    for one in given::unrecorded(tx, (documents, own), today)? {
        found.push((given::ALARM, one.leader, format!("{}, given on {}", one.what, one.on)));
    }
    for task in late_tasks(tx, (documents, own), today)? {
        let period = task.period.to_string();
        let schools = task.missing.into_iter();
        found.extend(schools.map(|school| (ALARM_SCHOOL, school, period.clone())));
    }
    Ok(found)
}

impl Hub {
    /// Looks for silence now, and calls somebody about it.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn note_silence(&self) -> Result<(), SqlError> {
        let (documents, own) = (self.documents(), self.parts().unit.clone());
        if documents.years().iter().all(|year| year.role_of(&own).is_none()) {
            return Ok(());
        }
        let (today, now_ms) = (self.parts().clock.today(), self.parts().clock.now_ms());
        let database = &self.parts().database;
        let read = move |tx: &Tx<'_>| calls(tx, (&documents, &own), (today, now_ms));
        let calls: Vec<Call> = database.read_async(read).await?;
        if calls.is_empty() {
            return Ok(());
        }
        // Only what is written waits for the writer: looking through all tasks takes long.
        let write = move |tx: &Tx<'_>| {
            let raise =
                |(kind, unit, detail): &Call| alarm::raise(tx, kind, unit.as_str(), detail, now_ms);
            calls.iter().try_for_each(raise)
        };
        database.write_async("sealed_silence", write).await
    }
}

/// Looks for silence once a day until the token is cancelled.
pub async fn serve(hub: Hub, stop: CancellationToken) {
    let mut looked = None;
    loop {
        let today = hub.parts().clock.today();
        if looked != Some(today) {
            match hub.note_silence().await {
                Ok(()) => looked = Some(today),
                Err(error) => tracing::error!(%error, "silence was not looked for"),
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = hub.parts().clock.sleep(LOOK_EVERY) => {}
        }
    }
}
