//! A school's life, generated: what a school writes into its ledgers week by week.
//!
//! The rates are those of a 1,200-student junior school as `docs/simulator.md` lists them, scaled
//! by the number of students; about 150 writes a week. Everything is drawn from one seed and goes
//! through the ledgers' own doors with the rights of whoever would write it, so a refusal is a
//! fault of the simulator or of the ledgers, never part of life. It follows no real school.

mod beside;
mod care;
mod cast;
mod consents;
mod dice;
mod dues;
mod families;
mod founding;
pub mod rates;
mod referrals;
pub mod school;
mod screening;
mod sent;
mod shown;
mod work;

use domain::period::Term;
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use node::ledger::Ledger;
use node::ledger::refusal::LedgerRefusal;
use runtime::sql::{SqlError, Tx};

use self::cast::Cast;
use self::consents::Told;
use self::dice::Dice;
use self::dues::Waiting;
use self::rates::is_teaching;

/// Weeks in one transaction: a year is on the disk in a handful of commits.
const WEEKS_A_COMMIT: u32 = 13;

/// Why a life could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LifeError {
    /// The ledgers refused something that the simulator wrote.
    #[error("on {day} the ledgers refused {what}")]
    Refused {
        /// The day.
        day: Date,
        /// What was written.
        what: &'static str,
        /// Why.
        source: LedgerRefusal,
    },
    /// The school is not ready to live.
    #[error("the school has no {0}; nothing was written")]
    Missing(&'static str),
    /// A run, a survey or the packs that they stand on.
    #[error("{what} could not be made")]
    Paper {
        /// What was to be made.
        what: &'static str,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// A life that can be written on.
pub struct Life {
    dice: Dice,
    /// Of what families say about screening.
    slips: Dice,
    cast: Cast,
    terms: Vec<Term>,
    waiting: Waiting,
    told: Told,
    next: Date,
}

/// What happened to one write.
type Done = Result<(), LedgerRefusal>;

impl Life {
    /// Begins a life on a Monday: reads who is at the school and founds its year.
    ///
    /// # Errors
    /// The roll or the staff roll is missing, or the ledger cannot be written.
    pub fn begin(
        ledger: &Ledger,
        seed: u64,
        first: Date,
        terms: &[Term],
    ) -> Result<Self, LifeError> {
        let monday = monday_of(first);
        let terms = terms.to_vec();
        ledger.write("life_begins", move |tx| {
            let cast = Cast::of(tx, monday)?;
            let dice = Dice::new(seed, &cast.unit);
            let slips = Dice::new(!seed, &cast.unit);
            let (waiting, told) = (Waiting::default(), Told::default());
            let mut life = Self { dice, slips, cast, terms, waiting, told, next: monday };
            life.found(tx, monday)?;
            Ok(life)
        })
    }

    /// Lives on up to a day, that day included.
    ///
    /// # Errors
    /// The ledgers refused something, or cannot be written.
    pub fn until(mut self, ledger: &Ledger, last: Date) -> Result<Self, LifeError> {
        while self.next <= last {
            self = ledger.write("life", move |tx| {
                for _ in 0..WEEKS_A_COMMIT {
                    self.week(tx, last)?;
                }
                Ok::<_, LifeError>(self)
            })?;
        }
        Ok(self)
    }

    /// Answers, at an instant, part of the critical items that an import has put before the
    /// counsellors; the others stay on their list.
    ///
    /// # Errors
    /// The ledgers refused something, or cannot be written.
    pub fn answer_now(mut self, ledger: &Ledger, now_ms: i64) -> Result<Self, LifeError> {
        ledger.write("life_now", move |tx| {
            self.answer_critical(tx, now_ms)?;
            Ok(self)
        })
    }

    fn week(&mut self, tx: &Tx<'_>, last: Date) -> Result<(), LifeError> {
        let monday = self.next;
        if monday > last {
            return Ok(());
        }
        if is_new_year(monday) {
            self.renew(tx, monday)?;
        }
        for offset in 0..5 {
            let day = monday + offset.days();
            if day > last {
                break;
            }
            self.day(tx, day)?;
        }
        self.next = monday + 7.days();
        Ok(())
    }

    fn day(&mut self, tx: &Tx<'_>, day: Date) -> Result<(), LifeError> {
        if is_teaching(day) {
            self.talks(tx, day)?;
            self.sessions(tx, day)?;
            self.alerts(tx, day)?;
            self.interviews(tx, day)?;
            self.teaching(tx, day)?;
            self.families(tx, day)?;
            self.consents(tx, day)?;
            self.conferences(tx, day)?;
            self.governance(tx, day)?;
        }
        // In the holidays too, what is due is due, and a child who needs a doctor needs one.
        self.dues(tx, day)?;
        self.referrals(tx, day)
    }
}

/// Names what was refused.
fn at(day: Date, what: &'static str) -> impl FnOnce(LedgerRefusal) -> LifeError {
    move |source| match source {
        LedgerRefusal::Store(error) => LifeError::Store(error),
        source => LifeError::Refused { day, what, source },
    }
}

fn monday_of(day: Date) -> Date {
    let past = i64::from(day.weekday().since(Weekday::Monday));
    day - past.days()
}

/// The first Monday that lies in September.
fn is_new_year(monday: Date) -> bool {
    monday.month() == 9 && monday.day() <= 7
}
