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
        "Another person of the office has to agree within 24 hours.";
    ASK_OPENING = "申请重新开通", "Ask to open it anew";
    ASK_OPENING_NOTE = "换新密码并重设第二步验证；须另一位管理人员在 24 小时内确认，密码前后两半各由一人转交。",
        "A new password, and the second step set up anew. Another person of the office has to \
         agree within 24 hours; each of the two hands over one half of the password.";
    CHANGE_ROLE_NOTE = "能看到学生资料或参与会签的岗位，须另一位管理人员确认后生效。",
        "For a role that reads about students or signs, once another person of the office agrees.";
    ASK_LINK = "申请对应到教职工", "Ask to be linked to the staff roll";
    REASON = "理由", "Reason";
    WAITING = "待第二人确认", "Waiting for a second person";
    WAITING_ONE = "{0}：{1}申请人：{2}；{3} 前有效。", "{0}: {1} Asked by {2}; holds until {3}.";
    PERSON = "本人是教职工 {0} {1}", "it belongs to {0} {1} of the staff";
    NO_PERSON = "未对应教职工", "it belongs to nobody of the staff";
    ASKED_NEW = "新建“{0}”账号，姓名“{1}”，{2}。", "a new account, {0}, name {1}; {2}.";
    ASKED_ROLE = "岗位改为“{0}”，{1}。", "its role is to be {0}; {1}.";
    ASKED_OPENING = "重新开通（换新密码、重设第二步验证），理由“{0}”。",
        "to be opened anew (password and second step), because \"{0}\".";
    ASKED_FACTOR = "重置第二步验证，理由“{0}”。", "its second step to be reset, because \"{0}\".";
    AGREE = "同意并办理", "Agree, and do it";
    AGREE_OF = "同意并办理 {0}", "Agree, and do it, for {0}";
    REFUSE = "不同意", "Refuse";
    REFUSE_OF = "不同意 {0}", "Refuse, for {0}";
    TAKE_BACK = "撤回", "Take it back";
    TAKE_BACK_OF = "撤回 {0}", "Take it back, for {0}";
    AGREE_NOTE = "同意之前，请当面或打电话向本人核实。账号、岗位和工号都对得上才同意。",
        "Ask the person first, face to face or by telephone. Agree only where account, role \
         and staff number are right.";
    ADD = "新建账号", "New account";
    ADD_NOTE =
        "除审计员外，新账号须另一位管理人员确认后生效：一次性密码分前后两半，各由一人转交；本人首次登录时先输前半，\
         再输一个连字符（-）和后半，然后换成自己的密码并设置第二步验证。能看到学生资料的岗位必须填教职工号。",
        "All but an auditor's account take effect once another person of the office agrees. Its \
         one-time password comes in two halves, one from each of you; its person types the \
         first, a hyphen and the second, then chooses a password and sets up the second step. \
         Roles that read about students need a staff number.";
    ADD_SUBMIT = "新建", "Make it";
    PASSWORD_FOR = "{0} 的一次性密码", "One-time password of {0}";
    PASSWORD_ONCE = "只显示这一次。请当面交给本人，不要用微信或短信发送。",
        "Shown only this once. Hand it over in person, never by a chat or a text message.";

    FIRST_HALF_OF = "{0} 的一次性密码前半", "First half of the one-time password of {0}";
    FIRST_HALF_ONCE = "只显示这一次。请当面交给本人；另一位管理人员同意后会得到后半；\
         登录时先输前半，再输一个连字符（-）和后半。",
        "Shown only this once. Hand it over in person. Whoever agrees gets the second half; to \
         sign in, this one, a hyphen and the second half are typed.";
    SECOND_HALF_OF = "{0} 的一次性密码后半", "Second half of the one-time password of {0}";
    SECOND_HALF_ONCE = "只显示这一次。请当面交给本人：先输前半，再输一个连字符（-）和这后半。前半在申请人那里，请不要互相告知。",
        "Shown only this once. Hand it over in person: the first half is typed first, then a \
         hyphen, then this. Whoever asked has the first half; do not tell each other.";

    NOT_ALLOWED = "您的岗位不能管理这个岗位的账号；没有改动任何内容。",
        "Your role does not look after accounts of that role; nothing was changed.";
    NOT_ALLOWED_NEXT = "能看到学生资料的账号由德育主任或校长管理；两人中至少一人须是他们，且申请人的账号没有被锁定。",
        "Accounts that read about students are looked after by the moral-education head or the \
         principal; one of the two has to be one of them, and the account that asked must not \
         be locked.";
    DOUBLE = "已经有了：账号已存在，或申请已在等待确认；没有改动任何内容。",
        "It is there already, the account or a request that waits; nothing was changed.";
    DOUBLE_NEXT = "请在下面的列表中查找。", "Look it up in the list below.";
    NOT_WAITING = "账号已锁定，或申请已办结、已过期；没有改动任何内容。",
        "The account is locked, or the request is over; nothing was changed.";
    NOT_WAITING_NEXT = "锁定的账号先解除锁定；过期的申请重新提出。",
        "Unlock the account first, or ask again.";
    STAFF_UNKNOWN = "在职教职工中没有编号 {0}；没有改动任何内容。",
        "Nobody who is employed has the staff number {0}; nothing was changed.";
    PASSWORD_WAITS = "这个账号有一个别人发的一次性密码还没有用过，此时不能重置第二步验证；没有改动任何内容。",
        "A one-time password that somebody gave for this account was not used yet, so its \
         second step stays; nothing was changed.";
    PASSWORD_WAITS_NEXT = "请改用“申请重新开通”，密码和第二步验证一起换新。",
        "Ask for the account to be opened anew instead: password and second step together.";
    STAFF_NEEDED = "能看到学生资料的账号必须填教职工号；没有改动任何内容。",
        "An account that reads about students needs a staff number; nothing was changed.";
    STAFF_NEXT = "编号见教职工名册；新来的教师请先导入名册。",
        "The numbers stand in the staff roll; import it first for somebody new.";
}
