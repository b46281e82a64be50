//! Pages of transfers: what goes and comes, what would be passed on before it is, and the answer.
//!
//! For who keeps the roll. What another school offers is shown with a line in the log; the list
//! names nobody who is not on this school's roll.

pub(crate) mod words;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::ledger::Word as _;
use domain::transfer::{DeclinedWhy, In, InState, Out, OutState};
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Html, Lang, NavLink, Problem, SignedForm, Text, Visitor, posts, time};

use super::filled::Filled;
use super::office::{Office, RollKeepers, Told, choices, chosen, page, problem, told};
use crate::content::{Contact, TransferOffer};
use crate::import::value::{self, GradeSpan, Sex};
use crate::ledger::author::Author;
use crate::ledger::entry::StudentId;
use crate::ledger::moving::{CareStands, Enrol, Move, READ, Stands};
use crate::ledger::people;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::turn as turns;
use crate::letters::moving::answering::{self, Acceptance, Shown};
use crate::letters::moving::offering::{self, Preview, Wish};

pub(super) const TRANSFERS_HREF: &str = "/transfers";

type Form = SignedForm<RollKeepers, Filled>;

/// The page's entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: words::TRANSFERS, href: TRANSFERS_HREF }
}

/// The pages over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(TRANSFERS_HREF, get(show_list))
        .route("/transfers/prepare", posts(prepare, TRANSFERS_HREF))
        .route("/transfers/offer/{id}", get(show_preview).post(offer))
        .route("/transfers/{id}", get(show_one))
        .route("/transfers/{id}/recall", posts(recall, "/transfers/{id}"))
        .route("/transfers/{id}/accept", posts(accept, "/transfers/{id}"))
        .route("/transfers/{id}/decline", posts(decline, "/transfers/{id}"))
}

/// A line of the list.
struct Line {
    id: i64,
    side: &'static str,
    who: String,
    school: String,
    state: &'static str,
    day: String,
    due: String,
    is_late: bool,
}

#[derive(Template)]
#[template(path = "console/transfers.html")]
struct ListTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    lines: Vec<Line>,
    sent: &'a Filled,
    today: Date,
}

#[derive(Template)]
#[template(path = "console/transfer_preview.html")]
struct PreviewTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    id: i64,
    rows: Vec<(&'static str, String)>,
    digest: String,
    size: String,
}

#[derive(Template)]
#[template(path = "console/transfer.html")]
struct OneTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    id: i64,
    state: &'static str,
    school: String,
    day: String,
    note: String,
    is_unheard: bool,
    rows: Vec<(&'static str, String)>,
    log: Vec<(String, String, String)>,
    answers: bool,
    recalls: bool,
    whys: Vec<(&'static str, &'static str)>,
    sent: &'a Filled,
    today: Date,
}

async fn show_list(
    State(office): State<Office>,
    visitor: Visitor<RollKeepers>,
) -> Result<Response, Problem> {
    list(&office, &visitor, (None, Filled::default())).await
}

async fn list(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    (told, sent): (Told, Filled),
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let found = office.work(&visitor.session, move |tx, reader| {
        let rows = answering::list(tx, &reader)?;
        let names = Names::of(tx, rows.iter().filter_map(|(row, _)| row.student))?;
        let today = reader.today();
        let line = |(row, due): &(Move, Option<Date>)| line_of(row, (*due, today), &names, lang);
        Ok::<_, LedgerRefusal>((rows.iter().map(line).collect::<Vec<Line>>(), today))
    });
    let (lines, today) = found.await.map_err(problem)?;
    let csrf = &visitor.session.csrf;
    let (told, sent) = (&told, &sent);
    let body = Html::render(&ListTemplate { lang, csrf, told, lines, sent, today })?;
    let head = (super::words::DAILY_RECORDS, words::TRANSFERS, String::new());
    office.tell(visitor, &page(head, TRANSFERS_HREF, body, lang), told)
}

fn line_of(row: &Move, (due, today): (Option<Date>, Date), names: &Names, lang: Lang) -> Line {
    let side = match row.stands {
        Stands::Out(_) => words::GOES,
        Stands::In(_) => words::COMES,
    };
    let text = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    Line {
        id: row.id,
        side: side.in_lang(lang),
        who: row.student.map_or_else(String::new, |student| names.student_line(student)),
        school: school_of(row),
        state: chosen(row.stands.label(), lang),
        day: text(row.stands.day()),
        due: text(due),
        is_late: due.is_some_and(|due| due < today),
    }
}

/// What the other school is called; who offers calls itself so, and its unit id is signed.
fn school_of(row: &Move) -> String {
    match row.stands {
        Stands::In(_) if row.called != row.unit => format!("{} {}", row.called, row.unit),
        _ => row.called.clone(),
    }
}

async fn prepare(State(office): State<Office>, form: Form) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let (sent, desk) = (filled.clone(), office.rules.letter_desk());
    let done = office.work(&visitor.session, move |tx, author| {
        let desk = desk.ok_or(LedgerRefusal::NoRoad)?;
        let student = meant(tx, &author, sent.text("student"))?;
        let care = match sent.has("care", "1") {
            true => CareStands::Along,
            false => CareStands::Behind,
        };
        let wish = Wish {
            student,
            unit: sent.text("to").trim().to_uppercase(),
            applied: day(sent.text("applied"))?,
            care,
            person: sent.text("person").to_owned(),
            phone: sent.text("phone").to_owned(),
        };
        offering::prepare(tx, &author, &desk, &wish)?;
        Ok::<_, LedgerRefusal>(student)
    });
    match done.await {
        Ok(student) => {
            let to = format!("{TRANSFERS_HREF}/offer/{}", student.0);
            Ok(Redirect::to(&to).into_response())
        }
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            list(&office, &visitor, (told, filled)).await
        }
    }
}

async fn show_preview(
    State(office): State<Office>,
    visitor: Visitor<RollKeepers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    preview(&office, &visitor, StudentId(id), None).await
}

/// What would be passed on, from the bytes that would be sealed.
async fn preview(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    student: StudentId,
    told: Told,
) -> Result<Response, Problem> {
    let found = office
        .work(&visitor.session, move |tx, author| offering::preview(tx, &author, student))
        .await;
    let Some(Preview { offer, digest, length, .. }) = found.map_err(problem)? else {
        return Ok(Redirect::to(TRANSFERS_HREF).into_response());
    };
    let lang = visitor.frame.lang;
    let body = Html::render(&PreviewTemplate {
        lang,
        csrf: &visitor.session.csrf,
        told: &told,
        id: student.0,
        rows: transfer_lines(&offer, lang),
        digest: digest.to_string(),
        size: words::PREVIEW_SIZE.fill(lang, &[&length, &digest.short()]),
    })?;
    let head = (words::TRANSFERS, words::PREVIEW, String::new());
    let status = if told.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    office.reply_with(status, visitor, &page(head, TRANSFERS_HREF, body, lang))
}

async fn offer(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let (visitor, filled, student) = (form.visitor, form.fields, StudentId(id));
    let desk = office.rules.letter_desk();
    let done = office.work(&visitor.session, move |tx, author| {
        let desk = desk.ok_or(LedgerRefusal::NoRoad)?;
        offering::offer(tx, &author, &desk, (student, filled.text("digest")))
    });
    match done.await {
        Ok(id) => Ok(Redirect::to(&format!("{TRANSFERS_HREF}/{id}")).into_response()),
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            preview(&office, &visitor, student, told).await
        }
    }
}

async fn show_one(
    State(office): State<Office>,
    visitor: Visitor<RollKeepers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    one(&office, &visitor, id, (None, Filled::default())).await
}

async fn one(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    id: i64,
    (told, sent): (Told, Filled),
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, move |tx, reader| {
        Ok::<_, LedgerRefusal>((answering::show(tx, &reader, id)?, reader.today()))
    });
    let (shown, today) = found.await.map_err(problem)?;
    let lang = visitor.frame.lang;
    let Shown { row, offer, log } = shown;
    let at = |one: &crate::ledger::moving::LogLine| {
        (time::minute(one.at.0), done(&one.what, row.stands, lang), one.account.clone())
    };
    let body = Html::render(&OneTemplate {
        lang,
        csrf: &visitor.session.csrf,
        told: &told,
        id: row.id,
        state: chosen(row.stands.label(), lang),
        school: school_of(&row),
        day: row.stands.day().map_or_else(String::new, |day| day.to_string()),
        note: row.note.clone(),
        // That an offer came the program says by itself; nobody here has said anything yet.
        is_unheard: row.told.asks() && row.stands != Stands::In(In::Offered),
        rows: offer.as_ref().map(|offer| transfer_lines(offer, lang)).unwrap_or_default(),
        log: log.iter().map(at).collect(),
        answers: matches!(row.stands, Stands::In(In::Offered | In::Given(_) | In::Moved(_))),
        recalls: matches!(row.stands, Stands::Out(Out::Offered | Out::Accepted(_))),
        whys: choices::<DeclinedWhy>(lang),
        sent: &sent,
        today,
    })?;
    let head = (words::TRANSFERS, words::ONE, String::new());
    office.tell(visitor, &page(head, TRANSFERS_HREF, body, lang), &told)
}

/// A line of the log, as people read it.
fn done(what: &str, side: Stands, lang: Lang) -> String {
    let label = match side {
        _ if what == READ => Some((words::READ.in_lang(Lang::Zh), words::READ.in_lang(Lang::En))),
        Stands::Out(_) => OutState::from_word(what).map(|state| state.label()),
        Stands::In(_) => InState::from_word(what).map(|state| state.label()),
    };
    label.map_or_else(|| what.to_owned(), |label| chosen(label, lang).to_owned())
}

/// Does something about a transfer, and shows it again.
async fn act(
    office: &Office,
    (visitor, filled): (Visitor<RollKeepers>, Filled),
    id: i64,
    work: impl FnOnce(&Tx<'_>, &Author, &Filled) -> Result<(), LedgerRefusal> + Send + 'static,
) -> Result<Response, Problem> {
    let sent = filled.clone();
    let done = office.work(&visitor.session, move |tx, author| work(tx, &author, &filled)).await;
    match done {
        Ok(()) => {
            office.fold().await;
            Ok(Redirect::to(&format!("{TRANSFERS_HREF}/{id}")).into_response())
        }
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            one(office, &visitor, id, (told, sent)).await
        }
    }
}

async fn recall(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let recall = move |tx: &Tx<'_>, author: &Author, _: &Filled| offering::recall(tx, author, id);
    act(&office, (form.visitor, form.fields), id, recall).await
}

async fn accept(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let (desk, grades) = (office.rules.letter_desk(), office.rules.file_rules().grades);
    let accept = move |tx: &Tx<'_>, author: &Author, filled: &Filled| {
        let desk = desk.ok_or(LedgerRefusal::NoRoad)?;
        let wrong = |name| move |_| LedgerRefusal::Field(name);
        let number = value::StudentNumber::parse(filled.text("number"));
        let year = turns::year_of(author.today());
        let span = grades.unwrap_or(GradeSpan::ALL);
        let grade = value::grade_of(filled.text("grade"), span, year).map_err(wrong("grade"))?;
        let class = value::parse_class(filled.text("class")).map_err(wrong("class"))?;
        let enrol = Enrol {
            number: number.map_err(wrong("student_number"))?.as_str().to_owned(),
            grade: grade.code().to_owned(),
            class: class.label.to_string(),
        };
        let contact = filled.text("contact").to_owned();
        let wanted = Acceptance { day: day(filled.text("day"))?, enrol, contact };
        answering::accept(tx, author, &desk, (id, &wanted))
    };
    act(&office, (form.visitor, form.fields), id, accept).await
}

async fn decline(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let decline = move |tx: &Tx<'_>, author: &Author, filled: &Filled| {
        let why = DeclinedWhy::from_word(filled.text("why"));
        let why = why.ok_or(LedgerRefusal::Field("reason"))?;
        answering::decline(tx, author, (id, why, filled.text("note")))
    };
    act(&office, (form.visitor, form.fields), id, decline).await
}

/// The one student whom a text means; several need the number.
fn meant(tx: &Tx<'_>, author: &Author, text: &str) -> Result<StudentId, LedgerRefusal> {
    match people::meant(tx, author, text)?.as_slice() {
        [one] => Ok(one.student),
        [] => Err(LedgerRefusal::NotOnRoll),
        _ => Err(LedgerRefusal::Field("student_number")),
    }
}

fn day(text: &str) -> Result<Date, LedgerRefusal> {
    text.trim().parse().map_err(|_| LedgerRefusal::Field("day"))
}

/// Everything that an offer says, in its order.
pub(crate) fn transfer_lines(offer: &TransferOffer, lang: Lang) -> Vec<(&'static str, String)> {
    let contact = |one: &Contact| {
        let texts = [one.unit.as_str(), one.person.as_str(), one.phone.as_str()];
        texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let grade = chosen((offer.grade.zh(), offer.grade.code()), lang);
    let sex = match (offer.sex, lang) {
        (sex, Lang::Zh) => sex.zh(),
        (Sex::Male, Lang::En) => "male",
        (Sex::Female, Lang::En) => "female",
        (Sex::Unknown, Lang::En) => "not known",
    };
    let mut rows: Vec<(Text, String)> = vec![
        (words::RECIPIENT, offer.recipient.clone()),
        (words::SENDER, contact(&offer.sender)),
        (words::WRITTEN, time::minute(offer.at.0)),
        (words::APPLIED, offer.applied.to_string()),
        (words::UNTIL, offer.until.to_string()),
        (words::NAME, offer.name.clone()),
        (words::SEX, sex.to_owned()),
        (words::BIRTH, offer.birth.map_or_else(String::new, |day| day.to_string())),
        (words::GRADE, grade.to_owned()),
    ];
    for (name, relation, phone) in &offer.guardians {
        let relation = chosen(relation.label(), lang);
        rows.push((words::GUARDIAN, format!("{name} {relation} {phone}")));
    }
    match &offer.care {
        None => rows.push((words::CARED, words::BEHIND.in_lang(lang).to_owned())),
        Some(care) => {
            let days: Vec<String> = care.followups.iter().map(Date::to_string).collect();
            let tier = care.tier.map(|tier| chosen(tier.label(), lang));
            let mut stands = tier.unwrap_or_else(|| words::NO_TIER.in_lang(lang)).to_owned();
            if care.has_case {
                stands = format!("{stands} · {}", words::CASE_OPEN.in_lang(lang));
            }
            let digest = care.consent.short();
            rows.push((words::CARED, words::BY_CONSENT.fill(lang, &[&care.valid_to, &digest])));
            rows.push((words::TIER, stands));
            rows.push((words::FOLLOWUPS, days.join(" ")));
            rows.push((words::HELPER, care.helper.clone()));
        }
    }
    rows.retain(|(_, text)| !text.trim().is_empty());
    rows.into_iter().map(|(label, text)| (label.in_lang(lang), text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::transfer_offer;

    /// Who offers gives itself any name: the unit id that was signed stands beside it.
    #[test]
    fn who_offers_is_shown_by_its_unit_too() {
        let mut row = Move {
            id: 1,
            transfer: [1; 16],
            student: None,
            unit: "F370202005J01".to_owned(),
            called: "示例初级中学".to_owned(),
            sender: None,
            until: Date::MAX,
            stands: Stands::In(In::Offered),
            care: CareStands::Behind,
            offer: None,
            enrol: None,
            why: None,
            note: String::new(),
            told: domain::transfer::Told::default(),
            envelope: None,
            made_at: crate::ledger::entry::Moment(0),
        };
        assert_eq!(school_of(&row), "示例初级中学 F370202005J01");
        row.stands = Stands::Out(Out::Offered);
        assert_eq!(school_of(&row), "示例初级中学", "whom this school chose");
    }

    /// The log says in words who read and what was done, and never by a code.
    #[test]
    fn the_log_is_in_words() {
        let new = Stands::In(In::Offered);
        assert_eq!(done(READ, new, Lang::Zh), "查看");
        assert_eq!(done("accepted", new, Lang::Zh), "本校已接收，待原校转出");
        assert_eq!(done("accepted", Stands::Out(Out::Offered), Lang::Zh), "对方已接收，待转出日");
        assert_eq!(done("recalled", new, Lang::En), "Recalled by the old school");
    }

    /// What the bytes say is on the page, in both languages, and nothing that they do not say.
    #[test]
    fn everything_that_is_offered_is_shown() {
        let shown = |offer: &TransferOffer, lang: Lang| {
            let lines = transfer_lines(offer, lang);
            lines.into_iter().map(|(label, text)| format!("{label} {text}")).collect::<String>()
        };
        let offer = transfer_offer();
        let said = shown(&offer, Lang::Zh);
        for text in ["张某某", "女", "2012-03-04", "张父", "父亲", "139", "重点关注", "李老师"]
        {
            assert!(said.contains(text), "{text}: {said}");
        }
        let bare = TransferOffer { care: None, ..offer };
        let said = shown(&bare, Lang::En);
        assert!(said.contains("stays behind") && !said.contains("李老师"), "{said}");
        assert!(said.contains("female") && said.contains("Father"), "{said}");
    }
}
