//! What a transfer takes from the ledgers and writes into the roll: the child, how it is looked
//! after, the end of its stay at one school and its beginning at the other.

use domain::ledger::day::holds_on;
use domain::ledger::terms::{Relation, Tier, TransferKind};
use domain::transfer::Stay;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::super::alert::AlertCase;
use super::super::author::Author;
use super::super::entry::StudentId;
use super::super::followup::Followup;
use super::super::refusal::LedgerRefusal;
use super::super::roll::Guardian;
use super::super::roll_change::{self, Arrival, Leaving};
use super::super::showing::Names;
use super::super::special_group::Helper;
use super::super::{case, read, referral, showing, student, write};
use super::Enrol;
use crate::import::value::{Grade, Sex, StudentNumber};

/// Days of follow-ups that go along.
const FOLLOWUPS_MAX: usize = 24;

/// A child as its new school needs it to enrol.
#[derive(Clone)]
pub struct Child {
    /// Name.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Birth date.
    pub birth: Option<Date>,
    /// Guardians who may be called: name, relation, telephone; of an adult none.
    pub guardians: Vec<(String, Relation, String)>,
    /// Grade.
    pub grade: Grade,
}

/// How a student is looked after, in coded words and days.
pub struct Carried {
    /// The closest that any case says.
    pub tier: Option<Tier>,
    /// Whether a case is open.
    pub has_case: bool,
    /// Days of follow-ups that are planned.
    pub followups: Vec<Date>,
    /// Who helps, by name; empty where nobody is named.
    pub helper: String,
}

/// Who enters the new school, and how.
pub struct Entering<'a> {
    /// The child.
    pub child: &'a Child,
    /// As the school enters it.
    pub enrol: &'a Enrol,
    /// The school before.
    pub before: &'a str,
}

/// A child who is on the roll.
///
/// # Errors
/// There is none, or the store.
pub fn child(tx: &Tx<'_>, of: StudentId, today: Date) -> Result<Child, LedgerRefusal> {
    let row = student::one(tx, of.0)?.ok_or(LedgerRefusal::Unknown)?.row;
    if !row.status.is_on_roll() {
        return Err(LedgerRefusal::NotOnRoll);
    }
    let kin = referral::kin(tx, of, today)?;
    let callable = kin.others.into_iter().filter(|_| !kin.is_adult);
    let guardians = callable.map(|one| (one.name, one.relation, one.phone)).collect();
    let (name, grade) = (row.name.to_string(), row.grade);
    Ok(Child { name, sex: row.sex, birth: row.birth_date, guardians, grade })
}

/// How a student is looked after today. Whose consent lets it out is asked before.
///
/// # Errors
/// The store cannot be read.
pub fn carried(tx: &Tx<'_>, of: StudentId, today: Date) -> Result<Carried, LedgerRefusal> {
    let mut tier = None;
    for kept in read::about::<AlertCase>(tx, of.0)? {
        tier = tier.max(case::tier_of(tx, of, kept.record, Date::MAX)?);
    }
    let planned = read::about::<Followup>(tx, of.0)?.into_iter().map(|kept| kept.entry);
    let planned = planned.filter(|one| one.done.is_none() && !one.cancelled && one.due >= today);
    let mut followups: Vec<Date> = planned.map(|one| one.due).collect();
    followups.sort_unstable();
    followups.dedup();
    followups.truncate(FOLLOWUPS_MAX);
    let helpers = read::about::<Helper>(tx, of.0)?.into_iter().map(|kept| kept.entry);
    let mut now = helpers.filter(|one| holds_on(today, one.from, one.until));
    let helper = match now.next_back() {
        Some(one) => Names::of(tx, [of])?.staff(one.staff).to_owned(),
        None => String::new(),
    };
    Ok(Carried { tier, has_case: tier.is_some(), followups, helper })
}

/// Whether the roll has a student, and since when it says so.
///
/// # Errors
/// There is no such student, or the store.
pub fn stay(tx: &Tx<'_>, of: StudentId) -> Result<Stay, LedgerRefusal> {
    let known = student::one(tx, of.0)?.ok_or(LedgerRefusal::Unknown)?;
    if !known.row.status.is_on_roll() {
        return Ok(Stay::Off(known.from));
    }
    let first = student::known_since(tx, of.0)?;
    Ok(Stay::On(first.unwrap_or(known.from)))
}

/// Ends the stay of a student who goes to another school, from a day on.
///
/// # Errors
/// The student is not on the roll, the day cannot be, or the store; nothing was written.
pub fn end(
    tx: &Tx<'_>,
    author: &Author,
    (of, day): (StudentId, Date),
    after: &str,
) -> Result<(), LedgerRefusal> {
    let other_school = after.to_owned();
    let leaving = Leaving { day, how: TransferKind::Out, other_school };
    roll_change::end_stay(tx, author, of, &leaving).map(drop)
}

/// Whether a student could be entered so: the number and the place are right, and nobody of that
/// number is on the roll.
///
/// # Errors
/// They are not, or the store.
pub fn check_entering(tx: &Tx<'_>, enrol: &Enrol) -> Result<(), LedgerRefusal> {
    let (number, grade) = parsed(enrol)?;
    roll_change::check_place(tx, grade, &enrol.class)?;
    match on_roll(tx, &number)? {
        Some(_) => Err(LedgerRefusal::OnRoll),
        None => Ok(()),
    }
}

/// Enters a student who comes, from a day on, with the guardians whom the old school named. One
/// whom somebody has entered meanwhile stays as entered.
///
/// # Errors
/// The number is another student's by now, the place or the day cannot be, or the store; nothing
/// was written.
pub fn enter(
    tx: &Tx<'_>,
    author: &Author,
    entering: &Entering<'_>,
    day: Date,
) -> Result<StudentId, LedgerRefusal> {
    let Entering { child, enrol, before } = *entering;
    let (number, grade) = parsed(enrol)?;
    if let Some(known) = on_roll(tx, &number)? {
        check_same(tx, known, child)?;
        return Ok(known);
    }
    let arrival = Arrival {
        day,
        number,
        name: child.name.as_str().into(),
        sex: child.sex,
        birth_date: child.birth,
        grade,
        class: enrol.class.as_str().into(),
        other_school: before.to_owned(),
    };
    let student = roll_change::enter(tx, author, &arrival)?;
    let known = read::about::<Guardian>(tx, student.0)?;
    for (name, relation, phone) in &child.guardians {
        let is_known = known.iter().any(|kept| kept.entry.name == *name);
        if name.trim().is_empty() || is_known {
            continue;
        }
        let guardian = Guardian {
            from: day,
            student,
            name: name.clone(),
            relation: *relation,
            phone: phone.clone(),
            do_not_contact: false,
            objects: false,
            until: None,
        };
        write::put_new(tx, author, &guardian, None)?;
    }
    Ok(student)
}

/// Whoever has the number on the roll is the child who comes: else somebody else got it meanwhile,
/// and the child would stand nowhere.
fn check_same(tx: &Tx<'_>, known: StudentId, child: &Child) -> Result<(), LedgerRefusal> {
    let row = student::one(tx, known.0)?.ok_or(LedgerRefusal::Unknown)?.row;
    let has_other_birth = match (row.birth_date, child.birth) {
        (Some(here), Some(there)) => here != there,
        _ => false,
    };
    match row.name.trim() == child.name.trim() && !has_other_birth {
        true => Ok(()),
        false => Err(LedgerRefusal::OnRoll),
    }
}

fn parsed(enrol: &Enrol) -> Result<(StudentNumber, Grade), LedgerRefusal> {
    let number = StudentNumber::parse(&enrol.number);
    let number = number.map_err(|_| LedgerRefusal::Field("student_number"))?;
    let grade = Grade::from_code(&enrol.grade).ok_or(LedgerRefusal::Field("grade"))?;
    Ok((number, grade))
}

fn on_roll(tx: &Tx<'_>, number: &StudentNumber) -> Result<Option<StudentId>, LedgerRefusal> {
    let Some(known) = showing::student_of(tx, number.as_str())? else { return Ok(None) };
    let row = student::one(tx, known.0)?;
    Ok(row.filter(|known| known.row.status.is_on_roll()).map(|known| StudentId(known.id)))
}
