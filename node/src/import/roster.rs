//! Roster: the school's list of pupils, as the student register exports it.
//!
//! Rows of another school are refused. Consent counts only with its date: given without a date,
//! or dated in the future, it is read as unknown and said so.

use std::collections::HashMap;
use std::hash::BuildHasher;

use jiff::ToSpan;
use jiff::civil::Date;

use super::ImportError;
use super::header::{Columns, Field, HeaderError, SavedMapping};
use super::preview::{Change, Comparable};
use super::said::Fault;
use super::source::Source;
use super::table::{self, Cells, Keyed, Kind, Notes, ParsedFile, RowError};
use super::value::{
    self, ClassName, Consent, ConsentCoding, DateSpan, Grade, GradeClue, GradeSpan, Sex, Status,
    StudentNumber,
};

/// Oldest pupil that is believed, in years.
const AGE_YEARS_MAX: i32 = 30;
/// Youngest pupil that is believed, in years.
const AGE_YEARS_MIN: i32 = 2;

/// One pupil as the roster has it.
#[derive(Clone, PartialEq, Eq)]
pub struct RosterRow {
    /// National student number (学籍号).
    pub student_number: StudentNumber,
    /// Number that the school gives (学号).
    pub local_number: Option<Box<str>>,
    /// Name.
    pub name: Box<str>,
    /// Sex.
    pub sex: Sex,
    /// Birth date.
    pub birth_date: Option<Date>,
    /// Grade.
    pub grade: Grade,
    /// Class, such as `3班`.
    pub class: Box<str>,
    /// The guardian's consent.
    pub consent: Consent,
    /// Day of the consent or of its refusal.
    pub consent_date: Option<Date>,
    /// Whether the pupil is on the roll.
    pub status: Status,
}

/// What a roster is read against.
#[derive(Clone, Debug)]
pub struct RosterContext {
    /// Today, in Asia/Shanghai.
    pub today: Date,
    /// Year in which the current school year began.
    pub school_year: i16,
    /// The grades that the school has.
    pub grades: GradeSpan,
    /// Codes of the school; a row with another code is refused. Empty: no code is looked at.
    pub school_codes: Vec<String>,
    /// Names of the school; a row with another name is refused. Empty: no name is looked at.
    pub school_names: Vec<String>,
}

/// What a person entered about a pupil's place on the roll; it stands against any file.
#[derive(Clone, Copy)]
pub struct ByHand {
    /// First day on which it holds.
    pub from: Date,
    /// Whether the pupil has been on the roll since.
    pub is_on_roll: bool,
}

const NUMBER: usize = 0;
const LOCAL_NUMBER: usize = 1;
const NAME: usize = 2;
const SEX: usize = 3;
const BIRTH_DATE: usize = 4;
const GRADE: usize = 5;
const CLASS: usize = 6;
const CONSENT: usize = 7;
const CONSENT_DATE: usize = 8;
const STATUS: usize = 9;
const SCHOOL_CODE: usize = 10;
const SCHOOL_NAME: usize = 11;

const OTHER_SCHOOL: Fault = Fault::fixed(
    "other_school",
    ("这一行属于另一所学校，不收", "the row is of another school and is not taken"),
    ("请只导出本校名册", "export the roster of this school only"),
);
const UNDATED: Fault = Fault::fixed(
    "consent_undated",
    ("同意没有日期，按“不明”处理", "the consent has no date and is read as unknown"),
    ("请补上同意日期", "add the date of the consent"),
);
const FUTURE: Fault = Fault::fixed(
    "consent_future",
    ("同意日期在今天之后，按“不明”处理", "the consent is dated after today; read as unknown"),
    ("请检查同意日期", "check the date of the consent"),
);
const NOT_CONSENT: Fault = Fault::fixed(
    "consent_unclear",
    ("看不出是否同意，按“不明”处理", "whether this is consent is unclear; read as unknown"),
    ("请写 是（同意）或 否（不同意）", "write 是 (given) or 否 (refused)"),
);

const UNKNOWN_LEAVER: Fault = Fault::fixed(
    "unknown_leaver",
    (
        "这一行说该生已离校，但系统里没有这名学生，不采用",
        "the row says that this student left, and the roll has none of this number; not taken",
    ),
    ("无须处理；若号码有误请更正", "nothing to do, unless the number is wrong"),
);

const LEFT: Fault = Fault::fixed(
    "left_by_hand",
    (
        "系统中已登记该生离校（转出、毕业等），这一行不改变其状态",
        "the school has entered that this student left; the row does not change that",
    ),
    (
        "若该生确已回校，请登记“转入”；否则请更新名册",
        "if the student is back, enter a coming; else mend the roster",
    ),
);

/// Names of the student number column, shared with the answers and with lists of departments.
pub(crate) const NUMBER_NAMES: &str = "学籍号|全国学籍号|学生学籍号|学籍号码|全国统一学籍号|\
    全国学籍编号|学籍编号|国网学籍号|student number|national student number|student id|student no";
const LOCAL_NUMBER_NAMES: &str = "学号|校内学号|学生编号|班内学号|local number|local id";
pub(crate) const NAME_NAMES: &str = "姓名|学生姓名|名字|name|student name|full name";
const SEX_NAMES: &str = "性别|性别码|性别代码|sex|gender";
pub(crate) const BIRTH_NAMES: &str =
    "出生日期|出生年月日|生日|出生年月|birth date|date of birth|birthday|dob";
pub(crate) const GRADE_NAMES: &str = "年级|所在年级|就读年级|年级名称|grade";
pub(crate) const CLASS_NAMES: &str = "班级|所在班级|班级名称|班别|班|行政班|class|class name";
const CONSENT_NAMES: &str = "监护人同意|家长同意|知情同意|是否同意|监护人是否同意|家长是否同意|\
    知情同意书|同意情况|监护人知情同意|家长知情同意|consent|guardian consent|parental consent";
const CONSENT_DATE_NAMES: &str =
    "同意日期|同意时间|签署日期|签字日期|签订日期|知情同意日期|consent date";
const STATUS_NAMES: &str = "状态|学籍状态|学生状态|在校状态|在籍状态|status";
pub(crate) const SCHOOL_CODE_NAMES: &str =
    "学校代码|学校标识码|学校编码|学校识别码|学校（机构）标识码|school code|school id";
pub(crate) const SCHOOL_NAME_NAMES: &str = "学校|学校名称|所在学校|就读学校|school|school name";

/// The fields of a roster, in the order of the constants above.
#[must_use]
pub fn fields() -> Vec<Field> {
    vec![
        Field::new("student_number", NUMBER_NAMES).required(),
        Field::new("local_number", LOCAL_NUMBER_NAMES),
        Field::new("name", NAME_NAMES).required(),
        Field::new("sex", SEX_NAMES).required(),
        Field::new("birth_date", BIRTH_NAMES),
        Field::new("grade", GRADE_NAMES),
        Field::new("class", CLASS_NAMES).required(),
        Field::new("consent", CONSENT_NAMES),
        Field::new("consent_date", CONSENT_DATE_NAMES),
        Field::new("status", STATUS_NAMES),
        Field::new("school_code", SCHOOL_CODE_NAMES),
        Field::new("school_name", SCHOOL_NAME_NAMES),
    ]
}

/// Reads a roster.
///
/// # Errors
/// When the file is no table or not a roster; errors in rows are part of the result.
pub fn read(
    source: &mut Source,
    mapping: Option<&SavedMapping>,
    context: &RosterContext,
) -> Result<ParsedFile<RosterRow>, ImportError> {
    table::read(source, mapping, &mut Roster::new(context))
}

const OLDER: Fault = Fault::fixed(
    "older_than_entered",
    (
        "这份名册的日期早于已登记的变动（转入、升级等），这一行不采用",
        "the roster is older than what was entered (a coming, the turn of the year); not taken",
    ),
    ("请用变动之后导出的名册", "use a roster that was made after it"),
);

/// Lets what persons entered stand: who has left by their word stays away, whatever the file says.
///
/// Gives the numbers that a whole file must hold, so that nobody who came after the day for which
/// it is right is taken for one who left.
pub fn settle<S: BuildHasher, T: BuildHasher>(
    file: &mut ParsedFile<RosterRow>,
    known: &HashMap<StudentNumber, RosterRow, S>,
    by_hand: &HashMap<StudentNumber, ByHand, T>,
    as_of: Date,
) -> Vec<StudentNumber> {
    let column = file.facts.columns.name(NUMBER).to_owned();
    let ParsedFile { rows, warnings, .. } = file;
    rows.retain_mut(|(number, row)| match known.get(&row.student_number) {
        _ if !row.class.is_empty() => true,
        Some(kept) => {
            *row = RosterRow { status: row.status, ..kept.clone() };
            true
        }
        None => {
            let (row, value) = (*number, row.student_number.as_str().to_owned());
            warnings.push(RowError { row, column: column.clone(), value, fault: UNKNOWN_LEAVER });
            false
        }
    });
    for (number, row) in &mut file.rows {
        let Some(hand) = by_hand.get(&row.student_number) else { continue };
        let Some(kept) = known.get(&row.student_number) else { continue };
        let differs = (row.status, row.grade, &row.class) != (kept.status, kept.grade, &kept.class);
        let fault = match hand {
            ByHand { is_on_roll: false, .. } if row.status.is_on_roll() => LEFT,
            ByHand { from, .. } if *from > as_of && differs => OLDER,
            _ => continue,
        };
        let value = row.student_number.as_str().to_owned();
        *row = kept.clone();
        file.warnings.push(RowError { row: *number, column: column.clone(), value, fault });
    }
    let came_later = |number: &StudentNumber| {
        by_hand.get(number).is_some_and(|hand| hand.is_on_roll && hand.from > as_of)
    };
    let expected = known.values().filter(|row| row.status.is_on_roll());
    expected.map(|row| row.student_number).filter(|number| !came_later(number)).collect()
}

/// How a roster is read.
struct Roster<'a> {
    context: &'a RosterContext,
    births: DateSpan,
    consents: DateSpan,
    coding: ConsentCoding,
    codes: Vec<String>,
    names: Vec<String>,
}

impl<'a> Roster<'a> {
    fn new(context: &'a RosterContext) -> Self {
        let ago = |years: i32| context.today.saturating_sub(years.years());
        let births = DateSpan { from: ago(AGE_YEARS_MAX), to: ago(AGE_YEARS_MIN) };
        // A future date is a warning, so it has to be parsed first.
        let consents = DateSpan { from: ago(AGE_YEARS_MAX), to: Date::MAX };
        let plain = |texts: &[String]| texts.iter().map(|text| value::same_form(text)).collect();
        let (codes, names) = (plain(&context.school_codes), plain(&context.school_names));
        Self { context, births, consents, coding: ConsentCoding::default(), codes, names }
    }

    /// Whether a cell names this school or nothing.
    fn is_ours(known: &[String], cell: &str) -> bool {
        known.is_empty() || cell.trim().is_empty() || known.contains(&value::same_form(cell))
    }

    fn check_school(&self, cells: &Cells<'_>, notes: &mut Notes) -> Option<()> {
        for (field, known) in [(SCHOOL_CODE, &self.codes), (SCHOOL_NAME, &self.names)] {
            if !Self::is_ours(known, cells.text(field)) {
                notes.error(cells, field, OTHER_SCHOOL);
                return None;
            }
        }
        Some(())
    }

    fn class(&self, cells: &Cells<'_>, notes: &mut Notes) -> Option<(Grade, Box<str>)> {
        let class = cells.parse(CLASS, notes, value::parse_class);
        let blank = cells.text(GRADE).trim().is_empty();
        let column: Option<GradeClue> = match blank {
            true => None,
            false => Some(cells.parse(GRADE, notes, value::parse_grade)?),
        };
        let ClassName { label, clue } = class?;
        let field = if blank { CLASS } else { GRADE };
        let (grades, year) = (self.context.grades, self.context.school_year);
        let class = ClassName { label, clue };
        let grade = cells.parse(field, notes, |_| class.settle(column, grades, year))?;
        Some((grade, class.label))
    }

    /// Whether a row says that somebody left and names no class: who left has none any more, and
    /// [`settle`] takes the last one from the roll.
    fn leaves_unplaced(&self, cells: &Cells<'_>) -> bool {
        let status = value::parse_status(cells.text(STATUS));
        cells.text(CLASS).trim().is_empty() && status.is_ok_and(|status| !status.is_on_roll())
    }

    /// Consent and its day; a day that cannot be read is an error, not a missing one.
    fn consent(&self, cells: &Cells<'_>, notes: &mut Notes) -> Option<(Consent, Option<Date>)> {
        let consent = Consent::read(cells.text(CONSENT), self.coding);
        let parse = |cell: &str| optional_date(cell, self.consents);
        let date = cells.parse(CONSENT_DATE, notes, parse)?;
        let future = date.is_some_and(|date| date > self.context.today);
        let fault = match consent {
            Consent::Given if date.is_none() => Some((CONSENT, UNDATED)),
            Consent::Given if future => Some((CONSENT_DATE, FUTURE)),
            Consent::Unknown if !cells.text(CONSENT).trim().is_empty() => {
                Some((CONSENT, NOT_CONSENT))
            }
            _ => None,
        };
        let Some((field, fault)) = fault else {
            return Some((consent, date.filter(|_| !future && consent != Consent::Unknown)));
        };
        notes.warning(cells, field, fault);
        Some((Consent::Unknown, None))
    }
}

impl Kind for Roster<'_> {
    type Row = RosterRow;

    fn fields(&self) -> Vec<Field> {
        fields()
    }

    fn key_field(&self) -> usize {
        NUMBER
    }

    fn begin(&mut self, columns: &Columns) -> Result<(), HeaderError> {
        self.coding = ConsentCoding::of_header(columns.name(CONSENT));
        Ok(())
    }

    fn read(&mut self, cells: &Cells<'_>, notes: &mut Notes) -> Option<RosterRow> {
        self.check_school(cells, notes)?;
        // Every cell is read before the row is given up, so that one run names every fault.
        let student_number = cells.parse(NUMBER, notes, StudentNumber::parse);
        let local_number = cells.parse(LOCAL_NUMBER, notes, value::parse_local_number);
        let name = cells.parse(NAME, notes, value::parse_name);
        let sex = cells.parse(SEX, notes, value::parse_sex);
        let births = self.births;
        let birth_date = cells.parse(BIRTH_DATE, notes, |cell| optional_date(cell, births));
        let class = match self.leaves_unplaced(cells) {
            true => Some((self.context.grades.from, "".into())),
            false => self.class(cells, notes),
        };
        let consent = self.consent(cells, notes);
        let status = cells.parse(STATUS, notes, value::parse_status);
        let (grade, class) = class?;
        let (consent, consent_date) = consent?;
        Some(RosterRow {
            student_number: student_number?,
            local_number: local_number?,
            name: name?,
            sex: sex?,
            birth_date: birth_date?,
            grade,
            class,
            consent,
            consent_date,
            status: status?,
        })
    }
}

fn optional_date(cell: &str, span: DateSpan) -> Result<Option<Date>, Fault> {
    if value::fold(cell).is_empty() {
        return Ok(None);
    }
    value::parse_date(cell, span).map(Some)
}

impl Keyed for RosterRow {
    type Key = StudentNumber;

    fn key(&self) -> StudentNumber {
        self.student_number
    }
}

impl Comparable for RosterRow {
    fn fill(&mut self, old: &Self, columns: &Columns) {
        let absent = |field: usize| columns.place(field).is_none();
        if absent(LOCAL_NUMBER) {
            self.local_number.clone_from(&old.local_number);
        }
        if absent(BIRTH_DATE) {
            self.birth_date = old.birth_date;
        }
        if absent(CONSENT) {
            self.consent = old.consent;
            self.consent_date = old.consent_date;
        }
        // A roster without this column lists those who are there.
        if absent(STATUS) && old.status.is_on_roll() {
            self.status = old.status;
        }
    }

    fn changes(&self, old: &Self) -> Vec<Change> {
        let text = |text: &Option<Box<str>>| text.as_deref().unwrap_or_default().to_owned();
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let zh = |text: &str| text.to_owned();
        [
            Change::between("local_number", "学号", &old.local_number, &self.local_number, text),
            Change::between("name", "姓名", &old.name, &self.name, |name| name.to_string()),
            Change::between("sex", "性别", &old.sex, &self.sex, |sex| zh(sex.zh())),
            Change::between("birth_date", "出生日期", &old.birth_date, &self.birth_date, |d| {
                day(*d)
            }),
            Change::between("grade", "年级", &old.grade, &self.grade, |grade| zh(grade.zh())),
            Change::between("class", "班级", &old.class, &self.class, |class| class.to_string()),
            Change::between("consent", "监护人同意", &old.consent, &self.consent, |c| {
                zh(c.zh())
            }),
            Change::between(
                "consent_date",
                "同意日期",
                &old.consent_date,
                &self.consent_date,
                |d| day(*d),
            ),
            Change::between("status", "状态", &old.status, &self.status, |s| zh(s.zh())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
