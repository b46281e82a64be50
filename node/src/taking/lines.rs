//! A plan row by row, as people read it.

use std::fmt::Write as _;

use certs::digest::sha256;
use domain::digest::Digest;

use super::{Plan, Replaced, is_unusual};
use crate::import::Said;
use crate::import::answers::AnswerRow;
use crate::import::header::Field;
use crate::import::preview::{Comparable, Counts, Preview};
use crate::import::roster::RosterRow;
use crate::import::said::Fault;
use crate::import::staff::{StaffRow, roles_line};
use crate::import::table::{Keyed, RowError};
use crate::import::value::StudentNumber;

/// What becomes of a row, those first that somebody should look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is wrong.
    Wrong,
    /// It is read in another way than the office may expect.
    Told,
    /// On the roll and not in the file.
    Left,
    /// In the ledger otherwise.
    Changed,
    /// Not in the ledger.
    New,
    /// In the ledger just so.
    Unchanged,
}

/// One row of a plan. Names a person as likely as not: without `Debug`.
pub struct Line {
    /// What becomes of it.
    pub fate: Fate,
    /// Its number in the file; none for who is not in it.
    pub row: Option<u32>,
    /// Whom it is about, where that is known.
    pub who: String,
    /// Student number, where it is about a student whom the ledger knows.
    pub student: Option<StudentNumber>,
    /// Column by column.
    pub details: Vec<Detail>,
}

/// What one column of a row is about.
pub struct Detail {
    /// Our name of the field, where it is a change.
    pub field: &'static str,
    /// The column, as the file calls it; of a change, the Chinese name of the field.
    pub column: String,
    /// What the ledger holds, for a change.
    pub old: String,
    /// What the file says.
    pub value: String,
    /// Why it is not taken, or taken otherwise.
    pub fault: Option<Fault>,
}

/// A row that people can recognise.
pub(super) trait Shown {
    fn who(&self) -> String;

    fn student(&self) -> Option<StudentNumber> {
        None
    }
}

impl Shown for RosterRow {
    fn who(&self) -> String {
        let (number, grade) = (self.student_number.as_str(), self.grade.zh());
        format!("{number} {} {grade} {}", self.name, self.class)
    }

    fn student(&self) -> Option<StudentNumber> {
        Some(self.student_number)
    }
}

impl Shown for StaffRow {
    fn who(&self) -> String {
        format!("{} {} {}", self.staff_number, self.name, roles_line(&self.roles))
    }
}

impl Shown for AnswerRow {
    fn who(&self) -> String {
        format!("{} {} {}", self.student_number.as_str(), self.test_date, self.outcome.zh())
    }

    fn student(&self) -> Option<StudentNumber> {
        Some(self.student_number)
    }
}

impl Fate {
    /// All of them, in the order of a plan.
    pub const ALL: [Self; 6] =
        [Self::Wrong, Self::Told, Self::Left, Self::Changed, Self::New, Self::Unchanged];

    /// The word in an address.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Told => "told",
            Self::Left => "left",
            Self::Changed => "changed",
            Self::New => "new",
            Self::Unchanged => "unchanged",
        }
    }

    /// How many rows of a file share it.
    #[must_use]
    pub const fn of(self, counts: &Counts) -> u64 {
        match self {
            Self::Wrong => counts.errors,
            Self::Told => counts.warnings,
            Self::Left => counts.left,
            Self::Changed => counts.changed,
            Self::New => counts.new,
            Self::Unchanged => counts.unchanged,
        }
    }
}

impl Line {
    fn plain(fate: Fate, row: Option<u32>, who: String) -> Self {
        Self { fate, row, who, student: None, details: Vec::new() }
    }

    fn of(fate: Fate, row: Option<u32>, record: &impl Shown) -> Self {
        Self { student: record.student(), ..Self::plain(fate, row, record.who()) }
    }
}

/// Has the record of a key, as the ledger knows it.
pub(super) type Known<'a, R> = dyn Fn(&<R as Keyed>::Key) -> Option<R> + 'a;

impl Plan {
    /// `known` has whoever is no longer in the file.
    pub(super) fn of<R: Comparable + Shown>(
        preview: &Preview<R>,
        fields: Vec<Field>,
        (notes, known): (Vec<Said>, &Known<'_, R>),
    ) -> Self {
        let mut lines = told(&preview.errors, Fate::Wrong);
        lines.extend(told(&preview.warnings, Fate::Told));
        let left = preview.left.iter().filter_map(known);
        let mut left: Vec<Line> = left.map(|gone| Line::of(Fate::Left, None, &gone)).collect();
        // They come out of a map: in one order each time, or no plan would be the same twice.
        left.sort_unstable_by(|a, b| a.who.cmp(&b.who));
        lines.append(&mut left);
        lines.extend(preview.changed.iter().map(|changed| {
            let details = changed.changes.iter().map(|change| Detail {
                field: change.field,
                column: change.label.to_owned(),
                old: change.old.clone(),
                value: change.new.clone(),
                fault: None,
            });
            let line = Line::of(Fate::Changed, Some(changed.row), &changed.record);
            Line { details: details.collect(), ..line }
        }));
        let new = preview.new.iter();
        lines.extend(new.map(|(row, record)| Line::of(Fate::New, Some(*row), record)));
        let same = preview.unchanged.iter();
        lines.extend(same.map(|row| Line::plain(Fate::Unchanged, Some(*row), String::new())));
        let counts = preview.counts();
        let remain = counts.unchanged + counts.changed;
        let (facts, is_unusual) = (preview.facts.clone(), is_unusual(counts.left, remain));
        let stamp = stamp(&lines, &notes);
        let replaced = Replaced::default();
        Self { facts, fields, counts, lines, notes, is_unusual, replaced, stamp }
    }
}

/// Faults row by row, every one of a row in its line.
fn told(errors: &[RowError], fate: Fate) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for error in errors {
        let detail = Detail {
            field: "",
            column: error.column.clone(),
            old: String::new(),
            value: error.value.clone(),
            fault: Some(error.fault.clone()),
        };
        match lines.last_mut().filter(|line| line.row == Some(error.row)) {
            Some(line) => line.details.push(detail),
            None => lines.push(Line {
                details: vec![detail],
                ..Line::plain(fate, Some(error.row), String::new())
            }),
        }
    }
    lines
}

fn stamp(lines: &[Line], notes: &[Said]) -> Digest {
    let mut text = String::new();
    // Writing to a string cannot fail.
    for line in lines {
        let _ = writeln!(text, "{} {:?} {}", line.fate.word(), line.row, line.who);
        for detail in &line.details {
            let _ = writeln!(text, " {}\u{1}{}\u{1}{}", detail.column, detail.old, detail.value);
        }
    }
    for note in notes {
        let _ = writeln!(text, "{}", note.zh);
    }
    sha256(text.as_bytes())
}
