//! What a turn does, worked out before anything is written: the same plan is shown and carried out.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use certs::digest::sha256;
use domain::catalogue::Grade as SchoolGrade;
use domain::digest::Digest;
use domain::ledger::turn::{Next, next};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::super::entry::{Kept, StaffId, StudentId};
use super::super::refusal::LedgerRefusal;
use super::super::roll::ClassTeacher;
use super::super::student::{self, OnRoll};
use super::super::{case, profile, read};
use super::decisions::{Carry, Class, Decisions, written};
use crate::import::roster::RosterRow;
use crate::import::value::{Grade, Status};

/// What becomes of one student. Names a person, so without `Debug`.
#[derive(Clone)]
pub struct Step {
    /// Who.
    pub student: StudentId,
    /// As the roll has the student after it, and from which day: from the turn's day, and once
    /// more from each later day on which something was corrected since.
    pub(super) rows: Vec<(Date, RosterRow)>,
    /// What sort of step it is.
    pub kind: StepKind,
}

/// What becomes of a student.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Goes up.
    Promoted,
    /// Stays in the grade.
    Stays,
    /// Leaves the school.
    Leaves,
}

/// What becomes of a class, in numbers.
#[derive(Clone)]
pub struct ClassPlan {
    /// Grade and name before.
    pub from: Class,
    /// Grade and name after; nothing where it leaves.
    pub to: Option<Class>,
    /// Students who go up.
    pub promoted: u32,
    /// Students who stay in the grade, those away for a time among them.
    pub stays: u32,
    /// Students who leave.
    pub leaves: u32,
    /// The class teacher.
    pub teacher: Option<StaffId>,
    /// Whether the class teacher goes on.
    pub carry: Carry,
    /// Open cases among its students; leaving does not close them.
    pub open_cases: u32,
}

/// What a turn does.
#[derive(Clone)]
pub struct Plan {
    /// First day in the new grades.
    pub day: Date,
    /// Class by class, lowest grade first.
    pub classes: Vec<ClassPlan>,
    /// Whether mentor pairs go on; those of students who leave end anyway.
    pub mentors: Carry,
    /// Students who were put into another place on or after its day: they stay there.
    pub aside: Vec<StudentId>,
    pub(super) steps: Vec<Step>,
    pub(super) teachers: Vec<Kept<ClassTeacher>>,
}

impl Plan {
    /// Digest of what it does to whom: two plans that do the same have the same.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut text = format!("xinqiao roll turn 1\n{} {:?}\n", self.day, self.mentors);
        for step in &self.steps {
            for (_, row) in &step.rows {
                let place = format!("{} {} {}", row.grade.code(), row.class, row.status.code());
                text.push_str(&format!("{} {place}\n", step.student.0));
            }
        }
        for class in &self.classes {
            let to = class.to.as_ref().map_or_else(String::new, written);
            let teacher = class.teacher.map_or(0, |staff| staff.0);
            let from = written(&class.from);
            text.push_str(&format!("{from} {to} {teacher} {:?}\n", class.carry));
        }
        for student in &self.aside {
            text.push_str(&format!("{} aside\n", student.0));
        }
        sha256(text.as_bytes())
    }

    /// How many students take a sort of step.
    #[must_use]
    pub fn count(&self, kind: StepKind) -> usize {
        self.steps.iter().filter(|step| step.kind == kind).count()
    }

    /// Who stays in the grade, for lists that name them to who may read them.
    #[must_use]
    pub fn stayers(&self) -> Vec<StudentId> {
        let stay = self.steps.iter().filter(|step| step.kind == StepKind::Stays);
        stay.map(|step| step.student).collect()
    }
}

/// Works out what a turn does to everybody who was on the roll before its day.
pub(super) fn of(tx: &Tx<'_>, decisions: &Decisions) -> Result<Plan, LedgerRefusal> {
    let mut classes = BTreeMap::new();
    let (mut roll, mut aside) = (Vec::new(), Vec::new());
    for known in student::everybody(tx)?.into_iter().filter(|known| known.row.status.is_on_roll()) {
        match since(tx, &known, decisions.day)? {
            Since::Stood(rows) => roll.push((known, rows)),
            Since::Moved => aside.push(StudentId(known.id)),
            Since::Came => {}
        }
    }
    if roll.is_empty() {
        return Err(LedgerRefusal::NotOnRoll);
    }
    let teachers: Vec<_> = read::all::<ClassTeacher>(tx)?
        .into_iter()
        .filter(|kept| kept.entry.until.is_none_or(|until| until > decisions.day))
        .filter(|kept| kept.entry.from < decisions.day)
        .collect();
    for (known, _) in &roll {
        let class = (known.row.grade, known.row.class.clone());
        if let Entry::Vacant(place) = classes.entry(class) {
            let plan = class_plan(tx, decisions, place.key(), &teachers)?;
            place.insert(plan);
        }
    }
    check_decisions(&classes, &roll, decisions)?;
    let open: Vec<i64> =
        case::open_at(tx, Date::MAX)?.iter().map(|now| now.case.entry.student.0).collect();
    let mut steps = Vec::with_capacity(roll.len());
    for (known, rows) in roll {
        let key = (known.row.grade, known.row.class.clone());
        let Some(plan) = classes.get_mut(&key) else { continue };
        plan.open_cases += u32::from(open.contains(&known.id));
        steps.push(step(plan, (known, rows), decisions));
    }
    let classes = classes.into_values().collect();
    let (day, mentors) = (decisions.day, decisions.mentors);
    Ok(Plan { day, classes, mentors, aside, steps, teachers })
}

/// Where somebody who is on the roll stood the day before a turn.
enum Since {
    /// In the same place as on every day since, and what the roll says from which day on.
    Stood(Vec<(Date, RosterRow)>),
    /// In another place, or away in between: who was put somewhere since stands there.
    Moved,
    /// Nowhere: who came since is in the new grade already.
    Came,
}

fn since(tx: &Tx<'_>, known: &OnRoll, day: Date) -> Result<Since, LedgerRefusal> {
    if known.from < day {
        return Ok(Since::Stood(vec![(day, known.row.clone())]));
    }
    let before = day.yesterday().unwrap_or(day);
    let is_there = |row: &RosterRow| {
        let is_same = row.grade == known.row.grade && row.class == known.row.class;
        row.status.is_on_roll() && is_same
    };
    match student::stretches(tx, known.id, before)?.first() {
        Some(then) if !then.row.status.is_on_roll() => return Ok(Since::Came),
        Some(then) if !is_there(&then.row) => return Ok(Since::Moved),
        Some(_) => {}
        None => return Ok(Since::Came),
    }
    let stretches = student::stretches(tx, known.id, day)?;
    if !stretches.iter().all(|stretch| is_there(&stretch.row)) {
        return Ok(Since::Moved);
    }
    Ok(Since::Stood(stretches.into_iter().map(|stretch| (stretch.from, stretch.row)).collect()))
}

/// What the rule or people say about a class.
fn class_plan(
    tx: &Tx<'_>,
    decisions: &Decisions,
    class: &Class,
    teachers: &[Kept<ClassTeacher>],
) -> Result<ClassPlan, LedgerRefusal> {
    let profile = profile::load(tx)?.ok_or(LedgerRefusal::Field("school_type"))?;
    let grade = SchoolGrade::from_word(class.0.code()).ok_or(LedgerRefusal::Field("grade"))?;
    let by_rule = || match next(profile.school_type, (profile.grade_from, profile.grade_to), grade)
    {
        Next::Grade(grade) => Grade::from_code(grade.as_str()).map(|g| (g, class.1.clone())),
        Next::Leaves => None,
    };
    let decided = decisions.classes.get(class);
    let to = decided.map_or_else(by_rule, |fate| fate.to.clone());
    let known = |to: &Class| {
        let grade = SchoolGrade::from_word(to.0.code());
        grade.is_some_and(|grade| profile.stage_of(grade).is_some())
    };
    if to.as_ref().is_some_and(|to| !known(to)) {
        return Err(LedgerRefusal::Field("grade"));
    }
    let teacher = teachers
        .iter()
        .find(|kept| kept.entry.grade.as_str() == class.0.code() && *kept.entry.class == *class.1);
    let carry = match (&to, decided) {
        (None, _) => Carry::Ended,
        (Some(_), decided) => decided.map_or(Carry::Carried, |fate| fate.teacher),
    };
    Ok(ClassPlan {
        from: class.clone(),
        to,
        promoted: 0,
        stays: 0,
        leaves: 0,
        teacher: teacher.map(|kept| kept.entry.staff),
        carry,
        open_cases: 0,
    })
}

/// A decision about a class or student that is not there would be lost without a word, and two
/// classes under one name would be one from then on.
fn check_decisions(
    classes: &BTreeMap<Class, ClassPlan>,
    roll: &[(OnRoll, Vec<(Date, RosterRow)>)],
    decisions: &Decisions,
) -> Result<(), LedgerRefusal> {
    if decisions.classes.keys().any(|class| !classes.contains_key(class)) {
        return Err(LedgerRefusal::Field("class"));
    }
    let known = |student: &StudentId| roll.iter().any(|(known, _)| known.id == student.0);
    if !decisions.stay.iter().all(known) {
        return Err(LedgerRefusal::NotOnRoll);
    }
    let mut after: Vec<&Class> = classes.values().filter_map(|plan| plan.to.as_ref()).collect();
    let all = after.len();
    after.sort_unstable();
    after.dedup();
    if after.len() == all { Ok(()) } else { Err(LedgerRefusal::Field("class")) }
}

fn step(
    plan: &mut ClassPlan,
    (known, mut rows): (OnRoll, Vec<(Date, RosterRow)>),
    decisions: &Decisions,
) -> Step {
    let student = StudentId(known.id);
    // Who is away for a time comes back to the grade that was left.
    let stays = decisions.stay.contains(&student) || known.row.status == Status::Suspended;
    let kind = match &plan.to {
        _ if stays => StepKind::Stays,
        None => StepKind::Leaves,
        Some(_) => StepKind::Promoted,
    };
    for (_, row) in &mut rows {
        match (kind, &plan.to) {
            (StepKind::Promoted, Some((grade, class))) => {
                (row.grade, row.class) = (*grade, class.clone());
            }
            (StepKind::Leaves, _) => row.status = Status::Graduated,
            _ => {}
        }
    }
    match kind {
        StepKind::Promoted => plan.promoted += 1,
        StepKind::Stays => plan.stays += 1,
        StepKind::Leaves => plan.leaves += 1,
    }
    Step { student, rows, kind }
}
