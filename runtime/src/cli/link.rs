//! What stands between a unit and its hub, by stable code: a sentence and who can mend it.
//!
//! The table holds every code that a hub gives and every one that the uplink stores, so that no
//! page or terminal falls back to the English of a log.

use domain::unit::UnitKind;

use super::{Exit, Failure, Sentence, words};
use crate::uplink::UplinkError;
use crate::uplink::enrol::{JoinError, invite_for_code};
use crate::web::{Lang, Text};

/// Codes of a hub's refusal to enrol or to serve, and of a handshake that was refused: nothing of
/// it passes by waiting.
const REFUSALS: &[(&str, Text, Text)] = &[
    ("INVITE_UNKNOWN", words::INVITE_UNKNOWN, words::ASK_NEW_INVITE),
    ("INVITE_PROOF", words::INVITE_PROOF, words::AS_A_FILE),
    ("INVITE_EXPIRED", words::INVITE_EXPIRED_THERE, words::ASK_NEW_INVITE),
    ("INVITE_USED", words::INVITE_USED, words::INVITE_USED_NEXT),
    ("INVITE_REVOKED", words::INVITE_REVOKED, words::ASK_NEW_INVITE),
    ("INVITE_NOT_REDEEMED", words::INVITE_NOT_REDEEMED, words::ASK_OPERATOR),
    ("REQUEST_INVALID", words::REQUEST_INVALID, words::UPDATE),
    ("UNIT_CLOSED", words::UNIT_CLOSED, words::ASK_OPERATOR),
    ("UNIT_SUSPENDED", words::UNIT_SUSPENDED, words::ASK_OPERATOR),
    ("NOT_A_MEMBER", words::NOT_A_MEMBER, words::ASK_OPERATOR),
    ("NOT_A_LEADER", words::NOT_A_LEADER, words::ASK_OPERATOR),
    ("OTHER_NAME", words::OTHER_UNIT_NAME, words::ASK_OPERATOR),
    ("CERTIFICATE_REVOKED", words::CERTIFICATE_REVOKED, words::ASK_OPERATOR_AGAIN),
    ("CERTIFICATE_UNKNOWN", words::CERTIFICATE_UNKNOWN, words::ASK_OPERATOR_AGAIN),
    ("NO_CERTIFICATE", words::NO_CERTIFICATE, words::ASK_OPERATOR),
    ("RENEWAL_NOT_ALLOWED", words::RENEWAL_NOT_ALLOWED, words::RENEWAL_NEXT),
    ("KEY_KNOWN", words::KEY_KNOWN, words::ASK_OPERATOR),
    ("OWN_CERTIFICATE", words::OWN_CERTIFICATE, words::OWN_CERTIFICATE_NEXT),
    ("OTHER_STREET", words::OTHER_STREET, words::ASK_OPERATOR),
    ("NO_AUTHORITY", words::NO_AUTHORITY, words::ASK_OPERATOR),
    ("UPSTREAM", words::UPSTREAM, words::TRY_AGAIN),
    ("UPSTREAM_REFUSED", words::UPSTREAM_REFUSED, words::ASK_OPERATOR),
    ("AUTHORITY", words::AUTHORITY_REFUSED, words::ASK_OPERATOR),
    ("STORE", words::HUB_STORE, words::ASK_OPERATOR),
    ("HUB_NAME", words::OTHER_NAME, words::OTHER_NAME_NEXT),
    ("OTHER_ROOT", words::OTHER_ROOT, words::OTHER_NAME_NEXT),
    ("REVOKED", words::CERTIFICATE_REVOKED, words::ASK_OPERATOR_AGAIN),
    ("HUB_REVOKED", words::HUB_REVOKED, words::HUB_REVOKED_NEXT),
    ("CERTIFICATE_EXPIRED", words::CERTIFICATE_EXPIRED, words::CHECK_CLOCK),
    ("CERTIFICATE_NOT_YET_VALID", words::NOT_YET_VALID, words::CHECK_CLOCK),
    ("STALE_CRL", words::STALE_CRL, words::ASK_OPERATOR),
    ("HANDSHAKE", words::HANDSHAKE, words::ASK_OPERATOR),
    ("MESSAGE_TOO_LARGE", words::TOO_LARGE, words::TOO_LARGE_NEXT),
    ("HUB", words::HUB_STRANGE, words::ASK_OPERATOR),
    ("RENEWAL", words::RENEWAL_FAILED, words::ASK_OPERATOR),
];

/// Codes of a link that may work later without anybody's help.
const PASSING: &[(&str, Text, Text)] = &[
    ("UNREACHABLE", words::LINK_UNREACHABLE, words::CHECK_NETWORK),
    ("SILENT", words::LINK_SILENT, words::CHECK_NETWORK),
    ("LATE", words::LATE, words::TRY_AGAIN),
    ("HUB_NOT_READY", words::LINK_NOT_READY, words::TRY_AGAIN),
    ("HUB_FULL", words::HUB_FULL, words::HUB_FULL_NEXT),
];

/// Kinds of units that an invite may be for, and what people call them.
const KINDS: [(UnitKind, Text); 7] = [
    (UnitKind::City, words::KIND_CITY),
    (UnitKind::District, words::KIND_DISTRICT),
    (UnitKind::Street, words::KIND_STREET),
    (UnitKind::School, words::KIND_SCHOOL),
    (UnitKind::Centre, words::KIND_CENTRE),
    (UnitKind::Clinic, words::KIND_CLINIC),
    (UnitKind::Helper, words::KIND_HELPER),
];

/// An invite that is for another kind of unit.
fn invite_for(kind: UnitKind, text: Text) -> Failure {
    let name = KINDS.into_iter().find(|(known, _)| *known == kind).map(|(_, name)| name);
    let name = name.unwrap_or(words::KIND_SCHOOL);
    let message = Sentence::pair(
        text.fill(Lang::Zh, &[&name.in_lang(Lang::Zh)]),
        text.fill(Lang::En, &[&name.in_lang(Lang::En)]),
    );
    let failure = Failure::new(Exit::Authentication, invite_for_code(kind), message);
    failure.hint(words::INVITE_FOR_NEXT)
}

/// What a hub's refusal of a call means.
pub(super) fn refused(code: &str, said: &str, retryable: bool) -> Failure {
    if let Some((kind, _)) = KINDS.into_iter().find(|(kind, _)| invite_for_code(*kind) == code) {
        return invite_for(kind, words::INVITE_FOR_THERE);
    }
    let known = REFUSALS.iter().chain(PASSING).find(|(known, _, _)| *known == code);
    let Some((code, message, next)) = known else {
        return unknown(said, retryable);
    };
    let exit = if retryable { Exit::Network } else { Exit::Authentication };
    Failure::new(exit, code, *message).hint(*next)
}

fn unknown(said: &str, retryable: bool) -> Failure {
    if retryable {
        let failure = Failure::new(Exit::Network, "HUB_NOT_READY", words::HUB_NOT_READY);
        return failure.hint(words::TRY_AGAIN).because_of(said);
    }
    let failure = Failure::new(Exit::Authentication, "HUB_REFUSED", words::HUB_REFUSED);
    failure.hint(words::ASK_OPERATOR).because_of(said)
}

impl Failure {
    /// An invite whose line says that it is for another kind of unit.
    #[must_use]
    pub fn invite_for(kind: UnitKind) -> Self {
        invite_for(kind, words::INVITE_FOR_HERE)
    }

    /// The trouble of a link by the stable code that the uplink stored; `said` is its English,
    /// for a code of a hub that is newer than this program.
    #[must_use]
    pub fn of_link(code: &str, said: &str) -> Self {
        if let Some((code, message, next)) = PASSING.iter().find(|(known, _, _)| *known == code) {
            return Self::new(Exit::Network, code, *message).hint(*next);
        }
        match code {
            "CONFLICT" => {
                Self::new(Exit::Failed, "CONFLICT", words::CONFLICT).hint(words::CONFLICT_NEXT)
            }
            "STORE_FAILED" => {
                let failure = Self::new(Exit::Failed, "STORE_FAILED", words::LINK_STORE);
                failure.hint(words::LINK_STORE_NEXT)
            }
            _ => refused(code, said, false),
        }
    }
}

impl From<UplinkError> for Failure {
    fn from(error: UplinkError) -> Self {
        match error {
            UplinkError::Transport(error) => error.into(),
            UplinkError::Call(status) => JoinError::from(status).into(),
            UplinkError::Store(error) => error.into(),
            other => Self::of_link(other.code(), "").because(&other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code has a sentence of its own in Chinese and in English; a code of a newer hub says
    /// the English of the log as a cause, never inside a Chinese sentence.
    #[test]
    fn every_code_has_its_sentence() {
        let others = ["CONFLICT", "STORE_FAILED"];
        let codes = REFUSALS.iter().chain(PASSING).map(|(code, _, _)| *code).chain(others);
        for code in codes {
            let failure = Failure::of_link(code, "what the log says");
            assert_eq!(failure.code(), code);
            assert!(failure.next_step(Lang::Zh).is_some(), "{code}");
            assert!(failure.cause().is_none(), "{code}");
        }
        for (kind, name) in KINDS {
            let failure = Failure::of_link(invite_for_code(kind), "what the log says");
            assert_eq!((failure.code(), failure.cause()), (invite_for_code(kind), None));
            assert!(failure.message(Lang::Zh).contains(name.in_lang(Lang::Zh)), "{kind}");
        }
        let newer = Failure::of_link("SOMETHING_NEW", "what the log says");
        assert_eq!((newer.code(), newer.cause()), ("HUB_REFUSED", Some("what the log says")));
        assert!(!newer.message(Lang::Zh).contains("log"));
    }
}
