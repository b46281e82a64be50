//! Which figures of a rounded snapshot are shown, as it was decided when it was sealed.

use std::collections::BTreeMap;

use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// What is shown of one unit's figures in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownFigures {
    /// The hub itself, or a member that is a hub.
    pub unit: String,
    /// Tagged digest of the catalogue by which it was decided.
    pub catalogue: Vec<u8>,
    /// Whether nobody was waited for any more.
    pub is_final: bool,
    /// A code for each figure of the outline.
    pub verdicts: Vec<u8>,
}

fn read(row: &Row<'_, '_>) -> Result<ShownFigures, SqlError> {
    Ok(ShownFigures {
        unit: row.text(0)?,
        catalogue: row.blob(1)?,
        is_final: row.bool(2)?,
        verdicts: row.blob(3)?,
    })
}

/// Notes what is shown of a unit's figures. What another catalogue decided stays beside it: readers
/// may have kept it.
///
/// # Errors
/// There is no such snapshot, or the store cannot be written.
pub fn put(tx: &Tx<'_>, number: u64, shown: &ShownFigures) -> Result<(), SqlError> {
    tx.execute(
        "insert into shown_figure (number, unit, catalogue, final, verdicts)
         values ($1, $2, $3, $4, $5)
         on conflict (number, unit, catalogue) do update
         set final = excluded.final, verdicts = excluded.verdicts",
        params![number, &shown.unit, &shown.catalogue, u32::from(shown.is_final), &shown.verdicts],
    )?;
    Ok(())
}

/// What is shown of all units' figures in a snapshot, and what was by other catalogues.
///
/// # Errors
/// The store cannot be read.
pub fn of(tx: &Tx<'_>, number: u64) -> Result<Vec<ShownFigures>, SqlError> {
    tx.query(
        "select unit, catalogue, final, verdicts from shown_figure where number = $1
         order by unit, catalogue",
        params![number],
        read,
    )
}

/// What is shown of one unit's figures in a snapshot by a catalogue.
///
/// # Errors
/// The store cannot be read.
pub fn of_unit(
    tx: &Tx<'_>,
    number: u64,
    (unit, catalogue): (&str, &[u8]),
) -> Result<Option<ShownFigures>, SqlError> {
    tx.query_opt(
        "select unit, catalogue, final, verdicts from shown_figure
         where number = $1 and unit = $2 and catalogue = $3",
        params![number, unit, catalogue],
        read,
    )
}

/// What is shown of one unit's figures by a catalogue in the latest snapshot of a table for each
/// period of a run of one length, by the snapshot's number.
///
/// # Errors
/// The store cannot be read.
pub fn latest_in(
    tx: &Tx<'_>,
    (unit, catalogue): (&str, &[u8]),
    (table, from, to): (&str, &str, &str),
) -> Result<BTreeMap<u64, ShownFigures>, SqlError> {
    let rows = tx.query(
        "select unit, catalogue, final, verdicts, number from shown_figure
         where unit = $1 and catalogue = $2
           and number in (select max(number) from snapshot
                          where table_id = $3 and period >= $4 and period <= $5
                          group by period)",
        params![unit, catalogue, table, from, to],
        |row| Ok((row.u64(4)?, read(row)?)),
    )?;
    Ok(rows.into_iter().collect())
}

/// Tables and periods of rounded sums whose latest snapshot was decided about while somebody was
/// waited for.
///
/// # Errors
/// The store cannot be read.
pub fn places_open(tx: &Tx<'_>, hub: &str) -> Result<Vec<(String, String)>, SqlError> {
    let places = tx.query(
        "select distinct table_id, period from total where rule = 4 order by table_id, period",
        &[],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )?;
    let mut open = Vec::new();
    for (table, period) in places {
        let is_final = tx.query_opt(
            "select max(f.final) from shown_figure f
             where f.unit = $3 and f.number = (select max(number) from snapshot
                                               where table_id = $1 and period = $2)",
            params![&table, &period, hub],
            |row| row.opt_i64(0),
        )?;
        if is_final.flatten() == Some(0) {
            open.push((table, period));
        }
    }
    Ok(open)
}

/// Latest snapshots of rounded tables that were not decided about by a catalogue, with table and
/// period.
///
/// # Errors
/// The store cannot be read.
pub fn undecided(
    tx: &Tx<'_>,
    (hub, catalogue): (&str, &[u8]),
) -> Result<Vec<(String, String)>, SqlError> {
    tx.query(
        "select s.table_id, s.period from snapshot s
         where s.rule = 4
           and s.number = (select max(l.number) from snapshot l
                           where l.table_id = s.table_id and l.period = s.period)
           and not exists (select 1 from shown_figure f
                           where f.number = s.number and f.unit = $1 and f.catalogue = $2)
         order by s.table_id, s.period",
        params![hub, catalogue],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}
