//! Who may do what at the school: one table of role and action.
//!
//! The table is the whole of it: nothing else in the product widens a right. A student's record
//! needs, beside the right, a purpose that is logged; `OnCase` and `OwnStudents` are facts that the
//! ledgers prove at the moment of asking.

use super::kind::Area;
use super::words::{Word, word_list};

word_list!(
    /// What a person is at the school, as far as the ledgers care.
    SchoolRole {
        Counsellor = "counsellor", "心理教师", "Counsellor";
        MoralHead = "moral-head", "德育主任", "Moral-education head";
        Principal = "principal", "校长", "Principal";
        ClassTeacher = "class-teacher", "班主任", "Class teacher";
        Mentor = "mentor", "导师", "Mentor";
        Operator = "operator", "学校信息管理员", "School IT";
        Auditor = "auditor", "审计员", "Auditor";
    }
);

word_list!(
    /// Acts that are more than reading or writing an entry.
    Act {
        RaiseTier = "raise_tier", "列入或升级", "Enter a case or raise its tier";
        LowerTier = "lower_tier", "降级", "Lower a tier";
        CloseCase = "close_case", "解除预警", "Take a case off the ledger";
        Countersign = "countersign", "第二人确认", "Sign as the second person";
        GrantAccess = "grant_access", "批准查阅", "Let somebody onto a case";
        HandleCritical = "handle_critical", "处置危险条目", "Answer a critical item";
        Analyse = "analyse", "研判导师提交的学生", "Analyse a raised concern";
        Survey = "survey", "匿名调研", "Ask an anonymous survey";
        ReviewEmergency = "review_emergency", "复核紧急转介", "Review an emergency referral";
        IssueCertificate = "issue_certificate", "颁发证书", "Issue a certificate";
        PlaceHold = "place_hold", "依法留存", "Place a legal hold";
        LiftHold = "lift_hold", "解除留存", "Lift a legal hold";
        Destroy = "destroy", "销毁记录", "Destroy records";
        ExportFigures = "export_figures", "导出本校准确数字", "Write the school's exact figures";
        ReadCounts = "read_counts", "查看统计", "See counts";
        ReadAudit = "read_audit", "查看审计", "Read the audit log";
        RunSystem = "run_system", "系统运维", "Health, backup and updates";
    }
);

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Read entries of an area.
    Read(Area),
    /// Add or change entries of an area.
    Write(Area),
    /// Something that has its own rule.
    Do(Act),
}

/// What the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Authority {
    /// Never.
    Never,
    /// Students of the own class or mentorship, or of a case that the person is on.
    OwnStudents,
    /// Only on a case that the person is on.
    OnCase,
    /// Only once a second person has agreed.
    NeedsSecond,
    /// As it is asked.
    Allowed,
}

/// What is known about the person and the student at the moment of asking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Owner of the case, named helper, member of the case, or let in with a reason and an end.
    pub on_case: bool,
    /// Class teacher or mentor of the student today.
    pub own_student: bool,
    /// A second person has agreed.
    pub second_agreed: bool,
}

/// Every action, in the order of the table.
pub fn actions() -> impl Iterator<Item = Action> {
    let areas = Area::ALL.iter().flat_map(|area| [Action::Read(*area), Action::Write(*area)]);
    areas.chain(Act::ALL.iter().map(|act| Action::Do(*act)))
}

/// What the table says about a role and an action.
#[must_use]
pub const fn authority(role: SchoolRole, action: Action) -> Authority {
    match action {
        Action::Read(area) => read(role, area),
        Action::Write(area) => write(role, area),
        Action::Do(act) => acts(role, act),
    }
}

/// Whether the table lets it happen now.
#[must_use]
pub const fn permits(role: SchoolRole, action: Action, standing: Standing) -> bool {
    match authority(role, action) {
        Authority::Never => false,
        Authority::Allowed => true,
        Authority::OnCase => standing.on_case,
        Authority::OwnStudents => standing.on_case || standing.own_student,
        Authority::NeedsSecond => standing.second_agreed,
    }
}

const fn read(role: SchoolRole, area: Area) -> Authority {
    use Authority as A;
    match (role, area) {
        // Whoever may be meant reads nothing: the head of the school and of its moral education.
        (SchoolRole::Counsellor, Area::Conduct) => A::Never,
        (SchoolRole::Counsellor, _) => A::Allowed,
        (SchoolRole::MoralHead, Area::Screening | Area::Session) => A::OnCase,
        (SchoolRole::MoralHead, _) => A::Allowed,
        (SchoolRole::Principal, area) if area.is_about_students() => A::OnCase,
        (SchoolRole::Principal, _) => A::Allowed,
        (SchoolRole::ClassTeacher | SchoolRole::Mentor, area) => read_as_teacher(area),
        (SchoolRole::Operator, Area::StaffRoll | Area::Governance)
        | (SchoolRole::Auditor, Area::Governance) => A::Allowed,
        (SchoolRole::Operator | SchoolRole::Auditor, _) => A::Never,
    }
}

/// Class teachers and mentors: their own students, and no score, session or report.
const fn read_as_teacher(area: Area) -> Authority {
    match area {
        Area::Roll | Area::Observation | Area::Talk | Area::Family | Area::Physique => {
            Authority::OwnStudents
        }
        Area::Plan | Area::Consent => Authority::OwnStudents,
        Area::Alert | Area::Conference | Area::Followup | Area::Referral => Authority::OnCase,
        Area::Teaching => Authority::Allowed,
        Area::Screening
        | Area::Session
        | Area::DutyReport
        | Area::StaffRoll
        | Area::Training
        | Area::Governance
        | Area::Conduct
        | Area::Retention => Authority::Never,
    }
}

const fn write(role: SchoolRole, area: Area) -> Authority {
    use Authority as A;
    match (role, area) {
        (SchoolRole::Counsellor, Area::StaffRoll | Area::Retention | Area::Conduct) => A::Never,
        (SchoolRole::Counsellor, _) => A::Allowed,
        (SchoolRole::MoralHead, Area::Screening | Area::Session) => A::Never,
        (SchoolRole::MoralHead, _) => A::Allowed,
        (
            SchoolRole::Principal,
            Area::Governance | Area::StaffRoll | Area::Retention | Area::Conduct,
        ) => A::Allowed,
        (SchoolRole::ClassTeacher, Area::Consent | Area::Family | Area::Physique) => A::OwnStudents,
        (SchoolRole::ClassTeacher | SchoolRole::Mentor, Area::Observation | Area::Talk) => {
            A::OwnStudents
        }
        (SchoolRole::ClassTeacher | SchoolRole::Mentor, Area::Plan | Area::Followup) => A::OnCase,
        (SchoolRole::ClassTeacher | SchoolRole::Mentor, Area::Teaching) => A::Allowed,
        _ => A::Never,
    }
}

const fn acts(role: SchoolRole, act: Act) -> Authority {
    use Authority as A;
    use SchoolRole as R;
    match (act, role) {
        (
            Act::RaiseTier | Act::HandleCritical | Act::Analyse | Act::Survey,
            R::Counsellor | R::MoralHead,
        )
        | (Act::Countersign, R::Counsellor | R::MoralHead)
        | (Act::GrantAccess, R::MoralHead)
        | (Act::IssueCertificate | Act::ReviewEmergency, R::MoralHead)
        | (Act::PlaceHold, R::MoralHead | R::Principal)
        | (Act::ExportFigures, R::Principal)
        | (Act::ReadAudit, R::Auditor | R::MoralHead)
        | (Act::RunSystem, R::Operator) => A::Allowed,
        (Act::Countersign | Act::ReviewEmergency, R::Principal) => A::OnCase,
        (Act::LowerTier | Act::CloseCase, R::Counsellor | R::MoralHead)
        | (Act::LiftHold | Act::Destroy, R::MoralHead | R::Principal) => A::NeedsSecond,
        (Act::ReadCounts, R::ClassTeacher | R::Mentor) => A::Never,
        (Act::ReadCounts, _) => A::Allowed,
        _ => A::Never,
    }
}

/// Whether a role may read anything about a student.
#[must_use]
pub fn reads_students(role: SchoolRole) -> bool {
    let mut areas = Area::ALL.iter().filter(|area| area.is_about_students());
    areas.any(|area| read(role, *area) != Authority::Never)
}

/// Whether somebody makes and changes accounts of a role.
///
/// Who looks after the machine makes no account that could read about a student: it would be a way
/// to read about students.
#[must_use]
pub fn administers(by: SchoolRole, of: SchoolRole) -> bool {
    match by {
        SchoolRole::MoralHead | SchoolRole::Principal => true,
        SchoolRole::Operator => !reads_students(of),
        _ => false,
    }
}

/// Whether it takes two persons to give somebody a way in with this role: it reads about students,
/// or it is one of the two wherever two are needed.
#[must_use]
pub fn needs_two_to_open(role: SchoolRole) -> bool {
    reads_students(role) || administers(role, SchoolRole::Auditor)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// School IT looks after accounts that read no student, the heads after all, nobody else any.
    #[test]
    fn accounts_of_readers_are_made_by_heads() {
        use SchoolRole as R;
        for of in SchoolRole::ALL {
            assert_eq!(administers(R::Operator, *of), matches!(of, R::Operator | R::Auditor));
            assert!(administers(R::Principal, *of) && administers(R::MoralHead, *of));
            for by in [R::Counsellor, R::ClassTeacher, R::Mentor, R::Auditor] {
                assert!(!administers(by, *of), "{by:?}");
            }
        }
    }

    /// Only an auditor, who reads no student and signs nothing, is let in by one person alone.
    #[test]
    fn only_an_auditor_is_let_in_by_one_person() {
        for of in SchoolRole::ALL {
            assert_eq!(needs_two_to_open(*of), *of != SchoolRole::Auditor, "{of:?}");
        }
    }

    const SHAPES: [Standing; 4] = [
        Standing { on_case: false, own_student: false, second_agreed: false },
        Standing { on_case: true, own_student: false, second_agreed: false },
        Standing { on_case: false, own_student: true, second_agreed: false },
        Standing { on_case: true, own_student: true, second_agreed: true },
    ];

    fn is_about_students(action: Action) -> bool {
        match action {
            Action::Read(area) | Action::Write(area) => area.is_about_students(),
            Action::Do(act) => !matches!(
                act,
                Act::ReadCounts | Act::ReadAudit | Act::RunSystem | Act::IssueCertificate
            ),
        }
    }

    /// The table as people read it, one line a role and action: a change of a right shows here.
    #[test]
    fn the_table_of_authority_is_this_one() {
        let mut table = String::new();
        for action in actions() {
            let name = match action {
                Action::Read(area) => format!("read {}", area.as_str()),
                Action::Write(area) => format!("write {}", area.as_str()),
                Action::Do(act) => format!("do {}", act.as_str()),
            };
            table.push_str(&format!("{name:22}"));
            for role in SchoolRole::ALL {
                let said = match authority(*role, action) {
                    Authority::Never => "-",
                    Authority::OwnStudents => "own",
                    Authority::OnCase => "case",
                    Authority::NeedsSecond => "second",
                    Authority::Allowed => "yes",
                };
                table.push_str(&format!(" {said:6}"));
            }
            let line = table.trim_end().len();
            table.truncate(line);
            table.push('\n');
        }
        assert_eq!(table, include_str!("authority.txt"), "\n{table}");
    }

    /// School IT and the auditor reach no student, whatever is claimed about a case.
    #[test]
    fn school_it_and_the_auditor_reach_no_student() {
        for action in actions().filter(|action| is_about_students(*action)) {
            for standing in SHAPES {
                assert!(!permits(SchoolRole::Operator, action, standing), "{action:?}");
                assert!(!permits(SchoolRole::Auditor, action, standing), "{action:?}");
            }
        }
    }

    /// A principal reads students' records on a case only, and never writes about a student.
    #[test]
    fn a_principal_reads_cases_that_he_is_on() {
        for area in Area::ALL.iter().filter(|area| area.is_about_students()) {
            assert_eq!(authority(SchoolRole::Principal, Action::Read(*area)), Authority::OnCase);
            if *area != Area::Retention {
                assert_eq!(
                    authority(SchoolRole::Principal, Action::Write(*area)),
                    Authority::Never
                );
            }
        }
    }

    /// Teachers and mentors see no score and no session, not even of their own students.
    #[test]
    fn teachers_never_see_scores() {
        for role in [SchoolRole::ClassTeacher, SchoolRole::Mentor] {
            for area in [Area::Screening, Area::Session] {
                for standing in SHAPES {
                    assert!(!permits(role, Action::Read(area), standing));
                }
            }
        }
    }

    /// Nobody alone lowers a tier, closes a case, lifts a hold or destroys.
    #[test]
    fn what_protects_a_child_needs_two_to_take_away() {
        let alone = Standing { on_case: true, own_student: true, second_agreed: false };
        for act in [Act::LowerTier, Act::CloseCase, Act::LiftHold, Act::Destroy] {
            for role in SchoolRole::ALL {
                assert!(!permits(*role, Action::Do(act), alone), "{role:?} {act:?}");
            }
        }
    }
}
