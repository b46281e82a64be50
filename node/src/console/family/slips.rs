//! The grid in which a class's returned slips are entered, all or none.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::ledger::Word as _;
use domain::ledger::terms::{ReadPurpose, Relation};
use runtime::sql::{SqlError, Tx};
use runtime::web::{Html, Lang, Page, Problem, UPLOAD_BYTES_MAX, Upload, Visitor, see_other};

use super::super::filled::Filled;
use super::super::office::{Office, Told, choices, chosen, problem, sentences};
use super::super::words::DAILY_RECORDS;
use super::letter::Which;
use super::{Callers, FAMILIES_HREF, class_and_notice, scan, words};
use crate::ledger::author::Author;
use crate::ledger::entry::StudentId;
use crate::ledger::notice::{self, Notice, Slip, Taken};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::turn::decisions::Class;
use crate::ledger::{access, consent};

/// One student's row.
struct RowView {
    id: i64,
    name: String,
    number: String,
    cells: Vec<CellView>,
    relation: String,
    date: String,
    signed: bool,
    view: String,
}

/// One answer of a row.
struct CellView {
    name: String,
    said: String,
    now: String,
}

#[derive(Template)]
#[template(path = "console/slips.html")]
struct SlipsTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    done: Option<String>,
    class: String,
    notice: i64,
    heads: Vec<&'static str>,
    rows: Vec<RowView>,
    relations: Vec<(&'static str, &'static str)>,
    scan: String,
    most: usize,
    today: String,
}

/// What the grid shows.
struct Grid {
    class: Class,
    key: String,
    notice: Notice,
    students: Vec<(StudentId, Vec<String>)>,
    names: Names,
    today: String,
}

pub(super) async fn show(
    State(office): State<Office>,
    visitor: Visitor<Callers>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    // The address bar after a form that was sent here: the class is chosen on the other page.
    if which.class.is_empty() {
        return Ok(see_other(FAMILIES_HREF));
    }
    grid(&office, &visitor, which, (Filled::default(), None, None)).await
}

/// Why slips were not entered, and whose was the first. Undoes what was written before it.
struct Refused(Option<StudentId>, LedgerRefusal);

impl From<SqlError> for Refused {
    fn from(error: SqlError) -> Self {
        Self(None, error.into())
    }
}

impl From<LedgerRefusal> for Refused {
    fn from(refusal: LedgerRefusal) -> Self {
        Self(None, refusal)
    }
}

pub(super) async fn enter(
    State(office): State<Office>,
    form: Upload<Callers>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, Filled::from(form.fields));
    let class = filled.text("class").to_owned();
    let notice = filled.text("notice").parse().unwrap_or(0);
    let which = Which { class: class.clone(), notice };
    let filled = match scan::digested(form.file, visitor.frame.lang) {
        // A form that comes back keeps the digest, so the file is not chosen again.
        Ok(Some(digest)) => filled.with("scan", digest),
        Ok(None) => filled,
        Err(told) => return grid(&office, &visitor, which, (filled, Some(told), None)).await,
    };
    let (read, lang) = (filled.clone(), visitor.frame.lang);
    let done = office
        .work(&visitor.session, move |tx, author| entered(tx, &author, (&class, notice), &read));
    match done.await {
        Ok(taken) => {
            let said = words::SAVED.fill(lang, &[&taken.written, &taken.known]);
            grid(&office, &visitor, which, (Filled::default(), None, Some(said))).await
        }
        Err(Refused(_, LedgerRefusal::Store(error))) => Err(error.into()),
        Err(Refused(whose, refusal)) => {
            let told = why(&office, &visitor, whose, refusal).await?;
            grid(&office, &visitor, which, (filled, told, None)).await
        }
    }
}

/// What was wrong, with the name of the student whose slip it was.
async fn why(
    office: &Office,
    visitor: &Visitor<Callers>,
    whose: Option<StudentId>,
    refusal: LedgerRefusal,
) -> Result<Told, Problem> {
    let lang = visitor.frame.lang;
    let reason = match &refusal {
        LedgerRefusal::Consent(reason) => Some(crate::desk::no_consent(*reason).in_lang(lang)),
        _ => None,
    };
    let (message, next) = sentences(&refusal.into(), lang);
    let message = reason.map_or(message, str::to_owned);
    let Some(student) = whose else { return Ok(Some((message, next))) };
    let names = office.work(&visitor.session, |tx, _| Ok(Names::load(tx)?));
    let names = names.await.map_err(problem)?;
    let message = words::WRONG_AT.fill(lang, &[&names.student_line(student), &message]);
    Ok(Some((message, next)))
}

fn entered(
    tx: &Tx<'_>,
    author: &Author,
    (class, notice): (&str, i64),
    filled: &Filled,
) -> Result<Taken, Refused> {
    let (_, students, notice) = class_and_notice(tx, author, (class, notice))?;
    let mut slips = Vec::new();
    for student in students {
        read_row(filled, student, notice.says.items.len(), &mut slips)
            .map_err(|refusal| Refused(Some(student), refusal))?;
    }
    notice::take(tx, author, (&notice, filled.text("scan")), &slips)
        .map_err(|(whose, refusal)| Refused(whose, refusal))
}

/// Reads the answers of one student; a line without an answer was not returned.
fn read_row(
    filled: &Filled,
    student: StudentId,
    items: usize,
    slips: &mut Vec<Slip>,
) -> Result<(), LedgerRefusal> {
    let field = |name: &str| filled.text(&format!("{name}.{}", student.0)).trim().to_owned();
    for item in 0..items {
        let agrees = match &*field(&format!("a{item}")) {
            "" => continue,
            "yes" => true,
            "no" => false,
            _ => return Err(LedgerRefusal::Field("answer")),
        };
        slips.push(Slip {
            student,
            item,
            agrees,
            signed: field("date").parse().map_err(|_| LedgerRefusal::Field("guardian_signed"))?,
            relation: match &*field("relation") {
                "" => None,
                word => Some(Relation::from_word(word).ok_or(LedgerRefusal::Field("relation"))?),
            },
            student_signed: !field("signed").is_empty(),
            child_view: field("view"),
        });
    }
    Ok(())
}

async fn grid(
    office: &Office,
    visitor: &Visitor<Callers>,
    which: Which,
    (typed, told, done): (Filled, Told, Option<String>),
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let found = office.work(&visitor.session, move |tx, reader| {
        let asked = (which.class.as_str(), which.notice);
        let (class, students, notice) = class_and_notice(tx, &reader, asked)?;
        let named = students.iter().copied().collect();
        access::log_list(tx, &reader, &named, ReadPurpose::ClassWork)?;
        let with = students.into_iter().map(|student| {
            let said = notice.says.items.iter().map(|item| now(tx, &reader, student, item, lang));
            Ok((student, said.collect::<Result<_, LedgerRefusal>>()?))
        });
        let students = with.collect::<Result<_, LedgerRefusal>>()?;
        let (names, today) = (Names::load(tx)?, reader.today().to_string());
        Ok(Grid { class, key: which.class, notice, students, names, today })
    });
    let grid = found.await.map_err(problem)?;
    let heads = grid.notice.says.items.iter().map(|item| chosen(item.purpose.label(), lang));
    let body = Html::render(&SlipsTemplate {
        lang,
        csrf: &visitor.session.csrf,
        told: &told,
        done,
        class: grid.key.clone(),
        notice: grid.notice.id,
        heads: heads.collect(),
        rows: grid.students.iter().map(|one| row(one, &grid.names, &typed)).collect(),
        relations: choices::<Relation>(lang),
        scan: typed.text("scan").to_owned(),
        most: UPLOAD_BYTES_MAX >> 20,
        today: grid.today.clone(),
    })?;
    let crumbs = [DAILY_RECORDS, words::FAMILIES].map(|text| text.in_lang(lang).to_owned());
    let class = format!("{}{}", grid.class.0.zh(), grid.class.1);
    let page = Page {
        title: words::SLIPS.in_lang(lang).to_owned(),
        note: words::SLIPS_NOTE.fill(lang, &[&class, &grid.notice.version]),
        crumbs: crumbs.to_vec(),
        current: FAMILIES_HREF,
        exports: Vec::new(),
        body,
    };
    office.tell(visitor, &page, &told)
}

/// A student's row, with what was typed into it.
fn row((student, said): &(StudentId, Vec<String>), names: &Names, typed: &Filled) -> RowView {
    let field = |name: &str| typed.text(&format!("{name}.{}", student.0)).to_owned();
    let cells = said.iter().enumerate().map(|(item, now)| {
        let name = format!("a{item}");
        CellView { said: field(&name), name: format!("{name}.{}", student.0), now: now.clone() }
    });
    RowView {
        id: student.0,
        name: names.student_line(*student),
        number: names.student(*student).map_or_else(String::new, |known| known.number.clone()),
        cells: cells.collect(),
        relation: field("relation"),
        date: field("date"),
        signed: !field("signed").is_empty(),
        view: field("view"),
    }
}

/// What the family said last, and whether it allows something today.
fn now(
    tx: &Tx<'_>,
    reader: &Author,
    student: StudentId,
    item: &notice::Item,
    lang: Lang,
) -> Result<String, LedgerRefusal> {
    let about = (item.purpose, item.recipient.as_str());
    let Some(last) = notice::latest(tx, student, about)? else { return Ok(String::new()) };
    let label = chosen(last.entry.answer.label(), lang);
    let said = match consent::standing(tx, student, about, &item.classes, reader.today()) {
        Ok(_) => words::STANDS.in_lang(lang).to_owned(),
        Err(LedgerRefusal::Consent(reason)) => {
            format!("{label} · {}", crate::desk::no_consent(reason).in_lang(lang))
        }
        Err(other) => return Err(other),
    };
    Ok(said)
}
