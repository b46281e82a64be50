//! The pages of the roll as functions of what was read.

use askama::Template;
use domain::ledger::Word as _;
use domain::ledger::terms::TransferKind;
use jiff::civil::Date;
use runtime::web::{Html, Lang, Page, Part, RenderError, Session, Tag, Tone};

use super::super::office::{Told, chosen, page};
use super::super::words::DAILY_RECORDS;
use super::{ROLL_HREF, can_sign, words};
use crate::import::value::Grade;
use crate::ledger::browse::Lines;
use crate::ledger::entry::{Cell, StudentId};
use crate::ledger::kinds::KINDS;
use crate::ledger::showing::Names;
use crate::ledger::turn::decisions::{Carry, Class, written};
use crate::ledger::turn::plan::{ClassPlan, Plan, StepKind};
use crate::ledger::turn::{TurnLine, TurnState};

/// What the first page shows.
pub(super) struct Overview {
    pub(super) lines: Lines,
    pub(super) turns: Vec<TurnLine>,
    pub(super) names: Names,
    pub(super) grades: Vec<Grade>,
    pub(super) today: Date,
    pub(super) account: String,
}

/// A coming or leaving as it is listed.
struct ChangeView {
    day: String,
    student: i64,
    name: String,
    what: String,
}

/// A turn as it is listed.
struct TurnView {
    id: i64,
    day: String,
    state: Part<Tag>,
    asked_by: String,
    acted_by: String,
    signs: bool,
    waits: bool,
    undoes: bool,
}

#[derive(Template)]
#[template(path = "console/roll.html")]
struct RollTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    today: String,
    year_start: String,
    grades: Vec<(&'static str, &'static str)>,
    ways: Vec<(&'static str, &'static str)>,
    changes: Vec<ChangeView>,
    turns: Vec<TurnView>,
}

/// A class of a preview.
struct ClassView {
    key: String,
    name: String,
    becomes: String,
    becomes_shown: String,
    up: u32,
    stay: u32,
    leave: u32,
    teacher: String,
    carried: bool,
    cases: u32,
}

#[derive(Template)]
#[template(path = "console/roll_turn.html")]
struct TurnTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    day: String,
    classes: Vec<ClassView>,
    summary: String,
    has_cases: bool,
    stayers: String,
    stays: Vec<(i64, String)>,
    mentors_end: bool,
    /// Number of the turn that is looked at to be signed, and the sentence that says who asked.
    signing: Option<(i64, String)>,
}

/// A preview and what was typed to get it.
pub(super) struct Preview<'a> {
    pub(super) day: Date,
    pub(super) plan: Option<&'a Plan>,
    pub(super) names: &'a Names,
    pub(super) stayers: String,
    pub(super) signing: Option<(i64, String)>,
}

pub(super) fn overview(
    view: &Overview,
    told: &Told,
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let ways = TransferKind::ALL.iter().filter(|how| **how != TransferKind::In);
    let body = Html::render(&RollTemplate {
        lang,
        csrf: &session.csrf,
        told,
        today: view.today.to_string(),
        year_start: year_start(view.today).to_string(),
        grades: view.grades.iter().map(|grade| (grade.code(), grade.zh())).collect(),
        ways: ways.map(|how| (how.as_str(), chosen(how.label(), lang))).collect(),
        changes: changes(view, lang),
        turns: view.turns.iter().map(|turn| turn_view(turn, &view.account, lang)).collect(),
    })?;
    let note = words::ROLL_NOTE.in_lang(lang).to_owned();
    Ok(page((DAILY_RECORDS, words::ROLL, note), ROLL_HREF, body, lang))
}

/// First of September of the school year that a day lies in.
fn year_start(today: Date) -> Date {
    let year = crate::ledger::turn::year_of(today);
    Date::new(year, 9, 1).map_or(today, |start| start.min(today))
}

fn changes(view: &Overview, lang: Lang) -> Vec<ChangeView> {
    let columns = KINDS.iter().find(|known| known.kind == domain::ledger::Kind::Transfer);
    let columns = columns.map_or(&[][..], |known| known.columns);
    let place = |name: &str| columns.iter().position(|column| column.name == name);
    let one = |line: &crate::ledger::browse::Line| {
        let student = line.student.unwrap_or(StudentId(0));
        let text = |name: &str| match place(name).and_then(|at| line.cells.get(at)) {
            Some(Cell::Text(text)) => text.clone(),
            _ => String::new(),
        };
        let how = TransferKind::from_word(&text("how"));
        let how = how.map_or("", |how| chosen(how.label(), lang));
        ChangeView {
            day: line.day.to_string(),
            student: student.0,
            name: view.names.student_line(student),
            what: format!("{how} {}", text("other_school")).trim().to_owned(),
        }
    };
    view.lines.lines.iter().map(one).collect()
}

fn turn_view(turn: &TurnLine, account: &str, lang: Lang) -> TurnView {
    let (tone, text) = match turn.state {
        TurnState::Waiting => (Tone::Notice, words::WAITING),
        TurnState::Done => (Tone::Good, words::DONE),
        TurnState::Refused => (Tone::Muted, words::REFUSED),
        TurnState::Undone => (Tone::Muted, words::UNDONE),
    };
    TurnView {
        id: turn.id,
        day: turn.day.to_string(),
        state: Tag::of(tone, text, lang),
        asked_by: turn.asked_by.clone(),
        acted_by: turn.acted_by.clone().unwrap_or_default(),
        signs: can_sign(turn, account),
        waits: turn.state == TurnState::Waiting,
        undoes: turn.can_undo,
    }
}

pub(super) fn turn(
    preview: &Preview<'_>,
    told: &Told,
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let plan = preview.plan;
    let count = |kind| plan.map_or(0, |plan| plan.count(kind));
    let summary = words::SUMMARY.fill(
        lang,
        &[
            &preview.day,
            &count(StepKind::Promoted),
            &count(StepKind::Stays),
            &count(StepKind::Leaves),
        ],
    );
    let classes: &[ClassPlan] = plan.map_or(&[], |plan| &plan.classes);
    let stays = plan.map_or_else(Vec::new, Plan::exceptions);
    let body = Html::render(&TurnTemplate {
        lang,
        csrf: &session.csrf,
        told,
        day: preview.day.to_string(),
        summary,
        has_cases: classes.iter().any(|class| class.to.is_none() && class.open_cases > 0),
        classes: classes.iter().map(|class| class_view(class, preview.names, lang)).collect(),
        stayers: preview.stayers.clone(),
        stays: stays
            .iter()
            .map(|(student, _)| (student.0, preview.names.student_line(*student)))
            .collect(),
        mentors_end: plan.is_some_and(|plan| plan.mentors == Carry::Ended),
        signing: preview.signing.as_ref().map(|(id, by)| (*id, words::TO_SIGN.fill(lang, &[by]))),
    })?;
    let note = words::TURN_NOTE.in_lang(lang).to_owned();
    Ok(page((DAILY_RECORDS, words::TURN, note), ROLL_HREF, body, lang))
}

fn class_view(class: &ClassPlan, names: &Names, lang: Lang) -> ClassView {
    let name = |class: &Class| format!("{}{}", class.0.zh(), class.1);
    let leaves = || words::LEAVES.in_lang(lang).to_owned();
    ClassView {
        key: written(&class.from),
        name: name(&class.from),
        becomes: class.to.as_ref().map_or_else(|| "leave".to_owned(), written),
        becomes_shown: class.to.as_ref().map_or_else(leaves, name),
        up: class.promoted,
        stay: class.stays,
        leave: class.leaves,
        teacher: class.teacher.map_or_else(String::new, |staff| names.staff(staff).to_owned()),
        carried: class.carry == Carry::Carried,
        cases: class.open_cases,
    }
}
