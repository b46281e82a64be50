//! The calendar of what is due and what took place, its file for other calendars, and the statement
//! of each counsellor's workload.

mod feed;
mod words;
mod workload;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::ledger::{Kind, SchoolRole, Word as _};
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::clock::local_of;
use runtime::web::{Html, Lang, Page, Problem, Visitor, posts, time};
use serde::Deserialize;

use super::ledgers::{Readers, act_href};
use super::office::{Office, chosen, problem};
use crate::desk::ical::{self, Event, When};
use crate::ledger::agenda::{self, Held};
use crate::ledger::calendar_address;
use crate::ledger::duty::{self, DueList, Duty};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;

pub(super) use words::WEEKDAYS;

const HREF: &str = "/calendar";
/// Items that a day of a month shows before the rest is only counted.
const ITEMS_SHOWN: usize = 4;

/// The pages.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(HREF, get(show))
        .route("/calendar/duties.ics", get(export))
        .route("/calendar/address", posts(feed::make, HREF))
        .route("/calendar/address/end", posts(feed::withdraw, HREF))
        .route("/calendar/feed/{secret}", get(feed::give))
        .route("/workload", get(workload::show))
}

/// Which days are wanted.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// A day of the month or week; today if empty.
    #[serde(default)]
    day: String,
    /// `week` for a week, else the month.
    #[serde(default)]
    view: String,
}

/// Something on a day.
struct ItemView {
    text: String,
    href: Option<String>,
    class: &'static str,
}

/// A day of the page.
struct DayView {
    label: String,
    href: String,
    is_today: bool,
    is_outside: bool,
    items: Vec<ItemView>,
    more: usize,
}

#[derive(Template)]
#[template(path = "console/calendar.html")]
struct CalendarTemplate<'a> {
    lang: Lang,
    is_week: bool,
    before_word: &'static str,
    after_word: &'static str,
    before: String,
    after: String,
    other: String,
    heads: [&'static str; 7],
    weeks: Vec<Vec<DayView>>,
    title: String,
    /// Of more than a page holds: how many are left out.
    more: Option<String>,
    csrf: &'a str,
    /// Since when the reader's calendar has an address.
    since: Option<String>,
    /// An address that was just made.
    address: Option<String>,
    done: Option<&'static str>,
}

/// The days of a page: its first and last, and the day that it is about.
#[derive(Clone, Copy)]
struct Days {
    from: Date,
    to: Date,
    about: Date,
    today: Date,
    is_week: bool,
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    show_page(&office, &visitor, asked, Shown::default()).await
}

/// What came of a form about the address.
#[derive(Default)]
struct Shown {
    address: Option<String>,
    done: Option<&'static str>,
}

async fn show_page(
    office: &Office,
    visitor: &Visitor<Readers>,
    asked: Asked,
    shown: Shown,
) -> Result<Response, Problem> {
    let wanted: Option<Date> = match asked.day.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| Problem::BadRequest)?),
    };
    let is_week = asked.view == "week";
    let found = office.work(&visitor.session, move |tx, reader| {
        let today = reader.today();
        let days = days((wanted.unwrap_or(today), today), is_week).ok_or(LedgerRefusal::Unknown)?;
        let is_shown =
            |duty: &Duty| duty.due_day().is_some_and(|day| days.from <= day && day <= days.to);
        let DueList { shown: duties, more, .. } = duty::duties(tx, &reader, is_shown)?;
        let held = agenda::held(tx, &reader, (days.from, days.to))?;
        let names = Names::of(tx, duties.iter().filter_map(|duty| duty.student))?;
        let since = calendar_address::made(tx, reader.account())?;
        Ok::<_, LedgerRefusal>((days, (duties, more, reader.role()), held, (names, since)))
    });
    let (days, (duties, more, role), held, (names, since)) = found.await.map_err(problem)?;
    let lang = visitor.frame.lang;
    let mut weeks = Vec::new();
    let mut day = days.from;
    while day <= days.to {
        let mut week = Vec::new();
        for _ in 0..7 {
            week.push(view((day, days), (&duties, &held), (&names, role), lang));
            day = day.saturating_add(1.day());
        }
        weeks.push(week);
    }
    let body = Html::render(&CalendarTemplate {
        lang,
        is_week,
        before_word: if is_week { words::BEFORE_WEEK } else { words::BEFORE_MONTH }.in_lang(lang),
        after_word: if is_week { words::AFTER_WEEK } else { words::AFTER_MONTH }.in_lang(lang),
        before: href(step(days, -1), is_week),
        after: href(step(days, 1), is_week),
        other: href(days.about, !is_week),
        heads: words::WEEKDAYS.map(|text| text.in_lang(lang)),
        weeks,
        title: title(days, lang),
        more: (more > 0).then(|| words::NOT_SHOWN.with(lang, more)),
        csrf: &visitor.session.csrf,
        since: since.map(|at| words::FEED_SINCE.with(lang, time::minute(at.0))),
        address: shown.address,
        done: shown.done,
    })?;
    let title = words::CALENDAR.in_lang(lang).to_owned();
    let crumbs = vec![words::RECORDS.in_lang(lang).to_owned(), title.clone()];
    let note = words::CALENDAR_NOTE.in_lang(lang).to_owned();
    office.reply(visitor, &Page { title, note, crumbs, current: HREF, exports: Vec::new(), body })
}

/// The week of a day, or the whole weeks that hold its month.
fn days((about, today): (Date, Date), is_week: bool) -> Option<Days> {
    let monday =
        |day: Date| day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days());
    let (first, last) = match is_week {
        true => (about, about),
        false => (about.first_of_month(), about.last_of_month()),
    };
    let from = monday(first).ok()?;
    let to = monday(last).ok()?.checked_add(6.days()).ok()?;
    Some(Days { from, to, about, today, is_week })
}

fn step(days: Days, by: i64) -> Date {
    match days.is_week {
        true => days.about.saturating_add((7 * by).days()),
        false => days.about.first_of_month().saturating_add(by.months()),
    }
}

fn href(day: Date, is_week: bool) -> String {
    format!("{HREF}?day={day}{}", if is_week { "&view=week" } else { "" })
}

fn title(days: Days, lang: Lang) -> String {
    match days.is_week {
        true => words::WEEK_OF.fill(lang, &[&days.from, &days.to]),
        false => words::MONTH_OF.fill(lang, &[&days.about.year(), &days.about.month()]),
    }
}

fn view(
    (day, days): (Date, Days),
    (duties, held): (&[Duty], &[Held]),
    (names, role): (&Names, SchoolRole),
    lang: Lang,
) -> DayView {
    let of_day = duties.iter().filter(|duty| duty.due_day() == Some(day));
    let mut items: Vec<ItemView> = of_day
        .map(|duty| {
            let who = duty.student.map_or_else(String::new, |student| names.student_line(student));
            let text = format!("{} {who}", chosen(duty.kind.label(), lang));
            let class = if day < days.today { "late" } else { "due" };
            ItemView { text: text.trim().to_owned(), href: act_href(duty, role), class }
        })
        .collect();
    items.extend(held.iter().filter(|one| one.day == day).map(|one| item(one, lang)));
    let most = if days.is_week { usize::MAX } else { ITEMS_SHOWN };
    let more = items.len().saturating_sub(most);
    items.truncate(most);
    DayView {
        label: format!("{}-{:02}", day.month(), day.day()),
        href: href(day, true),
        is_today: day == days.today,
        is_outside: !days.is_week && day.month() != days.about.month(),
        items,
        more,
    }
}

fn item(one: &Held, lang: Lang) -> ItemView {
    let (text, href) = held(one, lang);
    ItemView { text, href: Some(href), class: "held" }
}

/// What took place on a day, with the address of its entries.
pub(super) fn held(one: &Held, lang: Lang) -> (String, String) {
    let label = chosen(one.kind.label(), lang);
    let text = if one.count > 1 { format!("{label} × {}", one.count) } else { label.to_owned() };
    let href = format!("/ledgers/{}?from={day}&to={day}", one.kind.as_str(), day = one.day);
    (text, href)
}

/// What is due as a calendar file: sorts and numbers only.
async fn export(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, |tx, reader| {
        Ok::<_, LedgerRefusal>((duty::duties(tx, &reader, |_| true)?, reader.now().0))
    });
    let (duties, now_ms) = found.await.map_err(problem)?;
    let text = file_of(&duties, (&office.unit_id(), now_ms), visitor.frame.lang);
    let kind = HeaderValue::from_static("text/calendar; charset=utf-8");
    let file = HeaderValue::from_static("attachment; filename=\"xinqiao.ics\"");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, file)], text).into_response())
}

/// The file of what is due; what is left out of it stands there as a number, for today.
fn file_of(duties: &DueList, (unit, now_ms): (&str, i64), lang: Lang) -> String {
    let shown = duties.shown.iter().filter_map(|duty| event(duty, unit, lang));
    let more = (duties.more > 0).then(|| Event {
        uid: format!("more@{unit}"),
        when: When::Day(local_of(now_ms).date()),
        summary: words::NOT_SHOWN.with(lang, duties.more),
    });
    let events: Vec<Event> = more.into_iter().chain(shown).collect();
    ical::calendar(words::CALENDAR.in_lang(lang), &events, now_ms)
}

fn event(duty: &Duty, unit: &str, lang: Lang) -> Option<Event> {
    let exact = matches!(duty.of, Kind::CriticalItem | Kind::FirstContact | Kind::AlertMove);
    let when = match (exact, duty.due_ms, duty.due_day()) {
        (true, Some(at), _) => When::At(at),
        (false, _, Some(day)) => When::Day(day),
        _ => return None,
    };
    let uid = format!("{}-{}@{unit}", duty.kind.as_str(), duty.record.0);
    let summary = format!("{} #{}", chosen(duty.kind.label(), lang), duty.record.0);
    Some(Event { uid, when, summary })
}

#[cfg(test)]
mod tests;
