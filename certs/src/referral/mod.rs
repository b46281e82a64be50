//! A referral or an answer on its way: an envelope for one recipient, in parts of one size.
//!
//! The content is padded, sealed to the recipient's key for referrals, bound to its [`Header`], and
//! signed outside by the sender's certificate key, so that a recipient can show later what came
//! without showing what it says. All of that is sealed a second time before it is cut into parts:
//! hubs that carry a part see no sender, no certificate, no header and no length. Whoever can open
//! a letter's routing ([`crate::seal::RelayKey`]) opens nothing here:
//!
//! ```compile_fail,E0308
//! use certs::referral::{Judge, OpenedReferral, ReferralEnvelope, ReferralError, Whole};
//!
//! fn read(
//!     whole: &Whole,
//!     key: &certs::seal::RelayKey,
//!     judge: &Judge<'_>,
//! ) -> Result<OpenedReferral, ReferralError> {
//!     ReferralEnvelope::open_referral(whole, key, judge)
//! }
//! ```
//!
//! With the key of a recipient the same lines compile:
//!
//! ```
//! use certs::referral::{Judge, OpenedReferral, ReferralEnvelope, ReferralError, Whole};
//!
//! fn read(
//!     whole: &Whole,
//!     key: &certs::seal::EnvelopeKey,
//!     judge: &Judge<'_>,
//! ) -> Result<OpenedReferral, ReferralError> {
//!     ReferralEnvelope::open_referral(whole, key, judge)
//! }
//! ```

mod collector;
mod envelope;
mod header;
mod parts;
mod terms;

pub use crate::codes::UnknownCode;
pub use collector::{
    CollectError, Collector, ENVELOPES_MAX as COLLECTED_ENVELOPES_MAX, GIVEN_MAX, Taken,
};
pub use envelope::{
    CONTENT_BYTES_MAX, CONTENT_STEP_BYTES, Draft, EndedReferral, Judge, OpenedReferral,
    ReferralEnvelope, ReferralError,
};
pub use header::{Ground, Header, Role};
pub use parts::{PART_BYTES, PARTS_MAX, Part, PartError, PartNumber, Whole};
pub use terms::{EnvelopeId, Revealed, Scopes, TermsError, WithdrawalMark, WithdrawalSecret};

pub(crate) use terms::{read_date, read_digest, read_flag, read_instant, read_unit};

#[cfg(test)]
mod tests;
