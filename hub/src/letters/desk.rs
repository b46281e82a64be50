//! The relay's desk: what it holds in memory of the letters that it opened, and its round.
//!
//! All of it is made again from the store: letters that wait are opened once more. What is lost
//! with the process are limits of letters that were passed on, and which letters in lists a
//! withdrawal could still take back; their recipients delete them instead.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use certs::letter::{Basis, Letter, LetterError, OpenedLetter, Routing};
use certs::referral::{EnvelopeId, PartNumber, Revealed, WithdrawalMark};
use certs::statement::Purpose;
use domain::digest::Digest;
use domain::referral::slot::{Hop, Rank, Slot, TICK_SECONDS};
use domain::unit::UnitId;
use jiff::Timestamp;
use jiff::civil::Date;
use proto::wire::sync::Lane;
use runtime::sealing::Pins;
use runtime::sql::{Database, SqlError, Tx};
use runtime::uplink::outbox;
use runtime::web::Lang;

use super::alarms::{self, Told};
use super::key::{self, Held, RelayKeyError};
use super::limits::Limits;
use super::rules::{
    FORGET_SECONDS, LETTERS_A_SLOT, LETTERS_TO_A_SCHOOL, PAGE, REFRESH_SECONDS, WAIT_SECONDS,
    WAITING_MAX,
};
use super::stated::{self, Stated};
use super::turns::Turns;
use super::{Post, opening, status};
use crate::config::Config;
use crate::relay::{News, way_to};
use crate::store::{alarm, letters, setting, unit as registered};

/// Kind of the alarm that the hub above refused letters.
const ALARM_REFUSED: &str = "letters_refused";

/// What the desk works with.
pub(super) struct Parts {
    pub(super) config: Config,
    pub(super) database: Database,
    pub(super) pins: Pins,
    pub(super) post: Arc<Post>,
    /// Whether there is a hub above.
    pub(super) has_parent: bool,
}

/// A list that this relay fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Served {
    /// What its unit opens letters as.
    pub(super) purpose: Purpose,
    /// Letters in every slot. It follows from what kind of unit that is, and says nothing of what
    /// waits.
    pub(super) letters: u8,
}

/// A letter that was opened and waits. Nothing of it is written down.
pub(super) struct Waiting {
    pub(super) rank: Rank,
    /// Who handed it in, by whom turns are counted; not known again of what was opened before this
    /// process began.
    pub(super) by: Option<UnitId>,
    /// The next hop, and what it opens the letter as.
    pub(super) to: UnitId,
    pub(super) purpose: Purpose,
    /// Which envelope, and the mark that takes it back.
    pub(super) marked: Option<(EnvelopeId, WithdrawalMark)>,
    pub(super) last_day: Option<Date>,
    pub(super) arrived_at_ms: i64,
}

/// An acknowledgement that waits.
#[derive(Clone)]
pub(super) struct Ack {
    pub(super) to: UnitId,
    pub(super) rank: Rank,
    pub(super) envelope: EnvelopeId,
    pub(super) number: PartNumber,
    pub(super) since: Timestamp,
}

/// A letter that lies in a list, as long as it is remembered.
#[derive(Clone)]
pub(super) struct Placed {
    pub(super) to: UnitId,
    pub(super) purpose: Purpose,
    pub(super) marked: (EnvelopeId, WithdrawalMark),
    /// Digest of the item in the list.
    pub(super) item: Digest,
    /// Name in the outbox, where it goes up.
    pub(super) name: String,
}

/// Why the desk did not get on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum DeskError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] SqlError),
    /// A key cannot be read.
    #[error(transparent)]
    Key(#[from] RelayKeyError),
    /// An empty letter could not be sealed.
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// An earlier round ended in the middle.
    #[error("an earlier look ended in the middle")]
    Poisoned,
}

/// The desk.
pub(super) struct Desk {
    pub(super) parts: Parts,
    keys: Vec<Held>,
    pub(super) stated: Arc<Stated>,
    /// By what it is seen that there are other statements, and the hour in which they were read.
    stated_mark: Option<((u64, u64), i64)>,
    /// Units whose lists are filled.
    pub(super) served: BTreeMap<UnitId, Served>,
    pub(super) slots: BTreeMap<UnitId, Slot>,
    pub(super) turns: Turns,
    pub(super) waiting: BTreeMap<u64, Waiting>,
    pub(super) acks: BTreeMap<u64, Ack>,
    pub(super) revoked: VecDeque<(EnvelopeId, Revealed)>,
    pub(super) placed: VecDeque<Placed>,
    pub(super) limits: Limits,
    /// What was put somewhere and nobody was told of yet.
    pub(super) news: News,
    told: Option<Told>,
    refreshed: Option<Timestamp>,
    forgot: Option<Timestamp>,
    tick: Option<i64>,
    has_begun: bool,
    /// Up to when time is believed to have passed: by it, and not by the clock, letters are dropped
    /// and forgotten.
    pub(super) past: Timestamp,
}

impl Served {
    /// Which hop its list begins.
    pub(super) const fn hop(self) -> Hop {
        match self.purpose {
            Purpose::Relay => Hop::BetweenRelays,
            _ => Hop::FromRelay,
        }
    }
}

impl Desk {
    /// An empty desk; its first round reads what there is.
    pub(super) fn new(parts: Parts) -> Self {
        Self {
            parts,
            keys: Vec::new(),
            stated: Arc::default(),
            stated_mark: None,
            served: BTreeMap::new(),
            slots: BTreeMap::new(),
            turns: Turns::default(),
            waiting: BTreeMap::new(),
            acks: BTreeMap::new(),
            revoked: VecDeque::new(),
            placed: VecDeque::new(),
            limits: Limits::default(),
            news: News::default(),
            told: None,
            refreshed: None,
            forgot: None,
            tick: None,
            has_begun: false,
            past: Timestamp::UNIX_EPOCH,
        }
    }

    pub(super) const fn own(&self) -> &UnitId {
        &self.parts.config.unit
    }

    /// What was put somewhere since it was asked for last.
    pub(super) fn take_news(&mut self) -> News {
        std::mem::take(&mut self.news)
    }

    /// One round: opens what came, and once in every tick fills the slots that are due. What is old
    /// is so by what was witnessed of the clock.
    pub(super) fn turn(&mut self, now: Timestamp, past: Timestamp) -> Result<(), DeskError> {
        self.past = past;
        self.look(now)?;
        let tick = now.as_second().div_euclid(TICK_SECONDS);
        if self.tick == Some(tick) {
            return Ok(());
        }
        self.tick = Some(tick);
        self.forget(now)?;
        if !self.keys.is_empty() {
            self.expire()?;
            self.fill_all(now)?;
            self.tell(now)?;
        }
        Ok(())
    }

    /// Reads keys and statements where it is time, and opens what came.
    pub(super) fn look(&mut self, now: Timestamp) -> Result<(), DeskError> {
        if is_due(self.refreshed, now, REFRESH_SECONDS) {
            self.refresh(now)?;
            self.refreshed = Some(now);
        }
        if self.keys.is_empty() {
            return Ok(());
        }
        if !self.has_begun {
            self.begin(now)?;
            self.has_begun = true;
        }
        while self.open_arrived(now)? {}
        Ok(())
    }

    fn refresh(&mut self, now: Timestamp) -> Result<(), DeskError> {
        self.keys = key::held(&self.parts.config)?;
        self.parts.post.set_relay(!self.keys.is_empty());
        let hour = now.as_second().div_euclid(3_600);
        let mark = (self.parts.database.read(stated::mark)?, hour);
        if self.stated_mark != Some(mark) {
            let pins = self.parts.pins.clone();
            let load = move |tx: &Tx<'_>| Stated::load(tx, &pins, now);
            self.stated = Arc::new(self.parts.database.read(load)?);
            self.stated_mark = Some(mark);
        }
        let (stated, own) = (self.stated.clone(), self.own().clone());
        let has_parent = self.parts.has_parent;
        let read = move |tx: &Tx<'_>| served(tx, &stated, (&own, has_parent));
        self.served = self.parts.database.read(read)?;
        Ok(())
    }

    /// Opens once more what waited when this hub ended.
    fn begin(&mut self, now: Timestamp) -> Result<(), DeskError> {
        let read = |tx: &Tx<'_>| Ok::<_, SqlError>((letters::slots(tx)?, letters::acks(tx)?));
        let (slots, acks) = self.parts.database.read(read)?;
        self.slots = slots.into_iter().collect();
        for (id, note) in acks {
            let ack = self.keys.iter().find_map(|held| opening::read_note(held, &note, now));
            if let Some(ack) = ack {
                self.acks.insert(id, ack);
            }
        }
        let mut after = 0;
        loop {
            let page = self.parts.database.read(move |tx| letters::opened(tx, after, PAGE))?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for arrived in &page {
                let opened = Letter::from_bytes(&arrived.letter).ok();
                let opened = opened.and_then(|letter| self.open(&letter));
                let routing = opened.as_ref().map(|(opened, _)| opened.routing());
                let Some(routing) = routing else { continue };
                self.limits.note(routing, now);
                if let Some(waiting) = waiting_of(self.own(), routing, arrived.arrived_at_ms) {
                    self.waiting.insert(arrived.id, waiting);
                }
            }
        }
        let since = now.as_millisecond().to_string();
        let note = move |tx: &Tx<'_>| setting::set(tx, status::COUNTED_SINCE, &since);
        Ok(self.parts.database.write("letters_begin", note)?)
    }

    /// Opens a letter with whichever key it is sealed to, and says which.
    pub(super) fn open(&self, letter: &Letter) -> Option<(OpenedLetter, Digest)> {
        let with = |held: &Held| Some((letter.open(&held.key).ok()?, held.digest()));
        self.keys.iter().find_map(with)
    }

    /// Drops what waited for too long, or beyond its consent's last day.
    fn expire(&mut self) -> Result<(), DeskError> {
        let today = runtime::clock::date_of(self.past);
        let oldest_ms = self.past.as_millisecond().saturating_sub(WAIT_SECONDS * 1_000);
        let is_over = |waiting: &Waiting| {
            waiting.arrived_at_ms < oldest_ms || waiting.last_day.is_some_and(|day| day < today)
        };
        let over = self.waiting.iter().filter(|(_, waiting)| is_over(waiting));
        let over: Vec<u64> = over.map(|(id, _)| *id).collect();
        let stale = self.acks.iter().filter(|(_, ack)| ack.since.as_millisecond() < oldest_ms);
        let stale: Vec<u64> = stale.map(|(id, _)| *id).collect();
        if over.is_empty() && stale.is_empty() {
            return Ok(());
        }
        let (gone, unsaid) = (over.clone(), stale.clone());
        self.parts.database.write("expire_letters", move |tx| {
            for id in gone {
                letters::remove(tx, id)?;
                letters::count(tx, status::EXPIRED, 1)?;
            }
            unsaid.into_iter().try_for_each(|id| letters::remove_ack(tx, id).map(drop))
        })?;
        self.waiting.retain(|id, _| !over.contains(id));
        self.acks.retain(|id, _| !stale.contains(id));
        Ok(())
    }

    /// Tells what is late, what waits for too long and whether the relay is full, where that has
    /// changed.
    fn tell(&mut self, now: Timestamp) -> Result<(), DeskError> {
        self.limits.forget(now);
        let stuck = self.waiting.values().filter(|one| !self.served.contains_key(&one.to)).count();
        let told = Told {
            late: self.limits.late(now),
            stuck: stuck as u64,
            held: self.held(now)?,
            is_full: self.waiting.len() >= WAITING_MAX,
        };
        self.parts.post.set_full(told.is_full);
        if self.told.as_ref() == Some(&told) {
            return Ok(());
        }
        let (own, new, now_ms) = (self.own().clone(), told.clone(), now.as_millisecond());
        let write = move |tx: &Tx<'_>| alarms::write(tx, &own, &new, now_ms);
        self.parts.database.write("letters_late", write)?;
        self.told = Some(told);
        Ok(())
    }

    /// Forgets letters that the hub above has answered, and once a day what need not be known.
    fn forget(&mut self, now: Timestamp) -> Result<(), DeskError> {
        let (own, now_ms) = (self.own().clone(), now.as_millisecond());
        self.parts.database.write("forget_letters", move |tx| {
            let refused = || Ok::<_, SqlError>(outbox::backlog(tx, Lane::Referral)?.refused);
            let before = refused()?;
            outbox::letters::forget(tx)?;
            let gone = before.saturating_sub(refused()?);
            if gone > 0 {
                let detail = alarms::REFUSED_SAID.in_lang(Lang::En);
                alarm::raise(tx, ALARM_REFUSED, own.as_str(), detail, now_ms)?;
            }
            letters::count(tx, status::REFUSED_ABOVE, gone)
        })?;
        if !is_due(self.forgot, now, FORGET_SECONDS) {
            return Ok(());
        }
        let (own, past) = (self.own().clone(), self.past);
        let oldest_ms = past.as_millisecond().saturating_sub(WAIT_SECONDS * 1_000);
        // A key that still opens letters would open those again that are not remembered.
        let held: Vec<Digest> = self.keys.iter().map(Held::digest).collect();
        self.parts.database.write("forget_seen_letters", move |tx| {
            letters::forget_old(tx, oldest_ms)?;
            for key in stated::ended(tx, &own, past)? {
                if !held.contains(&key) {
                    letters::forget_seen(tx, &key)?;
                }
            }
            Ok::<_, SqlError>(())
        })?;
        key::sweep(&self.parts.config)?;
        self.forgot = Some(now);
        Ok(())
    }
}

/// Whose lists this relay fills: who receives letters and is reached from here, not by another
/// relay; and every other relay, so that between relays silence and traffic look alike too.
fn served(
    tx: &Tx<'_>,
    stated: &Stated,
    (own, has_parent): (&UnitId, bool),
) -> Result<BTreeMap<UnitId, Served>, SqlError> {
    let mut served = BTreeMap::new();
    for (unit, purpose) in stated.units().filter(|(unit, _)| *unit != own) {
        let way = way_to(tx, unit)?;
        let is_served = match (purpose, &way) {
            (Purpose::Relay, way) => way.is_some() || has_parent,
            (_, Some(member)) => member == unit || stated.of(member, Purpose::Relay).is_none(),
            (_, None) => false,
        };
        if is_served {
            let letters = match purpose {
                Purpose::Relay => LETTERS_A_SLOT,
                _ => match registered::find(tx, unit)?.is_some_and(|one| one.kind.is_receiver()) {
                    true => LETTERS_A_SLOT,
                    false => LETTERS_TO_A_SCHOOL,
                },
            };
            served.entry(unit.clone()).or_insert(Served { purpose, letters });
        }
    }
    Ok(served)
}

/// What is remembered of a letter that goes on; nothing of one that ends here.
pub(super) fn waiting_of(own: &UnitId, routing: &Routing, arrived_at_ms: i64) -> Option<Waiting> {
    let way = routing.way()?;
    let (to, purpose) = match way.relay == *own {
        true => (way.recipient.clone(), Purpose::Referral),
        false => (way.relay.clone(), Purpose::Relay),
    };
    let (rank, marked, last_day) = match routing {
        Routing::Referral { carried, basis, withdrawal } => {
            let last_day = match basis {
                Basis::Consent { valid_to, .. } => Some(*valid_to),
                Basis::Emergency => None,
            };
            (Rank::of(carried.urgency), Some((carried.envelope, *withdrawal)), last_day)
        }
        Routing::Answer { carried, .. } => (Rank::answering(carried.urgency), None, None),
        Routing::Revocation { .. } => (Rank::Withdrawal, None, None),
        Routing::Ack { .. } | Routing::Dummy => return None,
    };
    Some(Waiting { rank, by: None, to, purpose, marked, last_day, arrived_at_ms })
}

fn is_due(last: Option<Timestamp>, now: Timestamp, seconds: i64) -> bool {
    // A clock that was put back does not stop the round.
    last.is_none_or(|last| !(0..seconds).contains(&(now.as_second() - last.as_second())))
}
