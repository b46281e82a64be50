//! One run: a town lives through its faults, is healed, and must come to rest in order.

use std::collections::BTreeMap;
use std::time::Duration;

use hub::backup::{self, Plan as CopyPlan};
use runtime::passphrase::Passphrase;
use runtime::sql::{Database, Options};
use turmoil::Sim;

use crate::faults::{Fault, Plan, Way, known, plan};
use crate::invariants::{Violation, always, at_rest};
use crate::machine::{Counts, Disk, Machines};
use crate::observe::{holdings_of, observe};
use crate::process::{HubParts, SchoolParts};
use crate::town::{BEGIN_MS, PASSPHRASE, Town, Unit, host};

/// How far the simulator's time moves with a step.
const TICK_MS: i64 = 20;

/// How long things go wrong, and offices begin to send: in a run that searches, and in one that
/// shows something known.
pub const LONG_MS: i64 = 60_000;
pub const SHORT_MS: i64 = 20_000;

/// How long a town may take after that to come to rest: a line that is cut unseen is noticed
/// within a minute, and a member waits for up to a minute before it dials again.
const REST_MS: i64 = 300_000;

/// How long something that is broken on purpose is waited for: it does not mend.
const BROKEN_REST_MS: i64 = 5_000;

/// How often it is looked whether the town is at rest.
const LOOK_MS: i64 = 5_000;

/// How long a process that died by itself is away.
const AWAY_MS: i64 = 700;

/// A unit that does not keep a promise: what is wrong with it each time that it begins again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A hub forgets which sequence it expects next.
    ForgetsWatermark,
    /// A hub forgets the contribution that came last.
    ForgetsContribution,
    /// A hub adds the last contribution to its sums once more.
    CountsAgain,
    /// A school forgets what has no answer.
    ForgetsUnanswered,
    /// A school gives what it sent last other bytes under the same receipt.
    ChangesSent,
}

impl Broken {
    /// What it does to a store.
    fn sabotage(self) -> (bool, &'static str) {
        match self {
            Self::ForgetsWatermark => (
                true,
                "delete from answer_place;
                 update lane_epoch set next_sequence = 1, last_frame = x'', recent_answers = ''",
            ),
            Self::ForgetsContribution => (
                true,
                "delete from contribution_signature where contribution =
                     (select max(id) from contribution);
                 delete from contribution where id = (select max(id) from contribution)",
            ),
            Self::CountsAgain => (
                true,
                "update total set schools_reported = schools_reported + 1, members = members + 1",
            ),
            Self::ForgetsUnanswered => (false, "delete from outbox_item where outcome is null"),
            Self::ChangesSent => (
                false,
                "update outbox_item set answer = x'00' where id =
                     (select max(id) from outbox_item where outcome is not null)",
            ),
        }
    }

    fn damage(self, unit: &Unit) {
        let (is_hub, sql) = self.sabotage();
        if is_hub == unit.is_hub() && unit.store().exists() {
            let store = rusqlite::Connection::open(unit.store()).expect("store");
            // A store that has just begun has no tables yet.
            let _ = store.execute_batch(sql);
        }
    }
}

/// How a run ended.
pub struct Ended {
    /// All that happened, in order.
    pub trace: Vec<String>,
    /// Promises that were broken.
    pub violations: Vec<Violation>,
    /// What was counted.
    pub counts: Counts,
    /// Simulated milliseconds.
    pub took_ms: i64,
}

struct Play<'s> {
    town: &'s Town,
    sim: Sim<'s>,
    broken: Option<Broken>,
    trouble_ms: i64,
    now_ms: i64,
    /// Who is away, and when it comes back.
    away: BTreeMap<String, i64>,
    violations: Vec<Violation>,
}

/// Plays the run of a seed with so many milliseconds of trouble, or one with something that is
/// known to be wrong.
#[must_use]
pub fn play(seed: u64, trouble_ms: i64, broken: Option<Broken>) -> Ended {
    let machines = Machines::default();
    let _in_place = machines.take_over();
    let town = Town::found(&machines, seed, trouble_ms);
    let (sim, away) = (begin(seed, &town), BTreeMap::new());
    let violations = Vec::new();
    let mut play = Play { town: &town, sim, broken, trouble_ms, now_ms: 0, away, violations };
    let faults = match broken {
        Some(_) => known(trouble_ms),
        None => plan(seed, &town, trouble_ms),
    };
    play.live_through(faults);
    play.heal();
    play.rest();
    let Play { violations, now_ms, sim, .. } = play;
    drop(sim);
    let (trace, counts) = (town.machines.trace(), town.machines.counts());
    Ended { trace, violations, counts, took_ms: now_ms }
}

fn begin<'s>(seed: u64, town: &'s Town) -> Sim<'s> {
    let ms = |ms: i64| Duration::from_millis(ms.unsigned_abs());
    let mut sim = turmoil::Builder::new()
        .rng_seed(seed)
        .tick_duration(ms(TICK_MS))
        .simulation_duration(ms(2 * (LONG_MS + REST_MS)))
        .min_message_latency(ms(1))
        .max_message_latency(ms(60))
        .repair_rate(0.3)
        .tcp_capacity(1_024)
        .build();
    for unit in &town.units {
        if unit.is_hub() {
            let parts = HubParts::new(town, unit);
            sim.host(unit.host(), move || ended(parts.clone().run()));
        } else {
            let parts = SchoolParts::new(town, unit);
            sim.host(unit.host(), move || ended(parts.clone().run()));
        }
    }
    sim
}

async fn ended(process: impl Future<Output = ()>) -> turmoil::Result {
    process.await;
    Ok(())
}

impl Play<'_> {
    fn machines(&self) -> &Machines {
        &self.town.machines
    }

    fn live_through(&mut self, faults: Plan) {
        let mut faults = faults.into_iter().peekable();
        while self.now_ms < self.trouble_ms {
            while let Some((_, fault)) = faults.next_if(|(at_ms, _)| *at_ms <= self.now_ms) {
                self.machines().note(&format!("{fault:?}"));
                self.befall(fault);
            }
            self.step();
        }
        faults.for_each(|(_, fault)| self.befall(fault));
    }

    /// One step of everybody's time; who died is taken away, and who was away for long comes back.
    fn step(&mut self) {
        self.machines().set_now(BEGIN_MS + self.now_ms);
        self.sim.step().expect("no process ends by itself");
        self.now_ms += TICK_MS;
        let dead = self.town.units.iter().filter(|unit| self.machines().is_dead(&unit.folder));
        let dead: Vec<Unit> = dead.cloned().collect();
        for unit in dead {
            if !self.away.contains_key(&unit.id) {
                self.end(&unit, AWAY_MS);
            }
        }
        let now_ms = self.now_ms;
        let back = self.away.extract_if(.., |_, at_ms| *at_ms <= now_ms);
        let back: Vec<String> = back.map(|(id, _)| id).collect();
        for id in back {
            let unit = self.town.unit(&id);
            if let Some(broken) = self.broken {
                broken.damage(unit);
            }
            self.machines().begin(&unit.folder);
            self.sim.bounce(unit.host());
        }
    }

    /// Ends a process; what it leaves must be in order.
    fn end(&mut self, unit: &Unit, away_ms: i64) {
        self.machines().end(&unit.folder);
        self.sim.crash(unit.host());
        self.away.insert(unit.id.clone(), self.now_ms + away_ms);
        if unit.is_hub()
            && let Some(holdings) = holdings_of(unit)
        {
            self.violations.extend(always(&unit.id, &holdings));
        }
    }

    fn befall(&mut self, fault: Fault) {
        let folder = |id: &str| self.town.unit(id).folder.clone();
        match fault {
            Fault::Apart(id, way) => {
                let (own, above) = self.ends(&id);
                match way {
                    Way::Both => self.sim.partition(own, above),
                    Way::Up => self.sim.partition_oneway(own, above),
                    Way::Down => self.sim.partition_oneway(above, own),
                }
            }
            Fault::Held(id) => {
                let (own, above) = self.ends(&id);
                self.sim.hold(own, above);
            }
            Fault::Far(id, ms) => {
                let (own, above) = self.ends(&id);
                self.sim.set_link_latency(own, above, Duration::from_millis(ms));
            }
            Fault::Loses(id, of_hundred) => {
                let (own, above) = self.ends(&id);
                let rate = f64::from(u32::try_from(of_hundred).expect("small")) / 100.0;
                self.sim.set_link_fail_rate(own, above, rate);
            }
            Fault::Joined(id) => self.join(&id),
            Fault::Crash(id, away_ms) => self.crash(&id, away_ms),
            Fault::Doom(id, death) => self.machines().doom(&folder(&id), death),
            Fault::Disk(id, disk) => self.machines().set_disk(&folder(&id), disk),
            Fault::Clock(id, by_ms) => self.machines().jump(&folder(&id), by_ms),
            Fault::Copy(id) => self.copy(&id),
            Fault::Restore(id) => self.restore(&id),
        }
    }

    fn ends(&self, id: &str) -> (String, String) {
        let parent = self.town.unit(id).parent.as_deref().expect("a member");
        (host(id), host(parent))
    }

    fn join(&mut self, id: &str) {
        let (own, above) = self.ends(id);
        self.sim.set_link_fail_rate(own.clone(), above.clone(), 0.0);
        self.sim.set_link_latency(own.clone(), above.clone(), Duration::from_millis(20));
        self.sim.release(own.clone(), above.clone());
        self.sim.repair(own, above);
    }

    fn crash(&mut self, id: &str, away_ms: i64) {
        if !self.away.contains_key(id) {
            let unit = self.town.unit(id).clone();
            self.end(&unit, away_ms);
        }
    }

    /// A hub copies itself by the code that its operator's commands run.
    fn copy(&mut self, id: &str) {
        let unit = self.town.unit(id);
        let open = Database::open(&unit.store(), Options::plain(hub::store::MIGRATIONS));
        let database = open.expect("store");
        let plan = CopyPlan { to: self.town.copies.clone(), hour: 0, keep: 3 };
        let now_ms = self.machines().clock(&unit.folder).now_ms();
        let config = self.town.config(unit);
        backup::make(&config, &database, &plan, now_ms).expect("a copy");
    }

    /// A hub is lost and put back by its latest copy, as its operator does it.
    fn restore(&mut self, id: &str) {
        let unit = self.town.unit(id).clone();
        let config = self.town.config(&unit);
        let copies = backup::found(&self.town.copies, &config);
        let Some(latest) = copies.first() else { return };
        self.crash(id, AWAY_MS);
        std::fs::remove_dir_all(&unit.folder).expect("lost");
        let copy = self.town.copies.join(&latest.name);
        let phrase = Passphrase::chosen(PASSPHRASE).expect("passphrase");
        let key = backup::open_copy(&copy, &phrase).expect("key");
        let now_ms = self.machines().clock(&unit.folder).now_ms();
        backup::restore(&copy, &unit.folder, &key, &[], now_ms).expect("put back");
    }

    /// All that was wrong is over; clocks stay where they are.
    fn heal(&mut self) {
        self.machines().note("healed");
        for unit in &self.town.units {
            self.machines().set_disk(&unit.folder, Disk::Well);
            if unit.parent.is_some() {
                self.join(&unit.id);
            }
        }
    }

    /// Waits until everything has come to rest in order; what is out of order at the end is wrong.
    fn rest(&mut self) {
        let rest_ms = if self.broken.is_some() { BROKEN_REST_MS } else { REST_MS };
        let end_ms = self.now_ms + rest_ms;
        loop {
            let look_ms = self.now_ms + LOOK_MS;
            while self.now_ms < look_ms {
                self.step();
            }
            let found = at_rest(&observe(self.town), &self.town.zone);
            if found.is_empty() || self.now_ms >= end_ms {
                self.machines().note("at rest");
                self.violations.extend(found);
                return;
            }
        }
    }
}
