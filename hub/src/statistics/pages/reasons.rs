//! How figures were protected, what is not shown, and why.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::disclosure::ROUNDING_BASE;
use domain::unit::UnitKind;
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Label, Text};

use super::indicator::Page;
use super::overview::other_length;
use super::{PageError, filled, filled_with, why, words};
use crate::console::{Closed, Protection};
use crate::opened::{self, Sort};
use crate::sealed::documents::{Documents, ShareKeys};
use crate::sealed::view;
use crate::statistics::naming::{joined, stage_schools};
use crate::statistics::sealed::SealedFeed;
use crate::statistics::{
    Amount, BANDS, Blank, Floor, GROUP_SCHOOLS_MIN, Reading, UnitName, WAITING,
};

/// Most lines about what waits.
const WAITS_MAX: usize = 12;

/// How the figures were protected before they left a school.
pub(super) fn protection(page: &Page<'_>, reading: &Reading) -> Protection {
    let amounts = reading.amounts();
    let all = |of: fn(&Amount) -> u64| amounts.iter().map(of).sum::<u64>();
    let (opened, rounded) = (all(|one| one.opened_cells), all(|one| one.rounded_cells));
    if opened > 0 && rounded > 0 {
        return Protection::Mixed { base: ROUNDING_BASE, cells: rounded };
    }
    let is_sealed = matches!(reading.blank(), Some(Blank::Sealed(_)));
    if opened > 0 || is_sealed || (reading.blank().is_some() && page.is_opened(&page.indicator)) {
        return Protection::Opened { left_out: all(|one| one.left_out) };
    }
    match reading {
        Reading::Count(amount) if amount.above > 0 => Protection::Band { width: 10 },
        // A rounded sum that is hidden was rounded all the same; of how many cells is not told.
        Reading::Blank(Blank::Suppressed(_)) => {
            Protection::Rounded { base: ROUNDING_BASE, cells: rounded }
        }
        _ if amounts.iter().any(|one| one.rounding_error_max.is_none()) => {
            Protection::Rough { cells: rounded }
        }
        _ if rounded > 0 => Protection::Rounded { base: ROUNDING_BASE, cells: rounded },
        _ => Protection::Clear,
    }
}

/// What of the page's own period waits or stays closed, at a hub that computes one half: groups
/// with their reasons, towns without a figure, and what was stopped.
pub(super) fn waits(
    tx: &Tx<'_>,
    page: &Page<'_>,
    at: &UnitName,
    today: Date,
) -> Result<Vec<Closed>, PageError> {
    if !(page.is_whole() && page.is_opened(&page.indicator)) {
        return Ok(Vec::new());
    }
    let known = page.packs.sealed_tables(&page.packs.in_force().digest);
    let plan = page.indicator.plan_with(page.catalogue, known.as_deref()).ok();
    let feeds =
        plan.iter().flat_map(|plan| &plan.numerator).filter_map(|term| term.sealed.as_ref());
    let tables: BTreeSet<&str> = feeds.flat_map(SealedFeed::tables).collect();
    let documents = Documents::of(Arc::new(page.packs.clone()), &ShareKeys::default());
    let period = page.holdings.period;
    let tasks = view::tasks_of(tx, (&documents, &at.id), today, |one| one == period)?;
    let own = tasks.iter().filter(|task| tables.contains(task.sheet.as_str()));
    let lines: Vec<Label> =
        own.flat_map(|task| super::sealed::why_closed(page.catalogue, task)).collect();
    let more = lines.len().saturating_sub(WAITS_MAX);
    let more = (more > 0).then(|| filled(words::CLOSED_MORE, &[&more]));
    let shown = lines.into_iter().take(WAITS_MAX).chain(more);
    Ok(shown.map(|why| Closed { what: words::CLOSED_PARTS.into(), why }).collect())
}

/// Whether a reading can never come, for a reason that is not the schools'.
fn is_barred(reading: &Reading) -> bool {
    let Some(Blank::Sealed(closed)) = reading.blank() else { return false };
    // Kinds that do not add up come one by one.
    let may_come = [opened::Closed::FewSchools, opened::Closed::Several].contains(&closed);
    closed.sort() == Sort::Closed && !may_come
}

/// Areas under seal of which nothing is in, and stages in which schools are too few: what is
/// awaited, and what is not.
fn not_in(page: &Page<'_>, reading: &Reading) -> Vec<Closed> {
    let Some(total) = page.total().ok().filter(|_| !is_barred(reading)) else { return Vec::new() };
    let few = reading.blank() == Some(Blank::Sealed(opened::Closed::FewSchools));
    let areas = total.missing.iter().filter(|_| !few);
    let areas = joined(areas.map(|area| super::sealed::area_name(page.packs, area)));
    let stages = stage_schools(page.catalogue, &total.closed);
    let stages = stages.map(|stages| filled_with(words::CLOSED_STAGES_WHY, &[&stages]));
    let line = |what: Text, why: Option<Label>| Some(Closed { what: what.into(), why: why? });
    let away = (total.away > 0).then(|| filled(words::AWAY_WHY, &[&total.away]));
    let lines = [
        line(words::NO_SUM_YET, areas),
        line(words::CLOSED_STAGES, stages),
        line(words::AWAY_SCHOOLS, away),
    ];
    lines.into_iter().flatten().collect()
}

/// What is not shown, and why.
pub(super) fn closed(page: &Page<'_>, reading: &Reading) -> Result<Vec<Closed>, PageError> {
    let mut lines = Vec::new();
    if !page.is_told() {
        let why = other_length(page.indicator);
        return Ok(vec![Closed { what: words::THIS_INDICATOR.into(), why }]);
    }
    if !page.tells_stages() && !is_barred(reading) {
        let (what, why) = (words::WEEK_STAGES.into(), words::WEEK_STAGES_WHY.into());
        lines.push(Closed { what, why });
    }
    if let Some(why) = reading.blank().and_then(why) {
        lines.push(Closed { what: words::THIS_INDICATOR.into(), why });
    }
    if page.totals.waiting > 0 {
        lines.push(Closed {
            what: words::WAITING.into(),
            why: filled(WAITING, &[&page.totals.waiting, &GROUP_SCHOOLS_MIN]),
        });
    }
    lines.extend(not_in(page, reading));
    if page.indicator.is_band() {
        lines.push(Closed { what: words::NO_BANDS.into(), why: BANDS.into() });
    }
    let has_rounded = page
        .indicator
        .plan(page.catalogue)
        .is_ok_and(|plan| plan.numerator.iter().any(|term| term.feed.is_rounded()));
    let is_rounded = has_rounded && page.has_unsealed();
    if is_rounded {
        lines.push(Closed {
            what: filled(words::FEW_SCHOOLS, &[&GROUP_SCHOOLS_MIN]),
            why: words::FEW_SCHOOLS_WHY.into(),
        });
        lines.push(Closed { what: words::TELLING.into(), why: words::TELLING_WHY.into() });
        let least = page.catalogue.definition().default_min_cell;
        lines.push(Closed {
            what: filled(words::SMALL_CELLS, &[&least]),
            why: words::SMALL_CELLS_WHY.into(),
        });
    }
    if is_rounded && page.is_incomplete()? {
        lines.push(Closed { what: words::INCOMPLETE.into(), why: words::INCOMPLETE_WHY.into() });
    }
    let low = Blank::Suppressed(Floor::Level);
    let all = std::iter::once(&page.totals.whole).chain(&page.totals.members);
    if all.flat_map(|unit| &unit.figures).any(|figure| figure.reading.blank() == Some(low)) {
        lines.push(Closed { what: words::LEVEL.into(), why: words::LEVEL_WHY.into() });
    }
    let schools = page.holdings.members.iter();
    let direct = schools.filter(|member| member.unit.kind == UnitKind::School).count();
    if page.is_whole() && direct > 0 {
        lines.push(Closed {
            what: filled(words::DIRECT_SCHOOLS, &[&direct]),
            why: words::DIRECT_SCHOOLS_WHY.into(),
        });
    }
    Ok(lines)
}
