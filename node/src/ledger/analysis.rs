//! Joint analyses 联合研判: what a mentor and a counsellor made of a concern, and what was agreed.
//!
//! No tier stands here: the case that follows has it, and more people read of talks than of cases.

use std::collections::BTreeSet;

use domain::ledger::terms::AnalysisDecision;
use domain::ledger::{Act, Action, day::check_span};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::entry::{RecordId, Rules, StaffId, StudentId, entry};
use super::refusal::{Flaw, LedgerRefusal};
use super::talk::Talk;
use super::{read, staff, write};

entry! {
    /// What was made of a concern.
    pub struct Analysis = Analysis, day day {
        /// Day of it.
        day: Date = "day",
        /// About whom.
        student: StudentId = "student",
        /// The talk that was raised, where there was one.
        talk: Option<RecordId> = "talk",
        /// The counsellor.
        counsellor: StaffId = "counsellor",
        /// The mentor or class teacher.
        staff: StaffId = "staff",
        /// What they decided.
        decision: AnalysisDecision = "decision",
        /// What was agreed.
        measures: String = "measures",
        /// Day by which it is done.
        review: Option<Date> = "review",
        /// Day on which it was done.
        done: Option<Date> = "done",
    }
}

impl Rules for Analysis {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    /// A teacher may raise a concern, and may not be the one who lays it to rest.
    fn action(&self) -> Action {
        Action::Do(Act::Analyse)
    }

    fn happened(&self) -> Vec<Date> {
        [Some(self.day), self.done].into_iter().flatten().collect()
    }

    fn waits(&self) -> bool {
        self.decision != AnalysisDecision::NoConcern && self.done.is_none()
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        if staff::is_counsellor(tx, self.counsellor, self.day)? != Some(true) {
            return Err(LedgerRefusal::Field("counsellor"));
        }
        let is_known = staff::is_counsellor(tx, self.staff, self.day)?.is_some();
        if !is_known || self.counsellor == self.staff {
            return Err(LedgerRefusal::Field("staff"));
        }
        if self.review.is_some_and(|review| review < self.day) {
            return Err(LedgerRefusal::Flawed("review", Flaw::Before("day")));
        }
        check_span(self.day, self.done)?;
        if self.decision != AnalysisDecision::NoConcern {
            if self.measures.trim().is_empty() {
                return Err(LedgerRefusal::Flawed("measures", Flaw::Empty));
            }
            if self.review.is_none() {
                return Err(LedgerRefusal::Flawed("review", Flaw::Empty));
            }
        }
        let Some(talk) = self.talk else { return Ok(()) };
        let talk = read::one::<Talk>(tx, talk)?;
        let fits = talk.is_some_and(|kept| {
            kept.entry.student == self.student && kept.entry.raised && kept.entry.day <= self.day
        });
        if fits { Ok(()) } else { Err(LedgerRefusal::Field("talk")) }
    }

    /// The talk no longer waits for the counsellor; one that an earlier version named in its place
    /// waits again, unless another analysis is of it.
    fn brings(&self, tx: &Tx<'_>, _author: &Author, own: RecordId) -> Result<(), LedgerRefusal> {
        let versions = read::versions::<Self>(tx, own)?;
        let named: BTreeSet<_> = versions.iter().filter_map(|(kept, _)| kept.entry.talk).collect();
        for talk in named {
            let Some(kept) = read::one::<Talk>(tx, talk)? else { continue };
            let waits = kept.entry.raised && !is_of(tx, self.student, talk)?;
            write::mark_waiting(tx, talk, waits)?;
        }
        Ok(())
    }
}

/// Whether a talk that was raised has been analysed.
pub(super) fn is_of(tx: &Tx<'_>, student: StudentId, talk: RecordId) -> Result<bool, SqlError> {
    let all = read::about::<Analysis>(tx, student.0)?;
    Ok(all.iter().any(|kept| kept.entry.talk == Some(talk)))
}

#[cfg(test)]
mod tests {
    use domain::ledger::SchoolRole;
    use domain::ledger::terms::{AnalysisDecision, SessionOrigin, SessionTopic};
    use domain::ledger::words::{CounsellorPost, Form, TalkTopic};
    use jiff::ToSpan as _;
    use runtime::web::Role;

    use super::super::account::{self, Changer};
    use super::super::appointment::Appointment;
    use super::super::duty::{Duty, DutyKind, duties};
    use super::super::entry::{AuthorNote, Words};
    use super::super::guard_tests::{CHILD, author, counsellor, head, run, school};
    use super::super::qualification::Qualification;
    use super::super::roll::Mentor;
    use super::super::session::Session;
    use super::super::testing::{NOW_MS, School, TODAY, stored_account};
    use super::*;

    fn mentor() -> Author {
        author("mentor", SchoolRole::Mentor, 3)
    }

    /// The mentor's talk with a concern that was taken to the counsellor.
    fn raised(school: &School) -> RecordId {
        run(school, |tx| {
            let pair = Mentor { from: TODAY, student: CHILD, staff: StaffId(3), until: None };
            write::add(tx, &counsellor(), &pair)?;
            let talk = Talk {
                day: TODAY,
                student: CHILD,
                staff: StaffId(3),
                topics: Words::new([TalkTopic::Mind]),
                concern: true,
                raised: true,
                home_visit: false,
                note: AuthorNote::new(String::new()),
            };
            write::add(tx, &mentor(), &talk)
        })
        .expect("talk")
    }

    /// Another one of the same mentor.
    fn raised_again(school: &School) -> RecordId {
        run(school, |tx| {
            let talks = read::about::<Talk>(tx, CHILD.0)?;
            let talk = talks.into_iter().next().expect("a talk").entry;
            write::add(tx, &mentor().once_more(true), &talk)
        })
        .expect("talk")
    }

    fn analysis(talk: RecordId) -> Analysis {
        Analysis {
            day: TODAY,
            student: CHILD,
            talk: Some(talk),
            counsellor: StaffId(1),
            staff: StaffId(3),
            decision: AnalysisDecision::CounsellorFollows,
            measures: "本周内由心理教师约谈，导师告知家长".to_owned(),
            review: Some(TODAY + 7.days()),
            done: None,
        }
    }

    fn due(school: &School, by: Author, kind: DutyKind) -> Vec<Duty> {
        let mut found =
            run(school, move |tx| Ok(duties(tx, &by, |_| true)?.shown)).expect("duties");
        found.retain(|duty| duty.kind == kind);
        found
    }

    /// A concern waits for the counsellor until it was analysed with the mentor, and what was
    /// agreed waits until it is done; the mentor sees both of the own student.
    #[test]
    fn a_raised_concern_waits_until_it_is_analysed() {
        let school = school();
        let talk = raised(&school);
        for by in [counsellor(), mentor()] {
            let found = due(&school, by, DutyKind::Concern);
            assert_eq!(found.iter().map(|duty| duty.record).collect::<Vec<_>>(), [talk]);
        }
        let record = run(&school, move |tx| write::add(tx, &counsellor(), &analysis(talk)));
        let record = record.expect("analysis");
        assert!(due(&school, counsellor(), DutyKind::Concern).is_empty());
        assert_eq!(due(&school, counsellor(), DutyKind::Agreed).len(), 1);
        assert_eq!(due(&school, mentor(), DutyKind::Agreed).len(), 1);
        run(&school, move |tx| {
            // The mentor writes on the talk: it was analysed all the same.
            let kept = read::one::<Talk>(tx, talk)?.expect("talk");
            let more = Talk { home_visit: true, ..kept.entry };
            write::update(tx, &mentor(), (talk, 1), &more)?;
            let done = Analysis { done: Some(TODAY), ..analysis(talk) };
            write::update(tx, &counsellor(), (record, 1), &done)
        })
        .expect("done");
        assert!(due(&school, counsellor(), DutyKind::Concern).is_empty());
        assert!(due(&school, counsellor(), DutyKind::Agreed).is_empty());
    }

    /// A teacher does not lay to rest what a teacher raised; a decision to act says what and until
    /// when; an analysis is of a talk of the same student that was raised.
    #[test]
    fn an_analysis_is_the_counsellors_and_says_what_was_agreed() {
        let school = school();
        let talk = raised(&school);
        let whole = analysis(talk);
        let written = run(&school, {
            let whole = whole.clone();
            move |tx| write::add(tx, &mentor(), &whole)
        });
        assert!(matches!(written, Err(LedgerRefusal::NotAllowed)));
        let wrong = [
            (Analysis { measures: " ".to_owned(), ..whole.clone() }, "measures"),
            (Analysis { review: None, ..whole.clone() }, "review"),
            (Analysis { staff: StaffId(1), ..whole.clone() }, "staff"),
            (Analysis { staff: StaffId(99), ..whole.clone() }, "staff"),
            (Analysis { counsellor: StaffId(99), ..whole.clone() }, "counsellor"),
            (Analysis { counsellor: StaffId(4), ..whole.clone() }, "counsellor"),
            (Analysis { student: StudentId(2), ..whole.clone() }, "talk"),
        ];
        for (entry, field) in wrong {
            let written = run(&school, move |tx| write::add(tx, &counsellor(), &entry));
            let named = match written {
                Err(LedgerRefusal::Field(name) | LedgerRefusal::Flawed(name, Flaw::Empty)) => name,
                other => panic!("{field}: {:?}", other.map(|record| record.0)),
            };
            assert_eq!(named, field);
        }
        let none = AnalysisDecision::NoConcern;
        let rest = Analysis { decision: none, measures: String::new(), review: None, ..whole };
        run(&school, move |tx| write::add(tx, &counsellor(), &rest)).expect("laid to rest");
        assert!(due(&school, counsellor(), DutyKind::Agreed).is_empty());
    }

    /// An analysis that was put on another talk leaves the first one waiting again, and taken back
    /// to it the other one; what another analysis is of stays analysed.
    #[test]
    fn a_corrected_analysis_leaves_no_talk_without_one() {
        let school = school();
        let (first, second) = (raised(&school), raised_again(&school));
        let waiting = |school: &School| {
            let found = due(school, counsellor(), DutyKind::Concern);
            found.iter().map(|duty| duty.record).collect::<Vec<_>>()
        };
        let record = run(&school, move |tx| write::add(tx, &counsellor(), &analysis(first)));
        let record = record.expect("analysis");
        assert_eq!(waiting(&school), [second]);
        let moved = move |talk, version| {
            move |tx: &Tx<'_>| write::update(tx, &counsellor(), (record, version), &analysis(talk))
        };
        run(&school, moved(second, 1)).expect("moved");
        assert_eq!(waiting(&school), [first]);
        run(&school, move |tx| write::add(tx, &counsellor(), &analysis(second))).expect("another");
        run(&school, moved(first, 2)).expect("back");
        assert_eq!(waiting(&school), []);
        run(&school, move |tx| {
            let none = Analysis { talk: None, ..analysis(first) };
            write::update(tx, &counsellor(), (record, 3), &none)
        })
        .expect("of no talk");
        assert_eq!(waiting(&school), [first]);
    }

    /// Whoever counsels by a post or an account of the own may analyse, though the staff roll has
    /// them as something else.
    #[test]
    fn a_counsellor_is_one_by_roll_post_or_account() {
        let school = school();
        let talk = raised(&school);
        let with = |staff| Analysis { counsellor: StaffId(staff), ..analysis(talk) };
        let add = |school: &School, staff| {
            let whole = with(staff);
            run(school, move |tx| write::add(tx, &counsellor(), &whole)).is_ok()
        };
        assert!(!add(&school, 4) && !add(&school, 2));
        run(&school, |tx| {
            let post = Qualification {
                from: TODAY,
                staff: StaffId(4),
                counsellor: CounsellorPost::PartTime,
                stage: None,
                has_degree: true,
                has_vocational: false,
                secrecy_signed: None,
                until: None,
            };
            write::add(tx, &head(), &post)?;
            let stored = stored_account("deyu", Role::Counsellor);
            let changer = Changer::terminal("office", NOW_MS);
            account::put(tx, &stored, Some(StaffId(2)), &changer).expect("account");
            Ok(())
        })
        .expect("post and account");
        assert!(add(&school, 4) && add(&school, 2));
    }

    /// An appointment is due on its day; the session that was held says that the student came.
    #[test]
    fn a_session_keeps_its_appointment() {
        let school = school();
        let wanted = Appointment {
            day: TODAY,
            student: CHILD,
            counsellor: StaffId(1),
            at_time: "12:30".to_owned(),
            place: "心理辅导室".to_owned(),
            origin: SessionOrigin::Student,
            outcome: None,
        };
        for (time, field) in [("noon", "at_time"), ("25:00", "at_time")] {
            let wrong = Appointment { at_time: time.to_owned(), ..wanted.clone() };
            let written = run(&school, move |tx| write::add(tx, &counsellor(), &wrong));
            assert!(matches!(written, Err(LedgerRefusal::Field(name)) if name == field));
        }
        let later = Appointment { day: TODAY + 7.days(), ..wanted.clone() };
        run(&school, move |tx| {
            write::add(tx, &counsellor(), &wanted)?;
            write::add(tx, &counsellor(), &later)
        })
        .expect("appointments");
        assert_eq!(due(&school, counsellor(), DutyKind::Appointment).len(), 2);
        let held = Session {
            day: TODAY,
            form: Form::Individual,
            student: Some(CHILD),
            stage: None,
            counsellor: StaffId(1),
            minutes: 40,
            origin: SessionOrigin::Student,
            topic: SessionTopic::Mood,
            title: String::new(),
            note: AuthorNote::new(String::new()),
        };
        let by = counsellor().because("");
        run(&school, move |tx| write::add(tx, &by, &held)).expect("session");
        let left = due(&school, counsellor(), DutyKind::Appointment);
        assert_eq!(left.len(), 1, "the one of next week stands");
    }
}
