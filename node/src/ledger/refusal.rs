//! Why a ledger refuses an entry. No sentence here holds anything about a person.

use domain::directory::Bar;
use domain::ledger::case::MoveError;
use domain::ledger::certificate::Missing;
use domain::ledger::consent::{NoConsent, Purpose};
use domain::ledger::day::DayError;
use domain::ledger::retention::StillKept;
use domain::ledger::{Kind, Word as _};
use domain::referral::Refused;
use jiff::civil::Date;
use runtime::sql::SqlError;

use super::agency_listed::AgencyBar;
use super::entry::RecordId;
use super::tells::Tell;

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It must be filled in.
    #[error("is empty")]
    Empty,
    /// It lies in the future.
    #[error("lies in the future")]
    Future,
    /// It lies before another field, by that one's name.
    #[error("lies before {0}")]
    Before(&'static str),
    /// It lies before today or after the last day that is allowed.
    #[error("is beyond its limit")]
    Limit,
    /// It is less or more than a number of its sort can be.
    #[error("is not from {0} to {1}")]
    Range(u32, u32),
    /// The roll has no such class.
    #[error("is on no roll")]
    NoClass,
    /// It lies before the case was entered, on this day.
    #[error("lies before the case, which was entered on {0}")]
    BeforeCase(Date),
    /// It is no digest of a file.
    #[error("is no digest of a file")]
    Digest,
    /// The student has no case in the early-warning ledger.
    #[error("needs an open case")]
    NoCase,
}

/// What is wrong with a line of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFlaw {
    /// What is passed on has somebody who gets it.
    #[error("needs a recipient")]
    Recipient,
    /// What stays in the school has nobody.
    #[error("has a recipient and stays in the school")]
    NoRecipient,
    /// It says which data.
    #[error("names no data, or is there twice")]
    Data,
}

/// Why nobody of a unit may be asked as an expert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoExpert {
    /// No directory in force lists it.
    #[error("no directory lists that unit")]
    Unlisted,
    /// It is listed as something else.
    #[error("that unit is listed as no expert")]
    Other,
    /// It may not be chosen today.
    #[error("the expert may not be chosen: {}", .0.as_str())]
    Barred(Bar),
    /// It is paired with other schools.
    #[error("the expert is paired with other schools")]
    Unpaired,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerRefusal {
    /// The role may not do this, or not for this student.
    #[error("this role may not do that, or not for this student")]
    NotAllowed,
    /// It needs a reason.
    #[error("a reason is needed")]
    Reason,
    /// A day that cannot be right.
    #[error(transparent)]
    Day(#[from] DayError),
    /// There is no such record, or it is of another kind or student.
    #[error("there is no such record")]
    Unknown,
    /// Its versions were destroyed.
    #[error("the record was destroyed")]
    Destroyed,
    /// The student has another of these at that time.
    #[error("the student has another of these at that time")]
    Double,
    /// The student has another of these at that time: this one, which holds from that day on.
    #[error("record {} holds at that time", .1.0)]
    Stands(Kind, RecordId, Date),
    /// The same is entered already, and nobody said that it happened once more.
    #[error("record {} says the same", .1.0)]
    Again(Kind, RecordId),
    /// A field whose fault is known.
    #[error("the field {0} {1}")]
    Flawed(&'static str, Flaw),
    /// A line of a notice that does not go with its purpose.
    #[error("the line for {} {}", .0.as_str(), .1)]
    Line(Purpose, LineFlaw),
    /// A field that must be filled is empty, or one does not go with another.
    #[error("the field {0} is empty or does not go with the others")]
    Field(&'static str),
    /// A text is longer than the ledger keeps.
    #[error("the field {0} is too long")]
    TooLong(&'static str),
    /// A pseudonymous card says who its student is.
    #[error("the card tells its student: {field} at character {at}")]
    CardTells {
        /// The field that stands on it.
        field: &'static str,
        /// Place on the card, from 1.
        at: usize,
    },
    /// A text without identity tells somebody, at these places.
    #[error("the text tells a person at {} places", .0.len())]
    Tells(Vec<Tell>),
    /// It is written by an act of its own.
    #[error("this is written by an act of its own")]
    OwnAct,
    /// Only who wrote it may change it.
    #[error("only its author may change it")]
    NotAuthor,
    /// The second person is the first one.
    #[error("the second person must be somebody else")]
    SamePerson,
    /// Nobody knows which person the account is.
    #[error("the account is not linked to a member of staff")]
    Unlinked,
    /// One of the two accounts was made, linked or given its password by one person alone.
    #[error("one of the two accounts was opened by one person alone")]
    OneHand,
    /// It was made in error and counts no more.
    #[error("the entry was annulled as made in error")]
    Annulled,
    /// Such an entry is never annulled.
    #[error("an entry of this kind is not annulled")]
    NeverAnnulled,
    /// Versions wait beside it.
    #[error("versions wait beside the entry; settle them first")]
    Unsettled,
    /// Other entries name it.
    #[error("entries of kind {} name it", .0.as_str())]
    Named(Kind),
    /// Somebody wrote to the record since it was looked at.
    #[error("somebody has changed the record meanwhile; look at it again")]
    Changed,
    /// A critical answer was given on the day of the talk: only its time says which came first.
    #[error("a critical answer was given on that day; the time of the talk is needed")]
    TimeOfTalk,
    /// It does not wait for anybody.
    #[error("it does not wait for a second person")]
    NotWaiting,
    /// No coming of the student from another school is entered.
    #[error("no coming of the student from another school is entered")]
    NotMovedIn,
    /// A lowering or leaving of the case waits already.
    #[error("another move of the case waits for its second person")]
    MoveWaits(RecordId),
    /// A record that an entry names is about another student.
    #[error("the record in {0} is about another student")]
    OtherStudent(&'static str, RecordId),
    /// The student is on the roll already.
    #[error("the student is on the roll already")]
    OnRoll,
    /// The student is not on the roll.
    #[error("the student is not on the roll")]
    NotOnRoll,
    /// The roll stands for that school year already.
    #[error("the roll stands for that school year already")]
    Turned,
    /// Something was written on top of it.
    #[error("something was built on it since")]
    BuiltOn,
    /// Something was written on top of an import.
    #[error("something was built on the import since")]
    ImportBuiltOn,
    /// An entry of a table was changed since.
    #[error("an entry of the table was changed since")]
    TableBuiltOn,
    /// A move that does not fit.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// A paper that is no consent.
    #[error(transparent)]
    Consent(#[from] NoConsent),
    /// Nothing may be ordered from that agency on that day.
    #[error("nothing may be ordered from this agency: {0}")]
    Agency(AgencyBar),
    /// The family has not agreed that somebody from outside sees the card.
    #[error("no consent to a consultation with that unit: {0}")]
    Outsiders(NoConsent),
    /// An act of a referral that its table does not let happen.
    #[error(transparent)]
    Referral(#[from] Refused),
    /// No consent to a referral stands.
    #[error("no consent to this referral stands: {0}")]
    Unconsented(NoConsent),
    /// What a referral says was put right after the family's consent was confirmed.
    #[error("the referral was put right since the consent to it was confirmed")]
    Unconfirmed,
    /// Nothing on which a referral's sheet may be made.
    #[error("there is no ground on which this sheet may be made")]
    NoGround,
    /// In an emergency neither a guardian nor the desk was called.
    #[error("no call to a guardian or to the desk is noted")]
    Uncalled,
    /// The guardian who was called is one whom nobody may contact.
    #[error("this guardian may not be contacted")]
    Uncontacted,
    /// Half an hour has passed and no second person signed the emergency.
    #[error("the emergency was not signed by a second person within half an hour")]
    Unsigned,
    /// An earlier emergency of the same person went unsigned and was not reviewed.
    #[error("an emergency of the same person was not signed and not reviewed")]
    Unreviewed,
    /// Nothing can be sealed to that recipient: no key statement of it, or of the relay that serves
    /// this school, holds.
    #[error("no key statement of that recipient or of the relay holds")]
    NoRoad,
    /// Nobody of that unit may be asked as an expert.
    #[error(transparent)]
    NoExpert(#[from] NoExpert),
    /// It could not be sealed; nothing left.
    #[error("the referral could not be sealed")]
    NotSealed,
    /// Who held a session under supervision signs it for the supervisor.
    #[error("nobody signs the own supervised session")]
    OwnSession,
    /// On the day of the session the school had named nobody of that name as supervisor.
    #[error("no supervisor of that name was named for that day")]
    NoSupervisor,
    /// Something for a certificate is missing.
    #[error(transparent)]
    Certificate(#[from] Missing),
    /// Something keeps what was to be destroyed.
    #[error(transparent)]
    Kept(#[from] StillKept),
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}
