//! `xinqiao-hub plan publish`: puts a school year of an area under seal.
//!
//! Everything that schools and both hubs will check is checked here first, beside the packs that
//! are stored; and what only this hub can see: that nothing about persons of that year went
//! rounded already, because roster and sums beside it would tell what the rounding hides.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::disclosure::plan::Roster;
use domain::period::{Calendar, Period};
use domain::span::Span;
use domain::unit::{UnitId, UnitKind};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proto::pack::PackKind;
use runtime::cli::{Exit, Failure, Sentence};
use runtime::sealing::{Pins, SealedYears, SealingYear, Unsealed};
use runtime::sql::{SqlError, Tx};
use serde_json::json;

use super::causes::Caused as _;
use super::context::Context;
use super::plan_keys;
use super::words;
use super::words::plan as said;
use crate::app::{HubError, load_pins};
use crate::directive::{keep, verify};
use crate::packs::Packs;
use crate::store::contribution;
use crate::store::directive::{self, Stored};

/// Days from which on a plan that is published may begin.
const AHEAD_DAYS: i32 = 3;

/// Both signed packs of a school year.
#[derive(Args)]
pub(super) struct Publish {
    /// Plan as both commissions signed it
    plan: PathBuf,
    /// Its roster as both commissions signed it
    roster: PathBuf,
}

pub(super) fn run(context: &Context, asked: &Publish) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    if config.kind != UnitKind::City {
        let message = Sentence::new(said::CITY_PUBLISHES, &[&config.name_zh]);
        let failure = Failure::new(Exit::Refused, "CITY_PUBLISHES", message);
        return Err(failure.hint(said::CITY_PUBLISHES_NEXT));
    }
    let pins = load_pins(&config)?;
    let plan = read(context, (&asked.plan, PackKind::Plan), &pins)?;
    let roster = read(context, (&asked.roster, PackKind::Roster), &pins)?;
    let (today, now_ms, of) = (context.clock.today(), context.now_ms(), pins.clone());
    let packs = database.read(move |tx| Packs::load(tx, today, &of)).map_err(HubError::from)?;
    let stored = database.read(directive::all)?;
    check_begins(&stored, &plan, today)?;
    let all = stored.iter().chain([&roster, &plan]).map(|one| one.directive.as_slice());
    let years = SealedYears::read(all, &pins);
    let year = sound(&years, &plan, &roster)?.clone();
    check_keys(&years, &year)?;
    check_end(&year)?;
    check_standing(&stored, &plan, today)?;
    check_newer(&stored, [&roster, &plan])?;
    check_alone(&years, &year)?;
    let (area, school_year) = (year.year().plan.area().clone(), year.year().plan.year());
    let listed = year.year().roster.clone();
    database.write("publish_plan", move |tx| {
        // In one commit: between look and write no rounded table is taken.
        if let Some((unit, period)) = rounded(tx, &listed, packs.calendar())? {
            return Err(Refused::Rounded(unit, period));
        }
        keep(tx, &roster, now_ms)?;
        keep(tx, &plan, now_ms)?;
        Ok(())
    })?;
    let (leader, helper) = (year.year().leader.clone(), year.year().helper.clone());
    let schools = year.year().roster.schools.len();
    let value = json!({
        "area": area.as_str(), "year": school_year, "schools": schools,
        "leader": leader.as_str(), "helper": helper.as_str(), "from": year.days().0.to_string(),
    });
    context.terminal.result(&value, |t| {
        t.text(said::PUBLISHED, &[&area, &school_year, &schools, &year.days().0, &leader, &helper])
    })
}

/// A signed pack of a kind, under every root that is pinned here.
fn read(
    context: &Context,
    (path, kind): (&Path, PackKind),
    pins: &Pins,
) -> Result<Stored, Failure> {
    let bytes = std::fs::read(path).map_err(|cause| Failure::unreadable_file(path, &cause))?;
    let read = verify(&bytes, &pins.roots, &pins.zone, context.clock.now());
    let stored = read.map_err(|error| {
        let message = Sentence::new(words::PACK_REFUSED, &[&path.display()]);
        let failure = Failure::new(Exit::Authentication, "PACK_REFUSED", message);
        failure.hint(words::PACK_REFUSED_NEXT).caused(&error)
    })?;
    if stored.kind != kind.as_str() {
        let message = Sentence::new(said::OTHER_KIND, &[&path.display(), &kind]);
        return Err(Failure::new(Exit::Invalid, "PACK_KIND", message));
    }
    Ok(stored)
}

/// The year that the new packs make, with this very plan and roster.
fn sound<'y>(
    years: &'y SealedYears,
    plan: &Stored,
    roster: &Stored,
) -> Result<&'y SealingYear, Failure> {
    let refused = || {
        let message = Sentence::new(said::OTHER_ROSTER, &[&plan.name, &roster.name]);
        Failure::new(Exit::Refused, "ROSTER", message).hint(said::OTHER_ROSTER_NEXT)
    };
    let (area, year) = proto::pack::plan::area_year(&plan.name).map_err(|_| refused())?;
    match (years.refusal(&plan.kind, &plan.name), years.of_area(&area, year)) {
        // A version before may be in use where this one does not hold.
        (Some(Unsealed::Leaks(flaw)), _) => {
            let failure = Failure::new(Exit::Refused, "PLAN_LEAKS", super::plan::said(flaw));
            Err(failure.hint(said::FLAW_NEXT))
        }
        (Some(Unsealed::Roster), _) => Err(refused()),
        (Some(Unsealed::KeyOfYear(unit, of)), _) => {
            Err(plan_keys::refused(unit, &proto::pack::plan::name(&area, *of)))
        }
        (Some(other), _) => {
            Err(Failure::new(Exit::Refused, "PLAN_UNSEALED", Sentence::from(other.text()))
                .because(other))
        }
        (None, Some(Ok(sealing))) => {
            let digests = (sealing.year().plan_digest, sealing.year().roster_digest);
            let given = (plan.content_digest.clone(), roster.content_digest.clone());
            let same = (digests.0.to_tagged(), digests.1.to_tagged()) == given;
            if same { Ok(sealing) } else { Err(refused()) }
        }
        (None, _) => Err(refused()),
    }
}

/// A new plan begins some days from now: units that had it late would have rounded meanwhile, and
/// of a term whose census day has passed the hubs make keys until the plan's first day is over.
fn check_begins(stored: &[Stored], plan: &Stored, today: Date) -> Result<(), Failure> {
    let says = |one: &Stored| {
        let Stored { kind, name, serial, effective_from, content_digest, .. } = one;
        (kind.clone(), name.clone(), *serial, effective_from.clone(), content_digest.clone())
    };
    let first = today.saturating_add(AHEAD_DAYS.days()).to_string();
    let is_known = stored.iter().any(|one| says(one) == says(plan));
    if plan.effective_from < first && !is_known {
        let message = Sentence::new(said::BEGAN, &[&plan.effective_from, &AHEAD_DAYS, &first]);
        return Err(Failure::new(Exit::Refused, "PLAN_BEGAN", message));
    }
    Ok(())
}

/// Both key statements hold until the school year is over.
fn check_end(year: &SealingYear) -> Result<(), Failure> {
    let ((from, until), begins) = (year.days(), year.year().plan.year());
    let last = date(begins.saturating_add(1), 8, 31);
    if from > last || until < last {
        let message = Sentence::new(said::ENDS, &[&from, &until, &last]);
        return Err(Failure::new(Exit::Refused, "PLAN_ENDS", message).hint(said::ENDS_NEXT));
    }
    Ok(())
}

/// A plan whose first day came stands for its year: tasks were made of it. The same content under
/// a later day makes the same tasks, of which what was over would not be over any more, and a key
/// would be made under which reports were looked at before (record 0069).
fn check_standing(stored: &[Stored], plan: &Stored, today: Date) -> Result<(), Failure> {
    let day = today.to_string();
    let stands = stored.iter().any(|one| {
        (&one.kind, &one.name) == (&plan.kind, &plan.name)
            && one.serial != plan.serial
            && one.effective_from <= day
    });
    if stands {
        let message = Sentence::new(said::STANDS, &[&plan.name]);
        return Err(Failure::new(Exit::Refused, "PLAN_STANDS", message));
    }
    Ok(())
}

/// What is published already under this serial, or a later one, is the very same: a hub keeps the
/// first, and whoever publishes another would believe that it took its place.
fn check_newer(stored: &[Stored], packs: [&Stored; 2]) -> Result<(), Failure> {
    for pack in packs {
        let says = |one: &Stored| {
            let Stored { serial, version, effective_from, content_digest, .. } = one;
            (*serial, version.clone(), effective_from.clone(), content_digest.clone())
        };
        let same_name = |one: &&Stored| (&one.kind, &one.name) == (&pack.kind, &pack.name);
        let latest = stored.iter().filter(same_name).max_by_key(|one| one.serial);
        let Some(latest) = latest else { continue };
        if latest.serial >= pack.serial && says(latest) != says(pack) {
            let message = Sentence::new(
                said::OTHER_PUBLISHED,
                &[&pack.kind, &pack.name, &latest.serial, &latest.effective_from, &pack.serial],
            );
            let failure = Failure::new(Exit::Refused, "OTHER_PUBLISHED", message);
            return Err(failure.hint(said::OTHER_PUBLISHED_NEXT));
        }
    }
    Ok(())
}

/// A school is in one plan of a year: in two it would have two tasks of one table.
fn check_alone(years: &SealedYears, year: &SealingYear) -> Result<(), Failure> {
    let own = &year.year().plan;
    let others = years.sealing().filter(|other| {
        let plan = &other.year().plan;
        plan.year() == own.year() && plan.area() != own.area()
    });
    for other in others {
        let twice = year.year().roster.schools.keys().find(|school| other.holds(school));
        if let Some(school) = twice {
            let message = Sentence::new(said::IN_TWO, &[school, other.year().plan.area()]);
            return Err(Failure::new(Exit::Refused, "IN_TWO_PLANS", message));
        }
    }
    Ok(())
}

/// The keys of both hubs are this year's own, also beside plans of other areas, and of a later year
/// that was published before.
fn check_keys(years: &SealedYears, year: &SealingYear) -> Result<(), Failure> {
    let own = year.year().plan.year();
    for stated in [year.leader().statement(), year.helper().statement()] {
        let other = years.naming(&stated.key.digest()).find(|(_, of)| *of != own);
        if let Some((area, of)) = other {
            return Err(plan_keys::refused(&stated.unit, &proto::pack::plan::name(area, of)));
        }
    }
    Ok(())
}

/// A rounded table of the year that was taken from the area or one of its schools.
fn rounded(
    tx: &Tx<'_>,
    roster: &Roster,
    calendar: &Calendar,
) -> Result<Option<(String, String)>, SqlError> {
    let taken = contribution::rounded(tx)?;
    Ok(taken.into_iter().find(|(unit, period)| {
        let unit: Option<UnitId> = unit.parse().ok();
        let concerns =
            unit.is_some_and(|unit| unit == roster.area || roster.school(&unit).is_some());
        let period: Option<Period> = period.parse().ok();
        let span = period.and_then(|period| Span::of(period, calendar).ok());
        // A period that nobody can place is of any year.
        concerns && span.is_none_or(|span| span.school_year == roster.year)
    }))
}

/// What the commit found, or the store's failure.
enum Refused {
    Rounded(String, String),
    Store(SqlError),
}

impl From<SqlError> for Refused {
    fn from(error: SqlError) -> Self {
        Self::Store(error)
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Store(error) => error.into(),
            Refused::Rounded(unit, period) => {
                let message = Sentence::new(said::ROUNDED, &[&unit, &period]);
                Self::new(Exit::Refused, "ROUNDED_TAKEN", message).hint(said::ROUNDED_NEXT)
            }
        }
    }
}
