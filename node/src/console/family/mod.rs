//! Pages for families: the notice and its slips, and what a family asks to see of a record.
//!
//! Counsellor, moral-education head and, for the own class, the class teacher. Whoever is named is
//! logged; what a page shows of a student is asked student by student.

mod file;
mod letter;
mod scan;
mod slips;
mod words;

pub(crate) use letter::Letter;

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::ledger::consent::{DataClass, Purpose};
use domain::ledger::{Action, Area, Word as _};
use domain::scale::Setting;
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{
    Audience, Html, NavLink, Problem, RenderError, Role, Session, SignedForm, Visitor, in_address,
    posts, time,
};

use super::filled::Filled;
use super::office::{Office, Told, choices, chosen, page, problem, told};
use super::words::DAILY_RECORDS;
use crate::ledger::author::Author;
use crate::ledger::entry::StudentId;
use crate::ledger::notice::{self, Item, NewNotice, Notice};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::turn::decisions::{Class, class_of, written};
use crate::ledger::{roll_list, write};
use crate::packs::Packs;

pub(super) const FAMILIES_HREF: &str = "/families";
/// Lines that the form of a notice offers.
const FORM_ITEMS: usize = 4;

/// Who works with families.
#[derive(Clone, Copy, Debug)]
pub(super) struct Callers;

impl Audience for Callers {
    const ROLES: &'static [Role] = &[Role::Counsellor, Role::MoralHead, Role::ClassTeacher];
}

/// The page's entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: words::FAMILIES, href: FAMILIES_HREF }
}

/// The pages over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(FAMILIES_HREF, get(show))
        .route("/families/notice", posts(make, FAMILIES_HREF))
        .route("/families/print", get(letter::show))
        .route("/families/scan", get(scan::ask).post(scan::take))
        .route("/families/slips", get(slips::show).post(slips::enter))
        .route("/students/{id}/file", get(file::ask).post(file::show))
        .route("/students/{id}/file/withdraw", posts(file::withdraw, "/students/{id}/file"))
}

/// A class that the reader may work with.
struct ClassView {
    /// As an address carries it.
    key: String,
    name: String,
    students: usize,
}

#[derive(Template)]
#[template(path = "console/families.html")]
struct FamiliesTemplate<'a> {
    lang: runtime::web::Lang,
    csrf: &'a str,
    told: &'a Told,
    notices: Vec<(i64, String, String, String, String)>,
    latest: Option<i64>,
    classes: Vec<ClassView>,
    may_make: bool,
    filled: Filled,
    /// Whether nothing was sent, so that the first purpose is proposed.
    is_new: bool,
    scales: Vec<(String, String)>,
    lines: Vec<usize>,
    purposes: Vec<(&'static str, &'static str)>,
    data: Vec<(&'static str, &'static str)>,
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<Callers>,
) -> Result<Response, Problem> {
    overview(&office, &visitor, (None, Filled::default())).await
}

async fn overview(
    office: &Office,
    visitor: &Visitor<Callers>,
    (told, filled): (Told, Filled),
) -> Result<Response, Problem> {
    let packs = office.packs().await?;
    let found = office.work(&visitor.session, |tx, reader| {
        let may = write::allow(tx, &reader, Action::Write(Area::Consent), None).is_ok();
        Ok((notice::all(tx)?, classes(tx, &reader)?, may, reader.today()))
    });
    let (notices, classes, may_make, today) = found.await.map_err(problem)?;
    let demonstration = office.shell.site.demonstration;
    let view = FormView {
        notices,
        classes,
        may_make,
        today,
        scales: scales(&packs, demonstration),
        filled,
    };
    let body = form(&view, &told, &visitor.session, visitor.frame.lang)?;
    let note = words::FAMILIES_NOTE.in_lang(visitor.frame.lang).to_owned();
    let head = (DAILY_RECORDS, words::FAMILIES, note);
    office.tell(visitor, &page(head, FAMILIES_HREF, body, visitor.frame.lang), &told)
}

struct FormView {
    notices: Vec<Notice>,
    classes: BTreeMap<Class, Vec<StudentId>>,
    may_make: bool,
    today: Date,
    scales: Vec<(String, domain::catalogue::Label)>,
    filled: Filled,
}

fn form(
    view: &FormView,
    told: &Told,
    session: &Session,
    lang: runtime::web::Lang,
) -> Result<Html, RenderError> {
    let asks = |notice: &Notice| {
        let labels = notice.says.items.iter().map(|item| chosen(item.purpose.label(), lang));
        labels.collect::<Vec<_>>().join(chosen(("、", ", "), lang))
    };
    let line = |notice: &Notice| {
        let span = format!("{} – {}", notice.says.valid_from, notice.says.valid_to);
        (notice.id, notice.version.clone(), span, asks(notice), time::minute(notice.made_at.0))
    };
    let class = |(class, students): (&Class, &Vec<StudentId>)| ClassView {
        key: in_address(&written(class)),
        name: format!("{}{}", class.0.zh(), class.1),
        students: students.len(),
    };
    let label = |label: &domain::catalogue::Label| chosen_label(label, lang);
    Html::render(&FamiliesTemplate {
        lang,
        csrf: &session.csrf,
        told,
        latest: view.notices.first().map(|notice| notice.id),
        notices: view.notices.iter().map(line).collect(),
        classes: view.classes.iter().map(class).collect(),
        may_make: view.may_make,
        is_new: !view.filled.is_sent("valid_from"),
        filled: view
            .filled
            .clone()
            .or("valid_from", &view.today)
            .or("valid_to", &domain::ledger::day::plus_days(view.today, 180)),
        scales: view.scales.iter().map(|(id, name)| (id.clone(), label(name))).collect(),
        lines: (1..=FORM_ITEMS).collect(),
        purposes: choices::<Purpose>(lang),
        data: choices::<DataClass>(lang),
    })
}

fn chosen_label(label: &domain::catalogue::Label, lang: runtime::web::Lang) -> String {
    chosen((&label.zh, &label.en), lang).to_owned()
}

/// Instruments that may be used to screen here, with their names.
fn scales(packs: &Packs, demonstration: bool) -> Vec<(String, domain::catalogue::Label)> {
    let setting = if demonstration { Setting::Demonstration } else { Setting::Service };
    let usable = packs.scales().iter().filter(|known| {
        known.pack.use_for_screening(domain::catalogue::Language::Zh, setting).is_ok()
    });
    usable
        .map(|known| (known.pack.id().to_owned(), known.pack.definition().label.clone()))
        .collect()
}

/// Classes with the students whose consents the reader may write.
fn classes(tx: &Tx<'_>, reader: &Author) -> Result<BTreeMap<Class, Vec<StudentId>>, LedgerRefusal> {
    let mut classes: BTreeMap<Class, Vec<StudentId>> = BTreeMap::new();
    for (student, class) in roll_list::by_class(tx)? {
        if write::allow(tx, reader, Action::Write(Area::Consent), Some(student)).is_ok() {
            classes.entry(class).or_default().push(student);
        }
    }
    Ok(classes)
}

/// Students of one class whose consents the reader may write, and the notice that is asked about.
fn class_and_notice(
    tx: &Tx<'_>,
    reader: &Author,
    (class, notice): (&str, i64),
) -> Result<(Class, Vec<StudentId>, Notice), LedgerRefusal> {
    let class = class_of(class).ok_or(LedgerRefusal::Unknown)?;
    let students = classes(tx, reader)?.remove(&class).ok_or(LedgerRefusal::NotAllowed)?;
    Ok((class, students, notice::find(tx, notice)?))
}

async fn make(
    State(office): State<Office>,
    form: SignedForm<Callers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let read = filled.clone();
    let done = office.work(&visitor.session, move |tx, author| {
        notice::make(tx, &author, &new_notice(&read)?).map(drop)
    });
    match done.await {
        Ok(()) => Ok(Redirect::to(FAMILIES_HREF).into_response()),
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            overview(&office, &visitor, (told, filled)).await
        }
    }
}

/// Reads the form of a notice: `purpose.N`, `data.N.WORD`, `recipient.N`, `name.N`, `scale.ID`.
fn new_notice(filled: &Filled) -> Result<NewNotice, LedgerRefusal> {
    let field = |name: &str| filled.text(name).trim();
    let day = |name: &'static str| -> Result<Date, LedgerRefusal> {
        field(name).parse().map_err(|_| LedgerRefusal::Field(name))
    };
    let mut items = Vec::new();
    for line in 1..=FORM_ITEMS {
        let purpose = field(&format!("purpose.{line}"));
        if purpose.is_empty() {
            continue;
        }
        let chosen =
            |class: &&DataClass| filled.is_sent(&format!("data.{line}.{}", class.as_str()));
        items.push(Item {
            purpose: Purpose::from_word(purpose).ok_or(LedgerRefusal::Field("purpose"))?,
            classes: DataClass::ALL.iter().filter(chosen).copied().collect(),
            recipient: field(&format!("recipient.{line}")).to_owned(),
            recipient_name: field(&format!("name.{line}")).to_owned(),
        });
    }
    let scales = filled.pairs().iter().filter_map(|(name, _)| name.strip_prefix("scale."));
    Ok(NewNotice {
        valid_from: day("valid_from")?,
        valid_to: day("valid_to")?,
        scales: scales.map(str::to_owned).collect(),
        contact: field("contact").to_owned(),
        items,
    })
}

#[cfg(test)]
mod tests;
