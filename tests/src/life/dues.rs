//! What is due: reviews, first contacts, follow-ups, second signatures and critical answers; and
//! what the simulator remembers between days.

use std::collections::HashSet;

use domain::ledger::critical::CriticalLevel;
use domain::ledger::terms::{ContactWay, ReviewDecision, Tier};
use domain::ledger::words::{Move, Word as _};
use jiff::ToSpan as _;
use jiff::civil::Date;
use node::ledger::alert::{AlertReview, FirstContact};
use node::ledger::critical::CriticalItem;
use node::ledger::entry::{Kept, Moment, RecordId, StudentId};
use node::ledger::followup::Followup;
use node::ledger::{case, read, write};
use runtime::sql::Tx;

use super::dice::fate;
use super::rates::*;
use super::referrals::Going;
use super::{Done, Life, LifeError, at};

/// How far back something undone is looked for.
const BACK_DAYS: i64 = 40;

/// An open case as the simulator remembers it.
#[derive(Clone)]
pub(super) struct OpenCase {
    pub(super) record: RecordId,
    pub(super) student: StudentId,
    pub(super) tier: Tier,
}

/// A move that somebody will sign.
struct Unsigned {
    record: RecordId,
    case: RecordId,
    to: Option<Tier>,
    on: Date,
    agrees: bool,
}

/// What the simulator remembers between days.
#[derive(Default)]
pub(super) struct Waiting {
    /// Year of the last founding.
    pub(super) founded: Option<i16>,
    /// The parents' committee.
    pub(super) committee: Option<RecordId>,
    /// Open cases.
    pub(super) cases: Vec<OpenCase>,
    /// Students of special groups.
    pub(super) special: Vec<StudentId>,
    /// Students with a plan.
    pub(super) planned: HashSet<StudentId>,
    /// Students with a guardian in the ledger.
    pub(super) guarded: HashSet<StudentId>,
    /// Students who are to be interviewed, and in which term.
    pub(super) interviews: Vec<(StudentId, String)>,
    /// Terms in which the youngest were observed.
    pub(super) observed: HashSet<String>,
    /// Terms whose results were looked at.
    pub(super) screened: HashSet<String>,
    /// Cases of which a consultation decided something.
    pub(super) decided: HashSet<RecordId>,
    /// Cases, by tier, that were looked at for a referral.
    pub(super) referred: HashSet<(RecordId, Tier)>,
    /// Students who have a referral that has not ended.
    pub(super) referring: HashSet<StudentId>,
    /// Referrals that go on.
    pub(super) going: Vec<Going>,
    unsigned: Vec<Unsigned>,
}

impl Waiting {
    pub(super) fn case_of(&self, student: StudentId) -> Option<&OpenCase> {
        self.cases.iter().find(|case| case.student == student)
    }

    /// The chance of a case, or none where there is no case.
    pub(super) fn cases_at(&self, chance: u64) -> u64 {
        if self.cases.is_empty() { 0 } else { chance }
    }

    pub(super) fn opened(&mut self, record: RecordId, student: StudentId, tier: Tier) {
        self.cases.push(OpenCase { record, student, tier });
    }
}

impl Life {
    /// Does what is due today or has become late enough.
    pub(super) fn dues(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        let (from, to) = (day - BACK_DAYS.days(), day + 2.days());
        for kept in read::in_period::<FirstContact>(tx, from, to + 6.days())? {
            // A crisis is spoken with on the day; the others within a few days.
            let days = if kept.entry.tier == Tier::T3 { 0 } else { 4 };
            let by_now = kept.entry.due - i64::from(days).days();
            if kept.entry.done_at.is_none() && is_time(&kept, by_now, day) {
                self.contact(tx, &kept, day).map_err(at(day, "a first contact"))?;
            }
        }
        for kept in read::in_period::<AlertReview>(tx, from, to)? {
            let open = kept.entry.done.is_none() && !kept.entry.cancelled;
            if open && is_time(&kept, kept.entry.due, day) {
                self.review(tx, &kept, day).map_err(at(day, "a review"))?;
            }
        }
        self.signatures(tx, day).map_err(at(day, "a second signature"))?;
        for kept in read::in_period::<Followup>(tx, from, to)? {
            if kept.entry.is_open() && is_time(&kept, kept.entry.due, day) {
                self.follow_up(tx, &kept, day).map_err(at(day, "a follow-up"))?;
            }
        }
        for kept in read::in_period::<CriticalItem>(tx, day - 8.days(), day)? {
            if kept.entry.contacted_at.is_none() {
                self.critical(tx, &kept, day).map_err(at(day, "a critical answer"))?;
            }
        }
        Ok(())
    }

    fn contact(&self, tx: &Tx<'_>, kept: &Kept<FirstContact>, day: Date) -> Done {
        let by = self.cast.counsellor_later(day);
        let staff = self.cast.counsellor_of(kept.entry.student);
        let by_phone = fate(kept.record.0).is_multiple_of(5);
        let way = if by_phone { ContactWay::Phone } else { ContactWay::InPerson };
        case::note_contact(tx, &by, kept.record, (by.now(), staff, way)).map(drop)
    }

    /// Holds a review and asks for the move that it decides.
    fn review(&mut self, tx: &Tx<'_>, kept: &Kept<AlertReview>, day: Date) -> Done {
        let place = self.waiting.cases.iter().position(|case| case.record == kept.entry.case);
        let Some(open) = place.and_then(|place| self.waiting.cases.get(place)).cloned() else {
            return Ok(());
        };
        let decision = self.decide(open.tier);
        let by = self.cast.counsellor_later(day);
        let next = self.wish(Move::TierUp, Some(open.tier), (open.student, day)).next_review;
        let held = (day, decision, next.unwrap_or(day));
        case::hold_review(tx, &by, kept.record, held)?;
        let is_waiting = self.waiting.unsigned.iter().any(|waits| waits.case == open.record);
        let up = Tier::ALL.iter().find(|tier| **tier > open.tier).copied();
        let down = Tier::ALL.iter().rfind(|tier| **tier < open.tier).copied();
        let (how, to) = match decision {
            ReviewDecision::Keep if self.dice.per_mille(MOVES_OUT) => (Move::MovedOut, None),
            ReviewDecision::Raise => (Move::TierUp, up),
            ReviewDecision::Lower => (Move::TierDown, down),
            ReviewDecision::Close => (Move::Closed, None),
            ReviewDecision::Keep => return Ok(()),
        };
        if is_waiting {
            return Ok(());
        }
        let wish = self.wish(how, to, (open.student, day));
        let record = case::ask_move(tx, &by, open.record, &wish)?;
        if how == Move::TierUp {
            self.moved(open.record, to);
        }
        let on = day + i64::from(self.dice.number(4)).days();
        let agrees = !self.dice.per_mille(REFUSED);
        self.waiting.unsigned.push(Unsigned { record, case: open.record, to, on, agrees });
        Ok(())
    }

    fn decide(&mut self, tier: Tier) -> ReviewDecision {
        let place = Tier::ALL.iter().position(|known| *known == tier).unwrap_or(0);
        let eases = EASES.get(place).copied().unwrap_or(0);
        let worsens = WORSENS.get(place).copied().unwrap_or(0);
        let drawn = self.dice.below(1_000);
        if drawn < eases {
            let leaves = tier == Tier::T1 || self.dice.per_mille(150);
            return if leaves { ReviewDecision::Close } else { ReviewDecision::Lower };
        }
        if drawn < eases + worsens { ReviewDecision::Raise } else { ReviewDecision::Keep }
    }

    /// The moral-education head signs what has waited long enough.
    fn signatures(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.waiting.unsigned).into_iter().partition(|u| u.on <= day);
        self.waiting.unsigned = later;
        for one in due {
            case::sign(tx, &self.cast.head(day), one.record, one.agrees)?;
            if one.agrees {
                self.moved(one.case, one.to);
            }
        }
        Ok(())
    }

    fn moved(&mut self, case: RecordId, to: Option<Tier>) {
        match to {
            Some(tier) => {
                let found = self.waiting.cases.iter_mut().find(|open| open.record == case);
                found.into_iter().for_each(|open| open.tier = tier);
            }
            None => self.waiting.cases.retain(|open| open.record != case),
        }
    }

    fn follow_up(&self, tx: &Tx<'_>, kept: &Kept<Followup>, day: Date) -> Done {
        let by = self.cast.counsellor_later(day);
        // One in twenty-five is called off: the student is ill, say.
        let called_off = fate(kept.record.0) % 25 == 7;
        let by = if called_off { by.because("学生请假，改约") } else { by };
        let made = Followup {
            done: (!called_off).then_some(day),
            way: (!called_off).then_some(ContactWay::InPerson),
            cancelled: called_off,
            ..kept.entry.clone()
        };
        write::update(tx, &by, (kept.record, kept.version), &made).map(drop)
    }

    /// Speaks with a student who gave a critical answer, if that falls on this day.
    fn critical(&self, tx: &Tx<'_>, kept: &Kept<CriticalItem>, day: Date) -> Done {
        let (drawn, raised) = (fate(kept.record.0), kept.entry.raised_at.0);
        let now_level = kept.entry.level == CriticalLevel::UrgentNow;
        let hours = match drawn {
            CRITICAL_ANSWERED.. => return Ok(()),
            CRITICAL_IN_TIME.. => 30 + drawn % 40,
            _ if now_level => 0,
            _ => 1 + drawn % 22,
        };
        let hours = i64::try_from(hours).unwrap_or(0);
        let contacted = Moment(raised + hours * 3_600_000 + 1_800_000);
        let by = self.cast.counsellor_later(day);
        if contacted > by.now() {
            return Ok(());
        }
        self.speak(tx, kept, contacted, &by)
    }

    fn speak(
        &self,
        tx: &Tx<'_>,
        kept: &Kept<CriticalItem>,
        contacted: Moment,
        by: &node::ledger::author::Author,
    ) -> Done {
        let spoken = CriticalItem {
            contacted_at: Some(contacted),
            contacted_by: Some(self.cast.counsellor_of(kept.entry.student)),
            way: Some(ContactWay::InPerson),
            ..kept.entry.clone()
        };
        write::update(tx, by, (kept.record, kept.version), &spoken).map(drop)
    }

    /// See [`Life::answer_now`].
    pub(super) fn answer_critical(&mut self, tx: &Tx<'_>, now_ms: i64) -> Result<(), LifeError> {
        let by = self.cast.counsellor_at(now_ms);
        let day = by.today();
        for kept in read::in_period::<CriticalItem>(tx, day - 1.days(), day)? {
            let open = kept.entry.contacted_at.is_none() && kept.entry.raised_at <= by.now();
            if open && fate(kept.record.0) < 60 {
                self.speak(tx, &kept, by.now(), &by).map_err(at(day, "a critical answer"))?;
            }
        }
        Ok(())
    }
}

/// Whether something due on a day is done today: most of it in time, some days late, little never.
fn is_time<T>(kept: &Kept<T>, due: Date, today: Date) -> bool {
    let drawn = fate(kept.record.0);
    let late = match drawn {
        IN_TIME_OR_LATE.. => return false,
        IN_TIME.. => 1 + i64::try_from(drawn * 7 % 19).unwrap_or(0),
        _ => 0,
    };
    // What falls on a Saturday or Sunday is done on Friday.
    let ahead = if late == 0 { 2 } else { 0 };
    due + late.days() <= today + i64::from(ahead).days()
}
