//! What may be done about a referral now, by whom, and how what was typed is read.

use domain::ledger::Word;
use domain::ledger::consent::OutcomeBack;
use domain::receiver::Duty;
use domain::referral::{Actor, DeclineReason, Event, FitForSchool, KeptWhy, TRANSITIONS};
use jiff::civil::Date;
use runtime::web::{Lang, Text};

use super::super::filled::Filled;
use super::super::office::{choices, chosen};
use super::words as w;
use crate::content::{Answered, Contact, Kept, Outcome, Summary};
use crate::intake::IntakeError;
use crate::intake::acting::Shown;
use crate::ledger::intake::Worker;

/// The act of a form that says what is kept.
const KEPT: &str = "kept";

/// The act of a form that says who at the school said that a referral stands.
const STANDS: &str = "stands";

/// A field of a form, as the shared template of fields shows it.
pub(super) struct FieldView {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// Kind of input; `area` for several lines, `list` for a list of words.
    pub(super) input: &'static str,
    pub(super) value: String,
    pub(super) options: Vec<(&'static str, &'static str)>,
    pub(super) is_needed: bool,
}

impl FieldView {
    /// Whether a box is ticked; these forms have none.
    pub(super) fn has(&self, word: &str) -> bool {
        self.value == word
    }
}

/// Something that can be done, with its form.
pub(super) struct FormView {
    pub(super) act: &'static str,
    pub(super) label: &'static str,
    pub(super) note: &'static str,
    pub(super) is_open: bool,
    pub(super) fields: Vec<FieldView>,
}

/// What a form says.
pub(super) enum Said {
    /// An act of the course.
    Answer(Answered),
    /// What is kept after a withdrawal.
    Kept(Kept),
    /// Who at the school said that it stands.
    Stands(String),
}

/// A line of a form: name, label, input, whether it must be filled in.
type Line = (&'static str, Text, &'static str, bool);

/// The forms of what the table of transitions, the role and the consent let happen now.
pub(super) fn possible(shown: &Shown, worker: &Worker, sent: &Filled, lang: Lang) -> Vec<FormView> {
    if shown.entry.locked_at.is_some() && shown.entry.erased.is_none() {
        if !worker.may(Duty::Answer) {
            return Vec::new();
        }
        let lines = [("who", w::STANDS_WHO, "text", true)];
        let (label, note) = (w::STANDS.in_lang(lang), Some(w::LOCKED_NOTE));
        return vec![view((STANDS, label), (note, &lines), sent, lang)];
    }
    let mut forms: Vec<FormView> = TRANSITIONS
        .iter()
        .filter(|line| line.from.contains(&shown.course.state))
        .filter(|line| line.actors.contains(&Actor::Recipient))
        .filter_map(|line| duty(line.event).map(|duty| (line.event, duty)))
        .filter(|(_, duty)| worker.may(*duty))
        .map(|(event, _)| {
            let (act, label) = (event.as_str(), chosen(event.label(), lang));
            view((act, label), (note(event), &lines(event, shown)), sent, lang)
        })
        .collect();
    if shown.wants_kept && worker.may(Duty::Answer) {
        let lines = [("why", w::WHY_KEPT, "list", true), ("detail", w::WHAT_KEPT, "area", false)];
        let note = if shown.course.is_stood_down { w::STOOD_DOWN_NOTE } else { w::KEPT_NOTE };
        let (label, note) = (w::KEPT.in_lang(lang), Some(note));
        forms.push(view((KEPT, label), (note, &lines), sent, lang));
    }
    forms
}

/// Whose duty an act is; nothing for what the programme says by itself.
const fn duty(event: Event) -> Option<Duty> {
    match event {
        Event::Accept
        | Event::Decline
        | Event::Redirect
        | Event::Appoint
        | Event::NotSeen
        | Event::Seen
        | Event::TakenOver => Some(Duty::Answer),
        Event::Outcome | Event::MoreCare => Some(Duty::Outcome),
        _ => None,
    }
}

fn view(
    (act, label): (&'static str, &'static str),
    (note, lines): (Option<Text>, &[Line]),
    sent: &Filled,
    lang: Lang,
) -> FormView {
    let is_open = sent.text("act") == act;
    let field = |line: &Line| {
        let (name, label, input, is_needed) = *line;
        let value = if is_open { sent.text(name).to_owned() } else { String::new() };
        let options = options(name, lang);
        FieldView { name, label: label.in_lang(lang), input, value, options, is_needed }
    };
    let note = note.map_or("", |note| note.in_lang(lang));
    FormView { act, label, note, is_open, fields: lines.iter().map(field).collect() }
}

const fn note(event: Event) -> Option<Text> {
    match event {
        Event::Decline | Event::Redirect => Some(w::DECLINE_NOTE),
        Event::Outcome => Some(w::OUTCOME_NOTE),
        _ => None,
    }
}

/// What an act asks for; of an outcome no more than the consent lets back.
fn lines(event: Event, shown: &Shown) -> Vec<Line> {
    match event {
        Event::Accept => vec![("note", w::NOTE_FIELD, "area", false)],
        Event::Decline => {
            vec![("reason", w::REASON, "list", true), ("note", w::NOTE_FIELD, "area", false)]
        }
        Event::Redirect => vec![
            ("to", w::TO, "text", true),
            ("unit", w::TO_UNIT, "text", false),
            ("phone", w::PHONE, "text", false),
        ],
        Event::Appoint => vec![
            ("day", w::DAY, "date", true),
            ("time", w::TIME, "time", false),
            ("place", w::PLACE, "text", true),
        ],
        Event::NotSeen | Event::Seen => vec![("day", w::DAY, "date", true)],
        Event::TakenOver => {
            vec![("by", w::TAKEN_BY, "text", true), ("place", w::PLACE, "text", true)]
        }
        Event::Outcome => {
            let consent = shown.entry.arrival.consent.as_ref();
            let back = consent.map_or(OutcomeBack::None, |kept| kept.outcome_back);
            let mut lines = Vec::new();
            if back != OutcomeBack::None {
                lines.push(("fit", w::FIT, "list", false));
            }
            if back == OutcomeBack::Summary {
                lines.push(("adjustments", w::ADJUSTMENTS, "area", false));
                lines.push(("watch", w::WATCH, "area", false));
                lines.push(("next_visit", w::NEXT_VISIT, "date", false));
            }
            lines
        }
        _ => Vec::new(),
    }
}

/// The words of a list.
fn options(name: &str, lang: Lang) -> Vec<(&'static str, &'static str)> {
    match name {
        "reason" => choices::<DeclineReason>(lang),
        "why" => choices::<KeptWhy>(lang),
        "fit" => {
            let mut options = vec![("", w::NOT_SAID.in_lang(lang))];
            options.extend(choices::<FitForSchool>(lang));
            options
        }
        _ => Vec::new(),
    }
}

/// Reads what a form says.
pub(super) fn read(sent: &Filled) -> Result<Said, IntakeError> {
    let text = |name: &str| sent.text(name).trim().to_owned();
    let named = sent.text("act");
    if named == KEPT {
        return Ok(Said::Kept(Kept { why: word(sent, "why")?, detail: text("detail") }));
    }
    if named == STANDS {
        return Ok(Said::Stands(text("who")));
    }
    Ok(Said::Answer(match Event::from_word(named).ok_or(IntakeError::Unknown)? {
        Event::Accept => Answered::Accepted { note: text("note") },
        Event::Decline => Answered::Declined { reason: word(sent, "reason")?, note: text("note") },
        Event::Redirect => {
            let to = Contact { unit: text("to"), person: String::new(), phone: text("phone") };
            Answered::Redirected { unit: text("unit"), to }
        }
        Event::Appoint => Answered::Appointed {
            day: day(sent, "day")?.ok_or(IntakeError::Field("day"))?,
            time: text("time"),
            place: text("place"),
        },
        Event::NotSeen => Answered::NotSeen(day(sent, "day")?.ok_or(IntakeError::Field("day"))?),
        Event::Seen => Answered::Seen(day(sent, "day")?.ok_or(IntakeError::Field("day"))?),
        Event::Outcome => Answered::Outcome(outcome(sent)?),
        Event::MoreCare => Answered::MoreCare,
        Event::TakenOver => Answered::TakenOver { by: text("by"), place: text("place") },
        _ => return Err(IntakeError::Unknown),
    }))
}

/// Fields that are left empty are no summary.
fn outcome(sent: &Filled) -> Result<Outcome, IntakeError> {
    let fit = match sent.text("fit") {
        "" => None,
        _ => Some(word::<FitForSchool>(sent, "fit")?),
    };
    let (adjustments, watch) = (sent.text("adjustments").trim(), sent.text("watch").trim());
    let next_visit = day(sent, "next_visit")?;
    let is_said = !adjustments.is_empty() || !watch.is_empty() || next_visit.is_some();
    let summary = is_said.then(|| Summary {
        adjustments: adjustments.to_owned(),
        watch: watch.to_owned(),
        next_visit,
    });
    Ok(Outcome { fit, summary })
}

fn word<W: Word>(sent: &Filled, name: &'static str) -> Result<W, IntakeError> {
    W::from_word(sent.text(name)).ok_or(IntakeError::Field(name))
}

fn day(sent: &Filled, name: &'static str) -> Result<Option<Date>, IntakeError> {
    match sent.text(name).trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| IntakeError::Field(name)),
    }
}
