//! Publications with noise: the secret, the ledger, and what was drawn.
//!
//! A line is written once and stays. A release has numbers once: keeping them again changes
//! nothing.

use certs::noise::NoiseKey;
use domain::digest::Digest;
use domain::disclosure::noise::{Epsilon, Spent};
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Place in the chain, from 1.
    pub number: u64,
    /// What was done: paid, drawn or lowered.
    pub act: String,
    /// The bytes that are signed; the link before it is in them.
    pub body: Vec<u8>,
    /// Tagged signature of this hub.
    pub signature: Vec<u8>,
    /// Tagged digest of the body.
    pub link: Vec<u8>,
}

/// A release that was paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Term and subject.
    pub id: String,
    /// By the year in which it begins.
    pub school_year: i16,
    /// What it cost.
    pub epsilon: Epsilon,
    /// Keyed digest of all that its numbers follow from.
    pub identity: Digest,
    /// Catalogue of its sums.
    pub catalogue: Digest,
    /// Schools in it.
    pub schools_reported: u32,
    /// Schools of the rosters.
    pub schools_due: u32,
    /// Enrolled at the schools that are in.
    pub persons: u64,
    /// Opened sums that it is made of.
    pub sums: u32,
    /// Reports of an earlier term in them.
    pub carried: u32,
    /// When the last of them was opened.
    pub opened_at_ms: i64,
    /// Account that drew it.
    pub login: String,
    /// The name of its person.
    pub name: String,
    /// When it was paid.
    pub paid_at_ms: i64,
    /// Line with which it was paid.
    pub number: u64,
    /// When its numbers were kept.
    pub drawn_at_ms: Option<i64>,
}

/// An area of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// The area.
    pub area: String,
    /// Digest of its plan.
    pub plan: Digest,
    /// Digest of its roster.
    pub roster: Digest,
    /// Schools in it.
    pub schools_reported: u32,
    /// Schools of the roster.
    pub schools_due: u32,
}

/// A cell of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The query.
    pub query: String,
    /// One category for each dimension.
    pub key: Vec<String>,
    /// With noise; nothing for a cell that is closed.
    pub value: Option<i64>,
    /// Whether some of its persons are in cells that stay closed.
    pub left_out: bool,
}

/// The secret; made by the first call and never replaced.
///
/// # Errors
/// The store cannot be read or written.
pub fn key_or_make(tx: &Tx<'_>, now_ms: i64) -> Result<NoiseKey, SqlError> {
    if let Some(key) = key(tx)? {
        return Ok(key);
    }
    // With lines and without the secret they were drawn with, nothing is ever drawn again.
    if last(tx)?.0 > 0 {
        return Err(SqlError::Type);
    }
    let key = NoiseKey::generate();
    tx.execute(
        "insert into publication_key (one, key, made_at_ms) values (1, $1, $2)",
        params![key.expose(), now_ms],
    )?;
    Ok(key)
}

/// The secret, if it was made.
///
/// # Errors
/// The store cannot be read.
pub fn key(tx: &Tx<'_>) -> Result<Option<NoiseKey>, SqlError> {
    tx.query_opt("select key from publication_key", &[], |row| {
        row.array(0).map(NoiseKey::from_bytes)
    })
}

/// When the secret was made; nothing before it was.
///
/// # Errors
/// The store cannot be read.
pub fn key_made_at_ms(tx: &Tx<'_>) -> Result<Option<i64>, SqlError> {
    tx.query_opt("select made_at_ms from publication_key", &[], |row| row.i64(0))
}

/// All lines in the order of the chain.
///
/// # Errors
/// The store cannot be read.
pub fn lines(tx: &Tx<'_>) -> Result<Vec<Line>, SqlError> {
    let sql = "select number, act, body, signature, link from publication_line order by number";
    tx.query(sql, &[], |row| {
        Ok(Line {
            number: row.u64(0)?,
            act: row.text(1)?,
            body: row.blob(2)?,
            signature: row.blob(3)?,
            link: row.blob(4)?,
        })
    })
}

/// Number and link of the last line; zero and nothing before the first.
///
/// # Errors
/// The store cannot be read.
pub fn last(tx: &Tx<'_>) -> Result<(u64, Vec<u8>), SqlError> {
    let sql = "select number, link from publication_line order by number desc limit 1";
    let found = tx.query_opt(sql, &[], |row| Ok((row.u64(0)?, row.blob(1)?)))?;
    Ok(found.unwrap_or_default())
}

/// Appends a line.
///
/// # Errors
/// The number is taken, or the store cannot be written.
pub fn append(tx: &Tx<'_>, line: &Line) -> Result<(), SqlError> {
    tx.execute(
        "insert into publication_line (number, act, body, signature, link)
         values ($1, $2, $3, $4, $5)",
        params![line.number, line.act.as_str(), &line.body, &line.signature, &line.link],
    )?;
    Ok(())
}

/// What a school year was lowered to.
///
/// # Errors
/// The store cannot be read.
pub fn cap(tx: &Tx<'_>, school_year: i16) -> Result<Option<Epsilon>, SqlError> {
    let sql = "select epsilon from publication_cap where school_year = $1";
    tx.query_opt(sql, params![i64::from(school_year)], |row| row.u32(0).map(Epsilon))
}

/// School years that were lowered.
///
/// # Errors
/// The store cannot be read.
pub fn lowered(tx: &Tx<'_>) -> Result<Vec<i16>, SqlError> {
    tx.query("select school_year from publication_cap", &[], |row| {
        i16::try_from(row.i64(0)?).map_err(|_| SqlError::Type)
    })
}

/// Lowers a school year; a higher figure than is stored changes nothing.
///
/// # Errors
/// The store cannot be written.
pub fn lower(tx: &Tx<'_>, school_year: i16, epsilon: Epsilon) -> Result<(), SqlError> {
    tx.execute(
        "insert into publication_cap (school_year, epsilon) values ($1, $2)
         on conflict (school_year) do update set epsilon = excluded.epsilon
         where excluded.epsilon < publication_cap.epsilon",
        params![i64::from(school_year), epsilon.0],
    )?;
    Ok(())
}

/// The lines of a school year as the ledger's rules take them.
///
/// # Errors
/// The store cannot be read.
pub fn spent(tx: &Tx<'_>, school_year: i16) -> Result<Vec<Spent>, SqlError> {
    let sql = format!("{SELECT} where school_year = $1 order by number");
    let all = tx.query(&sql, params![i64::from(school_year)], read)?;
    let line = |one: Publication| Spent {
        release: one.id,
        epsilon: one.epsilon,
        identity: one.identity,
        is_drawn: one.drawn_at_ms.is_some(),
    };
    Ok(all.into_iter().map(line).collect())
}

/// Every release that was paid for, the last one first.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Publication>, SqlError> {
    tx.query(&format!("{SELECT} order by number desc"), &[], read)
}

/// A release.
///
/// # Errors
/// The store cannot be read.
pub fn find(tx: &Tx<'_>, id: &str) -> Result<Option<Publication>, SqlError> {
    tx.query_opt(&format!("{SELECT} where id = $1"), params![id], read)
}

/// Keeps a release that is paid for, with its areas.
///
/// # Errors
/// It is here already, or the store cannot be written.
pub fn insert(tx: &Tx<'_>, new: &Publication, areas: &[Area]) -> Result<(), SqlError> {
    tx.execute(
        "insert into publication (id, school_year, epsilon, identity, catalogue, schools_reported,
                                  schools_due, persons, sums, opened_at_ms, login, name,
                                  paid_at_ms, number, carried)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        params![
            new.id.as_str(),
            i64::from(new.school_year),
            new.epsilon.0,
            &new.identity.to_tagged(),
            &new.catalogue.to_tagged(),
            new.schools_reported,
            new.schools_due,
            new.persons,
            new.sums,
            new.opened_at_ms,
            new.login.as_str(),
            new.name.as_str(),
            new.paid_at_ms,
            new.number,
            new.carried,
        ],
    )?;
    for area in areas {
        tx.execute(
            "insert into publication_area (publication, area, plan, roster, schools_reported,
                                           schools_due)
             values ($1, $2, $3, $4, $5, $6)",
            params![
                new.id.as_str(),
                area.area.as_str(),
                &area.plan.to_tagged(),
                &area.roster.to_tagged(),
                area.schools_reported,
                area.schools_due,
            ],
        )?;
    }
    Ok(())
}

/// Keeps the numbers of a release that has none; false where it has.
///
/// # Errors
/// The store cannot be written.
pub fn keep(tx: &Tx<'_>, id: &str, cells: &[Drawn], now_ms: i64) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update publication set drawn_at_ms = $2 where id = $1 and drawn_at_ms is null",
        params![id, now_ms],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    for (place, cell) in (0_u64..).zip(cells) {
        tx.execute(
            "insert into publication_cell (publication, query, place, key, value, left_out)
             values ($1, $2, $3, $4, $5, $6)",
            params![
                id,
                cell.query.as_str(),
                place,
                &cell.key.join("/"),
                cell.value,
                cell.left_out,
            ],
        )?;
    }
    Ok(true)
}

/// The areas of a release.
///
/// # Errors
/// The store cannot be read.
pub fn areas(tx: &Tx<'_>, id: &str) -> Result<Vec<Area>, SqlError> {
    tx.query(
        "select area, plan, roster, schools_reported, schools_due from publication_area
         where publication = $1 order by area",
        params![id],
        |row| {
            Ok(Area {
                area: row.text(0)?,
                plan: digest(row, 1)?,
                roster: digest(row, 2)?,
                schools_reported: row.u32(3)?,
                schools_due: row.u32(4)?,
            })
        },
    )
}

/// The cells of a release in their order; none before it is drawn.
///
/// # Errors
/// The store cannot be read.
pub fn cells(tx: &Tx<'_>, id: &str) -> Result<Vec<Drawn>, SqlError> {
    tx.query(
        "select query, key, value, left_out from publication_cell
         where publication = $1 order by place",
        params![id],
        |row| {
            Ok(Drawn {
                query: row.text(0)?,
                key: row.str(1)?.split('/').map(str::to_owned).collect(),
                value: row.opt_i64(2)?,
                left_out: row.i64(3)? != 0,
            })
        },
    )
}

const SELECT: &str = "select id, school_year, epsilon, identity, catalogue, schools_reported,
    schools_due, persons, sums, opened_at_ms, login, name, paid_at_ms, number, drawn_at_ms,
    carried from publication";

fn read(row: &Row<'_, '_>) -> Result<Publication, SqlError> {
    Ok(Publication {
        id: row.text(0)?,
        school_year: i16::try_from(row.i64(1)?).map_err(|_| SqlError::Type)?,
        epsilon: Epsilon(row.u32(2)?),
        identity: digest(row, 3)?,
        catalogue: digest(row, 4)?,
        schools_reported: row.u32(5)?,
        schools_due: row.u32(6)?,
        persons: row.u64(7)?,
        sums: row.u32(8)?,
        opened_at_ms: row.i64(9)?,
        login: row.text(10)?,
        name: row.text(11)?,
        paid_at_ms: row.i64(12)?,
        number: row.u64(13)?,
        drawn_at_ms: row.opt_i64(14)?,
        carried: row.u32(15)?,
    })
}

fn digest(row: &Row<'_, '_>, column: usize) -> Result<Digest, SqlError> {
    Digest::from_tagged(&row.blob(column)?).map_err(|_| SqlError::Type)
}
