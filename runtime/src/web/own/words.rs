//! Sentences of the pages about the own account, in both languages.

use crate::texts;

texts! {
    MY_ACCOUNT = "我的账号", "My account";
    MY_NOTE = "密码、第二步验证和登录情况", "password, second step, sign-ins";

    CODE_TITLE = "第二步验证", "Second step";
    CODE_LABEL = "验证码", "Code";
    CODE_HELP = "输入手机验证器上的 6 位数字，或验证码表上还没用过的一个（如 k7m2-9qxd）。每个码只能用一次。",
        "The 6 digits in your authenticator app, or a code on your sheet that is not used yet, \
         such as k7m2-9qxd. Each code counts once.";
    CODE_SUBMIT = "验证", "Continue";
    CODE_FAILED = "验证没有成功", "The code was not accepted";
    CODE_FAILED_WHY = "验证码不对、已经用过或已过时，或该账号因连续输错已暂停。没有任何数据被查看或改动。",
        "The code is wrong, was used or is too old, or the account is paused after repeated \
         mistakes. Nothing was read or changed.";
    CODE_FAILED_NEXT = "请等手机换出下一个码再试；仍不行时核对手机时间，或改用验证码表。",
        "Wait for the next code of the app and try again; if that fails, check the phone's clock \
         or use a code from your sheet.";
    CODE_LOST = "手机和验证码表都不在身边？请找本单位两位管理人员一起重置第二步验证。",
        "Neither phone nor sheet at hand? Two persons of your unit can reset the second step \
         together.";
    CANCEL = "取消并退出", "Cancel and sign out";

    PASSWORD_TITLE = "修改密码", "Change password";
    PASSWORD_FIRST = "这是别人为您设的一次性密码，请先换成自己的。",
        "Somebody else chose this one-time password; choose one of your own first.";
    PASSWORD_OLD = "现在的密码", "Present password";
    PASSWORD_NEW = "新密码", "New password";
    PASSWORD_AGAIN = "再输一遍新密码", "New password again";
    PASSWORD_RULE = "至少 10 个字符，不要用常见密码、连续按键或账号名。一句自己记得住的话最好。改好后，其他地方的登录全部退出。",
        "At least 10 characters, and none of the common ones, keys in a row or your account name. \
         A sentence that you remember is best. All other sign-ins end when it is changed.";
    PASSWORD_SUBMIT = "修改密码", "Change password";
    PASSWORD_FAILED = "密码没有修改", "The password was not changed";
    PASSWORD_WRONG = "现在的密码不对，或账号因连续输错已暂停。",
        "The present password is wrong, or the account is paused after repeated mistakes.";
    PASSWORD_DIFFER = "两遍新密码不一样。", "The two new passwords differ.";
    PASSWORD_LENGTH = "新密码少于 10 个字符，或太长。",
        "The new password has fewer than 10 characters, or is too long.";
    PASSWORD_COMMON = "新密码太常见，是别人最先会试的那种。",
        "The new password is one of those that are tried first.";
    PASSWORD_SAME = "新密码和原来的一样。", "The new password is the old one.";
    PASSWORD_NEXT = "原密码仍然有效。请改正后再提交。",
        "The old password still holds. Correct it and submit again.";

    FACTOR_TITLE = "设置第二步验证", "Set up the second step";
    FACTOR_WHY = "您的岗位能看到学生资料，只凭密码不够安全。以后登录时，除密码外再输一个验证码。",
        "Your role can read what is known about students, so a password alone is not enough. From \
         now on a code is asked for after the password.";
    FACTOR_ANY = "登录时除密码外再输一个验证码，密码被人看到也进不来。",
        "A code is asked for after the password, so that a password alone opens nothing.";
    APP_TITLE = "用手机验证器", "With an authenticator app";
    APP_ONE = "用手机上的验证器应用（支持 TOTP 的任何一种）扫描下面的图，或手工输入密钥。不需要联网。",
        "Scan this with an authenticator app (any that knows TOTP), or type the key. It needs no \
         network.";
    APP_QR = "供验证器应用扫描的二维码，内容与下面的密钥相同",
        "Code for the authenticator app to scan; it holds the key below";
    APP_KEY = "密钥", "Key";
    APP_TWO = "输入应用上显示的 6 位数字", "Type the 6 digits that the app shows";
    APP_SUBMIT = "启用手机验证器", "Use the app";
    SHEET_TITLE = "没有手机？用验证码表", "No phone? Use a printed sheet";
    SHEET_ABOUT = "打印一张有 40 个验证码的表，每次登录用一个。请像钥匙一样保管，不要拍照，不要放在电脑旁。",
        "Print a sheet of 40 codes and use one at each sign-in. Keep it like a key: no photograph, \
         and not beside the computer.";
    SHEET_SUBMIT = "生成验证码表", "Make a sheet";
    CONFIRM_TITLE = "确认验证码表", "Confirm the sheet";
    CONFIRM_ABOUT = "从刚打印的表上任选一个码输入。确认之后，登录才会要求第二步。",
        "Type any code of the sheet that you have just printed. The second step begins with it.";
    CONFIRM_SUBMIT = "确认", "Confirm";
    FACTOR_FAILED = "没有设置成功", "The second step was not set up";
    SHEET_FAILED = "验证码表没有设置成功", "The sheet was not set up";
    SHEET_CODE_WRONG = "这个码不在刚打印的表上，或格式不对。原来的设置没有改动。",
        "This code is not on the sheet that was just printed, or is not written like one. Nothing \
         was changed.";
    SHEET_CODE_NEXT = "请对照纸上的码再输一次，如 k7m2-9qxd；表不用重打。",
        "Compare with the paper and type it again, such as k7m2-9qxd. The sheet is still the same.";
    FACTOR_PASSWORD_NEXT = "请重新输入您现在的登录密码。", "Type the password that you sign in with.";
    FACTOR_CODE_WRONG = "验证码不对或已过时。原来的设置没有改动。",
        "The code is wrong or too old. Nothing was changed.";
    FACTOR_PASSWORD_WRONG = "密码不对，或账号因连续输错已暂停。原来的设置没有改动。",
        "The password is wrong, or the account is paused after repeated mistakes. Nothing was \
         changed.";
    FACTOR_MOVED = "您的第二步验证刚在另一处登录中改过，这一次没有改动任何设置。",
        "Your second step was just changed in another sign-in; this one changed nothing.";
    FACTOR_MOVED_NEXT = "请打开“我的账号”看现在用的是哪一种；如果不是您自己改的，请马上修改密码，并告诉本单位管理员。",
        "See on the page of your account which one is in use now. If it was not you who changed \
         it, change your password at once and tell your unit's administrator.";
    FACTOR_NEXT = "请核对手机时间，等下一个码出来再试。密钥还是下面这一个，不用重新扫描。",
        "Check the phone's clock and try again with the next code. The key below is still the same \
         one; there is no need to scan it again.";

    CODES_TITLE = "验证码表", "Sheet of codes";
    CODES_ONCE = "只显示这一次。请现在打印（Ctrl+P）并锁好，关掉本页后无法再看到。",
        "Shown only this once. Print it now (Ctrl+P) and lock it away; it cannot be shown again.";
    CODES_USE = "每个码只能用一次，用过请划掉。手机不在身边时，用它代替手机验证码。",
        "Each code counts once; cross it out. Use one in place of the app's code when the phone is \
         not at hand.";
    CODES_OF = "账号 {0} · {1} · 生成于 {2}", "Account {0} · {1} · made {2}";
    CODES_DONE = "已打印，继续", "I have printed it; continue";

    NOW_APP = "手机验证器已启用", "Authenticator app in use";
    NOW_SHEET = "验证码表已启用", "Sheet of codes in use";
    NOW_NONE = "未启用", "Not in use";
    NOW_LEFT = "验证码表还剩 {0} 个码。", "{0} codes are left on the sheet.";
    NOW_LOW = "验证码表只剩 {0} 个码，请尽快重新生成一张。",
        "Only {0} codes are left on the sheet; make a new one soon.";
    NEW_SHEET = "重新生成验证码表", "Make a new sheet";
    NEW_SHEET_NOTE = "旧表立即作废。", "The old sheet stops at once.";
    SET_UP = "设置第二步验证", "Set up the second step";
    REPLACE_APP = "换一部手机", "Move to another phone";
    WITH_PASSWORD = "您的密码", "Your password";

    SESSIONS_TITLE = "登录在这些地方", "Where you are signed in";
    SESSIONS_NOTE = "每个账号最多同时登录 8 处，30 分钟不用自动退出，最长 12 小时。看到不认识的，请结束它并马上修改密码。",
        "An account has at most 8 sign-ins at a time; each ends after 30 minutes without use and \
         after 12 hours at the latest. End what you do not know, and change your password at once.";
    SESSION_BROWSER = "浏览器", "Browser";
    SESSION_SINCE = "登录时间", "Signed in";
    SESSION_SEEN = "最近使用", "Last used";
    SESSION_ACT = "操作", "Action";
    SESSION_THIS = "本次登录", "this one";
    SESSION_END = "结束", "End";
    SESSION_END_OF = "结束 {0} 的登录", "End the sign-in of {0}";
    SESSIONS_END = "结束其他所有登录", "End all others";
    BROWSER_UNKNOWN = "未知浏览器", "unknown browser";

    ADDRESS_PAUSED = "这台电脑上的尝试太多", "Too many attempts from this computer";
    ADDRESS_PAUSED_WHY = "从同一地址连续失败的登录太多，这次没有核对密码。",
        "Too many sign-ins from this address failed; the password was not checked this time.";
    ADDRESS_PAUSED_NEXT = "最多等 5 分钟再试。不是您在尝试的话，请告诉学校信息管理员。",
        "Wait five minutes at most and try again. If these attempts are not yours, tell whoever \
         looks after the school's computers.";
}
