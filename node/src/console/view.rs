//! What the school's pages show, as plain values.
//!
//! A release is shown as it was decoded from the signed bytes, never as the ledgers would give it
//! again: what left is what is on the page. Nothing here names a person.

use domain::digest::Digest;
use runtime::web::{Figure, Label};

/// Which of its kinds a release is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseKind {
    /// Operational counts and bands.
    ClearSheet,
    /// Counts about persons, rounded.
    RoundedTable,
}

/// Where a release is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HopState {
    /// The hub confirmed it with a signature.
    Received {
        /// By the hub's clock, in milliseconds since 1970.
        at_ms: i64,
    },
    /// The hub refused it with a signature; the figures of this release do not count.
    Refused {
        /// By the hub's clock, in milliseconds since 1970.
        at_ms: i64,
        /// Why, in one sentence.
        reason: Label,
        /// What was left untouched, and what to do next.
        next: Label,
    },
    /// It waits here to be sent.
    Waiting,
    /// It was sent and not answered yet.
    Sent,
}

/// One hub on the way up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The hub.
    pub hub: Label,
    /// What it said.
    pub state: HopState,
    /// Digest of its signed answer, if there is one.
    pub receipt: Option<Digest>,
}

/// How the figures of a release were protected, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Figures in it.
    pub counts: u32,
    /// Of these, rounded.
    pub rounded: u32,
    /// Of these, given as a range.
    pub banded: u32,
    /// Of these, not given at all.
    pub blank: u32,
}

/// One line of the list of releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseLine {
    /// What the address of its page carries: letters, digits and hyphens.
    pub id: String,
    /// When it was signed, in milliseconds since 1970.
    pub signed_at_ms: i64,
    /// Which of its kinds it is.
    pub kind: ReleaseKind,
    /// Name of the table.
    pub table: Label,
    /// The period, such as 2025–2026 学年第一学期.
    pub period: Label,
    /// Revision; above 1 it corrects an earlier one.
    pub revision: u32,
    /// Its figures in numbers.
    pub tally: Tally,
    /// The hubs on the way up, nearest first.
    pub hops: Vec<Hop>,
}

/// A period whose releases the school holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldPeriod {
    /// The period.
    pub period: Label,
    /// Its written form, as the command line takes it.
    pub name: String,
    /// Since when, in milliseconds since 1970.
    pub since_ms: i64,
    /// Who stopped it.
    pub author: String,
    /// Why.
    pub reason: String,
    /// Signed tables that wait here because of it.
    pub waiting: u64,
}

/// A page of the list of releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressPage {
    /// Releases, newest first.
    pub lines: Vec<ReleaseLine>,
    /// Number of this page, from 1.
    pub page: u32,
    /// Number of pages.
    pub pages: u32,
    /// Releases that ever left.
    pub total: u64,
    /// Sealed reports, which stand on a page of their own.
    pub sealed: u64,
    /// Students whose records stay here.
    pub students: u64,
    /// When the next release is due, in milliseconds since 1970; `None` if nothing is planned.
    pub next_due_ms: Option<i64>,
    /// Whether what is due leaves by itself.
    pub leaves_itself: bool,
    /// What the school holds.
    pub holds: Vec<HeldPeriod>,
}

/// One line of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRow {
    /// What the line counts.
    pub label: Label,
    /// One figure for each column.
    pub figures: Vec<Figure>,
}

/// Figures that belong together: one indicator or one partition of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What is counted.
    pub title: Label,
    /// How it was protected, one sentence.
    pub rule: Label,
    /// Headings of the columns.
    pub columns: Vec<Label>,
    /// The lines.
    pub rows: Vec<BlockRow>,
}

/// Who signed a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// Identity name in the certificate.
    pub name: String,
    /// Id of the key, in hexadecimal digits.
    pub key: String,
    /// Algorithm, such as ECDSA P-256 SHA-256.
    pub algorithm: &'static str,
}

/// One release, decoded from the bytes that were signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasePage {
    /// What the list says about it.
    pub line: ReleaseLine,
    /// Id of the table.
    pub table_id: String,
    /// Digest of the signed bytes.
    pub digest: Digest,
    /// Digest of the catalogue that names its cells.
    pub catalogue: Digest,
    /// Who signed it.
    pub signer: Signer,
    /// Whether the signature was checked just now against the bytes shown.
    pub is_verified: bool,
    /// Epoch and sequence in its lane, such as `4c1f9a · 17`.
    pub position: String,
    /// Its figures.
    pub blocks: Vec<Block>,
    /// The signed bytes themselves.
    pub bytes: Vec<u8>,
}

/// An indicator that is not in the release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    /// Its name.
    pub name: Label,
    /// Why it is not in it, one sentence.
    pub why: Label,
}

/// A release that would leave next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextRelease {
    /// Which of its kinds it is.
    pub kind: ReleaseKind,
    /// Name of the table.
    pub table: Label,
    /// The period.
    pub period: Label,
    /// When it leaves by itself, in milliseconds since 1970; nothing where a person sends it.
    pub leaves_ms: Option<i64>,
    /// The period as a command names it.
    pub name: String,
    /// Its figures in numbers.
    pub tally: Tally,
    /// Its figures.
    pub blocks: Vec<Block>,
    /// Bytes that it would have before it is signed.
    pub bytes_len: u64,
}

/// The preview of what leaves next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewPage {
    /// What would leave.
    pub releases: Vec<NextRelease>,
    /// When, in milliseconds since 1970; `None` if it waits for somebody to send it.
    pub due_ms: Option<i64>,
    /// The hub that it would go to.
    pub hub: Label,
    /// What is left out, and why.
    pub absent: Vec<Absent>,
    /// What the school holds.
    pub holds: Vec<HeldPeriod>,
    /// Whether nobody is named who answers for what leaves, so that nothing is signed.
    pub is_unanswered: bool,
}

/// State of the link to the parent, a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncState {
    /// The hub has everything.
    Acknowledged,
    /// Something waits to be sent or answered.
    Queued {
        /// Since when the oldest waits, in milliseconds since 1970.
        since_ms: i64,
    },
    /// The hub lacks sequence numbers; they are sent again.
    Gap {
        /// First one that the hub lacks.
        expected: u64,
    },
    /// The hub cannot be reached.
    Unreachable {
        /// Since when, in milliseconds since 1970.
        since_ms: i64,
    },
    /// The hub has no space left and takes nothing until somebody makes room there.
    HubFull,
    /// A root took the hub's key back, or its authority's; nothing is sent there.
    HubRevoked,
    /// The hub keeps other bytes under a sequence of ours, and the lane has stopped.
    Stopped,
    /// The hub refused the last release.
    Refused,
    /// The clock is too far from the hub's.
    ClockOff {
        /// By how many seconds; positive is fast.
        seconds: i64,
    },
    /// The certificate ends soon and was not renewed.
    Expiring {
        /// Days left.
        days: u32,
    },
    /// The hub no longer accepts this school's certificate.
    Revoked,
    /// The school has not joined yet.
    NotJoined,
}

/// The link to the parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncStatus {
    /// The hub.
    pub hub: Label,
    /// How it stands.
    pub state: SyncState,
    /// Highest sequence number that the hub confirmed.
    pub acknowledged: u64,
    /// Highest sequence number here.
    pub head: u64,
    /// Last answer of the hub, in milliseconds since 1970; `None` for never.
    pub heard_at_ms: Option<i64>,
    /// Days until the certificate ends, if there is one.
    pub certificate_days: Option<u32>,
}

/// The start page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomePage {
    /// Students whose records stay here.
    pub students: u64,
    /// Releases that ever left.
    pub released: u64,
    /// Sealed reports, which stand on a page of their own.
    pub sealed: u64,
    /// When the next one is due, in milliseconds since 1970.
    pub next_due_ms: Option<i64>,
    /// Whether what is due leaves by itself.
    pub leaves_itself: bool,
    /// The link to the parent.
    pub sync: SyncStatus,
    /// The latest releases.
    pub latest: Vec<ReleaseLine>,
    /// Special periods that this school follows and that have not ended.
    pub specials: Vec<SpecialNotice>,
}

/// A special period, as the school is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialNotice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Label,
    /// First day.
    pub first: String,
    /// Last day; it ends by itself.
    pub last: String,
    /// Whether its figures leave every day, or every week.
    pub is_daily: bool,
    /// What leaves in the clear.
    pub counts: Vec<Label>,
    /// What leaves under seal.
    pub sealed: Vec<Label>,
    /// Why what is about persons stays here instead; nothing where it leaves under seal.
    pub kept: Option<Label>,
    /// The pulse screen that is asked for: its scale and the grades.
    pub pulse: Option<(Label, Vec<Label>)>,
}
