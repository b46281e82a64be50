//! What `doctor` looks at in letters of referrals: whether the relay's key is stated, whether there
//! is one for the next period, and whether one of a closed period is still there.

use jiff::{SignedDuration, Timestamp};
use runtime::cli::doctor::{Check, Subject};
use runtime::cli::{Failure, Sentence};
use runtime::clock::date_of;
use runtime::sql::{Database, SqlError, Tx};

use super::words::letters as words;
use crate::config::Config;
use crate::letters::key::{self, Held, Stands};

const KEYS: Subject = ("relay_keys", words::KEYS_TITLE);

/// Days before the end of the last statement from which on there should be another: commissions
/// sign by hand, and schools and receivers have to get it.
const NEXT_DAYS: i64 = 60;

/// Nothing at a hub that holds no key of a relay.
pub(super) fn checks(
    config: &Config,
    database: &Database,
    now: Timestamp,
) -> Result<Vec<Check>, Failure> {
    let held = key::held(config)?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let place = config.clone();
    let stand = database.read(move |tx| all(tx, (&place, &held), now))?;
    Ok(vec![check(&stand, now)])
}

/// How each key stands, with its number.
fn all(
    tx: &Tx<'_>,
    (config, held): (&Config, &[Held]),
    now: Timestamp,
) -> Result<Vec<(String, Stands)>, SqlError> {
    let stands = held.iter().map(|one| {
        let stands = one.stands(tx, config, now)?;
        Ok::<_, SqlError>((one.digest().to_string(), stands))
    });
    stands.collect()
}

fn check(stand: &[(String, Stands)], now: Timestamp) -> Check {
    let over = stand.iter().find(|(_, stands)| *stands == Stands::Over);
    let ends = stand.iter().filter_map(|(_, stands)| match stands {
        Stands::Until(until) => Some(*until),
        Stands::Unstated | Stands::Ended(_) | Stands::Over => None,
    });
    let Some(until) = ends.max() else {
        return Check::problem(KEYS, words::NONE_STATED, words::NONE_STATED_FIX);
    };
    let soon = now.checked_add(SignedDuration::from_hours(24 * NEXT_DAYS));
    let day = date_of(until);
    if soon.is_ok_and(|soon| until <= soon) {
        return Check::warning(KEYS, Sentence::new(words::NO_NEXT, &[&day]), words::NO_NEXT_FIX);
    }
    if let Some((key, _)) = over {
        let found = Sentence::new(words::STILL_THERE, &[key]);
        return Check::warning(KEYS, found, words::STILL_THERE_FIX);
    }
    Check::well(KEYS, Sentence::new(words::KEYS_WELL, &[&day]))
}

#[cfg(test)]
mod tests {
    use runtime::cli::doctor::Verdict;

    use super::*;

    /// A key that nobody stated is a problem, one that ends soon without another and one of a
    /// closed period are warnings, and a newer one makes all well.
    #[test]
    fn keys_are_looked_at() {
        let now: Timestamp = "2026-11-28T01:00:00Z".parse().expect("instant");
        let days = |days: i64| now + SignedDuration::from_hours(24 * days);
        let verdict = |stands: &[Stands]| {
            let numbered = stands.iter().map(|one| ("sha256:1".to_owned(), *one));
            check(&numbered.collect::<Vec<_>>(), now).verdict()
        };
        assert_eq!(verdict(&[Stands::Unstated]), Verdict::Problem);
        assert_eq!(verdict(&[Stands::Over, Stands::Ended(days(-3))]), Verdict::Problem);
        assert_eq!(verdict(&[Stands::Until(days(59))]), Verdict::Warning);
        assert_eq!(verdict(&[Stands::Until(days(200)), Stands::Over]), Verdict::Warning);
        let two = [Stands::Until(days(200)), Stands::Until(days(20)), Stands::Ended(days(-1))];
        assert_eq!(verdict(&two), Verdict::Well);
    }
}
