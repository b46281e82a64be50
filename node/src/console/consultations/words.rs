//! Sentences of the pages of remote consultations, in both languages.

use runtime::texts;

texts! {
    CONSULTATIONS = "远程会诊", "Remote consultations";
    NOTE = "有校外专家参加的会诊：专家只看到会诊卡，决定和复查日期由学校作出",
        "consultations with an expert from outside, who sees the card alone; the school decides";
    NONE = "没有校外专家参加的会诊案例。请先登记会诊（有校外人员参加，写明其单位代码）和会诊案例。",
        "No case of a consultation with somebody from outside. Enter the consultation with the \
         unit of whoever comes, and its case.";
    NUMBER = "案例", "Case";
    STUDENT = "学生", "Student";
    MEETING = "会诊日期", "Meeting";
    UNIT = "专家单位", "Expert's unit";
    STANDS = "会诊卡", "Card";
    NO_CARD = "没有发出", "not sent";
    WAITS = "等待答复，期限 {0}", "waits for an answer until {0}";
    ANSWERED = "已答复", "answered";
    REVOKED = "已撤回，通知排队发出，等待对方删除", "taken back; the other side has not answered";
    DONE = "已撤回：{0}", "taken back: {0}";
    ENDED = "期限已过，由对方按期删除", "its time is over: the other side erases it";
    LATE = "逾期，请致电 {0}", "late: telephone {0}";
    CARD = "会诊卡（专家看到的全部内容）", "The card: all that the expert sees of the case";
    NO_TEXT = "案例中还没有写会诊卡。", "The case has no card yet.";
    SENT = "发出与答复", "Sent and answered";
    WHEN = "时间", "When";
    SAID = "内容", "What was said";
    TO = "专家", "Expert";
    PREPARE = "预览将要离校的会诊卡", "Look at the card that would leave";
    PREPARE_NOTE = "只有会诊卡、会诊日期、答复期限和学校联系方式会离校。专家须在名录中、面向本校、在有效期内，\
         并有家长对该单位的会诊同意。",
        "Only the card, the day of the meeting, the limit and the contact at the school leave. The \
         expert stands in the directory, for this school and today, and the family has agreed to a \
         consultation with that unit.";
    URGENCY = "希望多快答复", "How soon";
    ROUTINE = "三个工作日内", "within three working days";
    URGENT = "一个工作日内（紧急情况请直接打电话）", "within one working day (telephone in an emergency)";
    PERSON = "学校联系人", "Contact at the school";
    PHONE = "学校电话", "Telephone at the school";
    RECALL = "撤回会诊卡", "Take the card back";
    RECALL_NOTE = "持有会诊卡的专家单位会最先得到通知，删除会诊卡和意见，并答复删除了什么。",
        "Whoever holds the card is told before all else, erases it with its opinions, and answers \
         what was erased.";
    PREVIEW = "将要离校的会诊卡", "The card that would leave";
    PREVIEW_NOTE = "这是将要加密的全部内容，由将要加密的字节解读而来；一小时内有效，内容有变须重新预览。",
        "This is everything that will be sealed, read from the very bytes; it holds for an hour, \
         and what changes meanwhile is looked at anew.";
    SIZE = "{0} 字节 · {1}", "{0} bytes · {1}";
    SEND = "加密发送", "Seal and send";
    GROUND = "依据", "Ground";
    BY_CONSENT = "知情同意，至 {0}（摘要 {1}）", "consent, until {0} (digest {1})";
    BY_EMERGENCY = "紧急情况，来不及征求同意", "emergency, no time to ask";
    FROM = "学校", "School";
    MADE = "编制时间", "Made";
    UNTIL = "希望答复期限", "Answer wanted until";
    TEXT = "会诊卡", "Card";
    ADVICE = "建议：{0}", "recommends: {0}";
    PROPOSES = "可通话时间：{0}", "could talk: {0}";
    ERASED_CARD = "会诊卡已删除，意见 {0} 份随同删除", "card erased, with {0} opinions";
    DECISION = "会诊决定和复查日期由学校在会诊案例中登记。",
        "Decision and day of the next look are entered by the school with the case.";
    OPEN_CASE = "打开会诊案例", "Open the case";
}
