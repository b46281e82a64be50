//! The road between a school and its houses: one relay that opens what comes up and seals it anew.
//! It loses what is then sent again, delays, reorders and doubles, and units are cut off. What
//! travels as an answer it loses for good, as a relay whose disk is gone does.

use std::collections::BTreeSet;

use certs::letter::{Letter, Routing};
use certs::statement::VerifiedStatement;
use jiff::Timestamp;
use proto::frame::decode_item;
use proto::wire::sync::Lane;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::outbox::{self, ProvenAnswer, SentItem, frame_waiting, letters::item};

use super::stage::Stage;
use super::town::HOUSES;
use crate::transfer::addressed;

/// What the relay holds.
pub(super) struct Road {
    /// Letters on their way down, by unit.
    lanes: Vec<Vec<Letter>>,
    /// Until when each unit is cut off.
    cut: Vec<Option<Timestamp>>,
    /// Names of letters that the relay opened: it opens each once.
    opened: BTreeSet<String>,
    /// Answers that the relay opened, by the unit that sent them.
    answers: Vec<usize>,
    /// Whether it loses every answer.
    loses: bool,
    /// Whether it lost one.
    has_lost: bool,
}

impl Road {
    pub(super) fn new(units: usize) -> Self {
        Self {
            lanes: vec![Vec::new(); units],
            cut: vec![None; units],
            opened: BTreeSet::new(),
            answers: vec![0; units],
            loses: false,
            has_lost: false,
        }
    }

    /// From now on the relay loses every answer, or none on a calm road.
    pub(super) fn lose(&mut self, loses: bool) {
        self.loses = loses;
    }

    pub(super) fn has_lost(&self) -> bool {
        self.has_lost
    }

    /// How many answers of a unit the relay opened.
    pub(super) fn answers(&self, unit: usize) -> usize {
        self.answers[unit]
    }

    pub(super) fn on_way(&self, unit: usize) -> usize {
        self.lanes[unit].len()
    }

    pub(super) fn cut(&mut self, unit: usize, until: Option<Timestamp>) {
        self.cut[unit] = until;
    }

    pub(super) fn is_cut(&self, unit: usize, now: Timestamp) -> bool {
        self.cut[unit].is_some_and(|until| now < until)
    }
}

/// Moves what can move. On a calm road nothing is lost, late or twice.
pub(super) fn move_on(stage: &mut Stage<'_>, is_calm: bool) {
    for unit in 0..stage.units.len() {
        if !stage.road.is_cut(unit, stage.now) {
            push(stage, unit, is_calm);
            pull(stage, unit, is_calm);
        }
    }
}

/// What lies in the outbox gets its frames and is handed to the relay; what is lost or whose answer
/// is lost stays, and comes again.
fn push(stage: &mut Stage<'_>, unit: usize, is_calm: bool) {
    let (transfer, now_ms) = (stage.units[unit].transfer.clone(), stage.now.as_millisecond());
    let lane = Lane::Referral;
    let framed: Result<Vec<SentItem>, SqlError> = transfer.write("frame", move |tx| {
        frame_waiting(tx, lane, 100, now_ms)?;
        outbox::sent(tx, lane, 1_000)
    });
    for sent in framed.expect("framed").into_iter().rev() {
        let Some(sequence) = sent.sequence.filter(|_| sent.outcome.is_none()) else { continue };
        if !is_calm && stage.dice.percent(20) {
            continue;
        }
        if stage.road.opened.insert(sent.name.clone()) {
            let item = decode_item(&sent.item).expect("item");
            pass_on(stage, unit, &Letter::from_bytes(&item.body).expect("letter"), is_calm);
        }
        if is_calm || !stage.dice.percent(10) {
            let answered = transfer.write("answered", move |tx| answer(tx, sequence, now_ms));
            answered.expect("answered");
        }
    }
}

/// The hub has a frame.
fn answer(tx: &Tx<'_>, sequence: u64, now_ms: i64) -> Result<(), SqlError> {
    let lane = Lane::Referral;
    let epoch = outbox::lane_head(tx, lane, now_ms)?.epoch;
    let frame = outbox::frame_digest(tx, lane, &epoch, sequence)?.unwrap_or_default();
    let nothing = Vec::new;
    let answer = ProvenAnswer {
        epoch,
        lane,
        sequence,
        frame,
        outcome: 1,
        code: String::new(),
        reason: String::new(),
        answered_at_ms: now_ms,
        body: nothing(),
        path: nothing(),
        root: nothing(),
        signature: nothing(),
    };
    outbox::record_answer(tx, &answer).map(drop)
}

/// The relay opens a letter and seals what is in it to its addressee.
fn pass_on(stage: &mut Stage<'_>, from: usize, letter: &Letter, is_calm: bool) {
    let opened = letter.open(&stage.town.relay).expect("a letter to the relay");
    let way = match opened.routing() {
        Routing::Referral { carried, .. } | Routing::Answer { carried, .. } => &carried.way,
        Routing::Revocation { way, .. } => way,
        Routing::Ack { .. } | Routing::Dummy => return,
    };
    if matches!(opened.routing(), Routing::Answer { .. }) {
        stage.road.answers[from] += 1;
        if stage.road.loses || (!is_calm && stage.dice.percent(8)) {
            stage.road.has_lost = true;
            return;
        }
    }
    let place = HOUSES.iter().position(|(id, _)| *id == way.recipient.as_str());
    let to = place.map_or(0, |place| place + 1);
    let stated = stated(stage, to).clone();
    let times = if !is_calm && stage.dice.percent(10) { 2 } else { 1 };
    for _ in 0..times {
        stage.road.lanes[to].push(opened.rewrap(&stated).expect("rewrapped"));
    }
    if let Routing::Referral { carried, .. } = opened.routing()
        && (is_calm || !stage.dice.percent(20))
    {
        let ack = Routing::Ack { envelope: carried.envelope, number: carried.number };
        let ack = Letter::seal(&stage.town.school, &ack, None).expect("sealed");
        stage.road.lanes[from].push(ack);
    }
}

fn stated<'s>(stage: &'s Stage<'_>, unit: usize) -> &'s VerifiedStatement {
    match unit {
        0 => &stage.town.school,
        house => &stage.town.houses[house - 1].stated,
    }
}

/// What lies in the list of a unit comes down, in any order and some of it later.
fn pull(stage: &mut Stage<'_>, unit: usize, is_calm: bool) {
    let mut all = std::mem::take(&mut stage.road.lanes[unit]);
    while !all.is_empty() {
        let letter = all.swap_remove(stage.dice.below(all.len()));
        if !is_calm && stage.dice.percent(30) {
            stage.road.lanes[unit].push(letter);
            continue;
        }
        let (item, now_ms) = (item(&letter), stage.now.as_millisecond());
        let stored: Result<bool, SqlError> = stage.units[unit]
            .transfer
            .write("arrive", move |tx| addressed::store(tx, &item, now_ms));
        stored.expect("stored");
    }
}
