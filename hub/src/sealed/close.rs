//! Closing a school year: what is destroyed, what is written, and what stands in the way.
//!
//! A year is closed at each hub by its own operator, a month after its end, once every sum that can
//! be opened is opened or the operator says that the rest stays closed. Shares, signed items and
//! keys go; what people see, what both signed and what a late report is answered by stays. Stocks
//! are carried within a school year only, so that the next one needs nothing of it.

use std::collections::BTreeSet;

use certs::aggregate::Role;
use certs::identity::LeafIdentity;
use certs::root::Commission;
use certs::signature::Signature;
use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::unit::UnitId;
use jiff::Timestamp;
use jiff::civil::Date;
use proto::frame::YEAR_CLOSED_CONTEXT;
use proto::recalled::{YearClosed, decode_closed, encode_closed};
use proto::sealed::HubSignature;
use runtime::sql::{SqlError, Tx};

use super::documents::Documents;
use super::helper::KEY_LATE;
use super::refused::YEAR_CLOSED;
use super::signed::Judge;
use super::{chain, guard, signed, view};
use crate::store::sealed::{record, verdict, year};

/// First day, after the school year, on which it may be closed: late weeks and the objections to
/// them have had a month.
const OVER: (i8, i8) = (10, 1);
/// First day on which people are reminded of it.
const ENDED: (i8, i8) = (9, 1);

/// A sum that may still be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outstanding {
    /// Its sealed table.
    pub table: String,
    /// Its period.
    pub period: String,
    /// Its stage; nothing where the whole task needs a person, or waits for keys.
    pub stage: Option<Stage>,
    /// Its groups.
    pub groups: Vec<String>,
}

/// A closing that was asked for.
pub struct Closing<'c> {
    /// This hub.
    pub unit: UnitId,
    /// Its part in the year.
    pub role: Role,
    /// Area and school year.
    pub place: (UnitId, i16),
    /// The documents of the year.
    pub documents: &'c Documents,
    /// Who signs.
    pub identity: &'c LeafIdentity,
    /// Today.
    pub today: Date,
    /// Now.
    pub now_ms: i64,
    /// Keys that are destroyed with it.
    pub keys: Vec<Digest>,
    /// Whether what may still be opened is left closed for good.
    pub leaves_closed: bool,
}

/// Why a year is not closed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CloseError {
    /// Late weeks can still come.
    #[error("the year can be closed from {0} on")]
    Early(Date),
    /// Sums may still be opened.
    #[error("{} sums of the year may still be opened", .0.len())]
    Outstanding(Vec<Outstanding>),
    /// This hub closed it before.
    #[error("the year was closed before")]
    Closed,
    /// This hub could not sign.
    #[error("this hub could not sign")]
    Signing,
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// First day on which a school year may be closed.
#[must_use]
pub fn from(school_year: i16) -> Date {
    Date::new(school_year.saturating_add(1), OVER.0, OVER.1).unwrap_or(Date::MAX)
}

/// Whether people are reminded of a school year on a day.
#[must_use]
pub fn is_ended(school_year: i16, today: Date) -> bool {
    Date::new(school_year.saturating_add(1), ENDED.0, ENDED.1).is_ok_and(|day| day <= today)
}

/// Sums of a year that may still be opened at a hub: let pass and not recorded by both, ready, or
/// waiting for reports that could come.
///
/// # Errors
/// The store cannot be read.
pub fn outstanding(
    tx: &Tx<'_>,
    at: (&Documents, &UnitId),
    place: (&UnitId, i16),
    today: Date,
) -> Result<Vec<Outstanding>, SqlError> {
    let mut found = Vec::new();
    for task in view::tasks(tx, at, today)? {
        // A task of which no report is in, and none waits, was never anybody's.
        let is_stopped =
            !task.stopped.is_empty() && task.stopped != KEY_LATE && !guard::is_final(&task.stopped);
        let is_unclear = is_stopped || !task.is_known;
        let waits = !(task.unstated.is_empty() && task.other_key.is_empty());
        let is_anybodys = task.fresh > 0 || is_unclear || waits;
        if (&task.area, task.school_year) != place || !is_anybodys {
            continue;
        }
        if is_unclear || task.fresh == 0 {
            let (table, period) = (task.sheet.clone(), task.period.to_string());
            found.push(Outstanding { table, period, stage: None, groups: Vec::new() });
        }
        let mut note = |stage, groups: BTreeSet<String>| {
            let (table, period) = (task.sheet.clone(), task.period.to_string());
            let groups = groups.into_iter().collect();
            found.push(Outstanding { table, period, stage: Some(stage), groups });
        };
        for (opening, record) in &task.openings {
            if record.is_none() && !guard::is_final(&opening.refused) {
                let groups = opening.set.groups.iter().map(ToString::to_string);
                note(opening.set.stage, groups.collect());
            }
        }
        for set in &task.ready {
            note(set.set.stage, set.set.groups.iter().map(ToString::to_string).collect());
        }
        for wait in task.waits.iter().filter(|wait| wait.until.is_some()) {
            note(wait.stage, [wait.group.to_string()].into());
        }
    }
    Ok(found)
}

/// What a hub told of a year that it closed.
pub struct Told {
    /// The bytes that it signed.
    pub record: Vec<u8>,
    /// Its signature.
    pub signature: HubSignature,
}

/// Keeps what the other hub told of a year; says whether it holds.
///
/// # Errors
/// The store cannot be written.
pub fn take(
    tx: &Tx<'_>,
    judge: &Judge,
    ((unit, commission), place): ((&UnitId, Commission), (&UnitId, i16)),
    told: &Told,
) -> Result<bool, SqlError> {
    let Ok(closed) = decode_closed(&told.record) else { return Ok(false) };
    let dated = Timestamp::from_millisecond(closed.closed_at_ms).unwrap_or(judge.now);
    let says = (YEAR_CLOSED_CONTEXT, told.record.as_slice());
    let holds = (&closed.unit, (&closed.area, closed.school_year)) == (unit, place)
        && judge.dated((unit, commission), says, (&told.signature, dated)).is_ok();
    if holds {
        let key = Signature::from_bytes(&told.signature.signature).map_err(|_| SqlError::Type)?;
        verdict::keep_signer(tx, &key.key_id(), &told.signature.chain)?;
        year::tell(tx, place, (&told.record, &told.signature.signature))?;
    }
    Ok(holds)
}

/// Closes a year: destroys what it leaves over, and appends the signed record to the chain.
///
/// # Errors
/// Why it is not closed.
pub fn close(tx: &Tx<'_>, asked: &Closing<'_>) -> Result<YearClosed, CloseError> {
    let place = (&asked.place.0, asked.place.1);
    if year::is_closed(tx, place)? {
        return Err(CloseError::Closed);
    }
    let from = from(place.1);
    if asked.today < from {
        return Err(CloseError::Early(from));
    }
    let left = outstanding(tx, (asked.documents, &asked.unit), place, asked.today)?;
    if !left.is_empty() && !asked.leaves_closed {
        return Err(CloseError::Outstanding(left));
    }
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let opened = record::of_year_after(tx, place, 0, u32::MAX)?.len();
    let destroyed = year::destroy(tx, place, YEAR_CLOSED)?;
    let number = record::next_number(tx)?;
    let closed = YearClosed {
        unit: asked.unit.clone(),
        area: place.0.clone(),
        school_year: place.1,
        tasks: small(destroyed.tasks),
        reports: small(destroyed.reports),
        opened: small(opened),
        left_closed: small(left.len()),
        keys: asked.keys.clone(),
        closed_at_ms: asked.now_ms,
        number,
    };
    let bytes = encode_closed(&closed);
    let signed = signed::sign(asked.identity, YEAR_CLOSED_CONTEXT, &bytes);
    let signed = signed.map_err(|_| CloseError::Signing)?;
    verdict::keep_signer(tx, &asked.identity.key().id(), &signed.chain)?;
    let (leader, helper) = match asked.role {
        Role::Leader => (signed.signature.as_slice(), None),
        Role::Helper => (&[][..], Some(signed.signature.as_slice())),
    };
    let new =
        record::New { opening: None, number, signed_number: number, bytes: &bytes, leader, helper };
    record::append(tx, &new, chain::link)?;
    year::close(tx, place, (&bytes, &signed.signature), asked.now_ms)?;
    Ok(closed)
}
