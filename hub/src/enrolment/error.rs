//! Why a unit was not enrolled or renewed; each reason has its own stable code.

use certs::csr::CsrError;
use certs::issuer::IssueError;
use domain::unit::UnitKind;
use runtime::sql::SqlError;
use tonic::Code;

/// Why a unit was not enrolled or renewed. Nothing was issued.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrolError {
    /// No invite of this id.
    #[error("the invite is not known here")]
    Unknown,
    /// The proof was made with another seed, on another connection, or for another request.
    #[error("the proof of the invite does not hold on this connection")]
    Proof,
    /// The invite's time is over.
    #[error("the invite has expired")]
    Expired,
    /// The machine is of another kind than the unit that was invited; nothing was bound to its key.
    #[error("the invite is for a {0}")]
    OtherKind(UnitKind),
    /// Another key redeemed the invite; an alarm was raised.
    #[error("the invite was used with another key")]
    Used,
    /// An operator took the invite back.
    #[error("the invite was taken back")]
    Revoked,
    /// A machine asks what became of an invite that nobody redeemed.
    #[error("the invite was not redeemed")]
    NotRedeemed,
    /// The request is no request for a P-256 key, or does not prove its key.
    #[error("the certificate request is not usable")]
    Request(#[from] CsrError),
    /// The unit was closed.
    #[error("the unit is closed")]
    Closed,
    /// The unit is suspended.
    #[error("the unit is suspended")]
    Suspended,
    /// The unit is not registered here, or is of a kind that this hub has no members of.
    #[error("the unit is not a member of this hub")]
    NotAMember,
    /// The key is registered, for this unit or for another.
    #[error("the key is registered already")]
    KeyKnown,
    /// A district joins with the certificate of its own authority.
    #[error("a district shows the certificate of its own authority")]
    OwnCertificate,
    /// Renewal after expiry was not allowed, is too late, or is not by the latest key.
    #[error("renewal of this expired certificate is not allowed")]
    RenewalNotAllowed,
    /// The unit belongs to another street, or to this hub itself.
    #[error("another hub answers for this unit")]
    OtherStreet,
    /// This hub can issue nothing: no authority and no hub above.
    #[error("this hub has no issuing authority")]
    NoAuthority,
    /// The hub above could not be asked; the key stays bound to the invite.
    #[error("the hub above cannot issue now")]
    Upstream,
    /// The hub above refused.
    #[error("the hub above refused: {0}")]
    UpstreamRefused(String),
    /// The authority refused.
    #[error("the issuing authority refused")]
    Issue(#[from] IssueError),
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

impl EnrolError {
    /// The stable code that the caller's sentence is made from.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "INVITE_UNKNOWN",
            Self::Proof => "INVITE_PROOF",
            Self::Expired => "INVITE_EXPIRED",
            Self::OtherKind(kind) => runtime::uplink::enrol::invite_for_code(*kind),
            Self::Used => "INVITE_USED",
            Self::Revoked => "INVITE_REVOKED",
            Self::NotRedeemed => "INVITE_NOT_REDEEMED",
            Self::Request(_) => "REQUEST_INVALID",
            Self::Closed => "UNIT_CLOSED",
            Self::Suspended => "UNIT_SUSPENDED",
            Self::NotAMember => "NOT_A_MEMBER",
            Self::KeyKnown => "KEY_KNOWN",
            Self::OwnCertificate => "OWN_CERTIFICATE",
            Self::RenewalNotAllowed => "RENEWAL_NOT_ALLOWED",
            Self::OtherStreet => "OTHER_STREET",
            Self::NoAuthority => "NO_AUTHORITY",
            Self::Upstream => "UPSTREAM",
            Self::UpstreamRefused(_) => "UPSTREAM_REFUSED",
            Self::Issue(_) => "AUTHORITY",
            Self::Store(_) => "STORE",
        }
    }

    /// The gRPC code; `Unavailable` says that the same call may succeed later.
    #[must_use]
    pub const fn kind(&self) -> Code {
        match self {
            Self::Unknown => Code::NotFound,
            Self::Proof => Code::Unauthenticated,
            Self::Used | Self::KeyKnown => Code::AlreadyExists,
            Self::Request(_) => Code::InvalidArgument,
            Self::Upstream => Code::Unavailable,
            Self::Store(error) if error.is_retryable() => Code::Unavailable,
            Self::Store(_) | Self::Issue(_) => Code::Internal,
            Self::OtherKind(_)
            | Self::Expired
            | Self::NotRedeemed
            | Self::OwnCertificate
            | Self::NoAuthority => Code::FailedPrecondition,
            Self::Revoked
            | Self::Closed
            | Self::Suspended
            | Self::NotAMember
            | Self::RenewalNotAllowed
            | Self::OtherStreet
            | Self::UpstreamRefused(_) => Code::PermissionDenied,
        }
    }
}
