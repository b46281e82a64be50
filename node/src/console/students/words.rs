//! Sentences of the lists of students, in both languages.

use runtime::texts;

texts! {
    RECORDS = "学生工作", "Students";
    STUDENTS = "全部学生", "All students";
    MINE = "我的学生", "My students";
    NOTE = "您的岗位可以查看的在校学生", "students on the roll whom your role may see";
    SEARCH = "姓名或学号", "Name or number";
    CLASS = "班级", "Class";
    ALL = "全部", "All";
    SILENT = "只看本学期没有联系过的", "Only those without a contact this term";
    FIND = "查找", "Find";
    COUNTED = "共 {0} 名", "{0} students";
    SILENT_SINCE = "自 {0}（本学期开始）以来，在您可查看的台账中没有谈话、辅导、访谈或回访的学生。",
        "Students without a talk, session, interview or follow-up since {0}, the start of the \
         term, in the ledgers that you may read.";
    NO_TERM = "学期日历读不到，无法判断本学期；请信息管理员检查。",
        "The term calendar cannot be read, so there is no telling what this term is; ask school \
         IT.";
    LOCAL = "学号", "Number at the school";
    NUMBER = "学籍号", "Student number";
    NAME = "姓名", "Name";
    LAST = "上次联系", "Last contact";
    ACT = "办理", "Act";
    TALK = "登记谈话", "Note a talk";
    BATCH = "批量登记谈话", "Note several talks";
    NONE = "没有符合条件的学生。", "No such student.";
    OWN_SPOKEN = "您的学生本学期都已联系过。", "There was a contact with each of them this term.";
    OWN_NONE = "没有您担任导师或班主任的学生。请德育主任在“导师结对”或“班主任任职”中登记。",
        "You are nobody's mentor or class teacher. The moral-education head enters that under \
         mentor pairs or class teachers.";
}
