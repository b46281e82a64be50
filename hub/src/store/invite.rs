//! Invites: a public key, an expiry and what became of it. The seed is never stored.

use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// State of an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteState {
    /// Nobody has redeemed it.
    Open,
    /// Redeemed; an operator compares words by telephone before it is issued.
    Pending,
    /// The certificate was issued.
    Issued,
    /// Taken back by an operator.
    Revoked,
}

impl InviteState {
    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Issued => "issued",
            Self::Revoked => "revoked",
        }
    }

    fn read(text: &str) -> Result<Self, SqlError> {
        [Self::Open, Self::Pending, Self::Issued, Self::Revoked]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(SqlError::Type)
    }
}

/// An invite as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// 10 random bytes.
    pub id: [u8; 10],
    /// Unit that it is for.
    pub unit: String,
    /// Ed25519 public key.
    pub public_key: Vec<u8>,
    /// When it stops working.
    pub expires_at_ms: i64,
    /// Key id that redeemed it.
    pub used_key: Option<Vec<u8>>,
    /// Request that redeemed it.
    pub csr: Option<Vec<u8>>,
    /// Certificates issued for it.
    pub chain: Option<Vec<u8>>,
    /// Where it stands.
    pub state: InviteState,
}

const COLUMNS: &str = "id, unit, public_key, expires_at_ms, used_key, csr, chain, state";

fn read(row: &Row<'_, '_>) -> Result<Stored, SqlError> {
    Ok(Stored {
        id: row.array(0)?,
        unit: row.text(1)?,
        public_key: row.blob(2)?,
        expires_at_ms: row.i64(3)?,
        used_key: row.opt_blob(4)?,
        csr: row.opt_blob(5)?,
        chain: row.opt_blob(6)?,
        state: InviteState::read(row.str(7)?)?,
    })
}

/// Keeps a new invite and takes back the unit's earlier ones: one line works at a time.
///
/// # Errors
/// The store cannot be written.
pub fn insert(tx: &Tx<'_>, invite: &Stored, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update invite set state = 'revoked' where unit = $1
             and state in ('open', 'pending')",
        params![&invite.unit],
    )?;
    tx.execute(
        "insert into invite (id, unit, public_key, created_at_ms, expires_at_ms, used_key, csr,
                             chain, state)
         values ($1, $2, $3, $4, $5, null, null, null, 'open')",
        params![&invite.id, &invite.unit, &invite.public_key, now_ms, invite.expires_at_ms],
    )?;
    Ok(())
}

/// One invite.
///
/// # Errors
/// The store cannot be read.
pub fn find(tx: &Tx<'_>, id: &[u8]) -> Result<Option<Stored>, SqlError> {
    tx.query_opt(&format!("select {COLUMNS} from invite where id = $1"), params![id], read)
}

/// All invites, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Stored>, SqlError> {
    tx.query(&format!("select {COLUMNS} from invite order by created_at_ms desc"), &[], read)
}

/// Notes who redeemed an invite and how far that got.
///
/// # Errors
/// The store cannot be written.
pub fn redeem(tx: &Tx<'_>, invite: &Stored) -> Result<(), SqlError> {
    tx.execute(
        "update invite set used_key = $2, csr = $3, chain = $4, state = $5 where id = $1",
        params![
            &invite.id,
            invite.used_key.as_ref(),
            invite.csr.as_ref(),
            invite.chain.as_ref(),
            invite.state.as_str(),
        ],
    )?;
    Ok(())
}

/// Takes an open or pending invite back.
///
/// # Errors
/// The store cannot be written.
pub fn revoke(tx: &Tx<'_>, id: &[u8]) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update invite set state = 'revoked' where id = $1 and state in ('open', 'pending')",
        params![id],
    )?;
    Ok(changed > 0)
}
