//! The pages as functions of what was read.

use askama::Template;
use domain::ledger::terms::{ReadPurpose, Tier};
use domain::ledger::{Act, Action, Area, Authority, Kind, LedgerName, SchoolRole, Word, authority};
use jiff::civil::Date;
use runtime::web::{
    Html, Lang, Page, Part, RenderError, Session, Tag, Text, Tone, in_address, time,
};

use super::super::accounts::ACCOUNTS_HREF;
use super::super::approvals::APPROVALS_HREF;
use super::super::consultations::CONSULTATIONS_HREF;
use super::super::desk::is_offered;
use super::super::keeping::KEEPING_HREF;
use super::super::lists::LISTS_HREF;
use super::super::notices::{HAND_OFFS_HREF, REPORTS_HREF, TIPS_HREF};
use super::super::office::{choices, chosen};
use super::super::referrals::REFERRALS_HREF;
use super::super::transfers::TRANSFERS_HREF;
use super::course::{self, Drawing};
use super::said::brief;
use super::table::Pager;
use super::{ALERTS_HREF, LEDGERS_HREF, WORK_HREF, words};
use crate::ledger::access::ReadLine;
use crate::ledger::author::Author;
use crate::ledger::board::BoardRow;
use crate::ledger::browse::{self, Line};
use crate::ledger::course::Course;
use crate::ledger::duty::{DueList, Duty, DutyKind};
use crate::ledger::entry::StudentId;
use crate::ledger::office_duty::OfficeDuty;
use crate::ledger::showing::Names;

/// Duties of one page of the list.
const WORK_SIZE: usize = 100;
/// The list of students, above the page of one.
const STUDENTS_HREF: &str = "/students";

/// Length of a written day.
const DAY_LENGTH: usize = 10;
/// Length of a written minute.
const MINUTE_LENGTH: usize = 16;

/// A cell of a table; a link where there is an address.
pub(super) struct CellView {
    text: String,
    href: Option<String>,
    tag: Option<Part<Tag>>,
}

impl CellView {
    /// Whether it is a day, or a minute of one, which is never broken in two lines.
    fn is_day(&self) -> bool {
        let day = self.text.get(..DAY_LENGTH).map(str::parse::<Date>);
        self.text.len() <= MINUTE_LENGTH && matches!(day, Some(Ok(_)))
    }
}

/// A table with its heading.
pub(super) struct TableView {
    title: String,
    heads: Vec<String>,
    rows: Vec<Vec<CellView>>,
    empty: &'static str,
}

#[derive(Template)]
#[template(path = "console/tables.html")]
struct TablesTemplate {
    lang: Lang,
    links: Vec<(String, String)>,
    choices: Vec<ChoiceView>,
    notes: Vec<String>,
    tables: Vec<TableView>,
    pages: Option<Pager>,
}

/// A list of the address by which a page is narrowed.
struct ChoiceView {
    name: &'static str,
    label: &'static str,
    options: Vec<(&'static str, &'static str, bool)>,
}

#[derive(Template)]
#[template(path = "console/student.html")]
struct StudentTemplate {
    lang: Lang,
    acts: Vec<(String, String)>,
    drawing: Option<Drawing>,
    results: Html,
    links: Vec<(String, String)>,
    choices: Vec<ChoiceView>,
    notes: Vec<String>,
    tables: Vec<TableView>,
    pages: Option<Pager>,
}

#[derive(Template)]
#[template(path = "console/alerts.html")]
struct AlertsTemplate {
    lang: Lang,
    is_board: bool,
    may_open: bool,
    cases: Vec<CaseView>,
    columns: Vec<TierView>,
}

#[derive(Template)]
#[template(path = "console/purpose.html")]
struct PurposeTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    id: i64,
    purposes: Vec<(&'static str, &'static str)>,
    /// What the role mostly reads for; families read it later.
    usual: &'static str,
}

/// A tier and its cases.
type TierView = (&'static str, Vec<CaseView>);

/// What the board shows of one case.
struct CaseView {
    case: i64,
    student: i64,
    name: String,
    tier: Part<Tag>,
    source: &'static str,
    owner: String,
    review: String,
    state: Part<Tag>,
    acts: Vec<(String, String)>,
    /// That another person signs, where the reader may not.
    waits: Option<&'static str>,
}

/// The cases that a reader sees.
pub(super) struct Board<'a> {
    pub(super) rows: &'a [BoardRow],
    pub(super) names: &'a Names,
    pub(super) reader: &'a Author,
}

/// What is due for a reader, and which of it is wanted.
pub(super) struct Work<'a> {
    pub(super) duties: &'a DueList,
    pub(super) of_office: &'a [OfficeDuty],
    pub(super) sees_students: bool,
    pub(super) names: &'a Names,
    pub(super) reader: &'a Author,
    pub(super) own: bool,
    pub(super) what: &'a str,
    pub(super) page: usize,
}

/// A student's record as a pass opened it.
pub(super) struct Record<'a> {
    pub(super) student: StudentId,
    pub(super) lines: &'a [Line],
    pub(super) reads: &'a [ReadLine],
    pub(super) names: &'a Names,
    pub(super) role: SchoolRole,
    pub(super) course: &'a Course,
    /// What the student's sheets scored; empty where the pass does not open screenings.
    pub(super) results: Html,
    pub(super) today: Date,
}

pub(super) fn work(view: &Work<'_>, lang: Lang) -> Result<Page, RenderError> {
    let now_ms = view.reader.now().0;
    let wanted = &view.duties.shown;
    // What is done meanwhile shortens the list: a page past its end is the last one, and not empty.
    let at = view.page.min(wanted.len().saturating_sub(1) / WORK_SIZE);
    let shown = wanted.iter().skip(at * WORK_SIZE).take(WORK_SIZE);
    let rows = shown.map(|duty| duty_row(duty, view, now_ms, lang)).collect();
    let DueList { more, all: of_all, late, .. } = view.duties;
    let counted = words::WORK_COUNTED.fill(lang, &[&(wanted.len() + more), of_all, late]);
    let heads = [
        words::DUE,
        words::STATE,
        words::WHAT,
        words::STUDENT,
        words::TIER,
        words::WHO,
        words::ACT,
    ];
    let table = table(counted, &heads, rows, (words::WORK_NONE, lang));
    let mut tables = Vec::new();
    if !view.of_office.is_empty() || !view.sees_students {
        tables.push(office_table(view.of_office, lang));
    }
    if !view.sees_students {
        return plain_work(tables, lang);
    }
    tables.push(table);
    let all = ("", words::ALL.in_lang(lang), true);
    let mut whats = vec![all];
    whats.extend(DutyKind::ALL.into_iter().filter_map(|kind| {
        let is_there = view.duties.kinds.contains(&kind);
        is_there.then(|| (kind.as_str(), chosen(kind.label(), lang), kind.as_str() == view.what))
    }));
    let whose = vec![all, ("own", words::OWN.in_lang(lang), view.own)];
    let choices = vec![
        ChoiceView { name: "what", label: words::WHAT.in_lang(lang), options: whats },
        ChoiceView { name: "whose", label: words::WHO.in_lang(lang), options: whose },
    ];
    let mut notes = vec![super::super::words::LOGGED.in_lang(lang).to_owned()];
    if *more > 0 {
        notes.insert(0, words::WORK_MORE.fill(lang, &[&wanted.len(), more]));
    }
    let links = Vec::new();
    let whose = if view.own { "own" } else { "" };
    let query = format!("what={}&whose={whose}&", in_address(view.what));
    let pages = Pager::new(WORK_HREF, &query, (at, WORK_SIZE, wanted.len()), lang);
    let pages = (wanted.len() > WORK_SIZE).then_some(pages);
    let body = Html::render(&TablesTemplate { lang, links, choices, notes, tables, pages })?;
    Ok(page((words::WORK, words::WORK_NOTE.in_lang(lang).to_owned(), WORK_HREF), body, lang))
}

/// The list of whoever sees no student.
fn plain_work(tables: Vec<TableView>, lang: Lang) -> Result<Page, RenderError> {
    let (links, choices, notes) = (Vec::new(), Vec::new(), Vec::new());
    let body = TablesTemplate { lang, links, choices, notes, tables, pages: None };
    let note = words::WORK_NOTE.in_lang(lang).to_owned();
    Ok(page((words::WORK, note, WORK_HREF), Html::render(&body)?, lang))
}

/// What waits beside the ledgers, with where it is done.
fn office_table(duties: &[OfficeDuty], lang: Lang) -> TableView {
    let rows = duties.iter().map(|duty| {
        let (due, what, about, href) = match duty {
            OfficeDuty::Account { login, asked_by, ends } => (
                time::minute(ends.0),
                words::DUTY_ACCOUNT,
                words::DUTY_ACCOUNT_OF.fill(lang, &[login, asked_by]),
                ACCOUNTS_HREF.to_owned(),
            ),
            OfficeDuty::Access { asked, until } => (
                until.to_string(),
                words::DUTY_ACCESS,
                words::DUTY_ACCESS_OF.with(lang, time::minute(asked.0)),
                APPROVALS_HREF.to_owned(),
            ),
            OfficeDuty::List { id, sender, valid_to } => {
                (valid_to.clone(), words::DUTY_LIST, sender.clone(), format!("{LISTS_HREF}/{id}"))
            }
        };
        vec![
            plain(due),
            plain(what.in_lang(lang)),
            plain(about),
            link(words::ACT.in_lang(lang), href),
        ]
    });
    let heads = [words::DUE, words::WHAT, words::ABOUT, words::ACT];
    let title = words::DUTIES_OFFICE.in_lang(lang).to_owned();
    table(title, &heads, rows.collect(), (words::WORK_NONE, lang))
}

fn duty_row(duty: &Duty, view: &Work<'_>, now_ms: i64, lang: Lang) -> Vec<CellView> {
    let is_late = duty.due_ms.is_some_and(|due| due < now_ms);
    let due = duty.due_ms.map(time::minute);
    let tier = duty.tier.map_or("", |tier| chosen(tier.label(), lang));
    let student = duty.student;
    vec![
        plain(due.unwrap_or_else(|| words::NO_LIMIT.in_lang(lang).to_owned())),
        tagged(state(is_late, lang)),
        plain(chosen(duty.kind.label(), lang)),
        student.map_or_else(|| plain(""), |student| of_student(student, view.names)),
        plain(tier),
        plain(who(duty, view.names, lang)),
        act_href(duty, view.reader.role())
            .map_or_else(|| plain(""), |href| link(words::ACT.in_lang(lang), href)),
    ]
}

/// Who does what is due, where it is one person or anybody but the reader.
pub(in crate::console) fn who<'a>(duty: &Duty, names: &'a Names, lang: Lang) -> &'a str {
    match duty.staff {
        Some(staff) => names.staff(staff),
        None if duty.by_other => words::BY_OTHER.in_lang(lang),
        None => "",
    }
}

/// Where a role does what is due; nothing where somebody else does it.
pub(in crate::console) fn act_href(duty: &Duty, role: SchoolRole) -> Option<String> {
    if duty.by_other {
        return None;
    }
    let record = duty.record.0;
    let form = |page: &str| {
        let href = || format!("{LEDGERS_HREF}/{}/{record}/{page}", duty.of.as_str());
        browse::is_writable_by(role, duty.of).then(href)
    };
    let act = match duty.kind {
        DutyKind::Critical => "critical",
        DutyKind::Contact => "contact",
        DutyKind::Countersign | DutyKind::Second => "sign",
        DutyKind::Review | DutyKind::Reconsider => "review",
        DutyKind::Followup => "followup",
        DutyKind::Hold => "lift",
        DutyKind::Settle => return form("settle"),
        DutyKind::Concern => {
            let href = format!("{LEDGERS_HREF}/analysis/new?talk={record}");
            return browse::is_writable_by(role, Kind::Analysis).then_some(href);
        }
        DutyKind::Destroy => return Some(KEEPING_HREF.to_owned()),
        DutyKind::ReferralTurn
        | DutyKind::ReferralLate
        | DutyKind::ReferralSign
        | DutyKind::ReferralReview
        | DutyKind::ReferralNotice
        | DutyKind::ReferralReply => return Some(format!("{REFERRALS_HREF}/{record}")),
        DutyKind::ExpertWaits | DutyKind::ExpertSaid | DutyKind::ExpertReply => {
            return Some(format!("{CONSULTATIONS_HREF}/{record}"));
        }
        DutyKind::ReportSend
        | DutyKind::ReportReceipt
        | DutyKind::ReportMore
        | DutyKind::ReportAnswer => return Some(format!("{REPORTS_HREF}/{record}")),
        DutyKind::TipReceipt | DutyKind::TipAnswer => {
            return Some(format!("{TIPS_HREF}/{record}"));
        }
        DutyKind::HandOffDanger | DutyKind::HandOffReceipt | DutyKind::HandOffAnswer => {
            return Some(format!("{HAND_OFFS_HREF}/{record}"));
        }
        DutyKind::Transfer => return Some(format!("{TRANSFERS_HREF}/{record}")),
        _ => return form("edit"),
    };
    is_offered(act, role).then(|| format!("/acts/{act}/{record}"))
}

pub(super) fn alerts(view: &Board<'_>, lang: Lang) -> Result<Page, RenderError> {
    let cases = view.rows.iter().map(|row| case(row, view, lang)).collect();
    of_cases(view, (false, cases, Vec::new()), lang)
}

/// The cases in a column for each tier, the gravest first.
pub(super) fn board(view: &Board<'_>, lang: Lang) -> Result<Page, RenderError> {
    let column = |tier: Tier| {
        let of = view.rows.iter().filter(|row| row.now.tier == tier);
        (chosen(tier.label(), lang), of.map(|row| case(row, view, lang)).collect())
    };
    let columns = Tier::ALL.iter().rev().map(|tier| column(*tier)).collect();
    of_cases(view, (true, Vec::new(), columns), lang)
}

fn of_cases(
    view: &Board<'_>,
    (is_board, cases, columns): (bool, Vec<CaseView>, Vec<TierView>),
    lang: Lang,
) -> Result<Page, RenderError> {
    let may_open = may(view, Act::RaiseTier);
    let body = Html::render(&AlertsTemplate { lang, is_board, may_open, cases, columns })?;
    Ok(page((words::ALERTS, words::ALERTS_NOTE.in_lang(lang).to_owned(), ALERTS_HREF), body, lang))
}

fn may(view: &Board<'_>, act: Act) -> bool {
    authority(view.reader.role(), Action::Do(act)) != Authority::Never
}

fn case(row: &BoardRow, view: &Board<'_>, lang: Lang) -> CaseView {
    let (student, today) = (row.now.case.entry.student, view.reader.today());
    let tone = match row.now.tier {
        Tier::T3 => Tone::Bad,
        Tier::T2 => Tone::Notice,
        Tier::T1 => Tone::Info,
    };
    let due = row.review.as_ref().map(|review| review.entry.due);
    let is_by_other = row.to_sign.iter().any(|moved| !row.signable.contains(&moved.record));
    CaseView {
        case: row.now.case.record.0,
        student: student.0,
        name: view.names.student_line(student),
        tier: Tag::new(tone, chosen(row.now.tier.label(), lang)),
        source: chosen(row.now.case.entry.source.label(), lang),
        owner: view.names.staff(row.now.owner).to_owned(),
        review: due.map_or_else(String::new, |due| due.to_string()),
        state: state(due.is_some_and(|due| due < today), lang),
        acts: case_acts(row, view, lang),
        waits: is_by_other.then(|| words::BY_OTHER.in_lang(lang)),
    }
}

/// What may be done with a case, the most pressing first.
fn case_acts(row: &BoardRow, view: &Board<'_>, lang: Lang) -> Vec<(String, String)> {
    let mut acts = Vec::new();
    let text = |text: Text| text.in_lang(lang).to_owned();
    for moved in row.to_sign.iter().filter(|moved| row.signable.contains(&moved.record)) {
        let to = moved.entry.to_tier.map_or("", |tier| chosen(tier.label(), lang));
        let how = format!("{} {to}", chosen(moved.entry.how.label(), lang));
        let label = words::SIGN_WHAT.fill(lang, &[&how.trim()]);
        acts.push((format!("/acts/sign/{}", moved.record.0), label));
    }
    if may(view, Act::RaiseTier) {
        if let Some(contact) = &row.contact {
            acts.push((format!("/acts/contact/{}", contact.record.0), text(words::CONTACT)));
        }
        if let Some(review) = &row.review {
            acts.push((format!("/acts/review/{}", review.record.0), text(words::HOLD_REVIEW)));
        }
        acts.push((format!("/acts/move/{}", row.now.case.record.0), text(words::MOVE)));
        let case = row.now.case.record.0;
        acts.push((format!("{LEDGERS_HREF}/alert_case/{case}#contacts"), text(words::PROTOCOL)));
    }
    acts
}

pub(super) fn ledgers(role: SchoolRole, lang: Lang) -> Result<Page, RenderError> {
    let mut tables_of = Vec::new();
    for ledger in LedgerName::ALL {
        let kinds = Kind::ALL.iter().filter(|kind| kind.ledger() == *ledger);
        let open = kinds.filter(|kind| browse::is_open_to(role, **kind));
        let rows: Vec<_> = open
            .map(|kind| {
                let text = chosen(kind.label(), lang).to_owned();
                vec![link(text, format!("{LEDGERS_HREF}/{}", kind.as_str()))]
            })
            .collect();
        if !rows.is_empty() {
            let title = chosen(ledger.label(), lang).to_owned();
            tables_of.push(table(title, &[words::KIND], rows, (words::NOTHING, lang)));
        }
    }
    let head = (words::LEDGERS, words::LEDGERS_NOTE.in_lang(lang).to_owned(), LEDGERS_HREF);
    let (links, choices, notes) = (Vec::new(), Vec::new(), Vec::new());
    let body = Html::render(&TablesTemplate {
        lang,
        links,
        choices,
        notes,
        tables: tables_of,
        pages: None,
    })?;
    Ok(page(head, body, lang))
}

pub(super) fn purpose(id: i64, session: &Session, lang: Lang) -> Result<Page, RenderError> {
    let (csrf, purposes) = (session.csrf.as_str(), choices::<ReadPurpose>(lang));
    let usual = session.role.school().map_or("", |role| browse::purpose_of(role).as_str());
    let body = Html::render(&PurposeTemplate { lang, csrf, id, purposes, usual })?;
    Ok(page((words::STUDENT, String::new(), STUDENTS_HREF), body, lang))
}

pub(super) fn student(view: Record<'_>, lang: Lang) -> Result<Page, RenderError> {
    let Record { student, lines, reads, names, role, .. } = view;
    let rows = lines.iter().map(|line| {
        let href = format!("{LEDGERS_HREF}/{}/{}", line.kind.as_str(), line.record.0);
        let kind = link(chosen(line.kind.label(), lang), href);
        vec![plain(line.day.to_string()), kind, plain(brief(line, names, lang))]
    });
    let heads = [words::DAY, words::KIND, words::CONTENT];
    let title = words::TIMELINE.in_lang(lang).to_owned();
    let timeline = table(title, &heads, rows.collect(), (words::NOTHING, lang));
    let rows = reads.iter().map(|read| {
        vec![
            plain(time::minute(read.at.0)),
            plain(read.account.clone()),
            plain(chosen(read.role.label(), lang)),
            plain(chosen(read.purpose.label(), lang)),
            plain(read.reason.as_deref().unwrap_or(words::READ_HIDDEN.in_lang(lang))),
        ]
    });
    let heads = [words::WHEN, words::ACCOUNT, words::ROLE, words::PURPOSE, words::REASON];
    let title = words::READS.in_lang(lang).to_owned();
    let reads = table(title, &heads, rows.collect(), (words::NOTHING, lang));
    let head = (words::STUDENT, names.student_line(student), STUDENTS_HREF);
    let notes = vec![words::OPEN_NOTE.in_lang(lang).to_owned()];
    let number = names.student(student).map_or("", |known| &known.number);
    let is_listed = view.course.tiers.last().is_some_and(|(_, tier)| tier.is_some());
    let (mut links, choices) = (new_links((role, is_listed), number, lang), Vec::new());
    if authority(role, Action::Write(Area::Consent)) != Authority::Never {
        let label = words::FAMILY_FILE.in_lang(lang).to_owned();
        links.push((format!("/students/{}/file", student.0), label));
    }
    links.push((STUDENTS_HREF.to_owned(), super::super::words::UP.in_lang(lang).to_owned()));
    let mut tables = course::tables(view.course, lang);
    tables.extend([timeline, reads]);
    let body = Html::render(&StudentTemplate {
        lang,
        acts: links,
        drawing: course::drawing(view.course, view.today, lang),
        results: view.results,
        links: Vec::new(),
        choices,
        notes,
        tables,
        pages: None,
    })?;
    Ok(page(head, body, lang))
}

/// What is mostly written about a student, as far as the role may.
fn new_links(
    (role, is_listed): (SchoolRole, bool),
    number: &str,
    lang: Lang,
) -> Vec<(String, String)> {
    let mut links = Vec::new();
    let asked = in_address(number);
    if browse::is_writable_by(role, Kind::Talk) {
        let label = words::TALK.in_lang(lang).to_owned();
        links.push((format!("/talks/new?student={asked}"), label));
    }
    if !is_listed && authority(role, Action::Do(Act::RaiseTier)) != Authority::Never {
        let label = words::OPEN_CASE.in_lang(lang).to_owned();
        links.push((format!("/acts/open?student={asked}"), label));
    }
    if authority(role, Action::Write(Area::Referral)) != Authority::Never {
        let label = words::REFER.in_lang(lang).to_owned();
        links.push((format!("{REFERRALS_HREF}/new?student={asked}"), label));
    }
    let others = [Kind::Session, Kind::Followup, Kind::Plan, Kind::Consent, Kind::Mentor];
    for kind in others.into_iter().filter(|kind| browse::is_writable_by(role, *kind)) {
        let href = format!("{LEDGERS_HREF}/{}/new?student={asked}", kind.as_str());
        links.push((href, words::NEW_OF.fill(lang, &[&chosen(kind.label(), lang)])));
    }
    links
}

pub(super) fn page(
    (title, note, current): (Text, String, &'static str),
    body: Html,
    lang: Lang,
) -> Page {
    let crumbs = [words::RECORDS, title].map(|text| text.in_lang(lang).to_owned()).to_vec();
    let title = title.in_lang(lang).to_owned();
    Page { title, note, crumbs, current, exports: Vec::new(), body }
}

pub(super) fn table(
    title: String,
    heads: &[Text],
    rows: Vec<Vec<CellView>>,
    (empty, lang): (Text, Lang),
) -> TableView {
    let heads = heads.iter().map(|head| head.in_lang(lang).to_owned()).collect();
    TableView { title, heads, rows, empty: empty.in_lang(lang) }
}

pub(super) fn plain(text: impl Into<String>) -> CellView {
    CellView { text: text.into(), href: None, tag: None }
}

fn link(text: impl Into<String>, href: String) -> CellView {
    CellView { href: Some(href), ..plain(text) }
}

fn tagged(tag: Part<Tag>) -> CellView {
    CellView { tag: Some(tag), ..plain("") }
}

fn of_student(student: StudentId, names: &Names) -> CellView {
    link(names.student_line(student), format!("/students/{}", student.0))
}

fn state(is_late: bool, lang: Lang) -> Part<Tag> {
    match is_late {
        true => Tag::of(Tone::Bad, words::OVERDUE, lang),
        false => Tag::of(Tone::Info, words::OPEN, lang),
    }
}
