//! Roll-up: folds new contributions into maintained totals, and seals totals into snapshots.
//!
//! Folding runs behind the appends of a batch in the same commit: one vector addition for each
//! contribution, one row for each table and period, whatever the number of schools. A replaced
//! contribution is taken out exactly as it was put in. Totals are kept per catalogue pack and
//! joined by cell key when they are sealed.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::catalogue::TableSpec;
use domain::digest::Digest;
use domain::release::{Claimed, Rule};
use domain::rollup::{Addend, Coverage, Snapshot, Sums};
use domain::unit::{UnitId, UnitKind};
use runtime::sql::{SqlError, Tx};

use crate::listing::Listing;
use crate::packs::Packs;
use crate::registry::{Registry, Tree};
use crate::showing::{self, Verdict};
use crate::store::contribution::{self, Contribution, Listed, Place};
use crate::store::reading;
use crate::store::snapshot::{self, Sealed};
use crate::store::total::{self, Total, TotalKey};
use crate::store::unit;
use crate::suppression;

mod due;
mod kept;

use due::due;
pub(crate) use due::{expected_of, tree_day};
use kept::{Kept, Totals};

/// A contribution that came, and the one that it replaces.
pub struct Change {
    /// What counted before.
    pub old: Option<Contribution>,
    /// What counts now.
    pub new: Contribution,
    /// What the new one says, as it was verified.
    pub claimed: Claimed,
}

/// Folds changes into the totals.
///
/// # Errors
/// The store failed, or a total does not hold what it should: then nothing is changed.
pub fn fold(tx: &Tx<'_>, packs: &Packs, changes: &[Change]) -> Result<(), SqlError> {
    if changes.is_empty() {
        return Ok(());
    }
    tx.kept(|kept: &mut Kept| {
        let mut totals: BTreeMap<TotalKey, Total> = BTreeMap::new();
        for change in changes {
            if let Some(old) = &change.old {
                let told = claimed(old)?;
                let old = (old, &told);
                open(tx, packs, (&mut kept.totals, &mut totals), old)?;
                apply(&mut totals, old, Direction::Out)?;
            }
            let new = (&change.new, &change.claimed);
            open(tx, packs, (&mut kept.totals, &mut totals), new)?;
            apply(&mut totals, new, Direction::In)?;
        }
        totals.into_values().try_for_each(|total| kept.totals.put(tx, total))
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    In,
    Out,
}

/// Has the sums at hand that a contribution is added to.
fn open(
    tx: &Tx<'_>,
    packs: &Packs,
    (kept, totals): (&mut Totals, &mut BTreeMap<TotalKey, Total>),
    (contribution, claimed): (&Contribution, &Claimed),
) -> Result<(), SqlError> {
    let key = key_of(contribution);
    if totals.contains_key(&key) {
        return Ok(());
    }
    let cells = spec(packs, &key)?.cells();
    let known = kept.take(tx, &key, cells)?;
    let total = known.unwrap_or_else(|| empty(key.clone(), claimed.rule.summed(), cells));
    totals.insert(key, total);
    Ok(())
}

fn key_of(contribution: &Contribution) -> TotalKey {
    TotalKey {
        table: contribution.place.table.clone(),
        period: contribution.place.period.clone(),
        catalogue: contribution.catalogue.clone(),
    }
}

fn apply(
    totals: &mut BTreeMap<TotalKey, Total>,
    (contribution, claimed): (&Contribution, &Claimed),
    direction: Direction,
) -> Result<(), SqlError> {
    let total = totals.get_mut(&key_of(contribution)).ok_or(SqlError::Type)?;
    let addend = Addend {
        cells: &claimed.cells,
        contributors: claimed.provenance.as_ref().map(|sums| sums.contributors.as_slice()),
    };
    let schools = claimed.provenance.as_ref().map_or(1, |sums| sums.schools_reported);
    let persons = claimed.header.persons;
    let (summed, schools, persons, members) = match direction {
        Direction::In => (
            total.sums.add(addend),
            total.schools_reported.checked_add(schools),
            total.persons.checked_add(persons),
            total.members.checked_add(1),
        ),
        Direction::Out => (
            total.sums.remove(addend),
            total.schools_reported.checked_sub(schools),
            total.persons.checked_sub(persons),
            total.members.checked_sub(1),
        ),
    };
    summed.map_err(|_| SqlError::Type)?;
    total.schools_reported = schools.ok_or(SqlError::Type)?;
    total.persons = persons.ok_or(SqlError::Type)?;
    total.members = members.ok_or(SqlError::Type)?;
    Ok(())
}

fn claimed(contribution: &Contribution) -> Result<Claimed, SqlError> {
    // What is stored was decoded before it was accepted.
    proto::release::decode(&contribution.body).map_err(|_| SqlError::Type)
}

fn empty(key: TotalKey, rule: Rule, cells: usize) -> Total {
    Total { key, rule, sums: Sums::empty(cells), schools_reported: 0, persons: 0, members: 0 }
}

fn spec<'p>(packs: &'p Packs, key: &TotalKey) -> Result<&'p TableSpec, SqlError> {
    let digest = Digest::from_tagged(&key.catalogue).map_err(|_| SqlError::Type)?;
    let catalogue = packs.catalogue(&digest).ok_or(SqlError::Type)?;
    catalogue.table(&key.table).ok_or(SqlError::Type)
}

/// Seals every table and period whose totals changed and returns the new snapshots.
///
/// # Errors
/// The store failed; then nothing is sealed.
pub fn seal(tx: &Tx<'_>, context: &Context<'_>) -> Result<Vec<Sealed>, SqlError> {
    tx.kept(|kept: &mut Kept| seal_all(tx, context, kept))
}

/// What is to be sealed.
struct Changed {
    /// What came since the last sealing, by table and period; nothing where one is to be sealed
    /// again although nothing came.
    places: BTreeMap<(String, String), Vec<Listed>>,
    /// The last contribution.
    up_to: i64,
    /// Whether any came.
    has_come: bool,
}

impl Changed {
    /// Looks for it. What is to be sealed again counts as looked at from now on.
    fn find(tx: &Tx<'_>) -> Result<Self, SqlError> {
        let before = total::sealed_up_to(tx)?;
        let came = contribution::came_after(tx, before)?;
        let up_to = came.last().map_or(before, |last| last.id);
        let has_come = !came.is_empty();
        let mut places: BTreeMap<(String, String), Vec<Listed>> = BTreeMap::new();
        for came in came {
            places.entry((came.table, came.period)).or_default().push(came.listed);
        }
        let reopened = total::reopened(tx)?;
        if !reopened.is_empty() {
            total::close_reopened(tx)?;
        }
        for place in reopened {
            places.entry(place).or_default();
        }
        Ok(Self { places, up_to, has_come })
    }
}

fn seal_all(tx: &Tx<'_>, context: &Context<'_>, kept: &mut Kept) -> Result<Vec<Sealed>, SqlError> {
    let Context { packs, registry, hub, kind, now_ms } = *context;
    suppression::decide_again(tx, packs, (hub, kind))?;
    let Changed { places, up_to, has_come } = Changed::find(tx)?;
    let mut again = showing::judged_again(tx, (hub, registry.version), now_ms)?;
    again.extend(showing::beside(tx, hub, &places)?);
    again.retain(|place| !places.contains_key(place));
    if places.is_empty() && again.is_empty() {
        return Ok(Vec::new());
    }
    let sealing = Sealing { packs, hub, kind, tree: registry.tree(tx, hub)?, now_ms, up_to };
    let first = places.iter().map(|(place, came)| (place, came.as_slice(), Look::First));
    let nothing: &[Listed] = &[];
    let again = again.iter().map(|place| (place, nothing, Look::Again));
    let mut sealed = Vec::new();
    for ((table, period), came, look) in first.chain(again) {
        let listing = kept.listings.current(tx, (table, period), came)?;
        let about = (table.as_str(), period.as_str(), look);
        sealed.extend(seal_one(tx, &sealing, about, (listing, &mut kept.totals))?);
    }
    if sealed.is_empty() && has_come {
        total::note_sealed(tx, up_to)?;
    }
    Ok(sealed)
}

/// What a hub knows when it seals.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Catalogues.
    pub packs: &'a Packs,
    /// Who sits where.
    pub registry: &'a Registry,
    /// The hub.
    pub hub: &'a UnitId,
    /// What it is.
    pub kind: UnitKind,
    /// By the hub's clock.
    pub now_ms: i64,
}

/// What all tables of one sealing share.
struct Sealing<'a> {
    packs: &'a Packs,
    hub: &'a UnitId,
    kind: UnitKind,
    tree: Arc<Tree>,
    now_ms: i64,
    /// The last contribution that it looks at.
    up_to: i64,
}

/// Contributions that are left out of a snapshot, and ones that stand in it instead.
struct Exchange {
    out: Vec<Contribution>,
    back: Vec<Contribution>,
}

/// What a table and period is made of, and the sums that are kept.
type Parts<'l, 't> = (&'l Listing, &'t mut Totals);

/// Why a table and period is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Its totals changed.
    First,
    /// Nothing of it changed, and something else did by which it is judged.
    Again,
}

/// Seals one table and period. A rounded one is sealed only in a state that may be shown; what is
/// shown of a state that stays as it was is decided once more.
fn seal_one(
    tx: &Tx<'_>,
    sealing: &Sealing<'_>,
    (table, period, look): (&str, &str, Look),
    (listing, totals): Parts<'_, '_>,
) -> Result<Option<Sealed>, SqlError> {
    let keys = total::keys_of(tx, table, period)?;
    if keys.is_empty() {
        // Nothing of it was added up.
        return Ok(None);
    }
    let mut exchange = Exchange { out: elsewhere(tx, sealing, table, period)?, back: Vec::new() };
    let state = assemble(tx, sealing, (&keys, &exchange), (listing, &mut *totals))?;
    if !state.rule.is_rounded() {
        snapshot::insert(tx, &state, sealing.up_to)?;
        return Ok(Some(state));
    }
    let (by, by_kind) = ((sealing.hub, sealing.now_ms), (sealing.hub, sealing.kind));
    let packs = sealing.packs;
    let (state, note) = match showing::judge(tx, packs, by, &state)? {
        Verdict::Seal(note) => (state, note),
        Verdict::SealPart { out, back, note } => {
            exchange.out.extend(out);
            exchange.back.extend(back);
            (assemble(tx, sealing, (&keys, &exchange), (listing, totals))?, note)
        }
        Verdict::Wait(is_final) => {
            if look == Look::Again && is_final {
                suppression::decide(tx, packs, by_kind, (table, period, is_final))?;
            }
            return Ok(None);
        }
    };
    let what = (table, period, note.is_final);
    let last = reading::latest(tx, table, period)?.filter(|_| look == Look::Again);
    if last.is_some_and(|last| last.root == state.snapshot.root) {
        if note.is_final {
            suppression::decide(tx, packs, by_kind, what)?;
        }
        return Ok(None);
    }
    snapshot::insert(tx, &state, sealing.up_to)?;
    note.keep(tx, &state)?;
    suppression::decide(tx, packs, by_kind, what)?;
    Ok(Some(state))
}

/// What units reported that sat under another hub on the period's day. That hub counts them, so
/// that they are counted once at every hub above both; what they sent here is kept.
fn elsewhere(
    tx: &Tx<'_>,
    sealing: &Sealing<'_>,
    table: &str,
    period: &str,
) -> Result<Vec<Contribution>, SqlError> {
    let mut found = Vec::new();
    for unit in sealing.tree.elsewhere_on(&tree_day(sealing.packs, period).to_string()) {
        let unit = unit.to_owned();
        let place = Place { unit, table: table.to_owned(), period: period.to_owned() };
        found.extend(contribution::current(tx, &place)?);
    }
    Ok(found)
}

/// Puts a table and period together, joining the sums of several catalogue packs by cell key.
fn assemble(
    tx: &Tx<'_>,
    sealing: &Sealing<'_>,
    (keys, exchange): (&[TotalKey], &Exchange),
    (listing, kept): Parts<'_, '_>,
) -> Result<Sealed, SqlError> {
    let packs = sealing.packs;
    let target = target_key(packs, keys)?;
    let mut totals = BTreeMap::new();
    for key in keys {
        let total = kept.copy(tx, key, spec(packs, key)?.cells())?.ok_or(SqlError::Type)?;
        totals.insert(key.clone(), total);
    }
    for contribution in &exchange.out {
        apply(&mut totals, (contribution, &claimed(contribution)?), Direction::Out)?;
    }
    for contribution in &exchange.back {
        apply(&mut totals, (contribution, &claimed(contribution)?), Direction::In)?;
    }
    let mut joined: Option<Total> = None;
    for (key, total) in totals {
        let from = spec(packs, &key)?;
        joined = Some(match joined {
            None if key == target => total,
            None => join(spec(packs, &target)?, empty_like(packs, &target, &total)?, from, &total)?,
            Some(sum) => join(spec(packs, &target)?, sum, from, &total)?,
        });
    }
    let total = joined.ok_or(SqlError::Type)?;
    let exchanged = match exchange.out.is_empty() && exchange.back.is_empty() {
        true => None,
        false => Some(listing.exchanged(&exchange.out, &exchange.back)?),
    };
    let listing = exchanged.as_ref().unwrap_or(listing);
    let place = (target.table.as_str(), target.period.as_str());
    let reported = |unit: &str| listing.has(unit);
    let schools_due = due((packs, sealing.hub), &sealing.tree.stays, place, &reported);
    Ok(Sealed {
        key: target,
        rule: total.rule,
        snapshot: Snapshot {
            number: snapshot::next_number(tx)?,
            sums: total.sums,
            coverage: Coverage {
                // A school that left the tree after it reported still counts as reported.
                schools_due: schools_due.max(total.schools_reported),
                schools_reported: total.schools_reported,
                persons: total.persons,
            },
            root: listing.root(),
        },
        contributions: listing.lines(),
        sealed_at_ms: sealing.now_ms,
    })
}

/// The catalogue in force if anybody reported under it, for a special period its latest version;
/// else the last in order of digests, which is one choice on every machine.
fn target_key(packs: &Packs, keys: &[TotalKey]) -> Result<TotalKey, SqlError> {
    let in_force = packs.in_force().digest.to_tagged();
    let serial = |key: &&TotalKey| {
        Digest::from_tagged(&key.catalogue).ok().and_then(|digest| packs.special_serial(&digest))
    };
    let target = keys.iter().find(|key| key.catalogue == in_force);
    target.or_else(|| keys.iter().max_by_key(serial)).cloned().ok_or(SqlError::Type)
}

fn empty_like(packs: &Packs, key: &TotalKey, like: &Total) -> Result<Total, SqlError> {
    Ok(empty(key.clone(), like.rule, spec(packs, key)?.cells()))
}

/// Adds sums under one catalogue to sums under another, cell by cell of the same key. A cell that
/// the target does not have is left out: its indicator no longer exists.
fn join(
    target: &TableSpec,
    mut sum: Total,
    from: &TableSpec,
    part: &Total,
) -> Result<Total, SqlError> {
    let mut values = sum.sums.values().to_vec();
    let mut contributors = sum.sums.contributors().to_vec();
    let cells = part.sums.values().iter().zip(part.sums.contributors());
    for (index, (value, count)) in cells.enumerate() {
        let Some(key) = from.cell_key(index).filter(|_| *count > 0) else {
            continue;
        };
        let Some(place) = target.index(key.indicator, &key.values) else {
            continue;
        };
        if let (Some(sum), Some(n)) = (values.get_mut(place), contributors.get_mut(place)) {
            *sum = sum.checked_add(*value).ok_or(SqlError::Type)?;
            *n = n.checked_add(*count).ok_or(SqlError::Type)?;
        }
    }
    sum.sums = Sums::from_parts(values, contributors).map_err(|_| SqlError::Type)?;
    sum.schools_reported += part.schools_reported;
    sum.persons += part.persons;
    sum.members += part.members;
    Ok(sum)
}

/// Schools that are due for a period by the tree as it was on its census day or last day.
///
/// # Errors
/// The store cannot be read.
pub fn schools_due(
    tx: &Tx<'_>,
    packs: &Packs,
    hub: &UnitId,
    (table, period): (&str, &str),
) -> Result<u32, SqlError> {
    Ok(due((packs, hub), &unit::stays(tx, hub)?, (table, period), &|_| false))
}

/// The same for several periods: the tree is read once, whatever their number.
///
/// # Errors
/// The store cannot be read.
pub fn schools_due_in(
    tx: &Tx<'_>,
    packs: &Packs,
    hub: &UnitId,
    (table, periods): (&str, &[&str]),
) -> Result<Vec<u32>, SqlError> {
    if periods.is_empty() {
        return Ok(Vec::new());
    }
    let stays = unit::stays(tx, hub)?;
    let of = |period: &&str| due((packs, hub), &stays, (table, period), &|_| false);
    Ok(periods.iter().map(of).collect())
}
