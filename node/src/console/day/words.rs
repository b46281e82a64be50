//! Sentences of the first page of whoever works with students, in both languages.

use runtime::texts;

texts! {
    TODAY_IS = "{0} {1}", "{1}, {0}";
    OVERDUE = "已逾期", "overdue";
    OPEN = "待办", "open";
    WHEN = "时限", "Due";
    STATE = "状态", "State";
    WHAT = "事项", "What";
    STUDENT = "学生", "Student";
    WHO = "负责人", "Who";
    ACT = "办理", "Act";
    PRESSING = "当前要紧", "Cannot wait";
    PRESSING_NOTE = "危险条目、首次约谈、会签和复议",
        "critical answers, first contacts, second signatures, objections to weigh again";
    PRESSING_NONE = "没有要紧事项。", "Nothing presses.";
    DUE = "今天到期与已逾期", "Due today or overdue";
    DUE_NONE = "今天没有到期或逾期的事项。", "Nothing else is due by tonight.";
    COUNTED = "{0} 项", "{0}";
    COUNTED_LATE = "{0} 项，其中已逾期 {1} 项", "{0}, of which {1} overdue";
    MORE = "全部待办 {0} 项", "All {0} that are due at any time";
    OFFICE = "另有 {0} 项管理事项等您办理", "{0} of the office wait for you too";
    SILENT = "本学期还没有联系过的学生", "Own students without a contact this term";
    SILENT_NOTE = "您担任导师或班主任的学生", "whose mentor or class teacher you are";
    SILENT_COUNTED = "{0} 名", "{0}";
    SILENT_NONE = "您的学生本学期都已联系过。", "There was a contact with each of them this term.";
    SILENT_ALL = "全部 {0} 名", "all {0}";
    CALENDAR = "今天的日程", "Today";
    CALENDAR_NONE = "今天还没有登记的活动，也没有约谈。", "Nothing is entered for today, and no appointment.";
    TO_CALENDAR = "本周日历", "This week";
    OUTWARD = "出校与同步", "What leaves, and the link";
}
