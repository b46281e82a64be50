//! The verdict about each hidden figure: what bounds it, and which worlds show that it can move.
//!
//! Cheap means first: bounds of presolve, points that are already known, exchanges; then linear
//! programs, then an exact search where the piece is small. Figures that are structurally alike
//! have the same key and are solved once.

#![expect(clippy::indexing_slicing, reason = "places come from the reduced system's own lists")]

use std::collections::{BTreeMap, BTreeSet};

use super::linear::{End, Optimum, solve};
use super::own::Own;
use super::program::{Empty, Program, Search};
use super::reduce::Reduced;
use super::split::Split;
use super::system::{MANY, Target};
use super::walk::{Walk, sums};
use super::{Finding, Pace, Verdict};

/// Points that are kept of a component.
const POINTS_MAX: usize = 6;

/// Components with more unknowns are not searched exactly.
const SEARCH_MAX: usize = 400;

/// Nodes of one exact search.
const NODES_MAX: usize = 4_000;

/// What a target has in one component: places of its unknowns there, and how much of each.
pub(super) type Piece = Vec<(usize, Own)>;

/// What is known of a piece: bounds that hold, and how far points reach.
#[derive(Clone, Copy, Debug)]
struct Range {
    lo: i64,
    hi: i64,
    reached: Option<(i64, i64)>,
    stage: Stage,
}

/// How much was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Looked,
    Walked,
    Solved,
}

/// Decides about all targets of a reduced system.
pub(super) struct Decider<'r> {
    reduced: &'r Reduced,
    small: i64,
    pace: &'r mut dyn Pace,
    points: Vec<Option<Vec<Vec<i64>>>>,
    walks: BTreeMap<usize, Walk<'r>>,
    known: BTreeMap<(usize, Piece), Range>,
    /// Whether a component has no point at all: the tables contradict each other.
    is_empty: bool,
}

impl<'r> Decider<'r> {
    pub fn new(reduced: &'r Reduced, small: i64, pace: &'r mut dyn Pace) -> Self {
        let points = vec![None; reduced.components.len()];
        Self {
            reduced,
            small,
            pace,
            points,
            walks: BTreeMap::new(),
            known: BTreeMap::new(),
            is_empty: false,
        }
    }

    pub fn decide(mut self, targets: &[Target<'_>]) -> Result<Vec<Finding>, Empty> {
        let findings = targets.iter().map(|target| self.find(target)).collect();
        if self.is_empty { Err(Empty) } else { Ok(findings) }
    }

    fn find(&mut self, target: &Target<'_>) -> Finding {
        let (fixed, pieces) = self.pieces(&target.vars);
        let mut ranges: Vec<Range> = pieces.iter().map(|piece| self.look(piece)).collect();
        for stage in [Stage::Walked, Stage::Solved] {
            for (at, piece) in pieces.iter().enumerate() {
                if self.verdict(fixed, &ranges) != Verdict::Undecided {
                    break;
                }
                ranges[at] = match stage {
                    Stage::Looked => ranges[at],
                    Stage::Walked => self.walk(piece),
                    Stage::Solved => self.solve(piece),
                };
            }
        }
        let lo = ranges.iter().fold(fixed.0, |sum, range| sum + range.lo);
        let hi = ranges.iter().fold(fixed.1, |sum, range| sum + range.hi);
        let verdict = match self.verdict(fixed, &ranges) {
            Verdict::Undecided if lo >= 1 && hi <= self.small => Verdict::Proven,
            verdict => verdict,
        };
        Finding {
            unit: target.unit.to_owned(),
            is_school: target.is_school,
            measure: target.measure.to_owned(),
            period: target.period.clone(),
            key: target.key.clone(),
            lo: u64::try_from(lo).unwrap_or(0),
            hi: u64::try_from(hi).ok().filter(|_| hi < MANY),
            verdict,
        }
    }

    /// What is decided so far; `fixed` is the part that stands in no row and moves freely.
    fn verdict(&self, fixed: (i64, i64), ranges: &[Range]) -> Verdict {
        let lo = ranges.iter().fold(fixed.0, |sum, range| sum + range.lo);
        let hi = ranges.iter().fold(fixed.1, |sum, range| sum + range.hi);
        if lo == hi {
            return Verdict::Exact;
        }
        let reached = ranges.iter().try_fold(fixed, |(least, most), range| {
            range.reached.map(|(low, high)| (least + low, most + high))
        });
        let Some((least, most)) = reached else { return Verdict::Undecided };
        if least < most && (least <= 0 || most > self.small) {
            Verdict::Safe
        } else if least < most && lo >= 1 && hi <= self.small {
            Verdict::Proven
        } else {
            Verdict::Undecided
        }
    }

    /// Parts a target by components; what stands in none has its bounds by itself.
    fn pieces(&self, vars: &[usize]) -> ((i64, i64), Vec<(usize, Piece)>) {
        let own: BTreeSet<usize> = vars.iter().copied().collect();
        let mut touched = BTreeSet::new();
        for var in vars {
            let mut at = *var;
            while let Some(whole) = self.reduced.above[at] {
                if !touched.insert(whole) {
                    break;
                }
                at = whole;
            }
        }
        let roots: BTreeSet<usize> = vars.iter().map(|var| self.reduced.root_of[*var]).collect();
        let mut fixed = (0, 0);
        let mut pieces: BTreeMap<usize, Piece> = BTreeMap::new();
        for root in roots {
            let own = Own::of(&self.reduced.nodes, root, &own, &touched);
            match self.reduced.place_of.get(&root) {
                Some((component, place)) => {
                    pieces.entry(*component).or_default().push((*place, own));
                }
                None => {
                    fixed.0 += own.least_at(self.reduced.nodes[root].lo);
                    fixed.1 += own.most_at(self.reduced.nodes[root].hi);
                }
            }
        }
        (fixed, pieces.into_iter().collect())
    }

    fn program(&self, component: usize) -> &'r Program {
        &self.reduced.components[component].program
    }

    /// Bounds of presolve, and what the known points reach.
    fn look(&mut self, key: &(usize, Piece)) -> Range {
        if let Some(known) = self.known.get(key) {
            return *known;
        }
        let (component, piece) = key;
        let program = self.program(*component);
        let lo = least(piece, |place| program.lo[place]);
        let hi = most(piece, |place| program.hi[place]).min(MANY);
        self.open(*component);
        let mut range = Range { lo, hi, reached: None, stage: Stage::Looked };
        for point in self.points[*component].iter().flatten() {
            range.reach(piece, point);
        }
        self.known.insert(key.clone(), range);
        range
    }

    /// Finds a first point of a component, if none was sought before.
    fn open(&mut self, component: usize) {
        if self.points[component].is_some() {
            return;
        }
        let program = self.program(component);
        let mut found = Vec::new();
        if program.lo.len() <= SEARCH_MAX {
            match program.search(&program.lo, NODES_MAX) {
                Search::Point(point) => found.push(point),
                Search::Nothing => self.is_empty = true,
                Search::Unknown => {}
            }
        }
        for end in [End::Least, End::Most] {
            let left = self.pace.left();
            if !found.is_empty() || left.is_zero() {
                break;
            }
            let weight = |place: usize| i32::try_from(place % 5).unwrap_or(0);
            let weights: Vec<(usize, i32)> =
                (0..program.lo.len()).map(|place| (place, weight(place))).collect();
            let Some(optimum) = solve(program, &weights, end, left) else { continue };
            if program.holds(&optimum.point) {
                found.push(optimum.point);
            } else if let Some(point) = settle(program, &optimum) {
                found.push(point);
            }
        }
        self.points[component] = Some(found);
    }

    /// Exchanges from known points: down to the least, and up beyond what is small.
    fn walk(&mut self, key: &(usize, Piece)) -> Range {
        let mut range = self.look(key);
        if range.stage >= Stage::Walked || self.pace.left().is_zero() {
            return range;
        }
        let (component, piece) = key;
        let program = self.program(*component);
        let walk = self.walks.entry(*component).or_insert_with(|| Walk::of(program));
        let starts = self.points[*component].clone().unwrap_or_default();
        let ends = [End::Least, End::Most];
        for (mut point, end) in starts.into_iter().flat_map(|p| ends.map(|end| (p.clone(), end))) {
            let mut sums = sums(program, &point);
            for _ in 0..64 {
                range.reach(piece, &point);
                let is_done = match (end, range.reached) {
                    (End::Least, Some((low, _))) => low == range.lo,
                    (End::Most, Some((_, high))) => high > self.small || high == range.hi,
                    (_, None) => true,
                };
                if is_done || !advance(walk, (piece, end), &mut point, &mut sums) {
                    break;
                }
            }
        }
        range.stage = Stage::Walked;
        self.known.insert(key.clone(), range);
        range
    }

    /// Linear programs at both ends, and an exact search where they leave a gap.
    fn solve(&mut self, key: &(usize, Piece)) -> Range {
        let mut range = self.look(key);
        if range.stage >= Stage::Solved {
            return range;
        }
        let (component, piece) = key;
        let program = self.program(*component);
        for end in [End::Least, End::Most] {
            let left = self.pace.left();
            if range.is_settled(end, self.small) || left.is_zero() {
                continue;
            }
            let split = Split::of(program, piece, end);
            let weights: Vec<(usize, i32)> = split.counted.iter().map(|v| (*v, 1)).collect();
            let mut hint = Vec::new();
            if let Some(optimum) = solve(&split.program, &weights, end, left) {
                let bound = optimum.bound.map(|bound| bound + split.base);
                match (end, bound) {
                    (End::Least, Some(bound)) => range.lo = range.lo.max(bound),
                    (End::Most, Some(bound)) => range.hi = range.hi.min(bound),
                    (_, None) => {}
                }
                self.take(key, (&split, &optimum.point), &mut range);
                hint = optimum.point;
            }
            if program.lo.len() <= SEARCH_MAX {
                self.search(key, (&split, end), &hint, &mut range);
            }
        }
        range.stage = Stage::Solved;
        self.known.insert(key.clone(), range);
        range
    }

    /// Searches points at an end, and takes the bound back where there is none.
    fn search(
        &mut self,
        key: &(usize, Piece),
        (split, end): (&Split, End),
        hint: &[i64],
        range: &mut Range,
    ) {
        while !range.is_settled(end, self.small) && range.lo <= range.hi {
            let high = range.reached.map_or(0, |(_, high)| high + 1);
            let goal = match end {
                End::Least => range.lo,
                End::Most => range.hi.min(high.max(self.small + 1)),
            };
            match (split.reaching(end, goal).search(hint, NODES_MAX), end) {
                (Search::Point(point), _) => {
                    let before = range.reached;
                    self.take(key, (split, &point), range);
                    if range.reached == before {
                        return;
                    }
                }
                (Search::Nothing, End::Least) => range.lo = goal + 1,
                (Search::Nothing, End::Most) => range.hi = goal - 1,
                (Search::Unknown, _) => return,
            }
            if self.pace.left().is_zero() {
                return;
            }
        }
    }

    /// Takes up a point of a split program if it holds.
    fn take(
        &mut self,
        (component, piece): &(usize, Piece),
        (split, point): (&Split, &[i64]),
        range: &mut Range,
    ) {
        let point = split.joined(point);
        if self.program(*component).holds(&point) {
            range.reach(piece, &point);
            let points = self.points[*component].get_or_insert_default();
            if points.len() < POINTS_MAX {
                points.push(point);
            }
        }
    }
}

impl Range {
    /// Whether nothing more is to be found out at an end.
    fn is_settled(&self, end: End, small: i64) -> bool {
        match (end, self.reached) {
            (End::Least, Some((low, _))) => low == self.lo,
            (End::Most, Some((_, high))) => high == self.hi || (high > small && high > self.lo),
            (_, None) => false,
        }
    }

    fn reach(&mut self, piece: &Piece, point: &[i64]) {
        let low = least(piece, |place| point[place]);
        let high = most(piece, |place| point[place]);
        let (least, most) = self.reached.unwrap_or((low, high));
        self.reached = Some((least.min(low), most.max(high)));
    }
}

/// A point near an optimum of which only some values are integers: these stay.
fn settle(program: &Program, optimum: &Optimum) -> Option<Vec<i64>> {
    let mut near = program.clone();
    for (var, value) in optimum.point.iter().enumerate().filter(|(var, _)| optimum.settled[*var]) {
        let value = (*value).clamp(program.lo[var], program.hi[var]);
        (near.lo[var], near.hi[var]) = (value, value);
    }
    match near.search(&optimum.point, NODES_MAX) {
        Search::Point(point) => Some(point),
        Search::Nothing | Search::Unknown => None,
    }
}

fn least(piece: &Piece, value: impl Fn(usize) -> i64) -> i64 {
    piece.iter().map(|(place, own)| own.least_at(value(*place))).sum()
}

fn most(piece: &Piece, value: impl Fn(usize) -> i64) -> i64 {
    piece.iter().map(|(place, own)| own.most_at(value(*place))).sum()
}

/// One exchange that brings a piece nearer to an end; whether there was one.
fn advance(
    walk: &Walk<'_>,
    (piece, end): (&Piece, End),
    point: &mut [i64],
    sums: &mut [i64],
) -> bool {
    let values: BTreeMap<usize, i64> = piece.iter().map(|(at, _)| (*at, point[*at])).collect();
    let after = |step: &Vec<(usize, i64)>| {
        let value = |place: usize| {
            let by = step.iter().filter(|(var, _)| *var == place).map(|(_, by)| by).sum::<i64>();
            values.get(&place).copied().unwrap_or(0) + by
        };
        match end {
            End::Least => -least(piece, value),
            End::Most => most(piece, value),
        }
    };
    let now = after(&Vec::new());
    let by = if end == End::Least { -1 } else { 1 };
    let places: Vec<usize> = piece.iter().map(|(place, _)| *place).collect();
    places.into_iter().any(|place| {
        after(&vec![(place, by)]) > now
            && walk.step(point, sums, (place, by), |step| after(step) > now)
    })
}
