//! Sentences of the forms, in both languages.

use runtime::texts;

texts! {
    MUST = "必填", "needed";
    WHICH = "是哪一名学生？", "Which student is it?";
    FIELDS_WRONG = "有 {0} 项需要改正；台账没有改动，填写的内容都还在下面。",
        "{0} fields need correcting; the ledger was not changed and what you wrote is below.";
    FIELDS_NEXT = "请改正后再提交。", "Correct them and submit again.";
    OPEN_RECORD = "打开{0} #{1}", "Open {0} #{1}";
    OPEN_PAIR = "现任导师是{0}：打开{1} #{2}", "The mentor is {0}: open {1} #{2}";
    AGAIN = "仍要再记一次", "Enter it once more";
    LOOK_AT = "请核对这一项", "look at this one";
    TOO_LONG = "太长，请缩短", "too long; shorten it";
    REASON = "理由", "Reason";
    REASON_HELP = "随这次记录一起保存", "Kept with this version";
    SAVE = "登记", "Write it down";
    CHANGE = "保存更改", "Save the change";
    SETTLE = "裁定并保存", "Settle and save";
    SUBMIT = "提交", "Submit";
    CANCEL = "返回", "Back";
    NEW = "新登记", "New entry";
    NEW_TITLE = "登记：{0}", "New: {0}";
    EDIT_TITLE = "更改：{0} #{1}", "Change: {0} #{1}";
    SETTLE_TITLE = "裁定：{0} #{1}", "Settle: {0} #{1}";
    RECORD_TITLE = "{0} #{1}", "{0} #{1}";
    EDIT_NOTE = "原来的版本不会消失：更改写成新的一版，连同您的账号、时间和理由。",
        "The version before stays: a change is a new version, with your account, the time and the \
         reason.";
    SETTLE_NOTE = "两个人改动了同一版，两份都保留着，列在下面。请填写应当生效的内容；另一份留作历史。",
        "Two people changed the same version; both are kept and shown below. Write what is to \
         count; the other stays as history.";
    ADDED = "已登记，编号 #{0}。", "Written down as #{0}.";
    CHANGED = "已保存，这一版现在生效。", "Saved; this version counts now.";
    NOT_CONSENT = "已存，但不算同意：{0}。凭它不能把信息给出去，也不能据此施测。",
        "Kept, but no consent: {0}. Nothing may be passed on or asked on the strength of it.";
    BESIDE = "您打开之后有别人也改了这条记录。两份都保留：先写的一份生效，您写的一份在旁边，等待裁定。",
        "Somebody else changed this entry after you opened it. Both are kept: the first one \
         counts, yours waits beside it to be settled.";
    AFTER_INTERVIEW = "访谈已保存。结论与在册级别不同，级别还没有变：请在这里提出，由另一人签署。",
        "The interview is kept. It found another tier than the case stands at; nothing moved yet: \
         ask for it here, somebody else signs.";
    AFTER_CRISIS = "访谈已保存，学生已按危机级在册。下一步：马上联络监护人，按下面“个案联络”逐项登记；需要就医的，发起转介。",
        "The interview is kept, and the student stands as a crisis. Next: call the guardian at \
         once and enter each contact below; where a doctor is needed, begin a referral.";
    TO_CASE = "打开个案，登记联络", "Open the case and enter contacts";
    SHEET_SAYS = "量表作答：{0}", "On the sheet: {0}";
    NO_SHEET = "这份量表还没有交卷，题目和作答暂时看不到。",
        "The sheet is not handed in yet: question and answer cannot be shown.";
    ACTED = "已办理。", "Done.";
    DONE_BEFORE = "这一项已经办完或取消，不用再办；下面是当时的登记。",
        "This is done or called off already; what was entered then stands below.";
    ASKED = "已提出，尚未生效：等另一人同意。在此之前级别不变。",
        "Asked for, not yet in force: it waits until somebody else agrees. The tier stays as it \
         is.";
    LIFT_ASKED = "已提出解除，留存仍然有效：等另一人同意后才解除。已列入待办。",
        "Asked for; the hold still stands until a second person agrees. It is on the list of what \
         is due.";
    OBJECTED = "已记下：第二人不同意。列入或升级仍然有效，请负责人在 24 小时内复议（登记研判），已列入待办。",
        "Noted: the second person objects. The case stays as it was entered or raised; whoever is \
         responsible weighs it again within 24 hours by holding a review, which is on the list.";
    DECLINED = "已记下：第二人不同意，这项变动不生效，级别不变。",
        "Noted: the second person does not agree. Nothing moves.";
    TIER_NOW = "现在的级别：{0}", "present tier: {0}";
    NO_TIER = "不在册", "not on the ledger";
    REASON_OF = "{0} 写的理由：{1}", "reason given by {0}: {1}";
    OF_RULE = "由系统按规则自动登记", "entered by rule, not by a person";
    VERSION = "版本", "Version";
    WHO = "填写人", "Who";
    WHEN = "时间", "When";
    WHY = "理由", "Why";
    CONTENT = "内容", "Content";
    COUNTS = "现在生效", "counts now";
    BESIDE_TAG = "并列，待裁定", "beside, to be settled";
    EARLIER = "历史", "history";
    TO_EDIT = "更改", "Change";
    TO_SETTLE = "裁定", "Settle";
    TO_ANNUL = "作废", "Annul";
    ANNUL = "确认作废", "Annul the entry";
    ANNUL_TITLE = "作废：{0} #{1}", "Annul: {0} #{1}";
    ANNUL_NOTE = "登记错了（如写到了别的学生名下、记重了）才作废。作废后不再计入统计，也不再列出（已密封上报的周不再更改）；全部版本和理由都留着，\
        需要时可以恢复。学生写错的，作废后请重新登记。",
        "For an entry made in error, such as one under another student's name or noted twice. It \
         then counts nowhere and is no longer listed (weeks that were sealed stay as they were); \
         every version and the reason stay, and it can be brought back. If the student was wrong, \
         annul it and write it anew.";
    ANNUL_WHAT = "现在的内容：{0}（填写人 {1}）", "What stands: {0} (by {1})";
    ANNULLED = "已作废，不再计入统计。", "Annulled; it counts nowhere now.";
    ANNULLED_TAG = "已作废", "annulled";
    TO_LIST = "返回列表", "Back to the list";
    TAKE = "以这一版为底稿", "Start from this version";
    ACT_OPEN = "列入预警台账", "Enter a case";
    ACT_MOVE = "调整级别或解除", "Change the tier or close";
    ACT_SIGN = "以第二人身份签署", "Sign as the second person";
    ACT_CONTACT = "登记首次约谈", "Note the first contact";
    ACT_CRITICAL = "登记危险条目约谈", "Note the talk about a critical answer";
    ACT_REVIEW = "登记研判", "Hold a review";
    ACT_FOLLOWUP = "登记回访", "Note a follow-up";
    ACT_HOLD = "依法留存", "Place a legal hold";
    ACT_LIFT = "解除留存", "Lift a legal hold";
    NOTE_OPEN = "列入后立即生效，并自动生成首次约谈期限（危机 24 小时、重点关注 72 小时、一般关注 7 天）和首次研判。\
        已经谈过的，可同时填写约谈时间和方式。另一人须在 24 小时内会签。",
        "It acts at once and sets the limit of the first contact (24 hours in a crisis, 72 with \
         close attention, 7 days with attention) and the first review. If somebody has spoken with \
         the student already, fill in when and how. Somebody else countersigns within 24 hours.";
    NOTE_MOVE = "升级立即生效，须在 24 小时内由另一人会签；降级、解除、转出须另一人先同意。",
        "A raise acts at once and is countersigned within 24 hours; lowering, closing and moving \
         out wait until a second person agrees.";
    NOTE_SIGN = "第二人必须是另一个人，不能只是另一个账号。",
        "The second person must be somebody else, not just another account.";
    NOTE_CRITICAL = "约谈时限从触发时起算：60 分钟内或 24 小时内。",
        "The limit runs from the flag: 60 minutes or 24 hours.";
    NOTE_REVIEW = "研判的结论写在这里；要变动级别，再到预警台账办理。",
        "The decision is written here; a change of tier is asked for on the early-warning page.";
    NOTE_HOLD = "留存期间，该学生的任何记录都不会销毁。解除须两人办理。",
        "While it stands nothing of this student is destroyed. Lifting takes two persons.";
    NOTE_LIFT = "第一人提出，第二人同意后才解除。",
        "The first person asks, and the hold is lifted once a second one agrees.";
    TALK_NEW = "记一次谈话", "Note a talk";
    TALK_NOTE = "五个主题至少选一个；记录只有您本人能看到。",
        "At least one of the five topics; the note is yours alone.";
    TALK_BATCH = "批量登记谈话", "Note several talks";
    TALK_BATCH_NOTE = "勾选谈过的学生，一次提交；有一人不能登记，就一个都不写，内容都保留。",
        "Tick whom you spoke with and submit once; where one cannot be written none is, and what \
         you wrote stays.";
    TALKED = "谈过", "Spoke";
    SAME_TOPICS = "主题（勾选的学生共用）", "Topics (for everybody ticked)";
    CONCERN = "需关注", "Concern";
    RAISED = "已提交研判", "Raised";
    NOTE = "记录（仅本人可见）", "Note (author only)";
    STUDENT = "学生", "Student";
    DAY = "日期", "Day";
    LAST = "上次联系", "Last contact";
    ACTION = "操作", "Action";
    RESTORE = "恢复到这一版", "Back to this version";
    RESTORE_NOTE = "表单里是较早一版的内容，下面列出两版供核对。保存后写成新的一版，写明原因；现在这一版仍在历史里，不会删除。",
        "The form holds an earlier version; both are shown below. Saving writes it as a new \
         version with its reason; the one that counts now stays in the history.";
    NOBODY_TICKED = "没有勾选任何学生；台账没有改动。",
        "nobody was ticked; the ledger was not changed.";
    TICKED_ELSEWHERE = "其他页上还勾选了 {0} 名，会一起登记。",
        "{0} more are ticked on other pages and are written along.";
    NOBODY_NEXT = "请勾选谈过的学生后再提交。", "Tick whom you spoke with and submit again.";
    TALKS_ADDED = "已登记 {0} 次谈话。", "{0} talks written down.";
    OWN_NONE = "没有您担任导师或班主任的学生。请德育主任在“导师结对”或“班主任任职”中登记。",
        "You are nobody's mentor or class teacher. The moral-education head enters that under \
         mentor pairs or class teachers.";
    TALK_ONE = "一次登记一人", "One student at a time";
    TABLE = "表格内容", "The table";
    TABLE_TITLE = "导入：{0}", "Import: {0}";
    TABLE_NOTE = "在 Excel 或 WPS 中选中表头和各行，复制后粘贴到下面。\
        先逐行预览，确认后才写入；有一行不对就一行都不写。一次约 200 行，更多请用命令：xinqiao-node import entries。",
        "Select header and rows in the spreadsheet, copy, and paste them below. Each row is shown \
         first; nothing is written before you agree, and nothing at all while a row is wrong. \
         About 200 rows at once; for more use the command  xinqiao-node import entries.";
    TABLE_HEADS = "可用的表头：", "Headers:";
    TABLE_EMPTY = "没有读到任何一行，什么都没有写入。", "No row was read; nothing was written.";
    TABLE_EMPTY_NEXT = "请连同表头粘贴至少一行，再预览。", "Paste the headers with at least one row.";
    TABLE_LACKS = "表头缺少：{0}；什么都没有写入。", "Headers are missing: {0}; nothing was written.";
    TABLE_LACKS_NEXT = "请按下面“可用的表头”改写表头，再预览。",
        "Name the columns as listed under the headers below, and try again.";
    TABLE_TWICE_NEXT = "请删去其中一列，再预览。", "Take one of the two columns out, and try again.";
    TABLE_TRY = "预览", "Show what would happen";
    TABLE_WRITE = "写入台账", "Write it down";
    TABLE_COUNTED = "新增 {0} 行，已有 {1} 行，有误 {2} 行", "{0} new, {1} there already, {2} wrong";
    TABLE_DROPPED = "没有读取的列：{0}", "Columns that are not read: {0}";
    TABLE_WRONG = "有 {0} 行有误，什么都没有写入。", "{0} rows are wrong; nothing was written.";
    TABLE_LONG = "一次最多 {0} 行，什么都没有写入。", "At most {0} rows at once; nothing was written.";
    TABLE_LONG_NEXT = "请分几次导入。", "Import it in parts.";
    ROW = "行", "Row";
    FATE = "结果", "What happens";
    ROW_MEANT = "{0}。同名的有：{1}", "{0}. Of that name: {1}";
    ROW_NEW = "新增", "new";
    ROW_KNOWN = "已有", "there already";
    ROW_DOUBLE = "可能重复", "perhaps a double";
    TABLE_DOUBLES = "有 {0} 行可能重复：确实又发生过一次的，勾选“仍要再记一次”，不是的勾选“不录入这一行”；\
        只要还有一行没有勾选，就一行都不写。",
        "{0} rows are perhaps doubles: tick of each that it did happen once more, or that it is \
         left out; nothing is written while one has no tick.";
    TABLE_STANDING = "有 {0} 行与台账中已有的一条相同，不会写入；其中确实又发生过一次的，勾选“仍要再记一次”。",
        "{0} rows say the same as an entry and are not written; tick of each that it did happen \
         once more.";
    TABLE_NOTHING = "没有要写入的行，什么都没有写入。", "No row is to be written; nothing was written.";
    TABLE_NOTHING_NEXT = "确实又发生过一次的，请在该行勾选“仍要再记一次”，再写入台账。",
        "Tick of each row that did happen once more, then write it down.";
    LEAVE_OUT = "不录入这一行", "Leave it out";
    TABLE_UNDECIDED = "有 {0} 行可能重复，还没有勾选如何处理，什么都没有写入。",
        "{0} rows are perhaps doubles and have no tick; nothing was written.";
    UNDECIDED_NEXT = "请在这些行逐一勾选，再写入台账。",
        "Tick one of the two in each of these rows, then write it down.";
    ROW_WRONG = "有误", "wrong";
    RECORDS = "学生工作", "Students";
}
