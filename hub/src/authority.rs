//! The issuing authority of a city or a district, its revocation list, and the TLS configuration
//! that hangs on them.
//!
//! The list is signed anew every hour and whenever a key was revoked, is current for 24 hours, and
//! lies in the data folder. With a new list or a new identity the whole TLS configuration is
//! exchanged, never a part of it: a resumed session would not run a verifier again. What schools
//! signed and others passed on is judged by the list too.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use certs::chain::{ChainError, Trust};
use certs::crl::{CrlContent, Revoked};
use certs::identity::{IdentityError, LeafIdentity};
use certs::issuer::{IssueError, IssuingAuthority, LeafRecord};
use certs::key::{KeyError, SigningKey};
use certs::root::RootCertificate;
use certs::serial::Serial;
use certs::tls::{TlsError, server_config};
use jiff::{SignedDuration, Timestamp};
use runtime::clock::Clock;
use runtime::sql::{SqlError, Tx};
use tokio_util::sync::CancellationToken;

use crate::app::Hub;
use crate::config::Config;
use crate::store::member_key::{self, KeyState};
use crate::store::setting;

/// How often the list is signed anew although nothing was revoked.
const SIGN_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// How often the register is looked at for revoked keys.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How long before others would a hub renews its own certificate, so that it never asks its parent
/// for what only it can issue.
const RENEW_EARLY: SignedDuration = SignedDuration::from_hours(24);

/// Setting that holds the number of the last list; it only grows.
const CRL_NUMBER: &str = "crl_number";

/// Name of the authority's certificate, of its key and of its revocation list in the data folder.
pub const FILES: (&str, &str, &str) = ("issuer.pem", "issuer.key", "crl.der");

/// Why an authority cannot be opened or its list not be kept fresh.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// A file cannot be read or written.
    #[error("a file of the issuing authority cannot be read or written")]
    File(#[from] io::Error),
    /// The certificate file is no PEM certificate.
    #[error("issuer.pem holds no certificate")]
    Encoding,
    /// The authority's key cannot be read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Certificate and key do not fit, or the authority refused.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// The revocation list is damaged.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The hub's own identity could not be replaced.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The TLS configuration cannot be built.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// The authority in a data folder; nothing for a street, or before the ceremony.
///
/// # Errors
/// The files cannot be read or do not fit together.
pub fn load(config: &Config) -> Result<Option<IssuingAuthority>, AuthorityError> {
    let (certificate, key, _) = FILES;
    let path = config.path(certificate);
    if !path.exists() {
        return Ok(None);
    }
    let block = pem::parse(std::fs::read(&path)?).map_err(|_| AuthorityError::Encoding)?;
    let key = SigningKey::load(&config.path(key))?;
    Ok(Some(IssuingAuthority::open(block.contents(), key)?))
}

/// What this hub judges certificates by: its roots, and its own revocation list.
///
/// # Errors
/// The list cannot be signed or read.
pub fn trust(
    config: &Config,
    roots: &[RootCertificate],
    authority: Option<&IssuingAuthority>,
    clock: &Clock,
) -> Result<Trust, AuthorityError> {
    let trust = Trust::new(roots.to_vec()).with_clock(clock.for_tls());
    if authority.is_none() {
        return Ok(trust);
    }
    let list = read_list(config)?;
    // A list that went out of date while the hub was off is replaced before anybody is served;
    // every call is checked against the register besides.
    let current = list.filter(|list| {
        CrlContent::from_der(list).is_ok_and(|content| content.next_update > clock.now())
    });
    Ok(trust.with_crls(&Vec::from_iter(current))?)
}

/// Keeps the list, the hub's own certificate and the TLS configuration fresh until the token is
/// cancelled.
pub async fn keep_fresh(hub: Hub, stop: CancellationToken) {
    let mut renewals = hub.identity().renewals();
    let mut signed = None;
    loop {
        let refreshed = refresh(&hub, &mut signed).await;
        if let Err(error) = refreshed {
            tracing::error!(%error, "revocation list or own certificate not refreshed");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            changed = renewals.changed() => {
                if changed.is_err() {
                    return;
                }
                if let Err(error) = exchange(&hub) {
                    tracing::error!(%error, "tls configuration not exchanged");
                }
            }
            () = hub.clock().sleep(LOOK_EVERY) => {}
        }
    }
}

/// When a list was last signed, and for which version of the register.
pub(crate) type Signed = Option<(Timestamp, u64)>;

/// Renews the hub's own certificate, signs the list and exchanges the TLS configuration, each
/// where it is due.
pub(crate) async fn refresh(hub: &Hub, signed: &mut Signed) -> Result<(), AuthorityError> {
    let Some(authority) = hub.authority() else {
        return Ok(());
    };
    let now = hub.clock().now();
    renew_own(hub, &authority, now)?;
    let version = hub.database().read_async(setting::registry_version).await?;
    let fresh = signed.is_some_and(|(at, seen)| {
        seen == version && at.duration_until(now) < SIGN_EVERY && at <= now
    });
    if fresh {
        return Ok(());
    }
    let known = read_list(hub.config())?.and_then(|list| CrlContent::from_der(&list).ok());
    let unchanged = |wanted: &[Revoked], known: &CrlContent| {
        let listed = |entry: &Revoked| known.revoked.iter().any(|old| old.serial == entry.serial);
        known.this_update.duration_until(now) < SIGN_EVERY
            && known.this_update <= now
            && wanted.len() == known.revoked.len()
            && wanted.iter().all(listed)
    };
    let dates = dates(known.as_ref());
    let wanted = hub.database().read_async(move |tx| revoked(tx, &dates, now)).await?;
    if !known.as_ref().is_some_and(|known| unchanged(&wanted, known)) {
        let number = hub.database().write_async("crl_number", next_number).await?;
        let list = authority.sign_crl(&wanted, number, now)?;
        write_list(hub.config(), &list)?;
        tracing::info!(number, revoked = wanted.len(), "revocation list signed");
    }
    *signed = Some((now, version));
    exchange(hub)
}

/// Builds the whole TLS configuration anew and puts it into use for new connections; what schools
/// signed is judged by the same list.
fn exchange(hub: &Hub) -> Result<(), AuthorityError> {
    let authority = hub.authority();
    let trust = trust(hub.config(), hub.roots(), authority.as_deref(), hub.clock())?;
    let Some(root) = hub.roots().first() else {
        return Ok(());
    };
    hub.tls().store(server_config(&hub.identity().current(), root, &trust)?);
    hub.sealed().judge_by(trust);
    Ok(())
}

/// A hub with an authority renews its own certificate itself.
fn renew_own(
    hub: &Hub,
    authority: &IssuingAuthority,
    now: Timestamp,
) -> Result<(), AuthorityError> {
    let current = hub.identity().current();
    let from = current.renew_from().saturating_sub(RENEW_EARLY);
    if from.is_ok_and(|from| now < from) {
        return Ok(());
    }
    hub.identity().replace(own_identity(hub.config(), authority, now)?)?;
    tracing::info!("own certificate renewed");
    Ok(())
}

/// Issues a hub's own certificate from its own authority, for a new key.
///
/// # Errors
/// The authority has expired or is for another subtree than the hub's name.
pub fn own_identity(
    config: &Config,
    authority: &IssuingAuthority,
    now: Timestamp,
) -> Result<LeafIdentity, AuthorityError> {
    let key = SigningKey::generate()?;
    let record =
        LeafRecord { name: config.name.clone(), kind: config.kind, key: key.public().clone() };
    let issued = authority.issue(&record, now)?;
    Ok(LeafIdentity::new(&issued.chain, key)?)
}

/// Serial numbers of revoked keys whose certificates have not ended, with the day that an earlier
/// list gave, else now.
fn revoked(
    tx: &Tx<'_>,
    dates: &HashMap<Serial, Timestamp>,
    now: Timestamp,
) -> Result<Vec<Revoked>, SqlError> {
    let keys = member_key::all(tx)?
        .into_iter()
        .filter(|key| key.state == KeyState::Revoked && key.not_after_ms > now.as_millisecond());
    keys.map(|key| {
        let serial = Serial::from_bytes(&key.serial).map_err(|_| SqlError::Type)?;
        let at = dates.get(&serial).copied().unwrap_or(now);
        Ok(Revoked { serial, at })
    })
    .collect()
}

fn dates(known: Option<&CrlContent>) -> HashMap<Serial, Timestamp> {
    let entries = known.into_iter().flat_map(|list| &list.revoked);
    entries.map(|entry| (entry.serial.clone(), entry.at)).collect()
}

fn next_number(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let last = setting::value(tx, CRL_NUMBER)?.and_then(|text| text.parse::<u64>().ok());
    let next = last.unwrap_or(0).saturating_add(1);
    setting::set(tx, CRL_NUMBER, &next.to_string())?;
    Ok(next)
}

fn read_list(config: &Config) -> io::Result<Option<Vec<u8>>> {
    let (_, _, name) = FILES;
    match std::fs::read(config.path(name)) {
        Ok(list) => Ok(Some(list)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn write_list(config: &Config, list: &[u8]) -> io::Result<()> {
    let (_, _, name) = FILES;
    certs::crl::save(&config.path(name), list)
}

/// The authority's certificate and key, put into the data folder after the ceremony.
///
/// # Errors
/// The files cannot be written; the key is written first, so that a certificate is never there
/// without its key.
pub fn install(config: &Config, authority: &IssuingAuthority) -> Result<(), AuthorityError> {
    let (certificate, key, _) = FILES;
    authority.key().save(&config.path(key))?;
    let block = pem::Pem::new("CERTIFICATE", authority.certificate());
    Ok(std::fs::write(config.path(certificate), pem::encode(&block))?)
}
