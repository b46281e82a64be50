//! Years under seal: the signed packs from which a school and both hubs make the same tasks.
//!
//! A year is under seal where roster and plan of an area hold under both commissions' roots, the
//! plan is sound beside its roster, the years before and the versions of its own year before it,
//! and both key statements hold on the day from which the plan does. Everything follows from stored
//! bytes and pinned roots, and nothing from today's date or from the order in which packs came: two
//! units that have the same packs decide alike, or the one refuses what the other reports. Of
//! several versions the one with the highest serial that holds is in use: a later one that does not
//! takes nothing away. Whether sums of a version are out nobody can tell from packs, so each that
//! held counts as if they were.

mod found;
mod keys;
mod reason;
mod signer;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use certs::aggregate::{Hubs, HubsError};
use certs::root::{Commission, RootCertificate};
use certs::statement::VerifiedStatement;
use domain::digest::Digest;
use domain::disclosure::sealed::{Kind, SealedTable, SealedYear, TaskTerms};
use domain::period::Period;
use domain::span::Span;
use domain::unit::{UnitId, Zone};
use jiff::civil::Date;
use proto::pack::keys::SchoolKeys;
use proto::pack::{PackKind, plan};

use found::{Found, Past, year};
pub use keys::{KeyError, report_key};
pub use reason::Unsealed;
pub use signer::{DIRECTORY_CONTEXT, SignerError, signed_at, verify_directory, verify_hub};

/// What packs are judged by: the roots that are pinned here, and the city.
#[derive(Clone, Debug)]
pub struct Pins {
    /// Every pinned root.
    pub roots: Vec<RootCertificate>,
    /// The city.
    pub zone: Zone,
}

/// A school year of an area in which counts about persons go under seal.
#[derive(Clone, Debug)]
pub struct SealingYear {
    year: SealedYear,
    leader: VerifiedStatement,
    helper: VerifiedStatement,
    from: Date,
    until: Date,
    /// With which key each school signs, as health stated it; empty before it did.
    keys: SchoolKeys,
    /// Every key that any list of the year stated, by school: under each of them reports may count.
    stated: BTreeMap<UnitId, BTreeSet<Digest>>,
}

/// An area and a school year.
type AreaYear = (UnitId, i16);

/// Every year of which there is a plan.
#[derive(Clone, Debug, Default)]
pub struct SealedYears {
    years: BTreeMap<AreaYear, Result<SealingYear, Unsealed>>,
    /// Keys that any version of a plan names, whether or not it holds.
    named: BTreeSet<(Digest, AreaYear)>,
    /// Who was on the roster of any version of a plan that holds, by year.
    ever: BTreeMap<i16, BTreeSet<UnitId>>,
    /// Who is named by rosters and lists of keys of years of which no plan is here.
    unplanned: BTreeMap<AreaYear, BTreeSet<UnitId>>,
    /// Why the latest version of a pack is not in use.
    refused: BTreeMap<(PackKind, AreaYear), Unsealed>,
}

impl SealedYears {
    /// What stored directives say; those of other kinds are passed over.
    ///
    /// Of several versions of a plan or of a list of keys the highest serial that holds counts. A
    /// roster is the one that the plan names by its digest, so its version does not matter.
    #[must_use]
    pub fn read<'d>(directives: impl IntoIterator<Item = &'d [u8]>, pins: &Pins) -> Self {
        let mut rosters = Vec::new();
        let (mut plans, mut lists) = (BTreeMap::new(), BTreeMap::new());
        for found in directives.into_iter().filter_map(Found::read) {
            let Ok(place) = plan::area_year(&found.name) else { continue };
            let versions: &mut BTreeMap<AreaYear, Vec<Found>> = match found.kind {
                PackKind::Roster => {
                    rosters.push(found);
                    continue;
                }
                PackKind::Plan => &mut plans,
                _ => &mut lists,
            };
            versions.entry(place).or_default().push(found);
        }
        let mut years = Self::default();
        let mut past = Past::default();
        for (place, mut versions) in plans {
            let keys = versions.iter().flat_map(Found::named);
            years.named.extend(keys.map(|key| (key, place.clone())));
            versions.sort_by_key(|found| std::cmp::Reverse((found.serial, found.signatures.len())));
            past.begin(&place.0);
            years.take_plan(&place, (&versions, &rosters), &mut past, pins);
        }
        for found in rosters.iter().chain(lists.values().flatten()) {
            years.note_unplanned(found, pins);
        }
        for (place, mut versions) in lists {
            versions.sort_by_key(|found| std::cmp::Reverse((found.serial, found.signatures.len())));
            years.take_keys(&place, &versions, pins);
        }
        years
    }

    /// Takes the latest version of a plan that holds, and notes why a later one does not. Each is
    /// judged beside those before it that hold, the oldest first.
    fn take_plan(
        &mut self,
        place: &AreaYear,
        (versions, rosters): (&[Found], &[Found]),
        past: &mut Past,
        pins: &Pins,
    ) {
        let mut in_use = None;
        // Why the latest one is not.
        let mut refused = None;
        for found in versions.iter().rev() {
            let pair = found.pair(rosters);
            let judged = pair.clone().and_then(|pair| year(found, pair, past, pins));
            match judged {
                Ok(year) => {
                    let schools = year.year.roster.schools.keys().cloned();
                    self.ever.entry(place.1).or_default().extend(schools);
                    past.note(place.1, pair.ok());
                    past.note_keys(place.1, &year);
                    (in_use, refused) = (Some(year), None);
                }
                Err(why) => refused = Some((why, pair.ok())),
            }
        }
        if let Some((why, pair)) = refused {
            if in_use.is_none() {
                past.note(place.1, pair);
                self.years.insert(place.clone(), Err(why.clone()));
            }
            self.refused.insert((PackKind::Plan, place.clone()), why);
        }
        if let Some(year) = in_use {
            self.years.insert(place.clone(), Ok(year));
        }
    }

    /// Takes the latest list of keys that holds beside the roster.
    fn take_keys(&mut self, place: &AreaYear, versions: &[Found], pins: &Pins) {
        let year = match self.years.get_mut(place) {
            Some(Ok(year)) => year,
            Some(Err(refused)) => {
                self.refused.insert((PackKind::Keys, place.clone()), refused.clone());
                return;
            }
            None => return,
        };
        let mut in_use = None;
        for (at, found) in versions.iter().enumerate() {
            match found.keys(&year.year.roster, pins) {
                Ok(keys) => {
                    for (school, key) in &keys {
                        year.stated.entry(school.clone()).or_default().insert(*key);
                    }
                    in_use.get_or_insert(keys);
                }
                Err(refused) if at == 0 => {
                    self.refused.insert((PackKind::Keys, place.clone()), refused);
                }
                Err(_) => {}
            }
        }
        year.keys = in_use.unwrap_or_default();
    }

    /// A roster or a list of keys without any plan of its year: both commissions prepared the year,
    /// and the plan is not published yet, or was held back on the way.
    fn note_unplanned(&mut self, found: &Found, pins: &Pins) {
        let Ok(place) = plan::area_year(&found.name) else { return };
        if !self.years.contains_key(&place)
            && let Some(units) = found.units(pins)
        {
            self.unplanned.entry(place).or_default().extend(units);
        }
    }

    /// The area of which a roster or a list of keys under both roots names a school for a year, and
    /// no plan of that year is here.
    #[must_use]
    pub fn lacks_plan(&self, school: &UnitId, year: i16) -> Option<&UnitId> {
        let of_year = self.unplanned.iter().filter(|((_, of), _)| *of == year);
        of_year.into_iter().find(|(_, units)| units.contains(school)).map(|((area, _), _)| area)
    }

    /// The year of an area, or why it is not under seal; nothing where there is no plan.
    #[must_use]
    pub fn of_area(&self, area: &UnitId, year: i16) -> Option<Result<&SealingYear, &Unsealed>> {
        self.years.get(&(area.clone(), year)).map(Result::as_ref)
    }

    /// The year under seal whose roster holds a school. One that moved can stand on the rosters of
    /// two areas: it counts where the plan was in force first, stays there for the year, and is in
    /// one sum.
    #[must_use]
    pub fn of_school(&self, school: &UnitId, year: i16) -> Option<&SealingYear> {
        let own = self.sealing().filter(|one| one.year.plan.year() == year && one.holds(school));
        own.min_by_key(|one| one.from)
    }

    /// The years under seal in which a school counts: in each school year in one area.
    #[must_use]
    pub fn all_of_school(&self, school: &UnitId) -> Vec<&SealingYear> {
        let own = self.sealing().filter(|one| one.holds(school));
        let years: BTreeSet<i16> = own.map(|one| one.year.plan.year()).collect();
        years.into_iter().filter_map(|year| self.of_school(school, year)).collect()
    }

    /// School years in which any version of a plan that holds lists a school: also one that a later
    /// version took the place of, under which the school may have sealed.
    #[must_use]
    pub fn ever_of_school(&self, school: &UnitId) -> BTreeSet<i16> {
        let listed = self.ever.iter().filter(|(_, schools)| schools.contains(school));
        listed.map(|(year, _)| *year).collect()
    }

    /// Every year under seal, by area and year.
    pub fn sealing(&self) -> impl Iterator<Item = &SealingYear> {
        self.years.values().filter_map(|year| year.as_ref().ok())
    }

    /// Every plan with what became of it, by area and year.
    pub fn all(&self) -> impl Iterator<Item = (&UnitId, i16, Result<&SealingYear, &Unsealed>)> {
        self.years.iter().map(|((area, year), of)| (area, *year, of.as_ref()))
    }

    /// Areas and school years of plans that name a key, whether or not they hold: one that does not
    /// hold now may hold tomorrow.
    pub fn naming(&self, key: &Digest) -> impl Iterator<Item = (&UnitId, i16)> {
        self.named.iter().filter(|one| one.0 == *key).map(|(_, (area, year))| (area, *year))
    }

    /// The same years, each with those groups alone of which every school is of an area.
    #[must_use]
    pub fn within(&self, holds: impl Fn(&UnitId) -> bool) -> Self {
        let mut within = self.clone();
        for year in within.years.values_mut().filter_map(|year| year.as_mut().ok()) {
            year.year.plan = year.year.plan.within(&holds);
        }
        within
    }

    /// Why the latest pack of this kind and name is not in use; nothing where it is, or is none of
    /// ours.
    #[must_use]
    pub fn refusal(&self, kind: &str, name: &str) -> Option<&Unsealed> {
        let place = plan::area_year(name).ok()?;
        self.refused.get(&(PackKind::from_word(kind)?, place))
    }
}

impl SealingYear {
    /// What both commissions signed.
    #[must_use]
    pub const fn year(&self) -> &SealedYear {
        &self.year
    }

    /// The same year with those groups alone of which every school is of an area. Its tasks are the
    /// same: they name the plan that both commissions signed.
    #[must_use]
    pub fn within(&self, holds: impl Fn(&UnitId) -> bool) -> Self {
        let mut within = self.clone();
        within.year.plan = within.year.plan.within(holds);
        within
    }

    /// Key statement of education's hub.
    #[must_use]
    pub const fn leader(&self) -> &VerifiedStatement {
        &self.leader
    }

    /// Key statement of health's hub.
    #[must_use]
    pub const fn helper(&self) -> &VerifiedStatement {
        &self.helper
    }

    /// To whom halves are sealed.
    ///
    /// # Errors
    /// None: a year with other statements is not made.
    pub fn hubs(&self) -> Result<Hubs<'_>, HubsError> {
        Hubs::new(&self.leader, &self.helper)
    }

    /// First day on which the plan holds, and last day on which both key statements do.
    #[must_use]
    pub const fn days(&self) -> (Date, Date) {
        (self.from, self.until)
    }

    /// Whether a school is on the roster.
    #[must_use]
    pub fn holds(&self, school: &UnitId) -> bool {
        self.year.roster.school(school).is_some()
    }

    /// The key that health stated for a school.
    #[must_use]
    pub fn key_of(&self, school: &UnitId) -> Option<&Digest> {
        self.keys.get(school)
    }

    /// Whether health stated another key for a school than this one, in any list of the year:
    /// somebody else's ledger may have told what the school did, and the hubs counted it.
    #[must_use]
    pub fn was_told_under_another(&self, school: &UnitId, key: &Digest) -> bool {
        self.stated.get(school).is_some_and(|stated| stated.iter().any(|one| one != key))
    }

    /// Every key that health stated, by school.
    #[must_use]
    pub const fn keys(&self) -> &SchoolKeys {
        &self.keys
    }

    /// The terms of a task of this year; `span` are the days of the period, `catalogue` is the
    /// pack in force on the first of them.
    ///
    /// None where the period is no period of such a table in this year, where it began before the
    /// plan held (a stock: where it ended before), or where a key statement ends before it does:
    /// what nobody may be able to open is not asked for.
    #[must_use]
    pub fn terms(
        &self,
        table: &SealedTable,
        (period, span): (Period, &Span),
        catalogue: Digest,
    ) -> Option<TaskTerms> {
        let begins = match table.kind() {
            Kind::Stock => span.to,
            Kind::Flow => span.from,
        };
        let is_covered = self.from <= begins && span.to <= self.until;
        is_covered.then(|| self.year.terms(table, period, catalogue)).flatten()
    }
}

impl Pins {
    /// Whether both commissions' roots are pinned.
    fn has_both(&self) -> bool {
        let held: Vec<_> = self.roots.iter().filter_map(RootCertificate::commission).collect();
        [Commission::Education, Commission::Health].iter().all(|one| held.contains(one))
    }
}
