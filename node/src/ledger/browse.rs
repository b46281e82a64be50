//! Lists and histories of any kind, for a reader whose rights are asked student by student.
//!
//! Whoever is named in what this gives has a line in the log of reads. Notes are left out: a note
//! opens in the history of its record, for its author alone.

use std::collections::{BTreeSet, HashMap};

use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Act, Action, Authority, Footing, Kind, SchoolRole, Word as _};
use domain::ledger::{authority, permits};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx, Value};

use super::access::{self, Pass};
use super::author::{Author, Signature};
use super::entry::{Cell, Column, Moment, RecordId, Shape, StaffId, StudentId, read_cells};
use super::kinds::{KINDS, KindColumns};
use super::papers::{self, Passing};
use super::refusal::LedgerRefusal;
use super::scope::Scope;
use super::{footing, strange};

/// Rows that one list gives at most.
pub const LINES_MAX: usize = 200;

/// One version of one entry, its notes left out.
#[derive(Clone)]
pub struct Line {
    /// What it is.
    pub kind: Kind,
    /// Which record.
    pub record: RecordId,
    /// Which version.
    pub version: u32,
    /// Written beside another version; it does not count.
    pub parallel: bool,
    /// Whom it is about.
    pub student: Option<StudentId>,
    /// Its day.
    pub day: Date,
    /// Its values in the order of the kind's columns.
    pub cells: Vec<Cell>,
}

/// What a list is about.
#[derive(Clone, Default)]
pub struct Filter {
    /// One student.
    pub student: Option<StudentId>,
    /// From this day on.
    pub from: Option<Date>,
    /// Up to this day.
    pub to: Option<Date>,
    /// Words that columns of closed lists hold: column and word.
    pub words: Vec<(&'static str, &'static str)>,
    /// A member of staff in a column.
    pub staff: Option<(&'static str, StaffId)>,
    /// Rows of a page; zero for [`LINES_MAX`].
    pub size: usize,
    /// Pages before the one that is wanted.
    pub page: usize,
    /// Those that were annulled, in place of those that stand.
    pub annulled: bool,
}

/// A list, newest first.
pub struct Lines {
    /// Its rows.
    pub lines: Vec<Line>,
    /// There are more than are given.
    pub is_cut: bool,
    /// Rows of all pages.
    pub total: usize,
    /// Which page it is; the last one where a later one was asked for.
    pub page: usize,
}

/// The columns and the door of a kind.
///
/// # Errors
/// There is none, which a test rules out.
pub fn kind_of(kind: Kind) -> Result<&'static KindColumns, SqlError> {
    strange(KINDS.iter().find(|known| known.kind == kind))
}

/// Whether a role reads anything of a kind at all.
#[must_use]
pub fn is_open_to(role: SchoolRole, kind: Kind) -> bool {
    let said = authority(role, Action::Read(kind.area()));
    !matches!(said, Authority::Never | Authority::NeedsSecond)
}

/// What an entry of a kind must be allowed, as its rule asks it.
#[must_use]
pub const fn writing(kind: Kind) -> Action {
    match kind {
        Kind::CriticalItem => Action::Do(Act::HandleCritical),
        Kind::Analysis => Action::Do(Act::Analyse),
        Kind::CaseMember => Action::Do(Act::GrantAccess),
        Kind::Certificate => Action::Do(Act::IssueCertificate),
        _ => Action::Write(kind.area()),
    }
}

/// Whether a role ever writes entries of a kind by a form.
#[must_use]
pub fn is_writable_by(role: SchoolRole, kind: Kind) -> bool {
    let said = authority(role, writing(kind));
    let direct = kind_of(kind).is_ok_and(|known| known.direct);
    direct && !matches!(said, Authority::Never | Authority::NeedsSecond)
}

/// What a role looks at lists for.
#[must_use]
pub const fn purpose_of(role: SchoolRole) -> ReadPurpose {
    match role {
        SchoolRole::Counsellor => ReadPurpose::Counselling,
        SchoolRole::ClassTeacher | SchoolRole::Mentor => ReadPurpose::ClassWork,
        _ => ReadPurpose::Review,
    }
}

/// Entries of a kind that the reader may see, newest first; every student in it is logged.
///
/// # Errors
/// The role reads nothing of the kind, or the store.
pub fn page(
    tx: &Tx<'_>,
    reader: &Author,
    kind: Kind,
    filter: &Filter,
) -> Result<Lines, LedgerRefusal> {
    if !is_open_to(reader.role(), kind) {
        return Err(LedgerRefusal::NotAllowed);
    }
    let known = kind_of(kind)?;
    let text = |day: Option<Date>, other: &str| day.map_or(other.into(), |day| day.to_string());
    let (from, to) = (text(filter.from, "0000"), text(filter.to, "9999"));
    let scope = Scope::of(tx, reader, Action::Read(kind.area()))?;
    let (everyone, these) = (scope.is_everyone(), scope.as_json());
    let student = filter.student.map(|student| student.0);
    let size = if filter.size == 0 { LINES_MAX } else { filter.size.min(LINES_MAX) };
    let passing = Passing::of(tx, reader, kind)?;
    let mut values = params![student, &from, &to, everyone, &these].to_vec();
    let (mut narrowed, mut more) = narrowed(known, filter);
    values.append(&mut more);
    if let Some((text, mut more)) = passing.as_ref().map(|passing| passing.condition(values.len()))
    {
        narrowed += &text;
        values.append(&mut more);
    }
    let rest = format!(
        "from record r join {kind} t on t.record = r.id and t.version = r.version
         where r.kind = '{kind}' and r.destroyed = 0 and r.annulled = {annulled}
         and ($1 is null or r.student = $1)
         and r.day between $2 and $3
         and ($4 or r.student in (select value from json_each($5))) {narrowed}",
        kind = kind.as_str(),
        annulled = u8::from(filter.annulled),
    );
    let total = tx.query_opt(&format!("select count(*) {rest}"), &values, |row| row.u64(0))?;
    let total = usize::try_from(total.unwrap_or(0)).unwrap_or(usize::MAX);
    let page = filter.page.min(total.saturating_sub(1) / size);
    let (skipped, size_bound) = (page.saturating_mul(size) as u64, size as u64);
    let (limit, offset) = (values.len() + 1, values.len() + 2);
    let statement = format!(
        "select r.student, r.day, t.version, t.parallel, r.id, {} {rest}
         order by r.day desc, r.id desc limit ${limit} offset ${offset}",
        columns(known.columns),
    );
    values.extend(params![size_bound, skipped].iter().cloned());
    let lines = tx.query(&statement, &values, |row| line(row, known))?;
    let is_cut = page.saturating_mul(size).saturating_add(lines.len()) < total;
    let students: BTreeSet<_> = lines.iter().filter_map(|line| line.student).collect();
    access::log_list(tx, reader, &students, purpose_of(reader.role()))?;
    Ok(Lines { lines, is_cut, total, page })
}

/// Conditions on columns of the kind, from the sixth value on; a column that it has not narrows
/// nothing.
fn narrowed<'a>(known: &KindColumns, filter: &'a Filter) -> (String, Vec<Value<'a>>) {
    let (mut text, mut values) = (String::new(), Vec::new());
    let is_known = |name: &str| known.columns.iter().any(|column| column.name == name);
    for (column, word) in filter.words.iter().filter(|(column, _)| is_known(column)) {
        let place = 6 + values.len();
        text += &format!(" and instr(',' || t.{column} || ',', ',' || ${place} || ',') > 0");
        values.push(Value::Text(word));
    }
    if let Some((column, staff)) = filter.staff.filter(|(column, _)| is_known(column)) {
        text += &format!(" and t.{column} = ${}", 6 + values.len());
        values.push(Value::Integer(staff.0));
    }
    (text, values)
}

/// Everything about the student of a pass that the pass opens, newest first.
///
/// # Errors
/// The store cannot be read.
pub fn timeline(tx: &Tx<'_>, pass: &Pass) -> Result<Vec<Line>, SqlError> {
    let mut lines = Vec::new();
    for known in KINDS.iter().filter(|known| pass.allow(known.kind.area()).is_ok()) {
        let statement = format!(
            "select r.student, r.day, t.version, t.parallel, r.id, {} from standing r
             join {kind} t on t.record = r.id and t.version = r.version
             where r.kind = '{kind}' and r.student = $1",
            columns(known.columns),
            kind = known.kind.as_str()
        );
        let all = tx.query(&statement, params![pass.student().0], |row| line(row, known))?;
        for line in all {
            if papers::opens_to(tx, pass, known, &line)? {
                lines.push(line);
            }
        }
    }
    for line in &mut lines {
        line.day = made_on(line).unwrap_or(line.day);
    }
    lines.sort_by_key(|line| std::cmp::Reverse((line.day, line.record)));
    Ok(lines)
}

/// The day on which a first contact, review, follow-up or contact outside was made: until then its
/// day is the last one on which it may be.
#[must_use]
pub fn made_on(line: &Line) -> Option<Date> {
    let name = match line.kind {
        Kind::FirstContact => "done_at",
        Kind::AlertReview | Kind::Followup | Kind::CaseContact => "done",
        _ => return None,
    };
    let known = kind_of(line.kind).ok()?;
    let place = known.columns.iter().position(|column| column.name == name)?;
    match line.cells.get(place)? {
        Cell::Integer(at) => Some(Moment(*at).day()),
        Cell::Text(day) => day.parse().ok(),
        Cell::Null => None,
    }
}

/// Every version of a record, oldest first, each with who wrote it; logged where it is about a
/// student.
/// A note is shown in the versions that the reader wrote.
///
/// # Errors
/// There is no such record of the kind, the reader may not, or the store.
pub fn history(
    tx: &Tx<'_>,
    reader: &Author,
    kind: Kind,
    record: RecordId,
) -> Result<Vec<(Line, Signature)>, LedgerRefusal> {
    let known = kind_of(kind)?;
    if !is_open_to(reader.role(), kind) {
        return Err(LedgerRefusal::NotAllowed);
    }
    let about = tx.query_opt(
        "select student from record where id = $1 and kind = $2 and destroyed = 0",
        params![record.0, kind.as_str()],
        |row| row.opt_i64(0),
    )?;
    let student = about.ok_or(LedgerRefusal::Unknown)?.map(StudentId);
    let may = Rights::new(reader, kind).allow(tx, student)?;
    if !may || !papers::opens(tx, reader, (kind, record))? {
        return Err(LedgerRefusal::NotAllowed);
    }
    access::log_list(tx, reader, &student.into_iter().collect(), purpose_of(reader.role()))?;
    let statement = format!(
        "select r.student, t.day, t.version, t.parallel, r.id, {}, j.author, j.second,
             j.entered_at_ms, t.reason
         from {kind} t join record r on r.id = t.record
         join journal j on j.record = t.record and j.version = t.version
         where t.record = $1 order by t.version",
        columns(known.columns),
        kind = kind.as_str()
    );
    let after = HEAD + known.columns.len();
    let rows = tx.query(&statement, params![record.0], |row| {
        let signature = Signature {
            author: row.text(after)?,
            second: row.opt_text(after + 1)?,
            entered_at: Moment(row.i64(after + 2)?),
            reason: row.text(after + 3)?,
        };
        let mut line = line(row, known)?;
        if signature.author == reader.account() {
            line.cells = read_cells(row, HEAD, known.columns)?;
        }
        Ok((line, signature))
    })?;
    Ok(rows)
}

/// The version of a record that counts.
///
/// # Errors
/// There is no such record of the kind, or the store.
pub fn counting(tx: &Tx<'_>, kind: Kind, record: RecordId) -> Result<u32, LedgerRefusal> {
    let found = tx.query_opt(
        "select version from record where id = $1 and kind = $2 and destroyed = 0",
        params![record.0, kind.as_str()],
        |row| row.u32(0),
    )?;
    found.ok_or(LedgerRefusal::Unknown)
}

/// How many entries of the ledger say the same already, whatever their notes.
///
/// # Errors
/// The store cannot be read.
pub fn same(tx: &Tx<'_>, known: &KindColumns, cells: &[Cell]) -> Result<u32, SqlError> {
    let kind = known.kind.as_str();
    let mut statement = format!(
        "select count(*) from standing r join {kind} t on t.record = r.id and t.version = r.version
         where r.kind = '{kind}' and r.destroyed = 0"
    );
    let mut values = Vec::new();
    for (column, cell) in known.columns.iter().zip(cells) {
        if matches!(column.shape, Shape::Note) {
            continue;
        }
        values.push(cell.value());
        statement += &format!(" and t.{} is ${}", column.name, values.len());
        if column.name == "day" {
            statement += &format!(" and r.day = ${}", values.len());
        }
    }
    let found = tx.query_opt(&statement, &values, |row| row.u64(0))?.unwrap_or_default();
    Ok(u32::try_from(found).unwrap_or(u32::MAX))
}

/// Rights of one reader in one area, asked once for each student.
pub(super) struct Rights<'a> {
    reader: &'a Author,
    action: Action,
    asked: HashMap<StudentId, bool>,
}

impl<'a> Rights<'a> {
    pub(super) fn new(reader: &'a Author, kind: Kind) -> Self {
        Self { reader, action: Action::Read(kind.area()), asked: HashMap::new() }
    }

    /// Rights to be told that an entry of a kind is due: of whoever reads it, and of whoever has to
    /// answer it by an act that the table allows, though not to read the rest of the area.
    pub(super) fn of_duty(reader: &'a Author, kind: Kind) -> Self {
        let act = writing(kind);
        let answers =
            matches!(act, Action::Do(_)) && permits(reader.role(), act, Footing::default());
        let action = if answers { act } else { Action::Read(kind.area()) };
        Self { reader, action, asked: HashMap::new() }
    }

    /// Whether the role never has them, whoever it is about.
    pub(super) fn are_none(&self) -> bool {
        let said = authority(self.reader.role(), self.action);
        matches!(said, Authority::Never | Authority::NeedsSecond)
    }

    pub(super) fn allow(
        &mut self,
        tx: &Tx<'_>,
        student: Option<StudentId>,
    ) -> Result<bool, SqlError> {
        let role = self.reader.role();
        // What the role may whoever it is about needs no proof about the student.
        if permits(role, self.action, Footing::default()) {
            return Ok(true);
        }
        let Some(student) = student else {
            return Ok(false);
        };
        if let Some(said) = self.asked.get(&student) {
            return Ok(*said);
        }
        let said = permits(role, self.action, footing::of(tx, self.reader, Some(student))?);
        self.asked.insert(student, said);
        Ok(said)
    }
}

/// Columns before those of the kind.
const HEAD: usize = 5;

fn columns(columns: &[Column]) -> String {
    let names: Vec<String> = columns.iter().map(|column| format!("t.{}", column.name)).collect();
    names.join(", ")
}

fn line(row: &Row<'_, '_>, known: &KindColumns) -> Result<Line, SqlError> {
    let mut cells = read_cells(row, HEAD, known.columns)?;
    for (cell, column) in cells.iter_mut().zip(known.columns) {
        if matches!(column.shape, Shape::Note) {
            *cell = Cell::Null;
        }
    }
    Ok(Line {
        kind: known.kind,
        record: RecordId(row.i64(4)?),
        version: row.u32(2)?,
        parallel: row.bool(3)?,
        student: row.opt_i64(0)?.map(StudentId),
        day: row.str(1)?.parse().map_err(|_| SqlError::Type)?,
        cells,
    })
}
