//! "Why 7?": the records behind a figure, for whom the table of authority lets read them.
//!
//! A record about a student is shown with a pass and never without, so every look leaves a line on
//! that student's page. Who may see counts and no records learns how many are hidden, not which.

use domain::catalogue::{Catalogue, Count, Source};
use domain::cell::Cell;
use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Act, Action, Area, permits};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::{Behind, Counted, Facts, IndicatorError};
use crate::ledger::access;
use crate::ledger::author::Author;
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::sheet::{self, SheetFact};
use crate::ledger::student;

/// Most records of one answer: somebody reads them.
pub const RECORDS_MAX: usize = 200;

/// One record behind a figure, and the student whom it is about.
pub struct Line {
    /// The record.
    pub behind: Behind,
    /// National student number and name.
    pub student: Option<(String, String)>,
    /// Internal id of the student, as the address of the student page has it.
    pub student_id: Option<i64>,
    /// The answer sheets of a figure about a screening, scale and day; for who may read them.
    pub sheets: Vec<(String, Date)>,
}

/// The records behind one cell.
pub struct Explained {
    /// The figure.
    pub figure: Cell,
    /// Whether it is blank because records of students of the period are destroyed.
    pub is_destroyed: bool,
    /// Where it is blank because its day has not come: the first day on which it is counted.
    pub not_yet: Option<Date>,
    /// Records that the reader may see.
    pub lines: Vec<Line>,
    /// Records that the reader may not see.
    pub hidden: usize,
    /// Records beyond [`RECORDS_MAX`], which were not looked at.
    pub more: usize,
}

/// Why a figure was not explained.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// The count has no such cell.
    #[error("the count has no such cell")]
    Cell,
    /// The role sees no counts.
    #[error("this role sees no counts")]
    NotAllowed,
    /// The figure cannot be computed.
    #[error(transparent)]
    Indicator(#[from] IndicatorError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerRefusal),
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// Explains one cell to a reader; each student's record that is shown is logged as read.
///
/// # Errors
/// The role sees no counts, there is no such cell, or the store cannot be read or written.
pub fn explain(
    tx: &Tx<'_>,
    (facts, catalogue): (&Facts, &Catalogue),
    count: &Count,
    values: &[&str],
    reader: &Author,
) -> Result<Explained, ExplainError> {
    if !permits(reader.role(), Action::Do(Act::ReadCounts), Default::default()) {
        return Err(ExplainError::NotAllowed);
    }
    let figures = facts.figures(catalogue, count)?;
    let place = figures.block.place(values).ok_or(ExplainError::Cell)?;
    let figure = figures.cells.get(place).copied().ok_or(ExplainError::Cell)?;
    let mut behind = facts.behind(catalogue, count)?;
    behind.retain(|counted| counted.place == place);
    let more = behind.len().saturating_sub(RECORDS_MAX);
    behind.truncate(RECORDS_MAX);
    let (is_destroyed, not_yet) = (figures.is_destroyed, figures.not_yet);
    let lines = Vec::new();
    let mut explained = Explained { figure, is_destroyed, not_yet, lines, hidden: 0, more };
    let source = count.definition.as_ref().map(|known| known.source);
    let sheets = match source {
        Some(Source::Screening | Source::Sheet) => sheets(tx, facts)?,
        _ => Vec::new(),
    };
    for counted in &behind {
        match line(tx, counted, reader)? {
            Some(line) => {
                let sheets = of_line(tx, (&line, &sheets), reader)?;
                explained.lines.push(Line { sheets, ..line });
            }
            None => explained.hidden += 1,
        }
    }
    Ok(explained)
}

/// The answered sheets that figures of a period are made from.
fn sheets(tx: &Tx<'_>, facts: &Facts) -> Result<Vec<SheetFact>, SqlError> {
    match facts.span().term {
        Some(term) => sheet::answered_of_term(tx, term.id, term.census),
        None => sheet::answered_in(tx, facts.span().from, facts.span().to),
    }
}

/// The sheets of the student of a line; of a line that is a sheet, that of its day.
fn of_line(
    tx: &Tx<'_>,
    (line, sheets): (&Line, &[SheetFact]),
    reader: &Author,
) -> Result<Vec<(String, Date)>, ExplainError> {
    let Some(student) = line.student_id else { return Ok(Vec::new()) };
    let is_shown = |sheet: &&SheetFact| match line.behind {
        Behind::Sheet(_, day) => sheet.student == student && sheet.test_date == day,
        _ => sheet.student == student,
    };
    let own = sheets.iter().filter(is_shown).map(|sheet| (sheet.scale.clone(), sheet.test_date));
    let own: Vec<(String, Date)> = own.collect();
    // Who answered what is the screening's; who reads the roll alone is told the student.
    let may = !own.is_empty() && access::may_read(tx, reader, StudentId(student), Area::Screening)?;
    Ok(if may { own } else { Vec::new() })
}

fn line(tx: &Tx<'_>, counted: &Counted, reader: &Author) -> Result<Option<Line>, ExplainError> {
    let (behind, area) = (counted.behind, counted.behind.area());
    let Some(id) = counted.student else {
        let may = permits(reader.role(), Action::Read(area), Default::default());
        return Ok(may.then_some(Line {
            behind,
            student: None,
            student_id: None,
            sheets: Vec::new(),
        }));
    };
    // What the role could never read is not opened, so that nothing is logged as read.
    if !access::may_read(tx, reader, StudentId(id), area)? {
        return Ok(None);
    }
    let pass = access::open(tx, reader, StudentId(id), ReadPurpose::Review)?;
    pass.allow(area)?;
    let student = student::name_of(tx, &pass)?;
    Ok(Some(Line { behind, student, student_id: Some(id), sheets: Vec::new() }))
}

impl Line {
    /// The record in words, with the answer sheets behind it.
    #[must_use]
    pub fn said(&self) -> (String, String) {
        let (mut zh, mut en) = self.behind.said();
        let is_sheet = matches!(self.behind, Behind::Sheet(..));
        let listed = |between: &str| {
            let each = self.sheets.iter().map(|(scale, day)| match is_sheet {
                true => scale.clone(),
                false => format!("{scale} {day}"),
            });
            each.collect::<Vec<_>>().join(between)
        };
        if !self.sheets.is_empty() {
            let (of_zh, of_en) = if is_sheet { ("", "") } else { ("答卷 ", "sheets ") };
            zh = format!("{zh}：{of_zh}{}", listed("、"));
            en = format!("{en}: {of_en}{}", listed(", "));
        }
        (zh, en)
    }
}

impl Behind {
    /// The area that decides who may read it.
    #[must_use]
    pub const fn area(&self) -> Area {
        match self {
            Self::Student(_) | Self::Class => Area::Roll,
            Self::Staff(_) => Area::StaffRoll,
            Self::School => Area::Governance,
            Self::Sheet(..) => Area::Screening,
            Self::Entry { kind, .. } => kind.area(),
        }
    }

    /// The record in words, Chinese and English, without anybody's name.
    #[must_use]
    pub fn said(&self) -> (String, String) {
        use domain::ledger::Word as _;
        match self {
            Self::Student(_) => ("名册上的学生".to_owned(), "student on the roll".to_owned()),
            Self::Staff(_) => ("教职工名册".to_owned(), "member of the staff roll".to_owned()),
            Self::Class => ("班级".to_owned(), "class".to_owned()),
            Self::School => ("学校".to_owned(), "the school".to_owned()),
            Self::Sheet(_, day) => (format!("答卷（{day}）"), format!("sheet of {day}")),
            Self::Entry { kind, record, day } => {
                let (zh, en) = kind.label();
                (format!("{zh}第 {record} 号（{day}）"), format!("{en} no. {record} ({day})"))
            }
        }
    }
}
