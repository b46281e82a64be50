//! Letters that were lost or are late, for who writes referrals: what happened, what stands as it
//! was, what to do next; those whose signer's certificate had ended, with who is asked about them;
//! and referrals that a restored ledger does not hold, with what is done about one by the word of
//! the family's slip.

#[cfg(test)]
mod tests;
mod words;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ledger::{Action, Area, Word as _};
use runtime::sql::Tx;
use runtime::web::{
    Html, Lang, Page, Problem, RenderError, Session, SignedForm, Text, Visitor, time,
};

use super::super::filled::Filled;
use super::super::ledgers::{RECORDS, Readers};
use super::super::office::{Office, Told, chosen, problem, told};
use super::REFERRALS_HREF;
use crate::desk::{aside, envelope};
use crate::ledger::author::Author;
use crate::ledger::entry::RecordId;
use crate::ledger::referral::{self, Open, Unsettled};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::write;
use crate::letters::again::deciding::{self, Waiting};
use crate::letters::restoring::{self, Lost};
use crate::letters::road::Desk;

pub(super) const HREF: &str = "/referrals/letters";
/// What leads to the page.
pub(super) const LABEL: Text = words::LETTERS;

/// A letter that is late.
struct LateView {
    id: i64,
    who: String,
    recipient: String,
    since: String,
    happened: &'static str,
    untouched: &'static str,
    next: &'static str,
}

/// A referral that this ledger lost.
struct LostView {
    envelope: String,
    recipient: String,
    since: String,
    heard: Vec<String>,
}

/// What was put aside about one envelope, without what it says.
struct AsideView {
    envelope: String,
    what: String,
    sender: String,
    since: String,
    letters: usize,
    asked: String,
    untouched: &'static str,
    next: &'static str,
    is_answer: bool,
}

#[derive(Template)]
#[template(path = "console/referral_letters.html")]
struct LettersTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    late: Vec<LateView>,
    aside: Vec<AsideView>,
    lost: Vec<LostView>,
}

/// What was read for the page.
struct Found {
    late: Vec<Open>,
    aside: Vec<Waiting>,
    lost: Vec<Lost>,
    names: Names,
}

pub(super) async fn show(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
) -> Result<Response, Problem> {
    page_of(&office, &visitor, None).await
}

async fn page_of(
    office: &Office,
    visitor: &Visitor<Readers>,
    told: Told,
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, |tx, reader| {
        write::allow(tx, &reader, Action::Write(Area::Referral), None)?;
        let (late, lost) = (referral::unsettled(tx, &reader)?, restoring::lost(tx, &reader)?);
        let aside = deciding::waiting(tx, &reader)?;
        let names = Names::of(tx, late.iter().map(|one| one.student))?;
        Ok::<_, LedgerRefusal>(Found { late, aside, lost, names })
    });
    let found = found.await.map_err(problem)?;
    let page = page((&found, &told), &visitor.session, visitor.frame.lang)?;
    office.tell(visitor, &page, &told)
}

fn page(
    (found, told): (&Found, &Told),
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let body = Html::render(&LettersTemplate {
        lang,
        csrf: &session.csrf,
        told,
        late: found.late.iter().map(|one| late(one, &found.names, lang)).collect(),
        aside: found.aside.iter().map(|one| put_aside(one, lang)).collect(),
        lost: found.lost.iter().map(|one| lost(one, lang)).collect(),
    })?;
    let (title, note) = (words::LETTERS.in_lang(lang), words::NOTE.in_lang(lang));
    Ok(Page {
        title: title.to_owned(),
        note: note.to_owned(),
        crumbs: [RECORDS, super::words::REFERRALS, words::LETTERS]
            .map(|text| text.in_lang(lang).to_owned())
            .to_vec(),
        current: REFERRALS_HREF,
        exports: Vec::new(),
        body,
    })
}

fn late(one: &Open, names: &Names, lang: Lang) -> LateView {
    let (happened, untouched, next) = match one.why {
        Unsettled::NotTaken => (words::NOT_TAKEN, words::NOT_TAKEN_STANDS, words::NOT_TAKEN_NEXT),
        Unsettled::NotAnswered => {
            (words::NOT_ANSWERED, words::NOT_ANSWERED_STANDS, words::NOT_ANSWERED_NEXT)
        }
        Unsettled::NotDeleted => {
            (words::NOT_DELETED, words::NOT_DELETED_STANDS, words::NOT_DELETED_NEXT)
        }
    };
    LateView {
        id: one.record.0,
        who: names.student_line(one.student),
        recipient: [&*one.recipient, &*one.phone].join(" ").trim().to_owned(),
        since: time::minute(one.since_ms),
        happened: happened.in_lang(lang),
        untouched: untouched.in_lang(lang),
        next: next.in_lang(lang),
    }
}

fn put_aside(one: &Waiting, lang: Lang) -> AsideView {
    let number = one.referral.map(|record| format!(" #{}", record.0)).unwrap_or_default();
    AsideView {
        envelope: envelope::shown(one.about),
        what: format!("{}{number}", aside::label(one.kind).in_lang(lang)),
        sender: one.sender.clone(),
        since: time::minute(one.since_ms),
        letters: one.letters,
        asked: aside::asked(one.question, lang),
        untouched: aside::stands(one.kind).in_lang(lang),
        next: aside::next(one.kind).in_lang(lang),
        is_answer: one.kind.is_answer(),
    }
}

fn lost(one: &Lost, lang: Lang) -> LostView {
    let heard = one.answers.iter().map(|answer| {
        let said = answer
            .said
            .event()
            .map_or_else(|| words::DELETED.in_lang(lang), |event| chosen(event.label(), lang));
        [time::minute(answer.at.0).as_str(), said, &answer.by.person].join(" ").trim().to_owned()
    });
    LostView {
        envelope: envelope::shown(one.about),
        recipient: one.recipient.clone(),
        since: time::minute(one.since_ms),
        heard: heard.collect(),
    }
}

pub(super) async fn take(
    State(office): State<Office>,
    form: SignedForm<Readers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, sent, desk) = (form.visitor, form.fields, office.rules.letter_desk());
    let done =
        office.work(&visitor.session, move |tx, author| taken(tx, (&author, desk.as_ref()), &sent));
    match done.await {
        Ok(()) => Ok(Redirect::to(HREF).into_response()),
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            page_of(&office, &visitor, told).await
        }
    }
}

/// Does about a lost referral, or what was put aside, what a form says.
fn taken(
    tx: &Tx<'_>,
    (author, desk): (&Author, Option<&Desk>),
    sent: &Filled,
) -> Result<(), LedgerRefusal> {
    let about = envelope::typed(sent.text("envelope")).ok_or(LedgerRefusal::Unknown)?;
    let word = sent.text("word");
    match sent.text("act") {
        "bind" => {
            let number = sent.text("number").trim().parse::<i64>();
            let record = number.map_err(|_| LedgerRefusal::Field("number"))?;
            let by = (author, desk.ok_or(LedgerRefusal::NoRoad)?);
            restoring::bind(tx, by, (RecordId(record), about), word)
        }
        "take_back" => {
            let by = (author, desk.ok_or(LedgerRefusal::NoRoad)?);
            restoring::take_back(tx, by, about, word)
        }
        "dismiss" => restoring::dismiss(tx, author, about),
        "told" => deciding::told(tx, author, (about, sent.text("who"))),
        "let_go" => deciding::let_go(tx, author, about),
        _ => Err(LedgerRefusal::Unknown),
    }
}
