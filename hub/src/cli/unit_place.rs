//! Where units sit and from which day: the first day of a new one, corrections, moves and moves
//! that are taken back.

use std::sync::Arc;

use domain::period::Calendar;
use domain::unit::{UnitId, UnitKind};
use jiff::civil::Date;
use runtime::cli::{Exit, Failure, Sentence};
use runtime::sql::{Database, SqlError, Tx};
use serde_json::json;

use super::context::{Context, Missing, registered};
use super::words;
use super::words::unit as said;
use crate::app::load_pins;
use crate::config::Config;
use crate::enrolment::{release_to_street, street_of};
use crate::packs::Packs;
use crate::rollup::tree_day;
use crate::store::total;
use crate::store::unit::{self, Placement, UnitStatus};

/// The packs in force, or those that are built in while no root is pinned.
pub(super) fn packs(context: &Context, config: &Config, database: &Database) -> Option<Packs> {
    let today = context.clock.today();
    match load_pins(config) {
        Ok(pins) => database.read(move |tx| Packs::load(tx, today, &pins)).ok(),
        Err(_) => Packs::embedded().ok(),
    }
}

/// The first day of a unit where nobody says one: that of the term that runs, because most units
/// were there before this hub was; today between terms.
pub(super) fn first_day(calendar: &Calendar, today: Date) -> Date {
    let running = calendar.current(today).filter(|term| today <= term.end);
    running.map_or(today, |term| term.start)
}

/// Has the clear sums sealed again whose coverage a day in the tree changes.
///
/// Rounded ones keep their state: what is shown of them follows who reported, not who is due.
pub(super) fn recount(tx: &Tx<'_>, packs: &Packs, from: Date, until: Date) -> Result<(), SqlError> {
    for (table, period) in total::clear_places(tx)? {
        if (from..=until).contains(&tree_day(packs, &period)) {
            total::reopen(tx, &table, &period)?;
        }
    }
    Ok(())
}

/// Places a unit under another hub from a day on. Who is due changes with that, also where the unit
/// never reported.
fn place_under(
    tx: &Tx<'_>,
    packs: Option<&Packs>,
    unit: &UnitId,
    (parent, from, now_ms): (&UnitId, Date, i64),
) -> Result<(), SqlError> {
    unit::place(tx, unit, parent, from, now_ms)?;
    total::reopen_of(tx, unit.as_str())?;
    packs.map_or(Ok(()), |packs| recount(tx, packs, from, Date::MAX))
}

/// Takes the last move of a unit back; gives it and the stay that holds again.
fn take_back(
    tx: &Tx<'_>,
    packs: Option<&Packs>,
    unit: &UnitId,
) -> Result<Option<(Placement, Placement)>, SqlError> {
    let Some((last, before)) = unit::withdraw_move(tx, unit)? else { return Ok(None) };
    total::reopen_of(tx, unit.as_str())?;
    let from: Date = last.from.parse().map_err(|_| SqlError::Type)?;
    if let Some(packs) = packs {
        recount(tx, packs, from, Date::MAX)?;
    }
    Ok(Some((last, before)))
}

/// Closes a unit. One that is closed is due for no period in which it did not report.
pub(super) fn close(
    tx: &Tx<'_>,
    packs: Option<&Packs>,
    unit: &UnitId,
    today: Date,
) -> Result<(), SqlError> {
    unit::set_status(tx, unit, UnitStatus::Closed)?;
    unit::end_placement(tx, unit, today)?;
    packs.map_or(Ok(()), |packs| recount(tx, packs, unit::ALWAYS, Date::MAX))
}

/// Corrects a unit's name, or the first day of its first stay here.
pub(super) fn edit(
    context: &Context,
    id: &UnitId,
    (name, from): (Option<String>, Option<Date>),
) -> Result<(), Failure> {
    if name.is_none() && from.is_none() {
        return Err(Failure::new(Exit::Usage, "USAGE", said::NOTHING_TO_EDIT));
    }
    let (config, database) = context.open()?;
    let packs = packs(context, &config, &database);
    let (unit, own, named) = (id.clone(), config.unit.clone(), name);
    let edited = database.write("edit_unit", move |tx| {
        let mut found = registered(tx, &unit)?;
        if let Some(name) = named {
            unit::set_name(tx, &unit, &name)?;
            found.name_zh = name;
        }
        let Some(from) = from else { return Ok::<_, Missing>(Some(found)) };
        let Some(before) = unit::set_first_day(tx, &unit, &own, from)? else {
            return Ok(None);
        };
        // Who counted it on these days may have been another hub.
        total::reopen_of(tx, unit.as_str())?;
        if let Some(packs) = packs {
            recount(tx, &packs, before.min(from), before.max(from))?;
        }
        Ok(Some(found))
    })?;
    let Some(found) = edited else {
        let day = from.map(|day| day.to_string()).unwrap_or_default();
        let failure =
            Failure::new(Exit::Refused, "NO_STAY", Sentence::new(said::NO_STAY, &[id, &day]));
        return Err(failure.hint(said::NO_STAY_NEXT));
    };
    let (unit, own) = (id.clone(), config.unit);
    let stays = database.read(move |tx| unit::placements(tx, &unit))?;
    let first = stays.iter().find(|stay| stay.parent == own.as_str());
    let first = first.map_or_else(|| "-".to_owned(), |stay| stay.from.clone());
    let value = json!({"unit": id.to_string(), "name": found.name_zh, "from": first});
    context.terminal.result(&value, |t| t.text(said::EDITED, &[id, &found.name_zh, &first]))
}

/// Where a unit goes, and from when.
pub(super) struct Move {
    /// The unit.
    pub(super) id: UnitId,
    /// Hub that it sits under afterwards.
    pub(super) under: UnitId,
    /// First day there.
    pub(super) from: Option<Date>,
    /// The hub is one that this one does not know.
    pub(super) is_elsewhere: bool,
}

/// Places a unit under another hub from a day on.
pub(super) fn relocate(context: &Context, asked: &Move) -> Result<(), Failure> {
    let Move { id, under, from, .. } = asked;
    let (config, database) = context.open()?;
    let (from, now_ms) = (from.unwrap_or_else(|| context.clock.today()), context.now_ms());
    check_parent(&config, &database, asked)?;
    check_later(&database, asked, from)?;
    let packs = packs(context, &config, &database).map(Arc::new);
    let (unit, parent, known_packs) = (id.clone(), under.clone(), packs.clone());
    database.write("move_unit", move |tx| {
        let known = unit::find(tx, &unit)?.is_some();
        let street = unit::find(tx, &parent)?.is_some_and(|hub| hub.kind == UnitKind::Street);
        // A unit that a street registered is known here by its certificate only.
        if street && street_of(tx, &unit)?.is_some() {
            release_to_street(tx, &unit, &parent)?;
        } else if !known {
            return Err(Missing::Unit(unit));
        }
        if known {
            place_under(tx, known_packs.as_deref(), &unit, (&parent, from, now_ms))?;
        }
        Ok(())
    })?;
    let year = domain::span::school_year_of(from);
    let sealed = packs.as_ref().and_then(|packs| packs.sealed_years().of_school(id, year));
    if let Some(sealed) = sealed {
        let area = sealed.year().plan.area();
        context.terminal.talk(said::MOVE_SEALED, &[id, area, &year, &from]);
    }
    let value =
        json!({"unit": id.to_string(), "parent": under.to_string(), "from": from.to_string()});
    context.terminal.result(&value, |t| {
        let head = t.text(words::MOVED, &[id, under, &from]);
        if *under == config.unit {
            head
        } else {
            format!("{head}\n{}", t.text(words::MOVED_NEXT, &[]))
        }
    })
}

/// A hub that is registered here, or one that somebody says lies elsewhere: a slip in a number
/// would take the unit out of every sum.
fn check_parent(config: &Config, database: &Database, asked: &Move) -> Result<(), Failure> {
    let Move { id, under, is_elsewhere, .. } = asked;
    if *under == config.unit {
        return Ok(());
    }
    let parent = under.clone();
    match database.read(move |tx| unit::find(tx, &parent))? {
        Some(hub) if hub.kind.is_area() => Ok(()),
        None if *is_elsewhere => Ok(()),
        Some(_) => {
            let message = Sentence::new(said::NOT_A_HUB, &[under, id]);
            Err(Failure::new(Exit::Refused, "NOT_A_HUB", message))
        }
        None => {
            let message = Sentence::new(said::NEW_PARENT_UNKNOWN, &[under, id]);
            let failure = Failure::new(Exit::Refused, "HUB_UNKNOWN", message);
            Err(failure.hint(said::NEW_PARENT_UNKNOWN_NEXT))
        }
    }
}

/// Moves follow each other: one before the last would change history.
fn check_later(database: &Database, asked: &Move, from: Date) -> Result<(), Failure> {
    let unit = asked.id.clone();
    let stays = database.read(move |tx| unit::placements(tx, &unit))?;
    let Some(last) = stays.last() else { return Ok(()) };
    if last.parent == asked.under.as_str() && last.to.is_none() {
        let message = Sentence::new(said::MOVED_THERE, &[&asked.id, &asked.under]);
        return Err(Failure::new(Exit::Refused, "MOVED_THERE", message));
    }
    if from.to_string() > last.from {
        return Ok(());
    }
    let message =
        Sentence::new(said::MOVE_TOO_EARLY, &[&asked.id, &last.from, &last.parent, &from]);
    let next = Sentence::new(said::MOVE_TOO_EARLY_NEXT, &[&asked.id]);
    Err(Failure::new(Exit::Refused, "MOVE_TOO_EARLY", message).hint(next))
}

/// Takes the last move of a unit back, whether its day came or not.
pub(super) fn withdraw(context: &Context, id: &UnitId) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    let packs = packs(context, &config, &database);
    let unit = id.clone();
    let taken = database.write("withdraw_move", move |tx| {
        registered(tx, &unit)?;
        Ok::<_, Missing>(take_back(tx, packs.as_ref(), &unit)?)
    })?;
    let Some((back, now)) = taken else {
        return Err(Failure::new(Exit::NotFound, "NO_MOVE", Sentence::new(said::NO_MOVE, &[id])));
    };
    let Placement { parent, from, .. } = &back;
    let value = json!({"unit": id.to_string(), "withdrawn": parent, "parent": now.parent});
    context
        .terminal
        .result(&value, |t| t.text(said::MOVE_WITHDRAWN, &[id, from, parent, &now.parent]))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::statistics::fixture::{CLEAR, Fixture, NOW_MS, SCHOOLS};

    /// What a change has sealed again of the autumn term, whose census day is 7 November.
    fn sealed_again(
        hub: &Fixture,
        change: impl FnOnce(&Tx<'_>, &Packs) -> Result<(), SqlError> + Send + 'static,
    ) -> Vec<String> {
        let packs = hub.packs.last();
        let changed = hub.database.write("change", move |tx| {
            change(tx, &packs)?;
            total::reopened(tx)
        });
        hub.seal(NOW_MS);
        changed.expect("changed").into_iter().map(|(table, _)| table).collect()
    }

    /// Who moves away, comes back or is closed without ever having reported changes who is due: the
    /// clear sums of the days from then on are sealed again, and no others.
    #[test]
    fn coverage_of_who_never_reported_follows_its_moves() {
        let hub = Fixture::new("370202", UnitKind::District);
        hub.member("Q01", UnitKind::School, 0);
        hub.schools(&SCHOOLS[..2]);
        let (unit, other): (UnitId, UnitId) =
            ("Q01".parse().expect("id"), "370203".parse().expect("id"));
        let go = |from: Date| {
            let (unit, other) = (unit.clone(), other.clone());
            move |tx: &Tx<'_>, packs: &Packs| {
                place_under(tx, Some(packs), &unit, (&other, from, NOW_MS))
            }
        };
        let back = || {
            let unit = unit.clone();
            move |tx: &Tx<'_>, packs: &Packs| take_back(tx, Some(packs), &unit).map(drop)
        };
        assert_eq!(sealed_again(&hub, go(date(2025, 11, 8))), [""; 0], "after the census day");
        assert_eq!(sealed_again(&hub, back()), [""; 0]);
        assert_eq!(sealed_again(&hub, go(date(2025, 11, 1))), [CLEAR]);
        assert_eq!(sealed_again(&hub, back()), [CLEAR]);
        let gone = unit.clone();
        let closed =
            move |tx: &Tx<'_>, packs: &Packs| close(tx, Some(packs), &gone, date(2026, 1, 20));
        assert_eq!(sealed_again(&hub, closed), [CLEAR], "it is due for no term any more");
    }

    /// A unit that is registered within a term counts for it; between terms it counts from now on.
    #[test]
    fn who_is_registered_in_a_term_counts_from_its_first_day() {
        let calendar = proto::pack::embedded::calendar().expect("embedded");
        let term = calendar.current(date(2025, 11, 28)).expect("term");
        assert_eq!(first_day(&calendar, date(2025, 11, 28)), term.start);
        assert!(term.start < term.census, "the census day of the term comes later");
        let after = term.end.tomorrow().expect("day");
        assert_eq!(first_day(&calendar, after), after);
    }
}
