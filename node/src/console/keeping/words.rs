//! Sentences of the pages of keeping, in both languages.

use runtime::texts;

texts! {
    KEEPING = "留存与销毁", "Keeping and destruction";
    KEEPING_NOTE = "毕业或离校后到期，由两人办理", "due after graduation or leaving; two persons";
    RULE = "学生的记录保存到毕业或离校；有在册预警个案、依法留存，或最后一个学年的报表尚未截止时不销毁。与学生无关的记录保存三年，任职与资质保存十年。\
        查阅记录中只留下账号、时间和用途。",
        "A student's record is kept until graduation or leaving; an open case, a legal hold or \
         a last school year that can still be reported keeps it longer. What is about nobody is \
         kept for three years, posts and qualifications for ten. Of who read a record only \
         account, time and purpose stay.";
    DUE = "到期的学生", "Students who are due";
    DUE_NONE = "没有已离校学生的记录。", "There is no record of a student who has left.";
    STUDENT = "学生", "Student";
    UNNAMED = "学生（内部编号 {0}）", "A student (internal number {0})";
    LEFT = "离校日期", "Left on";
    HOW = "方式", "How";
    ENTRIES = "记录", "Entries";
    STANDS = "能否销毁", "May it go";
    READY = "可以销毁", "may go";
    KEPT = "暂不能销毁", "kept";
    ORDERED = "已提出，待签署", "ordered, to be signed";
    TAKE = "选择", "Take";
    ASK = "提出销毁所选（交另一人签署）", "Order it for those taken (somebody else signs)";
    REQUESTED = "应家长或本人请求（每次只能选一名学生）",
        "the family asked for it (one student at a time)";
    ONE_REQUEST = "“应家长或本人请求”每次只能用于一名学生，没有提出销毁。",
        "“the family asked for it” is said of one student at a time; nothing was ordered.";
    ONE_REQUEST_NEXT = "请只选这一名学生；其他到期的学生另行提出，不勾选这一项。",
        "Take that student alone; order it for the others apart, without this box.";
    NOBODY = "没有勾选学生，没有提出销毁。", "no student was ticked; nothing was ordered.";
    NOBODY_NEXT = "请勾选要销毁记录的学生后再提交。",
        "Tick the students whose records are due, and submit again.";
    NO_ORDER = "没有勾选销毁申请，没有销毁任何内容。", "no order was ticked; nothing was destroyed.";
    NO_ORDER_NEXT = "请勾选要签署的申请后再提交。", "Tick the orders to be signed, and submit again.";
    SURE = "我已逐项核对所选的销毁令，确定销毁", "I have checked each order that is taken";
    NOT_SURE = "没有确认已逐项核对，没有销毁任何内容。",
        "The box that says you have checked them is empty; nothing was destroyed.";
    NOT_SURE_NEXT = "请核对所选各项，勾选确认后再签署。", "Check what is taken, tick the box and sign.";
    WORK = "到期的工作记录（与学生无关）", "Work records that are due, about no student";
    WORK_NONE = "没有到期的工作记录。", "No work record is due.";
    KIND = "种类", "Kind";
    YEARS = "保存年限", "Years kept";
    ASK_KIND = "提出销毁", "Order it";
    WAITING = "待签署的销毁申请", "Orders to be signed";
    WAITING_NONE = "没有待签署的销毁申请。", "No order waits.";
    ORDER = "销毁申请", "Order";
    ASKED = "提出", "Asked";
    CAUSE = "原因", "Cause";
    SIGN = "签署所选并立即销毁", "Sign those taken; they are destroyed at once";
    REFUSE = "不同意所选", "Do not agree with those taken";
    SIGN_NOTE = "销毁不可恢复。所选各项要么全部销毁，要么一项也不销毁。",
        "What is destroyed cannot come back. Either all that is taken is destroyed, or nothing.";
    OWN = "由您提出，须另一人签署", "asked by you; somebody else signs";
    CERTIFICATES = "销毁证明", "Certificates of destruction";
    CERTIFICATES_NONE = "还没有销毁证明。", "There is no certificate yet.";
    CERTIFICATE = "销毁证明第 {0} 号", "Certificate of destruction no. {0}";
    AT = "执行时间", "Carried out";
    ASKED_BY = "提出人（账号）", "Asked by (account)";
    SIGNED_BY = "签署并执行人（账号）", "Signed and carried out by (account)";
    STUDENTS = "记录已全部销毁的学生人数", "Students of whom nothing is left";
    WHAT = "销毁内容", "What was destroyed";
    ROWS = "条数", "Rows";
    COPIES = "数据目录的备份中仍可能保留到 {0}（按本校设定的备份保存天数计算）。请在此日之前删除更早的备份。",
        "Copies of the data folder may hold it until {0}, by the school's own setting for how \
         long copies are kept. Delete older copies by then.";
    NAMELESS = "本证明不含姓名、学号和任何内容，永久保存。被销毁的各条在台账流水中只留编号、时间和摘要。",
        "This certificate holds no name, number or content and is kept for ever. Of what is \
         gone the journal keeps a number, a time and a digest.";
    PRINT = "用浏览器的打印功能打印本页。", "Print this page with the browser.";
    SIGNATURES = "经办人签字：＿＿＿＿＿＿　　监督人签字：＿＿＿＿＿＿　　日期：＿＿＿＿＿＿",
        "Carried out by: ____________   Witnessed by: ____________   Date: ____________";
    BACK = "返回", "Back";
}
