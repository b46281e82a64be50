//! The signed documents of sealed sums as this hub has them, and the tasks that follow from them.
//!
//! Nobody is told a task: leader, helper and schools each make it from the same documents, and who
//! has others makes another one, which is refused.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use certs::aggregate::{Role, task_id};
use certs::seal::ShareKey;
use certs::statement::{StatedKey, VerifiedStatement};
use domain::catalogue::TableId;
use domain::digest::Digest;
use domain::disclosure::may_run;
use domain::disclosure::plan::Access;
use domain::disclosure::sealed::{
    Kind, Phase, SealedTable, SealedTables, SealedYear, TaskId, TaskTerms, Week, sealed_year_of,
    year_of,
};
use domain::period::Period;
use domain::span::Span;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::sealing::SealingYear;

use crate::packs::Packs;

/// A school year under seal, with this hub's key for it.
pub struct Year {
    sealing: SealingYear,
    /// This hub's key for its halves; nothing where it has no part in the year, or lost it.
    pub key: Option<Arc<ShareKey>>,
}

/// The keys with which this hub opens its halves, each stated for its years.
#[derive(Default)]
pub struct ShareKeys(RwLock<Vec<Arc<ShareKey>>>);

/// Everything that tasks are made of, as of one moment.
pub struct Documents {
    years: Vec<Arc<Year>>,
    packs: Arc<Packs>,
    /// Years as special periods sum them, by pack, area and school year; made when asked for.
    within: Mutex<BTreeMap<(Digest, UnitId, i16), Arc<Year>>>,
}

/// A task with the documents that it follows from.
#[derive(Clone)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What it fixes.
    pub terms: TaskTerms,
    /// The year that it belongs to.
    pub year: Arc<Year>,
    /// Its table.
    pub table: SealedTable,
    /// First and last day of a week; census day and close of a term.
    pub days: (Date, Date),
    /// The last day that its reports are about.
    pub last_day: Date,
}

/// Why there is no such task here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoTask {
    /// No year under seal of that area.
    #[error("no plan of this area and school year is in force at this hub")]
    Year,
    /// The catalogue is not known here, or has no such table.
    #[error("the catalogue of this hub has no such sealed table")]
    Table,
    /// A period of another year, of another kind, or one that the plan does not cover.
    #[error("the period is none of this table under this plan")]
    Period,
}

impl Year {
    /// What both commissions signed.
    #[must_use]
    pub const fn sealed(&self) -> &SealedYear {
        self.sealing.year()
    }

    /// Whether health stated that a key is a school's.
    #[must_use]
    pub fn states(&self, school: &UnitId, key: &Digest) -> bool {
        self.sealing.key_of(school) == Some(key)
    }

    /// The key that health stated for a school.
    #[must_use]
    pub fn key_of(&self, school: &UnitId) -> Option<&Digest> {
        self.sealing.key_of(school)
    }

    /// First day on which the plan is in force.
    #[must_use]
    pub const fn from(&self) -> Date {
        self.sealing.days().0
    }

    /// Last day on which both key statements hold.
    #[must_use]
    pub const fn until(&self) -> Date {
        self.sealing.days().1
    }

    /// Whether reports about a period belong to this year.
    #[must_use]
    pub fn is_of(&self, period: Period) -> bool {
        year_of(period) == Some(self.sealed().plan.year())
    }

    /// Which part a hub has in the year.
    #[must_use]
    pub fn role_of(&self, unit: &UnitId) -> Option<Role> {
        match unit {
            unit if *unit == self.sealed().leader => Some(Role::Leader),
            unit if *unit == self.sealed().helper => Some(Role::Helper),
            _ => None,
        }
    }
}

impl ShareKeys {
    /// Takes up a key of this hub.
    pub fn add(&self, key: impl Into<Arc<ShareKey>>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(key.into());
    }

    /// The key that a statement is about.
    #[must_use]
    pub fn of(&self, stated: &VerifiedStatement) -> Option<Arc<ShareKey>> {
        let StatedKey::Recipient(public) = &stated.statement().key else { return None };
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let purpose = stated.statement().purpose;
        keys.iter().find(|key| key.purpose() == purpose && key.public() == public).cloned()
    }
}

impl Documents {
    /// What the packs say, with the keys that this hub has.
    #[must_use]
    pub fn of(packs: Arc<Packs>, keys: &ShareKeys) -> Self {
        let year = |sealing: &SealingYear| {
            let key = keys.of(sealing.leader()).or_else(|| keys.of(sealing.helper()));
            Arc::new(Year { sealing: sealing.clone(), key })
        };
        let years = packs.sealed_years().sealing().map(year).collect();
        Self { years, packs, within: Mutex::default() }
    }

    /// The packs that these documents were read from.
    #[must_use]
    pub const fn packs(&self) -> &Arc<Packs> {
        &self.packs
    }

    /// Whether a hub sums one half of any year.
    #[must_use]
    pub fn has_part(&self, own: &UnitId) -> bool {
        self.years.iter().any(|year| year.role_of(own).is_some())
    }

    /// Whether a hub is a town's in an area under seal, and has no part itself.
    #[must_use]
    pub fn is_town(&self, own: &UnitId) -> bool {
        let mut rosters = self.years.iter().map(|year| &year.sealed().roster);
        !self.has_part(own) && rosters.any(|roster| roster.has_town(own))
    }

    /// Every year under seal.
    #[must_use]
    pub fn years(&self) -> &[Arc<Year>] {
        &self.years
    }

    /// The year under seal of an area.
    #[must_use]
    pub fn year(&self, area: &UnitId, school_year: i16) -> Option<&Arc<Year>> {
        self.years.iter().find(|year| {
            let plan = &year.sealed().plan;
            (plan.area(), plan.year()) == (area, school_year)
        })
    }

    /// The year under seal that a school's report about a period belongs to.
    #[must_use]
    pub fn year_of(&self, school: &UnitId, period: Period) -> Option<&Arc<Year>> {
        let kind = if matches!(period, Period::Term(_)) { Kind::Stock } else { Kind::Flow };
        let school_year = sealed_year_of(kind, period)?;
        let own = self.years.iter().filter(|year| {
            let sealed = year.sealed();
            sealed.plan.year() == school_year && sealed.roster.school(school).is_some()
        });
        // Where two areas list it, as it decides for itself.
        own.min_by_key(|year| year.from())
    }

    /// The task of an area, table and period, by the catalogue in force on the period's first day.
    ///
    /// # Errors
    /// Why there is none.
    pub fn task(
        &self,
        place: (&UnitId, i16),
        sheet: &TableId,
        period: Period,
    ) -> Result<Task, NoTask> {
        let span = Span::of(period, self.packs.calendar()).map_err(|_| NoTask::Period)?;
        let pack = self.packs.pack_for(sheet.as_str(), span.from).ok_or(NoTask::Table)?;
        self.made(place, (sheet, period, span), &pack)
    }

    /// The task of an area, table and period under a catalogue that was fixed when it was agreed.
    ///
    /// # Errors
    /// Why there is none.
    pub fn task_under(
        &self,
        place: (&UnitId, i16),
        (sheet, period): (&TableId, Period),
        pack: &Digest,
    ) -> Result<Task, NoTask> {
        let span = Span::of(period, self.packs.calendar()).map_err(|_| NoTask::Period)?;
        self.made(place, (sheet, period, span), pack)
    }

    /// The task of an id, of whichever year and by the catalogue in force on its period's first
    /// day.
    ///
    /// # Errors
    /// None of these documents makes it.
    pub fn task_of(&self, sheet: &TableId, period: Period, id: &TaskId) -> Result<Task, NoTask> {
        let all = self.years.iter().filter(|year| year.is_of(period)).filter_map(|year| {
            let plan = &year.sealed().plan;
            self.task((plan.area(), plan.year()), sheet, period).ok()
        });
        all.into_iter().find(|made| made.id == *id).ok_or(NoTask::Period)
    }

    /// Tasks of a year whose period holds a day: its week and its term.
    #[must_use]
    pub fn tasks_on(&self, year: &Year, day: Date) -> Vec<Task> {
        let plan = &year.sealed().plan;
        let week = Some(Week::of(day).period());
        let term = self.packs.calendar().current(day).map(|term| Period::Term(term.id));
        let mut tasks = Vec::new();
        for period in [week, term].into_iter().flatten() {
            let Ok(span) = Span::of(period, self.packs.calendar()) else { continue };
            let mut packs = vec![self.packs.catalogue_on(span.from)];
            packs.extend(self.packs.specials_on(span.from).iter().map(|known| known.digest));
            for pack in packs {
                let Some(tables) = self.tables(&pack) else { continue };
                let all = tables.all().iter().map(|table| {
                    self.made((plan.area(), plan.year()), (table.id(), period, span), &pack)
                });
                tasks.extend(all.filter_map(Result::ok));
            }
        }
        tasks
    }

    /// The year under which a task is summed: of a special period's with those groups of the plan
    /// alone of which every school is of its area.
    ///
    /// # Errors
    /// The special period does not hold the period, may not run, or no group lies in its area.
    fn year_under(
        &self,
        (area, school_year): (&UnitId, i16),
        period: Period,
        pack: &Digest,
    ) -> Result<Arc<Year>, NoTask> {
        let year = self.year(area, school_year).ok_or(NoTask::Year)?;
        let Some(special) = self.packs.special(pack) else { return Ok(year.clone()) };
        if !special.holds(period) || may_run(special).is_err() {
            return Err(NoTask::Period);
        }
        let mut known = self.within.lock().unwrap_or_else(PoisonError::into_inner);
        let within = known.entry((*pack, area.clone(), school_year)).or_insert_with(|| {
            let sealing = year.sealing.within(|school| special.area().holds(school));
            Arc::new(Year { sealing, key: year.key.clone() })
        });
        let mut groups = within.sealed().plan.groups().iter();
        if groups.any(|group| group.access != Access::Closed) {
            Ok(Arc::clone(within))
        } else {
            Err(NoTask::Period)
        }
    }

    /// The year under which a table of a period is summed, where there is a task of it.
    #[must_use]
    pub fn year_for(
        &self,
        place: (&UnitId, i16),
        sheet: &str,
        period: Period,
    ) -> Option<Arc<Year>> {
        let span = Span::of(period, self.packs.calendar()).ok()?;
        let pack = self.packs.pack_for(sheet, span.from)?;
        self.year_under(place, period, &pack).ok()
    }

    /// The sealed tables of a catalogue that is known here.
    #[must_use]
    pub fn tables(&self, pack: &Digest) -> Option<Arc<SealedTables>> {
        self.packs.sealed_tables(pack)
    }

    fn made(
        &self,
        (area, school_year): (&UnitId, i16),
        (sheet, period, span): (&TableId, Period, Span),
        pack: &Digest,
    ) -> Result<Task, NoTask> {
        let year = self.year_under((area, school_year), period, pack)?;
        let tables = self.tables(pack).ok_or(NoTask::Table)?;
        let table = tables.table(sheet.as_str()).ok_or(NoTask::Table)?;
        let terms = year.sealing.terms(table, (period, &span), *pack).ok_or(NoTask::Period)?;
        let days = match span.term {
            Some(term) => (term.census, term.closed),
            None => (span.from, span.to),
        };
        let catalogue = self.packs.catalogue(pack).ok_or(NoTask::Table)?;
        let last_day = table.last_day(catalogue, &span).ok_or(NoTask::Period)?;
        let table = table.clone();
        Ok(Task { id: task_id(&terms), terms, year, table, days, last_day })
    }
}

impl Task {
    /// Whether what reports of the period are about lies behind a hub. A school whose clock ran
    /// ahead seals what it cannot know: were that taken, it would be told as it is not, for good.
    ///
    /// Until then its key is made, and from then on reports are looked at: never both on one day
    /// (record 0069). A plan that begins after the census day of its first term has until its own
    /// first day.
    #[must_use]
    pub fn is_over(&self, today: Date) -> bool {
        self.last_day.max(self.year.from()) < today
    }

    /// Whether reports of the period are still awaited on a day.
    #[must_use]
    pub fn phase(&self, today: Date) -> Phase {
        if today > self.days.1 { Phase::Closed } else { Phase::Awaited }
    }

    /// The days on all of which a school was away if it has nothing to report: the week of a flow,
    /// and for a stock the census day alone.
    #[must_use]
    pub fn attended(&self) -> (Date, Date) {
        match self.table.kind() {
            Kind::Flow => self.days,
            Kind::Stock => (self.days.0, self.days.0),
        }
    }
}
