//! The answers of one screening: scale and term, sheets that are there, and how many are taken and
//! not counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::catalogue::Language;
use domain::period::{Term, TermId};
use domain::scale::Setting;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::{Against, FileRules, Replaced, TakingError, Wish};
use crate::import::answers::{self as sheets, AnswerRow, AnswersContext, ItemColumn};
use crate::import::header::SavedMapping;
use crate::import::preview::{Preview, Scope, compare};
use crate::import::source::Source;
use crate::import::table::ParsedFile;
use crate::import::value::{Consent, StudentNumber};
use crate::import::{ImportError, Said};
use crate::ledger::critical::Interview;
use crate::ledger::entry::Kept;
use crate::ledger::{consented, read, sheet, student};
use crate::packs::Packs;
use crate::screening::{Screening, item_columns};

/// The scale, if it may be used to screen, in the term of the screening.
///
/// # Errors
/// There is no such scale or term, or the scale may not screen.
pub fn screening(wish: &Wish, against: &Against<'_>) -> Result<Screening, TakingError> {
    let (packs, setting) = (against.packs, against.rules.setting);
    let Some(known) = packs.scale(&wish.scale) else {
        let usable = usable(packs, setting);
        return Err(TakingError::ScaleUnknown { asked: wish.scale.clone(), usable });
    };
    let term = term(packs, wish.term, against.today)?;
    Ok(Screening::new(Arc::clone(&known.pack), known.digest, term, setting)?)
}

/// Ids of the scales that may be used here.
#[must_use]
pub fn usable(packs: &Packs, setting: Setting) -> Vec<String> {
    let scales = packs.scales().iter().map(|known| &known.pack);
    let may = scales.filter(|scale| scale.use_for_screening(Language::Zh, setting).is_ok());
    may.map(|scale| scale.id().to_owned()).collect()
}

fn term(packs: &Packs, named: Option<TermId>, today: Date) -> Result<Term, TakingError> {
    let calendar = packs.calendar();
    let found = match named {
        Some(id) => calendar.term(id).ok(),
        None => calendar.current(today),
    };
    found.copied().ok_or_else(|| {
        TakingError::TermUnknown(calendar.terms().iter().map(|term| term.id.to_string()).collect())
    })
}

/// What answers are read against.
pub fn context<'a>(
    screening: &'a Screening,
    items: &'a [ItemColumn],
    (wish, against): (&Wish, &Against<'_>),
    on_roll: &'a dyn Fn(&StudentNumber) -> bool,
) -> AnswersContext<'a> {
    AnswersContext {
        scale: screening.scale().id(),
        scale_names: &screening.scale().definition().aliases,
        items,
        today: against.today,
        default_date: wish.day,
        on_roll,
    }
}

/// Compares sheets with those of this scale and term that are in the ledger.
///
/// # Errors
/// Sheets of another term, where no row is wrong otherwise; or the store.
pub fn compared(
    tx: &Tx<'_>,
    file: ParsedFile<AnswerRow>,
    screening: &Screening,
) -> Result<Preview<AnswerRow>, TakingError> {
    let known: HashMap<(StudentNumber, Date), AnswerRow> = sheet::known(
        tx,
        screening.term().id,
        screening.scale().id(),
        screening.item_columns().len(),
    )?;
    let found = |key: &(StudentNumber, Date)| Ok::<_, SqlError>(known.get(key).cloned());
    let preview = compare(file, Scope::Part, found)?;
    // Wrong rows are told first.
    if preview.errors.is_empty() {
        screening.check_dates(written(&preview).map(|row| row.test_date))?;
    }
    Ok(preview)
}

/// The rows that would be written.
fn written(preview: &Preview<AnswerRow>) -> impl Iterator<Item = &AnswerRow> {
    let changed = preview.changed.iter().map(|changed| &changed.record);
    preview.new.iter().map(|(_, row)| row).chain(changed)
}

/// The other scales that may be used here and as whose answers a file has the fewest wrong rows,
/// and at most so many. `open` reads the file anew.
///
/// # Errors
/// The file is no table.
pub fn fitting(
    open: &dyn Fn() -> Result<Source, ImportError>,
    mapping: Option<&SavedMapping>,
    (wish, against): (&Wish, &Against<'_>),
    most: u32,
) -> Result<Vec<String>, ImportError> {
    let Against { packs, rules: FileRules { setting, .. }, ids, .. } = against;
    let on_roll = |number: &StudentNumber| ids.contains_key(number);
    let mut found: Vec<(u32, String)> = Vec::new();
    for known in packs.scales() {
        let scale = &known.pack;
        let asked = scale.id().eq_ignore_ascii_case(&wish.scale) || scale.is_called(&wish.scale);
        if asked || scale.use_for_screening(Language::Zh, *setting).is_err() {
            continue;
        }
        let items = item_columns(scale);
        let context = AnswersContext {
            scale: scale.id(),
            scale_names: &scale.definition().aliases,
            items: &items,
            today: against.today,
            default_date: wish.day,
            on_roll: &on_roll,
        };
        // What cannot be read as this scale's answers is not this scale's.
        let Ok(parsed) = sheets::read(&mut open()?, mapping, &context) else { continue };
        if parsed.facts.rows > 0 && parsed.error_rows <= most {
            found.push((parsed.error_rows, scale.id().to_owned()));
        }
    }
    let fewest = found.iter().map(|(errors, _)| *errors).min();
    found.retain(|(errors, _)| Some(*errors) == fewest);
    Ok(found.into_iter().map(|(_, id)| id).collect())
}

/// Columns about consent, which are not read: whoever put one there thinks that it counts.
#[must_use]
pub fn consent_column(dropped: &[String]) -> Option<&String> {
    dropped.iter().find(|name| name.contains("同意") || name.to_lowercase().contains("consent"))
}

/// How many sheets would be taken whose family has not agreed, by what is known now and as the
/// census of the term judges it.
///
/// # Errors
/// The store cannot be read.
pub fn without_consent(
    tx: &Tx<'_>,
    preview: &Preview<AnswerRow>,
    screening: &Screening,
) -> Result<u64, SqlError> {
    let (families, ids) = (consented::all(tx)?, student::ids(tx)?);
    let census = screening.term().census;
    let uncounted = written(preview).filter(|row| {
        let Some(id) = ids.get(&row.student_number) else { return false };
        families.covers(*id, row.test_date, census.max(row.test_date)) != Consent::Given
    });
    Ok(uncounted.count() as u64)
}

/// Students who answered here by the day of their row, and how many of them were interviewed since.
/// What they answered later than the file says keeps counting.
///
/// # Errors
/// The store cannot be read.
pub fn replaced(
    tx: &Tx<'_>,
    preview: &Preview<AnswerRow>,
    screening: &Screening,
) -> Result<Replaced, SqlError> {
    let (term, ids) = (screening.term().id, student::ids(tx)?);
    let here = sheet::answered_here(tx, term, screening.scale().id())?;
    let mut students: BTreeMap<i64, Date> = BTreeMap::new();
    for row in written(preview) {
        let Some(id) = ids.get(&row.student_number) else { continue };
        if let Some(day) = here.get(id).filter(|day| **day <= row.test_date) {
            students.insert(*id, *day);
        }
    }
    if students.is_empty() {
        return Ok(Replaced::default());
    }
    let name = term.to_string();
    let held = read::all::<Interview>(tx)?.into_iter().filter(|kept| kept.entry.term == name);
    let since = |kept: Kept<Interview>| {
        let student = kept.entry.student.0;
        students.get(&student).is_some_and(|day| *day <= kept.entry.day).then_some(student)
    };
    let interviewed: BTreeSet<i64> = held.filter_map(since).collect();
    Ok(Replaced { students: students.len() as u64, interviewed: interviewed.len() as u64 })
}

/// What a file does to sheets that were answered here; for page and terminal alike.
#[must_use]
pub fn replaced_said(replaced: Replaced) -> Option<Said> {
    let Replaced { students, interviewed } = replaced;
    (students > 0).then(|| {
        Said::made(
            format!("其中 {students} 名已在本校作答（{interviewed} 名已访谈），写入后以文件为准。"),
            format!(
                "{students} of these students answered here ({interviewed} were interviewed); once \
                 it is written the sheets of the file count."
            ),
        )
    })
}

pub(super) fn notes(
    tx: &Tx<'_>,
    (preview, replaced): (&Preview<AnswerRow>, Replaced),
    screening: &Screening,
    against: &Against<'_>,
) -> Result<Vec<Said>, SqlError> {
    let term = crate::egress::decode::period(domain::period::Period::Term(screening.term().id));
    let mut notes = vec![Said::made(
        format!("按量表 {}、{} 读取。", screening.scale().id(), term.zh),
        format!("Read as answers of {}, {}.", screening.scale().id(), term.en),
    )];
    notes.extend(replaced_said(replaced));
    let uncounted = without_consent(tx, preview, screening)?;
    if uncounted > 0 {
        notes.push(Said::made(
            format!(
                "其中 {uncounted} 份没有监护人的有效同意（未交、不同意或同意不覆盖测评日）：\
                 照样存入台账，危险条目照样提醒，但不计入任何上报的统计；补交同意后自动计入。"
            ),
            format!(
                "{uncounted} of these sheets have no guardian's consent that covers them: they are \
                 kept, critical answers call all the same, and no figure that leaves counts them \
                 until a consent comes in."
            ),
        ));
    }
    if let Some(column) = consent_column(preview.facts.columns.dropped()) {
        notes.push(Said::made(
            format!(
                "注意：“{column}”这一列没有读取。是否同意只看学生名册和回执，请写在名册里再导入名册。"
            ),
            format!(
                "NOTE: the column {column} was not read. Consent is read from the roster and the \
                 slips only: put it there."
            ),
        ));
    }
    if against.today < screening.term().start {
        notes.push(Said::fixed("这个学期还没有开始。", "This term has not begun."));
    }
    Ok(notes)
}
