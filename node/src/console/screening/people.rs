//! The students of a class, what is noted about them, and the make-up list.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ledger::{Action, Area, Authority, authority};
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Html, Lang, Part, Problem, SignedForm, Tag, Tone, Visitor, see_other, time};
use serde::Deserialize;

use super::super::filled::{Filled, Sent};
use super::super::office::Told;
use super::codes::newest;
use super::observe::form_of;
use super::runs::{label, may_work, short, visible};
use super::{Campaign, Counsellors, Leaders, field_of, page, read_field, titled, words};
use crate::ledger::author::Author;
use crate::ledger::browse::purpose_of;
use crate::ledger::critical::Observation;
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::people::Participant;
use crate::ledger::run::{self, ClassId, ClassWindow, Run, RunId};
use crate::ledger::showing::Names;
use crate::ledger::{access, write};
use crate::screening::attendance::{self, Note, is_given_a_code};
use crate::screening::funnel::{self, Standing};
use crate::screening::opening::{self, may_self_report};

#[derive(Template)]
#[template(path = "screening/class.html")]
struct ClassTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    run: i64,
    class: i64,
    may_work: bool,
    is_open: bool,
    is_observed: bool,
    rows: Vec<PersonRow>,
    papers: Vec<(i64, String)>,
    without_code: usize,
    with_code: usize,
    codes_seen: i64,
    told: &'a Told,
}

struct PersonRow {
    student: i64,
    name: String,
    number: String,
    state: Part<Tag>,
    code: String,
    code_at_ms: i64,
    /// Whether no code was made yet.
    is_first_code: bool,
    late: String,
    acts: Vec<(&'static str, &'static str)>,
    is_given_a_code: bool,
    observed: String,
    heard: String,
    concern: bool,
    /// What the ledger says of the three, where a refused form says something else.
    was: (String, String, bool),
    error: Option<String>,
}

impl PersonRow {
    /// What was typed and refused, in place of what the ledger says; what was not touched stays.
    fn fill(&mut self, sent: &Filled, told: Option<&(String, String)>) {
        if !sent.is_sent("observed") {
            return;
        }
        for (field, name, was) in [
            (&mut self.observed, "observed", "was_observed"),
            (&mut self.heard, "heard", "was_heard"),
        ] {
            if sent.text(name) != sent.text(was) {
                sent.text(name).clone_into(field);
            }
        }
        if sent.is_sent("concern") != sent.is_sent("was_concern") {
            self.concern = sent.is_sent("concern");
        }
        self.error = told.map(|(message, _)| message.clone());
    }
}

#[derive(Template)]
#[template(path = "screening/makeup.html")]
struct MakeUpTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    run: i64,
    may_work: bool,
    until: String,
    rows: Vec<PersonRow>,
}

/// Whoever of a run's people the reader may name; refused where it is nobody. They are logged.
fn named(
    tx: &Tx<'_>,
    author: &Author,
    known: &Run,
    keep: impl Fn(&Participant, Standing) -> bool,
) -> Result<Vec<(Participant, Standing)>, LedgerRefusal> {
    let mut people = Vec::new();
    let mut is_any = false;
    for (who, how) in visible(tx, author, known)? {
        if !keep(&who, how) {
            continue;
        }
        is_any = true;
        if access::may_read(tx, author, who.student, Area::Roll)? {
            people.push((who, how));
        }
    }
    if people.is_empty() && is_any {
        return Err(LedgerRefusal::NotAllowed);
    }
    let students: BTreeSet<StudentId> = people.iter().map(|(who, _)| who.student).collect();
    access::log_list(tx, author, &students, purpose_of(author.role()))?;
    Ok(people)
}

/// Whether the reader may read the whole roll, so that an empty list says that nobody is there.
fn may_read_all(author: &Author) -> bool {
    authority(author.role(), Action::Read(Area::Roll)) == Authority::Allowed
}

/// For whom a list is made.
#[derive(Clone, Copy)]
struct By {
    may_work: bool,
    today: Date,
}

impl By {
    fn of(author: &Author) -> Self {
        Self { may_work: may_work(author), today: author.today() }
    }
}

fn is_in(who: &Participant, class: &ClassWindow) -> bool {
    who.grade == class.grade && *who.class == *class.class
}

/// The students of one class.
pub(super) async fn class(
    State(campaign): State<Campaign>,
    Path(which): Path<(i64, i64)>,
    visitor: Visitor<Leaders>,
) -> Result<Response, Problem> {
    class_page(&campaign, &visitor, which, (Sent::default(), None)).await
}

/// As [`class`], with a form that was refused as it was sent.
pub(super) async fn class_page(
    campaign: &Campaign,
    visitor: &Visitor<Leaders>,
    (id, class): (i64, i64),
    (sent, told): (Sent, Told),
) -> Result<Response, Problem> {
    let found = campaign.work(&visitor.session, move |tx, author, shelf| {
        let known = run::get(tx, RunId(id))?;
        opening::follow_roll(tx, shelf, &known)?;
        let of = run::class(tx, known.id, ClassId(class))?;
        let people = named(tx, author, &known, |who, _| is_in(who, &of))?;
        if people.is_empty() && !may_read_all(author) {
            return Err(LedgerRefusal::NotAllowed);
        }
        let observed = funnel::observations(tx, &known)?;
        let parts = shelf.parts(tx, known.id)?;
        let asked = parts.iter().filter(|part| part.instrument.grades.contains(&of.grade));
        // One digit an answer is what a typed line can hold.
        let narrow = asked.filter(|part| part.scale.items().iter().all(|i| i.answer_max <= 9));
        let papers: Vec<_> = narrow
            .map(|part| (part.instrument.id.0, part.scale.definition().label.clone()))
            .collect();
        let names = Names::load(tx)?;
        let by = By::of(author);
        Ok::<_, LedgerRefusal>((known, of, (people, observed), (papers, names, by)))
    });
    let (known, of, (people, observed), (papers, names, by)) = match found.await {
        Ok(found) => found,
        Err(refusal) => return campaign.refused(visitor, refusal, &format!("/screening/{id}")),
    };
    let lang = visitor.frame.lang;
    let given = people.iter().filter(|(who, _)| is_given_a_code(&known, who, by.today));
    let without_code = given.clone().filter(|(who, _)| who.code_at_ms.is_none()).count();
    let with_code = given.count();
    let row = |(who, how): &(Participant, Standing)| {
        let mut row = person(&known, (who, *how), observed.get(&who.student), (&names, by), lang);
        row.fill(&sent.of(&form_of(who.student.0)), told.as_ref());
        row
    };
    let body = Html::render(&ClassTemplate {
        lang,
        csrf: &visitor.session.csrf,
        run: id,
        class,
        may_work: by.may_work,
        is_open: known.closed_at_ms.is_none(),
        is_observed: !may_self_report(of.grade),
        rows: people.iter().map(row).collect(),
        papers: papers.into_iter().map(|(id, label)| (id, in_lang(label, lang))).collect(),
        without_code,
        with_code,
        codes_seen: newest(people.iter().map(|(who, _)| who)),
        told: &told,
    })?;
    let title = format!("{} {}", of.grade.zh(), of.class);
    campaign.office.tell(visitor, &titled(title, known.name, body, lang), &told)
}

fn in_lang(label: domain::catalogue::Label, lang: Lang) -> String {
    match lang {
        Lang::Zh => label.zh,
        Lang::En => label.en,
    }
}

/// One student as lists show one: what is done and what is not, and for the counsellor what can be
/// noted. A class teacher is not told more than that something is missing.
fn person(
    known: &Run,
    (who, how): (&Participant, Standing),
    observed: Option<&Observation>,
    (names, by): (&Names, By),
    lang: Lang,
) -> PersonRow {
    let By { may_work, today } = by;
    let shown = if may_work { label(how) } else { short(how) };
    let tone = match how {
        Standing::Done | Standing::MadeUp | Standing::Observed => Tone::Good,
        Standing::Void | Standing::Absent if may_work => Tone::Notice,
        Standing::Started if may_work => Tone::Info,
        _ => Tone::Muted,
    };
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |day| day.to_string());
    let seen = (
        day(observed.and_then(|seen| seen.observed)),
        day(observed.and_then(|seen| seen.guardian_heard)),
        observed.is_some_and(|seen| seen.concern),
    );
    let late = who.late_until_ms.map(time::minute);
    let name = names.student(who.student).map_or("—", |known| &*known.name).to_owned();
    PersonRow {
        student: who.student.0,
        name,
        number: who.number.as_str().to_owned(),
        state: Tag::of(tone, shown, lang),
        code: who
            .code_at_ms
            .map_or_else(String::new, |at| words::CODE_AT.fill(lang, &[&time::minute(at)])),
        code_at_ms: newest([who]),
        is_first_code: who.code_at_ms.is_none(),
        late: late.map_or_else(String::new, |at| words::LATE_UNTIL.fill(lang, &[&at])),
        acts: if known.closed_at_ms.is_none() { acts(how, lang) } else { Vec::new() },
        is_given_a_code: known.closed_at_ms.is_none() && is_given_a_code(known, who, today),
        observed: seen.0.clone(),
        heard: seen.1.clone(),
        concern: seen.2,
        was: seen,
        error: None,
    }
}

fn acts(how: Standing, lang: Lang) -> Vec<(&'static str, &'static str)> {
    let refused = ("refused", words::DO_REFUSED.in_lang(lang));
    let absent = ("absent", words::DO_ABSENT.in_lang(lang));
    let reopened = ("reopened", words::DO_REOPENED.in_lang(lang));
    let retest = ("retest", words::DO_RETEST.in_lang(lang));
    match how {
        Standing::Waiting | Standing::Started => vec![absent, refused],
        Standing::Absent => vec![reopened, refused],
        Standing::Refused => vec![reopened],
        Standing::Void => vec![retest],
        _ => Vec::new(),
    }
}

#[derive(Deserialize)]
pub(super) struct NoteForm {
    what: String,
    #[serde(default)]
    back: i64,
}

/// Notes a refusal, an absence, or that one is taken back; orders a retest.
pub(super) async fn note(
    State(campaign): State<Campaign>,
    Path((id, student)): Path<(i64, i64)>,
    form: SignedForm<Counsellors, NoteForm>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let back = match fields.back {
        0 => format!("/screening/{id}/makeup"),
        class => format!("/screening/{id}/classes/{class}"),
    };
    let what = Note::from_word(&fields.what).ok_or(Problem::BadRequest)?;
    let done = campaign.work(&visitor.session, move |tx, author, shelf| {
        attendance::note(tx, author, shelf, (RunId(id), StudentId(student)), what)
    });
    match done.await {
        Ok(_) => Ok(see_other(&back)),
        Err(error) => campaign.refused(&visitor, error, &back),
    }
}

/// Whoever is to make up: not done after the window of the class, absent, or void.
pub(super) async fn make_up(
    State(campaign): State<Campaign>,
    Path(id): Path<i64>,
    visitor: Visitor<Leaders>,
) -> Result<Response, Problem> {
    let found = campaign.work(&visitor.session, move |tx, author, shelf| {
        let known = run::get(tx, RunId(id))?;
        opening::follow_roll(tx, shelf, &known)?;
        let classes = run::classes(tx, known.id)?;
        let now_ms = author.now().0;
        let is_over = |who: &Participant| {
            let own = classes.iter().find(|class| is_in(who, class));
            own.is_none_or(|class| now_ms > class.closes_at_ms)
        };
        let keep = |who: &Participant, how: Standing| {
            let at_once = matches!(how, Standing::Absent | Standing::Void | Standing::Unasked);
            how.is_to_make_up() && (at_once || is_over(who))
        };
        let people = named(tx, author, &known, keep)?;
        Ok::<_, LedgerRefusal>((known, people, Names::load(tx)?, By::of(author)))
    });
    let (known, people, names, by) = match found.await {
        Ok(found) => found,
        Err(refusal) => return campaign.refused(&visitor, refusal, &format!("/screening/{id}")),
    };
    let lang = visitor.frame.lang;
    let row = |(who, how): &(Participant, Standing)| {
        let mut row = person(&known, (who, *how), None, (&names, by), lang);
        row.name = names.student_line(who.student);
        row
    };
    let next_week = campaign.office.shell.clock.now_ms().saturating_add(7 * 86_400_000);
    let body = Html::render(&MakeUpTemplate {
        lang,
        csrf: &visitor.session.csrf,
        run: id,
        may_work: by.may_work && known.closed_at_ms.is_none(),
        until: field_of(next_week),
        rows: people.iter().map(row).collect(),
    })?;
    let note = words::MAKE_UP_NOTE.in_lang(lang).to_owned();
    campaign.reply(&visitor, &page(words::MAKE_UP, note, body, lang))
}

/// Lets those who were chosen in until an instant.
pub(super) async fn admit(
    State(campaign): State<Campaign>,
    Path(id): Path<i64>,
    form: SignedForm<Counsellors, Filled>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let back = format!("/screening/{id}/makeup");
    let until = fields.all("until").next().and_then(read_field);
    let students: Vec<StudentId> =
        fields.all("student").filter_map(|text| text.parse().ok().map(StudentId)).collect();
    let done = campaign.work(&visitor.session, move |tx, author, shelf| {
        write::allow(tx, author, Action::Write(Area::Screening), None)?;
        let until = until.ok_or(LedgerRefusal::Field("until"))?;
        attendance::admit_late(tx, author, shelf, (RunId(id), &students), until)
    });
    match done.await {
        Ok(_) => Ok(see_other(&back)),
        Err(refusal) => campaign.refused(&visitor, refusal, &back),
    }
}
