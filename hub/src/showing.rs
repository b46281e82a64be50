//! Decides which state of a rounded table is sealed, and so shown and passed up.
//!
//! The rule is [`domain::disclosure::Blocks`]; here it is given what the store knows. A rounded
//! state that may not be shown is not sealed at all, so no page, interface, export or release can
//! take it by mistake: what was sealed last stands. A hub with fewer than five schools due seals
//! every state for the hub above, which counts its schools in its own group; readers here are
//! shown no rounded figure of so few schools, whatever was sealed.

use std::collections::{BTreeMap, BTreeSet};

use certs::digest::sha256;
use domain::cell;
use domain::digest::Digest;
use domain::disclosure::{
    Blocks, Expected, GROUP_SCHOOLS_MIN, Showing, Stake, Stakes, Window, only_grew,
};
use domain::period::Period;
use domain::unit::{UnitId, UnitKind};
use jiff::civil::Date;
use runtime::clock::date_of;
use runtime::sql::{SqlError, Tx};

use crate::packs::Packs;
use crate::rollup::tree_day;
use crate::store::contribution::{self, Contribution, Place};
use crate::store::shown_figure;
use crate::store::shown_state::{self, Audience, ShownState};
use crate::store::snapshot::Sealed;
use crate::store::unit::{self, UnitStatus};
use crate::store::{contact, reading, setting};

/// Setting that says by which day and tree waiting states were last judged.
const JUDGED_BY: &str = "showing_judged_on";

/// How long nothing must have come, after a period was closed, before whoever is missing no
/// longer holds the others up: a week.
const QUIET_MS: i64 = 7 * 24 * 3_600 * 1_000;

/// How long a hub is new: a day, in which its operator registers its schools.
const NEW_MS: i64 = 24 * 3_600 * 1_000;

/// Table whose sums say how many schools a hub expects, whether or not rounded ones came.
const CLEAR: &str = "clear.term";

/// Count of the clear table that every school gives that has a screening, and no other.
const SCREENED: &str = "scr.completed_band";

/// What is to be done with a state of a rounded table.
pub(crate) enum Verdict {
    /// It is sealed, with this beside it.
    Seal(Note),
    /// The state is sealed with some contributions taken out and others put back.
    SealPart {
        /// Contributions that wait.
        out: Vec<Contribution>,
        /// Contributions that were shown in their place.
        back: Vec<Contribution>,
        /// What is noted beside it.
        note: Note,
    },
    /// Nothing is sealed; whether nobody is waited for any more.
    Wait(bool),
}

/// What is noted beside a snapshot that is shown.
pub(crate) struct Note {
    audience: Audience,
    has_only_grown: bool,
    hubs: String,
    /// Whether nobody who is due is missing from the state, or nobody is waited for any more.
    pub(crate) is_final: bool,
}

impl Note {
    /// Notes it for a snapshot that was just sealed.
    pub(crate) fn keep(self, tx: &Tx<'_>, sealed: &Sealed) -> Result<(), SqlError> {
        let state = ShownState {
            number: sealed.snapshot.number,
            has_only_grown: self.has_only_grown,
            hubs: self.hubs,
            contributions: String::new(),
        };
        let place = (sealed.key.table.as_str(), sealed.key.period.as_str());
        shown_state::insert(tx, place, &state, self.audience)
    }
}

/// Tables and periods that wait, or of which figures do, and are to be judged once more, since a
/// day has passed or the tree has changed: a period may have been closed, or the last school that
/// was missing left.
///
/// # Errors
/// The store cannot be read or written.
pub(crate) fn judged_again(
    tx: &Tx<'_>,
    (hub, registry_version): (&UnitId, u64),
    now_ms: i64,
) -> Result<BTreeSet<(String, String)>, SqlError> {
    let by = format!("{} {registry_version}", day_of(now_ms)?);
    if setting::value(tx, JUDGED_BY)?.as_deref() == Some(by.as_str()) {
        return Ok(BTreeSet::new());
    }
    setting::set(tx, JUDGED_BY, &by)?;
    Ok(waiting(tx, hub)?.into_iter().collect())
}

fn waiting(tx: &Tx<'_>, hub: &UnitId) -> Result<Vec<(String, String)>, SqlError> {
    let mut places = shown_state::places_waiting(tx)?;
    places.extend(shown_figure::places_open(tx, hub.as_str())?);
    Ok(places)
}

/// Rounded tables that wait in a period whose clear sums changed: a sheet may have said that a
/// school has no screening and is not to be waited for.
///
/// # Errors
/// The store cannot be read.
pub(crate) fn beside<T>(
    tx: &Tx<'_>,
    hub: &UnitId,
    changed: &BTreeMap<(String, String), T>,
) -> Result<Vec<(String, String)>, SqlError> {
    let is_clear = |period: &str| changed.keys().any(|(t, p)| t == CLEAR && p == period);
    if !changed.keys().any(|(table, _)| table == CLEAR) {
        return Ok(Vec::new());
    }
    let waiting = waiting(tx, hub)?.into_iter();
    Ok(waiting.filter(|(_, period)| is_clear(period)).collect())
}

/// Judges a state of a rounded table that was put together and not yet sealed.
///
/// # Errors
/// The store cannot be read.
pub(crate) fn judge(
    tx: &Tx<'_>,
    packs: &Packs,
    (hub, now_ms): (&UnitId, i64),
    state: &Sealed,
) -> Result<Verdict, SqlError> {
    let (table, period) = (state.key.table.as_str(), state.key.period.as_str());
    let listing = Listing { tx, table, period };
    let mut members = expected(tx, packs, (hub, now_ms), period)?;
    let now = listing.stakes(&state.contributions, &mut members)?;
    let hubs = hub_lines(&now, &members);
    let due = members.values().filter_map(|member| member.due).fold(0, u32::saturating_add);
    if due < GROUP_SCHOOLS_MIN {
        let (audience, is_final) = (Audience::Above, false);
        return Ok(Verdict::Seal(Note { audience, has_only_grown: false, hubs, is_final }));
    }
    let last = shown_state::last(tx, table, period)?;
    let last_stakes = last.as_ref().map(stakes_of).transpose()?.unwrap_or_default();
    let grown_before = last.as_ref().is_none_or(|last| last.has_only_grown);
    let has_only_grown = grown_before && only_grew(&now, &last_stakes);
    // In a chain in which each state holds the one before it, the last one is the nearest.
    let earlier = match (&last, has_only_grown) {
        (None, _) => Vec::new(),
        (Some(_), true) => vec![last_stakes.clone()],
        (Some(_), false) => {
            let all = shown_state::all(tx, table, period)?;
            all.iter().map(stakes_of).collect::<Result<_, _>>()?
        }
    };
    let blocks = Blocks::of(&members);
    let window = window(tx, packs, state, now_ms)?;
    let is_closed = window == Window::Closed;
    let have = now.values().fold(0, |sum: u32, stake| sum.saturating_add(stake.schools));
    let is_whole = have >= due && members.values().all(|member| member.due.is_some());
    match blocks.judge(&now, &earlier, window) {
        Showing::Whole => {
            let (audience, is_final) = (Audience::Readers, is_closed || is_whole);
            Ok(Verdict::Seal(Note { audience, has_only_grown, hubs, is_final }))
        }
        Showing::GroupWaits => {
            let mixed = mixed(&blocks, &now, &last_stakes);
            if mixed == last_stakes {
                return Ok(Verdict::Wait(is_closed));
            }
            let (out, back) = listing.exchange(state, last.as_ref(), (&now, &mixed))?;
            let has_only_grown = grown_before && only_grew(&mixed, &last_stakes);
            let hubs = hub_lines(&mixed, &members);
            let (audience, is_final) = (Audience::Readers, is_closed);
            let note = Note { audience, has_only_grown, hubs, is_final };
            Ok(Verdict::SealPart { out, back, note })
        }
        Showing::Waits => Ok(Verdict::Wait(is_closed)),
    }
}

/// Hubs with a row of their own as they are now, all others as they were shown last.
fn mixed(blocks: &Blocks, now: &Stakes, last: &Stakes) -> Stakes {
    let rows = now.iter().filter(|(unit, _)| blocks.is_alone(unit));
    let group = last.iter().filter(|(unit, _)| !blocks.is_alone(unit));
    rows.chain(group).map(|(unit, stake)| (unit.clone(), *stake)).collect()
}

/// The members by the tree of the period, and how many schools are due at each.
fn expected(
    tx: &Tx<'_>,
    packs: &Packs,
    (hub, now_ms): (&UnitId, i64),
    period: &str,
) -> Result<BTreeMap<UnitId, Expected>, SqlError> {
    let placed = unit::members_on(tx, hub, tree_day(packs, period))?;
    let served = placed.into_iter().filter(|unit| unit.status != UnitStatus::Closed);
    let expected = served.filter_map(|unit| match unit.kind {
        UnitKind::School => Some((unit.id, Expected { is_hub: false, due: Some(1) })),
        kind if kind.is_area() => {
            Some((unit.id, Expected { is_hub: true, due: Some(unit.schools_below) }))
        }
        _ => None,
    });
    let mut expected: BTreeMap<UnitId, Expected> = expected.collect();
    for (unit, member) in &mut expected {
        let place =
            Place { unit: unit.to_string(), table: CLEAR.to_owned(), period: period.to_owned() };
        if let Some(clear) = contribution::current(tx, &place)? {
            member.due = Some(screened(packs, &clear, member.due.unwrap_or(0))?);
            continue;
        }
        // A hub that has just been registered has not registered its own schools yet: that it
        // says none is no reason to take the others for all.
        let says_none = member.is_hub && member.due == Some(0);
        let is_new = unit::is_newer(tx, unit, now_ms.saturating_sub(NEW_MS))?;
        if says_none && (is_new || !contact::was_seen(tx, unit)?) {
            member.due = None;
        }
    }
    Ok(expected)
}

/// Schools of a member that have a rounded table or may yet have one, by its clear sheet or sums.
/// One that reported without a screening has none; were it waited for, a district of primary
/// schools would hold the others up until the period is closed. One that has not reported may.
fn screened(packs: &Packs, clear: &Contribution, told: u32) -> Result<u32, SqlError> {
    let claimed = proto::release::decode(&clear.body).map_err(|_| SqlError::Type)?;
    let spec = packs
        .catalogue(&claimed.header.catalogue)
        .and_then(|catalogue| catalogue.table(CLEAR).cloned());
    let place = spec.as_ref().and_then(|spec| spec.index(SCREENED, &[]));
    let (reported, due) = match &claimed.provenance {
        None => (1, 1),
        // What a hub said at its last hello may be newer or older than its sums.
        Some(sums) => (sums.schools_reported, sums.schools_due.max(told)),
    };
    let (Some(spec), Some(place)) = (spec, place) else { return Ok(due) };
    let screened = match &claimed.provenance {
        None => {
            let cells = cell::unpack(&claimed.cells, spec.cells()).map_err(|_| SqlError::Type)?;
            u32::from(cells.get(place).is_some_and(|cell| cell.value().is_some()))
        }
        Some(sums) => {
            let counts = cell::unpack_counts(&sums.contributors, spec.cells());
            counts.map_err(|_| SqlError::Type)?.get(place).copied().unwrap_or(0)
        }
    };
    Ok(due.saturating_sub(reported).saturating_add(screened))
}

/// What the sums of a hub are: their stake, and how many schools are due there.
fn sums_of(contribution: &Contribution) -> Result<(Stake, u32), SqlError> {
    let claimed = proto::release::decode(&contribution.body).map_err(|_| SqlError::Type)?;
    let provenance = claimed.provenance.as_ref();
    let schools = provenance.map_or(1, |sums| sums.schools_reported);
    let due = provenance.map_or(1, |sums| sums.schools_due);
    Ok((Stake { mark: sha256(&claimed.cells), schools }, due))
}

/// Whether reports may still come. A closed period is treated as an open one until nothing has
/// come for some time: whoever reports late rarely does so alone, and a table that was shown
/// without the last few schools can never be shown with them.
fn window(tx: &Tx<'_>, packs: &Packs, state: &Sealed, now_ms: i64) -> Result<Window, SqlError> {
    let closed = match state.key.period.parse::<Period>() {
        Ok(Period::Term(term)) => packs.calendar().term(term).map(|term| term.closed).ok(),
        _ => None,
    };
    let today = day_of(now_ms)?;
    if closed.is_none_or(|closed| today <= closed) {
        return Ok(Window::Open);
    }
    let arrived_ms = shown_state::last_arrival(tx, &state.key.table, &state.key.period)?;
    let quiet_ms = now_ms.saturating_sub(arrived_ms.unwrap_or(0));
    Ok(if quiet_ms >= QUIET_MS { Window::Closed } else { Window::Open })
}

fn day_of(now_ms: i64) -> Result<Date, SqlError> {
    jiff::Timestamp::from_millisecond(now_ms).map(date_of).map_err(|_| SqlError::Type)
}

/// The contributions of one table and period.
struct Listing<'a> {
    tx: &'a Tx<'a>,
    table: &'a str,
    period: &'a str,
}

impl Listing<'_> {
    /// What every member has in a state. Hubs are decoded; a school's revision says enough. Who is
    /// in the sums and not in the tree is counted as due.
    fn stakes(
        &self,
        contributions: &str,
        members: &mut BTreeMap<UnitId, Expected>,
    ) -> Result<Stakes, SqlError> {
        let mut stakes = Stakes::new();
        for line in contributions.lines() {
            let (unit, revision) = listed(line)?;
            let is_school = match members.get(&unit) {
                Some(member) => !member.is_hub,
                None => unit::find(self.tx, &unit)?.is_none_or(|u| u.kind == UnitKind::School),
            };
            let (stake, due) = if is_school {
                (school_stake(revision), 1)
            } else {
                sums_of(&self.contribution(&unit, revision)?)?
            };
            let due = Some(due.max(stake.schools));
            let fresh = Expected { is_hub: !is_school, due };
            let member = members.entry(unit.clone()).or_insert(fresh);
            member.due = member.due.max(due);
            stakes.insert(unit, stake);
        }
        Ok(stakes)
    }

    fn contribution(&self, unit: &UnitId, revision: u32) -> Result<Contribution, SqlError> {
        let place = Place {
            unit: unit.to_string(),
            table: self.table.to_owned(),
            period: self.period.to_owned(),
        };
        reading::revision(self.tx, &place, revision)?.ok_or(SqlError::Type)
    }

    /// What is to be taken out of a state and put back into it to make another one of it.
    fn exchange(
        &self,
        state: &Sealed,
        last: Option<&ShownState>,
        (now, wanted): (&Stakes, &Stakes),
    ) -> Result<(Vec<Contribution>, Vec<Contribution>), SqlError> {
        let differs = |unit: &UnitId| now.get(unit) != wanted.get(unit);
        let pick = |contributions: &str| -> Result<Vec<Contribution>, SqlError> {
            let mut found = Vec::new();
            for line in contributions.lines() {
                let (unit, revision) = listed(line)?;
                if differs(&unit) {
                    found.push(self.contribution(&unit, revision)?);
                }
            }
            Ok(found)
        };
        let mut back = pick(last.map_or("", |last| last.contributions.as_str()))?;
        // A row that is gone from the sums does not come back with the group.
        back.retain(|c| c.place.unit.parse().is_ok_and(|unit: UnitId| wanted.contains_key(&unit)));
        Ok((pick(&state.contributions)?, back))
    }
}

/// What every member had in a state that was shown.
fn stakes_of(state: &ShownState) -> Result<Stakes, SqlError> {
    let hubs = read_hubs(&state.hubs)?;
    let mut stakes = Stakes::new();
    for line in state.contributions.lines() {
        let (unit, revision) = listed(line)?;
        let stake = hubs.get(&unit).copied().unwrap_or_else(|| school_stake(revision));
        stakes.insert(unit, stake);
    }
    Ok(stakes)
}

fn hub_lines(stakes: &Stakes, members: &BTreeMap<UnitId, Expected>) -> String {
    let is_hub = |unit: &UnitId| members.get(unit).is_some_and(|member| member.is_hub);
    let hubs = stakes.iter().filter(|(unit, _)| is_hub(unit));
    hubs.map(|(unit, stake)| format!("{unit} {} {}\n", stake.schools, stake.mark)).collect()
}

fn read_hubs(text: &str) -> Result<Stakes, SqlError> {
    let stake = |line| words(line).map(|(unit, schools, mark)| (unit, Stake { mark, schools }));
    text.lines().map(stake).collect()
}

/// What a school has in a state. A revision is never changed, so its number tells its figures.
fn school_stake(revision: u32) -> Stake {
    Stake { mark: sha256(&revision.to_be_bytes()), schools: 1 }
}

/// Unit and revision of a contribution in a snapshot's list.
fn listed(line: &str) -> Result<(UnitId, u32), SqlError> {
    let mut words = line.split(' ');
    let (unit, revision) = words.next().zip(words.next()).ok_or(SqlError::Type)?;
    Ok((unit.parse().map_err(|_| SqlError::Type)?, revision.parse().map_err(|_| SqlError::Type)?))
}

/// Unit, schools and digest of a member hub's line.
fn words(line: &str) -> Result<(UnitId, u32, Digest), SqlError> {
    let mut words = line.split(' ');
    let mut next = || words.next().ok_or(SqlError::Type);
    let (unit, number, digest) = (next()?, next()?, next()?);
    Ok((
        unit.parse().map_err(|_| SqlError::Type)?,
        number.parse().map_err(|_| SqlError::Type)?,
        Digest::from_hex(digest).map_err(|_| SqlError::Type)?,
    ))
}
