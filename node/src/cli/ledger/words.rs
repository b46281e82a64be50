//! Sentences of `ledger`, in both languages.

use runtime::texts;

texts! {
    NO_KIND = "没有台账种类 {0}，没有显示也没有改动任何内容。",
        "there is no kind {0}; nothing was shown or changed.";
    NO_KIND_NEXT = "全部种类：xinqiao-node ledger kinds", "Every kind:  xinqiao-node ledger kinds";
    NO_STUDENT = "名册中没有学籍号 {0}，没有显示也没有改动任何内容。",
        "nobody on the roll has the student number {0}; nothing was shown or changed.";
    NO_STUDENT_NEXT = "请核对学籍号，或先导入名册：xinqiao-node import roster 文件",
        "Check the number, or import the roster first:  xinqiao-node import roster FILE";
    NO_STAFF = "教职工中没有工号 {0}，没有改动任何内容。",
        "nobody of the staff has the number {0}; nothing was changed.";
    NO_WORD = "“{0}”不在可选的词中，没有改动任何内容。",
        "“{0}” is not one of the words to choose from; nothing was changed.";
    NO_WORD_NEXT = "可选：{0}", "Choose from: {0}";
    ENTRY_WRONG = "记录有 {0} 处不对，没有写入：{1}", "{0} mistakes, nothing was written: {1}";
    ENTRY_WRONG_NEXT = "各项的写法：xinqiao-node ledger kinds {0}",
        "How each field is written:  xinqiao-node ledger kinds {0}";
    ENTRY_TOML = "文件第 {0} 行不是可用的 TOML。没有写入。",
        "line {0} of the file is no usable TOML; nothing was written.";
    MISSING = "缺少 {0}", "{0} is missing";
    STRANGE = "没有 {0} 这一项", "there is no field {0}";
    BAD = "{0} 应为{1}", "{0} should be {1}";
    KIND = "种类", "kind";
    LEDGER = "台账", "ledger";
    FIELD = "项", "field";
    HOW = "写法", "how it is written";
    MAY_BE_EMPTY = "，可空", ", may be left out";
    OWN_ACT = "（另有专门办法）", "(by an act of its own)";
    A_TEXT = "文字", "a text";
    A_NUMBER = "整数", "a whole number";
    A_FLAG = "true 或 false", "true or false";
    A_DAY = "日期 2025-11-03", "a day such as 2025-11-03";
    A_MOMENT = "时间 2025-11-03T14:20", "an instant such as 2025-11-03T14:20";
    A_STUDENT = "学籍号", "a student number";
    A_STAFF = "工号", "a staff number";
    A_RECORD = "记录编号", "the number of a record";
    NUMBER = "编号", "number";
    DAY = "日期", "day";
    CONTENT = "内容", "content";
    WHEN = "时间", "when";
    WHO = "人员", "who";
    ROLE = "岗位", "role";
    PURPOSE = "用途", "purpose";
    WHY = "理由", "reason";
    WHY_HIDDEN = "（内容不显示）", "(kept from you)";
    TIER = "级别", "tier";
    STUDENT = "学生", "student";
    OWNER = "负责人", "owner";
    REVIEW = "下次研判", "next review";
    WAITS = "待办", "waits for";
    NOTHING = "没有可显示的记录。", "nothing to show.";
    CUT = "只显示最近 {0} 条；请用 --from、--to 或 --student 缩小范围。",
        "the latest {0} are shown; narrow it with --from, --to or --student.";
    ADDED = "已登记，编号 {0}。", "entered as {0}.";
    ANNULLED = "#{0} 已作废，不再计入统计；全部版本都留着。",
        "#{0} is annulled and counts nowhere; all its versions stay.";
    CHANGED = "已更改，现为第 {0} 版。", "changed; version {0} counts now.";
    BESIDE = "在您查看之后有人改过。两份都已保存：第 {1} 版有效，您的第 {0} 版并列保存，待合并。",
        "somebody changed it after you looked. Both are kept: version {1} counts, yours is kept \
         beside it as {0} until somebody settles it.";
    ENTERED = "已列入预警台账，个案编号 {0}。", "entered into the early-warning ledger as case {0}.";
    RAISED = "已升级，立即生效；须在 24 小时内由第二人会签。变动编号 {0}。",
        "raised, in force at once; a second person countersigns within 24 hours. Move {0}.";
    ASKED = "已提出，级别没有改变，待第二人确认。变动编号 {0}。",
        "asked for; the tier is unchanged until a second person agrees. Move {0}.";
    TO_SIGN = "变动 {0} 待签", "move {0} waits for a second person";
    SIGNED = "已签署变动 {0}。", "move {0} is signed.";
    REVIEWED = "研判已登记，下次研判 {0}。", "the review is noted; the next one is on {0}.";
    CONTACTED = "首次约谈已登记。", "the first contact is noted.";
    INTACT = "台账完整：{0} 条流水，末条哈希 {1}。请把这一行另存别处。",
        "the ledgers are intact: {0} entries, head {1}. Keep this line elsewhere.";
    OLD_ORDERS = "其中 {0} 份销毁令是旧版本写的，没有记下销毁了哪些记录：这几份只核对了对象，没有核对条数。",
        "{0} orders of destruction were written before orders said what they took: of these \
         only the target was checked, not the records.";
    READS_INTACT = "查阅记录完整：{0} 条，末条哈希 {1}。请把这一行也另存别处。",
        "the log of reads is intact: {0} lines, head {1}. Keep this line elsewhere too.";
    BROKEN = "核验没有通过：台账或查阅记录与哈希链不一致。没有改动任何内容。",
        "the check failed: the ledgers or the log of reads differ from their chain; nothing was \
         changed.";
    BROKEN_NEXT = "请停止使用并保留现场，从最近的备份核对。",
        "Stop, leave everything as it is, and compare with the latest backup.";
}
