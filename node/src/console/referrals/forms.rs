//! What each step of a referral asks for, and how what was typed is read.

use domain::ledger::Word;
use domain::ledger::terms::ContactWay;
use domain::referral::{
    Actor, CallParty, Concern, DeclineReason, EndReason, Event, RiskNow, Urgency,
};
use jiff::civil::Date;
use runtime::web::{Lang, Text};

use super::super::filled::Filled;
use super::super::office::{choices, text_of};
use super::words as w;
use crate::desk::written::moment;
use crate::ledger::entry::{Kept, Moment};
use crate::ledger::referral::{Amendment, Call, Danger, Referral, Told};
use crate::ledger::refusal::LedgerRefusal;

/// A field of a form.
pub(super) struct FieldView {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// Kind of input; `area` for several lines, `list` for a list of words.
    pub(super) input: &'static str,
    pub(super) value: String,
    pub(super) options: Vec<(&'static str, &'static str)>,
    /// Words of the list that are ticked.
    pub(super) ticked: Vec<String>,
    pub(super) is_needed: bool,
}

impl FieldView {
    pub(super) fn has(&self, word: &str) -> bool {
        self.ticked.iter().any(|ticked| ticked == word)
    }
}

/// A step that can be taken, with its form.
pub(super) struct FormView {
    pub(super) act: &'static str,
    pub(super) label: String,
    pub(super) note: &'static str,
    pub(super) is_open: bool,
    pub(super) fields: Vec<FieldView>,
}

/// A line of a form: name, label, input, whether it must be filled in.
type Line = (&'static str, Text, &'static str, bool);

const DAY: Line = ("day", w::DAY, "date", true);
const WHO: Line = ("who", w::WHO_OF_THEM, "text", true);
const TOOK: Line = ("who", w::WHO_TOOK, "text", true);
const WAY: Line = ("way", w::WAY, "list", true);
const CODE: Line = ("code", w::CODE, "list", true);
const DETAIL: Line = ("detail", w::DETAIL, "area", false);
const AGREED: Line = ("agreed", w::AGREED, "date", false);
const AGREED_MUST: Line = ("agreed", w::AGREED, "date", true);
const PLACE: Line = ("place", w::PLACE, "text", true);
const CALL: [Line; 5] = [
    ("party", w::PARTY, "list", true),
    ("called", w::CALLED_WHO, "text", true),
    ("called_at", w::CALLED_AT, "datetime-local", false),
    ("reached", w::REACHED_ASK, "list", true),
    ("said", w::CALL_SAID, "area", false),
];
const RECIPIENT: [Line; 3] = [
    ("recipient", w::RECIPIENT_ID, "text", true),
    ("recipient_name", w::RECIPIENT_NAME, "text", true),
    ("phone", w::RECIPIENT_PHONE, "text", true),
];

/// What an act of the course asks for.
fn lines(event: Event) -> Vec<Line> {
    let mut lines = vec![DAY];
    lines.extend(match event {
        Event::Send | Event::ResendInScope => vec![TOOK, WAY],
        Event::Delivered | Event::Accept | Event::TakenOver => vec![WHO, WAY],
        Event::Decline => vec![WHO, WAY, CODE],
        Event::Redirect => vec![WHO, WAY, ("detail", w::OTHER, "area", true)],
        Event::GiveUp => vec![CODE, ("detail", w::PLAN, "area", true)],
        Event::Appoint => vec![WHO, WAY, AGREED_MUST, PLACE],
        Event::Seen | Event::NotSeen | Event::MoreCare => vec![WHO, WAY, AGREED],
        Event::Outcome => vec![WHO, WAY, ("detail", w::OUTCOME, "area", false), AGREED],
        Event::Return => vec![("detail", w::RETURN_PLAN, "area", true), AGREED_MUST],
        Event::Close => vec![CODE, DETAIL],
        Event::WithdrawConsent => {
            vec![("actor", w::ACTOR, "list", true), ("who", w::WHO_SAID, "text", true), WAY]
        }
        Event::HandedOverByPhone => vec![TOOK, PLACE],
        Event::StoodDown => vec![("who", w::WHO_SAID, "text", true), DETAIL],
        Event::ConsentGiven | Event::ChooseAgain | Event::AskConsent | Event::Timeout => vec![],
        Event::Emergency => {
            let mut lines =
                vec![("detail", w::DANGER, "text", true), PLACE, ("who", w::ESCORT, "text", false)];
            lines.extend(CALL);
            return lines;
        }
        _ => vec![DETAIL],
    });
    lines
}

/// The form of an act of the course.
pub(super) fn of_event(
    (event, actor): (Event, Actor),
    is_late: bool,
    (filled, today): (&Filled, Date),
    lang: Lang,
) -> FormView {
    let label = text_of(event.label()).in_lang(lang);
    let label = if is_late { w::LATE_WORD.fill(lang, &[&label]) } else { label.to_owned() };
    let note = if event == Event::Emergency { w::EMERGENCY_FIRST.in_lang(lang) } else { "" };
    let mut lines = lines(event);
    // The recipient's own clock: it is told like everything else of it.
    if event == Event::Timeout && actor == Actor::Recipient {
        lines.extend([WHO, WAY]);
    }
    form((event.as_str(), label, note), &lines, Some(event), (filled, today), lang)
}

/// The form of an act beside the course, by its name on the page.
pub(super) fn of_act(
    act: &'static str,
    (filled, today): (&Filled, Date),
    lang: Lang,
) -> Option<FormView> {
    let (label, lines): (Text, Vec<Line>) = match act {
        "approve" => (w::APPROVE, vec![]),
        "recipient" => (w::NAME_RECIPIENT, RECIPIENT.to_vec()),
        "call" => (w::NOTE_CALL, CALL.to_vec()),
        "countersign" => (w::COUNTERSIGN, vec![]),
        "review" => {
            let noticed = ("noticed", w::NOTICED, "date", false);
            (w::REVIEW, vec![("findings", w::FINDINGS, "area", true), noticed])
        }
        "notice" => (w::NOTE_NOTICE, vec![("noticed", w::NOTICED, "date", true)]),
        "reply" => (w::REPLY, vec![DAY, WHO, ("keeps", w::KEEPS, "area", false)]),
        _ => return None,
    };
    let label = label.in_lang(lang).to_owned();
    Some(form((act, label, ""), &lines, None, (filled, today), lang))
}

/// The form that writes what would be sealed, where it can be sealed to the recipient named.
pub(super) fn of_sealing(recipient: Option<&str>, filled: &Filled, lang: Lang) -> Option<FormView> {
    let label = w::SEAL_TO.fill(lang, &[&recipient?]);
    let lines = [
        ("person", w::SCHOOL_PERSON, "text", true),
        ("school_phone", w::SCHOOL_PHONE, "text", true),
    ];
    let of = ("prepare", label, w::SEAL_NOTE.in_lang(lang));
    // No day is asked for.
    Some(form(of, &lines, None, (filled, Date::ZERO), lang))
}

/// What a draft says of the child, as the form that opens one and the form that puts it right ask.
const CHILD: [Line; 4] = [
    ("risk", w::RISK, "list", true),
    ("means", w::MEANS, "text", false),
    ("protection", w::PROTECTION, "text", false),
    ("medication", w::MEDICATION, "text", false),
];

/// The form that puts a draft right, with what the draft says; or as it was sent.
pub(super) fn of_amending(
    kept: &Kept<Referral>,
    (filled, today): (&Filled, Date),
    lang: Lang,
) -> FormView {
    let entry = &kept.entry;
    let mut lines = vec![
        ("seen", w::AMEND, "hidden", false),
        ("urgency", w::URGENCY, "list", true),
        ("concerns", w::CONCERNS, "boxes", true),
    ];
    lines.extend(CHILD);
    lines.push(("why", w::WHY, "area", true));
    let (act, label) = ("amend", w::AMEND.in_lang(lang).to_owned());
    let note = w::AMEND_NOTE.in_lang(lang);
    let of = (act, label, note);
    if filled.text("act") == act {
        return form(of, &lines, None, (filled, today), lang);
    }
    let said = [
        ("act", act.to_owned()),
        ("seen", kept.version.to_string()),
        ("urgency", entry.urgency.as_str().to_owned()),
        ("risk", entry.risk.as_str().to_owned()),
        ("means", entry.means.clone()),
        ("protection", entry.protection.clone()),
        ("medication", entry.medication.clone()),
    ];
    let mut pairs: Vec<(String, String)> =
        said.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let concerns = entry.concerns.as_slice().iter();
    pairs.extend(concerns.map(|one| ("concerns".to_owned(), one.as_str().to_owned())));
    let mut form = form(of, &lines, None, (&Filled::from(pairs), today), lang);
    form.is_open = false;
    form
}

/// The form that opens a referral.
pub(super) fn of_opening((filled, today): (&Filled, Date), lang: Lang) -> FormView {
    let mut lines = vec![
        ("student", w::STUDENT_ASK, "text", true),
        ("urgency", w::URGENCY, "list", true),
        ("concerns", w::CONCERNS, "boxes", true),
        ("recipient", w::RECIPIENT_ID, "text", false),
        ("recipient_name", w::RECIPIENT_NAME, "text", false),
        ("phone", w::RECIPIENT_PHONE, "text", false),
    ];
    lines.extend(CHILD);
    let label = w::OPEN.in_lang(lang).to_owned();
    let note = w::OPEN_NOTE.in_lang(lang);
    let mut form = form(("open", label, note), &lines, None, (filled, today), lang);
    form.is_open = true;
    form
}

fn form(
    (act, label, note): (&'static str, String, &'static str),
    lines: &[Line],
    event: Option<Event>,
    (filled, today): (&Filled, Date),
    lang: Lang,
) -> FormView {
    let is_sent = filled.text("act") == act;
    let field = |(name, label, input, is_needed): &Line| {
        let sent =
            if is_sent || act == "open" { filled.text(name).to_owned() } else { String::new() };
        let ticked = filled.all(name).map(str::to_owned).collect();
        let begun = if *name == "day" && sent.is_empty() { today.to_string() } else { sent };
        FieldView {
            name,
            label: label.in_lang(lang),
            input,
            value: begun,
            options: options(name, event, lang),
            ticked,
            is_needed: *is_needed,
        }
    };
    FormView { act, label, note, is_open: is_sent, fields: lines.iter().map(field).collect() }
}

/// The words that a list offers. What stood there by itself would be written down by whoever is in
/// a hurry: that there is a risk, or that a guardian answered the telephone.
fn options(name: &str, event: Option<Event>, lang: Lang) -> Vec<(&'static str, &'static str)> {
    let words = words(name, event, lang);
    match name {
        "code" | "party" | "risk" | "actor" | "reached" => {
            std::iter::once(("", w::PICK.in_lang(lang))).chain(words).collect()
        }
        _ => words,
    }
}

fn words(name: &str, event: Option<Event>, lang: Lang) -> Vec<(&'static str, &'static str)> {
    match name {
        "way" => choices::<ContactWay>(lang),
        "code" if event == Some(Event::Decline) => choices::<DeclineReason>(lang),
        "code" => choices::<EndReason>(lang),
        "party" => choices::<CallParty>(lang),
        "urgency" => choices::<Urgency>(lang),
        "concerns" => choices::<Concern>(lang),
        "risk" => choices::<RiskNow>(lang),
        "actor" => {
            let by = [Actor::Guardian, Actor::Student, Actor::School];
            by.map(|one| (one.as_str(), text_of(one.label()).in_lang(lang))).to_vec()
        }
        "reached" => vec![("yes", w::YES.in_lang(lang)), ("no", w::NO.in_lang(lang))],
        _ => Vec::new(),
    }
}

/// A word of a list, as it was chosen.
pub(super) fn word<W: Word>(sent: &Filled, name: &'static str) -> Result<W, LedgerRefusal> {
    W::from_word(sent.text(name)).ok_or(LedgerRefusal::Field(name))
}

/// A day, as it was typed; nothing where it was left empty.
pub(super) fn day(sent: &Filled, name: &'static str) -> Result<Option<Date>, LedgerRefusal> {
    let text = sent.text(name).trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| LedgerRefusal::Field(name))
}

/// What an act of the course was told with.
pub(super) fn told(sent: &Filled, today: Date) -> Result<Told, LedgerRefusal> {
    let text = |name: &str| sent.text(name).to_owned();
    let way = match sent.is_sent("way") {
        true => Some(word::<ContactWay>(sent, "way")?),
        false => None,
    };
    Ok(Told {
        day: day(sent, "day")?.unwrap_or(today),
        who: text("who"),
        way,
        code: text("code"),
        detail: text("detail"),
        agreed: day(sent, "agreed")?,
        place: text("place"),
    })
}

/// The coded reasons that were ticked.
pub(super) fn concerns(sent: &Filled) -> Result<Vec<Concern>, LedgerRefusal> {
    let concerns: Option<Vec<_>> = sent.all("concerns").map(Concern::from_word).collect();
    concerns.ok_or(LedgerRefusal::Field("concerns"))
}

/// How a draft is put right.
pub(super) fn amendment(sent: &Filled) -> Result<Amendment, LedgerRefusal> {
    let text = |name: &str| sent.text(name).to_owned();
    Ok(Amendment {
        seen: sent.text("seen").parse().map_err(|_| LedgerRefusal::Changed)?,
        urgency: word(sent, "urgency")?,
        concerns: concerns(sent)?,
        risk: word(sent, "risk")?,
        known: (text("means"), text("protection"), text("medication")),
        why: text("why"),
    })
}

/// A call, made now where no time was typed.
pub(super) fn call(sent: &Filled, now: Moment) -> Result<Call, LedgerRefusal> {
    let at = match sent.text("called_at").trim() {
        "" => now,
        text => moment(text).map(Moment).ok_or(LedgerRefusal::Field("called_at"))?,
    };
    Ok(Call {
        party: word::<CallParty>(sent, "party")?,
        at,
        who: sent.text("called").to_owned(),
        reached: match sent.text("reached") {
            "" if sent.is_sent("reached") => return Err(LedgerRefusal::Field("reached")),
            said => said == "yes",
        },
        detail: sent.text("said").to_owned(),
    })
}

/// The facts of an emergency.
pub(super) fn danger(sent: &Filled) -> Danger {
    let text = |name: &str| sent.text(name).to_owned();
    Danger { facts: text("detail"), place: text("place"), escort: text("who") }
}
