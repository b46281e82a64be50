//! Kinds of entries, the fourteen ledgers that they belong to, and the area that decides who may
//! read and write them.

use super::words::word_list;

word_list!(
    /// The fourteen ledgers of a school.
    LedgerName {
        Roll = "roll", "学生名册", "Roll";
        StaffRoll = "staff_roll", "教职工名册", "Staff roll";
        Screening = "screening", "心理筛查", "Screening";
        Talk = "talk", "谈心谈话", "Mentor talks";
        Alert = "alert", "预警台账", "Early-warning ledger";
        Session = "session", "心理辅导", "Sessions";
        Conference = "conference", "会诊", "Consultations";
        Followup = "followup", "跟踪回访", "Follow-ups";
        Consent = "consent", "知情同意与转介", "Consents and referrals";
        SpecialGroup = "special_group", "特殊群体学生家庭台账", "Special-group family ledger";
        Physique = "physique", "特异体质学生健康台账", "Special-physique ledger";
        Teaching = "teaching", "课程、活动与家长工作", "Lessons, activities, parents";
        Training = "training", "培训与认证", "Training and certification";
        Governance = "governance", "组织管理", "Governance";
    }
);

word_list!(
    /// What an entry is. The word is also the name of its table.
    Kind {
        Guardian = "guardian", "监护人", "Guardian";
        ClassTeacher = "class_teacher", "班主任任职", "Class teacher";
        ClassRep = "class_rep", "班级心理委员", "Class psychology representative";
        Mentor = "mentor", "导师结对", "Mentor pair";
        Transfer = "transfer", "学籍变动", "Coming or leaving";
        CaseMember = "case_member", "个案参与人", "Person on a case";
        Qualification = "qualification", "心理教师资质", "Qualification";
        SecrecyPledge = "secrecy_pledge", "保密承诺", "Undertaking of secrecy";
        CriticalItem = "critical_item", "危险条目", "Critical item";
        Interview = "interview", "二次访谈", "Second-stage interview";
        Observation = "observation", "低年级观察与访谈", "Observation and guardian interview";
        Talk = "talk", "谈心谈话", "Talk";
        Analysis = "analysis", "联合研判", "Joint analysis";
        AlertCase = "alert_case", "预警个案", "Case";
        AlertMove = "alert_move", "级别变动", "Move of a case";
        AlertReview = "alert_review", "研判", "Review of a case";
        FirstContact = "first_contact", "首次约谈", "First contact";
        CaseContact = "case_contact", "个案联络", "Contact about a case";
        Appointment = "appointment", "约谈预约", "Appointment";
        Session = "counselling_session", "辅导", "Session";
        GroupMember = "group_member", "团体辅导成员", "Member of a group session";
        Conference = "conference", "会诊", "Consultation";
        ConferenceCase = "conference_case", "会诊案例", "Case of a consultation";
        Followup = "followup", "回访", "Follow-up";
        Consent = "consent", "知情同意", "Consent";
        DutyReport = "duty_report", "依法报告", "Report under a legal duty";
        Referral = "referral", "转介", "Referral";
        ReferralAct = "referral_act", "转介办理", "Act of a referral";
        ReferralCall = "referral_call", "转介电话", "Call about a referral";
        AgencyOrder = "agency_order", "委托机构服务", "Order to an agency";
        LegalHold = "legal_hold", "依法留存", "Legal hold";
        Custody = "custody", "留存材料调取登记", "Custody of held records";
        FamilyCase = "family_case", "特殊群体学生", "Special-group student";
        PhysiqueCase = "physique_case", "特异体质学生", "Special-physique student";
        Plan = "plan", "一生一策", "Individual plan";
        Helper = "helper", "一对一帮扶人", "Named helper";
        SupportGiven = "support_given", "帮扶记录", "Support given";
        Lesson = "lesson", "心理课", "Lesson";
        Activity = "activity", "主题活动", "Activity";
        ParentEvent = "parent_event", "家长活动", "Event for parents";
        ParentMaterial = "parent_material", "家长资料", "Material for parents";
        Committee = "committee", "家长委员会", "Parents' committee";
        CommitteeMeeting = "committee_meeting", "家委会会议", "Committee meeting";
        TrainingRecord = "training_record", "培训", "Training";
        Supervision = "supervision", "受督导辅导", "Supervised session";
        Supervisor = "supervisor", "督导关系", "Supervisor";
        Certificate = "certificate", "培训合格证书", "Certificate";
        TeachingCase = "teaching_case", "教学案例", "Teaching case";
        ExpertVisit = "expert_visit", "专家服务", "Expert visit";
        Drill = "drill", "演练", "Drill";
        PostHolder = "post_holder", "责任人与联络员", "Post and its holder";
        SchoolPlan = "school_plan", "预案与方案", "Plan of the school";
        SchoolTarget = "school_target", "方案目标", "Target of a plan";
        Facility = "facility", "物防技防检查", "Facility check";
        Budget = "budget", "经费", "Budget";
        SchoolYear = "school_year", "年度核查", "Yearly check";
        ConductComplaint = "conduct_complaint", "师德投诉", "Complaint about conduct";
        Destruction = "destruction", "销毁", "Destruction";
    }
);

word_list!(
    /// What may be read and written as one; the rows of the table of authority.
    Area {
        Roll = "roll", "学生名册", "Roll";
        StaffRoll = "staff_roll", "教职工名册", "Staff roll";
        Screening = "screening", "筛查与得分", "Screening and scores";
        Observation = "observation", "低年级观察", "Observation of young children";
        Talk = "talk", "谈心谈话", "Talks";
        Alert = "alert", "预警台账", "Early-warning ledger";
        Session = "session", "心理辅导", "Sessions";
        Conference = "conference", "会诊", "Consultations";
        Followup = "followup", "跟踪回访", "Follow-ups";
        Consent = "consent", "知情同意", "Consents";
        DutyReport = "duty_report", "依法报告", "Reports under a legal duty";
        Referral = "referral", "转介", "Referrals";
        Family = "family", "特殊群体", "Special groups";
        Physique = "physique", "特异体质", "Special physiques";
        Plan = "plan", "一生一策与帮扶", "Individual plans and help";
        Teaching = "teaching", "课程、活动与家长工作", "Lessons, activities, parents";
        Training = "training", "培训与认证", "Training and certification";
        Governance = "governance", "组织管理", "Governance";
        Conduct = "conduct", "师德投诉", "Complaints about conduct";
        Retention = "retention", "留存与销毁", "Holds and destruction";
    }
);

impl Kind {
    /// The ledger that an entry of this kind stands in.
    #[must_use]
    pub const fn ledger(self) -> LedgerName {
        use LedgerName as L;
        match self {
            Self::Guardian
            | Self::ClassTeacher
            | Self::ClassRep
            | Self::Mentor
            | Self::Transfer
            | Self::CaseMember => L::Roll,
            Self::Qualification | Self::SecrecyPledge => L::StaffRoll,
            Self::CriticalItem | Self::Interview | Self::Observation => L::Screening,
            Self::Talk | Self::Analysis => L::Talk,
            Self::AlertCase
            | Self::AlertMove
            | Self::AlertReview
            | Self::FirstContact
            | Self::CaseContact => L::Alert,
            Self::Appointment | Self::Session | Self::GroupMember => L::Session,
            Self::Conference | Self::ConferenceCase => L::Conference,
            Self::Followup => L::Followup,
            Self::Consent
            | Self::DutyReport
            | Self::Referral
            | Self::ReferralAct
            | Self::ReferralCall
            | Self::AgencyOrder
            | Self::LegalHold
            | Self::Custody => L::Consent,
            Self::FamilyCase | Self::Plan | Self::Helper | Self::SupportGiven => L::SpecialGroup,
            Self::PhysiqueCase => L::Physique,
            Self::Lesson
            | Self::Activity
            | Self::ParentEvent
            | Self::ParentMaterial
            | Self::Committee
            | Self::CommitteeMeeting => L::Teaching,
            Self::TrainingRecord
            | Self::Supervision
            | Self::Supervisor
            | Self::Certificate
            | Self::TeachingCase => L::Training,
            Self::ExpertVisit
            | Self::Drill
            | Self::PostHolder
            | Self::SchoolPlan
            | Self::SchoolTarget
            | Self::Facility
            | Self::Budget
            | Self::SchoolYear
            | Self::ConductComplaint
            | Self::Destruction => L::Governance,
        }
    }

    /// The area that decides who may read and write it.
    #[must_use]
    pub const fn area(self) -> Area {
        match self {
            Self::Guardian
            | Self::ClassTeacher
            | Self::ClassRep
            | Self::Mentor
            | Self::Transfer
            | Self::CaseMember => Area::Roll,
            Self::Qualification | Self::SecrecyPledge => Area::StaffRoll,
            Self::CriticalItem | Self::Interview => Area::Screening,
            Self::Observation => Area::Observation,
            Self::Talk | Self::Analysis => Area::Talk,
            Self::AlertCase
            | Self::AlertMove
            | Self::AlertReview
            | Self::FirstContact
            | Self::CaseContact => Area::Alert,
            Self::Appointment | Self::Session | Self::GroupMember => Area::Session,
            Self::Conference | Self::ConferenceCase => Area::Conference,
            Self::Followup => Area::Followup,
            Self::Consent => Area::Consent,
            Self::DutyReport => Area::DutyReport,
            Self::Referral | Self::ReferralAct | Self::ReferralCall | Self::AgencyOrder => {
                Area::Referral
            }
            Self::FamilyCase => Area::Family,
            Self::PhysiqueCase => Area::Physique,
            Self::Plan | Self::Helper | Self::SupportGiven => Area::Plan,
            Self::Lesson
            | Self::Activity
            | Self::ParentEvent
            | Self::ParentMaterial
            | Self::Committee
            | Self::CommitteeMeeting => Area::Teaching,
            Self::TrainingRecord
            | Self::Supervision
            | Self::Supervisor
            | Self::Certificate
            | Self::TeachingCase => Area::Training,
            Self::ExpertVisit
            | Self::Drill
            | Self::PostHolder
            | Self::SchoolPlan
            | Self::SchoolTarget
            | Self::Facility
            | Self::Budget
            | Self::SchoolYear => Area::Governance,
            Self::ConductComplaint => Area::Conduct,
            Self::LegalHold | Self::Custody | Self::Destruction => Area::Retention,
        }
    }
}

impl Area {
    /// Whether entries of the area are about students: what school IT and the auditor never see.
    #[must_use]
    pub const fn is_about_students(self) -> bool {
        !matches!(
            self,
            Self::StaffRoll | Self::Teaching | Self::Training | Self::Governance | Self::Conduct
        )
    }
}
