//! Rounded tables held to the relations of the catalogue: what a hub shows where counts about
//! persons go rounded, against the clear counts of the same schools.
//!
//! Judged is the sum over schools, within what rounding can have moved it at the very most: a
//! relation is broken only where no figures within the bound keep it. Honest rounding never does.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::{Block, Catalogue, Count, DimensionId, Partition};
use domain::disclosure::coherent::{Broken, broken_by_rounded};
use domain::disclosure::identity::{Interval, Told};
use domain::period::Period;
use domain::span::Span;
use domain::unit::UnitId;
use runtime::sql::Tx;

use crate::packs::Packs;
use crate::statistics::StatisticsError;
use crate::statistics::sheet::{self, MemberSheet, Sheet};
use crate::store::contradiction::{Contradiction, ROUNDED};

/// Two sheets of one member, of the same schools.
struct Pair<'s> {
    rounded: &'s Sheet,
    clear: &'s Sheet,
}

/// Every relation that the rounded figures of a term break at this hub.
///
/// # Errors
/// The store cannot be read, or holds what no known catalogue describes.
pub(super) fn found(
    tx: &Tx<'_>,
    packs: &Packs,
    hub: &UnitId,
    period: Period,
) -> Result<Vec<Contradiction>, StatisticsError> {
    let catalogue = packs.in_force().catalogue.as_ref();
    let Ok(span) = Span::of(period, packs.calendar()) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for partition in catalogue.partitions() {
        let Some((spec, _)) = catalogue.clear_block(partition.whole.as_str()) else { continue };
        let tables = [format!("rounded.{}", partition.id), spec.id().to_string()];
        let [rounded, clear] =
            tables.each_ref().map(|table| members(tx, packs, hub, (table.as_str(), period)));
        let (rounded, clear) = (rounded?, clear?);
        for broken in
            broken(packs, partition, &pairs(packs, (rounded.as_slice(), clear.as_slice())))
        {
            found.push(Contradiction {
                place: hub.clone(),
                school_year: span.school_year,
                detail: ROUNDED.to_owned(),
                stage: String::new(),
                groups: BTreeSet::new(),
                identity: broken.identity,
                relation: broken.relation,
                stratum: broken.stratum,
                counts: broken.counts,
                tables: tables.iter().cloned().collect(),
                from: period,
                to: period,
            });
        }
    }
    Ok(found)
}

fn members(
    tx: &Tx<'_>,
    packs: &Packs,
    hub: &UnitId,
    (table, period): (&str, Period),
) -> Result<Vec<MemberSheet>, StatisticsError> {
    let period = period.to_string();
    let own = sheet::own(tx, packs, hub, (table, &period))?.filter(|own| own.snapshot > 0);
    own.map_or_else(|| Ok(Vec::new()), |own| sheet::members(tx, packs, &own, &period))
}

/// The members of whom both sheets are here, under the catalogue in force and of the same schools.
fn pairs<'s>(
    packs: &Packs,
    (rounded, clear): (&'s [MemberSheet], &'s [MemberSheet]),
) -> Vec<Pair<'s>> {
    let in_force = packs.in_force().digest;
    let of = |one: &'s MemberSheet| {
        let other = clear.iter().find(|other| other.unit == one.unit)?;
        let sheets = [&one.sheet, &other.sheet];
        let [own, others] = sheets.map(|sheet| sheet.coverage);
        let is_whole = own.schools_reported == own.schools_due
            && others.schools_reported == others.schools_due
            && own.schools_due == others.schools_due;
        let is_known = sheets.iter().all(|sheet| sheet.digest == in_force);
        (is_whole && is_known).then_some(Pair { rounded: &one.sheet, clear: &other.sheet })
    };
    rounded.iter().filter_map(of).collect()
}

fn broken(packs: &Packs, partition: &Partition, pairs: &[Pair<'_>]) -> Vec<Broken> {
    let catalogue = packs.in_force().catalogue.as_ref();
    let Some(whole) = catalogue.count(partition.whole.as_str()) else { return Vec::new() };
    let mut parts: BTreeMap<Vec<String>, Interval> = BTreeMap::new();
    let mut wholes: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for pair in pairs {
        let Some(rounded) = block(pair.rounded, partition.id.as_str()) else { continue };
        for key in comparable(pair, (partition, rounded), whole) {
            add_rounded(pair.rounded, (rounded, whole), &key, &mut parts);
            let value = figure(pair.clear, whole.id.as_str(), &key).map_or(0, |(value, _)| value);
            let sum = wholes.entry(key).or_default();
            *sum = sum.saturating_add(value);
        }
    }
    let dims = outcome_dims(catalogue, partition);
    let cells = parts.into_iter().map(|(values, known)| (values, Some(known))).collect();
    // Of other clear counts a school can lack one that it gives the whole of.
    let clear = |count: &Count| {
        let cells = wholes.iter().map(|(key, sum)| (key.clone(), Some(Interval::exact(*sum))));
        let told = || Told { dims: whole.dims.clone(), cells: cells.collect() };
        (count.id == whole.id).then(told)
    };
    broken_by_rounded(catalogue, partition, &Told { dims, cells }, clear)
}

fn outcome_dims(catalogue: &Catalogue, partition: &Partition) -> Vec<DimensionId> {
    let table = catalogue.table(&format!("rounded.{}", partition.id));
    let block = table.and_then(|table| table.block(partition.id.as_str()));
    block.map(|block| block.dims().cloned().collect()).unwrap_or_default()
}

fn block<'s>(sheet: &'s Sheet, indicator: &str) -> Option<&'s Block> {
    sheet.spec()?.block(indicator)
}

/// Figure and schools of a cell.
fn figure(sheet: &Sheet, indicator: &str, values: &[String]) -> Option<(u64, u32)> {
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let place = sheet.spec()?.index(indicator, &values)?;
    Some((*sheet.sums.values().get(place)?, *sheet.sums.contributors().get(place)?))
}

/// The strata of the whole in which everybody who gave the whole gave rounded cells too: a stage of
/// few is withheld, and then the sums are of other schools.
fn comparable(
    pair: &Pair<'_>,
    (partition, rounded): (&Partition, &Block),
    whole: &Count,
) -> Vec<Vec<String>> {
    let mut most: BTreeMap<Vec<String>, u32> = BTreeMap::new();
    for place in 0..rounded.length {
        let Some(values) = rounded.values_at(place) else { continue };
        let schools = pair.rounded.sums.contributors().get(rounded.offset + place);
        let schools = schools.copied().unwrap_or(0);
        let key = key_of((rounded, whole), &values);
        most.entry(key).and_modify(|most| *most = schools.max(*most)).or_insert(schools);
    }
    let is_same = |(key, most): &(Vec<String>, u32)| {
        figure(pair.clear, partition.whole.as_str(), key).is_some_and(|(_, n)| n == *most)
    };
    most.into_iter().filter(is_same).map(|(key, _)| key).collect()
}

/// The values of a rounded cell by the dimensions of the whole.
fn key_of((rounded, whole): (&Block, &Count), values: &[&str]) -> Vec<String> {
    let place = |dim: &DimensionId| rounded.dims().position(|known| known == dim);
    let own = whole.dims.iter().filter_map(place).filter_map(|axis| values.get(axis));
    own.map(|value| (*value).to_owned()).collect()
}

/// Adds the rounded cells of a stratum, each with what rounding can have moved it.
fn add_rounded(
    sheet: &Sheet,
    (rounded, whole): (&Block, &Count),
    key: &[String],
    parts: &mut BTreeMap<Vec<String>, Interval>,
) {
    for place in 0..rounded.length {
        let Some(values) = rounded.values_at(place) else { continue };
        if key_of((rounded, whole), &values) != key {
            continue;
        }
        let at = rounded.offset + place;
        let value = sheet.sums.values().get(at).copied().unwrap_or(0);
        let cells = sheet.sums.contributors().get(at).copied().unwrap_or(0);
        let told = Interval::rounded(value, u64::from(cells));
        let values: Vec<String> = values.into_iter().map(str::to_owned).collect();
        let sum = parts.entry(values).or_insert(Interval::exact(0));
        *sum = sum.plus(told);
    }
}

#[cfg(test)]
mod tests {
    use domain::rollup::Sums;
    use domain::unit::UnitKind;

    use super::*;
    use crate::statistics::fixture::{CLEAR, Fixture, ROUNDED as TABLE, SCHOOLS, term};

    /// Both sheets of every school of a hub, and what is broken once `change` was made to the clear
    /// ones.
    fn check(change: impl Fn(u64) -> u64 + Send + 'static) -> Vec<Broken> {
        let fixture = Fixture::new("370202", UnitKind::District);
        fixture.schools(&SCHOOLS);
        let found = fixture.statistics().read(move |tx, packs, at| {
            let partition = packs.in_force().catalogue.partition("scr.census").expect("partition");
            let rounded = members(tx, packs, &at.id, (TABLE, term()))?;
            let mut clear = members(tx, packs, &at.id, (CLEAR, term()))?;
            for sheet in clear.iter_mut().map(|member| &mut member.sheet) {
                let values = sheet.sums.values().iter().map(|value| change(*value)).collect();
                let schools = sheet.sums.contributors().to_vec();
                sheet.sums = Sums::from_parts(values, schools).expect("sums");
            }
            let pairs = pairs(packs, (rounded.as_slice(), clear.as_slice()));
            assert_eq!(pairs.len(), SCHOOLS.len());
            Ok::<_, StatisticsError>(broken(packs, partition, &pairs))
        });
        found.expect("read")
    }

    /// Honest schools round, and nothing is said, whatever rounding did; a whole that no figures
    /// within the bound add up to is said, and so are parts that are more than the whole.
    ///
    /// Method: the real rounding of fourteen schools; then the clear numbers are multiplied.
    #[test]
    fn rounding_is_told_from_a_contradiction() {
        assert!(check(|value| value).is_empty());
        let near = check(|value| if value > 0 { value + 3 } else { 0 });
        assert!(near.is_empty(), "within the bound of so many cells: {near:?}");
        let many = check(|value| value * 9);
        assert!(many.iter().all(|one| one.relation == "scr.census == scr.eligible"), "{many:?}");
        let one = many.first().expect("broken");
        assert_eq!(
            (one.identity.as_str(), one.stratum.starts_with("stage=")),
            ("scr.census", true)
        );
        assert!(one.counts.contains("scr.positive") && one.counts.contains("scr.eligible"));
        let none = check(|_| 0);
        assert!(none.iter().any(|one| one.relation == "scr.positive <= scr.eligible"), "{none:?}");
    }

    /// What the hub itself shows is judged by the same way.
    #[test]
    fn an_honest_hub_shows_no_contradiction() {
        let fixture = Fixture::new("370202", UnitKind::District);
        fixture.schools(&SCHOOLS);
        let read = fixture.statistics().read(|tx, packs, at| found(tx, packs, &at.id, term()));
        assert!(read.expect("read").is_empty());
    }
}
