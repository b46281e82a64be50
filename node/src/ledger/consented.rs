//! Whether a child's sheets may be taken and counted, as of a day: the one answer to it.
//!
//! It is read from all that a family said, in the roster's column and on papers, and the last word
//! decides. Whoever asks a student, counts, shows or withdraws asks here and nowhere else: what one
//! page takes for a yes is one on every other. What is known now decides about past days too, so a
//! withdrawal counts at once; a yes holds between its own days only.

use std::collections::HashMap;

use domain::ledger::consent::{
    Answer, DataClass, LIFE_DAYS_MAX, NoConsent, Purpose, Signers, Wish, check_unsigned, signed_by,
    signers,
};
use domain::ledger::day::{age_on, plus_days};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::consent::{Consent as Paper, heard, said_on};
use super::entry::StudentId;
use super::stay::{self, Columns, Stay};
use super::student;
use crate::import::value::Consent;

/// What one family said about screening, oldest word first. About one person, so without `Debug`.
#[derive(Clone, Default)]
pub struct Family {
    words: Vec<Word>,
    stays: Vec<Stay>,
}

/// Where a family's answer stands on a day, as it is told to the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    /// When the family said it.
    pub said: Date,
    /// What it said.
    pub answer: Answer,
    /// Why a yes allows nothing on that day.
    pub why: Option<NoConsent>,
    /// Whether a yes stands, or is still to begin, that can be withdrawn.
    pub can_withdraw: bool,
}

/// What every family said, by student.
#[derive(Default)]
pub struct Families(HashMap<i64, Family>);

#[derive(Clone, Copy)]
struct Word {
    said: Date,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    /// Holds on every day, the past ones too, until a later yes.
    No(Answer),
    /// Holds from a day to another, as long as its signers are those of the student's age.
    Yes { from: Date, to: Date, signed: Option<Signed> },
    /// A yes that is no consent: it lifts no refusal, and what was agreed before stands no longer.
    Faulty(NoConsent),
}

/// Who signed a paper, and the birth of its student where it is known.
#[derive(Clone, Copy)]
struct Signed {
    by: Signers,
    birth: Option<Date>,
}

impl Signed {
    /// Whether the age of a day asks for nobody else.
    fn cover(self, day: Date) -> Result<(), NoConsent> {
        // Nobody knows who must sign for a student of unknown age; so the strictest age holds.
        self.by.cover(signers(self.birth.map_or(14, |birth| age_on(birth, day))))
    }
}

impl What {
    /// Why a yes is none on a day by the age of its student; the roster's has no signers to ask.
    fn signed_on(self, day: Date) -> Result<(), NoConsent> {
        match self {
            Self::Yes { signed: Some(signed), .. } => signed.cover(day),
            _ => Ok(()),
        }
    }

    /// Whether a yes was none when it began and is none on a day either.
    fn is_unsigned(self, day: Date) -> bool {
        match self {
            Self::Yes { from, .. } => {
                self.signed_on(from).is_err() && self.signed_on(day.max(from)).is_err()
            }
            _ => false,
        }
    }
}

impl Family {
    /// What the family's last word means for work on a day.
    #[must_use]
    pub fn on(&self, day: Date) -> Consent {
        self.covers(day, day)
    }

    /// What it means for a sheet that was answered on one day and is counted on another, later one:
    /// a yes must have begun by the day of the count and not have run out before the day of the
    /// test. A yes that came after the test covers it, one that ran out before does not.
    #[must_use]
    pub fn covers(&self, tested: Date, counted: Date) -> Consent {
        match self.decisive(tested, counted) {
            Some((_, consent)) => consent,
            None => Consent::Unknown,
        }
    }

    /// Where its answer stands on a day; nothing where it said nothing.
    #[must_use]
    pub fn stands_on(&self, day: Date) -> Option<Stand> {
        let last = self.words.last()?;
        let since_no = self.words.iter().rev().take_while(|word| !matches!(word.what, What::No(_)));
        let begins_later = |word: &Word| matches!(word.what, What::Yes { from, .. } if from > day);
        let can_withdraw = since_no.clone().any(begins_later);
        let stand = match self.decisive(day, day) {
            Some((Word { said, what: What::No(answer) }, _)) => {
                Stand { said: *said, answer: *answer, why: None, can_withdraw }
            }
            Some((Word { said, .. }, Consent::Given)) => {
                Stand { said: *said, answer: Answer::Given, why: None, can_withdraw: true }
            }
            _ => {
                let said = since_no.clone().find(|word| !begins_later(word)).unwrap_or(last);
                let why = Some(self.why_not(said, day));
                Stand { said: said.said, answer: Answer::Given, why, can_withdraw }
            }
        };
        Some(stand)
    }

    /// Why a yes allows nothing on a day on which it does not.
    fn why_not(&self, Word { said, what }: &Word, day: Date) -> NoConsent {
        match what {
            What::Faulty(why) => *why,
            What::Yes { from, .. } if *from > day => NoConsent::TooEarly,
            _ if ended_by_leaving(&self.stays, *said, day) => NoConsent::Left,
            What::Yes { to, .. } if *to < day => NoConsent::Expired,
            What::Yes { .. } => what.signed_on(day).err().unwrap_or(NoConsent::Expired),
            What::No(_) => NoConsent::Refused,
        }
    }

    fn decisive(&self, tested: Date, counted: Date) -> Option<(&Word, Consent)> {
        let mut is_doubtful = false;
        for word @ Word { said, what } in self.words.iter().rev() {
            match what {
                What::No(_) => return Some((word, Consent::Refused)),
                // A word for later does not end the one for now.
                What::Yes { from, .. } if *from > counted => {}
                What::Faulty(_) => is_doubtful |= *said <= counted,
                What::Yes { .. } if what.is_unsigned(tested) => is_doubtful = true,
                What::Yes { .. } if ended_by_leaving(&self.stays, *said, counted) => {}
                What::Yes { from, to, .. } => {
                    // Signed when it had run out, it holds on no day.
                    let day = tested.max(*from);
                    let holds = !is_doubtful && day <= *to && what.signed_on(day).is_ok();
                    let consent = if holds { Consent::Given } else { Consent::Unknown };
                    return Some((word, consent));
                }
            }
        }
        None
    }
}

#[cfg(test)]
impl Family {
    /// One that said this on a day, in the roster.
    pub(crate) fn trial(consent: Consent, said: Date) -> Self {
        let what = match consent {
            Consent::Given => What::Yes { from: said, to: year_ends(said), signed: None },
            Consent::Refused => What::No(Answer::Refused),
            Consent::Unknown => What::Faulty(NoConsent::Unanswered),
        };
        Self { words: vec![Word { said, what }], stays: Vec::new() }
    }
}

impl Families {
    /// One family; of a student who is not known it said nothing.
    #[must_use]
    pub fn of(&self, student: i64) -> Family {
        self.0.get(&student).cloned().unwrap_or_default()
    }

    /// As [`Family::covers`].
    #[must_use]
    pub fn covers(&self, student: i64, tested: Date, counted: Date) -> Consent {
        self.0.get(&student).map_or(Consent::Unknown, |family| family.covers(tested, counted))
    }
}

/// Whether a yes of a day has ended with a leaving, so that it stands no longer on another day:
/// consents do not come back with a student.
pub(super) fn ended_by_leaving(stays: &[Stay], said: Date, day: Date) -> bool {
    stays.iter().any(|stay| said < stay.left && stay.back <= day)
}

/// What every family said.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Families, SqlError> {
    let births = student::births(tx)?;
    let mut families = rosters(tx, None)?;
    for paper in heard(tx, None)? {
        let student = paper.entry.student;
        let Some(family) = families.get_mut(&student.0) else { continue };
        family.words.extend(word(&paper.entry, births.get(&student.0).copied()));
    }
    families.values_mut().for_each(Family::order);
    Ok(Families(families))
}

/// What the family of one student said.
///
/// # Errors
/// The store cannot be read.
pub fn of(tx: &Tx<'_>, student: StudentId) -> Result<Family, SqlError> {
    let mut family = rosters(tx, Some(student))?.remove(&student.0).unwrap_or_default();
    let papers = heard(tx, Some(student))?;
    if !papers.is_empty() {
        let birth = student::one(tx, student.0)?.and_then(|known| known.row.birth_date);
        family.words.extend(papers.iter().filter_map(|paper| word(&paper.entry, birth)));
        family.order();
    }
    Ok(family)
}

impl Family {
    /// By the day on which it was said; of one day the roster's first, then paper by paper.
    fn order(&mut self) {
        self.words.sort_by_key(|word| word.said);
    }
}

fn rosters(tx: &Tx<'_>, student: Option<StudentId>) -> Result<HashMap<i64, Family>, SqlError> {
    let of = |(id, known): (i64, Columns)| {
        let said = known.said.iter().filter_map(|column| {
            let what = match column.consent {
                Consent::Given => {
                    let from = column.date?;
                    What::Yes { from, to: year_ends(from), signed: None }
                }
                Consent::Refused => What::No(Answer::Refused),
                Consent::Unknown => return None,
            };
            // A no without its day is known since the roster that brought it.
            Some(Word { said: column.date.unwrap_or(column.since), what })
        });
        let mut family = Family { words: said.collect(), stays: known.stays };
        family.order();
        (id, family)
    };
    Ok(stay::columns(tx, student)?.into_iter().map(of).collect())
}

/// The last day of the school year in which a family said something on a roster. Rosters of a year
/// are made in August, and what a family says then is said for the year that begins.
fn year_ends(said: Date) -> Date {
    let year = if said.month() >= 8 { said.year().saturating_add(1) } else { said.year() };
    Date::new(year, 8, 31).unwrap_or(said)
}

/// What a paper says about screening; nothing where it is about something else or no answer.
fn word(paper: &Paper, birth: Option<Date>) -> Option<Word> {
    if !paper.answers((Purpose::Screening, "")) || !paper.answer.is_said() {
        return None;
    }
    let said = said_on(paper);
    if paper.answer.is_no() {
        return Some(Word { said, what: What::No(paper.answer) });
    }
    let signed = [paper.guardian_signed, paper.student_signed].into_iter().flatten();
    let day = signed.fold(said.max(paper.valid_from), Date::max);
    let wish = Wish {
        purpose: Purpose::Screening,
        classes: &[DataClass::Answers],
        recipient: "",
        day,
        age: 0,
    };
    let to = paper.valid_to.min(plus_days(paper.valid_from, LIFE_DAYS_MAX));
    // Who must sign is asked of each day on which the paper is used, not of its first one.
    let signed = Some(Signed { by: signed_by(&paper.paper(), day), birth });
    let what = match check_unsigned(&paper.paper(), &wish) {
        Ok(()) | Err(NoConsent::Expired) => What::Yes { from: day, to, signed },
        Err(why) => What::Faulty(why),
    };
    Some(Word { said, what })
}
