//! Decides which figures of a rounded table readers are shown, once, when it is sealed.
//!
//! The rule is [`domain::disclosure::suppression`]; here it is given what the store knows: the
//! sums of the state, the members' sums that it is made of, and the states that readers saw before
//! with what was decided about them. The decision lies beside the snapshot, so pages, interfaces,
//! exports and the command line look it up and none of them can decide anything else.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::Block;
use domain::cell;
use domain::digest::Digest;
use domain::disclosure::suppression::{
    self, Earlier, HubMember, Member, Outline, Repeats, Table, Verdict,
};
use domain::rollup::Sums;
use domain::unit::{UnitId, UnitKind};
use runtime::sql::{SqlError, Tx};

use crate::packs::Packs;
use crate::statistics::StatisticsError;
use crate::statistics::sheet::{self, MemberSheet, Sheet};
use crate::store::contribution::{self, Place};
use crate::store::shown_figure::{self, ShownFigures};
use crate::store::shown_state::{self, ShownState};
use crate::store::{setting, unit};

/// Setting that says by which catalogue the latest snapshots were decided about.
const DECIDED_BY: &str = "figures_decided_by";

/// Table whose sums say how many schools there are of each kind.
const CLEAR: &str = "clear.term";

/// Count of the clear table that gives each school once, by its kind.
const SCHOOLS: &str = "base.schools";

/// Kinds of schools with several stages, and how often one may be counted beyond the first time.
const SEVERAL_STAGES: [(&str, u32); 3] =
    [("nine_year", 1), ("complete_secondary", 1), ("other", 2)];

/// How many states are looked at together even where the older ones showed nothing more.
const TOGETHER: usize = 8;

/// A hub and its kind.
pub(crate) type Hub<'a> = (&'a UnitId, UnitKind);

/// What a state is made of, in the layout of the state that is decided about.
struct State {
    units: Vec<(String, Sums, Option<HubMember>)>,
}

/// Decides about the latest snapshot of a rounded table and period, and notes it beside it.
///
/// # Errors
/// The store cannot be read or written, or holds what no known catalogue describes.
pub(crate) fn decide(
    tx: &Tx<'_>,
    packs: &Packs,
    hub: Hub<'_>,
    (table, period, is_final): (&str, &str, bool),
) -> Result<(), SqlError> {
    let own = sheet::own(tx, packs, hub.0, (table, period)).map_err(refused)?;
    let Some(own) = own.filter(|own| own.snapshot > 0) else { return Ok(()) };
    let in_force = packs.in_force();
    let Some([block]) = own.spec().map(|spec| spec.blocks()) else { return Ok(()) };
    let Some(outline) = in_force.outline(&block.indicator) else { return Ok(()) };
    let before = shown_figure::of(tx, own.snapshot)?;
    // What was shown stays shown, whoever is due since.
    let was_final = before.iter().any(|shown| shown.unit == hub.0.as_str() && shown.is_final);
    let is_final = is_final || was_final;
    let reader = Past { tx, packs, own: &own, period, hub: hub.0, block };
    let (all, states) = reader.shown(outline)?;
    let members = sheet::members(tx, packs, &own, period).map_err(refused)?;
    let now = reader.state(&members)?;
    let earlier = states.iter().map(|(state, decided)| Earlier {
        members: state.members(),
        whole: decided.as_ref().map(|decided| decided.whole.clone()),
        rows: decided.as_ref().map_or_else(Vec::new, Decided::rows),
    });
    let question = Table {
        block,
        sums: &own.sums,
        is_low: is_low(hub.1),
        is_final,
        members: now.members(),
        earlier: earlier.collect(),
    };
    let decision = suppression::decide(&all, &question);
    let whole = std::iter::once((hub.0.to_string(), decision.whole));
    for (unit, verdicts) in whole.chain(decision.rows) {
        let catalogue = in_force.digest.to_tagged();
        // Lists of other catalogues stand behind those that can be asked for.
        let verdicts = verdicts.into_iter().take(outline.length()).map(Verdict::code).collect();
        let shown = ShownFigures { unit, catalogue, is_final, verdicts };
        shown_figure::put(tx, own.snapshot, &shown)?;
    }
    Ok(())
}

/// Decides once more about the latest snapshots where another catalogue has come into force.
///
/// # Errors
/// The store cannot be read or written.
pub(crate) fn decide_again(tx: &Tx<'_>, packs: &Packs, hub: Hub<'_>) -> Result<(), SqlError> {
    let digest = packs.in_force().digest;
    let before = setting::value(tx, DECIDED_BY)?;
    if before.as_deref() == Some(digest.to_string().as_str()) {
        return Ok(());
    }
    setting::set(tx, DECIDED_BY, &digest.to_string())?;
    if before.is_none() {
        // Nothing was decided yet: what was sealed before this rule is sealed once more.
        return Ok(());
    }
    for (table, period) in shown_figure::undecided(tx, (hub.0.as_str(), &digest.to_tagged()))? {
        decide(tx, packs, hub, (&table, &period, false))?;
    }
    Ok(())
}

/// Whether what is extremely sensitive is hidden in figures of a unit of this kind.
const fn is_low(kind: UnitKind) -> bool {
    !matches!(kind, UnitKind::City | UnitKind::District)
}

fn verdict(code: u8) -> Verdict {
    // An unknown code of a later version: it may have been shown.
    Verdict::from_code(code).unwrap_or(Verdict::Shown)
}

fn refused(error: StatisticsError) -> SqlError {
    match error {
        StatisticsError::Store(error) => error,
        _ => SqlError::Type,
    }
}

impl State {
    fn members(&self) -> Vec<Member<'_>> {
        let units = self.units.iter();
        units.map(|(unit, sums, hub)| Member { unit, sums, hub: *hub }).collect()
    }
}

/// Reads the states of one table and period.
struct Past<'a> {
    tx: &'a Tx<'a>,
    packs: &'a Packs,
    own: &'a Sheet,
    period: &'a str,
    hub: &'a UnitId,
    block: &'a Block,
}

/// What one catalogue decided about a state, as the one in force orders figures.
struct Decided {
    whole: Vec<Verdict>,
    rows: Vec<(String, Vec<Verdict>)>,
}

/// A state that readers saw, with what one catalogue decided about it; nothing where it may have
/// shown everything.
type Seen = (State, Option<Decided>);

impl Decided {
    fn rows(&self) -> Vec<(&str, Vec<Verdict>)> {
        self.rows.iter().map(|(unit, verdicts)| (unit.as_str(), verdicts.clone())).collect()
    }
}

impl Past<'_> {
    fn state(&self, members: &[MemberSheet]) -> Result<State, SqlError> {
        let spec = self.own.spec().ok_or(SqlError::Type)?;
        let mut units = Vec::with_capacity(members.len());
        for member in members {
            let is_hub = member.sheet.root.is_some();
            let hub = if is_hub { Some(self.hub(&member.unit)?) } else { None };
            let sums = member.sheet.fitted((&self.own.digest, spec)).into_owned();
            units.push((member.unit.clone(), sums, hub));
        }
        Ok(State { units })
    }

    fn hub(&self, id: &str) -> Result<HubMember, SqlError> {
        let known = unit::find(self.tx, &id.parse().map_err(|_| SqlError::Type)?)?;
        let is_low = known.as_ref().is_none_or(|unit| is_low(unit.kind));
        let schools_below = known.as_ref().map_or(0, |unit| unit.schools_below);
        Ok(HubMember { repeats: self.repeats(id, schools_below)?, is_low })
    }

    /// How often schools of a member hub may stand in several stages, by its clear sums. They are
    /// made of other reports than the rounded ones, so they prove it only where every school that
    /// is due is in them, and only if each school has told its kind.
    fn repeats(&self, id: &str, schools_below: u32) -> Result<Option<Repeats>, SqlError> {
        let (unit, period) = (id.to_owned(), self.period.to_owned());
        let place = Place { unit, table: CLEAR.to_owned(), period };
        let Some(clear) = contribution::current(self.tx, &place)? else { return Ok(None) };
        let claimed = proto::release::decode(&clear.body).map_err(|_| SqlError::Type)?;
        let Some(sums) = &claimed.provenance else { return Ok(None) };
        if sums.schools_reported < sums.schools_due.max(schools_below) {
            return Ok(None);
        }
        let catalogue = self.packs.catalogue(&claimed.header.catalogue);
        let Some(spec) = catalogue.and_then(|known| known.table(CLEAR)) else { return Ok(None) };
        let Some(kinds) = spec.block(SCHOOLS) else { return Ok(None) };
        let cells = cell::unpack(&claimed.cells, spec.cells()).map_err(|_| SqlError::Type)?;
        let (mut schools, mut repeats) = (0_u32, 0_u32);
        for place in 0..kinds.length {
            // A kind that no school has is no number.
            let cell = cells.get(kinds.range().start + place).and_then(|cell| cell.value());
            let count = cell.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            let kind = kinds.values_at(place).and_then(|values| values.first().copied());
            let times = SEVERAL_STAGES.iter().find(|(known, _)| Some(*known) == kind);
            schools = schools.saturating_add(count);
            let times = times.map_or(0, |(_, times)| *times);
            repeats = repeats.saturating_add(count.saturating_mul(times));
        }
        Ok((schools == sums.schools_reported).then_some(Repeats(repeats)))
    }

    /// The states that readers saw before, the oldest first, each with what every catalogue has
    /// decided about it, and the outline of all that they were shown. The state of now is among
    /// them if something was decided about it. In a chain of states that only grew, the last one
    /// that showed a figure is the nearest, so of many states older ones are left out where they
    /// showed nothing more.
    fn shown(&self, outline: &Outline) -> Result<(Outline, Vec<Seen>), SqlError> {
        let states = shown_state::all(self.tx, self.own.table(), self.period)?;
        let all_grew = states.first().is_none_or(|last| last.has_only_grown);
        let mut rows = Vec::new();
        for state in states.iter().filter(|state| state.number <= self.own.snapshot) {
            rows.push((state, shown_figure::of(self.tx, state.number)?));
        }
        let digests: BTreeSet<&Vec<u8>> =
            rows.iter().flat_map(|(_, rows)| rows).map(|row| &row.catalogue).collect();
        let known = digests.into_iter().filter_map(|digest| Some((digest, self.outline(digest)?)));
        let known: BTreeMap<&Vec<u8>, Outline> = known.collect();
        let all = known.values().fold(outline.clone(), |all, one| all.with(one, self.block));
        let (mut covered, mut found) = (Covered::default(), Vec::<Seen>::new());
        let mut is_unknown = false;
        for (state, rows) in &rows {
            for decided in self.decided((&all, &known), state.number, rows) {
                let says_more = match &decided {
                    Some(decided) => covered.grow(decided) || found.len() < TOGETHER,
                    None => !std::mem::replace(&mut is_unknown, true),
                };
                if says_more || !all_grew {
                    found.push((self.listed(state)?, decided));
                }
            }
        }
        found.reverse();
        Ok((all, found))
    }

    /// The figures that the partition could be asked for by another catalogue.
    fn outline(&self, tagged: &[u8]) -> Option<Outline> {
        let digest = Digest::from_tagged(tagged).ok()?;
        let catalogue = self.packs.catalogue(&digest)?;
        let id: &str = &self.block.indicator;
        let partition = catalogue.partitions().iter().find(|known| known.id.as_str() == id)?;
        Some(Outline::of(catalogue, partition))
    }

    /// What each catalogue decided about a state; nothing stands for what is not known.
    fn decided(
        &self,
        (all, known): (&Outline, &BTreeMap<&Vec<u8>, Outline>),
        number: u64,
        rows: &[ShownFigures],
    ) -> Vec<Option<Decided>> {
        let mut by_catalogue: BTreeMap<&Vec<u8>, Vec<&ShownFigures>> = BTreeMap::new();
        rows.iter().for_each(|row| by_catalogue.entry(&row.catalogue).or_default().push(row));
        if by_catalogue.is_empty() && number < self.own.snapshot {
            return vec![None];
        }
        let decided = by_catalogue.into_iter().map(|(catalogue, rows)| {
            let outline = known.get(catalogue)?;
            let carried = |row: &ShownFigures| {
                let verdicts: Vec<Verdict> = row.verdicts.iter().map(|c| verdict(*c)).collect();
                all.carried(outline, &verdicts)
            };
            let is_own = |row: &&&ShownFigures| row.unit == self.hub.as_str();
            let whole = carried(rows.iter().find(is_own)?);
            let others = rows.iter().filter(|row| !is_own(row));
            let rows = others.map(|row| (row.unit.clone(), carried(row))).collect();
            Some(Decided { whole, rows })
        });
        decided.collect()
    }

    fn listed(&self, state: &ShownState) -> Result<State, SqlError> {
        let place = (self.own.table(), self.period);
        let members = sheet::listed(self.tx, self.packs, place, &state.contributions);
        self.state(&members.map_err(refused)?)
    }
}

/// Figures that some state already read showed.
#[derive(Default)]
struct Covered(BTreeMap<String, BTreeSet<usize>>);

impl Covered {
    /// Takes up what a state showed; whether any of it is new.
    fn grow(&mut self, decided: &Decided) -> bool {
        let mut is_new = false;
        let whole = std::iter::once(("", &decided.whole));
        let rows = decided.rows.iter().map(|(unit, verdicts)| (unit.as_str(), verdicts));
        for (unit, verdicts) in whole.chain(rows) {
            let known = self.0.entry(unit.to_owned()).or_default();
            let shown = verdicts.iter().enumerate();
            for (place, _) in shown.filter(|(_, verdict)| **verdict == Verdict::Shown) {
                is_new |= known.insert(place);
            }
        }
        is_new
    }
}
