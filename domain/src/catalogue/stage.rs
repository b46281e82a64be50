//! School types, stages and grades, and which grade of which school is in which stage.
//!
//! The stage is not a function of the grade: a special school's grades are all in stage
//! `special`, and grade 6 is primary in a six-year primary school and junior in a four-year
//! junior school. So every figure by stage is counted with the school's type at hand.

/// What sort of school it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SchoolType {
    /// 幼儿园.
    Kindergarten,
    /// 小学.
    Primary,
    /// 初中.
    Junior,
    /// 九年一贯制学校.
    NineYear,
    /// 高中.
    Senior,
    /// 完全中学.
    CompleteSecondary,
    /// 中等职业学校.
    Vocational,
    /// 特殊教育学校.
    Special,
    /// 其他, among them twelve-year schools.
    Other,
}

/// A stage of schooling 学段.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// 幼儿园.
    Kindergarten,
    /// 小学低年级, grades 1 to 3.
    PrimaryLow,
    /// 小学高年级, grade 4 to the end of primary.
    PrimaryHigh,
    /// 初中.
    Junior,
    /// 高中.
    Senior,
    /// 中职.
    Vocational,
    /// 特殊教育.
    Special,
}

/// A grade: three years of kindergarten, then 1 to 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grade(u8);

/// Kindergarten years stand before grade 1.
const KINDERGARTEN_YEARS: u8 = 3;
/// Words of all grades in the order of the catalogue's dimension.
const GRADES: [&str; 15] =
    ["k1", "k2", "k3", "g1", "g2", "g3", "g4", "g5", "g6", "g7", "g8", "g9", "g10", "g11", "g12"];

impl SchoolType {
    /// Every type in the order of the catalogue's dimension.
    pub const ALL: [Self; 9] = [
        Self::Kindergarten,
        Self::Primary,
        Self::Junior,
        Self::NineYear,
        Self::Senior,
        Self::CompleteSecondary,
        Self::Vocational,
        Self::Special,
        Self::Other,
    ];

    /// The word that the catalogue uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kindergarten => "kindergarten",
            Self::Primary => "primary",
            Self::Junior => "junior",
            Self::NineYear => "nine_year",
            Self::Senior => "senior",
            Self::CompleteSecondary => "complete_secondary",
            Self::Vocational => "vocational",
            Self::Special => "special",
            Self::Other => "other",
        }
    }

    /// The type of the catalogue's word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl Stage {
    /// Every stage in the order of the catalogue's dimension.
    pub const ALL: [Self; 7] = [
        Self::Kindergarten,
        Self::PrimaryLow,
        Self::PrimaryHigh,
        Self::Junior,
        Self::Senior,
        Self::Vocational,
        Self::Special,
    ];

    /// The word that the catalogue uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kindergarten => "kindergarten",
            Self::PrimaryLow => "primary_low",
            Self::PrimaryHigh => "primary_high",
            Self::Junior => "junior",
            Self::Senior => "senior",
            Self::Vocational => "vocational",
            Self::Special => "special",
        }
    }

    /// The stage of the catalogue's word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word)
    }
}

impl Grade {
    /// A kindergarten year, 1 to 3.
    #[must_use]
    pub const fn kindergarten(year: u8) -> Option<Self> {
        if year >= 1 && year <= KINDERGARTEN_YEARS { Some(Self(year)) } else { None }
    }

    /// A school grade, 1 to 12.
    #[must_use]
    pub const fn school(number: u8) -> Option<Self> {
        if number >= 1 && number <= 12 { Some(Self(number + KINDERGARTEN_YEARS)) } else { None }
    }

    /// The school grade, 1 to 12; `None` in kindergarten.
    #[must_use]
    pub const fn number(self) -> Option<u8> {
        if self.0 > KINDERGARTEN_YEARS { Some(self.0 - KINDERGARTEN_YEARS) } else { None }
    }

    /// Every grade in the order of the catalogue's dimension.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=KINDERGARTEN_YEARS + 12).map(Self)
    }

    /// The word that the catalogue uses: `k1` to `k3`, `g1` to `g12`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        GRADES.get(usize::from(self.0 - 1)).copied().unwrap_or_default()
    }

    /// The grade of the catalogue's word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::all().find(|grade| grade.as_str() == word)
    }
}

/// The stage of a grade in a school of that type; `None` where such a school has no such grade.
#[must_use]
pub fn stage_of(school_type: SchoolType, grade: Grade) -> Option<Stage> {
    let number = grade.number();
    match (school_type, number) {
        (SchoolType::Special, _) => Some(Stage::Special),
        (SchoolType::Kindergarten | SchoolType::Primary, None)
        | (SchoolType::NineYear | SchoolType::Other, None) => Some(Stage::Kindergarten),
        (_, None) | (SchoolType::Kindergarten, Some(_)) => None,
        (SchoolType::Primary, Some(number)) => primary(number),
        (SchoolType::Junior, Some(6..=9)) => Some(Stage::Junior),
        (SchoolType::NineYear, Some(number @ 1..=9)) => primary(number).or(Some(Stage::Junior)),
        (SchoolType::Senior, Some(10..=12)) => Some(Stage::Senior),
        (SchoolType::CompleteSecondary, Some(6..=9)) => Some(Stage::Junior),
        (SchoolType::CompleteSecondary, Some(10..=12)) => Some(Stage::Senior),
        (SchoolType::Vocational, Some(10..=12)) => Some(Stage::Vocational),
        (SchoolType::Other, Some(number)) => {
            primary(number).or(Some(if number <= 9 { Stage::Junior } else { Stage::Senior }))
        }
        _ => None,
    }
}

/// Whether a school of any type has a grade in a stage.
#[must_use]
pub fn has_grade(stage: Stage, grade: Grade) -> bool {
    SchoolType::ALL.into_iter().any(|kind| stage_of(kind, grade) == Some(stage))
}

const fn primary(number: u8) -> Option<Stage> {
    match number {
        1..=3 => Some(Stage::PrimaryLow),
        4..=6 => Some(Stage::PrimaryHigh),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(school_type: SchoolType, number: u8, stage: Option<Stage>) {
        let grade = Grade::school(number).expect("grade");
        assert_eq!(stage_of(school_type, grade), stage, "{school_type:?} {number}");
    }

    /// The same grade is in different stages in different schools.
    #[test]
    fn the_stage_depends_on_the_school_and_the_grade() {
        check(SchoolType::Primary, 3, Some(Stage::PrimaryLow));
        check(SchoolType::Primary, 6, Some(Stage::PrimaryHigh));
        check(SchoolType::Junior, 6, Some(Stage::Junior));
        check(SchoolType::NineYear, 9, Some(Stage::Junior));
        check(SchoolType::CompleteSecondary, 10, Some(Stage::Senior));
        check(SchoolType::Vocational, 10, Some(Stage::Vocational));
        check(SchoolType::Special, 8, Some(Stage::Special));
    }

    /// A grade that such a school does not have has no stage, rather than a wrong one.
    #[test]
    fn a_grade_that_the_school_does_not_have_has_no_stage() {
        check(SchoolType::Senior, 9, None);
        check(SchoolType::Primary, 7, None);
        check(SchoolType::NineYear, 10, None);
        let nursery = Grade::kindergarten(1).expect("grade");
        assert_eq!(stage_of(SchoolType::Junior, nursery), None);
        assert_eq!(stage_of(SchoolType::Kindergarten, nursery), Some(Stage::Kindergarten));
    }

    /// Words are read as they are written.
    #[test]
    fn words_of_grades_and_types_are_read_back() {
        assert_eq!(Grade::all().count(), 15);
        assert!(Grade::all().all(|grade| Grade::from_word(grade.as_str()) == Some(grade)));
        assert!(SchoolType::ALL.iter().all(|t| SchoolType::from_word(t.as_str()) == Some(*t)));
        assert!(Stage::ALL.iter().all(|s| Stage::from_word(s.as_str()) == Some(*s)));
        assert_eq!((Grade::school(13), Grade::kindergarten(0)), (None, None));
    }
}
