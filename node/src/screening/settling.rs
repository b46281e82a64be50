//! How a student stands after a sheet came in, whichever way it came.
//!
//! The sheets decide and nothing else: a student is done when every instrument has a sheet.

use std::collections::HashMap;

use domain::screening::progress::{Validity, When};
use domain::screening::{Event, State};
use jiff::Timestamp;
use runtime::clock::date_of;
use runtime::sql::Tx;

use super::funnel::is_in_scope;
use crate::import::answers::AnswerOutcome;
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::people::{self, Participant, Stamp};
use crate::ledger::run::tally::{self, RunSheet};
use crate::ledger::run::{self, Instrument, ParticipantId, Run, seat};

/// Settles students whose sheets of a campaign were imported, in every open run that asks by it.
///
/// # Errors
/// The store cannot be read or written.
pub fn settle_all(
    tx: &Tx<'_>,
    stamp: Stamp<'_>,
    campaign: i64,
    students: &[StudentId],
) -> Result<(), LedgerRefusal> {
    in_open_runs(tx, (campaign, students), |open, participant| {
        settle(tx, stamp, open, &participant).map(drop)
    })
}

/// Settles students anew of whom sheets of a campaign were taken back, in every open run that asks
/// by it: what is left decides, and whoever has nothing left is asked again.
///
/// # Errors
/// The store cannot be read or written.
pub fn unsettle_all(
    tx: &Tx<'_>,
    stamp: Stamp<'_>,
    campaign: i64,
    students: &[StudentId],
) -> Result<(), LedgerRefusal> {
    in_open_runs(tx, (campaign, students), |open, participant| {
        let standing = (participant.id, participant.state);
        match people::happen(tx, stamp, standing, (Event::TakenBack, "")) {
            // Who is answering goes on.
            Err(LedgerRefusal::NotWaiting) => Ok(()),
            Err(other) => Err(other),
            Ok(_) => settle(tx, stamp, open, &people::get(tx, participant.id)?).map(drop),
        }
    })
}

/// Does something about students in every open run of a campaign that they are in.
fn in_open_runs(
    tx: &Tx<'_>,
    (campaign, students): (i64, &[StudentId]),
    mut each: impl FnMut(&Run, Participant) -> Result<(), LedgerRefusal>,
) -> Result<(), LedgerRefusal> {
    for open in run::open_of_campaign(tx, campaign)? {
        for student in students {
            match people::of(tx, open.id, *student) {
                Ok(participant) => each(&open, participant)?,
                // Not in this run, or no longer on the roll: the sheet is kept all the same.
                Err(LedgerRefusal::Unknown) => {}
                Err(other) => return Err(other),
            }
        }
    }
    Ok(())
}

/// Settles one student by the sheets that are there; gives the state afterwards.
///
/// # Errors
/// The store cannot be read or written.
pub fn settle(
    tx: &Tx<'_>,
    stamp: Stamp<'_>,
    run: &Run,
    participant: &Participant,
) -> Result<State, LedgerRefusal> {
    let instruments = run::instruments(tx, run.id)?;
    if !is_in_scope(participant, instruments.iter().flat_map(|known| &known.grades)) {
        return Ok(participant.state);
    }
    let sheets = tally::sheets_of(tx, run, participant.student)?;
    // A refusal or absence that was noted before the student was let in again is past.
    let reopened = people::reopened_at(tx, participant.id)?;
    let is_past = |sheet: &RunSheet| reopened.is_some_and(|at_ms| sheet.batch_at_ms <= at_ms);
    let is_answered = |sheet: &&RunSheet| sheet.handed_in == AnswerOutcome::Answered;
    let Some(last) = sheets.iter().rfind(|sheet| is_answered(sheet) || !is_past(sheet)) else {
        return Ok(participant.state);
    };
    // Neither takes anything back: what was begun before it may be handed in after it.
    let answered = sheets.iter().rfind(is_answered);
    let all = answered.zip(all_there(participant, &instruments, &sheets));
    let event = match (last.handed_in, all) {
        (AnswerOutcome::Refused, None | Some((_, Validity::Void))) => Event::Refuse,
        (_, Some((sheet, valid))) => {
            Event::HandIn { valid, when: when(tx, run, participant, sheet)? }
        }
        (AnswerOutcome::Absent, None) => Event::Absent,
        (AnswerOutcome::Answered, None) => return Ok(participant.state),
    };
    // A file may say again what is known: that is no event.
    let standing = (participant.id, participant.state);
    let after = match people::happen(tx, stamp, standing, (event, "")) {
        Err(LedgerRefusal::NotWaiting) => return Ok(participant.state),
        other => other?,
    };
    if after.is_done() {
        clear(tx, participant.id)?;
    }
    Ok(after)
}

/// Throws the working papers of a student away whose sheets are there.
fn clear(tx: &Tx<'_>, id: ParticipantId) -> Result<(), LedgerRefusal> {
    seat::drop_drafts(tx, id)?;
    Ok(seat::leave(tx, id)?)
}

/// Whether every instrument has a sheet, and whether all of them count; nothing where one is
/// missing. The last sheet of an instrument counts.
fn all_there(
    participant: &Participant,
    instruments: &[Instrument],
    sheets: &[RunSheet],
) -> Option<Validity> {
    let mut last: HashMap<i64, &RunSheet> = HashMap::new();
    for sheet in sheets.iter().filter(|sheet| sheet.handed_in == AnswerOutcome::Answered) {
        last.insert(sheet.campaign, sheet);
    }
    let own = instruments.iter().filter(|known| participant.instruments.contains(&known.id));
    let mut valid = Validity::Valid;
    for instrument in own {
        if last.get(&instrument.place.campaign)?.is_void() {
            valid = Validity::Void;
        }
    }
    Some(valid)
}

/// In the window of the class, or afterwards.
fn when(
    tx: &Tx<'_>,
    run: &Run,
    participant: &Participant,
    last: &RunSheet,
) -> Result<When, LedgerRefusal> {
    let classes = run::classes(tx, run.id)?;
    let own = classes
        .iter()
        .find(|known| known.grade == participant.grade && known.class == *participant.class);
    let is_after = own.is_some_and(|window| {
        let closes = Timestamp::from_millisecond(window.closes_at_ms).unwrap_or(Timestamp::MAX);
        last.test_date > date_of(closes)
    });
    let late = participant.was_absent || participant.late_until_ms.is_some() || is_after;
    Ok(if late { When::MakeUp } else { When::InTime })
}
