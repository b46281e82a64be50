//! Consultations 会诊: agenda, pseudonymous card, decision, review date.

use domain::ledger::consent::{DataClass, Purpose};
use domain::ledger::terms::Tier;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::alert::AlertCase;
use super::author::Author;
use super::entry::{Kept, RecordId, Rules, StaffId, StudentId, entry};
use super::refusal::{Flaw, LedgerRefusal};
use super::{card, case, consent, read};

entry! {
    /// A meeting. Nothing on it names a student.
    pub struct Conference = Conference, day day {
        /// Day of the meeting.
        day: Date = "day",
        /// Agenda.
        agenda: String = "agenda",
        /// Who led it.
        chair: StaffId = "chair",
        /// Who took part, by name or post.
        attendees: String = "attendees",
        /// Whether anybody from outside the school took part.
        has_outsiders: bool = "has_outsiders",
        /// Id of the unit of whoever came from outside, as the families' consents name it.
        outside_unit: Option<String> = "outside_unit",
    }
}

entry! {
    /// A case that was discussed.
    pub struct ConferenceCase = ConferenceCase, day day {
        /// Day of the meeting.
        day: Date = "day",
        /// Whose case; the card does not say.
        student: StudentId = "student",
        /// The meeting.
        conference: RecordId = "conference",
        /// Case of the early-warning ledger.
        case: Option<RecordId> = "of_case",
        /// Its tier on the day.
        tier: Option<Tier> = "tier",
        /// Pseudonymous card: all that an expert from outside sees.
        card: String = "card",
        /// What was decided; empty while nothing is.
        decision: String = "decision",
        /// Day on which it is looked at again.
        review: Option<Date> = "review",
        /// Why there was no time to ask the family before somebody from outside saw the card.
        emergency: Option<String> = "emergency",
    }
}

impl Rules for Conference {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        for (text, name) in [(&self.agenda, "agenda"), (&self.attendees, "attendees")] {
            if text.trim().is_empty() {
                return Err(LedgerRefusal::Field(name));
            }
        }
        let unit = self.outside_unit.as_deref().unwrap_or_default();
        if self.has_outsiders == unit.trim().is_empty() || unit != unit.trim() {
            return Err(LedgerRefusal::Field("outside_unit"));
        }
        let Some(own) = own else { return Ok(()) };
        let before = read::one::<Self>(tx, own)?.map(|kept| kept.entry);
        let is_same = before.is_some_and(|before| {
            (before.day, before.has_outsiders, before.outside_unit)
                == (self.day, self.has_outsiders, self.outside_unit.clone())
        });
        if is_same {
            return Ok(());
        }
        // Who came to the meeting after its cases were written sees those cards too.
        for case in cases_of(tx, own)? {
            case.entry.check_outsiders(tx, self)?;
        }
        Ok(())
    }
}

impl ConferenceCase {
    /// The case is that of the student, and the tier one that it stood at on the day.
    fn check_case(&self, tx: &Tx<'_>) -> Result<(), LedgerRefusal> {
        let Some(case) = self.case else { return Ok(()) };
        let kept = read::one::<AlertCase>(tx, case)?.ok_or(LedgerRefusal::Field("of_case"))?;
        if kept.entry.student != self.student {
            return Err(LedgerRefusal::OtherStudent("of_case", case));
        }
        let Some(tier) = self.tier else { return Ok(()) };
        let moves = case::order::of_student(tx, self.student)?;
        let of_day =
            moves.iter().filter(|moved| moved.entry.case == case && moved.entry.day == self.day);
        let mut stood = of_day.flat_map(|moved| [moved.entry.from_tier, moved.entry.to_tier]);
        let at_end = case::tier_of(tx, self.student, case, self.day)?;
        if at_end == Some(tier) || stood.any(|one| one == Some(tier)) {
            return Ok(());
        }
        Err(LedgerRefusal::Field("tier"))
    }
}

impl Rules for ConferenceCase {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        self.review.is_some()
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        let held = read::one::<Conference>(tx, self.conference)?;
        let held = held.ok_or(LedgerRefusal::Field("conference"))?;
        let before = match own {
            Some(own) => read::one::<Self>(tx, own)?.map(|kept| kept.entry),
            None => None,
        };
        // What was shown was shown: a family that withdraws later stops the next card, and the
        // decision of this meeting is written all the same.
        let is_shown = before.is_some_and(|before| {
            (before.conference, before.card, before.emergency)
                == (self.conference, self.card.clone(), self.emergency.clone())
        });
        card::check(tx, self.student, &self.card)?;
        if !is_shown {
            self.check_outsiders(tx, &held.entry)?;
        }
        if self.review.is_some_and(|review| review < self.day) {
            return Err(LedgerRefusal::Flawed("review", Flaw::Before("day")));
        }
        self.check_case(tx)
    }
}

impl ConferenceCase {
    /// Whoever comes from outside sees the card and nothing else, and that with the family's
    /// consent to a consultation with that unit, or where there was no time to ask for it.
    fn check_outsiders(&self, tx: &Tx<'_>, held: &Conference) -> Result<(), LedgerRefusal> {
        if !held.has_outsiders {
            return Ok(());
        }
        // A meeting from before names no unit, and nobody agreed to that.
        let unit = held.outside_unit.as_deref().unwrap_or_default();
        if self.card.trim().is_empty() {
            return Err(LedgerRefusal::Field("card"));
        }
        if self.emergency.as_deref().is_some_and(|ground| !ground.trim().is_empty()) {
            return Ok(());
        }
        let wanted = (Purpose::Conference, unit);
        match consent::standing(tx, self.student, wanted, &[DataClass::Reason], held.day) {
            Ok(_) => Ok(()),
            Err(LedgerRefusal::Consent(why)) => Err(LedgerRefusal::Outsiders(why)),
            Err(other) => Err(other),
        }
    }
}

/// Cases that were discussed in a meeting.
fn cases_of(tx: &Tx<'_>, conference: RecordId) -> Result<Vec<Kept<ConferenceCase>>, SqlError> {
    let of = "select t.record from standing r
        join conference_case t on t.record = r.id and t.version = r.version
        where r.kind = 'conference_case' and t.conference = $1";
    let records = tx.query(of, params![conference.0], |row| row.i64(0).map(RecordId))?;
    let cases = records.into_iter().map(|record| read::one::<ConferenceCase>(tx, record));
    cases.filter_map(Result::transpose).collect()
}
