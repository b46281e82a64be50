//! One-off anonymous surveys of a school: what may be asked, and whose answers may be shown
//! together (requirement R118).
//!
//! Nothing here knows a person. Answers exist as tallies by group only, and a group is shown once
//! the survey is closed and enough people of it answered. Groups below that size are joined, and
//! never left out: what is left out would follow from the whole.

/// People that must have answered before their group is shown. A school may ask for more.
pub const GROUP_MIN: u32 = 10;

/// Largest least size that may be asked for; above it no school would see anything.
pub const GROUP_MIN_MAX: u32 = 500;

/// Questions of one survey.
pub const QUESTIONS_MAX: usize = 30;

/// Fewest and most choices of a question.
pub const CHOICES: (usize, usize) = (2, 9);

/// Longest text of a question or a choice.
pub const TEXT_CHARS_MAX: usize = 200;

/// A question with its choices, of which one can be taken, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is asked.
    pub text: String,
    /// What can be answered, in the order of the form.
    pub choices: Vec<String>,
}

/// Why a text is no list of questions. Numbers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionsError {
    /// Nothing is asked.
    #[error("there is no question")]
    Empty,
    /// More questions than a class has patience for.
    #[error("there are more than {QUESTIONS_MAX} questions")]
    TooMany,
    /// A choice stands before the first question.
    #[error("line {0} is a choice without a question")]
    NoQuestion(usize),
    /// A question has too few or too many choices.
    #[error("question {0} has too few or too many choices")]
    Choices(usize),
    /// Two choices of a question read alike.
    #[error("question {0} has a choice twice")]
    Twice(usize),
    /// A text is empty, or longer than a screen of a telephone takes.
    #[error("line {0} is empty or longer than {TEXT_CHARS_MAX} characters")]
    Text(usize),
}

/// Reads questions as they are typed: a line is a question, and the lines below it that begin with
/// a hyphen are its choices. Blank lines mean nothing; hyphens of a Chinese keyboard are read too.
///
/// # Errors
/// The first line or question that cannot be used.
pub fn questions(text: &str) -> Result<Vec<Question>, QuestionsError> {
    let mut read: Vec<Question> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        match line.strip_prefix(['-', '－', '—', '–', '•', '·']) {
            Some(choice) => {
                let question = read.last_mut().ok_or(QuestionsError::NoQuestion(number))?;
                question.choices.push(fitting(choice, number)?);
            }
            None => {
                read.push(Question { text: fitting(line, number)?, choices: Vec::new() });
            }
        }
    }
    check(&read)?;
    Ok(read)
}

fn fitting(text: &str, number: usize) -> Result<String, QuestionsError> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= TEXT_CHARS_MAX;
    if fits { Ok(text.to_owned()) } else { Err(QuestionsError::Text(number)) }
}

fn check(read: &[Question]) -> Result<(), QuestionsError> {
    if read.is_empty() {
        return Err(QuestionsError::Empty);
    }
    if read.len() > QUESTIONS_MAX {
        return Err(QuestionsError::TooMany);
    }
    for (number, question) in (1..).zip(read) {
        let count = question.choices.len();
        if count < CHOICES.0 || count > CHOICES.1 {
            return Err(QuestionsError::Choices(number));
        }
        let mut known = question.choices.clone();
        known.sort_unstable();
        known.dedup();
        if known.len() < count {
            return Err(QuestionsError::Twice(number));
        }
    }
    Ok(())
}

/// The same questions as text, for a form that is shown again.
#[must_use]
pub fn to_text(questions: &[Question]) -> String {
    let one = |question: &Question| {
        let choices = question.choices.iter().map(|choice| format!("- {choice}\n"));
        format!("{}\n{}", question.text, choices.collect::<String>())
    };
    questions.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Which groups are shown, each alone or joined with others; nothing where all are too few.
///
/// `answered` has the number of people of each group who answered. Every group somebody of which
/// answered stands in exactly one of the sets, and every set has at least `least` people, so no
/// difference of two shown sets, nor of the whole and some of them, is smaller. Depends on how many
/// answered and never on what.
#[must_use]
pub fn shown(answered: &[u32], least: u32) -> Vec<Vec<usize>> {
    let least = least.max(GROUP_MIN);
    let size = |group: &usize| answered.get(*group).copied().unwrap_or(0);
    let mut present: Vec<usize> = (0..answered.len()).filter(|group| size(group) > 0).collect();
    // Smallest first; among equals the earlier one, so that the same numbers give the same sets.
    present.sort_by_key(|group| (size(group), *group));
    let (mut alone, mut joined): (Vec<usize>, Vec<usize>) =
        present.into_iter().partition(|group| size(group) >= least);
    let mut together: u32 = joined.iter().map(size).sum();
    while !joined.is_empty() && together < least && !alone.is_empty() {
        let next = alone.remove(0);
        together = together.saturating_add(size(&next));
        joined.push(next);
    }
    alone.sort_unstable();
    joined.sort_unstable();
    let mut sets: Vec<Vec<usize>> = alone.into_iter().map(|group| vec![group]).collect();
    if together >= least {
        sets.push(joined);
    }
    sets
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn questions_are_read_as_they_are_typed() {
        let text = "你喜欢上学吗？\n- 喜欢\n－ 一般\n• 不喜欢\n\n  每天睡几个小时？ \n-不到 7 小时\n- 7 小时以上\n";
        let read = questions(text).expect("questions");
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].choices, ["喜欢", "一般", "不喜欢"]);
        assert_eq!((read[1].text.as_str(), read[1].choices.len()), ("每天睡几个小时？", 2));
        assert_eq!(questions(&to_text(&read)), Ok(read));
    }

    #[test]
    fn what_cannot_be_asked_is_named() {
        let long = format!("{}\n- a\n- b", "问".repeat(TEXT_CHARS_MAX + 1));
        let many = "q\n- a\n- b\n".repeat(QUESTIONS_MAX + 1);
        for (text, why) in [
            ("", QuestionsError::Empty),
            ("\n  \n", QuestionsError::Empty),
            ("- a\n", QuestionsError::NoQuestion(1)),
            ("q\n- a\n", QuestionsError::Choices(1)),
            ("q\n- a\n- b\nr\n", QuestionsError::Choices(2)),
            ("q\n- a\n-  a\n", QuestionsError::Twice(1)),
            ("q\n- a\n-\n", QuestionsError::Text(3)),
            (&*long, QuestionsError::Text(1)),
            (&*many, QuestionsError::TooMany),
        ] {
            assert_eq!(questions(text), Err(why), "{text}");
        }
    }

    #[test]
    fn small_groups_are_joined_and_never_left_out() {
        for (answered, sets) in [
            (vec![], vec![]),
            (vec![9], vec![]),
            (vec![5, 4], vec![]),
            (vec![5, 5], vec![vec![0, 1]]),
            (vec![30, 40, 0], vec![vec![0], vec![1]]),
            // Three alone would follow from the whole: the next smallest joins them.
            (vec![30, 3, 40], vec![vec![2], vec![0, 1]]),
            (vec![30, 6, 4, 40], vec![vec![0], vec![3], vec![1, 2]]),
            (vec![9, 12], vec![vec![0, 1]]),
        ] {
            assert_eq!(shown(&answered, GROUP_MIN), sets, "{answered:?}");
        }
        assert_eq!(shown(&[12, 12], 20), [vec![0, 1]]);
        assert_eq!(shown(&[12, 12], 3), [vec![0], vec![1]], "nobody goes below the least size");
    }

    proptest! {
        /// Everybody who answered stands in exactly one set, and no set is too small; what is not
        /// shown at all is all of it.
        #[test]
        fn no_difference_is_small(answered in prop::collection::vec(0_u32..40, 0..12),
                                  least in 0_u32..60) {
            let floor = least.max(GROUP_MIN);
            let sets = shown(&answered, least);
            let mut members: Vec<usize> = sets.iter().flatten().copied().collect();
            members.sort_unstable();
            let present: Vec<usize> =
                (0..answered.len()).filter(|group| answered[*group] > 0).collect();
            let whole: u32 = answered.iter().sum();
            if whole < floor {
                prop_assert!(sets.is_empty());
            } else {
                prop_assert_eq!(members, present);
            }
            for set in &sets {
                prop_assert!(set.iter().map(|group| answered[*group]).sum::<u32>() >= floor);
            }
        }
    }
}
