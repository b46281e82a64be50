//! Agencies that the directories list for this school, as far as an order has to know them.
//!
//! They are copied from the signed directories whenever those are looked at. Where any agency is
//! listed, an order goes to a listed one that may be chosen on its day; where none is, the school
//! answers for its agency alone.

use domain::directory::{Bar, Validity};
use domain::ledger::Word as _;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::strange;

/// An agency as a directory has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAgency {
    /// Its id.
    pub unit: UnitId,
    /// Within which days it may be chosen.
    pub validity: Validity,
}

/// Why nothing may be ordered from an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgencyBar {
    /// Agencies are listed for this school, and this one is not among them.
    #[error("no directory of this school lists it")]
    Unlisted,
    /// A directory says so.
    #[error("a directory bars it on that day: {}", .0.as_str())]
    Barred(Bar),
}

const ALL: &str = "select unit, valid_from, valid_to, papers_to, withdrawn from listed_agency";

/// Keeps these agencies and forgets all others; the same ones again change nothing.
///
/// # Errors
/// The store cannot be written.
pub fn keep(tx: &Tx<'_>, agencies: &[ListedAgency]) -> Result<(), SqlError> {
    tx.execute("delete from listed_agency", &[])?;
    for one in agencies {
        let (from, until) = one.validity.valid;
        let withdrawn = one.validity.withdrawn.map(|day| day.to_string());
        tx.execute(
            "insert into listed_agency (unit, valid_from, valid_to, papers_to, withdrawn)
             values ($1, $2, $3, $4, $5)",
            params![
                one.unit.as_str(),
                &from.to_string(),
                &until.to_string(),
                &one.validity.papers_until.unwrap_or(until).to_string(),
                withdrawn.as_deref()
            ],
        )?;
    }
    Ok(())
}

/// All of them, in order of ids.
///
/// # Errors
/// The store cannot be read.
pub fn listed(tx: &Tx<'_>) -> Result<Vec<ListedAgency>, SqlError> {
    tx.query(&format!("{ALL} order by unit"), &[], read)
}

/// Why nothing may be ordered from an agency for a day; nothing where something may.
///
/// # Errors
/// The store cannot be read.
pub fn bar(tx: &Tx<'_>, agency: &str, day: Date) -> Result<Option<AgencyBar>, SqlError> {
    let unit = agency.trim().parse::<UnitId>().ok();
    let found = match &unit {
        Some(unit) => {
            tx.query_opt(&format!("{ALL} where unit = $1"), params![unit.as_str()], read)?
        }
        None => None,
    };
    if let Some(found) = found {
        return Ok(found.validity.bar(day).map(AgencyBar::Barred));
    }
    let any = tx.query_opt("select 1 from listed_agency limit 1", &[], |row| row.i64(0))?;
    Ok(any.map(|_| AgencyBar::Unlisted))
}

fn read(row: &Row<'_, '_>) -> Result<ListedAgency, SqlError> {
    let day = |text: &str| strange(text.parse::<Date>().ok());
    let withdrawn = row.opt_text(4)?.map(|text| day(&text)).transpose()?;
    let validity = Validity {
        valid: (day(row.str(1)?)?, day(row.str(2)?)?),
        papers_until: Some(day(row.str(3)?)?),
        withdrawn,
    };
    Ok(ListedAgency { unit: strange(row.str(0)?.parse().ok())?, validity })
}
