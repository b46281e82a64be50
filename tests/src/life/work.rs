//! Lessons, activities, events for parents, training, supervision, experts, drills and facilities.

use domain::ledger::certificate::may_issue;
use domain::ledger::words::{ActivityKind, CounsellorPost, Form};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use node::ledger::entry::StaffId;
use node::ledger::qualification::Qualification;
use node::ledger::{governance, read, teaching, training, write};
use runtime::sql::Tx;

use super::rates::*;
use super::{Done, Life, LifeError, at};

/// Who supervises every counsellor.
pub(super) const SUPERVISOR: &str = "督导师";

impl Life {
    pub(super) fn teaching(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        self.lessons(tx, day).map_err(at(day, "a lesson"))?;
        self.activities(tx, day).map_err(at(day, "an activity"))?;
        let students = self.cast.students();
        for _ in 0..self.dice.times(PARENT_EVENTS, students) {
            self.parent_event(tx, day).map_err(at(day, "an event for parents"))?;
        }
        for _ in 0..self.dice.times(COMMITTEES, students) {
            self.committee_meets(tx, day).map_err(at(day, "a committee meeting"))?;
        }
        Ok(())
    }

    pub(super) fn committee_meets(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let Some(committee) = self.waiting.committee else { return Ok(()) };
        let topics = "亲子沟通与近视防控".to_owned();
        let attendances = 4 + self.dice.number(8);
        let one = teaching::CommitteeMeeting { day, committee, topics, attendances };
        write::add(tx, &self.cast.head(day), &one).map(drop)
    }

    /// Every second week each class of the first grade of each stage has its lesson; one school
    /// in eight leaves a stage out. Beside these, lessons here and there.
    fn lessons(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let is_even = day.iso_week_date().week() % 2 == 0;
        if is_even && day.weekday() == Weekday::Wednesday {
            let stages = self.cast.stages.clone();
            for stage in stages {
                if self.left_out(stage.as_str()) {
                    continue;
                }
                let first = self.cast.pupils.iter().filter(|pupil| pupil.stage == stage);
                let Some(grade) = first.map(|pupil| pupil.grade).min() else { continue };
                let classes = self.cast.by_grade().remove(&grade).unwrap_or_default();
                for class in classes {
                    self.lesson(tx, (grade, class), day)?;
                }
            }
        }
        for _ in 0..self.dice.times(LESSONS, self.cast.students()) {
            let Some((grade, class)) = self.dice.pick(&self.cast.classes).cloned() else { break };
            let class = if self.dice.per_mille(200) { String::new() } else { class };
            self.lesson(tx, (grade, class), day)?;
        }
        Ok(())
    }

    fn left_out(&self, stage: &str) -> bool {
        let mark: u64 = self.cast.unit.bytes().chain(stage.bytes()).map(u64::from).sum();
        mark % 8 == 3
    }

    fn lesson(
        &mut self,
        tx: &Tx<'_>,
        (grade, class): (domain::catalogue::Grade, String),
        day: Date,
    ) -> Done {
        let teacher = self.dice.pick(&self.cast.counsellors).copied().unwrap_or(self.cast.head);
        let topic = "认识情绪".to_owned();
        let one = teaching::Lesson { day, grade, class, teacher, topic };
        write::add(tx, &self.cast.counsellor(day), &one).map(drop)
    }

    fn activities(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        for (place, (grade, class)) in self.cast.classes.clone().into_iter().enumerate() {
            if self.dice.per_mille(MEETINGS) {
                let leader = self.teacher(place);
                let meeting = teaching::Activity {
                    grade: Some(grade),
                    class,
                    leader: Some(leader),
                    ..self.activity(day, Some(ActivityKind::ClassMeeting))
                };
                write::add(tx, &self.cast.class_teacher(leader, day), &meeting)?;
            }
        }
        let students = self.cast.students();
        for _ in 0..self.dice.times(LIFE_EVENTS, students) {
            // Half of them are for one stage, half for the whole school.
            let stage = self.dice.pick(&self.cast.stages).copied();
            let stage = stage.filter(|_| self.dice.per_mille(500));
            let event = self.activity(day, Some(ActivityKind::LifeEducation));
            write::add(tx, &self.cast.head(day), &teaching::Activity { stage, ..event })?;
        }
        for _ in 0..self.dice.times(ACTIVITIES, students) {
            let other = self.activity(day, None);
            write::add(tx, &self.cast.head(day), &other)?;
        }
        Ok(())
    }

    fn activity(&mut self, day: Date, what: Option<ActivityKind>) -> teaching::Activity {
        teaching::Activity {
            day,
            what,
            tags: self.dice.words(&[20, 20, 15, 15, 15, 8, 4, 3]),
            stage: None,
            grade: None,
            class: String::new(),
            title: "心理健康月活动".to_owned(),
            leader: None,
        }
    }

    pub(super) fn parent_event(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let stage = self.dice.pick(&self.cast.stages).copied();
        let one = teaching::ParentEvent {
            day,
            what: self.dice.word(&[30, 25, 10, 12, 12, 6, 5]),
            stage: stage.filter(|_| self.dice.per_mille(400)),
            title: "如何陪伴青春期孩子".to_owned(),
            attendances: 10 + self.dice.number(120),
            leader: Some(self.cast.head),
        };
        write::add(tx, &self.cast.counsellor(day), &one).map(drop)
    }

    pub(super) fn governance(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        let students = self.cast.students();
        for _ in 0..self.dice.times(TRAININGS, students) {
            self.training(tx, day).map_err(at(day, "a training"))?;
        }
        for staff in self.cast.counsellors.clone() {
            if self.dice.per_mille(SUPERVISIONS) {
                self.supervision(tx, staff, day).map_err(at(day, "a supervised session"))?;
            }
        }
        for _ in 0..self.dice.times(EXPERTS, students) {
            self.expert(tx, day).map_err(at(day, "an expert's visit"))?;
        }
        for _ in 0..self.dice.times(DRILLS, students) {
            self.drill(tx, day).map_err(at(day, "a drill"))?;
        }
        for _ in 0..self.dice.times(FACILITIES, students) {
            self.facility(tx, day).map_err(at(day, "a facility check"))?;
        }
        for _ in 0..self.dice.times(SPENDINGS, students) {
            let before = i16::from(day.month() < 9);
            let one = governance::Budget {
                day,
                school_year: u32::try_from(day.year() - before).unwrap_or(0),
                planned_yuan: 0,
                spent_yuan: 100 + 10 * self.dice.number(200),
                what: "沙盘与图书".to_owned(),
            };
            write::add(tx, &self.cast.head(day), &one).map_err(at(day, "a spending"))?;
        }
        Ok(())
    }

    pub(super) fn expert(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let one = governance::ExpertVisit {
            day,
            service: self.dice.word(&[30, 15, 8, 5, 6, 14, 10, 8, 4]),
            expert: "签约专家".to_owned(),
            topic: "青少年情绪调节".to_owned(),
            hours: 1 + self.dice.number(3),
        };
        write::add(tx, &self.cast.head(day), &one).map(drop)
    }

    pub(super) fn facility(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let one = governance::Facility {
            found: day,
            place: "教学楼顶层".to_owned(),
            item: "天台门锁".to_owned(),
            responsible: Some(self.cast.principal),
            fixed: self.dice.per_mille(600).then_some(day),
        };
        write::add(tx, &self.cast.head(day), &one).map(drop)
    }

    pub(super) fn training(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let role = self.dice.word(&[4, 6, 35, 30, 15, 10]);
        let teacher = self.dice.pick(&self.cast.teachers).copied();
        let one = training::TrainingRecord {
            day,
            staff: teacher.unwrap_or(self.cast.head),
            role,
            course: self.dice.word(&[35, 20, 15, 15, 8, 7]),
            title: "班主任心理辅导能力提升".to_owned(),
            hours: 1 + self.dice.number(8),
            organiser: "区未成年人心理辅导中心".to_owned(),
        };
        write::add(tx, &self.cast.head(day), &one).map(drop)
    }

    /// A session under supervision; who has enough of them and needs one gets the certificate.
    fn supervision(&mut self, tx: &Tx<'_>, staff: StaffId, day: Date) -> Done {
        self.supervisor(tx, staff, day)?;
        let one = training::Supervision {
            day,
            staff,
            form: if self.dice.per_mille(650) { Form::Individual } else { Form::Group },
            supervisor: SUPERVISOR.to_owned(),
            signed: self.dice.per_mille(850).then_some(day),
            sheet_digest: None,
        };
        // Another member of staff has seen the signature.
        write::add(tx, &self.cast.head(day), &one)?;
        let needs = |kept: &node::ledger::entry::Kept<Qualification>| {
            let known = &kept.entry;
            let is_counsellor = known.counsellor != CounsellorPost::None;
            let has_none = !known.has_degree && !known.has_vocational;
            known.staff == staff && is_counsellor && has_none
        };
        let has_enough = may_issue(training::progress(tx, staff, day)?).is_ok();
        let known = read::all::<training::Certificate>(tx)?;
        let mut own = known.iter().filter(|kept| kept.entry.staff == staff);
        let is_valid = own.any(|kept| kept.entry.expires > day);
        if has_enough && !is_valid && read::at::<Qualification>(tx, day)?.iter().any(needs) {
            let certificate = training::Certificate {
                issued: day,
                staff,
                test_passed: day,
                number: format!("XL{}{:04}", day.year(), self.dice.number(10_000)),
                issuer: "区教育局".to_owned(),
                expires: day + 3.years(),
                revoked: None,
            };
            write::add(tx, &self.cast.head(day), &certificate)?;
        }
        Ok(())
    }

    /// Names who supervises a counsellor, once.
    fn supervisor(&self, tx: &Tx<'_>, staff: StaffId, day: Date) -> Done {
        let named = read::at::<training::Supervisor>(tx, day)?;
        if named.iter().any(|kept| kept.entry.staff == staff) {
            return Ok(());
        }
        let expert = SUPERVISOR.to_owned();
        let one = training::Supervisor { from: day, staff, expert, until: None };
        write::add(tx, &self.cast.head(day), &one).map(drop)
    }

    pub(super) fn drill(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let one = governance::Drill {
            day,
            mode: self.dice.word(&[80, 12, 8]),
            scenario: "学生失联".to_owned(),
            minutes: 20 + self.dice.number(30),
            participants: 5 + self.dice.number(30),
            through_channel: self.dice.per_mille(300),
            findings: "夜间联系方式需更新".to_owned(),
        };
        write::add(tx, &self.cast.head(day), &one).map(drop)
    }
}
