//! A member's one outbound connection: says hello, pushes its lanes, pulls directives, renews.
//!
//! Everything it needs to go on is in the database, so a killed process or a lost connection
//! costs nothing but time. "Done" is what the parent has answered, never what was sent.

mod answer;
pub mod bundle;
mod code;
mod driver;
pub mod enrol;
mod identity;
mod keys;
mod link;
pub mod outbox;
mod probe;
mod push;
mod renewal;

pub use answer::AnswerError;
pub use code::{HUB_FULL, HUB_REVOKED, REVOKED, refusal};
pub use driver::{Applied, Hooks, Parent, Uplink, UplinkError};
pub use identity::IdentityCell;
pub use keys::{Bar, BarredKey};
pub use outbox::notes;
pub use probe::{Probe, probe};

/// Schema of the outbox, a migration of every database that holds one.
pub const OUTBOX_SCHEMA: &str = include_str!("outbox/001_outbox.sql");

/// Second step of that schema, a later migration of the same databases: what was framed once.
pub const OUTBOX_FRAMED_ONCE: &str = include_str!("outbox/002_framed_once.sql");

/// Name of the note that holds the cursor up to which a parent's directives were stored; the
/// parent's name follows.
///
/// Another name makes every unit pull all again once, which changes nothing but what the version
/// before could not take: lists of revocations are the first of that.
pub const PULL_CURSOR: &str = "pull_cursor_2";

/// Name of the note that holds the cursor up to which a parent's addressed items were stored; the
/// parent's name follows.
pub const ADDRESSED_CURSOR: &str = "addressed_cursor";

/// Name of the note that holds the parent to which the lanes' epochs belong.
pub const LANE_PARENT: &str = "lane_parent";

/// Name of the note that holds when the parent last answered a hello, in milliseconds.
pub const LAST_CONTACT: &str = "last_contact_ms";

/// Name of the note that holds until when the link that was made then is known to have stood, in
/// milliseconds. Apart from the hello, by which a ledger that was put back is told from its lane.
pub const LAST_STOOD: &str = "last_stood_ms";

/// Name of the note that says why the last attempt failed; empty after a success.
pub const LAST_ERROR: &str = "last_error";

/// Name of the note that holds the stable code of that failure; empty after a success.
pub const LAST_CODE: &str = "last_code";

/// Name of the note that holds our clock minus the parent's, in milliseconds.
pub const CLOCK_SKEW: &str = "clock_skew_ms";

/// Name of the note that holds which file was made last for the parent, and the epochs of then.
const BUNDLE_MADE: &str = "bundle_made";

/// Name of the note that holds from where on a lane's frames are asked for again by a file of the
/// parent's; the lane's name follows.
const BUNDLE_FROM: &str = "bundle_from";

/// Name of the note that says why a lane has stopped; empty while it runs.
pub const CONFLICT: &str = "conflict";
