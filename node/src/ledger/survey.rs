//! Anonymous surveys: slips, answers as tallies, and what may be shown of them.
//!
//! A slip is good for one answer and belongs to whoever draws it from the pile; it knows a grade
//! and no student. What is handed in is added to tallies in the same commit that uses the slip up,
//! and is kept in no other form, so nobody can look up, change or take back what one person said.

use certs::digest::{random_bytes, sha256};
use domain::digest::Digest;
use domain::ledger::{Act, Action};
use domain::screening::Code;
use domain::survey::{self, GROUP_MIN, GROUP_MIN_MAX, Question, QuestionsError};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::author::Author;
use super::entry::Moment;
use super::refusal::LedgerRefusal;
use super::{strange, student, write};
use crate::import::value::Grade;

/// Longest title.
const TITLE_CHARS_MAX: usize = 60;
/// Slips that a grade may have beyond its students, whatever their number: some are spoiled.
const SPARE_MIN: u32 = 5;
/// Surveys of a list.
const LISTED: u32 = 200;

/// A survey.
#[derive(Clone, Debug)]
pub struct Survey {
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// What is asked.
    pub questions: Vec<Question>,
    /// People of a group before it is shown.
    pub least: u32,
    /// Last day on which it can be answered.
    pub until: Date,
    /// Account that made it.
    pub made_by: String,
    /// When it was made.
    pub made: Moment,
    /// When it was closed.
    pub closed: Option<Moment>,
}

/// What is wanted of a new survey.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// What it is called.
    pub title: &'a str,
    /// Questions as they were typed.
    pub questions: &'a str,
    /// People of a group before it is shown.
    pub least: u32,
    /// Last day on which it can be answered.
    pub until: Date,
}

/// How many slips of a grade there are, and how many were used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GradeLine {
    /// The grade.
    pub grade: Grade,
    /// Slips.
    pub drawn: u32,
    /// People who answered.
    pub answered: u32,
}

/// Answers of some grades together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which grades.
    pub grades: Vec<Grade>,
    /// People who answered.
    pub answered: u32,
    /// People by question and choice; the last number of a question counts those who left it blank.
    pub tallies: Vec<Vec<u32>>,
}

/// What a slip opens.
#[derive(Clone, Debug)]
pub enum Slip {
    /// Questions to be answered.
    Open(Survey),
    /// It was used.
    Used,
    /// The survey is over.
    Over,
}

/// Why nothing was written or shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SurveyError {
    /// The title is empty or too long.
    #[error("the title is empty or longer than {TITLE_CHARS_MAX} characters")]
    Title,
    /// The questions cannot be used.
    #[error(transparent)]
    Questions(#[from] QuestionsError),
    /// The least size of a group is none.
    #[error("a group that is shown has between {GROUP_MIN} and {GROUP_MIN_MAX} people")]
    Least,
    /// The last day lies in the past.
    #[error("the last day has passed")]
    Until,
    /// No slips, or more than a grade can have.
    #[error("a grade has no slips, or more than its students and a tenth")]
    Count,
    /// It is over.
    #[error("the survey is over")]
    Over,
    /// It is not closed, so nothing of it is shown.
    #[error("the survey is not closed")]
    Open,
    /// An answer that the question does not have.
    #[error("an answer does not fit its question")]
    Answers,
    /// The role may not, or there is no such survey.
    #[error(transparent)]
    Ledger(#[from] LedgerRefusal),
}

impl From<SqlError> for SurveyError {
    fn from(error: SqlError) -> Self {
        Self::Ledger(error.into())
    }
}

/// Makes a survey; says its number.
///
/// # Errors
/// The role may not, or something of it cannot be used.
pub fn make(tx: &Tx<'_>, author: &Author, draft: &Draft<'_>) -> Result<i64, SurveyError> {
    allow(tx, author)?;
    let title = draft.title.trim();
    if title.is_empty() || title.chars().count() > TITLE_CHARS_MAX {
        return Err(SurveyError::Title);
    }
    let questions = survey::questions(draft.questions)?;
    if !(GROUP_MIN..=GROUP_MIN_MAX).contains(&draft.least) {
        return Err(SurveyError::Least);
    }
    if draft.until < author.today() {
        return Err(SurveyError::Until);
    }
    let id = tx.query_opt(
        "insert into survey (title, questions, least, until, made_by, made_ms)
         values ($1, $2, $3, $4, $5, $6) returning id",
        params![
            title,
            &survey::to_text(&questions),
            i64::from(draft.least),
            &draft.until.to_string(),
            author.account(),
            author.now().0
        ],
        |row| row.i64(0),
    )?;
    Ok(strange(id)?)
}

/// Draws slips for a grade, in no order that tells anything.
///
/// # Errors
/// The role may not, the survey is over, or there would be too many slips.
pub fn draw(
    tx: &Tx<'_>,
    author: &Author,
    survey: i64,
    (grade, count): (Grade, u32),
) -> Result<Vec<Code>, SurveyError> {
    let known = find(tx, author, survey)?;
    if is_over(&known, author.today()) {
        return Err(SurveyError::Over);
    }
    let lines = grades(tx, survey)?;
    let drawn = lines.iter().find(|line| line.grade == grade).map_or(0, |line| line.drawn);
    if count == 0 || drawn.saturating_add(count) > slips_max(tx, grade)? {
        return Err(SurveyError::Count);
    }
    tx.execute(
        "insert into survey_grade (survey, grade, drawn, answered) values ($1, $2, $3, 0)
         on conflict (survey, grade) do update set drawn = drawn + excluded.drawn",
        params![survey, grade.code(), i64::from(count)],
    )?;
    let mut codes = Vec::new();
    for _ in 0..count {
        let code = Code::from_random(random_bytes());
        tx.execute(
            "insert into survey_code (digest, survey, grade, used) values ($1, $2, $3, 0)",
            params![&digest_of(&code).to_tagged(), survey, grade.code()],
        )?;
        codes.push(code);
    }
    Ok(codes)
}

/// Most slips of a grade: its students now, and a tenth more. More would only be used by somebody
/// who answers for others.
///
/// # Errors
/// The store cannot be read.
fn slips_max(tx: &Tx<'_>, grade: Grade) -> Result<u32, SqlError> {
    let students = student::count_on_roll_in(tx, grade)?;
    Ok(students.saturating_add((students / 10).max(SPARE_MIN)))
}

/// Closes a survey: from then on nobody answers it, and its answers are shown.
///
/// # Errors
/// The role may not, or it is closed already.
pub fn close(tx: &Tx<'_>, author: &Author, survey: i64) -> Result<(), SurveyError> {
    let known = find(tx, author, survey)?;
    if known.closed.is_some() {
        return Err(SurveyError::Over);
    }
    tx.execute(
        "update survey set closed_by = $2, closed_ms = $3 where id = $1",
        params![survey, author.account(), author.now().0],
    )?;
    Ok(())
}

/// All surveys, the newest first.
///
/// # Errors
/// The role may not, or the store cannot be read.
pub fn list(tx: &Tx<'_>, author: &Author) -> Result<Vec<Survey>, SurveyError> {
    allow(tx, author)?;
    let asked = format!("{SELECT} order by id desc limit {LISTED}");
    Ok(tx.query(&asked, &[], read)?)
}

/// One survey.
///
/// # Errors
/// The role may not, or there is none.
pub fn find(tx: &Tx<'_>, author: &Author, survey: i64) -> Result<Survey, SurveyError> {
    allow(tx, author)?;
    Ok(of_number(tx, survey)?.ok_or(LedgerRefusal::Unknown)?)
}

/// Slips and answers by grade.
///
/// # Errors
/// The store cannot be read.
pub fn grades(tx: &Tx<'_>, survey: i64) -> Result<Vec<GradeLine>, SqlError> {
    tx.query(
        "select grade, drawn, answered from survey_grade where survey = $1
         order by length(grade), grade",
        params![survey],
        |row| {
            let grade = strange(Grade::from_code(row.str(0)?))?;
            Ok(GradeLine { grade, drawn: row.u32(1)?, answered: row.u32(2)? })
        },
    )
}

/// Whether nobody can answer any more.
#[must_use]
pub fn is_over(survey: &Survey, today: Date) -> bool {
    survey.closed.is_some() || survey.until < today
}

/// What is shown of a closed survey: nothing where too few answered.
///
/// # Errors
/// It is not closed, or the store cannot be read.
pub fn shown(tx: &Tx<'_>, known: &Survey) -> Result<Vec<Shown>, SurveyError> {
    if known.closed.is_none() {
        return Err(SurveyError::Open);
    }
    let lines = grades(tx, known.id)?;
    let answered: Vec<u32> = lines.iter().map(|line| line.answered).collect();
    let sets = survey::shown(&answered, known.least);
    let of_set = |set: Vec<usize>| {
        let own: Vec<&GradeLine> = set.iter().filter_map(|place| lines.get(*place)).collect();
        let mut tallies: Vec<Vec<u32>> =
            known.questions.iter().map(|question| vec![0; question.choices.len() + 1]).collect();
        for line in &own {
            add_tallies(tx, known.id, line.grade, &mut tallies)?;
        }
        Ok(Shown {
            grades: own.iter().map(|line| line.grade).collect(),
            answered: own.iter().map(|line| line.answered).sum(),
            tallies,
        })
    };
    sets.into_iter().map(of_set).collect()
}

/// What a code opens; nothing where it is no slip of a survey.
///
/// # Errors
/// The store cannot be read.
pub fn slip(tx: &Tx<'_>, code: &Digest, today: Date) -> Result<Option<Slip>, SqlError> {
    let found = tx.query_opt(
        "select survey, used from survey_code where digest = $1",
        params![&code.to_tagged()],
        |row| Ok((row.i64(0)?, row.i64(1)? != 0)),
    )?;
    let Some((survey, is_used)) = found else { return Ok(None) };
    let known = strange(of_number(tx, survey)?)?;
    Ok(Some(match (is_used, is_over(&known, today)) {
        (true, _) => Slip::Used,
        (false, true) => Slip::Over,
        (false, false) => Slip::Open(known),
    }))
}

/// Takes what was answered with a slip and uses it up; says what the slip was where it was no good.
///
/// # Errors
/// An answer does not fit its question, or the store cannot be written: then the slip stays good.
pub fn answer(
    tx: &Tx<'_>,
    code: &Digest,
    given: impl FnOnce(&Survey) -> Result<Vec<Option<usize>>, SurveyError>,
    today: Date,
) -> Result<Option<Slip>, SurveyError> {
    let opened = slip(tx, code, today)?;
    let Some(Slip::Open(known)) = &opened else { return Ok(opened) };
    let answers = given(known)?;
    let fits = answers.len() == known.questions.len()
        && answers
            .iter()
            .zip(&known.questions)
            .all(|(given, question)| given.is_none_or(|choice| choice < question.choices.len()));
    if !fits {
        return Err(SurveyError::Answers);
    }
    let tagged = code.to_tagged();
    let grade = tx.query_opt(
        "update survey_code set used = 1 where digest = $1 returning grade",
        params![&tagged],
        |row| row.text(0),
    )?;
    let grade = strange(grade)?;
    tx.execute(
        "update survey_grade set answered = answered + 1 where survey = $1 and grade = $2",
        params![known.id, &grade],
    )?;
    for (place, (given, question)) in (0_i64..).zip(answers.iter().zip(&known.questions)) {
        let choice = given.unwrap_or(question.choices.len());
        let choice = i64::try_from(choice).map_err(|_| SqlError::Type)?;
        tx.execute(
            "insert into survey_tally (survey, grade, question, choice, people)
             values ($1, $2, $3, $4, 1)
             on conflict (survey, grade, question, choice) do update set people = people + 1",
            params![known.id, &grade, place, choice],
        )?;
    }
    Ok(opened)
}

/// Digest of a code as it is kept; no code of a screening has it.
#[must_use]
pub fn digest_of(code: &Code) -> Digest {
    sha256(&[b"xinqiao-survey-code|".as_slice(), code.symbols()].concat())
}

const SELECT: &str =
    "select id, title, questions, least, until, made_by, made_ms, closed_ms from survey";

fn of_number(tx: &Tx<'_>, survey: i64) -> Result<Option<Survey>, SqlError> {
    tx.query_opt(&format!("{SELECT} where id = $1"), params![survey], read)
}

fn read(row: &Row<'_, '_>) -> Result<Survey, SqlError> {
    Ok(Survey {
        id: row.i64(0)?,
        title: row.text(1)?,
        questions: survey::questions(row.str(2)?).map_err(|_| SqlError::Type)?,
        least: row.u32(3)?,
        until: row.str(4)?.parse().map_err(|_| SqlError::Type)?,
        made_by: row.text(5)?,
        made: Moment(row.i64(6)?),
        closed: row.opt_i64(7)?.map(Moment),
    })
}

fn add_tallies(
    tx: &Tx<'_>,
    survey: i64,
    grade: Grade,
    tallies: &mut [Vec<u32>],
) -> Result<(), SqlError> {
    let kept = tx.query(
        "select question, choice, people from survey_tally where survey = $1 and grade = $2",
        params![survey, grade.code()],
        |row| Ok((row.u32(0)?, row.u32(1)?, row.u32(2)?)),
    )?;
    for (question, choice, people) in kept {
        let of = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let tally = tallies.get_mut(of(question)).and_then(|tally| tally.get_mut(of(choice)));
        *strange(tally)? += people;
    }
    Ok(())
}

fn allow(tx: &Tx<'_>, author: &Author) -> Result<(), LedgerRefusal> {
    write::allow(tx, author, Action::Do(Act::Survey), None)
}
