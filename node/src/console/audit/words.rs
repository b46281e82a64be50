//! Sentences of the audit, in both languages.

use runtime::texts;

texts! {
    AUDIT = "审计", "Audit";
    AUDIT_NOTE = "谁在何时做了哪一类事，不含学生信息和内容",
        "who did what kind of thing when; no student and no content";
    CHAIN = "台账链", "Chain of the ledgers";
    CHAIN_NOTE = "每条台账都带前一条的摘要，改动任何一处都能查出。请定期把下面这一行抄到别处：末尾被截掉只有靠它才看得出。",
        "Each entry carries the digest of the one before, so a change anywhere is found. Copy the \
         line below elsewhere from time to time: only it shows that the end was cut off.";
    HEAD = "{0} 条 · {1}", "{0} entries · {1}";
    VERIFY = "现在核验", "Verify now";
    WHOLE = "完整", "whole";
    OLD_ORDERS = " 其中 {0} 份销毁令是旧版本写的，没有记下销毁了哪些记录，只核对了对象。",
        " Of {0} orders of destruction, written before orders said what they took, only the target \
         was checked.";
    WHOLE_WHY = "台账 {0} 条、查阅记录 {1} 条全部核对，没有发现改动。查阅记录末条摘要：{2}",
        "All {0} entries and {1} lines of the log of reads were checked; none was changed. Digest \
         of the last read: {2}";
    READS_BROKEN_WHY =
        "查阅日志第 {0} 行处发现改动或缺失。请保留现场，停止录入，联系区级枢纽运维人员。",
        "The check found a change or a gap at line {0} of the log of reads. Leave everything as it \
         is, enter nothing, and call the operator of your district hub.";
    BROKEN = "有改动", "changed";
    BROKEN_WHY = "核验在 {0} 处发现改动或缺失。请保留现场，停止录入，联系区级枢纽运维人员。",
        "The check found a change or a gap at {0}. Leave everything as it is, enter nothing, and \
         call the operator of your district hub.";
    WAITS = "等第二人同意的账号申请", "Requests about accounts that wait for a second person";
    NONE_WAITS = "没有。", "None.";
    ASKED_BY = "申请人", "Asked by";
    ENDS = "有效期至", "Until";
    ACTS = "操作", "Acts";
    NONE = "还没有操作。", "Nothing was done yet.";
    OLDER = "更早的操作", "Older acts";
    WHEN = "时间", "When";
    WHO = "账号", "Account";
    SECOND = "提出人", "Asked by";
    ROLE = "岗位", "Role";
    DEED = "做了什么", "What";
    WROTE = "新增：{0}", "added: {0}";
    WROTE_SEVERAL = "新增：{0} {1} 条", "added: {0}, {1} entries";
    REWROTE = "更改：{0}", "changed: {0}";
    REWROTE_SEVERAL = "更改：{0} {1} 条", "changed: {0}, {1} entries";
    ANSWERED = "以第二人身份办理：{0}", "acted as the second person: {0}";
    ANSWERED_SEVERAL = "以第二人身份办理：{0} {1} 条",
        "acted as the second person: {0}, {1} entries";
    READ = "查阅 {0} 份学生档案（{1}）", "read {0} students' records ({1})";
    ACCOUNT = "账号 {0}：{1}（{2}）", "account {0}: {1} ({2})";
    HELD = "暂停 {0} 的上报", "held the releases of {0}";
    LIFTED = "恢复 {0} 的上报", "let the releases of {0} go";
    TURN_ASKED = "提出 {0} 学年升级", "asked for the turn of the school year {0}";
    TURN_DONE = "签署并执行 {0} 学年升级", "signed and carried out the turn of {0}";
    TURN_REFUSED = "未同意 {0} 学年升级", "refused the turn of {0}";
    TURN_UNDONE = "撤销 {0} 学年升级", "undid the turn of {0}";
    RUN_OPENED = "开展普测：{0}", "opened the screening run {0}";
    RUN_CLOSED = "结束普测：{0}", "closed the screening run {0}";
    RUN_VOIDED = "作废普测：{0}", "voided the screening run {0}";
    NOTICE = "制作家长告知书 {0}", "made the notice to families {0}";
    ACCOUNT_ASKED = "提出账号 {0} 的申请", "asked for an act on the account {0}";
    ACCOUNT_REFUSED = "未同意或撤回账号 {0} 的申请", "refused or took back what was asked for the account {0}";
    IMPORTED = "导入{0}：{1} 行", "imported: {0}, {1} rows";
    IMPORT_UNDONE = "撤回截至 {0} 的导入", "took back the import of {0}";
    ROLL_ENTERED = "登记学籍变动（自 {0} 起）", "entered a change of the roll from {0} on";
    SENDER_SEEN = "记下发送方声明：{0}", "noted the statement about the key of {0}";
    ASKED = "申请查阅一份档案", "asked to be let onto a record";
    GRANTED = "批准一项查阅申请", "granted access to a record";
    REFUSED = "未批准一项查阅申请", "refused access to a record";
    LIST_RECEIVED = "收下第 {0} 份部门名单", "took in list {0} of a department";
    LIST_READ = "查看第 {0} 份部门名单", "looked at list {0} of a department";
    LIST_TAKEN = "核对登记第 {0} 份部门名单，名单销毁", "entered students of list {0}, list destroyed";
    LIST_DESTROYED = "未采用第 {0} 份部门名单，名单销毁", "list {0} of a department destroyed unused";
    C_SET = "新建或重设", "made or set anew";
    C_ROLE = "改岗位", "another role";
    C_LOCKED = "锁定", "locked";
    C_UNLOCKED = "解除锁定", "unlocked";
    C_PASSWORD = "本人改密码", "password changed by its person";
    C_ONE_TIME = "发一次性密码", "one-time password";
    C_CALENDAR = "生成日历订阅地址", "address of the calendar made";
    C_NO_CALENDAR = "撤销日历订阅地址", "address of the calendar withdrawn";
    C_APP = "启用手机验证器", "authenticator app set up";
    C_SHEET = "启用验证码表", "sheet of codes set up";
    C_CODES = "换新验证码表", "new sheet of codes";
    C_REMOVED = "重置第二步验证", "second step taken away";
    C_OTHER = "其他变动", "another change";
}
