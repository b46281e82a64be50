//! Screening campaigns: one scale in one term.

use domain::digest::Digest;
use domain::period::TermId;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};

/// A campaign as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// Number of the campaign.
    pub id: i64,
    /// Id of its scale.
    pub scale: String,
    /// Digest of the pack with which it began.
    pub pack: Digest,
}

/// Which pack and campaign a sheet belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Number of the campaign.
    pub campaign: i64,
    /// Number of the pack that scores.
    pub pack: i64,
}

/// Opens the campaign of a scale in a term; opening it again finds it.
///
/// # Errors
/// The store cannot be written.
pub fn open(
    tx: &Tx<'_>,
    term: TermId,
    scale: &str,
    digest: Digest,
    now_ms: i64,
) -> Result<Place, SqlError> {
    let tagged = digest.to_tagged();
    tx.execute(
        "insert into scale_pack (scale, digest) values ($1, $2) on conflict do nothing",
        params![scale, &tagged],
    )?;
    let pack =
        tx.query_opt("select id from scale_pack where digest = $1", params![&tagged], |row| {
            row.i64(0)
        })?;
    let pack = super::strange(pack)?;
    let term = term.to_string();
    tx.execute(
        "insert into campaign (term, scale, pack, opened_at_ms) values ($1, $2, $3, $4)
         on conflict do nothing",
        params![&term, scale, pack, now_ms],
    )?;
    let campaign = tx.query_opt(
        "select id from campaign where term = $1 and scale = $2",
        params![&term, scale],
        |row| row.i64(0),
    )?;
    Ok(Place { campaign: super::strange(campaign)?, pack })
}

/// The campaigns of a term; not those that only runs opened which were voided.
///
/// # Errors
/// The store cannot be read.
pub fn of_term(tx: &Tx<'_>, term: TermId) -> Result<Vec<Campaign>, SqlError> {
    tx.query(
        "select campaign.id, campaign.scale, scale_pack.digest from campaign
         join scale_pack on scale_pack.id = campaign.pack
         where campaign.term = $1 and (
             exists (select 1 from sheet
                 where sheet.campaign = campaign.id and sheet.current = 1)
             or not exists (select 1 from run_instrument i where i.campaign = campaign.id)
             or exists (select 1 from run_instrument i join screening_run r on r.id = i.run
                 where i.campaign = campaign.id and r.voided = 0))
         order by campaign.id",
        params![&term.to_string()],
        |row| {
            Ok(Campaign {
                id: row.i64(0)?,
                scale: row.text(1)?,
                pack: Digest::from_tagged(row.bytes(2)?).map_err(|_| SqlError::Type)?,
            })
        },
    )
}

/// Whether any sheet was handed in up to a day.
///
/// # Errors
/// The store cannot be read.
pub fn is_any_until(tx: &Tx<'_>, day: Date) -> Result<bool, SqlError> {
    let statement = "select 1 from sheet where test_date <= $1 limit 1";
    let found = tx.query_opt(statement, params![&day.to_string()], |row| row.i64(0))?;
    Ok(found.is_some())
}
