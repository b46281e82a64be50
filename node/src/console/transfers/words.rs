//! Sentences of the pages of transfers, in both languages.

use runtime::texts;

texts! {
    TRANSFERS = "转学交接", "Transfers";
    ONE = "转学情况", "One transfer";
    READ = "查看", "read";
    LIST_NOTE = "对方确认之前学生由原校负责并计入原校；任何一天只属于一所学校。",
        "Until it is confirmed the student is the old school's and counted there; every day is one \
         school's.";
    SIDE = "方向", "Direction";
    GOES = "转出", "goes";
    COMES = "转入", "comes";
    STATE = "状态", "State";
    SCHOOL = "对方学校", "Other school";
    DAY = "约定或生效日", "Day";
    LIMIT = "办理期限", "Limit";
    NONE = "没有转学。", "No transfers.";
    UNHEARD = "对方尚未确认收到；逾期请致电。",
        "The other school is not known to have heard this; telephone when it is late.";
    OFFER = "提出转出", "Offer a student";
    OFFER_NOTE = "先显示将提供的全部内容，确认后才加密发出。学籍号、住址和班级不发送。",
        "All that would be passed on is shown first. Student number, address and class are not.";
    WHO = "学生（学籍号、校内编号或姓名）", "Student (number or name)";
    TO = "对方学校单位代码", "Unit id of the other school";
    APPLIED = "家长申请日期", "Day of the family's application";
    CARE = "同时交接关爱情况（须有家长对该校的单独同意）",
        "How the student is looked after goes along (needs the family's consent for that school)";
    PERSON = "本校联系人", "Whom to ask here";
    PHONE = "本校电话", "Telephone here";
    GO_ON = "查看将提供的内容", "Show what would be passed on";
    PREVIEW = "将提供给对方学校的全部内容", "All that the other school would get";
    PREVIEW_SIZE = "{0} 字节 · {1}", "{0} bytes · {1}";
    SEND = "确认提出", "Offer this";
    ACCEPT = "接收", "Take the student";
    ACCEPT_NOTE = "请与家长提交的材料核对后填写；原校确认转出后自动入册。",
        "Compare with the family's papers; the roll is written once the old school confirms.";
    NUMBER = "学籍号", "Student number";
    GRADE = "年级", "Grade";
    CLASS = "班级", "Class";
    FIRST_DAY = "到校第一天", "First day here";
    DECLINE = "不接收", "Do not take";
    WHY = "原因", "Reason";
    NOTE = "说明", "A word to it";
    RECALL = "撤回转出", "Take the offer back";
    RECALL_NOTE = "学生仍在本校；对方收到的内容将被删除。",
        "The student stays; the other school erases what it got.";
    LOG = "办理与查看记录", "Who did what, and who read it";
    ERASED = "内容已删除或不再需要。", "What was offered is erased or needed no more.";
    NOTICE = "家长告知书", "Notice to the family";
    NOTICE_TEXT = "您的孩子转学时，原校只向新校提供办理入学所需的姓名、性别、出生日期、年级和监护人联系方式。\
                   心理关爱情况只有在您（满 14 周岁的学生还须本人）单独同意后才会交接，同意不随学生转移，\
                   新校会重新征求。原校保存的记录按规定期限销毁，您可以随时查阅、更正或撤回同意。",
        "When your child moves, the old school passes on only what is needed to enrol: name, sex, \
         birth date, grade and how to reach you. How your child is looked after goes along only \
         with your separate consent, and with the student's from 14 on. Consents do not move: the \
         new school asks you anew. What the old school keeps is destroyed when its time is over; \
         you may see it, have it put right, or withdraw a consent at any time.";
    NOTICE_SLIP = "回执：已阅知。家长签名：＿＿＿＿＿＿　日期：＿＿＿＿＿＿",
        "Slip: read. Signed: ____________  Day: ____________";
    NAME = "姓名", "Name";
    SEX = "性别", "Sex";
    BIRTH = "出生日期", "Birth date";
    GUARDIAN = "监护人", "Guardian";
    SENDER = "原校联系人", "Whom to ask at the old school";
    RECIPIENT = "新校", "New school";
    WRITTEN = "填写时间", "Written";
    UNTIL = "有效至", "Offer ends";
    TIER = "关注等级", "Tier";
    NO_TIER = "不在册", "none";
    CASE_OPEN = "在册个案：有", "a case is open";
    FOLLOWUPS = "计划随访日期", "Planned follow-ups";
    HELPER = "帮扶人", "Helper";
    BY_CONSENT = "依据同意书，至 {0}（{1}）", "by a consent until {0} ({1})";
    CARED = "关爱情况交接", "How the student is looked after";
    BEHIND = "不交接", "stays behind";
    CONTACT = "对方联系人或说明", "Whom to ask there, or a word";
}
