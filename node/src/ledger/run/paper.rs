//! Sheets of paper, typed twice: both passes as they were typed, and what was looked up where they
//! differ.

use std::collections::HashMap;

use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::people::Stamp;
use super::{InstrumentId, ParticipantId};
use crate::ledger::entry::Moment;
use crate::ledger::{packed, strange};

/// Which time a sheet is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pass {
    /// The first time.
    First,
    /// The second time, without sight of the first.
    Second,
    /// The answers that were looked up on the paper where the two differ.
    Settled,
}

impl Pass {
    const ALL: [Self; 3] = [Self::First, Self::Second, Self::Settled];

    const fn number(self) -> i64 {
        match self {
            Self::First => 1,
            Self::Second => 2,
            Self::Settled => 3,
        }
    }
}

/// What was typed of one sheet. About one person, so without `Debug`.
#[derive(Clone, Default)]
pub struct Typed {
    /// First pass.
    pub first: Option<Box<[Option<u8>]>>,
    /// Second pass.
    pub second: Option<Box<[Option<u8>]>>,
    /// What was looked up.
    pub settled: Option<Box<[Option<u8>]>>,
}

/// Keeps one pass of a sheet; typing it again replaces it until it is handed in.
///
/// # Errors
/// The store cannot be written.
pub fn keep(
    tx: &Tx<'_>,
    stamp: Stamp<'_>,
    (id, instrument): (ParticipantId, InstrumentId),
    (pass, answers): (Pass, &[Option<u8>]),
) -> Result<(), SqlError> {
    tx.execute(
        "insert into paper_entry
             (participant, instrument, pass, answers, author, at_ms, begun_at_ms)
         values ($1, $2, $3, $4, $5, $6, $6) on conflict (participant, instrument, pass)
         do update set answers = excluded.answers, author = excluded.author,
             at_ms = excluded.at_ms",
        params![id.0, instrument.0, pass.number(), &packed::pack(answers), stamp.by, stamp.now_ms],
    )?;
    Ok(())
}

/// What was typed of an instrument, by student of the run.
///
/// # Errors
/// The store cannot be read.
pub fn typed(
    tx: &Tx<'_>,
    instrument: InstrumentId,
) -> Result<HashMap<ParticipantId, Typed>, SqlError> {
    let rows = tx.query(
        "select participant, pass, answers from paper_entry where instrument = $1",
        params![instrument.0],
        |row| {
            let number = row.i64(1)?;
            let pass = strange(Pass::ALL.into_iter().find(|pass| pass.number() == number))?;
            let answers = strange(packed::unpack(row.bytes(2)?))?;
            Ok((ParticipantId(row.i64(0)?), pass, answers))
        },
    )?;
    let mut found: HashMap<ParticipantId, Typed> = HashMap::new();
    for (id, pass, answers) in rows {
        let typed = found.entry(id).or_default();
        match pass {
            Pass::First => typed.first = Some(answers),
            Pass::Second => typed.second = Some(answers),
            Pass::Settled => typed.settled = Some(answers),
        }
    }
    Ok(found)
}

/// When a student's sheet was typed first, as far as it is not handed in.
///
/// # Errors
/// The store cannot be read.
pub fn begun(
    tx: &Tx<'_>,
    id: ParticipantId,
    instrument: InstrumentId,
) -> Result<Option<Moment>, SqlError> {
    let began =
        "select min(begun_at_ms) from paper_entry where participant = $1 and instrument = $2";
    let found = tx.query_opt(began, params![id.0, instrument.0], |row| row.opt_i64(0))?;
    Ok(found.flatten().map(Moment))
}

/// Throws away what was typed of a student's sheet: it was handed in, or is to be typed anew.
///
/// # Errors
/// The store cannot be written.
pub fn forget(tx: &Tx<'_>, id: ParticipantId, instrument: InstrumentId) -> Result<(), SqlError> {
    tx.execute(
        "delete from paper_entry where participant = $1 and instrument = $2",
        params![id.0, instrument.0],
    )?;
    Ok(())
}
