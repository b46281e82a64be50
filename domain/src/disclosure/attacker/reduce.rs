//! Presolve: the same system with far fewer unknowns and rows, without losing anything.
//!
//! Single rows become bounds, fixed unknowns leave, an equality is taken out of every row that
//! holds it whole, unknowns with the same rows become one, and what hangs together is parted into
//! components. Everything is exact in integers. Schools that are treated alike fall together here,
//! which is why a year of a district becomes small.

#![expect(clippy::indexing_slicing, reason = "places come from the system's own lists")]

use std::collections::BTreeMap;

use super::own::Node;
use super::program::{Empty, Program, Sum};
use super::system::{MANY, System};
use super::turn::turn;

/// Rounds of simplification; each but the last made the system smaller.
const ROUNDS_MAX: usize = 60;

/// The reduced system.
pub(super) struct Reduced {
    pub nodes: Vec<Node>,
    /// The node without a node above it that holds each unknown.
    pub root_of: Vec<usize>,
    /// The node above each node.
    pub above: Vec<Option<usize>>,
    pub components: Vec<Component>,
    /// The component of each root, and its place there; none where it is in no row.
    pub place_of: BTreeMap<usize, (usize, usize)>,
}

/// Unknowns and rows that hang together.
pub(super) struct Component {
    pub program: Program,
}

struct Work {
    nodes: Vec<Node>,
    above: Vec<Option<usize>>,
    rows: Vec<Sum>,
}

impl Reduced {
    /// Reduces a system.
    pub fn of(system: &System<'_>) -> Result<Self, Empty> {
        let node = |_| Node { lo: 0, hi: MANY, parts: Vec::new() };
        let mut nodes: Vec<Node> = (0..system.unknowns).map(node).collect();
        system.zeros.iter().for_each(|zero| nodes[*zero].hi = 0);
        let row = |row: &super::system::Row| Sum { vars: row.vars.clone(), lo: row.lo, hi: row.hi };
        let rows = system.rows.iter().map(row).collect();
        let mut work = Work { above: vec![None; nodes.len()], nodes, rows };
        for _ in 0..ROUNDS_MAX {
            if !work.simplify()? {
                break;
            }
        }
        Ok(work.finish(system.unknowns))
    }
}

impl Work {
    /// One round; whether anything changed.
    fn simplify(&mut self) -> Result<bool, Empty> {
        let before = (self.nodes.len(), self.weight());
        self.drop_fixed()?;
        self.tighten()?;
        self.drop_fixed()?;
        self.take_out();
        self.merge_rows()?;
        turn(&mut self.rows)?;
        self.merge_columns();
        Ok(before != (self.nodes.len(), self.weight()))
    }

    fn weight(&self) -> usize {
        self.rows.iter().map(|row| row.vars.len()).sum()
    }

    /// Takes fixed unknowns out of rows, turns rows of one unknown into bounds, and drops rows
    /// that say nothing.
    fn drop_fixed(&mut self) -> Result<(), Empty> {
        let nodes = &mut self.nodes;
        let mut kept = Vec::with_capacity(self.rows.len());
        for mut row in self.rows.drain(..) {
            let fixed: i64 = row
                .vars
                .iter()
                .filter(|v| nodes[**v].lo == nodes[**v].hi)
                .map(|v| nodes[*v].lo)
                .sum();
            row.vars.retain(|var| nodes[*var].lo < nodes[*var].hi);
            row.lo -= fixed;
            if row.hi < MANY {
                row.hi -= fixed;
            }
            match row.vars.as_slice() {
                [] if row.lo > 0 || row.hi < 0 => return Err(Empty),
                [] => {}
                [var] => {
                    let node = &mut nodes[*var];
                    node.lo = node.lo.max(row.lo);
                    node.hi = node.hi.min(row.hi);
                    if node.lo > node.hi {
                        return Err(Empty);
                    }
                }
                vars => {
                    let low: i64 = vars.iter().map(|var| nodes[*var].lo).sum();
                    let high: i64 = vars.iter().map(|var| nodes[*var].hi).sum();
                    if low < row.lo || high > row.hi {
                        kept.push(row);
                    }
                }
            }
        }
        self.rows = kept;
        Ok(())
    }

    fn tighten(&mut self) -> Result<(), Empty> {
        let mut program = Program::new(
            self.nodes.iter().map(|node| node.lo).collect(),
            self.nodes.iter().map(|node| node.hi).collect(),
            std::mem::take(&mut self.rows),
        );
        program.propagate(40 * program.rows.len() + 1_000)?;
        for (node, (lo, hi)) in self.nodes.iter_mut().zip(program.lo.into_iter().zip(program.hi)) {
            node.lo = lo;
            node.hi = hi;
        }
        self.rows = program.rows;
        Ok(())
    }

    /// Takes each equality out of the rows that hold all of its unknowns.
    fn take_out(&mut self) {
        let mut touching: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            row.vars.iter().for_each(|var| touching.entry(*var).or_default().push(at));
        }
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by_key(|at| self.rows[*at].vars.len());
        for at in order {
            let Sum { vars, lo, hi } = self.rows[at].clone();
            if lo != hi || vars.is_empty() {
                continue;
            }
            let rarest = vars.iter().filter_map(|var| touching.get(var)).min_by_key(|t| t.len());
            for other in rarest.cloned().unwrap_or_default() {
                let row = &mut self.rows[other];
                if other == at || row.vars.len() <= vars.len() || !is_inside(&vars, &row.vars) {
                    continue;
                }
                row.vars.retain(|var| vars.binary_search(var).is_err());
                row.lo -= lo;
                if row.hi < MANY {
                    row.hi -= lo;
                }
            }
        }
    }

    /// Rows over the same unknowns are one.
    fn merge_rows(&mut self) -> Result<(), Empty> {
        let mut merged: BTreeMap<Vec<usize>, (i64, i64)> = BTreeMap::new();
        for row in self.rows.drain(..) {
            let (lo, hi) = merged.entry(row.vars).or_insert((row.lo, row.hi));
            *lo = (*lo).max(row.lo);
            *hi = (*hi).min(row.hi);
            if lo > hi {
                return Err(Empty);
            }
        }
        self.rows = merged.into_iter().map(|(vars, (lo, hi))| Sum { vars, lo, hi }).collect();
        Ok(())
    }

    /// Unknowns in the same rows are one.
    fn merge_columns(&mut self) {
        let mut rows_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            row.vars.iter().for_each(|var| rows_of.entry(*var).or_default().push(at));
        }
        let mut alike: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for (var, rows) in rows_of {
            alike.entry(rows).or_default().push(var);
        }
        let mut into: BTreeMap<usize, usize> = BTreeMap::new();
        for parts in alike.into_values().filter(|parts| parts.len() > 1) {
            let whole = self.nodes.len();
            parts.iter().for_each(|part| self.above[*part] = Some(whole));
            into.extend(parts.iter().map(|part| (*part, whole)));
            let lo = parts.iter().map(|part| self.nodes[*part].lo).sum();
            let hi: i64 = parts.iter().map(|part| self.nodes[*part].hi).sum();
            self.nodes.push(Node { lo, hi: hi.min(MANY), parts });
            self.above.push(None);
        }
        if into.is_empty() {
            return;
        }
        for row in &mut self.rows {
            row.vars.iter_mut().for_each(|var| *var = into.get(var).copied().unwrap_or(*var));
            row.vars.sort_unstable();
            row.vars.dedup();
        }
    }

    fn finish(self, unknowns: usize) -> Reduced {
        let Self { nodes, above, rows } = self;
        let mut root_of: Vec<usize> = (0..nodes.len()).collect();
        // A node above has a higher number, so going down from the top settles each once.
        for node in (0..nodes.len()).rev() {
            if let Some(whole) = above[node] {
                root_of[node] = root_of[whole];
            }
        }
        root_of.truncate(unknowns);
        let mut components = Vec::new();
        let mut place_of = BTreeMap::new();
        for (roots, rows) in parted(rows) {
            let number = components.len();
            let local: BTreeMap<usize, usize> =
                roots.iter().enumerate().map(|(place, root)| (*root, place)).collect();
            place_of.extend(local.iter().map(|(root, place)| (*root, (number, *place))));
            let rows = rows.into_iter().map(|row| {
                let vars = row.vars.iter().filter_map(|var| local.get(var).copied()).collect();
                Sum { vars, ..row }
            });
            let bound = |pick: fn(&Node) -> i64| roots.iter().map(|r| pick(&nodes[*r])).collect();
            let program =
                Program::new(bound(|node| node.lo), bound(|node| node.hi), rows.collect());
            components.push(Component { program });
        }
        Reduced { nodes, root_of, above, components, place_of }
    }
}

/// Whether all of a sorted list stand in another.
fn is_inside(few: &[usize], many: &[usize]) -> bool {
    few.iter().all(|var| many.binary_search(var).is_ok())
}

/// Unknowns and rows by what hangs together.
fn parted(rows: Vec<Sum>) -> Vec<(Vec<usize>, Vec<Sum>)> {
    let mut leader: BTreeMap<usize, usize> = BTreeMap::new();
    for row in &rows {
        let mut first = None;
        for var in &row.vars {
            let own = find(&mut leader, *var);
            let to = *first.get_or_insert(own);
            leader.insert(own, to);
        }
    }
    let mut found: BTreeMap<usize, (Vec<usize>, Vec<Sum>)> = BTreeMap::new();
    let vars: Vec<usize> = leader.keys().copied().collect();
    for var in vars {
        let own = find(&mut leader, var);
        found.entry(own).or_default().0.push(var);
    }
    for row in rows {
        let Some(first) = row.vars.first().copied() else { continue };
        let own = find(&mut leader, first);
        found.entry(own).or_default().1.push(row);
    }
    found.into_values().collect()
}

fn find(leader: &mut BTreeMap<usize, usize>, var: usize) -> usize {
    let mut at = var;
    let mut path = Vec::new();
    loop {
        let next = *leader.entry(at).or_insert(at);
        if next == at {
            break;
        }
        path.push(at);
        at = next;
    }
    for step in path {
        leader.insert(step, at);
    }
    at
}
