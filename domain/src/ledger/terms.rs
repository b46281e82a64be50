//! Further closed lists, which are the ledgers' own: no figure is broken down by them.

use super::words::{Word, word_list};

word_list!(
    /// How closely a student of the early-warning ledger is watched. Ascending; codes never shown.
    Tier {
        T1 = "t1", "一般关注", "Attention";
        T2 = "t2", "重点关注", "Close attention";
        T3 = "t3", "危机", "Crisis";
    }
);
word_list!(
    /// How an act that needs a second person stands.
    Standing {
        Waiting = "waiting", "待第二人确认", "Waiting for the second person";
        InForce = "in_force", "已生效", "In force";
        Objected = "objected", "已生效；第二人不同意，待复议", "In force; the second person objects";
        Refused = "refused", "第二人不同意", "Refused by the second person";
    }
);
word_list!(
    /// What a guardian is to a student.
    Relation {
        Father = "father", "父亲", "Father";
        Mother = "mother", "母亲", "Mother";
        Grandparent = "grandparent", "祖父母或外祖父母", "Grandparent";
        Sibling = "sibling", "成年兄姐", "Adult brother or sister";
        Other = "other", "其他监护人", "Other guardian";
    }
);
word_list!(
    /// Coming to or leaving the school.
    TransferKind {
        In = "in", "转入", "Came from another school";
        Out = "out", "转出", "Went to another school";
        Graduated = "graduated", "毕业", "Graduated";
        Left = "left", "退学或其他离校", "Left school";
    }
);
word_list!(
    /// Who wished for a session.
    SessionOrigin {
        Student = "self", "本人约谈", "The student";
        Counsellor = "counsellor", "心理教师主动约谈", "The counsellor";
        Teacher = "teacher", "班主任或导师推荐", "A teacher or mentor";
        Parent = "parent", "家长请求", "A parent";
        Screening = "screening", "筛查后访谈", "After screening";
    }
);
word_list!(
    /// What a session was mainly about, in words a school uses: no diagnosis.
    SessionTopic {
        Mood = "mood", "情绪", "Mood";
        Study = "study", "学业压力", "Pressure of study";
        Peers = "peers", "同伴交往", "Peers";
        Family = "family", "亲子与家庭", "Family";
        Adaptation = "adaptation", "适应", "Settling in";
        Growth = "growth", "自我与成长", "Growing up";
        Bullying = "bullying", "欺凌", "Bullying";
        Crisis = "crisis", "危机", "Crisis";
        Other = "other", "其他", "Other";
    }
);
word_list!(
    /// How somebody was reached.
    ContactWay {
        InPerson = "in_person", "面谈", "In person";
        Phone = "phone", "电话", "Telephone";
        HomeVisit = "home_visit", "家访", "Home visit";
        Online = "online", "网络", "Online";
    }
);
word_list!(
    /// Who has a part in a case beside the school: the contact protocol of a case has a line each.
    LiaisonParty {
        Guardian = "guardian", "监护人", "Guardian";
        Police = "police", "公安", "Police";
        Hospital = "hospital", "医疗机构", "Hospital";
        Community = "community", "社区", "Community";
    }
);
word_list!(
    /// Age of a child in a teaching case, never to the year.
    AgeBand {
        Infant = "under_6", "6 岁以下", "Under 6";
        Young = "6_8", "6–8 岁", "6 to 8";
        Middle = "9_11", "9–11 岁", "9 to 11";
        Early = "12_14", "12–14 岁", "12 to 14";
        Late = "15_17", "15–17 岁", "15 to 17";
        Adult = "over_17", "18 岁及以上", "18 and older";
    }
);
word_list!(
    /// What an agency did with the data of an order that has ended.
    DataEnd {
        Returned = "returned", "已归还", "Returned";
        Deleted = "deleted", "已删除并书面确认", "Deleted, confirmed in writing";
    }
);
word_list!(
    /// Why a follow-up is due.
    FollowupKind {
        Tracking = "tracking", "跟踪辅导", "Tracking counselling";
        Screening = "screening", "筛查后回访", "After screening";
        Return = "return", "康复返校后回访", "After return to school";
    }
);
word_list!(
    /// How a review ended.
    ReviewDecision {
        Keep = "keep", "维持", "Keep the tier";
        Raise = "raise", "升级", "Raise";
        Lower = "lower", "降级", "Lower";
        Close = "close", "解除", "Close";
    }
);
word_list!(
    /// What a mentor and a counsellor decided together. The tier stands with the case that follows,
    /// never here: more people read of talks than of cases.
    AnalysisDecision {
        NoConcern = "no_concern", "暂不需关注", "No concern";
        MentorWatches = "mentor_watches", "导师继续关注", "The mentor goes on watching";
        CounsellorFollows = "counsellor_follows", "心理教师跟进", "The counsellor takes it up";
    }
);
word_list!(
    /// What came of an appointment.
    AppointmentOutcome {
        Kept = "kept", "已到", "Came";
        Missed = "missed", "未到", "Did not come";
        Declined = "declined", "本人暂不愿", "Did not wish to";
        Moved = "moved", "已改期或取消", "Put off or called off";
    }
);
word_list!(
    /// What an individual plan is for.
    PlanReason {
        Alert = "alert", "预警在册", "Early-warning ledger";
        Family = "family", "特殊群体", "Special group";
        Physique = "physique", "特异体质", "Special physique";
        Return = "return", "康复返校", "Return to school";
    }
);
word_list!(
    /// What a second-stage interview found. Never a diagnosis.
    InterviewResult {
        NoAttention = "no_attention", "暂不需关注", "No attention needed";
        T1 = "t1", "建议一般关注", "Attention";
        T2 = "t2", "建议重点关注", "Close attention";
        T3 = "t3", "建议按危机处置", "Crisis";
    }
);
word_list!(
    /// Which of the six parts of school life an activity belongs to, and two campaigns beside them.
    ActivityTag {
        ClassManagement = "class_management", "班级管理", "Class management";
        CampusCulture = "campus_culture", "校园文化建设", "Campus culture";
        ClassTeacherWork = "class_teacher_work", "班主任工作", "Class teachers' work";
        LeaguePioneer = "league_pioneer", "班团队会", "League and pioneers";
        SportsArts = "sports_arts", "校园文体活动", "Sports and arts";
        SocialPractice = "social_practice", "社会实践", "Social practice";
        WarmClassroom = "warm_classroom", "温馨教室建设", "Warm classroom";
        WholeSchool = "whole_school", "全员全程全方位育人", "Whole-school education";
    }
);
word_list!(
    /// Posts that a school must fill.
    Post {
        Responsible = "responsible", "责任人", "Responsible person";
        Liaison = "liaison", "联络员", "Liaison";
        Deputy = "deputy", "代理人", "Deputy";
    }
);
word_list!(
    /// Plans of the school.
    SchoolPlanKind {
        Crisis = "crisis", "心理危机干预预案", "Crisis plan";
        Year = "year", "学年心理健康教育方案", "Yearly plan";
        Technical = "technical", "技术方案", "Technical plan";
    }
);
word_list!(
    /// Why records are destroyed.
    DestroyCause {
        Graduated = "graduated", "毕业", "Graduation";
        Left = "left", "离校", "Left the school";
        TermOver = "term_over", "保存期满", "Term of keeping is over";
        Request = "request", "监护人或本人依法请求", "Lawful request of the family";
    }
);
word_list!(
    /// What a person's record is opened for. Each read names one.
    ReadPurpose {
        Counselling = "counselling", "心理辅导", "Counselling";
        Review = "review", "研判与复核", "Review or second signature";
        ClassWork = "class_work", "班级与导师工作", "Class or mentor work";
        Emergency = "emergency", "紧急处置", "Emergency";
        FamilyRequest = "family_request", "家属查阅", "The family asked";
        Inspection = "inspection", "督导核验", "Inspection on site";
        Referral = "referral", "转介", "Referral";
        Correction = "correction", "更正", "Correction";
    }
);

impl Tier {
    /// The state of a student in this tier, as the dimension `alert_state` has it.
    #[must_use]
    pub fn alert_state(tier: Option<Self>) -> &'static str {
        tier.map_or("none", Word::as_str)
    }
}
