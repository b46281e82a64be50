//! The offline authority of a commission: what a root ceremony does, as functions and as commands.
//!
//! A root lives in a folder of its own on a machine without a network and signs issuing
//! authorities, pack keys, statement keys, and lists of what of these is revoked; and, through
//! such a key, packs and key statements. Nothing here dials or listens.

pub mod document;
pub mod pack;
pub mod request;
mod revoke;
pub mod root;
pub mod statement;
pub mod vault;

mod chinese;
mod command;
mod six_words;
pub(crate) mod source;
mod unlock;
mod words;

pub use command::run;
pub(crate) use command::{at as failure_at, root_text};

/// What a file should have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A kind of pack.
    PackKind,
    /// A signed pack.
    SignedPack,
    /// One on which there is room for a signature.
    PackWithRoom,
    /// A certificate.
    Certificate,
    /// A signed key statement.
    Statement,
    /// A request for a key statement.
    KeyRequest,
    /// A hub's request for an authority.
    IssuerRequest,
    /// The same of a unit that may have one.
    Authority,
    /// A key that is not on the list of revocations yet.
    NewlyRevoked,
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::PackKind => "kind of pack that is known",
            Self::SignedPack => "signed pack",
            Self::PackWithRoom => "signed pack with room for a signature",
            Self::Certificate => "certificate",
            Self::Statement => "signed key statement",
            Self::KeyRequest => "key request",
            Self::IssuerRequest => "issuer request",
            Self::Authority => "request of a city, a district or a helper",
            Self::NewlyRevoked => "list with a key that was not revoked before",
        })
    }
}

/// Why a step of a ceremony was not done. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CeremonyError {
    /// The folder holds a root already.
    #[error("the folder holds a root already")]
    Exists,
    /// A file cannot be read or written.
    #[error("a file cannot be read or written")]
    File(#[from] std::io::Error),
    /// A file is not what it should be.
    #[error("the file is no {0}")]
    Content(Wanted),
    /// What is to be signed is no valid pack of its kind.
    #[error(transparent)]
    Source(proto::pack::PackError),
    /// The root refused: dates, zone, or a key that is not its own.
    #[error(transparent)]
    Root(#[from] certs::root::RootError),
    /// A key cannot be made, read or written.
    #[error(transparent)]
    Key(#[from] certs::key::KeyError),
    /// A key's file cannot be opened or written.
    #[error(transparent)]
    Keyfile(#[from] certs::keyfile::KeyfileError),
    /// The passphrase, or its stored cost, cannot be used.
    #[error(transparent)]
    Passphrase(#[from] runtime::passphrase::PassphraseError),
    /// The request does not prove its key.
    #[error(transparent)]
    Request(#[from] certs::csr::CsrError),
    /// The pack could not be signed.
    #[error(transparent)]
    Pack(#[from] certs::pack::PackError),
    /// A signature that stands on the pack is not over its bytes.
    #[error("a signature that is there does not fit the content")]
    Altered,
    /// Nobody but this key signed the pack.
    #[error("this key signed the pack already, and no other did")]
    OwnPack,
    /// Nobody but this key signed the statement.
    #[error("this key signed the statement already, and no other did")]
    OwnStatement,
    /// The key file is of the other role: this one.
    #[error("the key signs other documents")]
    OtherRole(document::Role),
    /// The key statement could not be signed.
    #[error(transparent)]
    Statement(#[from] certs::statement::StatementError),
    /// The list of revocations could not be made or read.
    #[error(transparent)]
    Revocations(#[from] certs::revocation::RevocationError),
    /// The request for a statement does not prove who asks.
    #[error(transparent)]
    KeyRequest(#[from] certs::statement::RequestError),
    /// The request is for another city.
    #[error("the request is for another zone than the root's")]
    OtherZone,
    /// The request is the other commission's to sign: health's root names helpers, education's
    /// every other hub.
    #[error("the request is for the other commission's root")]
    OtherCommission,
}

#[cfg(test)]
mod tests;
