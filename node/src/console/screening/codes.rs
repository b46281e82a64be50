//! Slips with codes: drawn when they are shown, and shown once, because only digests are kept.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use runtime::cli::{Exit, Failure, Sentence};
use runtime::web::{Html, Lang, Problem, SignedForm, Visitor, time};
use serde::Deserialize;

use super::{Campaign, Counsellors, Refused, page, words};
use crate::ledger::entry::StudentId;
use crate::ledger::run::people::{self, Participant};
use crate::ledger::run::{self, ClassId, RunId};
use crate::ledger::showing::Names;
use crate::screening::attendance;

#[derive(Template)]
#[template(path = "screening/slips.html")]
struct SlipsTemplate {
    lang: Lang,
    back: String,
    /// Where students answer; nothing where no address is set.
    place: Option<String>,
    slips: Vec<(String, String)>,
}

#[derive(Deserialize)]
pub(super) struct CodesForm {
    #[serde(default)]
    who: String,
    /// When the newest code was drawn that the page knew of; zero where there was none.
    #[serde(default)]
    seen: i64,
}

/// When the newest code of some students was drawn; zero where none was.
pub(super) fn newest<'a>(people: impl IntoIterator<Item = &'a Participant>) -> i64 {
    people.into_iter().filter_map(|who| who.code_at_ms).max().unwrap_or(0)
}

/// Refuses where codes were drawn since the page was made: those slips may be printed already, or
/// lost with the page of a first press.
fn check<'a>(people: impl IntoIterator<Item = &'a Participant>, seen: i64) -> Result<(), Refused> {
    match newest(people) {
        now if now > seen => {
            let what = Sentence::new(words::CODES_SINCE, &[&time::minute(now)]);
            let told = Failure::new(Exit::Refused, "CODES_SINCE", what);
            Err(Refused::Told(told.hint(words::CODES_SINCE_NEXT)))
        }
        _ => Ok(()),
    }
}

/// Slips for a class: for those who have no code yet, or for all.
pub(super) async fn class(
    State(campaign): State<Campaign>,
    Path((id, class)): Path<(i64, i64)>,
    form: SignedForm<Counsellors, CodesForm>,
) -> Result<Response, Problem> {
    let (all, seen) = (form.fields.who == "all", form.fields.seen);
    let back = format!("/screening/{id}/classes/{class}");
    let found = campaign.work(&form.visitor.session, move |tx, author, _| {
        let known = run::get_open(tx, RunId(id))?;
        let of = run::class(tx, known.id, ClassId(class))?;
        let mut class = people::all(tx, known.id)?;
        class.retain(|who| who.grade == of.grade && *who.class == *of.class);
        check(&class, seen)?;
        let mut slips = Vec::new();
        for who in class {
            let wants = all || who.code_at_ms.is_none();
            if wants && attendance::is_given_a_code(&known, &who, author.today()) {
                let code = attendance::issue(tx, author, &known, &who)?;
                slips.push((who.student, code.to_string()));
            }
        }
        attendance::log_named(tx, author, slips.iter().map(|(student, _)| *student))?;
        Ok::<_, Refused>((slips, Names::load(tx)?))
    });
    show(&campaign, &form.visitor, found.await, back)
}

/// A slip for one student.
pub(super) async fn one(
    State(campaign): State<Campaign>,
    Path((id, student)): Path<(i64, i64)>,
    form: SignedForm<Counsellors, CodesForm>,
) -> Result<Response, Problem> {
    let seen = form.fields.seen;
    let back = format!("/screening/{id}");
    let found = campaign.work(&form.visitor.session, move |tx, author, _| {
        let known = run::get_open(tx, RunId(id))?;
        let who: Participant = people::of(tx, known.id, StudentId(student))?;
        check([&who], seen)?;
        let code = attendance::issue(tx, author, &known, &who)?;
        let slips = vec![(who.student, code.to_string())];
        attendance::log_named(tx, author, slips.iter().map(|(student, _)| *student))?;
        Ok::<_, Refused>((slips, Names::load(tx)?))
    });
    show(&campaign, &form.visitor, found.await, back)
}

fn show(
    campaign: &Campaign,
    visitor: &Visitor<Counsellors>,
    found: Result<(Vec<(StudentId, String)>, Names), Refused>,
    back: String,
) -> Result<Response, Problem> {
    let (slips, names) = match found {
        Ok(found) => found,
        Err(refusal) => return campaign.refused(visitor, refusal, &back),
    };
    let lang = visitor.frame.lang;
    let address = Some(&*campaign.address).filter(|known| !known.is_empty());
    let slips = slips.into_iter().map(|(who, code)| (names.student_line(who), code));
    let place = address.map(|address| words::SLIP_WHERE.fill(lang, &[&address]));
    let body = Html::render(&SlipsTemplate { lang, back, place, slips: slips.collect() })?;
    campaign.reply(visitor, &page(words::CODES, String::new(), body, lang))
}
