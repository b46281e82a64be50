//! The school's list of students: what it is read against, and from which day it counts.

use std::collections::HashMap;

use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::{Against, FileRules, TakingError, Wish};
use crate::import::Said;
use crate::import::preview::{Preview, Scope, compare};
use crate::import::roster::{self, RosterContext, RosterRow};
use crate::import::table::ParsedFile;
use crate::import::value::StudentNumber;
use crate::ledger::student::{self, Beginning};
use crate::packs::Packs;

/// First month of a school year as rosters see it: they are made in August.
const YEAR_BEGINS: i8 = 8;

/// What a roster is read against.
///
/// # Errors
/// The type of the school is not set.
pub fn context(rules: &FileRules, today: Date, as_of: Date) -> Result<RosterContext, TakingError> {
    let before = i16::from(as_of.month() < YEAR_BEGINS);
    Ok(RosterContext {
        today,
        school_year: as_of.year() - before,
        grades: rules.grades.ok_or(TakingError::SchoolUnknown)?,
        school_codes: rules.codes.clone(),
        school_names: rules.names.clone(),
    })
}

/// What the roll knows of everybody.
pub type KnownStudents = HashMap<StudentNumber, RosterRow>;

/// Compares a roster with the roll; what persons entered stands against it.
///
/// # Errors
/// The store cannot be read.
pub fn compared(
    tx: &Tx<'_>,
    mut file: ParsedFile<RosterRow>,
    wish: &Wish,
) -> Result<(Preview<RosterRow>, KnownStudents), SqlError> {
    let (known, by_hand) = (student::current(tx)?, student::by_hand(tx)?);
    let expected = roster::settle(&mut file, &known, &by_hand, wish.as_of);
    // A file that says of itself that it lists changes lists some, whatever is wished.
    let is_part = wish.is_part || file.facts.form.is_part();
    let scope = if is_part { Scope::Part } else { Scope::Whole(expected) };
    let preview = compare(file, scope, |number| Ok::<_, SqlError>(known.get(number).cloned()))?;
    Ok((preview, known))
}

/// From which day a roster counts, and the census day whose figures miss its new students: those
/// of a file that counts from a later day are not in them, whoever sat in class then.
///
/// # Errors
/// The store cannot be read.
pub fn beginning(
    tx: &Tx<'_>,
    packs: &Packs,
    (as_of, new): (Date, usize),
) -> Result<(Beginning, Option<Date>), SqlError> {
    let beginning = student::beginning(tx, as_of)?;
    let term = packs.calendar().current(as_of).filter(|term| as_of <= term.end);
    let missed = term.map(|term| term.census).filter(|day| new > 0 && *day < beginning.from);
    Ok((beginning, missed))
}

pub(super) fn notes(
    tx: &Tx<'_>,
    preview: &Preview<RosterRow>,
    wish: &Wish,
    against: &Against<'_>,
) -> Result<Vec<Said>, SqlError> {
    let new = preview.new.len();
    let (beginning, missed) = beginning(tx, against.packs, (wish.as_of, new))?;
    let from = beginning.from;
    let mut notes = vec![match beginning.first {
        true => Said::made(
            format!("这是第一份名册，自 {from}（学年第一天）起计入统计。"),
            format!("This is the first roster: it counts from {from}, the first day of its year."),
        ),
        false => Said::made(
            format!("这份名册自 {from} 起计入统计；此前就是如此的，请把“截至日期”改为那一天。"),
            format!("It counts from {from}; if it was right before, give that day instead."),
        ),
    }];
    if let Some(day) = missed {
        notes.push(Said::made(
            format!(
                "注意：新增的 {new} 名学生不在 {day}（本学期普查日）的统计中。当时已在校的，\
                 请把“截至日期”改为 {day} 或更早。"
            ),
            format!(
                "NOTE: the {new} new students are not in the figures of the census day {day}. If \
                 they were at the school then, give {day} or an earlier day."
            ),
        ));
    }
    Ok(notes)
}
