//! What a node lacks before it does its work, for `status`: by what its ledger says, where that
//! opens. Counts and periods, and never a person.

use certs::digest::sha256;
use runtime::cli::Sentence;
use runtime::sealing::SealingYear;
use runtime::sql::SqlError;
use runtime::web::Text;

use super::words;
use crate::app::Outward;
use crate::ledger::sealed_absent::{self, Absent};
use crate::ledger::{Ledger, account, governance, report_key, student};
use crate::sealing::{KeyStanding, ReportKey};

/// A stable code, what is the matter, and who must act.
pub(super) type Lack = (&'static str, Sentence, Text);

/// What is lacking.
///
/// # Errors
/// A store cannot be read.
pub(super) fn of(outward: &Outward, ledger: &Ledger) -> Result<Vec<Lack>, SqlError> {
    let today = outward.clock().today();
    let (mut found, absent) = ledger.read(move |tx| {
        let mut found: Vec<Lack> = Vec::new();
        if account::list(tx)?.is_empty() {
            found.push(("NO_ACCOUNT", words::LACKS_ACCOUNT.into(), words::ACCOUNT_WHO));
        }
        if student::count_on_roll(tx)? == 0 {
            found.push(("NO_ROSTER", words::LACKS_ROSTER.into(), words::ROSTER_WHO));
        }
        if governance::responsible(tx, today)?.is_none() {
            let what = words::LACKS_RESPONSIBLE.into();
            found.push(("NO_RESPONSIBLE", what, words::RESPONSIBLE_WHO));
        }
        Ok::<_, SqlError>((found, sealed_absent::all(tx)?))
    })?;
    if outward.config().backup.is_none() {
        found.push(("NO_BACKUP", words::LACKS_BACKUP.into(), words::SCHOOL_IT));
    }
    found.extend(unsealed(&absent));
    found.extend(key(outward, ledger)?);
    Ok(found)
}

fn unsealed(absent: &[Absent]) -> Option<Lack> {
    let (is_missing, all) = sealed_absent::first_told(absent);
    let first = all.first()?;
    let (code, what) = match is_missing {
        true => ("UNSEALED", words::LACKS_SEALED),
        false => ("CONTRADICTED", words::LACKS_SENSE),
    };
    Some((code, Sentence::new(what, &[&all.len(), first]), words::SEALED_WHO))
}

/// How the report key stands in the latest year under seal.
fn key(outward: &Outward, ledger: &Ledger) -> Result<Option<Lack>, SqlError> {
    let Some(member) = outward.member() else { return Ok(None) };
    let Some(key) = ledger.read(report_key::load)? else { return Ok(None) };
    let (unit, years) = (member.membership.name.unit(), outward.sealed_years()?);
    let own: Vec<SealingYear> = years.all_of_school(unit).into_iter().cloned().collect();
    let key = ReportKey::new(sha256(key.public().spki()), unit, &own);
    Ok(key.latest().and_then(|(year, standing)| {
        let (code, text, who) = match standing {
            KeyStanding::Stated => return None,
            KeyStanding::Unstated => ("KEY_UNSTATED", words::LACKS_KEY, words::KEY_WHO),
            KeyStanding::Other => ("KEY_OTHER", words::LACKS_OTHER_KEY, words::OTHER_KEY_WHO),
        };
        Some((code, Sentence::new(text, &[&year]), who))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sealed_absent::CONTRADICTION;

    /// A week without a report comes first; figures that contradict each other are told without
    /// one, and in words of their own.
    #[test]
    fn what_contradicts_itself_is_told_apart_from_what_is_missing() {
        let of = |code: &str| Absent {
            period: "2025-W47".to_owned(),
            code: code.to_owned(),
            tables: Some(2),
            zh: "原因".to_owned(),
            en: "why".to_owned(),
        };
        let code = |absent: &[Absent]| unsealed(absent).map(|(code, ..)| code);
        assert_eq!(code(&[]), None);
        assert_eq!(code(&[of(CONTRADICTION)]), Some("CONTRADICTED"));
        assert_eq!(code(&[of(CONTRADICTION), of("destroyed")]), Some("UNSEALED"));
    }
}
