//! The school's own report: exact sums over every sheet, consented or not.
//!
//! It is for the counsellor's eyes and says `danger_` wherever it goes: its small exact counts
//! point at children, so it is never a release and nothing here makes one.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use domain::digest::Digest;
use domain::scale::{AnswerError, Scale, Score, Scored};
use domain::unit::UnitId;
use runtime::sql::{SqlError, Tx};

use crate::import::value::{Grade, Sex};
use crate::ledger::sheet;

/// Name of the report's file.
pub const DANGER_FILE_NAME: &str = "danger_local_report.csv";

/// Header of the report's file.
const HEADER: [&str; 8] =
    ["school_code", "grade", "sex", "scale", "subscale", "n", "sum", "n_high"];

/// One line: a grade, a sex and one score of one scale.
#[derive(Clone)]
pub struct LocalLine {
    /// Grade.
    pub grade: Grade,
    /// Sex.
    pub sex: Sex,
    /// Id of the scale.
    pub scale: String,
    /// Id of the subscale; `total` for the total.
    pub subscale: String,
    /// Sheets on which it could be scored: the valid n of every rate.
    pub valid: u64,
    /// Sum of the scores in hundredths.
    pub sum_hundredths: u64,
    /// Scores at or above the cut-off.
    pub high: u64,
}

/// Why the report could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A sheet was scored with a pack that was not given.
    #[error("sheets were scored with a pack that is not known here: {}", .0.short())]
    Pack(Digest),
    /// Stored answers do not fit their pack.
    #[error(transparent)]
    Answers(#[from] AnswerError),
    /// The ledger could not be read.
    #[error(transparent)]
    Store(#[from] SqlError),
    /// The file could not be written.
    #[error("the report could not be written")]
    File(#[from] io::Error),
}

/// Sums over every sheet, for each score that has a cut-off; `packs` are scales by the digest of
/// their pack.
///
/// # Errors
/// A sheet of an unknown pack, or the ledger cannot be read.
pub fn danger_local_report(
    tx: &Tx<'_>,
    packs: &[(Digest, Arc<Scale>)],
) -> Result<Vec<LocalLine>, ReportError> {
    let mut lines: BTreeMap<(Grade, Sex, &str, &str), [u64; 3]> = BTreeMap::new();
    for sheet in sheet::danger_all_answered(tx)? {
        let known = packs.iter().find(|(digest, _)| *digest == sheet.pack);
        let (_, scale) = known.ok_or(ReportError::Pack(sheet.pack))?;
        let scored = domain::scale::score(scale, &sheet.answers)?;
        for (subscale, score, high) in readings(&scored, scale) {
            let line = lines.entry((sheet.grade, sheet.sex, scale.id(), subscale)).or_default();
            let [valid, sum, n_high] = line;
            *valid += 1;
            *sum += u64::from(score.hundredths());
            *n_high += u64::from(high);
        }
    }
    let line = |((grade, sex, scale, subscale), [valid, sum_hundredths, high]): (
        (Grade, Sex, &str, &str),
        [u64; 3],
    )| LocalLine {
        grade,
        sex,
        scale: scale.to_owned(),
        subscale: subscale.to_owned(),
        valid,
        sum_hundredths,
        high,
    };
    Ok(lines.into_iter().map(line).collect())
}

/// The scores of a valid sheet that have a cut-off.
fn readings<'s>(scored: &Scored<'s>, scale: &'s Scale) -> Vec<(&'s str, Score, bool)> {
    if !scored.valid {
        return Vec::new();
    }
    let parts = scored.subscales.iter().filter_map(|part| {
        let (score, high) = (part.score?, part.high?);
        Some((part.subscale.id.as_str(), score, high))
    });
    let cut_off = scale.definition().total.as_ref().and_then(|total| total.rule.cut_off);
    let total = scored.total.zip(cut_off).map(|(score, cut)| ("total", score, score >= cut));
    parts.chain(total).collect()
}

/// Writes the report as UTF-8 CSV.
///
/// # Errors
/// The file could not be written.
pub fn danger_write_csv(
    lines: &[LocalLine],
    unit: &UnitId,
    file: impl Write,
) -> Result<(), ReportError> {
    let mut writer = csv::Writer::from_writer(file);
    let failed = |error: csv::Error| ReportError::File(io::Error::other(error));
    writer.write_record(HEADER).map_err(failed)?;
    for line in lines {
        let (valid, high) = (line.valid.to_string(), line.high.to_string());
        let sum = written(line.sum_hundredths);
        let (grade, sex) = (line.grade.zh(), line.sex.zh());
        let cells = [unit.as_str(), grade, sex, &line.scale, &line.subscale, &valid, &sum, &high];
        writer.write_record(cells).map_err(failed)?;
    }
    Ok(writer.flush()?)
}

fn written(hundredths: u64) -> String {
    match (hundredths / 100, hundredths % 100) {
        (whole, 0) => whole.to_string(),
        (whole, part) => format!("{whole}.{part:02}"),
    }
}
