//! The board, one referral and the form that opens one, as functions of what was read.

use askama::Template;
use domain::ledger::Word as _;
use domain::referral::history::Standing;
use domain::referral::{
    Actor, DeclineReason, EndReason, Event, FitForSchool, State, Urgency, due, hop_minutes,
};
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::web::{Html, Lang, Page, RenderError, Session, Tag, Tone, in_address, time};

use super::super::filled::Filled;
use super::super::ledgers::RECORDS;
use super::super::office::{Told, chosen};
use super::super::sheet::{self, Around, Cell, Head, Sheet};
use super::forms::{self, FormView};
use super::offer::{self, OfferView};
use super::{REFERRALS_HREF, View, fhir, lost, sealed, words};
use crate::directory::Directories;
use crate::ledger::entry::{Kept, Moment};
use crate::ledger::referral::{self, ReferralAct, Row};
use crate::ledger::showing::Names;

/// A line of the course.
struct StepView {
    day: String,
    event: &'static str,
    by: &'static str,
    said: String,
    entered: String,
    is_late: bool,
}

#[derive(Template)]
#[template(path = "console/referral.html")]
struct ReferralTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    id: i64,
    title: String,
    state: &'static str,
    facts: Vec<(&'static str, String)>,
    links: Vec<(String, &'static str)>,
    notes: Vec<String>,
    steps: Vec<StepView>,
    calls: Vec<(String, String)>,
    offer: Option<OfferView>,
    sealed: Vec<(String, String)>,
    sealing: Option<FormView>,
    forms: Vec<FormView>,
}

#[derive(Template)]
#[template(path = "console/referral_new.html")]
struct OpeningTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    notes: Vec<String>,
    form: FormView,
}

pub(super) fn board(
    (rows, names): (&[Row], &Names),
    may_write: bool,
    now: Moment,
    lang: Lang,
) -> Result<Page, RenderError> {
    let (group, title, note) = (RECORDS, words::REFERRALS, words::NOTE);
    let head = Head { group, title, note, href: REFERRALS_HREF };
    let heads = [words::STUDENT, words::STATE, words::URGENCY, words::RECIPIENT, words::LIMIT];
    let sheet = |title, wanted: &dyn Fn(&Row) -> bool| {
        let mut sheet = Sheet::new(title, &heads, words::NONE, lang);
        for row in rows.iter().filter(|row| wanted(row)) {
            sheet.row(cells(row, names, now, lang));
        }
        sheet
    };
    let owner = |row: &Row| due(row.state, row.referral.entry.urgency).map(|turn| turn.owner);
    let school = Some(domain::referral::Owner::School);
    let sheets = vec![
        sheet(words::SCHOOLS_TURN, &|row| owner(row) == school),
        sheet(words::OTHERS_TURN, &|row| owner(row).is_some() && owner(row) != school),
        sheet(words::OVER, &|row| owner(row).is_none()),
    ];
    let links = match may_write {
        true => vec![
            (format!("{REFERRALS_HREF}/new"), words::NEW),
            (lost::HREF.to_owned(), lost::LABEL),
        ],
        false => Vec::new(),
    };
    let notes = vec![super::super::words::LOGGED.in_lang(lang).to_owned()];
    sheet::page(&head, Around { notes, links, ..Around::default() }, sheets, lang)
}

fn cells(row: &Row, names: &Names, now: Moment, lang: Lang) -> Vec<Cell> {
    let entry = &row.referral.entry;
    let href = format!("{REFERRALS_HREF}/{}", row.referral.record.0);
    let limit = match row.due_ms {
        None => Cell::plain(words::NO_LIMIT.in_lang(lang)),
        Some(at) if at < now.0 => {
            Cell::tagged(Tag::of(Tone::Bad, words::LATE, lang), time::minute(at))
        }
        Some(at) => Cell::plain(time::minute(at)),
    };
    vec![
        Cell::link(names.student_line(entry.student), href),
        Cell::plain(chosen(row.state.label(), lang)),
        Cell::plain(chosen(entry.urgency.label(), lang)),
        Cell::plain(entry.recipient_name.clone()),
        limit,
    ]
}

pub(super) fn opening(
    (told, filled): (&Told, &Filled),
    (directories, today): (&Directories, Date),
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let form = forms::of_opening((filled, today), lang);
    let has_one = !directories.all().is_empty();
    let later = has_one.then(|| words::LATER.in_lang(lang).to_owned());
    let notes = later.into_iter().chain(offer::emergency(directories, today, lang)).collect();
    let body = Html::render(&OpeningTemplate { lang, csrf: &session.csrf, told, notes, form })?;
    Ok(page(words::NEW.in_lang(lang).to_owned(), body, lang))
}

fn page(title: String, body: Html, lang: Lang) -> Page {
    let crumbs = [RECORDS, words::REFERRALS].map(|text| text.in_lang(lang).to_owned()).to_vec();
    let note = words::NOTE.in_lang(lang).to_owned();
    Page { title, note, crumbs, current: REFERRALS_HREF, exports: Vec::new(), body }
}

pub(super) fn one(
    view: &View,
    (told, filled): (&Told, &Filled),
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let course = &view.course;
    let title = view.names.student_line(course.referral.entry.student);
    let steps = course.acts.iter().map(|(act, how)| step(act, *how, lang)).collect();
    let is_unanswered = course.acts.iter().any(|(act, _)| act.entry.is_unanswered());
    let mut notes = Vec::new();
    let joined = |all: &[String]| all.join(chosen(("、", ", "), lang));
    if is_unanswered {
        let them = match &view.handed_to[..] {
            [] => words::RECIPIENT.in_lang(lang).to_owned(),
            some => joined(some),
        };
        notes.push(words::TELL_THEM.fill(lang, &[&them]));
    }
    if is_undelivered(view) {
        let entry = &course.referral.entry;
        notes.push(words::NOT_DELIVERED.fill(lang, &[&entry.recipient_name, &entry.phone]));
    }
    if course.state == State::EmergencyOut || course.referral.entry.urgency == Urgency::Emergency {
        notes.push(words::EMERGENCY_FIRST.in_lang(lang).to_owned());
    }
    notes.extend(of_directory(view, lang));
    if !view.suspects.is_empty() {
        notes.push(words::NOT_TO_CALL.fill(lang, &[&joined(&view.suspects)]));
    }
    let body = Html::render(&ReferralTemplate {
        lang,
        csrf: &session.csrf,
        told,
        id: course.referral.record.0,
        title: title.clone(),
        state: chosen(course.state.label(), lang),
        facts: facts(view, lang),
        links: links(view, lang),
        notes,
        steps,
        calls: calls(view, lang),
        offer: offer_of(view, filled, lang),
        sealed: sealed::envelope_lines(&view.post.sealed, lang),
        sealing: forms::of_sealing(
            view.post.road.as_deref().filter(|_| view.may.write),
            filled,
            lang,
        ),
        forms: steps_of(view, filled, lang),
    })?;
    Ok(page(title, body, lang))
}

/// Whom to ring in an emergency, and what has become of the recipient since.
fn of_directory(view: &View, lang: Lang) -> Vec<String> {
    let (course, directories) = (&view.course, &*view.directories);
    let (today, entry) = (view.reader.today(), &course.referral.entry);
    let may_come = referral::possible(course).0.iter().any(|(next, _)| *next == Event::Emergency);
    let is_urgent = course.state == State::EmergencyOut || may_come;
    let urgent = is_urgent.then(|| offer::emergency(directories, today, lang)).flatten();
    let is_over = course.state.is_terminal();
    let barred = offer::since_barred(directories, &entry.recipient, (today, lang));
    urgent.into_iter().chain(barred.filter(|_| !is_over)).collect()
}

/// Proposals, where a recipient can be named.
fn offer_of(view: &View, filled: &Filled, lang: Lang) -> Option<OfferView> {
    let course = &view.course;
    if !view.may.write || !is_free(course.state) {
        return None;
    }
    let of = (course.referral.entry.urgency, view.age);
    let now = (view.reader.today(), lang);
    offer::offer(&view.directories, of, filled.text("service"), now)
}

/// Whether another recipient can be named.
const fn is_free(state: State) -> bool {
    matches!(state, State::Draft | State::Declined | State::RedirectProposed | State::EmergencyOut)
}

/// Sealed, and nobody has said within the limit of a hop that it came.
fn is_undelivered(view: &View) -> bool {
    let (course, now_ms) = (&view.course, view.reader.now().0);
    let mut sealed = view.post.sealed.iter().filter(|one| one.number == course.envelope);
    match course.state {
        State::Sent | State::Routed => {
            let is_late = referral::expires_at(course).is_some_and(|at| at < now_ms);
            is_late && sealed.next().is_some()
        }
        State::EmergencyOut => {
            sealed.any(|one| is_hop_late((one.made_at_ms, one.acked_at_ms), now_ms))
        }
        _ => false,
    }
}

/// Whether no relay has said within the minutes of a hop that it has an emergency. While one is
/// out it is the school's turn at once, so that its state has no limit for the letter.
fn is_hop_late((made_at_ms, acked_at_ms): (i64, Option<i64>), now_ms: i64) -> bool {
    let hop_ms = i64::from(hop_minutes(Urgency::Emergency)) * 60_000;
    acked_at_ms.is_none() && now_ms.saturating_sub(made_at_ms) > hop_ms
}

fn facts(view: &View, lang: Lang) -> Vec<(&'static str, String)> {
    let entry = &view.course.referral.entry;
    let concerns: Vec<_> =
        entry.concerns.as_slice().iter().map(|one| chosen(one.label(), lang)).collect();
    let approved = match entry.approved_by {
        Some(staff) => {
            let at = entry.approved_at.map_or_else(String::new, |at| time::minute(at.0));
            format!("{} {at}", view.names.staff(staff))
        }
        None => words::UNAPPROVED.in_lang(lang).to_owned(),
    };
    let limit = referral::expires_at(&view.course).map(time::minute);
    let follows = entry.replaces.map(|record| words::FOLLOWED.fill(lang, &[&record.0]));
    let mut facts = vec![
        (words::URGENCY, chosen(entry.urgency.label(), lang).to_owned()),
        (words::CONCERNS, concerns.join(chosen(("、", ", "), lang))),
        (words::RECIPIENT, format!("{} {}", entry.recipient_name, entry.recipient)),
        (words::SENDING, sending(view, lang)),
        (words::PHONE, entry.phone.clone()),
        (words::RISK, chosen(entry.risk.label(), lang).to_owned()),
        (words::MEANS, entry.means.clone()),
        (words::PROTECTION, entry.protection.clone()),
        (words::MEDICATION, entry.medication.clone()),
        (words::APPROVED, approved),
        (words::FOLLOWS, follows.unwrap_or_default()),
        (words::LIMIT, limit.unwrap_or_else(|| words::NO_LIMIT.in_lang(lang).to_owned())),
    ];
    facts.retain(|(_, text)| !text.trim().is_empty());
    facts.into_iter().map(|(label, text)| (label.in_lang(lang), text)).collect()
}

/// How it can go to a recipient that a directory lists.
fn sending(view: &View, lang: Lang) -> String {
    let id = view.course.referral.entry.recipient.parse::<UnitId>().ok();
    let listed = id.and_then(|id| view.directories.find(&id));
    let text = listed.map(|entry| super::super::directory::sending(entry, &view.directories));
    text.map_or_else(String::new, |text| text.in_lang(lang).to_owned())
}

fn links(view: &View, lang: Lang) -> Vec<(String, &'static str)> {
    let (course, mut links) = (&view.course, Vec::new());
    let id = course.referral.record.0;
    if view.may.write && course.state == State::ConsentPending {
        let known = view.names.student(course.referral.entry.student);
        let number = in_address(known.map_or("", |known| &known.number));
        let entry = &course.referral.entry;
        // What whoever signs is told is what the referral has.
        let told = [
            ("recipient", &entry.recipient),
            ("recipient_name", &entry.recipient_name),
            ("recipient_contact", &entry.phone),
        ];
        let told = told.map(|(name, text)| format!("&{name}={}", in_address(text))).concat();
        let href = format!("/ledgers/consent/new?student={number}&purpose=referral{told}");
        links.push((href, words::CONSENT_FORM.in_lang(lang)));
    }
    let is_printed = matches!(
        course.state,
        State::Sent | State::Routed | State::Received | State::Accepted | State::EmergencyOut
    );
    if view.may.write && is_printed {
        links.push((format!("{REFERRALS_HREF}/{id}/sheet"), words::SHEET.in_lang(lang)));
    }
    if view.may.write && !view.post.sealed.is_empty() {
        links.push((format!("{REFERRALS_HREF}/{id}/slip"), words::SLIP.in_lang(lang)));
    }
    if fhir::is_offered(view) {
        links.push((format!("{REFERRALS_HREF}/{id}/fhir"), words::FHIR.in_lang(lang)));
    }
    links
}

fn step(kept: &Kept<ReferralAct>, how: Standing, lang: Lang) -> StepView {
    let act = &kept.entry;
    let code = match act.event {
        Event::Decline => DeclineReason::from_word(&act.code).map(|word| word.label()),
        Event::Outcome => FitForSchool::from_word(&act.code).map(|word| word.label()),
        _ => EndReason::from_word(&act.code).map(|word| word.label()),
    };
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    let said = [
        act.who.clone(),
        act.way.map_or_else(String::new, |way| chosen(way.label(), lang).to_owned()),
        code.map_or_else(String::new, |label| chosen(label, lang).to_owned()),
        day(act.agreed),
        act.place.clone(),
        act.detail.clone(),
        act.findings.clone(),
        act.reply.clone(),
    ];
    let said: Vec<String> = said.into_iter().filter(|text| !text.is_empty()).collect();
    StepView {
        day: act.day.to_string(),
        event: chosen(act.event.label(), lang),
        by: chosen(act.actor.label(), lang),
        said: said.join(" · "),
        entered: time::minute(act.made_at.0),
        is_late: matches!(how, Standing::Late(_)),
    }
}

fn calls(view: &View, lang: Lang) -> Vec<(String, String)> {
    let calls = view.course.calls.iter().map(|kept| {
        let call = &kept.entry;
        let reached = if call.reached { words::REACHED } else { words::UNREACHED };
        let said = [
            chosen(call.party.label(), lang),
            &call.who,
            reached.in_lang(lang),
            &call.detail,
            view.names.staff(call.by),
        ];
        let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
        (time::minute(call.at.0), said.join(" · "))
    });
    calls.collect()
}

/// The steps that the reader may take, each with its form.
fn steps_of(view: &View, filled: &Filled, lang: Lang) -> Vec<FormView> {
    let (course, may) = (&view.course, view.may);
    let (filled, mut steps) = ((filled, view.reader.today()), Vec::new());
    let entry = &course.referral.entry;
    let is_own = |staff| staff == view.reader.staff();
    let mut acts = Vec::new();
    let waits = !course.state.is_terminal() && entry.approved_by.is_none();
    if may.sign && waits && !entry.recipient.is_empty() && !is_own(entry.asked_staff) {
        acts.push("approve");
    }
    let is_others = |act: &&Kept<ReferralAct>| !is_own(act.entry.asked_staff);
    if may.sign && course.emergency(|act| act.signed_by.is_none()).filter(is_others).is_some() {
        acts.push("countersign");
    }
    if may.review && course.emergency(|act| act.reviewed.is_none()).filter(is_others).is_some() {
        acts.push("review");
    }
    if may.write {
        if course.acts.iter().any(|(act, _)| act.entry.is_unanswered()) {
            acts.push("reply");
        }
        if view.is_told && course.emergency(|act| act.noticed.is_none()).is_some() {
            acts.push("notice");
        }
        if is_free(course.state) {
            acts.push("recipient");
        }
    }
    steps.extend(acts.into_iter().filter_map(|act| forms::of_act(act, filled, lang)));
    if !may.write {
        return steps;
    }
    if referral::is_amendable(course) {
        steps.push(forms::of_amending(&course.referral, filled, lang));
    }
    let (next, late) = referral::possible(course);
    let of = |one: &(Event, Actor), is_late| forms::of_event(*one, is_late, filled, lang);
    steps.extend(next.iter().map(|one| of(one, false)));
    steps.extend(late.iter().map(|one| of(one, true)));
    steps.extend(forms::of_act("call", filled, lang));
    steps
}

#[cfg(test)]
mod tests {
    use super::is_hop_late;

    /// An emergency that no relay has is told to be telephoned once its five minutes are over.
    #[test]
    fn an_emergency_that_no_relay_has_is_late_after_five_minutes() {
        let minute = 60_000;
        assert!(!is_hop_late((0, None), 5 * minute));
        assert!(is_hop_late((0, None), 5 * minute + 1));
        assert!(!is_hop_late((0, Some(minute)), 60 * minute), "a relay has it");
    }
}
