//! Sentences of the pages about duty reports, tips and a hotline's callers, in both languages.

use runtime::texts;

texts! {
    REPORTS = "强制报告", "Duty reports";
    REPORTS_NOTE = "发现未成年人遭受或疑似遭受侵害，应当立即报告；请先拨打 110，再由此加密发出",
        "where a child is harmed or may be, report at once: telephone 110, then send it sealed";
    REPORTS_IN_NOTE = "学校发来的强制报告；列表中没有学生", "duty reports of schools; the list names no child";
    TIPS = "外部线索", "Tips from offices";
    TIPS_NOTE = "公安、网信、卫生健康部门发来的线索；二十四小时内签收，并答复处置情况",
        "from police, cyberspace office and health; acknowledge within 24 hours, then answer";
    TIPS_OUT = "给学校的线索", "Tips to schools";
    TIPS_OUT_NOTE = "就一名学生发给一所学校的线索，密封送达", "about a child, to one school, sealed";
    HAND_OFFS = "热线转介", "Hotline callers";
    HAND_OFFS_NOTE = "热线转来的来电人，由心理教师直接办理；有危险的立即联系，其余一个工作日内签收，并答复是否联系上",
        "callers whom a hotline handed over, for the counsellor; in danger at once, else \
         acknowledge within one working day, then answer whether the caller was reached";
    HAND_OFFS_OUT = "转出的来电人", "Callers handed over";
    HAND_OFFS_OUT_NOTE = "把一名来电人转介给一所学校的心理教师，或一家医院等接收单位，密封送达；有危险的请先打电话",
        "a caller, to one school's counsellor, a clinic or another office, sealed; where there is \
         danger telephone first";
    HAND_OFF_TO = "学校、医院或其他接收单位的单位编号", "Unit id of the school, clinic or office";
    HAND_OFF_RELAY = "对方所属枢纽（名录中有的可不填）",
        "Hub that serves it (where no directory says)";
    CALLERS = "热线转来的来电人", "Callers from hotlines";
    CALLERS_NOTE = "有危险的立即联系，其余一个工作日内签收，并答复是否联系上；列表中没有姓名",
        "in danger at once, else acknowledge within one working day, then answer whether the \
         caller was reached; the list names nobody";
    LEAD_CALLER = "热线转介，来自{0}（{1}）。请勿外传；联系时按约定的方式。",
        "A caller from {0} ({1}). Keep it to yourself, and reach the caller as was agreed.";
    ACKNOWLEDGE_BY = "签收期限 {0}", "acknowledge by {0}";
    IN_DANGER = "有危险", "in danger";
    LEAD_HAND_OFF = "热线转介，来自{0}（{1}）。只由心理教师办理，请勿外传；联系时按约定的方式。",
        "A caller from {0} ({1}), for the counsellor alone. Keep it to yourself, and reach the \
         caller as was agreed.";
    LEAD_DANGER = "有危险：立即联系来电人，必要时拨打 110、120；热线值班：{0}。",
        "In danger: reach the caller now, and 110 or 120 where needed; the hotline on duty: {0}.";
    WRITE_HAND_OFF = "书写转介", "Hand a caller over";
    CALLER = "来电人自称", "The caller's name as given";
    REACH = "联系方式和方便的时间", "How and when the caller is reached";
    DANGER = "是否有危险", "Whether in danger";
    GROUND = "转介依据", "On what it stands";
    AGREED = "与来电人约定的事项", "What was agreed with the caller";
    HOTLINE_PHONE = "热线值班电话", "Telephone of the hotline";
    DAY_TRIED = "联系日期", "Day";
    LINK_CALLER_NOTE = "转介本身不建立学生或个案；列入预警请另行办理，来源填热线。",
        "A caller handed over makes no student and no case; where one is opened, the hotline is \
         its source.";
    NONE = "没有记录。", "There is none.";
    NUMBER = "编号", "No";
    WHEN = "时间", "When";
    WITH = "对方单位", "With";
    STATE = "状态", "State";
    NOTE = "备注", "Note";
    LINKED = "已关联学生", "linked with a student";
    ERASED = "内容已删除", "content erased";
    RELAYED = "枢纽已收", "a relay has it";
    NEXT = "办理", "What may be done";
    MUST = "必填", "needed";
    CONTENT = "内容", "What it says";
    SIZE = "{0} 字节，摘要 {1}", "{0} bytes, digest {1}";
    ANSWERS = "答复", "Answers";
    NO_ANSWERS = "还没有答复。", "Nothing was answered yet.";
    READS = "阅读记录", "Who read it";
    BACK = "返回", "Back";
    READ = "查看内容", "Read what it says";
    READ_NOTE = "内容会写出学生姓名；每次查看都记入日志。", "It names a child; each reading is logged.";
    READ_WHY = "为什么查看", "What for";
    SHOW = "查看", "Show";
    LEAD_DRAFT = "以下由将要离校的字节读出，由德育主任或另一位有权的教师核对后发出。不告知涉嫌侵害的监护人。",
        "Read from the very bytes that will leave; the head, or another who may, sends it. A \
         guardian who is suspected is not told.";
    LEAD_SENT = "已于 {0} 加密发出，以下由发出的字节读出。不告知涉嫌侵害的监护人。",
        "Sealed {0}; read from the very bytes that left. A guardian who is suspected is not told.";
    LEAD_TIP = "外部线索，来自{0}（{1}）。请勿外传，不告知涉嫌侵害的人；是否列入预警由学校研判。",
        "Tip from {0} ({1}). Keep it to yourself, and from whoever may harm the child; whether a \
         case is opened is the school's to weigh.";
    LEAD_REPORT = "强制报告，来自{0}（{1}）。", "Duty report from {0} ({1}).";
    LEAD_TIP_DRAFT = "以下由将要发出的字节读出，核对后发出。",
        "Read from the very bytes that will leave; look at it, then send it.";
    LEAD_TIP_SENT = "已于 {0} 加密发出，以下由发出的字节读出。",
        "Sealed {0}; read from the very bytes that left.";
    SEND = "核对无误，加密发出", "Seal and send what is shown";
    WRITE_REPORT = "起草强制报告", "Write a duty report";
    WRITE_REPORT_NOTE = "不需要监护人同意；起草后由德育主任或另一人核对发出。",
        "No guardian is asked for consent; the head or a second person sends it.";
    WRITE_TIP = "书写线索", "Write a tip";
    STUDENT = "学生（学籍号或姓名；不涉及某一名学生可不填）",
        "Student (number or name; none where it is about no single one)";
    CHOOSE = "请选择", "choose";
    NO_OFFICE = "名录中没有可以加密受理的公安或民政单位：请先拨打 110 报告，再请区里在名录中登记。",
        "The directory lists no police or civil-affairs desk to which something can be sealed: \
         telephone 110 first, then ask the district to list one.";
    OFFICE = "受理单位（名录中的公安或民政单位）", "Office (police or civil affairs in the directory)";
    HARM = "报告情形", "What is reported";
    SUSPICION = "是否怀疑监护人", "Whether a guardian is suspected";
    FOUND_BY = "发现人", "Found by";
    FOUND_ON = "发现日期", "Found on";
    SEEN = "所见所闻", "What was seen or heard";
    DONE = "已采取的措施", "What was done at once";
    PERSON = "联系人", "Whom to call";
    PHONE = "联系电话", "Telephone";
    SCHOOL = "学校的单位编号", "Unit id of the school";
    RELAY = "学校所属枢纽（与本单位相同可不填）", "Hub that serves the school (where it is another one)";
    ABOUT = "线索类别", "What it is about";
    CHILD = "已知的学生情况", "The child, as far as it is known";
    SAID = "已知情况", "What is known";
    RECEIPT = "收件编号（不填则自动编号）", "Number of receipt (made where it is left out)";
    HOW = "处置方式", "How it was handled";
    DAY = "处置日期", "Day of handling";
    ASKS = "需要补充什么", "What is asked for";
    NOT_OURS_NOTE = "答复后内容立即删除。", "What it says is erased at once.";
    READER = "指定可阅读的心理教师", "Name a counsellor who may read it";
    READER_NOBODY = "（不指定）", "(nobody)";
    LINK = "与在册学生关联", "Link it with a student on the roll";
    LINK_NOTE = "线索本身不建立学生或个案；列入预警请另行办理，来源填外部线索。",
        "A tip makes no student and no case; where one is opened, the tip is its source.";
    MEANT = "学籍号或姓名", "Student number or name";
    NOBODY = "没有这个学生，或有几个同名的，没有保存。",
        "There is no such student, or several of that name; nothing was kept.";
    NOBODY_NEXT = "请填学籍号。", "Give the student number.";
}
