//! Puts parts together that come in any order, several times, or never.
//!
//! Memory is bounded whatever comes, and an envelope of one part, which is the usual one, waits for
//! nothing: it is given even where others have filled the room. What contradicts is refused and
//! what came first stays; an envelope that then does not open has to be sent anew under a new id.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use super::parts::{Part, Whole};
use super::terms::EnvelopeId;

/// Most envelopes that wait for parts.
pub const ENVELOPES_MAX: usize = 16;

/// How many envelopes are remembered after they were given. Who must never take one twice keeps
/// its id for good.
pub const GIVEN_MAX: usize = 1_024;

/// Parts of envelopes that are not whole yet.
#[derive(Default)]
pub struct Collector {
    waiting: BTreeMap<EnvelopeId, Pieces>,
    given: VecDeque<EnvelopeId>,
}

/// What became of a part.
pub enum Taken {
    /// It is kept until the others are here.
    Waits,
    /// It was here before, or its envelope was given.
    Known,
    /// It was the last one.
    Whole(Whole),
}

/// Why a part is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CollectError {
    /// Another number of parts than the first one said, or other bytes under a number.
    #[error("the part contradicts one of the same envelope")]
    Contradicts,
    /// Too many envelopes wait; the part can be offered again.
    #[error("{ENVELOPES_MAX} envelopes wait for parts")]
    Full,
}

struct Pieces {
    of: u8,
    since: Timestamp,
    parts: BTreeMap<u8, Vec<u8>>,
}

impl Collector {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a part that came now.
    ///
    /// # Errors
    /// It contradicts what is here, or there is no room; nothing is changed.
    pub fn take(&mut self, part: &Part, now: Timestamp) -> Result<Taken, CollectError> {
        let (envelope, number) = (part.envelope(), part.number());
        if self.given.contains(&envelope) {
            return Ok(Taken::Known);
        }
        let Some(pieces) = self.waiting.get_mut(&envelope) else {
            return self.begin(part, now);
        };
        if pieces.of != number.of() {
            return Err(CollectError::Contradicts);
        }
        match pieces.parts.get(&number.number()) {
            Some(known) if known == part.bytes() => return Ok(Taken::Known),
            Some(_) => return Err(CollectError::Contradicts),
            None => pieces.parts.insert(number.number(), part.bytes().to_vec()),
        };
        if pieces.parts.len() < usize::from(pieces.of) {
            return Ok(Taken::Waits);
        }
        let whole = Whole::joined(envelope, pieces.parts.values().map(Vec::as_slice));
        self.waiting.remove(&envelope);
        Ok(self.give(whole))
    }

    /// Forgets envelopes whose first part came before that; gives their ids.
    pub fn forget(&mut self, before: Timestamp) -> Vec<EnvelopeId> {
        let old = self.waiting.iter().filter(|(_, pieces)| pieces.since < before);
        let old: Vec<EnvelopeId> = old.map(|(envelope, _)| *envelope).collect();
        for envelope in &old {
            self.waiting.remove(envelope);
        }
        old
    }

    /// How many envelopes wait for parts.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    fn begin(&mut self, part: &Part, now: Timestamp) -> Result<Taken, CollectError> {
        let (envelope, of) = (part.envelope(), part.number().of());
        if of == 1 {
            return Ok(self.give(Whole::joined(envelope, [part.bytes()])));
        }
        if self.waiting.len() >= ENVELOPES_MAX {
            return Err(CollectError::Full);
        }
        let parts = BTreeMap::from([(part.number().number(), part.bytes().to_vec())]);
        self.waiting.insert(envelope, Pieces { of, since: now, parts });
        Ok(Taken::Waits)
    }

    fn give(&mut self, whole: Whole) -> Taken {
        self.given.push_back(whole.envelope());
        if self.given.len() > GIVEN_MAX {
            self.given.pop_front();
        }
        Taken::Whole(whole)
    }
}

#[cfg(test)]
mod tests;
