//! What is due, and what keeps the rest.

use std::collections::BTreeSet;

use domain::ledger::day::plus_days;
use domain::ledger::retention::{About, Facts, Keep, StillKept, keep, may_destroy};
use domain::ledger::{Action, Area, Kind, Word as _, permits};
use domain::period::Period;
use domain::referral::{COHORT_DAYS, Event};
use domain::span::{Span, school_year_of};
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::super::agency::AgencyOrder;
use super::super::author::Author;
use super::super::consent::LegalHold;
use super::super::entry::{RecordId, Shape, StudentId};
use super::super::kinds::{KINDS, KindColumns};
use super::super::referral::ReferralAct;
use super::super::refusal::LedgerRefusal;
use super::super::roll_change::has_open_case;
use super::super::student::{self, OnRoll};
use super::super::{access, footing, read};
use super::Terms;
use crate::import::value::Status;

/// Days after the end of a school year, or after what is counted later, within which its sheets and
/// those of its last week still leave or are corrected by themselves.
const REPORT_DAYS: i64 = 45;

/// A student who has left. Names a person by id only.
#[derive(Clone)]
pub struct Due {
    /// Who.
    pub student: StudentId,
    /// Whether the reader may see the name.
    pub is_named: bool,
    /// First day off the roll.
    pub left: Date,
    /// How the student left.
    pub status: Status,
    /// Entries that would go.
    pub entries: u64,
    /// What keeps them.
    pub blocked: Option<StillKept>,
    /// Last day on which figures with the student may still leave or be corrected.
    pub closes: Date,
}

/// Entries of a kind that are about nobody and whose years are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueKind {
    /// Which kind.
    pub kind: Kind,
    /// How long it is kept.
    pub years: i16,
    /// How many are due.
    pub entries: u64,
}

/// Every student who has left and whose record is still here; those whom the reader may see by
/// name are logged as read.
///
/// # Errors
/// The role takes no part, or the store.
pub fn students(tx: &Tx<'_>, reader: &Author, terms: &Terms) -> Result<Vec<Due>, LedgerRefusal> {
    super::check_role(reader)?;
    let mut due = Vec::new();
    for known in student::everybody(tx)?.iter().filter(|known| !known.row.status.is_on_roll()) {
        let id = StudentId(known.id);
        let blocked = match check_known(tx, reader.today(), known, terms) {
            Ok(()) => None,
            Err(LedgerRefusal::Kept(still)) => Some(still),
            Err(other) => return Err(other),
        };
        let entries = "select count(*) from record where student = $1 and destroyed = 0";
        let entries = tx.query_opt(entries, params![known.id], |row| row.u64(0))?;
        let rights = footing::of(tx, reader, Some(id))?;
        due.push(Due {
            student: id,
            is_named: permits(reader.role(), Action::Read(Area::Roll), rights),
            left: known.from,
            status: known.row.status,
            entries: entries.unwrap_or(0),
            blocked,
            closes: closes(tx, known, terms)?,
        });
    }
    let named = due.iter().filter(|due| due.is_named).map(|due| due.student).collect();
    access::log_list(tx, reader, &named, domain::ledger::terms::ReadPurpose::Review)?;
    Ok(due)
}

/// Kinds with entries about nobody whose years are over.
///
/// # Errors
/// The role takes no part, or the store.
pub fn work(tx: &Tx<'_>, reader: &Author) -> Result<Vec<DueKind>, LedgerRefusal> {
    super::check_role(reader)?;
    let mut due = Vec::new();
    for known in KINDS {
        let Keep::Years(years) = keep(known.kind, About::Nobody) else { continue };
        let entries = of_kind(tx, reader.today(), known.kind)?.len() as u64;
        if entries > 0 {
            due.push(DueKind { kind: known.kind, years, entries });
        }
    }
    Ok(due)
}

/// Entries of a kind that are about nobody and whose years are over, oldest first.
pub(super) fn of_kind(
    tx: &Tx<'_>,
    today: Date,
    kind: Kind,
) -> Result<Vec<RecordId>, LedgerRefusal> {
    let statement = format!(
        "{} where r.kind = $1 and r.student is null and r.destroyed = 0 order by r.day, r.id",
        ends_of(kind)?
    );
    let found = tx.query(&statement, params![kind.as_str()], read_end)?;
    let held = held(tx)?;
    let over = |(record, ended)| {
        (!held.contains(&record) && is_over(kind, today, ended).is_ok()).then_some(record)
    };
    Ok(found.into_iter().filter_map(over).collect())
}

/// Records that a held student's entries name, or named in some version: the group that the student
/// was in, the meeting on the student's case. They say something about the student, so the hold
/// keeps them too.
pub(super) fn held(tx: &Tx<'_>) -> Result<BTreeSet<RecordId>, SqlError> {
    let mut held = BTreeSet::new();
    for known in KINDS {
        let naming = known.columns.iter().filter(|column| matches!(column.shape, Shape::Record));
        for column in naming {
            let statement = format!(
                "select distinct t.{} from {} t join record r on r.id = t.record
                 where r.student in (select h.student from standing h join legal_hold l
                     on l.record = h.id and l.version = h.version where l.valid_until is null)",
                column.name,
                known.kind.as_str(),
            );
            let named = tx.query(&statement, &[], |row| row.opt_i64(0))?;
            held.extend(named.into_iter().flatten().map(RecordId));
        }
    }
    Ok(held)
}

/// Reads records of a kind as they count now, for [`read_end`].
fn ends_of(kind: Kind) -> Result<String, LedgerRefusal> {
    let (end, table) = (end_of(super::super::browse::kind_of(kind)?), kind.as_str());
    Ok(format!(
        "select r.id, {end} from record r
         join {table} t on t.record = r.id and t.version = r.version"
    ))
}

/// A record, and when it ended.
fn read_end(row: &Row<'_, '_>) -> Result<(RecordId, Option<Date>), SqlError> {
    let ended = row.opt_text(1)?.map(|day| day.parse().map_err(|_| SqlError::Type));
    Ok((RecordId(row.i64(0)?), ended.transpose()?))
}

/// Whether the years of an entry about nobody are over.
fn is_over(kind: Kind, today: Date, ended: Option<Date>) -> Result<(), StillKept> {
    may_destroy(keep(kind, About::Nobody), &nobody(today, ended))
}

/// Whether a single entry about nobody may go, where these records are held.
pub(super) fn check_record(
    tx: &Tx<'_>,
    today: Date,
    record: RecordId,
    held: &BTreeSet<RecordId>,
) -> Result<(), LedgerRefusal> {
    let statement = "select kind, student, destroyed from record where id = $1";
    let found = tx.query_opt(statement, params![record.0], |row| {
        Ok((row.text(0)?, row.opt_i64(1)?, row.bool(2)?))
    })?;
    let (kind, about, destroyed) = found.ok_or(LedgerRefusal::Unknown)?;
    let kind = Kind::from_word(&kind).ok_or(LedgerRefusal::Unknown)?;
    if destroyed {
        return Err(LedgerRefusal::Destroyed);
    }
    if about.is_some() {
        return Err(LedgerRefusal::Unknown);
    }
    let statement = format!("{} where r.id = $1", ends_of(kind)?);
    let found = tx.query_opt(&statement, params![record.0], read_end)?;
    let (_, ended) = found.ok_or(LedgerRefusal::Unknown)?;
    if held.contains(&record) {
        return Err(StillKept::Hold.into());
    }
    Ok(is_over(kind, today, ended)?)
}

/// Whether everything about a student may go; tells how the student left.
pub(super) fn check_student(
    tx: &Tx<'_>,
    today: Date,
    id: StudentId,
    terms: &Terms,
) -> Result<Status, LedgerRefusal> {
    let known = student::one(tx, id.0)?.ok_or(LedgerRefusal::Unknown)?;
    check_known(tx, today, &known, terms)?;
    Ok(known.row.status)
}

fn check_known(
    tx: &Tx<'_>,
    today: Date,
    known: &OnRoll,
    terms: &Terms,
) -> Result<(), LedgerRefusal> {
    let id = StudentId(known.id);
    let holds = read::about::<LegalHold>(tx, known.id)?;
    let facts = Facts {
        ended: Some(known.from),
        today,
        // Whoever leaves on a later day is still there today.
        on_roll: known.row.status.is_on_roll() || known.from > today,
        open_case: has_open_case(tx, id)? || has_open_referral(tx, id)? || has_data_out(tx, id)?,
        hold: holds.iter().any(|kept| kept.entry.until.is_none()),
        closed: closes(tx, known, terms)? < today,
    };
    Ok(may_destroy(Keep::UntilLeaving, &facts)?)
}

/// Whether an agency holds data of the student: without the order nobody would know to ask for
/// them.
///
/// # Errors
/// The store cannot be read.
pub(in crate::ledger) fn has_data_out(tx: &Tx<'_>, id: StudentId) -> Result<bool, SqlError> {
    let orders = read::about::<AgencyOrder>(tx, id.0)?;
    Ok(orders.iter().any(|kept| kept.entry.handed.is_some() && kept.entry.returned.is_none()))
}

/// Whether a referral is under way, an emergency is not signed and reviewed, or somebody who was
/// told to delete has not answered. A notice that nobody may be sent keeps nothing.
///
/// # Errors
/// The store cannot be read.
pub(in crate::ledger) fn has_open_referral(tx: &Tx<'_>, id: StudentId) -> Result<bool, SqlError> {
    let waiting = "select 1 from standing where student = $1 and waiting = 1 and destroyed = 0
        and kind = 'referral' limit 1";
    if tx.query_opt(waiting, params![id.0], |row| row.i64(0))?.is_some() {
        return Ok(true);
    }
    let keeps = |act: &ReferralAct| {
        act.is_unanswered() || (act.event == Event::Emergency && !act.is_answered_for())
    };
    Ok(read::about::<ReferralAct>(tx, id.0)?.iter().any(|kept| keeps(&kept.entry)))
}

/// The first day on which nothing about a student counts any more: off the roll, and after the last
/// event that is counted on its day. A case may be moved out after its student has left, and counts
/// on the day of it.
pub(super) fn gone_from(tx: &Tx<'_>, known: &OnRoll) -> Result<Date, SqlError> {
    let last = "select max(r.day) from record r where r.student = $1 and r.destroyed = 0
        and r.kind in ('alert_case', 'alert_move', 'alert_review', 'first_contact', 'followup',
            'talk', 'counselling_session', 'conference_case', 'duty_report', 'support_given',
            'critical_item', 'interview', 'observation', 'referral', 'referral_act')
        and not exists (select 1 from followup f where f.record = r.id
            and f.version = r.version and f.cancelled = 1)
        and not exists (select 1 from alert_review v where v.record = r.id
            and v.version = r.version and v.cancelled = 1)";
    let last = tx.query_opt(last, params![known.id], |row| row.opt_text(0))?.flatten();
    let last: Option<Date> = last.map(|day| day.parse().map_err(|_| SqlError::Type)).transpose()?;
    let after = last.map(|day| day.checked_add(1.day()).unwrap_or(day));
    Ok(after.map_or(known.from, |day| day.max(known.from)))
}

/// Last day on which anything with the student can be reported by itself or corrected.
fn closes(tx: &Tx<'_>, known: &OnRoll, terms: &Terms) -> Result<Date, SqlError> {
    let closes = closes_on(gone_from(tx, known)?, terms);
    let last = "select max(day) from record where student = $1 and destroyed = 0
        and kind in ('referral', 'referral_act')";
    let last = tx.query_opt(last, params![known.id], |row| row.opt_text(0))?.flatten();
    let last: Option<Date> = last.map(|day| day.parse().map_err(|_| SqlError::Type)).transpose()?;
    Ok(last.map_or(closes, |last| closes.max(cohort_closes_on(last))))
}

/// Last day on which the referrals of the month of a day leave or are corrected: how far they came
/// is first counted long after the month, which is that of the week's Thursday.
fn cohort_closes_on(day: Date) -> Date {
    let to_thursday = 3 - i64::from(day.weekday().to_monday_zero_offset());
    let thursday = day.checked_add(to_thursday.days()).unwrap_or(day);
    let counted = plus_days(thursday.last_of_month(), COHORT_DAYS);
    counted.checked_add(REPORT_DAYS.days()).unwrap_or(Date::MAX)
}

/// Last day on which a period with the student can be reported by itself: until the term is closed,
/// and the school year, which holds all others, is over for long enough.
fn closes_on(gone: Date, terms: &Terms) -> Date {
    let last = gone.checked_sub(1.day()).unwrap_or(gone);
    let term = terms.calendar.current(last);
    let year = Span::of(Period::SchoolYear(school_year_of(last)), &terms.calendar);
    let year_ends = year.map_or(Date::MAX, |span| span.end.max(span.to).max(last));
    let reported = year_ends.checked_add(REPORT_DAYS.days()).unwrap_or(Date::MAX);
    term.map_or(reported, |term| reported.max(term.closed).max(term.end))
}

const fn nobody(today: Date, ended: Option<Date>) -> Facts {
    Facts { ended, today, on_roll: false, open_case: false, hold: false, closed: true }
}

/// The column that says when an entry ended: of what holds for a time its end, else its day.
fn end_of(known: &KindColumns) -> &'static str {
    let ends = ["valid_until", "fixed"];
    let found = ends.into_iter().find(|end| known.columns.iter().any(|c| c.name == *end));
    match found {
        Some("valid_until") => "t.valid_until",
        Some(_) => "t.fixed",
        None => "r.day",
    }
}
