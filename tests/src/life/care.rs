//! Talks, sessions, new cases and consultations.

use domain::catalogue::Stage;
use domain::ledger::consent::{Answer, DataClass, Purpose};
use domain::ledger::terms::{AnalysisDecision, PlanReason, Relation, SessionOrigin, Tier};
use domain::ledger::words::{AlertSource, Form, Move, ReportKind, Word as _};
use jiff::ToSpan as _;
use jiff::civil::Date;
use node::ledger::case::{self, MoveWish};
use node::ledger::consent::Consent;
use node::ledger::entry::{AuthorNote, RecordId, StaffId, StudentId, Words};
use node::ledger::refusal::LedgerRefusal;
use node::ledger::{analysis, appointment, conference, consent, roll, session, talk, write};
use runtime::sql::Tx;

use super::consents::row_on_roll;
use super::dice::fate;
use super::rates::*;
use super::{Done, Life, LifeError, at};

/// Unit of the experts who come to consultations.
const CENTRE: &str = "E370202";

impl Life {
    pub(super) fn talks(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        for _ in 0..self.dice.times(TALKS, self.cast.students()) {
            self.talk(tx, day).map_err(at(day, "a talk"))?;
        }
        Ok(())
    }

    /// The next student in turn, by the mentor; who has none is talked with by the counsellor.
    fn talk(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        self.cast.turn = (self.cast.turn + 1) % self.cast.students().max(1);
        let Some(student) = self.cast.pupils.get(self.cast.turn).map(|pupil| pupil.id) else {
            return Ok(());
        };
        let mentor = self.cast.mentors.get(&student).copied();
        let by = match mentor {
            Some(staff) => self.cast.mentor(staff, day),
            None => self.cast.counsellor(day),
        };
        let late = self.dice.per_mille(ENTERED_LATE);
        let before = if late { 1 + i64::from(self.dice.number(3)) } else { 0 };
        let concern = self.dice.per_mille(CONCERN);
        let held = talk::Talk {
            day: day - before.days(),
            student,
            staff: mentor.unwrap_or_else(|| self.cast.counsellor_of(student)),
            topics: self.dice.words(&[20, 45, 15, 10, 10]),
            concern,
            raised: concern && self.dice.per_mille(RAISED),
            home_visit: self.dice.per_mille(AT_HOME),
            note: AuthorNote::new(String::new()),
        };
        let record = match write::add(tx, &by, &held) {
            // Whom a file has left out is no mentor's any more.
            Err(LedgerRefusal::NotAllowed)
                if mentor.is_some() && row_on_roll(tx, student)?.is_none() =>
            {
                return Ok(());
            }
            other => other?,
        };
        let mut raised = held.raised;
        let (about, staff) = (held.student, held.staff);
        if self.dice.per_mille(PUT_RIGHT) {
            let right = talk::Talk { concern: true, raised: true, ..held };
            write::update(tx, &by, (record, 1), &right)?;
            raised = true;
        }
        if raised { self.analyse(tx, (day, about), (record, staff)) } else { Ok(()) }
    }

    /// What was raised is analysed on the day on which it is entered, but for some that wait.
    fn analyse(
        &mut self,
        tx: &Tx<'_>,
        (day, student): (Date, StudentId),
        (talk, staff): (RecordId, StaffId),
    ) -> Done {
        let drawn = fate(talk.0);
        let counsellor = self.cast.counsellor_of(student);
        if drawn.is_multiple_of(10) || counsellor == staff {
            return Ok(());
        }
        let decision = match drawn % 3 {
            0 => AnalysisDecision::NoConcern,
            1 => AnalysisDecision::MentorWatches,
            _ => AnalysisDecision::CounsellorFollows,
        };
        let acts = decision != AnalysisDecision::NoConcern;
        let made = analysis::Analysis {
            day,
            student,
            talk: Some(talk),
            counsellor,
            staff,
            decision,
            measures: if acts {
                "两周内由导师再谈一次".to_owned()
            } else {
                String::new()
            },
            review: acts.then(|| day + 14.days()),
            done: acts.then_some(day).filter(|_| !drawn.is_multiple_of(4)),
        };
        write::add(tx, &self.cast.counsellor(day), &made).map(drop)
    }

    pub(super) fn sessions(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        for _ in 0..self.dice.times(SESSIONS, self.cast.students()) {
            let student = self.somebody(self.waiting.cases_at(WITH_CASE));
            self.session(tx, day, Some(student)).map_err(at(day, "a session"))?;
        }
        for _ in 0..self.dice.times(GROUPS, self.cast.students()) {
            self.session(tx, day, None).map_err(at(day, "a group session"))?;
        }
        Ok(())
    }

    /// A student of the early-warning ledger so often in a thousand, or anybody.
    fn somebody(&mut self, with_case: u64) -> StudentId {
        let case = self.dice.pick(&self.waiting.cases).map(|case| case.student);
        let anybody = self.dice.pick(&self.cast.pupils).map_or(StudentId(0), |pupil| pupil.id);
        case.filter(|_| self.dice.per_mille(with_case)).unwrap_or(anybody)
    }

    /// Some sessions were arranged before; the session keeps its appointment.
    fn arrange(&self, tx: &Tx<'_>, day: Date, student: StudentId) -> Done {
        if fate(student.0 + i64::from(day.day())) >= 30 {
            return Ok(());
        }
        let arranged = appointment::Appointment {
            day,
            student,
            counsellor: self.cast.counsellor_of(student),
            at_time: "12:30".to_owned(),
            place: "心理辅导室".to_owned(),
            origin: SessionOrigin::Counsellor,
            outcome: None,
        };
        write::add(tx, &self.cast.counsellor(day), &arranged).map(drop)
    }

    pub(super) fn session(&mut self, tx: &Tx<'_>, day: Date, student: Option<StudentId>) -> Done {
        if let Some(student) = student {
            self.arrange(tx, day, student)?;
        }
        let by = self.cast.counsellor(day);
        let stage: Option<Stage> = self.dice.pick(&self.cast.stages).copied();
        let held = session::Session {
            day,
            form: if student.is_some() { Form::Individual } else { Form::Group },
            student,
            stage: stage.filter(|_| student.is_none()),
            counsellor: student.map_or_else(
                || self.cast.counsellors.first().copied().unwrap_or(self.cast.head),
                |student| self.cast.counsellor_of(student),
            ),
            minutes: 30 + 5 * self.dice.number(5),
            origin: self.dice.word(&[30, 30, 25, 10, 5]),
            topic: self.dice.word(&[25, 25, 18, 14, 6, 6, 2, 2, 2]),
            title: if student.is_none() {
                "同伴交往工作坊".to_owned()
            } else {
                String::new()
            },
            note: AuthorNote::new(String::new()),
        };
        let record = write::add(tx, &by, &held)?;
        let members = if student.is_some() { 0 } else { 5 + self.dice.number(4) };
        for _ in 0..members {
            let member = self.somebody(0);
            let one = session::GroupMember { day, student: member, session: record };
            write::add(tx, &by, &one)?;
        }
        Ok(())
    }

    pub(super) fn alerts(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        for _ in 0..self.dice.times(ALERTS, self.cast.students()) {
            let student = self.somebody(0);
            let (tier, source) = (self.dice.word(&TIERS), self.dice.word(&SOURCES));
            let opened = (Move::Opened, tier, source);
            self.open(tx, (student, day), opened).map_err(at(day, "a new case"))?;
        }
        for _ in 0..self.dice.times(REPORTS, self.cast.students()) {
            let what = self.dice.word(&[20, 20, 60]);
            self.report(tx, None, (what, day)).map_err(at(day, "a report"))?;
        }
        Ok(())
    }

    /// Enters a case, unless the student has one; with it a guardian, a plan and a report.
    pub(super) fn open(
        &mut self,
        tx: &Tx<'_>,
        (student, day): (StudentId, Date),
        (how, tier, source): (Move, Tier, AlertSource),
    ) -> Done {
        if self.waiting.case_of(student).is_some() {
            return Ok(());
        }
        let by = self.cast.counsellor(day);
        let wish = self.wish(how, Some(tier), (student, day));
        let record = case::open(tx, &by, student, day, &MoveWish { source, ..wish })?;
        self.waiting.opened(record, student, tier);
        if self.waiting.guarded.insert(student) {
            let guardian = roll::Guardian {
                from: day,
                student,
                name: "李建国".to_owned(),
                relation: self.dice.word::<Relation>(&[35, 50, 15]),
                phone: "0532-00000000".to_owned(),
                do_not_contact: false,
                objects: false,
                until: None,
            };
            write::add(tx, &by, &guardian)?;
        }
        if tier > Tier::T1 {
            self.plan(tx, (student, PlanReason::Alert), (day, day + 90.days()))?;
        }
        if tier == Tier::T3 && self.dice.per_mille(REPORTED) {
            let what = self.dice.word(&[70, 30]);
            self.report(tx, Some(student), (what, day))?;
        }
        Ok(())
    }

    /// A move of a student's case as of a day.
    pub(super) fn wish(
        &mut self,
        how: Move,
        to: Option<Tier>,
        (student, day): (StudentId, Date),
    ) -> MoveWish {
        let place = |tier: Tier| Tier::ALL.iter().position(|known| *known == tier).unwrap_or(0);
        let days = |tier| REVIEW_DAYS.get(place(tier)).copied().unwrap_or(7);
        MoveWish {
            how,
            to,
            source: AlertSource::Counsellor,
            owner: self.cast.counsellor_of(student),
            next_review: to.map(|tier| day + days(tier).days()),
        }
    }

    pub(super) fn report(
        &mut self,
        tx: &Tx<'_>,
        student: Option<StudentId>,
        (what, day): (ReportKind, Date),
    ) -> Done {
        let by = self.cast.head(day);
        let report = consent::DutyReport {
            day,
            student,
            what,
            receiver: "区教育主管部门".to_owned(),
            facts: "按规定报告".to_owned(),
            made_at: by.now(),
            acknowledged: self.dice.per_mille(850).then_some(day),
        };
        write::add(tx, &by, &report).map(drop)
    }

    pub(super) fn conferences(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        for _ in 0..self.dice.times(CONFERENCES, self.cast.students()) {
            self.conference(tx, day).map_err(at(day, "a consultation"))?;
        }
        Ok(())
    }

    pub(super) fn conference(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let by = self.cast.counsellor(day);
        let has_outsiders = self.dice.per_mille(OUTSIDERS);
        let met = conference::Conference {
            day,
            agenda: "在册个案研判".to_owned(),
            chair: self.cast.head,
            attendees: "心理教师、德育主任、班主任".to_owned(),
            has_outsiders,
            outside_unit: has_outsiders.then(|| CENTRE.to_owned()),
        };
        let record = write::add(tx, &by, &met)?;
        for _ in 0..=self.dice.below(3) {
            let Some(open) = self.dice.pick(&self.waiting.cases).cloned() else { break };
            let decided = self.dice.per_mille(900);
            if has_outsiders {
                write::add(tx, &by, &agreed(open.student, day))?;
            }
            let case = conference::ConferenceCase {
                day,
                student: open.student,
                conference: record,
                case: Some(open.record),
                tier: self.dice.per_mille(800).then_some(open.tier),
                card: "该生近两周情绪低落，睡眠不足，与同伴冲突一次；家长已知情。".to_owned(),
                decision: if decided {
                    "维持级别，加强跟踪".to_owned()
                } else {
                    String::new()
                },
                review: decided.then(|| day + 14.days()),
                emergency: None,
            };
            write::add(tx, &by, &case)?;
            if decided {
                self.waiting.decided.insert(open.record);
            }
        }
        Ok(())
    }
}

/// A family's yes to a consultation with the district's centre, signed on the day of it.
fn agreed(student: StudentId, day: Date) -> Consent {
    Consent {
        classes: Words::new([DataClass::Reason]),
        recipient: CENTRE.to_owned(),
        recipient_name: "区心理健康指导中心".to_owned(),
        relation: Some(Relation::Mother),
        guardian_signed: Some(day),
        student_signed: Some(day),
        child_view: "愿意".to_owned(),
        valid_to: day + 90.days(),
        form_digest: "0a".repeat(32),
        ..Consent::bare(student, (Purpose::Conference, Answer::Given), day)
    }
}
