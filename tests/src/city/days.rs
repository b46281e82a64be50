//! The days of the demonstration: a city that begins near the end of an autumn term.
//!
//! Commissions, hubs and plans are founded some weeks before the term ends, and the offices bring
//! what they have of it since September. Then time is moved to the days on which something leaves
//! or may be opened. What is certified on the first day must hold on the last: a leaf lives for
//! ninety days.

use jiff::civil::{Date, DateTime, date};

/// First day on which units of the demonstration sit where they sit.
pub const TREE_FROM: &str = "2025-09-01";

/// The term that the demonstration is about.
pub const TERM: &str = "2025S1";

/// Its school year.
pub const SCHOOL_YEAR: i16 = 2025;

/// When the commissions meet and everything is set up: a Monday.
pub const FOUNDED: DateTime = date(2026, 1, 5).at(8, 0, 0, 0);

/// First day of the open plans, a Monday: from this week on weeks are sealed, and the term.
pub const PLAN_FROM: Date = date(2026, 1, 12);

/// When schools report: the term is over, and so are the two days before its last week leaves.
pub const REPORTED: DateTime = date(2026, 2, 3).at(8, 0, 0, 0);

/// When the day is over in which schools could object to what was taken for a week.
pub const WEEKS_OPEN: DateTime = date(2026, 2, 4).at(8, 0, 0, 0);

/// When the seven days are over in which they could object to what was taken for the term.
pub const TERM_OPENS: DateTime = date(2026, 2, 10).at(8, 0, 0, 0);
