//! What an answer says, as named texts: the form in which both a message and the outputs of a task
//! carry it.
//!
//! A name is the word of the answer and a field of it, such as `appoint.day`. What is left of an
//! earlier answer in a task that comes back is thereby never taken for a part of the next one.

use domain::ledger::Word;
use domain::referral::{Event, KeptWhy};
use jiff::civil::Date;

use super::FhirError;
use super::json::{maybe, read_day, the_day, word};
use crate::content::{Answered, Contact, Kept, Outcome, Summary};

/// The word of what is answered to a withdrawal, which is no event.
pub(super) const KEPT: &str = "revocation_done";

/// Every name there is.
pub(super) const NAMES: [&str; 21] = [
    "accept.note",
    "decline.reason",
    "decline.note",
    "redirect.unit",
    "redirect.name",
    "redirect.person",
    "redirect.phone",
    "appoint.day",
    "appoint.time",
    "appoint.place",
    "not_seen.day",
    "seen.day",
    "outcome.fit",
    "outcome.summary",
    "outcome.adjustments",
    "outcome.watch",
    "outcome.next_visit",
    "taken_over.by",
    "taken_over.place",
    "revocation_done.why",
    "revocation_done.detail",
];

/// The fields whose value is a day.
pub(super) const DAYS: [&str; 4] =
    ["appoint.day", "not_seen.day", "seen.day", "outcome.next_visit"];

/// Names with their texts; a field without a text is not among them.
pub(super) type Details = Vec<(&'static str, String)>;

/// The word of an answer.
pub(super) fn name_of(said: &Answered) -> &'static str {
    said.event().map_or(KEPT, Event::as_str)
}

/// What an answer says.
pub(super) fn details(said: &Answered) -> Details {
    let mut details = match said {
        Answered::Delivered | Answered::MoreCare | Answered::TimedOut => Vec::new(),
        Answered::Accepted { note } => vec![("accept.note", note.clone())],
        Answered::Declined { reason, note } => {
            vec![("decline.reason", reason.as_str().to_owned()), ("decline.note", note.clone())]
        }
        Answered::Redirected { unit, to } => vec![
            ("redirect.unit", unit.clone()),
            ("redirect.name", to.unit.clone()),
            ("redirect.person", to.person.clone()),
            ("redirect.phone", to.phone.clone()),
        ],
        Answered::Appointed { day, time, place } => vec![
            ("appoint.day", day.to_string()),
            ("appoint.time", time.clone()),
            ("appoint.place", place.clone()),
        ],
        Answered::NotSeen(day) => vec![("not_seen.day", day.to_string())],
        Answered::Seen(day) => vec![("seen.day", day.to_string())],
        Answered::Outcome(outcome) => of_outcome(outcome),
        Answered::TakenOver { by, place } => {
            vec![("taken_over.by", by.clone()), ("taken_over.place", place.clone())]
        }
        Answered::RevocationDone(kept) => vec![
            ("revocation_done.why", kept.why.as_str().to_owned()),
            ("revocation_done.detail", kept.detail.clone()),
        ],
    };
    details.retain(|(_, text)| !text.is_empty());
    details
}

fn of_outcome(outcome: &Outcome) -> Details {
    let fit = outcome.fit.map(|fit| fit.as_str().to_owned());
    let mut details = vec![("outcome.fit", fit.unwrap_or_default())];
    if let Some(summary) = &outcome.summary {
        let next_visit = summary.next_visit.map(|day| day.to_string());
        details.extend([
            ("outcome.summary", "true".to_owned()),
            ("outcome.adjustments", summary.adjustments.clone()),
            ("outcome.watch", summary.watch.clone()),
            ("outcome.next_visit", next_visit.unwrap_or_default()),
        ]);
    }
    details
}

/// Makes the answer of a word out of its details; `today` stands where a day of a visit is not
/// said, and where there is none the day has to be.
pub(super) fn answered(
    name: &str,
    details: &[(&str, String)],
    today: Option<Date>,
) -> Result<Answered, FhirError> {
    let field = |field: &str| text_of(details, name, field);
    let own = |name: &str| field(name).to_owned();
    let visit = || {
        let day = read_day(field("day"), "day")?;
        day.or(today).ok_or(FhirError::Field("day"))
    };
    if name == KEPT {
        let why: KeptWhy = word(field("why"), "reasons to keep")?;
        return Ok(Answered::RevocationDone(Kept { why, detail: own("detail") }));
    }
    Ok(match word::<Event>(name, "answers")? {
        Event::Delivered => Answered::Delivered,
        Event::Accept => Answered::Accepted { note: own("note") },
        Event::Decline => {
            Answered::Declined { reason: word(field("reason"), "reasons")?, note: own("note") }
        }
        Event::Redirect => {
            let (unit, person, phone) = (own("name"), own("person"), own("phone"));
            Answered::Redirected { unit: own("unit"), to: Contact { unit, person, phone } }
        }
        Event::Appoint => Answered::Appointed {
            day: the_day(field("day"), "day")?,
            time: own("time"),
            place: own("place"),
        },
        Event::NotSeen => Answered::NotSeen(visit()?),
        Event::Seen => Answered::Seen(visit()?),
        Event::Outcome => Answered::Outcome(outcome(&field)?),
        Event::MoreCare => Answered::MoreCare,
        Event::TakenOver => Answered::TakenOver { by: own("by"), place: own("place") },
        Event::Timeout => Answered::TimedOut,
        _ => return Err(FhirError::Unknown("answers")),
    })
}

/// The text of a field of an answer; empty where there is none.
fn text_of<'a>(details: &'a [(&str, String)], name: &str, field: &str) -> &'a str {
    let full = format!("{name}.{field}");
    let found = details.iter().find(|(known, _)| *known == full);
    found.map_or("", |(_, text)| text.as_str())
}

/// Fields that are left out are no summary.
fn outcome<'a>(field: &impl Fn(&str) -> &'a str) -> Result<Outcome, FhirError> {
    let said = ["summary", "adjustments", "watch", "next_visit"];
    let summary = match said.iter().any(|name| !field(name).is_empty()) {
        true => Some(Summary {
            adjustments: field("adjustments").to_owned(),
            watch: field("watch").to_owned(),
            next_visit: read_day(field("next_visit"), "next_visit")?,
        }),
        false => None,
    };
    Ok(Outcome { fit: maybe(field("fit"), "fitness for school")?, summary })
}
