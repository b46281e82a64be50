//! Which instrument a student may be given: by grade, by age, and by who answers it.
//!
//! Rights and texts are another question, which [`crate::scale::NotForScreening`] answers.

use jiff::civil::Date;

use crate::catalogue::Grade;
use crate::scale::{Respondent, Scale};

/// The first grade that answers for itself.
pub const SELF_REPORT_FROM: u8 = 4;
/// Years between the number of a grade and the age of its youngest students.
const AGE_ABOVE_GRADE: u8 = 5;

/// Why an instrument is not for a student.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFitting {
    /// Below grade 4 a teacher observes and a guardian is heard instead.
    #[error("below grade 4 nobody answers for oneself")]
    BelowSelfReport,
    /// A trained person asks its questions.
    #[error("a trained person asks the questions of this instrument")]
    Interviewer,
    /// The student is younger or older than it is made for.
    #[error("the instrument is not made for that age")]
    Age,
}

/// Whether students of a grade answer for themselves.
#[must_use]
pub fn is_self_report(grade: Grade) -> bool {
    grade.number().is_some_and(|number| number >= SELF_REPORT_FROM)
}

/// Full years on a day; nothing before birth.
#[must_use]
pub fn age_on(birth: Date, day: Date) -> Option<u8> {
    let years = i32::from(day.year()) - i32::from(birth.year());
    let before = (day.month(), day.day()) < (birth.month(), birth.day());
    u8::try_from(years - i32::from(before)).ok()
}

/// Whether a student may be given an instrument. Where no day of birth is known, the age that the
/// youngest of a grade usually have decides.
///
/// # Errors
/// Why not.
pub fn fits(scale: &Scale, grade: Grade, age: Option<u8>) -> Result<(), NotFitting> {
    if !is_self_report(grade) {
        return Err(NotFitting::BelowSelfReport);
    }
    if scale.definition().respondent != Respondent::SelfReport {
        return Err(NotFitting::Interviewer);
    }
    let usual = grade.number().unwrap_or_default() + AGE_ABOVE_GRADE;
    if scale.fits_age(age.unwrap_or(usual)) { Ok(()) } else { Err(NotFitting::Age) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// A birthday counts on its own day.
    #[test]
    fn years_are_full_years() {
        let birth = date(2013, 3, 15);
        assert_eq!(age_on(birth, date(2025, 3, 14)), Some(11));
        assert_eq!(age_on(birth, date(2025, 3, 15)), Some(12));
        assert_eq!(age_on(birth, date(2012, 1, 1)), None);
    }

    /// The first grade that answers for itself is the fourth.
    #[test]
    fn below_grade_4_nobody_answers_for_oneself() {
        let own: Vec<&str> =
            Grade::all().filter(|grade| is_self_report(*grade)).map(Grade::as_str).collect();
        assert_eq!(own.first(), Some(&"g4"));
        assert_eq!(own.len(), 9);
    }
}
