//! Facts of the screening: outcomes of the census day, critical items by their limit, sheets.
//!
//! Only what a guardian [consented](crate::ledger::consented) to is counted, here as in
//! [`census`](crate::screening::census):
//! these figures are made to leave some day, if only sealed.

use std::collections::{HashMap, HashSet};

use domain::catalogue::Field;
use domain::ledger::Word as _;
use domain::ledger::critical::{CriticalLevel, is_handled_in_24h};
use domain::period::Term;
use domain::scale::Outcome;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use runtime::clock::date_of;

use super::record::{Behind, Record, Records, Value, yes};
use super::{IndicatorError, Load};
use crate::import::value::Consent;
use crate::ledger::consented::Families;
use crate::ledger::critical::{CriticalItem, Interview};
use crate::ledger::entry::Kept;
use crate::ledger::sheet::{self, SheetFact};
use crate::ledger::{consented, read};
use crate::screening::census::Screened;

/// Scales that the catalogue knows by name.
const SCALES: [&str; 7] = ["phq-9", "phq-a", "gad-7", "ces-dc", "mht", "mssmhs", "sdq-self"];

/// Everybody of the census day with one outcome each.
pub(super) fn outcomes(
    load: &Load<'_>,
    screened: &[Screened],
    term: &Term,
) -> Result<Records, IndicatorError> {
    let interviews = interviews(load, term)?;
    let mut rows = Vec::with_capacity(screened.len());
    for one in screened {
        let student = one.pupil.id;
        let place = load.place(student, term.census, Behind::Student(student))?;
        let grade = one.pupil.grade.code();
        let stage = super::people::stage(load.profile, grade, Behind::Student(student))?;
        // An interview answers a result that calls for one; another is a session like any.
        let is_due = matches!(one.outcome, Outcome::Due | Outcome::Critical);
        let held = interviews.get(&student).filter(|_| is_due);
        let entered = held.and_then(|kept| load.alerts.entered(student, kept.entry.case?.0));
        let entered = entered.filter(|(day, _)| *day <= term.census);
        let words = [stage, grade, place.sex, one.outcome.as_str()].map(Value::Word);
        let tier = entered.map_or(Value::None, |(_, tier)| Value::Word(tier.as_str()));
        let more = [yes(held.is_some()), yes(entered.is_some()), tier];
        let values = words.into_iter().chain(more).collect();
        let behind = held.map_or(Behind::Student(student), Behind::entry);
        rows.push(Record::of_student(student, behind, values));
    }
    let mut fields = vec![Field::Stage, Field::Grade, Field::Sex, Field::Outcome];
    if load.is_kept::<Interview>(term.census)? {
        fields.extend([Field::Interviewed, Field::Confirmed, Field::Tier]);
    }
    Ok(Records { fields, rows })
}

/// The last interview of each student in a term up to the census day.
fn interviews(
    load: &Load<'_>,
    term: &Term,
) -> Result<HashMap<i64, Kept<Interview>>, IndicatorError> {
    let name = term.id.to_string();
    let held = read::in_period::<Interview>(load.tx, term.start, term.census)?.into_iter();
    let of_term = held.filter(|kept| kept.entry.term == name);
    Ok(of_term.map(|kept| (kept.entry.student.0, kept)).collect())
}

/// Students with a critical item whose 24 hours end in the period. Whether the family agreed is
/// asked for the day of the test, whenever its answers were typed or imported.
///
/// A sheet whose item nobody has opened in the ledger yet counts all the same, as not handled.
pub(super) fn critical(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let families = consented::all(load.tx)?;
    let items = read::all::<CriticalItem>(load.tx)?;
    let mut rows = Vec::new();
    for kept in &items {
        let item = &kept.entry;
        let limit = CriticalLevel::Urgent.due_ms(item.raised_at.0);
        let due = date_of(Timestamp::from_millisecond(limit).unwrap_or(Timestamp::MAX));
        let contacted = item.contacted_at.map(|at| at.0);
        let handled = is_handled_in_24h(item.raised_at.0, contacted);
        rows.extend(due_row(
            load,
            &families,
            (item.student.0, item.tested.unwrap_or(item.day), due),
            (Behind::entry(kept), handled),
        )?);
    }
    // A day before the period's first: its 24 hours end within the period.
    let first = load.span.from.saturating_sub(1.day());
    for sheet in sheet::answered_in(load.tx, first, load.as_of)? {
        let of_sheet = |kept: &Kept<CriticalItem>| {
            kept.entry.student.0 == sheet.student
                && kept.entry.is_of((&sheet.scale, sheet.test_date), None)
        };
        if sheet.outcome == Outcome::Critical && !items.iter().any(of_sheet) {
            let due = sheet.test_date.saturating_add(1.day());
            let behind = Behind::Sheet(sheet.student, sheet.test_date);
            rows.extend(due_row(
                load,
                &families,
                (sheet.student, sheet.test_date, due),
                (behind, false),
            )?);
        }
    }
    let mut fields = vec![Field::Stage, Field::Grade, Field::Sex, Field::Outcome];
    if load.is_kept::<CriticalItem>(load.as_of)? {
        fields.push(Field::Handled24h);
    }
    Ok(Records { fields, rows })
}

fn due_row(
    load: &Load<'_>,
    families: &Families,
    (student, tested, due): (i64, Date, Date),
    (behind, handled): (Behind, bool),
) -> Result<Option<Record>, IndicatorError> {
    let is_due = load.span.from <= due && due <= load.due_to;
    if !is_due || families.covers(student, tested, due) != Consent::Given {
        return Ok(None);
    }
    let place = load.place(student, due, behind)?;
    let words = [place.stage, place.grade, place.sex, Outcome::Critical.as_str()];
    let values = words.map(Value::Word).into_iter().chain([yes(handled)]).collect();
    Ok(Some(Record::of_student(student, behind, values)))
}

/// Sheets of a term up to its census day, by the students on the roll then.
pub(super) fn sheets_of_term(
    load: &Load<'_>,
    enrolled: &HashSet<i64>,
    term: &Term,
) -> Result<Records, IndicatorError> {
    let mut sheets = sheet::answered_of_term(load.tx, term.id, term.census)?;
    sheets.retain(|sheet| enrolled.contains(&sheet.student));
    sheets_of(load, &sheets, Some(term.census))
}

/// Sheets that were answered in the period.
pub(super) fn sheets_of_period(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let sheets = sheet::answered_in(load.tx, load.span.from, load.span.to)?;
    sheets_of(load, &sheets, None)
}

fn sheets_of(
    load: &Load<'_>,
    sheets: &[SheetFact],
    day: Option<Date>,
) -> Result<Records, IndicatorError> {
    let families = consented::all(load.tx)?;
    let is_void = |sheet: &SheetFact| sheet::is_void(sheet.is_valid, sheet.outcome);
    let mut last: HashMap<_, usize> = HashMap::new();
    for (place, sheet) in sheets.iter().enumerate().filter(|(_, sheet)| !is_void(sheet)) {
        last.insert((sheet.student, sheet.term, sheet.scale.as_str()), place);
    }
    let mut rows = Vec::new();
    for (place, sheet) in sheets.iter().enumerate() {
        let counted = day.unwrap_or(sheet.test_date);
        if families.covers(sheet.student, sheet.test_date, counted) != Consent::Given {
            continue;
        }
        let is_last = last.get(&(sheet.student, sheet.term, sheet.scale.as_str())) == Some(&place);
        let scale = SCALES.iter().copied().find(|known| *known == sheet.scale);
        let band = ["t1", "t2", "t3"].into_iter().find(|tier| sheet.tier.as_deref() == Some(*tier));
        let behind = Behind::Sheet(sheet.student, sheet.test_date);
        let place = load.place(sheet.student, counted, behind)?;
        let values = vec![
            Value::Word(scale.unwrap_or("other")),
            Value::Word(band.unwrap_or("none")),
            Value::Word(place.stage),
            yes(is_void(sheet)),
            yes(is_last),
        ];
        rows.push(Record::of_student(sheet.student, behind, values));
    }
    let fields = [Field::Scale, Field::Band, Field::Stage, Field::Void, Field::LastValid];
    Ok(Records::new(&fields, rows))
}
