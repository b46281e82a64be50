//! Sentences of the page of accounts, in both languages.

use runtime::texts;

texts! {
    ACCOUNTS = "账号", "Accounts";
    ACCOUNTS_NOTE = "谁能登录、以什么岗位", "who may sign in, and in which role";
    SCOPE_HEAD = "您可以管理全部账号，自己的除外（在“我的账号”里改）。",
        "You look after all accounts but your own, which is on your own page.";
    SCOPE_IT = "您可以管理看不到学生资料的账号。能看到学生资料的账号由德育主任或校长管理。",
        "You look after accounts that read no student. Those that can are looked after by the \
         moral-education head or the principal.";
    FAILED = "没有办成", "It was not done";
    LOGIN = "账号", "Account";
    NAME = "姓名", "Name";
    ROLE = "岗位", "Role";
    STAFF = "教职工号", "Staff number";
    FACTOR = "第二步验证", "Second step";
    STATE = "状态", "State";
    CHANGED = "最近变动", "Last change";
    ACT = "办理", "Act";
    FACTOR_ON = "已启用", "in use";
    FACTOR_DUE = "下次登录时设置", "due at the next sign-in";
    FACTOR_OFF = "未启用", "not in use";
    OPEN = "可登录", "open";
    LOCKED = "已锁定", "locked";
    PAUSED = "暂停至 {0}", "paused until {0}";
    FIRST = "待改密码", "password to be changed";
    OWN = "本人", "yourself";
    NOT_YOURS = "由德育主任或校长管理", "looked after by the heads";
    ACTS_OF = "办理 {0}", "Act on {0}";
    NEW_PASSWORD = "发一次性密码", "Give a one-time password";
    NEW_PASSWORD_NOTE = "原密码作废，已登录的全部退出。", "The old one stops and all sign-ins end.";
    LOCK = "锁定", "Lock";
    UNLOCK = "解除锁定", "Unlock";
    CHANGE_ROLE = "改岗位", "Change the role";
    ASK_FACTOR = "申请重置第二步验证", "Ask to reset the second step";
    ASK_FACTOR_NOTE = "须另一位管理人员在 24 小时内确认。",
        "Another person has to carry it out within 24 hours.";
    REASON = "理由", "Reason";
    WAITING = "待第二人确认的重置", "Resets that wait for a second person";
    WAITING_ONE = "{0}：{1} 于申请时说明“{2}”，{3} 前有效。",
        "{0}: asked by {1}, who says \"{2}\"; holds until {3}.";
    CARRY_OUT = "确认重置", "Carry it out";
    CARRY_OUT_OF = "确认重置 {0} 的第二步验证", "Carry it out, the reset for {0}";
    ADD = "新建账号", "New account";
    ADD_NOTE = "系统生成一次性密码，只显示一次；本人首次登录时换成自己的密码并设置第二步验证。班主任和导师必须填教职工号。",
        "A one-time password is made and shown once; its person chooses a password of the own and \
         sets up the second step at the first sign-in. Class teachers and mentors need a staff \
         number.";
    ADD_SUBMIT = "新建", "Make it";
    PASSWORD_FOR = "{0} 的一次性密码", "One-time password of {0}";
    PASSWORD_ONCE = "只显示这一次。请当面交给本人，不要用微信或短信发送。",
        "Shown only this once. Hand it over in person, never by a chat or a text message.";

    NOT_ALLOWED = "您的岗位不能管理这个岗位的账号；没有改动任何内容。",
        "Your role does not look after accounts of that role; nothing was changed.";
    NOT_ALLOWED_NEXT = "能看到学生资料的账号由德育主任或校长管理；重置第二步验证的两人中至少一人须是他们。",
        "Accounts that read about students are looked after by the moral-education head or the \
         principal; one of the two who reset a second step has to be one of them.";
    DOUBLE = "已经有了：账号已存在，或申请已在等待确认；没有改动任何内容。",
        "It is there already, the account or a request that waits; nothing was changed.";
    DOUBLE_NEXT = "请在下面的列表中查找。", "Look it up in the list below.";
    NOT_WAITING = "账号已锁定，或申请已办结、已过期；没有改动任何内容。",
        "The account is locked, or the request is over; nothing was changed.";
    NOT_WAITING_NEXT = "锁定的账号先解除锁定；过期的申请重新提出。",
        "Unlock the account first, or ask again.";
    STAFF_UNKNOWN = "在职教职工中没有编号 {0}；没有改动任何内容。",
        "Nobody who is employed has the staff number {0}; nothing was changed.";
    STAFF_NEEDED = "班主任和导师的账号必须填教职工号；没有改动任何内容。",
        "An account of a class teacher or mentor needs a staff number; nothing was changed.";
    STAFF_NEXT = "编号见教职工名册；新来的教师请先导入名册。",
        "The numbers stand in the staff roll; import it first for somebody new.";
}
