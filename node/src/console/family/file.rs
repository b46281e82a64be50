//! What a family asked to see: who read the record, what is kept, which consents stand; and the
//! withdrawal of one, at the same place.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ledger::consent::{Answer, Purpose};
use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Area, Kind, Word as _};
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Html, Lang, Page, Problem, SignedForm, Visitor, time};
use serde::Deserialize;

use super::super::office::{Office, Told, chosen, problem, told};
use super::super::words::DAILY_RECORDS;
use super::{Callers, words};
use crate::ledger::access::{self, Pass, ReadLine};
use crate::ledger::author::Author;
use crate::ledger::browse;
use crate::ledger::consent::Consent;
use crate::ledger::entry::{Kept, StudentId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::{account, consented, notice, profile, read};

/// Reads that are printed.
const READS_MAX: u32 = 2_000;

/// A consent as it is printed.
struct ConsentView {
    purpose: &'static str,
    word: &'static str,
    recipient: String,
    to: String,
    answer: &'static str,
    day: String,
    can_withdraw: bool,
    stops: &'static str,
    stays: &'static str,
}

#[derive(Template)]
#[template(path = "console/file_ask.html")]
struct AskTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    id: i64,
}

#[derive(Template)]
#[template(path = "console/file.html")]
struct FileTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    done: bool,
    id: i64,
    reads: Vec<[String; 5]>,
    held: Vec<(&'static str, usize)>,
    consents: Vec<ConsentView>,
    footer: String,
}

/// What the page shows.
struct View {
    reads: Vec<ReadLine>,
    held: BTreeMap<Kind, usize>,
    consents: Vec<Kept<Consent>>,
    /// Since when the family's yes to screening stands.
    screening: Option<Date>,
    names: Names,
    accounts: BTreeMap<String, String>,
    school: String,
    today: String,
}

pub(super) async fn ask(
    State(office): State<Office>,
    visitor: Visitor<Callers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let body = Html::render(&AskTemplate { lang, csrf: &visitor.session.csrf, id })?;
    office.reply(&visitor, &page(body, String::new(), lang))
}

/// What the family asked for.
#[derive(Deserialize)]
pub(super) struct Opening {
    #[serde(default)]
    reason: String,
}

pub(super) async fn show(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<Callers, Opening>,
) -> Result<Response, Problem> {
    let (visitor, reason) = (form.visitor, form.fields.reason);
    opened(&office, &visitor, (StudentId(id), reason), (None, false)).await
}

/// Which consent, and who asked.
#[derive(Deserialize)]
pub(super) struct Withdrawal {
    purpose: String,
    #[serde(default)]
    recipient: String,
    reason: String,
}

pub(super) async fn withdraw(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<Callers, Withdrawal>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let reason = fields.reason.clone();
    let done = office.work(&visitor.session, move |tx, author| {
        let purpose = Purpose::from_word(&fields.purpose).ok_or(LedgerRefusal::Field("purpose"))?;
        let about = (purpose, fields.recipient.as_str());
        notice::withdraw(tx, &author.because(&fields.reason), StudentId(id), about).map(drop)
    });
    let told = match done.await {
        Ok(()) => None,
        Err(refusal) => told(refusal, visitor.frame.lang)?,
    };
    let is_done = told.is_none();
    opened(&office, &visitor, (StudentId(id), reason), (told, is_done)).await
}

async fn opened(
    office: &Office,
    visitor: &Visitor<Callers>,
    (student, reason): (StudentId, String),
    (told, done): (Told, bool),
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, move |tx, reader| {
        let reader: Author = reader.because(&reason);
        let pass = access::open(tx, &reader, student, ReadPurpose::FamilyRequest)?;
        view(tx, &pass, &reader)
    });
    let view = found.await.map_err(problem)?;
    let lang = visitor.frame.lang;
    let at = words::PRINTED.fill(lang, &[&view.today, &view.school]);
    let body = Html::render(&FileTemplate {
        lang,
        csrf: &visitor.session.csrf,
        told: &told,
        done,
        id: student.0,
        reads: view.reads.iter().map(|line| read_line(line, &view.accounts, lang)).collect(),
        held: view.held.iter().map(|(kind, n)| (chosen(kind.label(), lang), *n)).collect(),
        consents: consents(&view, lang),
        footer: at,
    })?;
    office.tell(visitor, &page(body, view.names.student_line(student), lang), &told)
}

fn view(tx: &Tx<'_>, pass: &Pass, reader: &Author) -> Result<View, LedgerRefusal> {
    // The list of reads and consents is the family's; a teacher without the area hands it on.
    pass.allow(Area::Consent)?;
    let mut held = BTreeMap::new();
    for line in browse::timeline(tx, pass)? {
        *held.entry(line.kind).or_insert(0) += 1;
    }
    let profile = profile::load(tx)?;
    let family = consented::of(tx, pass.student())?;
    Ok(View {
        reads: access::reads(tx, pass, READS_MAX)?,
        held,
        consents: read::of_student::<Consent>(tx, pass)?,
        screening: family.agreed_on(reader.today()),
        names: Names::load(tx)?,
        accounts: account::list(tx)?.into_iter().map(|line| (line.login, line.name)).collect(),
        school: profile.map(|known| known.name_zh).unwrap_or_default(),
        today: reader.today().to_string(),
    })
}

/// A family reads names; the account stands beside it, since it is what the log holds.
fn read_line(line: &ReadLine, accounts: &BTreeMap<String, String>, lang: Lang) -> [String; 5] {
    let who = accounts.get(&line.account);
    [
        time::minute(line.at.0),
        who.map_or_else(|| line.account.clone(), |name| format!("{name} ({})", line.account)),
        chosen(line.role.label(), lang).to_owned(),
        chosen(line.purpose.label(), lang).to_owned(),
        line.reason.clone(),
    ]
}

/// The last answer on each line that a family was asked about, and the roster's own yes to
/// screening where it is the later one.
fn consents(view: &View, lang: Lang) -> Vec<ConsentView> {
    let mut last: BTreeMap<(Purpose, &str), &Consent> = BTreeMap::new();
    let mut papers: Vec<&Kept<Consent>> = view.consents.iter().collect();
    papers.sort_by_key(|kept| (kept.entry.withdrawn.unwrap_or(kept.entry.day), kept.record));
    for kept in papers {
        last.insert((kept.entry.purpose, &kept.entry.recipient), &kept.entry);
    }
    let mut shown: Vec<ConsentView> =
        last.values().map(|paper| consent_view(paper, lang)).collect();
    let on_paper = last.get(&(Purpose::Screening, ""));
    let is_on_paper = on_paper.is_some_and(|paper| paper.answer == Answer::Given);
    if let Some(day) = view.screening.filter(|_| !is_on_paper) {
        shown.push(ConsentView {
            purpose: chosen(Purpose::Screening.label(), lang),
            word: Purpose::Screening.as_str(),
            recipient: String::new(),
            to: words::STAYS_HERE.in_lang(lang).to_owned(),
            answer: chosen(Answer::Given.label(), lang),
            day: day.to_string(),
            can_withdraw: true,
            stops: words::STOP_SCREENING.in_lang(lang),
            stays: words::STAY_SCREENING.in_lang(lang),
        });
    }
    shown
}

fn consent_view(paper: &Consent, lang: Lang) -> ConsentView {
    let (stops, stays) = match paper.recipient.is_empty() {
        true => (words::STOP_SCREENING, words::STAY_SCREENING),
        false => (words::STOP_PASSING, words::STAY_PASSING),
    };
    let here = words::STAYS_HERE.in_lang(lang);
    let to = if paper.recipient.is_empty() { here } else { &paper.recipient_name };
    ConsentView {
        purpose: chosen(paper.purpose.label(), lang),
        word: paper.purpose.as_str(),
        recipient: paper.recipient.clone(),
        to: to.to_owned(),
        answer: chosen(paper.answer.label(), lang),
        day: paper.withdrawn.unwrap_or(paper.day).to_string(),
        can_withdraw: paper.answer == Answer::Given,
        stops: stops.in_lang(lang),
        stays: stays.in_lang(lang),
    }
}

fn page(body: Html, note: String, lang: Lang) -> Page {
    let crumbs = [DAILY_RECORDS, words::FILE].map(|text| text.in_lang(lang).to_owned()).to_vec();
    let title = words::FILE.in_lang(lang).to_owned();
    Page { title, note, crumbs, current: "", exports: Vec::new(), body }
}
