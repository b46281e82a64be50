//! The inspection sheet 督导核验单: figures of process, for an inspector who stands at the school.
//!
//! Counted by the same definitions as `indicator show`, as they stand today. It holds no name and
//! no score, is shown on this school's screen and on paper, and is part of no release: there is no
//! way from here to anything that is sent.

use std::collections::{BTreeSet, HashSet};

use domain::catalogue::{Catalogue, Count};
use domain::cell::Cell;
use domain::period::{Calendar, TermId};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};
use runtime::texts;
use runtime::web::Text;

use crate::indicator::{Facts, IndicatorError};
use crate::ledger::alert::{AlertReview, FirstContact};
use crate::ledger::entry::{Entry, RecordId, StudentId};
use crate::ledger::followup::Followup;
use crate::ledger::governance::Facility;
use crate::ledger::profile::{self, Profile};
use crate::ledger::{case, read, student};
use crate::obligation::works::FACILITY_DAYS;

texts! {
    COVERAGE = "普测覆盖（实测／应测）", "Screening: done of due";
    SECOND = "测评后访谈（完成／应访谈）", "Interviews after screening: done of due";
    CRITICAL = "风险条目 24 小时内处置（处置／出现）", "Critical answers handled in 24 hours";
    MENTORS = "导师配备（已配／在校）", "Students with a mentor";
    TALKED = "本学期谈心（已谈／在校）", "Students talked to this term";
    CONTACT = "首次约谈（按时／应约）", "First contacts in time";
    REVIEW = "研判（按时／应研判）", "Reviews on time";
    PLANNED = "在册个案一生一策（现行／在册）", "Open cases with a current plan";
    FOLLOWUP = "回访（按时／应回访）", "Follow-ups on time";
    SPECIAL = "特殊群体一生一策（已建／应建）", "Special-group students with a plan";
    HELPED = "特殊群体结对帮扶（已结对／应结对）", "Special-group students with a helper";
    CERTIFIED = "心理教师培训合格证（持证／应持）", "Counsellors with the certificate";
    SUPERVISED = "督导下辅导次数", "Supervised sessions";
    LESSONS = "心理课达标学段（达标／全部）", "Stages with enough lessons";
    PARENTS = "家长心理健康教育（达标／学校）", "Parents' programme held";
    CRISIS_PLAN = "危机预案有效（有效／学校）", "Crisis plan current";
    DRILLS = "演练次数", "Drills";
    STAFFED = "专职心理教师配备（达标／应配）", "Full-time counsellor in post";
    OVERDUE_CONTACTS = "逾期未完成的首次约谈", "First contacts overdue today";
    OVERDUE_REVIEWS = "逾期未完成的研判", "Reviews overdue today";
    OVERDUE_FOLLOWUPS = "逾期未完成的回访", "Follow-ups overdue today";
    FACILITIES = "未整改的设施隐患", "Open items of the facility checklist";
    FACILITIES_OLD = "其中超过 30 天未整改", "of these open for more than 30 days";
}

/// One line: what was done, and of how many where there is a number that was due.
#[derive(Clone, Copy)]
pub struct SheetLine {
    /// What it says.
    pub label: Text,
    /// What was done.
    pub done: Cell,
    /// How many were due.
    pub due: Option<Cell>,
}

/// The sheet as it stands on a day.
#[derive(Clone)]
pub struct InspectionSheet {
    /// Chinese and English name of the school.
    pub school: (String, String),
    /// The term that its flows are of.
    pub term: TermId,
    /// The day.
    pub today: Date,
    /// Its lines.
    pub lines: Vec<SheetLine>,
}

/// Lines that are counts of the catalogue: what was done, and what was due.
const COUNTED: [(Text, &str, Option<&str>); 18] = [
    (COVERAGE, "scr.completed", Some("scr.eligible")),
    (SECOND, "scr.second_done", Some("scr.second_due")),
    (CRITICAL, "scr.critical_24h", Some("scr.critical")),
    (MENTORS, "mtr.assigned", Some("base.students")),
    (TALKED, "mtr.talked", Some("base.students")),
    (CONTACT, "alt.contact_ok", Some("alt.contact_due")),
    (REVIEW, "alt.review_ok", Some("alt.review_due")),
    (PLANNED, "alt.planned", Some("alt.open")),
    (FOLLOWUP, "fup.ok", Some("fup.due")),
    (SPECIAL, "spg.planned", Some("spg.unique")),
    (HELPED, "spg.paired", Some("spg.unique")),
    (CERTIFIED, "cert.held", Some("cert.need")),
    (SUPERVISED, "cert.sessions", None),
    (LESSONS, "edu.stage_units_ok", Some("edu.stage_units")),
    (PARENTS, "par.school_ok", Some("base.schools")),
    (CRISIS_PLAN, "evt.plan_current", Some("base.schools")),
    (DRILLS, "evt.drills", None),
    (STAFFED, "stf.school_ok", Some("stf.school_due")),
];

/// Counts the sheet; nothing where the school's profile or the term is not known.
///
/// # Errors
/// The ledger cannot be read, or holds what the catalogue has no place for.
pub fn sheet(
    tx: &Tx<'_>,
    (catalogue, calendar): (&Catalogue, &Calendar),
    today: Date,
    now_ms: i64,
) -> Result<Option<InspectionSheet>, IndicatorError> {
    let Some(profile) = profile::load(tx)? else { return Ok(None) };
    let Some(term) = calendar.current(today) else { return Ok(None) };
    let facts = Facts::of_term(tx, &profile, term, today)?;
    let mut lines = Vec::with_capacity(COUNTED.len() + 5);
    for (label, done, due) in COUNTED {
        let due = due.map(|id| total(&facts, catalogue, id)).transpose()?;
        lines.push(SheetLine { label, done: total(&facts, catalogue, done)?, due });
    }
    lines.extend(overdue(tx, today, now_ms)?);
    let Profile { name_zh, name_en, .. } = profile;
    Ok(Some(InspectionSheet { school: (name_zh, name_en), term: term.id, today, lines }))
}

fn total(facts: &Facts, catalogue: &Catalogue, id: &str) -> Result<Cell, IndicatorError> {
    let count: Option<&Count> = catalogue.count(id);
    count.map_or(Ok(Cell::Unsupported), |count| Ok(facts.figures(catalogue, count)?.total()))
}

/// What is late today, whatever term it was due in; a blank where the school does not keep it.
fn overdue(tx: &Tx<'_>, today: Date, now_ms: i64) -> Result<Vec<SheetLine>, SqlError> {
    let open: HashSet<RecordId> =
        case::open_now(tx)?.into_iter().map(|now| now.case.record).collect();
    let old = |item: &Facility| domain::ledger::day::plus_days(item.found, FACILITY_DAYS) < today;
    let waiting = read::waiting::<Followup>(tx)?;
    let waiting: BTreeSet<StudentId> = waiting.iter().map(|kept| kept.entry.student).collect();
    let gone = student::gone_by(tx, today, &waiting)?;
    Ok(vec![
        // A case that has left asks for no first contact any more, as on the work list.
        line::<FirstContact>(tx, OVERDUE_CONTACTS, |contact| {
            let is_late = contact.done_at.is_none() && contact.due_at.0 < now_ms;
            is_late && open.contains(&contact.case)
        })?,
        line::<AlertReview>(tx, OVERDUE_REVIEWS, |review| {
            review.done.is_none() && !review.cancelled && review.due < today
        })?,
        line::<Followup>(tx, OVERDUE_FOLLOWUPS, |followup| {
            // Nor does a student who has left, but for a case that is to be moved out.
            let is_late = followup.is_open() && followup.due < today;
            let is_of_open = followup.case.is_some_and(|case| open.contains(&case));
            is_late && (is_of_open || !gone.contains(&followup.student))
        })?,
        line::<Facility>(tx, FACILITIES, |item| item.fixed.is_none())?,
        line::<Facility>(tx, FACILITIES_OLD, |item| item.fixed.is_none() && old(item))?,
    ])
}

fn line<T: Entry>(
    tx: &Tx<'_>,
    label: Text,
    counts: impl Fn(&T) -> bool,
) -> Result<SheetLine, SqlError> {
    let done = match read::kept_since::<T>(tx)? {
        None => Cell::NotReported,
        Some(_) => {
            let found = read::all::<T>(tx)?;
            Cell::Value(found.iter().filter(|kept| counts(&kept.entry)).count() as u64)
        }
    };
    Ok(SheetLine { label, done, due: None })
}

#[cfg(test)]
mod tests;
