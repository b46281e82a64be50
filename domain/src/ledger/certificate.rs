//! The certificate: supervised sessions, each signed by the supervisor, and a test.

use jiff::civil::Date;

/// Individual sessions that are needed.
pub const INDIVIDUAL_MIN: u32 = 10;
/// Group sessions that are needed.
pub const GROUP_MIN: u32 = 3;

/// How far somebody has come. Sessions count only once signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Signed individual sessions.
    pub individual: u32,
    /// Signed group sessions.
    pub group: u32,
    /// Whether the test is passed.
    pub test_passed: bool,
}

/// What is still missing for a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("missing: {individual} individual and {group} group signed sessions; test missing: {test}")]
pub struct Missing {
    /// Individual sessions.
    pub individual: u32,
    /// Group sessions.
    pub group: u32,
    /// The test.
    pub test: bool,
}

/// Decides whether a certificate may be issued.
///
/// # Errors
/// What is missing.
pub const fn may_issue(progress: Progress) -> Result<(), Missing> {
    let individual = INDIVIDUAL_MIN.saturating_sub(progress.individual);
    let group = GROUP_MIN.saturating_sub(progress.group);
    if individual == 0 && group == 0 && progress.test_passed {
        return Ok(());
    }
    Err(Missing { individual, group, test: !progress.test_passed })
}

/// Whether a certificate is valid on a day.
#[must_use]
pub fn is_valid(issued: Date, expires: Date, revoked: Option<Date>, day: Date) -> bool {
    issued <= day && day <= expires && revoked.is_none_or(|revoked| day < revoked)
}

/// Whether a counsellor needs the certificate: neither degree nor vocational certificate.
#[must_use]
pub const fn is_needed(is_counsellor: bool, has_degree: bool, has_vocational: bool) -> bool {
    is_counsellor && !has_degree && !has_vocational
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// Ten, three and the test: one less of any is not enough.
    #[test]
    fn ten_individual_three_group_and_the_test() {
        let enough = Progress { individual: 10, group: 3, test_passed: true };
        assert_eq!(may_issue(enough), Ok(()));
        for short in [
            Progress { individual: 9, ..enough },
            Progress { group: 2, ..enough },
            Progress { test_passed: false, ..enough },
        ] {
            assert!(may_issue(short).is_err());
        }
        let missing = may_issue(Progress::default());
        assert_eq!(missing, Err(Missing { individual: 10, group: 3, test: true }));
    }

    /// The last day counts; the day of a revocation does not.
    #[test]
    fn a_certificate_runs_out() {
        let (issued, expires) = (date(2025, 9, 1), date(2028, 8, 31));
        assert!(is_valid(issued, expires, None, expires));
        assert!(!is_valid(issued, expires, None, date(2028, 9, 1)));
        assert!(!is_valid(issued, expires, Some(date(2026, 1, 1)), date(2026, 1, 1)));
    }
}
