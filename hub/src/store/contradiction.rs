//! Relations that figures of this hub break, as long as they do.

use std::collections::BTreeSet;

use domain::disclosure::plan::GroupId;
use domain::period::Period;
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::opened::OpenedSum;

const COLUMNS: &str = "id, place, school_year, detail, stage, group_ids, identity, relation,
    stratum, counts, tables, period_from, period_to";

/// Word of a line about rounded tables; those of opened sums have the word of their detail.
pub const ROUNDED: &str = "rounded";

/// A relation that figures break: an area or this hub, and never one school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// Area of the plan; of rounded tables the hub itself.
    pub place: UnitId,
    /// School year, by the year in which it begins.
    pub school_year: i16,
    /// Detail of the opened sums, or [`ROUNDED`].
    pub detail: String,
    /// Stage of the opened sums; empty of rounded tables.
    pub stage: String,
    /// Groups of the plan; none of rounded tables.
    pub groups: BTreeSet<GroupId>,
    /// Name of the rule.
    pub identity: String,
    /// The relation as the catalogue writes it.
    pub relation: String,
    /// Values of dimensions; empty for the whole.
    pub stratum: String,
    /// Counts that it names.
    pub counts: BTreeSet<String>,
    /// Tables that carry them.
    pub tables: BTreeSet<String>,
    /// The term, or the first week of the sums.
    pub from: Period,
    /// The term, or the last week of the sums.
    pub to: Period,
}

impl Contradiction {
    /// Whether two are one: of a flow the weeks grow, and it is the same as before.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let grown = Self { to: other.to, ..self.clone() };
        grown == *other
    }

    /// Whether it is about opened sums.
    #[must_use]
    pub fn is_opened(&self) -> bool {
        self.detail != ROUNDED
    }

    /// Whether an opened sum is one of those that break it.
    #[must_use]
    pub fn is_of(&self, sum: &OpenedSum) -> bool {
        self.place == sum.area
            && self.school_year == sum.school_year
            && self.detail == sum.detail.as_str()
            && self.stage == sum.stage.as_str()
            && self.tables.contains(sum.table.as_str())
            && !self.groups.is_disjoint(&sum.groups)
            && self.from <= sum.period
            && sum.period <= self.to
    }
}

/// All of them, in the order in which they were found.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Contradiction>, SqlError> {
    Ok(numbered(tx)?.into_iter().map(|(_, known)| known).collect())
}

/// Those that were found from an instant on: for so long a person is called.
///
/// # Errors
/// The store cannot be read.
pub fn since(tx: &Tx<'_>, from_ms: i64) -> Result<Vec<Contradiction>, SqlError> {
    let sql = format!("select {COLUMNS} from contradiction where since_ms >= $1 order by id");
    tx.query(&sql, params![from_ms], read)
}

fn numbered(tx: &Tx<'_>) -> Result<Vec<(i64, Contradiction)>, SqlError> {
    let sql = format!("select {COLUMNS} from contradiction order by id");
    tx.query(&sql, &[], |row| Ok((row.i64(0)?, read(row)?)))
}

fn read(row: &Row<'_, '_>) -> Result<Contradiction, SqlError> {
    let words = |column: usize| -> Result<BTreeSet<String>, SqlError> {
        Ok(row.str(column)?.split_whitespace().map(str::to_owned).collect())
    };
    let groups = row.str(5)?.split_whitespace().map(str::parse);
    Ok(Contradiction {
        place: row.str(1)?.parse().map_err(|_| SqlError::Type)?,
        school_year: i16::try_from(row.i64(2)?).map_err(|_| SqlError::Type)?,
        detail: row.text(3)?,
        stage: row.text(4)?,
        groups: groups.collect::<Result<_, _>>().map_err(|_| SqlError::Type)?,
        identity: row.text(6)?,
        relation: row.text(7)?,
        stratum: row.text(8)?,
        counts: words(9)?,
        tables: words(10)?,
        from: row.str(11)?.parse().map_err(|_| SqlError::Type)?,
        to: row.str(12)?.parse().map_err(|_| SqlError::Type)?,
    })
}

/// What became of those that were kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Those that are new.
    pub new: Vec<Contradiction>,
    /// Those that hold no more.
    pub gone: Vec<Contradiction>,
}

/// Keeps what was found in place of those that `is_meant` names; the same again changes nothing.
///
/// # Errors
/// The store cannot be read or written.
pub fn replace(
    tx: &Tx<'_>,
    is_meant: impl Fn(&Contradiction) -> bool,
    found: Vec<Contradiction>,
    now_ms: i64,
) -> Result<Changed, SqlError> {
    let known = numbered(tx)?;
    let meant: Vec<&(i64, Contradiction)> = known.iter().filter(|(_, one)| is_meant(one)).collect();
    let mut changed = Changed::default();
    for (id, one) in &meant {
        match found.iter().find(|new| one.is_same(new)) {
            Some(new) if new.to != one.to => {
                let sql = "update contradiction set period_to = $2 where id = $1";
                tx.execute(sql, params![*id, &new.to.to_string()])?;
            }
            Some(_) => {}
            None => {
                tx.execute("delete from contradiction where id = $1", params![*id])?;
                changed.gone.push(one.clone());
            }
        }
    }
    for new in found {
        if !meant.iter().any(|(_, one)| one.is_same(&new)) {
            insert(tx, &new, now_ms)?;
            changed.new.push(new);
        }
    }
    Ok(changed)
}

fn insert(tx: &Tx<'_>, new: &Contradiction, now_ms: i64) -> Result<(), SqlError> {
    let words = |all: &BTreeSet<String>| all.iter().cloned().collect::<Vec<_>>().join(" ");
    let groups: Vec<&str> = new.groups.iter().map(GroupId::as_str).collect();
    tx.execute(
        "insert into contradiction (place, school_year, detail, stage, group_ids, identity,
                                    relation, stratum, counts, tables, period_from, period_to,
                                    since_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            new.place.as_str(),
            i64::from(new.school_year),
            &new.detail,
            &new.stage,
            &groups.join(" "),
            &new.identity,
            &new.relation,
            &new.stratum,
            &words(&new.counts),
            &words(&new.tables),
            &new.from.to_string(),
            &new.to.to_string(),
            now_ms,
        ],
    )?;
    Ok(())
}

/// How far what figures are made of has come: the records of this hub that both hubs signed, and
/// the sums of clear and rounded tables. As long as neither moves nothing can have changed.
///
/// # Errors
/// The store cannot be read.
pub fn stand(tx: &Tx<'_>) -> Result<(i64, i64), SqlError> {
    let signed = "select count(*) from sealed_record where helper_signature is not null";
    let sealed = "select max(number) from snapshot";
    let signed = tx.query_opt(signed, &[], |row| row.i64(0))?.unwrap_or(0);
    let sealed = tx.query_opt(sealed, &[], |row| row.opt_i64(0))?.flatten().unwrap_or(0);
    Ok((signed, sealed))
}
