//! The one outcome of every pupil in a term's screening, as it may enter a released table.
//!
//! Below grade 4 nobody answers for oneself: a teacher's observation and a guardian's interview,
//! both on record, stand for the sheet that there is none of, under the same consent.
//!
//! Only sheets that a guardian consented to are used: one whose guardian refused counts as
//! `refused` ("student or guardian refused"), and one whose guardian's answer is not known counts
//! as `not_reached`, whatever the sheet says. So no figure that leaves the school can be traced to
//! an answer without consent, and everybody on the roll still has exactly one outcome. Consent is
//! judged by [`consented`]: by what is known today, so a withdrawal counts at once; a yes must have
//! begun by the day that the figures are about, and not have run out before the day of the sheet.

use std::collections::HashMap;

use domain::period::Term;
use domain::scale::Outcome;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::funnel::is_complete;
use super::opening::may_self_report;
use crate::import::answers::AnswerOutcome;
use crate::import::value::Consent;
use crate::ledger::consented::Family;
use crate::ledger::critical::Observation;
use crate::ledger::sheet::{self, SheetOutcome};
use crate::ledger::student::{self, Pupil};
use crate::ledger::{campaign, consented, read};

/// A pupil of the census day with the outcome that may be counted.
pub struct Screened {
    /// The pupil.
    pub pupil: Pupil,
    /// The outcome.
    pub outcome: Outcome,
}

/// Everybody on the roll of the census day with one outcome each, from all campaigns of the term
/// up to that day; nothing where the term has no campaign, which is not the same as nobody.
///
/// # Errors
/// The store cannot be read.
pub fn census(tx: &Tx<'_>, term: &Term) -> Result<Option<Vec<Screened>>, SqlError> {
    let observed = observed(tx, term)?;
    if campaign::of_term(tx, term.id)?.is_empty() && observed.is_empty() {
        return Ok(None);
    }
    let sheets = sheet::outcomes(tx, term.id, term.census)?;
    let families = consented::all(tx)?;
    let screened = student::roll_at(tx, term.census)?.into_iter().map(|pupil| {
        let from = sheets.partition_point(|sheet| sheet.student < pupil.id);
        let rest = sheets.get(from..).unwrap_or_default();
        let until = rest.partition_point(|sheet| sheet.student == pupil.id);
        let own = rest.get(..until).unwrap_or_default();
        let stands_in = observed.get(&pupil.id).filter(|_| !may_self_report(pupil.grade));
        let family = families.of(pupil.id);
        let outcome = countable(&family, term.census, (own, stands_in.copied()));
        Screened { pupil, outcome }
    });
    Ok(Some(screened.collect()))
}

/// What observation and interview of a young child say, where both were held by the census day.
fn observed(tx: &Tx<'_>, term: &Term) -> Result<HashMap<i64, (Date, Outcome)>, SqlError> {
    let name = term.id.to_string();
    let mut outcomes = HashMap::new();
    for kept in read::in_period::<Observation>(tx, term.start, term.census)? {
        let entry = &kept.entry;
        if entry.term == name && is_complete(entry) {
            let outcome = if entry.concern { Outcome::Due } else { Outcome::Negative };
            outcomes.insert(entry.student.0, (entry.day, outcome));
        }
    }
    Ok(outcomes)
}

/// The outcome that may be counted for one pupil; of several scales the worst counts, and what
/// stands in counts where no sheet was answered.
fn countable(
    family: &Family,
    day: Date,
    (sheets, stands_in): (&[SheetOutcome], Option<(Date, Outcome)>),
) -> Outcome {
    if family.on(day) == Consent::Refused {
        return Outcome::Refused;
    }
    let may_count = |tested: Date| family.covers(tested, day) == Consent::Given;
    let with = |handed_in: AnswerOutcome| {
        let own = sheets.iter().filter(move |sheet| sheet.handed_in == handed_in);
        own.filter(|sheet| may_count(sheet.test_date))
    };
    let worst = with(AnswerOutcome::Answered).map(|sheet| sheet.outcome).max();
    let stands_in = stands_in.filter(|(seen, _)| may_count(*seen)).map(|(_, outcome)| outcome);
    match worst.or(stands_in) {
        Some(worst) => worst,
        // A word of refusal says more than an absence on another day.
        None if with(AnswerOutcome::Refused).next().is_some() => Outcome::Refused,
        None => Outcome::NotReached,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const DAY: Date = date(2025, 11, 7);

    fn sheet(handed_in: AnswerOutcome, outcome: Outcome) -> SheetOutcome {
        SheetOutcome { student: 1, handed_in, outcome, test_date: DAY }
    }

    /// Of several scales the worst outcome counts; a refusal counts before an absence.
    #[test]
    fn the_worst_sheet_counts() {
        let answered = |outcome| sheet(AnswerOutcome::Answered, outcome);
        let refused = sheet(AnswerOutcome::Refused, Outcome::Refused);
        let absent = sheet(AnswerOutcome::Absent, Outcome::NotReached);
        let of = |sheets: &[SheetOutcome]| {
            countable(&Family::trial(Consent::Given, DAY), DAY, (sheets, None))
        };
        assert_eq!(of(&[answered(Outcome::Due), answered(Outcome::Negative)]), Outcome::Due);
        assert_eq!(of(&[answered(Outcome::Void), answered(Outcome::Critical)]), Outcome::Critical);
        assert_eq!(of(&[refused, answered(Outcome::Negative)]), Outcome::Negative);
        assert_eq!(of(&[absent, answered(Outcome::Void)]), Outcome::Void);
        assert_eq!(of(&[absent, refused]), Outcome::Refused);
        assert_eq!(of(&[absent]), Outcome::NotReached);
        assert_eq!(of(&[]), Outcome::NotReached);
        // What stands in for a young child counts where no sheet was answered, and nowhere else.
        let young = |sheets: &[SheetOutcome]| {
            let family = Family::trial(Consent::Given, DAY);
            countable(&family, DAY, (sheets, Some((DAY, Outcome::Due))))
        };
        assert_eq!((young(&[]), young(&[absent])), (Outcome::Due, Outcome::Due));
        assert_eq!(young(&[answered(Outcome::Negative)]), Outcome::Negative);
    }

    proptest! {
        /// Without consent no sheet, however critical, changes what is counted.
        #[test]
        fn sheets_without_consent_change_nothing(
            outcomes in prop::collection::vec(0_usize..7, 0..4),
            days in 1_i32..400,
        ) {
            let sheets: Vec<_> = outcomes
                .into_iter()
                .map(|place| sheet(AnswerOutcome::Answered, Outcome::ALL[place]))
                .collect();
            let later = DAY.saturating_add(jiff::ToSpan::days(days));
            let of = |family: Family, sheets: &[SheetOutcome]| {
                countable(&family, DAY, (sheets, Some((DAY, Outcome::Due))))
            };
            let refused = Family::trial(Consent::Refused, DAY);
            prop_assert_eq!(of(refused, &sheets), Outcome::Refused);
            let agreed_later = Family::trial(Consent::Given, later);
            prop_assert_eq!(of(agreed_later, &sheets), Outcome::NotReached);
            prop_assert_eq!(of(Family::default(), &sheets), Outcome::NotReached);
        }
    }
}
