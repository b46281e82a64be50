//! Roll-up: folds new contributions into maintained totals, and seals totals into snapshots.
//!
//! Folding runs behind the appends of a batch in the same commit: one vector addition for each
//! contribution, one row for each table and period, whatever the number of schools. A replaced
//! contribution is taken out exactly as it was put in. Totals are kept per catalogue pack and
//! joined by cell key when they are sealed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use certs::digest::sha256;
use certs::merkle::MerkleTree;
use domain::catalogue::TableSpec;
use domain::digest::Digest;
use domain::release::Claimed;
use domain::rollup::{Addend, Coverage, Snapshot, Sums};
use domain::unit::{UnitId, UnitKind};
use runtime::sql::{SqlError, Tx};

use crate::listing::{Listing, Listings};
use crate::packs::Packs;
use crate::registry::{Registry, Tree};
use crate::showing::{self, Verdict};
use crate::store::contribution::{self, Contribution, Place};
use crate::store::reading;
use crate::store::snapshot::{self, Sealed};
use crate::store::total::{self, Total, TotalKey};
use crate::store::unit;
use crate::suppression;

mod due;

use due::due;
pub(crate) use due::{expected_of, tree_day};

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
    let mut totals: BTreeMap<TotalKey, Total> = BTreeMap::new();
    for change in changes {
        if let Some(old) = &change.old {
            apply(tx, packs, &mut totals, (old, &claimed(old)?), Direction::Out)?;
        }
        apply(tx, packs, &mut totals, (&change.new, &change.claimed), Direction::In)?;
    }
    totals.values().try_for_each(|total| total::put(tx, total))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    In,
    Out,
}

fn apply(
    tx: &Tx<'_>,
    packs: &Packs,
    totals: &mut BTreeMap<TotalKey, Total>,
    (contribution, claimed): (&Contribution, &Claimed),
    direction: Direction,
) -> Result<(), SqlError> {
    let key = TotalKey {
        table: contribution.place.table.clone(),
        period: contribution.place.period.clone(),
        catalogue: contribution.catalogue.clone(),
    };
    if !totals.contains_key(&key) {
        let cells = spec(packs, &key)?.cells();
        let kept = total::find(tx, &key, cells)?;
        let total = kept.unwrap_or_else(|| empty(key.clone(), claimed, cells));
        totals.insert(key.clone(), total);
    }
    let total = totals.get_mut(&key).ok_or(SqlError::Type)?;
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
    total.version += 1;
    Ok(())
}

fn claimed(contribution: &Contribution) -> Result<Claimed, SqlError> {
    // What is stored was decoded before it was accepted.
    proto::release::decode(&contribution.body).map_err(|_| SqlError::Type)
}

fn empty(key: TotalKey, claimed: &Claimed, cells: usize) -> Total {
    Total {
        key,
        rule: claimed.rule.summed(),
        sums: Sums::empty(cells),
        schools_reported: 0,
        persons: 0,
        members: 0,
        version: 0,
        sealed_version: 0,
    }
}

fn spec<'p>(packs: &'p Packs, key: &TotalKey) -> Result<&'p TableSpec, SqlError> {
    let digest = Digest::from_tagged(&key.catalogue).map_err(|_| SqlError::Type)?;
    let catalogue = packs.catalogue(&digest).ok_or(SqlError::Type)?;
    catalogue.table(&key.table).ok_or(SqlError::Type)
}

/// Seals every table and period whose totals changed and returns the new snapshots.
///
/// # Errors
/// The store failed; then nothing is sealed, and the listings are to be thrown away.
pub fn seal(
    tx: &Tx<'_>,
    context: &Context<'_>,
    listings: &mut Listings,
) -> Result<Vec<Sealed>, SqlError> {
    let now_ms = context.now_ms;
    let Context { packs, registry, hub, kind, .. } = *context;
    suppression::decide_again(tx, packs, (hub, kind))?;
    let changed: BTreeSet<(String, String)> =
        total::unsealed(tx)?.into_iter().map(|key| (key.table, key.period)).collect();
    let mut again = showing::judged_again(tx, hub, now_ms)?;
    again.extend(showing::beside(tx, hub, &changed)?);
    again.retain(|place| !changed.contains(place));
    if changed.is_empty() && again.is_empty() {
        return Ok(Vec::new());
    }
    let sealing = Sealing { packs, hub, kind, tree: registry.tree(tx, hub)?, now_ms };
    let mut sealed = Vec::new();
    for (table, period) in &changed {
        let listing = listings.current(tx, table, period)?;
        sealed.extend(seal_one(tx, &sealing, (table, period), (listing, Look::First))?);
    }
    for (table, period) in &again {
        let listing = listings.current(tx, table, period)?;
        sealed.extend(seal_one(tx, &sealing, (table, period), (listing, Look::Again))?);
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
}

/// Contributions that are left out of a snapshot, and ones that stand in it instead.
struct Exchange {
    out: Vec<Contribution>,
    back: Vec<Contribution>,
}

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
    (table, period): (&str, &str),
    (listing, look): (&Listing, Look),
) -> Result<Option<Sealed>, SqlError> {
    let keys = total::keys_of(tx, table, period)?;
    for key in &keys {
        total::mark_sealed(tx, key)?;
    }
    let mut exchange = Exchange { out: elsewhere(tx, sealing, table, period)?, back: Vec::new() };
    let state = assemble(tx, sealing, &keys, (listing, &exchange))?;
    if !state.rule.is_rounded() {
        snapshot::insert(tx, &state)?;
        return Ok(Some(state));
    }
    let (by, by_kind) = ((sealing.hub, sealing.now_ms), (sealing.hub, sealing.kind));
    let packs = sealing.packs;
    let (state, note) = match showing::judge(tx, packs, by, &state)? {
        Verdict::Seal(note) => (state, note),
        Verdict::SealPart { out, back, note } => {
            exchange.out.extend(out);
            exchange.back.extend(back);
            (assemble(tx, sealing, &keys, (listing, &exchange))?, note)
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
    snapshot::insert(tx, &state)?;
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
    keys: &[TotalKey],
    (listing, exchange): (&Listing, &Exchange),
) -> Result<Sealed, SqlError> {
    let packs = sealing.packs;
    let target = target_key(packs, keys)?;
    let mut totals = BTreeMap::new();
    for key in keys {
        let total = total::find(tx, key, spec(packs, key)?.cells())?.ok_or(SqlError::Type)?;
        totals.insert(key.clone(), total);
    }
    for contribution in &exchange.out {
        apply(tx, packs, &mut totals, (contribution, &claimed(contribution)?), Direction::Out)?;
    }
    for contribution in &exchange.back {
        apply(tx, packs, &mut totals, (contribution, &claimed(contribution)?), Direction::In)?;
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
    let contributions = contributions(listing, exchange)?;
    let reporters = contributions.lines().filter_map(|line| line.split(' ').next()).collect();
    let place = (target.table.as_str(), target.period.as_str());
    let schools_due = due((packs, sealing.hub), &sealing.tree.stays, place, &reporters);
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
            root: root(&contributions)?,
        },
        contributions,
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
    let sums = Sums::empty(spec(packs, key)?.cells());
    Ok(Total {
        key: key.clone(),
        rule: like.rule,
        sums,
        schools_reported: 0,
        persons: 0,
        members: 0,
        version: 0,
        sealed_version: 0,
    })
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

/// One line for each contribution, in order of unit: what the root covers.
fn contributions(listing: &Listing, exchange: &Exchange) -> Result<String, SqlError> {
    use std::fmt::Write as _;
    let listed =
        listing.units().iter().map(|(unit, (revision, digest))| (unit, (revision, digest)));
    let mut listed: BTreeMap<&String, (&u32, &Vec<u8>)> = listed.collect();
    for out in &exchange.out {
        listed.remove(&out.place.unit);
    }
    for back in &exchange.back {
        listed.insert(&back.place.unit, (&back.revision, &back.digest));
    }
    let mut lines = String::with_capacity(listed.len() * 96);
    for (unit, (revision, digest)) in listed {
        let digest = Digest::from_tagged(digest).map_err(|_| SqlError::Type)?;
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{unit} {revision} {digest}");
    }
    Ok(lines)
}

fn root(contributions: &str) -> Result<Digest, SqlError> {
    if contributions.is_empty() {
        // Nobody is left, as when the only member turns out to have sat elsewhere.
        return Ok(sha256(b""));
    }
    let tree = MerkleTree::new(contributions.lines()).map_err(|_| SqlError::Type)?;
    Ok(tree.root())
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
    Ok(due((packs, hub), &unit::stays(tx, hub)?, (table, period), &BTreeSet::new()))
}
