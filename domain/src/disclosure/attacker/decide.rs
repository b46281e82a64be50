//! The verdict about each hidden figure: what bounds it, and which worlds show that it can move.
//!
//! Cheap means first: bounds of presolve, worlds that are already known, moves of these; then
//! linear programs, then an exact search where the piece is small. Figures that are structurally
//! alike have the same key and are solved once. Worlds are moved in place: any world is as good as
//! the one before it.

#![expect(clippy::indexing_slicing, reason = "places come from the reduced system's own lists")]

use std::collections::{BTreeMap, BTreeSet};

use super::cover::{beside, covered};
use super::linear::{End, Optimum, solve};
use super::own::Own;
use super::program::{Empty, Program, Search};
use super::reduce::Reduced;
use super::room::fills;
use super::split::Split;
use super::system::{MANY, Target};
use super::tries::Tries;
use super::world::{Way, World};
use super::{Finding, Pace, Verdict};

/// Worlds that are kept of a component.
const WORLDS_MAX: usize = 4;

/// Moves of one world towards an end.
const MOVES_MAX: usize = 64;

/// How much is tried for one step of a world: greedy moves, and changes of moves that are sought by
/// going back.
#[derive(Clone, Copy)]
struct Effort {
    greedy: usize,
    sought: usize,
}

/// Ways in which each move is tried: each begins elsewhere in its rows.
const TURNS: [usize; 8] = [1, 7, 31, 3, 101, 17, 59, 211];

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
    /// Walked with moves that are sought: cheaper than a program, and mostly enough.
    Sought,
    Solved,
    /// Walked once more, from the points of the programs too and with more tries.
    Again,
}

impl Stage {
    const fn effort(self) -> Effort {
        match self {
            Self::Looked | Self::Walked => Effort { greedy: 24, sought: 0 },
            Self::Sought | Self::Solved => Effort { greedy: 24, sought: 20_000 },
            Self::Again => Effort { greedy: 2_000, sought: 200_000 },
        }
    }
}

/// Decides about all targets of a reduced system.
pub(super) struct Decider<'r> {
    reduced: &'r Reduced,
    small: i64,
    pace: &'r mut dyn Pace,
    worlds: BTreeMap<usize, Vec<World>>,
    known: BTreeMap<(usize, Piece), Range>,
    /// Whether a component has no point at all: the tables contradict each other.
    is_empty: bool,
}

impl<'r> Decider<'r> {
    pub fn new(reduced: &'r Reduced, small: i64, pace: &'r mut dyn Pace) -> Self {
        let (worlds, known) = (BTreeMap::new(), BTreeMap::new());
        Self { reduced, small, pace, worlds, known, is_empty: false }
    }

    /// Whether no component was found to be without any point.
    pub fn fits(mut self) -> bool {
        for component in 0..self.reduced.components.len() {
            self.open(component);
        }
        !self.is_empty
    }

    pub fn decide(mut self, targets: &[Target<'_>]) -> Result<Vec<Finding>, Empty> {
        let findings = targets.iter().map(|target| self.find(target)).collect();
        if self.is_empty { Err(Empty) } else { Ok(findings) }
    }

    fn find(&mut self, target: &Target<'_>) -> Finding {
        let (fixed, pieces) = self.pieces(&target.vars);
        let mut ranges: Vec<Range> = pieces.iter().map(|piece| self.look(piece)).collect();
        for stage in [Stage::Walked, Stage::Sought, Stage::Solved, Stage::Again] {
            for (at, piece) in pieces.iter().enumerate() {
                let is_enough = self.is_harmless(fixed, &ranges) && !self.is_quick(&pieces, stage);
                if is_enough || self.verdict(fixed, &ranges) != Verdict::Undecided {
                    break;
                }
                ranges[at] = match stage {
                    Stage::Looked => ranges[at],
                    Stage::Walked | Stage::Sought | Stage::Again => self.walk(piece, stage),
                    Stage::Solved => self.solve(piece),
                };
            }
        }
        let (mut verdict, mut lo, mut hi) = self.concluded(fixed, &ranges);
        if verdict == Verdict::Undecided {
            // Needs no time, and says what is forced where there was none to solve: of a figure
            // that stays undecided too, on whose lower end others rely.
            let mut beside_others = ranges;
            for (range, (component, piece)) in beside_others.iter_mut().zip(&pieces) {
                let known = (range.lo, range.hi);
                (range.lo, range.hi) = beside(self.program(*component), piece, known);
            }
            (verdict, lo, hi) = self.concluded(fixed, &beside_others);
        }
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

    /// The verdict with the ends: what lies from 1 to small is proven, whether it was reached or
    /// not.
    fn concluded(&self, fixed: (i64, i64), ranges: &[Range]) -> (Verdict, i64, i64) {
        let lo = ranges.iter().fold(fixed.0, |sum, range| sum + range.lo);
        let hi = ranges.iter().fold(fixed.1, |sum, range| sum + range.hi);
        let verdict = match self.verdict(fixed, ranges) {
            Verdict::Undecided if lo >= 1 && hi <= self.small => Verdict::Proven,
            Verdict::Undecided if self.is_harmless(fixed, ranges) => Verdict::Safe,
            verdict => verdict,
        };
        (verdict, lo, hi)
    }

    /// Whether worlds at hand show nothing, or more than what is small: then no small count
    /// follows, though it may have one value only.
    fn is_harmless(&self, fixed: (i64, i64), ranges: &[Range]) -> bool {
        reached(fixed, ranges).is_some_and(|(least, most)| least <= 0 || most > self.small)
    }

    /// Whether a stage is done soon enough to be gone through for a figure that does no harm: to
    /// say whether it has one value only.
    fn is_quick(&self, pieces: &[(usize, Piece)], stage: Stage) -> bool {
        let is_small =
            |(component, _): &(usize, Piece)| self.program(*component).lo.len() <= SEARCH_MAX;
        stage < Stage::Solved || pieces.iter().all(is_small)
    }

    /// What is decided so far; `fixed` is the part that stands in no row and moves freely.
    fn verdict(&self, fixed: (i64, i64), ranges: &[Range]) -> Verdict {
        let lo = ranges.iter().fold(fixed.0, |sum, range| sum + range.lo);
        let hi = ranges.iter().fold(fixed.1, |sum, range| sum + range.hi);
        if lo == hi {
            return Verdict::Exact;
        }
        let Some((least, most)) = reached(fixed, ranges) else { return Verdict::Undecided };
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
        let (lo, hi) = covered(program, piece);
        self.open(*component);
        let mut range = Range { lo, hi, reached: None, stage: Stage::Looked };
        for world in self.worlds.get(component).into_iter().flatten() {
            range.reach(piece, &world.values);
        }
        self.known.insert(key.clone(), range);
        range
    }

    /// Finds a first world of a component, if none was sought before.
    fn open(&mut self, component: usize) {
        if self.worlds.contains_key(&component) {
            return;
        }
        let program = self.program(component);
        if !fills(program) {
            self.is_empty = true;
            self.worlds.insert(component, Vec::new());
            return;
        }
        let mut found: Vec<World> = World::first(program, self.pace).into_iter().collect();
        if found.is_empty() && program.lo.len() <= SEARCH_MAX {
            match program.search(&program.lo, NODES_MAX, self.pace) {
                Search::Point(point) => found.push(World::of(program, point)),
                Search::Nothing => self.is_empty = true,
                Search::Unknown => {}
            }
        }
        for end in [End::Least, End::Most] {
            let left = self.pace.left();
            if !found.is_empty() || self.is_empty || left.is_zero() {
                break;
            }
            let weight = |place: usize| i32::try_from(place % 5).unwrap_or(0);
            let weights: Vec<(usize, i32)> =
                (0..program.lo.len()).map(|place| (place, weight(place))).collect();
            let Some(optimum) = solve(program, &weights, end, left) else { continue };
            if program.holds(&optimum.point) {
                found.push(World::of(program, optimum.point));
            } else if let Some(point) = settle(program, &optimum, self.pace) {
                found.push(World::of(program, point));
            }
        }
        self.worlds.insert(component, found);
    }

    /// Moves known worlds: down to the least, and where that is not zero up beyond what is small.
    fn walk(&mut self, key: &(usize, Piece), stage: Stage) -> Range {
        let mut range = self.look(key);
        if range.stage >= stage || self.pace.left().is_zero() {
            return range;
        }
        let (component, piece) = key;
        let program = self.program(*component);
        let effort = stage.effort();
        let pace = &mut *self.pace;
        for world in self.worlds.get_mut(component).into_iter().flatten() {
            for _ in 0..MOVES_MAX {
                range.reach(piece, &world.values);
                let Some(end) = range.wants(self.small) else { break };
                let is_moved = advance(program, world, (piece, end), (effort, &mut *pace))
                    || (range.is_above(self.small)
                        && advance(program, world, (piece, End::Most), (effort, &mut *pace)));
                if is_moved {
                    continue;
                }
                // It goes no lower: whether it can go up beyond what is small is the other way.
                if end == End::Least {
                    range.climb(program, world, (piece, self.small), (effort, &mut *pace));
                }
                break;
            }
        }
        range.stage = stage;
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
            self.mend(key, (&split, end), &hint, &mut range);
            if program.lo.len() <= SEARCH_MAX {
                self.search(key, (&split, end), &hint, &mut range);
            }
        }
        range.stage = Stage::Solved;
        self.known.insert(key.clone(), range);
        range
    }

    /// Mends the point of a program so that the end is reached, from several sides.
    fn mend(
        &mut self,
        key: &(usize, Piece),
        (split, end): (&Split, End),
        hint: &[i64],
        range: &mut Range,
    ) {
        let goal = match end {
            End::Least => range.lo,
            End::Most => range.hi.min(self.small + 1),
        };
        let program = split.reaching(end, goal);
        for turn in TURNS {
            if hint.is_empty() || range.is_settled(end, self.small) || self.pace.left().is_zero() {
                break;
            }
            if let Some(world) = World::near(&program, hint, turn, self.pace) {
                self.take(key, (split, &world.values), range);
            }
        }
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
            let found = split.reaching(end, goal).search(hint, NODES_MAX, self.pace);
            match (found, end) {
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
            let worlds = self.worlds.entry(*component).or_default();
            if worlds.len() < WORLDS_MAX {
                worlds.push(World::of(&self.reduced.components[*component].program, point));
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

    /// Towards which end worlds must still be moved to show that the piece can be nothing or can be
    /// more than small, and that it can differ; nothing where they show it.
    fn wants(&self, small: i64) -> Option<End> {
        let (low, high) = self.reached?;
        match (low < high, low <= 0, high > small) {
            (true, true, _) | (true, _, true) => None,
            (false, true, _) => Some(End::Most),
            _ => Some(End::Least),
        }
    }

    /// Whether worlds show it above what is small.
    fn is_above(&self, small: i64) -> bool {
        self.reached.is_some_and(|(_, high)| high > small)
    }

    /// Moves a world up until the piece is above what is small.
    fn climb(
        &mut self,
        program: &Program,
        world: &mut World,
        (piece, small): (&Piece, i64),
        (effort, pace): (Effort, &mut dyn Pace),
    ) {
        while !self.is_above(small)
            && advance(program, world, (piece, End::Most), (effort, &mut *pace))
        {
            self.reach(piece, &world.values);
        }
    }

    fn reach(&mut self, piece: &Piece, point: &[i64]) {
        let low = least(piece, |place| point[place]);
        let high = most(piece, |place| point[place]);
        let (least, most) = self.reached.unwrap_or((low, high));
        self.reached = Some((least.min(low), most.max(high)));
    }
}

/// How far a figure goes in worlds at hand; nothing where a component has none.
fn reached(fixed: (i64, i64), ranges: &[Range]) -> Option<(i64, i64)> {
    ranges.iter().try_fold(fixed, |(least, most), range| {
        range.reached.map(|(low, high)| (least + low, most + high))
    })
}

/// A point near an optimum of which only some values are integers: these stay.
fn settle(program: &Program, optimum: &Optimum, pace: &mut dyn Pace) -> Option<Vec<i64>> {
    let mut near = program.clone();
    for (var, value) in optimum.point.iter().enumerate().filter(|(var, _)| optimum.settled[*var]) {
        let value = (*value).clamp(program.lo[var], program.hi[var]);
        (near.lo[var], near.hi[var]) = (value, value);
    }
    match near.search(&optimum.point, NODES_MAX, pace) {
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

/// One move that brings a piece nearer to an end; whether there was one.
fn advance(
    program: &Program,
    world: &mut World,
    (piece, end): (&Piece, End),
    (effort, pace): (Effort, &mut dyn Pace),
) -> bool {
    let by = if end == End::Least { -1 } else { 1 };
    // A change that brings the piece back is none; one that leaves it where it is may mend a row.
    let gain = |own: &Own, value: i64, by: i64| match end {
        End::Least => own.least_at(value) - own.least_at(value + by),
        End::Most => own.most_at(value + by) - own.most_at(value),
    };
    let values: Vec<i64> = piece.iter().map(|(place, _)| world.values[*place]).collect();
    let may = |var: usize, by: i64| {
        let own = piece.binary_search_by_key(&var, |(place, _)| *place);
        own.map_or(true, |at| gain(&piece[at].1, values[at], by) >= 0)
    };
    let helps = |at: &usize| gain(&piece[*at].1, values[*at], by) > 0;
    let places: Vec<usize> = (0..piece.len()).filter(helps).collect();
    let mut tries = 0;
    'greedy: for turn in (0..effort.greedy).map(|round| TURNS[round % TURNS.len()] + round) {
        let way = Way { may: &may, turn };
        for at in (0..places.len()).map(|at| places[(at + turn) % places.len()]) {
            if pace.is_over() {
                return false;
            }
            if world.push(program, (piece[at].0, by), &way) {
                return true;
            }
            tries += 1;
            if tries >= effort.greedy {
                break 'greedy;
            }
        }
    }
    let way = Way { may: &may, turn: 0 };
    let each = effort.sought / places.len().max(1);
    places.iter().any(|at| {
        let tries = &mut Tries::new(each, &mut *pace);
        each > 0 && world.seek(program, (piece[*at].0, by), &way, tries)
    })
}
