//! How much a relay keeps, and for how long.

/// Letters that are opened in one commit.
pub(super) const PAGE: u32 = 64;

/// Letters that are put in every slot into the list of a clinic, of a centre and of another relay:
/// they get what many schools send.
pub(super) const LETTERS_A_SLOT: u8 = 4;

/// Letters that are put in every slot into the list of a school: it gets an acknowledgement for
/// what it sends, and what others send besides.
pub(super) const LETTERS_TO_A_SCHOOL: u8 = 2;

/// Slots of letters in the list of a unit that it did not fetch, from which on nothing is put
/// there: more than two hours. It depends on nothing but what the unit fetched, and says nothing of
/// what waits.
pub(super) const LISTED_SLOTS_MAX: u64 = 48;

/// Letters for the parent that have no answer, from which on none is queued.
pub(super) const QUEUED_MAX: u64 = 1_000;

/// How often keys, statements and members are looked at.
pub(super) const REFRESH_SECONDS: i64 = 60;

/// How often what is remembered for long is looked at.
pub(super) const FORGET_SECONDS: i64 = 24 * 3_600;

/// How long a letter waits, if its consent does not end before.
pub(super) const WAIT_SECONDS: i64 = 30 * 24 * 3_600;

/// How long a limit is shown as late.
pub(super) const LATE_SECONDS: i64 = 90 * 24 * 3_600;

/// Within which a withdrawal is answered.
pub(super) const WITHDRAWAL_SECONDS: i64 = 24 * 3_600;

/// Letters that wait at the relay, from which on it takes no more: 280 MB. A city's whole year has
/// fewer referrals.
pub(super) const WAITING_MAX: usize = 20_000;

/// Letters of one member that wait at the relay, from which on further ones are dropped without an
/// acknowledgement: two members would fill it in three weeks with letters that nobody fetches.
pub(super) const WAITING_OF_ONE_MAX: usize = 500;

/// How long an emergency may wait at a relay before its operator is told.
pub(super) const HOP_EMERGENCY_SECONDS: i64 = 5 * 60;

/// How long an urgent letter may.
pub(super) const HOP_URGENT_SECONDS: i64 = 15 * 60;

/// Withdrawals of one sender in a day that have a rank of their own; those behind them are routine.
/// A school sends one for each recipient of what it takes back, and again once a day while nobody
/// answers.
pub(super) const WITHDRAWALS_A_DAY: usize = 40;

/// Letters of emergencies of one sender in a day that have a rank of their own; those behind them
/// are urgent. A notice looks like one, an envelope has seven letters at most, and one that nobody
/// acknowledges comes anew.
pub(super) const EMERGENCIES_A_DAY: usize = 60;

/// Limits that are counted at most.
pub(super) const LIMITS_MAX: usize = 100_000;

/// Withdrawals, and letters in lists, that are remembered at most.
pub(super) const REMEMBERED_MAX: usize = 10_000;
