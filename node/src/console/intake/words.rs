//! Sentences of a receiver's pages, in both languages.

use runtime::texts;

texts! {
    PRODUCT = "心桥 · 接收机构", "Xinqiao · receiver";
    GROUP = "转介", "Referrals";
    HOME = "概况", "Overview";
    WORKLIST = "待办", "Worklist";
    LOG = "阅读与拒收记录", "Log of reads";
    CARDS = "会诊卡", "Cards";
    CARDS_NOTE = "学校请专家看的会诊卡；这里只有缓急、学校、状态和期限",
        "cards that schools ask an expert about; urgency, school, state and limit";
    NO_CARDS = "没有收到会诊卡。", "No card has come.";
    CARD = "会诊卡", "Card";
    CARD_ASKED = "等待答复", "waits for an answer";
    CARD_BACK = "学校已撤回，已删除", "taken back by the school, erased";
    CARD_READ = "查看会诊卡", "Read the card";
    CARD_READ_NOTE = "会诊卡不写明学生是谁，请不要追问；每次查看都记入日志。",
        "The card tells no student; do not ask who it is. Each reading is logged.";
    CARD_NOTE = "只供给出意见；学校撤回或期满后从本机删除；本次查看已记入日志",
        "for an opinion alone; erased here when taken back or over; the reading was logged";
    CARD_OPINION = "给出意见", "Give an opinion";
    CARD_OPINION_NOTE = "只能答复一次，不超过 1000 字；决定由学校作出。",
        "It is given once, in up to 1,000 characters; the school decides.";
    CARD_DECLINE = "不能受理", "Decline";
    ADVICE = "建议", "Recommendation";
    OPINION = "意见", "Opinion";
    TALK_DAY = "可以通话的日期", "Day for a talk";
    TALK_TIME = "时间和方式", "Time and way";
    CARD_READS = "会诊卡阅读记录", "Reads of cards";
    HOME_NOTE = "密封给本机构的转介，只在本机打开", "what is sealed to this house is opened on this machine only";
    NOT_JOINED = "本节点尚未加入枢纽。请在终端运行 xinqiao-node join。",
        "This node has not joined. Run  xinqiao-node join  at the terminal.";
    OPEN_COUNT = "内容尚在的转介", "Referrals whose content is here";
    CARDS_COUNT = "内容尚在的会诊卡", "Cards whose content is here";
    UNSEALED_COUNT = "等待密封的答复", "Answers that wait to be sealed";
    LETTERS_COUNT = "等待发出的信件", "Letters that wait for their slot";
    REFUSED_COUNT = "拒收", "Refused";
    UNSEALED_NOTE = "答复一直等待密封，说明还没有学校或枢纽的公钥声明：xinqiao-node intake know 文件",
        "An answer that goes on waiting lacks the statement of its school's or of the relay's \
         key:  xinqiao-node intake know FILE";
    LIST_NOTE = "这里只有缓急、学校、状态和期限，没有学生", "urgency, school, state and limit; no child is named";
    CALLERS_WAIT = "热线转来的来电人 {0} 人待办，其中有危险的 {1} 人。",
        "{0} callers from hotlines wait, of whom {1} are in danger.";
    NONE = "没有收到转介。", "No referral has come.";
    NUMBER = "编号", "No";
    URGENCY = "缓急", "Urgency";
    SCHOOL = "发来的学校", "School";
    STATE = "状态", "State";
    ASKED = "现在要办", "What is asked for";
    DUE = "期限", "Limit";
    LATE = "已超过", "past";
    RECEIVED = "收到时间", "Received";
    GROUND = "依据", "Ground";
    CONSENT_UNTIL = "知情同意，至 {0}", "consent, until {0}";
    EMERGENCY = "紧急转介，无事先同意", "emergency, without prior consent";
    ERASED = "内容已删除", "Content erased";
    ASK_ANSWER = "答复是否接收", "an answer";
    ASK_DATE = "首次就诊", "a first date";
    ASK_OUTCOME = "回传结果", "the outcome";
    ASK_KEPT = "说明依法保留什么", "what the law makes you keep";
    READ = "查看内容", "Read what it says";
    READ_NOTE = "内容会写出学生姓名；每次查看都记入日志。", "It names a child; each reading is logged.";
    READ_WHY = "为什么查看", "What for";
    SHOW = "查看", "Show";
    EXPORT = "导出 FHIR 文件", "Export as FHIR";
    NEXT = "办理", "What may be done";
    MUST = "必填", "needed";
    COURSE = "经过", "Course";
    NO_ACTS = "还没有办理。", "Nothing was done yet.";
    WHEN = "时间", "When";
    STEP = "步骤", "Step";
    BY = "经手", "By";
    PROGRAM = "程序", "program";
    TOLD = "学校", "School";
    SEALED_AT = "{0} 已密封待发", "sealed {0}";
    NOT_SEALED = "尚未密封", "not sealed yet";
    WITHDRAWAL_ANSWERED = "已答复撤回", "Withdrawal answered";
    KEPT = "说明保留内容", "Say what is kept";
    KEPT_NOTE = "家庭已撤回同意，内容已删除。法律要求保存的病历可以保存，但须停止其他使用并说明。",
        "The family has withdrawn its consent and the content is erased. A record that the law \
         keeps may stay, without any other use; say so.";
    STOOD_DOWN_NOTE = "学校已解除这次紧急转介，或说明转错了人。人已送到的照常救治。请说明依法保留什么；说明后内容立即删除。",
        "The school has stood this emergency down, or it was of the wrong person. Whoever has \
         arrived is treated all the same. Say what the law makes you keep; what the referral says \
         is erased then.";
    LOCKED = "待学校确认", "Waits for the school";
    LOCKED_NOTE = "本机从备份恢复过，恢复之后家庭可能已撤回，所以内容已锁定。学校的节点会自动答复；急需时请致电学校，\
         确认仍然有效后登记对方姓名，即可查看和办理。",
        "This machine was put back from a backup, and the family may have withdrawn since: what it \
         says is locked. The school's node answers by itself. In a hurry call the school, and \
         enter who said that the referral stands; then it is read and answered again.";
    STANDS = "学校来电确认仍然有效", "The school said that it stands";
    STANDS_WHO = "学校确认人姓名", "Who at the school said so";
    DECLINE_NOTE = "内容立即从本机删除，不能恢复。", "What it says is erased from this machine at once, for good.";
    OUTCOME_NOTE = "知情同意允许回传的内容才有栏目；不写诊断。",
        "There are fields for what the consent lets back; no diagnosis.";
    NOTE_FIELD = "说明", "Note";
    REASON = "原因", "Reason";
    TO = "另一接收方", "The other recipient";
    TO_UNIT = "其单位编号", "Its unit id";
    PHONE = "电话", "Telephone";
    DAY = "日期", "Day";
    TIME = "时间", "Time";
    PLACE = "地点", "Place";
    FIT = "能否返校", "Fit for school";
    NOT_SAID = "不写", "not said";
    ADJUSTMENTS = "学校需要作的调整", "What the school adjusts";
    WATCH = "学校需要留意的情况", "What the school watches for";
    NEXT_VISIT = "下次就诊", "Next visit";
    TAKEN_BY = "接手人", "Who takes over";
    WHY_KEPT = "保留的原因", "Why it is kept";
    WHAT_KEPT = "保留什么、依据哪一条", "What, and under which article";
    CONTENT_NOTE = "仅供本机构为所选目的使用；本次查看已记入日志",
        "for this house and the chosen purpose alone; the reading was logged";
    CONTENT = "转介内容", "What the referral says";
    FROM = "学校联系人", "At the school";
    BACK = "返回", "Back";
    READS = "阅读记录", "Reads";
    REFUSED = "拒收", "Refused";
    WHY = "原因", "Why";
    ACCOUNT = "账号", "Account";
    REFERRAL = "转介", "Referral";
    NO_READS = "还没有人查看过。", "Nobody has read anything yet.";
    NO_REFUSED = "没有拒收。", "Nothing was refused.";
    REFUSED_NOTE = "这些信件打不开或不可信，已删除；如反复出现，请告诉区级枢纽。",
        "These could not be opened or believed and were erased. Tell the district's hub if it \
         goes on.";
    OUTCOME_BACK = "可回传", "May come back";
    PURPOSE = "同意的用途", "Agreed purpose";
    PURPOSE_TO = "{0}给{1}，不作他用", "{0} to {1}, and nothing else";
    CLASSES = "同意提供的资料", "Data that may be given";
}
