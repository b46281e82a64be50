//! The help of duty reports, tips and a hotline's callers.

use runtime::cli::Translation;

pub(super) const TEXTS: Translation = &[
    (
        "Duty reports to an office and tips from one, as an account",
        "强制报告和外部线索（须用账号）",
    ),
    (
        "Receiver: duty reports that came and tips to schools, as an account",
        "接收机构：收到的强制报告、发给学校的线索（须用账号）",
    ),
    ("Duty reports and how they stand", "全部强制报告及进展"),
    (
        "Write a duty report, to be looked at and sent by a second person or the head",
        "起草强制报告，由另一人或德育主任核对后发出",
    ),
    (
        "Show what would leave, or has left; with the digest of what was shown, seal and send it",
        "显示将要或已经离校的内容；写上所示摘要，即加密发送",
    ),
    ("Record of the report", "强制报告的记录编号"),
    ("Tips from offices that the account may read", "本账号可阅读的外部线索"),
    ("What a tip says; the reading is logged", "一条线索的内容；阅读会留下记录"),
    ("Number of the tip", "线索编号"),
    (
        "Acknowledge a tip or caller, or answer: handled, reached or not, not of this school",
        "签收线索或转介，或答复已处置、是否联系上、不是本校学生",
    ),
    (
        "Name the counsellor who may read a tip beside the head; nobody without one",
        "指定可与德育主任一同阅读线索的心理教师；不写则取消",
    ),
    ("Number of the member of staff in the ledger", "教职工在台账中的编号"),
    ("Link a tip or a caller with a student who is on the roll", "把线索或转介与在册学生关联"),
    ("Student number, or name", "学籍号或姓名"),
    (
        "Record of a report that was written and not sent, to write it anew",
        "已起草未发出的报告编号，重新起草时填写",
    ),
    ("Student number; none where it is about no single student", "学籍号；不涉及某一名学生时不写"),
    (
        "Unit id of the police or civil-affairs desk in the directory",
        "名录中公安或民政受理单位的编号",
    ),
    (
        "What is reported, such as violence, sexual or abandoned",
        "报告情形代码，如 violence、sexual、abandoned",
    ),
    (
        "Whether a guardian is suspected: guardian, others or unknown",
        "是否怀疑监护人：guardian、others 或 unknown",
    ),
    ("Who found it", "发现人"),
    (
        "When it was found, such as 2026-12-01; today if not given",
        "发现日期，如 2026-12-01；不写为今天",
    ),
    ("What was seen or heard", "所见所闻"),
    ("What was done at once", "已采取的措施"),
    ("Whom the office may call at the school", "受理单位可联系的学校联系人"),
    ("Number of the notice", "编号"),
    (
        "Answer: received, handled, not_ours, more_needed, reached or not_reached",
        "答复：received、handled、not_ours、more_needed、reached 或 not_reached",
    ),
    (
        "How it was handled, such as contacted, followed or investigated",
        "处置方式代码，如 contacted、followed、investigated",
    ),
    (
        "Day of handling or of the call, such as 2026-12-01; today if not given",
        "处置或联系的日期，如 2026-12-01；不写为今天",
    ),
    ("Number of receipt, or what is asked for", "收件编号，或需要补充什么"),
    ("Duty reports that came and how they stand", "收到的强制报告及进展"),
    (
        "What a duty report says, for a purpose; the reading is logged",
        "一份强制报告的内容，须写明目的；阅读会留下记录",
    ),
    ("Number of the report", "强制报告编号"),
    (
        "Answer a report or a caller: received, handled, reached or not, not ours, more needed",
        "签收或答复强制报告、热线来电人：已处置、已联系上、未联系上、不属于本单位、需补充",
    ),
    ("Tips of this house and how they stand", "本单位发出的线索及进展"),
    ("Write a tip about a child to one school", "就一名学生向一所学校书写线索"),
    (
        "Show a tip or hand-off that would leave, or has left; with the digest of it, send it",
        "显示将要或已经发出的线索或转介；写上所示摘要，即加密发送",
    ),
    ("Unit id of the school", "学校的单位编号"),
    (
        "Hub that serves the school, where that is another one than this house's",
        "学校所属枢纽；与本单位相同可不写",
    ),
    (
        "What it is about: danger, victim, online, missing, conduct or other",
        "线索类别代码，如 danger、victim、online",
    ),
    ("The child, as far as it is known: name, class, age", "已知的学生情况：姓名、班级、年龄"),
    ("What is known", "已知情况"),
    ("Whom the school may call", "学校可联系的人"),
    ("Telephone of this house", "本单位电话"),
    ("Callers whom hotlines handed over, for a counsellor", "热线转来的来电人（心理教师）"),
    ("What a hotline says of a caller; the reading is logged", "一次转介的内容；阅读会留下记录"),
    ("Number of the caller", "转介编号"),
    ("Number of the tip or the caller", "线索或转介编号"),
    ("Callers whom this house handed over, and how that stands", "本单位转出的来电人及进展"),
    (
        "Write a hand-off of a caller to one school's counsellor, a clinic or another office",
        "把一名来电人转介给一所学校的心理教师，或一家医院等接收单位",
    ),
    (
        "Unit id of the school, or of the clinic or office that takes the caller",
        "学校的单位编号，或接收来电人的医院等单位的编号",
    ),
    (
        "Hub that serves it; the one that the directory names if not given",
        "对方所属枢纽；不写则按名录",
    ),
    (
        "Callers whom hotlines handed over to this house, those in danger first",
        "热线转来本单位的来电人，有危险的在前",
    ),
    (
        "What a hotline says of a caller, for a purpose; the reading is logged",
        "一名来电人的转介内容，须写明目的；阅读会留下记录",
    ),
    ("Number of the tip or the hand-off", "线索或转介的编号"),
    ("The caller's name as it was given", "来电人自称的姓名"),
    ("How and when the caller is reached", "联系方式和方便的时间"),
    ("Whether the caller is in danger: yes or no", "是否有危险：yes 或 no"),
    (
        "On what it stands: spoken, written, or danger where nobody agreed",
        "转介依据：spoken（口头同意）、written（书面同意），未取得同意而有危险写 danger",
    ),
    ("What was agreed with the caller", "与来电人约定的事项"),
    ("Whom the other side may call at the hotline", "对方可联系的热线人员"),
    ("Telephone of the hotline", "热线电话"),
];
