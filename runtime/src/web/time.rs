//! Instants as people here read them: Asia/Shanghai, to the minute.

use jiff::Timestamp;
use jiff::tz::Offset;

/// The calendar's offset from UTC; there has been no other since 1991.
const SHANGHAI: Offset = Offset::constant(8);

/// An instant as `2026-11-23 18:00`; what is outside the calendar is shown as a dash.
#[must_use]
pub fn minute(unix_ms: i64) -> String {
    Timestamp::from_millisecond(unix_ms).map_or_else(
        |_| "—".to_owned(),
        |instant| SHANGHAI.to_datetime(instant).strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A late evening in London is already the next day in the calendar of the console.
    #[test]
    fn instants_are_shown_in_the_calendar_of_the_city() {
        assert_eq!(minute(1_795_453_200_000), "2026-11-24 01:00");
        assert_eq!(minute(i64::MAX), "—");
    }
}
