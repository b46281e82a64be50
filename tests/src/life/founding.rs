//! What a school enters at the beginning of a school year: its answers for the year, counsellors,
//! class teachers, mentors, plans, special groups and physiques.

use domain::ledger::terms::{Post, SchoolPlanKind};
use domain::ledger::words::{CounsellorPost, Course, Group, Physique, Word as _};
use jiff::ToSpan as _;
use jiff::civil::Date;
use node::ledger::entry::{RecordId, StaffId, Words};
use node::ledger::{governance, physique, qualification, roll, special_group, teaching, write};
use runtime::sql::Tx;

use super::cast::Pupil;
use super::dice::fate;
use super::rates::{GROUPS_OF, HELPED, PHYSIQUES, PLANNED, WITHOUT_MENTOR};
use super::{Done, Life, LifeError, at};

/// Classes up to which a school is small by the rule of its district.
const SMALL_CLASSES: usize = 9;

impl Life {
    /// Everything that is entered once, when the school begins to keep its ledgers.
    pub(super) fn found(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        self.answers_of_the_year(tx, day).map_err(at(day, "the answers of the year"))?;
        self.counsellors(tx, day).map_err(at(day, "a qualification"))?;
        self.posts(tx, day).map_err(at(day, "a post"))?;
        self.class_teachers(tx, day).map_err(at(day, "a class teacher"))?;
        let pupils = self.cast.pupils.clone();
        for (place, pupil) in pupils.iter().enumerate() {
            self.mentor(tx, (place, pupil), day).map_err(at(day, "a mentor"))?;
            self.groups(tx, pupil, day).map_err(at(day, "a special-group student"))?;
            self.physiques(tx, pupil, day).map_err(at(day, "a special-physique student"))?;
        }
        Ok(())
    }

    /// What is entered again each school year.
    pub(super) fn renew(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        if self.waiting.founded == Some(day.year()) {
            return Ok(());
        }
        self.answers_of_the_year(tx, day).map_err(at(day, "the answers of the year"))
    }

    fn answers_of_the_year(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        self.waiting.founded = Some(day.year());
        let head = self.cast.head(day);
        let school_year = u32::try_from(day.year()).unwrap_or(0);
        let year = governance::SchoolYear {
            from: day,
            school_year,
            is_small: self.cast.classes.len() <= SMALL_CLASSES,
            equal_treatment: self.dice.per_mille(850),
        };
        write::add(tx, &head, &year)?;
        for (what, title) in [
            (SchoolPlanKind::Crisis, "学生心理危机干预预案"),
            (SchoolPlanKind::Year, "学年心理健康教育工作方案"),
        ] {
            let plan = governance::SchoolPlan {
                from: day,
                what,
                plan_version: format!("{school_year}"),
                title: title.to_owned(),
                signed_by_head: self.dice.per_mille(920).then_some(day),
                reviewed: None,
                until: None,
            };
            let plan = write::add(tx, &head, &plan)?;
            self.target(tx, day, (what, plan))?;
        }
        let material = teaching::ParentMaterial {
            from: day,
            title: "读懂孩子的情绪".to_owned(),
            course: Course::Identify,
            stage: None,
            edition: format!("{school_year} 年秋"),
            copies: u32::try_from(self.cast.students()).unwrap_or(0),
            until: None,
            leader: Some(self.cast.counsellor(day).staff().unwrap_or(self.cast.head)),
        };
        write::add(tx, &head, &material)?;
        let budget = governance::Budget {
            day,
            school_year,
            planned_yuan: 20_000 + 10 * self.dice.number(2_000),
            spent_yuan: 0,
            what: "心理健康教育专项".to_owned(),
        };
        write::add(tx, &head, &budget)?;
        let committee = teaching::Committee {
            from: day,
            chair: "家长代表".to_owned(),
            members: 7 + self.dice.number(6),
            has_psychology_group: self.dice.per_mille(800),
            until: None,
        };
        self.waiting.committee = Some(write::add(tx, &head, &committee)?);
        Ok(())
    }

    /// What a plan wants to have reached by the end of its school year.
    fn target(&self, tx: &Tx<'_>, day: Date, (what, plan): (SchoolPlanKind, RecordId)) -> Done {
        let goals = match what {
            SchoolPlanKind::Crisis => "本学年开展两次危机干预演练",
            _ => "全校学生每学期至少谈心一次",
        };
        let target = governance::SchoolTarget {
            due: day + 10.months(),
            plan,
            goals: goals.to_owned(),
            responsible: Some(self.cast.head),
            done: None,
            detail: String::new(),
        };
        write::add(tx, &self.cast.head(day), &target).map(drop)
    }

    /// The undertaking of secrecy of a member of staff, signed by most.
    fn pledge(&self, tx: &Tx<'_>, day: Date, staff: StaffId) -> Done {
        if fate(staff.0) < 12 {
            return Ok(());
        }
        let edition = "2026-1".to_owned();
        let pledge = qualification::SecrecyPledge { from: day, staff, edition, until: None };
        write::add(tx, &self.cast.head(day), &pledge).map(drop)
    }

    fn counsellors(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let head = self.cast.head(day);
        for (place, staff) in self.cast.counsellors.clone().into_iter().enumerate() {
            // The first of a school is full-time more often than not, the others are not.
            let full = self.dice.per_mille(if place == 0 { 750 } else { 150 });
            let stage = self.dice.pick(&self.cast.stages).copied();
            let one = qualification::Qualification {
                from: day,
                staff,
                counsellor: if full { CounsellorPost::FullTime } else { CounsellorPost::PartTime },
                stage: stage.filter(|_| self.dice.per_mille(800)),
                has_degree: self.dice.per_mille(450),
                has_vocational: self.dice.per_mille(250),
                secrecy_signed: Some(day),
                until: None,
            };
            write::add(tx, &head, &one)?;
        }
        Ok(())
    }

    fn posts(&self, tx: &Tx<'_>, day: Date) -> Done {
        let head = self.cast.head(day);
        let counsellor = self.cast.counsellors.first().copied().unwrap_or(self.cast.head);
        for (post, staff) in [
            (Post::Responsible, self.cast.principal),
            (Post::Deputy, self.cast.head),
            (Post::Liaison, counsellor),
        ] {
            let one = governance::PostHolder {
                from: day,
                post,
                staff,
                phone: String::new(),
                handover: String::new(),
                until: None,
            };
            write::add(tx, &head, &one)?;
        }
        self.pledge(tx, day, counsellor)?;
        self.pledge(tx, day, self.cast.head)
    }

    fn class_teachers(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let head = self.cast.head(day);
        let counsellor = self.cast.counsellor(day);
        for (place, (grade, class)) in self.cast.classes.clone().into_iter().enumerate() {
            let staff = self.teacher(place);
            self.pledge(tx, day, staff)?;
            let rep = self.cast.pupils.iter().find(|p| p.grade == grade && p.class == class);
            if let Some(pupil) = rep {
                let trained = self.dice.per_mille(600).then_some(day);
                let trained_by = trained.and_then(|_| counsellor.staff());
                let (student, until) = (pupil.id, None);
                let one = roll::ClassRep { from: day, student, trained, until, trained_by };
                write::add(tx, &counsellor, &one)?;
            }
            let one = roll::ClassTeacher { from: day, grade, class, staff, until: None };
            write::add(tx, &head, &one)?;
        }
        Ok(())
    }

    /// A class teacher or mentor by a number.
    pub(super) fn teacher(&self, place: usize) -> StaffId {
        let teachers = &self.cast.teachers;
        teachers.get(place % teachers.len().max(1)).copied().unwrap_or(self.cast.head)
    }

    fn mentor(&mut self, tx: &Tx<'_>, (place, pupil): (usize, &Pupil), day: Date) -> Done {
        if self.dice.per_mille(WITHOUT_MENTOR) {
            return Ok(());
        }
        let staff = self.teacher(place);
        let pair = roll::Mentor { from: day, student: pupil.id, staff, until: None };
        write::add(tx, &self.cast.head(day), &pair)?;
        self.cast.mentors.insert(pupil.id, staff);
        Ok(())
    }

    fn groups(&mut self, tx: &Tx<'_>, pupil: &Pupil, day: Date) -> Done {
        let drawn: Vec<Group> = Group::ALL
            .iter()
            .zip(GROUPS_OF)
            .filter(|(_, chance)| self.dice.per_mille(*chance))
            .map(|(group, _)| *group)
            .collect();
        if drawn.is_empty() {
            return Ok(());
        }
        let (by, student) = (self.cast.counsellor(day), pupil.id);
        let one = special_group::FamilyCase {
            from: day,
            student,
            groups: Words::new(drawn),
            situation: String::new(),
            until: None,
        };
        write::add(tx, &by, &one)?;
        self.waiting.special.push(student);
        if self.dice.per_mille(HELPED) {
            let staff = self.dice.pick(&self.cast.teachers).copied().unwrap_or(self.cast.head);
            let one = special_group::Helper { from: day, student, staff, until: None };
            write::add(tx, &by, &one)?;
        }
        if self.dice.per_mille(PLANNED) {
            let review_by = day + 180.days() + i64::from(self.dice.number(180)).days();
            let why = domain::ledger::terms::PlanReason::Family;
            self.plan(tx, (student, why), (day, review_by))?;
        }
        Ok(())
    }

    fn physiques(&mut self, tx: &Tx<'_>, pupil: &Pupil, day: Date) -> Done {
        let drawn: Vec<Physique> = Physique::ALL
            .iter()
            .zip(PHYSIQUES)
            .filter(|(_, chance)| self.dice.per_mille(*chance))
            .map(|(kind, _)| *kind)
            .collect();
        if drawn.is_empty() {
            return Ok(());
        }
        let one = physique::PhysiqueCase {
            from: day,
            student: pupil.id,
            kinds: Words::new(drawn),
            emergency_line: "剧烈运动前请告知校医".to_owned(),
            until: None,
        };
        write::add(tx, &self.cast.counsellor(day), &one).map(drop)
    }
}
