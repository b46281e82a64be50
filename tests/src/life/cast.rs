//! Who is at the school: pupils, classes, staff, and the authors that they write as.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::catalogue::{Grade, Stage};
use domain::ledger::SchoolRole;
use jiff::civil::Date;
use node::import::staff::StaffRole;
use node::ledger::author::Author;
use node::ledger::entry::{StaffId, StudentId};
use node::ledger::{profile, staff, student};
use runtime::sql::Tx;

use super::LifeError;

/// Hours of the school day, in UTC: noon in Asia/Shanghai, and three in the afternoon.
const NOON: i8 = 4;
const AFTERNOON: i8 = 7;

/// A pupil as the simulator needs it.
#[derive(Clone)]
pub(super) struct Pupil {
    pub(super) id: StudentId,
    pub(super) grade: Grade,
    pub(super) class: String,
    pub(super) stage: Stage,
}

/// Everybody at the school.
pub(super) struct Cast {
    pub(super) unit: String,
    pub(super) pupils: Vec<Pupil>,
    pub(super) classes: Vec<(Grade, String)>,
    pub(super) stages: Vec<Stage>,
    pub(super) counsellors: Vec<StaffId>,
    pub(super) head: StaffId,
    pub(super) principal: StaffId,
    /// Class teachers and mentors.
    pub(super) teachers: Vec<StaffId>,
    /// Mentor of each student, as the founding pairs them.
    pub(super) mentors: HashMap<StudentId, StaffId>,
    /// Whose turn it is to be talked with.
    pub(super) turn: usize,
}

impl Cast {
    pub(super) fn of(tx: &Tx<'_>, day: Date) -> Result<Self, LifeError> {
        let school = profile::load(tx)?.ok_or(LifeError::Missing("type"))?;
        let mut pupils = Vec::new();
        for pupil in student::roll_at(tx, day)? {
            let grade = Grade::from_word(pupil.grade.code()).ok_or(LifeError::Missing("grade"))?;
            let stage = school.stage_of(grade).ok_or(LifeError::Missing("stage"))?;
            let class = pupil.class.to_string();
            pupils.push(Pupil { id: StudentId(pupil.id), grade, class, stage });
        }
        let staff = staff::staff_at(tx, day)?.unwrap_or_default();
        let of = |roles: &[StaffRole]| -> Vec<StaffId> {
            let known = staff.iter().filter(|member| roles.contains(&member.main_role));
            known.map(|member| StaffId(member.id)).collect()
        };
        let one = |role, what| of(&[role]).first().copied().ok_or(LifeError::Missing(what));
        let counsellors = of(&[StaffRole::Counsellor]);
        let teachers = of(&[StaffRole::ClassTeacher, StaffRole::Mentor]);
        if counsellors.is_empty() || teachers.is_empty() || pupils.is_empty() {
            return Err(LifeError::Missing("pupils, counsellor or teachers"));
        }
        let classes: BTreeSet<(Grade, String)> =
            pupils.iter().map(|pupil| (pupil.grade, pupil.class.clone())).collect();
        let stages: BTreeSet<Stage> = pupils.iter().map(|pupil| pupil.stage).collect();
        Ok(Self {
            unit: school.unit.to_string(),
            pupils,
            classes: classes.into_iter().collect(),
            stages: stages.into_iter().collect(),
            counsellors,
            head: one(StaffRole::MoralDirector, "moral-education head")?,
            principal: one(StaffRole::Principal, "principal")?,
            teachers,
            mentors: HashMap::new(),
            turn: 0,
        })
    }

    pub(super) const fn students(&self) -> usize {
        self.pupils.len()
    }

    /// Classes by grade.
    pub(super) fn by_grade(&self) -> BTreeMap<Grade, Vec<String>> {
        let mut grades: BTreeMap<Grade, Vec<String>> = BTreeMap::new();
        for (grade, class) in &self.classes {
            grades.entry(*grade).or_default().push(class.clone());
        }
        grades
    }

    /// The counsellor who answers for a student.
    pub(super) fn counsellor_of(&self, student: StudentId) -> StaffId {
        let place = usize::try_from(student.0).unwrap_or(0) % self.counsellors.len().max(1);
        self.counsellors.get(place).copied().unwrap_or(self.head)
    }

    /// The first counsellor at noon.
    pub(super) fn counsellor(&self, day: Date) -> Author {
        let staff = self.counsellors.first().copied().unwrap_or(self.head);
        author("xinli", SchoolRole::Counsellor, staff, (day, NOON))
    }

    /// The same in the afternoon.
    pub(super) fn counsellor_later(&self, day: Date) -> Author {
        let staff = self.counsellors.first().copied().unwrap_or(self.head);
        author("xinli", SchoolRole::Counsellor, staff, (day, AFTERNOON))
    }

    /// The same at an instant.
    pub(super) fn counsellor_at(&self, now_ms: i64) -> Author {
        let staff = self.counsellors.first().copied().unwrap_or(self.head);
        let author = Author::new("xinli", SchoolRole::Counsellor, Some(staff), now_ms);
        author.because("登记").once_more(true)
    }

    /// The moral-education head at an instant.
    pub(super) fn head_at(&self, now_ms: i64) -> Author {
        let author = Author::new("deyu", SchoolRole::MoralHead, Some(self.head), now_ms);
        author.because("登记").once_more(true)
    }

    /// A mentor at an instant.
    pub(super) fn mentor_at(&self, staff: StaffId, now_ms: i64) -> Author {
        let account = format!("daoshi{}", staff.0);
        Author::new(&account, SchoolRole::Mentor, Some(staff), now_ms).because("登记")
    }

    pub(super) fn head(&self, day: Date) -> Author {
        author("deyu", SchoolRole::MoralHead, self.head, (day, AFTERNOON))
    }

    /// A mentor, who may write about the own students.
    pub(super) fn mentor(&self, staff: StaffId, day: Date) -> Author {
        author(&format!("daoshi{}", staff.0), SchoolRole::Mentor, staff, (day, NOON))
    }

    pub(super) fn class_teacher(&self, staff: StaffId, day: Date) -> Author {
        author(&format!("banzhuren{}", staff.0), SchoolRole::ClassTeacher, staff, (day, NOON))
    }
}

fn author(account: &str, role: SchoolRole, staff: StaffId, (day, hour): (Date, i8)) -> Author {
    // Two talks of one day are two talks: the dice say how many there are.
    Author::new(account, role, Some(staff), instant(day, hour)).because("登记").once_more(true)
}

/// Milliseconds of an hour of a day, UTC.
fn instant(day: Date, hour: i8) -> i64 {
    let at = day.at(hour, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
    at.map_or(0, |at| at.timestamp().as_millisecond())
}
