//! Lessons, class meetings, life-education events and events for parents: what each class and each
//! stage has had, and what it still lacks.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::{Grade, Stage};
use domain::ledger::words::ActivityKind;
use domain::period::{Term, TermId};
use domain::span::{Span, school_year_of};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::Standing;
use crate::ledger::entry::Kept;
use crate::ledger::profile::Profile;
use crate::ledger::teaching::{Activity, Lesson, ParentEvent};
use crate::ledger::{read, student};

/// Days of two teaching weeks, in which a class has one lesson.
const LESSON_DAYS: i32 = 14;
/// First month and day of a school year.
const YEAR_BEGINS: (i8, i8) = (9, 1);

/// A class as the roll has it: the word of its grade, and its own.
pub type ClassKey = (&'static str, Box<str>);

/// What a class has had this term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassWork {
    /// Grade.
    pub grade: Grade,
    /// Class as the roll writes it.
    pub class: String,
    /// Lessons of its own and of its whole grade.
    pub lessons: usize,
    /// Themed meetings: its own, its grade's, its stage's and the school's.
    pub meetings: usize,
}

/// What a stage has had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageWork {
    /// Which stage.
    pub stage: Stage,
    /// Whether some grade has its lessons in every class.
    pub lessons: Standing,
    /// The grades that have.
    pub grades_met: Vec<Grade>,
    /// Whether every class had a meeting.
    pub meetings: Standing,
    /// Life-education events that it had a part in.
    pub life: usize,
    /// Events for its parents this school year, those of the whole school among them.
    pub parents: usize,
    /// Its classes.
    pub classes: Vec<ClassWork>,
}

/// What the school has done for students and parents by a day of a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Teaching {
    /// The term.
    pub term: TermId,
    /// Lessons that a class has had by now where the rule is kept.
    pub lessons_needed: usize,
    /// Whether the term has had its life-education event.
    pub life: Standing,
    /// Whether the school year has had its event for parents.
    pub parents: Standing,
    /// The stages that the school runs.
    pub stages: Vec<StageWork>,
}

/// Reads how far the school has come by a day of a term.
///
/// # Errors
/// The store cannot be read.
pub fn of(tx: &Tx<'_>, profile: &Profile, term: &Term, today: Date) -> Result<Teaching, SqlError> {
    let span = Span::of_term(term);
    let as_of = today.min(span.end);
    let lessons = read::in_period::<Lesson>(tx, span.from, as_of)?;
    let activities = read::in_period::<Activity>(tx, span.from, as_of)?;
    let events = read::in_period::<ParentEvent>(tx, year_start(as_of), as_of)?;
    let classes = classes_at(tx, as_of)?;
    let needed = lessons_needed(term, as_of);
    let met = grades_met(&lessons, &classes, needed);
    let held = Held { profile, lessons: by_class(&lessons), activities: &activities };
    let is_kept = Kept3 {
        lessons: read::kept_since::<Lesson>(tx)?.is_some_and(|first| first <= as_of),
        activities: read::kept_since::<Activity>(tx)?.is_some_and(|first| first <= as_of),
        parents: read::kept_since::<ParentEvent>(tx)?.is_some_and(|first| first <= as_of),
    };
    let own: BTreeSet<Stage> = Grade::all().filter_map(|grade| profile.stage_of(grade)).collect();
    let stages = own.into_iter().map(|stage| {
        let mut work = held.stage(stage, &classes, is_kept);
        work.grades_met = met
            .iter()
            .filter_map(|word| Grade::from_word(word))
            .filter(|grade| profile.stage_of(*grade) == Some(stage))
            .collect();
        work.lessons = Standing::of(is_kept.lessons, !work.grades_met.is_empty());
        let is_for = |kept: &&Kept<ParentEvent>| kept.entry.stage.is_none_or(|of| of == stage);
        work.parents = events.iter().filter(is_for).count();
        work
    });
    let is_life = |kept: &Kept<Activity>| kept.entry.what == Some(ActivityKind::LifeEducation);
    Ok(Teaching {
        term: term.id,
        lessons_needed: needed,
        life: Standing::of(is_kept.activities, activities.iter().any(is_life)),
        parents: Standing::of(is_kept.parents, !events.is_empty()),
        stages: stages.collect(),
    })
}

/// Lessons that a class has had by a day of a term: one for every two teaching weeks that have
/// passed, and one from the start.
#[must_use]
pub fn lessons_needed(term: &Term, as_of: Date) -> usize {
    let passed = (as_of - term.first_monday).get_days() / LESSON_DAYS;
    usize::try_from(passed).unwrap_or(0).max(1)
}

/// Grades of which every class had so many lessons.
#[must_use]
pub fn grades_met(
    lessons: &[Kept<Lesson>],
    classes: &BTreeSet<ClassKey>,
    needed: usize,
) -> BTreeSet<&'static str> {
    let held = by_class(lessons);
    let lacks = |(grade, class): &&ClassKey| held.of(grade, class) < needed;
    let short: BTreeSet<&str> = classes.iter().filter(lacks).map(|(grade, _)| *grade).collect();
    let grades = classes.iter().map(|(grade, _)| *grade);
    grades.filter(|grade| !short.contains(grade)).collect()
}

/// Every class with students on a day.
///
/// # Errors
/// The store cannot be read.
pub fn classes_at(tx: &Tx<'_>, day: Date) -> Result<BTreeSet<ClassKey>, SqlError> {
    let pupils = student::roll_at(tx, day)?;
    Ok(pupils.into_iter().map(|pupil| (pupil.grade.code(), pupil.class)).collect())
}

/// Which of the ledgers the school keeps.
#[derive(Clone, Copy)]
struct Kept3 {
    lessons: bool,
    activities: bool,
    parents: bool,
}

/// Lessons by grade and class; those without a class were held for the whole grade.
struct Lessons(BTreeMap<(&'static str, String), usize>);

impl Lessons {
    fn of(&self, grade: &'static str, class: &str) -> usize {
        let one = |class: &str| self.0.get(&(grade, class.to_owned())).copied().unwrap_or(0);
        if class.is_empty() { one("") } else { one(class) + one("") }
    }
}

fn by_class(lessons: &[Kept<Lesson>]) -> Lessons {
    let mut held = BTreeMap::new();
    for kept in lessons {
        let class = (kept.entry.grade.as_str(), kept.entry.class.clone());
        *held.entry(class).or_default() += 1;
    }
    Lessons(held)
}

/// What was held.
struct Held<'a> {
    profile: &'a Profile,
    lessons: Lessons,
    activities: &'a [Kept<Activity>],
}

impl Held<'_> {
    fn stage(&self, stage: Stage, classes: &BTreeSet<ClassKey>, kept: Kept3) -> StageWork {
        let of_stage = classes.iter().filter_map(|(word, class)| {
            let grade = Grade::from_word(word)?;
            (self.profile.stage_of(grade) == Some(stage)).then_some((grade, class))
        });
        let mut classes: Vec<ClassWork> = of_stage
            .map(|(grade, class)| ClassWork {
                grade,
                class: class.to_string(),
                lessons: self.lessons.of(grade.as_str(), class),
                meetings: self.meetings(stage, grade, class),
            })
            .collect();
        classes.sort_by_key(|one| (one.grade, one.class.chars().count(), one.class.clone()));
        let all_met = classes.iter().all(|class| class.meetings > 0);
        let life = self.activities.iter().filter(|kept| {
            let is_for = match (kept.entry.stage, kept.entry.grade) {
                (Some(of), _) => of == stage,
                (None, Some(grade)) => self.profile.stage_of(grade) == Some(stage),
                (None, None) => true,
            };
            kept.entry.what == Some(ActivityKind::LifeEducation) && is_for
        });
        StageWork {
            stage,
            lessons: Standing::Untold,
            grades_met: Vec::new(),
            meetings: Standing::of(kept.activities, all_met && !classes.is_empty()),
            life: life.count(),
            parents: 0,
            classes,
        }
    }

    /// Meetings that a class took part in.
    fn meetings(&self, stage: Stage, grade: Grade, class: &str) -> usize {
        let had = self.activities.iter().filter(|kept| {
            let held = &kept.entry;
            held.what == Some(ActivityKind::ClassMeeting)
                && held.stage.is_none_or(|of| of == stage)
                && held.grade.is_none_or(|of| of == grade)
                && (held.class.is_empty() || held.class == class)
        });
        had.count()
    }
}

/// First day of the school year of a day.
#[must_use]
pub fn year_start(day: Date) -> Date {
    let (month, first) = YEAR_BEGINS;
    Date::new(school_year_of(day), month, first).unwrap_or(day)
}

#[cfg(test)]
mod tests;
