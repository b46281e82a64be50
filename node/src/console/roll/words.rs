//! Sentences of the pages of the roll, in both languages.

use runtime::texts;

texts! {
    ROLL = "名册变动", "Changes of the roll";
    ROLL_NOTE = "转入、离校、更正与学年升级", "comings, leavings, corrections, the turn of the year";
    TURN = "学年升级", "Turn of the year";
    TURN_NOTE = "先预览，再由另一人签署后执行", "preview first; it is carried out once a second person signs";
    NO_DAY = "日期要写成 2026-09-01 的样子，没有预览，也没有写入任何内容。",
        "A day is written as 2026-09-01; nothing was previewed or written.";
    NO_DAY_NEXT = "请改正日期后再预览。", "Correct the day and preview again.";
    ARRIVE = "登记转入", "A student comes";
    ARRIVE_NOTE = "转学不带同意书：各项同意需由本校重新征求。",
        "Consents do not move with a student: the family is asked anew.";
    LEAVE = "登记离校", "A student leaves";
    LEAVE_NOTE = "自离校之日起不再计入本校；导师、帮扶和心理委员随之结束，在册预警个案须另行移出。",
        "From that day on the student is not counted here; mentor, helper and class post end \
         with it, an open case is moved out apart.";
    CORRECT = "更正名册信息", "Correct the roll";
    CORRECT_NOTE = "只填需要更正的项；原内容保留可查。",
        "Fill in only what is to be corrected; what stood before is kept.";
    NUMBER = "学籍号", "Student number";
    NAME = "姓名", "Name";
    SEX = "性别", "Sex";
    MALE = "男", "male";
    FEMALE = "女", "female";
    UNKNOWN = "未知", "not known";
    UNCHANGED = "不更正", "unchanged";
    BIRTH = "出生日期", "Birth date";
    CHOOSE = "请选择", "choose";
    GRADE = "年级", "Grade";
    CLASS = "班级", "Class";
    FIRST_DAY = "到校日期", "First day here";
    LAST_DAY = "离校日期", "First day away";
    FROM_DAY = "更正自何日起生效", "Right from";
    FROM_SCHOOL = "转出学校", "School that the student comes from";
    TO_SCHOOL = "转入学校", "School that the student goes to";
    WHO = "学籍号或姓名", "Student number or name";
    WHICH = "不止一名学生的姓名或学号与此相同，请选择", "Several students have this name or number; choose one";
    GO_ON = "下一步", "Go on";
    CHANGE_IT = "返回修改", "Change it";
    LEAVE_FOLLOWS = "登记后不再计入本校；同时结束导师结对、帮扶和班级职务共 {0} 项。",
        "From then on the student is not counted here; {0} mentor pairs, helpers and posts of the \
         class end with it.";
    LEAVE_COUNTS = "登记后不再计入本校。", "From then on the student is not counted here.";
    LEAVE_CASE = "这名学生有在册预警个案，离校不会移出：请另由两人办理。",
        "The student has an open case, which a leaving does not close: two persons move it out.";
    LEAVE_SURE = "确认登记离校", "Enter the leaving";
    CORRECT_SURE = "确认更正", "Correct it";
    BECOMES_NOW = "{0} → {1}", "{0} to {1}";
    ARRIVED = "已登记转入：{0}。请重新征求各项同意。", "Entered: {0} is here. Ask the family anew for consents.";
    LEFT_ROLL = "已登记离校：{0}。", "Entered: {0} has left.";
    LEFT_CASE = "已登记离校：{0}。这名学生仍有在册预警个案，请由两人办理移出。",
        "Entered: {0} has left. A case is still open; two persons move it out.";
    CORRECTED = "已更正：{0}。", "Corrected: {0}.";
    HOW = "离校方式", "How";
    REASON = "理由", "Reason";
    ENTER = "登记", "Enter";
    LATEST = "最近的转入与离校", "Latest comings and leavings";
    NONE = "还没有登记。", "Nothing was entered yet.";
    DAY = "日期", "Day";
    STUDENT = "学生", "Student";
    WHAT = "变动", "Change";
    STATE = "状态", "State";
    ASKED_BY = "提出人", "Asked by";
    ACTED_BY = "签署或撤销人", "Signed or undone by";
    ACT = "办理", "Act";
    SIGN = "查看并签署", "Look and sign";
    OWN = "待另一人签署", "somebody else signs";
    UNDO = "撤销", "Undo";
    WAITING = "待签署", "waits for a signature";
    DONE = "已执行", "carried out";
    REFUSED = "不同意", "refused";
    UNDONE = "已撤销", "undone";
    TURN_NEW = "预览升级", "Preview a turn";
    TURN_DAY = "新学年第一天", "First day of the new year";
    AGAIN = "按所填重新预览", "Preview again with this";
    ASK = "提出升级（交另一人签署）", "Ask for it (somebody else signs)";
    AGREE = "同意并执行", "Agree and carry out";
    DISAGREE = "不同意", "Do not agree";
    BECOMES = "升为", "Becomes";
    LEAVES = "毕业离校", "leave the school";
    UP = "升级", "Up";
    STAY = "留级或休学", "Stay or away";
    GO = "毕业", "Leave";
    TEACHER = "班主任", "Class teacher";
    TEACHER_ENDS = "不随班", "does not go on";
    TEACHER_GOES = "随班", "goes on";
    CASES = "在册个案", "Open cases";
    STAYERS = "留级学生的学籍号（每行一个）", "Student numbers of who repeats the grade, one a line";
    STAYERS_SHOWN = "留在原年级的学生", "Students who stay in their grade";
    ASIDE_SHOWN = "升级日当天或之后已单独调整年级、班级的学生，本次升级不再变动",
        "Students who were put into another class on or after that day; they stay there";
    MENTORS = "结束全部导师结对（否则只结束毕业生的）", "End every mentor pair, not only of who leaves";
    SUMMARY = "{0} 起：升级 {1} 人，留级或休学 {2} 人，毕业 {3} 人。",
        "From {0}: {1} go up, {2} stay or are away, {3} leave.";
    CASES_NOTE = "毕业不会解除预警个案：请先由两人办理移出，否则记录不能销毁。",
        "Leaving does not close a case: two persons move it out, or the record cannot be \
         destroyed.";
    NOTHING_YET = "还没有写入任何内容。", "Nothing has been written yet.";
    NOTHING_WRITTEN = "这是预览，没有写入任何内容。", "This is a preview; nothing was written.";
    TO_SIGN = "由 {0} 提出，请核对后签署。名册如有变化，签署会被拒绝。",
        "Asked for by {0}. Check it before you sign; if the roll has changed, signing is refused.";
    CLASS_HOW = "写作 八年级1班；毕业的班写 毕业离校",
        "written as g8/1; for a class that finishes school: leave the school";
}
