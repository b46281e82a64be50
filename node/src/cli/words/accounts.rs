//! Sentences about accounts at the terminal.

use runtime::texts;

texts! {
    NEW_PASSWORD = "新密码（至少 10 个字符）：", "New password (at least 10 characters): ";
    USER_ADDED = "账号 {0} 已设定，可以登录本机网页；首次登录必须更换密码。",
        "Account {0} is set and may sign in; its first sign-in replaces the password.";
    OLD_PASSWORD = "原密码：", "Password until now: ";
    PASSWORD_REPLACED = "账号 {0} 的密码已更换，已有会话全部结束。",
        "The password of {0} was replaced; its sessions have ended.";
    PASSWORD_FIRST = "账号 {0} 的密码是别人设的首次密码，更换后才能办理；没有显示也没有改动任何内容。",
        "the password of {0} was given for a first sign-in and must be replaced; nothing was shown \
         or changed.";
    PASSWORD_FIRST_NEXT = "请本人登录本机网页更换，或在终端：xinqiao-node user password {0}",
        "Sign in to the page and replace it, or at the terminal:  xinqiao-node user password {0}";
    NO_USERS = "还没有账号：xinqiao-node user add 登录名", "No account yet:  xinqiao-node user add LOGIN";

    USER_LOCKED = "账号 {0} 已锁定，已有会话全部结束。解锁：user lock {0} --unlock",
        "Account {0} is locked and its sessions have ended. To unlock:  user lock {0} --unlock";
    USER_UNLOCKED = "账号 {0} 已解锁。", "Account {0} is unlocked.";
    USER_ROLE = "账号 {0} 现为{1}，需重新登录。",
        "Account {0} is now: {1}; it must sign in again.";
    USER_LOGIN = "账号", "login";
    USER_NAME = "姓名", "name";
    USER_ROLE_HEAD = "岗位", "role";
    USER_STAFF = "工号", "staff number";
    USER_STATE = "状态", "state";
    USER_CHANGED = "最近变更", "last changed";
    USER_IS_LOCKED = "已锁定", "locked";
    USER_IS_OPEN = "可用", "open";
    NO_SUCH_USER = "没有账号 {0}，没有改动任何内容。",
        "there is no account {0}; nothing was changed.";
    NO_SUCH_USER_NEXT = "查看全部账号：xinqiao-node user list",
        "Every account:  xinqiao-node user list";
    ROLE_OF_A_HUB = "学校没有岗位 {0}（那是枢纽的岗位），没有改动任何内容。",
        "a school has no role {0}, which is a hub's; nothing was changed.";
    ROLE_NOT_HERE = "接收机构没有岗位 {0}，没有改动任何内容。",
        "a receiver has no role {0}; nothing was changed.";
    ROLE_NOT_HERE_NEXT = "请用 operator、intake、clinician、receiver-head 之一。",
        "Use operator, intake, clinician or receiver-head.";
    ROLE_OF_A_HUB_NEXT =
        "请用 operator、counsellor、moral-head、principal、class-teacher、mentor、auditor 之一。",
        "Use operator, counsellor, moral-head, principal, class-teacher, mentor or auditor.";
    STAFF_NEEDED = "班主任和导师只能看自己的学生，账号必须写明工号；没有改动任何内容。",
        "class teachers and mentors see their own students only, so their account needs a staff \
         number; nothing was changed.";
    STAFF_NEEDED_NEXT = "请加 --staff 工号。", "Add --staff NUMBER.";
    STAFF_UNKNOWN = "在职教职工中没有工号 {0}，没有改动任何内容。",
        "nobody of the present staff has the number {0}; nothing was changed.";
    STAFF_UNKNOWN_NEXT = "请核对工号，或先导入教职工名册：xinqiao-node import staff 文件",
        "Check the number, or import the staff first:  xinqiao-node import staff FILE";
    SECOND_ACCOUNT = "该教职工已有一个未锁定的账号，一人只能有一个；没有改动任何内容。",
        "this member of staff has an account that is not locked, and one person has one; nothing \
         was changed.";
    SECOND_ACCOUNT_NEXT = "请先锁定原账号：xinqiao-node user list，再 xinqiao-node user lock 账号",
        "Lock the other one first:  xinqiao-node user list, then xinqiao-node user lock LOGIN";
    OTHER_PERSON = "另一位教职工已用这个登录名写过记录，其中“仅本人可见”的内容会随登录名打开；没有改动任何内容。",
        "another member of staff has written with this login, and what only its author opens would \
         go with it; nothing was changed.";
    OTHER_PERSON_NEXT = "请锁定这个登录名，为新来的人另建账号；仍是原来那位的，请填其教职工号。",
        "Lock this login and make another one for the new person; if it is still the same person, \
         give the staff number.";
    TAKES_TWO = "只给密码就能进入这个账号，须由两人办理；没有改动任何内容。",
        "the password would be all that it takes to get into that account, so two persons give it; \
         nothing was changed.";
    TAKES_TWO_NEXT = "请用“申请重新开通”，由另一位管理人员确认。",
        "Ask for the account to be opened anew; another person of the office agrees.";
    ASKED_HEAD = "学校已有负责人账号，这个账号能查看学生情况或会签，须由德育主任或校长在“账号”页同意：{0}，{1} 前有效。现在还没有改动任何内容。",
        "The school has had a head, and this account reads about students or signs: a head agrees \
         on the page of accounts. {0} waits until {1}; nothing is changed yet.";
    ASKED_HALF = "一次性密码的前半：{0}（同意的人会看到后半；由本人把两半用“-”连起来登录）",
        "First half of the one-time password: {0} (whoever agrees is shown the second half; its \
         person types both with a hyphen between)";
    ASKED_ALONE = "负责人都已离任、无人答复的，{0} 起在终端办理：xinqiao-node user unanswered {1}。此前负责人、信息管理员和审计员都看得到。",
        "If every head has gone and nobody answers, it is carried out here from {0} on: \
         xinqiao-node user unanswered {1}. Until then heads, school IT and the auditor see it.";
    ASKED_TWICE = "这个账号已有一项申请在等，没有再提交。",
        "something about that account waits already; nothing was asked.";
    ASKED_TWICE_NEXT = "请先在“账号”页办理那一项。", "Answer that one on the page of accounts first.";
    ASKED_REASON = "没有写明理由，没有提交申请。", "no reason was given; nothing was asked.";
    ASKED_REASON_NEXT = "请加 --reason 理由；同意的人会看到。",
        "Add --reason TEXT, which whoever agrees will read.";
    NOTHING_ASKED = "终端没有为这个账号提出的、还在等的申请，没有改动任何内容。",
        "nothing that was asked at the terminal waits for that account; nothing was changed.";
    NOTHING_ASKED_NEXT = "请先提出申请：user add、user role 或 user drop-factor。",
        "Ask first:  user add, user role or user drop-factor.";
    HEADS_ONLY = "无人答复时可在终端办理的只有德育主任和校长的账号，没有改动任何内容。",
        "what nobody answers is carried out here for heads only; nothing was changed.";
    HEADS_ONLY_NEXT = "请由负责人在“账号”页同意；没有负责人的，先为负责人申请。",
        "A head agrees on the page of accounts; without a head, ask for a head's account first.";
    PASSWORD_IS_NEW = "这个账号有一个别人给的密码还没有首次登录，没有改动任何内容。",
        "a password that somebody else gave that account waits for its first sign-in; nothing was \
         changed.";
    PASSWORD_IS_NEW_NEXT = "请由本人先登录更换密码。", "Its person signs in and replaces it first.";
    ALONE_EARLY = "这项申请还在等负责人答复，{0} 起才能在终端办理；没有改动任何内容。",
        "it waits for a head, and is carried out here from {0} on; nothing was changed.";
    ALONE_EARLY_NEXT = "请由负责人在“账号”页同意。", "A head agrees on the page of accounts.";
    HEAD_AT_WORK = "提出申请后有负责人登录办理过事项，这项申请应由其答复；没有改动任何内容。",
        "a head has worked since it was asked and can answer it; nothing was changed.";
    HEAD_AT_WORK_NEXT = "请由负责人在“账号”页同意或不同意。",
        "That head agrees or refuses on the page of accounts.";
    UNANSWERED_DONE = "两周内无人答复，账号 {0} 的申请已在终端办理；审计页已记下。",
        "Nobody answered for two weeks, so what was asked for {0} is done; the audit says so.";
    SECOND_HALF = "一次性密码的后半：{0}", "Second half of the one-time password: {0}";
}
