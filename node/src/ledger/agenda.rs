//! What took place on each day, in numbers: work of the school, and the reader's own talks,
//! sessions and lessons. Nobody is named.

use domain::ledger::{Kind, Word as _};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::browse::is_open_to;
use super::strange;

/// Kinds about no student that everybody who may read them sees on their days.
const SCHOOL: [Kind; 6] = [
    Kind::Conference,
    Kind::Activity,
    Kind::ParentEvent,
    Kind::CommitteeMeeting,
    Kind::ExpertVisit,
    Kind::Drill,
];

/// So many entries of a kind on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The day.
    pub day: Date,
    /// What.
    pub kind: Kind,
    /// How many.
    pub count: u64,
}

/// What took place in a run of days, both ends included, by day.
///
/// # Errors
/// The store cannot be read.
pub fn held(tx: &Tx<'_>, reader: &Author, (from, to): (Date, Date)) -> Result<Vec<Held>, SqlError> {
    let (from, to) = (from.to_string(), to.to_string());
    let kinds = SCHOOL.map(|kind| format!("'{}'", kind.as_str())).join(", ");
    let mut held = tx.query(
        &format!(
            "select day, kind, count(*) from standing where kind in ({kinds})
             and day between $1 and $2 and destroyed = 0 group by day, kind"
        ),
        params![&from, &to],
        |row| {
            let day = row.str(0)?.parse().map_err(|_| SqlError::Type)?;
            let kind = strange(Kind::from_word(row.str(1)?))?;
            Ok(Held { day, kind, count: row.u64(2)? })
        },
    )?;
    held.retain(|one| is_open_to(reader.role(), one.kind));
    if let Some(own) = reader.staff() {
        let columns =
            [(Kind::Session, "counsellor"), (Kind::Talk, "staff"), (Kind::Lesson, "teacher")];
        for (kind, column) in columns {
            let statement = format!(
                "select r.day, count(*) from standing r
                 join {kind} t on t.record = r.id and t.version = r.version
                 where r.kind = '{kind}' and r.day between $1 and $2 and t.{column} = $3
                 group by r.day",
                kind = kind.as_str()
            );
            held.extend(tx.query(&statement, params![&from, &to, own.0], |row| {
                let day = row.str(0)?.parse().map_err(|_| SqlError::Type)?;
                Ok(Held { day, kind, count: row.u64(1)? })
            })?);
        }
    }
    held.sort_by_key(|one| (one.day, one.kind));
    Ok(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What everybody sees is about no student.
    #[test]
    fn work_of_the_school_is_about_no_student() {
        for kind in SCHOOL {
            let known = super::super::browse::kind_of(kind).expect("kind");
            assert!(known.columns.iter().all(|column| column.name != "student"), "{kind:?}");
        }
    }
}
