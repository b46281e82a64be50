//! Grades and class names.
//!
//! A class name often carries its grade, in full (`七年级1班`, `初一（3）班`), short (`七(1)班`) or
//! by year of entry (`2025级3班`). What it carries is a clue: it must agree with the grade column,
//! and decides alone only where the school's own grades leave one reading.

use super::{BLANK, SHEET_ERROR, compact, is_sheet_error, leading_number};
use crate::import::said::Fault;

/// A grade of the catalogue: `k1` to `k3`, `g1` to `g12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grade(u8);

/// The grades that a school has, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GradeSpan {
    /// Lowest grade.
    pub from: Grade,
    /// Highest grade.
    pub to: Grade,
}

/// What a text says about a grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GradeClue {
    /// Nothing.
    None,
    /// One grade.
    Exact(Grade),
    /// A number that counts from the start of some stage: `三年级` may be `g3`, `g9` or `g12`.
    Number(u8),
    /// The year of entry to a stage.
    Entry(i16),
}

/// A class name in its usual form, and what it says about the grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassName {
    /// `3班`, `启明班`.
    pub label: Box<str>,
    /// What the text said about the grade.
    pub clue: GradeClue,
}

const CODES: [&str; 15] =
    ["k1", "k2", "k3", "g1", "g2", "g3", "g4", "g5", "g6", "g7", "g8", "g9", "g10", "g11", "g12"];
const NAMES: [&str; 15] = [
    "小班",
    "中班",
    "大班",
    "一年级",
    "二年级",
    "三年级",
    "四年级",
    "五年级",
    "六年级",
    "七年级",
    "八年级",
    "九年级",
    "高一",
    "高二",
    "高三",
];
/// Words before a number and the grade before the first of their stage, longest first.
const STAGES: [(&str, u8, u8); 12] = [
    ("初级中学", 6, 4),
    ("初中", 6, 4),
    ("初", 6, 4),
    ("高级中学", 9, 3),
    ("高中", 9, 3),
    ("高", 9, 3),
    ("中职", 9, 3),
    ("职高", 9, 3),
    ("职", 9, 3),
    ("小学", 0, 6),
    ("小", 0, 6),
    ("grade", 0, 12),
];
const NAMES_EN: [&str; 15] = [
    "Kindergarten 1",
    "Kindergarten 2",
    "Kindergarten 3",
    "Grade 1",
    "Grade 2",
    "Grade 3",
    "Grade 4",
    "Grade 5",
    "Grade 6",
    "Grade 7",
    "Grade 8",
    "Grade 9",
    "Grade 10",
    "Grade 11",
    "Grade 12",
];
const CLASS_CHARS_MAX: usize = 20;

const GRADE: Fault = Fault::fixed(
    "grade",
    ("无法识别的年级", "the grade is not understood"),
    ("请写 七年级、初一、高二 或 7", "write 七年级, 初一, 高二 or 7"),
);
const NO_SUCH_GRADE: Fault = Fault::fixed(
    "grade_span",
    ("本校没有这个年级", "this school has no such grade"),
    ("请检查年级，或这一行是否属于本校", "check the grade, or whether the row is of this school"),
);
const UNCLEAR: Fault = Fault::fixed(
    "grade_unclear",
    ("从班级看不出年级", "the class does not tell the grade"),
    ("请加一列“年级”", "add a column for the grade"),
);
const DISAGREE: Fault = Fault::fixed(
    "grade_class",
    ("班级与年级不一致", "class and grade do not agree"),
    ("请检查年级和班级", "check grade and class"),
);
const CLASS: Fault = Fault::fixed(
    "class",
    ("无法识别的班级", "the class is not understood"),
    ("请写 1班、七(1)班 或 初一3班", "write 1班, 七(1)班 or 初一3班"),
);

impl Grade {
    /// The catalogue's value.
    #[must_use]
    pub fn code(self) -> &'static str {
        CODES.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// The grade that a value of the catalogue means.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let place = CODES.iter().position(|known| *known == code)?;
        u8::try_from(place).ok().map(Self)
    }

    /// The name on a Chinese page.
    #[must_use]
    pub fn zh(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// The name in both languages.
    #[must_use]
    pub fn label(self) -> (&'static str, &'static str) {
        (self.zh(), NAMES_EN.get(usize::from(self.0)).copied().unwrap_or_default())
    }

    /// Year of school, 1 to 12.
    fn school_year(number: u8) -> Option<Self> {
        (1..=12).contains(&number).then_some(Self(number + 2))
    }
}

impl GradeSpan {
    /// Every grade of the catalogue.
    pub const ALL: Self = Self { from: Grade(0), to: Grade(14) };

    fn holds(self, grade: Grade) -> bool {
        self.from <= grade && grade <= self.to
    }
}

impl GradeClue {
    /// The grades that the clue can mean, the plainest reading first.
    fn readings(self, school_year: i16) -> [Option<Grade>; 3] {
        let counted = |number: u8| {
            let lower = Grade::school_year(number).filter(|_| number <= 12);
            let junior = Grade::school_year(number + 6).filter(|_| number <= 3);
            let senior = Grade::school_year(number + 9).filter(|_| number <= 3);
            [lower, junior, senior]
        };
        match self {
            Self::None => [None; 3],
            Self::Exact(grade) => [Some(grade), None, None],
            Self::Number(number) => counted(number),
            Self::Entry(year) => {
                let years = i32::from(school_year) - i32::from(year) + 1;
                u8::try_from(years).ok().filter(|n| (1..=6).contains(n)).map_or([None; 3], counted)
            }
        }
    }

    /// The one grade of the school that the clue means.
    fn settle(self, span: GradeSpan, school_year: i16) -> Result<Grade, Fault> {
        let readings = self.readings(school_year);
        let mut possible = readings.into_iter().flatten().filter(|grade| span.holds(*grade));
        let first = possible.next().ok_or(NO_SUCH_GRADE)?;
        let other = possible.next().is_some();
        let plain = !matches!(self, Self::Entry(_)) && readings.first() == Some(&Some(first));
        if other && !plain { Err(UNCLEAR) } else { Ok(first) }
    }
}

impl ClassName {
    /// The grade, from the grade column and from what the class name says.
    ///
    /// # Errors
    /// When neither says it, the two disagree, or the school has no such grade.
    pub fn settle(
        &self,
        column: Option<GradeClue>,
        span: GradeSpan,
        school_year: i16,
    ) -> Result<Grade, Fault> {
        let Some(column) = column else {
            if self.clue == GradeClue::None {
                return Err(UNCLEAR);
            }
            return self.clue.settle(span, school_year);
        };
        let grade = column.settle(span, school_year)?;
        let agrees = self.clue.readings(school_year).contains(&Some(grade));
        // An old year of entry says nothing: a pupil who repeats a year keeps the class name.
        if agrees || matches!(self.clue, GradeClue::None | GradeClue::Entry(_)) {
            return Ok(grade);
        }
        Err(DISAGREE)
    }
}

/// Parses a cell of a grade column.
///
/// # Errors
/// When it names no grade.
pub fn parse_grade(cell: &str) -> Result<GradeClue, Fault> {
    let text = compact(cell).to_lowercase();
    if is_sheet_error(&text) {
        return Err(SHEET_ERROR);
    }
    if let Some(grade) = Grade::from_code(&text) {
        return Ok(GradeClue::Exact(grade));
    }
    let known = NAMES.iter().position(|name| **name == *text);
    if let Some(place) = known.filter(|place| !(3..=5).contains(place)) {
        return u8::try_from(place).map(|place| GradeClue::Exact(Grade(place))).map_err(|_| GRADE);
    }
    match strip_grade(&text) {
        (clue, "") if clue != GradeClue::None => Ok(clue),
        _ => match leading_number(&text) {
            Some((number, "")) => number_clue(number).ok_or(GRADE),
            _ => Err(GRADE),
        },
    }
}

/// The grade that a person types, by its code or its name, as a school with these grades means it.
///
/// # Errors
/// It is none, or the school has no such grade.
pub fn grade_of(text: &str, grades: GradeSpan, school_year: i16) -> Result<Grade, Fault> {
    let class = ClassName { label: "".into(), clue: GradeClue::None };
    class.settle(Some(parse_grade(text)?), grades, school_year)
}

/// Parses a cell of a class column.
///
/// # Errors
/// When it names no class.
pub fn parse_class(cell: &str) -> Result<ClassName, Fault> {
    let text = compact(cell);
    if text.is_empty() {
        return Err(BLANK);
    }
    if is_sheet_error(&text) {
        return Err(SHEET_ERROR);
    }
    let text = text.to_lowercase();
    let (clue, rest) = match strip_kindergarten(&text) {
        Some(pair) => pair,
        None => strip_grade(&text),
    };
    let label = label(rest).ok_or(CLASS)?;
    Ok(ClassName { label: label.into(), clue })
}

fn number_clue(number: u32) -> Option<GradeClue> {
    u8::try_from(number).ok().filter(|number| (1..=12).contains(number)).map(GradeClue::Number)
}

/// `小(1)班` and `中二班`: a kindergarten's class, unlike `小一(1)班`, which is a first grade.
fn strip_kindergarten(text: &str) -> Option<(GradeClue, &str)> {
    let first = text.chars().next()?;
    let place = ['小', '中', '大'].iter().position(|c| *c == first)?;
    let clue = GradeClue::Exact(Grade(u8::try_from(place).ok()?));
    let rest = text.get(first.len_utf8()..)?;
    let after = rest.strip_prefix('班');
    if after == Some("") {
        return Some((clue, "1班"));
    }
    let class = after.unwrap_or(rest);
    let counted = leading_number(class).is_some_and(|(_, tail)| tail == "班");
    (class.starts_with('(') || counted).then_some((clue, class))
}

/// The grade at the start of a text, and what follows.
fn strip_grade(text: &str) -> (GradeClue, &str) {
    let nothing = (GradeClue::None, text);
    for word in ["预备年级", "预初年级", "预备班", "预初", "预备"] {
        if let Some(rest) = text.strip_prefix(word) {
            return (GradeClue::Exact(Grade(8)), rest);
        }
    }
    for (word, before, years) in STAGES {
        let Some((number, rest)) = text.strip_prefix(word).and_then(leading_number) else {
            continue;
        };
        let grade = u8::try_from(number).ok().filter(|number| (1..=years).contains(number));
        // 初四 is the ninth year where the primary school ends with the fifth.
        let grade = grade.map(|n| if word.starts_with('初') { n.min(3) } else { n });
        let Some(grade) = grade.and_then(|n| Grade::school_year(n + before)) else {
            return nothing;
        };
        return (GradeClue::Exact(grade), strip_grade_word(rest));
    }
    if let Some((number, rest)) = text.strip_prefix('g').and_then(leading_number) {
        return (number_exact(number), rest);
    }
    let Some((number, rest)) = leading_number(text) else {
        return nothing;
    };
    if let Some(after) = rest.strip_prefix("年级").or_else(|| rest.strip_prefix("年")) {
        return number_clue(number).map_or(nothing, |clue| (definite(clue), after));
    }
    if let Some(after) = rest.strip_prefix('级') {
        return entry_or_number(number, after).unwrap_or(nothing);
    }
    if let Some(after) = rest.strip_prefix('届') {
        return (GradeClue::None, after);
    }
    short_form(text, number, rest).unwrap_or(nothing)
}

fn strip_grade_word(rest: &str) -> &str {
    rest.strip_prefix("年级").or_else(|| rest.strip_prefix("年")).unwrap_or(rest)
}

fn number_exact(number: u32) -> GradeClue {
    let grade = u8::try_from(number).ok().and_then(Grade::school_year);
    grade.map_or(GradeClue::None, GradeClue::Exact)
}

/// From the fourth on, a number counts from the first year of school only.
fn definite(clue: GradeClue) -> GradeClue {
    match clue {
        GradeClue::Number(number) if number > 3 => number_exact(u32::from(number)),
        other => other,
    }
}

/// `2025级`, `25级` or `3级`.
fn entry_or_number(number: u32, after: &str) -> Option<(GradeClue, &str)> {
    let year = match number {
        1..=12 => return number_clue(number).map(|clue| (definite(clue), after)),
        13..=99 => number + 2_000,
        _ => number,
    };
    let year = i16::try_from(year).ok().filter(|year| (1990..=2100).contains(year))?;
    Some((GradeClue::Entry(year), after))
}

/// `七(1)班`, `七1班`, `7(1)班`, `7.1班`: a number right before the number of the class.
fn short_form<'a>(text: &str, number: u32, rest: &'a str) -> Option<(GradeClue, &'a str)> {
    let spoken = !text.starts_with(|c: char| c.is_ascii_digit());
    let class = rest.strip_prefix(['.', '-', '/', '_']).unwrap_or(rest);
    let joined = spoken && class.starts_with(|c: char| c.is_ascii_digit());
    let marked = class.len() < rest.len() && leading_number(class).is_some();
    if rest.starts_with(['(', '[', '【']) || joined || marked {
        return number_clue(number).map(|clue| (definite(clue), class));
    }
    None
}

/// The usual form of what is left of a class name once the grade is taken off.
fn label(rest: &str) -> Option<String> {
    let plain = rest.replace(['(', ')', '[', ']', '【', '】', '第'], "");
    let stem = plain.strip_suffix('班').unwrap_or(&plain);
    if stem.is_empty() || plain.chars().count() > CLASS_CHARS_MAX {
        return None;
    }
    if let Some((number, "")) = leading_number(stem) {
        return (number > 0).then(|| format!("{number}班"));
    }
    let lettered = stem.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    lettered.then(|| format!("{}班", stem.to_uppercase()))
}
