//! Closed lists of the ledgers: every word that an entry may hold, with what people read for it.
//!
//! A list that is a dimension of the catalogue has exactly its values and labels (a test in `node`
//! compares them), so that a fact needs no translation. Words are stored; labels are shown.

/// A word of a closed list.
pub trait Word: Copy + Eq + Ord + 'static {
    /// Every word in the order in which it is offered.
    const ALL: &'static [Self];

    /// The word that is stored.
    fn as_str(self) -> &'static str;

    /// What people read, Chinese and English.
    fn label(self) -> (&'static str, &'static str);

    /// The entry of a stored word.
    #[must_use]
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|entry| entry.as_str() == word)
    }
}

/// What every list of words is held to: each word reads in Chinese and in English, no two read the
/// same, and each is found again by what is stored of it.
#[cfg(test)]
pub(crate) fn reads_in_both_languages<W: Word + std::fmt::Debug>() {
    let mut seen = std::collections::BTreeSet::new();
    for word in W::ALL {
        let (zh, en) = word.label();
        assert!(zh.chars().all(|letter| !letter.is_ascii_alphabetic()), "{word:?}");
        assert!(en.is_ascii(), "{word:?}");
        assert!(seen.insert(zh) && seen.insert(en), "{word:?} reads like another");
        assert_eq!(W::from_word(word.as_str()), Some(*word));
    }
}

/// Declares a closed list: the word of each variant and its two labels.
macro_rules! word_list {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$entry:meta])* $variant:ident = $word:literal, $zh:literal, $en:literal;)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $en] $(#[$entry])* $variant,)+ }

        impl $crate::ledger::words::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            fn label(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($zh, $en),)+ }
            }
        }
    };
}
pub(crate) use word_list;

word_list!(
    /// Where a warning came from; dimension `alert_source`.
    AlertSource {
        Screening = "screening", "心理筛查", "Screening";
        Mentor = "mentor", "导师", "Mentor";
        ClassTeacher = "class_teacher", "班主任", "Class teacher";
        Counsellor = "counsellor", "心理教师", "Counsellor";
        Parent = "parent", "家长", "Parent";
        Peer = "peer", "同学", "Peer";
        Hotline = "hotline", "热线", "Hotline";
        InboundTip = "inbound_tip", "外部线索", "Tip from outside";
        Student = "self", "本人求助", "The student";
    }
);
word_list!(
    /// What a talk was about; dimension `talk_topic`.
    TalkTopic {
        Thought = "thought", "思想", "Thoughts";
        Study = "study", "学业", "Studies";
        Mind = "mind", "心理", "Mood";
        Family = "family", "家庭", "Family";
        Friends = "friends", "交友", "Friends";
    }
);
word_list!(
    /// Special groups; dimension `group`.
    Group {
        SingleParent = "single_parent", "单亲家庭", "Single parent";
        Divorced = "divorced", "离异家庭", "Divorced parents";
        Remarried = "remarried", "重组家庭", "Remarried family";
        TwoChild = "two_child", "二孩家庭", "Two-child family";
        LeftBehind = "left_behind", "留守儿童", "Left behind";
        Poverty = "poverty", "经济困难家庭", "Family in poverty";
        Disabled = "disabled", "残疾儿童", "Disability";
        Migrant = "migrant", "随迁子女", "Migrant family";
        Orphan = "orphan", "孤儿及事实无人抚养儿童", "Orphan or without a carer";
        Other = "other", "其他", "Other";
    }
);
word_list!(
    /// Special physiques; dimension `physique`.
    Physique {
        Cardiac = "cardiac", "心脏疾病", "Heart condition";
        Asthma = "asthma", "哮喘", "Asthma";
        Epilepsy = "epilepsy", "癫痫", "Epilepsy";
        Allergy = "allergy", "严重过敏", "Severe allergy";
        Other = "other", "其他", "Other";
    }
);
word_list!(
    /// What support was given; dimension `support`.
    Support {
        Care = "care", "关爱", "Care";
        Subsidy = "subsidy", "资助", "Subsidy";
        Relief = "relief", "救助", "Relief";
    }
);
word_list!(
    /// Roles of staff as training counts them; dimension `staff_role`.
    StaffRole {
        Principal = "principal", "校领导", "School leader";
        MoralDirector = "moral_director", "德育主任", "Moral-education director";
        ClassTeacher = "class_teacher", "班主任", "Class teacher";
        Mentor = "mentor", "导师", "Mentor";
        SubjectTeacher = "subject_teacher", "学科教师", "Subject teacher";
        Counsellor = "counsellor", "心理教师", "Counsellor";
    }
);
word_list!(
    /// Kinds of training; dimension `course`.
    Course {
        General = "general", "心理健康通识", "General";
        Identify = "identify", "问题识别", "Identifying problems";
        Regulate = "regulate", "情绪调适", "Self-regulation";
        FamilyEdu = "family_edu", "家庭教育指导", "Family education";
        ProSkill = "pro_skill", "专业技能", "Professional skills";
        Crisis = "crisis", "危机干预", "Crisis intervention";
    }
);
word_list!(
    /// What an expert came for; dimension `service`.
    Service {
        Lecture = "lecture", "专题讲座", "Lecture";
        Counselling = "counselling", "心理辅导", "Counselling";
        TeachingResearch = "teaching_research", "教研指导", "Teaching research";
        Project = "project", "课题指导", "Research project";
        CourseBuild = "course_build", "课程建设", "Course building";
        TeacherTraining = "teacher_training", "师资培训", "Teacher training";
        Supervision = "supervision", "专业督导", "Supervision";
        FamilyEdu = "family_edu", "家庭教育指导", "Family education";
        GreenChannel = "green_channel", "绿色通道", "Green channel";
    }
);
word_list!(
    /// Events for parents; dimension `parent_event`.
    ParentEventKind {
        ParentSchool = "parent_school", "家长学校", "Parent school";
        ParentsMeeting = "parents_meeting", "家长会", "Parents’ meeting";
        OpenDay = "open_day", "家长开放日", "Open day";
        BigClass = "big_class", "家长大课堂", "Open class for parents";
        FaceToFace = "face_to_face", "面对面咨询", "Face-to-face advice";
        Committee = "committee", "家委会活动", "Parents’ committee";
        Other = "other", "其他", "Other";
    }
);
word_list!(
    /// Under which circumstances; dimension `event_mode`.
    EventMode {
        Normal = "normal", "日常", "Normal times";
        SpecialPeriod = "special_period", "特殊时期", "Special period";
        MajorEvent = "major_event", "重大事件", "Major event";
    }
);
word_list!(
    /// Reports under a legal duty; dimension `report_kind`.
    ReportKind {
        CrisisToEducation = "crisis_to_education", "危机事件报教育部门",
            "Crisis, to the education department";
        SevereToHealth = "severe_to_health", "疑似严重精神障碍报卫生健康部门",
            "Severe disorder, to the health department";
        MandatoryReport = "mandatory_report", "侵害未成年人强制报告",
            "Mandatory report of harm to minors";
    }
);
word_list!(
    /// Individual or group; field `form`.
    Form {
        Individual = "individual", "个体", "Individual";
        Group = "group", "团体", "Group";
    }
);
word_list!(
    /// What moved a case; field `move`.
    Move {
        Opened = "opened", "列入", "Entered";
        Closed = "closed", "解除", "Closed";
        MovedIn = "moved_in", "转入", "Moved in";
        MovedOut = "moved_out", "转出", "Moved out";
        TierUp = "tier_up", "升级", "Raised";
        TierDown = "tier_down", "降级", "Lowered";
    }
);
word_list!(
    /// Meetings and events that count; field `activity`.
    ActivityKind {
        ClassMeeting = "class_meeting", "心理主题班团队会", "Class, league or pioneer meeting";
        LifeEducation = "life_education", "心理健康与生命教育专题活动",
            "Mental-health and life-education event";
    }
);
word_list!(
    /// Whether somebody is a counsellor, and how; field `counsellor`.
    CounsellorPost {
        None = "none", "非心理教师", "Not a counsellor";
        FullTime = "full_time", "专职心理教师", "Full-time counsellor";
        PartTime = "part_time", "兼职心理教师", "Part-time counsellor";
    }
);
