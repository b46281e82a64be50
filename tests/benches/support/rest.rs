//! What five years of a large school hold beside talks, sessions, cases and lessons: entries of
//! every other ledger, through the same doors and from the same printed rule.

use domain::catalogue::{Grade, Stage};
use domain::ledger::consent::{Answer, DataClass, Purpose};
use domain::ledger::critical::CriticalLevel;
use domain::ledger::terms::{
    ActivityTag, AgeBand, AnalysisDecision, AppointmentOutcome, ContactWay, InterviewResult,
    LiaisonParty, PlanReason, Post, Relation, SchoolPlanKind, SessionOrigin, SessionTopic,
};
use domain::ledger::words::{
    ActivityKind, Course, EventMode, Form, Group, ParentEventKind, Physique, ReportKind, Service,
    StaffRole, Support, TalkTopic,
};
use domain::ledger::{Tier, Word as _};
use domain::referral::{Concern, RiskNow, Urgency};
use jiff::ToSpan as _;
use jiff::civil::Date;
use node::ledger::agency::AgencyOrder;
use node::ledger::analysis::Analysis;
use node::ledger::appointment::Appointment;
use node::ledger::author::Author;
use node::ledger::conference::{Conference, ConferenceCase};
use node::ledger::consent::{self, Consent, DutyReport};
use node::ledger::critical::{CriticalItem, Interview, Observation};
use node::ledger::custody::Custody;
use node::ledger::entry::{AuthorNote, Moment, RecordId, StaffId, StudentId, Words};
use node::ledger::governance::{
    Budget, ConductComplaint, Drill, ExpertVisit, Facility, PostHolder, SchoolPlan, SchoolTarget,
    SchoolYear,
};
use node::ledger::liaison::CaseContact;
use node::ledger::physique::PhysiqueCase;
use node::ledger::qualification::SecrecyPledge;
use node::ledger::referral;
use node::ledger::refusal::LedgerRefusal;
use node::ledger::roll::{CaseMember, ClassRep, ClassTeacher, Guardian};
use node::ledger::session::{GroupMember, Session};
use node::ledger::special_group::{FamilyCase, Helper, Plan, SupportGiven};
use node::ledger::talk::Talk;
use node::ledger::teaching::{Activity, Committee, CommitteeMeeting, ParentEvent, ParentMaterial};
use node::ledger::teaching_case::TeachingCase;
use node::ledger::training::{Certificate, Supervision, Supervisor, TrainingRecord};
use node::ledger::write;
use runtime::sql::Tx;

type Done = Result<(), LedgerRefusal>;

fn text(text: &str) -> String {
    text.to_owned()
}

/// What is entered once: guardians, posts, plans, groups, physiques, and who supervises whom.
pub fn found(tx: &Tx<'_>, (by, head): (&Author, &Author), day: Date, students: i64) -> Done {
    for id in 1..=students {
        about_student(tx, (by, head), (id, day))?;
    }
    for place in 0..108_i64 {
        let grade = Grade::school(u8::try_from(1 + place % 9).expect("grade")).expect("grade");
        let (class, staff) = (format!("{}班", 1 + place / 9), StaffId(10 + place));
        write::add(tx, head, &ClassTeacher { from: day, grade, class, staff, until: None })?;
        let edition = text("2026-1");
        write::add(tx, head, &SecrecyPledge { from: day, staff, edition, until: None })?;
    }
    for (post, staff) in Post::ALL.iter().zip([1, 3, 2]) {
        let (phone, handover, staff) = (text("0532-1"), String::new(), StaffId(staff));
        let one = PostHolder { from: day, post: *post, staff, phone, handover, until: None };
        write::add(tx, head, &one)?;
    }
    for staff in [3, 4, 5] {
        let (staff, expert) = (StaffId(staff), text("督导师"));
        write::add(tx, head, &Supervisor { from: day, staff, expert, until: None })?;
    }
    Ok(())
}

/// A guardian for everybody; a line of the other ledgers for some.
fn about_student(tx: &Tx<'_>, (by, head): (&Author, &Author), (id, from): (i64, Date)) -> Done {
    let student = StudentId(id);
    let guardian = Guardian {
        from,
        student,
        name: format!("家长{id}"),
        relation: Relation::Mother,
        phone: text("13800000000"),
        do_not_contact: false,
        objects: false,
        until: None,
    };
    write::add(tx, by, &guardian)?;
    let staff = StaffId(10 + id % 250);
    if id % 20 == 0 {
        let groups = Words::new(Group::ALL.iter().copied().take(1));
        let situation = text("随祖辈生活");
        write::add(tx, by, &FamilyCase { from, student, groups, situation, until: None })?;
        write::add(tx, by, &Helper { from, student, staff, until: None })?;
        let plan = Plan {
            from,
            student,
            why: Words::new([PlanReason::Family]),
            goals: text("按时到校"),
            measures: text("每周谈心"),
            responsible: staff,
            review_by: from + (1_700 + id % 300).days(),
            until: None,
        };
        write::add(tx, by, &plan)?;
    }
    if id % 45 == 0 {
        let kinds = Words::new(Physique::ALL.iter().copied().take(1));
        let emergency_line = text("剧烈运动前请告知校医");
        write::add(tx, by, &PhysiqueCase { from, student, kinds, emergency_line, until: None })?;
    }
    if id % 46 == 0 {
        let trained = Some(from);
        write::add(tx, by, &ClassRep { from, student, trained, until: None, trained_by: None })?;
    }
    if id % 500 == 0 {
        let hold = consent::place_hold(tx, head, student, "区教育局", None)?;
        let custody = Custody {
            day: from,
            student,
            hold,
            item: text("心理辅导记录复印件"),
            receiver: text("区公安分局"),
            staff: StaffId(2),
            detail: String::new(),
            returned: None,
        };
        write::add(tx, head, &custody)?;
        let until = Some(from + 60.days());
        write::add(tx, head, &CaseMember { from, student, staff: StaffId(30), until })?;
    }
    Ok(())
}

/// What begins anew each school year.
pub fn year(
    tx: &Tx<'_>,
    head: &Author,
    from: Date,
    school_year: u32,
) -> Result<RecordId, LedgerRefusal> {
    let year = SchoolYear { from, school_year, is_small: false, equal_treatment: true };
    write::add(tx, head, &year)?;
    for what in SchoolPlanKind::ALL {
        let plan = SchoolPlan {
            from,
            what: *what,
            plan_version: school_year.to_string(),
            title: text("学年方案"),
            signed_by_head: Some(from),
            reviewed: None,
            until: Some(from + 1.year()),
        };
        let plan = write::add(tx, head, &plan)?;
        let target = SchoolTarget {
            due: from + 300.days(),
            plan,
            goals: text("全校学生每学期至少谈心一次"),
            responsible: Some(StaffId(2)),
            done: None,
            detail: String::new(),
        };
        write::add(tx, head, &target)?;
    }
    let planned =
        Budget {
            day: from, school_year, planned_yuan: 60_000, spent_yuan: 0, what: text("专项")
        };
    write::add(tx, head, &planned)?;
    let material = ParentMaterial {
        from,
        title: text("读懂孩子的情绪"),
        course: Course::Identify,
        stage: None,
        edition: format!("{school_year} 年秋"),
        copies: 5_000,
        until: None,
        leader: None,
    };
    write::add(tx, head, &material)?;
    let committee = Committee {
        from,
        chair: text("家长代表"),
        members: 12,
        has_psychology_group: true,
        until: Some(from + 1.year()),
    };
    write::add(tx, head, &committee)
}

/// A week of everything else, about no student.
pub fn school_week(
    tx: &Tx<'_>,
    head: &Author,
    (day, n): (Date, i64),
    (committee, school_year): (RecordId, u32),
) -> Done {
    taught(tx, head, (day, n))?;
    kept_up(tx, head, (day, n), school_year)?;
    supervised(tx, head, (day, n))?;
    if n % 4 == 0 {
        let (topics, attendances) = (text("亲子沟通"), 9);
        write::add(tx, head, &CommitteeMeeting { day, committee, topics, attendances })?;
        let confirmed = (n % 40 == 0).then_some(day);
        write::add(tx, head, &ConductComplaint { day, confirmed, until: None })?;
    }
    Ok(())
}

/// Activities, events for parents and trainings of a week.
fn taught(tx: &Tx<'_>, head: &Author, (day, n): (Date, i64)) -> Done {
    let staff = StaffId(10 + n % 250);
    let activity = Activity {
        day,
        what: Some(ActivityKind::ClassMeeting),
        tags: Words::new(ActivityTag::ALL.iter().copied().take(2)),
        stage: None,
        grade: None,
        class: String::new(),
        title: text("心理健康月活动"),
        leader: Some(staff),
    };
    let training = TrainingRecord {
        day,
        staff,
        role: StaffRole::Mentor,
        course: Course::Identify,
        title: text("心理辅导能力提升"),
        hours: 4,
        organiser: text("区教育学院"),
    };
    for _ in 0..5 {
        write::add(tx, head, &activity)?;
        write::add(tx, head, &training)?;
    }
    let event = ParentEvent {
        day,
        what: ParentEventKind::ParentSchool,
        stage: None,
        title: text("如何陪伴青春期孩子"),
        attendances: 120,
        leader: Some(staff),
    };
    write::add(tx, head, &event).map(drop)
}

/// Visits, drills, facilities and money of a week.
fn kept_up(tx: &Tx<'_>, head: &Author, (day, n): (Date, i64), school_year: u32) -> Done {
    let visit = ExpertVisit {
        day,
        service: Service::Lecture,
        expert: text("签约专家"),
        topic: text("青少年情绪调节"),
        hours: 2,
    };
    write::add(tx, head, &visit)?;
    if n % 4 == 0 {
        let drill = Drill {
            day,
            mode: EventMode::Normal,
            scenario: text("学生失联"),
            minutes: 25,
            participants: 20,
            through_channel: false,
            findings: text("夜间联系方式需更新"),
        };
        write::add(tx, head, &drill)?;
    }
    let (fixed, responsible) = ((n % 9 > 0).then_some(day), Some(StaffId(2)));
    let (place, item) = (text("教学楼顶层"), text("天台门锁"));
    write::add(tx, head, &Facility { found: day, place, item, responsible, fixed })?;
    let spent = Budget { day, school_year, planned_yuan: 0, spent_yuan: 800, what: text("沙盘") };
    write::add(tx, head, &spent).map(drop)
}

/// A session under supervision a week; whoever has enough is given the certificate, once.
fn supervised(tx: &Tx<'_>, head: &Author, (day, n): (Date, i64)) -> Done {
    let staff = StaffId(3 + n % 3);
    let form = if n / 3 % 4 == 0 { Form::Group } else { Form::Individual };
    let (supervisor, sheet_digest) = (text("督导师"), None);
    let one = Supervision { day, staff, form, supervisor, signed: Some(day), sheet_digest };
    write::add(tx, head, &one)?;
    if (100..103).contains(&n) {
        let certificate = Certificate {
            issued: day,
            staff,
            test_passed: day,
            number: format!("XL{n}"),
            issuer: text("区教育局"),
            expires: day + 5.years(),
            revoked: None,
        };
        write::add(tx, head, &certificate)?;
    }
    Ok(())
}

/// A week of everything else about some students.
pub fn student_week(
    tx: &Tx<'_>,
    (by, head): (&Author, &Author),
    (day, n): (Date, i64),
    students: &[StudentId],
) -> Done {
    for (place, student) in students.iter().copied().enumerate() {
        let answered = Consent {
            classes: Words::new([DataClass::Answers]),
            relation: Some(Relation::Mother),
            guardian_signed: Some(day),
            student_signed: Some(day),
            child_view: text("愿意"),
            valid_to: day + 150.days(),
            notice_version: text("1"),
            form_digest: "0a".repeat(32),
            ..Consent::bare(student, (Purpose::Screening, Answer::Given), day)
        };
        write::add(tx, by, &answered)?;
        match place % 8 {
            0 => concern(tx, by, (student, day))?,
            1 => appointment(tx, by, (student, day), n)?,
            2 => group(tx, by, (student, day))?,
            3 => consultation(tx, by, (student, day))?,
            4 => screened(tx, by, (student, day))?,
            5 => reported(tx, head, (student, day))?,
            _ => {
                let asked = Answer::Asked;
                let asked = Consent::bare(student, (Purpose::Conference, asked), day);
                if n % 20 == 0 {
                    write::add(tx, by, &asked)?;
                }
            }
        }
    }
    Ok(())
}

/// A talk that was raised, analysed together and done with; some of what was agreed stays open.
fn concern(tx: &Tx<'_>, by: &Author, (student, day): (StudentId, Date)) -> Done {
    let staff = StaffId(10 + student.0 % 250);
    let talk = Talk {
        day,
        student,
        staff,
        topics: Words::new([TalkTopic::Mind]),
        concern: true,
        raised: true,
        home_visit: false,
        note: AuthorNote::new(text("近来少语。")),
    };
    let talk = Some(write::add(tx, by, &talk)?);
    let analysis = Analysis {
        day,
        student,
        talk,
        counsellor: StaffId(3),
        staff,
        decision: AnalysisDecision::CounsellorFollows,
        measures: text("本周内由心理教师约谈"),
        review: Some(day + 7.days()),
        done: (student.0 % 25 > 0).then_some(day),
    };
    write::add(tx, by, &analysis).map(drop)
}

fn appointment(tx: &Tx<'_>, by: &Author, (student, day): (StudentId, Date), n: i64) -> Done {
    let one = Appointment {
        day,
        student,
        counsellor: StaffId(3 + n % 3),
        at_time: text("12:30"),
        place: text("心理辅导室"),
        origin: SessionOrigin::Student,
        outcome: (n % 10 > 0).then_some(AppointmentOutcome::Kept),
    };
    write::add(tx, by, &one).map(drop)
}

fn group(tx: &Tx<'_>, by: &Author, (student, day): (StudentId, Date)) -> Done {
    let session = Session {
        day,
        form: Form::Group,
        student: None,
        stage: Some(Stage::Junior),
        counsellor: StaffId(4),
        minutes: 60,
        origin: SessionOrigin::Student,
        topic: SessionTopic::Mood,
        title: text("情绪小组"),
        note: AuthorNote::new(String::new()),
    };
    let session = write::add(tx, by, &session)?;
    write::add(tx, by, &GroupMember { day, student, session }).map(drop)
}

/// A case retold for teaching, which waits for the head.
pub fn retold(tx: &Tx<'_>, by: &Author, day: Date) -> Done {
    let retold = TeachingCase {
        day,
        staff: by.staff().unwrap_or(StaffId(0)),
        age_band: AgeBand::Early,
        background: text("升学后成绩下降"),
        assessment: text("情绪低落两个月"),
        intervention: text("每周辅导一次"),
        aftermath: text("八周后情绪平稳"),
        reflection: text("家长应更早参与"),
        released: None,
    };
    write::add(tx, by, &retold).map(drop)
}

fn consultation(tx: &Tx<'_>, by: &Author, (student, day): (StudentId, Date)) -> Done {
    let held = Conference {
        day,
        agenda: text("会商个案"),
        chair: StaffId(2),
        attendees: text("心理教师、班主任"),
        has_outsiders: false,
        outside_unit: None,
    };
    let conference = write::add(tx, by, &held)?;
    let case = ConferenceCase {
        day,
        student,
        conference,
        case: None,
        tier: Some(Tier::T1),
        card: text("初中生，近来情绪低落。"),
        decision: text("继续辅导，家校沟通"),
        review: Some(day + 30.days()),
        emergency: None,
    };
    write::add(tx, by, &case).map(drop)
}

/// A critical answer that was spoken about, the interview, and a young child's observation.
fn screened(tx: &Tx<'_>, by: &Author, (student, day): (StudentId, Date)) -> Done {
    let item = CriticalItem {
        day,
        student,
        scale: text("phq-9"),
        level: CriticalLevel::Urgent,
        raised_at: Moment(by.now().0 - 3_600_000),
        contacted_at: Some(by.now()),
        contacted_by: Some(StaffId(3)),
        way: Some(ContactWay::InPerson),
        tested: None,
    };
    write::add(tx, by, &item)?;
    let interview = Interview {
        day,
        student,
        term: text("2024S2"),
        staff: StaffId(3),
        result: InterviewResult::NoAttention,
        case: None,
        note: AuthorNote::new(text("情绪平稳。")),
    };
    write::add(tx, by, &interview)?;
    let observation = Observation {
        day,
        student,
        term: text("2024S2"),
        staff: StaffId(3),
        observed: Some(day),
        guardian_heard: Some(day),
        concern: false,
    };
    write::add(tx, by, &observation).map(drop)
}

fn reported(tx: &Tx<'_>, head: &Author, (student, day): (StudentId, Date)) -> Done {
    let report = DutyReport {
        day,
        student: Some(student),
        what: ReportKind::MandatoryReport,
        receiver: text("区教育局"),
        facts: text("按规定报告"),
        made_at: head.now(),
        acknowledged: Some(day),
    };
    write::add(tx, head, &report)?;
    let support = SupportGiven {
        day,
        student,
        what: Support::Care,
        detail: text("走访慰问"),
        yuan: Some(500),
        by: Some(StaffId(2)),
    };
    write::add(tx, head, &support)?;
    ordered(tx, head, (student, day))
}

/// An order to an agency, called off before anything was handed over.
fn ordered(tx: &Tx<'_>, head: &Author, (student, from): (StudentId, Date)) -> Done {
    let order = AgencyOrder {
        from,
        student,
        recipient: text("agency-01"),
        recipient_name: text("示例心理服务机构"),
        contract: text("合同一号"),
        contract_to: from + 60.days(),
        service: text("个体咨询"),
        classes: Words::new([DataClass::Identity]),
        staff: StaffId(2),
        handed: None,
        return_by: from + 30.days(),
        returned: None,
        how: None,
        reply: String::new(),
        cancelled: false,
    };
    let record = write::add(tx, head, &order)?;
    write::update(tx, head, (record, 1), &AgencyOrder { cancelled: true, ..order }).map(drop)
}

/// A contact about a case, made on the day on which the case was entered.
pub fn contacted(
    tx: &Tx<'_>,
    by: &Author,
    (student, case): (StudentId, RecordId),
    due: Date,
) -> Done {
    let contact = CaseContact {
        due,
        student,
        case,
        party: LiaisonParty::Community,
        who: text("社区工作人员"),
        phone: String::new(),
        staff: StaffId(3),
        done: Some(due),
        way: Some(ContactWay::InPerson),
        detail: text("已告知并约定联系方式"),
        cancelled: false,
    };
    write::add(tx, by, &contact).map(drop)
}

/// A referral for whoever has a case; nobody is told anything by it.
pub fn referred(tx: &Tx<'_>, by: &Author, student: StudentId) -> Done {
    let wish = referral::Wish {
        student,
        urgency: Urgency::Routine,
        concerns: Concern::ALL.iter().copied().take(1).collect(),
        recipient: (String::new(), String::new(), String::new()),
        risk: RiskNow::Unknown,
        known: (String::new(), String::new(), String::new()),
    };
    referral::open(tx, by, &wish).map(drop)
}
