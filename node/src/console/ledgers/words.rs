//! Sentences of the pages that name students, in both languages.

use runtime::texts;

texts! {
    WORK = "待办", "What is due";
    WORK_NOTE = "按时限排列，您可查看的全部事项", "by deadline, everything that you may see";
    WORK_NONE = "没有待办事项。", "Nothing is due.";
    ALERTS = "预警台账", "Early-warning ledger";
    ALERTS_NOTE = "重的在前，再按下次研判日期", "gravest first, then by the next review";
    ALERTS_NONE = "没有您可查看的在册个案。", "There is no open case that you may see.";
    LEDGERS = "台账", "Ledgers";
    LEDGERS_NOTE = "您的角色可以查看的台账", "the ledgers that your role may see";
    STUDENT = "学生", "Student";
    RECORDS = "学生工作", "Students";
    LOGGED = "本页显示的每名学生都会在其查阅记录中留下一行。",
        "Each student named here gets a line in the list of who read the record.";
    DUE = "时限", "Due";
    WHAT = "事项", "What";
    TIER = "级别", "Tier";
    WHO = "负责人", "Who";
    STATE = "状态", "State";
    OVERDUE = "已逾期", "overdue";
    OPEN = "待办", "open";
    NO_LIMIT = "无固定时限", "no fixed limit";
    REVIEW = "下次研判", "Next review";
    SOURCE = "来源", "Source";
    WAITS = "待签", "To sign";
    ACT = "办理", "Act";
    MOVE = "调整级别", "Change the tier";
    HOW = "方式", "How";
    RAISE = "升级（立即生效）", "Raise (in force at once)";
    LOWER = "申请降级（须第二人同意）", "Ask to lower (a second person agrees first)";
    CLOSE = "申请解除（须第二人同意）", "Ask to close (a second person agrees first)";
    REASON = "理由", "Reason";
    SUBMIT = "提交", "Submit";
    AGREE = "同意", "Agree";
    REFUSE = "不同意", "Do not agree";
    SIGN = "以第二人身份签署", "Sign as the second person";
    FAILED = "没有办成", "It was not done";
    PURPOSE = "查阅用途", "What for";
    OPEN_RECORD = "打开学生页", "Open the record";
    OPEN_NOTE = "每次打开都会记下账号、用途和说明，并显示在该学生页上。",
        "Each opening is kept with account, purpose and words, and shown on that page.";
    EXPLAIN = "说明（可空）", "In your own words (may be empty)";
    TIMELINE = "时间线", "Timeline";
    READS = "谁查阅过", "Who read this record";
    DAY = "日期", "Day";
    KIND = "种类", "Kind";
    CONTENT = "内容", "Content";
    WHEN = "时间", "When";
    ACCOUNT = "账号", "Account";
    ROLE = "角色", "Role";
    LEDGER = "台账", "Ledger";
    NOTHING = "没有可显示的记录。", "Nothing to show.";
    FROM = "从", "From";
    TO = "到", "To";
    FILTER = "筛选", "Filter";
    CUT = "只显示最近的 {0} 条。", "The latest {0} are shown.";
}
