//! Units and where they sit, by date: a move adds a placement and changes none.

use domain::unit::{UnitId, UnitKind};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::setting::touch_registry;

/// Whether a unit may use the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitStatus {
    /// Registered, not yet enrolled.
    Invited,
    /// Enrolled and served.
    Active,
    /// Not served until an operator says so.
    Suspended,
    /// Gone for good; its history stays.
    Closed,
}

impl UnitStatus {
    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }

    fn read(text: &str) -> Result<Self, SqlError> {
        [Self::Invited, Self::Active, Self::Suspended, Self::Closed]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(SqlError::Type)
    }
}

/// A unit as the registry knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Stable id.
    pub id: UnitId,
    /// What it is.
    pub kind: UnitKind,
    /// Chinese name.
    pub name_zh: String,
    /// English name, may be empty.
    pub name_en: String,
    /// Division code, may be empty.
    pub division: String,
    /// Whether it is served.
    pub status: UnitStatus,
    /// Active schools below it, where it is a hub.
    pub schools_below: u32,
}

const COLUMNS: &str = "id, kind, name_zh, name_en, division, status, schools_below";

fn read(row: &Row<'_, '_>) -> Result<Unit, SqlError> {
    Ok(Unit {
        id: row.str(0)?.parse().map_err(|_| SqlError::Type)?,
        kind: row.str(1)?.parse().map_err(|_| SqlError::Type)?,
        name_zh: row.text(2)?,
        name_en: row.text(3)?,
        division: row.text(4)?,
        status: UnitStatus::read(row.str(5)?)?,
        schools_below: row.u32(6)?,
    })
}

/// Registers a unit; a second registration of the same id is a broken rule.
///
/// # Errors
/// The id is taken, or the store cannot be written.
pub fn insert(tx: &Tx<'_>, unit: &Unit, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "insert into unit (id, kind, name_zh, name_en, division, status, schools_below,
                           created_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            unit.id.as_str(),
            unit.kind.as_str(),
            &unit.name_zh,
            &unit.name_en,
            &unit.division,
            unit.status.as_str(),
            unit.schools_below,
            now_ms,
        ],
    )?;
    touch_registry(tx)
}

/// One unit.
///
/// # Errors
/// The store cannot be read.
pub fn find(tx: &Tx<'_>, id: &UnitId) -> Result<Option<Unit>, SqlError> {
    let sql = format!("select {COLUMNS} from unit where id = $1");
    tx.query_opt(&sql, params![id.as_str()], read)
}

/// All units in order of id.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Unit>, SqlError> {
    tx.query(&format!("select {COLUMNS} from unit order by id"), &[], read)
}

/// Changes whether a unit is served.
///
/// # Errors
/// The store cannot be written.
pub fn set_status(tx: &Tx<'_>, id: &UnitId, status: UnitStatus) -> Result<(), SqlError> {
    tx.execute("update unit set status = $2 where id = $1", params![id.as_str(), status.as_str()])?;
    touch_registry(tx)
}

/// Corrects a unit's Chinese name.
///
/// # Errors
/// The store cannot be written.
pub fn set_name(tx: &Tx<'_>, id: &UnitId, name_zh: &str) -> Result<(), SqlError> {
    tx.execute("update unit set name_zh = $2 where id = $1", params![id.as_str(), name_zh])?;
    touch_registry(tx)
}

/// Notes how many active schools a member hub says it has.
///
/// # Errors
/// The store cannot be written.
pub fn set_schools_below(tx: &Tx<'_>, id: &UnitId, schools: u32) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update unit set schools_below = $2 where id = $1 and schools_below <> $2",
        params![id.as_str(), schools],
    )?;
    if changed > 0 {
        touch_registry(tx)?;
    }
    Ok(changed > 0)
}

/// Places a unit under a hub from a day on, ending where it sat before.
///
/// # Errors
/// A placement from that day already exists, or the store cannot be written.
pub fn place(
    tx: &Tx<'_>,
    id: &UnitId,
    parent: &UnitId,
    from: Date,
    now_ms: i64,
) -> Result<(), SqlError> {
    let from = from.to_string();
    tx.execute(
        "update placement set valid_to = $2 where unit = $1 and valid_to is null",
        params![id.as_str(), &from],
    )?;
    tx.execute(
        "insert into placement (unit, parent, valid_from, valid_to, known_at_ms)
         values ($1, $2, $3, null, $4)",
        params![id.as_str(), parent.as_str(), &from, now_ms],
    )?;
    touch_registry(tx)
}

/// Ends a unit's placement on a day.
///
/// # Errors
/// The store cannot be written.
pub fn end_placement(tx: &Tx<'_>, id: &UnitId, on: Date) -> Result<(), SqlError> {
    tx.execute(
        "update placement set valid_to = $2 where unit = $1 and valid_to is null",
        params![id.as_str(), &on.to_string()],
    )?;
    touch_registry(tx)
}

/// Where a unit sits from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The hub.
    pub parent: String,
    /// First day.
    pub from: String,
    /// First day on which it no longer sits there.
    pub to: Option<String>,
}

/// Before this day nothing is known of any unit.
pub const ALWAYS: Date = jiff::civil::date(1, 1, 1);

/// Where a unit sat, sits and is to sit, in order of days.
///
/// # Errors
/// The store cannot be read.
pub fn placements(tx: &Tx<'_>, id: &UnitId) -> Result<Vec<Placement>, SqlError> {
    tx.query(
        "select parent, valid_from, valid_to from placement where unit = $1 order by valid_from",
        params![id.as_str()],
        |row| Ok(Placement { parent: row.text(0)?, from: row.text(1)?, to: row.opt_text(2)? }),
    )
}

/// Takes the last move back: the stay before it goes on. Gives what was taken back and what goes
/// on, nothing where there is no move, or only where the unit sat before it came here.
///
/// # Errors
/// The store cannot be written.
pub fn withdraw_move(tx: &Tx<'_>, id: &UnitId) -> Result<Option<(Placement, Placement)>, SqlError> {
    let mut stays = placements(tx, id)?;
    let Some((last, before)) = stays.pop().zip(stays.pop()) else { return Ok(None) };
    // A unit that is closed has no place to go on with.
    if before.from == ALWAYS.to_string() || last.to.is_some() {
        return Ok(None);
    }
    tx.execute(
        "delete from placement where unit = $1 and valid_from = $2",
        params![id.as_str(), &last.from],
    )?;
    tx.execute(
        "update placement set valid_to = null where unit = $1 and valid_from = $2",
        params![id.as_str(), &before.from],
    )?;
    touch_registry(tx)?;
    Ok(Some((last, before)))
}

/// Corrects the first day of a unit's first stay under a hub; the stay before it ends then. Gives
/// the day that stood there, nothing where there is no such stay or the day is another's.
///
/// # Errors
/// The store cannot be written.
pub fn set_first_day(
    tx: &Tx<'_>,
    id: &UnitId,
    hub: &UnitId,
    from: Date,
) -> Result<Option<Date>, SqlError> {
    let stays = placements(tx, id)?;
    let Some(at) = stays.iter().position(|stay| stay.parent == hub.as_str()) else {
        return Ok(None);
    };
    let Some(stay) = stays.get(at) else { return Ok(None) };
    let before = at.checked_sub(1).and_then(|at| stays.get(at));
    let day = from.to_string();
    let is_free = stay.to.as_ref().is_none_or(|to| day < *to)
        && before.is_none_or(|before| before.from < day);
    if !is_free {
        return Ok(None);
    }
    if let Some(before) = before {
        tx.execute(
            "update placement set valid_to = $3 where unit = $1 and valid_from = $2",
            params![id.as_str(), &before.from, &day],
        )?;
    }
    tx.execute(
        "update placement set valid_from = $3 where unit = $1 and valid_from = $2",
        params![id.as_str(), &stay.from, &day],
    )?;
    touch_registry(tx)?;
    stay.from.parse().map(Some).map_err(|_| SqlError::Type)
}

/// Units that sit under a hub on a day, in order of id.
///
/// # Errors
/// The store cannot be read.
pub fn members_on(tx: &Tx<'_>, parent: &UnitId, day: Date) -> Result<Vec<Unit>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from unit where id in (
             select unit from placement
             where parent = $1 and valid_from <= $2 and (valid_to is null or valid_to > $2))
         order by id"
    );
    tx.query(&sql, params![parent.as_str(), &day.to_string()], read)
}

/// The hub under which a unit sits on a day.
///
/// # Errors
/// The store cannot be read.
pub fn parent_on(tx: &Tx<'_>, id: &UnitId, day: Date) -> Result<Option<String>, SqlError> {
    tx.query_opt(
        "select parent from placement
         where unit = $1 and valid_from <= $2 and (valid_to is null or valid_to > $2)",
        params![id.as_str(), &day.to_string()],
        |row| row.text(0),
    )
}

/// A stay of a unit under a hub, and what the unit counts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Which unit.
    pub unit: String,
    /// What it is.
    pub kind: UnitKind,
    /// Whether it is served.
    pub status: UnitStatus,
    /// Active schools below it, where it is a hub.
    pub schools_below: u32,
    /// First day.
    pub from: String,
    /// First day on which it no longer sat there.
    pub to: Option<String>,
}

impl Stay {
    /// Whether the unit sat there on a day, in its written form.
    #[must_use]
    pub fn covers(&self, day: &str) -> bool {
        self.from.as_str() <= day && self.to.as_deref().is_none_or(|to| to > day)
    }
}

/// All stays of units under a hub: one query, whatever the number of days that are asked about.
///
/// # Errors
/// The store cannot be read.
pub fn stays(tx: &Tx<'_>, parent: &UnitId) -> Result<Vec<Stay>, SqlError> {
    tx.query(&format!("{STAYS} where p.parent = $1"), params![parent.as_str()], read_stay)
}

/// All stays of units under other hubs than this one.
///
/// # Errors
/// The store cannot be read.
pub fn stays_elsewhere(tx: &Tx<'_>, hub: &UnitId) -> Result<Vec<Stay>, SqlError> {
    tx.query(&format!("{STAYS} where p.parent <> $1"), params![hub.as_str()], read_stay)
}

const STAYS: &str = "select u.id, u.kind, u.status, u.schools_below, p.valid_from, p.valid_to
    from placement p join unit u on u.id = p.unit";

fn read_stay(row: &Row<'_, '_>) -> Result<Stay, SqlError> {
    Ok(Stay {
        unit: row.text(0)?,
        kind: row.str(1)?.parse().map_err(|_| SqlError::Type)?,
        status: UnitStatus::read(row.str(2)?)?,
        schools_below: row.u32(3)?,
        from: row.text(4)?,
        to: row.opt_text(5)?,
    })
}

/// Whether a unit was registered after a moment.
///
/// # Errors
/// The store cannot be read.
pub fn is_newer(tx: &Tx<'_>, unit: &UnitId, moment_ms: i64) -> Result<bool, SqlError> {
    let sql = "select 1 from unit where id = $1 and created_at_ms > $2";
    Ok(tx.query_opt(sql, params![unit.as_str(), moment_ms], |row| row.u32(0))?.is_some())
}

/// Schools among members and below them, without those that are closed.
pub fn schools<'u>(members: impl Iterator<Item = &'u Unit>) -> u32 {
    members
        .filter(|unit| unit.status != UnitStatus::Closed)
        .map(|unit| match unit.kind {
            UnitKind::School => 1,
            _ => unit.schools_below,
        })
        .sum()
}
