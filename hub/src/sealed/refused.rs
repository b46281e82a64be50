//! Why a report is not taken: stable codes, and a sentence without names for each.
//!
//! The codes stand in signed verdicts: they are what a school is told, and once used they keep
//! their meaning.

use certs::aggregate::AggregateError;
use domain::disclosure::sealed::Refusal;

/// A refusal as it stands in a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Stable code.
    pub code: &'static str,
    /// A sentence without names.
    pub reason: String,
    /// From what the other hub comes to the same; in no verdict, and kept nowhere.
    pub evidence: Evidence,
}

/// What a helper shows of a report that it refuses for what it was told between the hubs: a leader
/// believes no such refusal that it does not come to by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Its share of the check.
    pub shown: Vec<u8>,
    /// Its share of the stage sums of a stock.
    pub sums: Vec<u8>,
}

impl Refused {
    /// A refusal of a code.
    #[must_use]
    pub fn new(code: &'static str, reason: &(impl std::fmt::Display + ?Sized)) -> Self {
        Self { code, reason: reason.to_string(), evidence: Evidence::default() }
    }

    /// What a report is told that was refused before, by the code that was stored then.
    #[must_use]
    pub fn again(code: &str) -> Self {
        Self::new(known(code), "the report was refused before")
    }

    /// The refusal of a report that came after the sum.
    #[must_use]
    pub fn opened_without() -> Self {
        Self::new(OPENED_WITHOUT, "the sum of the school's group was opened without this report")
    }

    /// The refusal of a report of a period without a key.
    #[must_use]
    pub fn key_late() -> Self {
        Self::new(
            LATE_KEY,
            "the hubs had agreed on no key before the period ended: it stays closed",
        )
    }
}

/// The report is of no known form, or not signed by the school that it names.
pub const UNREADABLE: &str = "unreadable";
/// Not signed by the school that it names, or that school's certificate does not hold.
pub const SIGNATURE: &str = "bad_signature";
/// The school is not on the roster.
pub const NOT_LISTED: &str = "not_on_roster";
/// Not a task of this hub.
pub const OTHER_TASK: &str = "other_task";
/// Another report of the school stands.
pub const OTHER_REPORT: &str = "other_report";
/// A refused report came again under its number.
pub const SAME_NUMBER: &str = "same_number";
/// The nonce was used before.
pub const NONCE: &str = "nonce_used";
/// Made for another cap than the roster gives.
pub const CAP: &str = "other_cap";
/// Another arithmetic than this hub's.
pub const ALGORITHM: &str = "unknown_algorithm";
/// A stock that names no enrolment, or a flow that does.
pub const ENROLLED: &str = "enrolment";
/// The half does not open here, or what it holds is no half of this table: there is no share of the
/// check that could be shown to the other hub.
pub const SEALED: &str = "not_for_this_hub";
/// The proof does not hold.
pub const PROOF: &str = "proof";
/// The stage sums are not the enrolment that the report names.
pub const CONTROL: &str = "control_sum";
/// Health has not stated the key that signed it: the report waits, and no verdict says this.
pub const UNSTATED: &str = "key_not_stated";

/// The period is not over at the helper: the report waits, and no verdict says this.
pub const NOT_OVER: &str = "period_not_over";

/// The school year was closed: nothing of it is opened any more.
pub const YEAR_CLOSED: &str = "year_closed";

/// The school was closed or out of session at that time.
pub const AWAY: &str = "school_away";

/// The hubs had agreed on no key before the period ended, or one of them lost it.
pub const LATE_KEY: &str = "key_late";

/// The sum of the school's group was opened without this report.
pub const OPENED_WITHOUT: &str = "opened_without";

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::OtherReport => OTHER_REPORT,
            Refusal::SameNumber => SAME_NUMBER,
            Refusal::Nonce => NONCE,
            // OtherTask, and what a later version refuses besides.
            _ => OTHER_TASK,
        };
        Self::new(code, &refusal)
    }
}

impl From<AggregateError> for Refused {
    fn from(error: AggregateError) -> Self {
        Self::new(PROOF, &error)
    }
}

/// The known code of a word that was stored or told; `proof` where a later version told another.
#[must_use]
pub fn known(word: &str) -> &'static str {
    const ALL: [&str; 17] = [
        UNREADABLE,
        SIGNATURE,
        NOT_LISTED,
        OTHER_TASK,
        OTHER_REPORT,
        SAME_NUMBER,
        NONCE,
        CAP,
        ALGORITHM,
        ENROLLED,
        SEALED,
        PROOF,
        CONTROL,
        AWAY,
        YEAR_CLOSED,
        OPENED_WITHOUT,
        LATE_KEY,
    ];
    ALL.into_iter().find(|code| *code == word).unwrap_or(PROOF)
}

/// Whether the helper's word about a report is no refusal, and the report waits.
#[must_use]
pub fn waits(code: &str) -> bool {
    [UNSTATED, NOT_OVER].contains(&code)
}

/// Whether a helper shows with a refusal what the leader comes to the same from.
#[must_use]
pub fn is_shown(code: &str) -> bool {
    [PROOF, CONTROL].contains(&code)
}

/// Whether a refusal is for the period and not for what is in the report, so that it can be right
/// about one of which a hub found that it holds. Of a code that is not known here that cannot be
/// said.
#[must_use]
pub fn is_of_period(code: &str) -> bool {
    [AWAY, OPENED_WITHOUT, YEAR_CLOSED, OTHER_TASK, LATE_KEY].contains(&code)
}

/// Whether a refusal uses up the report's number and nonce: what both hubs looked into, and not
/// what came beside another report or could not be believed.
#[must_use]
pub fn uses_number(code: &str) -> bool {
    [CAP, ALGORITHM, ENROLLED, SEALED, PROOF, CONTROL].contains(&code)
}
