//! What a small school's life may have had none of, so that no page of a demonstration is empty:
//! cases of each tier, referrals under way, called off and in an emergency, students of counsellor
//! and head, requests, appointments, a certificate, slips of a survey, and one of each kind of
//! entry that is still missing.
//!
//! Nothing is drawn but the words of what the life writes otherwise too. What a year of life has by
//! itself is not written again.

use std::collections::{BTreeSet, HashSet};

use domain::ledger::certificate::{GROUP_MIN, INDIVIDUAL_MIN};
use domain::ledger::terms::{AnalysisDecision, SessionOrigin, Tier};
use domain::ledger::words::{Form, Move, TalkTopic};
use jiff::ToSpan as _;
use jiff::civil::Date;
use node::import::value::Grade;
use node::ledger::author::Author;
use node::ledger::entry::{AuthorNote, Kept, Rules, StudentId, Words};
use node::ledger::roll::Mentor;
use node::ledger::showing::Names;
use node::ledger::survey::{self, Survey, SurveyError};
use node::ledger::{
    Ledger, analysis, appointment, approval, case, conference, consent, governance, mentoring,
    read, session, special_group, talk, teaching, training, write,
};
use runtime::sql::{SqlError, Tx};

use super::sent::{referred, telephone};
use super::work::SUPERVISOR;
use super::{Done, Life, LifeError, at};

/// Cases that no referral is about, of each tier: of the gravest one is asked about in the family
/// and one is on its way.
const CASES: [(Tier, usize); 3] = [(Tier::T1, 1), (Tier::T2, 1), (Tier::T3, 2)];
/// Days ahead for which appointments are made, so that every day of a demonstration has one.
const AHEAD_DAYS: i64 = 14;
/// Students that counsellor and head are mentors of.
const OWN: usize = 2;
/// Slips of a survey that are drawn.
const SLIPS: usize = 12;

/// Whether a kind has no entry.
fn lacks<T: Rules>(tx: &Tx<'_>) -> Result<bool, SqlError> {
    Ok(read::all::<T>(tx)?.is_empty())
}

impl Life {
    /// Enters what is missing for every tier of the board; before [`Life::people`], which gives
    /// each case its guardian.
    pub(super) fn tiers(mut self, ledger: &Ledger, now_ms: i64) -> Result<Self, LifeError> {
        ledger.write("life_tiers", move |tx| {
            let by = self.cast.counsellor_at(now_ms);
            self.enter_cases(tx, &by).map_err(at(by.today(), "a case"))?;
            Ok(self)
        })
    }

    fn enter_cases(&mut self, tx: &Tx<'_>, by: &Author) -> Done {
        let (open, sent, day) = (case::open_now(tx)?, referred(tx)?, by.today());
        let mut listed: HashSet<StudentId> =
            open.iter().map(|now| now.case.entry.student).collect();
        for (tier, wanted) in CASES {
            let of = open.iter().filter(|now| now.tier == tier);
            let free = of.filter(|now| !sent.contains(&now.case.entry.student)).count();
            for _ in free..wanted {
                let Some(student) = self.unlisted(&listed) else { return Ok(()) };
                let wish = self.wish(Move::Opened, Some(tier), (student, day));
                let record = case::open(tx, by, student, day, &wish)?;
                self.waiting.opened(record, student, tier);
                listed.insert(student);
            }
        }
        Ok(())
    }

    /// Somebody without a case; the last pupil's records are held.
    pub(super) fn unlisted(&self, listed: &HashSet<StudentId>) -> Option<StudentId> {
        let mut pupils = self.cast.pupils.iter().rev().skip(1).map(|pupil| pupil.id);
        pupils.find(|student| !listed.contains(student))
    }

    /// Everything else that is missing; after [`Life::people`].
    pub(super) fn shown(mut self, ledger: &Ledger, now_ms: i64) -> Result<Self, LifeError> {
        ledger.write("life_shown", move |tx| {
            let (by, head) = (self.cast.counsellor_at(now_ms), self.cast.head_at(now_ms));
            let day = by.today();
            self.send_away(tx, &by, &head).map_err(at(day, "a referral"))?;
            self.endangered(tx, &by, &head).map_err(at(day, "an emergency"))?;
            telephone(tx, &by).map_err(at(day, "a call"))?;
            self.raise(tx, &by, now_ms).map_err(at(day, "an analysis"))?;
            self.take_students(tx, &head).map_err(at(day, "a hand-over of students"))?;
            self.ask_for_access(tx, now_ms).map_err(at(day, "a request"))?;
            self.arrange_ahead(tx, &by).map_err(at(day, "an appointment"))?;
            self.certify(tx, &head).map_err(at(day, "a certificate"))?;
            self.one_of_each(tx, day).map_err(at(day, "one of each kind"))?;
            Ok(self)
        })
    }

    /// A concern that a mentor raised, analysed together.
    fn raise(&self, tx: &Tx<'_>, by: &Author, now_ms: i64) -> Done {
        if !lacks::<analysis::Analysis>(tx)? {
            return Ok(());
        }
        let day = by.today();
        let pairs = read::at::<Mentor>(tx, day)?;
        let is_here = |student: StudentId| self.cast.pupils.iter().any(|pupil| pupil.id == student);
        let Some(pair) = pairs.iter().find(|kept| is_here(kept.entry.student)) else {
            return Ok(());
        };
        let (student, staff) = (pair.entry.student, pair.entry.staff);
        let held = talk::Talk {
            day,
            student,
            staff,
            topics: Words::new([TalkTopic::Mind]),
            concern: true,
            raised: true,
            home_visit: false,
            note: AuthorNote::new(String::new()),
        };
        let mentor = self.cast.mentor_at(staff, now_ms);
        let raised = write::add(tx, &mentor.once_more(true), &held)?;
        let made = analysis::Analysis {
            day,
            student,
            talk: Some(raised),
            counsellor: self.cast.counsellor_of(student),
            staff,
            decision: AnalysisDecision::CounsellorFollows,
            measures: "两周内由导师再谈一次".to_owned(),
            review: Some(day + 14.days()),
            done: None,
        };
        write::add(tx, by, &made).map(drop)
    }

    /// Counsellor and head take over students of the last mentor.
    fn take_students(&self, tx: &Tx<'_>, head: &Author) -> Done {
        let Some(from) = self.cast.teachers.last().copied() else { return Ok(()) };
        let since = head.today();
        let own = mentoring::mentees(tx, head, (from, since))?;
        let counsellor = self.cast.counsellors.first().copied().unwrap_or(self.cast.head);
        let mut students = own.iter().map(|one| one.student);
        for to in [counsellor, self.cast.head] {
            let chosen: BTreeSet<StudentId> = students.by_ref().take(OWN).collect();
            if !chosen.is_empty() {
                mentoring::hand_over(tx, head, (from, to), since, &chosen)?;
            }
        }
        Ok(())
    }

    /// The first class teacher and the first mentor ask to be let onto a record.
    fn ask_for_access(&self, tx: &Tx<'_>, now_ms: i64) -> Done {
        let open = case::open_now(tx)?;
        let Some(student) = open.first().map(|now| now.case.entry.student) else {
            return Ok(());
        };
        let names = Names::of(tx, [student])?;
        let number = names.student(student).map_or("", |known| &known.number);
        let mut asking = BTreeSet::from([self.teacher(0), self.teacher(self.cast.classes.len())]);
        // One of them has asked already.
        asking.remove(&self.teacher(1));
        for staff in asking {
            let asks = self.cast.mentor_at(staff, now_ms);
            approval::ask(tx, &asks, number, asks.today() + 30.days())?;
        }
        Ok(())
    }

    /// An appointment on each of the next days.
    fn arrange_ahead(&self, tx: &Tx<'_>, by: &Author) -> Done {
        let open = case::open_now(tx)?;
        let students = open.iter().map(|now| now.case.entry.student).cycle();
        for (ahead, student) in (0..=AHEAD_DAYS).zip(students) {
            let arranged = appointment::Appointment {
                day: by.today() + ahead.days(),
                student,
                counsellor: by.staff().unwrap_or(self.cast.head),
                at_time: "15:30".to_owned(),
                place: "心理辅导室".to_owned(),
                origin: SessionOrigin::Counsellor,
                outcome: None,
            };
            write::add(tx, by, &arranged)?;
        }
        Ok(())
    }

    /// Supervised sessions of the last weeks, as many as are missing, and the certificate.
    fn certify(&self, tx: &Tx<'_>, head: &Author) -> Done {
        let today = head.today();
        let known = read::all::<training::Certificate>(tx)?;
        let Some(staff) = self.cast.counsellors.first().copied() else { return Ok(()) };
        if known.iter().any(|kept| kept.entry.expires > today) {
            return Ok(());
        }
        let had = training::progress(tx, staff, today)?;
        let missing = [
            (Form::Individual, INDIVIDUAL_MIN.saturating_sub(had.individual)),
            (Form::Group, GROUP_MIN.saturating_sub(had.group)),
        ];
        let forms = missing.into_iter().flat_map(|(form, count)| (0..count).map(move |_| form));
        let first = today - (7 * i64::from(INDIVIDUAL_MIN + GROUP_MIN)).days();
        let named = read::at::<training::Supervisor>(tx, first)?;
        let is_named = |kept: &Kept<training::Supervisor>| {
            kept.entry.staff == staff && kept.entry.expert == SUPERVISOR
        };
        if !named.iter().any(is_named) {
            let expert = SUPERVISOR.to_owned();
            let one = training::Supervisor { from: first, staff, expert, until: None };
            write::add(tx, head, &one)?;
        }
        for (week, form) in (0_i64..).zip(forms) {
            let day = first + (7 * week).days();
            let held = training::Supervision {
                day,
                staff,
                form,
                supervisor: SUPERVISOR.to_owned(),
                signed: Some(day),
                sheet_digest: None,
            };
            write::add(tx, head, &held)?;
        }
        let certificate = training::Certificate {
            issued: today,
            staff,
            test_passed: today,
            number: format!("XL{}0001", today.year()),
            issuer: "区教育局".to_owned(),
            expires: today + 3.years(),
            revoked: None,
        };
        write::add(tx, head, &certificate).map(drop)
    }

    /// One of each kind of entry that the life has none of.
    fn one_of_each(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        if lacks::<governance::Drill>(tx)? {
            self.drill(tx, day)?;
        }
        if lacks::<governance::ExpertVisit>(tx)? {
            self.expert(tx, day)?;
        }
        if lacks::<governance::Facility>(tx)? {
            self.facility(tx, day)?;
        }
        if lacks::<training::TrainingRecord>(tx)? {
            self.training(tx, day)?;
        }
        if lacks::<teaching::ParentEvent>(tx)? {
            self.parent_event(tx, day)?;
        }
        if lacks::<teaching::CommitteeMeeting>(tx)? {
            self.committee_meets(tx, day)?;
        }
        if lacks::<special_group::SupportGiven>(tx)? {
            self.support(tx, day)?;
        }
        if lacks::<consent::DutyReport>(tx)? {
            let what = self.dice.word(&[20, 20, 60]);
            self.report(tx, None, (what, day))?;
        }
        if lacks::<session::GroupMember>(tx)? {
            self.session(tx, day, None)?;
        }
        if lacks::<conference::ConferenceCase>(tx)? {
            self.conference(tx, day)?;
        }
        Ok(())
    }

    /// Slips of a survey for the first grade, of which two in three come back.
    pub(super) fn answer_survey(
        &self,
        tx: &Tx<'_>,
        by: &Author,
        number: i64,
    ) -> Result<(), SurveyError> {
        let Some(grade) = self.cast.classes.first().map(|(grade, _)| *grade) else {
            return Ok(());
        };
        let students = self.cast.pupils.iter().filter(|pupil| pupil.grade == grade).count();
        let count = u32::try_from(students.min(SLIPS)).unwrap_or(0);
        let Some(of) = Grade::from_code(grade.as_str()).filter(|_| count > 0) else {
            return Ok(());
        };
        for (place, code) in survey::draw(tx, by, number, (of, count))?.iter().enumerate() {
            if place % 3 == 2 {
                continue;
            }
            let given = |known: &Survey| -> Result<Vec<Option<usize>>, SurveyError> {
                let choices = known.questions.iter().map(|one| one.choices.len().max(1));
                Ok(choices.map(|choices| Some(place % choices)).collect())
            };
            survey::answer(tx, &survey::digest_of(code), given, by.today())?;
        }
        Ok(())
    }
}
