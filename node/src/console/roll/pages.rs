//! The pages of the roll as functions of what was read.

use std::collections::BTreeSet;

use askama::Template;
use domain::ledger::Word as _;
use domain::ledger::terms::TransferKind;
use jiff::civil::Date;
use runtime::web::{Html, Lang, Page, Part, RenderError, Session, Tag, Text, Tone};

use super::super::filled::{Filled, Sent};
use super::super::office::{Told, chosen, page};
use super::super::words::DAILY_RECORDS;
use super::change::Effect;
use super::{ROLL_HREF, can_sign, words};
use crate::import::preview::Change;
use crate::import::value::Grade;
use crate::ledger::browse::Lines;
use crate::ledger::entry::{Cell, StudentId};
use crate::ledger::kinds::KINDS;
use crate::ledger::people::PersonLine;
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
    /// What was done just now, and about whom.
    pub(super) done: Option<(Text, StudentId)>,
    pub(super) sent: Sent,
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
    done: Option<String>,
    today: String,
    /// What stands in the form of a new turn.
    new_turn: Filled,
    arrive: Filled,
    leave: Filled,
    correct: Filled,
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
    filled: &'a Filled,
    /// Classes that the field of the next class offers.
    targets: BTreeSet<String>,
    stays: Vec<(i64, String)>,
    aside: Vec<(i64, String)>,
    /// Number of the turn that is looked at to be signed, and the sentence that says who asked.
    signing: Option<(i64, String)>,
}

/// A preview and what was typed to get it.
pub(super) struct Preview<'a> {
    pub(super) day: Date,
    pub(super) plan: Option<&'a Plan>,
    pub(super) names: &'a Names,
    pub(super) filled: Filled,
    pub(super) signing: Option<(i64, String)>,
}

pub(super) fn overview(
    view: &Overview,
    told: &Told,
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let ways = TransferKind::ALL.iter().filter(|how| **how != TransferKind::In);
    let (today, sent) = (view.today, &view.sent);
    let body = Html::render(&RollTemplate {
        lang,
        csrf: &session.csrf,
        told,
        done: view.done.map(|(said, who)| said.fill(lang, &[&view.names.student_line(who)])),
        arrive: sent.of("arrive").or("day", &today),
        leave: sent.of("leave").or("day", &today),
        correct: sent.of("correct").or("day", &today),
        today: today.to_string(),
        new_turn: sent.of("turn").or("day", &year_start(view.today)),
        grades: view
            .grades
            .iter()
            .map(|grade| (grade.code(), chosen(grade.label(), lang)))
            .collect(),
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
    let named = |students: Vec<StudentId>| -> Vec<(i64, String)> {
        students.iter().map(|who| (who.0, preview.names.student_line(*who))).collect()
    };
    let (stays, aside) =
        plan.map_or_else(Default::default, |plan| (plan.stayers(), plan.aside.clone()));
    let body = Html::render(&TurnTemplate {
        lang,
        csrf: &session.csrf,
        told,
        day: preview.day.to_string(),
        summary,
        has_cases: classes.iter().any(|class| class.to.is_none() && class.open_cases > 0),
        classes: classes.iter().map(|class| class_view(class, preview, lang)).collect(),
        filled: &preview.filled,
        targets: targets(classes, lang),
        stays: named(stays),
        aside: named(aside),
        signing: preview.signing.as_ref().map(|(id, by)| (*id, words::TO_SIGN.fill(lang, &[by]))),
    })?;
    let note = words::TURN_NOTE.in_lang(lang).to_owned();
    Ok(page((DAILY_RECORDS, words::TURN, note), ROLL_HREF, body, lang))
}

/// A class as a field has it: as people write it in Chinese, as a plan is stored otherwise.
fn field_of(class: Option<&Class>, lang: Lang) -> String {
    match (class, lang) {
        (None, _) => words::LEAVES.in_lang(lang).to_owned(),
        (Some(class), Lang::Zh) => format!("{}{}", class.0.zh(), class.1),
        (Some(class), Lang::En) => written(class),
    }
}

/// What a class may become: what others become, every class of the year it goes into, or leaving.
fn targets(classes: &[ClassPlan], lang: Lang) -> BTreeSet<String> {
    let next = classes.iter().filter_map(|class| class.to.as_ref());
    let there = classes.iter().map(|class| &class.from);
    next.chain(there).map(Some).chain([None]).map(|class| field_of(class, lang)).collect()
}

fn class_view(class: &ClassPlan, preview: &Preview<'_>, lang: Lang) -> ClassView {
    let name = |class: &Class| format!("{}{}", class.0.zh(), class.1);
    let leaves = || words::LEAVES.in_lang(lang).to_owned();
    let (key, filled) = (written(&class.from), &preview.filled);
    let field = format!("to.{key}");
    let sent = filled.is_sent(&field).then(|| filled.text(&field).to_owned());
    // A form that was sent says which teacher goes on, also where its plan could not be made.
    let ends = match sent {
        Some(_) => filled.is_sent(&format!("end.{key}")),
        None => class.carry == Carry::Ended,
    };
    ClassView {
        key,
        name: name(&class.from),
        becomes: sent.unwrap_or_else(|| field_of(class.to.as_ref(), lang)),
        becomes_shown: class.to.as_ref().map_or_else(leaves, name),
        up: class.promoted,
        stay: class.stays,
        leave: class.leaves,
        teacher: class
            .teacher
            .map_or_else(String::new, |staff| preview.names.staff(staff).to_owned()),
        carried: !ends,
        cases: class.open_cases,
    }
}

/// What is asked before something is entered about a student.
pub(super) enum Asked<'a> {
    /// Which of several it is.
    Which(&'a [PersonLine]),
    /// Whether it is right that this happens to that student.
    Sure(&'a PersonLine, &'a Effect),
}

#[derive(Template)]
#[template(path = "console/roll_confirm.html")]
struct ConfirmTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    action: String,
    /// What was typed, sent again with the answer.
    hidden: Vec<(&'a str, &'a str)>,
    which: Vec<(&'a str, String)>,
    /// Id of the student.
    sure: Option<i64>,
    lines: Vec<(String, String)>,
    notes: Vec<String>,
    is_hot: bool,
    submit: &'static str,
}

/// The page between a form and what it enters: of whom it speaks and what follows from it.
pub(super) fn confirm(
    (form, filled): (&'static str, &Filled),
    asked: &Asked<'_>,
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let person = |one: &PersonLine| {
        let grade = Grade::from_code(&one.grade).map_or("", Grade::zh);
        format!("{} {grade} {} · {}", one.name, one.class, one.number)
    };
    let title = if form == "leave" { words::LEAVE } else { words::CORRECT };
    let sent = filled.pairs().iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let asks_again = ["csrf", "act", "sure"];
    let mut view = ConfirmTemplate {
        lang,
        csrf: &session.csrf,
        action: format!("/roll/{form}"),
        hidden: sent.filter(|(name, _)| !asks_again.contains(name)).collect(),
        which: Vec::new(),
        sure: None,
        lines: Vec::new(),
        notes: Vec::new(),
        is_hot: false,
        submit: words::GO_ON.in_lang(lang),
    };
    match asked {
        Asked::Which(several) => {
            view.hidden.retain(|(name, _)| *name != "pick");
            view.which = several.iter().map(|one| (one.number.as_str(), person(one))).collect();
        }
        Asked::Sure(student, effect) => {
            view.sure = Some(student.student.0);
            view.lines.push((words::STUDENT.in_lang(lang).to_owned(), person(student)));
            view.show(effect, filled);
        }
    }
    let body = Html::render(&view)?;
    Ok(page((DAILY_RECORDS, title, String::new()), ROLL_HREF, body, lang))
}

impl ConfirmTemplate<'_> {
    fn show(&mut self, effect: &Effect, filled: &Filled) {
        let lang = self.lang;
        let mut line = |label: Text, value: &str| {
            if !value.is_empty() {
                self.lines.push((label.in_lang(lang).to_owned(), value.to_owned()));
            }
        };
        match effect {
            Effect::Left(left) => {
                let how = TransferKind::from_word(filled.text("how"));
                line(words::HOW, how.map_or("", |how| chosen(how.label(), lang)));
                line(words::LAST_DAY, filled.text("day"));
                line(words::TO_SCHOOL, filled.text("other_school"));
                self.notes.push(match left.ended {
                    0 => words::LEAVE_COUNTS.in_lang(lang).to_owned(),
                    ended => words::LEAVE_FOLLOWS.fill(lang, &[&ended]),
                });
                if left.open_case {
                    self.notes.push(words::LEAVE_CASE.in_lang(lang).to_owned());
                }
                self.is_hot = true;
                self.submit = words::LEAVE_SURE.in_lang(lang);
            }
            Effect::Corrected(changes) => {
                line(words::FROM_DAY, filled.text("day"));
                line(words::REASON, filled.text("reason"));
                let change = |change: &Change| {
                    let label = field_name(change.field).in_lang(lang).to_owned();
                    (label, words::BECOMES_NOW.fill(lang, &[&change.old, &change.new]))
                };
                self.lines.extend(changes.iter().map(change));
                self.submit = words::CORRECT_SURE.in_lang(lang);
            }
        }
    }
}

fn field_name(field: &str) -> Text {
    match field {
        "sex" => words::SEX,
        "birth_date" => words::BIRTH,
        "grade" => words::GRADE,
        "class" => words::CLASS,
        _ => words::NAME,
    }
}
