//! Sentences of the pages about what the school owes by rule, in both languages.

use runtime::texts;

texts! {
    STANDARDS = "达标对照", "Rules kept";
    STANDARDS_NOTE = "本学期、本学年规定事项的落实情况和差距",
        "what the rules ask of the school, and what is missing";
    HERE = "按本校台账即时统计，截至 {0}；只供本校查看，不出校，不含学生姓名。",
        "Read just now from the school's own ledgers, as of {0}; for this school alone, and no \
         student is named.";
    NO_HUB = "本校还没有加入枢纽，班级和学段的对照暂不能列出。请信息管理员凭邀请码加入（首次设置，或 xinqiao-node join）。",
        "The school has not joined a hub: classes and stages are left out. School IT joins with \
         the invite, in the first set-up or with xinqiao-node join.";
    NO_TYPE = "还没有设置学校类型，班级和学段的对照暂不能列出。请信息管理员设置。",
        "The school has not said of what type it is: classes and stages are left out. School IT \
         sets it.";
    NO_TERM = "还没有本学期的校历，班级和学段的对照暂不能列出。",
        "There is no term calendar for today: classes and stages are left out.";
    RULES = "规定事项", "What the rules ask";
    RULE = "事项", "Rule";
    STATE = "状态", "State";
    HOW = "目前情况", "As it stands";
    GAP = "还差", "Missing";
    MET = "已达标", "kept";
    UNMET = "未达标", "not kept";
    UNTOLD = "还没有登记过", "nothing entered yet";
    NONE = "没有。", "None.";
    LESSONS = "{0}：至少一个年级每两周一节心理课", "{0}: a lesson every two weeks in one grade";
    LESSONS_MET = "达标年级：{0}", "grades that have: {0}";
    LESSONS_DUE = "到今天每班应满 {0} 节", "{0} for each class by today";
    LESSONS_SHORT = "最接近的是{0}：{1}", "closest is {0}: {1}";
    CLASS_SHORT = "{0}差 {1} 节", "{0} lacks {1}";
    MEETINGS = "{0}：每班每学期至少一次心理主题班团队会", "{0}: one themed meeting for each class";
    MEETINGS_HAD = "{0} 个班中 {1} 个班已开", "{1} of {0} classes";
    LIFE = "每学期至少一次心理健康和生命教育专题活动", "A life-education event this term";
    LIFE_HAD = "{0}：{1} 次", "{0}: {1}";
    PARENTS = "每学年至少面向家长开展一次课程或活动", "An event for parents this school year";
    STAGES_WITHOUT = "本学年还没有的学段：{0}", "stages without one: {0}";
    STAFFING = "心理教师配备（每十个班一名，至少一名专职）", "Counsellors: one for ten classes, one full-time";
    STAFFING_NEEDED = "{0} 个班，应配 {1} 名", "{0} classes need {1}";
    STAFFING_SMALL = "年度核查填为小规模学校，不作要求", "small school by the yearly check: none required";
    STAFFING_UNSAID = "{0} 个班", "{0} classes";
    STAFFING_HAS = "；现有专职 {0} 名、兼职 {1} 名", "; {0} full-time, {1} part-time";
    STAFFING_UNTOLD = "；还没有登记过心理教师资质", "; no qualification was entered yet";
    CHECK_FIRST = "本学年的年度核查还没有填写，无法判断是否小规模学校",
        "this year's check is not filled in: whether the school is small is not known";
    SMALL_BY_RULE = "；按设置（不超过 {0} 个班）属于小规模学校",
        "; by the setting (at most {0} classes) the school is small";
    LARGE_BY_RULE = "；按设置（不超过 {0} 个班）不是小规模学校",
        "; by the setting (at most {0} classes) the school is not small";
    SMALL_DIFFERS = "，与年度核查不一致，请核对", ", which the yearly check contradicts: look at it";
    FULL_TIME = "专职心理教师", "a full-time counsellor";
    SO_MANY = "再配 {0} 名", "{0} more";
    EQUAL = "心理教师享受班主任同等待遇", "Counsellors are treated as class teachers are";
    YES = "年度核查：是", "yearly check: yes";
    NO = "年度核查：否", "yearly check: no";
    POST = "{0}已明确", "{0} is named";
    NOBODY = "无人任职", "nobody";
    PLAN = "{0}有效（负责人签字，一年内复查）", "{0}: signed and reviewed within a year";
    PLAN_SEEN = "版本 {0}；最近签字或复查 {1}", "edition {0}; last signed or reviewed {1}";
    PLAN_TARGETS = "目标 {0} 项，已完成 {1} 项", "{1} of {0} targets reached";
    PLAN_NONE = "没有现行版本", "no plan in force";
    COMMITTEE = "家委会设心理工作委员会，本学期有交流",
        "The parents' committee has a psychology group that met this term";
    COMMITTEE_IS = "委员 {0} 人；本学期会议 {1} 次", "{0} members; {1} meetings this term";
    COMMITTEE_NONE = "还没有登记家委会", "no committee is registered";
    COMMITTEE_GROUP = "设立心理工作委员会", "a psychology group";
    COMMITTEE_MEET = "本学期开一次会", "a meeting this term";
    DRILL = "本学年至少一次危机干预演练", "A drill this school year";
    DRILL_HAD = "{0} 次，最近一次 {1}，用时 {2} 分钟", "{0}; the last on {1} took {2} minutes";
    FACILITY = "物防技防隐患三十天内整改", "Facilities are mended within thirty days";
    FACILITY_NONE = "还没有登记过检查", "no check was entered";
    FACILITY_OPEN = "未整改 {0} 处", "{0} open";
    FACILITY_LATE = "{0} 处已超过三十天", "{0} open for more than thirty days";
    SECRECY = "有权查阅学生信息的人员均已签订保密承诺书",
        "Everybody who reads of students has signed the undertaking of secrecy";
    SECRECY_HAS = "{0} 个账号，已签 {1} 个", "{1} of {0} accounts";
    TO_TRAINING = "见“培训与持证”", "see “Training and certificates”";
    CLASSES = "各班心理课与班团队会", "Lessons and meetings by class";
    CLASS = "班级", "Class";
    LESSONS_COL = "本学期心理课", "Lessons this term";
    MEETINGS_COL = "主题班团队会", "Meetings";
    DRILLS = "本学年演练", "Drills of this school year";
    DAY = "日期", "Day";
    MODE = "情形", "Mode";
    SCENARIO = "情景", "Scenario";
    MINUTES = "用时（分钟）", "Minutes";
    FASTER = "与上次相比", "Against the one before";
    PEOPLE = "参加人数", "Took part";
    CHANNEL = "经真实渠道", "Real channel";
    FINDINGS = "需改进", "To do better";
    VISITS = "本学年专家服务（九类）", "Experts this school year, by the nine kinds";
    SERVICE = "服务", "Service";
    TIMES = "次数", "Times";
    HOURS = "学时", "Hours";
    ACTIVITIES = "本学年主题活动（按类别，可兼属几类）", "Activities this school year, by the part of school life";
    TAG = "类别", "Part of school life";
    FIGURES = "其他", "More figures";
    FIGURE = "项目", "What";
    FIGURE_UNTOLD = "{0}：还没有登记过", "{0}: nothing entered yet";
    OF_BUDGET = "经费", "Money";
    OF_MATERIALS = "家长资料", "Material for parents";
    OF_COMPLAINTS = "师德投诉", "Complaints about conduct";
    BUDGET = "本学年经费（元）：预算 {0}，支出 {1}", "Money of this school year in yuan: {0} planned, {1} spent";
    MATERIALS = "家长资料：在用 {0} 种，已发 {1} 份", "Material for parents: {0} in use, {1} copies";
    COMPLAINTS = "本学年师德投诉：收到 {0} 件，核实 {1} 件",
        "Complaints about conduct this school year: {0}, of these right {1}";
    SIGNED = "学校（盖章）：＿＿＿＿＿＿　　填表人：＿＿＿＿＿＿　　日期：＿＿＿＿＿＿",
        "School (seal): ____________   Filled in by: ____________   Date: ____________";
    TRAINING = "培训与持证", "Training and certificates";
    TRAINING_NOTE = "谁还没有培训，谁还缺证书，哪些证书快到期",
        "who still needs training or a certificate, and which end soon";
    SINCE = "学年自 {0} 起算，截至 {1}。一人多岗按主要岗位计一次。",
        "The school year counts from {0}, as of {1}. A person with several roles counts once, in \
         the main one.";
    COVERAGE = "各岗位培训覆盖", "Coverage by role";
    NO_ROLL = "还没有导入教职工名册。", "No staff roll was imported yet.";
    ROLE = "岗位", "Role";
    ON_ROLL = "在岗", "Staff";
    TRAINED = "已培训", "Trained";
    COVERED = "已全员", "everybody";
    UNCOVERED = "未全员", "not everybody";
    UNTRAINED = "本学年还没有培训记录的教职工", "Staff without a training this school year";
    ALL_TRAINED = "都有培训记录。", "Everybody has one.";
    NAME = "姓名", "Name";
    HOW_MANY = "人数", "How many";
    COUNSELLORS = "心理教师持证进度", "Counsellors on the way to the certificate";
    NO_COUNSELLOR = "还没有登记心理教师。", "No counsellor is registered.";
    QUALIFIED = "学历或职业资格", "Qualification";
    DEGREE = "相关学历", "degree";
    VOCATIONAL = "职业资格", "vocational certificate";
    NEEDS = "须参加培训持证", "needs the certificate";
    SESSIONS = "个体（{0}）／团体（{1}）", "individual ({0}) / group ({1})";
    UNSIGNED = "待督导签字", "Not signed yet";
    CERTIFICATE = "证书", "Certificate";
    CERTIFICATE_IS = "{0}，到期 {1}", "{0}, ends {1}";
    NO_CERTIFICATE = "还没有", "none";
    PROGRESS = "受督导辅导（已完成／须完成）", "Supervised sessions (held/needed)";
    STILL = "个体还差 {0} 次，团体还差 {1} 次", "{0} individual and {1} group ones missing";
    STILL_INDIVIDUAL = "个体还差 {0} 次", "{0} individual ones missing";
    STILL_GROUP = "团体还差 {0} 次", "{0} group ones missing";
    READY = "次数已满，考核合格即可发证", "sessions complete; the test is left";
    SUPERVISOR = "督导专家", "Supervisor";
    SUPERVISOR_IS = "{0}（自 {1}）", "{0} (since {1})";
    NO_SUPERVISOR = "尚无督导专家", "no supervisor";
    NEW_SUPERVISOR = "登记督导专家", "Note the supervising expert";
    CERTIFICATES = "全部证书（按编号核验）", "All certificates, to verify a number";
    NUMBER = "编号", "Number";
    HOLDER = "持证人", "Holder";
    ISSUER = "发证单位", "Issuer";
    ISSUED = "颁发", "Issued";
    ENDS = "到期", "Ends";
    VALID = "有效", "valid";
    ENDS_SOON = "60 天内到期", "ends within 60 days";
    EXPIRED = "已过期", "expired";
    REVOKED = "已撤销", "revoked";
    PLEDGES = "保密承诺", "Undertakings of secrecy";
    LOGIN = "账号", "Account";
    STAFF = "教职工", "Member of staff";
    PLEDGED = "承诺日期", "Signed on";
    UNPLEDGED = "未签", "not signed";
    NEW_TRAINING = "登记培训", "Note a training";
    NEW_SUPERVISION = "登记受督导辅导", "Note a supervised session";
    NEW_CERTIFICATE = "颁发证书", "Issue a certificate";
    NEW_PLEDGE = "登记保密承诺", "Note an undertaking";
    NEW_QUALIFICATION = "登记资质", "Note a qualification";
    PLEDGE = "打印保密承诺书", "Print the undertaking";
    NEW_TARGET = "登记方案目标", "Note a target of a plan";
    NEW_LESSON = "登记心理课", "Note a lesson";
    NEW_ACTIVITY = "登记主题活动", "Note an activity";
    NEW_DRILL = "登记演练", "Note a drill";
    CHECK = "填写年度核查", "Fill in the yearly check";
}
