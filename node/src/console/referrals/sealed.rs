//! Sealed sending: what will leave is shown from the bytes that will be sealed, and sent from
//! there; what was sealed and what came of it; the family's slip with the word that takes it back.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ledger::Word as _;
use domain::referral::State as Standing;
use runtime::sql::Tx;
use runtime::web::{
    Html, Lang, Page, Problem, RenderError, Session, SignedForm, Text, Visitor, time,
};

use super::super::filled::Filled;
use super::super::ledgers::{RECORDS, Readers};
use super::super::office::{Office, Told, chosen, problem, told};
use super::printed::lines;
use super::{REFERRALS_HREF, page_of, to, words};
use crate::content::{Contact, GroundSaid};
use crate::ledger::author::Author;
use crate::ledger::entry::RecordId;
use crate::ledger::letters::{self, Envelope};
use crate::ledger::referral::{self, Course, Part};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::letters::road::Desk;
use crate::letters::sending::{self, Preview};
use crate::letters::slip;
use crate::packs::Packs;

/// How a referral stands to letters.
#[derive(Default)]
pub(super) struct Post {
    /// Name of the recipient as the commissions stated it, where it can be sealed to now.
    pub(super) road: Option<String>,
    /// What was sealed of it.
    pub(super) sealed: Vec<Envelope>,
}

#[derive(Template)]
#[template(path = "console/referral_sealed.html")]
struct SealedTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    id: i64,
    rows: Vec<(&'static str, String)>,
    suspect: bool,
    digest: String,
    size: String,
}

#[derive(Template)]
#[template(path = "console/referral_slip.html")]
struct SlipTemplate {
    lang: Lang,
    id: i64,
    student: String,
    rows: Vec<(String, String)>,
    code: String,
}

/// How a referral stands to letters, for who may write it.
pub(super) fn post(
    tx: &Tx<'_>,
    reader: &Author,
    (course, desk): (&Course, Option<&Desk>),
) -> Result<Post, LedgerRefusal> {
    let sealed = letters::envelopes(tx, course.referral.record)?;
    let entry = &course.referral.entry;
    let number = match course.state {
        Standing::Consented | Standing::Declined | Standing::RedirectProposed => {
            course.envelope + 1
        }
        Standing::EmergencyOut => course.envelope,
        _ => return Ok(Post { road: None, sealed }),
    };
    if sealed.iter().any(|one| one.number == number) {
        return Ok(Post { road: None, sealed });
    }
    let now =
        jiff::Timestamp::from_millisecond(reader.now().0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let road = match desk {
        Some(desk) => desk.road(tx, &entry.recipient, now)?,
        None => None,
    };
    Ok(Post { road: road.map(|road| road.recipient.statement().name.clone()), sealed })
}

/// What was sealed and what came of it, a line each.
pub(super) fn envelope_lines(sealed: &[Envelope], lang: Lang) -> Vec<(String, String)> {
    let line = |one: &Envelope| {
        let at = |label: Text, at: Option<i64>| {
            at.map(|at| format!("{} {}", label.in_lang(lang), time::minute(at)))
        };
        let said = [
            Some(one.recipient.clone()),
            at(words::RELAY_HAS, one.acked_at_ms),
            at(words::TAKEN_BACK, one.revoked_at_ms),
            at(words::DELETED, one.done_at_ms),
            one.kept.clone(),
        ];
        let said: Vec<String> = said.into_iter().flatten().collect();
        (time::minute(one.made_at_ms), said.join(" · "))
    };
    sealed.iter().map(line).collect()
}

/// Writes what would leave and shows it.
pub(super) async fn prepare(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<Readers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled, record) = (form.visitor, form.fields, RecordId(id));
    let (sent, desk) = (filled.clone(), office.rules.letter_desk());
    let done = office.work(&visitor.session, move |tx, author| {
        let desk = desk.ok_or(LedgerRefusal::NoRoad)?;
        let contact = (sent.text("person"), sent.text("school_phone"));
        let author = author.because(words::SEAL.in_lang(Lang::Zh));
        sending::prepare(tx, &author, record, &desk, contact)
    });
    match done.await {
        Ok(()) => Ok(Redirect::to(&format!("{REFERRALS_HREF}/{id}/sealed")).into_response()),
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            page_of(&office, &visitor, record, (told, filled)).await
        }
    }
}

/// Shows what will be sealed, from its bytes.
pub(super) async fn show(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    showing(&office, &visitor, RecordId(id), None).await
}

async fn showing(
    office: &Office,
    visitor: &Visitor<Readers>,
    record: RecordId,
    told: Told,
) -> Result<Response, Problem> {
    let packs = office.packs().await?;
    let found = office
        .work(&visitor.session, move |tx, author| sending::preview(tx, &author, record))
        .await;
    let Some(preview) = found.map_err(problem)? else { return Ok(to(record)) };
    let lang = visitor.frame.lang;
    let page = page(&preview, (record, &told), &packs, &visitor.session, lang)?;
    let status = if told.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    office.reply_with(status, visitor, &page)
}

fn page(
    preview: &Preview,
    (record, told): (RecordId, &Told),
    packs: &Packs,
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let suspect = |part: &Part| {
        matches!(
            part,
            Part::Identity { has_suspect: true, .. } | Part::Emergency { has_suspect: true, .. }
        )
    };
    let body = Html::render(&SealedTemplate {
        lang,
        csrf: &session.csrf,
        told,
        id: record.0,
        rows: preview_lines(preview, packs, lang),
        suspect: preview.content.parts.iter().any(suspect),
        digest: preview.digest.to_string(),
        size: words::SEALED_SIZE.fill(lang, &[&preview.length, &preview.digest.short()]),
    })?;
    Ok(of_referral(words::PREVIEW.in_lang(lang).to_owned(), body, lang))
}

fn of_referral(title: String, body: Html, lang: Lang) -> Page {
    let crumbs = [RECORDS, words::REFERRALS].map(|text| text.in_lang(lang).to_owned()).to_vec();
    let (note, exports) = (String::new(), Vec::new());
    Page { title, note, crumbs, current: REFERRALS_HREF, exports, body }
}

/// Everything that a content says, in its order.
pub(crate) fn preview_lines(
    preview: &Preview,
    packs: &Packs,
    lang: Lang,
) -> Vec<(&'static str, String)> {
    let content = &preview.content;
    let contact = |one: &Contact| {
        let texts = [one.unit.as_str(), one.person.as_str(), one.phone.as_str()];
        let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
        texts.join(" ")
    };
    let events = content.acts.iter().map(|act| chosen(act.event.label(), lang));
    let events: Vec<&str> = events.collect();
    let mut rows = vec![
        (words::TO, contact(&content.recipient)),
        (words::URGENCY, chosen(content.urgency.label(), lang).to_owned()),
        (words::SCHOOL_CALL, contact(&content.sender)),
        (words::WRITTEN, time::minute(content.at.0)),
    ];
    rows.extend(ground_lines(&content.ground, lang));
    for part in &content.parts {
        rows.extend(lines(part, packs, lang));
    }
    rows.push((words::COURSE, events.join(chosen(("、", ", "), lang))));
    rows.retain(|(_, text)| !text.trim().is_empty());
    rows.into_iter().map(|(label, text)| (label.in_lang(lang), text)).collect()
}

/// The ground as the bytes have it: of a consent until when it holds, how, by whom and when it was
/// given, what it lets out and what may come back; of an emergency when it was made, and whether a
/// second person has signed. Its recipient reads the same lines.
pub(crate) fn ground_lines(ground: &GroundSaid, lang: Lang) -> Vec<(Text, String)> {
    let text = |text: Text| text.in_lang(lang).to_owned();
    let said = match ground {
        GroundSaid::Consent(said) => said,
        GroundSaid::Emergency(said) => {
            let signed = if said.is_signed { words::SECOND_SIGNED } else { words::SECOND_WAITS };
            let made = format!("{} · {}", time::minute(said.at.0), signed.in_lang(lang));
            return vec![(words::GROUND, text(words::BY_EMERGENCY)), (words::MADE, made)];
        }
    };
    let label = |label: (&'static str, &'static str)| chosen(label, lang);
    let relation = said.relation.map(|relation| label(relation.label()));
    let guardian = match said.guardian_signed {
        Some(day) => Some(format!("{} {day}", relation.unwrap_or(words::GUARDIAN.in_lang(lang)))),
        None => relation.map(ToOwned::to_owned),
    };
    let student =
        said.student_signed.map(|day| format!("{} {day}", words::STUDENT_SELF.in_lang(lang)));
    let signed: Vec<String> = [guardian, student].into_iter().flatten().collect();
    let classes: Vec<&str> = said.classes.iter().map(|class| label(class.label())).collect();
    let asked = if said.child_asked { words::CHILD_ASKED } else { words::CHILD_UNASKED };
    let between = label(("、", ", "));
    vec![
        (words::GROUND, words::BY_CONSENT.fill(lang, &[&said.valid_to, &said.digest.short()])),
        (words::GIVEN_BY, signed.join(between)),
        (words::GIVEN_HOW, label(said.method.label()).to_owned()),
        (words::GIVEN_FROM, said.valid_from.to_string()),
        (words::CHILD_VIEW, text(asked)),
        (words::LETS_OUT, classes.join(between)),
        (words::COMES_BACK, label(said.outcome_back.label()).to_owned()),
        (words::NOTICE_READ, said.notice.clone()),
    ]
}

/// Seals what was shown.
pub(super) async fn send(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<Readers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled, record) = (form.visitor, form.fields, RecordId(id));
    let desk = office.rules.letter_desk();
    let done = office.work(&visitor.session, move |tx, author| {
        let desk = desk.ok_or(LedgerRefusal::NoRoad)?;
        let author = author.because(words::SEND_SEALED.in_lang(Lang::Zh));
        sending::send(tx, &author, record, &desk, filled.text("digest"))
    });
    match done.await {
        Ok(_) => Ok(to(record)),
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            showing(&office, &visitor, record, told).await
        }
    }
}

/// The family's slip: to whom it went, and the word with which it is taken back.
pub(super) async fn show_slip(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let record = RecordId(id);
    let found = office.work(&visitor.session, move |tx, author| {
        let found = slip::of(tx, &author, record)?;
        let student = referral::course(tx, record)?.referral.entry.student;
        Ok::<_, LedgerRefusal>((found, Names::of(tx, [student])?.student_line(student)))
    });
    let (Some(found), student) = found.await.map_err(problem)? else { return Ok(to(record)) };
    let lang = visitor.frame.lang;
    let rows = found.sealed.iter().map(|(at_ms, name)| (time::minute(*at_ms), name.clone()));
    let (rows, code) = (rows.collect(), found.code);
    let body = Html::render(&SlipTemplate { lang, id, student, rows, code })?;
    office.reply(&visitor, &of_referral(words::SLIP.in_lang(lang).to_owned(), body, lang))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::tests::{emergency, referral};

    /// What the bytes say of the ground is on the page, in both languages.
    #[test]
    fn the_ground_is_shown_as_the_bytes_have_it() {
        let shown = |ground: &GroundSaid, lang: Lang| -> Vec<String> {
            ground_lines(ground, lang).into_iter().map(|(_, text)| text).collect()
        };
        let all = shown(&referral().ground, Lang::Zh).join("\n");
        for said in ["2027-03-31", "母亲 2026-11-02", "纸质签字", "已征询", "摘要", "v1"]
        {
            assert!(all.contains(said), "{said}: {all}");
        }
        let GroundSaid::Consent(said) = referral().ground else { panic!("no consent") };
        assert!(said.classes.iter().all(|class| all.contains(class.label().0)), "{all}");
        let by_word = crate::content::ConsentSaid {
            guardian_signed: None,
            student_signed: said.guardian_signed,
            child_asked: false,
            ..said
        };
        let all = shown(&GroundSaid::Consent(by_word), Lang::En).join("\n");
        for said in ["Mother, the student 2026-11-02", "not written down", "A summary"] {
            assert!(all.contains(said), "{said}: {all}");
        }
        for lang in [Lang::Zh, Lang::En] {
            assert_eq!(shown(&emergency().ground, lang).len(), 2);
        }
    }
}
