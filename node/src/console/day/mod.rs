//! The first page of whoever works with students: what presses, what is due by tonight, the own
//! students whom nobody has spoken with, today's calendar; what leaves the school is one line.
//!
//! Everything on it is read for the role of the reader, student by student, and whom it names is
//! logged. Whoever sees no student gets [`super::home`] instead.

mod words;

use askama::Template;
use axum::response::Response;
use jiff::civil::Date;
use runtime::web::{Html, Lang, Page, Part, Problem, Tag, Tone, Visitor, time};

use super::Staff;
use super::calendar::WEEKDAYS;
use super::desk::person_line;
use super::home::{leaving, left, specials};
use super::ledgers::{act_href, who};
use super::office::{Office, chosen, problem};
use super::sync::lines;
use super::view::{HomePage, SyncState};
use super::words as shared;
use crate::ledger::agenda::{self, Held};
use crate::ledger::duty::{self, DayDuties, Duty};
use crate::ledger::people::{self, People, Search};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::{author::Author, office_duty};

/// Lines that each list shows before the rest is only counted.
const SHOWN: usize = 8;

/// Something that is due, as the page shows it.
struct DutyView {
    when: String,
    state: Part<Tag>,
    what: &'static str,
    student: Option<(i64, String)>,
    who: String,
    href: Option<String>,
}

/// A list with its head.
struct ListView {
    title: &'static str,
    note: &'static str,
    counted: String,
    empty: &'static str,
    rows: Vec<DutyView>,
}

/// Own students without a contact this term.
struct SilentView {
    counted: String,
    all: String,
    rows: Vec<(i64, String)>,
}

#[derive(Template)]
#[template(path = "console/day.html")]
struct DayTemplate {
    lang: Lang,
    specials: Vec<Html>,
    lists: Vec<ListView>,
    more: String,
    office: Option<String>,
    silent: Option<SilentView>,
    events: Vec<(String, String)>,
    sync: Part<Tag>,
    /// Why the link is not as it should be, where it is not.
    trouble: Option<String>,
    outward: String,
}

/// What was read for the page.
struct Found {
    day: DayDuties,
    office: usize,
    /// Own students without a contact; nothing for whoever has none, or outside a term.
    silent: Option<People>,
    held: Vec<Held>,
    names: Names,
    reader: Author,
}

pub(super) async fn show(
    office: &Office,
    visitor: &Visitor<Staff>,
    view: &HomePage,
) -> Result<Response, Problem> {
    let packs = office.packs().await.ok();
    let found = office.work(&visitor.session, move |tx, reader| {
        let today = reader.today();
        let day = duty::of_day(tx, &reader, SHOWN)?;
        let waiting = office_duty::waiting(tx, &reader)?.len();
        let term = packs.as_ref().and_then(|packs| packs.calendar().current(today));
        let has_own = !people::own(tx, &reader)?.is_empty();
        let silent = match term.map(|term| term.start).filter(|_| has_own) {
            Some(since) => {
                let (few, silent_since) = (Some(SHOWN), Some(since));
                let search = Search { own: true, few, silent_since, ..Search::default() };
                Some(people::search(tx, &reader, &search)?)
            }
            None => None,
        };
        let held = agenda::held(tx, &reader, (today, today))?;
        let shown = day.pressing.shown.iter().chain(&day.due.shown).chain(&day.appointments);
        let names = Names::of(tx, shown.filter_map(|duty| duty.student))?;
        Ok::<_, LedgerRefusal>(Found { day, office: waiting, silent, held, names, reader })
    });
    let found = found.await.map_err(problem)?;
    office.reply(visitor, &page(&found, view, visitor)?)
}

fn page(found: &Found, view: &HomePage, visitor: &Visitor<Staff>) -> Result<Page, Problem> {
    let (lang, day) = (visitor.frame.lang, &found.day);
    let late = match day.late {
        0 => words::COUNTED.with(lang, day.due.total),
        late => words::COUNTED_LATE.fill(lang, &[&day.due.total, &late]),
    };
    let rows = |duties: &[Duty]| duties.iter().map(|duty| row(duty, found, lang)).collect();
    let lists = vec![
        ListView {
            title: words::PRESSING.in_lang(lang),
            note: words::PRESSING_NOTE.in_lang(lang),
            counted: words::COUNTED.with(lang, day.pressing.total),
            empty: words::PRESSING_NONE.in_lang(lang),
            rows: rows(&day.pressing.shown),
        },
        ListView {
            title: words::DUE.in_lang(lang),
            note: "",
            counted: late,
            empty: words::DUE_NONE.in_lang(lang),
            rows: rows(&day.due.shown),
        },
    ];
    let sync = lines(&view.sync, lang);
    let is_well = matches!(view.sync.state, SyncState::Acknowledged | SyncState::Queued { .. });
    let body = Html::render(&DayTemplate {
        lang,
        specials: specials(&view.specials, visitor.session.role, lang)?,
        lists,
        more: words::MORE.with(lang, day.all),
        office: (found.office > 0).then(|| words::OFFICE.with(lang, found.office)),
        silent: found.silent.as_ref().map(|people| silent(people, lang)),
        events: events(found, lang),
        sync: sync.tag,
        trouble: (!is_well).then_some(sync.reason),
        outward: format!("{} {}", left((view.released, view.sealed), lang), leaving(view, lang)),
    })?;
    let today = found.reader.today();
    let crumbs = [shared::DAILY, shared::HOME].map(|text| text.in_lang(lang).to_owned());
    Ok(Page {
        title: shared::HOME.in_lang(lang).to_owned(),
        note: words::TODAY_IS.fill(lang, &[&today, &weekday(today, lang)]),
        crumbs: crumbs.to_vec(),
        current: "/",
        exports: Vec::new(),
        body,
    })
}

fn weekday(day: Date, lang: Lang) -> &'static str {
    let place = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
    WEEKDAYS.get(place).map_or("", |text| text.in_lang(lang))
}

fn row(duty: &Duty, found: &Found, lang: Lang) -> DutyView {
    let is_late = duty.due_ms.is_some_and(|due| due < found.reader.now().0);
    let (tone, state) = match is_late {
        true => (Tone::Bad, words::OVERDUE),
        false => (Tone::Info, words::OPEN),
    };
    DutyView {
        when: duty.due_ms.map(time::minute).unwrap_or_default(),
        state: Tag::of(tone, state, lang),
        what: chosen(duty.kind.label(), lang),
        student: duty.student.map(|student| (student.0, found.names.student_line(student))),
        who: who(duty, &found.names, lang).to_owned(),
        href: act_href(duty, found.reader.role()),
    }
}

fn silent(people: &People, lang: Lang) -> SilentView {
    let rows = people.lines.iter();
    SilentView {
        counted: words::SILENT_COUNTED.with(lang, people.total),
        all: words::SILENT_ALL.with(lang, people.total),
        rows: rows.map(|line| (line.student.0, person_line(line))).collect(),
    }
}

/// What takes place today: appointments that are due, and what was entered for the day.
fn events(found: &Found, lang: Lang) -> Vec<(String, String)> {
    let role = found.reader.role();
    let appointments = found.day.appointments.iter();
    let mut events: Vec<(String, String)> = appointments
        .map(|duty| {
            let who = duty.student.map(|student| found.names.student_line(student));
            let text = format!("{} {}", chosen(duty.kind.label(), lang), who.unwrap_or_default());
            (text.trim().to_owned(), act_href(duty, role).unwrap_or_default())
        })
        .collect();
    events.extend(found.held.iter().map(|one| super::calendar::held(one, lang)));
    events
}

#[cfg(test)]
mod tests;
