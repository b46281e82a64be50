//! Filling lists: in every slot of a list as many letters are put into it as always, what waits for
//! its opener, and where nothing waits letters with nothing in them.
//!
//! What leaves is sealed anew in the commit that takes out what it was made of. A list that nobody
//! fetches is not filled for ever.

use certs::digest::sha256;
use certs::letter::{Letter, Routing};
use certs::statement::{Purpose, VerifiedStatement};
use domain::referral::slot::{self, Leaves, Moment, Slot};
use domain::unit::UnitId;
use jiff::Timestamp;
use proto::wire::sync::Lane;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::outbox;

use super::desk::{Desk, DeskError, Placed, Served, Waiting};
use super::rules::{LISTED_SLOTS_MAX, QUEUED_MAX, REMEMBERED_MAX};
use super::status;
use crate::relay::{News, way_to};
use crate::store::letters;

/// A turn behind all those that were counted.
const SERVED_IN_THIS_SLOT: u64 = u64::MAX / 2;

/// Something that waits for a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A letter that was opened.
    Letter(u64),
    /// An acknowledgement.
    Ack(u64),
}

/// A letter that leaves, and what it was made of.
struct Sheet {
    letter: Letter,
    of: Option<Piece>,
    /// Whether what it was made of could not be passed on, so that it is an empty one.
    is_lost: bool,
}

impl Desk {
    /// Fills the slots that are due, of every list.
    pub(super) fn fill_all(&mut self, now: Timestamp) -> Result<(), DeskError> {
        let served: Vec<UnitId> = self.served.keys().cloned().collect();
        for unit in served {
            let news = self.fill(&unit, now)?;
            self.news = self.news.and(news);
        }
        Ok(())
    }

    /// Fills the slot of one unit, where one is due.
    pub(super) fn fill(&mut self, unit: &UnitId, now: Timestamp) -> Result<News, DeskError> {
        let Some(served) = self.served.get(unit).copied() else { return Ok(News::default()) };
        let last = self.slots.get(unit).copied();
        let due = slot::due(&Moment { hop: served.hop(), now, last });
        let statement = self.stated.of(unit, served.purpose);
        let Some((slot, statement)) = due.zip(statement) else { return Ok(News::default()) };
        if self.is_full(unit, served)? {
            return Ok(News::default());
        }
        let leaves = self.leaving((unit, served), slot).into_iter();
        let sheets = leaves.map(|leaves| self.sheet(leaves, statement));
        let sheets = sheets.collect::<Result<Vec<Sheet>, DeskError>>()?;
        let (to, purpose, now_ms) = (unit.clone(), served.purpose, now.as_millisecond());
        let (sheets, news) = self.parts.database.write("fill_slot", move |tx| {
            let news = place(tx, (&to, purpose), slot, &sheets, now_ms)?;
            Ok::<_, SqlError>((sheets, news))
        })?;
        self.slots.insert(unit.clone(), slot);
        sheets.into_iter().for_each(|sheet| self.left((unit, purpose), &sheet));
        Ok(news)
    }

    /// What lies in the places of a slot. Whoever has one of them comes behind the others of its
    /// rank in those that follow.
    fn leaving(&self, (unit, served): (&UnitId, Served), slot: Slot) -> Vec<Leaves<Piece>> {
        let mut queue = self.queue(unit, served.purpose);
        let mut chosen = Vec::new();
        for index in 0..served.letters {
            let leaves = slot::next(slot.place(index, served.letters), &queue);
            if let Leaves::Letter(piece) = leaves {
                queue.retain(|one| one.id != piece);
                let by = self.sender(piece);
                let its = queue.iter_mut().filter(|one| self.sender(one.id) == by);
                its.for_each(|one| one.turn = SERVED_IN_THIS_SLOT + u64::from(index));
            }
            chosen.push(leaves);
        }
        chosen
    }

    /// Who handed a letter in, as far as it is known; nobody did an acknowledgement, and all of
    /// them take turns as one.
    fn sender(&self, piece: Piece) -> Option<&UnitId> {
        match piece {
            Piece::Letter(id) => self.waiting.get(&id)?.by.as_ref(),
            Piece::Ack(_) => None,
        }
    }

    /// What waits for a unit.
    fn queue(&self, unit: &UnitId, purpose: Purpose) -> Vec<slot::Waiting<Piece>> {
        let letters = self.waiting.iter();
        let letters = letters.filter(|(_, one)| one.to == *unit && one.purpose == purpose);
        let turn = |one: &Waiting| self.turns.of(unit, one.by.as_ref());
        let letters = letters.map(|(id, one)| (one.rank, turn(one), *id, Piece::Letter(*id)));
        let acks = self.acks.iter().filter(|(_, ack)| ack.to == *unit);
        let acks = acks.filter(|_| purpose == Purpose::Referral);
        let of_acks = self.turns.of(unit, None);
        let acks = acks.map(|(id, ack)| (ack.rank, of_acks, *id, Piece::Ack(*id)));
        let all = letters.chain(acks);
        all.map(|(rank, turn, queued, id)| slot::Waiting { rank, turn, queued, id }).collect()
    }

    /// Whether so much lies there for a unit, unfetched, that nothing is added.
    pub(super) fn is_full(&self, unit: &UnitId, served: Served) -> Result<bool, SqlError> {
        let unit = unit.clone();
        let listed_max = LISTED_SLOTS_MAX.saturating_mul(u64::from(served.letters));
        self.parts.database.read(move |tx| {
            if served.purpose == Purpose::Relay && way_to(tx, &unit)?.is_none() {
                return Ok(outbox::backlog(tx, Lane::Referral)?.waiting >= QUEUED_MAX);
            }
            Ok(letters::listed(tx, &unit)? >= listed_max)
        })
    }

    /// Seals what leaves to who opens it next.
    fn sheet(&self, leaves: Leaves<Piece>, to: &VerifiedStatement) -> Result<Sheet, DeskError> {
        let Leaves::Letter(piece) = leaves else {
            return Ok(Sheet { letter: Letter::dummy(to)?, of: None, is_lost: false });
        };
        let made = match piece {
            Piece::Ack(id) => self.acks.get(&id).and_then(|ack| {
                let routing = Routing::Ack { envelope: ack.envelope, number: ack.number };
                Letter::seal(to, &routing, None).ok()
            }),
            Piece::Letter(id) => {
                let came = self.parts.database.read(move |tx| letters::find(tx, id))?;
                let came = came.and_then(|came| Letter::from_bytes(&came.letter).ok());
                let opened = came.and_then(|letter| self.open(&letter));
                opened.and_then(|(opened, _)| opened.rewrap(to).ok())
            }
        };
        let is_lost = made.is_none();
        let letter = match made {
            Some(letter) => letter,
            None => Letter::dummy(to)?,
        };
        Ok(Sheet { letter, of: Some(piece), is_lost })
    }

    /// Takes out of memory what has left, and remembers what a withdrawal may still take back.
    fn left(&mut self, (unit, purpose): (&UnitId, Purpose), sheet: &Sheet) {
        let waited = match sheet.of {
            Some(Piece::Letter(id)) => self.waiting.remove(&id),
            Some(Piece::Ack(id)) => {
                self.acks.remove(&id);
                self.turns.served(unit, None);
                None
            }
            None => None,
        };
        if let Some(waited) = &waited {
            self.turns.served(unit, waited.by.clone());
        }
        let marked = waited.and_then(|waited| waited.marked).filter(|_| !sheet.is_lost);
        let Some(marked) = marked else { return };
        self.placed.push_back(Placed {
            to: unit.clone(),
            purpose,
            marked,
            item: sha256(&outbox::letters::item(&sheet.letter)),
            name: outbox::letters::name(&sheet.letter),
        });
        if self.placed.len() > REMEMBERED_MAX {
            self.placed.pop_front();
        }
    }
}

/// Puts letters where they are fetched or sent from, and takes out what they were made of.
fn place(
    tx: &Tx<'_>,
    (to, purpose): (&UnitId, Purpose),
    slot: Slot,
    sheets: &[Sheet],
    now_ms: i64,
) -> Result<News, SqlError> {
    let way = way_to(tx, to)?;
    let mut news = News::default();
    for sheet in sheets {
        if way.is_none() && purpose == Purpose::Relay {
            news.queued |= outbox::letters::enqueue(tx, &sheet.letter, now_ms)?;
        } else {
            let item = outbox::letters::item(&sheet.letter);
            let item = (item.as_slice(), &sha256(&item));
            news.sent_down |= letters::put_down(tx, way.as_ref(), to, item, now_ms)?;
        }
        let counted = match sheet.of {
            Some(Piece::Letter(id)) => {
                letters::remove(tx, id)?;
                status::PASSED_ON
            }
            Some(Piece::Ack(id)) => {
                letters::remove_ack(tx, id)?;
                status::ACKNOWLEDGED
            }
            None => continue,
        };
        letters::count(tx, if sheet.is_lost { status::LOST } else { counted }, 1)?;
    }
    letters::set_slot(tx, to, slot)?;
    Ok(news)
}
