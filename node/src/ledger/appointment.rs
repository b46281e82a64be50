//! Appointments: who is invited to a talk, or asked for one, and what came of it.

use domain::ledger::day::plus_days;
use domain::ledger::terms::{AppointmentOutcome, SessionOrigin};
use jiff::civil::{Date, Time};
use runtime::sql::Tx;

use super::author::Author;
use super::entry::{Kept, RecordId, Rules, StaffId, StudentId, entry};
use super::refusal::LedgerRefusal;
use super::{read, write};

/// Days ahead up to which somebody is invited.
const AHEAD_DAYS: u32 = 180;
/// Why an appointment is written on when its session was held.
const HELD: &str = "已记录辅导";

entry! {
    /// An invitation to a talk, or the student's own wish for one.
    pub struct Appointment = Appointment, day day {
        /// Day of the talk.
        day: Date = "day",
        /// With whom.
        student: StudentId = "student",
        /// Who invites.
        counsellor: StaffId = "counsellor",
        /// Hour and minute, may be empty.
        at_time: String = "at_time",
        /// Where, may be empty.
        place: String = "place",
        /// Who wished for it.
        origin: SessionOrigin = "origin",
        /// What came of it.
        outcome: Option<AppointmentOutcome> = "outcome",
    }
}

impl Rules for Appointment {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        self.outcome.is_none()
    }

    /// Only what came of it lies behind.
    fn happened(&self) -> Vec<Date> {
        let is_over =
            matches!(self.outcome, Some(AppointmentOutcome::Kept | AppointmentOutcome::Missed));
        is_over.then_some(self.day).into_iter().collect()
    }

    fn check(
        &self,
        _tx: &Tx<'_>,
        author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        let time = self.at_time.trim();
        if !time.is_empty() && Time::strptime("%H:%M", time).is_err() {
            return Err(LedgerRefusal::Field("at_time"));
        }
        let last = plus_days(author.today(), AHEAD_DAYS);
        if self.day > last { Err(LedgerRefusal::Field("day")) } else { Ok(()) }
    }
}

/// A student's appointments of a day with a counsellor.
fn for_talk(
    tx: &Tx<'_>,
    (student, day, staff): (StudentId, Date, StaffId),
) -> Result<Vec<Kept<Appointment>>, LedgerRefusal> {
    let mut all = read::about::<Appointment>(tx, student.0)?;
    all.retain(|kept| (kept.entry.day, kept.entry.counsellor) == (day, staff));
    Ok(all)
}

/// Notes on a student's open appointment of a day with a counsellor that the student came. One of
/// another day stays open: whether it was missed or moved, only a person knows.
pub(super) fn keep(
    tx: &Tx<'_>,
    author: &Author,
    talk: (StudentId, Date, StaffId),
) -> Result<(), LedgerRefusal> {
    for kept in for_talk(tx, talk)? {
        if kept.entry.outcome.is_none() {
            let came = Appointment { outcome: Some(AppointmentOutcome::Kept), ..kept.entry };
            let author = author.because(HELD);
            write::put_change(tx, &author, (kept.record, kept.version), &came, None)?;
        }
    }
    Ok(())
}

/// Opens again what a session that was annulled had kept; what a person noted by hand stays.
pub(super) fn reopen(
    tx: &Tx<'_>,
    author: &Author,
    talk: (StudentId, Date, StaffId),
) -> Result<(), LedgerRefusal> {
    let mut appointments = for_talk(tx, talk)?;
    appointments.retain(|kept| kept.entry.outcome == Some(AppointmentOutcome::Kept));
    for kept in appointments {
        let versions = read::versions::<Appointment>(tx, kept.record)?;
        // The version with which it came to be kept; its place may have been put right since.
        let is_kept = |outcome| outcome == Some(AppointmentOutcome::Kept);
        let counted = versions.iter().rev().filter(|(version, _)| !version.parallel);
        let came = counted.take_while(|(version, _)| is_kept(version.entry.outcome)).last();
        if came.is_some_and(|(_, by)| by.reason == HELD) {
            let open = Appointment { outcome: None, ..kept.entry };
            write::put_change(tx, author, (kept.record, kept.version), &open, None)?;
        }
    }
    Ok(())
}
