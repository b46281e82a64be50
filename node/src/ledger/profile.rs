//! The school itself: which unit it is, of what type, and which grades it has.

use domain::catalogue::{Grade, SchoolType, Stage, stage_of};
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::refusal::LedgerRefusal;

/// What is known about the school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Unit id.
    pub unit: UnitId,
    /// Name as it is shown.
    pub name_zh: String,
    /// English name, may be empty.
    pub name_en: String,
    /// Type, which decides the stage of a grade.
    pub school_type: SchoolType,
    /// Lowest grade.
    pub grade_from: Grade,
    /// Highest grade.
    pub grade_to: Grade,
}

impl Profile {
    /// The stage of a grade at this school; nothing for a grade that it does not have.
    #[must_use]
    pub fn stage_of(&self, grade: Grade) -> Option<Stage> {
        let has = self.grade_from <= grade && grade <= self.grade_to;
        stage_of(self.school_type, grade).filter(|_| has)
    }

    /// Whether a word of a list of grades or stages is one of this school's; of other lists every
    /// word is.
    #[must_use]
    pub fn has_word(&self, column: &str, word: &str) -> bool {
        match column {
            "grade" => Grade::from_word(word).is_none_or(|grade| self.stage_of(grade).is_some()),
            "stage" => Stage::from_word(word).is_none_or(|stage| self.has_stage(stage)),
            _ => true,
        }
    }

    /// The same school with grades that it does not have any more, each under the stage that it
    /// had: what stood there before counts where it was. As it is where no type of school has all.
    #[must_use]
    pub fn with_grades(&self, had: &[(Grade, Stage)]) -> Self {
        let own = Grade::all().filter_map(|grade| Some((grade, self.stage_of(grade)?)));
        let all: Vec<(Grade, Stage)> = had.iter().copied().chain(own).collect();
        let fits = |school_type: &SchoolType| {
            all.iter().all(|(grade, stage)| stage_of(*school_type, *grade) == Some(*stage))
        };
        let types = std::iter::once(self.school_type).chain(SchoolType::ALL.iter().copied());
        let Some(school_type) = types.into_iter().find(fits) else { return self.clone() };
        let grades = || all.iter().map(|(grade, _)| *grade);
        let grade_from = grades().min().unwrap_or(self.grade_from);
        let grade_to = grades().max().unwrap_or(self.grade_to);
        Self { school_type, grade_from, grade_to, ..self.clone() }
    }

    /// Whether the school has any grade of a stage.
    #[must_use]
    pub fn has_stage(&self, stage: Stage) -> bool {
        Grade::all().any(|grade| self.stage_of(grade) == Some(stage))
    }
}

/// Stores the profile; storing it again replaces it.
///
/// # Errors
/// The store cannot be written.
pub fn set(tx: &Tx<'_>, profile: &Profile) -> Result<(), SqlError> {
    tx.execute(
        "insert into school_profile (one, unit, name_zh, name_en, school_type, grade_from, grade_to)
         values (1, $1, $2, $3, $4, $5, $6)
         on conflict (one) do update set unit = excluded.unit, name_zh = excluded.name_zh,
             name_en = excluded.name_en, school_type = excluded.school_type,
             grade_from = excluded.grade_from, grade_to = excluded.grade_to",
        params![
            profile.unit.as_str(),
            &profile.name_zh,
            &profile.name_en,
            profile.school_type.as_str(),
            profile.grade_from.as_str(),
            profile.grade_to.as_str(),
        ],
    )?;
    Ok(())
}

/// The profile, if it was set.
///
/// # Errors
/// The store cannot be read.
pub fn load(tx: &Tx<'_>) -> Result<Option<Profile>, SqlError> {
    tx.query_opt(
        "select unit, name_zh, name_en, school_type, grade_from, grade_to from school_profile",
        &[],
        |row| {
            Ok(Profile {
                unit: row.str(0)?.parse().map_err(|_| SqlError::Type)?,
                name_zh: row.text(1)?,
                name_en: row.text(2)?,
                school_type: super::strange(SchoolType::from_word(row.str(3)?))?,
                grade_from: super::strange(Grade::from_word(row.str(4)?))?,
                grade_to: super::strange(Grade::from_word(row.str(5)?))?,
            })
        },
    )
}

/// Refuses an entry for a grade or a stage that the school does not have: no count would have a
/// place for it. A school that has not said what it is takes any.
///
/// # Errors
/// The field `grade` or `stage`, or the store.
pub(super) fn check_place(
    tx: &Tx<'_>,
    grade: Option<Grade>,
    stage: Option<Stage>,
) -> Result<(), LedgerRefusal> {
    if grade.is_none() && stage.is_none() {
        return Ok(());
    }
    let Some(profile) = load(tx)? else { return Ok(()) };
    if grade.is_some_and(|grade| profile.stage_of(grade).is_none()) {
        return Err(LedgerRefusal::Field("grade"));
    }
    if stage.is_some_and(|stage| !profile.has_stage(stage)) {
        return Err(LedgerRefusal::Field("stage"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(school_type: SchoolType, from: u8, to: u8) -> Profile {
        let grade = |number| Grade::school(number).expect("grade");
        let unit = "F370202004J01".parse().expect("unit");
        let (name_zh, name_en) = (String::new(), String::new());
        let (grade_from, grade_to) = (grade(from), grade(to));
        Profile { unit, name_zh, name_en, school_type, grade_from, grade_to }
    }

    /// A school that gave grades up has them again under the stage that they had, also where that
    /// makes it a school of another type; what no type has together changes nothing.
    #[test]
    fn grades_that_were_given_up_keep_their_stage() {
        let grade = |number| Grade::school(number).expect("grade");
        let junior = profile(SchoolType::Junior, 8, 9);
        let whole = junior.with_grades(&[(grade(7), Stage::Junior)]);
        assert_eq!(whole, profile(SchoolType::Junior, 7, 9));
        assert_eq!(whole.with_grades(&[]), whole);
        let had = junior.with_grades(&[(grade(3), Stage::PrimaryLow), (grade(8), Stage::Junior)]);
        assert_eq!(had.stage_of(grade(3)), Some(Stage::PrimaryLow));
        assert_eq!(had.stage_of(grade(8)), Some(Stage::Junior));
        assert_eq!(junior.with_grades(&[(grade(11), Stage::PrimaryLow)]), junior);
    }
}
