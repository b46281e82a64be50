//! After a screening: interviews of those whose result calls for one, and observation of the
//! youngest, who answer no questionnaire.

use domain::catalogue::Stage;
use domain::ledger::terms::{FollowupKind, InterviewResult, Tier};
use domain::ledger::words::{AlertSource, Move};
use domain::scale::Outcome;
use jiff::ToSpan as _;
use jiff::civil::Date;
use node::ledger::critical::{Interview, Observation};
use node::ledger::entry::{AuthorNote, StudentId};
use node::ledger::followup::Followup;
use node::ledger::refusal::LedgerRefusal;
use node::ledger::write;
use node::screening::census::census;
use runtime::sql::Tx;

use super::consents::row_on_roll;
use super::rates::{FOUND, INTERVIEWS};
use super::{Done, Life, LifeError, at};

/// Days before the census day from which results are looked at.
const BEFORE_CENSUS: i64 = 7;

impl Life {
    pub(super) fn interviews(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        self.look_at_results(tx, day)?;
        for _ in 0..self.dice.times(INTERVIEWS, self.cast.students()) {
            let Some((student, term)) = self.waiting.interviews.pop() else { break };
            self.interview(tx, (student, term), day).map_err(at(day, "an interview"))?;
        }
        Ok(())
    }

    /// Puts everybody whose result calls for an interview on the list, once a term.
    fn look_at_results(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        let ripe = |term: &&domain::period::Term| {
            term.census - BEFORE_CENSUS.days() <= day && day <= term.end
        };
        let Some(term) = self.terms.iter().find(ripe).copied() else { return Ok(()) };
        let name = term.id.to_string();
        if self.waiting.observed.insert(name.clone()) {
            self.observe(tx, &name, day).map_err(at(day, "an observation"))?;
        }
        if self.waiting.screened.contains(&name) {
            return Ok(());
        }
        // Without answers yet, it is looked again tomorrow.
        let Some(screened) = census(tx, &term)? else { return Ok(()) };
        self.waiting.screened.insert(name);
        for one in screened {
            if matches!(one.outcome, Outcome::Due | Outcome::Critical) {
                self.waiting.interviews.push((StudentId(one.pupil.id), term.id.to_string()));
            }
        }
        Ok(())
    }

    fn interview(&mut self, tx: &Tx<'_>, (student, term): (StudentId, String), day: Date) -> Done {
        let result: InterviewResult = self.dice.word(&FOUND);
        let tier = match result {
            InterviewResult::NoAttention => None,
            InterviewResult::T1 => Some(Tier::T1),
            InterviewResult::T2 => Some(Tier::T2),
            InterviewResult::T3 => Some(Tier::T3),
        };
        if let Some(tier) = tier {
            self.open(tx, (student, day), (Move::Opened, tier, AlertSource::Screening))?;
        } else if self.dice.per_mille(250) {
            let due = Followup {
                due: day + 14.days(),
                student,
                case: None,
                why: FollowupKind::Screening,
                staff: self.cast.counsellor_of(student),
                done: None,
                way: None,
                cancelled: false,
            };
            write::add(tx, &self.cast.counsellor(day), &due)?;
        }
        let case = self.waiting.case_of(student).map(|open| open.record);
        let held = Interview {
            day,
            student,
            term,
            staff: self.cast.counsellor_of(student),
            result,
            case: case.filter(|_| tier.is_some()),
            note: AuthorNote::new(String::new()),
        };
        write::add(tx, &self.cast.counsellor(day), &held).map(drop)
    }

    /// Teachers note one in twenty of the youngest.
    fn observe(&mut self, tx: &Tx<'_>, term: &str, day: Date) -> Done {
        let young = self.cast.pupils.iter().filter(|pupil| pupil.stage == Stage::PrimaryLow);
        let young: Vec<StudentId> = young.map(|pupil| pupil.id).collect();
        for student in young {
            if !self.dice.per_mille(50) {
                continue;
            }
            let Some(staff) = self.cast.mentors.get(&student).copied() else { continue };
            let one = Observation {
                day,
                student,
                term: term.to_owned(),
                staff,
                observed: Some(day),
                guardian_heard: self.dice.per_mille(700).then_some(day),
                concern: self.dice.per_mille(250),
            };
            match write::add(tx, &self.cast.mentor(staff, day), &one) {
                // Whom a file has left out is no mentor's any more.
                Err(LedgerRefusal::NotAllowed) if row_on_roll(tx, student)?.is_none() => {}
                other => other.map(drop)?,
            }
        }
        Ok(())
    }
}
