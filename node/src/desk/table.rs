//! A table of entries, such as a term's talks from a spreadsheet: each row read as its form would
//! be, shown with what would become of it, and all written together or none.
//!
//! Rights and rules are those of one entry after the other: a row that a person could not write by
//! hand is not written by a file either. What stands in the ledger already is passed over unless
//! somebody says of its row that it happened once more, and what looks like an entry that stands
//! there is asked about, row by row, as the form asks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

use domain::ledger::Word as _;
use runtime::cli::Failure;
use runtime::sql::{SqlError, Tx};
use runtime::texts;
use runtime::web::{Lang, Text};

use super::{fields, labels, written};
use crate::import::header::Field;
use crate::import::source::Source;
use crate::import::table::{self, Cells, Keyed, Kind, Notes};
use crate::import::{Fault, ImportError, Said};
use crate::ledger::author::Author;
use crate::ledger::browse;
use crate::ledger::entry::{Cell, Column, RecordId, Shape, StudentId, WordText};
use crate::ledger::import_batch::{self, ImportSource};
use crate::ledger::kinds::KindColumns;
use crate::ledger::people;
use crate::ledger::refusal::LedgerRefusal;

texts! {
    NAMESAKES = "不止一名学生的姓名或学号与此相同，请改填学籍号",
        "several students have this name; write the student number";
    DOUBLE = "当天已有相同的{0} #{1}", "{0} #{1} says the same of that day";
    DOUBLE_IN = "与本表第 {0} 行相同", "row {0} of this table says the same";
    NOTE_LEFT = "记录内容不会写入", "its note is not written";
}

/// Why an entry of a table is written, where its writer gives no reason.
const IMPORTED: &str = "表格导入";
/// Rows of one table; more are several tables.
pub const ROWS_MAX: usize = 2_000;

/// What would become of a row.
pub enum Fate {
    /// It is new.
    New,
    /// It stands in the ledger already, and nobody said that it happened once more; where the row
    /// has a note, that is not written.
    Known(Option<Said>),
    /// The like stands in the ledger, or further up, and nobody said that it happened once more: it
    /// is asked about, and left out where that is said.
    Double(Said),
    /// It is wrong: in a column, or as a whole.
    Wrong(Vec<(String, Said)>),
}

/// A row with what would become of it.
pub struct PlannedRow {
    /// Its number as a spreadsheet shows it.
    pub row: u32,
    /// Its values; none where it could not be read.
    pub cells: Vec<Cell>,
    /// What stands in a row that could not be read, notes left out.
    pub typed: String,
    /// Students of whom one may be meant, where a name is that of several.
    pub meant: Vec<StudentId>,
    /// What would become of it.
    pub fate: Fate,
    /// How many entries of the ledger say the same before it is written.
    pub standing: u32,
}

/// What a table would do.
#[derive(Default)]
pub struct Plan {
    /// Its rows in their order.
    pub rows: Vec<PlannedRow>,
    /// Headers of columns that are not read.
    pub dropped: Vec<String>,
}

/// Why nothing was planned or written.
pub enum TableError {
    /// The file or its columns.
    File(ImportError),
    /// More rows than one table may have.
    Long,
    /// A row is wrong, or a double of which nobody said what becomes of it; the plan says which.
    Rows(Plan),
    /// A trial: the plan, and nothing was written.
    Trial(Plan),
    /// The role writes nothing of the kind, or the store.
    Ledger(LedgerRefusal),
}

impl From<LedgerRefusal> for TableError {
    fn from(refusal: LedgerRefusal) -> Self {
        Self::Ledger(refusal)
    }
}

impl From<SqlError> for TableError {
    fn from(error: SqlError) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<ImportError> for TableError {
    fn from(error: ImportError) -> Self {
        Self::File(error)
    }
}

impl Plan {
    /// Rows that are new, that stand there already, and that are wrong.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let of = |is: fn(&Fate) -> bool| self.rows.iter().filter(|row| is(&row.fate)).count();
        (
            of(|fate| matches!(fate, Fate::New)),
            of(|fate| matches!(fate, Fate::Known(_))),
            of(|fate| matches!(fate, Fate::Wrong(_))),
        )
    }

    /// Rows that stand there already.
    pub fn known(&self) -> impl Iterator<Item = &PlannedRow> {
        self.rows.iter().filter(|row| matches!(row.fate, Fate::Known(_)))
    }

    /// Rows that are asked about.
    #[must_use]
    pub fn doubles(&self) -> usize {
        self.undecided(&BTreeSet::new())
    }

    /// Of those that are asked about, the rows that nobody said to leave out.
    #[must_use]
    pub fn undecided(&self, left: &BTreeSet<u32>) -> usize {
        let asked = self.rows.iter().filter(|row| matches!(row.fate, Fate::Double(_)));
        asked.filter(|row| !left.contains(&row.row)).count()
    }
}

/// Whether a table is written or only tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Tells what would become of each row.
    Trial,
    /// Writes.
    Write,
}

/// A row that happened once more, with how many entries said the same when that was said: where
/// another stands there since, the row was written, and is not written a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnceMore {
    /// Number of the row.
    pub row: u32,
    /// How many stood there.
    pub standing: u32,
}

/// A row that is no number, with how many stand there or without.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a row is a number such as 4, or 4:1 where one that says the same stands there")]
pub struct NoRow;

impl FromStr for OnceMore {
    type Err = NoRow;

    fn from_str(text: &str) -> Result<Self, NoRow> {
        let (row, standing) = text.split_once(':').unwrap_or((text, "0"));
        let number = |text: &str| text.parse().map_err(|_| NoRow);
        Ok(Self { row: number(row)?, standing: number(standing)? })
    }
}

impl fmt::Display for OnceMore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.standing {
            0 => write!(f, "{}", self.row),
            standing => write!(f, "{}:{standing}", self.row),
        }
    }
}

impl PlannedRow {
    /// How it is named for what happened once more.
    #[must_use]
    pub const fn once_more(&self) -> OnceMore {
        OnceMore { row: self.row, standing: self.standing }
    }
}

/// What is said of rows that are perhaps doubles or stand there already, by number.
#[derive(Clone, Default)]
pub struct Doubles {
    /// They happened once more and are written, each with how many stood there then.
    pub again: BTreeMap<u32, u32>,
    /// They are left out.
    pub left: BTreeSet<u32>,
}

/// Writes every new row of a table, or nothing, also while a double is neither said to have
/// happened once more nor to be left out: a row that is passed over silently is missed by nobody.
/// The caller's transaction must end where this gives an error.
///
/// # Errors
/// The file, a row, the role, or the store; and [`TableError::Trial`] where nothing was wanted.
pub fn take(
    tx: &Tx<'_>,
    author: &Author,
    (known, mode, doubles): (&'static KindColumns, Mode, &Doubles),
    source: &mut Source,
    from: &ImportSource,
) -> Result<Plan, TableError> {
    if !browse::is_writable_by(author.role(), known.kind) {
        return Err(LedgerRefusal::NotAllowed.into());
    }
    let mut reading = Reading { tx, author, known, broken: None, unread: HashMap::new() };
    let file = table::read(source, None, &mut reading)?;
    if let Some(error) = reading.broken {
        return Err(error.into());
    }
    if file.rows.len() + file.errors.len() > ROWS_MAX {
        return Err(TableError::Long);
    }
    let mut plan = Plan { rows: Vec::new(), dropped: file.facts.columns.dropped().to_vec() };
    for error in file.errors {
        let wrong = (error.column, error.fault.reason);
        match plan.rows.last_mut() {
            Some(PlannedRow { row, fate: Fate::Wrong(all), .. }) if *row == error.row => {
                all.push(wrong);
            }
            _ => {
                let (typed, meant) = reading.unread.remove(&error.row).unwrap_or_default();
                let fate = Fate::Wrong(vec![wrong]);
                plan.rows.push(PlannedRow {
                    row: error.row,
                    cells: Vec::new(),
                    typed,
                    meant,
                    fate,
                    standing: 0,
                });
            }
        }
    }
    let (author, mut written) = (author.because(IMPORTED), Written::default());
    for (row, typed) in file.rows {
        let cells = typed.cells;
        let standing = browse::same(tx, known, &cells)?;
        let place = (row, standing, cells.as_slice());
        let fate = fate(tx, &author, (known, doubles), place, &mut written)?;
        let (typed, meant) = (String::new(), Vec::new());
        plan.rows.push(PlannedRow { row, cells, typed, meant, fate, standing });
    }
    plan.rows.sort_by_key(|row| row.row);
    conclude(tx, (plan, mode, &doubles.left), (known, &written.records), from)
}

/// What a table has written so far.
#[derive(Default)]
struct Written {
    /// Rows and their records.
    records: Vec<(u32, RecordId)>,
    /// What the rows say without their notes, and the first that says it.
    bare: HashMap<String, u32>,
}

/// What becomes of a row, which is written where nothing speaks against it. A row that differs from
/// one further up by its note alone is no entry that stood in the ledger: it is asked about.
fn fate(
    tx: &Tx<'_>,
    author: &Author,
    (known, doubles): (&'static KindColumns, &Doubles),
    (row, standing, cells): (u32, u32, &[Cell]),
    written: &mut Written,
) -> Result<Fate, TableError> {
    let (bare, meant) = (bare(known, cells), doubles.again.get(&row));
    let again = meant.is_some();
    match written.bare.get(&bare) {
        Some(above) if !again => return Ok(Fate::Double(double_in(*above))),
        // A second one of that day that was entered by the form says the same as the row. Where
        // more stand there than when it was meant, the row itself was written since.
        None if standing > 0 && meant != Some(&standing) => {
            let left = has_note(known, cells)
                .then(|| Said::fixed(NOTE_LEFT.in_lang(Lang::Zh), NOTE_LEFT.in_lang(Lang::En)));
            return Ok(Fate::Known(left));
        }
        _ => {}
    }
    Ok(match (known.add)(tx, &author.once_more(again), cells.to_vec()) {
        Ok(record) => {
            written.records.push((row, record));
            written.bare.entry(bare).or_insert(row);
            Fate::New
        }
        Err(LedgerRefusal::Store(error)) => return Err(error.into()),
        Err(LedgerRefusal::Again(kind, of)) => Fate::Double(double(&written.records, (kind, of))),
        Err(refusal) => Fate::Wrong(vec![(String::new(), said(refusal))]),
    })
}

/// What a row says, its notes left out.
fn bare(known: &KindColumns, cells: &[Cell]) -> String {
    let shown = known.columns.iter().zip(cells);
    let shown = shown.filter(|(column, _)| !matches!(column.shape, Shape::Note));
    shown.map(|(_, cell)| text_of(cell)).collect::<Vec<_>>().join("\u{1f}")
}

fn has_note(known: &KindColumns, cells: &[Cell]) -> bool {
    let mut columns = known.columns.iter().zip(cells);
    columns.any(|(column, cell)| {
        matches!(column.shape, Shape::Note) && !text_of(cell).trim().is_empty()
    })
}

/// Notes the import, where something was written, nothing is wrong and no double is undecided.
fn conclude(
    tx: &Tx<'_>,
    (plan, mode, left): (Plan, Mode, &BTreeSet<u32>),
    (known, brought): (&KindColumns, &[(u32, RecordId)]),
    from: &ImportSource,
) -> Result<Plan, TableError> {
    let (new, unchanged, wrong) = plan.counts();
    match mode {
        Mode::Trial => Err(TableError::Trial(plan)),
        Mode::Write if wrong + plan.undecided(left) > 0 => Err(TableError::Rows(plan)),
        Mode::Write => {
            let counts = crate::import::preview::Counts {
                rows: plan.rows.len() as u64,
                new: new as u64,
                unchanged: unchanged as u64,
                ..Default::default()
            };
            if new > 0 {
                let batch = import_batch::insert(tx, known.kind.as_str(), from, counts)?;
                let brought: Vec<RecordId> = brought.iter().map(|(_, record)| *record).collect();
                import_batch::brought(tx, batch, &brought)?;
            }
            Ok(plan)
        }
    }
}

/// What a row is the double of: a row further up, which has no number in the ledger yet, or an
/// entry.
fn double(brought: &[(u32, RecordId)], (kind, record): (domain::ledger::Kind, RecordId)) -> Said {
    if let Some((row, _)) = brought.iter().find(|(_, known)| *known == record) {
        return double_in(*row);
    }
    let (zh, en) = kind.label();
    let said = |lang, kind: &'static str| DOUBLE.fill(lang, &[&kind, &record.0]);
    Said::made(said(Lang::Zh, zh), said(Lang::En, en))
}

fn double_in(row: u32) -> Said {
    Said::made(DOUBLE_IN.fill(Lang::Zh, &[&row]), DOUBLE_IN.fill(Lang::En, &[&row]))
}

/// What a refusal says, in both languages.
fn said(refusal: LedgerRefusal) -> Said {
    let failure = Failure::from(refusal);
    Said::made(failure.message(Lang::Zh).to_owned(), failure.message(Lang::En).to_owned())
}

/// A row whose fields were read.
struct EntryRow {
    cells: Vec<Cell>,
    key: String,
}

impl Keyed for EntryRow {
    type Key = String;

    fn key(&self) -> String {
        self.key.clone()
    }
}

/// Reads rows of one kind of entry.
struct Reading<'a, 't> {
    tx: &'a Tx<'t>,
    author: &'a Author,
    known: &'static KindColumns,
    broken: Option<SqlError>,
    /// Of each row what stands in it, and who may be meant; taken up where the row is wrong.
    unread: HashMap<u32, (String, Vec<StudentId>)>,
}

impl Reading<'_, '_> {
    /// Whether a file without the column is about who brings it.
    fn is_own(&self, column: &Column) -> bool {
        fields::is_doer(Some(self.known.kind), column)
    }

    /// What stands in a row, so that a wrong one can be told from others.
    fn text(&self, cells: &Cells<'_>) -> String {
        let shown = self.known.columns.iter().enumerate();
        let shown = shown.filter(|(_, column)| !matches!(column.shape, Shape::Note));
        let texts = shown.map(|(at, _)| cells.text(at).trim()).filter(|text| !text.is_empty());
        texts.collect::<Vec<_>>().join(" · ")
    }

    /// The students whom a name may mean.
    fn namesakes(&mut self, text: &str) -> Vec<StudentId> {
        match people::meant(self.tx, self.author, text) {
            Ok(found) => found.into_iter().map(|line| line.student).collect(),
            Err(error) => {
                self.broken = Some(error);
                Vec::new()
            }
        }
    }
}

impl Kind for Reading<'_, '_> {
    type Row = EntryRow;

    fn fields(&self) -> Vec<Field> {
        self.known.columns.iter().map(|column| field(self.known, column)).collect()
    }

    fn key_field(&self) -> usize {
        0
    }

    fn read(&mut self, cells: &Cells<'_>, notes: &mut Notes) -> Option<EntryRow> {
        let (mut read, mut meant) = (Vec::new(), Vec::new());
        for (at, column) in self.known.columns.iter().enumerate() {
            // A file without the column for who did it is one's own.
            let own = self.author.staff().filter(|_| self.is_own(column) && !cells.has(at));
            if let Some(own) = own {
                read.push(Cell::Integer(own.0));
                continue;
            }
            match written::cell(self.tx, self.author, column, &[cells.text(at)]) {
                Ok(Ok(cell)) => read.push(cell),
                Ok(Err(written::NAMESAKES)) => {
                    meant.extend(self.namesakes(cells.text(at)));
                    notes.error(cells, at, fault(column, NAMESAKES));
                }
                Ok(Err(mistake)) => notes.error(cells, at, fault(column, mistake)),
                Err(error) => self.broken = Some(error),
            }
        }
        if self.unread.len() < ROWS_MAX {
            self.unread.insert(cells.row_number(), (self.text(cells), meant));
        }
        let is_whole = read.len() == self.known.columns.len();
        let key = read.iter().map(text_of).collect::<Vec<_>>().join("\u{1f}");
        is_whole.then_some(EntryRow { cells: read, key })
    }
}

fn text_of(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Integer(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
    }
}

/// The names by which a column may be headed: its labels and its own name.
fn field(known: &KindColumns, column: &Column) -> Field {
    let mut names = vec![
        fields::label(Some(known.kind), column, Lang::Zh),
        labels::of(column.name, Lang::Zh),
        fields::label(Some(known.kind), column, Lang::En),
        labels::of(column.name, Lang::En),
        column.name,
    ];
    let also: &[&str] = match column.shape {
        // Not 姓名 as well: a file with both columns would have two for one field.
        Shape::Student => &["学号"],
        Shape::Staff => &["工号"],
        Shape::Note => &["记录", "备注", "note"],
        _ => &[],
    };
    names.extend(also);
    // A label may be the same in both languages and forms; a refusal names each spelling once.
    let mut once: Vec<&str> = Vec::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    let field = Field::new(column.name, &once.join("|"));
    let needed =
        fields::is_needed(Some(known.kind), column) && !fields::is_doer(Some(known.kind), column);
    if needed { field.required() } else { field }
}

/// What is wrong with a field. There is no list to open beside a row, so its words are named.
fn fault(column: &Column, mistake: Text) -> Fault {
    let list = match column.shape {
        Shape::Word(list) | Shape::Words(list) if mistake == written::NOT_LISTED => list(),
        _ => Vec::new(),
    };
    let (zh, en) = (mistake.in_lang(Lang::Zh), mistake.in_lang(Lang::En));
    let hint = Said::fixed(zh, en);
    if list.is_empty() {
        return Fault { code: "field", reason: hint.clone(), hint };
    }
    let named = |label: fn(&WordText) -> &'static str, between| {
        list.iter().map(label).collect::<Vec<_>>().join(between)
    };
    let (of_zh, of_en) = (named(|word| word.label.0, "、"), named(|word| word.label.1, ", "));
    let reason = Said::made(format!("{zh}：{of_zh}"), format!("{en}: {of_en}"));
    Fault { code: "field", reason, hint }
}
