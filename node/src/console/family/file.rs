//! What a family asked to see: who read the record, what is kept, what went outside by name, which
//! consents stand; and the withdrawal of one, at the same place.
//!
//! A guardian may be whom a report by duty or a hold is about, so the paper tells of neither, and
//! whoever prints it is told which guardian must not get it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ledger::consent::{Answer, NoConsent, Purpose};
use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Area, Kind, Word as _};
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Html, Lang, Page, Problem, SignedForm, Visitor, time};
use serde::Deserialize;

use super::super::office::{Office, Told, chosen, problem, told};
use super::super::words::DAILY_RECORDS;
use super::{Callers, words};
use crate::desk::no_consent;
use crate::ledger::access::{self, Pass, ReadLine};
use crate::ledger::author::Author;
use crate::ledger::browse;
use crate::ledger::consent::{self, Consent};
use crate::ledger::consented::{self, Stand};
use crate::ledger::entry::{Kept, StudentId};
use crate::ledger::passed_on::{self, PassedOn};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::roll::Guardian;
use crate::ledger::showing::Names;
use crate::ledger::{account, notice, papers, profile, read};

/// The line of which the roster speaks too.
const SCREENING: (Purpose, &str) = (Purpose::Screening, "");
/// Reads that are printed.
const READS_MAX: u32 = 2_000;

/// A consent as it is printed.
struct ConsentView {
    purpose: &'static str,
    word: &'static str,
    recipient: String,
    to: String,
    answer: String,
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
    not_to: String,
    reads: Vec<[String; 4]>,
    held: Vec<(&'static str, usize)>,
    held_in_part: bool,
    passed: Option<Vec<(&'static str, String, String)>>,
    consents: Vec<ConsentView>,
    footer: String,
}

/// What a family said about one purpose and recipient, and where it stands.
struct Said {
    purpose: Purpose,
    recipient: String,
    /// As it was told to the family; empty where nothing leaves.
    to: String,
    stand: Stand,
}

/// What the page shows.
struct View {
    /// Guardians whom nobody tells anything.
    not_to: Vec<String>,
    reads: Vec<ReadLine>,
    held: BTreeMap<Kind, usize>,
    /// The reader does not see every ledger, so the list is not the whole one.
    held_in_part: bool,
    /// What went outside by name; nothing is known to who reads no referral.
    passed: Option<Vec<PassedOn>>,
    consents: Vec<Said>,
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
    let not_to = match view.not_to.is_empty() {
        true => String::new(),
        false => words::NOT_TO.fill(lang, &[&view.not_to.join(words::BETWEEN.in_lang(lang))]),
    };
    let body = Html::render(&FileTemplate {
        lang,
        csrf: &visitor.session.csrf,
        told: &told,
        done,
        id: student.0,
        not_to,
        reads: view.reads.iter().map(|line| read_line(line, &view.accounts, lang)).collect(),
        held_in_part: view.held_in_part,
        held: view.held.iter().map(|(kind, n)| (chosen(kind.label(), lang), *n)).collect(),
        passed: view.passed.map(|all| all.into_iter().map(|one| passed_line(one, lang)).collect()),
        consents: view.consents.iter().map(|said| consent_view(said, lang)).collect(),
        footer: at,
    })?;
    office.tell(visitor, &page(body, view.names.student_line(student), lang), &told)
}

fn view(tx: &Tx<'_>, pass: &Pass, reader: &Author) -> Result<View, LedgerRefusal> {
    // The list of reads and consents is the family's; a teacher without the area hands it on.
    pass.allow(Area::Consent)?;
    let mut held = BTreeMap::new();
    for line in browse::timeline(tx, pass)?.iter().filter(|line| is_told(line.kind)) {
        *held.entry(line.kind).or_insert(0) += 1;
    }
    let profile = profile::load(tx)?;
    let mut shown = Vec::new();
    for kept in read::of_student::<Consent>(tx, pass)? {
        if papers::is_open(tx, pass, (kept.record, kept.entry.purpose))? {
            shown.push(kept);
        }
    }
    Ok(View {
        not_to: not_to(tx, pass, reader.today())?,
        reads: access::family_reads(tx, pass, READS_MAX)?,
        held,
        held_in_part: !pass.is_whole(),
        passed: match pass.allow(Area::Referral) {
            Ok(()) => Some(passed_on::of(tx, pass)?),
            Err(_) => None,
        },
        consents: said(tx, &shown, pass.student(), reader.today())?,
        names: Names::load(tx)?,
        accounts: account::list(tx)?.into_iter().map(|line| (line.login, line.name)).collect(),
        school: profile.map(|known| known.name_zh).unwrap_or_default(),
        today: reader.today().to_string(),
    })
}

fn passed_line(one: PassedOn, lang: Lang) -> (&'static str, String, String) {
    (chosen(one.kind.label(), lang), one.to, one.day.to_string())
}

/// Whether a family is told that there are entries of a kind.
const fn is_told(kind: Kind) -> bool {
    !matches!(kind.area(), Area::DutyReport | Area::Retention)
}

/// Guardians of whom the roll says that nobody asks or tells them anything.
fn not_to(tx: &Tx<'_>, pass: &Pass, today: Date) -> Result<Vec<String>, LedgerRefusal> {
    let guardians = read::of_student::<Guardian>(tx, pass)?.into_iter().map(|kept| kept.entry);
    let barred =
        guardians.filter(|one| one.do_not_contact && one.until.is_none_or(|until| today <= until));
    Ok(barred.map(|one| one.name).collect())
}

/// A family reads names; the account stands beside it, since it is what the log holds. What a
/// reader wrote as a reason may be about the child, and is not put on paper.
fn read_line(line: &ReadLine, accounts: &BTreeMap<String, String>, lang: Lang) -> [String; 4] {
    let who = accounts.get(&line.account);
    [
        time::minute(line.at.0),
        who.map_or_else(|| line.account.clone(), |name| format!("{name} ({})", line.account)),
        chosen(line.role.label(), lang).to_owned(),
        chosen(line.purpose.label(), lang).to_owned(),
    ]
}

/// What the family said on each line that it was asked about: screening as [`consented`] has it
/// from the roster and the papers, everything else as the consent ledger allows it today.
fn said(
    tx: &Tx<'_>,
    papers: &[Kept<Consent>],
    student: StudentId,
    today: Date,
) -> Result<Vec<Said>, LedgerRefusal> {
    let mut lines: BTreeMap<(Purpose, &str), Vec<&Consent>> = BTreeMap::new();
    for kept in papers {
        let paper = &kept.entry;
        lines.entry((paper.purpose, &paper.recipient)).or_default().push(paper);
    }
    let mut shown = Vec::new();
    if let Some(stand) = consented::of(tx, student)?.stands_on(today) {
        lines.remove(&SCREENING);
        let (purpose, recipient, to) = (SCREENING.0, String::new(), String::new());
        shown.push(Said { purpose, recipient, to, stand });
    }
    for (about, papers) in lines {
        // Asking again and a blank form leave what was said before.
        let day = |paper: &Consent| paper.withdrawn.unwrap_or(paper.day);
        let last = papers.into_iter().max_by_key(|paper| (paper.answer.is_said(), day(paper)));
        let Some(paper) = last else { continue };
        let holds = consent::standing(tx, student, about, paper.classes.as_slice(), today);
        let (allowed, why) = match holds {
            Ok(kept) => (Some(kept.entry), None),
            Err(LedgerRefusal::Consent(why)) => (None, Some(why)),
            Err(other) => return Err(other),
        };
        let can_withdraw = matches!(why, None | Some(NoConsent::TooEarly));
        let paper = allowed.as_ref().unwrap_or(paper);
        // A no says itself why it allows nothing.
        let why = why.filter(|_| paper.answer == Answer::Given);
        shown.push(Said {
            purpose: paper.purpose,
            recipient: paper.recipient.clone(),
            to: paper.recipient_name.clone(),
            stand: Stand { said: day(paper), answer: paper.answer, why, can_withdraw },
        });
    }
    Ok(shown)
}

fn consent_view(said: &Said, lang: Lang) -> ConsentView {
    let stays_here = said.recipient.is_empty();
    let (stops, stays) = match stays_here {
        true => (words::STOP_SCREENING, words::STAY_SCREENING),
        false => (words::STOP_PASSING, words::STAY_PASSING),
    };
    let to = if stays_here { words::STAYS_HERE.in_lang(lang) } else { &said.to };
    let Stand { said: day, answer, why, can_withdraw } = said.stand;
    let answer = chosen(answer.label(), lang);
    let answer = match why {
        Some(why) => format!("{answer} · {}", no_consent(why).in_lang(lang)),
        None => answer.to_owned(),
    };
    ConsentView {
        purpose: chosen(said.purpose.label(), lang),
        word: said.purpose.as_str(),
        recipient: said.recipient.clone(),
        to: to.to_owned(),
        answer,
        day: day.to_string(),
        can_withdraw,
        stops: stops.in_lang(lang),
        stays: stays.in_lang(lang),
    }
}

fn page(body: Html, note: String, lang: Lang) -> Page {
    let crumbs = [DAILY_RECORDS, words::FILE].map(|text| text.in_lang(lang).to_owned()).to_vec();
    let title = words::FILE.in_lang(lang).to_owned();
    Page { title, note, crumbs, current: "", exports: Vec::new(), body }
}
