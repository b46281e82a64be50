//! Annulling: an entry that was made in error counts nowhere, and stays with its whole history.
//!
//! The student of an entry is never changed, so one written under the wrong name is annulled and
//! written anew. What it said stays as the text of the version that annuls it, with who did so and
//! why; writing an earlier version again brings it back. What others name, what decides about
//! somebody and what has an end of its own is not annulled.

use domain::ledger::{Kind, Word as _};
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::entry::{RecordId, Rules, Shape};
use super::kinds::KINDS;
use super::refusal::LedgerRefusal;
use super::{read, strange, write};

/// Annuls one entry, seen at a version. Needs a reason.
///
/// # Errors
/// Who may not, what keeps it, or the store; nothing was written.
pub fn one<T: Rules>(
    tx: &Tx<'_>,
    author: &Author,
    (record, seen): (RecordId, u32),
) -> Result<u32, LedgerRefusal> {
    if !T::ANNULS {
        return Err(LedgerRefusal::NeverAnnulled);
    }
    if author.reason().trim().is_empty() {
        return Err(LedgerRefusal::Reason);
    }
    let standing = write::seen::<T>(tx, record)?;
    if standing.annulled {
        return Err(LedgerRefusal::Annulled);
    }
    if standing.version != seen {
        return Err(LedgerRefusal::Changed);
    }
    if standing.parallels > 0 {
        return Err(LedgerRefusal::Unsettled);
    }
    let entry = strange(read::one::<T>(tx, record)?)?.entry;
    write::allow(tx, author, entry.action(), entry.subject())?;
    if let Some(kind) = named_by(tx, record)? {
        return Err(LedgerRefusal::Named(kind));
    }
    write::put_annulled(tx, author, record, &entry)
}

/// Whether somebody may annul an entry as it stands, given a reason: a page offers it to nobody
/// else.
///
/// # Errors
/// There is no such record, or the store.
pub fn may<T: Rules>(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
) -> Result<bool, LedgerRefusal> {
    let standing = write::seen::<T>(tx, record)?;
    if !T::ANNULS || standing.annulled || standing.parallels > 0 {
        return Ok(false);
    }
    let entry = strange(read::one::<T>(tx, record)?)?.entry;
    let held = write::allow(tx, author, entry.action(), entry.subject())
        .and_then(|_| entry.stays(tx, author, record));
    match held {
        Ok(()) => Ok(named_by(tx, record)?.is_none()),
        Err(LedgerRefusal::Store(error)) => Err(error.into()),
        Err(_) => Ok(false),
    }
}

/// Kind of an entry that stands and names a record.
fn named_by(tx: &Tx<'_>, record: RecordId) -> Result<Option<Kind>, SqlError> {
    for known in KINDS {
        let naming = known.columns.iter().filter(|column| matches!(column.shape, Shape::Record));
        for column in naming {
            let kind = known.kind.as_str();
            let statement = format!(
                "select 1 from standing r join {kind} t on t.record = r.id and t.version = r.version
                 where r.kind = '{kind}' and t.{} = $1 limit 1",
                column.name
            );
            if tx.query_opt(&statement, params![record.0], |row| row.i64(0))?.is_some() {
                return Ok(Some(known.kind));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use domain::ledger::SchoolRole;
    use domain::ledger::terms::{AppointmentOutcome, SessionOrigin, SessionTopic};
    use domain::ledger::words::Form;
    use runtime::sql::SqlError;

    use super::super::appointment::Appointment;
    use super::super::entry::{AuthorNote, StaffId};
    use super::super::guard_tests::{CHILD, counsellor, head, run, school};
    use super::super::journal;
    use super::super::roll::Mentor;
    use super::super::session::{GroupMember, Session};
    use super::super::testing::{School, TODAY};
    use super::super::write::Written;
    use super::*;

    fn session(form: Form) -> Session {
        Session {
            day: TODAY,
            form,
            student: (form == Form::Individual).then_some(CHILD),
            stage: (form == Form::Group).then_some(domain::catalogue::Stage::Junior),
            counsellor: StaffId(1),
            minutes: 40,
            origin: SessionOrigin::Student,
            topic: SessionTopic::Mood,
            title: String::new(),
            note: AuthorNote::new("只给本人看".to_owned()),
        }
    }

    fn because(reason: &str) -> Author {
        counsellor().because(reason)
    }

    fn standing(school: &School) -> usize {
        let read: Result<_, SqlError> =
            school.ledger.read(|tx| read::in_period::<Session>(tx, TODAY, TODAY));
        read.expect("sessions").len()
    }

    fn verified(school: &School) {
        let checked: Result<_, journal::VerifyError> = school.ledger.read(journal::verify);
        checked.expect("the chain holds");
    }

    /// What was annulled counts nowhere, the chain holds, and an earlier version brings it back.
    #[test]
    fn an_annulled_entry_counts_nowhere_until_it_is_brought_back() {
        let school = school();
        let record = run(&school, |tx| write::add(tx, &counsellor(), &session(Form::Individual)));
        let record = record.expect("added");
        let annul = |reason: &'static str, seen| {
            run(&school, move |tx| one::<Session>(tx, &because(reason), (record, seen)))
        };
        assert!(matches!(annul(" ", 1), Err(LedgerRefusal::Reason)));
        assert!(matches!(annul("记错了", 7), Err(LedgerRefusal::Changed)));
        assert_eq!((annul("记错了", 1).expect("annulled"), standing(&school)), (2, 0));
        assert!(matches!(annul("记错了", 2), Err(LedgerRefusal::Annulled)));
        verified(&school);
        let back = run(&school, move |tx| {
            write::update(tx, &because("没有错"), (record, 2), &session(Form::Individual))
        });
        assert_eq!((back.expect("back"), standing(&school)), (Written::Counts(3), 1));
        verified(&school);
        let forged: Result<(), SqlError> = school.ledger.write("forge", move |tx| {
            tx.execute("update record set annulled = 1 where id = $1", params![record.0]).map(drop)
        });
        forged.expect("forged");
        let checked: Result<_, journal::VerifyError> = school.ledger.read(journal::verify);
        assert!(checked.is_err(), "a count is not hidden by a flag alone");
    }

    /// The note stays with its author: who annulled the entry reads no word of it.
    #[test]
    fn a_note_does_not_pass_to_whoever_annulled() {
        let school = school();
        let noted = run(&school, |tx| {
            let record = write::add(tx, &counsellor(), &session(Form::Individual))?;
            one::<Session>(tx, &because("记错了"), (record, 1))?;
            Ok(read::versions::<Session>(tx, record)?)
        });
        let noted: Vec<_> = noted.expect("versions");
        let words = noted.iter().map(|(kept, by)| kept.entry.note.open(by, &counsellor()));
        assert_eq!(words.collect::<Vec<_>>(), [Some("只给本人看"), Some("")]);
    }

    /// What others name stays until those are gone; an appointment is open again.
    #[test]
    fn what_hangs_on_an_entry_is_not_left_hanging() {
        let school = school();
        let (record, member) = run(&school, |tx| {
            let record = write::add(tx, &counsellor(), &session(Form::Group))?;
            let member = GroupMember { day: TODAY, student: CHILD, session: record };
            Ok((record, write::add(tx, &counsellor(), &member)?))
        })
        .expect("group");
        let group = || run(&school, move |tx| one::<Session>(tx, &because("记重了"), (record, 1)));
        assert!(matches!(group(), Err(LedgerRefusal::Named(Kind::GroupMember))));
        let gone = run(&school, move |tx| one::<GroupMember>(tx, &because("记重了"), (member, 1)));
        gone.expect("member");
        group().expect("group");
        let outcome = run(&school, |tx| {
            let asked = Appointment {
                day: TODAY,
                student: CHILD,
                counsellor: StaffId(1),
                at_time: String::new(),
                place: String::new(),
                origin: SessionOrigin::Student,
                outcome: None,
            };
            let asked = write::add(tx, &counsellor(), &asked)?;
            let held = write::add(tx, &counsellor(), &session(Form::Individual))?;
            let of_now = |tx: &Tx<'_>| {
                Ok::<_, LedgerRefusal>(strange(read::one::<Appointment>(tx, asked)?)?.entry.outcome)
            };
            let kept = of_now(tx)?;
            one::<Session>(tx, &because("不是今天"), (held, 1))?;
            Ok((kept, of_now(tx)?))
        });
        assert_eq!(outcome.expect("outcome"), (Some(AppointmentOutcome::Kept), None));
        verified(&school);
    }

    /// A mentor entered for the wrong student reads nothing of that student any more.
    #[test]
    fn an_annulled_tie_opens_nothing() {
        let school = school();
        let mentor = || super::super::guard_tests::author("mentor", SchoolRole::Mentor, 3);
        let sees = |school: &School| {
            let scope = school.ledger.read(move |tx| super::super::people::own(tx, &mentor()));
            Result::<_, SqlError>::expect(scope, "own").len()
        };
        let pair = Mentor { from: TODAY, student: CHILD, staff: StaffId(3), until: None };
        let record = run(&school, move |tx| write::add(tx, &counsellor(), &pair)).expect("pair");
        assert_eq!(sees(&school), 1);
        let gone =
            run(&school, move |tx| one::<Mentor>(tx, &head().because("配错了"), (record, 1)));
        gone.expect("annulled");
        assert_eq!(sees(&school), 0);
    }
}
