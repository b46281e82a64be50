//! Verdicts about sealed reports with the hubs' signatures, and the certificates that go with
//! them, which are the same for thousands of signatures and lie here once.

use std::collections::BTreeSet;

use certs::signature::KeyId;
use domain::digest::Digest;
use domain::disclosure::sealed::TaskId;
use domain::unit::UnitId;
use proto::sealed::Verdict;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::{digest, parsed};

/// A verdict as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The bytes that both hubs sign.
    pub bytes: Vec<u8>,
    /// The leader's tagged signature.
    pub leader: Option<Vec<u8>>,
    /// The helper's tagged signature.
    pub helper: Option<Vec<u8>>,
}

/// A refusal as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The school.
    pub school: UnitId,
    /// The sealed table.
    pub sheet: String,
    /// Period of the report.
    pub period: String,
    /// The school's number of it.
    pub number: u32,
    /// Stable code.
    pub code: String,
    /// Digest of the report.
    pub report: Digest,
    /// When it was decided.
    pub decided_at_ms: i64,
}

fn read(row: &Row<'_, '_>) -> Result<Stored, SqlError> {
    Ok(Stored { bytes: row.blob(0)?, leader: row.opt_blob(1)?, helper: row.opt_blob(2)? })
}

/// The verdict about a report.
///
/// # Errors
/// The store cannot be read.
pub fn find(tx: &Tx<'_>, report: &Digest) -> Result<Option<Stored>, SqlError> {
    tx.query_opt(
        "select verdict, leader_signature, helper_signature from sealed_verdict where report = $1",
        params![&report.to_tagged()],
        read,
    )
}

/// Keeps a verdict; one about the same report is replaced, which is right only for the same
/// decision.
///
/// # Errors
/// The store cannot be written.
pub fn put(tx: &Tx<'_>, verdict: &Verdict, stored: &Stored) -> Result<(), SqlError> {
    let code = verdict.refused.as_ref().map_or("", |(code, _)| code.as_str());
    tx.execute(
        "insert into sealed_verdict (report, task, school, sheet, period, number, code, verdict,
                                     leader_signature, helper_signature, decided_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (report) do update set verdict = excluded.verdict, code = excluded.code,
             leader_signature = excluded.leader_signature,
             helper_signature = excluded.helper_signature,
             decided_at_ms = excluded.decided_at_ms",
        params![
            &verdict.report.to_tagged(),
            verdict.task.bytes(),
            verdict.place.unit.as_str(),
            verdict.place.table.as_str(),
            &verdict.place.period.to_string(),
            verdict.place.number.value(),
            code,
            &stored.bytes,
            stored.leader.as_ref(),
            stored.helper.as_ref(),
            verdict.decided_at_ms,
        ],
    )?;
    Ok(())
}

/// Refusals, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn refused(tx: &Tx<'_>, most: u32) -> Result<Vec<Refused>, SqlError> {
    tx.query(
        "select school, sheet, period, number, code, report, decided_at_ms from sealed_verdict
         where code <> '' order by decided_at_ms desc, report limit $1",
        params![most],
        |row| {
            Ok(Refused {
                school: parsed(row, 0)?,
                sheet: row.text(1)?,
                period: row.text(2)?,
                number: row.u32(3)?,
                code: row.text(4)?,
                report: digest(row, 5)?,
                decided_at_ms: row.i64(6)?,
            })
        },
    )
}

/// Schools of a task of which this hub refused a report under one of some codes. A leader keeps the
/// report before it has a verdict; a helper signs also about reports that it has not seen, of which
/// it keeps nothing else.
///
/// # Errors
/// The store cannot be read.
pub fn refused_for(
    tx: &Tx<'_>,
    task: &TaskId,
    codes: &[&str],
) -> Result<BTreeSet<UnitId>, SqlError> {
    let all = tx.query(
        "select school, code from sealed_report where task = $1 and state = 3
         union select school, code from sealed_verdict where task = $1 and code <> ''",
        params![task.bytes()],
        |row| Ok((parsed(row, 0)?, row.text(1)?)),
    )?;
    let all = all.into_iter().filter(|(_, code)| codes.contains(&code.as_str()));
    Ok(all.map(|(school, _)| school).collect())
}

/// Keeps the certificates of a key that signed here; known ones stay.
///
/// # Errors
/// The store cannot be written.
pub fn keep_signer(tx: &Tx<'_>, key: &KeyId, chain: &[Vec<u8>]) -> Result<(), SqlError> {
    for (place, certificate) in chain.iter().enumerate() {
        let place = u64::try_from(place).unwrap_or(u64::MAX);
        tx.execute(
            "insert into sealed_signer (key_id, place, certificate) values ($1, $2, $3)
             on conflict do nothing",
            params![key.bytes(), place, certificate],
        )?;
    }
    Ok(())
}

/// The certificates of a key that signed here, leaf first; none if it is not known.
///
/// # Errors
/// The store cannot be read.
pub fn signer(tx: &Tx<'_>, key: &KeyId) -> Result<Vec<Vec<u8>>, SqlError> {
    tx.query(
        "select certificate from sealed_signer where key_id = $1 order by place",
        params![key.bytes()],
        |row| row.blob(0),
    )
}
