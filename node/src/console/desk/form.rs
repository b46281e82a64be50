//! One form for everything that is written: fields from columns, filled in again where it was
//! refused, each mistake beside its field and in a list at the top.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use domain::ledger::{Action, Area, Kind, Word as _};
use runtime::cli::Failure;
use runtime::sql::{SqlError, Tx};
use runtime::web::{Html, Lang, RenderError, Text};

use super::super::ledgers::content;
use super::super::office::chosen;
use super::words;
use crate::desk::{fields, written};
use crate::import::value::Grade;
use crate::ledger::access;
use crate::ledger::author::Author;
use crate::ledger::browse::{self, Filter};
use crate::ledger::entry::{Cell, Column, RecordId, Shape, StaffId, StudentId, WordText};
use crate::ledger::people::{self, PersonLine, Search};
use crate::ledger::profile::{self, Profile};
use crate::ledger::read;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::scope::Scope;
use crate::ledger::showing::Names;
use crate::ledger::talk::Talk;

/// Records of a kind that a field lists, the newest ones.
const RECORDS_LISTED: usize = 50;
/// Ends the name of the field with the chosen one of several namesakes.
pub(super) const PICK: &str = ".pick";

/// A choice of a list: word, what is shown, whether it is chosen.
pub(super) type Option3 = (String, String, bool);

/// What a field looks like.
pub(super) enum Input {
    /// One line, with the browser's own type.
    Line(&'static str, String),
    /// A number or name of a member of staff, with the list of them.
    Staff(String),
    /// A student to be searched for, and the namesakes that were found.
    Find(String, Vec<Option3>),
    /// Several lines.
    Area(String),
    /// One of a list.
    Choice(Vec<Option3>),
    /// Several of a list.
    Boxes(Vec<Option3>),
    /// Yes if ticked.
    Flag(bool),
    /// What cannot be changed: value and what is shown.
    Fixed(String, String),
}

/// A field with its label, help and mistake.
pub(super) struct FieldView {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) help: Option<&'static str>,
    pub(super) error: Option<&'static str>,
    pub(super) is_needed: bool,
    pub(super) is_first: bool,
    pub(super) input: Input,
}

/// Why a form was not taken.
pub(super) enum Refused {
    /// The ledger refused it.
    Ledger(LedgerRefusal),
    /// Fields that cannot be read, each with its sentence.
    Fields(Vec<(&'static str, Text)>),
}

/// What was typed, by field.
#[derive(Clone, Default)]
pub(super) struct Typed(BTreeMap<String, Vec<String>>);

/// What a form is about, for its fields.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) kind: Option<Kind>,
    pub(super) columns: &'a [Column],
    /// The student is settled and only shown.
    pub(super) is_fixed: bool,
}

/// A page with a form.
#[derive(Template)]
#[template(path = "console/form.html")]
pub(super) struct FormTemplate<'a> {
    pub(super) lang: Lang,
    pub(super) csrf: &'a str,
    pub(super) action: String,
    pub(super) failure: Option<(String, String)>,
    /// The record that stands in the way.
    pub(super) stands: Option<(String, String)>,
    /// Whether it is asked if the same happened once more.
    pub(super) asks_again: bool,
    pub(super) done: Option<String>,
    pub(super) notes: Vec<String>,
    pub(super) fields: Vec<FieldView>,
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) staff: Vec<String>,
    pub(super) submit: &'static str,
    pub(super) back: (String, &'static str),
}

impl FormTemplate<'_> {
    pub(super) fn html(&self) -> Result<Html, RenderError> {
        Html::render(self)
    }
}

impl From<LedgerRefusal> for Refused {
    fn from(refusal: LedgerRefusal) -> Self {
        Self::Ledger(refusal)
    }
}

impl From<SqlError> for Refused {
    fn from(error: SqlError) -> Self {
        Self::Ledger(error.into())
    }
}

impl Refused {
    /// The fields that it is about, each with a sentence.
    pub(super) fn wrong(&self) -> Vec<(&'static str, Text)> {
        use LedgerRefusal as R;
        match self {
            Self::Fields(wrong) => wrong.clone(),
            Self::Ledger(R::Field(name)) => vec![(name, words::LOOK_AT)],
            Self::Ledger(R::OtherStudent(name, _)) => vec![(name, words::LOOK_AT)],
            Self::Ledger(R::CardTells { .. }) => vec![("card", words::LOOK_AT)],
            Self::Ledger(R::Tells(told)) => {
                let sections: BTreeSet<&'static str> = told.iter().map(|one| one.section).collect();
                sections.into_iter().map(|section| (section, words::LOOK_AT)).collect()
            }
            Self::Ledger(R::TooLong(name)) => vec![(name, words::TOO_LONG)],
            Self::Ledger(R::Day(_)) => vec![("day", words::LOOK_AT)],
            Self::Ledger(R::Flawed(name, _)) => vec![(name, words::LOOK_AT)],
            Self::Ledger(R::Double | R::Stands(..) | R::Again(..)) => {
                vec![("student", words::LOOK_AT)]
            }
            Self::Ledger(R::Reason) => vec![("reason", written::MISSING)],
            Self::Ledger(_) => Vec::new(),
        }
    }

    /// The record that stands in the way: its address, and what leads there.
    pub(super) fn stands(&self, lang: Lang) -> Option<(String, String)> {
        use LedgerRefusal as R;
        let Self::Ledger(R::Stands(kind, record, _) | R::Again(kind, record)) = self else {
            return None;
        };
        let (href, name) = (kind.as_str(), chosen(kind.label(), lang));
        let said = words::OPEN_RECORD.fill(lang, &[&name, &record.0]);
        Some((format!("/ledgers/{href}/{}", record.0), said))
    }

    /// The pair of mentor and student that stands in the way, where it is one.
    pub(super) const fn pair(&self) -> Option<RecordId> {
        match self {
            Self::Ledger(LedgerRefusal::Stands(Kind::Mentor, record, _)) => Some(*record),
            _ => None,
        }
    }

    /// Whether a tick that it happened once more would have it taken.
    pub(super) const fn asks_again(&self) -> bool {
        matches!(self, Self::Ledger(LedgerRefusal::Again(..)))
    }

    /// What happened and what to do next.
    pub(super) fn sentences(self, lang: Lang) -> (String, String) {
        match self {
            Self::Fields(wrong) => {
                let said = words::FIELDS_WRONG.fill(lang, &[&wrong.len()]);
                (said, words::FIELDS_NEXT.in_lang(lang).to_owned())
            }
            Self::Ledger(refusal) => {
                let failure = Failure::from(refusal);
                let next = failure.next_step(lang).unwrap_or_default().to_owned();
                (failure.message(lang).to_owned(), next)
            }
        }
    }
}

impl Typed {
    /// What came with a form or an address.
    pub(super) fn new(pairs: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in pairs {
            typed.0.entry(name).or_default().push(value);
        }
        typed
    }

    /// The first value of a field; empty where there is none.
    pub(super) fn one(&self, name: &str) -> &str {
        self.0.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// Every value of a field; the chosen namesake goes before what was searched for.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let picked = self.one(&format!("{name}{PICK}"));
        if !picked.is_empty() {
            return vec![picked];
        }
        self.0.get(name).map(|all| all.iter().map(String::as_str).collect()).unwrap_or_default()
    }

    /// Every field with each of its values.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(name, values)| {
            values.iter().map(move |value| (name.as_str(), value.as_str()))
        })
    }

    pub(super) fn set(&mut self, name: &str, values: Vec<String>) {
        self.0.insert(name.to_owned(), values);
    }

    /// Fills in whom an analysis is about and with whom, from the talk that was raised.
    pub(super) fn preset_talk(&mut self, tx: &Tx<'_>, reader: &Author) -> Result<(), SqlError> {
        // The other one is never who writes.
        self.preset("staff", String::new);
        let Ok(talk) = self.one("talk").parse() else { return Ok(()) };
        let Some(talk) = read::one::<Talk>(tx, RecordId(talk))? else { return Ok(()) };
        let student = talk.entry.student;
        let names = Names::of(tx, [student])?;
        if let Some(known) = names.student(student) {
            let shown = BTreeSet::from([student]);
            access::log_list(tx, reader, &shown, browse::purpose_of(reader.role()))?;
            self.set("student", vec![known.number.clone()]);
            self.set("staff", vec![names.staff_line(talk.entry.staff)]);
        }
        Ok(())
    }

    /// Fills in what is not there yet.
    pub(super) fn preset(&mut self, name: &str, value: impl FnOnce() -> String) {
        self.0.entry(name.to_owned()).or_insert_with(|| vec![value()]);
    }

    /// Cells of columns as somebody would type them.
    pub(super) fn of_cells(columns: &[Column], cells: &[Cell], names: &Names) -> Self {
        let mut typed = Self::default();
        for (column, cell) in columns.iter().zip(cells) {
            let values = match (cell, column.shape) {
                (Cell::Null, _) => Vec::new(),
                (Cell::Integer(id), Shape::Student) => {
                    names.student(StudentId(*id)).map(|s| s.number.clone()).into_iter().collect()
                }
                (Cell::Integer(id), Shape::Staff) => vec![names.staff_line(StaffId(*id))],
                (Cell::Integer(at), Shape::Moment) => {
                    vec![runtime::web::time::minute(*at).replace(' ', "T")]
                }
                (Cell::Integer(0), Shape::Flag) => Vec::new(),
                (Cell::Integer(number), _) => vec![number.to_string()],
                (Cell::Text(text), Shape::Words(_)) => {
                    text.split(',').filter(|w| !w.is_empty()).map(str::to_owned).collect()
                }
                (Cell::Text(text), _) => vec![text.clone()],
            };
            typed.set(column.name, values);
        }
        typed
    }

    /// Fills in today and the person who writes.
    pub(super) fn preset_all(
        &mut self,
        tx: &Tx<'_>,
        author: &Author,
        subject: Subject<'_>,
    ) -> Result<(), SqlError> {
        let names = Names::of(tx, [])?;
        for column in subject.columns {
            if fields::is_today(subject.kind, column) {
                self.preset(column.name, || author.today().to_string());
            } else if let Some(own) =
                author.staff().filter(|_| fields::is_doer(subject.kind, column))
            {
                self.preset(column.name, || names.staff_line(own));
            }
        }
        Ok(())
    }
}

/// Reads every field of a form.
///
/// # Errors
/// Every field that cannot be read, or the store.
pub(super) fn read(
    tx: &Tx<'_>,
    author: &Author,
    columns: &[Column],
    typed: &Typed,
) -> Result<Vec<Cell>, Refused> {
    let (mut cells, mut wrong) = (Vec::new(), Vec::new());
    for column in columns {
        match written::cell(tx, author, column, &typed.all(column.name))? {
            Ok(cell) => cells.push(cell),
            Err(mistake) => wrong.push((column.name, mistake)),
        }
    }
    if wrong.is_empty() { Ok(cells) } else { Err(Refused::Fields(wrong)) }
}

/// The fields of a form, filled in.
///
/// # Errors
/// The store, or a list that the reader may not see.
pub(super) fn views(
    tx: &Tx<'_>,
    reader: &Author,
    subject: Subject<'_>,
    (typed, wrong): (&Typed, &[(&'static str, Text)]),
    lang: Lang,
) -> Result<Vec<FieldView>, LedgerRefusal> {
    let mut views = Vec::new();
    let has_wrong = wrong.iter().any(|(name, _)| subject.columns.iter().any(|c| c.name == *name));
    for column in subject.columns {
        let error = wrong.iter().find(|(name, _)| *name == column.name);
        let error = error.map(|(_, text)| text.in_lang(lang));
        let input = input(tx, reader, subject, (column, typed), lang)?;
        let open = !matches!(input, Input::Fixed(..));
        let waits = open && views.iter().all(|view: &FieldView| !view.is_first);
        views.push(FieldView {
            name: column.name,
            label: fields::label(subject.kind, column, lang),
            help: fields::help(subject.kind, column).map(|text| text.in_lang(lang)),
            error,
            is_needed: fields::is_needed(subject.kind, column),
            is_first: waits && (error.is_some() || !has_wrong),
            input,
        });
    }
    Ok(views)
}

fn input(
    tx: &Tx<'_>,
    reader: &Author,
    subject: Subject<'_>,
    (column, typed): (&Column, &Typed),
    lang: Lang,
) -> Result<Input, LedgerRefusal> {
    let value = || typed.one(column.name).to_owned();
    let chosen = typed.all(column.name);
    Ok(match column.shape {
        Shape::Note => Input::Area(value()),
        Shape::Text if fields::is_long(column) => Input::Area(value()),
        Shape::Text => Input::Line("text", value()),
        Shape::Number => Input::Line("number", value()),
        Shape::Day => Input::Line("date", value()),
        Shape::Moment => Input::Line("datetime-local", value().replace(' ', "T")),
        Shape::Flag => Input::Flag(!value().is_empty() && value() != "0"),
        Shape::Staff => Input::Staff(value()),
        Shape::Student => student(tx, reader, (column, subject.is_fixed), typed)?,
        Shape::Record => {
            let of = of_student(tx, reader, column, typed)?;
            Input::Choice(records(tx, reader, (column, &value()), of, lang)?)
        }
        Shape::Word(list) => {
            let mut list = list();
            // What stands there already stays in the list, be it none of the school's any more.
            if let Some(profile) = of_place(tx, column)? {
                let is_own = |word: &str| profile.has_word(column.name, word);
                list.retain(|entry| is_own(entry.word) || chosen.contains(&entry.word));
            }
            Input::Choice(options(&list, &chosen, column.optional, lang))
        }
        Shape::Words(list) => Input::Boxes(all_words(&list(), &chosen, lang)),
    })
}

/// The school, where a field asks for one of its grades or stages.
fn of_place(tx: &Tx<'_>, column: &Column) -> Result<Option<Profile>, SqlError> {
    if matches!(column.name, "grade" | "stage") { profile::load(tx) } else { Ok(None) }
}

/// A fixed student, one of the own students, or one to be searched for.
fn student(
    tx: &Tx<'_>,
    reader: &Author,
    (column, is_fixed): (&Column, bool),
    typed: &Typed,
) -> Result<Input, SqlError> {
    let text = typed.all(column.name).first().map_or("", |text| text.trim()).to_owned();
    if is_fixed {
        let found = people::meant(tx, reader, &text)?;
        let shown = found.first().map_or_else(|| "—".to_owned(), person_line);
        return Ok(Input::Fixed(text, shown));
    }
    let scope = Scope::of(tx, reader, Action::Read(Area::Roll))?;
    if let Scope::These(these) = &scope
        && these.len() <= people::OWN_MAX
    {
        let all = Search { whole: true, ..Search::default() };
        let listed = people::search(tx, reader, &all)?;
        let option =
            |line: &PersonLine| (line.number.clone(), person_line(line), line.number == text);
        let blank = (String::new(), String::new(), text.is_empty());
        return Ok(Input::Choice(
            std::iter::once(blank).chain(listed.lines.iter().map(option)).collect(),
        ));
    }
    let found = people::meant(tx, reader, &text)?;
    let namesakes = found.iter().filter(|_| found.len() > 1);
    let offered = namesakes.map(|line| (line.number.clone(), person_line(line), false)).collect();
    let shown = match &*found {
        [one] => format!("{} {}", one.number, one.name),
        _ => text,
    };
    Ok(Input::Find(shown, offered))
}

/// Name, number, grade and class in one line.
pub(in crate::console) fn person_line(line: &PersonLine) -> String {
    format!("{} {} {}", line.name, class_line(&line.grade, &line.class), line.number)
}

/// A class as the school calls it.
pub(in crate::console) fn class_line(grade: &str, class: &str) -> String {
    let coded = Grade::from_code(grade).map_or_else(|| grade.to_owned(), |g| g.zh().to_owned());
    format!("{coded}{class}")
}

/// Whose cases, talks and consents a form offers, where what is typed means one student: those of
/// somebody else are refused.
fn of_student(
    tx: &Tx<'_>,
    reader: &Author,
    column: &Column,
    typed: &Typed,
) -> Result<Option<StudentId>, SqlError> {
    let text = typed.all("student").first().copied().unwrap_or_default();
    if text.trim().is_empty() || !matches!(column.name, "of_case" | "talk" | "consent") {
        return Ok(None);
    }
    Ok(match &*people::meant(tx, reader, text)? {
        [one] => Some(one.student),
        _ => None,
    })
}

/// The newest records of the kind that a field names, of one student where that is known.
fn records(
    tx: &Tx<'_>,
    reader: &Author,
    (column, value): (&Column, &str),
    student: Option<StudentId>,
    lang: Lang,
) -> Result<Vec<Option3>, LedgerRefusal> {
    let mut options = vec![(String::new(), String::new(), value.is_empty())];
    let Some(kind) = fields::target(column).filter(|kind| browse::is_open_to(reader.role(), *kind))
    else {
        options.push((value.to_owned(), format!("#{value}"), true));
        return Ok(options);
    };
    let filter = Filter { student, size: RECORDS_LISTED, ..Filter::default() };
    let lines = browse::page(tx, reader, kind, &filter)?.lines;
    let names = Names::of(tx, lines.iter().filter_map(|line| line.student))?;
    for line in &lines {
        let number = line.record.0.to_string();
        let about = match line.student {
            Some(student) => names.student_line(student),
            None => content(line, &names, lang).chars().take(30).collect(),
        };
        let is_chosen = number == value;
        options.push((number, format!("#{} {} {about}", line.record.0, line.day), is_chosen));
    }
    if !value.is_empty() && !options.iter().any(|(_, _, chosen)| *chosen) {
        options.push((value.to_owned(), format!("#{value}"), true));
    }
    Ok(options)
}

fn options(list: &[WordText], chosen: &[&str], optional: bool, lang: Lang) -> Vec<Option3> {
    let nothing = !list.iter().any(|entry| chosen.contains(&entry.word));
    let blank = (optional || nothing).then(|| (String::new(), String::new(), nothing));
    blank.into_iter().chain(all_words(list, chosen, lang)).collect()
}

fn all_words(list: &[WordText], chosen: &[&str], lang: Lang) -> Vec<Option3> {
    let label = |entry: &WordText| match lang {
        Lang::Zh => entry.label.0.to_owned(),
        Lang::En => entry.label.1.to_owned(),
    };
    list.iter()
        .map(|entry| (entry.word.to_owned(), label(entry), chosen.contains(&entry.word)))
        .collect()
}
