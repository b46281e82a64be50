//! Critical items: two limits, by which somebody has spoken with the student.

use super::words::word_list;

word_list!(
    /// How fast a critical answer calls. Ascending.
    CriticalLevel {
        Urgent = "urgent", "24小时内", "Within 24 hours";
        UrgentNow = "urgent_now", "60分钟内", "Within 60 minutes";
    }
);

impl CriticalLevel {
    /// Milliseconds within which the contact is made.
    #[must_use]
    pub const fn limit_ms(self) -> i64 {
        match self {
            Self::Urgent => 24 * 3_600_000,
            Self::UrgentNow => 3_600_000,
        }
    }

    /// The latest instant of the contact.
    #[must_use]
    pub const fn due_ms(self, raised_ms: i64) -> i64 {
        raised_ms.saturating_add(self.limit_ms())
    }
}

/// Whether contact was recorded within 24 hours of the flag, whatever its level.
#[must_use]
pub const fn is_handled_in_24h(raised_ms: i64, contacted_ms: Option<i64>) -> bool {
    match contacted_ms {
        Some(contacted) => contacted <= CriticalLevel::Urgent.due_ms(raised_ms),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limit itself is in time; the shorter limit is the graver level.
    #[test]
    fn limits_are_an_hour_and_a_day() {
        assert_eq!(CriticalLevel::UrgentNow.due_ms(7), 3_600_007);
        assert!(CriticalLevel::UrgentNow.limit_ms() < CriticalLevel::Urgent.limit_ms());
        assert!(is_handled_in_24h(0, Some(86_400_000)));
        assert!(!is_handled_in_24h(0, Some(86_400_001)));
        assert!(!is_handled_in_24h(0, None));
    }
}
