//! Numbered, append-only changes of a schema.
//!
//! Each applied step is remembered with its digest: an edited step, or a database that a newer
//! version wrote, stops the program before it can do harm. Existing data is copied beside the
//! database before the first change.

use std::path::Path;

use rusqlite::Connection;

use super::SqlError;

/// One step of a schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// 1, 2, 3, ... without gaps.
    pub number: u32,
    /// What it does, for people.
    pub name: &'static str,
    /// Its statements. Never edited once released.
    pub sql: &'static str,
}

const REGISTER: &str = "create table if not exists schema_migration (
    number integer primary key, -- 1, 2, 3, ... in the order of application
    name text not null,         -- what it did
    digest blob not null        -- SHA-256 of its statements, so that an edit is noticed
) strict";

/// Brings a database to the latest version.
pub(super) fn migrate(
    connection: &Connection,
    migrations: &[Migration],
    path: Option<&Path>,
) -> Result<(), SqlError> {
    connection.execute_batch(REGISTER)?;
    let applied = applied(connection)?;
    let known = migrations.last().map_or(0, |last| last.number);
    let found = applied.last().map_or(0, |(number, _)| *number);
    if found > known {
        return Err(SqlError::Newer { found, known });
    }
    for (number, digest) in &applied {
        let same =
            migrations.iter().any(|step| step.number == *number && digest_of(step) == *digest);
        if !same {
            return Err(SqlError::Edited(*number));
        }
    }
    if found == known {
        return Ok(());
    }
    if let (Some(path), true) = (path, found > 0) {
        back_up(connection, path, found)?;
    }
    migrations
        .iter()
        .filter(|step| step.number > found)
        .try_for_each(|step| apply(connection, step))
}

fn applied(connection: &Connection) -> Result<Vec<(u32, Vec<u8>)>, SqlError> {
    let mut statement =
        connection.prepare("select number, digest from schema_migration order by number")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn digest_of(step: &Migration) -> Vec<u8> {
    certs::digest::sha256(step.sql.as_bytes()).to_tagged()
}

fn apply(connection: &Connection, step: &Migration) -> Result<(), SqlError> {
    let run = || -> Result<(), SqlError> {
        connection.execute_batch("begin immediate")?;
        connection.execute_batch(step.sql)?;
        connection.execute(
            "insert into schema_migration (number, name, digest) values (?1, ?2, ?3)",
            (step.number, step.name, digest_of(step)),
        )?;
        Ok(connection.execute_batch("commit")?)
    };
    run().inspect_err(|_| {
        // The step is undone whole; the error itself is what the caller needs to see.
        let _ = connection.execute_batch("rollback");
    })
}

/// Copies the database beside itself as `NAME.before-vN`, once per version.
fn back_up(connection: &Connection, path: &Path, found: u32) -> Result<(), SqlError> {
    let mut copy = path.as_os_str().to_owned();
    copy.push(format!(".before-v{}", found + 1));
    let copy = std::path::PathBuf::from(copy);
    if copy.exists() {
        return Ok(());
    }
    // Under another name until it is whole: a half copy must never count as one.
    let mut part = copy.as_os_str().to_owned();
    part.push(".part");
    let part = std::path::PathBuf::from(part);
    if part.exists() {
        std::fs::remove_file(&part)?;
    }
    self::copy(connection, &part)?;
    std::fs::rename(&part, &copy)?;
    Ok(())
}

/// Copies one view of a database into a new file, on the disk when this returns.
pub(super) fn copy(connection: &Connection, copy: &Path) -> Result<(), SqlError> {
    let text = copy.to_str().ok_or(SqlError::Unreadable)?;
    connection.execute("vacuum into ?1", [text])?;
    std::fs::File::options().write(true).open(copy)?.sync_all()?;
    Ok(())
}
