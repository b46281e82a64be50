//! Mentors 全员导师制: who has whom, how many, who is left without one, and the hand-over of a
//! mentor's students to another.
//!
//! Whoever is named here is logged; the overview is for who reads the whole roll.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::ledger::{Action, Area, Footing, Kind, permits};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::access;
use super::author::Author;
use super::browse::{Rights, purpose_of};
use super::entry::{Kept, StaffId, StudentId};
use super::read;
use super::refusal::LedgerRefusal;
use super::roll::Mentor;
use super::student;
use super::talk::Talk;
use super::{staff, write};

/// Students of one page of a list.
pub const LISTED: usize = 100;

/// A mentor and what there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MentorLoad {
    /// Who.
    pub mentor: StaffId,
    /// Students on the roll.
    pub students: usize,
    /// Of these, talked with since the first day asked for.
    pub talked: usize,
    /// Whether the mentor is still on the staff roll.
    pub employed: bool,
}

/// A class and how many of it have exactly one mentor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassCover {
    /// Grade as the catalogue codes it.
    pub grade: &'static str,
    /// Class.
    pub class: String,
    /// Students on the roll.
    pub students: usize,
    /// Of these, with exactly one mentor who is on the staff roll.
    pub paired: usize,
}

/// How the school's students are looked after.
pub struct Mentoring {
    /// Mentors, the one with most students first.
    pub mentors: Vec<MentorLoad>,
    /// Classes.
    pub classes: Vec<ClassCover>,
    /// Students without a mentor, or whose mentor has left.
    pub without: Named,
    /// Students with several.
    pub several: Named,
    /// Which page of both lists it is; the last one where a later one was asked for.
    pub page: usize,
}

/// A page of a list of students, and how many are on all of them.
pub struct Named {
    /// Who stands on it.
    pub shown: Vec<StudentId>,
    /// How many there are.
    pub total: usize,
}

/// A student of a mentor, as a hand-over tells it.
#[derive(Clone, Copy)]
pub struct Mentee {
    /// Who.
    pub student: StudentId,
    /// Since when.
    pub since: Date,
    /// Talks since the first day asked for.
    pub talks: usize,
    /// The last of them.
    pub last: Option<Date>,
    /// Talks with concern among them.
    pub concerns: usize,
}

/// Reads it for a day, with talks since a first day and one page of those who lack a mentor or have
/// several; these are logged, and nobody else.
///
/// # Errors
/// The role does not read the whole roll, or the store.
pub fn overview(
    tx: &Tx<'_>,
    reader: &Author,
    (since, page): (Date, usize),
) -> Result<Mentoring, LedgerRefusal> {
    check_reader(reader)?;
    let today = reader.today();
    let pairs = read::at::<Mentor>(tx, today)?;
    let roll = student::roll_at(tx, today)?;
    let employed = employed(tx, today)?;
    let is_employed = |id: StaffId| employed.as_ref().is_none_or(|all| all.contains(&id));
    let on_roll: BTreeSet<i64> = roll.iter().map(|pupil| pupil.id).collect();
    let mut mentors_of: HashMap<i64, Vec<StaffId>> = HashMap::new();
    for kept in pairs.iter().filter(|kept| on_roll.contains(&kept.entry.student.0)) {
        mentors_of.entry(kept.entry.student.0).or_default().push(kept.entry.staff);
    }
    let one_of = |id: i64| mentors_of.get(&id).map_or(&[][..], Vec::as_slice);
    let has_one = |id: i64| one_of(id).len() == 1 && one_of(id).iter().all(|m| is_employed(*m));
    let mut classes: BTreeMap<(&'static str, String), (usize, usize)> = BTreeMap::new();
    for pupil in &roll {
        let class = classes.entry((pupil.grade.code(), pupil.class.to_string())).or_default();
        class.0 += 1;
        class.1 += usize::from(has_one(pupil.id));
    }
    let without = roll
        .iter()
        .map(|pupil| pupil.id)
        .filter(|id| one_of(*id).iter().all(|mentor| !is_employed(*mentor)));
    let without: Vec<StudentId> = without.map(StudentId).collect();
    let several = roll.iter().map(|pupil| pupil.id).filter(|id| one_of(*id).len() > 1);
    let several: Vec<StudentId> = several.map(StudentId).collect();
    let page = page.min(without.len().max(several.len()).saturating_sub(1) / LISTED);
    let (without, several) = (Named::of(&without, page), Named::of(&several, page));
    let named: BTreeSet<StudentId> = without.shown.iter().chain(&several.shown).copied().collect();
    access::log_list(tx, reader, &named, purpose_of(reader.role()))?;
    let cover =
        |((grade, class), (students, paired))| ClassCover { grade, class, students, paired };
    Ok(Mentoring {
        mentors: loads(tx, (since, today), &mentors_of, is_employed)?,
        classes: classes.into_iter().map(cover).collect(),
        without,
        several,
        page,
    })
}

impl Named {
    fn of(all: &[StudentId], page: usize) -> Self {
        let shown = all.iter().skip(page * LISTED).take(LISTED).copied().collect();
        Self { shown, total: all.len() }
    }
}

fn loads(
    tx: &Tx<'_>,
    (since, today): (Date, Date),
    mentors_of: &HashMap<i64, Vec<StaffId>>,
    is_employed: impl Fn(StaffId) -> bool,
) -> Result<Vec<MentorLoad>, SqlError> {
    let talks = read::in_period::<Talk>(tx, since, today)?;
    let talked: BTreeSet<(StaffId, i64)> =
        talks.iter().map(|kept| (kept.entry.staff, kept.entry.student.0)).collect();
    let mut own: BTreeMap<StaffId, Vec<i64>> = BTreeMap::new();
    for (student, mentors) in mentors_of {
        for mentor in mentors {
            own.entry(*mentor).or_default().push(*student);
        }
    }
    let mut loads: Vec<MentorLoad> = own
        .into_iter()
        .map(|(mentor, students)| MentorLoad {
            mentor,
            students: students.len(),
            talked: students.iter().filter(|id| talked.contains(&(mentor, **id))).count(),
            employed: is_employed(mentor),
        })
        .collect();
    loads.sort_by_key(|load| (std::cmp::Reverse(load.students), load.mentor));
    Ok(loads)
}

/// The students of a mentor today, with this term's talks; logged.
///
/// # Errors
/// The role does not read the whole roll, or the store.
pub fn mentees(
    tx: &Tx<'_>,
    reader: &Author,
    (mentor, since): (StaffId, Date),
) -> Result<Vec<Mentee>, LedgerRefusal> {
    check_reader(reader)?;
    let today = reader.today();
    let own = pairs_of(tx, mentor, today)?;
    let named: BTreeSet<StudentId> = own.iter().map(|kept| kept.entry.student).collect();
    access::log_list(tx, reader, &named, purpose_of(reader.role()))?;
    let talks = read::in_period::<Talk>(tx, since, today)?;
    // How often somebody talked is on the sheet for who reads talks at all.
    let mut rights = Rights::new(reader, Kind::Talk);
    let mut found = Vec::new();
    for kept in own {
        let student = kept.entry.student;
        let may = rights.allow(tx, Some(student))?;
        let held: Vec<_> =
            talks.iter().filter(|talk| may && talk.entry.student == student).collect();
        found.push(Mentee {
            student,
            since: kept.entry.from,
            talks: held.len(),
            last: held.iter().map(|talk| talk.entry.day).max(),
            concerns: held.iter().filter(|talk| talk.entry.concern).count(),
        });
    }
    Ok(found)
}

/// Hands students of one mentor over to another from a day on: each pair ends on it and another
/// begins. Gives how many.
///
/// # Errors
/// The role may not, no reason, nobody was chosen, one of them is not the first mentor's, or the
/// second is not on the staff roll; nothing was written.
pub fn hand_over(
    tx: &Tx<'_>,
    author: &Author,
    (from, to): (StaffId, StaffId),
    day: Date,
    chosen: &BTreeSet<StudentId>,
) -> Result<usize, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Roll), None)?;
    let is_employed = employed(tx, author.today())?.is_none_or(|all| all.contains(&to));
    if from == to || !is_employed {
        return Err(LedgerRefusal::Field("to"));
    }
    if chosen.is_empty() {
        return Err(LedgerRefusal::Field("student"));
    }
    let mut own = pairs_of(tx, from, author.today())?;
    own.retain(|kept| chosen.contains(&kept.entry.student));
    if own.len() != chosen.len() {
        return Err(LedgerRefusal::Changed);
    }
    for Kept { record, version, entry, .. } in own {
        let next = Mentor { from: day, staff: to, student: entry.student, until: entry.until };
        let ended = Mentor { until: Some(day), ..entry };
        write::update(tx, author, (record, version), &ended)?;
        write::add(tx, author, &next)?;
    }
    Ok(chosen.len())
}

fn pairs_of(tx: &Tx<'_>, mentor: StaffId, day: Date) -> Result<Vec<Kept<Mentor>>, SqlError> {
    let on_roll: BTreeSet<i64> =
        student::roll_at(tx, day)?.into_iter().map(|pupil| pupil.id).collect();
    let mut pairs = read::at::<Mentor>(tx, day)?;
    pairs.retain(|kept| kept.entry.staff == mentor && on_roll.contains(&kept.entry.student.0));
    Ok(pairs)
}

/// Who is on the staff roll; nothing where none was ever imported.
fn employed(tx: &Tx<'_>, day: Date) -> Result<Option<BTreeSet<StaffId>>, SqlError> {
    let roll = staff::staff_at(tx, day)?;
    Ok(roll.map(|roll| roll.iter().map(|member| StaffId(member.id)).collect()))
}

fn check_reader(reader: &Author) -> Result<(), LedgerRefusal> {
    let may = permits(reader.role(), Action::Read(Area::Roll), Footing::default());
    if may { Ok(()) } else { Err(LedgerRefusal::NotAllowed) }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::super::guard_tests::{author, counsellor, head, run, school};
    use super::super::testing::{AS_OF, School, TODAY, TestPupil};
    use super::*;

    fn pair(school: &School, student: i64, mentor: i64) {
        let pair = Mentor {
            from: AS_OF,
            student: StudentId(student),
            staff: StaffId(mentor),
            until: None,
        };
        run(school, move |tx| write::add(tx, &counsellor(), &pair)).expect("pair");
    }

    fn read(school: &School) -> Mentoring {
        run(school, |tx| overview(tx, &head(), (AS_OF, 0))).expect("read")
    }

    /// Load, gaps and classes say the same: four students, of whom three have a mentor.
    #[test]
    fn gaps_and_loads_are_told() {
        let school = school();
        for (student, mentor) in [(1, 3), (2, 3), (3, 4)] {
            pair(&school, student, mentor);
        }
        let found = read(&school);
        let loads: Vec<_> = found.mentors.iter().map(|one| (one.mentor.0, one.students)).collect();
        assert_eq!(loads, [(3, 2), (4, 1)]);
        assert_eq!((&*found.without.shown, found.without.total), (&[StudentId(4)][..], 1));
        assert_eq!(found.several.total, 0);
        assert_eq!((found.classes[0].students, found.classes[0].paired), (4, 3));
        let log = school.rows("access_log");
        assert_eq!(log, 1, "the one who was named was logged");
        let mentor = author("mentor", domain::ledger::SchoolRole::Mentor, 3);
        let refused = run(&school, move |tx| overview(tx, &mentor, (AS_OF, 0)).map(drop));
        assert!(matches!(refused, Err(LedgerRefusal::NotAllowed)));
    }

    /// A page names so many and logs these, and the next page the others.
    #[test]
    fn whom_a_page_does_not_name_it_does_not_log() {
        let school = School::new();
        let pupils = u32::try_from(LISTED).expect("small") + 5;
        school.roster(&(0..pupils).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
        school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "导师"), (4, "班主任")]);
        let page =
            |number| run(&school, move |tx| overview(tx, &head(), (AS_OF, number))).expect("read");
        let first = page(0);
        assert_eq!((first.without.shown.len(), first.without.total), (LISTED, LISTED + 5));
        assert_eq!(school.rows("access_log"), LISTED as u64);
        let last = page(7);
        assert_eq!((last.without.shown.len(), last.page), (5, 1));
        assert_eq!(school.rows("access_log"), LISTED as u64 + 5);
    }

    /// Students go over from a day on: the first pair ends, the second begins, nobody is without a
    /// mentor or with two, and history says who was when.
    #[test]
    fn students_are_handed_over() {
        let school = school();
        for student in 1..=3 {
            pair(&school, student, 3);
        }
        let both = || BTreeSet::from([StudentId(1), StudentId(2)]);
        let done = run(&school, move |tx| {
            hand_over(tx, &head(), (StaffId(3), StaffId(4)), TODAY, &both())
        });
        assert_eq!(done.expect("handed over"), 2);
        let found = read(&school);
        let loads: Vec<_> = found.mentors.iter().map(|one| (one.mentor.0, one.students)).collect();
        assert_eq!(loads, [(4, 2), (3, 1)]);
        assert_eq!(found.several.total, 0);
        let before = run(&school, |tx| Ok(super::read::at::<Mentor>(tx, TODAY - 1.day())?));
        assert!(before.expect("history").iter().all(|kept| kept.entry.staff == StaffId(3)));
        let sheet = run(&school, |tx| mentees(tx, &head(), (StaffId(4), AS_OF))).expect("sheet");
        assert!(sheet.iter().all(|one| one.since == TODAY) && sheet.len() == 2);
    }

    /// Nobody is handed to who is not there, to the same mentor, or out of another's hands.
    #[test]
    fn a_wrong_hand_over_writes_nothing() {
        let school = school();
        pair(&school, 1, 3);
        pair(&school, 2, 4);
        let wrong = [
            ((3, 99), BTreeSet::from([StudentId(1)]), head()),
            ((3, 3), BTreeSet::from([StudentId(1)]), head()),
            ((3, 4), BTreeSet::new(), head()),
            ((3, 4), BTreeSet::from([StudentId(1), StudentId(2)]), head()),
            ((3, 4), BTreeSet::from([StudentId(1)]), head().because("")),
        ];
        for ((from, to), chosen, by) in wrong {
            let done = run(&school, move |tx| {
                hand_over(tx, &by, (StaffId(from), StaffId(to)), TODAY, &chosen)
            });
            assert!(done.is_err(), "{from} to {to}");
        }
        let found = read(&school);
        assert!(found.mentors.iter().all(|one| one.students == 1));
    }
}
