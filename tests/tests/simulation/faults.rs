//! What goes wrong in a run: drawn from its seed before it begins.

use tests::city::generate::Seeded;

use crate::machine::{Death, Disk};
use crate::town::{Town, Unit};

/// Something that goes wrong, or is over.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nothing passes between a member and its hub, in either direction or in one.
    Apart(String, Way),
    /// What is between them waits, and comes all at once when it is over.
    Held(String),
    /// Every message between them takes so long.
    Far(String, u64),
    /// Of a hundred messages between them so many, and what follows them, are lost.
    Loses(String, u64),
    /// The line between them is well again.
    Joined(String),
    /// A process ends, as when its machine is switched off, and comes back after a while.
    Crash(String, i64),
    /// A process ends at a commit or at a write.
    Doom(String, Death),
    /// The disk of a process.
    Disk(String, Disk),
    /// A clock is moved.
    Clock(String, i64),
    /// A hub makes a copy of itself.
    Copy(String),
    /// A hub is lost, and put back by its last copy.
    Restore(String),
}

/// In which direction nothing passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Neither way.
    Both,
    /// From the member to its hub.
    Up,
    /// From the hub to its member.
    Down,
}

/// When, by the simulator's time since the beginning.
pub type Plan = Vec<(i64, Fault)>;

/// Draws what goes wrong in a town within so many milliseconds, in the order of time.
#[must_use]
pub fn plan(seed: u64, town: &Town, within_ms: i64) -> Plan {
    let mut dice = Seeded::new(seed, "faults");
    let mut plan = Plan::new();
    for _ in 0..20 + dice.below(20) {
        let at_ms = below(&mut dice, within_ms);
        let lasts_ms = 500 + below(&mut dice, within_ms / 5);
        let unit = pick(&mut dice, &town.units);
        let over = (at_ms + lasts_ms).min(within_ms);
        match dice.below(10) {
            0..3 => line(&mut dice, unit, (at_ms, over), &mut plan),
            3 => plan.push((at_ms, Fault::Crash(unit.id.clone(), lasts_ms))),
            4..7 => plan.push((at_ms, Fault::Doom(unit.id.clone(), death(&mut dice)))),
            7..9 => {
                plan.push((at_ms, Fault::Disk(unit.id.clone(), disk(&mut dice))));
                plan.push((over, Fault::Disk(unit.id.clone(), Disk::Well)));
            }
            _ => plan.push((at_ms, Fault::Clock(unit.id.clone(), jump(&mut dice)))),
        }
    }
    let hubs: Vec<Unit> = town.units.iter().filter(|unit| unit.is_hub()).cloned().collect();
    if dice.below(2) == 0 {
        let hub = pick(&mut dice, &hubs).id.clone();
        let copied_ms = below(&mut dice, within_ms / 2);
        let lost_ms = copied_ms + 1_000 + below(&mut dice, within_ms / 2 - 1_000);
        plan.push((copied_ms, Fault::Copy(hub.clone())));
        plan.push((lost_ms, Fault::Restore(hub)));
    }
    plan.sort_by_key(|(at_ms, _)| *at_ms);
    plan
}

/// What makes everything that is broken on purpose show: a school that is cut off ends while it has
/// something to send, its hub and it end again once something was answered.
#[must_use]
pub fn known(within_ms: i64) -> Plan {
    let (school, hub) = ("S01".to_owned(), "370202001".to_owned());
    let at = |part: i64| within_ms * part / 10;
    vec![
        (0, Fault::Apart(school.clone(), Way::Both)),
        (at(3), Fault::Crash(school.clone(), 500)),
        (at(4), Fault::Joined(school.clone())),
        (at(7), Fault::Crash(hub, 500)),
        (at(8), Fault::Crash(school, 500)),
    ]
}

fn below(dice: &mut Seeded, limit_ms: i64) -> i64 {
    i64::try_from(dice.below(limit_ms.unsigned_abs())).expect("small")
}

fn pick<'u>(dice: &mut Seeded, units: &'u [Unit]) -> &'u Unit {
    let at = usize::try_from(dice.below(units.len() as u64)).expect("small");
    &units[at]
}

/// The line between a member and its hub; the city has none.
fn line(dice: &mut Seeded, unit: &Unit, (at_ms, over): (i64, i64), plan: &mut Plan) {
    let id = unit.id.clone();
    if unit.parent.is_none() {
        return;
    }
    let fault = match dice.below(6) {
        0 | 1 => Fault::Apart(id.clone(), Way::Both),
        2 => Fault::Apart(id.clone(), if dice.below(2) == 0 { Way::Up } else { Way::Down }),
        3 => Fault::Held(id.clone()),
        4 => Fault::Far(id.clone(), 100 + dice.below(3_000)),
        _ => Fault::Loses(id.clone(), 1 + dice.below(10)),
    };
    plan.push((at_ms, fault));
    plan.push((over, Fault::Joined(id)));
}

fn death(dice: &mut Seeded) -> Death {
    let when = 1 + u32::try_from(dice.below(4)).expect("small");
    match dice.below(3) {
        0 => Death::BeforeCommit(when),
        1 => Death::AfterCommit(when),
        _ => Death::AtWrite(when),
    }
}

fn disk(dice: &mut Seeded) -> Disk {
    match dice.below(4) {
        0 => Disk::Full,
        1 => Disk::Locked,
        _ => Disk::Slow(1 + dice.below(400)),
    }
}

/// Up to a day and a half, forward or back.
fn jump(dice: &mut Seeded) -> i64 {
    let by_ms = i64::try_from(dice.below(36 * 3_600_000)).expect("small");
    if dice.below(2) == 0 { by_ms } else { -by_ms }
}
