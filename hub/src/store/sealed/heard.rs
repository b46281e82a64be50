//! When the helper answered this hub, and since when it does not: for the operator, who has to
//! call.

use domain::unit::UnitId;
use runtime::sql::{SqlError, Tx};

use crate::store::setting;

/// How often an answer is written down: a hub that works hears many a minute.
const AGAIN_MS: i64 = 3_600_000;

/// What is known of a helper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// When it answered last, to the hour; nothing before its first answer.
    pub answered_at_ms: Option<i64>,
    /// Since when it has not been reached; nothing where it answered last.
    pub silent_since_ms: Option<i64>,
}

/// What is known of a helper.
///
/// # Errors
/// The store cannot be read.
pub fn read(tx: &Tx<'_>, helper: &UnitId) -> Result<Heard, SqlError> {
    let [answered, silent] = names(helper);
    let at =
        |name: &str| Ok::<_, SqlError>(setting::value(tx, name)?.and_then(|at| at.parse().ok()));
    Ok(Heard { answered_at_ms: at(&answered)?, silent_since_ms: at(&silent)? })
}

/// Whether an answer, or that none came, has to be written down.
///
/// # Errors
/// The store cannot be read.
pub fn is_news(
    tx: &Tx<'_>,
    helper: &UnitId,
    (answered, now_ms): (bool, i64),
) -> Result<bool, SqlError> {
    let known = read(tx, helper)?;
    let is_old = known.answered_at_ms.is_none_or(|at| now_ms.saturating_sub(at) >= AGAIN_MS);
    Ok(if answered {
        is_old || known.silent_since_ms.is_some()
    } else {
        known.silent_since_ms.is_none()
    })
}

/// Notes that a helper answered, or that it was not reached.
///
/// # Errors
/// The store cannot be written.
pub fn note(tx: &Tx<'_>, helper: &UnitId, (answered, now_ms): (bool, i64)) -> Result<(), SqlError> {
    let [last, silent] = names(helper);
    if answered {
        setting::set(tx, &last, &now_ms.to_string())?;
        return setting::set(tx, &silent, "");
    }
    setting::set(tx, &silent, &now_ms.to_string())
}

/// Whether another hub than the helper answered at its address when it was dialled last.
///
/// # Errors
/// The store cannot be read.
pub fn is_other(tx: &Tx<'_>, helper: &UnitId) -> Result<bool, SqlError> {
    Ok(setting::value(tx, &other_name(helper))?.is_some_and(|value| !value.is_empty()))
}

/// Notes whether another hub answered there.
///
/// # Errors
/// The store cannot be written.
pub fn note_other(tx: &Tx<'_>, helper: &UnitId, is_other: bool) -> Result<(), SqlError> {
    setting::set(tx, &other_name(helper), if is_other { "other" } else { "" })
}

fn other_name(helper: &UnitId) -> String {
    format!("sealed_helper_other:{helper}")
}

fn names(helper: &UnitId) -> [String; 2] {
    ["answered", "silent"].map(|what| format!("sealed_helper_{what}:{helper}"))
}
