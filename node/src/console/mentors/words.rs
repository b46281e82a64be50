//! Sentences of the pages about mentors, in both languages.

use runtime::texts;

texts! {
    MENTORS = "导师", "Mentors";
    NOTE = "谁带哪些学生，哪些学生还没有导师，交接给谁", "who has whom, who has nobody, and hand-over";
    SINCE = "谈话自 {0} 起计；截至 {1}，在校 {2} 人，已有一名在岗导师 {3} 人。",
        "Talks since {0}; as of {1}, {3} of {2} students have exactly one mentor who is on the \
         staff roll.";
    AVERAGE = "{0} 名导师，平均每人带 {1} 名学生。", "{0} mentors with {1} students each on average.";
    LOADS = "导师带教情况", "Load of each mentor";
    NAME = "导师", "Mentor";
    STUDENTS = "学生数", "Students";
    TALKED = "本学期已谈", "Talked to this term";
    STATE = "状态", "State";
    IN_POST = "在岗", "on the staff roll";
    GONE = "已离岗，请交接", "has left: hand over";
    NO_MENTOR = "还没有导师结对。", "There is no pair yet.";
    CLASSES = "各班导师覆盖", "Coverage by class";
    CLASS = "班级", "Class";
    ON_ROLL = "在校", "Students";
    PAIRED = "已有导师", "With a mentor";
    WITHOUT = "没有在岗导师的学生", "Students without a mentor";
    WITHOUT_NONE = "每名学生都有导师。", "Everybody has one.";
    SEVERAL = "不止一名导师的学生", "Students with several mentors";
    SEVERAL_NONE = "没有。", "None.";
    STUDENT = "学生", "Student";
    ACT = "办理", "Act";
    GIVE = "安排导师", "Give a mentor";
    LOOK = "查看", "Look";
    ALL_BEFORE = "已在前面的页列完。", "All of them stand on the pages before.";
    SHEET = "导师交接单：{0}", "Hand-over of {0}";
    SHEET_NOTE = "名单、结对日期与本学期谈话情况；谈话内容只有谈话人本人能看到",
        "names, since when, and this term's talks; what was said stays with its author";
    PAIR_SINCE = "结对日期", "Since";
    TALKS = "本学期谈话", "Talks this term";
    LAST = "最近一次", "Last";
    CONCERNS = "需关注", "With concern";
    CHOOSE = "交接", "Hand over";
    NOBODY = "这名导师现在没有学生。", "This mentor has no student now.";
    TO = "接任导师（工号或姓名）", "To (number or name)";
    FROM_DAY = "自（日期）", "From (day)";
    REASON = "理由", "Reason";
    GO = "交接所选学生", "Hand over those chosen";
    HANDED = "已交接 {0} 名学生。原结对自该日终止，新结对同日开始。",
        "{0} students were handed over: the old pairs ended on that day and the new ones began.";
    SIGNED = "移交人：＿＿＿＿＿＿　　接收人：＿＿＿＿＿＿　　监交人：＿＿＿＿＿＿　　日期：＿＿＿＿＿＿",
        "Handed over by: __________   Taken over by: __________   Witness: __________   Date: \
         __________";
    ADD = "登记导师结对", "Note a pair";
    TO_MISSING = "没有找到接任导师，或不止一人同名；请填写工号。没有写入任何内容。",
        "There is no such member of staff, or several of that name. Nothing was written.";
    TO_NEXT = "填写在岗教职工的工号后再交一次。",
        "Write the number of somebody on the staff roll and send it again.";
}
