//! Joining: from an invite to an identity on the disk.
//!
//! Whoever asks the persons is the command line; here is what happens once they agreed. Repeating
//! it after any interruption goes on with the same key. The configuration is written last: until
//! then the node has not joined.

use std::path::{Path, PathBuf};

use certs::invite::Invite;
use certs::root::{Commission, RootCertificate};
use domain::unit::{IdentityName, UnitKind};
use runtime::clock::Clock;
use runtime::uplink::enrol::{self, JoinError, Joined, Outcome};

use crate::config::{self, Config, ConfigError, NodeRole};

/// Why the node is not a member.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JoiningError {
    /// Between us and the hub.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// The invite is for another kind of unit.
    #[error("the invite is for a {0}, which this node is not")]
    Kind(UnitKind),
    /// The node is a member as another unit, whose records are in its ledger.
    #[error("the node is {0} already")]
    OtherUnit(String),
    /// A file could not be written; the same command goes on where this one stopped.
    #[error("the identity could not be written")]
    File(#[from] std::io::Error),
    /// The configuration could not be written.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file of the identity could not be written.
    #[error(transparent)]
    Identity(#[from] certs::identity::IdentityError),
}

/// How far joining got.
pub enum Progress {
    /// The node is a member; its name.
    Joined(IdentityName),
    /// The operator compares these six words by telephone first.
    Pending(domain::digest::Digest),
}

/// Refuses an invite whose line says that it is for another kind of unit, or for another unit than
/// the one whose records are here: before a key is made, because the hub would take a second key
/// for a theft.
///
/// # Errors
/// The invite is for a hub, for a receiver where this is a school's node or the other way round, or
/// the node is a member as another unit.
pub fn check(config: &Config, invite: &Invite) -> Result<(), JoiningError> {
    let terms = invite.terms();
    // A line without a kind is a school's, or one of an earlier version.
    if let Some(kind) = terms.kind.filter(|kind| !config.role.is_of(*kind)) {
        return Err(JoiningError::Kind(kind));
    }
    match config.unit() {
        Some(unit) if *unit != terms.unit => Err(JoiningError::OtherUnit(unit.to_string())),
        _ => Ok(()),
    }
}

/// Makes or finds the key, redeems the invite and, once issued, writes everything.
///
/// # Errors
/// As [`JoiningError`] says; the key stays for the next attempt.
pub async fn redeem(
    data: &Path,
    (config_file, role): (&Path, NodeRole),
    invite: &Invite,
    clock: &Clock,
) -> Result<Progress, JoiningError> {
    let kind = kind_of(invite, role)?;
    let key = enrol::key_for_joining(data).map_err(JoinError::from)?;
    match enrol::join(invite, (&key, kind), clock).await? {
        Outcome::Pending(digest) => Ok(Progress::Pending(digest)),
        Outcome::Joined(joined) => {
            let name = keep(data, (config_file, role), invite, &joined)?;
            Ok(Progress::Joined(name))
        }
    }
}

/// As what the node asks to join: what the line says, or a school where it says nothing.
fn kind_of(invite: &Invite, role: NodeRole) -> Result<UnitKind, JoiningError> {
    let kind = invite.terms().kind.unwrap_or(UnitKind::School);
    if role.is_of(kind) { Ok(kind) } else { Err(JoiningError::Kind(kind)) }
}

fn keep(
    data: &Path,
    (config_file, role): (&Path, NodeRole),
    invite: &Invite,
    joined: &Joined,
) -> Result<IdentityName, JoiningError> {
    if !role.is_of(joined.kind) {
        return Err(JoiningError::Kind(joined.kind));
    }
    keep_roots(&data.join("roots"), &joined.roots)?;
    joined.identity.save(&data.join("identity.pem"))?;
    let (terms, name) = (invite.terms(), joined.identity.peer().name().clone());
    config::update(
        config_file,
        &[
            ("unit", name.unit().to_string()),
            ("zone", name.zone().to_string()),
            ("name", name.to_string()),
            ("parent_address", terms.address.as_str().to_owned()),
            ("parent_name", terms.hub.to_string()),
        ],
    )?;
    enrol::forget_joining_key(data)?;
    Ok(name)
}

/// Writes the pinned roots, each under the name of its commission; one that does not say whose it
/// is stands where the invite has it: education's first.
fn keep_roots(folder: &Path, roots: &[RootCertificate]) -> std::io::Result<()> {
    for (root, place) in roots.iter().zip([Commission::Education, Commission::Health]) {
        keep_root(folder, root.commission().unwrap_or(place), root)?;
    }
    Ok(())
}

/// Pins a commission's root, in place of an earlier one.
///
/// # Errors
/// The file cannot be written.
pub fn keep_root(
    folder: &Path,
    commission: Commission,
    root: &RootCertificate,
) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let path = root_path(folder, commission);
    let beside = path.with_extension("pem.new");
    std::fs::write(&beside, root.to_pem())?;
    std::fs::rename(&beside, &path)
}

fn root_path(folder: &Path, commission: Commission) -> PathBuf {
    folder.join(format!("{}.pem", commission.as_str()))
}

/// Reads the pinned roots of a data folder.
///
/// # Errors
/// A file cannot be read, or is no root certificate; no root at all is an empty list.
pub fn read_roots(folder: &Path) -> std::io::Result<Vec<RootCertificate>> {
    let damaged = |what: &'static str| std::io::Error::new(std::io::ErrorKind::InvalidData, what);
    let mut roots = Vec::new();
    for commission in [Commission::Education, Commission::Health] {
        let text = match std::fs::read(root_path(folder, commission)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let root = RootCertificate::from_pem(&text);
        roots.push(root.map_err(|_| damaged("not a root certificate"))?);
    }
    Ok(roots)
}
