//! Departments' lists: a list comes down sealed to one school, meets the ledgers there, and goes.
//!
//! A department reads its table ([`file`]) and seals the rows of each school for that school
//! ([`sending`]). The school checks sender, recipient, dates and copies ([`taking`]), compares the
//! rows with its roll ([`matching`]), and a person decides what is entered ([`deciding`]). Until
//! then the list stands in the ledger sealed as it came; with the decision it is erased. Nothing
//! of it ever goes up: only the counts that the ledgers give anyway. Rows name children, so
//! nothing here has `Debug` and nothing is logged.

pub mod content;
pub mod deciding;
mod entering;
pub mod file;
pub mod matching;
pub mod sending;
pub mod taking;

mod said;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use certs::seal::EnvelopeError;
use certs::statement::StatementError;
use domain::ledger::Word as _;
use domain::ledger::words::{Group, Physique};
use jiff::civil::Date;
use runtime::sql::SqlError;
use serde::{Deserialize, Serialize};

use crate::import::value::compact;
use crate::ledger::refusal::LedgerRefusal;

/// Most rows that one school gets in one list.
pub const ROWS_MAX: usize = 5_000;

/// A list's content is filled up to whole steps of so many bytes, so that its length tells no
/// number of children.
pub const STEP_BYTES: usize = 16 * 1024;

/// What the sealing is for; needed again to open.
pub const INFO: &[u8] = b"xinqiao-department-list-v1";

/// What everybody on the way may read. Nothing about what the list is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Version of this header.
    pub v: u8,
    /// The sender's own id of the list, drawn at random.
    pub list: String,
    /// Unit id of the department.
    pub from: String,
    /// Unit id of the school.
    pub to: String,
    /// Digest of the recipient's statement that it was sealed to.
    pub statement: String,
    /// Day of sealing.
    #[serde(with = "day")]
    pub sealed_on: Date,
    /// Last day on which it may be decided.
    #[serde(with = "day")]
    pub valid_to: Date,
}

/// A civil date as text.
mod day {
    use jiff::civil::Date;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(day: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(day)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a row says of a child.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// A group of the special-group family ledger.
    Group(Group),
    /// A kind of the special-physique ledger.
    Physique(Physique),
}

/// Why a list was not sealed, taken or decided. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// The text is no sealed list.
    #[error("not a sealed list")]
    NotAList,
    /// The node belongs to no city yet, so nobody can vouch for a sender.
    #[error("the node has not joined")]
    NotJoined,
    /// No commission vouches for the sender, or not now.
    #[error("nobody vouches for the sender")]
    Sender(#[source] StatementError),
    /// A newer statement about another key of the sender is known: this key is withdrawn.
    #[error("the key of the sender is withdrawn")]
    Replaced,
    /// No statement of a file is about a department's key.
    #[error("no statement about a department's key")]
    NoSender,
    /// The list, its header or the signature was altered, or another key signed.
    #[error("the list was altered or is not signed by its sender")]
    Altered(#[source] EnvelopeError),
    /// For another school.
    #[error("the list is for {0}")]
    OtherSchool(String),
    /// The time in which it may be decided is over.
    #[error("the list ended on {0}")]
    Ended(Date),
    /// Sealed on a later day than today: one of the clocks is wrong.
    #[error("the list is of {0}, which is still to come")]
    Early(Date),
    /// It came before.
    #[error("the list came before as number {0}")]
    Again(i64),
    /// None of the school's keys opens it.
    #[error("no key of this school opens the list")]
    Closed,
    /// It opens, and what is in it is no list of this version.
    #[error("the content is no list of this version")]
    Content,
    /// More rows than one list may have, or none.
    #[error("a list has 1 to {ROWS_MAX} rows")]
    Rows,
    /// The list was decided, or there is none of that number.
    #[error("no list of that number waits")]
    NotWaiting,
    /// A student was chosen whom the row does not offer.
    #[error("row {0} does not offer that student")]
    Choice(u32),
    /// A row was left out that is not there, offers nobody, or has a student named for it.
    #[error("row {0} cannot be left out")]
    LeftOut(u32),
    /// The ledger refused what a row says.
    #[error("row {0} was refused")]
    Row(u32, #[source] LedgerRefusal),
    /// A cell of a row is longer than a list may have.
    #[error("a cell of row {0} is too long")]
    Long(u32),
    /// A key or a statement cannot be used.
    #[error("a key or a statement cannot be used")]
    Key(#[source] EnvelopeError),
    /// The ledger refused.
    #[error(transparent)]
    Ledger(#[from] LedgerRefusal),
}

impl From<SqlError> for ListError {
    fn from(error: SqlError) -> Self {
        Self::Ledger(error.into())
    }
}

impl ListError {
    /// What the ledger refused of a row; that the store failed is about none.
    fn of_row(row: u32, refusal: LedgerRefusal) -> Self {
        match refusal {
            LedgerRefusal::Store(_) => Self::Ledger(refusal),
            refusal => Self::Row(row, refusal),
        }
    }
}

impl Topic {
    /// The word that is written into a list.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Group(group) => format!("group:{}", group.as_str()),
            Self::Physique(kind) => format!("physique:{}", kind.as_str()),
        }
    }

    /// The topic of such a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word.split_once(':')? {
            ("group", rest) => Group::from_word(rest).map(Self::Group),
            ("physique", rest) => Physique::from_word(rest).map(Self::Physique),
            _ => None,
        }
    }

    /// Its names, Chinese and English.
    #[must_use]
    pub fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Group(group) => group.label(),
            Self::Physique(kind) => kind.label(),
        }
    }

    /// The topic that an office means, by our word, our name or a name of its own.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = compact(text).to_lowercase();
        let ours = |topic: &Self| {
            let (zh, en) = topic.label();
            let word = topic.word();
            let bare = word.split_once(':').map_or("", |(_, bare)| bare);
            text == word || text == bare || text == zh || text == compact(en).to_lowercase()
        };
        let found: Vec<Self> = Self::all().into_iter().filter(ours).collect();
        if let [one] = found.as_slice() {
            return Some(*one);
        }
        let known = NAMES.iter().find(|(name, _)| text == *name);
        known.map(|(_, topic)| *topic)
    }

    /// All topics, in the order of the closed lists.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let groups = Group::ALL.iter().map(|group| Self::Group(*group));
        groups.chain(Physique::ALL.iter().map(|kind| Self::Physique(*kind))).collect()
    }
}

/// Names by which departments call the same thing.
const NAMES: [(&str, Topic); 22] = [
    ("单亲", Topic::Group(Group::SingleParent)),
    ("离异", Topic::Group(Group::Divorced)),
    ("重组", Topic::Group(Group::Remarried)),
    ("二孩", Topic::Group(Group::TwoChild)),
    ("留守", Topic::Group(Group::LeftBehind)),
    ("农村留守儿童", Topic::Group(Group::LeftBehind)),
    ("经济困难", Topic::Group(Group::Poverty)),
    ("低保", Topic::Group(Group::Poverty)),
    ("低保家庭", Topic::Group(Group::Poverty)),
    ("特困", Topic::Group(Group::Poverty)),
    ("残疾", Topic::Group(Group::Disabled)),
    ("残疾学生", Topic::Group(Group::Disabled)),
    ("持证残疾儿童", Topic::Group(Group::Disabled)),
    ("随迁", Topic::Group(Group::Migrant)),
    ("流动儿童", Topic::Group(Group::Migrant)),
    ("孤儿", Topic::Group(Group::Orphan)),
    ("事实无人抚养", Topic::Group(Group::Orphan)),
    ("事实无人抚养儿童", Topic::Group(Group::Orphan)),
    ("心脏病", Topic::Physique(Physique::Cardiac)),
    ("先天性心脏病", Topic::Physique(Physique::Cardiac)),
    ("过敏", Topic::Physique(Physique::Allergy)),
    ("癫痫病", Topic::Physique(Physique::Epilepsy)),
];
