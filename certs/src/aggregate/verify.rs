//! Verifying a report between the hubs: each shows the other a share of the check, and both
//! decide.
//!
//! What a school says in the share that both hubs see about each hub's half is held against that
//! half first, by the hub that has it: the crate compares only the parts of the others, so that a
//! report could be made which one hub finds right and the other wrong. After that the two decide
//! over the very same, and a hub that says otherwise than the other is wrong, whatever the school
//! did.
//!
//! Deterministic: a hub that was restarted in between computes the same again from the same
//! halves, so nothing of the exchange has to be kept but the halves themselves.

use prio::codec::ParameterizedDecode as _;
use prio::field::Field128;
use prio::vdaf::prio3::{Prio3InputShare, Prio3PublicShare, Prio3VerifierShare, Prio3VerifyState};
use prio::vdaf::{Aggregator as _, VerifyTransition};

use super::{
    AggregateError, HELPER_SHARE_BYTES, Instance, OutputShare, PUBLIC_SHARE_BYTES, Role,
    SEED_BYTES, VerifyKey, encode,
};

/// What is known of a report besides the halves.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'p> {
    /// What it is bound to: the hub makes it from task, school and number, and never takes it from
    /// the report.
    pub context: &'p [u8],
    /// Its nonce.
    pub nonce: &'p [u8; 16],
    /// The share that both hubs see.
    pub public: &'p [u8],
}

/// The leader's side of a check that waits for the helper.
pub struct Begun {
    state: Prio3VerifyState<Field128, 32>,
    own: Prio3VerifierShare<Field128, 32>,
    /// Whether what the report says of this half is so.
    pub(super) is_as_told: bool,
}

/// What the helper finds of a report: its share of the check, which the leader decides from too,
/// and its share of the figures, or that the proof does not hold.
pub struct Looked {
    /// What it shows to the leader, whatever it found.
    pub shown: Vec<u8>,
    /// The share that it adds up.
    pub share: Result<OutputShare, AggregateError>,
}

impl Instance {
    /// The leader begins: gives what it shows to the helper.
    ///
    /// # Errors
    /// A half of another table or cap, or bytes that are none.
    pub fn begin(
        &self,
        key: &VerifyKey,
        parts: Parts<'_>,
        half: &[u8],
    ) -> Result<(Begun, Vec<u8>), AggregateError> {
        self.init(Role::Leader, key, parts, half)
    }

    /// The helper decides, from its half and what the leader showed: gives what it shows in
    /// return, and the share that it adds up.
    ///
    /// # Errors
    /// A half of another table or cap, bytes that are none, or a proof that does not hold.
    pub fn answer(
        &self,
        key: &VerifyKey,
        parts: Parts<'_>,
        half: &[u8],
        shown: &[u8],
    ) -> Result<(Vec<u8>, OutputShare), AggregateError> {
        let looked = self.look(key, parts, half, shown)?;
        Ok((looked.shown, looked.share?))
    }

    /// The same, with what is shown of a proof that does not hold: the leader comes to the same.
    ///
    /// # Errors
    /// A half of another table or cap, or bytes that are none; [`AggregateError::Shown`] where the
    /// leader's are none.
    pub fn look(
        &self,
        key: &VerifyKey,
        parts: Parts<'_>,
        half: &[u8],
        shown: &[u8],
    ) -> Result<Looked, AggregateError> {
        let (begun, own) = self.init(Role::Helper, key, parts, half)?;
        let leader = self.shown(&begun.state, shown)?;
        let share = match begun.is_as_told {
            true => self.decide(parts, begun.state, [leader, begun.own]),
            false => Err(AggregateError::Proof),
        };
        Ok(Looked { shown: own, share })
    }

    /// The leader decides for itself, from what the helper showed: gives the share that it adds
    /// up.
    ///
    /// # Errors
    /// [`AggregateError::Shown`] for bytes that are no answer, or a proof that does not hold.
    pub fn finish(
        &self,
        parts: Parts<'_>,
        begun: Begun,
        answer: &[u8],
    ) -> Result<OutputShare, AggregateError> {
        let helper = self.shown(&begun.state, answer)?;
        if !begun.is_as_told {
            return Err(AggregateError::Proof);
        }
        self.decide(parts, begun.state, [begun.own, helper])
    }

    fn init(
        &self,
        role: Role,
        key: &VerifyKey,
        parts: Parts<'_>,
        half: &[u8],
    ) -> Result<(Begun, Vec<u8>), AggregateError> {
        let expected = match role {
            Role::Leader => self.leader_share_bytes(),
            Role::Helper => HELPER_SHARE_BYTES,
        };
        // Lengths first: nothing is allocated by what a message claims.
        if half.len() != expected || parts.public.len() != PUBLIC_SHARE_BYTES {
            return Err(AggregateError::Other);
        }
        let place = role.aggregator();
        let public = Prio3PublicShare::get_decoded_with_param(&self.vdaf, parts.public);
        let public = public.map_err(|_| AggregateError::Encoding)?;
        let half = Prio3InputShare::get_decoded_with_param(&(&self.vdaf, place), half);
        let half = half.map_err(|_| AggregateError::Encoding)?;
        let key = key.expose();
        let begun =
            self.vdaf.verify_init(key, parts.context, place, &(), parts.nonce, &public, &half);
        let (state, own) = begun.map_err(|_| AggregateError::Proof)?;
        let shown = encode(&own)?;
        let is_as_told = is_as_told(role, parts, &shown);
        Ok((Begun { state, own, is_as_told }, shown))
    }

    fn shown(
        &self,
        state: &Prio3VerifyState<Field128, 32>,
        shown: &[u8],
    ) -> Result<Prio3VerifierShare<Field128, 32>, AggregateError> {
        if shown.len() != self.verifier_bytes() {
            return Err(AggregateError::Shown);
        }
        let share = Prio3VerifierShare::get_decoded_with_param(state, shown);
        share.map_err(|_| AggregateError::Shown)
    }

    fn decide(
        &self,
        parts: Parts<'_>,
        state: Prio3VerifyState<Field128, 32>,
        shown: [Prio3VerifierShare<Field128, 32>; 2],
    ) -> Result<OutputShare, AggregateError> {
        let message = self.vdaf.verifier_shares_to_message(parts.context, &(), shown);
        let message = message.map_err(|_| AggregateError::Proof)?;
        match self.vdaf.verify_next(parts.context, state, message) {
            Ok(VerifyTransition::Finish(share)) => Ok(OutputShare::of(&share, self.cap())),
            Ok(VerifyTransition::Continue(..)) | Err(_) => Err(AggregateError::Proof),
        }
    }
}

/// Whether what the report says of a hub's half is so: the last bytes of what the hub shows stand
/// in the share that both hubs see.
fn is_as_told(role: Role, parts: Parts<'_>, shown: &[u8]) -> bool {
    let place = role.aggregator() * SEED_BYTES;
    let told = parts.public.get(place..place + SEED_BYTES);
    told.is_some_and(|told| shown.ends_with(told))
}
