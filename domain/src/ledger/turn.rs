//! The turn of the year: which grade follows which, and where a student leaves the school.
//!
//! Which grade is a school's last is said by its own span of grades, so six years of primary and
//! three of junior (6-3) and five and four (5-4) need no rule of their own. From junior to senior,
//! and from kindergarten to primary, nobody passes by promotion: there the students leave, and who
//! comes in is on the next roster.

use crate::catalogue::{Grade, SchoolType, Stage, stage_of};

/// What follows a grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next grade of the same school.
    Grade(Grade),
    /// The students leave: it is the last grade here, or the end of a stage that ends schooling.
    Leaves,
}

/// What follows a grade at a school with grades `from` to `to`.
#[must_use]
pub fn next(school_type: SchoolType, (from, to): (Grade, Grade), grade: Grade) -> Next {
    let mut later = Grade::all().skip_while(|known| *known <= grade);
    let Some(next) = later.next().filter(|next| from <= *next && *next <= to) else {
        return Next::Leaves;
    };
    match (stage_of(school_type, grade), stage_of(school_type, next)) {
        (_, None) => Next::Leaves,
        (Some(now), Some(then)) if ends(now, then) => Next::Leaves,
        _ => Next::Grade(next),
    }
}

/// Whether a stage ends before another: whoever goes on is admitted anew.
const fn ends(now: Stage, then: Stage) -> bool {
    match now {
        Stage::Kindergarten => !matches!(then, Stage::Kindergarten),
        Stage::Junior => matches!(then, Stage::Senior | Stage::Vocational),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grade(number: u8) -> Grade {
        Grade::school(number).expect("grade")
    }

    fn check(school_type: SchoolType, span: (u8, u8), from: u8, to: Option<u8>) {
        let span = (grade(span.0), grade(span.1));
        let expected = to.map_or(Next::Leaves, |to| Next::Grade(grade(to)));
        assert_eq!(next(school_type, span, grade(from)), expected, "{school_type:?} {from}");
    }

    /// The last grade of a primary school is the fifth in a 5-4 city and the sixth in a 6-3 one,
    /// and a junior school begins with the sixth or the seventh.
    #[test]
    fn the_span_of_grades_says_where_a_school_ends() {
        check(SchoolType::Primary, (1, 5), 4, Some(5));
        check(SchoolType::Primary, (1, 5), 5, None);
        check(SchoolType::Primary, (1, 6), 5, Some(6));
        check(SchoolType::Primary, (1, 6), 6, None);
        check(SchoolType::Junior, (6, 9), 6, Some(7));
        check(SchoolType::Junior, (7, 9), 7, Some(8));
        check(SchoolType::Junior, (7, 9), 9, None);
        check(SchoolType::Senior, (10, 12), 12, None);
    }

    /// A nine-year school promotes from primary to junior; nobody is promoted into senior classes.
    #[test]
    fn nobody_is_promoted_past_an_examination() {
        check(SchoolType::NineYear, (1, 9), 5, Some(6));
        check(SchoolType::NineYear, (1, 9), 6, Some(7));
        check(SchoolType::CompleteSecondary, (7, 12), 9, None);
        check(SchoolType::CompleteSecondary, (7, 12), 10, Some(11));
        check(SchoolType::Other, (1, 12), 9, None);
        check(SchoolType::Special, (1, 9), 6, Some(7));
        let nursery = |year| Grade::kindergarten(year).expect("year");
        let span = (nursery(1), grade(6));
        assert_eq!(next(SchoolType::Primary, span, nursery(3)), Next::Leaves);
        assert_eq!(next(SchoolType::Primary, span, nursery(2)), Next::Grade(nursery(3)));
    }
}
