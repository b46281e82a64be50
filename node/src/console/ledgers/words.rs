//! Sentences of the pages that name students, in both languages.

use runtime::texts;

texts! {
    WORK = "待办", "What is due";
    WORK_NOTE = "您可查看的全部事项：危险条目、首次约谈、列入或升级会签在前，其余按时限排列",
        "everything that you may see: critical answers, first contacts and countersignatures \
         first, then by deadline";
    WORK_MORE = "以下列出 {0} 项，另有 {1} 项时限较晚，未列出；按事项或办理人筛选可看到。",
        "{0} are listed; {1} more, due later, are not: choose what or whose to see them.";
    DUTIES_OFFICE = "管理事项", "Of the office";
    ABOUT = "内容", "About";
    DUTY_ACCOUNT = "账号申请待另一人同意", "Request about an account";
    DUTY_ACCOUNT_OF = "账号 {0}，由 {1} 提出", "account {0}, asked by {1}";
    DUTY_ACCESS = "查阅申请待答复", "Request to be let onto a record";
    DUTY_ACCESS_OF = "{0} 提出", "asked at {0}";
    DUTY_LIST = "部门名单待核对", "Department's list to be decided";
    WORK_NONE = "没有待办事项。", "Nothing is due.";
    ALERTS = "预警台账", "Early-warning ledger";
    ALERTS_NOTE = "级别高的在前，同级按下次研判日期", "gravest first, then by the next review";
    ALERTS_NONE = "没有您可查看的在册个案。", "There is no open case that you may see.";
    LEDGERS = "台账", "Ledgers";
    LEDGERS_NOTE = "您的岗位可以查看的台账", "the ledgers that your role may see";
    STUDENT = "学生", "Student";
    RECORDS = "学生工作", "Students";
    DUE = "时限", "Due";
    WHAT = "事项", "What";
    TIER = "级别", "Tier";
    WHO = "负责人", "Who";
    BY_OTHER = "等另一人签署", "another person signs";
    STATE = "状态", "State";
    OVERDUE = "已逾期", "overdue";
    OPEN = "待办", "open";
    NO_LIMIT = "无固定时限", "no fixed limit";
    REVIEW = "下次研判", "Next review";
    SOURCE = "来源", "Source";
    ACT = "办理", "Act";
    ALL = "全部", "All";
    STANDING = "有效", "standing";
    ANNULLED = "已作废", "annulled";
    OWN = "由我负责", "Mine";
    WORK_COUNTED = "{0} 项（全部 {1} 项，其中已逾期 {2} 项）", "{0} of {1}; {2} overdue";
    ALERTS_NONE_TIER = "没有在册个案。", "No open case.";
    CASES = "{0} 人", "{0} students";
    AS_BOARD = "看板", "As a board";
    AS_TABLE = "列表", "As a table";
    REFER = "转介", "Refer";
    OPEN_CASE = "列入预警台账", "Enter a case";
    HOLD = "依法留存", "Place a legal hold";
    SIGN_WHAT = "签署：{0}", "Sign: {0}";
    CONTACT = "首次约谈", "First contact";
    HOLD_REVIEW = "研判", "Review";
    PLANNED = "计划，尚未完成", "planned, not done yet";
    TALK = "登记谈话", "Note a talk";
    MINE = "我的学生", "My students";
    STUDENTS = "全部学生", "All students";
    CALENDAR = "日历", "Calendar";
    WORKLOAD = "工作量说明", "Workload";
    IMPORT = "导入表格", "Import a table";
    IMPORTED = "已登记 {0} 条。", "{0} entries written down.";
    NEW = "新登记", "New entry";
    NEW_OF = "登记{0}", "New: {0}";
    COUNTED = "共 {0} 条", "{0} entries";
    FILTER_NOBODY = "没有找到这名学生或教职工，或不止一人相符；请改填学籍号或工号。",
        "No such student or member of staff, or several of that name; write the number.";
    FILTER_DAY = "日期要写成 2025-11-18 的样子；没有按日期筛选。",
        "A day is written as 2025-11-18; the table is not narrowed by days.";
    FILTER_ORDER = "开始日期晚于结束日期；没有按日期筛选。",
        "The first day is after the last; the table is not narrowed by days.";
    PAGE_OF = "第 {0} / {1} 页", "page {0} of {1}";
    MOVE = "调整级别", "Change the tier";
    PROTOCOL = "个案联络", "Contacts";
    REASON = "理由", "Reason";
    PURPOSE = "查阅用途", "What for";
    OPEN_RECORD = "打开学生页", "Open the record";
    OPEN_NOTE = "每次打开都会记下账号、用途和说明，并显示在该学生页上。",
        "Each opening is kept with account, purpose and words, and shown on that page.";
    EXPLAIN = "说明（可空）", "In your own words (may be empty)";
    TIMELINE = "时间线", "Timeline";
    READ_HIDDEN = "（内容不显示）", "(kept from you)";
    READS = "谁查阅过", "Who read this record";
    DAY = "日期", "Day";
    KIND = "种类", "Kind";
    CONTENT = "内容", "Content";
    WHEN = "时间", "When";
    ACCOUNT = "账号", "Account";
    ROLE = "岗位", "Role";
    NOTHING = "没有可显示的记录。", "Nothing to show.";
    FROM = "从", "From";
    TO = "到", "To";
    FILTER = "筛选", "Filter";
    COURSE = "级别变化", "How the tier went";
    YEARS = "逐年情况", "Year by year";
    SCHOOL_YEAR = "学年", "School year";
    GRAVEST = "最高级别", "Gravest tier";
    AT_END = "学年末级别（本学年为当前级别）", "At its end or now";
    MOVES = "级别变动", "Moves";
    SHEETS = "测评", "Sheets";
    INTERVIEWS = "筛查访谈", "Interviews";
    TALKS = "谈心谈话", "Talks";
    TALKS_HAD = "{0}（需关注 {1}）", "{0} ({1} with concern)";
    SESSIONS = "心理辅导", "Sessions";
    FOLLOWUPS = "回访", "Follow-ups";
    NO_TIER = "不在册", "not on the ledger";
    STEPS = "每次预警的四个时点（预防、监测、预警、干预）",
        "The four steps of each case: prevention, monitoring, warning, intervention";
    PREVENTION = "预防（此前最近谈话）", "Prevention (last talk before)";
    MONITORING = "监测（此前最近测评或访谈）", "Monitoring (last sheet or interview before)";
    WARNING = "预警（列入）", "Warning (entered)";
    INTERVENTION = "干预（首次约谈）", "Intervention (first contact)";
    LEAD = "预警至首次约谈用时", "From entering to contact";
    HOURS = "{0} 小时", "{0} hours";
    FAMILY_FILE = "家长查阅、更正与撤回", "The family asks: access, correction, withdrawal";
}
