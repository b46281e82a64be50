//! Term calendar packs: which days a term has, and when its releases are due.

use domain::catalogue::{Flaw, FlawKind};
use domain::period::{Calendar, Term, TermId};
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::{PackError, check_schema, parse};

/// Form of calendar packs that this version reads.
pub const SCHEMA: &str = "calendar/1";
/// The one time zone of civil dates.
const TIME_ZONE: &str = "Asia/Shanghai";

/// A calendar pack as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCalendar {
    schema: String,
    pub(super) revision: u32,
    time_zone: String,
    #[serde(rename = "term")]
    terms: Vec<RawTerm>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTerm {
    id: String,
    start: String,
    end: String,
    first_monday: String,
    census: String,
    due: String,
    closed: String,
}

/// Reads a term calendar.
///
/// # Errors
/// A form that is not [`SCHEMA`]'s, days that do not exist, terms out of order, a week 1 that
/// does not begin on a Monday, or due dates out of order.
pub fn read(pack: &str, bytes: &[u8]) -> Result<Calendar, PackError> {
    let raw: RawCalendar = parse(pack, bytes)?;
    check_schema(pack, &raw.schema, SCHEMA)?;
    calendar(&raw).map_err(|flaw| PackError::content(pack, flaw))
}

fn calendar(raw: &RawCalendar) -> Result<Calendar, Flaw> {
    if raw.time_zone != TIME_ZONE {
        return Err(Flaw::new(FlawKind::Unknown, "time_zone", &*raw.time_zone, TIME_ZONE));
    }
    let terms: Vec<Term> = raw
        .terms
        .iter()
        .map(|raw| term(raw).map_err(|flaw| flaw.within(&format!("term {}", raw.id))))
        .collect::<Result<_, _>>()?;
    if terms.is_empty() {
        return Err(Flaw::new(FlawKind::Missing, "term", "no term", "one term at least"));
    }
    Calendar::new(terms).map_err(|error| {
        let expected = "terms in order without overlap, each with its census day";
        Flaw::new(FlawKind::Conflict, "term", error.to_string(), expected)
    })
}

fn day(key: &str, text: &str) -> Result<Date, Flaw> {
    text.parse().map_err(|_| Flaw::new(FlawKind::Form, key, text, "a day such as 2025-09-01"))
}

fn term(raw: &RawTerm) -> Result<Term, Flaw> {
    let id: TermId = raw
        .id
        .parse()
        .map_err(|_| Flaw::new(FlawKind::Form, "id", &*raw.id, "a term such as 2025S1"))?;
    let term = Term {
        id,
        start: day("start", &raw.start)?,
        end: day("end", &raw.end)?,
        first_monday: day("first_monday", &raw.first_monday)?,
        census: day("census", &raw.census)?,
        due: day("due", &raw.due)?,
        closed: day("closed", &raw.closed)?,
    };
    let far = |days: i32| !(-6..=6).contains(&days);
    let gap = term.first_monday.since(term.start).map_or(i32::MAX, |span| span.get_days());
    if term.first_monday.weekday() != Weekday::Monday || far(gap) {
        let expected = "the Monday next to the first day";
        let wrong = raw.first_monday.as_str();
        return Err(Flaw::new(FlawKind::Range, "first_monday", wrong, expected));
    }
    if term.due < term.census || term.closed < term.due {
        let wrong = format!("due {}, closed {}", raw.due, raw.closed);
        let expected = "census day, then due, then closed";
        return Err(Flaw::new(FlawKind::Range, "due", wrong, expected));
    }
    Ok(term)
}
