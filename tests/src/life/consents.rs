//! What families say about screening: notices and their slips, withdrawals, words that are no
//! consent, and students who leave and come back.
//!
//! All of it is drawn from dice of its own, so that the rest of a life does not change with it; a
//! case that comes with a student is opened like any other.

use domain::ledger::consent::{Answer, DataClass, Method, Purpose};
use domain::ledger::terms::{Relation, Tier, TransferKind};
use domain::ledger::words::{AlertSource, Move};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use node::import::roster::RosterRow;
use node::import::value::Consent as Said;
use node::ledger::consent::Consent;
use node::ledger::entry::StudentId;
use node::ledger::notice::{self, Item, NewNotice, Slip};
use node::ledger::refusal::LedgerRefusal;
use node::ledger::roll_change::{self, Arrival, Leaving};
use node::ledger::{consented, student, write};
use runtime::sql::{SqlError, Tx};

use super::cast::Pupil;
use super::rates::{
    AHEAD, AWAY_DAYS, COMES_BACK, DISPUTED, LEAVINGS, MOVED_IN, NOTICE_DAYS, SLIPS, SLIPS_NO,
    SPOKEN, WITHDRAWN,
};
use super::{Done, Life, LifeError, at};

/// Digest of the scan of slips that nobody signed.
const SCAN: &str = "00000000000000000000000000000000000000000000000000000000000000aa";
const SCREENING: (Purpose, &str) = (Purpose::Screening, "");

/// The school that a hand-over names: to whom the other school may tell.
const RECEIVING: (&str, &str) = ("3702020001", "本校");

/// What families were told, and who is away.
#[derive(Default)]
pub(super) struct Told {
    /// Notices and the first day that each asks for.
    notices: Vec<(i64, Date)>,
    away: Vec<(Date, Pupil, RosterRow)>,
}

impl Life {
    /// What families say on a day, and who leaves and comes back.
    pub(super) fn consents(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        self.notices(tx, day).map_err(at(day, "a notice"))?;
        for _ in 0..self.slips.times(SLIPS, self.cast.students()) {
            self.slip(tx, day).map_err(at(day, "a slip"))?;
        }
        for _ in 0..self.slips.times(SPOKEN, self.cast.students()) {
            self.spoken(tx, day).map_err(at(day, "a spoken yes"))?;
        }
        for _ in 0..self.slips.times(WITHDRAWN, self.cast.students()) {
            self.withdraw(tx, day).map_err(at(day, "a withdrawal"))?;
        }
        for _ in 0..self.slips.times(DISPUTED, self.cast.students()) {
            self.dispute(tx, day).map_err(at(day, "a withdrawal beside a change"))?;
        }
        self.come_back(tx, day).map_err(at(day, "a return"))?;
        for _ in 0..self.slips.times(LEAVINGS, self.cast.students()) {
            self.leave(tx, day).map_err(at(day, "a leaving"))?;
        }
        Ok(())
    }

    /// One notice a term, and in May one for the next school year.
    fn notices(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let term = self.terms.iter().find(|term| term.start <= day && day <= term.end);
        let wanted = term.map(|term| (term.start.max(day), term.start));
        let next = date(day.year(), 9, 1);
        let ahead = (day.month() == 5).then_some((next, next));
        for (from, begins) in wanted.into_iter().chain(ahead) {
            if self.told.notices.iter().any(|(_, known)| *known >= begins) {
                continue;
            }
            let item = Item {
                purpose: Purpose::Screening,
                classes: vec![DataClass::Answers],
                recipient: String::new(),
                recipient_name: String::new(),
            };
            let says = NewNotice {
                valid_from: from,
                valid_to: from + NOTICE_DAYS.days(),
                scales: Vec::new(),
                contact: "心理辅导室".to_owned(),
                items: vec![item],
            };
            let id = notice::make(tx, &self.cast.counsellor(day), &says)?;
            self.told.notices.push((id, from));
        }
        Ok(())
    }

    fn anybody(&mut self) -> Option<StudentId> {
        self.slips.pick(&self.cast.pupils).map(|pupil| pupil.id)
    }

    fn slip(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let is_ahead = self.slips.per_mille(AHEAD);
        let known = self.told.notices.iter().rev();
        let asked = known.clone().find(|(_, from)| is_ahead || *from <= day).map(|(id, _)| *id);
        let (Some(id), Some(student)) = (asked, self.anybody()) else { return Ok(()) };
        let notice = notice::find(tx, id)?;
        if notice.says.valid_to < day {
            return Ok(());
        }
        let slip = Slip {
            student,
            item: 0,
            agrees: !self.slips.per_mille(SLIPS_NO),
            signed: day,
            relation: Some(Relation::Mother),
            student_signed: true,
            child_view: "愿意".to_owned(),
        };
        let taken = notice::take(tx, &self.cast.counsellor(day), (&notice, SCAN), &[slip]);
        taken.map(drop).map_err(|(_, refusal)| refusal)
    }

    /// A yes on the telephone, noted as such: it is no consent.
    fn spoken(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let Some(student) = self.anybody() else { return Ok(()) };
        let paper = Consent {
            method: Method::Oral,
            relation: Some(Relation::Father),
            valid_to: day + NOTICE_DAYS.days(),
            ..Consent::bare(student, (Purpose::Screening, Answer::Given), day)
        };
        write::add(tx, &self.cast.counsellor(day), &paper).map(drop)
    }

    /// A family that agrees today takes it back, whatever its yes stood on.
    fn withdraw(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let Some(student) = self.anybody() else { return Ok(()) };
        if consented::of(tx, student)?.on(day) != Said::Given {
            return Ok(());
        }
        let by = self.cast.counsellor(day).because("家长来电");
        notice::withdraw(tx, &by, student, SCREENING).map(drop)
    }

    /// Two persons change the same slip: one adds a witness, the other that it was withdrawn.
    fn dispute(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let Some(student) = self.anybody() else { return Ok(()) };
        let last = notice::latest(tx, student, SCREENING)?;
        let Some(kept) = last.filter(|kept| kept.entry.answer == Answer::Given) else {
            return Ok(());
        };
        let seen = (kept.record, kept.version);
        let named = Consent { witness: "班主任".to_owned(), ..kept.entry.clone() };
        write::update(tx, &self.cast.counsellor(day), seen, &named)?;
        let (answer, withdrawn) = (Answer::Withdrawn, Some(day));
        let beside = Consent { answer, withdrawn, ..kept.entry };
        write::update(tx, &self.cast.head(day), seen, &beside).map(drop)
    }

    fn leave(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let Some(pupil) = self.slips.pick(&self.cast.pupils).cloned() else { return Ok(()) };
        // Who has left by a file has left.
        let Some(row) = row_on_roll(tx, pupil.id)? else { return Ok(()) };
        let leaving = Leaving { day, how: TransferKind::Out, other_school: String::new() };
        match roll_change::leave(tx, &self.cast.head(day), pupil.id, &leaving) {
            // Came today.
            Err(LedgerRefusal::Day(_)) => return Ok(()),
            other => other.map(drop)?,
        }
        self.cast.mentors.remove(&pupil.id);
        self.cast.pupils.retain(|known| known.id != pupil.id);
        if self.slips.per_mille(COMES_BACK) {
            let back = day + (AWAY_DAYS + i64::from(self.slips.number(40))).days();
            self.told.away.push((back, pupil, row));
        }
        Ok(())
    }

    fn come_back(&mut self, tx: &Tx<'_>, day: Date) -> Done {
        let (due, away) = std::mem::take(&mut self.told.away)
            .into_iter()
            .partition(|(back, ..): &(Date, Pupil, RosterRow)| *back <= day);
        self.told.away = away;
        let due: Vec<(Date, Pupil, RosterRow)> = due;
        for (_, pupil, row) in due {
            let arrival = Arrival {
                day,
                number: row.student_number,
                name: row.name,
                sex: row.sex,
                birth_date: row.birth_date,
                grade: row.grade,
                class: row.class,
                other_school: String::new(),
            };
            roll_change::arrive(tx, &self.cast.head(day), &arrival)?;
            let student = pupil.id;
            self.cast.pupils.push(pupil);
            if self.slips.per_mille(MOVED_IN) {
                self.hand_over(tx, student, day)?;
            }
        }
        Ok(())
    }

    /// The other school hands a case over, with a paper that the family signed.
    fn hand_over(&mut self, tx: &Tx<'_>, student: StudentId, day: Date) -> Done {
        let paper = Consent {
            relation: Some(Relation::Mother),
            guardian_signed: Some(day),
            student_signed: Some(day),
            child_view: "愿意".to_owned(),
            valid_to: day + NOTICE_DAYS.days(),
            form_digest: SCAN.to_owned(),
            recipient: RECEIVING.0.to_owned(),
            recipient_name: RECEIVING.1.to_owned(),
            ..Consent::bare(student, (Purpose::Transfer, Answer::Given), day)
        };
        write::add(tx, &self.cast.counsellor(day), &paper)?;
        self.open(tx, (student, day), (Move::MovedIn, Tier::T1, AlertSource::Counsellor))
    }
}

/// A student's row, as long as the roll has the student.
pub(super) fn row_on_roll(tx: &Tx<'_>, of: StudentId) -> Result<Option<RosterRow>, SqlError> {
    let ids = student::ids(tx)?;
    let number = ids.iter().find(|(_, id)| **id == of.0).map(|(number, _)| *number);
    let Some(number) = number else { return Ok(None) };
    let row = student::current(tx)?.remove(&number);
    Ok(row.filter(|row| row.status.is_on_roll()))
}
