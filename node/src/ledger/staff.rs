//! The staff roll: who does what, in versions like the pupils' roll.

use std::collections::HashMap;

use domain::ledger::Word as _;
use domain::ledger::words::CounsellorPost;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};
use runtime::web::Role;

use super::entry::{Column, Kept, Shape, StaffId};
use super::import_batch::{self, ImportReceipt, ImportSource};
use super::kinds::KINDS;
use super::qualification::Qualification;
use super::{read, strange};
use crate::import::preview::Accepted;
use crate::import::staff::{StaffRole, StaffRow};

/// Main roles, the one that counts first: a person with several roles is counted once. Leading the
/// school comes first, then what takes most of a counsellor's training.
const MAIN_ROLES: [StaffRole; 6] = [
    StaffRole::Principal,
    StaffRole::MoralDirector,
    StaffRole::Counsellor,
    StaffRole::ClassTeacher,
    StaffRole::Mentor,
    StaffRole::SubjectTeacher,
];

/// A member of the staff as of some day, as figures see them.
#[derive(Clone, Copy)]
pub struct StaffMember {
    /// Internal id.
    pub id: i64,
    /// The role by which the person is counted.
    pub main_role: StaffRole,
}

/// Writes a staff roll; a batch without changes writes nothing.
///
/// # Errors
/// The store cannot be written; nothing was.
pub fn apply(
    tx: &Tx<'_>,
    batch: &Accepted<StaffRow>,
    source: &ImportSource,
) -> Result<ImportReceipt, SqlError> {
    let counts = batch.counts();
    if batch.is_empty() {
        return Ok(ImportReceipt { batch: None, counts });
    }
    let number = import_batch::insert(tx, import_batch::STAFF, source, counts)?;
    let valid_from = source.as_of.to_string();
    for record in batch.new_records() {
        // One who comes back after having left gets a version, not a second entry.
        write(tx, record, true, (number, &valid_from))?;
    }
    for record in batch.changed_records() {
        write(tx, record, true, (number, &valid_from))?;
    }
    let known = if batch.left().is_empty() { HashMap::new() } else { current(tx)? };
    for left in batch.left() {
        if let Some(record) = known.get(left) {
            write(tx, record, false, (number, &valid_from))?;
        }
    }
    Ok(ImportReceipt { batch: Some(number), counts })
}

/// Everybody employed now, by staff number.
///
/// # Errors
/// The store cannot be read.
pub fn current(tx: &Tx<'_>) -> Result<HashMap<Box<str>, StaffRow>, SqlError> {
    let rows = tx.query(
        "select s.staff_number, v.name, v.roles from staff s
         join staff_version v on v.staff = s.id and v.version = s.version
         where v.employed = 1",
        &[],
        |row| {
            let staff_number: Box<str> = row.str(0)?.into();
            let record = StaffRow {
                staff_number: staff_number.clone(),
                name: row.str(1)?.into(),
                roles: read_roles(row.str(2)?)?,
            };
            Ok((staff_number, record))
        },
    )?;
    Ok(rows.into_iter().collect())
}

/// The staff on a day who have a role that is counted; nothing where no staff roll was ever
/// imported, which is not the same as nobody. Before the first roll, the first one counts.
///
/// # Errors
/// The store cannot be read.
pub fn staff_at(tx: &Tx<'_>, day: Date) -> Result<Option<Vec<StaffMember>>, SqlError> {
    // A roll that was taken back says nothing of the days before the right one.
    let first = "select min(valid_from) from staff_version v where not exists (
        select 1 from import_undo u where v.batch in (u.roster, u.undone))";
    let first = tx.query_opt(first, &[], |row| row.opt_text(0))?;
    let Some(first) = first.flatten() else {
        return Ok(None);
    };
    let day = day.to_string().max(first);
    let rows = tx.query(
        "select v.staff, v.roles from staff_version v
         join (select staff, max(version) as version from staff_version
               where valid_from <= $1 group by staff) l
           on l.staff = v.staff and l.version = v.version
         where v.employed = 1 order by v.staff",
        params![&day],
        |row| {
            let (id, roles) = (row.i64(0)?, read_roles(row.str(1)?)?);
            Ok(main_role(&roles).map(|main_role| StaffMember { id, main_role }))
        },
    )?;
    Ok(Some(rows.into_iter().flatten().collect()))
}

/// Whether a member of staff counsels students on a day: by the staff roll, by a post of their own,
/// or by the role of their account. Nothing where there is no such member of staff.
///
/// # Errors
/// The store cannot be read.
pub(super) fn is_counsellor(
    tx: &Tx<'_>,
    staff: StaffId,
    day: Date,
) -> Result<Option<bool>, SqlError> {
    // Before the first version of a person the first one counts, as for the whole roll.
    let roles = tx.query_opt(
        "select v.roles from staff_version v where v.staff = $1
         order by v.valid_from <= $2 desc,
             case when v.valid_from <= $2 then -v.version else v.version end limit 1",
        params![staff.0, &day.to_string()],
        |row| read_roles(row.str(0)?),
    )?;
    let Some(roles) = roles else { return Ok(None) };
    if roles.contains(&StaffRole::Counsellor) {
        return Ok(Some(true));
    }
    let posts = read::at::<Qualification>(tx, day)?;
    let has_post = |kept: &Kept<Qualification>| {
        kept.entry.staff == staff && kept.entry.counsellor != CounsellorPost::None
    };
    if posts.iter().any(has_post) {
        return Ok(Some(true));
    }
    let account = tx.query_opt(
        "select 1 from account a join account_staff l on l.login = a.login
         where l.staff = $1 and a.role = $2 limit 1",
        params![staff.0, Role::Counsellor.as_str()],
        |row| row.i64(0),
    )?;
    Ok(Some(account.is_some()))
}

/// Whom an import wrote a version of, with its number.
pub(super) fn touched(tx: &Tx<'_>, batch: i64) -> Result<Vec<(StaffId, i64)>, SqlError> {
    let touched = "select staff, version from staff_version where batch = $1 order by staff";
    tx.query(touched, params![batch], |row| Ok((StaffId(row.i64(0)?), row.i64(1)?)))
}

/// Whether somebody whom an import wrote on was written on since.
pub(super) fn is_changed_since(tx: &Tx<'_>, batch: i64) -> Result<bool, SqlError> {
    let since = "select 1 from staff_version v join staff s on s.id = v.staff
        where v.batch = $1 and s.version > v.version limit 1";
    Ok(tx.query_opt(since, params![batch], |row| row.i64(0))?.is_some())
}

/// Whether an account is of a member of staff, or a version of any entry names them.
pub(super) fn is_named(tx: &Tx<'_>, staff: StaffId) -> Result<bool, SqlError> {
    let is_staff = |column: &&Column| matches!(column.shape, Shape::Staff);
    let columns = KINDS.iter().flat_map(|known| {
        let columns = known.columns.iter().filter(is_staff);
        columns.map(move |column| (known.kind.as_str(), column.name))
    });
    for (table, column) in columns.chain([("account_staff", "staff")]) {
        let named = format!("select 1 from {table} where {column} = $1 limit 1");
        if tx.query_opt(&named, params![staff.0], |row| row.i64(0))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes over a version, from its day on, what stood before it on each day since; of whom nothing
/// stood, that they are not employed.
pub(super) fn restore(
    tx: &Tx<'_>,
    (staff, version): (StaffId, i64),
    (from, batch): (Date, i64),
) -> Result<(), SqlError> {
    let before = "select valid_from, name, roles, employed from staff_version
        where staff = $1 and version <= $2 order by version";
    let mut known = tx.query(before, params![staff.0, version], |row| {
        Ok((row.text(0)?, row.text(1)?, row.text(2)?, row.bool(3)?))
    })?;
    let Some((_, name, roles, _)) = known.pop() else { return Ok(()) };
    let from = from.to_string();
    let mut days: Vec<String> = known.iter().map(|one| one.0.clone()).collect();
    days.retain(|day| *day > from);
    days.push(from);
    days.sort_unstable();
    days.dedup();
    for day in days {
        let stood = known.iter().rfind(|one| one.0 <= day).cloned();
        let (_, name, roles, employed) =
            stood.unwrap_or_else(|| (day.clone(), name.clone(), roles.clone(), false));
        let next = "update staff set version = version + 1 where id = $1 returning version";
        let next = tx.query_opt(next, params![staff.0], |row| row.i64(0))?;
        tx.execute(
            "insert into staff_version (staff, version, valid_from, batch, name, roles, employed)
             values ($1, $2, $3, $4, $5, $6, $7)",
            params![staff.0, strange(next)?, &day, batch, &name, &roles, employed],
        )?;
    }
    Ok(())
}

/// The role by which a person is counted; none for other staff.
fn main_role(roles: &[StaffRole]) -> Option<StaffRole> {
    MAIN_ROLES.into_iter().find(|role| roles.contains(role))
}

fn write(
    tx: &Tx<'_>,
    record: &StaffRow,
    employed: bool,
    (batch, valid_from): (i64, &str),
) -> Result<(), SqlError> {
    let found = tx.query_opt(
        "insert into staff (staff_number, version) values ($1, 1)
         on conflict (staff_number) do update set version = version + 1 returning id, version",
        params![&*record.staff_number],
        |row| Ok((row.i64(0)?, row.i64(1)?)),
    )?;
    let (staff, version) = strange(found)?;
    let roles: Vec<&str> = record.roles.iter().map(|role| role.code()).collect();
    tx.execute(
        "insert into staff_version (staff, version, valid_from, batch, name, roles, employed)
         values ($1, $2, $3, $4, $5, $6, $7)",
        params![staff, version, valid_from, batch, &*record.name, &roles.join(","), employed],
    )?;
    Ok(())
}

fn read_roles(text: &str) -> Result<Box<[StaffRole]>, SqlError> {
    let words = text.split(',').filter(|word| !word.is_empty());
    words.map(|word| strange(StaffRole::from_code(word))).collect()
}
