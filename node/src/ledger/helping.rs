//! Individual plans 一生一策 and named helpers 一对一: who should have one, who has, and what is late.
//!
//! Students in a tier need a plan; students of special groups and with a special physique need a
//! plan and one helper. Each reader sees whom the table of authority lets see, area by area, and
//! whoever is named is logged.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::ledger::terms::Tier;
use domain::ledger::words::{Group, Physique, Word as _};
use domain::ledger::{Action, Area};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::browse::purpose_of;
use super::entry::{Kept, RecordId, StaffId, StudentId};
use super::physique::PhysiqueCase;
use super::scope::Scope;
use super::special_group::{FamilyCase, Helper, Plan, SupportGiven};
use super::{access, case, read, student};

/// A student who should have a plan.
#[derive(Clone, Default)]
pub struct HelpLine {
    /// Tier of the open case, for who may know it.
    pub tier: Option<Tier>,
    /// Special groups.
    pub groups: Vec<Group>,
    /// Special physiques, with the one line for an emergency.
    pub physique: Option<(Vec<Physique>, String)>,
    /// The plan: record, last day before its review, who is responsible.
    pub plan: Option<(RecordId, Date, StaffId)>,
    /// The named helper.
    pub helper: Option<StaffId>,
    /// Support given since the first day asked for.
    pub support: usize,
}

impl HelpLine {
    /// Whether a named helper is asked for beside the plan.
    #[must_use]
    pub const fn needs_helper(&self) -> bool {
        !self.groups.is_empty() || self.physique.is_some()
    }

    /// Whether something is missing or late on a day.
    #[must_use]
    pub fn has_gap(&self, today: Date) -> bool {
        let is_planned = self.plan.as_ref().is_some_and(|(_, review_by, _)| *review_by >= today);
        !is_planned || (self.needs_helper() && self.helper.is_none())
    }
}

/// Students of one page.
pub const LISTED: usize = 100;

/// One page of those who should have a plan.
pub struct HelpPage {
    /// Who stands on it: first those with a gap, the gravest tier before the others.
    pub lines: Vec<(StudentId, HelpLine)>,
    /// How many there are on all pages.
    pub total: usize,
    /// Of these, with a gap.
    pub gaps: usize,
    /// How many of each special group, whatever group is asked for.
    pub groups: Vec<(Group, usize)>,
    /// Which page it is; the last one where a later one was asked for.
    pub page: usize,
}

/// A page of the students on the roll who should have a plan, of one special group or of all, as
/// far as the reader may see; who stands on it is logged, and nobody else.
///
/// # Errors
/// The store cannot be read.
pub fn overview(
    tx: &Tx<'_>,
    reader: &Author,
    since: Date,
    (group, page): (Option<Group>, usize),
) -> Result<HelpPage, SqlError> {
    let (today, all) = (reader.today(), all(tx, reader, since)?);
    let of_group = |group: &Group| all.values().filter(|line| line.groups.contains(group)).count();
    let groups = Group::ALL.iter().map(|group| (*group, of_group(group))).collect();
    let is_wanted = |line: &HelpLine| group.is_none_or(|group| line.groups.contains(&group));
    let mut lines: Vec<_> = all.into_iter().filter(|(_, line)| is_wanted(line)).collect();
    let (total, gaps) = (lines.len(), lines.iter().filter(|(_, line)| line.has_gap(today)).count());
    lines.sort_by_key(|(student, line)| {
        (!line.has_gap(today), std::cmp::Reverse(line.tier), *student)
    });
    let page = page.min(total.saturating_sub(1) / LISTED);
    let lines: Vec<_> = lines.into_iter().skip(page * LISTED).take(LISTED).collect();
    let named: BTreeSet<StudentId> = lines.iter().map(|(student, _)| *student).collect();
    access::log_list(tx, reader, &named, purpose_of(reader.role()))?;
    Ok(HelpPage { lines, total, gaps, groups, page })
}

/// Every student on the roll who should have a plan, as far as the reader may see. Whom of them a
/// page names is logged there.
fn all(
    tx: &Tx<'_>,
    reader: &Author,
    since: Date,
) -> Result<BTreeMap<StudentId, HelpLine>, SqlError> {
    let today = reader.today();
    let scope = |area| Scope::of(tx, reader, Action::Read(area));
    let (alert, family, physique) =
        (scope(Area::Alert)?, scope(Area::Family)?, scope(Area::Physique)?);
    let mut lines: BTreeMap<StudentId, HelpLine> = BTreeMap::new();
    for now in case::open_now(tx)? {
        let student = now.case.entry.student;
        if alert.has(student) {
            lines.entry(student).or_default().tier = Some(now.tier);
        }
    }
    for Kept { entry, .. } in read::at::<FamilyCase>(tx, today)? {
        if family.has(entry.student) {
            let groups = entry.groups.as_slice().to_vec();
            lines.entry(entry.student).or_default().groups = groups;
        }
    }
    for Kept { entry, .. } in read::at::<PhysiqueCase>(tx, today)? {
        if physique.has(entry.student) {
            let kinds = (entry.kinds.as_slice().to_vec(), entry.emergency_line);
            lines.entry(entry.student).or_default().physique = Some(kinds);
        }
    }
    let on_roll: BTreeSet<i64> =
        student::roll_at(tx, today)?.into_iter().map(|pupil| pupil.id).collect();
    lines.retain(|student, _| on_roll.contains(&student.0));
    help(tx, &scope(Area::Plan)?, (since, today), &mut lines)?;
    Ok(lines)
}

/// Adds plan, helper and support to those who are listed.
fn help(
    tx: &Tx<'_>,
    scope: &Scope,
    (since, today): (Date, Date),
    lines: &mut BTreeMap<StudentId, HelpLine>,
) -> Result<(), SqlError> {
    for Kept { record, entry, .. } in read::at::<Plan>(tx, today)? {
        if let Some(line) = lines.get_mut(&entry.student).filter(|_| scope.has(entry.student)) {
            line.plan = Some((record, entry.review_by, entry.responsible));
        }
    }
    for Kept { entry, .. } in read::at::<Helper>(tx, today)? {
        if let Some(line) = lines.get_mut(&entry.student).filter(|_| scope.has(entry.student)) {
            line.helper = Some(entry.staff);
        }
    }
    let mut given: HashMap<StudentId, usize> = HashMap::new();
    for Kept { entry, .. } in read::in_period::<SupportGiven>(tx, since, today)? {
        *given.entry(entry.student).or_default() += 1;
    }
    for (student, line) in lines.iter_mut().filter(|(student, _)| scope.has(**student)) {
        line.support = given.get(student).copied().unwrap_or(0);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::ledger::SchoolRole;
    use domain::ledger::terms::PlanReason;
    use domain::ledger::words::Move;
    use jiff::ToSpan as _;

    use super::super::entry::Words;
    use super::super::guard_tests::{CHILD, author, counsellor, head, run, school};
    use super::super::testing::{AS_OF, School, TODAY, TestPupil, wish};
    use super::super::write;
    use super::*;

    const SECOND: StudentId = StudentId(2);

    fn lives() -> School {
        let school = school();
        run(&school, |tx| {
            case::open(tx, &counsellor(), CHILD, TODAY, &wish(Move::Opened, Some(Tier::T2), 1))?;
            let family = FamilyCase {
                from: TODAY,
                student: SECOND,
                groups: Words::new([Group::LeftBehind]),
                situation: String::new(),
                until: None,
            };
            write::add(tx, &head(), &family)
        })
        .expect("lives");
        school
    }

    fn seen(school: &School, by: Author) -> BTreeMap<StudentId, HelpLine> {
        run(school, move |tx| Ok(all(tx, &by, AS_OF)?)).expect("read")
    }

    fn plan(review_by: Date) -> Plan {
        Plan {
            from: TODAY,
            student: SECOND,
            why: Words::new([PlanReason::Family]),
            goals: "每周与父母通话".to_owned(),
            measures: "班主任每周一次谈心".to_owned(),
            responsible: StaffId(4),
            review_by,
            until: None,
        }
    }

    /// A student in a tier lacks a plan; one of a special group lacks a plan and a helper, and a
    /// plan whose review is late is a gap again.
    #[test]
    fn gaps_are_plan_helper_and_review() {
        let school = lives();
        let lines = seen(&school, head());
        assert_eq!(lines[&CHILD].tier, Some(Tier::T2));
        assert!(lines.values().all(|line| line.has_gap(TODAY)) && lines.len() == 2);
        assert!(!lines[&CHILD].needs_helper() && lines[&SECOND].needs_helper());
        run(&school, |tx| write::add(tx, &head(), &plan(TODAY + 10.days()))).expect("plan");
        assert!(seen(&school, head())[&SECOND].has_gap(TODAY), "the helper is missing");
        let helper = Helper { from: TODAY, student: SECOND, staff: StaffId(4), until: None };
        run(&school, move |tx| write::add(tx, &head(), &helper)).expect("helper");
        let lines = seen(&school, head());
        assert!(!lines[&SECOND].has_gap(TODAY));
        assert!(lines[&SECOND].has_gap(TODAY + 11.days()), "the review is late");
    }

    /// Gaps come first, however late on the roll they stand; a page names so many and logs these,
    /// and the next page the others.
    #[test]
    fn a_page_logs_whom_it_names_and_gaps_come_first() {
        let school = School::new();
        let pupils = u32::try_from(LISTED).expect("small") + 20;
        school.roster(&(0..pupils).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
        school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "导师"), (4, "班主任")]);
        let last = i64::from(pupils);
        run(&school, move |tx| {
            for student in (1..=last).map(StudentId) {
                let groups = Words::new([Group::LeftBehind]);
                let situation = String::new();
                let family = FamilyCase { from: TODAY, student, groups, situation, until: None };
                write::add(tx, &head(), &family)?;
                if student.0 > last - 10 {
                    continue;
                }
                let plan = Plan { student, ..plan(TODAY + 10.days()) };
                write::add(tx, &head(), &plan)?;
                let helper = Helper { from: TODAY, student, staff: StaffId(4), until: None };
                write::add(tx, &head(), &helper)?;
            }
            Ok(())
        })
        .expect("lives");
        let page = |number| {
            run(&school, move |tx| Ok(overview(tx, &head(), AS_OF, (None, number))?)).expect("page")
        };
        let first = page(0);
        assert_eq!((first.lines.len(), first.total, first.gaps), (LISTED, LISTED + 20, 10));
        let gaps = first.lines.iter().take(10).map(|(student, _)| student.0);
        assert_eq!(gaps.collect::<Vec<_>>(), (last - 9..=last).collect::<Vec<_>>());
        assert_eq!(school.rows("access_log"), LISTED as u64);
        assert_eq!((page(1).lines.len(), page(9).page), (20, 1));
        assert_eq!(school.rows("access_log"), LISTED as u64 + 20);
        let none = run(&school, |tx| Ok(overview(tx, &head(), AS_OF, (Some(Group::Poverty), 0))?));
        let none = none.expect("page");
        assert!(none.lines.is_empty() && none.groups.contains(&(Group::LeftBehind, LISTED + 20)));
    }

    /// The class teacher of other students sees nobody; nobody unseen is logged.
    #[test]
    fn nobody_sees_more_than_the_table_says() {
        let school = lives();
        let before = school.rows("access_log");
        let teacher = author("ban", SchoolRole::ClassTeacher, 4);
        let page = run(&school, move |tx| Ok(overview(tx, &teacher, AS_OF, (None, 0))?));
        assert!(page.expect("page").lines.is_empty());
        assert_eq!(school.rows("access_log"), before);
    }
}
