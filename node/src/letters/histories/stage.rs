//! One history: the stores of both sides as files, a clock, a road, dice, and what was done.

use std::fs;
use std::path::PathBuf;

use domain::referral::slot::SLOT_SECONDS;
use domain::referral::{Event, State};
use jiff::{SignedDuration, Timestamp};
use proto::wire::sync::ItemKind;
use runtime::sql::{SqlError, Tx};

use super::road::Road;
use super::town::{HOUSES, Town, open_ledger};
use crate::intake::testing::{Look, look};
use crate::ledger::entry::RecordId;
use crate::ledger::{Ledger, aside, intake, letters};
use crate::letters::renewing::{self, RENEWED_MS};
use crate::letters::road::Desk;
use crate::letters::{acknowledging, answers, copying, ending, restoring, revoking};
use crate::list::testing::now;
use crate::transfer::letters::{self as queue, Tick};
use crate::transfer::{Transfer, addressed};

/// Numbers that a seed decides: `SplitMix64`.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another one, which is not zero.
    pub(super) fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.draw() % most as u64).expect("small")
    }

    /// Whether something happens that does so many times in a hundred.
    pub(super) fn percent(&mut self, times: u64) -> bool {
        self.draw() % 100 < times
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// The stores of one side.
pub(super) struct Stores {
    pub(super) ledger: Ledger,
    pub(super) transfer: Transfer,
    at: (PathBuf, PathBuf),
}

/// What the school does at a tick, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Post {
    Take,
    End,
    Revoke,
    Renew,
    Ask,
    Copy,
    Leave,
}

const POST: [Post; 7] =
    [Post::Take, Post::End, Post::Revoke, Post::Renew, Post::Ask, Post::Copy, Post::Leave];

/// Which store's writes are lost where a step is killed between its two stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loses {
    Ledger,
    Transfer,
}

pub(super) struct Stage<'t> {
    pub(super) town: &'t Town,
    folder: tempfile::TempDir,
    files: u32,
    /// The school first, then the houses.
    pub(super) units: Vec<Stores>,
    pub(super) now: Timestamp,
    pub(super) dice: Dice,
    pub(super) road: Road,
    /// When each unit had its certificate renewed last: with every tick at which it has a network.
    renewed: Vec<Timestamp>,
    /// Referrals that were opened.
    pub(super) records: Vec<RecordId>,
    /// The school was killed while it took back: it may tell a recipient of what that never got.
    pub(super) has_told_too_much: bool,
    /// Acts of the school that were accepted, with the state before.
    pub(super) acted: Vec<(RecordId, Event, State)>,
    log: Vec<String>,
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.told());
        }
    }
}

impl<'t> Stage<'t> {
    pub(super) fn begin(town: &'t Town, seed: u64) -> Self {
        let mut dice = Dice(seed);
        let houses = 1 + dice.below(HOUSES.len());
        let folder = tempfile::tempdir().expect("folder");
        let mut stage = Self {
            town,
            folder,
            files: 0,
            units: Vec::new(),
            now: now(),
            dice,
            road: Road::new(1 + houses),
            renewed: vec![now(); 1 + houses],
            records: Vec::new(),
            has_told_too_much: false,
            acted: Vec::new(),
            log: vec![format!("history {seed}, {houses} houses")],
        };
        for place in 0..=houses {
            let name = match place {
                0 => "school.db".to_owned(),
                house => format!("house-{}.db", house - 1),
            };
            let at = (stage.file(), stage.file());
            fs::copy(town.template(&name), &at.0).expect("copied");
            fs::copy(town.template("transfer.db"), &at.1).expect("copied");
            let (ledger, transfer) = (open_ledger(&at.0), Transfer::open(&at.1).expect("transfer"));
            stage.units.push(Stores { ledger, transfer, at });
        }
        stage
    }

    /// A path where nothing lies yet.
    fn file(&mut self) -> PathBuf {
        self.files += 1;
        self.folder.path().join(format!("{}.db", self.files))
    }

    pub(super) fn note(&mut self, what: &str) {
        self.log.push(format!("{} {what}", self.now));
    }

    /// Everything that happened, a line each.
    pub(super) fn told(&self) -> String {
        self.log.join("\n")
    }

    pub(super) fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    pub(super) fn school(&self) -> &Ledger {
        &self.units[0].ledger
    }

    pub(super) fn houses(&self) -> usize {
        self.units.len() - 1
    }

    /// The node is gone, and opened again from its files.
    pub(super) fn crash(&mut self, unit: usize) {
        self.note(&format!("unit {unit} is killed"));
        let at = self.units[unit].at.clone();
        self.units[unit].ledger = open_ledger(&at.0);
        self.units[unit].transfer = Transfer::open(&at.1).expect("transfer");
    }

    /// Does something of which one store's writes are lost: the node was killed before they were on
    /// the disk, and after the other's were.
    fn torn(&mut self, unit: usize, loses: Loses, work: impl FnOnce(&mut Self)) {
        self.note(&format!("unit {unit} is killed between its stores: the {loses:?} loses"));
        let path = self.file();
        match loses {
            Loses::Ledger => {
                self.units[unit].ledger.database().copy_to(&path).expect("copied");
                work(self);
                self.units[unit].ledger = open_ledger(&path);
                self.units[unit].at.0 = path;
            }
            Loses::Transfer => {
                self.units[unit].transfer.database().copy_to(&path).expect("copied");
                work(self);
                self.units[unit].transfer = Transfer::open(&path).expect("transfer");
                self.units[unit].at.1 = path;
            }
        }
    }

    /// One slot of a unit, in its steps. A node that is killed stops after one of them, or within.
    pub(super) fn tick(&mut self, unit: usize, may_die: bool) {
        self.pass(SLOT_SECONDS);
        if !self.road.is_cut(unit, self.now) {
            self.renewed[unit] = self.now;
        }
        let steps = if unit == 0 { POST.len() } else { 4 };
        let dies_in = match may_die && self.dice.percent(12) {
            true => self.dice.below(steps),
            false => steps,
        };
        for step in 0..steps {
            if step != dies_in {
                self.step(unit, step);
                continue;
            }
            let loses = match unit {
                0 => match POST[step] {
                    Post::Take => Some(Loses::Transfer),
                    Post::End | Post::Revoke | Post::Copy => Some(Loses::Ledger),
                    Post::Renew | Post::Ask | Post::Leave => None,
                },
                _ => [Some(Loses::Transfer), None, None, Some(Loses::Ledger)][step],
            };
            self.has_told_too_much |= unit == 0 && loses == Some(Loses::Ledger);
            match loses {
                Some(loses) => self.torn(unit, loses, |stage| stage.step(unit, step)),
                None => self.crash(unit),
            }
            return;
        }
    }

    /// The school's desk with its certificate.
    pub(super) fn desk(&self) -> Desk {
        self.town.desk(self.renewed[0])
    }

    fn step(&self, unit: usize, step: usize) {
        let Stores { ledger, transfer, .. } = &self.units[unit];
        if unit == 0 {
            return self.post(POST[step]);
        }
        let house = &self.town.houses[unit - 1];
        let step = [Look::Take, Look::Pass, Look::Seal, Look::Leave][step];
        let identity = house.identity(self.renewed[unit]);
        look((ledger, transfer), &house.receiver, (&identity, self.now), step);
    }

    fn post(&self, step: Post) {
        let Stores { ledger, transfer, .. } = &self.units[0];
        let (desk, now) = (&self.desk(), self.now);
        match step {
            Post::Take => {
                answers::take(ledger, transfer, desk, now).expect("taken");
            }
            Post::End => {
                ending::end(ledger, transfer, desk, now).expect("ended");
            }
            Post::Revoke => {
                revoking::revoke(ledger, transfer, desk, now).expect("revoked");
            }
            Post::Renew => {
                renewing::renew(ledger, transfer, desk, now).expect("renewed");
            }
            Post::Ask => {
                restoring::ask(ledger, desk, now).expect("asked");
                acknowledging::acknowledge(ledger, desk, now).expect("acknowledged");
            }
            Post::Copy => {
                copying::copy(ledger, transfer, now.as_millisecond()).expect("copied");
            }
            Post::Leave => {
                let of = desk.clone();
                let relay: Result<_, SqlError> = ledger.read(move |tx| of.relay(tx, now));
                let relay = relay.expect("read").expect("a relay");
                let leave = move |tx: &Tx<'_>| queue::leave(tx, &Tick { relay: &relay, now });
                let left: Result<usize, SqlError> = transfer.write("leave", leave);
                left.expect("left");
            }
        }
    }

    /// A copy of a unit's stores, as a backup is made.
    pub(super) fn backup(&mut self, unit: usize) -> (PathBuf, PathBuf) {
        let to = (self.file(), self.file());
        let of = &self.units[unit];
        of.transfer.database().copy_to(&to.1).expect("copied");
        of.ledger.database().copy_to(&to.0).expect("copied");
        self.note(&format!("unit {unit} is copied"));
        to
    }

    /// A unit is put back from a copy, as one that says of itself that it is one.
    pub(super) fn put_back(&mut self, unit: usize, copy: &(PathBuf, PathBuf)) {
        self.reopen(unit, copy);
        let now = self.now;
        let noted = self.units[unit].ledger.write("put_back", move |tx| {
            restoring::note(tx, letters::SeenBy::Copy, (i64::MAX, now))
        });
        noted.unwrap_or_else(|error| panic!("{error}"));
        self.note(&format!("unit {unit} knows that it was put back"));
    }

    /// The same of one that does not know that it was put back.
    pub(super) fn reopen(&mut self, unit: usize, copy: &(PathBuf, PathBuf)) {
        let at = (self.file(), self.file());
        fs::copy(&copy.0, &at.0).expect("copied");
        fs::copy(&copy.1, &at.1).expect("copied");
        let (ledger, transfer) = (open_ledger(&at.0), Transfer::open(&at.1).expect("transfer"));
        self.units[unit] = Stores { ledger, transfer, at };
        self.note(&format!("unit {unit} is put back"));
    }

    /// A referral whose content a house holds, with the house.
    pub(super) fn open_at_a_house(&self) -> Option<(usize, i64)> {
        (1..self.units.len()).find_map(|unit| {
            let all = self.units[unit].ledger.read(|tx| intake::latest(tx, 50)).expect("entries");
            let open = all.into_iter().find(|one| one.erased.is_none())?;
            Some((unit, open.id))
        })
    }

    /// What still waits anywhere, in words; nothing once all is quiet.
    pub(super) fn waiting(&self) -> Vec<String> {
        let mut waits = Vec::new();
        let mut say = |unit: usize, what: &str, count: usize| {
            if count > 0 {
                waits.push(format!("unit {unit}: {count} {what}"));
            }
        };
        let of_school = |tx: &Tx<'_>| {
            Ok::<_, SqlError>((
                letters::waiting_letters(tx, 100)?.len(),
                letters::to_ask(tx)?.len(),
                aside::all(tx, None)?.len(),
            ))
        };
        let (letters, asks, asides) = self.school().read(of_school).expect("school");
        say(0, "letters in the ledger", letters);
        say(0, "recipients to be told", asks);
        say(0, "answers put aside", asides);
        // Where nothing is lost every answer is heard of; what was lost is sealed anew in time.
        let since_ms = self.now.as_millisecond().saturating_sub(RENEWED_MS);
        let has_lost = self.road.has_lost();
        for (unit, stores) in self.units.iter().enumerate() {
            let of_queue = |tx: &Tx<'_>| {
                let queued = queue::waiting(tx)?.waiting;
                let came = addressed::waiting(tx, ItemKind::Letter, 0, 100)?.len();
                Ok::<_, SqlError>((usize::try_from(queued).unwrap_or(0), came))
            };
            let (queued, came) = stores.transfer.read(of_queue).expect("transfer");
            say(unit, "letters in the queue", queued);
            say(unit, "letters in the inbox", came);
            say(unit, "letters on the road", self.road.on_way(unit));
            let of_house = move |tx: &Tx<'_>| {
                let unsealed = usize::from(intake::first_unsealed(tx, 0)?.is_some());
                let unasked = aside::to_ask(tx, i64::MIN)?.len();
                let questions = aside::all_asked(tx)?.len();
                let unheard = intake::unheard::to_renew(tx, since_ms)?.len();
                let letters = intake::queued(tx)?.len();
                Ok::<_, SqlError>((unsealed, letters, questions + unasked, unheard))
            };
            let (unsealed, letters, asks, unheard) = stores.ledger.read(of_house).expect("house");
            say(unit, "answers that nobody acknowledged", if has_lost { unheard } else { 0 });
            say(unit, "acts to be sealed", unsealed);
            say(unit, "questions of and to its school", asks);
            say(unit, "answers in the queue", letters);
        }
        waits
    }
}
